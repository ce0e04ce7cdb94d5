"""Who hears the answer of a command: the terminal, or a study or a report that asks it.

While one listens, a command prints nothing and says nothing of results folders; the listener has
its answer.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.answers.answer import Answer
    from sim.study.checkpoints import Checkpoints
    from sim.words.page import Table


@dataclass
class Hearing:
    """What a study hears of a command."""

    command: list[str]  # as it was written, after `tenthirty`
    quiet: bool  # nothing is said of progress either
    answers: list[Answer] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)  # asked for besides
    finished: Checkpoints | None = None  # replications that need not be done again, wherever


_listening: ContextVar[Hearing | None] = ContextVar("listening", default=None)


@contextmanager
def of(command: list[str], quiet: bool, finished: Checkpoints | None = None) -> Iterator[Hearing]:
    """What is answered in here is heard, and not printed."""
    hearing = Hearing(command, quiet, finished=finished)
    before = _listening.set(hearing)
    try:
        yield hearing
    finally:
        _listening.reset(before)


def now() -> Hearing | None:
    """The study that listens; None where a command was typed."""
    return _listening.get()


def command() -> list[str]:
    """What was asked for, after `tenthirty`."""
    hearing = now()
    return sys.argv[1:] if hearing is None else hearing.command
