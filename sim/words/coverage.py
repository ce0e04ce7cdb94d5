"""Static coverage, said: who is within reach, and that it is not compliance."""

from __future__ import annotations

from typing import Any, Final

from sim.answers.coverage import Coverage
from sim.text import Message
from sim.words import measures, provenance
from sim.words.language import Language
from sim.words.page import Column, Page, Table, page

MOST: Final = 10  # townships in the table, from the least coverage on
AREAS: Final = {"all": Message("All"), "urban": Message("Urban"), "rural": Message("Rural")}


@page.register
def _(coverage: Coverage, say: Language) -> Page:
    base = coverage.provenance.base
    targets = base.settings.targets
    note = say(
        "Static coverage: people within {urban} min (urban) or {rural} min (rural) of a station "
        "that has an ambulance, from the call on; radius: 5 km in town, 20 km in the country, in a "
        "straight line. No calls, no busy ambulances: compliance is what `run` measures.",
        urban=f"{targets.urban / 60:g}",
        rural=f"{targets.rural / 60:g}",
    )
    return Page(
        heading=(say.name(base.name), *provenance.marks(base, say)),
        body=(table(coverage, say),),
        notes=(note,),
        sentences=(sentence(coverage, say),),
        say=say,
    )


def table(coverage: Coverage, say: Language) -> Table:
    """All people, town and country, then the townships with the least coverage."""
    base, frame = coverage.provenance.base, coverage.to_frame()
    townships = frame[frame["by"] == "township"].sort_values("within", kind="stable")
    shown = [frame[frame["by"] != "township"], townships.head(MOST)]
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
    rows = [_row(coverage, row, say) for part in shown for row in part.to_dict("records")]
    return Table(columns, rows, below if len(townships) > MOST else "")


def _row(coverage: Coverage, row: dict[Any, Any], say: Language) -> list[str]:
    base = coverage.provenance.base
    names = {seat.name.zh: say.name(seat.name) for seat in base.map.townships}
    area = say(AREAS[row["area"]]) if row["by"] != "township" else names[row["area"]]
    return [
        area,
        f"{row['people']:,}",
        say.percent(row["within"]),
        say.percent(row["radius"]),
        say.number(row["minutes"]),
        say.name(base.station_name(row["station"])),
    ]


def sentence(coverage: Coverage, say: Language) -> str:
    """For the minutes: the share within reach, by distance alone."""
    whole = coverage.to_frame().iloc[0]
    return say(
        "By distance alone, {share} of {people} people live within the target time of a station.",
        share=say.percent(whole["within"]),
        people=f"{whole['people']:,}",
    )
