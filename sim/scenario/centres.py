"""Dispatch centres, zones, consortia: to which of them townships and stations belong."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import did_you_mean
from sim.policies.clock import NONE
from sim.scenario.settings import DispatchSettings
from sim.scenario.settings.dispatch import Centre, Zone
from sim.scenario.settings.hospitals import Consortium
from sim.scenario.validation import Problems, listed
from sim.text import Message

if TYPE_CHECKING:
    from sim.geography.bundle import Map
    from sim.scenario.layout import Layout
    from sim.scenario.scenario import Scenario


def of_townships(areas: Sequence[Centre | Zone | Consortium], on: Map) -> np.ndarray:
    """[township] the centre, zone or consortium that names it; NONE of one named by none."""
    found = np.full(len(on.townships), NONE)
    rows = rows_by_name(on)
    for number, area in enumerate(areas):
        for name in area.townships:
            found[rows.get(name.casefold(), [])] = number
    return found


def of_stations(scenario: Scenario) -> np.ndarray:
    """[station of the layout] its centre: that names it, else that of the township it stands in."""
    areas, on = scenario.settings.dispatch.centres, scenario.map
    if len(areas) < 2:
        return np.zeros(len(scenario.stations), int)
    named = {name.casefold(): number for number, area in enumerate(areas) for name in area.stations}
    found = [
        named.get(station.name.zh.casefold(), named.get(station.name.en.casefold(), NONE))
        for station in scenario.stations
    ]
    centre = np.array(found, int)
    if (centre == NONE).any():
        xy = np.array([(station.x, station.y) for station in scenario.stations])
        centre = np.where(centre == NONE, of_townships(areas, on)[on.townships_at(xy)], centre)
    return centre


def check(scenario: Scenario, laid_out: Container[str], problems: Problems) -> None:
    """Tell which stations or townships belong to no centre or several, and what is unknown.

    `laid_out`: the stations of the file's layout, each of which must be named.
    """
    dispatch, on = scenario.settings.dispatch, scenario.map
    here = problems.at("centres")
    _names(dispatch.centres, here)
    _names(dispatch.zones, problems.at("zones"))
    if dispatch.centres:
        _stations(dispatch.centres, scenario, laid_out, here)
        _townships(dispatch.centres, on, here)
        _helped_too_late(dispatch, here)
    if dispatch.zones:
        _townships(dispatch.zones, on, problems.at("zones"))
        if "other_zone" not in dispatch.model_fields_set:
            problems.at("zones").tell(
                Message("zones have no part without `other_zone`: write it, like {example}",
                        example="other_zone: 3 min")
            )  # fmt: skip
    names = [centre.name for centre in dispatch.centres]
    for number, reserve in enumerate(dispatch.reserve):
        for name in reserve.centres:
            if name not in names:
                problems.at("reserve", number, "centres").tell(
                    Message('no centre "{name}"{hint}', name=name, hint=did_you_mean(name, names))
                )


def _names(areas: Sequence[Centre | Zone], problems: Problems) -> None:
    for name, times in Counter(area.name for area in areas).items():
        if times > 1:
            problems.tell(Message('"{name}" is named twice', name=name))


def _stations(
    areas: Sequence[Centre], layout: Layout, laid_out: Container[str], problems: Problems
) -> None:
    known = {
        name.casefold(): row
        for row, station in enumerate(layout.stations)
        for name in (station.name.zh, station.name.en)
    }
    times: Counter[int] = Counter()
    for number, area in enumerate(areas):
        for name in area.stations:
            row = known.get(name.casefold())
            if row is None:
                hint = did_you_mean(name, [one.name.zh for one in layout.stations])
                problems.at(number, "stations").tell(
                    Message('no station "{station}" in the layout{hint}', station=name, hint=hint)
                )
            else:
                times[row] += 1
    names = [station.name for station in layout.stations]
    _told_twice([names[row].zh for row, many in times.items() if many > 1], problems)
    missing = [
        name.zh
        for row, name in enumerate(names)
        if not times[row] and (name.zh in laid_out or name.en in laid_out)
    ]
    if missing:
        problems.tell(Message("stations that belong to no centre: {names}", names=listed(missing)))


def _townships(areas: Sequence[Centre | Zone], on: Map, problems: Problems) -> None:
    rows = rows_by_name(on)
    times: Counter[int] = Counter()
    for number, area in enumerate(areas):
        for name in area.townships:
            found = rows.get(name.casefold(), [])
            times.update(found)
            if not found:
                hint = did_you_mean(name, [spot.name.zh for spot in on.townships])
                problems.at(number, "townships").tell(
                    Message('no township "{name}" on the map{hint}', name=name, hint=hint)
                )
    names = [spot.name.zh for spot in on.townships]
    _told_twice([names[row] for row, many in times.items() if many > 1], problems)
    missing = [name for row, name in enumerate(names) if not times[row]]
    if missing:
        problems.tell(Message("townships that are not named: {names}", names=listed(missing)))


def _helped_too_late(dispatch: DispatchSettings, problems: Problems) -> None:
    """Tell of centres that are helped after some time, where calls are lost before that."""
    for number, centre in enumerate(dispatch.centres):
        if dispatch.when_none_free == "lost" and 0 < centre.help < math.inf:
            problems.at(number, "help").tell(
                Message(
                    "a call of {centre} that finds nobody free is lost at once "
                    "(`when_none_free: lost`), so that nobody would help after {minutes:g} min: "
                    "write `at once` or `never`",
                    centre=centre.name, minutes=centre.help / 60,
                )
            )  # fmt: skip


def never_helped(scenario: Scenario, problems: Problems) -> None:
    """Tell of centres without ambulances that nobody ever helps."""
    if not scenario.settings.dispatch.centres or not scenario.fleet:
        return
    of_station = of_stations(scenario)
    manned = {int(of_station[ambulance.station]) for ambulance in scenario.fleet}
    for number, centre in enumerate(scenario.settings.dispatch.centres):
        if number not in manned and np.isinf(centre.help):
            problems.at(number, "help").tell(
                Message("{centre} has no ambulance, and others never help it", centre=centre.name)
            )


def _told_twice(names: Sequence[str], problems: Problems) -> None:
    if names:
        problems.tell(Message("named twice: {names}", names=listed(names)))


def rows_by_name(on: Map) -> dict[str, list[int]]:
    """Rows of townships by either name; two of one name are meant together."""
    rows: dict[str, list[int]] = {}
    for row, spot in enumerate(on.townships):
        for name in {spot.name.zh.casefold(), spot.name.en.casefold()}:
            rows.setdefault(name, []).append(row)
    return rows
