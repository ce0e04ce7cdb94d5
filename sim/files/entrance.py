"""The one entrance of a planner's files: whatever a reader trips over is said in words.

A reader says itself what it knows to be wrong. Libraries raise far more than they document; here
all of that becomes one problem of the file, and `--debug` shows the error it came from.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from sim.errors import InvariantError, PlannerError
from sim.files import readings
from sim.text import Message, first_line

LOG: Final = logging.getLogger("sim")
P = ParamSpec("P")
T = TypeVar("T")
Reader = Callable[Concatenate[Path, P], T]

NO_FILE: Final = Message("no such file")
A_FOLDER: Final = Message("it is a folder, not a file")
NO_ORDINARY_FILE: Final = Message(
    "it is no ordinary file but a pipe, a device or a socket: write what it gives into a file"
)
LOST_LINK: Final = Message("it is a link to {target}, which is not there")
UNEXPECTED: Final = Message(
    "the file cannot be read: something in it was not expected ({kind}: {reason}). If it is as it "
    "should be, this is a fault of tenthirty; --debug shows where"
)
TOO_LARGE: Final = Message(
    "the file cannot be read: it does not fit into the memory of this machine"
)
TOO_DEEP: Final = Message("the file cannot be read: it is nested too deeply")
OF_SYSTEM: Final = Message("the file cannot be read: {reason}")
OF_ERRNO: Final = {
    errno.ENOENT: NO_FILE,
    errno.ENOTDIR: NO_FILE,
    errno.EISDIR: A_FOLDER,
    errno.EACCES: Message("the file cannot be read: you are not allowed to"),
    errno.EPERM: Message("the file cannot be read: you are not allowed to"),
    errno.ELOOP: Message("it is a link that leads round in a circle"),
    errno.ENAMETOOLONG: Message("no file can have so long a name"),
    errno.EIO: Message("the file cannot be read: the disk that it is on has an error"),
    errno.ESTALE: Message("the file cannot be read: the disk that it is on is gone"),
    errno.EMFILE: Message("the file cannot be read: too many files are open"),
}


@contextmanager
def reading(
    source: object, error: type[PlannerError], meaning: Message = UNEXPECTED
) -> Iterator[None]:
    """Everything that reads `source` stands in here: what it did not expect is raised as `error`.

    What it says itself, a PlannerError, passes; so do an InvariantError, Ctrl-C and the like. The
    error has what was raised first as its cause. `meaning`: what nearly any error of a library
    means here, with a place for its {reason}.
    """
    readings.note(source)
    try:
        yield
        readings.note(source)  # once more: it may have been changed while it was read
    except (PlannerError, InvariantError):
        raise
    except Exception as found:
        LOG.debug("%s", source, exc_info=True)  # what gathers problems forgets their causes
        raise error(source, in_words(found, meaning)) from found


def reads(
    error: type[PlannerError], meaning: Message = UNEXPECTED
) -> Callable[[Reader[P, T]], Reader[P, T]]:
    """The same for a whole function, whose first argument is the path of the file."""

    def guarded(reader: Reader[P, T]) -> Reader[P, T]:
        @wraps(reader)
        def read(path: Path, *others: P.args, **named: P.kwargs) -> T:
            with reading(path, error, meaning):
                return reader(path, *others, **named)

        return read

    return guarded


def require_file(path: Path, error: type[PlannerError], missing: Message = NO_FILE) -> None:
    """Raise `error` unless `path` is a file that ends: nothing there, a folder, a pipe, a device.

    `missing`: what is said where there is nothing.
    """
    wrong = no_file(path, missing)
    if wrong is not None:
        raise error(path, wrong)


def no_file(path: Path, missing: Message = NO_FILE) -> Message | None:
    """Why there is no file to be read at a path; None if there is one."""
    try:
        mode = path.stat().st_mode
    except OSError as found:
        if found.errno == errno.ENOENT and path.is_symlink():
            return Message(LOST_LINK, target=os.readlink(path))
        told = in_words(found)
        return missing if told == NO_FILE else told
    except ValueError:  # a name that no file can have
        return missing
    if stat.S_ISDIR(mode):
        return A_FOLDER
    return None if stat.S_ISREG(mode) else NO_ORDINARY_FILE


def is_file(path: Path) -> bool:
    """Whether there is a file to be read; whatever else is there, or keeps one from looking."""
    return no_file(path) is None


def in_words(error: BaseException, meaning: Message = UNEXPECTED) -> Message:
    """What a reader tripped over, to be told of the file that it read."""
    if isinstance(error, MemoryError):
        return TOO_LARGE
    if isinstance(error, RecursionError):
        return TOO_DEEP
    if isinstance(error, OSError) and error.errno is not None:
        known = OF_ERRNO.get(error.errno)
        return known or Message(OF_SYSTEM, reason=os.strerror(error.errno))
    reason = first_line(str(error)) or type(error).__name__
    return Message(meaning, kind=type(error).__name__, reason=reason)
