"""The main flow: the same calls through each layout, then the differences.

Check, plan, replicate, result. A study is layouts × replications. A replication draws its calls
once, and every layout meets them; so what differs between two layouts is due to the layouts
alone. Nothing here knows how an engine works, where it runs or how a measure is computed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim import engine as engines
from sim.errors import OptionError, Problem, ScenarioError
from sim.model.calendar import Window
from sim.model.system import System
from sim.prepare import demand, system
from sim.prepare.draws import Demand
from sim.study import checkpoints as finished
from sim.study.checkpoints import Kept
from sim.study.stopping import DRAFT, Rule
from sim.study.workers import Plan

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

Watch = Callable[[int, int], None]  # told (replications finished, all of them)


class Study(NamedTuple):
    """Layouts that can be compared, and all that their replications need."""

    layouts: tuple[Scenario, ...]
    plan: Plan
    enough: Rule  # when there are enough replications
    differing: tuple[str, ...]  # sections of settings
    began: float

    def key(self) -> str:
        """What finished replications must be of to be taken up again."""
        return finished.key(self.plan.systems, *self.plan._replace(systems=(), logs=False))

    def kept(self, folder: Path | None, key: str, logs_to: Path | None) -> Kept:
        at_most = self.enough.fixed is None
        return Kept(folder, key, len(self.layouts), self.enough.upper, logs_to, at_most)


def prepare(
    base: Scenario,
    *proposals: Scenario,
    replications: int | None = None,
    most: int | None = None,
    draft: bool = False,
    seed: int | None = None,
    engine: str = engines.NAMES[0],
    logs: bool = False,
    keep_tables: bool = True,
) -> Study:
    """Check that the layouts can be compared, and make all that their replications need.

    `keep_tables`: those of travel seconds on disk; not for roads that are tried once.
    """
    began = time.perf_counter()
    _check_comparable(base, proposals)
    # One yardstick: the base's window and targets hold for every layout.
    layouts = (base, *(_measured_like(base, proposal) for proposal in proposals))
    enough = rule(base, replications, most, draft)
    seed = checked_seed(base, seed, engine)
    windows = tuple(_window(layout) for layout in layouts)
    plan = Plan(_systems(layouts, keep_tables), _demands(layouts), windows, seed, engine, logs)
    return Study(layouts, plan, enough, _differing(base, proposals), began)


def rule(base: Scenario, replications: int | None, most: int | None, draft: bool) -> Rule:
    """When a study has enough replications: as is asked for, else as the base's study says."""
    study = base.settings.study
    if draft:
        if replications is not None or most is not None:
            raise OptionError("draft", f"it means {DRAFT} replications: name it alone")
        replications = DRAFT
    for name, number in (("replications", replications), ("most", most)):
        if number is not None and number < 1:
            raise OptionError(name, f"at least one is needed; found {number}")
    if replications is not None and most is not None:
        raise OptionError("most", "it bounds a number chosen by precision: leave out replications")
    if replications is None and most is None:
        replications = study.replications
    aim = study.matters.share / 2
    return Rule(replications, most or study.most_replications, aim, draft)


def checked_seed(base: Scenario, seed: int | None, engine: str) -> int:
    seed = base.settings.study.seed if seed is None else seed
    if seed < 0:
        raise OptionError("seed", f"must not be negative; found {seed}")
    if engine not in engines.NAMES:
        raise OptionError("engine", f"write {' or '.join(engines.NAMES)}; found {engine}")
    return seed


def check_who_works(workers: int | None, executor: object, scheduler: object) -> None:
    if scheduler is not None and (executor is not None or workers is not None):
        raise OptionError("scheduler", "name it alone, without workers or an executor")
    if workers is not None and (not isinstance(workers, int) or workers < 1):
        raise OptionError("workers", f"a number of processes, at least 1; found {workers!r}")
    if executor is not None and (isinstance(executor, type) or not hasattr(executor, "submit")):
        raise OptionError("executor", f"an executor that has `submit`; found {executor!r}")
    if scheduler is not None and (not isinstance(scheduler, str) or ":" not in scheduler):
        example = "tcp://10.0.0.5:8786"
        raise OptionError("scheduler", f"an address like {example}; found {scheduler!r}")


def _check_comparable(base: Scenario, proposals: Sequence[Scenario]) -> None:
    """Layouts share the map's places and the kind of calls; ScenarioError where they do not."""
    for other in proposals:
        if other.map.path.resolve() != base.map.path.resolve():
            message = (
                f"it is on the map {other.map.path.stem}, and {base.name} on "
                f"{base.map.path.stem}: layouts can be compared on one map only"
            )
            raise ScenarioError(other.path, Problem(message, "map"))
        if not _same_records(base, other):
            message = f"it meets other calls than {base.name}: replay the same records in both"
            raise ScenarioError(other.path, Problem(message, "demand.replay"))


def _same_records(base: Scenario, other: Scenario) -> bool:
    """Whether both draw their calls, or both replay the very same records."""
    if base.recorded is None or other.recorded is None:
        return base.recorded is other.recorded
    columns = zip(base.recorded.calls, other.recorded.calls, strict=True)
    return base.recorded.start == other.recorded.start and all(
        np.array_equal(a, b, equal_nan=True) for a, b in columns
    )


def _measured_like(base: Scenario, other: Scenario) -> Scenario:
    """A proposal over the base's days and against the base's targets."""
    own = {name: getattr(base.settings, name) for name in ("start", "study", "targets")}
    return replace(other, settings=other.settings.model_copy(update=own))


def _systems(layouts: Sequence[Scenario], keep: bool) -> tuple[System, ...]:
    """Systems by layout; those with the same roads, or the same matrix, hold them together."""
    first = system.build(layouts[0], keep=keep)
    return (first, *(system.build(other, (layouts[0], first), keep) for other in layouts[1:]))


def _demands(layouts: Sequence[Scenario]) -> tuple[Demand, ...]:
    """One Demand for all layouts with the same calls, so that they are drawn once."""
    demands: list[Demand] = []
    for layout in layouts:
        same = [i for i, other in enumerate(layouts[: len(demands)]) if same_calls(layout, other)]
        demands.append(demands[same[0]] if same else demand.build(layout))
    return tuple(demands)


def same_calls(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios draw the very same calls."""

    def of(scenario: Scenario) -> tuple[object, ...]:
        s = scenario.settings
        return s.start, s.demand, s.durations

    return of(one) == of(other)


def _differing(base: Scenario, proposals: Sequence[Scenario]) -> tuple[str, ...]:
    """The sections of settings in which some proposal is other than the base."""
    return tuple(
        name
        for name in type(base.settings).model_fields
        if any(getattr(p.settings, name) != getattr(base.settings, name) for p in proposals)
    )


def _window(layout: Scenario) -> Window:
    study = layout.settings.study
    return Window(study.warm_up, study.warm_up + study.length)
