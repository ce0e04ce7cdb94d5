"""Surges as calls: many at one time and place, in addition to all others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.policies.clock import on_grid


class SurgeLaw(NamedTuple):
    """One surge, as draws read it."""

    name: str
    at: np.ndarray  # [time] when it begins; it may happen again and again
    within_s: float
    calls: int  # each time
    place: int
    area: int
    township: int
    priority: int  # NONE: like other calls
    condition: int  # NONE: like other calls of its priority


def received(law: SurgeLaw, q: np.ndarray) -> np.ndarray:
    """[call] when the calls of a surge are received, in order.

    `q`: [call] a quantile each, of `law.calls` for each time it happens.
    """
    after = np.sort(q.reshape(len(law.at), law.calls), axis=1)
    found: np.ndarray = (law.at[:, None] + on_grid(after * law.within_s)).ravel()
    return found
