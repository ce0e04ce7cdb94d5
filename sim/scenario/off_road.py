"""Vehicles off the road as planned: which ones an entry means, and whether there are any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.model.calendar import HOURS_PER_WEEK, hours_of_week
from sim.scenario.layout import Layout
from sim.scenario.validation import Problems
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.settings.crews import OffRoad


def vehicles(one: OffRoad, layout: Layout) -> list[int]:
    """Rows in the fleet of the ambulances that an entry means."""
    station = None if one.station is None else layout.station(one.station)
    kind = None if one.class_ is None else layout.crews.row(one.class_)
    rank: dict[int, int] = {}
    found = []
    for row, ambulance in enumerate(layout.fleet):
        rank[ambulance.station] = rank.get(ambulance.station, 0) + 1
        if one.station is not None and station != ambulance.station:
            continue
        if one.ambulance not in (None, rank[ambulance.station]):
            continue
        if one.class_ is not None and kind != ambulance.kind:
            continue
        found.append(row)
    return found


def with_vehicles(layout: Layout, kind: int | None = None) -> np.ndarray:
    """[168] crews on duty that have a vehicle, by the hour of a week without holidays.

    Less those whose vehicle is off the road at hours of every week; of a class by its row, or all.
    """
    on_duty = np.array([one.duty.week for one in layout.fleet], bool)
    on_duty = on_duty.reshape(len(layout.fleet), HOURS_PER_WEEK)
    for one in layout.crews.off_road:
        if one.hours is not None:
            on_duty[vehicles(one, layout)] &= ~hours_of_week(one.hours, one.days)
    some = [kind in (None, ambulance.kind) for ambulance in layout.fleet]
    found: np.ndarray = on_duty[some].sum(axis=0)
    return found


def check(entries: Sequence[OffRoad], layouts: Sequence[Layout], problems: Problems) -> None:
    """Tell of entries by which no vehicle of any of some layouts is ever off the road.

    Names that nobody knows are told elsewhere, as are stations that all of them have closed.
    """
    for number, one in enumerate(entries):
        known = one.class_ is None or layouts[0].crews.row(one.class_) is not None
        here = [
            layout for layout in layouts
            if one.station is None or layout.station(one.station) is not None
        ]  # fmt: skip
        if known and here and not any(vehicles(one, layout) for layout in here):
            _none(one, here, problems.at("off_road", number))


def _none(one: OffRoad, layouts: Sequence[Layout], problems: Problems) -> None:
    """Say what is not there: a vehicle of this number, or of this class."""
    every = one.model_copy(update={"ambulance": None, "class_": None})
    count = max(len(vehicles(every, layout)) for layout in layouts)
    if one.ambulance is not None and one.ambulance > count:
        problems.at("ambulance").tell(
            Message(
                "{station} has no ambulance {number}: it has {count}",
                station=one.station, number=one.ambulance, count=count,
            )
        )  # fmt: skip
    elif one.station is None:
        problems.at("class").tell(
            Message("no ambulance of the layout is of the class {name}", name=one.class_)
        )
    elif one.ambulance is None:
        problems.at("class").tell(
            Message("no ambulance of {station} is of the class {name}", station=one.station,
                    name=one.class_)
        )  # fmt: skip
    else:
        problems.at("class").tell(
            Message(
                "ambulance {number} of {station} is not of the class {name}",
                number=one.ambulance, station=one.station, name=one.class_,
            )
        )  # fmt: skip
