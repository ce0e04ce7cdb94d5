"""The commands that help a committee decide: rank, site, search, curve, stress, worth and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sim import limits, units
from sim.cli import numbers, speech, work
from sim.cli.changes import changed, changes_of, kinds_of
from sim.cli.options import (
    Add,
    AddCrew,
    Ambulances,
    Close,
    Crew,
    Crews,
    Move,
    Options,
    ScenarioPath,
    asks,
    layout,
    working,
)
from sim.errors import OptionError, Problem
from sim.text import Message, message_of

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.study.effort import EffortOptions

Where = Annotated[
    str,
    typer.Option(
        "--candidates",
        help='Where a station could stand: "seats" of townships, a file of places, or a number '
        "of places to draw.",
    ),
]
WhereOrStations = Annotated[
    str | None,
    typer.Option(
        "--candidates",
        help='"seats" of townships (the default), a file of places, a number of places to draw, or '
        '"stations" of today.',
    ),
]
By = Annotated[str, typer.Option(help="Judged by within, urban10, rural30, worst5 or mean.")]


def register(app: typer.Typer) -> None:
    """Put the commands of this room on the command line."""
    for command, said in (
        (rank, "Which site is best:  tenthirty rank scenarios/liling"),
        (site, "Sites, proven:  tenthirty site scenarios/liling --new 2"),
        (search, "The best mix:  tenthirty search scenarios/liling --stations 2"),
        (curve, "The next one buys:  tenthirty curve scenarios/liling"),
        (stress, "If we are wrong:  tenthirty stress scenarios/liling --add 枫林镇"),
        (worth, "What each station is worth:  tenthirty worth scenarios/liling"),
        (why, "Why calls are late:  tenthirty why scenarios/liling"),
    ):
        app.command(rich_help_panel="Decide", short_help=said)(asks(command))


def rank(
    scenario: ScenarioPath,
    candidates: WhereOrStations = None,
    by: By = "within",
    ambulances: Annotated[
        int, numbers.whole(*limits.NEW_AMBULANCES, help="At the new station.")
    ] = 1,
    crew: Crew = None,
    zone: Annotated[
        str | None,
        typer.Option(help='Leads below this are a tie, like "0.5 points"; default: a quarter of '
                     "what matters."),
    ] = None,
    *,
    options: Options,
) -> None:  # fmt: skip
    """Every candidate site against today's layout, best first, with reasons and a promise."""

    def ask(base: Scenario, effort: EffortOptions) -> Any:
        from sim.answers import ranking as room

        narrow = _zone(zone, by)
        kind = None if crew is None else kinds_of(base, [crew])[0]
        return room.rank(
            base, candidates, by=by, ambulances=ambulances, crew=kind, zone=narrow, **effort
        )

    _answer(scenario, "rank", options, ask)


