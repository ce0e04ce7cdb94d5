"""What rules of one's own are shown, in the terms of the scenario, and their choices as rows.

    def basic_first(call, ambulances):
        basic = [one for one in ambulances if one.class_ == "basic"]
        return min(basic or ambulances, key=lambda one: one.seconds)

The engine knows rows and no names; a rule knows names. What it is shown cannot be changed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.engine import OwnEngineRules
from sim.errors import Problem, RuleError
from sim.model.calendar import DAY_S
from sim.model.system import System
from sim.prepare.cover import cover
from sim.scenario import transfers
from sim.scenario.standing import standby_points
from sim.text import Message, Name, function_name

if TYPE_CHECKING:
    from sim.engine.reference.own_rules import AvailableAmbulance, Idle, Waiting
    from sim.scenario.own_rules import OwnRule
    from sim.scenario.scenario import Scenario

AREAS = ("urban", "rural")


class Called(Name):
    """A name that equals what it is called in Chinese and in English.

    It cannot be looked up in a set or dict, where it could be found by one of the two only: there
    use its `zh` or `en`.
    """

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return other in (self.zh, self.en)
        return isinstance(other, Name) and tuple(self) == tuple(other)

    def __ne__(self, other: object) -> bool:
        return not self == other


class WaitingCall(NamedTuple):
    """A call that waits for an ambulance, as a dispatch rule is shown it."""

    number: int  # its row in the replication, as in logs
    unit: int  # which of the ambulances that it needs, from 0
    priority: str
    urgency: int  # 0 is the most urgent priority
    condition: str  # "" where the scenario has none
    township: Called
    area: str  # urban or rural
    waited_s: float  # since it could be sent to
    at: datetime


class Offered(NamedTuple):
    """An ambulance that may be sent."""

    number: int  # its row in the layout, as in logs
    station: Called  # where it belongs
    class_: Called
    seconds: float  # the dispatcher expects until it is there, turnout and penalties included
    returning: bool  # on its way to a station, or just cleared


class Post(NamedTuple):
    """A station or standby point where an ambulance may wait."""

    station: Called
    home: bool  # whether the ambulance belongs there
    drive_s: float  # from where it is
    free: int  # other free ambulances that are there or on their way
    uncovered: float  # share of all calls within reach of it, and of no other free ambulance there


class Cleared(NamedTuple):
    """An ambulance that was just cleared, as a standby rule is shown it."""

    number: int
    class_: Called
    at: datetime
    stations: tuple[Post, ...]  # in the order of the layout; those where it may wait


def engine_rules(layout: Scenario, system: System) -> OwnEngineRules | None:
    """A layout's own rules as its engine asks them; None of one that has none."""
    own = layout.own_rules
    if not own.any:
        return None
    shown = _Shown(layout, system)
    return OwnEngineRules(
        None if own.dispatch is None else _dispatch(own.dispatch, shown),
        None if own.standby is None else _standby(own.standby, shown),
    )


def _dispatch(rule: OwnRule, shown: _Shown) -> Callable[..., Any]:
    progress = _Progress(function_name(rule))

    @_like(rule)
    def asked(waiting: Waiting, candidates: tuple[AvailableAmbulance, ...]) -> object:
        offered = tuple(map(shown.offered, candidates))
        found: object = rule(shown.call(waiting), offered)
        progress.note(found is not None, waiting.now, shown.at)
        theirs = [ours for one, ours in zip(offered, candidates, strict=True) if one is found]
        return theirs[0] if theirs else found  # what is none of them the engine refuses

    return asked


class _Progress:
    """Whether a dispatch rule sends anybody: if nobody for a day, it never ends waiting."""

    def __init__(self, name: str):
        self.name = name
        self.since: float | None = None  # since when it has sent nobody though it could
        self.last = -np.inf  # when it was asked last: a run begins anew with an earlier time

    def note(self, sent: bool, now: float, at: Callable[[float], datetime]) -> None:
        """RuleError where it has sent nobody for a day."""
        if sent or now < self.last:
            self.since = None
        self.last = now
        if sent:
            return
        self.since = now if self.since is None else self.since
        if now - self.since > DAY_S:
            text = Message(
                "it has sent nobody since {when}, for a day, though ambulances were free: return "
                "one of those that it is given, and None only while a call had better wait",
                when=f"{at(self.since):%Y-%m-%d %H:%M}",
            )
            raise RuleError(self.name, Problem(text))


