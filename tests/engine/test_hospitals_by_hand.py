"""Hospitals, drives that vary and calls that are withdrawn, worked out by hand; both engines."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import altered, on_roads, road_world, small_city, some_calls

from sim.engine import compiled, reference
from sim.geography.roads import travel
from sim.geography.roads.graph import fastest
from sim.model.calendar import Bands
from sim.model.calls import Needs, WalkIns
from sim.model.service import NO_LIMIT, Closures, DestinationRule, plain_service
from sim.policies.clock import NONE

MIN = 60.0


@pytest.fixture(params=[reference, compiled], ids=["reference", "compiled"])
def run(request):
    return request.param.run


def town(to_hospitals, ambulances=4, driving=None, **there):
    """One call place at the station's door; hospitals so many minutes away, and as far from home."""
    hospitals = len(to_hospitals)
    minutes = np.zeros((hospitals + 2, hospitals + 2))  # the call place, hospitals, the station
    minutes[0, 1:-1], minutes[1:-1, -1] = to_hospitals, to_hospitals
    seconds = minutes * MIN
    world = small_city(
        travel.from_matrix(np.stack([seconds, seconds])), np.arange(hospitals + 2),
        hospitals=hospitals, home=[0] * ambulances,
    )  # fmt: skip
    return with_service(world, driving, **there)


def with_service(world, driving=None, **there):
    stations, hospitals = len(world.stations.place), len(world.hospitals.place)
    off = plain_service(
        len(world.fleet.home), stations, len(world.roads.place_node) - stations, 3, hospitals
    )
    return world._replace(
        service=off._replace(
            destinations=off.destinations._replace(**there),
            driving=off.driving._replace(**(driving or {})),
        )
    )


def calls_at(minutes, **columns):
    columns = {"conveyed": True} | columns
    return some_calls(np.array(minutes, float) * MIN, 0, **columns)


def to_hospital(log):
    """(ambulance, hospital, there, handed over from, cleared) of each trip, in minutes."""
    columns = (log.at_hospital_at, log.handover_at, log.cleared_at)
    return [
        (int(log.ambulance[row]), int(log.hospital[row]), *(float(c[row]) / MIN for c in columns))
        for row in np.flatnonzero(log.call != NONE)
    ]


def passed_over(log):
    return log.beyond.passed_over[log.call != NONE].tolist()


# ── bays ─────────────────────────────────────────────────────────────────────────────────────


def test_an_ambulance_waits_with_its_patient_until_a_bay_is_free(run):
    """Handover takes 2 minutes, then the bay stays taken for 10: the second waits from 6 to 17."""
    log = run(
        town([5], bays=np.array([1])),
        calls_at([0, 1, 2], handover_s=2 * MIN)._replace(stay_s=np.full(3, 10 * MIN)),
    )
    assert to_hospital(log) == [(0, 0, 5, 5, 7), (1, 0, 6, 17, 19), (2, 0, 7, 29, 31)]


def test_of_two_who_come_at_once_the_lower_row_has_the_bay(run):
    log = run(town([5], bays=np.array([1])), calls_at([0, 0])._replace(stay_s=np.full(2, 3 * MIN)))
    assert to_hospital(log) == [(0, 0, 5, 5, 5), (1, 0, 5, 8, 8)]


@pytest.mark.parametrize(
    ("waits", "handed_over", "bay_at"), [(True, 9, [3, 6]), (False, 6, [3, None])]
)
def test_who_walks_in_stands_in_the_same_line_or_leaves(run, waits, handed_over, bay_at):
    """Walk-ins at 3 and 4 with 3 minutes each, an ambulance at 5."""
    walk_ins = WalkIns(np.array([0, 0]), np.array([3, 4]) * MIN, np.full(2, 3 * MIN))
    log = run(
        town([5], bays=np.array([1]), walk_ins_wait=waits),
        calls_at([0])._replace(walk_ins=walk_ins),
    )
    assert to_hospital(log) == [(0, 0, 5, handed_over, handed_over)]
    found = [None if np.isnan(at) else at / MIN for at in log.beyond.bay_at]
    assert found == bay_at


