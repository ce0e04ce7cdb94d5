"""How many replications are enough: looks at the precision reached, and when to stop.

A study begins with ten replications and looks again after every few more. It stops when the
headline is known to within half of what matters at two looks in a row: a single look stops too
often where chance makes the spread look small. For the same reason its intervals are a little wider
than those of a number that was given (`estimates.freedom`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from sim.measures.estimates import FIRST_LOOK

STEP = 5
DRAFT = 5  # replications
LOOKS_IN_A_ROW = 2


class Chosen(NamedTuple):
    """How the number of replications came about."""

    how: Literal["given", "draft", "precise", "most"] = "given"
    aim: float = 0.0  # the half-width that was asked for, as a share
    reached: float = 0.0  # the half-width that it came to


class Rule(NamedTuple):
    """When a study has enough replications: a fixed number, or by precision up to a greatest."""

    fixed: int | None
    most: int
    aim: float  # half-width of the headline, as a share
    draft: bool = False

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

    @property
    def upper(self) -> int:
        """The most replications that it may come to."""
        return self.most if self.fixed is None else self.fixed

    def chosen(self, half_widths: list[float]) -> Chosen | None:
        """Whether the looks so far are enough, and how that came about; None to go on."""
        count = list(self.looks())[len(half_widths) - 1]
        reached = half_widths[-1]
        if self.fixed is not None:
            return Chosen("draft" if self.draft else "given", self.aim, reached)
        last = half_widths[-LOOKS_IN_A_ROW:]
        if len(last) == LOOKS_IN_A_ROW and all(width < self.aim for width in last):
            return Chosen("precise", self.aim, reached)
        return Chosen("most", self.aim, reached) if count >= self.most else None
