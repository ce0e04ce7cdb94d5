"""Smooth randomness that bends borders and roads, and points without visible rows."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline


class Noise:
    """A smooth random field of about unit spread: a sum of plane waves over several octaves."""

    def __init__(
        self,
        rng: np.random.Generator,
        wavelength_m: float,
        octaves: int = 4,
        gain: float = 0.5,
        waves: int = 12,
    ) -> None:
        """Draw the waves; the longest are about `wavelength_m` long."""
        octave = np.repeat(np.arange(octaves), waves)
        angle = rng.uniform(0, 2 * np.pi, octave.size)
        number = 2 * np.pi * 2.0**octave / (wavelength_m * rng.uniform(0.8, 1.3, octave.size))
        self.wave = np.stack([np.cos(angle), np.sin(angle)]) * number
        self.phase = rng.uniform(0, 2 * np.pi, octave.size)
        self.height = gain**octave * np.sqrt(2 / waves)

    def __call__(self, xy: np.ndarray) -> np.ndarray:
        """Value of the field at each point."""
        # Sums in a fixed order: a matrix product may order them by the number of threads.
        total = np.zeros(len(xy))
        for (east, north), phase, height in zip(self.wave.T, self.phase, self.height, strict=True):
            total += height * np.cos(xy[:, 0] * east + xy[:, 1] * north + phase)
        return total


def shifted(
    rng: np.random.Generator, xy: np.ndarray, wavelength_m: float, octaves: int, gain: float
) -> np.ndarray:
    """[point, 2] a smooth shift of about unit spread in both directions."""
    return np.stack([Noise(rng, wavelength_m, octaves, gain)(xy) for _ in range(2)], axis=1)


def jittered(
    rng: np.random.Generator, low: np.ndarray, high: np.ndarray, step: float
) -> np.ndarray:
    """Points on a staggered grid, each moved at random: even cover without visible rows."""
    x, y = np.meshgrid(np.arange(low[0], high[0], step), np.arange(low[1], high[1], step * 0.9))
    x = x + (np.arange(len(x)) % 2)[:, None] * step / 2
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    return points + rng.uniform(-0.42 * step, 0.42 * step, points.shape)


def smooth(points: np.ndarray, turns: int = 2) -> np.ndarray:
    """Round a line off, its ends fixed (or, for a ring, its first point fixed)."""
    for _ in range(turns):
        if len(points) > 2:
            inner = 0.25 * points[:-2] + 0.5 * points[1:-1] + 0.25 * points[2:]
            points = np.r_[points[:1], inner, points[-1:]]
    return points


def curve_through(knots: np.ndarray, step: float) -> np.ndarray:
    """A smooth line through points, with a vertex about every `step` metres."""
    keep = np.r_[True, np.hypot(*np.diff(knots, axis=0).T) > 1.0]
    knots = knots[keep]
    gaps = np.hypot(*np.diff(knots, axis=0).T)
    if len(knots) < 3:
        count = max(2, round(float(gaps.sum()) / step) + 1)
        return np.linspace(knots[0], knots[-1], count)
    at = np.r_[0, np.cumsum(np.sqrt(gaps))]  # by roots of chords, a spline does not swing out
    fine = CubicSpline(at, knots)(np.linspace(0, at[-1], max(20, int(gaps.sum() / 20))))
    along = np.r_[0, np.cumsum(np.hypot(*np.diff(fine, axis=0).T))]
    stops = np.linspace(0, along[-1], max(2, round(along[-1] / step) + 1))
    return np.stack([np.interp(stops, along, fine[:, k]) for k in (0, 1)], axis=1)


def whole_shares(weights: np.ndarray, total: int) -> np.ndarray:
    """A whole number shared out in proportion: the largest remainders get the rest."""
    exact = weights * total / weights.sum()
    shares = np.floor(exact).astype(np.int64)
    rest = np.argsort(shares - exact, kind="stable")[: total - int(shares.sum())]
    shares[rest] += 1
    return shares
