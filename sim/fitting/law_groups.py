"""Groups of durations that one law may describe, merged from the bottom up.

Two groups are merged while Schwarz's criterion (BIC) of one lognormal law for both is not worse
than that of a law for each. That is asked of the nearest two first. What has fewer than 100 rows
in the end joins the group to which it is nearest, whatever the criterion says.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np

from sim.fitting.families import LOGNORMAL, Evidence, evidence, log_likelihoods, maximum
from sim.fitting.minutes import Sample, joined

FEWEST: Final = 100  # rows of a group


class LawGroup(NamedTuple):
    """Keys whose durations share a law."""

    keys: tuple[object, ...]  # in the order in which they were given
    sample: Sample  # of all of them
    pooled: tuple[object, ...]  # those that are here because they had fewer than 100 rows


class _Part(NamedTuple):
    number: int  # its own
    keys: tuple[object, ...]
    sample: Sample
    pooled: tuple[object, ...]
    seen: Evidence
    theta: np.ndarray  # [2]
    log_likelihood: float
    information: np.ndarray  # [2, 2], never negative

    @property
    def rows(self) -> int:
        return len(self.sample.seconds)


def grouped(samples: Mapping[object, Sample]) -> tuple[LawGroup, ...]:
    """Which samples can share a law; those without rows are left out."""
    order = {key: place for place, key in enumerate(samples)}
    numbers = itertools.count()
    parts = [
        _part(next(numbers), (key,), one, ()) for key, one in samples.items() if len(one.seconds)
    ]
    costs: dict[tuple[int, int], float] = {}  # of merging two parts, by their numbers
    while len(parts) > 1:
        pairs = {(a.number, b.number): (a, b) for a, b in itertools.combinations(parts, 2)}
        for pair, (a, b) in pairs.items():
            if pair not in costs:
                costs[pair] = _loss(a, b) - _saved(a, b)
        least = min(pairs, key=costs.__getitem__)
        if costs[least] > 0:
            break
        a, b = pairs[least]
        both = _part(
            next(numbers), a.keys + b.keys, joined((a.sample, b.sample)), a.pooled + b.pooled
        )
        costs[least] = 2 * (a.log_likelihood + b.log_likelihood - both.log_likelihood)
        costs[least] -= _saved(a, b)
        if costs[least] <= 0:  # also at the best law for both, not only near it
            parts = [both if part is a else part for part in parts if part is not b]
    return tuple(
        LawGroup(tuple(sorted(part.keys, key=order.__getitem__)), part.sample, part.pooled)
        for part in _pooled(parts, numbers)
    )


def _pooled(parts: list[_Part], numbers: Iterator[int]) -> list[_Part]:
    """The smallest part joins its nearest until none is too small."""
    while len(parts) > 1:
        small = min(parts, key=lambda part: part.rows)
        if small.rows >= FEWEST:
            break
        others = [part for part in parts if part is not small]
        near = min(others, key=lambda part: _loss(small, part))
        # Of two small ones, both are pooled; a large one is not, it merely receives.
        pooled = near.pooled + small.keys + (near.keys if near.rows < FEWEST else ())
        rows = joined((near.sample, small.sample))
        pooled = tuple(dict.fromkeys(pooled))
        both = _part(next(numbers), near.keys + small.keys, rows, pooled)
        parts = [both if part is near else part for part in others]
    return parts


def _part(number: int, keys: tuple[object, ...], one: Sample, pooled: tuple[object, ...]) -> _Part:
    seen = evidence(one)
    law = maximum(LOGNORMAL, seen)
    values, vectors = np.linalg.eigh(law.information)
    information = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    scale = len(one.seconds) / seen.used
    height = scale * law.log_likelihood
    return _Part(number, keys, one, pooled, seen, law.theta, height, scale * information)


def _loss(a: _Part, b: _Part) -> float:
    """Twice the log likelihood that one law for both costs, nearly: at their weighted mean."""
    weighted = a.information @ a.theta + b.information @ b.theta
    theta = np.linalg.solve(a.information + b.information, weighted)
    return 2 * sum(part.log_likelihood - _at(part, theta) for part in (a, b))


def _at(part: _Part, theta: np.ndarray) -> float:
    logs = log_likelihoods(LOGNORMAL, theta, part.seen)
    return float(part.seen.counts @ logs) * part.rows / part.seen.used


def _saved(a: _Part, b: _Part) -> float:
    """What two parameters fewer are worth."""
    return 2 * (math.log(a.rows) + math.log(b.rows) - math.log(a.rows + b.rows))
