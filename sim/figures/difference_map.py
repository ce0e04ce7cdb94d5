"""The map of differences: in which areas a proposal helps, in which it harms, and by how much."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes

from sim.answers import area_changes
from sim.answers.area_changes import AreaChange
from sim.answers.comparison import Comparison
from sim.figures import areas, map_page, map_parts, numbers, station_marks
from sim.figures.areas import Area, AreaFill
from sim.figures.map_page import Key, Part
from sim.figures.numbers import Rows
from sim.figures.style import Picture
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Verdict, of_so_many
from sim.scenario.layout import against
from sim.scenario.standing import standby_points
from sim.words import difference_map as words
from sim.words.language import Language
from sim.words.measures import VERDICTS

BREAKS: Final = {"share": (5.0, 15.0), "min": (2.0, 5.0)}  # as they are printed
WORSE_HATCH: Final = "\\\\\\"
BLUES: Final = (AreaFill("#C9DFF2"), AreaFill("#6BAED6"), AreaFill("#08519C", ink="white"))
ORANGES: Final = (
    AreaFill("#FDDDB8", WORSE_HATCH),
    AreaFill("#F29A3F", WORSE_HATCH),
    AreaFill("#A04000", WORSE_HATCH, "#FFFFFF66", "white"),
)
OTHERS: Final = {
    Verdict.TOO_SMALL: AreaFill("#F4F4F4"),
    Verdict.UNDECIDED: AreaFill("#CFCFCF", "//", "#FFFFFFCC", "#333333"),
    None: AreaFill("white", "....", "#00000066"),
}


def draw(
    comparison: Comparison,
    layout: int,
    key: str,
    say: Language,
    size: str = "screen",
    ax: Axes | None = None,
) -> Picture:
    """Each area by the paired difference of a measure of calls: `within` or `mean`."""
    found = area_changes.changes(comparison, layout, key)
    finding = words.finding(comparison, layout, key, found, say)
    the_map = comparison.base.map
    changes = against(comparison.base, comparison.layouts[layout])
    standby = standby_points(comparison.layouts[layout])
    filled = [Area(_fill(key, one), words.number(key, one, say)) for one in found]
    names = [say.name(seat.name) for seat in the_map.townships]

    def paint(ax: Axes, part: Part) -> None:
        stations = station_marks.draw(ax, changes, say, part.labelled(the_map))
        boxes = stations.boxes + station_marks.draw_standby(ax, standby)
        areas.draw(ax, the_map, filled, names, part, boxes)

    marks = [
        *station_marks.handles(changes, say),
        *station_marks.standby_handle(standby, say),
        *map_parts.core_handle(the_map, say),
    ]
    keys = [
        Key(say(words.TITLES[BY_KEY[key].unit]), _classes(comparison, key, found, say)),
        Key(say("digit = ambulances"), marks),
    ]
    made = map_page.draw(the_map, finding, size, say, paint, keys, ax=ax)
    return made.explain(
        words.drawn(comparison, key, found, say),
        lambda: _rows(key, found, names, comparison.replications, say),
        say,
    )


def _rows(
    key: str, found: list[AreaChange], names: list[str], replications: int, say: Language
) -> Rows:
    measure = BY_KEY[key]
    return [
        {
            "township": name,
            f"change_{numbers.CHANGES[measure.unit]}": measure.scale * one.change,
            "verdict": ""
            if one.verdict is None
            else say(VERDICTS[of_so_many(one.verdict, replications)]),
        }
        for name, one in zip(names, found, strict=True)
    ]


def _class(key: str, one: AreaChange) -> int:
    measure = BY_KEY[key]
    size = round(measure.scale * abs(one.change), 1)  # as it is printed
    return int(np.searchsorted(BREAKS[measure.unit], size, side="left"))


def _fill(key: str, one: AreaChange) -> AreaFill:
    if one.verdict == Verdict.BETTER:
        return BLUES[_class(key, one)]
    if one.verdict == Verdict.WORSE:
        return ORANGES[_class(key, one)]
    return OTHERS[one.verdict]


def _classes(comparison: Comparison, key: str, found: list[AreaChange], say: Language) -> list[Any]:
    """The fills that occur, from the greatest gain to the greatest loss, then the others."""
    there = {_fill(key, one) for one in found}
    breaks = BREAKS[BY_KEY[key].unit]
    named = [(BLUES[row], words.class_name(key, True, row, breaks, say)) for row in (2, 1, 0)]
    named += [(ORANGES[row], words.class_name(key, False, row, breaks, say)) for row in (0, 1, 2)]
    named += [
        (OTHERS[Verdict.TOO_SMALL], words.too_small(comparison, key, say)),
        (OTHERS[Verdict.UNDECIDED], say("cannot tell (?)")),
        (OTHERS[None], words.too_few(say)),
    ]
    return [areas.handle(fill, name) for fill, name in named if fill in there]
