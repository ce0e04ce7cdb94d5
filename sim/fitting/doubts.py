"""What is odd about records as a whole, and what it does to a fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sim.fitting.cleaning import CleanUnits
from sim.fitting.drives import station_rows
from sim.scenario.records.faults import NO_HOSPITAL
from sim.scenario.records.oddities import Oddity
from sim.scenario.records.units import UnitRecords
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

MOST_NAMED: Final = 5
MOST_KNOWN: Final = 12


def of_names(
    read: UnitRecords, strangers: tuple[str, ...], untold: int, base: Scenario
) -> list[Oddity]:
    """Stations and hospitals that nobody knows by the names of the records.

    `untold`: how many stations there are besides whose names are not to be told."""
    found = []
    if strangers or untold:
        unknown = station_rows(read.units, base) < 0
        rows = int((unknown & (read.units["station"] != "").to_numpy()).sum())
        more = untold or len(strangers) > MOST_NAMED
        known = ", ".join(one.name.zh for one in base.stations[:MOST_KNOWN])
        found.append(Oddity(
            Message(
                "Stations of the records that the layout does not have: {names} (rows: {n}). Their "
                "drives, their turnout and who went there count for nothing; say which they are "
                "with `--station A=B`. The layout has {known}.",
                names=", ".join((*strangers[:MOST_NAMED], *(["…"] if more else []))),
                n=rows, known=known,
            ),
            Message("Records: {n} rows of stations that are not in the layout.", n=rows),
        ))  # fmt: skip
    lost = sum(len(one.lines) for one in read.dropped if one.reason == NO_HOSPITAL)
    if lost:
        found.append(Oddity(
            Message(
                "Hospitals of the records that are not on the map (rows: {n}): drives to them "
                "count for nothing; say which they are with `--hospital A=B`.",
                n=lost,
            ),
            Message("Records: {n} rows of hospitals that are not on the map.", n=lost),
        ))  # fmt: skip
    return found


def of_all(clean: CleanUnits) -> list[Oddity]:
    """What is odd about the records as a whole, and what it does to the fit."""
    found = []
    if clean.all_alike:
        found.append(Oddity(
            Message(
                "All instants of nearly every mission are one and the same: no speed and no "
                "duration can be fitted, only when and where people call."
            ),
            Message("Records: all instants of a mission alike."),
        ))  # fmt: skip
    if clean.gcj02:
        found.append(Oddity(
            Message(
                "Points of calls lie at most half as far from roads if they are read as GCJ-02, "
                "the shifted coordinates of Chinese maps: speeds of short drives and townships "
                "near borders are wrong until they are converted to WGS84."
            ),
            Message("Records: points look like GCJ-02."),
        ))  # fmt: skip
    if clean.shifts:
        worst = max(clean.shifts, key=lambda one: abs(one.seconds))
        found.append(Oddity(
            Message(
                "In {n} weeks, like that of {week}, the clocks of vehicles and of dispatch lie "
                "{seconds:.0f} s otherwise apart than usual: the stamps of vehicles were put back "
                "by that.",
                n=len(clean.shifts), week=worst.week, seconds=worst.seconds,
            ),
            Message("Records: clocks shifted in {n} weeks.", n=len(clean.shifts)),
        ))  # fmt: skip
    return found
