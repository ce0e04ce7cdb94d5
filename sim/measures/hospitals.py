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
    came = at_the_door(log)
    alone = np.ones(len(came), bool) if log.beyond is None else log.beyond.passed_over[came] == NONE
    order = came[np.lexsort((came, alone, -ended(log.handover_at[came]), log.call[came]))]
    _, first = np.unique(log.call[order], return_index=True)
    trip = order[first]
    call = log.call[trip]
    until = ended(log.cleared_at[trip])
    if system.service is not None:  # from outside the map it is cleared once it is back
        until = until - system.service.destinations.away_s[log.hospital[trip]]
    until = until + _stay_s(system, calls, call, log.hospital[trip])
    icu_until = until if calls.icu_s is None else until + calls.icu_s[call]
    return Stays(
        trip, call, log.hospital[trip], log.at_hospital_at[trip], ended(log.handover_at[trip]),
        until, icu_until,
    )  # fmt: skip


def _stay_s(system: System, calls: Calls, call: np.ndarray, hospital: np.ndarray) -> np.ndarray:
    """[patient] seconds in the bay after handover: by the law of the hospital, or the usual one."""
    if calls.stay_s is None:
        return np.zeros(len(call))
    stay_s = calls.stay_s[call]
    if system.service is None or calls.own_stay_s is None:
        return stay_s
    law = system.service.destinations.own_stay[hospital]
    own = np.flatnonzero(law != NONE)
    stay_s[own] = calls.own_stay_s[call[own], law[own]]
    return stay_s


class Intervals(NamedTuple):
    """From when to when something at a hospital lasts."""

    hospital: np.ndarray
    start: np.ndarray
    end: np.ndarray


def bays_taken(calls: Calls, log: Log, patients: Stays) -> Intervals:
    """Every bay that is taken: by patients who were brought, then by those who walked in."""
    came = calls.walk_ins
    if came is None or log.beyond is None:
        return Intervals(patients.hospital, patients.bay_at, patients.until)
    had = ~np.isnan(log.beyond.bay_at)
    bay_at = log.beyond.bay_at[had]
    return Intervals(
        np.concatenate([patients.hospital, came.hospital[had]]),
        np.concatenate([patients.bay_at, bay_at]),
        np.concatenate([patients.until, bay_at + came.stay_s[had]]),
    )


def waits_at_doors(log: Log) -> Intervals:
    """Every ambulance at the door of a hospital with its patient, until handover begins."""
    some = at_the_door(log)
    return Intervals(log.hospital[some], log.at_hospital_at[some], ended(log.handover_at[some]))


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
    bay_s = _taken_s(bays_taken(calls, log, all_of), window, count)
    in_care = Intervals(all_of.hospital, all_of.until, all_of.icu_until)
    walk_ins, refused = _walk_ins(calls, log, window, count)
    return HospitalTally(
        hospital=some.hospital.astype(np.int16),
        condition=condition.astype(np.int16),
        wait_s=some.bay_at - some.at,
        passed_over=passed,
        clinic=clinic,
        waiting_s=_taken_s(waits_at_doors(log), window, count),
        bays=bays,
        bay_s=np.where(bays > 0, bay_s, 0.0),
        icu=icu,
        icu_s=np.where(icu > 0, _taken_s(in_care, window, count), 0.0),
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
    came = at_the_door(log)
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


def at_the_door(log: Log) -> np.ndarray:
    """Rows of the trips that came to a hospital with a call."""
    is_there = (log.call != NONE) & (log.hospital != NONE) & ~np.isnan(log.at_hospital_at)
    return np.flatnonzero(is_there)


def _walk_ins(
    calls: Calls, log: Log, window: Window, count: int
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """[hospital] who came by themselves within the window, and who of these left again."""
    came = calls.walk_ins
    if came is None or log.beyond is None:
        return np.zeros(count), np.zeros(count)
    within = (came.at >= window.start_s) & (came.at < window.end_s)
    left = within & np.isnan(log.beyond.bay_at)
    return (
        np.bincount(came.hospital[within], minlength=count).astype(float),
        np.bincount(came.hospital[left], minlength=count).astype(float),
    )


def _taken_s(lasting: Intervals, window: Window, count: int) -> np.ndarray:
    """[hospital] seconds of some intervals within the window."""
    parts = clipped(*lasting, window)
    found: np.ndarray = np.bincount(parts[:, 0].astype(int), parts[:, 2] - parts[:, 1], count)
    return found
