"""The main flow of an import: read everything, say what is wrong at once, then write the map."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sim.errors import MapError, MapImportError, Problem
from sim.files import tables
from sim.files.yaml_lines import YamlText
from sim.geography import bundle as maps
from sim.geography.making import checks, options, people, places, writing
from sim.geography.making import zones as ground
from sim.geography.making.options import Options
from sim.geography.making.raster import Sums
from sim.geography.making.report import Report, count
from sim.geography.making.roads import graphml as roads_graphml
from sim.geography.making.roads import lines as roads_lines
from sim.geography.making.roads import osm as roads_osm
from sim.geography.making.roads import tidying

OSM: Final = (".pbf", ".osm", ".gz", ".bz2")
PLACEHOLDER: Final = "EPSG:3857"  # where problems are still looked for when no place is known
Tell = Callable[[str], None]
T = TypeVar("T")


def import_map(chosen: Options, tell: Tell = lambda stage: None) -> Report:
    """Makes `maps/<place>/<place>.gpkg`, its README.md and import.yaml; says what was found.

    MapImportError with everything that is wrong; nothing is written then.
    """
    wrong = [*options.problems(chosen), *_occupied(chosen)]
    if wrong:
        raise MapImportError(f"the map {chosen.place}", wrong)
    report = Report()
    layers = make_layers(chosen, report, tell)
    tell("Writing")
    try:
        chosen.folder.mkdir(parents=True, exist_ok=True)
        maps.write(chosen.folder / f"{chosen.place}.gpkg", layers)
        writing.write_beside(chosen, layers, report)
        (chosen.folder / "map.png").unlink(missing_ok=True)  # of an earlier import
    except OSError as error:
        raise MapImportError(chosen.folder, f"it cannot be written ({error.strerror})") from None
    return report


def _occupied(chosen: Options) -> Iterator[Problem]:
    """A map that was made in another way is not overwritten."""
    folder = chosen.folder
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "import.yaml").is_file():
        yield Problem(
            f"{folder} holds something that no import made: choose another name", "--place"
        )
        return
    if (folder / "import.yaml").is_file():
        made = YamlText(folder / "import.yaml").content
        for name in ("roads", "matrix"):
            path = getattr(chosen, name)
            if made.get(name) != (path.name if path else None):
                yield Problem(f"{folder} is a map of other {name}: choose another name", "--place")
                return


class _Gather:
    """Goes on after what a planner can mend, so that all of it is told at once."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.problems: list[Problem] = []

    def __call__(self, flag: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except MapError as error:
            source = Path(error.source).name
            where = source if source.startswith("--") else f"{flag} {source}"
            self.problems += [
                Problem(p.message, p.field, p.line, p.file or where) for p in error.problems
            ]
            return None

    def stop_if_any(self) -> None:
        if self.problems:
            once = list(dict.fromkeys(self.problems))
            raise MapImportError(f"the map {self.place}", once)


class Read(NamedTuple):
    """What the files said, in metres; None where no file was given."""

    roads: gpd.GeoDataFrame
    boundary: Any
    zones: gpd.GeoDataFrame | None
    sums: Sums
    provenance: str  # of the cells


def make_layers(chosen: Options, report: Report, tell: Tell) -> dict[str, Any]:
    """Every layer of the bundle, in metres."""
    if chosen.matrix is not None:
        from sim.geography.making import matrix_map

        tell("Reading the matrix")
        return matrix_map.make_layers(chosen, report)
    read = _read(chosen, report, tell)
    tell("Making the map")
    return layers_of(read, chosen, report)


def layers_of(read: Read, chosen: Options, report: Report) -> dict[str, Any]:
    """Every layer from roads, ground and people in metres; a map's own script may start here."""
    crs = read.roads.crs
    total = chosen.total_people
    cells = people.cells_of(read.sums, total, read.zones)
    boundary = read.boundary
    if boundary is None:
        spots = shapely.multipoints(cells[["x", "y"]].to_numpy())
        boundary = shapely.convex_hull(spots).buffer(chosen.cell_m)
        report.say("Ground", "boundary: the hull of where people live")
    zones = read.zones
    if zones is None:
        zones = ground.one_zone(boundary, crs, chosen)
        cells["zone"] = 0
    ground.say_zones(zones, boundary, report)
    core = ground.urban_core(chosen, zones, boundary, cells, report)
    area = areas(cells, zones, core, chosen)
    people.say(cells, zones, area, report)
    xy = cells[["x", "y"]].to_numpy()
    lines = read.roads.geometry.values
    people.distance_to_roads(xy, cells["people"].to_numpy(), lines, report)
    townships = make_townships(zones, cells, area)
    townships["provenance"] = "sourced" if chosen.zones or chosen.boundary else "inferred"
    layers = {
        "boundary": shapes([boundary], crs, chosen.boundary is not None, chosen.title_en),
        "townships": townships,
        "core": shapes(shapely.get_parts(core), crs, False, "urban core"),
        "cells": make_cells(cells, townships, area, read.provenance),
        "roads": read.roads,
        "sites": places.read_sites(chosen, townships),
        "hospitals": places.read_hospitals(chosen, townships),
    }
    for what in ("sites", "hospitals"):
        checks.points(what, layers[what], boundary, lines, chosen, report)
    return {"meta": writing.meta(chosen, crs, report)} | layers


def _read(chosen: Options, report: Report, tell: Tell) -> Read:
    """Every file, with the problems of all of them told at once."""
    gather = _Gather(chosen.place)
    tell("Reading the roads")
    links = gather("--roads", lambda: read_links(chosen, report))
    crs = gather("--crs", lambda: _crs(chosen, links)) or PLACEHOLDER
    tell("Reading the ground")
    path = chosen.boundary
    boundary = gather("--boundary", lambda: path and ground.read_boundary(path, crs))
    zones = gather("--zones", lambda: _zones(chosen, crs, boundary, report))
    gather("--urban", lambda: _try_urban(chosen))
    if boundary is None and zones is not None:
        boundary = ground.outline(zones.geometry.values)
    if boundary is None and chosen.boundary is None:
        boundary = gather("--people", lambda: people.extent(crs, chosen))
    roads = None
    if links is not None:
        tell("Joining the roads")
        roads = gather("--roads", lambda: make_roads(links, crs, boundary, chosen, report))
    tell("Reading where people live")
    some_roads = roads if roads is not None else _no_roads(crs)
    sums = None
    if chosen.people is not None or zones is not None:
        sums = gather(
            "--people", lambda: people.read(crs, zones, boundary, some_roads, chosen, report)
        )
    anywhere = ground.one_zone(boundary or shapely.box(0, 0, 1, 1), crs, chosen)
    for flag, read in (("--sites", places.read_sites), ("--hospitals", places.read_hospitals)):
        gather(flag, lambda read=read: read(chosen, anywhere))  # type: ignore[misc]
    gather.stop_if_any()
    assert roads is not None  # else there was a problem to tell
    assert sums is not None
    return Read(roads, boundary, zones, *sums)


def _crs(chosen: Options, links: gpd.GeoDataFrame | None) -> Any:
    """The one asked for, else the UTM zone of the boundary, the zones or the roads."""
    for path in (chosen.boundary, chosen.zones):
        if path is not None and not chosen.crs:
            try:
                return ground.metric_crs(chosen, tables.read_shapes(path, tables.POLYGONS))
            except MapImportError:  # told where it is read
                continue
    return ground.metric_crs(chosen, links)


def _zones(chosen: Options, crs: Any, boundary: Any, report: Report) -> gpd.GeoDataFrame | None:
    if chosen.zones is None:
        return None
    zones = ground.read_zones(chosen.zones, crs, chosen)
    return zones if boundary is None else ground.zones_inside(zones, boundary, report)


def _try_urban(chosen: Options) -> None:
    """Problems of the urban polygons are told with the others; they are used later."""
    if chosen.urban is not None:
        tables.read_shapes(chosen.urban, tables.POLYGONS)


def _no_roads(crs: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"class": []}, geometry=gpd.GeoSeries([], crs=crs))


