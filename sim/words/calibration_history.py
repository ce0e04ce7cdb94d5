"""History against simulated history, said: a verdict by bounds, and what did not hold by name."""

from __future__ import annotations

import math
from typing import Final

from sim.answers.calibration import Calibration
from sim.fitting.cleaning import Rule
from sim.fitting.history import OF_TOWNSHIP, Check, History
from sim.measures.intervals import Estimate
from sim.text import Message
from sim.words import fitted_values, measures
from sim.words.fitted_values import HOURS_A_DAY, MINUTES, PERCENT
from sim.words.language import Language
from sim.words.page import Column, Table

VERDICTS: Final = {
    True: Message("■ holds"), False: Message("▼ does not hold"), None: Message("? cannot be told"),
}  # fmt: skip
REPEATS: Final = {
    True: Message(
        "Simulated with the records' own calls, the last {weeks} have {simulated} of calls in time "
        "(one such history: {low} to {high}), recorded were {recorded}: the model repeats them "
        "within {bound} points."
    ),
    False: Message(
        "Simulated with the records' own calls, the last {weeks} have {simulated} of calls in time "
        "(one such history: {low} to {high}), recorded were {recorded}: the model does not repeat "
        "all that was recorded."
    ),
    None: Message(
        "Simulated with the records' own calls, the last {weeks} have {simulated} of calls in time "
        "(one such history: {low} to {high}), recorded were {recorded}: whether the model repeats "
        "what was recorded cannot be told."
    ),
}
SUMS: Final = {
    True: Message("Within its bound: {checks}."), False: Message("Beyond its bound: {checks}."),
    None: Message("Intervals reach over the bound: {checks}."),
}  # fmt: skip


def sentence(calibration: Calibration, say: Language) -> str:
    """For the minutes: whether the model repeats what was recorded, and where it does not."""
    history = calibration.history
    if history is None:
        return say(calibration.no_history or Message("History is not simulated."))
    later = history.weeks - history.fitted_weeks
    said = say(
        REPEATS[history.repeats],
        weeks=say.count(later, "{n} week", "{n} weeks"),
        simulated=say.percent(history.replayed.mean),
        low=say.percent(history.replayed.low),
        high=say.percent(history.replayed.high),
        recorded=say.percent(history.compliance),
        bound=f"{100 * calibration.bounds.compliance:g}",
    )
    for holds in (False, None, True):
        checks = [one for one in history.checks if one.holds is holds]
        if history.repeats:  # that compliance holds was said
            checks = [one for one in checks if one.name != "compliance"]
        if checks:
            listed = say.joined(_listed(calibration, checks, say))
            said = say("{sentence} {remark}", sentence=said, remark=say(SUMS[holds], checks=listed))
    return said


def _listed(calibration: Calibration, checks: list[Check], say: Language) -> list[str]:
    """Checks of one verdict; what does not hold with its numbers, townships that do as a number."""
    base, history = calibration.provenance.base, calibration.history
    assert history is not None
    found = [_spoken(one, say) for one in checks if not one.where]
    of_townships = [one for one in checks if one.where]
    if not of_townships:
        return found
    holds, bound = of_townships[0].holds, _points(of_townships[0])
    names = [fitted_values.township(base, one.where, say) for one in of_townships]
    if holds:
        every = sum(bool(one.where) for one in history.checks)
        return [*found, say(
            "compliance in {n} of {all} {areas} with more than {least} calls (bound {bound} "
            "points)", n=len(names), all=every, areas=measures.area_word(base.map, say),
            least=OF_TOWNSHIP, bound=bound,
        )]  # fmt: skip
    if holds is False:
        names = [
            name if _few(calibration, one) else
            say("{name} (recorded {recorded}, simulated {simulated})", name=name,
                recorded=say.percent(one.recorded), simulated=say.percent(one.simulated.mean))
            for name, one in zip(names, of_townships, strict=True)
        ]  # fmt: skip
    return [*found, say("compliance in {townships} (bound {bound} points)",
                        townships=say.listed(names), bound=bound)]  # fmt: skip


def _few(calibration: Calibration, one: Check) -> bool:
    """Whether a check is of so few calls that its numbers are hidden."""
    if calibration.history is None or not one.where:
        return False
    shown = calibration.history.shown_townships(calibration.least)
    return one.where not in {each.township for each in shown}


def _points(one: Check) -> str:
    return f"{100 * one.bound:g}"


def _spoken(one: Check, say: Language) -> str:
    if one.name == "compliance":
        return say("compliance (bound {bound} points)", bound=_points(one))
    if one.name == "p90":
        return say(
            "the 90th percentile (recorded {recorded}, simulated {simulated}, bound {bound} min)",
            bound=f"{one.bound / 60:g}", recorded=_in_minutes(_alone(one.recorded), say),
            simulated=_in_minutes(one.simulated, say),
        )  # fmt: skip
    return say(
        "the same station went in {simulated} of calls (at least {bound})",
        simulated=say.percent(one.simulated.mean),
        bound=say.percent(one.bound, 0),
    )


