"""Surges against the map, the study and the rest of the demand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.errors import did_you_mean
from sim.scenario.positions import position
from sim.scenario.settings import Settings, Surge
from sim.scenario.validation import Problems
from sim.scenario.values import LonLat
from sim.text import Message

if TYPE_CHECKING:
    from sim.geography.bundle import Map
    from sim.scenario.scenario import Scenario


def nearest_cell(place: str | LonLat, on: Map) -> int:
    """The place of the map, of those where people live, that is nearest to another place."""
    spot = position(place, on, Problems())
    assert spot is not None  # `check` tells of those that are nowhere
    return int(np.argmin(((on.cells.xy - (spot.x, spot.y)) ** 2).sum(axis=1)))


def check(settings: Settings, on: Map, problems: Problems) -> None:
    """Tell of surges outside the map, or of conditions and priorities that nobody knows."""
    names: set[str] = set()
    for number, surge in enumerate(settings.demand.surges):
        here = problems.at("demand", "surges", number)
        if surge.name in names:
            here.at("name").tell(Message('two surges are called "{name}"', name=surge.name))
        names.add(surge.name)
        position(surge.place, on, here.at("place"))
        _who(settings, surge, here)


def _who(settings: Settings, surge: Surge, problems: Problems) -> None:
    priorities = [one.name for one in settings.demand.priorities]
    conditions = [one.name for one in settings.demand.conditions]
    if surge.priority is not None and surge.priority not in priorities:
        hint = did_you_mean(surge.priority, priorities)
        problems.at("priority").tell(
            Message('no priority "{name}"{hint}', name=surge.priority, hint=hint)
        )
    if surge.condition is not None and surge.condition not in conditions:
        hint = did_you_mean(surge.condition, conditions)
        problems.at("condition").tell(
            Message('no condition "{name}"{hint}', name=surge.condition, hint=hint)
        )


def check_times(scenario: Scenario, problems: Problems) -> None:
    """Tell of surges that are not measured whole."""
    settings = scenario.settings
    study = settings.study
    from_, until = study.warm_up, study.warm_up + study.length
    text = _NOT_OF_THE_STUDY if scenario.recorded is None else _NOT_OF_THE_RECORDS
    for number, surge in enumerate(settings.demand.surges):
        begins = (surge.at - settings.start) / timedelta(seconds=1)
        if not from_ <= begins <= begins + surge.within <= until:
            problems.at("demand", "surges", number, "at").tell(
                Message(
                    text,
                    surge=surge.name,
                    begin=_shown(settings, begins),
                    end=_shown(settings, begins + surge.within),
                    first=_shown(settings, from_),
                    last=_shown(settings, until),
                )
            )


_NOT_OF_THE_STUDY: Final = Message(
    "the calls of {surge} would come from {begin} to {end}, and calls are measured from {first} to "
    "{last}: write another time, or another `study`"
)
_NOT_OF_THE_RECORDS: Final = Message(
    "the calls of {surge} would come from {begin} to {end}, and those of the records are measured "
    "from {first} to {last}: write another time"
)


def _shown(settings: Settings, seconds: float) -> str:
    return f"{settings.start + timedelta(seconds=seconds):%Y-%m-%d %H:%M}"
