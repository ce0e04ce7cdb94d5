"""The chapters of a report that are of one answer each: what it found, its tables and figures."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch
from importlib.util import find_spec
from io import BytesIO
from typing import Any, Final

from sim.answers import site_list
from sim.answers.answer import Answer
from sim.answers.comparison import Comparison
from sim.answers.worth import Worth
from sim.report.content import Block, FigureBlock, Heading, Paragraph, TableBlock
from sim.text import Message
from sim.words import page_of, provenance
from sim.words import site_list as sites_in_words
from sim.words.language import Language
from sim.words.page import Page, Table, on_one_line

SIZE: Final = "a4"  # figures are drawn for paper
DPI: Final = 180
TITLES: Final = {  # by the room of the answer
    "ranking": Message("Where one more station would do most"),
    "sites": Message("The best plans by distance, simulated"),
    "search": Message("The best mix that was found"),
    "curve": Message("The next station against the next ambulance"),
    "stress": Message("If the assumptions are wrong"),
    "worth": Message("What each station is worth"),
    "why_late": Message("Why calls are late"),
    "day": Message("One day, as an example"),
}
TODAY: Final = Message("The service as it is")
CHANGE: Final = Message("What the change would bring")
CHANGES: Final = Message("What the changes would bring")


def title(answer: Answer, say: Language) -> str:
    """What the chapter of an answer is called."""
    if isinstance(answer, Comparison):
        few = len(answer.layouts)
        return say(TODAY if few == 1 else CHANGE if few == 2 else CHANGES)
    return say(TITLES[answer.room()])


@singledispatch
def of(answer: Any, say: Language, worth: Worth | None = None) -> Iterator[Block]:
    """The blocks of an answer's chapter, its heading first; its sentences stand at the front.

    `worth`: what stations were found to be worth, if the report has that.
    """
    yield from _whole(answer, title(answer, say), say)


@of.register
def _(comparison: Comparison, say: Language, worth: Worth | None = None) -> Iterator[Block]:
    yield from _whole(comparison, title(comparison, say), say)
    last = len(comparison.layouts) - 1
    yield Heading(say("Why calls are late"), 2)
    for number in dict.fromkeys((0, last)):
        why = comparison.why(number)
        said = page_of(why, say)
        yield Paragraph(said.sentence)
        if number == 0:
            yield from _tables(said, say("Why calls are late"))
        yield from _figures(why, say)
    yield Heading(say("The sites"), 2)
    of_each = comparison.proposals or [0]
    for number in of_each:
        sites = site_list.site_list(comparison, number, worth)
        table = sites_in_words.table(sites, comparison.base, worth, say)
        name = say.name(comparison.layouts[number].name)
        yield TableBlock(table, say("Sites: {layout}", layout=name))


def _whole(answer: Answer, heading: str, say: Language) -> Iterator[Block]:
    """How it was made, tables, figures, notes."""
    said = page_of(answer, say)
    yield Heading(heading)
    marks = provenance.marks(answer.provenance.base, say)  # which stand at the front
    for line in said.heading:
        if line and line not in marks:
            yield Paragraph(on_one_line(line), aside=True)
    yield from _tables(said, heading)
    yield from _figures(answer, say)
    for note in said.notes:
        yield Paragraph(note, aside=True)


def _tables(said: Page, caption: str) -> Iterator[Block]:
    """Its tables and what stands between them; of several each by what its rows are."""
    several = sum(isinstance(part, Table) for part in said.body) > 1
    for part in said.body:
        if isinstance(part, Table):
            head = part.columns[0].head if several else ""
            named = said.say("{title}: {part}", title=caption, part=head) if head else caption
            yield TableBlock(part._replace(above=""), part.above or named)
        else:
            yield Paragraph(part)


def _figures(answer: Answer, say: Language) -> Iterator[Block]:
    """All its figures as they are printed, the main one first."""
    if find_spec(f"sim.figures.{answer.room()}") is None:
        return
    from sim.figures import drawings

    for draw in drawings(answer, say, SIZE).values():
        made = draw()
        with BytesIO() as file:
            made.savefig(
                file, format="png", dpi=DPI, facecolor="white", metadata={"Software": None}
            )
            wide, high = made.get_size_inches()
            yield FigureBlock(
                file.getvalue(),
                made.headline,
                made.alt,
                float(high / wide),
            )
