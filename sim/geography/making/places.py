"""Stations and hospitals from Excel, CSV, GeoJSON or GeoPackage, in WGS84 or a Chinese grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from sim.errors import MapImportError, Problem
from sim.files import coordinates, shapes, tables
from sim.geography.making import zones as ground
from sim.text import Message

LON: Final = ("lon", "longitude", "lng", "经度", "x", "long")
LAT: Final = ("lat", "latitude", "纬度", "y")
NAME: Final = ("name", "name_en", "name_zh", "名称", "站点", "站点名称", "医院", "医院名称")
NAME_EN: Final = ("name_en", "英文名称", *NAME)
NAME_ZH: Final = ("name_zh", "名称", "中文名称", *NAME)
KIND: Final = ("kind", "type", "类型", "类别")
STATUS: Final = ("status", "状态")
TOWNSHIP: Final = ("township", "zone", "乡镇", "所属乡镇")
LEVEL: Final = ("level", "等级", "级别")
CAPABILITIES: Final = ("capabilities", "能力", "专科")
KINDS: Final = {
    "": "station", "station": "station", "ambulance station": "station", "站": "station",
    "急救站": "station", "中心站": "station", "substation": "substation",
    "sub-station": "substation", "sub station": "substation", "分站": "substation",
    "急救分站": "substation",
}  # fmt: skip
STATES: Final = {
    "": "existing", "existing": "existing", "现有": "existing", "已建": "existing",
    "planned": "planned", "规划": "planned", "拟建": "planned",
}  # fmt: skip


def degrees(path: Path, frame: pd.DataFrame, grid: str) -> tuple[np.ndarray, np.ndarray]:
    """WGS84 degrees from a table's columns, or what is wrong with them."""
    lon_name, lat_name = tables.column(frame, LON), tables.column(frame, LAT)
    missing = []
    if not lon_name:
        names = " or ".join(LON[:4])
        missing.append(
            Problem(Message("no column says the longitude: call it {names}", names=names))
        )
    if not lat_name:
        names = " or ".join(LAT[:4])
        missing.append(
            Problem(Message("no column says the latitude: call it {names}", names=names))
        )
    if missing:
        raise MapImportError(path, missing)
    problems: list[Problem] = []
    values = []
    for name in (lon_name, lat_name):
        try:
            values.append(tables.numbers(path, frame, name))
        except MapImportError as error:
            problems += error.problems
    if problems:
        raise MapImportError(path, problems)
    lon, lat = values
    _refuse_metres(path, frame, lon, lat)
    return coordinates.to_wgs84(lon, lat, grid)


def _refuse_metres(path: Path, frame: pd.DataFrame, lon: np.ndarray, lat: np.ndarray) -> None:
    if (np.abs(lat) > 90).any() and (np.abs(lat) <= 180).all() and (np.abs(lon) <= 90).all():
        message = Message("longitude and latitude look swapped: exchange the columns")
        raise MapImportError(path, message)
    odd = np.flatnonzero((np.abs(lon) > 180) | (np.abs(lat) > 90))
    if len(odd):
        raise MapImportError(
            path,
            [
                Problem(
                    Message(
                        "write degrees, longitude -180 to 180 and latitude -90 to 90; found "
                        "{lon:g}, {lat:g}",
                        lon=lon[i],
                        lat=lat[i],
                    ),
                    line=int(frame.index[i]),
                )
                for i in odd[:20]
            ],
        )


def _read(path: Path, crs: pyproj.CRS, grid: str) -> gpd.GeoDataFrame:
    """A file's points in metres; the index is the line (or the number of the feature)."""
    if tables.is_table(path):
        frame = tables.read_table(path)
        lon, lat = degrees(path, frame, grid)
    else:
        spots = shapes.read_shapes(path, shapes.POINTS).to_crs(4326)
        at = spots.geometry.representative_point()
        lon, lat = coordinates.to_wgs84(at.x, at.y, grid)
        frame = pd.DataFrame(spots.drop(columns=spots.geometry.name))
        frame.index = pd.RangeIndex(1, len(frame) + 1)
    where = gpd.GeoSeries.from_xy(lon, lat, index=frame.index, crs=4326).to_crs(crs)
    return gpd.GeoDataFrame(frame, geometry=where)


def _texts(frame: pd.DataFrame, usual: tuple[str, ...]) -> list[str]:
    name = tables.column(frame, usual)
    if not name:
        return [""] * len(frame)
    return ["" if v is None or v != v else str(v).strip() for v in frame[name]]


