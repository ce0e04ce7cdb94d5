"""Scenario files: found, read with their bases, checked, and made into a Scenario."""

from __future__ import annotations

import contextlib
import json
import os
import warnings
from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

from sim import limits, units
from sim.errors import (
    MapError,
    OptionError,
    PlannerWarning,
    Problem,
    RecordsError,
    ScenarioError,
    did_you_mean,
)
from sim.files import entrance, yaml_slips
from sim.files.whole import is_part
from sim.files.yaml_lines import Loc, YamlText
from sim.geography import bundle as maps
from sim.geography.bundle import Map
from sim.scenario import (
    checks,
    closures,
    crew_checks,
    cut_off,
    hospital_checks,
    hospitals,
    remainder,
    responders,
    standing,
)
from sim.scenario.contents import ScenarioFile
from sim.scenario.remainder import Remainder
from sim.scenario.scenario import Scenario
from sim.scenario.settings import Settings
from sim.scenario.settings.crews import UnreadCrews
from sim.scenario.settings.replay import Replay
from sim.scenario.validation import Problems
from sim.scenario.values import describe
from sim.text import Message, Name

ENDINGS = (".yaml", ".yml")


def load(path: str | Path) -> Scenario:
    """A scenario file, or the base in a folder; ScenarioError or MapError with all problems."""
    if not isinstance(path, str | PathLike):
        raise OptionError(
            "path",
            Message("write the name of a file or folder; found {found}", found=units.shown(path)),
        )
    with entrance.reading(path, ScenarioError):
        return _loaded(_scenario_path(Path(path)))


def _loaded(path: Path) -> Scenario:
    texts = _with_bases(path)
    problems = Problems(partial(_place, texts))
    left = remainder.of(_merged(texts), problems)
    file = left.file
    if file is None:
        raise _refusal(problems, texts)
    if not file.map and not left.lacks("map"):
        problems.at("map").tell(
            Message("write the map that the layout stands on, like `map: liling`")
        )
    ground = _read_map(texts, file.map, problems) if file.map else None
    if ground is None:
        raise _refusal(problems, texts)
    scenario = Scenario(
        name=Name(file.name_zh or file.name, file.name),
        settings=Settings(**{name: getattr(file, name) for name in Settings.model_fields}),
        map=ground,
        path=path,
        reason=file.reason or "",
        files=tuple(text.path for text in texts),
    )
    checks.check(scenario.settings, ground, problems)
    if left.lacks("crews"):  # whom the layout names there cannot be known
        unread = scenario.settings.model_copy(update={"crews": UnreadCrews()})
        scenario = replace(scenario, settings=unread)
    before = len(problems)
    scenario = _laid_out(scenario, left, problems)
    laid_out = len(problems) == before  # else what is missing may follow from what was told
    if not problems and not scenario.fleet:
        if file.changes:
            problems.at("changes").tell(Message("the changes leave no ambulance in the layout"))
        else:
            problems.at("layout").tell(
                Message("the layout has no ambulance: write stations under `layout`, with some")
            )
    checks.how_many_ambulances(scenario, problems.at("layout"))
    whole = not (left.lacks("layout") or left.lacks("changes") or left.lacks("crews"))
    if whole and laid_out:
        checks.check_layout(scenario, problems, {entry.station for entry in file.layout})
    else:
        crew_checks.on_duty_at_some_time(scenario, problems.at("layout"))
        crew_checks.breaks(scenario, problems.at("crews"), whole=False)
    standing.unread(
        (text.content.get("standby") for text in texts),
        scenario.settings.standby.rule,
        problems.at("standby"),
    )
    if not left.lacks("crews"):
        crew_checks.names(scenario.settings, scenario, problems)
    whole = not any(left.lacks("demand", part) for part in ("priorities", "conditions", "replay"))
    scenario = _with_responders(scenario, texts, problems)
    scenario = _with_clinics(scenario, texts, problems)
    hospital_checks.check(scenario, problems)
    if file.demand.replay is not None and whole:
        scenario = _with_records(scenario, texts, file.demand.replay, problems)
    closures.check_dates(scenario.settings, problems.at("travel"))
    if not problems:
        cut_off.check(scenario, problems.at("travel"))
    if problems:
        raise _refusal(problems, texts)
    for doubt in hospital_checks.doubts(scenario):
        warnings.warn(PlannerWarning(doubt), stacklevel=2)
    return scenario


