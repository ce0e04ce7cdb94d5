"""The command that makes a committee's report of finished runs: HTML, Word, PDF from one tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from sim.cli import asked_again, speech
from sim.cli.options import ANSWER, Lang, working
from sim.errors import OptionError, Problem, ReportError, did_you_mean
from sim.text import Message
from sim.words.language import language

One = TypeVar("One")
Told = TypeVar("Told")
NAME: Final = "report"  # of its files in a results folder, followed by the language


def register(app: typer.Typer) -> None:
    """Put the command on the command line."""
    example = "For the committee:  tenthirty report runs/liling --lang zh"
    app.command(rich_help_panel="Ask", short_help=example)(report)


def report(
    runs: Annotated[
        list[Path],
        typer.Argument(help="Results folders of run, compare, rank, … like runs/liling."),
    ],
    to: Annotated[
        str, typer.Option(help="html, docx, pdf: one or several with commas.")
    ] = "html,docx",
    lang: Lang = "en",
    out: Annotated[
        Path | None,
        typer.Option(
            help="Its files without their ending, like committee/plan; default: "
            "report-en in the first folder.",
            rich_help_panel=ANSWER,
        ),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option(help="A Word document whose styles are taken.", rich_help_panel=ANSWER),
    ] = None,
    title: Annotated[str, typer.Option(help="Another title.", rich_help_panel=ANSWER)] = "",
) -> None:
    """One report of one or several finished runs: findings, tables, maps, sources, limits."""
    say = language(lang)
    with working(Message("Reading the results"), say) as tell:
        asked = _formats(to)
        if template is not None and "docx" not in asked:
            raise OptionError("--template", Message("it is for Word: add docx to --to"))
        from sim.report import formats

        writers = {ending: formats.writer(ending, say, template) for ending in asked}
        found = _of_each(asked_again.run_in, dict.fromkeys(runs))
        stem = found[0].folder / f"{NAME}-{say.code}" if out is None else _named(_bare(out, asked))
        files = [stem.with_name(f"{stem.name}.{ending}") for ending in writers]
        for path in files:
            formats.refuse(path)
        tell(title=Message("Asking the runs again"))
        answers = _of_each(asked_again.answer_of, found)
        tell(title=Message("Drawing"))
        from sim.report import whole_report

        commands = [f"tenthirty {' '.join(one.words)}" for one in found]
        folders = [str(one.folder) for one in found]
        made_with = [one.facts["versions"] for one in found]
        content = whole_report.report(
            answers, commands, folders, date.today().isoformat(), say, title, made_with
        )
        tell(title=Message("Writing"))
        made = {path: writer(content) for path, writer in zip(files, writers.values(), strict=True)}
        _write(made, found[0].folder if out is None else None)
    for path in files:
        speech.show(" " + say("Report: {file}", file=path))


def _of_each(ask: Callable[[One], Told], of: Iterable[One]) -> list[Told]:
    """What comes of each; ReportError of all that nothing comes of, together."""
    found, refused = list[Told](), list[ReportError]()
    for one in of:
        try:
            found.append(ask(one))
        except ReportError as error:
            refused.append(error)
    if len(refused) == 1:
        raise refused[0]
    if refused:
        names = ", ".join(str(error.source) for error in refused)
        raise ReportError(
            names,
            [
                Problem(problem.message, file=str(error.source)) if not problem.file else problem
                for error in refused
                for problem in error.problems
            ],
        )
    return found


def _bare(out: Path, asked: Sequence[str]) -> Path:
    """A name without the ending of a format that is made; OptionError with that of another."""
    from sim.report.formats import OURS

    ending = out.suffix.lstrip(".").casefold()
    if ending not in OURS:
        return out
    if ending not in asked:
        text = Message("{found} ends in {ending}, which is not made: add {ending} to --to",
                       found=out, ending=ending)  # fmt: skip
        raise OptionError("--out", text)
    return out.with_suffix("")


def _formats(to: str) -> list[str]:
    """The formats that were asked for, each once; OptionError of others."""
    from sim.report.formats import OURS

    asked = [one.strip().casefold() for one in to.split(",") if one.strip()]
    unknown = [one for one in asked if one not in OURS]
    if unknown or not asked:
        hint = did_you_mean(unknown[0], list(OURS)) if unknown else ""
        text = Message(
            "write one or several of {known}, parted by commas; found {found}{hint}",
            known=", ".join(OURS), found=to, hint=hint,
        )  # fmt: skip
        raise OptionError("--to", text)
    return list(dict.fromkeys(asked))


def _named(out: Path) -> Path:
    """What the files are called but for their ending; OptionError of a folder, or of no name."""
    if out.name in ("", "..") or out.is_dir():
        text = Message("name its files without their ending, like {example}; found {found}",
                       example="committee/plan", found=out)  # fmt: skip
        raise OptionError("--out", text)
    return out


def _write(made: dict[Path, bytes], folder: Path | None) -> None:
    """All files, each whole; `folder`: the results that they belong to."""
    from sim.files.whole import write_bytes
    from sim.report import manifest

    for path, data in made.items():
        write_bytes(path, data)
        if folder is not None:
            manifest.add(folder, path.name)
