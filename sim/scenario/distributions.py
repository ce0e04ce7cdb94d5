"""Durations by name and parameters, as functions of a quantile between 0 and 1.

A draw is a quantile first: the same random number gives a longer or a shorter stage when a
parameter changes, and nothing else moves. `min` and `max` cut a distribution as if values beyond
them were drawn again (truncation), which is how the Utrecht fits are defined.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field, SerializeAsAny, model_validator
from scipy import special

from sim.scenario.values import Form, Seconds, Setting, Shape, Shift, Spread, default, number
from sim.text import Message

LAST: Final = 1 - 2**-53  # the greatest quantile that is drawn
RARE: Final = 1 - 1e-6
LONGEST_RARE_S: Final = 31 * 86_400.0  # of one stage in a million
LONGEST_S: Final = 3_660 * 10 * 86_400.0  # of any: a century fits into every clock of a run


class Distribution(Setting):
    """What all durations share: where they are cut, and how they are drawn."""

    min: Seconds | None = None
    """Shorter durations are drawn again; without it none is."""
    max: Seconds | None = None
    """Longer durations are drawn again; without it none is."""

    def quantile(self, q: np.ndarray) -> np.ndarray:
        """Seconds at quantiles `q` of the uncut distribution."""
        raise NotImplementedError

    def share_below(self, seconds: float) -> float:
        """The uncut distribution function: the share at or below."""
        raise NotImplementedError

    def share_under(self, seconds: float) -> float:
        """The share strictly below; the same unless single values have a chance of their own."""
        return self.share_below(seconds)

    def seconds(self, q: np.ndarray) -> np.ndarray:
        """Seconds at quantiles `q`, cut; never negative, whatever the shift."""
        low = 0.0 if self.min is None else self.share_under(self.min)
        high = 1.0 if self.max is None else self.share_below(self.max)
        with np.errstate(over="ignore", divide="ignore"):
            drawn = self.quantile(np.minimum(low + q * (high - low), LAST))
        drawn = np.maximum(drawn, self.min or 0.0)  # np.clip takes longer than short draws
        return drawn if self.max is None else np.minimum(drawn, self.max)

    def mean(self) -> float:
        """The mean of what is drawn, by the midpoint rule over 20,000 quantiles."""
        return float(self.seconds((np.arange(20_000) + 0.5) / 20_000).mean())

    @model_validator(mode="after")
    def _cut_keeps_something(self) -> Distribution:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(Message("min is more than max: nothing is left to draw"))
        if self.min is None and self.max is None:
            return self
        low = 0.0 if self.min is None else self.share_under(self.min)
        high = 1.0 if self.max is None else self.share_below(self.max)
        if high - low <= 1e-9 and not isinstance(self, Constant):
            raise ValueError(Message("min and max leave nothing of the distribution to draw"))
        return self


class Constant(Distribution):
    """Every duration is the same."""

    distribution: Literal["constant"]
    """The name of this distribution."""
    value: Seconds
    """The duration."""

    def quantile(self, q: np.ndarray) -> np.ndarray:
        return np.full(len(q), self.value)

    def share_below(self, seconds: float) -> float:
        return float(seconds >= self.value)

    def seconds(self, q: np.ndarray) -> np.ndarray:
        return np.clip(np.full(len(q), self.value), self.min, self.max)

    def mean(self) -> float:
        return float(np.clip(self.value, self.min, self.max))


class Exponential(Distribution):
    """The exponential distribution: most durations are short, a few are long."""

    distribution: Literal["exponential"]
    """The name of this distribution."""
    mean_: Seconds = Field(alias="mean")
    """The mean of all durations."""

    def quantile(self, q: np.ndarray) -> np.ndarray:
        return -self.mean_ * np.log1p(-q)

    def share_below(self, seconds: float) -> float:
        return float(-np.expm1(-seconds / self.mean_)) if self.mean_ else 1.0


class Lognormal(Distribution):
    """The lognormal distribution, by its median and spread, moved by a shift."""

    distribution: Literal["lognormal"]
    """The name of this distribution."""
    median: Seconds
    """Half of all durations are shorter, before the shift."""
    sigma: Spread
    """The standard deviation of the natural logarithm."""
    shift: Shift = default("0 min")
    """It is added to every duration; what would be negative is 0."""

    def quantile(self, q: np.ndarray) -> np.ndarray:
        return self.median * np.exp(self.sigma * special.ndtri(q)) + self.shift

    def share_below(self, seconds: float) -> float:
        if seconds <= self.shift or not self.median:
            return float(seconds > self.shift)
        return float(special.ndtr(np.log((seconds - self.shift) / self.median) / self.sigma))


class Weibull(Distribution):
    """The Weibull distribution, by its shape and scale."""

    distribution: Literal["weibull"]
    """The name of this distribution."""
    shape: Shape
    """The shape: 1 is exponential, more is narrower."""
    scale: Seconds
    """63.2 % of all durations are shorter."""

    def quantile(self, q: np.ndarray) -> np.ndarray:
        return self.scale * (-np.log1p(-q)) ** (1 / self.shape)

    def share_below(self, seconds: float) -> float:
        if not self.scale:
            return 1.0
        with np.errstate(over="ignore"):
            return float(-np.expm1(-np.power(seconds / self.scale, self.shape)))


class LogLogistic(Distribution):
    """The log-logistic distribution, by its median and shape: its long durations are many."""

    distribution: Literal["log-logistic"]
    """The name of this distribution."""
    median: Seconds
    """Half of all durations are shorter."""
    shape: Shape
    """The shape: more is narrower; at 1 or less the uncut distribution has no mean."""

    def quantile(self, q: np.ndarray) -> np.ndarray:
        if not self.median:  # times infinity it would be no number
            return np.zeros(len(q))
        # The odds q / (1 - q) to the power of 1 / shape, by their logarithm: 0 has one, too.
        return self.median * np.exp(special.logit(q) / self.shape)

    def share_below(self, seconds: float) -> float:
        if not self.median:
            return 1.0
        if seconds <= 0:
            return 0.0
        times = np.log(seconds) - np.log(self.median)  # of which no ratio runs over
        return float(special.expit(self.shape * times))


class Gamma(Distribution):
    """The gamma distribution, by its shape and mean."""

    distribution: Literal["gamma"]
    """The name of this distribution."""
    shape: Shape
    """The shape: 1 is exponential, more is narrower."""
    mean_: Seconds = Field(alias="mean")
    """The mean of all durations."""

    def quantile(self, q: np.ndarray) -> np.ndarray:
        return special.gammaincinv(self.shape, q) * (self.mean_ / self.shape)

    def share_below(self, seconds: float) -> float:
        if not self.mean_:
            return 1.0
        return float(special.gammainc(self.shape, seconds * self.shape / self.mean_))


class Uniform(Distribution):
    """All durations between two are equally likely."""

    distribution: Literal["uniform"]
    """The name of this distribution."""
    low: Seconds
    """The shortest duration."""
    high: Seconds
    """The longest duration."""

    @model_validator(mode="after")
    def _in_order(self) -> Uniform:
        if self.high < self.low:
            raise ValueError(Message("high is less than low"))
        return self

    def quantile(self, q: np.ndarray) -> np.ndarray:
        return self.low + q * (self.high - self.low)

    def share_below(self, seconds: float) -> float:
        if self.high == self.low:
            return float(seconds >= self.low)
        return float(np.clip((seconds - self.low) / (self.high - self.low), 0, 1))

    def share_under(self, seconds: float) -> float:
        return float(seconds > self.low) if self.high == self.low else self.share_below(seconds)


class Empirical(Distribution):
    """Observed durations are drawn, each as likely as the others."""

    distribution: Literal["empirical"]
    """The name of this distribution."""
    values: tuple[Seconds, ...] = Field(min_length=1, max_length=20_000)
    """The observed durations; repeat one that occurred more often."""

    def quantile(self, q: np.ndarray) -> np.ndarray:
        ordered = np.sort(np.array(self.values, float))
        return ordered[np.minimum((q * len(ordered)).astype(int), len(ordered) - 1)]

    def share_below(self, seconds: float) -> float:
        return float(np.mean(np.array(self.values, float) <= seconds))

    def share_under(self, seconds: float) -> float:
        return float(np.mean(np.array(self.values, float) < seconds))


class Scaled(Distribution):
    """Another law with all its durations longer or shorter; made, never written in a file."""

    distribution: Literal["scaled"] = "scaled"
    of: SerializeAsAny[Distribution]
    by: Annotated[float, *number(0.0001, 10_000)]

    def seconds(self, q: np.ndarray) -> np.ndarray:
        return self.by * self.of.seconds(q)


_Law = Constant | Exponential | Lognormal | Weibull | LogLogistic | Gamma | Uniform | Empirical
LAWS: Final[tuple[type[Distribution], ...]] = get_args(_Law)
NAMES: Final = tuple(get_args(law.model_fields["distribution"].annotation)[0] for law in LAWS)


def _plain(value: object) -> object:
    """A quantity alone is always that long: "90 s"."""
    if isinstance(value, str | int | float):
        return {"distribution": "constant", "value": value}
    return value


def _bounded(law: _Law) -> _Law:
    """A law whose draws no run would wait for is a slip, of its spread or of a unit."""
    rare, last = law.seconds(np.array([RARE, LAST])).tolist()
    if not (rare <= LONGEST_RARE_S and last <= LONGEST_S):
        longest = rare if rare > LONGEST_RARE_S else last
        raise ValueError(
            Message(
                "durations of up to {days:.3g} days would be drawn: write `max`, or a smaller "
                "spread",
                days=longest / 86_400,
            )
        )
    return law


_OneLaw = Annotated[_Law, Field(discriminator="distribution")]
AnyDistribution = Annotated[
    _OneLaw,
    BeforeValidator(
        _plain, json_schema_input_type=_OneLaw | Annotated[str, Field(examples=["90 s"])]
    ),
    AfterValidator(_bounded),
    Form(
        Message("a duration with its unit, or a distribution of durations"), "90 s", "0 s", "7 days"
    ),
]