# ── roads ────────────────────────────────────────────────────────────────────────────────────


def read_links(chosen: Options, report: Report) -> gpd.GeoDataFrame:
    """The roads' links as their file has them, by the file's ending."""
    assert chosen.roads is not None  # `options.problems` saw to it
    ending = chosen.roads.suffix.lower()
    if ending in OSM:
        return roads_osm.read(chosen.roads, chosen, report)
    if ending == ".graphml":
        return roads_graphml.read(chosen.roads, chosen, report)
    return roads_lines.read(chosen.roads, chosen, report)


def make_roads(
    links: gpd.GeoDataFrame, crs: Any, boundary: Any, chosen: Options, report: Report
) -> gpd.GeoDataFrame:
    """The bundle's `roads`: in metres, near the boundary, joined, without islands."""
    links = links.to_crs(crs)
    if boundary is not None:
        rough = max(50.0, chosen.margin_m / 20)  # a coastline's every bend would take seconds
        near = boundary.simplify(rough).buffer(chosen.margin_m + rough, quad_segs=4)
        shapely.prepare(near)
        kept = shapely.intersects(near, links.geometry.values)
        if not kept.any():
            raise MapImportError(
                chosen.roads, "no road lies near the boundary: are both of the same place?"
            )
        if not kept.all():
            report.say(
                "Roads",
                f"left out: {count((~kept).sum(), 'link')} more than "
                f"{chosen.margin_m / 1000:g} km outside the boundary",
            )
        links = links[kept].reset_index(drop=True)
    if "u" not in links.columns:
        links = roads_lines.join_ends(links, chosen, report)
    return tidying.network(links, report)


