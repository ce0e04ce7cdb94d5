"""Results on disk: text, CSV, figures, logs, and `run.json` that says how they were made.

Everything is written beside its final name and put in place in one step, so that whoever looks
finds a whole file or none.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
import os
import platform
import shutil
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import words
from sim.answers.answer import Answer, Provenance
from sim.errors import OutputError
from sim.files import escapes
from sim.files.whole import FINISHED, LOGS, MARK, alone, told_in_words, write_whole

if TYPE_CHECKING:
    import pandas as pd

    from sim.words.language import Language

TAKING = ".taking-the-place"  # and so is one with this: it was stopped while that was done
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
        in_use = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
        if in_use and not any((folder / mark).is_file() for mark in (MARK, TAKING)):
            raise OutputError(folder, "it exists and holds no earlier result: name another folder")


@contextlib.contextmanager
def results_folder(folder: Path, key: str) -> Iterator[Path]:
    """A part folder to fill; it takes the place of an earlier result only when it is whole.

    It lies beside `folder`; what was stopped finds there what it had finished. It goes when nothing
    is finished, or when all is.
    """
    refuse_foreign(folder)
    part = folder.with_name(f".{folder.name}.part-{key[:12]}")
    new_parent = not folder.parent.exists()
    try:
        with told_in_words(folder), alone(part, folder):
            try:
                _tidy(part)
                yield part
                _take_the_place(part, folder)
                shutil.rmtree(part, ignore_errors=True)
                _drop_other_parts(folder)
            finally:
                if not any((part / FINISHED).glob("*/[0-9]*.npz")):
                    shutil.rmtree(part, ignore_errors=True)
    finally:
        if new_parent:
            with contextlib.suppress(OSError):  # not empty: there is a result in it
                folder.parent.rmdir()


def _tidy(part: Path) -> None:
    """Remove what an earlier start left, but for whole files of finished replications."""
    for path in part.iterdir():
        if path.name not in (FINISHED, LOGS):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for half in part.glob("*/*/.*"):
        half.unlink()


def _drop_other_parts(folder: Path) -> None:
    """What other studies for the same folder left, unless one is at work there."""
    for other in folder.parent.glob(f".{glob.escape(folder.name)}.part-*"):
        if not other.is_dir():  # the lock of one
            continue
        with contextlib.suppress(OutputError), alone(other):
            shutil.rmtree(other, ignore_errors=True)


def free_folder(folder: Path, command: Sequence[str]) -> Path:
    """`folder`, or folder-2, folder-3, … if it holds the result of another command."""
    number, candidate = 1, folder
    while (candidate / MARK).is_file() and _command_of(candidate) != ["tenthirty", *command]:
        number += 1
        candidate = folder.with_name(f"{folder.name}-{number}")
    return candidate


def _command_of(folder: Path) -> list[str] | None:
    try:
        found = json.loads((folder / MARK).read_text("utf-8")).get("command")
    except (OSError, ValueError, AttributeError):
        return None
    return found if isinstance(found, list) else None


def _take_the_place(part: Path, folder: Path) -> None:
    """File by file, so that what a planner put beside them stays; `run.json` comes last.

    Killed in between, the folder is known as ours by the file TAKING, which lists what of the
    earlier result and of this one may lie there.
    """
    folder.mkdir(exist_ok=True)
    (folder / TAKING).touch()
    old, new = _listed(folder), _files(part)
    listed = json.dumps({"files": [*dict.fromkeys([*old, *new])]}, ensure_ascii=False)
    write_whole(folder / TAKING, lambda path: path.write_text(listed, encoding="utf-8"))
    (folder / MARK).unlink(missing_ok=True)
    for name in old:
        (folder / name).unlink(missing_ok=True)
    for path in (folder / LOGS).glob("layout-*"):
        with contextlib.suppress(OSError):  # not empty: somebody put something into it
            path.rmdir()
    for name in [*new, MARK]:
        if (part / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(part / name, folder / name)
    (folder / TAKING).unlink()


def _listed(folder: Path) -> list[str]:
    """The files that an earlier result in a folder says it consists of."""
    names: list[str] = []
    for mark in (MARK, TAKING):
        with contextlib.suppress(OSError, ValueError, AttributeError, TypeError):
            names += json.loads((folder / mark).read_text("utf-8"))["files"]
    # Only ever files of this folder, whatever somebody may have written into the list.
    ours = (name for name in names if isinstance(name, str) and not Path(name).is_absolute())
    return [name for name in ours if name and ".." not in Path(name).parts]


def _files(folder: Path) -> list[str]:
    """What a result consists of besides `run.json`: paths in its folder."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    apart = (FINISHED, MARK)
    return sorted(path.as_posix() for path in paths if path.parts[0] not in apart)


def drop_other_logs(part: Path, layouts: int, replications: int) -> None:
    """Remove logs of layouts and replications that only an earlier study had."""
    for path in (part / LOGS).glob("layout-*/*.parquet"):
        layout = int(path.parent.name.rpartition("-")[2])
        if layout >= layouts or int(path.stem.rpartition("-")[2]) >= replications:
            path.unlink()


def write_run_json(folder: Path, facts: dict[str, Any], inputs: Sequence[Path]) -> None:
    """Whatever the answer says of itself, its files, hashes of the inputs, and versions."""
    said = {
        **facts,
        "files": _files(folder),
        "inputs": {str(path): sha256(path) for path in dict.fromkeys(inputs)},
        "versions": {"python": platform.python_version(), **versions()},
    }
    text = escapes.in_json(said, indent=1) + "\n"
    write_whole(folder / MARK, lambda part: part.write_text(text, encoding="utf-8"))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def versions() -> dict[str, str]:
    """The versions of the program and of the packages that compute for it."""
    found = {}
    for name in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


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
    text = words.page_of(answer, say).text()
    write_whole(folder / "table.txt", lambda part: part.write_text(text + "\n", "utf-8"))
    frames = words.frames_of(answer)
    for name, frame in frames.items():
        _write_csv(folder / f"{name}.csv", frame)
    if figures:
        from sim.figures import drawings, save

        for name, draw in drawings(answer, say).items():
            save(draw(), folder / f"{name}.png")
    # Of the answer all that has no file of its own.
    told = {key: value for key, value in _facts(answer, say).items() if key not in frames}
    made = {"command": ["tenthirty", *command], **facts}
    if isinstance(answer.provenance, Provenance):
        made["seconds"] = round(answer.provenance.seconds, 2)
    write_run_json(folder, made | told, [*answer.files()])


def _write_csv(path: Path, frame: pd.DataFrame) -> None:
    # With a byte-order mark, or Excel reads the Chinese names as something else.
    text: str = escapes.in_cells(frame).to_csv(index=False)
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8-sig"))


def as_json(answer: Answer, say: Language) -> Any:
    """What `--json` prints: an answer's numbers, and its sentences in the reader's language.

    Of what was not simulated the rows alone, for there is no study to tell of.
    """
    facts = _facts(answer, say)
    return facts if isinstance(answer.provenance, Provenance) else facts["rows"]


def _facts(answer: Answer, say: Language) -> dict[str, Any]:
    page = words.page_of(answer, say)
    return words.facts_of(answer) | {"sentence": page.sentence, "sentences": list(page.sentences)}
