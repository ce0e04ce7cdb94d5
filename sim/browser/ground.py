"""The map under the plans, as a page draws it: townships, roads, hospitals, places."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from sim.answers.township_table import areas_of
from sim.browser.shown import Languages, named
from sim.policies.targets import in_time
from sim.prepare import reach
from sim.words import provenance

if TYPE_CHECKING:
    from sim.geography.bundle import Map, Spot
    from sim.scenario.layout import Station
    from sim.scenario.scenario import Scenario

DIGITS: Final = 5  # of degrees: a metre
ROADS_M, AREAS_M = 8.0, 25.0  # a line is drawn at most so far beside where it runs
# The more roads there are, the coarser each is drawn.
MANY_ROADS, COARSER = 30_000, 3.0
RANKS: Final = (("motorway", "trunk"), ("primary",), ("secondary", "tertiary"))
LEAST_RANK: Final = len(RANKS)
BEYOND, IN_RURAL, IN_URBAN = 0, 1, 2  # of a road, by the target within which it is reached


def ground(scenario: Scenario, languages: Languages, code: str) -> dict[str, Any]:
    """Everything of the map that does not change while plans do."""
    on, targets = scenario.map, scenario.settings.targets
    west, south, east, north = _bounds(on)
    return {
        "name": named(on.name, languages),
        "scenario": named(scenario.name, languages),
        "synthetic": on.synthetic,
        "marks": {say.code: provenance.marks(scenario, say) for say in languages},
        "bounds": [west, south, east, north],
        "languages": [say.code for say in languages],
        "lang": code,
        "townships": {"type": "FeatureCollection", "features": list(_townships(on, languages))},
        "roads": {"lines": {"type": "FeatureCollection", "features": list(_roads(on))}},
        "hospitals": [_place(on, spot, languages) for spot in on.hospitals],
        "places": [
            _place(on, spot, languages) | {"kind": kind}
            for kind, spots in (
                ("site", on.sites), ("seat", on.townships), ("hospital", on.hospitals),
            )
            for spot in spots
        ],
        "targets": {"urban": targets.urban / 60, "rural": targets.rural / 60},
        "source": "; ".join(on.meta[key] for key in ("source", "licence") if on.meta.get(key)),
    }  # fmt: skip


def _bounds(on: Map) -> list[float]:
    """West, south, east, north of the map's boundary, in degrees."""
    x0, y0, x1, y1 = on.outline.bounds
    lons, lats = on.lonlat(np.array([x0, x1, x0, x1]), np.array([y0, y0, y1, y1]))
    return [float(v) for v in (min(lons), min(lats), max(lons), max(lats))]


def _place(on: Map, spot: Spot, languages: Languages) -> dict[str, Any]:
    lon, lat = on.lonlat(spot.x, spot.y)
    at = [round(float(lon), DIGITS), round(float(lat), DIGITS)]
    return {"name": named(spot.name, languages), "id": spot.name.zh, "at": at}


def _townships(on: Map, languages: Languages) -> Iterator[dict[str, Any]]:
    areas = areas_of(on)
    shapes = _in_degrees(on, shapely.simplify(on.township_areas, AREAS_M))
    for row, (spot, shape) in enumerate(zip(on.townships, shapes, strict=True)):
        lon, lat = on.lonlat(spot.x, spot.y)
        yield {
            "type": "Feature",
            "id": row,
            "properties": {
                "name": named(spot.name, languages),
                "people": int(on.township_people[row]),
                "area": areas[row],
                "seat": [round(float(lon), DIGITS), round(float(lat), DIGITS)],
            },
            "geometry": shapely.geometry.mapping(shape),
        }


def _roads(on: Map) -> Iterator[dict[str, Any]]:
    """The roads by row, as `reached` speaks of them; none of a map that is a matrix."""
    network = on.network
    times = COARSER if len(network.lines) > MANY_ROADS else 1.0
    shapes = _in_degrees(on, shapely.simplify(network.lines, ROADS_M * times))
    names = np.array(network.classes, object)[network.road_class[network.forth]]
    for row, (shape, name) in enumerate(zip(shapes, names, strict=True)):
        yield {
            "type": "Feature",
            "id": row,
            "properties": {"class": name, "rank": rank_of(name)},
            "geometry": shapely.geometry.mapping(shape),
        }


def rank_of(name: str) -> int:
    """0 for the greatest classes of roads, LEAST_RANK for the smallest."""
    plain = name.removesuffix("_link")
    return next((rank for rank, names in enumerate(RANKS) if plain in names), LEAST_RANK)


def _in_degrees(on: Map, shapes: np.ndarray) -> np.ndarray:
    """Shapes in metres as shapes in degrees, to a metre."""

    def project(xy: np.ndarray) -> np.ndarray:
        return np.round(np.column_stack(on.lonlat(xy[:, 0], xy[:, 1])), DIGITS)

    found: np.ndarray = shapely.transform(shapes, project)
    return found


# ── who is in reach of a station under the hand ──────────────────────────────────────────────


def reached(scenario: Scenario, station: Station) -> tuple[str, int]:
    """Which roads an ambulance from a station reaches in time, and how many people.

    A byte for each road of `ground`, as base64: `IN_URBAN` where its far end is reached within the
    urban target of the call, `IN_RURAL` where within the rural one alone, else `BEYOND`. The
    people: those within the target of their area. Static: an ambulance is ready, and drives with
    siren on the roads as they are when the run begins.
    """
    cell_s, node_s = reach.seconds_from(scenario, [station])
    before = reach.seconds_before(scenario) + reach.later_s(scenario, [station])[0, 0]
    urban, rural = scenario.settings.targets.urban, scenario.settings.targets.rural
    cells, network = scenario.map.cells, scenario.map.network
    there = in_time(before + cell_s[0], np.array([urban, rural])[cells.area])
    people = int(cells.people[there].sum())
    if not len(network.lines):
        return "", people
    ends_s = np.maximum(node_s[0][network.tail], node_s[0][network.head])[network.forth]
    found = np.full(len(ends_s), BEYOND, np.uint8)
    found[in_time(before + ends_s, rural)] = IN_RURAL
    found[in_time(before + ends_s, urban)] = IN_URBAN
    return base64.b64encode(found.tobytes()).decode("ascii"), people
