"""Where a new station could stand: seats and planned stations, a file's places, or a drawn set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim import limits, units
from sim.answers import crews
from sim.answers.crews import USUAL, CrewKind
from sim.errors import CandidatesError, MapImportError, OptionError, Problem, ScenarioError
from sim.files import entrance, planner_sheets
from sim.scenario.changes import Add
from sim.text import Message, Name, message_of

if TYPE_CHECKING:
    from sim.geography.bundle import Map
    from sim.scenario.scenario import Scenario

SEATS = "seats"
STATIONS = "stations"  # those of today, with more ambulances


class Candidate(NamedTuple):
    """A place for a new station. `at`: (longitude, latitude), or None where its name says."""

    name: Name
    at: tuple[float, float] | None = None
    line: int | None = None  # of the file that it comes from


def find(base: Scenario, where: str | Path | int = SEATS, seed: int = 0) -> list[Candidate]:
    """The candidates that are asked for: `seats`, the name of a file, or how many to draw.

    OptionError if there are none or too many, CandidatesError if the file cannot be read.
    """
    if not isinstance(where, str | Path | int) or isinstance(where, bool):
        message = Message(
            "write {seats}, a file of places, or how many to draw; found {found}",
            seats=SEATS,
            found=units.shown(where),
        )
        raise OptionError("candidates", message)
    text = units.shown(where) if isinstance(where, int) else str(where)
    if isinstance(where, int):
        found = drawn(base.map, where, seed)
    elif text == SEATS:
        found = [*_seats(base.map), *_planned(base)]
    elif units.is_whole(text):
        found = drawn(base.map, _how_many(text), seed)
    else:
        found = from_file(base.map, Path(where))
    if not found:
        raise OptionError("candidates", Message("there are none in {where}", where=text))
    if len(found) > limits.CANDIDATES:
        raise OptionError(
            "candidates",
            Message(
                "at most {most} can be tried; found {found}",
                most=limits.CANDIDATES,
                found=len(found),
            ),
        )
    return found


def _seats(the_map: Map) -> list[Candidate]:
    """The townships' seats; where several townships have one name, each by its coordinates."""
    found = []
    for seat in the_map.townships:
        clear = len(the_map.called(seat.name.zh)) == 1
        lon, lat = the_map.lonlat(seat.x, seat.y)
        found.append(Candidate(seat.name, None if clear else (float(lon), float(lat))))
    return found


def _planned(base: Scenario) -> list[Candidate]:
    """The stations that a planner's workbook calls planned, where the map was made of one; but
    those that the layout has by now."""
    if not any(key.startswith(planner_sheets.KEPT) for key in base.map.meta):
        return []
    from sim.geography.making import places, sheet_facts  # which open geopandas

    planned = {
        name
        for (role, name), facts in sheet_facts.kept_of(base.map.meta).items()
        if role == planner_sheets.STATIONS
        and places.STATES.get(facts.get("status", "").lower()) == "planned"
        and base.station(name) is None
    }
    return [Candidate(site.name) for site in base.map.sites if site.name.zh in planned]


def _how_many(text: str) -> int:
    try:
        return units.whole(text)
    except ValueError as error:
        raise OptionError("candidates", message_of(error)) from None


def from_file(the_map: Map, path: Path) -> list[Candidate]:
    """The named points of an Excel, CSV, GeoJSON or GeoPackage file, in WGS84 degrees.

    CandidatesError with all that is wrong with the file.
    """
    from sim.geography.making import places

    missing = Message(
        "no such file; write {seats}, a file of places, or how many to draw", seats=SEATS
    )
    entrance.require_file(path, CandidatesError, missing)
    try:
        with entrance.reading(path, CandidatesError):
            frame = places.read_points(path, the_map.crs)
    except MapImportError as error:
        raise CandidatesError(path, error.problems) from error.__cause__
    lon, lat = the_map.lonlat(frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy())
    rows = zip(frame["name_zh"], frame["name_en"], lon, lat, frame.index, strict=True)
    found = [
        Candidate(Name(zh, en), (float(x), float(y)), int(line)) for zh, en, x, y, line in rows
    ]
    seen: dict[str, int | None] = {}
    twice = []
    for one in found:
        if one.name.zh in seen:
            message = Message(
                "{name} stands on line {line} already", name=one.name.zh, line=seen[one.name.zh]
            )
            twice.append(Problem(message, line=one.line))
        seen.setdefault(one.name.zh, one.line)
    if twice:
        raise CandidatesError(path, twice[:20])
    return found


