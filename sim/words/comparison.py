"""The printed answer: a table, a sentence for the minutes, and how it was made."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING

from rich.cells import cell_len

from sim.measures.measures import BY_KEY
from sim.words import phrases as words
from sim.words.phrases import interval, number, pick

if TYPE_CHECKING:
    import pandas as pd

    from sim.answers.comparison import Result
    from sim.scenario.scenario import Scenario

MARKS = tuple(en[0] for en, _ in words.VERDICTS.values())
ENOUGH = 10  # replications; with fewer, intervals are rough and nothing is said of sharing
WIDTH = 96  # at most, in columns of a terminal; a Chinese character takes two


def as_text(result: Result, lang: str = "en") -> str:
    lines = [*heading(result, lang), ""]
    if len(result.layouts) == 1:
        lines += aligned(_one_layout(result, lang))
        lines += ["", *_townships(result, lang)]
    else:
        for layout in range(1, len(result.layouts)):
            if len(result.layouts) > 2:
                what = words.proposal(result, layout, lang)
                name = result.layouts[layout].name.within(lang)
                lines += wrapped(name + (f": {what}" if what else ""), indent="   ")
            lines += [*aligned(_against_base(result, layout, lang)), ""]
        lines.pop()
    lines += ["", *_notes(result, lang)]
    return "\n".join(lines)


def coverage(scenario: Scenario, found: pd.DataFrame, lang: str = "en") -> str:
    """Static coverage: all, town and country, then the townships from the worst on."""
    seats = {s.name.zh: s.name.within(lang) for s in scenario.map.townships}
    names = {
        "all": pick(lang, "All", "全部"),
        "urban": pick(lang, "Urban", "城区"),
        "rural": pick(lang, "Rural", "农村"),
    } | seats
    head = pick(
        lang,
        "|people|within target|within radius|median, min|first from",
        "|人口|目标时间内|服务半径内|中位数（分钟）|最近站点",
    )
    rows = [head.split("|")]
    townships = found[found["by"] == "township"].sort_values("within", kind="stable")
    shown = [found[found["by"] != "township"], townships.head(10)]
    for entry in (e for frame in shown for e in frame.to_dict("records")):
        rows.append(
            [
                names[entry["area"]],
                f"{entry['people']:,}",
                f"{entry['within'] * 100:.1f} %",
                f"{entry['radius'] * 100:.1f} %",
                f"{entry['minutes']:.1f}",
                scenario.station_label(entry["station"], lang),
            ]
        )
    targets = scenario.settings.targets
    note = pick(
        lang,
        f"Static coverage: people within {targets.urban / 60:g} min (urban) or "
        f"{targets.rural / 60:g} min (rural) of a station that has an ambulance, from the call on; "
        "radius: 5 km in town, 20 km in the country, in a straight line. No calls, no busy "
        "ambulances: compliance is what `run` measures.",
        f"静态覆盖：自呼叫起，有车站点在城区 {targets.urban / 60:g} 分钟、农村 "
        f"{targets.rural / 60:g} 分钟内可到达的人口；服务半径：城区 5 公里、农村 20 公里（直线）。"
        "不考虑呼叫与车辆占用，达标率请用 run。",
    )
    title = scenario.name.within(lang)
    mark = []
    if scenario.map.synthetic:
        mark = [pick(lang, "Synthetic map.", "合成地图。")]
    worst = pick(
        lang,
        f"(of the {words.area_word(scenario.map, lang)}, the ten with the least coverage)",
        f"（{words.area_word(scenario.map, lang)}中覆盖率最低的十个）",
    )
    return "\n".join([title, *mark, "", *aligned(rows), f" {worst}", "", *wrapped(note)])


def as_html(result: Result, lang: str = "en") -> str:
    """For Jupyter: the same table, which copies into Word as a table."""
    tables = [_one_layout(result, lang)] if len(result.layouts) == 1 else [
        _against_base(result, layout, lang) for layout in range(1, len(result.layouts))
    ]  # fmt: skip
    parts = [*paragraphs(heading(result, lang)), *(html_table(rows) for rows in tables)]
    return "\n".join([*parts, *paragraphs(_notes(result, lang))])


def paragraphs(lines: list[str]) -> list[str]:
    return [f"<p>{html.escape(line.strip())}</p>" for line in lines if line]


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


def heading(result: Result, lang: str) -> list[str]:
    """Whose answer this is, and how it was made."""
    base = result.base
    head = f"{base.name.within(lang)}      {words.fleet(result, 0, lang)}"
    if len(result.layouts) == 2:
        other = result.layouts[1]
        what = words.proposal(result, 1, lang) or other.name.within(lang)
        head += f"     {pick(lang, 'Proposal', '拟建方案')}  {what}"
    study = base.settings.study
    days = f"{study.length / 86400:g}"
    same = ""
    if len(result.layouts) > 1:
        same = pick(lang, ", the same calls in all", "，各布局呼叫相同")
        if not result.same_calls:
            same = pick(lang, ", not the same calls in all", "，各布局呼叫不同")
    often = words.how_often(result.replications, result.chosen, lang)
    made = pick(
        lang,
        f"{often} × {words.count(float(days), 'day')}{same}, seed {result.seed}",
        f"{often} × {days} 天{same}，随机种子 {result.seed}",
    )
    lines = [head, f"{made}{' ' * 6}{result.seconds:.0f} s"]
    lines += _differing(result, lang)
    return lines + marks(base, lang)


def marks(base: Scenario, lang: str) -> list[str]:
    """What must be said of the map wherever numbers from it are shown."""
    if base.map.synthetic:
        en = "Synthetic map: made from published facts, not from surveyed roads."
        return [pick(lang, en, "合成地图：据公开事实生成，非实测道路。")]
    if invented := base.map.meta.get("invented"):
        return [pick(lang, f"Note: {invented}.", "注：站点与车辆为虚构示例。")]
    return []


def _differing(result: Result, lang: str) -> list[str]:
    """What else than stations and ambulances is not the same in all layouts."""
    yardstick = [name for name in result.differing if name in ("start", "study", "targets")]
    others = [name for name in result.differing if name not in yardstick]
    lines = []
    if others:
        names = ", ".join(others)
        lines.append(
            pick(
                lang,
                f"Not only the layout differs: {names}.",
                f"除布局外，以下设置也不同：{names}。",
            )
        )
    if yardstick:
        names = ", ".join(yardstick)
        lines.append(
            pick(
                lang,
                f"For every layout the base's own settings hold in: {names}.",
                f"以下设置一律以现状为准：{names}。",
            )
        )
    return lines


def _one_layout(result: Result, lang: str) -> list[list[str]]:
    rows = [["", "", words.ci(lang)]]
    for key in result.headline_keys():
        measure, value = BY_KEY[key], result.estimate(key)
        name = words.label(key, lang, result)
        shown = number(measure, value.mean, unit=True)
        rows.append([name, shown, interval(measure, value, lang=lang)])
    return rows


def _against_base(result: Result, layout: int, lang: str) -> list[list[str]]:
    head = pick(lang, "today|proposal|difference", "现状|方案|差值").split("|")
    rows = [["", head[0], head[1], head[2], f"({words.ci(lang)})", ""]]
    for key in result.headline_keys():
        measure = BY_KEY[key]
        difference = result.difference(key, layout)
        rows.append(
            [
                words.label(key, lang, result),
                number(measure, result.estimate(key).mean, unit=True),
                number(measure, result.estimate(key, layout).mean, unit=True),
                number(measure, difference.mean, sign=True),
                interval(measure, difference, sign=True, lang=lang),
                pick(lang, *words.VERDICTS[result.verdict(key, layout)]),
            ]
        )
    return rows


def _townships(result: Result, lang: str) -> list[str]:
    """The worst-served townships by name, with the minutes within which nine of ten are reached."""
    from sim.measures.estimates import Group

    parts = []
    for row in result.pooled[0].setup.worst:
        group = Group("township", row)
        within, p90 = (result.estimate(key, 0, group) for key in ("within", "p90"))
        name = result.group_name(group, lang)
        minutes = "∞" if math.isinf(p90.mean) else f"{p90.mean:.0f}"
        parts.append((within.mean, f"{name} {within.mean * 100:.0f} % ({minutes} min)"))
    if not parts:
        return []
    head = pick(
        lang,
        "Worst served (compliance, 90th percentile): ",
        f"达标率最低的{words.area_word(result.base.map, lang)}（达标率，第 90 百分位数）：",
    )
    joined = pick(lang, ", ", "，").join(text for _, text in sorted(parts))
    if lang == "zh":
        joined = joined.replace(" % (", "%（").replace(" min)", " 分钟）")
    return wrapped(head + joined)


def _notes(result: Result, lang: str) -> list[str]:
    urban, rural = (f"{t / 60:g}" for t in result.pooled[0].setup.target_s)
    points, minutes = result.matters.share * 100, result.matters.min
    target = pick(
        lang,
        f"Within target: urban {urban} min, rural {rural} min, from call received to arrival.",
        f"达标：城区 {urban} 分钟、农村 {rural} 分钟，自接到呼叫至到达现场。",
    )
    if len(result.layouts) > 1:
        target += pick(
            lang,
            f" Matters: {words.count(points, 'point')}, {minutes:g} min.",
            f"有意义的差异：{points:g} 个百分点、{minutes:g} 分钟。",
        )
    lines = wrapped(target)
    if len(result.layouts) > 2:
        lines += wrapped(
            pick(
                lang,
                f"{len(result.layouts) - 1} proposals are judged together: the intervals of a "
                "measure hold all at once (Bonferroni), verdicts by Holm's tests.",
                f"{len(result.layouts) - 1} 个方案一并判断：同一指标的各区间同时成立"
                "（Bonferroni），结论按 Holm 检验。",
            )
        )
    if result.replications < ENOUGH:
        lines += wrapped(
            pick(
                lang,
                f"Only {words.count(result.replications, 'replication')}: take the intervals as "
                "rough, or repeat more often.",
                f"仅重复 {result.replications} 次：区间仅供参考，请增加重复次数。",
            )
        )
    if result.base.recorded is not None:
        lines += wrapped(
            pick(
                lang,
                "The calls are records and stay as they were: the intervals speak of drawn "
                "durations only, not of other days.",
                "呼叫取自记录且不变：区间只反映随机时长，不代表其他日期。",
            )
        )
    if len(result.layouts) == 1:
        return [*lines, *_say(result, 0, lang)]
    for layout in range(1, len(result.layouts)):
        gain = result.gain_from_sharing(layout)
        told = len(result.layouts) == 2 and result.same_calls and result.replications >= ENOUGH
        if math.isfinite(gain) and told:
            lines += wrapped(
                pick(
                    lang,
                    f"Sharing the calls did the work of {gain:.0f} × as many replications.",
                    f"共用呼叫相当于 {gain:.0f} 倍的重复次数。",
                )
            )
        lines += _say(result, layout, lang)
    return lines


def _say(result: Result, layout: int, lang: str) -> list[str]:
    said = result.sentence(lang, layout)
    return wrapped(words.say(said, lang), indent=pick(lang, "      ", "          "))


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
