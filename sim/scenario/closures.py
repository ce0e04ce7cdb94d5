"""Closures of roads: whether they are right, and which are in force when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.errors import did_you_mean
from sim.model.calendar import HOUR_S, HOURS_PER_WEEK, start_of_week_s
from sim.scenario import closed_roads
from sim.scenario.dated import AFTER_THE_LAST_CALL_S
from sim.scenario.settings import TravelSettings
from sim.scenario.settings.closures import OPEN, Closure
from sim.scenario.settings.travel import LEAST_TOGETHER, multiplied
from sim.scenario.validation import Problems
from sim.text import Message

if TYPE_CHECKING:
    from sim.geography.bundle import Map
    from sim.scenario.settings import Settings


def check(settings: Settings, on: Map, problems: Problems) -> None:
    """Tell of closures that mean no roads of the map, or would make speeds that nobody drives."""
    travel = settings.travel
    for name, closure in travel.closed.items():
        here = problems.at("closures", name)
        if on.matrix is not None:
            here.tell(Message("this map has times between places and no roads to be closed"))
            continue
        unknown = sorted(set(closure.classes) - set(on.network.classes))
        for roads in unknown:
            hint = did_you_mean(roads, on.network.classes)
            here.at("classes").tell(
                Message('the map has no road of class "{name}"{hint}', name=roads, hint=hint)
            )
        if not unknown:
            closed_roads.found(closure, on, here)
    slowed = np.prod([one.factor for one in travel.closed.values() if one.factor > 0])
    least = float(slowed) * multiplied(travel.bands)[0]
    if least < LEAST_TOGETHER:
        problems.at("closures").tell(
            Message(
                "closures and bands that overlap may multiply to {least:.3g} % of a speed: they "
                "must stay above {lowest:g} %",
                least=100 * least, lowest=100 * LEAST_TOGETHER,
            )
        )  # fmt: skip


def check_opened(contents: Sequence[Mapping[str, Any]], problems: Problems) -> None:
    """Tell of closures that a file takes away although no base of it has them.

    `contents`: of the file and its bases, the nearest first.
    """
    written = [_written(content) for content in contents]
    told: set[str] = set()
    for row, own in enumerate(written):
        below = {name for base in written[row + 1 :] for name, one in base.items() if one != OPEN}
        for name in [name for name, one in own.items() if one == OPEN and name not in below]:
            if name not in told:
                told.add(name)
                problems.at("closures", name).tell(
                    Message(
                        '`open` takes away a closure that a base has, and none has one called '
                        '"{name}"{hint}',
                        name=name, hint=did_you_mean(name, sorted(below)),
                    )
                )  # fmt: skip


def _written(content: Mapping[str, Any]) -> dict[str, Any]:
    """The closures of a file as they are written; none where there are no such."""
    travel = content.get("travel")
    found = travel.get("closures") if isinstance(travel, Mapping) else None
    return {str(name): one for name, one in found.items()} if isinstance(found, Mapping) else {}


class Calendar(NamedTuple):
    """Pieces of time in which nothing changes, on the clock that is 0 on the Monday 00:00 before
    the run."""

    start_s: np.ndarray  # [piece] when each begins, the first at 0
    hour: np.ndarray  # [piece] of the week
    in_force: np.ndarray  # [piece, closure] bool
    offset_s: float  # the run's start on this clock
    period_s: float  # after which they begin again; inf = never


def calendar(settings: Settings) -> Calendar:
    """When which closures are in force: a week for ever, or the run itself where one is dated."""
    closures = list(settings.travel.closed.values())
    offset_s = start_of_week_s(settings.start)
    start_s, period_s = np.arange(HOURS_PER_WEEK) * HOUR_S, HOURS_PER_WEEK * HOUR_S
    dated = [_dates(one, settings.start) for one in closures]
    if any(one.dated for one in closures):
        until_s = offset_s + settings.study.total_s + AFTER_THE_LAST_CALL_S
        hours = np.arange(np.ceil(until_s / HOUR_S)) * HOUR_S
        dates = np.array(dated).ravel() + offset_s
        start_s = np.unique(np.concatenate([hours, dates[(dates > 0) & (dates < until_s)]]))
        period_s = np.inf
    hour = (start_s // HOUR_S).astype(int) % HOURS_PER_WEEK
    in_force = np.zeros((len(start_s), len(closures)), bool)
    for row, (one, (begin, end)) in enumerate(zip(closures, dated, strict=True)):
        at = start_s - offset_s
        in_force[:, row] = one.week[hour]
        if one.dated:
            in_force[:, row] &= (at >= begin) & (at < end)
    return Calendar(start_s, hour, in_force, offset_s, period_s)


def _dates(closure: Closure, start: datetime) -> tuple[float, float]:
    """From when until when it may be in force, in seconds of the run."""
    begin, end = closure.from_, closure.until
    return (
        -np.inf if begin is None else (begin - start).total_seconds(),
        np.inf if end is None else (end - start).total_seconds(),
    )


def in_force_at_first(settings: Settings) -> list[str]:
    """The names of the closures that are in force as the run begins."""
    if not settings.travel.closed:
        return []
    times = calendar(settings)
    piece = int(np.searchsorted(times.start_s, times.offset_s, side="right")) - 1
    return [name for name, now in zip(settings.travel.closed, times.in_force[piece].tolist(),
                                      strict=True) if now]  # fmt: skip


class Factors(NamedTuple):
    """What speeds are multiplied with; 0 = closed."""

    through: np.ndarray  # [edge] of who drives through
    to_places: np.ndarray  # [edge] of who drives to a place beside it, or from there


def factors(travel: TravelSettings, on: Map, in_force: np.ndarray) -> Factors:
    """What closures that are in force make of speeds."""
    found = Factors(np.ones(len(on.network.tail)), np.ones(len(on.network.tail)))
    for closure, now in zip(travel.closed.values(), in_force.tolist(), strict=True):
        if now:
            edges = closed_roads.edges_of(closure, on)
            found.through[edges] *= closure.factor
            found.to_places[edges] *= closure.factor or float(closure.access == "local")
    return found


def check_dates(settings: Settings, problems: Problems) -> None:
    """Tell of closures that are never in force in the run."""
    if not settings.travel.closed:
        return
    times, start = calendar(settings), settings.start
    end_s = settings.study.total_s
    end = start + timedelta(seconds=end_s)
    during = slice(None)
    if not np.isfinite(times.period_s):
        first = int(np.searchsorted(times.start_s, times.offset_s, side="right")) - 1
        during = slice(first, int(np.searchsorted(times.start_s, times.offset_s + end_s)))
    ever = [bool(column.any()) for column in times.in_force[during].T]
    for name, comes in zip(settings.travel.closed, ever, strict=True):
        if not comes:
            problems.at("closures", name).tell(
                Message(
                    "it is never in force in the run, which is from {start} until {end}",
                    start=f"{start:%Y-%m-%d %H:%M}", end=f"{end:%Y-%m-%d %H:%M}",
                )
            )  # fmt: skip
