"""Several ambulances at one scene: who conveys, who is released, and when it is over.

The patient is conveyed by the first unit to arrive that can; of two at once by that of the earlier
need. Released together, all are there until the scene is over: so long after the first arrival as
the call's time on scene, and no sooner than the conveying unit has loaded. Released apart, each has
a time on scene of its own; but nobody leaves a patient who is to be conveyed before the unit is
there that conveys. Nobody is conveyed where no unit that can is there or still to come.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.engine.reference.fleet import Trip, Vehicle


@dataclass(eq=False)
class Unit:
    """An ambulance at the scene."""

    ambulance: Vehicle
    need: int
    trip: Trip
    transports: bool
    arrived_at: float
    ends_at: float  # when its time on scene is over, or that of the scene if it was first


def _by_arrival(unit: Unit) -> tuple[float, int]:
    return unit.arrived_at, unit.need


@dataclass
class Scene:
    """The scene of a call with several needs."""

    call: int
    together: bool
    accompanied: bool
    conveyed: bool
    loading_s: float
    unready: set[int] = field(default_factory=set)  # needs whose delay is not over
    waiting: set[int] = field(default_factory=set)  # needs that wait for an ambulance
    coming: dict[int, Vehicle] = field(default_factory=dict)  # by need: on its way
    present: list[Unit] = field(default_factory=list)
    conveyer: Unit | None = None
    first_at: float = np.inf  # the first arrival; inf = nobody yet
    started: bool = False  # an ambulance was sent
    over: bool = False  # nobody is needed any more

    def arrive(self, unit: Unit) -> list[float]:
        """A unit is there; the instants at which somebody may leave because of it."""
        self.coming.pop(unit.need, None)
        self.first_at = min(self.first_at, unit.arrived_at)
        self.present.append(unit)
        return [unit.ends_at, unit.arrived_at, unit.arrived_at + self.loading_s]

    def leaving(self, now: float, hope: bool) -> list[tuple[Unit, bool]]:
        """Who leaves now, and whether to hospital. `hope`: one that transports may still come."""
        if self.over and self.together:
            return []
        if self.conveyed and self.conveyer is None:
            able = [unit for unit in self.present if unit.transports]
            self.conveyer = min(able, key=_by_arrival, default=None)
        gone = self._all(now, hope) if self.together else self._those_done(now, hope)
        self.present = [unit for unit in self.present if unit not in [one for one, _ in gone]]
        if gone and not self.present and not self.coming:
            self.over = True
        return gone

    def _all(self, now: float, hope: bool) -> list[tuple[Unit, bool]]:
        if not self.present:
            return []
        first = min(self.present, key=_by_arrival)
        ends_at = first.ends_at
        if self.conveyer is not None and self.conveyer.arrived_at != first.arrived_at:
            ends_at = max(ends_at, self.conveyer.arrived_at + self.loading_s)
        if now < ends_at or (self.conveyed and self.conveyer is None and hope):
            return []
        self.over = True
        others = sorted(
            (unit for unit in self.present if unit is not self.conveyer),
            key=_by_arrival,
        )
        goes_along = others[:1] if self.accompanied and self.conveyer is not None else []
        return [(u, u is self.conveyer or u in goes_along) for u in self.present]

    def _those_done(self, now: float, hope: bool) -> list[tuple[Unit, bool]]:
        gone = []
        for unit in self.present:
            if unit.ends_at > now:
                continue
            if unit is self.conveyer:
                self.over = True
                gone.append((unit, True))
            elif self.conveyer is not None or not (self.conveyed and hope):
                gone.append((unit, False))
        return gone
