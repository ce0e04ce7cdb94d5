"""What every answer has: a table, a sentence, tidy rows, figures, and how it was made."""

from __future__ import annotations

import html
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.study.stopping import StoppedBecause
from sim.words import comparison as tables
from sim.words import phrases as words
from sim.words.phrases import pick

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.scenario.scenario import Scenario
    from sim.study.runs import Runs


@dataclass(frozen=True, eq=False)
class Made:
    """How an answer came about."""

    base: Scenario
    replications: int  # of whoever has most
    runs: int  # layout × replication
    seed: int
    seconds: float
    chosen: StoppedBecause

    @staticmethod
    def by(runs: Runs, chosen: StoppedBecause, seconds: float) -> Made:
        often = max(runs.replications(row) for row in range(len(runs.layouts)))
        return Made(runs.base, often, runs.runs, runs.seed, seconds, chosen)

    @property
    def draft(self) -> bool:
        return self.chosen.how == "draft"

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

    def facts(self) -> dict[str, Any]:
        return {
            "base": self.base.name.en,
            "map": self.base.map.name.en,
            "synthetic": self.base.map.synthetic,
            "replications": self.replications,
            "runs": self.runs,
            "days": self.base.settings.study.length / 86_400,
            "seed": self.seed,
            "draft": self.draft,
        }


class Answer(ABC):
    """The result of one question; `name` is that of its files."""

    name: str
    made: Made

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
        head = [self.title(lang), self.made.line(lang), *tables.marks(self.made.base, lang)]
        below = [line for note in self.notes(lang) for line in tables.wrapped(note)]
        return "\n".join([*head, "", *tables.aligned(self.rows(lang)), "", *below])

    def facts(self, lang: str) -> dict[str, Any]:
        """For `--json` and `run.json`."""
        rows = finite(self.to_frame().to_dict("records"))
        return self.made.facts() | {"rows": rows, "sentence": self.sentence(lang)}

    def __repr__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        head = [self.title("en"), self.made.line("en"), *tables.marks(self.made.base, "en")]
        parts = [f"<p>{html.escape(line)}</p>" for line in head]
        parts.append(tables.html_table(self.rows("en")))
        parts += [f"<p>{html.escape(note)}</p>" for note in self.notes("en")]
        return "\n".join(parts)


def finite(records: Any) -> list[dict[str, Any]]:
    """Rows of a frame as JSON may hold them."""
    return [{key: _finite(value) for key, value in row.items()} for row in records]


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
