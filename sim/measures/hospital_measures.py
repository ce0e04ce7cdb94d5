"""Measures at the hospitals: where patients go, how long they wait for a bay, how full it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from sim.measures.calls import Tally
from sim.measures.event_kinds import OfEvents, PercentileOfEvents
from sim.measures.features import Feature
from sim.measures.groups import ALL, Group, Setup
from sim.measures.hospitals import HospitalTally
from sim.measures.kinds import (
    Events,
    Measure,
    OfCalls,
    OfFleet,
    PercentileOfCalls,
    Rows,
    days,
)
from sim.model.calendar import HOUR_S

LONG_S: Final = (900.0, 1_800.0, 3_600.0)  # of a wait for a bay
CAPABLE_WITHIN_S: Final = 3_600.0  # from the call to the door of a hospital that can treat it


def _hospitals(tally: Tally) -> HospitalTally | None:
    return None if tally.service is None else tally.service.hospitals


# ── by patient ───────────────────────────────────────────────────────────────────────────────


def _those(of: HospitalTally, group: Group) -> np.ndarray:
    """[patient] bool: those of a group: of a hospital or a condition."""
    if group.by not in ("hospital", "condition"):
        return np.ones(len(of.hospital), bool)
    column: np.ndarray = getattr(of, group.by)
    return column == group.row


def of_patients(value: Callable[[HospitalTally], np.ndarray]) -> Events:
    """[patient] what is made of those who were taken to a hospital, rather than to a clinic."""

    def values(tally: Tally, _: Setup, group: Group) -> np.ndarray:
        of = _hospitals(tally)
        if of is None:
            return np.zeros(0)
        return value(of)[_those(of, group) & ~of.clinic].astype(float)

    return values


def waited_over(seconds: float) -> Events:
    """[patient] whether the wait for a bay was longer than that."""
    return of_patients(lambda of: of.wait_s > seconds)


def taken_there(tally: Tally, _: Setup, group: Group) -> np.ndarray:
    """[patient] whether it was taken to the hospital of the group, of all who were taken away."""
    of = _hospitals(tally)
    return np.zeros(0) if of is None else _those(of, group).astype(float)


# ── by hospital ──────────────────────────────────────────────────────────────────────────────


def of_hospitals(value: Callable[[HospitalTally], np.ndarray]) -> Callable[[Tally, Group], float]:
    """The sum of a column of hospitals, or its value for one of them."""

    def total(tally: Tally, group: Group) -> float:
        of = _hospitals(tally)
        if of is None:
            return 0.0
        column = value(of)
        if group.by == "hospital":
            return float(column[group.row]) if group.row < len(column) else 0.0
        return float(column.sum()) if group == ALL else float("nan")

    return total


def _times_window(name: str) -> Callable[[Tally, Group], float]:
    """Places at hospitals times the seconds of the window."""
    places = of_hospitals(lambda of: getattr(of, name))
    return lambda tally, group: places(tally, group) * tally.window_s


def _window(tally: Tally, _: Group) -> float:
    return tally.window_s


# ── from the call to the hospital ────────────────────────────────────────────────────────────


def to_go(rows: Rows, _: Setup) -> np.ndarray:
    """[call] whether its patient was to go to a hospital."""
    return ~np.isnan(_to_hospital_s(rows))


def there_soon(rows: Rows, _: Setup) -> np.ndarray:
    """[call] whether it was at a hospital that can treat it within an hour of the call."""
    return _to_hospital_s(rows) <= CAPABLE_WITHIN_S


def _to_hospital_s(rows: Rows) -> np.ndarray:
    """[call] seconds to the door of a hospital that can treat it; nan where nobody was to go."""
    found = rows.beyond.hospital_s
    return found if len(found) else np.full(len(rows.response_s), np.nan)


# Of a hospital, and of a condition: what each of them has in the tables that are written.
OF_A_HOSPITAL: Final = (
    "destination", "bay_waits", "bay_mean", "bay_p90", "bay_hours", "bays_busy", "walk_ins_refused",
    "icu_busy",
)  # fmt: skip
OF_A_CONDITION: Final = (
    "within", "mean", "p90", "hospital_p50", "hospital_p90", "hospital_60", "bypassed", "bay_waits",
    "bay_mean",
)  # fmt: skip
HOSPITALS: Final[tuple[Measure, ...]] = (
    OfCalls(
        "hospital_60", "share", "more", value=there_soon, among=to_go, feature=Feature.CAPABLE
    ),
    PercentileOfCalls(
        "hospital_p50", "min", "less",
        value=_to_hospital_s, among=to_go, share=0.5, per=60.0, feature=Feature.CAPABLE,
    ),
    PercentileOfCalls(
        "hospital_p90", "min", "less",
        value=_to_hospital_s, among=to_go, share=0.9, per=60.0, feature=Feature.CAPABLE,
    ),
    OfEvents(
        "bypassed", "share", "less",
        value=of_patients(lambda of: of.passed_over), feature=Feature.BYPASS,
    ),
    OfEvents("bay_waits", "share", "less", value=waited_over(0.0), feature=Feature.BAYS),
    OfEvents("bay_over15", "share", "less", value=waited_over(LONG_S[0]), feature=Feature.BAYS),
    OfEvents("bay_over30", "share", "less", value=waited_over(LONG_S[1]), feature=Feature.BAYS),
    OfEvents("bay_over60", "share", "less", value=waited_over(LONG_S[2]), feature=Feature.BAYS),
    OfEvents(
        "bay_mean", "min", "less",
        value=of_patients(lambda of: of.wait_s), per=60.0, feature=Feature.BAYS,
    ),
    PercentileOfEvents(
        "bay_p90", "min", "less",
        value=of_patients(lambda of: of.wait_s), share=0.9, per=60.0, feature=Feature.BAYS,
    ),
    OfFleet(
        "bay_hours", "number", "less",
        above=of_hospitals(lambda of: of.waiting_s), below=days, per=HOUR_S, feature=Feature.BAYS,
    ),
    OfFleet(
        "bay_queue", "number", "less",
        above=of_hospitals(lambda of: of.waiting_s), below=_window, feature=Feature.BAYS,
    ),
    OfFleet(
        "bays_busy", "share", "less",
        above=of_hospitals(lambda of: of.bay_s), below=_times_window("bays"), feature=Feature.BAYS,
    ),
    OfFleet(
        "walk_ins_refused", "share", "less",
        above=of_hospitals(lambda of: of.refused), below=of_hospitals(lambda of: of.walk_ins),
        feature=Feature.WALK_INS,
    ),
    OfFleet(
        "icu_busy", "share", "less",
        above=of_hospitals(lambda of: of.icu_s), below=_times_window("icu"), feature=Feature.ICU,
    ),
)  # fmt: skip
# Of one hospital only: of all together it is all patients.
DESTINATION: Final = OfEvents(
    "destination", "share", "more", value=taken_there, feature=Feature.HOSPITALS
)
