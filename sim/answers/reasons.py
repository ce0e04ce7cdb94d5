"""Why a site gains what it gains: people behind it, the way to the next station, whom it helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.prepare import reach as coverage
from sim.words.phrases import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario.scenario import Scenario
    from sim.study.runs import Runs

SAME_S = 1e-3  # nearer by less is not nearer: degrees come back to metres with an error
HARDLY = 0.05  # calls a day; less relief than this is not worth a word


class Reason(NamedTuple):
    """What stands behind a candidate's gain, by distance; and, from the simulation, whose work."""

    people: float  # who have it nearer than any station of today
    newly: float  # of them, those whom only it could reach in time
    nearest: int  # station of today from which it is reached first
    minutes: float  # of driving from there, with siren
    relieves: int  # station of today that it takes most calls from
    calls_per_day: float  # taken from there
    of_calls: float  # a day, that were served from there


def of_layouts(base: Scenario, layouts: Sequence[Scenario], runs: Runs) -> list[Reason]:
    """One reason for each layout, whose last station is the new one; rows of `runs` from 1 on."""
    reach = coverage.reach(base)
    stations = [layout.stations[-1] for layout in layouts]
    new_s, _ = coverage.seconds_from(base, stations)
    people, target_s = base.map.cells.people, coverage.targets_of_cells(base)
    best_s = reach.cell_s.min(axis=0)
    found = []
    for row, station in enumerate(stations):
        cell_s = new_s[row] + reach.before_s
        behind = best_s - cell_s > SAME_S
        newly = behind & (best_s > target_s) & (cell_s <= target_s)
        way_s = reach.node_s[:, station.node] - reach.before_s
        # Over the calls that both met, or chance alone would relieve somebody.
        today, after = (runs.per_day(r, "served", of=row + 1) for r in (0, row + 1))
        fewer = today - after[: len(today)]
        relieves = int(np.argmax(fewer))
        found.append(
            Reason(
                float(people[behind].sum()),
                float(people[newly].sum()),
                reach.stations[int(np.argmin(way_s))],
                float(way_s.min() / 60),
                relieves,
                float(fewer[relieves]),
                float(today[relieves]),
            )
        )
    return found


def words(reason: Reason, base: Scenario, lang: str) -> str:
    """41,000 people have no station nearer (23,000 of them newly within reach in time); …"""
    nearest = base.stations[reason.nearest].label(lang)
    relieved = base.stations[reason.relieves].label(lang)
    parts = [
        pick(
            lang,
            f"{_round(reason.people)} people have no station nearer, {_round(reason.newly)} of "
            "them newly within reach in time",
            f"{_round(reason.people)} 人以此为最近站点，其中 {_round(reason.newly)} 人"
            "目前无法、由此可以按时到达",
        ),
        pick(
            lang,
            f"{reason.minutes:.0f} min from the nearest station, {nearest}",
            f"距最近站点{nearest} {reason.minutes:.0f} 分钟车程",
        ),
    ]
    if reason.calls_per_day >= HARDLY:
        parts.append(
            pick(
                lang,
                f"takes {reason.calls_per_day:.1f} of {reason.of_calls:.1f} calls a day off "
                f"{relieved}",
                f"每日为{relieved}分担 {reason.of_calls:.1f} 次呼叫中的 "
                f"{reason.calls_per_day:.1f} 次",
            )
        )
    else:
        parts.append(pick(lang, "relieves no station of note", "未明显减轻任何站点"))
    return pick(lang, "; ", "；").join(parts)


def _round(people: float) -> str:
    """To three digits, as nobody counted them."""
    if people < 1000:
        return f"{people:.0f}"
    digits = 3 - len(str(int(people)))
    return f"{round(people, digits):,.0f}"
