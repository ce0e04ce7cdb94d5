"""Finished replications on disk, so that what was stopped goes on where it was.

Replications of the same layouts lie in a folder that is named by the hash of all that they follow
from. Each is a NumPy archive with the tallies of all layouts, followed by its SHA-256. It is taken
up again only if it is whole, belongs to the very same layouts and calls, and so are its logs;
anything else is silently done again.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.errors import OutputError, PlannerError, Problem
from sim.files.cache import add_array, sealed, unsealed, version
from sim.files.whole import write_bytes
from sim.geography.roads.travel import NO_TABLE
from sim.measures.besides import Besides
from sim.measures.calls import Tally
from sim.measures.hospitals import HospitalTally
from sim.measures.service import CallColumns, ServiceTally
from sim.measures.streams import OtherCalls
from sim.measures.sums import Counts
from sim.model.columns import columns
from sim.model.roads import Chains
from sim.model.system import System
from sim.text import Message

COMPUTING = ("numpy", "scipy", "numba", "simpy")  # packages whose versions may change a number
ROOMS = (  # of this program, whose text may
    "model", "geography/roads", "policies", "prepare", "engine", "measures",
    "scenario/distributions",
)  # fmt: skip
OF_LAYOUTS = re.compile(r"[0-9a-z]+-(\d+)")  # a folder of replications, of so many layouts
KINDS = {kind.__name__: kind for kind in (Tally, Counts)}
# Fields that are tuples themselves.
WITHIN_THEM: dict[str, Any] = {
    "service": ServiceTally, "of_calls": CallColumns, "others": OtherCalls,
    "hospitals": HospitalTally, "besides": Besides,
}  # fmt: skip


class Replication(NamedTuple):
    """What one replication came to in each of some layouts."""

    number: int
    tallies: list[Any]  # [layout] Tally or Counts
    logs: list[dict[str, bytes]]  # [layout] by kind, a Parquet file; empty where not wanted


# ── what replications follow from ────────────────────────────────────────────────────────────


class Fingerprints:
    """Hashes of values, each big array of them looked at once."""

    def __init__(self) -> None:
        self._arrays: dict[int, tuple[np.ndarray, bytes]] = {}

    def of_system(self, system: System) -> bytes:
        """The fingerprint of a layout; tables of seconds follow from its roads, if it has any.

        So do their chains, from which of the nodes are junctions.
        """
        travel = system.roads.travel
        if len(travel.graph.head):
            chains = travel.chains._asdict()
            own = {name: NO_TABLE for name in chains if name not in ("node", "junctions")}
            followed = Chains(**(chains | own))
            travel = travel._replace(far=NO_TABLE, near=NO_TABLE, chains=followed)
        return self.of(system._replace(roads=system.roads._replace(travel=travel)))

    def of(self, *values: object) -> bytes:
        """The fingerprint of any values of a System or a Demand: no two give the same."""
        digest = hashlib.sha256(b"study 2 " + code().encode())
        for value in values:
            self._add(digest, value)
        return digest.digest()

    def _add(self, digest: hashlib._Hash, value: Any) -> None:
        digest.update(f"{type(value).__name__}:".encode())
        if isinstance(value, np.ndarray):
            digest.update(self._of_array(value))
        elif isinstance(value, tuple | list):
            digest.update(f"{len(value)}:".encode())
            for item in value:
                self._add(digest, item)
        else:
            text = value.model_dump_json() if hasattr(value, "model_dump_json") else repr(value)
            digest.update(f"{len(text)}:{text}".encode())

    def _of_array(self, array: np.ndarray) -> bytes:
        if id(array) not in self._arrays:
            own = hashlib.sha256()
            add_array(own, array)
            self._arrays[id(array)] = array, own.digest()  # held, or its id would be another's
        return self._arrays[id(array)][1]


@lru_cache
def code(folder: Path = Path(__file__).parents[1]) -> str:
    """A hash of the rooms that compute and of the packages that compute for them.

    `folder`: of the program. What is said or drawn has no part in it.
    """
    digest = hashlib.sha256()
    for room in ROOMS:
        for path in sorted([*folder.glob(f"{room}.py"), *(folder / room).rglob("*.py")]):
            for part in (path.relative_to(folder).as_posix().encode(), path.read_bytes()):
                digest.update(f"{len(part)}:".encode() + part)
    for name in COMPUTING:
        digest.update(f"{name} {version(name)}:".encode())
    return digest.hexdigest()


# ── what is kept ─────────────────────────────────────────────────────────────────────────────


class Shelf(NamedTuple):
    """How a folder is read and written."""

    read: Callable[[Path], bytes]
    write: Callable[[Path, bytes], None]


# By the hundred, and each vouches for itself: a power cut costs those of a few seconds.
BESIDE_RESULTS = Shelf(Path.read_bytes, partial(write_bytes, lasting=False))


class Checkpoints:
    """A folder of finished replications, of as many studies as there are.

    `taken_up` counts the runs (a run is one replication of one layout) that were read back.
    """

    def __init__(self, folder: Path | None = None, files: Shelf = BESIDE_RESULTS):
        self.folder, self.files = folder, files
        self.taken_up = 0

    def finished(self) -> int:
        """Runs in the folder, whole or not: an interrupt may fall before one is counted."""
        if self.folder is None:
            return 0
        files = (path.parent.name for path in self.folder.glob("*/[0-9]*.npz"))
        return sum(int(named[1]) for named in map(OF_LAYOUTS.fullmatch, files) if named)

    def of(self, key: str, layouts: int, logs_to: Path | None = None) -> Finished:
        """The finished replications of some layouts; `key` says what they follow from."""
        return Finished(self, key, layouts, logs_to)

    def read_choice(self, key: str) -> dict[str, Any] | None:
        """What was noted of a choice that follows from `key`; None where it is to be made."""
        try:
            noted = json.loads(self._choice(key).read_text("utf-8")) if self.folder else {}
        except (OSError, ValueError):  # none yet, or damaged: it is made again
            return None
        return noted["choice"] if isinstance(noted, dict) and noted.get("key") == key else None

    def note_choice(self, key: str, choice: dict[str, Any]) -> None:
        """Note a choice, so that what goes on need not make it again."""
        if self.folder is not None:
            noted = json.dumps({"key": key, "choice": choice})
            write_bytes(self._choice(key), noted.encode())

    def _choice(self, key: str) -> Path:
        assert self.folder is not None
        return self.folder / f"choice-{key[:16]}.json"

    def mention(self, error: PlannerError) -> None:
        """Add to an error that what was stopped goes on, and from where."""
        if runs := self.finished():
            if isinstance(error, OutputError):
                text = Message(
                    "{runs} runs are finished; the same command goes on from there when it can "
                    "be written again",
                    runs=runs,
                )
            else:
                text = Message(
                    "{runs} runs are finished; the same command goes on from there", runs=runs
                )
            error.problems.append(Problem(text))


class Finished:
    """The finished replications of some layouts, and their logs.

    Without a folder nothing is kept; without `logs_to` no logs are wanted.
    """

    def __init__(
        self, checkpoints: Checkpoints, key: str, layouts: int, logs_to: Path | None = None
    ):
        self._checkpoints, self.key, self.layouts, self.logs_to = checkpoints, key, layouts, logs_to
        within = checkpoints.folder
        self.folder = None if within is None else within / f"{key[:16]}-{layouts}"

    def read(self, numbers: Iterable[int]) -> dict[int, list[Any]]:
        """The tallies, by number, of the replications that need not be done again."""
        found = {}
        for number in numbers if self.folder is not None and os.path.isdir(self.folder) else ():
            tallies = self._read_one(number)
            if tallies is not None:
                found[number] = tallies
        self._checkpoints.taken_up += len(found) * self.layouts
        return found

    def _read_one(self, number: int) -> list[Any] | None:
        path = self._path(number)
        if not os.path.isfile(path):
            return None
        try:
            tallies, about = from_bytes(self._checkpoints.files.read(path))
            if (about["key"], about["replication"]) != (self.key, number):
                return None
            if self.logs_to is not None and not self._logs_are_whole(number, about["logs"]):
                return None
            return tallies
        except Exception:  # whatever a reader makes of a damaged file: it is done again
            return None

    def _logs_are_whole(self, number: int, hashes: Sequence[dict[str, str]]) -> bool:
        return bool(hashes) and all(
            hashlib.sha256(self._log(layout, number, kind).read_bytes()).hexdigest() == found
            for layout, kinds in enumerate(hashes)
            for kind, found in kinds.items()
        )

    def add(self, one: Replication) -> None:
        """Put a finished replication on the disk: the logs first, then what vouches for them."""
        hashes: list[dict[str, str]] = []
        write = self._checkpoints.files.write
        for layout, logs in enumerate(one.logs):
            for kind, data in logs.items():
                write(self._log(layout, one.number, kind), data)
            hashes.append({k: hashlib.sha256(data).hexdigest() for k, data in logs.items()})
        if self.folder is not None:
            about = {"key": self.key, "replication": one.number, "logs": hashes}
            write(self._path(one.number), as_bytes(one.tallies, about))

    def _path(self, number: int) -> Path:
        assert self.folder is not None
        return self.folder / f"{number:04d}.npz"

    def _log(self, layout: int, number: int, kind: str) -> Path:
        assert self.logs_to is not None
        return self.logs_to / f"layout-{layout}" / f"{kind}-{number:04d}.parquet"


def as_bytes(tallies: Sequence[Any], about: dict[str, Any]) -> bytes:
    """Tallies to the last bit as a NumPy archive, and after it the SHA-256 of the archive."""
    arrays: dict[str, np.ndarray] = {}
    for layout, tally in enumerate(tallies):
        arrays |= {f"{layout}.{name}": column for name, column in columns(tally).items()}
    kinds = [type(tally).__name__ for tally in tallies]
    file = io.BytesIO()
    arrays["about"] = np.array(json.dumps(about | {"kinds": kinds}))
    np.savez(file, allow_pickle=False, **arrays)
    return sealed(file.getvalue())


def from_bytes(data: bytes) -> tuple[list[Any], dict[str, Any]]:
    """The tallies and what is said about them; ValueError if the bytes are not whole."""
    with np.load(io.BytesIO(unsealed(data)), allow_pickle=False) as arrays:
        about = json.loads(arrays["about"].item())
        tallies = []
        for layout, kind in enumerate(about["kinds"]):
            tallies.append(_unflattened(KINDS[kind], str(layout), arrays))
    return tallies, about


def _unflattened(kind: Any, prefix: str, arrays: Any) -> Any:
    """A tuple of a kind from its arrays; numbers are plain numbers again."""
    values = {}
    for name in kind._fields:
        key = f"{prefix}.{name}"
        if name in WITHIN_THEM:
            first = f"{key}.{WITHIN_THEM[name]._fields[0]}"
            values[name] = _unflattened(WITHIN_THEM[name], key, arrays) if first in arrays else None
        else:
            value = arrays[key]
            values[name] = value if value.ndim else value.item()
    return kind(**values)
