"""Replications on this process, on several, or on a cluster: the same bytes everywhere.

Whatever has `submit` will do. Workers get the plan once and blocks of replication numbers after
that; they send back what came of them. Nothing is written here, for a worker may be on a machine
that has no part in the disk.
"""

from __future__ import annotations

import hashlib
import logging
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    ProcessPoolExecutor,
    wait,
)
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from typing import Any, NamedTuple

from sim import engine as engines_of
from sim.engine import Engine
from sim.errors import WorkersError
from sim.geography.roads import travel
from sim.measures import sums as counts
from sim.measures.calls import tally
from sim.model.calendar import HOUR_S, Window
from sim.model.log import log_files
from sim.model.roads import Travel
from sim.model.system import System
from sim.prepare import draws
from sim.prepare.draws import Demand
from sim.study import checkpoints as finished
from sim.study.checkpoints import Replication

A_CALL_S = {"compiled": 4e-6, "reference": 1e-4}  # with its tally and its part of the logs, roughly
A_COUNT_S = {"compiled": 1e-6, "reference": 1e-4}  # with its part of the counts
WORTH_A_WORKER_S = 4.0  # below this, starting processes costs more than it saves
BLOCK_S = 1.0  # so that little is lost when a study is killed
BLOCKS_A_WORKER = 4  # at least, so that none is idle for long at the end
KEPT_PLANS = 2  # of a worker that serves several studies in turn
ANSWERS_WITHIN_S = 10
LOOKS_EVERY_S = 2  # after a cluster that has sent nothing
LOGGERS = ("distributed.client", "distributed.core", "tornado.application")

_sent: Packed | None = None  # to a process that was started for one study
_ready: dict[str, tuple[Plan, dict[int, Engine]]] = {}
_one_at_a_time = threading.Lock()


class Plan(NamedTuple):
    """All that a replication needs: small, so that it can be sent to other processes."""

    systems: tuple[System, ...]  # by layout
    demands: tuple[Demand, ...]  # by layout; the very same object where nothing differs
    windows: tuple[Window, ...]
    seed: int
    engine: str  # of sim.engine.NAMES
    logs: bool  # whether every call and trip is wanted
    targets_s: tuple[float, float] | None = None  # urban, rural: Counts instead of Tallies


@dataclass(frozen=True)
class Packed:
    """A plan on its way, without the big tables that every machine has or can make."""

    key: str
    code: str
    plan: bytes


class Crew:
    """Who carries out replications of one plan, at work until the study is over.

    Work may come in stages. Processes are started at the first one that is worth it, and stay.
    """

    def __init__(
        self,
        plan: Plan,
        workers: int | None = None,
        executor: Executor | None = None,
        scheduler: str | None = None,
    ):
        self._plan, self._workers = plan, workers
        self._executor, self._scheduler = executor, scheduler
        self._engines: dict[int, Engine] = {}
        self._there: AtWork | None = None
        self._open = ExitStack()

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *error: Any) -> None:
        with _told_in_words():
            self._open.__exit__(*error)

    def carried_out(
        self, numbers: Sequence[int], layouts: Sequence[int] | None = None
    ) -> Generator[Replication, None, None]:
        """The replications of these numbers, each as soon as it is finished, in any order.

        `layouts`: rows of the plan's layouts that are wanted, in this order; default: all.
        """
        rows = tuple(range(len(self._plan.systems)) if layouts is None else layouts)
        if not (numbers and rows):
            return
        if self._there is None and self._executor is None and self._scheduler is None:
            wanted = self._workers
            if wanted is None:
                wanted = _useful(self._plan, len(numbers), len(rows))
            if min(wanted, len(numbers)) <= 1:
                for gone in set(self._engines) - set(rows):  # each takes its megabytes
                    del self._engines[gone]
                for number in numbers:
                    yield _replication(self._plan, self._engines, number, rows)
                return
        with _told_in_words():
            yield from self._by_others(numbers, rows)

    def _by_others(
        self, numbers: Sequence[int], rows: tuple[int, ...]
    ) -> Generator[Replication, None, None]:
        if self._there is None:
            at_work = _at_work(self._plan, self._hands(len(numbers)), self._executor,
                               self._scheduler)  # fmt: skip
            self._there = self._open.enter_context(at_work)
        there = self._there
        blocks = _blocks(self._plan, numbers, len(rows), there.hands)
        waiting = {there.pool.submit(work, there.sent, block, rows) for block in blocks}
        try:
            while waiting:
                done, waiting = wait(waiting, LOOKS_EVERY_S, FIRST_COMPLETED)
                if not done and not there.lives():
                    raise CancelledError
                while done:  # one at a time, or their logs stay in memory
                    yield from done.pop().result()
        finally:  # interrupted, or one failed: what has not begun is not begun any more
            for future in waiting:
                future.cancel()

    def _hands(self, replications: int) -> int | None:
        if self._executor is not None or self._scheduler is not None:
            return self._workers
        return min(self._workers or os.cpu_count() or 1, replications)


