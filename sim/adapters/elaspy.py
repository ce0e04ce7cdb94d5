"""ELASPY: a matrix of driving times between postcodes and a trace of calls, as System and Calls.

The files are the JSON of a region (postcodes, plane coordinates, minutes with siren, hospitals)
and of a trace (interarrival times, stages, postcodes, bases of the units).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import MapError, Problem
from sim.files import entrance
from sim.geography.roads import travel
from sim.model.calendar import Bands
from sim.model.calls import Calls, no_others
from sim.model.system import ORDINARY, SIREN, Hospitals, Roads, Rules, Stations, System, plain_fleet
from sim.policies.clock import NONE
from sim.policies.dispatch import PositionRule
from sim.text import Message

MINUTE_S = 60.0


@entrance.reads(MapError)
def read(region: Path, trace: Path) -> tuple[System, Calls]:
    """A region and a trace, ready for `run(system, calls)`; MapError if they do not fit."""
    world, played = _json(region), _json(trace)
    siren_s = np.array(world["siren_minutes"], float) * MINUTE_S
    row_of = {code: row for row, code in enumerate(world["postcode"])}
    if siren_s.shape != (len(row_of), len(row_of)):
        message = Message(
            "a {shape} matrix does not fit {number} postcodes",
            shape=siren_s.shape,
            number=len(row_of),
        )
        raise MapError(region, message)
    codes = [*played["location_postcode"], *played["unit_base_postcode"]]
    unknown = sorted({str(code) for code in codes if code not in row_of})
    if unknown:
        message = Message("the region has no postcode {codes}", codes=", ".join(unknown))
        raise MapError(trace, Problem(message, Message("postcodes")))

    places = len(row_of)
    bases = sorted(set(played["unit_base_postcode"]))
    hospitals = [row_of[code] for code in world["hospital_postcodes"]]
    homes = np.array([bases.index(code) for code in played["unit_base_postcode"]])
    place_node = np.array([*range(places), *hospitals, *(row_of[code] for code in bases)])
    matrix = np.stack([siren_s, siren_s / played["no_siren_factor"]])
    system = System(
        Roads(
            place_node=place_node,
            place_leg_s=np.zeros((2, len(place_node))),
            travel=travel.from_matrix(matrix, np.array(world["xy_m"], float)),
            bands=Bands(np.zeros(1), np.zeros(1, int), 0.0, np.inf),
            mode_to_scene=np.array([[SIREN]]),
            mode_to_hospital=np.array([SIREN]),
            mode_home=np.array([ORDINARY]),
        ),
        Stations(places + len(hospitals) + np.arange(len(bases))),
        plain_fleet(homes),
        Hospitals(places + np.arange(len(hospitals))),
        Rules(
            expected_turnout_s=0.0,
            may_divert=np.zeros((1, 1), bool),
            lose_when_none_free=False,
            position_rule=PositionRule.NEAREST_PLACE,
            standby_list=np.zeros(0, int),
            on_grid=False,
        ),
    )
    place = np.array([row_of[code] for code in played["location_postcode"]])
    count, nothing = len(place), np.zeros(len(place))
    calls = Calls(
        np.cumsum(np.array(played["interarrival"], float)) * MINUTE_S,
        place,
        nothing.astype(int),
        nothing.astype(int),
        nothing.astype(int),
        call_taking_s=nothing,
        turnout_s=nothing,
        on_scene_s=np.array(played["on_scene"], float) * MINUTE_S,
        conveyed=np.array(played["to_hospital"], bool),
        hospital=np.full(count, NONE),
        handover_s=np.array(played["drop_off"], float) * MINUTE_S,
        others=no_others(count),
        other_township=no_others(count),
    )
    return system, calls


def _json(path: Path) -> dict[str, Any]:
    with entrance.reading(path, MapError):
        return dict(json.loads(path.read_text("utf-8")))
