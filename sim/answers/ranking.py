"""Which site next: every candidate against today's layout, best first, and how sure that is."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import numpy as np
from scipy.special import stdtr

from sim import limits
from sim.answers import candidates
from sim.answers.answer import Answer, OnMap, Provenance
from sim.answers.candidates import SEATS, STATIONS, Candidate
from sim.answers.crews import USUAL, CrewKind, kind_asked
from sim.answers.reasons import Reason, reasons_for
from sim.answers.selection import CONFIDENCE, Procedure, procedure_for, race
from sim.errors import OptionError
from sim.measures.groups import ALL
from sim.measures.intervals import (
    FIRST_LOOK,
    Estimate,
    Moved,
    Spread,
    freedom,
    pseudo_values,
    simultaneous,
)
from sim.measures.kinds import Measure, OfCalls
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import FEWEST, Harm, Verdict, harms, of_so_many, verdicts
from sim.study import arguments
from sim.study.effort import Effort, EffortOptions
from sim.study.runs import Runs
from sim.study.worst_served import need
from sim.text import Message

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.layout import Station
    from sim.scenario.scenario import Scenario

KINDS = ("station", "substation")
KEYS = ("within", "urban10", "rural30", "worst5", "mean")


class RankedSite(NamedTuple):
    """One candidate. Gains in the unit of their measure; intervals of all hold at once."""

    candidate: Candidate
    layout: Scenario
    gains: dict[str, Estimate]  # by key of the measure
    verdict: Verdict
    best_place: int  # its true place lies between this one …
    worst_place: int  # … and this one, as far as the study can tell
    replications: int
    reason: Reason
    harms: tuple[Harm, ...] = ()  # what it surely makes worse
    dropped_early: bool = False  # by the selection, which makes it look a little worse than it is


@dataclass(frozen=True, eq=False, repr=False)
class Ranking(Answer, OnMap):
    """Candidates, best first."""

    provenance: Provenance
    sites: tuple[RankedSite, ...]
    by: str  # key of the measure by which they are ranked
    zone: float  # the indifference zone, in that measure's unit
    contenders: int  # left at the end: 1 if the selection came to its end
    plans: bool = False  # whether each is a plan of several sites
    at: int = 0  # place, from 0, of the one that was selected: a tie of it may have come ahead
    procedure: Procedure = Procedure.ONE_MATCH  # by which it was selected
    today: bool = False  # whether each is a station of today that has more crews
    crew: CrewKind | None = None  # which kind of crew was asked for

    name = "ranking"

    @property
    def selected(self) -> RankedSite:
        """The one that the promise of the selection is about."""
        return self.sites[self.at]

    def station(self, site: RankedSite) -> Station:
        """Where the first ambulance that it adds is at home."""
        added = site.layout.fleet[len(self.provenance.base.fleet)]
        return site.layout.stations[added.station]

    @property
    def best(self) -> RankedSite:
        return self.sites[0]

    @property
    def decided(self) -> bool:
        """Whether the promise of the selection holds."""
        return self.contenders == 1

    def tied(self) -> tuple[RankedSite, ...]:
        """The sites that may be the best, as far as the intervals can tell."""
        return tuple(site for site in self.sites if site.best_place == 1)

    def best_for_worst_served(self) -> RankedSite | None:
        """The site with the greatest gain in the worst-served areas; None if no gain is sure."""
        known = [site for site in self.sites if math.isfinite(site.gains["worst5"].mean)]
        if self.by == "worst5" or not known:
            return None
        found = max(known, key=lambda site: site.gains["worst5"].mean)
        return found if found.gains["worst5"].low > 0 else None

    def facts(self) -> dict[str, Any]:
        """For `--json` and `run.json`: provenance, rows, and how the best was selected."""
        selection = {
            "procedure": str(self.procedure), "by": self.by, "zone": self.zone,
            "confidence": CONFIDENCE, "contenders": self.contenders,
        }  # fmt: skip
        return super().facts() | {"selection": selection}

    def to_frame(self) -> pd.DataFrame:
        """A row for each site: place, name, verdict, gains with intervals, and the reason."""
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for place, site in enumerate(self.sites, 1):
            row: dict[str, Any] = {
                "place": place, "best_place": site.best_place, "worst_place": site.worst_place,
                "name_zh": site.candidate.name.zh, "name_en": site.candidate.name.en,
                "verdict": str(site.verdict), "replications": site.replications,
            }  # fmt: skip
            for key, gain in site.gains.items():
                row |= {key: gain.mean, f"{key}_low": gain.low, f"{key}_high": gain.high}
            row |= {name: getattr(site.reason, name) for name in ("people", "newly", "minutes")}
            rows.append(row)
        return pd.DataFrame(rows)


def rank(
    base: Scenario,
    where: str | Path | None = None,
    *,
    by: str = "within",
    ambulances: int = 1,
    kind: str = "substation",
    crew: Mapping[str, Any] | None = None,
    zone: float | None = None,
    **effort: Unpack[EffortOptions],
) -> Ranking:
    """Rank every candidate site against the base, best first.

    `where`: `seats`, a file of named places, how many places to draw, or `stations` for those of
    today, each with more ambulances; default: seats, or stations where `crew` is given. `crew`: the
    kind of crew that stands there, as in a file, like `{"class": "basic", "hours": "08-20"}`. `by`:
    within, urban10, rural30, worst5 or mean. `zone`: the indifference zone as a share (or in
    minutes); default: half of what matters. `effort`: replications, most, draft, seed, workers,
    scheduler, engine, watch.
    OptionError for options that make no sense, CandidatesError for a file that cannot be read,
    ScenarioError if no station can stand at any candidate.
    """
    arguments.scenarios(base)
    arguments.whole("ambulances", ambulances, *limits.NEW_AMBULANCES)
    arguments.one_of("kind", kind, KINDS)
    asked = None if crew is None else kind_asked(base, crew)
    where = (SEATS if crew is None else STATIONS) if where is None else where
    if where == STATIONS:
        sites, layouts = candidates.at_stations(base, ambulances, asked or USUAL)
    else:
        found = candidates.find(base, where, base.settings.study.seed)
        sites, layouts = candidates.layouts(base, found, ambulances, kind, asked or USUAL)
    ranking = rank_layouts(base, sites, layouts, by=by, zone=zone, **effort)
    return replace(ranking, today=where == STATIONS, crew=asked)


def rank_layouts(
    base: Scenario,
    sites: Sequence[Candidate],
    layouts: Sequence[Scenario],
    *,
    by: str = "within",
    zone: float | None = None,
    plans: bool = False,
    **effort: Unpack[EffortOptions],
) -> Ranking:
    """Rank layouts that each add to the base, best first; `sites` names them, one for each."""
    began = time.perf_counter()
    arguments.one_of("by", by, KEYS)
    if zone is not None:
        arguments.number("zone", zone)
    measure = BY_KEY[by]
    with Runs(base, layouts, Effort.of(effort)) as runs:
        need(runs.worst_served, by)
        zone = measure.zone(runs.matters) if zone is None else zone
        if not zone > 0:
            raise OptionError(
                "zone", Message("must be more than nothing; found {found}", found=zone)
            )
        contenders = select(runs, by, zone)
        selected = max(contenders, key=lambda row: (measure.sign * runs.spread(row, by).mean, -row))
        level = simultaneous(len(runs.layouts) - 1)
        chosen = runs.until_precise([selected], by, level)
        _tell_from(runs, selected, by)
        gains = _gains(runs, selected)
        order = _in_order(gains, selected, measure)
        ranked = _ranked(runs, gains, order, measure, sites, reasons_for(base, layouts, runs))
        provenance = Provenance.by(runs, chosen, time.perf_counter() - began)
        at = order.index(selected)
        procedure = procedure_for(len(layouts), runs.stopping.upper)
    return Ranking(provenance, ranked, by, zone, len(contenders), plans, at, procedure)


def select(runs: Runs, by: str, zone: float, shares: np.ndarray | None = None) -> list[int]:
    """Rows of the layouts still in contention when the selection ends; one if it was decided.

    `shares`: [layout] what each costs, as a share of the dearest: then by its gain over the base
    for that, in the zone's unit of the dearest.
    """
    rows, scale = list(range(1, len(runs.layouts))), 0.0

    def observe(numbers: range, some: Sequence[int]) -> np.ndarray:
        """[replication, alternative] sums over one constant; they add up, ratios would not."""
        nonlocal scale
        runs.extend(numbers.stop, [rows[i] for i in some])
        if not scale:  # from the first stage; the calls are the same in all layouts
            scale = float(runs.summed(0).sums(_of_calls(by))[1][: numbers.stop].mean()) or 1.0
        values = np.zeros((len(numbers), len(rows)))
        for i in some:
            measure = _of_calls(by)
            above, _ = runs.summed(rows[i]).sums(measure)
            if shares is not None:
                before, _ = runs.summed(0).sums(measure)
                above = (above[: numbers.stop] - before[: numbers.stop]) / shares[rows[i] - 1]
            values[:, i] = (measure.sign * above / measure.per)[numbers.start : numbers.stop]
        return values / scale

    left = race(observe, len(rows), zone, runs.stopping.upper)
    if runs.stopping.fixed is not None:
        runs.extend(runs.stopping.fixed)
    return [rows[i] for i in left]


def _tell_from(runs: Runs, selected: int, by: str) -> None:
    """See that a tie with the best does not rest on few replications, which may be chance.

    Layouts that may be the best as well get twice as many as they have, until that tells them from
    it or they have as many as the selected one.
    """
    rows, most = range(1, len(runs.layouts)), runs.replications(selected)
    while True:
        first, _ = places(runs, rows, by)
        having = {
            row: runs.replications(row)
            for row, place in zip(rows, first, strict=True)
            if place == 1 and runs.replications(row) < most
        }
        if not having:
            return
        upto = min(most, max(FIRST_LOOK, 2 * min(having.values())))
        runs.extend(upto, [row for row, count in having.items() if count < upto])


def _of_calls(by: str) -> OfCalls:
    measure = BY_KEY[by]
    assert isinstance(measure, OfCalls), "all of KEYS are"
    return measure


Gains = Mapping[int, Mapping[str, Spread]]  # of each layout, by row, by key of the measure


def _gains(runs: Runs, selected: int) -> Gains:
    rows = range(1, len(runs.layouts))
    return {row: {key: _gain(runs, row, selected, key) for key in KEYS} for row in rows}


def _in_order(gains: Gains, selected: int, measure: Measure) -> list[int]:
    """By their gains as they are printed, the selected one first among equals."""
    gain = {row: measure.sign * of[measure.key].mean for row, of in gains.items()}
    return sorted(gains, key=lambda row: (-gain[row], row != selected, row))


def _ranked(
    runs: Runs,
    gains: Gains,
    order: Sequence[int],
    measure: Measure,
    sites: Sequence[Candidate],
    reasons: Sequence[Reason],
) -> tuple[RankedSite, ...]:
    """The layouts in this order, with what is told of each."""
    level, most = simultaneous(len(order)), max(map(runs.replications, order))
    judged = verdicts(measure, [gains[row][measure.key] for row in order], runs.matters)
    first, last = places(runs, order, measure.key)

    return tuple(
        RankedSite(
            sites[row - 1],
            runs.layouts[row],
            {key: gain.interval(level) for key, gain in gains[row].items()},
            of_so_many(judged[i], runs.replications(row)),
            min(int(first[i]), i + 1),  # where it stands is a place that it may have
            max(int(last[i]), i + 1),
            runs.replications(row),
            reasons[row - 1],
            (*_harms_of_gains(runs, gains, row), *runs.harms(row)),
            runs.replications(row) < most,
        )
        for i, row in enumerate(order)
    )


def _harms_of_gains(runs: Runs, gains: Gains, row: int) -> tuple[Harm, ...]:
    """What a layout makes worse of the measures that the ranking tells, by its gains there."""
    spreads = {(key, ALL): gain for key, gain in gains[row].items()}
    return harms(spreads, runs.replications(row), runs.matters)


def _gain(runs: Runs, row: int, selected: int, key: str) -> Spread:
    """A layout's gain over the base; of one with few replications corrected for their chance.

    The selected layout has more: what it gained in those few and what in all tells how kind they
    were, as far as the gains of both vary together (a regression estimate by double sampling,
    Cochran 1977, chapter 12). The interval is that of the few, so it errs on the wide side.
    """
    own, count = runs.spread(row, key), runs.replications(row)
    if count >= runs.replications(selected):
        return own
    base, mine, best = (runs.summed(of).first(count).left_out(key) for of in (0, row, selected))
    gain, best_gain = pseudo_values(mine - base), pseudo_values(best - base)
    kind = runs.spread(selected, key).mean - float(best[0] - base[0])
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = float(np.cov(gain, best_gain)[0, 1] / best_gain.var(ddof=1)) if count > 1 else 0.0
    if not math.isfinite(slope * kind):
        return own
    return Moved(own, min(max(slope, 0.0), 1.0) * kind)


def places(runs: Runs, order: Sequence[int], by: str) -> tuple[np.ndarray, np.ndarray]:
    """First and last place that each layout may have: [layout in `order`].

    A layout stands behind those that are surely better and before those that are surely worse.
    Every two are compared over the replications that both have, all pairs at once (Bonferroni), so
    the places hold together with 95 % confidence.
    """
    k, sign = len(order), BY_KEY[by].sign
    better = np.zeros((k, k), bool)  # [row, column]: row is surely better than column
    having = np.array([runs.replications(row) for row in order])
    pairs = max(1, k * (k - 1) // 2)
    for count in np.unique(having).tolist():
        if count < FEWEST:
            continue
        some = np.flatnonzero(having >= count)
        left_out = [runs.summed(order[i]).first(count).left_out(by) for i in some.tolist()]
        values = sign * np.array(left_out)  # [layout, 1 + replication]
        pseudo = count * values[:, :1] - (count - 1) * values[:, 1:]
        covariance = np.cov(pseudo).reshape(len(some), len(some))
        variance = np.diag(covariance)[:, None] + np.diag(covariance)[None] - 2 * covariance
        se = np.sqrt(np.maximum(variance, 0.0) / count)
        lead = values[:, :1] - values[None, :, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            df = freedom(count, runs.summed(0).setup.sequential)
            chance = 2 * stdtr(df, -np.abs(lead) / se)
        certain = (se == 0) & (lead != 0)  # a spread that is not known tells nothing
        surely = (np.where(se > 0, chance, np.where(certain, 0.0, 1.0)) < 0.05 / pairs) & (lead > 0)
        least = np.minimum(having[some][:, None], having[some][None]) == count
        rows, columns = np.nonzero(surely & least)
        better[some[rows], some[columns]] = True
    return 1 + better.sum(axis=0), k - better.sum(axis=1)
