"""How many runs it takes to select the best of many, by which rounds, and how often it is the best.

Observations are made up: what all have in common (the calls), three effects that they have more or
less of (where the calls are), and what is each one's own. Means are in points:

- field: a few good, many clearly bad, as of places drawn on a map; whoever is within the zone of
  the best is right;
- hardest: the best leads all others, which are equal, by the zone.

`sd` is that of a difference: about 0.8 points of Liling's plain sums against a zone of 0.5, and 0.3
against 0.25 where what is known of the calls' places is taken off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import binom

from sim.answers.selection import CONFIDENCE, HEAT, Procedure, Round, pairs, race

SIZES = (24, 100, 133, 200, 1_000)
WORLDS = (("field", 0.8, 0.5), ("field", 0.3, 0.25), ("hardest", 0.8, 0.5))  # name, sd, zone


class Tried(NamedTuple):
    """What so many studies came to."""

    runs: float  # of all alternatives together, a study
    most: float  # replications of the one that has most
    right: int
    studies: int

    @property
    def chance(self) -> float:
        """Of no more right ones than these if the promise is just kept."""
        return float(binom.cdf(self.right, self.studies, CONFIDENCE))


class Field:
    """Observations of k alternatives, replication by replication; whatever is asked is the same."""

    def __init__(self, rng: np.random.Generator, k: int, kind: str, sd: float, skewed: bool):
        self.rng, self.k, self.sd, self.skewed = rng, k, sd, skewed
        self.having = np.zeros(k, int)
        self.means = np.zeros(k)
        if kind == "field":
            self.means = rng.gamma(1.5, 0.8, k)
        self.effects = rng.normal(0, 1, (3, k))
        self.rows = np.zeros((0, k))

    def noise(self, *shape: int) -> np.ndarray:
        """Of mean 0 and variance 1."""
        if self.skewed:
            return self.rng.gamma(1.0, 1.0, shape) - 1
        return self.rng.normal(0, 1, shape)

    def observe(self, numbers: range, rows: Sequence[int]) -> np.ndarray:
        more = max(numbers.stop - len(self.rows), 0)
        own = 0.55 * self.noise(more, self.k) + 0.25 * self.noise(more, 3) @ self.effects
        self.rows = np.vstack([self.rows, self.means + self.noise(more, 1) + self.sd * own])
        # As in a study: a layout that goes on has all replications from 0 on.
        self.having[list(rows)] = np.maximum(self.having[list(rows)], numbers.stop)
        return self.rows[numbers.start : numbers.stop]


def tried(
    rounds: Sequence[Round], k: int, world: tuple[str, float, float], skewed: bool, studies: int
) -> Tried:
    """So many studies of new alternatives each."""
    kind, sd, zone = world
    rng = np.random.default_rng(k)
    runs = most = right = 0
    for _ in range(studies):
        field = Field(rng, k, kind, sd, skewed)
        best = int(field.means.argmax()) if kind == "field" else int(rng.integers(k))
        if kind == "hardest":
            field.means[best] = zone
        [found] = race(field.observe, k, zone, 100_000, CONFIDENCE, rounds)
        right += int(field.means[found] > field.means[best] - zone)
        runs, most = runs + int(field.having.sum()), most + int(field.having.max())
    return Tried(runs / studies, most / studies, right, studies)


def print_rounds(studies: int) -> None:
    procedures: dict[str, Callable[[int], Sequence[Round]]] = {
        "one match": lambda _: Procedure.ONE_MATCH.rounds,
        f"heat of {HEAT}, final": lambda _: Procedure.HEAT_AND_FINAL.rounds,
        "groups of √k, final": lambda k: (
            Round(int(np.ceil(k**0.5)), share=0.5), Procedure.HEAT_AND_FINAL.rounds[1]
        ),
        "matches of two": pairs,
    }  # fmt: skip
    print("the best of many: runs for each alternative, most replications, right of so many")
    for world in WORLDS:
        for skewed in (False, True):
            kind, sd, zone = world
            law = "skewed" if skewed else "normal"
            print(f"{kind}, {law}, sd {sd:g}, zone {zone:g}")
            for k in SIZES:
                some = max(1, min(studies, studies * 50 // k))
                for name, rounds in procedures.items():
                    found = tried(rounds(k), k, world, skewed, some)
                    print(
                        f"  {k:5,} {name:22} {found.runs / k:7.1f} {found.most:7.0f}"
                        f" {found.right:5} of {found.studies} (p {found.chance:.2f})",
                        flush=True,
                    )
