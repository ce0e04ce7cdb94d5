"""Isochrones: the ground by the minutes to the first arrival if nobody is busy, with stations."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from sim.answers.coverage import Coverage
from sim.figures import areas, map_page, map_parts, station_marks
from sim.figures.areas import Area, AreaFill
from sim.figures.map_page import Key, Part
from sim.figures.numbers import Rows
from sim.figures.style import INK, Picture
from sim.figures.township_map import BREAKS, DARK_FROM, RAMP
from sim.geography.bundle import Map
from sim.scenario.layout import against
from sim.scenario.standing import standby_points
from sim.words import isochrones as words
from sim.words.language import Language

SPOTS: Final = 24_000  # at which minutes are worked out, all over the map
FAR: Final = 1e6  # minutes, for ground to which no road leads
BORDER: Final = "#7A7A7A"


class Grid(NamedTuple):
    """Minutes to the first arrival at points in rows and columns, in metres of the map."""

    x: np.ndarray  # [column]
    y: np.ndarray  # [row]
    minutes: np.ndarray  # [row, column]


def draw(
    coverage: Coverage, say: Language, size: str = "screen", ax: Axes | None = None
) -> Picture:
    """Bands of minutes as ground, and on each area the median minutes of its people."""
    base, the_map = coverage.provenance.base, coverage.provenance.base.map
    grid, stations = _grid(coverage), against(base, base)
    standby = standby_points(base)
    medians = _medians(coverage)
    found = [Area(_fill(one), "" if math.isnan(one) else f"{one:.0f}") for one in medians]
    names = [say.name(seat.name) for seat in the_map.townships]

    def paint(ax: Axes, part: Part) -> None:
        _bands(ax, the_map, grid)
        marks = station_marks.draw(ax, stations, say, part.labelled(the_map))
        boxes = marks.boxes + station_marks.draw_standby(ax, standby)
        areas.label(ax, the_map, found, names, part, boxes)

    keys = [
        Key(say("minutes from the call"), _classes(grid)),
        Key(
            say("digit = ambulances"),
            [
                *station_marks.handles(stations, say),
                *station_marks.standby_handle(standby, say),
                *map_parts.core_handle(the_map, say),
            ],
        ),
    ]
    made = map_page.draw(the_map, words.finding(coverage, say), size, say, paint, keys, ax=ax)
    return made.explain(
        words.drawn(coverage, BREAKS, say), lambda: _rows(coverage, names, medians), say
    )


def _rows(coverage: Coverage, names: list[str], medians: np.ndarray) -> Rows:
    """People within each limit, then the median minutes of each area."""
    found: Rows = [
        {"what": f"≤ {limit}", "people": coverage.people_within(limit)} for limit in BREAKS
    ]
    people = coverage.provenance.base.map.township_people
    return found + [
        {"what": name, "people": float(count), "median_min": float(median)}
        for name, count, median in zip(names, people, medians, strict=True)
    ]


def _medians(coverage: Coverage) -> np.ndarray:
    """[township] minutes to the first arrival of its median person; nan where nobody lives."""
    the_map, frame = coverage.provenance.base.map, coverage.to_frame()
    cells = the_map.cells
    people = np.bincount(cells.township, cells.people, len(the_map.townships))
    found = np.full(len(the_map.townships), math.nan)
    # By row, for two townships may have one name; those without people have none in the frame.
    found[people > 0] = frame.loc[frame["by"] == "township", "minutes"]
    return found


def _grid(coverage: Coverage) -> Grid:
    x0, y0, x1, y1 = coverage.provenance.base.map.outline.bounds
    step = math.sqrt((x1 - x0) * (y1 - y0) / SPOTS)
    x, y = np.arange(x0 - step, x1 + 2 * step, step), np.arange(y0 - step, y1 + 2 * step, step)
    spots = np.column_stack([one.ravel() for one in np.meshgrid(x, y)])
    minutes = coverage.minutes_at(spots)
    return Grid(x, y, np.minimum(minutes, FAR).reshape(len(y), len(x)))


def _bands(ax: Axes, the_map: Map, grid: Grid) -> None:
    """The bands within the map's outline, then the borders of areas, the boundary and the core."""
    limits = ax.get_xlim(), ax.get_ylim()
    made = ax.contourf(
        grid.x, grid.y, grid.minutes, levels=[-1, *BREAKS, 2 * FAR], colors=RAMP, zorder=1
    )
    patch = PathPatch(_path(the_map.outline), transform=ax.transData)
    made.set_clip_path(patch)
    ax.set_xlim(limits[0])
    ax.set_ylim(limits[1])
    borders = the_map.layers["townships"].boundary
    map_parts.plot(ax, borders, color=BORDER, linewidth=0.5, zorder=2)
    map_parts.outlines(ax, the_map)


def _path(shape: Any) -> Path:
    """The outline of a polygon, or of several, with its holes."""
    polygons = shape.geoms if hasattr(shape, "geoms") else [shape]
    rings = [ring for one in polygons for ring in (one.exterior, *one.interiors)]
    return Path.make_compound_path(*(Path(np.asarray(ring.coords)[:, :2]) for ring in rings))


def _class(minutes: float) -> int:
    return int(np.searchsorted(BREAKS, minutes, side="left"))


def _fill(minutes: float) -> AreaFill:
    """The ground on which an area's name is read: that of its median."""
    if math.isnan(minutes):
        return AreaFill(RAMP[-1], ink="white")
    row = _class(minutes)
    return AreaFill(RAMP[row], ink="white" if row >= DARK_FROM else INK)


def _classes(grid: Grid) -> list[Any]:
    """The bands from the first to the last that there is."""
    last = _class(float(grid.minutes.max()))
    names = [f"≤ {BREAKS[0]}", *(f"{a}–{b}" for a, b in pairwise(BREAKS)), f"> {BREAKS[-1]}"]
    return [areas.handle(AreaFill(RAMP[i]), names[i]) for i in range(last + 1)]
