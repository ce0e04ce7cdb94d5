"""Replications to estimates, paired differences and verdicts: the result of a study."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.measures import estimates
from sim.measures.calls import Tally
from sim.measures.estimates import ALL, Estimate, Group, Pooled, Setup, Spread
from sim.measures.measures import BY_KEY, HEADLINE
from sim.study.stopping import Chosen

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.scenario import Scenario
import time
from concurrent.futures import Executor
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING

from sim import engine as engines
from sim.answers.legacy import _finite
from sim.errors import OptionError, PlannerError
from sim.files import whole
from sim.measures.verdicts import FEWEST, Verdict, matters_of, verdicts
from sim.study import workers as at_work
from sim.study.checkpoints import Kept
from sim.study.plan import Study, Watch, check_who_works, prepare

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.answers.why_late import WhyLate
    from sim.scenario.scenario import Scenario


class Row(NamedTuple):
    """One line of the tidy results. Shares between 0 and 1, times in minutes."""

    layout: str
    by: str  # all, area, township, priority, hour
    area: str  # which of them
    measure: str
    unit: str
    mean: float
    low: float
    high: float


class Result:
    """What a study found. `layouts[0]` is the base; the others met the same calls."""

    def __init__(
        self,
        layouts: Sequence[Scenario],
        tallies: Sequence[Sequence[Tally]],
        seed: int,
        seconds: float,
        differing: tuple[str, ...] = (),
        chosen: Chosen | None = None,
        looked: bool = False,  # replications were added until the headline was known enough
    ):
        self.layouts, self.tallies = tuple(layouts), tuple(tallies)
        self.seed, self.seconds = seed, seconds
        self.differing = differing  # sections of settings in which a proposal is not the base
        self.matters = matters_of(self.layouts[0])
        self.replications = len(self.tallies[0])
        self.looked = looked
        self.chosen = chosen or Chosen("given")  # how the number of replications came about
        self.estimate = lru_cache(maxsize=None)(self._estimate)
        self.spread = lru_cache(maxsize=None)(self._spread)
        self._verdicts = lru_cache(maxsize=None)(self._judged)

    @property
    def same_calls(self) -> bool:
        """Whether every layout met the very same calls."""
        return not {"demand", "durations"} & set(self.differing)

    @property
    def base(self) -> Scenario:
        return self.layouts[0]

    @cached_property
    def pooled(self) -> list[Pooled]:
        """The tallies of each layout together; the worst-served set is the base's."""
        setups = [_setup(layout)._replace(looked=self.looked) for layout in self.layouts]
        worst = estimates.worst_townships(Pooled(self.tallies[0], setups[0]))
        return [
            Pooled(tallies, setup._replace(worst=worst))
            for tallies, setup in zip(self.tallies, setups, strict=True)
        ]

    def _estimate(self, key: str, layout: int = 0, group: Group = ALL) -> Estimate:
        return estimates.estimate(self.pooled[layout], key, group)

    def _spread(self, key: str, layout: int = 1, group: Group = ALL) -> Spread:
        return estimates.paired(self.pooled[0], self.pooled[layout], key, group)

    @property
    def level(self) -> float:
        """Of each interval of a difference, so that those of all proposals hold at once."""
        return estimates.simultaneous(len(self.layouts) - 1)

    def difference(self, key: str, layout: int = 1, group: Group = ALL) -> Estimate:
        """A layout less the base, with an interval that holds for all proposals at once."""
        return self.spread(key, layout, group).interval(self.level)

    def verdict(self, key: str, layout: int = 1) -> Verdict:
        if self.replications < FEWEST:  # too few to tell chance from anything
            return Verdict.UNDECIDED
        return self._verdicts(key)[layout - 1]

    def _judged(self, key: str) -> list[Verdict]:
        spreads = [self.spread(key, layout) for layout in range(1, len(self.layouts))]
        return verdicts(BY_KEY[key], spreads, self.matters)

    def headline_half_width(self) -> float:
        """Of the least sure headline difference; of the compliance itself in a lone layout."""
        if len(self.layouts) == 1:
            return self.estimate("within").half_width
        return max(self.difference("within", i).half_width for i in range(1, len(self.layouts)))

    def gain_from_sharing(self, layout: int = 1) -> float:
        return estimates.gain_from_sharing(self.pooled[0], self.pooled[layout])

    def headline_keys(self) -> list[str]:
        """The measures of the printed table; those with nothing to measure are left out."""
        return [key for key in HEADLINE if not math.isnan(self.estimate(key).mean)]

    def rows(self) -> list[Row]:
        """Every estimate, tidy; and for each proposal its differences from the base."""
        rows = []
        for number, layout in enumerate(self.layouts):
            for group in estimates.groups(self.pooled[0]):
                for key in estimates.keys_of(group):
                    value = self.estimate(key, number, group)
                    rows.append(self._row(layout.name.en, group, key, value))
                    if number and group.by in ("all", "area", "township"):
                        value = self.difference(key, number, group)
                        name = f"{layout.name} − {self.base.name}"
                        rows.append(self._row(name, group, key, value))
        return rows

    def _row(self, layout: str, group: Group, key: str, value: Estimate) -> Row:
        areas = {"urban10": "urban", "rural30": "rural"}
        area = areas.get(key, self.group_name(group))
        return Row(layout, group.by, area, key, BY_KEY[key].unit, *value)

    def group_name(self, group: Group, language: str = "zh") -> str:
        if group.by == "area":
            return ("urban", "rural")[group.row]
        if group.by == "township":
            seat = self.base.map.townships[group.row]
            return seat.name.zh if language == "zh" else seat.name.en
        if group.by == "priority":
            return self.base.settings.demand.priorities[group.row].name
        return f"{group.row:02d}" if group.by == "hour" else "all"

    def to_frame(self) -> pd.DataFrame:
        """Tidy: one row for each replication, layout, group and measure of the calls."""
        import pandas as pd

        frame: list[tuple[object, ...]] = []
        for number, layout in enumerate(self.layouts):
            for replication, one in enumerate(self.tallies[number]):
                pooled = Pooled([one], self.pooled[number].setup)
                for group in estimates.groups(self.pooled[0]):
                    if group.by in ("priority", "hour"):
                        continue
                    for key in estimates.keys_of(group):
                        if key == "people_ok":
                            value = float(pooled.people_ok(np.ones((1, 1)))[0])
                        else:
                            value = float(pooled.left_out(key, group)[0])
                        name = self.group_name(group)
                        frame.append((layout.name.en, replication, name, key, value))
        columns = ["layout", "replication", "group", "measure", "value"]
        return pd.DataFrame(frame, columns=columns)

    # ── what a planner looks at ──────────────────────────────────────────────────────────────

    def sentence(self, lang: str = "en", layout: int = 1) -> str:
        """One sentence for the minutes of the meeting."""
        from sim.words import phrases as words

        return words.sentence(self, lang, min(layout, len(self.layouts) - 1))

    def table(self, lang: str = "en") -> str:
        from sim.words import comparison as tables

        return tables.as_text(self, lang)

    def map(self, lang: str = "en", layout: int = 0, size: str = "screen") -> Figure:
        """The townships by the minutes within which nine of ten calls are reached."""
        from sim import figures as plots

        return plots.township_map(self, layout, lang, size)

    def cdf(self, lang: str = "en", size: str = "screen") -> Figure:
        """Response times, urban and rural, against their targets."""
        from sim import figures as plots

        return plots.response_cdf(self, lang, size)

    def forest(self, lang: str = "en", size: str = "screen") -> Figure:
        """Every proposal's differences from the base, with intervals and verdicts."""
        from sim import figures as plots

        return plots.forest(self, lang, size)

    def why(self, layout: int = 0) -> WhyLate:
        """What made calls late: distance, call taking, turnout, the nearest busy, or queueing."""
        from sim.answers import why_late

        return why_late.explain(self, layout)

    def __repr__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        from sim.words import comparison as tables

        return tables.as_html(self)


