"""Checks of settings that need the map, or each other."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim import limits
from sim.errors import did_you_mean
from sim.geography import remote
from sim.model.calendar import DAY_S, HOUR_S
from sim.scenario import (
    callers,
    centres,
    closures,
    conditions,
    crew_checks,
    cut_off,
    endings,
    hospital_checks,
    standing,
    surges,
    transfers,
)
from sim.scenario.layout import Layout
from sim.scenario.settings import (
    DemandSettings,
    DispatchSettings,
    Responders,
    Settings,
    TravelSettings,
)
from sim.scenario.settings.travel import CLASS_SPEEDS
from sim.scenario.validation import NO_CLASS, NO_PRIORITY, Problems, listed, tell_unknown
from sim.text import Message

if TYPE_CHECKING:
    from sim.geography.bundle import Map
    from sim.scenario.scenario import Scenario


def check(settings: Settings, on: Map, problems: Problems) -> None:
    """Tell what in the settings does not fit the map or itself."""
    _travel(settings.travel, on, problems.at("travel"))
    closures.check(settings, on, problems.at("travel"))
    priorities = [priority.name for priority in settings.demand.priorities]
    _dispatch(settings.dispatch, priorities, problems.at("dispatch"))
    curve = settings.targets.survival
    if curve is not None and curve.priority not in (None, *priorities):
        here = problems.at("targets", "survival", "priority")
        tell_unknown(NO_PRIORITY, str(curve.priority), priorities, here)
    conditions = [condition.name for condition in settings.demand.conditions]
    _responders(settings.responders, [*priorities, *conditions], problems.at("responders"))
    _demand(settings.demand, on, problems.at("demand"))
    who_is_sent(settings, on, problems)
    if settings.demand.replay is None:
        how_many_calls(settings, on, problems)


def who_is_sent(settings: Settings, on: Map, problems: Problems) -> None:
    """Tell what in conditions, reserves and radius limits nobody knows, or contradicts itself.

    And which townships, of which a share of the calls is said."""
    callers.check(settings.demand.rate, on, problems.at("demand", "rate", "townships"))
    priorities = [priority.name for priority in settings.demand.priorities]
    _reserves(settings, priorities, problems.at("dispatch"))
    conditions.check_settings(settings, bool(on.hospitals), problems)
    endings.check(settings, problems)
    surges.check(settings, on, problems)
    transfers.check(settings, on, problems)


def times(scenario: Scenario, problems: Problems) -> None:
    """Tell of surges and closures that do not come in the run, and of whom closures cut off.

    The run may be that of records, which is known when they have been read, or that of another
    scenario, over whose days this one is simulated.
    """
    if scenario.settings.demand.replay is not None and scenario.recorded is None:
        return
    surges.check_times(scenario, problems)
    closures.check_dates(scenario.settings, problems.at("travel"))
    hospital_checks.check_dates(scenario.settings, problems.at("hospitals"))
    if not problems:  # else it may not be known where somebody is
        cut_off.check(scenario, problems.at("travel"))


def check_layout(
    scenario: Scenario, problems: Problems, laid_out: Container[str] = frozenset()
) -> None:
    """Tell what was written of stations and does not fit them, and why the layout cannot be.

    `laid_out`: the stations of a file's layout.
    """
    layout_can_be(scenario, problems, as_written=True)
    centres.check(scenario, laid_out, problems.at("dispatch"))
    standing.check(scenario, problems.at("standby"))


def layout_can_be(scenario: Scenario, problems: Problems, *, as_written: bool = False) -> None:
    """Tell why nobody can work by a layout, however it was made.

    Somebody is on duty at some hour, breaks fit into shifts, every need can be met at every hour,
    and a centre that is never helped has ambulances. A change alone is not asked, for another one
    may follow; a study asks it of each of its layouts.
    `as_written`: nothing was changed since, so that a break that no crew has is a mistake, and so
    is a class that no ambulance is of.
    """
    crew_checks.on_duty_at_some_time(scenario, problems.at("layout"))
    centres.never_helped(scenario, problems.at("dispatch", "centres"))
    conditions.check_layout(scenario, problems, as_written=as_written)
    crew_checks.breaks(scenario, problems.at("crews"), whole=as_written and not problems)
    standing.names(scenario, problems.at("standby"))


def doubts(layout: Layout, on: Map) -> list[Message]:
    """What a planner should look at: people and open stations far from any road."""
    if on.matrix is not None:
        return []
    found: list[Message] = []
    if len(on.network.open_roads) and on.cells.people.sum():
        metres = on.cells_at_roads.metres
        found = remote.sentences(remote.Away(metres, on.cells.people))
    far = [station for station in layout.open_stations() if station.road_m > remote.BANDS_M[0]]
    if far:
        told = [
            Message("{name} ({km:.1f} km)", name=station.name, km=station.road_m / 1000)
            for station in far
        ]
        found.append(Message("stations more than 1 km from any road: {names}", names=listed(told)))
    return found


def how_many_ambulances(layout: Layout, problems: Problems) -> None:
    """Tell that there are more of them than any service has."""
    if len(layout.fleet) > limits.FLEET:
        problems.tell(
            Message(
                "at most {most} ambulances in all; found {found}",
                most=limits.FLEET, found=len(layout.fleet),
            )
        )  # fmt: skip


def _travel(travel: TravelSettings, on: Map, problems: Problems) -> None:
    classes = on.network.classes
    without = np.isnan(on.network.speed) | (travel.posted == "ignore")
    driven = {classes[row] for row in np.unique(on.network.road_class[without]).tolist()}
    for name in sorted(driven - set(travel.speeds)):
        problems.at("speeds").tell(
            Message('the map has roads of class "{name}": write their speed', name=name)
        )
    for name in sorted(set(travel.speeds) - set(classes) - set(CLASS_SPEEDS)):
        _no_class(name, classes, problems.at("speeds", name))
    for number, band in enumerate(travel.bands):
        for name in sorted(set(band.classes) - set(classes)):
            _no_class(name, classes, problems.at("bands", number, "classes"))


def _no_class(name: str, classes: Sequence[str], problems: Problems) -> None:
    hint = did_you_mean(name, classes)
    problems.tell(Message('the map has no road of class "{name}"{hint}', name=name, hint=hint))


def _dispatch(dispatch: DispatchSettings, priorities: list[str], problems: Problems) -> None:
    for number, divert in enumerate(dispatch.divert):
        here = problems.at("divert", number)
        for key, name in (("leaving", divert.leaving), ("for", divert.for_)):
            if name not in priorities:
                tell_unknown(NO_PRIORITY, name, priorities, here.at(key))
        known = {divert.leaving, divert.for_} <= set(priorities)
        if known and priorities.index(divert.for_) >= priorities.index(divert.leaving):
            here.tell(
                Message(
                    "{urgent} is not more urgent than {leaving}: priorities are listed from the "
                    "most urgent on",
                    urgent=divert.for_,
                    leaving=divert.leaving,
                )
            )


def _responders(groups: Sequence[Responders], known: list[str], problems: Problems) -> None:
    names: list[str] = []
    for number, group in enumerate(groups):
        here = problems.at(number)
        if group.name in names:
            here.at("name").tell(
                Message('two groups of responders are called "{name}"', name=group.name)
            )
        names.append(group.name)
        for name in (name for name in group.for_ if name not in known):
            hint = did_you_mean(name, known)
            here.at("for").tell(
                Message('no priority or condition "{name}"{hint}', name=name, hint=hint)
            )


def _reserves(settings: Settings, priorities: list[str], problems: Problems) -> None:
    """Tell of priorities and classes that reserves and radius limits name and nobody knows."""
    classes = [one.name for one in settings.crews.classes]
    for number, reserve in enumerate(settings.dispatch.reserve):
        here = problems.at("reserve", number)
        if reserve.for_ not in priorities:
            tell_unknown(NO_PRIORITY, reserve.for_, priorities, here.at("for"))
        for name in reserve.classes:
            if settings.crews.row(name) is None:
                tell_unknown(NO_CLASS, name, classes, here.at("classes"))
    for name in settings.dispatch.within:
        if name not in priorities:
            tell_unknown(NO_PRIORITY, name, priorities, problems.at("within", name))


def _demand(demand: DemandSettings, on: Map, problems: Problems) -> None:
    if demand.transported > 0 and not on.hospitals:
        problems.at("transported").tell(
            Message("the map has no hospital: write 0 % or add hospitals")
        )


def how_many_calls(settings: Settings, on: Map, problems: Problems) -> None:
    """Tell that there would be too many calls in one replication, warm-up and all."""
    # A profile may put all calls of a week into one hour.
    seconds = max(settings.study.total_s, 7 * DAY_S)
    of_area = callers.calls_an_hour(settings, on) * (seconds / HOUR_S)
    found = dict(zip(("urban", "rural"), of_area.tolist(), strict=True))
    for number, one in enumerate(settings.transfers):
        if not one.rate.per_second * seconds <= limits.CALLS:
            problems.at("transfers", number, "rate").tell(
                Message("more than ten million transfers in one replication")
            )
    desk = settings.demand.desk
    if desk is not None and sum(found.values()) <= limits.CALLS < (
        sum(found.values()) / desk.needing_ambulance
    ):
        problems.at("demand", "desk", "needing_ambulance").tell(
            Message("more than ten million calls at the desk in one replication")
        )
    if not sum(found.values()) <= limits.CALLS:
        key = max(found, key=lambda key: found[key])
        problems.at("demand", "rate", key).tell(
            Message("more than ten million calls in one replication")
        )
