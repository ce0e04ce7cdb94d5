"""Checks of crews: names that are used, and breaks that fit into no shift."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from sim.errors import did_you_mean
from sim.model.calendar import DAY_S, HOUR_S
from sim.scenario import off_road
from sim.scenario.break_times import dated, has
from sim.scenario.dated import Days, Spans, crews_of, days_from, shifts_of
from sim.scenario.layout import Ambulance, Layout
from sim.scenario.settings import Settings
from sim.scenario.validation import NO_CLASS, NO_PRIORITY, Problems, tell_unknown
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.settings.crews import Break

A_MONDAY: Final = datetime(2024, 1, 1)  # of a week without holidays


def names(
    settings: Settings, layout: Layout, problems: Problems, laid_out: Layout | None = None
) -> None:
    """Tell what is named in the settings of crews, or in their costs, and is not there.

    `laid_out`: the layout before its changes, where all of it could be read: then vehicles and
    classes that neither has are told, too.
    """
    if laid_out is not None:
        _driven(settings, [laid_out, layout], problems)
        off_road.check(settings.crews.off_road, [laid_out, layout], problems.at("crews"))
    crews, here = settings.crews, problems.at("crews")
    classes = [one.name for one in crews.classes]
    for number, one in enumerate(crews.breaks):
        at = here.at("breaks", number)
        for name in one.classes:
            _class(name, layout, classes, at.at("classes"))
        for name in one.rosters:
            if name not in crews.rosters:
                hint = did_you_mean(name, list(crews.rosters))
                at.at("rosters").tell(
                    Message('no roster "{name}" under crews.rosters{hint}', name=name, hint=hint)
                )
        priorities = [priority.name for priority in settings.demand.priorities]
        for name in one.interruptible_by:
            if name not in priorities:
                tell_unknown(NO_PRIORITY, name, priorities, at.at("interruptible_by"))
    for number, failing in enumerate(crews.failures):
        _class(failing.class_, layout, classes, here.at("failures", number, "class"))
    for name in settings.costs.by_class if settings.costs is not None else ():
        _class(name, layout, classes, problems.at("costs", "by_class", name))
    _off_road(settings, layout, here)


def _class(name: str | None, layout: Layout, classes: Sequence[str], problems: Problems) -> None:
    if name is not None and layout.crews.row(name) is None:
        tell_unknown(NO_CLASS, name, classes, problems)


def _driven(settings: Settings, layouts: Sequence[Layout], problems: Problems) -> None:
    """Tell of classes that breaks, failures and reserves name, and no ambulance is of."""
    crews, here = settings.crews, problems.at("crews")
    driven = {ambulance.kind for layout in layouts for ambulance in layout.fleet}
    named = [
        *((one.classes, here.at("breaks", n, "classes")) for n, one in enumerate(crews.breaks)),
        *(
            ((one.class_,), here.at("failures", n, "class"))
            for n, one in enumerate(crews.failures)
            if one.class_ is not None
        ),
        *(
            (one.classes, problems.at("dispatch", "reserve", n, "classes"))
            for n, one in enumerate(settings.dispatch.reserve)
        ),
    ]
    for classes, at in named:
        for name in classes:
            if crews.row(name) not in {None, *driven}:
                at.tell(Message("no ambulance of the layout is of the class {name}", name=name))


def _off_road(settings: Settings, layout: Layout, problems: Problems) -> None:
    classes = [one.name for one in settings.crews.classes]
    for number, one in enumerate(settings.crews.off_road):
        at = problems.at("off_road", number)
        _class(one.class_, layout, classes, at.at("class"))
        if one.station is None:
            continue
        named = [s for s in layout.stations if one.station in s.name]  # also those that are closed
        if not named:
            hint = did_you_mean(one.station, [s.name.zh for s in layout.stations])
            at.at("station").tell(
                Message('no station "{station}" in the layout{hint}', station=one.station,
                        hint=hint)
            )  # fmt: skip


def breaks(layout: Layout, problems: Problems, *, whole: bool = True) -> None:
    """Tell of breaks that do not fit into the shifts of crews that have them.

    `whole`: whether all crews are there; else a break that none has is no mistake.
    """
    if not layout.crews.breaks:
        return
    days = days_from(A_MONDAY, 14 * DAY_S, (), 0)
    on_duty = {one.duty: shifts_of(one.duty, days) for one in layout.fleet}
    first = {(one.duty, one.duty.roster, one.kind): one for one in reversed(layout.fleet)}
    driven = {None, *(one.kind for one in layout.fleet)}
    for number, one in enumerate(layout.crews.breaks):
        at, given = problems.at("breaks", number), False
        if one.classes and driven.isdisjoint(map(layout.crews.row, one.classes)):
            continue  # told elsewhere
        for ambulance in first.values():
            if has(one, ambulance, layout.crews):
                alone = layout.crews.model_copy(update={"breaks": (one,)})
                given |= any(dated(alone, ambulance, on_duty[ambulance.duty], days))
                for told in _cut(one, ambulance, layout, on_duty[ambulance.duty], days):
                    given = True
                    at.tell(told)
        if not given and whole:
            at.tell(Message("no crew has this break: it lies within none of their shifts"))
    for ambulance in first.values():
        _together(layout, ambulance, on_duty[ambulance.duty], days, problems)


def _cut(
    one: Break, ambulance: Ambulance, layout: Layout, on_duty: Spans, days: Days
) -> Iterator[Message]:
    """That a break may begin within a shift of a crew and not end there."""
    takes = one.patience_s + one.length
    if one.earliest is not None:
        begins = (days.begins_s + one.earliest).tolist()
        some = [(b, off) for b in begins for on, off in on_duty if on <= b < off < b + takes]
    else:
        after = one.after or 0.0
        crews = crews_of(ambulance.duty, days)
        some = [(on + after, off) for on, off in crews if on + after < off < on + after + takes]
    # The first and the last days are not whole.
    some = [(begin, off) for begin, off in some if DAY_S <= begin < 8 * DAY_S]
    if some:
        begin, off = some[0]
        long = one.length >= 2 * HOUR_S
        yield Message(
            "the crew of {station} on duty {hours} goes home at {off}: a break that may begin from "
            "{earliest} until {latest} and takes {length} does not fit into its shift",
            station=layout.stations[ambulance.station].name.zh,
            hours=str(ambulance.duty),
            off=clock(off),
            earliest=clock(begin),
            latest=clock(begin + one.patience_s),
            length=Message("{n} h", n=f"{one.length / HOUR_S:g}")
            if long
            else Message("{n} min", n=f"{one.length / 60:g}"),
        )


def _together(
    layout: Layout, ambulance: Ambulance, on_duty: Spans, days: Days, problems: Problems
) -> None:
    """Tell that two breaks of a crew may fall together."""
    found = sorted(dated(layout.crews, ambulance, on_duty, days))
    for before, after in pairwise(found):
        if after.earliest_at < before.latest_at + before.length_s:
            problems.at("breaks").tell(
                Message(
                    "the crew of {station} on duty {hours} has two breaks that may fall together: "
                    "one may last until {end}, and the next may begin at {begin}",
                    station=layout.stations[ambulance.station].name.zh,
                    hours=str(ambulance.duty),
                    end=clock(before.latest_at + before.length_s),
                    begin=clock(after.earliest_at),
                )
            )
            return


def clock(seconds: float) -> str:
    """The time of day of some second since a midnight: 13:30."""
    minutes = round(seconds % DAY_S / 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def on_duty_at_some_time(layout: Layout, problems: Problems) -> None:
    """Tell that no ambulance is ever on duty."""
    if layout.fleet and not any(one.duty.week.any() for one in layout.fleet):
        problems.tell(Message("no ambulance is on duty at any hour of the week"))
