"""What a planner's files held when they were read, for answers that say what they came from.

A command may take an hour, and its files are a planner's to go on with: what they hold at its end
is not what it was computed from.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

SHAPES: Final = ".shp"  # one file of several, which are read with it


class _Reading:
    """A file that is read: how the disk tells of it, and each text that it had so far."""

    def __init__(self) -> None:
        self.told: tuple[int, ...] = ()
        self.hashes: list[str] = []

    def note(self, path: Path) -> None:
        told = _told(path)
        if told == self.told:
            return
        found = _digest(path)
        self.told = told
        if found not in self.hashes:
            self.hashes.append(found)


_noting: ContextVar[dict[str, _Reading] | None] = ContextVar("noting", default=None)


@contextmanager
def noted(*, anew: bool = False) -> Iterator[None]:
    """What is read in here is noted as it is at that time.

    Within another such part all goes on, unless it begins `anew`: then only what is read in here
    counts in here.
    """
    if _noting.get() is not None and not anew:
        yield
        return
    before = _noting.set({})
    try:
        yield
    finally:
        _noting.reset(before)


def note(source: object) -> None:
    """Note what is read, if it is a file and anybody wants to know."""
    known = _noting.get()
    if known is None or not isinstance(source, str | os.PathLike):
        return
    for path in parts(Path(source)):
        try:
            known.setdefault(os.path.realpath(path), _Reading()).note(path)
        except (OSError, ValueError):  # of which whoever reads it tells
            continue


def parts(path: Path) -> list[Path]:
    """The files that are read where one is named: of shapes those of the same name beside it.

    `towns.gpkg|layer` is a layer of a file. None if there is no such file.
    """
    file, bar, _ = str(path).rpartition("|")
    path = Path(file) if bar and not os.path.exists(path) else path
    if path.suffix.lower() != SHAPES:
        return [path] if os.path.isfile(path) else []
    beside = path.parent.iterdir() if path.parent.is_dir() else ()
    return sorted(one for one in beside if one.stem == path.stem and one.is_file())


def sha256(path: Path) -> str | None:
    """The SHA-256 of what a file held when it was read; of one that was not read, of what it holds.

    None if it held one thing and then another: nobody can say of which an answer is.
    """
    reading = _of(path)
    if reading is None or not reading.hashes:
        return _digest(path)
    return reading.hashes[0] if len(reading.hashes) == 1 else None


def changed(path: Path) -> bool:
    """Whether a file holds anything else now than when it was read."""
    reading = _of(path)
    if reading is None or not reading.hashes:
        return False
    try:
        return len(reading.hashes) > 1 or (
            _told(path) != reading.told and _digest(path) != reading.hashes[0]
        )
    except OSError:  # it is gone
        return True


def _of(path: Path) -> _Reading | None:
    known: dict[str, Any] = _noting.get() or {}
    return known.get(os.path.realpath(path))


def _told(path: Path) -> tuple[int, ...]:
    found = os.stat(path)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
