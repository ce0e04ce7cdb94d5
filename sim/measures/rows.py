"""Tallies of many replications of one layout, call after call, for every measure there is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple, Self, cast

import numpy as np

from sim.measures.calls import Tally
from sim.measures.groups import ALL, AREAS, Group, Setup
from sim.measures.kinds import (
    Events,
    OfCalls,
    OfFleet,
    PercentileOfCalls,
    Rows,
    Sums,
    added_up,
)
from sim.measures.measures import BY_KEY
from sim.measures.places import (
    BY_PLACE,
    FEWEST,
    ByPlace,
    control_of,
    controlled,
    unless_withdrawn,
)
from sim.measures.service import CallColumns
from sim.model.calls import Ending


class Answers(NamedTuple):
    """What each call's response would be at its own place, which comes first, and at others."""

    area: np.ndarray  # [call, 1]
    township: np.ndarray  # [call, answer]
    response_s: np.ndarray  # [call, answer]; inf if the call were withdrawn before
    withdrawn_s: np.ndarray  # [call, 1]; without entries where no call is withdrawn


def _or_all(column: np.ndarray, calls: int, value: float) -> np.ndarray:
    """A column, or as long a one of the same value where it has no entries."""
    return column if len(column) == calls else np.full(calls, value, column.dtype)


