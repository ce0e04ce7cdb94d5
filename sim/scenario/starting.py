"""A first scenario for a new map: the layout that the map's list of sites says, as a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from ruamel.yaml import YAML, YAMLError

from sim.files.whole import write_bytes
from sim.geography.bundle import Map, Spot
from sim.geography.roads import network
from sim.scenario.positions import FAR_FROM_PLACE_M, FAR_FROM_ROAD_M
from sim.text import Message, Say

NAME: Final = "today.yaml"
EXISTING: Final = "existing"
ONE_EACH: Final = 1  # ambulances of a station of which the list does not say how many


class FirstScenario(NamedTuple):
    """A scenario file that was written, or why none was; and what in it is assumed."""

    path: Path | None
    notes: list[Message]


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
    if path.exists():
        return FirstScenario(
            None, [Message("{path} is there already and stays as it is", path=path)]
        )
    lines = [_line(on, row, spot) for row, spot in enumerate(on.sites) if _stands(on, row)]
    if not any(line.reason is None and line.ambulances for line in lines):
        return FirstScenario(None, [NO_STATIONS])
    write_bytes(path, _text(on, path, lines, say).encode("utf-8"))
    return FirstScenario(path, _notes(on, lines))


NO_STATIONS: Final = Message(
    "no scenario is written: no station with an ambulance is known. Give a list of stations with "
    "--sites, or write the layout by hand"
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
        reason = Message(
            "{km:.1f} km from the nearest road: look at its coordinates", km=metres / 1000
        )
    elif name in [str(s.name.zh or s.name.en) for s in on.sites[:row]]:
        reason = Message("a site of this name stands above: give it another one")
    elif not count:
        reason = Message("it has no ambulance")
    return _Line(name, str(sites["kind"].iloc[row]), count, not known, reason)


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
        ("name", f"{on.name.en} today"),
        ("name_zh", f"{on.name.zh}现状"),
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
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


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
    notes += [
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
    if not on.hospitals:
        notes.append(NO_HOSPITAL)
    return notes
