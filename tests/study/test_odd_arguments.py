"""What Python passes may be anything: done, or refused in words, whatever the function."""

from __future__ import annotations

import mutated_scenarios as mutated
import numpy as np
import pytest

from sim.answers import candidates
from sim.errors import PlannerError
from sim.scenario.file import load
from sim.study import arguments
from sim.study.effort import Effort


def _nested(times):
    inner: list = []
    for _ in range(times):
        inner = [inner]
    return inner


def _in_itself():
    inner: list = []
    inner.append(inner)
    return inner


ODD = [
    *(value for value in mutated.VALUES if not isinstance(value, mutated.Verbatim)),
    10**5000, -(10**5000), np.int64(3), np.float64("nan"), np.array([1, 2]), b"x", object(), object,
    max, 1j, _nested(5_000), _in_itself(), (1, 2), {1, 2}, frozenset(), range(10**9), "\ud800",
    "1" * 10**6, {"a": _nested(5_000)}, {1: 2}, {None: 1}, {(1, 2): 3},
    *(f"{number} {unit}" for number in mutated.NUMBERS[:12] for unit in mutated.UNITS[:8]),
]  # fmt: skip

FUNCTIONS = {
    "add": lambda s, v: s.add(v),
    "add at": lambda s, v: s.add("Q", v),
    "add ambulances": lambda s, v: s.add("枫林镇", ambulances=v),
    "add kind": lambda s, v: s.add("枫林镇", kind=v),
    "add hours": lambda s, v: s.add("枫林镇", hours=v),
    "move": lambda s, v: s.move(v, "枫林镇"),
    "move to": lambda s, v: s.move("湘东医院", v),
    "close": lambda s, v: s.close(v),
    "ambulances by": lambda s, v: s.ambulances("湘东医院", v),
    "ambulances to": lambda s, v: s.ambulances("湘东医院", to=v),
    "ambulances": lambda s, v: s.ambulances(v, 1),
    "change": lambda s, v: s.change(v),
    "a change": lambda s, v: s.change({"ambulances": v}),
    "length": lambda s, v: s.with_study(length=v),
    "warm-up": lambda s, v: s.with_study(warm_up=v),
    "seed": lambda s, v: s.with_study(seed=v),
    "matters": lambda s, v: s.with_study(matters=v),
    "demand": lambda s, v: s.scaled(demand=v),
    "area": lambda s, v: s.scaled(demand=2, area=v),
    "speed": lambda s, v: s.scaled(speed=v),
    "roads": lambda s, v: s.scaled(speed=1.1, roads=v),
    "speed of roads": lambda s, v: s.with_speed("primary", v),
    "roads of a speed": lambda s, v: s.with_speed(v, "40 km/h"),
    "hours": lambda s, v: s.with_hours("湘东医院", v),
    "hours of": lambda s, v: s.with_hours(v, "08-20"),
    "targets": lambda s, v: s.with_settings(targets=v),
    "rate": lambda s, v: s.with_settings(demand={"rate": {"urban": v}}),
    "bands": lambda s, v: s.with_settings(travel={"bands": v}),
    "turnout": lambda s, v: s.with_settings(durations={"turnout": v}),
    "profile": lambda s, v: s.with_settings(demand={"profile": {"hours": v}}),
    "start": lambda s, v: s.with_settings(start=v),
    "speeds": lambda s, v: s.with_settings(travel={"speeds": v}),
    "load": lambda s, v: load(v),
    "replications": lambda s, v: Effort(replications=v),
    "most": lambda s, v: Effort(most=v),
    "workers": lambda s, v: Effort(workers=v),
    "effort's seed": lambda s, v: Effort(seed=v),
    "engine": lambda s, v: Effort(engine=v),
    "draft": lambda s, v: Effort(draft=v),
    "scheduler": lambda s, v: Effort(scheduler=v),
    "executor": lambda s, v: Effort(executor=v),
    "keep": lambda s, v: Effort(keep=v),
    "within": lambda s, v: arguments.within("x", v, 0, 5),
    "at least": lambda s, v: arguments.within("x", v, 0),
    "whole": lambda s, v: arguments.whole("x", v, 0, 5),
    "one of": lambda s, v: arguments.one_of("x", v, ["a"]),
    "scenarios": lambda s, v: arguments.scenarios(v),
    "candidates": lambda s, v: candidates.find(s, v),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_odd_argument_is_refused_in_words_or_taken(liling, name):
    for value in ODD:
        try:
            FUNCTIONS[name](liling, value)
        except PlannerError as error:
            assert error.problems
            str(error).encode()  # no half of a character
            assert max(len(problem.told()) for problem in error.problems) < 2_000
