"""The township map: minutes within which nine of ten calls are reached, stations, urban core."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from sim.answers.comparison import Comparison
from sim.figures import areas, map_page, map_parts, station_marks, style
from sim.figures.areas import Area, AreaFill
from sim.figures.map_page import Key, Part
from sim.figures.numbers import Rows
from sim.figures.style import Picture
from sim.scenario.layout import against
from sim.scenario.scenario import Scenario
from sim.scenario.standing import standby_points
from sim.words import township_map as words
from sim.words.language import Language

BREAKS: Final = (10, 15, 20, 30, 40)  # policy minutes
RAMP: Final = ("#FFF7DC", "#FEE391", "#FDBB4E", "#F08A24", "#C24A0A", "#7A2706")  # dark = worse
NO_CALLS = "#EEEEEE"
DARK_FROM = 4  # classes on which type is white
MISSED: Final = "///"


def draw(comparison: Comparison, layout: int, say: Language, size: str = "screen") -> Picture:
    """The 90th percentile of the response time of each township under one layout."""
    the_map, townships = comparison.base.map, words.service(comparison, layout)
    finding = words.finding(comparison, layout, townships, say)
    changes = against(comparison.base, comparison.layouts[layout])
    standby = standby_points(comparison.layouts[layout])
    found = [_area(*one) for one in zip(townships.p90, townships.meets, strict=True)]
    names = [say.name(seat.name) for seat in the_map.townships]

    def paint(ax: Axes, part: Part) -> None:
        stations = station_marks.draw(ax, changes, say, part.labelled(the_map))
        boxes = stations.boxes + station_marks.draw_standby(ax, standby)
        areas.draw(ax, the_map, found, names, part, boxes)

    classes: list[Any] = _classes(townships.p90, say)
    if not townships.meets.all():
        classes.append(_missed(comparison.base, say))
    marks = [
        *station_marks.handles(changes, say),
        *station_marks.standby_handle(standby, say),
        *map_parts.core_handle(the_map, say),
    ]
    keys = [
        Key(say("90th percentile (min)"), classes),
        Key(say("digit = ambulances"), marks),
    ]
    made = map_page.draw(the_map, finding, size, say, paint, keys)
    return made.explain(
        words.drawn(comparison.base.map, townships, say),
        lambda: _rows(townships, names),
        say,
    )


def _rows(townships: words.AreaService, names: list[str]) -> Rows:
    return [
        {"township": name, "p90_min": float(minutes), "meets_target": bool(meets)}
        for name, minutes, meets in zip(names, townships.p90, townships.meets, strict=True)
    ]


def _class(minutes: float) -> int:
    return int(np.searchsorted(BREAKS, minutes, side="left"))


def _area(minutes: float, meets: bool) -> Area:
    if math.isnan(minutes):
        return Area(AreaFill(NO_CALLS))
    shown = "∞" if math.isinf(minutes) else f"{minutes:.0f}"
    if minutes > np.round(minutes) and np.round(minutes) in BREAKS:
        shown = f"{minutes:.1f}"  # 10.3 is not within ten minutes, and must not read as 10
    row = _class(minutes)
    ink = "white" if row >= DARK_FROM else style.INK
    return Area(AreaFill(RAMP[row], "" if meets else MISSED, ink=ink), shown)


def _classes(p90: np.ndarray, say: Language) -> list[Patch]:
    """The classes from the quickest on the map to the slowest, and areas without calls."""
    used = sorted({_class(minutes) for minutes in p90[~np.isnan(p90)]})
    names = [f"≤ {BREAKS[0]}", *(f"{a}–{b}" for a, b in pairwise(BREAKS)), f"> {BREAKS[-1]}"]
    patches = []
    if used:
        every = range(used[0], used[-1] + 1)
        patches = [areas.handle(AreaFill(RAMP[i]), names[i]) for i in every]
    if np.isnan(p90).any():
        patches.append(areas.handle(AreaFill(NO_CALLS), say("no calls")))
    return patches


def _missed(base: Scenario, say: Language) -> Any:
    """The hatching of who misses the target."""
    targets = base.settings.targets
    missed = say(
        "misses its target\n({share} of calls in\n{urban} min urban,\n{rural} min rural)",
        share=say("{percent} %", percent=f"{100 * targets.share:.0f}"),
        urban=f"{targets.urban / 60:g}",
        rural=f"{targets.rural / 60:g}",
    )
    return Patch(facecolor="none", edgecolor="#00000088", hatch=MISSED, lw=0.6, label=missed)
