"""What a log says beyond the plain service: of crews, classes, centres, breaks and standby.

What it says of hospitals stands in `hospitals`, of calls that are no emergencies in `streams`.

A `ServiceTally` has a row for each measured call, where the service is no plain one, and a few sums
over the fleet. Instants count where they lie in the window, its start included and its end not;
time counts as far as it lies in it. So adjoining windows add up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.measures import worked
from sim.measures.features import Feature, features_of
from sim.measures.fleet_time import (
    busy_intervals,
    clipped,
    duty_intervals,
    ended,
    level_zero_s,
    on_shift,
    with_pauses,
)
from sim.measures.hospitals import HospitalTally, hospital_tally, to_capable_s
from sim.measures.streams import OtherCalls, other_calls, transfer_s
from sim.model.calendar import Window
from sim.model.calls import Calls
from sim.model.log import BREAK, FAILURE, Log
from sim.model.service import Service
from sim.model.system import System
from sim.policies.clock import NONE


class Firsts(NamedTuple):
    """The trip of every call that arrived first, and when anybody was first assigned to it."""

    trip: np.ndarray  # [call] NONE if none arrived
    assigned_at: np.ndarray  # [call] nan = never

    def arrived_at(self, log: Log) -> np.ndarray:
        """[call] when somebody was there first; nan = never."""
        at = np.append(log.arrived_at, np.nan)  # the last one stands for none
        found: np.ndarray = at[np.where(self.trip == NONE, len(at) - 1, self.trip)]
        return found


class CallColumns(NamedTuple):
    """A row for each measured call; without rows in a plain service."""

    capable_s: np.ndarray  # received → first arrival of a unit of a capable class; inf = never
    second_s: np.ndarray  # received → second arrival; inf = never
    needs: np.ndarray  # ambulances that it needed
    met: np.ndarray  # of these, how many were there
    centre: np.ndarray  # dispatch centre that it belongs to
    out_of_area: np.ndarray  # bool: the first to arrive was of another centre
    other_zone: np.ndarray  # bool: the first to arrive was at home in another zone
    condition: np.ndarray
    # received → at a hospital that can treat it; inf = never, nan = nobody was to go to one; no
    # entries where every hospital can treat everybody
    hospital_s: np.ndarray = np.zeros(0)


class ServiceTally(NamedTuple):
    """One layout in one replication: what goes beyond a plain service. Sums are of the window."""

    features: int  # Feature
    of_calls: CallColumns
    kind: np.ndarray  # [ambulance] class
    home_centre: np.ndarray  # [ambulance] dispatch centre
    level_zero_s: np.ndarray  # [centre] none of its ambulances on shift was free; empty for one
    shifts: float  # worked; of one that lasts longer than a day, each day counts
    ends: int  # of duty
    overruns: int  # of these, at which the crew had a call in hand
    overrun_s: float  # of these, until it was cleared
    until_home_s: float  # end of duty → at a station, of all crews that were not there
    breaks_due: int
    breaks_missed: int  # of these, never whole
    breaks_broken: int  # of these, ended by a call at least once
    break_s: float
    failures: int
    off_s: float  # off the road, all ambulances together
    moves: int  # drives to another standby
    move_s: float
    transfer_s: float = 0.0  # ambulances on transfers, all of them together
    others: OtherCalls | None = None  # calls that are no emergencies, where there are any
    hospitals: HospitalTally | None = None
    shifts_with_breaks: int = 0  # in which one was due


def service_tally(
    system: System, calls: Calls, log: Log, window: Window, measured: np.ndarray, firsts: Firsts
) -> ServiceTally | None:
    """What one log says beyond the plain service; None where that is nothing, and no duty ends.

    `measured`: rows of the emergencies received within the window.
    """
    ends = _ends_of_duty(system, window)
    features = features_of(system, calls)
    if system.service is None and not features and not ends.any():
        return None
    overruns, overrun_s, until_home_s = _overrun(system, log, ends)
    due, missed, broken, break_s, failures, off_s = _pauses(system, log, window)
    moves, move_s = _moves(log, window)
    of_calls = _of_calls(system, calls, log, measured, firsts.trip[measured])
    if Feature.CAPABLE in features:
        of_calls = of_calls._replace(hospital_s=to_capable_s(system, calls, log, measured))
    with_breaks = 0
    if due and system.service is not None:
        with_breaks = worked.shifts_with_breaks(system.fleet, system.service.breaks, window)
    return ServiceTally(
        features=int(features),
        of_calls=of_calls,
        kind=system.fleet.kind.astype(np.int16),
        home_centre=system.fleet.centre.astype(np.int16),
        level_zero_s=_level_zero_by_centre(system, log, window),
        shifts=worked.shifts(system.fleet, window),
        ends=int(ends.sum()),
        overruns=overruns,
        overrun_s=overrun_s,
        until_home_s=until_home_s,
        breaks_due=due,
        breaks_missed=missed,
        breaks_broken=broken,
        break_s=break_s,
        failures=failures,
        off_s=off_s,
        moves=moves,
        move_s=move_s,
        transfer_s=transfer_s(calls, log, window, duty_intervals(system, window)),
        others=other_calls(calls, log, window, firsts.arrived_at(log), firsts.assigned_at),
        hospitals=(
            hospital_tally(system, calls, log, window) if Feature.HOSPITALS in features else None
        ),
        shifts_with_breaks=with_breaks,
    )


# ── by call ──────────────────────────────────────────────────────────────────────────────────


def _of_calls(
    system: System, calls: Calls, log: Log, measured: np.ndarray, first: np.ndarray
) -> CallColumns:
    """The columns of measured calls; empty in a plain service, where they say nothing new."""
    service = system.service
    if service is None:
        seconds, numbers, no = np.zeros(0), np.zeros(0, np.int16), np.zeros(0, bool)
        return CallColumns(seconds, seconds, numbers, numbers, numbers, no, no, numbers)
    count = len(calls.received_at)
    condition = np.zeros(count, int) if calls.condition is None else calls.condition
    trip, call, rank = _arrivals(log)
    capable = service.conditions.capable[condition[call], system.fleet.kind[log.ambulance[trip]]]

    def since_receipt(some: np.ndarray) -> np.ndarray:
        """[measured] seconds until the first of some arrivals; inf = none."""
        waited_s = np.full(count, np.inf)
        np.minimum.at(waited_s, call[some], log.arrived_at[trip[some]])
        return (waited_s - calls.received_at)[measured]

    needs = np.ones(count, int)
    if calls.needs is not None:
        needs = np.bincount(calls.needs.call, minlength=count)
    met = np.minimum(np.bincount(call, minlength=count), needs)
    place = calls.place[measured]
    centre, zone = service.areas.centre[place], service.areas.zone[place]
    reached, came = first != NONE, log.ambulance[first[first != NONE]]

    def elsewhere(of_call: np.ndarray, of_ambulance: np.ndarray) -> np.ndarray:
        other = np.zeros(len(measured), bool)
        other[reached] = of_ambulance[came] != of_call[reached]
        return other

    return CallColumns(
        since_receipt(capable),
        since_receipt(rank == 1),
        needs[measured].astype(np.int16),
        met[measured].astype(np.int16),
        centre.astype(np.int16),
        elsewhere(centre, system.fleet.centre),
        elsewhere(zone, service.areas.zone_of),
        condition[measured].astype(np.int16),
    )


def call_columns(service: ServiceTally | None, response_s: np.ndarray) -> CallColumns:
    """[call] the columns of a tally; of a plain service those of one ambulance a call."""
    if service is not None and len(service.of_calls.needs) == len(response_s):
        return service.of_calls
    count = len(response_s)
    no, zero = np.zeros(count, bool), np.zeros(count, np.int16)
    return CallColumns(
        capable_s=response_s,
        second_s=np.full(count, np.inf),
        needs=zero + 1,
        met=np.isfinite(response_s).astype(np.int16),
        centre=zero,
        out_of_area=no,
        other_zone=no,
        condition=zero,
    )


def _arrivals(log: Log) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """[arrival] the trip, its call, and which of the call's arrivals it was, from 0."""
    arrived = np.flatnonzero((log.call != NONE) & ~np.isnan(log.arrived_at))
    trip = arrived[np.lexsort((arrived, log.arrived_at[arrived], log.call[arrived]))]
    call = log.call[trip]
    return trip, call, np.arange(len(trip)) - np.searchsorted(call, call)


