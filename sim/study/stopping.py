"""How many replications are enough: looks at the precision reached, and when to stop.

A study begins with ten replications and looks again after every few more. It stops when the
headline is known as well as was aimed at in two looks in a row, or clearly better in one: a single
look at the aim itself stops too often where chance makes the spread look small. For the same reason
its intervals are a little wider than those of a number that was given (`intervals.freedom`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from sim.measures.intervals import FIRST_LOOK

STEP = 5
DRAFT = 5  # replications
LOOKS_IN_A_ROW = 2
CLEARLY = 0.7  # of the aim: so narrow that chance hardly makes an interval look like it


class StoppedBecause(NamedTuple):
    """How the number of replications came about."""

    how: Literal["given", "draft", "precise", "most"] = "given"
    aim: float = 0.0  # the half-width that was asked for, in the unit of the measure
    reached: float = 0.0  # the half-width that it came to


class Stopping(NamedTuple):
    """When a study has enough replications: a fixed number, or by precision up to a greatest."""

    fixed: int | None
    most: int
    aim: float  # half-width of the headline, in the unit of its measure
    draft: bool = False

    @property
    def sequential(self) -> bool:
        """Whether replications are added until the interval is narrow enough."""
        return self.fixed is None

    @property
    def upper(self) -> int:
        """The most replications that it may come to."""
        return self.most if self.fixed is None else self.fixed

    def looks(self) -> Iterator[int]:
        """Numbers of replications after which to look, the last one last."""
        if self.fixed is not None:
            yield self.fixed
            return
        count = min(FIRST_LOOK, self.most)
        while True:
            yield count
            if count >= self.most:
                return
            count = min(self.most, count + max(STEP, count // 4 // STEP * STEP))

    def reason(self, half_widths: list[float]) -> StoppedBecause | None:
        """Why the looks so far are enough, from the half-width at each; None to go on."""
        count = list(self.looks())[len(half_widths) - 1]
        reached = half_widths[-1]
        if self.fixed is not None:
            return StoppedBecause("draft" if self.draft else "given", self.aim, reached)
        last = half_widths[-LOOKS_IN_A_ROW:]
        in_a_row = len(last) == LOOKS_IN_A_ROW and all(width < self.aim for width in last)
        if in_a_row or reached < CLEARLY * self.aim:
            return StoppedBecause("precise", self.aim, reached)
        return StoppedBecause("most", self.aim, reached) if count >= self.most else None
