"""Checks of hospitals: names, consortia, and whether somebody can treat every patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from sim.errors import did_you_mean
from sim.model.calendar import HOUR_S
from sim.scenario.centres import rows_by_name
from sim.scenario.dated import Spans, common, merged
from sim.scenario.hospitals import Hospital, at_rows, plainly, row_of
from sim.scenario.patients import Patient, closed_spans, closures_as_written, patient_of, patients
from sim.scenario.positions import position
from sim.scenario.validation import Problems, listed
from sim.text import Message

if TYPE_CHECKING:
    from sim.geography.bundle import Map
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Condition
    from sim.scenario.settings.hospitals import Consortium, HospitalAt, HospitalSettings

SHOWN: Final = 8  # capabilities in one message
T = TypeVar("T", str, int)


def check(scenario: Scenario, problems: Problems) -> None:
    """Tell what in the settings of hospitals does not fit the map, the conditions or itself."""
    settings, on = scenario.settings.hospitals, scenario.map
    here = problems.at("hospitals")
    _single(settings, on, here)
    _known_to(scenario, here)
    _consortia(settings.consortia, on, here.at("consortia"))
    _clinics(settings, on, here.at("clinics"))
    _outside(scenario, here.at("outside"))
    _treated(scenario, problems)


# ── single hospitals ─────────────────────────────────────────────────────────────────────────


def _single(settings: HospitalSettings, on: Map, problems: Problems) -> None:
    seen: dict[int, str] = {}
    for name, one in settings.at.items():
        here = problems.at("at", name)
        row = row_of(name, on)
        if row is None:
            _unknown(name, on, here)
        elif row in seen:
            here.tell(
                Message("{name} and {other} are one hospital", name=name, other=seen[row])
            )  # fmt: skip
        else:
            seen[row] = name
        _whole(one, settings, here)


def _unknown(name: str, on: Map, problems: Problems) -> None:
    known = dict.fromkeys(text for one in on.hospitals for text in (one.name.zh, one.name.en))
    hint = did_you_mean(name, list(known))
    problems.tell(Message('no hospital "{name}" on the map{hint}', name=name, hint=hint))


def _whole(one: HospitalAt, settings: HospitalSettings, problems: Problems) -> None:
    """Tell what is missing of a hospital."""
    if one.bays is not None and one.stay is None and settings.stay is None:
        problems.at("bays").tell(
            Message(
                "bays are limited, and nobody says for how long one is taken: write `stay` here, "
                "or under `hospitals` for all"
            )
        )
    if one.bays is None and one.walk_ins is not None:
        problems.at("walk_ins").tell(
            Message("who walks in takes a bay: write `bays`, too, how many there are")
        )
    if one.icu is not None and settings.icu_stay is None:
        problems.at("icu").tell(
            Message(
                "places in intensive care are limited, and nobody says for how long one is taken: "
                "write `icu_stay` under `hospitals`"
            )
        )


def _known_to(scenario: Scenario, problems: Problems) -> None:
    """Tell of closures to conditions or capabilities that nobody knows."""
    conditions = scenario.settings.demand.conditions
    known = dict.fromkeys(one.name for one in conditions)
    known |= dict.fromkeys(name for one in conditions for name in one.treated_by)
    known |= dict.fromkeys(
        name for one in scenario.hospitals for name in sorted(one.capabilities)
    )  # fmt: skip
    plain = set(map(plainly, known))
    for name, one in scenario.settings.hospitals.at.items():
        for number, closed in enumerate(one.closed):
            for to in closed.to:
                if plainly(to) not in plain:
                    problems.at("at", name, "closed", number, "to").tell(
                        Message(
                            'no condition or capability "{name}"{hint}',
                            name=to, hint=did_you_mean(to, list(known)),
                        )
                    )  # fmt: skip


# ── consortia, clinics, outside ──────────────────────────────────────────────────────────────


def _consortia(consortia: Sequence[Consortium], on: Map, problems: Problems) -> None:
    for name in _twice(one.name for one in consortia):
        problems.tell(Message('"{name}" is named twice', name=name))
    rows = rows_by_name(on)
    hospitals: list[int] = []
    townships: list[int] = []
    for number, one in enumerate(consortia):
        here = problems.at(number)
        for name in one.hospitals:
            row = row_of(name, on)
            if row is None:
                _unknown(name, on, here.at("hospitals"))
            else:
                hospitals.append(row)
        for name in one.townships:
            found = rows.get(name.casefold(), [])
            townships += found
            if not found:
                hint = did_you_mean(name, [spot.name.zh for spot in on.townships])
                here.at("townships").tell(
                    Message('no township "{name}" on the map{hint}', name=name, hint=hint)
                )
    for named, spots in ((hospitals, on.hospitals), (townships, on.townships)):
        if again := _twice(named):
            problems.tell(
                Message("named twice: {names}", names=listed([spots[n].name.zh for n in again]))
            )


def _clinics(settings: HospitalSettings, on: Map, problems: Problems) -> None:
    clinics = settings.clinics
    if clinics is None:
        return
    for name in clinics.hospitals:
        if row_of(name, on) is None:
            _unknown(name, on, problems.at("hospitals"))
    levels = dict.fromkeys(level for level, _ in on.hospital_facts if level)
    for level in clinics.levels:
        if level.casefold() not in {known.casefold() for known in levels}:
            problems.at("levels").tell(
                Message(
                    'no hospital of the map is of the level "{level}"; its levels: {known}',
                    level=level, known=listed(list(levels)) if levels else Message("none"),
                )
            )  # fmt: skip


def _outside(scenario: Scenario, problems: Problems) -> None:
    settings, on = scenario.settings.hospitals, scenario.map
    for number, one in enumerate(settings.outside):
        position(one.gate, on, problems.at(number, "gate"))
        if row_of(one.name, on) is not None:
            problems.at(number, "name").tell(
                Message("{name} is a hospital of the map: it is not outside", name=one.name)
            )
    for name in _twice(one.name for one in settings.outside):
        problems.tell(Message('"{name}" is named twice', name=name))


def _twice(named: Iterable[T]) -> list[T]:
    return [one for one, times in Counter(named).items() if times > 1]


# ── who treats whom ──────────────────────────────────────────────────────────────────────────


def _treated(scenario: Scenario, problems: Problems) -> None:
    """Tell of patients whom no hospital can treat."""
    hospitals = scenario.hospitals
    demand = scenario.settings.demand
    if not scenario.map.hospitals:
        return  # told elsewhere, if anybody is taken to hospital
    if not any(one.takes_emergencies for one in hospitals):
        problems.at("hospitals", "clinics").tell(
            Message("every hospital of the map is a clinic: nobody can be taken to a hospital")
        )
        return
    clinics = scenario.settings.hospitals.clinics
    read = clinics is not None and clinics.at is not None  # what is wrong with these was told then
    for number, condition in enumerate(demand.conditions):
        here = problems.at("demand", "conditions", number)
        _capable(condition, hospitals, here.at("treated_by"))
        if condition.to_clinic > 0 and not (read or any(one.is_clinic for one in hospitals)):
            here.at("to_clinic").tell(
                Message("there is no clinic: say under `hospitals.clinics` where they are")
            )
        cannot_treat = _nobody(patient_of(condition), hospitals)  # told already
        no_icu = _nobody(patient_of(condition, needs_icu=True), hospitals)
        if condition.icu > 0 and no_icu and not cannot_treat:
            here.at("icu").tell(
                Message(
                    "no hospital that can treat {condition} has a place in intensive care",
                    condition=condition.name,
                )
            )


def _nobody(patient: Patient, hospitals: Sequence[Hospital]) -> bool:
    return not any(patient.treated_at(one) for one in hospitals)


def _capable(condition: Condition, hospitals: Sequence[Hospital], problems: Problems) -> None:
    if not _nobody(patient_of(condition), hospitals):
        return
    real = [one for one in hospitals if one.takes_emergencies]
    known = sorted({name for one in real for name in one.capabilities})
    if not known:
        problems.tell(
            Message(
                "no hospital can treat {condition}: neither the map nor `hospitals.at` says what "
                "any hospital can treat",
                condition=condition.name,
            )
        )  # fmt: skip
        return
    who = "; ".join(
        str(
            Message(
                "{capability}: {hospitals}", capability=name,
                hospitals=listed([one.name.zh for one in real if name in one.capabilities]),
            )
        )
        for name in known[:SHOWN]
    )  # fmt: skip
    missing = [name for name in condition.treated_by if plainly(name) not in known]
    if missing:
        problems.tell(
            Message(
                "no hospital can treat {condition}: none has the capability {missing} (known are "
                "{who}){hint}",
                condition=condition.name, missing=listed(missing),
                hint=did_you_mean(plainly(missing[0]), known), who=who,
            )
        )  # fmt: skip
    else:
        problems.tell(
            Message(
                "no hospital can treat {condition}: none has all of {needed}. Known are {who}",
                condition=condition.name, needed=listed(condition.treated_by), who=who,
            )
        )  # fmt: skip


# ── what a planner should look at ────────────────────────────────────────────────────────────


def doubts(scenario: Scenario) -> Iterator[Message]:
    """Walk-in patients who fill a hospital, and times at which nobody open can treat a patient."""
    yield from _full(scenario)
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
            "all hospitals are closed at once, {times} times in the run (first from {begin} until "
            "{end}): patients then go to the nearest",
            **values,
        )
    return Message(
        "all hospitals that can treat {condition} are closed at once, {times} times in the run "
        "(first from {begin} until {end}): its patients then go to the nearest of them",
        **values,
    )
