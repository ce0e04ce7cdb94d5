"""JEMSS.jl: a city model and a file of calls, as a System and Calls.

Only translation is here: every rule that JEMSS follows is a setting of the ordinary engine. Its
files hold several tables each (a line with the name, a header, rows, a blank line), times in days
and distances in kilometres; they are turned into seconds. Nothing in a file is ever evaluated as
code.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from sim.errors import MapError, Problem
from sim.files import entrance
from sim.geography.roads import travel
from sim.geography.roads.graph import fastest
from sim.model import roads as roads_room
from sim.model.calendar import Bands
from sim.model.calls import Calls, no_others
from sim.model.system import Hospitals, Roads, Rules, Stations, System, plain_fleet
from sim.policies.clock import NONE
from sim.policies.dispatch import PositionRule
from sim.text import Message

DAY_S = 86_400.0
LOWEST = "lowPriority"  # its travel mode is driven to hospitals and home


class JemssTable(NamedTuple):
    """One table of a file: the cells below the header, by column."""

    name: str
    size: list[str]  # what else the line with the name says
    columns: dict[str, list[str]]

    def numbers(self, column: str) -> np.ndarray:
        """A column of numbers; MapError with the rows that hold something else."""
        if column not in self.columns:
            where = Message("column {name}", name=column)
            raise MapError(self.name, Problem(Message("this column is missing"), where))
        values, problems = [], []
        for row, text in enumerate(self.columns[column], start=1):
            try:
                values.append(float(text))
            except ValueError:
                message = Message("write a number; found {found}", found=text)
                where = Message("{column}, row {row}", column=column, row=row)
                problems.append(Problem(message, where))
        if problems:
            raise MapError(self.name, problems)
        return np.array(values)


class RoadGraph(NamedTuple):
    """The road graph: plane kilometres and seconds by travel mode."""

    xy: np.ndarray  # [node, 2] kilometres
    may_leave: np.ndarray  # [node]
    graph: roads_room.Edges


class Files(NamedTuple):
    """The files of one configuration, beside `nodes.csv` and `arcs.csv` (or `roads.zip`)."""

    stations: str = "stations_1.csv"
    hospitals: str = "hospitals_1.csv"
    ambulances: str = "ambulances_1.csv"
    map: str = "map_1.csv"
    travel: str = "travel_1.csv"
    priorities: str = "priorities_1.csv"
    redispatch: str = "redispatch_off.csv"


@entrance.reads(MapError)
def read(
    city: Path,
    calls: Path,
    files: Files = Files(),  # noqa: B008  (a NamedTuple does not change)
    *,
    mobilisation: Path | None = None,
    priority_list: Path | None = None,
) -> tuple[System, Calls]:
    """A city folder and a calls file (plain or .gz), ready for `run(system, calls)`.

    `mobilisation`: a delay before wheels roll, which must be a fixed one; `priority_list`: the
    stations that free ambulances fill, in order. Without them crews roll at once and go home.
    """
    scale = read_scale(city / files.map)
    roads = _roads(city, scale)
    stations = _points(_tables(city / files.stations)["stations"], scale)
    hospitals = _points(_tables(city / files.hospitals)["hospitals"], scale)
    ambulances = _tables(city / files.ambulances)["ambulances"]
    priorities = _tables(city / files.priorities)["priorities"].columns["name"]
    modes = _tables(city / files.travel)
    called = _tables(calls)
    listed = called["calls"]
    start_d = float(called["miscData"].numbers("startTime")[0])

    xy = np.vstack([_points(listed, scale), hospitals, stations])
    open_nodes = np.flatnonzero(roads.may_leave)
    km, nearest = cKDTree(roads.xy[open_nodes]).query(xy)
    place_node = open_nodes[nearest]
    off_road = modes["travelModes"].numbers("offRoadSpeed") / DAY_S  # kilometres per second
    turnout_s = _fixed_delay(_tables(mobilisation)) if mobilisation else 0.0
    bands, mode_of = _bands(modes, priorities, start_d)
    lowest = priorities.index(LOWEST) if LOWEST in priorities else len(priorities) - 1
    homes = ambulances.numbers("stationIndex").astype(int) - 1
    map_places = len(xy) - len(stations)
    system = System(
        Roads(
            place_node=place_node,
            place_leg_s=km / off_road[:, None],
            travel=travel.by_nodes(
                roads.graph, roads.xy, place_node[:map_places], place_node[map_places:]
            ),
            bands=bands,
            mode_to_scene=mode_of,
            mode_to_hospital=mode_of[:, lowest],
            mode_home=mode_of[:, lowest],
        ),
        Stations(map_places + np.arange(len(stations))),
        plain_fleet(homes),
        Hospitals(map_places - len(hospitals) + np.arange(len(hospitals))),
        Rules(
            expected_turnout_s=turnout_s,
            may_divert=_redispatch(_tables(city / files.redispatch), priorities),
            lose_when_none_free=False,
            position_rule=PositionRule.NEXT_NODE,
            standby_list=_priority_list(priority_list),
            on_grid=False,
        ),
    )
    return system, _calls(listed, start_d, turnout_s)


def _calls(listed: JemssTable, start_d: float, turnout_s: float) -> Calls:
    arrival_s = (listed.numbers("arrivalTime") - start_d) * DAY_S
    count = len(arrival_s)
    named = listed.numbers("hospitalIndex").astype(int)
    return Calls(
        arrival_s,
        np.arange(count),
        np.zeros(count, int),
        np.zeros(count, int),
        listed.numbers("priority").astype(int) - 1,
        call_taking_s=listed.numbers("dispatchDelay") * DAY_S,
        turnout_s=np.full(count, turnout_s),
        on_scene_s=listed.numbers("onSceneDuration") * DAY_S,
        conveyed=_flags(listed.columns["transport"]),
        hospital=np.where(named > 0, named - 1, NONE),
        handover_s=listed.numbers("handoverDuration") * DAY_S,
        others=no_others(count),
        other_township=no_others(count),
    )


def _bands(
    modes: dict[str, JemssTable], priorities: list[str], start_d: float
) -> tuple[Bands, np.ndarray]:
    """When each travel set is in force, and the mode of each priority in it: [set, priority]."""
    sets, timing = modes["travelSets"], modes["travelSetsTiming"]
    numbers = np.unique(sets.numbers("travelSetIndex").astype(int))
    index = {int(m): row for row, m in enumerate(modes["travelModes"].numbers("travelModeIndex"))}
    mode_of = np.zeros((len(numbers), len(priorities)), int)
    for which, priority, mode in zip(
        sets.numbers("travelSetIndex").astype(int),
        sets.columns["priority"],
        sets.numbers("travelModeIndex").astype(int),
        strict=True,
    ):
        mode_of[np.searchsorted(numbers, which), priorities.index(priority)] = index[int(mode)]
    starts = (timing.numbers("startTime") - start_d) * DAY_S
    which = np.searchsorted(numbers, timing.numbers("travelSetIndex").astype(int))
    return Bands(starts, which, 0.0, np.inf), mode_of


def _redispatch(tables: dict[str, JemssTable], priorities: list[str]) -> np.ndarray:
    may = np.zeros((len(priorities), len(priorities)), bool)
    if not _flags(tables["miscData"].columns["allowRedispatch"])[0]:
        return may
    rules = tables["redispatchConditions"].columns
    for leaving, new, allowed in zip(
        rules["fromCallPriority"],
        rules["toCallPriority"],
        _flags(rules["allowRedispatch"]),
        strict=True,
    ):
        if allowed and priorities.index(new) >= priorities.index(leaving):
            message = Message(
                "{new} is not more urgent than {leaving}: calls could swap for ever",
                new=new,
                leaving=leaving,
            )
            raise MapError("redispatchConditions", Problem(message, "toCallPriority"))
        may[priorities.index(leaving), priorities.index(new)] = allowed
    return may


def _priority_list(path: Path | None) -> np.ndarray:
    if path is None:
        return np.zeros(0, int)
    table = _tables(path)["priorityList"]
    order = np.argsort(table.numbers("item"), kind="stable")
    return table.numbers("stationIndex").astype(int)[order] - 1


def _fixed_delay(tables: dict[str, JemssTable]) -> float:
    """Seconds of a mobilisation delay; JEMSS's own random ones cannot be followed call by call."""
    table = tables["mobilisationDelay"]
    if not _flags(table.columns["use"])[0]:
        return 0.0
    text = table.columns["distribution"][0]
    match = re.fullmatch(r"\s*(\w+)\(([^()]*)\)\s*", text)
    numbers = [_quotient(part) for part in match[2].split(",")] if match else []
    fixed = match and (
        (match[1] == "Normal" and len(numbers) == 2 and numbers[1] == 0)
        or (match[1] == "Dirac" and len(numbers) == 1)
        or (match[1] == "Uniform" and len(numbers) == 2 and numbers[0] == numbers[1])
    )
    if not fixed or numbers[0] is None:
        message = Message(
            "only a fixed delay can be followed, like Normal(90/86400, 0); found {found}",
            found=text,
        )
        where = Message("column {name}", name="distribution")
        raise MapError(table.name, Problem(message, where))
    return numbers[0] * DAY_S


