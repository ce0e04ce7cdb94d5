"""In which settings two scenarios differ, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.scenario.distributions import Distribution
from sim.scenario.own_rules import OwnRule
from sim.scenario.settings import Settings
from sim.scenario.settings.closures import Closure
from sim.scenario.settings.hospitals import Closed
from sim.scenario.settings.travel import TravelFactor
from sim.scenario.values import Setting
from sim.text import Name, function_name

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

YARDSTICK = ("start", "study", "targets")  # of the base: they hold for all layouts it is held to
WITHOUT_EFFECT = ("costs", "demand.replay")  # on what calls meet: that records differ is refused
OF_THE_CALLS = ("demand", "transfers", "durations")  # other calls are drawn
# By name, and 100 % of the usual where one is not named.
OF_THE_USUAL = ("demand.rate.townships", "durations.turnout_at")
AT_STATIONS = "durations.turnout_at."  # what is drawn is the same, and lasts as long as there
WHOLE = (Distribution, Closure, TravelFactor)  # what is said as one

RANGES = "study.wrong"  # what `stress` tries; no run goes by it


class Difference(NamedTuple):
    """One setting that two scenarios have otherwise, in SI."""

    path: str  # targets.urban; travel.speeds.primary
    base: Any
    other: Any

    @property
    def section(self) -> str:
        return self.path.partition(".")[0]

    @property
    def is_of_the_calls(self) -> bool:
        """Whether other calls are drawn for it."""
        return self.section in OF_THE_CALLS and not self.path.startswith(AT_STATIONS)


def differences(base: Settings, other: Settings) -> tuple[Difference, ...]:
    """The settings that differ and have an effect on what is simulated or how it is judged."""
    return tuple(one for one in _within("", base, other) if one.path not in WITHOUT_EFFECT)


def between(base: Scenario, other: Scenario) -> tuple[Difference, ...]:
    """The same of two scenarios, and where one follows another rule of one's own, by its name."""
    ours, theirs = base.own_rules, other.own_rules
    rules = [
        Difference(f"own_rules.{place}", _name(was), _name(now))
        for place, was, now in (
            ("dispatch", ours.dispatch, theirs.dispatch),
            ("standby", ours.standby, theirs.standby),
        )
        if was is not now
    ]
    return (*differences(_by_one_name(base), _by_one_name(other)), *rules)


def _by_one_name(scenario: Scenario) -> Settings:
    """The settings with townships and stations by their Chinese names, in whichever written."""
    settings, found = scenario.settings, dict[str, Setting]()
    rate, durations = settings.demand.rate, settings.durations
    if rate.townships:
        names = [spot.name for spot in scenario.map.townships]
        same = rate.model_copy(update={"townships": _in_chinese(rate.townships, names)})
        found["demand"] = settings.demand.model_copy(update={"rate": same})
    if durations.turnout_at:
        said = _in_chinese(durations.turnout_at, [one.name for one in scenario.stations])
        found["durations"] = durations.model_copy(update={"turnout_at": said})
    return settings.model_copy(update=found) if found else settings


def _in_chinese(said: Mapping[str, float], names: Sequence[Name]) -> dict[str, float]:
    known = {called.casefold(): name.zh for name in names for called in (name.en, name.zh)}
    return {known.get(name.casefold(), name): value for name, value in said.items()}


def _name(rule: OwnRule | None) -> str | None:
    return None if rule is None else function_name(rule)


def in_effect(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """Those that hold in a proposal: not the yardstick, which is its base's."""
    return tuple(one for one in found if one.section not in YARDSTICK)


def not_used(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """Those in place of which the base's are used."""
    return tuple(one for one in found if one.section in YARDSTICK)


def leaves(settings: Settings) -> list[tuple[str, Any]]:
    """Every setting by its path, those of a chapter apart; a distribution is one."""
    return list(_leaves("", settings))


def _leaves(path: str, found: Any) -> Iterator[tuple[str, Any]]:
    parts: Iterable[tuple[str, Any]]
    if isinstance(found, dict):
        parts = found.items()
    elif isinstance(found, Setting) and not isinstance(found, WHOLE):
        parts = ((name, getattr(found, name)) for name in type(found).model_fields)
    else:
        yield path, found
        return
    for name, value in parts:
        yield from _leaves(f"{path}.{name}" if path else name, value)


def _within(path: str, base: Any, other: Any) -> Iterator[Difference]:
    if base == other or path == RANGES or _are_closed_alike(base, other):
        return
    if isinstance(base, dict) and isinstance(other, dict):
        usual = 1.0 if path in OF_THE_USUAL else None
        for key in [*base, *(key for key in other if key not in base)]:
            yield from _within(f"{path}.{key}", base.get(key, usual), other.get(key, usual))
    elif (
        isinstance(base, Setting)
        and type(base) is type(other)
        and not isinstance(base, WHOLE)
        and path not in WITHOUT_EFFECT
    ):
        for name in type(base).model_fields:
            inner = f"{path}.{name}" if path else name
            yield from _within(inner, getattr(base, name), getattr(other, name))
    else:
        yield Difference(path, base, other)


def _are_closed_alike(base: Any, other: Any) -> bool:
    """Whether two lists of times at which a hospital is closed mean the same, however written."""
    if not (isinstance(base, tuple) and isinstance(other, tuple) and base and other):
        return False
    if not all(isinstance(one, Closed) for one in (*base, *other)):
        return False
    return _closed_when(base) == _closed_when(other)


def _closed_when(times: Iterable[Closed]) -> tuple[dict[frozenset[str], bytes], set[Any]]:
    """The hours of the week for each set of patients, and the spans of the calendar."""
    weekly: dict[frozenset[str], np.ndarray] = {}
    dated = set()
    for one in times:
        whom = frozenset(one.to)
        if one.from_ is not None:
            dated.add((whom, one.from_, one.until))
        elif whom in weekly:
            weekly[whom] = weekly[whom] | one.week
        else:
            weekly[whom] = one.week
    return {whom: hours.tobytes() for whom, hours in weekly.items()}, dated
