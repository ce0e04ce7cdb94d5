"""A busy day: every ambulance a line, calls as marks above, bays of hospitals below."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.answers.day import Day
from sim.figures import lettering, page, style
from sim.figures.drawing import Drawings, drawings
from sim.figures.numbers import Rows
from sim.figures.style import Picture
from sim.measures.timeline import ON_CALL, BaysTaken, Outcome, Stage
from sim.model.calls import CallStream
from sim.words import day as words
from sim.words.language import Language


class StageLook(NamedTuple):
    """How a stage is drawn: told apart in grey and with colour-blind eyes."""

    colour: str
    hatch: str
    high: float  # of a line


LOOKS: Final = {
    Stage.TO_SCENE: StageLook("#E69F00", "", 0.74),
    Stage.AT_SCENE: StageLook("#56B4E9", "", 0.74),
    Stage.TO_HOSPITAL: StageLook("#0072B2", "", 0.74),
    Stage.WAITING: StageLook("#FFFFFF", "//////", 0.74),
    Stage.HANDOVER: StageLook("#7A3B69", "", 0.74),
    Stage.RETURNING: StageLook("#BDBDBD", "", 0.26),
    Stage.ON_BREAK: StageLook("#A6DBC8", "....", 0.74),
    Stage.OFF_ROAD: StageLook("#FFFFFF", "xxxxx", 0.74),
    Stage.OFF_DUTY: StageLook("#EFEFEF", "", 0.96),
}
WAIT_EDGE: Final = "#D55E00"  # of what is white and hatched
MARKS: Final = {
    Outcome.IN_TIME: (r"$\checkmark$", style.BLUE, 6.0),
    Outcome.LATE: ("x", style.ORANGE, 5.0),
    Outcome.CANCELLED: ("o", style.INK, 4.6),
}
NAMES: Final = 0.20  # of the page's width, at most, for names of stations and hospitals
BESIDE: Final = {Outcome.IN_TIME: -0.4, Outcome.LATE: 0.5, Outcome.CANCELLED: -0.9}  # their number
CROWD: Final = 3  # marks within the width of one: their number is written beside them
PITCH: Final = (1.35, 0.62)  # of a line of few ambulances and of many, in units of the type
FEW: Final = 28  # ambulances that have the full pitch
READABLE: Final = 0.95  # pitch from which each ambulance has a label of its own
MOST_HOSPITALS: Final = 6
BAY: Final = "#8DB8D6"
MOST_KEYS: Final = 9  # entries of the legend in one line
BAYS_HIGH: Final = 2.6  # of a hospital, in units of the type


@drawings.register
def _(day: Day, say: Language, size: str) -> Drawings:
    return {day.name: lambda: draw(day, say, size)}


class Arrangement(NamedTuple):
    """Which lines there are, from above, and how high each is in units of the type."""

    who: list[int]  # ambulances, by station
    pitch: float
    streams: list[CallStream]
    bays: list[BaysTaken]
    keys: int  # entries of the legend

    @property
    def high(self) -> float:
        return (
            1.45 * len(self.streams) + 0.8 + self.pitch * len(self.who) + 2.2
            + (BAYS_HIGH + 0.5) * len(self.bays) + (0.8 if self.bays else 0.0)
            + self.legend_high
        )  # fmt: skip

    @property
    def legend_lines(self) -> int:
        return 1 if self.keys <= MOST_KEYS else 2

    @property
    def legend_high(self) -> float:
        return 0.9 + 1.4 * self.legend_lines


def draw(day: Day, say: Language, size: str = "screen") -> Picture:
    """The calls, the ambulances by station, and the hospitals whose bays are limited."""
    plan = _layout(day, size)
    said = words.finding(day, say, len(plan.who), [of.hospital for of in plan.bays])
    with page.page(said, size, plan.high) as sheet:
        fig, line = sheet.fig, sheet.size
        left = sheet.left + _names_wide(fig, day, plan, say) + line
        right, top = sheet.right - 2.2 * line, sheet.top - _legend(sheet, day, plan, say)
        below = top - 1.45 * line * len(plan.streams)
        _calls(sheet.axes(left, below, right, top), day, plan, say)
        top, below = below - 0.8 * line, below - (0.8 + plan.pitch * len(plan.who)) * line
        ax = sheet.axes(left, below, right, top)
        ambulance_lines(ax, day, say, plan.who, labelled=plan.pitch >= READABLE)
        _hours(ax, day, ticks=not plan.bays)
        for number, of in enumerate(plan.bays):
            top = below - (0.8 + number * (BAYS_HIGH + 0.5)) * line
            own = sheet.axes(left, top - BAYS_HIGH * line, right, top)
            _bays(own, day, of, say)
            _hours(own, day, ticks=number == len(plan.bays) - 1)
    return fig.explain(words.drawn(day, len(plan.who), say), lambda: _rows(day, plan, say), say)


def _rows(day: Day, plan: Arrangement, say: Language) -> Rows:
    """A row for each stage of an ambulance that is drawn, and one for each call."""
    shown, base = set(plan.who), day.base
    found: Rows = [
        {
            "what": say(words.STAGES[Stage(stage)]),
            "station": say.name(base.stations[base.fleet[who].station].name),
            "ambulance": who + 1,
            "from_h": day.hour(start),
            "to_h": day.hour(end),
        }
        for who, stage, start, end in zip(*(part.tolist() for part in day.stages[:4]), strict=True)
        if who in shown
    ]
    return found + [
        {"what": say(words.OUTCOMES[Outcome(outcome)]), "from_h": day.hour(at)}
        for at, outcome in zip(day.marks.at.tolist(), day.marks.outcome.tolist(), strict=True)
    ]


def _layout(day: Day, size: str) -> Arrangement:
    """By station, in the order of the layout; where a page is too low, the busiest ambulances."""
    seen = {CallStream(stream) for stream in np.unique(day.marks.stream).tolist()}
    streams = sorted(seen | {CallStream.EMERGENCY})
    by_use = sorted(day.bays, key=lambda of: -_used(of))
    most = 2 if size == "slide" else MOST_HOSPITALS
    bays = sorted(by_use[:most], key=lambda of: of.hospital)
    keys = len(np.unique(day.stages.stage)) + len(np.unique(day.marks.outcome)) + bool(bays)
    fleet = day.base.fleet
    count = len(fleet)
    pitch = PITCH[0] if count <= FEW else max(PITCH[1], PITCH[0] * FEW / count)
    others = Arrangement([], pitch, streams, bays, keys).high
    fits = page.rows_that_fit(size, count, pitch, others)
    if fits < count:
        pitch = max(PITCH[1], pitch * fits / count)
        fits = page.rows_that_fit(size, count, pitch, others)
    busy = np.zeros(count)
    some = np.isin(day.stages.stage, ON_CALL)
    spent = (day.stages.end - day.stages.start)[some]
    np.add.at(busy, day.stages.ambulance[some], spent)
    chosen = np.argsort(-busy, kind="stable")[:fits].tolist()
    return Arrangement(
        sorted(chosen, key=lambda who: (fleet[who].station, who)), pitch, streams, bays, keys
    )  # fmt: skip


def _used(of: BaysTaken) -> float:
    """How full a hospital's bays are, and how many wait there; for which of many are shown."""
    return float(of.taken.mean() + 10 * of.waiting.max(initial=0)) if len(of.at) else 0.0


