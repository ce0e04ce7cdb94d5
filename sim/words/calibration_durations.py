"""Fitted durations, said: laws by stage, how well they hold, which missions are told apart."""

from __future__ import annotations

import math
from typing import Final

from sim.answers.calibration import Calibration
from sim.fitting import shown_cells
from sim.fitting.laws import FEWEST_TOLD, LawFit
from sim.fitting.stages import SLIPS, StageLaw
from sim.measures.intervals import Estimate
from sim.text import NAME, Message, harmless
from sim.words import fitted_values
from sim.words.fitted_values import PERCENT, UNKNOWN
from sim.words.language import Language
from sim.words.page import Column, Table

FAMILIES: Final = {
    "lognormal": Message("lognormal"), "gamma": Message("gamma"), "weibull": Message("Weibull"),
    "log-logistic": Message("log-logistic"), "empirical": Message("as observed"),
    "constant": Message("constant"),
}  # fmt: skip
READINGS: Final = {
    "exact": Message("to the second"),
    "rounded": Message("one end in whole minutes, rounded"),
    "cut off": Message("one end in whole minutes, cut off"),
    "both": Message("both ends in whole minutes"),
    "unknown": Message("one end in whole minutes, rounded or cut off: not told"),
}
GROUP_WORDS: Final = {"conveyed": Message("conveyed"), "stays": Message("not conveyed")}
BETWEEN: Final = " · "  # of the parts of a group's name
MOST_KEYS: Final = 12
PERCENTS: Final = (50, 90, 95)


def laws(calibration: Calibration, say: Language) -> Table:
    """A row a stage: what it rests on, the law, mean and 90th percentile with intervals."""
    rows = [
        [
            fitted_values.stage(one.stage, one.of, say), f"{one.law.n:,}", f"{one.law.censored:,}",
            family(one.law, say), *_minutes(one.law.mean, say), *_minutes(one.law.p90, say),
        ]
        if one.law.n >= calibration.least
        else [fitted_values.stage(one.stage, one.of, say), say("hidden"), *[UNKNOWN] * 3, "",
              UNKNOWN, ""]
        for one in calibration.fits.durations.laws
    ]  # fmt: skip
    columns = (
        Column(say("stage"), "left"), Column(say("missions")), Column(say("not over")),
        Column(say("family"), "left"),
        *fitted_values.with_interval(say("mean, min"), say),
        *fitted_values.with_interval(say("90th percentile, min"), say),
    )  # fmt: skip
    return Table(columns, rows)


def shown_laws(calibration: Calibration) -> list[StageLaw]:
    """Those of as many missions as are shown."""
    laws = calibration.fits.durations.laws
    return [one for one in laws if one.law.n >= calibration.least]


def _minutes(one: Estimate, say: Language) -> list[str]:
    return [say.number(one.mean / 60, 2),
            fitted_values.interval(one, fitted_values.MINUTES, say)]  # fmt: skip


def family(law: LawFit, say: Language) -> str:
    return say(FAMILIES.get(law.family, law.family))


def others(calibration: Calibration, say: Language) -> Table:
    """How much worse the other families describe each stage, and how stamps were written."""
    names = ("lognormal", "gamma", "weibull", "log-logistic")
    rows = []
    for one in shown_laws(calibration):
        least = min((a for a in one.law.aic.values() if math.isfinite(a)), default=math.nan)
        apart = [say.number(one.law.aic.get(name, math.nan) - least, 1) for name in names]
        rows.append([fitted_values.stage(one.stage, one.of, say), *apart, _told(one, say),
                     say(READINGS.get(one.reading, one.reading))])  # fmt: skip
    columns = (
        Column(say("stage"), "left"), *(Column(say(FAMILIES[name])) for name in names),
        Column(say("told apart"), "left"), Column(say("stamps"), "left"),
    )  # fmt: skip
    return Table(columns, rows, above=say("How much worse than the best by Akaike's criterion (AIC)"
                                          ))  # fmt: skip


def _told(one: StageLaw, say: Language) -> str:
    law = one.law
    if law.family == "constant":
        return say("one value only")
    if law.fallback:
        return say("none fits: as observed")
    return say("yes") if law.distinguishable else say("no")


def quantiles(calibration: Calibration, say: Language) -> Table:
    """Fitted against observed median, 90th and 95th percentile."""
    rows = []
    for one in shown_laws(calibration):
        row = [fitted_values.stage(one.stage, one.of, say)]
        known = {round(100 * found.share): found for found in one.law.quantiles}
        for percent in PERCENTS:
            found = known.get(percent)
            row += (
                [UNKNOWN, UNKNOWN] if found is None
                else [say.number(found.observed_s / 60, 2), say.number(found.fitted_s / 60, 2)]
            )  # fmt: skip
        rows.append(row)
    columns = [Column(say("stage"), "left")]
    for percent in PERCENTS:
        columns += [Column(say("{n} % observed", n=percent)), Column(say("fitted"))]
    return Table(tuple(columns), rows, above=say("Percentiles as observed and as fitted, min"))


