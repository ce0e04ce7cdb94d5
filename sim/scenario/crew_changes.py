"""Crews of a station: how they are written, and the changes that add, move or shorten them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from sim.errors import did_you_mean
from sim.scenario.duty import DutyHours, daily
from sim.scenario.layout import Ambulance, Layout, vehicle_numbers
from sim.scenario.rosters import NamedRoster, Roster
from sim.scenario.validation import NO_CLASS, Problems, tell_unknown
from sim.scenario.values import ClockHours, Count, Setting, ShortText, whole
from sim.scenario.verbs import L, Verb, short, station_row
from sim.text import Message, Name

if TYPE_CHECKING:
    from sim.geography.bundle import Map

Difference = Annotated[int, *whole(-500, 500, "+1")]


class OfCrews(Setting):
    """What crews are and when they are on duty."""

    class_: ShortText | None = Field(None, alias="class")
    """Their class, one of `crews.classes`; without it the first."""
    hours: ClockHours | None = None
    """The clock hours at which they are on duty every day; without them always."""
    roster: NamedRoster | None = None
    """When they are on duty, instead of `hours`. A table says also how many they are: the first is
    on duty in the hours in which the number is more than 0, the second where it is more than 1."""

    @model_validator(mode="after")
    def _hours_or_roster(self) -> OfCrews:
        if self.hours is not None and self.roster is not None:
            raise ValueError(Message("write either `hours` or `roster`"))
        return self

    def fleet(
        self, layout: Layout, station: int, number: int | None, problems: Problems
    ) -> list[Ambulance]:
        """So many of them at a row of stations; none after telling why there cannot be any.

        `number`: None if it was not written; then it is one, or as many as a table says.
        """
        kind = kind_of(self.class_, layout, problems)
        duties = self.duties(layout, number, problems)
        return [] if kind is None else [Ambulance(station, duty, kind) for duty in duties]

    def duties(self, layout: Layout, number: int | None, problems: Problems) -> Sequence[DutyHours]:
        """When each of them is on duty."""
        if self.roster is None:
            return (daily(self.hours),) * (1 if number is None else number)
        found = roster_of(self.roster, layout, problems.at("roster"))
        if found is None:
            return ()
        if not found.table:
            return found.duties * (1 if number is None else number)
        if number is not None and number != len(found.duties):
            problems.at("roster").tell(
                Message(
                    "the table has up to {table} ambulances on duty, and {number} are written: "
                    "write the same, or no number",
                    table=len(found.duties),
                    number=number,
                )
            )
            return ()
        return found.duties


def kind_of(name: str | None, layout: Layout, problems: Problems) -> int | None:
    """The row of a class, the first without a name; None after telling that there is none."""
    kind = 0 if name is None else layout.crews.row(name)
    if kind is None:
        known = [one.name for one in layout.crews.classes]
        tell_unknown(NO_CLASS, str(name), known, problems.at("class"))
    return kind


def roster_of(written: Roster | str, layout: Layout, problems: Problems) -> Roster | None:
    """A roster by its name or as it is; None after telling that there is none."""
    found = layout.crews.roster(written)
    if found is None:
        hint = did_you_mean(str(written), list(layout.crews.rosters))
        problems.tell(
            Message('no roster "{name}" under crews.rosters{hint}', name=written, hint=hint)
        )
    return found


# ── crews by their rows in the fleet ─────────────────────────────────────────────────────────


def without_crews(layout: L, rows: Sequence[int]) -> L:
    """Without some crews."""
    gone = set(rows)
    return replace(layout, fleet=tuple(a for i, a in enumerate(layout.fleet) if i not in gone))


def moved_crews(layout: L, rows: Sequence[int], station: int) -> L:
    """With some crews at home at another station, each with its vehicle, behind all others."""
    numbers = vehicle_numbers(layout)
    gone = [replace(layout.fleet[i], station=station, vehicle=numbers[i]) for i in rows]
    return replace(layout, fleet=(*without_crews(layout, rows).fleet, *gone))


def with_hours(layout: L, duties: Mapping[int, DutyHours]) -> L:
    """With some crews on duty at other hours."""
    fleet = (replace(a, duty=duties.get(i, a.duty)) for i, a in enumerate(layout.fleet))
    return replace(layout, fleet=tuple(fleet))


# ── as they are written ──────────────────────────────────────────────────────────────────────


class Crew(OfCrews):
    """Ambulances of a station that are alike, or that share a table."""

    number: Count = 1
    """How many there are."""

    def at(self, layout: Layout, station: int, problems: Problems) -> list[Ambulance]:
        """These ambulances at a row of stations; none after telling why there cannot be any."""
        written = "number" in self.model_fields_set
        return self.fleet(layout, station, self.number if written else None, problems)


class Staff(Verb, OfCrews):
    """A station has more ambulances, or fewer; of these the last come go first."""

    key = "ambulances"
    heading = Message("ambulances {station}")

    by: Difference | None = None
    """How many more; fewer with a minus, and with `class` of that class."""
    to: Count | None = None
    """How many there are from now on; instead of `by`."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Staff:
        if (self.by is None) == (self.to is None):
            raise ValueError(Message("write either `by: +1` or `to: 3`"))
        added = self.by is not None and self.by > 0
        if not added and self.hours is not None:
            raise ValueError(Message("`hours` belongs to added ambulances: write it with `by: +1`"))
        if not added and self.roster is not None:
            raise ValueError(
                Message("`roster` belongs to added ambulances: write it with `by: +1`")
            )
        if self.by is None and self.class_ is not None:
            raise ValueError(Message("`class` says who comes or goes: write it with `by`"))
        return self

    def made(self, layout: L, on: Map, problems: Problems) -> L:
        row = station_row(self.station, layout, problems.at("station"))
        if row is None:
            return layout
        kind = None if self.class_ is None else kind_of(self.class_, layout, problems)
        if self.class_ is not None and kind is None:
            return layout
        there = [
            i for i, one in enumerate(layout.fleet)
            if one.station == row and (kind is None or one.kind == kind)
        ]  # fmt: skip
        by = self.by if self.by is not None else (self.to or 0) - len(there)
        if len(there) + by < 0:
            problems.at("by").tell(self._too_few(layout, len(there), -by))
            return layout
        if by >= 0:
            added = self.fleet(layout, row, by, problems)
            return replace(layout, fleet=(*layout.fleet, *added))
        # The last come are the first to go, so that the others keep their order.
        return without_crews(layout, there[by:])

    def _hours(self) -> Roster | None:
        return None if self.hours is None else Roster((daily(self.hours),))

    def _too_few(self, layout: Layout, now: int, less: int) -> Message:
        if self.class_ is None:
            return Message(
                "{station} has {now} ambulances: {less} cannot be taken away",
                station=layout.station_name(self.station), now=now, less=less,
            )  # fmt: skip
        return Message(
            "{station} has {now} ambulances of class {name}: {less} cannot be taken away",
            station=layout.station_name(self.station), now=now, name=self.class_, less=less,
        )  # fmt: skip

    def name(self, layout: Layout, on: Map) -> Name:
        """Xiangdong Hospital +1; Xiangdong Hospital = 3; Xiangdong Hospital +1 basic 08-20"""
        number = f"= {self.to}" if self.by is None else f"{self.by:+d}" if self.by else "±0"
        crew = crew_name(layout, self.class_, self.roster or self._hours())
        name = short(f"{{0}} {number.replace('-', '−')}", layout.station_name(self.station))
        return Name(f"{name.zh}{crew.zh}", f"{name.en}{crew.en}")


