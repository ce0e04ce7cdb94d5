"""Answers worked out beforehand as one HTML file: a station is dragged without the program.

`python -m sim.browser.demo_page SCENARIO FILE` makes it. For places all over the map the layout
with one new sub-station there is held against the base, as the live page does it; a browser then
shows the nearest of them, and needs neither the program nor anything from outside.
"""

from __future__ import annotations

import argparse
import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Unpack

import numpy as np
import shapely

from sim.answers.following import Follower
from sim.browser import demo_words, packing, replay_data, replay_page, shown
from sim.browser.plans import Plans
from sim.browser.replay_data import Corner
from sim.errors import OptionError, PlannerError, ScenarioError
from sim.files.escapes import in_json
from sim.files.whole import write_whole
from sim.scenario.file import load
from sim.study import arguments
from sim.text import Message
from sim.words import provenance
from sim.words.language import available, language

if TYPE_CHECKING:
    from sim.answers.comparison import Comparison
    from sim.browser.shown import Languages
    from sim.geography.bundle import Map
    from sim.scenario.scenario import Scenario
    from sim.study.effort import EffortOptions
    from sim.words.language import Language

SPACING_KM: Final = 4.0
LEAST_KM, MOST_KM = 0.5, 200.0
APART: Final = 0.4  # of the spacing: a place between is at least so far from a named one
FINE_M: Final = 40.0  # a boundary that is drawn is at most so far from where it lies
NOT_SHOWN: Final = ("kind", "layouts", "final")  # of an answer, what this page has no use for
SCRIPTS: Final = ("packed.js", "texts.js", "palette.js", "numbers.js", "demo.js")
DAY_HOURS: Final = (6.0, 12.0)  # of the day that is replayed
Point = tuple[float, float]  # degrees east and north


class ComputedPlace(NamedTuple):
    """A place with its answer: a new sub-station there, held against the base."""

    at: Point
    seat: int  # row of the township whose seat it is, or −1
    layout: Scenario
    found: Comparison
    answer: dict[str, Any]  # as the live page shows it


def demo(
    scenario: Scenario,
    path: Path | str,
    say: Language,
    *,
    spacing_km: float = SPACING_KM,
    points: Sequence[Point] | None = None,
    day: bool = True,
    **effort: Unpack[EffortOptions],
) -> Path:
    """Write the page, whole or not at all; where it was written.

    `say`: the language in which it opens; the page has all. `points`: the places in degrees,
    instead of every township's seat and a square grid between. `day`: with a day on the map.
    OptionError where nothing can be built at any of the places or an option is no option,
    OutputError where the file cannot be written.
    """
    arguments.truth("day", day)
    written = Path(path)
    languages = [language(one) for one in available()]
    places = list(
        computed(scenario, places_of(scenario.map, spacing_km, points), languages, effort)
    )
    if not places:
        raise OptionError("points", Message("a station can be built at none of these places"))
    text = _page(scenario, places, languages, say.code, day)
    write_whole(written, lambda part: part.write_text(text, encoding="utf-8"))
    return written


# ── places and answers ───────────────────────────────────────────────────────────────────────


def places_of(
    on: Map, spacing_km: float, points: Sequence[Point] | None = None
) -> list[tuple[Point, int]]:
    """Points in degrees, and whose seat each is, or −1."""
    if points is not None:
        return [((float(lon), float(lat)), -1) for lon, lat in points]
    if not LEAST_KM <= spacing_km <= MOST_KM:
        message = Message("from {least} to {most} km", least=LEAST_KM, most=MOST_KM)
        raise OptionError("spacing_km", message)
    seats = np.array([(one.x, one.y) for one in on.townships]).reshape(-1, 2)
    grid, step = _grid(on, spacing_km * 1000), spacing_km * 1000
    if len(seats) and len(grid):
        away = np.hypot(*(grid[:, None] - seats[None]).transpose(2, 0, 1)).min(axis=1)
        grid = grid[away >= APART * step]
    every = np.concatenate([seats, grid])
    rows = [*range(len(seats)), *[-1] * len(grid)]
    lon, lat = on.lonlat(every[:, 0], every[:, 1])
    return [((float(e), float(n)), row) for e, n, row in zip(lon, lat, rows, strict=True)]


def _grid(on: Map, step: float) -> np.ndarray:
    """[point, 2] metres: the middles of squares, where they lie within the boundary."""
    west, south, east, north = on.outline.bounds
    x, y = np.arange(west + step / 2, east, step), np.arange(south + step / 2, north, step)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    inside: np.ndarray = shapely.contains_xy(on.outline, grid[:, 0], grid[:, 1])
    return grid[inside]


def computed(
    scenario: Scenario,
    places: Sequence[tuple[Point, int]],
    languages: Languages,
    effort: EffortOptions,
) -> Iterator[ComputedPlace]:
    """The answer of each place; those where nothing can be built are passed over."""
    with Follower(scenario, **effort) as follower:
        for at, seat in places:
            try:
                layout = Plans(scenario).added(at, 1).layout
            except ScenarioError:  # far from every road
                continue
            *_, last = follower.of(layout)
            answer = shown.answer(last, languages, quick=True)
            told = {key: value for key, value in answer.items() if key not in NOT_SHOWN}
            yield ComputedPlace(at, seat, layout, last.found, told)


# ── the page ─────────────────────────────────────────────────────────────────────────────────


