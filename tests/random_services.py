"""Whole services for tests: every setting beyond the plain service, drawn at random together."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from sim.model.calls import Calls, Failures, Needs, WalkIns
from sim.model.service import (
    NO_LIMIT,
    Areas,
    Breaks,
    Closures,
    Conditions,
    DestinationRule,
    Destinations,
    Driving,
    Sending,
    Service,
    Standby,
    StandbyRule,
    plain_service,
)
from sim.model.system import System
from sim.policies.clock import NONE

MINUTE = 60.0


@st.composite
def services(draw, case) -> tuple[System, Calls]:
    """A small world with settings of every kind; each is on in some worlds and off in others."""
    world, calls = case
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))  # the rest is only to be varied
    ambulances, stations = len(world.fleet.home), len(world.stations.place)
    places = len(world.roads.place_node) - stations
    priorities = world.rules.may_divert.shape[0]
    classes, kinds, conditions = (int(rng.integers(1, top)) for top in (4, 4, 4))
    centres = int(rng.choice([1, 1, 2, 3]))

    def on(share=0.5):
        return rng.random() < share

    def flags(*shape):
        return rng.random(shape) < 0.5

    def minutes(most, *shape):
        return rng.integers(0, most + 1, shape) * MINUTE

    penalty_s = np.where(flags(kinds, classes), 0.0, minutes(6, kinds, classes))
    penalty_s[rng.random((kinds, classes)) < 0.3] = np.inf
    reserves = int(rng.integers(0, 3))
    sending = Sending(
        penalty_s=penalty_s if on() else np.zeros((kinds, classes)),
        transports=rng.random(classes) < 0.8,
        within_s=np.where(flags(priorities), np.inf, minutes(9, priorities))
        if on(0.3)
        else np.full(priorities, np.inf),
        last_calls_s=float(rng.choice([0, 0, 5 * MINUTE])),
        upto=rng.integers(0, priorities, reserves),
        keep=rng.integers(0, 3, reserves),
        of_class=flags(reserves, classes),
        of_centre=flags(reserves, centres),
    )
    zones = int(rng.integers(1, 3))
    areas = Areas(
        centre=rng.integers(0, centres, places),
        help_after_s=rng.choice([0.0, 3 * MINUTE, 8 * MINUTE, np.inf], centres),
        help_keep=rng.integers(0, 2, centres),
        zone=rng.integers(0, zones, places),
        zone_of=rng.integers(0, zones, ambulances),
        other_zone_s=float(rng.choice([0, 2 * MINUTE])),
    )
    rules = Conditions(
        all_or_none=rng.random(conditions) < 0.3,
        forgets=rng.random(conditions) < 0.4,
        together=flags(conditions),
        accompanied=rng.random(conditions) < 0.3,
        capable=flags(conditions, classes),
        loading_s=float(rng.choice([0, 2 * MINUTE, 5 * MINUTE])),
    )
    cover = int(rng.integers(0, 4))
    table = _table(rng, ambulances, stations)
    standby = Standby(
        rule=int(rng.choice(list(StandbyRule))),
        turnout_factor=rng.choice([1.0, 1.5, 0.5, 0.0], stations),
        capacity=rng.choice([NO_LIMIT, 1, 0], stations),
        has_building=rng.random(stations) < 0.8,
        table=table,
        longest=bool(on()),
        most_moves=int(rng.choice([NO_LIMIT, 1])),
        least_gain=float(rng.choice([0.0, 0.0, 0.2])),
        demand=rng.integers(0, 4, cover) / 8,
        covers=flags(stations, cover),
        weight=0.7 * 0.3 ** np.arange(ambulances + 1),
        until_s=float(rng.choice([np.inf, 30 * MINUTE, 0.0])),
    )
    off = plain_service(ambulances, stations, places, priorities, len(world.hospitals.place))
    service = Service(
        sending, areas, rules, _breaks(rng, ambulances, priorities), standby,
        vehicle=np.where(rng.random(ambulances) < 0.7, rng.permutation(ambulances), NONE),
        destinations=_destinations(rng, off.destinations), driving=_driving(rng, world),
    )  # fmt: skip
    fleet = world.fleet._replace(
        kind=rng.integers(0, classes, ambulances), centre=rng.integers(0, centres, ambulances)
    )
    return (
        world._replace(fleet=fleet, service=service),
        _varied(rng, _wants(rng, calls, kinds, conditions, ambulances), service.destinations),
    )


def _destinations(rng, off):
    """Hospitals of which each is full, or closed, or far for some patients."""
    hospitals, places = len(off.bays), len(off.consortium_of)
    patients, closures = int(rng.integers(1, 4)), int(rng.integers(0, 4)) if hospitals else 0
    treats = rng.random((patients, hospitals)) < 0.7
    if hospitals:
        treats[np.arange(patients), rng.integers(0, hospitals, patients)] = True
    from_at = rng.integers(0, 40, closures) * MINUTE
    late = rng.random() < 0.5  # whether a hospital depends on how full they are
    return Destinations(
        rule=int(rng.choice(list(DestinationRule) if late else [0, 1])),
        treats=treats,
        consortium=rng.integers(NONE, 2, hospitals),
        consortium_of=rng.integers(NONE, 2, places),
        away_s=rng.choice([0.0, 0.0, 3 * MINUTE], hospitals),
        closures=Closures(
            rng.integers(0, max(hospitals, 1), closures), from_at,
            from_at + rng.integers(0, 20, closures) * MINUTE, rng.random((closures, patients)) < 0.7,
        ),
        bypass_when_full=bool(late and rng.random() < 0.5),
        full_at=rng.choice([NO_LIMIT, 1, 2], hospitals) if late else off.full_at,
        bays=rng.choice([NO_LIMIT, 1, 1, 2], hospitals),
        own_stay=rng.integers(NONE, 2, hospitals),
        mean_stay_s=rng.integers(0, 9, hospitals) * MINUTE,
        walk_ins_wait=bool(rng.random() < 0.5),
        icu=rng.choice([NO_LIMIT, 1], hospitals) if late else off.icu,
        needs_icu=rng.random(patients) < 0.5,
    )  # fmt: skip


def _driving(rng, world):
    """Roads are open again when the last time band begins, if one has closed some."""
    bands, looks_at = world.roads.bands, np.zeros(0)
    if np.isinf(world.roads.travel.graph.seconds).any():
        looks_at = bands.start_s[1:] - bands.offset_s
    return Driving(carried_over=bool(rng.random() < 0.4), looks_at=looks_at[looks_at > 0])


def _varied(rng, calls, there):
    """The same calls with patients of kinds, factors, and an instant at which they are withdrawn."""
    count, hospitals = len(calls.place), len(there.bays)

    def some(column, share=0.5):
        return column if rng.random() < share else None

    at = calls.received_at + rng.integers(0, 15, count) * MINUTE
    walk_ins = int(rng.integers(0, 12)) if hospitals else 0
    return calls._replace(
        patient=some(rng.integers(0, len(there.needs_icu), count)),
        stay_s=some(rng.integers(0, 15, count) * MINUTE, 0.8),
        own_stay_s=some(rng.integers(0, 15, (count, 2)) * MINUTE),
        icu_s=some(rng.choice([0.0, 5 * MINUTE, 30 * MINUTE], count)),
        walk_ins=some(
            WalkIns(
                rng.integers(0, max(hospitals, 1), walk_ins),
                np.sort(rng.integers(0, 50, walk_ins)) * MINUTE,
                rng.integers(0, 15, walk_ins) * MINUTE,
            )
        ),
        scene_factor=some(rng.choice([1.0, 0.5, 1.3], count)),
        hospital_factor=some(rng.choice([1.0, 0.75, 1.9], count)),
        withdrawn_at=some(np.where(rng.random(count) < 0.5, np.inf, at)),
    )  # fmt: skip


def _table(rng, ambulances, stations):
    rows = int(rng.integers(0, ambulances + 1))
    table = np.full((rows, max(rows, 1)), NONE)
    for row in range(rows):
        table[row, : row + 1] = rng.integers(0, stations, row + 1)
        if rng.random() < 0.2:
            table[row, row] = NONE
    return table


def _breaks(rng, ambulances, priorities):
    each = [int(rng.integers(0, 3)) if rng.random() < 0.6 else 0 for _ in range(ambulances)]
    earliest = np.concatenate(
        [np.zeros(0), *(np.sort(rng.integers(0, 40, n)) * MINUTE for n in each)]
    )
    return Breaks(
        indptr=np.concatenate([[0], np.cumsum(each)]).astype(int),
        earliest_at=earliest,
        latest_at=earliest + rng.integers(0, 20, len(earliest)) * MINUTE,
        length_s=rng.choice([2 * MINUTE, 5 * MINUTE, 90.0], len(earliest)),
        interrupts=rng.random(priorities) < 0.5,
        anew=bool(rng.random() < 0.5),
    )


def _wants(rng, calls, kinds, conditions, ambulances):
    """Calls with conditions and needs, and vehicles that fail."""
    count = len(calls.place)
    condition = rng.integers(0, conditions, count)
    needs = None
    if rng.random() < 0.8:
        each = rng.choice([1, 1, 1, 2, 3], count)
        call = np.repeat(np.arange(count), each)
        first = np.concatenate([[True], np.diff(call) > 0])[: len(call)]
        turnout_s = rng.integers(0, 4, len(call)) * 30.0
        turnout_s[first] = calls.turnout_s
        needs = Needs(
            call,
            rng.integers(0, kinds, len(call)),
            np.where(first, 0.0, rng.choice([0.0, 0.0, 2 * MINUTE], len(call))),
            turnout_s,
            rng.integers(0, 8, len(call)) * MINUTE,
        )
    failures = None
    if rng.random() < 0.6:
        rows, times = int(rng.integers(1, ambulances + 2)), 3
        after_s = rng.integers(0, 30, (rows, times)) * MINUTE
        after_s[:, -1][rng.random(rows) < 0.5] = np.inf
        off_s = rng.integers(0, 9, (rows, times)) * MINUTE
        failures = Failures(np.arange(rows), after_s.astype(float), off_s)
    return calls._replace(condition=condition, needs=needs, failures=failures)
