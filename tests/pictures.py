"""Every answer with its figures, each drawn once in a session."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import calibrations
from decisions import of_curve, of_search, of_worth, stressed
from drawings import drawn
from rankings import ranked, sited

import sim
from sim.answers.coverage import coverage
from sim.figures import drawings, inputs_map, week_figure
from sim.scenario.file import load
from sim.words.language import language

LILING = Path(__file__).parent.parent / "scenarios" / "liling"


@cache
def liling():
    return load(LILING)


@cache
def week():
    return liling().with_study(length=7 * 86_400.0)


@cache
def comparison():
    """Two proposals for a week of Liling, in three replications."""
    return sim.compare(
        week(), week().add("枫林镇"), week().close("第六分站"), replications=3, workers=1
    )


@cache
def day():
    short = liling().with_study(warm_up=86_400.0, length=2 * 86_400.0)
    return sim.day(short, 2, hours=(6, 20), engine="reference")


# By the name of the kind of answer; none is computed before it is asked for.
ANSWERS = {
    "comparison": comparison,
    "why_late": lambda: comparison().why(),
    "day": day,
    "coverage": lambda: coverage(liling()),
    "ranking": ranked,
    "sites": lambda: sited(new=3),
    "search": of_search,
    "curve": of_curve,
    "stress": lambda: stressed(5.6, 3.5, joint=16),
    "worth": of_worth,
    "calibration": lambda: calibrations.made(liling()),
}


@cache
def answer(kind):
    return ANSWERS[kind]()


@cache
def picture(kind, name, lang="en", size="screen"):
    """A figure of an answer, or one of the two of a scenario."""
    if kind == "scenario":
        draw = {
            "inputs": lambda: inputs_map(liling().map, language(lang), liling(), size),
            "week": lambda: week_figure(liling(), language(lang), size),
        }[name]
    else:
        draw = drawings(answer(kind), language(lang), size)[name]
    return drawn(draw)


def names(kind):
    """The figures of an answer."""
    if kind == "scenario":
        return ["inputs", "week"]
    return list(drawings(answer(kind), language("en")))


KINDS = [*ANSWERS, "scenario"]