def _refusal(problems: Problems, texts: list[YamlText]) -> ScenarioError:
    """All that was found; where a full-width mark is why, that is said instead."""
    text_of = {"": texts[0], **{str(text.path): text for text in texts[1:]}}
    told: dict[Problem, None] = {}
    for problem in problems.found:
        text = text_of.get(problem.file)
        if text is not None and problem.line is not None:
            slip = text.slip(problem.line, problem.message)
            if slip is not None:
                told[Problem(slip[1], "", slip[0], problem.file)] = None
                if not yaml_slips.is_other(problem.message):
                    continue
        told[problem] = None
    return ScenarioError(texts[0].path, list(told))


def _laid_out(scenario: Scenario, left: Remainder, problems: Problems) -> Scenario:
    """The scenario with its stations and after its changes; what cannot be made is told once."""
    file = left.file
    assert file is not None
    unmade = set()
    for row, entry in zip(left.rows["layout"], file.layout, strict=True):
        scenario = entry.made(scenario, scenario.map, problems.at("layout", row))
        if scenario.station(entry.station) is None:
            unmade.add(entry.station)
    if left.lacks_stations():
        unmade |= {change.verb.station for change in file.changes if change.add is None}
    for row, change in zip(left.rows["changes"], file.changes, strict=True):
        if change.verb.station in unmade:
            continue  # it follows from what has been told
        before = len(problems)
        scenario = scenario.after(change, problems.at("changes", row))
        if change.add is not None and len(problems) > before:
            unmade.add(change.verb.station)
    return scenario


def schema() -> str:
    """The JSON Schema of scenario files, for editors that complete and check while typing."""
    describe()
    rules = _on_one_line(ScenarioFile.model_json_schema(by_alias=True))
    return json.dumps(rules, ensure_ascii=False, indent=1) + "\n"


def _on_one_line(rules: Any) -> Any:
    """The schema with its descriptions as they are read, not as the code breaks their lines."""
    if isinstance(rules, list):
        return [_on_one_line(rule) for rule in rules]
    if not isinstance(rules, dict):
        return rules
    return {
        key: " ".join(value.split())
        if key == "description" and isinstance(value, str)
        else _on_one_line(value)
        for key, value in rules.items()
    }


def _scenario_path(path: Path) -> Path:
    """The file itself; of a folder, the one file in it that changes no other."""
    if path.is_dir():
        files = sorted(
            file for ending in ENDINGS for file in path.glob(f"*{ending}") if not is_part(file)
        )
        bases, unread = [], list[ScenarioError]()
        for file in files:
            try:
                if "base" not in YamlText(file).content:
                    bases.append(file)
            except ScenarioError as error:
                unread.append(error)
        if len(bases) == 1:
            _tell_left_out(bases[0], unread)
            return bases[0]
        if not bases and unread:
            raise _perhaps_the_base(path, unread)
        if not files:
            message = Message("name a file: this folder has no scenario (.yaml)")
        elif not bases:
            message = Message("name a file: this folder has none without a `base`")
        else:
            message = Message(
                "name a file: this folder has {files} without a `base`",
                files=", ".join(file.name for file in bases),
            )
        raise ScenarioError(path, message)
    if not path.exists():
        near: list[str] = []
        with contextlib.suppress(OSError):
            near = [str(p) for p in path.parent.glob("*") if p.suffix in ENDINGS or p.is_dir()]
        hint = did_you_mean(str(path), near)
        missing = Message("no such file or folder{hint}", hint=hint)
        entrance.require_file(path, ScenarioError, missing)
    return path


