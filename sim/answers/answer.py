"""What came of a question: values and where they come from. Words and figures stand above."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from sim.scenario.differences import Difference, differences
from sim.study import arguments
from sim.study.stopping import StoppedBecause
from sim.study.worst_served import WorstServed
from sim.upstairs import language, opened

MAP: Final = "map"  # the name of the drawing of an answer on its map

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.scenario.duty import DutyHours
    from sim.scenario.scenario import Scenario
    from sim.study.runs import Runs
    from sim.words.page import Page


@dataclass(frozen=True, eq=False)
class Origin:
    """The scenario that a question was put to; all there is to say where nothing was simulated."""

    base: Scenario

    def facts(self) -> dict[str, Any]:
        """For `--json` and `run.json`."""
        facts: dict[str, Any] = {
            "base": self.base.name.en,
            "map": self.base.map.name.en,
            "synthetic": self.base.map.synthetic,
            **self.records(),
        }
        if self.base.own_rules.any:
            facts["own_rules"] = self.base.own_rules.named()
        if self.base.unaltered is not None:
            found = differences(self.base.unaltered.settings, self.base.settings)
            facts["altered"] = [as_fact(one) for one in found]
            facts["altered"] += _hours(self.base.unaltered, self.base)
        return facts

    def records(self) -> dict[str, Any]:
        """What became of the rows of recorded calls; nothing if calls are drawn."""
        recorded, counted = self.base.recorded, self.base.counted_records()
        if recorded is None or counted is None:
            return {}
        said = {
            "rows": recorded.balance.rows,
            **counted._asdict(),
            "further_units": recorded.balance.further_units,
            "left_out": {str(reason): count for reason, count in recorded.balance.left_out},
            "notes": [str(note) for note in recorded.notes],
            "warnings": [str(warning) for warning in recorded.warnings],
        }
        return {"records": said}


@dataclass(frozen=True, eq=False)
class Provenance(Origin):
    """How an answer came about: the base and the replications that were simulated."""

    replications: int  # of the layout that has most
    runs: int  # layout × replication
    seed: int
    seconds: float
    chosen: StoppedBecause
    worst: WorstServed | None = None  # the townships served worst; None if they were not asked for

    @staticmethod
    def by(runs: Runs, chosen: StoppedBecause, seconds: float) -> Provenance:
        often = max(runs.replications(row) for row in range(len(runs.layouts)))
        worst = runs.worst_if_chosen
        return Provenance(runs.base, often, runs.runs, runs.seed, seconds, chosen, worst)

    @property
    def draft(self) -> bool:
        return self.chosen.how == "draft"

    def facts(self) -> dict[str, Any]:
        """For `--json` and `run.json`."""
        return super().facts() | {
            "replications": self.replications,
            "runs": self.runs,
            "days": self.base.settings.study.length / 86_400,
            "seed": self.seed,
            "draft": self.draft,
            "worst_served": None if self.worst is None else self._worst_facts(self.worst),
        }

    def _worst_facts(self, worst: WorstServed) -> dict[str, Any]:
        return {
            "townships": [self.base.map.townships[row].name.zh for row in worst.rows],
            "with_enough_calls": worst.eligible,
            "with_too_few_calls": worst.thin,
            "told_from_the_next": worst.apart,
            "by_expectation": worst.busy is not None,
        }


class FileTable(NamedTuple):
    """Rows below the names of their columns, as a file holds them."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


class Answer(ABC):
    """The result of one question; `name` is that of its files.

    `page`, `table`, `sentence` and `figure` are for notebooks: they open the floors above, where
    the words (`sim/words`) and the figures (`sim/figures`) of an answer stand in rooms of the same
    name as its own.
    """

    name: ClassVar[str]
    provenance: Origin  # a Provenance where there were replications

    @classmethod
    def room(cls) -> str:
        """The name that its rooms have on the floors of answers, words and figures."""
        return cls.__module__.rpartition(".")[2]

    @abstractmethod
    def to_frame(self) -> pd.DataFrame:
        """Everything, tidy."""

    def tables(self) -> dict[str, FileTable] | None:
        """The tables of its folder, by the name of the file; None if pandas has to make them."""
        return None

    def frames(self) -> dict[str, pd.DataFrame]:
        """The tables of its folder as frames."""
        import pandas as pd

        tables = self.tables()
        if tables is None:
            return {self.name: self.to_frame()}
        return {
            name: pd.DataFrame(list(table.rows), columns=list(table.columns))
            for name, table in tables.items()
        }

    def facts(self) -> dict[str, Any]:
        """For `--json` and `run.json`: provenance and rows; nan and inf are None."""
        return self.provenance.facts() | {"rows": finite(self.to_frame().to_dict("records"))}

    def files(self) -> Iterable[Path]:
        """What it was computed from: scenario files and the map."""
        return [path for one in self.scenarios() for path in (*one.files, one.map.path)]

    def scenarios(self) -> Sequence[Scenario]:
        """What it was asked of: the base first, then whatever was compared with it."""
        return (self.provenance.base,)

    # ── for notebooks: the door to the floors above ──────────────────────────────────────────

    def page(self, lang: str = "en") -> Page:
        """What it says, in a language: `en`, `zh`."""
        page: Page = opened("sim.words", "page_of")(self, language(lang))
        return page

    def table(self, lang: str = "en") -> str:
        return self.page(lang).text()

    def sentence(self, lang: str = "en") -> str:
        """One sentence for the minutes of the meeting."""
        return self.page(lang).sentence

    def sentences(self, lang: str = "en") -> tuple[str, ...]:
        """All sentences for the minutes; the first is the main one."""
        return self.page(lang).sentences

    def figure(
        self,
        lang: str = "en",
        size: str = "screen",
        name: str | None = None,
        ax: Any = None,
    ) -> Figure:
        """Its figure as it is printed: `screen`, `a4` or `slide`. `name`: another than the main.

        `ax`: axes of your own (`matplotlib.pyplot.subplots()`) on which to draw it, without the
        headline and the footnote around it; then the figure is yours, and what is returned has its
        `headline`, `alt` and `data` only. OptionError for a figure of several parts.
        """
        drawings: dict[str, Callable[[], Figure]]
        drawings = opened("sim.figures", "drawings")(self, language(lang), size)
        chosen = next(iter(drawings)) if name is None else name
        arguments.one_of("name", chosen, drawings)
        if ax is None:
            return drawings[chosen]()
        made: Figure = opened("sim.figures", "on_axes")(drawings, chosen, ax)
        return made

    def figures(self, lang: str = "en", size: str = "screen") -> dict[str, Figure]:
        """All its figures, by the name of the file."""
        drawings = opened("sim.figures", "drawings")(self, language(lang), size)
        return {name: draw() for name, draw in drawings.items()}

    def to_excel(self, path: Path | str, lang: str = "en") -> Path:
        """Everything in one workbook, whole or not at all; where it was written.

        Of a comparison levels, differences and townships, of others their tables; then what was
        assumed and how it was made. OutputError if it cannot be written.
        """
        written: Path = opened("sim.report.excel", "write")(Path(path), self, language(lang))
        return written

    def report(
        self, to: Path | str, lang: str = "en", title: str = "", template: Path | None = None
    ) -> Path:
        """The committee's report of this answer, as `tenthirty report` makes it; where it is.

            result.report("plan.docx", lang="zh")

        `to`: a file that ends in .html, .docx or .pdf; `template`: a Word document whose styles
        are taken. OutputError if it cannot be written, OptionError of what cannot be.
        """
        made = opened("sim.report.whole_report", "save")
        written: Path = made(self, to, language(lang), title=title, template=template)
        return written

    def __repr__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        return self.page().html()


