"""How long stages took: slips, who stays and who is conveyed, clocks apart, stations apart."""

from __future__ import annotations

import numpy as np
import pytest
from missions import MONDAY, POINT, cleaned, instant, mission, write

from sim.fitting import cleaning, stages
from sim.scenario.records import units
from sim.scenario.settings.replay import Replay


def made(folder, ground, count=3_000, ahead=0.0, stations=("湘东医院",), slower=None, seed=1):
    """Missions of known laws: turnout 80 s, on scene 900 s or 1,800 s if nobody is conveyed.

    Some six hours apart, each with another vehicle. `ahead`: of the vehicles' clock; `slower`:
    factor of turnout by station.
    """
    draws = np.random.default_rng(seed)
    rows = []
    for n in range(count):
        at = MONDAY + np.timedelta64(n * 11_111, "s")
        station = stations[n % len(stations)]
        turnout = 80 * np.exp(draws.normal(0, 0.3)) * (slower or {}).get(station, 1.0)
        arrived = 67 + turnout + 600
        taken = n % 3 > 0
        scene = (900 if taken else 1_800) * np.exp(draws.normal(0, 0.3))
        times = {"received_at": 0, "assigned_at": 67, "mobile_at": 67 + turnout + ahead,
                 "arrived_at": arrived + ahead}  # fmt: skip
        if taken:
            times |= {"left_scene_at": arrived + scene + ahead,
                      "at_hospital_at": arrived + scene + 600 + ahead}  # fmt: skip
        times["cleared_at"] = arrived + scene + (2_000 if taken else 0) + ahead
        row = {name: instant(at, round(s)) for name, s in times.items()}
        rows.append(row | {
            "station": station, "vehicle": f"{n % 50}", "incident": n, "lon": POINT[0] - n * 1e-5,
            "lat": POINT[1], "conveyed": "yes" if taken else "no",
        })  # fmt: skip
    path = write(folder / "missions.csv", rows)
    clean = cleaning.cleaned(units.read(path, ground, Replay(file=path.name)), ground)
    return stages.fit(clean, ())


def test_stages_come_back_apart_for_who_is_conveyed_and_who_stays(tmp_path, liling):
    found = made(tmp_path, liling.map)
    mean = np.exp(0.3**2 / 2)
    for stage, of, median in (
        ("turnout", "all", 80), ("on_scene", "conveyed", 900), ("on_scene", "stays", 1_800),
    ):  # fmt: skip
        law = found.of(stage, of).law
        assert law.mean.mean == pytest.approx(median * mean, rel=0.03)
        assert law.median.mean == pytest.approx(median, rel=0.03)
    assert found.of("call_taking").law.mean.mean == pytest.approx(67, abs=0.5)
    assert found.of("handover").law.mean.mean == pytest.approx(1_400, rel=0.01)
    assert found.of("on_scene", "conveyed").law.n == 2_000
    assert found.of("on_scene", "stays").law.n == 1_000
    assert found.queueing
    assert (found.dead_s, found.below_zero) == (0.0, 0)
    assert found.of("nothing") is None


def test_clocks_apart_are_told_by_turnouts_that_are_never_short(tmp_path, liling):
    found = made(tmp_path, liling.map, ahead=40)
    assert found.dead_s == pytest.approx(40, abs=12)
    assert found.below_zero == 0
    law = found.of("turnout").law
    assert law.mean.low < 80 * np.exp(0.045) < law.mean.high  # the truth is within the interval


def test_turnouts_below_zero_are_counted(tmp_path, liling):
    found = made(tmp_path, liling.map, ahead=-70)
    assert found.below_zero > 500
    assert found.of("on_scene", "conveyed").law.mean.mean == pytest.approx(941, rel=0.03)


def test_stations_are_drawn_towards_all(tmp_path, liling):
    names = tuple(one.name.zh for one in liling.stations[:4])
    found = made(tmp_path, liling.map, stations=names, slower={names[0]: 1.3})
    factor = {one.station: one.factor for one in found.stations}
    assert set(factor) == set(names)
    whole = (1.3 + 3) / 4
    assert 1 < factor[names[0]].mean < 1.33 / whole
    assert factor[names[0]].mean == pytest.approx(1.3 / whole, rel=0.03)
    assert factor[names[0]].low > 1
    for name in names[1:]:
        assert factor[name].mean == pytest.approx(1 / whole, rel=0.03)


