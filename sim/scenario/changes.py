"""Changes of a layout: of each verb what is written, what is checked and what it does.

    Move(station="泰安医院", to="板杉镇").made(layout, map, problems)

The file, the prompt, the notebook and the search speak of the same values. A new verb is a class
here and a field of `Change`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import Field, model_validator

from sim import limits, units
from sim.errors import ScenarioError, did_you_mean
from sim.scenario.layout import Ambulance, Layout, Station
from sim.scenario.positions import position
from sim.scenario.validation import Problems, validated
from sim.scenario.values import ClockHours, Count, LonLat, Place, Setting, ShortText, whole
from sim.text import Message, Name

if TYPE_CHECKING:
    from sim.geography.bundle import Map

L = TypeVar("L", bound=Layout)
V = TypeVar("V", bound="Verb")
Difference = Annotated[int, *whole(-500, 500, "+1")]


class Verb(Setting):
    """Something done to a station."""

    key: ClassVar[str]  # as files and the prompt name it
    heading: ClassVar[Message]  # of what is told if it cannot be done

    station: ShortText
    """The station's name, in Chinese or in English."""

    @classmethod
    def of(cls: type[V], **written: Any) -> V:
        """The verb, from values as a file has them; ScenarioError if they are not right."""
        problems = Problems()
        verb = validated(cls, written, problems.at(cls.key))
        if verb is None:
            raise ScenarioError(_heading({cls.key: written}), problems.found)
        return verb

    def made(self, layout: L, on: Map, problems: Problems) -> L:
        """The layout with this done; as it was after telling why it cannot be."""
        raise NotImplementedError

    def name(self, layout: Layout, on: Map) -> Name:
        """What is done in a word or two, for the name of the layout."""
        raise NotImplementedError


class Crew(Setting):
    """Ambulances of a station that are alike."""

    number: Count = 1
    """How many there are."""
    class_: ShortText | None = Field(None, alias="class")
    """Their class, one of `crews.classes`; without it the first."""
    hours: ClockHours | None = None
    """The clock hours at which they are on duty; without them always."""

    def of(self, layout: Layout, station: int, problems: Problems) -> tuple[Ambulance, ...]:
        """These ambulances at a row of stations; none after telling why there cannot be any."""
        kind = 0 if self.class_ is None else layout.crews.row(self.class_)
        if kind is None:
            known = [one.name for one in layout.crews.classes]
            problems.at("class").tell(
                Message(
                    'no class "{name}" under crews.classes{hint}',
                    name=self.class_,
                    hint=did_you_mean(str(self.class_), known),
                )
            )
            return ()
        return (Ambulance(station, self.hours, kind),) * self.number


