"""Made-up records: what a dispatch system would have exported of a scenario that was simulated.

Every rate, speed and duration behind them is known. So what is fitted to them can be held against
what they were made of, on clean records and on records that are spoiled in known ways.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim import limits
from sim.fitting import detours, record_files, spoiling, trip_rows
from sim.fitting.record_files import RecordFormat
from sim.fitting.spoiling import RecordTable, Spoiling
from sim.fitting.trip_rows import CANCELLED, CONVEYED, OUTCOMES, SimulatedYear, TripRows
from sim.policies.clock import NONE
from sim.study import arguments

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


class MadeUp(NamedTuple):
    """Records that nobody recorded, and what was done to them."""

    path: Path
    rows: int  # of the file, below its header
    calls: int  # that were received, each an incident; duplicates are none
    spoiled: dict[str, int]  # by option of `Spoiling`: how many rows, instants or incidents


def made_up_records(
    scenario: Scenario,
    path: str | PathLike[str],
    days: int = 364,
    seed: int = 1,
    **options: Any,
) -> MadeUp:
    """Simulate a scenario once and write what a dispatch system would have exported of it.

        sim.made_up_records(liling, "records.csv", gross_errors=0.03, headers="zh")

    A row a unit sent, of calls received within `days` days after a day of warming up; instants are
    local times from the scenario's start on. A call to which nobody was sent has a row with its
    receipt alone; a unit that did not arrive is cleared when it left the call. Whether anybody was
    conveyed and the outcome are those of the call, the hospital that of the unit. Transfers are
    left out. `path` ends in .csv or .xlsx. `options`: fields of `Spoiling`, what goes wrong, and of
    `RecordFormat`, how it is written. The same seed makes the same file. OptionError of what cannot
    be asked for, OutputError if the file cannot be written.
    """
    arguments.scenarios(scenario)
    arguments.path("path", path)
    arguments.whole("days", days, 1, int(limits.DAYS.most))
    arguments.whole("seed", seed, *limits.SEED)
    arguments.known_names(options, (*Spoiling._fields, *RecordFormat._fields))
    how = Spoiling(**{name: options[name] for name in Spoiling._fields if name in options})
    form = RecordFormat(**{name: options[name] for name in RecordFormat._fields if name in options})
    target = Path(path)
    spoiling.check(how)
    record_files.check(target, form)
    year = trip_rows.simulated(scenario, days, seed)
    rows = trip_rows.rows_of(year)
    table, counts = spoiled_table(year, rows, how, form, seed)
    record_files.write(target, table, form)
    return MadeUp(target, len(table.incident), int(rows.incident.max(initial=0)), counts)


def spoiled_table(
    year: SimulatedYear, rows: TripRows, how: Spoiling, form: RecordFormat, seed: int
) -> tuple[RecordTable, dict[str, int]]:
    """The table that is written, and how much was spoiled by each option that is in use."""
    counts: dict[str, int] = {}
    seconds = rows.seconds
    if how.off_fastest:
        rng = spoiling.stream(seed, "off_fastest")
        found = detours.detours(year, rows, how.off_fastest, rng)
        seconds = seconds.copy()
        seconds[found.row, detours.ARRIVED :] += found.longer_s[:, None]
        counts["off_fastest"] = len(found.row)
    seconds = spoiling.blurred(seconds, how, seed, counts)
    at = spoiling.by_the_clock(seconds, year.scenario.settings.start, how.zone)
    point = trip_rows.points(year)[year.calls.place[rows.call]]
    table = RecordTable(rows.incident, at, point, _said(year, rows, form.headers))
    return spoiling.spoiled(table, how, seed, counts), counts


def _said(year: SimulatedYear, rows: TripRows, language: str) -> dict[str, np.ndarray]:
    """[row] texts by column; a service without conditions has no column of them."""
    scenario, calls, log = year.scenario, year.calls, year.log
    demand = scenario.settings.demand
    priorities = [one.name for one in demand.priorities]

    def named(names: list[str], row: np.ndarray) -> np.ndarray:
        """Texts by the rows of what they name; NONE has none."""
        return np.array([*names, ""], object)[row]

    def names_of(things: Any) -> list[str]:
        return [one.name.zh if language == "zh" else one.name.en for one in things]

    sent = rows.trip != NONE
    ambulance, hospital = np.full(len(rows.trip), NONE), np.full(len(rows.trip), NONE)
    ambulance[sent] = log.ambulance[rows.trip[sent]]
    hospital[sent] = log.hospital[rows.trip[sent]]
    stations = names_of(scenario.stations)
    homes = [stations[one.station] for one in scenario.fleet]
    ranks = trip_rows.vehicle_ranks(scenario)
    vehicles = [f"{name} {rank}" for name, rank in zip(homes, ranks, strict=True)]
    outcome = trip_rows.outcomes(year)[rows.call]
    known = (outcome != NONE) & (outcome != CANCELLED)
    conveyed = np.where(known, outcome == CONVEYED, NONE)
    said = {
        "township": named(names_of(scenario.map.townships), calls.township[rows.call]),
        "priority": named(priorities, calls.priority[rows.call]),
        "conveyed": named(list(record_files.yes_or_no(language)), conveyed),
        "hospital": named(names_of(scenario.hospitals), hospital),
        "station": named(homes, ambulance),
        "vehicle": named(vehicles, ambulance),
        "outcome": named([record_files.word(one, language) for one in OUTCOMES], outcome),
    }
    if calls.condition is not None and demand.conditions:
        names = [one.name for one in demand.conditions]
        said["condition"] = named(names, calls.condition[rows.call])
    return said