def _setup(layout: Scenario) -> Setup:
    targets = layout.settings.targets
    people: Any = layout.map.layers["townships"]["people"]
    return Setup((targets.urban, targets.rural), targets.share, people.to_numpy(float), worst=())


def as_json(result: Result, lang: str = "en") -> dict[str, Any]:
    """The whole result as one object; `measures` are tidy rows, nan and inf are null."""
    layouts = [
        {
            "name": layout.name.en,
            "name_zh": layout.name.zh,
            "stations": len(layout.open_stations()),
            "ambulances": len(layout.fleet),
        }
        for layout in result.layouts
    ]
    study = result.base.settings.study
    return {
        "layouts": layouts,
        "map": result.base.map.name.en,
        "synthetic": result.base.map.synthetic,
        "replications": result.replications,
        "days": study.length / 86_400,
        "seed": result.seed,
        "same_calls": result.same_calls,
        "measures": [
            {key: _finite(value) for key, value in row._asdict().items()} for row in result.rows()
        ],
        "verdicts": [
            {
                "layout": layout.name.en,
                "measure": key,
                "difference": _finite(result.difference(key, number).mean),
                "low": _finite(result.difference(key, number).low),
                "high": _finite(result.difference(key, number).high),
                "verdict": str(result.verdict(key, number)),
            }
            for number, layout in enumerate(result.layouts)
            if number
            for key in result.headline_keys()
        ],
        "sentences": [
            result.sentence(lang, i) for i in range(len(layouts)) if i or len(layouts) == 1
        ],
    }


