"""What a layout does, or a change of it would bring, said: tables and notes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from sim.answers import efficiency
from sim.answers.comparison import Comparison
from sim.answers.lines import Line, part_name
from sim.measures.features import Feature
from sim.measures.groups import ALL, Group
from sim.measures.measures import BY_KEY
from sim.measures.other_measures import NEITHER
from sim.model.calendar import HOURS_PER_WEEK
from sim.words import (
    changes,
    differences,
    hospital_table,
    measures,
    provenance,
    records,
    worst_notes,
)
from sim.words.comparison_sentence import sentence
from sim.words.language import Language
from sim.words.page import Column, Page, Table, page

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

WIDE: Final = 120  # columns of a heading
TOLD_FROM: Final = 1.5  # times as many replications; less is hardly worth a sentence
ENOUGH: Final = 10  # replications; with fewer, intervals are rough and nothing is said of sharing
OVERLOADED: Final = 0.95  # of the time busy; above it a queue has no end that it tends to


@page.register
def _(comparison: Comparison, say: Language) -> Page:
    return Page(
        heading=heading(comparison, say),
        body=tuple(_body(comparison, say)),
        notes=tuple(_notes(comparison, say)),
        sentences=tuple(sentence(comparison, row, say) for row in comparison.proposals or [0]),
        say=say,
    )


# ── the heading ──────────────────────────────────────────────────────────────────────────────


def heading(comparison: Comparison, say: Language) -> tuple[str, ...]:
    """Whose answer this is, and how it was made."""
    made = f"{_made(comparison, say)}      {provenance.seconds(comparison.provenance, say)}"
    return (
        *_whose(comparison, say),
        made,
        *_differing(comparison, say),
        *provenance.marks(comparison.base, say),
    )


def _whose(comparison: Comparison, say: Language) -> list[str]:
    """The base and a lone proposal, side by side where there is room."""
    base = comparison.base
    alone = say("{layout}      {fleet}", layout=base.name, fleet=fleet(base, say))
    if len(comparison.layouts) != 2:
        return [alone]
    proposal = _proposal(comparison, 1, say) or say.name(comparison.layouts[1].name)
    together = say(
        "{layout}      {fleet}     Proposal  {proposal}",
        layout=base.name,
        fleet=fleet(base, say),
        proposal=proposal,
    )
    if cell_len(together) <= WIDE:
        return [together]
    return [alone, say("Proposal: {proposal}", proposal=proposal)]


def fleet(layout: Scenario, say: Language) -> str:
    """8 stations, 14 ambulances (2 part-time)"""
    part = sum(ambulance.duty.hours_a_week < HOURS_PER_WEEK for ambulance in layout.fleet)
    values = {
        "stations": say.count(len(layout.open_stations()), "{n} station", "{n} stations"),
        "ambulances": say.count(len(layout.fleet), "{n} ambulance", "{n} ambulances"),
    }
    if part:
        return say("{stations}, {ambulances} ({part} part-time)", part=part, **values)
    return say("{stations}, {ambulances}", **values)


def _proposal(comparison: Comparison, layout: int, say: Language) -> str:
    """What a proposal changes, after its name where it was written by itself."""
    base, other = comparison.base, comparison.layouts[layout]
    listed = changes.listed(base, other, say)
    if not listed or changes.made(base, other) or len(comparison.layouts) > 2:
        return listed
    return say("{layout}: {changes}", layout=other.name, changes=listed)


def _made(comparison: Comparison, say: Language) -> str:
    """20 replications (enough for ±0.3 points) × 28 days, the same calls in all, seed 2025"""
    values = {
        "replications": _how_often(comparison, say),
        "days": provenance.days(comparison.base, say),
        "seed": comparison.provenance.seed,
    }
    if len(comparison.layouts) == 1:
        return say("{replications} × {days}, seed {seed}", **values)
    if comparison.same_calls:
        return say("{replications} × {days}, the same calls in all, seed {seed}", **values)
    return say("{replications} × {days}, not the same calls in all, seed {seed}", **values)


def _how_often(comparison: Comparison, say: Language) -> str:
    """20 replications (enough for ±0.3 points)"""
    chosen = comparison.provenance.chosen
    values = {"reached": f"±{chosen.reached * 100:.1f}", "aim": f"±{chosen.aim * 100:g}"}
    number = comparison.replications
    match chosen.how:
        case "draft":
            return say.count(number, "{n} replication (a draft)", "{n} replications (a draft)")
        case "precise":
            return say.count(
                number,
                "{n} replication (enough for {reached} points)",
                "{n} replications (enough for {reached} points)",
                **values,
            )
        case "most":
            return say.count(
                number,
                "{n} replication (the most allowed: {reached} points, not {aim})",
                "{n} replications (the most allowed: {reached} points, not {aim})",
                **values,
            )
    return say.count(number, "{n} replication", "{n} replications")


def _differing(comparison: Comparison, say: Language) -> list[str]:
    """What else than stations and ambulances is not the same in all layouts, a line each."""
    found = [(comparison.layouts[n].name, comparison.differences(n)) for n in comparison.proposals]
    return differences.lines(comparison.base, found, say)


# ── tables ───────────────────────────────────────────────────────────────────────────────────


def _body(comparison: Comparison, say: Language) -> list[Table | str]:
    if len(comparison.layouts) == 1:
        townships = _townships(comparison, say)
        at_hospitals = hospital_table.tables(comparison, say)
        return [_one_layout(comparison, say), *at_hospitals, *([townships] if townships else [])]
    return [_against_base(comparison, layout, say) for layout in comparison.proposals]


def label(comparison: Comparison, key: str, say: Language) -> str:
    """A measure's name as a table says it: with the scenario's targets and the map's areas."""
    worst = len(comparison.pooled[0].setup.worst)
    return measures.label(BY_KEY[key], say, comparison.base, worst)


