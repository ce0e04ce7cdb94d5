"""Stations and hospitals from Excel, CSV, GeoJSON or GeoPackage, in WGS84 or a Chinese grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from sim.errors import MapImportError, Problem, did_you_mean
from sim.files import cells, coordinates, numerals, planner_sheets, shapes, tables
from sim.geography.making import located
from sim.geography.making import zones as ground
from sim.geography.making.groups import Grid
from sim.geography.making.options import ImportOptions
from sim.geography.making.report import PLACES, Counted, Report, count, some
from sim.text import Message

NAME: Final = planner_sheets.PLACE_NAMES
NAME_EN: Final = ("name_en", "英文名称", *NAME)
NAME_ZH: Final = ("name_zh", "名称", "中文名称", *NAME)
KIND: Final = ("kind", "type", "类型", "类别")
STATUS: Final = planner_sheets.STATUS
TOWNSHIP: Final = ("township", "zone", "乡镇", "所属乡镇")
LEVEL: Final = ("level", "等级", "级别")
CAPABILITIES: Final = ("capabilities", "能力", "专科")
KINDS: Final = {
    "": "station", "station": "station", "ambulance station": "station", "站": "station",
    "急救站": "station", "中心站": "station", "substation": "substation",
    "sub-station": "substation", "sub station": "substation", "分站": "substation",
    "急救分站": "substation",
}  # fmt: skip
AMBULANCES: Final = planner_sheets.AMBULANCES
STATES: Final = {
    "": "existing", "existing": "existing", "现有": "existing", "已建": "existing",
    "planned": "planned", "规划": "planned", "拟建": "planned",
}  # fmt: skip


class Source(NamedTuple):
    """A file of places and how it is to be read."""

    path: Path | None
    grid: Grid = "wgs84"  # of its coordinates
    encoding: str = ""
    sheet: str = ""
    read_elsewhere: tuple[str, ...] = ()  # columns that mean something to whoever reads this
    holds: str = ""  # of a planner's workbook, the sheet that is meant

    @classmethod
    def sites(cls, chosen: ImportOptions) -> Source:
        """The stations of an import."""
        given = chosen.places
        read = chosen.reading.both
        return cls(given.sites, given.coordinates, *read, holds=planner_sheets.STATIONS)

    @classmethod
    def hospitals(cls, chosen: ImportOptions) -> Source:
        """The hospitals of an import."""
        given = chosen.places
        read = chosen.reading.both
        return cls(given.hospitals, given.coordinates, *read, holds=planner_sheets.HOSPITALS)


class _Places(NamedTuple):
    """A file's points in metres; the index is the line (or the number of the feature)."""

    path: Path
    frame: gpd.GeoDataFrame
    used: set[str]  # columns that something was read from

    def column(self, usual: tuple[str, ...]) -> str:
        """The column of that meaning, which is used then; or ""."""
        name = tables.column(self.frame, usual)
        self.used.add(name)
        return name

    def texts(self, usual: tuple[str, ...]) -> list[str]:
        """A column's texts; empty ones where there is no such column."""
        name = self.column(usual)
        return tables.texts(self.frame[name]) if name else [""] * len(self.frame)


def _read(source: Source, crs: pyproj.CRS) -> _Places:
    path = source.path
    assert path is not None
    if tables.is_table(path):
        frame = tables.read_table(path, source.encoding, source.sheet, holds=source.holds)
        tables.refuse_totals(path, frame)
        with cells.told(frame):
            lon, lat, used = located.degrees(path, frame, source.grid)
    else:
        spots = shapes.read_shapes(path, shapes.POINTS, source.encoding).to_crs(4326)
        at = spots.geometry.representative_point()
        lon, lat = coordinates.to_wgs84(at.x, at.y, source.grid)
        frame, used = pd.DataFrame(spots.drop(columns=spots.geometry.name)), []
        frame.attrs = spots.attrs
        frame.index = pd.RangeIndex(1, len(frame) + 1)
    where = gpd.GeoSeries.from_xy(lon, lat, index=frame.index, crs=4326).to_crs(crs)
    placed = gpd.GeoDataFrame(frame.rename(columns={"geometry": "geometry "}), geometry=where)
    return _Places(path, placed, {*used, *source.read_elsewhere})


