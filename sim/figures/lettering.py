"""How much room words take on a page: widths, line breaks, labels where there is room for them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox


def across(fig: Figure, points: float) -> float:
    """So many points as a share of the page's width."""
    return float(points / 72 / fig.get_size_inches()[0])


def upward(fig: Figure, points: float) -> float:
    """So many points as a share of the page's height."""
    return float(points / 72 / fig.get_size_inches()[1])


def width(fig: Figure, text: str, size: float, weight: str = "normal") -> float:
    """Points that a text takes in the figure's fonts."""
    drawn = fig.text(0, 0, text, size=size, weight=weight)
    box = drawn.get_window_extent(fig.canvas.get_renderer())  # type: ignore[attr-defined]
    drawn.remove()
    return float(box.width * 72 / fig.dpi)


def broken(
    fig: Figure, text: str, size: float, room: float, lines: int = 2, weight: str = "normal"
) -> str:
    """A text in at most so many lines of `room` points; what is left over ends in …"""
    if "\n" not in text and width(fig, text, size, weight) <= room:
        return text.strip()
    made, rest = [""], _pieces(text)
    while rest:
        piece = rest.pop(0)
        if not made[-1] or width(fig, (made[-1] + piece).rstrip(), size, weight) <= room:
            made[-1] += piece
        elif len(made) < lines:
            made.append(piece)
        else:
            made[-1] += piece + "".join(rest)
            break
    return "\n".join(_cut(fig, line.strip(), size, room, weight) for line in made)


def size_that_fits(
    fig: Figure, text: str, size: float, room: float, weight: str = "normal"
) -> float:
    """The size at which a line takes no more than `room` points; at most `size`."""
    while (
        size > 1 and width(fig, text, size, weight) > room
    ):  # widths go in whole pixels: step by step
        size *= 0.96
    return size


def _pieces(text: str) -> list[str]:
    """Words with the blank behind them, single Chinese characters with their punctuation."""
    return re.findall(r"[\u2e80-\uffef][，。；：、）]*|[^\s\u2e80-\uffef]+\s*|\s+", text)


def _cut(fig: Figure, line: str, size: float, room: float, weight: str) -> str:
    if width(fig, line, size, weight) <= room:
        return line
    fits, too_long = 0, len(line)  # letters: a line may be many times as long as its room
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if width(fig, f"{line[:middle]}…", size, weight) <= room:
            fits = middle
        else:
            too_long = middle
    return f"{line[:fits].rstrip()}…"


