"""How the columns of a table of towns are called, of which a map is made up."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from sim.files import tables
from sim.geography.making.headcount import USUAL

NAMES_EN: Final = ("name_en", "英文名", "拼音", "pinyin")
AREA: Final = (
    "area_km2", "km2", "area", "面积", "面积_km2", "土地面积", "辖区面积", "行政区域面积",
)  # fmt: skip
KIND: Final = ("kind", "type", "类型", "类别", "建制")
CHARACTER: Final = ("character", "urban_rural", "城乡", "城区/农村", "城乡类型", "urban/rural",
                    "urban", "城镇/农村", "area_type")  # fmt: skip
VILLAGES: Final = ("villages", "village", "村", "村数", "行政村", "行政村数", "村委会", "村居数",
                   "村（居）数", "村(居)数")  # fmt: skip
COMMUNITIES: Final = ("communities", "社区", "社区数", "居委会", "居委会数")
DISTRICT: Final = ("district", "county", "区", "区县", "所属区", "所属区县", "县")
FROM: Final = ("provenance", "来源")  # where all of a row is from; its parts go before
POINT_FROM: Final = ("point_src", "coord_grade", "coord_src", "坐标来源")
AREA_FROM: Final = ("area_grade", "area_src", "面积来源")
PEOPLE_FROM: Final = ("people_grade", "people_src", "pop_src", "人口来源")
YEAR: Final = re.compile(r"(?:19|20)\d\d")
_LIVING: Final = r"(?:people|population|pop|residents|人口|常住人口|总人口|人口数)"
_DATE: Final = r"(?:19|20)\d\d年?"
PEOPLE_WORD: Final = re.compile(rf"(?:{_LIVING}[_ ]*{_DATE}|{_DATE}[_ ]*{_LIVING})(?:_code)?")


def people_column(frame: pd.DataFrame, chosen: str = "") -> str:
    """The column of the people: the one chosen, else that of the latest year, else a usual one.

    Of two of one year the one by division codes, whose name ends in `_code`, is meant: townships
    are listed by code.
    """
    if chosen:
        return tables.column(frame, (), chosen)
    dated = [
        (int(YEAR.search(str(name))[0]), str(name).endswith("_code"), str(name))  # type: ignore[index]
        for name in frame.columns
        if PEOPLE_WORD.fullmatch(str(name).strip().casefold())
    ]
    full = [d for d in dated if any(tables.texts(frame[d[2]]))]
    return max(full)[2] if full else tables.column(frame, USUAL)


def people_from(frame: pd.DataFrame, chosen: str = "") -> tuple[str, ...]:
    """How a column may be called that says where the people of each town are from."""
    return (f"{people_column(frame, chosen)}_grade", *PEOPLE_FROM)