def _in_minutes(one: Estimate, say: Language) -> str:
    return fitted_values.value(one, MINUTES, say)


def _alone(number: float) -> Estimate:
    return Estimate(number, math.nan, math.nan)


# ── tables ──────────────────────────────────────────────────────────────────────────────────────


def checks(calibration: Calibration, say: Language, *, short: bool) -> Table | None:
    """A row a check; `short`: of townships that hold only how many they are."""
    history = calibration.history
    if history is None:
        return None
    columns = (
        Column(say("check"), "left"), Column(say("recorded")),
        *_simulated(say("as simulated"), say), Column(say("allowed")), Column(align="left"),
    )  # fmt: skip
    shown = [one for one in history.checks if not (short and one.where and one.holds)]
    held = len(history.checks) - len(shown)
    below = ""
    if held:
        below = say.count(
            held, "(and {n} {area} whose compliance holds)", "(and {n} {areas} whose compliance "
            "holds)", areas=measures.area_word(calibration.provenance.base.map, say),
            area=measures.one_area(calibration.provenance.base.map, say),
        )  # fmt: skip
    return Table(columns, [_row(calibration, one, say) for one in shown], below)


def _simulated(head: str, say: Language) -> tuple[Column, Column]:
    return Column(head), Column(say("(one history)"), "left", belongs=True)


def _row(calibration: Calibration, one: Check, say: Language) -> list[str]:
    base = calibration.provenance.base
    name = {
        "compliance": say("Compliance, all calls"),
        "p90": say("90th percentile of response"),
        "same station": say("The same station went"),
    }.get(one.name)
    if name is None:
        name = say("Compliance, {township}", township=fitted_values.township(base, one.where, say))
    unit = MINUTES if one.name == "p90" else PERCENT
    bound = {
        "p90": say("≤ {n} min apart", n=f"{one.bound / 60:g}"),
        "same station": say("≥ {n} %", n=f"{100 * one.bound:g}"),
    }.get(one.name) or say("≤ {n} points apart", n=f"{100 * one.bound:g}")
    if _few(calibration, one):
        return [name, say("hidden"), fitted_values.UNKNOWN, "", bound, say(VERDICTS[one.holds])]
    return [
        name, fitted_values.value(_alone(one.recorded), unit, say),
        *fitted_values.cells(one.simulated, unit, say), bound, say(VERDICTS[one.holds]),
    ]  # fmt: skip


def quantiles(history: History, say: Language) -> Table:
    """Percentiles of response as recorded and in both simulations."""
    columns = (
        Column(say("percentile"), "left"), Column(say("recorded, min")),
        *_simulated(say("the same calls, min"), say), *_simulated(say("drawn calls, min"), say),
    )  # fmt: skip
    rows = [
        [
            say("{number} %", number=one.percent), _minutes(one.recorded, say),
            _minutes(one.replayed.mean, say), _range(one.replayed, say),
            _minutes(one.drawn.mean, say), _range(one.drawn, say),
        ]
        for one in history.quantiles
    ]  # fmt: skip
    return Table(columns, rows, above=say("Response time, from call received to arrival"))


def _minutes(seconds: float, say: Language) -> str:
    return say.number(seconds / 60, 2)


def _range(one: Estimate, say: Language) -> str:
    return fitted_values.interval(one, MINUTES, say)


def townships(calibration: Calibration, say: Language) -> Table | None:
    """Compliance by township, recorded and simulated, the furthest apart first."""
    history, base = calibration.history, calibration.provenance.base
    if history is None:
        return None
    shown = {*history.shown_townships(calibration.least)}
    rows: list[list[str]] = []
    apart = sorted(
        history.townships,
        key=lambda one: (one not in shown, -abs(one.recorded - one.simulated.mean)),
    )
    for one in apart:
        name = fitted_values.township(base, one.township, say)
        if one not in shown:
            rows.append([name, say("hidden"), *[fitted_values.UNKNOWN] * 2, "", ""])
            continue
        rows.append([
            name, f"{one.calls:,}", say.percent(one.recorded),
            *fitted_values.cells(one.simulated, PERCENT, say),
            say("outside") if one.outside else "",
        ])  # fmt: skip
    columns = (
        Column(measures.one_area(base.map, say), "left"), Column(say("calls")),
        Column(say("recorded")), *_simulated(say("as simulated"), say), Column(align="left"),
    )  # fmt: skip
    return Table(columns, rows, above=say("Compliance by place of call"))


