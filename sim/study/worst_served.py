"""The worst-served townships of a layout, chosen on other calls than those that are measured.

Whoever is served worst in some calls is so partly by chance; measured on the same calls they would
look worse than they are, and any change would seem to help them. So the choice has replications of
its own, of the base alone, numbered far behind all that are measured. It does not depend on how
many replications are measured: it is the same in every command.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import numpy as np

from sim.errors import OptionError
from sim.measures.estimates import worst_first, worst_townships
from sim.measures.intervals import jackknife, ratios, varies
from sim.measures.measures import BY_KEY, MEAN
from sim.measures.response import WITHIN
from sim.measures.sums import Counts, Summed
from sim.prepare import demand, reach
from sim.study.checkpoints import Replication
from sim.study.replication import Keep, Plan
from sim.study.workers import Job
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

MANY: Final = 5
FIRST: Final = 1_000_000  # number of the first replication of the choice; no study has so many
# Calls that a township must be expected to have in all replications of the choice: its compliance
# is then known to ten points, so that those of half and of two thirds can be told apart.
LEAST_CALLS: Final = 100
ENOUGH_CALLS: Final = 1_000  # of the median township: known to three points
FEWEST, MOST = 10, 100  # replications of the choice


Run = Callable[[Job, Sequence[int]], Generator[Replication, None, None]]


class WorstServed(NamedTuple):
    """The townships chosen, and how sure the choice is."""

    rows: tuple[int, ...] = ()  # of the map's townships
    thin: int = 0  # townships that have too few calls to be chosen
    eligible: int = 0  # those that have enough
    apart: bool = True  # the last of them is told from the next
    busy: float | None = None  # by expectation, where calls are records; ambulances' share of time

    @staticmethod
    def of(noted: Mapping[str, Any]) -> WorstServed:
        """From its fields as JSON has them."""
        return WorstServed(**{**noted, "rows": tuple(noted["rows"])})


def choose(base: Scenario, plan: Plan, seed: int, run: Run) -> WorstServed:
    """The worst-served townships of the base, by other calls of its demand.

    `plan`: of a study, whose first layout is the base. `seed`: that was asked for. `run` computes
    replications of a job. Recorded calls have no others: there the choice is by the travel times
    of the base and the share of time that its ambulances are busy.
    """
    townships = len(plan.setup.people)
    drawn, window = plan.demands[0], plan.windows[0]
    each = demand.expected_calls(drawn, window, townships)
    count = replications(each)
    job = Job(
        plan._replace(
            systems=plan.systems[:1], demands=(drawn,), windows=(window,), seed=seed,
            setup=plan.setup._replace(worst=(), sequential=False), keep=Keep.SUMS, logs=False,
        )
    )  # fmt: skip
    with closing(run(job, range(FIRST, FIRST + count))) as coming:
        every = sorted(coming, key=lambda one: one.number)
    counts = [cast(Counts, tally) for one in every for tally in one.tallies]
    found = Summed(counts, job.plan.setup)
    eligible = np.flatnonzero(each * count >= LEAST_CALLS)
    thin = int((each > 0).sum()) - len(eligible)
    if drawn.recorded is None:
        rows, order = worst_townships(found, MANY, eligible), worst_first(found, eligible)
        return WorstServed(rows, thin, len(order), _are_apart(found, order))
    busy = float(BY_KEY["busy"].left_out(found)[0])
    expected = expected_share(base, busy if math.isfinite(busy) else 0.0, townships)
    eligible = eligible[np.isfinite(expected[eligible])]
    order = eligible[np.argsort(expected[eligible], kind="stable")]
    edge = expected[order[MANY - 1 : MANY + 1]]
    rows = tuple(sorted(order[:MANY].tolist()))
    apart = len(edge) < 2 or bool(edge[0] < edge[1])
    return WorstServed(rows, thin, len(order), apart, busy)


def need(worst: WorstServed, by: str) -> None:
    """OptionError where something is to be judged by the worst-served, and there are none."""
    if by == "worst5" and not worst.rows:
        text = Message(
            "the worst-served are not measured: no township has calls enough to be chosen "
            "({least} expected in {n} replications)",
            least=LEAST_CALLS, n=MOST,
        )  # fmt: skip
        raise OptionError("by", text)


def replications(each: np.ndarray) -> int:
    """How many replications of the choice, from the calls that each township has in one."""
    typical = float(np.median(each[each > 0])) if (each > 0).any() else 0.0
    return FEWEST if not typical else min(MOST, max(FEWEST, math.ceil(ENOUGH_CALLS / typical)))


def expected_share(base: Scenario, busy: float, townships: int) -> np.ndarray:
    """[township] the share of its people whom an ambulance that is free can reach in time.

    Each is busy a share of the time, independently of the others (Daskin 1983): with k of them
    near enough it is 1 − busy^k. nan where nobody lives.
    """
    cells, manned = base.map.cells, sorted({one.station for one in base.fleet})
    stations = [base.stations[row] for row in manned]
    cell_s = reach.seconds_from(base, stations)[0] + reach.later_s(base, stations)
    near = cell_s + reach.seconds_before(base) <= reach.targets_of_cells(base)
    cars = np.array([base.fleet_size(row) for row in manned]) @ near
    reached = np.bincount(cells.township, cells.people * (1 - busy**cars), townships)
    people = np.bincount(cells.township, cells.people, townships)
    with np.errstate(invalid="ignore"):
        share: np.ndarray = reached / people
    return share


def _are_apart(found: Summed, order: np.ndarray) -> bool:
    """Whether the last of those chosen is served surely worse than the next, or there is none."""
    if len(order) <= MANY:
        return True
    pair = order[MANY - 1 : MANY + 1]
    for measure, sign in ((WITHIN, 1), (MEAN, -1)):
        above, below = found.by_township(measure)
        last, after = (ratios(above[:, row], below[:, row]) for row in pair)
        less = jackknife(sign * (after - last))
        if less.mean:  # equal ones are told apart by their mean response
            return less.interval().low > 0 if varies(less) else less.mean > 0
    return False
