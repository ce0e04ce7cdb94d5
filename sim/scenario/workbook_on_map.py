"""A planner's workbook against the map that was made of it: what was changed in it since."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.files import planner_sheets
from sim.files.escapes import quoted
from sim.text import Message

if TYPE_CHECKING:
    from sim.geography.bundle import Map
    from sim.geography.making.workbook_sheets import Said

TOLD: Final = 4  # differences in the sentence
KINDS: Final = (planner_sheets.TOWNSHIPS, planner_sheets.STATIONS, planner_sheets.HOSPITALS)


def doubt(path: Path, ground: Map) -> Message | None:
    """One sentence of what differs, and how the map is made anew; None if nothing does.

    Of a map that was not made of a workbook, the names of townships alone are compared.
    MapImportError if a sheet cannot be read.
    """
    from sim.geography.making import workbook_sheets  # which opens pandas

    kept = {key: text for key, text in ground.meta.items() if key.startswith(planner_sheets.KEPT)}
    if not kept:
        return _unknown(path, ground, workbook_sheets.said_in(path, KINDS[:1]))
    before = workbook_sheets.kept_of(kept)
    roles = [kind for kind in KINDS if kind in {role for role, _ in before}]
    told = _differences(before, workbook_sheets.said_in(path, roles))
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


def _differences(before: Said, now: Said) -> list[Message]:
    found = []
    for key, facts in now.items():
        name = key[1]
        if key not in before:
            found.append(Message("{name} is new", name=name))
            continue
        changed = [one for one in facts if facts[one] != before[key].get(one, "")]
        point = [one for one in changed if one in ("longitude", "latitude")]
        if point:
            found.append(Message("{name} stands elsewhere", name=name))
        found += [
            Message(
                "{name} has {found} as {fact}, not {before}", name=name, fact=FACTS[one],
                found=facts[one] or NOTHING, before=before[key].get(one) or NOTHING,
            )
            for one in changed if one not in point
        ]  # fmt: skip
    return found + [Message("{name} is gone", name=key[1]) for key in before if key not in now]


NOTHING: Final = Message("nothing")
FACTS: Final = {
    "people": Message("people"), "urban or rural": Message("urban or rural"),
    "status": Message("status"),
}  # fmt: skip


def _listed(told: list[Message]) -> Message:
    """The first few differences, and how many more there are."""
    text = told[0]
    for one in told[1:TOLD]:
        text = Message("{first}; {second}", first=text, second=one)
    if len(told) > TOLD:
        text = Message("{names} and {more} more", names=text, more=len(told) - TOLD, all=len(told))
    return text
