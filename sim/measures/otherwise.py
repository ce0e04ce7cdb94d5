"""Calls that end otherwise: withdrawn ones, how long calls waited, who answered them, how they end.

A call is cancelled if it was withdrawn before anybody arrived. It never counts as reached. What it
means for compliance stands in `response`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.model.calls import Calls, Ending
from sim.model.log import Log


class Otherwise(NamedTuple):
    """Columns of some calls; those of what not every service has are empty where it is not."""

    withdrawn_s: np.ndarray  # received → withdrawn; inf = never
    sent: np.ndarray  # bool: anybody was sent; where calls may be withdrawn
    waited_s: np.ndarray  # ready → assigned or withdrawn; inf = neither, 0 if withdrawn before
    answered_s: np.ndarray  # received → somebody at the call desk takes it
    ending: np.ndarray  # `Ending`


def otherwise(
    calls: Calls, log: Log, measured: np.ndarray, assigned_at: np.ndarray
) -> Otherwise:  # fmt: skip
    """The columns of measured calls; `assigned_at`: [call] for the first time, nan = never."""
    withdrawn, sent = withdrawn_s(calls, log, measured), np.zeros(0, bool)
    if calls.withdrawn_at is not None:
        sent = ~np.isnan(assigned_at[measured])
    answered_s = np.zeros(0)
    # In every service, for another layout may have what makes calls wait, and is compared with it.
    waited = waited_s(calls, log, measured, assigned_at)
    if calls.ending is None:  # whoever is not taken away is treated at the scene
        ending = np.where(calls.conveyed, Ending.CONVEYED, Ending.TREATED_AT_SCENE)
    else:
        ending = calls.ending
    if calls.answered_at is not None:
        answered_s = calls.answered_at[measured] - calls.received_at[measured]
    return Otherwise(withdrawn, sent, waited, answered_s, ending[measured].astype(np.int8))


def withdrawn_s(calls: Calls, log: Log, measured: np.ndarray) -> np.ndarray:
    """[measured] seconds from receipt until it is withdrawn; inf = never. Else without entries.

    A call that leaves, as none was free and calls do not wait, is no longer there to be withdrawn.
    """
    if calls.withdrawn_at is None:
        return np.zeros(0)
    at = np.where(log.lost[measured], np.inf, calls.withdrawn_at[measured])
    found: np.ndarray = at - calls.received_at[measured]
    return found


def waited_s(
    calls: Calls, log: Log, measured: np.ndarray, assigned_at: np.ndarray
) -> np.ndarray:  # fmt: skip
    """[measured] seconds from when it could be assigned until it was, or was withdrawn.

    inf if neither happened: it left at once, or nobody may ever be sent to it.
    """
    until = np.where(np.isnan(assigned_at), np.inf, assigned_at)[measured]
    if calls.withdrawn_at is not None:
        gone = np.where(log.lost[measured], np.inf, calls.withdrawn_at[measured])
        until = np.minimum(until, gone)
    found: np.ndarray = np.maximum(until - log.ready_at[measured], 0.0)
    return found
