"""Settings of a scenario altered, each as it is written in a file; its layout stays as it is.

What is altered here holds for whatever layout is made of the scenario afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from sim import units
from sim.errors import did_you_mean
from sim.model.calendar import DAYS, Hours
from sim.scenario import (
    checks,
    crew_checks,
    hospital_checks,
    hospitals,
    responders,
    standing,
    turnouts,
)
from sim.scenario.crew_changes import roster_of
from sim.scenario.distributions import Distribution
from sim.scenario.duty import ALWAYS
from sim.scenario.rosters import Roster, parse_roster
from sim.scenario.settings import Band, Settings
from sim.scenario.settings.travel import check_together
from sim.scenario.validation import Problems, plain, validated
from sim.scenario.values import Setting
from sim.text import Message, message_of

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

S = TypeVar("S", bound=Setting)
EVERY_HOUR, EVERY_DAY = Hours(0, 0), tuple(range(DAYS))
AREAS = ("urban", "rural")
LEAST, MOST = 0.01, 3.0  # factors of speeds, as in `travel.bands`
MOST_CALLS = 100.0  # the greatest factor of demand


def with_section(scenario: Scenario, section: str, **values: Any) -> Scenario:
    """The scenario with some settings of a section, in SI and unchecked."""
    changed = getattr(scenario.settings, section).model_copy(update=values)
    return replace(scenario, settings=scenario.settings.model_copy(update={section: changed}))


def with_settings(
    scenario: Scenario, written: Mapping[str, Any], problems: Problems
) -> Scenario:  # fmt: skip
    """The scenario with settings by section, as a file has them; problems of them are told.

    They are read as those of a file over its base: together with what that has written.
    """
    written = hospitals.by_one_name(plain(written), scenario.written, scenario.map)
    written = _by_one_name(written, scenario)
    if scenario.recorded is not None:
        for section in sorted({"demand", "start"} & set(written)):
            problems.at(section).tell(
                Message("the calls are replayed: their records say how many and when")
            )
    elif isinstance(demand := written.get("demand"), Mapping) and "replay" in demand:
        problems.at("demand", "replay").tell(
            Message("records belong to a scenario file: name them there")
        )
    whole = _written_over(scenario.settings, scenario.written, written)
    checked = validated(Settings, whole, problems)
    if checked is None:
        return scenario
    settings = _over(scenario.settings, checked, written)
    altered = replace(scenario, settings=settings, written=whole)
    if "crews" in written:
        altered = _with_crews(altered, scenario, problems.at("crews"))
        crew_checks.names(altered.settings, altered, problems)
    if "durations" in written:
        turnouts.check(altered.settings, altered, problems)
    standing.unread([written.get("standby")], altered.settings.standby.rule, problems.at("standby"))
    if "responders" in written:
        groups, folder = altered.settings.responders, altered.path.parent
        found = responders.points(groups, altered.map, folder, problems)
        altered = replace(altered, responder_xy=found)
    chosen = altered.settings.hospitals.destination
    hospital_checks.unread([written.get("hospitals")], chosen, problems.at("hospitals"))
    if isinstance(said := written.get("hospitals"), Mapping) and "clinics" in said:
        clinics = hospitals.clinic_points(
            altered.settings, altered.map, altered.path.parent, problems
        )
        altered = replace(altered, clinics=clinics)
    return _with_so_many_calls(altered, problems)


def _by_one_name(written: Mapping[str, Any], scenario: Scenario) -> Mapping[str, Any]:
    """What is written of townships and stations, each under the name by which it was known."""
    townships = [spot.name for spot in scenario.map.townships]
    stations = [station.name for station in scenario.stations]
    for path, names in (
        (("demand", "rate", "townships"), townships),
        (("durations", "turnout_at"), stations),
    ):
        known: dict[int | None, str] = {}
        for name in _at(scenario.written, path):
            known[hospitals.row_among(str(name), names)] = name
        known.pop(None, None)
        said = _at(written, path)
        keys = {name: known.get(hospitals.row_among(str(name), names), name) for name in said}
        if len(set(keys.values())) == len(keys):  # else one is named twice, which is told
            written = _put(written, path, {keys[name]: value for name, value in said.items()})
    return written


def _at(node: Any, path: tuple[str, ...]) -> Mapping[Any, Any]:
    """The settings at a path; none where it is not written, or is something else."""
    for key in path:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node if isinstance(node, Mapping) else {}


def _put(node: Any, path: tuple[str, ...], value: Mapping[str, Any]) -> Any:
    if not value:
        return node
    return {**node, path[0]: _put(node[path[0]], path[1:], value)} if path else value


def _with_crews(altered: Scenario, before: Scenario, problems: Problems) -> Scenario:
    """The fleet by the classes and rosters as they are now, each known by its name."""
    rank: dict[tuple[int, str], int] = {}
    fleet, gone = [], dict[str, None]()
    for one in before.fleet:
        name = one.duty.roster
        roster, was = altered.crews.rosters.get(name), before.crews.rosters.get(name)
        kind = altered.crews.row(before.crews.classes[one.kind].name)
        if kind is None and one.kind == 0:
            kind = 0  # whoever is of no other class is of the first
        if kind is None:
            gone[before.crews.classes[one.kind].name] = None
            continue
        duty = one.duty
        if roster is not None and was is not None and roster != was:
            number = rank[one.station, name] = rank.get((one.station, name), -1) + 1
            if roster.table != was.table or len(roster.duties) != len(was.duties):
                problems.at("rosters", name).tell(
                    Message("another number of ambulances: write it in a file")
                )
                return altered
            duty = roster.duties[number % len(roster.duties)]
        fleet.append(replace(one, kind=kind, duty=duty))
    for name in gone:
        problems.at("classes").tell(Message('there are ambulances of class "{name}"', name=name))
    return altered if gone else replace(altered, fleet=tuple(fleet))


def _with_so_many_calls(altered: Scenario, problems: Problems) -> Scenario:
    """The same; told if there would be too many calls."""
    if altered.recorded is None:
        checks.how_many_calls(altered.settings, altered.map, problems)
    return altered


def _written_over(before: Any, under: Any, over: Any) -> Any:
    """What is written, over what was; `before`: what that was read as, whose parts are known.

    What has no parts is replaced whole: lists, and laws and rosters, of which two do not mix.
    """
    if not isinstance(under, Mapping) or not isinstance(over, Mapping):
        return over
    parts = before
    if _has_parts(before):
        fields = type(before).model_fields.items()
        parts = {field.alias or name: getattr(before, name) for name, field in fields}
    if not isinstance(parts, dict):
        return over
    inner = {key: _written_over(parts.get(key), under.get(key), over[key]) for key in over}
    return {**under, **inner}


def _over(under: S, over: S, written: Mapping[str, Any]) -> S:
    """The settings that are written, over the others: as a file stands over its base."""
    names = {field.alias or name: name for name, field in type(over).model_fields.items()}
    changed = {
        names[key]: _part_over(getattr(under, names[key]), getattr(over, names[key]), raw)
        for key, raw in written.items()
    }
    return under.model_copy(update=changed)


def _part_over(before: Any, after: Any, raw: Any) -> Any:
    """The same of one setting: of those that have parts the parts that are written."""
    if isinstance(before, dict) and isinstance(after, dict) and isinstance(raw, Mapping):
        # Speeds, closures, hospitals, by name.
        named = {name: _part_over(before.get(name), after[name], raw[name]) for name in raw}
        return {**before, **named}
    if _has_parts(after) and type(before) is type(after) and isinstance(raw, Mapping):
        return _over(before, after, raw)
    return after


def _has_parts(value: object) -> bool:
    return isinstance(value, Setting) and not isinstance(value, Distribution)


def times_the_calls(scenario: Scenario, factor: float, areas: tuple[str, ...] = AREAS) -> Scenario:
    """The scenario with `factor` times as many calls, in town, in the country or in both."""
    rates = scenario.settings.demand.rate
    changed = {
        area: getattr(rates, area)._replace(per_second=getattr(rates, area).per_second * factor)
        for area in areas
    }
    found = with_section(scenario, "demand", rate=rates.model_copy(update=changed))
    # Alike everywhere, the usual calls stay, and some are left out or others come to them.
    alike = scenario.calls_times * factor if set(areas) == set(AREAS) else scenario.calls_times
    return replace(found, calls_times=alike)


def times_the_speed(
    scenario: Scenario,
    factor: float,
    classes: tuple[str, ...] = (),
    hours: tuple[Hours, ...] = (EVERY_HOUR,),
) -> Scenario:
    """The scenario with speeds `factor` times as high: on some classes of roads, at some hours.

    Bands that overlap multiply, so the scenario's own stay in force, and so do posted speeds.
    """
    more = tuple(
        Band.model_construct(hours=some, days=EVERY_DAY, speed=factor, classes=classes)
        for some in hours
    )
    return with_section(scenario, "travel", bands=(*scenario.settings.travel.bands, *more))


# ── what a planner asks for, checked ─────────────────────────────────────────────────────────

TIMES: Final = Message("write x{least:g} to x{most:g}; found x{found:g}")


def with_demand_times(
    scenario: Scenario, factor: float, area: str | None, problems: Problems
) -> Scenario:
    """The scenario with so many times the calls, of one area or of both; problems are told."""
    if not _is_factor(factor, MOST_CALLS, problems) or factor == 1:
        return scenario
    if scenario.recorded is not None:
        problems.tell(Message("the calls are replayed: their records say how many and when"))
    elif area is not None and units.shown(area) not in AREAS:
        problems.tell(Message("write urban or rural; found {found}", found=units.shown(area)))
    else:
        altered = times_the_calls(scenario, factor, AREAS if area is None else (area,))
        return _with_so_many_calls(altered, problems)
    return scenario


def with_speed_times(
    scenario: Scenario, factor: float, roads: str | None, problems: Problems
) -> Scenario:
    """The scenario with so many times the speed, on a class of roads or all; problems are told."""
    before = len(problems)
    sensible = _is_factor(factor, MOST, problems)
    if sensible and factor == 1:
        return scenario
    if roads is not None:
        check_roads(scenario, roads, problems)
    if len(problems) > before:
        return scenario
    altered = times_the_speed(scenario, factor, () if roads is None else (roads,))
    try:
        check_together(altered.settings.travel.bands)
    except ValueError as error:
        problems.tell(message_of(error))
    return altered


def _is_factor(value: object, most: float, problems: Problems) -> bool:
    """Whether a value says how many times; told if it does not."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        problems.tell(Message("write a number; found {found}", found=units.spelt(value)))
        return False
    if not LEAST <= value <= most:
        try:
            found = float(value)
        except OverflowError:  # a whole number of hundreds of digits
            found = math.inf if value > 0 else -math.inf
        problems.tell(Message(TIMES, least=LEAST, most=most, found=found))
        return False
    return True