def test_an_ambulance_comes_before_who_walks_in_at_the_same_instant(run):
    walk_ins = WalkIns(np.array([0]), np.array([5]) * MIN, np.array([7 * MIN]))
    log = run(
        town([5], bays=np.array([1])),
        calls_at([0])._replace(walk_ins=walk_ins, stay_s=np.full(1, 2 * MIN)),
    )
    assert to_hospital(log) == [(0, 0, 5, 5, 5)]
    assert log.beyond.bay_at.tolist() == [7 * MIN]


@pytest.mark.parametrize("chooses_late", [False, True])
def test_who_leaves_in_this_instant_for_the_hospital_next_door_comes_last(run, chooses_late):
    """One drives there from 0 to 5, somebody walks in at 5, one leaves a scene at its door at 5."""
    minutes = np.zeros((4, 4))  # two call places, the hospital, the station
    minutes[1, 2] = 5
    world = small_city(
        travel.from_matrix(np.stack([minutes * MIN, minutes * MIN])), np.arange(4), hospitals=1,
        home=[0, 0],
    )  # fmt: skip
    world = with_service(world, bays=np.array([1]), bypass_when_full=chooses_late)
    calls = some_calls(
        np.zeros(2), place=[0, 1], conveyed=True, on_scene_s=np.array([5 * MIN, 0])
    )._replace(
        stay_s=np.full(2, 3 * MIN),
        walk_ins=WalkIns(np.array([0]), np.array([5]) * MIN, np.array([7 * MIN])),
    )
    log = run(world, calls)
    assert to_hospital(log) == [(0, 0, 5, 15, 15), (1, 0, 5, 5, 5)]
    assert log.beyond.bay_at.tolist() == [8 * MIN]


# ── which hospital ───────────────────────────────────────────────────────────────────────────


def test_a_patient_goes_to_the_nearest_that_can_treat(run):
    treats = np.array([[True, True], [False, True]])
    world = town([5, 8], treats=treats, needs_icu=np.zeros(2, bool))
    log = run(world, calls_at([0, 0])._replace(patient=np.array([0, 1])))
    assert [trip[1] for trip in to_hospital(log)] == [0, 1]
    assert passed_over(log) == [NONE, NONE]


def test_the_own_consortium_comes_first_and_then_the_nearest(run):
    own = {"rule": int(DestinationRule.CONSORTIUM), "consortium": np.array([0, 1, 1])}
    for of, expected in ((1, 1), (0, 0), (NONE, 0), (7, 0)):
        world = town([5, 8, 9], consortium_of=np.full(4, of), **own)
        assert to_hospital(run(world, calls_at([0])))[0][1] == expected
    own["consortium"] = np.array([0, NONE, 1])  # who is of none does not prefer those of none
    world = town([5, 8, 9], consortium_of=np.full(4, NONE), **own)
    assert to_hospital(run(world, calls_at([0])))[0][1] == 0


@pytest.mark.parametrize(("at", "expected"), [(9, 0), (10, 1), (19, 1), (20, 0)])
def test_a_closure_holds_from_its_start_up_to_its_end_as_the_scene_is_left(run, at, expected):
    closed = Closures(
        np.array([0]), np.array([10 * MIN]), np.array([20 * MIN]), np.ones((1, 1), bool)
    )
    log = run(town([5, 8], closures=closed), calls_at([at]))
    assert to_hospital(log)[0][1] == expected
    assert passed_over(log) == [NONE]  # it was closed, not full


def test_where_none_is_open_it_is_the_nearest_that_can_treat(run):
    closed = Closures(np.array([0, 1]), np.zeros(2), np.full(2, np.inf), np.ones((2, 1), bool))
    treats = np.array([[False, True, True]])
    closed = closed._replace(hospital=np.array([1, 2]))
    log = run(town([5, 8, 9], closures=closed, treats=treats), calls_at([0]))
    assert to_hospital(log)[0][1] == 1


def test_a_full_hospital_is_passed_over_if_another_has_a_bay(run):
    """Patients leave at 0, 6 and 7; the nearer one's bay is taken from 2 to 22, the other's is not."""
    stay = np.full(3, 20 * MIN)
    world = town([5, 2], bays=np.array([1, 1]), bypass_when_full=True, ambulances=5)
    log = run(world, calls_at([0, 6, 7])._replace(stay_s=stay))
    assert [trip[1] for trip in to_hospital(log)] == [1, 0, 0]
    assert passed_over(log) == [NONE, 1, 1]


