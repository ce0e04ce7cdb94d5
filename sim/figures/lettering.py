"""How much room words take on a page: widths, line breaks, labels pushed apart, lists of names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matplotlib.figure import Figure

from sim.words.phrases import pick


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


def _pieces(text: str) -> list[str]:
    """Words with the blank behind them, single Chinese characters with their punctuation."""
    return re.findall(r"[\u2e80-\uffef][，。；：、）]*|[^\s\u2e80-\uffef]+\s*|\s+", text)


def _cut(fig: Figure, line: str, size: float, room: float, weight: str) -> str:
    if width(fig, line, size, weight) <= room:
        return line
    while line and width(fig, f"{line}…", size, weight) > room:
        line = line[:-1]
    return f"{line.rstrip()}…"


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


def listed(names: Sequence[str], lang: str, most: int = 2) -> str:
    """A, B and 3 more"""
    if len(names) > most + 1:
        shown, more = names[:most], len(names) - most
        return pick(
            lang,
            f"{', '.join(shown)} and {more} more",
            f"{'、'.join(shown)}等 {len(names)} 个",
        )
    if len(names) == 1 or lang == "zh":
        return "、".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def short(name: str, most: int = 36) -> str:
    """A name that leaves room for the rest of a headline; a Chinese character takes two."""
    room, kept = most, ""
    for letter in name:
        room -= 2 if ord(letter) > 0x2E80 else 1
        if room < 0:
            return f"{kept.rstrip()}…"
        kept += letter
    return kept
