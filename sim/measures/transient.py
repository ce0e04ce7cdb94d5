"""How a run that begins empty fills: busy ambulances by the hour, and when the start is forgotten.

`mser` is the rule that simulation studies know as MSER-5: K. P. White, M. J. Cobb and
S. C. Spratt, "A comparison of five steady-state truncation heuristics for simulation", Proceedings
of the 2000 Winter Simulation Conference. `moving_mean` is the one that P. D. Welch smooths with
("The statistical analysis of simulation results", in S. S. Lavenberg, ed., The Computer Performance
Modeling Handbook, 1983).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.model.calendar import HOUR_S

BATCH: Final = 5  # values whose mean MSER-5 looks at


def busy_by_hour(intervals: np.ndarray, from_s: float, hours: int) -> np.ndarray:
    """[hour] how many ambulances were busy, in the mean over each hour from an instant on.

    `intervals`: [interval] (ambulance, from, to) in seconds of the run.
    """
    edges = from_s + HOUR_S * np.arange(hours + 1)
    spent_s = _seconds_since(intervals[:, 1], edges) - _seconds_since(intervals[:, 2], edges)
    return np.diff(spent_s) / HOUR_S


def _seconds_since(instants: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """[edge] seconds from each earlier instant to the edge, added up."""
    ordered = np.sort(instants)
    before = np.searchsorted(ordered, edges)
    return before * edges - np.concatenate([[0.0], np.cumsum(ordered)])[before]


def moving_mean(series: np.ndarray, reach: int) -> np.ndarray:
    """[step] the mean of the values up to `reach` steps before and after it, as Welch smooths.

    Near either end as many on both sides as there are.
    """
    step = np.arange(len(series))
    reaches = np.minimum(reach, np.minimum(step, len(series) - 1 - step))
    added = np.concatenate([[0.0], np.cumsum(series)])
    return np.asarray((added[step + reaches + 1] - added[step - reaches]) / (2 * reaches + 1))


def mser(series: np.ndarray, batch: int = BATCH) -> int | None:
    """How many steps to leave out at the beginning, by MSER: a whole number of batches.

    The squared standard error of the mean of what is left is smallest then. None where that is so
    only in the second half: the series is too short to tell.
    """
    means = series[: len(series) // batch * batch].reshape(-1, batch).mean(axis=1)
    many = len(means)
    if many < 4:
        return None
    left = np.arange(many, 0, -1)
    total = np.cumsum(means[::-1])[::-1]
    squares = np.cumsum((means**2)[::-1])[::-1]
    spread = np.maximum(squares - total**2 / left, 0.0) / left**2
    first = int(np.argmin(spread[: many - 2]))  # of one or two batches nothing can be told
    return None if first > many // 2 else first * batch
