"""Problems: gathered in one place, each at its field, line and file."""

from __future__ import annotations

import pytest
from pydantic import Field, ValidationError

from sim.errors import Problem, RecordsError, ScenarioError
from sim.scenario import distributions
from sim.scenario.validation import Problems, dotted, in_words, validated
from sim.scenario.values import Seconds, Setting
from sim.text import Message


class Kitchen(Setting):
    """A model with one field of each kind that pydantic refuses in its own words."""

    cooks: int = Field(2, gt=0, le=9, strict=True)
    wait: Seconds = Field("10 min", validate_default=True)
    dishes: tuple[str, ...] = Field(("soup",), min_length=1, max_length=2)
    name: str = Field("A", min_length=1, max_length=5)
    open: bool = True
    heat: float = Field(1.0, allow_inf_nan=False, lt=5)


def test_of_a_list_only_the_entry_is_told_that_is_wrong():
    problems = Problems()
    assert validated(Kitchen, {"dishes": [5]}, problems) is None
    assert [problem.field for problem in problems.found] == ["dishes[0]"]


def test_a_field_within_a_field_tells_into_the_same_collection():
    problems = Problems()
    problems.at("layout", 1).at("at").tell("it lies in the sea")
    problems.tell("there is no layout")
    assert problems.found == [
        Problem("it lies in the sea", "layout[1].at"),
        Problem("there is no layout"),
    ]
    assert len(problems.at("layout")) == 2


def test_lines_and_files_come_from_where_the_field_is_written():
    problems = Problems(lambda loc: ("base.yaml", len(loc)))
    problems.at("travel", "speeds").tell("too fast")
    assert problems.found == [Problem("too fast", "travel.speeds", 2, "base.yaml")]
    rows = Problems()
    rows.at(line=7).at("priority").tell("none")
    assert rows.found == [Problem("none", "priority", 7)]


def test_all_are_raised_together_and_nothing_if_there_are_none():
    problems = Problems()
    problems.raise_if_any(ScenarioError, "a.yaml")
    problems.at("a").tell("x")
    problems.at("b").tell("y")
    with pytest.raises(RecordsError) as caught:
        problems.raise_if_any(RecordsError, "a.csv")
    assert len(caught.value.problems) == 2


def test_a_field_is_written_with_dots_and_the_numbers_of_its_entries():
    assert dotted(("layout", 1, "at")) == "layout[1].at"
    assert dotted(()) == ""
    place = Message("lon, lat or township")
    assert dotted((place,)) is place


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"cooks": 0}, "cooks: input should be greater than 0; found 0"),
        ({"cooks": 10}, "cooks: write at most 9; found 10"),
        ({"cooks": "two"}, "cooks: write a whole number; found two"),
        ({"wait": 10}, 'wait: write a number and a unit, like "10 min"; found 10'),
        ({"dishes": []}, "dishes: write at least 1 of them; found []"),
        ({"dishes": ["a", "b", "c"]}, "dishes: write at most 2 of them; found ['a', 'b', 'c']"),
        ({"dishes": 3}, "dishes: write a list; found 3"),
        ({"name": ""}, "name: write a text that is not empty; found nothing"),
        ({"name": "Antonia"}, "name: write a text of at most 5 letters; found Antonia"),
        ({"name": 3}, "name: write a text; found 3"),
        ({"open": "perhaps"}, "open: write true or false; found perhaps"),
        ({"heat": float("nan")}, "heat: write a finite number; found nan"),
        ({"heat": 6}, "heat: input should be less than 5; found 6"),
        ({"cook": 1}, "cook: no such setting; did you mean cooks?"),
    ],
)
def test_what_pydantic_finds_is_said_in_words_that_can_be_translated(written, told):
    problems = Problems()
    assert validated(Kitchen, written, problems) is None
    (problem,) = problems.found
    assert str(problem) == told
    assert isinstance(problem.message, Message)
    assert "{" not in problem.message


def test_what_is_right_is_returned_and_nothing_told():
    problems = Problems()
    kitchen = validated(Kitchen, {"wait": "5 min"}, problems)
    assert kitchen is not None
    assert kitchen.wait == 300
    assert not problems


def test_the_message_of_a_parser_is_kept():
    with pytest.raises(ValidationError) as caught:
        Kitchen.model_validate({"wait": "3 parsecs"})
    ((field, message),) = in_words(caught.value, {"wait": "3 parsecs"}, Kitchen)
    assert field == ("wait",)
    assert message.text == 'unknown unit "{unit}"; write it like "{example}"'
    assert message.values == {"unit": "parsecs", "example": "10 min"}


def test_distributions_are_known_by_the_names_of_the_union():
    assert set(distributions.NAMES) == {
        "constant", "exponential", "lognormal", "weibull", "log-logistic", "gamma", "uniform",
        "empirical",
    }  # fmt: skip


def test_the_same_problem_of_the_same_field_is_told_once():
    """Two ambulances alike have it alike."""
    problems = Problems()
    for field in ("a", "a", "b"):
        problems.at(field).tell("it is not so")
    with pytest.raises(ScenarioError) as caught:
        problems.raise_if_any(ScenarioError, "today")
    assert str(caught.value).splitlines()[1:] == ["  a: it is not so", "  b: it is not so"]
