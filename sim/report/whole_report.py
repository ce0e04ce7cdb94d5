"""The report of one or several answers: what was found, what it rests on, what it cannot tell."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.answers.comparison import Comparison
from sim.answers.worth import Worth
from sim.files.whole import write_bytes
from sim.measures.measures import BY_KEY
from sim.report import chapters, formats, kept_history
from sim.report.content import Block, Callout, Content, Heading, ListOfTexts, Paragraph, TableBlock
from sim.report.folder import versions
from sim.study import arguments
from sim.text import Message
from sim.words import assumed, measures, page_of, provenance, stress_des, symbols
from sim.words.definitions import MEASURES
from sim.words.page import Column, Table

if TYPE_CHECKING:
    from sim.answers.answer import Answer
    from sim.scenario.scenario import Scenario
    from sim.words.language import Language

MADE: Final = Message("Made by tenthirty {version} on {day}.")
MADE_FROM: Final = Message("Made by tenthirty {version} on {day}, from {folders}.")


def report(
    answers: Sequence[Answer],
    commands: Sequence[str],
    folders: Sequence[str],
    day: str,
    say: Language,
    title: str = "",
    made_with: Sequence[Mapping[str, str]] = (),
) -> Content:
    """The whole report in one language.

    `commands`: of each answer, as it was typed; `folders`: where its results lie; `day`: on which
    the report is made; `title`: another one than that which is made of the answers; `made_with`: by
    package the versions with which each answer was made, by default those that are here.
    """
    values = {"version": versions()["tenthirty"], "day": day}
    below = say(MADE, **values)
    if folders:
        below = say(MADE_FROM, folders=say.listed(folders), **values)
    made = Content(title.strip() or _title(answers, say), below, say)
    marks = [mark for one in answers for mark in provenance.marks(one.provenance.base, say)]
    if marks:
        made.add(Callout("synthetic", tuple(dict.fromkeys(marks))))
    made.add(Callout("finding", tuple(_conclusions(answers, say))))
    for answer in answers:
        heading, *others = chapters.of(answer, say, _worth_of(answer, answers))
        findings = [Callout("finding", page_of(answer, say).sentences)]
        made.add(heading, *(findings if len(answers) > 1 else ()), *others)
    asked_of = [layout for one in answers for layout in one.scenarios()]
    for path in dict.fromkeys(path for layout in asked_of for path in layout.files):
        made.add(*kept_history.read(path, say))
    used = made_with or [_versions()] * len(answers)
    named = tuple(tuple(f"{name} {one}" for name, one in each.items()) for each in used)
    how = stress_des.Reported(tuple(commands), named, _machine())
    made.add(*_grounds(answers, how, say))
    return made


def save(
    answer: Answer, to: Path | str, say: Language, title: str = "", template: Path | None = None
) -> Path:
    """The report of an answer that is at hand; its ending says the format. Where it was written.

    OutputError if it cannot be written, OptionError of a format or a template that cannot be.
    """
    path = Path(to)
    ending = path.suffix.lstrip(".").lower()
    arguments.one_of("to", ending, formats.OURS)
    write = formats.writer(ending, say, template)
    formats.refuse(path)
    made = report([answer], [say("asked in Python")], [], date.today().isoformat(), say, title)
    write_bytes(path, write(made))
    return path


def _worth_of(answer: Answer, answers: Sequence[Answer]) -> Worth | None:
    """What the stations of an answer are worth, if it was asked of the very same layout."""
    base = answer.provenance.base
    for one in answers:
        if isinstance(one, Worth):
            asked = one.provenance.base
            if asked.map.path == base.map.path and asked.is_laid_out_as(base):
                return one
    return None


def _title(answers: Sequence[Answer], say: Language) -> str:
    """醴陵: what the first comparison changes, or what the first answer is about."""
    first = next(
        (one for one in answers if isinstance(one, Comparison) and one.proposals), answers[0]
    )
    place = say.name(first.provenance.base.map.name)
    if isinstance(first, Comparison) and len(first.layouts) == 2:
        from sim.words import changes

        changed = changes.listed(first.base, first.layouts[1], say)
        what = changed or say.name(first.layouts[1].name)
        return say("{place}: {what}", place=place, what=what)
    return say("{place}: {what}", place=place, what=chapters.title(first, say))


def _conclusions(answers: Sequence[Answer], say: Language) -> Iterator[str]:
    """What was found, the comparisons first; each sentence once."""
    ordered = sorted(answers, key=lambda one: not isinstance(one, Comparison))
    said = [sentence for one in ordered for sentence in page_of(one, say).sentences]
    yield from dict.fromkeys(said)


def _grounds(answers: Sequence[Answer], how: stress_des.Reported, say: Language) -> Iterator[Block]:
    """What all of it rests on."""
    yield Heading(say("What the measures mean"))
    defined = _definitions(answers, say)
    yield TableBlock(defined, say("Measures, their formulas and definitions"))
    letters = symbols.legend(" ".join(row[1] for row in defined.rows), say)
    columns = (Column(say("letter"), "left"), Column(say("meaning"), "left"))
    yield TableBlock(Table(columns, [list(one) for one in letters]), say("Letters of the formulas"))
    yield Heading(say("What is assumed"))
    yield from _assumptions(answers, say)
    yield Heading(say("What this study cannot tell"))
    yield ListOfTexts(assumed.limits(answers, say))
    yield Heading(say("How the study is reported"))
    yield Paragraph(say(stress_des.SOURCE), aside=True)
    yield TableBlock(stress_des.table(answers, how, say), say("Checklist of STRESS-DES"))


def _assumptions(answers: Sequence[Answer], say: Language) -> Iterator[Block]:
    """The settings of every base, then those that each proposal has otherwise than its base."""
    bases: list[Scenario] = []
    for answer in answers:
        base = answer.provenance.base
        if not any(assumed.as_assumed(one, base) for one in bases):
            bases.append(base)
    caption = say("Assumptions and their sources")
    for base in bases:
        text = say("Settings in force in {layout}, with the source of each.", layout=base.name)
        yield Paragraph(text)
        of_it = [one for one in answers if assumed.as_assumed(base, one.provenance.base)]
        asked = assumed.asked(of_it, say)
        yield TableBlock(assumed.assumptions(base, say, asked), caption)
    told = list(bases)
    for answer in answers:
        base, *others = answer.scenarios()
        for other in others:
            table = assumed.departures(base, other, say)
            if not table.rows or any(assumed.as_assumed(one, other) for one in told):
                continue
            told.append(other)
            names = {"layout": other.name, "base": base.name}
            yield Paragraph(say("What {layout} has otherwise than {base}; all else is as there.",
                                **names))  # fmt: skip
            yield TableBlock(table, say("{title}: {part}", title=caption, part=other.name))


def _definitions(answers: Sequence[Answer], say: Language) -> Table:
    """The measures that the answers show, each with its formula and what it means.

    A measure that says its target stands here once for each target of the answers.
    """
    keys = dict.fromkeys(
        line.key for one in answers if isinstance(one, Comparison) for line in one.lines()
    )
    keys |= dict.fromkeys(("within", "urban10", "rural30", "worst5", "mean", "p90"))
    bases = [answer.provenance.base for answer in answers]
    rows = []
    for key in keys:
        definition = MEASURES[key]
        # Answers may have other targets, and with them other names of a measure.
        for label in dict.fromkeys(measures.label(BY_KEY[key], say, base) for base in bases):
            rows.append([label, definition.formula, say(definition.meaning)])
    columns = (Column(say("measure"), "left"), Column(say("formula"), "left"),
               Column(say("meaning"), "left"))  # fmt: skip
    return Table(columns, rows)


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **versions()}


def _machine() -> str:
    return f"{platform.system()}, {platform.machine()}"
