"""How every figure looks: sizes, colours, type, headline and footnote, and how one is saved."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib import font_manager, patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.answers.comparison import Result
from sim.errors import OptionError, OutputError, Problem
from sim.figures import lettering
from sim.files.whole import write_whole
from sim.words.phrases import count, pick

# Width in inches as it is printed, and points of body type on it.
SIZES: Final = {"screen": (11.0, 10.0), "a4": (6.5, 7.0), "slide": (13.33, 13.0)}

ENDINGS: Final = (".png", ".pdf", ".svg")
Bounds = tuple[float, float, float, float]  # x0, y0, x1, y1

# Okabe–Ito: told apart with colour-blind eyes and in grey.
INK, GREY, BLUE, ORANGE = "#222222", "#6B6B6B", "#0072B2", "#D55E00"
LINES: Final = (GREY, BLUE, ORANGE, "#009E73", "#CC79A7", "#56B4E9", "#E69F00")

CHINESE_FONTS: Final = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
    "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "WenQuanYi Micro Hei", "SimHei",
)  # fmt: skip
LATIN_FONTS: Final = ("Source Sans 3", "Noto Sans", "Arial", "Helvetica", "DejaVu Sans")


@lru_cache(maxsize=1)
def _installed() -> frozenset[str]:
    return frozenset(font.name for font in font_manager.fontManager.ttflist)


def fonts() -> list[str]:
    """A Chinese font first, whose Latin letters fit it; DejaVu Sans is always there."""
    return [name for name in (*CHINESE_FONTS, *LATIN_FONTS) if name in _installed()]


def warn_without_chinese_font(text: str) -> None:
    """Say what to install before Chinese comes out as boxes."""
    if any(ord(c) > 0x2E80 for c in text) and not _installed() & set(CHINESE_FONTS):
        warnings.warn(
            "No Chinese font is installed, so Chinese text will show as boxes. Install one, for "
            "example Noto Sans CJK SC (Debian and Ubuntu: apt install fonts-noto-cjk), and "
            "remove matplotlib's font cache.",
            stacklevel=3,
        )


@contextmanager
def figure(size: str, aspect: float) -> Iterator[Figure]:
    """A figure of a named size, `aspect` times as high as wide, with the house's type."""
    if size not in SIZES:
        raise OptionError("size", Problem(f"write one of {', '.join(SIZES)}; found {size}"))
    width, points = SIZES[size]
    settings: Any = {
        "font.family": fonts(),
        "font.size": points,
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
    }
    with mpl.rc_context(settings):
        made = plt.figure(figsize=(width, width * aspect), dpi=110, facecolor="white")
        yield made
        plt.close(made)  # pyplot would keep it for ever; a notebook shows what is returned


def headline(fig: Figure, finding: str, subtitle: str) -> None:
    """The finding, large; below it what is drawn and where the clock starts."""
    warn_without_chinese_font(finding)
    points, (width, height) = mpl.rcParams["font.size"], fig.get_size_inches()
    margin, below = 0.14 / width, 0.14 + 2.1 * points / 72
    top = fig.text(margin, 1 - 0.14 / height, finding, size=1.5 * points, weight="bold", va="top")
    under = fig.text(
        margin, 1 - below / height, subtitle, size=1.05 * points, color="#4A4A4A", va="top"
    )
    for line in (top, under):
        fit(fig, line)
    if top.get_fontsize() < 0.85 * points:  # two lines of this size take no more height than one
        room = 72 * (width - 2 * 0.14)
        top.set_text(lettering.broken(fig, finding, 0.85 * points, room, 2, "bold"))
        top.set_fontsize(0.85 * points)


def footnote(fig: Figure, text: str, draft: bool = False) -> None:
    """How it was made, at the foot; a draft is stamped as one, right across."""
    if draft:
        fig.text(
            0.5, 0.5, "DRAFT 草稿", size=0.11 * 72 * min(*fig.get_size_inches()), weight="bold",
            color=ORANGE, alpha=0.16, rotation=25, ha="center", va="center", zorder=99,
        )  # fmt: skip
    points, (width, height) = mpl.rcParams["font.size"], fig.get_size_inches()
    line = fig.text(
        0.14 / width, 0.1 / height, text, size=0.85 * points, color="#5A5A5A", va="bottom"
    )
    fit(fig, line)


