"""Finished replications on disk, so that a study that was stopped goes on where it was.

Each one is a Parquet file of its own for each layout. It is taken up again only if it belongs to
the very same study (its key), is whole (a hash of what it holds) and so are its logs; anything
else is silently done again.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.errors import OutputError, PlannerError, Problem
from sim.files.cache import add_array
from sim.files.whole import write_whole
from sim.geography.roads.travel import NO_TABLE
from sim.measures.calls import Tally
from sim.model.system import System

ABOUT = b"tenthirty"  # the entry of a file's metadata that is ours
SCALARS = ("level_zero_s", "window_s")
COMPUTING = ("numpy", "scipy", "numba", "simpy")  # packages whose versions may change a number


class Replication(NamedTuple):
    """What one replication came to in each layout."""

    number: int
    tallies: list[Tally]
    logs: list[dict[str, bytes]]  # by kind, the bytes of a Parquet file; empty where not wanted


# ── which study ──────────────────────────────────────────────────────────────────────────────


def key(systems: Iterable[System], *others: object) -> str:
    """A hash of all that the replications of a study follow from.

    How many there are has no part in it: a longer study goes on from a shorter one.
    """
    digest = hashlib.sha256(b"study 1 " + code().encode())
    for system in systems:
        travel = system.roads.travel
        if len(travel.graph.head):  # tables follow from the roads; a matrix is nothing else
            travel = travel._replace(far=NO_TABLE, near=NO_TABLE)
        _add(digest, system._replace(roads=system.roads._replace(travel=travel)))
    _add(digest, others)
    return digest.hexdigest()


@lru_cache
def code(folder: Path = Path(__file__).parents[1]) -> str:
    """A hash of the program itself and of the packages that compute for it."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        _add(digest, path.relative_to(folder).as_posix())
        _add(digest, path.read_bytes())
    for name in COMPUTING:
        _add(digest, f"{name} {importlib.metadata.version(name)}")
    return digest.hexdigest()


def _add(digest: hashlib._Hash, value: Any) -> None:
    """Any value of a System or a Demand into a hash, so that no two give the same bytes."""
    digest.update(f"{type(value).__name__}:".encode())
    if isinstance(value, np.ndarray):
        add_array(digest, value)
    elif isinstance(value, tuple | list):
        digest.update(f"{len(value)}:".encode())
        for item in value:
            _add(digest, item)
    else:
        text = value.model_dump_json() if hasattr(value, "model_dump_json") else repr(value)
        digest.update(f"{len(text)}:{text}".encode())


# ── what is kept ─────────────────────────────────────────────────────────────────────────────


class Kept:
    """The finished replications of one study in a folder; its logs in another.

    Without a folder nothing can be gone on from; without `logs_to` no logs are wanted.
    """

    def __init__(
        self,
        folder: Path | None,
        key: str,
        layouts: int,
        total: int,
        logs_to: Path | None = None,
        at_most: bool = False,  # whether `total` is only the most that there may be
    ):
        self.folder, self.key, self.logs_to = folder, key, logs_to
        self.layouts, self.total, self.at_most = layouts, total, at_most
        self.taken_up = self.done = 0  # replications: finished before, finished now

    def read(self) -> dict[int, list[Tally]]:
        """By number, the replications that need not be done again."""
        found = {}
        for number in range(self.total if self.folder else 0):
            tallies = [self._read_one(layout, number) for layout in range(self.layouts)]
            if None not in tallies:
                found[number] = tallies
        self.taken_up = self.done = len(found)
        return found  # type: ignore[return-value]

    def _read_one(self, layout: int, number: int) -> Tally | None:
        assert self.folder is not None
        path = self.folder / f"layout-{layout}" / f"{number:04d}.parquet"
        if not path.is_file():
            return None
        try:
            tally, about = from_parquet(path)
            same = (about["key"], about["layout"], about["replication"]) == (
                self.key, layout, number,
            )  # fmt: skip
            logs = about["logs"]
            if self.logs_to is None:
                return tally if same else None
            whole = logs and all(
                _hash(self._log(layout, number, kind).read_bytes()) == logs[kind] for kind in logs
            )
            return tally if same and whole else None
        except Exception:  # whatever a reader makes of a damaged file: it is done again
            return None

    def add(self, one: Replication) -> None:
        """Put a finished replication on the disk: the logs first, then what vouches for them."""
        for layout, tally in enumerate(one.tallies):
            hashes = {}
            for kind, data in (one.logs[layout] if one.logs else {}).items():
                _write(self._log(layout, one.number, kind), data)
                hashes[kind] = _hash(data)
            if self.folder is not None:
                about = {"key": self.key, "layout": layout, "replication": one.number}
                path = self.folder / f"layout-{layout}" / f"{one.number:04d}.parquet"
                _write(path, as_parquet(tally, about | {"logs": hashes}))
        self.done += 1

    def recount(self) -> None:
        """Count what is on the disk: an interrupt may fall between writing and counting."""
        if self.folder is not None:
            last = self.folder / f"layout-{self.layouts - 1}"
            self.done = max(self.done, len(list(last.glob("[0-9]*.parquet"))))

    def mention(self, error: PlannerError) -> None:
        """Of a study that failed: that it goes on, and from where."""
        if self.folder is not None and self.done:
            how = " when it can be written again" if isinstance(error, OutputError) else ""
            of = "" if self.at_most else f" of {self.total}"
            said = f"{self.done}{of} replications are finished; the same command goes"
            error.problems.append(Problem(f"{said} on from there{how}"))

    def _log(self, layout: int, number: int, kind: str) -> Path:
        assert self.logs_to is not None
        return self.logs_to / f"layout-{layout}" / f"{kind}-{number:04d}.parquet"


def as_parquet(tally: Tally, about: dict[str, Any]) -> bytes:
    """A Tally to the last bit: one row, in which a column is a list of any length."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns, shapes = {}, {}
    for name, value in tally._asdict().items():
        array = np.asarray(value)
        shapes[name] = array.shape
        flat = pa.array(np.ascontiguousarray(array).ravel())
        columns[name] = pa.ListArray.from_arrays(pa.array([0, len(flat)], pa.int32()), flat)
    said = json.dumps(about | {"shapes": shapes, "tally": _hash_of(tally)})
    table = pa.table(columns).replace_schema_metadata({ABOUT: said.encode()})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, write_page_checksum=True)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def from_parquet(path: Path) -> tuple[Tally, dict[str, Any]]:
    """The Tally and what is said about it; an error of any kind if the file is not whole."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        table = file.read()
    about = json.loads(table.schema.metadata[ABOUT])
    columns: dict[str, Any] = {}
    for name in Tally._fields:
        flat = table.column(name).chunk(0).flatten().to_numpy(zero_copy_only=False)
        columns[name] = flat.reshape(about["shapes"][name]).copy()
    columns |= {name: columns[name].item() for name in SCALARS}
    tally = Tally(**columns)
    if _hash_of(tally) != about["tally"]:
        raise ValueError("not what was written")
    return tally, about


def _hash_of(tally: Tally) -> str:
    digest = hashlib.sha256()
    for value in tally:
        add_array(digest, np.asarray(value))
    return digest.hexdigest()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write(path: Path, data: bytes) -> None:
    def write(part: Path) -> None:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)

    write_whole(path, write)
