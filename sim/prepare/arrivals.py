"""When things happen that come at a rate by hour of the week: a Poisson process."""

from __future__ import annotations

import numpy as np

from sim.model.calendar import HOUR_S, HOURS_PER_WEEK
from sim.policies.clock import on_grid


def instants(
    rng: np.random.Generator, per_hour: np.ndarray, start_s: float, length_s: float
) -> np.ndarray:
    """Instants of a run in order, whose rate is constant within each clock hour.

    `per_hour`: [hour of the week]; `start_s`: the run's start on the week's clock. Their number is
    drawn first; each falls anywhere, in proportion to the rate.
    """
    first = start_s // HOUR_S
    hours = np.arange(first, (start_s + length_s) // HOUR_S + 2)
    edges = np.clip(hours * HOUR_S - start_s, 0, length_s)
    rate = per_hour[hours[:-1].astype(int) % HOURS_PER_WEEK]
    upto = np.concatenate([[0.0], np.cumsum(rate * np.diff(edges) / HOUR_S)])
    at = np.sort(rng.random(rng.poisson(upto[-1]))) * upto[-1]
    found: np.ndarray = on_grid(np.interp(at, upto, edges))
    return found