class Add(Verb):
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
    hours: ClockHours | None = None
    """The clock hours at which its ambulances are on duty; without them always."""
    crews: tuple[Crew, ...] = Field((), max_length=limits.AMBULANCES[1])
    """Ambulances of other classes or hours; with them `ambulances` is 0 if it is not written."""

    def made(self, layout: L, on: Map, problems: Problems) -> L:
        if layout.station(self.station) is not None:
            problems.at("station").tell(
                Message(
                    "there is a station {station} already; to give it more ambulances write "
                    "`ambulances: {{station: {station}, by: +1}}`",
                    station=self.station,
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
        fleet = self._fleet(layout, problems)
        return replace(layout, stations=(*layout.stations, station), fleet=(*layout.fleet, *fleet))

    def _fleet(self, layout: Layout, problems: Problems) -> list[Ambulance]:
        row = len(layout.stations)
        fleet = [Ambulance(row, self.hours)] * self.alike
        for number, crew in enumerate(self.crews):
            fleet += crew.of(layout, row, problems.at("crews", number))
        return fleet

    @property
    def alike(self) -> int:
        """How many ambulances there are besides those of `crews`."""
        written = "ambulances" in self.model_fields_set or not self.crews
        return self.ambulances if written else 0

    def name(self, layout: Layout, on: Map) -> Name:
        return _short("+ {0}", layout.station_name(self.station))


class Move(Verb):
    """A station stands elsewhere; its ambulances come along."""

    key = "move"
    heading = Message("move {station}")

    to: Place
    """Where it stands from now on."""

    def made(self, layout: L, on: Map, problems: Problems) -> L:
        row = _row(self, layout, problems)
        where = position(self.to, on, problems.at("to"))
        if row is None or where is None:
            return layout
        return _with_station(layout, row, replace(layout.stations[row], **where._asdict()))

    def name(self, layout: Layout, on: Map) -> Name:
        """Xiangdong Hospital → Fenglin: from the station to its new place."""
        return _short("{0} → {1}", layout.station_name(self.station), self.place(on))

    def place(self, on: Map) -> Name:
        """What the new place is called: as the map knows it, else as it was written."""
        if isinstance(self.to, LonLat):
            written = f"{self.to.lon:g}, {self.to.lat:g}"
            return Name(written, written)
        spot = on.find(self.to)
        return Name(*spot.name) if spot else Name(self.to, self.to)


class Staff(Verb):
    """A station has more ambulances, or fewer; of these the last come go first."""

    key = "ambulances"
    heading = Message("ambulances {station}")

    by: Difference | None = None
    """How many more; fewer with a minus."""
    to: Count | None = None
    """How many there are from now on; instead of `by`."""
    hours: ClockHours | None = None
    """The clock hours at which the added ambulances are on duty; without them always."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Staff:
        if (self.by is None) == (self.to is None):
            raise ValueError(Message("write either `by: +1` or `to: 3`"))
        if self.hours is not None and (self.by is None or self.by < 1):
            raise ValueError(Message("`hours` belongs to added ambulances: write it with `by: +1`"))
        return self

    def made(self, layout: L, on: Map, problems: Problems) -> L:
        row = _row(self, layout, problems)
        if row is None:
            return layout
        now = layout.fleet_size(row)
        by = self.by if self.by is not None else (self.to or 0) - now
        if now + by < 0:
            problems.at("by").tell(
                Message(
                    "{station} has {now} ambulances: {less} cannot be taken away",
                    station=self.station,
                    now=now,
                    less=-by,
                )
            )
            return layout
        if by >= 0:
            return replace(layout, fleet=layout.fleet + (Ambulance(row, self.hours),) * by)
        # The last come are the first to go, so that the others keep their order.
        gone = [i for i, ambulance in enumerate(layout.fleet) if ambulance.station == row][by:]
        return replace(layout, fleet=tuple(a for i, a in enumerate(layout.fleet) if i not in gone))

    def name(self, layout: Layout, on: Map) -> Name:
        """Xiangdong Hospital +1; Xiangdong Hospital = 3"""
        number = f"= {self.to}" if self.by is None else f"{self.by:+d}" if self.by else "±0"
        return _short(f"{{0}} {number.replace('-', '−')}", layout.station_name(self.station))


class Close(Verb):
    """A station is closed, and its ambulances are gone."""

    key = "close"
    heading = Message("close {station}")

    def made(self, layout: L, on: Map, problems: Problems) -> L:
        row = _row(self, layout, problems)
        if row is None:
            return layout
        closed = _with_station(layout, row, replace(layout.stations[row], closed=True))
        return replace(closed, fleet=tuple(a for a in layout.fleet if a.station != row))

    def name(self, layout: Layout, on: Map) -> Name:
        return _short("− {0}", layout.station_name(self.station))


AnyVerb = Add | Move | Staff | Close


class Change(Setting):
    """One change of the base: exactly one of the verbs."""

    add: Add | None = None
    """A new station with its ambulances, written as in `layout`."""
    move: Move | None = None
    """A station that stands elsewhere."""
    ambulances: Staff | None = None
    """More or fewer ambulances at a station."""
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
            raise ScenarioError(_heading(raw), problems.found)
        return checked

    @property
    def verb(self) -> AnyVerb:
        verb = self.add or self.move or self.ambulances or self.close
        assert verb is not None  # exactly one is written
        return verb

    @property
    def heading(self) -> Message:
        """What it is called when it cannot be made."""
        return Message(self.verb.heading, station=self.verb.station)

    def made(self, layout: L, on: Map, problems: Problems) -> L:
        """The layout after it; as it was after telling why it cannot be made."""
        return self.verb.made(layout, on, problems.at(self.verb.key))


VERBS: dict[str, type[Verb]] = {verb.key: verb for verb in (Add, Move, Staff, Close)}


def _short(form: str, *names: Name) -> Name:
    """The same form about names in each language."""
    zh, en = (form.format(*(name[i] for name in names)) for i in (0, 1))
    return Name(zh, en)


def _heading(raw: Mapping[str, Any]) -> str:
    """What was meant, of a change that is not written as it should be."""
    key, entry = next(iter(raw.items()), ("change", {}))
    station = entry.get("station", "") if isinstance(entry, dict) else ""
    key, station = units.shown(key), units.shown(station)
    if key in VERBS and station:
        return Message(VERBS[key].heading, station=station)
    return f"{key} {station}".strip()


def _row(verb: Verb, layout: Layout, problems: Problems) -> int | None:
    """The row of the verb's station; None after telling that there is none."""
    row = layout.station(verb.station)
    if row is None:
        known = [station.name.zh for station in layout.open_stations()]
        problems.at("station").tell(
            Message(
                'no station "{station}" in the layout{hint}',
                station=verb.station,
                hint=did_you_mean(verb.station, known),
            )
        )
    return row


def _with_station(layout: L, row: int, station: Station) -> L:
    stations = (*layout.stations[:row], station, *layout.stations[row + 1 :])
    return replace(layout, stations=stations)
