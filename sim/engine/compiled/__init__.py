"""The compiled engine: the contract of the reference engine, as machine code.

    run(system, calls) -> Log

Same rules, written once in `sim.policies`; the sequence of a call's life is written anew, and
`tests/test_engines_agree.py` holds it against the reference, call by call, to the last bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine.compiled import beyond, constants
from sim.engine.compiled.adding import add_up
from sim.engine.compiled.beyond import PAUSES, NeedRows, ServiceState, rows_of
from sim.engine.compiled.constants import Constants
from sim.engine.compiled.driving import ROW
from sim.engine.compiled.kernel import FULL, serve, wind
from sim.engine.compiled.state import CALL, CountedDuty, State, new_state
from sim.model.calendar import Window
from sim.model.calls import Calls, asks_for_more, needs_of
from sim.model.log import TRIP_COLUMNS, Beyond, Log, Pauses, answers, in_order
from sim.model.system import System
from sim.model.totals import COUNTED, Totals
from sim.policies.clock import NONE

MANY_CALLS = 1_000
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

    rows: np.ndarray  # [need] CALL: of each call one, unless calls say what they need
    order: np.ndarray  # [need] in which they become ready
    ready_at: np.ndarray  # [call] as the log has it
    named: dict[str, tuple[int, int]]  # the lowest and the highest row that is named, by column
    townships: int  # rows of townships that are named
    others: np.ndarray  # [need, other]
    where: Where
    calls: Calls
    beyond: NeedRows  # what engines of more than the plain service read besides


def pack(calls: Calls) -> PackedCalls:
    """Calls as rows. The calls are copied, and not changed."""
    needs, of = needs_of(calls), slice(None) if calls.needs is None else calls.needs.call
    rows = np.empty(len(needs.call), CALL)
    for name in STAGES:
        rows[name] = getattr(calls, name)[of]
    rows["wakes_at"] = calls.ready_at[of] + needs.delay_s
    rows["turnout_s"] = needs.turnout_s
    order = np.argsort(rows["wakes_at"], kind="stable").astype(ROW)
    wind(rows, order)
    columns = {name: getattr(calls, name) for name in ("place", "priority", "hospital", "others")}
    named = {
        name: (int(column.min(initial=0)), int(column.max(initial=NONE)))
        for name, column in columns.items()
    }
    others = np.ascontiguousarray(calls.others[of], ROW)
    where = Where(*(np.ascontiguousarray(getattr(calls, n), np.int32) for n in Where._fields))
    lowest = min(column.min(initial=0) for column in where)
    if lowest < 0:
        raise IndexError("a call's area or township is no row")
    townships = 1 + max(where.township.max(initial=-1), where.other_township.max(initial=-1))
    return PackedCalls(
        rows,
        order,
        calls.ready_at,
        named,
        int(townships),
        others,
        where,
        calls,
        rows_of(calls, needs),
    )


class Engine:
    """`run` for one layout and many replications, in as many threads as one likes."""

    def __init__(self, system: System, like: Engine | None = None):
        """`like`: the engine of another layout, of which is taken over what is the same."""
        built: Constants | None = None if like is None else like._built
        self._built: Constants = constants.build(system, built)
        self._fixed = self._built.fixed
        self._home = np.ascontiguousarray(system.fleet.home, ROW)
        self._system, self._beyond = system, beyond.fixed_of(system)
        self._happens, self._needed = beyond.happenings(system)
        self._shifts_of = (
            np.ascontiguousarray(system.fleet.shift_indptr, np.int64),
            np.ascontiguousarray(system.fleet.on_duty_at, float),
            np.ascontiguousarray(system.fleet.off_duty_at, float),
        )
        self._priorities = system.roads.mode_to_scene.shape[1]
        # Without diversion there are at most an assignment and a drive home for each call; where
        # that was too few once, the next replication need not find it out again.
        self._lines_a_call = 2.25

    def pack(self, calls: Calls) -> PackedCalls:
        """Calls in the form in which `run` reads them; any layout's engine can run them."""
        return pack(calls)

    def run(self, calls: Calls | PackedCalls) -> Log:
        """What the layout does with these calls.

        Raises IndexError if a call names a place, priority or hospital that the layout has not.
        """
        packed = self._packed(calls)
        count = len(packed.rows)
        lines = int(self._lines_a_call * count) + 16
        while True:
            state, more, trips = self._served(packed, lines, NO_WINDOW, logged=True)
            if trips != FULL:
                break
            lines *= 2
        if count >= MANY_CALLS:  # moves between few calls say nothing of many
            self._lines_a_call = max(self._lines_a_call, 1.1 * trips / count)
        return self._log(packed, state, more, trips)

    def _log(self, packed: PackedCalls, state: State, more: ServiceState | None, trips: int) -> Log:
        by_trip = {name: getattr(state.log, name)[:trips] for name in TRIP_COLUMNS}
        log = state.log._replace(ready_at=packed.ready_at, **by_trip)
        if more is None:
            return log
        first, need, call = more.scene["first"], log.call, log.call.copy()
        served = need != NONE
        call[served] = more.need["call"][need[served]]
        rank = need.copy()
        rank[served] -= first[call[served]].astype(np.int32)
        pauses = Pauses(*(column[: more.held[PAUSES]] for column in more.pauses))
        return log._replace(
            lost=log.lost[first],
            asked_s=log.asked_s[first],
            call=call,
            beyond=Beyond(
                rank,
                in_order(pauses),
                more.passed_over[:trips],
                more.walk_in["bay_at"].copy(),
            ),
        )

    def totals(
        self,
        calls: Calls | PackedCalls,
        window: Window,
        target_s: tuple[float, float],
        townships: int,
    ) -> Totals | None:
        """The same added up, without a log; None beyond the plain service.

        `target_s`: by area; `townships`: at least so many. Raises IndexError as `run` does.
        """
        if self._beyond is not None:
            return None
        packed = self._packed(calls)
        state, _, _ = self._served(packed, 0, window, logged=False)
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
        if self._beyond is None and asks_for_more(packed.calls):
            raise ValueError("calls that are withdrawn, or drives that vary, need a Service")
        return packed

    def _served(
        self, packed: PackedCalls, lines: int, window: Window, logged: bool
    ) -> tuple[State, ServiceState | None, int]:
        """The state at the end, and the number of trips in the log."""
        duty = CountedDuty(float(window.start_s), float(window.end_s), *self._shifts_of)
        groups, more = packed.rows["priority"], None
        count = self._priorities
        if self._beyond is not None:
            breaks = len(self._beyond.service.breaks.length_s)
            pauses = lines // 8 + 2 * breaks + 4 * len(self._home) + 16
            more = beyond.new(
                self._beyond,
                self._system,
                packed.calls,
                packed.beyond,
                self._priorities,
                (pauses, lines),
            )
            groups, count = more.need["group"], len(more.hopeless)
        by_group = np.bincount(groups, minlength=count)
        stations = len(self._fixed.station_place)
        state = new_state(by_group, lines, stations, packed.others, duty, logged)
        trips = serve(
            self._fixed, packed.rows, packed.order, self._home, self._happens, self._needed, state,
            more,
        )  # fmt: skip
        return state, more, trips

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
