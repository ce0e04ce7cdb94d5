"""Last year first: a scenario fitted to dispatch records, and held against what was recorded.

The main flow: read, clean, fit, write as settings, simulate the last weeks. What is validated is a
fit to the first 70 % of weeks; what is written is the same fit to all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from sim.answers import calibration_facts
from sim.answers.answer import Answer, FileTable, Origin
from sim.errors import RecordsError
from sim.fitting import (
    base_names,
    cleaning,
    doubts,
    drives,
    fragment,
    history,
    homes,
    rates,
    shares,
    speeds,
    stages,
    taken,
)
from sim.fitting.cleaning import CleanUnits, Rule, RuleCount
from sim.fitting.drives import NotCounted
from sim.fitting.history import Bounds, History
from sim.fitting.rates import RatesFit, Received
from sim.fitting.shares import SharesFit
from sim.fitting.speeds import SpeedFit
from sim.fitting.stages import DurationsFit
from sim.fitting.written_fit import Fragment
from sim.scenario.records import codes, oddities, units
from sim.scenario.records.balance import Balance
from sim.scenario.records.oddities import Oddity
from sim.scenario.records.units import UnitRecords
from sim.scenario.settings.replay import Replay
from sim.study import arguments
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

Watch = Callable[[int, int], None]
FEWEST_OF_A_NAME: Final = 5  # rows; what is rarer may be a person's name, and is told nowhere
STEPS: Final = 60  # of the progress bar


class RecordsRead(NamedTuple):
    """What became of the rows of the file."""

    file: str
    balance: Balance
    twice: int  # rows that said what others had said
    first: str  # day
    last: str
    columns: frozenset[str]
    priorities: tuple[str, ...]
    conditions: tuple[str, ...]
    urgency_guessed: bool
    lost_lines: dict[Message, tuple[int, ...]]
    dropped: tuple[units.DroppedValues, ...]
    notes: tuple[Message, ...]
    odd: tuple[Oddity, ...]
    unread: tuple[str, ...] = ()  # headers of columns that were not read, as they stand


class Fits(NamedTuple):
    """All that was fitted to some calls and their missions."""

    rates: RatesFit
    speeds: SpeedFit | None
    durations: DurationsFit
    shares: SharesFit
    not_counted: NotCounted
    strangers: tuple[str, ...]  # stations of the records that the layout does not have
    written: Fragment
    untold: int = 0  # further strangers, whose names are in hardly any row or no codes


@dataclass(frozen=True, eq=False, repr=False)
class Calibration(Answer):
    """What records of a service say of it, and how well the fitted scenario repeats them."""

    provenance: Origin  # the scenario with the layout, which the fitted settings lie over
    records: RecordsRead
    clean: tuple[RuleCount, ...]
    fits: Fits
    fitted: Scenario
    history: History | None  # None: too few weeks to hold some back
    bounds: Bounds
    least: int = 0  # calls below which a cell of a table is hidden
    no_history: Message | None = None  # why there is none

    name = "calibration"

    def to_frame(self) -> pd.DataFrame:
        """One row a fitted number. Columns: part, name, value, low, high, unit, n, source."""
        table = calibration_facts.numbers(self)
        return pd.DataFrame(table.rows, columns=list(table.columns))

    def tables(self) -> dict[str, FileTable]:
        """Fitted numbers; townships; what cleaning found; history against simulated history."""
        return calibration_facts.tables(self)

    def facts(self) -> dict[str, Any]:
        """The whole fit as one object."""
        return self.provenance.facts() | calibration_facts.facts(self)

    def files(self) -> tuple[Path, ...]:
        """What it was computed from: the scenario, the map; the records are named, not listed."""
        base = self.provenance.base
        return (*base.files, base.map.path)


def calibrate(
    records: str | Path,
    scenario: Scenario,
    replay: Replay | None = None,
    *,
    bounds: Bounds | None = None,
    least: int = 0,
    simulate: bool = True,
    watch: Watch | None = None,
) -> Calibration:
    """A scenario fitted to dispatch records, a row a unit sent, and held against them.

    `scenario`: the layout that was in service then; its settings are known beforehand and stay
    where the records say nothing. `replay`: which column holds what and how it is written, where
    the headers do not say. `bounds`: within which simulated history counts as repeating history.
    `least`: cells of tables with fewer calls are hidden. `simulate`: whether the last weeks are
    simulated and held against the records. RecordsError if nothing can be fitted.
    """
    arguments.scenarios(scenario)
    path = Path(records)
    arguments.whole("least", least, 0, 1_000_000)
    asked = replay or Replay(file=path.name)
    found = _Calibrating(path, scenario, asked, bounds or Bounds(), least, watch)
    return found.carried_out(simulate)


class _Calibrating:
    def __init__(
        self, path: Path, base: Scenario, asked: Replay, bounds: Bounds, least: int,
        watch: Watch | None,
    ):  # fmt: skip
        self.path, self.asked, self.bounds, self.least = path, asked, bounds, least
        self.base = replace(base, recorded=None)
        self.watch, self.step = watch, 0

    def tick(self) -> None:
        """One step further on the bar."""
        self.step = min(self.step + 1, STEPS - 1)
        if self.watch is not None:
            self.watch(self.step, STEPS)

    def carried_out(self, simulate: bool) -> Calibration:
        demand = self.base.settings.demand
        base_names.refuse_unknown_targets(self.asked, self.base)
        read = units.read(
            self.path, self.base.map, self.asked,
            [one.name for one in demand.priorities], [one.name for one in demand.conditions],
            max(self.least, FEWEST_OF_A_NAME),
        )  # fmt: skip
        base_names.refuse_other_priorities(self.path, read, self.base)
        self.tick()
        read = read._replace(units=_by_one_name(read.units, self.base))
        clean = cleaning.cleaned(read, self.base.map)
        self.tick()
        read = read._replace(units=clean.units)
        calls = taken.of_calls(read.units)
        self._refuse(calls, clean)
        held = history.held_out(calls)
        found, why = None, None
        if not simulate:
            why = Message("History is not simulated: that was not asked for.")
        elif held is None:
            why = Message(
                "History is not simulated: it takes {weeks} whole weeks of records, and {calls} "
                "calls both in the first 70 % of them and in the rest.",
                weeks=history.FEWEST_WEEKS, calls=history.FEWEST_CALLS,
            )  # fmt: skip
        elif self._has_no_arrivals(calls):
            why = Message(
                "History is not simulated: the records do not say when ambulances arrived."
            )
        else:
            found = self._history(read, clean, calls, held)
        fits = self._fits(read, clean, calls)
        fitted = self._fitted(fits.written)
        counts = (*clean.counts, *_of_drives(fits), _of_days(fits.rates))
        if self.watch is not None:
            self.watch(STEPS, STEPS)
        return Calibration(
            Origin(self.base), self._read(read, clean, calls, fits),
            tuple(sorted(counts, key=lambda one: one.rule)), fits, fitted, found, self.bounds,
            self.least, why,
        )  # fmt: skip

    def _refuse(self, calls: pd.DataFrame, clean: CleanUnits) -> None:
        """RecordsError of records that no service is like."""
        if clean.one_place:
            message = Message(
                "all calls lie at one and the same point: nothing can be fitted of where people "
                "call, nor of how fast was driven"
            )
            raise RecordsError(self.path, message)

    def _has_no_arrivals(self, calls: pd.DataFrame) -> bool:
        return bool(calls["arrived_at"].notna().sum() < history.FEWEST_CALLS)

    # ── fitting ─────────────────────────────────────────────────────────────────────────────

    def _fits(self, read: UnitRecords, clean: CleanUnits, calls: pd.DataFrame) -> Fits:
        base = self.base
        on_rates = rates.fit(_received(base, calls, clean))
        self.tick()
        known = {one.name.casefold(): one for one in base.settings.demand.priorities}
        siren = np.array(
            [name.casefold() not in known or known[name.casefold()].siren
             for name in read.priorities], bool,
        )  # fmt: skip
        driven = drives.drives_of(clean, base, siren)
        self.tick()
        prior = {name: 60 / (3.6 * v) for name, v in base.settings.travel.speeds.items()}
        prior |= dict.fromkeys(("posted", "matrix"), 1.0)
        ordinary = base.settings.travel.ordinary
        on_speeds = speeds.fit(driven.roads, driven.some, prior, ordinary, watch=self.tick)
        on_durations = stages.fit(clean, read.conditions)
        self.tick()
        hospitals = tuple(one.name.zh for one in base.map.hospitals)
        on_shares = shares.fit(calls, clean.units, read.priorities, read.conditions, hospitals)
        written = fragment.of(base, on_rates, on_speeds, on_durations, on_shares, self.least)
        strange = clean.units["station"][clean.units["station"].isin(driven.stations)]
        told = codes.may_be_told(strange, max(self.least, FEWEST_OF_A_NAME))
        return Fits(on_rates, on_speeds, on_durations, on_shares, driven.not_counted,
                    told, written, len(driven.stations) - len(told))  # fmt: skip

    def _fitted(self, written: Fragment) -> Scenario:
        return self.base.with_settings(**written.plain())

    def _history(
        self, read: UnitRecords, clean: CleanUnits, calls: pd.DataFrame,
        held: tuple[np.datetime64, int, int],
    ) -> History:  # fmt: skip
        """The last weeks against a fit to those before."""
        start, weeks, fitted_weeks = held
        before = clean.units["received_at"].to_numpy("datetime64[us]") < start
        sooner = _part(clean, before)
        earlier = calls[calls["received_at"].to_numpy("datetime64[us]") < start]
        fits = self._fits(read._replace(units=sooner.units), sooner, earlier)
        fitted = self._fitted(fits.written)
        self.tick()
        later = calls[calls["received_at"].to_numpy("datetime64[us]") >= start]
        later = later.iloc[: history.MOST_CALLS].reset_index(drop=True)
        names = tuple(one.name.casefold() for one in fitted.settings.demand.priorities)
        stages_of = ("call_taking", "turnout", "on_scene", "handover")
        reader = read.reader
        reader.asked = reader.asked.model_copy(update={"durations": stages_of})
        later["priority"] = _renumbered(later["priority"], read.priorities, names)
        # Crews on the road had no turnout; whoever is sent instead from a station has one.
        away = clean.units["line"][~homes.left_home(clean.units)]
        later.loc[later["line"].isin(away), "mobile_at"] = np.datetime64("NaT")
        conditions = tuple(one.name for one in fitted.settings.demand.conditions)
        if conditions != read.conditions:
            later["condition"] = np.nan
        recorded = read._replace(units=_part(clean, ~before).units).replayed(later)
        return history.compare(
            fitted, recorded, later, clean.units[~before], (weeks, fitted_weeks), self.bounds,
            watch=self.tick,
        )  # fmt: skip

    def _read(
        self, read: UnitRecords, clean: CleanUnits, calls: pd.DataFrame, fits: Fits
    ) -> RecordsRead:
        twice = next(one.rows_dropped for one in clean.counts if one.rule == Rule.TWICE)
        left_out = read.left_out
        if twice:
            left_out = (*left_out, (Message("recorded twice"), twice))
        balance = Balance(read.rows, len(calls), len(clean.units) - len(calls), left_out)
        balance.check()
        received = calls["received_at"].to_numpy("datetime64[us]")
        instants = read.reader.instants
        odd = [*instants.odd, *oddities.of_times(received, instants.dates_only)]
        odd += [*oddities.of_places(calls)]
        odd += [
            *doubts.of_all(clean),
            *doubts.of_names(read, fits.strangers, fits.untold, self.base),
        ]
        return RecordsRead(
            self.path.name, balance, twice, str(received[0])[:10], str(received[-1])[:10],
            read.has, read.priorities, read.conditions, read.urgency_guessed, read.lost_lines,
            read.dropped, (*read.reader.notes, *instants.notes), tuple(odd),
            tuple(read.reader.found.unused),
        )  # fmt: skip


def _by_one_name(missions: pd.DataFrame, base: Scenario) -> pd.DataFrame:
    """Missions whose stations are called as the layout's, if they are known by either name."""
    row, names = drives.station_rows(missions, base), [one.name.zh for one in base.stations]
    own = np.array([*names, ""], object)[row]
    return missions.assign(station=np.where(row >= 0, own, missions["station"]))


