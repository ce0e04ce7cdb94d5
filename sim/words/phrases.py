"""Numbers as words, in English and Chinese: how a value, an interval and a verdict are said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.measures.estimates import Estimate
from sim.measures.measures import BY_KEY, Measure
from sim.scenario.changes import Add, Change, Close, Move, Staff
from sim.scenario.values import LonLat

if TYPE_CHECKING:
    from sim.answers.comparison import Result
    from sim.geography.bundle import Map
    from sim.scenario.scenario import Scenario
    from sim.study.stopping import StoppedBecause

LANGUAGES = ("en", "zh")

KINDS = {"station": ("station", "急救站"), "substation": ("sub-station", "急救分站")}

VERDICTS = {
    "better": ("■ better", "■ 改善"),
    "worse": ("▼ worse", "▼ 变差"),
    "undecided": ("? undecided", "? 未定"),
    "too small to matter": ("○ too small to matter", "○ 差异过小"),
}


# Measures as the heads of narrow columns.
SHORT = {
    "within": ("all", "全部"),
    "urban10": ("urban", "城区"),
    "rural30": ("rural", "农村"),
    "worst5": ("worst-served", "最差乡镇"),
    "mean": ("mean, min", "平均（分钟）"),
}


def pick(lang: str, en: str, zh: str) -> str:
    return zh if lang == "zh" else en


def area_word(ground: Map, lang: str) -> str:
    """What the map's small areas are called, in the plural."""
    if set(ground.layers["townships"].get("kind", ())) == {"zone"}:
        return pick(lang, "zones", "分区")
    return pick(lang, "townships", "乡镇（街道）")


def label(key: str, lang: str, result: Result) -> str:
    """A measure's name as a table says it: with the scenario's targets and the map's areas."""
    return label_of(key, lang, result.base, len(result.pooled[0].setup.worst))


def label_of(key: str, lang: str, base: Scenario, worst: int = 5) -> str:
    """The same for any answer about a base; `worst`: how many worst-served areas there are."""
    targets = base.settings.targets
    urban, rural = f"{targets.urban / 60:g}", f"{targets.rural / 60:g}"
    areas = area_word(base.map, lang)
    special = {
        "urban10": (f"Urban calls ≤ {urban} min", f"城区 ≤ {urban} 分钟达标率"),
        "rural30": (f"Rural calls ≤ {rural} min", f"农村 ≤ {rural} 分钟达标率"),
        "p90": ("90th percentile, min", "第 90 百分位数（分钟）"),
        "mean": ("Mean response, min", "平均反应时间（分钟）"),
        "worst5": (f"The {worst} worst-served {areas}", f"最差 {worst} 个{areas}达标率"),
        "people_ok": ("People where target is met", f"达标{areas}人口占比"),
    }
    measure = BY_KEY[key]
    return pick(lang, *special.get(key, (measure.en, measure.zh)))


