"""Where people call more or less than their numbers explain: townships by their factors."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from sim.answers.calibration import Calibration
from sim.figures import areas, intervals, lettering, map_page, map_parts, style
from sim.figures.areas import Area, AreaFill
from sim.figures.map_page import Key, Part
from sim.figures.numbers import Rows
from sim.figures.style import Picture
from sim.fitting import shown_cells
from sim.fitting.townships import TownshipFactors
from sim.words import calibration_figures as words
from sim.words.language import Language

BREAKS: Final = (0.5, 0.67, 0.8, 0.95, 1.05, 1.25, 1.5, 2.0)
FILLS: Final = (  # from few calls to many; white about 1
    AreaFill("#08519C", ink="white"), AreaFill("#4A90C8"), AreaFill("#93C1E3"), AreaFill("#D0E3F3"),
    AreaFill("white"),
    AreaFill("#FDE3C3"), AreaFill("#F9BE7C"), AreaFill("#E58A2F"), AreaFill("#A04000", ink="white"),
)  # fmt: skip
HIDDEN: Final = AreaFill("white", "////", "#00000066")
NOBODY: Final = AreaFill("#E2E2E2")
TICKS: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def draw(calibration: Calibration, say: Language, size: str = "screen") -> Picture:
    """Each area by its shrunk factor; beside it raw against shrunk, dots as large as calls."""
    found, the_map = calibration.fits.rates.townships, calibration.provenance.base.map
    shown = shown_cells.shown(found.calls, calibration.least)
    filled = [
        Area(fill_of(float(factor), bool(told)),
             say.number(float(factor), 2) if told and math.isfinite(factor) else "")
        for factor, told in zip(found.factor, shown, strict=True)
    ]  # fmt: skip
    names = [say.name(seat.name) for seat in the_map.townships]

    def paint(ax: Axes, part: Part) -> None:
        areas.draw(ax, the_map, filled, names, part, [])

    keys = [Key(say("factor on calls"), _classes(calibration, filled, say))]
    told = shown & np.isfinite(found.raw) & np.isfinite(found.factor)

    def aside(ax: Axes) -> None:
        _raw_and_shrunk(ax, found, told, say)

    made = map_page.draw(
        the_map, words.of_rates(calibration, say), size, say, paint, keys,
        aside if told.any() else None,
    )  # fmt: skip
    return made.explain(
        words.rates_drawn(calibration, say), lambda: _rows(found, shown, names), say
    )


def _rows(found: TownshipFactors, shown: np.ndarray, names: list[str]) -> Rows:
    """A row for each area; numbers of areas with few calls are hidden here as on the map."""
    return [
        {
            "township": names[row],
            "calls": int(found.calls[row]) if shown[row] else math.nan,
            "factor_raw": float(found.raw[row]) if shown[row] else math.nan,
            "factor": float(found.factor[row]) if shown[row] else math.nan,
        }
        for row in range(len(names))
    ]


def fill_of(factor: float, shown: bool) -> AreaFill:
    """The class of a factor as it is printed; hatched where it is hidden."""
    if not shown:
        return HIDDEN
    if not math.isfinite(factor):
        return NOBODY
    return FILLS[int(np.searchsorted(BREAKS, round(factor, 2), side="right"))]


def _classes(calibration: Calibration, filled: list[Area], say: Language) -> list[Any]:
    """From the most to the fewest of those that occur, then hidden ones and the core."""
    there = {area.fill for area in filled}
    middle = [f"{a:g}–{b:g}" for a, b in pairwise(BREAKS)]
    labels = [f"< {BREAKS[0]:g}", *middle, f"≥ {BREAKS[-1]:g}"]
    found = [(fill, label) for fill, label in zip(FILLS, labels, strict=True) if fill in there]
    found.reverse()
    least = say("fewer than {least} calls", least=calibration.least)
    found += [(HIDDEN, least)] * (HIDDEN in there)
    found += [(NOBODY, say("nobody lives there"))] * (NOBODY in there)
    handles: list[Any] = [areas.handle(fill, label) for fill, label in found]
    return [*handles, *map_parts.core_handle(calibration.provenance.base.map, say)]


def _raw_and_shrunk(ax: Axes, found: TownshipFactors, told: np.ndarray, say: Language) -> None:
    """Raw along, shrunk up: the fewer calls, the nearer to 1."""
    size = mpl.rcParams["font.size"]
    raw, shrunk = np.maximum(found.raw[told], 0.05), np.maximum(found.factor[told], 0.05)
    reach = 1.12 * max(1.25, *np.maximum(raw, 1 / raw), *np.maximum(shrunk, 1 / shrunk))
    for axis, put in ((ax.xaxis, ax.set_xscale), (ax.yaxis, ax.set_yscale)):
        put("log")
        ticks = [tick for tick in TICKS if 1 / reach < tick < reach]
        if len(ticks) < 2:
            ticks = [0.8, 1.0, 1.25] if reach >= 1.25 else [1.0]
        axis.set_major_locator(FixedLocator(ticks))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_tick_params(labelsize=0.85 * size)
    ax.set_xlim(1 / reach, reach)
    ax.set_ylim(1 / reach, reach)
    ax.plot([1 / reach, reach], [1 / reach, reach], color=style.INK, lw=0.8, zorder=1)
    ax.axhline(1, color=style.GREY, lw=0.8, ls=(0, (2, 3)), zorder=1)
    calls = found.calls[told]
    most = (1.15 * size) ** 2
    ax.scatter(raw, shrunk, s=np.maximum(most * calls / max(1.0, calls.max()), 3.0), zorder=3,
               color=style.INK, alpha=0.55, edgecolor="white", linewidth=0.5)  # fmt: skip
    fig: Any = ax.figure
    wide = intervals.points_wide(ax)
    named = ((say("as recorded"), ax.set_xlabel), (say("drawn towards 1"), ax.set_ylabel))
    for text, label in named:
        label(text, labelpad=0.2 * size,
              size=lettering.size_that_fits(fig, text, 0.85 * size, wide))  # fmt: skip
    text = say("a dot an area, as large as its calls")
    fits = lettering.size_that_fits(fig, text, 0.85 * size, wide + 2 * size)
    ax.annotate(text, (1, 1), (0, 0.4 * size), xycoords="axes fraction", ha="right",
                textcoords="offset points", size=fits, annotation_clip=False)  # fmt: skip
