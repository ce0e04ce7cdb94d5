"""What stands in a scenario file: a layout on a map or changes of a base, and the settings."""

from __future__ import annotations

from pydantic import Field

from sim import limits
from sim.scenario.changes import Add, Change
from sim.scenario.settings import Settings
from sim.scenario.values import LongText, ShortText


class ScenarioFile(Settings):
    """A scenario: a layout on a map, or a base and its changes."""

    name: ShortText
    """What the layout is called, in English."""
    name_zh: ShortText | None = None
    """What the layout is called in Chinese; without it as in English."""
    reason: LongText | None = None
    """Why the layout is tried; it is printed with the results."""
    base: ShortText | None = None
    """The scenario that this one changes: a file beside this one or in a folder above. A folder
    means the one file in it that has no base."""
    map: ShortText | None = None
    """The map that the layout stands on: a folder under maps/, or a path. A base has one."""
    workbook: ShortText | None = None
    """An Excel file beside this one, as `tenthirty new` writes it: its sheets say the stations and
    the settings that are not written here, and may hold the calls."""
    layout: tuple[Add, ...] = Field((), max_length=limits.STATIONS)
    """The stations, each with its ambulances."""
    changes: tuple[Change, ...] = Field((), max_length=limits.STATIONS)
    """What is changed of the base, in this order."""
