"""The replications of layouts ready for measures; those of a base once for all comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sim.answers.lines import by_names
from sim.measures.calls import Tally
from sim.measures.groups import Setup
from sim.measures.rows import Pooled

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

MOST: Final = 3  # of the base: as it is beside others at a look, and its level


class Pools:
    """What makes tallies ready. Comparisons of one base share one, and what it has of the base.

    Sorting a base's calls anew for each layout would take as long as all that is new.
    """

    def __init__(self) -> None:
        self._of_base: list[Pooled] = []

    def of(
        self, layouts: Sequence[Scenario], number: int, tallies: Sequence[Tally], setup: Setup
    ) -> Pooled:
        """The tallies of one of these layouts, ready for measures by this setup."""
        rows = by_names(layouts, number, tallies)
        if number:
            return Pooled(rows, setup)
        for known in self._of_base:
            if _alike(known, rows, setup):
                return known
        made = Pooled(rows, setup)
        self._of_base = [made, *self._of_base[: MOST - 1]]
        return made


def _alike(known: Pooled, rows: Sequence[Tally], setup: Setup) -> bool:
    """Whether it is the same to the last bit: of the very same tallies, for the same base."""
    same = len(known.tallies) == len(rows) and all(
        one is other for one, other in zip(known.tallies, rows, strict=True)
    )
    return same and known.setup._replace(people=setup.people) == setup._replace(people=setup.people)
