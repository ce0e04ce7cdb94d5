"""How busy ambulances are, said: over the week, and each of them."""

from __future__ import annotations

from sim.answers.comparison import Comparison
from sim.answers.fleet_load import AmbulanceLoad, FleetLoad
from sim.words import alternative, week
from sim.words import comparison as words
from sim.words.language import Language
from sim.words.page import Finding


def finding(
    comparison: Comparison, layout: int, load: FleetLoad, hidden: int, say: Language
) -> Finding:
    """How busy the fleet is and when most; how many ambulances are not drawn."""
    subtitle = say(
        "Share of time on shift that ambulances spend on calls, by hour of the week (%): {layout}; "
        "the frame is the week's peak",
        layout=comparison.layouts[layout].name,
    )
    if hidden:
        left = say.count(
            hidden, "{n} less busy ambulance not drawn", "{n} less busy ambulances not drawn"
        )
        subtitle = say.joined([subtitle, left])
    foot = "\n".join(
        [
            words.footnote(comparison, say),
            say(
                "On a call: from the assignment until the ambulance is clear again; who drives "
                "back may be sent again."
            ),
        ]
    )
    return Finding(
        headline(comparison, layout, load, say), subtitle, foot, comparison.provenance.draft
    )


def headline(comparison: Comparison, layout: int, load: FleetLoad, say: Language) -> str:
    """The share of all, and the hour of the week in which it is greatest."""
    if load.peak is None:
        return say("Nobody is on duty")
    return say.count(
        len(comparison.layouts[layout].fleet),
        "The ambulance is on calls for {share} of its time on shift, most on {when} ({peak})",
        "The {n} ambulances are on calls for {share} of their time on shift, most on {when} "
        "({peak})",
        share=say.percent(load.whole.mean, 0),
        when=week.hour(load.peak, say),
        peak=say.percent(float(load.hours[load.peak]), 0),
    )


def name(comparison: Comparison, layout: int, one: AmbulanceLoad, say: Language) -> str:
    """Fenglin 2: its station, and its number where the station has several."""
    place = comparison.layouts[layout]
    station = say.name(place.stations[one.station].name)
    if place.fleet_size(one.station) < 2:
        return station
    return say("{station} {number}", station=station, number=one.number)


def drawn(comparison: Comparison, layout: int, load: FleetLoad, shown: int, say: Language) -> str:
    """What is drawn, for whoever cannot see it: the cells, the bars, the busiest and least busy."""
    cells = say(
        "A heat map of 7 days by 24 hours, the darker the busier, with the percent in each cell; "
        "above it bars for the mean of each clock hour; beside it a bar with its interval for each "
        "of {n} ambulances, the busiest first",
        n=shown,
    )
    known = [one for one in load.ambulances if one.share.mean == one.share.mean]
    if not known:
        return cells
    ends = say(
        "Busiest is {first} with {most}, least busy {last} with {least}.",
        first=name(comparison, layout, known[0], say),
        most=say.percent(known[0].share.mean, 0),
        last=name(comparison, layout, known[-1], say),
        least=say.percent(known[-1].share.mean, 0),
    )
    return alternative.text((cells, ends), say)
