"""The layout that records themselves name, where no scenario says it: stations and vehicles."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from sim.errors import RecordsError
from sim.fitting.stages import units_s
from sim.fitting.written_fit import Fitted
from sim.geography.bundle import Map
from sim.scenario.file import load
from sim.scenario.records import codes, units
from sim.scenario.scenario import Scenario
from sim.scenario.settings.replay import Replay
from sim.text import Message

FEWEST_OF_A_NAME: Final = 5  # rows; what is rarer may be a person's name
RARELY: Final = 0.01  # of a station's missions: a vehicle that was lent
AT_ONCE: Final = 0.999  # of missions find so many others of their station under way, or fewer


class FirstLayout(NamedTuple):
    """A scenario with the layout of the records, and the layout as it is written."""

    scenario: Scenario
    written: list[dict[str, object]]
    unknown: tuple[str, ...]  # names of stations that the map does not have, if they are codes


def from_records(path: Path, ground: Map, asked: Replay) -> FirstLayout:
    """A scenario of the stations that records name and the map knows.

    Each has as many ambulances as it has vehicles of its own, or as were under way at once where no
    vehicle is named. RecordsError if there is no such station.
    """
    read = units.read(path, ground, asked)
    rows: list[dict[str, object]] = []
    unknown: list[str] = []
    for name, missions in read.units.groupby("station", sort=False):
        if not name:
            continue
        spot = ground.find(str(name))
        if spot is None or len(ground.called(str(name))) > 1:
            unknown += [str(name)] * len(missions)
            continue
        count = Fitted(_ambulances(missions), len(missions))
        rows.append({"station": spot.name.zh or spot.name.en, "ambulances": count})
    told = codes.may_be_told(unknown, FEWEST_OF_A_NAME)
    if not rows:
        named = [*told[:5], *([codes.HIDDEN] if len({*unknown}) > len(told[:5]) else [])]
        message = Message(
            "no layout is known: name the scenario of that time with `--base`, or records whose "
            "column of stations has names of the map; found {found}",
            found=", ".join(named) or Message("no such column"),
        )
        raise RecordsError(path, message)
    rows.sort(key=lambda row: str(row["station"]))
    lines = ["name: Layout of the records", f"map: {json.dumps(str(ground.path.resolve()))}"]
    lines += ["layout:"]
    for row in rows:
        number = row["ambulances"]
        assert isinstance(number, Fitted)
        station = json.dumps(row["station"], ensure_ascii=False)
        lines.append(f"  - {{station: {station}, ambulances: {number.written}}}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "layout.yaml"
        file.write_text("\n".join([*lines, ""]), "utf-8")
        return FirstLayout(load(file), rows, told)


def _ambulances(missions: pd.DataFrame) -> int:
    """Vehicles that a station has, one at least."""
    names = missions["vehicle"][missions["vehicle"] != ""].value_counts()
    if len(names):
        return max(1, int((names >= RARELY * names.sum()).sum()))
    start, end = (units_s(missions, name) for name in ("assigned_at", "cleared_at"))
    known = np.isfinite(start) & np.isfinite(end) & (end > start)
    if not known.any():
        return 1
    start, end = np.sort(start[known]), np.sort(end[known])
    under_way = np.arange(1, len(start) + 1) - np.searchsorted(end, start, side="right")
    return max(1, int(np.quantile(under_way, AT_ONCE)))