def test_if_none_has_a_bay_the_first_choice_stands(run):
    world = town([5, 1], bays=np.array([1, 1]), bypass_when_full=True, ambulances=5)
    log = run(world, calls_at([0, 2, 10])._replace(stay_s=np.full(3, 60 * MIN)))
    assert [trip[1] for trip in to_hospital(log)] == [1, 0, 1]
    assert passed_over(log) == [NONE, 1, NONE]
    assert to_hospital(log)[2][2:4] == (11, 61)


def test_soonest_counts_those_on_the_way_and_those_who_wait(run):
    """A bay is expected to be taken for 20 minutes: one on the way makes it 25, and 8 is less."""
    world = town(
        [5, 8], bays=np.array([1, 1]), rule=int(DestinationRule.SOONEST),
        mean_stay_s=np.full(2, 20 * MIN), ambulances=5,
    )  # fmt: skip
    log = run(world, calls_at([0, 1, 2])._replace(stay_s=np.full(3, 20 * MIN)))
    assert [trip[1] for trip in to_hospital(log)] == [0, 1, 0]  # 5, 8 against 25, 25 against 28


@pytest.mark.parametrize(("at", "expected"), [(7, 1), (8, 1), (26, 1), (46, 0)])
def test_soonest_knows_who_has_arrived_and_who_still_waits(run, at, expected):
    """Two patients, at the door at 5 and 6: the bay is taken to 25, then to 45. It is 5 against 24.

    One more is expected to wait 40 minutes while one waits, 20 while the bay is taken, else none.
    """
    world = town(
        [5, 24], bays=np.array([1, NO_LIMIT]), rule=int(DestinationRule.SOONEST),
        mean_stay_s=np.array([20 * MIN, 0]), ambulances=5,
    )  # fmt: skip
    calls = calls_at([0, 1, at])._replace(
        stay_s=np.full(3, 20 * MIN), hospital=np.array([0, 0, NONE])
    )
    assert to_hospital(run(world, calls))[2][1] == expected


def test_soonest_adds_those_who_wait_to_those_on_the_way(run):
    """At 7 one waits at the first door: 5 + 40 against 30. On the way alone it would be 25."""
    world = town(
        [5, 30], bays=np.array([1, NO_LIMIT]), rule=int(DestinationRule.SOONEST),
        mean_stay_s=np.array([20 * MIN, 0]), ambulances=5,
    )  # fmt: skip
    calls = calls_at([0, 1, 7])._replace(
        stay_s=np.full(3, 20 * MIN), hospital=np.array([0, 0, NONE])
    )
    assert to_hospital(run(world, calls))[2][1] == 1


def test_a_hospital_is_passed_over_while_so_many_ambulances_wait_there(run):
    """From 6 to 25 the second waits at the door: who leaves at 7 goes elsewhere, at 26 not."""
    world = town([5, 9], bays=np.array([1, 9]), full_at=np.array([1, NO_LIMIT]), ambulances=6)
    log = run(world, calls_at([0, 1, 7, 26])._replace(stay_s=np.full(4, 20 * MIN)))
    assert [trip[1] for trip in to_hospital(log)] == [0, 0, 1, 0]
    assert passed_over(log) == [NONE, NONE, 0, NONE]


def test_if_all_that_are_open_are_full_the_first_choice_stands(run):
    """The nearest is closed; at the other two somebody waits at the door from 11 and 13 on."""
    closed = Closures(np.array([0]), np.zeros(1), np.array([np.inf]), np.ones((1, 1), bool))
    own = {"rule": int(DestinationRule.CONSORTIUM), "consortium": np.array([0, 0, 1])}
    for of, expected in ((NONE, 1), (1, 2)):
        world = town(
            [2, 9, 10], closures=closed, bays=np.array([9, 1, 1]), full_at=np.array([9, 1, 1]),
            consortium_of=np.full(4, of), ambulances=6, **own,
        )  # fmt: skip
        named = np.array([1, 1, 2, 2, NONE])
        calls = calls_at([0, 0, 0, 0, 14])._replace(stay_s=np.full(5, 60 * MIN), hospital=named)
        log = run(world, calls)
        assert to_hospital(log)[-1][1] == expected
        assert passed_over(log)[-1] == NONE


