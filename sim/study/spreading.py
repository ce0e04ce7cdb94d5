"""Whole tasks on several processes, or on a cluster: each result as soon as it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, wait
from typing import Any, TypeVar

from sim.study.workers import LOOKS_EVERY_S, cores, started, told_in_words

T = TypeVar("T")


def each(
    work: Callable[..., T],
    tasks: Sequence[tuple[Any, ...]],
    workers: int | None = None,
    scheduler: str | None = None,
) -> Iterator[tuple[int, T]]:
    """What `work` returns for the arguments of each task, with the task's number, in any order.

    `workers`: as many processes, at most one for each task; default: as many as there are cores. 1:
    this process. What `work` raises is raised here; WorkersError if a process dies.
    """
    many = min(cores() if workers is None else workers, len(tasks))
    if many <= 1 and scheduler is None:
        for number, task in enumerate(tasks):
            yield number, work(*task)
        return
    with told_in_words(), started(many, None, scheduler) as there:
        waiting = {there.executor.submit(work, *task): number for number, task in enumerate(tasks)}
        try:
            while waiting:
                done, _ = wait(waiting, LOOKS_EVERY_S, FIRST_COMPLETED)
                if not done and not there.lives():
                    raise CancelledError if scheduler else BrokenExecutor
                for future in done:
                    yield waiting.pop(future), future.result()
        finally:
            for future in waiting:
                future.cancel()