def crew_name(layout: Layout, class_: str | None, roster: Roster | str | None) -> Name:
    """A class and a roster behind a number, in both languages; nothing of what is not written."""
    kind = None if class_ is None else layout.crews.row(class_)
    called = Name("", "") if kind is None else layout.crews.classes[kind].names
    when = "" if roster is None else when_in_short(roster)
    when = f" {when}" if when else ""
    return Name(*(f" {part}{when}" if part else when for part in (called.zh, called.en)))


def when_in_short(roster: Roster | str) -> str:
    """The name of a roster, or its clock hours; nothing where they differ from day to day."""
    if isinstance(roster, str):
        return roster
    same = {one.daily_hours for one in roster.duties}
    return str(next(iter(same))) if len(same) == 1 and None not in same else ""


class Some(Verb):
    """Some crews that a station has: of a class, and of those the last come."""

    class_: ShortText | None = Field(None, alias="class")
    """The class of the crews; without it those of any."""
    number: Count | None = None
    """How many of them, the last come first; without it all."""

    def rows(self, layout: Layout, problems: Problems) -> list[int]:
        """Their rows in the fleet; none after telling that there are too few."""
        row = station_row(self.station, layout, problems.at("station"))
        kind = None if self.class_ is None else kind_of(self.class_, layout, problems)
        if row is None or (kind is None and self.class_ is not None):
            return []
        there = [
            i for i, one in enumerate(layout.fleet)
            if one.station == row and (kind is None or one.kind == kind)
        ]  # fmt: skip
        wanted = len(there) if self.number is None else self.number
        if not there or wanted > len(there):
            problems.at("station" if self.number is None else "number").tell(
                Message(
                    "{station} has {now} such ambulances, and {number} are asked for",
                    station=layout.station_name(self.station),
                    now=len(there),
                    number=max(wanted, 1),
                )
            )
            return []
        return there[len(there) - wanted :]


