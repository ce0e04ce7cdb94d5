"""Polygons that claim the same ground: each ground is counted once, or the import stops.

A county and its own towns in one file, a zone that is there twice, borders drawn twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sim.errors import MapImportError, Problem
from sim.geography.making.report import PAIRS, POLYGONS, Report, count, some
from sim.text import Message

COVERED: Final = 0.95  # of a polygon's ground under smaller ones: it is the level above
AGREE: Final = 0.02  # by which the people of a level may differ from those of the level above
BORDER: Final = 0.05  # of the smaller polygon: less is how borders were drawn
DOUBTFUL: Final = 0.005  # of all people may be counted twice before the import stops
SEEN: Final = 0.001  # of the smaller polygon: less is not worth a name
DUST_M2: Final = 1.0
FEW: Final = 5  # pairs in a sentence


class _Pairs(NamedTuple):
    """Polygons that overlap: the smaller and the larger one's row, and the ground in both."""

    small: np.ndarray
    large: np.ndarray
    shape: np.ndarray
    area: np.ndarray

    def where(self, these: np.ndarray) -> _Pairs:
        return _Pairs(*(column[these] for column in self))


class Once(NamedTuple):
    """Polygons of which no two overlap."""

    frame: gpd.GeoDataFrame
    kept: np.ndarray  # [row of the file] bool
    overlaps_m2: float  # given to the smaller polygon


def each_ground_once(
    path: Path, frame: gpd.GeoDataFrame, names: list[str], people: np.ndarray | None, report: Report
) -> Once:
    """The polygons without those that smaller ones cover, and without overlaps.

    `people` of each polygon, or None if they are not from these polygons. MapImportError if people
    may be counted twice and nothing says how many they are. What is left is said.
    """
    shapes = frame.geometry.to_numpy()
    area = shapely.area(shapes)
    pairs = _overlapping(shapes, area)
    if not len(pairs.small):
        return Once(frame, np.full(len(frame), True), 0.0)
    kept, problems = _levels(pairs, area, names, people)
    pairs = pairs.where(kept[pairs.small] & kept[pairs.large])
    problems += _doubtful(pairs, area, names, people)
    if problems:
        raise MapImportError(path, problems)
    whole = frame.set_geometry(_cut(shapes, pairs), crs=frame.crs)
    kept &= whole.area.to_numpy() > min(DUST_M2, area.min() / 2)
    if not kept.all():
        _say_left_out(path, frame, ~kept, names, people, report)
    _say_overlaps(path, pairs, area, names, report)
    overlaps = shapely.area(shapes[kept]).sum() - whole[kept].area.sum()
    return Once(whole[kept].reset_index(drop=True), kept, float(overlaps))


