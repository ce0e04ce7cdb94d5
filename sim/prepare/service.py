"""What goes beyond the plain service, as arrays: who may be sent, by whom, and who waits where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.service import (
    NO_LIMIT,
    Areas,
    Conditions,
    Driving,
    Sending,
    Service,
    Standby,
    StandbyRule,
    plain_service,
)
from sim.policies.clock import NONE
from sim.prepare import call_laws, cover, needs, travel_factor, ways
from sim.prepare.breaks import breaks
from sim.prepare.destinations import are_plain, destinations
from sim.prepare.failures import vehicles
from sim.prepare.needs import Requirements
from sim.prepare.shifts import study_seconds
from sim.scenario import centres, cut_off, standing, transfers, turnouts
from sim.scenario.conditions import classes_of

if TYPE_CHECKING:  # engines and worker processes need the arrays, not what they were made from
    from sim.prepare.ways import Places
    from sim.scenario.scenario import Scenario


UNTIL_SIMULATED = 0.3  # the share for which ambulances are busy, in the run that says it


def service(scenario: Scenario, places: Places) -> Service | None:
    """All that a scenario asks for beyond the plain service; None if that is nothing."""
    needed = needs.needed(scenario)
    plain = plain_service(
        len(scenario.fleet),
        len(places.of_stations.node),
        len(places.of_map.node),
        len(transfers.priorities(scenario.settings)),
        places.hospitals,
        study_seconds(scenario),
    )
    drives, passing = driving(scenario)
    plain = plain._replace(breaks=breaks(scenario), vehicle=vehicles(scenario), driving=drives)
    taken_to = destinations(scenario, plain.destinations)
    if _is_plain(scenario, needed, plain) and are_plain(taken_to, plain.destinations):
        return None
    return plain._replace(
        sending=_sending(scenario, needed, plain.sending),
        areas=_areas(scenario, plain.areas),
        conditions=_conditions(scenario, needed),
        standby=_standby(scenario, plain.standby),
        destinations=taken_to,
        # Beyond the plain service an ambulance may also turn where it just passes.
        driving=drives._replace(looks_at=passing),
    )


def driving(scenario: Scenario) -> tuple[Driving, np.ndarray]:
    """Whether time bands are carried over, and when somebody who was cut off is there again.

    And when an ambulance may go on that was where nobody waits.
    """
    travel = scenario.settings.travel
    again = cut_off.OpenedAgain(np.zeros(0), np.zeros(0))
    if travel.closed:
        again = cut_off.opened_again(scenario)
    # Where speeds never change there is nothing to be carried over.
    carried_over = travel.band_rule == "carried over" and travel.speeds_change
    return Driving(carried_over, again.waiting), again.passing


def _is_plain(scenario: Scenario, needed: Requirements, service: Service) -> bool:
    dispatch, standby = scenario.settings.dispatch, scenario.settings.standby
    # A list of stations is a rule of the plain service, too.
    waits_plainly = standby.rule == "home" or (standby.rule == "list" and not standby.points)
    if scenario.own_rules.standby is not None and standby.points:
        waits_plainly = False  # a rule of one's own may send crews there
    laws = call_laws.ending_laws(scenario)
    return not (
        needed.special
        or (laws is not None and laws.withdrawn.any())
        or dispatch.reserve
        or dispatch.within
        or len(dispatch.centres) > 1
        or (dispatch.zones and dispatch.other_zone)
        or scenario.crews.last_calls
        or len(service.breaks.length_s)
        or (service.vehicle != NONE).any()
        or service.driving.carried_over
        or len(service.driving.looks_at)
        or travel_factor.spread(scenario) is not None
        or not waits_plainly
        or (turnouts.at_stations(scenario.settings, scenario.open_stations()) != 1).any()
    )


# ── who may be sent ──────────────────────────────────────────────────────────────────────────


def _sending(scenario: Scenario, needed: Requirements, plain: Sending) -> Sending:
    settings = scenario.settings
    priorities = [priority.name for priority in transfers.priorities(settings)]
    centre_names = [centre.name for centre in settings.dispatch.centres] or [""]
    reserves, classes = settings.dispatch.reserve, settings.crews.classes
    of_class = np.zeros((len(reserves), len(classes)), bool)
    of_centre = np.zeros((len(reserves), len(centre_names)), bool)
    for row, reserve in enumerate(reserves):
        named = classes_of(reserve.classes, settings.crews)
        of_class[row, named or slice(None)] = True
        of_centre[row, [centre_names.index(name) for name in reserve.centres] or slice(None)] = True
    return plain._replace(
        penalty_s=needed.penalty_s,
        last_calls_s=settings.crews.last_calls,
        transports=np.array([one.transports for one in classes], bool),
        within_s=np.array([settings.dispatch.within.get(name, np.inf) for name in priorities]),
        upto=np.array([priorities.index(one.for_) for one in reserves], int),
        keep=np.array([one.keep for one in reserves], int),
        of_class=of_class,
        of_centre=of_centre,
    )


def _areas(scenario: Scenario, plain: Areas) -> Areas:
    dispatch, on = scenario.settings.dispatch, scenario.map
    found, township = plain, np.zeros(0, int)
    if len(dispatch.centres) > 1 or dispatch.zones:
        township = ways.townships(scenario)
    if len(dispatch.centres) > 1:
        found = found._replace(
            centre=centres.of_townships(dispatch.centres, on)[township],
            help_after_s=np.array([centre.help for centre in dispatch.centres]),
            help_keep=np.array([centre.help_keep for centre in dispatch.centres], int),
        )
    if dispatch.zones:
        zone = centres.of_townships(dispatch.zones, on)
        at = np.array([(station.x, station.y) for station in scenario.stations])
        home = np.array([ambulance.station for ambulance in scenario.fleet], int)
        found = found._replace(
            zone=zone[township],
            zone_of=zone[on.townships_at(at)][home],
            other_zone_s=dispatch.other_zone,
        )
    return found


def _conditions(scenario: Scenario, needed: Requirements) -> Conditions:
    these = needed.conditions
    return Conditions(
        all_or_none=np.array([one.all_or_none for one in these], bool),
        forgets=np.array([one.missing == "forget" for one in these], bool),
        together=np.array([one.released == "together" for one in these], bool),
        accompanied=np.array([one.accompanied for one in these], bool),
        capable=needed.capable,
        loading_s=scenario.settings.dispatch.loading,
    )


# ── who waits where ──────────────────────────────────────────────────────────────────────────


def _standby(scenario: Scenario, plain: Standby) -> Standby:
    standby, stations = scenario.settings.standby, len(scenario.stations)
    turnout_factor = turnouts.factors(scenario)
    found = plain._replace(
        rule=int(StandbyRule[standby.rule.upper()]),
        turnout_factor=turnout_factor,
        capacity=standing.capacities(scenario, NO_LIMIT),
        has_building=np.arange(len(turnout_factor)) < stations,
        longest=standby.assign == "longest",
        most_moves=NO_LIMIT if standby.most_moves is None else standby.most_moves,
        least_gain=standby.least_gain,
    )
    if standby.rule == "table":
        found = found._replace(table=_table(scenario))
    if standby.rule == "dmexclp" or (standby.rule == "table" and standby.least_gain > 0):
        demand, covers = cover.cover(scenario, found.turnout_factor)
        found = found._replace(demand=demand, covers=covers)
    if standby.rule == "dmexclp":
        busy = standby.dmexclp.busy
        known = busy if isinstance(busy, float) else UNTIL_SIMULATED
        found = found._replace(weight=cover.weights(known, len(scenario.fleet)))
    return found


def _table(scenario: Scenario) -> np.ndarray:
    """[free ambulances less one, post] stations; where there are more than rows, the last holds."""
    many, rows = len(scenario.fleet), scenario.settings.standby.table
    found = np.full((many, many), NONE)
    for free in range(many):
        posts = standing.rows(scenario, rows[min(free, len(rows) - 1)])
        found[free, : len(posts)] = posts
    return found
