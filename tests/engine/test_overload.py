"""More calls than ambulances: those who wait are served in their order, however many they are.

The engines look at the first waiting call of each priority only. `PassOverAll` looks at all of
them, one after the other, as the rule is told; both engines are held against it to the last bit.
"""

from __future__ import annotations

from bisect import insort

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_services import services
from test_engines_agree import QUIET, assert_same, worlds
from worlds import altered, matrix_world, some_calls

from sim.engine import compiled, reference
from sim.engine.reference.paths import Ways
from sim.engine.reference.service import ServiceAtWork
from sim.model.calls import Calls
from sim.model.system import System
from sim.policies.clock import NONE
from sim.policies.dispatch import waiting_key

MINUTE = 60.0


class PassOverAll(ServiceAtWork):
    """The rule word for word: at the end of an instant each waiting need is asked about in turn."""

    def __init__(self, system: System, calls: Calls):
        self.in_order = []
        self.considered = 0
        super().__init__(system, calls, Ways(system))

    def await_ambulance(self, need):
        call = self.needs.call[need]
        insort(
            self.in_order,
            waiting_key(self.calls.priority[call], self.calls.received_at[call], need),
        )
        self.is_waiting[need] = True

    def serve_waiting(self):
        found, self.in_order = self.in_order, []
        for *_, need in found:
            if not self.is_waiting[need]:
                continue
            self.considered += 1
            team = self.team_for(need)
            if not team:
                self.await_ambulance(need)
                continue
            if self.alike:
                self.ask(self.needs.call[need])
            for left in [self.send(ambulance, one) for one, ambulance in team.items()]:
                while left != NONE and (ambulance := self.first_at_the_scene(left)):
                    left = self.send(ambulance, left)
                if left != NONE:
                    self.await_ambulance(left)

    def lose_who_waits(self):
        for *_, need in self.in_order:
            if self.is_waiting[need]:
                self.give_up(need)
        self.in_order = []


def assert_as_told(case):
    told = PassOverAll(*case).run()
    assert_same(told, reference.run(*case))
    assert_same(told, compiled.run(*case))
    return told


@st.composite
def crowds(draw) -> tuple[System, Calls]:
    """Many calls for few crews, in whole minutes; many are left for more urgent ones."""
    count = lambda low, high: draw(st.integers(low, high))  # noqa: E731
    priorities, places, stations = count(1, 5), count(1, 4), count(1, 3)
    calls, ambulances, far = count(4, 60), count(0, 4), draw(st.sampled_from([8, 120]))
    seed = np.random.default_rng(count(0, 2**32))  # the rest is only to be varied
    tick_s = draw(st.sampled_from([1.0, MINUTE, 5 * MINUTE]))

    def minutes(most, shape):
        return seed.integers(0, most + 1, shape) * MINUTE

    share = draw(st.sampled_from([0, 0.3, 0.6, 1]))
    pair = np.tril(seed.random((priorities, priorities)) < share, -1)
    world = matrix_world(
        minutes(far, (stations, places)), minutes(8, (places, stations)),
        np.sort(seed.integers(0, stations, ambulances)), may_divert=pair,
        mode_to_scene=np.zeros((1, priorities), int),
        lose_when_none_free=draw(st.integers(0, 3)) == 0, turnout_s=draw(st.sampled_from([0.0, 60])),
    )  # fmt: skip
    if ambulances and draw(st.booleans()):
        on = minutes(40, ambulances)
        world = altered(world, on_duty_at=on, off_duty_at=on + minutes(60, ambulances) + 1.0)
    received_at = np.sort(seed.random(calls)) * draw(st.sampled_from([60, 1200, 7200]))
    priority = seed.integers(0, priorities, calls)
    if draw(st.booleans()):  # ever more urgent, so that crews are sent on and on
        priority = np.sort(priority)[::-1]
    made = some_calls(
        received_at // tick_s * tick_s, seed.integers(0, places, calls),
        priority, call_taking_s=minutes(2, calls),
        turnout_s=minutes(2, calls), on_scene_s=minutes(draw(st.sampled_from([0, 3, 30])), calls),
    )  # fmt: skip
    return world, made


HOPE = np.zeros((4, 4), bool)  # of priority 2, once that of priority 1 has taken from priority 3
HOPE[2, 0] = HOPE[3, 1] = HOPE[1, 2] = True


