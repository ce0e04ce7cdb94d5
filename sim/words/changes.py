"""A change of a layout, said: the one place where one is, whoever asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any, Final

from sim.model.calendar import Hours
from sim.scenario.changes import Add, Change, Close, Move, Staff
from sim.scenario.layout import StationChange, against
from sim.scenario.scenario import Scenario
from sim.scenario.validation import Problems
from sim.text import Message
from sim.words.language import Language

# A new station by its kind: "+ sub-station Fenglin, 1 ambulance".
ADDED: Final = {
    "station": Message("+ station {station}, {ambulances}"),
    "substation": Message("+ sub-station {station}, {ambulances}"),
}
KINDS: Final = {"station": Message("station"), "substation": Message("sub-station")}
SHOWN = 6  # changes of a layout that was written by itself
MOST = 2  # changes that a sentence lists; with more it names the proposal


@singledispatch
def change(verb: Any, layout: Scenario, say: Language) -> str:
    """One change of a layout: "+ sub-station Fenglin, 1 ambulance".

    `layout`: one in which the changed station stands, for its name.
    """
    raise NotImplementedError(f"no words for {type(verb).__name__}")


@change.register
def _(whole: Change, layout: Scenario, say: Language) -> str:
    return change(whole.verb, layout, say)


@change.register
def _(add: Add, layout: Scenario, say: Language) -> str:
    name, crew = say.name(layout.station_name(add.station)), ambulances(add, say)
    if name.casefold().startswith(say(KINDS[add.kind]).casefold()):  # "Station North"
        return say("+ {station}, {ambulances}", station=name, ambulances=crew)
    return say(ADDED[add.kind], station=name, ambulances=crew)


@change.register
def _(move: Move, layout: Scenario, say: Language) -> str:
    return say(
        "{station} moved to {place}",
        station=layout.station_name(move.station),
        place=move.place(layout.map),
    )


@change.register
def _(staff: Staff, layout: Scenario, say: Language) -> str:
    name, wanted = layout.station_name(staff.station), staff.by if staff.to is None else staff.to
    if staff.by == 0:
        return say("{station} with as many ambulances as before", station=name)
    by = say.number(float(staff.by or 0), 0, sign=True)
    values = {"station": name, "by": by, "to": staff.to, "hours": hours(staff, say)}
    if staff.hours is None:
        if staff.to is None:
            return say.count(abs(wanted or 0), "{station} {by} ambulance",
                             "{station} {by} ambulances", **values)  # fmt: skip
        return say.count(wanted or 0, "{station} = {to} ambulance",
                         "{station} = {to} ambulances", **values)  # fmt: skip
    if staff.to is None:
        return say.count(abs(wanted or 0), "{station} {by} ambulance ({hours})",
                         "{station} {by} ambulances ({hours})", **values)  # fmt: skip
    return say.count(wanted or 0, "{station} = {to} ambulance ({hours})",
                     "{station} = {to} ambulances ({hours})", **values)  # fmt: skip


@change.register
def _(close: Close, layout: Scenario, say: Language) -> str:
    return say("{station} closed", station=layout.station_name(close.station))


def ambulances(add: Add, say: Language) -> str:
    """1 ambulance; 2 ambulances (08–20)"""
    if add.hours is None:
        return say.count(add.ambulances, "{n} ambulance", "{n} ambulances")
    return say.count(
        add.ambulances,
        "{n} ambulance ({hours})",
        "{n} ambulances ({hours})",
        hours=hours(add, say),
    )


def hours(verb: Add | Staff, say: Language) -> str:
    """08–20, or nothing for the whole day."""
    if verb.hours is None:
        return ""
    return f"{verb.hours[0]:02d}–{verb.hours[1]:02d}"


# ── all changes of a proposal ────────────────────────────────────────────────────────────────


def made(base: Scenario, proposal: Scenario) -> tuple[Change, ...]:
    """The changes that lead from the base to a proposal; none if it was written by itself."""
    found, layout, problems = proposal.changes[len(base.changes) :], base, Problems()
    for one in found:
        layout = one.made(layout, base.map, problems)
    # Two files may have changes each that are not those of the other.
    same = (layout.stations, layout.fleet) == (proposal.stations, proposal.fleet)
    return found if same and not problems else ()


def listed(base: Scenario, proposal: Scenario, say: Language) -> str:
    """All that a proposal changes of stations and ambulances, in a row; or nothing."""
    found = made(base, proposal)
    if found:
        return say.joined(change(one, proposal, say) for one in found)
    parts = [part for one in against(base, proposal) if (part := _station(one, say))]
    parts += _hours(base, proposal, say)
    if len(parts) > SHOWN:
        more = say.count(len(parts) - SHOWN + 1, "{n} more change", "{n} more changes")
        parts = [*parts[: SHOWN - 1], more]
    return say.joined(parts)


def _station(one: StationChange, say: Language) -> str:
    """What becomes of a station; nothing if it stays as it is."""
    name = say.name(one.station.name)
    crew = say.count(one.ambulances, "{n} ambulance", "{n} ambulances")
    if one.closed:
        return say("{station} closed", station=name)
    if one.new:
        return say(ADDED.get(one.station.kind, ADDED["station"]), station=name, ambulances=crew)
    if one.moved and one.more:
        return say("{station} moved, {ambulances}", station=name, ambulances=crew)
    if one.moved:
        return say("{station} moved", station=name)
    if one.more:
        by = say.number(float(one.more), 0, sign=True)
        return say.count(abs(one.more), "{station} {by} ambulance", "{station} {by} ambulances",
                         station=name, by=by, to=None, hours="")  # fmt: skip
    return ""


def _hours(base: Scenario, proposal: Scenario, say: Language) -> list[str]:
    """Stations whose ambulances are as many, but on duty at other hours."""
    parts = []
    for row, station in enumerate(proposal.stations):
        before = base.station(station.name.zh)
        if station.closed or before is None:
            continue
        was, now = (
            sorted((one.hours for one in layout.fleet if one.station == number), key=str)
            for layout, number in ((base, before), (proposal, row))
        )
        if was != now and len(was) == len(now):
            parts.append(
                say(
                    "ambulances of {station} on duty {other} instead of {base}",
                    station=station.name,
                    other=on_duty(now, say),
                    base=on_duty(was, say),
                )
            )
    return parts


def on_duty(hours: Sequence[Hours | None], say: Language) -> str:
    """08–20, or round the clock; of several ambulances each time once."""
    texts = [
        say("round the clock") if one is None else f"{one[0]:02d}–{one[1] or 24:02d}"
        for one in hours
    ]
    return say(", ").join(dict.fromkeys(texts))


def subject(base: Scenario, proposal: Scenario, say: Language) -> str:
    """What a sentence about a proposal speaks of: its one new station, its changes, or its name."""
    changes = made(base, proposal)
    if len(changes) == 1 and isinstance(changes[0].verb, Add):
        return _new_station(changes[0].verb, proposal, say)
    if not changes or len(changes) > MOST:
        return say("'{proposal}'", proposal=proposal.name)
    return say("The proposal ({changes})", changes=listed(base, proposal, say))


def _new_station(add: Add, layout: Scenario, say: Language) -> str:
    name = layout.station_name(add.station)
    if add.kind == "station":
        return say.count(add.ambulances, "A station at {station} with one ambulance",
                         "A station at {station} with {n} ambulances", station=name)  # fmt: skip
    return say.count(add.ambulances, "A sub-station at {station} with one ambulance",
                     "A sub-station at {station} with {n} ambulances", station=name)  # fmt: skip
