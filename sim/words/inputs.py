"""What the map of the inputs shows, said: people, stations and roads as they were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.words import measures, provenance, records
from sim.words.language import Language
from sim.words.page import Finding

if TYPE_CHECKING:
    from sim.geography.bundle import Map
    from sim.scenario.scenario import Scenario


def finding(the_map: Map, layout: Scenario | None, say: Language) -> Finding:
    """How many people and stations there are; the map's sites where there is no layout yet."""
    people = f"{the_map.cells.people.sum():,.0f}"
    if layout is None:
        headline = say.count(
            len(the_map.sites),
            "{map}: {people} people, {n} site",
            "{map}: {people} people, {n} sites",
            map=the_map.name,
            people=people,
        )
    else:
        stations = len(layout.open_stations())
        headline = say(
            "{map}: {people} people, {stations}, {ambulances}",
            map=the_map.name,
            people=people,
            stations=say.count(stations, "{n} station", "{n} stations"),
            ambulances=say.count(len(layout.fleet), "{n} ambulance", "{n} ambulances"),
        )
    subtitle = say(
        "The inputs as they were read: {places} places where people live, {km} km of road",
        places=f"{len(the_map.cells.people):,}",
        km=f"{the_map.layers['roads']['length_m'].sum() / 1000:,.0f}",
    )
    odd = [] if layout is None else records.briefly(layout, say)
    return Finding(headline, subtitle, "\n".join([*odd, provenance.map_mark(the_map, say).strip()]))


def drawn(the_map: Map, say: Language) -> str:
    """What is drawn, for whoever cannot see it: the layers of the map."""
    return say(
        "A map of {map}: the borders of {n} {areas}, roads in colours and widths by class, people "
        "as orange dots as large as their number, stations as squares and sub-stations as discs",
        map=the_map.name,
        n=len(the_map.townships),
        areas=measures.area_word(the_map, say),
    )
