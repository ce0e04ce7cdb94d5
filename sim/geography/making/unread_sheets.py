"""What of a planner's workbook nobody reads, though something like it is missing: renamed, perhaps.

Sheets and columns may be added, and none of them is asked about as long as all that a new workbook
has is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from sim.errors import MapImportError
from sim.files import numerals, planner_sheets, tables, workbooks
from sim.files.sheet_rows import SheetRows
from sim.geography.making import places, sheet_facts, workbook_sheets
from sim.text import Message

# Of each sheet, the columns of a new workbook that a planner may leave out. The area is not among
# them: it is of use only as long as there are no roads.
OPTIONAL: Final = {
    planner_sheets.STATIONS: (places.KIND, planner_sheets.HOURS, planner_sheets.STATUS),
    planner_sheets.TOWNSHIPS: (workbook_sheets.URBAN, planner_sheets.YEARLY),
    planner_sheets.HOSPITALS: (places.LEVEL,),
}
OPTIONAL_SHEETS: Final = (
    planner_sheets.SETTINGS, planner_sheets.TOWNSHIPS, planner_sheets.HOSPITALS,
)  # fmt: skip
# Columns that are added for people, and say nothing that a column of ours would.
ADDED: Final = frozenset((
    "备注", "注", "说明", "序号", "编号", "no", "no.", "#", "note", "notes", "remark", "remarks",
    "comment", "comments", "电话", "联系电话", "联系人", "phone", "contact", "地址", "address",
))  # fmt: skip
EVERY_COLUMN: Final = sheet_facts.MapReading(True, {}, {})


def doubts(path: Path) -> Iterator[Message]:
    """A question for each sheet that lacks something, and holds something that is not read.

    What cannot be read at all is told elsewhere.
    """
    try:
        names = workbooks.sheet_names(path)
    except MapImportError:
        return
    unknown = [name for name in names if not planner_sheets.role_of(name)]
    roles = {planner_sheets.role_of(name) for name in names}
    for role in OPTIONAL_SHEETS:
        if role not in roles and unknown:
            english, chinese, *_ = planner_sheets.NAMES[role]
            yield Message(
                "{workbook}: no sheet is called {english} or {chinese}, and these are not read: "
                "{names}. If one is meant, rename it",
                workbook=path.name, english=english, chinese=chinese, names=", ".join(unknown),
            )  # fmt: skip
    for role in OPTIONAL:
        try:
            table = SheetRows(path, role)
        except MapImportError:
            continue
        if planner_sheets.role_of(str(table.frame.attrs.get("sheet", ""))) == role:
            yield from _of_columns(path, role, table.frame)


def _of_columns(path: Path, role: str, frame: pd.DataFrame) -> Iterator[Message]:
    lacking = [usual for usual in OPTIONAL[role] if not tables.column(frame, usual)]
    if role == planner_sheets.TOWNSHIPS and sheet_facts.FACTS[role][sheet_facts.URBAN].column(
        frame
    ):
        lacking = [usual for usual in lacking if usual != workbook_sheets.URBAN]
    read = {fact.column(frame) for fact in EVERY_COLUMN.facts(role).values()}
    for usual in (*workbook_sheets.NEEDED[role], *planner_sheets.of_the_scenario(frame.attrs)):
        read.add(tables.column(frame, usual))
    unread = [
        str(name)
        for name in frame.columns
        if name not in read and not _is_added(str(name)) and any(tables.texts(frame[name]))
    ]
    if lacking and unread:
        yield Message(
            "{workbook}, sheet {sheet}: no column is called {lacking}, and these are not read: "
            "{names}. If one is meant, rename it",
            workbook=path.name, sheet=frame.attrs["sheet"], names=", ".join(unread),
            lacking=", ".join(
                f"{usual[0]} ({next(one for one in usual if not one.isascii())})"
                for usual in lacking
            ),
        )  # fmt: skip


def _is_added(name: str) -> bool:
    return any(one.casefold().strip() in ADDED for one in (name, *numerals.names_in(name)))
