"""Where people live: a raster, points or polygons made into cells with whole people."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sim.errors import MapImportError
from sim.files import tables
from sim.geography.making import places, raster
from sim.geography.making import zones as ground
from sim.geography.making.options import Options
from sim.geography.making.raster import Sums, squares
from sim.geography.making.report import Report, count, some
from sim.geography.making.roads import tags as road_words

PIECE_M: Final = 10.0  # streets are cut this fine to share them between cells
PIECES: Final = 2_000_000  # of more streets than that the pieces are longer
INSIDE: Final = 0.995  # a polygon this far inside the boundary is wholly inside


def read(
    crs: Any, zones: Any, boundary: Any, roads: Any, options: Options, report: Report
) -> tuple[Sums, str]:
    """People by zone (-1: not known yet) and grid square, and the cells' provenance."""
    path = options.people
    if path is None:
        shapes = _zone_people(zones, options)
        return over_streets(options.zones, shapes, zones, None, roads, options, report), "imputed"
    if raster.is_raster(path):
        sums, lost = raster.read(path, crs, zones, boundary, options, report)
        _say_lost(lost, sums.people.sum(), report)
        return sums, "inferred"
    points = points_of(path, crs, options)
    if points is not None:
        return _of_points(path, points, boundary, options, report), "inferred"
    shapes = tables.read_shapes(path, tables.POLYGONS).to_crs(crs)
    shapes["people"] = tables.numbers(path, shapes, _column(path, shapes, options))
    return over_streets(path, shapes, zones, boundary, roads, options, report), "imputed"


def extent(crs: Any, options: Options) -> Any:
    """The area of the people's polygons, if polygons they are; else None."""
    path = options.people
    if path is None or raster.is_raster(path) or tables.is_table(path):
        return None
    try:
        shapes = tables.read_shapes(path, tables.POLYGONS)
    except MapImportError:  # points: told where they are read
        return None
    return ground.outline(shapes.to_crs(crs).geometry.values)


