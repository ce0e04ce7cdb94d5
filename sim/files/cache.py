"""What is kept between runs under the user's cache folder, and hashes by which it is found.

Every kept file vouches for itself: after its content stands the SHA-256 of the content and of the
file's name. What is damaged, or lies in a place that others may change, is as if it were not there;
what cannot be kept is made anew the next time. Nothing in here ever ends a study.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import io
import multiprocessing
import os
import pickle
import secrets
import stat
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from sim.errors import PlannerWarning
from sim.files.private import changeable, make_private
from sim.files.whole import replaced
from sim.text import Message

DIGEST = hashlib.sha256().digest_size
OF_NUMPY = (1, 0)  # the format of arrays that is written and read
READING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
WRITING = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
Stamp = tuple[int, ...]  # by which a file is known again that was not touched since


# ── where ────────────────────────────────────────────────────────────────────────────────────


def cache_folder() -> Path | None:
    """Where tables are kept: TENTHIRTY_CACHE, else the user's cache folder, if there is a home."""
    if named := os.environ.get("TENTHIRTY_CACHE"):
        return Path(named)
    try:
        found = user_cache_path("tenthirty", appauthor=False)
    except RuntimeError:  # of an unknown user without HOME
        return None
    return found if found.is_absolute() else None


def kept_at(*names: str) -> Path | None:
    """The path of these names under the cache folder; None if nothing is kept or trusted there.

    Why not is told in a warning, once a process, and not by workers.
    """
    folder = cache_folder()
    if folder is None:
        _tell(
            Message(
                "There is no home folder in which to keep tables and compiled rules: they are made "
                "anew every time. Name a folder in TENTHIRTY_CACHE."
            )
        )
        return None
    path = folder.joinpath(*names)
    found = changeable(path)
    if found is not None:
        _tell(found.told(folder))
        return None
    return path


_told: set[str] = set()


def _tell(text: Message) -> None:
    if text not in _told and multiprocessing.parent_process() is None:
        _told.add(text)
        warnings.warn(PlannerWarning(text), stacklevel=2)


# ── whole, and what was written ──────────────────────────────────────────────────────────────


def sealed(data: bytes, name: str = "") -> bytes:
    """A content, and after it the SHA-256 of it and of the name that it is found by."""
    return data + _digest(data, name)


def unsealed(data: bytes | memoryview, name: str = "") -> bytes | memoryview:
    """The content; ValueError if it is not what was sealed under this name."""
    content = data[:-DIGEST]
    if data[len(content) :] != _digest(content, name):
        raise ValueError("not what was written")
    return content


def _digest(data: bytes | memoryview, name: str) -> bytes:
    digest = hashlib.sha256(data)
    digest.update(name.encode())
    return digest.digest()