def line_label(comparison: Comparison, line: Line, say: Language) -> str:
    """The same of a class of ambulance or a dispatch centre, with its name."""
    measure = label(comparison, line.key, say)
    if line.group == ALL:
        return measure
    part = part_name(comparison.layouts, line.group)
    return say("{measure}: {part}", measure=measure, part=say.name(part))


def _one_layout(comparison: Comparison, say: Language) -> Table:
    rows = []
    for line in comparison.lines():
        measure, value = BY_KEY[line.key], comparison.estimate(line.key, 0, line.group)
        rows.append(
            [
                line_label(comparison, line, say),
                measures.value(measure, value.mean, say),
                measures.interval(measure, value, say),
            ]
        )
    columns = (Column(align="left"), Column(), Column(say("95 % CI"), "left", belongs=True))
    return Table(columns, rows)


def _against_base(comparison: Comparison, layout: int, say: Language) -> Table:
    rows, same = [], comparison.is_same(layout)
    for line in comparison.lines():
        key, group = line
        measure, difference = BY_KEY[key], comparison.difference(key, layout, group)
        judged = ""
        if key not in NEITHER:
            judged = measures.verdict(comparison.verdict(key, layout, group), say)
        one_sided = math.isnan(difference.mean)
        rows.append(
            [
                line_label(comparison, line, say),
                measures.value(measure, comparison.estimate(key, 0, group).mean, say),
                measures.value(measure, comparison.estimate(key, layout, group).mean, say),
                "" if one_sided else measures.number(measure, difference.mean, say, sign=True),
                "" if same or one_sided else measures.interval(measure, difference, say, sign=True),
                say("these layouts are the same") if same else "" if one_sided else judged,
            ]
        )
    columns = (
        Column(align="left"),
        Column(say("today")),
        Column(say("proposal")),
        Column(say("difference")),
        Column(say("(95 % CI)"), "left", belongs=True),
        Column(align="left"),
    )
    return Table(columns, rows, above=_about(comparison, layout, say))


def _about(comparison: Comparison, layout: int, say: Language) -> str:
    """Which proposal a table is about, where there are several."""
    if len(comparison.layouts) == 2:
        return ""
    name, what = comparison.layouts[layout].name, _proposal(comparison, layout, say)
    return say("{layout}: {changes}", layout=name, changes=what) if what else say.name(name)


