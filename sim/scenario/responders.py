"""Where first responders are: read from tables, taken from the map, or written out.

Each group of `sim.scenario.settings.responders` has its points, in metres of the map.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from sim import limits
from sim.errors import PlannerError, Problem, ScenarioError
from sim.scenario import positions
from sim.scenario.settings.responders import LAYERS, Responders
from sim.scenario.validation import Problems
from sim.scenario.values import LonLat
from sim.text import Message

if TYPE_CHECKING:
    import pandas as pd

    from sim.geography.bundle import Map

TOLD: Final = 20  # of many rows that are wrong
NAMES: Final = ("name", "name_zh", "名称", "姓名", "机构名称", "卫生室", "name_en", "id", "编号")
NOWHERE: Final = np.zeros((0, 2))


def points(
    groups: Sequence[Responders], on: Map, folder: Path, problems: Problems
) -> tuple[np.ndarray, ...]:
    """[group] the points of each, [responder, 2] metres; none of a field of volunteers.

    `folder`: where the files lie that groups name. What is wrong with any of them is told.
    """
    found = []
    for number, group in enumerate(groups):
        here = problems.at("responders", number)
        xy, before = NOWHERE, len(problems)
        if isinstance(group.at, tuple):
            xy = _written(group.at, on, here)
        elif group.at in LAYERS:
            xy = _of_layer(group.at, on, here.at("at"))
        elif group.at is not None:
            xy = of_file(folder / group.at, on, problems, here.at("at"))
        if len(problems) == before:
            _refuse_too_many(group, xy, on, here)
        found.append(xy)
    return tuple(found)


def files(groups: Sequence[Responders], folder: Path) -> tuple[Path, ...]:
    """The tables that groups name."""
    named = [one.at for one in groups if isinstance(one.at, str) and one.at not in LAYERS]
    return tuple(dict.fromkeys(folder / name for name in named))


def _written(places: Sequence[str | LonLat], on: Map, problems: Problems) -> np.ndarray:
    spots = [
        positions.position(place, on, problems.at("at", row)) for row, place in enumerate(places)
    ]
    return np.array([(spot.x, spot.y) for spot in spots if spot is not None]).reshape(-1, 2)


def _of_layer(layer: str, on: Map, problems: Problems) -> np.ndarray:
    spots = getattr(on, layer)
    if not spots:
        problems.tell(Message("the map has no {layer}", layer=layer))
    return np.array([(spot.x, spot.y) for spot in spots]).reshape(-1, 2)


def of_file(path: Path, on: Map, problems: Problems, here: Problems) -> np.ndarray:
    """The rows of a table; NOWHERE after telling what is wrong with it."""
    from sim.files import tables  # which opens pandas: not where every command begins
    from sim.geography.making import located

    if not tables.is_table(path):
        here.tell(
            Message(
                "write the name of a table (CSV, another text table, Excel or Parquet) or one of "
                "{layers}; found {found}",
                layers=", ".join(LAYERS), found=path.name,
            )
        )  # fmt: skip
        return NOWHERE
    try:
        table = tables.read_table(path)
        if len(table) > limits.RESPONDERS:
            text = Message(
                "at most {most} responders in a group; found {found}",
                most=limits.RESPONDERS, found=len(table),
            )  # fmt: skip
            raise ScenarioError(path, text)
        lon, lat, _ = located.degrees(path, table, "")
        return _on_map(path, table, lon, lat, on)
    except PlannerError as error:
        problems.add(ScenarioError(path, error.problems))
        return NOWHERE


def _on_map(
    path: Path, table: pd.DataFrame, lon: np.ndarray, lat: np.ndarray, on: Map
) -> np.ndarray:
    """Points in metres; ScenarioError that names those outside the map."""
    xy = np.column_stack(on.project(lon, lat))
    off = np.flatnonzero(~(shapely.distance(on.outline, shapely.points(xy)) <= 0))
    if not len(off):
        return xy
    names = _names(table)
    wrong = []
    for row in off[:TOLD].tolist():
        said: str | None = positions.outside(LonLat(lon=lon[row], lat=lat[row]), on)
        if said is not None:
            said = Message("{place}: {problem}", place=names[row], problem=said) if names else said
            wrong.append(Problem(said, line=int(table.index[row])))
    if len(off) > TOLD:
        text = Message("{n} further responders lie outside the map", n=len(off) - TOLD)
        wrong.append(Problem(text))
    raise ScenarioError(path, wrong)


def _names(table: pd.DataFrame) -> list[str]:
    from sim.files import tables

    column = tables.column(table, NAMES)
    return tables.texts(table[column]) if column else []


def _refuse_too_many(group: Responders, xy: np.ndarray, on: Map, problems: Problems) -> None:
    """Tell of a reach, or a density, with which a call would ask a crowd."""
    if group.per_km2 is not None:
        in_reach = group.per_km2 * math.pi * (group.reach_m / 1000) ** 2
        if in_reach > limits.IN_REACH:
            problems.at("reach").tell(
                Message(
                    "{n:,.0f} responders would be in reach of a call in the mean (at most "
                    "{most:,}): write a shorter reach or fewer of them",
                    n=in_reach, most=limits.IN_REACH,
                )
            )  # fmt: skip
        return
    pairs = _pairs(xy, on.cells.xy, group.reach_m)
    if pairs > limits.PAIRS:
        problems.at("reach").tell(
            Message(
                "{n:,} pairs of a place of the map and a responder in its reach are too many (at "
                "most {most:,}): write a shorter reach",
                n=pairs, most=limits.PAIRS,
            )
        )  # fmt: skip


def _pairs(xy: np.ndarray, cells: np.ndarray, reach_m: float) -> int:
    if len(xy) * len(cells) <= limits.PAIRS:
        return 0  # not worth counting
    from scipy.spatial import cKDTree

    return int(cKDTree(xy).count_neighbors(cKDTree(cells), reach_m))
