"""A response taken apart: parts that add up, and one cause for each miss."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_engines_agree import QUIET, worlds
from worlds import matrix_world, road_world, some_calls

from sim.engine import compiled, reference
from sim.geography.roads import travel
from sim.measures import causes
from sim.measures.calls import first_arrival, tally
from sim.measures.groups import ALL, Group, Setup
from sim.measures.rows import Pooled
from sim.model.calendar import Window, band_at
from sim.policies.clock import NONE

DISTANCE, CALL_TAKING, TURNOUT, NEAREST_BUSY, QUEUE = range(5)
WINDOW = Window(0.0, 1e9)
UP_TO_600 = Setup((600.0, 1800.0), 0.9, np.array([100.0]), worst=())


def pooled(world, *draws, run=reference.run, setup=UP_TO_600):
    return Pooled([tally(world, calls, run(world, calls), WINDOW) for calls in draws], setup)


def taken_apart(world, calls, run=reference.run, **how):
    """By call: its parts in order, and its cause (None if in time)."""
    found = causes.split(pooled(world, calls, run=run, **how))
    names = [None if cause == NONE else found.causes[cause] for cause in found.cause.tolist()]
    return found.parts_s.tolist(), names


# ── each cause, known by hand ────────────────────────────────────────────────────────────────


def test_too_far_from_every_station_is_distance(engine):
    calls = some_calls([0], call_taking_s=50, turnout_s=30)
    assert taken_apart(matrix_world([[601], [900]]), calls, engine) == (
        [[601, 50, 30, 0, 0]], ["distance"],
    )  # fmt: skip


def test_near_enough_but_for_the_call_taking(engine):
    calls = some_calls([0], call_taking_s=101, turnout_s=30)
    assert taken_apart(matrix_world([[500]]), calls, engine) == (
        [[500, 101, 30, 0, 0]], ["call taking"],
    )  # fmt: skip


def test_near_enough_but_for_the_turnout(engine):
    calls = some_calls([0], call_taking_s=60, turnout_s=41)
    assert taken_apart(matrix_world([[500]]), calls, engine) == (
        [[500, 60, 41, 0, 0]], ["turnout"],
    )  # fmt: skip


def test_the_nearest_is_on_a_call_and_another_comes_from_afar(engine):
    calls = some_calls([0, 10], call_taking_s=20, on_scene_s=3000)
    parts, causes = taken_apart(matrix_world([[200], [700]]), calls, engine)
    assert parts == [[200, 20, 0, 0, 0], [200, 20, 0, 500, 0]]
    assert causes == [None, "nearest busy"]


def test_nobody_is_free_for_long(engine):
    calls = some_calls([0, 10], turnout_s=30, on_scene_s=3000)
    parts, causes = taken_apart(matrix_world([[200]], [[100]]), calls, engine)
    assert parts == [[200, 0, 30, 0, 0], [0, 0, 0, 0, 3220]]
    assert causes == [None, "queue"]


def test_what_is_lost_with_an_ambulance_that_is_diverted_is_queue(engine):
    may = [[False] * 3, [True, False, False], [True, False, False]]
    world = road_world(stations=[0], places=[4, 2], may_divert=may)
    calls = some_calls([0, 30], place=[0, 1], priority=[2, 0])
    setup = UP_TO_600._replace(target_s=(200.0, 200.0))
    parts, causes = taken_apart(world, calls, engine, setup=setup)
    assert parts == [[120, 0, 0, 0, 120], [90, 0, 0, 0, 0]]
    assert causes == ["queue", None]


def test_on_the_road_and_nearer_than_any_station_nothing_is_busy(engine):
    world = road_world(stations=[0], places=[4])
    parts, causes = taken_apart(world, some_calls([0, 270]), engine)
    assert parts == [[240, 0, 0, 0, 0], [90, 0, 0, 0, 0]], "the second from the next node back"
    assert causes == [None, None]


def test_on_the_road_and_farther_than_the_station_is_nearest_busy(engine):
    world = road_world(stations=[0, 4], places=[0, 4], homes=[0])
    parts, causes = taken_apart(
        world, some_calls([0, 250], place=[1, 0]), engine,
        setup=UP_TO_600._replace(target_s=(200.0, 200.0)),
    )  # fmt: skip
    assert parts == [[240, 0, 0, 0, 0], [0, 0, 0, 230, 0]], "home is next door, but it is out"
    assert causes == ["distance", "nearest busy"]


def test_a_station_without_an_ambulance_is_not_the_nearest(engine):
    world = matrix_world([[10], [700]], homes=[1])
    assert taken_apart(world, some_calls([0]), engine) == ([[700, 0, 0, 0, 0]], ["distance"])


def test_the_leg_off_the_road_is_distance():
    world = road_world(stations=[0], places=[4], legs={0: [400.0, 100.0]})
    assert taken_apart(world, some_calls([0])) == ([[740, 0, 0, 0, 0]], ["distance"])


def test_the_nearest_station_is_as_far_as_it_is_in_the_band_that_was_driven():
    world = road_world(stations=[0], places=[4], slow_from_hour=1)
    parts, _ = taken_apart(world, some_calls([0, 4000]))
    assert [distance for distance, *_ in parts] == [240, 480]


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "nobody ever on duty"])
def test_whom_nobody_reaches_queues_for_ever(engine, lost):
    if lost:
        world, calls = (
            matrix_world([[0]], lose_when_none_free=True),
            some_calls([0, 10], on_scene_s=100),
        )
    else:
        world, calls = matrix_world([[0]], homes=np.zeros(0, int)), some_calls([0, 10])
    parts, cause = taken_apart(world, calls, engine)
    assert parts[1] == [0] * 5
    assert cause[1] == "queue"
    found = pooled(world, calls, run=engine)
    late = causes.summed(found, causes.split(found), ALL)
    assert late.reached == 0
    assert np.isnan(late.minutes).all()
    assert late.shares.tolist() == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("seconds", "cause"),
    [
        ({"drive": 600}, None),
        ({"drive": 600, "call_taking_s": 1 / 1024}, "call taking"),
        ({"drive": 500, "call_taking_s": 100}, None),
        ({"drive": 500, "call_taking_s": 100, "turnout_s": 1 / 1024}, "turnout"),
        ({"drive": 600 + 1 / 1024}, "distance"),
    ],
)
def test_exactly_the_target_is_in_time(seconds, cause):
    drive = seconds.pop("drive")
    assert taken_apart(matrix_world([[drive]]), some_calls([0], **seconds))[1] == [cause]


def test_the_target_is_that_of_the_area():
    calls = some_calls([0, 0], area=[0, 1])
    assert taken_apart(matrix_world([[700], [700]]), calls)[1] == ["distance", None]


# ── summed over calls and replications ───────────────────────────────────────────────────────


def test_shares_are_pooled_and_their_intervals_a_jackknife():
    """One replication with a miss by distance, one with three by turnout, one with none."""
    far, slow, good = (
        some_calls([0], turnout_s=0, place=0),
        some_calls([0, 5000, 10_000], turnout_s=200, place=1),
        some_calls([0], place=1),
    )
    world = matrix_world([[700, 500]], [[0], [0]])
    found = pooled(world, far, slow, good)
    split = causes.split(found)
    shares = causes.shares(found, split)
    assert [share.mean for share in shares] == [0.25, 0, 0.75, 0, 0]
    assert shares[DISTANCE].low <= 0.25 <= shares[DISTANCE].high
    assert shares[QUEUE][:2] == (0, 0)
    assert shares[QUEUE].high > 0.3  # nothing of four misses
    late = causes.summed(found, split, ALL)
    assert (late.calls, late.total, late.reached) == (5, 4, 4)
    assert late.minutes.tolist() == [2200 / 4 / 60, 0, 600 / 4 / 60, 0, 0]


def test_where_all_misses_have_one_cause_the_next_need_not():
    """Two misses by distance in each of three replications: still, others have other causes."""
    found = pooled(matrix_world([[700]]), *[some_calls([0, 5000])] * 3)
    shares = causes.shares(found, causes.split(found))
    assert shares[DISTANCE].mean == shares[DISTANCE].high == 1
    assert 0 < shares[DISTANCE].low < 0.7
    assert shares[QUEUE].low == 0 < 0.3 < shares[QUEUE].high


def test_one_replication_has_shares_without_intervals():
    found = pooled(matrix_world([[700]]), some_calls([0]))
    first = causes.shares(found, causes.split(found))[DISTANCE]
    assert first.mean == 1
    assert math.isnan(first.low)


def test_minutes_are_of_the_misses_that_were_reached():
    world = matrix_world([[660]], lose_when_none_free=True)
    found = pooled(world, some_calls([0, 10, 5000], on_scene_s=1000, turnout_s=60))
    late = causes.summed(found, causes.split(found), ALL)
    assert (late.total, late.reached) == (3, 2)
    assert late.minutes.tolist() == [11, 0, 1, 0, 0]


def test_groups_taken_together_are_the_calls_taken_together():
    world = matrix_world([[100, 700, 500]], [[0], [0], [0]])
    calls = some_calls(
        np.arange(0, 60_000, 1000), place=np.arange(60) % 3, township=np.arange(60) % 2,
        turnout_s=np.arange(60) * 10,
    )  # fmt: skip
    found = pooled(world, calls)
    split = causes.split(found)
    parts = [causes.summed(found, split, Group("township", row)) for row in (0, 1)]
    whole, joined = causes.summed(found, split, ALL), causes.together(parts, ALL)
    assert (joined.calls, joined.reached) == (whole.calls, whole.reached)
    assert joined.misses.tolist() == whole.misses.tolist()
    assert joined.minutes == pytest.approx(whole.minutes)


def test_a_moment_more_is_still_the_price_of_the_nearest_being_away(engine):
    """Where no drive is slower than usual, none is rounded for it: every part is somebody's."""
    calls = some_calls([0, 0], on_scene_s=1000)
    parts, names = taken_apart(
        matrix_world([[0], [1 / 512]]), calls, engine, setup=UP_TO_600._replace(target_s=(0, 0))
    )
    assert parts == [[0, 0, 0, 0, 0], [0, 0, 0, 1 / 512, 0]]
    assert names == [None, "nearest busy"]


