"""A first scenario for a new map: the layout that the map's list of sites says, as a file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from ruamel.yaml import YAML, YAMLError

from sim.errors import PlannerError
from sim.files.whole import write_bytes
from sim.geography.bundle import Map, Spot
from sim.geography.roads import network
from sim.scenario.file import load
from sim.scenario.positions import FAR_FROM_PLACE_M, FAR_FROM_ROAD_M
from sim.text import Message, Say, in_digits

LONGEST: Final = 70  # letters of a map's name within that of its scenario, which has 80
NAME: Final = "today.yaml"
EXISTING: Final = "existing"
ONE_EACH: Final = 1  # ambulances of a station of which the list does not say how many


class FirstScenario(NamedTuple):
    """A scenario file that was written or is there, or why none is; and what to know of it."""

    path: Path | None
    notes: list[Message]
    written: bool = True


class _Line(NamedTuple):
    """A station of the layout; one with a `reason` cannot be used and stands as a comment."""

    name: str
    kind: str
    ambulances: int
    assumed: bool
    reason: Message | None = None


def write_first(on: Map, say: Say = str) -> FirstScenario:
    """Writes `scenarios/<place>/today.yaml` beside the folder of the map, unless there is one.

    `say`: the language of its comments. OutputError if it cannot be written.
    """
    path = on.path.parent.parent.parent / "scenarios" / on.path.parent.name / NAME
    lines = [_line(on, row, spot) for row, spot in enumerate(on.sites) if _stands(on, row)]
    if path.exists():
        return FirstScenario(path, _beside(on, path, lines), written=False)
    if not any(line.reason is None and line.ambulances for line in lines):
        return FirstScenario(None, list(_why_none(on, lines)), written=False)
    write_bytes(path, _text(on, path, lines, say).encode("utf-8"))
    return FirstScenario(path, _notes(on, lines))


NO_STATIONS: Final = Message(
    "no scenario is written: no station is known. Give a list of stations with --sites, or write "
    "the layout by hand"
)


ALL_PLANNED: Final = Message(
    "no scenario is written: every station of the list is only planned ({names}). Write "
    "existing in the column status where one stands, or write the layout by hand"
)
ALL_FAR: Final = Message(
    "no scenario is written: every station of the list is too far from a road ({names}). Look at "
    "the coordinates (--coordinates) and at what the roads cover"
)
ALL_EMPTY: Final = Message(
    "no scenario is written: every station of the list has 0 ambulances ({names}). Write how many "
    "there are in the column {column}, or write the layout by hand"
)
NONE_USED: Final = Message(
    "no scenario is written: no station of the list can be used. Mend the list, or write the "
    "layout by hand"
)


def _why_none(on: Map, lines: list[_Line]) -> Iterator[Message]:
    """Why no station of the list can stand in a layout."""
    if not on.sites:
        yield NO_STATIONS
    elif not lines:
        names = ", ".join(str(spot.name.zh or spot.name.en) for spot in on.sites)
        yield Message(ALL_PLANNED.text, names=names)
    else:
        reasons = {line.reason.text for line in lines if line.reason is not None}
        alike = {FAR.text: ALL_FAR, EMPTY.text: ALL_EMPTY}
        text = alike.get(next(iter(reasons)), NONE_USED) if len(reasons) == 1 else NONE_USED
        names = ", ".join(line.name for line in lines)
        yield Message(text.text, names=names, column="ambulances / 救护车数")
        if text is not ALL_EMPTY:
            yield from _unused(on, lines)


def _beside(on: Map, path: Path, lines: list[_Line]) -> list[Message]:
    """How a scenario that is there already differs from the list, and what to do then."""
    notes = [Message("{path} is there already and stays as it is", path=path)]
    try:
        there = load(path)
    except PlannerError:  # told by whoever runs it
        return [*notes, Message(REWRITE.text, path=path)]
    theirs = {str(s.name.zh or s.name.en): there.fleet_size(i)
              for i, s in enumerate(there.stations)}  # fmt: skip
    ours = {line.name: line.ambulances for line in lines if line.reason is None}
    text = SAME if theirs == ours else OTHER
    notes.append(
        Message(
            text.text,
            stations=len(theirs),
            ambulances=sum(theirs.values()),
            listed=len(ours),
            vehicles=sum(ours.values()),
        )
    )
    notes += _differences(theirs, ours)
    unconveyed = bool(on.hospitals) and there.settings.demand.transported == 0
    if unconveyed:
        notes.append(CONVEYS_NOBODY)
    if theirs != ours or unconveyed:
        notes.append(Message(REWRITE.text, path=path))
    return notes


SAME: Final = Message("it has the list's stations: {stations}; ambulances: {ambulances}")
OTHER: Final = Message(
    "it differs from the list. In it, stations: {stations}, ambulances: {ambulances}; in the list, "
    "stations: {listed}, ambulances: {vehicles}"
)
CONVEYS_NOBODY: Final = Message(
    "the map has hospitals now, but the file says `transported: 0 %`, so nobody is conveyed: "
    "delete that line"
)
REWRITE: Final = Message(
    "to have it written from the list, delete or rename {path} and import again; with "
    "--no-scenario it is not looked at"
)


def _differences(theirs: dict[str, int], ours: dict[str, int]) -> Iterator[Message]:
    """The stations of one of two layouts only, and those with other ambulances."""
    only = [name for name in theirs if name not in ours]
    if only:
        yield Message("only in the file: {names}", names=", ".join(only))
    new = [name for name in ours if name not in theirs]
    if new:
        yield Message("only in the list: {names}", names=", ".join(new))
    for name in theirs:
        if name in ours and theirs[name] != ours[name]:
            yield Message(
                "ambulances of {name}: {there} in the file, {listed} in the list",
                name=name,
                there=theirs[name],
                listed=ours[name],
            )


def _stands(on: Map, row: int) -> bool:
    """Whether a site is there today, not only planned."""
    return str(on.layers["sites"]["status"].iloc[row]) == EXISTING


def _line(on: Map, row: int, spot: Spot) -> _Line:
    sites = on.layers["sites"]
    said = sites["ambulances"].iloc[row] if "ambulances" in sites.columns else np.nan
    known = said == said and said is not None
    count = int(said) if known else ONE_EACH
    name = spot.name.zh or spot.name.en
    reason = None
    metres = float(network.snap(on.network, np.array([[spot.x, spot.y]])).metres[0])
    limit_m = FAR_FROM_ROAD_M if on.matrix is None else FAR_FROM_PLACE_M
    if metres > limit_m:
        reason = Message(FAR.text, km=metres / 1000)
    elif name in [str(s.name.zh or s.name.en) for s in on.sites[:row]]:
        reason = Message("a site of this name stands above: give it another one")
    elif not count:
        reason = EMPTY
    return _Line(name, str(sites["kind"].iloc[row]), count, not known, reason)


FAR: Final = Message("{km:.1f} km from the nearest road: look at its coordinates")
EMPTY: Final = Message("it has no ambulance")


def _text(on: Map, path: Path, lines: list[_Line], say: Say) -> str:
    """The file: the layout, and what the map cannot answer by a default."""

    def remark(message: Message) -> str:
        return f"# {say(message)}\n"

    text = remark(
        Message("Today's layout of {place}, from the map's list of sites.", place=on.name)
    )
    text += remark(
        Message(
            "All else has a default, each with its source: docs/scenario-files.md, or "
            "tenthirty explain demand.rate.urban"
        )
    )
    for key, name in (
        ("name", f"{on.name.en[:LONGEST].strip()} today"),
        ("name_zh", f"{on.name.zh[:LONGEST].strip()}现状"),
        ("map", _map_name(on, path)),
    ):
        text += f"{key}: {_plain(name)}\n"
    text += "layout:\n"
    for line in lines:
        name, kind = _plain(line.name), line.kind
        facts = f"{{station: {name}, kind: {kind}, ambulances: {line.ambulances}}}"
        if line.reason is not None:
            text += f"  # - {facts}  # {say(line.reason)}\n"
        elif line.assumed:
            text += f"  - {facts}  # {say(ASSUMED_ONE)}\n"
        else:
            text += f"  - {facts}\n"
    if not on.hospitals:
        text += remark(NO_HOSPITAL)
        text += "demand: {transported: 0 %}\n"
    return text


ASSUMED_ONE: Final = Message("assumed: the list does not say how many")
NO_HOSPITAL: Final = Message(
    "The map has no hospital, so nobody is conveyed; import it with --hospitals, then delete this."
)


def _map_name(on: Map, path: Path) -> str:
    """What the file calls the map: its name if it lies under maps/, else the way there."""
    if on.path.parent.parent.name == "maps" and on.path.stem == on.path.parent.name:
        return on.path.stem
    return Path(os.path.relpath(on.path, path.parent)).as_posix()


def _plain(text: str) -> str:
    """A text as YAML has it, in quotes where it would be read as something else."""
    try:
        if YAML(typ="safe").load(f"{{key: {text}}}") == {"key": text}:
            return text
    except YAMLError:
        pass
    quoted = json.dumps(text, ensure_ascii=False)  # which is YAML, too, but for letters in digits
    return in_digits(quoted, lambda letter: f"\\U{ord(letter):08x}")


def _notes(on: Map, lines: list[_Line]) -> list[Message]:
    """What a planner should know of the file before she believes its numbers."""
    used = [line for line in lines if line.reason is None]
    notes = [
        Message(
            "stations: {stations}; ambulances: {ambulances}",
            stations=len(used),
            ambulances=sum(line.ambulances for line in used),
        )
    ]
    assumed = [line.name for line in used if line.assumed]
    if assumed:
        notes.append(
            Message(
                "assumed: one ambulance each at {names}, for the list does not say how many; write "
                "a column {chinese} or {english}, or mend the file",
                names=", ".join(assumed),
                chinese="救护车数",
                english="ambulances",
            )
        )
    notes += _unused(on, lines)
    if not on.hospitals:
        notes.append(NO_HOSPITAL)
    return notes


def _unused(on: Map, lines: list[_Line]) -> list[Message]:
    """The sites that are not in the layout, each with its reason."""
    notes = [
        Message("not used: {name}, {reason}", name=line.name, reason=line.reason)
        for line in lines
        if line.reason is not None
    ]
    planned = [
        str(spot.name.zh or spot.name.en)
        for row, spot in enumerate(on.sites)
        if not _stands(on, row)
    ]
    if planned:
        notes.append(
            Message("planned only, and so not in today's layout: {names}", names=", ".join(planned))
        )
    return notes
