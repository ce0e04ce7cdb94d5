"""A scenario file, read and checked, as a value: a layout on a map, and everything around it.

    liling = load("scenarios/liling")          # in `scenario_file`
    plan = liling.add("枫林镇").close("市妇幼")      # liling is untouched

Files and verbs go through the same checks; all problems are raised together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from sim.errors import Problem, ScenarioError, did_you_mean
from sim.geography.bundle import Map
from sim.scenario.changes import _as_text, _slug, apply
from sim.scenario.layout import Ambulance, Station
from sim.scenario.records import Recorded
from sim.scenario.settings import (
    CLASS_SPEEDS,
    Change,
    Settings,
)
from sim.scenario.validation import dotted, in_words
from sim.text import Name

MOST_CALLS = 1e7  # in one replication; more is a slip of the pen


@dataclass(frozen=True, eq=False)
class Scenario:
    """A layout and its settings. Frozen: every verb returns another scenario."""

    name: Name
    settings: Settings
    map: Map
    stations: tuple[Station, ...]
    fleet: tuple[Ambulance, ...]
    path: Path
    changes: tuple[Change, ...] = ()  # what was changed since the base
    reason: str = ""
    files: tuple[Path, ...] = ()  # what it was read from: scenario files, the base's last
    recorded: Recorded | None = None  # calls to replay instead of drawing them

    def add(
        self,
        name: str,
        at: str | Sequence[float] | None = None,
        *,
        ambulances: int = 1,
        kind: str = "substation",
        hours: str | None = None,
    ) -> Scenario:
        """With a new station: at `at` ([lon, lat] or a name), else where its name says."""
        entry = {"station": name, "kind": kind, "ambulances": ambulances, "at": at, "hours": hours}
        return self.change({"add": {k: v for k, v in entry.items() if v is not None}})

    def move(self, station: str, to: str | Sequence[float]) -> Scenario:
        return self.change({"move": {"station": station, "to": to}})

    def close(self, station: str) -> Scenario:
        """Without this station and its ambulances."""
        return self.change({"close": {"station": station}})

    def ambulances(
        self,
        station: str,
        by: int | None = None,
        *,
        to: int | None = None,
        hours: str | None = None,
    ) -> Scenario:
        entry = {"station": station, "by": by, "to": to, "hours": hours}
        return self.change({"ambulances": {k: v for k, v in entry.items() if v is not None}})

    def change(self, change: dict[str, Any]) -> Scenario:
        """With one change, written as in a scenario file; ScenarioError if it cannot be made."""
        problems: list[Problem] = []
        try:
            checked = Change.model_validate(change)
        except ValidationError as error:
            found = [Problem(m, dotted(at)) for at, m in in_words(error, change, Change)]
            raise ScenarioError(_as_text(change), found) from None
        changed = apply(self, checked, lambda loc, m: problems.append(Problem(m, dotted(loc))))
        if changed is None or problems:
            raise ScenarioError(_as_text(change), problems)
        if not changed.fleet:
            raise ScenarioError(_as_text(change), "the layout would have no ambulance left")
        what = _slug(checked, changed)
        name = Name(f"{self.name.zh} {what.zh}", f"{self.name.en} {what.en}")
        return replace(changed, name=name)

    def with_study(self, **study: object) -> Scenario:
        """With other study settings, in SI: `with_study(length=7 * 86400.0)`."""
        unknown = set(study) - set(type(self.settings.study).model_fields)
        if unknown:
            raise TypeError(f"no such study setting: {', '.join(sorted(unknown))}")
        changed = self.settings.study.model_copy(update=study)
        return replace(self, settings=self.settings.model_copy(update={"study": changed}))

    def station(self, name: str) -> int | None:
        """The row of an open station by its Chinese or English name."""
        for row, station in enumerate(self.stations):
            known = (station.name.zh.casefold(), station.name.en.casefold())
            if not station.closed and name.casefold() in known:
                return row
        return None

    def station_name(self, written: str) -> Name:
        """A station's name in both languages, where the map or the file gives one."""
        for station in self.stations:
            if written in station.name:
                return station.name
        return Name(written, written)

    def station_label(self, written: str, lang: str) -> str:
        """A station's name in the reader's language, where the map or the file gives one."""
        return self.station_name(written).within(lang)

    def open_stations(self) -> list[Station]:
        return [station for station in self.stations if not station.closed]

    def fleet_size(self, station: int) -> int:
        return sum(ambulance.station == station for ambulance in self.fleet)


# ── checks that need the map ─────────────────────────────────────────────────────────────────


def check_settings(scenario: Scenario, tell: Any) -> None:
    settings, ground = scenario.settings, scenario.map
    classes = ground.network.classes
    without = np.isnan(ground.network.speed) | (settings.travel.posted == "ignore")
    speedless = {classes[i] for i in np.unique(ground.network.road_class[without]).tolist()} - set(
        settings.travel.speeds
    )
    for name in sorted(speedless):
        tell(("travel", "speeds"), f'the map has roads of class "{name}": write their speed')
    for number, band in enumerate(settings.travel.bands):
        for name in set(band.classes) - set(classes):
            message = f'the map has no road of class "{name}"{did_you_mean(name, classes)}'
            tell(("travel", "bands", number, "classes"), message)
    priorities = [p.name for p in settings.demand.priorities]
    for number, divert in enumerate(settings.dispatch.divert):
        for key, name in (("leaving", divert.leaving), ("for", divert.for_)):
            if name not in priorities:
                message = f'no priority "{name}"{did_you_mean(name, priorities)}'
                tell(("dispatch", "divert", number, key), message)
        known = {divert.leaving, divert.for_} <= set(priorities)
        if known and priorities.index(divert.for_) >= priorities.index(divert.leaving):
            message = f"{divert.for_} is not more urgent than {divert.leaving}: priorities are "
            tell(("dispatch", "divert", number), message + "listed from the most urgent on")
    odd = set(settings.travel.speeds) - set(classes) - set(CLASS_SPEEDS)
    for name in sorted(odd):
        message = f'the map has no road of class "{name}"{did_you_mean(name, classes)}'
        tell(("travel", "speeds", name), message)
    rates = settings.demand.rate
    for key, rate, area in (("urban", rates.urban, 0), ("rural", rates.rural, 1)):
        people = ground.cells.people[ground.cells.area == area].sum() if rate.per_person else 1
        if rate.per_second * people * settings.study.length > MOST_CALLS:
            tell(("demand", "rate", key), "more than ten million calls in one replication")
    if settings.demand.transported > 0 and not ground.hospitals:
        tell(("demand", "transported"), "the map has no hospital: write 0 % or add hospitals")
