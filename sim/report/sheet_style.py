"""How the sheets of a workbook look: headers, widths, number formats, paper."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, Final

DARK: Final = "1F4E79"  # below white letters
LIGHT, GREY, PALE = "DDEBF7", "808080", "F2F2F2"
FONT: Final = "Calibri"  # as all other cells, which Excel writes in it by itself
WIDEST: Final = 60  # letters of a column
LEAST: Final = 8


def letters(text: str) -> int:
    """How many letters wide a text is: Chinese ones count twice; of several lines the longest."""
    lines = text.split("\n")
    return max(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in one)
               for one in lines)  # fmt: skip


def head(cell: Any, *, dark: bool = True) -> None:
    """A cell of a header: bold on a colour, in the middle, in several lines if need be."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    cell.font = Font(name=FONT, bold=True, color="FFFFFF" if dark else "000000")
    cell.fill = PatternFill("solid", fgColor=DARK if dark else LIGHT)
    cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    cell.border = Border(bottom=Side("thin"), right=Side("thin", color="FFFFFF"))


def fit(sheet: Any, widths: Sequence[int]) -> None:
    """Columns as wide as their texts, within bounds."""
    from openpyxl.utils import get_column_letter

    for column, width in enumerate(widths, 1):
        shown = min(WIDEST, max(LEAST, width + 2))
        sheet.column_dimensions[get_column_letter(column)].width = shown


def paper(sheet: Any) -> None:
    """Printed on A4, across, as wide as the page; the header stands on every page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    if sheet.freeze_panes:
        sheet.print_title_rows = "1:1"


def note(cell: Any, text: str, width: int = 380) -> None:
    """A comment that shows when a reader points at the cell, large enough for its text."""
    from openpyxl.comments import Comment

    height = height_of(text, width * 60 // 380)
    cell.comment = Comment(text, "tenthirty", width=width, height=height)


def height_of(text: str, width: int = 60) -> int:
    """Points that a text needs in a box so many letters wide."""
    return 24 + 18 * sum(1 + letters(line) // width for line in text.split("\n"))
