"""A study as one HTML page: every question, its answer, its figures. It needs nothing from outside.

What the page says is made before: here it is only laid out.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sim.files.whole import write_whole
from sim.words.provenance import SYNTHETIC

if TYPE_CHECKING:
    from sim.report.answered import KeptAnswer
    from sim.words.language import Language

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.55 system-ui, "Noto Sans", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
  color: #1d2530; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1.2rem; }
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
.aside { color: #4a5563; font-size: .93rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .6rem 0 1.2rem; font-variant-numeric: tabular-nums;
  font-size: .93rem; }
th { border-bottom: 1px solid #9aa5b1; font-weight: 600; white-space: nowrap; }
td { border-bottom: 1px solid #eceff3; white-space: nowrap; }
figure { margin: 1.2rem 0; }
figure img { max-width: 100%; height: auto; border: 1px solid #eceff3; }
code { font-size: .9rem; background: #f3f5f7; padding: .1rem .35rem; border-radius: 3px; }
details { margin: .8rem 0; }
summary { cursor: pointer; }
@media print { h2 { break-before: page; } details { display: block; } }
"""


class CommandAnswer(NamedTuple):
    """A command of a question and what came of it."""

    command: str
    folder: Path  # of its results
    answered: KeptAnswer | None
    failure: str = ""  # in the reader's language, if nothing came of it
    kept: bool = False  # whether it had been answered before
    asked: bool = True  # whether it was asked this time

    @property
    def failed(self) -> bool:
        """Whether it was asked in vain."""
        return self.asked and self.answered is None


class AskedQuestion(NamedTuple):
    """A question with its parts: the answer, and what would change it."""

    ask: str
    parts: Sequence[CommandAnswer]
    published: str
    assumes: str


class StudyPage(NamedTuple):
    """All that stands on the page, in one language."""

    name: str
    about: str
    where: str  # where its commands are typed
    asked: Sequence[AskedQuestion]
    say: Language

    @property
    def synthetic(self) -> bool:
        """Whether an answer is of a map that is made up."""
        return any(
            part.answered.synthetic for one in self.asked for part in one.parts if part.answered
        )

    def html(self) -> str:
        """The whole page."""
        say = self.say
        lines = [
            "<!DOCTYPE html>",
            f'<html lang="{say.code}">',
            '<head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html.escape(self.name)}</title>",
            f"<style>{STYLE}</style></head>",
            "<body>",
            f"<h1>{html.escape(self.name)}</h1>",
        ]
        lines += _paragraphs(self.about)
        lines += [f'<p class="aside">{html.escape(self.where)}</p>']
        if self.synthetic:
            lines += [f'<div class="synthetic"><p>{html.escape(say(SYNTHETIC))}</p></div>']
        lines += ['<ol class="contents">']
        lines += [
            f'<li><a href="#q{number}">{html.escape(one.ask)}</a></li>'
            for number, one in enumerate(self.asked, 1)
        ]
        lines += ["</ol>"]
        for number, one in enumerate(self.asked, 1):
            lines += [f'<h2 id="q{number}">{number} · {html.escape(one.ask)}</h2>']
            lines += self._of(one)
        return "\n".join([*lines, "</body>", "</html>", ""])

    def _of(self, one: AskedQuestion) -> list[str]:
        say = self.say
        first, *others = one.parts
        lines = self._findings(first)
        for text, label in (
            (one.published, say("Published: {text}", text=one.published)),
            (one.assumes, say("Assumed: {text}", text=one.assumes)),
        ):
            if text:
                lines += [f'<p class="aside">{html.escape(label)}</p>']
        lines += self._details(first)
        for part in others:
            lines += [f"<h3>{html.escape(say('What would change it'))}</h3>"]
            lines += self._findings(part)
            lines += [
                f"<details><summary>{html.escape(say('Its table and figures'))}</summary>",
                *self._details(part),
                "</details>",
            ]
        return lines

    def _findings(self, part: CommandAnswer) -> list[str]:
        """The sentences of an answer, or why there is none."""
        if part.answered is None:
            if not part.asked:
                return [f'<p class="aside">{html.escape(self.say("Not asked yet."))}</p>']
            return [f'<div class="failed">{html.escape(part.failure)}</div>']
        spoken = [f"<p>{html.escape(one)}</p>" for one in part.answered.sentences]
        return ['<div class="finding">', *spoken, "</div>"]

    def _details(self, part: CommandAnswer) -> list[str]:
        """The command, how it was answered, tables, notes and figures."""
        command = f"<code>tenthirty {html.escape(part.command)}</code>"
        lines = [f'<p class="aside">{command}</p>']
        if part.answered is None:
            return lines
        lines += [f'<p class="aside">{html.escape(one)}</p>' for one in part.answered.heading]
        lines += ['<div class="scroll">', part.answered.body, "</div>"]
        lines += [f'<p class="aside">{html.escape(one)}</p>' for one in part.answered.notes]
        first = part.answered.sentences[0] if part.answered.sentences else ""
        for name in part.answered.figures:
            drawn = base64.b64encode((part.folder / name).read_bytes()).decode("ascii")
            text = html.escape(f"{first} ({Path(name).stem})", quote=True)
            lines += [
                f'<figure><img alt="{text}" src="data:image/png;base64,{drawn}"></figure>',
            ]
        return lines


def _paragraphs(text: str) -> list[str]:
    return [f"<p>{html.escape(part)}</p>" for part in text.split("\n") if part.strip()]


def write(page: StudyPage, path: Path) -> None:
    """The page as one file."""
    text = page.html()
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8"))
