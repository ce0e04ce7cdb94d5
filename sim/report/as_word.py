"""A report as a Word document: headings, captions, a table of contents, in a bureau's styles.

Without a template the document has styles of its own; with one, its styles, margins, headers and
footers hold, and what its body says is left out.
"""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from unicodedata import east_asian_width

from sim.errors import OptionError
from sim.report.as_html import GENERATOR
from sim.report.content import (
    Block,
    Callout,
    Content,
    FigureBlock,
    Heading,
    ListOfTexts,
    Paragraph,
    TableBlock,
    with_intervals_in,
)
from sim.report.word_parts import (
    bookmarked,
    borders,
    cells_never_broken,
    contents_field,
    counted,
    east_asian,
    page_number,
    repeated_head,
    shaded,
    told_to_the_blind,
)
from sim.text import Message

if TYPE_CHECKING:
    from pathlib import Path

    from sim.words.page import Table

STYLES: Final = ("Title", "Heading 1", "Heading 2", "Normal", "Caption", "List Bullet")
LATIN: Final = "Calibri"
FONTS: Final = {"zh": "Microsoft YaHei", "": "Microsoft YaHei"}  # East Asian, by language
COLOURS: Final = {"finding": ("EEF4FB", "0B5394"), "synthetic": ("FDF3E7", "B45F06")}
SMALL: Final = 8.5  # points of tables and asides
MARGIN_CM: Final = 2.2
LETTER: Final = 0.58 * SMALL  # points that a column of a terminal takes in a table
PADDING: Final = 14.0  # points beside a cell's text
PROSE: Final = 130.0  # points; a column that wants more is broken into lines
PROPERTY: Final = 255  # letters that Word allows
NUMBER: Final = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands for one in a caption


def template(path: Path) -> bytes:
    """A bureau's template, read; OptionError if it is none or lacks a style."""
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    try:
        data = path.read_bytes()
        found = {style.name for style in Document(BytesIO(data)).styles}
    except OSError:
        raise OptionError("--template", Message("{file} cannot be read", file=path)) from None
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile):
        text = Message("{file} is no Word document: save it from Word as .docx", file=path)
        raise OptionError("--template", text) from None
    missing = [name for name in STYLES if name not in found]
    if missing:
        text = Message(
            "{file} lacks styles that a report is written in: {styles}. In Word, open the list of "
            "styles, show all of them, use each once, and save",
            file=path,
            styles=", ".join(missing),
        )
        raise OptionError("--template", text)
    return data


def made(content: Content, of: bytes | None = None) -> bytes:
    """The whole file. `of`: a template."""
    from docx import Document

    document = Document(None if of is None else BytesIO(of))
    _emptied(document)
    if of is None:
        _own_styles(document, content)
    about = document.core_properties
    about.title, about.comments, about.author = _short(content.title), GENERATOR, "tenthirty"
    about.language = content.say.code
    _body(document, content)
    if of is None:
        page_number(document)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _short(text: str) -> str:
    """A text as a property of a document holds it."""
    return text if len(text) <= PROPERTY else f"{text[: PROPERTY - 1]}…"


def is_ours(data: bytes) -> bool:
    """Whether a file is a report that was written here."""
    from docx import Document

    try:
        return bool(Document(BytesIO(data)).core_properties.comments == GENERATOR)
    except Exception:  # whatever a damaged or foreign file makes of it
        return False


def _emptied(document: Any) -> None:
    """Without what the body of a template says; its last section says how pages look."""
    body = document.element.body
    for one in list(body):
        if not one.tag.endswith("}sectPr"):
            body.remove(one)


def _own_styles(document: Any, content: Content) -> None:
    from docx.shared import Cm, Pt, RGBColor

    east = FONTS.get(content.say.code, FONTS[""])
    sizes = {"Normal": 10.5, "Title": 20, "Heading 1": 15, "Heading 2": 12, "Caption": 9,
             "List Bullet": 10.5}  # fmt: skip
    for name, points in sizes.items():
        style = document.styles[name]
        style.font.name, style.font.size = LATIN, Pt(points)
        east_asian(style.element, LATIN, east, content.say.code)
        if name != "Normal":
            style.font.color.rgb = RGBColor(0x1D, 0x25, 0x30)
    document.styles["Title"].font.bold = True
    document.styles["Caption"].font.bold = False
    document.styles["Caption"].font.italic = False
    document.styles["Normal"].paragraph_format.space_after = Pt(6)
    document.styles["Caption"].paragraph_format.space_before = Pt(8)
    document.styles["Caption"].paragraph_format.space_after = Pt(4)
    document.styles["Heading 1"].paragraph_format.page_break_before = True
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(MARGIN_CM)
        section.top_margin = section.bottom_margin = Cm(MARGIN_CM)


def _body(document: Any, content: Content) -> None:
    document.add_paragraph(content.title, style="Title")
    _small(document.add_paragraph(content.below))
    told = False
    marks = 0
    for block, number in content.numbered():
        if isinstance(block, Heading) and not told:
            _contents(document, content)
            told = True
        if isinstance(block, Heading):
            marks += 1
        _block(document, block, number, marks, content)


