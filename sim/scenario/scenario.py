"""A scenario file, read and checked, as a value: a layout on a map, and everything around it.

    liling = load("scenarios/liling")          # in `file`
    plan = liling.add("枫林镇").close("市妇幼")      # liling is untouched

Files and verbs go through the same checks; all problems are raised together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import OptionError, Problem, ScenarioError
from sim.geography.bundle import Map
from sim.model.calendar import Hours, Window
from sim.scenario import (
    altering,
    checks,
    closures,
    crew_checks,
    cut_off,
    hospital_checks,
    hospitals,
    own_rules,
)
from sim.scenario.changes import Add, AnyVerb, Change, Close, Move
from sim.scenario.crew_changes import MoveCrews, Rehour, Staff
from sim.scenario.hospitals import Hospital
from sim.scenario.layout import Layout
from sim.scenario.own_rules import HOUSE_RULES, OwnRule, OwnRules
from sim.scenario.points import NOWHERE, Points
from sim.scenario.records.balance import CallCounts, counted
from sim.scenario.settings import CrewSettings, Settings, StudySettings
from sim.scenario.validation import Problems, plain, validated
from sim.text import Message, Name
from sim.upstairs import language, opened

if TYPE_CHECKING:
    from sim.scenario.records.reading import CallRecords


@dataclass(frozen=True, eq=False, kw_only=True)
class Scenario(Layout):
    """A layout and its settings. Frozen: every verb returns another scenario."""

    name: Name
    settings: Settings
    map: Map
    path: Path
    changes: tuple[Change, ...] = ()  # what was changed since the base
    reason: str = ""
    files: tuple[Path, ...] = ()  # what it was read from: scenario files, the base's last
    # The settings by section as they are written, over which others are written.
    written: Mapping[str, Any] = field(default_factory=dict)
    recorded: CallRecords | None = None  # calls to replay instead of drawing them
    unaltered: Scenario | None = None  # as its file has it, where settings were altered since
    calls_times: float = 1.0  # the usual number of calls, with which these are shared
    # [group of settings.responders] their points, [responder, 2] metres
    responder_xy: tuple[np.ndarray, ...] = ()
    clinics: Points = NOWHERE  # of settings.hospitals that the map has not as hospitals
    own_rules: OwnRules = HOUSE_RULES

    @property
    def hospitals(self) -> tuple[Hospital, ...]:
        """Where patients may be taken: those of the map, clinics beside them, those outside."""
        return hospitals.every(self)

    @property
    def crews(self) -> CrewSettings:
        """Which classes of ambulance there are."""
        return self.settings.crews

    def add(
        self,
        name: str,
        at: str | Sequence[float] | None = None,
        *,
        ambulances: int | None = None,
        kind: str = "substation",
        hours: str | Hours | None = None,
        **crews: Any,
    ) -> Scenario:
        """The scenario with a new station at `at`, [lon, lat] or a name; else where its name is.

        `ambulances`: 1 unless a table of `roster` says it. `crews`: `class_`, `roster`, `crews` as
        in a file.
        """
        written = {"station": name, "at": at, "kind": kind, "hours": hours, **_as_in_a_file(crews)}
        if ambulances is not None:
            written["ambulances"] = ambulances
        added = Add.of(**written)
        if ambulances == 0 and not added.crews:
            message = Message("write at least {least}; found {found}", least=1, found=0)
            raise ScenarioError(
                Message(Add.heading, station=name), Problem(message, "add.ambulances")
            )
        return self.change(added)

    def move(self, station: str, to: str | Sequence[float]) -> Scenario:
        """The scenario with a station and its crews at another place: [lon, lat] or a name."""
        return self.change(Move.of(station=station, to=to))

    def close(self, station: str) -> Scenario:
        """The scenario without this station and its ambulances."""
        return self.change(Close.of(station=station))

    def ambulances(
        self,
        station: str,
        by: int | None = None,
        *,
        to: int | None = None,
        hours: str | Hours | None = None,
        **crews: Any,
    ) -> Scenario:
        """The scenario with `by` more ambulances at a station, or with `to` of them in all.

        `crews`: `class_` and `roster` of those that come, as in a file.
        """
        written = {"by": by, "to": to, "hours": hours, **_as_in_a_file(crews)}
        return self.change(Staff.of(station=station, **written))

    def move_crews(self, station: str, to: str, number: int | None = 1, **crews: Any) -> Scenario:
        """The scenario with the last `number` crews of a station, or all, at home at another one.

        `crews`: `class_` of those that go, as in a file.
        """
        written = {"to": to, "number": number, **_as_in_a_file(crews)}
        return self.change(MoveCrews.of(station=station, **written))

    def rehour(self, station: str, to: object, number: int | None = None, **crews: Any) -> Scenario:
        """The scenario with the last `number` crews of a station, or all, on duty at other hours.

        `to`: a roster or its name, or clock hours like "08-16". `crews`: `class_` of those crews.
        """
        written = {"to": to, "number": number, **_as_in_a_file(crews)}
        return self.change(Rehour.of(station=station, **written))

    def change(self, change: AnyVerb | Change | Mapping[str, Any]) -> Scenario:
        """The scenario with one change, a verb or as in a file; ScenarioError if it cannot be made.

        The change is added to the name and to `changes`.
        """
        change = Change.of(change)
        problems = Problems()
        changed = self.after(change, problems)
        if not problems and not changed.fleet:
            problems.tell(Message("the layout would have no ambulance left"))
        checks.how_many_ambulances(changed, problems)
        crew_checks.breaks(changed, problems.at("crews"), whole=False)
        if not problems:
            cut_off.check(changed, problems.at("travel"))
        problems.raise_if_any(ScenarioError, change.heading(self))
        what = change.verb.name(changed, self.map)
        return replace(changed, name=Name(f"{self.name.zh} {what.zh}", f"{self.name.en} {what.en}"))

    def after(self, change: Change, problems: Problems) -> Scenario:
        """The scenario after a change, under its old name; problems of it are told."""
        return replace(change.made(self, self.map, problems), changes=(*self.changes, change))

    def counted_records(self) -> CallCounts | None:
        """How many recorded calls are measured, and how many come before or after; None if calls
        are drawn."""
        if self.recorded is None:
            return None
        study = self.settings.study
        window = Window(study.warm_up, study.warm_up + study.length)
        return counted(self.recorded.calls.received_at, window)

    def with_study(self, **study: object) -> Scenario:
        """The scenario with other study settings: `with_study(length=7 * 86400.0)` or "7 days".

        Bare numbers of times are seconds. ScenarioError of what a file could not say either.
        """
        written = {
            key: _in_seconds(value) if key in TIMES and _is_number(value) else value
            for key, value in plain(study).items()
        }
        problems = Problems()
        checked = validated(StudySettings, written, problems.at("study"))
        if checked is None:
            raise ScenarioError(Message("the study"), problems.found)
        changed = {key: getattr(checked, key) for key in study}
        own = self.settings.study.model_copy(update=changed)
        altered = replace(self, settings=self.settings.model_copy(update={"study": own}))
        if set(TIMES) & set(changed):
            checks.times(altered, problems)
            if self.recorded is None:
                checks.how_many_calls(altered.settings, self.map, problems)
        problems.raise_if_any(ScenarioError, Message("the study"))
        return altered

    # ── other settings than the file's; whatever is compared with it must have them, too ─────────

    def with_settings(self, /, **sections: Mapping[str, Any]) -> Scenario:
        """The scenario with other settings, written as in a file.

            liling.with_settings(targets={"urban": "12 min"}, durations={"turnout": "2 min"})

        Settings that are not named stay as they are. ScenarioError with all that is wrong.
        Answers say what was altered, and from what; so do alter every layout that is compared.
        """
        problems = Problems()
        altered = altering.with_settings(self, sections, problems)
        if not problems and CHECKED_TOGETHER & set(sections):
            checks.who_is_sent(altered.settings, self.map, problems)
            checks.check_layout(altered, problems)
        if not problems and {"demand", "hospitals"} & set(sections):
            hospital_checks.check(altered, problems)
        if not problems and "travel" in sections:
            mine = {"travel": {"closures": dict.fromkeys(self.settings.travel.closures)}}
            closures.check_opened([sections, mine], problems.at("travel"))
            closures.check(altered.settings, altered.map, problems.at("travel"))
        if not problems and TIMED & set(sections):
            checks.times(altered, problems)
        problems.raise_if_any(ScenarioError, self._source)
        return self._marked(altered)

    def scaled(
        self,
        *,
        demand: float = 1.0,
        area: str | None = None,
        speed: float = 1.0,
        roads: str | None = None,
    ) -> Scenario:
        """The scenario with so many times the calls, and so many times the speed on roads.

        `area`: calls of "urban" or "rural" places only. `roads`: one class of roads only.
        """
        problems = Problems()
        altered = altering.with_demand_times(self, demand, area, problems.at("demand"))
        altered = altering.with_speed_times(altered, speed, roads, problems.at("speed"))
        problems.raise_if_any(ScenarioError, self._source)
        return self._marked(altered)

    def with_speed(self, roads: str, speed: str) -> Scenario:
        """The scenario with another speed, like "40 km/h", on one class of its map's roads.

        Roads with a posted speed of their own keep it unless `travel.posted` is "ignore".
        """
        problems = Problems()
        altering.check_roads(self, roads, problems.at("speed"))
        problems.raise_if_any(ScenarioError, self._source)
        return self.with_settings(travel={"speeds": {roads: speed}})

    def with_hours(self, station: str, hours: str | Hours | None) -> Scenario:
        """The scenario with a station's ambulances on duty at some clock hours only, like "08-20".

        None: the whole day.
        """
        problems = Problems()
        altered = altering.with_hours(self, station, hours, problems)
        if not problems:
            checks.layout_can_be(altered, problems)
        problems.raise_if_any(ScenarioError, self._source)
        return self._marked(altered)

    def with_rules(
        self, *, dispatch: OwnRule | None = None, standby: OwnRule | None = None
    ) -> Scenario:
        """The scenario with rules of one's own, functions, in place of its settings.

            sim.compare(liling, liling.with_rules(dispatch=basic_first))

        `dispatch(call, ambulances)` returns the one of the ambulances that is sent, or None for
        nobody as yet. `standby(ambulance)` returns the one of `ambulance.stations` where it waits,
        or None for its own. What they are given: `sim.study.own_rules`. Such layouts are simulated
        by the reference engine, in this process, and never kept. OptionError of what is no such
        function.
        """
        named = {"dispatch": dispatch, "standby": standby}
        given = {place: rule for place, rule in named.items() if rule is not None}
        if not given:
            message = Message("name a rule: dispatch=, standby= or both")
            raise OptionError(Message("the rules"), message)
        for place, takes in (("dispatch", ("call", "ambulances")), ("standby", ("ambulance",))):
            if place in given:
                own_rules.check(place, given[place], takes)
        rules = replace(self.own_rules, **given)
        names = ", ".join(OwnRules(**given).named().values())
        name = Name(f"{self.name.zh} ({names})", f"{self.name.en} ({names})")
        return replace(self, own_rules=rules, name=name)

    def page(self, lang: str = "en") -> Any:
        """A page that says it: stations and crews, hospitals, targets, calls a day."""
        return opened("sim.words.scenario", "page")(self, language(lang))

    def _repr_html_(self) -> str:
        html: str = self.page().html()
        return html

    def _marked(self, altered: Scenario) -> Scenario:
        """An altered scenario that remembers what it was."""
        return replace(altered, unaltered=self.unaltered or self)

    @property
    def _source(self) -> str:
        return self.name.en


def _as_in_a_file(crews: Mapping[str, Any]) -> dict[str, Any]:
    """Words that Python keeps for itself, like `class`, by their names in a file."""
    return {key.removesuffix("_"): value for key, value in crews.items()}


CHECKED_TOGETHER = {
    "crews", "demand", "dispatch", "hospitals", "standby", "start", "study", "transfers",
}  # fmt: skip
TIMED = {"demand", "hospitals", "start", "study", "travel"}  # what may come at some time, or not
TIMES = ("warm_up", "length", "cool_down")


def _in_seconds(value: float) -> str:
    try:
        return f"{float(value)!r} s"
    except OverflowError:  # a whole number of hundreds of digits
        return "1e999 s" if value > 0 else "-1e999 s"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
