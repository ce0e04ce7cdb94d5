"""All assumptions wrong at once: each proposal's gain in every joint sample, as a strip of dots."""

from __future__ import annotations

import math
from typing import Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from sim.answers.stress import Stress
from sim.figures import intervals, lettering, style
from sim.figures.intervals import Span
from sim.figures.page import Sheet
from sim.figures.stress_swings import zero_and_band
from sim.measures.intervals import Estimate
from sim.measures.measures import BY_KEY
from sim.words import stress_joint as words
from sim.words.language import Language

ROW: Final = 4.6  # of a proposal's words and dots, in units of the body type
MOST: Final = 6  # proposals
LINES: Final = 3  # of a proposal's words


def shown(stress: Stress, most: int) -> list[int]:
    """The proposals with a strip: the leading one and those that most often come out ahead."""
    order = sorted(
        range(len(stress.proposals)), key=lambda i: (i != stress.first, -stress.leads()[1 + i])
    )
    return sorted(order[:most])


def ends(stress: Stress, rows: list[int]) -> list[Estimate]:
    """The least and the greatest gain of each strip, as the axis counts."""
    assert stress.joint is not None
    found = []
    for row in rows:
        gains = BY_KEY[stress.by].scale * stress.joint.gains[:, row]
        gains = gains[np.isfinite(gains)]
        if len(gains):
            found += [Estimate(v, math.nan, math.nan) for v in (gains.min(), gains.max())]
    return found


def head(
    sheet: Sheet, stress: Stress, drawn: int, room: float, rescaled: bool, say: Language
) -> list[str]:
    """What the panel shows, in lines of `room` points: the first is its title."""
    title = say("All assumptions at once")
    title = lettering.broken(sheet.fig, title, 1.05 * sheet.size, room, 1, "bold")
    text = words.shows(stress, drawn, rescaled, say)
    return [title, *lettering.broken(sheet.fig, text, 0.9 * sheet.size, room, 6).split("\n")]


def panel(ax: Axes, stress: Stress, rows: list[int], seen: Span, say: Language) -> None:
    """For each proposal what can be counted, and below it a dot for each sample."""
    size, wide = mpl.rcParams["font.size"], intervals.points_wide(ax)
    intervals.rows(ax, [""] * len(rows), size)
    intervals.value_axis(ax, seen)
    zero_and_band(ax, BY_KEY[stress.by].scale * stress.least)
    for line, row in enumerate(rows):
        text = lettering.broken(
            ax.figure, words.strip(stress, row, say), 0.88 * size, wide - 0.4 * size, LINES  # type: ignore[arg-type]
        )  # fmt: skip
        ax.annotate(
            text, (0, line - 0.5), (0.2 * size, -0.2 * size), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="top", size=0.88 * size, linespacing=1.12,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.2 * size}, zorder=3.5,
        )  # fmt: skip
        _strip(ax, stress, row, line + 0.28, seen, size)
        if line:
            ax.axhline(line - 0.5, color=intervals.LINE, lw=0.8, zorder=1)


def _strip(
    ax: Axes, stress: Stress, row: int, y: float, seen: Span, size: float
) -> None:  # fmt: skip
    """Dots, hollow where the gain is less than what matters; a line at the gain as assumed."""
    assert stress.joint is not None
    scale = BY_KEY[stress.by].scale
    gains = scale * stress.joint.gains[:, row]
    order = np.argsort(np.argsort(gains, kind="stable"), kind="stable")
    many = len(gains)
    shift = 0.13 * (2 * ((order * 0.618034) % 1) - 1) if many > 1 else np.zeros(1)
    matters = stress.joint_gains(row) >= stress.least
    faint = min(0.75, 0.75 * (100 / many) ** 0.4)
    dot = size * (0.5 if many <= 40 else max(0.2, 0.5 * (40 / many) ** 0.3))
    for some, face in ((matters, style.BLUE), (~matters, "white")):
        if not some.any():  # no marks would count as marks at the page's corner
            continue
        ax.plot(
            gains[some], y + shift[some], "o", color=style.BLUE, markersize=dot,
            alpha=faint if face != "white" else max(0.35, faint), markerfacecolor=face,
            markeredgewidth=0.18 * dot, zorder=4, clip_on=False,
            rasterized=many > 2000,
        )  # fmt: skip
    nominal = scale * stress.nominal[row].mean
    if seen.low <= nominal <= seen.high:
        ax.plot([nominal] * 2, [y - 0.19, y + 0.19], color=style.INK, lw=1.6, zorder=3)
