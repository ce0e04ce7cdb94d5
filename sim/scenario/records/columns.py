"""Which column of a file holds what: by what the scenario says, else by usual headers.

Headers are those of this project in English and Chinese, of Chinese 120 centres, and of open data
(New York, San Francisco, Montgomery County, London).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from difflib import SequenceMatcher
from typing import Final, NamedTuple

import pandas as pd

from sim.errors import did_you_mean
from sim.files import numerals
from sim.scenario.records.times import MONTH_FIRST
from sim.scenario.settings.replay import ReplayColumns
from sim.scenario.validation import Problems
from sim.text import Message

STAMPS: Final = (
    "assigned_at", "mobile_at", "arrived_at", "left_scene_at", "at_hospital_at", "cleared_at",
)  # fmt: skip
DURATIONS: Final = ("call_taking", "turnout", "on_scene", "handover")
# What fitting a scenario to records asks of them besides; calls are replayed without.
OF_UNITS: Final = ("ready_at", "station", "vehicle", "outcome", "siren")
SECONDS_OF: Final = {"s": 1.0, "min": 60.0}

# Written without blanks, underscores and capitals; the first one is how the docs name it.
HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "received_at": (
        "received_at", "接警时间", "呼叫时间", "报警时间", "来电时间", "呼救时间",
        "接警时刻", "来电时刻", "报警时刻", "呼救时刻", "呼入时间", "受理时刻", "开始受理时刻",
        "call_time", "call_datetime", "call_received", "time_received", "received_time",
        "received_dttm", "received_datetime", "incident_datetime", "timeStamp", "time_of_call",
        "call_received_at", "date_time_received",
        "报警日期时间", "接警日期时间", "电话呼入时间",
    ),
    "lon": (
        "lon", "经度", "longitude", "lng", "long", "现场经度", "事发经度", "呼叫经度",
        "GPS经度", "经度(WGS84)",
    ),
    "lat": (
        "lat", "纬度", "latitude", "现场纬度", "事发纬度", "呼叫纬度",
        "GPS纬度", "纬度(WGS84)",
    ),
    "point": ("point", "case_location", "location_point", "geolocation"),
    "township": (
        "township", "乡镇", "镇街", "乡镇街道", "twp", "所属乡镇", "所在乡镇", "所属镇街",
        "事发乡镇",
    ),
    "priority": (
        "priority", "优先级", "initial_severity_level_code", "紧急程度", "呼叫级别", "病情分级",
        "病情等级", "呼救级别", "优先级别",
    ),
    "condition": ("condition", "病种", "疾病类别"),
    "incident": (
        "incident", "事件编号", "incident_id", "incident_number", "cad_incident_id", "call_number",
        "event_number", "案件编号", "呼叫编号", "事件流水号",
        "事件序号", "案件号", "呼救单号",
    ),
    "conveyed": ("conveyed", "是否转运", "transported", "是否送院", "是否送医"),
    "hospital": (
        "hospital", "医院", "送往医院", "送达医院",
        "目的医院", "接收医院", "转运医院",
    ),
    "assigned_at": (
        "assigned_at", "派车时间", "派车时刻", "派遣时间", "指派时间", "派单时间", "调度时间",
        "指令时间", "first_assignment_datetime",
        "dispatch_dttm", "dispatch_datetime", "date_and_time_mobilised", "time_assigned",
        "调派时间", "指令下达时间", "下达指令时间",
    ),
    "mobile_at": (
        "mobile_at", "出车时间", "出车时刻", "驶向现场时间", "出动时间", "发车时间",
        "first_activation_datetime",
        "response_dttm", "enroute_dttm", "date_and_time_mobile", "en_route_at",
        "离站时间", "出站时间", "驶离分站时间", "离开急救站时间", "出发时间",
    ),
    "arrived_at": (
        "arrived_at", "到达现场时间", "到达现场时刻", "抵达现场时间", "到场时间",
        "first_on_scene_datetime",
        "on_scene_dttm", "on_scene_datetime", "date_and_time_arrived", "arrival_time",
        "到现场时间", "抵达现场", "到达现场", "现场到达时间", "到达事发地时间",
    ),
    "left_scene_at": (
        "left_scene_at", "离开现场时间", "离开现场时刻", "驶离现场时间", "first_to_hosp_datetime",
        "transport_dttm", "date_and_time_left",
        "离场时间", "离开现场", "现场离开时间",
    ),
    "at_hospital_at": (
        "at_hospital_at", "到达医院时间", "到达医院时刻", "到院时间", "送达医院时间", "送达时间",
        "first_hosp_arrival_datetime",
        "hospital_dttm",
        "抵达医院时间", "到达医院", "抵达医院", "抵院时间", "医院到达时间",
    ),
    "cleared_at": (
        "cleared_at", "完成时间", "完成时刻", "任务完成时间", "完成任务时间", "任务结束时间",
        "incident_close_datetime", "available_dttm", "cleared_time",
        "完成任务时刻", "任务结束时刻",
    ),
    "ready_at": (
        "ready_at", "受理完成时间", "受理完成时刻", "接警完成时间", "entry_dttm", "entry_datetime",
    ),
    "station": (
        "station", "分站", "出车分站", "急救分站", "急救站", "站点", "出车站点", "出车单位",
        "所属分站", "所属站点", "station_name", "home_station", "base_station",
        "分站名称", "站点名称", "急救分站名称",
    ),
    "vehicle": (
        "vehicle", "车辆编号", "车辆", "车牌号", "车牌", "车牌号码", "车号", "救护车", "出车车辆",
        "unit_id", "unit", "ambulance", "vehicle_id", "call_sign",
        "救护车编号", "车辆标识",
    ),
    "outcome": (
        "outcome", "出车结果", "任务结果", "出车结局", "处置结果", "任务状态", "结果",
        "call_final_disposition", "final_disposition", "disposition",
    ),
    "siren": ("siren", "是否鸣笛", "是否使用警灯警笛", "lights_and_siren", "with_siren"),
}  # fmt: skip
# Classes of urgency from the most urgent on, as exports write them.
URGENCY: Final = (
    ("red", "1", "p1", "a", "i", "危重", "濒危", "红", "红色", "一级", "特急", "critical"),
    ("orange", "2", "p2", "b", "ii", "急重", "橙", "橙色", "二级", "紧急", "urgent", "emergency"),
    ("yellow", "3", "p3", "c", "iii", "急症", "黄", "黄色", "三级", "重症"),
    ("green", "4", "p4", "d", "iv", "亚急", "绿", "绿色", "四级", "一般", "普通", "non-urgent"),
    ("white", "5", "p5", "e", "v", "非急", "非急症", "蓝", "白", "五级", "轻症"),
)
_CHINESE: Final = {"受理": 0, "出车": 1, "现场": 2, "交接": 3}
_UNITS: Final = {"s": "s", "sec": "s", "秒": "s", "min": "min", "分": "min", "分钟": "min"}
_DURATION: Final = re.compile(
    rf"(?:({'|'.join(name.replace('_', '') for name in DURATIONS)})"
    rf"|({'|'.join(_CHINESE)})时间)\(?({'|'.join(sorted(_UNITS, key=len, reverse=True))})\)?"
)
# Exports in which the month comes first, by headers that no other has.
_AMERICAN: Final = ("cadincidentid", "receiveddttm")
NEAR: Final = 0.82  # so alike are two headers of which one is a slip of the pen


class FileColumn(NamedTuple):
    """Where a value stands."""

    header: str  # as the file has it
    at: tuple[int, ...]  # positions; of two the texts are joined: a day, then a time
    factor: float = 1.0  # seconds in the header's unit


class FileColumns(NamedTuple):
    """The columns of a file."""

    columns: dict[str, FileColumn]  # by what they hold
    unused: list[str]  # headers of the others
    order: str  # what comes first in the dates of such an export, if that is known


def find(
    frame: pd.DataFrame, asked: ReplayColumns, problems: Problems, ignored: Container[str] = ()
) -> FileColumns:
    """The columns by what they hold; what is wrong with the headers is told.

    `ignored`: what the scenario has no use for."""
    headers = [str(name) for name in frame.columns]
    columns, used, barred = _named(headers, asked, problems)
    near: list[tuple[str, str]] = []
    for at, header in enumerate(headers):
        if at in used or not header:
            continue
        key, factor = _known(header)
        if key in ignored:
            continue
        if key == "point" and not _has_points(frame.iloc[:, at]):
            continue
        if not key:
            near += [(header, name) for name in _near(header)]
        elif _stem(key) in barred:
            continue
        elif key in columns and key in OF_UNITS:
            columns[key] = _sooner(key, columns[key], FileColumn(header, (at,), factor))
        elif key in columns:
            problems.tell(
                Message(
                    'two columns say the same: "{name}" and "{other}"; name one with '
                    "`replay: {{file: …, columns: {{{key}: …}}}}`, or `--column {key}=…`",
                    name=columns[key].header, other=header, key=_setting(key, columns[key]),
                )
            )  # fmt: skip
        else:
            columns[key] = FileColumn(header, (at,), factor)
            used.add(at)
    if not asked.model_fields_set:  # who named columns has looked at the others
        for header, name in near:
            problems.tell(
                Message('no such column "{name}"; did you mean {known}?', name=header, known=name)
            )
    _day_and_time(headers, columns, used)
    _required(headers, columns, problems)
    unused = [header for at, header in enumerate(headers) if at not in used and header]
    american = any(_plain(header) in _AMERICAN for header in headers)
    return FileColumns(columns, unused, MONTH_FIRST if american else "")


def _named(
    headers: list[str], asked: ReplayColumns, problems: Problems
) -> tuple[dict[str, FileColumn], set[int], set[str]]:
    """The columns that the scenario names, their positions, and what is not to be guessed."""
    by_header = {_plain(header): at for at, header in reversed([*enumerate(headers)])}
    columns: dict[str, FileColumn] = {}
    for key in ReplayColumns.model_fields:
        names = getattr(asked, key) or ()
        at = []
        for name in names:
            if name in headers:
                at.append(headers.index(name))
            elif _plain(name) in by_header:
                at.append(by_header[_plain(name)])
            else:
                hint = did_you_mean(name, [header for header in headers if header])
                problems.tell(Message('no column "{name}" in the file{hint}', name=name, hint=hint))
        if at and len(at) == len(names):
            stem, _, unit = key.rpartition("_")
            duration = stem in DURATIONS
            header = " ".join(headers[each] for each in at)
            columns[stem if duration else key] = FileColumn(
                header, tuple(at), SECONDS_OF[unit] if duration else 1.0
            )
    used = {at for column in columns.values() for at in column.at}
    return columns, used, {_stem(key) for key in asked.model_fields_set}


def _sooner(key: str, one: FileColumn, other: FileColumn) -> FileColumn:
    """Of two columns that may both name a unit, the one whose header comes sooner in the list."""
    known = [_plain(name) for name in HEADERS[key]]
    return min(one, other, key=lambda column: known.index(_plain(column.header)))


def _setting(key: str, column: FileColumn) -> str:
    """How the scenario names what a column holds: a duration with its unit."""
    units = {seconds: unit for unit, seconds in SECONDS_OF.items()}
    return f"{key}_{units[column.factor]}" if key in DURATIONS else key


def _has_points(column: pd.Series) -> bool:
    return bool(column.astype(str).str.contains("POINT", case=False).any())


def _stem(key: str) -> str:
    """The duration of on_scene_min; anything else as it is."""
    stem = key.rpartition("_")[0]
    return stem if stem in DURATIONS else key


def _plain(header: str) -> str:
    return re.sub(r"[\s_\-./]+", "", unicodedata.normalize("NFKC", header)).casefold()


_KEY_OF: Final = {_plain(name): key for key, names in HEADERS.items() for name in names}
_SHOWN: Final = [
    names[0] for key, names in HEADERS.items() if key not in ("condition", *OF_UNITS)
] + [
    f"{stem}_{unit}" for stem in DURATIONS for unit in SECONDS_OF
]  # fmt: skip


def _known(header: str) -> tuple[str, float]:
    """What a column of this header holds, and the seconds in its unit; "" if that is not known.

    Of a header in two languages either may say it.
    """
    both = numerals.names_in(header)
    if len(both) > 1:
        bare = [said.stem for said in map(numerals.header, both) if said.plainly]
        return next((known for known in map(_known, [*both, *bare]) if known[0]), ("", 1.0))
    plain = _plain(header)
    if match := _DURATION.fullmatch(plain):
        english, chinese, unit = match.groups()
        key = (
            DURATIONS[_CHINESE[chinese]] if chinese
            else next(name for name in DURATIONS if name.replace("_", "") == english)
        )  # fmt: skip
        return key, SECONDS_OF[_UNITS[unit]]
    return _KEY_OF.get(plain, ""), 1.0


def _near(header: str) -> list[str]:
    """The known header of which this one looks like a slip of the pen."""
    plain = _plain(header)
    stem = plain.removesuffix("min").removesuffix("s")
    if any(stem == name.replace("_", "") for name in DURATIONS):  # without its unit
        return [f"{next(n for n in DURATIONS if n.replace('_', '') == stem)}_min"]
    alike = [(SequenceMatcher(None, plain, _plain(name)).ratio(), name) for name in _SHOWN]
    ratio, name = max(alike)
    return [name] if ratio >= NEAR and len(plain) > 4 else []


def _day_and_time(headers: list[str], columns: dict[str, FileColumn], used: set[int]) -> None:
    """A day and a time in two columns are the time of the call, if nothing else is."""
    if "received_at" in columns:
        return
    plain = [_plain(header) for header in headers]
    for day, time in (("date", "time"), ("日期", "时间"), ("dateofcall", "timeofcall")):
        if day in plain and time in plain:
            at = (plain.index(day), plain.index(time))
            columns["received_at"] = FileColumn(" ".join(headers[each] for each in at), at)
            used.update(at)
            return


def _required(headers: list[str], columns: dict[str, FileColumn], problems: Problems) -> None:
    known = ", ".join(f'"{header}"' for header in headers[:20] if header)
    if "received_at" not in columns:
        problems.tell(
            Message(
                "the column received_at ({chinese}) is missing: name it with `replay: {{file: …, "
                "columns: {{received_at: …}}}}`, or `--column received_at=…`; the file has {known}",
                chinese=HEADERS["received_at"][1], known=known,
            )
        )  # fmt: skip
    if not {"township", "point"} & set(columns) and not {"lon", "lat"} <= set(columns):
        problems.tell(
            Message(
                "write lon and lat, or township, for each call, or name their columns with "
                "`replay: {{file: …, columns: {{lon: …, lat: …}}}}`, or `--column lon=… --column "
                "lat=…`; the file has {known}",
                known=known,
            )
        )
