"""The event loop: the life of a call and of an ambulance, as numbers in arrays.

An ambulance that is sent has its whole future at once: the stages of its call are drawn, so every
instant up to `cleared_at` is a sum, and is written into its trip. Only three things are events: a
call becomes ready, an ambulance is cleared or comes home, a shift begins or ends. If an ambulance
is diverted, what its trip foretold is taken back. As in the contract, everything of an instant is
registered first, then the waiting calls are served.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine.compiled.ground import ROW, SAFE_S, band, from_node_s, nearest_node, step
from sim.engine.compiled.kept import compiled, entry
from sim.engine.log import TRIP_INSTANTS, Log
from sim.policies import (
    NONE,
    PositionRule,
    Status,
    can_be_sent,
    choose_hospital,
    is_first,
    serving_seconds,
    standby_station,
    turn_back_s,
    waiting_key,
)

AT_STATION, TURNING_OUT, TO_SCENE, BUSY, CLEARED, RETURNING = map(int, Status)
NEVER = np.nan
FULL = -1  # there are more trips than lines for them

CALL = np.dtype(
    [
        ("wakes_at", "f8"),  # when the dispatcher gets it: `ready_at`, as a clock comes to it
        ("received_at", "f8"),
        ("turnout_s", "f8"),
        ("on_scene_s", "f8"),
        ("handover_s", "f8"),
        ("place", "u4"),
        ("hospital", "i4"),
        ("priority", "u4"),
        ("conveyed", "?"),
    ],
    align=True,
)
AMBULANCE = np.dtype(
    [
        # what the search for the nearest looks at first
        ("next_at", "f8"),  # its event: cleared, or home
        ("departed_at", "f8"),
        ("base", "u4"),  # the station where it is or is going
        ("mode", "u4"),  # of its drive
        ("hospital", "i4"),  # where its drive home began, or NONE
        ("status", "i4"),  # of sim.policies; TURNING_OUT stands for all stages of a call
        ("on_duty", "?"),
        ("from_base", "?"),  # its drive to a scene began at its base
        # the drive: from a node, reached after `lead_s`, to a place
        ("lead_s", "f8"),
        ("node", "u4"),
        ("place", "u4"),
        ("passed", "u4"),  # the node of the path up to which it has been followed
        ("passed_s", "f8"),  # and the seconds from `node` to it
        # the call
        ("arrives_at", "f8"),
        ("turned_out_at", "f8"),  # wheels roll, once turning out
        ("expected_mobile_at", "f8"),  # as the dispatcher expects it
        ("call", "i4"),
        ("trip", "i4"),
        ("stands_at", "u4"),  # place, while CLEARED
        ("home", "u4"),
        ("sent_in", "i8"),  # the dispatch in which it was sent
        ("turns_out", "?"),  # sent from a station
        # where it is listed
        ("heap", "i4"),
        ("listed", "u4"),
    ],
    align=True,
)


class Desk(NamedTuple):
    """What changes while the clock runs."""

    fleet: np.ndarray  # [ambulance] AMBULANCE
    log: Log
    lines: int  # how many trips the log has room for
    heap: np.ndarray  # [ambulance] those with an event, the earliest first
    heap_at: np.ndarray  # [ambulance] and when it is
    serving: np.ndarray  # [ambulance] those on a call
    elsewhere: np.ndarray  # [ambulance] those free and not at a station
    ready: np.ndarray  # [station, ambulance] those that can be sent from it, by row
    ready_count: np.ndarray  # [station]
    cleared: np.ndarray  # [ambulance] cleared since the last dispatch, by row
    waiting: np.ndarray  # [call] in the order in which they are served
    in_order: np.ndarray  # [call] as a dispatch found them
    hopeless: np.ndarray  # [priority] nobody can be sent as things stand
    present: np.ndarray  # [station] free ambulances
    count: np.ndarray  # how many of each, below


IN_HEAP, IN_SERVING, IN_ELSEWHERE, IN_CLEARED, IN_WAITING, TRIPS, DISPATCHES, COUNTS = range(8)


def desk(calls: int, lines: int, ambulances: int, stations: int, priorities: int) -> Desk:
    """An empty desk for so many."""
    return Desk(
        np.zeros(ambulances, AMBULANCE),
        Log(
            np.zeros(0),
            np.zeros(calls, np.bool_),
            *(np.empty(lines, np.int32) for _ in range(3)),
            *(np.empty(lines) for _ in TRIP_INSTANTS),
        ),
        lines,
        np.zeros(ambulances, ROW),
        np.zeros(ambulances),
        np.zeros(ambulances, ROW),
        np.zeros(ambulances, ROW),
        np.zeros((stations, ambulances), ROW),
        np.zeros(stations, np.int32),
        np.zeros(ambulances, ROW),
        np.zeros(calls, ROW),
        np.zeros(calls, ROW),
        np.zeros(priorities, np.bool_),
        np.zeros(stations, np.int32),
        np.zeros(COUNTS, np.int64),
    )


# ── the heap of events, one an ambulance ─────────────────────────────────────────────────────


@compiled
def _put(desk, spot, ambulance, at):
    desk.heap[ROW(spot)], desk.heap_at[ROW(spot)] = ambulance, at
    desk.fleet[ambulance].heap = spot


@compiled
def _rise(desk, spot, ambulance, at):
    while spot > 0:
        parent = ROW((spot - 1) >> 1)
        if desk.heap_at[parent] <= at:
            break
        _put(desk, spot, desk.heap[parent], desk.heap_at[parent])
        spot = np.int64(parent)
    _put(desk, spot, ambulance, at)


@compiled
def _sink(desk, spot, ambulance, at):
    count = desk.count[IN_HEAP]
    while 2 * spot + 1 < count:
        child, right = ROW(2 * spot + 1), ROW(2 * spot + 2)
        if right < count and desk.heap_at[right] < desk.heap_at[child]:
            child = right
        if desk.heap_at[child] >= at:
            break
        _put(desk, spot, desk.heap[child], desk.heap_at[child])
        spot = np.int64(child)
    _put(desk, spot, ambulance, at)


@compiled
def _expect(desk, ambulance, at):
    """Its next event is at this instant; an earlier plan is forgotten."""
    spot, before = np.int64(desk.fleet[ambulance].heap), desk.fleet[ambulance].next_at
    desk.fleet[ambulance].next_at = at
    if spot == NONE:
        spot, before = desk.count[IN_HEAP], np.inf
        desk.count[IN_HEAP] += 1
    if at <= before:
        _rise(desk, spot, ambulance, at)
    else:
        _sink(desk, spot, ambulance, at)


@compiled
def _take_first(desk):
    ambulance = desk.heap[0]
    desk.fleet[ambulance].heap = NONE
    desk.count[IN_HEAP] -= 1
    last = desk.count[IN_HEAP]
    if last > 0:
        _sink(desk, np.int64(0), desk.heap[last], desk.heap_at[last])
    return ambulance


# ── who is where ─────────────────────────────────────────────────────────────────────────────


@compiled
def _list(desk, rows, which, ambulance):
    rows[desk.count[which]] = ambulance
    desk.fleet[ambulance].listed = desk.count[which]
    desk.count[which] += 1


@compiled
def _unlist(desk, rows, which, ambulance):
    desk.count[which] -= 1
    last = rows[desk.count[which]]
    rows[desk.fleet[ambulance].listed] = last
    desk.fleet[last].listed = desk.fleet[ambulance].listed


@compiled
def _enter(desk, ambulance):
    """Ready at its station, among the others there by row."""
    station = desk.fleet[ambulance].base
    rows, spot = desk.ready[station], desk.ready_count[station]
    while spot > 0 and rows[spot - 1] > ambulance:
        rows[spot] = rows[spot - 1]
        spot -= 1
    rows[spot] = ambulance
    desk.ready_count[station] += 1


@compiled
def _leave(desk, ambulance):
    station = desk.fleet[ambulance].base
    rows, count = desk.ready[station], desk.ready_count[station]
    spot = 0
    while rows[spot] != ambulance:
        spot += 1
    for after in range(spot + 1, count):
        rows[after - 1] = rows[after]
    desk.ready_count[station] -= 1


@compiled
def _stage(desk, ambulance, now):
    """Its status now. What was sent in this very dispatch has not moved yet."""
    unit = desk.fleet[ambulance]
    if unit.status != TURNING_OUT:
        return unit.status
    just_sent = unit.sent_in == desk.count[DISPATCHES]
    if unit.turns_out and (just_sent or unit.departed_at > now):
        return TURNING_OUT
    if just_sent or unit.arrives_at > now:
        return TO_SCENE
    return BUSY


@compiled
def _position(ground, desk, ambulance, stage, now, mode):
    """The node from which it can be sent in a mode, and the seconds to that node."""
    unit = desk.fleet[ambulance]
    if stage == CLEARED or stage == TURNING_OUT or stage == AT_STATION:
        place = unit.stands_at if stage == CLEARED else ground.station_place[unit.base]
        return ground.place[place].node, ground.place_s[mode, place].leg
    elapsed_s = now - unit.departed_at
    end = ground.place[unit.place].node
    if ground.position_rule == PositionRule.NEAREST_PLACE:
        whole_s = unit.lead_s + from_node_s(ground, unit.mode, unit.node, unit.place)
        share = elapsed_s / whole_s if whole_s > 0 else 1.0
        return nearest_node(ground, unit.node, end, share), 0.0
    if elapsed_s <= unit.lead_s:
        return unit.node, unit.lead_s - elapsed_s
    if stage == RETURNING and unit.hospital != NONE:
        way = ground.steps_of[unit.mode, unit.place]
        spot = ground.path_first[unit.hospital, way]
        last = ground.path_first[unit.hospital, way + 1] - 1
        while spot < last:  # the first node that is not yet behind it, or the end
            middle = (spot + last) >> 1
            if unit.lead_s + ground.path_s[middle] < elapsed_s:
                spot = middle + 1
            else:
                last = middle
        node, at_s = ground.path_node[spot], ground.path_s[spot]
    else:
        node, at_s = unit.passed, unit.passed_s
        while unit.lead_s + at_s < elapsed_s and node != end:
            node, edge_s = step(ground, unit.mode, node, unit.place)
            at_s += edge_s
        unit.passed, unit.passed_s = node, at_s
    at_s += unit.lead_s
    if at_s >= elapsed_s:
        return node, at_s - elapsed_s
    driven_s = ground.place_s[unit.mode, unit.place].leg
    new_s = ground.place_s[mode, unit.place].leg
    return node, turn_back_s(elapsed_s - at_s, driven_s, new_s, ground.on_grid)


@compiled
def _drive(desk, ambulance, mode, node, lead_s, place, at):
    """A drive begins."""
    unit = desk.fleet[ambulance]
    unit.mode, unit.node, unit.lead_s, unit.place, unit.departed_at = mode, node, lead_s, place, at
    unit.passed, unit.passed_s = node, 0.0


# ── dispatch ─────────────────────────────────────────────────────────────────────────────────


@compiled
def _nearest(ground, calls, desk, call, now):
    """The ambulance that is expected to arrive first, among all that can be sent."""
    scene, priority = calls[call].place, calls[call].priority
    mode = ground.mode_to_scene[band(ground, now), priority]
    best, best_s = NONE, np.inf
    for near in ground.by_time[mode, scene]:
        seconds = ground.expected_turnout_s + near.seconds
        if seconds > best_s:
            break
        if desk.ready_count[near.row] > 0:
            first = desk.ready[near.row, 0]
            if is_first(seconds, first, best_s, best):
                best, best_s = first, seconds
    to_station_s = ground.at_most_to_station_s[mode, scene]
    from_hospital_s = ground.at_least_from_hospital_s[mode, scene]
    for i in range(desk.count[IN_ELSEWHERE]):
        ambulance = desk.elsewhere[i]
        unit = desk.fleet[ambulance]
        if not can_be_sent(unit.status, unit.on_duty, False):
            continue
        if ground.has_bounds and unit.status == RETURNING:
            left_s, driven_s = unit.next_at - now, now - unit.departed_at
            least, most = ground.fastest[unit.mode, mode], ground.slowest[unit.mode, mode]
            # By the triangle inequality it is at least as far as its way home, less the way there
            # from the scene; and as the scene is from where it comes from, less what it has driven.
            if left_s * least - to_station_s[unit.base] > best_s:
                continue
            if most <= 1:
                apart_s = to_station_s[unit.base] - 3 * SAFE_S
                if ground.both_ways and apart_s - left_s * most > best_s:
                    continue
                if unit.hospital != NONE:
                    apart_s = from_hospital_s[unit.hospital]
                    if apart_s - driven_s * most > best_s:
                        continue
                    if ground.both_ways and driven_s * least - apart_s - 2 * SAFE_S > best_s:
                        continue
        node, lead_s = _position(ground, desk, ambulance, unit.status, now, mode)
        seconds = 0.0 + (lead_s + from_node_s(ground, mode, node, scene))
        if is_first(seconds, ambulance, best_s, best):
            best, best_s = ambulance, seconds
    if ground.may_be_left_for[priority]:
        best = _nearest_on_a_call(ground, calls, desk, call, now, mode, best, best_s)
    return best


@compiled
def _nearest_on_a_call(ground, calls, desk, call, now, mode, best, best_s):
    """The same among those that may leave another call for this one."""
    scene, priority = calls[call].place, calls[call].priority
    from_station_s = ground.from_station_s[mode, scene]
    for i in range(desk.count[IN_SERVING]):
        ambulance = desk.serving[i]
        unit = desk.fleet[ambulance]
        may_divert = ground.may_divert[calls[unit.call].priority, priority]
        stage = _stage(desk, ambulance, now)
        if not can_be_sent(stage, unit.on_duty, may_divert):
            continue
        turnout_left_s = 0.0
        if stage == TURNING_OUT:
            turnout_left_s = max(0.0, unit.expected_mobile_at - now)
        elif ground.has_bounds and unit.from_base and ground.slowest[unit.mode, mode] <= 1:
            driven_s = (now - unit.departed_at) * ground.slowest[unit.mode, mode]
            if from_station_s[unit.base] - driven_s - 0.01 > best_s:
                continue
        node, lead_s = _position(ground, desk, ambulance, stage, now, mode)
        seconds = turnout_left_s + (lead_s + from_node_s(ground, mode, node, scene))
        if is_first(seconds, ambulance, best_s, best):
            best, best_s = ambulance, seconds
    return best


@compiled
def _open_trip(desk, call, ambulance, now):
    log, trip = desk.log, ROW(desk.count[TRIPS])
    desk.count[TRIPS] += 1
    log.call[trip], log.ambulance[trip], log.hospital[trip] = call, ambulance, NONE
    log.assigned_at[trip] = now
    log.left_scene_at[trip] = log.at_hospital_at[trip] = log.handover_at[trip] = NEVER
    log.cleared_at[trip] = log.diverted_at[trip] = NEVER
    desk.fleet[ambulance].call, desk.fleet[ambulance].trip = call, trip
    return trip


@compiled
def _take_back(desk, trip, stage, now):
    """It is sent elsewhere: what its trip foretold will not happen."""
    log = desk.log
    log.diverted_at[trip], log.arrived_at[trip] = now, NEVER
    log.left_scene_at[trip] = log.at_hospital_at[trip] = log.handover_at[trip] = NEVER
    log.cleared_at[trip], log.hospital[trip] = NEVER, NONE
    if stage == TURNING_OUT:
        log.mobile_at[trip] = NEVER


@compiled
def _send(ground, calls, desk, ambulance, call, now):
    """Assign an ambulance to a call and foretell the trip; answers the call that it leaves."""
    unit = desk.fleet[ambulance]
    stage, abandoned = _stage(desk, ambulance, now), unit.call
    priority, scene = calls[call].priority, calls[call].place
    unit.from_base = stage == AT_STATION or stage == TURNING_OUT
    departs_at = now
    if unit.from_base:
        if stage == AT_STATION:
            _leave(desk, ambulance)
            unit.turned_out_at = now + calls[call].turnout_s
            unit.expected_mobile_at = now + ground.expected_turnout_s
        departs_at = now + (unit.turned_out_at - now)
    mode = ground.mode_to_scene[band(ground, departs_at), priority]
    node, lead_s = _position(ground, desk, ambulance, stage, now, mode)
    if unit.from_base:
        drive_s = ground.from_station_s[mode, scene, unit.base]
    else:
        drive_s = lead_s + from_node_s(ground, mode, node, scene)
    if unit.trip != NONE:
        _take_back(desk, unit.trip, stage, now)
    if stage == CLEARED or stage == RETURNING:
        _unlist(desk, desk.elsewhere, IN_ELSEWHERE, ambulance)
    if abandoned == NONE:
        _list(desk, desk.serving, IN_SERVING, ambulance)
    trip = _open_trip(desk, call, ambulance, now)
    unit.status, unit.turns_out, unit.sent_in = (
        TURNING_OUT, unit.from_base, desk.count[DISPATCHES],
    )  # fmt: skip

    log, factor = desk.log, ground.service_factor[ambulance]
    _drive(desk, ambulance, mode, node, lead_s, scene, departs_at)
    log.mobile_at[trip] = departs_at
    at = departs_at + drive_s
    log.arrived_at[trip] = unit.arrives_at = at
    at += serving_seconds(calls[call].on_scene_s, factor, ground.on_grid)
    log.left_scene_at[trip] = at
    unit.stands_at, unit.hospital = scene, NONE
    if calls[call].conveyed:
        way = ground.mode_to_hospital[band(ground, at)]
        hospital = ground.nearest_hospital[way, scene].row
        transport_s = ground.nearest_hospital[way, scene].seconds
        if calls[call].hospital != NONE:
            to_hospital_s = ground.to_hospital_s[way, scene]
            hospital = choose_hospital(to_hospital_s, calls[call].hospital)
            transport_s = to_hospital_s[hospital]
        if hospital != NONE:
            at += transport_s
            log.hospital[trip] = unit.hospital = hospital
            log.at_hospital_at[trip] = log.handover_at[trip] = at
            unit.stands_at = ground.hospital_place[hospital]
            at += serving_seconds(calls[call].handover_s, factor, ground.on_grid)
    log.cleared_at[trip] = at
    _expect(desk, ambulance, at)
    return abandoned


@compiled
def _send_home(ground, desk, ambulance, now):
    """Repositioning is a trip without a call."""
    unit = desk.fleet[ambulance]
    unit.base = unit.home
    if len(ground.standby_list) > 0:
        desk.present[:] = 0
        for other in range(len(desk.fleet)):
            status = desk.fleet[other].status
            free = status == AT_STATION or status == RETURNING
            if other != ambulance and desk.fleet[other].on_duty and free:
                desk.present[desk.fleet[other].base] += 1
        unit.base = standby_station(unit.home, ground.standby_list, desk.present)
    mode = ground.mode_home[band(ground, now)]
    node = ground.place[unit.stands_at].node
    lead_s = ground.place_s[mode, unit.stands_at].leg
    home_at = now + ground.to_station_s[mode, unit.stands_at, unit.base]
    _drive(desk, ambulance, mode, node, lead_s, ground.station_place[unit.base], now)
    trip = _open_trip(desk, NONE, ambulance, now)
    desk.log.mobile_at[trip], desk.log.arrived_at[trip] = now, home_at
    unit.status = RETURNING
    _expect(desk, ambulance, home_at)


@compiled
def _await(calls, desk, call):
    """A call takes its place among those that wait."""
    key = waiting_key(calls[call].priority, calls[call].received_at, call)
    spot = desk.count[IN_WAITING]
    while spot > 0:
        other = desk.waiting[spot - 1]
        if waiting_key(calls[other].priority, calls[other].received_at, other) <= key:
            break
        desk.waiting[spot] = other
        spot -= 1
    desk.waiting[spot] = call
    desk.count[IN_WAITING] += 1


@compiled
def _keep_waiting(ground, calls, desk, call):
    if ground.lose_when_none_free:
        desk.log.lost[call] = True
    else:
        _await(calls, desk, call)


@compiled
def _dispatch(ground, calls, desk, now):
    """Serve the waiting calls in their order, then send home who is free and not needed."""
    desk.count[DISPATCHES] += 1
    count = desk.count[IN_WAITING]
    for i in range(count):
        desk.in_order[i] = desk.waiting[i]
    desk.count[IN_WAITING] = 0
    desk.hopeless[:] = False
    for i in range(count):
        call = desk.in_order[i]
        if desk.hopeless[calls[call].priority]:
            _keep_waiting(ground, calls, desk, call)
            continue
        while call != NONE:  # an abandoned call is reconsidered next, before any other
            ambulance = _nearest(ground, calls, desk, call, now)
            if ambulance == NONE:
                desk.hopeless[calls[call].priority] = True
                _keep_waiting(ground, calls, desk, call)
                break
            if desk.count[TRIPS] == desk.lines:
                return False
            call = _send(ground, calls, desk, ambulance, call, now)
            if call != NONE:  # who was diverted may now be divertible for others
                desk.hopeless[:] = False
    for i in range(desk.count[IN_CLEARED]):
        ambulance = desk.cleared[i]
        if desk.fleet[ambulance].status == CLEARED:
            if desk.count[TRIPS] == desk.lines:
                return False
            _send_home(ground, desk, ambulance, now)
    desk.count[IN_CLEARED] = 0
    return True


# ── the clock ────────────────────────────────────────────────────────────────────────────────


@compiled
def _finish(desk, ambulance):
    """Its event: cleared where it stands, or home. Answers whether it was cleared."""
    unit = desk.fleet[ambulance]
    if unit.status == RETURNING:
        _unlist(desk, desk.elsewhere, IN_ELSEWHERE, ambulance)
        unit.status, unit.trip = AT_STATION, NONE
        if unit.on_duty:
            _enter(desk, ambulance)
        return False
    _unlist(desk, desk.serving, IN_SERVING, ambulance)
    _list(desk, desk.elsewhere, IN_ELSEWHERE, ambulance)
    unit.status, unit.call, unit.trip = CLEARED, NONE, NONE
    spot = desk.count[IN_CLEARED]
    while spot > 0 and desk.cleared[spot - 1] > ambulance:
        desk.cleared[spot] = desk.cleared[spot - 1]
        spot -= 1
    desk.cleared[spot] = ambulance
    desk.count[IN_CLEARED] += 1
    return True


@entry
def wind(calls, order):
    """Set each call's `wakes_at` from when it is ready to when the clock gets there.

    The clock of the reference engine is moved on from call to call by differences; off the time
    grid that is not always the same to the last bit, and here it must be.
    """
    now = 0.0
    for call in order:
        now += max(0.0, calls[call].wakes_at - now)
        calls[call].wakes_at = now


@entry
def serve(ground, calls, order, home, shift_at, shift_of, shift_begins, desk):
    """Run to the end; answers the number of trips, or FULL.

    `order`: calls in the order in which they become ready; `shift_*`: beginnings and ends of
    shifts in the order of time.
    """
    for ambulance in range(len(home)):
        unit = desk.fleet[ambulance]
        unit.home = unit.base = home[ambulance]
        unit.status, unit.call, unit.trip, unit.heap = AT_STATION, NONE, NONE, NONE
        unit.hospital = NONE
    next_call, next_shift = 0, 0
    while True:
        now = np.inf
        if next_call < len(order):
            now = calls[order[next_call]].wakes_at
        if desk.count[IN_HEAP] > 0:
            now = min(now, desk.heap_at[0])
        if now == np.inf and desk.count[IN_WAITING] == 0:
            break
        if next_shift < len(shift_at):
            now = min(now, shift_at[next_shift])
        if now == np.inf:
            break
        due = False
        while next_call < len(order) and calls[order[next_call]].wakes_at == now:
            _await(calls, desk, order[next_call])
            next_call += 1
            due = True
        while desk.count[IN_HEAP] > 0 and desk.heap_at[0] == now:
            due |= _finish(desk, _take_first(desk))
        while next_shift < len(shift_at) and shift_at[next_shift] == now:
            unit = desk.fleet[shift_of[next_shift]]
            unit.on_duty = shift_begins[next_shift]
            if unit.status == AT_STATION:
                if unit.on_duty:
                    _enter(desk, shift_of[next_shift])
                else:
                    _leave(desk, shift_of[next_shift])
            due |= unit.on_duty
            next_shift += 1
        if due and not _dispatch(ground, calls, desk, now):
            return FULL
    return desk.count[TRIPS]
