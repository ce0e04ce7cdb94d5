"""`tenthirty map measure`: what maps' roads are like, side by side."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sim.cli import speech
from sim.cli.options import Json, Lang

app = typer.Typer(add_completion=False, context_settings={"help_option_names": ["-h", "--help"]})


@app.command(
    "measure",
    short_help="Roads in numbers:  tenthirty map measure maps/place maps/coquimbo",
)
def measure(
    maps: Annotated[list[Path], typer.Argument(help="Map files, or their folders.")],
    as_json: Json = False,
    lang: Lang = "en",
) -> None:
    """Junctions, kilometres by class and detours of maps, side by side: is one like a real one?"""
    from sim.errors import MapError
    from sim.files.escapes import in_json
    from sim.geography import bundle, measuring
    from sim.words import map_measures
    from sim.words.language import language

    say = language(lang)
    problems, found = [], []
    for path in maps:
        file = path / f"{path.resolve().name}.gpkg" if path.is_dir() else path
        try:
            found.append(measuring.measure(bundle.read(file)))
        except MapError as error:  # of the others too
            problems.append(error.told(say))
    if problems:
        speech.show("\n".join(problems), err=True)
        raise typer.Exit(2)
    if as_json:
        facts = [asdict(one) | {"name": one.name.en} for one in found]
        speech.show(in_json(facts, allow_nan=False))
        return
    speech.show(map_measures.text(found, say))
