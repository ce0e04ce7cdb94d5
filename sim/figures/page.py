"""The page of a figure: its headline, its footnote, and how high it must be for what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures import lettering, style
from sim.words.page import Finding

SLIDE = 7.5  # inches that a slide is high
MARGIN = 0.14 * 72  # points to the left and to the right
AROUND = 5.6  # points of type that headline and footnote take, in units of the body type


class Sheet(NamedTuple):
    """A figure and what of it is left to draw on. Lengths are in points, `size` is the type's."""

    fig: Figure
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
    inches = 0.28 + (AROUND + high) * points / 72
    with style.figure(size, inches / wide) as fig:
        style.headline(fig, finding.headline, finding.subtitle)
        style.footnote(fig, finding.footnote, finding.draft)
        body = mpl.rcParams["font.size"]
        points_high = fig.get_size_inches()[1] * 72
        yield Sheet(
            fig, body, MARGIN, 72 * wide - MARGIN,
            points_high * style.head_room(fig), points_high * style.foot_room(fig),
        )  # fmt: skip
