"""Options that are numbers: one grammar and two bounds for each, as in files and in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from sim import units
from sim.text import message_of


def whole(least: int, most: int, **option: Any) -> Any:
    """An option that is a whole number between two bounds, which are allowed."""
    return _option(units.whole, least, most, option)


def number(least: float, most: float, **option: Any) -> Any:
    """An option that is a number between two bounds, which are allowed."""
    return _option(units.number, least, most, option)


def _option(read: Callable[[str], float], least: float, most: float, option: dict[str, Any]) -> Any:
    def parsed(value: Any) -> Any:
        if not isinstance(value, str):  # the default
            return value
        try:
            return units.bounded(read(value), least, most, value)
        except ValueError as error:
            raise typer.BadParameter(message_of(error)) from None

    most_shown = units.plainly(most) if most < 1e12 else f"{most:.0e}"  # the width of the page
    bounds = f"{units.plainly(least)}–{most_shown}"
    return typer.Option(parser=parsed, metavar=f"<{bounds}>", **option)
