"""What is asked for in Python is refused in the words in which the prompt refuses it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from os import PathLike

import numpy as np

from sim import units
from sim.errors import OptionError, did_you_mean
from sim.text import Message, message_of


def whole(name: str, value: object, least: int = 0, most: int | None = None) -> int:
    """A whole number within its bounds, which are allowed; OptionError of anything else."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise OptionError(
            name, Message("write a whole number; found {found}", found=units.spelt(value))
        )
    return int(_bounded(name, int(value), least, most))


def number(name: str, value: object) -> float:
    """A number, in whatever bounds; OptionError of anything else."""
    if not isinstance(value, int | float | np.number) or isinstance(value, bool):
        raise OptionError(name, Message("write a number; found {found}", found=units.spelt(value)))
    try:
        return float(value)
    except OverflowError:  # a whole number of hundreds of digits
        return math.inf if value > 0 else -math.inf


def within(name: str, value: object, least: float, most: float | None = None) -> float:
    """A finite number within its bounds, which are allowed; OptionError of anything else."""
    found = number(name, value)
    if not math.isfinite(found) and (most is None or math.isnan(found)):
        raise OptionError(name, Message("write a number; found {found}", found=units.spelt(value)))
    return _bounded(name, found, least, most)


def _bounded(name: str, value: float, least: float, most: float | None) -> float:
    try:
        return units.bounded(value, least, math.inf if most is None else most)
    except ValueError as error:
        raise OptionError(name, message_of(error)) from None


def one_of(name: str, value: object, known: Iterable[str]) -> str:
    """One of a few words; OptionError of anything else."""
    names = list(known)
    if not isinstance(value, str) or value not in names:
        raise OptionError(
            name,
            Message(
                "write one of {known}; found {found}",
                known=", ".join(names),
                found=units.shown(value),
            ),
        )
    return value


def truth(name: str, value: object) -> bool:
    """True or False; OptionError of anything else."""
    if not isinstance(value, bool | np.bool_):
        raise OptionError(
            name, Message("write True or False; found {found}", found=units.spelt(value))
        )
    return bool(value)


def path(name: str, value: object) -> None:
    """The name of a file or folder; OptionError of anything else."""
    if not isinstance(value, str | PathLike):
        raise OptionError(
            name,
            Message("write the name of a file or folder; found {found}", found=units.spelt(value)),
        )


def scenarios(*values: object) -> None:
    """Layouts that were loaded; OptionError of anything else, as of the name of a file."""
    for value in values:
        if not (hasattr(value, "settings") and hasattr(value, "fleet")):
            raise OptionError(
                "scenario",
                Message(
                    "write a scenario, like {example}; found {found}",
                    example='sim.load("scenarios/liling")', found=units.spelt(value),
                ),
            )  # fmt: skip


def known_names(given: Iterable[str], known: Iterable[str]) -> None:
    """Options by their names; OptionError of the first that there is not."""
    names = list(known)
    for name in given:
        if name not in names:
            raise OptionError(name, Message("no such option{hint}", hint=did_you_mean(name, names)))
