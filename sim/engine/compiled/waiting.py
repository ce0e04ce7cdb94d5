"""The calls that wait: of each priority a heap, with the call that is served next at its top.

Whether anybody can be sent depends on the priority of a call alone, so if nobody can be sent to the
top of a heap, the rest of it need not be looked at: however many wait, nothing is done with them.
"""

from __future__ import annotations

from sim.engine.compiled.cache import compiled
from sim.engine.compiled.driving import ONE, ROW
from sim.engine.compiled.state import IN_ASIDE, IN_WAITING
from sim.policies.dispatch import waiting_key


@compiled
def _comes_before(calls, one, other):
    key = waiting_key(calls[one].priority, calls[one].received_at, one)
    return key < waiting_key(calls[other].priority, calls[other].received_at, other)


@compiled
def await_ambulance(calls, state, call):
    """A call takes its place among those of its priority."""
    priority = calls[call].priority
    first, spot = state.waiting_from[priority], state.waiting_count[priority]
    while spot > 0:
        parent = (spot - ONE) >> ONE
        other = state.waiting[first + parent]
        if _comes_before(calls, other, call):
            break
        state.waiting[first + spot] = other
        spot = parent
    state.waiting[first + spot] = call
    state.waiting_count[priority] += ONE
    state.held[IN_WAITING] += 1


@compiled
def next_waiting(state, priority):
    """The call of a priority that is served next; there must be one."""
    return state.waiting[state.waiting_from[priority]]


@compiled
def take_next_waiting(calls, state, priority):
    """The call of a priority that is served next waits no longer."""
    state.waiting_count[priority] -= ONE
    state.held[IN_WAITING] -= 1
    first, count = state.waiting_from[priority], state.waiting_count[priority]
    last, spot = state.waiting[first + count], ROW(0)
    while spot + spot + ONE < count:
        child = spot + spot + ONE
        right = child + ONE
        if right < count and _comes_before(
            calls, state.waiting[first + right], state.waiting[first + child]
        ):
            child = right
        if _comes_before(calls, last, state.waiting[first + child]):
            break
        state.waiting[first + spot] = state.waiting[first + child]
        spot = child
    state.waiting[first + spot] = last


@compiled
def set_aside(state, call):
    """An abandoned call to which nobody can be sent: not looked at again in this instant."""
    state.aside[state.held[IN_ASIDE]] = call
    state.held[IN_ASIDE] += 1


@compiled
def take_back_aside(calls, state):
    """At the end of an instant: who was set aside waits as others do."""
    for i in range(state.held[IN_ASIDE]):
        await_ambulance(calls, state, state.aside[i])
    state.held[IN_ASIDE] = 0


@compiled
def lose_all(state):
    """Nobody may wait: the calls that do are lost."""
    for priority in range(len(state.waiting_count)):
        first = state.waiting_from[priority]
        for spot in range(state.waiting_count[priority]):
            state.log.lost[state.waiting[first + ROW(spot)]] = True
        state.waiting_count[priority] = 0
    state.held[IN_WAITING] = 0