def _standby(rule: OwnRule, shown: _Shown) -> Callable[..., Any]:
    @_like(rule)
    def asked(idle: Idle) -> object:
        rows = shown.may_wait_at(idle)
        cleared = shown.cleared(idle, rows)
        found: object = rule(cleared)
        theirs = [row for one, row in zip(cleared.stations, rows, strict=True) if one is found]
        if theirs:
            return theirs[0]
        return None if found is None else _NoPost(found)  # which the engine refuses

    return asked


class _NoPost:
    """What a standby rule returned that is none of the stations that it was shown."""

    def __init__(self, found: object):
        self.found = found

    def __repr__(self) -> str:
        return repr(self.found)


def _like(rule: OwnRule) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A function called like a rule, so that what is said of it is said of the rule."""

    def named(asked: Callable[..., Any]) -> Callable[..., Any]:
        made = wraps(rule)(asked)
        made.__name__ = function_name(rule)
        return made

    return named


class _Shown:
    """Rows as a scenario calls them."""

    def __init__(self, layout: Scenario, system: System):
        self.layout, self.system = layout, system
        settings, ground = layout.settings, layout.map
        every = (*layout.stations, *standby_points(layout))
        self.stations = [Called(*one.name) for one in every]
        self.closed = [one.closed for one in every]
        self.classes = [Called(*one.names) for one in layout.crews.classes]
        self.priorities = [one.name for one in transfers.priorities(settings)]
        of_calls = [one.name for one in settings.demand.conditions] or [""]
        self.conditions = [*of_calls, *(one.name for one in transfers.conditions(settings))]
        self.townships = [Called(*one.name) for one in ground.townships]
        township, area = [ground.cells.township], [ground.cells.area]
        if layout.recorded is not None:  # their places come after the map's
            township.append(layout.recorded.calls.township)
            area.append(layout.recorded.calls.area)
        if settings.transfers and ground.hospitals:  # whose places are the last
            xy = np.array([(one.x, one.y) for one in ground.hospitals])
            township.append(ground.townships_at(xy))
            area.append(ground.areas_at(xy))
        self.township, self.area = np.concatenate(township), np.concatenate(area)
        self.demand = self.covers = np.zeros(0)
        if layout.own_rules.standby is not None:
            self.demand, self.covers = cover(layout, self._turnout_factor())

    def _turnout_factor(self) -> np.ndarray:
        if self.system.service is None:
            return np.ones(len(self.stations))
        return self.system.service.standby.turnout_factor

    def at(self, now: float) -> datetime:
        return self.layout.settings.start + timedelta(seconds=now)

    def call(self, waiting: Waiting) -> WaitingCall:
        township = int(self.township[waiting.place])
        known = 0 <= township < len(self.townships)
        return WaitingCall(
            number=waiting.call,
            unit=waiting.need,
            priority=self.priorities[waiting.priority],
            urgency=waiting.priority,
            condition=self.conditions[waiting.condition],
            township=self.townships[township] if known else Called("", ""),
            area=AREAS[int(self.area[waiting.place])],
            waited_s=waiting.waited_s,
            at=self.at(waiting.now),
        )

    def offered(self, one: AvailableAmbulance) -> Offered:
        station, kind = self.stations[one.station], self.classes[one.kind]
        return Offered(one.row, station, kind, one.seconds, one.returning)

    def may_wait_at(self, idle: Idle) -> list[int]:
        """The rows of stations that are shown."""
        return [
            row for row, room in enumerate(idle.room) if room and not self.closed[row]
        ]  # fmt: skip

    def cleared(self, idle: Idle, rows: list[int]) -> Cleared:
        uncovered = self._uncovered(idle)
        posts = (
            Post(self.stations[row], row == idle.home, idle.drive_s[row], idle.free[row],
                 float(uncovered[row]))
            for row in rows
        )  # fmt: skip
        return Cleared(idle.row, self.classes[idle.kind], self.at(idle.now), tuple(posts))

    def _uncovered(self, idle: Idle) -> np.ndarray:
        """[station] the share of all calls that it covers and no free ambulance does."""
        covered = (np.array(idle.free) > 0) @ self.covers.astype(bool)
        found: np.ndarray = self.covers @ np.where(covered, 0.0, self.demand)
        return found
