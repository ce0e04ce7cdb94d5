"""A change of a layout, said: the one place where one is, whoever asked for it."""

from __future__ import annotations

from functools import singledispatch
from typing import Any, Final

from sim.scenario.changes import Add, Change, Close, Move, Staff
from sim.scenario.scenario import Scenario
from sim.scenario.values import LonLat
from sim.text import Message
from sim.words.language import Language

# A new station by its kind: "+ sub-station Fenglin, 1 ambulance".
ADDED: Final = {
    "station": Message("+ station {station}, {ambulances}"),
    "substation": Message("+ sub-station {station}, {ambulances}"),
}
KINDS: Final = {"station": Message("station"), "substation": Message("sub-station")}
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
        place=_place(move, layout, say),
    )


@change.register
def _(staff: Staff, layout: Scenario, say: Language) -> str:
    name, wanted = layout.station_name(staff.station), staff.by if staff.to is None else staff.to
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


def _place(move: Move, layout: Scenario, say: Language) -> str:
    if isinstance(move.to, LonLat):
        return f"{move.to.lon:g}, {move.to.lat:g}"
    spot = layout.map.find(move.to)
    return say.name(spot.name) if spot else move.to


# ── all changes of a proposal ────────────────────────────────────────────────────────────────


def made(base: Scenario, proposal: Scenario) -> tuple[Change, ...]:
    """The changes that lead from the base to a proposal; none if it was written by itself."""
    return proposal.changes[len(base.changes) :]


def listed(base: Scenario, proposal: Scenario, say: Language) -> str:
    """All changes of a proposal in a row, or nothing if it was written by itself."""
    return say.joined(change(one, proposal, say) for one in made(base, proposal))


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
