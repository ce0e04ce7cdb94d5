"""Tables of travel seconds: computed, and kept on disk by the hash of what they were made from.

A table is made in blocks of rows and never stands in memory whole unless there is no place on disk.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from weakref import WeakValueDictionary

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from sim.errors import SizeError
from sim.files.cache import add_array, cache_folder, keep_array, kept_array, kept_at
from sim.files.machine import GB, free_disk, free_memory
from sim.model.roads import Edges
from sim.policies.clock import NONE, TICKS
from sim.text import Message

BLOCK_BYTES = 64 * 2**20  # of the float64 rows that are in memory at a time
SMALL_BYTES = 256 * 2**20  # what is not worth asking the machine
RESERVE = 0.1  # of what is free: others use the machine, too
MOST_TICKS = float(np.iinfo(np.int32).max)  # 24 days
Kind = type[np.int32] | type[np.float64]


class TableRows(NamedTuple):
    """Which rows a table has: seconds to an end in a mode, from every junction."""

    mode: np.ndarray  # [row]
    end: np.ndarray  # [row] node of the graph
    junctions: int  # so many nodes of the graph, the first ones, are junctions


def all_rows(graph: Edges, ends: np.ndarray) -> TableRows:
    """Rows to each of some nodes in every mode, the modes one after the other."""
    modes = len(graph.seconds)
    mode = np.repeat(np.arange(modes), len(ends))
    return TableRows(mode, np.tile(ends, modes), len(graph.indptr) - 1)


def in_seconds(table: np.ndarray) -> np.ndarray:
    """Numbers of a table as seconds."""
    return table * unit_s(table)


def unit_s(table: np.ndarray) -> float:
    """What one is in a table, in seconds."""
    return 1 / TICKS if np.issubdtype(table.dtype, np.integer) else 1.0


def kind_of(graph: Edges) -> Kind:
    """Ticks in four bytes where seconds are on the time grid, else seconds in eight.

    Ticks are exact up to 24 days; float32 would be so up to four and a half hours only. Closed
    roads do not count: if there are ways round, no number of the table is infinite.
    """
    ticks = graph.seconds[np.isfinite(graph.seconds)] * TICKS
    on_grid = np.array_equal(ticks, np.floor(ticks))
    return np.int32 if on_grid and ticks.max(initial=0.0) <= MOST_TICKS else np.float64


class KnownRows(NamedTuple):
    """Rows that another table of the same roads has already."""

    table: np.ndarray
    row: np.ndarray  # [row of the table that is to be made] its row there, NONE if it has none


def table(graph: Edges, rows: TableRows, known: KnownRows | None = None) -> np.ndarray:
    """[row, junction] seconds, or ticks, to each end from every junction.

    `known`: the rows that need only be copied.
    """
    kind = kind_of(graph)
    with contextlib.suppress(OverflowError):
        return _filled(graph, rows, kind, known)
    return _filled(graph, rows, np.float64, known)


def _filled(graph: Edges, rows: TableRows, kind: Kind, known: KnownRows | None) -> np.ndarray:
    _check_memory(rows, kind)
    made = np.empty((len(rows.end), rows.junctions), kind)
    there = np.zeros(len(rows.end), bool)
    if known is not None and known.table.dtype == kind:
        there = known.row != NONE
    if known is not None and there.any():
        made[there] = known.table[known.row[there]]
    left = np.flatnonzero(~there)
    some = rows._replace(mode=rows.mode[left], end=rows.end[left])
    for first, block in blocks(graph, some, kind):
        made[left[first : first + len(block)]] = block
    return made


def nbytes(rows: TableRows, kind: Kind) -> int:
    """How large a table is."""
    return len(rows.end) * rows.junctions * np.dtype(kind).itemsize


def _check_memory(rows: TableRows, kind: Kind) -> None:
    """SizeError for a table that memory has no room for."""
    need = nbytes(rows, kind) + 2 * BLOCK_BYTES
    if need < SMALL_BYTES:
        return
    free, folder = free_memory(), cache_folder()
    disk = (free_disk(folder) if folder else None) or 0
    if free is not None and need > free * (1 - RESERVE):
        text = Message(
            "{rows:,} rows of {junctions:,} travel times, one for each place in each way of "
            "driving there, need {need:,.1f} GB; {free:,.1f} GB of memory are free, and "
            "{disk:,.1f} GB on the disk of {folder}. Name a folder on a larger disk in "
            "TENTHIRTY_CACHE, or make a map with larger cells or fewer roads",
            rows=len(rows.end), junctions=rows.junctions, need=need / GB, free=free / GB,
            disk=disk / GB, folder=folder or "–",
        )  # fmt: skip
        raise SizeError(Message("the table of travel times"), text)


def _fits_on_disk(folder: Path, rows: TableRows, kind: Kind) -> bool:
    """Whether a table can be kept without filling the disk up."""
    need, free = nbytes(rows, kind), free_disk(folder)
    return need < SMALL_BYTES or free is None or need < free * (1 - RESERVE)


def blocks(graph: Edges, rows: TableRows, kind: Kind) -> Iterator[tuple[int, np.ndarray]]:
    """A table piece by piece: the first row of each, and its rows.

    OverflowError if a way takes more ticks than the kind holds.
    """
    nodes = len(graph.indptr) - 1
    many = max(1, BLOCK_BYTES // (8 * max(1, nodes)))
    for mode in np.unique(rows.mode).tolist():
        # From every node to an end is from the end to every node on the reversed graph.
        forward = csr_matrix((graph.seconds[mode], graph.head, graph.indptr), (nodes, nodes))
        reverse = csr_matrix(forward.T)
        of_mode = np.flatnonzero(rows.mode == mode)  # they follow each other
        for first in range(int(of_mode[0]), int(of_mode[-1]) + 1, many):
            last = min(first + many, int(of_mode[-1]) + 1)
            seconds = dijkstra(reverse, indices=rows.end[first:last])[:, : rows.junctions]
            if kind is np.int32:
                seconds *= TICKS
                if seconds.max(initial=0.0) > MOST_TICKS:
                    raise OverflowError
            yield first, seconds.astype(kind)


def cached_table(graph: Edges, rows: TableRows, keep: bool = True) -> np.ndarray:
    """`table`, made once per content on this machine and mapped into memory after that.

    Whoever asks while another still holds it gets the very same array. Without `keep` none is
    written: for roads that are tried once.
    """
    if not keep or not len(rows.end):
        return table(graph, rows)
    key = _fingerprint(graph, rows)
    found = _IN_USE.get(key)
    if found is None:
        found = _IN_USE[key] = _kept_table(f"{key}.npy", graph, rows)
    return found


_IN_USE: WeakValueDictionary[str, np.ndarray] = WeakValueDictionary()


def _kept_table(name: str, graph: Edges, rows: TableRows) -> np.ndarray:
    folder = kept_at()
    if folder is None:
        return table(graph, rows)
    found = kept_array(folder / name)
    if found is None and _fits_on_disk(folder, rows, kind_of(graph)):  # absent, or damaged
        _keep(folder / name, graph, rows)
        found = kept_array(folder / name)  # mapped, so that workers share it
    return table(graph, rows) if found is None else found


def _keep(path: Path, graph: Edges, rows: TableRows) -> None:
    """The table as a file, of which no more than a block is in memory."""
    shape = (len(rows.end), rows.junctions)
    for kind in (kind_of(graph), np.float64):
        pieces = (block for _, block in blocks(graph, rows, kind))
        with contextlib.suppress(OverflowError):
            return keep_array(path, np.dtype(kind), shape, pieces)


def _fingerprint(graph: Edges, rows: TableRows) -> str:
    digest = hashlib.sha256(b"table 2")
    for array in (*graph, rows.mode, rows.end, np.array(rows.junctions)):
        add_array(digest, array)
    return digest.hexdigest()[:32]


def seconds_from(graph: Edges, mode: int, starts: np.ndarray) -> np.ndarray:
    """Seconds from each of the nodes `starts` to every node: [start, node]."""
    nodes = len(graph.indptr) - 1
    forward = csr_matrix((graph.seconds[mode], graph.head, graph.indptr), (nodes, nodes))
    return np.atleast_2d(dijkstra(forward, indices=starts))