def _names_wide(fig: Figure, day: Day, plan: Arrangement, say: Language) -> float:
    """Points that the names at the left take."""
    points, base = mpl.rcParams["font.size"], day.base
    names = [say.name(base.stations[base.fleet[who].station].name) for who in plan.who]
    names += [_hospital(day, of, say) for of in plan.bays]
    names += [say(words.STREAMS[stream]) for stream in plan.streams]
    labels = [words.label(day, who, 10, say) for who in plan.who]
    wide = [max((lettering.width(fig, name, 0.9 * points) for name in set(of)), default=0.0)
            for of in (names, labels)]  # fmt: skip
    room = NAMES * 72 * fig.get_size_inches()[0]
    extra = 0.8 * wide[1] if plan.pitch >= READABLE else 0.0
    return min(wide[0], room) + extra + 1.2 * points


# ── the ambulances ───────────────────────────────────────────────────────────────────────────


def ambulance_lines(
    ax: Axes, day: Day, say: Language, who: list[int] | None = None, labelled: bool = True
) -> None:
    """The stages of some ambulances, or of all, on axes whose x are hours of the clock.

    They stand in the order in which they are given, the first one above; `labelled`: each by its
    number at its station and its class, else by station only.
    """
    shown = list(range(len(day.base.fleet))) if who is None else who
    row = {ambulance: at for at, ambulance in enumerate(shown)}
    for stage, look in LOOKS.items():
        some = day.stages.stage == stage
        boxes = [
            _box(day.hour(start), day.hour(end), row[ambulance], look.high)
            for ambulance, start, end in zip(
                day.stages.ambulance[some].tolist(), day.stages.start[some].tolist(),
                day.stages.end[some].tolist(), strict=True,
            )
            if ambulance in row
        ]  # fmt: skip
        if boxes:
            below = stage == Stage.OFF_DUTY  # who overruns is seen
            order = 1.5 if below else 2 + 0.1 * stage
            ax.add_collection(PolyCollection(boxes, **_look(look), zorder=order))
    ax.set_ylim(len(shown) - 0.5, -0.5)
    ax.set_xlim(*day.hours)
    _stations(ax, day, shown, say, labelled)


