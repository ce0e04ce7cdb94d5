"""Who is reached by which minute if nobody is busy, said: what the map of the bands shows."""

from __future__ import annotations

from collections.abc import Sequence

from sim.answers.coverage import Coverage
from sim.words import alternative, coverage, measures, provenance
from sim.words.language import Language
from sim.words.page import Finding


def finding(found: Coverage, say: Language) -> Finding:
    """How many people are reached by the minutes of both targets, and what that leaves out."""
    base = found.provenance.base
    subtitle = say(
        "Minutes from the call to the first arrival by distance alone: {layout}; numbers: the "
        "median of the people in each of the {areas}",
        layout=base.name,
        areas=measures.area_word(base.map, say),
    )
    said = say(
        "{map}By distance alone: no calls, no busy ambulances; this is not compliance.",
        map=provenance.map_mark(base.map, say),
    )
    lines = [*provenance.foot(base, say), *coverage.of_start(base, say), said]
    return Finding(headline(found, say), subtitle, "\n".join(lines))


def headline(found: Coverage, say: Language) -> str:
    """The share of people within the minutes of the target in town and in the country."""
    base = found.provenance.base
    people = base.map.cells.people.sum()
    if not people:
        return say("Nobody lives there")
    targets = base.settings.targets
    minutes = sorted({targets.urban / 60, targets.rural / 60})
    shares = [say.percent(found.people_within(one) / people, 0) for one in minutes]
    if len(minutes) < 2:
        return say(
            "{share} of people are within {minutes} min of a station",
            share=shares[0],
            minutes=f"{minutes[0]:g}",
        )
    return say(
        "{share} of people are within {minutes} min of a station, {more} within {later} min",
        share=shares[0],
        minutes=f"{minutes[0]:g}",
        more=shares[1],
        later=f"{minutes[1]:g}",
    )


def drawn(found: Coverage, breaks: Sequence[float], say: Language) -> str:
    """What is drawn, for whoever cannot see it: the bands, and how many people are in each."""
    base = found.provenance.base
    people = max(1.0, float(base.map.cells.people.sum()))
    bands = say(
        "A map of {map} with stations, its ground in bands by the minutes to the first arrival, "
        "with limits at {breaks} min, the darker the later; each of {n} {areas} has the median "
        "minutes of its people",
        map=base.map.name,
        breaks=say.listed([f"{one:g}" for one in breaks]),
        n=len(base.map.townships),
        areas=measures.area_word(base.map, say),
    )
    parts = [
        say(
            "{minutes} min {share}",
            minutes=f"{one:g}",
            share=say.percent(found.people_within(one) / people, 0),
        )
        for one in breaks
    ]
    return alternative.text((bands, say("People within: {parts}.", parts=say.joined(parts))), say)
