"""A page as one HTML file that needs nothing from outside: its style, and the parts of it."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.words.language import Language

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.55 system-ui, "Noto Sans", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
  color: #1d2530; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1.2rem;
  overflow-wrap: break-word; }
h1 { font-size: 1.7rem; line-height: 1.25; margin-bottom: .3rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.6rem 0 .6rem; border-top: 1px solid #d5dae1;
  padding-top: 1.4rem; }
ol.contents { padding-left: 1.4rem; }
ol.contents li { margin: .25rem 0; }
a { color: #0b5394; }
.synthetic { border-left: 4px solid #b45f06; background: #fdf3e7; padding: .5rem .9rem; }
.finding { border-left: 4px solid #0b5394; background: #eef4fb; padding: .5rem .9rem; }
.failed { border-left: 4px solid #990000; background: #fbeeee; padding: .5rem .9rem;
  white-space: pre-wrap; }
.finding p, .synthetic p { margin: .35rem 0; }
.finding p:first-child { font-weight: 600; }
.synthetic + .finding, .finding + .synthetic { margin-top: .8rem; }
.aside { color: #4a5563; font-size: .93rem; }
.scroll { overflow-x: auto; }
.scroll.long td[style^="text-align:left"]:nth-last-child(-n+2) { white-space: normal; }
table { border-collapse: collapse; margin: .6rem 0 1.2rem; font-variant-numeric: tabular-nums;
  font-size: .93rem; }
th { border-bottom: 1px solid #9aa5b1; font-weight: 600; white-space: nowrap; }
td { border-bottom: 1px solid #eceff3; white-space: nowrap; }
figure { margin: 1.2rem 0; }
figcaption, .caption { color: #4a5563; font-size: .9rem; margin: .4rem 0 0; }
.caption { margin: 1.2rem 0 0; break-after: avoid; }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; break-after: avoid; }
figure img { max-width: 100%; height: auto; border: 1px solid #eceff3; }
code { font-size: .9rem; background: #f3f5f7; padding: .1rem .35rem; border-radius: 3px; }
details { margin: .8rem 0; }
summary { cursor: pointer; }
@page { margin: 14mm; }
@media print { html, body { font-size: 11px; } body { max-width: none; margin: 0; padding: 0; }
  th { white-space: normal; vertical-align: bottom; }
  h2 { break-before: page; } details { display: block; }
  figure, tr { break-inside: avoid; } .scroll p { break-after: avoid; }
  .scroll { overflow-x: visible; } }
"""


def opening(title: str, say: Language, generator: str = "tenthirty") -> list[str]:
    """Everything up to the heading, which is the title. `generator`: what made the page."""
    return [
        "<!DOCTYPE html>",
        f'<html lang="{say.code}">',
        '<head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="generator" content="{html.escape(generator)}">',
        f"<title>{html.escape(title)}</title>",
        f"<style>{STYLE}</style></head>",
        "<body>",
        f"<h1>{html.escape(title)}</h1>",
    ]


def closed(lines: Iterable[str]) -> str:
    """The whole page of its lines."""
    return "\n".join([*lines, "</body>", "</html>", ""])


def paragraphs(text: str) -> list[str]:
    """A text in paragraphs, one a line."""
    return [f"<p>{html.escape(part)}</p>" for part in text.split("\n") if part.strip()]


def boxed(kind: str, texts: Iterable[str]) -> list[str]:
    """Sentences that stand out: a `finding`, or that a map is `synthetic`."""
    return [f'<div class="{kind}">', *(f"<p>{html.escape(one)}</p>" for one in texts), "</div>"]


def figure(png: bytes, said: str, caption: str = "") -> str:
    """A figure within the page; `said` is what it says to whoever does not see it."""
    drawn = base64.b64encode(png).decode("ascii")
    text = html.escape(said, quote=True)
    below = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    return f'<figure><img alt="{text}" src="data:image/png;base64,{drawn}">{below}</figure>'


def description(png: bytes) -> str:
    """What a figure that was saved says of itself to whoever does not see it; else nothing."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        image.load()
        return str(image.info.get("Description", ""))


def contents(titles: Sequence[str], anchor: str) -> list[str]:
    """A list of what stands on the page, each a link to `anchor` and its number."""
    return [
        '<ol class="contents">',
        *(
            f'<li><a href="#{anchor}{number}">{html.escape(title)}</a></li>'
            for number, title in enumerate(titles, 1)
        ),
        "</ol>",
    ]


def heading(number: int, title: str, anchor: str) -> str:
    """The heading of a part, which begins a page when it is printed."""
    return f'<h2 id="{anchor}{number}">{number} · {html.escape(title)}</h2>'
