"""Cells: people summed by zone and square of a grid, and shared out as whole people."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sim.geography import remote
from sim.geography.making import zones as ground
from sim.geography.making.balance import GroundBalance
from sim.geography.making.report import BALANCE, CELLS, PEOPLE, TOWN, ZONES, Report, count, some
from sim.text import Message


class PeopleSums(NamedTuple):
    """People by zone and grid square, with the sums that give their centre; a row for each."""

    zone: np.ndarray  # -1 where no zone is
    col: np.ndarray
    row: np.ndarray
    people: np.ndarray
    px: np.ndarray  # people · x
    py: np.ndarray


def squares(xy: np.ndarray, people: np.ndarray, zone: np.ndarray, cell_m: float) -> PeopleSums:
    """Points summed by zone and square of the grid."""
    col = np.floor(xy[:, 0] / cell_m).astype(np.int64)
    row = np.floor(xy[:, 1] / cell_m).astype(np.int64)
    return merged([PeopleSums(zone, col, row, people, people * xy[:, 0], people * xy[:, 1])])


def merged(parts: list[PeopleSums]) -> PeopleSums:
    """The same squares of several strips, added up."""
    zone, col, row, people, px, py = (np.concatenate(column) for column in zip(*parts, strict=True))
    if not len(zone):
        return PeopleSums(zone, col, row, people, px, py)
    # One number for zone, row and column: sorting numbers is many times faster than rows.
    wide, high = int(np.ptp(col)) + 1, int(np.ptp(row)) + 1
    key = (zone.astype(np.int64) * high + (row - row.min())) * wide + (col - col.min())
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    people, px, py = (np.bincount(which, w, minlength=len(first)) for w in (people, px, py))
    return PeopleSums(zone[first], col[first], row[first], people, px, py)


def cells_of(sums: PeopleSums, total: int | None, zones: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Cells at the people-weighted centre of their square, with whole people; empty ones go.

    `people` sums to `total`, by default to the sum read, rounded.
    """
    kept = sums.people > 0
    sums = PeopleSums(*(column[kept] for column in sums))
    x, y = sums.px / sums.people, sums.py / sums.people
    whole = share_out(round(float(sums.people.sum())) if total is None else total, sums.people)
    zone = sums.zone.astype(int)
    if zones is not None and (zone < 0).any():
        rest = zone < 0
        zone[rest] = ground.zone_at(np.column_stack([x, y])[rest], zones)
    cells = pd.DataFrame({"people": whole, "zone": zone, "x": x.round(1), "y": y.round(1)})
    return cells[cells["people"] > 0].reset_index(drop=True)


def note_zoneless(sums: PeopleSums, zones: gpd.GeoDataFrame, report: Report) -> None:
    """How many people live in no zone, and how far from the nearest, which takes them."""
    alone = (sums.zone < 0) & (sums.people > 0)
    if not alone.any():
        return
    people = sums.people[alone]
    xy = np.column_stack([sums.px[alone], sums.py[alone]]) / people[:, None]
    away = shapely.distance(
        shapely.points(xy), zones.geometry.to_numpy()[ground.zone_at(xy, zones)]
    )
    share = people.sum() / sums.people.sum()
    message = Message(
        "{people:,.0f} people ({share:.1%}) live in no zone and are counted in the nearest, at "
        "most {away:,.0f} m away",
        people=people.sum(),
        share=share,
        away=away.max(),
    )
    if share > ground.SEEN:
        report.warn(message)
    elif people.sum() >= 0.5:
        report.note(PEOPLE, message)


def share_out(people: int, weight: np.ndarray) -> np.ndarray:
    """Whole people in proportion to the weights, by largest remainder; ties to the first."""
    if not people:
        return np.zeros(len(weight), "int64")
    exact = people * weight / weight.sum()
    share = np.floor(exact).astype("int64")
    rest = np.argsort(share - exact, kind="stable")[: people - share.sum()]
    share[rest] += 1
    return share


def note_remote(away: remote.Away | None, report: Report) -> None:
    """How far people live from a road at which an ambulance can leave it."""
    if away is None:
        return
    message = Message(
        "from homes to the nearest road: median {half:,.0f} m, 95 % {most:,.0f} m, farthest "
        "{farthest:,.0f} m",
        half=away.quantile(0.5),
        most=away.quantile(0.95),
        farthest=away.most,
    )
    report.note(PEOPLE, message)
    for sentence in remote.sentences(away):
        report.warn(sentence)


AREAS = {
    "urban": Message("urban: {people:,} people ({share:.1%}), {cells}"),
    "rural": Message("rural: {people:,} people ({share:.1%}), {cells}"),
}


def note_cells(
    cells: pd.DataFrame, zones: gpd.GeoDataFrame, area: np.ndarray, report: Report
) -> None:
    """What is left, in town and in the country, and where nobody lives."""
    people = cells["people"].to_numpy()
    kept = Message(
        "kept: {people:,} people in {cells}; people per cell: median {median:,.0f}, most {most:,}",
        people=people.sum(),
        cells=count(len(cells), CELLS),
        median=np.median(people),
        most=people.max(),
    )
    report.note(PEOPLE, kept)
    for name, text in AREAS.items():
        there = area == name
        some_people, cells_there = people[there].sum(), count(there.sum(), CELLS)
        share = some_people / people.sum()
        said = Message(text.text, people=some_people, share=share, cells=cells_there)
        report.note(TOWN, said)
    if not (area == "urban").any():
        report.warn(
            Message("nobody is urban: no call has the urban target; see --urban, --urban-density")
        )
    if not (area == "rural").any():
        report.warn(
            Message(
                "all {people:,} people are urban: no call has the rural target; see --urban, "
                "--urban-density",
                people=people.sum(),
            )
        )
    empty = np.setdiff1d(np.arange(len(zones)), cells["zone"])
    if len(empty):
        names = some(zones["name_en"].iloc[empty].tolist())
        without = count(len(empty), ZONES)
        report.warn(Message("{zones} without people: {names}", zones=without, names=names))


def note_balance(
    cells: pd.DataFrame, zones: gpd.GeoDataFrame, total: int | None, report: Report
) -> None:
    """The balance of people and of ground; BalanceError, a bug, where it does not close."""
    report.people.kept = int(cells["people"].sum())
    report.people.total = total
    shapes = zones.geometry.to_numpy()
    areas = GroundBalance(
        float(shapely.area(shapes).sum()),
        float(shapely.union_all(shapes).area),
        report.overlaps_m2,
    )
    first, *others = report.people.closed()
    report.note(BALANCE, first)
    for line in others:
        report.note(BALANCE, line, detail=True)
    report.note(BALANCE, areas.closed())
