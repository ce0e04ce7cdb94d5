"""Hospitals: where patients are taken, who is received where and when, and how full it is there."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from sim import units
from sim.model.calendar import DAYS, HOURS, hours_of_week
from sim.scenario.dates import LocalTime
from sim.scenario.distributions import AnyDistribution
from sim.scenario.settings.demand import Profile
from sim.scenario.settings.failures import LongDistribution
from sim.scenario.settings.responders import Where
from sim.scenario.values import (
    Form,
    LongHours,
    Place,
    Seconds,
    Setting,
    ShortText,
    WeekDays,
    default,
    whole,
)
from sim.text import Message, Name

Capabilities = Annotated[
    tuple[ShortText, ...],
    Field(max_length=50),
    Form(Message("a list of words"), "[chest pain, stroke]"),
]


class Closed(Setting):
    """Hours of the week, or a time of the calendar, at which a hospital takes no patients."""

    from_: LocalTime | None = Field(None, alias="from")
    """When it closes, once; with `until`."""
    until: LocalTime | None = None
    """When it is open again: a patient who leaves the scene at that instant may be taken there."""
    hours: LongHours | None = None
    """Instead of `from` and `until`: the clock hours of every week at which it is closed."""
    days: WeekDays = default("mon-sun")
    """The days of the week on which these hours begin."""
    to: Capabilities = ()
    """The conditions or capabilities to whose patients it is closed; without them to all."""

    @model_validator(mode="after")
    def _whole(self) -> Closed:
        dated = (self.from_ is not None) + (self.until is not None)
        if dated != (0 if self.hours is not None else 2):
            raise ValueError(Message("write either `from` and `until`, or `hours` of the week"))
        if self.hours is None and self.days != tuple(range(DAYS)):
            raise ValueError(Message("`days` are those on which `hours` begin: write `hours`, too"))
        if self.from_ is not None and self.until is not None and self.until <= self.from_:
            raise ValueError(
                Message(
                    "`until` is not later than `from`: {until}, and {begin}",
                    begin=f"{self.from_:%Y-%m-%d %H:%M}", until=f"{self.until:%Y-%m-%d %H:%M}",
                )
            )  # fmt: skip
        return self

    @property
    def week(self) -> np.ndarray:
        """[168] bool: the hours of every week at which it is closed; none where it is dated."""
        return hours_of_week(self.hours, self.days) if self.hours else np.zeros(HOURS * DAYS, bool)


def _patients(value: object) -> units.Rate:
    """Patients per time; nobody knows how many people live around a hospital."""
    found = units.rate(value)
    if found.per_person:
        raise ValueError(
            Message(
                'write patients per time, like "{example}"; found {found}',
                example="1.6 per hour", found=units.shown(value),
            )
        )  # fmt: skip
    return found


PatientRate = Annotated[
    units.Rate,
    BeforeValidator(_patients),
    WithJsonSchema({"type": "string", "examples": ["1.6 per hour"]}),
    Form(Message("patients per time"), "1.6 per hour", "0", units.MOST_CALLS_OF_ALL),
]


class WalkInPatients(Setting):
    """Patients who come to a hospital by themselves."""

    rate: PatientRate
    """How many come, in the mean of a week."""
    profile: Profile = Field("flat", union_mode="left_to_right")
    """How they spread over the week: a profile by name, or numbers of your own, as in
    `demand.profile`.

    Source: assumed; all hours are alike."""


def _way(value: object) -> str:
    return "settings" if isinstance(value, dict | WalkInPatients) else "rate"


# Which of both was meant is seen before it is read, so that a mistake is told of that one alone.
_RateOrWalkIns = Annotated[
    Annotated[PatientRate, Tag("rate")] | Annotated[WalkInPatients, Tag("settings")],
    Discriminator(_way),
]


class HospitalAt(Setting):
    """What is known of one hospital."""

    capabilities: Capabilities | None = None
    """What it can treat, like chest pain, stroke, trauma, maternal, newborn: any words, by which
    `treated_by` of conditions asks for it. Without it what the map says."""
    bays: Annotated[int, *whole(1, 1_000, "3")] | None = None
    """How many patients can be received at a time, those who came by themselves included; without
    it there is no limit, and no ambulance waits."""
    stay: AnyDistribution | None = None
    """How long a bay stays taken after the handover; without it `hospitals.stay`."""
    walk_ins: _RateOrWalkIns | None = None
    """How many patients come by themselves and take a bay; without it none."""
    icu: Annotated[int, *whole(0, 10_000, "6")] | None = None
    """Places in intensive care; without it there is no limit. A hospital with 0 cannot treat who
    needs one."""
    full_at: Annotated[int, *whole(1, 1_000, "4")] | None = None
    """It is passed over while so many ambulances wait there, if another hospital can take the
    patient; without it never."""
    closed: tuple[Closed, ...] = Field((), max_length=200)
    """When it takes no patients, or none of some; without it it is always open."""

    @property
    def arrivals(self) -> WalkInPatients | None:
        """Who comes by himself."""
        if isinstance(self.walk_ins, units.Rate):
            return WalkInPatients.model_construct(rate=self.walk_ins, profile="flat")
        return self.walk_ins


class Consortium(Setting):
    """Hospitals that take the patients of some townships first."""

    name: ShortText
    """What it is called, in English."""
    name_zh: ShortText | None = None
    """What it is called in Chinese; without it as in English."""
    hospitals: tuple[ShortText, ...] = Field(min_length=1, max_length=2_000)
    """Its hospitals; each is of one consortium at most."""
    townships: tuple[ShortText, ...] = Field(min_length=1, max_length=2_000)
    """The townships whose patients it takes; each is of one consortium at most, and patients of one
    that is of none go to the nearest hospital."""

    @property
    def names(self) -> Name:
        """What it is called in both languages."""
        return Name(self.name_zh or self.name, self.name)


class Clinics(Setting):
    """Places that take light cases only: `to_clinic` of conditions says who they are."""

    levels: tuple[ShortText, ...] = Field((), max_length=50)
    """The hospitals of the map of these levels are clinics."""
    hospitals: tuple[ShortText, ...] = Field((), max_length=2_000)
    """Hospitals of the map that are clinics, by name."""
    at: Where | None = None
    """Clinics that the map does not have as hospitals."""

    @model_validator(mode="after")
    def _some(self) -> Clinics:
        if not (self.levels or self.hospitals or self.at):
            raise ValueError(Message("write `levels`, `hospitals` or `at`: where the clinics are"))
        return self


class Outside(Setting):
    """A hospital outside the map, to which transfers may go."""

    name: ShortText
    """What it is called, in English."""
    name_zh: ShortText | None = None
    """What it is called in Chinese; without it as in English."""
    gate: Place
    """Where ambulances leave the map on their way to it."""
    away: Seconds
    """How long they drive from there on, and back to there as long, with siren or without."""
    capabilities: Capabilities = ()
    """What it can treat."""

    @property
    def names(self) -> Name:
        """What it is called in both languages."""
        return Name(self.name_zh or self.name, self.name)


class HospitalSettings(Setting):
    """Where patients are taken, decided as they leave the scene, and what happens at the door."""

    destination: Literal["nearest", "consortium first", "soonest"] = "nearest"
    """Of the hospitals that can treat a patient and are open: the one that is reached first; the
    one of the own consortium that is reached first, else the one reached first; or the one where
    the drive and the expected wait for a bay are shortest together.

    Source: assumed."""
    bypass_when_full: bool = Field(False, strict=True)
    """Whether a hospital without a free bay is passed over if another one that can treat the
    patient has one.

    Source: assumed."""
    walk_ins: Literal["wait", "leave"] = "wait"
    """Whether patients who come by themselves wait in the same line as ambulances, or leave where
    no bay is free.

    Source: assumed."""
    stay: AnyDistribution | None = None
    """How long a bay stays taken after the handover; it must be known where bays are limited."""
    icu_stay: LongDistribution | None = None
    """How long a place in intensive care is taken, from the end of the stay in the bay on; it must
    be known where such places are limited."""
    consortia: tuple[Consortium, ...] = Field((), max_length=200)
    """Consortia of hospitals; without them there are none."""
    at: dict[ShortText, HospitalAt] = Field(default_factory=dict, max_length=2_000)
    """What is known of single hospitals, by their names on the map."""
    clinics: Clinics | None = None
    """Which places are clinics; without it there are none."""
    outside: tuple[Outside, ...] = Field((), max_length=200)
    """Hospitals outside the map, to which transfers may go; no call is taken there."""

    @model_validator(mode="after")
    def _of_consortia(self) -> HospitalSettings:
        if self.destination == "consortium first" and not self.consortia:
            raise ValueError(
                Message("`destination: consortium first` needs `consortia`: say which there are")
            )
        return self
