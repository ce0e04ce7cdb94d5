"""A calibration whose every part is known, made without records or simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.answers.answer import Origin
from sim.answers.calibration import Calibration, Fits, RecordsRead
from sim.fitting import laws, rates
from sim.fitting.drives import NotCounted
from sim.fitting.fragment import Fragment
from sim.fitting.history import Bounds, Check, History, QuantilePair, TownshipHistory
from sim.fitting.minutes import sample
from sim.fitting.shares import SharesFit
from sim.fitting.speeds import BandSpeed, ClassSpeed, SpeedFit
from sim.fitting.stages import DurationsFit, StageLaw
from sim.measures.intervals import NOTHING_KNOWN, Estimate
from sim.scenario.records.balance import Balance

FILE = "2025"  # a name that every language leaves as it is


def made(scenario, **parts):
    """A calibration of a scenario; `parts` take the place of its own."""
    of = Calibration(
        Origin(scenario),
        RecordsRead(FILE, Balance(4_000, 4_000, 0, ()), 0, "2025-01-06", "2025-12-28",
                    frozenset(), (), (), False, {}, (), (), ()),
        (),
        fits(scenario),
        scenario,
        history(scenario),
        Bounds(),
    )  # fmt: skip
    return replace(of, **parts)


def fits(scenario):
    return Fits(
        rates_of(scenario), speeds(), DurationsFit(stage_laws(), (), (), 0.0, 0, True),
        SharesFit(*[()] * len(SharesFit._fields)), NotCounted(*[0] * len(NotCounted._fields)), (),
        Fragment({}, ()),
    )  # fmt: skip


def rates_of(scenario, calls=4_000, days=357, seed=5):
    """Calls of a year; a third of the townships calls twice as often as others."""
    draws = np.random.default_rng(seed)
    townships = len(scenario.map.townships)
    people = np.full((townships, 2), 10_000.0)
    often = np.where(np.arange(townships) % 3, 1.0, 2.0)
    by_hour = 1 + np.sin((np.arange(24) - 8) / 24 * 2 * np.pi) * 0.6
    hour = draws.choice(24, calls, p=by_hour / by_hour.sum())
    first = np.datetime64("2025-01-06")
    seconds = (
        draws.integers(0, days, calls) * 86_400 + hour * 3_600 + draws.integers(0, 3600, calls)
    )
    at = np.sort(first.astype("datetime64[us]") + seconds * np.timedelta64(1, "s"))
    township = draws.choice(townships, calls, p=often / often.sum())
    area = draws.integers(0, 2, calls)
    received = rates.Received(at, area, township, first, days, people.sum(axis=0), people)
    return rates.fit(received)


def speeds():
    hours = np.zeros((7, 24), bool)
    hours[:5, 7:9] = True
    rush = hours.ravel()
    weekend = np.zeros((7, 24), bool)
    weekend[5:] = True
    classes = (
        ClassSpeed("motorway", NOTHING_KNOWN._replace(mean=88.0), 1_200.0, 300, 0.02, "trunk"),
        ClassSpeed("trunk", Estimate(60.0, 58.0, 62.0), 9_000.0, 1_500, 0.3),
        ClassSpeed("primary_link", Estimate(47.0, 44.0, 50.0), 7_000.5, 2_500, 0.4),
        ClassSpeed("living_street", Estimate(12.0, 7.0, 14.0), 30.0, 90, 0.03, "", True),
        ClassSpeed("z", Estimate(9.0, 8.0, 10.0), 3.0, 60, 0.03),
    )
    bands = (
        BandSpeed(rush, Estimate(0.75, 0.73, 0.77), 900),
        BandSpeed(weekend.ravel(), Estimate(1.04, 1.01, 1.07), 1_100),
    )
    return SpeedFit(
        classes, bands, ~rush, Estimate(0.95, 0.93, 0.97), None, None, Estimate(0.2, 0.19, 0.21),
        None, None, 3_000, 2_000, 4_900, (12, 3), 5, 0.001,
    )  # fmt: skip


def law(median=80.0, sigma=0.45, seed=3, count=2_000, **how):
    draws = np.random.default_rng(seed)
    return laws.fit(sample(median * np.exp(draws.normal(0, sigma, count)), **how))


def stage_laws():
    odd = np.random.default_rng(1).choice([600.0, 2_400.0], 1_000)
    odd = odd * np.exp(np.random.default_rng(2).normal(0, 0.05, 1_000))
    return (
        StageLaw("call_taking", "all", laws.fit(sample(np.full(300, 60.0))), "exact"),
        StageLaw("turnout", "all", law(), "both"),
        StageLaw("on_scene", "conveyed", laws.fit(sample(odd)), "exact"),
        StageLaw("on_scene", "stays", law(50.0, 0.1), "exact"),
        StageLaw("handover", "all", law(1_500.0), "exact"),
    )


def township(name, calls, recorded, mean, half):
    return TownshipHistory(name, calls, recorded, Estimate(mean, mean - half, mean + half))


def checks(scenario):
    names = [one.name.zh for one in scenario.map.townships]
    return (
        Check("compliance", 0.80, Estimate(0.81, 0.805, 0.815), 0.02, True),
        Check("p90", 1_500.0, Estimate(1_700.0, 1_680.0, 1_720.0), 60.0, False),
        Check("township", 0.6, Estimate(0.62, 0.55, 0.69), 0.05, None, names[0]),
        Check("township", 0.7, Estimate(0.95, 0.93, 0.97), 0.05, False, names[1]),
        Check("same station", np.nan, Estimate(0.80, 0.78, 0.82), 0.75, True),
    )


def history(scenario):
    names = [one.name.zh for one in scenario.map.townships]
    some = tuple(
        township(name, 40 + 13 * row, *((0.6, 0.62, 0.05), (0.9, 0.7, 0.1), (0.3, 0.5, 0.1))[row % 3])
        for row, name in enumerate(names)
    )  # fmt: skip
    recorded = (240.0, 300.0, 480.0, 900.0, 1_500.0, 2_160.0, 2_580.0)
    pairs = tuple(
        QuantilePair(percent, then, Estimate(1.04 * then, 1.01 * then, 1.07 * then),
                     Estimate(1.1 * then, 1.0 * then, 1.2 * then))
        for percent, then in zip((5, 10, 25, 50, 75, 90, 95), recorded, strict=True)
    )  # fmt: skip
    whole = Estimate(0.81, 0.805, 0.815)
    return History(
        51, 36, 1_200, 20, 0.8, whole, whole, some, pairs, (), (), None, None, None, 0.03,
        checks(scenario),
    )  # fmt: skip