def test_full_intensive_care_sends_those_who_may_need_it_elsewhere(run):
    """The only place is promised from 5 and free at 5 + 2 in the bay + 30."""
    world = town(
        [5, 9], icu=np.array([1, NO_LIMIT]), treats=np.ones((2, 2), bool),
        needs_icu=np.array([False, True]), ambulances=6,
    )  # fmt: skip
    calls = calls_at([0, 4, 6, 6, 36, 37])._replace(
        patient=np.array([1, 1, 0, 1, 1, 1]), stay_s=np.full(6, 2 * MIN),
        icu_s=np.array([30, 0, 0, 0, 0, 0]) * MIN,
    )  # fmt: skip
    log = run(world, calls)
    assert [trip[1] for trip in to_hospital(log)] == [0, 0, 0, 1, 1, 0]


def test_what_lies_outside_the_map_takes_as_long_there_and_back(run):
    log = run(town([5], away_s=np.array([40 * MIN])), calls_at([0], handover_s=10 * MIN))
    assert to_hospital(log) == [(0, 0, 45, 45, 95)]
    home = np.flatnonzero(log.call == NONE)
    assert log.arrived_at[home].tolist() == [100 * MIN]


def test_a_unit_that_goes_along_takes_no_bay(run):
    world = town([5], bays=np.array([1]))
    conditions = world.service.conditions._replace(accompanied=np.array([True]))
    world = world._replace(service=world.service._replace(conditions=conditions))
    calls = calls_at([0, 1], handover_s=2 * MIN)._replace(
        needs=Needs(np.array([0, 0, 1]), np.zeros(3, int), np.zeros(3), np.zeros(3), np.zeros(3)),
        condition=np.zeros(2, int),
    )
    assert to_hospital(run(world, calls)) == [(0, 0, 5, 5, 7), (1, 0, 5, 5, 7), (2, 0, 6, 7, 9)]


# ── drives that vary ─────────────────────────────────────────────────────────────────────────


def on_a_road(bands, speeds, links=(6, 4), driving=None, ambulances=1):
    """A station, a junction and a call place in a row; links in minutes; in each band a speed."""
    tail, head = np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1])
    minutes = np.array([links[0], links[0], links[1], links[1]], float)
    seconds = np.stack([minutes * MIN / speed for speed in speeds])
    graph = fastest(tail, head, seconds, 3)
    ways, node = on_roads(graph, [2, 0], [0, 0], 1)
    modes = np.arange(len(speeds))
    world = small_city(
        ways, node, home=[0] * ambulances, place_leg_s=np.zeros((len(speeds), 2)),
        bands=Bands(np.array(bands) * MIN, modes, 0.0, np.inf),
        mode_to_scene=np.tile(modes[:, None], (1, 3)), mode_to_hospital=modes, mode_home=modes,
    )  # fmt: skip
    return with_service(world, driving)


def arrivals(log):
    return [at / MIN for at in log.arrived_at[log.call != NONE]]


@pytest.mark.parametrize(
    ("at", "held", "carried"),
    [(0, 10, 10), (16, 26, 32), (12, 22, 24), (20, 40, 40), (10, 20, 20), (39, 59, 49.5)],
)
def test_a_band_is_held_from_departure_or_carried_over(run, at, held, carried):
    """Ten minutes; from 20 to 40 twice as long. Who leaves at 16 has 6 minutes left at 20: 12."""
    for over, expected in ((False, held), (True, carried)):
        world = on_a_road([0, 20, 40], [1, 0.5, 1], driving={"carried_over": over})
        assert arrivals(run(world, calls_at([at], conveyed=False))) == [expected]


def test_who_is_on_the_way_home_is_taken_from_where_the_new_band_has_left_it(run):
    """Called at the street's end at 0, cleared at 10; from 12 on home takes twice as long.

    At 15 it has driven 2 of 4 minutes' link at the usual speed and 3 minutes at half: half a minute
    of usual driving is left to the junction, which is one minute; and then 8 back to the end.
    """
    world = on_a_road([0, 12], [1, 0.5], driving={"carried_over": True})
    log = run(world, calls_at([0, 15], conveyed=False))
    assert arrivals(log) == [10, 24]