def _tell_left_out(base: Path, unread: list[ScenarioError]) -> None:
    """Which files beside the base of a folder cannot be read: they may be of something else."""
    for error in unread:
        problem = error.problems[0]
        reason: str = problem.message
        if problem.line is not None:
            line = Message("line {number}", number=problem.line)
            reason = Message("{place}: {problem}", place=line, problem=reason)
        told = Message(
            "{file} was left out of the search for the base, which is {base}: {reason}",
            file=Path(str(error.source)).name, base=base.name, reason=reason,
        )  # fmt: skip
        warnings.warn(PlannerWarning(told), stacklevel=2)


def _perhaps_the_base(path: Path, unread: list[ScenarioError]) -> ScenarioError:
    """No file of a folder is known to be its base, and these cannot be read."""
    names = ", ".join(Path(str(error.source)).name for error in unread)
    why = Message(
        "a folder means the one file in it without a `base`; that may be {files}, which cannot be "
        "read: mend it, or name a file",
        files=names,
    )
    inside = [
        replace(problem, file=problem.file or Path(str(error.source)).name)
        for error in unread
        for problem in error.problems
    ]
    return ScenarioError(path, [Problem(why), *inside])


def _with_bases(path: Path) -> list[YamlText]:
    """The file and the bases it stands on, the nearest first."""
    texts = [YamlText(path)]
    while texts[-1].has("base"):
        last = texts[-1]
        base = _base_path(last)
        if base.resolve() in {text.path.resolve() for text in texts}:
            message = Message("the bases go round in a circle")
            raise ScenarioError(last.path, Problem(message, "base", last.line(("base",))))
        if len(texts) > limits.BASES:
            message = Message("more than {most} bases stand on each other", most=limits.BASES)
            raise ScenarioError(last.path, Problem(message, "base", last.line(("base",))))
        texts.append(YamlText(base))
    return texts


def _base_path(text: YamlText) -> Path:
    """`base: today` is a file beside this one; `base: liling` may be a folder, here or above."""
    name, here = text.content["base"], text.path.resolve().parent
    if isinstance(name, str) and name:
        for folder in (here, here.parent):
            for candidate in (folder / name, folder / f"{name}.yaml"):
                if os.path.exists(candidate):
                    return _scenario_path(candidate)
    message = Message("write the name of one scenario; found {found}", found=units.shown(name))
    if isinstance(name, str) and name:
        known = sorted(p.stem for p in here.glob("*.yaml") if p != text.path)
        message = Message(
            'no scenario "{name}" beside this file{hint}', name=name, hint=did_you_mean(name, known)
        )
    raise ScenarioError(text.path, Problem(message, "base", text.line(("base",))))


def _merged(texts: list[YamlText]) -> dict[str, Any]:
    """The file over its bases: settings by key, changes after the base's changes."""
    merged: dict[str, Any] = {}
    for text in reversed(texts):
        own = {key: value for key, value in text.content.items() if key != "base"}
        changes = own.pop("changes", None)
        for key in ("name", "name_zh", "reason"):
            merged.pop(key, None)
        merged = _deep(merged, own)
        if changes is not None:
            before = merged.get("changes")
            both = isinstance(before, list) and isinstance(changes, list)
            merged["changes"] = [*before, *changes] if both else changes  # type: ignore[misc]
    return merged


def _deep(under: Any, over: Any) -> Any:
    if isinstance(under, dict) and isinstance(over, dict):
        # A distribution is replaced whole: the parameters of two laws do not mix.
        if "distribution" in over:
            return over
        return {**under, **{key: _deep(under.get(key), value) for key, value in over.items()}}
    return over


def _place(texts: list[YamlText], loc: Loc) -> tuple[str, int | None]:
    """The file that says it, if it is a base's, and the line."""
    text, line = _locate(texts, loc)
    return "" if text is texts[0] else str(text.path), line


def _locate(texts: list[YamlText], loc: Loc) -> tuple[YamlText, int | None]:
    """The file that says it, nearest first, and the line."""
    if loc and loc[0] == "changes" and len(loc) > 1 and isinstance(loc[1], int):
        number = loc[1]
        for text in reversed(texts):
            own = text.content.get("changes")
            count = len(own) if isinstance(own, list) else 0
            if number < count:
                return text, text.line(("changes", number, *loc[2:]))
            number -= count
    for place in (loc, loc[:1]):  # a setting may stand in a base, others of its chapter here
        for text in texts:
            if loc and _stands_in(text.content, place):
                return text, text.line(loc)
    return texts[0], None


