"""When vehicles fail: drawn before the clock starts, for each by random numbers of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.model.calls import Failures, Stream
from sim.policies.clock import on_grid
from sim.prepare.streams import CallGroup, Streams

if TYPE_CHECKING:
    from sim.scenario.distributions import Distribution


class FailureLaws(NamedTuple):
    """How often vehicles fail, and for how long. The same vehicles of a layout, the same draws."""

    vehicle: tuple[int, ...]  # numbers, ascending
    law: tuple[int, ...]  # of each: which of the laws below
    after: tuple[Distribution, ...]  # time in service until a failure
    off: tuple[Distribution, ...]  # time off the road


AT_ONCE: Final = 16  # failures of a vehicle that are drawn together


def draw(laws: FailureLaws, length_s: float, streams: Streams) -> Failures:
    """When each vehicle fails, by random numbers of its own, for as long as calls come.

    The clock of failures runs in service only, so that times in service that add up to the run's
    length reach its end.
    """
    after_s, off_s = [], []
    for vehicle, law in zip(laws.vehicle, laws.law, strict=True):
        own = streams.of(Stream.FAILURES, CallGroup(area=0, layer=vehicle))
        lasting = np.zeros(0)
        while lasting.sum() < length_s:
            more = on_grid(laws.after[law].seconds(own.random(AT_ONCE)))
            lasting = np.concatenate([lasting, more])
        many = int(np.searchsorted(np.cumsum(lasting), length_s)) + 1
        after_s.append(lasting[:many])
        own = streams.of(Stream.FAILURES, CallGroup(area=1, layer=vehicle))
        off_s.append(on_grid(laws.off[law].seconds(own.random(many))))
    most = max(map(len, after_s), default=0)
    return Failures(
        np.array(laws.vehicle, int), _padded(after_s, most, np.inf), _padded(off_s, most, 0.0)
    )


def _padded(rows: Sequence[np.ndarray], width: int, value: float) -> np.ndarray:
    """[row, width] rows of different lengths, filled up."""
    table = np.full((len(rows), width), value)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    return table
