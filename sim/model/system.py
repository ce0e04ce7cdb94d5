"""What a layout fixes, as arrays and row numbers: all that an engine reads of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.model.calendar import Bands
from sim.model.roads import Travel
from sim.model.service import Service

SIREN, ORDINARY = 0, 1  # speed profiles


class Roads(NamedTuple):
    """Where places lie on the roads, and what driving takes. A mode is a profile in a time band."""

    place_node: np.ndarray  # [place] nearest road node that may be left
    place_leg_s: np.ndarray  # [mode, place] off-road leg between the node and the place
    travel: Travel
    bands: Bands
    mode_to_scene: np.ndarray  # [band, priority] mode
    mode_to_hospital: np.ndarray  # [band] mode
    mode_home: np.ndarray  # [band] mode
    # what no engine reads: [mode, place] the drive to a scene from the nearest station that has an
    # ambulance, were no road closed or slowed; None where none ever is
    open_s: np.ndarray | None = None


class Stations(NamedTuple):
    """Where ambulances call home."""

    place: np.ndarray  # [station] place


class Fleet(NamedTuple):
    """The ambulances and their shifts."""

    home: np.ndarray  # [ambulance] station
    kind: np.ndarray  # [ambulance] class of vehicle; 0 where there is one only
    centre: np.ndarray  # [ambulance] dispatch centre; 0 where there is one only
    service_factor: np.ndarray  # [ambulance] on what a call's stages take
    shift_indptr: np.ndarray  # [ambulance + 1] shifts of each, in order and apart
    on_duty_at: np.ndarray  # [shift]
    off_duty_at: np.ndarray  # [shift]; inf = never
    ends_duty: np.ndarray | None = None  # [shift] bool: else its vehicle is off the road; None: all


class Hospitals(NamedTuple):
    """Where patients are conveyed."""

    place: np.ndarray  # [hospital] place


class Rules(NamedTuple):
    """What the dispatcher goes by."""

    expected_turnout_s: float
    may_divert: np.ndarray  # [priority served, priority of the new call] bool
    lose_when_none_free: bool
    position_rule: int  # PositionRule
    standby_list: np.ndarray  # [item] stations to be filled in this order; empty = go home
    on_grid: bool  # round what multiplies a time; off only to follow other simulators exactly


class System(NamedTuple):
    """Everything an engine reads of a layout.

    Places are rows: those of the map first (call places, then hospitals; the same in every
    layout), then one for each station. A mode is one set of speeds: a profile in a time band.
    Times in seconds, on the time grid if `rules.on_grid`. From every station every place can be
    reached, and back: a call that nobody can reach would make those of its priority wait. Shifts
    begin and end on whole seconds.
    """

    roads: Roads
    stations: Stations
    fleet: Fleet
    hospitals: Hospitals
    rules: Rules
    service: Service | None = None  # beyond the plain service


def plain_fleet(home: np.ndarray) -> Fleet:
    """Ambulances by their stations: of one class and centre, never off duty."""
    count = len(home)
    return Fleet(
        home=home,
        kind=np.zeros(count, int),
        centre=np.zeros(count, int),
        service_factor=np.ones(count),
        shift_indptr=np.arange(count + 1),
        on_duty_at=np.zeros(count),
        off_duty_at=np.full(count, np.inf),
    )
