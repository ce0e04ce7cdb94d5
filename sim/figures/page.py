"""The page of a figure: its headline, its footnote, and how high it must be for what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures import lettering, style
from sim.words import provenance
from sim.words.page import Finding

SLIDE = 7.5  # inches that a slide is high
MARGIN = 0.14 * 72  # points to the left and to the right
AROUND = 5.6  # points of type that headline and footnote take, in units of the body type
LINE = 1.15  # of a second line of the footnote
FOOT = 0.85  # of its type
FOOT_LINES = 6  # at most, as long as it has no more sentences; a table has the whole of it


class Sheet(NamedTuple):
    """A figure and what of it is left to draw on. Lengths are in points, `size` is the type's."""

    fig: style.Picture
    size: float
    left: float
    right: float
    top: float
    bottom: float

    def axes(self, left: float, bottom: float, right: float, top: float) -> Axes:
        """Axes with these edges, all in points from the page's lower left corner."""
        return self.fig.add_axes(
            (
                lettering.across(self.fig, left),
                lettering.upward(self.fig, bottom),
                lettering.across(self.fig, right - left),
                lettering.upward(self.fig, top - bottom),
            )
        )

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A place in points as shares of the page."""
        return lettering.across(self.fig, x), lettering.upward(self.fig, y)

    def rows(self) -> tuple[float, float]:
        """The top and the bottom of what is left, as shares of the page's height."""
        return lettering.upward(self.fig, self.top), lettering.upward(self.fig, self.bottom)


def rows_that_fit(size: str, wanted: int, pitch: float, others: float) -> int:
    """How many rows of `pitch` a slide holds beside `others`, in units of the body type."""
    if size != "slide":
        return wanted
    points = style.SIZES[size][1]
    left = (SLIDE - 0.28) * 72 / points - AROUND - others
    return max(3, min(wanted, int(left / pitch)))


@contextmanager
def page(finding: Finding, size: str, high: float) -> Iterator[Sheet]:
    """A page whose drawing is `high` times the body type, with headline and footnote."""
    wide, points = style.SIZES.get(size, style.SIZES["screen"])
    with style.figure(size, 1.0) as fig:  # only its width and its fonts matter
        finding = _with_foot_in_lines(fig, finding)
    inches = 0.28 + (AROUND + high + LINE * finding.footnote.count("\n")) * points / 72
    with page_of_aspect(finding, size, inches / wide) as sheet:
        yield sheet


@contextmanager
def page_of_aspect(finding: Finding, size: str, aspect: float) -> Iterator[Sheet]:
    """A page `aspect` times as high as wide, for what fills it, as a map does."""
    with style.figure(size, aspect) as fig:
        finding = _with_foot_in_lines(fig, finding)
        fig.headline, fig.subtitle = finding.headline, finding.subtitle
        headline(fig, finding.headline, finding.subtitle)
        footnote(fig, finding.footnote, finding.draft)
        body = mpl.rcParams["font.size"]
        wide, high = 72 * fig.get_size_inches()
        foot = foot_room(fig, finding.footnote.count("\n"))
        yield Sheet(fig, body, MARGIN, wide - MARGIN, high * head_room(fig), high * foot)


def headline(fig: Figure, finding: str, subtitle: str) -> None:
    """The finding, large; below it what is drawn and where the clock starts."""
    points, (width, height) = mpl.rcParams["font.size"], fig.get_size_inches()
    margin, below = 0.14 / width, 0.14 + 2.1 * points / 72
    top = fig.text(margin, 1 - 0.14 / height, finding, size=1.5 * points, weight="bold", va="top")
    under = fig.text(
        margin, 1 - below / height, subtitle, size=1.05 * points, color="#4A4A4A", va="top"
    )
    for line in (top, under):
        lettering.shrink(fig, line)
    least = 0.85 * points
    if top.get_fontsize() < least:  # two lines of this size take no more height than a large one
        top.set_text(lettering.broken(fig, finding, least, 72 * width - 2 * MARGIN, 2, "bold"))
        top.set_fontsize(least)


def _with_foot_in_lines(fig: Figure, finding: Finding) -> Finding:
    """The footnote in lines that fit on the page in its type; what is too long ends in …"""
    size, room = FOOT * mpl.rcParams["font.size"], 72 * fig.get_size_inches()[0] - 2 * MARGIN
    lines = finding.footnote.split("\n")
    each = max(1, min(3, FOOT_LINES // len(lines)))
    made = [lettering.broken(fig, line, size, 0.98 * room, each) for line in lines]
    return finding._replace(footnote="\n".join(made))


def footnote(fig: Figure, text: str, draft: bool = False) -> None:
    """How it was made, at the foot; a draft is stamped as one, right across."""
    if draft:
        size = 0.11 * 72 * min(*fig.get_size_inches())
        fig.text(
            0.5, 0.5, provenance.stamp(), size=size, weight="bold", color=style.ORANGE, alpha=0.16,
            rotation=25, ha="center", va="center", zorder=99,
        )  # fmt: skip
    points, (width, height) = mpl.rcParams["font.size"], fig.get_size_inches()
    line = fig.text(
        0.14 / width, 0.1 / height, text, size=FOOT * points, color="#5A5A5A", va="bottom"
    )
    lettering.shrink(fig, line)


def head_room(fig: Figure) -> float:
    """The top of the figure's drawing area, as a share of its height."""
    points, height = mpl.rcParams["font.size"], fig.get_size_inches()[1]
    return float(1 - (0.14 + 4.0 * points / 72) / height)


def foot_room(fig: Figure, more_lines: int = 0) -> float:
    """The bottom of the drawing area as a share of the height, above a footnote of some lines."""
    points, height = mpl.rcParams["font.size"], fig.get_size_inches()[1]
    return float((0.14 + (1.6 + LINE * more_lines) * points / 72) / height)
