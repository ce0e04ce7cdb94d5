"""What happens to a call: sentences about a small city, for every engine."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import altered, matrix_world, road_world, some_calls

from sim.model.system import ORDINARY, SIREN
from sim.policies.clock import NONE


def trip_of(log, call, which=-1):
    return np.flatnonzero(log.call == call)[which]


def test_the_nearer_of_two_free_ambulances_is_sent(engine):
    log = engine(matrix_world([[300], [200]]), some_calls([0]))
    assert log.ambulance[0] == 1
    assert log.arrived_at[0] == 200


def test_of_two_equally_near_the_lowest_number_goes(engine):
    log = engine(matrix_world([[300], [300]], homes=[1, 0]), some_calls([0, 0]))
    assert log.ambulance[:2].tolist() == [0, 1]


def test_a_call_can_be_assigned_only_after_call_taking(engine):
    log = engine(matrix_world([[60]]), some_calls([10], call_taking_s=50, turnout_s=30))
    assert (log.ready_at[0], log.assigned_at[0]) == (60, 60)
    assert (log.mobile_at[0], log.arrived_at[0]) == (90, 150)


def test_the_dispatcher_expects_the_mean_turnout_not_the_drawn_one(engine):
    """Ambulance 0 is farther but on its way home: it needs no turnout."""
    world = matrix_world([[100, 100], [60, 60]], [[1000, 0], [1000, 0]], turnout_s=100)
    calls = some_calls([0, 200], place=[0, 1], on_scene_s=[50, 0], turnout_s=[0, 0])
    first, second = engine(world, calls).ambulance[:2]
    assert first == 1
    assert second == 1, "60 + 100 expected at the station of 1, which is away; 0 needs 100 + 100"


def test_waiting_calls_are_served_by_urgency_then_receipt_then_number(engine):
    calls = some_calls([0, 10, 20, 30, 10], priority=[0, 1, 0, 0, 1], on_scene_s=100)
    log = engine(matrix_world([[0]]), calls)
    assert log.call[log.call != NONE].tolist() == [0, 2, 3, 1, 4]


def test_all_that_happens_in_an_instant_is_known_before_anyone_is_sent(engine):
    """The urgent call becomes ready in the very second in which the ambulance is cleared."""
    calls = some_calls([0, 50, 100], priority=[1, 1, 0], on_scene_s=100)
    log = engine(matrix_world([[0]]), calls)
    assert log.call[log.call != NONE].tolist() == [0, 2, 1]


def test_a_call_is_lost_when_none_is_free_and_the_scenario_says_so(engine):
    log = engine(matrix_world([[0]], lose_when_none_free=True), some_calls([0, 10], on_scene_s=60))
    assert log.lost.tolist() == [False, True]
    assert not np.any(log.call == 1)


def test_an_empty_fleet_serves_nobody_and_ends(engine):
    world = matrix_world([[100]], homes=np.zeros(0, int))
    log = engine(world, some_calls([0, 5]))
    assert len(log.call) == 0
    assert not log.lost.any()


def test_no_calls_no_trips(engine):
    assert len(engine(matrix_world([[100]]), some_calls([])).call) == 0


def test_nobody_is_conveyed_without_a_hospital(engine):
    log = engine(matrix_world([[0]]), some_calls([0], conveyed=True, on_scene_s=60, handover_s=60))
    assert log.hospital[0] == NONE
    assert log.cleared_at[0] == 60


# ── on the road ──────────────────────────────────────────────────────────────────────────────
#
#   A street of five nodes, 60 s apart: 0 — 1 — 2 — 3 — 4. Places stand at nodes.


def test_an_ambulance_on_its_way_home_is_taken_from_the_next_node(engine):
    """Home is node 0, the first call at node 4; 90 s on the way back it is between 3 and 2."""
    world = road_world(stations=[0], places=[4, 3])
    calls = some_calls([0, 240 + 90], place=[0, 1])
    log = engine(world, calls)
    second = trip_of(log, 1)
    assert log.arrived_at[0] == 240
    assert log.assigned_at[second] == 330
    # 30 s on to node 2, then 60 s back to node 3.
    assert log.arrived_at[second] == 330 + 30 + 60


def test_exactly_at_a_node_it_turns_at_once(engine):
    world = road_world(stations=[0], places=[4, 4])
    log = engine(world, some_calls([0, 240 + 120], place=[0, 1]))
    assert log.arrived_at[trip_of(log, 1)] == 360 + 120


def test_the_time_to_the_next_node_is_not_rescaled_with_the_profile(engine):
    """Home is driven at half the siren's speed: 120 s a street."""
    world = road_world(stations=[0], places=[4, 3], ordinary=0.5)
    log = engine(world, some_calls([0, 240 + 90], place=[0, 1]))
    # 90 s after leaving node 4 it is still short of node 3: 30 s of ordinary driving are left.
    assert log.arrived_at[trip_of(log, 1)] == 330 + 30


