"""From the Log to every interval and indicator: the one place where they are computed.

`tally` reduces one replication to a row for each call and a few numbers of the fleet; estimates
over replications are made from tallies in `estimates.py`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.measures.delays import coming_or_there, delays, from_nearest
from sim.measures.fleet_time import (
    busy_intervals,
    by_hour_of_week,
    duty_intervals,
    level_zero_s,
    on_shift,
    with_pauses,
)
from sim.measures.otherwise import otherwise, withdrawn_s
from sim.measures.service import (
    CallColumns,
    Firsts,
    ServiceTally,
    call_columns,
    service_tally,
)
from sim.model.calendar import HOUR_S, Window
from sim.model.calls import Calls, CallStream
from sim.model.log import Log
from sim.model.service import reads_places
from sim.model.system import System
from sim.policies.clock import NONE

ASKED = np.float32  # exact on the time grid for answers of up to four and a half hours


class Responses(NamedTuple):
    """The emergencies received within the window, and who was there first."""

    call: np.ndarray  # [measured] row in the replication's Calls
    area: np.ndarray
    township: np.ndarray
    response_s: np.ndarray  # received → first arrival; inf if nobody arrived
    trip: np.ndarray  # that arrived first; NONE if none did
    withdrawn_s: np.ndarray  # received → withdrawn; inf = never. No entries where none may be


class Tally(NamedTuple):
    """One layout in one replication: a row for each emergency measured, and the fleet's time."""

    call: np.ndarray  # row in the replication's Calls
    area: np.ndarray
    township: np.ndarray
    priority: np.ndarray
    hour: np.ndarray  # clock hour of receipt
    response_s: np.ndarray  # received → first arrival; inf if nobody arrived
    # of the ambulance that arrived first; inf if nobody arrived
    call_taking_s: np.ndarray  # received → ready
    queueing_s: np.ndarray  # ready → assigned
    turnout_s: np.ndarray  # assigned → mobile
    # the drive, were it from the nearest station that has an ambulance; also of who was under way
    nearest_s: np.ndarray
    at_once: np.ndarray  # bool: assigned as soon as it was ready
    cross: np.ndarray  # bool: served from a station that is not the nearest
    busy_s: np.ndarray  # [ambulance, hour of the week] assigned → cleared, while on shift
    on_duty_s: np.ndarray  # [ambulance, hour of the week]
    level_zero_s: float  # no ambulance on shift was free
    window_s: float
    answers_hold: bool = True  # whether each call's answer about its own place is its response
    # where nothing but the calls themselves is known, without columns
    asked_s: np.ndarray = np.zeros((0, 0), np.float32)  # [call, answer] as in the Log
    other_township: np.ndarray = np.zeros((0, 0), np.int32)  # [call, other]
    # where there are first responders; else without entries
    responder_s: np.ndarray = np.zeros(0)  # [call] received → the first of them; inf if none came
    responder_asked: np.ndarray = np.zeros(0, bool)  # [call] whether any was in reach and on duty
    service: ServiceTally | None = None  # what goes beyond the plain service
    # of calls that end otherwise; each without entries where there is nothing of the kind
    withdrawn_s: np.ndarray = np.zeros(0)  # [call] received → withdrawn; inf = never
    sent: np.ndarray = np.zeros(0, bool)  # [call] whether anybody was sent to it
    waited_s: np.ndarray = np.zeros(0)  # [call] ready → assigned or withdrawn; inf = neither
    answered_s: np.ndarray = np.zeros(0)  # [call] received → taken by somebody at the call desk
    ending: np.ndarray = np.zeros(0, np.int8)  # [call] `Ending`
    # of what else makes calls late; each without entries where there is nothing of the kind
    open_s: np.ndarray = np.zeros(0)  # [call] as `nearest_s`, were no road closed or slowed
    cut_off_s: np.ndarray = np.zeros(0)  # [call] ready → some station has a way there; inf = never
    drive_factor: np.ndarray = np.zeros(0)  # [call] on every drive to it
    ready_s: np.ndarray = np.zeros(0)  # [call] received → ready, where calls may be withdrawn
    # of who was there first, or under way as it was withdrawn; inf where nobody was
    sent_s: np.ndarray = np.zeros(0)  # [call] received → assigned
    set_out_s: np.ndarray = np.zeros(0)  # [call] assigned → mobile, or withdrawn before

    @property
    def beyond(self) -> CallColumns:
        """[call] what those of a plain service have not; of a plain one what it comes to there."""
        return call_columns(self.service, self.response_s)


