"""Arrivals by the hour of the week: when calls are received, or patients walk in."""

from __future__ import annotations

import numpy as np

from sim.model.calendar import HOUR_S, HOURS_PER_WEEK
from sim.policies.clock import on_grid


def clock_hours(start_s: float, length_s: float) -> tuple[np.ndarray, np.ndarray]:
    """The edges of the clock hours of a run, from 0 to its length, and which hours of the week.

    `start_s`: the run's start, seconds after Monday 00:00.
    """
    first_hour = start_s // HOUR_S
    edges = np.arange(first_hour, (start_s + length_s) // HOUR_S + 2) * HOUR_S
    edges = np.clip(edges - start_s, 0, length_s)
    return edges, (first_hour + np.arange(len(edges) - 1)).astype(int) % HOURS_PER_WEEK


def added_up(per_hour: np.ndarray, hour: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """[…, edge] expected arrivals from the run's start on, of rates [.., hour of the week]."""
    upto = np.cumsum(per_hour[..., hour] * (np.diff(edges) / HOUR_S), axis=-1)
    beginning = np.zeros((*upto.shape[:-1], 1))
    return np.concatenate([beginning, upto], axis=-1)


def instants(
    rng: np.random.Generator, expected: float, upto: np.ndarray, edges: np.ndarray
) -> np.ndarray:
    """Instants of a Poisson process whose rate is constant within each clock hour, in order.

    Their number is drawn first; each falls anywhere, in proportion to the rate, of which `upto` are
    the sums at the edges, in any unit.
    """
    at = np.sort(rng.random(rng.poisson(expected))) * upto[-1]
    found: np.ndarray = on_grid(np.interp(at, upto, edges))
    return found
