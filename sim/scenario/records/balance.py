"""What became of the rows of a file: none is lost without being counted."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.model.calendar import Window
from sim.text import Message


class Balance(NamedTuple):
    """Rows in = calls + further units of an incident + rows left out."""

    rows: int
    calls: int
    further_units: int  # rows of an incident beyond its first
    left_out: tuple[tuple[Message, int], ...]  # by reason

    @property
    def rows_left_out(self) -> int:
        return sum(count for _, count in self.left_out)

    def check(self) -> None:
        """A row that is neither of these would be our bug."""
        assert self.rows == self.calls + self.further_units + self.rows_left_out, self


class CallCounts(NamedTuple):
    """The calls of a file by when they are received."""

    warm_up: int
    measured: int
    cool_down: int


def counted(received_at: np.ndarray, window: Window) -> CallCounts:
    """How many calls are measured, and how many come before and after.

    `received_at`: [call] seconds since the run began.
    """
    before = int((received_at < window.start_s).sum())
    after = int((received_at >= window.end_s).sum())
    return CallCounts(before, len(received_at) - before - after, after)
