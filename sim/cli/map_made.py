"""What follows when a map was made: its report, its picture, a first scenario from its sites."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from sim.cli import speech
from sim.files.escapes import quoted
from sim.files.workbooks import ENDINGS
from sim.geography.making.report import Report
from sim.text import Message
from sim.words.language import Language

NAMES: Final = "Names and folders"
Draw = Annotated[bool, typer.Option(help="Draw map.png.", rich_help_panel=NAMES)]
FirstScenario = Annotated[
    bool,
    typer.Option(help="Write scenarios/PLACE/today.yaml from the sites.", rich_help_panel=NAMES),
]
PlannersWorkbook = Annotated[
    Path | None,
    typer.Option(
        help="A workbook of `tenthirty new`: its sheets are townships, stations, hospitals.",
        rich_help_panel="Files",
        show_default=False,
    ),
]


Chosen = TypeVar("Chosen")


def chosen(choose: Callable[[], Chosen], workbook: Path | None) -> Chosen:
    """The options of a map; WorkbookError with all that is wrong with its workbook.

    Also what only a scenario would read of it: a map of half a workbook is made in vain.
    """
    from sim.errors import MapImportError, PlannerWarning, Problem, WorkbookError
    from sim.geography.making import unread_sheets
    from sim.scenario.workbook import problems_of

    options, told = None, list[Problem]()
    try:
        options = choose()
    except WorkbookError as error:
        told = error.problems
        if not workbook or not workbook.is_file() or workbook.suffix.lower() not in ENDINGS:
            raise
    if workbook is not None:
        try:
            told = [*told, *problems_of(workbook)]
        except MapImportError as error:
            told = [*told, *error.problems]
    if told:
        once: dict[str, Problem] = {}
        for one in told:  # of what both tell of a cell, the first
            once.setdefault(str(one.place) or str(one), one)
        raise WorkbookError(str(workbook), list(once.values()))
    assert options is not None
    if workbook is not None:
        for doubt in unread_sheets.doubts(workbook):
            warnings.warn(PlannerWarning(doubt), stacklevel=2)
    return options


def show(
    report: Report, bundle: Path, say: Language, *, scenario: bool, workbook: Path | None = None
) -> None:
    """What was found, where the map is, and the scenario if one is wanted.

    Beside a workbook stands one already, which reads it.
    """
    speech.show(report.told(say))
    speech.show(say(Message("Map: {path}", path=bundle)))
    if scenario and workbook is not None and next(workbook.parent.glob("*.yaml"), None):
        speech.show(say("Next: tenthirty run {folder}", folder=quoted(workbook.parent)))
    elif scenario:
        _first_scenario(bundle, say)


def _first_scenario(path: Path, say: Language) -> None:
    """scenarios/PLACE/today.yaml from the map's sites, and what to type next."""
    from sim.errors import PlannerError
    from sim.geography import bundle
    from sim.scenario.file import load
    from sim.scenario.starting import write_first

    first = write_first(bundle.read(path), say)
    if first.path is None:
        for note in first.notes:
            speech.show(say(note))
        return
    if first.written:
        speech.show(say("Scenario: {path}", path=first.path))
    for note in first.notes:
        speech.show(f"  {say(note)}")
    try:
        load(first.path)
    except PlannerError as error:  # the map holds something that has no default
        speech.show(error.told(say), err=True)
        raise typer.Exit(2) from None
    speech.show(say("Next: tenthirty run {folder}", folder=quoted(first.path.parent)))


def draw(path: Path, say: Language) -> None:
    """map.png beside the bundle: people, roads and sites."""
    from sim import figures
    from sim.geography import bundle

    figures.save(figures.inputs_map(bundle.read(path), say), path.parent / "map.png")