# ── cells, zones, areas ──────────────────────────────────────────────────────────────────────


def areas(cells: pd.DataFrame, zones: gpd.GeoDataFrame, core: Any, chosen: Options) -> np.ndarray:
    """urban or rural of each cell: by its zone where zones are told apart, else by its place."""
    if chosen.urban is None and len(zones) > 1:
        inside = shapely.contains(core, shapely.point_on_surface(zones.geometry.values))
        return np.where(inside[cells["zone"]], "urban", "rural")
    shapely.prepare(core)
    return np.where(shapely.intersects_xy(core, cells["x"], cells["y"]), "urban", "rural")


def make_cells(
    cells: pd.DataFrame, townships: gpd.GeoDataFrame, area: np.ndarray, provenance: str
) -> gpd.GeoDataFrame:
    """The bundle's `cells`."""
    facts = {
        "cell_id": np.arange(len(cells)),
        "people": cells["people"].to_numpy(np.int64),
        "township": townships["code"].to_numpy(object)[cells["zone"]],
        "area": area,
        "provenance": provenance,
    }
    where = gpd.points_from_xy(cells["x"], cells["y"])
    return gpd.GeoDataFrame(facts, geometry=where, crs=townships.crs)


def make_townships(
    zones: gpd.GeoDataFrame, cells: pd.DataFrame, area: np.ndarray
) -> gpd.GeoDataFrame:
    """The bundle's `townships`, each urban or rural by most of its people."""
    size = len(zones)
    there = np.bincount(cells["zone"], cells["people"], minlength=size)
    urban = np.bincount(cells["zone"], cells["people"] * (area == "urban"), minlength=size)
    seats = gpd.GeoSeries(_seats(zones, cells, there), crs=zones.crs).to_crs(4326)
    return gpd.GeoDataFrame(
        {
            "code": zones["code"].to_numpy(object),
            "name_zh": zones["name_zh"].to_numpy(object),
            "name_en": zones["name_en"].to_numpy(object),
            "kind": zones["kind"].to_numpy(object) if "kind" in zones.columns else "zone",
            "people": there.astype(np.int64),
            "area": np.where((urban > 0) & (2 * urban >= there), "urban", "rural"),
            "seat_lon": seats.x.round(6).to_numpy(),
            "seat_lat": seats.y.round(6).to_numpy(),
            "provenance": "sourced",
        },
        geometry=zones.geometry.to_numpy(),
        crs=zones.crs,
    )


def _seats(zones: gpd.GeoDataFrame, cells: pd.DataFrame, there: np.ndarray) -> list[Any]:
    """The people's mean place, or its nearest cell if that is outside; a point where none live."""
    size, seats = len(zones), []
    with np.errstate(invalid="ignore"):
        x, y = (
            np.bincount(cells["zone"], cells["people"] * cells[axis], minlength=size) / there
            for axis in ("x", "y")
        )
    for row, shape in enumerate(zones.geometry.values):
        mean = shapely.Point(x[row], y[row]) if there[row] else shape.representative_point()
        if there[row] and not shape.contains(mean):
            mine = cells.loc[cells["zone"] == row, ["x", "y"]].to_numpy()
            mean = shapely.Point(mine[np.hypot(*(mine - (mean.x, mean.y)).T).argmin()])
        seats.append(mean)
    return seats


def shapes(shapes: Any, crs: Any, sourced: bool, name: str) -> gpd.GeoDataFrame:
    facts = {"name": name, "provenance": "sourced" if sourced else "inferred"}
    index = range(len(shapes))
    frame = pd.DataFrame(facts, index=index, dtype=object)
    return gpd.GeoDataFrame(frame, geometry=np.asarray(shapes, object), crs=crs)
