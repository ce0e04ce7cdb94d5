"""The steps of a curve on the map: where each adds a station, an ambulance, or moves one."""

from __future__ import annotations

from typing import Final

from sim.answers.curve import Curve
from sim.answers.search import Step
from sim.figures import intervals, numbers, site_map, style
from sim.figures.intervals import Mark
from sim.figures.map_page import Key
from sim.figures.numbers import Rows
from sim.figures.site_map import NumberedSite
from sim.figures.style import Picture
from sim.figures.tracks import LOOKS
from sim.measures.measures import BY_KEY
from sim.text import Name
from sim.words import curve as words
from sim.words import options
from sim.words.language import Language

WIDE: Final = 1.9  # marks, in units of the body type


def draw(curve: Curve, say: Language, size: str = "screen") -> Picture:
    """Each step as a numbered mark of its track; an arrow where an ambulance is moved."""
    marks = [
        _mark(curve, key, place, step, say)
        for key in LOOKS
        for place, step in enumerate(curve.tracks.get(key, ()), 1)
    ]
    handles = [
        intervals.handle(_shape(key), say(words.TRACKS[key]), style.SIZES[size][1] / 1.6)
        for key in LOOKS
        if curve.tracks.get(key)
    ]
    key = Key(say("number = step"), handles)
    finding = words.map_finding(curve, say)
    made = site_map.draw(curve.provenance.base, finding, size, say, marks, key)
    return made.explain(words.map_drawn(curve, say), lambda: _rows(curve, say), say)


def _rows(curve: Curve, say: Language) -> Rows:
    """A row for each step: where it is, and what it gains."""
    found = []
    for key in LOOKS:
        for place, step in enumerate(curve.tracks.get(key, ()), 1):
            x, y = _where(step, step.option.station)
            found.append(
                {
                    "track": say(words.TRACKS[key]),
                    "step": place,
                    "what": options.what(step.option, say),
                    "x_m": x,
                    "y_m": y,
                    **numbers.change("gain", BY_KEY[curve.by], step.gain),
                }
            )
    return found


def _shape(key: str) -> Mark:
    look = LOOKS[key]
    wide = {"s": 0.88, "D": 0.82}.get(look.marker, 1.0)  # as large as a disc, to the eye
    return Mark(
        look.marker, look.colour, key != "ambulances", wide * WIDE, strong=key == "stations"
    )


def _mark(curve: Curve, key: str, place: int, step: Step, say: Language) -> NumberedSite:
    option = step.option
    x, y = _where(step, option.station)
    start = None if option.giver is None else _where(step, option.giver)
    name = say.name(option.station) if key == "stations" else ""
    return NumberedSite(x, y, _shape(key), str(place), name, start)


def _where(step: Step, name: Name) -> tuple[float, float]:
    """Where the station of this name stands; the last of them, if one was closed."""
    found = [station for station in step.option.layout.stations if station.name == name][-1]
    return found.x, found.y