def cells_of(sums: Sums, total: int | None, zones: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Cells at the people-weighted centre of their square, with whole people; empty ones go.

    `people` sums to `total`, by default to the sum read, rounded.
    """
    kept = sums.people > 0
    sums = Sums(*(column[kept] for column in sums))
    x, y = sums.px / sums.people, sums.py / sums.people
    whole = share_out(round(float(sums.people.sum())) if total is None else total, sums.people)
    zone = sums.zone.astype(int)
    if zones is not None and (zone < 0).any():
        rest = zone < 0
        zone[rest] = ground.zone_at(np.column_stack([x, y])[rest], zones)
    cells = pd.DataFrame({"people": whole, "zone": zone, "x": x.round(1), "y": y.round(1)})
    return cells[cells["people"] > 0].reset_index(drop=True)


def share_out(people: int, weight: np.ndarray) -> np.ndarray:
    """Whole people in proportion to the weights, by largest remainder; ties to the first."""
    exact = people * weight / weight.sum()
    share = np.floor(exact).astype("int64")
    rest = np.argsort(share - exact, kind="stable")[: people - share.sum()]
    share[rest] += 1
    return share


def _say_lost(lost: float, kept: float, report: Report) -> None:
    if lost >= 0.5:
        report.say("People", f"lost outside the boundary: {lost:,.0f}")
        if lost > 0.05 * (lost + kept):
            report.warn(f"{lost / (lost + kept):.0%} of the people read live outside the boundary")


def _column(path: Path, frame: Any, options: Options) -> str:
    name = tables.column(frame, ground.PEOPLE, options.people_column)
    if not name:
        known = [str(c) for c in frame.columns if c != "geometry"]
        raise MapImportError(
            path, f"say with --people-column which column has the people: {', '.join(known)}"
        )
    return name


def _zone_people(zones: gpd.GeoDataFrame, options: Options) -> gpd.GeoDataFrame:
    """The zones as polygons with people."""
    path = options.zones or Path("zones")
    return zones.assign(people=tables.numbers(path, zones, _column(path, zones, options)))


# ── points ───────────────────────────────────────────────────────────────────────────────────


def points_of(path: Path, crs: Any, options: Options) -> gpd.GeoDataFrame | None:
    """The file as points with people, in metres; None if it holds polygons."""
    if tables.is_table(path):
        frame = tables.read_table(path)
        lon, lat = places.degrees(path, frame, options.coordinates)
        at = gpd.GeoSeries.from_xy(lon, lat, index=frame.index, crs=4326).to_crs(crs)
        frame = gpd.GeoDataFrame(frame, geometry=at)
    else:
        try:
            frame = tables.read_shapes(path, tables.POINTS).to_crs(crs)
        except MapImportError as error:
            if any("there are no points" in problem.message for problem in error.problems):
                return None
            raise
        frame = frame.explode(index_parts=False, ignore_index=True)
    people = tables.numbers(path, frame, _column(path, frame, options))
    return frame.assign(people=people)


def _of_points(
    path: Path, points: gpd.GeoDataFrame, boundary: Any, options: Options, report: Report
) -> Sums:
    people = points["people"].to_numpy(float)
    _refuse_negative(path, people)
    xy = shapely.get_coordinates(points.geometry.values)
    report.say("People", f"{count(len(people), 'point')} read with {people.sum():,.0f} people")
    if boundary is not None:
        shapely.prepare(boundary)
        inside = shapely.contains_xy(boundary, xy)
        _say_lost(people[~inside].sum(), people[inside].sum(), report)
        xy, people = xy[inside], people[inside]
    return squares(xy, people, np.full(len(people), -1), options.cell_m)


def _refuse_negative(path: Path, people: np.ndarray) -> None:
    if (people < 0).any():
        raise MapImportError(path, f"{count((people < 0).sum(), 'row')} with fewer than 0 people")
    if not people.sum():
        raise MapImportError(path, "it holds no people: every value is zero")


# ── polygons: spread over their streets ──────────────────────────────────────────────────────


def over_streets(
    path: Path | None, shapes: Any, zones: Any, boundary: Any, roads: Any, options: Options,
    report: Report,
) -> Sums:  # fmt: skip
    """Each polygon's people over its squares by metres of street, else by area."""
    people = shapes["people"].to_numpy(float)
    _refuse_negative(path or Path("zones"), people)
    report.say("People", f"{count(len(shapes), 'polygon')} read with {people.sum():,.0f} people")
    polygon = shapes.geometry.to_numpy()
    if boundary is not None:
        polygon, people = _within(polygon, people, boundary, report)
    spots = street_pieces(roads, polygon, options.cell_m)
    bare = np.setdiff1d(np.flatnonzero(people > 0), np.unique(spots["polygon"]))
    if len(bare):
        report.say(
            "People",
            f"{count(len(bare), 'polygon')} without a street to live on "
            f"({people[bare].sum():,.0f} people): spread over their area",
        )
        spots = pd.concat([spots, *(_squares_of(polygon[i], i, options.cell_m) for i in bare)])
    return _shared(spots, people, zones, shapes is zones or options.people is None, options.cell_m)


def _within(
    polygon: np.ndarray, people: np.ndarray, boundary: Any, report: Report
) -> tuple[np.ndarray, np.ndarray]:
    """Polygons cut at the boundary, their people by the share of the area inside."""
    cut = shapely.intersection(polygon, boundary)
    share = shapely.area(cut) / np.maximum(shapely.area(polygon), 1e-9)
    share = np.where(share >= INSIDE, 1.0, share)
    _say_lost((people * (1 - share)).sum(), (people * share).sum(), report)
    return np.where(share >= INSIDE, polygon, cut), people * share


def street_pieces(roads: gpd.GeoDataFrame, polygon: np.ndarray, cell_m: float) -> pd.DataFrame:
    """Every lived-in street in pieces: its middle, its metres, its polygon.

    Pieces are 10 m or less, in a very large network up to a tenth of a cell.
    """
    lived_in = roads.geometry.values[~roads["class"].isin(road_words.NOT_LIVED_IN)]
    piece_m = max(PIECE_M, min(shapely.length(lived_in).sum() / PIECES, cell_m / 10))
    xy, line = shapely.get_coordinates(shapely.segmentize(lived_in, piece_m), return_index=True)
    same = line[1:] == line[:-1]
    middle = ((xy[1:] + xy[:-1]) / 2)[same]
    length = np.hypot(*(xy[1:] - xy[:-1]).T)[same]
    point, inside = shapely.STRtree(polygon).query(shapely.points(middle), predicate="intersects")
    once = np.unique(point, return_index=True)[1]
    point, inside = point[once], inside[once]
    return pd.DataFrame(
        {
            "polygon": inside,
            "weight": length[point],
            "x": middle[point, 0],
            "y": middle[point, 1],
        }
    )


def _squares_of(polygon: Any, row: int, cell_m: float) -> pd.DataFrame:
    """A polygon's grid squares with their area, for one that has no street."""
    west, south, east, north = np.floor(np.array(shapely.bounds(polygon)) / cell_m)
    x, y = np.meshgrid(np.arange(west, east + 1) * cell_m, np.arange(south, north + 1) * cell_m)
    boxes = shapely.box(x.ravel(), y.ravel(), x.ravel() + cell_m, y.ravel() + cell_m)
    part = shapely.intersection(boxes, polygon)
    part = part[shapely.area(part) > 0]
    centre = shapely.get_coordinates(shapely.centroid(part))
    return pd.DataFrame(
        {"polygon": row, "weight": shapely.area(part), "x": centre[:, 0], "y": centre[:, 1]}
    )


def _shared(spots: pd.DataFrame, people: np.ndarray, zones: Any, own: bool, cell_m: float) -> Sums:
    """People by polygon and square. Whole polygons stay whole: each is rounded by itself."""
    polygon = spots["polygon"].to_numpy(int)
    xy = spots[["x", "y"]].to_numpy()
    found = squares(xy, spots["weight"].to_numpy(float), polygon, cell_m)
    x, y = found.px / found.people, found.py / found.people
    order = np.argsort(found.zone, kind="stable")
    starts = np.flatnonzero(np.diff(found.zone[order], prepend=-1))
    whole = np.zeros(len(order))
    used = np.unique(found.zone[order])
    known = share_out(round(float(people[used].sum())), people[used]) if len(used) else used
    for group, total in zip(np.split(order, starts[1:]), known, strict=True):
        whole[group] = share_out(int(total), found.people[group])
    zone = found.zone if own else np.full(len(order), -1)
    if not own and zones is not None:
        zone = ground.zone_at(np.column_stack([x, y]), zones)
    return Sums(zone, found.col, found.row, whole, whole * x, whole * y)


def say(cells: pd.DataFrame, zones: gpd.GeoDataFrame, area: np.ndarray, report: Report) -> None:
    """What is left, in town and in the country, and where nobody lives."""
    people = cells["people"].to_numpy()
    report.say(
        "People",
        f"kept: {people.sum():,} people in {count(len(cells), 'cell')}; people per cell: median "
        f"{np.median(people):,.0f}, most {people.max():,}",
    )
    for name in ("urban", "rural"):
        there = area == name
        report.say(
            "Town and country",
            f"{name}: {people[there].sum():,} people ({people[there].sum() / people.sum():.1%}), "
            f"{count(there.sum(), 'cell')}",
        )
    if not (area == "urban").any():
        report.warn("nobody is urban: no call has the urban target; see --urban, --urban-density")
    empty = np.setdiff1d(np.arange(len(zones)), cells["zone"])
    if len(empty):
        names = zones["name_en"].iloc[empty].tolist()
        report.warn(f"{count(len(empty), 'zone')} without people: {some(names)}")


def distance_to_roads(
    xy: np.ndarray, people: np.ndarray, lines: np.ndarray, report: Report
) -> None:
    """How far people live from a road on which an ambulance can come."""
    far = shapely.distance(
        shapely.points(xy), lines[shapely.STRtree(lines).nearest(shapely.points(xy))]
    )
    beyond = people[far > 2000].sum()
    order = np.argsort(far)
    share = np.cumsum(people[order]) / people.sum()
    half, most = far[order][np.searchsorted(share, [0.5, 0.95])]
    report.say(
        "People",
        f"from homes to the nearest road: median {half:,.0f} m, 95 % {most:,.0f} m, farthest "
        f"{far.max():,.0f} m",
    )
    if beyond:
        report.warn(f"{beyond:,} people live more than 2 km from any road of the map")
