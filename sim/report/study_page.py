"""A study as one HTML page: every question, its answer, its figures. It needs nothing from outside.

What the page says is made before: here it is only laid out.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from sim.files.whole import write_text
from sim.report import html_page
from sim.text import Message
from sim.words.provenance import SYNTHETIC

if TYPE_CHECKING:
    from sim.report.answered import KeptAnswer
    from sim.words.language import Language


NOT_YET: Final = Message("Not asked yet.")


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
        lines = html_page.opening(self.name, say)
        lines += html_page.paragraphs(self.about)
        lines += [f'<p class="aside">{html.escape(self.where)}</p>']
        if self.synthetic:
            lines += html_page.boxed("synthetic", [say(SYNTHETIC)])
        lines += html_page.contents([one.ask for one in self.asked], "q")
        for number, one in enumerate(self.asked, 1):
            lines.append(html_page.heading(number, one.ask, "q"))
            lines += self._of(one)
        return html_page.closed(lines)

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
                return [f'<p class="aside">{html.escape(self.say(NOT_YET))}</p>']
            return [f'<div class="failed">{html.escape(part.failure)}</div>']
        return html_page.boxed("finding", part.answered.sentences)

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
            png = (part.folder / name).read_bytes()
            lines.append(html_page.figure(png, html_page.description(png) or first))
        return lines


def write(page: StudyPage, path: Path) -> None:
    """The page as one file."""
    write_text(path, page.html())