def test_who_was_slowed_down_on_the_way_out_waits_for_a_bay_as_everybody_does(run):
    """A street of a minute a node, station at 0, hospital at 2, calls at 4; from 2 on all takes
    twice as long: there at 6, at the hospital at 10, whose one bay each keeps for three minutes."""
    world = road_world([0], [4], hospitals=[2], homes=[0, 0], slow_from_hour=2 / 60)
    world = with_service(world, {"carried_over": True}, bays=np.array([1]))
    log = run(world, calls_at([0, 0], handover_s=3 * MIN))
    assert arrivals(log) == [6, 6]
    assert to_hospital(log) == [(0, 0, 10, 10, 13), (1, 0, 10, 13, 16)]


def test_who_will_be_slowed_down_on_the_way_home_is_not_farther_away_for_it(run):
    """A street of a minute a node; from 70 on all takes twice as long. One ambulance is cleared at
    node 40 at 65 and has 75 minutes to node 0, its home; at 68 it passes node 37. Who calls then at
    node 36 has it in a minute, the one that waits at node 34 in two."""
    world = road_world([0, 34], [34, 40, 36], nodes=41, slow_from_hour=70 / 60)
    world = with_service(world, driving={"carried_over": True})
    calls = some_calls(
        np.array([0, 0, 68]) * MIN, np.array([0, 1, 2]), on_scene_s=np.array([60, 25, 0]) * MIN
    )
    log = run(world, calls)
    sent = log.call != NONE
    assert log.ambulance[sent].tolist() == [1, 0, 0]
    assert arrivals(log) == [0, 40, 69]


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.7])
def test_a_factor_scales_the_drive_and_the_drive_to_hospital(run, factor):
    world = town([5])
    minutes = np.zeros((3, 3))
    minutes[2, 0], minutes[0, 1], minutes[1, 2] = 8, 5, 3
    ways = travel.from_matrix(np.stack([minutes * MIN] * 2))
    world = altered(world, travel=ways)
    calls = calls_at([0])._replace(
        scene_factor=np.array([factor]), hospital_factor=np.array([2 * factor])
    )
    log = run(world, calls)
    assert log.arrived_at[0] == pytest.approx(8 * factor * MIN, abs=1 / 1024)
    assert log.at_hospital_at[0] - log.arrived_at[0] == pytest.approx(
        10 * factor * MIN, abs=1 / 1024
    )
    assert log.arrived_at[1] - log.cleared_at[0] == 3 * MIN  # home as ever


def test_a_factor_is_not_known_when_choosing_but_who_is_on_the_road_is_where_it_is(run):
    """Half as fast, it has after 6 minutes half of the first link behind it."""
    world = on_a_road([0], [1], ambulances=1)
    world = altered(world, may_divert=np.triu(np.ones((3, 3), bool), 0).T & ~np.eye(3, dtype=bool))
    calls = calls_at([0, 6], conveyed=False, priority=np.array([1, 0]))._replace(
        scene_factor=np.array([2.0, 1.0])
    )
    log = run(world, calls)
    # 6 minutes of lead are left to the junction, then 4
    assert log.arrived_at[1] == 16 * MIN


def test_a_closed_road_makes_who_calls_wait_until_it_is_open(run):
    """Cut off from 10 to 30. Who left at 9 drives on; a call of 12 is served at 30."""
    world = on_a_road([0, 10, 30], [1, 1, 1], ambulances=2)
    world = cut_off(world)
    calls = calls_at([9, 12], conveyed=False, on_scene_s=np.array([60.0, 0]) * MIN)
    log = run(world, calls)
    assert arrivals(log) == [19, 40]
    assert log.assigned_at[log.call != NONE].tolist() == [9 * MIN, 30 * MIN]
    log = run(world, calls_at([9], conveyed=False))
    home = np.flatnonzero(log.call == NONE)
    assert log.assigned_at[home].tolist() == [19 * MIN]
    assert log.arrived_at[home].tolist() == [40 * MIN]  # it leaves once the road is open


def test_who_is_under_way_as_a_road_closes_drives_on_also_where_bands_are_carried_over(run):
    world = cut_off(on_a_road([0, 10, 30], [1, 1, 1], driving={"carried_over": True}))
    assert arrivals(run(world, calls_at([9], conveyed=False))) == [19]


