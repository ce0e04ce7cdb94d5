"""The hospitals of a layout, said: who is taken there, how long ambulances wait, how full it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from sim.answers.lines import Line, of_hospitals, part_name
from sim.measures.measures import BY_KEY
from sim.text import Message
from sim.words import measures
from sim.words.language import Language
from sim.words.page import Column, Table

if TYPE_CHECKING:
    from sim.answers.comparison import Comparison

MOST: Final = 12  # hospitals in the printed table; all of them stand in measures.csv
HEADS: Final = {
    "destination": Message("patients"),
    "bay_waits": Message("wait"),
    "bay_mean": Message("mean wait, min"),
    "bay_p90": Message("P90, min"),
    "bay_hours": Message("h a day"),
    "bays_busy": Message("bays taken"),
    "walk_ins_refused": Message("walk-ins left"),
    "icu_busy": Message("ICU taken"),
}


def tables(comparison: Comparison, say: Language) -> list[Table]:
    """One table of today's layout, the hospital with most patients first; none in a plain service.

    A proposal's are in the files.
    """
    found = of_hospitals(comparison.features, comparison.groups_of_fleet)
    if not found:
        return []

    def value(line: Line) -> float:
        return comparison.estimate(line.key, 0, line.group).mean

    lines = sorted(found.values(), key=lambda own: -value(own[0]))
    keys = [line.key for line in lines[0]]
    rows = [
        [
            say.name(part_name(comparison.layouts, own[0].group)),
            *(_value(line, value(line), say) for line in own),
        ]
        for own in lines[:MOST]
    ]
    heads = [Column(say(HEADS[key])) for key in keys]
    left = len(lines) - MOST
    below = ""
    if left > 0:
        below = say.count(
            left,
            "{n} more hospital is in measures.csv.",
            "{n} more hospitals are in measures.csv.",
        )
    return [Table((Column(say("hospital"), "left"), *heads), rows, below)]


def _value(line: Line, value: float, say: Language) -> str:
    """A cell; – where a hospital has nothing of the kind, as bays without a limit."""
    return "–" if math.isnan(value) else measures.value(BY_KEY[line.key], value, say)
