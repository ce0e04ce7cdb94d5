"""Transfers against the map and the rest of the settings: where from, where to, who is needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sim.errors import did_you_mean, nearest
from sim.policies.clock import NONE
from sim.scenario.hospitals import of_map, plainly, row_among, row_of, rows_of
from sim.scenario.settings import Condition, Priority, Settings, Transfers
from sim.scenario.settings.transfers import Capable
from sim.scenario.validation import Problems, listed
from sim.text import Message, Name

if TYPE_CHECKING:
    from sim.geography.bundle import Map
    from sim.scenario.scenario import Scenario

MOST_LISTED = 12  # hospitals
# Behind all that a scenario names; nobody drives with siren for it.
PLANNED = Priority(name="planned transfers", share="0 %", siren=False)


def priorities(settings: Settings) -> tuple[Priority, ...]:
    """All priorities by their rows: the scenario's, then that of planned transfers, if any."""
    planned = any(one.planned for one in settings.transfers)
    return (*settings.demand.priorities, PLANNED) if planned else settings.demand.priorities


def conditions(settings: Settings) -> tuple[Condition, ...]:
    """What transfers need, each stream as a condition; none where that is what any call needs."""
    if not (settings.demand.conditions or any(one.needs for one in settings.transfers)):
        return ()
    return tuple(
        Condition(name=one.name, share="0 %", needs=one.needs) for one in settings.transfers
    )


def condition_row(settings: Settings, number: int) -> int:
    """The row of a stream's condition, after those of calls; NONE where there is none."""
    if not conditions(settings):
        return NONE
    return (len(settings.demand.conditions) or 1) + number


# ── where from, where to ─────────────────────────────────────────────────────────────────────


def origins(scenario: Scenario, one: Transfers) -> list[int]:
    """The rows of the hospitals where they begin; these are on the map."""
    if one.from_:
        return rows_of(one.from_, scenario.map)
    every = range(len(scenario.map.hospitals))
    to = destinations(scenario, one, NONE)
    if isinstance(one.to, Capable):
        to = [n for n, at in enumerate(scenario.hospitals) if _has(at.capabilities, one.to)]
    return [row for row in every if row not in to]


def destinations(scenario: Scenario, one: Transfers, origin: int) -> list[int]:
    """The rows of the hospitals where those of an origin go; NONE of one that rules choose."""
    if isinstance(one.to, Capable):
        return [NONE]
    found = [_destination(scenario, name) for name in one.to_names]
    return [row for row in found if row != origin]


def _destination(scenario: Scenario, name: str) -> int:
    """The row of a hospital by its name: of the map's, else of those outside, which are last."""
    row = row_of(name, scenario.map)
    if row is None:
        outside = [at.names for at in scenario.settings.hospitals.outside]
        number = row_among(name, outside)
        assert number is not None  # `check` tells of those that are nowhere
        row = len(scenario.hospitals) - len(outside) + number
    return row


def _has(capabilities: Iterable[str], wanted: Capable) -> bool:
    """Whether a hospital with these has the one that is wanted."""
    return plainly(wanted.capability) in map(plainly, capabilities)


# ── what is wrong with them ──────────────────────────────────────────────────────────────────


def check(settings: Settings, on: Map, problems: Problems) -> None:
    """Tell of transfers from or to nowhere, or of a priority that nobody knows."""
    names: set[str] = set()
    inside = [spot.name for spot in on.hospitals]
    outside = [one.names for one in settings.hospitals.outside]
    for number, one in enumerate(settings.transfers):
        here = problems.at("transfers", number)
        if one.name in names:
            here.at("name").tell(Message('two streams are called "{name}"', name=one.name))
        names.add(one.name)
        if not on.hospitals:
            here.tell(Message("the map has no hospital where transfers could begin"))
            continue
        _known(one.from_, inside, here.at("from"))
        _known(one.to_names, [*inside, *outside], here.at("to"), outside=True)
        _elsewhere(settings, one, on, here.at("to"))
        known = [priority.name for priority in settings.demand.priorities]
        if one.priority is not None and one.priority not in known:
            hint = did_you_mean(one.priority, known)
            here.at("priority").tell(
                Message('no priority "{name}"{hint}', name=one.priority, hint=hint)
            )


def _unknown(name: str, near: str, every: Sequence[Name], *, outside: bool) -> Message:
    """That there is no such hospital, and which one is meant or which there are."""
    values = {"name": name, "hospitals": listed([one.zh for one in every[:MOST_LISTED]])}
    if near:
        return Message('no hospital "{name}"; did you mean {near}?', name=name, near=near)
    if outside:
        return Message(
            'no hospital "{name}": known are {hospitals}; one outside the map is described under '
            "`hospitals.outside`",
            **values,
        )
    return Message(
        'no hospital "{name}": transfers begin at hospitals of the map, like {hospitals}', **values
    )


def _known(
    names: Sequence[str], every: Sequence[Name], problems: Problems, *, outside: bool = False
) -> None:
    """Tell of names that no hospital has, or two have written here."""
    seen: set[int] = set()
    for name in names:
        row = row_among(name, every)
        if row is None:
            near = nearest(name, list(dict.fromkeys(n for one in every for n in one)))
            problems.tell(_unknown(name, near, every, outside=outside))
        elif row in seen:
            problems.tell(Message("{name} is named twice", name=name))
        else:
            seen.add(row)


def _elsewhere(settings: Settings, one: Transfers, on: Map, problems: Problems) -> None:
    """Tell of transfers that would go to where they come from, or to a capability nobody has."""
    if isinstance(one.to, Capable):
        of_the_map = enumerate(of_map(settings, on))
        inside = [n for n, at in of_the_map if not at.is_clinic and _has(at.capabilities, one.to)]
        beyond = [at for at in settings.hospitals.outside if _has(at.capabilities, one.to)]
        if not inside and not beyond:
            problems.tell(Message("no hospital has the capability {name}", name=one.to.capability))
    else:
        inside = rows_of(one.to_names, on)
    if not one.from_ and len(inside) == len(on.hospitals):
        problems.tell(Message("each hospital of the map is one of those where these would go"))
    if len(one.to_names) > 1:
        return  # those of each go to the others
    for name in one.from_:
        if row_of(name, on) in inside:
            problems.tell(
                Message("transfers from {hospital} would go to where they come from", hospital=name)
            )