def groups(calibration: Calibration, say: Language) -> Table | None:
    """Which missions the records tell apart by how long a stage takes."""
    found = calibration.fits.durations.groups
    if not found:
        return None
    rows = []
    for one, shown in shown_cells.groups(found, calibration.least):
        rows.append([
            fitted_values.stage(one.stage, "all", say),
            f"{one.n:,}" if shown else say("hidden"),
            say.number(one.mean_s / 60, 2) if shown else UNKNOWN,
            say.listed([_key(key, say) for key in one.keys], MOST_KEYS),
            say.listed([_key(key, say) for key in one.pooled], MOST_KEYS),
        ])  # fmt: skip
    columns = (
        Column(say("stage"), "left"), Column(say("missions")), Column(say("mean, min")),
        Column(say("missions of one law"), "left"),
        Column(say("of them put here for being few"), "left"),
    )  # fmt: skip
    return Table(columns, rows, above=say("Missions that the records tell apart"))


def _key(key: str, say: Language) -> str:
    """conveyed · 06–12"""
    *parts, hours = key.split(BETWEEN)
    said = (say(GROUP_WORDS[part]) if part in GROUP_WORDS else harmless(part, NAME)
            for part in parts)  # fmt: skip
    return BETWEEN.join([*said,
                         hours.replace("-", "\N{EN DASH}")])  # fmt: skip


def stations(calibration: Calibration, say: Language) -> Table | None:
    """Turnout by station over that of all."""
    found, base = calibration.fits.durations.stations, calibration.provenance.base
    if not found:
        return None
    rows = []
    told = shown_cells.shown((one.n for one in found), calibration.least)
    pairs = zip(found, told.tolist(), strict=True)
    for one, shown in sorted(pairs, key=lambda pair: (not pair[1], pair[0].factor.mean)):
        name = fitted_values.station(base, one.station, say)
        if not shown:
            rows.append([name, say("hidden"), UNKNOWN, "", ""])
            continue
        apart = one.factor.low > 1 or one.factor.high < 1
        rows.append([name, f"{one.n:,}", *fitted_values.cells(one.factor, PERCENT, say),
                     "" if apart else say("as all")])  # fmt: skip
    columns = (
        Column(say("station"), "left"), Column(say("missions")),
        *fitted_values.with_interval(say("turnout, of that of all"), say), Column(align="left"),
    )  # fmt: skip
    return Table(columns, rows, above=say("Turnout by station"))


def not_apart(calibration: Calibration, say: Language) -> list[str]:
    """Stages whose family is no more than a convenient description."""
    return [
        fitted_values.stage(one.stage, one.of, say)
        for one in calibration.fits.durations.laws
        if not one.law.distinguishable and one.law.family != "constant"
    ]


def paragraphs(calibration: Calibration, say: Language) -> list[str]:
    """How laws were found, what could not be told, what is odd about clocks."""
    fit, said = calibration.fits.durations, []
    if not fit.laws:
        return [say("No durations were fitted: the records have too few of every stage.")]
    said.append(say(
        "Of each stage four families of laws are fitted by maximum likelihood and compared by "
        "Akaike's criterion; where none holds the observed median and 90th percentile, the "
        "observed durations are taken. Whole minutes count as intervals."
    ))  # fmt: skip
    names = not_apart(calibration, say)
    if names:
        said.append(say(
            "The family is no more than a convenient description (fewer than {n} missions, the "
            "next within 4 of AIC, or none fits): {stages}.", n=FEWEST_TOLD,
            stages=say.listed(names),
        ))  # fmt: skip
    if fit.queueing:
        said.append(say("No instant says when call taking was over: it is taken to last until an "
                        "ambulance was assigned, so that waiting for a free one is part of it."
                        ))  # fmt: skip
    if fit.dead_s > 0:
        said.append(say(
            "No turnout is shorter than {seconds} s, which may be two clocks apart or how long a "
            "crew needs: intervals of turnout hold both.", seconds=say.number(fit.dead_s, 0),
        ))  # fmt: skip
    turnout = fit.of("turnout")
    if fit.below_zero and (turnout is None or fit.below_zero > SLIPS * turnout.law.n):
        said.append(say.count(
            fit.below_zero,
            "In {n} mission the ambulance drove off before it was assigned: two clocks are apart.",
            "In {n} missions the ambulance drove off before it was assigned: two clocks are apart.",
        ))  # fmt: skip
    elif fit.below_zero:
        said.append(say.count(
            fit.below_zero,
            "In {n} mission the ambulance drove off before it was assigned, a slip of a stamp.",
            "In {n} missions the ambulance drove off before it was assigned, slips of stamps.",
        ))  # fmt: skip
    if fit.groups:
        said.append(say("Conditions and hours are told apart where the records do so, for you to "
                        "see; the scenario has one law a stage, and two on scene."))  # fmt: skip
    return said
