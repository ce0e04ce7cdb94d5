"""What sums keep of a layout beyond the plain service: all that an answer names if it gets worse.

One table says which measures these are, for every answer alike (`SPOKEN_OF`, `OF_EACH_CONDITION`
and the headline, in `measures`). Sums tell all of them but percentiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Final, NamedTuple

import numpy as np

from sim.measures.calls import Tally
from sim.measures.event_kinds import OfEvents
from sim.measures.features import Feature
from sim.measures.groups import ALL, AREAS, Setup
from sim.measures.kinds import Events, Measure, OfCalls, OfFleet, Rows, Sums
from sim.measures.measures import BY_KEY, HEADLINE, MEASURES, OF_EACH_CONDITION, SPOKEN_OF

# Every measure beyond the plain service that is named where it gets worse, of whatever kind.
NAMED: Final[tuple[Measure, ...]] = tuple(
    measure for measure in MEASURES if measure.feature and measure.key in (*HEADLINE, *SPOKEN_OF)
)
# Those of them that are kept; of calls, once for all that count the same.
_COUNTED_ALIKE: Final = {
    (one.value, one.among, one.per): one for one in reversed(NAMED) if isinstance(one, OfCalls)
}
OF_CALLS: Final[tuple[OfCalls, ...]] = tuple(reversed(_COUNTED_ALIKE.values()))
OF_CONDITIONS: Final[tuple[OfCalls, ...]] = tuple(
    measure for key in OF_EACH_CONDITION if isinstance(measure := BY_KEY[key], OfCalls)
)
OF_EVENTS: Final = tuple(one for one in NAMED if isinstance(one, OfEvents))
OF_FLEET: Final = tuple(one for one in NAMED if isinstance(one, OfFleet))
# Keys of what is told of a layout that has what they speak of; of each of its conditions.
TOLD_BESIDES: Final = tuple(
    one.key for one in NAMED if isinstance(one, OfCalls | OfEvents | OfFleet)
)
TOLD_OF_CONDITIONS: Final = tuple(one.key for one in OF_CONDITIONS)


class Besides(NamedTuple):
    """One layout in one replication: sums beyond the plain service."""

    features: int  # Feature
    # [measure of OF_CALLS, area, township]
    calls_above: np.ndarray
    calls_below: np.ndarray
    # [measure of OF_CONDITIONS, condition, area, township]; no conditions where nobody asks
    conditions_above: np.ndarray
    conditions_below: np.ndarray
    # [measure of OF_EVENTS], [measure of OF_FLEET]
    events_above: np.ndarray
    events_below: np.ndarray
    fleet_above: np.ndarray
    fleet_below: np.ndarray


def besides(found: Tally, rows: Rows, setup: Setup, townships: int) -> Besides:
    """The sums of a tally; `rows`: its calls."""
    features = Feature.NOTHING if found.service is None else Feature(found.service.features)
    if len(found.responder_s):
        features |= Feature.RESPONDERS
    cell = found.area.astype(np.int64) * townships + found.township
    conditions, condition = 0, rows.beyond.condition.astype(np.int64)
    if Feature.CAPABLE in features:
        conditions = int(condition.max(initial=-1)) + 1
    calls = _added_up(OF_CALLS, rows, setup, cell, (AREAS, townships))
    cell, shape = condition * (AREAS * townships) + cell, (conditions, AREAS, townships)
    of_conditions = _added_up(OF_CONDITIONS if conditions else (), rows, setup, cell, shape)
    events = [one.value(found, setup, ALL) for one in OF_EVENTS]
    return Besides(
        int(features),
        *calls,
        *of_conditions,
        np.array([float(one.sum()) for one in events]),
        np.array([float(len(one)) for one in events]),
        np.array([one.above(found, ALL) for one in OF_FLEET]),
        np.array([one.below(found, ALL) for one in OF_FLEET]),
    )


def _added_up(
    some: Sequence[OfCalls], rows: Rows, setup: Setup, cell: np.ndarray, shape: tuple[int, ...]
) -> Sums:
    """[measure, …] the sums by cells of this shape."""
    above = np.zeros((len(some), *shape))
    below = np.zeros((len(some), *shape), np.int32)  # calls: half the room
    for number, one in enumerate(some):
        sums = one.sums(rows, setup, cell, above[number].size)
        above[number], below[number] = (column.reshape(shape) for column in sums)
    return Sums(above, below)


class SumsBesides:
    """The sums of all replications of a layout, by measure; zeros of those that have none.

    `townships`: how many columns; `conditions`: the row in which each condition of the layout is
    told, as another layout may have them in another order; as they are where it is not said.
    """

    def __init__(
        self,
        found: Sequence[Besides | None],
        setup: Setup,
        townships: int,
        conditions: Sequence[int] = (),
    ):
        features = reduce(or_, (one.features for one in found if one is not None), 0)
        curve = Feature.NOTHING if setup.survival is None else Feature.SURVIVAL
        self.features = Feature(features) | curve
        self._calls = _stacked(found, "calls", (len(OF_CALLS), AREAS, townships))
        self._events = _stacked(found, "events", (len(OF_EVENTS),))
        self._fleet = _stacked(found, "fleet", (len(OF_FLEET),))
        count = max([0, *(one.conditions_above.shape[1] for one in found if one is not None)])
        of_conditions = _stacked(
            found, "conditions", (len(OF_CONDITIONS) if count else 0, count, AREAS, townships)
        )
        if conditions and count:
            rows = np.array(conditions[:count])
            moved = [np.zeros((*one.shape[:2], max(rows) + 1, *one.shape[3:]), one.dtype)
                     for one in of_conditions]  # fmt: skip
            for to, one in zip(moved, of_conditions, strict=True):
                to[:, :, rows] = one
            of_conditions = Sums(*moved)
        self._conditions = of_conditions

    def first(self, count: int) -> SumsBesides:
        """The same of the first so many replications only."""
        some = object.__new__(SumsBesides)
        some.features = self.features
        for name in ("_calls", "_conditions", "_events", "_fleet"):
            setattr(some, name, Sums(*(one[:count] for one in getattr(self, name))))
        return some

    def calls(self, measure: OfCalls) -> Sums | None:
        """[replication, area, township] of a measure of calls; None if it is not kept."""
        for row, one in enumerate(OF_CALLS):
            if one.counts_as(measure):
                return Sums(*(column[:, row] for column in self._calls))
        return None

    def condition(self, measure: OfCalls, condition: int) -> Sums | None:
        """The same of the calls of one condition."""
        for row, one in enumerate(OF_CONDITIONS):
            if one.counts_as(measure):
                if condition < self._conditions.above.shape[2]:
                    return Sums(*(column[:, row, condition] for column in self._conditions))
                return Sums(*(np.zeros_like(column[:, 0]) for column in self._calls))
        return None

    def events(self, value: Events) -> Sums | None:
        """[replication] of what a measure of events is of; None if it is not kept."""
        for row, one in enumerate(OF_EVENTS):
            if one.value is value:
                return Sums(*(column[:, row] for column in self._events))
        return None

    def fleet(self, measure: OfFleet) -> Sums | None:
        """[replication] of a measure of the fleet; None if it is not kept."""
        if measure not in OF_FLEET:
            return None
        row = OF_FLEET.index(measure)
        return Sums(*(column[:, row] for column in self._fleet))


def _stacked(found: Sequence[Besides | None], of: str, shape: tuple[int, ...]) -> Sums:
    """[replication, …] of what is kept by one name, in columns as wide as the widest."""
    sums = []
    for name in Sums._fields:
        stacked = np.zeros((len(found), *shape))
        for row, one in zip(stacked, found, strict=True):
            if one is not None:
                values: np.ndarray = getattr(one, f"{of}_{name}")
                row[tuple(map(slice, values.shape))] = values
        sums.append(stacked)
    return Sums(*sums)
