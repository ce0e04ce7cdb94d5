"""One replication as a few sums: what a search among many layouts keeps of each.

A `Tally` has a row for each call; hundreds of layouts would fill the memory with them. `Counts`
are the sums of the very same measures by area and township, and `Summed` offers them to the same
estimates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np

from sim.measures.besides import Besides, SumsBesides
from sim.measures.besides import besides as besides_of
from sim.measures.calls import ASKED, responses, tally
from sim.measures.features import features_of
from sim.measures.fleet_time import busy_intervals, duty_intervals, on_shift
from sim.measures.groups import ALL, AREAS, Group, Setup
from sim.measures.kinds import (
    Events,
    OfCalls,
    OfFleet,
    PercentileOfCalls,
    Rows,
    Sums,
)
from sim.measures.measures import BUSY, BY_KEY, COUNTED, MEASURES
from sim.measures.places import (
    BY_PLACE,
    FEWEST,
    ByPlace,
    control_of,
    controlled,
    unless_withdrawn,
)
from sim.measures.rows import Pooled
from sim.model.calendar import Window
from sim.model.calls import Calls
from sim.model.log import Log
from sim.model.system import System
from sim.model.totals import Totals
from sim.policies.clock import NONE


class Counts(NamedTuple):
    """One layout in one replication: sums over the calls received within the window."""

    above: np.ndarray  # [measure of COUNTED, area, township]
    below: np.ndarray  # [measure of COUNTED, area, township] calls
    served: np.ndarray  # [station] calls reached by its ambulances
    busy_s: np.ndarray  # [station] its ambulances assigned → cleared or diverted, while on shift
    on_duty_s: np.ndarray = np.zeros(0)  # [station] its ambulances on shift; empty if not kept
    answers: int = 1  # of each call; 1 where nothing but the calls themselves is known
    # [measure of COUNTED, area, township] what the answers say of both; empty where there are none
    control_above: np.ndarray = np.zeros((len(COUNTED), AREAS, 0))
    control_below: np.ndarray = np.zeros((len(COUNTED), AREAS, 0))
    besides: Besides | None = None  # beyond the plain service; None where nothing is


def needs_a_log(system: System, calls: Calls, setup: Setup) -> bool:
    """Whether there is more to be told of a layout than what an engine adds up."""
    ends = bool(np.isfinite(system.fleet.off_duty_at).any())
    more = ends or calls.first_help_s is not None or setup.survival is not None
    return more or bool(features_of(system, calls))


def count(
    system: System,
    calls: Calls,
    log: Log,
    window: Window,
    setup: Setup,
    *,
    besides: bool = False,
) -> Counts:
    """What one log says, in sums.

    `besides`: whether what goes beyond the plain service is kept where there is nothing of it, too.
    """
    stations = len(system.stations.place)
    duty = duty_intervals(system, window)
    busy_s = _by_station(system, on_shift(busy_intervals(log, window), duty))
    found = responses(calls, log, window)
    townships = max(len(setup.people), int(calls.township.max(initial=-1)) + 1)
    shape = (len(COUNTED), AREAS, townships)

    withdrawn_s = found.withdrawn_s

    def added(
        area: np.ndarray, township: np.ndarray, response_s: np.ndarray, withdrawn_s: np.ndarray
    ) -> list[Sums]:
        rows = cast(Rows, Answered(area, response_s, withdrawn_s))  # nothing else is asked for
        cell = area.astype(int) * townships + township
        return [measure.sums(rows, setup, cell, AREAS * townships) for measure in COUNTED]

    def stacked(sums: list[Sums]) -> Sums:
        return Sums(*(np.array(column).reshape(shape) for column in zip(*sums, strict=True)))

    plain = stacked(added(found.area, found.township, found.response_s, withdrawn_s))
    control = Sums(*(np.zeros((len(COUNTED), AREAS, 0)) for _ in Sums._fields))
    answers = max(1, log.asked_s.shape[1])
    if answers > 1:
        asked_s = log.asked_s[found.call].astype(ASKED)
        if len(withdrawn_s):
            asked_s = unless_withdrawn(asked_s, withdrawn_s[:, None])
        asked_of = np.column_stack([found.township, calls.other_township[found.call]])
        areas = np.repeat(found.area, answers)
        each = np.repeat(withdrawn_s, answers)
        every = stacked(added(areas, asked_of.ravel(), asked_s.ravel(), each))
        own = stacked(added(found.area, found.township, asked_s[:, 0], withdrawn_s))
        control = control_of(every, own, answers)
    came = system.fleet.home[log.ambulance[found.trip[found.trip != NONE]]]
    return Counts(
        above=plain.above,
        below=plain.below,
        served=np.bincount(came, minlength=stations),
        busy_s=busy_s,
        on_duty_s=_by_station(system, duty),
        answers=answers,
        control_above=control.above,
        control_below=control.below,
        besides=(
            _besides(system, calls, log, window, setup, townships)
            if besides or needs_a_log(system, calls, setup)
            else None
        ),
    )


def _besides(
    system: System, calls: Calls, log: Log, window: Window, setup: Setup, townships: int
) -> Besides:
    """The sums beyond the plain service."""
    found = tally(system, calls, log, window)
    return besides_of(found, Pooled([found], setup), setup, townships)


def counts_of(system: System, totals: Totals, window: Window) -> Counts:
    """The same from what an engine added up."""
    stations = len(system.stations.place)
    return Counts(
        above=totals.above,
        below=totals.below,
        served=totals.served,
        busy_s=np.bincount(system.fleet.home, totals.busy_s, stations),
        on_duty_s=_by_station(system, duty_intervals(system, window)),
        answers=totals.answers,
        control_above=totals.control_above,
        control_below=totals.control_below,
    )


class Answered(NamedTuple):
    """What measures that sums are kept of ask for."""

    area: np.ndarray
    response_s: np.ndarray
    withdrawn_s: np.ndarray


def _by_station(system: System, intervals: np.ndarray) -> np.ndarray:
    """[station] seconds of intervals of (ambulance, from, to), by where it is at home."""
    home = system.fleet.home[intervals[:, 0].astype(int)]
    spent_s = intervals[:, 2] - intervals[:, 1]
    return np.bincount(home, spent_s, len(system.stations.place))


STACKED = (
    "above", "below", "busy_s", "on_duty_s", "served", "control_above", "control_below",
)  # fmt: skip


class Summed(ByPlace):
    """One layout's counts of all its replications, for the measures that sums can tell.

    `conditions`: as of `besides.SumsBesides`.
    """

    def __init__(self, counts: Sequence[Counts], setup: Setup, conditions: Sequence[int] = ()):
        self.setup, self.replications = setup, len(counts)
        self.answers = min(one.answers for one in counts) if len(counts) >= FEWEST else 1
        width = max([len(setup.people), *(one.above.shape[2] for one in counts)])

        def stacked(name: str) -> np.ndarray:
            columns = np.zeros((len(counts), len(COUNTED), AREAS, width))
            for row, one in enumerate(counts):
                values = getattr(one, name)
                columns[row, :, :, : values.shape[2]] = values
            return columns

        # [replication, measure of COUNTED, area, township]
        self.above, self.below = stacked("above"), stacked("below")
        self.control_above, self.control_below = stacked("control_above"), stacked("control_below")
        self.besides = SumsBesides([one.besides for one in counts], setup, width, conditions)
        # [replication, station]
        self.busy_s = np.array([one.busy_s for one in counts])
        self.on_duty_s = np.array([one.on_duty_s for one in counts])
        self.served = np.array([one.served for one in counts])

    def first(self, count: int) -> Summed:
        """The same of the first so many replications only."""
        some = object.__new__(Summed)
        some.setup, some.replications = self.setup, count
        some.besides = self.besides.first(count)
        some.answers = self.answers if count >= FEWEST else 1
        for name in STACKED:
            setattr(some, name, getattr(self, name)[:count])
        return some

    def left_out(self, key: str, group: Group = ALL) -> np.ndarray:
        """[1 + replications] the measure of all replications, then without each of them."""
        return BY_KEY[key].left_out(self, group)

    # ── what measures take ───────────────────────────────────────────────────────────────────

    def cells(self, measure: OfCalls, group: Group) -> Sums:
        """[replication, area, township] of a measure; ValueError if it is not kept."""
        for row, counted in enumerate(COUNTED):
            if counted.counts_as(measure) and group.by in BY_PLACE:
                plain = Sums(self.above[:, row], self.below[:, row])
                if self.answers == 1:
                    return plain
                return self._controlled(plain, measure)
        kept = None
        if group.by in BY_PLACE:
            kept = self.besides.calls(measure)
        elif group.by == "condition":
            kept = self.besides.condition(measure, group.row)
        if kept is not None:
            return kept if self.alike(measure) == 1 else self._controlled(kept, measure)
        raise ValueError(f"sums cannot tell {measure.key} by {group.by}")

    def _controlled(self, plain: Sums, measure: OfCalls) -> Sums:
        """Sums with what the answers say of them, or of what they are beside."""
        told = measure.beside or measure
        (row,) = (n for n, counted in enumerate(COUNTED) if counted.counts_as(told))
        control = Sums(self.control_above[:, row], self.control_below[:, row])
        return controlled(plain, control, self.answers)

    def ordered(self, measure: PercentileOfCalls, group: Group) -> tuple[np.ndarray, np.ndarray]:
        """Always ValueError: no sum tells a percentile."""
        raise ValueError(f"sums cannot tell {measure.key} by {group.by}")

    def fleet(self, measure: OfFleet, group: Group = ALL) -> Sums:
        """[replication] seconds of the fleet; ValueError for what is not kept."""
        if measure.key == BUSY.key and group == ALL:
            return Sums(self.busy_s.sum(axis=1), self.on_duty_s.sum(axis=1))
        kept = self.besides.fleet(measure) if group == ALL else None
        if kept is None:
            raise ValueError(f"sums cannot tell {measure.key} by {group.by}")
        return kept

    def events(self, value: Events, group: Group) -> list[np.ndarray]:
        """Always ValueError: of what is no call of the headline, no more than sums are kept."""
        raise ValueError(f"sums cannot tell events by {group.by}")

    def event_sums(self, value: Events, group: Group) -> Sums:
        """[replication] sums of events; ValueError for what is not kept."""
        kept = self.besides.events(value) if group == ALL else None
        if kept is None:
            raise ValueError(f"sums cannot tell events by {group.by}")
        return kept


# Keys of the measures of calls that sums can tell.
TOLD_BY_SUMS = tuple(
    measure.key
    for measure in MEASURES
    if isinstance(measure, OfCalls) and any(measure.counts_as(one) for one in COUNTED)
)
