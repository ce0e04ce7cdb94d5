"""A planner's workbook against the map that was made of it: what was changed in it since."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.errors import WorkbookError
from sim.files import planner_sheets
from sim.files.escapes import quoted
from sim.text import Message

if TYPE_CHECKING:
    from sim.geography.bundle import Map
    from sim.geography.making.sheet_facts import MapReading, Said, SheetFact

TOLD: Final = 4  # differences in the sentence


def doubt(path: Path, ground: Map) -> Message | None:
    """One sentence of what differs, and how the map is made anew; None if nothing does.

    Of a map that was not made of a workbook, the names of townships alone are compared.
    MapImportError if a sheet cannot be read.
    """
    from sim.geography.making import sheet_facts  # which opens pandas

    before = sheet_facts.kept_of(ground.meta)
    read = sheet_facts.reading_of(ground.meta)
    if not read.grids:
        return _unknown(path, ground, sheet_facts.said_in(path, planner_sheets.TOWNSHIPS, read))
    told = _other_grid(path, read)
    for role in read.grids:
        of = {key: facts for key, facts in before.items() if key[0] == role}
        now = sheet_facts.said_in(path, role, read)
        told += _differences(of, now, sheet_facts.FACTS[role])
    if not told:
        return None
    return Message(
        "{workbook} was changed after the map {map} was made of it, and the map knows nothing of "
        "that: {changes}. Make the map anew: {command}",
        workbook=str(path), map=ground.name, changes=_listed(told), command=_command(path, ground),
    )  # fmt: skip


def _unknown(path: Path, ground: Map, said: Said) -> Message | None:
    """Townships of a workbook that are none of a map which was made of something else."""
    known = {name for spot in ground.townships for name in (spot.name.zh, spot.name.en)}
    lost = [name for _, name in said if name not in known]
    if not lost:
        return None
    return Message(
        "the map {map} was made of something else than {workbook}, and does not have its "
        "townships {names}. To make one of the workbook: {command}",
        map=ground.name, workbook=str(path), names=", ".join(lost[:TOLD]),
        command=_command(path, ground),
    )  # fmt: skip


def _command(path: Path, ground: Map) -> str:
    if ground.synthetic:
        return f"tenthirty map synthesise --workbook {quoted(path)}"
    return f"tenthirty map import --workbook {quoted(path)} --roads FILE"


def _other_grid(path: Path, read: MapReading) -> list[Message]:
    """What is said where the points of the map were read in another grid than the setting says."""
    from sim.geography.making import planner_workbook

    try:
        now = planner_workbook.grid_of(path)
    except WorkbookError:  # which is told where the settings are read
        return []
    others = [grid for grid in read.grids.values() if grid not in ("", now)]
    if not others:
        return []
    return [
        Message(
            "its points are in {found} by the setting coordinates, not {before}",
            found=now, before=others[0],
        )
    ]  # fmt: skip


def _differences(before: Said, now: Said, read: Mapping[str, SheetFact]) -> list[Message]:
    """What of a sheet is not as it was; what was not kept is not compared."""
    found = []
    for key, facts in now.items():
        name = key[1]
        if key not in before:
            found.append(Message("{name} is new", name=name))
            continue
        was = {one: before[key].get(one) for one in facts}
        changed = [
            one for one, text in facts.items()
            if was[one] is not None and read[one].plain(text) != read[one].plain(was[one] or "")
        ]  # fmt: skip
        point = [one for one in changed if one in POINT]
        if point:
            found.append(Message("{name} stands elsewhere", name=name))
        found += [
            Message(
                "{name} has {found} as {fact}, not {before}", name=name, fact=read[one].said,
                found=facts[one] or NOTHING, before=was[one] or NOTHING,
            )
            for one in changed if one not in point
        ]  # fmt: skip
    return found + [Message("{name} is gone", name=key[1]) for key in before if key not in now]


NOTHING: Final = Message("nothing")
POINT: Final = ("longitude", "latitude", "point")


def _listed(told: list[Message]) -> Message:
    """The first few differences, and how many more there are."""
    text = told[0]
    for one in told[1:TOLD]:
        text = Message("{first}; {second}", first=text, second=one)
    if len(told) > TOLD:
        text = Message("{names} and {more} more", names=text, more=len(told) - TOLD, all=len(told))
    return text
