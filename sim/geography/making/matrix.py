"""A table of travel seconds that somebody else computed, read and checked: CSV or Parquet."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse.csgraph import floyd_warshall

from sim.errors import MapImportError, Problem
from sim.geography.making import matrix_tables
from sim.geography.making.groups import FillHoles, MatrixUnit, ReadingOptions
from sim.geography.making.matrix_tables import BELOW_0, TOLD, UNITS
from sim.geography.making.report import some
from sim.text import Message


class Matrix(NamedTuple):
    """Travel seconds from each place (row) to each place (column); need not be symmetric."""

    ids: tuple[str, ...]
    seconds: np.ndarray  # [from, to]
    filled: np.ndarray  # [from, to] bool: a hole, filled by way of other places
    unit_said: bool = True  # by the header of the file, or by whoever asked
    notes: tuple[Message, ...] = ()  # on how the file was read


def read_matrix(
    path: Path,
    known: Collection[str] | None = None,
    fill_holes: FillHoles = "",
    unit: MatrixUnit = "",
    reading: ReadingOptions | None = None,
) -> Matrix:
    """A square table (ids in the header and in the first column) or rows of from, to, seconds.

    `known`: the ids that there are. `unit`: seconds or minutes, of a table that does not say it;
    a square without it is in seconds. `fill_holes="shortest"`: a missing pair takes the quickest
    way over other places. MapImportError with everything that is wrong.
    """
    path, reading = Path(path), reading or ReadingOptions()
    if fill_holes not in ("", "shortest"):
        message = Message("write shortest; found {found}", found=fill_holes)
        raise MapImportError(path, Problem(message, "--fill-holes"))
    if unit and unit not in UNITS:
        message = Message("write seconds or minutes; found {found}", found=unit)
        raise MapImportError(path, Problem(message, "unit"))
    ids, seconds, unreachable, said, notes = matrix_tables.read(
        path, unit, reading.encoding, reading.sheet
    )
    problems = [*_strangers(ids, known), *_impossible(ids, seconds)]
    filled = np.zeros(seconds.shape, bool)
    if not problems:
        np.fill_diagonal(seconds, np.where(np.isnan(seconds.diagonal()), 0, seconds.diagonal()))
        holes = np.isnan(seconds)
        if fill_holes and holes.any():
            filled = holes
            seconds = _filled(seconds)
        problems += _holes(ids, seconds, bool(fill_holes))
        if problems and (unreachable & holes).any():
            problems += [Problem(note) for note in notes[-1:]]
    if problems:
        raise MapImportError(path, problems)
    return Matrix(ids, seconds, filled, said, tuple(notes))


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
        problems.append(Problem(Message(BELOW_0, pairs=pairs)))
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
