"""`tenthirty map import`: a map bundle from the files a planner has.

Prints and draws for `sim.cli`; the work is done in `sim.geography.making`, whose schema of options
is unfolded here: each of its fields is an option of the command.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli import numbers, speech
from sim.cli.options import Lang
from sim.cli.progress import bar
from sim.geography.making.options import ImportOptions, OptionPlace, flat_names, groups
from sim.words.language import Language

app = typer.Typer(add_completion=False, context_settings={"help_option_names": ["-h", "--help"]})

NAMES = "Names and folders"
KINDS = (bool, float, int, int | None, Path, Path | None)


def unfolds(command: Callable[..., None]) -> Callable[..., None]:
    """For typer: a command whose parameter `choices` stands for all of `ImportOptions`."""
    options = [_option(name, place) for name, place in flat_names().items()]
    own = [
        p.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for p in inspect.signature(command, eval_str=True).parameters.values()
        if p.name != "choices"
    ]

    @functools.wraps(command)
    def asked(**given: Any) -> None:
        command(choices={p.name: given.pop(p.name) for p in options}, **given)

    asked.__signature__ = inspect.Signature([*options, *own])  # type: ignore[attr-defined]
    return asked


def _option(name: str, place: OptionPlace) -> inspect.Parameter:
    """One field of the schema as an option; quantities and words of a few stay text."""
    info = place.info
    default = info.get_default() if not info.is_required() else ""
    # A quantity is text too: the schema reads it.
    kind: Any = info.annotation if info.annotation in KINDS else str
    kind = str if isinstance(default, str) else kind
    switch = [f"--{name.replace('_', '-')}"] if kind is bool else []
    said: dict[str, Any] = {
        "help": info.description,
        "rich_help_panel": groups()[place.group].panel if place.group else None,
        "show_default": default is not None,
    }
    bounds = [getattr(mark, end) for end in ("ge", "le") for mark in info.metadata
              if hasattr(mark, end)]  # fmt: skip
    if bounds:
        option = (numbers.number if kind is float else numbers.whole)(*bounds, **said)
    else:
        option = typer.Option(*switch, **said)
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[kind, option], default=default
    )


@app.command(
    "import",
    short_help="Make maps/PLACE:  tenthirty map import --place utrecht --roads roads.osm.pbf …",
)
@unfolds
def import_(
    *,
    choices: dict[str, Any],
    again: Annotated[
        Path | None,
        typer.Option(
            help="Repeat the import of an import.yaml; nothing else counts.",
            rich_help_panel=NAMES,
            show_default=False,
        ),
    ] = None,
    draw: Annotated[bool, typer.Option(help="Draw map.png.", rich_help_panel=NAMES)] = True,
    scenario: Annotated[
        bool,
        typer.Option(
            help="Write scenarios/PLACE/today.yaml from the sites.", rich_help_panel=NAMES
        ),
    ] = True,
    lang: Lang = "en",
) -> None:
    """Make a map bundle: maps/PLACE/PLACE.gpkg, with a README of what was kept and left out."""
    from sim.geography.making import import_map
    from sim.geography.making.choices import from_yaml
    from sim.text import Message
    from sim.words.language import language

    say = language(lang)
    if again is not None:
        chosen = from_yaml(again, choices["maps"])
    else:
        chosen = ImportOptions.of(**{k: v for k, v in choices.items() if k != "place" or v})
    with bar(Message("Reading the roads"), say) as tell:
        report = import_map(chosen, lambda stage: tell(title=stage), say)
        if draw:
            tell(title=Message("Drawing"))
            _draw(chosen, say)
    speech.show(report.told(say))
    speech.show(say(Message("Map: {path}", path=chosen.bundle)))
    if scenario:
        _first_scenario(chosen, say)


def _first_scenario(chosen: ImportOptions, say: Language) -> None:
    """scenarios/PLACE/today.yaml from the map's sites, and what to type next."""
    from sim.errors import PlannerError
    from sim.geography import bundle
    from sim.scenario.file import load
    from sim.scenario.starting import write_first

    first = write_first(bundle.read(chosen.bundle), say)
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
    speech.show(say("Next: tenthirty run {folder}", folder=first.path.parent))


def _draw(chosen: ImportOptions, say: Language) -> None:
    """map.png beside the bundle: people, roads and sites."""
    from sim import figures
    from sim.geography import bundle

    figures.save(figures.inputs_map(bundle.read(chosen.bundle), say), chosen.folder / "map.png")
