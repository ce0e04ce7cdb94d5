"""Points that a planner names: a table beside the file, a layer of the map, or a list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from sim import limits
from sim.errors import PlannerError, Problem, ScenarioError
from sim.scenario import positions
from sim.scenario.settings.responders import LAYERS
from sim.scenario.validation import Problems
from sim.scenario.values import LonLat
from sim.text import Message

if TYPE_CHECKING:
    import pandas as pd

    from sim.geography.bundle import Map

TOLD: Final = 20  # of many rows that are wrong
NAMES: Final = ("name", "name_zh", "名称", "姓名", "机构名称", "卫生室", "name_en", "id", "编号")


class Points(NamedTuple):
    """Named points in metres of the map."""

    names: tuple[str, ...]  # empty if they have none
    xy: np.ndarray  # [point, 2]


NOWHERE: Final = Points((), np.zeros((0, 2)))


def points_at(
    where: str | Sequence[str | LonLat], on: Map, folder: Path, problems: Problems, here: Problems
) -> Points:
    """The points of a table in `folder`, of a layer of the map, or of a list of places.

    What is wrong with a table is told with its name, all else `here`.
    """
    if not isinstance(where, str):
        return _written(where, on, here)
    if where in LAYERS:
        return _of_layer(where, on, here)
    return _of_file(folder / where, on, problems, here)


def files_of(where: object, folder: Path) -> list[Path]:
    """The table that is named, if it is one."""
    return [folder / where] if isinstance(where, str) and where not in LAYERS else []


def _written(places: Sequence[str | LonLat], on: Map, problems: Problems) -> Points:
    spots = [positions.position(place, on, problems.at(row)) for row, place in enumerate(places)]
    names = [one if isinstance(one, str) else f"[{one.lon:g}, {one.lat:g}]" for one in places]
    xy = [(spot.x, spot.y) for spot in spots if spot is not None]
    return Points(tuple(names), np.array(xy).reshape(-1, 2))


def _of_layer(layer: str, on: Map, problems: Problems) -> Points:
    spots = getattr(on, layer)
    if not spots:
        problems.tell(Message("the map has no {layer}", layer=layer))
    xy = np.array([(spot.x, spot.y) for spot in spots]).reshape(-1, 2)
    return Points(tuple(spot.name.zh for spot in spots), xy)


def _of_file(path: Path, on: Map, problems: Problems, here: Problems) -> Points:
    """The rows of a table; NOWHERE after telling what is wrong with it."""
    from sim.files import cells, tables  # which open pandas: not where every command begins
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
                "at most {most} points in a table; found {found}",
                most=limits.RESPONDERS, found=len(table),
            )  # fmt: skip
            raise ScenarioError(path, text)
        with cells.told(table):
            lon, lat, _ = located.degrees(path, table, "")
            return _on_map(path, table, lon, lat, on)
    except PlannerError as error:
        problems.add(ScenarioError(path, error.problems))
        return NOWHERE


def _on_map(path: Path, table: pd.DataFrame, lon: np.ndarray, lat: np.ndarray, on: Map) -> Points:
    """Points in metres; ScenarioError that names those outside the map."""
    xy = np.column_stack(on.project(lon, lat))
    off = np.flatnonzero(~(shapely.distance(on.outline, shapely.points(xy)) <= 0))
    names = _names(table)
    if not len(off):
        return Points(tuple(names), xy)
    wrong = []
    for row in off[:TOLD].tolist():
        said: str | None = positions.outside(LonLat(lon=lon[row], lat=lat[row]), on)
        if said is not None:
            said = Message("{place}: {problem}", place=names[row], problem=said) if names else said
            wrong.append(Problem(said, line=int(table.index[row])))
    if len(off) > TOLD:
        text = Message("{n} further points lie outside the map", n=len(off) - TOLD)
        wrong.append(Problem(text))
    raise ScenarioError(path, wrong)


def _names(table: pd.DataFrame) -> list[str]:
    from sim.files import tables

    column = tables.column(table, NAMES)
    return tables.texts(table[column]) if column else []
