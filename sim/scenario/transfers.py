"""Transfers against the map and the rest of the settings: where from, where to, who is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.policies.clock import NONE
from sim.scenario.settings import Condition, Priority, Settings, Transfers
from sim.scenario.settings.transfers import Capable

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
