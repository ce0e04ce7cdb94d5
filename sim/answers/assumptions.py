"""Assumptions that could be wrong, and what a layout would be if they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sim.errors import OptionError, Problem, did_you_mean
from sim.model.calendar import Hours
from sim.policies.clock import on_grid
from sim.scenario.altering import (
    EVERY_HOUR,
    times_the_calls,
    times_the_speed,
    with_section,
)
from sim.scenario.distributions import Scaled
from sim.scenario.settings.travel import FAST_ROADS, MAIN_ROADS
from sim.study import arguments
from sim.text import Message, Name

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

# How far each is wrong at most. Assumed: nobody publishes how wrong such figures are.
USUAL = {
    "demand": 0.20,
    "speed": 0.10,
    "fast-roads": 0.20,
    "main-roads": 0.20,
    "small-roads": 0.20,
    "rush-hours": 0.20,
    "turnout": 0.30,
    "on-scene": 0.20,
    "handover": 0.30,
    "bays": 0.33,
}
RUSH = (Hours(7, 9), Hours(17, 19))  # clock hours


class Assumption(NamedTuple):
    """Something that may be up to `wrong` (a share) less or more than is assumed."""

    key: str
    wrong: float
    changed: Callable[[Scenario, float], Scenario]  # by a factor
    roads: bool = False  # travel seconds change with it

    def at(self, scenario: Scenario, share: float) -> Scenario:
        """The scenario if it is wrong by a share of `wrong`, from -1 to 1."""
        return self.changed(scenario, 1 + share * self.wrong)


class Case(NamedTuple):
    """One way in which a mishap can happen: what is concerned, and the layout that is left."""

    name: Name
    left: Callable[[Scenario], Scenario]


class Mishap(NamedTuple):
    """Something that goes missing, or happens, one of several."""

    key: str
    cases: tuple[Case, ...]
    roads: bool = False  # travel seconds change with it


def assumptions(base: Scenario, wrong: Mapping[str, float] | None = None) -> list[Assumption]:
    """The assumptions that mean something for this base; `wrong` sets how far, 0 leaves one out.

    What is not in `wrong` may be as wrong as the base says, else as usual.
    """
    known: dict[str, float] = dict(base.settings.study.wrong.items())
    far = USUAL | known | _checked({} if wrong is None else wrong)
    classes = () if base.map.matrix is not None else base.map.network.classes
    small = [name for name in classes if name not in (*FAST_ROADS, *MAIN_ROADS)]
    found = []
    if base.recorded is None:
        found.append(Assumption("demand", far["demand"], times_the_calls))
    found.append(_speed("speed", far, ()))
    for key, some in (
        ("fast-roads", FAST_ROADS),
        ("main-roads", MAIN_ROADS),
        ("small-roads", small),
    ):
        there = tuple(name for name in some if name in classes)
        if there and len(there) < len(classes):
            found.append(_speed(key, far, there))
    found.append(_speed("rush-hours", far, (), RUSH))
    for key in ("turnout", "on-scene", "handover"):
        found.append(Assumption(key, far[key], _duration(key.replace("-", "_"))))
    if any(one.bays is not None for one in base.settings.hospitals.at.values()):
        found.append(Assumption("bays", far["bays"], times_the_bays))
    return [one for one in found if one.wrong > 0]


def mishaps(base: Scenario) -> list[Mishap]:
    """One ambulance off the road, one station closed: each of those that there are."""
    off, closed = [], []
    for row, station in enumerate(base.stations):
        cars = base.fleet_size(row)
        if station.closed or not cars:
            continue
        if len(base.fleet) > 1:
            off.append(Case(station.name, _one_less(station.name.zh)))
        if cars < len(base.fleet):
            closed.append(Case(station.name, _closed(station.name.zh)))
    found = [Mishap("ambulance-off", tuple(off)), Mishap("station-closed", tuple(closed))]
    return [one for one in found if one.cases]


def _checked(wrong: Mapping[str, float]) -> dict[str, float]:
    if not isinstance(wrong, Mapping):
        message = Message("write settings, like `key: value`; found {found}", found=repr(wrong))
        raise OptionError("range", message)
    for key, value in wrong.items():
        arguments.number(f"range {key}", value)
    problems = [
        Problem(
            Message('no assumption "{key}"{hint}', key=key, hint=did_you_mean(key, list(USUAL)))
        )
        for key in wrong
        if key not in USUAL
    ]
    problems += [
        Problem(
            Message("{key}: write 0 % to 90 %; found {found} %", key=key, found=f"{value * 100:g}")
        )
        for key, value in wrong.items()
        if not 0 <= value <= 0.9
    ]
    if problems:
        raise OptionError("range", problems)
    return dict(wrong)


def _speed(
    key: str,
    far: Mapping[str, float],
    classes: tuple[str, ...],
    hours: tuple[Hours, ...] = (EVERY_HOUR,),
) -> Assumption:
    def changed(scenario: Scenario, factor: float) -> Scenario:
        return times_the_speed(scenario, factor, classes, hours)

    return Assumption(key, far[key], changed, roads=True)


def times_the_bays(scenario: Scenario, factor: float) -> Scenario:
    """The scenario with `factor` times as many bays at each hospital that has some; one stays."""
    own = {
        name: one
        if one.bays is None
        else one.model_copy(update={"bays": max(1, round(one.bays * factor))})
        for name, one in scenario.settings.hospitals.at.items()
    }
    return with_section(scenario, "hospitals", at=own)


def _duration(field: str) -> Callable[[Scenario, float], Scenario]:
    def changed(scenario: Scenario, factor: float) -> Scenario:
        law = getattr(scenario.settings.durations, field)
        found = with_section(scenario, "durations", **{field: Scaled(of=law, by=factor)})
        if scenario.recorded is None:
            return found
        calls = scenario.recorded.calls  # what they say themselves is as wrong as what is drawn
        said_s = on_grid(getattr(calls, f"{field}_s") * factor)
        recorded = scenario.recorded._replace(calls=calls._replace(**{f"{field}_s": said_s}))
        return replace(found, recorded=recorded)

    return changed


def _one_less(name: str) -> Callable[[Scenario], Scenario]:
    def left(scenario: Scenario) -> Scenario:
        row = scenario.station(name)
        if row is None or not scenario.fleet_size(row) or len(scenario.fleet) == 1:
            return scenario  # this layout has none there to lose
        return scenario.ambulances(name, -1)

    return left


def _closed(name: str) -> Callable[[Scenario], Scenario]:
    def left(scenario: Scenario) -> Scenario:
        row = scenario.station(name)
        if row is None or scenario.fleet_size(row) == len(scenario.fleet):
            return scenario  # not there, or all there is
        return scenario.close(name)

    return left
