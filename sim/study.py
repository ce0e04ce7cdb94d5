"""The main flow: the same calls through each layout, then the differences.

A study is layouts × replications. A replication draws its calls once, and every layout meets
them; so what differs between two layouts is due to the layouts alone. Nothing here knows how an
engine works or how a measure is computed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

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
    _check_comparable(base, proposals)
    # One yardstick: the base's window and targets hold for every layout.
    layouts = (base, *(_measured_like(base, proposal) for proposal in proposals))
    study = base.settings.study
    replications = study.replications if replications is None else replications
    if replications < 1:
        raise ScenarioError("replications", f"at least one is needed; found {replications}")
    seed = study.seed if seed is None else seed
    if seed < 0:
        raise ScenarioError("seed", f"must not be negative; found {seed}")

    plan = Plan(
        tuple(system.build(layout) for layout in layouts),
        _demands(layouts),
        tuple(_window(layout) for layout in layouts),
        seed,
        logs_to,
    )
    tallies = list(_replicate(plan, replications, workers, watch))

    by_layout = list(zip(*tallies, strict=True))
    differing = _differing(base, proposals)
    return Result(layouts, by_layout, seed, time.perf_counter() - began, differing)


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
        except (BrokenProcessPool, OSError):  # OSError: one died while the next was started
            raise WorkersError(
                "the worker processes stopped. In a script, call this below "
                '`if __name__ == "__main__":`, or pass workers=1'
            ) from None
        except BaseException:  # interrupted: what has not begun is not begun any more
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


def _check_comparable(base: Scenario, proposals: Sequence[Scenario]) -> None:
    """Layouts share the map's places and the kind of calls; ScenarioError where they do not."""
    for other in proposals:
        if other.map.path.resolve() != base.map.path.resolve():
            message = (
                f"it is on the map {other.map.path.stem}, and {base.name} on "
                f"{base.map.path.stem}: layouts can be compared on one map only"
            )
            raise ScenarioError(other.path, Problem(message, "map"))
        if not _same_records(base, other):
            message = f"it meets other calls than {base.name}: replay the same records in both"
            raise ScenarioError(other.path, Problem(message, "demand.replay"))


def _same_records(base: Scenario, other: Scenario) -> bool:
    """Whether both draw their calls, or both replay the very same records."""
    if base.recorded is None or other.recorded is None:
        return base.recorded is other.recorded
    columns = zip(base.recorded.calls, other.recorded.calls, strict=True)
    return base.recorded.start == other.recorded.start and all(
        np.array_equal(a, b, equal_nan=True) for a, b in columns
    )


def _measured_like(base: Scenario, other: Scenario) -> Scenario:
    """A proposal over the base's days and against the base's targets."""
    own = {name: getattr(base.settings, name) for name in ("start", "study", "targets")}
    return replace(other, settings=other.settings.model_copy(update=own))


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
        return s.start, s.demand, s.durations

    return of(one) == of(other)


def _differing(base: Scenario, proposals: Sequence[Scenario]) -> tuple[str, ...]:
    """The sections of settings in which some proposal is other than the base."""
    return tuple(
        name
        for name in type(base.settings).model_fields
        if any(getattr(p.settings, name) != getattr(base.settings, name) for p in proposals)
    )


def _window(layout: Scenario) -> Window:
    study = layout.settings.study
    return Window(study.warm_up, study.warm_up + study.length)
