"""Transfers against the map and the rest of the settings: where from, where to, who is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.errors import did_you_mean
from sim.policies.clock import NONE
from sim.scenario.settings import Condition, Priority, Settings, Transfers
from sim.scenario.settings.transfers import Capable
from sim.scenario.validation import Problems
from sim.text import Message

if TYPE_CHECKING:
    from sim.geography.bundle import Map
    from sim.scenario.scenario import Scenario

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
    """The rows of the hospitals where they begin."""
    known = scenario.map.hospitals
    if one.from_:
        found = [_row(name, scenario.map) for name in one.from_]
    else:
        found = [row for row in range(len(known)) if destinations(scenario, one, row)]
    return [row for row in found if row is not None]


def destinations(scenario: Scenario, one: Transfers, origin: int) -> list[int]:
    """The rows of the hospitals where those of an origin go; NONE of one that rules choose."""
    if isinstance(one.to, Capable):
        return [NONE]
    found = [_row(name, scenario.map) for name in one.to_names]
    if not one.from_ and origin in found:
        return []  # where they go they do not begin
    return [row for row in found if row is not None and row != origin]


def _row(name: str, on: Map) -> int | None:
    """The row of a hospital by its name; None of an unknown one."""
    for row, spot in enumerate(on.hospitals):
        if name.casefold() in (spot.name.zh.casefold(), spot.name.en.casefold()):
            return row
    return None


# ── what is wrong with them ──────────────────────────────────────────────────────────────────


def check(settings: Settings, on: Map, problems: Problems) -> None:
    """Tell of transfers from or to nowhere, or of a priority that nobody knows."""
    names: set[str] = set()
    for number, one in enumerate(settings.transfers):
        here = problems.at("transfers", number)
        if one.name in names:
            here.at("name").tell(Message('two streams are called "{name}"', name=one.name))
        names.add(one.name)
        if not on.hospitals:
            here.tell(Message("the map has no hospital where transfers could begin"))
            continue
        _known(one.from_, on, here.at("from"))
        _known(one.to_names, on, here.at("to"))
        _elsewhere(one, on, here)
        known = [priority.name for priority in settings.demand.priorities]
        if one.priority is not None and one.priority not in known:
            hint = did_you_mean(one.priority, known)
            here.at("priority").tell(
                Message('no priority "{name}"{hint}', name=one.priority, hint=hint)
            )


def _known(names: Sequence[str], on: Map, problems: Problems) -> None:
    seen: set[int] = set()
    for name in names:
        row = _row(name, on)
        if row is None:
            known = list(dict.fromkeys(n for one in on.hospitals for n in one.name))
            hint = did_you_mean(name, known)
            problems.tell(Message('no hospital "{name}"{hint}', name=name, hint=hint))
        elif row in seen:
            problems.tell(Message("{name} is named twice", name=name))
        else:
            seen.add(row)


def _elsewhere(one: Transfers, on: Map, problems: Problems) -> None:
    """Tell of transfers that go to where they come from."""
    to = {_row(name, on) for name in one.to_names}
    if None in to or len(to) != 1:
        return
    for name in one.from_:
        if _row(name, on) in to:
            problems.at("to").tell(
                Message("transfers from {hospital} would go to where they come from", hospital=name)
            )
