"""A map's roads, zones and places as files of the kind that an import reads: to learn it by.

Roads become an extract in the XML of OpenStreetMap, zones a GeoPackage, stations and hospitals
tables. The licence of the map goes with its roads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import numpy as np
import shapely

from sim.errors import OutputError
from sim.files import escapes
from sim.files.whole import reason_of, write_text, write_whole
from sim.geography.bundle import Map, Spot
from sim.text import Message

DEGREES: Final = 7  # digits of a coordinate, as OpenStreetMap has them
PLACED: Final = ("name_zh", "name_en", "lon", "lat")
TAKEN_OVER: Final = ["name_zh", "name_en", "people", "area", "geometry"]  # of a township


def example_files(
    ground: Map, folder: Path | str, ambulances: Mapping[str, int] | None = None
) -> dict[str, Path]:
    """Files that an import can make the map of again, by the names that `ImportOptions` has.

    `roads` an extract (.osm), `zones` polygons with their people, `sites` and `hospitals` tables
    with names and WGS84. `ambulances`: how many the list of stations says of each, by its name;
    stations that are not named have none. OutputError if the folder cannot be written.
    """
    to = Path(folder)
    try:
        to.mkdir(parents=True, exist_ok=True)
        files = {
            "roads": to / "roads.osm",
            "zones": to / "zones.gpkg",
            "sites": to / "sites.csv",
            "hospitals": to / "hospitals.csv",
        }
        text = "\n".join(_extract(ground))
        write_text(files["roads"], text)
        zones = ground.layers["townships"][TAKEN_OVER]
        write_whole(files["zones"], lambda part: zones.to_file(part, layer="zones", driver="GPKG"))
        columns, stations = _stations(ground, ambulances)
        _write_table(files["sites"], columns, stations)
        _write_table(files["hospitals"], PLACED, _rows(ground, ground.hospitals))
    except OSError as error:
        message = Message("it cannot be written ({error})", error=reason_of(error))
        raise OutputError(to, message) from None
    return files


def _stations(
    ground: Map, ambulances: Mapping[str, int] | None
) -> tuple[tuple[str, ...], list[list[Any]]]:
    """The columns and rows of the stations that are there, without those that are planned."""
    of = ground.layers["sites"]
    there = [spot for spot in ground.sites if of["status"].iloc[spot.row] == "existing"]
    rows = [
        [*row, str(of["kind"].iloc[spot.row])]
        for row, spot in zip(_rows(ground, there), there, strict=True)
    ]
    if ambulances is None:
        return (*PLACED, "kind"), rows
    many = [ambulances.get(row[0], ambulances.get(row[1], 0)) for row in rows]
    return (*PLACED, "kind", "ambulances"), [[*r, n] for r, n in zip(rows, many, strict=True)]


def _rows(ground: Map, spots: list[Spot]) -> list[list[Any]]:
    """A row for each point, in the columns of PLACED."""
    found = []
    for spot in spots:
        lon, lat = ground.lonlat(spot.x, spot.y)
        found.append([spot.name.zh, spot.name.en, round(float(lon), 6), round(float(lat), 6)])
    return found


def _write_table(path: Path, columns: Sequence[str], rows: list[list[Any]]) -> None:
    write_text(path, escapes.as_csv(columns, rows), "utf-8-sig")


# ── the extract ──────────────────────────────────────────────────────────────────────────────


def _extract(ground: Map) -> Iterator[str]:
    """The lines of the XML: every vertex a node, every link a way.

    The ends of links keep the numbers of the bundle, counted from 1, so that links which meet share
    a node; vertices between them have numbers of their own.
    """
    roads = ground.layers["roads"]
    licence = str(ground.meta.get("licence", ""))
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<osm version="0.6" generator="tenthirty" copyright={quoteattr(licence)}>'
    xy, of = shapely.get_coordinates(roads.geometry.values, return_index=True)
    lon, lat = ground.lonlat(xy[:, 0], xy[:, 1])
    node = _node_ids(roads[["u", "v"]].to_numpy(), of)
    _, first = np.unique(node, return_index=True)
    for row in first.tolist():
        place = f'lat="{lat[row]:.{DEGREES}f}" lon="{lon[row]:.{DEGREES}f}"'
        yield f'<node id="{node[row]}" version="1" {place}/>'
    ends = np.searchsorted(of, np.arange(len(roads) + 1))
    facts = roads[["class", "oneway", "speed_kmh", "name"]].to_dict("list")
    for link in range(len(roads)):
        yield f'<way id="{link + 1}" version="1">'
        yield "".join(f'<nd ref="{ref}"/>' for ref in node[ends[link] : ends[link + 1]].tolist())
        yield from _tags({key: column[link] for key, column in facts.items()})
        yield "</way>"
    yield "</osm>\n"


def _node_ids(ends: np.ndarray, of: np.ndarray) -> np.ndarray:
    """[vertex] the number of its node, from the links' ends and [vertex] the row of its link."""
    most = int(ends.max()) + 1
    ids = most + 1 + np.arange(len(of))
    rows = np.arange(len(ends))
    ids[np.searchsorted(of, rows)] = ends[:, 0] + 1
    ids[np.searchsorted(of, rows, side="right") - 1] = ends[:, 1] + 1
    return ids


def _tags(of: dict[str, Any]) -> Iterator[str]:
    """What OpenStreetMap would say of a link."""
    found = {"highway": str(of["class"])}
    if of["oneway"]:
        found["oneway"] = "yes"
    speed = of["speed_kmh"]
    if speed is not None and np.isfinite(speed):
        found["maxspeed"] = f"{speed:g}"
    if isinstance(of["name"], str) and of["name"]:
        found["name"] = of["name"]
    for key, value in found.items():
        yield f"<tag k={quoteattr(key)} v={quoteattr(value)}/>"
