"""What every answer has: a table, a sentence, tidy rows, figures, and how it was made."""

from __future__ import annotations

import html
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from sim.answers.answer import Provenance
from sim.study.stopping import StoppedBecause
from sim.words import phrases as words
from sim.words.phrases import pick

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.scenario.scenario import Scenario
    from sim.study.runs import Runs


@dataclass(frozen=True, eq=False)
class Made(Provenance):
    """How an answer came about."""

    @staticmethod
    def by(runs: Runs, chosen: StoppedBecause, seconds: float) -> Made:
        often = max(runs.replications(row) for row in range(len(runs.layouts)))
        return Made(runs.base, often, runs.runs, runs.seed, seconds, chosen)

    def line(self, lang: str) -> str:
        days = words.days(self.base, lang)
        draft = pick(lang, "Draft: ", "草稿：") if self.draft else ""
        often = words.count(self.replications, "replication")
        return draft + pick(
            lang,
            f"{often} at most × {days}, the same calls in all, {self.runs:,} runs, "
            f"seed {self.seed}      {self.seconds:.0f} s",
            f"至多重复 {self.replications} 次 × {days}，各布局呼叫相同，共 {self.runs:,} 次运行，"
            f"随机种子 {self.seed}      {self.seconds:.0f} 秒",
        )


class Answer(ABC):
    """The result of one question; `name` is that of its files."""

    name: str
    made: Made

    @classmethod
    def room(cls) -> str:
        return "legacy"

    @property
    def provenance(self) -> Made:
        return self.made

    def files(self) -> tuple[Any, ...]:
        return (*self.made.base.files, self.made.base.map.path)

    @abstractmethod
    def title(self, lang: str) -> str:
        """The question in a line."""

    @abstractmethod
    def rows(self, lang: str) -> list[list[str]]:
        """The printed table, its head first."""

    @abstractmethod
    def notes(self, lang: str) -> list[str]:
        """What is said below it, a paragraph each; the last is the sentence for the minutes."""

    @abstractmethod
    def to_frame(self) -> pd.DataFrame:
        """Everything, tidy."""

    @abstractmethod
    def sentence(self, lang: str = "en") -> str:
        """One sentence for the minutes of the meeting."""

    def frames(self) -> dict[str, pd.DataFrame]:
        """By name of the file."""
        return {self.name: self.to_frame()}

    def figure(self, lang: str = "en", size: str = "screen") -> Figure:
        raise NotImplementedError

    def figures(self, lang: str) -> dict[str, Figure]:
        """By name of the file."""
        return {self.name: self.figure(lang)}

    def table(self, lang: str = "en") -> str:
        head = [self.title(lang), self.made.line(lang), *marks(self.made.base, lang)]
        below = [line for note in self.notes(lang) for line in wrapped(note)]
        return "\n".join([*head, "", *aligned(self.rows(lang)), "", *below])

    def facts(self, lang: str = "en") -> dict[str, Any]:
        """For `--json` and `run.json`."""
        rows = finite(self.to_frame().to_dict("records"))
        return self.made.facts() | {"rows": rows, "sentence": self.sentence(lang)}

    def __repr__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        head = [self.title("en"), self.made.line("en"), *marks(self.made.base, "en")]
        parts = [f"<p>{html.escape(line)}</p>" for line in head]
        parts.append(html_table(self.rows("en")))
        parts += [f"<p>{html.escape(note)}</p>" for note in self.notes("en")]
        return "\n".join(parts)


def finite(records: Any) -> list[dict[str, Any]]:
    """Rows of a frame as JSON may hold them."""
    return [{key: _finite(value) for key, value in row.items()} for row in records]


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


MARKS = ("■", "▼", "?", "○")
WIDTH = 96


def html_table(rows: list[list[str]]) -> str:
    """The first row is the head, the first column words."""
    style, parts = "text-align:right;padding:2px 10px", ["<table>"]
    for line, row in enumerate(rows):
        tag = "td" if line else "th"
        cells = [html.escape(cell) for cell in row]
        first = f'<{tag} style="text-align:left">{cells[0]}</{tag}>'
        rest = "".join(f'<{tag} style="{style}">{cell}</{tag}>' for cell in cells[1:])
        parts.append(f"<tr>{first}{rest}</tr>")
    return "\n".join([*parts, "</table>"])


def marks(base: Scenario, lang: str) -> list[str]:
    """What must be said of the map wherever numbers from it are shown."""
    if base.map.synthetic:
        en = "Synthetic map: made from published facts, not from surveyed roads."
        return [pick(lang, en, "合成地图：据公开事实生成，非实测道路。")]
    if invented := base.map.meta.get("invented"):
        return [pick(lang, f"Note: {invented}.", "注：站点与车辆为虚构示例。")]
    return []


def aligned(rows: list[list[str]]) -> list[str]:
    """Columns by their widest cell: names to the left, numbers to the right."""
    widths = [max(cell_len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        line = " "
        for i, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - cell_len(cell))
            to_the_left = i == 0 or cell.startswith(("(", "（", *MARKS))
            apart = " " if i + 1 < len(row) and row[i + 1].startswith("(") else "  "
            line += (cell + space if to_the_left else space + cell) + apart
        lines.append(line.rstrip())
    return lines


def wrapped(text: str, indent: str = " ") -> list[str]:
    """Lines of at most WIDTH columns; Chinese may break anywhere, English between words."""
    lines, line = [], " "
    for word in _words(text):
        if cell_len(line + word) > WIDTH:
            lines.append(line.rstrip())
            line = indent + word.lstrip()
        else:
            line += word
    return [*lines, line.rstrip()]


def _words(text: str) -> list[str]:
    parts: list[str] = []
    for character, after in zip(text, text[1:] + " ", strict=True):
        wide = cell_len(character) > 1
        closing = character in "，。；：、）”" or (character == " " and after == "%")
        if parts and (closing or not (wide or character == " " or cell_len(parts[-1][-1]) > 1)):
            parts[-1] += character
        else:
            parts.append(character)
    return parts
