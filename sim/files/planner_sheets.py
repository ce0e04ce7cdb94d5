"""The sheets of a planner's workbook: found by their names, in Chinese, in English, or in both."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sim.errors import MapImportError, nearest
from sim.text import Message

STATIONS, TOWNSHIPS, HOSPITALS = "stations", "townships", "hospitals"
CALLS, SETTINGS, NOTES = "calls", "settings", "notes"
# By what a sheet holds, what it may be called; the first two are how a new workbook calls it.
NAMES: Final[dict[str, tuple[str, ...]]] = {
    STATIONS: ("stations", "站点", "station", "sites", "急救站", "急救站点", "站点表", "分站"),
    TOWNSHIPS: (
        "townships", "乡镇", "township", "towns", "zones", "乡镇街道", "镇街", "乡镇表",
    ),
    HOSPITALS: ("hospitals", "医院", "hospital", "医院表"),
    CALLS: ("calls", "呼叫", "call", "呼叫记录", "呼救记录", "调度记录", "records"),
    SETTINGS: ("settings", "设置", "setting", "参数", "参数设置"),
    NOTES: ("notes", "说明", "note", "填写说明", "read me", "readme"),
}  # fmt: skip
PLACE_NAMES: Final = (
    "name", "name_en", "name_zh", "名称", "站点", "站点名称", "医院", "医院名称",
)  # fmt: skip
AMBULANCES: Final = (
    "ambulances", "ambulance", "number of ambulances", "ambulance_count", "vehicles", "vehicle",
    "number of vehicles", "vehicle_count", "units", "救护车", "救护车数", "救护车数量", "救护车辆",
    "救护车辆数", "车辆", "车辆数", "车辆数量", "车数",
)  # fmt: skip
# Columns that a map does not use, but the scenario that reads the workbook.
HOURS: Final = ("hours", "on duty", "执勤时间", "值班时间", "在岗时间", "班次")
ALL_DAY: Final = ("always", "24h", "24小时", "全天", "24 h")
YEARLY: Final = ("calls a year", "calls per year", "yearly calls", "年呼叫量", "年急救呼叫量")
# How the keys begin under which a map keeps what the workbook said that it was made of.
KEPT: Final = "workbook "
STATUS: Final = ("status", "状态")
AREA: Final = ("area", "面积")  # only of a map that is made up
_ROLE: Final = {name: role for role, names in NAMES.items() for name in names}
_PARTS: Final = re.compile(r"[\s/／|、_\-－()（）]+")
ENOUGH: Final = 2  # sheets of such names: then the workbook is one of ours, not any table


def of_the_scenario(attrs: Mapping[Any, Any]) -> list[tuple[str, ...]]:
    """The columns of a sheet that a map does not use, but the scenario; `attrs`: of its frame."""
    role = role_of(str(attrs.get("sheet", "")))
    return list({STATIONS: (HOURS,), TOWNSHIPS: (YEARLY, AREA)}.get(role, ()))


def title(role: str) -> str:
    """What a new workbook calls a sheet, in both languages."""
    english, chinese, *_ = NAMES[role]
    return f"{english} {chinese}"


def role_of(name: str) -> str:
    """What a sheet of that name holds; "" if its name does not say."""
    plain = unicodedata.normalize("NFKC", name).strip().casefold()
    if plain in _ROLE:
        return _ROLE[plain]
    roles = {_ROLE.get(part, "") for part in _PARTS.split(plain) if part}
    return roles.pop() if len(roles) == 1 else ""


def find(path: Path, states: Mapping[str, str], role: str) -> str:
    """The sheet that holds `role`; "" if this is no planner's workbook but any table.

    `states`: of each sheet whether it is visible, as openpyxl says it. MapImportError where the
    sheet is missing among others of a planner's workbook, stands there twice, or is hidden.
    """
    roles = {name: role_of(name) for name in states}
    found = [name for name, its in roles.items() if its == role]
    seen = [name for name in found if states[name] == "visible"]
    if len(seen) > 1:
        message = Message(
            "two sheets are of the same kind: {names}; delete or rename one", names=", ".join(seen)
        )
        raise MapImportError(path, message)
    if seen:
        return seen[0]
    if len({one for one in roles.values() if one}) < ENOUGH:
        return ""
    if found:
        message = Message(
            "the sheet {sheet} is hidden, so it is not read: show it (right click on any sheet, "
            "Unhide), or delete it",
            sheet=found[0],
        )
        raise MapImportError(path, message)
    raise MapImportError(path, _missing(list(states), role))


def _missing(names: list[str], role: str) -> Message:
    """That a workbook has no sheet of a kind, with the sheet that may have been meant."""
    english, chinese, *_ = NAMES[role]
    said = {"english": english, "chinese": chinese}
    parts = {part: name for name in names if not role_of(name)
             for part in (*_PARTS.split(name.casefold()), name) if part}  # fmt: skip
    near = nearest(english, list(parts)) or nearest(chinese, list(parts))
    if near:
        return Message(
            "no sheet is called {english} or {chinese}: is {near} meant? Rename it",
            near=parts[near], **said,
        )  # fmt: skip
    return Message(NO_SHEET.text, names=", ".join(names), **said)


NO_SHEET: Final = Message("no sheet is called {english} or {chinese}; there are {names}")
