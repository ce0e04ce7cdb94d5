"""Files written whole or not at all, and a folder for one process at a time."""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import os
import platform
import re
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from sim.errors import OutputError
from sim.text import Message

MARK = "run.json"  # a folder with this file is ours to replace
FINISHED, LOGS = "finished", "logs"  # in a part folder


@contextlib.contextmanager
def replaced(path: Path, lasting: bool = True) -> Iterator[Path]:
    """A path beside `path` to write to; what was written is put in place at the end.

    A reader finds the old file or the new one, never a part. Several processes may write the same
    file at once: the last one wins. Errors pass, and nothing is left of a file that was not ended.

    `lasting`: it is on the disk itself before it takes the place of the old one, so that a power
    cut leaves one of the two whole. That takes milliseconds a file: files by the hundred that vouch
    for themselves do without.
    """
    part = part_of(path)
    try:
        yield part
        if lasting:
            _to_the_disk(part)
        os.replace(part, path)
        if lasting and os.name != "nt":  # Windows has no such thing for folders
            with contextlib.suppress(OSError):  # nor have all file systems; the file is there
                _to_the_disk(path.parent, os.O_RDONLY)
    finally:
        with contextlib.suppress(OSError):
            for ending in ("", *BESIDE_SQLITE):
                part.with_name(part.name + ending).unlink(missing_ok=True)


# ── parts that a killed process left ─────────────────────────────────────────────────────────

BESIDE_SQLITE = ("-journal", "-wal", "-shm")  # of a database that is being written
OLD_S = 86_400.0  # nobody writes a file for a day
_PART = re.compile(r"\..*\.(?:([0-9a-f]{8})-([0-9]+)-)?[0-9a-f]{8}\.part(?:[.-].*)?", re.DOTALL)


def part_of(path: Path) -> Path:
    """A name beside `path` for what is being written; it says which process of which machine does.

    Parts that killed processes left there go when a process first writes in that folder.
    """
    _drop_parts_once(path.parent.absolute())
    owner = f"{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"
    return path.with_name(f".{path.stem[:40]}.{owner}.part{path.suffix}")


def is_part(path: Path) -> bool:
    """Whether a file is one that was never ended, by its name; or stands beside one."""
    return _PART.fullmatch(path.name) is not None


