"""The commands of a study: read as they would be if they were typed, and carried out.

A command of a study is what stands after `tenthirty` at the prompt. What is said once for the whole
study, like the language, may not stand in it.
"""

from __future__ import annotations

import hashlib
import re
import shlex
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import typer

from sim.cli import ask, decide, hearing, speech
from sim.cli.changes import changed, changes_of
from sim.cli.options import load
from sim.errors import PlannerError, Problem, ScenarioError, did_you_mean
from sim.files import readings
from sim.files.escapes import file_name
from sim.files.yaml_lines import YamlText
from sim.scenario.validation import Problems
from sim.text import Message
from sim.words.language import language

if TYPE_CHECKING:
    from sim.report.answered import KeptAnswer
    from sim.scenario.scenario import Scenario
    from sim.scenario.study_file import StudyOfPlace

# Said once for all commands of a study.
SAID_ONCE: Final = ("lang", "as_json", "out", "workers", "scheduler", "reuse", "figures", "draft")
LAYOUTS: Final = ("scenario", "others")  # arguments that are scenario files
CHANGES: Final = ("add", "move", "close", "ambulances", "add_crew")  # lists; else of one command
LONGEST_NAME: Final = 60  # of a results folder


class How(NamedTuple):
    """What is said once for all commands of a study."""

    lang: str = "en"
    figures: bool = True
    draft: bool = False
    reuse: bool = True
    workers: int | None = None
    scheduler: str | None = None
    rows: tuple[int, ...] | None = None  # of the questions that are asked; None for all

    def asks(self, row: int) -> bool:
        """Whether the question of a row is asked."""
        return self.rows is None or row in self.rows

    def changes(self) -> tuple[Any, ...]:
        """What of it shows in an answer: not by whom it was computed."""
        return self.lang, self.figures, self.draft


class StudyCommand(NamedTuple):
    """A command of a study, as it was read."""

    text: str  # as it was written, after `tenthirty`
    words: tuple[str, ...]
    context: Any  # typer's: the command with its options

    def layouts(self) -> list[Path]:
        """The scenario files that it names."""
        named = [self.context.params.get(name) for name in LAYOUTS]
        flat = [one for part in named for one in (part if isinstance(part, list) else [part])]
        return [Path(one) for one in flat if one is not None]


Pair = tuple[StudyCommand, StudyCommand | None]  # the answer, and what would change it


@cache
def commands() -> Any:
    """The commands that a study may hold: those that ask, and those that decide."""
    app = typer.Typer(add_completion=False)
    ask.register(app)
    decide.register(app)
    return typer.main.get_command(app)


def read(text: str, folder: Path, problems: Problems) -> StudyCommand | None:
    """A command as typer reads it, its files those of a folder; None after telling what is wrong
    with it."""
    known = commands().commands
    try:
        words = shlex.split(text)
    except ValueError:
        problems.tell(Message("a quotation mark is not closed; found {found}", found=text))
        return None
    if words[:1] == ["tenthirty"]:
        words = words[1:]
    verb = words[0] if words else ""
    if verb not in known:
        hint = did_you_mean(verb, list(known))
        problems.tell(
            Message(
                "write a command that asks or decides, like {example}; found {found}{hint}",
                example="compare today north-west", found=verb, hint=hint,
            )
        )  # fmt: skip
        return None
    if any(word in ("-h", "--help") for word in words):
        problems.tell(Message("a study answers questions: leave out {option}", option="--help"))
        return None
    try:
        context = known[verb].make_context(verb, list(words[1:]))
    except speech.MISTAKES as error:
        problems.tell(speech.problem_of(error))
        return None
    for parameter in context.command.params:
        said = context.get_parameter_source(parameter.name)
        if parameter.name in SAID_ONCE and said is not None and said.name == "COMMANDLINE":
            option = max(parameter.opts, key=len)
            message = Message("it is said for the whole study: leave out {option}", option=option)
            problems.tell(message)
    _place(context.params, folder)
    return StudyCommand(text.strip().removeprefix("tenthirty "), tuple(words), context)


