"""Hours on duty to shifts: when each ambulance can be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.model.calendar import HOUR_S
from sim.scenario import off_road
from sim.scenario.dated import AFTER_THE_LAST_CALL_S, Days, Spans, days_from, merged, shifts_of

if TYPE_CHECKING:  # engines and worker processes need the arrays, not what they were made from
    from sim.scenario.duty import DutyHours
    from sim.scenario.scenario import Scenario


def study_seconds(scenario: Scenario) -> float:
    """Warm-up, length and cool-down together: calls are received from 0 to here."""
    return scenario.settings.study.total_s


def days_of(scenario: Scenario) -> Days:
    """Those of a scenario's run, for a year after the last call."""
    crews = scenario.settings.crews
    until_s = study_seconds(scenario) + AFTER_THE_LAST_CALL_S
    return days_from(scenario.settings.start, until_s, crews.holidays, crews.holiday_day)


# ── vehicles off the road as planned ─────────────────────────────────────────────────────────


class Shifts(NamedTuple):
    """When an ambulance can be sent, and which ends are ends of a shift."""

    spans: Spans
    ends_duty: list[bool]  # of each: False where its vehicle goes off the road in the shift


def shifts_by_ambulance(scenario: Scenario) -> list[Shifts]:
    """[ambulance] its shifts, without the hours in which its vehicle is off the road as planned."""
    days = days_of(scenario)
    known: dict[DutyHours, Spans] = {}
    found = []
    for ambulance, away in zip(scenario.fleet, planned_off(scenario, days), strict=True):
        if ambulance.duty not in known:
            known[ambulance.duty] = shifts_of(ambulance.duty, days)
        spans = known[ambulance.duty]
        found.append(without(spans, away) if away else Shifts(spans, [True] * len(spans)))
    return found


def planned_off(scenario: Scenario, days: Days) -> list[Spans]:
    """[ambulance] when its vehicle is off the road as planned."""
    crews = scenario.settings.crews
    if not crews.off_road:
        return [[] for _ in scenario.fleet]
    start = scenario.settings.start
    found: list[Spans] = [[] for _ in scenario.fleet]
    for one in crews.off_road:
        away: Spans = []
        if one.hours is not None:
            begins = days.begins_s[np.isin(days.weekday, one.days)] + one.hours.start * HOUR_S
            away = [(b, b + one.hours.length_s) for b in begins.tolist()]
        elif one.from_ is not None and one.to is not None:
            away = [((one.from_ - start).total_seconds(), (one.to - start).total_seconds())]
        for row in off_road.vehicles(one, scenario):
            found[row] += away
    return [merged(sorted(spans)) for spans in found]


def without(spans: Spans, away: Spans) -> Shifts:
    """Shifts without the time in which the vehicle is off the road."""
    left, ends_duty = [], []
    for begin, end in spans:
        at = begin
        for gone, back in away:
            if back <= at or gone >= end:
                continue
            if gone > at:
                left.append((at, gone))
                ends_duty.append(False)
            at = max(at, back)
        if at < end:
            left.append((at, end))
            ends_duty.append(True)
    return Shifts(left, ends_duty)
