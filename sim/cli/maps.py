"""The commands of `tenthirty map`: a map bundle from the files a planner has.

Prints and draws for `sim.cli`; the work is done in `sim.geography.making`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim import units
from sim.cli.progress import bar
from sim.errors import MapImportError, Problem
from sim.text import Message

if TYPE_CHECKING:
    from sim.geography.making.options import Options

app = typer.Typer(no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]})

GROUND, PEOPLE, PLACES, NAMES = "Ground", "People", "Stations and hospitals", "Names and folders"


def _file(text: str, panel: str) -> Any:
    return typer.Option(help=text, rich_help_panel=panel, show_default=False)


@app.callback()
def about() -> None:
    """Maps: made from roads, people and stations that you have."""


@app.command(
    "import",
    short_help="Make maps/PLACE:  tenthirty map import --place utrecht --roads roads.osm.pbf …",
)
def import_(
    place: Annotated[str, typer.Option(help="Folder and file of the map, like auckland.")] = "",
    roads: Annotated[
        Path | None, _file(".osm.pbf, .osm, .osm.gz, osmnx .graphml, or lines.", "Roads")
    ] = None,
    matrix: Annotated[
        Path | None, _file("Instead of roads: CSV or Parquet of travel times.", "Roads")
    ] = None,
    matrix_unit: Annotated[
        str, typer.Option(help="Of a square matrix: seconds, minutes.", rich_help_panel="Roads")
    ] = "seconds",
    fill_holes: Annotated[
        str, typer.Option(help="shortest: by way of other places.", rich_help_panel="Roads")
    ] = "",
    id_column: Annotated[
        str, typer.Option(help="Ids of the matrix's places in --people.", rich_help_panel="Roads")
    ] = "",
    service: Annotated[
        bool, typer.Option("--service", help="Keep service roads.", rich_help_panel="Roads")
    ] = False,
    tracks: Annotated[
        bool, typer.Option("--tracks", help="Keep tracks.", rich_help_panel="Roads")
    ] = False,
    ferries: Annotated[
        bool, typer.Option("--ferries", help="Keep ferries, at 15 km/h.", rich_help_panel="Roads")
    ] = False,
    snap: Annotated[
        str, typer.Option(help="Ends of lines this close meet.", rich_help_panel="Roads")
    ] = "1 m",
    node_crossings: Annotated[
        bool,
        typer.Option(
            "--node-crossings", help="Lines meet wherever they cross.", rich_help_panel="Roads"
        ),
    ] = False,
    margin: Annotated[
        str, typer.Option(help="Roads so far outside the boundary stay.", rich_help_panel="Roads")
    ] = "5 km",
    crs: Annotated[
        str, typer.Option(help="Like EPSG:32649; default: the UTM zone.", rich_help_panel=GROUND)
    ] = "",
    boundary: Annotated[Path | None, _file("Polygons; default: the zones.", GROUND)] = None,
    zones: Annotated[Path | None, _file("Named polygons: the townships.", GROUND)] = None,
    zone_name: Annotated[str, typer.Option(help="Their column.", rich_help_panel=GROUND)] = "",
    urban: Annotated[Path | None, _file("Polygons: cells inside are urban.", GROUND)] = None,
    urban_column: Annotated[
        str, typer.Option(help="NAME=VALUE of the zones.", rich_help_panel=GROUND)
    ] = "",
    urban_density: Annotated[
        float, typer.Option(help="People per km² from which on.", rich_help_panel=GROUND)
    ] = 300.0,
    people: Annotated[
        Path | None, _file("GeoTIFF, points or polygons; default: the zones.", PEOPLE)
    ] = None,
    people_column: Annotated[
        str, typer.Option(help="Of points, polygons.", rich_help_panel=PEOPLE)
    ] = "",
    people_unit: Annotated[
        str, typer.Option(help="Of a raster: people, per_km2, relative.", rich_help_panel=PEOPLE)
    ] = "people",
    total_people: Annotated[
        int | None, typer.Option(help="Scale to so many.", rich_help_panel=PEOPLE)
    ] = None,
    cell: Annotated[str, typer.Option(help="250 m to 1000 m.", rich_help_panel=PEOPLE)] = "500 m",
    sites: Annotated[Path | None, _file("Excel, CSV, GeoJSON or GeoPackage.", PLACES)] = None,
    hospitals: Annotated[Path | None, _file("Alike.", PLACES)] = None,
    coordinates: Annotated[
        str, typer.Option(help="Of both: wgs84, gcj02 or bd09.", rich_help_panel=PLACES)
    ] = "wgs84",
    name_en: Annotated[str, typer.Option(help="Default: the place.", rich_help_panel=NAMES)] = "",
    name_zh: Annotated[str, typer.Option(help="In Chinese.", rich_help_panel=NAMES)] = "",
    source: Annotated[str, typer.Option(help="For the README.", rich_help_panel=NAMES)] = "",
    licence: Annotated[str, typer.Option(help="Likewise.", rich_help_panel=NAMES)] = "",
    maps: Annotated[Path, typer.Option(help="Folder of all maps.", rich_help_panel=NAMES)] = Path(
        "maps"
    ),
    again: Annotated[
        Path | None, _file("Repeat the import of an import.yaml; nothing else counts.", NAMES)
    ] = None,
    draw: Annotated[bool, typer.Option(help="Draw map.png.", rich_help_panel=NAMES)] = True,
) -> None:
    """Make a map bundle: maps/PLACE/PLACE.gpkg, with a README of what was kept and left out."""
    given = dict(locals())
    from sim.geography import making as importing
    from sim.geography.making import options

    chosen = options.from_yaml(again, maps) if again else _options(given)
    with bar(Message("Reading the roads")) as tell:
        report = importing.import_map(chosen, lambda stage: tell(title=stage))
        if draw:
            tell(title=Message("Drawing"))
            _draw(chosen)
    typer.echo(str(report))
    typer.echo(f"Map: {chosen.folder / (chosen.place + '.gpkg')}")


def _options(given: dict[str, Any]) -> Options:
    """The command's options as a value; lengths in metres."""
    from sim.geography.making.options import Options

    problems = [Problem("name it", f"--{name}") for name in ("place",) if not given[name]]
    metres: dict[str, Any] = {}
    for name in ("snap", "margin", "cell"):
        try:
            metres[f"{name}_m"] = units.metres(given.pop(name))
        except ValueError as error:
            problems.append(Problem(str(error), f"--{name}"))
    if problems:
        raise MapImportError("a map", problems)
    for name in ("again", "draw"):
        given.pop(name)
    return Options(**given, **metres)


def _draw(chosen: Options) -> None:
    """map.png beside the bundle: people, roads and sites."""
    from sim import figures as plots
    from sim.geography import bundle

    ground = bundle.read(chosen.folder / f"{chosen.place}.gpkg")
    plots.save(plots.inputs_map(ground), chosen.folder / "map.png")
