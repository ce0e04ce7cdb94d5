"""How much memory a study needs, against what this machine has: fewer at once, or refused.

Sizes are bounds of what `benchmarks/large.py` measured, so that a study is refused in words, before
it begins, and not ended by the system when it is half done.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from sim.errors import SizeError
from sim.files.machine import GB, free_memory
from sim.measures.besides import OF_CALLS
from sim.measures.groups import AREAS
from sim.measures.measures import COUNTED
from sim.model.calendar import HOUR_S
from sim.prepare.draws import Demand
from sim.study.replication import Keep, Plan
from sim.text import Message

# Bytes, as large as they were found, and a little more.
A_PROCESS: Final = 250e6  # a worker with its libraries
A_CALL: Final = 340.0  # of a replication while it is drawn, run and tallied
A_LOGGED_CALL: Final = 500.0  # besides, where every call and trip is wanted
A_ROW: Final = 68.0  # a call that is kept for every measure
A_POOLED_ROW: Final = 140.0  # what measures make of it, once all are there
# Besides, where there are first responders.
A_HELPED_CALL: Final = 120.0
A_HELPED_ROW: Final = 9.0
A_POOLED_HELPED_ROW: Final = 17.0
# Besides, for each answer of a call: its own, and those about other places.
AN_ANSWER: Final = 36.0
A_KEPT_ANSWER: Final = 8.0
A_POOLED_ANSWER: Final = 38.0
RESERVE: Final = 0.1  # of what is free: others use the machine, too, and calls that are kept
SMALL: Final = 50e6  # what is not worth asking the machine


class Size(NamedTuple):
    """What replications of some layouts together need, in bytes."""

    calls: float  # of one replication
    replication: float  # while it is computed
    engines: float  # of one process
    kept: float  # of all replications, in the process of the command
    pooled: float = 0.0  # what is made of that when they are finished

    @property
    def alone(self) -> float:
        """Where the process of the command does all."""
        return self.kept + self.engines + max(self.replication, self.pooled)

    @property
    def worker(self) -> float:
        """Of each further process."""
        return A_PROCESS + self.engines + self.replication


def size(plan: Plan, replications: int, rows: Sequence[int], made: Collection[int] = ()) -> Size:
    """What so many more replications of some of a plan's layouts need.

    `made`: layouts whose engines are there already.
    """
    layouts, count = len(rows), max(calls(plan.demands[row]) for row in rows)
    logged = A_LOGGED_CALL * layouts if plan.logs else 0.0  # those of all layouts come together
    answers, pooled, helped = _answers(plan.demands), 0.0, _helped(plan.demands)
    if plan.keep == Keep.ROWS:
        many = count * layouts * replications
        kept = (A_ROW + A_HELPED_ROW * helped + A_KEPT_ANSWER * answers) * many
        pooled = A_POOLED_ROW + A_POOLED_HELPED_ROW * helped + A_POOLED_ANSWER * answers
        pooled *= many
    else:
        a_place = 16.0 * len(COUNTED)
        if any(plan.systems[row].service is not None for row in rows):
            a_place += 12.0 * len(OF_CALLS)
        kept = a_place * AREAS * len(plan.setup.people) * layouts * replications
    engines = sum(_engine(plan, row) for row in rows if row not in made)
    if not made:  # a worker has the roads for itself
        engines += _roads(plan)
    a_call = A_CALL + A_HELPED_CALL * helped + AN_ANSWER * answers + logged
    return Size(count, a_call * count, engines, kept, pooled)


def calls(demand: Demand) -> float:
    """How many calls a replication has, in the mean."""
    if demand.recorded is not None:
        return float(len(demand.recorded.received_at))
    hourly = float(demand.calls_per_hour.mean(axis=1).sum())
    return hourly * demand.length_s / HOUR_S


def _answers(demands: Sequence[Demand]) -> int:
    """How many answers a call has at most; none where nothing is asked."""
    others = max(demand.others for demand in demands)
    return 1 + others if others else 0


def _helped(demands: Sequence[Demand]) -> int:
    """Whether there are first responders, as a number."""
    return int(any(demand.responders for demand in demands))


def _engine(plan: Plan, row: int) -> float:
    """An engine's own tables: those of roads and of stations as seen from every place."""
    system = plan.systems[row]
    modes, places = system.roads.place_leg_s.shape
    stations, travel = len(system.stations.place), system.roads.travel
    nodes, edges = len(travel.chains.chain), len(travel.graph.head)
    by_place = 64.0 * modes * places * (stations + len(system.hospitals.place))
    by_node = nodes * (40.0 + 40.0 * modes + stations * modes)
    return by_place + by_node + 16.0 * modes * edges + travel.near.nbytes


def _roads(plan: Plan) -> float:
    """Graph and chains, which all layouts of a process share; the large table is mapped."""
    travel = plan.systems[0].roads.travel
    modes = len(travel.graph.seconds)
    return len(travel.chains.chain) * (60.0 + 60.0 * modes) + len(travel.graph.head) * 50.0


def layouts_at_once(plan: Plan, rows: Sequence[int], most: int) -> int:
    """How many layouts' engines are to be in memory together, at most `most` and at least one."""
    each = max(_engine(plan, row) for row in rows)
    if each * most < SMALL:
        return most
    free = free_memory()
    # As much again for the processes that work beside this one.
    return most if free is None else max(1, min(most, int(free * (1 - RESERVE) / 2 / each)))


def at_once(needs: Size, wanted: int) -> int:
    """How many processes may work at once, at most `wanted`; SizeError if not even one."""
    if min(needs.alone, needs.worker) < SMALL and wanted <= 1:
        return wanted
    free = free_memory()
    if free is None:
        return wanted
    room = free * (1 - RESERVE)
    if needs.alone > room:
        raise SizeError(Message("the study"), _too_large(needs, free))
    return max(1, min(wanted, int((room - needs.kept) / needs.worker)))


def check_calls(demands: tuple[Demand, ...], layouts: int, keep: Keep, logs: bool) -> None:
    """SizeError if one replication cannot be computed, before anything is made for it."""
    count = max(calls(demand) for demand in demands)
    answers, helped = _answers(demands), _helped(demands)
    a_row = A_ROW + A_HELPED_ROW * helped + A_KEPT_ANSWER * answers
    a_row *= layouts if keep == Keep.ROWS else 0
    a_call = A_CALL + A_HELPED_CALL * helped + AN_ANSWER * answers
    a_call += A_LOGGED_CALL * layouts if logs else 0.0
    at_once(Size(count, a_call * count, 0.0, a_row * count), 1)


def _too_large(needs: Size, free: float) -> Message:
    """What it would need, what there is, and what to do."""
    values = {"calls": needs.calls, "need": needs.alone / GB, "free": free / GB}
    if needs.replication >= max(needs.kept + needs.pooled, needs.engines):
        return Message(
            "a replication of {calls:,.0f} calls needs {need:,.1f} GB of memory, and {free:,.1f} "
            "GB are free: write a shorter study.length, and more replications instead",
            **values,
        )
    if needs.kept + needs.pooled >= needs.engines:
        return Message(
            "with {calls:,.0f} calls in each, the replications need {need:,.1f} GB of memory "
            "together, and {free:,.1f} GB are free: take fewer replications, a shorter "
            "study.length or fewer layouts at a time",
            **values,
        )
    return Message(
        "the tables of the layouts need {need:,.1f} GB of memory together, and {free:,.1f} GB are "
        "free: take fewer layouts at a time, or a map with fewer roads and places",
        **values,
    )
