"""When people call: the hours of the day with their band, the days of the week with intervals."""

from __future__ import annotations

from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.answers.calibration import Calibration
from sim.figures import intervals, lettering, page, row_chart, style
from sim.figures.numbers import Rows
from sim.figures.style import Picture
from sim.fitting.profile import Profile
from sim.model.calendar import DAYS, HOURS
from sim.words import calibration_figures as words
from sim.words import week as week_words
from sim.words.language import Language

HIGH: Final = 27.0  # of the drawing, in units of the body type
SPLIT: Final = 0.64  # of the width for the hours
NAMED: Final = 1.35  # of the body type, above the highest interval


def draw(calibration: Calibration, say: Language, size: str = "screen") -> Picture:
    """Calls by hour and by day, relative to the mean of all, on one scale."""
    shape = calibration.fits.rates.profile
    with page.page(words.of_profile(calibration, say), size, HIGH) as sheet:
        body = sheet.size
        bottom, top = sheet.bottom + 3.4 * body, sheet.top - 1.9 * body
        middle = sheet.left + SPLIT * (sheet.right - sheet.left)
        hours = sheet.axes(sheet.left + 2.6 * body, bottom, middle, top)
        days = sheet.axes(middle + 2.0 * body, bottom, sheet.right, top)
        most = 1.12 * max(1.2, _highest(shape))
        for ax in (hours, days):
            ax.set_ylim(0, most)
            ax.axhline(1, color=style.INK, lw=1.0, zorder=2)
            ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
            ax.grid(axis="y", color=intervals.LINE, lw=0.6)
            ax.set_axisbelow(True)
        days.tick_params(axis="y", length=0, labelleft=False)
        _hours(hours, shape, say)
        _days(days, shape, say)
    return sheet.fig.explain(words.profile_drawn(say), lambda: _rows(shape, say), say)


def _rows(shape: Profile, say: Language) -> Rows:
    """A row for each hour of the day, then one for each day of the week."""
    names = [f"{hour:02d}–{hour + 1:02d}" for hour in range(HOURS)] + week_words.days(say)
    hours = zip(shape.hours, shape.hours_low, shape.hours_high, strict=True)
    days = zip(shape.days, shape.days_low, shape.days_high, strict=True)
    return [
        {
            "when": name,
            "calls_relative_to_mean": float(value),
            "low_relative_to_mean": float(low),
            "high_relative_to_mean": float(high),
        }
        for name, (value, low, high) in zip(names, [*hours, *days], strict=True)
    ]


def _highest(shape: Profile) -> float:
    every = np.concatenate([shape.hours, shape.hours_high, shape.days, shape.days_high])
    return float(np.nanmax(every))


def _hours(ax: Axes, shape: Profile, say: Language) -> None:
    """A step for each hour, as a scenario has it, in its band."""
    size = mpl.rcParams["font.size"]
    at = np.arange(HOURS + 1)
    low, value, high = (
        np.append(one, one[-1]) for one in (shape.hours_low, shape.hours, shape.hours_high)
    )
    if np.isfinite(low).all():
        ax.fill_between(at, low, high, step="post", color=style.BLUE, alpha=0.25, lw=0, zorder=3)
    ax.step(at, value, where="post", color=style.BLUE, lw=0.2 * size, zorder=4)
    ax.set_xlim(0, HOURS)
    ax.set_xticks(range(0, HOURS + 1, 3))
    row_chart.axis_label(ax, say("Clock hour at which the call was received"))
    row_chart.title(ax, say("Hours of the day (1 = the mean hour)"))


def _days(ax: Axes, shape: Profile, say: Language) -> None:
    """A mark for each day, its number above its interval."""
    size = mpl.rcParams["font.size"]
    columns = (shape.days_low, shape.days, shape.days_high)
    for day in range(DAYS):
        low, value, high = (float(one[day]) for one in columns)
        if np.isfinite(low + high):
            ax.plot([day, day], [low, high], color=style.BLUE, lw=0.25 * size,
                    solid_capstyle="butt", zorder=3)  # fmt: skip
        ax.plot(day, value, "o", color=style.BLUE, markersize=0.7 * size, zorder=4)
        ax.annotate(
            say.number(value, 2), (day, np.nanmax([value, high])), (0, 0.4 * size),
            textcoords="offset points", ha="center", va="bottom", size=0.85 * size,
            path_effects=style.halo(), zorder=6,
        )  # fmt: skip
    ax.set_xlim(-0.6, DAYS - 0.4)
    ax.set_xticks(range(DAYS), week_words.days(say))
    ax.tick_params(axis="x", length=0)
    _narrower(ax)
    row_chart.title(ax, say("Days of the week (1 = the mean day)"))


def _narrower(ax: Axes) -> None:
    """Names of days in smaller type, until each has its own room."""
    fig: Any = ax.figure
    size, room = mpl.rcParams["font.size"], intervals.points_wide(ax) / DAYS - 2.0
    names = [label.get_text() for label in ax.get_xticklabels()]
    fits = min(lettering.size_that_fits(fig, name, size, room) for name in names)
    ax.tick_params(axis="x", labelsize=fits)
