"""Settings as they are written at the prompt, for every layout alike: `--target urban="12 min"`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from sim import units
from sim.cli.speech import halves
from sim.errors import OptionError, Problem, ScenarioError
from sim.text import Message, message_of

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

SETTINGS: Final = "Settings, in every layout"
Target = Annotated[
    list[str] | None,
    typer.Option(help='urban="12 min", rural="20 min".', rich_help_panel=SETTINGS),
]
Demand = Annotated[
    list[str] | None,
    typer.Option(help='x1.2, rural=x1.5 or urban="40 per day".', rich_help_panel=SETTINGS),
]
Speed = Annotated[
    list[str] | None,
    typer.Option(help='x0.9, primary=x0.8 or primary="40 km/h".', rich_help_panel=SETTINGS),
]
Hours = Annotated[
    list[str] | None,
    typer.Option(help="A=08-20: ambulances of A on duty then only.", rich_help_panel=SETTINGS),
]

TARGETS: Final = Message('write urban="12 min", rural="20 min" or share="80 %"; found {found}')
DEMANDS: Final = Message('write x1.2, rural=x1.5 or urban="40 per day"; found {found}')
SPEEDS: Final = Message('write x0.9, primary=x0.8 or primary="40 km/h"; found {found}')
HOURS: Final = Message("write A=08-20; found {found}")


class SettingTexts(NamedTuple):
    """What was asked for, as it was written."""

    target: list[str]
    demand: list[str]
    speed: list[str]
    hours: list[str]


def altered(scenario: Scenario, asked: SettingTexts) -> Scenario:
    """The scenario with all of it; OptionError with all that is wrong with it."""
    problems: list[Problem] = []
    for option, texts, alter in (
        ("--target", asked.target, _target),
        ("--demand", asked.demand, _demand),
        ("--speed", asked.speed, _speed),
        ("--hours", asked.hours, _hours),
    ):
        for text in texts:
            scenario = _with(scenario, option, text, alter, problems)
    if problems:
        first, *others = problems  # what the error is headed with needs no place of its own
        raise OptionError(first.field, [Problem(first.message), *others])
    return scenario


def _with(
    scenario: Scenario,
    option: str,
    text: str,
    alter: Callable[[Scenario, str], Scenario],
    problems: list[Problem],
) -> Scenario:
    """The scenario with one option; as it was after telling what is wrong with that."""
    place = f"{option} {text}"
    try:
        return alter(scenario, text)
    except ScenarioError as error:
        problems += [Problem(problem.message, place) for problem in error.problems]
    except ValueError as error:
        problems.append(Problem(message_of(error), place))
    return scenario


def _target(scenario: Scenario, text: str) -> Scenario:
    name, value = _halves(text)
    name = units.usual(name)
    if name not in ("urban", "rural", "share") or not value:
        raise ValueError(Message(TARGETS, found=text))
    return scenario.with_settings(targets={name: value})


def _demand(scenario: Scenario, text: str) -> Scenario:
    area, value = _halves(text)
    area = units.usual(area)
    if area not in ("", "urban", "rural") or not value:
        raise ValueError(Message(DEMANDS, found=text))
    if units.is_factor(value):
        return scenario.scaled(demand=units.factor(value), area=area or None)
    if not area:
        raise ValueError(Message(DEMANDS, found=text))
    return scenario.with_settings(demand={"rate": {area: value}})


def _speed(scenario: Scenario, text: str) -> Scenario:
    roads, value = _halves(text)
    if not value:
        raise ValueError(Message(SPEEDS, found=text))
    if units.is_factor(value):
        return scenario.scaled(speed=units.factor(value), roads=roads or None)
    if not roads:
        raise ValueError(Message(SPEEDS, found=text))
    return scenario.with_speed(roads, value)


def _hours(scenario: Scenario, text: str) -> Scenario:
    station, value = _halves(text)
    if not station or not value:
        raise ValueError(Message(HOURS, found=text))
    return scenario.with_hours(station, value)


def _halves(text: str) -> tuple[str, str]:
    """A and B of "A=B"; nothing and all of a text that has no "="."""
    left, right, parted = halves(text)
    return (left, units.usual(right)) if parted else ("", units.usual(left))
