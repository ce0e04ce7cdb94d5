"""Records of calls, from a CSV file: replayed instead of drawn.

One row a call. `received_at` and a place (`lon` and `lat`, or `township`) must be there; what
else a row leaves empty is drawn as for any other call. Headers in English or Chinese, durations
with their unit in the header: `on_scene_min`, `现场时间_分`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from sim.errors import Problem, RecordsError, did_you_mean
from sim.files.text import EncodingError, read_text
from sim.geography.bundle import Map
from sim.model.calls import Calls
from sim.policies.clock import NONE, on_grid
from sim.scenario.validation import Problems
from sim.text import Message, message_of

OUTSIDE_M = 5_000.0  # a call just across the border is still served
HEADERS: Final = {
    "received_at": ("received_at", "接警时间", "呼叫时间"),
    "lon": ("lon", "longitude", "经度"),
    "lat": ("lat", "latitude", "纬度"),
    "township": ("township", "乡镇"),
    "priority": ("priority", "优先级"),
    "conveyed": ("conveyed", "是否转运"),
    "hospital": ("hospital", "医院"),
}
DURATIONS: Final = {
    "call_taking": "受理时间", "turnout": "出车时间",
    "on_scene": "现场时间", "handover": "交接时间",
}  # fmt: skip
UNITS: Final = {"s": 1.0, "秒": 1.0, "min": 60.0, "分": 60.0, "分钟": 60.0}
YES, NO = ("yes", "true", "1", "是"), ("no", "false", "0", "否")
TIME_FORMATS: Final = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y%m%d %H:%M:%S")


class CallRecords(NamedTuple):
    """Calls as they were; nan where the records say nothing; `calls.place` is a row of `xy`."""

    calls: Calls
    xy: np.ndarray  # [call, 2] metres
    start: datetime  # midnight before the first call
    length_s: float  # to the midnight after the last


def read(path: Path, ground: Map, priorities: list[str]) -> CallRecords:
    """All records of a file; RecordsError with every row that cannot be used."""
    try:
        text = read_text(path)
    except OSError as error:
        message = Message("the file cannot be read ({reason})", reason=error.strerror)
        raise RecordsError(path, message) from None
    except EncodingError as error:
        raise RecordsError(path, message_of(error)) from None
    rows = csv.reader(io.StringIO(text, newline=""))
    problems = Problems()
    try:
        columns = _columns([name.strip() for name in next(rows, [])], problems.at(line=1))
        problems.raise_if_any(RecordsError, path)
        reader = _Rows(ground, priorities, columns)
        read_rows = (reader.read(row, problems.at(line=rows.line_num)) for row in rows if any(row))
        records = [record for record in read_rows if record is not None]
    except csv.Error as error:
        message = Message("this is not CSV: {reason}", reason=str(error))
        raise RecordsError(path, Problem(message, line=rows.line_num)) from None
    if not records and not problems:
        problems.tell(Message("there is no record below the header"))
    problems.raise_if_any(RecordsError, path)
    return _as_calls(records, ground)


class _Column(NamedTuple):
    at: int
    factor: float = 1.0  # seconds in the header's unit


class _Record(NamedTuple):
    received: datetime
    x: float
    y: float
    priority: int  # NONE = not said
    durations: list[float]  # in the order of DURATIONS; nan = not said
    conveyed: float
    hospital: int


def _columns(header: list[str], problems: Problems) -> dict[str, _Column]:
    """The columns by what they hold; problems of the header are told."""
    columns: dict[str, _Column] = {}
    names = {alias: key for key, aliases in HEADERS.items() for alias in aliases}
    for key, chinese in DURATIONS.items():
        names |= {f"{stem}_{unit}": key for stem in (key, chinese) for unit in UNITS}
    for at, name in enumerate(header):
        key = names.get(name, names.get(name.lower(), ""))
        if not key:
            hint = did_you_mean(name, sorted(names))
            problems.tell(Message('no such column "{name}"{hint}', name=name, hint=hint))
        elif key in columns:
            problems.tell(Message('two columns say the same: "{name}"', name=name))
        else:
            unit = name.rsplit("_", 1)[-1]
            columns[key] = _Column(at, UNITS.get(unit, 1.0) if key in DURATIONS else 1.0)
    if "received_at" not in columns:
        chinese = HEADERS["received_at"][1]
        problems.tell(Message("the column received_at ({chinese}) is missing", chinese=chinese))
    if "township" not in columns and not {"lon", "lat"} <= set(columns):
        problems.tell(Message("write lon and lat, or township, for each call"))
    return columns


class _Rows:
    """Reads row after row; what is wrong with one is told."""

    def __init__(self, ground: Map, priorities: list[str], columns: dict[str, _Column]):
        self.ground, self.priorities, self.columns = ground, priorities, columns
        self.hospitals = {n: h.row for h in ground.hospitals for n in (h.name.zh, h.name.en)}
        self.seats = {n: (t.x, t.y) for t in ground.townships for n in (t.name.zh, t.name.en)}

    def read(self, row: list[str], problems: Problems) -> _Record | None:
        """One record; None after telling all that is wrong with it."""
        before = len(problems)

        def cell(key: str, parse: Callable[[str], Any], default: Any) -> Any:
            column = self.columns.get(key)
            text = row[column.at].strip() if column and column.at < len(row) else ""
            if not text:
                return default
            try:
                return parse(text)
            except ValueError as error:
                problems.at(key).tell(message_of(error))
                return default

        received = cell("received_at", _time, None)
        if received is None and len(problems) == before:
            problems.at("received_at").tell(Message("the time is missing"))
        x, y = self._where(cell, problems)
        record = _Record(
            received,
            x,
            y,
            cell("priority", self._priority, NONE),
            [cell(key, self._duration(key), np.nan) for key in DURATIONS],
            cell("conveyed", _yes_or_no, np.nan),
            cell("hospital", self._hospital, NONE),
        )
        if record.hospital != NONE and np.isnan(record.conveyed):
            record = record._replace(conveyed=1.0)
        return record if len(problems) == before else None

    def _where(self, cell: Callable[..., Any], problems: Problems) -> tuple[float, float]:
        """Metres of the call's place; nan after telling what is wrong with it."""
        lon, lat = cell("lon", _number, np.nan), cell("lat", _number, np.nan)
        if np.isfinite([lon, lat]).all():
            x, y = self.ground.project(lon, lat)
            if np.isfinite([x, y]).all() and self.ground.outside_m(x, y) <= OUTSIDE_M:
                return float(x), float(y)
            problems.at("lon, lat").tell(self._outside(lon, lat))
            return np.nan, np.nan
        before = len(problems)
        seat = cell("township", self._seat, None)
        if seat is None and len(problems) == before:
            problems.at(Message("lon, lat or township")).tell(Message("the place is missing"))
        return seat or (np.nan, np.nan)

    def _outside(self, lon: float, lat: float) -> Message:
        """What is wrong with a point that does not lie on the map."""
        point = {"point": f"[{lon:g}, {lat:g}]", "map": self.ground.name}
        x, y = self.ground.project(lat, lon)
        if np.isfinite([x, y]).all() and self.ground.outside_m(x, y) == 0:
            return Message(
                "{point} lies outside the map of {map}: longitude and latitude look swapped",
                **point,
            )
        return Message("{point} lies outside the map of {map}", **point)

    def _seat(self, text: str) -> tuple[float, float]:
        if text not in self.seats:
            hint = did_you_mean(text, list(self.seats))
            raise ValueError(Message('no township "{name}"{hint}', name=text, hint=hint))
        return self.seats[text]

    def _priority(self, text: str) -> int:
        if text not in self.priorities:
            hint = did_you_mean(text, self.priorities)
            raise ValueError(Message('no priority "{name}"{hint}', name=text, hint=hint))
        return self.priorities.index(text)

    def _hospital(self, text: str) -> int:
        if text not in self.hospitals:
            hint = did_you_mean(text, list(self.hospitals))
            raise ValueError(Message('no hospital "{name}"{hint}', name=text, hint=hint))
        return self.hospitals[text]

    def _duration(self, key: str) -> Callable[[str], float]:
        factor = self.columns[key].factor if key in self.columns else 1.0

        def parse(text: str) -> float:
            value = _number(text) * factor
            if value < 0:
                raise ValueError(
                    Message("a duration cannot be negative; found {found}", found=text)
                )
            return value

        return parse