def _contents(document: Any, content: Content) -> None:
    """A table of contents that Word renews, filled in already for whoever does not."""
    headings = [(one, number) for one, number in content.numbered() if isinstance(one, Heading)]
    entries = [
        (f"{number}  {one.text}", one.level, mark) for mark, (one, number) in enumerate(headings, 1)
    ]
    document.add_paragraph().add_run(content.say("Contents")).bold = True
    contents_field(document, entries)


def _block(document: Any, block: Block, number: str, mark: int, content: Content) -> None:
    match block:
        case Heading(text, level):
            paragraph = document.add_paragraph(style=f"Heading {level}")
            bookmarked(paragraph, f"{number}  {text}", mark)
        case Paragraph(text, aside):
            for part in text.split("\n"):
                if part.strip():
                    paragraph = document.add_paragraph(part)
                    if aside:
                        _small(paragraph)
        case Callout(kind, texts):
            _callout(document, kind, texts)
        case ListOfTexts(texts):
            for text in texts:
                document.add_paragraph(text, style="List Bullet")
        case TableBlock():
            _caption(document, block, number, content)
            _table(document, with_intervals_in(block.table))
        case FigureBlock():
            _figure(document, block, number, content)


def _small(paragraph: Any) -> None:
    from docx.shared import Pt, RGBColor

    for run in paragraph.runs:
        run.font.size, run.font.color.rgb = Pt(9), RGBColor(0x4A, 0x55, 0x63)


def _callout(document: Any, kind: str, texts: tuple[str, ...]) -> None:
    fill, edge = COLOURS[kind]
    for at, text in enumerate(texts):
        paragraph = document.add_paragraph()
        paragraph.add_run(text).bold = kind == "finding" and at == 0
        shaded(paragraph, fill, edge)


def _caption(document: Any, block: FigureBlock | TableBlock, number: str, content: Content) -> None:
    """A caption whose number is a field, so that Word counts on when something is put between."""
    before, _, after = content.captioned(block, NUMBER).partition(NUMBER)
    paragraph = document.add_paragraph(style="Caption")
    counted(paragraph, before, number, after)
    paragraph.paragraph_format.keep_with_next = isinstance(block, TableBlock)


def _table(document: Any, table: Table) -> None:
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    sides = {"left": WD_ALIGN_PARAGRAPH.LEFT, "right": WD_ALIGN_PARAGRAPH.RIGHT}
    if table.above:
        _small(document.add_paragraph(table.above))
    heads = [column.head for column in table.columns]
    rows = [heads, *table.rows] if any(heads) else table.rows
    drawn = document.add_table(rows=len(rows), cols=len(table.columns))
    drawn.alignment, drawn.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    borders(drawn)
    wide = _widths(rows, _room(document) / Pt(1))
    for at, column_pt in enumerate(wide):
        drawn.columns[at].width = Pt(column_pt)
    for at, cells in enumerate(drawn.rows):
        is_head = at == 0 and any(heads)
        cells_never_broken(cells)
        if is_head:
            repeated_head(cells)
        for row, (cell, text) in enumerate(zip(cells.cells, rows[at], strict=True)):
            column, cell.width = table.columns[row], Pt(wide[row])
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(text)
            run.font.size, run.bold = Pt(SMALL), is_head
            paragraph.alignment = sides[column.align]
            paragraph.paragraph_format.space_after = Pt(1)
    below = document.add_paragraph(table.below)
    _small(below)


def _widths(rows: list[list[str]], room: float) -> list[float]:
    """How wide each column is, in points: as its cells want, or what is left for those with prose.

    Columns of short cells are never broken; the others share what is left by how much they hold.
    Where all have to give way, words and numbers stay whole as long as there is room for that.
    """
    from rich.cells import cell_len

    wanted = [
        max(cell_len(row[at]) for row in rows) * LETTER + PADDING for at in range(len(rows[0]))
    ]
    short = [one for one in wanted if one <= PROSE]
    left = room - sum(short)
    prose = sum(one**0.5 for one in wanted if one > PROSE)
    if sum(wanted) <= room:
        return wanted
    if prose and left >= 0.3 * room:
        return [one if one <= PROSE else min(one, left * one**0.5 / prose) for one in wanted]
    least = [
        max(map(_longest_word, (row[at] for row in rows))) * LETTER + PADDING
        for at in range(len(rows[0]))
    ]
    if sum(least) >= room:
        return [one * room / sum(least) for one in least]
    more = (room - sum(least)) / (sum(wanted) - sum(least))
    return [one + (want - one) * more for one, want in zip(least, wanted, strict=True)]


def _longest_word(text: str) -> int:
    """Columns of what stays in one line: between blanks; wide letters are broken anywhere."""
    from rich.cells import cell_len

    broken = "".join(" " if east_asian_width(one) in "WF" else one for one in text)
    return max((cell_len(word) for word in broken.split()), default=2)


def _room(document: Any) -> int:
    """What stands between the margins, in the units of Word's library."""
    section = document.sections[-1]
    return int(section.page_width - section.left_margin - section.right_margin)


def _figure(document: Any, figure: FigureBlock, number: str, content: Content) -> None:
    from docx.shared import Emu

    section = document.sections[-1]
    high = 0.75 * (section.page_height - section.top_margin - section.bottom_margin)
    wide = min(_room(document), high / figure.aspect)
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    picture = paragraph.add_run().add_picture(BytesIO(figure.png), width=Emu(int(wide)))
    told_to_the_blind(picture, figure.alt, number)
    _caption(document, figure, number, content)
