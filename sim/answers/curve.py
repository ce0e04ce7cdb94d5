"""What the next one buys: the next station against the next ambulance, and the fleet rearranged."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import numpy as np

from sim import limits
from sim.answers import candidates, costs, search
from sim.answers.answer import Answer, OnMap, Provenance
from sim.answers.candidates import SEATS
from sim.answers.crews import PLAIN, CrewsTried, kinds_tried
from sim.answers.options import Option
from sim.answers.ranking import KEYS
from sim.answers.search import Step
from sim.measures.intervals import Estimate
from sim.study import arguments
from sim.study.effort import Effort, EffortOptions
from sim.study.runs import Runs
from sim.study.sharing import shared

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.scenario import Scenario


class Point(NamedTuple):
    """One layout that was tried: today's, or that after a step of a track."""

    track: str  # "stations", "ambulances" or "fleet", as in Curve.tracks; or "today"
    place: int  # steps from today
    cost: float  # nan if not known
    values: dict[str, Estimate]
    on_front: bool  # none tried is as cheap and as good in town and country


@dataclass(frozen=True, eq=False, repr=False)
class Curve(Answer, OnMap):
    """Tracks of steps from the base, all measured on the same fresh calls."""

    provenance: Provenance
    tracks: dict[str, tuple[Step, ...]]
    now: dict[str, Estimate]  # of the base
    by: str  # key of the measure
    tried: CrewsTried = PLAIN  # the kinds of crew

    name = "curve"

    @property
    def has_costs(self) -> bool:
        return self.provenance.base.settings.costs is not None

    def points(self) -> list[Point]:
        """Every layout: today's, then those of the tracks."""
        base = self.provenance.base
        found = [Point("today", 0, costs.layout_cost(base), self.now, False)]
        for track, steps in self.tracks.items():
            found += [
                Point(track, place, step.cost, step.values, False)
                for place, step in enumerate(steps, 1)
            ]
        flags = _front(found) if self.has_costs else np.zeros(len(found), bool)
        return [point._replace(on_front=bool(on)) for point, on in zip(found, flags, strict=True)]

    def to_frame(self) -> pd.DataFrame:
        return search.frame_of(self.tracks, self.by)


def _front(points: list[Point]) -> np.ndarray:
    """[point] bool: no other is as cheap and as good in town and country."""
    shares = [[point.values[key].mean for point in points] for key in ("urban10", "rural30")]
    known = [share for share in shares if np.isfinite(share).all()]  # a map may have no country
    return costs.front([point.cost for point in points], *known)


def curve(
    base: Scenario,
    where: str | Path = SEATS,
    *,
    steps: int = 4,
    crews: Sequence[Mapping[str, Any]] = (),
    by: str = "within",
    **effort: Unpack[EffortOptions],
) -> Curve:
    """The gain of one more station after another, against that of one more ambulance.

    Each step is the best at that point. A third track moves the ambulances of today among the
    stations of today. `crews`: the kinds that are tried, as of `sim.answers.search`; of several,
    each step is the one that gains most for its cost, or for its crew hours. `effort`: as in
    `sim.answers.ranking`.
    """
    began = time.perf_counter()
    arguments.scenarios(base)
    arguments.one_of("by", by, KEYS)
    arguments.whole("steps", steps, *limits.STEPS)
    found = candidates.find(base, where, base.settings.study.seed)
    tried = kinds_tried(base, crews)
    with shared(Effort.of(effort)) as asked:
        taken: dict[str, list[Option]] = {
            "stations": search.greedy(base, ["station"] * steps, found, by, asked, tried),
            "ambulances": search.greedy(base, ["ambulance"] * steps, found, by, asked, tried),
            "fleet": search.swaps(base, base, [], [], by, asked, tried=tried),
        }
        every = [option.layout for options in taken.values() for option in options]
        worst = search.worst_of(base, by, asked)
        now = search.level_of(base, asked, worst)
        fresh = replace(asked, fresh=True, reuse=False)
        with Runs(base, every, fresh, worst) as runs:
            chosen = runs.until_precise(range(1, len(every) + 1), by)
            tracks, first = {}, 1
            for track, options in taken.items():
                rows = list(range(first, first + len(options)))
                tracks[track] = search.steps_of(runs, rows, options, by, now)
                first += len(options)
            provenance = Provenance.by(runs, chosen, time.perf_counter() - began)
    return Curve(provenance, tracks, now, by, tried)