def _page(
    scenario: Scenario,
    places: Sequence[ComputedPlace],
    languages: Languages,
    code: str,
    day: bool,
) -> str:
    on, network = scenario.map, scenario.map.network
    corner = Corner(on, np.concatenate([on.cells.xy, network.xy]))
    often = [one.found.replications for one in places]
    texts = {
        say.code: demo_words.texts(
            say, place=on.name, count=len(places), often=(min(often), max(often)),
            days=scenario.settings.study.length / 86_400,
        )
        for say in languages
    }  # fmt: skip
    rings, ring_of = _rings(on, corner)
    begin = _farthest(scenario, places)
    facts = {
        "lang": code,
        "texts": texts,
        "corner": [corner.lon, corner.lat],
        "whole": _whole(rings),
        "marks": shown.texts(languages, lambda say: provenance.marks(scenario, say)),
        "source": "; ".join(on.meta[key] for key in ("source", "licence") if on.meta.get(key)),
        "ring_of": ring_of,
        "townships": [_spot(one, corner, languages) for one in on.townships],
        "hospitals": [_spot(one, corner, languages) for one in on.hospitals],
        "stations": [_station(scenario, row, corner, languages) for row in _open(scenario)],
        "places": [_place(one, on, corner) for one in places],
        "begin": begin,
    }
    blocks = {
        "facts": in_json(facts, separators=(",", ":")).encode("utf-8"),
        "roads": replay_data.roads(on, np.arange(len(network.lines)), corner),
        "areas": packing.lines(rings, [0] * len(rings)),
    }
    if day:
        say = language(code)
        replayed = replay_page.of_comparison(places[begin].found, say, hours=DAY_HOURS)
        blocks["day"] = replayed.html.encode("utf-8")
    parts = {
        "LANG": code,
        "TITLE": html.escape(texts[code]["demo_title"]),
        "STYLE": replay_page.asset("live.css") + replay_page.asset("demo.css"),
        "OLD": html.escape(" ".join(texts[say.code]["old"] for say in languages)),
        "DATA": replay_page.blocks_of(blocks),
        "SCRIPT": "\n".join(_without_modules(replay_page.asset(name)) for name in SCRIPTS),
    }
    return replay_page.filled("demo.html", parts)


def _without_modules(script: str) -> str:
    """A module as a part of one script: a page opened from a file may not load others."""
    plain = re.sub(r"^import [^;]*;\n", "", script, flags=re.MULTILINE)
    return re.sub(r"^export ", "", plain, flags=re.MULTILINE)


def _rings(on: Map, corner: Corner) -> tuple[list[np.ndarray], list[int]]:
    """The outlines of all townships, with holes, and the row of the township of each."""
    rings, ring_of = [], []
    for row, area in enumerate(shapely.simplify(on.township_areas, FINE_M)):
        for part in shapely.get_parts(area):
            for ring in shapely.get_rings(part):
                rings.append(corner.numbers(shapely.get_coordinates(ring)))
                ring_of.append(row)
    return rings, ring_of


def _whole(rings: Sequence[np.ndarray]) -> list[int]:
    """West, south, east, north of all that is drawn."""
    every = np.concatenate(rings)
    return [*every.min(axis=0).tolist(), *every.max(axis=0).tolist()]


def _at(x: float, y: float, corner: Corner) -> list[int]:
    found: list[int] = corner.numbers(np.array([[x, y]]))[0].tolist()
    return found


def _spot(one: Any, corner: Corner, languages: Languages) -> dict[str, Any]:
    return {"name": shown.named(one.name, languages), "at": _at(one.x, one.y, corner)}


def _open(scenario: Scenario) -> list[int]:
    return [row for row, one in enumerate(scenario.stations) if not one.closed]


def _station(scenario: Scenario, row: int, corner: Corner, languages: Languages) -> dict[str, Any]:
    one = scenario.stations[row]
    fleet = sum(of.station == row for of in scenario.fleet)
    return _spot(one, corner, languages) | {"kind": one.kind, "ambulances": fleet}


def _place(one: ComputedPlace, on: Map, corner: Corner) -> dict[str, Any]:
    x, y = on.project(*one.at)
    (township,) = on.townships_at(np.array([[x, y]])).tolist()
    return {
        "lonlat": [round(value, 5) for value in one.at],
        "at": _at(float(x), float(y), corner),
        "seat": one.seat >= 0,
        "township": one.seat if one.seat >= 0 else township,
        "answer": one.answer,
    }


def _farthest(scenario: Scenario, places: Sequence[ComputedPlace]) -> int:
    """The place, a seat if there is any, that is farthest from every station: to begin with."""
    stations = np.array([(one.x, one.y) for one in scenario.open_stations()]).reshape(-1, 2)
    xy = np.column_stack(scenario.map.project(*np.array([one.at for one in places]).T))
    away = np.hypot(*(xy[:, None] - stations[None]).transpose(2, 0, 1)).min(axis=1)
    seats = np.array([one.seat >= 0 for one in places])
    return int(np.argmax(np.where(seats, away + 1e9, away)))


def main(given: Sequence[str] | None = None) -> None:
    """Make the page of a scenario; on bad input one message and status 2."""
    parser = argparse.ArgumentParser(prog="python -m sim.browser.demo_page", description=__doc__)
    parser.add_argument("scenario", type=Path)
    parser.add_argument("page", type=Path)
    parser.add_argument("--spacing", type=float, default=SPACING_KM, metavar="KM")
    parser.add_argument("--lang", default="en", choices=available())
    asked = parser.parse_args(given)
    say = language(asked.lang)
    try:
        demo(load(asked.scenario), asked.page, say, spacing_km=asked.spacing)
    except PlannerError as error:
        parser.exit(2, f"{error.told(say)}\n")


if __name__ == "__main__":
    main()
