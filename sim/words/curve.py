"""What the next station and the next ambulance buy, said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sim.answers.costs import layout_cost
from sim.answers.curve import Curve, Point
from sim.answers.search import Step
from sim.measures.intervals import Estimate
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import FEWEST, Verdict
from sim.text import Message
from sim.words import alternative, costs, measures, options, provenance, worst_notes
from sim.words.comparison_sentence import with_harms
from sim.words.language import Language
from sim.words.page import Column, Finding, Page, Table, page
from sim.words.provenance import FEW

TRACKS: Final = {
    "stations": Message("new stations, one ambulance each"),
    "ambulances": Message("more ambulances, no new site"),
    "fleet": Message("the same fleet, rearranged"),
}
SHOWN: Final = ("within", "urban10", "rural30")  # measures in the table


@page.register
def _(curve: Curve, say: Language) -> Page:
    base = curve.provenance.base
    return Page(
        heading=(
            say("What does the next one buy?  From {base}, the best each time", base=base.name),
            provenance.line(curve.provenance, say),
            *provenance.marks(base, say),
        ),
        body=(table(curve, say),),
        notes=tuple(_notes(curve, say)),
        sentences=(sentence(curve, say),),
        say=say,
    )


def table(curve: Curve, say: Language) -> Table:
    """A row for today's layout, and for each step below the name of its track."""
    columns = [
        Column(say("step"), "left"),
        *(Column(say(measures.SHORT[key])) for key in SHOWN),
        Column(say("this step")),
        Column(align="left", belongs=True),
        Column(align="left"),
    ]
    if curve.tried.more:
        columns += options.hours_columns(say)
    if curve.has_costs:
        columns.append(Column(say("costs")))

    def row(what: str, values: dict[str, Estimate], gain: list[str], cost: float) -> list[str]:
        shares = [measures.value(BY_KEY[key], values[key].mean, say) for key in SHOWN]
        return [what, *shares, *gain, *([f"{cost:,.0f}"] if curve.has_costs else [])]

    today = layout_cost(curve.provenance.base)
    rows = [row(say("today"), curve.now, [""] * (5 if curve.tried.more else 3), today)]
    for track, steps in curve.tracks.items():
        rows.append([say(TRACKS[track]), *[""] * (len(columns) - 1)])
        rows += [
            row(f"  {place}. {options.what(step.option, say)}", step.values,
                _gain(curve, step, say), step.cost)
            for place, step in enumerate(steps, 1)
        ]  # fmt: skip
    return Table(tuple(columns), rows)


def _gain(curve: Curve, step: Step, say: Language) -> list[str]:
    """What a step adds, its interval and its verdict, as cells."""
    measure = BY_KEY[curve.by]
    return [
        measures.number(measure, step.gain.mean, say, sign=True),
        measures.interval(measure, step.gain, say, sign=True),
        measures.verdict(step.verdict, say),
        *(options.hours_cells(step, measure, say) if curve.tried.more else ()),
    ]


def _notes(curve: Curve, say: Language) -> list[str]:
    notes = [
        say(
            "Gains in {unit} over the step before, with 95 % intervals that hold all at once, on "
            "other calls than those on which the steps were chosen.",
            unit=measures.unit(BY_KEY[curve.by], say),
        )
    ]
    notes += options.tried_notes(curve.tried, curve.provenance.base, say)
    if not curve.tracks.get("fleet") and curve.tried.more:
        still = say("No move of a crew between today's stations or to other hours is sure to help.")
        notes.append(provenance.few(still, curve.provenance.replications, say))
    elif not curve.tracks.get("fleet"):
        still = say("No move of an ambulance between today's stations is sure to help.")
        notes.append(provenance.few(still, curve.provenance.replications, say))
    fleet = curve.tracks.get("fleet")
    if fleet and (empty := options.emptied(curve.provenance.base, fleet[-1].option.layout, say)):
        notes.append(say("The moves leave no ambulance at {stations}.", stations=say.listed(empty)))
    if curve.has_costs:
        best = [place_name(point, say) for point in curve.points() if point.on_front]
        notes.append(
            say(
                "Costs in {unit}. Most for their cost, which means that nothing else tried is as "
                "cheap and as good in town and country: {layouts}.",
                unit=costs.unit(curve.provenance.base),
                layouts=say(", ").join(best),
            )
        )
    return [*notes, *worst_notes.notes(curve.provenance, say, only_by=curve.by)]


def place_name(point: Point, say: Language) -> str:
    """today, +2 stations, +1 ambulance, 3 moves"""
    if point.track == "today":
        return say("today")
    if point.track == "stations":
        return say.count(point.place, "+{n} station", "+{n} stations")
    if point.track == "ambulances":
        return say.count(point.place, "+{n} ambulance", "+{n} ambulances")
    return moves(point.place, say)


def moves(number: int, say: Language) -> str:
    """3 moves"""
    return say.count(number, "{n} move", "{n} moves")


