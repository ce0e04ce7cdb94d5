"""Conditions against the layout: whether all that is needed can be had, at every hour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.model.calendar import DAY_NAMES, DAYS, HOURS, hours_of_week
from sim.scenario import centres
from sim.scenario.duty import hours_of
from sim.scenario.settings import Condition, Transfers
from sim.scenario.settings.conditions import Need, share_of
from sim.scenario.validation import NO_CLASS, NO_PRIORITY, Problems, tell_unknown
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import CrewSettings, Settings

DAYS_BY_ROW: Final = (*DAY_NAMES, "holiday")
NEARLY: Final = 1e-6  # shares add up to 100 % but for rounding


def check_settings(settings: Settings, has_hospitals: bool, problems: Problems) -> None:
    """Tell what in the conditions does not fit the priorities, the classes or itself."""
    demand, here = settings.demand, problems.at("demand", "conditions")
    names = [one.name for one in demand.conditions]
    for name in sorted({name for name in names if names.count(name) > 1}):
        here.tell(Message('two conditions are called "{name}"', name=name))
    priorities = [priority.name for priority in demand.priorities]
    for number, condition in enumerate(demand.conditions):
        at = here.at(number)
        _priorities(condition, priorities, at.at("share"))
        _needs(condition.needs, settings, at.at("needs"))
        if condition.transported and not has_hospitals:
            at.at("transported").tell(
                Message("the map has no hospital: write 0 % or add hospitals")
            )
    if demand.conditions:
        _shares(demand.conditions, priorities, here)
    for number, one in enumerate(settings.transfers):
        _needs(one.needs, settings, problems.at("transfers", number, "needs"))
    _conveyed(settings, problems)


def _priorities(condition: Condition, priorities: list[str], problems: Problems) -> None:
    for name in condition.share if isinstance(condition.share, dict) else ():
        if name not in priorities:
            tell_unknown(NO_PRIORITY, name, priorities, problems.at(name))


def _shares(
    conditions: Sequence[Condition], priorities: list[str], problems: Problems
) -> None:  # fmt: skip
    for priority in priorities:
        total = sum(share_of(one, priority) for one in conditions)
        if abs(total - 1) > NEARLY:
            problems.tell(
                Message(
                    "the shares of the conditions among {priority} calls sum to {total:g} %, not "
                    "to 100 %",
                    priority=priority, total=100 * total,
                )
            )  # fmt: skip


def _needs(needs: Sequence[Need], settings: Settings, problems: Problems) -> None:
    known = [one.name for one in settings.crews.classes]
    for number, need in enumerate(needs):
        at = problems.at(number)
        if number == 0 and need.delay:
            at.at("delay").tell(
                Message("the first need of a condition has no delay: it is sent for at once")
            )
        seen: set[int] = set()
        for place, names in _tiers(need):
            for name in names:
                row = settings.crews.row(name)
                if row is None:
                    tell_unknown(NO_CLASS, name, known, at.at(*place))
                elif row in seen:
                    at.at(*place).tell(Message("{name} is named twice", name=name))
                else:
                    seen.add(row)


def _tiers(need: Need) -> Iterator[tuple[tuple[str | int, ...], tuple[str, ...]]]:
    """The classes of each tier, and where they stand."""
    yield ("classes",), need.classes
    for number, tier in enumerate(need.or_):
        yield ("or", number, "classes"), tier.classes


def classes_of(names: Iterable[str], crews: CrewSettings) -> list[int]:
    """The rows of some classes by name; unknown ones are told elsewhere."""
    return [row for row in map(crews.row, names) if row is not None]


def may_meet(need: Need, crews: CrewSettings) -> set[int]:
    """The classes that may meet a need."""
    return {row for _, names in _tiers(need) for row in classes_of(names, crews)}


def _all_known(need: Need, settings: Settings) -> bool:
    """Whether there are all the classes that a need names."""
    return all(settings.crews.row(name) is not None for _, names in _tiers(need) for name in names)


def _named(rows: set[int], settings: Settings) -> Message:
    """Classes by their names, in a row."""
    first, *others = [settings.crews.classes[row].name for row in sorted(rows)]
    found = Message("{name}", name=first)
    for name in others:
        found = Message("{names} or {last}", names=found, last=name)
    return found


def _conveyed(settings: Settings, problems: Problems) -> None:
    """Tell of conditions whose patients nobody conveys for certain."""
    demand, classes = settings.demand, settings.crews.classes
    every: list[Condition | Transfers] = [*demand.conditions, *settings.transfers]
    with_any = not demand.conditions or any(not one.needs for one in every)
    if with_any and not any(one.transports for one in classes):
        problems.at("crews", "classes").tell(
            Message("no class transports, and calls need one that does")
        )
        return
    for number, one in enumerate(settings.transfers):
        known = all(may_meet(need, settings.crews) for need in one.needs)  # else told elsewhere
        if one.needs and known and not _sure(one.needs, settings):
            problems.at("transfers", number, "needs").tell(
                Message("none of its needs is met by classes that transport only")
            )
    for number, condition in enumerate(demand.conditions):
        share = demand.transported if condition.transported is None else condition.transported
        if not all(_all_known(need, settings) for need in condition.needs):
            continue  # told elsewhere
        if share > 0 and condition.needs and not _sure(condition.needs, settings):
            problems.at("demand", "conditions", number, "needs").tell(
                Message(
                    "{share:g} % of the patients with {condition} are conveyed, and none of its "
                    "needs is met by classes that transport only",
                    share=100 * share, condition=condition.name,
                )
            )  # fmt: skip


def _sure(needs: Sequence[Need], settings: Settings) -> bool:
    """Whether one of the ambulances that are needed transports for certain."""
    rows = [may_meet(need, settings.crews) for need in needs]
    classes = settings.crews.classes
    return any(some and all(classes[row].transports for row in some) for some in rows)


# ── who is there ─────────────────────────────────────────────────────────────────────────────


class Crews(NamedTuple):
    """Some ambulances, hour by hour."""

    kind: np.ndarray  # [ambulance] row of its class
    on_duty: np.ndarray  # [ambulance, hour] bool; of a week, then of a public holiday if there are

    def gaps(self, rows: set[int]) -> np.ndarray:
        """[hour] somebody is on duty, but nobody of some classes."""
        some = self.on_duty.any(axis=0)
        meets = np.asarray(self.on_duty[np.isin(self.kind, list(rows))].any(axis=0))
        return np.asarray(some & ~meets)


def crews(scenario: Scenario, centre: int | None = None) -> Crews:
    """All ambulances, or those of a centre."""
    fleet = scenario.fleet
    if centre is not None:
        of_station = centres.of_stations(scenario)
        fleet = tuple(one for one in fleet if of_station[one.station] == centre)
    settings = scenario.crews
    hours = [
        hours_of(one.duty, settings.holiday_day) if settings.holidays else one.duty.week
        for one in fleet
    ]
    on_duty = np.array(hours, bool).reshape(len(fleet), -1 if fleet else HOURS * DAYS)
    return Crews(np.array([one.kind for one in fleet], int), on_duty)


def check_layout(scenario: Scenario, problems: Problems, *, as_written: bool = False) -> None:
    """Tell which needs nobody of the layout may meet, and at which hours.

    `as_written`: and which classes that needs name no ambulance is of. A change may take the last
    of a class away, as long as others meet its needs.
    """
    settings = scenario.settings
    plain = not settings.demand.conditions and all(c.transports for c in settings.crews.classes)
    if (plain and not settings.transfers) or not scenario.fleet:
        return  # told elsewhere
    driven = {ambulance.kind for ambulance in scenario.fleet}
    conditions = settings.demand.conditions
    every: list[tuple[Condition | Transfers, Problems]] = [
        *((c, problems.at("demand", "conditions", n)) for n, c in enumerate(conditions)),
        *((t, problems.at("transfers", n)) for n, t in enumerate(settings.transfers)),
    ]
    for one, at in every:
        for rank, need in enumerate(one.needs):
            here = at.at("needs", rank)
            if not as_written or _all_driven(need, settings, driven, here):
                _all_hours(scenario, one, rank, here)
    _any_that_transports(scenario, problems)


def _all_driven(need: Need, settings: Settings, driven: set[int], problems: Problems) -> bool:
    found = True
    for place, names in _tiers(need):
        for name in names:
            row = settings.crews.row(name)
            if row is not None and row not in driven:
                problems.at(*place).tell(
                    Message("no ambulance of the layout is of the class {name}", name=name)
                )
                found = False
    return found


def _all_hours(
    scenario: Scenario, one: Condition | Transfers, rank: int, problems: Problems
) -> None:
    need = one.needs[rank]
    rows = may_meet(need, scenario.settings.crews)
    if not rows or not _all_known(need, scenario.settings):
        return  # told elsewhere
    values = {"number": rank + 1, "condition": one.name}
    some = _hours_of(one, scenario.settings)
    hours = crews(scenario).gaps(rows) & some
    if hours.any():
        problems.tell(
            Message(
                "nobody on duty may meet need {number} of {condition} at {hours}: put one of the "
                "class {classes} on duty then, or name others under `or`",
                hours=said_hours(hours), classes=_named(rows, scenario.settings), **values,
            )
        )  # fmt: skip
        return
    for centre, alone in _alone(scenario, rows):
        hours = alone & some
        if not hours.any():
            continue
        problems.tell(
            Message(
                "nobody of {centre}, which others never help, may meet need {number} of "
                "{condition} at {hours}",
                centre=centre, hours=said_hours(hours), **values,
            )
        )  # fmt: skip


def _hours_of(one: Condition | Transfers, settings: Settings) -> np.ndarray:
    """[hour] whether it may be needed then; hours as of `Crews`."""
    week = np.ones(HOURS * DAYS, bool)
    if isinstance(one, Transfers) and one.hours is not None:
        week = hours_of_week(one.hours, one.days)
    if not settings.crews.holidays:
        return week
    return np.concatenate([week, week.reshape(DAYS, HOURS).any(axis=0)])


def _alone(scenario: Scenario, rows: set[int]) -> Iterator[tuple[str, np.ndarray]]:
    """Centres that are never helped, and the hours at which they have nobody of some classes."""
    for number, centre in enumerate(scenario.settings.dispatch.centres):
        if np.isinf(centre.help):
            hours = crews(scenario, number).gaps(rows)
            if hours.any():
                yield centre.name, hours


def waits_for_help(scenario: Scenario) -> bool:
    """Whether a centre that others help only after some time has nobody on duty at some hours."""
    return any(
        0 < centre.help < np.inf and not crews(scenario, number).on_duty.any(axis=0).all()
        for number, centre in enumerate(scenario.settings.dispatch.centres)
    )


def _any_that_transports(scenario: Scenario, problems: Problems) -> None:
    """Tell of hours at which calls that need anybody who transports find nobody."""
    classes, demand = scenario.settings.crews.classes, scenario.settings.demand
    rows = {row for row, one in enumerate(classes) if one.transports}
    if demand.conditions and all(one.needs for one in demand.conditions):
        return
    hours = crews(scenario).gaps(rows)
    if rows and hours.any():
        problems.at("layout").tell(
            Message("nobody on duty transports patients at {hours}", hours=said_hours(hours))
        )


# ── hours as they are written ────────────────────────────────────────────────────────────────


def said_hours(week: np.ndarray) -> Message:
    """Hours of the week as a planner writes them: "mon-fri 20-08; sat-sun 00-24".

    `week`: [168] bool, or [192] with those of a public holiday.
    """
    days = np.asarray(week, bool).reshape(-1, HOURS)
    if len(days) == DAYS and (days == days[0]).all():
        return _on(DAY_NAMES[0], DAY_NAMES[-1], _over_midnight(days[0]))
    found: Message | None = None
    for _, some in groupby(range(len(days)), key=lambda day: (day // DAYS, days[day].tobytes())):
        alike = list(some)
        if days[alike[0]].any():
            first, last = (DAYS_BY_ROW[day] for day in (alike[0], alike[-1]))
            said = _on(first, last, _within_a_day(days[alike[0]]))
            found = said if found is None else Message("{some}; {more}", some=found, more=said)
    return Message("no hour") if found is None else found


DAYS_SAID: Final = {
    "mon": Message("mon"), "tue": Message("tue"), "wed": Message("wed"), "thu": Message("thu"),
    "fri": Message("fri"), "sat": Message("sat"), "sun": Message("sun"),
    "holiday": Message("holiday"),
}  # fmt: skip


def _on(first: str, last: str, hours: str) -> Message:
    """mon-fri 20-08: some days of the week, and the hours of each."""
    days = DAYS_SAID[first]
    if first != last:
        days = Message("{first}-{last}", first=days, last=DAYS_SAID[last])
    return Message("{days} {hours}", days=days, hours=hours)


def _within_a_day(day: np.ndarray) -> str:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], day, [False]])))
    return ", ".join(f"{on:02d}-{off:02d}" for on, off in edges.reshape(-1, 2).tolist())


def _over_midnight(day: np.ndarray) -> str:
    """The hours of every day; those before and after midnight are one."""
    if day.all() or not (day[0] and day[-1]):
        return _within_a_day(day)
    first, last = int(np.argmin(day)), HOURS - int(np.argmin(day[::-1]))
    inner = day.copy()
    inner[:first] = inner[last:] = False
    night = f"{last:02d}-{first:02d}"
    return f"{night}, {_within_a_day(inner)}" if inner.any() else night
