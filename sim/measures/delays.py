"""What makes calls late: how far the nearest station is, and what not every service has.

That is roads that are closed, drives that vary, ambulances under way to a call that is withdrawn.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.geography.roads.travel import seconds_to_places
from sim.measures.fleet_time import AT_A_TIME
from sim.model.calendar import band_at, next_band_at
from sim.model.calls import Calls
from sim.model.log import Log
from sim.model.system import System
from sim.policies.clock import NONE


class Delays(NamedTuple):
    """Columns of measured calls; each is empty where there is nothing of the kind."""

    open_s: np.ndarray  # the drive from the nearest station, were no road closed; inf of no trip
    cut_off_s: np.ndarray  # ready → some station that has an ambulance has a way there; inf = never
    drive_factor: np.ndarray  # on every drive to it
    ready_s: np.ndarray  # received → ready, where calls may be withdrawn
    # of who was there first, or under way as it was withdrawn; inf where nobody was
    sent_s: np.ndarray  # received → assigned
    set_out_s: np.ndarray  # assigned → mobile, or withdrawn before


def delays(
    system: System, calls: Calls, log: Log, measured: np.ndarray, trip: np.ndarray
) -> Delays:
    """What else made calls late; `trip`: [measured] as `coming_or_there` says."""
    none = np.zeros(0)
    open_s = cut_off_s = drive_factor = ready_s = sent_s = set_out_s = none
    if system.roads.open_s is not None:
        open_s = _open_s(system, calls, log, trip)
        cut_off_s = _cut_off_s(system, calls, log, measured, trip)
    if calls.scene_factor is not None:
        drive_factor = calls.scene_factor[measured]
    if calls.withdrawn_at is not None:
        ready_s = log.ready_at[measured] - calls.received_at[measured]
        sent_s, set_out_s = _under_way(calls, log, measured, trip)
    return Delays(open_s, cut_off_s, drive_factor, ready_s, sent_s, set_out_s)


def coming_or_there(calls: Calls, log: Log, measured: np.ndarray, first: np.ndarray) -> np.ndarray:
    """[measured] the trip that arrived first, else the last that was under way to a withdrawn call.

    `first`: [measured] who arrived first; NONE where nobody did, or was under way.
    """
    if calls.withdrawn_at is None:
        return first
    last = np.full(len(calls.received_at), NONE)
    sent = np.flatnonzero((log.call != NONE) & np.isnan(log.arrived_at))
    # Who was sent elsewhere before is not under way any more.
    sent = sent[log.diverted_at[sent] >= calls.withdrawn_at[log.call[sent]]]
    last[log.call[sent]] = sent
    return np.where(first == NONE, last[measured], first)


def _under_way(
    calls: Calls, log: Log, measured: np.ndarray, trip: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """[measured] received → assigned, and assigned → wheels roll or it is called back."""
    assert calls.withdrawn_at is not None
    sent_s, set_out_s = (np.full(len(trip), np.inf) for _ in range(2))
    some = trip != NONE
    one, assigned_at = trip[some], log.assigned_at[trip[some]]
    until = np.fmin(log.mobile_at[one], calls.withdrawn_at[measured[some]])  # nan: never rolled
    sent_s[some] = assigned_at - calls.received_at[measured[some]]
    set_out_s[some] = np.maximum(until - assigned_at, 0.0)
    return sent_s, set_out_s


# ── closed roads ─────────────────────────────────────────────────────────────────────────────


def _open_s(system: System, calls: Calls, log: Log, trip: np.ndarray) -> np.ndarray:
    """[trip] the drive from the nearest station on open roads; inf of no trip."""
    assert system.roads.open_s is not None
    found, some = np.full(len(trip), np.inf), trip != NONE
    mode, place = _driven(system, calls, log, trip[some])
    found[some] = system.roads.open_s[mode, place]
    return found


def _cut_off_s(
    system: System, calls: Calls, log: Log, measured: np.ndarray, trip: np.ndarray
) -> np.ndarray:  # fmt: skip
    """[measured] seconds from ready until some station that has an ambulance has a way there.

    0 for what was assigned at once.
    """
    found = np.zeros(len(measured))
    service = system.service
    if service is None or not len(service.driving.looks_at):
        return found  # nobody is ever cut off
    at_once = trip != NONE
    at_once[at_once] = log.assigned_at[trip[at_once]] <= log.ready_at[measured[at_once]]
    left = np.flatnonzero(~at_once)
    now = log.ready_at[measured[left]].astype(float)
    while len(left):
        call = measured[left]
        mode = system.roads.mode_to_scene[band_at(system.roads.bands, now), calls.priority[call]]
        cut = np.isinf(_nearest_s(system, mode, calls.place[call]))
        found[left[~cut]] = (now - log.ready_at[call])[~cut]
        left = left[cut]
        now = np.array([next_band_at(system.roads.bands, one) for one in now[cut].tolist()])
        never = now > service.driving.looks_at[-1]  # no road is opened again after this
        found[left[never]] = np.inf
        left, now = left[~never], now[~never]
    return found


# ── the nearest station ──────────────────────────────────────────────────────────────────────


def _driven(
    system: System, calls: Calls, log: Log, trip: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """[trip] the mode in which it is driven, and the place it goes to."""
    call = log.call[trip]
    begins_at = np.where(np.isnan(log.mobile_at[trip]), log.assigned_at[trip], log.mobile_at[trip])
    band = band_at(system.roads.bands, begins_at)
    return system.roads.mode_to_scene[band, calls.priority[call]], calls.place[call]


def _nearest_s(system: System, mode: np.ndarray, place: np.ndarray) -> np.ndarray:
    """[drive] seconds to a place from the nearest staffed station; inf if all are cut off."""
    if not len(system.fleet.home):
        return np.full(len(place), np.inf)
    home = np.full(len(place), system.fleet.home[0])
    found, many = np.empty(len(place)), _at_a_time(system)
    for first in range(0, len(place), many):
        some = slice(first, first + many)
        found[some] = _both(system, mode[some], place[some], home[some])[0]
    return found


def _at_a_time(system: System) -> int:
    return max(1, AT_A_TIME // max(1, len(system.stations.place)))


def from_nearest(
    system: System, calls: Calls, log: Log, trip: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """[trip] the drive from the nearest staffed station, and whether another than home is nearer.

    In the mode in which the ambulance that came was driven.
    """
    mode, place = _driven(system, calls, log, trip)
    base = system.fleet.home[log.ambulance[trip]]
    nearest_s, from_elsewhere = np.empty(len(trip)), np.empty(len(trip), bool)
    many = _at_a_time(system)
    for first in range(0, len(trip), many):
        some = slice(first, first + many)
        nearest_s[some], from_elsewhere[some] = _both(system, mode[some], place[some], base[some])
    return nearest_s, from_elsewhere


def _both(
    system: System, mode: np.ndarray, place: np.ndarray, base: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """[trip] the same of some trips, by the mode, the place and the station of each."""
    staffed = np.unique(system.fleet.home)
    starts = system.stations.place[staffed]
    from_station = np.empty((len(staffed), len(place)))
    ends = system.roads.place_node[place]
    for one in np.unique(mode).tolist():
        some = np.flatnonzero(mode == one)
        for row, start in enumerate(starts.tolist()):
            road_s = seconds_to_places(
                system.roads.travel, one, int(system.roads.place_node[start]), ends[some]
            )
            from_station[row, some] = road_s + system.roads.place_leg_s[one, start]
    own_s: np.ndarray = from_station[np.searchsorted(staffed, base), np.arange(len(place))]
    least_s = from_station.min(axis=0, initial=np.inf)
    return least_s + system.roads.place_leg_s[mode, place], own_s > least_s
