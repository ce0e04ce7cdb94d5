"""The measures, each defined once: its key, its unit, and whether more or less of it is better.

What they are called and what they mean is said in `sim.words.definitions`.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple


class Measure(NamedTuple):
    """`unit` says what a value is: a share between 0 and 1, or minutes."""

    key: str
    en: str
    zh: str
    unit: Literal["share", "min"]
    better: Literal["more", "less"]


MEASURES: Final = (
    Measure("within", "All calls within target", "全部呼叫达标率", "share", "more"),
    Measure("urban10", "Urban calls within target", "城区呼叫达标率", "share", "more"),
    Measure("rural30", "Rural calls within target", "农村呼叫达标率", "share", "more"),
    Measure("worst5", "Five worst-served townships", "最差 5 乡镇达标率", "share", "more"),
    Measure("mean", "Mean response", "平均反应时间", "min", "less"),
    Measure("p90", "90th percentile", "第 90 百分位数", "min", "less"),
    Measure("over20", "Longer than 20 minutes", "超 20 分钟占比", "share", "less"),
    Measure("turnout3", "Turnout within 3 minutes", "3 分钟出车率", "share", "more"),
    Measure("served_at_once", "Served at once", "呼叫满足率", "share", "more"),
    Measure("cross", "Served from another area", "跨区域服务占比", "share", "less"),
    Measure("busy", "Ambulance time on calls", "任务占用率", "share", "less"),
    Measure("level_zero", "Time with no ambulance free", "无车可派时间", "share", "less"),
    Measure(
        "people_ok",
        "People in townships that meet their target",
        "达标乡镇人口占比",
        "share",
        "more",
    ),
)

BY_KEY: Final = {measure.key: measure for measure in MEASURES}
HEADLINE: Final = ("within", "urban10", "rural30", "worst5", "p90", "mean", "busy", "people_ok")
OF_CALLS: Final = ("within", "mean", "p90", "over20", "turnout3", "served_at_once", "cross")
