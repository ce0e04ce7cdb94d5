"""Replications on this process, on several, or on a cluster: the same bytes everywhere.

Whatever has `submit` will do. Workers get each plan once and blocks of replication numbers after
that; they send back what came of them. Results are not written here, for a worker may be on a
machine that has no part in the disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from contextlib import ExitStack, contextmanager
from functools import cached_property
from itertools import islice
from types import TracebackType
from typing import Any, NamedTuple

from sim.engine import Engine
from sim.errors import WorkersError
from sim.model.calendar import HOUR_S
from sim.study import cluster
from sim.study.checkpoints import Replication
from sim.study.common_calls import CommonCalls
from sim.study.messages import CommonPart, PlanMessage, work
from sim.study.processes import Processes
from sim.study.replication import Keep, Plan, drop_others, replicate
from sim.study.size import at_once, size
from sim.text import Message, message_of

A_CALL_S = {"compiled": 4e-6, "reference": 1e-4}  # with its tally and its part of the logs, roughly
A_COUNT_S = {"compiled": 1e-6, "reference": 1e-4}  # with its part of the counts
WORTH_A_WORKER_S = 4.0  # below this, starting processes costs more than it saves
WORTH_A_PLAN_S = 0.5  # below this, so does sending another plan to processes that are there
BLOCK_S = 1.0  # so that little is lost when a study is killed
BLOCKS_A_WORKER = 4  # at least, so that none is idle for long at the end
LOOKS_EVERY_S = 2  # after workers that have sent nothing


class Job:
    """A plan at work: the engines and calls of this process, and the message for others."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.engines: dict[int, Engine] = {}
        self.calls = CommonCalls()
        self.sent: set[int] = set()  # layouts of which workers have engines

    @cached_property
    def message(self) -> PlanMessage:
        return PlanMessage.of(self.plan, self.common)

    @cached_property
    def common(self) -> CommonPart:
        """What plans with more layouts have in common with this one."""
        return CommonPart.of(self.plan)

    def extended(self, plan: Plan) -> Job:
        """The same with more layouts behind those that it has."""
        job = Job(plan)
        job.engines, job.calls = self.engines, self.calls
        if "common" in self.__dict__:
            job.common = self.common
        return job

    def of_the_base(self, plan: Plan) -> Job:
        """The same without the layouts behind the base, for others that take their rows."""
        job = Job(plan)
        job.calls = self.calls
        job.engines = {row: engine for row, engine in self.engines.items() if row == 0}
        return job


class Backend(NamedTuple):
    """An executor, and the form in which its workers take a plan."""

    executor: Executor
    sent: Callable[[PlanMessage], Any]  # a message in the form that its workers take
    slots: int  # how many can work at once
    lives: Callable[[], bool] = lambda: True
    forget: Callable[[PlanMessage], None] = lambda message: None


class Pool:
    """Workers that stay until it is closed: consecutive jobs use the same processes.

    Processes are started when what was and is to be done is worth it. An executor of the caller's,
    or a Dask cluster, is used from the first replication on.
    """

    def __init__(
        self,
        workers: int | None = None,
        executor: Executor | None = None,
        scheduler: str | None = None,
    ):
        self._workers, self._executor, self._scheduler = workers, executor, scheduler
        self._backend: Backend | None = None
        self._open = ExitStack()
        self._spent_s = 0.0  # by this process, roughly

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with told_in_words():
            self._open.__exit__(kind, error, trace)

    def results(
        self, job: Job, numbers: Sequence[int], rows: Sequence[int] | None = None
    ) -> Generator[Replication, None, None]:
        """The replications of these numbers, each as soon as it is finished, in any order.

        `rows`: of the plan's layouts, those that are wanted, in this order; default: all. As many
        processes work at once as memory has room for; SizeError if it has none for one.
        """
        rows = tuple(range(len(job.plan.systems)) if rows is None else rows)
        if not (numbers and rows):
            return
        most = self._at_once(job, len(numbers), rows)
        if most == 1:
            drop_others(job.engines, rows)
            for number in numbers:
                yield replicate(job.plan, job.engines, job.calls, number, rows)
            return
        with told_in_words():
            yield from self._by_others(job, numbers, rows, most)

    def forget(self, job: Job) -> None:
        """Let go of what was sent for a job that is over."""
        if self._backend is not None and "message" in job.__dict__:
            self._backend.forget(job.message)

    def _at_once(self, job: Job, replications: int, rows: tuple[int, ...]) -> int | None:
        """How many processes work at once, 1 for this one; None: who is not ours knows."""
        if job.plan.stays_here:
            return at_once(size(job.plan, replications, rows, job.engines.keys()), 1)
        if self._executor is not None or self._scheduler is not None:
            return None
        wanted, takes_s = self._workers, _seconds(job.plan, len(rows)) * replications
        if wanted is None:
            worth_it = (
                takes_s + self._spent_s > WORTH_A_WORKER_S
                if self._backend is None
                else takes_s > WORTH_A_PLAN_S
            )
            wanted = cores() if worth_it else 1
        made = job.engines.keys() if self._backend is None else job.sent
        needs = size(job.plan, replications, rows, made)
        wanted = at_once(needs, min(wanted, replications))
        if wanted == 1:
            self._spent_s += takes_s
        else:
            job.sent.update(rows)
        return wanted

    def _by_others(
        self, job: Job, numbers: Sequence[int], rows: tuple[int, ...], most: int | None
    ) -> Generator[Replication, None, None]:
        if self._backend is None:
            workers = self._workers if most is None else most
            backend = started(workers, self._executor, self._scheduler)
            self._backend = self._open.enter_context(backend)
        there = self._backend
        sent = there.sent(job.message)
        blocks = iter(_blocks(job.plan, numbers, len(rows), there.slots))
        # All are handed out at once, unless memory has room for fewer than there are processes.
        some = most if most is not None and most < there.slots else None
        waiting = {_submitted(there, sent, one, rows) for one in islice(blocks, some)}
        try:
            while waiting:
                done, waiting = wait(waiting, LOOKS_EVERY_S, FIRST_COMPLETED)
                if not done and not there.lives():
                    raise CancelledError if self._scheduler else BrokenExecutor
                while done:  # one at a time, or their logs stay in memory
                    yield from done.pop().result()
                    for one in islice(blocks, 1):
                        waiting.add(_submitted(there, sent, one, rows))
        finally:  # interrupted, or one failed: what has not begun is not begun any more
            for future in waiting:
                future.cancel()


