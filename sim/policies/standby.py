"""Where a free ambulance waits for its next call."""

from __future__ import annotations

from typing import Any


def standby_station(home: int, wanted: Any, present: Any) -> int:
    """Where a free ambulance goes: the first item of the list that is not filled, else home.

    `wanted`: stations in the order in which they are to be filled, one item an ambulance;
    `present`: [station] free ambulances that are there or on their way; it is used up.
    """
    for station in wanted:
        if present[station] == 0:
            return int(station)
        present[station] -= 1
    return home
