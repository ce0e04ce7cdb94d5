"""Static coverage, said: who is within reach, and that it is not compliance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from sim.answers.coverage import Coverage
from sim.scenario import closures
from sim.text import Message
from sim.words import alternative, measures, provenance
from sim.words.language import Language
from sim.words.page import Column, Finding, Page, Table, page

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

MOST: Final = 10  # townships in the table, from the least coverage on
AREAS: Final = {"all": Message("All"), "urban": Message("Urban"), "rural": Message("Rural")}


@page.register
def _(coverage: Coverage, say: Language) -> Page:
    base = coverage.provenance.base
    targets = base.settings.targets
    note = say(
        "Static coverage: people within {urban} min (urban) or {rural} min (rural) of a station "
        "that has an ambulance, from the call on; radius: {town} km in town, {country} km in the "
        "country, in a straight line. No calls, no busy ambulances: compliance is what `run` "
        "measures.",
        urban=f"{targets.urban / 60:g}",
        rural=f"{targets.rural / 60:g}",
        **_radius(coverage),
    )
    return Page(
        heading=(say.name(base.name), *provenance.marks(base, say)),
        body=(table(coverage, say),),
        notes=(note, *of_start(base, say)),
        sentences=(sentence(coverage, say), near(coverage, say)),
        say=say,
    )


def of_start(base: Scenario, say: Language) -> list[str]:
    """Which closures and bands coverage leaves out: those that the run does not begin with."""
    travel, found = base.settings.travel, []
    start = f"{base.settings.start:%Y-%m-%d %H:%M}"
    now = closures.in_force_at_first(base.settings)
    then = [name for name in travel.closed if name not in now]
    if then:
        found.append(
            say.count(
                len(then),
                "The roads are those of the start of the run, {start}: the closure {names}, which "
                "is not in force then, is left out.",
                "The roads are those of the start of the run, {start}: the closures {names}, which "
                "are not in force then, are left out.",
                start=start,
                names=say.listed(then, MOST),
            )
        )
    if now:
        found.append(
            say.count(
                len(now),
                "The closure {names} is in force at the start of the run, {start}: it counts.",
                "The closures {names} are in force at the start of the run, {start}: they count.",
                start=start,
                names=say.listed(now, MOST),
            )
        )
    if travel.bands:
        found.append(
            say("The speeds are those at the start of the run, {start}: time bands that begin "
                "later are left out.", start=start)
        )  # fmt: skip
    return found


def table(coverage: Coverage, say: Language) -> Table:
    """All people, town and country, then the townships with the least coverage."""
    base = coverage.provenance.base
    townships = [group for group in coverage_rows(coverage, say) if group.township]
    shown = [group for group in coverage_rows(coverage, say) if not group.township]
    rows = [
        [
            group.name,
            f"{group.people:,}",
            say.percent(group.within),
            say.percent(group.radius),
            say.number(group.minutes),
            say.name(base.station_name(group.station)),
        ]
        for group in (*shown, *townships[:MOST])
    ]
    columns = (
        Column(align="left"),
        Column(say("people")),
        Column(say("within target")),
        Column(say("within radius")),
        Column(say("median, min")),
        Column(say("first from"), "left"),
    )
    below = say(
        "(of the {areas}, the ten with the least coverage)",
        areas=measures.area_word(base.map, say),
    )
    return Table(columns, rows, below if len(townships) > MOST else "")


def sentence(coverage: Coverage, say: Language) -> str:
    """For the minutes: the share within reach, by distance alone."""
    whole = coverage.to_frame().iloc[0]
    return say(
        "By distance alone, {share} of {people} people live within the target time of a station.",
        share=say.percent(whole["within"]),
        people=f"{whole['people']:,}",
    )


def near(coverage: Coverage, say: Language) -> str:
    """For the minutes: the share within the radius, in a straight line."""
    whole = coverage.to_frame().iloc[0]
    return say(
        "{share} live within {town} km of one in town or {country} km in the country, in a "
        "straight line.",
        share=say.percent(whole["radius"]),
        **_radius(coverage),
    )


def _radius(coverage: Coverage) -> dict[str, str]:
    town, country = (f"{metres / 1000:g}" for metres in coverage.radius_m)
    return {"town": town, "country": country}


# ── around the figure ────────────────────────────────────────────────────────────────────────


class CoverageRow(NamedTuple):
    """A group of people and how many of them are within reach. Shares between 0 and 1."""

    name: str
    township: bool
    people: int
    minutes: float  # of the median person, to the first arrival
    within: float  # in the target time
    radius: float  # in the norm's radius
    station: str  # that reaches most of them first, as it is written


def coverage_rows(coverage: Coverage, say: Language) -> list[CoverageRow]:
    """All people, town and country, then every township from the least coverage on."""
    base, frame = coverage.provenance.base, coverage.to_frame()
    seats = {seat.name.zh: say.name(seat.name) for seat in base.map.townships}
    townships = frame[frame["by"] == "township"].sort_values("within", kind="stable")
    groups = []
    for part in (frame[frame["by"] != "township"], townships):
        for row in part.to_dict("records"):
            township = row["by"] == "township"
            name = seats[row["area"]] if township else say(AREAS[row["area"]])
            numbers = (row[key] for key in ("people", "minutes", "within", "radius", "station"))
            groups.append(CoverageRow(name, township, *numbers))
    return groups


def finding(coverage: Coverage, say: Language, hidden: int) -> Finding:
    """The share within reach, what is drawn, and how many townships are not."""
    base = coverage.provenance.base
    targets = base.settings.targets
    subtitle = say(
        "People within {urban} min (urban) or {rural} min (rural) of a station that has an "
        "ambulance, from the call on; radius: {town} km in town, {country} km in the country",
        urban=f"{targets.urban / 60:g}",
        rural=f"{targets.rural / 60:g}",
        **_radius(coverage),
    )
    if hidden:
        better = say.count(
            hidden,
            "{n} area with more coverage not drawn",
            "{n} areas with more coverage not drawn",
        )
        subtitle = say.joined([subtitle, better])
    said = say(
        "{map}By distance alone: no calls, no busy ambulances; this is not compliance.",
        map=provenance.map_mark(base.map, say),
    )
    footnote = "\n".join([*provenance.foot(base, say), *of_start(base, say), said])
    whole = coverage.to_frame().iloc[0]
    headline = say(
        "{share} of people live within the target time of a station",
        share=say.percent(whole["within"]),
    )
    return Finding(headline, subtitle, footnote)


def drawn(coverage: Coverage, shown: Sequence[CoverageRow], say: Language) -> str:
    """What is drawn, for whoever cannot see it: the rows, the axis and the least covered."""
    rows = say(
        "Bars: a row for each of {n} groups of people, the least covered {areas} first, along it "
        "the percent who live within the target time of a station; a ring at the percent within "
        "the radius",
        n=len(shown),
        areas=measures.area_word(coverage.provenance.base.map, say),
    )
    parts = [
        say("{area} {share}", area=one.name, share=say.percent(one.within)) for one in shown[:6]
    ]
    return alternative.text((rows, say.joined(parts)), say)