# ── how much, and by whom ────────────────────────────────────────────────────────────────────


def cores() -> int:
    """How many processes can work at once on this machine."""
    return os.cpu_count() or 1


def _seconds(plan: Plan, layouts: int) -> float:
    """About how long a replication takes in so many layouts together."""
    first = plan.demands[0]
    calls = first.calls_per_hour.mean(axis=1).sum() * first.length_s / HOUR_S
    if first.recorded is not None:
        calls = len(first.recorded.received_at)
    a_call_s = A_CALL_S if plan.keep == Keep.ROWS else A_COUNT_S
    return float(calls * layouts * a_call_s[plan.engine])


def _blocks(plan: Plan, numbers: Sequence[int], layouts: int, slots: int) -> list[list[int]]:
    by_slots = len(numbers) // (BLOCKS_A_WORKER * slots)
    size = max(1, min(by_slots, int(BLOCK_S / max(1e-6, _seconds(plan, layouts)))))
    return [list(numbers[first : first + size]) for first in range(0, len(numbers), size)]


@contextmanager
def started(
    workers: int | None, executor: Executor | None, scheduler: str | None
) -> Iterator[Backend]:
    """Processes of this machine, an executor of the caller's, or the workers of a cluster."""
    if executor is not None:
        many = workers or getattr(executor, "_max_workers", None) or cores()
        yield Backend(executor, lambda message: message, many, lambda: _all_live(executor))
    elif scheduler is not None:
        with cluster.connected(scheduler) as client:
            scattered: dict[str, Any] = {}

            def sent(message: PlanMessage) -> Any:
                if message.key not in scattered:
                    (scattered[message.key],) = client.scatter(
                        [message], broadcast=True, hash=False
                    )
                return scattered[message.key]

            # A future of a cluster that is gone may never be told so.
            yield Backend(
                client.get_executor(pure=False),
                sent,
                sum(client.nthreads().values()),
                lambda: client.status in ("running", "connecting"),
                lambda message: scattered.pop(message.key, None) and None,
            )
    else:
        with Processes(workers or cores()) as processes:
            yield Backend(processes, processes.keep, workers or cores(), forget=processes.forget)


def _submitted(
    there: Backend, sent: Any, block: list[int], rows: tuple[int, ...]
) -> Future[list[Replication]]:
    try:
        return there.executor.submit(work, sent, block, rows)
    except OSError:  # an executor of the caller's, of which a process died while it started
        raise BrokenExecutor from None


def _all_live(executor: Executor) -> bool:
    """Whether no process of a caller's pool is gone: such a pool may wait for it for ever."""
    processes = getattr(executor, "_processes", None) or {}
    try:
        return all(process.is_alive() for process in list(processes.values()))
    except (AttributeError, TypeError, ValueError, AssertionError):  # another kind of executor
        return True


@contextmanager
def told_in_words() -> Iterator[None]:
    """What becomes of workers, as one message."""
    try:
        yield
    except Exception as error:
        if isinstance(error, CancelledError) or cluster.is_its(error):
            reason = str(error) or Message("its work was cancelled")
            text: str = Message("the cluster was lost, or gave up: {reason}", reason=reason)
        elif isinstance(error, BrokenExecutor):
            text = message_of(error)
            if not isinstance(text, Message):  # of an executor of the caller's
                text = Message(
                    "the worker processes stopped: killed, or out of memory. If they never "
                    'started: in a script, call this below `if __name__ == "__main__":`, or pass '
                    "workers=1"
                )
        elif isinstance(error, MemoryError):
            text = Message(
                "a worker process ran out of memory. Fewer of them need less: --workers, in "
                "Python workers=; 1 needs none"
            )
        else:
            raise
        raise WorkersError(Message("the study"), text) from None
