"""What a paired difference amounts to: better, worse, too small to matter, or not to be told."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sim.measures.counted import CLUMP, ExactShare
from sim.measures.groups import ALL, Group
from sim.measures.intervals import LEVEL, Jackknifed, Spread, holm, simultaneous
from sim.measures.kinds import Matters, Measure
from sim.measures.measures import BY_KEY
from sim.measures.steps import Stepped

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


FEWEST = 5  # replications for a verdict
# Calls for a verdict, of all replications together: of fewer each is more than one point, which is
# the least difference that matters unless told otherwise, and ten or less lie beyond a 90th
# percentile.
FEWEST_CALLS = 100


class Verdict(StrEnum):
    """What a paired difference amounts to."""

    BETTER = "better"
    WORSE = "worse"
    UNDECIDED = "undecided"
    TOO_SMALL = "too small to matter"
    TOO_FEW = "too few calls to say"
    FEW_REPLICATIONS = "too few replications"


def verdicts(measure: Measure, differences: Sequence[Spread], matters: Matters) -> list[Verdict]:
    """What the differences of several layouts from one base amount to, judged together.

    Too small if chance alone would hardly make a difference that matters look so small; better or
    worse if it would hardly make none look so large. Both by Holm's step-down tests over the
    layouts; with one layout that is whether the 95 % interval is all small, or leaves out nothing.
    Too few calls to say: fewer than `FEWEST_CALLS`, or a share of so few that no difference at all
    could not be told from one that matters. Undecided: the rest, and whatever has no interval,
    unless nothing differs in any replication.
    """
    level = simultaneous(len(differences))
    small = measure.matters(matters)
    is_small = holm(
        [0.0 if _is_constant(d) else max(d.above(-small), d.below(small)) for d in differences]
    )
    is_some = holm([min(d.above(0.0), d.below(0.0)) for d in differences])
    found = []
    for difference, equal, other in zip(differences, is_small, is_some, strict=True):
        if difference.rests_on < FEWEST_CALLS:
            found.append(Verdict.TOO_FEW)
        elif not (difference.interval(level).known or _is_constant(difference)):
            found.append(Verdict.UNDECIDED)
        elif equal < 1 - LEVEL:
            found.append(Verdict.TOO_SMALL)
        elif other < 1 - LEVEL:
            gain = measure.sign * difference.mean
            found.append(Verdict.BETTER if gain > 0 else Verdict.WORSE)
        elif measure.unit == "share" and could_be_missed(difference.rests_on) > small:
            found.append(Verdict.TOO_FEW)
        else:
            found.append(Verdict.UNDECIDED)
    return found


def of_so_many(verdict: Verdict, replications: int) -> Verdict:
    """The verdict, or that there are too few replications for any: fewer than `FEWEST`."""
    return verdict if replications >= FEWEST else Verdict.FEW_REPLICATIONS


class Harm(NamedTuple):
    """A measure that a layout surely makes worse, the difference in its unit, and of whom."""

    key: str
    mean: float
    group: Group = ALL


def harms(
    differences: Mapping[tuple[str, Group], Spread], replications: int, matters: Matters
) -> tuple[Harm, ...]:
    """What one layout makes worse than the base, of the measures given by key and group.

    Each by its own paired difference, as if this layout alone were compared with the base: that it
    was one of many must not hide a loss. Nothing while there are too few replications to tell.
    """
    if replications < FEWEST:
        return ()
    return tuple(
        Harm(key, difference.mean, group)
        for (key, group), difference in differences.items()
        if verdicts(BY_KEY[key], [difference], matters) == [Verdict.WORSE]
    )


def _is_constant(difference: Spread) -> bool:
    """Whether nothing differs in any replication."""
    if isinstance(difference, Jackknifed):
        return difference.mean == 0 and math.isnan(difference.se)
    return isinstance(difference, Stepped) and difference.constant


def could_be_missed(calls: float) -> float:
    """The greatest share of calls that may change though none of so many did."""
    if math.isinf(calls):
        return 0.0
    return ExactShare(0.0, calls / CLUMP).interval().high


def matters_of(base: Scenario) -> Matters:
    said = base.settings.study.matters
    return Matters(said.share, said.time / 60)