def keep(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Put a content, piece by piece, where `kept_at` said; a disk that refuses costs but the time.

    What else is raised while the pieces are made passes, and nothing is kept.
    """

    def with_digest() -> Iterator[bytes | memoryview]:
        digest = hashlib.sha256()
        for one in parts:
            digest.update(one)
            yield one
        digest.update(path.name.encode())
        yield digest.digest()

    with contextlib.suppress(OSError):
        write_private(path, with_digest())


def kept(path: Path) -> bytes | None:
    """The content that was kept under a path; None if there is none, or not as it was written."""
    try:
        return bytes(unsealed(read_private(path), path.name))
    except (OSError, ValueError):
        return None


def keep_value(path: Path, value: object) -> None:
    """Keep a value that can be pickled, as `keep` does."""
    keep(path, [pickle.dumps(value, pickle.HIGHEST_PROTOCOL)])


def kept_value(path: Path) -> Any:
    """The value that was kept under a path, or None.

    Only what vouches for itself, in a place that nobody else may change, is unpickled.
    """
    data = kept(path)
    return None if data is None else pickle.loads(data)


def write_private(path: Path, parts: Iterable[bytes | memoryview], lasting: bool = True) -> None:
    """A file of these bytes, whole, that nobody else may change; OSError if the disk refuses."""
    make_private(path.parent)
    if path.is_dir() and not path.is_symlink():  # in the way, whatever is in it
        path.rename(path.with_name(f".{path.name}.{secrets.token_hex(4)}.aside"))
    with replaced(path, lasting) as part, open(os.open(part, WRITING, 0o600), "wb") as file:
        for one in parts:
            file.write(one)


def read_private(path: Path) -> bytes:
    """The bytes of a file that nobody else may change; OSError if it is another thing."""
    with open(_opened(path), "rb") as file:
        return file.read()


def _opened(path: Path) -> int:
    """A file opened for reading that is one, and is the user's own: no pipe that never ends."""
    opened = os.open(path, READING)
    found = os.fstat(opened)
    if stat.S_ISREG(found.st_mode) and changeable(path) is None:
        return opened
    os.close(opened)
    raise PermissionError(f"{path} is no file of the user's own")


# ── big tables ───────────────────────────────────────────────────────────────────────────────

_seen: dict[Stamp, None] = {}  # files that this process found whole
_trusted: set[Stamp] = set()  # files that the process found whole for which this one works


def keep_array(
    path: Path, kind: np.dtype, shape: tuple[int, ...], blocks: Iterable[np.ndarray]
) -> None:
    """Keep an array, to be mapped into memory by `kept_array`; its `blocks` one after the other."""
    head = io.BytesIO()
    about = {"descr": kind.str, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(head, about)
    pieces = (np.ascontiguousarray(b, kind).reshape(-1).view(np.uint8).data for b in blocks)
    keep(path, chain([head.getvalue()], pieces))


def kept_array(path: Path) -> np.ndarray | None:
    """A kept array mapped into memory, or None. It is looked through once a command, not a worker.

    A worker takes the word of the process that it works for (`seen`, `trust`).
    """
    try:
        with open(_opened(path), "rb") as file:
            found = os.fstat(file.fileno())
            mapped = np.memmap(file, np.uint8, "r")
        stamp = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        if stamp not in _trusted:
            unsealed(mapped.data, path.name)
        _seen[stamp] = None
        head = io.BytesIO(mapped[: min(len(mapped), 4096)].tobytes())
        if np.lib.format.read_magic(head) != OF_NUMPY:
            return None
        shape, by_column, dtype = np.lib.format.read_array_header_1_0(head)
        if by_column or dtype.hasobject:
            return None
        values = mapped[head.tell() : len(mapped) - DIGEST].view(dtype)
        return values.reshape(shape)
    except (OSError, ValueError):
        return None


def seen() -> tuple[Stamp, ...]:
    """The stamps of the files that this process looked through, for the workers of this machine."""
    return tuple(_seen)


def trust(stamps: Iterable[Stamp]) -> None:
    """Take another process's word for these files."""
    _trusted.update(stamps)


@lru_cache
def version(package: str) -> str:
    """The version of a package that is installed; "" if none is. Each is looked up once."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def versions(packages: Iterable[str]) -> dict[str, str]:
    """The versions of packages, by name: what was computed by others is not the same."""
    return {name: version(name) for name in packages}


@lru_cache
def made_by(rooms: tuple[Path, ...], packages: tuple[str, ...]) -> bytes:
    """A hash of rooms of the program and of versions of packages, which make what is kept."""
    digest = hashlib.sha256(repr(versions(packages)).encode())
    for room in rooms:
        digest.update(hashlib.sha256(room.read_bytes()).digest())
    return digest.digest()


PROGRAM = Path(__file__).parents[1]


@lru_cache
def this_program() -> str:
    """A hash of all files of this program: what it computes, says and draws, and with what."""
    return _hash_of(PROGRAM)


def _hash_of(program: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(program.rglob("*")):
        within = path.relative_to(program)
        if (
            not any(part.startswith((".", "__pycache__")) for part in within.parts)
            and path.is_file()
        ):
            data = path.read_bytes()
            digest.update(f"{within.as_posix()} {len(data)} ".encode() + data)
    return digest.hexdigest()


def add_array(digest: hashlib._Hash, array: np.ndarray) -> None:
    """Add an array to a hash: the kind of its numbers, its shape, and the numbers."""
    digest.update(str((array.dtype, array.shape)).encode())
    digest.update(np.ascontiguousarray(array).tobytes())
