"""Simulated history against history, said: checks against their bounds, townships, verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sim.answers.calibration import Calibration
from sim.fitting.history import Check, History, TownshipHistory
from sim.measures.intervals import Estimate
from sim.text import Message
from sim.words import alternative, measures, provenance
from sim.words.calibration_figures import foot, hidden
from sim.words.language import Language
from sim.words.page import Finding


def of_history(of: Calibration, found: History, left: int, say: Language) -> Finding:
    """Whether simulated history repeats what was recorded; `left`: checks that are not drawn."""
    subtitle = say(
        "Response time {clock}; differences between the simulated and the recorded, with intervals "
        "in which 95 % of single histories lie",
        clock=provenance.clock(say),
    )
    if left:
        more = say.count(left, "{n} check not drawn", "{n} checks not drawn")
        subtitle = say.joined([subtitle, more])
    return Finding(
        _history_headline(of, found, say), subtitle, foot(of, say, _replayed(found, say))
    )


def _history_headline(of: Calibration, found: History, say: Language) -> str:
    some = told(of, found)
    many = len(some)
    failed = [one for one in some if one.holds is False]
    unsure = sum(one.holds is None for one in some)
    if failed:
        worst = max(failed, key=lambda one: abs(in_bounds(one).mean))
        return say.count(
            len(failed),
            "Simulated history differs from what was recorded in {n} of {checks} checks: {worst}",
            "Simulated history differs from what was recorded in {n} of {checks} checks, most: "
            "{worst}",
            checks=many,
            worst=_within_a_sentence(of, worst, say),
        )
    if unsure:
        return say.count(
            unsure,
            "Simulated history contradicts none of {checks} checks, but {n} cannot be told yet",
            "Simulated history contradicts none of {checks} checks, but {n} cannot be told yet",
            checks=many,
        )
    return say("Simulated history repeats what was recorded in all {checks} checks", checks=many)


def check(of: Calibration, one: Check, say: Language) -> str:
    """What a check is of."""
    if one.name == "township":
        return say("Within target, {area}", area=area(of, one.where, say))
    return say(CHECKS[one.name])


CHECKS: Final = {
    "compliance": Message("All calls within target"),
    "p90": Message("90th percentile, min"),
    "same station": Message("Sent from the same station"),
}


def _within_a_sentence(of: Calibration, one: Check, say: Language) -> str:
    if one.name == "township":
        return say("calls within target in {area}", area=area(of, one.where, say))
    return say(SPOKEN[one.name])


SPOKEN: Final = {
    "compliance": Message("calls within target"),
    "p90": Message("the 90th percentile"),
    "same station": Message("the station that is sent"),
}


def told(of: Calibration, found: History) -> list[Check]:
    """The checks but for those of townships that are hidden."""
    some = {one.township for one in found.shown_townships(of.least)}
    return [one for one in found.checks if not one.where or one.where in some]


def area(of: Calibration, name: str, say: Language) -> str:
    """The reader's name of a township that is named as it is written."""
    seats = {seat.name.zh: seat.name for seat in of.provenance.base.map.townships}
    return say.name(seats[name]) if name in seats else name


def in_bounds(one: Check) -> Estimate:
    """The difference in units of its bound, so that checks of unlike things stand side by side.

    Of the same station every call is as recorded where all agree: the bound is what may differ.
    """
    same = one.name == "same station"
    recorded, bound = (1.0, 1.0 - one.bound) if same else (one.recorded, one.bound)
    bound = max(bound, 1e-9)
    return Estimate(*(float(value - recorded) / bound for value in one.simulated))


def numbers(one: Check, say: Language) -> tuple[str, str, str]:
    """Recorded, simulated, bound: percent and points, or minutes."""
    if one.name == "p90":
        value = [say.number(seconds / 60) for seconds in (one.recorded, one.simulated.mean)]
        return value[0], value[1], say("±{n} min", n=f"{one.bound / 60:g}")
    if one.name == "same station":
        least = say("≥ {share}", share=say.percent(one.bound, 0))
        return "–", say.percent(one.simulated.mean), least
    bound = say("±{n} points", n=f"{100 * one.bound:g}")
    return say.percent(one.recorded), say.percent(one.simulated.mean), bound


def _replayed(found: History, say: Language) -> str:
    return say(
        "The fit to the first {fitted} of {weeks} weeks, held against the {calls} calls of the "
        "others: replayed, and drawn anew, {n} times each.",
        fitted=found.fitted_weeks,
        weeks=found.weeks,
        calls=f"{found.calls:,}",
        n=found.replications,
    )


def of_townships(
    of: Calibration, some: list[TownshipHistory], left: int, say: Language
) -> Finding:  # fmt: skip
    """How many townships lie outside their interval; `left`: those that are not drawn."""
    assert of.history is not None
    areas = measures.area_word(of.provenance.base.map, say)
    subtitle = say(
        "Calls within target in each of the {areas}: recorded, against the interval in which 95 % "
        "of single simulated histories lie",
        areas=areas,
    )
    parts = [subtitle]
    if left:
        parts.append(
            say.count(
                left,
                "{n} area with fewer calls not drawn",
                "{n} areas with fewer calls not drawn",
            )
        )
    few = hidden(of, sum(one.calls < of.least for one in of.history.townships), say)
    parts += [few] if few else []
    outside = [one for one in some if one.outside]
    if outside:
        headline = say(
            "Recorded compliance lies outside the simulated interval in {n} of {many} {areas}; "
            "by chance alone it would in {expected}",
            n=len(outside), many=len(some), areas=areas,
            expected=say.number(0.05 * len(some), 0 if len(some) >= 20 else 1),
        )  # fmt: skip
    else:
        headline = say(
            "Recorded compliance lies within the simulated interval in all {many} {areas}",
            many=len(some), areas=areas,
        )  # fmt: skip
    return Finding(
        headline, say.joined(parts), foot(of, say, _replayed(of.history, say))
    )  # fmt: skip


# ── for whoever cannot see the figures ───────────────────────────────────────────────────────


def drawn(history: History, shown: Sequence[Check], say: Language) -> str:
    """The axes of the percentiles and of the checks, and how many of these hold."""
    axes = say(
        "On the left percentiles of response in minutes, as recorded along and as simulated up, "
        "with a diagonal where both are equal; on the right a row for each of {n} checks, along it "
        "the difference divided by what is allowed",
        n=len(shown),
    )
    middle = next((one for one in history.quantiles if one.percent == 90), None)
    said = say(
        "{held} of {n} checks hold.", held=sum(one.holds is True for one in shown), n=len(shown)
    )
    if middle is None:
        return alternative.text((axes, said), say)
    ends = say(
        "The 90th percentile is {recorded} min as recorded and {simulated} min as simulated.",
        recorded=say.number(middle.recorded / 60),
        simulated=say.number(middle.replayed.mean / 60),
    )
    return alternative.text((axes, ends, said), say)


def townships_drawn(shown: Sequence[TownshipHistory], say: Language) -> str:
    """The rows of the townships, and how many of them lie outside."""
    return say(
        "A row for each of {n} areas, most calls first, along it the percent of calls within "
        "target: a mark for what was recorded, a bar for 95 % of simulated histories; {outside} "
        "marks lie outside their bar",
        n=len(shown),
        outside=sum(one.outside for one in shown),
    )