class Pooled(ByPlace):
    """One layout's tallies of all replications, ready to be summed, sorted and left out."""

    def __init__(self, tallies: Sequence[Tally], setup: Setup):
        self.setup, self.tallies = setup, tallies
        self.replications = len(tallies)
        asked = {tally.asked_s.shape[1] for tally in tallies}
        self.answers = max(1, min(asked)) if len(tallies) >= FEWEST else 1
        lengths = [len(tally.response_s) for tally in tallies]
        self.replication = np.repeat(np.arange(len(tallies)), lengths)
        self.area = np.concatenate([tally.area for tally in tallies])
        self.township = np.concatenate([tally.township for tally in tallies])
        self.priority = np.concatenate([tally.priority for tally in tallies])
        self.hour = np.concatenate([tally.hour for tally in tallies])
        self.response_s = np.concatenate([tally.response_s for tally in tallies])
        self.turnout_s = np.concatenate([tally.turnout_s for tally in tallies])
        self.at_once = np.concatenate([tally.at_once for tally in tallies])
        self.cross = np.concatenate([tally.cross for tally in tallies])
        self.target_s = np.array(setup.target_s)[self.area]
        self._townships = max(len(setup.people), int(self.township.max(initial=-1)) + 1)
        self._cells: dict[tuple[object, object], Sums] = {}
        self._last: tuple[PercentileOfCalls, Group, tuple[np.ndarray, np.ndarray]] | None = None

    @cached_property
    def withdrawn_s(self) -> np.ndarray:
        """[call] seconds until it was withdrawn; inf = never. No entries where none may be."""
        return self._if_any("withdrawn_s", np.inf)

    @cached_property
    def sent(self) -> np.ndarray:
        """[call] whether anybody was sent to it; no entries where no call may be withdrawn."""
        return self._if_any("sent", True)

    @cached_property
    def waited_s(self) -> np.ndarray:
        """[call] seconds for which it waited to be assigned; inf = never assigned."""
        return self._if_any("waited_s", np.inf)

    @cached_property
    def answered_s(self) -> np.ndarray:
        """[call] seconds until somebody at the call desk took it."""
        return self._if_any("answered_s", 0.0)

    @cached_property
    def open_s(self) -> np.ndarray:
        """[call] the drive from the nearest station on open roads; no entries where all are."""
        return self._if_any("open_s", np.inf)

    @cached_property
    def cut_off_s(self) -> np.ndarray:
        """[call] seconds from ready until a station has a way there; no entries where all have."""
        return self._if_any("cut_off_s", 0.0)

    @cached_property
    def drive_factor(self) -> np.ndarray:
        """[call] on every drive to it; no entries where drives do not vary."""
        return self._if_any("drive_factor", 1.0)

    @cached_property
    def ready_s(self) -> np.ndarray:
        """[call] seconds until it was ready; no entries where no call may be withdrawn."""
        return self._if_any("ready_s", 0.0)

    @cached_property
    def sent_s(self) -> np.ndarray:
        """[call] seconds until who was under way as it was withdrawn was assigned; inf: nobody."""
        return self._if_any("sent_s", np.inf)

    @cached_property
    def set_out_s(self) -> np.ndarray:
        """[call] the turnout of who was under way as it was withdrawn; inf where nobody was."""
        return self._if_any("set_out_s", np.inf)

    @cached_property
    def ending(self) -> np.ndarray:
        """[call] how it was to end: `Ending`."""
        return self._if_any("ending", int(Ending.CONVEYED))

    def _if_any(self, name: str, value: float) -> np.ndarray:
        """[call] a column that some replications have; without entries if none has it."""
        columns = [getattr(tally, name) for tally in self.tallies]
        if not any(map(len, columns)):
            return columns[0] if columns else np.zeros(0)
        return np.concatenate(
            [_or_all(one, len(t.call), value) for one, t in zip(columns, self.tallies, strict=True)]
        )

    @cached_property
    def responder_s(self) -> np.ndarray:
        """[call] seconds until a first responder was there; inf if none came, or there are none."""
        none = np.inf
        return np.concatenate([_or_all(t.responder_s, len(t.call), none) for t in self.tallies])

    @cached_property
    def responder_asked(self) -> np.ndarray:
        """[call] whether there was a first responder to be asked."""
        return np.concatenate(
            [_or_all(t.responder_asked, len(t.call), False) for t in self.tallies]
        )

    def plain(self) -> Self:
        """The same as its calls alone tell it, whatever else was asked."""
        other = super().plain()
        other._cells, other._last = {}, None
        return other

    def members(self, group: Group) -> np.ndarray:
        """Which calls belong to a group, as rows."""
        if group.by == "all":
            return np.arange(len(self.response_s))
        return np.flatnonzero(self._column(group.by) == group.row)

    def _column(self, by: str) -> np.ndarray:
        """[call] by what calls are grouped."""
        of = self.beyond if by in ("centre", "condition") else self
        column: np.ndarray = getattr(of, by)
        return column

    @cached_property
    def beyond(self) -> CallColumns:
        """What the calls have that those of a plain service have not."""
        each = zip(*(tally.beyond for tally in self.tallies), strict=True)
        return CallColumns(*map(np.concatenate, each))

    def values(self, measure: OfCalls) -> np.ndarray:
        """[call] what a measure sums, of calls from everywhere."""
        return measure.value(self, self.setup)

    def left_out(self, key: str, group: Group = ALL) -> np.ndarray:
        """[1 + replications] the measure of all replications, then without each of them."""
        return BY_KEY[key].left_out(self, group)

    # ── what measures take ───────────────────────────────────────────────────────────────────

    def cells(self, measure: OfCalls, group: Group) -> Sums:
        """[replication, area, township]; of a priority or an hour, among its calls."""
        if group.by not in BY_PLACE:
            return self._summed(measure, self.members(group))
        key = measure.value, measure.among
        if key not in self._cells:
            self._cells[key] = self._summed(measure, np.arange(len(self.area)))
        return self._cells[key]

    def _summed(self, measure: OfCalls, some: np.ndarray) -> Sums:
        """The sums of a measure over some calls, by row, with what their answers say of them."""
        shape = (self.replications, AREAS, self._townships)
        place = self.area.astype(np.int64) * self._townships + self.township
        cell = self.replication[some] * (AREAS * self._townships) + place[some]
        among = measure.some(self, self.setup)
        among = None if among is None else among[some]
        sums = added_up(self.values(measure)[some], among, cell, math.prod(shape))
        plain = Sums(*(one.reshape(shape) for one in sums))
        if self.alike(measure) == 1:
            return plain
        # One replication after the other: all answers together are many times the calls.
        starts = np.cumsum([0, *(len(one.call) for one in self.tallies[:-1])])
        parts = np.split(some, np.searchsorted(some, starts[1:]))
        controls = [
            self._control(measure.beside or measure, tally, rows - start)
            for tally, rows, start in zip(self.tallies, parts, starts, strict=True)
        ]
        control = Sums(*(np.array(column) for column in zip(*controls, strict=True)))
        return controlled(plain, control, self.answers)

    def _control(self, measure: OfCalls, tally: Tally, some: np.ndarray) -> Sums:
        """[area, township] what the answers of some calls of a replication say of a measure."""
        area, own = tally.area[some, None], tally.township[some, None]
        asked_s, withdrawn_s = tally.asked_s[some], tally.withdrawn_s
        if len(withdrawn_s):
            withdrawn_s = withdrawn_s[some, None]
            asked_s = unless_withdrawn(asked_s, withdrawn_s)
        answers = Answers(area, np.hstack([own, tally.other_township[some]]), asked_s, withdrawn_s)
        rows = cast(Rows, answers)  # what is asked about needs areas and responses only
        values = measure.value(rows, self.setup)
        among = measure.some(rows, self.setup)
        cell = area.astype(np.int64) * self._townships + answers.township

        def added(upto: int) -> Sums:
            counted = None if among is None else among[:, :upto].ravel()
            sums = added_up(
                values[:, :upto].ravel(), counted, cell[:, :upto].ravel(), AREAS * self._townships
            )
            return Sums(*(one.reshape(AREAS, self._townships) for one in sums))

        return control_of(added(self.answers), added(1), self.answers)

    def alike(self, measure: OfCalls | PercentileOfCalls) -> int:
        """As of sums; a percentile is that of all answers, unless calls may be left for others."""
        if isinstance(measure, OfCalls) or not measure.asked:
            return super().alike(measure)
        return self.answers if all(tally.answers_hold for tally in self.tallies) else 1

    def ordered(self, measure: PercentileOfCalls, group: Group) -> tuple[np.ndarray, np.ndarray]:
        """[answer] values in ascending order, and the replication of each."""
        if self._last is None or self._last[:2] != (measure, group):  # is asked for several times
            self._last = measure, group, self._ordered(measure, group)
        return self._last[2]

    def _ordered(self, measure: PercentileOfCalls, group: Group) -> tuple[np.ndarray, np.ndarray]:
        if self.alike(measure) == 1:
            rows, values = self.members(group), measure.value(self)
            among = None if measure.among is None else measure.among(self, self.setup)
            if among is not None:
                rows = rows[among[rows]]
            order = rows[np.argsort(values[rows], kind="stable")]
            return values[order], self.replication[order]
        values, call, township = self._answers_in_order
        if group.by == "all":
            return values, self.replication[call]
        of = township if group.by == "township" else self._column(group.by)[call]
        some = of == group.row
        return values[some], self.replication[call[some]]

    @cached_property
    def _answers_in_order(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """[answer] all in ascending order; the row of the call, and the township, of each."""
        values = np.concatenate([tally.asked_s for tally in self.tallies]).ravel()
        order = np.argsort(values, kind="stable")
        call, which = (order // self.answers).astype(np.int32), order % self.answers
        others = np.concatenate([tally.other_township for tally in self.tallies])
        own = which == 0
        township = others[call, np.maximum(which, 1) - 1]
        township[own] = self.township[call[own]]
        return values[order], call, township

    def fleet(self, measure: OfFleet, group: Group = ALL) -> Sums:
        """[replication] seconds of the fleet, or what happened to it."""
        above = np.array([measure.above(tally, group) for tally in self.tallies])
        return Sums(above, np.array([measure.below(tally, group) for tally in self.tallies]))

    def events(self, value: Events, group: Group) -> list[np.ndarray]:
        """[replication][event] values of what a measure is of."""
        return [value(tally, self.setup, group) for tally in self.tallies]

    def event_sums(self, value: Events, group: Group) -> Sums:
        """[replication] the sum of the same values, and how many they are."""
        events = self.events(value, group)
        above = np.array([float(one.sum()) for one in events])
        return Sums(above, np.array([float(len(one)) for one in events]))
