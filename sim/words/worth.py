"""What each station is worth, said: the table of losses, and what could go."""

from __future__ import annotations

import math
from typing import Final

from sim.answers.ranking import KEYS
from sim.answers.worth import BESIDES, NotTried, StationWorth, Worth
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Verdict
from sim.text import Message
from sim.words import alternative, costs, crews, measures, provenance, worst_notes
from sim.words.comparison_sentence import harms_listed, with_harms
from sim.words.language import Language
from sim.words.page import Column, Finding, Page, Table, page


@page.register
def _(worth: Worth, say: Language) -> Page:
    base = worth.provenance.base
    return Page(
        heading=(
            say(HEADINGS[worth.by_kind], base=base.name),
            provenance.line(worth.provenance, say),
            *provenance.marks(base, say),
        ),
        body=(table(worth, say),),
        notes=tuple(_notes(worth, say)),
        sentences=(sentence(worth, say),),
        say=say,
    )


HEADINGS: Final = {  # whether crews are told apart by class and hours
    False: Message("What is lost without it?  {base}, less each station and one ambulance of each"),
    True: Message(
        "What is lost without it?  {base}, less each station, one ambulance of each kind, and "
        "hours of each"
    ),
}


def what(worth: Worth, loss: StationWorth | NotTried, say: Language) -> str:
    """Xiangdong closed (2 ambulances); Xiangdong −1 of 2 ambulances; Xiangdong: basic → 08–20"""
    base = worth.provenance.base
    name, ambulances = base.stations[loss.station].name, base.fleet_size(loss.station)
    if loss.closed:
        return say.count(
            ambulances,
            "{station} closed ({n} ambulance)",
            "{station} closed ({n} ambulances)",
            station=name,
        )
    if loss.crew is None:
        return say("{station} −1 of {n} ambulances", station=name, n=ambulances)
    crew = crews.kind(*loss.crew, base, say)
    if loss.hours is None:
        return say("{station} −1 ({crew}) of {n} ambulances", station=name, crew=crew, n=ambulances)
    return say(
        "{station}: {crew} → {hours}",
        station=name, crew=crew, hours=crews.hours(loss.hours, base, say),
    )  # fmt: skip


def table(worth: Worth, say: Language) -> Table:
    measure, told = BY_KEY[worth.by], worth.losses[0].changes
    others = [key for key in (*KEYS[:4], *BESIDES) if key != worth.by and key in told]
    columns = (
        Column(say("without"), "left"),
        Column(say("change")),
        Column(align="left", belongs=True),
        *(Column(say(measures.SHORT[key])) for key in others),
        Column(say("calls a day")),
        Column(align="left"),
        *((Column(say("hours a week")), Column(say("per 100 hours"))) if worth.by_kind else ()),
    )
    rows = []
    for loss in worth.losses:
        change = loss.changes[worth.by]
        rows.append(
            [
                what(worth, loss, say),
                measures.number(measure, change.mean, say, sign=True),
                measures.interval(measure, change, say, sign=True),
                *(
                    measures.number(BY_KEY[key], loss.changes[key].mean, say, sign=True)
                    for key in others
                ),
                say.number(loss.calls_per_day),
                measures.verdict(loss.verdict, say),
                *(_hours_cells(worth, loss, say) if worth.by_kind else ()),
            ]
        )
    return Table(columns, rows)


def _hours_cells(worth: Worth, loss: StationWorth, say: Language) -> list[str]:
    """The crew hours a week that are saved, and what is lost for every hundred of them."""
    each = loss.change_of_100_hours(worth.by)
    return [
        say.number(float(-loss.hours_saved), 0, sign=True),
        measures.number(BY_KEY[worth.by], each, say, sign=True),
    ]


def _notes(worth: Worth, say: Language) -> list[str]:
    base, measure = worth.provenance.base, BY_KEY[worth.by]
    notes = [
        say(
            "Change against today in {unit} ({measure}), with 95 % intervals that hold for all "
            "lines at once.",
            unit=measures.unit(measure, say),
            measure=measures.label_in(worth.provenance, measure, say),
        )
    ]
    if worth.by_kind:
        notes.append(
            say(
                "Hours: crew hours a week fewer, and the change for every 100 of them. A crew's "
                "hours are shortened to others that the scenario names, within its own."
            )
        )
    notes += [
        say("Not tried: {what} ({why}).", what=what(worth, one, say), why=say(one.why))
        for one in worth.not_tried
    ]
    spare = worth.spare()
    if spare and math.isfinite(worth.losses[0].saved):
        most = max(spare, key=lambda loss: loss.saved)
        amount = costs.amount(most.saved, base, say)
        notes.append(say("{what} would save {amount}.", what=what(worth, most, say), amount=amount))
    return [*notes, *worst_notes.notes(worth.provenance, say, only_by=worth.by)]


def sentence(worth: Worth, say: Language) -> str:
    """For the minutes: what is lost most, what was not tried, and what could go."""
    said, untried = _losses(worth, say), worth.not_tried
    if not untried:
        return said
    return say(
        "{finding} Not tried, and perhaps a greater loss: {what}.",
        finding=said,
        what=say.joined(what(worth, one, say) for one in untried),
    )


