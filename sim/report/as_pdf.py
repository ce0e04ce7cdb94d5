"""A report as a PDF, set by typst: the extra `pdf`."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

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
from sim.text import Message

if TYPE_CHECKING:
    from sim.words.page import Table

COLOURS: Final = {"finding": ("eef4fb", "0b5394"), "synthetic": ("fdf3e7", "b45f06")}
MOST_HIGH_CM: Final = 19.0  # of a figure on a page
WIDE_CM: Final = 16.6  # of what stands between the margins
LONG_WORD: Final = re.compile(r"[!-~\xa1-\u02ff]{31,}")  # Chinese is broken anywhere
BROKEN: Final = 8  # letters of a long word after which it may be
LONG: Final = 30  # columns of a cell that takes the room that is left


def check() -> None:
    """OptionError unless a PDF can be set."""
    try:
        import typst  # noqa: F401
    except ImportError:
        text = Message("a PDF needs typst: pip install typst, or leave pdf out")
        raise OptionError("--to", text) from None


def made(content: Content, fonts: list[str]) -> bytes:
    """The whole file. `fonts`: families that have the letters of its language, the best first."""
    import typst

    with TemporaryDirectory() as folder:
        for name, png in _pictures(content).items():
            (Path(folder) / name).write_bytes(png)
        source = Path(folder) / "report.typ"
        source.write_text("\n".join(_lines(content, fonts)), encoding="utf-8")
        return bytes(typst.compile(str(source), root=folder))


def is_ours(data: bytes) -> bool:
    """Whether a file is a report that was written here."""
    return data.startswith(b"%PDF") and GENERATOR.encode() in data


def _pictures(content: Content) -> dict[str, bytes]:
    figures = [block for block in content.blocks if isinstance(block, FigureBlock)]
    return {f"{number}.png": figure.png for number, figure in enumerate(figures, 1)}


def _lines(content: Content, fonts: list[str]) -> list[str]:
    """The source: every text is a string, so that no letter of it is taken for a mark."""
    lines = [
        f"#set document(title: {_string(content.title)}, author: {_string(GENERATOR)})",
        f"#set text(font: {_list(fonts)}, size: 10pt, lang: {_string(content.say.code)})",
        '#set page(paper: "a4", margin: 2.2cm, numbering: "1")',
        "#set par(justify: false, leading: 0.62em)",
        '#set heading(numbering: "1.1")',
        "#show heading.where(level: 1): it => { pagebreak(weak: true); it }",
        "#show table: set text(size: 8pt)",
        "#show figure: set align(left)",
        '#show figure.caption: set text(size: 8.5pt, fill: rgb("4a5563"))',
        "#show figure: set block(breakable: true)",
        "#show figure.caption.where(position: top): set block(sticky: true)",
        "#show heading: set block(sticky: true)",
        f'#text(size: 19pt, weight: "bold")[#{_text(content.title)}]',
        _paragraph(content.below, True),
    ]
    told, pictures = False, 0
    for block, number in content.numbered():
        if isinstance(block, Heading) and not told:
            lines.append(f'#v(1em)#text(weight: "bold")[#{_text(content.say("Contents"))}]')
            lines.append("#outline(title: none, depth: 2, indent: 1.2em)")
            told = True
        pictures += isinstance(block, FigureBlock)
        lines += _block(block, number, pictures, content)
    return lines


def _block(block: Block, number: str, picture: int, content: Content) -> list[str]:
    match block:
        case Heading(text, level):
            return [f"#heading(level: {level})[#{_text(text)}]"]
        case Paragraph(text, aside):
            return [_paragraph(part, aside) for part in text.split("\n") if part.strip()]
        case Callout(kind, texts):
            return _callout(kind, texts)
        case ListOfTexts(texts):
            return [f"#list({', '.join(f'[#{_text(text)}]' for text in texts)})"]
        case TableBlock():
            return _captioned(_table(with_intervals_in(block.table)), block, number, content)
        case FigureBlock():
            wide = min(WIDE_CM, MOST_HIGH_CM / block.aspect)
            drawn = f'image("{picture}.png", width: {wide:.2f}cm, alt: {_text(block.alt)})'
            return _captioned([drawn], block, number, content)
    return []


def _captioned(
    drawn: list[str], block: FigureBlock | TableBlock, number: str, content: Content
) -> list[str]:
    """A table or a figure; its number is ours, so that it is that of the other formats."""
    place, kind = ("top", "table") if isinstance(block, TableBlock) else ("bottom", "image")
    said = f"figure.caption(position: {place})[#{_text(content.captioned(block, number))}]"
    return [
        "#figure(",
        *drawn,
        f", caption: {said}, supplement: none, numbering: none, kind: {kind})",
    ]


def _paragraph(text: str, aside: bool) -> str:
    if aside:
        return f'#par(text(size: 8.5pt, fill: rgb("4a5563"))[#{_text(text)}])'
    return f"#par[#{_text(text)}]"


def _callout(kind: str, texts: tuple[str, ...]) -> list[str]:
    fill, edge = COLOURS[kind]
    first = '#text(weight: "bold")' if kind == "finding" else "#text"
    said = [f"{first if at == 0 else '#text'}[#{_text(text)}]" for at, text in enumerate(texts)]
    look = f'width: 100%, inset: 8pt, fill: rgb("{fill}"), stroke: (left: 3pt + rgb("{edge}"))'
    return [f"#block({look})[", *("#par[" + one + "]" for one in said), "]"]


def _table(table: Table) -> list[str]:
    from rich.cells import cell_len

    heads = [column.head for column in table.columns]
    widths = []
    for at in range(len(heads)):
        longest = max((cell_len(row[at]) for row in table.rows), default=0)
        widths.append("1fr" if longest > LONG else "auto")
    sides = ", ".join(column.align for column in table.columns)
    above = [f"#{_text(table.above)}"] if table.above else []
    lines = [
        f"table(columns: ({', '.join(widths)},), align: ({sides},), stroke: none, inset: 4pt,",
        "table.hline(stroke: 0.7pt),",
    ]
    if any(heads):
        cells = ", ".join(f'text(weight: "bold")[#{_text(head)}]' for head in heads)
        lines.append(f"table.header({cells}), table.hline(stroke: 0.5pt),")
    lines += [", ".join(f"[#{_text(cell)}]" for cell in row) + "," for row in table.rows]
    lines.append("table.hline(stroke: 0.7pt))")
    if not (above or table.below):
        return lines
    below = [f"#{_text(table.below)}"] if table.below else []
    return ["[", *above, "#" + lines[0], *lines[1:], *below, "]"]


def _text(text: str) -> str:
    """A text as a string of typst, which knows few escapes but that of a letter by number.

    A name too long for a line may be broken; typst leaves it to run out of the page.
    """
    return _string(LONG_WORD.sub(_breakable, text))


def _breakable(word: re.Match[str]) -> str:
    return "\u200b".join(word[0][at : at + BROKEN] for at in range(0, len(word[0]), BROKEN))


def _string(text: str) -> str:
    return '"' + re.sub(r'[\\"\x00-\x1f\x7f]', lambda one: f"\\u{{{ord(one[0]):x}}}", text) + '"'


def _list(texts: list[str]) -> str:
    return f"({', '.join(map(_string, texts))},)"
