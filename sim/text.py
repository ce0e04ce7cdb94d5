"""What is said to people: sentences that can be translated, and names in two languages.

A sentence is written in English where it arises, whole, with places for its values. Whoever shows
it to a reader hands it to a `Language` of `sim.words`, which looks it up in that language's
catalogue; whoever does not care reads it as the English text that it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

Say = Callable[[str], str]  # a Language, or `str` for English


class Message(str):
    """A sentence for people: English as it stands, with what a translation needs beside it.

    `Message("no station {name}", name="A")` reads "no station A". A value may be a Message or a
    Name itself.
    """

    text: str
    values: dict[str, Any]

    def __new__(cls, text: str, /, **values: Any) -> Message:
        if isinstance(text, Message):  # a text that was kept for its values
            text = text.text
        message = super().__new__(cls, text.format(**values) if values else plain(text))
        message.text, message.values = text, values
        return message

    def __reduce__(self) -> tuple[Any, ...]:  # an error of another process comes back whole
        return _again, (self.text, self.values)


def plain(text: str) -> str:
    """A text that has no values to fill in: its braces are doubled as in all others."""
    return text.replace("{{", "{").replace("}}", "}")


# Control characters other than tab and line ends, halves of a character, and no characters at all.
_UNREADABLE = re.compile("[\0-\x08\x0b-\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def unreadable(text: str) -> str:
    """The first sign of a text that can be neither shown nor kept in a file; "" if none."""
    found = _UNREADABLE.search(text)
    return found[0] if found else ""


def readable(text: str) -> str:
    """The same with what can be neither shown nor kept as its number, like \\x1b."""
    return _UNREADABLE.sub(lambda found: ascii(found[0])[1:-1], text)


def _again(text: str, values: dict[str, Any]) -> Message:
    return Message(text, **values)


def message_of(error: BaseException) -> str:
    """The sentence that an error was raised with, still translatable if it was a Message."""
    first = error.args[0] if error.args else ""
    return first if isinstance(first, str) else str(error)


class Name(NamedTuple):
    """What a station, a township or a scenario is called in Chinese and in English."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en

    def __format__(self, spec: str) -> str:
        return format(self.en, spec)

    def within(self, code: str) -> str:
        """The name for readers of a language; English where it has none in theirs."""
        return self.zh if code.startswith("zh") else self.en
