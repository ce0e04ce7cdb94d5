"""What the map of townships shows, said: how many meet their target, and the slowest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.answers.comparison import Comparison
from sim.measures.groups import Group
from sim.measures.verdicts import FEWEST_CALLS
from sim.text import Message
from sim.words import alternative, measures
from sim.words import comparison as words
from sim.words.language import Language
from sim.words.page import Finding

if TYPE_CHECKING:
    from sim.geography.bundle import Map


class AreaService(NamedTuple):
    """How the townships are served under one layout."""

    p90: np.ndarray  # [township] minutes; nan without calls, inf if a tenth is never reached
    meets: np.ndarray  # [township] whether it meets its target, or has no calls
    calls: np.ndarray  # [township] on which that rests, in all replications

    @property
    def judged(self) -> np.ndarray:
        """[township] whether it has calls enough to say that it meets its target."""
        return self.calls >= FEWEST_CALLS


def service(comparison: Comparison, layout: int) -> AreaService:
    """Each township's 90th percentile, and whether its compliance is what the scenario asks."""
    count = len(comparison.base.map.townships)
    p90, meets = np.full(count, math.nan), np.ones(count, bool)
    least = comparison.base.settings.targets.share - 1e-9
    for row in np.unique(comparison.pooled[0].township).tolist():
        group = Group("township", row)
        p90[row] = comparison.estimate("p90", layout, group).mean
        meets[row] = comparison.estimate("within", layout, group).mean >= least
    calls = np.bincount(comparison.pooled[0].township, minlength=count)
    return AreaService(p90, meets, calls)


def finding(comparison: Comparison, layout: int, townships: AreaService, say: Language) -> Finding:
    """How many townships meet their target, and what is drawn of which layout."""
    subtitle = say(
        "Minutes within which nine of ten calls are reached: {layout} (call received to arrival)",
        layout=comparison.layouts[layout].name,
        areas=measures.area_word(comparison.base.map, say),
    )
    return Finding(
        headline(comparison, townships, say),
        subtitle,
        words.footnote(comparison, say),
        comparison.provenance.draft,
    )


NEVER: Final = Message(
    "{good} of {n} {areas} meet their response target; in one, more than a tenth of calls are "
    "never reached"
)
SLOWEST: Final = Message(
    "{good} of {n} {areas} meet their response target; the slowest needs {minutes} min"
)


FEW_NEVER: Final = Message(
    "Of {all} {areas}, {n} have calls enough to be judged: {good} of them meet their response "
    "target; in one, more than a tenth of calls are never reached"
)
FEW_SLOWEST: Final = Message(
    "Of {all} {areas}, {n} have calls enough to be judged: {good} of them meet their response "
    "target; the slowest needs {minutes} min"
)


def headline(comparison: Comparison, townships: AreaService, say: Language) -> str:
    """How many townships meet their target of those that can be judged, and what the slowest of
    them needs."""
    called = ~np.isnan(townships.p90)
    if not called.any():
        return say("No calls")
    judged = called & townships.judged
    areas = measures.area_word(comparison.base.map, say)
    if not judged.any():
        return say("None of {n} {areas} has calls enough to be judged", n=int(called.sum()),
                   areas=areas)  # fmt: skip
    slowest = townships.p90[judged].max()
    texts = (SLOWEST, NEVER) if judged.sum() == called.sum() else (FEW_SLOWEST, FEW_NEVER)
    return say(
        texts[bool(math.isinf(slowest))],
        all=int(called.sum()),
        good=int((townships.meets & judged).sum()),
        n=int(judged.sum()),
        areas=areas,
        minutes=f"{slowest:.0f}",
    )


def drawn(the_map: Map, townships: AreaService, say: Language) -> str:
    """What is drawn, for whoever cannot see it: the shades, and the quickest and the slowest."""
    found = say(
        "A map of {map}: each of {n} {areas} shaded by its 90th percentile in minutes, the darker "
        "the slower, with the number on it; hatched where the target is missed; stations are "
        "squares and sub-stations discs with the number of their ambulances",
        map=the_map.name,
        n=len(townships.p90),
        areas=measures.area_word(the_map, say),
    )
    known = np.flatnonzero(~np.isnan(townships.p90))
    if not len(known):
        return say("{sentence}.", sentence=found)
    first, last = (known[end(townships.p90[known])] for end in (np.argmin, np.argmax))
    ends = say(
        "Quickest is {quick} with {least} min, slowest {slow} with {most} min.",
        quick=the_map.townships[first].name,
        least=say.number(float(townships.p90[first]), 0),
        slow=the_map.townships[last].name,
        most=say.number(float(townships.p90[last]), 0),
    )
    return alternative.text((found, ends), say)
