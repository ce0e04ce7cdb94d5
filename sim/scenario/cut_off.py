"""Places that are cut off while roads are closed: stations, hospitals, where calls come from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.geography.roads import network
from sim.geography.roads.graph import largest_part
from sim.geography.roads.network import Network, Snapped
from sim.policies.clock import NONE
from sim.scenario import closures, standing
from sim.scenario.closures import Calendar
from sim.scenario.validation import Problems
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

SHOWN: Final = 8  # names in one message


class CutOff(NamedTuple):
    """Places that cannot be reached, or not left, while some roads are closed."""

    stations: np.ndarray  # [station or standby point] bool: those where ambulances may be
    hospitals: np.ndarray  # [hospital] bool: those of the map, clinics, gates of those outside
    places: np.ndarray  # [call place] bool: cells with people, or those of the records
    crossings: np.ndarray  # [node] bool: where nobody waits, but an ambulance may just pass

    @property
    def anybody(self) -> bool:
        return bool(self.stations.any() or self.hospitals.any() or self.places.any())


class _Ends(NamedTuple):
    """Where those who might be cut off join the roads, and which of them count."""

    stations: Snapped
    manned: np.ndarray
    hospitals: Snapped  # of those outside the map their gates
    places: Snapped
    called: np.ndarray


class Periods(NamedTuple):
    """Stretches of time with the same roads closed, and who is cut off in each."""

    start_s: np.ndarray  # [period] on the clock of the calendar
    state: np.ndarray  # [period] row in `cut_off`
    cut_off: list[CutOff]
    calendar: Calendar


def periods(scenario: Scenario, *, by_the_week: bool = True) -> Periods:
    """When who is cut off; without closures `by_the_week` only by those that hold day and night."""
    times = closures.calendar(scenario.settings)
    in_force = times.in_force & _closing(scenario, by_the_week)
    states, state = np.unique(in_force, axis=0, return_inverse=True)
    state = state.ravel()
    first = np.flatnonzero(np.diff(state, prepend=-1))
    ends = _ends(scenario)
    found = [_of(scenario, now, ends) for now in states]
    return Periods(times.start_s[first], state[first], found, times)


def _closing(scenario: Scenario, by_the_week: bool) -> np.ndarray:
    """[closure] bool: it closes roads, and does so day and night if need be."""
    return np.array(
        [
            one.factor == 0 and (by_the_week or bool(one.week.all()))
            for one in scenario.settings.travel.closed.values()
        ],
        bool,
    )


def _ends(scenario: Scenario) -> _Ends:
    ground, recorded = scenario.map, scenario.recorded
    waiting = [*scenario.stations, *standing.standby_points(scenario)]
    manned = np.zeros(len(waiting), bool)
    manned[[ambulance.station for ambulance in scenario.fleet]] = True
    manned[len(scenario.stations) :] = True
    xy = np.array([(one.x, one.y) for one in waiting]).reshape(-1, 2)
    stations = network.snap(ground.network, xy)
    hospitals = ground.hospitals_at_roads
    if len(every := scenario.hospitals) > len(ground.hospitals):
        xy = np.array([(one.x, one.y) for one in every]).reshape(-1, 2)
        hospitals = network.snap(ground.network, xy)
    if recorded is None:
        called = ground.cells.people > 0
        return _Ends(stations, manned, hospitals, ground.cells_at_roads, called)
    places = network.snap(ground.network, recorded.xy)
    return _Ends(stations, manned, hospitals, places, np.ones(len(recorded.xy), bool))


def _of(scenario: Scenario, in_force: np.ndarray, ends: _Ends) -> CutOff:
    """Places that are cut off while these closures are in force."""
    ground = scenario.map
    if not in_force.any():
        counts = (ends.stations.node, ends.hospitals.node, ends.places.node, ground.network.xy)
        return CutOff(*(np.zeros(len(rows), bool) for rows in counts))
    found, roads = closures.factors(scenario.settings.travel, ground, in_force), ground.network
    is_open, may_enter = found.through > 0, found.to_places > 0
    within = largest_part(roads.tail[is_open], roads.head[is_open], len(roads.xy))
    return CutOff(
        ends.manned & ~_reached(roads, may_enter, within, ends.stations),
        ~_reached(roads, may_enter, within, ends.hospitals),
        ends.called & ~_reached(roads, may_enter, within, ends.places),
        ~within,
    )


def _reached(roads: Network, may_enter: np.ndarray, within: np.ndarray, at: Snapped) -> np.ndarray:
    """[place] bool: it lies at a node of the part that holds together, or on a road within it."""
    forth = roads.forth[at.road]
    on_road = may_enter[forth] & within[roads.tail[forth]] & within[roads.head[forth]]
    return np.where(at.node == NONE, on_road, within[at.node])


def by(scenario: Scenario, name: str) -> CutOff:
    """Places that are cut off while one closure alone is in force."""
    closed = scenario.settings.travel.closed
    now = np.array([other == name and one.factor == 0 for other, one in closed.items()], bool)
    return _of(scenario, now, _ends(scenario))


class OpenedAgain(NamedTuple):
    """Instants of the run, in order, at which who was cut off may be so no longer."""

    waiting: np.ndarray  # stations, hospitals, places of calls
    passing: np.ndarray  # also crossings


def opened_again(scenario: Scenario) -> OpenedAgain:
    """When who was cut off may be so no longer."""
    found = periods(scenario)
    waiting = np.array([cut.anybody for cut in found.cut_off], bool)
    passing = np.array([bool(cut.crossings.any()) for cut in found.cut_off], bool)
    return OpenedAgain(
        _ends_of(scenario, found, waiting[found.state]),
        _ends_of(scenario, found, (waiting | passing)[found.state]),
    )


def _ends_of(scenario: Scenario, found: Periods, cut: np.ndarray) -> np.ndarray:
    """Instants of the run at which periods are over in which somebody is cut off."""
    times = found.calendar
    changes = found.start_s[1:][cut[:-1]]
    if np.isfinite(times.period_s):
        first = found.start_s[:1] if cut[-1] and len(cut) > 1 else changes[:0]
        weeks = int(np.ceil((times.offset_s + scenario.settings.study.total_s) / times.period_s))
        of_week = np.concatenate([first, changes])
        changes = (np.arange(weeks + 1)[:, None] * times.period_s + of_week).ravel()
    at = changes - times.offset_s
    return at[at > 0]


# ── for ever ─────────────────────────────────────────────────────────────────────────────────


def check(scenario: Scenario, problems: Problems) -> None:
    """Tell of stations, hospitals and places that closures cut off until the run ends."""
    settings = scenario.settings
    if not settings.travel.closed or scenario.map.matrix is not None:
        return
    found = periods(scenario, by_the_week=False)
    offset_s, start = found.calendar.offset_s, settings.start
    end = start + timedelta(seconds=settings.study.total_s)
    for since_s, cut in _for_ever(found, offset_s + settings.study.total_s):
        since = start + timedelta(seconds=max(0.0, since_s - offset_s))
        _tell(scenario, cut, since, end, problems.at("closures"))


def _for_ever(found: Periods, end_s: float) -> Iterator[tuple[float, CutOff]]:
    """From when on who is cut off until the run ends."""
    rows = np.flatnonzero(found.start_s < end_s)
    still = found.cut_off[found.state[rows[-1]]]
    since_s = float(found.start_s[rows[-1]])
    for row in rows[-2::-1].tolist():
        before = CutOff(*(now & then for now, then in zip(
            still, found.cut_off[found.state[row]], strict=True)))  # fmt: skip
        begun = CutOff(*(now & ~then for now, then in zip(still, before, strict=True)))
        if begun.anybody:
            yield since_s, begun
        still, since_s = before, float(found.start_s[row])
    if still.anybody:
        yield since_s, still


def _tell(
    scenario: Scenario, cut: CutOff, since: datetime, end: datetime, problems: Problems
) -> None:
    when = {"since": f"{since:%Y-%m-%d %H:%M}", "end": f"{end:%Y-%m-%d %H:%M}"}
    waiting = [*scenario.stations, *standing.standby_points(scenario)]
    hospitals = scenario.hospitals
    for text, names in (
        (_STATIONS, [waiting[row].name.zh for row in np.flatnonzero(cut.stations).tolist()]),
        (_HOSPITALS, [hospitals[row].name.zh for row in np.flatnonzero(cut.hospitals).tolist()]),
    ):
        if names:
            problems.tell(Message(text, names=_listed(names), **when))
    if cut.places.any():
        recorded, cells = scenario.recorded, scenario.map.cells
        township = (cells if recorded is None else recorded.calls).township[cut.places]
        names = [scenario.map.townships[row].name.zh for row in np.unique(township).tolist()]
        count = int(cut.places.sum())
        problems.tell(Message(_PLACES, n=count, names=_listed(names), **when))


_STATIONS: Final = Message(
    "these stations would be cut off from {since} until the run ends at {end}: {names}. Give the "
    "closure an `until`, close less, or write `access: local`"
)
_HOSPITALS: Final = Message(
    "these hospitals would be cut off from {since} until the run ends at {end}: {names}. Give the "
    "closure an `until`, close less, or write `access: local`"
)
_PLACES: Final = Message(
    "{n} places where calls come from would be cut off from {since} until the run ends at {end}, "
    "in {names}. Give the closure an `until`, close less, or write `access: local`"
)


def _listed(names: list[str]) -> str:
    listed: str = ", ".join(names[:SHOWN])
    if len(names) > SHOWN:
        return Message(
            "{names} and {more} more", names=listed, more=len(names) - SHOWN, all=len(names)
        )
    return listed
