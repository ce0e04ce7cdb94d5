"""Why calls are late, said: the sentences, the tables, and what helps against each cause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from sim.answers.why_late import WhyLate
from sim.measures.causes import ONLY_WITH, Late, together
from sim.measures.groups import Group
from sim.measures.intervals import Estimate
from sim.measures.measures import BY_KEY
from sim.text import Message
from sim.words import alternative, causes, comparison, fractions, measures
from sim.words.fractions import percent
from sim.words.language import Language
from sim.words.page import Column, Finding, Page, Table, page

ENOUGH: Final = 30  # misses of a township, for a sentence about it
WORTH_NAMING: Final = 0.2  # of the misses: a cause with less is not named, unless it is the first
SMALL_NAMED: Final = 0.05  # the same of causes that not every service has: they were asked about
VAGUE: Final = 0.5  # so wide an interval says neither much nor little
UNSURE: Final = Message("What helps is not certain: the interval is too wide for that.")
BLOCK: Final = 3  # hours in a line of the table
AREAS: Final = (Message("Urban"), Message("Rural"))
# what parts are that not every service has
_PARTS: Final = {
    "road closures": Message(
        "Road closures: what the drive from the nearest station took longer than on open roads, "
        "and the wait while no station had a way there. Ambulances that are busy for longer "
        "because of a closure count as nearest busy or queue."
    ),
    "slow drive": Message(
        "Slow drive: what the drive from the nearest station took longer than it usually does."
    ),
    "call desk": Message("Call desk: the wait until somebody there took the call."),
}
_NEVER_REACHED: Final = Message("{lost} of {total} misses were never reached: they count as queue.")
_REACHED_OR_CUT_OFF: Final = Message(
    "{lost} of {total} misses were never reached: they count as road closures where no station "
    "had a way there, else as queue."
)


@page.register
def _(why: WhyLate, say: Language) -> Page:
    return Page(
        heading=comparison.heading(why.comparison, say),
        body=tuple(_body(why, say)),
        notes=tuple(_notes(why, say)),
        sentences=(sentence(why, say), *(_of_township(why, late, say) for late in _spoken_of(why))),
        say=say,
    )


# ── sentences ────────────────────────────────────────────────────────────────────────────────


def sentence(why: WhyLate, say: Language) -> str:
    """What the misses of all calls are due to, with intervals, and what helps."""
    every = why.late()
    if not every.calls:
        return say("{layout}: no call was measured.", layout=why.layout.name)
    if not every.total:
        return say(
            "{layout}: no call of {calls} missed its target.",
            layout=why.layout.name,
            calls=f"{every.calls:,}",
        )
    printed = fractions.adding_up(every.shares * 100, 1).tolist()
    clauses = [
        say(
            of(every, cause).clause,
            share=with_interval(why.shares[cause], printed[cause], say),
        )
        for cause in named(every)
    ]
    found = say(
        "{layout}: of the {share} of calls that miss their target, {causes}.",
        layout=why.layout.name,
        share=percent(why.late_share(), 1, say),
        causes=_spaced(say.joined(clauses)),
    )
    return alternative.text((found, *([say(UNSURE)] if _is_unsure(why) else [])), say)


def _is_unsure(why: WhyLate) -> bool:
    """Whether what is due to a cause that is named could as well be little as most of it."""
    shares = [why.shares[cause] for cause in named(why.late())]
    return any(one.known and one.high - one.low > VAGUE for one in shares)


def _spoken_of(why: WhyLate) -> list[Late]:
    """The worst-served townships with enough misses for a sentence, the worst first."""
    worst = [why.late(Group("township", row)) for row in why.pooled.setup.worst]
    return sorted((t for t in worst if t.total >= ENOUGH), key=lambda late: -late.late_share)


def of_township(why: WhyLate, row: int, say: Language) -> str:
    """Why calls from a township are late; that hardly any are, where a sentence would be chance."""
    late = why.late(Group("township", row))
    if late.total < ENOUGH:
        return say.count(
            late.total,
            "{township}: {n} of {calls} calls missed its target, too few to say why.",
            "{township}: {n} of {calls} calls missed their target, too few to say why.",
            township=why.comparison.base.map.townships[row].name,
            calls=f"{late.calls:,}",
        )
    return _of_township(why, late, say)


def _of_township(why: WhyLate, late: Late, say: Language) -> str:
    place = why.comparison.base.map.townships[late.group.row].name
    clauses: list[str] = []
    for cause in named(late):
        text = of(late, cause).clause if clauses else of(late, cause).of_township
        share = fractions.in_words(late.shares[cause], say)
        clauses.append(say(text, share=share, township=place))
    return _capital(say("{causes}.", causes=_spaced(say.joined(clauses))))


def of(late: Late, cause: int) -> causes.CauseWords:
    """What one of the causes that there are is called."""
    return causes.CAUSES[late.causes[cause]]


def named(late: Late) -> list[int]:
    """The causes that a sentence names: the first, and whatever else has a fair share."""
    order = np.argsort(-late.misses, kind="stable").tolist()
    least = [SMALL_NAMED if cause in ONLY_WITH else WORTH_NAMING for cause in late.causes]
    return [c for i, c in enumerate(order) if not i or late.shares[c] >= least[c]]


def with_interval(share: Estimate, printed: float, say: Language) -> str:
    """two thirds (66.1 %, 95 % CI 65.0 to 67.2); the percentage alone where no fraction is near.

    `printed`: the percentage as the table has it, where all add up to 100.
    """
    low, high = (f"{100 * value:.1f}" for value in (share.low, share.high))
    values = {"percent": f"{printed:.1f}", "low": low, "high": high}
    if text := fractions.fraction(share.mean, say):
        if _has_interval(share):
            return say("{fraction} ({percent} %, 95 % CI {low} to {high})", fraction=text, **values)
        return say("{fraction} ({percent} %)", fraction=text, **values)
    if _has_interval(share):
        return say("{percent} % (95 % CI {low} to {high})", **values)
    return say("{percent} %", **values)


def _has_interval(share: Estimate) -> bool:
    """Whether there is one: not after one replication, nor if one has all the misses."""
    return share.known


def _spaced(text: str) -> str:
    """Chinese with a little room around its numbers, but none beside punctuation."""
    return re.sub(
        r"(?<=[\u4e00-\u9fff])(?=[0-9])|(?<=%)(?=[\u4e00-\u9fff])|^(?=[0-9.]+%)", " ", text
    )


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


class CallsTogether(NamedTuple):
    """Some of the calls under a name: of one group, or of several."""

    name: str
    late: Late
    parts: Sequence[Late] = ()

    def share(self, why: WhyLate) -> float:
        """How many of them are late, between 0 and 1."""
        return why.late_share(*(one.group for one in self.parts or (self.late,)))


# ── tables and notes ─────────────────────────────────────────────────────────────────────────


def _body(why: WhyLate, say: Language) -> list[Table | str]:
    every = why.late()
    if not every.total:
        return []
    areas = measures.area_word(why.comparison.base.map, say)
    by_area = [CallsTogether(say(AREAS[late.group.row]), late) for late in why.by("area")]
    return [
        say(
            "Why late: {layout}, {share} of calls beyond their target, {n} a week",
            layout=why.layout.name,
            share=percent(why.late_share(), 1, say),
            n=per_week(why, every.total),
        ),
        _overall(why, say),
        _by_cause(
            why,
            say("Of the misses, % ({areas})", areas=areas),
            [*by_area, *townships(why, say, rest_at_all=True)],
            say,
        ),
        _by_cause(why, say("Of the misses, % (received at)"), _blocks(why, say), say),
    ]


def per_week(why: WhyLate, misses: float) -> str:
    value = why.a_week(misses)
    if 0 < value < 0.05:
        return "< 0.1"
    return f"{value:.0f}" if value >= 99.95 else f"{value:.1f}"


def townships(why: WhyLate, say: Language, *, rest_at_all: bool = False) -> list[CallsTogether]:
    """Townships by name, from the most misses on, and the others together.

    `rest_at_all`: the others too if none of them has a miss.
    """
    shown, rest = why.by_misses()
    seats = why.comparison.base.map.townships
    places = [CallsTogether(say.name(seats[late.group.row].name), late) for late in shown]
    if rest and (rest_at_all or any(late.total for late in rest)):
        others = together(rest, Group("township", -1))
        places.append(CallsTogether(say("the other {n}", n=len(rest)), others, rest))
    return places


def _overall(why: WhyLate, say: Language) -> Table:
    """Every cause: its share of the misses with an interval, its minutes, and what helps."""
    every = why.late()
    shares = fractions.adding_up(every.shares * 100, 1).tolist()
    minutes = every.minutes.tolist()
    if every.reached:
        minutes = fractions.adding_up(every.minutes, 1).tolist()
    rows = []
    for cause, share, value, spent in zip(every.causes, shares, why.shares, minutes, strict=True):
        words = causes.CAUSES[cause]
        bounds = measures.interval(BY_KEY["within"], value, say) if _has_interval(value) else ""
        helps = say(words.helps) if value.mean else ""
        rows.append(
            [
                say(words.label),
                say("{number} %", number=f"{share:.1f}"),
                bounds,
                say.number(spent),
                helps,
            ]
        )
    rows.append(
        [say("Together"), say("{number} %", number="100.0"), "", say.number(sum(minutes)), ""]
    )
    columns = (
        Column(say("All calls"), "left"),
        Column(say("of the misses")),
        Column(say("(95 % CI)"), "left", belongs=True),
        Column(say("minutes")),
        Column(say("what helps"), "left"),
    )
    return Table(columns, rows)


def _by_cause(why: WhyLate, title: str, groups: list[CallsTogether], say: Language) -> Table:
    """Groups of calls: how many are late, and the causes in whole percent."""
    rows = []
    for some in groups:
        name, late = some.name, some.late
        shares = ["–"] * len(late.causes)
        if late.total:
            shares = [f"{share:.0f}" for share in fractions.adding_up(late.shares * 100, 0)]
        late_share = say.percent(some.share(why), 0) if late.calls else "–"
        rows.append([name, late_share, per_week(why, late.total), *shares])
    columns = (
        Column(title, "left"),
        Column(say("late")),
        Column(say("a week")),
        *(Column(say(causes.CAUSES[cause].label)) for cause in why.split.causes),
    )
    return Table(columns, rows)


def _blocks(why: WhyLate, say: Language) -> list[CallsTogether]:
    """The hours of the day, a few at a time."""
    hours, blocks = why.by("hour"), []
    for first in range(0, 24, BLOCK):
        members = [late for late in hours if first <= late.group.row < first + BLOCK]
        if members:
            name = say("{first}–{last}", first=f"{first:02d}", last=f"{first + BLOCK:02d}")
            blocks.append(CallsTogether(name, together(members, Group("hour", first)), members))
    return blocks


def _notes(why: WhyLate, say: Language) -> list[str]:
    every = why.late()
    if not every.total:
        return []
    urban, rural = (f"{t / 60:g}" for t in why.pooled.setup.target_s)
    notes = [
        say(
            "Late: beyond {urban} min urban, {rural} min rural, from call received to arrival. "
            "One cause each: parts are added up in the order of the table, and the one that "
            "passes the target is the cause. Minutes: of the late calls that were reached. "
            "Nearest busy: what the drive took longer than from the nearest station.",
            urban=urban,
            rural=rural,
        )
    ]
    notes.append(
        say(
            "Causes are counted on {misses} late calls of {calls}; how many are late, and a week, "
            "goes by compliance as it is estimated everywhere, from more places than these.",
            misses=f"{every.total:,}", calls=f"{every.calls:,}",
        )
    )  # fmt: skip
    notes += [say(_PARTS[cause]) for cause in every.causes if cause in _PARTS]
    if every.withdrawn:
        notes.append(
            say(
                "{lost} of {total} misses were withdrawn after the target had passed and before "
                "anybody was there: their cause is what they waited for until then.",
                lost=f"{every.withdrawn:,}",
                total=f"{every.total:,}",
            )
        )
    if lost := every.total - every.reached - every.withdrawn:
        text = _NEVER_REACHED if "road closures" not in every.causes else _REACHED_OR_CUT_OFF
        notes.append(say(text, lost=f"{lost:,}", total=f"{every.total:,}"))
    return notes


# ── around the figure ────────────────────────────────────────────────────────────────────────


def finding(why: WhyLate, say: Language) -> Finding:
    """What the misses are due to, whose they are, and how it was made."""
    urban, rural = (f"{t / 60:g}" for t in why.pooled.setup.target_s)
    subtitle = say(
        "Calls beyond their target by cause: {layout} (urban {urban} min, rural {rural} min, call "
        "received to arrival)",
        layout=why.layout.name,
        urban=urban,
        rural=rural,
    )
    footnote = comparison.footnote(why.comparison, say)
    return Finding(headline(why, say), subtitle, footnote, why.provenance.draft)


def headline(why: WhyLate, say: Language) -> str:
    """What the misses are due to; what helps, if it is one cause."""
    every = why.late()
    if not every.calls:
        return say("No calls")
    if not every.total:
        return say("No call misses its target")
    found = named(every)
    shares = [fractions.in_words(every.shares[cause], say) for cause in found]
    if len(found) == 1 and _is_unsure(why):
        due = say(of(every, found[0]).first, share=shares[0])
        return _capital(_spaced(say("{first}; that is not certain", first=due)))
    if len(found) == 1:
        return _capital(_spaced(say(of(every, found[0]).alone, share=shares[0])))
    clauses = [
        say(of(every, cause).further if i else of(every, cause).first, share=share)
        for i, (cause, share) in enumerate(zip(found, shares, strict=True))
    ]
    return _capital(_spaced(say("{first}, {further}", first=clauses[0],
                                further=say(", ").join(clauses[1:]))))  # fmt: skip


def legend(why: WhyLate, say: Language) -> list[str]:
    """[cause] its share of the misses, and what helps where there are any."""
    lines = []
    every = why.late()
    for cause, share in zip(every.causes, every.shares, strict=True):
        words = causes.CAUSES[cause]
        values = {"cause": say(words.label), "share": percent(share, 0, say)}
        if share:
            lines.append(say("{cause} {share}: {helps}", helps=say(words.helps), **values))
        else:
            lines.append(say("{cause} {share}", **values))
    return lines


def drawn(why: WhyLate, say: Language) -> str:
    """What is drawn, for whoever cannot see it: the bars, and the share of each cause."""
    every = why.late()
    bars = say(
        "Stacked bars of late calls a week by cause: on the left a row for each of {n} {areas}, "
        "most late calls first; on the right a bar for each clock hour",
        n=len(townships(why, say)),
        areas=measures.area_word(why.comparison.base.map, say),
    )
    if not every.total:
        return bars
    parts = [
        say("{cause} {share}", cause=say(causes.CAUSES[cause].label), share=percent(share, 0, say))
        for cause, share in zip(every.causes, every.shares, strict=True)
        if share
    ]
    return alternative.text(
        (bars, say("Of all late calls: {parts}.", parts=say.joined(parts))), say
    )
