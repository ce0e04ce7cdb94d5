"""One replication: the same calls through each layout, wherever that is computed."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from sim import engine as engines_of
from sim.engine import Engine, OwnEngineRules
from sim.measures.calls import Tally, tally
from sim.measures.groups import Setup
from sim.measures.sums import Counts, count, counts_of, needs_a_log
from sim.model.calendar import Window
from sim.model.calls import Calls
from sim.model.log import Log, log_files
from sim.model.system import System
from sim.prepare.draws import Demand
from sim.study.checkpoints import Replication
from sim.study.common_calls import CommonCalls, ReplicationCalls


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
    own_rules: tuple[OwnEngineRules | None, ...] = ()  # by layout; none at all: no layout has any
    # by layout, whether sums tell of it what goes beyond the plain service though it has nothing of
    # the kind, for another one has; none at all: of none
    besides: tuple[bool, ...] = ()

    def own_rules_of(self, row: int) -> OwnEngineRules | None:
        """The rules of one's own that a layout follows."""
        return self.own_rules[row] if self.own_rules else None

    def tells_besides(self, row: int) -> bool:
        """Whether sums of a layout tell what goes beyond the plain service, whatever it has."""
        return row < len(self.besides) and self.besides[row]

    @property
    def stays_here(self) -> bool:
        """Whether it cannot be sent to other processes: functions of this one are part of it."""
        return any(rules is not None for rules in self.own_rules)


def engine_of(plan: Plan, row: int, like: Engine | None = None) -> Engine:
    """The engine of a layout; `like`: that of another one."""
    rules = plan.own_rules_of(row)
    if rules is not None:
        return engines_of.make_own(plan.systems[row], rules)
    (made,) = engines_of.make(plan.engine, [plan.systems[row]], like)
    return made


def log_of(plan: Plan, row: int, calls: Calls) -> Log:
    """What a layout does with calls that were drawn of its demand, once."""
    engine = engine_of(plan, row)
    return engine.run(calls if plan.own_rules_of(row) else engine.pack(calls))


def replicate(
    plan: Plan, engines: dict[int, Engine], common: CommonCalls, number: int, rows: Sequence[int]
) -> Replication:
    """The same calls through each layout; engines are made when they are first needed."""
    tallies: list[Tally | Counts] = []
    logs = []
    drawn: ReplicationCalls | None = None
    for row in rows:
        system, window = plan.systems[row], plan.windows[row]
        if row not in engines:
            like = engines[min(engines)] if engines else None
            engines[row] = engine_of(plan, row, like)
        if drawn is None or plan.demands[row] is not drawn.demand:
            drawn = common.of(plan.demands[row], plan.seed, number, engines[row].pack)
        adds_up = _all_count(drawn.calls) and not plan.tells_besides(row)
        adds_up = adds_up and not needs_a_log(system, drawn.calls, plan.setup)
        if plan.keep == Keep.SUMS and not plan.logs and adds_up:
            townships = len(plan.setup.people)
            totals = engines[row].totals(drawn.packed, window, plan.setup.target_s, townships)
            if totals is not None:
                tallies.append(counts_of(system, totals, window))
                continue
        calls = drawn.calls
        # An engine of another kind than the others takes the calls as they are.
        log = engines[row].run(calls if plan.own_rules_of(row) else drawn.packed)
        if row == rows[-1]:
            drawn = None  # a hundred years of packed calls are gigabytes
        if plan.logs:
            logs.append(log_files(calls, log))
        if plan.keep == Keep.ROWS:
            tallies.append(tally(system, calls, log, window))
        else:
            besides = plan.tells_besides(row)
            tallies.append(count(system, calls, log, window, plan.setup, besides=besides))
    return Replication(number, tallies, logs)


def _all_count(calls: Calls) -> bool:
    """Whether every call counts for the headline: what an engine adds up are all of them."""
    return calls.stream is None and calls.withdrawn_at is None


def drop_others(engines: dict[int, Engine], rows: Sequence[int]) -> None:
    """Keep the engines of these layouts only: each takes its megabytes.

    The first that is there stays, of which those to come take over what is the same.
    """
    for gone in set(engines) - {min(engines, default=0), *rows}:
        engines.pop(gone, None)
