"""A new workbook for a planner to fill in: headers in two languages, notes, choices, examples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.files import cells, planner_sheets
from sim.files.whole import write_whole
from sim.report import blank_sheets, sheet_style
from sim.report.blank_sheets import BlankSheet, SettingRow, SheetColumn
from sim.scenario import reference
from sim.text import Message

if TYPE_CHECKING:
    from sim.words.language import Language

ROWS: Final = 2_000  # that have choices and bounds
Says = Sequence["Language"]


def write(path: Path, commands: Sequence[str], says: Says) -> None:
    """The workbook, whole or not at all. OutputError if it cannot be written.

    `commands`: what is to be typed next, in the order of the notes. `says`: the languages in
    which everything is explained, one below the other.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for blank in blank_sheets.BLANKS:
        _blank(book, blank, says)
    _settings(book, says)
    _notes(book, commands, says)
    write_whole(path, book.save)


def _both(message: str, says: Says) -> str:
    """A text in all languages, one below the other."""
    return "\n".join(dict.fromkeys(say(message) for say in says))


def _blank(book: Any, blank: BlankSheet, says: Says) -> None:
    from openpyxl.styles import Font, PatternFill

    sheet = book.create_sheet(planner_sheets.title(blank.role))
    _header(sheet, blank.columns, says, _both(blank.about, says))
    for line, row in enumerate(blank.examples, 2):
        for at, value in enumerate(row, 1):
            cell = sheet.cell(line, at, value if value != "" else None)
            cell.font = Font(name=sheet_style.FONT, italic=True, color=sheet_style.GREY)
            cell.fill = PatternFill("solid", fgColor=sheet_style.PALE)
    for at, column in enumerate(blank.columns):
        _bounds(sheet, column, f"{cells.letters_of(at)}2:{cells.letters_of(at)}{ROWS}", says)


def _header(sheet: Any, columns: Sequence[SheetColumn], says: Says, about: str = "") -> None:
    """The first row, with a comment on each cell that says what is expected.

    `about`: what the sheet is for, which the first comment says.
    """
    for at, column in enumerate(columns):
        cell = sheet.cell(1, at + 1, column.header)
        sheet_style.head(cell, dark=column.needed)
        text = _both(column.help, says)
        if about and at == 0:
            text = f"{about}\n{text}"
        sheet_style.note(cell, text)
        width = sheet.column_dimensions[cells.letters_of(at)]
        width.width = column.width
        if column.text:
            width.number_format = "@"
    sheet.row_dimensions[1].height = 34
    sheet.freeze_panes = "B2"
    sheet_style.paper(sheet)


def _bounds(sheet: Any, column: SheetColumn, where: str, says: Says) -> None:
    """What may be chosen or written, which Excel sees to."""
    from openpyxl.worksheet.datavalidation import DataValidation

    if column.choices:
        rule = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"')
        told = Message("write one of {names}", names=", ".join(column.choices))
    elif column.least is not None:
        kind = "whole" if column.whole else "decimal"
        ends = {"formula1": f"{column.least:.0f}", "formula2": f"{column.most:.0f}"}
        rule = DataValidation(type=kind, operator="between", **ends)
        told = Message(
            "write a number from {least} to {most}", least=ends["formula1"], most=ends["formula2"]
        )
    else:
        return
    rule.allow_blank = True
    rule.showErrorMessage = True
    rule.errorStyle = "warning"  # a planner may know better: the program looks once more
    rule.errorTitle = column.chinese[:30]
    rule.error = _both(told, says)[:220]
    sheet.add_data_validation(rule)
    rule.add(where)


def _settings(book: Any, says: Says) -> None:
    from openpyxl.styles import Alignment

    sheet = book.create_sheet(planner_sheets.title(planner_sheets.SETTINGS))
    _header(sheet, blank_sheets.SETTING_COLUMNS, says)
    meanings = {entry.path: _meaning(entry, says) for entry in reference.entries()}
    meanings[blank_sheets.COORDINATES.path] = _both(blank_sheets.OF_COORDINATES, says)
    rows: list[SettingRow] = [blank_sheets.COORDINATES, *blank_sheets.SETTINGS]
    for line, row in enumerate(rows, 2):
        sheet.cell(line, 1, row.path)
        sheet.cell(line, 3, row.unit or None)
        text = sheet.cell(line, 4, meanings[row.path])
        text.alignment = Alignment(wrap_text=True, vertical="top")
        for at in (1, 2, 3):
            sheet.cell(line, at).alignment = Alignment(vertical="top")
        sheet.row_dimensions[line].height = 15 * _lines(meanings[row.path], 88) + 3
        if row.choices:
            value = blank_sheets.SETTING_COLUMNS[1]._replace(choices=row.choices)
            _bounds(sheet, value, f"B{line}", says)


def _meaning(entry: reference.Entry, says: Says) -> str:
    lines = []
    for say in says:
        default = ""
        if entry.default:
            default = " " + say(Message("Default: {default}", default=entry.default))
        lines.append(f"{say(entry.meaning)}{default}")
    return "\n".join(dict.fromkeys(lines))


def _notes(book: Any, commands: Sequence[str], says: Says) -> None:
    """What is to be done with the workbook, in order."""
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet(planner_sheets.title(planner_sheets.NOTES))
    sheet.column_dimensions["A"].width = 110
    wanted = iter(commands)
    sheet.cell(1, 1, _both(blank_sheets.HOW, says).replace("\n", " · ")).font = Font(
        name=sheet_style.FONT, bold=True, size=14
    )
    for line, note in enumerate(blank_sheets.NOTES, 2):
        said = Message(note.text, command=next(wanted)) if "{command}" in note.text else note
        cell = sheet.cell(line, 1, _both(said, says))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[line].height = 15 * _lines(cell.value, 108) + 4
    sheet.freeze_panes = "A2"
    sheet_style.paper(sheet)


def _lines(text: str, width: int) -> int:
    """How many lines a text has in a column so many letters wide."""
    return sum(1 + sheet_style.letters(line) // width for line in text.split("\n"))
