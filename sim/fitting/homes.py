"""Which ambulances were at their stations when they were sent, as far as records can tell."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sim.fitting import minutes

HOME_AGAIN_S: Final = 45 * 60.0  # since an ambulance was free: then it is taken to be back
ON_THE_ROAD_S: Final = 5.0  # turnout of a crew that sat in its vehicle already


def long_free(units: pd.DataFrame) -> np.ndarray:
    """[unit] bool: no earlier mission of its ambulance ended within 45 minutes before it was sent.

    True also where no vehicle is named.
    """
    found = np.ones(len(units), bool)
    missions = pd.DataFrame(
        {
            "vehicle": units["vehicle"].to_numpy(object),
            "station": units["station"].to_numpy(object),
            "at": units["assigned_at"].to_numpy("datetime64[us]"),
            "cleared": units["cleared_at"].to_numpy("datetime64[us]"),
        }
    ).sort_values("at", kind="stable")
    missions = missions[(missions["vehicle"] != "") & missions["at"].notna()]
    if missions.empty:
        return found
    # The latest end of any earlier mission: one that never ended says nothing.
    whose = [missions["station"], missions["vehicle"]]
    ends = missions["cleared"].groupby(whose).ffill()
    latest = ends.groupby(whose).cummax().groupby(whose).shift()
    since_s = (missions["at"].to_numpy() - latest.to_numpy()) / np.timedelta64(1, "s")
    found[missions.index[since_s < HOME_AGAIN_S]] = False
    return found


def left_home(units: pd.DataFrame) -> np.ndarray:
    """[unit] bool: it was long free, and its crew had to turn out."""
    found = long_free(units)
    assigned, mobile = (units[n].to_numpy("datetime64[us]") for n in ("assigned_at", "mobile_at"))
    turnout_s = (mobile - assigned) / np.timedelta64(1, "s")
    if not minutes.in_whole_minutes(turnout_s):
        found &= ~(np.abs(turnout_s) < ON_THE_ROAD_S)
    return found
