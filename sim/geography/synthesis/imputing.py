"""Blanks of the towns' table filled by rules: area and people by villages, points where room is."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyproj

from sim.errors import Problem
from sim.geography.making.report import GROUND, PEOPLE, Report, some
from sim.geography.synthesis.districts import District
from sim.geography.synthesis.facts import IMPUTED, INFERRED, SOURCED, Towns
from sim.geography.synthesis.ground import metres
from sim.geography.synthesis.noise import whole_shares
from sim.geography.synthesis.options import SynthesisOptions
from sim.geography.synthesis.towns import TownRows, known_columns
from sim.text import Message

COMMUNITY_PEOPLE: Final = 1.6  # of a community, counted in villages
COMMUNITY_AREA: Final = 0.25  # likewise of ground
TRUE: Final = 0.01  # by which areas may miss a stated total
URBAN_PER_KM2: Final = 1_500.0  # from so many on a town of which nothing else is said is urban
VILLAGE_PEOPLE: Final = 1_800.0  # of a village, where nobody says how many there are
TRIES: Final = 500  # places that a town without a point is tried at


def filled(
    rows: TownRows,
    groups: list[District],
    options: SynthesisOptions,
    crs: pyproj.CRS,
    report: Report,
) -> Towns | None:
    """The towns without blanks; None where something is wrong, which is gathered in the table."""
    units = _units(rows)
    if rows.area_column not in rows.table.failed:
        km2, area_src = _areas(rows, groups, units, options, report)
    unknown = bool(options.people_column) and not rows.people_column  # told already
    if rows.people_column not in rows.table.failed and not unknown:
        people, people_src = _people(rows, groups, units, options, report)
    if rows.table.wrong:
        return None
    lonlat, point_src = _points(rows, groups, km2, options.seed, crs, report)
    if rows.table.wrong:
        return None
    villages = np.nan_to_num(rows.villages) + np.nan_to_num(rows.communities)
    blank = np.isnan(rows.villages) & np.isnan(rows.communities)
    guess = np.clip(people / VILLAGE_PEOPLE, 2, np.maximum(3, km2 / 3))
    villages = np.where(blank, guess, villages).round().astype(np.int64)
    return Towns(
        rows.code, rows.zh, rows.en, rows.kind, _urban(rows, people / km2), lonlat, km2, people,
        villages, point_src, area_src, people_src,
    )  # fmt: skip


def _units(rows: TownRows) -> tuple[np.ndarray, np.ndarray]:
    """[town] by what people and area are shared: villages, with communities counted as such."""
    villages, communities = np.nan_to_num(rows.villages), np.nan_to_num(rows.communities)
    people = villages + COMMUNITY_PEOPLE * communities
    area = villages + COMMUNITY_AREA * communities
    for weight in (people, area):
        least = 0.2 * np.median(weight[weight > 0]) if (weight > 0).any() else 1.0
        np.maximum(weight, least, out=weight)
    return people, area


def _urban(rows: TownRows, density: np.ndarray) -> np.ndarray:
    """What the table says, else subdistricts that are dense enough."""
    said = np.array(rows.character)
    kind = np.array(rows.kind)
    by_kind = np.isin(kind, ["town", "township"])
    told = bool((said != "").any())
    urban = (density >= URBAN_PER_KM2) if told else (kind == "subdistrict")
    return np.asarray(np.where(said != "", said == "urban", urban & ~(by_kind & (said == ""))))


def _areas(
    rows: TownRows, groups: list[District], units: tuple[np.ndarray, np.ndarray],
    options: SynthesisOptions, report: Report,
) -> tuple[np.ndarray, list[str]]:  # fmt: skip
    km2, source = rows.km2.copy(), list(rows.area_src)
    for group in groups:
        mine, blank = group.towns, group.towns[np.isnan(rows.km2[group.towns])]
        known = float(np.nansum(rows.km2[mine]))
        if not np.isnan(group.km2):
            short = group.km2 - known
            if (len(blank) and short <= 0) or (not len(blank) and abs(short) > TRUE * group.km2):
                message = Message(
                    "the areas of {name} add up to {sum:,.1f} km², and {total:,.1f} km² are stated",
                    name=group.name,
                    sum=known,
                    total=group.km2,
                )
                rows.table.wrong.append(_of_column(rows, message, rows.area_column))
                continue
            km2[blank] = short * units[1][blank] / units[1][blank].sum()
            if not len(blank):
                km2[mine] *= group.km2 / known
        elif len(blank):
            usable = mine[~np.isnan(rows.km2[mine])]
            if not len(usable):
                message = _no_area(rows, group)
                rows.table.wrong.append(_of_column(rows, message, rows.area_column))
                continue
            km2[blank] = np.median(km2[usable] / units[1][usable]) * units[1][blank]
        for row in blank:
            source[row] = IMPUTED
    if options.districts is not None and options.total_area and not rows.table.wrong:
        message = Message(
            "areas of the districts scaled from {sum:,.1f} to {total:,.1f} km²",
            sum=km2.sum(),
            total=options.total_area,
        )
        report.note(GROUND, message)
        km2 *= options.total_area / km2.sum()
        source = [INFERRED if one == SOURCED else one for one in source]
    filled_in = np.flatnonzero(np.isnan(rows.km2))
    if len(filled_in) and not rows.table.wrong:
        message = Message(
            "imputed: areas of {names}, by villages and a quarter of the communities",
            names=some([rows.zh[row] for row in filled_in]),
        )
        report.note(GROUND, message)
    return km2, source


def _people(
    rows: TownRows, groups: list[District], units: tuple[np.ndarray, np.ndarray],
    options: SynthesisOptions, report: Report,
) -> tuple[np.ndarray, list[str]]:  # fmt: skip
    exact, source = rows.people.copy(), list(rows.people_src)
    for group in groups:
        mine, blank = group.towns, group.towns[np.isnan(rows.people[group.towns])]
        known = float(np.nansum(rows.people[mine]))
        usable = mine[~np.isnan(rows.people[mine])]
        if not np.isnan(group.people) and len(blank):
            share = units[0][blank].sum() / units[0][mine].sum()
            # Older counts may leave nothing to the others: then all are scaled to the total.
            rest = max(group.people - known, 0.5 * share * group.people)
            exact[blank] = rest * units[0][blank] / units[0][blank].sum()
        elif len(blank):
            if not len(usable):
                message = rows.table.frame.attrs.get("nobody") or Message(
                    "no town of {name} has people: write some, or give --total-people or "
                    "--districts",
                    name=group.name,
                )
                rows.table.wrong.append(_of_column(rows, message, rows.people_column))
                continue
            exact[blank] = np.median(exact[usable] / units[0][usable]) * units[0][blank]
        if not np.isnan(group.people) and exact[mine].sum() > 0:
            scale = group.people / exact[mine].sum()
            exact[mine] *= scale
            if abs(scale - 1) > TRUE:
                for row in usable:
                    source[row] = INFERRED  # its count keeps its share
                message = Message(
                    "people of {name} scaled from {people:,.0f} to {total:,.0f}",
                    name=group.name,
                    people=exact[mine].sum() / scale,
                    total=group.people,
                )
                report.note(PEOPLE, message)
        for row in blank:
            source[row] = IMPUTED
    filled_in = np.flatnonzero(np.isnan(rows.people))
    if rows.table.wrong:
        return exact, source
    if len(filled_in):
        message = Message(
            "imputed: people of {names}, by villages, a community counted as {factor:g} of them",
            names=some([rows.zh[row] for row in filled_in]),
            factor=COMMUNITY_PEOPLE,
        )
        report.note(PEOPLE, message)
    total = float(options.total_people or exact.sum())
    return whole_shares(exact, round(total)), source


def _of_column(rows: TownRows, message: str, column: str) -> Problem:
    where = Message("column {name}", name=column) if column else ""
    return Problem(message, where, file=rows.table.path.name)


def _no_area(rows: TownRows, group: District) -> Message:
    """Why nothing says how large the towns are: no column does, or none of them has one."""
    if not rows.area_column:
        return Message(
            "no column says the area: call it {english} or {chinese}, not one of {known}; or give "
            "--total-area or --districts",
            english="area_km2",
            chinese="面积(平方公里)",
            known=known_columns(rows.table),
        )
    return Message(
        "no town of {name} has an area: write some, or give --total-area or --districts",
        name=group.name,
    )


def _points(
    rows: TownRows,
    groups: list[District],
    km2: np.ndarray,
    seed: int,
    crs: pyproj.CRS,
    report: Report,
) -> tuple[np.ndarray, list[str]]:
    """Degrees of every town; one without a point stands where its district has room for it."""
    at, source = np.full((len(km2), 2), np.nan), list(rows.point_src)
    known = ~np.isnan(rows.lonlat[:, 0])
    at[known] = metres(crs, rows.lonlat[known])
    radius = np.sqrt(km2 * 1e6 / np.pi)
    rng = np.random.default_rng([seed, 0])
    for group in groups:
        blank = group.towns[~known[group.towns]]
        if not len(blank):
            continue
        mine = group.towns[known[group.towns]]
        if len(mine):
            middle = np.average(at[mine], axis=0, weights=km2[mine])
        elif not np.isnan(group.lonlat[0]):
            middle = metres(crs, group.lonlat[None])[0]
        else:
            message = Message(
                "no town of {name} has a point, nor has the district: write some", name=group.name
            )
            rows.table.wrong.append(_of_column(rows, message, "lon"))
            continue
        reach = 1.25 * float(np.sqrt(km2[group.towns].sum() * 1e6 / np.pi))
        for row in blank[np.argsort(-km2[blank], kind="stable")]:
            at[row] = _room(at, radius, row, middle, reach, rng)
            source[row] = IMPUTED
    blank = np.flatnonzero(~known)
    if len(blank):
        message = Message(
            "imputed: points of {names}, where the ground of their neighbours leaves room",
            names=some([rows.zh[row] for row in blank]),
        )
        report.note(GROUND, message)
    if rows.table.wrong:
        return rows.lonlat, source
    to_map = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    lonlat = np.stack(to_map.transform(at[:, 0], at[:, 1], direction="INVERSE"), axis=1)
    lonlat[known] = rows.lonlat[known]
    return lonlat, source


def _room(
    at: np.ndarray, radius: np.ndarray, row: int, middle: np.ndarray, reach: float,
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """The spot with the least overlap with towns that have a point, near the district's middle."""
    angle, far = rng.uniform(0, 2 * np.pi, TRIES), reach * np.sqrt(rng.uniform(0, 1, TRIES))
    spots = middle + far[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    there = np.flatnonzero(~np.isnan(at[:, 0]))
    apart = np.hypot(*(spots[:, None] - at[there][None]).transpose(2, 0, 1))
    lack = np.clip(0.95 * (radius[there] + radius[row]) - apart, 0, None).sum(axis=1)
    return np.asarray(spots[np.argmin(lack + 0.25 * far)])
