"""How many replications and how long a warm-up, said: two tables, and what to set."""

from __future__ import annotations

from typing import Final

from sim.answers.precision import KEY, Narrowing, Precision, StartBias
from sim.measures.measures import BY_KEY
from sim.model.calendar import HOUR_S
from sim.text import Message
from sim.words import measures, provenance, quantities
from sim.words.language import Language
from sim.words.page import Column, Finding, Page, Table, page

SOURCES: Final = Message(
    "MSER-5: White, Cobb and Spratt (2000), Proceedings of the Winter Simulation Conference; "
    "smoothed as by Welch (1983), in Lavenberg, The Computer Performance Modeling Handbook."
)


@page.register
def _(found: Precision, say: Language) -> Page:
    base = found.provenance.base
    return Page(
        heading=(
            say("How many replications, and how long a warm-up?  {base}", base=base.name),
            provenance.line(found.provenance, say),
            *provenance.marks(base, say),
        ),
        body=(narrowing_table(found, say), warm_up_table(found, say)),
        notes=tuple(_notes(found, say)),
        sentences=(sentence(found, say), warm_up_sentence(found, say)),
        say=say,
    )


# ── how many replications ────────────────────────────────────────────────────────────────────


def narrowing_table(found: Precision, say: Language) -> Table:
    """A row for each number of replications."""
    measure = BY_KEY[KEY]
    rows = []
    for one in found.narrowing:
        stops = one.replications == found.enough
        rows.append(
            [
                f"{one.replications}",
                measures.value(measure, one.value.mean, say),
                measures.interval(measure, one.value, say),
                half_width(one, say),
                say("the study stops here") if stops else "",
            ]
        )
    columns = (
        Column(say("replications")),
        Column(measures.label_in(found.provenance, measure, say)),
        Column(align="left", belongs=True),
        Column(say("known to ±, points")),
        Column(align="left"),
    )
    return Table(columns, rows)


def half_width(one: Narrowing, say: Language) -> str:
    """0.31: half of the interval, in points of a hundred."""
    return say.number(100 * one.value.half_width, 2)


def sentence(found: Precision, say: Language) -> str:
    """To how many points the headline is known, and what it takes to halve them."""
    return say(
        "After {n} replications of {days} compliance is known to ±{half} points; to halve that "
        "takes about {more}.",
        n=found.enough,
        days=provenance.days(found.provenance.base, say),
        half=half_width(found.stopped, say),
        more=4 * found.enough,
    )


# ── how long a warm-up ───────────────────────────────────────────────────────────────────────


def warm_up_table(found: Precision, say: Language) -> Table:
    """A row for each warm-up that is tried, with what it leaves wrong."""
    rows = [_bias_row(one, say) for one in (*found.warm_up.days, found.warm_up.whole)]
    columns = (
        Column(say("warm-up"), "left"),
        Column(say("measured")),
        Column(say("calls reached at another time")),
        Column(say("mean response too long by, min")),
        Column(align="left", belongs=True),
    )
    above = say(
        "The same calls in a run that begins empty and in one that has been going for a week"
    )
    return Table(columns, rows, above=above)


def _bias_row(one: StartBias, say: Language) -> list[str]:
    mean = BY_KEY["mean"]
    said = [
        say("no warm-up") if one.warm_up_s == 0 else say("{n} h", n=f"{one.warm_up_s / HOUR_S:g}"),
        say.count(round(one.measured_s / 86_400, 2), "{n} day", "{n} days"),
        say("{part} of {whole}", part=f"{one.otherwise:,}", whole=f"{one.calls:,}"),
    ]
    if not one.otherwise:  # on the same calls nothing can differ then: no interval is needed
        return [*said, "0", ""]
    difference = one.difference
    return [
        *said,
        measures.number(mean, difference.mean, say, sign=True),
        measures.interval(mean, difference, say, sign=True),
    ]


def warm_up_sentence(found: Precision, say: Language) -> str:
    """When the empty start is forgotten, and whether the scenario's warm-up is long enough."""
    cut_h, own = found.warm_up.cut_h, quantities.duration(found.own_warm_up_s, say)
    if cut_h is None:
        return say(
            "The empty start is not forgotten in the days that were followed: no warm-up can be "
            "named (MSER-5)."
        )
    if found.long_enough:
        return say(
            "The empty start is forgotten after {n} hours (MSER-5); the warm-up of this scenario, "
            "{own}, is long enough.",
            n=cut_h,
            own=own,
        )
    return say(
        "The empty start is forgotten after {n} hours (MSER-5); the warm-up of this scenario, "
        "{own}, is too short.",
        n=cut_h,
        own=own,
    )


def _notes(found: Precision, say: Language) -> list[str]:
    aim = say.number(100 * found.aim, 2)
    notes = [say("A study stops by itself when the headline is known to less than ±{aim} points.",
                 aim=aim)]  # fmt: skip
    if not found.long_enough and found.warm_up.cut_h is not None:
        notes.append(
            say(
                "Write {setting} in the scenario.",
                setting=f"study: {{warm_up: {found.warm_up.cut_h} h}}",
            )
        )
    return [*notes, say(SOURCES)]


# ── figures ──────────────────────────────────────────────────────────────────────────────────


def finding(found: Precision, say: Language) -> Finding:
    """What stands around the figure of the interval."""
    headline = say(
        "After {n} replications compliance is known to ±{half} points",
        n=found.enough,
        half=half_width(found.stopped, say),
    )
    subtitle = say(
        "Compliance with its 95 % interval after so many replications; dashed: narrower by the "
        "square root of their number"
    )
    made = found.provenance
    return Finding(headline, subtitle, provenance.footnote(made, say), made.draft)


def warm_up_finding(found: Precision, say: Language) -> Finding:
    """What stands around the figure of the warm-up."""
    cut_h = found.warm_up.cut_h
    headline = say("The empty start is not forgotten in the days that were followed")
    if cut_h is not None:
        headline = say("The empty start is forgotten after {n} hours", n=cut_h)
    subtitle = say(
        "The same calls in a run that begins empty and in one that has been going for a week; "
        "MSER-5 and the moving mean of Welch"
    )
    made = found.provenance
    return Finding(headline, subtitle, provenance.footnote(made, say), made.draft)


def drawn(found: Precision, say: Language) -> str:
    """What the figure of intervals draws, and how wide the first and the last are."""
    first, last = found.narrowing[0], found.narrowing[-1]
    return say(
        "Points with intervals for compliance against the number of replications, from {first} to "
        "{last}; half the interval is {wide} points at first and {narrow} in the end",
        first=first.replications,
        last=last.replications,
        wide=say.number(100 * first.value.half_width, 2),
        narrow=say.number(100 * last.value.half_width, 2),
    )


def warm_up_drawn(found: Precision, say: Language) -> str:
    """What the figure of the empty start draws, and how many ambulances fewer are busy at first."""
    return say(
        "Bars for each hour since an empty start: ambulances busy fewer than after a week, {most} "
        "at most; below them calls that are reached at another time, by the length of the warm-up",
        most=say.number(float(found.warm_up.fewer.max()), 1),
    )