def test_a_trip_home_that_a_call_cuts_short_has_no_arrival(engine):
    world = road_world(stations=[0], places=[4, 3])
    log = engine(world, some_calls([0, 330], place=[0, 1]))
    home = np.flatnonzero(log.call == NONE)
    assert np.isnan(log.arrived_at[home[0]])
    assert log.diverted_at[home[0]] == 330
    assert log.arrived_at[home[1]] == log.cleared_at[trip_of(log, 1)] + 180


def test_on_an_off_road_leg_it_turns_back_to_the_road(engine):
    """The first call lies 100 s of ordinary, 50 s of siren driving off node 4."""
    world = road_world(stations=[0], places=[4, 0], legs={SIREN: [50, 0], ORDINARY: [100, 0]},
                       may_divert=[[False, False, False], [True, False, False], [False] * 3])  # fmt: skip
    calls = some_calls([0, 240 + 30], place=[0, 1], priority=[1, 0])
    log = engine(world, calls)
    urgent = trip_of(log, 1)
    assert log.diverted_at[0] == 270
    # 30 s out on the leg with siren, 30 s back with siren, then four streets.
    assert log.arrived_at[urgent] == 270 + 30 + 240


def test_the_way_back_from_off_road_is_rescaled_by_the_off_road_speeds(engine):
    """Out at ordinary speed (priority 1 has no siren), back with siren: half the time."""
    world = road_world(
        stations=[0], places=[4, 0], legs={SIREN: [50, 0], ORDINARY: [100, 0]},
        profile_to_scene=[SIREN, ORDINARY, ORDINARY],
        may_divert=[[False, False, False], [True, False, False], [False] * 3],
    )  # fmt: skip
    log = engine(world, some_calls([0, 240 + 30], place=[0, 1], priority=[1, 0]))
    assert log.arrived_at[trip_of(log, 1)] == 270 + 15 + 240


def test_the_next_of_two_equally_fast_ways_is_the_lowest_node(engine):
    """A square: 0 to 3 by 1 or by 2. The way by 1 is taken, so a call at 1 is passed."""
    world = road_world(stations=[3], places=[0, 1], edges=[(0, 1), (1, 3), (0, 2), (2, 3)], nodes=4)
    log = engine(world, some_calls([0, 120 + 60], place=[0, 1]))
    # On its way home from node 0 it is at node 1 after 60 s.
    assert log.arrived_at[trip_of(log, 1)] == 180


# ── diversion ────────────────────────────────────────────────────────────────────────────────

ONLY_TO_RED = [[False, False, False], [True, False, False], [True, False, False]]


def test_an_ambulance_is_diverted_to_a_more_urgent_call_where_allowed(engine):
    world = road_world(stations=[0], places=[4, 2], may_divert=ONLY_TO_RED)
    calls = some_calls([0, 30], place=[0, 1], priority=[2, 0])
    log = engine(world, calls)
    assert log.diverted_at[0] == 30
    red, green = trip_of(log, 1), trip_of(log, 0)
    assert log.arrived_at[red] == 120
    assert log.assigned_at[green] == 120, "the abandoned call waits for the next free ambulance"
    assert log.arrived_at[green] == 240


