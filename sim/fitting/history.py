"""Simulated history against history: what was recorded, and what a fitted scenario makes of it.

The last weeks are simulated twice: the recorded calls with simulated dispatch and drives, and calls
that are drawn. A verdict is by bounds within which both count as equal, never by a test: of very
many calls every difference is significant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from sim.fitting.drives import station_rows
from sim.fitting.replays import (
    SimulatedHistory,
    how_written,
    replaying,
    simulated,
    without_stations,
)
from sim.fitting.shown_cells import shown
from sim.fitting.stages import believable_s, units_s
from sim.measures.intervals import NOTHING_KNOWN, Estimate
from sim.scenario.records.reading import CallRecords

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

FITTED: Final = 0.7  # of the weeks
FEWEST_WEEKS: Final = 4
FEWEST_CALLS: Final = 200
REPLICATIONS: Final = 20
MOST_CALLS: Final = 60_000  # that are replayed
PERCENTS: Final = (5, 10, 25, 50, 75, 90, 95)
Z: Final = 1.959_964
LONGEST_MISSION_S: Final = 24 * 3600.0
OF_TOWNSHIP: Final = 200  # calls, below which a township is no matter of its own


class Bounds(NamedTuple):
    """Within which history and simulated history count as equal."""

    compliance: float = 0.02
    township: float = 0.05
    p90_s: float = 60.0
    same_station: float = 0.75


class Check(NamedTuple):
    """One comparison with its bound."""

    name: str  # compliance, p90, township, same station
    recorded: float
    simulated: Estimate  # with the interval of a single history
    bound: float
    holds: bool | None  # None: the interval reaches over the bound
    where: str = ""  # the township


class TownshipHistory(NamedTuple):
    """Compliance in one township."""

    township: str
    calls: int
    recorded: float
    simulated: Estimate  # interval of a single history

    @property
    def outside(self) -> bool:
        """Whether what was recorded lies outside the interval."""
        return not self.simulated.low <= self.recorded <= self.simulated.high


class QuantilePair(NamedTuple):
    """A percentile of response, seconds."""

    percent: int
    recorded: float
    replayed: Estimate
    drawn: Estimate


class HourPair(NamedTuple):
    """Mean response by clock hour of receipt, seconds; nan without calls."""

    hour: int
    calls: int
    recorded: float
    replayed: Estimate


class BusyPair(NamedTuple):
    """Hours a day for which an ambulance of a station is assigned, in the mean of its vehicles."""

    station: str
    ambulances: int
    recorded: float
    simulated: Estimate


class History(NamedTuple):
    """The last weeks as they were and as they were simulated."""

    weeks: int  # of all records
    fitted_weeks: int
    calls: int  # replayed that somebody reached, in records
    replications: int
    compliance: float  # recorded
    replayed: Estimate
    drawn: Estimate
    townships: tuple[TownshipHistory, ...]
    quantiles: tuple[QuantilePair, ...]
    hours: tuple[HourPair, ...]
    busy: tuple[BusyPair, ...]
    same_station: Estimate | None  # of calls, the station that went was the one simulated
    same_vehicle: Estimate | None
    out_of_area: tuple[float, Estimate] | None  # from another station than the nearest
    distance: float  # the largest between both distribution functions (Kolmogorov)
    checks: tuple[Check, ...]

    def shown_townships(self, least: int) -> Iterator[TownshipHistory]:
        """Those of which numbers are shown where cells with fewer than `least` calls are hidden."""
        told = shown(((one.calls for one in self.townships)), least)
        yield from (one for one, seen in zip(self.townships, told, strict=True) if seen)

    def shown_hours(self, least: int) -> Iterator[HourPair]:
        """The same of hours of the day."""
        told = shown(((one.calls for one in self.hours)), least)
        yield from (one for one, seen in zip(self.hours, told, strict=True) if seen)

    @property
    def repeats(self) -> bool | None:
        """Whether the model repeats what was; None where that cannot be told."""
        found = [check.holds for check in self.checks]
        if False in found:
            return False
        return None if None in found else True


def held_out(calls: pd.DataFrame) -> tuple[np.datetime64, int, int] | None:
    """The Monday from which on calls are replayed, the weeks in all, and those before it.

    None of fewer than four weeks, or fewer than 200 calls before it or after it.
    """
    at = calls["received_at"].to_numpy("datetime64[us]")
    first = at.min().astype("datetime64[D]")
    monday = first + (-(first.astype(int) + 3) % 7)
    weeks = int((at.max().astype("datetime64[D]") + 1 - monday).astype(int) // 7)
    fitted = round(FITTED * weeks)
    if weeks < FEWEST_WEEKS or fitted >= weeks:
        return None
    start = monday + 7 * fitted
    if min((at >= start).sum(), (at < start).sum()) < FEWEST_CALLS:
        return None
    return start, weeks, fitted


def compare(
    fitted: Scenario,
    recorded: CallRecords,
    calls: pd.DataFrame,
    units: pd.DataFrame,
    weeks: tuple[int, int],
    bounds: Bounds,
    replications: int = REPLICATIONS,
    watch: Callable[[], None] = lambda: None,
) -> History:
    """The recorded calls against both simulations.

    `recorded`: the calls as they are replayed, in the order of `calls`; `units`: their missions;
    `weeks`: in all, and those that were fitted.
    """
    replay = replaying(without_stations(fitted), recorded)
    traced = simulated(replay, replications, watch)
    length = fitted.settings.study.model_copy(update={"length": recorded.length_s})
    fresh = replace(fitted, settings=fitted.settings.model_copy(
        update={"study": length, "start": recorded.start}))  # fmt: skip
    drawn = simulated(fresh, replications, watch)
    then = (calls["arrived_at"] - calls["received_at"]).to_numpy() / np.timedelta64(1, "s")
    known = np.isfinite(then) & (then >= 0)
    then = then[known]
    target_s = np.array([fitted.settings.targets.urban, fitted.settings.targets.rural])
    target = target_s[recorded.calls.area]
    written = how_written(calls)
    traced = [one._replace(response_s=written.of(one.response_s)) for one in traced]
    drawn = [one._replace(response_s=written.of(one.response_s)) for one in drawn]
    now = np.array([one.response_s[known] for one in traced])
    within = now <= target[known]
    was = then <= target[known]
    replayed = _single(within.mean(axis=1))
    townships = _townships(fitted, recorded.calls.township[known], was, within)
    quantiles = _quantiles(then, now, drawn)
    stations = _first_stations(calls, fitted)
    same = _same(stations, traced)
    p90 = next(one for one in quantiles if one.percent == 90)
    checks = [
        _check("compliance", float(was.mean()), replayed, bounds.compliance),
        _check("p90", p90.recorded, p90.replayed, bounds.p90_s),
        *(_check("township", one.recorded, one.simulated, bounds.township, one.township)
          for one in townships if one.calls > OF_TOWNSHIP),
    ]  # fmt: skip
    if same is not None:
        checks.append(Check("same station", np.nan, same, bounds.same_station,
                            same.mean >= bounds.same_station))  # fmt: skip
    return History(
        weeks[0], weeks[1], int(known.sum()), replications, float(was.mean()), replayed,
        _single(np.array([_share_within(one, fresh) for one in drawn])), townships, quantiles,
        _hours(calls["received_at"][known], then, now), _busy(units, fitted, traced, recorded),
        same, _same_vehicle(calls, units, fitted, traced, stations),
        _out_of_area(stations, traced), _distance(then, now), tuple(checks),
    )  # fmt: skip


# ── comparing ───────────────────────────────────────────────────────────────────────────────────


def _single(values: np.ndarray) -> Estimate:
    """The mean over replications, with the interval in which 95 % of single histories lie.

    Replications of which nothing is known, for they reached nobody, are passed over.
    """
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    if not len(values):
        return NOTHING_KNOWN
    mean = float(values.mean())
    if len(values) < 2:
        return NOTHING_KNOWN._replace(mean=mean)
    reach = Z * float(values.std(ddof=1)) * np.sqrt(1 + 1 / len(values))
    return Estimate(mean, mean - reach, mean + reach)


def _check(name: str, recorded: float, now: Estimate, bound: float, where: str = "") -> Check:
    """Equal if the whole interval of the difference lies within the bound.

    In a township chance alone moves compliance by some points: there the difference itself has to
    lie within it.
    """
    apart, reach = abs(now.mean - recorded), now.half_width
    holds: bool | None = None
    if apart + (0.0 if where else reach) <= bound:
        holds = True
    elif apart - reach > bound:
        holds = False
    return Check(name, recorded, now, bound, holds, where)


def _share_within(one: SimulatedHistory, scenario: Scenario) -> float:
    targets = scenario.settings.targets
    target = np.array([targets.urban, targets.rural])[one.area]
    return float((one.response_s <= target).mean()) if len(target) else np.nan


def _townships(
    fitted: Scenario, township: np.ndarray, was: np.ndarray, within: np.ndarray
) -> tuple[TownshipHistory, ...]:
    found = []
    for row, one in enumerate(fitted.map.townships):
        mine = township == row
        if not mine.any():
            continue
        share = _single(within[:, mine].mean(axis=1))
        share = share._replace(low=max(share.low, 0.0), high=min(share.high, 1.0))
        found.append(TownshipHistory(one.name.zh, int(mine.sum()), float(was[mine].mean()), share))
    return tuple(found)


def _quantiles(
    then: np.ndarray, now: np.ndarray, drawn: list[SimulatedHistory]
) -> tuple[QuantilePair, ...]:
    recorded = np.percentile(then, PERCENTS)
    replayed = np.array([_percentiles(one) for one in now])
    fresh = np.array([_percentiles(one.response_s) for one in drawn])
    return tuple(
        QuantilePair(percent, float(recorded[row]), _single(replayed[:, row]),
                     _single(fresh[:, row]))
        for row, percent in enumerate(PERCENTS)
    )  # fmt: skip


def _percentiles(response_s: np.ndarray) -> np.ndarray:
    reached = response_s[np.isfinite(response_s)]
    found: np.ndarray = np.percentile(reached if len(reached) else [np.nan], PERCENTS)
    return found


def _hours(received: pd.Series, then: np.ndarray, now: np.ndarray) -> tuple[HourPair, ...]:
    hour = received.dt.hour.to_numpy()
    reached = np.where(np.isfinite(now), now, np.nan)
    found = []
    for each in range(24):
        mine = hour == each
        if not mine.any():
            found.append(HourPair(each, 0, np.nan, NOTHING_KNOWN))
            continue
        some = reached[:, mine]
        some = some[np.isfinite(some).any(axis=1)]  # of the others no mean is known
        means = np.nanmean(some, axis=1)
        found.append(HourPair(each, int(mine.sum()), float(then[mine].mean()), _single(means)))
    return tuple(found)


def _first_stations(calls: pd.DataFrame, fitted: Scenario) -> np.ndarray:
    """[call] the station of the unit that arrived first, as recorded; -1 where it is not known."""
    if not (calls["station"] != "").any():
        return np.full(len(calls), -1)
    return station_rows(calls, fitted)


def _same(stations: np.ndarray, traced: list[SimulatedHistory]) -> Estimate | None:
    known = stations >= 0
    if not known.any():
        return None
    return _single(np.array([(one.station[known] == stations[known]).mean() for one in traced]))


def _same_vehicle(
    calls: pd.DataFrame, units: pd.DataFrame, fitted: Scenario, traced: list[SimulatedHistory],
    stations: np.ndarray,
) -> Estimate | None:  # fmt: skip
    """The share in which the very ambulance went, where each station has as many names as
    vehicles; these are taken in the order of their names."""
    homes = np.array([one.station for one in fitted.fleet], int)
    at = station_rows(units, fitted)
    ambulance_of: dict[tuple[int, str], int] = {}
    for row in np.unique(at[at >= 0]).tolist():
        names = sorted(set(units["vehicle"][at == row]) - {""})
        mine = np.flatnonzero(homes == row)
        if len(names) != len(mine):
            return None
        ambulance_of |= {(row, name): int(one) for name, one in zip(names, mine, strict=True)}
    pairs = zip(stations.tolist(), calls["vehicle"], strict=True)
    went = np.array([ambulance_of.get(pair, -1) for pair in pairs])
    known = went >= 0
    if not known.any():
        return None
    return _single(np.array([(one.ambulance[known] == went[known]).mean() for one in traced]))


def _out_of_area(
    stations: np.ndarray, traced: list[SimulatedHistory]
) -> tuple[float, Estimate] | None:
    """The share from another station than the nearest, as recorded and as simulated.

    The nearest is known of calls that some replication serves from it.
    """
    nearest = np.full(len(stations), -1)
    for one in traced:
        own = (~one.from_elsewhere) & (one.station >= 0)
        nearest[own] = one.station[own]
    known = (nearest >= 0) & (stations >= 0)
    if not known.any():
        return None
    recorded = float((stations[known] != nearest[known]).mean())
    return recorded, _single(
        np.array([(one.station[known] != nearest[known]).mean() for one in traced])
    )


def _busy(
    units: pd.DataFrame, fitted: Scenario, traced: list[SimulatedHistory], recorded: CallRecords
) -> tuple[BusyPair, ...]:
    at, days = station_rows(units, fitted), recorded.length_s / 86_400
    seconds = units_s(units, "cleared_at") - units_s(units, "assigned_at")
    with np.errstate(invalid="ignore"):
        known = np.isfinite(seconds) & (seconds > 0) & (seconds < LONGEST_MISSION_S) & (at >= 0)
        known &= seconds <= believable_s(seconds[known], LONGEST_MISSION_S)
    if not known.any():
        return ()
    hours = np.bincount(at[known], seconds[known], len(fitted.stations)) / 3600 / days
    count = np.bincount([one.station for one in fitted.fleet], minlength=len(fitted.stations))
    now = np.array([one.busy_h for one in traced])
    return tuple(
        BusyPair(one.name.zh, int(count[row]), float(hours[row] / count[row]), _single(now[:, row]))
        for row, one in enumerate(fitted.stations)
        if count[row]
    )


def _distance(then: np.ndarray, now: np.ndarray) -> float:
    """The largest distance between the recorded and the simulated distribution function."""
    one, other = np.sort(then), np.sort(now[np.isfinite(now)])
    at = np.concatenate([one, other])
    if not len(other):
        return 1.0
    below = [np.searchsorted(each, at, side="right") / len(each) for each in (one, other)]
    return float(np.abs(below[0] - below[1]).max())
