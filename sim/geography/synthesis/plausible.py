"""What no county is like: refused, or asked about, before anything is drawn of it."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from sim.errors import Problem
from sim.files import cells, planner_sheets
from sim.files import tables as files
from sim.geography.making import located, places
from sim.geography.making.report import Report, some
from sim.geography.making.workbook_points import PLACE_FAR, PLACE_TURNED, far_from_towns
from sim.geography.synthesis.facts import Place, Towns
from sim.geography.synthesis.ground import metres
from sim.geography.synthesis.noise import curve_through
from sim.geography.synthesis.options import SynthesisOptions
from sim.geography.synthesis.towns import TownRows
from sim.text import Message

THINLY: Final = 400.0  # times the towns' area that the box around them may be
LARGE: Final = 5.0  # times what lies between towns that the width of one usually is at most
TOO_LARGE: Final = 15.0  # likewise, of any county
LEAST_KM2: Final = 0.5  # a hamlet; of less no road could be drawn
MOST_KM2: Final = 400_000.0  # a province; of more no streets could be drawn


def problems(rows: TownRows, towns: Towns, crs: pyproj.CRS) -> list[Problem]:
    """Areas that cannot be those of towns which lie where they do."""
    at = metres(crs, towns.lonlat)
    width, height = (at.max(axis=0) - at.min(axis=0)) / 1000
    km2, whole = float(towns.km2.sum()), max(width, height) ** 2
    if whole > THINLY * km2:
        message = Message(
            "the towns lie up to {far:,.0f} km apart and have {km2:,.4g} km² together: are their "
            "areas in another unit? Write it in the header, like {header}",
            far=max(width, height),
            km2=km2,
            header="面积(平方公里)",
        )
    elif km2 < LEAST_KM2:
        message = Message(
            "{km2:,.4g} km² are less than can be drawn, {least:g}: are the areas in another unit? "
            "Write it in the header, like {header}",
            km2=km2,
            least=LEAST_KM2,
            header="面积(平方公里)",
        )
    elif km2 > MOST_KM2:
        message = Message(
            "{km2:,.0f} km² are more than can be drawn, {most:,.0f}: are the areas in another "
            "unit? Write it in the header, like {header}",
            km2=km2,
            most=MOST_KM2,
            header="面积(公顷)",
        )
    elif _wide(towns, at)[0] > TOO_LARGE * _wide(towns, at)[1]:
        wide, apart = _wide(towns, at)
        message = Message(TOO_WIDE.text, wide=wide, apart=apart)
    else:
        return []
    where = Message("column {name}", name=rows.area_column) if rows.area_column else ""
    return [Problem(message, where, file=rows.table.path.name)]


def ask(rows: TownRows, towns: Towns, crs: pyproj.CRS, report: Report) -> None:
    """Asks about areas that are far larger than what lies between the towns leaves them."""
    wide, apart = _wide(towns, metres(crs, towns.lonlat))
    if wide > LARGE * apart:
        report.warn(Message(TOO_WIDE.text, wide=wide, apart=apart))


TOO_WIDE: Final = Message(
    "a town is {wide:,.0f} km wide and {apart:,.1f} km from the next one, in the median: are the "
    "areas in another unit (hectares, mu), or the points not theirs?"
)


def _wide(towns: Towns, at: np.ndarray) -> tuple[float, float]:
    """How wide a town is, and how far from the next one, in kilometres; medians."""
    far = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    np.fill_diagonal(far, np.inf)
    apart = float(np.median(far.min(axis=1))) / 1000
    return float(np.sqrt(np.median(towns.km2))), apart


def too_far(
    points: gpd.GeoDataFrame | None, rows: TownRows, options: SynthesisOptions, flag: str
) -> list[Problem]:
    """Stations or hospitals that lie nowhere near the towns, with their lines."""
    source = getattr(options, flag)
    known = rows.lonlat[~np.isnan(rows.lonlat[:, 0])]
    if points is None or not len(points) or not len(known):
        return []
    at = np.stack([points.to_crs(4326).geometry.x, points.to_crs(4326).geometry.y], axis=1)
    frame = pd.DataFrame(index=[None] * len(points))
    if files.is_table(source):
        holds = planner_sheets.STATIONS if flag == "sites" else planner_sheets.HOSPITALS
        frame = files.read_table(source, options.encoding, options.sheet, holds=holds)
    lines = points.attrs.get(places.LINES, [None] * len(points))
    column = files.column(frame, located.LON) if files.is_table(source) else ""
    wrong = [
        Problem(
            Message(
                (PLACE_TURNED if one.turned else PLACE_FAR).text,
                name=points["name_zh"].iloc[one.row],
                km=one.km,
            ),
            Message("column {name}", name=column) if column else "",
            lines[one.row] if files.is_table(source) else None,
            source.name,
        )
        for one in far_from_towns(at, known)
    ]
    return cells.placed(frame, wrong)


def not_drawn(place: Place, named: set[str], county: shapely.Geometry, crs: pyproj.CRS,
              report: Report) -> None:  # fmt: skip
    """Names roads and rivers of which nothing lies within the border that was made up."""
    dry = [
        river.zh
        for river in place.rivers
        if not shapely.intersects(
            shapely.LineString(curve_through(metres(crs, river.lonlat), 50.0)), county
        )
    ]
    if dry:
        message = Message(
            "rivers that do not touch the border that was made up, and are not drawn: {names}",
            names=some(dry),
        )
        report.warn(message)
    lost = [route.name for route in place.routes if route.name and route.name not in named]
    if lost:
        message = Message(
            "roads of which nothing lies within the border that was made up: {names}",
            names=some(list(dict.fromkeys(lost))),
        )
        report.warn(message)
