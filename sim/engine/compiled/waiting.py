"""The calls that wait: of each group a heap, with the call that is served next at its top.

Whether anybody can be sent depends on the group of a call alone, so if nobody can be sent to the
top of a heap, the rest of it need not be looked at: however many wait, nothing is done with them.
In a plain service a group is a priority; beyond it, a priority, a kind of need and a centre.
"""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.beyond import GONE, WAITING
from sim.engine.compiled.cache import compiled
from sim.engine.compiled.driving import ONE, ROW
from sim.engine.compiled.state import IN_ASIDE, IN_WAITING
from sim.policies.clock import NONE
from sim.policies.dispatch import waiting_key


@compiled
def _comes_before(calls, one, other):
    key = waiting_key(calls[one].priority, calls[one].received_at, one)
    return key < waiting_key(calls[other].priority, calls[other].received_at, other)


@compiled
def _group_of(calls, beyond, call):
    if beyond is None:
        return calls[call].priority
    return beyond.need[call].group


@compiled
def await_ambulance(calls, state, beyond, call):
    """A call takes its place among those of its group."""
    group = _group_of(calls, beyond, call)
    first, spot = state.waiting_from[group], state.waiting_count[group]
    while spot > 0:
        parent = (spot - ONE) >> ONE
        other = state.waiting[first + parent]
        if _comes_before(calls, other, call):
            break
        state.waiting[first + spot] = other
        spot = parent
    state.waiting[first + spot] = call
    state.waiting_count[group] += ONE
    state.held[IN_WAITING] += 1


@compiled
def next_waiting(state, group):
    """The call of a group that is served next; there must be one."""
    return state.waiting[state.waiting_from[group]]


@compiled
def next_group(calls, state, beyond, priority):
    """The group of a priority whose first is served next; NONE if all are hopeless."""
    groups = len(beyond.hopeless) // len(beyond.fixed.service.sending.within_s)
    best: Any = NONE
    for group in range(priority * groups, (priority + 1) * groups):
        while state.waiting_count[group] > 0 and not is_needed(beyond, next_waiting(state, group)):
            take_next_waiting(calls, state, group)
        if state.waiting_count[group] == 0 or beyond.hopeless[group]:
            continue
        if best == NONE or _comes_before(
            calls, next_waiting(state, group), next_waiting(state, best)
        ):
            best = group
    return best


@compiled
def is_needed(beyond, need):
    """Whether one that waits is to be served: it was neither stood down nor withdrawn."""
    own = beyond.need[need]
    return own.status == WAITING if own.several else own.status != GONE


@compiled
def take_next_waiting(calls, state, group):
    """The call of a group that is served next waits no longer."""
    state.waiting_count[group] -= ONE
    state.held[IN_WAITING] -= 1
    first, count = state.waiting_from[group], state.waiting_count[group]
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
def take_back_aside(calls, state, beyond):
    """At the end of an instant: who was set aside waits as others do."""
    for i in range(state.held[IN_ASIDE]):
        await_ambulance(calls, state, beyond, state.aside[i])
    state.held[IN_ASIDE] = 0


@compiled
def lose_all(state):
    """Nobody may wait: the calls that do are lost."""
    for group in range(len(state.waiting_count)):
        first = state.waiting_from[group]
        for spot in range(state.waiting_count[group]):
            state.log.lost[state.waiting[first + ROW(spot)]] = True
        state.waiting_count[group] = 0
    state.held[IN_WAITING] = 0