def _tell(found: _Places, report: Report | None) -> None:
    """What there is to say of the reading, and which columns meant nothing."""
    if report is None:
        return
    for note in tables.notes(found.frame):
        report.note(PLACES, note)
    used = {*found.used, *_of_the_scenario(found.frame), "geometry"}
    unused = [str(name) for name in found.frame.columns if name not in used]
    if unused:
        message = Message(
            "columns of {file} that a map does not use: {names}",
            file=found.path.name,
            names=some(unused),
        )
        report.note(PLACES, message)


def _of_the_scenario(frame: pd.DataFrame) -> set[str]:
    """Columns of a planner's workbook that the scenario reads which stands beside it."""
    return {tables.column(frame, usual) for usual in planner_sheets.of_the_scenario(frame.attrs)}


SITES: Final = Counted(Message("{n} site"), Message("{n} sites"))


def _named(found: _Places) -> dict[str, list[str]]:
    """Both names of every row; one stands in for the other."""
    path, frame = found.path, found.frame
    if not found.column(NAME):
        known = [str(c) for c in frame.columns if c != "geometry"]
        message = Message(
            "no column says the name: call it {english} or {chinese}, not one of {known}",
            english=NAME[0],
            chinese=NAME_ZH[1],
            known=", ".join(known),
        )
        raise MapImportError(path, message)
    spare = found.texts(NAME)
    english = [a or b for a, b in zip(found.texts(NAME_EN), spare, strict=True)]
    chinese = [a or b for a, b in zip(found.texts(NAME_ZH), english, strict=True)]
    english = [a or b for a, b in zip(english, chinese, strict=True)]
    empty = [
        Problem(
            Message("write a name"), Message("column {name}", name=found.column(NAME)), int(line)
        )
        for line, name in zip(frame.index, english, strict=True)
        if not name
    ]
    if empty:
        raise MapImportError(path, empty)
    return {"name_zh": chinese, "name_en": english}


def _words(found: _Places, usual: tuple[str, ...], known: dict[str, str]) -> list[str]:
    """A column that says one of two things, each in several words."""
    texts = found.texts(usual)
    first, second = dict.fromkeys(known.values())
    wrong = [
        Problem(
            Message(
                "write {first} or {second}; found {found}",
                first=first,
                second=second,
                found=text,
            ),
            found.column(usual),
            int(line),
        )
        for line, text in zip(found.frame.index, texts, strict=True)
        if text.lower() not in known
    ]
    if wrong:
        raise MapImportError(found.path, wrong[:20])
    return [known[text.lower()] for text in texts]


def _ambulances(found: _Places) -> np.ndarray:
    """How many ambulances stand at each site; nan where the file does not say."""
    name = found.column(AMBULANCES)
    if not name:
        return np.full(len(found.frame), np.nan)
    kind = numerals.VEHICLES
    return tables.numbers(found.path, found.frame, name, kind, empty=True, refuse=_not_whole)


def _not_whole(number: float) -> Message | None:
    if number >= 0 and number % 1 == 0:
        return None
    return Message("write a whole number from 0 up; found {found:g}", found=number)


def read_sites(
    source: Source, zones: gpd.GeoDataFrame, report: Report | None = None
) -> gpd.GeoDataFrame:
    """The bundle's `sites`; none without a file. What the file holds and how it was read is told.

    `ambulances`: how many stand at each, nan where the file does not say.
    """
    if source.path is None:
        columns = ("name_zh", "name_en", "kind", "status", "township", "ambulances")
        return _none(columns, zones.crs)
    found = _read(source, zones.crs)
    columns_of = {
        "names": lambda: _named(found),
        "kind": lambda: _words(found, KIND, KINDS),
        "status": lambda: _words(found, STATUS, STATES),
        "township": lambda: _townships(found, zones, report),
        "ambulances": lambda: _ambulances(found),
    }
    with cells.told(found.frame):
        facts = _every(found.path, columns_of)
    facts = facts.pop("names") | facts
    _tell(found, report)
    sites = _each_once(_layer(facts, found.frame))
    known = sites["ambulances"].dropna()
    if report is not None and len(known):
        message = Message(
            "{ambulances:,.0f} ambulances at {sites}",
            ambulances=known.sum(),
            sites=count(len(known), SITES),
        )
        report.note(PLACES, message)
    return sites


