"""How many people a file's rows have: read, counted, and what looks odd about their number."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sim.errors import MapImportError, did_you_mean, nearest
from sim.files import numerals, tables
from sim.geography.making.balance import OUTSIDE
from sim.geography.making.report import PEOPLE, POINTS, Counted, Report, count
from sim.text import Message

USUAL: Final = (
    "people", "population", "pop", "persons", "inhabitants", "residents", "resident population",
    "人口", "人数", "常住人口", "常住人口数", "人口数", "人口数量", "总人口", "户籍人口",
)  # fmt: skip
MANY_LOST: Final = 0.05
MOST_PEOPLE: Final = 2e9  # of a map; no country has so many
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
        raise MapImportError(path, _no_column(frame, chosen))
    before = tables.notes(frame)
    people = tables.numbers(path, frame, name, numerals.PEOPLE, refuse=_negative)
    tables.refuse_totals(path, frame)
    if report is not None:
        for note in tables.notes(frame)[len(before) :]:
            report.note(PEOPLE, note)
    return people


def _no_column(frame: pd.DataFrame, chosen: str) -> Message:
    """What is said where no column has the people."""
    known = [str(c) for c in frame.columns if c != "geometry"]
    if chosen:
        return Message(
            'no column "{name}", asked for by --people-column{hint}. The columns are {known}',
            name=chosen,
            hint=did_you_mean(chosen, known) if nearest(chosen, known) else "",
            known=", ".join(known),
        )
    return Message(
        "no column says how many people: call it {english} or {chinese}, or choose one with "
        "--people-column. The columns are {known}",
        english=USUAL[0],
        chinese="常住人口",
        known=", ".join(known),
    )


def _negative(people: float) -> Message | None:
    if people >= 0:
        return None
    return Message("write a number from 0 up; found {found:g}", found=people)


def people_without_shape(rows: pd.DataFrame, chosen: str) -> float:
    """People of rows that are nowhere; what is no number there is nobody."""
    name = tables.column(rows, USUAL, chosen)
    if not name:
        return 0.0
    written = tables.texts(rows[name])
    try:
        comma = numerals.has_decimal_comma(written)
    except numerals.CommaError:
        comma = False
    values, _ = numerals.numbers(written, decimal_comma=comma)
    factor = numerals.unit_factor(name, numerals.PEOPLE)
    return float(np.nansum(np.maximum(values, 0))) * (1.0 if factor is None else factor)


def _refuse_odd_sum(path: Path, people: np.ndarray) -> None:
    """MapImportError if all rows have no people, or more than any place has."""
    total = float(people.sum())
    if not total:
        raise MapImportError(path, Message("it holds no people: every value is zero"))
    if total > MOST_PEOPLE:
        raise MapImportError(path, too_many(total))


def note_read(path: Path, people: np.ndarray, report: Report, what: Counted) -> None:
    """Counts the people of a file's rows; MapImportError if they cannot be."""
    _refuse_odd_sum(path, people)
    report.people.read += float(people.sum())
    said = count(len(people), what)
    report.note(
        PEOPLE,
        Message("{rows} read with {people:,.0f} people", rows=said, people=people.sum()),
    )
    fractions = int((np.abs(people - people.round()) > WHOLE).sum())
    if what is not POINTS and fractions and people.max() < FEW_IN_A_ZONE:
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


def too_many(people: float) -> Message:
    """What is said of more people than a country has."""
    return Message(TOO_MANY_IN_ALL.text, people=people, unit=TEN_THOUSAND_PEOPLE)


def check_density(source: Path | str, people: float, km2: float, report: Report) -> None:
    """Whether a map has as many people as places have: MapImportError if more than any has."""
    if people > MOST_PEOPLE:
        raise MapImportError(source, too_many(people))
    density = people / km2
    if density > CROWDED_PER_KM2:
        message = Message(
            TOO_MANY.text, people=people, km2=km2, density=density, unit=TEN_THOUSAND_PEOPLE
        )
        raise MapImportError(source, message)
    if density < THIN_PER_KM2:
        report.warn(Message(TOO_FEW.text, people=people, km2=km2, density=density))


TEN_THOUSAND_PEOPLE: Final = "万人"
TOO_FEW: Final = Message(
    "{people:,.0f} people on {km2:,.1f} km² are {density:.2g} per km², fewer than live almost "
    "anywhere: are they thousands or ten thousands, or is a part of them missing?"
)
TOO_MANY: Final = Message(
    "{people:,.0f} people on {km2:,.1f} km² are {density:,.0f} per km², more than live anywhere: "
    "is the column already in people, not {unit}? Or are people counted several times?"
)
TOO_MANY_IN_ALL: Final = Message(
    "{people:,.0f} people are more than live in any country: is the column already in people, "
    "not {unit}?"
)
