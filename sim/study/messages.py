"""A plan on its way to other processes and machines, and what they keep of it.

What each of them has or can make stays behind: the big tables. What the plans of a study have in
common, their first layout above all, is sent once; a plan with one more layout is sent as what that
layout adds.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from sim.engine import Engine
from sim.errors import WorkersError
from sim.files import cache
from sim.geography.roads import travel
from sim.model.roads import Travel
from sim.model.system import System
from sim.study import checkpoints
from sim.study.checkpoints import Replication
from sim.study.common_calls import CommonCalls
from sim.study.replication import Plan, drop_others, replicate
from sim.text import Message

KEPT_PLANS = 2  # of a worker that serves several studies in turn
BEFORE = -1  # in place of a row: the engine of another plan's layout, of which others are made


class CommonPart(NamedTuple):
    """What the plans of a study have in common: their first layout, and what its calls are of."""

    key: str
    data: bytes
    parts: tuple[Any, ...]  # every tuple and array in it

    @staticmethod
    def of(plan: Plan) -> CommonPart:
        first = _with_travel(plan.systems[0], travel.without_table), plan.demands[0]
        data = pickle.dumps(first, pickle.HIGHEST_PROTOCOL)
        return CommonPart(hashlib.sha256(data).hexdigest(), data, tuple(_parts(first)))


@dataclass(frozen=True)
class PlanMessage:
    """A plan on its way, without the big tables that every machine has or can make."""

    key: str
    code: str
    plan: bytes
    common_key: str
    common: bytes | None = None  # left out for who has it
    seen: tuple[cache.Stamp, ...] = ()  # tables that the sender found whole on its machine

    @staticmethod
    def of(plan: Plan, common: CommonPart | None = None) -> PlanMessage:
        """`common`: of this plan and those before it, if it is made already."""
        common = common or CommonPart.of(plan)
        first = plan.systems[0].roads.travel

        def stripped(one: Travel) -> Travel:
            return travel.without_table(travel.without_chains(one, first))

        systems = tuple(_with_travel(system, stripped) for system in plan.systems)
        data = _dumped(plan._replace(systems=systems), common.parts)
        key = hashlib.sha256(common.key.encode() + data).hexdigest()
        return PlanMessage(key, checkpoints.code(), data, common.key, common.data, cache.seen())

    def without_common(self) -> PlanMessage:
        """The same for who has had a plan of this study; PlanLacking if that is gone there."""
        return replace(self, common=None)


class PlanKey(NamedTuple):
    """What stands for a plan where it was sent before; PlanLacking where it was not, or is gone."""

    key: str


class PlanLacking(LookupError):
    """A process has no plan of this key: it is to be sent."""


class Ready(NamedTuple):
    """A plan where it is worked on, with what is made for it."""

    plan: Plan
    engines: dict[int, Engine]
    calls: CommonCalls
    common_key: str
    parts: tuple[Any, ...]


_ready: dict[str, Ready] = {}
_one_at_a_time = threading.Lock()


def work(
    sent: PlanMessage | PlanKey, numbers: Sequence[int], rows: Sequence[int]
) -> list[Replication]:
    """A block of replications, wherever this is."""
    plan, engines, calls, *_ = unpacked(sent)
    drop_others(engines, rows)
    return [replicate(plan, engines, calls, number, rows) for number in numbers]


def take(message: PlanMessage) -> None:
    """Keep a plan for the work that is to come."""
    unpacked(message)


def unpacked(sent: PlanMessage | PlanKey) -> Ready:
    """The plan, its engines and calls, made once in a process and kept from block to block."""
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
            made = _made_ready(sent)
            while len(_ready) >= KEPT_PLANS:
                del _ready[next(iter(_ready))]
            _ready[sent.key] = made
        return _ready[sent.key]


def _made_ready(sent: PlanMessage) -> Ready:
    """A plan, with what is kept of one that has the same in common: it is another's extension."""
    before = next((r for r in _ready.values() if r.common_key == sent.common_key), None)
    if before is not None:
        parts = before.parts
    elif sent.common is not None:
        parts = tuple(_parts(pickle.loads(sent.common)))
    else:
        raise PlanLacking(sent.key)
    plan: Plan = _Loader(io.BytesIO(sent.plan), parts).load()
    base = before.plan.systems[0] if before else _with_travel(plan.systems[0], travel.with_table)
    roads = base.roads.travel
    rest = (
        _with_travel(system, lambda one: travel.with_table(travel.with_chains(one, roads)))
        for system in plan.systems[1:]
    )
    plan = plan._replace(systems=(base, *rest))
    if before is None or before.plan.engine != plan.engine:
        return Ready(plan, {}, CommonCalls(), sent.common_key, parts)
    engines = {}
    if before.engines:
        first = min(before.engines)
        engines[0 if first == 0 else BEFORE] = before.engines[first]
    return Ready(plan, engines, before.calls, sent.common_key, parts)


# ── what is common ───────────────────────────────────────────────────────────────────────────


def _parts(value: Any) -> Iterator[Any]:
    """Every tuple and array in a value, in an order that is the same wherever it is unpacked."""
    if isinstance(value, tuple):
        yield value
        for one in value:
            yield from _parts(one)
    elif isinstance(value, np.ndarray):
        yield value


class _Dumper(pickle.Pickler):
    """Writes numbers for what the other side has."""

    def __init__(self, file: io.BytesIO, parts: tuple[Any, ...]):
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._numbers = {id(part): number for number, part in enumerate(parts)}

    def persistent_id(self, value: Any) -> int | None:
        return self._numbers.get(id(value))


class _Loader(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, parts: tuple[Any, ...]):
        super().__init__(file)
        self._parts = parts

    def persistent_load(self, number: int) -> Any:
        return self._parts[number]


def _dumped(plan: Plan, parts: tuple[Any, ...]) -> bytes:
    file = io.BytesIO()
    _Dumper(file, parts).dump(plan)
    return file.getvalue()


def _with_travel(system: System, change: Callable[[Travel], Travel]) -> System:
    roads = system.roads
    return system._replace(roads=roads._replace(travel=change(roads.travel)))
