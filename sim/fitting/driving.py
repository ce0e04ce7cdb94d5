"""A robust regression of drives on the roads they took: minutes by class, hours and siren.

The logarithm of a drive's minutes is that of what its roads take, and an error. Drives that went
astray weigh little (soft L1). What is known beforehand holds loosely: a class goes as its prior
speed says, and hours change all classes alike, where drives do not say otherwise.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

MADE_NORMAL: Final = 0.674_489_75  # the median of |z|, z standard normal
SOFT: Final = 1.5  # standard deviations from which on a drive weighs less
OF_CLASS: Final = 0.28  # standard deviation of a class about its prior speed, in logarithms
OF_BAND: Final = 0.15  # the same of a class in a band about what the band does to all
MOST_STEPS: Final = 60
STILL: Final = 1e-6


class DriveData(NamedTuple):
    """What is known of each drive. Minutes, and sizes as `paths.sizes` gives them."""

    minutes: np.ndarray  # [drive]
    fixed: np.ndarray  # [drive] minutes off the road
    sizes: np.ndarray  # [drive, kind] what it has of each kind of road
    turnout: np.ndarray  # [drive] 1: turnout is part of its minutes
    band: np.ndarray  # [drive] 0 is the usual one
    ordinary: np.ndarray  # [drive] 1: driven without siren
    to_hospital: np.ndarray  # [drive] bool
    noise: np.ndarray  # [drive] standard deviation of its minutes by how stamps are written


class Shape(NamedTuple):
    """Which parameters there are. A vector of them holds these parts one after the other."""

    prior: np.ndarray  # [kind] logarithm of minutes in a unit of size
    tied: np.ndarray  # [kind] the kind that it goes with as far as drives do not say; itself
    bands: int  # besides the usual one
    own: np.ndarray  # [own, 2] kind and band (from 1) with a deviation of its own
    siren: bool  # whether some drive with siren and some without
    turnout: bool  # whether turnout is part of some drives
    held: int = -1  # a kind that stays as its prior says

    @property
    def parameters(self) -> int:
        return len(self.prior) + self.bands + len(self.own) + self.siren + self.turnout

    def like(self, other: Shape) -> bool:
        """Whether parameters of the one are parameters of the other."""
        same = (self.bands, self.siren, self.turnout) == (other.bands, other.siren, other.turnout)
        return same and np.array_equal(self.own, other.own)

    @property
    def at(self) -> tuple[int, int, int, int]:
        """Where bands, deviations, the siren and turnout begin."""
        bands = len(self.prior)
        own = bands + self.bands
        siren = own + len(self.own)
        return bands, own, siren, siren + self.siren


class Regression(NamedTuple):
    """Parameters, how sure they are, and how far drives scatter about them."""

    values: np.ndarray  # [parameter]
    covariance: np.ndarray  # [parameter, parameter] by the sandwich
    residuals: np.ndarray  # [drive] logarithm of minutes over what is fitted
    sigma: np.ndarray  # [2] of drives to scenes and to hospitals, without the noise of stamps
    loss: float
    shape: Shape  # which parameters these are


TURNOUT_PRIOR: Final = (np.log(1.4), 1.0)  # minutes


def start(shape: Shape) -> np.ndarray:
    """The parameters as known beforehand."""
    values = np.zeros(shape.parameters)
    values[: len(shape.prior)] = shape.prior
    if shape.turnout:
        values[shape.at[3]] = TURNOUT_PRIOR[0]
    return values


def fit(
    data: DriveData,
    shape: Shape,
    values: np.ndarray | None = None,
    spreads: np.ndarray | None = None,
) -> Regression:
    """The parameters that fit best, from `values` on.

    `spreads`: [2] of drives to scenes and to hospitals, so that losses can be compared; without
    them they are found.
    """
    values = start(shape) if values is None else values.copy()
    target = np.log(data.minutes)
    sigma = np.full(2, 0.3)
    kind = data.to_hospital.astype(int)
    linear, weight = _prior(shape)
    known = start(shape)
    stiff = linear.T @ (weight[:, None] * linear)
    for _ in range(MOST_STEPS):
        fitted, slope = predicted(data, shape, values)
        residual = _residuals(target, fitted, data)
        sigma = _spreads(residual, data, fitted, kind) if spreads is None else spreads
        scale = _scales(sigma[kind], data, fitted)
        z = residual / scale
        w = 1 / np.sqrt(1 + (z / SOFT) ** 2) / scale**2
        hessian = (slope * w[:, None]).T @ slope + stiff
        gradient = slope.T @ (w * residual) + stiff @ (known - values)
        step = np.linalg.solve(hessian + 1e-10 * np.eye(len(values)), gradient)
        longest = np.abs(step).max(initial=0.0)
        values = values + step * min(1.0, 0.5 / max(longest, 1e-12))
        if shape.held >= 0:
            values[shape.held] = shape.prior[shape.held]
        if longest < STILL:
            break
    fitted, slope = predicted(data, shape, values)
    residual = _residuals(target, fitted, data)
    sigma = _spreads(residual, data, fitted, kind) if spreads is None else spreads
    scale = _scales(sigma[kind], data, fitted)
    z = residual / scale
    root = np.sqrt(1 + (z / SOFT) ** 2)
    score = slope * (z / root / scale)[:, None]
    bread = np.linalg.inv(
        (slope * (1 / root**3 / scale**2)[:, None]).T @ slope + stiff + 1e-10 * np.eye(len(values))
    )
    covariance = bread @ (score.T @ score + stiff) @ bread
    loss = float((SOFT**2 * 2 * (root - 1)).sum())
    return Regression(values, covariance, residual, sigma, loss, shape)


def predicted(data: DriveData, shape: Shape, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[drive] logarithm of minutes, and [drive, parameter] its slope."""
    bands_at, own_at, siren_at, turnout_at = shape.at
    kinds = len(shape.prior)
    of_band = np.concatenate([[0.0], values[bands_at:own_at]])[data.band]
    each = data.sizes * np.exp(values[:kinds] + of_band[:, None])
    some = [
        (number, kind, np.flatnonzero(data.band == band))
        for number, (kind, band) in enumerate(shape.own.tolist(), own_at)
    ]
    for number, kind, drives in some:
        each[drives, kind] *= np.exp(values[number])
    roads = each.sum(axis=1)
    total = data.fixed + roads
    turnout = data.turnout * np.exp(values[turnout_at]) if shape.turnout else 0.0
    total = np.maximum(total + turnout, 1e-6)
    slope = np.zeros((len(total), shape.parameters))
    slope[:, :kinds] = each / total[:, None]
    for band in range(shape.bands):
        slope[:, bands_at + band] = np.where(data.band == band + 1, roads / total, 0.0)
    for number, kind, drives in some:
        slope[drives, number] = each[drives, kind] / total[drives]
    fitted = np.log(total)
    if shape.siren:
        fitted = fitted + data.ordinary * values[siren_at]
        slope[:, siren_at] = data.ordinary
    if shape.turnout:
        slope[:, turnout_at] = turnout / total
    return fitted, slope


