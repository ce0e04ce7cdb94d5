"""Whether an ambulance may be sent to a need, and what is added to the seconds expected of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from sim.engine.reference.fleet import Vehicle
from sim.model.system import System
from sim.policies.eligibility import is_kept_back, is_within, may_help, takes_calls


class KnownNeed(NamedTuple):
    """What a dispatcher knows of a need."""

    kind: int
    priority: int
    place: int
    ready_at: float


class SendingRules:
    """The rules beyond the plain service: each one hides an ambulance, or makes it seem farther."""

    def __init__(self, system: System, fleet: Sequence[Vehicle]):
        self.service, self.fleet = system.service, fleet

    def penalty_s(
        self, ambulance: Vehicle, need: KnownNeed, now: float, taken: Collection[Vehicle]
    ) -> float:
        """Seconds that are added; inf if it may not be sent. `taken`: no longer free."""
        if self.service is None:
            return 0.0
        sending, areas = self.service.sending, self.service.areas
        penalty_s = float(sending.penalty_s[need.kind, ambulance.kind])
        if not takes_calls(now, ambulance.off_at, sending.last_calls_s, need.priority):
            return np.inf
        for reserve in range(len(sending.keep)):
            if self._is_of(reserve, ambulance):
                free = sum(
                    self._is_of(reserve, other) and other.centre == ambulance.centre
                    for other in self._free(taken)
                )
                if is_kept_back(need.priority, sending.upto[reserve], free, sending.keep[reserve]):
                    return np.inf
        centre = areas.centre[need.place]
        if ambulance.centre != centre:
            free = sum(other.centre == ambulance.centre for other in self._free(taken))
            after_s, keep = areas.help_after_s[centre], areas.help_keep[ambulance.centre]
            if not may_help(now, need.ready_at, after_s, free, keep):
                return np.inf
        if areas.zone_of[ambulance.row] != areas.zone[need.place]:
            penalty_s += areas.other_zone_s
        return penalty_s

    def is_near_enough(self, seconds: float, priority: int) -> bool:
        """Whether it would be there soon enough to be sent."""
        if self.service is None:
            return True
        return is_within(seconds, self.service.sending.within_s[priority])

    def ends_break(self, priority: int) -> bool:
        return self.service is not None and bool(self.service.breaks.interrupts[priority])

    def _is_of(self, reserve: int, ambulance: Vehicle) -> bool:
        assert self.service is not None
        sending = self.service.sending
        return bool(
            sending.of_class[reserve, ambulance.kind]
            and sending.of_centre[reserve, ambulance.centre]
        )

    def _free(self, taken: Collection[Vehicle]) -> list[Vehicle]:
        return [other for other in self.fleet if other.is_free and other not in taken]