def _townships(comparison: Comparison, say: Language) -> str:
    """The worst-served townships by name, with the minutes within which nine of ten are reached."""
    served = []
    for row in comparison.pooled[0].setup.worst:
        group = Group("township", row)
        within, p90 = (comparison.estimate(key, 0, group).mean for key in ("within", "p90"))
        text = say(
            "{township} {percent} % ({minutes} min)",
            township=comparison.base.map.townships[row].name,
            percent=say.number(within * 100, 0),
            minutes=say.number(p90, 0),
        )
        served.append((within, text))
    if not served:
        return ""
    return say(
        "Worst served (compliance, 90th percentile): {townships}",
        townships=say(", ").join(text for _, text in sorted(served)),
        areas=measures.area_word(comparison.base.map, say),
    )


# ── notes ────────────────────────────────────────────────────────────────────────────────────


def _notes(comparison: Comparison, say: Language) -> list[str]:
    notes, proposals = [_targets(comparison, say)], len(comparison.proposals)
    if proposals > 1:
        notes.append(
            say(
                "{n} proposals are judged together: the intervals of a measure hold all at once "
                "(Bonferroni), verdicts by Holm's tests.",
                n=proposals,
            )
        )
    if any(layout.settings.responders for layout in comparison.layouts):
        notes.append(
            say(
                "First help is an ambulance or a first responder, whoever came first; all other "
                "figures are of ambulances alone."
            )
        )
    notes += _told_apart(comparison, say)
    notes += [*_one_sided(comparison, say), *_overloaded(comparison, say)]
    notes += _levels(comparison, say)
    if comparison.replications < ENOUGH:
        notes.append(
            say.count(
                comparison.replications,
                "Only {n} replication: take the intervals as rough, or repeat more often.",
                "Only {n} replications: take the intervals as rough, or repeat more often.",
            )
        )
    if comparison.base.recorded is not None:
        notes.append(
            say(
                "The calls are records and stay as they were: the intervals speak of drawn "
                "durations only, not of other days. Places that were as likely to call are not "
                "known: none were asked about."
            )
        )
        notes += records.balance(comparison.base, say)
    told = proposals == 1 and comparison.same_calls and comparison.replications >= ENOUGH
    if told and math.isfinite(gain := efficiency.gain_from_sharing(comparison)):
        notes.append(
            say(
                "Sharing the calls did the work of {times} × as many replications.",
                times=f"{gain:.0f}",
            )
        )
    return [*notes, *_asked(comparison, say), *worst_notes.notes(comparison.provenance, say)]


def _told_apart(comparison: Comparison, say: Language) -> list[str]:
    """Of which calls the figures are, where not all are emergencies that anybody waits for."""
    notes = []
    if Feature.STREAMS in comparison.features:
        notes.append(
            say(
                "Compliance and responses are of emergencies alone; surges and transfers are told "
                "apart from them. Ambulance time on calls is of all."
            )
        )
    if Feature.WITHDRAWN in comparison.features:
        notes.append(
            say(
                "A call cancelled after its target had passed counts as not in time; one cancelled "
                "sooner has no part in compliance and responses."
            )
        )
    return notes


def _one_sided(comparison: Comparison, say: Language) -> list[str]:
    """What one layout has and another has not, so that nothing can be compared."""
    notes, classes = [], [len(layout.crews.classes) for layout in comparison.layouts]
    if comparison.proposals and Feature.CLASSES in comparison.features and min(classes) == 1:
        notes.append(
            say(
                "Where there is one class of ambulance, each of them counts as capable, whatever "
                "the patient has."
            )
        )
    differences = (
        comparison.difference(line.key, layout, line.group).mean
        for layout in comparison.proposals
        for line in comparison.lines()
    )
    if any(map(math.isnan, differences)):
        notes.append(say("– stands where a layout has nothing of the kind to measure."))
    return notes