def _as_calls(records: list[_Record], ground: Map) -> CallRecords:
    records = sorted(records, key=lambda record: record.received)
    midnight = {"hour": 0, "minute": 0, "second": 0, "microsecond": 0}
    start = records[0].received.replace(**midnight)  # type: ignore[arg-type]
    end = records[-1].received.replace(**midnight) + timedelta(days=1)  # type: ignore[arg-type]
    xy = np.array([(record.x, record.y) for record in records])
    stage_s = on_grid(np.array([record.durations for record in records]))
    calls = Calls(
        on_grid(np.array([(record.received - start).total_seconds() for record in records])),
        np.arange(len(records)),
        ground.areas_at(xy),
        ground.townships_at(xy),
        np.array([record.priority for record in records]),
        call_taking_s=stage_s[:, 0],
        turnout_s=stage_s[:, 1],
        on_scene_s=stage_s[:, 2],
        conveyed=np.array([record.conveyed for record in records]),
        hospital=np.array([record.hospital for record in records]),
        handover_s=stage_s[:, 3],
    )
    return CallRecords(calls, xy, start, (end - start).total_seconds())


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        for pattern in TIME_FORMATS:
            try:
                found = datetime.strptime(text, pattern)
                break
            except ValueError:
                continue
        else:
            raise ValueError(
                Message('write a time like "2025-01-08 14:05:30"; found {found}', found=text)
            ) from None
    if not 1900 <= found.year <= 2200:
        raise ValueError(Message("the year is not of our time; found {found}", found=text))
    if found.tzinfo is not None:
        raise ValueError(
            Message("write local time, without a time zone; found {found}", found=text)
        )
    return found


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise ValueError(Message("write a number; found {found}", found=text))
    return value


def _yes_or_no(text: str) -> float:
    if text.lower() in YES:
        return 1.0
    if text.lower() in NO:
        return 0.0
    raise ValueError(
        Message(
            "write yes or no ({chinese}); found {found}", chinese=f"{YES[-1]}, {NO[-1]}", found=text
        )
    )
