"""How busy ambulances are, for standby rules that go by it: simulated once before a study."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sim.engine import Engine
from sim.measures.calls import busy_intervals, duty_intervals, on_shift
from sim.model.calendar import Window
from sim.model.system import System
from sim.prepare import cover, draws
from sim.prepare.draws import Demand

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

DIGITS: Final = 3  # a share that one replication gives is not known any better


def simulated(
    engine: Engine, system: System, demand: Demand, window: Window, seed: int
) -> float:  # fmt: skip
    """The share of their time on duty for which the ambulances of a layout are on calls.

    From the first replication of the study's calls, within the time that is measured.
    """
    log = engine.run(engine.pack(draws.draw(demand, seed, 0)))
    duty = duty_intervals(system, window)
    busy = on_shift(busy_intervals(log, window), duty)
    on_duty_s = float((duty[:, 2] - duty[:, 1]).sum())
    return round(float((busy[:, 2] - busy[:, 1]).sum()) / on_duty_s, DIGITS) if on_duty_s else 0.0


def is_wanted(layout: Scenario) -> bool:
    """Whether a layout's standby rule goes by a simulated share."""
    standby = layout.settings.standby
    return standby.rule == "dmexclp" and standby.dmexclp.busy == "simulated"


def put_in(
    layouts: Sequence[Scenario], systems: Sequence[System], busy: float
) -> tuple[System, ...]:
    """The Systems with this share where it is wanted; nan is put in nowhere."""
    return tuple(
        _with_weights(system, busy) if is_wanted(layout) and not math.isnan(busy) else system
        for layout, system in zip(layouts, systems, strict=True)
    )


def _with_weights(system: System, busy: float) -> System:
    assert system.service is not None  # its standby rule goes beyond the plain service
    weight = cover.weights(busy, len(system.fleet.home))
    standby = system.service.standby._replace(weight=weight)
    return system._replace(service=system.service._replace(standby=standby))
