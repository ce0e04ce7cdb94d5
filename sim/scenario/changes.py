"""Changes of a layout: of each verb what is written, what is checked and what it does.

    Move(station="泰安医院", to="板杉镇").made(layout, map, problems)

The file, the prompt, the notebook and the search speak of the same values. A new verb is a class
here and a field of `Change`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from sim import limits, units
from sim.errors import ScenarioError, did_you_mean
from sim.scenario.crew_changes import Crew, MoveCrews, OfCrews, Rehour, Staff
from sim.scenario.layout import Ambulance, Layout, Station
from sim.scenario.positions import position
from sim.scenario.validation import Problems, validated
from sim.scenario.values import Count, LonLat, Place, Setting, ShortText
from sim.scenario.verbs import L, Verb, heading_of, short, station_row, with_station
from sim.text import Message, Name

if TYPE_CHECKING:
    from sim.geography.bundle import Map


class Add(Verb, OfCrews):
    """A station and its ambulances."""

    key = "add"
    heading = Message("add {station}")

    station: ShortText
    """The station's name. Without `at` it stands where the map's place of that name does."""
    name_en: ShortText | None = None
    """Its name in English, if the map does not know it."""
    kind: Literal["station", "substation"] = "substation"
    """Whether it is a station or a sub-station; it matters for costs and for how it is drawn."""
    at: Place | None = None
    """Where it stands, if not where its name says: on the nearest road that may be left."""
    ambulances: Count = 1
    """How many ambulances are at home there."""
    crews: tuple[Crew, ...] = Field((), max_length=limits.AMBULANCES[1])
    """Ambulances of other classes or hours; with them `ambulances` is 0 if it is not written."""

    def made(self, layout: L, on: Map, problems: Problems) -> L:
        if layout.station(self.station) is not None:
            problems.at("station").tell(
                Message(
                    "there is a station {station} already; to give it more ambulances write "
                    "`ambulances: {{station: {station}, by: +1}}`",
                    station=layout.station_name(self.station),
                )
            )
            return layout
        spot = on.find(self.station)
        if self.at is None and spot is None:
            problems.at("station").tell(
                Message(
                    'no place "{place}" on the map of {map}{hint}, or write where it stands with '
                    "`at: [lon, lat]`",
                    place=self.station,
                    map=on.name,
                    hint=did_you_mean(self.station, on.known_names()),
                )
            )
            return layout
        where = position(
            self.station if self.at is None else self.at,
            on,
            problems.at("station" if self.at is None else "at"),
        )
        if where is None:
            return layout
        zh, en = spot.name if spot else (self.station, self.station)
        station = Station(Name(zh, self.name_en or en), self.kind, *where)
        fleet = self.crew(layout, problems)
        return replace(layout, stations=(*layout.stations, station), fleet=(*layout.fleet, *fleet))

    def crew(self, layout: Layout, problems: Problems) -> list[Ambulance]:
        """Its ambulances, at a station behind those of a layout."""
        row = len(layout.stations)
        number: int | None = self.ambulances
        if "ambulances" not in self.model_fields_set:
            said = self.class_ or self.hours or self.roster
            number = 0 if self.crews and not said else None
        fleet = self.fleet(layout, row, number, problems)
        for entry, some in enumerate(self.crews):
            fleet += some.at(layout, row, problems.at("crews", entry))
        return fleet

    def name(self, layout: Layout, on: Map) -> Name:
        return short("+ {0}", layout.station_name(self.station))


class Move(Verb):
    """A station stands elsewhere; its ambulances come along."""

    key = "move"
    heading = Message("move {station}")

    to: Place
    """Where it stands from now on."""

    def made(self, layout: L, on: Map, problems: Problems) -> L:
        row = station_row(self.station, layout, problems.at("station"))
        where = position(self.to, on, problems.at("to"))
        if row is None or where is None:
            return layout
        return with_station(layout, row, replace(layout.stations[row], **where._asdict()))

    def name(self, layout: Layout, on: Map) -> Name:
        """Xiangdong Hospital → Fenglin: from the station to its new place."""
        return short("{0} → {1}", layout.station_name(self.station), self.place(on))

    def place(self, on: Map) -> Name:
        """What the new place is called: as the map knows it, else as it was written."""
        if isinstance(self.to, LonLat):
            written = f"{self.to.lon:g}, {self.to.lat:g}"
            return Name(written, written)
        spot = on.find(self.to)
        return Name(*spot.name) if spot else Name(self.to, self.to)


class Close(Verb):
    """A station is closed, and its ambulances are gone."""

    key = "close"
    heading = Message("close {station}")

    def made(self, layout: L, on: Map, problems: Problems) -> L:
        row = station_row(self.station, layout, problems.at("station"))
        if row is None:
            return layout
        closed = with_station(layout, row, replace(layout.stations[row], closed=True))
        return replace(closed, fleet=tuple(a for a in layout.fleet if a.station != row))

    def name(self, layout: Layout, on: Map) -> Name:
        return short("− {0}", layout.station_name(self.station))


AnyVerb = Add | Move | Staff | Rehour | MoveCrews | Close


class Change(Setting):
    """One change of the base: exactly one of the verbs."""

    add: Add | None = None
    """A new station with its ambulances, written as in `layout`."""
    move: Move | None = None
    """A station that stands elsewhere."""
    ambulances: Staff | None = None
    """More or fewer ambulances at a station."""
    hours: Rehour | None = None
    """Crews of a station that are on duty at other hours."""
    move_crews: MoveCrews | None = None
    """Crews of a station that are at home at another one."""
    close: Close | None = None
    """A station that is closed."""

    @model_validator(mode="after")
    def _one_verb(self) -> Change:
        if len(self.model_fields_set) != 1 or not any(value for _, value in self):
            raise ValueError(
                Message("write one of {verbs} for each change", verbs=", ".join(VERBS))
            )
        return self

    @classmethod
    def of(cls, change: AnyVerb | Change | Mapping[str, Any]) -> Change:
        """A change from its verb, or as a file has it; ScenarioError if it is not right."""
        if isinstance(change, Change):
            return change
        if not isinstance(change, Verb | Mapping):
            message = Message(
                "write settings, like `key: value`; found {found}", found=units.spelt(change)
            )
            raise ScenarioError(Message("the change"), message)
        raw = {change.key: change} if isinstance(change, Verb) else dict(change)
        problems = Problems()
        checked = validated(cls, raw, problems)
        if checked is None:
            raise ScenarioError(heading_of(raw), problems.found)
        return checked

    @property
    def verb(self) -> AnyVerb:
        verb = next(getattr(self, key) for key in VERBS if getattr(self, key) is not None)
        assert isinstance(verb, AnyVerb)
        return verb

    def heading(self, layout: Layout) -> Message:
        """What it is called when it cannot be made of a layout, whose names are the reader's."""
        return Message(self.verb.heading, station=layout.station_name(self.verb.station))

    def made(self, layout: L, on: Map, problems: Problems) -> L:
        """The layout after it; as it was after telling why it cannot be made."""
        return self.verb.made(layout, on, problems.at(self.verb.key))


VERBS: dict[str, type[Verb]] = {
    verb.key: verb for verb in (Add, Move, Staff, Rehour, MoveCrews, Close)
}
