"""How a command ends: what is said of it, with which status; never with a traceback unasked.

0     done
2     something that the planner can put right: what she typed, a file, a disk, the memory
70    a fault of tenthirty
130   stopped by Ctrl-C
141   whoever read what it prints went away, as `head` does
"""

from __future__ import annotations

import errno
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, NoReturn

import typer

from sim.cli import speech
from sim.cli.options import Stopped
from sim.errors import PlannerError
from sim.text import first_line
from sim.words.language import Language, language

MENDABLE: Final = 2
FAULT: Final = 70  # EX_SOFTWARE of sysexits.h
STOPPED: Final = 130
UNREAD: Final = 141  # what a shell says of a program that SIGPIPE ended


@dataclass
class Reader:
    """The reader of what is said: in English until her language is known."""

    say: Language = field(default_factory=language)


@contextmanager
def told(debug: bool) -> Iterator[Reader]:
    """Everything that a command does stands in here. `debug`: the traceback is shown as well."""
    reader = Reader()
    if debug:
        logging.basicConfig(stream=sys.stderr, format="%(message)s")
        logging.getLogger("sim").setLevel(logging.DEBUG)
    try:
        try:
            yield reader
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            if debug and not _of_pipe(error):
                traceback.print_exc()
            _end(error, reader.say)
    except SystemExit as end:
        sys.exit(_flushed(end.code, reader.say))
    except KeyboardInterrupt:
        sys.exit(STOPPED)


def _end(error: BaseException, say: Language) -> NoReturn:
    """Say what became of a command, and exit."""
    if isinstance(error, PlannerError):
        _tell(error.told(say), MENDABLE)
    if isinstance(error, Stopped):
        _tell(say(error.args[0]), STOPPED)
    if isinstance(error, typer.Abort):
        sys.exit(STOPPED)
    if isinstance(error, speech.MISTAKES):
        if type(error).__name__ == "NoArgsIsHelpError":
            error.show()  # type: ignore[attr-defined]
            sys.exit(MENDABLE)
        _tell(speech.mistake(error, say), MENDABLE)
    if isinstance(error, MemoryError):
        _tell(
            say(
                "The memory of this machine is not enough for this. Close other programs, ask for "
                "less, like fewer replications or candidates, or take --workers 1."
            ),
            MENDABLE,
        )
    if isinstance(error, OSError) and error.errno is not None:
        _of_system(error, say)
    _tell(
        say(
            "This is a fault of tenthirty, not of yours: {kind}: {reason}. Nothing half-finished "
            "counts as a result. Please type the same command with --debug and send what it "
            "prints to whoever gave you tenthirty.",
            kind=type(error).__name__,
            reason=first_line(str(error)) or "–",
        ),
        FAULT,
    )


def _of_system(error: OSError, say: Language) -> NoReturn:
    """What the machine refused: a full disk, a file that may not be read."""
    if _of_pipe(error):
        _silence()
        sys.exit(UNREAD)
    reason = os.strerror(error.errno or 0)
    if error.filename is None:
        told = say("The machine refused something that is needed: {reason}.", reason=reason)
    else:
        told = say(
            "The machine refused something that is needed: {reason}: {file}.",
            reason=reason,
            file=error.filename,
        )
    _tell(told, MENDABLE)


def _tell(text: str, status: int) -> NoReturn:
    with suppress(OSError):  # nobody can be told
        speech.show(text, err=True)
    sys.exit(status)


# ── the streams it prints to ─────────────────────────────────────────────────────────────────


def open_streams() -> None:
    """Make sure that there are standard streams, and that no text breaks them.

    Where one was closed, the next file to be opened would take its number, and what libraries
    print would go into that file.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    for stream in (sys.stdout, sys.stderr):  # a terminal that is not UTF-8 must not break a table
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]


def _flushed(code: str | int | None, say: Language) -> str | int | None:
    """The status, after what was printed has reached its reader, or it is said why it has not."""
    if getattr(sys.stdout, "flush", None) is None:
        return code
    try:
        if type(sys.stdout).__name__ == "PacifyFlushWrapper":  # typer met a pipe that broke
            return _silence()
        sys.stdout.flush()
    except OSError as error:
        if _of_pipe(error):
            return _silence()
        reason = os.strerror(error.errno or 0)
        _silence()
        with suppress(OSError):
            speech.show(
                say("What is printed could not be written to the end: {reason}.", reason=reason),
                err=True,
            )
        return MENDABLE
    return code


def _of_pipe(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno == errno.EPIPE


def _silence() -> int:
    """Drop what is still to be printed: Python would complain of it as it ends."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr]
    return UNREAD
