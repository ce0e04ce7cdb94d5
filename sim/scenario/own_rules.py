"""Rules of one's own that a scenario has in place of its settings: who is sent, who waits where."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sim import units
from sim.errors import OptionError
from sim.text import Message, function_name

OwnRule = Callable[..., Any]  # of Python; what it is given, `sim.study.own_rules` says


@dataclass(frozen=True)
class OwnRules:
    """Functions in place of the rules that a scenario's settings choose; None where they hold."""

    dispatch: OwnRule | None = None
    standby: OwnRule | None = None

    @property
    def any(self) -> bool:
        return self.dispatch is not None or self.standby is not None

    def named(self) -> dict[str, str]:
        """What each function is called: {"dispatch": "basic_first"}."""
        every = {"dispatch": self.dispatch, "standby": self.standby}
        return {place: function_name(rule) for place, rule in every.items() if rule is not None}


HOUSE_RULES: Final = OwnRules()


def check(place: str, rule: object, takes: tuple[str, ...]) -> None:
    """OptionError of what is no function of what a rule is given."""
    if not callable(rule) or isinstance(rule, type):
        message = Message("write a function; found {found}", found=units.spelt(rule))
        raise OptionError(place, message)
    try:
        inspect.signature(rule).bind(*takes)
    except TypeError:
        message = Message(
            "write a function of {given}; {rule} takes something else",
            given=", ".join(takes), rule=function_name(rule),
        )  # fmt: skip
        raise OptionError(place, message) from None
    except ValueError:  # one of C's that does not say what it takes
        return
