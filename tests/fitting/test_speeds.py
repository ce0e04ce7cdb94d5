"""Speeds come back from drives that were made of them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from sim.fitting import hours, paths, speeds
from sim.fitting.drives import roads_of
from sim.fitting.paths import DriveEnds
from sim.fitting.settling import SomeDrives
from sim.geography.roads import network
from sim.model.calendar import hours_of_week
from sim.prepare import ways
from sim.scenario.file import load
from sim.scenario.settings.travel import Band

TRUE = {"motorway": 101.0, "trunk": 66.0, "primary": 57.0, "secondary": 44.0, "tertiary": 39.0,
        "residential": 21.0, "unclassified": 33.0}  # fmt: skip
RUSH = np.zeros((7, 24), bool)
RUSH[:5, 7:9] = True


@lru_cache(maxsize=1)
def ground():
    scenario = load(ROOT / "scenarios" / "liling")
    roads = roads_of(scenario)
    prior = {k: 60 / (3.6 * v) for k, v in scenario.settings.travel.speeds.items()}
    return scenario, roads, {kind: prior.get(kind, 1.0) for kind in roads.kinds}


def true_kmh():
    _, roads, prior = ground()
    return np.array([TRUE.get(k, 60 / prior[k] * 0.9) for k in roads.kinds])


@lru_cache(maxsize=4)
def ends(count, seed=1):
    """Drives from all stations to homes, and how far each is on each class."""
    scenario, roads, _ = ground()
    draws = np.random.default_rng(seed)
    cells = scenario.map.cells
    leaves = network.snap(scenario.map.network, cells.xy[draws.choice(len(cells.xy), count)])
    roots = ways.at_roads(scenario.stations, scenario.map)
    found = DriveEnds(draws.integers(0, len(scenario.stations), count), roots, leaves, True)
    return found, paths.sizes(roads, found, 60 / true_kmh())[0]


def drives(count=3_000, sigma=0.0, seed=1, rush=1.0, ordinary=0.0, slower=0.8, wrong=0.0,
           hour=None):  # fmt: skip
    """Drives at the true speeds. `rush`, `slower`: of them in rush hours, and without siren."""
    draws = np.random.default_rng(seed + 50)
    where, sizes = ends(count, seed)
    hour = draws.integers(0, 168, count) if hour is None else np.full(count, hour)
    quiet = draws.random(count) < ordinary
    minutes = sizes @ (60 / true_kmh())
    minutes = minutes / np.where(RUSH.ravel()[hour], rush, 1.0) / np.where(quiet, slower, 1.0)
    minutes = minutes * np.exp(draws.normal(0, sigma, count)) if sigma else minutes
    minutes = np.where(
        draws.random(count) < wrong, minutes * draws.choice([0.05, 20], count), minutes
    )
    some = np.isfinite(minutes) & (minutes > 0.05)
    leaves = type(where.leaves)(*(column[some] for column in where.leaves))
    count = int(some.sum())
    return SomeDrives(where._replace(root=where.root[some], leaves=leaves), minutes[some],
                      np.zeros(count), hour[some], quiet[some], np.zeros(count),
                      np.zeros(count, bool))  # fmt: skip


def fitted(some, **how):
    _, roads, prior = ground()
    return speeds.fit(roads, [some], prior, **how)


@lru_cache(maxsize=1)
def clean():
    return fitted(drives())


def test_speeds_come_back_without_noise():
    """Of the classes on which most is driven to 0.1 %; rare ones hold to what was known before."""
    found, true = clean(), dict(zip(ground()[1].kinds, true_kmh(), strict=True))
    often = [one for one in found.classes if one.share > 0.1]
    assert len(often) >= 3
    for one in often:
        assert one.kmh.mean == pytest.approx(true[one.road], rel=0.001)
    assert found.bands == ()
    assert found.usual.all()
    assert found.sigma.mean < 0.01
    assert found.drives == found.used + sum(found.beyond)
    assert found.ordinary is None
    assert found.turnout_min is None


def test_a_class_with_few_trips_is_tied_and_named():
    found = clean()
    tied = [one for one in found.classes if one.tied_to]
    assert tied
    free = {one.road for one in found.classes if not one.tied_to}
    for one in tied:
        assert one.tied_to in free
        assert not one.kmh.known
        assert one.share < 0.02 or one.trips < 50
    assert sum(one.share for one in found.classes) == pytest.approx(1)


def test_a_rush_hour_is_found_with_its_hours_and_its_share():
    found = fitted(drives(6_000, sigma=0.1, rush=0.7))
    (band,) = found.bands
    assert list(hours.rectangles(band.hours)) == [("mon-fri", "07-09")]
    assert band.share.mean == pytest.approx(0.7, abs=0.02)
    assert band.share.low < 0.7 < band.share.high
    assert (found.usual == ~band.hours).all()


def test_driving_without_siren_is_found():
    found = fitted(drives(sigma=0.05, ordinary=0.4))
    assert found.ordinary.mean == pytest.approx(0.8, abs=0.01)


def test_if_none_drove_with_siren_the_share_of_the_base_counts():
    found = fitted(drives(ordinary=1.0, slower=0.8), ordinary=0.8)
    for one, other in zip(found.classes, clean().classes, strict=True):
        assert one.kmh.mean == pytest.approx(other.kmh.mean, rel=1e-3)
    assert found.ordinary is None


def test_gross_errors_hardly_move_speeds():
    """3 % of drives twenty times too long or too short."""
    one, other = fitted(drives(sigma=0.1)), fitted(drives(sigma=0.1, wrong=0.03))
    assert other.overall.mean == pytest.approx(one.overall.mean, rel=0.01)
    assert sum(other.beyond) > 50
    assert min(other.beyond) > 10


@pytest.mark.parametrize("count", [0, 1, 49])
def test_fewer_than_fifty_drives_say_nothing(count):
    some = drives(200)
    from sim.fitting.settling import part

    assert fitted(part(some, np.arange(count))) is None


def test_no_kind_of_drives_says_nothing():
    _, roads, prior = ground()
    assert speeds.fit(roads, [], prior) is None


# ── hours ───────────────────────────────────────────────────────────────────────────────────────


def read_back(week):
    """[168] bool: what a scenario makes of days and hours as they are written."""
    found = np.zeros(168, bool)
    for days, clock in hours.rectangles(week):
        band = Band.model_validate({"hours": clock, "days": days, "speed": "50 %"})
        mine = hours_of_week(band.hours, band.days)
        assert not found[mine].any()  # bands that overlap multiply
        found[mine] = True
    return found


@given(st.lists(st.booleans(), min_size=168, max_size=168))
@settings(max_examples=60, deadline=None)
def test_any_hours_of_a_week_are_read_back(week):
    assert read_back(np.array(week)).tolist() == week


@pytest.mark.parametrize("filled", [False, True])
def test_no_hours_and_all_hours(filled):
    week = np.full(168, filled)
    assert list(hours.rectangles(week)) == ([("mon-sun", "00-24")] if filled else [])
    assert read_back(week).tolist() == week.tolist()


def test_hours_as_they_are_written():
    week = np.zeros((7, 24), bool)
    week[[0, 2], 22:] = True
    week[5:, 0] = True
    assert list(hours.rectangles(week.ravel())) == [("mon,wed", "22-24"), ("sat-sun", "00-01")]


def test_bands_of_a_week_where_nothing_changes_are_one():
    draws = np.random.default_rng(1)
    hour = draws.integers(0, 168, 20_000)
    assert not hours.bands_of(draws.normal(0, 0.2, 20_000), hour, 0.2).any()
    assert not hours.bands_of(np.zeros(0), np.zeros(0, int), 0.2).any()


def test_bands_are_found_where_something_changes():
    draws = np.random.default_rng(1)
    hour = draws.integers(0, 168, 20_000)
    values = draws.normal(0, 0.2, 20_000) + 0.3 * RUSH.ravel()[hour]
    assert hours.bands_of(values, hour, 0.2).tolist() == RUSH.ravel().astype(int).tolist()


# ── drives without siren that come and go ───────────────────────────────────────────────────────


@pytest.mark.parametrize(("sigma", "back"), [(0.2, True), (0.02, False)])
def test_the_few_without_siren_that_fell_out_may_come_back(monkeypatch, sigma, back):
    """Two classes, one of them 1.8 times slower than was known: by what was known before, the three
    drives without siren are far beyond all others; by the fit they are not where drives scatter."""
    count, few = 600, 3
    on_slow = np.concatenate([np.linspace(0, 1, count), np.ones(few)])
    sizes = 10 * np.stack([1 - on_slow, on_slow], axis=1)  # [drive, class] kilometres
    prior = np.array([1.0, 1.3])  # minutes
    scatter = np.random.default_rng(4).permutation(ndtri((np.arange(count) + 0.5) / count))
    minutes = (sizes * prior * [1.0, 1.8]).sum(axis=1)
    minutes[:count] *= np.exp(sigma * scatter)
    minutes[count:] = 3.3 * (sizes * prior).sum(axis=1)[count:]
    every = np.arange(count + few)
    nowhere = network.Snapped(every, every, np.zeros(len(every)), np.zeros(len(every)))
    some = SomeDrives(
        DriveEnds(every, nowhere, nowhere, True), minutes, np.zeros(len(every)), every % 168,
        every >= count, np.zeros(len(every)), np.zeros(len(every), bool),
    )  # fmt: skip
    monkeypatch.setattr(
        paths, "sizes", lambda roads, ends, pace, disturbed=None: (
            sizes[ends.root], sizes[ends.root].sum(axis=1))
    )  # fmt: skip
    _, roads, _ = ground()
    roads = roads._replace(kinds=("primary", "tertiary"))
    found = speeds.fit(roads, [some], dict(zip(roads.kinds, prior, strict=True)),
                       band_of_hour=np.zeros(168, int))  # fmt: skip
    by_name = {one.road: one.kmh.mean for one in found.classes}
    assert by_name["primary"] == pytest.approx(60, rel=0.05)
    assert by_name["tertiary"] == pytest.approx(60 / (1.3 * 1.8), rel=0.05)
    if back:
        assert found.beyond == (0, 0)
        assert found.ordinary.mean == pytest.approx(1.8 / 3.3, rel=0.2)
    else:
        assert found.beyond == (few, 0)
        assert found.ordinary is None
