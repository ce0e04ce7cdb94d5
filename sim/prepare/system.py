"""What a layout fixes, as arrays and row numbers: text ids end here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.system import Fleet, Hospitals, Rules, Stations, System, plain_fleet
from sim.policies.clock import on_grid
from sim.policies.dispatch import PositionRule
from sim.prepare import ways
from sim.prepare.service import service
from sim.prepare.shifts import shifts_by_ambulance
from sim.prepare.ways import Places
from sim.scenario import centres, standing, transfers

if TYPE_CHECKING:  # engines and worker processes need the arrays, not what they were made from
    from sim.scenario.scenario import Scenario


def build(
    scenario: Scenario, like: tuple[Scenario, System] | None = None, keep: bool = True
) -> System:
    """The System of a layout. Its places: the map's cells, recorded calls, hospitals, stations.

    The map's table of travel seconds is made once per map and speeds and then kept on disk;
    stations cost one search each. `like`: another layout and its System, whose roads are shared if
    both have the same, and then new stations alone cost a search. `keep`: the table on disk, for
    the next time.
    """
    modes = ways.driving_modes(scenario)
    places = ways.places_of(scenario)
    if like is not None and ways.same_roads(scenario, like[0]):
        drives = ways.travel_like(like[1].roads, scenario, modes, places)
    else:
        drives = ways.travel_of(scenario, modes, places, keep)
    return System(
        ways.roads_of(scenario, modes, places, *drives),
        stations(places),
        fleet(scenario),
        hospitals(places),
        rules(scenario, like),
        service(scenario, places),
    )


# ── stations, hospitals, ambulances, rules ───────────────────────────────────────────────────


def stations(places: Places) -> Stations:
    """Stations come after the map's places, and standby points after those of the layout."""
    return Stations(len(places.of_map.node) + np.arange(len(places.of_stations.node)))


def hospitals(places: Places) -> Hospitals:
    """Hospitals are the last of the map's places."""
    first = len(places.of_map.node) - places.hospitals
    return Hospitals(first + np.arange(places.hospitals))


def fleet(scenario: Scenario) -> Fleet:
    """Where each ambulance is at home, its class and its shifts."""
    shifts = shifts_by_ambulance(scenario)
    ends_duty = np.array([ends for some in shifts for ends in some.ends_duty], bool)
    return plain_fleet(np.array([a.station for a in scenario.fleet], int))._replace(
        kind=np.array([a.kind for a in scenario.fleet], int),
        centre=centres.of_stations(scenario)[[a.station for a in scenario.fleet]],
        shift_indptr=np.concatenate([[0], np.cumsum([len(s.spans) for s in shifts])]).astype(int),
        on_duty_at=np.array([on for s in shifts for on, _ in s.spans], float),
        off_duty_at=np.array([off for s in shifts for _, off in s.spans], float),
        ends_duty=None if ends_duty.all() else ends_duty,
    )


def rules(scenario: Scenario, like: tuple[Scenario, System] | None = None) -> Rules:
    """What the dispatcher goes by; `like`: another layout, whose turnout may be the same."""
    settings, on_roads = scenario.settings, scenario.map.matrix is None
    standby = settings.standby
    wanted = standing.rows(scenario, standby.list_) if standby.rule == "list" else []
    turnout = settings.durations.turnout
    if like is not None and like[0].settings.durations.turnout == turnout:
        expected_turnout_s = like[1].rules.expected_turnout_s
    else:
        expected_turnout_s = on_grid(turnout.mean())
    return Rules(
        expected_turnout_s=expected_turnout_s,
        may_divert=_may_divert(scenario),
        lose_when_none_free=settings.dispatch.when_none_free == "lost",
        position_rule=PositionRule.NEXT_NODE if on_roads else PositionRule.NEAREST_PLACE,
        standby_list=np.array(wanted, int),
        on_grid=True,
    )


def _may_divert(scenario: Scenario) -> np.ndarray:
    """[priority served, priority of the new call] whether an ambulance may turn to the new one."""
    names = [priority.name for priority in transfers.priorities(scenario.settings)]
    may_divert = np.zeros((len(names), len(names)), bool)
    for pair in scenario.settings.dispatch.divert:
        may_divert[names.index(pair.leaving), names.index(pair.for_)] = True
    return may_divert
