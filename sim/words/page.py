"""What an answer says: a page of tables, notes and sentences, as text for a terminal or as HTML.

`page(answer, say)` is written for each kind of answer in the room of its name, `sim/words/NAME.py`
for `sim/answers/NAME.py`. `sim.words.page_of` opens that room first.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from rich.cells import cell_len

from sim.words.language import Language

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 96  # at most, in columns of a terminal; a Chinese character takes two


class Column(NamedTuple):
    """The head of a column, and to which side its cells go.

    A column that `belongs` stands closer to the one before it, as an interval to its value.
    """

    head: str = ""
    align: Literal["left", "right"] = "right"
    belongs: bool = False


class Table(NamedTuple):
    """Rows of texts below their columns. The first column names the rows."""

    columns: tuple[Column, ...]
    rows: list[list[str]]
    below: str = ""  # a line directly below it
    above: str = ""  # what it is about, directly above it

    def lines(self) -> list[str]:
        """The table for a terminal: columns as wide as their widest cell."""
        heads = [column.head for column in self.columns]
        cells = [heads, *self.rows] if any(heads) else self.rows
        widths = [max(cell_len(row[i]) for row in cells) for i in range(len(self.columns))]
        lines = []
        for row in cells:
            line = ""
            for column, cell, width in zip(self.columns, row, widths, strict=True):
                space = " " * (width - cell_len(cell))
                apart = " " if column.belongs or not line else "  "
                line += apart + (cell + space if column.align == "left" else space + cell)
            lines.append(line.rstrip())
        above = wrapped(self.above, indent="   ") if self.above else []
        return [*above, *lines, *([f" {self.below}"] if self.below else [])]

    def html(self) -> str:
        """The table for a notebook; it copies into Word as a table."""
        parts = [*paragraphs([self.above]), "<table>"]
        for tag, row in (
            ("th", [column.head for column in self.columns]),
            *(("td", row) for row in self.rows),
        ):
            cells = "".join(
                f'<{tag} style="text-align:{column.align};padding:2px 10px">'
                f"{html.escape(cell)}</{tag}>"
                for column, cell in zip(self.columns, row, strict=True)
            )
            parts.append(f"<tr>{cells}</tr>")
        below = f"\n<p>{html.escape(self.below)}</p>" if self.below else ""
        return "\n".join([*parts, "</table>"]) + below


class Finding(NamedTuple):
    """What stands around a figure: the finding, what is drawn, and how it was made."""

    headline: str
    subtitle: str
    footnote: str
    draft: bool = False


@dataclass(frozen=True)
class Page:
    """All that an answer says, in one language, in the order in which it is read."""

    heading: tuple[str, ...]  # lines: the question, how it was answered, what must be said of it
    body: tuple[Table | str, ...]  # tables, and paragraphs between them
    notes: tuple[str, ...]  # paragraphs
    sentences: tuple[str, ...]  # for the minutes of the meeting; the first is the main one
    say: Language

    @property
    def sentence(self) -> str:
        return self.sentences[0]

    def text(self) -> str:
        """The page for a terminal, at most WIDTH columns wide but for tables."""
        lines = [line for part in self.heading for line in _heading_lines(part)]
        for part in self.body:
            lines += ["", *(part.lines() if isinstance(part, Table) else wrapped(part))]
        lines.append("")
        for note in self.notes:
            lines += wrapped(note)
        for sentence in self.sentences:
            spoken = self.say('Say: "{sentence}"', sentence=sentence)
            before, whole, _ = spoken.partition(sentence)  # what is very long was cut
            lines += wrapped(spoken, indent=" " * (1 + (cell_len(before) if whole else 0)))
        return "\n".join(lines)

    def html(self) -> str:
        """The page for a notebook: tables that copy into Word as tables."""
        parts = paragraphs(self.heading)
        for part in self.body:
            parts += [part.html()] if isinstance(part, Table) else paragraphs([part])
        return "\n".join([*parts, *paragraphs([*self.notes, *self.sentences])])


@singledispatch
def page(answer: Any, say: Language) -> Page:
    """What an answer says. Each kind of answer has its own, in the room of its name."""
    raise NotImplementedError(f"no words for {type(answer).__name__}")


@singledispatch
def frame(answer: Any, languages: Sequence[Language]) -> pd.DataFrame:
    """All of an answer, tidy, as it is written to files: its numbers, and texts in each language.

    Only answers with texts beside their numbers have their own.
    """
    numbers: pd.DataFrame = answer.to_frame()
    return numbers


def paragraphs(lines: Any) -> list[str]:
    return [f"<p>{html.escape(line.strip())}</p>" for line in lines if line]


def on_one_line(line: str) -> str:
    """A line of the heading as prose: what stands side by side is parted by dots."""
    return re.sub(r"\s{2,}", " · ", line.strip())


def _heading_lines(line: str) -> list[str]:
    """A line of the heading; a sentence that is too long for one in several."""
    if cell_len(line) <= WIDTH or "  " in line:  # columns of their own stay side by side
        return [line]
    first, *others = wrapped(line)
    return [first.removeprefix(" "), *others]


def wrapped(text: str, indent: str = " ") -> list[str]:
    """Lines of at most WIDTH columns; Chinese may break anywhere, English between words."""
    lines, line = [], " "
    for word in _words(text):
        if cell_len(line + word) > WIDTH:
            lines.append(line.rstrip())
            line = indent + word.lstrip()
        else:
            line += word
    return [*lines, line.rstrip()]


def _words(text: str) -> list[str]:
    parts: list[str] = []
    for character, after in zip(text, text[1:] + " ", strict=True):
        wide = cell_len(character) > 1
        closing = character in "，。；：、）”" or (character == " " and after == "%")
        if parts and (closing or not (wide or character == " " or cell_len(parts[-1][-1]) > 1)):
            parts[-1] += character
        else:
            parts.append(character)
    return parts
