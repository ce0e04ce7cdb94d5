"""The main flow of an import: read everything, say what is wrong at once, then write the map."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import geopandas as gpd
import pyproj
import shapely

from sim.errors import MapError, MapImportError, Problem
from sim.files import entrance, shapes
from sim.files.whole import is_part, reason_of
from sim.geography import checking, remote
from sim.geography.bundle import Layers
from sim.geography.making import (
    checks,
    choices,
    matrix_map,
    metres,
    options,
    places,
    seats,
    urban,
    writing,
)
from sim.geography.making import zones as ground
from sim.geography.making.groups import RoadOptions
from sim.geography.making.headcount import check_density
from sim.geography.making.layers import areas, cells_layer, no_roads, shapes_layer, townships_layer
from sim.geography.making.options import ImportOptions
from sim.geography.making.people import sources
from sim.geography.making.people.cells import (
    PeopleSums,
    cells_of,
    note_balance,
    note_cells,
    note_remote,
    note_zoneless,
)
from sim.geography.making.report import GROUND, LINKS, ROADS, Report, count
from sim.geography.making.roads import elements, graphml, lines, osm, tidying
from sim.geography.making.roads.left_out import GROUND_M
from sim.text import Message, Say

OSM: Final = (".pbf", ".osm", ".gz", ".bz2")
PLACEHOLDER: Final = pyproj.CRS("EPSG:3857")  # to look for problems in where no place is known
Tell = Callable[[Message], None]
T = TypeVar("T")


def import_map(chosen: ImportOptions, tell: Tell = lambda stage: None, say: Say = str) -> Report:
    """Makes `maps/<place>/<place>.gpkg`, its README.md and import.yaml; says what was found.

    `tell` hears of each stage; `say` is the language of the README. MapImportError with
    everything that is wrong; nothing is written then. Killed at any moment, it can be repeated.
    """
    wrong = [*options.problems(chosen), *_occupied(chosen)]
    if wrong:
        raise MapImportError(Message("the map {place}", place=chosen.place), wrong)
    report = Report()
    with entrance.reading(Message("the map {place}", place=chosen.place), MapImportError):
        layers = make_layers(chosen, report, tell)
        wrong = checking.problems(layers)
    if wrong:  # a road of 3,000 km, say: of a file that was misread
        raise MapImportError(Message("the map {place}", place=chosen.place), wrong)
    tell(Message("Writing"))
    try:
        chosen.folder.mkdir(parents=True, exist_ok=True)
        writing.write(chosen, layers, report, say)
    except OSError as error:
        message = Message("it cannot be written ({error})", error=reason_of(error))
        raise MapImportError(chosen.folder, message) from None
    return report


def _occupied(chosen: ImportOptions) -> Iterator[Problem]:
    """A map that was made in another way is not overwritten."""
    folder = chosen.folder
    by_import = (folder / choices.NAME).is_file()
    foreign = folder.is_dir() and not all(map(is_part, folder.iterdir()))
    if foreign and not by_import:
        message = Message(
            "{folder} holds something that no import made: choose another name", folder=folder
        )
        yield Problem(message, "--place")
    if by_import:
        for name, path, text in (
            ("roads", chosen.roads.file, OTHER_ROADS),
            ("matrix", chosen.matrix.file, OTHER_MATRIX),
        ):
            if choices.made_from(folder, name) != (path.name if path else None):
                yield Problem(Message(text.text, folder=folder), "--place")
                return


OTHER_ROADS: Final = Message("{folder} is a map of other roads: choose another name")
OTHER_MATRIX: Final = Message("{folder} is a map of other matrix: choose another name")


class _Gather:
    """Goes on after what a planner can mend, so that all of it is told at once."""

    def __init__(self, chosen: ImportOptions) -> None:
        self.place, self.files = chosen.place, chosen.files()
        self.problems: list[Problem] = []
        self.cause: BaseException | None = None

    def __call__(self, flag: str, make: Callable[[], T]) -> T | None:
        """What `make` returns; None, and its problems gathered, if it raises them."""
        try:
            with entrance.reading(self.files.get(flag.removeprefix("--"), flag), MapImportError):
                return make()
        except MapError as error:
            self.cause = self.cause or error.__cause__
            source = Path(error.source).name
            where = source if source.startswith("--") else f"{flag} {source}"
            self.problems += [p.of(where) for p in error.problems]
            return None

    def stop_if_any(self) -> None:
        if self.problems:
            once = list(dict.fromkeys(self.problems))
            raise MapImportError(Message("the map {place}", place=self.place), once) from self.cause


class FileContents(NamedTuple):
    """What the files said, in metres; None where no file was given."""

    roads: gpd.GeoDataFrame
    boundary: shapely.Geometry | None
    zones: gpd.GeoDataFrame | None
    sums: PeopleSums
    provenance: str  # of the cells


def make_layers(chosen: ImportOptions, report: Report, tell: Tell) -> Layers:
    """Every layer of the bundle, in metres."""
    if chosen.matrix.file is not None:
        tell(Message("Reading the matrix"))
        return matrix_map.make_layers(chosen, report)
    read = _read(chosen, report, tell)
    tell(Message("Making the map"))
    return layers_of(read, chosen, report)


def layers_of(read: FileContents, chosen: ImportOptions, report: Report) -> Layers:
    """Every layer from roads, ground and people in metres; a map's own script may start here."""
    crs, title = read.roads.crs, chosen.title
    if read.zones is not None:
        note_zoneless(read.sums, read.zones, report)
    cells = cells_of(read.sums, chosen.people.total, read.zones)
    boundary = read.boundary
    if boundary is None:
        spots = shapely.multipoints(cells[["x", "y"]].to_numpy())
        boundary = shapely.convex_hull(spots).buffer(chosen.people.cell)
        report.note(GROUND, Message("boundary: the hull of where people live"))
    zones = read.zones
    if zones is None:
        zones = ground.one_zone(boundary, crs, title)
        cells["zone"] = 0
    ground.note_zones(zones, boundary, report, chosen.zones.file)
    core = urban.urban_core(chosen.zones, zones, boundary, cells, report)
    area = areas(cells, zones, core, by_zone=chosen.zones.urban is None)
    note_cells(cells, zones, area, report)
    road_lines = read.roads.geometry.values
    xy = cells[["x", "y"]].to_numpy()
    away = remote.to_roads(
        xy, cells["people"].to_numpy(float), road_lines, read.roads["class"].to_numpy()
    )
    note_remote(away, report)
    drawn_ground = bool(chosen.zones.file or chosen.zones.boundary) and ground.SEAT not in zones
    townships = townships_layer(zones, cells, area, "sourced" if drawn_ground else "inferred")
    drawn = "sourced" if chosen.zones.boundary else "inferred"
    sites = places.read_sites(places.Source.sites(chosen), townships, report)
    hospitals = places.read_hospitals(places.Source.hospitals(chosen), townships, report)
    for kind, points in ((checks.SITES, sites), (checks.HOSPITALS, hospitals)):
        checks.points(kind, points, boundary, road_lines, chosen.places.coordinates, report)
    source = chosen.people.file or chosen.zones.file or "--people"
    check_density(source, float(cells["people"].sum()), boundary.area / 1e6, report)
    note_balance(cells, zones, chosen.people.total, report)
    return {
        "meta": writing.meta(chosen, crs),
        "boundary": shapes_layer([boundary], crs, title.en, drawn),
        "townships": townships,
        "core": shapes_layer(shapely.get_parts(core), crs, "urban core", "inferred"),
        "cells": cells_layer(cells, townships, area, read.provenance),
        "roads": read.roads,
        "sites": sites,
        "hospitals": hospitals,
    }


