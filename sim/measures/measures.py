"""The measures, each defined once: its key, its names and its definition in both languages."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple


class Matters(NamedTuple):
    """Differences below this do not matter to anyone."""

    share: float = 0.01  # one point
    min: float = 0.5


class Measure(NamedTuple):
    """`unit` says what a value is: a share between 0 and 1, or minutes; `terms` are the field's."""

    key: str
    en: str
    zh: str
    unit: Literal["share", "min"]
    better: Literal["more", "less"]
    definition_en: str
    definition_zh: str
    terms: tuple[str, ...] = ()

    @property
    def sign(self) -> int:
        """+1 if more is better, else -1: values times this can be compared as gains."""
        return 1 if self.better == "more" else -1

    @property
    def scale(self) -> int:
        """Factor from a value to its printed number: shares in per cent, minutes as they are."""
        return 100 if self.unit == "share" else 1

    def matters(self, matters: Matters) -> float:
        """The least difference that matters, in the unit of this measure."""
        return matters.share if self.unit == "share" else matters.min


MEASURES: Final = (
    Measure(
        "within", "All calls within target", "全部呼叫达标率", "share", "more",
        "Compliance: the share of calls whose response time is at most (≤) the target of the place "
        "they came from, urban or rural. A call that nobody reaches counts as not reached. "
        "Response time runs from call received to the first ambulance's arrival.",
        "达标率：反应时间不超过（≤）呼叫地点所属目标（城区或农村）的呼叫所占比例；无人到达的呼叫计为"
        "未达标。反应时间自接到呼叫起，至首辆救护车到达止。",
        ("compliance", "达标率"),
    ),
    Measure(
        "urban10", "Urban calls within target", "城区呼叫达标率", "share", "more",
        "Compliance of the calls from the urban core, against the urban target (ten minutes "
        "unless the scenario says otherwise).",
        "城区呼叫的达标率，按城区目标计算（方案未另行规定时为 10 分钟）。",
    ),
    Measure(
        "rural30", "Rural calls within target", "农村呼叫达标率", "share", "more",
        "Compliance of the calls from outside the urban core, against the rural target (thirty "
        "minutes unless the scenario says otherwise).",
        "城区以外呼叫的达标率，按农村目标计算（方案未另行规定时为 30 分钟）。",
    ),
    Measure(
        "worst5", "Five worst-served townships", "最差 5 乡镇达标率", "share", "more",
        "Compliance of the calls of the five townships that today's layout serves worst. The set "
        "is fixed from the base, so that every layout is judged on the same people.",
        "现状布局下达标率最低的 5 个乡镇的呼叫达标率；名单以现状为准并保持不变。",
    ),
    Measure(
        "mean", "Mean response", "平均反应时间", "min", "less",
        "Mean minutes from call received to arrival, over all calls that were reached.",
        "从接到呼叫到首辆救护车到达的平均分钟数，按全部已到达的呼叫计算。",
    ),
    Measure(
        "p90", "90th percentile", "第 90 百分位数", "min", "less",
        "The smallest number of minutes within which at least 90 % of the calls were reached, "
        "over the calls of all replications together.",
        "至少 90% 的呼叫在此分钟数内到达；按各次重复的全部呼叫合并计算，取满足条件的最小值。",
        ("P90",),
    ),
    Measure(
        "over20", "Longer than 20 minutes", "超 20 分钟占比", "share", "less",
        "Share of calls with a response time of more than 20 minutes.",
        "反应时间超过 20 分钟的呼叫所占比例。",
    ),
    Measure(
        "turnout3", "Turnout within 3 minutes", "3 分钟出车率", "share", "more",
        "Share of calls whose ambulance was rolling at most 3 minutes after it was assigned; an "
        "ambulance sent while on the road rolls at once.",
        "派车后 3 分钟内出车的呼叫所占比例；行驶途中被派的车辆视为立即出车。",
        ("3-minute turnout",),
    ),
    Measure(
        "served_at_once", "Served at once", "呼叫满足率", "share", "more",
        "Share of calls for which an ambulance could be assigned as soon as call taking was over, "
        "with no queueing. Cities define this figure differently: compare with care.",
        "受理结束即有车可派、无需等待的呼叫所占比例。各地口径不同，比较时请注意。",
    ),
    Measure(
        "cross", "Served from another area", "跨区域服务占比", "share", "less",
        "Share of calls served by an ambulance whose home is not the station nearest to the call "
        "by driving time.",
        "由非最近急救站（按行车时间）的救护车服务的呼叫所占比例。",
        ("out of area",),
    ),
    Measure(
        "busy", "Ambulance time on calls", "任务占用率", "share", "less",
        "Utilisation: time from assigned to cleared while on shift, over time on shift, all "
        "ambulances together.",
        "救护车在岗期间从受派到恢复可用的时间占在岗时间的比例，按全部车辆合计。",
        ("utilisation", "任务占用率"),
    ),
    Measure(
        "level_zero", "Time with no ambulance free", "无车可派时间", "share", "less",
        "Share of time in which no ambulance on shift was free to be sent.",
        "没有任何在岗救护车可派的时间所占比例。",
        ("level zero",),
    ),
    Measure(
        "people_ok", "People in townships that meet their target", "达标乡镇人口占比", "share",
        "more",
        "Share of people who live in a township in which the scenario's share (90 %) of calls is "
        "reached within their own target, of all who live in townships with calls.",
        "居住在达标乡镇的人口占比；乡镇达标指其呼叫按各自目标的达标率不低于方案规定比例（90%）。"
        "没有呼叫的乡镇不计。",
    ),
)  # fmt: skip

