"""What a stress test may claim: whether the gain holds, never more than the intervals allow."""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.answers.assumptions import Mishap
from sim.answers.stress import End, Stress, Swing
from sim.figures import lettering
from sim.figures import stress_joint as joint
from sim.measures.estimates import Estimate
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import FEWEST, matters_of
from sim.words.phrases import number, pick, unit


class Tried(NamedTuple):
    """The leading proposal's gain in one case; more is better whatever the measure."""

    mean: float
    low: float
    high: float
    words: str = ""


def finding(stress: Stress, lang: str) -> str:
    """Whether the gain holds in every case tried; then how the joint samples go."""
    nominal, cases = _gain(stress, stress.nominal[stress.first]), _cases(stress, lang)
    every = [nominal, *cases]
    if not cases:
        return pick(lang, "No assumption was tried", "未检验任何假设")
    known = all(math.isfinite(one.low + one.high) for one in every)
    if stress.made.replications < FEWEST or not known:
        return pick(
            lang,
            "This study cannot tell yet whether the gain holds",
            "本研究尚不能判断增益是否可靠",
        )
    least = _least(stress)
    if all(-least < one.low and one.high < least for one in every):
        return pick(
            lang,
            "The gain is too small to matter under every assumption tried",
            "所试各假设下增益均过小",
        )
    if all(one.high < 0 for one in every):
        return pick(
            lang, "Worse than today under every assumption tried", "所试各假设下均较现状变差"
        )
    if all(one.low > 0 for one in every):
        said = _holds(stress, nominal, cases, lang)
    elif nominal.low > 0:
        said = _unsure(cases, lang)
    else:
        said = _no_gain(nominal, cases, lang)
    return said + _together(stress, lang)


def _least(stress: Stress) -> float:
    return float(getattr(matters_of(stress.made.base), BY_KEY[stress.by].unit))


def _gain(stress: Stress, value: Estimate, words: str = "") -> Tried:
    if BY_KEY[stress.by].better == "more":
        return Tried(*value, words)
    return Tried(-value.mean, -value.high, -value.low, words)


def _cases(stress: Stress, lang: str) -> list[Tried]:
    found = []
    for swing in stress.swings:
        for end in (swing.low,) if swing.low is swing.high else (swing.low, swing.high):
            found.append(_gain(stress, end.gains[stress.first], _if(swing, end, lang)))
    return found


def _if(swing: Swing, end: End, lang: str) -> str:
    """speed on all roads +10 %"""
    about = swing.about
    name = pick(lang, about.en[0].lower() + about.en[1:], about.zh)
    if isinstance(about, Mishap):
        return f"{name}{pick(lang, ' (', '（')}{end.words(lang)}{pick(lang, ')', '）')}"
    return f"{name} {end.words(lang)}"


def _holds(stress: Stress, nominal: Tried, cases: list[Tried], lang: str) -> str:
    """Every interval is a gain: between which values, or which case makes it too small."""
    least, every = _least(stress), [nominal, *cases]
    ends = (min(one.mean for one in every), max(one.mean for one in every))
    low, high = (number(BY_KEY[stress.by], v, sign=True).lstrip("+") for v in ends)
    of = unit(stress.by, lang)
    worst = min(cases, key=lambda one: one.mean)
    if nominal.mean < least:
        return pick(
            lang,
            f"The gain holds but may be too small to matter: {low} to {high} {of}",
            f"增益可靠，但可能过小：{low} 至 {high} {of}",
        )
    if worst.mean < least:
        sure = worst.high < least
        return pick(
            lang,
            f"The gain holds, but {worst.words} {'takes' if sure else 'may take'} it below what "
            "matters",
            f"增益可靠，但{worst.words} 时{'' if sure else '可能'}过小",
        )
    who = lettering.short(joint.name(stress, stress.first, lang), 24)
    whose = len(stress.proposals) > 1 and stress.joint is None
    return pick(
        lang,
        f"The gain{f' of {who}' if whose else ''} holds: {low} to {high} {of} under every "
        "assumption tried",
        f"{f'{who}的' if whose else ''}增益可靠：所试各假设下为 {low} 至 {high} {of}",
    )


def _unsure(cases: list[Tried], lang: str) -> str:
    """A gain as assumed, but not in every case."""
    worst, many = min(cases, key=lambda one: one.low), len(cases)
    lost = min(cases, key=lambda one: one.mean)
    if lost.high < 0:
        return pick(lang, f"The gain turns into a loss with {lost.words}",
                    f"{lost.words} 时增益变为损失")  # fmt: skip
    unsure = sum(one.low <= 0 for one in cases)
    return pick(
        lang,
        f"The gain is not sure in {unsure} of {many} cases tried, least so with {worst.words}",
        f"所试 {many} 种情形中有 {unsure} 种增益不确定，{worst.words} 时最甚",
    )


def _no_gain(nominal: Tried, cases: list[Tried], lang: str) -> str:
    sure, many = sum(one.low > 0 for one in cases), len(cases)
    loss = nominal.high < 0
    start = pick(lang, "Worse than today as assumed" if loss else "No sure gain as assumed",
                 "原假设下较现状变差" if loss else "原假设下无确定的增益")  # fmt: skip
    if not sure and not loss:
        return pick(lang, "No sure gain, as assumed or in any case tried",
                    "原假设与所试各情形下均无确定的增益")  # fmt: skip
    if not sure:
        return start + pick(lang, ", no sure gain in any case tried", "，所试各情形均无确定的增益")
    return start + pick(
        lang,
        f"; a sure one in {sure} of {many} cases tried",
        f"；所试 {many} 种情形中有 {sure} 种增益确定",
    )


def _together(stress: Stress, lang: str) -> str:
    """How the joint samples go: who overtakes, or how often the gain is lost."""
    if stress.joint is None:
        return ""
    first, many = stress.first, len(stress.joint.gains)
    if len(stress.proposals) == 1:
        return _of_one(joint.tally(stress, first), lang)
    leader = lettering.short(joint.name(stress, first, lang), 20)
    if len(stress.proposals) == 2:
        other = 1 - first
        rival = lettering.short(joint.name(stress, other, lang), 20)
        flips = int((joint.as_gains(stress, other) > joint.as_gains(stress, first)).sum())
        if not flips:
            return pick(lang, f"; {leader} leads {rival} in all {many} joint samples",
                        f"；{many} 个联合样本中{leader}均优于{rival}")  # fmt: skip
        return pick(
            lang,
            f"; {rival} overtakes {leader} in {flips} of {many} joint samples",
            f"；{many} 个联合样本中有 {flips} 个{rival}反超{leader}",
        )
    ahead = joint.tally(stress, first).ahead
    return pick(
        lang,
        f"; {leader} leads in {ahead} of {many} joint samples",
        f"；{many} 个联合样本中{leader}有 {ahead} 个领先",
    )


def _of_one(found: joint.Tally, lang: str) -> str:
    of = found.of
    if found.none:
        return pick(lang, f"; all at once, not above 0 in {found.none} of {of} samples",
                    f"；同时变动时 {of} 个样本中有 {found.none} 个无增益")  # fmt: skip
    if found.little:
        return pick(lang, f"; all at once, below what matters in {found.little} of {of} samples",
                    f"；同时变动时 {of} 个样本中有 {found.little} 个增益过小")  # fmt: skip
    return pick(lang, f"; all at once, above 0 in all {of} samples",
                f"；同时变动时 {of} 个样本均有增益")  # fmt: skip
