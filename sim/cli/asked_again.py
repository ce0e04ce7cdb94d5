"""A results folder's command asked again, for its answer: nothing that is kept is simulated anew.

What comes of it is held against what the folder says; a report of other numbers than those that
were printed would be no report of that run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, cast

from sim.cli import hearing, speech
from sim.cli.options import load
from sim.errors import ReplayError, ReportError
from sim.files import readings
from sim.text import Message

if TYPE_CHECKING:
    from sim.answers.answer import Answer
    from sim.report.kept_run import KeptRun

DIFFERENT: Final = Message(
    "asked again, its command does not say what it said: scenario files, the map or the program "
    "have changed since. Run the command again"
)


def run_in(folder: Path) -> KeptRun:
    """What a folder holds; ReportError if no report can be made of it."""
    from sim.report import kept_run

    with _for_a_report():
        run = kept_run.read(folder, kept_run.NO_ANSWER)
    if not run.words:
        text = Message("it holds the answer of {verb}, of which no report is made", verb=run.verb)
        raise ReportError(folder, text)
    return run


@contextmanager
def _for_a_report() -> Iterator[None]:
    """What is said of a folder that cannot be read again, said of a report."""
    try:
        yield
    except ReplayError as error:
        raise ReportError(error.source, error.problems) from None


def answer_of(run: KeptRun) -> Answer:
    """The answer in a results folder, as a value; ReportError if it would be another one now."""
    with _for_a_report():
        return _answer_of(run)


def _answer_of(run: KeptRun) -> Answer:
    from sim.answers.answer import Provenance
    from sim.cli import questions
    from sim.report import kept_run
    from sim.study.store import Store

    context = context_of(run)
    draft = bool(run.facts.get("draft")) or bool(context.params.get("draft"))
    how = questions.How(figures=False, draft=draft)  # a study says it once for all its commands
    with readings.noted(anew=True):
        for path in questions.StudyCommand(
            "", tuple(run.words), context
        ).layouts():  # what would be another run is not simulated first
            base = load(path)
            kept_run.check_inputs(run, (*base.files, base.map.path))
        with (
            TemporaryDirectory() as folder,
            hearing.of(run.words, True, Store().checkpoints()) as listening,
        ):
            questions.carry_out(context, how, Path(folder) / "again")
            _hold_tables(Path(folder) / "again", run)
        (answer,) = listening.answers
        kept_run.check_inputs(run, answer.files())
    _hold(answer, run)
    made = answer.provenance
    if isinstance(made, Provenance):  # how long it took when it was simulated, not now
        made = replace(made, seconds=float(run.facts.get("seconds", made.seconds)))
    found: Any = answer
    return cast("Answer", replace(found, provenance=made))


def context_of(run: KeptRun) -> Any:
    """Its command as typer reads it, the files that it names found.

    ReplayError if it is not understood any more, or a file is not there.
    """
    from sim.cli import questions

    verb, *words = run.words
    try:
        context = questions.commands().commands[verb].make_context(verb, list(words))
    except speech.MISTAKES:
        message = Message("its command is not understood any more: run it again")
        raise ReplayError(run.folder, message) from None
    options = context.params
    for name in questions.LAYOUTS:
        given = options.get(name)
        if isinstance(given, list | tuple):
            options[name] = [file_of(run, one) for one in given]
        elif given is not None:
            options[name] = file_of(run, given)
    where = options.get("candidates")
    if isinstance(where, str):
        options["candidates"] = str(_beside(run, Path(where), readings.parts) or where)
    if "logs" in options:
        options["logs"] = False
    return context


def file_of(run: KeptRun, name: Any) -> Path:
    """A file as its command named it; of a command of a study beside the files of that."""
    from sim.report import kept_run
    from sim.scenario import bases

    found = _beside(run, Path(name), lambda path: bases.with_ending(path).exists())
    if found is None:
        raise kept_run.not_there(run, Path(name))
    return found


def _beside(run: KeptRun, path: Path, is_there: Callable[[Path], Any]) -> Path | None:
    """A path from here, or from where a file lies that the run was made from; None if nowhere."""
    folders = (Path(), *(one.parent for one in run.inputs))
    return next((folder / path for folder in folders if is_there(folder / path)), None)


def _hold_tables(again: Path, run: KeptRun) -> None:
    """ReportError unless every table has the very numbers that its folder was written with."""
    from sim.report import manifest

    kept = run.facts.get("files")
    known = kept if isinstance(kept, dict) else {}
    for name in known:
        if name.endswith(".csv"):
            path = again / name
            if not path.is_file() or manifest.fingerprint(path) != known[name]:
                raise ReportError(run.folder, DIFFERENT)


def _hold(answer: Answer, run: KeptRun) -> None:
    """ReportError unless the answer says what its folder says, in some language."""
    from sim import words
    from sim.words.language import available, language

    kept = run.facts.get("sentences")
    said = [[*words.page_of(answer, language(code)).sentences] for code in available()]
    if kept not in said:
        raise ReportError(run.folder, DIFFERENT)