@st.composite
def chains(draw) -> tuple[System, Calls]:
    """Crews far away are sent on and on, to ever more urgent calls that come all at once."""
    ambulances, seed = draw(st.integers(2, 3)), np.random.default_rng(draw(st.integers(0, 2**32)))
    calls, instants = draw(st.integers(5, 12)), draw(st.integers(2, 3))
    world = matrix_world(
        [[7200]], homes=np.zeros(ambulances, int), may_divert=HOPE,
        mode_to_scene=np.zeros((1, 4), int),
    )  # fmt: skip
    priority = np.sort(seed.integers(0, 4, calls))[::-1]
    received_at = np.sort(seed.integers(0, instants, calls)) * MINUTE
    return world, some_calls(received_at, 0, priority, on_scene_s=MINUTE)


@settings(max_examples=400, **QUIET)
@given(crowds())
def test_all_who_wait_are_served_as_a_pass_over_all_of_them_would(case):
    assert_as_told(case)


@settings(max_examples=150, **QUIET)
@given(chains())
def test_chains_of_diversions_end_as_in_a_pass_over_all(case):
    assert_as_told(case)


@settings(max_examples=300, **QUIET)
@given(worlds())
def test_every_rule_at_once_gives_what_a_pass_over_all_gives(case):
    assert_as_told(case)


@pytest.mark.thorough
@settings(max_examples=10_000, **QUIET)
@given(st.one_of(crowds(), chains(), worlds()))
def test_very_many_crowds(case):
    assert_as_told(case)


def test_an_abandoned_call_is_not_looked_at_again_when_its_priority_has_its_turn(engine):
    """At 10 the call of priority 0 takes crew 0 from call 0, of priority 2: nobody is left for that.

    Then the call of priority 1 takes crew 1 from call 1, and from it the new call of priority 2,
    which may. Call 0 could have had it by now, but waits for the next instant.
    """
    may = np.zeros((4, 4), bool)
    may[2, 0] = may[3, 1] = may[1, 2] = True
    world = matrix_world(
        [[600]], homes=[0, 0], may_divert=may, mode_to_scene=np.zeros((1, 4), int)
    )  # fmt: skip
    calls = some_calls([0, 0, 10, 10, 10], priority=[2, 3, 0, 1, 2])
    log = engine(world, calls)
    assert log.call[:5].tolist() == [0, 1, 2, 3, 4]
    assert log.ambulance[:5].tolist() == [0, 1, 0, 1, 1]
    assert log.assigned_at[:5].tolist() == [0, 0, 10, 10, 10]
    assert log.diverted_at[:4].tolist()[:2] == [10, 10]
    assert log.diverted_at[3] == 10
    again = log.assigned_at[(log.call == 0) & (log.assigned_at > 0)]
    assert again.tolist() == [600], "when crew 0 or 1 is cleared"
    assert_as_told((world, calls))


def test_who_waits_is_not_asked_about_again_and_again(monkeypatch):
    """With 400 calls in the queue an engine asks for an ambulance some twice a call."""
    rng, count = np.random.default_rng(1), 400
    world = matrix_world(np.full((1, 3), 300.0))
    calls = some_calls(np.arange(count), 0, rng.integers(0, 3, count), on_scene_s=600)
    asked, first = [], ServiceAtWork.first_at_the_scene

    def counted(self, need, **others):
        asked.append(need)
        return first(self, need, **others)

    monkeypatch.setattr(ServiceAtWork, "first_at_the_scene", counted)
    log = reference.run(world, calls)
    assert np.isfinite(log.arrived_at).sum() >= count
    instants = len(np.unique(np.concatenate([calls.ready_at, log.cleared_at])))
    assert len(asked) <= count + 3 * instants
    asked.clear()
    PassOverAll(world, calls).run()
    assert len(asked) > 20 * (count + 3 * instants)


@settings(max_examples=400, **QUIET)
@given(crowds().flatmap(services))
def test_beyond_the_plain_service_too_all_who_wait_are_served_as_a_pass_over_all_would(case):
    """Who waits behind one to whom nobody can be sent is looked at where it is not alike."""
    assert_as_told(case)


def test_a_log_that_was_too_short_once_is_long_enough_the_next_time(monkeypatch):
    """Two trips a call are logged where room was for half a one; a few calls say nothing of many."""
    engine = compiled.Engine(matrix_world([[60.0]], from_calls=[[60.0]]))
    runs, served = [], compiled.Engine._served

    def counted(self, *arguments, **named):
        runs.append(len(arguments[0].rows))
        return served(self, *arguments, **named)

    monkeypatch.setattr(compiled.Engine, "_served", counted)
    engine._lines_a_call = 0.5
    for count, times in ((40, 3), (2_000, 3), (2_500, 1)):
        runs.clear()
        log = engine.run(some_calls(np.arange(count) * 600.0))
        assert len(log.call) == 2 * count
        assert runs == [count] * times
