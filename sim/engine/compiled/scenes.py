"""Several ambulances at one scene: who conveys, who is released, and when it is over.

The rules are told in `sim.engine.reference.scenes`. `beyond` is never None here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled.beyond import (
    ARRIVES,
    COMING,
    FORETOLD,
    GONE,
    IN_LOOKED_AT,
    IN_TOUCHED,
    LOOKS,
    PRESENT,
    UNREADY,
    WAITING,
)
from sim.engine.compiled.cache import compiled
from sim.engine.compiled.eligible import note_change
from sim.engine.compiled.pausing import now_free
from sim.engine.compiled.state import (
    AT_STATION,
    CLEARED,
    IN_ELSEWHERE,
    IN_SERVING,
    STOOD_DOWN,
    TURNING_OUT,
    enlist,
    expect,
    make_ready,
    note_cleared,
    strike,
    unexpect,
)
from sim.engine.compiled.trips import foretell, take_back
from sim.policies.clock import NONE, serving_seconds


@compiled
def look_later(beyond, call):
    """Look who leaves a scene as soon as everything of this instant has happened."""
    scene = beyond.scene[call]
    if not scene.is_looked_at:
        scene.is_looked_at = True
        beyond.looked_at[beyond.held[IN_LOOKED_AT]] = call
        beyond.held[IN_LOOKED_AT] += 1


@compiled
def touch(beyond, call):
    """Look at its needs at the end of the next dispatch."""
    scene = beyond.scene[call]
    if not scene.touched:
        scene.touched = True
        beyond.touched[beyond.held[IN_TOUCHED]] = call
        beyond.held[IN_TOUCHED] += 1


@compiled
def note_sent(state, beyond, ambulance, need, abandoned):
    """An ambulance was sent to a need, and perhaps left another."""
    if abandoned != NONE and beyond.need[abandoned].several:
        beyond.need[abandoned].status = WAITING
        touch(beyond, beyond.need[abandoned].call)
    note_change(beyond, ambulance)
    crew, own = beyond.crew[ambulance], beyond.need[need]
    crew.phase = FORETOLD
    if own.several:
        crew.phase = ARRIVES
        own.status, own.ambulance = COMING, ambulance
        beyond.scene[own.call].started = True
        touch(beyond, own.call)
        look_later(beyond, own.call)


@compiled
def give_up(state, beyond, need):
    """A need is not met: another service sees to it, or nobody."""
    own = beyond.need[need]
    if not own.several:
        state.log.lost[need] = True
        return
    own.status = GONE
    scene = beyond.scene[own.call]
    if scene.started:
        look_later(beyond, own.call)
    else:
        scene.over = True
        state.log.lost[scene.first] = True


@compiled
def forget_who_is_late(state, beyond):
    """Where a condition says so, what cannot go at once with the first unit is not sent."""
    for i in range(beyond.held[IN_TOUCHED]):
        scene = beyond.scene[beyond.touched[i]]
        scene.touched = False
        condition = beyond.need[scene.first].condition
        if scene.started and beyond.fixed.service.conditions.forgets[condition]:
            for need in range(scene.first, scene.last):
                if beyond.need[need].status == WAITING:
                    give_up(state, beyond, need)
    beyond.held[IN_TOUCHED] = 0


@compiled
def arrive(fixed, calls, state, beyond, ambulance, now):
    """A unit is at a scene of several."""
    need: Any = np.int64(state.fleet[ambulance].call)
    own, conditions = beyond.need[need], beyond.fixed.service.conditions
    scene, together = beyond.scene[own.call], conditions.together[own.condition]
    drawn_s = calls[scene.first].on_scene_s if together else own.on_scene_s
    own.status, own.arrived_at = PRESENT, now
    own.ends_at = now + serving_seconds(drawn_s, fixed.service_factor[ambulance], fixed.on_grid)
    looks_at = own.ends_at
    if scene.first_at == np.inf:
        scene.first_at = now
    elif together and scene.first_at < now:
        looks_at = now + conditions.loading_s
    beyond.crew[ambulance].phase = LOOKS
    look_later(beyond, own.call)
    expect(state, ambulance, looks_at)


@compiled
def _hope(beyond, scene):
    """Whether a unit that transports is on its way, or may still be sent."""
    for need in range(scene.first, scene.last):
        own = beyond.need[need]
        if own.status == COMING:
            if beyond.fixed.service.sending.transports[beyond.crew[own.ambulance].kind]:
                return True
        elif own.status == UNREADY or own.status == WAITING:  # noqa: SIM102
            if beyond.fixed.kind_transports[own.kind]:
                return True
    return False


@compiled
def _first_there(beyond, scene, but, must_transport):
    """The need whose unit arrived first of those present, the earlier one of two; NONE if none."""
    best: Any = NONE
    for need in range(scene.first, scene.last):
        own = beyond.need[need]
        if own.status != PRESENT or need == but:
            continue
        transports = beyond.fixed.service.sending.transports[beyond.crew[own.ambulance].kind]
        if must_transport and not transports:
            continue
        if best == NONE or own.arrived_at < beyond.need[best].arrived_at:
            best = need
    return best


@compiled
def _release(fixed, calls, state, beyond, need, conveys, goes_along, now):
    own = beyond.need[need]
    own.status = GONE
    beyond.crew[own.ambulance].phase = FORETOLD
    conveyed = conveys and calls[need].conveyed
    foretell(fixed, calls, state, beyond, own.ambulance, need, now, conveyed, goes_along)


@compiled
def look(fixed, calls, state, beyond, call, now):
    """Let those leave who are done; if nobody is needed any more, stand the others down.

    Returns whether somebody was stood down.
    """
    scene = beyond.scene[call]
    scene.is_looked_at = False
    conditions, condition = beyond.fixed.service.conditions, beyond.need[scene.first].condition
    together = conditions.together[condition]
    if scene.over and together:
        return False
    conveyed = calls[scene.first].conveyed
    hope = _hope(beyond, scene)
    if conveyed and scene.conveyer == NONE:
        scene.conveyer = _first_there(beyond, scene, NONE, True)
    conveyer: Any = np.int64(scene.conveyer)
    waits = conveyed and conveyer == NONE and hope
    if together:
        first = _first_there(beyond, scene, NONE, False)
        if first == NONE or waits:
            return False
        ends_at = beyond.need[first].ends_at
        if conveyer != NONE and beyond.need[conveyer].arrived_at != beyond.need[first].arrived_at:
            ends_at = max(ends_at, beyond.need[conveyer].arrived_at + conditions.loading_s)
        if now < ends_at:
            return False
        scene.over = True
        along: Any = NONE
        if conditions.accompanied[condition] and conveyer != NONE:
            along = _first_there(beyond, scene, conveyer, False)
        for need in range(scene.first, scene.last):
            if beyond.need[need].status == PRESENT:
                conveys = need == conveyer or need == along
                _release(fixed, calls, state, beyond, need, conveys, need == along, now)
    else:
        _release_those_done(fixed, calls, state, beyond, scene, conveyer, waits, now)
    return scene.over and _stand_down(state, beyond, scene, now)


@compiled
def _release_those_done(fixed, calls, state, beyond, scene, conveyer, waits, now):
    gone, left = False, False
    for need in range(scene.first, scene.last):
        own = beyond.need[need]
        done = own.status == PRESENT and own.ends_at <= now and not waits
        if done:
            gone = True
            scene.over |= need == conveyer
            _release(fixed, calls, state, beyond, need, need == conveyer, False, now)
        elif own.status == PRESENT or own.status == COMING:
            left = True
    if gone and not left:
        scene.over = True


@compiled
def _stand_down(state, beyond, scene, now):
    """Nobody is needed any more: who waits need not, who is on the way turns round."""
    found = False
    for need in range(scene.first, scene.last):
        own = beyond.need[need]
        if own.status == COMING:
            found = True
            _turn_round(state, beyond, own.ambulance, now)
        if own.status == UNREADY or own.status == WAITING or own.status == COMING:
            own.status = GONE
    return found


@compiled
def withdraw(state, beyond, call, now):
    """Nobody is needed any more where nobody has arrived. Returns whether somebody turned round."""
    scene = beyond.scene[call]
    need = np.int64(scene.first)
    if beyond.need[need].several:
        if scene.first_at < np.inf or scene.over:
            return False
        scene.over = True
        return _stand_down(state, beyond, scene, now)
    beyond.need[need].status = GONE
    if not now < state.arrives_at[need] < np.inf:
        return False
    _turn_round(state, beyond, np.int64(state.comes[need]), now)
    return True


@compiled
def _turn_round(state, beyond, ambulance, now):
    """In again who is still turning out; who is on the road is free there."""
    unit = state.fleet[ambulance]
    goes_in = unit.from_base and unit.departed_at > now
    take_back(state, ambulance, TURNING_OUT if goes_in else CLEARED, now)
    strike(state, state.serving, IN_SERVING, ambulance)
    unexpect(state, ambulance)
    unit.call, unit.trip = NONE, NONE
    if goes_in:
        unit.status = AT_STATION
        if unit.on_duty:
            make_ready(state, ambulance)
    else:
        unit.status = STOOD_DOWN
        enlist(state, state.elsewhere, IN_ELSEWHERE, ambulance)
        note_cleared(state, ambulance)
    now_free(state, beyond, ambulance, now)
    note_change(beyond, ambulance)
