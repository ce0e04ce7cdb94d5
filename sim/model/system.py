"""What a layout fixes, as arrays and row numbers: all that an engine reads of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.model.calendar import Bands
from sim.model.roads import Travel
from sim.policies import PositionRule

if TYPE_CHECKING:  # engines and worker processes need the arrays, not what they were made from
    pass


SIREN, ORDINARY = 0, 1  # speed profiles


class System(NamedTuple):
    """Everything an engine reads of a layout.

    Places are rows: those of the map first (call places, then hospitals; the same in every
    layout), then one for each station. A mode is one set of speeds: a profile in a time band.
    Times in seconds, on the time grid if `on_grid`. From every station every place can be reached,
    and back: a call that nobody can reach would make those of its priority wait. Shifts begin and
    end on whole seconds.
    """

    # places and roads
    place_node: np.ndarray  # [place] nearest road node that may be left
    place_leg_s: np.ndarray  # [mode, place] off-road leg between the node and the place
    travel: Travel
    bands: Bands
    mode_to_scene: np.ndarray  # [band, priority] mode
    mode_to_hospital: np.ndarray  # [band] mode
    mode_home: np.ndarray  # [band] mode
    # stations, ambulances, hospitals
    station_place: np.ndarray  # [station] place
    hospital_place: np.ndarray  # [hospital] place
    home: np.ndarray  # [ambulance] station
    kind: np.ndarray  # [ambulance] class of vehicle; 0, until there are several
    centre: np.ndarray  # [ambulance] dispatch centre; 0, until there are several
    service_factor: np.ndarray  # [ambulance] on what a call's stages take
    shift_indptr: np.ndarray  # [ambulance + 1] shifts of each, in order and apart
    on_duty_at: np.ndarray  # [shift]
    off_duty_at: np.ndarray  # [shift]; inf = never
    # rules
    expected_turnout_s: float
    may_divert: np.ndarray  # [priority served, priority of the new call] bool
    lose_when_none_free: bool
    position_rule: int  # PositionRule
    standby_list: np.ndarray  # [item] stations to be filled in this order; empty = go home
    on_grid: bool  # round what multiplies a time; off only to follow other simulators exactly


def keeps_triangles(system: System) -> bool:
    """Whether no detour is faster than the direct way: on roads always, in a matrix perhaps not."""
    return system.position_rule == PositionRule.NEXT_NODE and len(system.travel.graph.head) > 0


def speed_ratios(system: System) -> tuple[np.ndarray, np.ndarray]:
    """What a second driven in one mode takes in another, at most and at least: [mode, mode]."""
    seconds = np.concatenate([system.travel.graph.seconds, system.place_leg_s], axis=1)
    driven = (seconds > 0).any(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = seconds[None, :, driven] / seconds[:, None, driven]  # 0 / 0 where neither takes any
    ratio = np.where(np.isnan(ratio), 1.0, ratio)
    return ratio.max(axis=2, initial=0.0), np.minimum(ratio.min(axis=2, initial=1.0), 1.0)


def plain_fleet(home: np.ndarray) -> dict[str, Any]:
    """The columns of ambulances by their stations: of one class and centre, never off duty."""
    count = len(home)
    return {
        "home": home,
        "kind": np.zeros(count, int),
        "centre": np.zeros(count, int),
        "service_factor": np.ones(count),
        "shift_indptr": np.arange(count + 1),
        "on_duty_at": np.zeros(count),
        "off_duty_at": np.full(count, np.inf),
    }