def fit(fig: Figure, line: Text, share: float = 0.965) -> None:
    """A line longer than a share of the page in a smaller size, so that any font stays on it."""
    renderer = fig.canvas.get_renderer()  # type: ignore[attr-defined]
    for _ in range(20):  # widths go in steps of whole pixels: one reckoning would not do
        if line.get_window_extent(renderer).width <= fig.bbox.width * share:
            return
        line.set_fontsize(0.96 * float(line.get_fontsize()))


def head_room(fig: Figure) -> float:
    """The top of the figure's drawing area, as a share of its height."""
    points, height = mpl.rcParams["font.size"], fig.get_size_inches()[1]
    return float(1 - (0.14 + 4.0 * points / 72) / height)


def foot_room(fig: Figure) -> float:
    points, height = mpl.rcParams["font.size"], fig.get_size_inches()[1]
    return float((0.14 + 1.6 * points / 72) / height)


def how_made(result: Result, lang: str) -> str:
    """The footnote: the map's nature, people, calls, replications."""
    base, study = result.base, result.base.settings.study
    people = base.map.cells.people.sum()
    measured = sum(len(t.call) for t in result.tallies[0])
    a_day = measured / result.replications / (study.length / 86_400)
    days, warm_up = study.length / 86_400, study.warm_up / 86_400
    kind, draft = map_mark(result.base.map, lang), result.chosen.how == "draft"
    return pick(
        lang,
        f"{kind}{people:,.0f} people, about {a_day:.0f} calls a day. "
        f"{'Draft: ' if draft else ''}{count(result.replications, 'replication')} × "
        f"{count(days, 'day')} after a {warm_up:g}-day warm-up.",
        f"{kind}{people:,.0f} 人，日均约 {a_day:.0f} 次呼叫。{'草稿：' if draft else ''}"
        f"预热 {warm_up:g} 天后模拟 {days:g} 天，重复 {result.replications} 次。",
    )


def map_mark(ground: Any, lang: str) -> str:
    """What must be said wherever the map is shown."""
    if ground.synthetic:
        return pick(lang, f"Synthetic map of {ground.name.en}. ", f"{ground.name.zh}合成地图。")
    if ground.meta.get("invented"):
        return pick(
            lang,
            "Roads © OpenStreetMap contributors. Stations and ambulances are invented. ",
            "道路 © OpenStreetMap 贡献者。站点与车辆为虚构。",
        )
    return ""


def halo(colour: str = "white", width: float = 2.5) -> list[patheffects.AbstractPathEffect]:
    """An outline that keeps type readable on any ground."""
    return [patheffects.withStroke(linewidth=width, foreground=colour)]


def map_axes(ax: Axes, bounds: Bounds, margin: float = 0.03) -> None:
    """Equal scales, no frame; the view fills the axes, with a little room around `bounds`."""
    x0, y0, x1, y1 = bounds
    box = ax.get_window_extent()
    metres = (1 + 2 * margin) * max((x1 - x0) / box.width, (y1 - y0) / box.height)
    half_x, half_y = metres * box.width / 2, metres * box.height / 2
    ax.set_xlim((x0 + x1) / 2 - half_x, (x0 + x1) / 2 + half_x)
    ax.set_ylim((y0 + y1) / 2 - half_y, (y0 + y1) / 2 + half_y)
    # The limits are made for the box: geopandas must not take another aspect.
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_autoscale_on(False)
    ax.set_xlabel("")
    ax.set_ylabel("")
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)


def plot(ax: Axes, frame: Any, **how: Any) -> None:
    """A layer on map axes, whose limits and labels stay as they are."""
    if len(frame):
        limits = ax.get_xlim(), ax.get_ylim()
        frame.plot(ax=ax, aspect=None, **how)
        ax.set_xlim(limits[0])
        ax.set_ylim(limits[1])
        ax.set_xlabel("")
        ax.set_ylabel("")


