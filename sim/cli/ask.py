"""The commands that ask how a layout does: run, compare, coverage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sim import limits
from sim.cli import hearing, numbers, speech, work
from sim.cli.changes import changed, changes_of
from sim.cli.options import (
    ANSWER,
    Add,
    AddCrew,
    Ambulances,
    Close,
    Json,
    Lang,
    Move,
    Options,
    ScenarioPath,
    asks,
    layout,
    load,
    noting,
    working,
)
from sim.cli.settings import Demand, Hours, SettingTexts, Speed, Target, altered
from sim.errors import OptionError, ScenarioError
from sim.files.escapes import in_json
from sim.text import Message, message_of
from sim.words.language import language

if TYPE_CHECKING:
    from sim.answers.comparison import Comparison
    from sim.scenario.scenario import Scenario
    from sim.study.effort import EffortOptions

Logs = Annotated[bool, typer.Option(help="Keep every call and trip, as Parquet.")]


Townships = Annotated[
    bool, typer.Option("--townships", help="Print every township, too.", rich_help_panel=ANSWER)
]


def register(app: typer.Typer) -> None:
    """Put the commands of this room on the command line."""
    for command, example in (
        (asks(run), "Are targets kept:  tenthirty run scenarios/liling"),
        (asks(compare), "A change:  tenthirty compare scenarios/liling --add 枫林镇"),
        (noting(day), "One day to look at:  tenthirty day scenarios/liling --day 3"),
        (coverage, "Who is within reach:  tenthirty coverage scenarios/liling"),
    ):
        app.command(rich_help_panel="Ask", short_help=example)(command)


def run(
    scenario: ScenarioPath, logs: Logs = True, townships: Townships = False, *, options: Options
) -> None:
    """How well a layout keeps its targets, with figures and every call under runs/."""
    with working(Message("Reading the map"), options.say, as_json=options.as_json) as tell:
        layouts = [layout(scenario, options)]
        folder = options.out or work.free_folder(work.name_of(scenario))
        result = work.carry_out(layouts, folder, tell, options, logs)
    _say_where(result, folder, options, townships)


def compare(
    scenario: ScenarioPath,
    others: Annotated[
        list[Path] | None, typer.Argument(help="Scenario files to compare with it.")
    ] = None,
    add: Add = None,
    move: Move = None,
    close: Close = None,
    ambulances: Ambulances = None,
    add_crew: AddCrew = None,
    logs: Logs = True,
    townships: Townships = False,
    *,
    options: Options,
) -> None:
    """What a change would bring: the same calls through both layouts."""
    with working(Message("Reading the map"), options.say, as_json=options.as_json) as tell:
        base = layout(scenario, options)
        layouts = [base] + [layout(path, options) for path in others or []]
        changes = changes_of(
            add or [], move or [], close or [], ambulances or [], add_crew, base=base
        )
        if changes:
            layouts.append(changed(base, changes))
        if len(layouts) == 1:
            message = Message(
                "say what to compare: --add NAME, --move A=B, --close A, --ambulances A=+1, "
                "--add-crew A=basic,08-20, or another scenario file"
            )
            raise ScenarioError("compare", message)
        name = work.name_of_comparison(base, scenario, others or [], changes)
        folder = options.out or work.free_folder(name)
        result = work.carry_out(layouts, folder, tell, options, logs)
    _say_where(result, folder, options, townships)


def _say_where(result: Comparison, folder: Path, options: Options, townships: bool) -> None:
    """The end of an answer, before it every township if that was asked for."""
    from sim.answers.answer import finite
    from sim.words import township_table

    listening = hearing.now()
    if not townships:
        work.say_where(result, folder, options)
    elif listening is not None:
        listening.tables += township_table.tables(result, options.say)
    elif options.as_json:
        rows = finite(result.townships().to_dict("records"))
        work.say_where(result, folder, options, townships=rows)
    else:
        for table in township_table.tables(result, options.say):
            speech.show("\n".join(["", *table.lines()]))
        work.say_where(result, folder, options)


WHOLE_DAY = "00-24"
DayNumber = Annotated[
    int | None,
    typer.Option("--day", help="Of those measured, from 1; default: the one with most calls."),
]
Between = Annotated[str, typer.Option(help="Clock hours, like 08-20; past midnight like 22-06.")]
WhoseCalls = Annotated[int, typer.Option(help="Whose calls, from 1.")]


def day(
    scenario: ScenarioPath,
    number: DayNumber = None,
    between: Between = WHOLE_DAY,
    replication: WhoseCalls = 1,
    seed: Annotated[int | None, numbers.whole(*limits.SEED, help="Of the random calls.")] = None,
    target: Target = None,
    demand: Demand = None,
    speed: Speed = None,
    hours: Hours = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results; default: under runs/.")
    ] = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """One day of one replication as a figure: every ambulance, every call, bays of hospitals."""
    options = Options(seed=seed, target=target, demand=demand, speed=speed, hours=hours, out=out,
                      lang=lang, as_json=as_json)  # fmt: skip
    shown = shown_hours(between)

    def ask(base: Scenario, effort: EffortOptions) -> Any:
        from sim.answers import day as room

        return room.day(base, number, replication=replication, hours=shown, **effort)

    with working(Message("Reading the map"), options.say, as_json=as_json) as tell:
        base = layout(scenario, options)
        folder = out or work.free_folder(f"{work.name_of(scenario)}-day")
        told = work.answer(base, folder, tell, options, ask, steps=False)
    work.say_where(told, folder, options)


def shown_hours(between: str) -> tuple[float, float]:
    """From which hour of a day until which one; past midnight the end is later than 24."""
    from sim.scenario.values import parse_hours

    if between == WHOLE_DAY:  # which crews have not: whoever is on duty always writes no hours
        return 0.0, 24.0
    try:
        start, end = parse_hours(between)
    except ValueError as error:
        raise OptionError("--between", message_of(error)) from None
    return float(start), float(end if end > start else end + 24)


def coverage(
    scenario: ScenarioPath,
    before: Annotated[
        str | None,
        typer.Option(help='Before wheels roll, like "3 min"; default: mean call taking, turnout.'),
    ] = None,
    radius: Annotated[
        list[str] | None,
        typer.Option(help='"5 km", urban="5 km", rural="10 km"; default: 5 and 20 km, the norm.'),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="A GeoPackage for QGIS: minutes by station, isochrones.")
    ] = None,
    target: Target = None,
    speed: Speed = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Share of people within the target of a station, by distance alone; no simulation."""
    from sim import units

    say = language(lang)
    with working(Message("Reading the map"), say):
        base = altered(load(scenario), SettingTexts(target or [], [], speed or [], []))
        from sim.answers.coverage import coverage as static_coverage
        from sim.report import geopackage
        from sim.report.folder import as_json as told
        from sim.words import page_of

        try:
            before_s = None if before is None else units.seconds.within("0 s", "7 days")(before)
        except ValueError as error:
            raise OptionError("--before", message_of(error)) from None
        answer = static_coverage(base, before_s, _radii(radius or []))
        if out is not None:
            geopackage.export(base, out, before_s)
    listening = hearing.now()
    if listening is not None:
        listening.answers.append(answer)
    elif as_json:
        typer.echo(in_json(told(answer, say)))
    else:
        speech.show(page_of(answer, say).text())
        if out is not None:
            speech.show(f" {out}")


RADII: Final = Message('write a radius like "5 km" or urban="5 km"; found {found}')


def _radii(texts: list[str]) -> tuple[float, float]:
    """The radius in town and in the country, in metres, by --radius "5 km" or rural="10 km"."""
    from sim import units
    from sim.answers.coverage import RADIUS_M

    found = dict(zip(("urban", "rural"), RADIUS_M, strict=True))
    for text in texts:
        name, value, parted = speech.halves(text)
        name, value = (units.usual(name), value) if parted else ("", text)
        if name not in ("", "urban", "rural"):
            raise OptionError("--radius", Message(RADII, found=text))
        try:
            metres = units.metres.within("1 m", "1000 km")(value)
        except ValueError as error:
            raise OptionError("--radius", message_of(error)) from None
        found |= {name: metres} if name else dict.fromkeys(found, metres)
    return found["urban"], found["rural"]
