"""What of a cell may be told: codes, times and numbers; what may speak of a person may not.

Dispatchers write names and telephone numbers into any column. A class that many rows share is
nobody's; a text that is long, has many digits, or is in hardly any row may be somebody's.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from sim.scenario.records import times
from sim.text import Message

HIDDEN: Final = "…"
WIDEST: Final = 40  # letters of the Latin alphabet, of which a Chinese one takes two
_TELEPHONE: Final = re.compile(r"\d(?:[\s-]?\d){6,}|@")
_OF_TIMES: Final = re.compile(
    r"(?:[\d\s:/.,+\-()]|[年月日号时点分秒]|上午|下午|凌晨|清晨|早上|早晨|中午|傍晚|晚上|星期.|周.|"
    r"[ap]\.?m\.?|utc|gmt|[tz]|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|mon|tue|"
    r"wed|thu|fri|sat|sun)[a-z]*){1,40}",
    re.IGNORECASE,
)
_MANY_DIGITS: Final = re.compile(r"(?<!\d)(?:\d{11,12}|\d{15,})(?!\d)")


def is_code(text: str) -> bool:
    """Whether a text can be the name of a class or of a place."""
    wide = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
    return wide <= WIDEST and not _TELEPHONE.search(text)


def shown(text: str) -> str:
    """A time or a number as it stands; of anything else that something stands there."""
    may = _OF_TIMES.fullmatch(text) and not _MANY_DIGITS.search(text)
    return text if may else HIDDEN


def without_cells(message: str) -> str:
    """What is said of a cell, in which the cell stands only if it is a time or a number."""
    if not isinstance(message, Message):
        return message
    values = {key: without_cells(value) if isinstance(value, Message) else value
              for key, value in message.values.items()}  # fmt: skip
    for key in ("found", "name"):
        if isinstance(values.get(key), str) and not isinstance(values[key], Message):
            values[key] = values[key] if values[key] in times.NAMED else shown(values[key])
    if "hint" in values:
        values["hint"] = ""
    return Message(message.text, **values) if values else message


def may_be_told(texts: Iterable[str], least: int) -> tuple[str, ...]:
    """Those names that are codes and in `least` rows or more, the most frequent first."""
    count = Counter(text for text in texts if text)
    return tuple(
        name for name, rows in count.most_common() if rows >= max(least, 1) and is_code(name)
    )


def headless(headers: Sequence[str]) -> Message | None:
    """What to say of a first line that is a row of data: it is never quoted. None: it is not."""
    said = [part for header in headers if (part := times.parsed(header)) is not None]
    numbers = [header for header in headers if re.fullmatch(r"[+-]?\d+[.,]\d+", header.strip())]
    if not any(part.clock is not None for part in said) and len(numbers) < 2:
        return None
    return Message(
        "the first line looks like a row of data: write a line above it that says what each "
        "column holds, like received_at, lon, lat"
    )
