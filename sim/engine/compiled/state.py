"""What changes while the clock runs: the fleet, the heap of its events, the calls that wait."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine.compiled.cache import compiled
from sim.engine.compiled.driving import ROW
from sim.model.log import TRIP_INSTANTS, Log, answers
from sim.policies.clock import NONE
from sim.policies.dispatch import Status

AT_STATION, TURNING_OUT, TO_SCENE, BUSY, CLEARED, RETURNING, ON_BREAK = map(int, Status)
STOOD_DOWN = 1 + ON_BREAK  # cleared on the road to a call that needs nobody any more

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
        ("from_base", "?"),  # sent from its base, after a turnout
        # the drive: from a node, reached after `lead_s`, to a place
        ("lead_s", "f8"),
        ("node", "u4"),
        ("place", "u4"),
        ("passed", "u4"),  # the node of the path up to which it has been followed
        ("passed_s", "f8"),  # and the seconds from `node` to it
        # the call
        ("assigned_at", "f8"),
        ("arrives_at", "f8"),
        ("turned_out_at", "f8"),  # wheels roll, once turning out
        ("expected_mobile_at", "f8"),  # as the dispatcher expects it
        ("call", "i4"),
        ("trip", "i4"),
        ("stands_at", "u4"),  # place, while CLEARED
        ("home", "u4"),
        ("sent_in", "i8"),  # the dispatch in which it was sent
        # where it is listed
        ("heap", "i4"),
        ("listed", "u4"),
    ],
    align=True,
)


class CountedDuty(NamedTuple):
    """When ambulances' time is added up: within the window, while they are on shift."""

    start_s: float  # the window
    end_s: float
    first: np.ndarray  # [ambulance + 1] its shifts in the two below
    on_at: np.ndarray  # [shift]
    off_at: np.ndarray  # [shift]


class State(NamedTuple):
    """What changes while the clock runs."""

    fleet: np.ndarray  # [ambulance] AMBULANCE
    log: Log
    heap: np.ndarray  # [ambulance] those with an event, the earliest first
    heap_at: np.ndarray  # [ambulance] and when it is
    serving: np.ndarray  # [ambulance] those on a call
    elsewhere: np.ndarray  # [ambulance] those free and not at a station
    ready: np.ndarray  # [station, ambulance] those that can be sent from it, by row
    ready_count: np.ndarray  # [station]
    cleared: np.ndarray  # [ambulance] cleared since the last dispatch, by row
    waiting: np.ndarray  # [call] a heap for each group, with room for all of its calls
    waiting_from: np.ndarray  # [group] where its heap begins; plain groups are priorities
    waiting_count: np.ndarray  # [group] how many wait
    aside: np.ndarray  # [call] abandoned in this instant, and nobody could be sent
    present: np.ndarray  # [station] free ambulances
    others: np.ndarray  # [call, other] places that are asked about as well
    arrives_at: np.ndarray  # [call] when whoever was sent last is there; inf = nobody was
    comes: np.ndarray  # [call] and which ambulance it is
    busy_s: np.ndarray  # [ambulance] on calls, while on shift and within the window
    shift: np.ndarray  # [ambulance] the first of its shifts that is not over
    duty: CountedDuty
    logged: bool  # whether trips are written down
    held: np.ndarray  # how many of each, below


IN_HEAP, IN_SERVING, IN_ELSEWHERE, IN_CLEARED, IN_WAITING, IN_ASIDE, TRIPS, DISPATCHES, COUNTS = (
    range(9)
)


def _empty_log(calls: int, lines: int, asked: int) -> Log:
    """Room for so many lines of trips, of calls for so many answers each."""
    by_call = np.zeros(0), np.zeros(calls, np.bool_), np.full((calls, asked), np.inf)
    rows = (np.empty(lines, np.int32) for _ in range(3))
    return Log._make([*by_call, *rows, *(np.empty(lines) for _ in TRIP_INSTANTS), None])


def new_state(
    by_group: np.ndarray,
    lines: int,
    stations: int,
    others: np.ndarray,
    duty: CountedDuty,
    logged: bool,
) -> State:
    """The state before the first event, with room for so many of each.

    `by_group`: [group of those that wait] how many calls there are. `lines`: of trips in the log,
    if they are `logged`. `others`: as in Calls.
    """
    ambulances = len(duty.first) - 1
    calls, ends = int(by_group.sum()), np.cumsum(by_group)
    return State(
        np.zeros(ambulances, AMBULANCE),
        _empty_log(calls, lines, answers(others)),
        np.zeros(ambulances, ROW),
        np.zeros(ambulances),
        np.zeros(ambulances, ROW),
        np.zeros(ambulances, ROW),
        np.zeros((stations, ambulances), ROW),
        np.zeros(stations, np.int32),
        np.zeros(ambulances, ROW),
        np.zeros(calls, ROW),
        (ends - by_group).astype(ROW),
        np.zeros(len(by_group), ROW),
        np.zeros(calls, ROW),
        np.zeros(stations, np.int32),
        others,
        np.full(calls, np.inf),
        np.full(calls, NONE, np.int32),
        np.zeros(ambulances),
        duty.first[:-1].copy(),
        duty,
        logged,
        np.zeros(COUNTS, np.int64),
    )


# ── the heap of events, one an ambulance ─────────────────────────────────────────────────────