def _place(options: dict[str, Any], folder: Path) -> None:
    """Look for the files that a command names in the folder of its study."""
    for name in LAYOUTS:
        if name in options:
            given = options[name]
            many = isinstance(given, list | tuple)
            found = [folder / one for one in (given if many else [given]) if one]
            options[name] = found if many else found[0]
    where = options.get("candidates")
    if isinstance(where, str) and readings.parts(folder / where):
        options["candidates"] = str(folder / where)


def check(study: StudyOfPlace, out: Path | None, how: How) -> list[Pair]:
    """The commands of a study, read; ScenarioError with all that is wrong, in files they name too.

    `out`: where answers are kept; what was answered there is not looked into again. None: only the
    commands are looked at, not the scenarios.
    """
    problems = study.problems()
    found: list[Pair] = []
    looked_at: dict[Path, Scenario | None] = {}
    for row, question in enumerate(study.file.questions):
        parts: list[StudyCommand | None] = []
        for field in ("command", "would_change"):
            text = getattr(question, field)
            here = problems.at("questions", row, field)
            one = None if text is None else read(text, study.folder, here)
            parts.append(one)
            if one is not None and out is not None and how.asks(row) and not kept(one, out, how):
                _check_layouts(one, looked_at, here)
        if parts[0] is not None:
            found.append((parts[0], parts[1]))
    problems.raise_if_any(ScenarioError, study.source)
    return found


def _check_layouts(
    question: StudyCommand, looked_at: dict[Path, Scenario | None], problems: Problems
) -> None:
    """Read the scenarios that a command names, each once in a study, and what it changes."""
    for path in question.layouts():
        if path in looked_at:
            continue
        looked_at[path] = None
        try:
            looked_at[path] = load(path)
        except PlannerError as error:
            _tell(error, path, problems)
    base = looked_at.get(next(iter(question.layouts()), Path()))
    if base is not None:
        try:
            _check_options(question, base)
        except PlannerError as error:
            for one in error.problems:
                problems.tell(said_of(one))


def _check_options(question: StudyCommand, base: Scenario) -> None:
    """PlannerError for a change that cannot be made of the base, and for wrong candidates."""
    from sim.answers import candidates

    options = question.context.params
    written = [options.get(name) for name in CHANGES]
    kinds = [list(one) if isinstance(one, list | tuple) else [] for one in written]
    apart = question.words[0] == "stress"  # where each new station is a proposal of its own
    for some in [[[one], [], [], [], []] for one in kinds[0]] if apart else []:
        changed(base, changes_of(*some, base=base))
    changes = changes_of(*([[], *kinds[1:]] if apart else kinds), base=base)
    if changes:
        changed(base, changes)
    where = options.get("candidates")
    if where not in (None, "stations"):
        candidates.find(base, where, base.settings.study.seed)


def _tell(error: PlannerError, path: Path, problems: Problems) -> None:
    """What is wrong with a scenario: at its own lines; of a file as a whole, where it is named."""
    whole = [one for one in error.problems if one.line is None and not one.file]
    for one in whole:
        problems.tell(Message("{place}: {problem}", place=path.name, problem=one.message))
    if len(whole) < len(error.problems):
        problems.add(type(error)(error.source, [o for o in error.problems if o not in whole]))


def said_of(problem: Problem) -> str:
    """A problem with the option that it is of."""
    if not problem.field:
        return problem.message
    return Message("{place}: {problem}", place=problem.field, problem=problem.message)


