"""The compiled engine: the contract of the reference engine, as machine code.

    run(system, calls) -> Log

Same rules, written once in `sim.policies`; the sequence of a call's life is written anew, and
`tests/test_engines_agree.py` holds it against the reference, call by call, to the last bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled import ground
from sim.engine.compiled.desk import CALL, desk
from sim.engine.compiled.ground import ROW
from sim.engine.compiled.kept import is_kept as is_kept
from sim.engine.compiled.kernel import FULL, serve, wind
from sim.engine.log import TRIP_COLUMNS, Log
from sim.inputs.demand import Calls
from sim.inputs.system import System
from sim.policies.clock import NONE

STAGES = [name for name in CALL.fields or () if name != "wakes_at"]


def run(system: System, calls: Calls) -> Log:
    """What this layout does with these calls. Deterministic: nothing random is left to draw."""
    return Engine(system).run(calls)


class Engine:
    """`run` for one layout and many replications, in as many threads as one likes."""

    def __init__(self, system: System):
        self._ground = ground.build(system)
        self._home = np.ascontiguousarray(system.home, ROW)
        self._shifts = _in_order_of_time(system)
        self._priorities = system.mode_to_scene.shape[1]

    def run(self, calls: Calls) -> Log:
        self._refuse_unknown_rows(calls)
        rows, order = _as_rows(calls)
        stations, ambulances = len(self._ground.station_place), len(self._home)
        # Without diversion there are at most an assignment and a drive home for each call.
        lines = 2 * len(rows) + len(rows) // 4 + 16
        while True:
            made = desk(len(rows), lines, ambulances, stations, self._priorities)
            trips = serve(self._ground, rows, order, self._home, *self._shifts, made)
            if trips != FULL:
                ready_at = calls.received_at + calls.call_taking_s
                by_trip = {name: getattr(made.log, name)[:trips] for name in TRIP_COLUMNS}
                return made.log._replace(ready_at=ready_at, **by_trip)
            lines *= 2

    def _refuse_unknown_rows(self, calls: Calls) -> None:
        """Compiled code would read whatever lies there."""
        hospitals = len(self._ground.hospital_place)
        places = self._ground.from_station_s.shape[1]
        for name, low, rows in (
            ("place", 0, places), ("priority", 0, self._priorities), ("hospital", NONE, hospitals),
        ):  # fmt: skip
            column = getattr(calls, name)
            if len(column) and (column.min() < low or column.max() >= rows):
                raise IndexError(f"a call's {name} is none of {rows}")


def _in_order_of_time(system: System) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Beginnings and ends of all shifts: when, whose, and whether it begins.

    Where one shift follows at once on another, the end comes before the beginning.
    """
    of = np.repeat(np.arange(len(system.home), dtype=ROW), np.diff(system.shift_indptr))
    at = np.stack([system.on_duty_at, system.off_duty_at], axis=1).astype(float).ravel()
    order = np.argsort(at, kind="stable")  # each ambulance's own order stays
    order = order[at[order] < np.inf]
    return at[order], np.repeat(of, 2)[order], np.tile([True, False], len(of))[order]


_LAST: tuple[Calls | None, Any] = (None, None)


def _as_rows(calls: Calls) -> tuple[np.ndarray, np.ndarray]:
    """Calls as the kernel reads them, and the order in which they become ready.

    A study takes the same Calls through one layout after another: the last ones are kept, and
    locked, for a change would not be seen.
    """
    global _LAST
    kept, made = _LAST
    if kept is not calls:
        rows = np.empty(len(calls.received_at), CALL)
        rows["wakes_at"] = calls.received_at + calls.call_taking_s
        for name in STAGES:
            rows[name] = getattr(calls, name)
        order = np.argsort(rows["wakes_at"], kind="stable").astype(ROW)
        wind(rows, order)
        for column in calls:
            column.flags.writeable = False
        made = rows, order
        _LAST = calls, made
    return made