def site(
    scenario: ScenarioPath,
    model: Annotated[
        str, typer.Option(help="mclp, p-median, p-centre, lscp, mexclp or dsm.")
    ] = "mclp",
    new: Annotated[
        int | None,
        numbers.whole(*limits.NEW, help="New stations (mexclp, dsm: ambulances); default 1."),
    ] = None,
    candidates: Where = "seats",
    best: Annotated[int, numbers.whole(*limits.PLANS, help="How many plans to simulate.")] = 5,
    capacity: Annotated[
        float | None,
        numbers.number(
            *limits.CAPACITY, help="Most people of a station; mexclp, dsm: most ambulances."
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(help='For what is new, like "2,000,000 CNY per year"; needs costs.'),
    ] = None,
    busy: Annotated[
        str | None,
        typer.Option(help='mexclp: share of time busy, like "30 %"; default: simulated.'),
    ] = None,
    time_limit: Annotated[
        str, typer.Option(help='For solving the model, like "10 min"; then told how sure.')
    ] = "2 min",
    *,
    options: Options,
) -> None:
    """The best plans by distance, proven; then simulated and ranked, and where the two disagree."""

    def ask(base: Scenario, effort: EffortOptions) -> Any:
        from sim.answers import sites

        return sites.site(
            base, candidates, model=model, new=new, best=best, capacity=capacity,
            budget=_parsed("--budget", units.amount, budget),
            busy=_parsed("--busy", units.share, busy),
            time_limit_s=_parsed("--time-limit", units.seconds, time_limit), **effort,
        )  # fmt: skip

    _answer(scenario, "site", options, ask)


def search(
    scenario: ScenarioPath,
    stations: Annotated[
        int | None,
        numbers.whole(*limits.MORE, help="New ones, an ambulance each; default 1 if nothing else."),
    ] = None,
    ambulances: Annotated[int, numbers.whole(*limits.MORE, help="More of them besides.")] = 0,
    shorten: Annotated[
        int, numbers.whole(*limits.MORE, help="So many crews put on shorter hours.")
    ] = 0,
    crew: Crews = None,
    moves: Annotated[
        bool, typer.Option(help="Then move ambulances, today's too, and the new sites.")
    ] = True,
    candidates: Where = "seats",
    by: By = "within",
    *,
    options: Options,
) -> None:
    """The best mix of sites and ambulances by simulation: greedy steps, then swaps."""

    def ask(base: Scenario, effort: EffortOptions) -> Any:
        from sim.answers import search as room

        return room.search(
            base, candidates, stations=stations, ambulances=ambulances, shorten=shorten,
            moves=moves, crews=kinds_of(base, crew or []), by=by, **effort,
        )  # fmt: skip

    _answer(scenario, "search", options, ask, steps=True)


def curve(
    scenario: ScenarioPath,
    steps: Annotated[int, numbers.whole(*limits.STEPS, help="How many more of each.")] = 4,
    crew: Crews = None,
    candidates: Where = "seats",
    by: By = "within",
    *,
    options: Options,
) -> None:
    """One more station after another against one more ambulance; and the fleet rearranged."""

    def ask(base: Scenario, effort: EffortOptions) -> Any:
        from sim.answers import curve as room

        kinds = kinds_of(base, crew or [])
        return room.curve(base, candidates, steps=steps, crews=kinds, by=by, **effort)

    _answer(scenario, "curve", options, ask, steps=True)


def stress(
    scenario: ScenarioPath,
    others: Annotated[
        list[Path] | None, typer.Argument(help="Scenario files to compare with it.")
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option(help="NAME or LON,LAT: a new sub-station; each is a proposal of its own."),
    ] = None,
    move: Move = None,
    close: Close = None,
    ambulances: Ambulances = None,
    add_crew: AddCrew = None,
    wrong: Annotated[
        list[str] | None,
        typer.Option("--range", help='How far wrong, like demand="30 %"; 0 % leaves one out.'),
    ] = None,
    suppose: Annotated[
        list[str] | None,
        typer.Option(help="NAME=SETTINGS as in a scenario file: what else might happen."),
    ] = None,
    samples: Annotated[int, numbers.whole(*limits.SAMPLES, help="Joint samples.")] = 32,
    by: By = "within",
    *,
    options: Options,
) -> None:
    """Whether the difference holds under other assumptions, one at a time and together."""

    def ask(base: Scenario, effort: EffortOptions) -> Any:
        from sim.answers import stress as room

        proposals = [layout(path, options) for path in others or []]
        proposals += [changed(base, changes_of([text], [], [], [])) for text in add or []]
        rest = changes_of([], move or [], close or [], ambulances or [], add_crew, base=base)
        if rest:
            proposals.append(changed(base, rest))
        return room.stress(
            base, *proposals, by=by, wrong=_wrong(wrong), suppose=_supposed(suppose),
            samples=samples, **effort,
        )  # fmt: skip

    _answer(scenario, "stress", options, ask)


def worth(scenario: ScenarioPath, by: By = "within", *, options: Options) -> None:
    """What would be lost if each station closed, or one of its ambulances went."""

    def ask(base: Scenario, effort: EffortOptions) -> Any:
        from sim.answers import worth as room

        return room.worth(base, by=by, **effort)

    _answer(scenario, "worth", options, ask)


def why(
    scenario: ScenarioPath,
    add: Add = None,
    move: Move = None,
    close: Close = None,
    ambulances: Ambulances = None,
    add_crew: AddCrew = None,
    *,
    options: Options,
) -> None:
    """Why calls are late: distance, turnout, the nearest ambulance busy, queueing; by township."""

    def ask(base: Scenario, effort: EffortOptions) -> Any:

        from sim.answers import comparison

        changes = changes_of(
            add or [], move or [], close or [], ambulances or [], add_crew, base=base
        )
        return comparison.run(changed(base, changes) if changes else base, **effort).why()

    _answer(scenario, "why", options, ask)


def _answer(
    path: Path,
    verb: str,
    options: Options,
    ask: Callable[[Scenario, EffortOptions], Any],
    steps: bool = False,
) -> None:
    """Read, ask, print, write."""
    with working(Message("Reading the map"), options.say, as_json=options.as_json) as tell:
        base = layout(path, options)
        folder = options.out or work.free_folder(f"{work.name_of(path)}-{verb}")
        told = work.answer(base, folder, tell, options, ask, steps)
    work.say_where(told, folder, options)


def _zone(text: str | None, by: str) -> float | None:
    if by == "mean":
        seconds = _parsed("--zone", units.seconds, text)
        return None if seconds is None else seconds / 60
    return _parsed("--zone", units.points, text)


def _parsed(option: str, parse: Callable[[object], Any], text: str | None) -> Any:
    try:
        return None if text is None else parse(text)
    except ValueError as error:
        raise OptionError(option, message_of(error)) from None


SUPPOSE: Final = Message(
    "write NAME={{settings}}, like snow={{travel: {{bands: [{{hours: 06-22, speed: 60 %}}]}}}}; "
    "found {found}"
)


def _wrong(texts: list[str] | None) -> dict[str, float]:
    found, problems = {}, []
    for text in texts or []:
        key, value, parted = speech.halves(text)
        value = units.usual(value)
        try:
            if not parted:
                raise ValueError(Message('write it like demand="30 %"; found {found}', found=text))
            if "%" not in value:
                raise ValueError(
                    Message(
                        'write it like {key}="30 %"; found {found}',
                        key=key.strip(),
                        found=value.strip(),
                    )
                )
            found[key.strip()] = units.share(value.strip())
        except ValueError as error:
            problems.append(Problem(message_of(error), key if parted else ""))
    if problems:
        raise OptionError("--range", problems)
    return found


def _supposed(texts: list[str] | None) -> dict[str, Any]:
    """Settings by the name that stands before each; what they say is looked at where they are."""
    from sim.files import yaml_lines

    found: dict[str, Any] = {}
    problems = []
    for text in texts or []:
        name, written, parted = speech.halves(text)
        if not (name and written and parted):
            message = Message(SUPPOSE, found=text)
            problems.append(Problem(message))
            continue
        if name in found:
            problems.append(Problem(Message('"{name}" is named twice', name=name)))
        try:
            found[name] = yaml_lines.written_in(written)
        except ValueError as error:
            problems.append(Problem(message_of(error), name))
    if problems:
        raise OptionError("--suppose", problems)
    return found
