"""Breaks of crews on the days of a calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from sim.scenario.dated import Days, Spans, crews_of, within
from sim.scenario.layout import Ambulance

if TYPE_CHECKING:
    from sim.scenario.settings.crews import Break, CrewSettings


class DatedBreak(NamedTuple):
    """A break of one crew."""

    earliest_at: float
    latest_at: float
    length_s: float


def dated(
    crews: CrewSettings, ambulance: Ambulance, on_duty: Spans, days: Days
) -> Iterator[DatedBreak]:
    """The breaks of one ambulance within the time that it is on duty."""
    for one in crews.breaks:
        if not has(one, ambulance, crews):
            continue
        for earliest in _earliest(one, ambulance, days):
            latest = earliest + one.patience_s
            if within(on_duty, earliest, latest + one.length):
                yield DatedBreak(earliest, latest, one.length)


def _earliest(one: Break, ambulance: Ambulance, days: Days) -> list[float]:
    """When a break may begin, on every day or in every shift of an ambulance."""
    if one.earliest is not None:
        found: list[float] = (days.begins_s + one.earliest).tolist()
        return found
    assert one.after is not None  # else it has a time of day
    needs = one.after + one.patience_s + one.length
    return [on + one.after for on, off in crews_of(ambulance.duty, days) if on + needs <= off]


def apart(found: Iterable[DatedBreak]) -> list[DatedBreak]:
    """Breaks in order, without those that may fall together with the one before."""
    kept: list[DatedBreak] = []
    for one in sorted(found):
        if not kept or one.earliest_at >= kept[-1].latest_at + kept[-1].length_s:
            kept.append(one)
    return kept


def has(one: Break, ambulance: Ambulance, crews: CrewSettings) -> bool:
    """Whether a break is one of the ambulance's crews, by class and roster."""
    kinds = {crews.row(name) for name in one.classes}
    return (not kinds or ambulance.kind in kinds) and (
        not one.rosters or ambulance.duty.roster in one.rosters
    )
