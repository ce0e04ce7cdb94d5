"""Crews, said: their class, and when they are on duty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from sim.model.calendar import Hours
from sim.scenario.duty import DutyHours, SameHours, runs
from sim.scenario.layout import Ambulance, Layout
from sim.text import Message
from sim.words.language import Language

DAYS: Final = (
    Message("Mon"), Message("Tue"), Message("Wed"), Message("Thu"), Message("Fri"), Message("Sat"),
    Message("Sun"), Message("holidays"),
)  # fmt: skip
MOST: Final = 2  # rows of days with hours that are listed; with more the hours are counted


def clock(hours: Hours) -> str:
    """08–20; 20–24"""
    return f"{hours.start:02d}–{hours.end or 24:02d}"


def duty(one: DutyHours, say: Language) -> str:
    """08–20; Mon–Fri 08–18, Sat 10–16; round the clock; the name of a roster."""
    if one.always:
        return say("round the clock")
    if one.daily_hours is not None:
        return clock(one.daily_hours)
    if one.roster:
        return one.roster
    alike = one.alike()
    if len(alike) > MOST or any(len(some.hours) > MOST for some in alike):
        return say("{n} h a week", n=one.hours_a_week)
    return say(", ").join(same_hours(some, say) for some in alike)


def same_hours(some: SameHours, say: Language) -> str:
    """Mon–Fri 08–18; Sat+holidays 08–12+14–18"""
    days = "+".join(days_in_rows(some.days, say))
    return say("{days} {hours}", days=days, hours="+".join(map(clock, some.hours)))


def days_in_rows(days: tuple[int, ...], say: Language) -> list[str]:
    """Mon–Fri, Sun: days that follow each other together."""
    return [
        say(DAYS[first]) if first == last else f"{say(DAYS[first])}–{say(DAYS[last])}"
        for first, last in runs(days)
    ]


def on_duty(duties: Sequence[DutyHours], say: Language) -> str:
    """08–20, or round the clock; of several ambulances each time once."""
    return say(", ").join(dict.fromkeys(duty(one, say) for one in duties))


def what(one: Ambulance, layout: Layout, say: Language) -> str:
    """basic, 08–20; nothing of an ambulance like all others, always on duty."""
    parts = []
    if len(layout.crews.classes) > 1:
        parts.append(say.name(layout.crews.classes[one.kind].names))
    if not one.duty.always:
        parts.append(duty(one.duty, say))
    return say(", ").join(parts)


def kind(row: int, duty_: DutyHours, layout: Layout, say: Language) -> str:
    """basic, 08–20; 08–20 where there is one class; advanced, 24 h."""
    when = hours(duty_, layout, say)
    if len(layout.crews.classes) == 1:
        return when
    return say(", ").join([say.name(layout.crews.classes[row].names), when])


def hours(one: DutyHours, layout: Layout, say: Language) -> str:
    """As short as can be: 24 h, 08–20, or the name of a roster whose ambulances are all alike."""
    if one.always:
        return say("24 h")
    roster = layout.crews.rosters.get(one.roster)
    several = roster is not None and len(set(roster.duties)) > 1
    return duty(replace(one, roster="") if several else one, say)


def of_stations(layout: Layout, say: Language) -> str:
    """Xiangdong: 1 ambulance (advanced), 2 ambulances (basic, 08–20); …: each open station."""
    return say.joined(
        say("{station}: {crews}", station=station.name,
            crews=counted(layout.fleet_of(row), layout, say))
        for row, station in enumerate(layout.stations)
        if not station.closed
    )  # fmt: skip


def counted(fleet: Iterable[Ambulance], layout: Layout, say: Language) -> str:
    """1 ambulance; 2 ambulances (08–20); 1 ambulance (advanced), 2 ambulances (basic, 08–20)"""
    numbers = Counter(what(one, layout, say) for one in fleet)
    parts = [
        say.count(n, "{n} ambulance ({hours})", "{n} ambulances ({hours})", hours=text)
        if text
        else say.count(n, "{n} ambulance", "{n} ambulances")
        for text, n in numbers.items()
    ]
    return say(", ").join(parts) if parts else say.count(0, "{n} ambulance", "{n} ambulances")
