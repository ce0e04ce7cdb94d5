"""What all changes of a layout have in common: a station, a check, an effect, a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sim import units
from sim.errors import ScenarioError, did_you_mean
from sim.scenario.layout import Layout, Station
from sim.scenario.validation import Problems, validated
from sim.scenario.values import Setting, ShortText
from sim.text import Message, Name

if TYPE_CHECKING:
    from sim.geography.bundle import Map

L = TypeVar("L", bound=Layout)
V = TypeVar("V", bound="Verb")
HEADINGS: dict[str, Message] = {}  # of each verb by its key


class Verb(Setting):
    """Something done to a station."""

    key: ClassVar[str]  # as files and the prompt name it
    heading: ClassVar[Message]  # of what is told if it cannot be done

    station: ShortText
    """The station's name, in Chinese or in English."""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if hasattr(cls, "key"):
            HEADINGS[cls.key] = cls.heading

    @classmethod
    def of(cls: type[V], **written: Any) -> V:
        """The verb, from values as a file has them; ScenarioError if they are not right."""
        problems = Problems()
        verb = validated(cls, written, problems.at(cls.key))
        if verb is None:
            raise ScenarioError(heading_of({cls.key: written}), problems.found)
        return verb

    def made(self, layout: L, on: Map, problems: Problems) -> L:
        """The layout with this done; as it was after telling why it cannot be."""
        raise NotImplementedError

    def name(self, layout: Layout, on: Map) -> Name:
        """What is done in a word or two, for the name of the layout."""
        raise NotImplementedError


def heading_of(raw: Mapping[str, Any]) -> str:
    """What was meant, of a change that is not written as it should be."""
    key, entry = next(iter(raw.items()), ("change", {}))
    station = entry.get("station", "") if isinstance(entry, dict) else ""
    key, station = units.shown(key), units.shown(station)
    if key in HEADINGS and station:
        return Message(HEADINGS[key], station=station)
    return f"{key} {station}".strip()


def short(form: str, *names: Name) -> Name:
    """The same form about names in each language."""
    zh, en = (form.format(*(name[i] for name in names)) for i in (0, 1))
    return Name(zh, en)


def station_row(name: str, layout: Layout, problems: Problems) -> int | None:
    """The row of a station; None after telling that there is none of this name."""
    row = layout.station(name)
    if row is None:
        known = [station.name.zh for station in layout.open_stations()]
        problems.tell(
            Message(
                'no station "{station}" in the layout{hint}',
                station=name,
                hint=did_you_mean(name, known),
            )
        )
    return row


def with_station(layout: L, row: int, station: Station) -> L:
    """The layout with another station in a row."""
    stations = (*layout.stations[:row], station, *layout.stations[row + 1 :])
    return replace(layout, stations=stations)
