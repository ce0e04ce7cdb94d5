"""The calls a year of a planner's workbook, by township, as a rate and shares of it.

None is lost without a word: calls that are written are modelled, or refused by their cell; and
calls that are not written, but assumed, are told by theirs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sim import limits
from sim.errors import Problem
from sim.files import planner_sheets
from sim.scenario.centres import rows_by_name
from sim.scenario.validation import listed
from sim.text import Message

if TYPE_CHECKING:
    from sim.files.sheet_rows import SheetRows
    from sim.geography.bundle import Map

TOWNSHIP_NAMES: Final = ("name", "name_zh", "乡镇", "乡镇名称", "名称", "township", "name_en")
SAME: Final = 0.01  # a map whose people give so nearly the calls that are written has them


class YearlyCalls(NamedTuple):
    """Townships of which calls a year are known: their names, calls and people, one by one."""

    names: list[str]
    calls: np.ndarray
    people: np.ndarray

    @property
    def mean(self) -> float:
        """Calls a year of one person, in all of them together."""
        return float(self.calls.sum() / self.people.sum())

    @property
    def shares(self) -> np.ndarray:
        """[township] the calls of one person against the mean."""
        return self.calls / self.people / self.mean


class CallsOfWorkbook:
    """The column of calls a year read: `rate` as `demand.rate` has it, the cell of everything.

    `problems` are of calls that could not be modelled, `doubts` of those that are assumed. `rate`
    is empty, and `known` None, where no calls are written, or not all of them can be read.
    """

    def __init__(self, path: Path, table: SheetRows, said_before: str):
        """`said_before`: the cell of a rate that the settings say; "" if they say none."""
        self.rate: dict[str, Any] = {}
        self.known: YearlyCalls | None = None
        self.problems: list[Problem] = []
        self.doubts: list[Message] = []
        self.cells: dict[tuple[str | int, ...], str] = {}
        self._path, self._table = path, table
        self._yearly = table.column(planner_sheets.YEARLY)
        if not self._yearly or not any(table.text(row, self._yearly) for row in table.rows()):
            return
        if said_before:
            message = Message(
                "calls are said twice: here, and in the settings as {place}; leave one of them",
                place=said_before,
            )
            self._tell(table.rows()[0], self._yearly, message)
            return
        self._read()

    def _tell(self, row: int, column: str, message: Message) -> None:
        self.problems.append(self._table.problem(row, column, message))

    def _read(self) -> None:
        from sim.errors import MapImportError
        from sim.files import numerals, tables  # which open pandas
        from sim.geography.making import headcount

        table, frame = self._table, self._table.frame
        named, living = table.needed(TOWNSHIP_NAMES), tables.column(frame, headcount.USUAL)
        self.problems += table.problems
        read = []
        for column, units, empty in ((self._yearly, {}, True), (living, numerals.PEOPLE, False)):
            if not column:
                self._tell(table.rows()[0], self._yearly, NO_PEOPLE)
                continue
            try:
                read.append(
                    tables.numbers(
                        self._path, frame, column, units, empty=empty, refuse=_below_nothing
                    )
                )
            except MapImportError as error:
                self.problems += error.problems
        if self.problems:
            return
        calls, people = read
        rows, names = table.rows(), [table.text(row, named) for row in table.rows()]
        self._refuse_lost(names, named, living, calls, people)
        written = np.flatnonzero((calls == calls) & (people > 0))
        if not self.problems and not calls[written].sum() > 0:
            self._tell(rows[0], self._yearly, NO_CALLS if (calls == 0).any() else NO_PEOPLE)
        if self.problems:
            return
        known = YearlyCalls([names[at] for at in written], calls[written], people[written])
        self.known = known
        said = f"{known.mean * 1000:.9g} per 1000 people per year"
        shares = {
            name: f"{100 * share:.9g} %"
            for name, share in zip(known.names, known.shares, strict=True)
        }
        self.rate = {"urban": said, "rural": said, "townships": shares}
        for at in written:
            loc = ("demand", "rate", "townships", names[at])
            self.cells[loc] = table.place(rows[at], self._yearly)
        self.cells["demand", "rate"] = table.place(rows[0], self._yearly)
        self._ask_about_blanks(names, np.flatnonzero((calls != calls) & (people > 0)), people)

    def _refuse_lost(
        self, names: list[str], named: str, living: str, calls: np.ndarray, people: np.ndarray
    ) -> None:
        """Tell of calls that no township of the map could have: without people, or a name."""
        from sim.geography.making import workbook_sheets

        first: dict[str, int] = {}
        for at, (row, name) in enumerate(zip(self._table.rows(), names, strict=True)):
            if not calls[at] >= 0:
                continue
            if not name:
                self._tell(row, named, Message("write a name"))
                continue
            if len(name) > limits.NAME:
                self._tell(row, named, workbook_sheets.too_long(name))
            before = first.setdefault(name.casefold(), row)
            if before != row:
                message = Message(
                    "{value} stands here again, after row {row}: each name once",
                    value=name, row=before,
                )  # fmt: skip
                self._tell(row, named, message)
            if calls[at] > 0 and people[at] == 0:
                self._tell(row, living, Message(NOBODY.text, name=name, calls=calls[at]))

    def _ask_about_blanks(self, names: list[str], blanks: np.ndarray, people: np.ndarray) -> None:
        if not len(blanks):
            return
        assert self.known is not None
        letters = self._table.frame.attrs["letters"][self._yearly]
        told = [f"{names[at]} ({letters}{self._table.rows()[at]})" for at in blanks]
        self.doubts.append(
            Message(
                "{workbook}, sheet {sheet}: no calls a year are written of {townships}; "
                "{calls:,.0f} are assumed there, as many a person as in the others "
                "({rate:.3g} per 1000). Write their number; 0 if there are none",
                workbook=self._path.name, sheet=self._table.frame.attrs["sheet"],
                townships=listed(told), calls=self.known.mean * people[blanks].sum(),
                rate=self.known.mean * 1000,
            )
        )  # fmt: skip


NO_PEOPLE: Final = Message("calls a year need people: write how many live in each township")
NO_CALLS: Final = Message(
    "every township has 0 calls a year: write how many there are, or leave all blank if that is "
    "not known"
)
NOBODY: Final = Message(
    "nobody lives in {name}, and its {calls:,.10g} calls a year come of people: write how many "
    "live there, or count its calls in a neighbouring township"
)


def _below_nothing(value: float) -> Message | None:
    if value >= 0:
        return None
    return Message("write a number from 0 up; found {found:g}", found=value)


def others_on_the_map(path: Path, known: YearlyCalls, on: Map) -> Message | None:
    """What is said where a map has other people than the workbook, and so other calls a year.

    None where every township has its calls, but for a hundredth. Townships that the map does not
    have are told elsewhere.
    """
    rows = rows_by_name(on)
    people = np.bincount(on.cells.township, on.cells.people, len(on.townships))
    told = []
    for name, calls, share in zip(known.names, known.calls, known.shares, strict=True):
        here = rows.get(name.casefold())
        if here is None:
            continue
        found = known.mean * share * people[here].sum()
        if abs(found - calls) > max(SAME * calls, 0.5):
            told.append(
                Message("{name} {found:,.0f}, not {calls:,.0f}", name=name, found=found,
                        calls=calls)
            )  # fmt: skip
    if not told:
        return None
    return Message(
        "the map {map} has other people than {workbook}, and so other calls a year: {townships}",
        map=on.name, workbook=str(path), townships=listed(told),
    )  # fmt: skip
