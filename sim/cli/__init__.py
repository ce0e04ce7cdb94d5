"""The command line: the only place, with the other rooms of this folder, that prints or exits.

Every command reads its inputs whole, then works, then prints; what a planner can put right ends
with one message and exit status 2. Rooms are opened inside the commands, so that the bar shows
before anything heavy is loaded.
"""

from __future__ import annotations

import json
import math
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli import decide, maps, work
from sim.cli.changes import changed, changes_of
from sim.cli.options import (
    Add,
    Ambulances,
    Close,
    Json,
    Lang,
    Move,
    Options,
    ScenarioPath,
    Stopped,
    asks,
    layout,
    load,
    working,
)
from sim.errors import OptionError, PlannerError, ScenarioError

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

app = typer.Typer(
    name="tenthirty",
    help="How many more people does an ambulance reach in time if a station stands here?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(
    maps.app, name="map", rich_help_panel="Prepare, understand",
    short_help="Make a map of your own:  tenthirty map import --help",
)  # fmt: skip

STOPPED = 130
Logs = Annotated[bool, typer.Option(help="Keep every call and trip, as Parquet.")]


def _version(wanted: bool) -> None:
    if wanted:
        import sim

        typer.echo(f"tenthirty {sim.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """How many more people does an ambulance reach in time if a station stands here?"""


@app.command(
    rich_help_panel="Ask",
    short_help="Are targets kept:  tenthirty run scenarios/liling",
)
@asks
def run(scenario: ScenarioPath, logs: Logs = True, *, options: Options) -> None:
    """How well a layout keeps its targets, with figures and every call under runs/."""
    with working("Reading the map") as tell:
        layouts = [layout(scenario, options)]
        folder = options.out or work.free_folder(work.name_of(scenario))
        result = work.carry_out(layouts, folder, tell, options, logs)
    work.say_where(result, folder, options)


@app.command(
    rich_help_panel="Ask",
    short_help="A change:  tenthirty compare scenarios/liling --add 枫林镇",
)
@asks
def compare(
    scenario: ScenarioPath,
    others: Annotated[
        list[Path] | None, typer.Argument(help="Scenario files to compare with it.")
    ] = None,
    add: Add = None,
    move: Move = None,
    close: Close = None,
    ambulances: Ambulances = None,
    logs: Logs = True,
    *,
    options: Options,
) -> None:
    """What a change would bring: the same calls through both layouts."""
    with working("Reading the map") as tell:
        base = layout(scenario, options)
        layouts = [base] + [layout(path, options) for path in others or []]
        changes = changes_of(add or [], move or [], close or [], ambulances or [])
        if changes:
            layouts.append(changed(base, changes))
        if len(layouts) == 1:
            raise ScenarioError(
                "compare", "say what to compare: --add NAME, --move A=B, --close A, "
                "--ambulances A=+1, or another scenario file",
            )  # fmt: skip
        name = work.name_of_comparison(base, scenario, others or [], changes)
        folder = options.out or work.free_folder(name)
        result = work.carry_out(layouts, folder, tell, options, logs)
    work.say_where(result, folder, options)


@app.command(
    rich_help_panel="Ask",
    short_help="Who is within reach:  tenthirty coverage scenarios/liling",
)
def coverage(
    scenario: ScenarioPath,
    before: Annotated[
        str | None,
        typer.Option(help='Before wheels roll, like "3 min"; default: mean call taking, turnout.'),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="A GeoPackage for QGIS: minutes by station, isochrones.")
    ] = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Share of people within the target of a station, by distance alone; no simulation."""
    from sim import units

    with working("Reading the map"):
        base = load(scenario, lang)
        from sim.answers.coverage import coverage as static_coverage
        from sim.report import geopackage
        from sim.words import comparison as tables

        try:
            before_s = None if before is None else units.seconds(before)
        except ValueError as error:
            raise OptionError("--before", str(error)) from None
        found = static_coverage(base, before_s)
        if out is not None:
            geopackage.export(base, out, before_s)
    if as_json:
        typer.echo(json.dumps(found.to_dict("records"), ensure_ascii=False))
    else:
        typer.echo(tables.coverage(base, found, lang))
        if out is not None:
            typer.echo(f" {out}")


decide.register(app)


@app.command(
    rich_help_panel="Prepare, understand",
    short_help="Look for mistakes first:  tenthirty check scenarios/liling",
)
def check(
    scenarios: Annotated[
        list[Path] | None, typer.Argument(help="Scenario files or folders.")
    ] = None,
    map_to: Annotated[
        Path | None, typer.Option("--map", help="Draw the inputs into this PNG or PDF.")
    ] = None,
    schema: Annotated[
        bool, typer.Option(help="Print the JSON Schema of scenario files instead.")
    ] = False,
    lang: Lang = "en",
) -> None:
    """Read and check scenario files and their map, without simulating."""
    from sim.scenario import file as scenario_file

    if schema:
        typer.echo(scenario_file.schema(), nl=False)
        return
    if not scenarios:
        raise ScenarioError("check", "name a scenario file, like scenarios/liling")
    loaded, failures = [], []
    with working("Reading"):
        for path in scenarios:
            try:
                loaded.append(load(path, lang))
            except PlannerError as error:
                failures.append(error)
    for scenario in loaded:
        typer.echo(_in_order(scenario))
    for failure in failures:
        typer.echo(str(failure), err=True)
    if map_to is not None and loaded:
        from sim import figures as plots

        plots.save(plots.inputs_map(loaded[0].map, loaded[0], lang), map_to)
        typer.echo(f"Map: {map_to}")
    if failures:
        raise typer.Exit(2)


@app.command(
    rich_help_panel="Prepare, understand",
    short_help="What a measure means, exactly:  tenthirty explain 达标率",
)
def explain(
    term: Annotated[
        str | None, typer.Argument(help="A measure or term, in either language.")
    ] = None,
    lang: Lang = "",
) -> None:
    """What a measure or a term means, in English and Chinese; without one, all of them."""
    from sim.words import glossary

    typer.echo(glossary.explain(term, lang))


def main() -> None:
    """The entry point: one message for what a planner can mend; `--debug` shows where it arose."""
    debug = "--debug" in sys.argv
    sys.argv = [argument for argument in sys.argv if argument != "--debug"]
    for stream in (sys.stdout, sys.stderr):  # a terminal that is not UTF-8 must not break a table
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        app(prog_name="tenthirty", standalone_mode=True)
    except PlannerError as error:
        if debug:
            raise
        typer.echo(str(error), err=True)
        sys.exit(2)
    except Stopped as stopped:
        typer.echo(str(stopped), err=True)
        sys.exit(STOPPED)


def _in_order(layout: Scenario) -> str:
    """What `check` says of a scenario in which it found nothing wrong."""
    ground, cells = layout.map, layout.map.cells
    people = cells.people.sum()
    urban = cells.people[cells.area == 0].sum() / people if people else math.nan
    lines = [
        f"{layout.path} is in order: {layout.name}",
        f"  map      {ground.name.en}: {people:,.0f} people ({urban:.0%} urban) at "
        f"{len(cells.people):,} places, {len(ground.layers['roads']):,} road links"
        + (" (synthetic)" if ground.synthetic else ""),
        f"  layout   {len(layout.open_stations())} stations, {len(layout.fleet)} ambulances",
    ]
    for row, station in enumerate(layout.stations):
        if not station.closed:
            far = f", {station.road_m:.0f} m from the road" if station.road_m >= 50 else ""
            part = [a.hours for a in layout.fleet if a.station == row and a.hours is not None]
            when = "".join(f", one at {on:02d}–{off:02d} only" for on, off in part)
            lines.append(f"           {station.name.zh}: {layout.fleet_size(row)}{when}{far}")
    if ground.nodes_left_out:
        lines.append(
            f"  note     {ground.nodes_left_out} road nodes cannot be reached and left again; "
            "they are not used"
        )
    if layout.recorded is not None:
        calls = len(layout.recorded.calls.received_at)
        lines.append(f"  calls    {calls:,} recorded ones from {layout.recorded.start:%Y-%m-%d}")
    return "\n".join(lines)