def middle_out(fig: Figure, line: str, size: float, room: float) -> str:
    """A line that fits, cut in its middle: how it ends may tell it from the next."""
    if width(fig, line, size) <= room:
        return line
    head, tail = line[: len(line) // 2], line[len(line) // 2 :]
    while head and width(fig, f"{head.rstrip()}…{tail.lstrip()}", size) > room:
        if len(head) > len(tail):
            head = head[:-1]
        else:
            tail = tail[1:]
    return f"{head.rstrip()}…{tail.lstrip()}"


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near to those wanted as leaves `gap` between any two, from `low` to `high`."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    below = low - gap
    for i in order:
        below = placed[i] = max(wanted[i], below + gap)
    above = high + gap
    for i in reversed(order):
        above = placed[i] = min(placed[i], above - gap)
    return placed


def shrink(fig: Figure, line: Text, share: float = 0.965) -> None:
    """Shrink a line that is longer than a share of the page, so that any font stays on it."""
    renderer = fig.canvas.get_renderer()  # type: ignore[attr-defined]
    for _ in range(40):  # widths go in steps of whole pixels: one reckoning would not do
        if line.get_window_extent(renderer).width <= fig.bbox.width * share:
            return
        line.set_fontsize(0.96 * float(line.get_fontsize()))


SHIFTS: Final = (  # of a label from its spot, in units of the body type; the first that is free
    (0, 0), (0, -1.2), (0, 1.2), (0.8, 0), (-0.8, 0), (0, -1.6), (0, 1.6),
    (0.8, -1.2), (0.8, 1.2), (-0.8, -1.2), (-0.8, 1.2), (0, -2.4), (0, 2.4),
)  # fmt: skip


def beside(width: float) -> list[tuple[float, float]]:
    """Shifts of a label from the middle of a mark so wide, beside it; in units of the body type."""
    half = width / 2
    level, slant = half + 0.25, 0.7 * half + 0.2
    return [(level, 0), (-level, 0), (0, half + 0.6), (0, -half - 0.6),
            (slant, half + 0.2), (slant, -half - 0.2), (-slant, half + 0.2),
            (-slant, -half - 0.2)]  # fmt: skip


def place_label(
    ax: Axes, text: str, spots: Sequence[tuple[float, float]], taken: list[Bbox],
    accept: Callable[[Any], bool] = lambda box: True,
    shifts: Sequence[tuple[float, float]] = SHIFTS, surely: bool = False, **how: Any,
) -> bool:  # fmt: skip
    """Write `text` where it covers nothing in `taken` (boxes in pixels); False if nowhere.

    `surely`: where it covers least, if there is no such place.
    """
    points = mpl.rcParams["font.size"]
    renderer = ax.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    view = ax.get_window_extent(renderer)
    label = ax.annotate(text, (0, 0), (0, 0), textcoords="offset points", va="center",
                        ha="center", annotation_clip=False, **how)  # fmt: skip
    written = label.get_window_extent(renderer)  # measured once, then moved about
    home = ax.transData.transform((0, 0))
    aside = points * ax.figure.dpi / 72
    moves = [
        (dx * aside + (0.0 if not dx else math.copysign(written.width / 2, dx)), dy * aside)
        for dx, dy in shifts
    ]
    at = ax.transData.transform(np.array(spots, float).reshape(-1, 2)) - home
    moved = (at[:, None] + np.array(moves)).reshape(-1, 2)
    low, high = written.min + moved, written.max + moved
    inside = ((low >= view.min) & (high <= view.max)).all(axis=1)
    free = inside & _clear(low, high, taken)
    if surely and not free.any():
        free[np.where(inside, _covered(low, high, taken), np.inf).argmin()] = True
    for one in np.flatnonzero(free).tolist():
        spot, (dx, dy) = spots[one // len(moves)], shifts[one % len(moves)]
        if accept(written.translated(*moved[one])):
            label.xy = spot
            label.set_position((dx * points, dy * points))
            label.set_horizontalalignment("center" if not dx else "left" if dx > 0 else "right")
            taken.append(label.get_window_extent(renderer))
            return True
    label.remove()
    return False


def _covered(low: np.ndarray, high: np.ndarray, taken: Sequence[Bbox]) -> np.ndarray:
    """[box] square pixels of what is in `taken` that it lies over."""
    first = np.array([box.min for box in taken]).reshape(-1, 2)
    last = np.array([box.max for box in taken]).reshape(-1, 2)
    sides = np.minimum(last, high[:, None]) - np.maximum(first, low[:, None])
    covered: np.ndarray = np.clip(sides, 0, None).prod(axis=2).sum(axis=1)
    return covered


def _clear(low: np.ndarray, high: np.ndarray, taken: Sequence[Bbox]) -> np.ndarray:
    """[box] whether it touches nothing in `taken`; all at once: a metropolis has hundreds."""
    first = np.array([box.min for box in taken]).reshape(-1, 2)
    last = np.array([box.max for box in taken]).reshape(-1, 2)
    meets = np.logical_and(first <= high[:, None], last >= low[:, None])
    touched: np.ndarray = np.any(np.all(meets, axis=2), axis=1)
    return ~touched


FAR: Final = tuple(  # shifts around a spot, ever farther, for labels that have to be somewhere
    (far * math.cos(math.radians(angle)), far * math.sin(math.radians(angle)))
    for far in (2.4, 3.4, 4.6, 6.0, 8.0, 10.5, 13.5)
    for angle in range(0, 360, 20)
)


SMALLER: Final = (1.0, 0.85, 0.75)  # sizes of type that are tried


def place_surely(
    ax: Axes, text: str, spots: Sequence[tuple[float, float]], taken: list[Bbox],
    shifts: Sequence[tuple[float, float]] = SHIFTS, **how: Any,
) -> None:  # fmt: skip
    """Write `text` as `place_label` does; where no shift is free farther away, with a line to it;
    and smaller, where there is no room for it either.

    Where all is taken it lies where it covers least, for it must not be missing.
    """
    usual = how.pop("size", mpl.rcParams["font.size"])
    for smaller in SMALLER:  # in a crowd
        how["size"] = smaller * usual
        if place_label(ax, text, spots, taken, shifts=shifts, **how):
            return
        if place_label(ax, text, spots[:1], taken, shifts=FAR, **how):
            break
    else:
        place_label(ax, text, spots[:1], taken, shifts=[*shifts, *FAR], surely=True, **how)
        return
    (x, y), box = ax.transData.transform(spots[0]), taken[-1]
    end = min(max(x, box.x0), box.x1), min(max(y, box.y0), box.y1)
    (x0, y0), (x1, y1) = ax.transData.inverted().transform([(x, y), end])
    ax.plot([x0, x1], [y0, y1], color="#444444", lw=0.8, zorder=6.3)


ROUND: Final = tuple(  # around a spot, ever farther: angle in degrees, distance in half widths
    (angle, far) for far in (2.2, 3.2, 4.4, 6.0, 8.0) for angle in range(90, 450, 30)
)


def free_spot(
    ax: Axes, x: float, y: float, half_points: float, taken: list[Bbox]
) -> tuple[float, float]:
    """The spot nearest to a point at which a mark covers nothing in `taken`; added to these.

    The point itself if there is none around it.
    """
    view, at = ax.get_window_extent(), ax.transData.transform((x, y))
    half = half_points * float(ax.figure.dpi) / 72
    shifts = [(0.0, 0.0)]
    shifts += [
        (far * half * math.cos(math.radians(a)), far * half * math.sin(math.radians(a)))
        for a, far in ROUND
    ]
    boxes = [
        Bbox([[at[0] + dx - half, at[1] + dy - half], [at[0] + dx + half, at[1] + dy + half]])
        for dx, dy in shifts
    ]
    low, high = (np.array([getattr(box, end) for box in boxes]) for end in ("min", "max"))
    free = ((low >= view.min) & (high <= view.max)).all(axis=1) & _clear(low, high, taken)
    box = boxes[int(free.argmax())]  # the first of all where none is free
    taken.append(box)
    middle = np.mean([box.min, box.max], axis=0)
    spot = ax.transData.inverted().transform(middle)
    return (float(spot[0]), float(spot[1])) if box is not boxes[0] else (x, y)


def marker_box(ax: Axes, x: float, y: float, half_points: float) -> Bbox:
    """The box in pixels around a marker."""
    px, py = ax.transData.transform((x, y))
    half = half_points * ax.figure.dpi / 72
    return Bbox([[px - half, py - half], [px + half, py + half]])
