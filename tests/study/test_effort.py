"""How often, with which calls, and by whom: one definition for Python, the prompt and scenarios."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import pytest

from sim.answers import comparison, curve, ranking, search, stress, worth
from sim.cli.options import Options
from sim.errors import OptionError
from sim.study.effort import Effort, EffortOptions
from sim.words.language import language

INNER = {"fresh", "keep_tables", "supposed"}  # of runs that others rest on; nobody asks for them


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"workers": 0}, "workers: a number of processes, at least 1; found 0"),
        ({"workers": "2"}, "found '2'"),
        ({"executor": 5}, "executor: an executor that has `submit`; found 5"),
        ({"executor": ThreadPoolExecutor}, "found <class"),
        ({"scheduler": 8786}, "scheduler: an address like tcp://"),
        ({"scheduler": "tcp://x:1", "workers": 2}, "scheduler: name it alone"),
        ({"engine": "fast"}, "engine: write compiled or reference; found fast"),
        ({"replications": 0}, "replications: write at least 1; found 0"),
        ({"replications": 5, "most": 10}, "most: it bounds a number chosen by precision"),
        ({"draft": True, "most": 10}, "draft: it means 5 replications: name it alone"),
        ({"seed": -1}, "seed: write at least 0; found -1"),
    ],
    ids=str,
)
def test_an_argument_that_cannot_be_is_told_in_one_line(options, said):
    with pytest.raises(OptionError, match=re.escape(said)) as caught:
        Effort(**options)
    assert "\n" not in str(caught.value)


def test_what_cannot_be_is_told_in_chinese_too():
    with pytest.raises(OptionError) as caught:
        Effort(seed=-1)
    assert "请填写不小于 0 的数" in caught.value.told(language("zh"))


def test_options_in_python_are_those_of_an_effort():
    assert set(EffortOptions.__annotations__) == {one.name for one in fields(Effort)} - INNER


def test_the_prompt_has_the_same_options_with_the_same_defaults():
    asked = Options().study()
    assert Effort(**asked) == Effort()
    assert set(asked) == {"replications", "most", "draft", "seed", "workers", "scheduler", "engine",
                          "reuse"}  # fmt: skip
    assert Options(replications=7, seed=3).study() == asked | {"replications": 7, "seed": 3}


@pytest.mark.parametrize(
    "question",
    [comparison.run, comparison.compare, ranking.rank, search.search, curve.curve, stress.stress,
     worth.worth],
    ids=lambda question: question.__name__,
)  # fmt: skip
def test_every_question_refuses_what_is_no_effort(question, liling):
    with pytest.raises((OptionError, TypeError), match="replicatons|unexpected keyword"):
        question(liling, *([liling] if question is stress.stress else []), replicatons=3)


def study_of(liling, **values):
    return liling.with_study(**values)


def test_a_number_asked_for_comes_before_the_scenario_s(liling):
    base = study_of(liling, replications=40, seed=9)
    assert Effort().stopping(base).fixed == 40
    assert Effort(replications=3).stopping(base).fixed == 3
    assert Effort(draft=True).stopping(base).fixed == 5
    assert Effort(most=12).stopping(base).fixed is None
    assert Effort(most=12).stopping(base).most == 12
    assert (Effort().seed_of(base), Effort(seed=0).seed_of(base)) == (9, 0)


def test_without_a_number_precision_decides(liling):
    stopping = Effort().stopping(liling)
    assert stopping.sequential
    assert stopping.most == liling.settings.study.most_replications
    assert stopping.aim == liling.settings.study.matters.share / 2


def test_an_effort_is_a_value():
    one = Effort(replications=3)
    assert replace(one, seed=4) == Effort(replications=3, seed=4)
    assert one == Effort(replications=3)
    with pytest.raises(AttributeError):
        one.seed = 4
    with pytest.raises(OptionError):
        replace(one, draft=True)
