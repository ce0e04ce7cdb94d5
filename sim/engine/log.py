"""Log: the instants of one replication, and nothing that can be derived from them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Log(NamedTuple):
    """One entry per call and one per trip of an ambulance; instants in seconds, nan = never.

    A trip is one assignment of one ambulance to one call. Driving home, or anywhere without a
    call, is a trip with `call` NONE whose `arrived_at` is the arrival there.
    """

    # by call
    ready_at: np.ndarray  # call taking is over: it can be assigned from here on
    lost: np.ndarray  # bool: no ambulance was free and the scenario does not let calls wait
    # by trip, in the order in which they were assigned
    call: np.ndarray  # int: row of the call, NONE for a drive home
    ambulance: np.ndarray  # int
    hospital: np.ndarray  # int: NONE if nobody was conveyed
    assigned_at: np.ndarray
    mobile_at: np.ndarray  # wheels roll
    arrived_at: np.ndarray  # at the scene, or home
    left_scene_at: np.ndarray
    at_hospital_at: np.ndarray
    handover_at: np.ndarray  # handover begins; later than at_hospital_at where bays are full
    cleared_at: np.ndarray  # free again
    diverted_at: np.ndarray  # left this call, or this drive home, for another call


TRIP_COLUMNS = Log._fields[2:]
TRIP_INSTANTS = Log._fields[5:]