def test_nobody_is_diverted_where_the_scenario_does_not_allow_it(engine):
    world = road_world(stations=[0], places=[4, 2])
    log = engine(world, some_calls([0, 30], place=[0, 1], priority=[2, 0]))
    assert np.isnan(log.diverted_at[log.call != NONE]).all()


def test_an_ambulance_on_scene_is_never_diverted(engine):
    world = road_world(stations=[0], places=[1, 2], may_divert=ONLY_TO_RED)
    log = engine(world, some_calls([0, 60], place=[0, 1], priority=[2, 0], on_scene_s=600))
    assert log.assigned_at[trip_of(log, 1)] == 660


def test_a_crew_diverted_while_turning_out_keeps_what_is_left(engine):
    world = road_world(stations=[0], places=[4, 2], may_divert=ONLY_TO_RED)
    calls = some_calls([0, 30], place=[0, 1], priority=[2, 0], turnout_s=[90, 10])
    log = engine(world, calls)
    red = trip_of(log, 1)
    assert log.mobile_at[red] == 90
    assert log.arrived_at[red] == 90 + 120


def test_the_abandoned_call_is_reconsidered_next_and_keeps_its_draws(engine):
    """The abandoned call gets the second ambulance before another, earlier-numbered call waits."""
    world = road_world(stations=[0, 4], places=[2, 1, 3], may_divert=ONLY_TO_RED)
    calls = some_calls(
        [0, 30, 30],
        place=[0, 1, 2],
        priority=[2, 0, 2],
        turnout_s=[0, 0, 0],
        on_scene_s=[500, 5, 5],
    )
    log = engine(world, calls)
    first, again = trip_of(log, 0, 0), trip_of(log, 0, 1)
    assert log.diverted_at[first] == 30
    assert log.assigned_at[again] == 30
    assert log.ambulance[again] == 1
    assert log.assigned_at[trip_of(log, 2)] > 30
    assert log.left_scene_at[again] - log.arrived_at[again] == 500


def test_the_abandoned_call_goes_before_more_urgent_ones_that_wait(engine):
    """Reconsidered next, before any other: yellow waits, though green is less urgent."""
    world = road_world(stations=[0, 4], places=[2, 1, 3], may_divert=ONLY_TO_RED)
    calls = some_calls([0, 30, 30], place=[0, 1, 2], priority=[2, 0, 1], on_scene_s=[500, 500, 5])
    log = engine(world, calls)
    assert log.assigned_at[trip_of(log, 0)] == 30
    assert log.ambulance[trip_of(log, 0)] == 1
    assert log.assigned_at[trip_of(log, 2)] > 30


def test_a_chain_of_diversions_in_one_instant(engine):
    may = [[False, False, False], [True, False, False], [True, True, False]]
    world = road_world(stations=[0, 0], places=[4, 4, 1], may_divert=may)
    calls = some_calls([0, 0, 60], place=[0, 1, 2], priority=[1, 2, 0])
    log = engine(world, calls)
    # The red call takes ambulance 0 from the yellow one, which takes 1 from the green one.
    assert log.diverted_at[trip_of(log, 0, 0)] == 60
    assert log.diverted_at[trip_of(log, 1, 0)] == 60
    assert log.ambulance[trip_of(log, 0)] == 1
    assert log.arrived_at[trip_of(log, 0)] == 240
    assert log.assigned_at[trip_of(log, 1)] == log.cleared_at[trip_of(log, 2)]


def test_a_call_that_becomes_lost_when_abandoned(engine):
    world = road_world(
        stations=[0], places=[4, 2], may_divert=ONLY_TO_RED, lose_when_none_free=True
    )
    log = engine(world, some_calls([0, 30], place=[0, 1], priority=[2, 0]))
    assert log.lost.tolist() == [True, False]


# ── shifts, hospitals, bands ─────────────────────────────────────────────────────────────────


