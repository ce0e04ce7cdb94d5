"""Every township by layout, said as tables: who lives there, how they are served, what changes."""

from __future__ import annotations

from sim.answers.comparison import Comparison
from sim.answers.township_table import TownshipRow, rows
from sim.measures.intervals import Estimate
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Verdict
from sim.text import Message, Name
from sim.words import measures
from sim.words.language import Language
from sim.words.page import Column, Table

AREAS = {"urban": Message("urban"), "rural": Message("rural"), "mixed": Message("both"), "": ""}


def tables(comparison: Comparison, say: Language) -> list[Table]:
    """One table for a layout alone; else one for each proposal, beside today's layout."""
    every = rows(comparison)
    each = [every[n :: len(comparison.layouts)] for n in range(len(comparison.layouts))]
    if not comparison.proposals:
        return [_alone(comparison, each[0], say)]
    return [_beside(comparison, each[0], each[n], n, say) for n in comparison.proposals]


def _about(row: TownshipRow, say: Language) -> list[str]:
    return [
        say.name(Name(row.name_zh, row.name_en)),
        say(AREAS[row.area]),
        f"{row.people:,.0f}",
        say.number(row.expected_calls_a_day, 2),
    ]


def _columns(say: Language) -> list[Column]:
    return [
        Column(align="left"),
        Column(say("area"), "left"),
        Column(say("people")),
        Column(say("calls a day")),
    ]


def _alone(comparison: Comparison, found: list[TownshipRow], say: Language) -> Table:
    lines = [
        [*_about(row, say), _share(row.within, say), say.number(row.p90_min), _few(row, say)]
        for row in found
    ]
    heads = (Column(say("within target")), Column(say("P90, min")), Column(align="left"))
    return Table((*_columns(say), *heads), lines, above=_above(comparison, say))


def _beside(
    comparison: Comparison,
    before: list[TownshipRow],
    after: list[TownshipRow],
    number: int,
    say: Language,
) -> Table:
    within, lines = BY_KEY["within"], []
    for one, other in zip(before, after, strict=True):
        change = Estimate(other.difference, other.low, other.high)
        lines.append(
            [
                *_about(one, say),
                _share(one.within, say),
                _share(other.within, say),
                measures.number(within, change.mean, say, sign=True),
                measures.interval(within, change, say, sign=True) if change.known else "",
                say.number(one.p90_min),
                say.number(other.p90_min),
                measures.verdict(Verdict(other.verdict), say),
            ]
        )
    heads = (
        Column(say("today")),
        Column(say("proposal")),
        Column(say("difference")),
        Column(say("(95 % CI)"), "left", belongs=True),
        Column(say("P90 today")),
        Column(say("proposal")),
        Column(align="left"),
    )
    name = "" if len(comparison.layouts) == 2 else say.name(comparison.layouts[number].name)
    above = _above(comparison, say)
    if name:
        above = say("{layout}: {changes}", layout=name, changes=above)
    return Table((*_columns(say), *heads), lines, above=above)


def _above(comparison: Comparison, say: Language) -> str:
    areas = measures.area_word(comparison.base.map, say)
    if not comparison.proposals:
        return say("All {areas}: calls within target, and minutes in which nine of ten are reached",
                   areas=areas)  # fmt: skip
    return say(
        "All {areas}: calls within target, minutes in which nine of ten are reached (P90); "
        "verdicts of all {areas} are judged together",
        areas=areas,
    )


def _share(value: float, say: Language) -> str:
    return measures.value(BY_KEY["within"], value, say)


def _few(row: TownshipRow, say: Language) -> str:
    return measures.verdict(Verdict(row.verdict), say) if row.verdict else ""