def sentence(curve: Curve, say: Language) -> str:
    """For the minutes: what the first step of each track gains, and what the tracks make worse."""
    said, made = _for_their_hours(curve, _first_steps(curve, say), say), curve.provenance
    for track in ("stations", "ambulances"):
        for place, step in enumerate(curve.tracks.get(track, ()), 1):
            what = options.named(step.option, say)
            if place > 1:
                what = place_name(Point(track, place, step.cost, step.values, False), say)
            said = with_harms(said, step.harms, curve.by, made, say, what=what)
            if step.harms:
                break
    return said


def _for_their_hours(curve: Curve, said: str, say: Language) -> str:
    """The same, and what both gain for their crew hours, where these differ."""
    first = [curve.tracks[key][0] for key in ("stations", "ambulances") if curve.tracks.get(key)]
    if len(first) < 2 or first[0].hours == first[1].hours:
        return said
    measure = BY_KEY[curve.by]
    station, ambulance = (
        measures.number(measure, step.gain_of_100_hours, say, sign=True) for step in first
    )
    return say(
        "{finding} For every 100 crew hours a week the station gains {station} {unit}, the "
        "ambulance {ambulance} {unit}.",
        finding=said, station=station, ambulance=ambulance, unit=measures.unit(measure, say),
    )  # fmt: skip


def _first_steps(curve: Curve, say: Language) -> str:
    """What the first step of each track gains, and how many stations add what matters."""
    stations, ambulances = (curve.tracks.get(key, ()) for key in ("stations", "ambulances"))
    if not stations and not ambulances:
        return say("There is nothing to add.")
    values: dict[str, str] = {}
    for key, steps in (("station", stations), ("ambulance", ambulances)):
        for step in steps[:1]:
            values[key] = _what_for_how_much(curve, step, say)
            values[f"{key}_size"] = measures.size(BY_KEY[curve.by], step.gain, say)
            values[f"{key}_between"] = measures.between(BY_KEY[curve.by], step.gain, say)
    if not stations:
        said = say(
            "The next ambulance without a new site ({ambulance}) gains {ambulance_size} "
            "({ambulance_between}).",
            **values,
        )
        return provenance.few(said, curve.provenance.replications, say)
    if not ambulances:
        said = say(
            "The next station ({station}) gains {station_size} ({station_between}).", **values
        )
        return _how_many_matter(said, stations, curve, say)
    said = say(
        "The next station ({station}) gains {station_size} ({station_between}), the next ambulance "
        "without a new site ({ambulance}) gains {ambulance_size} ({ambulance_between}).",
        **values,
    )
    return _how_many_matter(said, stations, curve, say)


def _how_many_matter(said: str, stations: Sequence[Step], curve: Curve, say: Language) -> str:
    """The same, and how many of the stations tried surely add what matters, if that is judged."""
    if curve.provenance.replications < FEWEST:
        return provenance.few(said, curve.provenance.replications, say)
    sure = sum(step.verdict == Verdict.BETTER for step in stations)
    if sure == len(stations):
        return say.count(
            sure,
            "{finding} The one station tried would add what matters.",
            "{finding} Each of the {n} stations tried would add what matters.",
            finding=said,
        )
    return say.count(
        len(stations),
        "{finding} It is not certain that the one station tried would add what matters.",
        "{finding} Of the {n} stations tried, {sure} would surely add what matters.",
        finding=said, sure=sure,
    )  # fmt: skip


def _what_for_how_much(curve: Curve, step: Step, say: Language) -> str:
    """Fenglin, +1,300,000 CNY per year"""
    name, base = options.named(step.option, say), curve.provenance.base
    if not curve.has_costs:
        return name
    more = costs.amount(step.cost - layout_cost(base), base, say, sign=True)
    return say("{option}, {amount}", option=name, amount=more)


# ── around the figure of gains ───────────────────────────────────────────────────────────────


def finding(curve: Curve, say: Language) -> Finding:
    """Whether the next station gains more than the next ambulance, and how it was measured."""
    subtitle = say(
        "The best next place each time, on fresh calls; response time {clock}; bands and bars: "
        "95 % intervals",
        clock=provenance.clock(say),
    )
    return around(curve, headline(curve, say), subtitle, say)


def map_finding(curve: Curve, say: Language) -> Finding:
    """What stands around the map of the steps."""
    text = say("Where each step adds a station or an ambulance; number: which step of its kind")
    return around(curve, headline(curve, say), text, say)


def around(curve: Curve, headline: str, subtitle: str, say: Language) -> Finding:
    """What stands around a figure of the curve."""
    made = curve.provenance
    return Finding(headline, subtitle, provenance.footnote(made, say), made.draft)


