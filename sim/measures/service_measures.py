"""The measures beyond the plain service: classes, several units, centres, crews, standby.

Those of hospitals stand in `hospital_measures`, of calls that end otherwise, or are no emergencies,
in `other_measures`.

Each is listed only where the scenario has what it speaks of (`Measure.feature`), and has a value
everywhere: in a plain service every ambulance is capable, and nobody takes a break.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from sim.measures.calls import Tally
from sim.measures.features import Feature
from sim.measures.groups import ALL, Group, Setup, in_area
from sim.measures.hospital_measures import HOSPITALS
from sim.measures.kinds import Measure, OfCalls, OfFleet, PercentileOfCalls, Rows, days
from sim.measures.other_measures import OTHER_CALLS
from sim.measures.response import WITHIN, counted, reached
from sim.model.calendar import DAY_S, HOURS_PER_WEEK
from sim.policies import targets

# ── what is counted of calls ─────────────────────────────────────────────────────────────────


def capable_in_time(rows: Rows, setup: Setup) -> np.ndarray:
    """[call] whether somebody capable was there within the target of its area."""
    within: np.ndarray = targets.in_time(rows.beyond.capable_s, np.array(setup.target_s)[rows.area])
    return within


def second_came(rows: Rows, _: Setup) -> np.ndarray:
    """[call] whether it needed several units, and a second one came."""
    came: np.ndarray = targets.reached(rows.beyond.second_s)
    return came & (rows.beyond.needs > 1)


def needs_several(rows: Rows, setup: Setup) -> np.ndarray:
    """[call] whether it needed several units, and was not withdrawn early."""
    several: np.ndarray = rows.beyond.needs > 1
    return _that_count(several, rows, setup)


def may_arrest(rows: Rows, setup: Setup) -> np.ndarray:
    """[call] whether survival is told of it."""
    if setup.survival is None:
        return np.zeros(len(rows.response_s), bool)
    told: np.ndarray = rows.priority == setup.survival.priority
    return _that_count(told, rows, setup)


def _that_count(some: np.ndarray, rows: Rows, setup: Setup) -> np.ndarray:
    """[call] those of some calls that were not withdrawn before their target had passed."""
    these = counted(rows, setup)
    return some if these is None else some & these


def survival(rows: Rows, setup: Setup) -> np.ndarray:
    """[call] the chance to survive, were it a cardiac arrest; 0 if nobody came."""
    curve, ambulance_s = setup.survival, rows.response_s
    if curve is None:
        return np.zeros(len(ambulance_s))
    help_s = np.minimum(ambulance_s, rows.responder_s)
    worse = np.full(len(ambulance_s), curve.constant)
    for slope, waited_s in ((curve.help_min, help_s), (curve.ambulance_min, ambulance_s)):
        if slope:  # nothing times a wait without end would be no number
            worse += slope * waited_s / 60.0
    with np.errstate(over="ignore"):
        chance: np.ndarray = 1.0 / (1.0 + np.exp(worse))
    return chance


# ── what is counted of the fleet ─────────────────────────────────────────────────────────────


def of_group(spent_s: np.ndarray, tally: Tally, group: Group) -> float:
    """Seconds of [ambulance, hour of the week], of all or of a part of the fleet."""
    if group == ALL:
        return float(spent_s.sum())
    if group.by == "class_hour":
        kind, hour = divmod(group.row, HOURS_PER_WEEK)
        return float(spent_s[_column(tally, "kind") == kind, hour].sum())
    name = {"class": "kind", "centre": "home_centre"}.get(group.by)
    return float(spent_s[_column(tally, name) == group.row].sum()) if name else float("nan")


def level_zero_s(tally: Tally, group: Group) -> float:
    """Seconds in which no ambulance on shift was free, of all or of those of a centre."""
    if group.by != "centre" or tally.service is None or not len(tally.service.level_zero_s):
        return tally.level_zero_s
    of_centre = tally.service.level_zero_s
    return float(of_centre[group.row]) if group.row < len(of_centre) else tally.window_s


def _column(tally: Tally, name: str) -> np.ndarray:
    """[ambulance] its class or centre; in a plain service all have one."""
    if tally.service is None:
        return np.zeros(len(tally.busy_s), int)
    column: np.ndarray = getattr(tally.service, name)
    return column


def _sum(name: str) -> Callable[[Tally, Group], float]:
    """A sum of a `ServiceTally`; 0 in a plain service."""

    def of(tally: Tally, _: Group) -> float:
        return 0.0 if tally.service is None else float(getattr(tally.service, name))

    return of


def _ambulance_days(tally: Tally, _: Group) -> float:
    return len(tally.busy_s) * tally.window_s / DAY_S


def _shifts(tally: Tally, _: Group) -> float:
    return tally.on_duty_s.sum() / DAY_S if tally.service is None else tally.service.shifts


# ── the measures ─────────────────────────────────────────────────────────────────────────────

# Of a dispatch centre: what its own table has.
OF_A_CENTRE: Final = ("served_at_once", "out_of_area", "busy", "level_zero")
SERVICE: Final[tuple[Measure, ...]] = (
    OfCalls(
        "capable", "share", "more",
        value=capable_in_time, among=counted, beside=WITHIN, feature=Feature.CLASSES,
    ),
    OfCalls(
        "capable_urban", "share", "more",
        value=capable_in_time, among=counted, where=in_area(0), beside=WITHIN,
        feature=Feature.CLASSES,
    ),
    OfCalls(
        "capable_rural", "share", "more",
        value=capable_in_time, among=counted, where=in_area(1), beside=WITHIN,
        feature=Feature.CLASSES,
    ),
    PercentileOfCalls(
        "capable_p90", "min", "less",
        value=lambda rows: rows.beyond.capable_s, among=counted, share=0.9, per=60.0,
        feature=Feature.CLASSES,
    ),
    OfCalls(
        "units_all", "share", "more",
        value=lambda rows, _: rows.beyond.met >= rows.beyond.needs, among=needs_several,
        feature=Feature.UNITS,
    ),
    OfCalls(
        "units_fewer", "share", "less",
        value=lambda rows, _: (rows.beyond.met > 0) & (rows.beyond.met < rows.beyond.needs),
        among=needs_several, feature=Feature.UNITS,
    ),
    OfFleet(
        "needs_met", "share", "more",
        above=lambda tally, _: float(tally.beyond.met.sum()),
        below=lambda tally, _: float(tally.beyond.needs.sum()), feature=Feature.UNITS,
    ),
    OfCalls(
        "second_mean", "min", "less",
        value=lambda rows, _: rows.beyond.second_s, among=second_came, per=60.0,
        feature=Feature.UNITS,
    ),
    PercentileOfCalls(
        "second_p90", "min", "less",
        value=lambda rows: rows.beyond.second_s, share=0.9, among=second_came, per=60.0,
        feature=Feature.UNITS,
    ),
    OfCalls(
        "out_of_area", "share", "less",
        value=lambda rows, _: rows.beyond.out_of_area, among=reached, feature=Feature.CENTRES,
    ),
    OfCalls(
        "other_zone", "share", "less",
        value=lambda rows, _: rows.beyond.other_zone, among=reached, feature=Feature.ZONES,
    ),
    OfFleet(
        "overrun", "min", "less",
        above=_sum("overrun_s"), below=days, per=60.0, feature=Feature.SHIFTS,
    ),
    OfFleet(
        "overrun_home", "min", "less",
        above=_sum("until_home_s"), below=days, per=60.0, feature=Feature.SHIFTS,
    ),
    OfFleet(
        "overrun_crews", "number", "less",
        above=_sum("overruns"), below=days, feature=Feature.SHIFTS,
    ),
    OfFleet(
        "breaks_missed", "share", "less",
        above=_sum("breaks_missed"), below=_sum("breaks_due"), feature=Feature.BREAKS,
    ),
    OfFleet(
        "breaks_broken", "share", "less",
        above=_sum("breaks_broken"), below=_sum("breaks_due"), feature=Feature.BREAKS,
    ),
    OfFleet(
        "break_time", "min", "more",
        above=_sum("break_s"), below=_sum("shifts_with_breaks"), per=60.0, feature=Feature.BREAKS,
    ),
    OfFleet(
        "off_road", "number", "less",
        above=_sum("off_s"), below=lambda tally, _: tally.window_s, feature=Feature.FAILURES,
    ),
    OfFleet(
        "failures", "number", "less",
        above=_sum("failures"), below=_ambulance_days, feature=Feature.FAILURES,
    ),
    OfFleet("moves", "number", "less", above=_sum("moves"), below=_shifts, feature=Feature.STANDBY),
    OfFleet(
        "move_time", "min", "less",
        above=_sum("move_s"), below=_ambulance_days, per=60.0, feature=Feature.STANDBY,
    ),
    OfCalls(
        "survival", "share", "more",
        value=survival, among=may_arrest, counts=False, feature=Feature.SURVIVAL,
    ),
    *OTHER_CALLS,
    *HOSPITALS,
)  # fmt: skip
