"""The main flow: the same calls through each layout, then the differences.

A study is layouts × replications. A replication draws its calls once, and every layout meets
them; so what differs between two layouts is due to the layouts alone. Nothing here knows how an
engine works or how a measure is computed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, NamedTuple

from sim.engine.reference import Engine
from sim.errors import Problem, ScenarioError, WorkersError
from sim.inputs import demand, network, system
from sim.inputs.demand import Demand
from sim.inputs.scenario import Scenario
from sim.inputs.system import System
from sim.outputs import store
from sim.outputs.compare import Result
from sim.outputs.metrics import Tally, Window, tally

Watch = Callable[[int, int], None]  # told (replications finished, all of them)

WORTH_A_WORKER = 100_000  # calls; below this, starting processes costs more than it saves


class Plan(NamedTuple):
    """All that a replication needs: small, so that it can be sent to other processes."""

    systems: tuple[System, ...]  # by layout
    demands: tuple[Demand, ...]  # by layout; the very same object where nothing differs
    windows: tuple[Window, ...]
    seed: int
    logs_to: Path | None


def run(scenario: Scenario, **options: object) -> Result:
    """What one layout does; the options are those of `compare`."""
    return compare(scenario, **options)  # type: ignore[arg-type]


def compare(
    base: Scenario,
    *proposals: Scenario,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    watch: Watch | None = None,
    logs_to: Path | None = None,
) -> Result:
    """The base and any number of proposals on the same calls.

    `replications` and `seed` default to the base's study; `workers` to as many processes as the
    machine has cores, if there is enough to do. The result is the same to the last bit with any
    number of workers. `logs_to`: a folder for every call and trip, as Parquet.
    """
    began = time.perf_counter()
    layouts = (base, *proposals)
    _check_comparable(layouts)
    study = base.settings.study
    replications = replications or study.replications
    seed = study.seed if seed is None else seed

    plan = Plan(
        tuple(system.build(layout) for layout in layouts),
        _demands(layouts),
        tuple(_window(layout) for layout in layouts),
        seed,
        logs_to,
    )
    tallies = list(_replicate(plan, replications, workers, watch))

    by_layout = list(zip(*tallies, strict=True))
    same = all(demands is plan.demands[0] for demands in plan.demands)
    return Result(layouts, by_layout, seed, time.perf_counter() - began, same)


def one_replication(plan: Plan, engines: Sequence[Engine], replication: int) -> list[Tally]:
    """The same calls through each layout; one tally a layout."""
    tallies = []
    calls, drawn_from = None, None
    for layout, engine in enumerate(engines):
        if calls is None or plan.demands[layout] is not drawn_from:
            drawn_from = plan.demands[layout]
            calls = demand.draw(drawn_from, plan.seed, replication)
        log = engine.run(calls)
        if plan.logs_to is not None:
            store.write_log(plan.logs_to, layout, replication, calls, log)
        tallies.append(tally(plan.systems[layout], calls, log, plan.windows[layout]))
    return tallies


def _replicate(
    plan: Plan, replications: int, workers: int | None, watch: Watch | None
) -> Iterator[list[Tally]]:
    """Replications in their order, on this process or on several."""
    if workers is None:
        hours = plan.demands[0].length_s / system.HOUR_S
        calls = plan.demands[0].calls_per_hour.mean(axis=1).sum() * hours * replications
        enough = calls * len(plan.systems) > WORTH_A_WORKER
        workers = min(os.cpu_count() or 1, replications) if enough else 1
    if watch is not None:
        watch(0, replications)
    if workers <= 1:
        engines = [Engine(layout) for layout in plan.systems]
        in_turn = (one_replication(plan, engines, number) for number in range(replications))
        yield from _watched(in_turn, replications, watch)
        return
    packed = _with_tables(plan, network.packed)
    # Forking a process that has threads (a progress bar's) can hang: workers start afresh.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _start_worker, (packed,)) as pool:
        try:
            with _interrupts_held_back():
                for _ in range(workers):  # each starts a process
                    pool.submit(int)
            results = pool.map(_in_worker, range(replications))
            yield from _watched(results, replications, watch)
        except BrokenProcessPool:
            raise WorkersError(
                "the worker processes stopped. In a script, call this below "
                '`if __name__ == "__main__":`, or pass workers=1'
            ) from None
        except BaseException:  # interrupted: what has not begun is not begun any more
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Processes started in here never see Ctrl-C: the one that started them ends them in order."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # its start would let interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _watched(
    results: Iterator[list[Tally]], replications: int, watch: Watch | None
) -> Iterator[list[Tally]]:
    for done, result in enumerate(results, start=1):
        yield result
        if watch is not None:
            watch(done, replications)


def _with_tables(plan: Plan, convert: Callable[..., Any]) -> Plan:
    """Tables of travel seconds travel between processes by name, not by value."""
    systems = tuple(
        s._replace(travel=s.travel._replace(far=convert(s.travel.far))) for s in plan.systems
    )
    return plan._replace(systems=systems)


_WORKER: tuple[Plan, list[Engine]] | None = None  # one plan a worker process


def _start_worker(packed: Plan) -> None:
    global _WORKER
    plan = _with_tables(packed, network.unpacked)
    _WORKER = plan, [Engine(layout) for layout in plan.systems]


def _in_worker(replication: int) -> list[Tally]:
    assert _WORKER is not None
    return one_replication(*_WORKER, replication)


def _check_comparable(layouts: Sequence[Scenario]) -> None:
    """Layouts share the map's places and the window; ScenarioError where they do not."""
    base = layouts[0]
    for other in layouts[1:]:
        if other.map.path.resolve() != base.map.path.resolve():
            raise ScenarioError(
                other.path,
                Problem(
                    f"it is on the map {other.map.path.stem}, and {base.name} on "
                    f"{base.map.path.stem}: layouts can be compared on one map only",
                    "map",
                ),
            )


def _demands(layouts: Sequence[Scenario]) -> tuple[Demand, ...]:
    """One Demand for all layouts with the same calls, so that they are drawn once."""
    demands: list[Demand] = []
    for layout in layouts:
        same = [i for i, other in enumerate(layouts[: len(demands)]) if same_calls(layout, other)]
        demands.append(demands[same[0]] if same else demand.build(layout))
    return tuple(demands)


def same_calls(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios draw the very same calls."""

    def of(scenario: Scenario) -> tuple[object, ...]:
        s = scenario.settings
        return s.start, s.demand, s.durations, s.study

    return of(one) == of(other)


def _window(layout: Scenario) -> Window:
    study = layout.settings.study
    return Window(study.warm_up, study.warm_up + study.length)