def check_roads(scenario: Scenario, roads: str, problems: Problems) -> None:
    """Tell that the map has no roads of a class."""
    if scenario.map.matrix is not None:
        problems.tell(Message("this map has times between places and no roads: write x0.9"))
    elif units.shown(roads) not in scenario.map.network.classes:
        name = units.shown(roads)
        hint = did_you_mean(name, list(scenario.map.network.classes))
        problems.tell(Message('no roads of class "{name}" on the map{hint}', name=name, hint=hint))


def with_hours(scenario: Scenario, station: str, hours: object, problems: Problems) -> Scenario:
    """The scenario with all ambulances of a station on duty at some clock hours only.

    `hours`: like "08-20", or a roster; "00-24" or None for the whole day.
    """
    row = scenario.station(station) if isinstance(station, str) else None
    if row is None or not scenario.fleet_size(row):
        known = [
            other.name.zh
            for number, other in enumerate(scenario.stations)
            if not other.closed and scenario.fleet_size(number)
        ]
        problems.tell(
            Message('no station "{station}" with ambulances{hint}', station=units.shown(station),
                    hint=did_you_mean(units.shown(station), known))
        )  # fmt: skip
        return scenario
    try:
        roster = Roster((ALWAYS,)) if hours is None else parse_roster(plain(hours))
    except ValueError as error:
        problems.tell(message_of(error))
        return scenario
    before = len(problems)
    wanted = roster_of(roster, scenario, problems)
    if wanted is not None and wanted.table:
        problems.tell(Message("a table says how many ambulances there are: write it in a file"))
    if wanted is None or len(problems) > before:
        return scenario
    duty = wanted.duties[0]
    fleet = tuple(replace(a, duty=duty) if a.station == row else a for a in scenario.fleet)
    return replace(scenario, fleet=fleet)