def _overlapping(shapes: np.ndarray, area: np.ndarray) -> _Pairs:
    """Every two polygons with ground in common; of equal ones the first is the smaller."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    rank = np.empty(len(shapes), int)
    rank[np.argsort(area.round(3), kind="stable")] = np.arange(len(shapes))
    rising = rank[one] < rank[other]
    one, other = one[rising], other[rising]
    common = shapely.intersection(shapes[one], shapes[other])
    pairs = _Pairs(one, other, common, shapely.area(common))
    pairs = pairs.where(pairs.area > DUST_M2)
    order = np.lexsort([rank[pairs.small], rank[pairs.large]])
    return pairs.where(order)


def _levels(
    pairs: _Pairs, area: np.ndarray, names: list[str], people: np.ndarray | None
) -> tuple[np.ndarray, list[Problem]]:
    """Which polygons are of the finest level; and those whose people are not those of their parts.

    From the smallest up: a polygon that kept ones cover is of the level above.
    """
    kept, problems = np.full(len(area), True), []
    starts = np.flatnonzero(np.diff(pairs.large, prepend=-1))
    for group in np.split(np.arange(len(pairs.large)), starts[1:]):
        here = pairs.where(group[kept[pairs.small[group]]])
        row = pairs.large[group[0]]
        if here.area.sum() < COVERED * area[row]:
            continue
        if shapely.union_all(here.shape).area < COVERED * area[row]:
            continue
        kept[row] = False
        if people is None or not people[row]:
            continue
        parts = float((people[here.small] * here.area / area[here.small]).sum())
        slack = AGREE * people[row] if len(here.small) > 1 else 0.0
        # Of the same ground twice, the areas may differ by how it was drawn; the people may not.
        exact = people[here.small].sum() if len(here.small) == 1 else parts
        if abs(exact - people[row]) > slack + 0.5:
            inside = [names[i] for i in here.small]
            problems.append(Problem(_disagree(names[row], people[row], inside, exact)))
    return kept, problems


def _disagree(name: str, people: float, inside: list[str], parts: float) -> Message:
    if len(inside) == 1:
        return Message(
            'polygons "{one}" and "{other}" are the same ground, with {people:,.0f} and '
            "{parts:,.0f} people: keep one of them, with all people who live there",
            one=name,
            other=inside[0],
            people=people,
            parts=parts,
        )
    return Message(
        'polygon "{name}" has {people:,.0f} people, the polygons that cover it ({inside}) have '
        "{parts:,.0f}: keep one level only, or mend the people",
        name=name,
        people=people,
        inside=some(inside, FEW),
        parts=parts,
    )


def _doubtful(
    pairs: _Pairs, area: np.ndarray, names: list[str], people: np.ndarray | None
) -> list[Problem]:
    """Overlaps in which so many live that counting them twice would show."""
    if people is None or not len(pairs.small):
        return []
    share = pairs.area / area[pairs.small]
    lived_in = (people[pairs.small] > 0) & (people[pairs.large] > 0)
    wide = (share > BORDER) & lived_in
    twice = (people[pairs.small] * share)[wide]
    if twice.sum() <= DOUBTFUL * people.sum():
        return []
    return [
        Problem(
            Message(
                '{share:.0%} of polygon "{small}" lies in polygon "{large}" too ({km2:,.2f} km², '
                "about {people:,.0f} people): are they counted in both? Cut one out of the other, "
                "or keep one level only",
                share=share[at],
                small=names[pairs.small[at]],
                large=names[pairs.large[at]],
                km2=pairs.area[at] / 1e6,
                people=people[pairs.small[at]] * share[at],
            )
        )
        for at in np.flatnonzero(wide)[:20]
    ]


def _cut(shapes: np.ndarray, pairs: _Pairs) -> np.ndarray:
    """Every polygon without the ground of smaller ones that overlap it."""
    cut = shapes.copy()
    for row in np.unique(pairs.large):
        smaller = shapely.union_all(shapes[pairs.small[pairs.large == row]])
        parts = shapely.get_parts(shapely.difference(shapes[row], smaller))
        cut[row] = shapely.union_all(parts[shapely.get_type_id(parts) == 3])
    return cut


# ── what is said ─────────────────────────────────────────────────────────────────────────────


def _say_left_out(
    path: Path,
    frame: pd.DataFrame,
    gone: np.ndarray,
    names: list[str],
    people: np.ndarray | None,
    report: Report,
) -> None:
    listed = some([names[row] for row in np.flatnonzero(gone)])
    polygons = count(int(gone.sum()), POLYGONS)
    if people is None:
        message = Message(
            "{file}: {polygons} of {all} left out, for others of the file cover the same ground: "
            "{names}. To use this level, leave the others out of the file",
            file=path.name,
            polygons=polygons,
            all=len(frame),
            names=listed,
        )
    else:
        message = Message(
            "{file}: {polygons} of {all} left out, for others of the file cover the same ground "
            "and have the same {people:,.0f} people: {names}",
            file=path.name,
            polygons=polygons,
            all=len(frame),
            people=people[gone].sum(),
            names=listed,
        )
    report.warn(message)


def _say_overlaps(
    path: Path, pairs: _Pairs, area: np.ndarray, names: list[str], report: Report
) -> None:
    seen = np.flatnonzero(pairs.area > SEEN * area[pairs.small])
    if not len(seen):
        return
    most = seen[np.argsort(-pairs.area[seen], kind="stable")]
    message = Message(
        "{file}: {pairs} of polygons overlap, by {km2:,.2f} km² in all: {names}. The ground in "
        "both belongs to the smaller one",
        file=path.name,
        pairs=count(len(seen), PAIRS),
        km2=pairs.area[seen].sum() / 1e6,
        names=some(list(_told(pairs.where(most), area, names)), FEW),
    )
    report.warn(message)


def _told(pairs: _Pairs, area: np.ndarray, names: list[str]) -> Iterator[Message]:
    for small, large, common in zip(pairs.small, pairs.large, pairs.area, strict=True):
        yield Message(
            "{small} with {large} ({km2:,.2f} km², {share:.1%})",
            small=names[small],
            large=names[large],
            km2=common / 1e6,
            share=common / area[small],
        )