def by_hour(calibration: Calibration, say: Language) -> Table | None:
    """Mean response by hour of receipt."""
    history = calibration.history
    if history is None:
        return None
    columns = (
        Column(say("hour"), "left"), Column(say("calls")), Column(say("recorded, min")),
        *_simulated(say("as simulated, min"), say),
    )  # fmt: skip
    shown, rows = {*history.shown_hours(calibration.least)}, list[list[str]]()
    for one in history.hours:
        hour = f"{one.hour:02d}–{one.hour + 1:02d}"
        if one not in shown:
            rows.append([hour, say("hidden"), *[fitted_values.UNKNOWN] * 2, ""])
            continue
        found = one.replayed
        rows.append([
            hour, f"{one.calls:,}", _minutes(one.recorded, say), _minutes(found.mean, say),
            _range(found, say) if one.calls else "",
        ])  # fmt: skip
    return Table(columns, rows, above=say("Mean response by hour of receipt"))


def busy(calibration: Calibration, say: Language) -> Table | None:
    """Hours a day on missions by station."""
    history, base = calibration.history, calibration.provenance.base
    if history is None or not history.busy:
        return None
    columns = (
        Column(say("station"), "left"), Column(say("ambulances")), Column(say("recorded, h")),
        *_simulated(say("as simulated, h"), say),
    )  # fmt: skip
    rows = [
        [
            fitted_values.station(base, one.station, say), f"{one.ambulances}",
            say.number(one.recorded, 2), say.number(one.simulated.mean, 2),
            fitted_values.interval(one.simulated, HOURS_A_DAY, say),
        ]
        for one in history.busy
    ]  # fmt: skip
    above = say("Hours a day for which an ambulance is on missions, in the mean of a station's")
    return Table(columns, rows, above=above)


# ── paragraphs ──────────────────────────────────────────────────────────────────────────────────


def paragraphs(calibration: Calibration, say: Language) -> list[str]:
    """The verdict, how it came about, and what is a number only."""
    history = calibration.history
    said = [sentence(calibration, say)]
    if history is None:
        return said
    base = calibration.provenance.base
    outside = sum(one.outside for one in history.townships)
    said.append(say(
        "Fitted to the first {fitted} of {weeks} weeks; the {calls} calls of the other weeks that "
        "somebody reached are simulated {n} times with simulated dispatch and drives. An interval "
        "is that of one history: 95 of 100 would lie in it if the model were right. What is "
        "written as a scenario is fitted to all weeks.",
        fitted=history.fitted_weeks, weeks=history.weeks, calls=f"{history.calls:,}",
        n=history.replications,
    ))  # fmt: skip
    said.append(say(
        "Where calls are drawn as well, {drawn} of them are in time.",
        drawn=fitted_values.value(history.drawn, PERCENT, say),
    ))  # fmt: skip
    said.append(say(
        "Of {all} {areas} {n} lie outside the 95 % interval of one history; 1 in 20 ({expected}) "
        "would by chance alone.",
        all=len(history.townships), n=outside, areas=measures.area_word(base.map, say),
        expected=say.number(len(history.townships) / 20, 1),
    ))  # fmt: skip
    said += [*_who_went(history, say), *in_whole_minutes(calibration, say)]
    said.append(say(
        "The largest distance between both distribution functions (Kolmogorov) is {distance}: a "
        "number to compare fits by, not a test, for of many calls every difference is significant.",
        distance=say.number(history.distance, 3),
    ))  # fmt: skip
    return said


def in_whole_minutes(calibration: Calibration, say: Language) -> list[str]:
    """That a response in whole minutes may have been longer than its target."""
    heaped = next((one.names for one in calibration.clean if one.rule == Rule.WHOLE_MINUTES), ())
    if not {"received_at", "arrived_at"} & set(heaped):
        return []
    return [say(
        "Instants are recorded in whole minutes, so that a response of up to half a minute, or a "
        "minute, beyond its target may count as in time. Simulated responses are written in whole "
        "minutes likewise before both are compared: both may be higher than they are to the second."
    )]  # fmt: skip


def _who_went(history: History, say: Language) -> list[str]:
    """Stations and ambulances that went, as far as the records name them."""
    said = []
    if history.same_station is not None:
        said.append(say("The station that went is the recorded one in {share} of calls.",
                        share=say.percent(history.same_station.mean)))  # fmt: skip
    else:
        said.append(say("Whether the same stations went cannot be told: the records name none of "
                        "the layout."))  # fmt: skip
    if history.same_vehicle is not None:
        said.append(say("The very ambulance is the recorded one in {share} of calls.",
                        share=say.percent(history.same_vehicle.mean)))  # fmt: skip
    if history.out_of_area is not None:
        recorded, simulated = history.out_of_area
        said.append(say(
            "From another station than the nearest came {recorded} as recorded, {simulated} as "
            "simulated.",
            recorded=say.percent(recorded), simulated=say.percent(simulated.mean),
        ))  # fmt: skip
    return said
