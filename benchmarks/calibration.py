"""Does calibration return what records were made of?  python benchmarks/calibration.py --worlds 50

Each world is Liling's layout with other rates, speeds, durations and shares. It is simulated for a
year, its log turned into what a dispatch system would have exported, spoiled: stamps blurred by
5 s and rounded to minutes, 3 % gross errors, 2 % of rows missing, two clocks 40 s apart in a fifth
of the weeks, one drive in five off the fastest way. Printed is how often the interval of each kind
of number holds the truth, and how far its middle is from it.

    --clean    the same without spoiling
    --history  also whether the model repeats history, and in how many worlds what was recorded
               lies in the interval of one history
    --place    another scenario with its map, like scenarios/coquimbo
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

import sim
from sim.answers.calibration import Calibration, calibrate
from sim.measures.intervals import Estimate
from sim.scenario.profiles import factors
from sim.scenario.scenario import Scenario

SPOILED = {
    "blur_s": 5.0, "whole_minutes": "rounded", "gross_errors": 0.03, "missing_rows": 0.02,
    "clocks_apart_s": 40.0, "clocks_apart_weeks": 0.2, "off_fastest": 0.2,
}  # fmt: skip
RUSH = {"hours": "07-09", "days": "mon-fri"}


def world(base: Scenario, seed: int) -> Scenario:
    """Another service in the same place."""
    draw = np.random.default_rng(seed)
    speeds = {
        name: f"{3.6 * value * np.exp(draw.normal(0, 0.2)):.2f} km/h"
        for name, value in base.settings.travel.speeds.items()
        if name in base.map.network.classes
    }
    red, yellow = draw.uniform(0.02, 0.1), draw.uniform(0.3, 0.5)
    percent = [round(100 * red, 2), round(100 * yellow, 2)]
    percent.append(round(100 - sum(percent), 2))
    names = [one.name for one in base.settings.demand.priorities]
    towns = {
        one.name.zh: f"{100 * draw.gamma(16, 1 / 16):.2f} %"
        for one in base.map.townships
    }  # fmt: skip
    stations = {base.stations[row].name.zh: f"{draw.uniform(80, 130):.1f} %" for row in (1, 3)}
    return base.with_settings(
        demand={
            "rate": {
                "urban": f"{draw.uniform(11, 18):.2f} per 1000 people per year",
                "rural": f"{draw.uniform(11, 18):.2f} per 1000 people per year",
                "townships": towns,
            },
            "priorities": [
                {"name": name, "share": f"{share:.2f} %"}
                for name, share in zip(names, percent, strict=True)
            ],
            "transported": f"{draw.uniform(50, 75):.1f} %",
        },
        durations={
            "turnout": {"distribution": "lognormal", "median": f"{draw.uniform(60, 110):.1f} s",
                        "sigma": round(float(draw.uniform(0.3, 0.5)), 3)},
            "turnout_at": stations,
            "on_scene": {"distribution": "gamma", "shape": 4,
                         "mean": f"{draw.uniform(15, 30):.1f} min"},
            "handover": {"distribution": "weibull", "shape": 1.8,
                         "scale": f"{draw.uniform(15, 30):.1f} min"},
        },
        travel={
            "speeds": speeds,
            "ordinary": f"{draw.uniform(80, 97):.1f} %",
            "factor": {"sigma": round(float(draw.uniform(0.12, 0.28)), 3), "to_hospital": 0.15},
            "bands": [{**RUSH, "speed": f"{draw.uniform(65, 85):.1f} %"}],
        },
    )  # fmt: skip


class Held:
    """How often intervals hold the truth, by kind of number."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[bool, float, float]]] = defaultdict(list)

    def add(self, kind: str, one: Estimate | None, truth: float) -> None:
        if one is None or not one.known:
            self.rows[f"{kind}: no interval"].append((True, 0.0, 0.0))
            return
        scale = abs(truth) or 1.0
        self.rows[kind].append(
            (one.low <= truth <= one.high, (one.mean - truth) / scale, one.half_width / scale)
        )

    def show(self) -> None:
        print(f"{'kind':34} {'n':>5} {'held':>7} {'bias':>8} {'rms':>8} {'half':>8}")
        inside = total = 0
        for kind, rows in self.rows.items():
            table = np.array(rows, float)
            if kind.endswith("no interval"):
                print(f"{kind:34} {len(rows):5}")
                continue
            inside += int(table[:, 0].sum())
            total += len(rows)
            print(
                f"{kind:34} {len(rows):5} {table[:, 0].mean():7.1%} {table[:, 1].mean():+8.2%} "
                f"{np.sqrt((table[:, 1] ** 2).mean()):8.2%} {table[:, 2].mean():8.2%}"
            )
        print(f"{'all':34} {total:5} {inside / max(total, 1):7.1%}")