def _box(start: float, end: float, row: int, high: float) -> list[tuple[float, float]]:
    low, top = row - high / 2, row + high / 2
    return [(start, low), (end, low), (end, top), (start, top)]


def _look(look: StageLook) -> dict[str, Any]:
    edge = WAIT_EDGE if look.colour == "#FFFFFF" else "white"
    wide = 0.5 if look.colour == "#FFFFFF" else 0.0
    found: dict[str, Any] = {"facecolor": look.colour, "edgecolor": edge, "linewidth": wide}
    return found | ({"hatch": look.hatch} if look.hatch else {})


def _stations(ax: Axes, day: Day, shown: list[int], say: Language, labelled: bool) -> None:
    """Names of stations at the left, with a line between each two; numbers and classes beside."""
    points, fleet = mpl.rcParams["font.size"], day.base.fleet
    fig: Figure = ax.figure  # type: ignore[assignment]
    stations = [fleet[who].station for who in shown]
    firsts = [row for row in range(len(shown)) if not row or stations[row] != stations[row - 1]]
    room = NAMES * 72 * fig.get_size_inches()[0]
    high = ax.get_position().height * 72 * fig.get_size_inches()[1] / max(1, len(shown))
    small = min(0.9 * points, 0.95 * high)
    labels = []
    for first, after in zip(firsts, [*firsts[1:], len(shown)], strict=True):
        if first:
            ax.axhline(first - 0.5, color="#999999", lw=0.6, zorder=1)
        name = say.name(day.base.stations[stations[first]].name)
        lines = after - first
        size = min(0.9 * points, max(small, min(0.9 * points, 0.8 * high * lines)))
        text = lettering.broken(fig, name, size, room, 1)
        ax.annotate(
            text, (0, (first + after - 1) / 2), (-4 - _beside(fig, day, shown, say, labelled), 0),
            xycoords=("axes fraction", "data"), textcoords="offset points", ha="right",
            va="center", size=size,
        )  # fmt: skip
        labels += [words.label(day, shown[first + n], 1 + n, say) for n in range(lines)]
    if labelled:
        ax.set_yticks(range(len(shown)), labels, size=min(0.8 * points, small))
        ax.tick_params(axis="y", length=0, pad=3)
    else:
        ax.set_yticks([])
    ax.spines["left"].set_visible(False)


