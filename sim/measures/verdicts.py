"""What a paired difference amounts to: better, worse, undecided, or too small to matter."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from sim.measures.intervals import LEVEL, Spread, holm
from sim.measures.kinds import Matters, Measure

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


FEWEST = 5  # replications for a verdict


class Verdict(StrEnum):
    """What a paired difference amounts to."""

    BETTER = "better"
    WORSE = "worse"
    UNDECIDED = "undecided"
    TOO_SMALL = "too small to matter"


def verdicts(measure: Measure, differences: Sequence[Spread], matters: Matters) -> list[Verdict]:
    """What the differences of several layouts from one base amount to, judged together.

    Too small if chance alone would hardly make a difference that matters look so small; better or
    worse if it would hardly make none look so large. Both by Holm's step-down tests over the
    layouts; with one layout that is whether the 95 % interval is all small, or leaves out nothing.
    """
    small = measure.matters(matters)
    is_small = holm([max(d.above(-small), d.below(small)) for d in differences])
    is_some = holm([min(d.above(0.0), d.below(0.0)) for d in differences])
    found = []
    for difference, equal, other in zip(differences, is_small, is_some, strict=True):
        if equal < 1 - LEVEL:
            found.append(Verdict.TOO_SMALL)
        elif other < 1 - LEVEL:
            gain = measure.sign * difference.mean
            found.append(Verdict.BETTER if gain > 0 else Verdict.WORSE)
        else:
            found.append(Verdict.UNDECIDED)
    return found


def matters_of(base: Scenario) -> Matters:
    said = base.settings.study.matters
    return Matters(said.share, said.time / 60)
