"""The command line: the only place, with `cli_map`, that prints or exits.

Every command reads its inputs whole, then works, then prints; what a planner can put right ends
with one message and exit status 2. Rooms are opened inside the commands, so that the bar shows
before anything heavy is loaded.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim import cli_map
from sim.errors import PlannerError, Problem, ScenarioError
from sim.progress import bar

if TYPE_CHECKING:
    from sim.inputs.scenario import Scenario
    from sim.outputs.compare import Result

app = typer.Typer(
    name="tenthirty",
    help="How many more people does an ambulance reach in time if a station stands here?",
    epilog="Start with:  tenthirty run scenarios/liling",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(
    cli_map.app, name="map", rich_help_panel="Prepare",
    short_help="Make a map of your own:  tenthirty map import --help",
)  # fmt: skip

STOPPED = 130


class Stopped(Exception):
    """The planner pressed Ctrl-C; unlike KeyboardInterrupt, typer lets it through to `main`."""


ScenarioPath = Annotated[Path, typer.Argument(help="A scenario file, or a folder with a base.")]
Replications = Annotated[
    int | None, typer.Option(min=1, help="How often to repeat; default: as the scenario says.")
]
Days = Annotated[float | None, typer.Option(min=0.05, max=3660, help="Days measured in each.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Of the random calls.")]
Lang = Annotated[str, typer.Option(help="en or zh.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
Out = Annotated[Path | None, typer.Option(help="Folder for the results; default: under runs/.")]
Logs = Annotated[bool, typer.Option(help="Keep every call and trip, as Parquet.")]
Figures = Annotated[bool, typer.Option(help="Draw the figures.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; default: as is useful.")]


@app.command(
    rich_help_panel="Ask",
    short_help="How well a layout keeps its targets:  tenthirty run scenarios/liling",
)
def run(
    scenario: ScenarioPath,
    replications: Replications = None,
    days: Days = None,
    seed: Seed = None,
    lang: Lang = "en",
    as_json: Json = False,
    out: Out = None,
    logs: Logs = True,
    figures: Figures = True,
    workers: Workers = None,
) -> None:
    """How well a layout keeps its targets, with figures and every call under runs/."""
    with bar("Reading the map") as tell:
        layout = _with_days(_load(scenario, lang), days)
        folder = out or Path("runs") / _folder_name(scenario)
        options = {"replications": replications, "seed": seed, "workers": workers}
        result = _study([layout], folder, tell, options, lang, logs, figures)
    _print(result, folder, lang, as_json)


@app.command(
    rich_help_panel="Ask",
    short_help="What a change brings:  tenthirty compare scenarios/liling --add 枫林镇",
)
def compare(
    scenario: ScenarioPath,
    others: Annotated[
        list[Path] | None, typer.Argument(help="Scenario files to compare with it.")
    ] = None,
    add: Annotated[
        list[str] | None, typer.Option(help="NAME or LON,LAT: a new sub-station.")
    ] = None,
    move: Annotated[list[str] | None, typer.Option(help="A=B or A=LON,LAT: move A to B.")] = None,
    close: Annotated[list[str] | None, typer.Option(help="A: without station A.")] = None,
    ambulances: Annotated[
        list[str] | None, typer.Option(help="A=+1, A=-1 or A=3: more or fewer at A.")
    ] = None,
    replications: Replications = None,
    days: Days = None,
    seed: Seed = None,
    lang: Lang = "en",
    as_json: Json = False,
    out: Out = None,
    logs: Logs = True,
    figures: Figures = True,
    workers: Workers = None,
) -> None:
    """What a change would bring: the same calls through both layouts."""
    with bar("Reading the map") as tell:
        base = _with_days(_load(scenario, lang), days)
        layouts = [base] + [_with_days(_load(path, lang), days) for path in others or []]
        changes = _changes(add or [], move or [], close or [], ambulances or [])
        if changes:
            layouts.append(_changed(base, changes))
        if len(layouts) == 1:
            raise ScenarioError(
                "compare", "say what to compare: --add NAME, --move A=B, --close A, "
                "--ambulances A=+1, or another scenario file",
            )  # fmt: skip
        folder = out or Path("runs") / _comparison_name(base, scenario, others or [], changes)
        options = {"replications": replications, "seed": seed, "workers": workers}
        result = _study(layouts, folder, tell, options, lang, logs, figures)
    _print(result, folder, lang, as_json)


@app.command(
    rich_help_panel="Prepare",
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
    from sim.inputs import scenario_file

    if schema:
        typer.echo(scenario_file.schema(), nl=False)
        return
    if not scenarios:
        raise ScenarioError("check", "name a scenario file, like scenarios/liling")
    loaded, failures = [], []
    with bar("Reading"):
        for path in scenarios:
            try:
                loaded.append(_load(path, lang))
            except PlannerError as error:
                failures.append(error)
    for layout in loaded:
        typer.echo(_in_order(layout))
    for failure in failures:
        typer.echo(str(failure), err=True)
    if map_to is not None and loaded:
        from sim.outputs import plots

        plots.save(plots.inputs_map(loaded[0], lang), map_to)
        typer.echo(f"Map: {map_to}")
    if failures:
        raise typer.Exit(2)


@app.command(
    rich_help_panel="Understand",
    short_help="What a measure means, exactly:  tenthirty explain 达标率",
)
def explain(
    term: Annotated[
        str | None, typer.Argument(help="A measure or term, in either language.")
    ] = None,
    lang: Lang = "",
) -> None:
    """What a measure or a term means, in English and Chinese; without one, all of them."""
    from sim.outputs import glossary

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
    except Stopped:
        typer.echo("Stopped. Nothing was written.", err=True)
        sys.exit(STOPPED)


# ── reading ──────────────────────────────────────────────────────────────────────────────────


def _load(path: Path, lang: str) -> Scenario:
    from sim.inputs.scenario_file import load
    from sim.outputs.words import LANGUAGES

    if lang not in LANGUAGES:
        raise ScenarioError("--lang", f"write one of {', '.join(LANGUAGES)}; found {lang}")
    return load(path)


def _with_days(scenario: Scenario, days: float | None) -> Scenario:
    if days is None:
        return scenario
    if scenario.recorded is not None:
        raise ScenarioError("--days", "the calls are replayed: their records say how many days")
    return scenario.with_study(length=days * 86_400)


def _changes(
    add: list[str], move: list[str], close: list[str], ambulances: list[str]
) -> list[dict[str, Any]]:
    """Options as changes of a scenario file, in the order stations are made, moved, staffed."""
    problems: list[Problem] = []
    changes: list[dict[str, Any]] = []

    def halves(option: str, text: str) -> tuple[str, str]:
        left, equals, right = text.partition("=")
        if not (equals and left.strip() and right.strip()):
            problems.append(Problem(f"write it like A=B; found {text}", option))
        return left.strip(), right.strip()

    for text in add:
        at = _lonlat(text)
        entry: dict[str, Any] = {"station": text.strip()}
        changes.append({"add": entry | ({"at": at} if at else {})})
    for text in move:
        station, to = halves("--move", text)
        changes.append({"move": {"station": station, "to": _lonlat(to) or to}})
    for text in ambulances:
        station, count = halves("--ambulances", text)
        if re.fullmatch(r"[+-−]\d+", count):
            changes.append({"ambulances": {"station": station, "by": int(count.replace("−", "-"))}})
        elif count.isdecimal():
            changes.append({"ambulances": {"station": station, "to": int(count)}})
        elif count:
            problems.append(Problem(f"write A=+1, A=-1 or A=3; found {text}", "--ambulances"))
    changes += [{"close": {"station": text.strip()}} for text in close]
    if problems:
        raise ScenarioError("compare", problems)
    return changes


def _lonlat(text: str) -> list[float] | None:
    parts = re.split(r"[,，]", text)
    try:
        return [float(part) for part in parts] if len(parts) == 2 else None
    except ValueError:
        return None


def _changed(base: Scenario, changes: list[dict[str, Any]]) -> Scenario:
    """The base with every change; all that is wrong with them at once."""
    problems: list[Problem] = []
    layout = base
    for change in changes:
        try:
            layout = layout.change(change)
        except ScenarioError as error:
            verb, entry = next(iter(change.items()))
            field = f"--{verb} {entry['station']}"
            problems += [Problem(p.message, field) for p in error.problems]
    if problems:
        raise ScenarioError("compare", problems)
    return layout


# ── working and printing ─────────────────────────────────────────────────────────────────────


def _study(
    layouts: list[Scenario],
    folder: Path,
    tell: Callable[..., None],
    options: dict[str, Any],
    lang: str,
    logs: bool,
    figures: bool,
) -> Result:
    """Simulate, and put everything under `folder` once it is whole."""
    from sim.outputs import store

    try:
        with store.results_folder(folder) as made:
            return _fill(made, layouts, tell, options, lang, logs, figures)
    except KeyboardInterrupt:
        raise Stopped from None


def _fill(
    made: Path,
    layouts: list[Scenario],
    tell: Callable[..., None],
    options: dict[str, Any],
    lang: str,
    logs: bool,
    figures: bool,
) -> Result:
    from sim import study
    from sim.outputs import store

    tell(title="Preparing the roads")

    def watch(done: int, total: int) -> None:
        tell(done, total, "Simulating")

    logs_to = made / "logs" if logs else None
    result = study.compare(*layouts, **options, watch=watch, logs_to=logs_to)
    if figures:
        tell(title="Drawing")
    store.write_results(made, result, lang, figures, sys.argv[1:])
    return result


def _print(result: Result, folder: Path, lang: str, as_json: bool) -> None:
    if as_json:
        from sim.outputs import store

        facts = store.as_json(result, lang) | {"results": str(folder)}
        typer.echo(json.dumps(facts, ensure_ascii=False, allow_nan=False))
        return
    typer.echo(result.table(lang))
    typer.echo(f" {'结果' if lang == 'zh' else 'Results'}: {folder}/")


def _in_order(layout: Scenario) -> str:
    """What `check` says of a scenario in which it found nothing wrong."""
    ground, cells = layout.map, layout.map.cells
    people = cells.people.sum()
    urban = cells.people[cells.area == 0].sum() / people if people else math.nan
    lines = [
        f"{layout.path} is in order: {layout.name}",
        f"  map      {ground.name_en}: {people:,.0f} people ({urban:.0%} urban) at "
        f"{len(cells.people):,} places, {len(ground.layers['roads']):,} road links"
        + (" (synthetic)" if ground.synthetic else ""),
        f"  layout   {len(layout.open_stations())} stations, {len(layout.fleet)} ambulances",
    ]
    for row, station in enumerate(layout.stations):
        if not station.closed:
            far = f", {station.road_m:.0f} m from the road" if station.road_m >= 50 else ""
            lines.append(f"           {station.name}: {layout.fleet_size(row)}{far}")
    if ground.nodes_left_out:
        lines.append(
            f"  note     {ground.nodes_left_out} road nodes cannot be reached and left again; "
            "they are not used"
        )
    if layout.recorded is not None:
        calls = len(layout.recorded.calls.received_at)
        lines.append(f"  calls    {calls:,} recorded ones from {layout.recorded.start:%Y-%m-%d}")
    return "\n".join(lines)


def _folder_name(path: Path) -> str:
    """runs/liling for scenarios/liling; runs/liling-north-west for a file in it."""
    path = path.resolve()
    if path.is_dir():
        return path.name
    return (
        f"{path.parent.name}-{path.stem}" if path.parent.parent.name == "scenarios" else path.stem
    )


def _comparison_name(
    base: Scenario, path: Path, others: list[Path], changes: list[dict[str, Any]]
) -> str:
    parts = [_folder_name(path)]
    parts += [f"vs-{other.stem}" for other in others]
    for change in changes:
        verb, entry = next(iter(change.items()))
        spot = base.map.find(entry["station"])
        name = spot.name_en if spot else entry["station"]
        parts += [verb, re.sub(r"[^\w.+-]+", "-", name).strip("-").lower()]
    return "-".join(parts)[:120]


if __name__ == "__main__":
    main()