def number(measure: Measure, value: float, *, sign: bool = False, unit: bool = False) -> str:
    """75.2 for a share, in percent; 27.8 for minutes."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞"
    scaled = value * 100 if measure.unit == "share" else value
    digits = 2 if measure.unit == "min" and sign else 1
    text = f"{scaled:+.{digits}f}" if sign else f"{scaled:.{digits}f}"
    if float(text) == 0:  # no sign before nothing
        text = text.lstrip("+-")
    text = text.replace("-", "−")
    return text + (" %" if unit and measure.unit == "share" else "")


def interval(measure: Measure, value: Estimate, *, sign: bool = False, lang: str = "en") -> str:
    """(+3.5, +3.8), or nothing to say after one replication."""
    if math.isnan(value.low):
        return pick(lang, "(no interval)", "（无区间）")
    low, high = (number(measure, v, sign=sign) for v in (value.low, value.high))
    return f"({low}, {high})" if sign else f"({low}–{high})"


def between(measure: Measure, value: Estimate, lang: str) -> str:
    """95 % CI +3.5 to +3.8, for a sentence; of one replication, that there is none."""
    if math.isnan(value.low):
        return pick(lang, "no interval", "无区间")
    low, high = (number(measure, v, sign=True) for v in (value.low, value.high))
    return f"{ci(lang)} " + pick(lang, f"{low} to {high}", f"{low} 至 {high}")


def unit(key: str, lang: str) -> str:
    """What a difference in a measure is counted in: points of a hundred, or minutes."""
    share = BY_KEY[key].unit == "share"
    return pick(lang, "points" if share else "min", "个百分点" if share else "分钟")


def say(sentence: str, lang: str) -> str:
    return pick(lang, f'Say: "{sentence}"', f"可表述为：“{sentence}”")


def ci(lang: str) -> str:
    return pick(lang, "95 % CI", "95% 置信区间")


def fleet(result: Result, layout: int, lang: str) -> str:
    """8 stations, 14 ambulances"""
    scenario = result.layouts[layout]
    stations, ambulances = len(scenario.open_stations()), len(scenario.fleet)
    part = sum(ambulance.hours is not None for ambulance in scenario.fleet)
    return pick(
        lang,
        f"{count(stations, 'station')}, {count(ambulances, 'ambulance')}"
        + (f" ({part} part-time)" if part else ""),
        f"{stations} 个站点，{ambulances} 辆救护车" + (f"（{part} 辆分时段）" if part else ""),
    )


def days(base: Scenario, lang: str) -> str:
    """28 days"""
    measured = base.settings.study.length / 86_400
    return pick(lang, count(round(measured, 2), "day"), f"{measured:.4g} 天")


def how_often(replications: int, chosen: StoppedBecause, lang: str) -> str:
    """20 replications (enough for ±0.3 points)"""
    reached, aim = f"±{chosen.reached * 100:.1f}", f"±{chosen.aim * 100:g}"
    en, zh = {
        "given": ("", ""),
        "draft": (" (a draft)", "（草稿）"),
        "precise": (f" (enough for {reached} points)", f"（精度已达 {reached} 个百分点）"),
        "most": (
            f" (the most allowed: {reached} points, not {aim})",
            f"（已达上限：精度 {reached} 而非 {aim} 个百分点）",
        ),
    }[chosen.how]
    return pick(lang, count(replications, "replication") + en, f"重复 {replications} 次{zh}")


def count(number: float, noun: str) -> str:
    """1 station, 2 stations"""
    return f"{number:g} {noun}" + ("" if number == 1 else "s")


def change(said: Change, layout: Scenario, lang: str) -> str:
    """One change of a layout: "+ substation 枫林镇, 1 ambulance"."""
    verb = said.verb
    name = layout.station_label(verb.station, lang)
    if isinstance(verb, Add):
        kind_en, kind_zh = KINDS[verb.kind]
        kind_en = "" if name.casefold().startswith(kind_en) else f"{kind_en} "
        en = f"+ {kind_en}{name}, {count(verb.ambulances, 'ambulance')}{hours(verb.hours)}"
        return pick(lang, en, f"＋{kind_zh}{name}，{verb.ambulances} 辆救护车{hours(verb.hours)}")
    if isinstance(verb, Move):
        to = f"{verb.to.lon:g}, {verb.to.lat:g}" if isinstance(verb.to, LonLat) else verb.to
        spot = layout.map.find(to)
        to = spot.name.within(lang) if spot else to
        return pick(lang, f"{name} moved to {to}", f"{name}迁至{to}")
    if isinstance(verb, Staff):
        more = f"{verb.by:+d}" if verb.by is not None else f"= {verb.to}"
        more = more.replace("-", "−")
        one = "ambulance" if verb.by in (1, -1) or verb.to == 1 else "ambulances"
        when = hours(verb.hours)
        return pick(lang, f"{name} {more} {one}{when}", f"{name} {more} 辆救护车{when}")
    assert isinstance(verb, Close)
    return pick(lang, f"{name} closed", f"撤销{name}")


def hours(on_duty: tuple[int, int] | None) -> str:
    """(08–20), or nothing for the whole day"""
    return "" if on_duty is None else f" ({on_duty[0]:02d}–{on_duty[1]:02d})"


def proposal(result: Result, layout: int, lang: str) -> str:
    """What a proposal changes, or its name where there is nothing to compare."""
    scenario = result.layouts[layout]
    made = scenario.changes[len(result.base.changes) :]
    return pick(lang, "; ", "；").join(change(c, scenario, lang) for c in made)


def sentence(result: Result, lang: str, layout: int) -> str:
    """For the minutes: what would be gained, and how sure that is."""
    if layout == 0:
        return _sentence_of_one(result, lang)
    subject = _subject(result, layout, lang)
    said = str(result.verdict("within", layout))
    gain = result.difference("within", layout)
    points = number(BY_KEY["within"], abs(gain.mean))
    if said in ("better", "worse"):
        more = said == "better"
        # Of several proposals a better one may have an interval that reaches below nothing.
        ends = sorted(v if more else -v for v in gain[1:])
        low, high = (number(BY_KEY["within"], v) for v in ends)
        english = (
            f"{subject} would bring {points} {'more' if more else 'fewer'} calls in every hundred "
            f"within target (95 % CI {low} to {high})"
        )
        chinese = (
            f"{subject}可使每百次呼叫中{'多' if more else '少'} {points} 次在目标时间内到达"
            f"（95% 置信区间 {low} 至 {high}）"
        )
    else:
        small = said != "undecided"
        bounds = between(BY_KEY["within"], gain, lang)
        english = (
            f"{subject} would change compliance by {number(BY_KEY['within'], gain.mean, sign=True)}"
            f" points ({bounds}): "
            + ("too little to matter" if small else "this study cannot tell whether it helps")
        )
        chinese = (
            f"{subject}使达标率变化 {number(BY_KEY['within'], gain.mean, sign=True)} 个百分点"
            f"（{bounds}）：" + ("差异过小" if small else "本研究尚不能判断其效果")
        )
    worst = result.difference("worst5", layout)
    if str(result.verdict("worst5", layout)) in ("better", "worse"):
        points = number(BY_KEY["worst5"], abs(worst.mean))
        more = worst.mean > 0
        worst_count = len(result.pooled[0].setup.worst)
        areas = area_word(result.base.map, lang)
        but = said not in ("better", "worse")
        of, of_zh = (" in every hundred within target", "每百次呼叫") if but else ("", "")
        english += (
            f"; {'but ' if but else ''}for the {worst_count} worst-served {areas}, {points} "
            f"{'more' if more else 'fewer'}{of}"
        )
        chinese += (
            f"；{'但' if but else ''}在最差的 {worst_count} 个{areas}，{of_zh}"
            f"{'多' if more else '少'} {points} 次"
        )
    return pick(lang, english + ".", chinese + "。")


def _subject(result: Result, layout: int, lang: str) -> str:
    """What the sentence speaks of: the one new station, a short list of changes, or a name."""
    scenario = result.layouts[layout]
    made = scenario.changes[len(result.base.changes) :]
    verb = made[0].verb if len(made) == 1 else None
    if isinstance(verb, Add):
        en, zh = KINDS[verb.kind]
        crew = "one ambulance" if verb.ambulances == 1 else count(verb.ambulances, "ambulance")
        name = scenario.station_label(verb.station, lang)
        return pick(
            lang, f"A {en} at {name} with {crew}", f"在{name}设{zh}（{verb.ambulances} 辆救护车）"
        )
    named = scenario.name.within(lang)
    if not made or len(made) > 2:
        return pick(lang, f"'{named}'", f"‘{named}’")
    what = proposal(result, layout, lang)
    return pick(lang, f"The proposal ({what})", f"拟建方案（{what}）")


def _sentence_of_one(result: Result, lang: str) -> str:
    parts = []
    targets = result.base.settings.targets
    for key, en, zh, target in (
        ("urban10", "urban calls within", "城区", targets.urban),
        ("rural30", "rural calls within", "农村", targets.rural),
    ):
        value = result.estimate(key)
        if math.isnan(value.mean):
            continue
        shown = number(BY_KEY[key], value.mean)
        bounds = ""
        if not math.isnan(value.low):
            low, high = value.low * 100, value.high * 100
            bounds = pick(
                lang,
                f" (95 % CI {low:.1f} to {high:.1f})",
                f"（95% 置信区间 {low:.1f}% 至 {high:.1f}%）",
            )
        parts.append(
            pick(
                lang,
                f"{shown} % of {en} {target / 60:g} minutes{bounds}",
                f"{zh} {shown}% 的呼叫在 {target / 60:g} 分钟内到达{bounds}",
            )
        )
    name = result.base.name.within(lang)
    if not parts:
        return pick(lang, f"{name}: no call was measured.", f"{name}：没有可统计的呼叫。")
    if lang == "zh":
        return f"{name}：" + "；".join(parts) + "。"
    return f"{name} reaches " + " and ".join(parts) + "."
