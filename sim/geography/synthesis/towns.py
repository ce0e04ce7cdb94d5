"""A table of towns, as bureaus have it, and what is wrong with it; blanks stay blanks here."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from sim.errors import did_you_mean
from sim.files import numerals, planner_sheets, shapes
from sim.geography.making import located, workbook_points
from sim.geography.making.town_columns import (
    AREA,
    AREA_FROM,
    CHARACTER,
    COMMUNITIES,
    DISTRICT,
    FROM,
    KIND,
    NAMES_EN,
    POINT_FROM,
    VILLAGES,
    people_from,
)
from sim.geography.making.urban import RURAL_WORDS, URBAN_WORDS
from sim.geography.making.zones import CODES, NAMES_ZH
from sim.geography.synthesis import tables
from sim.geography.synthesis.options import SynthesisOptions
from sim.geography.synthesis.tables import FactTable
from sim.text import Message

KINDS: Final = {
    "subdistrict": ("subdistrict", "街道", "street"),
    "town": ("town", "镇"),
    "township": ("township", "乡"),
}
AT_ONE_POINT_M: Final = 60.0


class TownRows(NamedTuple):
    """The table's rows; what stands nowhere is nan or ""."""

    table: FactTable
    code: list[str]
    zh: list[str]
    en: list[str]
    kind: list[str]
    character: list[str]  # urban, rural or nothing
    district: list[str]
    lonlat: np.ndarray
    km2: np.ndarray
    people: np.ndarray
    people_column: str
    area_column: str
    villages: np.ndarray
    communities: np.ndarray
    point_src: list[str]
    area_src: list[str]
    people_src: list[str]


def read(options: SynthesisOptions) -> TownRows:
    """The towns as their table has them; `table.wrong` holds all that is wrong with them."""
    table = tables.read(options.towns, options, planner_sheets.TOWNSHIPS)
    code, zh, en = _names(table)
    name_of_people = tables.people_column(table, options.people_column)
    if options.people_column and not name_of_people:
        known = [str(name) for name in table.frame.columns]
        message = Message(
            'no column "{name}"{hint}',
            name=options.people_column,
            hint=did_you_mean(options.people_column, known),
        )
        table.wrong.append(tables.Problem(message, file=table.path.name))
    people = table.numbers(name_of_people, tables.not_negative, numerals.PEOPLE)
    area = table.column(*AREA)
    km2 = table.numbers(area, tables.not_negative, numerals.AREA)
    for row in np.flatnonzero(km2 == 0):
        table.problem(int(row), Message("write an area of more than 0, or nothing"), area)
    villages, communities = (
        table.numbers(table.column(*usual), tables.not_negative, {})
        for usual in (VILLAGES, COMMUNITIES)
    )
    lonlat = tables.degrees(table, options)
    rows = TownRows(
        table, code, zh, en, _kinds(table, zh), _characters(table), table.texts(*DISTRICT), lonlat,
        km2, people, name_of_people, area, villages, communities,
        table.grades(*POINT_FROM, *FROM),
        table.grades(*AREA_FROM, *FROM),
        table.grades(*people_from(table.frame, options.people_column), *FROM),
    )  # fmt: skip
    _refuse_places(rows)
    unread = name_of_people in table.failed or bool(options.people_column and not name_of_people)
    if np.nansum(people) == 0 and options.total_people is None and not unread:
        _refuse_nobody(rows)
    return rows


def _refuse_nobody(rows: TownRows) -> None:
    if rows.people_column and not np.isnan(rows.people).all():
        message = Message("it holds no people: every value is zero")
    elif not rows.people_column:
        message = Message(
            "no column says how many people live where: call it {english} or {chinese}, not one of "
            "{known}; or give --total-people or --districts",
            english="people",
            chinese="常住人口",
            known=known_columns(rows.table),
        )
    else:
        message = Message(
            "nothing says how many people live anywhere: fill the column {name}, or give "
            "--total-people or --districts",
            name=rows.people_column,
        )
    if np.isnan(rows.people).all() and (any(rows.district) or any(rows.code)):
        rows.table.frame.attrs["nobody"] = message  # districts may say it
        return
    rows.table.wrong.append(tables.Problem(message, file=rows.table.path.name))


