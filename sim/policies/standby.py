"""Where a free ambulance waits for its next call."""

from __future__ import annotations

from typing import Any

from sim.policies.clock import NONE


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


def has_room(present: int, capacity: int) -> bool:
    """Whether one more may wait at a station."""
    return present < capacity


def dmexclp_gain(demand: Any, covers: Any, count: Any, weight: Any) -> float:
    """What one more ambulance at a station adds to the expected share of demand that is covered.

    `demand`: [cover] share of the calls; `covers`: [cover] whether the station covers them;
    `count`: [cover] free ambulances that cover them already; `weight`: [count] (1 - q) q^count
    with the busy share q. Source: Jagtenberg, Bhulai & van der Mei 2015.
    """
    gain = 0.0
    for cover in range(len(demand)):
        if covers[cover]:
            gain += demand[cover] * weight[count[cover]]
    return gain


def dmexclp_station(standby: Any, count: Any, present: Any) -> int:
    """The station where one more adds most, the lowest row on a tie; NONE if it adds nowhere.

    `standby`: Standby; `count`: [cover] and `present`: [station] free ambulances, this one apart.
    """
    best, best_gain = NONE, 0.0
    for station in range(len(present)):
        if has_room(present[station], standby.capacity[station]):
            gain = dmexclp_gain(standby.demand, standby.covers[station], count, standby.weight)
            if gain > best_gain:
                best, best_gain = station, gain
    return best


def uncovered(demand: Any, covers: Any, count: Any) -> float:
    """The share of demand that a station covers and no free ambulance does."""
    share = 0.0
    for cover in range(len(demand)):
        if covers[cover] and count[cover] == 0:
            share += demand[cover]
    return share
