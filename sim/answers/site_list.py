"""What becomes of each site under a proposal: kept, enlarged, reduced, moved, closed or new."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sim.answers.reasons import GroundsByDistance, grounds
from sim.answers.relieved import Load, loads
from sim.scenario.layout import Station, StationChange, against

if TYPE_CHECKING:
    from sim.answers.comparison import Comparison
    from sim.answers.worth import StationWorth, Worth
    from sim.scenario.scenario import Scenario


class Fate(StrEnum):
    """What a proposal does with a site."""

    KEEP = "keep"
    ENLARGE = "enlarge"
    REDUCE = "reduce"
    MOVE = "move"
    CLOSE = "close"
    NEW = "new"


class Site(NamedTuple):
    """A site of either layout, with the grounds for what becomes of it."""

    station: Station
    fate: Fate
    ambulances_before: int
    ambulances: int
    load: Load | None  # share of time on calls, before and after; None without both
    ground: GroundsByDistance | None  # by distance, of one that is new or moved
    loss: StationWorth | None  # what closing it would cost, where that was asked


def site_list(
    comparison: Comparison, layout: int | None = None, worth: Worth | None = None
) -> list[Site]:
    """Every site of the base and of a proposal, those that change first.

    `layout`: of the comparison; by default the last, which is the base itself where nothing is
    compared. `worth`: what today's stations were found to be worth, if that was asked.
    """
    base = comparison.base
    number = len(comparison.layouts) - 1 if layout is None else layout
    proposal = comparison.layouts[number]
    changes = against(base, proposal)
    by_name = {one.station.name.zh: one for one in loads(comparison, number)}
    placed = [one.station for one in changes if one.new or one.moved]
    known = dict(zip((one.name.zh for one in placed), grounds(base, placed), strict=True))
    lost = _losses(worth)
    sites = []
    for change in changes:
        name = change.station.name.zh
        was = name if change.before is None else change.before.name.zh
        before = 0 if change.before is None else _before(base, change)
        sites.append(
            Site(
                change.station,
                _fate(change),
                before,
                change.ambulances,
                by_name.get(was),
                known.get(name),
                lost.get(was),
            )
        )
    return sorted(sites, key=lambda one: one.fate == Fate.KEEP)


def _fate(change: StationChange) -> Fate:
    if change.closed:
        return Fate.CLOSE
    if change.new:
        return Fate.NEW
    if change.moved:
        return Fate.MOVE
    if change.more:
        return Fate.ENLARGE if change.more > 0 else Fate.REDUCE
    return Fate.KEEP


def _before(base: Scenario, change: StationChange) -> int:
    row = None if change.before is None else base.station(change.before.name.zh)
    return 0 if row is None else base.fleet_size(row)


def _losses(worth: Worth | None) -> dict[str, StationWorth]:
    """What closing each station would cost, by its name."""
    if worth is None:
        return {}
    stations = worth.provenance.base.stations
    return {stations[one.station].name.zh: one for one in worth.losses if one.closed}
