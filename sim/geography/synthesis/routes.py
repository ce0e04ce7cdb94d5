"""Tables of through-roads and of rivers."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import numpy as np

from sim.errors import Problem, did_you_mean
from sim.geography.making.roads.wording import word
from sim.geography.synthesis import tables
from sim.geography.synthesis.facts import MOTORWAY, RANKS, River, Route, Stop
from sim.geography.synthesis.options import SynthesisOptions
from sim.text import Message

NAME: Final = ("name", "ref", "名称", "道路", "道路名称", "路名", "编号", "name_zh", "name_en")
CLASS: Final = ("class", "road_class", "highway", "type", "等级", "道路等级", "类型", "类别")
VIA: Final = ("via", "towns", "through", "connects", "途经", "经过", "沿线", "途经乡镇")
CLASSES: Final = {
    MOTORWAY: (MOTORWAY, "expressway", "freeway", "高速", "高速公路", "国家高速", "省级高速"),
    "trunk": ("trunk", "national road", "national", "国道", "快速路"),
    "primary": ("primary", "provincial road", "provincial", "省道", "main road", "主干路"),
    "secondary": ("secondary", "county road", "县道", "次干路"),
    "tertiary": ("tertiary", "乡道", "支路"),
}
POINT: Final = re.compile(r"([-+]?\d+(?:\.\d+)?)[\s,，]+([-+]?\d+(?:\.\d+)?)")
SEPARATOR: Final = re.compile(r"[;；、→—–]+|\s-+>?\s")  # between towns
MARKS: Final = re.compile(r"[,，-]")  # where somebody may have meant to separate them
ENDINGS: Final = ("街道", "镇", "乡")


def read_routes(
    options: SynthesisOptions, names: list[tuple[str, ...]], lonlat: np.ndarray
) -> tuple[list[Route], list[Problem]]:
    """The through-roads, and all that is wrong with their table.

    `names`: [town] what it may be called; `lonlat`: of the towns.
    """
    if options.roads is None:
        return [], []
    table = tables.read(options.roads, options)
    name, road_class, via = table.texts(*NAME), table.texts(*CLASS), table.texts(*VIA)
    for usual, about in ((CLASS, "class"), (VIA, "via")):
        if not table.column(*usual):
            known = ", ".join(map(str, table.frame.columns))
            message = Message(
                "no column {name} ({chinese}); the columns are {known}",
                name=about,
                chinese=usual[-2],
                known=known,
            )
            table.wrong.append(Problem(message, file=table.path.name))
    if table.wrong:
        return [], table.wrong
    row_of = _known_names(names)
    called = list(dict.fromkeys(n for several in names for n in several[:2] if n))
    found = []
    for row in range(len(name)):
        kind = next((k for k, words in CLASSES.items() if word(road_class[row]) in words), "")
        if not kind:
            message = Message(
                "write one of {names}; found {found}",
                names=", ".join((MOTORWAY, *RANKS[:4], "高速", "国道", "省道")),
                found=road_class[row] or "–",
            )
            table.problem(row, message, table.column(*CLASS))
        stops = _stops(table, row, via[row], _Known(row_of, called, lonlat))
        if len(stops) < 2 and via[row].strip() and not _joined(via[row], row_of):
            message = Message(
                "write two places at least, with ; between them; found {found}", found=via[row]
            )
            table.problem(row, message, table.column(*VIA))
        elif not via[row].strip():
            table.problem(row, Message("write the towns that it goes through"), table.column(*VIA))
        found.append(Route(name[row], kind or "trunk", tuple(stops)))
    return found, [p.of(table.path.name) for p in table.wrong]


class _Known(NamedTuple):
    """Towns that a route may pass."""

    row_of: dict[str, int]  # by every name, in small letters
    names: list[str]  # as their table has them
    lonlat: np.ndarray


def _known_names(names: list[tuple[str, ...]]) -> dict[str, int]:
    """[name] row of the town; also without the word for its kind, where that is clear."""
    found: dict[str, int] = {}
    short: dict[str, list[int]] = {}
    for row, several in enumerate(names):
        for name in filter(None, several):
            found.setdefault(name.casefold(), row)
            bare = next((name.removesuffix(e) for e in ENDINGS if name.endswith(e)), "")
            if len(bare) > 1:
                short.setdefault(bare, []).append(row)
    for bare, rows in short.items():
        if len(rows) == 1:
            found.setdefault(bare.casefold(), rows[0])
    return found


def _stops(table: tables.FactTable, row: int, via: str, known: _Known) -> list[Stop]:
    """What a row passes, in order; what is wrong with it is gathered."""
    row_of, lonlat = known.row_of, known.lonlat
    stops: list[Stop] = []
    for text in filter(None, (part.strip() for part in SEPARATOR.split(via))):
        point = POINT.fullmatch(text)
        if point:
            lon, lat = float(point[1]), float(point[2])
            middle = np.nanmedian(lonlat, axis=0)
            there, turned = (np.hypot(*(np.array(p) - middle)) for p in ((lon, lat), (lat, lon)))
            if abs(lat) > 90 or (there > 5 and turned < 5):
                message = Message(
                    "write the longitude first, like 113.5 27.6; found {found}", found=text
                )
                table.problem(row, message, table.column(*VIA))
            stops.append((lon, lat))
        elif text.casefold() in row_of:
            if not stops or stops[-1] != row_of[text.casefold()]:
                stops.append(row_of[text.casefold()])
        elif _joined(text, row_of):
            message = Message("write ; between the places; found {found}", found=text)
            table.problem(row, message, table.column(*VIA))
            stops.append((float(lonlat[0, 0]), float(lonlat[0, 1])))
        else:
            hint = did_you_mean(text, known.names)
            message = Message("no town is called {name}{hint}", name=text, hint=hint)
            table.problem(row, message, table.column(*VIA))
            stops.append((float(lonlat[0, 0]), float(lonlat[0, 1])))
    return stops


def _joined(text: str, row_of: dict[str, int]) -> bool:
    """Whether a text is several towns with another mark between them."""
    parts = [part.strip().casefold() for part in MARKS.split(text)]
    return len(parts) > 1 and sum(part in row_of for part in parts) > 1


def read_rivers(options: SynthesisOptions) -> tuple[list[River], list[Problem]]:
    """The rivers: rows of one name are points along it, in order."""
    if options.river is None:
        return [], []
    table = tables.read(options.river, options)
    lonlat = tables.degrees(table, options)
    blank = np.flatnonzero(np.isnan(lonlat[:, 0]))
    if not table.wrong:
        for row in blank.tolist():
            table.problem(row, Message("write longitude and latitude of a point of the river"))
    zh = table.texts("name_zh", "名称", "河流", "name")
    en = table.texts("name_en", "name", "名称", "河流")
    wrong = [p.of(table.path.name) for p in table.wrong]
    if wrong:
        return [], wrong
    found = []
    for name in dict.fromkeys(zh):
        mine = [row for row, other in enumerate(zh) if other == name]
        if len(mine) < 2:
            message = Message("write two points at least of {name}", name=name or table.path.name)
            wrong.append(Problem(message, line=table.line(mine[0]), file=table.path.name))
        found.append(River(name or en[mine[0]], en[mine[0]] or name, lonlat[mine]))
    return found, wrong