def _replication(
    plan: Plan, engines: dict[int, Engine], number: int, rows: Sequence[int]
) -> Replication:
    """The same calls through each layout; engines are made when they are first needed."""
    tallies: list[Any] = []
    logs = []
    calls, packed, drawn_from = None, None, None
    for row in rows:
        system, window = plan.systems[row], plan.windows[row]
        if row not in engines:
            (engines[row],) = engines_of.make(plan.engine, [system])
        if calls is None or plan.demands[row] is not drawn_from:
            drawn_from = plan.demands[row]
            calls = draws.draw(drawn_from, plan.seed, number)
            packed = engines[row].pack(calls)
        log = engines[row].run(packed)
        if plan.logs:
            logs.append(log_files(calls, log))
        if plan.targets_s is None:
            tallies.append(tally(system, calls, log, window))
        else:
            tallies.append(counts.count(system, calls, log, window, plan.targets_s))
    return Replication(number, tallies, logs)


# ── how much, and by whom ────────────────────────────────────────────────────────────────────


def _seconds(plan: Plan, layouts: int) -> float:
    """About how long a replication takes in so many layouts together."""
    first = plan.demands[0]
    calls = first.calls_per_hour.mean(axis=1).sum() * first.length_s / HOUR_S
    if first.recorded is not None:
        calls = len(first.recorded.received_at)
    a_call_s = A_CALL_S if plan.targets_s is None else A_COUNT_S
    return float(calls * layouts * a_call_s[plan.engine])


def _useful(plan: Plan, replications: int, layouts: int) -> int:
    worth_it = _seconds(plan, layouts) * replications > WORTH_A_WORKER_S
    return (os.cpu_count() or 1) if worth_it else 1


def _blocks(plan: Plan, numbers: Sequence[int], layouts: int, hands: int) -> list[list[int]]:
    by_hands = len(numbers) // (BLOCKS_A_WORKER * hands)
    size = max(1, min(by_hands, int(BLOCK_S / max(1e-6, _seconds(plan, layouts)))))
    return [list(numbers[first : first + size]) for first in range(0, len(numbers), size)]


class AtWork(NamedTuple):
    """Who does it, and the plan as they are to be handed it."""

    pool: Executor
    sent: Any
    hands: int  # how many can work at once
    lives: Callable[[], bool] = lambda: True


@contextmanager
def _at_work(
    plan: Plan, workers: int | None, executor: Executor | None, scheduler: str | None
) -> Iterator[AtWork]:
    if executor is not None:
        many = workers or getattr(executor, "_max_workers", None) or os.cpu_count() or 1
        yield AtWork(executor, _packed(plan), many)
    elif scheduler is not None:
        with _cluster(scheduler) as client:
            (sent,) = client.scatter([_packed(plan)], broadcast=True, hash=False)
            pool = client.get_executor(pure=False)
            # A future of a cluster that is gone may never be told so.
            lives = lambda: client.status in ("running", "connecting")  # noqa: E731
            yield AtWork(pool, sent, sum(client.nthreads().values()), lives)
    else:
        assert workers is not None
        with _processes(workers, _packed(plan)) as pool:
            yield AtWork(pool, None, workers)


@contextmanager
def _told_in_words() -> Iterator[None]:
    """What becomes of workers, as one message."""
    try:
        yield
    except Exception as error:
        if isinstance(error, CancelledError) or type(error).__module__.startswith("distributed"):
            message = f"the cluster was lost, or gave up: {str(error) or 'its work was cancelled'}"
        elif isinstance(error, BrokenExecutor | OSError):  # OSError: one died while it started
            message = (
                "the worker processes stopped: killed, or out of memory. If they never started: "
                'in a script, call this below `if __name__ == "__main__":`, or pass workers=1'
            )
        else:
            raise
        raise WorkersError("the study", message) from None


