"""How every figure looks: sizes, colours, type, and how one is shown and saved."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle

from sim.errors import OptionError, OutputError
from sim.figures import fonts
from sim.files.whole import write_whole
from sim.text import Message
from sim.words import alternative
from sim.words.language import Language

if TYPE_CHECKING:
    import pandas as pd

    from sim.figures.numbers import Rows

# Width in inches as it is printed, and points of body type on it.
SIZES: Final = {"screen": (11.0, 10.0), "a4": (6.5, 7.0), "slide": (13.33, 13.0)}

ENDINGS: Final = (".png", ".pdf", ".svg")
LEAST: Final = 6.0  # points of type as it is printed, but for lines that would not fit else
SCREEN_DPI: Final = 110
SAVED_DPI: Final = 180

# Okabe–Ito: told apart with colour-blind eyes and in grey.
INK, GREY, BLUE, ORANGE = "#222222", "#6B6B6B", "#0072B2", "#D55E00"
LINES: Final = (GREY, BLUE, ORANGE, "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
# And for whoever cannot tell them: how each of them is broken, and what marks a point on it.
DASHES: Final[tuple[Any, ...]] = (
    "-", "-", (0, (6, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 1)),
    (0, (8, 1, 1, 1, 1, 1)),
)  # fmt: skip
POINTS: Final = ("o", "s", "D", "^", "v", "P", "X")

# As in a matplotlib style sheet; the font's family and size come with the page.
LOOK: Final[Any] = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.unicode_minus": True,
    "hatch.linewidth": 0.5,
    "svg.fonttype": "none",
    "text.parse_math": False,  # a name with two $ is no formula
}


def small(share: float, body: float) -> float:
    """A share of the body type, in points, but not less than what is still read on paper."""
    return max(share * body, min(LEAST, body))


class Picture(Figure):
    """A figure that belongs to whoever holds it, and that a notebook shows by itself.

    `headline` is its finding. `alt` says in whole sentences what is drawn and what it shows, for
    whoever cannot see it. `data` is a table of the numbers that are drawn.
    Matplotlib's pyplot would keep it in a global list, and would have to be opened for Jupyter to
    know figures at all.
    """

    headline: str = ""
    subtitle: str = ""
    alt: str = ""
    _rows: Callable[[], Rows] = list

    def explain(self, drawn: str, rows: Callable[[], Rows], say: Language) -> Picture:
        """This figure, which from now on says what is drawn on it, and gives its numbers.

        `drawn`: what kind of drawing it is, what its axes are and which numbers stand out.
        """
        self.alt = alternative.text((self.headline, drawn, self.subtitle), say)
        self._rows = rows
        return self

    @cached_property
    def data(self) -> pd.DataFrame:
        """The numbers that are drawn, one row for each thing drawn; columns say their units."""
        import pandas as pd

        return pd.DataFrame(self._rows())

    def _repr_png_(self) -> bytes:
        with mpl.rc_context(LOOK), io.BytesIO() as file:
            self.savefig(file, format="png", facecolor="white")
            return file.getvalue()


class AxesPicture(Picture):
    """What was drawn on axes of a reader's own figure: it says the same, and shows nothing itself.

    The axes' figure is the reader's, and so is its size.
    """

    def _repr_png_(self) -> None:  # type: ignore[override]
        """Nothing: a notebook shows the figure of the axes."""


@contextmanager
def on_axes(axes: Sequence[Any]) -> Iterator[AxesPicture]:
    """What is drawn on given axes; within, the house's type holds, in the size of the reader's.

    OptionError if one of them is none, or is drawn by a canvas on which nothing can be measured.
    """
    for ax in axes:
        if not isinstance(ax, Axes):
            found = type(ax).__name__
            message = Message(
                "give axes of matplotlib, as of subplots(); found {found}", found=found
            )
            raise OptionError("ax", message)
        if not hasattr(ax.figure.canvas, "get_renderer"):
            FigureCanvasAgg(ax.get_figure(root=True))
    with mpl.rc_context(LOOK | {"font.family": fonts.families()}):
        yield AxesPicture()
        for ax in axes:
            _in_house_type(ax)


def _in_house_type(ax: Axes) -> None:
    """Texts that the axes had before, in fonts with the letters of the reader's language."""
    labels = [ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels()]
    titles = [ax.title, ax._left_title, ax._right_title]  # type: ignore[attr-defined]
    for text in (*titles, *labels):
        text.set_family(fonts.families())
        text.set_parse_math(False)


@contextmanager
def figure(size: str, aspect: float) -> Iterator[Picture]:
    """A figure of a named size, `aspect` times as high as wide; within, the house's type holds.

    OptionError if there is no such size.
    """
    if size not in SIZES:
        known = ", ".join(SIZES)
        raise OptionError(
            "size", Message("write one of {known}; found {found}", known=known, found=size)
        )
    width, points = SIZES[size]
    settings: Any = LOOK | {"font.family": fonts.families(), "font.size": points}
    with mpl.rc_context(settings):
        made = Picture(figsize=(width, width * aspect), dpi=SCREEN_DPI, facecolor="white")
        FigureCanvasAgg(made)
        yield made


def sign(formula: str) -> MarkerStyle:
    """A formula as a mark: texts of the house are none."""
    with mpl.rc_context({"text.parse_math": True}):
        return MarkerStyle(formula)


def halo(colour: str = "white", width: float = 2.5) -> list[patheffects.AbstractPathEffect]:
    """An outline that keeps type readable on any ground."""
    return [patheffects.withStroke(linewidth=width, foreground=colour)]


def save(made: Figure, path: Path) -> None:
    """Save a figure as PNG, PDF or SVG by the name's ending, whole or not at all."""
    if path.suffix.lower() not in ENDINGS:
        endings = ", ".join(ENDINGS)
        raise OutputError(path, Message("write a name that ends in {endings}", endings=endings))
    metadata = _metadata(made, path.suffix.lower())
    with mpl.rc_context(LOOK):
        write_whole(
            path,
            lambda part: made.savefig(part, dpi=SAVED_DPI, facecolor="white", metadata=metadata),
        )


# What each kind of file calls the title and the description of a picture.
_TITLES: Final = {
    ".png": ("Title", "Description"),
    ".svg": ("Title", "Description"),
    ".pdf": ("Title", "Subject"),
}


def _metadata(made: Figure, ending: str) -> dict[str, str]:
    """What the file of a picture says to whoever cannot see it."""
    if not isinstance(made, Picture) or not made.alt:
        return {}
    return dict(zip(_TITLES[ending], (made.headline, made.alt), strict=True))
