"""Checks of hospitals: names, consortia, and whether somebody can treat every patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from sim.errors import did_you_mean
from sim.scenario.centres import rows_by_name
from sim.scenario.hospitals import Hospital, plainly, row_among, row_of
from sim.scenario.patients import (
    Patient,
    closed_spans,
    limits_icu,
    patient_of,
)
from sim.scenario.positions import position
from sim.scenario.validation import Problems, listed
from sim.text import Message, Name

if TYPE_CHECKING:
    from sim.geography.bundle import Map
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Condition, Settings
    from sim.scenario.settings.hospitals import Consortium, HospitalAt, HospitalSettings

SHOWN: Final = 8  # capabilities in one message
T = TypeVar("T", str, int)


def check(scenario: Scenario, problems: Problems) -> None:
    """Tell what in the settings of hospitals does not fit the map, the conditions or itself."""
    settings, on = scenario.settings.hospitals, scenario.map
    here = problems.at("hospitals")
    _single(settings, on, here)
    if settings.bypass_when_full and all(one.bays is None for one in settings.at.values()):
        here.at("bypass_when_full").tell(
            Message(
                "no hospital has limited bays, so none is ever full: write `bays` of some under "
                "`hospitals.at`, or leave it out"
            )
        )
    _known_to(scenario, here)
    _consortia(settings.consortia, on, here.at("consortia"))
    _clinics(settings, on, here.at("clinics"))
    _outside(scenario, here.at("outside"))
    _treated(scenario, problems)


def unread(written: Iterable[object], destination: str, problems: Problems) -> None:
    """Tell of consortia that have no part in the choice of a hospital.

    `written`: chapters as files have them, a file before its base. What a base has for its own rule
    may stay there, as of `standing.unread`.
    """
    for chapter in written if destination != "consortium first" else ():
        if not isinstance(chapter, Mapping):
            continue
        if chapter.get("consortia"):
            problems.at("consortia").tell(
                Message(
                    "consortia have no part where `destination` is {destination}: leave them out, "
                    "or write `destination: consortium first`",
                    destination=destination,
                )
            )
        if "destination" in chapter:
            return


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
    if one.bays is None and one.full_at is not None:
        problems.at("full_at").tell(
            Message("no ambulance waits where bays are not limited: write `bays`, too")
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


def check_dates(settings: Settings, problems: Problems) -> None:
    """Tell of hospitals that would close on days that are not of the run."""
    start = settings.start
    end = start + timedelta(seconds=settings.study.total_s)
    for name, one in settings.hospitals.at.items():
        for number, closed in enumerate(one.closed):
            if closed.hours is None and not closed_spans(closed, start, settings.study.total_s):
                problems.at("at", name, "closed", number).tell(
                    Message(
                        "it is never in force in the run, which is from {start} until {end}",
                        start=f"{start:%Y-%m-%d %H:%M}", end=f"{end:%Y-%m-%d %H:%M}",
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
    """Tell of gates that are nowhere, and of names that other hospitals have in either language."""
    on, before = scenario.map, list[Name]()
    for number, one in enumerate(scenario.settings.hospitals.outside):
        here = problems.at(number)
        position(one.gate, on, here.at("gate"))
        for field, name in (("name", one.name), ("name_zh", one.name_zh)):
            if name is None:
                continue
            if row_of(name, on) is not None:
                here.at(field).tell(
                    Message("{name} is a hospital of the map: it is not outside", name=name)
                )
            elif row_among(name, before) is not None:
                here.at(field).tell(Message('"{name}" is named twice', name=name))
        before.append(one.names)


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
        if condition.icu > 0 and not limits_icu(scenario):
            here.at("icu").tell(
                Message(
                    "no hospital has a limited number of places in intensive care: write `icu` of "
                    "some under `hospitals.at`, or leave it out"
                )
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
