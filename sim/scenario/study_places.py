"""Where a study is made: one place, the places in a folder, or those of a table."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from sim.errors import MapImportError, Problem, ScenarioError
from sim.scenario import study_file
from sim.scenario.bases import ENDINGS
from sim.scenario.study_file import USUAL, Question, StudyFile, StudyOfPlace
from sim.text import Message, Say

SCENARIO: Final = ("scenario", "情景", "方案", "scenarios", "folder", "文件夹")
PLACE: Final = ("place", "地点", "地区", "name", "名称", "县")
TOLD: Final = 20  # of many rows that are wrong
# What is asked of a place of which nobody wrote a study.
USUAL_QUESTION: Final = Message("How well does today's layout keep its targets?")


class StudiedPlace(NamedTuple):
    """A place and what is asked of it."""

    name: str  # of its folder among the results
    study: StudyOfPlace


class StudiedPlaces(NamedTuple):
    """StudiedPlaces, and whether they are many, so that each has a folder of its own."""

    name: str
    each: list[StudiedPlace]
    many: bool


def find(path: Path, questions: Path | None, chinese: Say) -> StudiedPlaces:
    """The place of a study file or of a folder, the places in a folder, or those of a table.

    `questions`: a study file that is put to every place instead of its own. `chinese` says a
    message in Chinese. ScenarioError with all that is wrong.
    """
    if path.suffix in ENDINGS and path.is_file():
        return StudiedPlaces(
            _name(path), [StudiedPlace(_name(path), _of_file(path, questions, chinese))], False
        )
    if path.is_dir():
        if _is_place(path):
            return StudiedPlaces(
                path.name, [StudiedPlace(path.name, _of(path, questions, chinese))], False
            )
        return _in_folder(path, questions, chinese)
    return _in_table(path, questions, chinese)


def _name(path: Path) -> str:
    """liling for scenarios/liling/study.yaml; liling-two for another file beside it."""
    folder = path.resolve().parent.name
    return folder if path.name == USUAL else f"{folder}-{path.stem}"


def _is_place(folder: Path) -> bool:
    """Whether a folder has a study or scenarios."""
    return any(file.suffix in ENDINGS for file in folder.iterdir() if file.is_file())


def _of_file(path: Path, questions: Path | None, chinese: Say) -> StudyOfPlace:
    if questions is not None:
        return study_file.load(questions, path.parent)
    if study_file.is_study(path):
        return study_file.load(path)
    return _usual(path.parent, path.name, chinese)


def _of(folder: Path, questions: Path | None, chinese: Say) -> StudyOfPlace:
    folder = folder.resolve()
    if questions is not None:
        return study_file.load(questions, folder)
    if (folder / USUAL).is_file():
        return study_file.load(folder / USUAL)
    return _usual(folder, ".", chinese)


def _usual(folder: Path, scenario: str, chinese: Say) -> StudyOfPlace:
    """What is asked where nobody wrote questions: `run`."""
    one = Question(
        ask=str(USUAL_QUESTION),
        ask_zh=chinese(USUAL_QUESTION),
        command=f"run {shlex.quote(scenario)}",
    )
    return StudyOfPlace(StudyFile(name=folder.name[:80], questions=(one,)), folder, None)


def _in_folder(folder: Path, questions: Path | None, chinese: Say) -> StudiedPlaces:
    below = [one for one in sorted(folder.iterdir()) if one.is_dir() and _is_place(one)]
    if not below:
        message = Message("there is neither a study nor a scenario in it, nor in its folders")
        raise ScenarioError(folder, message)
    named = [(one.name, one, None) for one in below]
    return StudiedPlaces(folder.resolve().name, _each(folder, named, questions, chinese), True)


def _in_table(path: Path, questions: Path | None, chinese: Say) -> StudiedPlaces:
    """The places of a table: a scenario, or a folder of one, in each row; and what it is called."""
    from sim.files import cells, tables

    if not path.exists() or not tables.is_table(path):
        message = Message(
            "name a study, a folder of scenarios, a folder of such folders, or a table with a "
            "column {column}",
            column=SCENARIO[0],
        )
        raise ScenarioError(path, message)
    try:
        frame = tables.read_table(path)
    except MapImportError as error:
        raise ScenarioError(path, error.problems) from error
    columns = {str(name).strip().casefold(): name for name in frame.columns}
    where = next((columns[name] for name in SCENARIO if name in columns), None)
    called = next((columns[name] for name in PLACE if name in columns), None)
    if where is None:
        message = Message(
            "no column {column} or {other}; found {found}",
            column=SCENARIO[0], other=SCENARIO[1], found=", ".join(map(str, frame.columns)),
        )  # fmt: skip
        raise ScenarioError(path, message)
    named: list[tuple[str, Path, int | None]] = []
    problems = []
    for line, row in frame.iterrows():
        number = int(str(line))
        at = path.parent / str(row[where]).strip()
        if not str(row[where]).strip() or not at.exists():
            message = Message("no such file or folder; found {found}", found=str(row[where]))
            problems += cells.placed(frame, [Problem(message, str(where), number)])
            continue
        name = str(row[called]).strip() if called is not None else ""
        named.append((name or (at.name if at.is_dir() else _name(at)), at, number))
    if problems:
        raise ScenarioError(path, problems[:TOLD])
    return StudiedPlaces(path.stem, _each(path, named, questions, chinese), True)


def _each(
    source: Path,
    named: Sequence[tuple[str, Path, int | None]],
    questions: Path | None,
    chinese: Say,
) -> list[StudiedPlace]:
    """StudiedPlaces by name; ScenarioError with all that is wrong, two of one name too."""
    found: list[StudiedPlace] = []
    problems = list(_twice(named))
    for name, path, _ in named:
        try:
            study = (_of_file if path.is_file() else _of)(path, questions, chinese)
        except ScenarioError as error:
            if questions is not None:  # the same for all
                raise
            problems += [one.of(str(error.source)) for one in error.problems]
            continue
        found.append(StudiedPlace(name, study))
    if problems:
        raise ScenarioError(source, problems[:TOLD])
    return found


def _twice(named: Sequence[tuple[str, Path, int | None]]) -> Iterator[Problem]:
    seen: dict[str, int | None] = {}
    for name, _, line in named:
        if name in seen:
            yield Problem(Message('"{name}" is named twice', name=name), line=line)
        seen.setdefault(name, line)
