"""Records of calls, from a planner's file: replayed instead of drawn.

One row a call, or a unit that was sent to one. A time and a place must be there; what else a row
leaves empty is drawn as for any other call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from sim.errors import PlannerError, Problem, RecordsError
from sim.files import cells as cells_
from sim.files import entrance, numerals, planner_sheets, tables
from sim.geography.bundle import Map
from sim.model.calls import Calls, no_others
from sim.policies.clock import NONE, on_grid
from sim.scenario.records import cells, codes, faults, incidents, oddities, places, times
from sim.scenario.records.balance import Balance
from sim.scenario.records.columns import DURATIONS, OF_UNITS, STAMPS, FileColumn, FileColumns, find
from sim.scenario.records.faults import NO_HOSPITAL, NO_TIME, Fault
from sim.scenario.records.incidents import Stamps
from sim.scenario.records.instants import Instants
from sim.scenario.records.oddities import Oddity
from sim.scenario.settings.replay import Replay
from sim.scenario.validation import Problems
from sim.text import Message, message_of

MOST_YEARS: Final = 50  # no dispatch system is older
STAGE_NAMES: Final = {
    "call_taking": Message("call taking"), "turnout": Message("turnout"),
    "on_scene": Message("on scene"), "handover": Message("handover"),
}  # fmt: skip
NO_SUCH_HOSPITAL: Final = Message('no hospital "{name}"{hint}')


class CallRecords(NamedTuple):
    """Calls as they were; nan where the records say nothing; `calls.place` is a row of `xy`."""

    calls: Calls
    xy: np.ndarray  # [call, 2] metres
    start: datetime  # midnight before the first call
    length_s: float  # to the midnight after the last
    stamps: Stamps
    units: np.ndarray  # [call] rows of the file that speak of it
    balance: Balance
    notes: tuple[Message, ...]  # how the file was read
    odd: tuple[Oddity, ...]  # what has to be said with every number

    @property
    def warnings(self) -> tuple[Message, ...]:
        """What is odd about the records, a whole sentence or two each."""
        return tuple(one.whole for one in self.odd)


@entrance.reads(RecordsError)
def read(
    path: Path,
    ground: Map,
    priorities: list[str],
    replay: Replay | None = None,
    conditions: Sequence[str] = (),
) -> CallRecords:
    """All records of a file; RecordsError with all that keeps them from being used."""
    asked = replay or Replay(file=path.name)
    table = table_of(path, asked)
    with cells_.told(table):
        return _read(path, table, asked, ground, [priorities, list(conditions)])


def _read(
    path: Path, table: pd.DataFrame, asked: Replay, on: Map, names: list[list[str]]
) -> CallRecords:
    problems = Problems()
    ignored = OF_UNITS if names[1] else ("condition", *OF_UNITS)
    found = find(table, asked.columns, problems.at(line=1), ignored)
    problems.raise_if_any(RecordsError, path)
    reader = RecordsReader(table, found, asked, on, problems)
    rows, odd = reader.rows(*names)
    if asked.unusable == "stop":
        faults.tell(odd, reader.lines, problems)
    problems.raise_if_any(RecordsError, path)
    left_out = faults.counted(odd)
    usable = rows.drop(index=sorted({fault.row for fault in odd}))
    if usable.empty:
        raise RecordsError(
            path,
            [
                Problem(Message("no row can be used; {reason}: {n}", reason=reason, n=n))
                for reason, n in left_out.items()
            ],
        )
    calls = incidents.merged(usable)
    balance = Balance(len(table), len(calls), len(usable) - len(calls), (*left_out.items(),))
    balance.check()
    reader.refuse_span(path, calls)
    return reader.finished(calls, usable, balance)


def table_of(path: Path, asked: Replay) -> pd.DataFrame:
    """The file's rows as texts; RecordsError if there is no table in it."""
    try:
        calls = planner_sheets.CALLS
        return tables.read_table(path, asked.encoding or "", asked.sheet or "", holds=calls)
    except PlannerError as error:
        raise RecordsError(path, error.problems) from error.__cause__


