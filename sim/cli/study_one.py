"""All questions of one place, one after the other, as a study shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.cli import questions, speech
from sim.cli.questions import How
from sim.errors import PlannerError
from sim.scenario.study_file import in_languages
from sim.words.language import Language, language
from sim.words.page import wrapped
from sim.words.provenance import SYNTHETIC

if TYPE_CHECKING:
    from sim.report.study_page import AskedQuestion, CommandAnswer, StudyPage
    from sim.scenario.study_file import StudyOfPlace

PAGE: Final = "study.html"


def ask(
    study: StudyOfPlace,
    checked: Sequence[questions.Pair],
    folder: Path,
    named: Path,
    how: How,
    say: Language,
    as_json: bool,
) -> dict[str, Any]:
    """Ask every question, print what came of each, and write the page; the facts of it.

    `named`: the folder as the planner named it.
    """
    page = _page(study, say)
    if not as_json:
        speech.show("\n".join([page.name, *lines_of(page.about), f" {page.where}"]))

    def told(number: int, one: AskedQuestion) -> None:
        if not as_json:
            speech.show("\n".join(["", *_lines(number, one, say)]))

    page = answers(study, checked, folder, how, quiet=as_json, told=told)
    if not as_json:
        speech.show("")
        if page.synthetic:
            speech.show(f" {say(SYNTHETIC)}")
        parts = [part for one in page.asked for part in one.parts if part.asked]
        speech.show(
            " "
            + say(
                "{answers}: {kept} kept from before, {failed} failed.",
                answers=say.count(len(parts), "{n} command", "{n} commands"),
                kept=sum(part.kept for part in parts), failed=sum(part.failed for part in parts),
            )
        )  # fmt: skip
        speech.show(" " + say("Page: {file}", file=named / PAGE))
    return facts(page, folder)


def answers(
    study: StudyOfPlace,
    checked: Sequence[questions.Pair],
    folder: Path,
    how: How,
    *,
    quiet: bool,
    told: Callable[[int, AskedQuestion], None] = lambda number, one: None,
) -> StudyPage:
    """What came of each question, and the page with it; a command that fails ends none of them."""
    from sim.report import study_page

    say = language(how.lang)
    found = []
    for number, (question, commands) in enumerate(
        zip(study.file.questions, checked, strict=True), 1
    ):
        some = [one for one in commands if one is not None]
        if how.asks(number - 1):
            parts = [_part(one, folder, how, say, quiet) for one in some]
        else:
            parts = [_before(one, folder, how) for one in some]
        one = study_page.AskedQuestion(
            in_languages(question.ask, question.ask_zh).within(say.code),
            parts,
            in_languages(question.published, question.published_zh).within(say.code),
            in_languages(question.assumes, question.assumes_zh).within(say.code),
        )
        if how.asks(number - 1):
            told(number, one)
        found.append(one)
    page = _page(study, say)._replace(asked=found)
    study_page.write(page, folder / PAGE)
    return page


def shown(folder: Path) -> str:
    """A folder as one names it from here."""
    folder = folder.resolve()
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)


def lines_of(text: str) -> list[str]:
    """A text for a terminal."""
    return [line for part in text.split("\n") if part.strip() for line in wrapped(part)]


def _page(study: StudyOfPlace, say: Language) -> StudyPage:
    from sim.report.study_page import StudyPage

    about = in_languages(study.file.about, study.file.about_zh).within(say.code)
    where = say("Commands are typed in {folder}.", folder=shown(study.folder))
    return StudyPage(study.name.within(say.code), about, where, [], say)


def _part(
    one: questions.StudyCommand, folder: Path, how: How, say: Language, quiet: bool
) -> CommandAnswer:
    from sim.report.study_page import CommandAnswer

    there, command = questions.folder_of(one, folder), one.text
    try:
        found, kept = questions.answered(one, folder, how, quiet=quiet)
        return CommandAnswer(command, there, found, kept=kept)
    except PlannerError as error:
        return CommandAnswer(command, there, None, error.told(say))


def _before(one: questions.StudyCommand, folder: Path, how: How) -> CommandAnswer:
    """What was answered before, if it still counts, of what is not asked this time."""
    from sim.report.study_page import CommandAnswer

    found = questions.kept(one, folder, how)
    return CommandAnswer(one.text, questions.folder_of(one, folder), found, kept=True, asked=False)


def _lines(number: int, one: AskedQuestion, say: Language) -> list[str]:
    """A question as the terminal shows it: its sentences, and why there are none."""
    lines = wrapped(f"{number}  {one.ask}", indent="    ")
    for row, part in enumerate(one.parts):
        lines.append(f"    tenthirty {part.command}")
        if part.answered is None:
            lines += [f"    {line}" for line in part.failure.split("\n")]
            continue
        for sentence in part.answered.sentences:
            spoken = f'"{sentence}"'
            if row:
                spoken = say("What would change it: {sentence}", sentence=spoken)
            lines += [f"   {line}" for line in wrapped(spoken)]
    for text in (
        say("Published: {text}", text=one.published) if one.published else "",
        say("Assumed: {text}", text=one.assumes) if one.assumes else "",
    ):
        lines += [f"   {line}" for line in wrapped(text)] if text else []
    return lines


def facts(page: StudyPage, folder: Path) -> dict[str, Any]:
    """For `--json` and `study.json`."""
    rows = [
        {
            "ask": one.ask,
            "answers": [
                {
                    "command": f"tenthirty {part.command}",
                    "sentences": part.answered.sentences if part.answered else [],
                    "failure": part.failure or None,
                    "folder": part.folder.relative_to(folder).as_posix(),
                    "seconds": part.answered.seconds if part.answered else None,
                }
                for part in one.parts
            ],
            "published": one.published or None,
            "assumes": one.assumes or None,
        }
        for one in page.asked
    ]
    failed = sum(part.failed for one in page.asked for part in one.parts)
    return {"name": page.name, "synthetic": page.synthetic, "questions": rows, "failed": failed}
