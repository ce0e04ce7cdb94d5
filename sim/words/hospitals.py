"""Hospitals said: where patients are taken, what is known of each hospital, and what differs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.scenario.altering import EVERY_DAY, EVERY_HOUR
from sim.scenario.hospitals import row_of
from sim.scenario.values import LonLat
from sim.text import Message
from sim.units import Rate
from sim.words.crews import clock, days_in_rows
from sim.words.language import Language
from sim.words.quantities import duration

if TYPE_CHECKING:
    from sim.scenario.differences import Difference
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings.hospitals import Closed, HospitalAt

RULES: Final = {
    "consortium first": Message("patients go to hospitals of their own consortium first"),
    "soonest": Message("patients go to where the drive and the expected wait are shortest"),
}
CAPABILITIES: Final = {  # the usual words; others stand as the map or the file has them
    "chest pain": Message("chest pain"),
    "stroke": Message("stroke"),
    "trauma": Message("trauma"),
    "maternal": Message("maternal"),
    "critical maternal": Message("critical maternal"),
    "newborn": Message("newborn"),
    "children": Message("children"),
    "general": Message("general"),
}
INSTEAD: Final = {
    "bays": Message("{hospital}: bays {other} instead of {base}"),
    "icu": Message("{hospital}: places in intensive care {other} instead of {base}"),
    "full_at": Message("{hospital}: ambulances that may wait there {other} instead of {base}"),
}
OTHERWISE: Final = {
    "capabilities": Message("{hospital}: treats other patients"),
    "stay": Message("{hospital}: bays taken for other times"),
    "walk_ins": Message("{hospital}: other walk-in patients"),
}
NO_LONGER: Final = {
    "closed": Message("{hospital}: never closed"),
    "walk_ins": Message("{hospital}: no walk-in patients"),
    "stay": Message("{hospital}: bays taken as at others"),
}
AT: Final = "hospitals.at."
# Names of hospitals may have points, too.
SETTING: Final = re.compile(
    rf"\.({'|'.join(dict.fromkeys((*INSTEAD, *OTHERWISE, *NO_LONGER)))})(\.\w+)?$"
)


# ── what a scenario has ──────────────────────────────────────────────────────────────────────


def lines(scenario: Scenario, say: Language) -> list[str]:
    """A line for each thing that is not as in the plain service; none of a plain one."""
    return list(_lines(scenario, say))


def _lines(scenario: Scenario, say: Language) -> Iterator[str]:
    settings = scenario.settings.hospitals
    if settings.destination in RULES:
        yield say(RULES[settings.destination])
    if settings.bypass_when_full:
        yield say("a hospital without a free bay is passed over if another has one")
    if settings.consortia:
        names = say.listed([say.name(one.names) for one in settings.consortia])
        yield say("consortia: {names}", names=names)
    for name, one in settings.at.items():
        row = row_of(name, scenario.map)
        called = name if row is None else say.name(scenario.map.hospitals[row].name)
        yield say("{hospital}: {facts}", hospital=called, facts=facts(one, say))
    if settings.walk_ins == "leave" and any(one.walk_ins for one in settings.at.values()):
        yield say("walk-in patients leave where no bay is free")
    clinics = sum(one.is_clinic for one in scenario.hospitals)
    if clinics:
        yield say.count(clinics, "{n} clinic for light cases", "{n} clinics for light cases")
    for beyond in settings.outside:
        yield say(
            "{hospital}: outside the map, {time} beyond {gate}",
            hospital=say.name(beyond.names),
            time=duration(beyond.away, say),
            gate=_place(beyond.gate, scenario, say),
        )


def _place(at: str | LonLat, scenario: Scenario, say: Language) -> str:
    """What a place of the map is called in this language; a point by its coordinates."""
    if isinstance(at, LonLat):
        return f"[{at.lon:g}, {at.lat:g}]"
    spot = scenario.map.find(at)
    return at if spot is None else say.name(spot.name)


def facts(one: HospitalAt, say: Language) -> str:
    """What is known of a hospital, in a row."""
    return say.listed(list(_facts(one, say))) or say("nothing of its own")


def _facts(one: HospitalAt, say: Language) -> Iterator[str]:
    if one.capabilities:
        known = [say(CAPABILITIES.get(word, word)) for word in one.capabilities]
        yield say("treats {what}", what=say.listed(known))
    elif one.capabilities is not None:
        yield say("no capabilities")
    if one.bays is not None:
        yield say.count(one.bays, "{n} bay", "{n} bays")
    if one.stay is not None:
        yield say("stays of {time} in the mean", time=duration(one.stay.mean(), say))
    if one.arrivals is not None:
        yield _walk_ins(one.arrivals.rate, say)
    if one.icu is not None:
        yield say.count(one.icu, "{n} place in intensive care", "{n} places in intensive care")
    if one.full_at is not None:
        yield say.count(
            one.full_at,
            "passed over while {n} ambulance waits",
            "passed over while {n} ambulances wait",
        )
    for closed in one.closed:
        yield _closed(closed, say)


def _walk_ins(rate: Rate, say: Language) -> str:
    return say("{n} walk-in patients a day", n=f"{rate.per_second * 86_400:.4g}")


def _closed(one: Closed, say: Language) -> str:
    """closed Sat, Sun 22–06 to stroke"""
    if one.from_ is not None:
        when = say("{begin} to {end}", begin=f"{one.from_:%Y-%m-%d %H:%M}",
                   end=f"{one.until:%Y-%m-%d %H:%M}")  # fmt: skip
    else:
        when = clock(one.hours or EVERY_HOUR)
        if one.days != EVERY_DAY:
            days = say.listed(days_in_rows(one.days, say))
            when = say("{days} {hours}", days=days, hours=when)
    if one.to:
        return say("closed {when} to {whom}", when=when, whom=say.listed(list(one.to)))
    return say("closed {when}", when=when)


# ── what differs ─────────────────────────────────────────────────────────────────────────────


def named(found: Sequence[Difference], base: Scenario, say: Language) -> list[Difference]:
    """Differences with their hospitals called as the map calls them in this language."""
    return [one._replace(path=_named(one.path, base, say)) for one in found]


def _named(path: str, base: Scenario, say: Language) -> str:
    if not path.startswith(AT):
        return path
    found = SETTING.search(path)
    written, rest = (path[: found.start()], found[0]) if found else (path, "")
    row = row_of(written.removeprefix(AT), base.map)
    return path if row is None else AT + say.name(base.map.hospitals[row].name) + rest


def phrase(path: str, base: Any, other: Any, say: Language) -> str:
    """What differs of one hospital. `path`: its name, and perhaps a setting of it."""
    found = SETTING.search(path)
    hospital, setting = (path[: found.start()], found[1]) if found else (path, "")
    if not setting:
        if other is None:
            return say("{hospital}: nothing of its own", hospital=hospital)
        return say("{hospital}: {facts}", hospital=hospital, facts=facts(other, say))
    if setting in NO_LONGER and found and found[2] in (None, ".rate"):
        if not other:
            return say(NO_LONGER[setting], hospital=hospital)
        now = _of(setting, other, say)
        if not base:
            return say("{hospital}: {facts}", hospital=hospital, facts=now)
        before = _of(setting, base, say)
        if before != now:
            return say(
                "{hospital}: {other} instead of {base}", hospital=hospital, other=now, base=before
            )
    if setting in INSTEAD:
        none = say("no limit")
        return say(
            INSTEAD[setting],
            hospital=hospital,
            base=none if base is None else f"{base}",
            other=none if other is None else f"{other}",
        )
    return say(OTHERWISE[setting], hospital=hospital)


def _of(setting: str, value: Any, say: Language) -> str:
    """One setting of a hospital, said."""
    if setting == "closed":
        return say.listed([_closed(one, say) for one in value])
    if setting == "stay":
        return say("stays of {time} in the mean", time=duration(value.mean(), say))
    return _walk_ins(value if isinstance(value, Rate) else value.rate, say)