# ── shifts ───────────────────────────────────────────────────────────────────────────────────


def _marked_ends(system: System) -> np.ndarray | None:
    """[shift] whether the crew goes home at its end, where that is said; None: all do."""
    marked: np.ndarray | None = system.fleet.ends_duty
    return marked


def _ends_of_duty(system: System, window: Window) -> np.ndarray:
    """[shift] bool: a crew goes off duty at its end, within the window."""
    at, marked = system.fleet.off_duty_at, _marked_ends(system)
    within = (at >= window.start_s) & (at < window.end_s)
    return within if marked is None else within & marked


def _ended_at(log: Log) -> np.ndarray:
    """[trip] when the ambulance was done with it: cleared or there, or sent elsewhere."""
    done = np.where(log.call == NONE, log.arrived_at, log.cleared_at)
    return np.where(np.isnan(done), log.diverted_at, done)


def _overrun(system: System, log: Log, ends: np.ndarray) -> tuple[int, float, float]:
    """Crews with a call in hand at the end of duty, seconds until cleared, seconds until home."""
    fleet = system.fleet
    shift_of = np.repeat(np.arange(len(fleet.home)), np.diff(fleet.shift_indptr))
    order = np.argsort(log.ambulance, kind="stable")  # of each ambulance in the order of time
    bounds = np.searchsorted(log.ambulance[order], np.arange(len(fleet.home) + 1))
    ended_at, crews, on_calls_s, until_home_s = _ended_at(log), 0, 0.0, 0.0
    for ambulance in np.unique(shift_of[ends]).tolist():
        trips = order[bounds[ambulance] : bounds[ambulance + 1]]
        at = fleet.off_duty_at[ends & (shift_of == ambulance)]
        row = np.searchsorted(log.assigned_at[trips], at) - 1  # begun before the end of duty
        at, row = at[row >= 0], row[row >= 0]
        done = ended_at[trips[row]]
        late = (log.call[trips[row]] != NONE) & (done > at)
        crews += int(late.sum())
        on_calls_s += float((done - at)[late].sum())
        until_home_s += float((_home_at(log, trips, row, ended_at, at) - at).sum())
    return crews, on_calls_s, until_home_s