def also_commands(error: ScenarioError) -> ScenarioError:
    """The same error of a study file, with what is wrong in its commands besides."""
    path = Path(str(error.source))
    try:
        text = YamlText(path)
    except PlannerError:
        return error
    asked = text.content.get("questions")
    problems = Problems(lambda loc: ("", text.line(loc)))
    looked_at: dict[Path, Scenario | None] = {}
    for row, question in enumerate(asked if isinstance(asked, list) else []):
        for field in ("command", "would_change"):
            written = question.get(field) if isinstance(question, dict) else None
            if isinstance(written, str):
                here = problems.at("questions", row, field)
                one = read(written, path.parent, here)
                if one is not None:
                    _check_layouts(one, looked_at, here)
    return ScenarioError(path, [*error.problems, *problems.found])


def folder_of(question: StudyCommand, out: Path) -> Path:
    """Where the results of a command lie: its name is made of its words."""
    words = [re.sub(r"\.ya?ml$", "", word.removeprefix("--")) for word in question.words]
    name = file_name("-".join(re.sub(r"[^\w.+=-]+", "-", word) for word in words), "answer")
    if len(name) > LONGEST_NAME or name != "-".join(question.words):
        tag = hashlib.sha256("\0".join(question.words).encode()).hexdigest()[:6]
        name = f"{name[:LONGEST_NAME]}-{tag}"
    return out / name


def answered(
    question: StudyCommand, out: Path, how: How, *, quiet: bool
) -> tuple[KeptAnswer, bool]:
    """The answer to a command, and whether it was kept; if not, it is carried out.

    PlannerError if it cannot be carried out.
    """
    from sim.report import answered as records

    found = kept(question, out, how)
    if found is not None:
        return found, True
    folder = folder_of(question, out)
    found = _carried_out(question, folder, _key(question, how), how, quiet)
    records.write(folder, found)
    return found, False


def kept(question: StudyCommand, out: Path, how: How) -> KeptAnswer | None:
    """What was answered before, if it still counts."""
    from sim.report import answered as records

    return records.read(folder_of(question, out), _key(question, how))


def _key(question: StudyCommand, how: How) -> str:
    from sim.report import answered as records

    return records.key_of(question.words, how.changes())


def _carried_out(
    question: StudyCommand, folder: Path, key: str, how: How, quiet: bool
) -> KeptAnswer:
    """Carry out a command into its folder."""
    from sim import words
    from sim.report import answered as records
    from sim.report import folder as store

    context, say = question.context, language(how.lang)
    options = context.params
    if context.get_parameter_source("logs") is not None:
        said = context.get_parameter_source("logs").name == "COMMANDLINE"
        options["logs"] = options["logs"] and said  # every call and trip, only if they are wanted
    simulates = context.info_name != "coverage"  # which writes no folder of its own
    began = time.monotonic()
    with readings.noted(anew=True), hearing.of(list(question.words), quiet) as listening:
        carry_out(context, how, folder if simulates else None)
        (answer,) = listening.answers
        if not simulates:
            with store.results_folder(folder, "study") as part:
                store.write(part, answer, say, list(question.words), figures=how.figures)
        return records.made_of(
            answer,
            words.page_of(answer, say),
            key,
            seconds=round(time.monotonic() - began, 2),
            figures=[name for name in _drawn(answer, how) if (folder / name).is_file()],
            files=[*answer.files(), *_named_files(options)],
            more=listening.tables,
        )


def carry_out(context: Any, how: How, folder: Path | None) -> None:
    """Carry out a command as typer read it, its results in a folder; None for one that has none."""
    options = context.params
    for name, value in how._asdict().items():
        if name in options:
            options[name] = value
    options["as_json"] = False
    if folder is not None:
        options["out"] = folder
    with context:
        context.command.invoke(context)


def _drawn(answer: Any, how: How) -> Iterator[str]:
    """The files of an answer's figures, the main one first."""
    if how.figures:
        from sim.figures import drawings

        yield from (f"{name}.png" for name in drawings(answer, language(how.lang)))


def _named_files(options: dict[str, Any]) -> Iterator[Path]:
    """Files that a command names besides scenarios, like one of candidates."""
    for value in options.values():
        if isinstance(value, str):
            with suppress(OSError, ValueError):
                yield from readings.parts(Path(value))
