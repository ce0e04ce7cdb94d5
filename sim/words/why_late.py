"""Why calls are late, in words: the sentences, the table, and what helps against each cause."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.answers.why_late import WhyLate
from sim.measures.causes import CAUSES, Late, together
from sim.measures.estimates import Estimate, Group
from sim.measures.measures import BY_KEY
from sim.words import comparison as tables
from sim.words import fractions
from sim.words import phrases as words
from sim.words.phrases import pick

if TYPE_CHECKING:
    from sim.answers.comparison import Result

ENOUGH: Final = 30  # misses of a township, for a sentence about it
WORTH_NAMING: Final = 0.2  # of the misses: a cause with less is not named, unless it is the first
BLOCK: Final = 3  # hours in a line of the table


class Words(NamedTuple):
    """One cause in one language."""

    label: str
    due: str  # "due to …", 因…
    helps: str


WORDS: Final = {
    "en": (
        Words("Distance", "distance", "a station nearer helps, an ambulance does not"),
        Words("Call taking", "call taking", "a quicker control room helps"),
        Words("Turnout", "turnout", "a faster turnout helps"),
        Words("Nearest busy", "the nearest ambulance being busy", "another ambulance there helps"),
        Words("Queue", "queueing", "more ambulances or shorter handovers help"),
    ),
    "zh": (
        Words("距离", "距离过远", "就近设站有效，增加车辆无效"),
        Words("受理", "受理耗时", "加快受理有效"),
        Words("出车", "出车耗时", "加快出车有效"),
        Words("最近车辆占用", "最近车辆被占用", "在该处增加车辆有效"),
        Words("待派", "无车待派", "增加车辆或缩短交接时间有效"),
    ),
}


def of(lang: str) -> tuple[Words, ...]:
    """[cause] its words."""
    return WORDS["zh" if lang == "zh" else "en"]


# ── sentences ────────────────────────────────────────────────────────────────────────────────


def sentence(why: WhyLate, lang: str) -> str:
    """What the misses of all calls are due to, with intervals, and what helps."""
    name, every = _name(why, lang), why.late()
    if not every.total:
        return _nobody_late(name, every.calls, lang)
    clauses = [
        _clause(with_interval(why.shares[cause], lang), cause, lang) for cause in named(every)
    ]
    share = percent(every.late_share, 1, lang)
    if lang == "zh":
        return f"{name}：{share} 的呼叫未达标，其中{_set('；'.join(clauses))}。"
    return f"{name}: of the {share} of calls that miss their target, {'; '.join(clauses)}."


def sentences(why: WhyLate, lang: str) -> list[str]:
    """The sentence of all calls, then of the worst-served townships, the worst first."""
    worst = [why.late(Group("township", row)) for row in why.pooled.setup.worst]
    some = sorted((t for t in worst if t.total >= ENOUGH), key=lambda late: -late.late_share)
    return [sentence(why, lang), *(_of_township(why.result, late, lang) for late in some)]


def finding(why: WhyLate, lang: str) -> str:
    """A headline: what the misses are due to; what helps, if it is one cause."""
    every = why.late()
    if not every.calls:
        return pick(lang, "No calls", "没有呼叫")
    if not every.total:
        return pick(lang, "No call misses its target", "全部呼叫均达标")
    causes = named(every)
    clauses: list[str] = []
    for cause in causes:
        due = of(lang)[cause].due if len(causes) > 1 else _helps(cause, lang)
        share, to = fractions.said(every.shares[cause], lang), pick(lang, " to ", "因")
        clauses.append((share if clauses else share + LATE_CALLS[lang == "zh"]) + to + due)
    if lang == "zh":
        return f"未达标呼叫{_set('，'.join(clauses))}"
    return _capital(", ".join(clauses))


LATE_CALLS: Final = (" of late calls are due", "")


def named(late: Late) -> list[int]:
    """The causes that a sentence names: the first, and whatever else has a fair share."""
    order = np.argsort(-late.misses, kind="stable").tolist()
    return [c for i, c in enumerate(order) if not i or late.shares[c] >= WORTH_NAMING]


def percent(share: float, digits: int, lang: str) -> str:
    return f"{100 * share:.{digits}f}" + pick(lang, " %", "%")


def with_interval(share: Estimate, lang: str) -> str:
    """two thirds (66.1 %, 95 % CI 65.0 to 67.2); the percentage alone where no fraction is near."""
    shown, about = percent(share.mean, 1, lang), []
    if text := fractions.fraction(share.mean, lang):
        about.append(shown)
        shown = text
    if _has_interval(share):
        low, high = (f"{100 * value:.1f}" for value in share[1:])
        bounds = pick(lang, f"{low} to {high}", f"{low}% 至 {high}%")
        about.append(f"{words.ci(lang)} {bounds}")
    if not about:
        return shown
    return shown + pick(lang, f" ({', '.join(about)})", f"（{'，'.join(about)}）")


def _has_interval(share: Estimate) -> bool:
    """Not after one replication, nor where no miss at all has this cause, or every one."""
    return not math.isnan(share.low) and share.low < share.high


def _of_township(result: Result, late: Late, lang: str) -> str:
    name = result.group_name(late.group, lang)
    clauses: list[str] = []
    for cause in named(late):
        share = fractions.said(late.shares[cause], lang)
        whose = "" if clauses else pick(lang, f" of {name}'s misses", "")
        clauses.append(_clause(share + whose, cause, lang))
    if lang == "zh":
        return f"{name}未达标呼叫：{_set('；'.join(clauses)).lstrip()}。"
    return f"{_capital('; '.join(clauses))}."


def _clause(how_many: str, cause: int, lang: str) -> str:
    return f"{how_many}{pick(lang, ' are due to ', '因')}{_helps(cause, lang)}"


def _set(text: str) -> str:
    """Chinese with a little room around its numbers, but none beside punctuation."""
    return re.sub(r"(?<=[一-鿿])(?=[0-9])|(?<=%)(?=[一-鿿])|^(?=[0-9])", " ", text)


def _helps(cause: int, lang: str) -> str:
    one = of(lang)[cause]
    return f"{one.due}{pick(lang, ': ', '，')}{one.helps}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _name(why: WhyLate, lang: str) -> str:
    layout = why.result.layouts[why.layout]
    return layout.name.within(lang)


def _nobody_late(name: str, calls: int, lang: str) -> str:
    if not calls:
        return pick(lang, f"{name}: no call was measured.", f"{name}：没有可统计的呼叫。")
    return pick(
        lang, f"{name}: no call of {calls:,} missed its target.",
        f"{name}：{calls:,} 次呼叫全部达标。",
    )  # fmt: skip


# ── the table ────────────────────────────────────────────────────────────────────────────────


def as_text(why: WhyLate, lang: str) -> str:
    lines = [*tables.heading(why.result, lang), ""]
    for line in _beginning(why, lang):
        lines += [*tables.wrapped(line), ""]
    for number, rows in enumerate(_tables(why, lang)):
        if number:
            lines += tables.aligned(rows)
        else:  # what helps is text, and stands to the left
            shown = tables.aligned([row[:-1] for row in rows])
            lines += [f"{a}   {row[-1]}".rstrip() for a, row in zip(shown, rows, strict=True)]
        lines.append("")
    for note in _notes(why, lang):
        lines += tables.wrapped(note)
    said = words.say(sentence(why, lang), lang)
    return "\n".join([*lines, *tables.wrapped(said, indent=pick(lang, "      ", "          "))])


def as_html(why: WhyLate, lang: str = "en") -> str:
    """For Jupyter: the same tables, which copy into Word as tables."""
    parts = tables.paragraphs([*tables.heading(why.result, lang), *_beginning(why, lang)])
    parts += [tables.html_table(rows) for rows in _tables(why, lang)]
    return "\n".join([*parts, *tables.paragraphs([*_notes(why, lang), sentence(why, lang)])])


def _beginning(why: WhyLate, lang: str) -> list[str]:
    """How many calls are late, before why they are."""
    every, name = why.late(), _name(why, lang)
    if not every.total:
        return []
    share, a_week = percent(every.late_share, 1, lang), per_week(why, every.total)
    return [
        pick(
            lang,
            f"Why late: {name}, {share} of calls beyond their target, {a_week} a week",
            f"未达标原因：{name}，{share} 的呼叫未达标，每周 {a_week} 次",
        )
    ]


def per_week(why: WhyLate, misses: float) -> str:
    value = why.a_week(misses)
    if 0 < value < 0.05:
        return "< 0.1"
    return f"{value:.0f}" if value >= 99.95 else f"{value:.1f}"


def _tables(why: WhyLate, lang: str) -> list[list[list[str]]]:
    if not why.late().total:
        return []
    areas = words.area_word(why.result.base.map, lang)
    shown, rest = why.by_misses()
    places = [(why.result.group_name(late.group, lang), late) for late in shown]
    if rest:
        others = pick(lang, f"the other {len(rest)}", f"其他 {len(rest)} 个")
        places.append((others, together(rest, Group("township", -1))))
    kinds = [(pick(lang, *CORE[late.group.row]), late) for late in why.by("area")]
    return [
        _overall(why, lang),
        _by_cause(why, pick(lang, f"Of the misses, % ({areas})", f"占未达标呼叫 %，按{areas}"),
                  [*kinds, *places], lang),
        _by_cause(why, pick(lang, "Of the misses, % (received at)", "占未达标呼叫 %，按接报时段"),
                  _blocks(why, lang), lang),
    ]  # fmt: skip


CORE: Final = (("Urban", "城区"), ("Rural", "农村"))


def _overall(why: WhyLate, lang: str) -> list[list[str]]:
    """Every cause: its share of the misses with an interval, its minutes, and what helps."""
    head = pick(
        lang,
        f"All calls|of the misses|({words.ci(lang)})|minutes|what helps",
        f"全部呼叫|占未达标呼叫|({words.ci(lang)})|分钟|对策",
    )
    every = why.late()
    shares, minutes = fractions.adding_up(every.shares * 100, 1).tolist(), _minutes(every)
    rows = [head.split("|")]
    for one, share, value, spent in zip(of(lang), shares, why.shares, minutes, strict=True):
        bounds = words.interval(BY_KEY["within"], value) if _has_interval(value) else ""
        helps = one.helps if value.mean else ""
        rows.append([one.label, f"{share:.1f} %", bounds, _spent(spent), helps])
    together_ = pick(lang, "Together", "合计")
    return [*rows, [together_, "100.0 %", "", _spent(sum(minutes)), ""]]


def _spent(minutes: float) -> str:
    return "–" if math.isnan(minutes) else f"{minutes:.1f}"


def _minutes(late: Late) -> list[float]:
    return fractions.adding_up(late.minutes, 1).tolist() if late.reached else late.minutes.tolist()


def _by_cause(
    why: WhyLate, title: str, named_: list[tuple[str, Late]], lang: str
) -> list[list[str]]:
    """Groups of calls: how many are late, and the causes in whole percent."""
    head = [title, pick(lang, "late", "未达标率"), pick(lang, "a week", "每周次数")]
    rows = [[*head, *(one.label for one in of(lang))]]
    for name, late in named_:
        shares = ["–"] * len(CAUSES)
        if late.total:
            shares = [f"{share:.0f}" for share in fractions.adding_up(late.shares * 100, 0)]
        late_share = f"{100 * late.late_share:.0f} %" if late.calls else "–"
        rows.append([name, late_share, per_week(why, late.total), *shares])
    return rows


def _blocks(why: WhyLate, lang: str) -> list[tuple[str, Late]]:
    """The hours of the day, a few at a time."""
    hours = why.by("hour")
    blocks = []
    for first in range(0, 24, BLOCK):
        some = [late for late in hours if first <= late.group.row < first + BLOCK]
        if some:
            name = f"{first:02d}–{first + BLOCK:02d}" + pick(lang, "", " 时")
            blocks.append((name, together(some, Group("hour", first))))
    return blocks


def _notes(why: WhyLate, lang: str) -> list[str]:
    every = why.late()
    if not every.total:
        return []
    urban, rural = (f"{t / 60:g}" for t in why.pooled.setup.target_s)
    notes = [
        pick(
            lang,
            f"Late: beyond {urban} min urban, {rural} min rural, from call received to arrival. "
            "One cause each: parts are added up in the order of the table, and the one that "
            "passes the target is the cause. Minutes: of the late calls that were reached. "
            "Nearest busy: what the drive took longer than from the nearest station.",
            f"未达标：自接到呼叫至到达现场，城区超过 {urban} 分钟、农村超过 {rural} 分钟。"
            "每次只计一个原因：按表中顺序累加各环节，使累计时间超过目标者为原因。"
            "分钟：已到达的未达标呼叫的平均值。"
            "最近车辆占用：行车时间超出自最近站点出发的部分。",
        )
    ]
    if lost := every.total - every.reached:
        notes.append(
            pick(
                lang,
                f"{lost:,} of {every.total:,} misses were never reached: they count as queue.",
                f"{every.total:,} 次未达标呼叫中 {lost:,} 次无人到达，计入待派。",
            )
        )
    return notes
