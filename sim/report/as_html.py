"""A report as one HTML file that needs nothing from outside."""

from __future__ import annotations

import html
from typing import Final

from rich.cells import cell_len

from sim.report import html_page
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
from sim.words.page import Table

GENERATOR: Final = "tenthirty report"  # by which a file of ours is known
LONG: Final = 40  # columns of a cell that is broken into lines
ANCHOR: Final = "s"


def made(content: Content, generator: str = GENERATOR) -> bytes:
    """The whole file. `generator`: what made it."""
    lines = html_page.opening(content.title, content.say, generator)
    if content.below:
        lines.append(f'<p class="aside">{html.escape(content.below)}</p>')
    body = content.numbered()
    first = next((at for at, (one, _) in enumerate(body) if isinstance(one, Heading)), len(body))
    for block, number in body[:first]:
        lines += _lines(block, number, content)
    lines += html_page.contents(content.chapters, ANCHOR)
    for block, number in body[first:]:
        lines += _lines(block, number, content)
    return html_page.closed(lines).encode()


def is_ours(data: bytes) -> bool:
    """Whether a file is a report that was written here."""
    return f'<meta name="generator" content="{GENERATOR}">'.encode() in data[:4096]


def _lines(block: Block, number: str, content: Content) -> list[str]:
    match block:
        case Heading(text, 1):
            return [html_page.heading(int(number), text, ANCHOR)]
        case Heading(text, _):
            return [f"<h3>{html.escape(text)}</h3>"]
        case Paragraph(text, aside):
            kind = ' class="aside"' if aside else ""
            return [f"<p{kind}>{html.escape(part)}</p>" for part in text.split("\n") if part]
        case Callout(kind, texts):
            return html_page.boxed(kind, texts)
        case ListOfTexts(texts):
            return ["<ul>", *(f"<li>{html.escape(text)}</li>" for text in texts), "</ul>"]
        case TableBlock():
            return _table(with_intervals_in(block.table), content.captioned(block, number))
        case FigureBlock():
            return [html_page.figure(block.png, block.alt, content.captioned(block, number))]


def _table(table: Table, caption: str) -> list[str]:
    longest = max((cell_len(cell) for row in table.rows for cell in row), default=0)
    kind = "scroll long" if longest > LONG else "scroll"
    said = f'<p class="caption">{html.escape(caption)}</p>'
    return [said, f'<div class="{kind}">', table.html(), "</div>"]
