"""Which site next: every candidate against today's layout, best first, and how sure that is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import stdtr

from sim.answers import candidates, reasons
from sim.answers.candidates import SEATS, Candidate
from sim.answers.legacy import Answer, Made
from sim.answers.reasons import Reason
from sim.answers.selection import CONFIDENCE, race
from sim.errors import OptionError
from sim.measures import estimates
from sim.measures.estimates import Estimate
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import FEWEST, Verdict, verdicts
from sim.study.runs import How, Trials
from sim.words import phrases as words
from sim.words.phrases import VERDICTS, count, interval, label_of, number, pick, unit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.scenario.scenario import Scenario

KEYS = ("within", "urban10", "rural30", "worst5", "mean")
SHOWN = 30  # lines of the printed table
EXPLAINED = 5  # candidates whose reasons are printed


class Ranked(NamedTuple):
    """One candidate. Gains in the unit of their measure; intervals of all hold at once."""

    candidate: Candidate
    layout: Scenario
    gains: dict[str, Estimate]
    verdict: Verdict
    best_place: int  # it may stand anywhere from here …
    worst_place: int  # … to here, as far as this study can tell
    replications: int
    reason: Reason


@dataclass(frozen=True, eq=False, repr=False)
class Ranking(Answer):
    """Candidates, best first."""

    made: Made
    ranked: tuple[Ranked, ...]
    by: str  # the measure by which they are ranked
    zone: float  # the indifference zone, in that measure's unit
    contenders: int  # left at the end: 1 if the selection came to its end
    plans: bool = False  # whether each is a plan of several sites
    name: str = "ranking"

    @property
    def best(self) -> Ranked:
        return self.ranked[0]

    @property
    def decided(self) -> bool:
        """Whether the promise of the selection holds."""
        return self.contenders == 1

    def tied(self) -> tuple[Ranked, ...]:
        """Those that may be the best, as far as the intervals can tell."""
        return tuple(one for one in self.ranked if one.best_place == 1)

    def title(self, lang: str) -> str:
        base = self.made.base
        return pick(
            lang,
            f"Where next?  {base.name} and one more station at each of "
            f"{count(len(self.ranked), 'candidate')}",
            f"下一站设在哪里？{base.name.zh}，{len(self.ranked)} 个候选点逐一加设一站",
        )

    def rows(self, lang: str) -> list[list[str]]:
        keys = list(dict.fromkeys([self.by, "within", "urban10", "rural30", "worst5"]))
        head, *heads = (pick(lang, *words.SHORT[key]) for key in keys)
        places, runs = pick(lang, "places|runs", "名次|重复").split("|")
        table = [[pick(lang, "site", "候选点"), head, "", *heads, places, runs, ""]]
        for place, one in enumerate(self.ranked[:SHOWN], 1):
            measure, gain = BY_KEY[self.by], one.gains[self.by]
            line = [f"{place:>2} {one.candidate.name.within(lang)}"]
            line += [number(measure, gain.mean, sign=True)]
            line += [interval(measure, gain, sign=True, lang=lang)]
            line += [number(BY_KEY[key], one.gains[key].mean, sign=True) for key in keys[1:]]
            alone = one.best_place == one.worst_place
            line += [f"{place}" if alone else f"{one.best_place}–{one.worst_place}"]
            line += [str(one.replications), pick(lang, *VERDICTS[one.verdict])]
            table.append(line)
        return table

    def notes(self, lang: str) -> list[str]:
        hidden = len(self.ranked) - SHOWN
        said = [
            pick(
                lang,
                f"Gains over today in {unit(self.by, lang)}, with 95 % intervals that hold for "
                "all candidates at once. Places: those that a candidate may have, as far as this "
                "study can tell; where they overlap, it is a tie. Who has fewer runs stands by "
                "its difference from the first in the runs that both have.",
                f"数值为较现状的增益（{unit(self.by, lang)}），95% 区间对全部候选点同时成立；"
                "名次为该候选点可能的名次范围，重叠即视为并列。重复较少者按两者共有的重复中"
                "与首位之差排列。",
            )
        ]
        if hidden > 0:
            more = f"… and {hidden} more in {self.name}.csv."
            said.append(pick(lang, more, f"其余 {hidden} 个见 {self.name}.csv。"))
        said += [
            f"{place}. {one.candidate.name.within(lang)}{pick(lang, ': ', '：')}"
            f"{reasons.words(one.reason, self.made.base, lang)}"
            for place, one in enumerate(self.ranked[:EXPLAINED], 1)
        ]
        said.append(self.promise(lang))
        said.append(
            pick(lang, f'Say: "{self.sentence(lang)}"', f"可表述为：“{self.sentence(lang)}”")
        )
        return said

    def promise(self, lang: str) -> str:
        """What stands behind the choice of the best."""
        if len(self.ranked) == 1:
            return pick(
                lang, "One candidate: there was nothing to select.", "仅一个候选点，无需选择。"
            )
        best, zone = self.best.candidate.name.within(lang), number(BY_KEY[self.by], self.zone)
        of = unit(self.by, lang)
        if self.decided:
            return pick(
                lang,
                f"{best} was selected (Kim–Nelson): if one candidate leads all others by {zone} "
                f"{of} or more, it is the one chosen with at least {CONFIDENCE:.0%} probability.",
                f"按 Kim–Nelson 程序选出{best}：若某候选点领先其他各点 {zone} {of}或以上，"
                f"被选中的就是它的概率不低于 {CONFIDENCE * 100:.0f}%。",
            )
        cure = {
            "draft": ("Leave out --draft.", "请去掉 --draft。"),
            "given": ("Leave out the number of replications.", "请勿指定重复次数。"),
        }.get(self.made.chosen.how, ("Allow more with --most.", "可用 --most 增加重复次数。"))
        return pick(
            lang,
            f"The selection did not come to its end: {self.contenders} are still in after "
            f"{self.made.replications} replications. {cure[0]}",
            f"选择未完成：重复 {self.made.replications} 次后仍有 {self.contenders} 个可能最佳。"
            f"{cure[1]}",
        )

    def sentence(self, lang: str = "en") -> str:
        best, tied = self.best, [one.candidate.name.within(lang) for one in self.tied()[1:]]
        gain, measure = best.gains[self.by], BY_KEY[self.by]
        between = words.between(measure, gain, lang)
        what = label_of(self.by, lang, self.made.base)
        size = f"{number(measure, gain.mean, sign=True)} {unit(self.by, lang)}"
        name, several = best.candidate.name.within(lang), len(self.ranked)
        english = f"Of {several} candidate sites, {name} gains most: {size} ({what}; {between})"
        chinese = f"{several} 个候选点中，{name}增益最大：{what} {size}（{between}）"
        if best.verdict not in (Verdict.BETTER, Verdict.TOO_SMALL):
            english = (
                f"No candidate of {several} surely gains; {name} leads: {size} ({what}; {between})"
            )
            chinese = f"{several} 个候选点均无确定增益；{name}居首：{what} {size}（{between}）"
        if several == 1:
            english = f"The one candidate site, {name}, gains {size} ({what}; {between})"
            chinese = f"唯一候选点{name}增益：{what} {size}（{between}）"
        if tied:
            names, more = pick(lang, ", ", "、").join(tied[:3]), len(tied) - 3
            if more > 0:
                names += pick(lang, f" and {words.count(more, 'other')}", f"等 {more + 3} 个候选点")
            english += f"; it cannot be told apart from {names}"
            chinese += f"；与{names}无法区分"
        return pick(lang, english + ".", chinese + "。")

    def to_frame(self) -> pd.DataFrame:
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for place, one in enumerate(self.ranked, 1):
            row: dict[str, Any] = {
                "place": place, "best_place": one.best_place, "worst_place": one.worst_place,
                "name_zh": one.candidate.name.zh, "name_en": one.candidate.name.en,
                "verdict": str(one.verdict), "replications": one.replications,
            }  # fmt: skip
            for key, gain in one.gains.items():
                row |= {key: gain.mean, f"{key}_low": gain.low, f"{key}_high": gain.high}
            row |= {name: getattr(one.reason, name) for name in ("people", "newly", "minutes")}
            for lang in ("zh", "en"):
                row[f"reason_{lang}"] = reasons.words(one.reason, self.made.base, lang)
            rows.append(row)
        return pd.DataFrame(rows)

    def figure(self, lang: str = "en", size: str = "screen") -> Figure:
        from sim.figures import ranking

        return ranking.draw(self, lang, size)


def rank(
    base: Scenario,
    where: str | Path = SEATS,
    *,
    by: str = "within",
    ambulances: int = 1,
    kind: str = "substation",
    zone: float | None = None,
    **how: Any,
) -> Ranking:
    """Every candidate site against the base, best first.

    `where`: `seats`, a file of named places, or how many places to draw. `by`: within, urban10,
    rural30, worst5 or mean. `zone`: the indifference zone as a share (or in minutes); default: half
    of what matters. `how`: replications, most, draft, seed, workers, scheduler, engine, watch.
    """
    found, layouts = candidates.layouts(
        base, candidates.find(base, where, base.settings.study.seed), ambulances, kind
    )
    return rank_layouts(base, found, layouts, by=by, zone=zone, **how)


def rank_layouts(
    base: Scenario,
    found: Sequence[Candidate],
    layouts: Sequence[Scenario],
    *,
    by: str = "within",
    zone: float | None = None,
    plans: bool = False,
    **how: Any,
) -> Ranking:
    """Layouts that each add to the base, best first; `found` names them."""
    began = time.perf_counter()
    if by not in KEYS:
        raise OptionError("by", f"write one of {', '.join(KEYS)}; found {by}")
    with Trials(base, layouts, How(**how)) as trials:
        small = BY_KEY[by].matters(trials.matters)
        zone = small / 2 if zone is None else zone
        if not zone > 0:
            raise OptionError("zone", f"must be more than nothing; found {zone}")
        contenders = select(trials, by, zone)
        best = max(contenders, key=lambda row: (_better(trials, row, by), -row))
        level = estimates.simultaneous(len(trials.layouts) - 1)
        chosen = trials.until_precise([best], by, level)
        order = _in_order(trials, best, by)
        first, _ = places(trials, order, by)
        # Who may be the best as well is looked at as closely: some ties are of few replications.
        trials.more(
            trials.replications(best),
            [row for row, at in zip(order, first, strict=True) if at == 1],
        )
        order = _in_order(trials, best, by)
        ranked = _ranked(trials, order, by, found, reasons.of_layouts(base, layouts, trials))
        made = Made.by(trials, chosen, time.perf_counter() - began)
    return Ranking(made, ranked, by, zone, len(contenders), plans)


def select(trials: Trials, by: str, zone: float) -> list[int]:
    """Rows of the layouts that may still be best when the selection ends; one if it could."""
    rows, scale = list(range(1, len(trials.layouts))), 0.0

    def look(numbers: range, some: Sequence[int]) -> np.ndarray:
        """Sums over a constant, not ratios: their means are what the pooled measure is made of."""
        nonlocal scale
        trials.more(numbers.stop, [rows[i] for i in some])
        if not scale:  # of the first stage; the calls are the same in all layouts
            scale = float(trials.summed(0).sums(by)[1][: numbers.stop].mean()) or 1.0
        values = np.zeros((len(numbers), len(rows)))
        for i in some:
            values[:, i] = _sum_of(trials, rows[i], by)[numbers.start : numbers.stop]
        return values / scale

    left = race(look, len(rows), zone, trials.rule.upper)
    if trials.rule.fixed is not None:
        trials.more(trials.rule.fixed)
    return [rows[i] for i in left]


def _sum_of(trials: Trials, row: int, by: str) -> np.ndarray:
    """[replication] what is counted, more being better."""
    above, _ = trials.summed(row).sums(by)
    return BY_KEY[by].sign * above


def _better(trials: Trials, row: int, by: str) -> float:
    return BY_KEY[by].sign * trials.spread(row, by).mean


def _in_order(trials: Trials, best: int, by: str) -> list[int]:
    """The best, then the others by how far they are behind it where both have replications."""
    sign = BY_KEY[by].sign
    rows = range(1, len(trials.layouts))
    lead = {row: sign * trials.spread(row, by, base=best).mean for row in rows}
    return sorted(rows, key=lambda row: (row != best, -lead[row], row))


def _ranked(
    trials: Trials,
    order: Sequence[int],
    by: str,
    found: Sequence[Candidate],
    why: Sequence[Reason],
) -> tuple[Ranked, ...]:
    level = estimates.simultaneous(len(order))
    spreads = [trials.spread(row, by) for row in order]
    said = verdicts(BY_KEY[by], spreads, trials.matters)
    first, last = places(trials, order, by)
    return tuple(
        Ranked(
            found[row - 1],
            trials.layouts[row],
            {key: trials.spread(row, key).interval(level) for key in KEYS},
            said[i] if trials.replications(row) >= FEWEST else Verdict.UNDECIDED,
            int(first[i]),
            int(last[i]),
            trials.replications(row),
            why[row - 1],
        )
        for i, row in enumerate(order)
    )


def places(trials: Trials, order: Sequence[int], by: str) -> tuple[np.ndarray, np.ndarray]:
    """First and last place that each layout may have: [layout in `order`].

    Those that are told to be better stand before it, those told to be worse behind it. Every two
    are compared over the replications that both have, all at once (Bonferroni), so the places hold
    together with 95 % confidence.
    """
    k, better = len(order), np.zeros((len(order), len(order)), bool)  # [who, than whom]
    having = np.array([trials.replications(row) for row in order])
    pairs = max(1, k * (k - 1) // 2)
    sign = BY_KEY[by].sign
    for count_ in np.unique(having).tolist():
        if count_ < FEWEST:
            continue
        some = np.flatnonzero(having >= count_)
        left_out = [trials.summed(order[i]).first(count_).left_out(by) for i in some.tolist()]
        values = sign * np.array(left_out)  # [layout, 1 + replication]
        pseudo = count_ * values[:, :1] - (count_ - 1) * values[:, 1:]
        covered = np.cov(pseudo).reshape(len(some), len(some))
        variance = np.diag(covered)[:, None] + np.diag(covered)[None] - 2 * covered
        se = np.sqrt(np.maximum(variance, 0.0) / count_)
        lead = values[:, :1] - values[None, :, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            df = estimates.freedom(count_, trials.summed(0).looked)
            chance = 2 * stdtr(df, -np.abs(lead) / se)
        certain = (se == 0) & (lead != 0)  # a spread that is not known tells nothing
        surely = (np.where(se > 0, chance, np.where(certain, 0.0, 1.0)) < 0.05 / pairs) & (lead > 0)
        least = np.minimum(having[some][:, None], having[some][None]) == count_
        rows, columns = np.nonzero(surely & least)
        better[some[rows], some[columns]] = True
    return 1 + better.sum(axis=0), k - better.sum(axis=1)
