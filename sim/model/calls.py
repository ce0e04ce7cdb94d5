"""Calls: every random draw of one replication, made before the clock starts."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np


class Needs(NamedTuple):
    """What calls need: a row for each ambulance, those of a call one after the other."""

    call: np.ndarray  # [need] row of the call; each call has a need at least
    kind: np.ndarray  # [need] kind of need, of `Sending`
    delay_s: np.ndarray  # [need] after the call is ready; of a call's first need 0
    turnout_s: np.ndarray  # [need] of the crew that meets it
    on_scene_s: np.ndarray  # [need] its own, where units of a call are released apart


class Failures(NamedTuple):
    """When vehicles fail: in service for so long, then off the road for so long, and so on."""

    vehicle: np.ndarray  # [row] numbers of vehicles, ascending
    after_s: np.ndarray  # [row, failure] in service, by the clock; inf = never again
    off_s: np.ndarray  # [row, failure]


class WalkIns(NamedTuple):
    """Patients who come to hospitals by themselves and take a bay there."""

    hospital: np.ndarray  # [walk-in]
    at: np.ndarray  # [walk-in] in order
    stay_s: np.ndarray  # [walk-in] in the bay


class CallStream(IntEnum):
    """What a call is part of. Numbers stand in files: append, never renumber."""

    EMERGENCY = 0
    SURGE = 1  # at a time and place; reported apart
    URGENT_TRANSFER = 2  # between hospitals, like an emergency
    PLANNED_TRANSFER = 3  # measured against when it is due


class Ending(IntEnum):
    """How a call is to end, if nobody withdraws it: append, never renumber."""

    CONVEYED = 0
    TREATED_AT_SCENE = 1
    NOBODY_FOUND = 2
    TO_CLINIC = 3


class Calls(NamedTuple):
    """One replication's calls in order of receipt. Nothing random is left to the engine.

    Instants in seconds since the run began, durations in seconds; nan = not known.
    """

    received_at: np.ndarray  # [call]
    place: np.ndarray  # [call] place of the map
    area: np.ndarray  # [call] 0 urban, 1 rural
    township: np.ndarray  # [call] row of the map's townships
    priority: np.ndarray  # [call] 0 is the most urgent
    call_taking_s: np.ndarray
    turnout_s: np.ndarray
    on_scene_s: np.ndarray
    conveyed: np.ndarray  # [call] bool
    hospital: np.ndarray  # [call] row of the hospital the call names; NONE = the nearest
    handover_s: np.ndarray
    others: np.ndarray  # [call, other] places that were as likely to call; none: nothing is asked
    other_township: np.ndarray  # [call, other] theirs
    # what the plain service has not
    condition: np.ndarray | None = None  # [call] row of the condition; None: all are one
    needs: Needs | None = None  # None: each call needs one ambulance of any class
    failures: Failures | None = None
    first_help_s: np.ndarray | None = None  # [call] receipt → a first responder is there; inf
    responders: np.ndarray | None = None  # [call] how many were in reach and on duty
    patient: np.ndarray | None = None  # [call] kind of patient, of `Destinations`; None: all are 0
    stay_s: np.ndarray | None = None  # [call] a bay stays taken after handover; None: for nothing
    own_stay_s: np.ndarray | None = None  # [call, law] of hospitals' own laws
    icu_s: np.ndarray | None = None  # [call] in intensive care after the bay; 0 = not at all
    walk_ins: WalkIns | None = None
    scene_factor: np.ndarray | None = None  # [call] on every drive to it; None: 1
    hospital_factor: np.ndarray | None = None  # [call] on the drive to hospital
    withdrawn_at: np.ndarray | None = None  # [call] from then on nobody is needed; inf = never
    # what no engine reads
    answered_at: np.ndarray | None = None  # [call] somebody at the call desk takes it
    stream: np.ndarray | None = None  # [call] CallStream; None: all are emergencies
    due_at: np.ndarray | None = None  # [call] a planned transfer is to begin; nan = no such
    ending: np.ndarray | None = None  # [call] Ending; None: what `conveyed` says

    @property
    def ready_at(self) -> np.ndarray:
        """[call] when call taking is over: from then on it can be assigned."""
        return self.received_at + self.call_taking_s


def asks_for_more(calls: Calls) -> bool:
    """Whether only an engine of a System with a Service knows what to do with these calls."""
    more = calls.scene_factor, calls.hospital_factor, calls.withdrawn_at
    return any(column is not None for column in more)


def no_others(calls: int) -> np.ndarray:
    """The column of calls of which no other places are asked about."""
    return np.zeros((calls, 0), np.int32)


def needs_of(calls: Calls) -> Needs:
    """A need for each ambulance; where calls do not say what they need, one of any class each."""
    if calls.needs is not None:
        return calls.needs
    count = len(calls.place)
    return Needs(
        np.arange(count), np.zeros(count, int), np.zeros(count), calls.turnout_s, calls.on_scene_s
    )


class Stream(IntEnum):
    """The random streams. Numbers are part of every result: append, never renumber."""

    ARRIVALS = 0
    PLACE = 1
    PRIORITY = 2
    CALL_TAKING = 3
    TURNOUT = 4
    ON_SCENE = 5
    CONVEYED = 6
    HANDOVER = 7
    KEPT = 8  # whether a call is among fewer than the usual number
    OTHER_PLACES = 9
    CONDITION = 10
    FAILURES = 11
    RESPONDERS = 12
    ENDING = 13  # treated at the scene, nobody found, to a clinic
    WITHDRAWN = 14  # whether
    PATIENCE = 15  # and after what time
    SCENE_FACTOR = 16
    HOSPITAL_FACTOR = 17
    STAY = 18  # in the bay
    ICU = 19  # whether
    ICU_STAY = 20
    WALK_INS = 21  # when they come; their stays: WALK_IN_STAY
    WALK_IN_STAY = 22
    DESK = 23  # handling of calls that need no ambulance, and when they come
    TRANSFERS = 24  # when and where from
    SURGES = 25
    # of a call's second, third … need: the quantity, and 8 numbers apart the rank of the need
    NEED_TURNOUT = 32
    NEED_ON_SCENE = 40
