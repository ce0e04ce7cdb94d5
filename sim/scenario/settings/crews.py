"""Crews: classes of ambulance, when they are on duty, their breaks, and when they are away."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator, model_validator

from sim import limits
from sim.model.calendar import DAY_NAMES, DAY_S
from sim.scenario.dates import ClockTime, LocalDay, LocalTime
from sim.scenario.duty import ALWAYS
from sim.scenario.rosters import OwnRoster, Roster, parse_roster
from sim.scenario.settings.failures import Failing
from sim.scenario.values import (
    LongHours,
    Seconds,
    Setting,
    ShortText,
    WeekDays,
    default,
    whole,
)
from sim.text import Message, Name

MOST_CLASSES: Final = 20
MOST_ROSTERS: Final = 200
MOST_BREAKS: Final = 20
Rank = Annotated[int, *whole(1, limits.AMBULANCES.most, "1")]


class CrewClass(Setting):
    """A class of ambulance: what its crew and vehicle can do."""

    name: ShortText
    """What the class is called, by which crews and needs name it."""
    name_zh: ShortText | None = None
    """Its name in Chinese; without it as in English."""
    transports: bool = True
    """Whether it can convey a patient; a car without a stretcher cannot."""

    @property
    def names(self) -> Name:
        """What it is called in both languages."""
        return Name(self.name_zh or self.name, self.name)


class Break(Setting):
    """A break of every crew in whose shift it lies: at a time of day, or so long after its start.

    It is taken at a station as soon as the crew is idle there and no call waits for it, and missed
    if it has not begun in time.
    """

    length: Seconds
    """How long it is."""
    earliest: ClockTime | None = None
    """The time of day from which on it may begin."""
    latest: ClockTime | None = None
    """The time of day until which it must have begun; before `earliest` it is that of the next
    day."""
    after: Seconds | None = None
    """How long after the start of a shift it may begin, instead of `earliest` and `latest`. Crews
    with shorter shifts have none, nor have those that are always on duty."""
    begun_within: Seconds = default("1 h")
    """How long after that it must have begun.

    Source: assumed."""
    classes: tuple[ShortText, ...] = Field((), max_length=MOST_CLASSES)
    """The classes of ambulance whose crews have it; without them all."""
    rosters: tuple[ShortText, ...] = Field((), max_length=MOST_ROSTERS)
    """The rosters of the crews that have it, by their names under `crews.rosters`; without them
    all."""
    interruptible_by: tuple[ShortText, ...] = Field((), max_length=100)
    """The priorities of calls to which a crew is sent from its break; the same of all breaks."""

    @model_validator(mode="after")
    def _of_one_kind(self) -> Break:
        clock = (self.earliest is not None) + (self.latest is not None)
        if clock != (0 if self.after is not None else 2):
            raise ValueError(
                Message("write either `earliest` and `latest`, or `after` the start of a shift")
            )
        if clock and "begun_within" in self.model_fields_set:
            raise ValueError(
                Message("`begun_within` has no part where `latest` is written: leave it out")
            )
        if self.length <= 0:
            raise ValueError(Message("a break of no length is none"))
        return self

    @property
    def patience_s(self) -> float:
        """How long after its earliest beginning it may begin."""
        if self.earliest is None or self.latest is None:
            return self.begun_within
        return (self.latest - self.earliest) % DAY_S


class OffRoad(Setting):
    """Hours or days at which vehicles are off the road as planned: for service, or lent away."""

    station: ShortText | None = None
    """The station whose vehicles it is; without it those of all."""
    ambulance: Rank | None = None
    """Which of the station's vehicles: 1 is the first; without it all."""
    class_: ShortText | None = Field(None, alias="class")
    """The class whose vehicles it is; without it those of all."""
    from_: LocalTime | None = Field(None, alias="from")
    """When it begins, once; with `to`."""
    to: LocalTime | None = None
    """When they are back."""
    hours: LongHours | None = None
    """Instead of `from` and `to`: the clock hours of every week in which they are away; 00-24 is a
    whole day."""
    days: WeekDays = default("mon-sun")
    """The days of the week on which these hours begin."""

    @model_validator(mode="after")
    def _whole(self) -> OffRoad:
        dated = (self.from_ is not None) + (self.to is not None)
        if dated != (0 if self.hours is not None else 2):
            raise ValueError(Message("write either `from` and `to`, or `hours` of the week"))
        if self.from_ is not None and self.to is not None and self.to <= self.from_:
            raise ValueError(Message("`to` is not later than `from`"))
        if self.hours is None and "days" in self.model_fields_set:
            raise ValueError(
                Message("`days` belongs to `hours` of the week: with `from` and `to` leave it out")
            )
        if self.station is None and self.class_ is None:
            raise ValueError(Message("say whose vehicles it is: write `station` or `class`"))
        if self.ambulance is not None and self.station is None:
            raise ValueError(Message("`ambulance` counts those of a station: write `station`, too"))
        return self


