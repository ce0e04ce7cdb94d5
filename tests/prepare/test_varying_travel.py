"""Travel that varies, as arrays: bands and modes of closures, factors of drives, who is looked at."""

from __future__ import annotations

import numpy as np
import pytest
from closable import at, square

from sim.model.calendar import band_at
from sim.model.system import ORDINARY, SIREN
from sim.policies.clock import on_grid
from sim.prepare import demand, draws, reach, system, travel_factor, ways
from sim.scenario import closed_roads
from sim.scenario.file import load
from sim.study.plan import same_calls

HOUR_S = 3600.0
FLOOD = f"around: {at(0.02, 0.02)}, radius: 100 m"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return square(tmp_path_factory.mktemp("square"))


@pytest.fixture(scope="module")
def plain(town):
    return load(town(name="plain.yaml"))


def seconds_at(scenario, seconds, profile=SIREN):
    """[edge] seconds in force at an instant of the run."""
    modes = ways.driving_modes(scenario)
    mode = modes.number[band_at(modes.bands, seconds), profile]
    return ways.edge_seconds(scenario, modes)[mode]


def closed(plain, **closures):
    return plain.with_settings(travel={"closures": closures})


BRIDGE = {"at": at(1.5, 1), "access": "local"}


def test_a_closed_road_takes_for_ever_in_its_window_and_all_others_what_they_did(plain):
    one = closed(plain, bridge=BRIDGE | {"from": "2026-01-06 10:00", "until": "2026-01-06 11:00"})
    edges = closed_roads.edges_of(one.settings.travel.closed["bridge"], one.map)
    usual, at_ten = seconds_at(plain, 0.0), 34 * HOUR_S
    for profile in (SIREN, ORDINARY):
        usual = seconds_at(plain, 0.0, profile)
        for when, shut in ((0, 0), (at_ten - 1, 0), (at_ten, 1), (at_ten + HOUR_S - 1, 1),
                           (at_ten + HOUR_S, 0), (1e9, 0)):  # fmt: skip
            found = seconds_at(one, when, profile)
            assert np.isinf(found[edges]).all() == bool(shut)
            assert np.array_equal(np.delete(found, edges), np.delete(usual, edges))
            assert shut or np.array_equal(found, usual)
    modes = ways.driving_modes(one)
    assert modes.number.shape == (2, 2)
    assert modes.bands.period_s == np.inf
    assert modes.bands.band.tolist() == [0, 1, 0]


def test_a_slowed_road_takes_longer_by_the_share_of_its_speed(plain):
    one = closed(plain, market=BRIDGE | {"speed": "25 %", "hours": "08-12", "days": "sat"})
    edges = closed_roads.edges_of(one.settings.travel.closed["market"], one.map)
    saturday = 5 * 86_400 + 9 * HOUR_S
    network = plain.map.network
    expected = on_grid(network.length_m[edges] / (30 / 3.6 * 0.25))
    assert seconds_at(one, saturday)[edges] == pytest.approx(expected, abs=1 / 512)
    assert np.array_equal(seconds_at(one, saturday + 7 * 86_400), seconds_at(one, saturday))
    assert np.array_equal(seconds_at(one, saturday - 86_400), seconds_at(plain, 0))
    assert ways.driving_modes(one).bands.period_s == 7 * 86_400  # nothing is dated


def test_closures_multiply_and_closures_of_the_same_roads_are_one_mode(plain):
    slow, window = BRIDGE | {"speed": "50 %"}, {"from": "2026-01-06", "until": "2026-01-07"}
    both = closed(plain, a=slow, b=slow | window)
    edges = closed_roads.edges_of(both.settings.travel.closed["a"], both.map)
    usual = seconds_at(plain, 0)[edges]
    assert seconds_at(both, 0)[edges] == pytest.approx(2 * usual, abs=1e-2)
    assert seconds_at(both, 30 * HOUR_S)[edges] == pytest.approx(4 * usual, abs=1e-2)
    shut = closed(
        plain, a=BRIDGE | window, b=BRIDGE | {"from": "2026-01-07", "until": "2026-01-08"}
    )
    assert ways.driving_modes(shut).number.shape == (2, 2)
    assert len(ways.driving_modes(shut).bands.band) == 3


def test_bands_of_the_week_go_on_beside_dated_closures(plain):
    rush = {"bands": [{"hours": "07-09", "days": "mon-fri", "speed": "50 %"}]}
    window = {"from": "2026-01-13 08:00", "until": "2026-01-13 10:00"}
    both = plain.with_settings(travel=rush | {"closures": {"a": BRIDGE | window}})
    bands = plain.with_settings(travel=rush)
    edges = closed_roads.edges_of(both.settings.travel.closed["a"], both.map)
    others = np.setdiff1d(np.arange(len(plain.map.network.tail)), edges)
    for hour in range(24 * 14):
        when = (hour + 0.5) * HOUR_S
        found, usual = seconds_at(both, when), seconds_at(bands, when)
        assert np.array_equal(found[others], usual[others])
        assert np.isinf(found[edges]).all() == (hour in (8 * 24 + 8, 8 * 24 + 9))
    assert ways.driving_modes(both).number.shape == (4, 2)


def test_without_closures_nothing_is_otherwise(plain):
    """A closure that is taken away leaves the arrays as they were, to the last bit."""
    none = closed(closed(plain, a=BRIDGE), a="open")
    for one, other in zip(system.build(none).roads, system.build(plain).roads, strict=True):
        if isinstance(one, np.ndarray):
            assert np.array_equal(one, other)
    assert system.build(none).roads.travel.far.dtype == np.int32


# ── beyond the plain service ─────────────────────────────────────────────────────────────────