def tally(system: System, calls: Calls, log: Log, window: Window) -> Tally:
    """What one log says of the emergencies received within the window, and of all else in it."""
    fleet = _fleet_time(system, log, window)  # first: its intervals are as many as the calls
    first = first_arrival(log, len(calls.received_at))
    found = responses(calls, log, window, first)
    measured = found.call
    reached = found.trip != NONE
    trip, call = found.trip[reached], measured[reached]
    assigned_at = first_assignment(log, len(calls.received_at))
    firsts = Firsts(first, assigned_at)
    coming = coming_or_there(calls, log, measured, found.trip)
    nearest_s, from_elsewhere = from_nearest(system, calls, log, coming[coming != NONE])
    cross = np.zeros(len(measured), bool)
    cross[coming != NONE] = from_elsewhere
    cross &= reached
    return Tally(
        measured.astype(np.int32),
        found.area,
        found.township.astype(np.int32),
        calls.priority[measured],
        (((system.roads.bands.offset_s + calls.received_at[measured]) // HOUR_S) % 24).astype(
            np.int8
        ),
        found.response_s,
        _if_reached(reached, log.ready_at[call] - calls.received_at[call]),
        _if_reached(reached, log.assigned_at[trip] - log.ready_at[call]),
        _if_reached(reached, log.mobile_at[trip] - log.assigned_at[trip]),
        _if_reached(coming != NONE, nearest_s),
        _at_once(log, found, assigned_at),
        cross,
        *fleet,
        window.end_s - window.start_s,
        _answers_hold(system, calls),
        log.asked_s[measured].astype(ASKED),
        calls.other_township[measured],
        *_responders(calls, measured),
        service_tally(system, calls, log, window, measured, firsts),
        *otherwise(calls, log, measured, assigned_at),
        *delays(system, calls, log, measured, coming),
    )


def _at_once(log: Log, found: Responses, assigned_at: np.ndarray) -> np.ndarray:
    """[measured] whether somebody was assigned as soon as it was ready, and came if needed."""
    assigned: np.ndarray = (assigned_at == log.ready_at)[found.call]
    return assigned & ((found.trip != NONE) | _is_withdrawn(found))


def _is_withdrawn(found: Responses) -> np.ndarray:
    """[measured] whether it was withdrawn before anybody came."""
    if not len(found.withdrawn_s):
        return np.zeros(len(found.call), bool)
    withdrawn: np.ndarray = np.isinf(found.response_s) & np.isfinite(found.withdrawn_s)
    return withdrawn


def _answers_hold(system: System, calls: Calls) -> bool:
    """Whether who was asked for at a call's place is who is there first.

    Not where an ambulance may leave a call, where several come, where calls may be withdrawn or
    their drives vary, or where it was asked before anybody was sent.
    """
    several = calls.needs is not None and len(calls.needs.call) > len(calls.place)
    varies = calls.withdrawn_at is not None or calls.scene_factor is not None
    may_leave = system.rules.may_divert.any() or several or varies
    return not (may_leave or reads_places(system.service))


def _responders(calls: Calls, measured: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The columns of a Tally that say how soon a first responder was there."""
    if calls.first_help_s is None or calls.responders is None:
        return np.zeros(0), np.zeros(0, bool)
    return calls.first_help_s[measured], calls.responders[measured] > 0


def _fleet_time(system: System, log: Log, window: Window) -> tuple[np.ndarray, np.ndarray, float]:
    """The columns of a Tally that say how the fleet spent the window."""
    duty, ambulances = duty_intervals(system, window), len(system.fleet.home)
    busy = on_shift(busy_intervals(log, window), duty)
    start_s = system.roads.bands.offset_s
    return (
        by_hour_of_week(busy, ambulances, start_s),
        by_hour_of_week(duty, ambulances, start_s),
        level_zero_s(with_pauses(busy, system, log, window, duty), duty, window),
    )


def responses(
    calls: Calls, log: Log, window: Window, first: np.ndarray | None = None
) -> Responses:  # fmt: skip
    """How soon somebody was at each emergency that was received within the window.

    `first`: [call] the trip that arrived first, where it is known already.
    """
    within = (calls.received_at >= window.start_s) & (calls.received_at < window.end_s)
    if calls.stream is not None:
        within &= calls.stream == CallStream.EMERGENCY
    measured = np.flatnonzero(within)
    if first is None:
        first = first_arrival(log, len(calls.received_at))
    trip = first[measured]
    reached = trip != NONE
    waited_s = log.arrived_at[trip[reached]] - calls.received_at[measured[reached]]
    return Responses(
        measured,
        calls.area[measured],
        calls.township[measured],
        _if_reached(reached, waited_s),
        trip,
        withdrawn_s(calls, log, measured),
    )


def first_arrival(log: Log, calls: int) -> np.ndarray:
    """[call] the trip that arrived first, or NONE."""
    arrived = np.flatnonzero((log.call != NONE) & ~np.isnan(log.arrived_at))
    # Written in reverse order of arrival, the first arrival is what stays.
    order = arrived[np.lexsort((arrived, log.arrived_at[arrived]))][::-1]
    trip = np.full(calls, NONE)
    trip[log.call[order]] = order
    return trip


def first_assignment(log: Log, calls: int) -> np.ndarray:
    """[call] the instant at which an ambulance was first assigned; nan if never."""
    at = np.full(calls, np.inf)
    assigned = log.call != NONE
    np.minimum.at(at, log.call[assigned], log.assigned_at[assigned])
    return np.where(np.isinf(at), np.nan, at)


def _if_reached(reached: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    column = np.full(len(reached), np.inf)
    column[reached] = seconds
    return column
