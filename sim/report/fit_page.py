"""The report of a fit as one HTML page of six sections, each on a page of its own when printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sim.report import as_html, chapters
from sim.report.content import Block, Callout, Content, Heading, Paragraph, TableBlock
from sim.words import page_of
from sim.words.calibration_sections import FitSection, calibration_sections

if TYPE_CHECKING:
    from sim.answers.calibration import Calibration
    from sim.words.language import Language

GENERATOR: Final = "tenthirty calibrate"  # by which a page of ours is known


def html(calibration: Calibration, say: Language) -> str:
    """The whole page, in one language."""
    said = page_of(calibration, say)
    title, *marks = said.heading
    content = Content(title, "", say)
    if marks:
        content.add(Callout("synthetic", tuple(marks)))
    content.add(Callout("finding", said.sentences))
    for one in calibration_sections(calibration, say):
        content.add(Heading(one.title), *blocks_of(one, calibration, say))
    return as_html.made(content, GENERATOR).decode()


def is_ours(data: bytes) -> bool:
    """Whether a file is the report of a fit that was written here."""
    return f'<meta name="generator" content="{GENERATOR}">'.encode() in data[:4096]


def blocks_of(section: FitSection, calibration: Calibration, say: Language) -> Iterator[Block]:
    """What a section says, its figures, its tables."""
    yield from (Paragraph(text) for text in section.paragraphs)
    yield from chapters.figures_of(calibration, say, section.figures)
    for table in section.tables:
        yield TableBlock(table._replace(above=""), table.above or section.title)
