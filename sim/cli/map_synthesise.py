"""`tenthirty map synthesise`: a made-up map of a county of which only a table of towns is known.

The work is done in `sim.geography.synthesis`, whose schema of options is unfolded here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli import map_made
from sim.cli.map_import import option, unfolds
from sim.cli.options import Lang
from sim.cli.progress import bar
from sim.geography.synthesis.options import SynthesisOptions

app = typer.Typer(add_completion=False, context_settings={"help_option_names": ["-h", "--help"]})

PANELS = {
    "Towns": (
        "districts",
        "people_column",
        "total_people",
        "total_area",
        "urban_within",
        "coordinates",
    ),
    "Roads and rivers": ("roads", "river"),
    "Stations and hospitals": ("sites", "hospitals"),
    "How it is made": ("seed", "cell"),
    "Files": ("encoding", "sheet"),
    map_made.NAMES: ("to", "name", "name_zh", "source", "licence"),
}
OPTIONS = [
    option(name, SynthesisOptions.model_fields[name], panel)
    for panel, names in PANELS.items()
    for name in names
]


@app.command(
    "synthesise",
    short_help="Make a map up:  tenthirty map synthesise towns.csv --to maps/place --seed 1",
)
@unfolds(OPTIONS)
def synthesise(
    towns: Annotated[
        Path | None,
        typer.Argument(
            metavar="[TOWNS]",
            help="A table of towns: name, people, area, lon, lat, urban or rural, villages, code.",
            show_default=False,
        ),
    ] = None,
    *,
    choices: dict[str, Any],
    workbook: map_made.PlannersWorkbook = None,
    again: Annotated[
        Path | None,
        typer.Option(
            help="Repeat the making of a synthesis.yaml; of the others only --to counts.",
            rich_help_panel=map_made.NAMES,
            show_default=False,
        ),
    ] = None,
    draw: map_made.Draw = True,
    scenario: map_made.FirstScenario = True,
    lang: Lang = "en",
) -> None:
    """Make a map up from a table of towns: maps/PLACE/PLACE.gpkg, marked as synthetic."""
    from sim.geography.synthesis import synthesise_map
    from sim.geography.synthesis.writing import from_yaml
    from sim.text import Message
    from sim.words.language import language

    say = language(lang)
    if again is not None:
        chosen = from_yaml(again, Path(choices["to"]) if choices["to"] else None)
    else:
        given = {k: v for k, v in choices.items() if v not in (None, "")}
        given |= {} if towns is None else {"towns": towns}
        chosen = map_made.chosen(lambda: SynthesisOptions.of(**given, workbook=workbook), workbook)
    with bar(Message("Reading the towns"), say) as tell:
        report = synthesise_map(chosen, lambda stage: tell(title=stage), say)
        if draw:
            tell(title=Message("Drawing"))
            map_made.draw(chosen.bundle, say)
    map_made.show(report, chosen.bundle, say, scenario=scenario, workbook=workbook)