def with_shifts(world, *shifts):
    """The same world with (on, off) pairs for each ambulance."""
    flat = [pair for own in shifts for pair in own]
    return altered(
        world,
        shift_indptr=np.concatenate([[0], np.cumsum([len(own) for own in shifts])]),
        on_duty_at=np.array([on for on, _ in flat], float),
        off_duty_at=np.array([off for _, off in flat], float),
    )


def test_nobody_is_sent_off_duty(engine):
    world = with_shifts(matrix_world([[60], [600]]), [(3600, 7200)], [(0, np.inf)])
    log = engine(world, some_calls([0, 4000]))
    assert log.ambulance[log.call != NONE].tolist() == [1, 0]


def test_nobody_is_sent_after_the_end_of_a_shift(engine):
    world = with_shifts(matrix_world([[60], [600]]), [(0, 100)], [(0, np.inf)])
    log = engine(world, some_calls([200]))
    assert log.ambulance[0] == 1


def test_nobody_is_taken_from_the_road_off_duty(engine):
    """Ambulance 0 drives home after its shift has ended, past the second call."""
    world = with_shifts(road_world(stations=[0, 0], places=[4, 2]), [(0, 100)], [(0, np.inf)])
    log = engine(world, some_calls([0, 300], place=[0, 1]))
    assert log.ambulance[trip_of(log, 0)] == 0
    assert log.ambulance[trip_of(log, 1)] == 1


def test_nobody_is_diverted_off_duty(engine):
    world = with_shifts(
        road_world(stations=[0, 0], places=[4, 2], may_divert=ONLY_TO_RED), [(0, 20)], [(0, np.inf)]
    )
    log = engine(world, some_calls([0, 30], place=[0, 1], priority=[2, 0]))
    assert np.isnan(log.diverted_at[trip_of(log, 0)])
    assert log.ambulance[trip_of(log, 1)] == 1


def test_a_waiting_call_is_served_as_soon_as_someone_comes_on_duty(engine):
    world = with_shifts(matrix_world([[60]]), [(3600, 7200)])
    assert engine(world, some_calls([0])).assigned_at[0] == 3600


def test_a_shift_may_follow_at_once_on_another(engine):
    world = with_shifts(matrix_world([[60]]), [(0, 100), (100, 200), (200, 1000)])
    log = engine(world, some_calls([50, 100, 150, 250]))
    assert log.assigned_at[log.call != NONE].tolist() == [50, 110, 150, 250]


def test_the_end_of_a_shift_never_interrupts_a_trip(engine):
    world = with_shifts(matrix_world([[60]]), [(0, 100), (9000, 10000)])
    log = engine(world, some_calls([50, 200], on_scene_s=600))
    assert log.cleared_at[0] == 50 + 60 + 600
    assert log.assigned_at[trip_of(log, 1)] == 9000, "off duty, it does not take the waiting call"


def test_the_hospital_reached_first_is_chosen_unless_the_call_names_one(engine):
    world = road_world(stations=[0], places=[2, 2], hospitals=[0, 3])
    log = engine(world, some_calls([0, 3000], place=[0, 1], conveyed=True, hospital=[NONE, 0]))
    assert log.hospital[trip_of(log, 0)] == 1
    assert log.hospital[trip_of(log, 1)] == 0
    assert log.at_hospital_at[trip_of(log, 0)] == 120 + 60


def test_the_time_band_at_departure_holds_for_the_whole_trip(engine):
    """From the second hour on, every street takes twice as long."""
    world = road_world(stations=[0], places=[4], slow_from_hour=1)
    log = engine(world, some_calls([3500, 9000]))
    drives = (log.arrived_at - log.mobile_at)[log.call != NONE]
    assert drives.tolist() == [240, 480]


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_the_service_factor_belongs_to_the_ambulance(engine, factor):
    world = matrix_world([[0]], service_factor=np.array([factor]))
    log = engine(world, some_calls([0], on_scene_s=100))
    assert log.cleared_at[0] == 100 * factor