def map_width(bounds: Bounds, height: float, fig: Figure) -> float:
    """Share of the figure's width that a map of this share of its height needs."""
    x0, y0, x1, y1 = bounds
    width_in, height_in = fig.get_size_inches()
    return float(height * height_in * (x1 - x0) / (y1 - y0) / width_in * 1.06)


def place_label(
    ax: Axes, text: str, spots: Sequence[tuple[float, float]], taken: list[Any],
    accept: Callable[[Any], bool] = lambda box: True, **how: Any,
) -> bool:  # fmt: skip
    """Write `text` where it covers nothing in `taken` (boxes in pixels); False if nowhere."""
    points = mpl.rcParams["font.size"]
    shifts = [(0, 0), (0, -1.2), (0, 1.2), (0.8, 0), (-0.8, 0), (0, -1.6), (0, 1.6)]
    shifts += [(0.8, -1.2), (0.8, 1.2), (-0.8, -1.2), (-0.8, 1.2), (0, -2.4), (0, 2.4)]
    renderer = ax.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    view = ax.get_window_extent(renderer)
    for spot in spots:
        for dx, dy in shifts:
            label = ax.annotate(
                text, spot, (dx * points, dy * points), textcoords="offset points", va="center",
                ha="center" if not dx else "left" if dx > 0 else "right", **how,
            )  # fmt: skip
            box = label.get_window_extent(renderer)
            inside = view.contains(*box.min) and view.contains(*box.max)
            if inside and not any(box.overlaps(other) for other in taken) and accept(box):
                taken.append(box)
                return True
            label.remove()
    return False


def marker_box(ax: Axes, x: float, y: float, half_points: float) -> Any:
    """The box in pixels around a marker."""
    px, py = ax.transData.transform((x, y))
    half = half_points * ax.figure.dpi / 72
    return mpl.transforms.Bbox([[px - half, py - half], [px + half, py + half]])


def scale_bar(ax: Axes, lang: str) -> None:
    """A round number of kilometres, about a sixth of the map's width, at its lower left."""
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    wanted = (x1 - x0) / 5000
    power = 10 ** math.floor(math.log10(wanted))
    km = max(step * power for step in (1, 2, 5) if step * power <= wanted)
    left, height = x0 + 0.02 * (x1 - x0), 0.008 * (y1 - y0)
    bottom = y0 + 0.012 * (y1 - y0)
    for half, colour in ((0, INK), (1, "white")):
        start = left + half * km * 500
        ax.add_patch(
            mpl.patches.Rectangle(
                (start, bottom), km * 500, height, facecolor=colour, edgecolor=INK, lw=0.8, zorder=9
            )
        )
    unit = pick(lang, "km", "公里")
    size = 0.85 * mpl.rcParams["font.size"]
    for at, text in ((0, "0"), (1, f"{km:g} {unit}")):
        ax.annotate(
            text, (left + at * km * 1000, bottom + height), (0, 3), textcoords="offset points",
            ha="center", size=size, zorder=9, path_effects=halo(),
        )  # fmt: skip


def north_arrow(ax: Axes) -> None:
    """North is up: the map's grid differs from true north by a degree or so at most."""
    points = mpl.rcParams["font.size"]
    ax.annotate(
        "", xy=(0.04, 0.965), xytext=(0.04, 0.895), xycoords="axes fraction",
        arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1.2, "mutation_scale": 14},
    )  # fmt: skip
    ax.annotate(
        "N", (0.04, 0.97), xycoords="axes fraction", ha="center", va="bottom", weight="bold",
        size=points,
    )  # fmt: skip


def save(made: Figure, path: Path) -> None:
    """To PNG, PDF or SVG by the name's ending, whole or not at all."""
    if path.suffix.lower() not in ENDINGS:
        raise OutputError(path, f"write a name that ends in {', '.join(ENDINGS)}")
    write_whole(path, lambda part: made.savefig(part, dpi=180, facecolor="white"))