def _stands_in(node: Any, loc: Loc) -> bool:
    for part in loc:
        found = isinstance(node, dict) and part in node
        found |= isinstance(node, list) and isinstance(part, int) and part < len(node)
        if not found:
            return False
        node = node[part]
    return True


def _with_records(
    scenario: Scenario, texts: list[YamlText], replay: Replay | str, problems: Problems
) -> Scenario:
    """The scenario over the days of its records, which lie beside the file that names them."""
    from sim.scenario.records import reading  # which opens pandas: not where calls are drawn

    text = next(t for t in texts if "replay" in (t.content.get("demand") or {}))
    asked = Replay(file=replay) if isinstance(replay, str) else replay
    path = text.path.parent / asked.file
    priorities = [priority.name for priority in scenario.settings.demand.priorities]
    conditions = [condition.name for condition in scenario.settings.demand.conditions]
    try:
        recorded = reading.read(path, scenario.map, priorities, asked, conditions)
    except RecordsError as error:
        if not problems:
            raise
        problems.add(error)
        return scenario
    study = scenario.settings.study
    length = recorded.length_s - study.warm_up
    if length <= 0:
        message = Message(
            "the records span {days:g} days and the warm-up takes {warm_up:g}: shorten it, like "
            "`study: {{warm_up: 0 min}}`",
            days=recorded.length_s / 86400,
            warm_up=study.warm_up / 86400,
        )
        problems.at("study", "warm_up").tell(message)
        return scenario
    study = study.model_copy(update={"length": length, "cool_down": 0.0})
    settings = scenario.settings.model_copy(update={"start": recorded.start, "study": study})
    files = (*scenario.files, path)
    return replace(scenario, settings=settings, recorded=recorded, files=files)


def _with_responders(scenario: Scenario, texts: list[YamlText], problems: Problems) -> Scenario:
    """The scenario with the points of its responders, whose tables lie beside the file that names
    them."""
    groups = scenario.settings.responders
    if not groups:
        return scenario
    text = next(t for t in texts if "responders" in t.content)
    folder = text.path.parent
    return replace(
        scenario,
        responder_xy=responders.points(groups, scenario.map, folder, problems),
        files=(*scenario.files, *responders.files(groups, folder)),
    )


def _with_clinics(scenario: Scenario, texts: list[YamlText], problems: Problems) -> Scenario:
    """The scenario with its clinics, whose table lies beside the file that names it."""
    settings = scenario.settings
    if settings.hospitals.clinics is None:
        return scenario
    folder = _locate(texts, ("hospitals", "clinics", "at"))[0].path.parent
    return replace(
        scenario,
        clinics=hospitals.clinic_points(settings, scenario.map, folder, problems),
        files=(*scenario.files, *hospitals.files(settings, folder)),
    )


def _read_map(texts: list[YamlText], name: str, problems: Problems) -> Map | None:
    """`map: liling` is maps/liling/liling.gpkg, in a folder above the file that says so.

    None after telling that there is none.
    """
    text, _ = _locate(texts, ("map",))
    here = text.path.resolve().parent
    bundles = [here / name]
    bundles += [folder / "maps" / name / f"{name}.gpkg" for folder in (here, *here.parents)]
    for bundle in bundles:
        if entrance.is_file(bundle):
            try:
                return maps.read(bundle)
            except MapError as error:
                if not problems:
                    raise
                problems.add(error)
                return None
    shelves = [folder / "maps" for folder in (here, *here.parents) if (folder / "maps").is_dir()]
    known = sorted(p.parent.name for shelf in shelves for p in shelf.glob("*/*.gpkg"))
    hint = did_you_mean(name, known)
    problems.at("map").tell(Message('no map "{name}" under maps/{hint}', name=name, hint=hint))
    return None
