"""One study for the command line: from its layouts to the results in their folder.

Says where they go, what was finished when it is stopped, and that it goes on from there.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from sim.cli.options import Options, Stopped
from sim.errors import PlannerError
from sim.text import Message

if TYPE_CHECKING:
    from sim.answers.comparison import Result
    from sim.scenario.scenario import Scenario
    from sim.study.checkpoints import Kept

COMPILING = Message("Compiling the rules (once, half a minute)")


def carry_out(
    layouts: list[Scenario],
    folder: Path,
    tell: Callable[..., None],
    options: Options,
    logs: bool,
) -> Result:
    """Simulate, print the table, and put everything under `folder` once it is whole."""
    from sim import engine as engines
    from sim.answers import comparison
    from sim.report import folder as store
    from sim.study import plan as study

    store.refuse_foreign(folder)
    tell(title=Message("Preparing the roads"))
    planned = study.prepare(
        *layouts, replications=options.replications, most=options.most, draft=options.draft,
        seed=options.seed, engine=options.engine, logs=logs,
    )  # fmt: skip
    key = planned.key()
    if unwritable := engines.cannot_keep(options.engine):
        tell(note=_cannot_keep(unwritable))
    kept: Kept | None = None
    began = False

    def watch(done: int, total: int) -> None:
        nonlocal began
        if not began and kept is not None and kept.taken_up:
            tell(note=_going_on(kept))
        compiling = not began and not engines.is_ready(options.engine)
        began = True
        tell(done, total, COMPILING if compiling else Message("Simulating"))

    try:
        with store.results_folder(folder, key) as part:
            logs_to = part / store.LOGS if logs else None
            kept = planned.kept(part / store.FINISHED, key, logs_to)
            result = comparison.carry_out(
                planned, kept, watch, options.workers, None, options.scheduler
            )
            if not options.as_json:  # the answer first: figures take longer than the study
                tell(aside=lambda: typer.echo(result.table(options.lang)))
            tell(title=Message("Drawing and writing") if options.figures else Message("Writing"))
            store.drop_logs_from(part, result.replications if logs else 0)
            store.write_results(
                part, result, options.lang, options.figures, sys.argv[1:], options.engine
            )
    except KeyboardInterrupt:
        raise Stopped(_stopped(kept)) from None
    except PlannerError as error:
        if kept is not None:
            kept.mention(error)
        raise
    return result


def _cannot_keep(folder: Path) -> Message:
    return Message(
        "The cache folder {folder} cannot be written: the rules are compiled anew every time. "
        "Name another one in TENTHIRTY_CACHE.",
        folder=folder,
    )


def _going_on(kept: Kept) -> Message:
    if kept.at_most:
        return Message("Going on: {done} replications were finished before.", done=kept.taken_up)
    return Message(
        "Going on: {done} of {all} replications were finished before.",
        done=kept.taken_up,
        all=kept.total,
    )


def _stopped(kept: Kept | None) -> Message:
    if kept is not None:
        kept.recount()
    if kept is None or not kept.done:
        return Message("Stopped. Nothing was written.")
    if kept.at_most:
        return Message(
            "Stopped: {done} replications are finished; the same command goes on from there.",
            done=kept.done,
        )
    return Message(
        "Stopped: {done} of {all} replications are finished; the same command goes on from there.",
        done=kept.done,
        all=kept.total,
    )


def answer(
    base: Scenario,
    folder: Path,
    tell: Callable[..., None],
    options: Options,
    ask: Callable[[Scenario, dict[str, Any]], Any],
    steps: bool,
) -> Any:
    """Put a question, print what came of it, and put all of it under `folder` once it is whole.

    `steps`: the question is many small studies, whose whole length nobody knows.
    """
    from sim import engine as engines
    from sim.report import folder as store

    store.refuse_foreign(folder)
    compiling = not engines.is_ready(options.engine)
    tell(title=COMPILING if compiling else Message("Simulating"))

    def watch(done: int, total: int) -> None:
        if done and steps:
            tell(title=Message("Trying one option after another"))
        elif done:
            tell(done, total, Message("Simulating"))

    key = hashlib.sha256("\0".join(sys.argv).encode()).hexdigest()
    with store.results_folder(folder, key) as part:
        told = ask(base, options.study() | {"watch": watch})
        if not options.as_json:
            tell(aside=lambda: typer.echo(told.table(options.lang)))
        tell(title=Message("Drawing and writing") if options.figures else Message("Writing"))
        store.write_answer(part, told, base, options.lang, options.figures, sys.argv[1:])
    return told


def say_answer(told: Any, folder: Path, options: Options) -> None:
    if options.as_json:
        from sim.report.folder import answer_as_json

        facts = answer_as_json(told, options.lang) | {"results": str(folder)}
        typer.echo(json.dumps(facts, ensure_ascii=False, allow_nan=False))
        return
    typer.echo(" " + options.say("Results: {folder}/", folder=folder))


def say_where(result: Result, folder: Path, options: Options) -> None:
    """The last line of the answer, or all of it as JSON."""
    if options.as_json:
        from sim.answers import comparison

        facts = comparison.as_json(result, options.lang) | {"results": str(folder)}
        typer.echo(json.dumps(facts, ensure_ascii=False, allow_nan=False))
        return
    typer.echo(" " + options.say("Results: {folder}/", folder=folder))


def free_folder(name: str) -> Path:
    """A folder under runs/ that holds no other command's result."""
    from sim.report import folder as store

    return store.free_folder(Path("runs") / name, sys.argv[1:])


def name_of(path: Path) -> str:
    """runs/liling for scenarios/liling; runs/liling-north-west for a file in it."""
    path = path.resolve()
    if path.is_dir():
        return path.name
    return (
        f"{path.parent.name}-{path.stem}" if path.parent.parent.name == "scenarios" else path.stem
    )


def name_of_comparison(
    base: Scenario, path: Path, others: list[Path], changes: list[dict[str, Any]]
) -> str:
    parts = [name_of(path)]
    parts += [f"vs-{other.stem}" for other in others]
    for change in changes:
        verb, entry = next(iter(change.items()))
        spot = base.map.find(entry["station"])
        name = spot.name.en if spot else entry["station"]
        parts += [verb, re.sub(r"[^\w.+-]+", "-", name).strip("-").lower()]
    return "-".join(parts)[:120]