def compare(truth: Scenario, found: Calibration, held: Held, recorded: float) -> None:
    """Every fitted number against what the world was made of; `recorded`: the share of rows that
    are in the records, for nobody can know of the others."""
    settings, fits = truth.settings, found.fits
    demand, cells = settings.demand, truth.map.cells
    year_s = 365.25 * 86_400
    names = [one.name.zh for one in truth.map.townships]
    of_town = np.array([demand.rate.townships.get(name, 1.0) for name in names])
    factor = of_town[cells.township]
    means = []
    for area, rate in enumerate((demand.rate.urban, demand.rate.rural)):
        mine = cells.area == area
        mean = float((cells.people * factor)[mine].sum() / cells.people[mine].sum())
        means.append(mean)
        value = 1000 * year_s * rate.per_second * mean * recorded
        held.add("rate of an area", fits.rates.areas[area].per_1000_per_year, value)
    only = [np.unique(cells.area[(cells.township == row) & (cells.people > 0)]) for row in
            range(len(names))]  # fmt: skip
    towns = fits.rates.townships
    for row, areas in enumerate(only):
        if len(areas) == 1:
            value = Estimate(*(float(c[row]) for c in (towns.factor, towns.low, towns.high)))
            held.add("factor of a township", value, of_town[row] / means[areas[0]])
    week = factors(demand.profile).reshape(7, 24)
    profile = fits.rates.profile
    hours = (profile.hours, profile.hours_low, profile.hours_high)
    days = (profile.days, profile.days_low, profile.days_high)
    for name, true, each in (
        ("hour of the day", week.mean(axis=0), hours),
        ("day of the week", week.mean(axis=1), days),
    ):
        for row, value in enumerate(true / true.mean()):
            held.add(name, Estimate(*(float(column[row]) for column in each)), float(value))
    for row, one in zip(fits.shares.priorities, demand.priorities, strict=True):
        held.add("share of a priority", row.share, one.share)
    assert fits.shares.conveyed is not None
    held.add("share conveyed", fits.shares.conveyed.share, demand.transported)
    _speeds(truth, found, held)
    durations = settings.durations
    for stage, of, law in (
        ("turnout", "all", durations.turnout), ("on_scene", "conveyed", durations.on_scene),
        ("on_scene", "stays", durations.on_scene), ("handover", "all", durations.handover),
    ):  # fmt: skip
        one = fits.durations.of(stage, of)
        if one is None:
            held.add(f"{stage} {of}", None, 0.0)
        elif stage != "turnout":  # which differs by station
            held.add(f"mean {stage} {of}", one.law.mean, law.mean())
            held.add(f"p90 {stage} {of}", one.law.p90, float(law.seconds(np.array([0.9]))[0]))
    if fits.durations.stations:
        at = {truth.stations[row].name.zh: 1.0 for row in range(len(truth.stations))}
        at |= dict(durations.turnout_at)
        whole = sum(one.n * at[one.station] for one in fits.durations.stations)
        whole /= sum(one.n for one in fits.durations.stations)
        for one in fits.durations.stations:
            held.add("turnout of a station", one.factor, at[one.station] / whole)
        turnout = fits.durations.of("turnout")
        if turnout is not None:
            held.add("mean turnout", turnout.law.mean, whole * durations.turnout.mean())


def _speeds(truth: Scenario, found: Calibration, held: Held) -> None:
    fit, travel = found.fits.speeds, truth.settings.travel
    assert fit is not None
    for one in fit.classes:
        held.add("speed of a class", one.kmh, 3.6 * travel.speeds[one.road])
    held.add("ordinary", fit.ordinary, travel.ordinary)
    assert travel.factor is not None
    held.add("spread of drives", fit.sigma, travel.factor.sigma)
    held.add("spread to hospital", fit.sigma_to_hospital, travel.factor.sigma_to_hospital)
    hours = np.zeros(168, bool)
    for day in range(5):
        hours[day * 24 + 7 : day * 24 + 9] = True
    right = len(fit.bands) == 1 and bool((fit.bands[0].hours == hours).all())
    held.rows["hours of the band found"].append((right, 0.0, 0.0))
    if right:
        held.add("speed in the band", fit.bands[0].share, travel.bands[0].speed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--worlds", type=int, default=50)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--clean", action="store_true")
    parser.add_argument("--history", action="store_true")
    parser.add_argument("--place", default="scenarios/liling")
    parser.add_argument("--days", type=int, default=364)
    parser.add_argument("--minutes", default="rounded", choices=("rounded", "cut off", "none"))
    asked = parser.parse_args()
    base, held = sim.load(asked.place), Held()
    spoiled = {} if asked.clean else dict(SPOILED)
    if asked.minutes != "rounded" and spoiled:
        spoiled["whole_minutes"] = None if asked.minutes == "none" else asked.minutes
    repeated: dict[object, int] = defaultdict(int)
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(asked.first, asked.first + asked.worlds):
            truth = world(base, number)
            file = Path(folder) / "records.csv"
            sim.made_up_records(truth, file, days=asked.days, seed=number + 1, **spoiled)
            began = time.perf_counter()
            found = calibrate(file, base, simulate=asked.history)
            seconds.append(time.perf_counter() - began)
            compare(truth, found, held, 1 - float(spoiled.get("missing_rows", 0.0)))
            if found.history is not None:
                history = found.history
                repeated[history.repeats] += 1
                held.add("compliance in one history", history.replayed, history.compliance)
                for town in history.townships:
                    if town.calls >= 20:
                        held.add("the same of a township", town.simulated, town.recorded)
            print(f"world {number}: {seconds[-1]:.1f} s", file=sys.stderr, flush=True)
    held.show()
    if asked.history:
        print("history repeated:", {str(key): n for key, n in repeated.items()})
    print(
        f"seconds: median {np.median(seconds):.1f}; memory "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB"
    )


if __name__ == "__main__":
    main()
