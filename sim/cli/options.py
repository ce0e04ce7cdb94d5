"""Options that commands have in common, said once, and what they make of a scenario."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, cast, get_type_hints

import typer

from sim import limits, units
from sim.cli import hearing, numbers
from sim.cli.progress import bar
from sim.cli.settings import Demand, Hours, SettingTexts, Speed, Target, altered
from sim.errors import OptionError, Problem
from sim.files import readings
from sim.text import Message, message_of
from sim.words.language import Language, language

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.study.effort import EffortOptions

ScenarioPath = Annotated[Path, typer.Argument(help="A scenario file, or a folder with a base.")]
Lang = Annotated[str, typer.Option(help="en or zh.", rich_help_panel="The answer")]
Json = Annotated[
    bool,
    typer.Option("--json", help="One JSON object, no table.", rich_help_panel="The answer"),
]
Add = Annotated[list[str] | None, typer.Option(help="NAME or LON,LAT: a new sub-station.")]
Move = Annotated[list[str] | None, typer.Option(help="A=B or A=LON,LAT: move A to B.")]
Close = Annotated[list[str] | None, typer.Option(help="A: without station A.")]
Ambulances = Annotated[
    list[str] | None, typer.Option(help="A=+1, A=-1 or A=3: more or fewer at A.")
]
AddCrew = Annotated[
    list[str] | None,
    typer.Option("--add-crew", help="A=CLASS,HOURS: one more at A, like A=basic,08-20."),
]
Crew = Annotated[
    str | None,
    typer.Option(
        "--crew",
        help="CLASS,HOURS of the crew that is tried, like basic,08-20; then at today's stations.",
    ),
]
Crews = Annotated[
    list[str] | None,
    typer.Option("--crew", help="CLASS,HOURS of a crew to try; default: those of the scenario."),
]


class Stopped(Exception):
    """The planner pressed Ctrl-C; unlike KeyboardInterrupt, typer lets it through to `main`."""


OFTEN, ANSWER, COMPUTED = "How often", "The answer", "Where it is computed"


Draft = Annotated[
    bool, typer.Option("--draft", help="5 times; figures say so.", rich_help_panel=OFTEN)
]
Out = Annotated[
    Path | None,
    typer.Option(help="Folder for the results; default: under runs/.", rich_help_panel=ANSWER),
]
Workers = Annotated[
    int | None,
    numbers.whole(
        *limits.WORKERS, help="Processes; default: as is useful.", rich_help_panel=COMPUTED
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(help="A Dask scheduler, like tcp://10.0.0.5:8786", rich_help_panel=COMPUTED),
]
Reuse = Annotated[
    bool, typer.Option(help="Take up finished runs of today's layout.", rich_help_panel=COMPUTED)
]


class Options(NamedTuple):
    """What all commands that simulate have in common; each field is an option."""

    replications: Annotated[
        int | None,
        numbers.whole(
            *limits.REPLICATIONS, help="So often; default: as needed.", rich_help_panel=OFTEN
        ),
    ] = None
    most: Annotated[
        int | None,
        numbers.whole(*limits.AT_MOST, help="At most so often, if needed.", rich_help_panel=OFTEN),
    ] = None
    draft: Draft = False
    matters: Annotated[
        list[str] | None,
        typer.Option(help='"2 points", "1 min": less is too small.', rich_help_panel=OFTEN),
    ] = None
    days: Annotated[
        float | None,
        numbers.number(*limits.DAYS, help="Days measured in each.", rich_help_panel=OFTEN),
    ] = None
    seed: Annotated[
        int | None, numbers.whole(*limits.SEED, help="Of the random calls.", rich_help_panel=OFTEN)
    ] = None
    target: Target = None
    demand: Demand = None
    speed: Speed = None
    hours: Hours = None
    lang: Lang = "en"
    as_json: Json = False
    out: Out = None
    figures: Annotated[bool, typer.Option(help="Draw the figures.", rich_help_panel=ANSWER)] = True
    workers: Workers = None
    scheduler: Scheduler = None
    engine: Annotated[
        str,
        typer.Option(help="compiled, or reference: slower, the same.", rich_help_panel=COMPUTED),
    ] = "compiled"
    reuse: Reuse = True

    @property
    def say(self) -> Language:
        """The reader's language."""
        return language(self.lang)

    def study(self) -> EffortOptions:
        """Those of them that say how often, with which calls, and by whom."""
        from sim.study.effort import EffortOptions

        names = EffortOptions.__annotations__.keys() & set(self._fields)
        return cast("EffortOptions", {name: getattr(self, name) for name in names})


def asks(command: Callable[..., None]) -> Callable[..., None]:
    """For typer: a command whose parameter `options` stands for all of `Options`, one by one."""
    signature = inspect.signature(command, eval_str=True)
    own = [p for p in signature.parameters.values() if p.name != "options"]

    @functools.wraps(command)
    def asked(**given: Any) -> None:
        options = Options(**{name: given.pop(name) for name in Options._fields})
        with readings.noted():
            command(**given, options=options)

    asked.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + _common()
    )
    return asked


def noting(command: Callable[..., None]) -> Callable[..., None]:
    """A command of its own options that says what its files held when it read them."""

    @functools.wraps(command)
    def noted(**given: Any) -> None:
        with readings.noted():
            command(**given)

    return noted


@functools.cache
def _common() -> list[inspect.Parameter]:
    """The fields of `Options` as parameters of a command."""
    hints = get_type_hints(Options, include_extras=True)
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=hints[name],
                          default=Options._field_defaults[name])
        for name in Options._fields
    ]  # fmt: skip


@contextmanager
def working(title: str, say: Language, *, as_json: bool = False) -> Iterator[Callable[..., None]]:
    """A progress bar around all work of a command, which Ctrl-C may end.

    `as_json`: a script reads along, and no line about progress is written without a terminal.
    """
    listening = hearing.now()
    quiet = listening is not None and listening.quiet
    try:
        with bar(title, say, lines=not (as_json or quiet), shown=not quiet) as tell:
            yield tell
    except KeyboardInterrupt:
        raise Stopped(Message("Stopped. Nothing was written.")) from None


def load(path: Path) -> Scenario:
    from sim.scenario.file import load as read

    return read(path)


def layout(path: Path, options: Options) -> Scenario:
    """A scenario with the days, the matters and the settings that the options name."""
    asked = [getattr(options, name) or [] for name in SettingTexts._fields]
    scenario = altered(load(path), SettingTexts(*asked))
    if options.days is not None:
        if scenario.recorded is not None:
            message = Message("the calls are replayed: their records say how many days")
            raise OptionError("--days", message)
        scenario = scenario.with_study(length=options.days * 86_400)
    if options.matters:
        matters = scenario.settings.study.matters
        scenario = scenario.with_study(matters=matters.model_copy(update=_matters(options.matters)))
    return scenario


def _matters(texts: list[str]) -> dict[str, float]:
    """--matters "2 points" --matters "1 min", each by its unit."""
    found: dict[str, float] = {}
    problems = []
    for text in texts:
        known = (("share", units.some_points), ("time", units.some_time))
        meant = [(field, parse) for field, parse in known if parse.knows(text)]
        if not meant:
            message = Message(
                'write what matters like "1 point" or "0.5 min"; found {found}', found=text
            )
            problems.append(Problem(message))
        for field, parse in meant:
            try:
                found[field] = parse(text)
            except ValueError as error:
                problems.append(Problem(message_of(error)))
    if problems:
        raise OptionError("--matters", problems)
    return found
