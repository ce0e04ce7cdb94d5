"""What the figures of a calibration say of each part that was fitted, and what parts are called."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.answers.calibration import Calibration
from sim.fitting import shown_cells
from sim.fitting.laws import LawFit
from sim.fitting.stages import StageLaw
from sim.model.calendar import DAYS, HOURS, Hours
from sim.scenario.duty import SameHours
from sim.text import Message
from sim.words import alternative, calibration_durations, crews, measures, provenance
from sim.words.language import Language
from sim.words.page import Finding

if TYPE_CHECKING:
    from sim.fitting.profile import Profile
    from sim.fitting.speeds import SpeedFit

NEAR: Final = 0.05  # of an observed quantile, by which a law may miss it
TOLD: Final = (0.5, 0.9, 0.95)  # quantiles that are named
STAGES: Final = {
    ("call_taking", "all"): Message("Call taking"),
    ("turnout", "all"): Message("Turnout"),
    ("on_scene", "conveyed"): Message("On scene, conveyed"),
    ("on_scene", "stays"): Message("On scene, not conveyed"),
    ("on_scene", "all"): Message("On scene"),
    ("handover", "all"): Message("Handover"),
}


# ── the foot ─────────────────────────────────────────────────────────────────────────────────


def foot(of: Calibration, say: Language, *more: str) -> str:
    """The nature of the map, the records, and what else there is to say, each in its line."""
    base, read = of.provenance.base, of.records
    said = say(
        "{map}Fitted to the records {file}: {calls} calls from {first} to {last}.",
        map=provenance.map_mark(base.map, say),
        file=say.shortened(read.file, 40),
        calls=f"{read.balance.calls:,}",
        first=read.first,
        last=read.last,
    )
    return "\n".join([*provenance.foot(base, say), said, *(line for line in more if line)])


def hidden(of: Calibration, count: int, say: Language) -> str:
    """That areas with few calls are not shown; nothing if there are none."""
    if not count:
        return ""
    return say.count(
        count,
        "{n} area with fewer than {least} calls is hidden",
        "{n} areas with fewer than {least} calls are hidden",
        least=of.least,
    )


# ── when and where people call ───────────────────────────────────────────────────────────────


def of_profile(of: Calibration, say: Language) -> Finding:
    """When calls peak, and when they are fewest."""
    shape = of.fits.rates.profile
    subtitle = say(
        "Calls by clock hour and by day of the week, 1 = the mean of all; band and bars: 95 % "
        "intervals"
    )
    why = of.no_history
    about = say("Weekends: {differs}. Town and country: {apart}.", differs=_other(
        shape.weekend.differs, shape.weekend.moved, say), apart=_other(
        shape.urban_rural.differs, shape.urban_rural.moved, say))  # fmt: skip
    days = of.fits.rates.exposure_days
    counted = say("{n} days count, {left} are left out.", n=f"{days:,}",
                  left=of.fits.rates.days - days)  # fmt: skip
    lines = (say("{one} {other}", one=about, other=counted), say(why) if why else "")
    return Finding(_profile_headline(shape, say), subtitle, foot(of, say, *lines))


def _other(differs: bool, moved: float, say: Language) -> str:
    if differs:
        return say("{share} of calls fall at other hours", share=say.percent(moved, 0))
    return say("no hours of their own")


def _profile_headline(shape: Profile, say: Language) -> str:
    if not np.isfinite(shape.hours_low).all():
        return say("No calls were recorded: nothing is known of when people call")
    most, fewest = int(shape.hours.argmax()), int(shape.hours.argmin())
    if shape.hours_low[most] <= shape.hours_high[fewest]:
        return say("By the hour of the day, calls do not differ by more than chance")
    return say(
        "Calls peak at {most}, {times} times the mean hour; they are fewest at {fewest}, {least} "
        "times",
        most=_hour(most), times=say.number(float(shape.hours[most]), 2),
        fewest=_hour(fewest), least=say.number(float(shape.hours[fewest]), 2),
    )  # fmt: skip


def _hour(hour: int) -> str:
    return f"{hour:02d}–{hour + 1:02d}"


def of_rates(of: Calibration, say: Language) -> Finding:
    """How many townships call more or less than their people explain."""
    found, base = of.fits.rates.townships, of.provenance.base
    shown = shown_cells.shown(found.calls, of.least)
    told = shown & np.isfinite(found.factor)
    above, below = told & (found.low > 1), told & (found.high < 1)
    subtitle = say(
        "Calls of each of the {areas} over what its people explain: factors, drawn towards 1 as "
        "far as chance goes",
        areas=measures.area_word(base.map, say),
    )
    if few := hidden(of, int((~shown).sum()), say):
        subtitle = say.joined([subtitle, few])
    return Finding(_rates_headline(of, above, below, told, say), subtitle, foot(of, say))


def _rates_headline(
    of: Calibration, above: np.ndarray, below: np.ndarray, told: np.ndarray, say: Language
) -> str:
    found, base = of.fits.rates.townships, of.provenance.base
    areas = measures.area_word(base.map, say)
    apart = above | below
    if found.flat or not apart.any():
        return say("No difference between {areas} is sure: people explain their calls", areas=areas)
    far = np.where(apart, np.abs(np.log(np.maximum(found.factor, 1e-9))), -1.0)
    most = int(far.argmax())
    return say(
        "{n} of {many} {areas} call surely more or less than their people explain, farthest: "
        "{area}, {times} times",
        n=int(apart.sum()), many=int(told.sum()), areas=areas,
        area=say.name(base.map.townships[most].name),
        times=say.number(float(found.factor[most]), 2),
    )  # fmt: skip


# ── how fast was driven ──────────────────────────────────────────────────────────────────────


def of_speeds(of: Calibration, fit: SpeedFit, left: int, say: Language) -> Finding:
    """How fast was driven against the base; `left`: bands that are not drawn."""
    subtitle = say(
        "Speeds with siren by class of road in the usual hours, against those of the base; below, "
        "hours in which they are other; 95 % intervals"
    )
    if left:
        more = say.count(left, "{n} row not drawn", "{n} rows not drawn")
        subtitle = say.joined([subtitle, more])
    used = say(
        "{n} drives: {scene} to scenes, {hospital} to hospitals; {slow} much slower and {fast} "
        "much faster than all others are left out.",
        n=f"{fit.used:,}", scene=f"{fit.drives:,}", hospital=f"{fit.to_hospital:,}",
        slow=fit.beyond[0], fast=fit.beyond[1],
    )  # fmt: skip
    return Finding(_speeds_headline(fit, say), subtitle, foot(of, say, used))


def _speeds_headline(fit: SpeedFit, say: Language) -> str:
    overall = fit.overall
    share = say.percent(overall.mean, 0)
    if not overall.known or overall.low <= 1 <= overall.high:
        said = say("Driving is about as fast as the base says ({share})", share=share)
    elif overall.mean > 1:
        said = say("Driving is faster than the base says ({share})", share=share)
    else:
        said = say("Driving is slower than the base says ({share})", share=share)
    slow = [band for band in fit.bands if band.share.known and band.share.high < 1]
    if not slow:
        return said
    worst = min(slow, key=lambda band: band.share.mean)
    return say(
        "{overall}; slowest {when}, {share} of the usual speed",
        overall=said, when=when(worst.hours, say, 1), share=say.percent(worst.share.mean, 0),
    )  # fmt: skip


def when(hours: np.ndarray, say: Language, most: int = 3) -> str:
    """Mon–Fri 07–09; Sat 10–12, and more hours than `most` rows of days counted; [168] bool."""
    by_day: dict[tuple[Hours, ...], list[int]] = {}
    for day in range(DAYS):
        edges = np.diff(np.concatenate([[0], hours[day * HOURS : (day + 1) * HOURS], [0]]))
        starts, ends = np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist()
        if starts:
            some = tuple(Hours(*pair) for pair in zip(starts, ends, strict=True))
            by_day.setdefault(some, []).append(day)
    if len(by_day) > most or any(len(some) > 3 for some in by_day):
        return say("{n} hours of the week", n=int(hours.sum()))
    return say(", ").join(
        crews.same_hours(SameHours(tuple(days), some), say) for some, days in by_day.items()
    )


# ── how long it took ─────────────────────────────────────────────────────────────────────────


def of_durations(of: Calibration, say: Language) -> Finding:
    """Whether laws hold the durations that were observed, and where one is farthest off."""
    fit = of.fits.durations
    subtitle = say(
        "The share of missions whose stage was over by then: points observed, every 5 %, lines by "
        "the law that is written"
    )
    lines = []
    if fit.queueing and fit.of("call_taking") is not None:
        lines.append(
            say("Call taking lasts until an ambulance was assigned: waiting for one is part of it.")
        )
    if any(one.reading != "exact" for one in fit.laws):
        lines.append(
            say("Stamps in whole minutes: what recording did to the durations is taken out.")
        )
    return Finding(_durations_headline(fit.laws, say), subtitle, foot(of, say, *lines))


def off(law: LawFit, share: float) -> float:
    """By how much of the observed quantile a law misses it; nan where that is not known."""
    row = law.at(share)
    return row.fitted_s / row.observed_s - 1 if row.observed_s > 0 else math.nan


def _durations_headline(laws: tuple[StageLaw, ...], say: Language) -> str:
    missed = [
        (abs(by), one, share)
        for one in laws
        for share in TOLD
        if math.isfinite(by := off(one.law, share)) and abs(by) > NEAR
    ]
    if not missed:
        return say.count(
            len(laws),
            "The law of {n} stage holds median, 90th and 95th percentile within 5 %",
            "The laws of all {n} stages hold median, 90th and 95th percentile within 5 %",
        )
    _, worst, share = max(missed, key=lambda one: one[0])
    row = worst.law.at(share)
    return say.count(
        len({(one.stage, one.of) for _, one, _ in missed}),
        "{n} of {laws} laws misses a percentile by more than 5 %: {stage}, {share}, {fitted} min "
        "instead of {observed}",
        "{n} of {laws} laws miss a percentile by more than 5 %, most: {stage}, {share}, {fitted} "
        "min instead of {observed}",
        laws=len(laws), stage=stage(worst, say), share=say.percent(share, 0),
        fitted=say.number(row.fitted_s / 60), observed=say.number(row.observed_s / 60),
    )  # fmt: skip


def stage(one: StageLaw, say: Language) -> str:
    """What a law is of."""
    return say(STAGES.get((one.stage, one.of), STAGES["on_scene", "all"]))


def family(law: LawFit, say: Language) -> str:
    """Its family and how many durations it rests on."""
    return say(
        "{family}, n = {n}", family=say(calibration_durations.FAMILIES[law.family]), n=f"{law.n:,}"
    )


# ── for whoever cannot see the figures ───────────────────────────────────────────────────────


def profile_drawn(say: Language) -> str:
    """The axes of when people call."""
    return say(
        "On the left steps over the 24 hours of the day in a band, on the right a mark with its "
        "interval for each day of the week; up both the number of calls relative to the mean"
    )


def rates_drawn(of: Calibration, say: Language) -> str:
    """The colours of the map of factors, and the least and the greatest that are told."""
    the_map, found = of.provenance.base.map, of.fits.rates.townships
    colours = say(
        "A map of {map}: each area coloured by its factor on calls, blue below 1 and orange above, "
        "with the number on it; beside it the factors as recorded against those drawn towards 1",
        map=the_map.name,
    )
    told = np.flatnonzero(shown_cells.shown(found.calls, of.least) & np.isfinite(found.factor))
    if not len(told):
        return colours
    least, most = (told[end(found.factor[told])] for end in (np.argmin, np.argmax))
    ends = say(
        "The factors go from {least} in {least_name} to {most} in {most_name}.",
        least=say.number(float(found.factor[least]), 2),
        least_name=the_map.townships[least].name,
        most=say.number(float(found.factor[most]), 2),
        most_name=the_map.townships[most].name,
    )
    return alternative.text((colours, ends), say)


def speeds_drawn(classes: int, bands: int, say: Language) -> str:
    """The rows of speeds."""
    rows = say(
        "A row for each of {n} classes of roads, those driven most first, along it the speed in "
        "km/h with its 95 % interval and a stroke at that of the base",
        n=classes,
    )
    below = say.count(
        bands,
        "Below a row for {n} band of hours, along it the percent of the usual speed",
        "Below a row for each of {n} bands of hours, along it the percent of the usual speed",
    )
    return alternative.text((rows, below if bands else ""), say)


def durations_drawn(panels: int, say: Language) -> str:
    """The axes of the stages."""
    return say.count(
        panels,
        "{n} panel for a stage: along it the duration, up it the percent that is over by then, "
        "points as observed and a line for the law that was fitted",
        "{n} panels, one for each stage: along each the duration, up it the percent that is over "
        "by then, points as observed and a line for the law that was fitted",
    )
