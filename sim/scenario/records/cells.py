"""Numbers, durations and names in the cells of a table, each with what is wrong with it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from sim.errors import did_you_mean
from sim.files import numerals
from sim.scenario.records import mission_ends
from sim.scenario.records.faults import NEITHER, NOT_A_DURATION, Fault
from sim.scenario.records.mission_ends import CONVEYED, NOBODY_FOUND, NOT_CONVEYED, TREATED
from sim.text import Message, message_of

# What exports write where there is nothing.
NOTHING: Final = frozenset(
    ("", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "nil", "-", "--", "—", "/", "无", "空")
)
# What they write where nobody knows.
NOT_KNOWN: Final = frozenset(
    ("unknown", "unk", "other", "?", "不详", "未知", "不明", "其他", "其它")
)
YES: Final = ("yes", "true", "1", "y", "t", "√", "✓", "是")
NO: Final = ("no", "false", "0", "n", "f", "×", "✗", "不", "不是", "否")
# Longer ones are slips of the pen, or a clock that was not stopped.
LONGEST_S: Final = {
    "call_taking": 3600.0, "turnout": 1800.0, "on_scene": 8 * 3600.0, "handover": 12 * 3600.0,
}  # fmt: skip


def column(
    texts: Sequence[str], header: str, parse: Callable[[str], float], reason: Message
) -> tuple[np.ndarray, list[Fault]]:
    """[row] what is parsed; nan where nothing stands, or what cannot be parsed."""
    values: dict[str, float] = {"": np.nan}
    refused: dict[str, Message] = {}
    for text in dict.fromkeys(texts):
        try:
            values[text] = parse(text) if text else np.nan
        except ValueError as error:
            values[text], refused[text] = np.nan, Message("{problem}", problem=message_of(error))
    faults = [
        Fault(row, header, refused[text], reason)
        for row, text in enumerate(texts)
        if text in refused
    ]
    return np.array([values[text] for text in texts], float), faults


def degrees(text: str) -> float:
    """Degrees; there a comma can only be the decimal one."""
    if re.fullmatch(r"[+-]?\d{1,3},\d+", text):
        return float(text.replace(",", "."))
    return numerals.number(text)


def durations(
    texts: Sequence[str], header: str, longest_s: float, factor: float, comma: bool
) -> tuple[np.ndarray, list[Fault]]:
    """[row] seconds of a stage, in a column whose unit has `factor` seconds.

    `comma`: its commas are decimal ones."""

    def parse(text: str) -> float:
        try:
            value = numerals.number(text, decimal_comma=comma) * factor
        except numerals.TooMuchError:
            value = -math.inf if text.startswith("-") else math.inf
        if value < 0:
            raise ValueError(Message("a duration cannot be negative; found {found}", found=text))
        if value > longest_s:
            raise ValueError(
                Message(
                    "this stage never takes longer than {hours:g} h; found {found}",
                    hours=longest_s / 3600, found=text,
                )
            )  # fmt: skip
        return value

    return column(texts, header, parse, NOT_A_DURATION)


def yes_or_no(texts: Sequence[str], header: str) -> tuple[np.ndarray, list[Fault]]:
    """[row] 1 or 0."""

    def parse(text: str) -> float:
        if text.casefold() in YES:
            return 1.0
        if text.casefold() in NO:
            return 0.0
        raise ValueError(
            Message("write yes or no ({chinese}); found {found}", chinese="是, 否", found=text)
        )

    return column(texts, header, parse, NEITHER)


def conveyed(texts: Sequence[str], header: str) -> tuple[np.ndarray, list[Fault]]:
    """[row] 1 where somebody was taken to a hospital, 0 where not: yes or no, or how it ended."""
    ended = {CONVEYED: YES[0], TREATED: NO[0], NOT_CONVEYED: NO[0], NOBODY_FOUND: NO[0]}
    said = {text: ended.get(mission_ends.of(text), text) for text in dict.fromkeys(texts)}
    return yes_or_no([said[text] for text in texts], header)


def rows_of(
    texts: Sequence[str], header: str, known: dict[str, int], unknown: Message, reason: Message
) -> tuple[np.ndarray, list[Fault]]:
    """[row] the row that a name stands for; `unknown`: the text of what has none."""
    folded = {name.casefold(): row for name, row in reversed(known.items())}

    def parse(text: str) -> float:
        if text.casefold() in folded:
            return folded[text.casefold()]
        raise ValueError(Message(unknown, name=text, hint=did_you_mean(text, list(known))))

    return column(texts, header, parse, reason)
