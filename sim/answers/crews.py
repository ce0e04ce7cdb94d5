"""Kinds of crew that can be added, moved and put on other hours: a class, and when it is on duty.

Where all ambulances of a scenario are of one class and no roster is written, there is one kind, the
usual one, and nothing is tried by the hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sim import limits
from sim.errors import OptionError
from sim.prepare import feasible
from sim.scenario.crew_changes import (
    OfCrews,
    crew_name,
    kind_of,
    moved_crews,
    with_hours,
    without_crews,
)
from sim.scenario.duty import ALWAYS, DutyHours, hours_of
from sim.scenario.layout import Ambulance
from sim.scenario.rosters import Roster
from sim.scenario.validation import Problems, validated
from sim.scenario.verbs import short
from sim.text import Message, Name

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


class CrewKind(NamedTuple):
    """What a crew is, wherever it stands."""

    kind: int = 0  # row of its class in `crews.classes`
    duty: DutyHours = ALWAYS

    def written(self, layout: Scenario) -> dict[str, Any]:
        """As a file says it; nothing of the usual one."""
        found: dict[str, Any] = {}
        if self.kind:
            found["class"] = layout.crews.classes[self.kind].name
        if not self.duty.always:
            found["roster"] = self.duty
        return found


USUAL: Final = CrewKind()  # of the first class, on duty round the clock


class CrewsTried(NamedTuple):
    """Which kinds of crew are tried. All empty: only the usual one, as if there were no others."""

    more: tuple[CrewKind, ...] = ()  # as one more at a station
    at_new: tuple[CrewKind, ...] = ()  # at a new station
    hours: tuple[DutyHours, ...] = ()  # on which a crew may be put


PLAIN: Final = CrewsTried()


def kinds_tried(
    base: Scenario, asked: Sequence[Mapping[str, Any]] = (), *, by_hours: bool = False
) -> CrewsTried:
    """The kinds that are asked for, each written as in a file: `{"class": "basic", "hours": …}`.

    Without any: each class at each of the scenario's hours, and the first class round the clock at
    new stations; none where all are alike, unless hours are to be shortened. OptionError for
    what cannot be tried.
    """
    hours = known_hours(base)
    if asked:
        kinds = tuple(dict.fromkeys(kind_asked(base, one) for one in asked))
        duties = (*hours, *(one.duty for one in kinds))
        return CrewsTried(kinds, kinds, tuple(_different(duties, base)))
    if are_alike(base) and not by_hours:
        return PLAIN
    every = tuple(CrewKind(row, duty) for row in range(len(base.crews.classes)) for duty in hours)
    if len(every) > limits.CREW_KINDS:
        raise OptionError(
            "crew",
            Message(
                "at most {most} kinds of crew can be tried, and the scenario has {found}: "
                "{classes} classes at {hours} hours; write which, like basic,08-20",
                most=limits.CREW_KINDS, found=len(every), classes=len(base.crews.classes),
                hours=len(hours),
            ),
        )  # fmt: skip
    return CrewsTried(every, (USUAL,), hours)


def kind_asked(base: Scenario, written: Mapping[str, Any]) -> CrewKind:
    """One kind as it is written; OptionError if there is no such class or roster."""
    problems = Problems()
    checked = validated(OfCrews, written, problems)
    found = USUAL
    if checked is not None:
        kind = kind_of(checked.class_, base, problems)
        duties = checked.duties(base, None, problems)
        if len(duties) > 1:
            problems.at("roster").tell(
                Message(
                    "the table is of {number} ambulances: write the hours of one",
                    number=len(duties),
                )
            )
        elif kind is not None and duties:
            found = CrewKind(kind, duties[0])
    if problems:
        raise OptionError("crew", problems.found)
    return found


def are_alike(base: Scenario) -> bool:
    """Whether there is one class and no roster: crews differ by clock hours at most."""
    usual = all(
        one.duty.always or (one.duty.daily_hours is not None and one.duty.crews_change)
        for one in base.fleet
    )
    return usual and len(base.crews.classes) == 1 and not base.crews.rosters


def known_hours(base: Scenario) -> tuple[DutyHours, ...]:
    """Round the clock, then the hours of the scenario's rosters and of its crews, each once."""
    named = (duty for roster in base.crews.rosters.values() for duty in roster.duties)
    return tuple(_different([ALWAYS, *named, *(one.duty for one in base.fleet)], base))


