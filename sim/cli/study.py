"""The command that asks all questions of a study, at one place or at many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sim.cli import numbers
from sim.cli.options import (
    ANSWER,
    OFTEN,
    Draft,
    Json,
    Lang,
    Out,
    Reuse,
    Scheduler,
    Workers,
    working,
)
from sim.errors import OptionError, OutputError, ScenarioError
from sim.files.escapes import file_name, in_json
from sim.text import Message, message_of
from sim.words.language import language

if TYPE_CHECKING:
    from sim.scenario.study_places import StudiedPlaces

IN_ALL: Final = 2_800  # counties and districts of China, about
SAID: Final = "study.json"


def register(app: typer.Typer) -> None:
    """Put the command on the command line."""
    example = "All questions of a place:  tenthirty study scenarios/liling"
    app.command(rich_help_panel="Decide", short_help=example)(study)


def study(
    where: Annotated[
        Path | None,
        typer.Argument(
            help="A study.yaml or its folder; or many: a folder of such folders, or a table.",
            show_default=False,
        ),
    ] = None,
    asked: Annotated[
        Path | None,
        typer.Option("--questions", help="A study file that is put to each place, not its own."),
    ] = None,
    only: Annotated[
        str | None, typer.Option(help='Some of the questions, like "1,3".', rich_help_panel=OFTEN)
    ] = None,
    draft: Draft = False,
    in_all: Annotated[
        int,
        numbers.whole(1, 10**7, help="Of many places: what so many would take is said."),
    ] = IN_ALL,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of study files instead.")
    ] = False,
    lang: Lang = "en",
    as_json: Json = False,
    out: Out = None,
    figures: Annotated[
        bool | None,
        typer.Option(
            "--figures/--no-figures", rich_help_panel=ANSWER,
            help="Draw the figures; default: of one place, not of many.", show_default=False,
        ),
    ] = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    reuse: Reuse = True,
) -> None:  # fmt: skip
    """All questions of a study file, one after the other, and a page with the answers."""
    from sim.cli import questions, study_many, study_one
    from sim.scenario import study_file, study_places

    if schema:
        typer.echo(study_file.schema(), nl=False)
        return
    if where is None:
        message = Message("name a study, like {example}", example="scenarios/liling")
        raise ScenarioError("study", message)
    say = language(lang)
    try:
        places = study_places.find(where, asked, language("zh"))
    except ScenarioError as error:
        raise questions.also_commands(error) from None
    drawn = not places.many if figures is None else figures
    how = questions.How(lang, drawn, draft, reuse, workers, scheduler, _rows(only, places))
    kind = "study" if say.code == "en" else f"study-{say.code}"
    name = f"{file_name(places.name)}-{kind}" + ("-draft" if draft else "")
    folder = Path("runs") / name if out is None else out
    with _at_work(folder) as there:
        if places.many:
            study_many.check(places, how)
            _note(there, {})
            told = study_many.ask(places, there, folder, how, say, as_json, in_all)
        else:
            one = places.each[0].study
            with working(Message("Reading the study"), say, as_json=as_json):
                checked = questions.check(one, there, how)
            _note(there, {})
            told = study_one.ask(one, checked, there, folder, how, say, as_json)
        _note(there, told)
    if as_json:
        typer.echo(in_json(told | {"results": str(folder)}, allow_nan=False))
    if told["failed"]:
        raise typer.Exit(2)


def _rows(only: str | None, places: StudiedPlaces) -> tuple[int, ...] | None:
    """The rows of the questions that are asked; None for all."""
    from sim import units

    if only is None:
        return None
    most = max(len(place.study.file.questions) for place in places.each)
    try:
        asked = [units.whole(part) for part in only.replace("，", ",").split(",")]
    except ValueError as error:
        raise OptionError("--only", message_of(error)) from None
    for number in asked:
        if not 1 <= number <= most:
            message = Message(
                "there are questions 1 to {most}; found {found}", most=most, found=number
            )
            raise OptionError("--only", message)
    return tuple(number - 1 for number in asked)


@contextmanager
def _at_work(folder: Path) -> Iterator[Path]:
    """A folder that holds a study, or nothing yet, for this process alone."""
    from sim.files.whole import alone, real, told_in_words
    from sim.report import manifest

    place = real(folder)
    with told_in_words(folder):
        in_use = place.exists() and (not place.is_dir() or any(place.iterdir()))
        if in_use and manifest.parsed(place / SAID).get("program") != manifest.PROGRAM:
            message = Message("it exists and holds no earlier study: name another folder")
            raise OutputError(folder, message)
    with alone(place, folder):
        try:
            yield place
        finally:
            with suppress(OSError):  # not empty: there is a study in it
                place.rmdir()


def _note(folder: Path, said: dict[str, Any]) -> None:
    """Say in a folder that it holds a study of ours, and what came of it."""
    from sim.files.whole import write_text
    from sim.report import folder as store
    from sim.report import manifest

    text = in_json({"program": manifest.PROGRAM, **said, "versions": store.versions()}, indent=1)
    write_text(folder / SAID, text + "\n")
