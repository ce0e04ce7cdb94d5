"""The report of a fit as one HTML page of six sections, each on a page of its own when printed."""

from __future__ import annotations

from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from sim.files.whole import write_whole
from sim.report import html_page
from sim.words import page_of
from sim.words.calibration_sections import FitSection, calibration_sections

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from sim.answers.calibration import Calibration
    from sim.figures.drawing import Drawings
    from sim.words.language import Language

SIZE: Final = "a4"  # figures are drawn for paper
DPI: Final = 180
LONG: Final = 24  # columns of a cell that is broken into lines


def html(calibration: Calibration, say: Language) -> str:
    """The whole page, in one language."""
    said = page_of(calibration, say)
    title, *marks = said.heading
    sections = calibration_sections(calibration, say)
    drawn = _drawings(calibration, say)
    lines = html_page.opening(title, say)
    if marks:
        lines += html_page.boxed("synthetic", marks)
    lines += html_page.boxed("finding", said.sentences)
    lines += html_page.contents([one.title for one in sections], "s")
    for number, one in enumerate(sections, 1):
        lines.append(html_page.heading(number, one.title, "s"))
        lines += _section(one, drawn, say)
    return html_page.closed(lines)


def _section(section: FitSection, drawn: Drawings, say: Language) -> list[str]:
    """What a section says, its figures, its tables."""
    lines = [part for text in section.paragraphs for part in html_page.paragraphs(text)]
    for name in section.figures:
        if name in drawn:
            made = drawn[name]()
            lines.append(html_page.figure(_png(made), made.alt))
    for table in section.tables:
        longest = max((cell_len(cell) for row in table.rows for cell in row), default=0)
        kind = "scroll long" if longest > LONG else "scroll"
        lines += [f'<div class="{kind}">', table.html(), "</div>"]
    return lines


def _png(made: Figure) -> bytes:
    file = BytesIO()
    made.savefig(file, format="png", dpi=DPI, facecolor="white", metadata={"Software": None})
    return file.getvalue()


def _drawings(calibration: Calibration, say: Language) -> Drawings:
    """The figures that there are of it."""
    if find_spec(f"sim.figures.{calibration.room()}") is None:
        return {}
    from sim.figures import drawings

    return drawings(calibration, say, SIZE)


def write(calibration: Calibration, say: Language, path: Path) -> None:
    """The page as one file. OutputError if it cannot be written."""
    text = html(calibration, say)
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8"))
