"""Does it hold if we are wrong? The difference between layouts under other assumptions.

One assumption at a time (a tornado), and all of them together (a Latin hypercube), which says how
often another layout would come out first. The calls keep their random numbers throughout, so that
what changes is due to the assumption.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.stats import qmc

from sim.answers.assumptions import Assumption, Mishap, assumptions, mishaps
from sim.answers.legacy import Answer, Made
from sim.answers.ranking import KEYS
from sim.errors import OptionError, ScenarioError
from sim.measures.estimates import Estimate
from sim.measures.measures import BY_KEY
from sim.study.runs import How, Trials
from sim.words import phrases as words
from sim.words.phrases import interval, number, pick, unit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.scenario.scenario import Scenario

SAMPLES = 32
OFTEN_JOINT = 10  # replications of each joint sample, at most
MISSING = 0.5  # share of the joint samples in which an ambulance is off the road


class End(NamedTuple):
    """One end of a swing: what is assumed there, and each proposal's gain over the base."""

    en: str
    zh: str
    gains: tuple[Estimate, ...]

    def words(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


class Swing(NamedTuple):
    """How far one assumption moves the gains; of a mishap, the cases that move the first most."""

    about: Assumption | Mishap
    low: End
    high: End

    def width(self, proposal: int = 0) -> float:
        return abs(self.high.gains[proposal].mean - self.low.gains[proposal].mean)


class Joint(NamedTuple):
    """All assumptions drawn together."""

    keys: tuple[str, ...]
    levels: np.ndarray  # [sample, assumption] -1 to 1; of mishaps the case, or -1 for none
    gains: np.ndarray  # [sample, proposal] over the base under the same assumptions
    replications: int


@dataclass(frozen=True, eq=False, repr=False)
class Stress(Answer):
    """The widest swing first."""

    made: Made
    proposals: tuple[Scenario, ...]
    nominal: tuple[Estimate, ...]  # each proposal's gain under the assumptions as they are
    swings: tuple[Swing, ...]
    joint: Joint | None
    by: str
    name: str = "stress"

    @property
    def first(self) -> int:
        """The proposal that leads under the assumptions as they are."""
        return _best(self.nominal, self.by)

    def range(self, proposal: int) -> tuple[float, float]:
        """Least and greatest gain under any one assumption tried."""
        ends = [end.gains[proposal].mean for s in self.swings for end in (s.low, s.high)]
        ends.append(self.nominal[proposal].mean)
        return min(ends), max(ends)

    def leads(self) -> np.ndarray:
        """[1 + proposal] share of the joint samples in which each is best; 0 is the base."""
        assert self.joint is not None
        sign = BY_KEY[self.by].sign
        gains = sign * np.column_stack([np.zeros(len(self.joint.gains)), self.joint.gains])
        return np.bincount(gains.argmax(axis=1), minlength=gains.shape[1]) / len(gains)

    def proposal_name(self, row: int, lang: str) -> str:
        """What it is called beside its base: "+ Fenglin" of "Liling today + Fenglin"."""
        base, layout = self.made.base, self.proposals[row]
        whole = layout.name.within(lang)
        return whole.removeprefix(base.name.within(lang)).strip() or whole

    def title(self, lang: str) -> str:
        joint = pick(lang, "; ", "；")
        names = joint.join(self.proposal_name(i, lang) for i in range(len(self.proposals)))
        base = self.made.base
        return pick(
            lang,
            f"Does it hold?  {names}, against {base.name}",
            f"结论可靠吗？{names}，对比{base.name.zh}",
        )

    def rows(self, lang: str) -> list[list[str]]:
        measure, several = BY_KEY[self.by], len(self.proposals) > 1
        head = pick(lang, "assumption|if|gain|", "假设|情形|增益|").split("|")
        heads = [self.proposal_name(i, lang) for i in range(len(self.proposals))]
        heads = heads if several else [head[2]]
        table = [[*head[:2], *(cell for name in heads for cell in (name, ""))]]

        def gains(values: Sequence[Estimate]) -> list[str]:
            return [
                text
                for value in values
                for text in (
                    number(measure, value.mean, sign=True),
                    interval(measure, value, sign=True, lang=lang),
                )
            ]

        table.append([pick(lang, "as assumed", "原假设"), "", *gains(self.nominal)])
        for swing in self.swings:
            for line, end in enumerate((swing.low, swing.high)):
                name = "" if line else swing.about.words(lang)
                table.append([name, end.words(lang), *gains(end.gains)])
        return table

    def notes(self, lang: str) -> list[str]:
        what = words.label_of(self.by, lang, self.made.base)
        said = [
            pick(
                lang,
                f"Gain over today in {unit(self.by, lang)} ({what}) if one assumption is wrong by "
                "as much, in both layouts; 95 % intervals. How far each may be wrong is assumed. "
                "Of what may go missing, the cases of the least and the most gain.",
                f"某一假设在两种布局中同时偏离时较现状的增益（{what}，{unit(self.by, lang)}），"
                "95% 区间；偏离幅度为假定。车辆停驶与站点关闭各列增益最小和最大的情形。",
            )
        ]
        if self.joint is not None:
            said.append(self._joint_in_words(lang))
        return [*said, words.say(self.sentence(lang), lang)]

    def _joint_in_words(self, lang: str) -> str:
        assert self.joint is not None
        measure, first = BY_KEY[self.by], self.joint.gains[:, self.first]
        low, high = (number(measure, v, sign=True) for v in np.quantile(first, [0.05, 0.95]))
        count = len(first)
        leads = round(float(self.leads()[1 + self.first]) * count)
        name = self.proposal_name(self.first, lang)
        rivals = pick(lang, "today's layout", "现状")
        if len(self.proposals) > 1:
            rivals = pick(lang, "all others and today's layout", "其他方案与现状")
        return pick(
            lang,
            f"All together, in {count} joint samples (Latin hypercube, {self.joint.replications} "
            f"replications each): {name} is ahead of {rivals} in {leads} of {count}; its gain is "
            f"{low} to {high} in the middle nine tenths.",
            f"各假设同时变动（拉丁超立方 {count} 个样本，各重复 {self.joint.replications} 次）："
            f"{name}在 {leads} 个样本中优于{rivals}；九成样本的增益在 {low} 至 {high} 之间。",
        )

    def sentence(self, lang: str = "en") -> str:
        measure, first = BY_KEY[self.by], self.first
        low, high = (number(measure, v, sign=True) for v in self.range(first))
        name, of = self.proposal_name(first, lang), unit(self.by, lang)
        gain = number(measure, self.nominal[first].mean, sign=True)
        wide = self.swings[0].about.words(lang) if self.swings else ""
        english = (
            f"{name}: {gain} {of} as assumed, {low} to {high} estimated under the others tried"
        )
        chinese = f"{name}：原假设下 {gain} {of}，所试各假设下估计为 {low} 至 {high}"
        if wide:
            english += f"; what matters most is: {wide}"
            chinese += f"；影响最大的是{wide}"
        if self.joint is not None:
            count = len(self.joint.gains)
            ahead = round(float(self.leads()[1 + first]) * count)
            english += f"; ahead in {ahead} of {count} joint samples"
            chinese += f"；{count} 个联合样本中 {ahead} 个领先"
        return pick(lang, english + ".", chinese + "。")

    def to_frame(self) -> pd.DataFrame:
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for swing in self.swings:
            for end in (swing.low, swing.high):
                for layout, gain in zip(self.proposals, end.gains, strict=True):
                    row = {"assumption": swing.about.key, "if": end.en, "proposal": layout.name.en}
                    rows.append(row | {"gain": gain.mean, "low": gain.low, "high": gain.high})
        return pd.DataFrame(rows)

    def joint_frame(self) -> pd.DataFrame:
        """One row for each joint sample: the levels drawn and the gains found."""
        import pandas as pd

        assert self.joint is not None
        frame = pd.DataFrame(self.joint.levels, columns=list(self.joint.keys))
        for row, layout in enumerate(self.proposals):
            frame[layout.name.en] = self.joint.gains[:, row]
        return frame

    def frames(self) -> dict[str, pd.DataFrame]:
        joint = {} if self.joint is None else {"joint": self.joint_frame()}
        return super().frames() | joint

    def facts(self, lang: str) -> dict[str, Any]:
        more: dict[str, Any] = {}
        if self.joint is not None:
            names = ["today", *(layout.name.en for layout in self.proposals)]
            more = {"joint_samples": len(self.joint.gains),
                    "ahead": dict(zip(names, self.leads().tolist(), strict=True))}  # fmt: skip
        return super().facts(lang) | more

    def figure(self, lang: str = "en", size: str = "screen") -> Figure:
        from sim.figures import stress as tornado

        return tornado.draw(self, lang, size)


def stress(
    base: Scenario,
    *proposals: Scenario,
    by: str = "within",
    wrong: Mapping[str, float] | None = None,
    samples: int = SAMPLES,
    **how: Any,
) -> Stress:
    """The proposals' gains over the base under other assumptions, one at a time and together.

    `wrong`: by assumption, the share by which it may be wrong (see `assumptions.USUAL`); 0 leaves
    it out. `samples`: joint ones; 0 for none. `how`: as in `sim.answers.ranking`.
    """
    began = time.perf_counter()
    if by not in KEYS:
        raise OptionError("by", f"write one of {', '.join(KEYS)}; found {by}")
    if not proposals:
        raise ScenarioError("stress", "say what is to be stressed: a proposal beside the base")
    if not 0 <= samples <= 10_000:
        raise OptionError("samples", f"write 0 to 10000; found {samples}")
    asked = How(**how)
    some, bad = assumptions(base, wrong), mishaps(base)
    with Trials(base, proposals, asked) as trials:
        chosen = trials.until_precise(key=by)
        nominal = _gains(trials, by)
        often, first = trials.replications(0), _best(nominal, by)
        made = Made.by(trials, chosen, 0.0)
    asked = asked._replace(replications=often, most=None, draft=False)
    work = _Work(base, proposals, by, asked, often * (1 + len(proposals)))
    work.expect(len(some) * 2 + sum(len(one.cases) for one in bad), often, samples)
    swings = [work.swing(one) for one in some] + [work.worst_cases(one, first) for one in bad]
    swings.sort(key=lambda swing: -swing.width(first))
    joint = work.joint(some, bad, samples, made.base.settings.study.seed) if samples else None
    seconds = time.perf_counter() - began
    made = Made(made.base, often, work.runs, made.seed, seconds, chosen)
    return Stress(made, tuple(proposals), nominal, tuple(swings), joint, by)


def _best(gains: Sequence[Estimate], by: str) -> int:
    sign = BY_KEY[by].sign
    return int(np.argmax([sign * gain.mean for gain in gains]))


def _gains(trials: Trials, by: str) -> tuple[Estimate, ...]:
    rows = range(1, len(trials.layouts))
    return tuple(trials.spread(row, by).interval() for row in rows)


class _Work:
    """The runs under other assumptions, one after another, as each needs roads of its own."""

    def __init__(self, base: Scenario, proposals: Sequence[Scenario], by: str, how: How, runs: int):
        self.base, self.proposals, self.by = base, proposals, by
        self.runs, self._total = runs, runs
        self._tell = how.watch or (lambda done, total: None)
        self._how = how._replace(watch=None)

    def expect(self, worlds: int, often: int, samples: int) -> None:
        layouts = 1 + len(self.proposals)
        self._total += (worlds * often + samples * min(often, OFTEN_JOINT)) * layouts

    def gains(self, change: Any, roads: bool, often: int | None = None) -> tuple[Estimate, ...]:
        """Of each proposal over the base, when both are changed alike."""
        layouts = [change(layout) for layout in (self.base, *self.proposals)]
        how = self._how._replace(keep_tables=not roads)
        if often is not None:
            how = how._replace(replications=often)
        with Trials(layouts[0], layouts[1:], how) as trials:
            trials.more(trials.rule.upper)
            self.runs += trials.runs
            self._tell(self.runs, self._total)
            return _gains(trials, self.by)

    def swing(self, about: Assumption) -> Swing:
        ends = []
        for share, sign in ((-1.0, "−"), (1.0, "+")):
            text = f"{sign}{about.wrong * 100:g} %"
            found = self.gains(lambda layout, s=share: about.at(layout, s), about.roads)
            ends.append(End(text, text.replace(" %", "%"), found))
        return Swing(about, *ends)

    def worst_cases(self, about: Mishap, first: int) -> Swing:
        ends = [End(en, zh, self.gains(left, False)) for en, zh, left in about.cases]
        ends.sort(key=lambda end: end.gains[first].mean)
        return Swing(about, ends[0], ends[-1])

    def joint(
        self, some: Sequence[Assumption], bad: Sequence[Mishap], samples: int, seed: int
    ) -> Joint:
        off = [one for one in bad if one.key == "ambulance-off"]
        drawn = qmc.LatinHypercube(len(some) + len(off), rng=seed).random(samples)
        levels = 2 * drawn - 1
        gains = []
        often = min(self._how.replications or OFTEN_JOINT, OFTEN_JOINT)
        for row in range(samples):
            case = -1
            if off and drawn[row, -1] < MISSING:
                case = int(drawn[row, -1] / MISSING * len(off[0].cases))
            if off:
                levels[row, -1] = case

            def change(layout: Scenario, row: int = row, case: int = case) -> Scenario:
                for about, share in zip(some, levels[row].tolist(), strict=False):
                    layout = about.at(layout, share)
                return layout if case < 0 else off[0].cases[case][2](layout)

            found = self.gains(change, any(about.roads for about in some), often)
            gains.append([gain.mean for gain in found])
        keys = (*(one.key for one in some), *(one.key for one in off))
        return Joint(keys, levels, np.array(gains), often)