# ── on this machine ──────────────────────────────────────────────────────────────────────────


@contextmanager
def _processes(workers: int, packed: Packed) -> Iterator[Executor]:
    """Processes of our own, each with the plan."""
    # Forking a process that has threads (a progress bar's) can hang: workers start afresh.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _start_worker, (packed,)) as pool:
        try:
            with _interrupts_held_back():
                for _ in range(workers):  # each starts a process
                    pool.submit(int)
            yield pool
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Processes started in here never see Ctrl-C: the one that started them ends them in order.

    An interrupt of this process waits until they are started, or one would be left half-made.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or not hasattr(signal, "pthread_sigmask"):  # Windows has no masks
        yield
        return
    interrupts: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _: interrupts.append(number))
    resource_tracker.ensure_running()  # its start would let interrupts through again
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
    if interrupts:
        raise KeyboardInterrupt


def _start_worker(packed: Packed) -> None:
    global _sent
    _sent = packed
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    """A killed process cannot end its workers: they see to that themselves."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


# ── on a cluster ─────────────────────────────────────────────────────────────────────────────


@contextmanager
def _cluster(address: str) -> Iterator[Any]:
    """A client of the Dask scheduler there, which must have workers."""
    try:
        from distributed import Client
        from distributed.comm import resolve_address
    except ImportError:
        message = 'a scheduler needs the package distributed: pip install "tenthirty[cluster]"'
        raise WorkersError("the study", message) from None
    client = None
    with suppress(OSError, ValueError):
        resolve_address(address)  # a client half made for one that is none would linger
        client = Client(address, timeout=ANSWERS_WITHIN_S, set_as_default=False)
    if client is None:
        message = (
            f"no Dask scheduler answers at {address}: check the address (like "
            "tcp://10.0.0.5:8786), and that `dask scheduler` runs there"
        )
        raise WorkersError("the study", message)
    with _quiet(), client:
        try:
            client.wait_for_workers(1, timeout=ANSWERS_WITHIN_S)
        except TimeoutError:
            message = f"the scheduler at {address} has no workers: start some with `dask worker`"
            raise WorkersError("the study", message) from None
        yield client


@contextmanager
def _quiet() -> Iterator[None]:
    """What Dask logs of a cluster that is lost would stand around our one message."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


# ── in a worker ──────────────────────────────────────────────────────────────────────────────


def work(packed: Packed | None, numbers: Sequence[int], rows: Sequence[int]) -> list[Replication]:
    """A block of replications, wherever this is; None: of the plan sent when it was started."""
    packed = packed or _sent
    assert packed is not None
    plan, engines = _unpacked(packed)
    return [_replication(plan, engines, number, rows) for number in numbers]


def _with_travel(system: System, change: Callable[[Travel], Travel]) -> System:
    roads = system.roads
    return system._replace(roads=roads._replace(travel=change(roads.travel)))


def _packed(plan: Plan) -> Packed:
    stripped = (_with_travel(s, travel.without_table) for s in plan.systems)
    data = pickle.dumps(plan._replace(systems=tuple(stripped)), pickle.HIGHEST_PROTOCOL)
    return Packed(hashlib.sha256(data).hexdigest(), finished.code(), data)


def _unpacked(packed: Packed) -> tuple[Plan, dict[int, Engine]]:
    """The plan and its engines, made once in a process and kept from block to block."""
    with _one_at_a_time:  # the threads of a process share plan and engines
        if packed.key not in _ready:
            if packed.code != finished.code():
                message = (
                    "a worker has another version of tenthirty, or of a package that it computes "
                    "with: install the same ones there"
                )
                raise WorkersError("the study", message)
            plan: Plan = pickle.loads(packed.plan)
            whole = (_with_travel(s, travel.with_table) for s in plan.systems)
            plan = plan._replace(systems=tuple(whole))
            while len(_ready) >= KEPT_PLANS:
                del _ready[next(iter(_ready))]
            _ready[packed.key] = plan, {}
        return _ready[packed.key]
