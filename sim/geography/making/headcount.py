"""How many people a file's rows have: read, counted, and what looks odd about their number."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sim.errors import MapImportError
from sim.files import numerals, tables
from sim.geography.making.balance import OUTSIDE
from sim.geography.making.report import PEOPLE, POLYGONS, ROWS, Counted, Report, count
from sim.text import Message

USUAL: Final = (
    "people", "population", "pop", "persons", "inhabitants", "residents", "resident population",
    "人口", "人数", "常住人口", "常住人口数", "人口数", "人口数量", "总人口", "户籍人口",
)  # fmt: skip
MANY_LOST: Final = 0.05
THIN_PER_KM2, CROWDED_PER_KM2 = 1.0, 100_000.0  # people of a whole map; else the unit is another
FEW_IN_A_ZONE: Final = 1_000  # fractions and no more people than that: thousands, ten thousands
WHOLE: Final = 1e-6
REPEATS: Final = Counted(
    Message("{n} row repeats a row before it"), Message("{n} rows repeat a row before them")
)


def people_in(
    path: Path, frame: pd.DataFrame, chosen: str, report: Report | None = None
) -> np.ndarray:
    """[row] the people of each row, from the column chosen or one with a usual name.

    What its numbers alone do not say, as that they are ten thousands, is told to the report.
    """
    name = tables.column(frame, USUAL, chosen)
    if not name:
        known = ", ".join(str(c) for c in frame.columns if c != "geometry")
        message = Message(
            "say with --people-column which column has the people: {known}", known=known
        )
        raise MapImportError(path, message)
    before = tables.notes(frame)
    people = tables.numbers(path, frame, name, numerals.PEOPLE)
    if report is not None:
        for note in tables.notes(frame)[len(before) :]:
            report.note(PEOPLE, note)
    return people


def people_without_shape(rows: pd.DataFrame, chosen: str) -> float:
    """People of rows that are nowhere; what is no number there is nobody."""
    name = tables.column(rows, USUAL, chosen)
    if not name:
        return 0.0
    values, _ = numerals.numbers(tables.texts(rows[name]))
    factor = numerals.unit_factor(name, numerals.PEOPLE)
    return float(np.nansum(np.maximum(values, 0))) * (1.0 if factor is None else factor)


def refuse_negative(path: Path, people: np.ndarray) -> None:
    """MapImportError if a row has fewer than no people, or all have none."""
    if (people < 0).any():
        rows = count((people < 0).sum(), ROWS)
        raise MapImportError(path, Message("{rows} with fewer than 0 people", rows=rows))
    if not people.sum():
        raise MapImportError(path, Message("it holds no people: every value is zero"))


def note_read(path: Path, people: np.ndarray, report: Report, what: Counted) -> None:
    """Counts the people of a file's rows; MapImportError if they cannot be."""
    refuse_negative(path, people)
    report.people.read += float(people.sum())
    said = count(len(people), what)
    report.note(
        PEOPLE,
        Message("{rows} read with {people:,.0f} people", rows=said, people=people.sum()),
    )
    fractions = int((np.abs(people - people.round()) > WHOLE).sum())
    if what is POLYGONS and fractions and people.max() < FEW_IN_A_ZONE:
        report.warn(
            Message(
                "{file}: {fractions} of {polygons} have fractions of people, the most {most:g}: "
                "are they thousands or ten thousands? Write whole people, or --total-people N",
                file=path.name,
                fractions=fractions,
                polygons=said,
                most=people.max(),
            )
        )


def note_repeats(path: Path, rows: pd.DataFrame, people: np.ndarray, report: Report) -> None:
    """Rows that say exactly what a row before them says: perhaps the same people again."""
    again = rows.duplicated().to_numpy() & (people > 0)
    if again.any():
        report.warn(
            Message(
                "{file}: {rows}, in every column, with {again:,.0f} of {people:,.0f} people: all "
                "are counted. If they are the same people, remove the repeated rows",
                file=path.name,
                rows=count(int(again.sum()), REPEATS),
                again=people[again].sum(),
                people=people.sum(),
            )
        )


def note_lost(lost: float, kept: float, report: Report) -> None:
    """Counts the people outside the boundary; warns where they are many."""
    report.people.leave_out(OUTSIDE, lost)
    if lost >= 0.5:
        report.note(PEOPLE, Message("lost outside the boundary: {lost:,.0f}", lost=lost))
        if lost > MANY_LOST * (lost + kept):
            share = lost / (lost + kept)
            message = Message(
                "{share:.0%} of the people read live outside the boundary", share=share
            )
            report.warn(message)


def warn_density(people: float, km2: float, report: Report) -> None:
    """Whether a map has as many people as places have."""
    density = people / km2
    if THIN_PER_KM2 <= density <= CROWDED_PER_KM2:
        return
    text = TOO_FEW if density < THIN_PER_KM2 else TOO_MANY
    report.warn(Message(text.text, people=people, km2=km2, density=density))


TOO_FEW: Final = Message(
    "{people:,.0f} people on {km2:,.1f} km² are {density:.2g} per km², fewer than live almost "
    "anywhere: are they thousands or ten thousands, or is a part of them missing?"
)
TOO_MANY: Final = Message(
    "{people:,.0f} people on {km2:,.1f} km² are {density:,.0f} per km², more than live anywhere: "
    "is their unit another one, or are they counted several times?"
)
