"""Families of laws of durations, and the likelihood of recorded seconds under them.

Every family has two parameters, here as logarithms, so that none is out of bounds. Rows that say
the same are counted once: stamps in whole minutes leave few different durations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from scipy import optimize, special

from sim.fitting.minutes import MINUTE_S, Sample

MOST_ROWS: Final = 20_000  # different ones; of more, evenly spaced ones are used
LEAST: Final = 1e-300  # of a likelihood, where a law leaves nothing
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(6)
_WEIGHTS = _WEIGHTS / 2


class Family(NamedTuple):
    """One family of laws; `theta` [2] are its logarithms: of a scale, then of a shape."""

    name: str
    names: tuple[str, str]  # of its parameters in a scenario file
    shape: tuple[float, float]  # the bounds of the second
    log_density: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]  # theta, s, log s
    shares: Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
    quantile: Callable[[np.ndarray, np.ndarray], np.ndarray]  # theta, shares below
    mean: Callable[[np.ndarray], float]
    start: Callable[[float, float], tuple[float, float]]  # mean and deviation of logarithms

    def parameters(self, theta: np.ndarray) -> dict[str, float]:
        """The parameters as a scenario file names them, in seconds."""
        return {name: float(np.exp(log)) for name, log in zip(self.names, theta, strict=True)}


# ── lognormal ────────────────────────────────────────────────────────────────────────────────


def _lognormal_density(theta: np.ndarray, s: np.ndarray, log_s: np.ndarray) -> np.ndarray:
    z = (log_s - theta[0]) / np.exp(theta[1])
    return -0.5 * z * z - theta[1] - log_s - 0.5 * np.log(2 * np.pi)


def _lognormal_shares(
    theta: np.ndarray, s: np.ndarray, log_s: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    z = (log_s - theta[0]) / np.exp(theta[1])
    return special.ndtr(z), special.ndtr(-z)


def _lognormal_quantile(theta: np.ndarray, q: np.ndarray) -> np.ndarray:
    return np.exp(theta[0] + np.exp(theta[1]) * special.ndtri(q))


def _lognormal_mean(theta: np.ndarray) -> float:
    return float(np.exp(theta[0] + 0.5 * np.exp(2 * theta[1])))


# ── gamma ────────────────────────────────────────────────────────────────────────────────────


def _gamma_density(theta: np.ndarray, s: np.ndarray, log_s: np.ndarray) -> np.ndarray:
    shape, log_scale = np.exp(theta[1]), theta[0] - theta[1]
    constant = shape * log_scale + special.gammaln(shape)
    return (shape - 1) * log_s - s * np.exp(-log_scale) - constant


def _gamma_shares(
    theta: np.ndarray, s: np.ndarray, log_s: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    shape, scaled = np.exp(theta[1]), s * np.exp(theta[1] - theta[0])
    return special.gammainc(shape, scaled), special.gammaincc(shape, scaled)


def _gamma_quantile(theta: np.ndarray, q: np.ndarray) -> np.ndarray:
    return special.gammaincinv(np.exp(theta[1]), q) * np.exp(theta[0] - theta[1])


# ── Weibull ──────────────────────────────────────────────────────────────────────────────────


def _weibull_density(theta: np.ndarray, s: np.ndarray, log_s: np.ndarray) -> np.ndarray:
    z = np.exp(theta[1]) * (log_s - theta[0])
    return theta[1] - log_s + z - np.exp(z)


def _weibull_shares(
    theta: np.ndarray, s: np.ndarray, log_s: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    hazard = np.exp(np.exp(theta[1]) * (log_s - theta[0]))
    return -np.expm1(-hazard), np.exp(-hazard)


def _weibull_quantile(theta: np.ndarray, q: np.ndarray) -> np.ndarray:
    return np.exp(theta[0]) * (-np.log1p(-q)) ** np.exp(-theta[1])


def _weibull_mean(theta: np.ndarray) -> float:
    return float(np.exp(theta[0] + special.gammaln(1 + np.exp(-theta[1]))))


# ── log-logistic ─────────────────────────────────────────────────────────────────────────────


def _loglogistic_density(theta: np.ndarray, s: np.ndarray, log_s: np.ndarray) -> np.ndarray:
    z = np.exp(theta[1]) * (log_s - theta[0])
    return theta[1] - log_s + z - 2 * np.logaddexp(0, z)


def _loglogistic_shares(
    theta: np.ndarray, s: np.ndarray, log_s: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    z = np.exp(theta[1]) * (log_s - theta[0])
    return special.expit(z), special.expit(-z)


def _loglogistic_quantile(theta: np.ndarray, q: np.ndarray) -> np.ndarray:
    return np.exp(theta[0] + special.logit(q) * np.exp(-theta[1]))


def _loglogistic_mean(theta: np.ndarray) -> float:
    angle = np.pi * np.exp(-theta[1])
    return float(np.exp(theta[0]) * angle / np.sin(angle)) if angle < np.pi else float("inf")


LOGNORMAL: Final = Family(
    "lognormal", ("median", "sigma"), (0.002, 5),
    _lognormal_density, _lognormal_shares, _lognormal_quantile, _lognormal_mean,
    lambda mean, deviation: (mean, np.log(deviation)),
)  # fmt: skip
GAMMA: Final = Family(
    "gamma", ("mean", "shape"), (0.05, 2e5),
    _gamma_density, _gamma_shares, _gamma_quantile, lambda theta: float(np.exp(theta[0])),
    lambda mean, deviation: (mean + deviation**2 / 2, -2 * np.log(deviation)),
)  # fmt: skip
WEIBULL: Final = Family(
    "weibull", ("scale", "shape"), (0.1, 600),
    _weibull_density, _weibull_shares, _weibull_quantile, _weibull_mean,
    lambda mean, deviation: (mean + 0.45 * deviation, np.log(1.28 / deviation)),
)  # fmt: skip
# With a shape of 1 or less there is no mean, and a run would draw stages that last for years.
LOG_LOGISTIC: Final = Family(
    "log-logistic", ("median", "shape"), (1.25, 1000),
    _loglogistic_density, _loglogistic_shares, _loglogistic_quantile, _loglogistic_mean,
    lambda mean, deviation: (mean, np.log(1.81 / deviation)),
)  # fmt: skip
FAMILIES: Final = (LOGNORMAL, GAMMA, WEIBULL, LOG_LOGISTIC)


# ── the likelihood ───────────────────────────────────────────────────────────────────────────


class Block(NamedTuple):
    """Different rows of which each says that the truth lies in an interval, or beyond a value.

    A triangular error is one uniform error seen from several others: nodes k, by quadrature.
    """

    low: np.ndarray  # [k, rows]
    high: np.ndarray | None  # [k, rows]; None where the end was not seen
    log_low: np.ndarray  # [k, rows]
    log_high: np.ndarray | None
    weights: np.ndarray  # [k]
    counts: np.ndarray  # [rows] how many say so


class Evidence(NamedTuple):
    """A sample with rows that say the same counted once."""

    exact_s: np.ndarray  # [rows]
    log_s: np.ndarray  # [rows]
    exact_counts: np.ndarray  # [rows]
    blocks: tuple[Block, ...]
    used: int  # rows of the sample that count
    centre: float  # of the logarithms of all durations, roughly: where the search begins
    spread: float

    @property
    def counts(self) -> np.ndarray:
        """[rows] how many rows of the sample each row of `log_likelihoods` stands for."""
        return np.concatenate([self.exact_counts, *(rows.counts for rows in self.blocks)])


def evidence(sample: Sample) -> Evidence:
    """What a sample of at least one row says of a law of durations."""
    wide = different(sample) > MOST_ROWS
    if wide:
        rows = np.linspace(0, len(sample.seconds) - 1, MOST_ROWS).astype(int)
        sample = Sample(*(column[rows] for column in sample))
    middle, width = (sample.low_s + sample.high_s) / 2, sample.high_s - sample.low_s
    # The seconds of two exact stamps that are the same are cut off: the truth is below one second.
    none = (width < 1e-9) & (middle < 0.5) & ~sample.censored
    middle, width = np.where(none, 0.5, middle), np.where(none, 1.0, width)
    exact = (width < 1e-9) & ~sample.censored
    exact_s, count = np.unique(middle[exact], return_counts=True)
    blocks = []
    for censored in (False, True):
        for size in np.unique(np.round(width[~exact & (sample.censored == censored)], 6)):
            chosen = ~exact & (sample.censored == censored) & (np.abs(width - size) < 1e-5)
            blocks.append(block(*np.unique(middle[chosen], return_counts=True), size, censored))
    logs = np.log(np.maximum(middle, np.maximum(width / 8, 0.5)))
    spread = max(float(np.std(logs)), 0.02)
    return Evidence(
        exact_s, np.log(exact_s), count, tuple(blocks), len(middle), float(np.mean(logs)), spread
    )


def different(sample: Sample) -> int:
    """How many rows say something of their own."""
    key = sample.low_s + 1e-3 * (sample.high_s - sample.low_s) + 1e-5 * sample.censored
    return len(np.unique(key)) if len(key) > MOST_ROWS else len(key)


def block(middle: np.ndarray, count: np.ndarray, width: float, censored: bool) -> Block:
    """Rows whose intervals of one width stand about [rows] middles."""
    nodes, weights = np.zeros(1), np.ones(1)
    if width > 1.5 * MINUTE_S:
        nodes, weights, width = width / 4 * _NODES, _WEIGHTS, width / 2
    if censored and width:  # the mean over the uniform error of what is beyond
        nodes = (nodes[:, None] + width / 2 * _NODES).ravel()
        weights, width = (weights[:, None] * _WEIGHTS).ravel(), 0.0
    at = middle[None, :] + nodes[:, None]
    low, high = np.maximum(at - width / 2, 0), np.maximum(at + width / 2, 0)
    with np.errstate(divide="ignore"):
        if censored:
            return Block(low, None, np.log(low), None, weights, count)
        return Block(low, high, np.log(low), np.log(high), weights, count)


def chances(family: Family, theta: np.ndarray, rows: Block) -> np.ndarray:
    """[rows] how likely a law makes what each row says."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore", under="ignore"):
        below, above = family.shares(theta, rows.low, rows.log_low)
        if rows.high is None or rows.log_high is None:
            return rows.weights @ above
        below_high, above_high = family.shares(theta, rows.high, rows.log_high)
        # Differences of the smaller tail keep their digits.
        return rows.weights @ np.where(below < 0.5, below_high - below, above - above_high)


