"""What layouts do with the calls of one day of one replication, with the roads that are driven.

An example to look at, not a result. The day is simulated by the engine of the study, and once more
up to its end by the reference engine, which tells of every drive; both must agree on every instant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.answers import chosen_day
from sim.answers.chosen_day import WHOLE, ChosenDay
from sim.answers.courses import RoadCourses, RouteDriven
from sim.errors import InvariantError, OptionError
from sim.measures.calls import first_assignment
from sim.measures.otherwise import withdrawn_s
from sim.measures.timeline import (
    BaysTaken,
    CallMarks,
    Outcome,
    Stages,
    bays_of,
    marks_of,
    stages_of,
)
from sim.model.calendar import Window
from sim.model.calls import Calls, CallStream
from sim.model.log import TRIP_INSTANTS, Log
from sim.model.system import System
from sim.prepare import draws
from sim.study import arguments, plan
from sim.study.effort import Effort
from sim.study.replication import Keep, Plan, log_of
from sim.text import Message

if TYPE_CHECKING:
    from sim.engine.reference.logbook import DriveTaken
    from sim.scenario.scenario import Scenario

MOST_LAYOUTS = 2  # side by side
Held = Callable[[int, int, Calls, Log], None]  # told (layout, replication, its calls and log)


class LayoutDay(NamedTuple):
    """What one layout does in the hours that are shown."""

    scenario: Scenario
    layout: int  # its number in the study: 0 is the base
    system: System
    calls: Calls
    log: Log
    stages: Stages
    marks: CallMarks
    decided_at: np.ndarray  # [mark] when it is clear what becomes of the call
    bays: tuple[BaysTaken, ...]
    stands_at: np.ndarray  # [ambulance, 2] metres: where it is at first
    routes: tuple[RouteDriven, ...]  # within the hours, at least in part
    courses: RoadCourses

    @property
    def place_xy(self) -> np.ndarray:
        """[place, 2] metres."""
        return self.courses.place_xy


@dataclass(frozen=True, eq=False)
class Journeys:
    """The layouts that are shown, on some hours of one day of one replication."""

    layouts: tuple[LayoutDay, ...]
    day: ChosenDay
    replication: int  # from 1
    seed: int
    target_s: tuple[float, float]  # urban, rural
    same_calls: bool

    @property
    def base(self) -> Scenario:
        """The first layout that is shown."""
        return self.layouts[0].scenario

    def differing(self) -> np.ndarray:
        """[mark] of the last layout against the first: 1 in time there alone, −1 here alone.

        0 where both did the same, and everywhere if they did not meet the same calls.
        """
        first, last = self.layouts[0].marks, self.layouts[-1].marks
        if not self.same_calls or len(self.layouts) == 1:
            return np.zeros(len(last.call), int)
        better, worse = ((one.outcome == Outcome.IN_TIME).astype(int) for one in (last, first))
        return better - worse


def journeys(
    scenarios: Sequence[Scenario],
    number: int | None = None,
    *,
    shown: Sequence[int] | None = None,
    hours: tuple[float, float] = WHOLE,
    replication: int = 1,
    seed: int | None = None,
    engine: str = "compiled",
    held: Held | None = None,
) -> Journeys:
    """One day of one replication through one or two of some layouts.

    `scenarios`: all layouts of the study, the base first; `shown`: the numbers of those that are
    wanted, by default the base and the first proposal. `number`, `hours`, `replication`: as of
    `sim.day`. `held`: is told of every whole log, and may refuse it. OptionError for what cannot
    be.
    """
    arguments.scenarios(*scenarios)
    arguments.whole("replication", replication, 1, 1_000_000)
    rows = _rows(len(scenarios), shown)
    base, *proposals = scenarios
    asked = Effort(seed=seed, engine=engine)
    study = plan.prepare(base, proposals, asked, keep=Keep.ROWS, logs=True)
    made, drawn = study.plan, {}
    for row in rows:
        calls = draws.draw(made.demands[row], made.seed, replication - 1)
        drawn[row] = calls, log_of(made, row, calls)
        if held is not None:
            held(row, replication, *drawn[row])
    first = rows[0]
    calls = drawn[first][0]
    day = chosen_day.choose(made.systems[first], calls, made.windows[first], number, hours)
    layouts = tuple(
        _layout_day(study.layouts[row], row, made, day.window, *drawn[row]) for row in rows
    )
    same = all(plan.same_calls(layouts[0].scenario, one.scenario) for one in layouts)
    return Journeys(layouts, day, replication, made.seed, made.setup.target_s, same)


def _rows(count: int, shown: Sequence[int] | None) -> list[int]:
    """The numbers of the layouts that are shown."""
    if shown is None or not len(shown):
        return list(range(min(count, MOST_LAYOUTS)))
    for row in shown:
        arguments.whole("layout", row, 0, count - 1)
    if len(shown) > MOST_LAYOUTS or len(set(shown)) < len(shown):
        message = Message("name one layout, or two different ones; found {found}",
                          found=", ".join(map(str, shown)))  # fmt: skip
        raise OptionError("layout", message)
    return list(shown)


def _layout_day(
    scenario: Scenario, row: int, made: Plan, window: Window, calls: Calls, log: Log
) -> LayoutDay:
    system = made.systems[row]
    drives = _drives(made, row, calls, log, window.end_s)
    courses = RoadCourses(scenario, system)
    home = system.stations.place[system.fleet.home]
    routes = courses.routes(home, log, drives)
    stands_at = courses.place_xy[home]
    shown = []
    for route in routes:
        if route.ended_at <= window.start_s:
            if route.stretches:
                stands_at[route.ambulance] = route.stretches[-1].x, route.stretches[-1].y
        elif route.began_at < window.end_s:
            shown.append(route)
    marks = marks_of(calls, log, window, made.setup.target_s)
    return LayoutDay(
        scenario, row, system, calls, log, stages_of(system, log, window), marks,
        _decided_at(calls, log, marks, made.setup.target_s),
        tuple(bays_of(system, calls, log, window)), stands_at, tuple(shown), courses,
    )  # fmt: skip


def _drives(made: Plan, row: int, calls: Calls, log: Log, until: float) -> list[DriveTaken]:
    """Every drive up to an instant; InvariantError if the engines disagree on one before it."""
    from sim.engine import reference

    rules = made.own_rules_of(row)
    engine = reference.Engine(made.systems[row], *(rules or ()))
    # A rule of one's own may count how often it is asked: it is asked as in the study.
    found, drives = engine.drives(calls, None if rules else until)
    rows = len(found.call)
    for name in TRIP_INSTANTS:
        one, other = getattr(found, name), getattr(log, name)[:rows]
        known = ~(one >= until) & ~np.isnan(one)
        if len(one) != len(other) or not np.array_equal(one[known], other[known]):
            raise InvariantError(f"the engines disagree on {name} in layout {row}")
    return drives


def _decided_at(
    calls: Calls, log: Log, marks: CallMarks, target_s: tuple[float, float]
) -> np.ndarray:
    """[mark] when it is clear what becomes of a call.

    Of one in time the arrival, of one that is late the instant at which its target has passed, of
    one that is cancelled when it was.
    """
    limit_s = np.array(target_s)[calls.area[marks.call]]
    found = marks.at + np.where(marks.outcome == Outcome.IN_TIME, marks.response_s, limit_s)
    gone_s = withdrawn_s(calls, log, marks.call)
    if len(gone_s):
        found = np.where(marks.outcome == Outcome.CANCELLED, marks.at + gone_s, found)
    if calls.due_at is not None:
        planned = marks.stream == CallStream.PLANNED_TRANSFER
        began = first_assignment(log, len(calls.place))[marks.call]
        due_at = calls.due_at[marks.call]
        as_due = np.where(marks.outcome == Outcome.IN_TIME, began, due_at)
        found = np.where(planned & (marks.outcome != Outcome.CANCELLED), as_due, found)
    return np.asarray(found, float)
