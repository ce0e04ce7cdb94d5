"""The commands that prepare and explain: new, check, explain."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.cells import cell_len

from sim.cli import speech
from sim.cli.options import Lang, load, working
from sim.errors import OptionError, PlannerError, ScenarioError
from sim.files.escapes import quoted
from sim.text import Message
from sim.words import records
from sim.words.language import Language, language

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def register(app: typer.Typer) -> None:
    """Put the commands of this room on the command line."""
    for command, example in (
        (new, "Begin with a workbook:  tenthirty new mycounty"),
        (check, "Look for mistakes first:  tenthirty check scenarios/liling"),
        (explain, "What a measure means, exactly:  tenthirty explain 达标率"),
    ):
        app.command(rich_help_panel="Prepare, understand", short_help=example)(command)


def new(
    folder: Annotated[Path, typer.Argument(help="A folder that is empty or not there yet.")],
    example: Annotated[
        str,
        typer.Option(help="Lay down an example that runs: liling.", show_default=False),
    ] = "",
    lang: Lang = "en",
) -> None:
    """Write a workbook to fill in and a scenario that reads it, or a runnable example."""
    from sim.report import new_folder

    say = language(lang)
    if example:
        scenarios = new_folder.example(folder, example)
        speech.show(say("Example: {folder}", folder=str(folder)))
        speech.show(say("Next: tenthirty run {folder}", folder=quoted(scenarios)))
        return
    with working(Message("Writing"), say):
        made = new_folder.start(folder, say, [language("en"), language("zh")])
    by_roads, by_townships, _, run = new_folder.commands(folder)
    speech.show(say("Workbook: {file}", file=folder / new_folder.WORKBOOK))
    speech.show(say("Scenario: {path}", path=made))
    speech.show(say("Fill in the workbook; then make its map:"))
    speech.show(f"  {by_roads}")
    speech.show(say("or, without roads, make one up: {command}", command=by_townships))
    speech.show(say("Next: {command}", command=run))


def check(
    scenarios: Annotated[
        list[Path] | None, typer.Argument(help="Scenario files or folders.")
    ] = None,
    map_to: Annotated[
        Path | None, typer.Option("--map", help="Draw the inputs into this PNG or PDF.")
    ] = None,
    week_to: Annotated[
        Path | None,
        typer.Option("--week", help="Draw crews on duty against expected calls into this file."),
    ] = None,
    schema: Annotated[
        bool, typer.Option(help="Print the JSON Schema of scenario files instead.")
    ] = False,
    lang: Lang = "en",
) -> None:
    """Read and check scenario files and their map, without simulating."""
    from sim.scenario import file as scenario_file
    from sim.scenario import study_file

    if schema:
        typer.echo(scenario_file.schema(), nl=False)
        return
    if not scenarios:
        message = Message("name a scenario file, like {example}", example="scenarios/liling")
        raise ScenarioError("check", message)
    _refuse_to_draw({"--map": map_to, "--week": week_to}, scenarios)
    loaded, failures, studies = [], [], []
    say = language(lang)
    with working(Message("Reading"), say):
        for path in scenarios:
            try:
                if study_file.is_study(path):
                    studies.append(_study(path, say))
                else:
                    loaded.append(_without_contradiction(load(path)))
            except PlannerError as error:
                failures.append(error)
    for line in studies:
        speech.show(line)
    for scenario in loaded:
        speech.show(_in_order(scenario, say))
    for failure in failures:
        speech.show(failure.told(say), err=True)
    if map_to is not None and loaded:
        from sim import figures

        figures.save(figures.inputs_map(loaded[0].map, say, loaded[0]), map_to)
        speech.show(say("Map: {file}", file=map_to))
    if week_to is not None and loaded:
        from sim import figures

        figures.save(figures.week_figure(loaded[0], say), week_to)
        speech.show(say("Week: {file}", file=week_to))
    if failures:
        raise typer.Exit(2)


def _refuse_to_draw(into: dict[str, Path | None], scenarios: list[Path]) -> None:
    """OptionError where it is not clear what is to be drawn into a file, or nothing can be."""
    from sim.scenario import study_file

    for option, path in into.items():
        if path is not None and len(scenarios) > 1:
            message = Message("it draws one scenario: name one alone; found {n}", n=len(scenarios))
            raise OptionError(option, message)
        if path is not None and study_file.is_study(scenarios[0]):
            message = Message("it draws a scenario, and {file} is a study", file=str(scenarios[0]))
            raise OptionError(option, message)


def _study(path: Path, say: Language) -> str:
    """What is said of a study in which nothing is wrong; ScenarioError with all that is."""
    from sim.cli import questions
    from sim.scenario import study_file

    try:
        study = study_file.load(path)
    except ScenarioError as error:
        raise questions.also_commands(error) from None
    questions.check(study, path.parent, questions.How())
    asked = say.count(len(study.file.questions), "{n} question", "{n} questions")
    return say("{study}: {asked}, nothing wrong", study=say.name(study.name), asked=asked)


def _without_contradiction(scenario: Scenario) -> Scenario:
    """The scenario; ScenarioError if somebody would never be reached by its own rules."""
    from sim.prepare import feasible
    from sim.scenario.validation import Problems

    problems = Problems()
    feasible.check(scenario, problems)
    problems.raise_if_any(ScenarioError, scenario.path)
    return scenario


def explain(
    term: Annotated[
        str | None, typer.Argument(help="A measure or term, in either language.")
    ] = None,
    lang: Lang = "",
) -> None:
    """What a measure or a term means, in English and Chinese; without one, all of them."""
    from sim.words import glossary

    try:
        page = glossary.explain(term, language(lang) if lang else None)
    except PlannerError:  # no term of the glossary: a setting, like targets.urban
        from sim.words import settings

        says = [language(lang)] if lang else None
        page = settings.explain(term or "", says)
        if not page:  # nor a setting: what speaks of it
            rooms = (glossary, settings)
            page = "\n\n".join(p for room in rooms for p in room.speaking_of(term or "", says))
        if not page:
            raise
    speech.show(page)


def _in_order(layout: Scenario, say: Language) -> str:
    """What `check` says of a scenario in which it found nothing wrong."""
    from sim.scenario import checks, endings, idle, off_road
    from sim.words import week

    the_map, cells = layout.map, layout.map.cells
    people = cells.people.sum()
    urban = cells.people[cells.area == 0].sum() / people if people else math.nan
    place = say(
        "{map}: {people} people ({urban} urban) at {places} places, {roads} road links",
        map=the_map.name,
        people=f"{people:,.0f}",
        urban=say.percent(urban, 0),
        places=f"{len(cells.people):,}",
        roads=f"{the_map.road_links:,}",
    )
    if the_map.synthetic:
        place = say("{map} (synthetic)", map=place)
    stations = say.count(len(layout.open_stations()), "{n} station", "{n} stations")
    ambulances = say.count(len(layout.fleet), "{n} ambulance", "{n} ambulances")
    rows = [
        (say("map"), place),
        (say("layout"), say(", ").join([stations, ambulances])),
        *(("", line) for line in _stations(layout, say)),
    ]
    from sim.words import responders, roads, service  # which open numpy

    rows += service.lines(layout, say)
    rows += roads.lines(layout, say)
    rows += [(say("help"), line) for line in responders.lines(layout, say)]
    if the_map.nodes_left_out:
        left_out = say.count(
            the_map.nodes_left_out,
            "{n} road node cannot be reached and left again; it is not used",
            "{n} road nodes cannot be reached and left again; they are not used",
        )
        rows.append((say("note"), left_out))
    doubts = [
        *checks.doubts(layout, the_map),
        *endings.doubts(layout.settings, the_map),
        *idle.doubts(layout),
    ]
    rows += [(say("look at"), say(doubt)) for doubt in doubts]
    if nobody := week.nobody(off_road.with_vehicles(layout), say):
        rows.append((say("look at"), nobody))
    rows += [(say("look at"), doubt) for doubt in service.doubts(layout, say)]
    if layout.recorded is not None:
        calls, start = layout.recorded.calls, layout.recorded.start
        said = say(
            "{n} recorded ones from {day}", n=f"{len(calls.received_at):,}", day=f"{start:%Y-%m-%d}"
        )
        rows.append((say("calls"), said))
        rows += [("", line) for line in records.balance(layout, say)]
        rows += [(say("note"), line) for line in records.notes(layout, say)]
        rows += [(say("warning"), line) for line in records.warnings(layout, say)]
    head = say("{file} is in order: {name}", file=layout.path, name=layout.name)
    return "\n".join(
        [head, *(f"  {name}{' ' * (9 - cell_len(name))}{text}" for name, text in rows)]
    )


def _stations(layout: Scenario, say: Language) -> Iterator[str]:
    """Each open station with its ambulances, their hours and how far the road is."""
    from sim.words import crews

    for row, station in enumerate(layout.stations):
        if station.closed:
            continue
        fleet = layout.fleet_of(row)
        crew = f"{len(fleet)}"
        named = any(one.duty.roster for one in fleet)
        if (len(layout.crews.classes) > 1 or named) and fleet:
            crew = crews.counted(fleet, layout, say)
        parts = [say("{station}: {crew}", station=station.name, crew=crew)]
        if len(layout.crews.classes) == 1 and not named:
            parts += [
                say("one at {hours} only", hours=crews.duty(ambulance.duty, say))
                for ambulance in fleet
                if not ambulance.duty.always
            ]
        if station.road_m >= 50:
            parts.append(say("{metres} m from the road", metres=f"{station.road_m:.0f}"))
        yield say(", ").join(parts)