# ── any small world ──────────────────────────────────────────────────────────────────────────


def nearest_by_hand(world, calls, log):
    """[call] one station after the other, over the roads' other function."""
    trips, found = first_arrival(log, len(calls.received_at)), []
    for call, trip in enumerate(trips.tolist()):
        if trip == NONE:
            found.append(math.inf)
            continue
        mode = int(
            world.roads.mode_to_scene[
                band_at(world.roads.bands, log.mobile_at[trip]), calls.priority[call]
            ]
        )
        starts = world.stations.place[sorted(set(world.fleet.home.tolist()))]
        end, leg_s = calls.place[call], world.roads.place_leg_s[mode]
        road_s = travel.seconds(
            world.roads.travel, mode, world.roads.place_node[starts], world.roads.place_node[end]
        )
        found.append(float((leg_s[starts] + road_s + leg_s[end]).min()))
    return found


def cause_by_hand(parts, target):
    running = 0.0
    for cause, seconds in enumerate(parts):
        running += seconds
        if running > target:
            return cause
    return NONE


@settings(max_examples=150, **QUIET)
@given(worlds(), st.sampled_from([0.0, 60, 150, 600]))
def test_in_any_world_the_parts_add_up_and_every_miss_has_one_cause(case, target):
    world, calls = case
    setup = UP_TO_600._replace(target_s=(target, target))
    log = reference.run(world, calls)
    found = Pooled([tally(world, calls, log, WINDOW)], setup)
    split = causes.split(found)
    reached = np.isfinite(found.response_s)
    assert found.tallies[0].nearest_s.tolist() == nearest_by_hand(world, calls, log)
    assert (split.parts_s >= 0).all()
    assert (split.parts_s.sum(axis=1)[reached] == found.response_s[reached]).all()
    assert ((split.cause != NONE) == (found.response_s > target)).all()
    for parts, cause, came in zip(
        split.parts_s.tolist(), split.cause.tolist(), reached.tolist(), strict=True
    ):
        assert cause == (cause_by_hand(parts, target) if came else QUEUE)
    late = causes.summed(found, split, ALL)
    assert late.total == (found.response_s > target).sum()
    again = causes.split(pooled(world, calls, run=compiled.run, setup=setup))
    assert (again.parts_s == split.parts_s).all()
    assert (again.cause == split.cause).all()


def test_off_the_time_grid_the_parts_add_up_to_a_nanosecond(engine, rng):
    world = matrix_world(rng.uniform(60, 900, (3, 4)), rng.uniform(60, 900, (4, 3)), on_grid=False)
    calls = some_calls(
        np.sort(rng.uniform(0, 90_000, 200)), rng.integers(0, 4, 200),
        call_taking_s=rng.exponential(60, 200), turnout_s=rng.exponential(60, 200),
        on_scene_s=rng.exponential(900, 200),
    )  # fmt: skip
    found = pooled(world, calls, run=engine)
    split = causes.split(found)
    assert split.parts_s.sum(axis=1) == pytest.approx(found.response_s, abs=1e-9, rel=0)
    assert split.parts_s.min() >= -1e-9
    assert ((split.cause != NONE) == (found.response_s > found.target_s)).all()
