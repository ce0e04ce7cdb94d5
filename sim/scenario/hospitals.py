"""The hospitals of a scenario: those of its map, clinics beside them, and hospitals outside.

Wherever hospitals have rows, those of the map come first, then the clinics that a scenario adds,
then the hospitals outside the map.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.scenario.points import NOWHERE, Points, files_of, points_at
from sim.scenario.positions import position
from sim.scenario.validation import Problems
from sim.text import Message, Name

if TYPE_CHECKING:
    from sim.geography.bundle import Map
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Settings
    from sim.scenario.settings.hospitals import HospitalAt


class Hospital(NamedTuple):
    """Where patients may be taken."""

    name: Name
    x: float  # metres of the map; of one outside, where ambulances leave the map
    y: float
    capabilities: frozenset[str]  # as `plainly` has them
    is_clinic: bool = False  # it takes light cases only
    away_s: float | None = None  # the drive from (x, y) on, and back as long; None = on the map
    has_icu: bool = True

    @property
    def takes_emergencies(self) -> bool:
        """Whether it may treat others than light cases of the map's own calls."""
        return not self.is_clinic and self.away_s is None


def plainly(capability: str) -> str:
    """A capability as it is compared: chest_pain and Chest pain are one."""
    return " ".join(capability.replace("_", " ").casefold().split())


def capabilities_of(text: str) -> frozenset[str]:
    """Those of a map's column, with commas between them."""
    return frozenset(filter(None, map(plainly, re.split(r"[,;，、；]", text))))


def every(scenario: Scenario) -> tuple[Hospital, ...]:
    """All hospitals of a scenario, by their rows."""
    ground, settings = scenario.map, scenario.settings.hospitals
    found = [
        *of_map(scenario.settings, ground),
        *(
            Hospital(_clinic_name(name, (x, y), ground), x, y, frozenset(), is_clinic=True)
            for name, (x, y) in zip(
                scenario.clinics.names, scenario.clinics.xy.tolist(), strict=True
            )
        ),
    ]
    for one in settings.outside:
        gate = position(one.gate, ground, Problems())
        if gate is not None:  # else told when the file was read
            known = frozenset(map(plainly, one.capabilities))
            found.append(Hospital(one.names, gate.x, gate.y, known, away_s=one.away))
    return tuple(found)


def _clinic_name(name: str, at: Sequence[float], on: Map) -> Name:
    """What a clinic is called: as the place of the map that it stands at, in both languages."""
    spot = on.find(name)
    return spot.name if spot is not None and (spot.x, spot.y) == tuple(at) else Name(name, name)


def of_map(settings: Settings, on: Map) -> tuple[Hospital, ...]:
    """Those of the map, with what the settings say of them."""
    own, clinics = settings.hospitals.at, settings.hospitals.clinics
    levels = {level.casefold() for level in clinics.levels} if clinics else set()
    named = rows_of(clinics.hospitals, on) if clinics else []
    said = at_rows(own, on)
    found = []
    for row, (spot, (level, written)) in enumerate(
        zip(on.hospitals, on.hospital_facts, strict=True)
    ):
        capabilities = capabilities_of(written)
        if row in said and said[row].capabilities is not None:
            capabilities = frozenset(map(plainly, said[row].capabilities or ()))
        is_clinic = row in named or level.strip().casefold() in levels
        has_icu = row not in said or said[row].icu != 0
        found.append(Hospital(spot.name, spot.x, spot.y, capabilities, is_clinic, has_icu=has_icu))
    return tuple(found)


def row_among(name: str, names: Iterable[Name]) -> int | None:
    """The row of the one that is called so in either language; None if there is none."""
    called = name.casefold()
    for row, one in enumerate(names):
        if called in (one.zh.casefold(), one.en.casefold()):
            return row
    return None


def row_of(name: str, on: Map) -> int | None:
    """The row of a hospital of the map by its name in either language; None if there is none."""
    return row_among(name, (spot.name for spot in on.hospitals))


def rows_of(names: Iterable[str], on: Map) -> list[int]:
    """The rows of hospitals of the map by name; unknown ones are told elsewhere."""
    return [row for row in (row_of(name, on) for name in names) if row is not None]


def at_rows(own: dict[str, HospitalAt], on: Map) -> dict[int, HospitalAt]:
    """The settings of single hospitals by row; unknown names are told elsewhere."""
    found = ((row_of(name, on), one) for name, one in own.items())
    return {row: one for row, one in found if row is not None}


def by_one_name(
    written: Mapping[str, Any], before: Mapping[str, Any], on: Map
) -> Mapping[str, Any]:
    """What is written of single hospitals, each under the name by which it was known before.

    Two that are one hospital are told elsewhere, and unknown ones, too.
    """
    said, known = _single(written), _single(before)
    rows = {row_of(name, on): name for name in known if isinstance(name, str)}
    named = {name: row_of(name, on) if isinstance(name, str) else None for name in said}
    keys = {name: name if row is None else rows.get(row, name) for name, row in named.items()}
    if len(set(keys.values())) < len(keys):
        return written
    single = {keys[name]: one for name, one in said.items()}
    return {**written, "hospitals": {**written["hospitals"], "at": single}} if said else written


def _single(sections: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is written of single hospitals, by name."""
    there = sections.get("hospitals")
    found = there.get("at") if isinstance(there, Mapping) else None
    return found if isinstance(found, Mapping) else {}


# ── clinics beside the map's hospitals ───────────────────────────────────────────────────────


def clinic_points(settings: Settings, on: Map, folder: Path, problems: Problems) -> Points:
    """Clinics that the map does not have as hospitals; what is wrong with them is told.

    `folder`: where the table lies that names them.
    """
    clinics = settings.hospitals.clinics
    if clinics is None or clinics.at is None:
        return NOWHERE
    here, before = problems.at("hospitals", "clinics", "at"), len(problems)
    found = points_at(clinics.at, on, folder, problems, here)
    if len(problems) > before:
        return NOWHERE
    names = found.names or tuple(f"{number}" for number in range(1, len(found.xy) + 1))
    _tell_twice(names, found, here)
    return Points(names, found.xy)


def _tell_twice(names: Sequence[str], found: Points, problems: Problems) -> None:
    """Tell of clinics that are there twice: of one name, or without names, at one place."""
    rows: dict[tuple[object, ...], int] = {}
    for row, (name, at) in enumerate(zip(names, found.xy.tolist(), strict=True)):
        key = (*at, name.casefold() if found.names else "")
        if key in rows:
            problems.tell(
                Message(
                    "clinics {first} and {second} are one: both are called {name} and lie at the "
                    "same place",
                    first=rows[key] + 1, second=row + 1, name=name,
                )
                if found.names
                else Message(
                    "clinics {first} and {second} are one: both lie at the same place",
                    first=rows[key] + 1, second=row + 1,
                )
            )  # fmt: skip
        rows.setdefault(key, row)


def files(settings: Settings, folder: Path) -> Sequence[Path]:
    """The table of clinics, if there is one."""
    clinics = settings.hospitals.clinics
    return files_of(clinics.at, folder) if clinics is not None else ()