def _asked(comparison: Comparison, say: Language) -> list[str]:
    """What it brought to ask the dispatcher about other places than those that called."""
    others, gain = comparison.pooled[0].answers - 1, efficiency.gain_from_asking(comparison)
    if comparison.replications < ENOUGH or not gain >= TOLD_FROM or len(comparison.proposals) > 1:
        return []
    return [
        say(
            "At each call the dispatcher was also asked who would come to {others} other places: "
            "it did the work of {times} × as many replications.",
            others=others,
            times=f"{gain:.1f}" if gain < 10 else f"{gain:.0f}",
        )
    ]


def _overloaded(comparison: Comparison, say: Language) -> list[str]:
    """Layouts whose ambulances are hardly ever free: what is measured of them has no end."""
    return [
        say(
            "{layout}: its ambulances are busy {busy} % of the time, so that calls wait longer the "
            "longer the study lasts. Its response times say how long that was, not what a patient "
            "would wait.",
            layout=layout.name,
            busy=f"{100 * busy:.0f}",
        )
        for number, layout in enumerate(comparison.layouts)
        if (busy := comparison.estimate("busy", number).mean) >= OVERLOADED
    ]


def _levels(comparison: Comparison, say: Language) -> list[str]:
    """Where today's level is from, and why rounded levels may not differ by what is printed."""
    notes = []
    if comparison.proposals and comparison.level_of not in (0, comparison.replications):
        notes.append(
            say.count(
                comparison.level_of,
                "Today's values are those of {n} replication, as `run` prints them; the "
                "proposal's are today's plus the difference.",
                "Today's values are those of {n} replications, as `run` prints them; the "
                "proposal's are today's plus the difference.",
            )
        )
    rows = [(line, n) for n in comparison.proposals for line in comparison.lines()]
    if not all(_adds_up(comparison, line, row) for line, row in rows):
        notes.append(
            say(
                "Differences are rounded by themselves, so that they may not be quite those of "
                "the rounded values beside them."
            )
        )
    return notes


def _adds_up(comparison: Comparison, line: Line, layout: int) -> bool:
    key, group = line
    today, proposal = (comparison.estimate(key, n, group).mean for n in (0, layout))
    difference = comparison.difference(key, layout, group).mean
    return measures.adds_up(BY_KEY[key], today, proposal, difference)


def _targets(comparison: Comparison, say: Language) -> str:
    urban, rural = (f"{t / 60:g}" for t in comparison.pooled[0].setup.target_s)
    if len(comparison.layouts) == 1:
        return say(
            "Within target: urban {urban} min, rural {rural} min, from call received to arrival.",
            urban=urban,
            rural=rural,
        )
    return say(
        "Within target: urban {urban} min, rural {rural} min, from call received to arrival. "
        "Matters: {points}, {minutes} min.",
        urban=urban,
        rural=rural,
        points=say.count(comparison.matters.share * 100, "{n} point", "{n} points"),
        minutes=f"{comparison.matters.min:g}",
    )


# ── the foot of its figures ──────────────────────────────────────────────────────────────────


def footnote(comparison: Comparison, say: Language) -> str:
    """The map's nature, people, calls, replications and days; what else than layouts differs."""
    lines = [*_differing(comparison, say), *provenance.foot(comparison.base, say)]
    return "\n".join([*lines, _made_with(comparison, say)])


def _made_with(comparison: Comparison, say: Language) -> str:
    base, study = comparison.base, comparison.base.settings.study
    measured = sum(len(tally.call) for tally in comparison.tallies[0])
    a_day = measured / len(comparison.tallies[0]) / (study.length / 86_400)
    replications = comparison.replications
    return say(
        "{map}{people} people, about {calls} calls a day. {draft}{replications} × {days} after a "
        "{warm_up}-day warm-up.",
        map=provenance.map_mark(base.map, say),
        people=f"{base.map.cells.people.sum():,.0f}",
        calls=f"{a_day:.0f}",
        draft=say("Draft: ") if comparison.provenance.draft else "",
        replications=say.count(replications, "{n} replication", "{n} replications"),
        days=provenance.days(base, say),
        warm_up=f"{study.warm_up / 86_400:g}",
    )
