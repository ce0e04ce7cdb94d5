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

from sim.cli import map_made, numbers
from sim.cli.options import Lang
from sim.cli.progress import bar
from sim.geography.making.options import FieldInfo, ImportOptions, flat_names, groups

app = typer.Typer(add_completion=False, context_settings={"help_option_names": ["-h", "--help"]})

KINDS = (bool, float, int, int | None, Path, Path | None)


def unfolds(options: list[inspect.Parameter]) -> Callable[[Callable[..., None]], Any]:
    """For typer: a command whose parameter `choices` stands for all of some options."""

    def unfolded(command: Callable[..., None]) -> Callable[..., None]:
        own = [
            p if p.kind is p.POSITIONAL_OR_KEYWORD else p.replace(kind=p.KEYWORD_ONLY)
            for p in inspect.signature(command, eval_str=True).parameters.values()
            if p.name != "choices"
        ]
        first = [p for p in own if p.kind is p.POSITIONAL_OR_KEYWORD]
        others = [p for p in own if p.kind is p.KEYWORD_ONLY]

        @functools.wraps(command)
        def asked(*row: Any, **given: Any) -> None:
            command(*row, choices={p.name: given.pop(p.name) for p in options}, **given)

        asked.__signature__ = inspect.Signature([*first, *options, *others])  # type: ignore[attr-defined]
        return asked

    return unfolded


def option(name: str, info: FieldInfo, panel: str | None) -> inspect.Parameter:
    """One field of a schema as an option; quantities and words of a few stay text."""
    default = info.get_default() if not info.is_required() else ""
    # A quantity is text too: the schema reads it.
    kind: Any = info.annotation if info.annotation in KINDS else str
    kind = str if isinstance(default, str) else kind
    switch = [f"--{name.replace('_', '-')}"] if kind is bool else []
    said: dict[str, Any] = {
        "help": info.description,
        "rich_help_panel": panel,
        "show_default": default is not None,
    }
    bounds = [getattr(mark, end) for end in ("ge", "le") for mark in info.metadata
              if hasattr(mark, end)]  # fmt: skip
    if bounds and kind is not str:
        shown = (numbers.number if kind is float else numbers.whole)(*bounds, **said)
    else:
        shown = typer.Option(*switch, **said)
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[kind, shown], default=default
    )


OPTIONS = [
    option(name, place.info, groups()[place.group].panel if place.group else None)
    for name, place in flat_names().items()
]


@app.command(
    "import",
    short_help="Make maps/PLACE:  tenthirty map import --place utrecht --roads roads.osm.pbf …",
)
@unfolds(OPTIONS)
def import_(
    *,
    choices: dict[str, Any],
    workbook: map_made.PlannersWorkbook = None,
    again: Annotated[
        Path | None,
        typer.Option(
            help="Repeat the import of an import.yaml; nothing else counts.",
            rich_help_panel=map_made.NAMES,
            show_default=False,
        ),
    ] = None,
    draw: map_made.Draw = True,
    scenario: map_made.FirstScenario = True,
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
        named = {k: v for k, v in choices.items() if k != "place" or v}
        chosen = map_made.chosen(lambda: ImportOptions.of(**named, workbook=workbook), workbook)
    with bar(Message("Reading the roads"), say) as tell:
        report = import_map(chosen, lambda stage: tell(title=stage), say)
        if draw:
            tell(title=Message("Drawing"))
            map_made.draw(chosen.bundle, say)
    map_made.show(report, chosen.bundle, say, scenario=scenario, workbook=workbook)
