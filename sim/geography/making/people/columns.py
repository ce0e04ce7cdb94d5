"""The column in which a file says how many people live somewhere, read and checked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sim.errors import MapImportError
from sim.files import numerals, tables
from sim.geography.making.report import ROWS, count
from sim.text import Message

PEOPLE = ("people", "population", "pop", "persons", "inhabitants", "人口", "人数")


def people_in(path: Path, frame: pd.DataFrame, chosen: str) -> np.ndarray:
    """[row] the people of each row, from the column chosen or one with a usual name."""
    name = tables.column(frame, PEOPLE, chosen)
    if not name:
        known = ", ".join(str(c) for c in frame.columns if c != "geometry")
        message = Message(
            "say with --people-column which column has the people: {known}", known=known
        )
        raise MapImportError(path, message)
    return tables.numbers(path, frame, name, numerals.PEOPLE)


def refuse_negative(path: Path, people: np.ndarray) -> None:
    """MapImportError if a row has fewer than no people, or all have none."""
    if (people < 0).any():
        rows = count((people < 0).sum(), ROWS)
        raise MapImportError(path, Message("{rows} with fewer than 0 people", rows=rows))
    if not people.sum():
        raise MapImportError(path, Message("it holds no people: every value is zero"))
