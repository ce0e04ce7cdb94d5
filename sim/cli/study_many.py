"""The same for many places at once: each in a process, all that is finished kept as it comes."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.cli import questions, speech, study_one
from sim.cli.options import Stopped, working
from sim.cli.questions import How
from sim.cli.study_one import PAGE
from sim.errors import PlannerError, ScenarioError
from sim.files.escapes import file_name
from sim.scenario.validation import Problems
from sim.text import Message
from sim.words.language import Language, language

if TYPE_CHECKING:
    from sim.report.places import PlaceRow
    from sim.report.study_page import StudyPage
    from sim.scenario.study_file import StudyOfPlace
    from sim.scenario.study_places import StudiedPlaces


class PlaceAnswered(NamedTuple):
    """What came of the questions at one place."""

    page: StudyPage | None
    failure: str = ""  # why nothing was asked there, in the reader's language


def at_place(study: StudyOfPlace, folder: Path, how: How, program: str) -> PlaceAnswered:
    """All questions of one place, in whatever process: what came of them, its page written.

    WorkersError if this process runs another program than whoever asks.
    """
    from sim.report import answered

    answered.refuse_other(program)
    try:
        checked = questions.check(study, folder, how)
        folder.mkdir(parents=True, exist_ok=True)
        return PlaceAnswered(study_one.answers(study, checked, folder, how, quiet=True))
    except PlannerError as error:
        return PlaceAnswered(None, error.told(language(how.lang)))


def ask(
    places: StudiedPlaces,
    folder: Path,
    named: Path,
    how: How,
    say: Language,
    as_json: bool,
    in_all: int,
) -> dict[str, Any]:
    """Ask at every place, and write what came of it; the facts of it.

    `named`: the folder as the planner named it; `in_all`: what so many places would take is said.
    """
    from sim.report import places as report

    began = time.monotonic()
    with working(Message("Asking at each place"), say, as_json=as_json) as tell:
        rows = _asked(places, folder, how, tell)
        took_s = time.monotonic() - began
        tell(title=Message("Writing"))
        tables = report.write_tables(rows, folder)
        report.write_page(rows, places.name, folder / PAGE, say)
    told = _facts(rows, folder, tables)
    told["seconds"] = round(took_s, 1)
    computed = told["computed"]
    if computed:
        told["in_all"] = {"places": in_all, "hours": round(took_s / computed * in_all / 3600, 2)}
    if not as_json:
        _show(rows, told, named, say)
    return told


def check(places: StudiedPlaces, how: How) -> None:
    """ScenarioError with what is wrong in the commands of all places; the same is told once."""
    problems = Problems()
    looked_at = set()
    for place in places.each:
        source = str(place.study.source)
        if source in looked_at:
            continue
        looked_at.add(source)
        try:
            questions.check(place.study, None, how)
        except ScenarioError as error:
            problems.add(error)
    problems.raise_if_any(ScenarioError, places.name)


def _asked(places: StudiedPlaces, folder: Path, how: How, tell: Any) -> list[PlaceRow]:
    """The places in their order, each with what came of it, in as many processes as are useful."""
    from sim.files.cache import this_program
    from sim.report.places import PlaceRow
    from sim.study import spreading

    alone = how._replace(workers=1, scheduler=None)  # a place is work for one process
    folders = [folder / file_name(place.name) for place in places.each]
    tasks = [
        (place.study, where, alone, this_program())
        for place, where in zip(places.each, folders, strict=True)
    ]
    found: dict[int, PlaceAnswered] = {}
    try:
        for number, one in spreading.each(at_place, tasks, how.workers, how.scheduler):
            found[number] = one
            tell(len(found), len(tasks), Message("Asking at each place"))
    except KeyboardInterrupt:
        raise Stopped(
            Message(
                "Stopped: {places} places are finished; the same command goes on from there.",
                places=len(found),
            )
        ) from None
    return [
        PlaceRow(place.name, where, found[number].page, found[number].failure)
        for number, (place, where) in enumerate(zip(places.each, folders, strict=True))
    ]


def _facts(rows: list[PlaceRow], folder: Path, tables: list[str]) -> dict[str, Any]:
    """For `--json` and `study.json`."""
    told = []
    counts = Counter(dict.fromkeys(("computed", "kept", "failed"), 0))
    for row in rows:
        one: dict[str, Any] = {"place": row.place, "failure": row.failure or None}
        parts = [part for asked in row.page.asked for part in asked.parts] if row.page else []
        if row.page is not None:
            one |= study_one.facts(row.page, row.folder)
        if row.page is None or any(part.failed for part in parts):
            counts["failed"] += 1
        else:
            counts["kept" if all(part.kept for part in parts) else "computed"] += 1
        told.append(one)
    return {"places": told, **counts, "tables": tables}


def _show(rows: list[PlaceRow], told: dict[str, Any], named: Path, say: Language) -> None:
    lines = [
        say(
            "{places}: {computed} computed in {seconds} s, {kept} kept, {failed} failed",
            places=say.count(len(rows), "{n} place", "{n} places"),
            computed=told["computed"], seconds=f"{told['seconds']:,.0f}",
            kept=told["kept"], failed=told["failed"],
        )
    ]  # fmt: skip
    if "in_all" in told:
        lines += [
            say(
                "At this pace {places} such places would take {hours} hours on this machine.",
                places=f"{told['in_all']['places']:,}", hours=f"{told['in_all']['hours']:,.1f}",
            )
        ]  # fmt: skip
    for row in rows:
        failures = [row.failure] if row.page is None else [
            part.failure for asked in row.page.asked for part in asked.parts if part.failure
        ]  # fmt: skip
        for failure in dict.fromkeys(failures):
            lines += [f"{row.place}: {failure}"]
    for name in told["tables"]:
        lines += [say("Table: {file}", file=named / name)]
    lines += [say("Page: {file}", file=named / PAGE)]
    speech.show("\n".join(f" {line}" for line in lines))