def drawn(the_map: Map, count: int, seed: int = 0) -> list[Candidate]:
    """`count` inhabited places, drawn without repetition in proportion to their people.

    The same seed draws the same places. OptionError if the map has fewer.
    """
    cells = the_map.cells
    lived_in = np.flatnonzero(cells.people > 0)
    if not 1 <= count <= len(lived_in):
        raise OptionError(
            "candidates",
            Message(
                "from 1 to {most} places can be drawn on this map; found {found}",
                most=len(lived_in),
                found=units.shown(count),
            ),
        )
    rng = np.random.default_rng(seed)
    weights = cells.people[lived_in]
    some = np.sort(rng.choice(lived_in, count, replace=False, p=weights / weights.sum()))
    lon, lat = the_map.lonlat(cells.xy[some, 0], cells.xy[some, 1])
    digits = len(str(count))
    found = []
    for number, (row, x, y) in enumerate(zip(some.tolist(), lon, lat, strict=True), 1):
        seat = the_map.townships[cells.township[row]]
        name = f"{number:0{digits}d}"
        zh, en = f"{seat.name.zh}{name}号", f"{seat.name.en} no. {name}"
        found.append(Candidate(Name(zh, en), (float(x), float(y))))
    return found


def layouts(
    base: Scenario,
    found: list[Candidate],
    ambulances: int = 1,
    kind: str = "substation",
    crew: CrewKind = USUAL,
) -> tuple[list[Candidate], list[Scenario]]:
    """Candidates at which a station can stand, and the base with each; ScenarioError if none."""
    kept, made = possible(base, found, ambulances, kind, crew)
    if not made:
        raise ScenarioError(
            Message("the candidates"),
            Message("at each of them a station stands already, or there is no road near"),
        )
    return kept, made


def at_stations(
    base: Scenario, ambulances: int = 1, crew: CrewKind = USUAL
) -> tuple[list[Candidate], list[Scenario]]:
    """The open stations of the base, and the base with so many more crews of a kind at each."""
    kept = [Candidate(station.name) for station in base.open_stations()]
    return kept, [crews.one_more(base, one.name.zh, crew, ambulances) for one in kept]


def possible(
    base: Scenario,
    found: list[Candidate],
    ambulances: int = 1,
    kind: str = "substation",
    crew: CrewKind = USUAL,
) -> tuple[list[Candidate], list[Scenario]]:
    """The candidates at which a station can stand, and the base with each; both may be empty.

    Candidates named like a station of the base are left out, and so are seats and drawn places too
    far from any road. ScenarioError with all places of a file at which no station can stand.
    """
    kept, made, problems = [], [], []
    for one in found:
        if base.station(one.name.zh) is not None:
            continue
        entry = {"station": one.name.zh, "name_en": one.name.en, "kind": kind,
                 "ambulances": ambulances, **crew.written(base)}  # fmt: skip
        if one.at is not None:
            entry["at"] = list(one.at)
        try:
            layout = base.change(Add.of(**entry))
        except ScenarioError as error:
            if one.line is not None:
                problems += [replace(p, field=one.name.zh, line=one.line) for p in error.problems]
            continue
        kept.append(one)
        made.append(layout)
    if problems:
        raise ScenarioError(Message("the candidates"), problems[:20])
    return kept, made
