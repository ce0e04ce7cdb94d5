"""What can be done to a layout: a station or a crew more, a crew moved or put on other hours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sim.answers import candidates, crews
from sim.answers.candidates import Candidate
from sim.answers.crews import USUAL, CrewKind
from sim.errors import ScenarioError
from sim.text import Name

if TYPE_CHECKING:
    from sim.scenario.duty import DutyHours
    from sim.scenario.scenario import Scenario


class Action(StrEnum):
    """The kind of a change to a layout."""

    NEW_STATION = "new station"
    ONE_MORE = "one ambulance more"
    MOVE_AMBULANCE = "ambulance moved"
    MOVE_STATION = "station moved"
    OTHER_HOURS = "crew on other hours"
    SHORTER = "crew on shorter hours"


class Option(NamedTuple):
    """Something that can be done to a layout, and the layout after it."""

    action: Action
    station: Name  # the new one, or that to which something comes
    layout: Scenario
    giver: Name | None = None  # the station from which it comes
    crew: CrewKind | None = None  # whose it is, where there are several kinds of crew
    hours: DutyHours | None = None  # on which this crew is put


def new_stations(
    layout: Scenario,
    found: Iterable[Candidate],
    ambulances: int = 1,
    kinds: Sequence[CrewKind] = (),
) -> list[Option]:
    """A sub-station at each candidate that has none, with a crew of each of these kinds."""
    free = [one for one in found if layout.station(one.name.zh) is None]
    if not free:
        return []
    options = []
    for crew in kinds or (None,):
        kept, made = candidates.possible(layout, free, ambulances, crew=crew or USUAL)
        options += [
            Option(Action.NEW_STATION, one.name, after, crew=crew)
            for one, after in zip(kept, made, strict=True)
            if crews.can_be(after)
        ]
    return options


def more_ambulances(layout: Scenario, kinds: Sequence[CrewKind] = ()) -> list[Option]:
    """One more at each station that is open, of each of these kinds."""
    return [
        Option(Action.ONE_MORE, station.name, after, crew=crew)
        for crew in kinds or (None,)
        for station in layout.open_stations()
        if (after := _added(layout, station.name.zh, crew)) is not None
    ]


def _added(layout: Scenario, station: str, crew: CrewKind | None) -> Scenario | None:
    """One more crew of a kind; None if it has no room for a break, or is alone at some hour."""
    try:
        after = crews.one_more(layout, station, crew or USUAL)
    except ScenarioError:
        return None
    return after if crews.can_be(after) else None


def moved_ambulances(layout: Scenario, *, by_kind: bool = False) -> Iterator[Option]:
    """One ambulance of each station to each other one, with its hours on duty.

    The sender stays open if it is empty. Only if every need can still be met. `by_kind`: one of
    each class and hours that it has.
    """
    rows = [row for row, station in enumerate(layout.stations) if not station.closed]
    for giver in rows:
        leaving = crews.of_each_kind(layout, giver)
        for leaver in leaving if by_kind else sorted(leaving)[-1:]:
            for taker in rows:
                if taker != giver:
                    yield from _moved(layout, leaver, taker, by_kind)


def _moved(layout: Scenario, row: int, taker: int, by_kind: bool) -> Iterator[Option]:
    one = layout.fleet[row]
    giver, other = (layout.stations[i].name for i in (one.station, taker))
    if crews.can_be(after := crews.moved(layout, row, taker)):
        kind = CrewKind(one.kind, one.duty) if by_kind else None
        yield Option(Action.MOVE_AMBULANCE, other, after, giver, kind)


def other_hours(
    layout: Scenario, hours: Sequence[DutyHours], *, shorter: bool = False
) -> Iterator[Option]:
    """One crew of each kind of each station on other hours, which are no more than its own.

    `shorter`: on fewer that lie within its own; else on such as do not. Only if every need can
    still be met at every hour.
    """
    action = Action.SHORTER if shorter else Action.OTHER_HOURS
    some = crews.shorter if shorter else crews.elsewhen
    for station, place in enumerate(layout.stations):
        for row in [] if place.closed else crews.of_each_kind(layout, station):
            kind = CrewKind(layout.fleet[row].kind, layout.fleet[row].duty)
            for duty in some(kind.duty, hours, layout):
                if crews.can_be(after := crews.put_on(layout, row, duty)):
                    yield Option(action, place.name, after, crew=kind, hours=duty)


def moved_stations(
    layout: Scenario, names: Sequence[str], found: Iterable[Candidate]
) -> Iterator[Option]:
    """Each of the new stations, by name, with its crews to each candidate that has none."""
    for name in names:
        row = layout.station(name)
        if row is None:
            continue
        station = layout.stations[row]
        for option in new_stations(layout, found, ambulances=0):
            after, new = option.layout, option.layout.stations[-1]
            if layout.fleet_size(row):
                after = after.move_crews(name, new.name.zh, None)
            if crews.can_be(after := after.close(name)):
                yield Option(Action.MOVE_STATION, new.name, after, station.name)
