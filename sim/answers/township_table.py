"""Every township by layout: how many live and call there, how they are served, what changes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.answers import area_changes
from sim.measures.groups import Group
from sim.measures.intervals import NOTHING_KNOWN, Estimate
from sim.measures.verdicts import FEWEST_CALLS, Verdict, of_so_many
from sim.model.calendar import Window
from sim.prepare import demand

if TYPE_CHECKING:
    from sim.answers.comparison import Comparison
    from sim.geography.bundle import Map

AREAS: Final = {(True, False): "urban", (False, True): "rural", (True, True): "mixed"}


class TownshipRow(NamedTuple):
    """One township under one layout. Shares between 0 and 1; nan where nothing was measured."""

    code: str
    name_zh: str
    name_en: str
    people: float
    expected_calls_a_day: float
    area: str  # urban, rural; mixed where people live in both
    layout: str
    calls: int  # measured in all replications
    within: float
    p90_min: float
    difference: float  # of `within`, from the base; nan of the base itself
    low: float
    high: float
    verdict: str  # empty of the base, unless it has too few calls to say anything


def rows(comparison: Comparison) -> list[TownshipRow]:
    """All townships of the map, in its order, each with a row for every layout."""
    base = comparison.base
    a_day = _expected_a_day(comparison)
    areas = areas_of(base.map)
    judged = {n: area_changes.changes(comparison, n, "within") for n in comparison.proposals}
    found = []
    for row, spot in enumerate(base.map.townships):
        about = (base.map.township_codes[row], spot.name.zh, spot.name.en,
                 float(base.map.township_people[row]), float(a_day[row]), areas[row])  # fmt: skip
        for number, layout in enumerate(comparison.layouts):
            calls = int((comparison.pooled[number].township == row).sum())
            change = None
            if number:
                one = judged[number][row].verdict
                change = (
                    Verdict.TOO_FEW if one is None else of_so_many(one, comparison.replications)
                )
            found.append(
                TownshipRow(
                    *about, layout.name.en, calls, *_served(comparison, number, row, calls),
                    *_change(comparison, number, row, calls), _said(change, calls),
                )
            )  # fmt: skip
    return found


def _served(comparison: Comparison, number: int, row: int, calls: int) -> tuple[float, float]:
    if not calls:
        return math.nan, math.nan
    group = Group("township", row)
    within, p90 = (comparison.estimate(key, number, group).mean for key in ("within", "p90"))
    return within, p90


def _change(comparison: Comparison, number: int, row: int, calls: int) -> Estimate:
    if number == 0 or not calls:
        return NOTHING_KNOWN
    return comparison.difference("within", number, Group("township", row))


def _said(change: Verdict | None, calls: int) -> str:
    if change is not None:
        return str(change)
    return str(Verdict.TOO_FEW) if calls < FEWEST_CALLS else ""


def _expected_a_day(comparison: Comparison) -> np.ndarray:
    """[township] calls a day: expected of what is drawn, or those recorded."""
    base, study = comparison.base, comparison.base.settings.study
    count, until = len(base.map.townships), study.warm_up + study.length
    expected = demand.expected_calls(demand.build(base), Window(study.warm_up, until), count)
    a_day: np.ndarray = expected / (study.length / 86_400)
    return a_day


def areas_of(on: Map) -> list[str]:
    """[township] whether its people live in town, in the country, or in both."""
    cells, count = on.cells, len(on.townships)
    people = [
        np.bincount(cells.township[cells.area == area], cells.people[cells.area == area], count)
        for area in range(2)
    ]
    return [AREAS.get((bool(u > 0), bool(r > 0)), "") for u, r in zip(*people, strict=True)]
