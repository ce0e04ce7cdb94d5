"""Lines of a comparison: measures of some calls or ambulances, and what these are called."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.answers.answer import FileTable
from sim.measures.groups import ALL, Group
from sim.measures.intervals import Estimate
from sim.measures.measures import BY_KEY, OF_AN_AREA
from sim.measures.service import Feature
from sim.measures.service_measures import OF_A_CENTRE, SERVICE
from sim.model.calendar import DAY_NAMES, HOURS, HOURS_PER_WEEK

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


class Line(NamedTuple):
    """A measure in a table, and of which calls or ambulances."""

    key: str
    group: Group


class MeasureRow(NamedTuple):
    """One line of the tidy results. Shares between 0 and 1, times in minutes."""

    layout: str
    by: str  # all, area, township, priority, hour, class, centre
    area: str  # which of them
    measure: str
    unit: str
    mean: float
    low: float
    high: float


def measure_row(layout: str, of: str, line: Line, value: Estimate) -> MeasureRow:
    """A line of the tidy results; `of`: what its group is called."""
    key, group = line
    return MeasureRow(layout, group.by, OF_AN_AREA.get(key, of), key, BY_KEY[key].unit, *value)


class BusyHour(NamedTuple):
    """How busy a class of ambulance is in an hour of the week: a share of its time on shift."""

    layout: str
    ambulance_class: str  # all, where there is one only
    day: str  # mon to sun
    hour: int  # 0 to 23
    mean: float
    low: float
    high: float


def hours_table(
    layouts: Sequence[Scenario],
    features: Feature,
    groups: Sequence[Group],
    estimate: Callable[[str, int, Group], Estimate],
) -> dict[str, FileTable]:
    """Every hour of the week in which somebody of a class was on shift; nothing in a plain service.

    `estimate`: of a measure, of a layout by its number, and a group.
    """
    if not features & (Feature.CLASSES | Feature.SHIFTS):
        return {}
    kinds = [group for group in groups if group.by == "class"]
    found = []
    for number, layout in enumerate(layouts):
        for row in [group.row for group in kinds] or [0]:
            called = group_name(layouts, Group("class", row)) if kinds else "all"
            for hour in range(HOURS_PER_WEEK):
                value = estimate("busy", number, Group("class_hour", row * HOURS_PER_WEEK + hour))
                day, of_day = divmod(hour, HOURS)
                if not math.isnan(value.mean):
                    found.append(BusyHour(layout.name.en, called, DAY_NAMES[day], of_day, *value))
    return {"busy_hours": FileTable(BusyHour._fields, found)}


def rosters(layouts: Sequence[Scenario]) -> Feature:
    """Whether crews work by rosters that a scenario names: then their overrun is told."""
    named = any(ambulance.duty.roster for layout in layouts for ambulance in layout.fleet)
    return Feature.SHIFTS if named else Feature.NOTHING


def listed(features: Feature, groups: Sequence[Group]) -> list[Line]:
    """Every line beyond the plain service, where there is so much to it."""
    found = [Line(one.key, ALL) for one in SERVICE if one.feature in features]
    for group in groups:
        keys = ("busy",) if group.by == "class" else OF_A_CENTRE
        found += [Line(key, group) for key in keys]
    return found


def group_name(layouts: Sequence[Scenario], group: Group) -> str:
    """What a group is called in files, whatever the reader's language; `layouts[0]` is the base."""
    base = layouts[0]
    if group.by == "area":
        return ("urban", "rural")[group.row]
    if group.by == "township":
        return base.map.townships[group.row].name.zh
    if group.by == "priority":
        return base.settings.demand.priorities[group.row].name
    if group.by in ("class", "centre"):
        return _part_name(layouts, group)
    return f"{group.row:02d}" if group.by == "hour" else "all"


def _part_name(layouts: Sequence[Scenario], group: Group) -> str:
    """The name of a class or a dispatch centre; its number, from 1, where it has none."""
    for layout in layouts:
        names = _names(layout, group.by)
        if group.row < len(names):
            return names[group.row]
    return str(group.row + 1)


def _names(layout: Scenario, by: str) -> list[str]:
    """The names of all of a kind, in the order of their rows."""
    settings: Any = layout.settings
    chapter, field = {"class": ("crews", "classes"), "centre": ("dispatch", "centres")}[by]
    listed = getattr(getattr(settings, chapter, None), field, ()) or ()
    return [str(getattr(one, "name", one)) for one in listed]
