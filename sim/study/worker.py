"""What a worker process does: it works through what comes in, and ends when nothing can come.

It is started by `processes`, hears from it by its standard input and answers by its standard
output. Neither has locks or anything else in common with another worker, so that the death of one
leaves nothing behind that another could wait for.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, BinaryIO, NamedTuple

from sim.errors import PlannerWarning

READY = b"tenthirty: ready\n"  # what stands before it was printed while Python started


class Request(NamedTuple):
    """A function to call, and what with."""

    work: Callable[..., Any]
    arguments: tuple[Any, ...]


class Reply(NamedTuple):
    """What a function returned, or the error that it raised."""

    result: Any = None
    error: BaseException | None = None


def serve() -> None:
    """Answer requests in their order until the input ends, as it does with whoever started this."""
    warnings.simplefilter("ignore", PlannerWarning)  # told once, by whom this works for
    coming, answers = sys.stdin.buffer, _own_output()
    requests: SimpleQueue[Request] = SimpleQueue()
    threading.Thread(target=_hear, args=(coming, requests), daemon=True).start()
    with suppress(BrokenPipeError):
        answers.write(READY)
        while True:
            answers.flush()
            answers.write(_answer(requests.get()))
    os._exit(1)


def _own_output() -> BinaryIO:
    """The standard output, kept for answers: what is printed goes to the errors from here on."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(2, 1)
    return answers


def _hear(coming: BinaryIO, requests: SimpleQueue[Request]) -> None:
    """Take what comes while work goes on: the end of the input ends this process in its midst."""
    with suppress(Exception):
        while True:
            requests.put(pickle.load(coming))
    os._exit(1)


def _answer(request: Request) -> bytes:
    try:
        return _pickled(Reply(request.work(*request.arguments)))
    except BaseException as error:
        told = traceback.format_exc()
        error.add_note(told)
        try:
            return _pickled(Reply(error=error))
        except Exception:  # an error that cannot travel
            return _pickled(Reply(error=RuntimeError(told)))


def _pickled(reply: Reply) -> bytes:
    return pickle.dumps(reply, pickle.HIGHEST_PROTOCOL)