def drop_parts(folder: Path) -> None:
    """Remove the parts in a folder whose process is gone; of other machines, those of yesterday."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            found = _PART.fullmatch(path.name)
            if found is not None and not path.is_dir():
                with contextlib.suppress(OSError):
                    if _is_left(path, *found.groups()):
                        path.unlink()


@functools.lru_cache
def _drop_parts_once(folder: Path) -> None:
    drop_parts(folder)


def _is_left(path: Path, machine: str | None, process: str | None) -> bool:
    if process is None or time.time() - path.lstat().st_mtime > OLD_S:  # None: of older versions
        return True
    if machine != _machine() or os.name == "nt":  # where 0 is no mere question
        return False
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        pass
    return False


@functools.lru_cache
def _machine() -> str:
    """Short for this machine, or this container of it: within it a process has one number."""
    name = platform.node()
    with contextlib.suppress(OSError):
        name += os.readlink("/proc/self/ns/pid")
    return hashlib.sha256(name.encode()).hexdigest()[:8]


# ── files ────────────────────────────────────────────────────────────────────────────────────


def _to_the_disk(path: Path, how: int = os.O_RDWR) -> None:
    opened = os.open(path, how)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that cannot
            raise
    finally:
        os.close(opened)


# What a system says of a disk, so that it can be said in other languages.
REASONS = {
    errno.ENOSPC: Message("No space left on device"),
    errno.EDQUOT: Message("Disk quota exceeded"),
    errno.EACCES: Message("Permission denied"),
    errno.EPERM: Message("Operation not permitted"),
    errno.EROFS: Message("Read-only file system"),
    errno.EEXIST: Message("File exists"),
    errno.ENOENT: Message("No such file or directory"),
    errno.ENOTDIR: Message("Not a directory"),
    errno.EISDIR: Message("Is a directory"),
    errno.ENAMETOOLONG: Message("File name too long"),
    errno.EIO: Message("Input/output error"),
}


def reason_of(error: OSError) -> str:
    """Why the disk refuses, in a few words."""
    return REASONS.get(error.errno or 0) or error.strerror or str(error)


def write_whole(path: Path, write: Callable[[Path], Any], lasting: bool = True) -> None:
    """Let `write` make a file beside `path`, then put it in place; OutputError if that fails."""
    try:
        with replaced(path, lasting) as part:
            write(part)
    except OSError as error:
        raise OutputError(path, reason_of(error)) from None


def write_bytes(path: Path, data: bytes, lasting: bool = True) -> None:
    """A file of these bytes, whole, in a folder that is made if need be; OutputError if not."""

    def write(part: Path) -> None:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)

    write_whole(path, write, lasting)


def write_text(path: Path, text: str, encoding: str = "utf-8", lasting: bool = True) -> None:
    """The same of a text, whose lines end as they end in it on every system."""
    write_bytes(path, text.encode(encoding), lasting)


@contextlib.contextmanager
def told_in_words(folder: Path) -> Iterator[None]:
    """What the disk refuses, in words."""
    part = f".{real(folder).name}.part-"  # beside it, and nothing that the planner named
    try:
        yield
    except OutputError as error:
        if part in str(error.source):
            raise OutputError(folder, error.problems) from None
        raise
    except OSError as error:
        reason = reason_of(error)
        ours = error.filename is None or part in str(error.filename)
        if ours:
            text = Message("{reason} in {folder}", reason=reason, folder=str(folder.parent))
        else:
            text = Message("{reason}: {file}", reason=reason, file=str(error.filename))
        raise OutputError(folder, text) from None


@contextlib.contextmanager
def alone(folder: Path, named: Path | None = None) -> Iterator[None]:
    """A folder, made if need be, for one process at a time; another one gets a message.

    The lock is a file beside the folder, and ends with the process, however that ends. `named`:
    what the planner calls the folder. OutputError if another process is there, or the disk refuses.
    """
    named = named or folder
    for path in (folder, lock_of(folder)):
        if is_link(path):
            raise OutputError(named, Message("{path} is a link: remove it", path=str(path)))
    lock = FileLock(lock_of(folder), timeout=0)
    with told_in_words(named):
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout:
            # Where no file can be made it looks as if somebody held the lock.
            _try_to_write(folder.parent)
            text = Message("another process is at this study: wait for it, or name another folder")
            raise OutputError(named, text) from None
    try:
        with told_in_words(named):
            folder.mkdir(exist_ok=True)
        yield
    finally:
        # Removed while it is held: whoever waits for it notices, and makes a new one. On Windows
        # a file that is open stays; there its release removes it.
        with contextlib.suppress(OSError):
            lock_of(folder).unlink(missing_ok=True)
        lock.release()


def _try_to_write(folder: Path) -> None:
    """OSError with the true reason if no file can be made in a folder."""
    probe = part_of(folder / "probe")
    try:
        probe.touch(exist_ok=False)
    except OSError as error:
        raise OSError(error.errno, error.strerror) from None  # of the folder, not of the probe
    probe.unlink(missing_ok=True)


def real(folder: Path) -> Path:
    """A folder that a planner named, such that its name is its own: no dots, and no link.

    A link to a folder is followed. OutputError if it leads nowhere.
    """
    if folder.name not in ("", "..") and not is_link(folder):
        return folder
    found = Path(os.path.realpath(folder))
    if is_link(folder) and not os.path.isdir(found):
        text = Message("it is a link that leads to no folder: name another one")
        raise OutputError(folder, text)
    return found


def is_link(path: Path) -> bool:
    """Whether what lies at a path is a link, or a junction of Windows."""
    junction = getattr(os.path, "isjunction", None)  # from Python 3.12 on
    return os.path.islink(path) or (junction is not None and junction(path))


def made_here(folder: Path) -> bool:
    """Whether a folder belongs to whoever makes files beside it; on Windows nothing says so."""
    if os.name == "nt":
        return True
    owner = os.lstat(folder).st_uid
    if owner == os.geteuid():
        return True
    # Some file systems give all files to one user, whoever makes them.
    probe = folder.with_name(f".{secrets.token_hex(8)}.probe")
    probe.touch(exist_ok=False)
    try:
        return owner == os.lstat(probe).st_uid
    finally:
        probe.unlink(missing_ok=True)


def lock_of(folder: Path) -> Path:
    """The file beside a folder that is locked while a process is at work in it."""
    return folder.with_name(f".{folder.name.removeprefix('.')}.lock")
