"""What Word knows and its library has no words for: fields, fonts by script, shades, heads.

Element names are those of WordprocessingML (ECMA-376, part 1).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

LANGUAGES: Final = {"zh": "zh-CN"}


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(key.replace("_", ":", 1)), value)
    return made


def east_asian(style: Any, latin: str, east: str, code: str) -> None:
    """Put apart the fonts of a style for Latin and for East Asian letters, and its language."""
    from docx.oxml.ns import qn

    properties = style.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for kind, name in (("ascii", latin), ("hAnsi", latin), ("cs", latin), ("eastAsia", east)):
        fonts.set(qn(f"w:{kind}"), name)
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    named = LANGUAGES.get(code, code)
    properties.append(_element("w:lang", w_val=named, w_eastAsia=LANGUAGES["zh"]))


def _begin_field(paragraph: Any, instruction: str) -> None:
    told = _element("w:instrText", xml_space="preserve")
    told.text = instruction
    begun, parted = (_element("w:fldChar", w_fldCharType=one) for one in ("begin", "separate"))
    for part in (begun, told, parted):
        paragraph.add_run()._r.append(part)


def _end_field(paragraph: Any) -> None:
    paragraph.add_run()._r.append(_element("w:fldChar", w_fldCharType="end"))


def _field(paragraph: Any, instruction: str, shown: str) -> None:
    """A field with what it shows until it is renewed."""
    _begin_field(paragraph, instruction)
    paragraph.add_run(shown)
    _end_field(paragraph)


def counted(paragraph: Any, word: str, number: str, after: str) -> None:
    """A caption: `Figure ` and a number that Word counts, then its text."""
    paragraph.add_run(word)
    _field(paragraph, f" SEQ {word.strip()} \\* ARABIC ", number)
    paragraph.add_run(after)


def bookmarked(paragraph: Any, text: str, mark: int) -> None:
    """A heading with the bookmark that the table of contents points at."""
    name = f"_Toc{mark:08d}"
    paragraph._p.append(_element("w:bookmarkStart", w_id=str(mark), w_name=name))
    paragraph.add_run(text)
    paragraph._p.append(_element("w:bookmarkEnd", w_id=str(mark)))


def contents_field(document: Any, entries: Iterable[tuple[str, int, int]]) -> None:
    """A table of contents of headings: text, level and bookmark of each; Word renews it."""
    from docx.shared import Cm, Pt

    listed = list(entries)
    for at, (text, level, mark) in enumerate(listed):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.paragraph_format.left_indent = Cm(0.6 * (level - 1))
        if at == 0:
            _begin_field(paragraph, ' TOC \\o "1-2" \\h \\z \\u ')
        link = _element("w:hyperlink", w_anchor=f"_Toc{mark:08d}", w_history="1")
        run = paragraph.add_run(text)
        link.append(run._r)
        paragraph._p.append(link)
        if at == len(listed) - 1:
            _end_field(paragraph)


def page_number(document: Any) -> None:
    """The number of the page at the foot of each."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    for section in document.sections:
        paragraph = section.footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _field(paragraph, " PAGE ", "1")


def shaded(paragraph: Any, fill: str, edge: str) -> None:
    """A paragraph on a coloured ground with a thick line to its left."""
    properties = paragraph._p.get_or_add_pPr()
    framed = _element("w:pBdr")
    framed.append(_element("w:left", w_val="single", w_sz="24", w_space="6", w_color=edge))
    properties.append(framed)
    properties.append(_element("w:shd", w_val="clear", w_color="auto", w_fill=fill))


def borders(table: Any) -> None:
    """A line above, below and between the rows of a table; none between its columns."""
    framed = _element("w:tblBorders")
    for side, wide in (("top", "8"), ("bottom", "8"), ("insideH", "2")):
        framed.append(
            _element(f"w:{side}", w_val="single", w_sz=wide, w_space="0", w_color="8A94A0")
        )
    table._tbl.tblPr.append(framed)


def repeated_head(row: Any) -> None:
    """A row that stands again at the top of each page that its table goes on to."""
    row._tr.get_or_add_trPr().append(_element("w:tblHeader"))


def cells_never_broken(row: Any) -> None:
    """A row that stays on one page."""
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))


def told_to_the_blind(picture: Any, alt: str, name: str) -> None:
    """The alternative text of a picture."""
    about = picture._inline.docPr
    about.set("descr", alt)
    about.set("name", name)
