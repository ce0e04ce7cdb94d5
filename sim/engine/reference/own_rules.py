"""Rules of one's own: a few lines of Python in place of who is sent, or of where they wait.

    def nearest_basic_first(call, candidates):
        basic = [one for one in candidates if one.kind == 1]
        return min(basic or candidates, key=lambda one: (one.seconds, one.row))

A rule sees numbers only, and none of what it sees is the engine's own. What it may not choose it is
not shown; what it returns besides is a RuleError. `sim.study.own_rules` gives rules names to see.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from sim import units
from sim.errors import Problem, RuleError
from sim.text import Message, function_name


class Waiting(NamedTuple):
    """The need that is to be met."""

    call: int  # row
    need: int  # which of the call's needs, from 0
    kind: int  # kind of need
    priority: int  # 0 is the most urgent
    condition: int
    place: int  # row
    waited_s: float  # since it was ready
    now: float  # seconds of the run


class AvailableAmbulance(NamedTuple):
    """An ambulance that may be sent."""

    row: int
    kind: int  # class
    station: int  # row of its home
    seconds: float  # expected until it is there, with penalties
    returning: bool  # on its way to a station, or just cleared: it needs no turnout


class Idle(NamedTuple):
    """An ambulance that was just cleared, and is to be sent somewhere to wait."""

    row: int
    kind: int
    home: int  # row of its station
    now: float
    drive_s: tuple[float, ...]  # [station] seconds from where it is
    free: tuple[int, ...]  # [station] other free ambulances that are there or on their way
    room: tuple[bool, ...]  # [station] whether it may wait there: always at home


DispatchRule = Callable[[Waiting, Sequence[AvailableAmbulance]], AvailableAmbulance | None]
StandbyRule = Callable[[Idle], int | None]

NOT_OFFERED: Final = Message(
    "call {call}, {seconds} s after the run began: it returned {found}; it may return one of the "
    "{n} ambulances that it was given, or None"
)
NO_STATION: Final = Message(
    "ambulance {ambulance}, cleared {seconds} s after the run began: it returned {found}; it may "
    "return a station where it may wait, or None for its own"
)
DISPATCH_RAISED: Final = Message(
    "call {call}, {seconds} s after the run began: it ended in {error}"
)
STANDBY_RAISED: Final = Message(
    "ambulance {ambulance}, cleared {seconds} s after the run began: it ended in {error}"
)


def chosen(
    rule: DispatchRule, call: Waiting, candidates: Sequence[AvailableAmbulance]
) -> AvailableAmbulance | None:
    """The ambulance that a rule sends, of those that it was given; None: nobody as yet.

    RuleError of anything else, and of whatever the rule raises.
    """
    about = {"call": call.call, "seconds": _seconds(call.now)}
    found: Any = _asked(rule, (call, tuple(candidates)), DISPATCH_RAISED, about)
    if found is None:
        return None
    if type(found) is AvailableAmbulance and found in candidates:
        return candidates[candidates.index(found)]
    text = Message(NOT_OFFERED.text, found=_spelt(found), n=len(candidates), **about)
    raise RuleError(function_name(rule), Problem(text))


def station_chosen(rule: StandbyRule, idle: Idle) -> int:
    """Where a rule lets an ambulance wait; RuleError as above."""
    about = {"ambulance": idle.row, "seconds": _seconds(idle.now)}
    found: Any = _asked(rule, (idle,), STANDBY_RAISED, about)
    if found is None:
        return idle.home
    is_row = isinstance(found, int | np.integer) and not isinstance(found, bool)
    if is_row and 0 <= found < len(idle.room) and idle.room[found]:
        return int(found)
    text = Message(NO_STATION.text, found=_spelt(found), **about)
    raise RuleError(function_name(rule), Problem(text))


def _asked(
    rule: Callable[..., Any], given: tuple[Any, ...], text: Message, about: dict[str, Any]
) -> Any:
    try:
        return rule(*given)
    except RuleError:  # which says what is wrong
        raise
    except Exception as error:
        message = Message(text.text, error=_spelt(error), **about)
        raise RuleError(function_name(rule), Problem(message, line=_line(rule, error))) from error


def _line(rule: Callable[..., Any], error: Exception) -> int | None:
    """The line of its file, or of its cell in a notebook, in which a rule raised something."""
    code = getattr(getattr(rule, "__wrapped__", rule), "__code__", None)
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if code is not None and frame.filename == code.co_filename
    ]
    return lines[-1] if lines else None


def _spelt(found: object) -> str:
    try:
        return units.spelt(found)
    except Exception:  # whatever its own `repr` does
        return type(found).__name__


def _seconds(now: float) -> str:
    return f"{now:,.0f}"
