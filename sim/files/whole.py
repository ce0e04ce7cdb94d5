"""Files written whole or not at all, and a folder for one process at a time."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sim.errors import OutputError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

MARK = "run.json"  # a folder with this file is ours to replace
FINISHED, LOGS, LOCK = "finished", "logs", "lock"  # in a part folder


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Let `write` make a file beside `path`, then put it in place."""
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        write(part)
        os.replace(part, path)
    except OSError as error:
        raise OutputError(path, error.strerror or str(error)) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


@contextlib.contextmanager
def told_in_words(folder: Path) -> Iterator[None]:
    """What the disk refuses, in words."""
    try:
        yield
    except OSError as error:
        # A part folder beside it is nothing that the planner named.
        ours = error.filename is None or f".{folder.name}.part-" in str(error.filename)
        where = f" in {folder.parent}" if ours else f": {error.filename}"
        raise OutputError(folder, f"{error.strerror or error}{where}") from None


@contextlib.contextmanager
def alone(folder: Path, told: Path | None = None) -> Iterator[None]:
    """A folder, made if need be, for one process at a time; another one gets a message.

    The lock ends with the process, however that ends. Where there are no such locks (Windows,
    some network disks), two processes at one study only do its work twice.
    """
    told = told or folder
    with told_in_words(told):
        lock = _locked(folder, told)
    with lock:
        yield


def _locked(folder: Path, told: Path) -> AbstractContextManager[object]:
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        if fcntl is None:
            return contextlib.nullcontext()
        try:
            lock = (folder / LOCK).open("ab")
        except FileNotFoundError:  # whoever was here has just removed the folder
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            message = "another process is at this study: wait for it, or name another folder"
            raise OutputError(told, message) from None
        except OSError:  # a file system without locks
            return lock
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(lock.fileno()), (folder / LOCK).stat()):
                return lock
        lock.close()  # ours is the lock of a folder that was removed meanwhile
