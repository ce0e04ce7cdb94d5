"""What a layout does, or a change of it would bring, said: tables and notes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from sim.answers.comparison import Comparison
from sim.answers.lines import Line, part_name
from sim.measures.groups import ALL, Group
from sim.measures.measures import BY_KEY
from sim.measures.other_measures import NEITHER
from sim.measures.verdicts import FEWEST
from sim.model.calendar import HOURS_PER_WEEK
from sim.words import (
    changes,
    differences,
    hospital_table,
    measures,
    provenance,
)
from sim.words.comparison_notes import notes
from sim.words.comparison_sentence import sentence
from sim.words.language import Language
from sim.words.page import Column, Page, Table, page

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

WIDE: Final = 120  # columns of a heading


@page.register
def _(comparison: Comparison, say: Language) -> Page:
    return Page(
        heading=heading(comparison, say),
        body=tuple(_body(comparison, say)),
        notes=tuple(notes(comparison, say)),
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
        "replications": how_often(comparison, say),
        "days": provenance.days(comparison.base, say),
        "seed": comparison.provenance.seed,
    }
    if len(comparison.layouts) == 1:
        return say("{replications} × {days}, seed {seed}", **values)
    if comparison.same_calls:
        return say("{replications} × {days}, the same calls in all, seed {seed}", **values)
    return say("{replications} × {days}, not the same calls in all, seed {seed}", **values)


def how_often(comparison: Comparison, say: Language) -> str:
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
        return [one_layout(comparison, say), *at_hospitals, *([townships] if townships else [])]
    return [against_base(comparison, layout, say) for layout in comparison.proposals]


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


def one_layout(comparison: Comparison, say: Language) -> Table:
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


def against_base(comparison: Comparison, layout: int, say: Language) -> Table:
    rows, same = [], comparison.is_same(layout)
    for line in comparison.lines_against_base(layout):
        key, group = line
        measure, difference = BY_KEY[key], comparison.difference(key, layout, group)
        one_sided, alike = math.isnan(difference.mean), _is_alike(comparison, line, layout)
        rows.append(
            [
                line_label(comparison, line, say),
                measures.value(measure, comparison.estimate(key, 0, group).mean, say),
                measures.value(measure, comparison.estimate(key, layout, group).mean, say),
                "" if one_sided else measures.number(measure, difference.mean, say, sign=True),
                ""
                if same or one_sided or alike
                else measures.interval(measure, difference, say, sign=True),
                say("these layouts are the same")
                if same
                else _judged(comparison, line, layout, say),
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


def _is_alike(comparison: Comparison, line: Line, layout: int) -> bool:
    """Whether both values are the same, and nothing varied that could tell how sure that is."""
    difference = comparison.difference(line.key, layout, line.group)
    return comparison.replications >= FEWEST and difference.mean == 0 and not difference.known


def _judged(comparison: Comparison, line: Line, layout: int, say: Language) -> str:
    """What a difference amounts to; nothing where one of the layouts has no value."""
    key, group = line
    if math.isnan(comparison.difference(key, layout, group).mean):
        return ""
    if _is_alike(comparison, line, layout):
        return say("the same in both")
    if key in NEITHER:
        return ""
    return measures.verdict(comparison.verdict(key, layout, group), say)


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
        "{map}{people} people, about {calls} calls a day. {draft}{replications} × {observed}.",
        map=provenance.map_mark(base.map, say),
        people=f"{base.map.cells.people.sum():,.0f}",
        calls=f"{a_day:.0f}",
        draft=say("Draft: ") if comparison.provenance.draft else "",
        replications=say.count(replications, "{n} replication", "{n} replications"),
        observed=provenance.observed(base, say),
    )
