"""The replications of layouts ready for measures; those of a base once for all comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sim.answers.lines import by_names
from sim.measures import estimates
from sim.measures.calls import Tally
from sim.measures.groups import Group, Setup
from sim.measures.intervals import Estimate
from sim.measures.kinds import Replications
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
        self._estimates: dict[tuple[int, str, Group], Estimate] = {}

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
        kept = [made, *self._of_base[: MOST - 1]]
        if len(kept) == len(self._of_base):
            self._estimates = {}  # by the ids of what may be gone
        self._of_base = kept
        return made

    def estimate(self, of: Replications, key: str, group: Group) -> Estimate:
        """A measure with its 95 % interval; of the base it is worked out once."""
        if all(of is not one for one in self._of_base):
            return estimates.estimate(of, key, group)
        known = id(of), key, group
        if known not in self._estimates:
            self._estimates[known] = estimates.estimate(of, key, group)
        return self._estimates[known]


def _alike(known: Pooled, rows: Sequence[Tally], setup: Setup) -> bool:
    """Whether it is the same to the last bit: of the very same tallies, for the same base."""
    same = len(known.tallies) == len(rows) and all(
        one is other for one, other in zip(known.tallies, rows, strict=True)
    )
    return same and known.setup._replace(people=setup.people) == setup._replace(people=setup.people)
