"""At the hospitals: who came, how long they waited for a bay, how full bays and wards were.

A patient is a call of which an ambulance came to a hospital. An arrival counts where it lies in the
window, time as far as it lies in it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from sim.measures.fleet_time import clipped, ended
from sim.model.calendar import Window
from sim.model.calls import Calls, Ending
from sim.model.log import Log
from sim.model.service import NO_LIMIT
from sim.model.system import System
from sim.policies.clock import NONE


class HospitalTally(NamedTuple):
    """One layout's hospitals in one replication."""

    # by patient who came within the window
    hospital: np.ndarray  # row
    condition: np.ndarray  # of the call
    wait_s: np.ndarray  # at the door → handover begins
    passed_over: np.ndarray  # bool: another hospital was the first choice, and had no room
    clinic: np.ndarray  # bool: it is a light case, and this a clinic
    # by hospital
    waiting_s: np.ndarray  # ambulances at the door, all of them together
    bays: np.ndarray  # 0: no limit is known
    bay_s: np.ndarray  # all bays together; 0 without a limit
    icu: np.ndarray  # places in intensive care; 0: no limit is known
    icu_s: np.ndarray  # all places together
    walk_ins: np.ndarray  # who came within the window
    refused: np.ndarray  # of these, as no bay was free


BY_HOSPITAL: Final = HospitalTally._fields[HospitalTally._fields.index("waiting_s") :]


class Stays(NamedTuple):
    """Patients at hospitals, from the beginning of the run to its end."""

    trip: np.ndarray  # that brought them
    call: np.ndarray
    hospital: np.ndarray
    at: np.ndarray  # at the door
    bay_at: np.ndarray  # handover begins; inf = never
    until: np.ndarray  # the bay is free again
    icu_until: np.ndarray  # the place in intensive care is free again; `until` if it took none


def stays(system: System, calls: Calls, log: Log) -> Stays:
    """Every patient who came to a hospital, by call.

    By the ambulance that handed it over last, where another one only went along.
    """
    came = _at_the_door(log)
    alone = np.ones(len(came), bool) if log.beyond is None else log.beyond.passed_over[came] == NONE
    order = came[np.lexsort((came, alone, -ended(log.handover_at[came]), log.call[came]))]
    _, first = np.unique(log.call[order], return_index=True)
    trip = order[first]
    call = log.call[trip]
    until = ended(log.cleared_at[trip])
    if system.service is not None:  # from outside the map it is cleared once it is back
        until = until - system.service.destinations.away_s[log.hospital[trip]]
    if calls.stay_s is not None:
        until = until + calls.stay_s[call]
    icu_until = until if calls.icu_s is None else until + calls.icu_s[call]
    return Stays(
        trip, call, log.hospital[trip], log.at_hospital_at[trip], ended(log.handover_at[trip]),
        until, icu_until,
    )  # fmt: skip


def hospital_tally(system: System, calls: Calls, log: Log, window: Window) -> HospitalTally | None:
    """What one log says of the hospitals; None in a plain service, or where there are none."""
    service, count = system.service, len(system.hospitals.place)
    if service is None or not count:
        return None
    there, all_of = service.destinations, stays(system, calls, log)
    within = (all_of.at >= window.start_s) & (all_of.at < window.end_s)
    some = Stays(*(column[within] for column in all_of))
    condition = np.zeros(len(some.call), int)
    if calls.condition is not None:
        condition = calls.condition[some.call]
    passed = np.zeros(len(some.call), bool)
    if log.beyond is not None:
        passed = log.beyond.passed_over[some.trip] != NONE
    clinic = np.zeros(len(some.call), bool)
    if calls.ending is not None:
        clinic = calls.ending[some.call] == Ending.TO_CLINIC
    bays, icu = (np.where(of < NO_LIMIT, of, 0) for of in (there.bays, there.icu))
    bay_s = _taken_s(all_of.hospital, all_of.bay_at, all_of.until, window, count)
    walk_ins, refused, walk_in_s = _walk_ins(calls, log, window, count)
    icu_s = _taken_s(all_of.hospital, all_of.until, all_of.icu_until, window, count)
    return HospitalTally(
        hospital=some.hospital.astype(np.int16),
        condition=condition.astype(np.int16),
        wait_s=some.bay_at - some.at,
        passed_over=passed,
        clinic=clinic,
        waiting_s=_waiting_s(log, window, count),
        bays=bays,
        bay_s=np.where(bays > 0, bay_s + walk_in_s, 0.0),
        icu=icu,
        icu_s=np.where(icu > 0, icu_s, 0.0),
        walk_ins=walk_ins,
        refused=refused,
    )


def to_capable_s(
    system: System, calls: Calls, log: Log, measured: np.ndarray
) -> np.ndarray:  # fmt: skip
    """[measured] seconds from receipt to the door of a hospital that can treat the patient.

    inf if none was reached; nan where no patient was to go to a hospital: treated at the scene,
    nobody found, taken to a clinic, or withdrawn before anybody came to it.
    """
    service = system.service
    assert service is not None
    treats, count = service.destinations.treats, len(calls.received_at)
    came = _at_the_door(log)
    call = log.call[came]
    kind = np.zeros(count, int) if calls.patient is None else calls.patient
    capable = treats[kind[call], log.hospital[came]]
    at = np.full(count, np.inf)
    np.minimum.at(at, call[capable], log.at_hospital_at[came[capable]])
    wanted = calls.conveyed.copy()
    if calls.ending is not None:
        wanted &= calls.ending != Ending.TO_CLINIC
    if calls.withdrawn_at is not None:
        seen = np.zeros(count, bool)
        seen[log.call[(log.call != NONE) & ~np.isnan(log.arrived_at)]] = True
        wanted &= seen | log.lost | np.isinf(calls.withdrawn_at)
    found: np.ndarray = np.where(wanted, at - calls.received_at, np.nan)[measured]
    return found


def _at_the_door(log: Log) -> np.ndarray:
    """Rows of the trips that came to a hospital with a call."""
    is_there = (log.call != NONE) & (log.hospital != NONE) & ~np.isnan(log.at_hospital_at)
    return np.flatnonzero(is_there)


def _waiting_s(log: Log, window: Window, count: int) -> np.ndarray:
    """[hospital] seconds that ambulances stand at its door, with their patients."""
    some = _at_the_door(log)
    hospital = log.hospital[some]
    return _taken_s(hospital, log.at_hospital_at[some], ended(log.handover_at[some]), window, count)


def _walk_ins(
    calls: Calls, log: Log, window: Window, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """[hospital] who came by themselves within the window, who left again, seconds in bays."""
    came = calls.walk_ins
    if came is None or log.beyond is None:
        return np.zeros(count), np.zeros(count), np.zeros(count)
    within = (came.at >= window.start_s) & (came.at < window.end_s)
    bay_at = log.beyond.bay_at
    left = np.isnan(bay_at)
    had = ~left
    return (
        np.bincount(came.hospital[within], minlength=count).astype(float),
        np.bincount(came.hospital[within & left], minlength=count).astype(float),
        _taken_s(came.hospital[had], bay_at[had], (bay_at + came.stay_s)[had], window, count),
    )


def _taken_s(
    hospital: np.ndarray, start: np.ndarray, end: np.ndarray, window: Window, count: int
) -> np.ndarray:
    """[hospital] seconds of some intervals within the window."""
    parts = clipped(hospital, start, end, window)
    found: np.ndarray = np.bincount(parts[:, 0].astype(int), parts[:, 2] - parts[:, 1], count)
    return found