def _different(duties: Iterable[DutyHours], base: Scenario) -> Iterable[DutyHours]:
    """Those on duty at some time and at other hours than all before them."""
    found: dict[bytes, DutyHours] = {}
    for duty in duties:
        if duty.hours_a_week:
            found.setdefault(hours_of(duty, base.crews.holiday_day).tobytes(), duty)
    return found.values()


# ── hours against each other ─────────────────────────────────────────────────────────────────


def shorter(duty: DutyHours, hours: Iterable[DutyHours], base: Scenario) -> list[DutyHours]:
    """Those of some hours that lie within a crew's own, and are fewer."""
    day = base.crews.holiday_day
    own = hours_of(duty, day)
    return [
        one for one in hours
        if one.hours_a_week < duty.hours_a_week and not (hours_of(one, day) & ~own).any()
    ]  # fmt: skip


def elsewhen(duty: DutyHours, hours: Iterable[DutyHours], base: Scenario) -> list[DutyHours]:
    """Those of some hours that are no more than a crew's own, and do not all lie within these."""
    day = base.crews.holiday_day
    own = hours_of(duty, day)
    return [
        one for one in hours
        if one.hours_a_week <= duty.hours_a_week and (hours_of(one, day) & ~own).any()
    ]  # fmt: skip


# ── layouts with other crews ─────────────────────────────────────────────────────────────────


def of_each_kind(layout: Scenario, station: int) -> list[int]:
    """Rows in the fleet of a station's crews, of each kind the last."""
    last = {
        CrewKind(one.kind, one.duty): row
        for row, one in enumerate(layout.fleet)
        if one.station == station
    }
    return list(last.values())


def one_more(
    layout: Scenario, station: str, like: CrewKind | Ambulance = USUAL, number: int = 1
) -> Scenario:
    """So many more crews of a kind at a station."""
    return layout.ambulances(station, number, **CrewKind(like.kind, like.duty).written(layout))


def one_less(layout: Scenario, row: int) -> Scenario:
    """Without a crew, by its row in the fleet."""
    one, after = layout.fleet[row], without_crews(layout, [row])
    return _called(after, "{0} −1{1}", layout.stations[one.station].name, _in_short(layout, one))


def moved(layout: Scenario, row: int, station: int) -> Scenario:
    """With a crew at home at another station; its vehicle stays the same."""
    one, after = layout.fleet[row], moved_crews(layout, [row], station)
    giver, taker = (layout.stations[i].name for i in (one.station, station))
    return _called(after, "{0} 1{1} → {2}", giver, _in_short(layout, one), taker)


def put_on(layout: Scenario, row: int, duty: DutyHours) -> Scenario:
    """With a crew on duty at other hours."""
    one, after = layout.fleet[row], with_hours(layout, {row: duty})
    name, when = layout.stations[one.station].name, Name(str(duty), str(duty))
    return _called(after, "{0} 1{1}: {2}", name, _in_short(layout, one), when)


def _in_short(layout: Scenario, one: Ambulance) -> Name:
    """What a crew is, behind a number: its class where there are several, and its hours."""
    several = len(layout.crews.classes) > 1
    class_ = layout.crews.classes[one.kind].name if several else None
    return crew_name(layout, class_, Roster((one.duty,)))


def _called(layout: Scenario, form: str, *names: Name) -> Scenario:
    """The same layout, with what was done behind its name."""
    what = short(form, *names)
    name = Name(f"{layout.name.zh} {what.zh}", f"{layout.name.en} {what.en}")
    return replace(layout, name=name)


def nobody_could(layout: Scenario) -> list[str]:
    """Why a layout cannot be: a need that nobody may meet, a township that nobody reaches."""
    problems = Problems()
    feasible.check(layout, problems)
    return [one.message for one in problems.found]


def can_be(layout: Scenario) -> bool:
    """Whether somebody may meet every need at every hour and reach everybody, and breaks fit."""
    return not nobody_could(layout)
