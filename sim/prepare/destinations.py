"""Where patients are taken, as arrays: who is treated where, when hospitals are closed, bays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.model.columns import columns
from sim.model.service import NO_LIMIT, Closures, DestinationRule, Destinations
from sim.policies.clock import NONE, on_grid
from sim.prepare import ways
from sim.prepare.patients import PatientKinds, kinds
from sim.prepare.shifts import study_seconds
from sim.scenario import centres
from sim.scenario.dated import AFTER_THE_LAST_CALL_S
from sim.scenario.distributions import Constant, Distribution
from sim.scenario.hospitals import at_rows, rows_of
from sim.scenario.patients import closed_spans, closures_as_written

if TYPE_CHECKING:  # engines and worker processes need the arrays, not what they were made from
    from sim.scenario.scenario import Scenario

RULES: Final = {
    "nearest": DestinationRule.NEAREST,
    "consortium first": DestinationRule.CONSORTIUM,
    "soonest": DestinationRule.SOONEST,
}
NOTHING: Final = Constant.model_validate({"distribution": "constant", "value": "0 s"})


def destinations(scenario: Scenario, plain: Destinations) -> Destinations:
    """Where the patients of a scenario are taken; what it says nothing of stays plain."""
    settings, ground = scenario.settings.hospitals, scenario.map
    own = at_rows(settings.at, ground)
    numbered = kinds(scenario)
    found = plain._replace(
        rule=int(RULES[settings.destination]),
        treats=numbered.treats,
        needs_icu=numbered.needs_icu,
        closures=closures(scenario, numbered),
        bypass_when_full=settings.bypass_when_full,
        walk_ins_wait=settings.walk_ins == "wait" or not any(one.walk_ins for one in own.values()),
        away_s=on_grid(np.array([one.away_s or 0.0 for one in scenario.hospitals])),
        full_at=_filled(plain.full_at, {row: one.full_at for row, one in own.items()}),
        bays=_filled(plain.bays, {row: one.bays for row, one in own.items()}),
        icu=_filled(plain.icu, {row: one.icu for row, one in own.items()}),
    )
    if settings.destination == "consortium first":
        found = _with_consortia(scenario, found)
    return _with_stays(scenario, found)


def are_plain(found: Destinations, plain: Destinations) -> bool:
    """Whether every patient goes to the nearest hospital of the map and finds room there."""
    theirs = columns(plain)
    return all(np.array_equal(value, theirs[name]) for name, value in columns(found).items())


def _filled(plain: np.ndarray, known: dict[int, int | None]) -> np.ndarray:
    found = plain.copy()
    for row, number in known.items():
        if number is not None:
            found[row] = number
    return found


def _with_consortia(scenario: Scenario, found: Destinations) -> Destinations:
    """With the consortium of each hospital, and of the patients of each place."""
    consortia, ground = scenario.settings.hospitals.consortia, scenario.map
    of_hospital = np.full(len(scenario.hospitals), NONE)
    for number, one in enumerate(consortia):
        of_hospital[rows_of(one.hospitals, ground)] = number
    of_township = centres.of_townships(consortia, ground)
    return found._replace(
        consortium=of_hospital, consortium_of=of_township[ways.townships(scenario)]
    )


# ── bays ─────────────────────────────────────────────────────────────────────────────────────


def stay_laws(scenario: Scenario) -> tuple[tuple[Distribution, ...], np.ndarray]:
    """How long bays stay taken after handover: the laws, and [hospital] which of them holds.

    The first is the usual one, without which it is no time at all: such a hospital has no limit of
    bays. No laws where nobody asks how full a hospital is.
    """
    settings = scenario.settings.hospitals
    of_hospital = np.zeros(len(scenario.hospitals), int)
    if all(one.bays is None and one.icu is None for one in settings.at.values()):
        return (), of_hospital
    laws: list[Distribution] = [settings.stay or NOTHING]
    for row, one in at_rows(settings.at, scenario.map).items():
        if one.stay is not None:
            if one.stay not in laws:
                laws.append(one.stay)
            of_hospital[row] = laws.index(one.stay)
    return tuple(laws), of_hospital


def _with_stays(scenario: Scenario, found: Destinations) -> Destinations:
    """With the law of each hospital's stays, and how long a bay is expected to be taken for."""
    laws, of_hospital = stay_laws(scenario)
    if not laws:
        return found
    handover = scenario.settings.durations.handover.mean()
    mean = on_grid(handover + np.array([law.mean() for law in laws])[of_hospital])
    limited = found.bays < NO_LIMIT
    return found._replace(own_stay=of_hospital - 1, mean_stay_s=np.where(limited, mean, 0.0))


# ── closures ─────────────────────────────────────────────────────────────────────────────────


def closures(scenario: Scenario, numbered: PatientKinds) -> Closures:
    """When hospitals are closed, in order of the hospital and the instant; to nobody: left out."""
    until_s = study_seconds(scenario) + AFTER_THE_LAST_CALL_S
    rows: list[tuple[int, float, float]] = []
    concerned: list[np.ndarray] = []
    for (hospital, one), of_kind in zip(
        closures_as_written(scenario), numbered.concerned, strict=True
    ):
        spans = closed_spans(one, scenario.settings.start, until_s) if of_kind.any() else ()
        for begin, end in spans:
            rows.append((hospital, begin, end))
            concerned.append(of_kind)
    order = sorted(range(len(rows)), key=lambda number: rows[number])
    table = np.array([rows[number] for number in order], float).reshape(-1, 3)
    return Closures(
        table[:, 0].astype(int),
        table[:, 1],
        table[:, 2],
        np.array([concerned[number] for number in order], bool).reshape(
            len(rows), len(numbered.needs_icu)
        ),
    )
