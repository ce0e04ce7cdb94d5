"""The compiled engine: the contract of the reference engine, as machine code.

    run(system, calls) -> Log

Same rules, written once in `sim.policies`; the sequence of a call's life is written anew, and
`tests/test_engines_agree.py` holds it against the reference, call by call, to the last bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine.compiled import constants
from sim.engine.compiled.constants import Constants
from sim.engine.compiled.driving import ROW
from sim.engine.compiled.kernel import FULL, serve, wind
from sim.engine.compiled.state import CALL, new_state
from sim.model.calls import Calls
from sim.model.log import TRIP_COLUMNS, Log
from sim.model.system import System
from sim.policies.clock import NONE

STAGES = [name for name in CALL.fields or () if name != "wakes_at"]


def run(system: System, calls: Calls) -> Log:
    """What this layout does with these calls. Deterministic: nothing random is left to draw."""
    return Engine(system).run(calls)


class PackedCalls(NamedTuple):
    """One replication's calls as the kernel reads them, the same for every layout."""

    rows: np.ndarray  # [call] CALL
    order: np.ndarray  # [call] in which they become ready
    ready_at: np.ndarray  # [call] as the log has it
    named: dict[str, tuple[int, int]]  # the lowest and the highest row that is named, by column


def pack(calls: Calls) -> PackedCalls:
    """Calls as rows. The calls are copied, and not changed."""
    ready_at = calls.ready_at
    rows = np.empty(len(ready_at), CALL)
    rows["wakes_at"] = ready_at
    for name in STAGES:
        rows[name] = getattr(calls, name)
    order = np.argsort(ready_at, kind="stable").astype(ROW)
    wind(rows, order)
    columns = {name: getattr(calls, name) for name in ("place", "priority", "hospital")}
    named = {
        name: (int(column.min(initial=0)), int(column.max(initial=NONE)))
        for name, column in columns.items()
    }
    return PackedCalls(rows, order, ready_at, named)


class Engine:
    """`run` for one layout and many replications, in as many threads as one likes."""

    def __init__(self, system: System, like: Engine | None = None):
        """`like`: the engine of another layout, of which is taken over what is the same."""
        built: Constants | None = None if like is None else like._built
        self._built: Constants = constants.build(system, built)
        self._fixed = self._built.fixed
        self._home = np.ascontiguousarray(system.fleet.home, ROW)
        self._shifts = _in_order_of_time(system)
        self._priorities = system.roads.mode_to_scene.shape[1]

    def pack(self, calls: Calls) -> PackedCalls:
        """Calls in the form in which `run` reads them; any layout's engine can run them."""
        return pack(calls)

    def run(self, calls: Calls | PackedCalls) -> Log:
        """What the layout does with these calls.

        Raises IndexError if a call names a place, priority or hospital that the layout has not.
        """
        packed = calls if isinstance(calls, PackedCalls) else pack(calls)
        self._refuse_unknown_rows(packed)
        rows, order, ready_at, _ = packed
        stations, ambulances = len(self._fixed.station_place), len(self._home)
        by_priority = np.bincount(rows["priority"], minlength=self._priorities)
        # Without diversion there are at most an assignment and a drive home for each call.
        lines = 2 * len(rows) + len(rows) // 4 + 16
        while True:
            state = new_state(by_priority, lines, ambulances, stations)
            trips = serve(self._fixed, rows, order, self._home, *self._shifts, state)
            if trips != FULL:
                by_trip = {name: getattr(state.log, name)[:trips] for name in TRIP_COLUMNS}
                return state.log._replace(ready_at=ready_at, **by_trip)
            lines *= 2

    def _refuse_unknown_rows(self, calls: PackedCalls) -> None:
        """Compiled code would read whatever lies there."""
        hospitals = len(self._fixed.hospital_place)
        places = self._fixed.from_station_s.shape[1]
        for name, low, rows in (
            ("place", 0, places), ("priority", 0, self._priorities), ("hospital", NONE, hospitals),
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
