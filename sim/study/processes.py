"""Worker processes of this machine, of which the death of one is the end of all.

The standard library's pool shares queues and their locks among its workers. One that is killed
while it holds such a lock, or in the midst of a long result, can leave the others and the pool
waiting for ever, and one that is killed while it starts the pool too. Here each worker has a pipe
of its own in either direction, and a thread on this side that starts it, hands it work and waits
for the answers. So the main thread waits for results alone, and an interrupt always reaches it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, InvalidStateError
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any, NamedTuple

from sim.study.messages import PlanKey, PlanLacking, PlanMessage, take
from sim.study.worker import READY, Reply, Request
from sim.text import Message

# Whatever keeps a worker from starting is one line, and none if nobody is left to start it.
PROGRAM = """
import os, pickle, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
try:
    sys.path[:] = pickle.load(sys.stdin.buffer)
    from sim.study.worker import serve
except EOFError:
    os._exit(1)
except BaseException as error:
    sys.exit(f"{type(error).__name__}: {error}")
serve()
"""
NAME = "tenthirty-worker"  # in the list of processes
DIES_WITHIN_S = 5.0  # of being killed; a process that waits for a lost disk may not


class Task(NamedTuple):
    """What is to be done, and where its result is waited for."""

    future: Future[Any]
    request: Request


class Processes(Executor):
    """So many worker processes, each started by a thread of its own.

    `submit` is that of every Executor; a PlanKey stands for a plan that was given to `keep`.
    Results that are waited for when a worker ends before its time are BrokenExecutor instead.
    """

    def __init__(self, many: int):
        self._lock = threading.Lock()
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._open: set[Future[Any]] = set()
        self._plans: dict[str, PlanMessage] = {}
        self._running: list[subprocess.Popen[bytes]] = []
        self._lost: BrokenExecutor | None = None
        self._closed = False
        # An interrupt may fall before anybody can close this. Workers end with the one who started
        # them, but not those that are stopped.
        weakref.finalize(self, _kill, self._running)
        self._threads = [threading.Thread(target=self._serve_one, daemon=True) for _ in range(many)]
        try:
            for thread in self._threads:
                thread.start()
        except RuntimeError as error:  # as many threads as this machine allows
            self._threads = [thread for thread in self._threads if thread.ident is not None]
            self._give_up(_not_started(error))

    def keep(self, message: PlanMessage) -> PlanKey:
        """What stands for a plan, which each worker is sent when it first needs it."""
        self._plans[message.key] = message
        return PlanKey(message.key)

    def forget(self, message: PlanMessage) -> None:
        """A plan of which no more work is to come."""
        self._plans.pop(message.key, None)

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **more: Any) -> Future[Any]:
        """Have `work` called by one of the workers; BrokenExecutor if there are none any more."""
        assert not more, "arguments by their place"
        future: Future[Any] = Future()
        with self._lock:
            if self._lost is not None:
                raise self._lost
            if self._closed:
                raise RuntimeError("nothing can be submitted after shutdown")
            self._open.add(future)
        future.add_done_callback(self._open.discard)
        self._tasks.put(Task(future, Request(work, arguments)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End all workers at once, whatever they are at."""
        with self._lock:
            self._closed = True
        _kill(self._running)
        for _ in self._threads:
            self._tasks.put(None)
        upto = time.monotonic() + DIES_WITHIN_S
        for thread in self._threads if wait else ():
            thread.join(max(0.0, upto - time.monotonic()))

    # ── a thread for each worker ─────────────────────────────────────────────────────────────

    def _serve_one(self) -> None:
        """Start a worker and hand it one task after the other."""
        try:
            process = _start()
        except Exception as error:  # no memory, no process or file left, no Python that is known
            self._give_up(_not_started(error))
            return
        with self._lock:
            self._running.append(process)
            too_late = self._closed or self._lost is not None
        if too_late:
            process.kill()
        # An idle worker is not waited for below.
        watch = threading.Thread(target=self._watch, args=(process,), daemon=True)
        with suppress(RuntimeError):
            watch.start()
        try:
            self._hand_over(process)
        except Exception:  # whatever comes of a pipe whose other end is gone, or of half an answer
            with suppress(subprocess.TimeoutExpired):
                process.wait(DIES_WITHIN_S)  # its own status, if it has one
            process.kill()
            self._watch(process)
        finally:
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):  # what was not written any more
                    pipe.close()  # type: ignore[union-attr]

    def _hand_over(self, process: subprocess.Popen[bytes]) -> None:
        to_it, from_it = process.stdin, process.stdout
        assert to_it is not None
        assert from_it is not None
        pickle.dump(_path(), to_it)
        to_it.flush()
        while not (line := from_it.readline()).endswith(READY):
            if not line:
                raise EOFError
        had: set[str] = set()  # what the plans that it was sent have in common
        while (task := self._tasks.get()) is not None:
            if task.future.set_running_or_notify_cancel():
                reply = _ask(to_it, from_it, task.request)
                if isinstance(reply.error, PlanLacking):
                    message = self._plans[reply.error.args[0]]
                    short = message.without_common() if message.common_key in had else message
                    reply = _ask(to_it, from_it, Request(take, (short,)))
                    if isinstance(reply.error, PlanLacking):  # it has let go of that since
                        reply = _ask(to_it, from_it, Request(take, (message,)))
                    had.add(message.common_key)
                    if reply.error is None:
                        reply = _ask(to_it, from_it, task.request)
                _settle(task.future, reply)
                del reply
            del task

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Wait for the end of a worker, and end the others if it is before its time."""
        self._give_up(_ended(process.wait()))

    def _give_up(self, error: BrokenExecutor) -> None:
        with self._lock:
            if self._closed or self._lost is not None:
                return
            self._lost = error
            waiting = list(self._open)
        _kill(self._running)
        for future in waiting:
            _settle(future, Reply(error=error))


def _kill(running: list[subprocess.Popen[bytes]]) -> None:
    for process in list(running):
        with suppress(OSError):
            process.kill()


def _start() -> subprocess.Popen[bytes]:
    """A worker out of reach of Ctrl-C, which whoever started it answers for all."""
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    try:
        os.fstat(2)
    except OSError:  # no standard errors: an answer must not take their number
        apart["stderr"] = subprocess.DEVNULL
    command = [sys.executable, "-c", PROGRAM, NAME]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **apart)


def _path() -> list[str]:
    """Where a worker finds what is imported here; not in the current folder, which may change."""
    here = str(Path(__file__).parents[2])
    found = [folder for folder in sys.path if folder]
    return found if here in found else [*found, here]


def _ask(to_it: IO[bytes], from_it: IO[bytes], request: Request) -> Reply:
    pickle.dump(request, to_it, pickle.HIGHEST_PROTOCOL)
    to_it.flush()
    reply: Reply = pickle.load(from_it)
    return reply


def _settle(future: Future[Any], reply: Reply) -> None:
    with suppress(InvalidStateError):  # another thread did, or nobody waits any more
        if reply.error is None:
            future.set_result(reply.result)
        else:
            future.set_exception(reply.error)


# ── in words ─────────────────────────────────────────────────────────────────────────────────


def _not_started(error: Exception) -> BrokenExecutor:
    reason = getattr(error, "strerror", None) or str(error)
    return BrokenExecutor(
        Message(
            "no worker process can be started ({reason}): ask for fewer with --workers, in Python "
            "with workers=; 1 needs none",
            reason=reason,
        )
    )


def _ended(status: int) -> BrokenExecutor:
    if status < 0:
        text = Message(
            "the worker processes stopped: one was killed (signal {number}), by hand or because "
            "memory ran out. Fewer of them need less: --workers, in Python workers=; 1 needs none",
            number=-status,
        )
    else:
        text = Message(
            "the worker processes stopped: one ended by itself (status {status}). Fewer of them "
            "need less memory: --workers, in Python workers=; 1 needs none",
            status=status,
        )
    return BrokenExecutor(text)
