"""A sheet of a planner's workbook row by row: its cells as texts, each with its place."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sim.errors import Problem, did_you_mean
from sim.files import cells, tables
from sim.text import Message


class SheetRows:
    """A sheet of a workbook: cells as texts, by row and column, with their places."""

    def __init__(self, path: Path, role: str):
        self.frame: pd.DataFrame = tables.read_table(path, holds=role)
        self.problems: list[Problem] = []

    def rows(self) -> list[int]:
        return [int(row) for row in self.frame.index]

    def column(self, usual: tuple[str, ...]) -> str:
        return tables.column(self.frame, usual)

    def needed(self, usual: tuple[str, ...]) -> str:
        """A column that must be there; "" after gathering that it is not."""
        name = self.column(usual)
        if not name:
            known = [str(column) for column in self.frame.columns]
            chinese = next(one for one in usual if not one.isascii())
            message = Message(
                "no column is called {english} or {chinese}{hint}",
                english=usual[0], chinese=chinese, hint=did_you_mean(usual[0], known),
            )  # fmt: skip
            sheet = Message("sheet {sheet}", sheet=self.frame.attrs.get("sheet", ""))
            self.problems.append(Problem(message, place=sheet))
        return name

    def text(self, row: int, column: str) -> str:
        return str(self.frame.at[row, column]).strip() if column else ""

    def place(self, row: int, column: str) -> str:
        return cells.place(self.frame, row, column)

    def problem(self, row: int, column: str, message: str) -> Problem:
        return Problem(message, column, row, place=self.place(row, column))