def _beside(fig: Figure, day: Day, shown: list[int], say: Language, labelled: bool) -> float:
    """Points between the axis and the names of stations."""
    if not labelled:
        return 0.0
    labels = {words.label(day, who, 10, say) for who in shown}
    size = 0.8 * mpl.rcParams["font.size"]
    return max(lettering.width(fig, label, size) for label in labels) + 4


# ── calls and bays ───────────────────────────────────────────────────────────────────────────


def _calls(ax: Axes, day: Day, plan: Arrangement, say: Language) -> None:
    """A line for each stream, a mark for each call; how many of each at the right."""
    points = mpl.rcParams["font.size"]
    for row, stream in enumerate(plan.streams):
        for outcome, (marker, colour, wide) in MARKS.items():
            some = (day.marks.stream == stream) & (day.marks.outcome == outcome)
            at = day.hour(day.marks.at[some])
            ax.plot(
                at, np.full(len(at), row) + _raised(outcome), ls="", color=colour, clip_on=False,
                marker=style.sign(marker) if marker.startswith("$") else marker,
                markersize=wide * points / 10, zorder=3 + outcome,
                markerfacecolor="white" if outcome == Outcome.CANCELLED else colour,
                markeredgewidth=0.6 if marker.startswith("$") else 1.4,
            )  # fmt: skip
            for x, many in crowds(np.sort(at), _hours_wide(ax, day, wide * points / 10)):
                ax.annotate(
                    f"×{many}", (x, row), (0.7 * points, BESIDE[outcome] * points),
                    textcoords="offset points", va="center", size=0.8 * points, color=colour,
                    weight="bold", path_effects=style.halo(), zorder=8, annotation_clip=False,
                )  # fmt: skip
        ax.axhline(row, color="#DDDDDD", lw=0.6, zorder=1)
        name = say(words.STREAMS[stream])
        ax.annotate(name, (0, row), (-4, 0), xycoords=("axes fraction", "data"), ha="right",
                    va="center", textcoords="offset points", size=0.9 * points)  # fmt: skip
    ax.set_ylim(len(plan.streams) - 0.5, -0.5)
    ax.set_xlim(*day.hours)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.axis("off")


def crowds(at: np.ndarray, wide: float) -> list[tuple[float, int]]:
    """Where so many marks lie on each other that they must be counted, and how many do.

    `at`: [mark] in order; `wide`: a mark.
    """
    found, first = [], 0
    while first < len(at):
        after = int(np.searchsorted(at, at[first] + wide, side="right"))
        if after - first >= CROWD:
            found.append((float(at[after - 1]), after - first))
        first = after
    return found


def _hours_wide(ax: Axes, day: Day, points: float) -> float:
    """So many points across, in hours of the axis."""
    fig: Figure = ax.figure  # type: ignore[assignment]
    across = 72 * fig.get_size_inches()[0] * ax.get_position().width
    return points / across * (day.hours[1] - day.hours[0])


def _raised(outcome: Outcome) -> float:
    """Late calls stand a little above, cancelled ones below: they are not to be covered."""
    return {Outcome.IN_TIME: 0.0, Outcome.LATE: -0.17, Outcome.CANCELLED: 0.17}[outcome]