def _losses(worth: Worth, say: Language) -> str:
    """What is lost most, what could go, and what each of these makes worse."""
    first, measure, made = worth.losses[0], BY_KEY[worth.by], worth.provenance
    change = first.changes[worth.by]
    said = say(
        "The greatest loss would be: {what}, {size} ({between}).",
        what=what(worth, first, say),
        size=measures.size(measure, change, say),
        between=measures.between(measure, change, say),
    )
    said = provenance.few(said, made.replications, say)
    spare = worth.spare()
    if first not in spare:
        said = with_harms(said, first.harms, worth.by, made, say, loss=True)
    clear = [loss for loss in spare if not harms_listed(loss.harms, worth.by, made, say)]
    if clear:
        said = say(
            "{finding} Each of these alone would cost too little to matter: {spare}.",
            finding=said,
            spare=say.listed([what(worth, loss, say) for loss in clear], NAMED),
        )
    marred = [loss for loss in spare if loss not in clear]
    if not marred:
        return said
    return say(
        "{finding} By this measure ({measure}), each of these alone would cost too little to "
        "matter, too, but make something else worse: {worse}.",
        finding=said,
        measure=measures.label_in(made, measure, say),
        worse=say.joined(
            say(
                "{what}: {worse}",
                what=what(worth, loss, say),
                worse=harms_listed(loss.harms, worth.by, made, say, WITH_EACH),
            )
            for loss in marred
        ),
    )


NAMED: Final = 8  # of those that cost too little to matter
WITH_EACH: Final = 1  # measures that are named of each that could go, where it makes many worse

# ── around the figure ────────────────────────────────────────────────────────────────────────


def finding(worth: Worth, say: Language, shown: int) -> Finding:
    """The finding, and what is drawn: so many of the losses."""
    hidden = len(worth.losses) - shown
    subtitle = say(SUBTITLES[worth.by_kind], clock=provenance.clock(say))
    if hidden:
        subtitle = say.joined([subtitle, say("{n} smaller losses not drawn", n=hidden)])
    return Finding(
        headline(worth, say),
        subtitle,
        provenance.footnote(worth.provenance, say),
        worth.provenance.draft,
    )


SUBTITLES: Final = {
    False: Message(
        "Each station closed, or one of its ambulances less, against today; response time {clock}; "
        "95 % intervals"
    ),
    True: Message(
        "Each station closed, one of its ambulances less or on shorter hours, against today; "
        "response time {clock}; 95 % intervals"
    ),
}


def headline(worth: Worth, say: Language) -> str:
    """What is lost most, if that can be told, and how much could go."""
    first, measure = worth.losses[0], BY_KEY[worth.by]
    spare, many = sum(not loss.harms for loss in worth.spare()), len(worth.losses)
    if spare == many:
        return say("Each loss alone is too small to matter")
    if len(worth.spare()) == many:
        return say.count(
            many - spare,
            "By this measure no loss matters, but {n} of {losses} makes something else worse",
            "By this measure no loss matters, but {n} of {losses} make something else worse",
            losses=many,
        )
    if first.verdict != Verdict.WORSE:
        unsure = say("No loss is sure yet")
        few = first.verdict == Verdict.FEW_REPLICATIONS
        return say.joined([unsure, say(provenance.FEW)]) if few else unsure
    values = {
        "what": _in_short(worth, first, say),
        "size": measures.size(measure, first.changes[worth.by], say),
    }
    if rivals := _rivals(worth):
        others = say.listed([_in_short(worth, loss, say) for loss in rivals], most=1)
        return say("Most is lost by {what} ({size}), perhaps no more than by {others}",
                   others=others, **values)  # fmt: skip
    if not spare:
        return say("Most is lost by {what}: {size}", **values)
    return say("Most is lost by {what}: {size}; {spare} of {many} losses too small to matter",
               spare=spare, many=many, **values)  # fmt: skip


def _in_short(worth: Worth, loss: StationWorth, say: Language) -> str:
    """closing Xiangdong"""
    name = say.shortened(say.name(worth.provenance.base.stations[loss.station].name))
    if loss.closed:
        return say("closing {station}", station=name)
    if loss.hours is not None:
        return say(
            "shorter hours at {station} ({hours})",
            station=name, hours=crews.hours(loss.hours, worth.provenance.base, say),
        )  # fmt: skip
    return say("one ambulance less at {station}", station=name)


def _rivals(worth: Worth) -> list[StationWorth]:
    """Losses whose interval meets that of the greatest."""
    sign = 1 if BY_KEY[worth.by].better == "more" else -1
    first = worth.losses[0].changes[worth.by]
    end = max(sign * first.low, sign * first.high)
    return [
        loss
        for loss in worth.losses[1:]
        if min(sign * v for v in loss.changes[worth.by][1:]) <= end
        and loss.verdict != Verdict.TOO_SMALL
    ]


def drawn(worth: Worth, rows: int, say: Language) -> str:
    """What is drawn, for whoever cannot see it: the rows, the axis and the greatest loss."""
    measure = BY_KEY[worth.by]
    axes = say(
        "A row for each of {n} stations or ambulances that are taken away, the greatest loss "
        "first, along it the change of {measure} in {unit} with its 95 % interval",
        n=rows,
        measure=measures.label_in(worth.provenance, measure, say),
        unit=measures.unit(measure, say),
    )
    ends = [
        say(
            "{what}: {change}",
            what=what(worth, loss, say),
            change=measures.size(measure, loss.changes[worth.by], say),
        )
        for loss in worth.losses[:3]
    ]
    return alternative.text((axes, say.joined(ends)), say)
