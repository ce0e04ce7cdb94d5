"""Results on disk: text, CSV, figures, logs, and `run.json` that says how they were made.

Everything is written beside its final name and put in place in one step, so that whoever looks
finds a whole file or none.
"""

from __future__ import annotations

import contextlib
import os
import platform
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from sim import words
from sim.answers.answer import Answer, Provenance
from sim.errors import OutputError, PlannerWarning
from sim.files import cache, escapes, readings
from sim.files.whole import LOGS, MARK, alone, is_link, real, told_in_words, write_text
from sim.report import manifest, own_tables, part_folder
from sim.report.own_tables import texts_of
from sim.report.part_folder import drop_other_logs as drop_other_logs
from sim.text import Message
from sim.words.language import available

if TYPE_CHECKING:
    from sim.answers.answer import FileTable
    from sim.words.language import Language

PACKAGES = (
    "tenthirty",
    "simpy",
    "numba",
    "numpy",
    "scipy",
    "pandas",
    "geopandas",
    "shapely",
    "matplotlib",
)


def refuse_foreign(folder: Path) -> None:
    """A folder that holds anything but a result of ours is refused before any work is done."""
    with told_in_words(folder):
        place = real(folder)
        in_use = place.exists() and (not place.is_dir() or any(place.iterdir()))
        found = manifest.read(place)
        if (in_use and found is None) or not place.name:
            raise OutputError(
                folder, Message("it exists and holds no earlier result: name another folder")
            )
        for within in _folders_of(found or manifest.NOTHING):
            if is_link(place / within):
                text = Message(
                    "{name} in it is a link: remove it, or name another folder", name=within
                )
                raise OutputError(folder, text)


def _folders_of(result: manifest.Manifest) -> list[str]:
    """The folders within a results folder in which files of a result lie."""
    above = (PurePosixPath(name).parents for name in result.files)
    return sorted({LOGS, *(path.as_posix() for paths in above for path in paths)} - {"."})


@contextlib.contextmanager
def results_folder(folder: Path, key: str) -> Iterator[Path]:
    """A part folder to fill; it takes the place of an earlier result only when it is whole.

    It lies beside `folder`; what was stopped finds there what it had finished. It goes when nothing
    is finished, or when all is.
    """
    refuse_foreign(folder)
    named, folder = folder, real(folder)
    part = folder.with_name(f".{folder.name}.part-{key[:12]}")
    new_parent = not folder.parent.exists()
    try:
        with told_in_words(named), alone(part, named):
            part_folder.take(part, named)
            try:
                yield part
                _take_the_place(part, folder)
                part_folder.drop(part)
                part_folder.drop_others(folder)
            finally:
                part_folder.drop_unless_finished(part)
    finally:
        if new_parent:
            with contextlib.suppress(OSError):  # not empty: there is a result in it
                folder.parent.rmdir()


def free_folder(folder: Path, command: Sequence[str]) -> Path:
    """`folder`, or folder-2, folder-3, … if it holds the result of another command."""
    number, candidate = 1, folder
    while manifest.is_of_a_result(candidate / MARK) and (
        manifest.parsed(candidate / MARK).get("command") != ["tenthirty", *command]
    ):
        number += 1
        candidate = folder.with_name(f"{folder.name}-{number}")
    return candidate


def _take_the_place(part: Path, folder: Path) -> None:
    """File by file, so that what a planner put beside them stays; `run.json` comes last.

    Killed in between, the folder is known as ours by the file TAKING, which lists what of the
    earlier result and of this one may lie there.
    """
    folder.mkdir(exist_ok=True)
    old = manifest.read(folder) or manifest.NOTHING
    if is_link(folder / manifest.TAKING):
        (folder / manifest.TAKING).unlink()
    (folder / manifest.TAKING).touch()
    new = manifest.fingerprints(part, part_folder.files(part))
    manifest.write_taking(folder, old.with_files(new))
    if manifest.is_of_a_result(folder / MARK):
        (folder / MARK).unlink()
    for name in old.files:
        if path := old.path(folder, name):
            path.unlink()
    for path in (folder / LOGS).glob("layout-*"):
        with contextlib.suppress(OSError):  # not empty: somebody put something into it
            path.rmdir()
    kept: dict[str, str] = {}
    for name in [*new, MARK]:
        if (part / name).is_file():
            kept |= _cleared(folder, name)
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(part / name, folder / name)
    (folder / manifest.TAKING).unlink()
    if kept:
        _tell_of(kept, folder)