def _prior(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """What holds loosely of parameters: [condition, parameter] sums that are as known before, and
    [condition] how much each weighs."""
    linear, weight = np.eye(shape.parameters), np.zeros(shape.parameters)
    bands_at, own_at, siren_at, turnout_at = shape.at
    kinds = np.arange(len(shape.prior))
    apart = shape.tied != kinds
    linear[kinds[apart], shape.tied[apart]] = -1.0  # as its neighbour, at the ratio known before
    weight[kinds] = 1 / OF_CLASS**2
    weight[bands_at:own_at] = 1.0
    weight[own_at:siren_at] = 1 / OF_BAND**2
    if shape.siren:
        weight[siren_at] = 1.0
    if shape.turnout:
        weight[turnout_at] = 1 / TURNOUT_PRIOR[1] ** 2
    return linear, weight


def _residuals(target: np.ndarray, fitted: np.ndarray, data: DriveData) -> np.ndarray:
    """[drive] what is left of logarithms, which rounding makes smaller in the mean."""
    noise = np.minimum(data.noise / np.exp(fitted), 0.5)
    found: np.ndarray = target + noise**2 / 2 - fitted
    return found


def _scales(sigma: np.ndarray, data: DriveData, fitted: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.sqrt(sigma**2 + (data.noise / np.exp(fitted)) ** 2)
    return np.maximum(found, 1e-3)


def _spreads(
    residual: np.ndarray, data: DriveData, fitted: np.ndarray, kind: np.ndarray
) -> np.ndarray:
    """[2] the spread for which half of all drives lie as near as half of a normal law."""
    both = np.zeros(2)
    for row in range(2):
        some = kind == row
        if some.any():
            both[row] = spread(residual[some], data.noise[some] / np.exp(fitted[some]))
    return np.maximum(both, 1e-3)


def spread(residual: np.ndarray, noise: np.ndarray) -> float:
    """The standard deviation of drives, by the median of what is left without the noise."""
    low, high = 0.0, 3.0
    for _ in range(40):
        middle = (low + high) / 2
        near = np.abs(residual) <= MADE_NORMAL * np.sqrt(middle**2 + noise**2)
        if near.mean() >= 0.5:
            high = middle
        else:
            low = middle
    return high