class CrewSettings(Setting):
    """Crews and their vehicles."""

    classes: tuple[CrewClass, ...] = default(
        [{"name": "ambulance"}], min_length=1, max_length=MOST_CLASSES
    )
    """The classes of ambulance; whoever is of no other is of the first.

    Source: one class, so that any ambulance may go to any call."""
    rosters: dict[ShortText, OwnRoster] = Field({}, max_length=MOST_ROSTERS)
    """Rosters by name, for crews and stations that share one."""
    holidays: tuple[LocalDay, ...] = Field((), max_length=2_000)
    """Public holidays: on these days crews are on duty as on another day of the week, but for
    those whose roster says what they do on a `holiday`."""
    holidays_as: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "sun"
    """The day of the week as which holidays are rostered.

    Source: assumed."""
    last_calls: Seconds = default("0 min")
    """So long before the end of its shift a crew is sent to calls of the first priority only.

    Source: crews go to any call until their shift is over."""
    breaks: tuple[Break, ...] = Field((), max_length=MOST_BREAKS)
    """Breaks of crews within their shifts; without them none."""
    after_interruption: Literal["anew", "remainder"] = "anew"
    """Whether a break that was interrupted begins anew, or goes on with what was left of it.

    Source: assumed."""
    off_road: tuple[OffRoad, ...] = Field((), max_length=2_000)
    """When vehicles are off the road as planned; a call in hand is finished first."""
    failures: tuple[Failing, ...] = Field((), max_length=MOST_CLASSES + 1)
    """How often vehicles fail; without it never."""

    @field_validator("classes")
    @classmethod
    def _each_once(cls, classes: tuple[CrewClass, ...]) -> tuple[CrewClass, ...]:
        called = [name.casefold() for one in classes for name in {one.names.zh, one.names.en}]
        twice = sorted({name for name in called if called.count(name) > 1})
        if twice:
            raise ValueError(Message("two classes are called {name}", name=", ".join(twice)))
        return classes

    @field_validator("rosters")
    @classmethod
    def _called_by_names(cls, rosters: dict[str, Roster]) -> dict[str, Roster]:
        for name in rosters:
            try:
                hours = not isinstance(parse_roster(name), str)
            except ValueError:
                hours = True
            if hours:
                raise ValueError(
                    Message('a roster cannot be called "{name}": write a name that does not '
                            "begin with a digit", name=name)
                )  # fmt: skip
        return {name: _named(roster, name) for name, roster in rosters.items()}

    @field_validator("breaks")
    @classmethod
    def _interrupted_alike(cls, breaks: tuple[Break, ...]) -> tuple[Break, ...]:
        if len({frozenset(one.interruptible_by) for one in breaks}) > 1:
            raise ValueError(Message("write the same `interruptible_by` for all breaks"))
        return breaks

    @field_validator("failures")
    @classmethod
    def _one_each(cls, failures: tuple[Failing, ...]) -> tuple[Failing, ...]:
        named = [(one.class_ or "").casefold() for one in failures]
        if len(set(named)) < len(named):
            raise ValueError(Message("write one entry for each class, and one without `class`"))
        return failures

    def row(self, name: str) -> int | None:
        """The row of a class by its name in either language; None if there is none."""
        for row, one in enumerate(self.classes):
            if name.casefold() in (one.names.zh.casefold(), one.names.en.casefold()):
                return row
        return None

    def roster(self, written: Roster | str) -> Roster | None:
        """A roster as it was written, or by its name; None if there is none of that name."""
        return self.rosters.get(written) if isinstance(written, str) else written

    def failing(self, kind: int) -> Failing | None:
        """How vehicles of a class fail; None if they never do."""
        found = None
        for one in self.failures:
            if one.class_ is None:
                found = found or one
            elif self.row(one.class_) == kind:
                return one
        return found

    @property
    def holiday_day(self) -> int:
        """The day of the week as which holidays are rostered, 0 Monday."""
        return DAY_NAMES.index(self.holidays_as)


class UnreadCrews(CrewSettings):
    """Stands for crews of a file that has mistakes there: any name may be one of theirs."""

    def row(self, name: str) -> int | None:
        return 0

    def roster(self, written: Roster | str) -> Roster | None:
        return Roster((ALWAYS,)) if isinstance(written, str) else written


def _named(roster: Roster, name: str) -> Roster:
    return roster._replace(duties=tuple(replace(one, roster=name) for one in roster.duties))
