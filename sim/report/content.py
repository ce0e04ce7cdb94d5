"""What a report holds, in the order in which it is read: one tree, which every format is made of.

A writer for each format (`as_html`, `as_word`, `as_pdf`) goes through the same blocks, so that two
formats of one report cannot say different things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sim.text import harmless, in_digits
from sim.words.page import Column, Table

if TYPE_CHECKING:
    from sim.words.language import Language


class Heading(NamedTuple):
    """The title of a chapter (level 1) or of a part of one (level 2)."""

    text: str
    level: int = 1


class Paragraph(NamedTuple):
    """A text; an `aside` says how something was made, in smaller type."""

    text: str
    aside: bool = False


class Callout(NamedTuple):
    """Sentences that stand out: a finding, or that a map is synthetic. The first weighs most."""

    kind: Literal["finding", "synthetic"]
    texts: tuple[str, ...]


class ListOfTexts(NamedTuple):
    """A list of texts, each a point."""

    texts: tuple[str, ...]


class TableBlock(NamedTuple):
    """A table with its caption."""

    table: Table
    caption: str


class FigureBlock(NamedTuple):
    """A figure with its caption, and what it says to whoever does not see it."""

    png: bytes
    caption: str
    alt: str
    aspect: float  # how high it is, in widths of its own


Block = Heading | Paragraph | Callout | ListOfTexts | TableBlock | FigureBlock


@dataclass
class Content:
    """A report in one language: its title, what stands below it, and its blocks in order."""

    title: str
    below: str  # of what, by what and when
    say: Language
    blocks: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.title, self.below = harmless(self.title), in_digits(self.below)

    def add(self, *blocks: Block) -> None:
        """Put blocks at the end: what no file may hold, like an escape, in digits."""
        self.blocks += map(_shown, blocks)

    @property
    def chapters(self) -> list[str]:
        """The titles of chapters, in order."""
        return [one.text for one in self.blocks if isinstance(one, Heading) and one.level == 1]

    def numbered(self) -> list[tuple[Block, str]]:
        """The blocks with their numbers: 2 or 2.1 of a heading; 3 of the third figure or table."""
        chapter = part = figures = tables = 0
        found: list[tuple[Block, str]] = []
        for block in self.blocks:
            number = ""
            if isinstance(block, Heading):
                chapter, part = (chapter + 1, 0) if block.level == 1 else (chapter, part + 1)
                number = str(chapter) if block.level == 1 else f"{chapter}.{part}"
            elif isinstance(block, FigureBlock):
                figures += 1
                number = str(figures)
            elif isinstance(block, TableBlock):
                tables += 1
                number = str(tables)
            found.append((block, number))
        return found

    def captioned(self, block: FigureBlock | TableBlock, number: str) -> str:
        """Figure 3. What it shows"""
        figure = isinstance(block, FigureBlock)
        label = self.say("Figure {n}", n=number) if figure else self.say("Table {n}", n=number)
        if not block.caption:
            return label
        return self.say("{label}. {caption}", label=label, caption=block.caption)


def _shown(part: Any) -> Any:
    """A block, or a part of one, with all its texts as a file may hold them."""
    if isinstance(part, str):
        return part if part.isprintable() else in_digits(part)
    if isinstance(part, tuple) and hasattr(part, "_fields"):
        return type(part)(*map(_shown, part))
    if isinstance(part, tuple | list):
        return type(part)(map(_shown, part))
    return part


def with_intervals_in(table: Table) -> Table:
    """A table whose columns that belong to the one before stand in it, as paper wants them."""
    joined = [
        [row for row, column in enumerate(table.columns) if row == at or _belongs(table, at, row)]
        for at in range(len(table.columns))
        if not table.columns[at].belongs
    ]

    def cells(row: Sequence[str]) -> list[str]:
        return [" ".join(row[at] for at in group if row[at]) for group in joined]

    heads = cells([column.head for column in table.columns])
    columns = tuple(
        Column(head, table.columns[group[0]].align)
        for head, group in zip(heads, joined, strict=True)
    )
    return table._replace(columns=columns, rows=[cells(row) for row in table.rows])


def _belongs(table: Table, at: int, row: int) -> bool:
    """Whether a column, and all between, belong to the one that stands at a place."""
    return row > at and all(table.columns[one].belongs for one in range(at + 1, row + 1))
