"""What a study keeps of a question that was answered, so that it is not asked again.

Beside the results folder of each command lies one file that says what was asked, of which files,
by which program, and what the answer says. It counts only while all of that is as it was, and the
results folder is whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.errors import WorkersError
from sim.files import escapes, readings
from sim.files.cache import this_program
from sim.files.whole import MARK, write_text
from sim.report import folder as store
from sim.report import manifest
from sim.text import Message
from sim.words.page import Table, on_one_line, paragraphs

if TYPE_CHECKING:
    from sim.answers.answer import Answer
    from sim.words.page import Page


class KeptAnswer(NamedTuple):
    """An answer as a study shows it, in the language in which it was asked for."""

    key: str  # of what was asked, how and by which program
    room: str  # which kind of answer it is
    synthetic: bool  # whether its map is made up
    seconds: float  # that the command took
    heading: list[str]
    body: str  # HTML: its tables, and paragraphs between them
    notes: list[str]
    sentences: list[str]  # for the minutes of the meeting; the first is the main one
    figures: list[str]  # in the results folder, the main one first
    inputs: dict[str, str | None]  # files by path, with the SHA-256 of what was read


def key_of(command: Sequence[str], how: Sequence[Any]) -> str:
    """A hash of a command, of how it is carried out, and of this program with its packages."""
    asked = json.dumps([list(command), list(how), this_program(), store.versions()], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()


def refuse_other(program: str) -> None:
    """WorkersError unless this process runs the program of this hash."""
    if program != this_program():
        text = Message("a worker runs another version of tenthirty, or of its packages")
        raise WorkersError(Message("the study"), text)


def made_of(
    answer: Answer,
    page: Page,
    key: str,
    *,
    seconds: float,
    figures: Sequence[str],
    files: Iterable[Path],
    more: Sequence[Table] = (),
) -> KeptAnswer:
    """What is kept of an answer, its page in the reader's language, and the files it came from.

    `more`: tables that were asked for besides.
    """
    parts: list[str] = []
    for part in (*page.body, *more):
        parts += [part.html()] if isinstance(part, Table) else paragraphs([part])
    inputs = {str(path.resolve()): readings.sha256(path) for path in dict.fromkeys(files)}
    return KeptAnswer(
        key,
        answer.room(),
        bool(answer.provenance.base.map.synthetic),
        seconds,
        [on_one_line(line) for line in page.heading if line],
        "\n".join(parts),
        [note for note in page.notes if note],
        list(page.sentences),
        list(figures),
        inputs,
    )


def record_of(folder: Path) -> Path:
    """The file that says what lies in a results folder of a study: the one beside it."""
    return folder.with_name(f"{folder.name}.answer.json")


def write(folder: Path, answered: KeptAnswer) -> None:
    """Note what the results in a folder answer."""
    text = escapes.in_json(answered._asdict(), indent=1) + "\n"
    write_text(record_of(folder), text)


def read(folder: Path, key: str) -> KeptAnswer | None:
    """What was answered to the same, if nothing that it follows from has changed since."""
    said = manifest.parsed(record_of(folder))
    try:
        found = KeptAnswer(**said)
    except TypeError:  # no such file, or one of another version
        return None
    if found.key != key or not isinstance(found.inputs, dict) or not is_whole(folder):
        return None
    try:
        same = all(manifest.sha256(Path(path)) == was for path, was in found.inputs.items())
    except OSError:  # one of them is gone
        return None
    return found if same else None


def is_whole(folder: Path) -> bool:
    """Whether the results that were written into a folder are all there, and as they were."""
    found = manifest.read(folder)
    if found is None or not manifest.is_of_a_result(folder / MARK):
        return False
    return all(found.path(folder, name) is not None for name in found.files)
