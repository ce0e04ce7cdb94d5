"""The best mix that a search found, said: its steps, and where they lead."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from sim.answers.costs import crew_hours, layout_cost
from sim.answers.ranking import KEYS
from sim.answers.search import Search, Step
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import FEWEST
from sim.text import Message
from sim.words import comparison, costs, crews, measures, options, provenance, worst_notes
from sim.words.comparison_sentence import with_harms
from sim.words.language import Language
from sim.words.page import Column, Finding, Page, Table, page

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


@page.register
def _(search: Search, say: Language) -> Page:
    base = search.provenance.base
    return Page(
        heading=(
            say("The best mix that greedy steps and swaps found, from {base}", base=base.name),
            provenance.line(search.provenance, say),
            *provenance.marks(base, say),
        ),
        body=(*becomes(search, say), table(search, say)),
        notes=tuple(_notes(search, say)),
        sentences=(sentence(search, say),),
        say=say,
    )


def becomes(search: Search, say: Language) -> list[str | Table]:
    """What the layout has become: stations, ambulances and costs, then what it does."""
    if not search.steps:
        return []
    return [_becomes(search, say), _does(search, say)]


def _becomes(search: Search, say: Language) -> str:
    base, after = search.provenance.base, search.layout
    values = {
        "after": _fleet(search, after, say),
        "before": _fleet(search, base, say),
    }
    more = search.steps[-1].cost - layout_cost(base)
    if math.isnan(more):
        return say("The layout becomes: {after}; today: {before}.", **values)
    if more >= 0:
        return say(
            "The layout becomes: {after}; today: {before}. It costs {amount} more.",
            amount=costs.amount(more, base, say),
            **values,
        )
    return say(
        "The layout becomes: {after}; today: {before}. It costs {amount} less.",
        amount=costs.amount(-more, base, say),
        **values,
    )


def _fleet(search: Search, layout: Scenario, say: Language) -> str:
    """8 stations, 14 ambulances; with their crew hours where several kinds of crew were tried."""
    fleet = comparison.fleet(layout, say)
    if not search.tried.more:
        return fleet
    hours = f"{crew_hours(layout):,}"
    return say("{fleet}, {hours} crew hours a week", fleet=fleet, hours=hours)


def _does(search: Search, say: Language) -> Table:
    """A row for each measure: today, after all steps, and the gain."""
    last, rows = search.steps[-1], []
    for key in dict.fromkeys([search.by, *KEYS]):
        measure, gain = BY_KEY[key], last.gains[key]
        if not math.isfinite(gain.mean):
            continue
        rows.append(
            [
                measures.label_in(search.provenance, measure, say),
                measures.value(measure, search.today(key), say),
                measures.value(measure, last.values[key].mean, say),
                measures.number(measure, gain.mean, say, sign=True),
                measures.interval(measure, gain, say, sign=True),
            ]
        )
    columns = (
        Column(align="left"),
        Column(say("today")),
        Column(say("then")),
        Column(say("difference")),
        Column(say("(95 % CI)"), "left", belongs=True),
    )
    return Table(columns, rows)


def table(search: Search, say: Language) -> Table:
    """A row for each step: what it adds, and what all steps up to it add."""
    measure = BY_KEY[search.by]
    columns = (
        Column(say("step"), "left"),
        Column(say("this step")),
        Column(align="left", belongs=True),
        Column(say("in all")),
        Column(align="left", belongs=True),
        Column(align="left"),
        *(options.hours_columns(say) if search.tried.more else ()),
    )
    rows = []
    for step in search.steps:
        total = step.gains[search.by]
        rows.append(
            [
                options.what(step.option, say),
                measures.number(measure, step.gain.mean, say, sign=True),
                measures.interval(measure, step.gain, say, sign=True),
                measures.number(measure, total.mean, say, sign=True),
                measures.interval(measure, total, say, sign=True),
                measures.verdict(step.verdict, say),
                *(options.hours_cells(step, measure, say) if search.tried.more else ()),
            ]
        )
    return Table(columns, rows)


def _notes(search: Search, say: Language) -> list[str]:
    measure = BY_KEY[search.by]
    return [
        say(
            "Gains in {unit} ({measure}), with 95 % intervals that hold all at once, measured on "
            "other calls than those on which the steps were chosen.",
            unit=measures.unit(measure, say),
            measure=measures.label_in(search.provenance, measure, say),
        ),
        *_crews(search, say),
        *worst_notes.notes(search.provenance, say, only_by=search.by),
    ]


def _crews(search: Search, say: Language) -> list[str]:
    """Where ambulances are after all steps, and which kinds were tried."""
    if not search.tried.more:
        return [say("Ambulances: {crews}.", crews=options.crews(search.layout, say))]
    return [
        say("Ambulances: {crews}.", crews=crews.of_stations(search.layout, say)),
        *options.tried_notes(search.tried, search.provenance.base, say),
    ]


GAINS: Final = (  # whether the gain is sure; what is gained is said with its measure
    Message(
        "{after} instead of today's {before}: {size} ({measure}; {between}), which may be chance. "
        "The steps: {steps}."
    ),
    Message(
        "{after} instead of today's {before} would bring {size} ({measure}; {between}). The steps: "
        "{steps}."
    ),
)
LOSS: Final = Message(
    "{after} instead of today's {before} is a loss: {size} ({measure}; {between}). The steps: "
    "{steps}."
)


def sentence(search: Search, say: Language) -> str:
    """For the minutes: what the layout becomes, what that comes to, and what gets worse by it."""
    if not search.steps:
        said = say("No step was found that is sure to help.")
        return provenance.few(said, search.provenance.replications, say)
    base, measure, total = search.provenance.base, BY_KEY[search.by], search.steps[-1].gains
    gain = total[search.by]
    sure = min(measure.sign * gain.low, measure.sign * gain.high) > 0
    sure = sure and search.provenance.replications >= FEWEST
    lost = sure_loss(search)
    finding = say(
        LOSS if lost else GAINS[sure],
        after=_fleet(search, search.layout, say),
        before=_fleet(search, base, say),
        size=measures.size(measure, gain, say),
        measure=measures.label_in(search.provenance, measure, say),
        between=measures.between(measure, gain, say),
        steps=say.joined(options.spoken(step.option, say) for step in search.steps),
    )
    made = search.provenance
    finding = provenance.few(finding, made.replications, say)
    said = with_harms(finding, search.steps[-1].harms, search.by, made, say, loss=lost)
    empty = options.emptied(base, search.layout, say)
    if not empty:
        return said
    return say.count(
        len(empty),
        "{finding} {stations} would be left without an ambulance.",
        "{finding} {stations} would be left without ambulances.",
        finding=said, stations=say.listed(empty),
    )  # fmt: skip


def sure_loss(search: Search) -> bool:
    """Whether the layout after all steps is surely worse, and saves crew hours at that price."""
    measure, total = BY_KEY[search.by], search.steps[-1].gains[search.by]
    worst = max(measure.sign * total.low, measure.sign * total.high)
    saves = crew_hours(search.layout) < crew_hours(search.provenance.base)
    return saves and worst < 0 and search.provenance.replications >= FEWEST


# ── around the figure ────────────────────────────────────────────────────────────────────────

# What a measure is called in the middle of a sentence.
NOUNS: Final = {
    "within": Message("compliance"),
    "urban10": Message("urban compliance"),
    "rural30": Message("rural compliance"),
    "worst5": Message("compliance where it is worst"),
}


def finding(search: Search, say: Language) -> Finding:
    """Where the steps lead, and how each was measured."""
    subtitle = say(
        "What each step adds, measured on other calls than it was chosen on; response time "
        "{clock}; 95 % intervals",
        clock=provenance.clock(say),
    )
    return Finding(
        headline(search, say),
        subtitle if search.steps else "",
        provenance.footnote(search.provenance, say),
        search.provenance.draft,
    )


def headline(search: Search, say: Language) -> str:
    """Where the steps lead, and which stations they leave without an ambulance."""
    empty = options.emptied(search.provenance.base, search.layout, say)
    said = _headline(search, say)
    if not empty:
        return said
    return say.joined([said, say("no ambulance left at {stations}", stations=say.listed(empty, 2))])


def _headline(search: Search, say: Language) -> str:
    """From which value to which the steps lead, and which does most, if that is sure."""
    few = search.provenance.replications < FEWEST
    if not search.steps:
        said = say("No step was found that is sure to help")
        return say.joined([said, say(provenance.FEW)]) if few else said
    measure, total = BY_KEY[search.by], search.steps[-1].gains[search.by]
    values = {
        "now": measures.number(measure, search.today(), say),
        "then": measures.number(measure, search.today() + total.mean, say),
    }
    if sure_loss(search):
        measure_name = say(NOUNS[search.by]) if measure.unit == "share" else ""
        return say(LOWER[measure.unit], hours=_saved(search), measure=measure_name, **values)
    if few or not min(measure.sign * total.low, measure.sign * total.high) > 0:
        return _unsure(search, values, say)
    if measure.unit == "share":
        values["measure"] = say(NOUNS[search.by])
    if len(search.steps) == 1:
        values["step"] = say.shortened(options.what(search.steps[0].option, say))
        return say(ONE_STEP[measure.unit], **values)
    most = _greatest(search)
    if most is None or not _is_kept(most, search):
        return say(STEPS[measure.unit], n=len(search.steps), **values)
    values["step"] = say.shortened(options.what(most.option, say))
    return say(STEPS_WITH_MOST[measure.unit], n=len(search.steps), **values)


# By the unit of the measure: more is better of shares, less is better of minutes.
ONE_STEP: Final = {
    "share": Message("{step} lifts {measure} from {now} to {then} %"),
    "min": Message("{step} cuts mean response from {now} to {then} min"),
}
STEPS: Final = {
    "share": Message("{n} steps lift {measure} from {now} to {then} %"),
    "min": Message("{n} steps cut mean response from {now} to {then} min"),
}
STEPS_WITH_MOST: Final = {
    "share": Message("{n} steps lift {measure} from {now} to {then} %; most by {step}"),
    "min": Message("{n} steps cut mean response from {now} to {then} min; most by {step}"),
}


LOWER: Final = {  # where hours were saved at that price
    "share": Message("{hours} crew hours a week fewer: {measure} falls from {now} to {then} %"),
    "min": Message("{hours} crew hours a week fewer: mean response grows from {now} to {then} min"),
}


def _saved(search: Search) -> str:
    """How many crew hours a week fewer there are after all steps."""
    return f"{crew_hours(search.provenance.base) - crew_hours(search.layout):,}"


def _unsure(search: Search, values: dict[str, str], say: Language) -> str:
    if BY_KEY[search.by].unit == "share":
        return say.count(
            len(search.steps),
            "{n} step, from {now} to {then} %: this study cannot tell whether it helps",
            "{n} steps, from {now} to {then} %: this study cannot tell whether they help",
            **values,
        )
    return say.count(
        len(search.steps),
        "{n} step, from {now} to {then} min: this study cannot tell whether it helps",
        "{n} steps, from {now} to {then} min: this study cannot tell whether they help",
        **values,
    )


def _is_kept(step: Step, search: Search) -> bool:
    """Whether the layout that was found has what a step did: a later one may have moved it on."""
    name = step.option.station.zh
    row, then = search.layout.station(name), step.option.layout.station(name)
    if row is None or then is None:
        return False
    return search.layout.fleet_size(row) >= step.option.layout.fleet_size(then)


def _greatest(search: Search) -> Step | None:
    """The step that does most, if its interval lies above those of all others."""
    sign = BY_KEY[search.by].sign
    most = max(search.steps, key=lambda step: sign * step.gain.mean)
    low = min(sign * most.gain.low, sign * most.gain.high)
    others = [max(sign * s.gain.low, sign * s.gain.high) for s in search.steps if s is not most]
    return most if all(low > other for other in others) else None


def map_finding(search: Search, say: Language) -> Finding:
    """What stands around the map of the layout that was found."""
    text = say("The layout after all steps: its stations and their ambulances")
    return finding(search, say)._replace(subtitle=text)


def drawn(search: Search, say: Language) -> str:
    """What is drawn, for whoever cannot see it: the bars, and from where to where they lead."""
    measure = BY_KEY[search.by]
    return say(
        "A waterfall: a row for today and for each of {n} steps, along it {measure} after the "
        "step, a bar from the value before to the value after; from {before} today to {after} "
        "after all steps",
        n=len(search.steps),
        measure=measures.label_in(search.provenance, measure, say),
        before=measures.value(measure, search.today(), say),
        after=measures.value(measure, search.steps[-1].values[search.by].mean, say),
    )
