"""What typer writes around help pages, in the reader's language; opened with the first page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.columns import Columns
from rich.table import Table
from rich.text import Text
from typer import rich_utils

from sim.words.language import Language


def translate(say: Language) -> None:
    """Put what typer itself writes around help pages into a language."""
    rich_utils.Table = _FoldingTable  # type: ignore[misc]
    rich_utils.Columns = _in_a_row  # type: ignore[assignment, misc]
    for name, text in {
        "ARGUMENTS_PANEL_TITLE": say("Arguments"),
        "OPTIONS_PANEL_TITLE": say("Options"),
        "COMMANDS_PANEL_TITLE": say("Commands"),
        "DEFAULT_STRING": say("[default: {}]"),
        "REQUIRED_LONG_STRING": say("[required]"),
    }.items():
        if hasattr(rich_utils, name):
            setattr(rich_utils, name, text)


def _in_a_row(items: Sequence[Any]) -> Any:
    """The help of an option, its default and the like, as one text that may break anywhere."""
    if not all(isinstance(item, Text) for item in items):
        return Columns(items)
    return Text(" ", overflow="fold").join(items)


class _FoldingTable(Table):
    """A table whose cells go on in the next line where a text has no blanks, as in Chinese."""

    def add_row(self, *cells: Any, **style: Any) -> None:
        super().add_row(*cells, **style)
        for column in self.columns:
            column.overflow = "fold"