class RecordsReader:
    """The columns of one file, each as values."""

    def __init__(
        self, table: pd.DataFrame, found: FileColumns, asked: Replay, ground: Map,
        problems: Problems,
    ):  # fmt: skip
        self.table, self.found, self.asked, self.ground = table, found, asked, ground
        self.lines = [int(line) for line in table.index]
        self.problems = problems
        self.instants = Instants(asked, found.order, self.lines, ground, problems)
        self.notes: list[Message] = tables.notes(table)
        self.odd: list[Oddity] = []
        self.quotes = True  # whether what is said may have texts of cells in it
        self.blank: dict[str, frozenset[str]] = {}  # by column, texts that are read as none

    def texts(self, key: str) -> tuple[list[str], str] | None:
        """A column's texts, empty where it says that there is nothing; and its header."""
        column = self.found.columns.get(key)
        blank = self.blank.get(key, ())
        return None if column is None else (self._joined(column, blank=blank), column.header)

    def _joined(
        self, column: FileColumn, said: Container[str] = (), blank: Container[str] = ()
    ) -> list[str]:
        """`said`: texts that mean something here, although elsewhere they say nothing; `blank`:
        those that are read as none."""
        parts = [self.table.iloc[:, at].astype(str).str.strip().tolist() for at in column.at]
        if len(parts) > 1:
            parts[0] = times.days(parts[0])
        texts = [" ".join(part for part in row if part) for row in zip(*parts, strict=True)]
        nothing = cells.NOTHING
        return ["" if t in blank or (t.casefold() in nothing and t not in said) else t
                for t in texts]  # fmt: skip

    def rows(
        self, priorities: list[str], conditions: list[str]
    ) -> tuple[pd.DataFrame, list[Fault]]:
        """[row] all values of the file; and what is wrong with some of them."""
        count = len(self.table)
        texts, header = self.texts("received_at") or ([], "")
        received, odd = self.instants.received(texts, header)
        odd = [Fault(r, header, NO_TIME, NO_TIME) for r in range(count) if not texts[r]] + odd
        where = places.read(self.texts, self.ground, count)
        odd += where.faults
        if where.strangers:
            name = (self.texts("township") or ([], ""))[0][where.strangers[0]]
            lines = faults.some_lines(self.lines[row] for row in where.strangers)
            self.notes.append(
                Message(
                    "townships that are not on the map, beside a point, which is taken: {n}, like "
                    "{name} (lines: {lines})",
                    n=len(where.strangers), name=name if self.quotes else codes.HIDDEN, lines=lines,
                )
            )  # fmt: skip
        rows = pd.DataFrame({"received_at": received, "x": where.xy[:, 0], "y": where.xy[:, 1]})
        rows["line"], rows["by_point"] = self.lines, where.by_point
        rows["township"], rows["cell"] = where.township, where.cell
        rows["priority"] = self._priorities(priorities, count)
        rows["condition"] = self._conditions(conditions, count)
        for stage in DURATIONS:
            rows[stage], more = self._durations(stage, count)
            odd += more
        conveyed = self.texts("conveyed")
        rows["conveyed"], more = cells.conveyed(*conveyed) if conveyed else (np.nan, [])
        odd += more
        rows["hospital"], more = self._hospitals(count)
        odd += more
        for name in STAMPS:
            rows[name] = self.instants.stamps(name, *(self.texts(name) or ([""] * count, "")))
        rows["incident"] = (self.texts("incident") or ([""] * count, ""))[0]
        return rows, odd

    def names(self, key: str, renamed: Mapping[str, str]) -> tuple[str, ...]:
        """What a column calls its classes, as the scenario would; the most frequent first."""
        found = self.texts(key)
        if found is None:
            return ()
        count: Counter[str] = Counter(renamed.get(text, text) for text in found[0] if text)
        apart: dict[str, str] = {}
        for name, _ in count.most_common():
            apart.setdefault(name.casefold(), name)
        return tuple(apart.values())

    def yes_or_no(self, key: str, count: int) -> np.ndarray:
        """[row] 1 or 0; nan where it says nothing, or neither."""
        found = self.texts(key)
        return np.full(count, np.nan) if found is None else cells.yes_or_no(*found)[0]

    def _durations(self, stage: str, count: int) -> tuple[np.ndarray, list[Fault]]:
        found = self.texts(stage)
        if found is None:
            return np.full(count, np.nan), []
        texts, header = found
        try:
            comma = tables.decimal_comma(self.table, texts)
        except numerals.CommaError as error:
            self.problems.at(header, line=self.lines[error.rows[0]]).tell(message_of(error))
            comma = False
        if comma:
            file = self.asked.file
            self.notes.append(
                Message("{file}: the commas of {column} are decimal ones", file=file, column=header)
            )
        factor = self.found.columns[stage].factor
        return cells.durations(texts, header, cells.LONGEST_S[stage], factor, comma)

    def _hospitals(self, count: int) -> tuple[np.ndarray, list[Fault]]:
        found = self.texts("hospital")
        if found is None:
            return np.full(count, np.nan), []
        texts, header = found
        meant = [self.asked.hospitals.get(text, text) for text in texts]
        known = {n: h.row for h in self.ground.hospitals for n in (h.name.zh, h.name.en)}
        return cells.rows_of(meant, header, known, NO_SUCH_HOSPITAL, NO_HOSPITAL)

    def _priorities(self, priorities: list[str], count: int) -> np.ndarray:
        """[row] number of the priority; all that the scenario does not know are told at once."""
        renamed = self.asked.priorities
        here = self.problems.at("replay.priorities")
        for name in sorted(set(renamed.values()) - set(priorities)):
            if "priority" in self.found.columns:
                here.tell(
                    Message(
                        'the scenario has no priority "{name}"; it has {known}',
                        name=name, known=", ".join(priorities),
                    )
                )  # fmt: skip
        return self._numbers("priority", renamed, priorities, count)

    def _conditions(self, conditions: list[str], count: int) -> np.ndarray:
        """[row] number of the condition; nothing of a scenario that names no conditions."""
        if not conditions:
            return np.full(count, np.nan)
        renamed = self.asked.conditions
        here = self.problems.at("replay.conditions")
        for name in sorted(set(renamed.values()) - set(conditions)):
            here.tell(
                Message(
                    'the scenario has no condition "{name}"; it has {known}',
                    name=name, known=", ".join(conditions),
                )
            )  # fmt: skip
        return self._numbers("condition", renamed, conditions, count)

    def _numbers(
        self, key: str, renamed: dict[str, str], names: list[str], count: int
    ) -> np.ndarray:
        """[row] number of a name of the scenario; those it has not are told in one line."""
        column = self.found.columns.get(key)
        if column is None:
            return np.full(count, np.nan)
        texts = self._joined(column, {*renamed, *names}, self.blank.get(key, ()))
        known = {name.casefold(): row for row, name in enumerate(names)}
        meant = {text: renamed.get(text, text).casefold() for text in dict.fromkeys(texts)}
        strange = sorted(text for text, name in meant.items() if text and name not in known)
        if strange and set(renamed.values()) <= set(names):
            at = [row for row, text in enumerate(texts) if text in set(strange)]
            file, count = self.asked.file, len(at)
            some = ", ".join(f'"{text}"' for text in strange[:20])
            lines = ", ".join(f'"{text}": …' for text in strange[:20])
            listed = ", ".join(names)
            told = (
                Message(
                    "no priority {names} in the scenario (rows: {n}): say which they are with "
                    "`replay: {{file: {file}, priorities: {{{lines}}}}}`, each one of {known}",
                    names=some, n=count, file=file, lines=lines, known=listed,
                )
                if key == "priority"
                else Message(
                    "no condition {names} in the scenario (rows: {n}): say which they are with "
                    "`replay: {{file: {file}, conditions: {{{lines}}}}}`, each one of {known}",
                    names=some, n=count, file=file, lines=lines, known=listed,
                )
            )  # fmt: skip
            self.problems.at(column.header, line=self.lines[at[0]]).tell(told)
        return np.array([known.get(meant[text], np.nan) if text else np.nan for text in texts])

    # ── what it comes to ─────────────────────────────────────────────────────────────────────

    def finished(self, calls: pd.DataFrame, usable: pd.DataFrame, balance: Balance) -> CallRecords:
        """The calls as arrays, and what has to be said of them."""
        xy = calls[["x", "y"]].to_numpy(float)
        received = calls["received_at"].to_numpy("datetime64[us]")
        start = received[0].astype("datetime64[D]").astype("datetime64[us]")
        end = received[-1].astype("datetime64[D]") + np.timedelta64(1, "D")
        self._from_instants(calls)
        self._say(calls, balance)
        stage_s = on_grid(calls[list(DURATIONS)].to_numpy(float))
        hospital = calls["hospital"].fillna(NONE).to_numpy(int)
        conveyed = np.where(hospital != NONE, calls["conveyed"].fillna(1.0), calls["conveyed"])
        self._contradicted(usable[usable["by_point"] & usable["township"].notna()])
        areas, townships = self._areas(calls, xy)
        condition = calls["condition"].fillna(NONE).to_numpy(int)
        built = Calls(
            on_grid((received - start) / np.timedelta64(1, "s")),
            np.arange(len(calls)),
            areas,
            townships,
            calls["priority"].fillna(NONE).to_numpy(int),
            call_taking_s=stage_s[:, 0],
            turnout_s=stage_s[:, 1],
            on_scene_s=stage_s[:, 2],
            conveyed=conveyed.astype(float),
            hospital=hospital,
            handover_s=stage_s[:, 3],
            others=no_others(len(calls)),
            other_township=no_others(len(calls)),
            condition=condition if (condition != NONE).any() else None,
        )
        length_s = (end - start) / np.timedelta64(1, "s")
        odd = oddities.of_times(received, self.instants.dates_only)
        self.odd += [*self.instants.odd, *odd]
        self.odd += [*oddities.of_places(calls)]
        if balance.further_units:
            column = self.found.columns["incident"].header
            self.odd += [*oddities.of_units(calls, column)]
        return CallRecords(
            built, xy, start.astype(datetime), float(length_s), incidents.since(calls, start),
            calls["units"].to_numpy(int), balance, tuple(self.notes), tuple(self.odd),
        )  # fmt: skip

    def refuse_span(self, path: Path, calls: pd.DataFrame) -> None:
        """RecordsError if the calls span more years than anybody has records of."""
        first, last = calls.iloc[0], calls.iloc[-1]
        years = (last["received_at"] - first["received_at"]) / oddities.DAY / oddities.YEAR_DAYS
        if years <= MOST_YEARS:
            return
        message = Message(
            "the calls span {years:.0f} years, from {first} (line {line}) to {last} (line "
            "{other}); at most {most} are replayed: a year is mistyped",
            years=years, first=str(first["received_at"])[:10], line=int(first["line"]),
            last=str(last["received_at"])[:10], other=int(last["line"]), most=MOST_YEARS,
        )  # fmt: skip
        received = self.found.columns["received_at"].header
        raise RecordsError(path, Problem(message, received))

    def _areas(self, calls: pd.DataFrame, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """[call] area and township: of the point, or as the record and its cell say."""
        areas, townships = self.ground.areas_at(xy), self.ground.townships_at(xy)
        named = ~calls["by_point"].to_numpy(bool)
        townships[named] = calls["township"].to_numpy(float)[named].astype(int)
        drawn = named & calls["cell"].notna().to_numpy()
        areas[drawn] = self.ground.cells.area[calls["cell"].to_numpy(float)[drawn].astype(int)]
        return areas, townships

    def _from_instants(self, calls: pd.DataFrame) -> None:
        """Durations between recorded instants, of the stages for which that is asked."""
        for stage in self.asked.durations:
            seconds, odd = incidents.stage_seconds(calls, stage, cells.LONGEST_S[stage])
            calls[stage] = calls[stage].fillna(pd.Series(seconds))
            if odd:
                self.notes.append(
                    Message(
                        "durations of {stage} between instants that are negative or too long: {n}; "
                        "they are drawn instead",
                        stage=STAGE_NAMES[stage], n=odd,
                    )
                )  # fmt: skip

    def _say(self, calls: pd.DataFrame, balance: Balance) -> None:
        self.notes += self.instants.notes
        if balance.further_units:
            self.notes.append(
                Message(
                    "rows of the same {column} are one call; calls: {calls}, units sent to them: "
                    "{units}",
                    column=self.found.columns["incident"].header, calls=len(calls),
                    units=int(calls["units"].sum()),
                )
            )  # fmt: skip
        if twice := incidents.repeated(calls):
            self.notes.append(
                Message(
                    "calls with the very instant and place of another: {n}; they may be recorded "
                    "twice; all are replayed", n=twice,
                )
            )  # fmt: skip
        if wrong := incidents.out_of_order(calls):
            self.notes.append(
                Message("calls whose recorded instants are not in order: {n}", n=wrong)
            )
        if self.found.unused:
            self.notes.append(
                Message("columns not used: {names}", names=", ".join(self.found.unused))
            )

    def _contradicted(self, both: pd.DataFrame) -> None:
        """`both`: rows that say a point and a township."""
        if both.empty:
            return
        at = self.ground.townships_at(both[["x", "y"]].to_numpy(float))
        wrong = both["line"].to_numpy()[both["township"].to_numpy() != at]
        if n := len(wrong):
            whole = Message(
                "Of {all} records with a point and a township, {n} name another township than "
                "the point lies in (lines: {lines}); the point is taken.",
                n=n,
                all=len(both),
                lines=faults.some_lines(wrong),
            )
            brief = Message(
                "Records: {n} of {all} name another township than their point.", n=n, all=len(both)
            )
            self.odd.append(Oddity(whole, brief))
