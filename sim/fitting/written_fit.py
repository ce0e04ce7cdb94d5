"""How fitted settings are written: each number with its source, in a file that a planner reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sim.text import Message

WORDS: Final = ("yes", "no", "on", "off", "true", "false", "null", "y", "n")  # YAML means a value


class Fitted(NamedTuple):
    """A number as it is written, with what it rests on."""

    written: Any
    n: int  # calls, missions or drives
    interval: str = ""  # 95 %
    note: str = ""


class Fragment(NamedTuple):
    """Settings by section, numbers as `Fitted`, and what could not be written."""

    sections: dict[str, Any]
    assumed: tuple[Message, ...]
    least: int = 0  # of fewer calls, missions or drives it is not written how many they are

    def plain(self) -> dict[str, Any]:
        """The settings as a scenario takes them."""
        found: dict[str, Any] = _plain(self.sections)
        return found

    def text(self, source: str, head: Sequence[str], above: Mapping[str, str]) -> str:
        """The file: comments, what stands above the sections, then each number with its source.

        `source`: the name of the records; `above`: keys that come first, like `base` and `name`.
        """
        lines = [f"# {line}".rstrip() for line in head]
        lines += [f"{key}: {_quoted(value)}" for key, value in above.items()]
        for name, section in self.sections.items():
            lines += _lines(name, _hiding(section, self.least), "", source)
        return "\n".join([*lines, ""])


def _hiding(value: Any, least: int) -> Any:
    """The same, where numbers of few cases do not say of how few, nor their intervals."""
    if isinstance(value, Fitted):
        return value._replace(n=-least, interval="") if 0 <= value.n < least else value
    if isinstance(value, dict):
        return {key: _hiding(one, least) for key, one in value.items()}
    if isinstance(value, list):
        return [_hiding(one, least) for one in value]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Fitted):
        return value.written
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


def _lines(key: str, value: Any, indent: str, source: str) -> Iterator[str]:
    """A key with its value, in block style; numbers alone in a list stand in one line."""
    if isinstance(value, Fitted):
        written = value.written
        if isinstance(written, list | tuple):
            yield f"{indent}{key}: [{', '.join(map(_quoted, written))}]  {_source(value, source)}"
            return
        yield f"{indent}{key}: {_quoted(written)}  {_source(value, source)}"
    elif isinstance(value, dict):
        yield f"{indent}{key}:"
        for name, one in value.items():
            yield from _lines(_quoted(name), one, indent + "  ", source)
    elif isinstance(value, list) and value and all(isinstance(one, Fitted) for one in value):
        yield f"{indent}{key}:  {_source(value[0], source)}"
        row = [_quoted(one.written) for one in value]
        for first in range(0, len(row), 8):
            start = "[" if first == 0 else " "
            end = "]" if first + 8 >= len(row) else ","
            yield f"{indent}  {start}{', '.join(row[first : first + 8])}{end}"
    elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        yield f"{indent}{key}:"
        for one in value:
            rows = [line for name, each in one.items()
                    for line in _lines(name, each, indent + "    ", source)]  # fmt: skip
            yield f"{indent}  - {rows[0].lstrip()}"
            yield from rows[1:]
    elif isinstance(value, list | tuple):
        yield f"{indent}{key}: [{', '.join(map(_quoted, value))}]"
    else:
        yield f"{indent}{key}: {_quoted(value)}"


def _source(one: Fitted, source: str) -> str:
    parts = [f"source: fitted from {source}, n = {one.n:,}" if one.n >= 0
             else f"source: fitted from {source}, n < {-one.n:,}"]  # fmt: skip
    parts += [f"95 %: {one.interval}"] if one.interval else []
    parts += [one.note] if one.note else []
    return f"# {'; '.join(parts)}"


def _quoted(value: Any) -> str:
    """A value as YAML reads it back, a text between quotes unless it is plain."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value!r}"
    text = str(value)
    plain = bool(text) and text[0].isalnum() and all(c.isalnum() or c in " _.-/%" for c in text)
    plain = plain and text == text.strip() and text.casefold() not in WORDS
    if plain and not (text[0].isdigit() and " " not in text and "%" not in text):
        return text  # else 0x1f, 1_000 and 2025-01-01 would be numbers and a day
    quoted = json.dumps(text, ensure_ascii=False)
    # Line breaks that only YAML knows, and what it does not allow as it is.
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)
