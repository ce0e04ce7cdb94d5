"""Where free ambulances may wait: stations, and standby points that are nobody's home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.errors import did_you_mean
from sim.scenario.conditions import crews
from sim.scenario.layout import Layout, Station
from sim.scenario.positions import position
from sim.scenario.settings.standby import StandbyPoint
from sim.scenario.validation import Problems
from sim.text import Message, Name

if TYPE_CHECKING:
    from sim.geography.bundle import Map
    from sim.scenario.scenario import Scenario

STANDBY: Final = "standby"  # the kind of a point
READ_BY: Final = {  # the rules that read a setting; points are read by rules of one's own, too
    "table": ("table",),
    "assign": ("table",),
    "most_moves": ("table",),
    "least_gain": ("table",),
}
TAKEN: Final = Message("there is a station or a standby point {name} already")


def standby_points(scenario: Scenario) -> tuple[Station, ...]:
    """The standby points, which come after the stations of the layout wherever both have rows."""
    return _points(scenario.settings.standby.points, scenario.map)


@lru_cache(maxsize=16)
def _points(points: tuple[StandbyPoint, ...], on: Map) -> tuple[Station, ...]:
    return tuple(filter(None, (_point(one, on, Problems()) for one in points)))


def _point(point: StandbyPoint, on: Map, problems: Problems) -> Station | None:
    """A point on the map; None after telling why there is none."""
    where = position(
        point.name if point.at is None else point.at,
        on,
        problems.at("name" if point.at is None else "at"),
    )
    if where is None:
        return None
    spot = on.find(point.name)
    name = Name(*spot.name) if spot else Name(point.name, point.name)
    return Station(name, STANDBY, *where)


def rows(scenario: Scenario, names: Sequence[str]) -> list[int]:
    """The rows of stations and points by name, those at closed stations left out."""
    found = (_row(scenario, scenario.settings.standby.points, name) for name in names)
    return [
        row
        for row in found
        if row is not None and not (row < len(scenario.stations) and scenario.stations[row].closed)
    ]


def _row(layout: Layout, points: Sequence[StandbyPoint], name: str) -> int | None:
    """The row of an open station, of a point, or of a closed station; None of what is neither."""
    row = layout.station(name)
    if row is not None:
        return row
    for number, point in enumerate(points):
        if name.casefold() == point.name.casefold():
            return len(layout.stations) + number
    for number, station in enumerate(layout.stations):
        if name.casefold() in (station.name.zh.casefold(), station.name.en.casefold()):
            return number
    return None


def unread(written: Iterable[object], rule: str, problems: Problems) -> None:
    """Tell of settings that the rule does not read.

    `written`: chapters as files have them, a file before its base. What a base has for its own rule
    may stay there; so nothing is told of those below the one that says the rule.
    """
    for chapter in written:
        for key in chapter if isinstance(chapter, Mapping) else ():
            if rule not in READ_BY.get(key, (rule,)):
                problems.at(key).tell(
                    Message(
                        "`{key}` has no part where `rule` is {rule}: leave it out, or write one of "
                        "{rules}",
                        key=key, rule=rule, rules=", ".join(READ_BY[key]),
                    )
                )  # fmt: skip
        if isinstance(chapter, Mapping) and "rule" in chapter:
            return


def check(scenario: Scenario, problems: Problems) -> None:
    """Tell what of the standby rule does not fit the map or the layout."""
    standby, on = scenario.settings.standby, scenario.map
    seen: set[str] = set()
    for number, point in enumerate(standby.points):
        here = problems.at("points", number)
        _point(point, on, here)
        if point.name.casefold() in seen:
            here.at("name").tell(Message(TAKEN, name=point.name))
        seen.add(point.name.casefold())
    _known(scenario, standby.list_, problems.at("list"))
    for number, posts in enumerate(standby.table):
        _known(scenario, posts, problems.at("table", number))
    if standby.rule == "list":
        _room(scenario, standby.list_, problems.at("list"))
        if not standby.list_:
            problems.at("list").tell(Message("write the stations at which ambulances are to wait"))
    if standby.rule == "table":
        _table(scenario, problems.at("table"))


def names(scenario: Scenario, problems: Problems) -> None:
    """Tell of points that are called like a station."""
    for number, point in enumerate(scenario.settings.standby.points):
        if scenario.station(point.name) is not None:
            problems.at("points", number, "name").tell(Message(TAKEN, name=point.name))


def _known(scenario: Scenario, names: Sequence[str], problems: Problems) -> None:
    points = scenario.settings.standby.points
    for name in dict.fromkeys(names):
        if _row(scenario, points, name) is None:
            known = [station.name.zh for station in scenario.open_stations()]
            known += [point.name for point in points]
            hint = did_you_mean(name, known)
            problems.tell(
                Message('no station or standby point "{name}"{hint}', name=name, hint=hint)
            )


def _table(scenario: Scenario, problems: Problems) -> None:
    table = scenario.settings.standby.table
    if not table:
        problems.tell(
            Message("write a row of posts for one free ambulance, one for two, and so on")
        )
    for number, posts in enumerate(table):
        if len(posts) != number + 1:
            problems.at(number).tell(
                Message(
                    "row {row} says where {row} free ambulances wait: write {row} posts; found "
                    "{found}",
                    row=number + 1, found=len(posts),
                )
            )  # fmt: skip
        _room(scenario, posts, problems.at(number))
    most = int(crews(scenario).on_duty.sum(axis=0).max()) if scenario.fleet else 0
    if scenario.fleet and len(table) > most:
        problems.tell(
            Message(
                "the table has {rows} rows, and at most {most} ambulances are on duty at a time: "
                "leave out rows {first} to {rows}",
                rows=len(table), most=most, first=most + 1,
            )
        )  # fmt: skip


def _room(scenario: Scenario, posts: Sequence[str], problems: Problems) -> None:
    """Tell of points that get more ambulances than they have room for."""
    for point in scenario.settings.standby.points:
        wanted = sum(name.casefold() == point.name.casefold() for name in posts)
        if point.capacity is not None and wanted > point.capacity:
            problems.tell(
                Message(
                    "{point} has room for {capacity}; found {wanted} posts",
                    point=point.name, capacity=point.capacity, wanted=wanted,
                )
            )  # fmt: skip


def capacities(scenario: Scenario, no_limit: int) -> np.ndarray:
    """[station or point] ambulances that may wait there; none at a closed station."""
    points = scenario.settings.standby.points
    return np.array(
        [0 if station.closed else no_limit for station in scenario.stations]
        + [no_limit if point.capacity is None else point.capacity for point in points]
    )