class OnMap:
    """What answers about places have besides: they are drawn on the map, too."""

    def figure(
        self,
        lang: str = "en",
        size: str = "screen",
        name: str | None = None,
        ax: Any = None,
    ) -> Figure:
        """As of any answer."""
        raise NotImplementedError

    def map(self, lang: str = "en", size: str = "screen", ax: Any = None) -> Figure:
        """Its sites on the map, or its ground. `ax`: as of `figure`."""
        return self.figure(lang, size, MAP, ax)


class Replayable:
    """What comparisons have besides: a day of theirs can be watched on the map."""

    def replay(
        self,
        to: Path | str | None = None,
        lang: str = "en",
        day: int | None = None,
        hours: tuple[float, float] = (0.0, 24.0),
        replication: int = 1,
        layouts: Sequence[int] | None = None,
    ) -> Any:
        """One day of one replication on the map, as a page that moves: an example, not a result.

            result.replay("tuesday.html", lang="zh", day=2, layouts=[0, 1])

        It shows itself in a notebook; `.save(path)` writes it as one HTML file that needs nothing
        from outside, and so does `to`. `day`: its number among those that are measured, from 1;
        without it the one with most calls. `hours`: of its clock, from and to, counted on past
        midnight. `replication`: whose calls, from 1. `layouts`: one or two numbers, 0 is the base;
        by default the base and the first proposal. `lang` is the language at first: the page has
        all of them. OptionError for what cannot be, OutputError if `to` cannot be written.
        """
        how: dict[str, Any] = {
            "day": day,
            "hours": hours,
            "replication": replication,
            "layouts": layouts,
        }
        made = opened("sim.browser.replay_page", "of_comparison")
        return made(self, language(lang), to=to, **how)


def names_first(frame: pd.DataFrame, lang: str) -> pd.DataFrame:
    """A frame with the column of the names in a language before all others."""
    first = "name_zh" if language(lang).code.startswith("zh") else "name_en"
    return frame[[first, *(name for name in frame.columns if name != first)]]


def in_words(option: Any, lang: str) -> str:
    """An option of a search in a language: files have a column for each."""
    text: str = opened("sim.words.options", "what")(option, language(lang))
    return text


def finite(records: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows of a frame as JSON may hold them."""
    return [{key: or_none(value) for key, value in row.items()} for row in records]


def as_fact(one: Difference) -> dict[str, Any]:
    """A setting that differs, in SI: for JSON."""
    return {"setting": one.path, "base": _plain(one.base), "other": _plain(one.other)}


def _hours(before: Scenario, after: Scenario) -> list[dict[str, Any]]:
    """Stations whose ambulances were put on duty at other hours."""
    found = []
    for row, station in enumerate(before.stations):
        was, now = (
            [_on_duty(a.duty) for a in layout.fleet if a.station == row]
            for layout in (before, after)
        )
        if was != now and len(was) == len(now):
            found.append({"setting": f"hours.{station.name.zh}", "base": was, "other": now})
    return found


def _on_duty(duty: DutyHours) -> Any:
    """Nothing of one that is always on duty; [from, to] every day; else as a file has it."""
    if duty.always:
        return None
    return str(duty) if duty.daily_hours is None else list(duty.daily_hours)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if hasattr(value, "model_dump"):
        return _plain(value.model_dump(mode="json"))
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value if isinstance(value, int | float | str | None) else str(value)


def or_none(value: Any) -> Any:
    """nan and inf as None, which JSON has."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