def log_likelihoods(family: Family, theta: np.ndarray, seen: Evidence) -> np.ndarray:
    """[rows] the logarithm of how likely a law makes each different row.

    Of an exact row it is that of a density, of others that of a chance: only compare laws.
    """
    with np.errstate(over="ignore", divide="ignore", invalid="ignore", under="ignore"):
        parts = [family.log_density(theta, seen.exact_s, seen.log_s)]
        for rows in seen.blocks:
            parts.append(np.log(np.maximum(chances(family, theta, rows), LEAST)))
    return np.nan_to_num(np.concatenate(parts), nan=np.log(LEAST), neginf=np.log(LEAST))


class Maximum(NamedTuple):
    """The law of one family that makes a sample most likely."""

    family: Family
    theta: np.ndarray  # [2]
    log_likelihood: float
    information: np.ndarray  # [2, 2] minus the second derivatives
    covariance: np.ndarray  # [2, 2] of theta, also where the family is not quite right

    @property
    def aic(self) -> float:
        """Akaike's criterion: less is better."""
        return 4 - 2 * self.log_likelihood


def maximum(family: Family, seen: Evidence) -> Maximum:
    """The most likely law of a family."""
    count = seen.counts

    def loss(theta: np.ndarray) -> float:
        return -float(count @ log_likelihoods(family, theta, seen)) / seen.used

    low, high = np.log(family.shape)
    scale, shape = family.start(seen.centre, seen.spread)
    bounds = [(scale - 12, scale + 12), (low, high)]
    begin = np.array([scale, np.clip(shape, low + 0.1, high - 0.1)])
    theta = optimize.minimize(loss, begin, method="L-BFGS-B", bounds=bounds).x
    gradient, curvature = _derivatives(loss, theta)
    better = _newton(theta, gradient, curvature, bounds)
    if loss(better) < loss(theta):
        theta = better
        gradient, curvature = _derivatives(loss, theta)
    total = -seen.used * loss(theta)
    information = seen.used * curvature
    return Maximum(family, theta, total, information, _covariance(family, theta, seen, information))


