"""What tests of search, curve, stress and worth share: small cities, and answers altered by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
from studies import LONG, days
from towns import matrix_files

import sim
from sim.answers.answer import Provenance
from sim.answers.assumptions import Mishap, assumptions, mishaps
from sim.answers.comparison import compare
from sim.answers.curve import curve
from sim.answers.search import search
from sim.answers.stress import End, JointSamples, Stress, Swing
from sim.answers.worth import worth
from sim.geography.making import import_map
from sim.measures.intervals import Estimate
from sim.measures.verdicts import Verdict
from sim.scenario.settings import Costs
from sim.study.stopping import StoppedBecause

PRICES = Costs(
    station="1,200,000 CNY per year", substation="400,000 CNY per year",
    ambulance="900,000 CNY per year",
)  # fmt: skip


@lru_cache(maxsize=1)
def priced():
    """The same with what stations and ambulances cost."""
    return replace(days(), settings=days().settings.model_copy(update={"costs": PRICES}))


def assumption(base, key):
    """The assumption of this key that a stress test of the layout varies."""
    (one,) = [one for one in assumptions(base) if one.key == key]
    return one


def small():
    """Liling with three stations only: options are few."""
    base = days()
    for name in ("市妇幼", "泰安医院", "兆和医院", "市四医院", "第六分站"):
        base = base.close(name)
    return base


def tiny_city(folder):
    """Three places joined by a matrix: A with the station, B with most people, C with none."""
    import_map(matrix_files(folder))
    (folder / "scenarios").mkdir()
    path = folder / "scenarios" / "tiny.yaml"
    path.write_text(
        "name: tiny\nmap: tiny\nlayout:\n  - {station: Base A, ambulances: 2}\n"
        "demand: {transported: 0 %, rate: {urban: 12 per day, rural: 12 per day}}\n"
        "targets: {rural: 12 min}\nstudy: {length: 7 days}\n", "utf-8",
    )  # fmt: skip
    return sim.load(path)


# ── answers from short studies ───────────────────────────────────────────────────────────────


@lru_cache(maxsize=1)
def of_worth():
    return worth(priced(), replications=6)


@lru_cache(maxsize=1)
def of_curve():
    return curve(priced(), "8", steps=3, replications=6)


@lru_cache(maxsize=1)
def of_search():
    return search(priced(), "8", stations=1, ambulances=1, replications=6)


def by_comparison(base, layouts, replications=5, key="within"):
    result = compare(base, *layouts, replications=replications, workers=1)
    return [result.difference(key, i).mean for i in range(1, len(layouts) + 1)]


# ── altered by hand ──────────────────────────────────────────────────────────────────────────


def as_draft(answer):
    return replace(answer, provenance=replace(answer.provenance, chosen=StoppedBecause("draft")))


def with_replications(answer, number):
    return replace(answer, provenance=replace(answer.provenance, replications=number))


def nothing(_):
    return Estimate(0.0, 0.0, 0.0)


def unknown(value):
    return Estimate(value.mean, math.nan, math.nan)


def vast(value):
    return Estimate(value.mean, -90.0, 90.0)


def mapped(estimates, change):
    return {key: change(value) for key, value in estimates.items()}


def worth_of(change, verdict):
    losses = [
        loss._replace(changes=mapped(loss.changes, change), verdict=verdict)
        for loss in of_worth().losses
    ]
    return replace(of_worth(), losses=tuple(losses))


def losses_of(*values, by="within"):
    """Losses with these changes and verdicts, that make nothing else worse."""
    losses = [
        loss._replace(verdict=verdict, changes=loss.changes | {by: change}, harms=())
        for loss, (change, verdict) in zip(of_worth().losses, values, strict=False)
    ]
    return replace(of_worth(), losses=tuple(losses), by=by)


def long_worth():
    found = of_worth()
    base = found.provenance.base
    named = [replace(station, name=LONG.name) for station in base.stations]
    made = replace(found.provenance, base=replace(base, stations=tuple(named)))
    return replace(found, provenance=made)


def altered(taken, change, verdict):
    return tuple(
        step._replace(
            values=mapped(step.values, change), gains=mapped(step.gains, change),
            gain=change(step.gain), verdict=verdict,
        )
        for step in taken
    )  # fmt: skip


def search_of(change, verdict):
    return replace(of_search(), steps=altered(of_search().steps, change, verdict))


def stepped(*gains, verdict=Verdict.BETTER, today=0.7, half=0.005, by="within"):
    """A search whose steps gain so much, one after another."""
    like, steps, value = of_search().steps[0], [], today
    for gain in gains:
        value += gain
        total = value - today
        steps.append(
            like._replace(
                values=like.values | {by: Estimate(value, value - half, value + half)},
                gains=like.gains | {by: Estimate(total, total - half, total + half)},
                gain=Estimate(gain, gain - half, gain + half), verdict=verdict,
            )
        )  # fmt: skip
    return replace(of_search(), steps=tuple(steps), by=by)


def renamed(taken):
    return tuple(
        step._replace(option=step.option._replace(station=LONG.name, giver=LONG.name))
        for step in taken
    )


def curve_of(change, verdict):
    found = of_curve()
    tracks = {key: altered(taken, change, verdict) for key, taken in found.tracks.items()}
    return replace(found, tracks=tracks, now=mapped(found.now, change))


def first_steps(a, b, verdict=Verdict.BETTER):
    """A curve of one station that gains `a`, and one ambulance that gains `b`."""
    found = of_curve()
    tracks = {
        key: (found.tracks[key][0]._replace(gain=gain, verdict=verdict),)
        for key, gain in (("stations", a), ("ambulances", b))
    }
    return replace(found, tracks=tracks)


def long_curve():
    found = of_curve()
    return replace(found, tracks={key: renamed(taken) for key, taken in found.tracks.items()})


def many_steps():
    """Twelve of each, and a fleet rearranged in three moves."""
    tracks = {key: (of_curve().tracks[key] * 4)[:12] for key in ("stations", "ambulances")}
    return replace(of_curve(), tracks=tracks | {"fleet": tracks["ambulances"][:3]})


def one_step():
    tracks = {key: of_curve().tracks[key][:1] for key in ("stations", "ambulances")}
    return replace(of_curve(), tracks=tracks | {"fleet": ()})


def stressed(*gains, swing=1.4, half=0.6, joint=0, by="within", often=20):
    """As many proposals as gains, each end of an assumption less far from them than the last."""
    share = 0.01 if by == "within" else 1.0

    def end(case, shift):
        found = [
            Estimate(*(share * (gain + shift + d) for d in (0, -half, half))) for gain in gains
        ]
        return End(case, tuple(found))

    swings = []
    for i, about in enumerate(assumptions(priced())):
        far = swing * 0.8**i
        swings.append(Swing(about, end(-about.wrong, far), end(about.wrong, -0.9 * far)))
    for about in mishaps(priced()):
        one, other = (case.name for case in about.cases[:2])
        swings.append(Swing(about, end(one, -0.1 * swing), end(other, 0.0)))
    plans = [priced().add("枫林镇"), priced().add("茶山镇"), priced().close("第六分站")]
    proposals = tuple(plans[i % 3] for i in range(len(gains)))
    made = Provenance(priced(), often, 585, 2025, 94.0, StoppedBecause("given"))
    found = Stress(made, proposals, end(0.0, 0.0).gains, tuple(swings), None, by)
    if joint:
        drawn = np.random.default_rng(1).normal(gains, 1.2 * swing, (joint, len(gains)))
        found = with_joint(found, share * drawn)
    return found


def with_joint(found, gains):
    joint = JointSamples((), np.zeros((len(gains), 0)), np.array(gains), 10)
    return replace(found, joint=joint)


def only(found, key):
    return replace(found, swings=tuple(s for s in found.swings if s.about.key == key))


def one_case(found):
    """A mishap that can happen in one way only, as in a fleet of two stations."""
    swings = [s._replace(high=s.low) for s in found.swings if isinstance(s.about, Mishap)]
    return replace(found, swings=tuple(swings))


def long_stress():
    found = stressed(5.6, 3.5, joint=16)
    swings = [
        s._replace(low=s.low._replace(case=LONG.name)) if isinstance(s.about, Mishap) else s
        for s in found.swings
    ]
    named = [replace(p, name=LONG.name) for p in found.proposals]
    return replace(found, swings=tuple(swings), proposals=tuple(named))