def _each_once(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row of sites that stand at one point under one name: a list may have a row for the
    ambulances of each shift, of which there are as many as all rows say."""
    same = ["name_zh", "name_en", "kind", "status"]
    point = sites.geometry.to_wkb()
    if not sites[same].assign(point=point).duplicated().any():
        return sites
    lines = np.array(sites.attrs[LINES])
    keys = [*(sites[name] for name in same), point]
    total = sites["ambulances"].groupby(keys).transform(lambda some: some.sum(min_count=1))
    first = ~sites[same].assign(point=point).duplicated()
    kept = sites.assign(ambulances=total)[first].reset_index(drop=True)
    kept.attrs[LINES] = lines[first.to_numpy()].tolist()
    return kept


def _every(path: Path, columns: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """What each column says; MapImportError with the problems of all of them."""
    facts, problems = {}, []
    for name, read in columns.items():
        try:
            facts[name] = read()
        except MapImportError as error:
            problems += error.problems
    if problems:
        raise MapImportError(path, problems)
    return facts


def read_points(path: Path, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Named points of a file in WGS84: name_zh, name_en, the point in metres; index = line."""
    found = _read(Source(path), crs)
    return gpd.GeoDataFrame(_named(found), geometry=found.frame.geometry, index=found.frame.index)


def read_hospitals(
    source: Source, zones: gpd.GeoDataFrame, report: Report | None = None
) -> gpd.GeoDataFrame:
    """The bundle's `hospitals`; none without a file."""
    if source.path is None:
        return _none(("name_zh", "name_en", "level", "capabilities", "township"), zones.crs)
    found = _read(source, zones.crs)
    columns_of: dict[str, Callable[[], Any]] = {
        "names": lambda: _named(found),
        "level": lambda: found.texts(LEVEL),
        "capabilities": lambda: found.texts(CAPABILITIES),
        "township": lambda: _townships(found, zones, report),
    }
    with cells.told(found.frame):
        facts = _every(found.path, columns_of)
    facts = facts.pop("names") | facts
    _tell(found, report)
    return _layer(facts, found.frame)


def _townships(found: _Places, zones: gpd.GeoDataFrame, report: Report | None = None) -> list[str]:
    """The code of the zone a row names, else of the zone it stands in or near.

    A name that no zone has is told; MapImportError where the coordinates lie in no zone either.
    """
    frame = found.frame
    code_of = {
        name: code
        for column in ("name_en", "name_zh", "code")
        for name, code in zip(zones[column], zones["code"], strict=True)
    }
    xy = np.column_stack([frame.geometry.x, frame.geometry.y])
    there = zones["code"].to_numpy()[ground.zone_at(xy, zones)]
    named = found.texts(TOWNSHIP)
    if report is not None and len(zones) > 1:
        unknown = [row for row, name in enumerate(named) if name and name not in code_of]
        _tell_unknown(found, unknown, ground.zone_or_none(xy, zones), zones, report)
    return [code_of.get(name, code) for name, code in zip(named, there, strict=True)]


def _tell_unknown(
    found: _Places,
    rows: list[int],
    zone: np.ndarray,
    zones: gpd.GeoDataFrame,
    report: Report,
) -> None:
    """Says which townships are none of the map's; `zone` is where the coordinates lie, or -1."""
    column = found.column(TOWNSHIP)
    known = list(dict.fromkeys([*zones["name_zh"], *zones["name_en"]]))
    names, problems = found.texts(TOWNSHIP), []
    for row in rows:
        hint = did_you_mean(names[row], known)
        line = int(found.frame.index[row])
        if zone[row] < 0:
            message = Message(
                "no township is called {name}, and the coordinates lie in none{hint}",
                name=names[row],
                hint=hint,
            )
            problems.append(Problem(message, Message("column {name}", name=column), line))
            continue
        report.warn(
            Message(
                "{file}, line {line}: no township is called {name}; by its coordinates it is "
                "counted in {zone}{hint}",
                file=found.path.name,
                line=line,
                name=names[row],
                zone=zones["name_zh"].iloc[zone[row]],
                hint=hint,
            )
        )
    if problems:
        raise MapImportError(found.path, problems[:20])


def _layer(facts: dict[str, Any], frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    where = gpd.GeoSeries(frame.geometry.to_numpy(), crs=frame.crs)
    made = gpd.GeoDataFrame(facts | {"provenance": "sourced"}, geometry=where.to_numpy())
    made = made.set_crs(frame.crs)
    made.attrs[LINES] = [int(line) for line in frame.index]
    return made


LINES: Final = "lines"  # what a layer that was read here carries: the line of each of its rows


def _none(columns: tuple[str, ...], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    empty: dict[str, Any] = {name: pd.Series([], dtype=object) for name in columns}
    empty["provenance"] = pd.Series([], dtype=object)
    return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs))