@compiled
def _put(state, spot, ambulance, at):
    state.heap[ROW(spot)], state.heap_at[ROW(spot)] = ambulance, at
    state.fleet[ambulance].heap = spot


@compiled
def _rise(state, spot, ambulance, at):
    while spot > 0:
        parent = ROW((spot - 1) >> 1)
        if state.heap_at[parent] <= at:
            break
        _put(state, spot, state.heap[parent], state.heap_at[parent])
        spot = np.int64(parent)
    _put(state, spot, ambulance, at)


@compiled
def _sink(state, spot, ambulance, at):
    count = state.held[IN_HEAP]
    while 2 * spot + 1 < count:
        child, right = ROW(2 * spot + 1), ROW(2 * spot + 2)
        if right < count and state.heap_at[right] < state.heap_at[child]:
            child = right
        if state.heap_at[child] >= at:
            break
        _put(state, spot, state.heap[child], state.heap_at[child])
        spot = np.int64(child)
    _put(state, spot, ambulance, at)


@compiled
def expect(state, ambulance, at):
    """Put the next event of an ambulance at this instant; an earlier plan is forgotten."""
    spot, before = np.int64(state.fleet[ambulance].heap), state.fleet[ambulance].next_at
    state.fleet[ambulance].next_at = at
    if spot == NONE:
        spot, before = state.held[IN_HEAP], np.inf
        state.held[IN_HEAP] += 1
    if at <= before:
        _rise(state, spot, ambulance, at)
    else:
        _sink(state, spot, ambulance, at)


@compiled
def take_first(state):
    ambulance = state.heap[0]
    state.fleet[ambulance].heap = NONE
    state.held[IN_HEAP] -= 1
    last = state.held[IN_HEAP]
    if last > 0:
        _sink(state, np.int64(0), state.heap[last], state.heap_at[last])
    return ambulance


@compiled
def unexpect(state, ambulance):
    """Forget the next event of an ambulance."""
    spot = np.int64(state.fleet[ambulance].heap)
    if spot == NONE:
        return
    state.fleet[ambulance].heap = NONE
    state.held[IN_HEAP] -= 1
    last = state.held[IN_HEAP]
    if spot < last:
        other, at, before = state.heap[last], state.heap_at[last], state.heap_at[spot]
        if at <= before:
            _rise(state, spot, other, at)
        else:
            _sink(state, spot, other, at)


# ── who is where ─────────────────────────────────────────────────────────────────────────────


@compiled
def enlist(state, rows, which, ambulance):
    rows[state.held[which]] = ambulance
    state.fleet[ambulance].listed = state.held[which]
    state.held[which] += 1


@compiled
def strike(state, rows, which, ambulance):
    state.held[which] -= 1
    last = rows[state.held[which]]
    rows[state.fleet[ambulance].listed] = last
    state.fleet[last].listed = state.fleet[ambulance].listed


@compiled
def make_ready(state, ambulance):
    """Ready at its station, among the others there by row."""
    station = state.fleet[ambulance].base
    rows, spot = state.ready[station], state.ready_count[station]
    while spot > 0 and rows[spot - 1] > ambulance:
        rows[spot] = rows[spot - 1]
        spot -= 1
    rows[spot] = ambulance
    state.ready_count[station] += 1


@compiled
def end_call(state, ambulance, now):
    """Its time on a call is over: add what was on shift and within the window."""
    unit, duty = state.fleet[ambulance], state.duty
    start, end = max(unit.assigned_at, duty.start_s), min(now, duty.end_s)
    shift, last = state.shift[ambulance], duty.first[ambulance + 1]
    while shift < last and duty.off_at[shift] <= start:
        shift += 1
    state.shift[ambulance] = shift
    while shift < last and duty.on_at[shift] < end:
        part_s = min(end, duty.off_at[shift]) - max(start, duty.on_at[shift])
        state.busy_s[ambulance] += max(0.0, part_s)
        shift += 1


@compiled
def take_from_station(state, ambulance):
    station = state.fleet[ambulance].base
    rows, count = state.ready[station], state.ready_count[station]
    spot = 0
    while rows[spot] != ambulance:
        spot += 1
    for after in range(spot + 1, count):
        rows[after - 1] = rows[after]
    state.ready_count[station] -= 1


@compiled
def set_on_duty(state, ambulance, on_duty):
    """It can be sent from now on, as far as its shift goes; or not."""
    unit = state.fleet[ambulance]
    if unit.status == AT_STATION and unit.on_duty != on_duty:
        if on_duty:
            make_ready(state, ambulance)
        else:
            take_from_station(state, ambulance)
    unit.on_duty = on_duty


@compiled
def note_cleared(state, ambulance):
    """It is free where it is: among those cleared since the last dispatch, by row."""
    spot = state.held[IN_CLEARED]
    while spot > 0 and state.cleared[spot - 1] > ambulance:
        state.cleared[spot] = state.cleared[spot - 1]
        spot -= 1
    state.cleared[spot] = ambulance
    state.held[IN_CLEARED] += 1


@compiled
def count_present(state, but):
    """How many free ambulances are at each station or on their way there, all but one."""
    state.present[:] = 0
    for other in range(len(state.fleet)):
        status = state.fleet[other].status
        bound = status == AT_STATION or status == RETURNING
        if other != but and state.fleet[other].on_duty and bound:
            state.present[state.fleet[other].base] += 1
