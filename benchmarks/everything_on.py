"""A city with every setting beyond the plain service: what that costs an engine."""

from __future__ import annotations

import numpy as np

from sim.model.calendar import DAY_S, HOUR_S
from sim.model.calls import Calls, Needs
from sim.model.service import Service, StandbyRule, plain_service
from sim.model.system import System
from sim.policies.clock import NONE, on_grid

MIN = 60.0


def nothing(world: System, days: float) -> System:
    """The plain service, told as one with everything there and off."""
    return world._replace(service=_off(world, days))


def everything(world: System, days: float, table: bool = False, seed: int = 1) -> System:
    """Two classes and centres, zones, a reserve, breaks, last calls; who is cleared by DMEXCLP.

    And hospitals with bays of which full ones are passed over, one of three for some only;
    drives that are carried over. `table`: all who are free go by a compliance table instead.
    """
    rng = np.random.default_rng(seed)
    off, ambulances, stations = _off(world, days), len(world.fleet.home), len(world.stations.place)
    places, priorities = len(off.areas.zone), len(world.rules.may_divert)
    hospitals = len(world.hospitals.place)
    noons = np.arange(int(days)) * DAY_S + 12 * HOUR_S
    each = np.arange(ambulances)
    order, rows = rng.permutation(world.fleet.home), np.full((ambulances, ambulances), NONE)
    for free in range(ambulances):
        rows[free, : free + 1] = order[: free + 1]
    service = off._replace(
        sending=off.sending._replace(
            penalty_s=np.array([[0.0, MIN], [5 * MIN, 0.0]]), transports=np.ones(2, bool),
            last_calls_s=10 * MIN, upto=np.array([0]), keep=np.array([1]),
            of_class=np.array([[True, False]]), of_centre=np.ones((1, 2), bool),
        ),
        areas=off.areas._replace(
            centre=rng.integers(0, 2, places), help_after_s=np.zeros(2), help_keep=np.ones(2, int),
            zone=rng.integers(0, 2, places), zone_of=rng.integers(0, 2, ambulances),
            other_zone_s=MIN,
        ),
        conditions=off.conditions._replace(capable=np.ones((1, 2), bool)),
        breaks=off.breaks._replace(
            indptr=np.arange(ambulances + 1) * len(noons), earliest_at=np.tile(noons, ambulances),
            latest_at=np.tile(noons + 90 * MIN, ambulances),
            length_s=np.full(ambulances * len(noons), 30 * MIN),
            interrupts=np.arange(priorities) == 0,
        ),
        standby=off.standby._replace(
            rule=int(StandbyRule.TABLE if table else StandbyRule.DMEXCLP), table=rows,
            demand=np.full(30, 1 / 30), covers=rng.random((stations, 30)) < 0.3,
            weight=0.7 * 0.3 ** np.arange(ambulances + 1),
        ),
        destinations=off.destinations._replace(
            treats=np.stack([np.ones(hospitals, bool), np.arange(hospitals) % 3 > 0]),
            needs_icu=np.zeros(2, bool), bypass_when_full=True,
            bays=np.full(hospitals, max(2, ambulances // max(hospitals, 1))),
        ),
        driving=off.driving._replace(carried_over=True),
    )  # fmt: skip
    fleet = world.fleet._replace(kind=each % 2, centre=each % 2)
    return world._replace(service=service, fleet=fleet)


def wants(calls: Calls, seed: int = 1) -> Calls:
    """Two kinds of need and of patient; one call in twenty needs two ambulances.

    A bay is taken for half an hour in the mean, drives vary by a fifth, and
    one call in twenty is withdrawn ten minutes after receipt.
    """
    rng, count = np.random.default_rng(seed), len(calls.place)
    call = np.repeat(np.arange(count), np.where(rng.random(count) < 0.05, 2, 1))
    needs = Needs(
        call, rng.integers(0, 2, count)[call], np.zeros(len(call)), calls.turnout_s[call],
        calls.on_scene_s[call],
    )  # fmt: skip
    withdrawn = rng.random(count) < 0.05
    return calls._replace(
        condition=np.zeros(count, int), needs=needs, patient=rng.integers(0, 2, count),
        stay_s=on_grid(rng.exponential(30 * MIN, count)),
        scene_factor=np.exp(rng.normal(-0.02, 0.2, count)),
        hospital_factor=np.exp(rng.normal(-0.02, 0.2, count)),
        withdrawn_at=np.where(withdrawn, calls.received_at + 10 * MIN, np.inf),
    )  # fmt: skip


def _off(world: System, days: float) -> Service:
    stations = len(world.stations.place)
    places = len(world.roads.place_node) - stations
    priorities = len(world.rules.may_divert)
    hospitals = len(world.hospitals.place)
    return plain_service(
        len(world.fleet.home), stations, places, priorities, hospitals, days * DAY_S
    )