def _derivatives(
    loss: Callable[[np.ndarray], float], theta: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The gradient and the matrix of second derivatives, by differences."""
    step = 2e-4
    one, two = np.array([step, 0]), np.array([0, step])
    here = loss(theta)
    up, down = np.array([[loss(theta + way * by) for by in (one, two)] for way in (1, -1)])
    across = loss(theta + one + two) - loss(theta + one - two)
    across += loss(theta - one - two) - loss(theta - one + two)
    own = (up - 2 * here + down) / step**2
    mixed = across / (4 * step**2)
    return (up - down) / (2 * step), np.array([[own[0], mixed], [mixed, own[1]]])


def _newton(
    theta: np.ndarray,
    gradient: np.ndarray,
    curvature: np.ndarray,
    bounds: list[tuple[float, float]],
) -> np.ndarray:
    values = np.linalg.eigvalsh(curvature)
    if values[0] <= 1e-8:
        return theta
    step = np.clip(np.linalg.solve(curvature, gradient), -0.5, 0.5)
    return np.clip(theta - step, *np.array(bounds).T)


def _covariance(
    family: Family, theta: np.ndarray, seen: Evidence, information: np.ndarray
) -> np.ndarray:
    """The sandwich: it holds also where the family is only nearly right (Huber 1967)."""
    step = 1e-4
    score = np.array(
        [
            log_likelihoods(family, theta + by, seen) - log_likelihoods(family, theta - by, seen)
            for by in (np.array([step, 0]), np.array([0, step]))
        ]
    ) / (2 * step)
    values, vectors = np.linalg.eigh(information)
    # Where a parameter stands at its bound the likelihood is flat or slopes: it is taken as known.
    inverse = np.where(values > 1e-6 * max(1.0, values[-1]), 1 / np.where(values > 0, values, 1), 0)
    bread = (vectors * inverse) @ vectors.T
    return bread @ ((score * seen.counts) @ score.T) @ bread * seen.used / max(seen.used - 2, 1)