def _bays(ax: Axes, day: Day, of: BaysTaken, say: Language) -> None:
    """Bays taken, filled up to how many there are; above that line the ambulances that wait."""
    points = mpl.rcParams["font.size"]
    at = np.append(day.hour(of.at), day.hours[1])
    taken, waiting = (np.append(column, column[-1:]) for column in (of.taken, of.waiting))
    ax.fill_between(at, 0, taken, step="post", color=BAY, lw=0, zorder=2)
    ax.fill_between(
        at, of.bays, of.bays + waiting, where=np.append(of.waiting > 0, of.waiting[-1:] > 0),
        step="post", facecolor="white", edgecolor=WAIT_EDGE, hatch="//////", lw=0.5, zorder=3,
    )  # fmt: skip
    ax.axhline(of.bays, color=style.INK, lw=0.8, zorder=4)
    ax.set_ylim(0, of.bays + max(1.0, float(of.waiting.max(initial=0))))
    ax.set_xlim(*day.hours)
    ax.set_yticks([0, of.bays], ["0", str(of.bays)], size=0.75 * points)
    ax.tick_params(axis="y", length=2)
    fig: Figure = ax.figure  # type: ignore[assignment]
    room = NAMES * 72 * fig.get_size_inches()[0]
    ax.annotate(
        lettering.broken(fig, _hospital(day, of, say), 0.9 * points, room, 2), (0, 0.5),
        (-2.4 * points, 0), xycoords="axes fraction", textcoords="offset points", ha="right",
        va="center", size=0.9 * points,
    )  # fmt: skip


def _hospital(day: Day, of: BaysTaken, say: Language) -> str:
    name = say.name(day.base.map.hospitals[of.hospital].name)
    return say.count(of.bays, "{hospital}, {n} bay", "{hospital}, {n} bays", hospital=name)


def _hours(ax: Axes, day: Day, ticks: bool) -> None:
    start, end = day.hours
    step = 1 if end - start <= 14 else 2
    hours = np.arange(np.ceil(start / step) * step, end + 1e-9, step)
    ax.set_xticks(hours, [words.clock(hour, end) for hour in hours] if ticks else [])
    ax.tick_params(axis="x", length=3 if ticks else 0)
    ax.grid(axis="x", color="#DDDDDD", lw=0.5, zorder=0)
    ax.set_axisbelow(True)


# ── the legend ───────────────────────────────────────────────────────────────────────────────


def _legend(sheet: page.Sheet, day: Day, plan: Arrangement, say: Language) -> float:
    """What stages and marks mean, of those that there are; points that it takes."""
    seen = set(np.unique(day.stages.stage).tolist())
    stages = [
        Patch(**_look(look), label=say(words.STAGES[stage]))
        for stage, look in LOOKS.items()
        if stage in seen
    ]
    marks = [
        Line2D(
            [], [], ls="", color=colour, markersize=wide * sheet.size / 9,
            marker=style.sign(marker) if marker.startswith("$") else marker,
            markerfacecolor="white" if outcome == Outcome.CANCELLED else colour,
            markeredgewidth=0.6 if marker.startswith("$") else 1.4,
            label=say(words.OUTCOMES[outcome]),
        )
        for outcome, (marker, colour, wide) in MARKS.items()
        if (day.marks.outcome == outcome).any()
    ]  # fmt: skip
    taken = [Patch(facecolor=BAY, label=say("bays taken"))] if plan.bays else []
    handles = [*marks, *stages, *taken]
    columns = -(-len(handles) // plan.legend_lines)
    legend = sheet.fig.legend(
        handles=handles, loc="upper left", bbox_to_anchor=sheet.at(sheet.left, sheet.top),
        ncols=columns, frameon=False, borderaxespad=0, borderpad=0, handlelength=1.4,
        columnspacing=1.1, handletextpad=0.4, fontsize=0.9 * sheet.size,
    )  # fmt: skip
    smallest = 0.9 * sheet.size
    for text in legend.get_texts():
        lettering.shrink(sheet.fig, text, 0.92 / columns - 0.022)
        smallest = min(smallest, float(text.get_fontsize()))
    for text in legend.get_texts():
        text.set_fontsize(smallest)
    return plan.legend_high * sheet.size - 0.1 * sheet.size
