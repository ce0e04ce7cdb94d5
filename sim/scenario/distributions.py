"""Durations by name and parameters, as functions of a quantile between 0 and 1.

A draw is a quantile first: the same random number gives a longer or a shorter stage when a
parameter changes, and nothing else moves. `min` and `max` cut a distribution as if values beyond
them were drawn again (truncation), which is how the Utrecht fits are defined.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializeAsAny,
    WithJsonSchema,
    model_validator,
)
from scipy import special

from sim import units


def quantity(parse: Any, example: str, what: str) -> Any:
    """A pydantic field that takes a number with its unit and holds the SI value."""
    return (
        BeforeValidator(parse),
        WithJsonSchema({"type": "string", "description": what, "examples": [example]}),
    )


Seconds = Annotated[float, *quantity(units.seconds, "10 min", "a duration with its unit")]
Shift = Annotated[float, *quantity(units.signed_seconds, "-10 min", "a signed duration")]
Positive = Annotated[float, Field(gt=0, strict=True)]


class Distribution(BaseModel):
    """What all durations share: where they are cut, and how they are drawn."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    min: Seconds | None = None
    max: Seconds | None = None

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
        drawn = self.quantile(low + q * (high - low))
        return np.clip(drawn, self.min or 0.0, self.max)

    def mean(self) -> float:
        """The mean of what is drawn, by the midpoint rule over 20,000 quantiles."""
        return float(self.seconds((np.arange(20_000) + 0.5) / 20_000).mean())

    @model_validator(mode="after")
    def _cut_keeps_something(self) -> Distribution:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is more than max: nothing is left to draw")
        if self.min is None and self.max is None:
            return self
        low = 0.0 if self.min is None else self.share_under(self.min)
        high = 1.0 if self.max is None else self.share_below(self.max)
        if high - low <= 1e-9 and not isinstance(self, Constant):
            raise ValueError("min and max leave nothing of the distribution to draw")
        return self


class Constant(Distribution):
    """Always the same."""

    distribution: Literal["constant"]
    value: Seconds

    def quantile(self, q: np.ndarray) -> np.ndarray:
        return np.full(len(q), self.value)

    def share_below(self, seconds: float) -> float:
        return float(seconds >= self.value)

    def seconds(self, q: np.ndarray) -> np.ndarray:
        return np.clip(np.full(len(q), self.value), self.min, self.max)

    def mean(self) -> float:
        return float(np.clip(self.value, self.min, self.max))


class Exponential(Distribution):
    """Memoryless: most are short, a few are long."""

    distribution: Literal["exponential"]
    mean_: Seconds = Field(alias="mean")

    def quantile(self, q: np.ndarray) -> np.ndarray:
        return -self.mean_ * np.log1p(-q)

    def share_below(self, seconds: float) -> float:
        return float(-np.expm1(-seconds / self.mean_)) if self.mean_ else 1.0


class Lognormal(Distribution):
    """`median` and `sigma` (of the logarithm), moved by `shift`."""

    distribution: Literal["lognormal"]
    median: Seconds
    sigma: Positive
    shift: Shift = 0.0

    def quantile(self, q: np.ndarray) -> np.ndarray:
        return self.median * np.exp(self.sigma * special.ndtri(q)) + self.shift

    def share_below(self, seconds: float) -> float:
        if seconds <= self.shift or not self.median:
            return float(seconds > self.shift)
        return float(special.ndtr(np.log((seconds - self.shift) / self.median) / self.sigma))


class Weibull(Distribution):
    """`shape` and `scale`."""

    distribution: Literal["weibull"]
    shape: Positive
    scale: Seconds

    def quantile(self, q: np.ndarray) -> np.ndarray:
        return self.scale * (-np.log1p(-q)) ** (1 / self.shape)

    def share_below(self, seconds: float) -> float:
        return float(-np.expm1(-((seconds / self.scale) ** self.shape))) if self.scale else 1.0


class Gamma(Distribution):
    """`shape` and `mean`."""

    distribution: Literal["gamma"]
    shape: Positive
    mean_: Seconds = Field(alias="mean")

    def quantile(self, q: np.ndarray) -> np.ndarray:
        return special.gammaincinv(self.shape, q) * (self.mean_ / self.shape)

    def share_below(self, seconds: float) -> float:
        if not self.mean_:
            return 1.0
        return float(special.gammainc(self.shape, seconds * self.shape / self.mean_))


class Uniform(Distribution):
    """Anything between `low` and `high` alike."""

    distribution: Literal["uniform"]
    low: Seconds
    high: Seconds

    @model_validator(mode="after")
    def _in_order(self) -> Uniform:
        if self.high < self.low:
            raise ValueError("high is less than low")
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
    """Observed durations, each as likely as the others."""

    distribution: Literal["empirical"]
    values: tuple[Seconds, ...] = Field(min_length=1)

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
    by: Positive

    def seconds(self, q: np.ndarray) -> np.ndarray:
        return self.by * self.of.seconds(q)


_Law = Annotated[
    Constant | Exponential | Lognormal | Weibull | Gamma | Uniform | Empirical,
    Field(discriminator="distribution"),
]
AnyDistribution = Annotated[
    _Law,
    # "90 s" alone is always 90 seconds.
    BeforeValidator(
        lambda v: (
            {"distribution": "constant", "value": v} if isinstance(v, str | int | float) else v
        ),
        json_schema_input_type=_Law | Annotated[str, Field(examples=["90 s"])],
    ),
]