def _cleared(folder: Path, name: str) -> dict[str, str]:
    """Set aside what is not ours and lies where a file of a result is to be: old and new name."""
    path = folder / name
    above = [folder / parent for parent in [*PurePosixPath(name).parents][-2::-1]]
    in_the_way = [one for one in above if is_link(one) or (one.exists() and not one.is_dir())]
    in_the_way += [path] if os.path.lexists(path) and not in_the_way else []
    for one in in_the_way[:1]:
        number = 1
        while os.path.lexists(aside := one.with_name(f"{one.stem}.kept-{number}{one.suffix}")):
            number += 1
        os.rename(one, aside)
        return {one.name: aside.name}
    return {}


def _tell_of(kept: dict[str, str], folder: Path) -> None:
    """Say what was set aside."""
    listed = ", ".join(f"{name} → {aside}" for name, aside in kept.items())
    text = Message(
        "In {folder} lay files under the names of results that are not of the earlier result, or "
        "were changed since. They are kept under other names: {names}.",
        folder=str(folder),
        names=listed,
    )
    warnings.warn(PlannerWarning(text), stacklevel=2)


def write_run_json(folder: Path, facts: dict[str, Any], inputs: Sequence[Path]) -> None:
    """Whatever the answer says of itself, its files, hashes of the inputs, and versions.

    The inputs are told of as they were when they were read; what was changed since is said.
    """
    _tell_of_changed(inputs)
    said = {
        "program": manifest.PROGRAM,
        **facts,
        "files": manifest.fingerprints(folder, part_folder.files(folder)),
        "inputs": {str(path): readings.sha256(path) for path in dict.fromkeys(inputs)},
        "versions": {"python": platform.python_version(), **versions()},
    }
    text = escapes.in_json(said, indent=1) + "\n"
    write_text(folder / MARK, text)


CHANGED: Final = Message(
    "{file} was changed while the command ran. The answer is of what it held before: ask again for "
    "what it holds now."
)
CHANGED_BETWEEN: Final = Message(
    "{file} was changed while it was read, and nobody can say of which text the answer is: ask "
    "again."
)


def _tell_of_changed(inputs: Sequence[Path]) -> None:
    for path in dict.fromkeys(inputs):
        if readings.changed(path):
            known = readings.sha256(path) is not None
            text = Message(CHANGED if known else CHANGED_BETWEEN, file=str(path))
            warnings.warn(PlannerWarning(text), stacklevel=2)


def versions() -> dict[str, str]:
    """The versions of the program and of the packages that compute for it."""
    return {name: found for name, found in cache.versions(PACKAGES).items() if found}


def write(
    folder: Path,
    answer: Answer,
    say: Language,
    command: Sequence[str],
    *,
    figures: bool = True,
    **facts: Any,
) -> None:
    """An answer in a folder: its page as text, its frames as CSV, its figures and `run.json`.

    `command`: what was asked for, after the program's name; `facts`: what else `run.json` says.
    """
    write_text(folder / "table.txt", words.page_of(answer, say).text() + "\n")
    tables = words.tables_of(answer)
    for name, table in tables.items():
        _write_csv(folder / f"{name}.csv", table)
    if figures:
        from sim.figures import drawings, save

        for name, draw in drawings(answer, say).items():
            save(draw(), folder / f"{name}.png")
    # Of the answer all that has no file of its own.
    told = {key: value for key, value in everything(answer, say).items() if key not in tables}
    made = {"command": ["tenthirty", *command], **facts, own_tables.TEXTS: texts_of(tables)}
    if answer.name == "comparison":  # a replay of a day gives it in every language
        told[manifest.SENTENCES] = {code: [*answer.sentences(code)] for code in available()}
    if isinstance(answer.provenance, Provenance):
        made["seconds"] = round(answer.provenance.seconds, 2)
        made["draft"] = answer.provenance.draft
    write_run_json(folder, made | told, [*answer.files()])


def _write_csv(path: Path, table: FileTable) -> None:
    # With a byte-order mark, or Excel reads the Chinese names as something else.
    write_text(path, escapes.as_csv(table.columns, table.rows), "utf-8-sig")


def as_json(answer: Answer, say: Language) -> Any:
    """What `--json` prints: an answer's numbers, and its sentences in the reader's language.

    Of what was not simulated the rows alone, for there is no study to tell of.
    """
    facts = everything(answer, say)
    return facts if isinstance(answer.provenance, Provenance) else facts["rows"]


def everything(answer: Answer, say: Language) -> dict[str, Any]:
    """An answer's numbers, how it was computed, and its sentences."""
    page = words.page_of(answer, say)
    return words.facts_of(answer) | {"sentence": page.sentence, "sentences": list(page.sentences)}
