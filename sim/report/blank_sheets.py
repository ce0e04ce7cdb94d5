"""What a new workbook asks a planner for: its sheets, their columns, units, choices, examples."""

from __future__ import annotations

from typing import Final, NamedTuple

from sim.files import planner_sheets
from sim.text import Message


class SheetColumn(NamedTuple):
    """A column of a sheet, its header in both languages."""

    english: str
    chinese: str
    help: Message
    width: int = 16  # letters
    needed: bool = False
    choices: tuple[str, ...] = ()
    least: float | None = None  # of numbers
    most: float | None = None
    whole: bool = False
    text: bool = False  # Excel leaves what is written as it is: 08-20 is no date

    @property
    def header(self) -> str:
        """Both names, each with its unit, one below the other."""
        return f"{self.english}\n{self.chinese}"


class BlankSheet(NamedTuple):
    """A sheet with a header and examples, to be filled in."""

    role: str  # of `planner_sheets`
    about: Message
    columns: tuple[SheetColumn, ...]
    examples: tuple[tuple[str | float | int, ...], ...] = ()


EXAMPLE: Final = "Example 示例: "  # how the first cell of a row begins that is none of the table

POINT: Final = (
    SheetColumn(
        "longitude (°)", "经度（°）",
        Message(
            "Degrees as a decimal number, like 113.4899, from WGS84 (GPS, OpenStreetMap). Points "
            "from Amap or Baidu: write gcj02 or bd09 in the row coordinates of the settings. "
            "Longitude and latitude that were exchanged are noticed."
        ),
        needed=True, least=-180, most=180,
    ),
    SheetColumn(
        "latitude (°)", "纬度（°）",
        Message("Degrees as a decimal number, like 27.6467. Not 27°38'48\"."),
        needed=True, least=-90, most=90,
    ),
)  # fmt: skip
OF_SEAT: Final = Message("Of the seat of the township's government. {how}")
STATIONS: Final = BlankSheet(
    planner_sheets.STATIONS,
    Message("Every ambulance station, and the ambulances that are at home there."),
    (
        SheetColumn(
            "name", "名称",
            Message(
                "What the station is called in all tables and figures. A station whose ambulances "
                "have different hours has several rows with the same name."
            ),
            width=42, needed=True, text=True,
        ),
        SheetColumn(
            "kind", "类型",
            Message("A station or a sub-station. It matters for costs and drawings only."),
            choices=("急救站", "分站", "station", "substation"),
        ),
        SheetColumn(
            "ambulances (vehicles)", "救护车数（辆）",
            Message("How many ambulances stand there at these hours: a whole number, 0 or more."),
            width=22, needed=True, least=0, most=1000, whole=True,
        ),
        SheetColumn(
            "hours (0-24)", "执勤时间（时）",
            Message(
                "When they are on duty every day, in whole clock hours like 08-20 or 20-08. Empty: "
                "always. If Excel made a date of it, format the cell as text and write it again."
            ),
            text=True,
        ),
        *POINT,
        SheetColumn(
            "status", "状态",
            Message(
                "Existing or planned: planned ones stand on the map as candidates and have no "
                "ambulance yet. Empty: existing."
            ),
            choices=("现有", "规划", "existing", "planned"),
        ),
    ),
    (
        (f"{EXAMPLE}Central Hospital 中心医院", "急救站", 3, "", 113.4899, 27.6467, "现有"),
        (f"{EXAMPLE}Central Hospital 中心医院", "急救站", 1, "08-20", 113.4899, 27.6467, "现有"),
        (f"{EXAMPLE}North 北部分站", "分站", 0, "", 113.52, 27.80, "规划"),
    ),
)  # fmt: skip
TOWNSHIPS: Final = BlankSheet(
    planner_sheets.TOWNSHIPS,
    Message("Where people live: a row for every township, subdistrict or town."),
    (
        SheetColumn(
            "name", "乡镇名称",
            Message("Each name once. Leave out rows that sum up others."),
            width=42, needed=True, text=True,
        ),
        SheetColumn(
            "people (persons)", "常住人口（人）",
            Message(
                "Residents, in persons and not in ten thousands; another unit stands in the "
                "header."
            ),
            needed=True, least=0, most=100_000_000,
        ),
        *(
            column._replace(help=Message(OF_SEAT.text, how=column.help)) for column in POINT
        ),
        SheetColumn(
            "urban or rural", "城乡",
            Message(
                "Which target its calls have, that of town or of country. In every row or in none; "
                "without it the density of people decides."
            ),
            choices=("城区", "农村", "urban", "rural"),
        ),
        SheetColumn(
            "area (km²)", "面积（平方公里）",
            Message("Only needed as long as there is no extract of roads, to make a map up."),
            least=0, most=1_000_000,
        ),
        SheetColumn(
            "calls a year", "年呼叫量",
            Message(
                "Emergency calls that needed an ambulance, if last year's are known: of every "
                "township, 0 where there were none. All empty: the rate of the settings."
            ),
            least=0, most=100_000_000,
        ),
    ),
    (
        (f"{EXAMPLE}Laixi 来西街道", 52300, 113.4899, 27.6467, "城区", 31.5, 940),
        (f"{EXAMPLE}Beishan 北山镇", 28100, 113.52, 27.80, "农村", 118.2, 310),
    ),
)  # fmt: skip
HOSPITALS: Final = BlankSheet(
    planner_sheets.HOSPITALS,
    Message("Where patients are taken. Without any, nobody is."),
    (
        SheetColumn(
            "name", "医院名称", Message("Each name once."), width=42, needed=True, text=True
        ),
        SheetColumn("level", "等级", Message("Its level, for your own information.")),
        *POINT,
    ),
    (
        (f"{EXAMPLE}Central Hospital 中心医院", "三级", 113.4899, 27.6467),
        (f"{EXAMPLE}Second Hospital 第二医院", "二级甲等", 113.505, 27.652),
    ),
)  # fmt: skip
CALLS: Final = BlankSheet(
    planner_sheets.CALLS,
    Message(
        "Recorded calls, if you have them: a row each. They are replayed where the setting "
        "demand.replay says calls, and calibrate fits a scenario to them."
    ),
    (
        SheetColumn(
            "received at", "接警时间",
            Message("Local time, like 2025-01-08 14:05:30; text or a date of Excel."),
            width=32, needed=True,
        ),
        SheetColumn(
            "township", "乡镇",
            Message("From where the call came, as in the sheet of townships; or longitude and "
                    "latitude."),
        ),
        *(column._replace(needed=False) for column in POINT),
        SheetColumn(
            "priority", "优先级",
            Message("red, yellow or green, or the names that your scenario has. Empty: drawn by "
                    "their shares."),
            choices=("red", "yellow", "green"),
        ),
        SheetColumn("hospital", "送达医院", Message("To which hospital the patient was taken.")),
    ),
    (
        (f"{EXAMPLE}2025-01-08 14:05:30", "来西街道", 113.49, 27.65, "red", "中心医院"),
        (f"{EXAMPLE}2025-01-08 14:31:00", "北山镇", "", "", "green", ""),
    ),
)  # fmt: skip
BLANKS: Final = (STATIONS, TOWNSHIPS, HOSPITALS, CALLS)

