"""The calls of replications, drawn once and kept while a study is open.

Layouts that are added, ranked or searched meet the same calls as those before them: drawing and
packing them takes longer than a run.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np

from sim.files.machine import free_memory
from sim.model.calls import Calls
from sim.prepare import draws
from sim.prepare.draws import Demand

MOST: Final = 128e6  # bytes in a process; about 500 replications of a thousand calls
SHARE: Final = 0.05  # of what is free, for all processes together: within what `size` leaves


class ReplicationCalls(NamedTuple):
    """The calls of one replication."""

    demand: Demand  # what they were drawn from
    calls: Calls
    packed: Any  # as the engine reads them


class CommonCalls:
    """Those of replications that were drawn so far, as many as there is room for.

    What came first stays: each pass over the replications begins at the first. Threads share one.
    """

    def __init__(self, most: float | None = None):
        """`most`: bytes; without it 128 MB, or a twentieth of what is free if that is less."""
        self._left = _room() if most is None else most
        self._kept: dict[tuple[int, int, int], ReplicationCalls] = {}
        self._lock = threading.Lock()

    def of(
        self, demand: Demand, seed: int, number: int, pack: Callable[[Calls], Any]
    ) -> ReplicationCalls:  # fmt: skip
        """The calls of a replication, drawn unless they are kept; `pack`: that of the engine."""
        key = id(demand), seed, number  # a kept demand is held, so that its id is no other's
        found = self._kept.get(key)
        if found is not None:
            return found
        calls = draws.draw(demand, seed, number)
        drawn = ReplicationCalls(demand, calls, pack(calls))
        needs = _nbytes(drawn.calls) + _nbytes(drawn.packed)
        with self._lock:
            if needs <= self._left and key not in self._kept:
                self._left -= needs
                self._kept[key] = drawn
        return drawn


def _room() -> float:
    free = free_memory()
    return MOST if free is None else min(MOST, SHARE * free / (os.cpu_count() or 1))


def _nbytes(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.nbytes
    return sum(map(_nbytes, value)) if isinstance(value, tuple) else 0
