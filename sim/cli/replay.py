"""The command that makes a page on which a day is watched on the map."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import typer

from sim.cli import ask, speech, work
from sim.cli.asked_again import context_of
from sim.cli.changes import changed, changes_of
from sim.cli.options import ANSWER, Lang, Options, layout, load, noting, working
from sim.errors import OptionError, OutputError, ReplayError
from sim.files.whole import told_in_words
from sim.text import Message
from sim.words.language import language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.answers.journeys import Held
    from sim.report.kept_run import KeptRun
    from sim.scenario.scenario import Scenario

PAGE: Final = "replay.html"


def register(app: typer.Typer) -> None:
    """Put the command on the command line."""
    example = "A day on the map:  tenthirty replay runs/liling-add-fenglin"
    app.command(rich_help_panel="Ask", short_help=example)(noting(replay))


class ToReplay(NamedTuple):
    """Layouts that a day is simulated through, and what is known of their study."""

    scenarios: Sequence[Scenario]
    seed: int | None
    sentences: dict[str, list[str]]
    held: Held | None
    page: Path  # where it is written unless told otherwise
    run: KeptRun | None = None


def replay(
    run: Annotated[
        Path,
        typer.Argument(help="A results folder of run or compare, like runs/liling; or a scenario."),
    ],
    number: ask.DayNumber = None,
    between: ask.Between = ask.WHOLE_DAY,
    replication: ask.WhoseCalls = 1,
    layouts: Annotated[
        list[int] | None,
        typer.Option(
            "--layout",
            help="0 is the base, 1 the first proposal; twice for two; default: both of these.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help=f"The page; default: {PAGE} in the folder.", rich_help_panel=ANSWER),
    ] = None,
    lang: Lang = "en",
    opens: Annotated[
        bool,
        typer.Option("--open/--no-open", help="In a browser, at once.", rich_help_panel=ANSWER),
    ] = False,
) -> None:
    """A day on the map, as one HTML file that needs no internet: two layouts on the same calls."""
    say = language(lang)
    hours = ask.shown_hours(between)
    with working(Message("Reading the map"), say) as tell:
        found = _found(run)
        page = found.page if out is None else out
        _refuse(page, named=out is not None)
        tell(title=Message("Simulating"))
        made = _page(found, number, hours, replication, layouts, say)
        tell(title=Message("Writing"))
        if out is None:  # of a scenario, whose runs there may be none of as yet
            with told_in_words(page):
                page.parent.mkdir(exist_ok=True)
        made.save(page)
        if found.run is not None and out is None:
            from sim.report import manifest

            manifest.add(found.run.folder, PAGE)
    speech.show(" " + say("Page: {file}", file=page))
    if opens:
        webbrowser.open(page.resolve().as_uri())


def _page(
    found: ToReplay, number: int | None, hours: tuple[float, float], replication: int,
    layouts: list[int] | None, say: Any,
) -> Any:  # fmt: skip
    from sim.answers.journeys import journeys
    from sim.browser import replay_page

    try:
        day = journeys(
            found.scenarios, number, shown=layouts, hours=hours, replication=replication,
            seed=found.seed, held=found.held,
        )  # fmt: skip
    except OptionError as error:
        known = {"number": "--day", "hours": "--between", "layout": "--layout",
                 "replication": "--replication"}  # fmt: skip
        raise OptionError(known.get(error.source, error.source), error.problems) from None
    count = len(found.scenarios)
    told = {code: replay_page.of_shown(said, day, count) for code, said in found.sentences.items()}
    return replay_page.page(day, told, say)


def _refuse(page: Path, named: bool) -> None:
    """Nothing but a page of ours is written over. `named`: by the planner."""
    from sim.browser.replay_page import is_a_replay

    if page.is_dir():
        raise OutputError(page, Message("it is a folder: name a file"))
    if page.exists() and not is_a_replay(page):
        raise OutputError(page, Message("it exists and is no replay: name another file"))
    if named and not page.parent.is_dir():
        raise OutputError(page, Message("there is no such folder"))


# ── what is replayed ─────────────────────────────────────────────────────────────────────────


def _found(path: Path) -> ToReplay:
    """The run in a folder, made again; or a scenario as it stands."""
    from sim.files.whole import MARK

    if (path / MARK).exists():
        return _of_run(path)
    from sim.scenario import bases

    if bases.with_ending(path).is_file() or bases.has_scenarios(path):
        page = Path("runs") / f"{work.name_of(path)}-{PAGE}"
        return ToReplay([load(path)], None, {}, None, page)
    from sim.report import kept_run

    kept_run.read_layouts(path)
    raise ReplayError(path, kept_run.NO_RESULT)


def _of_run(folder: Path) -> ToReplay:
    from sim.report import kept_run

    run = kept_run.read_layouts(folder)
    layouts = layouts_of(run)
    files = [file for one in layouts for file in (*one.files, one.map.path)]
    kept_run.check_inputs(run, files)
    if len(layouts) != len(run.facts["layouts"]):
        message = Message("its command makes {n} layouts now, and it has {kept}: run it again",
                          n=len(layouts), kept=len(run.facts["layouts"]))  # fmt: skip
        raise ReplayError(folder, message)
    held = kept_run.held_against(run)
    return ToReplay(layouts, run.seed, run.sentences(), held, folder / PAGE, run)


def layouts_of(run: KeptRun) -> list[Scenario]:
    """The layouts of a run by its command, read as if it were typed again."""
    from sim.cli import questions

    given = context_of(run).params
    options = Options(**{name: given[name] for name in Options._fields})
    base = layout(given["scenario"], options)
    if run.verb == "run":
        return [base]
    changes = changes_of(*(list(given[name] or ()) for name in questions.CHANGES), base=base)
    layouts = [base, *(layout(path, options) for path in given["others"] or ())]
    return [*layouts, changed(base, changes)] if changes else layouts