SETTING_COLUMNS: Final = (
    SheetColumn(
        "setting", "设置项",
        Message("The name of a setting as scenario files have it: docs/scenario-files.md, or "
                "tenthirty explain NAME. Rows for others may be added below."),
        width=24, needed=True, text=True,
    ),
    SheetColumn(
        "value", "取值",
        Message("Empty: the default, which stands in the last column. What the scenario file says "
                "goes before what stands here."),
        width=18,
    ),
    SheetColumn("unit", "单位", Message("Of the value, like min or per day."), width=30),
    SheetColumn("meaning and default", "含义与缺省值", Message("Not read."), width=90),
)  # fmt: skip


class SettingRow(NamedTuple):
    """A setting that a planner knows, and the unit in which she would say it."""

    path: str
    unit: str = ""
    choices: tuple[str, ...] = ()


COORDINATES: Final = SettingRow("coordinates", choices=("wgs84", "gcj02", "bd09"))
SETTINGS: Final = (
    SettingRow("targets.urban", "min"),
    SettingRow("targets.rural", "min"),
    SettingRow("targets.share", "%"),
    SettingRow("demand.rate.urban", "per 1000 people per year"),
    SettingRow("demand.rate.rural", "per 1000 people per year"),
    SettingRow("demand.transported", "%"),
    SettingRow("demand.replay"),
    SettingRow("durations.call_taking", "s"),
    SettingRow("durations.turnout", "s"),
    SettingRow("durations.on_scene", "min"),
    SettingRow("durations.handover", "min"),
    SettingRow("study.length", "days"),
    SettingRow("study.replications"),
    SettingRow("study.seed"),
)
OF_COORDINATES: Final = Message(
    "In which coordinates all points of this workbook are: wgs84 (GPS, OpenStreetMap), gcj02 "
    "(Amap, Tencent) or bd09 (Baidu). Default: wgs84"
)
HOW: Final = Message("How to fill this in")
NOTES: Final = (
    Message(
        "Fill in the sheets stations, townships and hospitals. Every header has a note: point at "
        "it. Columns with a dark header are needed, the others may stay empty."
    ),
    Message(
        "Grey rows that begin with Example are never read. Leave them or delete them, and write "
        "your own rows below."
    ),
    Message(
        "Sheets are found by their names and columns by their headers, in Chinese or English; the "
        "order is free, and columns may be added."
    ),
    Message("Then make the map. With an extract of OpenStreetMap: {command}"),
    Message("Or, as long as there are no roads, of the townships alone: {command}"),
    Message("Look for mistakes: {command}"),
    Message("First table: {command}"),
    Message(
        "What cannot be read is told with its sheet and cell, all of it at once. A formula that "
        "was never computed, #N/A, a total row and a hidden sheet are such mistakes."
    ),
    Message("Below this line there is room for notes of your own: sources, dates, names."),
)