def _part(clean: CleanUnits, some: np.ndarray) -> CleanUnits:
    return clean._replace(
        units=clean.units[some].reset_index(drop=True), no_place=clean.no_place[some]
    )


def _renumbered(
    priority: pd.Series, names: Sequence[str], known: Sequence[str]
) -> np.ndarray:  # fmt: skip
    """[call] number of the priority in the scenario; nan where it has none of that name."""
    of = np.array([known.index(n.casefold()) if n.casefold() in known else -1 for n in names])
    number = priority.to_numpy(float)
    found = np.full(len(number), np.nan)
    some = np.isfinite(number)
    if len(of):
        mapped = of[number[some].astype(int)].astype(float)
        found[some] = np.where(mapped >= 0, mapped, np.nan)
    return found


def _received(base: Scenario, calls: pd.DataFrame, clean: CleanUnits) -> Received:
    """Calls as the fit of rates takes them; those at the default point lie in no township."""
    cells = base.map.cells
    count = len(base.map.townships)
    people = np.zeros((count, 2))
    np.add.at(people, (cells.township, cells.area), cells.people)
    xy = calls[["x", "y"]].to_numpy(float)
    area, township = base.map.areas_at(xy), base.map.townships_at(xy)
    named = ~calls["by_point"].to_numpy(bool)
    township[named] = calls["township"].to_numpy(float)[named].astype(int)
    in_cell = named & calls["cell"].notna().to_numpy()
    area[in_cell] = cells.area[calls["cell"].to_numpy(float)[in_cell].astype(int)]
    nowhere = calls["line"].isin(clean.units["line"][clean.no_place]).to_numpy()
    area, township = area.copy(), township.copy()
    if nowhere.any() and not nowhere.all():  # they are spread as the others are
        others = np.flatnonzero(~nowhere)
        lent = others[(np.arange(nowhere.sum()) * len(others)) // nowhere.sum()]
        area[nowhere], township[nowhere] = area[lent], -1
    at = calls["received_at"].to_numpy("datetime64[us]")
    first = at[0].astype("datetime64[D]")
    days = int((at[-1].astype("datetime64[D]") - first).astype(int)) + 1
    return Received(at, area, township, first, days, people.sum(axis=0), people)


def _of_drives(fits: Fits) -> list[RuleCount]:
    """Rule 6, which the fit of speeds applies."""
    if fits.speeds is None:
        return [RuleCount(Rule.SPEED, 0)]
    slow, fast = fits.speeds.beyond
    return [RuleCount(Rule.SPEED, slow + fast, names=(f"{slow}", f"{fast}"))]


def _of_days(fit: RatesFit) -> RuleCount:
    """Rule 10, which the fit of rates applies."""
    left = fit.left_out
    days = tuple(str(day) for day in left.day)
    return RuleCount(Rule.FEED_DOWN, int(left.calls.sum()), names=days)