def test_closures_that_are_driven_round_leave_a_plain_service(plain):
    assert system.build(closed(plain, a=BRIDGE | {"hours": "08-12"})).service is None


def test_who_is_cut_off_for_a_time_is_looked_at_afterwards(town, plain):
    window = "from: 2026-01-06 07:30, until: 2026-01-06 08:45"
    made = system.build(load(town(f"travel: {{closures: {{a: {{{FLOOD}, {window}}}}}}}")))
    assert made.service.driving.looks_at.tolist() == [86_400 + 8.75 * HOUR_S]
    assert not made.service.driving.carried_over
    station = made.stations.place[0]
    seconds = [made.roads.travel.own.to_head_s, made.roads.travel.far]
    assert all(not np.isnan(column).any() for column in seconds)
    assert station >= 0


def test_bands_are_carried_over_only_where_speeds_change(plain):
    rule = {"band_rule": "carried over"}
    assert system.build(plain.with_settings(travel=rule)).service is None
    bands = {"bands": [{"hours": "07-09", "speed": "50 %"}]}
    assert system.build(plain.with_settings(travel=bands)).service is None
    service = system.build(plain.with_settings(travel=bands | rule)).service
    assert service.driving.carried_over
    assert not len(service.driving.looks_at)


def test_places_at_a_road_that_is_closed_for_who_drives_through_are_reached_from_both_ends(plain):
    """As if the street were cut between them: from a station at its one end to a place at it."""
    one = closed(plain, a=BRIDGE)
    modes = ways.driving_modes(one)
    spots = ways.network.snap(one.map.network, np.array([one.map.project(*at(x, 1))
                                                         for x in (1.0, 1.4, 1.6, 2.0)]))  # fmt: skip
    found = ways.seconds_in(one, 0, spots, spots)[0]
    usual = ways.seconds_in(plain, 0, spots, spots)[0]
    assert np.array_equal(found[0, :3], usual[0, :3])
    assert found[0, 3] > 2 * usual[0, 3]  # round by two more blocks
    assert np.isfinite(found).all()
    none = ways.seconds_in(closed(plain, a=BRIDGE | {"access": "none", "until": "2026-01-06"}), 2,
                           spots, spots)[0]  # fmt: skip
    assert np.isinf(none[0, 1]), modes.number


def test_coverage_looks_at_the_roads_as_the_run_begins(plain):
    """Closed then, they are not driven; closed later, they are."""
    window = {"from": "2026-01-05 00:00", "until": "2026-01-05 10:00"}
    flood = {"around": at(0.02, 0.02), "radius": "100 m"}
    usual = reach.reach(plain).cell_s
    begins, later = closed(plain, a=flood | window), closed(
        plain, a=flood | {"from": "2026-01-05 01:00", "until": "2026-01-05 10:00"}
    )  # fmt: skip
    assert np.isinf(reach.reach(begins).cell_s).all()
    assert np.array_equal(reach.reach(later).cell_s, usual)


# ── how drives vary ──────────────────────────────────────────────────────────────────────────


def calls_of(scenario, number=0):
    return draws.draw(demand.build(scenario), 7, number)


def test_factors_have_mean_one_and_the_spread_that_is_asked_for():
    q = (np.arange(200_000) + 0.5) / 200_000
    for sigma in (0.1, 0.25, 1.0):
        factor = travel_factor.lognormal(q, sigma)
        assert factor.mean() == pytest.approx(1, abs=2e-3)
        assert np.log(factor).std() == pytest.approx(sigma, rel=1e-3)
        assert np.median(factor) == pytest.approx(np.exp(-(sigma**2) / 2), rel=1e-6)
    assert np.isfinite(travel_factor.lognormal(np.array([0.0, 1 - 2**-53]), 2.0)).all()
    assert (travel_factor.lognormal(np.array([0.0]), 2.0) > 0).all()


def test_factors_leave_every_other_draw_as_it_was(plain):
    varied = plain.with_settings(travel={"factor": {"sigma": 0.3}})
    before, after = calls_of(plain), calls_of(varied)
    assert before.scene_factor is None
    assert before.hospital_factor is None
    for name, one, other in zip(before._fields, before, after, strict=True):
        if name not in ("scene_factor", "hospital_factor") and one is not None:
            assert np.array_equal(one, other), name
    assert len(after.scene_factor) == len(after.place)
    assert np.corrcoef(after.scene_factor, after.hospital_factor)[0, 1] < 0.3
    same = system.build(varied).service
    assert same is not None  # drives that vary are no plain ones


def test_each_way_may_vary_by_itself_and_none_is_none(plain):
    one = plain.with_settings(travel={"factor": {"sigma": 0, "to_hospital": 0.2}})
    assert calls_of(one).scene_factor is None
    assert np.log(calls_of(one).hospital_factor).std() == pytest.approx(0.2, rel=0.2)
    none = plain.with_settings(travel={"factor": {"sigma": 0}})
    assert calls_of(none).scene_factor is None
    assert system.build(none).service is None
    assert not same_calls(one, plain)
    assert same_calls(none, plain)


def test_more_calls_have_the_factors_of_those_that_are_there(plain):
    varied = plain.with_settings(travel={"factor": {"sigma": 0.3}})
    few, many = calls_of(varied), calls_of(varied.scaled(demand=1.5))
    assert set(few.scene_factor.tolist()) < set(many.scene_factor.tolist())


def test_recorded_calls_have_factors_too(town):
    calls = [("2026-01-05 10:00", 2, 1), ("2026-01-09 10:00", 1, 1)]
    replayed = load(town("travel: {factor: {sigma: 0.3}}", calls=calls))
    assert len(calls_of(replayed).scene_factor) == 2
