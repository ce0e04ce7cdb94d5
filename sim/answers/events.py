"""What else could happen to the service: a hospital closed, roads closed, a surge, what is asked.

Each is tried only where the scenario has it or somebody supposes it, in every layout alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sim import units
from sim.answers.assumptions import Case, Mishap
from sim.errors import OptionError, Problem, ScenarioError
from sim.model.calendar import DAY_S, DAYS
from sim.scenario import cut_off
from sim.scenario.altering import EVERY_DAY, EVERY_HOUR, with_section
from sim.scenario.hospitals import row_of
from sim.scenario.settings.hospitals import Closed, HospitalAt, HospitalSettings
from sim.scenario.validation import Problems, plain
from sim.study.plan import measured_like
from sim.text import Message, Name

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

# The keys of what may happen; the words of each: `sim.words.assumptions`.
EVENTS: Final = ("hospital-closed", "road-closed", "surge-weekly", "supposed")
WEEK_S: Final = DAYS * DAY_S
Supposed = Mapping[str, Mapping[str, Mapping[str, Any]]]  # [name][section] settings as in a file


class Events(NamedTuple):
    """What may happen to some layouts."""

    tried: tuple[Mishap, ...]
    untried: tuple[Name, ...]  # closures of roads that would cut somebody off to the end


def events(layouts: Sequence[Scenario]) -> Events:
    """Roads closed and surges that the base's scenario has; ones that cannot be are apart."""
    base = layouts[0]
    closed, untried = [], []
    for name, one in base.settings.travel.closed.items():
        if one.always:
            continue  # it is in force as assumed
        case = Case(Name(name, name), partial(_for_ever, name=name))
        cuts = any(_cuts_off(case.left(layout)) for layout in layouts)
        untried += [case.name] if cuts else []
        closed += [] if cuts else [case]
    surges = [
        Case(surge.names, partial(_weekly, name=surge.name))
        for surge in base.settings.demand.surges
        if surge.every is None and _comes_again(base, surge.name)
    ]
    found = (
        Mishap("road-closed", tuple(closed), roads=True),
        Mishap("surge-weekly", tuple(surges)),
    )
    return Events(tuple(one for one in found if one.cases), tuple(untried))


# ── a hospital ───────────────────────────────────────────────────────────────────────────────


def asks_for_hospitals(base: Scenario) -> bool:
    """Whether the scenario says anything of hospitals, and one could do without another."""
    real = [one for one in base.hospitals if one.takes_emergencies]
    return base.settings.hospitals != HospitalSettings() and len(real) > 1


def busiest_closed(base: Scenario, received: np.ndarray) -> list[Mishap]:
    """The hospital that receives most takes no patients; none where nobody is taken to any.

    `received`: [hospital] patients.
    """
    real = [row for row, one in enumerate(base.hospitals) if one.takes_emergencies]
    most = max(real, key=lambda row: received[row])
    if not received[most]:
        return []
    name = base.hospitals[most].name
    return [Mishap("hospital-closed", (Case(name, partial(without, hospital=name)),))]


def without(scenario: Scenario, hospital: Name) -> Scenario:
    """The scenario with a hospital of its map that takes no patients at any time."""
    own = dict(scenario.settings.hospitals.at)
    row = row_of(hospital.zh, scenario.map)
    key = next((key for key in own if row_of(key, scenario.map) == row), hospital.zh)
    always = Closed.model_construct(
        from_=None, until=None, hours=EVERY_HOUR, days=EVERY_DAY, to=()
    )  # fmt: skip
    one = own.get(key, HospitalAt())
    own[key] = one.model_copy(update={"closed": (*one.closed, always)})
    return with_section(scenario, "hospitals", at=own)


# ── roads and surges of the scenario itself ──────────────────────────────────────────────────


def _for_ever(scenario: Scenario, name: str) -> Scenario:
    """The scenario with one of its closures of roads in force from the beginning to the end."""
    closures = dict(scenario.settings.travel.closures)
    one = closures.get(name)
    if one is None:
        return scenario  # this layout's own file has opened it
    always = {"from_": None, "until": None, "hours": None, "days": EVERY_DAY}
    closures[name] = one.model_copy(update=always)
    return with_section(scenario, "travel", closures=closures)


def _cuts_off(scenario: Scenario) -> bool:
    """Whether somebody would be cut off until the run ends."""
    problems = Problems()
    cut_off.check(scenario, problems)
    return bool(problems)


def _comes_again(scenario: Scenario, name: str) -> bool:
    """Whether what is measured lasts long enough for a surge to come again a week later."""
    study = scenario.settings.study
    (one,) = [surge for surge in scenario.settings.demand.surges if surge.name == name]
    begins_s = (one.at - scenario.settings.start).total_seconds()
    return begins_s + WEEK_S + one.within <= study.warm_up + study.length


def _weekly(scenario: Scenario, name: str) -> Scenario:
    """The scenario with one of its surges every week."""
    surges = tuple(
        surge.model_copy(update={"every": WEEK_S})
        if surge.name == name and surge.every is None
        else surge
        for surge in scenario.settings.demand.surges
    )
    return with_section(scenario, "demand", surges=surges)


# ── what somebody supposes ───────────────────────────────────────────────────────────────────


def supposed(layouts: Sequence[Scenario], asked: Supposed | None) -> list[Mishap]:
    """Settings of every layout as in a scenario file, by a name; each is tried by itself.

    OptionError with all that is wrong with them, before anything is simulated.
    """
    if asked is None:
        return []
    if not isinstance(asked, Mapping):
        raise OptionError("suppose", Message(SETTINGS, found=units.spelt(asked)))
    problems: list[Problem] = []
    for name, sections in asked.items():
        problems += _problems_of(layouts, units.shown(name), sections)
    if problems:
        raise OptionError("suppose", problems)
    return [_supposition(str(name), sections) for name, sections in asked.items()]


SETTINGS: Final = Message("write settings, like `key: value`; found {found}")


def _problems_of(layouts: Sequence[Scenario], name: str, sections: object) -> list[Problem]:
    """What is wrong with one; of proposals only where it can be in the base."""
    if not isinstance(sections, Mapping) or not sections:
        return [Problem(Message(SETTINGS, found=units.spelt(sections)), name)]
    for layout in layouts:
        try:
            measured_like(_with(layouts[0], sections), _with(layout, sections))
        except ScenarioError as error:
            return [
                replace(one, field=f"{name}: {one.field}" if one.field else name)
                for one in error.problems
            ]
    return []


def _with(layout: Scenario, sections: Mapping[str, Mapping[str, Any]]) -> Scenario:
    return layout.with_settings(**{str(key): value for key, value in plain(sections).items()})


def _supposition(name: str, sections: Mapping[str, Mapping[str, Any]]) -> Mishap:
    case = Case(Name(name, name), partial(_with, sections=sections))
    return Mishap("supposed", (case,), roads="travel" in sections)