def run(scenario: Scenario, **options: object) -> Result:
    """What one layout does; the options are those of `compare`."""
    return compare(scenario, **options)  # type: ignore[arg-type]


def compare(
    base: Scenario,
    *proposals: Scenario,
    replications: int | None = None,
    most: int | None = None,
    draft: bool = False,
    seed: int | None = None,
    workers: int | None = None,
    watch: Watch | None = None,
    logs_to: Path | str | None = None,
    executor: Executor | None = None,
    scheduler: str | None = None,
    keep: Path | str | None = None,
    engine: str = engines.NAMES[0],
) -> Result:
    """The base and any number of proposals on the same calls.

    `replications`: how many; unless it or the base's study says so, until the headline is known to
    within half of what matters, and `most` at most. `draft`: five, and every figure says so. `seed`
    defaults to the base's; `workers` to as many processes as the machine has cores, if there is
    enough to do. Instead of these an `executor` of your own (`workers`: how many of its can work at
    once), or the address of a Dask `scheduler`. The result is the same to the last bit everywhere.

    `logs_to`: a folder for every call and trip, as Parquet. `keep`: a folder for finished
    replications; the same study goes on from there if it was stopped. `engine`: `compiled` or
    `reference`, which is the model's documentation; both give the same result to the last bit.
    """
    study = prepare(
        base, *proposals, replications=replications, most=most, draft=draft, seed=seed,
        engine=engine, logs=logs_to is not None,
    )  # fmt: skip
    folder = None if keep is None else Path(keep)
    if folder is not None and (folder.is_file() or (folder / whole.MARK).exists()):
        raise OptionError("keep", f"a folder of its own; {folder} is a file or holds results")
    with nullcontext() if folder is None else whole.alone(folder):
        key = "" if folder is None else study.key()
        kept = study.kept(folder, key, None if logs_to is None else Path(logs_to))
        try:
            return carry_out(study, kept, watch, workers, executor, scheduler)
        except PlannerError as error:
            kept.mention(error)
            raise


def carry_out(
    study: Study,
    kept: Kept,
    watch: Watch | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    scheduler: str | None = None,
) -> Result:
    """All replications but those that were finished before; each is kept as soon as it is."""
    check_who_works(workers, executor, scheduler)
    tell = watch or (lambda done, total: None)
    tallies = kept.read()
    half_widths: list[float] = []
    with at_work.Crew(study.plan, workers, executor, scheduler) as crew:
        for total in study.enough.looks():
            missing = [number for number in range(total) if number not in tallies]
            tell(min(len(tallies), total), total)
            with closing(crew.carried_out(missing)) as coming:  # whatever ends this ends its work
                for one in coming:
                    kept.add(one)
                    tallies[one.number] = one.tallies
                    tell(min(len(tallies), total), total)
            result = _result(study, [tallies[number] for number in range(total)])
            half_widths.append(result.headline_half_width())
            if chosen := study.enough.chosen(half_widths):
                result.chosen, result.seconds = chosen, time.perf_counter() - study.began
                break
    return result


def _result(study: Study, in_order: Sequence[Any]) -> Result:
    by_layout = list(zip(*in_order, strict=True))
    looked = study.enough.fixed is None
    return Result(study.layouts, by_layout, study.plan.seed, 0.0, study.differing, looked=looked)
