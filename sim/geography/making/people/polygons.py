"""People of polygons, spread over the streets in which they may live."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sim.geography.making import zones as ground
from sim.geography.making.headcount import note_lost
from sim.geography.making.people.cells import PeopleSums, share_out, squares
from sim.geography.making.report import PEOPLE, POLYGONS, Report, count
from sim.geography.making.roads import tags
from sim.text import Message

PIECE_M: Final = 10.0  # streets are cut this fine to share them between cells
PIECES: Final = 2_000_000  # of more streets than that the pieces are longer


def over_streets(
    shapes: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    cell_m: float,
    report: Report,
    *,
    zones: gpd.GeoDataFrame | None = None,
    boundary: shapely.Geometry | None = None,
) -> PeopleSums:
    """Each polygon's people over its squares by metres of street, else by area.

    `shapes`: polygons with `people`, which are the zones themselves if `zones` is the same frame.
    """
    people = shapes["people"].to_numpy(float)
    polygon = shapes.geometry.to_numpy()
    if boundary is not None:
        polygon, people = _within(polygon, people, boundary, report)
    spots = street_pieces(roads, polygon, cell_m)
    bare = np.setdiff1d(np.flatnonzero(people > 0), np.unique(spots["polygon"]))
    if len(bare):
        report.note(
            PEOPLE,
            Message(
                "{polygons} without a street to live on ({people:,.0f} people): spread over their "
                "area",
                polygons=count(len(bare), POLYGONS),
                people=people[bare].sum(),
            ),
        )
        spots = pd.concat([spots, *(_squares_of(polygon[i], i, cell_m) for i in bare)])
    return _shared(spots, people, zones, shapes is zones, cell_m)


def _within(
    polygon: np.ndarray, people: np.ndarray, boundary: shapely.Geometry, report: Report
) -> tuple[np.ndarray, np.ndarray]:
    """Polygons cut at the boundary, their people by the share of the area inside."""
    cut = shapely.intersection(polygon, boundary)
    share = shapely.area(cut) / np.maximum(shapely.area(polygon), 1e-9)
    share = np.where(share >= ground.INSIDE, 1.0, share)
    note_lost((people * (1 - share)).sum(), (people * share).sum(), report)
    return np.where(share >= ground.INSIDE, polygon, cut), people * share


def street_pieces(roads: gpd.GeoDataFrame, polygon: np.ndarray, cell_m: float) -> pd.DataFrame:
    """Every lived-in street in pieces: its middle, its metres, its polygon.

    Pieces are 10 m or less, in a very large network up to a tenth of a cell.
    """
    lived_in = roads.geometry.values[~roads["class"].isin(tags.NOT_LIVED_IN)]
    # A street of two speeds is there twice, once for each way; people live along it once.
    drawn = pd.Series(shapely.to_wkb(shapely.normalize(lived_in)))
    lived_in = lived_in[~drawn.duplicated().to_numpy()]
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


def _squares_of(polygon: shapely.Geometry, row: int, cell_m: float) -> pd.DataFrame:
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


def _shared(
    spots: pd.DataFrame,
    people: np.ndarray,
    zones: gpd.GeoDataFrame | None,
    own: bool,
    cell_m: float,
) -> PeopleSums:
    """People by polygon, zone and square. Whole polygons stay whole: each is rounded by itself."""
    polygon = spots["polygon"].to_numpy(int)
    xy = spots[["x", "y"]].to_numpy()
    zone, many = polygon, len(people)
    if not own:
        zone = np.full(len(xy), -1) if zones is None else ground.zone_or_none(xy, zones)
        many = 1 if zones is None else len(zones) + 1
    # One number for a polygon and a zone: squares on a border are told apart.
    key = polygon * (many + 1) + zone + 1
    found = squares(xy, spots["weight"].to_numpy(float), key, cell_m)
    x, y = found.px / found.people, found.py / found.people
    polygon, zone = found.zone // (many + 1), found.zone % (many + 1) - 1
    order = np.argsort(polygon, kind="stable")
    starts = np.flatnonzero(np.diff(polygon[order], prepend=polygon[order][:1]))
    whole = np.zeros(len(order))
    used = np.unique(polygon)
    known = share_out(round(float(people[used].sum())), people[used])
    groups = np.split(order, starts) if len(order) else []
    for group, total in zip(groups, known, strict=True):
        whole[group] = share_out(int(total), found.people[group])
    return PeopleSums(zone, found.col, found.row, whole, whole * x, whole * y)
