"""A folder to start from: a workbook and a scenario that reads it, or a whole example."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.errors import OptionError, OutputError, did_you_mean
from sim.files.escapes import file_name, quoted
from sim.files.whole import part_of, told_in_words
from sim.report import blank_workbook
from sim.text import Message

if TYPE_CHECKING:
    from sim.words.language import Language

WORKBOOK: Final = "workbook.xlsx"
SCENARIO: Final = "today.yaml"
PACKAGE: Final = Path(__file__).resolve().parents[1]
EXAMPLES: Final = ("liling",)  # packed into the wheel by `.ci/catalogues.py`
BESIDE: Final = ("LICENSE", "scenarios/scenario.schema.json")


def start(folder: Path, say: Language, says: Sequence[Language]) -> Path:
    """A folder with a workbook to fill in and a scenario that reads it; the scenario's path.

    `say`: the language of the scenario's remarks; `says`: those of the workbook. OutputError if
    the folder is not empty, or cannot be written: then nothing is.
    """
    place = place_of(folder)

    def write(part: Path) -> None:
        blank_workbook.write(part / WORKBOOK, commands(folder), says)
        (part / SCENARIO).write_text(_scenario(place, say), "utf-8", newline="\n")

    _made(folder, write)
    return folder / SCENARIO


def place_of(folder: Path) -> str:
    """What the map of a folder is called: as the folder is. OutputError if it has no name."""
    place = file_name(Path(os.path.abspath(folder)).name.replace(" ", "_"), "")
    if not place:
        raise OutputError(folder, Message("name a folder, like mycounty"))
    return place


def commands(folder: Path) -> list[str]:
    """What is to be typed once the workbook is filled in: a map with roads, one without, look for
    mistakes, the first table."""
    book, home = quoted(folder / WORKBOOK), quoted(folder)
    return [
        f"tenthirty map import --workbook {book} --roads ROADS.osm.pbf",
        f"tenthirty map synthesise --workbook {book}",
        f"tenthirty check {home}",
        f"tenthirty run {home}",
    ]


def _scenario(place: str, say: Language) -> str:
    first = Message("Stations and settings are read from the workbook; what stands here goes "
                    "before them.")  # fmt: skip
    second = Message(
        "All else has a default, each with its source: tenthirty explain targets.urban"
    )
    return (
        f"# {say(first)}\n# {say(second)}\n"
        f"name: {json.dumps(place + ' today', ensure_ascii=False)}\n"
        f"name_zh: {json.dumps(place + '现状', ensure_ascii=False)}\n"
        f"map: {json.dumps(place, ensure_ascii=False)}\n"
        f"workbook: {WORKBOOK}\n"
    )


def example(folder: Path, name: str) -> Path:
    """A folder with a runnable example: maps, scenarios, their sources and licences; the folder of
    its scenarios.

    OptionError if there is no such example; OutputError if the folder is not empty.
    """
    if name not in EXAMPLES:
        message = Message(
            'no example "{name}"{hint}', name=name, hint=did_you_mean(name, list(EXAMPLES))
        )
        raise OptionError("--example", message)
    home = source()

    def write(part: Path) -> None:
        ignored = shutil.ignore_patterns("__pycache__", ".*", "*.part")
        for shelf in ("maps", "scenarios"):
            shutil.copytree(home / shelf / name, part / shelf / name, ignore=ignored)
        for file in BESIDE:
            if (home / file).is_file():
                shutil.copyfile(home / file, part / file)

    _made(folder, write)
    return folder / "scenarios" / name


def source() -> Path:
    """Where the examples are: in the installed package, else in the repository beside it."""
    packed = PACKAGE / "examples"
    return packed if packed.is_dir() else PACKAGE.parent


def _made(folder: Path, write: Callable[[Path], None]) -> None:
    """A new folder, or an empty one, filled: whole or not at all."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise OutputError(
            folder, Message("it is there already, and no folder: choose another name")
        )
    if folder.is_dir() and any(folder.iterdir()):
        message = Message("the folder is not empty: name one that is empty or not there yet")
        raise OutputError(folder, message)
    with told_in_words(folder), ExitStack() as undone:
        whole = Path(os.path.abspath(folder))
        for above in [one for one in whole.parents if not one.exists()][::-1]:
            above.mkdir(exist_ok=True)
            undone.callback(_removed, above)
        part = part_of(whole)
        undone.callback(shutil.rmtree, part, ignore_errors=True)
        part.mkdir()
        write(part)
        if whole.is_dir():  # an empty one, perhaps the one in which we are
            for made in sorted(part.iterdir()):
                made.rename(whole / made.name)
                undone.callback(_back, whole / made.name, made)
            part.rmdir()
        else:
            part.rename(whole)
        undone.pop_all()


def _removed(folder: Path) -> None:
    """A folder that was made goes, unless somebody put something into it."""
    with suppress(OSError):
        folder.rmdir()


def _back(made: Path, part: Path) -> None:
    with suppress(OSError):
        made.rename(part)
