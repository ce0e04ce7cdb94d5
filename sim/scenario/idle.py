"""Settings that are written in vain, for what they need is not there, or twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.scenario import callers, turnouts
from sim.scenario.hospitals import plainly
from sim.scenario.patients import limits_icu
from sim.scenario.settings.transfers import Capable
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Settings


def doubts(scenario: Scenario) -> Iterator[Message]:
    """What of hospitals, transfers and travel a file says in vain."""
    yield from _of_hospitals(scenario)
    yield from _of_clinics(scenario)
    yield from _of_outside(scenario.settings)
    yield from _of_rates(scenario.settings)
    yield from callers.doubts(scenario)
    yield from turnouts.doubts(scenario)
    yield from _twice(scenario)
    travel = scenario.settings.travel
    if travel.band_rule == "carried over" and not travel.speeds_change:
        yield Message(
            "`travel.band_rule: carried over` has no effect: there are no `bands`, and no closure "
            "begins or ends"
        )
    if travel.factor is not None and not (travel.factor.sigma or travel.factor.sigma_to_hospital):
        yield Message("`travel.factor` has no effect: with a sigma of 0 every drive is as expected")


def _twice(scenario: Scenario) -> Iterator[Message]:
    """Time bands of which one stands there again: they multiply."""
    bands = scenario.settings.travel.bands
    for row, band in enumerate(bands):
        before = bands.index(band)
        if before < row:
            yield Message(
                "bands {first} and {second} of `travel.bands` are the same: both are in force, and "
                "speeds are {percent:.3g} % of the usual ones",
                first=before + 1, second=row + 1, percent=100 * band.speed**bands.count(band),
            )  # fmt: skip


def _of_hospitals(scenario: Scenario) -> Iterator[Message]:
    """Rules for bays where there are none."""
    hospitals = scenario.settings.hospitals
    any_bays = any(one.bays is not None for one in hospitals.at.values())
    if hospitals.destination == "soonest" and not any_bays:
        yield Message(
            "`hospitals.destination: soonest` has no effect: no hospital has `bays`, so nobody "
            "waits, and patients go to the nearest"
        )
    kept = limits_icu(scenario)  # a place there is taken for the stay in a bay, too
    if hospitals.stay is not None and not any_bays and not kept:
        yield Message("`hospitals.stay` has no effect: no hospital has `bays` or `icu`")
    for name, one in hospitals.at.items():
        if one.stay is not None and one.bays is None and one.icu is None:
            yield Message(
                "{hospital}: `stay` has no effect without `bays` or `icu`, of which there is no "
                "limit",
                hospital=name,
            )
    come = any(
        one.arrivals is not None and one.arrivals.rate.per_second > 0
        for one in hospitals.at.values()
    )
    if hospitals.walk_ins == "leave" and not come:
        yield Message(
            "`hospitals.walk_ins: leave` has no effect: to no hospital do patients come by "
            "themselves"
        )


def _of_clinics(scenario: Scenario) -> Iterator[Message]:
    """Clinics to which nobody is taken, and which are no hospitals any more."""
    if any(one.to_clinic > 0 for one in scenario.settings.demand.conditions):
        return
    clinics = sum(one.is_clinic for one in scenario.hospitals)
    of_map = sum(one.is_clinic for one in scenario.hospitals[: len(scenario.map.hospitals)])
    if of_map:
        yield Message(
            "no condition has `to_clinic`: no patient of a call is taken to a clinic. There are "
            "{clinics}, and hospitals of the map are among them, which take nobody else: "
            "{hospitals}",
            clinics=clinics, hospitals=of_map,
        )  # fmt: skip
    elif clinics:
        yield Message(
            "no condition has `to_clinic`: no patient of a call is taken to a clinic, of which "
            "there are {clinics}",
            clinics=clinics,
        )


def _of_outside(settings: Settings) -> Iterator[Message]:
    """Hospitals outside the map to which no transfer goes."""
    named = {name.casefold() for one in settings.transfers for name in one.to_names}
    wanted = {
        plainly(one.to.capability) for one in settings.transfers if isinstance(one.to, Capable)
    }
    for one in settings.hospitals.outside:
        called = {one.name.casefold(), (one.name_zh or one.name).casefold()}
        if called & named or wanted.intersection(map(plainly, one.capabilities)):
            continue
        yield Message(
            "{hospital} is outside the map, and no transfer goes there: only transfers do",
            hospital=one.names,
        )


def _of_rates(settings: Settings) -> Iterator[Message]:
    """Transfers and walk-in patients of whom none comes."""
    for one in settings.transfers:
        if not one.rate.per_second:
            yield Message("the transfers {name} have a rate of 0: there are none", name=one.names)
    for name, at in settings.hospitals.at.items():
        if at.arrivals is not None and not at.arrivals.rate.per_second:
            yield Message("{hospital}: `walk_ins` have a rate of 0: nobody walks in", hospital=name)
