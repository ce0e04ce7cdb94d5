"""Failures of vehicles: how long one is in service until it fails, and how long it is then away."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field

from sim.scenario.distributions import LAST, Constant, Exponential, Weibull
from sim.scenario.values import Form, Setting, ShortText, duration
from sim.text import Message

LONGEST_S: Final = 100 * 366 * 86_400.0  # a century
LEAST_MEAN_S: Final = 3600.0  # fails an ambulance more often, nobody drives it
LEAST_MEDIAN_S: Final = 60.0
LongTime = Annotated[float, *duration("0 s", "3660 days")]


class LongConstant(Constant):
    """Always as long, for months if need be."""

    value: LongTime
    """The duration."""


class LongExponential(Exponential):
    """The exponential distribution: a vehicle that has run for long fails no sooner than others."""

    mean_: LongTime = Field(alias="mean")
    """The mean of all durations."""


class LongWeibull(Weibull):
    """The Weibull distribution: with a shape of more than 1, vehicles wear out."""

    scale: LongTime
    """63.2 % of all durations are shorter."""


_LongLaw = LongConstant | LongExponential | LongWeibull


def _plain(value: object) -> object:
    """A quantity alone is always that long."""
    if isinstance(value, str | int | float):
        return {"distribution": "constant", "value": value}
    return value


def _bounded(law: _LongLaw) -> _LongLaw:
    (last,) = law.seconds(np.array([LAST])).tolist()
    if not last <= LONGEST_S:
        raise ValueError(
            Message("durations of up to {days:.3g} days would be drawn: write a greater shape",
                    days=last / 86_400)
        )  # fmt: skip
    return law


def _rare(law: _LongLaw) -> _LongLaw:
    (half,) = law.seconds(np.array([0.5])).tolist()
    if law.mean() < LEAST_MEAN_S or half < LEAST_MEDIAN_S:
        raise ValueError(
            Message("a vehicle would fail every {mean:.3g} min in the mean, and half of the times "
                    "within {half:.3g} min: write at least 1 h and 1 min",
                    mean=law.mean() / 60, half=half / 60)
        )  # fmt: skip
    return law


_ONE = Annotated[_LongLaw, Field(discriminator="distribution")]
_FORM: Final = Form(
    Message("a duration with its unit, or a distribution: constant, exponential or weibull"),
    "{distribution: exponential, mean: 60 days}", "0 s", "3660 days",
)  # fmt: skip
_READ: Final = BeforeValidator(
    _plain, json_schema_input_type=_ONE | Annotated[str, Field(examples=["60 days"])]
)
LongDistribution = Annotated[_ONE, _READ, AfterValidator(_bounded), _FORM]
TimeToFailure = Annotated[_ONE, _READ, AfterValidator(_bounded), AfterValidator(_rare), _FORM]


class Failing(Setting):
    """How often vehicles fail: of one class, or all that no other entry names."""

    class_: ShortText | None = Field(None, alias="class")
    """The class of ambulance; without it all those that no other entry names."""
    after: TimeToFailure
    """How long a vehicle is in service until it fails, by the clock, idle or busy. It fails at
    once if it is idle; busy, it finishes its call first."""
    off: LongDistribution
    """How long it is then off the road."""
