"""Lines of a comparison: measures of some calls or ambulances, and what these are called."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.answers.answer import FileTable
from sim.measures.features import Feature
from sim.measures.groups import ALL, Group
from sim.measures.hospital_measures import OF_A_HOSPITAL
from sim.measures.hospitals import BY_HOSPITAL
from sim.measures.intervals import Estimate
from sim.measures.measures import BY_KEY, OF_AN_AREA
from sim.measures.service_measures import OF_A_CENTRE, SERVICE
from sim.model.calendar import DAY_NAMES, HOURS, HOURS_PER_WEEK
from sim.scenario import transfers
from sim.text import Name

if TYPE_CHECKING:
    from sim.measures.calls import Tally
    from sim.measures.hospitals import HospitalTally
    from sim.scenario.scenario import Scenario


class Line(NamedTuple):
    """A measure in a table, and of which calls or ambulances."""

    key: str
    group: Group


class MeasureRow(NamedTuple):
    """One line of the tidy results. Shares between 0 and 1, times in minutes."""

    layout: str
    by: str  # all, area, township, priority, hour, class, centre, condition, hospital
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


def listed(features: Feature, groups: Sequence[Group]) -> list[Line]:
    """Every line beyond the plain service, where there is so much to it."""
    found = [Line(one.key, ALL) for one in SERVICE if one.feature in features]
    for group in groups:
        keys = PRINTED[group.by]
        found += [Line(key, group) for key in keys if BY_KEY[key].feature in features]
    return found


def of_hospitals(features: Feature, groups: Sequence[Group]) -> dict[Group, list[Line]]:
    """The lines of each hospital, which have a table of their own."""
    keys = [key for key in OF_A_HOSPITAL if BY_KEY[key].feature in features]
    return {one: [Line(key, one) for key in keys] for one in groups if one.by == "hospital"}


# Of a class, a centre, a condition or a hospital: what the printed table has.
PRINTED: Final[Mapping[str, Sequence[str]]] = {
    "class": ("busy",),
    "centre": OF_A_CENTRE,
    "condition": ("hospital_60", "hospital_p50", "hospital_p90"),
    "hospital": (),
}


def group_name(layouts: Sequence[Scenario], group: Group) -> str:
    """What a group is called in files, whatever the reader's language; `layouts[0]` is the base."""
    base = layouts[0]
    if group.by == "area":
        return ("urban", "rural")[group.row]
    if group.by == "township":
        return base.map.townships[group.row].name.zh
    if group.by == "priority":
        return transfers.priorities(base.settings)[group.row].name
    if group.by == "hospital":
        return part_name(layouts, group).zh
    if group.by in PARTS:
        return part_name(layouts, group).en
    return f"{group.row:02d}" if group.by == "hour" else "all"


# ── classes, centres, conditions, hospitals: rows are those of the names of all layouts ──────

PARTS: Final = ("class", "centre", "condition", "hospital")
ONE_CENTRE: Final = Name("", "")  # of a service that has no others


def part_name(layouts: Sequence[Scenario], group: Group) -> Name:
    """The name of a class, a centre, a condition or a hospital; its number, from 1, without one."""
    names = _all_names(layouts, group.by)
    named = group.row < len(names) and names[group.row] != ONE_CENTRE
    return names[group.row] if named else Name(*[str(group.row + 1)] * 2)


def has_part(layouts: Sequence[Scenario], number: int, group: Group) -> bool:
    """Whether a layout has the class or the centre of a group, as others of one name are.

    Where nobody has names, rows are what they are.
    """
    names, own = _all_names(layouts, group.by), _names(layouts[number], group.by)
    return group.row >= len(names) or names[group.row] in own


def told_apart(layouts: Sequence[Scenario], groups: Iterable[Group]) -> list[Group]:
    """Those of some parts that a layout with several of them has; every hospital.

    Calls of no condition that has a name are no part.
    """
    several = {
        by: {n for one in layouts if len(names := _names(one, by)) > 1 for n in names}
        for by in PARTS
    }
    named = len(_all_names(layouts, "condition"))
    return [
        group
        for group in groups
        if not (group.by == "condition" and named <= group.row)
        and (not several.get(group.by) or part_name(layouts, group) in several[group.by])
    ]


def by_names(layouts: Sequence[Scenario], number: int, tallies: Sequence[Tally]) -> list[Tally]:
    """The tallies of a layout with its classes, hospitals, … in the rows of all layouts' names."""
    every = {by: _all_names(layouts, by) for by in PARTS}
    rows = {by: [every[by].index(one) for one in _names(layouts[number], by)] for by in PARTS}
    # behind the names of conditions come those that have none: not where others have names
    same = len(rows["condition"]) == len(every["condition"])
    if same and all(row == list(range(len(row))) for row in rows.values()):
        return list(tallies)
    return [_moved(one, rows, len(every["condition"])) for one in tallies]


def _moved(tally: Tally, rows: Mapping[str, Sequence[int]], named: int) -> Tally:
    """`named`: how many conditions have names, in all layouts together."""
    service = tally.service
    if service is None:
        return tally
    kinds, centres, of_names, hospitals = (np.array(rows[by], int) for by in PARTS)

    def conditions(column: np.ndarray) -> np.ndarray:
        """Rows of all layouts' names; what has no name, as transfers, comes behind them."""
        found = column + (named - len(of_names))
        own = column < len(of_names)
        found[own] = of_names[column[own]]
        return found

    level = service.level_zero_s
    if len(level):
        level = np.full(centres.max() + 1, np.nan)
        level[centres] = service.level_zero_s
    calls = service.of_calls
    return tally._replace(
        service=service._replace(
            kind=kinds[service.kind],
            home_centre=centres[service.home_centre],
            level_zero_s=level,
            of_calls=calls._replace(
                centre=centres[calls.centre], condition=conditions(calls.condition)
            ),
            hospitals=None
            if service.hospitals is None
            else _hospitals_moved(service.hospitals, hospitals)._replace(
                condition=conditions(service.hospitals.condition)
            ),
        )
    )


def _hospitals_moved(of: HospitalTally, hospitals: np.ndarray) -> HospitalTally:
    """What hospitals saw, with each of them in its row; rows that only others have are empty."""

    def moved(column: np.ndarray) -> np.ndarray:
        found = np.zeros(hospitals.max() + 1, column.dtype)
        found[hospitals] = column
        return found

    by_hospital = {name: moved(getattr(of, name)) for name in BY_HOSPITAL}
    return of._replace(
        hospital=hospitals[of.hospital],
        **by_hospital,
    )


def _all_names(layouts: Sequence[Scenario], by: str) -> list[Name]:
    """The names of all layouts, those of the base first, each once."""
    return list(dict.fromkeys(name for layout in layouts for name in _names(layout, by)))


def _names(layout: Scenario, by: str) -> list[Name]:
    """The names of all of a kind, in the order of their rows; where there is one centre, none."""
    if by == "class":
        return [one.names for one in layout.settings.crews.classes]
    if by == "condition":
        return [one.names for one in layout.settings.demand.conditions]
    if by == "hospital":
        return _apart([one.name for one in layout.hospitals])
    return [Name(one.name, one.name) for one in layout.settings.dispatch.centres] or [ONE_CENTRE]


def _apart(names: Sequence[Name]) -> list[Name]:
    """Names of which some may be the same, each but the first of a name with its number."""
    seen: Counter[Name] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        again = seen[name]
        found.append(name if again == 1 else Name(f"{name.zh} ({again})", f"{name.en} ({again})"))
    return found
