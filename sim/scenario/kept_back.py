"""Reserves that keep back all ambulances: who then waits for ever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.scenario import conditions
from sim.scenario.settings import CrewSettings, Settings
from sim.scenario.settings.conditions import Need, share_of
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


class HeldBack(NamedTuple):
    """Ambulances of some classes of one centre that a reserve never lets go for others."""

    kinds: frozenset[int]
    upto: int  # the priority up to which they are sent
    keep: int
    most: int  # so many of them are on duty at once


class CrewsAlike(NamedTuple):
    """The ambulances of one class of a centre, and what keeps them all back, if anything does."""

    kind: int
    kept: tuple[HeldBack, ...]


def doubts(scenario: Scenario) -> Iterator[Message]:
    """Calls and planned transfers for which reserves leave nobody."""
    settings = scenario.settings
    groups = _groups(scenario)
    if not any(group.kept for group in groups):
        return
    crews = settings.crews
    for row, priority in enumerate(settings.demand.priorities):
        if priority.share == 0:
            continue
        for name, needs in _needs_of_calls(settings, priority.name):
            if found := _nobody_left(needs, crews, groups, row):
                text = _OF_A_CONDITION if name else _OF_CALLS
                values = {"priority": priority.name, "condition": name}
                yield Message(text, keep=found.keep, most=found.most, **values)
    for one in settings.transfers:
        if one.planned and (found := _nobody_left(one.needs, crews, groups, None)):
            yield Message(_OF_TRANSFERS, name=one.names, keep=found.keep, most=found.most)


_OF_CALLS: Final = Message(
    "{priority} calls are never served: a reserve keeps {keep} back, and of those ambulances at "
    "most {most} are on duty at once"
)
_OF_A_CONDITION: Final = Message(
    "{priority} calls of {condition} never get all that they need: a reserve keeps {keep} back, "
    "and of those ambulances at most {most} are on duty at once"
)
_OF_TRANSFERS: Final = Message(
    "planned transfers {name} never begin: a reserve keeps {keep} back, and of those ambulances at "
    "most {most} are on duty at once"
)


def _groups(scenario: Scenario) -> list[CrewsAlike]:
    """The ambulances of the layout by class and centre."""
    settings = scenario.settings
    names = [centre.name for centre in settings.dispatch.centres]
    found = []
    for number, name in enumerate(names or [""]):
        crews = conditions.crews(scenario, number if len(names) > 1 else None)
        kept = _kept(settings, crews, name)
        for kind in sorted(set(crews.kind.tolist())):
            found.append(CrewsAlike(kind, tuple(one for one in kept if kind in one.kinds)))
    return found


def _kept(settings: Settings, crews: conditions.Crews, centre: str) -> list[HeldBack]:
    """What reserves never let go of a centre's ambulances."""
    priorities = [priority.name for priority in settings.demand.priorities]
    found = []
    for one in settings.dispatch.reserve:
        if one.centres and centre not in one.centres:
            continue
        every = range(len(settings.crews.classes))
        kinds = frozenset(conditions.classes_of(one.classes, settings.crews) or every)
        some = crews.on_duty[np.isin(crews.kind, list(kinds))]
        most = int(some.sum(axis=0).max()) if len(some) else 0
        if 0 < most <= one.keep:
            found.append(HeldBack(kinds, priorities.index(one.for_), one.keep, most))
    return found


def _needs_of_calls(settings: Settings, priority: str) -> Iterator[tuple[str, Sequence[Need]]]:
    """What calls of a priority may need, by condition; one without a name where there are none."""
    for one in settings.demand.conditions:
        if share_of(one, priority) > 0:
            yield one.name, one.needs
    if not settings.demand.conditions:
        yield "", ()


def _nobody_left(
    needs: Sequence[Need], crews: CrewSettings, groups: Sequence[CrewsAlike], priority: int | None
) -> HeldBack | None:
    """What keeps back all who may meet one of the needs. `priority`: None is behind all others."""
    meet = [conditions.may_meet(need, crews) for need in needs]
    for rows in meet or [{row for row, one in enumerate(crews.classes) if one.transports}]:
        hiding = [
            [one for one in group.kept if priority is None or priority > one.upto]
            for group in groups
            if group.kind in rows
        ]
        if hiding and all(hiding):
            return hiding[0][0]
    return None
