"""Breaks of crews, and vehicles off the road."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy

from sim.engine.reference.fleet import Pause, Vehicle
from sim.engine.reference.logbook import Logbook
from sim.engine.reference.situation import Situation
from sim.model.calls import Failures
from sim.model.log import BREAK, FAILURE
from sim.policies.clock import NONE
from sim.policies.dispatch import Status

Process = Generator[simpy.Event, Any, None]


class Pausing:
    """When ambulances are there, and yet serve nobody."""

    def __init__(self, of: Situation, reconsider: Callable[[], None], log: Logbook):
        self.env, self.fleet, self.service = of.env, of.fleet, of.system.service
        self.reconsider, self.log = reconsider, log

    def begin(self, failures: Failures | None) -> None:
        """Set off what happens by itself: breaks come due, vehicles fail."""
        if self.service is None:
            return
        for ambulance in self.fleet:
            self.env.process(self.remind_of_breaks(ambulance))
            vehicle = self.service.vehicle[ambulance.row]
            if failures is not None and vehicle in failures.vehicle:
                row = int(np.searchsorted(failures.vehicle, vehicle))
                spans = zip(
                    failures.after_s[row].tolist(), failures.off_s[row].tolist(), strict=True
                )
                self.env.process(self.keep_on_the_road(ambulance, list(spans)))

    # ── what takes time ──────────────────────────────────────────────────────────────────────

    def remind_of_breaks(self, ambulance: Vehicle) -> Process:
        assert self.service is not None
        breaks = self.service.breaks
        for row in range(*breaks.indptr[ambulance.row : ambulance.row + 2].tolist()):
            yield self.env.timeout(breaks.earliest_at[row] - self.env.now)
            self.reconsider()

    def take_break(self, ambulance: Vehicle, pause: Pause) -> Process:
        yield self.env.timeout(pause.ended_at - self.env.now)
        if ambulance.pause is not pause:  # a call has ended it
            return
        ambulance.pause, ambulance.status = None, Status.AT_STATION
        ambulance.next_break += 1
        ambulance.break_left_s = np.nan
        self.reconsider()

    def keep_on_the_road(self, ambulance: Vehicle, spans: list[tuple[float, float]]) -> Process:
        """In service for a time by the clock, then off the road: at once, or when it is free."""
        for failure, (after_s, off_s) in enumerate(spans):
            if after_s == np.inf:
                return
            yield self.env.timeout(after_s)
            if ambulance.need != NONE:
                ambulance.when_free = self.env.event()
                yield ambulance.when_free

            ambulance.failed = True
            ends_at = self.env.now + off_s
            pause = Pause(ambulance.row, FAILURE, failure, self.env.now, ends_at)
            self.log.pauses.append(pause)
            self.reconsider()
            yield self.env.timeout(ends_at - self.env.now)

            ambulance.failed = False
            self.reconsider()

    # ── what happens in an instant ───────────────────────────────────────────────────────────

    def due(self, ambulance: Vehicle) -> int:
        """The break that it should take now, NONE if none; those that are too late are missed."""
        assert self.service is not None
        breaks, now = self.service.breaks, self.env.now
        last = breaks.indptr[ambulance.row + 1]
        while ambulance.next_break < last and breaks.latest_at[ambulance.next_break] < now:
            ambulance.next_break += 1
            ambulance.break_left_s = np.nan
        row = ambulance.next_break
        return row if row < last and breaks.earliest_at[row] <= now else NONE

    def begin_breaks(self) -> None:
        """Who is idle at a station with a building, and whose break is due, takes it."""
        if self.service is None:
            return
        for ambulance in self.fleet:
            idle = ambulance.status == Status.AT_STATION and ambulance.can_serve
            if not idle or not self.service.standby.has_building[ambulance.base]:
                continue
            row = self.due(ambulance)
            if row != NONE:
                left_s = ambulance.break_left_s
                length_s = self.service.breaks.length_s[row] if np.isnan(left_s) else left_s
                pause = Pause(ambulance.row, BREAK, row, self.env.now, self.env.now + length_s)
                self.log.pauses.append(pause)
                ambulance.pause, ambulance.status = pause, Status.ON_BREAK
                self.env.process(self.take_break(ambulance, pause))

    def end_break(self, ambulance: Vehicle) -> None:
        """A call ends the break of a crew."""
        pause = ambulance.pause
        assert pause is not None
        assert self.service is not None
        left_s = pause.ended_at - self.env.now
        ambulance.break_left_s = np.nan if self.service.breaks.anew else left_s
        pause.ended_at, pause.whole = self.env.now, False
        ambulance.pause, ambulance.status = None, Status.AT_STATION
