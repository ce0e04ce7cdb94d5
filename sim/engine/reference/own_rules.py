"""Rules of one's own: a few lines of Python in place of who is sent, or of where they wait.

    def nearest_basic_first(call, candidates):
        basic = [one for one in candidates if one.kind == 1]
        return min(basic or candidates, key=lambda one: (one.seconds, one.row), default=None)

A rule sees numbers only, and changes nothing. What it may not choose it is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


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
    drive_s: list[float]  # [station] seconds from where it is
    free: list[int]  # [station] other free ambulances that are there or on their way


DispatchRule = Callable[[Waiting, Sequence[AvailableAmbulance]], AvailableAmbulance | None]
StandbyRule = Callable[[Idle], int]