def known_columns(table: FactTable) -> str:
    """The columns that a table has."""
    return ", ".join(map(str, table.frame.columns))


def _names(table: FactTable) -> tuple[list[str], list[str], list[str]]:
    """Codes and both names; one name stands in for the other."""
    spare = table.texts(*shapes.NAMES)
    zh, en = table.texts(*NAMES_ZH), table.texts(*NAMES_EN)
    zh = [a or b or c for a, b, c in zip(zh, spare, en, strict=True)]
    en = [a or b for a, b in zip(en, zh, strict=True)]
    named = table.column(*NAMES_ZH) or table.column(*shapes.NAMES)
    if not named:
        message = Message(
            "no column says the name: call it {english} or {chinese}, not one of {known}",
            english="name",
            chinese="乡镇",
            known=known_columns(table),
        )
        table.wrong.append(tables.Problem(message, file=table.path.name))
    code = table.texts(*CODES)
    _refuse_twice(table, code, table.column(*CODES))
    if named:
        for row, name in enumerate(zh):
            if not name:
                table.problem(row, Message("write a name"), named)
    if not any(code) and named:
        _refuse_twice(table, zh, named)
    whole = all(code) and len(set(code)) == len(code)
    return code if whole else [str(row + 1) for row in range(len(zh))], zh, en


def _refuse_twice(table: FactTable, values: list[str], column: str) -> None:
    first: dict[str, int] = {}
    for row, value in enumerate(values):
        if value and value in first:
            message = Message(
                "{value} stands here again, after line {line}",
                value=value,
                line=table.line(first[value]),
            )
            table.problem(row, message, column)
        first.setdefault(value, row)


def _kinds(table: FactTable, names: list[str]) -> list[str]:
    """subdistrict, town or township, by the column or by how a Chinese name ends."""
    written = table.texts(*KIND)
    found = []
    for text, name in zip(written, names, strict=True):
        word = text.strip().casefold()
        kind = next((k for k, words in KINDS.items() if word in words), "")
        ending = next((k for k, words in KINDS.items() if name.endswith(words[1:2])), "")
        found.append(kind or word or ending or "town")
    return found


def _characters(table: FactTable) -> list[str]:
    """urban or rural, where the table says so in a known word."""
    column = table.column(*CHARACTER) or table.column("area")
    if column == table.column(*AREA):
        column = ""
    found = []
    for text in table.texts(column) if column else [""] * len(table.frame):
        word = text.strip().casefold()
        urban, rural = word in URBAN_WORDS - {"town"}, word in RURAL_WORDS
        found.append("urban" if urban else "rural" if rural else "")
    return found


def _refuse_places(rows: TownRows) -> None:
    """Points that cannot be: two towns at one, one far from all others, or none at all."""
    table, at = rows.table, rows.lonlat
    known = np.flatnonzero(~np.isnan(at[:, 0]))
    if not len(known):
        columns = {table.column(*located.LON), table.column(*located.LAT)}
        if table.failed.isdisjoint(columns):
            message = Message(
                "no town has a point: write longitude and latitude of some, in columns {lon} and "
                "{lat}",
                lon="lon (经度)",
                lat="lat (纬度)",
            )
            table.wrong.append(tables.Problem(message, file=table.path.name))
        return
    xy = workbook_points.flat_km(at[known], at[known])
    if len(known) < 2:
        return
    far = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    np.fill_diagonal(far, np.inf)
    for row in range(len(known)):
        twin = next(
            (other for other in range(row) if far[row, other] * 1000 < AT_ONE_POINT_M), None
        )
        if twin is not None:
            message = Message(
                "{name} stands where {other} of line {line} does: mend the coordinates, or leave "
                "one of them blank",
                name=rows.zh[known[row]],
                other=rows.zh[known[twin]],
                line=table.line(int(known[twin])),
            )
            table.problem(int(known[row]), message)
    apart, usual = workbook_points.far_from_each_other(at[known])
    for one in apart:
        text = workbook_points.TOWN_TURNED if one.turned else workbook_points.TOWN_FAR
        name = rows.zh[known[one.row]]
        table.problem(int(known[one.row]), Message(text.text, name=name, km=one.km, usual=usual))
