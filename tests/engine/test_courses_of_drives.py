"""Drives as they were driven: what the reference engine tells of them agrees with its log."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from random_services import services
from test_engines_agree import QUIET, worlds
from worlds import assert_same, road_world, some_calls

from sim.engine import reference
from sim.policies.clock import NONE
from sim.policies.dispatch import PositionRule


def told(world, calls):
    """The log, and every drive with its trip's instants and its course."""
    engine = reference.Engine(world)
    log, drives = engine.drives(calls)
    whole = engine.run(calls)
    assert_same(whole._replace(asked_s=log.asked_s), log)
    return log, drives


def check(world, calls):
    log, drives = told(world, calls)
    # In a drawn world a place may be at no distance from a node: roads that are read have a tick.
    own = world.roads.travel.own
    sound = all((seconds > 0).all() for seconds in own[3:])
    last = {}
    for trip, drive, to_hospital in drives:
        departed, cut = drive.departed_at, log.diverted_at[trip]
        course, arrival = drive.course(), departed + drive.seconds
        began_at = log.left_scene_at if to_hospital else log.mobile_at
        assert departed == began_at[trip]
        assert all(a.at <= b.at for a, b in pairwise(course))
        assert all(departed <= one.at <= arrival for one in course) or not sound
        if np.isfinite(drive.seconds):
            assert course[-1].node == drive.end == world.roads.place_node[drive.place]
        if not np.isnan(cut) and not to_hospital:
            assert departed <= cut <= arrival
        elif not to_hospital and np.isfinite(arrival):
            assert log.arrived_at[trip] == pytest.approx(arrival)
        who = log.ambulance[trip]
        before = last.get(who)
        if before is not None:  # where it is sent on begins the next drive
            ended = before[0].departed_at + before[0].seconds
            assert departed >= (ended if np.isnan(before[1]) else before[1])
            if not np.isnan(before[1]) and world.rules.position_rule == PositionRule.NEXT_NODE:
                assert departed == before[1]
        last[who] = drive, (np.nan if to_hospital else cut)
    drove = np.isfinite(log.mobile_at).sum() + (log.hospital != NONE).sum()
    assert len(drives) == drove


@settings(max_examples=300, **QUIET)
@given(worlds())
def test_drives_agree_with_the_log(case):
    check(*case)


@settings(max_examples=300, **QUIET)
@given(worlds(closes=True).flatmap(services))
def test_drives_agree_with_the_log_of_all_beyond_the_plain_service(case):
    check(*case)


def test_what_happens_before_an_instant_is_what_happens_in_the_whole_run():
    world = road_world(stations=[0], places=[4])
    calls, engine = some_calls([0, 300, 5000]), reference.Engine(world)
    whole, _ = engine.drives(calls)
    part, drives = engine.drives(calls, until=1000.0)
    some = part.arrived_at <= 1000
    assert some.any()
    assert len(part.call) < len(whole.call)
    assert np.array_equal(part.arrived_at[some], whole.arrived_at[: len(some)][some])
    assert drives


def test_a_course_names_every_node_of_the_road():
    """Nodes of the little street lie one after the other."""
    world = road_world(stations=[0], places=[4])
    _, drives = told(world, some_calls([0]))
    assert [one.node for one in drives[0].drive.course()] == [0, 1, 2, 3, 4]