def _quotient(text: str) -> float | None:
    """A number, or a product or quotient of numbers, read and never evaluated."""
    parts = re.split(r"([*/])", text)
    try:
        value = float(parts[0])
        for sign, part in zip(parts[1::2], parts[2::2], strict=True):
            value = value * float(part) if sign == "*" else value / float(part)
    except (ValueError, ZeroDivisionError):
        return None
    return value


def read_roads(city: Path, map_file: Path) -> RoadGraph:
    """A city's road graph alone."""
    return _roads(city, read_scale(map_file))


def read_scale(map_file: Path) -> np.ndarray:
    """Kilometres of a degree, [x, y]."""
    return _scale(_tables(map_file)["map"])


def _roads(city: Path, scale: np.ndarray) -> RoadGraph:
    nodes = _tables(city, "nodes.csv")["nodes"]
    tables = _tables(city, "arcs.csv")
    arcs, form = tables["arcs"], tables["miscData"].columns["arcForm"][0]
    index = nodes.numbers("index").astype(int)
    row_of = np.full(index.max() + 1, -1)
    row_of[index] = np.arange(len(index))
    tail, head = (row_of[arcs.numbers(c).astype(int)] for c in ("fromNode", "toNode"))
    names = sorted((c for c in arcs.columns if re.fullmatch(r"mode_\d+", c)), key=_mode_number)
    seconds = np.stack([arcs.numbers(name) for name in names]) * DAY_S
    if form == "undirected":
        tail, head = np.concatenate([tail, head]), np.concatenate([head, tail])
        seconds = np.concatenate([seconds, seconds], axis=1)
    xy = np.column_stack([nodes.numbers("x"), nodes.numbers("y")]) * scale
    access = nodes.columns.get("offRoadAccess")
    may_leave = _flags(access) if access else np.ones(len(xy), bool)
    return RoadGraph(xy, may_leave, fastest(tail, head, seconds, len(xy)))


