"""One study for the command line: from its layouts to the results in their folder.

Says where they go, what was finished when it is stopped, and that it goes on from there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from sim.cli import hearing, speech
from sim.cli.options import Options, Stopped
from sim.errors import PlannerError
from sim.files.escapes import file_name, in_json
from sim.text import Message

if TYPE_CHECKING:
    from sim.answers.answer import Answer
    from sim.answers.comparison import Comparison
    from sim.scenario.changes import AnyVerb
    from sim.scenario.scenario import Scenario
    from sim.study.effort import EffortOptions

COMPILING = Message(
    "Compiling the rules, which takes up to some minutes; it is done once on this machine for the "
    "plain service, and once for all that goes beyond it."
)
COMPILING_ANEW = Message("Compiling the rules, which takes up to some minutes.")
PART = "study"  # one part folder for all that may be asked for a results folder


class Session(NamedTuple):
    """A command at work: the folder to fill, and the options of what it asks."""

    part: Path
    effort: EffortOptions


@contextmanager
def session(
    folder: Path, tell: Callable[..., None], options: Options, steps: bool = False
) -> Iterator[Session]:
    """Workers, a part folder and finished replications, which all studies of a command share.

    `steps`: the command is many small studies, whose whole length nobody knows. What is filled
    takes the place of `folder` at the end. Stopped, or failed, it says how much is finished: the
    same command, run again, goes on from there.
    """
    from sim import engine as engines
    from sim.files.whole import FINISHED
    from sim.report import folder as store
    from sim.study.checkpoints import Checkpoints
    from sim.study.effort import Effort
    from sim.study.sharing import shared
    from sim.study.store import Store

    effort = Effort(**options.study())
    if unwritable := engines.cannot_keep(options.engine):
        tell(note=_cannot_keep(unwritable))
    listening = hearing.now()
    again = None if listening is None else listening.finished
    checkpoints, began, noted = again or Checkpoints(), False, False

    def note_compiling() -> None:
        nonlocal noted
        if not noted:
            tell(note=COMPILING if engines.is_keeping() else COMPILING_ANEW)
        noted = True

    def watch(done: int, total: int) -> None:
        nonlocal began
        if not began and checkpoints.taken_up and again is None:
            tell(note=_going_on(checkpoints.finished()))
        if not began and not engines.is_ready(options.engine):
            note_compiling()
        began = True
        if steps and done:
            tell(title=Message("Trying one option after another"))
        else:
            tell(done, total, Message("Simulating"))

    try:
        with (
            engines.telling_of_compiling(options.engine, note_compiling),
            store.results_folder(folder, PART) as part,
        ):
            if again is None:
                checkpoints.folder = part / FINISHED
            with shared(replace(effort, watch=watch, checkpoints=checkpoints)) as effort:
                asked = options.study()
                asked |= {"watch": watch, "pool": effort.pool, "checkpoints": checkpoints}
                yield Session(part, asked)
            if options.reuse:
                Store().take(part / FINISHED)
    except KeyboardInterrupt:
        raise Stopped(_stopped(0 if again else checkpoints.finished(), steps)) from None
    except PlannerError as error:
        if not again:  # else what is there is of many commands
            checkpoints.mention(error)
        raise


def _cannot_keep(folder: Path) -> Message:
    return Message(
        "The cache folder {folder} cannot be written: the rules are compiled anew every time. "
        "Name another one in TENTHIRTY_CACHE.",
        folder=folder,
    )


def _going_on(runs: int) -> Message:
    if runs == 1:
        return Message("Going on: 1 run was finished before.")
    return Message("Going on: {runs} runs were finished before.", runs=runs)


def _stopped(runs: int, steps: bool) -> Message:
    if not runs:
        return Message("Stopped. Nothing was written.")
    if runs == 1:
        return Message("Stopped: 1 run is finished; the same command goes on from there.")
    if steps:
        return Message(
            "Stopped: {runs} runs are finished; the same command goes on from there. The runs by "
            "which options are chosen are counted here; the heading of the answer counts those "
            "that its numbers rest on.",
            runs=runs,
        )
    return Message(
        "Stopped: {runs} runs are finished; the same command goes on from there.", runs=runs
    )


def carry_out(
    layouts: list[Scenario],
    folder: Path,
    tell: Callable[..., None],
    options: Options,
    logs: bool,
) -> Comparison:
    """Simulate, print the table, and put everything under `folder` once it is whole."""
    from sim.answers import comparison
    from sim.files.whole import LOGS
    from sim.report import folder as store

    store.refuse_foreign(folder)
    tell(title=Message("Preparing the roads"))
    with session(folder, tell, options) as (part, effort):
        logs_to = part / LOGS if logs else None
        result = comparison.compare(*layouts, logs_to=logs_to, **effort)
        store.drop_other_logs(part, len(layouts), result.replications if logs else 0)
        _show_and_write(result, part, tell, options)
    return result


def answer(
    base: Scenario,
    folder: Path,
    tell: Callable[..., None],
    options: Options,
    ask: Callable[[Scenario, EffortOptions], Any],
    steps: bool,
) -> Any:
    """Put a question, print what came of it, and put all of it under `folder` once it is whole.

    `steps`: the question is many small studies, whose whole length nobody knows.
    """
    from sim.report import folder as store

    store.refuse_foreign(folder)
    tell(title=Message("Simulating"))
    with session(folder, tell, options, steps) as (part, effort):
        told = ask(base, effort)
        store.drop_other_logs(part, 0, 0)
        _show_and_write(told, part, tell, options)
    return told


def _show_and_write(
    answer: Answer, part: Path, tell: Callable[..., None], options: Options
) -> None:
    """Show the answer first, for figures take longer than the study; then write all of it."""
    from sim import words
    from sim.report import folder as store

    say = options.say
    listening = hearing.now()
    if listening is not None:
        listening.answers.append(answer)
    elif not options.as_json:
        tell(aside=lambda: speech.show(words.page_of(answer, say).text()))
    tell(title=Message("Drawing and writing") if options.figures else Message("Writing"))
    store.write(
        part, answer, say, hearing.command(), figures=options.figures, engine=options.engine
    )


def say_where(answer: Answer, folder: Path, options: Options, **more: Any) -> None:
    """The last line of the answer, or all of it as JSON, with whatever `more` there is."""
    from sim.report.folder import as_json

    if hearing.now() is not None:
        return
    if options.as_json:
        facts = as_json(answer, options.say) | more | {"results": str(folder)}
        typer.echo(in_json(facts, allow_nan=False))
        return
    speech.show(" " + options.say("Results: {folder}/", folder=folder))


def free_folder(name: str) -> Path:
    """A folder under runs/ that holds no other command's result."""
    from sim.report import folder as store

    return store.free_folder(Path("runs") / name, hearing.command())


def name_of(path: Path) -> str:
    """runs/liling for scenarios/liling; runs/liling-north-west for a file in it."""
    path = path.resolve()
    name = path.name if path.is_dir() else _without_ending(path)
    if not path.is_dir() and path.parent.parent.name == "scenarios":
        name = f"{path.parent.name}-{name}"
    return file_name(name)


def _without_ending(path: Path) -> str:
    """plan-1.5 for plan-1.5.yaml and for plan-1.5 alike."""
    from sim.scenario.bases import ENDINGS

    return path.stem if path.suffix in ENDINGS else path.name


def name_of_comparison(
    base: Scenario, path: Path, others: list[Path], changes: list[AnyVerb]
) -> str:
    parts = [name_of(path)]
    parts += [f"vs-{_without_ending(other)}" for other in others]
    for change in changes:
        spot = base.map.find(change.station)
        name = spot.name.en if spot else change.station
        parts += [change.key, re.sub(r"[^\w.+-]+", "-", name).strip("-").lower()]
    return file_name("-".join(parts))