def headline(curve: Curve, say: Language) -> str:
    """Whether the next station gains more than the next ambulance, and how many stations do."""
    stations, ambulances = (curve.tracks.get(key, ()) for key in ("stations", "ambulances"))
    if not stations and not ambulances:
        return say("There is nothing to add")
    if not stations or not ambulances:
        return _of_one_track("stations" if stations else "ambulances", curve, say)
    measure = BY_KEY[curve.by]
    a, b = stations[0].gain, ambulances[0].gain
    station_first = measure.sign * a.mean >= measure.sign * b.mean
    sure = a.low > b.high or b.low > a.high
    sure = sure and curve.provenance.replications >= FEWEST
    more, less = (a, b) if station_first else (b, a)
    hours = [tracks[0].hours for tracks in (stations, ambulances)]
    first = say(
        (AGAINST if hours[0] == hours[1] else AGAINST_OTHER_HOURS)[station_first, sure],
        station_hours=hours[0],
        ambulance_hours=hours[1],
        more=measures.number(measure, more.mean, say, sign=True),
        less=measures.number(measure, less.mean, say, sign=True),
        unit=measures.unit(measure, say),
    )
    returns = say(FEW) if curve.provenance.replications < FEWEST else _returns(stations, say)
    return say.joined([first, returns]) if returns else first


# By whether the station gains more than the ambulance, and whether that is sure.
AGAINST: Final = {
    (True, True): Message("A station gains more than an ambulance: {more} against {less} {unit}"),
    (False, True): Message("An ambulance gains more than a station: {more} against {less} {unit}"),
    (True, False): Message(
        "A station gains {more} {unit}, not surely more than an ambulance ({less})"
    ),
    (False, False): Message(
        "An ambulance gains {more} {unit}, not surely more than a station ({less})"
    ),
}


# The same where their crews work other hours a week.
AGAINST_OTHER_HOURS: Final = {
    (True, True): Message(
        "A station ({station_hours} h a week) gains more than an ambulance ({ambulance_hours} h): "
        "{more} against {less} {unit}"
    ),
    (False, True): Message(
        "An ambulance ({ambulance_hours} h a week) gains more than a station ({station_hours} h): "
        "{more} against {less} {unit}"
    ),
    (True, False): Message(
        "A station ({station_hours} h a week) gains {more} {unit}, not surely more than an "
        "ambulance ({ambulance_hours} h: {less})"
    ),
    (False, False): Message(
        "An ambulance ({ambulance_hours} h a week) gains {more} {unit}, not surely more than a "
        "station ({station_hours} h: {less})"
    ),
}


def _returns(stations: tuple[Step, ...], say: Language) -> str:
    """How many of several stations surely add something; nothing of one."""
    sure, many = sum(step.verdict == Verdict.BETTER for step in stations), len(stations)
    if many == 1:
        return ""
    if sure == many:
        return say("each of the {many} new stations is sure to help", many=many)
    if not sure:
        return say("none of the {many} new stations is sure to help", many=many)
    return say.count(
        sure,
        "{n} of the {all} new stations is sure to help",
        "{n} of the {all} new stations are sure to help",
        all=many,
    )


def _of_one_track(track: str, curve: Curve, say: Language) -> str:
    step = curve.tracks[track][0]
    texts = ONE_TRACK[track, step.verdict == Verdict.BETTER]
    said = say(texts, size=measures.size(BY_KEY[curve.by], step.gain, say))
    return say.joined([said, say(FEW)]) if curve.provenance.replications < FEWEST else said


ONE_TRACK: Final = {
    ("stations", True): Message("The next station gains {size}"),
    ("stations", False): Message("The next station ({size}) is not sure to gain"),
    ("ambulances", True): Message("The next ambulance gains {size}"),
    ("ambulances", False): Message("The next ambulance ({size}) is not sure to gain"),
}


# ── for whoever cannot see the figures ───────────────────────────────────────────────────────


def drawn(curve: Curve, say: Language) -> str:
    """The axes of the curve, and what each track reaches."""
    measure = BY_KEY[curve.by]
    axes = say(
        "Two panels over the number of stations or ambulances that are added: above {measure} "
        "after each step, a line for each track; below bars for what each step changes, in {unit}",
        measure=measures.label_in(curve.provenance, measure, say),
        unit=measures.unit(measure, say),
    )
    ends = [
        say(
            "{track}: from {before} today to {after} after {steps}.",
            track=say(TRACKS[track]),
            before=measures.value(measure, curve.now[curve.by].mean, say),
            after=measures.value(measure, steps[-1].values[curve.by].mean, say),
            steps=say.count(len(steps), "{n} step", "{n} steps"),
        )
        for track, steps in curve.tracks.items()
        if steps
    ]
    return alternative.text((axes, *ends), say)


def map_drawn(curve: Curve, say: Language) -> str:
    """The marks of the map."""
    return say(
        "A map of {map} with today's stations and {n} numbered marks where the steps are, squares "
        "for new stations, rings for more ambulances and diamonds with arrows for moves",
        map=curve.provenance.base.map.name,
        n=sum(map(len, curve.tracks.values())),
    )