def _home_at(
    log: Log, trips: np.ndarray, row: np.ndarray, ended_at: np.ndarray, at: np.ndarray
) -> np.ndarray:
    """[end of duty] when the crew was at a station: after its trip in hand, and the drive after it.

    `row`: which of the ambulance's trips was the last to begin before each end of duty.
    """
    done = np.fmax(ended_at[trips[row]], at)
    after = trips[np.minimum(row + 1, len(trips) - 1)]
    drives = (row + 1 < len(trips)) & (log.call[after] == NONE) & (log.assigned_at[after] == done)
    return np.where(drives, np.fmax(ended_at[after], done), done)


# ── breaks, off the road, standby ────────────────────────────────────────────────────────────


def _pauses(system: System, log: Log, window: Window) -> tuple[int, int, int, float, int, float]:
    """Breaks due, missed, broken off, seconds of breaks; failures, seconds off the road."""
    if log.beyond is None or system.service is None:
        return 0, 0, 0, 0.0, 0, 0.0
    pauses, breaks = log.beyond.pauses, system.service.breaks
    due = (breaks.earliest_at >= window.start_s) & (breaks.earliest_at < window.end_s)
    of_break, of_failure = pauses.kind == BREAK, pauses.kind == FAILURE
    whole, broken = np.zeros(len(due), bool), np.zeros(len(due), bool)
    whole[pauses.row[of_break & pauses.whole]] = True
    broken[pauses.row[of_break & ~pauses.whole]] = True
    begun = (pauses.begun_at >= window.start_s) & (pauses.begun_at < window.end_s)

    def seconds(some: np.ndarray) -> float:
        parts = clipped(pauses.ambulance[some], pauses.begun_at[some],
                        ended(pauses.ended_at)[some], window)  # fmt: skip
        return float((parts[:, 2] - parts[:, 1]).sum())

    return (
        int(due.sum()),
        int((due & ~whole).sum()),
        int((due & broken).sum()),
        seconds(of_break),
        int((of_failure & begun).sum()),
        seconds(of_failure),
    )


def _moves(log: Log, window: Window) -> tuple[int, float]:
    """Drives without a call that begin at a station, and what they take.

    A drive that begins as the same ambulance's last trip ends, on the road or at a call's end, is
    its way home; one that begins where it had arrived without a call, or later, is a move.
    """
    order = np.argsort(log.ambulance, kind="stable")
    who, call, assigned_at = log.ambulance[order], log.call[order], log.assigned_at[order]
    ended_at, arrived = _ended_at(log)[order], ~np.isnan(log.arrived_at[order])
    on_the_road = np.zeros(len(order), bool)
    same = (who[1:] == who[:-1]) & (assigned_at[1:] == ended_at[:-1])
    on_the_road[1:] = same & ((call[:-1] != NONE) | ~arrived[:-1])
    moves = (call == NONE) & ~on_the_road
    begun = moves & (assigned_at >= window.start_s) & (assigned_at < window.end_s)
    spent = clipped(who[moves], assigned_at[moves], ended(ended_at)[moves], window)
    return int(begun.sum()), float((spent[:, 2] - spent[:, 1]).sum())


def _level_zero_by_centre(system: System, log: Log, window: Window) -> np.ndarray:
    """[centre] seconds in which none of its ambulances is both on shift and free."""
    service: Service | None = system.service
    centres = 1 if service is None else len(service.areas.help_after_s)
    if centres == 1:
        return np.zeros(0)
    duty = duty_intervals(system, window)
    busy = with_pauses(on_shift(busy_intervals(log, window), duty), system, log, window, duty)

    def of_centre(intervals: np.ndarray, centre: int) -> np.ndarray:
        return intervals[system.fleet.centre[intervals[:, 0].astype(int)] == centre]

    return np.array(
        [level_zero_s(of_centre(busy, c), of_centre(duty, c), window) for c in range(centres)]
    )
