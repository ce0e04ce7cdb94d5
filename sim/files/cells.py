"""Where in a workbook something stands, as a planner finds it: sheet 站点, cell D7."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sim.errors import PlannerError, Problem
from sim.text import Message

if TYPE_CHECKING:
    import pandas as pd

# What a frame carries about the sheet that it was read from.
SHEET, LETTERS, HEADER = "sheet", "letters", "header"


def cell(sheet: str, letters: str, row: int) -> Message:
    """A cell by the letters of its column and the number of its row."""
    return Message("sheet {sheet}, cell {cell}", sheet=sheet, cell=f"{letters}{row}")


def row_of(sheet: str, row: int) -> Message:
    """A whole row by its number."""
    return Message("sheet {sheet}, row {number}", sheet=sheet, number=row)


def letters_of(column: int) -> str:
    """The letters of a column: 0 is A, 27 is AB."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def marked(frame: pd.DataFrame, sheet: str, columns: Mapping[str, int], header: int) -> None:
    """Keep with a frame from which sheet it is, at which column each of its names stands, and in
    which row."""
    frame.attrs[SHEET] = sheet
    frame.attrs[HEADER] = header
    frame.attrs[LETTERS] = {name: letters_of(at) for name, at in columns.items()}


def place(frame: pd.DataFrame, row: int, column: str = "") -> Message | str:
    """Where a row of that number is, or one of its cells; "" if the frame is of no workbook."""
    sheet = frame.attrs.get(SHEET, "")
    if not sheet:
        return ""
    letters = frame.attrs[LETTERS].get(column, "")
    return cell(sheet, letters, row) if letters else row_of(sheet, row)


COLUMN: Final = "column {name}"  # how a problem names a column


def placed(frame: pd.DataFrame, problems: Iterable[Problem]) -> list[Problem]:
    """Problems of a table that know their line, with the cell where it was read from a workbook."""
    return [_placed(frame, one) for one in problems]


def _placed(frame: pd.DataFrame, problem: Problem) -> Problem:
    if not frame.attrs.get(SHEET, "") or problem.place:
        return problem
    field = problem.field
    column = str(field)
    if isinstance(field, Message) and field.text == COLUMN:
        column = str(field.values["name"])
    if problem.line is None:
        return replace(problem, place=Message("sheet {sheet}", sheet=frame.attrs[SHEET]))
    return replace(problem, place=place(frame, problem.line, column))


@contextmanager
def told(frame: pd.DataFrame) -> Iterator[None]:
    """What is found wrong with a frame in here is told with its cells."""
    try:
        yield
    except PlannerError as error:
        problems = placed(frame, error.problems)
        if problems == error.problems:
            raise
        raise type(error)(error.source, problems) from error.__cause__
