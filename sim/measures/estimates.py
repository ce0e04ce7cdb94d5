"""Measures of replications to estimates with 95 % intervals, and to paired differences.

The interval of a difference is paired: replications are left out of both layouts together. How
intervals are made stands in `sim.measures.intervals`, what is counted in `sim.measures.measures`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from sim.measures.features import Feature
from sim.measures.groups import ALL, Group
from sim.measures.hospital_measures import OF_A_CONDITION, OF_A_HOSPITAL
from sim.measures.intervals import Estimate, Spread, pseudo_values
from sim.measures.kinds import Measure, OfCalls, PercentileOfCalls, Replications
from sim.measures.measures import BY_KEY, FIRST_HELP, MEAN, OF_CALLS
from sim.measures.response import WITHIN
from sim.measures.rows import Pooled
from sim.measures.service_measures import SERVICE

OF_A_PART = {"condition": OF_A_CONDITION, "hospital": OF_A_HOSPITAL}


def estimate(found: Replications, key: str, group: Group = ALL) -> Estimate:
    """A measure of all replications with its 95 % interval, within what is possible.

    With what its calls' answers say of it (`places`), the share itself may leave it by chance.
    """
    value = BY_KEY[key].spread(found, group).interval()
    return Estimate(*np.clip(value, 0, BY_KEY[key].greatest).tolist())


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
    pseudo = [pseudo_values(BY_KEY[key].left_out(found.plain())) for found in (base, other)]
    apart = sum(float(np.var(values, ddof=1)) for values in pseudo)
    together = float(np.var(pseudo[1] - pseudo[0], ddof=1))
    return apart / together if together > 0 else math.nan


def gain_from_asking(found: Replications, base: Replications | None = None) -> float:
    """How many times as many replications the calls alone would have taken for as narrow an
    interval of the headline: of a layout, or of what it differs by from a base on the same calls.

    nan with one replication, where nothing was asked, and where nothing varies.
    """
    measure = BY_KEY["within"]
    if found.replications < 2 or found.alike(WITHIN) == 1:
        return math.nan

    def variance(asked: bool) -> float:
        some = [one if asked else one.plain() for one in (found, base) if one is not None]
        pseudo = [pseudo_values(measure.left_out(one)) for one in some]
        return float(np.var(pseudo[0] - pseudo[1] if len(pseudo) > 1 else pseudo[0], ddof=1))

    controlled = variance(True)
    return variance(False) / controlled if controlled > 0 else math.nan


def worst_first(found: Replications, some: np.ndarray | None = None) -> np.ndarray:
    """Rows of townships with calls: the lowest compliance first, of equal ones the longest mean.

    `some`: of which townships; default: all. Where mean responses are equal, too, by row.
    """
    within, calls = (one.sum(axis=0) for one in found.by_township(WITHIN))
    waited_s, reached = (one.sum(axis=0) for one in found.by_township(MEAN))
    called = np.flatnonzero(calls)
    called = called if some is None else np.intersect1d(called, some)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_s = np.where(reached > 0, waited_s / reached, np.inf)[called]
    order: np.ndarray = called[np.lexsort((called, -mean_s, within[called] / calls[called]))]
    return order


def worst_townships(
    found: Replications, count: int = 5, some: np.ndarray | None = None
) -> tuple[int, ...]:
    """The first so many of them, by row; see `sim.study.worst_served` for which calls choose."""
    return tuple(sorted(worst_first(found, some)[:count].tolist()))


def groups(pooled: Pooled) -> Iterator[Group]:
    """Every group for which measures are reported."""
    yield ALL
    for by in ("area", "township", "priority", "hour"):
        for row in np.unique(getattr(pooled, by)).tolist():
            yield Group(by, row)


def features_of(found: Sequence[Pooled]) -> Feature:
    """What any of some layouts has beyond the plain service."""
    features = Feature.NOTHING
    for one in found:
        if one.setup.survival is not None:
            features |= Feature.SURVIVAL
        for tally in one.tallies:
            if tally.service is not None:
                features |= Feature(tally.service.features)
            if len(tally.responder_s):
                features |= Feature.RESPONDERS
    return features


def groups_of_fleet(found: Sequence[Pooled]) -> Iterator[Group]:
    """Every class, dispatch centre, condition and hospital for which measures are reported."""
    features = features_of(found)
    services = [t.service for one in found for t in one.tallies if t.service is not None]
    hospitals = [one.hospitals.hospital for one in services if one.hospitals is not None]
    for by, part, columns in (
        ("class", Feature.CLASSES, [one.kind for one in services]),
        ("centre", Feature.CENTRES, [np.arange(len(one.level_zero_s)) for one in services]),
        ("condition", Feature.CAPABLE, [one.of_calls.condition for one in services]),
        ("hospital", Feature.HOSPITALS, hospitals),
    ):
        if part in features:
            for row in np.unique(np.concatenate(columns)).tolist():
                yield Group(by, row)


def keys_of(group: Group, features: Feature = Feature.NOTHING) -> tuple[str, ...]:
    """Keys of the measures that are reported of a group, where there is so much to a service."""
    if group.by == "class":
        return ("busy",)
    if group.by in OF_A_PART:
        return tuple(key for key in OF_A_PART[group.by] if BY_KEY[key].feature in features)
    listed = [one for one in (*SERVICE, *FIRST_HELP) if one.feature in features]
    if group.by != "all":
        own = tuple(one.key for one in listed if is_of_any_calls(one))
        return (*OF_CALLS, *own, *(("busy", "level_zero") if group.by == "centre" else ()))
    return ("within", "urban10", "rural30", "worst5", *OF_CALLS[1:], "busy", "level_zero",
            "people_ok", *(one.key for one in listed))  # fmt: skip


def is_of_any_calls(measure: Measure) -> bool:
    """Whether a measure can be told of any group of calls."""
    if isinstance(measure, OfCalls):
        return measure.where is None
    return isinstance(measure, PercentileOfCalls)