# ── every file, with the problems of all of them told at once ────────────────────────────────


def _read(chosen: ImportOptions, report: Report, tell: Tell) -> FileContents:
    gather = _Gather(chosen)
    tell(Message("Reading the roads"))
    links = gather("--roads", lambda: read_links(chosen.roads, report))
    crs = gather("--crs", lambda: _crs(chosen, links)) or PLACEHOLDER
    tell(Message("Reading the ground"))
    boundary, zones = _ground(chosen, crs, gather, report)
    if boundary is None and chosen.zones.boundary is None:
        boundary = gather("--people", lambda: sources.extent(crs, chosen.people.file))
    roads = None
    if links is not None:
        tell(Message("Joining the roads"))
        roads = gather("--roads", lambda: make_roads(links, crs, boundary, chosen.roads, report))
    tell(Message("Reading where people live"))
    land = sources.Land(
        crs,
        roads if roads is not None else no_roads(crs),
        zones,
        boundary,
        chosen.zones.file or Path("zones"),
        chosen.reading,
    )
    people = None
    if chosen.people.file is not None or zones is not None:
        people = gather("--people", lambda: sources.read(land, chosen.people, report))
    anywhere = ground.one_zone(boundary or shapely.box(0, 0, 1, 1), crs, chosen.title)
    gather("--sites", lambda: places.read_sites(places.Source.sites(chosen), anywhere))
    gather("--hospitals", lambda: places.read_hospitals(places.Source.hospitals(chosen), anywhere))
    gather.stop_if_any()
    assert roads is not None  # else there was a problem to tell
    assert people is not None
    return FileContents(roads, boundary, zones, *people)


