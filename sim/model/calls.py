"""Calls: every random draw of one replication, made before the clock starts."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np


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

    @property
    def ready_at(self) -> np.ndarray:
        """[call] when call taking is over: from then on it can be assigned."""
        return self.received_at + self.call_taking_s


def no_others(calls: int) -> np.ndarray:
    """The column of calls of which no other places are asked about."""
    return np.zeros((calls, 0), np.int32)


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
