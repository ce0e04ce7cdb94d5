"""Fitted speeds, said: by class of road and hours, what could not be told, what did not count."""

from __future__ import annotations

from typing import Final

from sim.answers.calibration import Calibration
from sim.fitting.speeds import ClassSpeed, SpeedFit
from sim.measures.intervals import Estimate
from sim.text import Message
from sim.words import fitted_values
from sim.words.fitted_values import PERCENT, PLAIN, UNKNOWN
from sim.words.language import Language
from sim.words.page import Column, Table

NONE_FITTED: Final = Message("No speeds were fitted: too few drives have both ends and instants.")


def classes(fit: SpeedFit, least: int, say: Language) -> Table:
    """A row a class of roads, the most driven first."""
    rows = [
        [
            fitted_values.road_class(one.road, say), f"{one.km:,.0f}",
            fitted_values.count(one.trips, least, say), say.percent(one.share),
            *_kmh(one, least, say), _told(one, say),
        ]
        for one in sorted(fit.classes, key=lambda one: -one.share)
    ]  # fmt: skip
    columns = (
        Column(say("class of road"), "left"), Column(say("km driven")), Column(say("drives")),
        Column(say("of driving time")),
        *fitted_values.with_interval(say("km/h with siren"), say), Column(align="left"),
    )  # fmt: skip
    return Table(columns, rows, above=say("Speeds by class of road in the usual hours"))


def _kmh(one: ClassSpeed, least: int, say: Language) -> list[str]:
    if one.trips < least:
        return [UNKNOWN, ""]
    return [say.number(one.kmh.mean, 1), _plain_interval(one.kmh, say)]


def _plain_interval(one: Estimate, say: Language) -> str:
    if not one.known:
        return ""
    return f"({say.number(one.low, 1)}–{say.number(one.high, 1)})"


def _told(one: ClassSpeed, say: Language) -> str:
    """Whether the drives say this speed by itself."""
    if one.tied_to:
        return say("not told: goes with {road}", road=fitted_values.road(one.tied_to, say))
    if one.avoided:
        return say("much slower fits as well")
    return ""


def bands(fit: SpeedFit, say: Language) -> Table:
    """A row for hours in which speeds are other than usual, and for classes that differ then."""
    rows = [[fitted_values.band(fit.usual, say), say("all roads"), "100 %", "", say("(usual)")]]
    rows[0][2] = say.percent(1.0)
    for one in fit.bands:
        when = fitted_values.band(one.hours, say)
        rows.append([when, say("all roads"), *fitted_values.cells(one.share, PERCENT, say),
                     f"{one.trips:,}"])  # fmt: skip
        rows += [
            ["", fitted_values.road(road, say), *fitted_values.cells(share, PERCENT, say), ""]
            for road, share in one.classes
        ]
    columns = (
        Column(say("hours"), "left"), Column(say("class of road"), "left"),
        *fitted_values.with_interval(say("of the usual speed"), say), Column(say("drives")),
    )  # fmt: skip
    return Table(columns, rows, above=say("Speeds by hours of the week"))


def whole(fit: SpeedFit, say: Language) -> Table:
    """What drives say as a whole: overall, without siren, spread."""
    rows = [
        [say("all speeds, of those of the base"), *fitted_values.cells(fit.overall, PERCENT, say)],
        [say("speed without siren, of that with siren"),
         *fitted_values.cells(fit.ordinary, PERCENT, say)],
        [say("spread of drives to the scene (sigma)"),
         *fitted_values.cells(fit.sigma, PLAIN, say)],
        [say("spread of drives to hospital (sigma)"),
         *fitted_values.cells(fit.sigma_to_hospital, PLAIN, say)],
    ]  # fmt: skip
    if fit.posted is not None:
        rows.append([say("speed where one is posted, of that"),
                     *fitted_values.cells(fit.posted, PERCENT, say)])  # fmt: skip
    if fit.turnout_min is not None:
        seconds = Estimate(*(60 * end for end in fit.turnout_min))
        rows.append([say("turnout, which drives have in them"),
                     *fitted_values.cells(seconds, fitted_values.MINUTES, say)])  # fmt: skip
    return Table((Column(align="left"), *fitted_values.with_interval("", say)), rows)


def tied(fit: SpeedFit, say: Language) -> list[str]:
    """Classes of road that drives say too little of."""
    return [fitted_values.road(one.road, say) for one in fit.classes if one.tied_to]


def paragraphs(calibration: Calibration, say: Language) -> list[str]:
    """What speeds rest on, what did not count, and what intervals hold."""
    fit, missing = calibration.fits.speeds, calibration.fits.not_counted
    if fit is None:
        return [say(NONE_FITTED), _not_counted(calibration, say)]
    said = [say(
        "Speeds rest on {used} drives, of {scene} to scenes and {hospital} to hospitals; {slow} "
        "much slower and {fast} much faster than all others are left out.",
        used=f"{fit.used:,}", scene=f"{fit.drives:,}", hospital=f"{fit.to_hospital:,}",
        slow=f"{fit.beyond[0]:,}", fast=f"{fit.beyond[1]:,}",
    )]  # fmt: skip
    if any(missing):
        said.append(_not_counted(calibration, say))
    strangers = calibration.fits.strangers
    if strangers:
        said.append(say("Stations of the records that the layout does not have: {names}.",
                        names=say.listed(list(strangers), 8)))  # fmt: skip
    said.append(say(
        "The way that was driven is not recorded: it is taken to be the fastest. One drive in five "
        "may have left it, and intervals hold both readings."
    ))  # fmt: skip
    names = tied(fit, say)
    if names:
        said.append(say(
            "Not told by drives, and moved with a neighbouring class: {names}. The factor of all "
            "speeds together is told in any case.", names=say.listed(names),
        ))  # fmt: skip
    avoided = [fitted_values.road(one.road, say) for one in fit.classes if one.avoided]
    if avoided:
        said.append(say("Drives avoid these roads, so that much slower ones would fit as well: "
                        "{names}.", names=say.listed(avoided)))  # fmt: skip
    if fit.ordinary is None:
        said.append(say("Speed without siren cannot be told: drives of both kinds are not known."))
    if not fit.bands:
        said.append(say("Hours of the week cannot be told apart by speed."))
    return said


def _not_counted(calibration: Calibration, say: Language) -> str:
    missing = calibration.fits.not_counted
    return say(
        "Missions whose drive to the scene does not count: {no_station} without a station of the "
        "layout, {on_the_road} perhaps still on the way from an earlier mission, {no_stamps} "
        "without instants, {no_place} without a place.",
        **{name: f"{count:,}" for name, count in missing._asdict().items()},
    )  # fmt: skip