def _crs(chosen: ImportOptions, links: gpd.GeoDataFrame | None) -> pyproj.CRS:
    """The one asked for, else the UTM zone of the boundary, the zones or the roads."""
    asked = chosen.zones.crs
    for path in (chosen.zones.boundary, chosen.zones.file):
        if path is not None and not asked:
            try:
                if path == chosen.zones.file and seats.are_seats(path):
                    return metres.metric_crs(asked, seats.points_of(path, _seat_options(chosen)))
                return metres.metric_crs(asked, shapes.read_shapes(path, shapes.POLYGONS))
            except MapImportError:  # told where it is read
                continue
    return metres.metric_crs(asked, links)


def _ground(
    chosen: ImportOptions, crs: pyproj.CRS, gather: _Gather, report: Report
) -> tuple[shapely.Geometry | None, gpd.GeoDataFrame | None]:
    """The boundary and the zones; None where there is no file, or nothing in it can be used."""
    asked = chosen.zones
    boundary = gather(
        "--boundary", lambda: asked.boundary and ground.read_boundary(asked.boundary, crs, report)
    )
    zones = gather("--zones", lambda: _zones(chosen, crs, boundary, report))
    if asked.urban is not None:  # its problems are told with the others; it is used later
        urban_file = asked.urban
        gather("--urban", lambda: shapes.read_shapes(urban_file, shapes.POLYGONS))
    if boundary is None and zones is not None:
        boundary = ground.outline(zones.geometry.values)
    return boundary, zones


def _zones(
    chosen: ImportOptions, crs: pyproj.CRS, boundary: shapely.Geometry | None, report: Report
) -> gpd.GeoDataFrame | None:
    if chosen.zones.file is None:
        return None
    if seats.are_seats(chosen.zones.file):
        return seats.read(chosen.zones.file, crs, boundary, _seat_options(chosen), report)
    own = chosen.people if chosen.people.file is None else None
    zones = ground.read_zones(
        chosen.zones.file, crs, chosen.zones.name_column, report, own, chosen.reading.encoding
    )
    urban.refuse_unknown(chosen.zones.file, zones, chosen.zones)
    return zones if boundary is None else ground.zones_inside(zones, boundary, report)


def _seat_options(chosen: ImportOptions) -> seats.SeatOptions:
    own = chosen.people if chosen.people.file is None else None
    return seats.SeatOptions(chosen.zones, chosen.reading, own)


# ── roads ────────────────────────────────────────────────────────────────────────────────────


def read_links(chosen: RoadOptions, report: Report) -> gpd.GeoDataFrame:
    """The roads' links as their file has them, by the file's ending."""
    assert chosen.file is not None  # `options.problems` saw to it
    ending = chosen.file.suffix.lower()
    with entrance.reading(chosen.file, MapImportError):
        by_osm = ending in OSM or elements.is_overpass(chosen.file)
        reader = osm if by_osm else graphml if ending == ".graphml" else lines
        return reader.read(chosen.file, chosen, report)


def make_roads(
    links: gpd.GeoDataFrame,
    crs: pyproj.CRS,
    boundary: shapely.Geometry | None,
    chosen: RoadOptions,
    report: Report,
) -> gpd.GeoDataFrame:
    """The bundle's `roads`: in metres, near the boundary, joined, without islands."""
    links = links.to_crs(crs).set_crs(crs, allow_override=True)  # the same, in the same letters
    if boundary is not None:
        links = _near(links, boundary, chosen, report)
    if "u" not in links.columns:
        links = lines.join_ends(links, chosen, report)
    return tidying.network(links, report)


def _near(
    links: gpd.GeoDataFrame, boundary: shapely.Geometry, chosen: RoadOptions, report: Report
) -> gpd.GeoDataFrame:
    """The links within the margin around the boundary."""
    rough = max(50.0, chosen.margin / 20)  # a coastline's every bend would take seconds
    near = boundary.simplify(rough).buffer(chosen.margin + rough, quad_segs=4)
    shapely.prepare(near)
    kept = shapely.intersects(near, links.geometry.values)
    if not kept.any():
        raise MapImportError(chosen.file or "--roads", metres.elsewhere(boundary, links))
    if not kept.all():
        lost_km = links[GROUND_M].to_numpy()[~kept].sum() / 1000
        report.kilometres.leave_out(lost_km)
        message = Message(
            "left out: {links} more than {km:g} km outside the boundary, {lost:,.1f} km",
            links=count((~kept).sum(), LINKS),
            km=chosen.margin / 1000,
            lost=lost_km,
        )
        report.note(ROADS, message)
    return links[kept].reset_index(drop=True)