def test_stations_that_are_alike_have_a_factor_near_one(tmp_path, liling):
    names = tuple(one.name.zh for one in liling.stations[:4])
    found = made(tmp_path, liling.map, stations=names)
    for one in found.stations:
        assert abs(one.factor.mean - 1) < 0.02
        assert one.n == 750


def test_few_missions_have_no_stations_and_very_few_no_laws(tmp_path, liling):
    found = made(tmp_path, liling.map, 90)
    assert found.stations == ()
    assert found.of("turnout") is not None
    assert made(tmp_path, liling.map, 9).laws == ()


# ── slips ───────────────────────────────────────────────────────────────────────────────────────


def test_durations_without_slips_are_all_believed():
    seconds = 900 * np.exp(np.random.default_rng(1).normal(0, 0.4, 2_000))
    assert stages.believable_s(seconds, 28_800.0) == 28_800.0


def test_durations_beyond_the_slips_are_not_believed():
    """One in fifty is anything up to eight hours."""
    draws = np.random.default_rng(1)
    seconds = 900 * np.exp(draws.normal(0, 0.3, 5_000))
    slips = draws.uniform(0, 28_800, 100)
    longest = stages.believable_s(np.concatenate([seconds, slips]), 28_800.0)
    assert np.quantile(seconds, 0.98) < longest < 5_000


@pytest.mark.parametrize("seconds", [[], [5.0], [60.0] * 99, [60.0] * 5_000])
def test_few_or_equal_durations_are_believed(seconds):
    assert stages.believable_s(np.array(seconds), 1_800.0) == 1_800.0


def test_a_law_that_fits_better_moved_to_the_left_is_no_sign_of_clocks(tmp_path, liling):
    """Of turnouts of a gamma law none is negative: no clock is behind."""
    draws = np.random.default_rng(5)
    rows = []
    for n in range(1_500):
        turnout = int(draws.gamma(9, 10)) + 1
        at = MONDAY + np.timedelta64(3 * n, "h")
        rows.append(mission(at, {"mobile_at": 67 + turnout, "arrived_at": 800}))
    fit = stages.fit(cleaned(tmp_path, liling.map, rows), ())
    assert fit.dead_s >= 0
    assert fit.below_zero == 0


@pytest.mark.parametrize("slow", [90.0, 60.0])
def test_turnouts_that_are_always_the_same_leave_no_number_that_is_none(tmp_path, liling, slow):
    """Nothing varies by chance: a station is like the others, or surely is not."""
    rows, names = [], [one.name.zh for one in liling.stations[:2]]
    for n in range(300):
        at = MONDAY + np.timedelta64(n * 11_111, "s")
        turnout = 90.0 if n % 2 else slow
        times = {"received_at": 0, "assigned_at": 60, "mobile_at": 60 + turnout}
        row = {name: instant(at, s) for name, s in times.items()}
        rows.append(row | {"station": names[n % 2], "vehicle": f"{n % 50}", "incident": n,
                           "lon": POINT[0] - n * 1e-5, "lat": POINT[1]})  # fmt: skip
    path = write(tmp_path / "missions.csv", rows)
    clean = cleaning.cleaned(units.read(path, liling.map, Replay(file=path.name)), liling.map)
    found = {one.station: one.factor for one in stages.fit(clean, ()).stations}
    assert set(found) == set(names)
    for name, turnout in zip(names, (slow, 90.0), strict=True):
        factor = turnout / ((slow + 90.0) / 2)
        assert tuple(found[name]) == pytest.approx((factor,) * 3)


def test_one_station_without_chance_beside_one_with_much(tmp_path, liling):
    """Chance explains how far they lie apart: the one that never varies is drawn to all as well."""
    draws, rows, names = np.random.default_rng(2), [], [one.name.zh for one in liling.stations[:2]]
    for n in range(300):
        at = MONDAY + np.timedelta64(n * 11_111, "s")
        turnout = 90 if n % 2 else 60 + 60 * int(draws.random() < 0.5)
        times = {"received_at": 0, "assigned_at": 60, "mobile_at": 60 + turnout}
        row = {name: instant(at, s) for name, s in times.items()}
        rows.append(row | {"station": names[n % 2], "vehicle": f"{n % 50}", "incident": n,
                           "lon": POINT[0] - n * 1e-5, "lat": POINT[1]})  # fmt: skip
    path = write(tmp_path / "missions.csv", rows)
    clean = cleaning.cleaned(units.read(path, liling.map, Replay(file=path.name)), liling.map)
    for one in stages.fit(clean, ()).stations:
        assert one.factor.low <= 1 <= one.factor.high
        assert np.isfinite(one.factor).all()
