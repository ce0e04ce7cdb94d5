"""Small rankings of Liling's seats, as found and made up, for tests of answers, words, figures."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

from studies import QUICK, days

from sim.answers.ranking import rank
from sim.answers.sites import site
from sim.measures.intervals import Estimate
from sim.measures.verdicts import Verdict
from sim.study.stopping import StoppedBecause


@lru_cache(maxsize=8)
def ranked(by="within", **how):
    return rank(days(), by=by, workers=1, **({"replications": 6} | how))


@lru_cache(maxsize=12)
def sited(model="mclp", **how):
    return site(days(), "12", model=model, **({"best": 4} | QUICK | how))


# ── made up ──────────────────────────────────────────────────────────────────────────────────


def nothing(_):
    return Estimate(0.0, 0.0, 0.0)


def unknown(value):
    return Estimate(value.mean, math.nan, math.nan)


def vast(value):
    return Estimate(value.mean, -90.0, 90.0)


def ranking_of(change, verdict):
    """Every gain changed, every candidate with this verdict and maybe the best."""
    sites = [
        one._replace(
            gains={key: change(gain) for key, gain in one.gains.items()},
            verdict=verdict,
            best_place=1,
        )
        for one in ranked().sites
    ]
    return replace(ranked(), sites=tuple(sites))


def spread_out(tied=False):
    """Candidates of which the first leads, with or without two others that may be the best."""
    sites = [
        one._replace(verdict=Verdict.BETTER, best_place=1 if i == 0 or (tied and i < 3) else 4,
                     gains=one.gains | {"within": Estimate(0.1 - i / 1000, 0.05, 0.15)})
        for i, one in enumerate(ranked().sites)
    ]  # fmt: skip
    return replace(ranked(), sites=tuple(sites))


def with_worst(found, row, gain):
    """This gain for the worst-served at one row, a point that may be chance at all others."""
    sites = [x._replace(gains=x.gains | {"worst5": Estimate(0.01, 0.0, 0.02)}) for x in found.sites]
    sites[row] = sites[row]._replace(gains=sites[row].gains | {"worst5": gain})
    return replace(found, sites=tuple(sites))


def alone(verdict):
    """One candidate, with this verdict."""
    return replace(ranked(), sites=(ranked().best._replace(verdict=verdict),))


def as_draft(answer):
    return replace(answer, provenance=replace(answer.provenance, chosen=StoppedBecause("draft")))


def reordered(found, places, ends=None, contenders=1):
    """The same plans, in these places (from 0) by simulation, told apart for certain."""
    by_name = {one.candidate: one for one in found.ranking.sites}
    sites = [None] * len(places)
    for plan, place in zip(found.plans, places, strict=True):
        first, last = (place + 1, place + 1) if ends is None else ends
        sites[place] = by_name[plan.candidate]._replace(best_place=first, worst_place=last)
    ranking = replace(found.ranking, sites=tuple(sites), contenders=contenders)
    return replace(found, ranking=ranking)
