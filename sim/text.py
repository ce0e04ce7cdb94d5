"""What is said to people: sentences that can be translated, and names in two languages.

A sentence is written in English where it arises, whole, with places for its values. Whoever shows
it to a reader hands it to a `Language` of `sim.words`, which looks it up in that language's
catalogue; whoever does not care reads it as the English text that it is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

Say = Callable[[str], str]  # a Language, or `str` for English

NAME: Final = 240  # letters that are shown of a name: a layout is called by all its changes
VALUE: Final = 600  # and of another text of a planner's within a sentence
LIBRARY: Final = 200  # and of what a library says
PAGE: Final = 6_000  # and of sentences within another, as long as the longest list of them
_BLANK: Final = re.compile(r"[\t-\r\x85\u2028\u2029]")  # tabs and ends of lines
# What commands a terminal, turns the direction of writing or cannot be seen, and halves of letters.
_COMMAND: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\ud800-\udfff\ufffe\uffff\U000e0000-\U000e0fff]"
)


def harmless(text: str, most: int | None = None) -> str:
    """A text of a planner's as it may be shown: on one line, without what commands a terminal.

    Files keep what she wrote; a sentence, a table, a figure shows this: tabs and ends of lines as
    blanks, other commands in digits, and after `most` letters an …
    """
    if most is not None and len(text) > most:
        text = f"{text[: most - 1].rstrip()}…"
    if text.isprintable():
        return text
    return in_digits(_BLANK.sub(" ", text))


def in_digits(text: str, written: Callable[[str], str] | None = None) -> str:
    """A text with what commands a terminal in digits: \\x1b, \\u202e."""
    return _COMMAND.sub(lambda found: (written or _digits)(found[0]), text)


def _digits(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def shown(value: Any, most: int = VALUE) -> Any:
    """A value as it may stand in a sentence; numbers, Messages and Names are so already."""
    harmful = isinstance(value, str | os.PathLike | BaseException)
    if isinstance(value, Message | Sentence) or not harmful:
        return value
    return harmless(str(value), most)


def first_line(told: str) -> str:
    """What a library says of an error, in a line that may be shown; "" if it says nothing."""
    return harmless(next((line for line in told.splitlines() if line.strip()), "").strip(), LIBRARY)


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
        filled = {key: shown(value) for key, value in values.items()}
        message = super().__new__(cls, text.format(**filled) if values else plain(text))
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


def _again(text: str, values: dict[str, Any]) -> Message:
    return Message(text, **values)


def function_name(function: Callable[..., Any]) -> str:
    """What a function is called; an object that can be called by its kind."""
    return str(getattr(function, "__name__", type(function).__name__))


def message_of(error: BaseException) -> str:
    """The sentence that an error was raised with, still translatable if it was a Message."""
    first = error.args[0] if error.args else ""
    return first if isinstance(first, str) else str(error)


class Sentence(str):
    """A text that is a sentence already, so that it is not shortened like a planner's own."""


def said(text: str) -> Sentence:
    """A sentence as it may stand within another one."""
    return Sentence(harmless(text, PAGE))


class Name(NamedTuple):
    """What a station, a township or a scenario is called in Chinese and in English.

    `zh` and `en` are as they were written; what is shown of them is harmless.
    """

    zh: str
    en: str

    def __str__(self) -> str:
        return harmless(self.en, NAME)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def within(self, code: str) -> str:
        """The name for readers of a language; English where it has none in theirs."""
        return harmless(self.zh if code.startswith("zh") else self.en, NAME).strip()
