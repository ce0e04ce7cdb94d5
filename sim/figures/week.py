"""The week of a scenario: crews on duty by class, the calls to be expected, and their work."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.figures import fonts, lettering, page, style
from sim.figures.numbers import Rows
from sim.figures.style import Picture
from sim.model.calendar import DAYS, HOURS, HOURS_PER_WEEK
from sim.prepare.week import Week, week_of
from sim.scenario.scenario import Scenario
from sim.words import week as words
from sim.words.language import Language

ASPECT: Final = 0.5  # of the page
# By class of ambulance: light, so that lines can be read on them, and told apart in grey.
LOOKS: Final = (
    ("#BFD7EA", ""), ("#F4D9B0", "////"), ("#CFE8D5", "...."), ("#E3D0E6", "\\\\\\\\"),
    ("#E0E0E0", "xxxx"),
)  # fmt: skip


def week_figure(scenario: Scenario, say: Language, size: str = "screen") -> Picture:
    """Crews on duty by hour of the week, stacked by class, against the expected calls."""
    say, week = fonts.drawable(say), week_of(scenario)
    with page.page_of_aspect(words.finding(week, scenario, say), size, ASPECT) as sheet:
        fig, line = sheet.fig, sheet.size
        ax = sheet.axes(
            sheet.left + 2.2 * line, sheet.bottom + 2.0 * line, sheet.right, sheet.top - 2.4 * line
        )
        handles = [*_crews(ax, week, scenario, say), *_calls(ax, week, say)]
        _axes(ax, week, say)
        legend = fig.legend(
            handles=handles, loc="upper left", bbox_to_anchor=sheet.at(sheet.left, sheet.top),
            ncols=len(handles), frameon=False, borderaxespad=0, borderpad=0, handlelength=1.8,
            columnspacing=1.4,
        )  # fmt: skip
        for text in legend.get_texts():
            lettering.shrink(fig, text, 0.9 / len(handles) - 0.03)
    return fig.explain(words.drawn(week, say), lambda: _rows(week, say), say)


def _rows(week: Week, say: Language) -> Rows:
    """A row for each hour of the week."""
    return [
        {
            "hour_of_week": hour,
            "when": words.hour(hour, say),
            "crews_on_duty": int(week.crews[hour]),
            "calls_per_hour": float(week.calls[hour]),
            "ambulances_busy": float(week.work[hour]),
        }
        for hour in range(HOURS_PER_WEEK)
    ]


def _crews(ax: Axes, week: Week, scenario: Scenario, say: Language) -> list[Any]:
    """A layer for each class that is ever on duty; what the legend says of them."""
    at = np.arange(HOURS_PER_WEEK + 1)
    below = np.zeros(HOURS_PER_WEEK)
    handles = []
    classes = scenario.crews.classes
    for kind, one in enumerate(classes):
        if not week.on_duty[kind].any():
            continue
        above = below + week.on_duty[kind]
        colour, hatch = LOOKS[kind % len(LOOKS)]
        look: dict[str, Any] = {
            "facecolor": colour,
            "hatch": hatch,
            "edgecolor": "white",
            "linewidth": 0.0,
        }
        ax.fill_between(at, _ended(below), _ended(above), step="post", zorder=1, **look)
        name = say.name(one.names)
        label = say("on duty") if len(classes) == 1 else say("on duty: {name}", name=name)
        handles.append(Patch(**look, label=label))
        below = above
    ax.step(at, _ended(week.crews.astype(float)), where="post", color=style.GREY, lw=0.8, zorder=2)
    return handles


def _calls(ax: Axes, week: Week, say: Language) -> list[Line2D]:
    at = np.arange(HOURS_PER_WEEK + 1)
    busy = say("busy with the calls")
    if week.transfers is not None:
        busy = say("busy with calls and transfers")
    lines = (
        (week.work, style.ORANGE, "-", 2.0, busy),
        (week.calls, style.INK, (0, (4, 2)), 1.2, say("calls an hour")),
    )
    for values, colour, dashes, width, _ in lines:
        ax.step(at, _ended(values), where="post", color=colour, ls=dashes, lw=width, zorder=3)
    return [
        Line2D([], [], color=colour, ls=dashes, lw=width, label=label)
        for _, colour, dashes, width, label in lines
    ]


def _axes(ax: Axes, week: Week, say: Language) -> None:
    ax.set_xlim(0, HOURS_PER_WEEK)
    most = max(float(week.crews.max()), float(week.work.max()), float(week.calls.max()), 1.0)
    ax.set_ylim(0, 1.06 * most)
    ax.set_xticks(np.arange(DAYS) * HOURS + HOURS / 2, words.days(say))
    ax.tick_params(axis="x", length=0)
    for day in range(1, DAYS):
        ax.axvline(day * HOURS, color="#BBBBBB", lw=0.7, zorder=2.5)
    ax.yaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))


def _ended(values: np.ndarray) -> np.ndarray:
    """By hour, and once more at the end: the last step reaches it."""
    return np.append(values, values[-1])
