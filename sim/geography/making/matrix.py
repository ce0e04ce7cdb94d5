"""A table of travel seconds that somebody else computed, read and checked: CSV or Parquet."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import floyd_warshall

from sim.errors import MapImportError, Problem
from sim.files import tables
from sim.geography.making.groups import FillHoles, MatrixUnit
from sim.geography.making.report import some
from sim.text import Message

FROM: Final = ("from", "origin", "from_id", "o", "起点")
TO: Final = ("to", "destination", "to_id", "d", "终点")
SECONDS: Final = {
    **dict.fromkeys(("seconds", "second", "s", "travel_s", "秒"), 1.0),
    **dict.fromkeys(("minutes", "minute", "min", "travel_min", "分钟"), 60.0),
}
HEADER, FIRST_COLUMN = Message("header"), Message("first column")
TOLD: Final = 12  # pairs named in one message


class Matrix(NamedTuple):
    """Travel seconds from each place (row) to each place (column); need not be symmetric."""

    ids: tuple[str, ...]
    seconds: np.ndarray  # [from, to]
    filled: np.ndarray  # [from, to] bool: a hole, filled by way of other places


def read_matrix(
    path: Path,
    known: Collection[str] | None = None,
    fill_holes: FillHoles = "",
    unit: MatrixUnit = "seconds",
) -> Matrix:
    """A square table (ids in the header and in the first column) or rows of from, to, seconds.

    `known`: the ids that there are. `unit`: of a square table; a long one says it in its header
    (seconds or minutes). `fill_holes="shortest"`: a missing pair takes the quickest way over
    other places. MapImportError with everything that is wrong.
    """
    path = Path(path)
    if fill_holes not in ("", "shortest"):
        message = Message("write shortest; found {found}", found=fill_holes)
        raise MapImportError(path, Problem(message, "--fill-holes"))
    if unit not in SECONDS:
        message = Message("write seconds or minutes; found {found}", found=unit)
        raise MapImportError(path, Problem(message, "unit"))
    frame = _frame(path)
    names = [str(name).strip().lower() for name in frame.columns]
    long = bool(set(names) & set(FROM)) and bool(set(names) & set(TO))
    ids, seconds, problems = _long(frame, names) if long else _square(frame, SECONDS[unit])
    problems += _strangers(ids, known)
    problems += _impossible(ids, seconds)
    filled = np.zeros(seconds.shape, bool)
    if not problems:
        np.fill_diagonal(seconds, np.where(np.isnan(seconds.diagonal()), 0, seconds.diagonal()))
        if fill_holes and np.isnan(seconds).any():
            filled = np.isnan(seconds)
            seconds = _filled(seconds)
        problems += _holes(ids, seconds, bool(fill_holes))
    if problems:
        raise MapImportError(path, problems)
    return Matrix(ids, seconds, filled)


def _frame(path: Path) -> pd.DataFrame:
    """The file as it stands; the cells of anything but Parquet as text."""
    if path.suffix.lower() in tables.PARQUET and path.is_file():
        return tables.read_parquet(path)
    return tables.read_table(path, uneven=False)


def _text(values: Iterable[object]) -> list[str]:
    """Ids as text; 3 and 3.0 are the same place."""
    texts = (str(value).strip() for value in values)
    return [t.removesuffix(".0") if t.removesuffix(".0").isdigit() else t for t in texts]


def _numbers(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """A column as numbers (nan where empty), and the texts that are none."""
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(float)
    text = column.astype(str).str.strip().str.lower()
    odd = np.isnan(numbers) & ~text.isin(["", "nan", "none", "<na>", "null"]).to_numpy()
    return numbers, text[odd].tolist()


def _square(
    frame: pd.DataFrame, factor: float
) -> tuple[tuple[str, ...], np.ndarray, list[Problem]]:
    rows, columns = _text(frame.iloc[:, 0]), _text(frame.columns[1:])
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
    if len(rows) != len(columns) and not problems:
        message = Message(
            "not square: {rows} rows, {columns} columns", rows=len(rows), columns=len(columns)
        )
        problems.append(Problem(message))
    values, odd = np.empty((len(rows), len(columns))), []
    for at in range(len(columns)):
        values[:, at], words = _numbers(frame.iloc[:, at + 1])
        odd += words
    if odd:
        problems.append(Problem(Message("write numbers; found {found}", found=some(odd))))
    if problems:
        return tuple(rows), np.zeros((0, 0)), problems
    order = {name: at for at, name in enumerate(columns)}
    return tuple(rows), values[:, [order[name] for name in rows]] * factor, []


def _long(
    frame: pd.DataFrame, names: list[str]
) -> tuple[tuple[str, ...], np.ndarray, list[Problem]]:
    start, end = (next(names.index(n) for n in usual if n in names) for usual in (FROM, TO))
    time = next((at for at, name in enumerate(names) if name in SECONDS), None)
    if time is None:
        return (), np.zeros((0, 0)), [Problem(Message("no column seconds or minutes"), HEADER)]
    froms, tos = _text(frame.iloc[:, start]), _text(frame.iloc[:, end])
    numbers, odd = _numbers(frame.iloc[:, time])
    ids = tuple(dict.fromkeys([*froms, *tos]))
    row = {name: at for at, name in enumerate(ids)}
    tail, head = np.array([row[n] for n in froms]), np.array([row[n] for n in tos])
    pair = pd.Series(tail * len(ids) + head)
    problems = []
    if pair.duplicated().any():
        told = [f"{froms[at]} → {tos[at]}" for at in np.flatnonzero(pair.duplicated())]
        problems.append(Problem(Message("{pairs}: each pair once", pairs=some(told, TOLD))))
    if odd:
        message = Message("write numbers; found {found}", found=some(odd))
        problems.append(Problem(message, names[time]))
    seconds = np.full((len(ids), len(ids)), np.nan)
    seconds[tail, head] = numbers * SECONDS[names[time]]
    return ids, seconds, problems


def _twice(ids: list[str]) -> list[str]:
    return [name for name, times in pd.Series(ids).value_counts().items() if times > 1]  # type: ignore[misc]


def _strangers(ids: tuple[str, ...], known: Collection[str] | None) -> list[Problem]:
    there = set(map(str, known)) if known is not None else set(ids)
    unknown = [name for name in ids if name not in there]
    missing = sorted(there - set(ids))
    problems = []
    if unknown:
        problems.append(Problem(Message("no place has the id {ids}", ids=some(unknown))))
    if missing:
        problems.append(Problem(Message("no times for {ids}", ids=some(missing))))
    return problems


def _pairs(ids: tuple[str, ...], which: np.ndarray) -> str:
    return some([f"{ids[a]} → {ids[b]}" for a, b in np.argwhere(which)], TOLD)


def _impossible(ids: tuple[str, ...], seconds: np.ndarray) -> list[Problem]:
    problems = []
    if (seconds < 0).any():
        pairs = _pairs(ids, seconds < 0)
        problems.append(Problem(Message("fewer than 0 seconds: {pairs}", pairs=pairs)))
    if np.isinf(seconds).any():
        pairs = _pairs(ids, np.isinf(seconds))
        problems.append(Problem(Message("endless: {pairs}", pairs=pairs)))
    return problems


def _filled(seconds: np.ndarray) -> np.ndarray:
    """Holes by the quickest way over other places; what is given stays as it is."""
    graph = np.where(np.isnan(seconds), np.inf, np.maximum(seconds, 1e-9))
    graph = np.ascontiguousarray(graph)
    ways = np.asarray(floyd_warshall(graph))
    return np.where(np.isnan(seconds) & np.isfinite(ways), ways, seconds)


def _holes(ids: tuple[str, ...], seconds: np.ndarray, tried: bool) -> list[Problem]:
    holes = np.isnan(seconds)
    if not holes.any():
        return []
    number, pairs = holes.sum(), _pairs(ids, holes)
    if tried:
        message = Message(
            "no time for {number} pairs: {pairs}; no way over other places either",
            number=number,
            pairs=pairs,
        )
    else:
        message = Message(
            "no time for {number} pairs: {pairs}; or write --fill-holes shortest",
            number=number,
            pairs=pairs,
        )
    return [Problem(message)]