BY_KEY: Final = {measure.key: measure for measure in MEASURES}
HEADLINE: Final = ("within", "urban10", "rural30", "worst5", "p90", "mean", "busy", "people_ok")
OF_CALLS: Final = ("within", "mean", "p90", "over20", "turnout3", "served_at_once", "cross")

# Other words that a planner meets: term, 中文, meaning, 含义.
GLOSSARY: Final = (
    ("response time", "急救反应时间", "From call received to the first ambulance's arrival.",
     "从接到呼叫到首辆救护车到达现场的时间。"),
    ("turnout", "出车时间", "From an ambulance's assignment until its wheels roll; also called "
     "chute time or mobilisation.", "从派车到车辆开动的时间。"),
    ("queueing", "待派时间", "From the end of call taking until an ambulance is assigned.",
     "从受理结束到派出救护车的时间。"),
    ("why late", "未达标原因", "The one cause of a call beyond its target. Distance, call taking, "
     "turnout, nearest busy and queueing are added up in this order; the one with which the sum "
     "passes the target is the cause. A call that nobody reaches counts as queueing.",
     "每次未达标呼叫只计一个原因：按距离、受理、出车、最近车辆占用、待派的顺序累加，使累计时间超过"
     "目标者为原因；无人到达的呼叫计入待派。"),
    ("distance", "距离", "What the drive would have taken from the nearest station that has an "
     "ambulance, or what it took if that was less. A station nearer helps, an ambulance does not.",
     "自最近有车站点出发所需的行车时间（实际更短时取实际时间）。就近设站有效，增加车辆无效。"),
    ("nearest busy", "最近车辆占用", "What the drive took longer than from the nearest station, "
     "because an ambulance from farther away came: the nearest was on a call or off duty. Another "
     "ambulance there helps.",
     "因最近车辆执行任务或不在岗、由较远车辆出动而多用的行车时间。在该处增加车辆有效。"),
    ("coverage", "覆盖率", "Share of people within the target's driving time of a station: a "
     "statement about distance, without calls or busy ambulances.",
     "居住在距急救站目标行车时间以内的人口占比；只看距离，不考虑呼叫与车辆占用。"),
    ("layout", "布局", "Where stations stand and how many ambulances each has.",
     "急救站的位置及各站救护车数量。"),
    ("replication", "重复", "One simulated period with its own random calls; several show how "
     "much chance matters.", "一次独立的随机模拟；多次重复可显示偶然性的影响。"),
    ("95 % interval", "95% 置信区间", "A range made by a method that catches the true value in 95 "
     "of 100 studies like this one. It speaks of chance, not of wrong assumptions.",
     "由 100 次同类研究中约 95 次能包含真值的方法得出的范围；它反映偶然性，不反映假设是否正确。"),
    ("common random numbers", "公共随机数", "Both layouts meet the very same calls, so that their "
     "difference is due to the layout.", "两种布局面对完全相同的呼叫，其差异只来自布局。"),
    ("divert", "改派", "Send an ambulance that is on its way to a less urgent call to a more "
     "urgent one.", "将正赶往较轻呼叫的救护车改派至更紧急的呼叫。"),
    ("1030", "1030 急救准则", "An ambulance within 10 minutes in the urban area and within 30 in "
     "the country: the rule of Liling's emergency alliance.",
     "城区 10 分钟、农村 30 分钟内到达：醴陵市急救联盟的急救准则。"),
    ("too small to matter", "差异过小", "The whole interval of the difference lies within what the "
     "study calls small: 1 point for shares, 0.5 minutes for times.",
     "差值的整个区间都小于有意义的界限：比例 1 个百分点，时间 0.5 分钟。"),
    ("synthetic map", "合成地图", "A map that is made up in whole or in part; its marks say which "
     "facts are sourced, inferred, imputed or assumed.",
     "全部或部分为虚构的地图；各要素注明有来源、推断、补全或假设。"),
)  # fmt: skip
