"""A file of travel times as it may be written: a square, or rows of from, to and a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from sim.errors import MapImportError, Problem
from sim.files import numerals, tables
from sim.geography.making.report import some
from sim.text import Message

FROM: Final = (
    "from", "origin", "from_id", "origin_id", "o", "orig", "o_id", "source", "start", "起点",
    "起点编号", "出发地", "出发点",
)  # fmt: skip
TO: Final = (
    "to", "destination", "to_id", "destination_id", "d", "dest", "d_id", "target", "end", "终点",
    "终点编号", "目的地", "到达点",
)  # fmt: skip
TIMES: Final = (  # without their unit
    "", "travel", "time", "travel_time", "travel time", "traveltime", "duration", "total_cost",
    "cost", "weight", "total_traveltime", "时间", "行程时间", "行驶时间", "用时", "耗时",
)  # fmt: skip
UNITS: Final = {"seconds": 1.0, "minutes": 60.0}
HEADER, FIRST_COLUMN = Message("header"), Message("first column")
TOLD: Final = 12  # pairs, rows or ids named in one message
NO_TIME: Final = ("", "nan", "none", "<na>", "null", "na", "n/a")


class TimeTable(NamedTuple):
    """Seconds from each place (row) to each place (column); nan where the file says no time."""

    ids: tuple[str, ...]
    seconds: np.ndarray  # [from, to]
    unreachable: np.ndarray  # [from, to] bool: a number that programs write for "no way"
    unit_said: bool  # by the header, or by whoever asks
    notes: list[Message]


def read(path: Path, unit: str = "", encoding: str = "", sheet: str = "") -> TimeTable:
    """Either kind of table from text, Excel or Parquet. MapImportError with all that is wrong.

    `unit`: seconds or minutes, of a table that does not say it; by default seconds of a square.
    """
    frame = _frame(path, encoding, sheet)
    names = [str(name).strip().casefold() for name in frame.columns]
    rows = _Rows.of(names)
    ids, numbers, problems, factor = _long(frame, rows, unit) if rows else _square(frame, unit)
    if problems:
        raise MapImportError(path, problems)
    unreachable = _means_unreachable(numbers)
    seconds = np.where(unreachable, np.nan, numbers) * factor
    said = bool(unit) or rows is not None
    notes = tables.notes(frame)
    if unreachable.any():
        notes.append(_note_unreachable(numbers[unreachable]))
    return TimeTable(ids, seconds, unreachable, said, notes)


def id_text(value: object) -> str:
    """An id as text; 3 and 3.0 are the same place."""
    return re.sub(r"^(-?\d+)\.0+$", r"\1", str(value).strip())


def _frame(path: Path, encoding: str, sheet: str) -> pd.DataFrame:
    """The file as it stands; the cells of anything but Parquet as text."""
    if path.suffix.lower() in tables.PARQUET:
        return tables.read_parquet(path)
    return tables.read_table(path, encoding, sheet, uneven=False)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────

# The largest number of a type, or of it in thousandths, as pandana, OSRM and GIS tools leave it.
UNREACHABLE: Final = (65535.0, 2147483647.0, 2147483.647, 4294967295.0, 4294967.295, 16777215.0)


def _means_unreachable(numbers: np.ndarray) -> np.ndarray:
    """Numbers that nobody measured: -1, five nines or more, the largest of some type."""
    with np.errstate(invalid="ignore"):
        nines = (numbers >= 99_999) & (np.round(np.log10(np.abs(numbers) + 1), 9) % 1 == 0)
        found = (numbers == -1) | nines | (numbers >= 2**62)
        for most in UNREACHABLE:
            slack = 1.0 if most > 1e6 else 0.0  # rounded, or in single precision
            found |= np.abs(numbers - most) <= slack
    return np.asarray(found)


def _note_unreachable(numbers: np.ndarray) -> Message:
    values = [f"{value:.10g}" for value in np.unique(numbers)]
    return Message(
        "{number:,} times of {values} are read as unreachable",
        number=len(numbers),
        values=some(values),
    )


def _numbers(frame: pd.DataFrame, columns: Sequence[int]) -> tuple[np.ndarray, list[Problem]]:
    """Some columns as numbers, nan where empty, and a problem for each cell that is no number."""
    series = [frame.iloc[:, at] for at in columns]
    if all(pd.api.types.is_numeric_dtype(one) for one in series):
        values = frame.iloc[:, list(columns)].to_numpy(float, na_value=np.nan)
        return values, []
    texts = [["" if t.casefold() in NO_TIME else t for t in tables.texts(one)] for one in series]
    every = [text for column in texts for text in column]
    try:
        comma = tables.decimal_comma(frame, every)
    except numerals.CommaError as error:
        at = error.rows[0]
        line = _line(frame, at % len(frame))
        name = Message("column {name}", name=frame.columns[columns[at // len(frame)]])
        return np.zeros((0, 0)), [Problem(error.message, name, line)]
    found, problems = np.empty((len(frame), len(columns))), []
    for column, at in enumerate(columns):
        found[:, column], odd = numerals.numbers(texts[column], decimal_comma=comma)
        for row in odd:
            message = numerals.complaint(texts[column][row], decimal_comma=comma)
            name = Message("column {name}", name=frame.columns[at])
            problems.append(Problem(message, name, _line(frame, row)))
    return found, problems[:TOLD]


def _line(frame: pd.DataFrame, row: int) -> int:
    return int(frame.index[row])


# ── a square ─────────────────────────────────────────────────────────────────────────────────

_Found = tuple[tuple[str, ...], np.ndarray, list[Problem], float]


def _square(frame: pd.DataFrame, unit: str) -> _Found:
    rows, columns = _ids(frame.iloc[:, 0]), _ids(frame.columns[1:])
    problems = [
        Problem(Message("{names}: each id once", names=some(_twice(ids))), where)
        for ids, where in ((rows, FIRST_COLUMN), (columns, HEADER))
        if _twice(ids)
    ]
    for here, there, where in ((columns, rows, HEADER), (rows, columns, FIRST_COLUMN)):
        alone = [name for name in here if name not in set(there)]
        if alone:
            message = Message("not square: {names} stands nowhere else", names=some(alone))
            problems.append(Problem(message, where))
    if not set(rows) & set(columns):
        message = Message(
            "of rows with a pair each, call the columns from, to, and seconds or minutes; found "
            "{names}",
            names=some([str(name) for name in frame.columns]),
        )
        problems = [Problem(message, HEADER)]
    if len(rows) != len(columns) and not problems:
        message = Message(
            "not square: {rows} rows, {columns} columns", rows=len(rows), columns=len(columns)
        )
        problems.append(Problem(message))
    values, odd = _numbers(frame, range(1, frame.shape[1]))
    problems += odd
    if problems:
        return tuple(rows), np.zeros((0, 0)), problems, 1.0
    order = {name: at for at, name in enumerate(columns)}
    return tuple(rows), values[:, [order[name] for name in rows]], [], UNITS[unit or "seconds"]


def _ids(values: Iterable[object]) -> list[str]:
    return [id_text(value) for value in values]


def _twice(ids: list[str]) -> list[str]:
    return [name for name, times in pd.Series(ids).value_counts().items() if times > 1]  # type: ignore[misc]


# ── rows of pairs ────────────────────────────────────────────────────────────────────────────


class _Rows(NamedTuple):
    """The columns of a table with a pair in each row; no time: -1."""

    start: int
    end: int
    time: int

    @classmethod
    def of(cls, names: list[str]) -> _Rows | None:
        """None of a table that has no such columns."""
        start, end = (
            next((names.index(name) for name in usual if name in names), -1) for usual in (FROM, TO)
        )
        if start < 0 or end < 0:
            return None
        times = [at for at, name in enumerate(names) if _is_time(name) and at not in (start, end)]
        times.sort(key=lambda at: numerals.header(names[at]).unit not in numerals.TIME)
        return cls(start, end, times[0] if times else -1)


TWICE: Final = Message("{pairs}: each pair once")
BELOW_0: Final = Message("fewer than 0 seconds: {pairs}")


def _of_rows(
    text: Message, frame: pd.DataFrame, froms: Sequence[str], tos: Sequence[str], rows: np.ndarray
) -> Problem:
    """What is wrong with some rows of pairs, at the line of the first."""
    which = np.flatnonzero(rows)
    pairs = some([f"{froms[at]} → {tos[at]}" for at in which.tolist()], TOLD)
    return Problem(Message(text, pairs=pairs), line=_line(frame, int(which[0])))


def _is_time(name: str) -> bool:
    stem, unit, _ = numerals.header(name)
    return name in TIMES or (unit in numerals.TIME and stem.strip("_ ") in TIMES)


def _long(frame: pd.DataFrame, rows: _Rows, unit: str) -> _Found:
    if rows.time < 0:
        message = Message("no column seconds or minutes")
        return (), np.zeros((0, 0)), [Problem(message, HEADER)], 1.0
    froms, tos = _ids(frame.iloc[:, rows.start]), _ids(frame.iloc[:, rows.end])
    numbers, problems = _numbers(frame, [rows.time])
    factor, wrong = _factor(str(frame.columns[rows.time]), unit)
    problems += wrong
    ids = tuple(dict.fromkeys([*froms, *tos]))
    row = {name: at for at, name in enumerate(ids)}
    tail, head = np.array([row[n] for n in froms]), np.array([row[n] for n in tos])
    pair = pd.Series(tail * len(ids) + head)
    if pair.duplicated().any():
        problems.append(_of_rows(TWICE, frame, froms, tos, pair.duplicated().to_numpy()))
    if len(numbers):  # told with the others; of a table with a row a place it is told of the whole
        below = (numbers[:, 0] < 0) & ~_means_unreachable(numbers[:, 0])
        if below.any():
            problems.append(_of_rows(BELOW_0, frame, froms, tos, below))
    if problems:
        return ids, np.zeros((0, 0)), problems, 1.0
    seconds = np.full((len(ids), len(ids)), np.nan)
    seconds[tail, head] = numbers[:, 0]
    return ids, seconds, [], factor


def _factor(name: str, unit: str) -> tuple[float, list[Problem]]:
    """Seconds in one of the column's numbers, by its header or by the unit that is asked for."""
    said = numerals.header(name).unit
    of_header = numerals.TIME.get(said)
    asked = UNITS.get(unit)
    if of_header is not None and asked not in (None, of_header):
        message = Message(
            "its header says {said}, --matrix-unit {unit}: which is it?", said=said, unit=unit
        )
        return 1.0, [Problem(message, name)]
    if of_header is None and asked is None:
        message = Message("its header says no unit: write --matrix-unit seconds, or minutes")
        return 1.0, [Problem(message, name)]
    return of_header or asked or 1.0, []
