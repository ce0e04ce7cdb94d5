"""Scenario files: found, read with their bases, checked, and made into a Scenario."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path

from sim import units
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
from sim.files.escapes import quoted
from sim.geography import bundle as maps
from sim.geography.bundle import Map
from sim.scenario import (
    bases,
    checks,
    closures,
    crew_checks,
    hospital_checks,
    hospital_doubts,
    hospitals,
    kept_back,
    remainder,
    responders,
    schemas,
    standing,
    target_doubts,
    turnouts,
    workbook_calls,
    workbook_on_map,
    workbook_remedies,
)
from sim.scenario.contents import ScenarioFile
from sim.scenario.points import points_at
from sim.scenario.remainder import Remainder
from sim.scenario.scenario import Scenario
from sim.scenario.settings import Settings
from sim.scenario.settings.crews import UnreadCrews
from sim.scenario.settings.replay import Replay
from sim.scenario.settings.responders import LAYERS
from sim.scenario.validation import Problems
from sim.scenario.workbook import WorkbookText
from sim.text import Message, Name


def load(path: str | Path) -> Scenario:
    """A scenario file, or the base in a folder; ScenarioError or MapError with all problems."""
    if not isinstance(path, str | PathLike):
        raise OptionError(
            "path",
            Message("write the name of a file or folder; found {found}", found=units.shown(path)),
        )
    with entrance.reading(path, ScenarioError):
        return _loaded(bases.scenario_path(Path(path)))


def _loaded(path: Path) -> Scenario:
    texts = bases.with_bases(path)
    if "questions" in texts[0].content:
        message = Message(
            "it is a study, not a scenario: tenthirty study {path}", path=quoted(path)
        )
        raise ScenarioError(path, message)
    problems = Problems(partial(bases.place, texts))
    for text in texts:
        if isinstance(text, WorkbookText):
            problems.add(ScenarioError(text.path, text.problems))
    raw = bases.merged(texts)
    left = remainder.of(raw, problems)
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
        written={name: raw[name] for name in Settings.model_fields if name in raw},
    )
    checks.check(scenario.settings, ground, problems)
    if left.lacks("crews"):  # whom the layout names there cannot be known
        unread = scenario.settings.model_copy(update={"crews": UnreadCrews()})
        scenario = replace(scenario, settings=unread)
    so_far = len(problems)
    stations, scenario = _laid_out(scenario, left, problems)
    laid_out = len(problems) == so_far  # else what is missing may follow from what was told
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
        turnouts.check(scenario.settings, scenario, problems)
    else:
        crew_checks.on_duty_at_some_time(scenario, problems.at("layout"))
        crew_checks.breaks(scenario, problems.at("crews"), whole=False)
    standing.unread(
        (text.content.get("standby") for text in texts),
        scenario.settings.standby.rule,
        problems.at("standby"),
    )
    closures.check_opened([text.content for text in texts], problems.at("travel"))
    if not left.lacks("crews"):
        before = stations if whole and laid_out else None
        crew_checks.names(scenario.settings, scenario, problems, before)
    whole = not any(left.lacks("demand", part) for part in ("priorities", "conditions", "replay"))
    scenario = _with_responders(scenario, texts, problems)
    if left.lacks("responders"):
        _tables_of_responders(scenario, texts, problems)
    scenario = _with_clinics(scenario, texts, problems)
    hospital_checks.check(scenario, problems)
    hospital_checks.unread(
        (text.content.get("hospitals") for text in texts),
        scenario.settings.hospitals.destination,
        problems.at("hospitals"),
    )
    if file.demand.replay is not None and whole:
        scenario = _with_records(scenario, texts, file.demand.replay, problems)
    if not (left.lacks("start") or left.lacks("study")):
        checks.times(scenario, problems)
    asked = _doubts_of_workbooks(texts, ground, problems)
    if problems:
        raise _refusal(problems, texts)
    for doubt in (
        *asked,
        *target_doubts.doubts(scenario.settings, lambda loc: bases.place(texts, loc).place),
        *hospital_doubts.doubts(scenario),
        *kept_back.doubts(scenario),
    ):
        warnings.warn(PlannerWarning(doubt), stacklevel=2)
    return scenario


def _doubts_of_workbooks(texts: list[bases.Text], ground: Map, problems: Problems) -> list[Message]:
    """What is odd in workbooks or not read, and what of them the map does not know."""
    found: list[Message] = []
    for text in texts:
        if not isinstance(text, WorkbookText):
            continue
        from sim.geography.making import workbook_unread  # which opens pandas

        found += [*text.doubts, *workbook_unread.doubts(text.path)]
        try:
            changed = workbook_on_map.doubt(text.path, ground)
        except MapError as error:  # a sheet that no setting is read from
            problems.add(ScenarioError(text.path, error.problems))
            continue
        if changed is not None and problems:  # of which it may be the reason
            problems.add(ScenarioError(text.path, changed))
        found += [changed] if changed is not None else []
        used = text.yearly_calls if _reads_calls_of(text, texts) else None
        if changed is None and used is not None:
            other = workbook_calls.others_on_the_map(text.path, used, ground)
            found += [other] if other is not None else []
    return found


def _reads_calls_of(workbook: WorkbookText, texts: list[bases.Text]) -> bool:
    """Whether calls come at the rate of a workbook: no nearer file says one, none are replayed."""
    replay = ("demand", "replay")
    said = any(bases.stands_in(text.content, replay) for text in texts)
    return not said and bases.locate(texts, ("demand", "rate"))[0] is workbook


def _refusal(problems: Problems, texts: list[bases.Text]) -> ScenarioError:
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


def _laid_out(scenario: Scenario, left: Remainder, problems: Problems) -> tuple[Scenario, Scenario]:
    """The scenario with its stations, and after its changes; what cannot be made is told once."""
    file = left.file
    assert file is not None
    unmade = set()
    for row, entry in zip(left.rows["layout"], file.layout, strict=True):
        scenario = entry.made(scenario, scenario.map, problems.at("layout", row))
        if scenario.station(entry.station) is None:
            unmade.add(entry.station)
    if left.lacks_stations():
        unmade |= {change.verb.station for change in file.changes if change.add is None}
    stations = scenario
    for row, change in zip(left.rows["changes"], file.changes, strict=True):
        if change.verb.station in unmade:
            continue  # it follows from what has been told
        before = len(problems)
        scenario = scenario.after(change, problems.at("changes", row))
        if change.add is not None and len(problems) > before:
            unmade.add(change.verb.station)
    return stations, scenario


def schema() -> str:
    """The JSON Schema of scenario files, for editors that complete and check while typing."""
    return schemas.schema_of(ScenarioFile)


def _with_records(
    scenario: Scenario, texts: list[bases.Text], replay: Replay | str, problems: Problems
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
        told = workbook_remedies.of_settings(error) if isinstance(text, WorkbookText) else error
        if not problems:
            raise told from error.__cause__
        problems.add(told)
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


def _with_responders(scenario: Scenario, texts: list[bases.Text], problems: Problems) -> Scenario:
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


def _tables_of_responders(scenario: Scenario, texts: list[bases.Text], problems: Problems) -> None:
    """Tell what is wrong with the tables of groups that have other mistakes, too."""
    text = next(t for t in texts if "responders" in t.content)
    groups = text.content["responders"]
    for number, group in enumerate(groups if isinstance(groups, list) else []):
        at = group.get("at") if isinstance(group, dict) else None
        if isinstance(at, str) and at not in LAYERS and number >= len(scenario.responder_xy):
            here = problems.at("responders", number, "at")
            points_at(at, scenario.map, text.path.parent, problems, here)


def _with_clinics(scenario: Scenario, texts: list[bases.Text], problems: Problems) -> Scenario:
    """The scenario with its clinics, whose table lies beside the file that names it."""
    settings = scenario.settings
    if settings.hospitals.clinics is None:
        return scenario
    folder = bases.locate(texts, ("hospitals", "clinics", "at"))[0].path.parent
    return replace(
        scenario,
        clinics=hospitals.clinic_points(settings, scenario.map, folder, problems),
        files=(*scenario.files, *hospitals.files(settings, folder)),
    )


def _read_map(texts: list[bases.Text], name: str, problems: Problems) -> Map | None:
    """`map: liling` is maps/liling/liling.gpkg, in a folder above the file that says so.

    None after telling that there is none.
    """
    text, _ = bases.locate(texts, ("map",))
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
    book = next((one.path for one in texts if isinstance(one, WorkbookText)), None)
    if book is not None and not known:
        problems.at("map").tell(Message(NO_MAP_YET, name=name, workbook=str(book)))
        return None
    hint = did_you_mean(name, known)
    problems.at("map").tell(Message('no map "{name}" under maps/{hint}', name=name, hint=hint))
    return None


NO_MAP_YET = Message(
    "there is no map {name} yet: fill in townships, stations and hospitals, then type tenthirty "
    "map import --workbook {workbook} --roads FILE, or without roads tenthirty map synthesise "
    "--workbook {workbook}"
)
