"""The header of a table: what stands above it, and whether the rows below fit it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Final

from sim.errors import MapImportError, Problem
from sim.files import numerals
from sim.files.delimited import Row
from sim.text import Message

TOLD: Final = 12  # problems of a kind
TITLES: Final = 10  # rows above the header, at most


def below_titles(rows: list[Row]) -> tuple[list[Row], list[str]]:
    """The header and what is below it; rows of one cell above a row of words are a title."""
    above = 0
    while above < min(TITLES, len(rows) - 2) and _filled(rows[above]) == 1:
        above += 1
    header = rows[above][1] if above else []
    if not above or sum(map(bool, header)) < 2 or any(map(_like_number, header)):
        return rows, []
    return rows[above:], [next(filter(None, row)) for _, row in rows[:above]]


def one_line(header: str) -> str:
    """A header in several lines as one: a unit below its name belongs to it, other lines are
    names in another language, as in `people / 人口（万人）`."""
    lines = [line.strip() for line in re.split(r"[\r\n]+", header) if line.strip()]
    text = lines[0] if lines else ""
    for line in lines[1:]:
        text += line if line[0] in "(（[【" else f"{numerals.OR}{line}"
    return text


_EXAMPLE: Final = re.compile(r"(?:(?:示例|例如|例|examples?|e\.g\.)\s*){1,2}[:：]", re.IGNORECASE)


def without_examples(rows: list[Row]) -> tuple[list[Row], list[Message]]:
    """The rows but for those whose first cell says that they are examples; and what is said."""
    examples = [row for row in rows if _EXAMPLE.match(next(filter(None, row[1]), ""))]
    if not examples:
        return rows, []
    kept = [row for row in rows if row not in examples]
    names = [
        f"{_EXAMPLE.sub('', next(filter(None, row))).strip()} ({line})" for line, row in examples
    ]
    told = ", ".join(names[:TOLD]) + (" …" if len(names) > TOLD else "")
    return kept, [
        Message(
            "rows that are marked as examples are not read, each with its row: {names}", names=told
        )
    ]


def note_titles(titles: list[str]) -> list[Message]:
    """What there is to say of what stands above a header."""
    if not titles:
        return []
    told = " / ".join(titles)
    return [Message("above the header stands, and is no row of the table: {text}", text=told)]


def _filled(row: Row) -> int:
    return sum(map(bool, row[1]))


def _like_number(cell: str) -> bool:
    return cell.lstrip("+-−－")[:1].isdecimal()


def named_columns(rows: list[Row], width: int) -> tuple[list[int], list[Message]]:
    """The columns that have a name, and a word about others; the first may have none."""
    header = rows[0][1]
    used = {at for _, row in rows[1:] for at, cell in enumerate(row) if cell}
    kept = [at for at in range(width) if header[at] or (at == 0 and at in used)]
    nameless = [at + 1 for at in sorted(used - set(kept))]
    if not nameless:
        return kept, []
    names = ", ".join(map(str, nameless[:TOLD])) + (" …" if len(nameless) > TOLD else "")
    return kept, [
        Message("columns without a name in the header are not read: {names}", names=names)
    ]


def refuse_uneven(path: Path, rows: list[Row], width: int, *, all_rows: bool) -> None:
    """A row with more cells than the header has a separator within a text or a number."""
    wanted = len(rows[0][1])
    wrong = [
        Problem(
            Message("{wanted} values expected; found {found}", wanted=wanted, found=len(row)),
            line=line,
        )
        for line, row in rows[1:]
        if any(row[wanted:]) or (all_rows and len(row) < width)
    ]
    if wrong:
        raise MapImportError(path, wrong[:TOLD])


def refuse_twice(path: Path, names: list[str], line: int) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise MapImportError(
            path,
            [
                Problem(Message('two columns are called "{name}"', name=name), line=line or None)
                for name in twice[:TOLD]
            ],
        )
