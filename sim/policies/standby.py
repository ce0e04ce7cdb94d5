"""Where a free ambulance waits for its next call."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.policies.clock import NONE


class Covering(NamedTuple):
    """The covers that each station reaches, in their order: those of one station stand together."""

    first: np.ndarray  # [station + 1] where those of a station begin
    cover: np.ndarray  # cover of the demand


def covering_of(covers: np.ndarray) -> Covering:
    """`covers`: [station, cover] bool."""
    first = np.append(0, covers.sum(axis=1).cumsum())
    return Covering(first.astype(np.uint32), np.nonzero(covers)[1].astype(np.uint32))


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


def count_covered(covering: Any, present: Any, count: Any) -> None:
    """Add to [cover] how many of those `present` [station] cover it; `covering`: Covering."""
    for station in range(len(present)):
        if present[station] > 0:
            for spot in range(covering.first[station], covering.first[station + 1]):
                count[covering.cover[spot]] += present[station]


def gain_of_one_more(standby: Any, covering: Any, station: int, count: Any) -> float:
    """What one more ambulance at a station adds to the expected share of demand that is covered.

    `standby`: Standby; `covering`: Covering; `count`: [cover] free ambulances that cover it.
    Source: Jagtenberg, Bhulai & van der Mei 2015.
    """
    gain = 0.0
    for spot in range(covering.first[station], covering.first[station + 1]):
        cover = covering.cover[spot]
        gain += standby.demand[cover] * standby.weight[count[cover]]
    return gain


def dmexclp_station(standby: Any, covering: Any, count: Any, present: Any) -> int:
    """The station where one more adds most, the lowest row on a tie; NONE if it adds nowhere.

    `count`: [cover] and `present`: [station] free ambulances, this one apart.
    """
    best, best_gain = NONE, 0.0
    for station in range(len(present)):
        if has_room(present[station], standby.capacity[station]):
            gain = gain_of_one_more(standby, covering, station, count)
            if gain > best_gain:
                best, best_gain = station, gain
    return best


def uncovered(demand: Any, covering: Any, station: int, count: Any) -> float:
    """The share of demand that a station reaches and no free ambulance does."""
    share = 0.0
    for spot in range(covering.first[station], covering.first[station + 1]):
        if count[covering.cover[spot]] == 0:
            share += demand[covering.cover[spot]]
    return share
