"""Fitted numbers within what settings take: beyond, the bound is written, and that is said."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

from sim import units
from sim.fitting import laws
from sim.fitting.stages import StageLaw
from sim.fitting.written_fit import Fitted
from sim.measures.intervals import Estimate
from sim.scenario.records.cells import LONGEST_S
from sim.scenario.settings import Durations
from sim.scenario.settings.travel import MOST_SIGMA
from sim.scenario.validation import Problems, validated
from sim.scenario.values import Form, Setting, Shape, Spread
from sim.text import Message
from sim.units import Quantity


class Allowed(NamedTuple):
    """Between which bounds a setting takes a number, in the unit in which it is written."""

    unit: str
    least: float
    most: float


def _of(quantity: Quantity, unit: str) -> Allowed:
    scale = quantity.units[unit]
    return Allowed(unit, quantity(quantity.least) / scale, quantity(quantity.most) / scale)


def _first(text: str) -> float:
    return units.number(text.split()[0])


def _bare(of: Any) -> Allowed:
    form = next(one for one in of.__metadata__ if isinstance(one, Form))
    return Allowed("", units.number(form.least), units.number(form.most))


OF_CALLS: Final = _of(units.call_share, "%")
OF_A_SPEED: Final = _of(units.speed_share, "%")
OF_TURNOUT: Final = _of(units.turnout_share, "%")
SPEED: Final = _of(units.metres_per_second, "km/h")
OF_PEOPLE: Final = Allowed("per 1000 people per year", 0.0, _first(units.MOST_CALLS_OF_PEOPLE))
OF_ALL: Final = Allowed("per day", 0.0, _first(units.MOST_CALLS_OF_ALL))
SIGMA: Final = Allowed("", 0.0, MOST_SIGMA)
FAR: Final = 0.1  # of the recorded mean, from which on it is said that the fitted one is another
_PARAMETERS: Final = {"sigma": _bare(Spread), "shape": _bare(Shape)}


def held(value: float, of: Allowed, setting: str, assumed: list[Message]) -> float | None:
    """A number, or the bound that it is beyond; None of what is no finite number.

    `value`: in the unit of `of`; `setting`: which it is of, as a file has it; `assumed`: where it
    is said that something else is written than was fitted.
    """
    if not math.isfinite(value):
        assumed.append(_not_told(setting))
        return None
    known = min(max(value, of.least), of.most)
    if _rounded(known) != _rounded(value):  # as it is written: nothing is said of mere rounding
        assumed.append(
            Message(
                "`{setting}` is {written}, the bound of what a scenario takes: {found} was fitted.",
                setting=setting, written=_text(known, of), found=_text(value, of),
            )
        )  # fmt: skip
    return known


def quantity(value: float, of: Allowed, setting: str, assumed: list[Message]) -> str | None:
    """The same as a text of four digits with its unit."""
    known = held(value, of, setting, assumed)
    return None if known is None else _text(known, of)


def span(one: Estimate, factor: float = 1.0, digits: int = 3, unit: str = "") -> str:
    """An interval, as it stands beside a number; nothing where it is not known."""
    low, high = factor * one.low, factor * one.high
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    return f"{low:.{digits}g} to {high:.{digits}g} {unit}".rstrip()


def percent(one: Estimate) -> str:
    """The interval of a share."""
    return span(one, 100, unit="%")


def law(one: StageLaw, setting: str, assumed: list[Message]) -> dict[str, Any] | None:
    """The law of a stage as a setting; None where no setting can say it."""
    parameters = dict(one.law.parameters)
    for name, of in _PARAMETERS.items():
        value = parameters.get(name)
        if isinstance(value, float):
            known = held(value, of, f"{setting}.{name}", assumed)
            if known is None:
                return None
            parameters[name] = known
    fitted = one.law._replace(parameters=parameters)
    longest_s: float | None = None
    written = laws.as_setting(fitted)
    if not taken(Durations, {one.stage: written}):
        longest_s = LONGEST_S[one.stage]
        written = laws.as_setting(fitted, longest_s)
        if not taken(Durations, {one.stage: written}):
            assumed.append(_not_told(setting))
            return None
        message = Message(
            "`{setting}` is drawn again where it is longer than {hours:g} h: the fitted law has "
            "durations for which no run would wait.",
            setting=setting, hours=longest_s / 3600,
        )  # fmt: skip
        assumed.append(message)
    if abs(one.law.mean.mean - one.law.observed_mean_s) > FAR * one.law.observed_mean_s:
        assumed.append(
            Message(
                "`{setting}` has a mean of {mean:.4g} s, and the records one of {observed:.4g} s: "
                "no law that was tried has their longest durations.",
                setting=setting, mean=one.law.mean.mean, observed=one.law.observed_mean_s,
            )
        )  # fmt: skip
    interval = span(one.law.mean, digits=4, unit="s")
    note = f"mean {interval}" if interval else ""
    return {
        key: value if key in ("distribution", "max") else Fitted(value, one.law.n, note)
        for key, value in written.items()
    }


def _not_told(setting: str) -> Message:
    return Message(
        "`{setting}` is as in the base: no number of it follows from the records.", setting=setting
    )


def taken(section: type[Setting], written: dict[str, Any]) -> bool:
    """Whether settings of a section are such that a scenario takes them."""
    return validated(section, written, Problems()) is not None


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _text(value: float, of: Allowed) -> str:
    """Four digits, without an exponent where that is large."""
    return f"{_rounded(value):.10g} {of.unit}".rstrip()
