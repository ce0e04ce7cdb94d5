"""One replication: the same calls through each layout, wherever that is computed."""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sim import engine as engines_of
from sim.engine import Engine
from sim.errors import WorkersError
from sim.files import cache
from sim.geography.roads import travel
from sim.measures.calls import Tally, tally
from sim.measures.groups import Setup
from sim.measures.sums import Counts, count, counts_of
from sim.model.calendar import Window
from sim.model.log import log_files
from sim.model.roads import Travel
from sim.model.system import System
from sim.prepare import draws
from sim.prepare.draws import Demand
from sim.study import checkpoints
from sim.study.checkpoints import Replication
from sim.text import Message

KEPT_PLANS = 2  # of a worker that serves several studies in turn
_ready: dict[str, tuple[Plan, dict[int, Engine]]] = {}
_one_at_a_time = threading.Lock()


class Keep(StrEnum):
    """What is kept of a replication: a row for each call, or sums by area and township."""

    ROWS = "rows"
    SUMS = "sums"


class Plan(NamedTuple):
    """All that a replication needs: small, so that it can be sent to other processes."""

    systems: tuple[System, ...]  # by layout
    demands: tuple[Demand, ...]  # by layout; the very same object where nothing differs
    windows: tuple[Window, ...]  # by layout
    seed: int
    engine: str  # of sim.engine.NAMES
    setup: Setup  # of the base: what sums are made of
    keep: Keep = Keep.ROWS
    logs: bool = False  # whether every call and trip is wanted


@dataclass(frozen=True)
class PlanMessage:
    """A plan on its way, without the big tables that every machine has or can make."""

    key: str
    code: str
    plan: bytes
    seen: tuple[cache.Stamp, ...] = ()  # tables that the sender found whole on its machine

    @staticmethod
    def of(plan: Plan) -> PlanMessage:
        stripped = (_with_travel(s, travel.without_table) for s in plan.systems)
        data = pickle.dumps(plan._replace(systems=tuple(stripped)), pickle.HIGHEST_PROTOCOL)
        return PlanMessage(hashlib.sha256(data).hexdigest(), checkpoints.code(), data, cache.seen())


class PlanKey(NamedTuple):
    """What stands for a plan where it was sent before; PlanLacking where it was not, or is gone."""

    key: str


class PlanLacking(LookupError):
    """A process has no plan of this key: it is to be sent."""


def replicate(
    plan: Plan, engines: dict[int, Engine], number: int, rows: Sequence[int]
) -> Replication:
    """The same calls through each layout; engines are made when they are first needed."""
    tallies: list[Tally | Counts] = []
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
        if plan.keep == Keep.SUMS and not plan.logs:
            townships = len(plan.setup.people)
            totals = engines[row].totals(packed, window, plan.setup.target_s, townships)
            if totals is not None:
                tallies.append(counts_of(system, totals, window))
                continue
        log = engines[row].run(packed)
        if row == rows[-1]:
            packed = None  # a hundred years of calls are gigabytes
        if plan.logs:
            logs.append(log_files(calls, log))
        if plan.keep == Keep.ROWS:
            tallies.append(tally(system, calls, log, window))
        else:
            tallies.append(count(system, calls, log, window, plan.setup))
    return Replication(number, tallies, logs)


def drop_others(engines: dict[int, Engine], rows: Sequence[int]) -> None:
    """Keep the engines of these layouts only: each takes its megabytes."""
    for gone in set(engines) - set(rows):
        engines.pop(gone, None)


def work(
    sent: PlanMessage | PlanKey, numbers: Sequence[int], rows: Sequence[int]
) -> list[Replication]:
    """A block of replications, wherever this is."""
    plan, engines = unpacked(sent)
    drop_others(engines, rows)
    return [replicate(plan, engines, number, rows) for number in numbers]


def take(message: PlanMessage) -> None:
    """Keep a plan for the work that is to come."""
    unpacked(message)


def _with_travel(system: System, change: Callable[[Travel], Travel]) -> System:
    roads = system.roads
    return system._replace(roads=roads._replace(travel=change(roads.travel)))


def unpacked(sent: PlanMessage | PlanKey) -> tuple[Plan, dict[int, Engine]]:
    """The plan and its engines, made once in a process and kept from block to block."""
    with _one_at_a_time:  # the threads of a process share plan and engines
        if sent.key not in _ready:
            if isinstance(sent, PlanKey):
                raise PlanLacking(sent.key)
            if sent.code != checkpoints.code():
                text = Message(
                    "a worker has another version of tenthirty, or of a package that it computes "
                    "with: install the same ones there"
                )
                raise WorkersError(Message("the study"), text)
            cache.trust(sent.seen)
            plan: Plan = pickle.loads(sent.plan)
            whole = (_with_travel(s, travel.with_table) for s in plan.systems)
            while len(_ready) >= KEPT_PLANS:
                del _ready[next(iter(_ready))]
            _ready[sent.key] = plan._replace(systems=tuple(whole)), {}
        return _ready[sent.key]
