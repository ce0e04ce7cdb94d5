"""A change of a layout, said: the one place where one is, whoever asked for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import singledispatch
from typing import Any, Final

from sim.scenario.changes import Add, Change, Close, Move
from sim.scenario.crew_changes import MoveCrews, Rehour, Staff
from sim.scenario.layout import Ambulance, Layout, StationChange, against
from sim.scenario.scenario import Scenario
from sim.scenario.validation import Problems
from sim.text import Message, Name
from sim.words import crews
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
    name, crew = say.name(layout.station_name(add.station)), _added(add, layout, say)
    if name.casefold().startswith(say(KINDS[add.kind]).casefold()):  # "Station North"
        return say("+ {station}, {ambulances}", station=name, ambulances=crew)
    return say(ADDED[add.kind], station=name, ambulances=crew)


def _added(add: Add, layout: Scenario, say: Language) -> str:
    """1 ambulance; 2 ambulances (basic, 08–20)"""
    return crews.counted(add.crew(layout, Problems()), layout, say)


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
    crew = _crew(staff, layout, say)
    values = {"station": name, "by": by, "to": staff.to, "hours": crew}
    if not crew:
        if staff.to is None:
            return say.count(abs(wanted or 0), "{station} {by} ambulance",
                             "{station} {by} ambulances", **values)  # fmt: skip
        return say.count(wanted or 0, "{station} = {to} ambulance",
                         "{station} = {to} ambulances", **values)  # fmt: skip
    return say.count(abs(wanted or 0), "{station} {by} ambulance ({hours})",
                     "{station} {by} ambulances ({hours})", **values)  # fmt: skip


def _crew(staff: Staff, layout: Scenario, say: Language) -> str:
    """basic, 08–20: what is said of the class and the hours of those that come or go."""
    kind = None if staff.class_ is None else layout.crews.row(staff.class_)
    parts = [] if kind is None else [say.name(layout.crews.classes[kind].names)]
    if staff.hours is not None or staff.roster is not None:
        parts.append(crews.on_duty(staff.duties(layout, None, Problems()), say))
    return say(", ").join(parts)


@change.register
def _(rehour: Rehour, layout: Scenario, say: Language) -> str:
    roster = layout.crews.roster(rehour.to)
    kind = None if rehour.class_ is None else layout.crews.row(rehour.class_)
    values = {
        "station": layout.station_name(rehour.station),
        "other": "" if roster is None else crews.on_duty(roster.duties, say),
        "name": "" if kind is None else say.name(layout.crews.classes[kind].names),
    }
    if rehour.number is None and rehour.class_ is None:
        return say("ambulances of {station} on duty {other}", **values)
    if rehour.number is None:
        return say("ambulances of {station} ({name}) on duty {other}", **values)
    if rehour.class_ is None:
        return say.count(rehour.number, "{n} ambulance of {station} on duty {other}",
                         "{n} ambulances of {station} on duty {other}", **values)  # fmt: skip
    return say.count(rehour.number, "{n} ambulance of {station} ({name}) on duty {other}",
                     "{n} ambulances of {station} ({name}) on duty {other}", **values)  # fmt: skip


@change.register
def _(moved: MoveCrews, layout: Scenario, say: Language) -> str:
    kind = None if moved.class_ is None else layout.crews.row(moved.class_)
    values = {
        "station": layout.station_name(moved.station),
        "place": layout.station_name(moved.to),
        "name": "" if kind is None else say.name(layout.crews.classes[kind].names),
    }
    if moved.number is None and kind is None:
        return say("all ambulances of {station} to {place}", **values)
    if moved.number is None:
        return say("all ambulances of {station} ({name}) to {place}", **values)
    if kind is None:
        return say.count(moved.number, "{n} ambulance of {station} to {place}",
                         "{n} ambulances of {station} to {place}", **values)  # fmt: skip
    return say.count(moved.number, "{n} ambulance of {station} ({name}) to {place}",
                     "{n} ambulances of {station} ({name}) to {place}", **values)  # fmt: skip


@change.register
def _(close: Close, layout: Scenario, say: Language) -> str:
    return say("{station} closed", station=layout.station_name(close.station))


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
    if found and not _hours_were_changed_again(found):
        return say.joined(change(one, proposal, say) for one in found)
    parts = [
        part for one in against(base, proposal) if (part := _station(one, base, proposal, say))
    ]
    parts += _hours(base, proposal, say)
    if len(parts) > SHOWN:
        more = say.count(len(parts) - SHOWN + 1, "{n} more change", "{n} more changes")
        parts = [*parts[: SHOWN - 1], more]
    return say.joined(parts)


def _hours_were_changed_again(made: Sequence[Change]) -> bool:
    """Whether crews whose hours were set came to others, or went: their last hours are then told,
    for one by one the changes would speak of crews that are no more."""
    crew_verbs = Counter(
        one.verb.station for one in made if isinstance(one.verb, Staff | Rehour | MoveCrews)
    )
    set_hours = {one.verb.station for one in made if isinstance(one.verb, Rehour)}
    return any(crew_verbs[station] > 1 for station in set_hours)


def _station(one: StationChange, base: Scenario, layout: Scenario, say: Language) -> str:
    """What becomes of a station; nothing if it stays as it is."""
    name = say.name(one.station.name)
    crew = crews.counted(one.fleet, layout, say)
    if one.closed:
        return say("{station} closed", station=name)
    if one.new:
        return say(ADDED.get(one.station.kind, ADDED["station"]), station=name, ambulances=crew)
    if one.moved and one.more:
        return say("{station} moved, {ambulances}", station=name, ambulances=crew)
    if one.moved:
        return say("{station} moved", station=name)
    return _more(one, base, layout, say) if one.more else ""


def _more(one: StationChange, base: Scenario, layout: Scenario, say: Language) -> str:
    """How many ambulances more or fewer a station has; all of them, where others changed, too."""
    alike = base.crews.classes == layout.crews.classes
    was, now = (
        [other if alike else replace(other, kind=0) for other in some]
        for some in (one.fleet_before, one.fleet)
    )
    before, after = (Counter((other.kind, other.duty) for other in some) for some in (was, now))
    differing = (after - before) if one.more > 0 else (before - after)
    come = [Ambulance(0, duty, kind) for kind, duty in differing.elements()]
    texts = {crews.what(other, _classed(layout, alike), say) for other in come}
    if now and (len(texts) > 1 or len(come) != abs(one.more)):
        return _instead(one.station.name, (was, now), (base, layout), alike, say)
    by = say.number(float(one.more), 0, sign=True)
    hours = texts.pop() if len(texts) == 1 else ""
    values = {"station": one.station.name, "by": by, "to": None, "hours": hours}
    if hours:
        return say.count(abs(one.more), "{station} {by} ambulance ({hours})",
                         "{station} {by} ambulances ({hours})", **values)  # fmt: skip
    return say.count(abs(one.more), "{station} {by} ambulance", "{station} {by} ambulances",
                     **values)  # fmt: skip


def _instead(
    station: Name,
    fleets: tuple[list[Ambulance], list[Ambulance]],
    layouts: tuple[Scenario, Scenario],
    classes: bool,
    say: Language,
) -> str:
    """P0: 3 ambulances (08–20) instead of 2 ambulances; `fleets` and `layouts`: before, now."""
    was, now = (
        crews.counted(fleet, _classed(layout, classes), say)
        for fleet, layout in zip(fleets, layouts, strict=True)
    )
    return say("{station}: {other} instead of {base}", station=station, other=now, base=was)


def _hours(base: Scenario, proposal: Scenario, say: Language) -> list[str]:
    """Stations whose ambulances are as many, but on duty at other hours, or of other classes.

    Classes are told where both have the same ones; else all stations would differ.
    """
    parts, alike = [], base.crews.classes == proposal.crews.classes
    for row, station in enumerate(proposal.stations):
        before = base.station(station.name.zh)
        if station.closed or before is None:
            continue
        was, now = (
            sorted(
                (one if alike else replace(one, kind=0) for one in layout.fleet_of(number)),
                key=lambda one: (one.kind, str(one.duty)),
            )
            for layout, number in ((base, before), (proposal, row))
        )
        told = [[(one.kind, one.duty) for one in some] for some in (was, now)]
        if told[0] == told[1] or len(was) != len(now):
            continue
        if len({one.duty for one in was}) > 1 or len({*told[1]}) > 1 or was[0].kind != now[0].kind:
            parts.append(_instead(station.name, (was, now), (base, proposal), alike, say))
        else:
            parts.append(
                say(
                    "ambulances of {station} on duty {other} instead of {base}",
                    station=station.name,
                    other=crews.on_duty([one.duty for one in now], say),
                    base=crews.on_duty([one.duty for one in was], say),
                )
            )
    return parts


def _classed(layout: Layout, classes: bool) -> Layout:
    """A layout that tells classes apart, or does not."""
    return layout if classes else Layout(stations=layout.stations, fleet=layout.fleet)


def subject(base: Scenario, proposal: Scenario, say: Language) -> str:
    """What a sentence about a proposal speaks of: its one new station, its changes, or its name."""
    changes = made(base, proposal)
    if len(changes) == 1 and isinstance(changes[0].verb, Add):
        return _new_station(changes[0].verb, proposal, say)
    if not changes or len(changes) > MOST:
        return say("'{proposal}'", proposal=proposal.name)
    return say("The proposal ({changes})", changes=listed(base, proposal, say))


def _new_station(add: Add, layout: Scenario, say: Language) -> str:
    name, number = layout.station_name(add.station), len(add.crew(layout, Problems()))
    if add.kind == "station":
        return say.count(number, "A station at {station} with one ambulance",
                         "A station at {station} with {n} ambulances", station=name)  # fmt: skip
    return say.count(number, "A sub-station at {station} with one ambulance",
                     "A sub-station at {station} with {n} ambulances", station=name)  # fmt: skip
