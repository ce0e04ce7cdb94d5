"""The page of an answer: its headline, its footnote, and how high it must be for its rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.answers.legacy import Made
from sim.figures import lettering, style
from sim.words.phrases import count, pick

SLIDE = 7.5  # inches that a slide is high
AROUND = 5.6  # points of type that headline and footnote take, in units of the body type


class Page(NamedTuple):
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
def page(
    made: Made, lang: str, size: str, high: float, finding: str, subtitle: str
) -> Iterator[Page]:
    """A page whose drawing is `high` times the body type, with headline and footnote."""
    wide, points = style.SIZES.get(size, style.SIZES["screen"])
    inches = 0.28 + (AROUND + high) * points / 72
    with style.figure(size, inches / wide) as fig:
        style.headline(fig, finding, subtitle)
        style.footnote(fig, made_of(made, lang), made.draft)
        body = mpl.rcParams["font.size"]
        inch_high, margin = fig.get_size_inches()[1] * 72, 0.14 * 72
        yield Page(
            fig, body, margin, 72 * wide - margin,
            inch_high * style.head_room(fig), inch_high * style.foot_room(fig),
        )  # fmt: skip


def made_of(made: Made, lang: str) -> str:
    """The footnote: the map's nature, replications, days, and that all met the same calls."""
    study = made.base.settings.study
    days, warm_up = study.length / 86_400, study.warm_up / 86_400
    kind = style.map_mark(made.base.map, lang)
    return pick(
        lang,
        f"{kind}{'Draft: at' if made.draft else 'At'} most "
        f"{count(made.replications, 'replication')} × {count(round(days, 2), 'day')} after a "
        f"{warm_up:g}-day warm-up, the same calls in all layouts; {made.runs:,} runs, seed "
        f"{made.seed}.",
        f"{kind}{'草稿：' if made.draft else ''}预热 {warm_up:g} 天后模拟 {days:.4g} 天，至多重复 "
        f"{made.replications} 次，各布局呼叫相同；共 {made.runs:,} 次运行，随机种子 {made.seed}。",
    )


def clock(lang: str) -> str:
    """Where the clock starts and ends."""
    return pick(lang, "from call received to arrival", "自接到呼叫至到达现场")
