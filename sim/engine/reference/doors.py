"""The doors of hospitals: patients wait in one line for a bay, in the order in which they come.

Of ambulances that come in one instant the lower row is first, and all of them before who walks in;
but who left a scene in this very instant, at the hospital's door, comes after all of these.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
import simpy

from sim.engine.reference.logbook import Logbook
from sim.model.calls import Calls, WalkIns
from sim.model.service import Destinations, Service
from sim.policies.clock import NONE
from sim.policies.hospitals import HOSPITAL, is_closed

Process = Generator[simpy.Event, Any, None]


class PatientAtDoor:
    """Somebody at the door, or in a bay."""

    def __init__(self, env: simpy.Environment, came_by_ambulance: bool):
        self.has_bay = env.event()
        self.came_by_ambulance = came_by_ambulance


class Door:
    """One hospital's bays and the line for them."""

    def __init__(self, bays: int):
        self.free = bays
        self.line: deque[PatientAtDoor] = deque()
        self.on_the_way = 0  # patients in ambulances that drive here
        self.in_care = 0  # who are in intensive care, or come to it from a bay

    def come(self, patient: PatientAtDoor) -> None:
        """Take a bay, or wait for one."""
        self.line.append(patient)
        self._fill()

    def empty_a_bay(self) -> None:
        self.free += 1
        self._fill()

    def _fill(self) -> None:
        while self.line and self.free:
            self.free -= 1
            self.line.popleft().has_bay.succeed()


class Doors:
    """All hospitals of a layout."""

    def __init__(
        self,
        env: simpy.Environment,
        service: Service | None,
        walk_ins: WalkIns | None,
        log: Logbook,
    ):
        self.env, self.walk_ins, self.log = env, walk_ins, log
        self.rules: Destinations | None = None if service is None else service.destinations
        self.of = [] if self.rules is None else [Door(int(bays)) for bays in self.rules.bays]

    def as_now(self, seconds: Sequence[float]) -> np.recarray:
        """[hospital] HOSPITAL: how full they are now, `seconds` from a scene."""
        assert self.rules is not None
        table = np.zeros(len(self.of), HOSPITAL).view(np.recarray)
        for name in ("mean_stay_s", "away_s", "consortium", "bays", "icu", "full_at"):
            table[name] = getattr(self.rules, name)
        table["seconds"] = np.array(seconds, float) + self.rules.away_s
        for row, door in zip(table, self.of, strict=True):
            row.waiting = sum(patient.came_by_ambulance for patient in door.line)
            row.ahead = len(door.line) + door.on_the_way
            row.free_bays, row.in_care = door.free, door.in_care
        return table

    def closed_to(self, patient: int) -> list[bool]:
        """[hospital] whether it takes none such now."""
        assert self.rules is not None
        closures, closed = self.rules.closures, [False] * len(self.of)
        for row, hospital in enumerate(closures.hospital.tolist()):
            if closures.kinds[row, patient]:
                span = closures.from_at[row], closures.until_at[row]
                closed[hospital] |= is_closed(self.env.now, *span)
        return closed

    def stay_s(self, calls: Calls, call: int, hospital: int) -> float:
        """How long the patient of a call stays in a bay after handover."""
        if calls.stay_s is None:
            return 0.0
        law = NONE if self.rules is None else self.rules.own_stay[hospital]
        if calls.own_stay_s is not None and law != NONE:
            return float(calls.own_stay_s[call][law])
        return float(calls.stay_s[call])

    def admit_walk_ins(self, priority: int) -> Process:
        """`priority`: of events, after the ambulances of an instant."""
        assert self.walk_ins is not None
        for row, (hospital, at) in enumerate(
            zip(self.walk_ins.hospital.tolist(), self.walk_ins.at.tolist(), strict=True)
        ):
            event = self.env.event()
            event._ok, event._value = True, None
            self.env.schedule(event, priority, at - self.env.now)  # type: ignore[arg-type]
            yield event

            self.env.process(self.walk_in(row, self.of[hospital]))

    def walk_in(self, row: int, door: Door) -> Process:
        assert self.rules is not None
        assert self.walk_ins is not None
        if not door.free and not self.rules.walk_ins_wait:
            return
        patient = PatientAtDoor(self.env, came_by_ambulance=False)
        door.come(patient)
        yield patient.has_bay

        self.log.bay_at[row] = self.env.now
        yield self.env.timeout(self.walk_ins.stay_s[row])

        door.empty_a_bay()

    def keep_bay(self, door: Door, seconds: float, icu_s: float) -> Process:
        """A patient stays in the bay, and then perhaps in intensive care."""
        yield self.env.timeout(seconds)

        door.empty_a_bay()
        if icu_s > 0:
            yield self.env.timeout(icu_s)

            door.in_care -= 1