def _mode_number(name: str) -> int:
    return int(name.split("_")[1])


def _points(table: JemssTable, scale: np.ndarray) -> np.ndarray:
    return np.column_stack([table.numbers("x"), table.numbers("y")]) * scale


def _scale(table: JemssTable) -> np.ndarray:
    return np.array([table.numbers("xScale")[0], table.numbers("yScale")[0]])


def _flags(texts: list[str]) -> np.ndarray:
    return np.array([text.strip().lower() in ("true", "1", "1.0") for text in texts], bool)


def _tables(path: Path, name: str = "") -> dict[str, JemssTable]:
    """Every table of a file; `name`: a file of a folder or of the roads.zip in it."""
    with entrance.reading(path / name if name else path, MapError):
        text = _text(path, name)
    return {table.name: table for table in _split(text)}


def _text(path: Path, name: str) -> str:
    if name and not (path / name).is_file():
        with zipfile.ZipFile(path / "roads.zip") as archive:
            return archive.read(name).decode("utf-8-sig")
    file = path / name if name else path
    if file.suffix == ".gz":
        import gzip

        return gzip.decompress(file.read_bytes()).decode("utf-8-sig")
    return file.read_text("utf-8-sig")


def _split(text: str) -> Iterator[JemssTable]:
    rows = csv.reader(io.StringIO(text, newline=""))
    block: list[list[str]] = []
    for row in rows:
        if any(cell.strip() for cell in row):
            block.append(row)
        elif block:
            yield _as_table(block)
            block = []
    if block:
        yield _as_table(block)


def _as_table(block: list[list[str]]) -> JemssTable:
    head = [cell.strip() for cell in block[1]] if len(block) > 1 else []
    columns = {
        name: [row[at].strip() if at < len(row) else "" for row in block[2:]]
        for at, name in enumerate(head)
        if name
    }
    return JemssTable(block[0][0].strip(), block[0][1:], columns)