def _named(path: Path, frame: gpd.GeoDataFrame) -> dict[str, list[str]]:
    """Both names of every row; one stands in for the other."""
    if not tables.column(frame, NAME):
        known = [str(c) for c in frame.columns if c != "geometry"]
        message = Message(
            "no column says the name: call it {english} or {chinese}, not one of {known}",
            english=NAME[0],
            chinese=NAME_ZH[1],
            known=", ".join(known),
        )
        raise MapImportError(path, message)
    spare = _texts(frame, NAME)
    english = [a or b for a, b in zip(_texts(frame, NAME_EN), spare, strict=True)]
    chinese = [a or b for a, b in zip(_texts(frame, NAME_ZH), english, strict=True)]
    english = [a or b for a, b in zip(english, chinese, strict=True)]
    empty = [
        Problem(Message("write a name"), line=int(line))
        for line, name in zip(frame.index, english, strict=True)
        if not name
    ]
    if empty:
        raise MapImportError(path, empty)
    return {"name_zh": chinese, "name_en": english}


def _words(
    path: Path, frame: pd.DataFrame, usual: tuple[str, ...], known: dict[str, str]
) -> list[str]:
    """A column that says one of two things, each in several words."""
    texts = _texts(frame, usual)
    first, second = dict.fromkeys(known.values())
    wrong = [
        Problem(
            Message(
                "write {first} or {second}; found {found}",
                first=first,
                second=second,
                found=text,
            ),
            tables.column(frame, usual),
            int(line),
        )
        for line, text in zip(frame.index, texts, strict=True)
        if text.lower() not in known
    ]
    if wrong:
        raise MapImportError(path, wrong[:20])
    return [known[text.lower()] for text in texts]


def read_sites(path: Path | None, zones: gpd.GeoDataFrame, grid: str = "wgs84") -> gpd.GeoDataFrame:
    """The bundle's `sites`; none without a file. `grid`: of the file's coordinates."""
    if path is None:
        return _none(("name_zh", "name_en", "kind", "status", "township"), zones.crs)
    frame = _read(path, zones.crs, grid)
    facts: dict[str, Any] = dict(_named(path, frame))
    facts["kind"] = _words(path, frame, KIND, KINDS)
    facts["status"] = _words(path, frame, STATUS, STATES)
    facts["township"] = _townships(frame, zones)
    return _layer(facts, frame)


def read_points(path: Path, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Named points of a file in WGS84: name_zh, name_en, the point in metres; index = line."""
    frame = _read(path, crs, "wgs84")
    return gpd.GeoDataFrame(_named(path, frame), geometry=frame.geometry, index=frame.index)


def read_hospitals(
    path: Path | None, zones: gpd.GeoDataFrame, grid: str = "wgs84"
) -> gpd.GeoDataFrame:
    """The bundle's `hospitals`; none without a file. `grid`: of the file's coordinates."""
    if path is None:
        return _none(("name_zh", "name_en", "level", "capabilities", "township"), zones.crs)
    frame = _read(path, zones.crs, grid)
    facts: dict[str, Any] = dict(_named(path, frame))
    facts["level"] = _texts(frame, LEVEL)
    facts["capabilities"] = _texts(frame, CAPABILITIES)
    facts["township"] = _townships(frame, zones)
    return _layer(facts, frame)


def _townships(frame: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> list[str]:
    """The code of the zone a row names, else of the zone it stands in or near."""
    code_of = {
        name: code
        for column in ("name_en", "name_zh", "code")
        for name, code in zip(zones[column], zones["code"], strict=True)
    }
    xy = np.column_stack([frame.geometry.x, frame.geometry.y])
    there = zones["code"].to_numpy()[ground.zone_at(xy, zones)]
    named = _texts(frame, TOWNSHIP)
    return [code_of.get(name, code) for name, code in zip(named, there, strict=True)]


def _layer(facts: dict[str, Any], frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    where = gpd.GeoSeries(frame.geometry.to_numpy(), crs=frame.crs)
    made = gpd.GeoDataFrame(facts | {"provenance": "sourced"}, geometry=where.to_numpy())
    return made.set_crs(frame.crs)


def _none(columns: tuple[str, ...], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    empty: dict[str, Any] = {name: pd.Series([], dtype=object) for name in columns}
    empty["provenance"] = pd.Series([], dtype=object)
    return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs))
