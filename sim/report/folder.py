"""Results on disk: logs as Parquet, estimates as CSV, and `run.json` that says how they were made.

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
from sim.answers.answer import Answer
from sim.answers.comparison import as_json
from sim.errors import OutputError
from sim.files.whole import FINISHED, LOCK, LOGS, MARK, alone, told_in_words, write_whole
from sim.words.language import language

if TYPE_CHECKING:
    import pandas as pd

    from sim.answers.comparison import Result
    from sim.scenario.scenario import Scenario

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
ANSWERS = ("ranking", "sites", "search", "curve", "front", "stress", "worth", "why")
DRAWN = (
    "map.png",
    "map-proposal*.png",
    "cdf.png",
    "forest.png",
    *(f"{name}.png" for name in ANSWERS),
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

    It lies beside `folder` and is named after the study's key: the same study finds there what
    it had finished when it was stopped. It goes when nothing is finished, or when all is.
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
                if not any((part / FINISHED).glob("layout-*/*.parquet")):
                    shutil.rmtree(part, ignore_errors=True)
    finally:
        if new_parent:
            with contextlib.suppress(OSError):  # not empty: there is a result in it
                folder.parent.rmdir()


def _tidy(part: Path) -> None:
    """Of an earlier start only whole files of finished replications stay."""
    for path in part.iterdir():
        if path.name not in (FINISHED, LOGS, LOCK):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for half in part.glob("*/layout-*/.*"):
        half.unlink()


def _drop_other_parts(folder: Path) -> None:
    """What other studies for the same folder left, unless one is at work there."""
    for other in folder.parent.glob(f".{glob.escape(folder.name)}.part-*"):
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

    Killed in between, the folder is known as ours by the file TAKING.
    """
    folder.mkdir(exist_ok=True)
    (folder / TAKING).touch()
    (folder / MARK).unlink(missing_ok=True)
    for old in (folder / LOGS).glob("layout-*"):
        shutil.rmtree(old, ignore_errors=True)
    for pattern in DRAWN:
        for old in folder.glob(pattern):
            old.unlink()
    files = [path.relative_to(part) for path in part.rglob("*") if path.is_file()]
    for path in sorted(files, key=lambda path: path.name == MARK):
        if path.parts[0] not in (FINISHED, LOCK):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(part / path, folder / path)
    (folder / TAKING).unlink()


def drop_logs_from(part: Path, first: int) -> None:
    """Logs of replications that a longer study had finished and this one does not have."""
    for path in (part / LOGS).glob("layout-*/*.parquet"):
        if int(path.stem.rpartition("-")[2]) >= first:
            path.unlink()


def write_run_json(folder: Path, facts: dict[str, Any], inputs: Sequence[Path]) -> None:
    """Versions, seed, hashes of the inputs, and whatever else the study says of itself."""
    said = {
        **facts,
        "inputs": {str(path): sha256(path) for path in dict.fromkeys(inputs)},
        "versions": {"python": platform.python_version(), **_versions()},
    }
    text = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    write_whole(folder / MARK, lambda part: part.write_text(text, encoding="utf-8"))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def write_results(
    folder: Path, result: Result, lang: str, figures: bool, command: Sequence[str], engine: str
) -> None:
    """Table, measures, figures and `run.json`."""
    import pandas as pd

    _write_table(folder, result.table(lang))
    _write_csv(folder / "measures.csv", pd.DataFrame(result.rows()))
    if figures:
        from sim import figures as plots

        for number in range(len(result.layouts)):
            name = "map" if number == 0 else "map-proposal" + (f"-{number}" if number > 1 else "")
            plots.save(result.map(lang, number), folder / f"{name}.png")
        plots.save(result.cdf(lang), folder / "cdf.png")
        if len(result.layouts) > 1:
            plots.save(result.forest(lang), folder / "forest.png")
    inputs = [path for layout in result.layouts for path in (*layout.files, layout.map.path)]
    said = {key: value for key, value in as_json(result, lang).items() if key != "measures"}
    seconds = round(result.seconds, 2)
    facts = {"command": ["tenthirty", *command], "engine": engine, "seconds": seconds, **said}
    write_run_json(folder, facts, inputs)


def _write_table(folder: Path, table: str) -> None:
    write_whole(folder / "table.txt", lambda part: part.write_text(table + "\n", "utf-8"))


def _write_csv(path: Path, frame: pd.DataFrame) -> None:
    # With a byte-order mark, or Excel reads the Chinese names as something else.
    text: str = frame.to_csv(index=False)
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8-sig"))


def answer_as_json(told: Any, lang: str) -> dict[str, Any]:
    """What `--json` prints of an answer: its numbers, and its sentences in a language."""
    if not isinstance(told, Answer):
        facts: dict[str, Any] = told.facts(lang)
        return facts
    page = words.page_of(told, language(lang))
    return told.facts() | {"sentence": page.sentence, "sentences": list(page.sentences)}


def write_answer(
    folder: Path, told: Any, base: Scenario, lang: str, figures: bool, command: Sequence[str]
) -> None:
    """What an answer of `sim.answers` says: its table, its rows, its figures and `run.json`."""
    _write_table(folder, told.table(lang))
    for name, frame in told.frames().items():
        _write_csv(folder / f"{name}.csv", frame)
    if figures:
        from sim import figures as plots

        for name, figure in told.figures(lang).items():
            plots.save(figure, folder / f"{name}.png")
    facts = {"command": ["tenthirty", *command], **answer_as_json(told, lang)}
    write_run_json(folder, facts, [*base.files, base.map.path])
