"""What a planner should look at of hospitals: who fills them, when nobody can treat a patient."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from sim.model.calendar import DAY_S, HOUR_S
from sim.scenario.dated import Spans, common, merged
from sim.scenario.hospitals import at_rows
from sim.scenario.patients import Patient, closed_spans, closures_as_written, limits_icu, patients
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def doubts(scenario: Scenario) -> Iterator[Message]:
    """What may surprise: walk-in patients who fill a hospital, intensive care that is not as full
    as usual when measuring begins, and times at which nobody open can treat a patient."""
    yield from _full(scenario)
    yield from _filling(scenario)
    yield from _all_closed(scenario)


def _full(scenario: Scenario) -> Iterator[Message]:
    settings = scenario.settings.hospitals
    for row, one in at_rows(settings.at, scenario.map).items():
        arrivals, stay = one.arrivals, one.stay or settings.stay
        if arrivals is None or stay is None or one.bays is None:
            continue
        taken = arrivals.rate.per_second * stay.mean()
        if taken >= one.bays:
            yield Message(
                "{hospital}: patients who come by themselves alone fill its bays ({rate:.3g} an "
                "hour for {stay:.3g} min each take {taken:.3g} bays in the mean; there are {bays})",
                hospital=scenario.map.hospitals[row].name,
                rate=arrivals.rate.per_second * HOUR_S,
                stay=stay.mean() / 60,
                taken=taken,
                bays=one.bays,
            )


def _filling(scenario: Scenario) -> Iterator[Message]:
    """Intensive care is empty when the warm-up begins, and as full as usual only after a stay."""
    stay, study = scenario.settings.hospitals.icu_stay, scenario.settings.study
    needed = any(one.icu > 0 for one in scenario.settings.demand.conditions)
    if stay is None or not (needed and limits_icu(scenario)) or stay.mean() <= study.warm_up:
        return
    yield Message(
        "places in intensive care are all free as the warm-up begins, and a stay is longer than it "
        "({stay:.3g} against {warm_up:.3g}, in days): fewer are taken than usual. Write a longer "
        "`study.warm_up`, two such stays or more",
        stay=stay.mean() / DAY_S,
        warm_up=study.warm_up / DAY_S,
    )


def _all_closed(scenario: Scenario) -> Iterator[Message]:
    start, study = scenario.settings.start, scenario.settings.study
    until_s = study.warm_up + study.length + study.cool_down
    closures = closures_as_written(scenario)
    hospitals = scenario.hospitals
    told: list[Spans] = []
    for patient in patients(scenario) if closures else ():
        rows = [row for row, one in enumerate(hospitals) if patient.treated_at(one)]
        spans: Spans = [(0.0, until_s)] if rows else []
        for row in rows:
            shut = [
                span
                for hospital, one in closures
                if hospital == row and patient.named_in(one)
                for span in closed_spans(one, start, until_s)
            ]
            spans = common(spans, merged(sorted(shut)))
        if spans and spans not in told:
            told.append(spans)
            yield _at_once(patient, spans, scenario)


def _at_once(patient: Patient, spans: Spans, scenario: Scenario) -> Message:
    begin, end = (scenario.settings.start + timedelta(seconds=at) for at in spans[0])
    values = {
        "begin": f"{begin:%Y-%m-%d %H:%M}",
        "end": f"{end:%Y-%m-%d %H:%M}",
        "times": len(spans),
        "condition": patient.condition,
    }
    if not patient.condition:
        return Message(
            "all hospitals are closed at once from {begin} until {end}, the first of {times} such "
            "times in the run: patients then go to the nearest",
            **values,
        )
    return Message(
        "all hospitals that can treat {condition} are closed at once from {begin} until {end}, the "
        "first of {times} such times in the run: its patients then go to the nearest of them",
        **values,
    )
