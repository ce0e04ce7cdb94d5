"""Records of a dispatch system as fitting needs them: a row for each unit that was sent.

What is replayed are calls; what a service is like stands in the missions of its units. A row
without a time or a place is left out and named; of any other value that cannot be read the value
alone is dropped, and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from sim.errors import Problem, RecordsError
from sim.files import entrance
from sim.geography.bundle import Map
from sim.scenario.records import cells, class_names, codes, faults, incidents, mission_ends
from sim.scenario.records.balance import Balance
from sim.scenario.records.columns import STAMPS, URGENCY, FileColumns, find
from sim.scenario.records.faults import NEITHER, NO_HOSPITAL, NOT_A_DURATION, Fault
from sim.scenario.records.reading import CallRecords, RecordsReader, table_of
from sim.scenario.settings.replay import Replay
from sim.scenario.validation import Problems
from sim.text import Message

MOST_CLASSES: Final = 9  # priorities a scenario may have
MOST_CONDITIONS: Final = 20
APART_DAYS: Final = 365
GAP_DAYS: Final = 60
FEW: Final = 0.05  # of all rows: such a block beyond a gap is no season of its own
FAR_H: Final = 20.0  # no emergency waits so long for the first thing that is recorded of it
DAY_H: Final = 24.0
CONTRADICTED: Final = Message("the time of the call lies far from all other instants of its row")
BEYOND_A_GAP: Final = Message("the time lies beyond a gap of two months from most others")
OTHER_YEARS: Final = Message("the time lies more than a year apart from most others")
SLIPS: Final = {
    "priority": Message("a priority that hardly any row has and nobody knows"),
    "condition": Message("a condition that hardly any row has and nobody knows"),
}
WORDS: Final = tuple(word for words in URGENCY for word in words)
OTHERS: Final = "other"
RENAMED: Final = {"priority": "priorities", "condition": "conditions"}
ALL_STAMPS: Final = ("received_at", "ready_at", *STAMPS)
OF_VALUES: Final = (NO_HOSPITAL, NOT_A_DURATION, NEITHER)  # for these a row is not left out


class DroppedValues(NamedTuple):
    """Values of one kind that could not be read, in rows that are kept."""

    reason: Message
    lines: tuple[int, ...]


class UnitRecords(NamedTuple):
    """All missions of a file, and what its classes are called."""

    units: pd.DataFrame  # a row each; `columns` says what they hold
    priorities: tuple[str, ...]  # the most urgent first; none: the file has none
    conditions: tuple[str, ...]
    urgency_guessed: bool  # whether the order of priorities is that of their names alone
    reader: RecordsReader
    rows: int  # of the file
    left_out: tuple[tuple[Message, int], ...]
    lost_lines: dict[Message, tuple[int, ...]]
    dropped: tuple[DroppedValues, ...]

    @property
    def has(self) -> frozenset[str]:
        """What the file has columns for."""
        return frozenset(self.reader.found.columns)

    def calls(self) -> pd.DataFrame:
        """One row an incident, as it is replayed."""
        return incidents.merged(self.units)

    def balance(self, calls: pd.DataFrame) -> Balance:
        """What became of the rows."""
        found = Balance(self.rows, len(calls), len(self.units) - len(calls), self.left_out)
        found.check()
        return found

    def replayed(self, calls: pd.DataFrame) -> CallRecords:
        """Some of the calls as a scenario replays them, from the midnight before the first on."""
        part = self.units[self.units["line"].isin(calls["line"])]
        balance = Balance(len(calls), len(calls), 0, ())
        return self.reader.finished(calls.reset_index(drop=True), part, balance)


@entrance.reads(RecordsError)
def read(
    path: Path,
    ground: Map,
    asked: Replay,
    priorities: Sequence[str] = (),
    conditions: Sequence[str] = (),
    least: int = 1,
) -> UnitRecords:
    """All rows of a file that have a time and a place; RecordsError if there is none.

    `priorities`, `conditions`: names of a scenario, taken if the file has no others; else those
    of the file. `least`: names in fewer rows, which nobody knows, may be somebody's: they are told
    nowhere, and count as other.
    """
    table = table_of(path, asked)
    problems = Problems()
    if (headless := codes.headless([str(name) for name in table.columns])) is not None:
        raise RecordsError(path, headless)
    found = find(table, asked.columns, problems.at(line=1))
    problems.raise_if_any(RecordsError, path)
    reader = RecordsReader(table, found, asked, ground, problems)
    reader.quotes = False
    slips: list[DroppedValues] = []
    for key, known in (("priority", [*priorities, *WORDS]), ("condition", conditions)):
        slips += _without_slips(reader, key, known)
        _untold(reader, key, known, least)
    reader.asked = asked = _lumped(reader, reader.asked)
    urgent, guessed = _urgency(reader.names("priority", asked.priorities), priorities)
    kinds = _kept(reader.names("condition", asked.conditions), conditions)
    rows, odd = reader.rows(list(urgent), list(kinds))
    problems.raise_if_any(RecordsError, path)
    rows = _with_units(rows, reader)
    losing = [fault for fault in odd if fault.reason not in OF_VALUES]
    losing += _contradicted(rows, found)
    losing += _in_other_years(rows, {fault.row for fault in losing}, found)
    lost = sorted({fault.row for fault in losing})
    usable = rows.drop(index=lost)
    left_out = faults.counted(losing)
    if usable.empty:
        raise RecordsError(path, _no_row(losing, left_out, reader.lines))
    return UnitRecords(
        usable, urgent, kinds, guessed, reader, len(table), (*left_out.items(),),
        _lines_of(losing, reader.lines), (*_dropped(odd, reader.lines), *slips),
    )  # fmt: skip


def _no_row(
    losing: Sequence[Fault], left_out: Mapping[Message, int], lines: Sequence[int]
) -> list[Problem]:
    """Why no row can be used: of each reason where it is met first, and what was expected there."""
    found = []
    for reason, n in left_out.items():
        first = next(fault for fault in losing if fault.reason == reason)
        told = Message("no row can be used; {reason}: {n}", reason=reason, n=n)
        if first.message != reason:
            told = Message(
                "no row can be used; {reason}: {n}; the first: {problem}",
                reason=reason, n=n, problem=codes.without_cells(first.message),
            )  # fmt: skip
        found.append(Problem(told, first.column, lines[first.row]))
    return found


def _untold(reader: RecordsReader, key: str, known: Sequence[str], least: int) -> None:
    """Names of classes that may be somebody's are read as other; beside none but known ones, as
    slips of the pen, that say nothing."""
    texts, header = reader.texts(key) or ([], "")
    renamed: dict[str, str] = getattr(reader.asked, RENAMED[key])
    familiar = {name.casefold() for name in (*known, *renamed, *renamed.values())}
    strange = [text for text in texts if text and text.casefold() not in familiar]
    hidden = {*strange} - {*codes.may_be_told(strange, least)}
    if not hidden:
        return
    how = {"header": header, "n": len(hidden), "rows": sum(text in hidden for text in strange)}
    if len({*strange}) == len(hidden) and len(strange) < sum(map(bool, texts)):
        reader.blank[key] = frozenset(hidden)
        said = Message(
            'values of "{header}" that are in hardly any row, or no codes: {n} in {rows} rows, '
            "left out",
            **how,
        )
    else:
        lumped = renamed | dict.fromkeys(hidden, OTHERS)
        reader.asked = reader.asked.model_copy(update={RENAMED[key]: lumped})
        said = Message(
            'values of "{header}" that are in hardly any row, or no codes: {n} in {rows} rows, '
            'read as "{other}"',
            **how, other=OTHERS,
        )  # fmt: skip
    reader.notes.append(said)


def _without_slips(reader: RecordsReader, key: str, known: Sequence[str]) -> list[DroppedValues]:
    """What is dropped of a column of names, for hardly any row has it and nobody knows it."""
    column, found = reader.found.columns.get(key), reader.texts(key)
    if column is None or found is None:
        return []
    renamed: Mapping[str, str] = getattr(reader.asked, RENAMED[key])
    rows = class_names.slips(found[0], renamed, {name.casefold() for name in known})
    reader.table.iloc[rows, list(column.at)] = ""
    return [DroppedValues(SLIPS[key], tuple(reader.lines[row] for row in rows))] if rows else []


def _lumped(reader: RecordsReader, asked: Replay) -> Replay:
    """How the file is read, with rare priorities and conditions as one where there are many."""
    few = reader.names("priority", asked.priorities)[MOST_CLASSES - 1 :]
    rare = reader.names("condition", asked.conditions)[MOST_CONDITIONS - 1 :]
    return asked.model_copy(
        update={
            "priorities": asked.priorities | (dict.fromkeys(few, OTHERS) if len(few) > 1 else {}),
            "conditions": asked.conditions | (dict.fromkeys(rare, OTHERS) if len(rare) > 1 else {}),
        }
    )


def _contradicted(rows: pd.DataFrame, found: FileColumns) -> list[Fault]:
    """Rows whose time of the call lies far from all their other instants, which agree: the day, the
    month or the year of the call is mistyped, and nobody knows which call it was."""
    received = rows["received_at"].to_numpy("datetime64[us]")
    others = np.column_stack([rows[name].to_numpy("datetime64[us]") for name in ALL_STAMPS[1:]])
    hours = (others - received[:, None]) / np.timedelta64(1, "h")
    known = np.isfinite(hours)
    several = known.sum(axis=1) >= 2
    least = np.where(known, hours, np.inf).min(axis=1)
    most = np.where(known, hours, -np.inf).max(axis=1)
    wrong = several & (most - least <= DAY_H) & ((least > FAR_H) | (most < -DAY_H))
    header = found.columns["received_at"].header
    return [Fault(int(row), header, CONTRADICTED, CONTRADICTED) for row in np.flatnonzero(wrong)]


def _in_other_years(rows: pd.DataFrame, lost: set[int], found: FileColumns) -> list[Fault]:
    """Rows more than a year apart from most others, or two months if they are few.

    A date is mistyped, or they are of another time, and nobody knows whether the service was the
    same.
    """
    kept = rows.drop(index=sorted(lost))["received_at"].sort_values(kind="stable")
    header, odd = found.columns["received_at"].header, list[Fault]()
    for days, share, reason in ((APART_DAYS, 1.0, OTHER_YEARS), (GAP_DAYS, FEW, BEYOND_A_GAP)):
        if len(kept) < 2:
            break
        block = (kept.diff() > np.timedelta64(days, "D")).cumsum()
        rows_of = block.value_counts()
        leaving = [n for n in rows_of.index if n != rows_of.idxmax()]
        leaving = [n for n in leaving if share == 1.0 or rows_of[n] <= share * len(kept)]
        gone = block.isin(leaving)
        odd += [Fault(int(row), header, reason, reason) for row in kept.index[gone]]
        kept = kept[~gone]
    return odd


def _urgency(names: Sequence[str], known: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """Priorities from the most urgent on, and whether that is guessed from their names alone."""
    if {name.casefold() for name in names} <= {name.casefold() for name in known}:
        return (tuple(known) if names else ()), False
    return class_names.by_urgency(names, known, URGENCY)


def _kept(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    if {name.casefold() for name in names} <= {name.casefold() for name in known}:
        return tuple(known) if names else ()
    return tuple(names)


def _with_units(rows: pd.DataFrame, reader: RecordsReader) -> pd.DataFrame:
    """The rows with what is recorded of units besides."""
    count = len(rows)
    rows["ready_at"] = reader.instants.stamps(
        "ready_at", *(reader.texts("ready_at") or ([""] * count, ""))
    )
    stations = reader.asked.stations
    texts = (reader.texts("station") or ([""] * count, ""))[0]
    rows["station"] = [stations.get(text, text) for text in texts]
    rows["vehicle"] = (reader.texts("vehicle") or ([""] * count, ""))[0]
    ends = (reader.texts("outcome") or ([""] * count, ""))[0]
    rows["outcome"] = _each(mission_ends.of, ends)
    # Of a hospital that is not on the map the name says that somebody was taken to one, unless it
    # is a word for nobody having been.
    named = (reader.texts("hospital") or ([""] * count, ""))[0]
    rows["named_hospital"] = _each(_is_hospital, named) | rows["hospital"].notna()
    rows["siren"] = reader.yes_or_no("siren", count)
    return rows


def _each(what: Callable[[str], Any], texts: Sequence[str]) -> pd.Series:
    """What each text says; each different one is read once."""
    found = {text: what(text) for text in dict.fromkeys(texts)}
    return pd.Series([found[text] for text in texts])


def _is_hospital(text: str) -> bool:
    """Whether what stands for a hospital can be the name of one."""
    plain = text.casefold()
    said = mission_ends.of(text)
    return bool(plain) and plain not in cells.NOT_KNOWN and said in ("", mission_ends.CONVEYED)


def _lines_of(odd: Sequence[Fault], lines: Sequence[int]) -> dict[Message, tuple[int, ...]]:
    found: dict[Message, list[int]] = {}
    for fault in odd:
        found.setdefault(fault.reason, []).append(lines[fault.row])
    return {reason: tuple(at) for reason, at in found.items()}


def _dropped(odd: Sequence[Fault], lines: Sequence[int]) -> tuple[DroppedValues, ...]:
    values = [fault for fault in odd if fault.reason in OF_VALUES]
    return tuple(DroppedValues(reason, at) for reason, at in _lines_of(values, lines).items())


def seconds_of(units: pd.DataFrame, since: np.datetime64) -> dict[str, np.ndarray]:
    """[row] each instant in seconds since another; nan where none is recorded."""
    return {name: (units[name].to_numpy() - since) / np.timedelta64(1, "s") for name in ALL_STAMPS}