def test_who_is_slow_and_turns_round_does_so_where_it_is(run):
    """Half as fast, after 8 minutes it is not yet at the junction: 4 more, and 6 home from there."""
    calls = calls_at([0], conveyed=False)._replace(
        scene_factor=np.array([2.0]), withdrawn_at=np.array([8 * MIN])
    )
    log = run(on_a_road([0], [1]), calls)
    assert log.arrived_at[1] == 18 * MIN


def test_a_factor_scales_what_is_off_the_road_at_both_ends(run):
    world = altered(on_a_road([0], [1]), place_leg_s=np.array([[2.0, 1.0]]) * MIN)
    calls = calls_at([0], conveyed=False)._replace(scene_factor=np.array([2.0]))
    assert arrivals(run(world, calls)) == [26]  # 1 + 10 + 2, twice


def cut_off(world):
    """The same street, whose second link is closed in the second band."""
    minutes = np.array([6, 6, 4, 4], float)
    seconds = np.stack([minutes * MIN] * 3)
    seconds[1, 2:] = np.inf
    graph = fastest(np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1]), seconds, 3)
    ways, _ = on_roads(graph, [2, 0], [0, 0], 1)
    world = altered(world, travel=ways)
    driving = world.service.driving._replace(looks_at=np.array([10.0, 30.0]) * MIN)
    return world._replace(service=world.service._replace(driving=driving))


# ── withdrawn calls ──────────────────────────────────────────────────────────────────────────


def withdrawn(calls, minutes):
    return calls._replace(withdrawn_at=np.array(minutes, float) * MIN)


def test_a_call_that_is_withdrawn_waits_no_longer(run):
    world = on_a_road([0], [1])
    calls = calls_at([0, 1, 2], conveyed=False, on_scene_s=10 * MIN)
    log = run(world, withdrawn(calls, [np.inf, 5, np.inf]))
    assert log.call[log.call != NONE].tolist() == [0, 2]
    assert not log.lost.any()


@pytest.mark.parametrize(
    ("at", "arrives", "diverted", "home"),
    [(10, 10, None, 20), (9.5, None, 9.5, 20), (6, None, 6, 12), (2, None, 2, 12)],
)
def test_who_is_on_the_way_is_free_from_the_next_node(run, at, arrives, diverted, home):
    """10 minutes in two links of 6 and 4: from the second it goes on to the end and turns there."""
    log = run(on_a_road([0], [1]), withdrawn(calls_at([0], conveyed=False), [at]))
    first = {"arrived": log.arrived_at[0] / MIN, "diverted": log.diverted_at[0] / MIN}
    assert first["arrived"] == arrives or (arrives is None and np.isnan(first["arrived"]))
    assert first["diverted"] == diverted or (diverted is None and np.isnan(first["diverted"]))
    assert log.arrived_at[1] / MIN == home


def test_who_is_turning_out_goes_back_in(run):
    calls = calls_at([0, 3], conveyed=False, turnout_s=2 * MIN)
    log = run(on_a_road([0], [1]), withdrawn(calls, [1, np.inf]))
    assert np.isnan(log.mobile_at[0])
    assert len(log.call) == 3  # no drive home of the first
    assert log.arrived_at[1] == 15 * MIN


def test_a_call_that_is_withdrawn_before_it_is_ready_needs_nobody(run):
    calls = calls_at([0], conveyed=False, call_taking_s=5 * MIN)
    log = run(on_a_road([0], [1]), withdrawn(calls, [3]))
    assert not len(log.call)


def test_of_several_units_all_turn_round_unless_one_has_arrived(run):
    world = on_a_road([0], [1], ambulances=2)
    needs = Needs(
        np.zeros(2, int), np.zeros(2, int), np.array([0.0, 4 * MIN]), np.zeros(2), np.zeros(2)
    )
    calls = calls_at([0], conveyed=False, on_scene_s=30 * MIN)._replace(
        needs=needs, condition=np.zeros(1, int)
    )
    log = run(world, withdrawn(calls, [8]))
    assert np.isnan(log.arrived_at[log.call == 0]).all()
    assert log.diverted_at[log.call == 0].tolist() == [8 * MIN] * 2
    log = run(world, withdrawn(calls, [12]))
    assert log.arrived_at[log.call == 0].tolist() == [10 * MIN, 14 * MIN]
