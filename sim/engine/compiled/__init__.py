"""The compiled engine: the contract of the reference engine, as machine code.

    run(system, calls) -> Log

Same rules, written once in `sim.policies`; the sequence of a call's life is written anew, and
`tests/test_engines_agree.py` holds it against the reference, call by call, to the last bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine.compiled import constants
from sim.engine.compiled.adding import add_up
from sim.engine.compiled.constants import Constants
from sim.engine.compiled.driving import ROW
from sim.engine.compiled.kernel import FULL, serve, wind
from sim.engine.compiled.state import CALL, Duty, State, new_state
from sim.model.calendar import Window
from sim.model.calls import Calls
from sim.model.log import TRIP_COLUMNS, Log, answers
from sim.model.system import System
from sim.model.totals import COUNTED, Totals
from sim.policies.clock import NONE

NO_WINDOW = Window(0.0, 0.0)  # nothing of the ambulances' time is added up
STAGES = [name for name in CALL.fields or () if name != "wakes_at"]


def run(system: System, calls: Calls) -> Log:
    """What this layout does with these calls. Deterministic: nothing random is left to draw."""
    return Engine(system).run(calls)


class Where(NamedTuple):
    """Where calls and their other places are counted."""

    area: np.ndarray  # [call]
    township: np.ndarray  # [call]
    other_township: np.ndarray  # [call, other]


class PackedCalls(NamedTuple):
    """One replication's calls as the kernel reads them, the same for every layout."""

    rows: np.ndarray  # [call] CALL
    order: np.ndarray  # [call] in which they become ready
    ready_at: np.ndarray  # [call] as the log has it
    named: dict[str, tuple[int, int]]  # the lowest and the highest row that is named, by column
    townships: int  # rows of townships that are named
    others: np.ndarray  # [call, other]
    where: Where


def pack(calls: Calls) -> PackedCalls:
    """Calls as rows. The calls are copied, and not changed."""
    ready_at = calls.ready_at
    rows = np.empty(len(ready_at), CALL)
    rows["wakes_at"] = ready_at
    for name in STAGES:
        rows[name] = getattr(calls, name)
    order = np.argsort(ready_at, kind="stable").astype(ROW)
    wind(rows, order)
    columns = {name: getattr(calls, name) for name in ("place", "priority", "hospital", "others")}
    named = {
        name: (int(column.min(initial=0)), int(column.max(initial=NONE)))
        for name, column in columns.items()
    }
    others = np.ascontiguousarray(calls.others, ROW)
    where = Where(*(np.ascontiguousarray(getattr(calls, n), np.int32) for n in Where._fields))
    lowest = min(column.min(initial=0) for column in where)
    if lowest < 0:
        raise IndexError("a call's area or township is no row")
    townships = 1 + max(where.township.max(initial=-1), where.other_township.max(initial=-1))
    return PackedCalls(rows, order, ready_at, named, int(townships), others, where)


class Engine:
    """`run` for one layout and many replications, in as many threads as one likes."""

    def __init__(self, system: System, like: Engine | None = None):
        """`like`: the engine of another layout, of which is taken over what is the same."""
        built: Constants | None = None if like is None else like._built
        self._built: Constants = constants.build(system, built)
        self._fixed = self._built.fixed
        self._home = np.ascontiguousarray(system.fleet.home, ROW)
        self._shifts = _in_order_of_time(system)
        self._shifts_of = (
            np.ascontiguousarray(system.fleet.shift_indptr, np.int64),
            np.ascontiguousarray(system.fleet.on_duty_at, float),
            np.ascontiguousarray(system.fleet.off_duty_at, float),
        )
        self._priorities = system.roads.mode_to_scene.shape[1]

    def pack(self, calls: Calls) -> PackedCalls:
        """Calls in the form in which `run` reads them; any layout's engine can run them."""
        return pack(calls)

    def run(self, calls: Calls | PackedCalls) -> Log:
        """What the layout does with these calls.

        Raises IndexError if a call names a place, priority or hospital that the layout has not.
        """
        packed = self._packed(calls)
        # Without diversion there are at most an assignment and a drive home for each call.
        lines = 2 * len(packed.rows) + len(packed.rows) // 4 + 16
        while True:
            state, trips = self._served(packed, lines, NO_WINDOW, logged=True)
            if trips != FULL:
                by_trip = {name: getattr(state.log, name)[:trips] for name in TRIP_COLUMNS}
                return state.log._replace(ready_at=packed.ready_at, **by_trip)
            lines *= 2

    def totals(
        self,
        calls: Calls | PackedCalls,
        window: Window,
        target_s: tuple[float, float],
        townships: int,
    ) -> Totals:
        """The same added up, without a log.

        `target_s`: by area; `townships`: at least so many. Raises IndexError as `run` does.
        """
        packed = self._packed(calls)
        state, _ = self._served(packed, 0, window, logged=False)
        townships = max(townships, packed.townships)
        shape = (COUNTED, len(target_s), townships)
        asked = COUNTED, len(target_s), townships if packed.others.shape[1] else 0
        found = Totals(
            np.zeros(shape), np.zeros(shape), np.zeros(asked), np.zeros(asked),
            max(1, answers(packed.others)),
            np.zeros(len(self._fixed.station_place), np.int64), state.busy_s,
        )  # fmt: skip
        add_up(packed.rows, packed.where, state, self._home, np.array(target_s, float), found)
        return found

    def _packed(self, calls: Calls | PackedCalls) -> PackedCalls:
        packed = calls if isinstance(calls, PackedCalls) else pack(calls)
        self._refuse_unknown_rows(packed)
        return packed

    def _served(
        self, packed: PackedCalls, lines: int, window: Window, logged: bool
    ) -> tuple[State, int]:
        """The state at the end, and the number of trips in the log."""
        duty = Duty(float(window.start_s), float(window.end_s), *self._shifts_of)
        by_priority = np.bincount(packed.rows["priority"], minlength=self._priorities)
        stations = len(self._fixed.station_place)
        state = new_state(by_priority, lines, stations, packed.others, duty, logged)
        trips = serve(self._fixed, packed.rows, packed.order, self._home, *self._shifts, state)
        return state, trips

    def _refuse_unknown_rows(self, calls: PackedCalls) -> None:
        """Compiled code would read whatever lies there."""
        hospitals = len(self._fixed.hospital_place)
        places = self._fixed.from_station_s.shape[1]
        for name, low, rows in (
            ("place", 0, places), ("priority", 0, self._priorities), ("hospital", NONE, hospitals),
            ("others", 0, places),
        ):  # fmt: skip
            lowest, highest = calls.named[name]
            if lowest < low or highest >= rows:
                raise IndexError(f"a call's {name} is none of {rows}")


def _in_order_of_time(system: System) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Beginnings and ends of all shifts: when, whose, and whether it begins.

    Where one shift follows at once on another, the end comes before the beginning.
    """
    of = np.repeat(np.arange(len(system.fleet.home), dtype=ROW), np.diff(system.fleet.shift_indptr))
    at = np.stack([system.fleet.on_duty_at, system.fleet.off_duty_at], axis=1).astype(float).ravel()
    order = np.argsort(at, kind="stable")  # each ambulance's own order stays
    order = order[at[order] < np.inf]
    return at[order], np.repeat(of, 2)[order], np.tile([True, False], len(of))[order]