class Rehour(Some):
    """Crews of a station are on duty at other hours."""

    key = "hours"
    heading = Message("hours {station}")

    to: NamedRoster
    """When they are on duty from now on; `00-24` is always."""

    def made(self, layout: L, on: Map, problems: Problems) -> L:
        rows = self.rows(layout, problems)
        roster = roster_of(self.to, layout, problems.at("to"))
        if not rows or roster is None:
            return layout
        if roster.table and len(roster.duties) != len(rows):
            problems.at("to").tell(
                Message(
                    "the table has up to {table} ambulances on duty, and {number} are there: "
                    "write `number`, or another table",
                    table=len(roster.duties), number=len(rows),
                )
            )  # fmt: skip
            return layout
        duties = roster.duties if roster.table else roster.duties * len(rows)
        return with_hours(layout, dict(zip(rows, duties, strict=True)))

    def name(self, layout: Layout, on: Map) -> Name:
        """Xiangdong Hospital: 08-16"""
        crew = crew_name(layout, self.class_, None)
        name = layout.station_name(self.station)
        when = when_in_short(self.to) or "…"
        return Name(f"{name.zh}{crew.zh}: {when}", f"{name.en}{crew.en}: {when}")


class MoveCrews(Some):
    """Crews of a station are at home at another one from now on, with their class and hours."""

    key = "move_crews"
    heading = Message("move crews of {station}")

    to: ShortText
    """The station to which they go."""
    number: Count | None = 1
    """How many of them, the last come first."""

    def made(self, layout: L, on: Map, problems: Problems) -> L:
        rows = self.rows(layout, problems)
        to = station_row(self.to, layout, problems.at("to"))
        if not rows or to is None:
            return layout
        return moved_crews(layout, rows, to)

    def name(self, layout: Layout, on: Map) -> Name:
        """Xiangdong Hospital 1 → Fenglin"""
        crew = crew_name(layout, self.class_, None)
        one, other = layout.station_name(self.station), layout.station_name(self.to)
        number = "" if self.number is None else f" {self.number}"
        return Name(*(f"{one[i]}{number}{crew[i]} → {other[i]}" for i in (0, 1)))
