"""Measures of replications to estimates with 95 % intervals, and to paired differences.

The interval of a difference is paired: replications are left out of both layouts together. How
intervals are made stands in `sim.measures.intervals`, what is counted in `sim.measures.measures`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from sim.measures.groups import ALL, Group
from sim.measures.intervals import Estimate, Spread, pseudo_values
from sim.measures.kinds import Replications
from sim.measures.measures import BY_KEY, OF_CALLS
from sim.measures.rows import Pooled


def estimate(found: Replications, key: str, group: Group = ALL) -> Estimate:
    """A measure of all replications with its 95 % interval, within what is possible."""
    measure = BY_KEY[key]
    value = measure.spread(found, group).interval()
    bounds = np.clip([value.low, value.high], 0, measure.greatest).tolist()
    return Estimate(value.mean, *bounds)


def moved(value: Estimate, by: float, key: str) -> Estimate:
    """A value and its interval, so much higher, within what is possible; unless `by` is nan."""
    if not math.isfinite(by) or not math.isfinite(value.mean):
        return value
    greatest = BY_KEY[key].greatest
    return Estimate(*(float(np.clip(end + by, 0, greatest)) for end in value))


def paired(base: Replications, other: Replications, key: str, group: Group = ALL) -> Spread:
    """`other` less `base` on the same calls: replications are left out of both together."""
    return BY_KEY[key].paired(base, other, group)


def difference(base: Replications, other: Replications, key: str) -> Estimate:
    """`other` less `base` on the same calls, with the interval of the paired difference."""
    return paired(base, other, key).interval()


def gain_from_sharing(base: Replications, other: Replications, key: str = "within") -> float:
    """How many times as many replications the same precision would take with calls of their own.

    nan with one replication, or where nothing differs.
    """
    if base.replications < 2:
        return math.nan
    pseudo = [pseudo_values(BY_KEY[key].left_out(found)) for found in (base, other)]
    apart = sum(float(np.var(values, ddof=1)) for values in pseudo)
    together = float(np.var(pseudo[1] - pseudo[0], ddof=1))
    return apart / together if together > 0 else math.nan


def groups(pooled: Pooled) -> Iterator[Group]:
    """Every group for which measures are reported."""
    yield ALL
    for by in ("area", "township", "priority", "hour"):
        for row in np.unique(getattr(pooled, by)).tolist():
            yield Group(by, row)


def keys_of(group: Group) -> tuple[str, ...]:
    """Keys of the measures that are reported of a group."""
    if group.by != "all":
        return OF_CALLS
    return ("within", "urban10", "rural30", "worst5", *OF_CALLS[1:], "busy", "level_zero",
            "people_ok")  # fmt: skip
