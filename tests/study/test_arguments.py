"""What is asked for in Python is refused as at the prompt: in one line, never by a traceback."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.errors import OptionError, PlannerError
from sim.study import arguments
from sim.text import Message
from sim.words.language import language

ODD = (None, "3", 2.5, -1, True, math.nan, math.inf, [], "x", 10**30)


@pytest.mark.parametrize("value", [0, 5, np.int64(3)])
def test_a_whole_number_within_its_bounds_is_taken(value):
    assert arguments.whole("n", value, 0, 5) == value


@pytest.mark.parametrize("value", ODD)
def test_what_is_no_such_number_is_refused_in_words(value):
    with pytest.raises(OptionError) as caught:
        arguments.whole("n", value, 0, 5)
    (problem,) = caught.value.problems
    assert isinstance(problem.message, Message)
    assert language("zh")(problem.message) != problem.message


@given(st.one_of(st.integers(), st.floats(), st.text(), st.none(), st.booleans()))
def test_any_value_is_taken_or_refused(value):
    for check in (
        lambda: arguments.whole("n", value, 0, 9),
        lambda: arguments.within("n", value, 0, 1),
        lambda: arguments.one_of("n", value, ("a", "b")),
    ):
        try:
            check()
        except OptionError as error:
            assert "found" in str(error)


EFFORT = ("replications", "most", "seed", "workers")


@pytest.mark.parametrize("name", EFFORT)
@pytest.mark.parametrize("value", ["3", 2.5, -1, math.nan])
def test_every_effort_is_refused_before_anything_runs(day, name, value):
    with pytest.raises(OptionError, match=f"^{name}: "):
        sim.run(day, **{name: value})


DOORS = {
    "run": lambda day, plan: sim.run("scenarios/liling"),
    "compare": lambda day, plan: sim.compare(day, "plan.yaml"),
    "option": lambda day, plan: sim.run(day, replication=3),
    "rank": lambda day, plan: sim.rank(day, ambulances=0),
    "rank kind": lambda day, plan: sim.rank(day, kind="hut"),
    "rank zone": lambda day, plan: sim.rank(day, zone="1 point"),
    "rank where": lambda day, plan: sim.rank(day, 2.5),
    "site model": lambda day, plan: sim.site(day, model="best"),
    "site new": lambda day, plan: sim.site(day, new=0),
    "site best": lambda day, plan: sim.site(day, best="2"),
    "site busy": lambda day, plan: sim.site(day, model="mexclp", busy="30 %"),
    "search": lambda day, plan: sim.search(day, stations=1.5),
    "curve": lambda day, plan: sim.curve(day, steps=0),
    "stress": lambda day, plan: sim.stress(day, plan, samples=1.5),
    "stress range": lambda day, plan: sim.stress(day, plan, wrong={"demand": "30 %"}),
    "worth": lambda day, plan: sim.worth(day, by="people"),
    "load": lambda day, plan: sim.load(3),
    "add": lambda day, plan: day.add("板杉镇", ambulances=0),
    "ambulances": lambda day, plan: day.ambulances("湘东医院", "+1"),
    "change": lambda day, plan: day.change(3),
    "study": lambda day, plan: day.with_study(length=0),
    "study seed": lambda day, plan: day.with_study(seed=-1),
    "study name": lambda day, plan: day.with_study(lenght=3),
}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_refuses_in_words(pair, door):
    with pytest.raises(PlannerError) as caught:
        DOORS[door](*pair)
    assert all(isinstance(problem.message, Message) for problem in caught.value.problems)


ASKED = {
    "table": lambda found: found.table(lang="cn"),
    "no text": lambda found: found.table(lang=["zh"]),
    "size": lambda found: found.figure(size="poster"),
    "figure": lambda found: found.figure(name="nothing"),
    "map": lambda found: found.map(layout=5),
    "sentence": lambda found: found.sentence(layout=9),
    "why": lambda found: found.why(7),
    "measure": lambda found: found.estimate("nothing"),
    "base with base": lambda found: found.difference("within", 0),
    "verdict": lambda found: found.verdict("within", 9),
}


@pytest.mark.parametrize("question", ASKED)
def test_every_question_to_an_answer_is_refused_in_words(alone, question):
    with pytest.raises(OptionError):
        ASKED[question](alone)


def test_study_settings_are_read_as_in_a_file(day):
    study = day.with_study(length="7 days", warm_up=600).settings.study
    assert (study.length, study.warm_up) == (7 * 86_400, 600)
    assert study.cool_down == day.settings.study.cool_down
