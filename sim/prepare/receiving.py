"""What hospitals add to calls: who is taken where, how long bays stay taken, who walks in.

Each quantity has a stream of its own, with a quantile for every call whether it is needed or not;
the patients who come to a hospital by themselves have a stretch of the stream of its own, so that
another hospital's rate leaves them as they were.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.model.calls import Calls, Ending, Stream, WalkIns
from sim.policies.clock import on_grid
from sim.prepare import arrivals
from sim.prepare.streams import CallGroup, Streams

if TYPE_CHECKING:
    from sim.scenario.distributions import Distribution

HOSPITAL, ICU, CLINIC = 0, 1, 2  # columns of `ReceivingLaws.kind`


class WalkInLaw(NamedTuple):
    """Patients who come to one hospital by themselves."""

    hospital: int
    per_hour: np.ndarray  # [hour of the week]
    stay: Distribution


class ReceivingLaws(NamedTuple):
    """What is drawn for hospitals."""

    kind: np.ndarray  # [condition, HOSPITAL / ICU / CLINIC] kind of patient
    icu_share: np.ndarray  # [condition] of those taken to a hospital
    clinic_share: np.ndarray  # [condition] of those taken away
    stays: tuple[Distribution, ...]  # the usual law first; none: nobody asks how full hospitals are
    icu_stay: Distribution | None  # None: places in intensive care have no limit
    walk_ins: tuple[WalkInLaw, ...]


def received(
    laws: ReceivingLaws | None,
    calls: Calls,
    condition: np.ndarray,
    uniform: Callable[[int], np.ndarray],
) -> Calls:
    """The calls, and what hospitals do with their patients. `condition`: [call] its row."""
    if laws is None:
        return calls
    column = np.full(len(condition), HOSPITAL)
    if laws.clinic_share.any():
        light = calls.conveyed & (uniform(Stream.ENDING) >= 1 - laws.clinic_share[condition])
        column[light] = CLINIC
        ending = calls.ending
        if ending is None:
            ending = np.where(calls.conveyed, Ending.CONVEYED, Ending.TREATED_AT_SCENE)
        calls = calls._replace(ending=np.where(light, Ending.TO_CLINIC, ending).astype(np.int8))
    if laws.icu_stay is not None:
        needs_icu = uniform(Stream.ICU) < laws.icu_share[condition]
        needs_icu &= calls.conveyed & (column == HOSPITAL)
        column[needs_icu] = ICU
        icu_s = on_grid(laws.icu_stay.seconds(uniform(Stream.ICU_STAY)))
        calls = calls._replace(icu_s=np.where(needs_icu, icu_s, 0.0))
    if laws.kind.any():
        calls = calls._replace(patient=laws.kind[condition, column].astype(np.int16))
    return with_stays(laws, calls, uniform)


def with_stays(
    laws: ReceivingLaws | None, calls: Calls, uniform: Callable[[int], np.ndarray]
) -> Calls:
    """The calls, and how long their patients stay in the bay after handover."""
    if laws is None or not laws.stays:
        return calls
    q = uniform(Stream.STAY)
    usual, *own = (on_grid(law.seconds(q)) for law in laws.stays)
    return calls._replace(stay_s=usual, own_stay_s=np.stack(own, axis=1) if own else None)


def walk_ins(
    laws: ReceivingLaws | None, start_s: float, length_s: float, streams: Streams
) -> WalkIns | None:
    """Patients who come to hospitals by themselves while calls come, in order; None: nobody does.

    `start_s`: the run's start, seconds after Monday 00:00.
    """
    if laws is None or not laws.walk_ins:
        return None
    edges, hour = arrivals.clock_hours(start_s, length_s)
    hospital, at, stay_s = [], [], []
    for law in laws.walk_ins:
        group = CallGroup(area=0, layer=law.hospital)
        rng = streams.of(Stream.WALK_INS, group)
        upto = arrivals.added_up(law.per_hour, hour, edges)
        instants = arrivals.instants(rng, upto[-1], upto, edges)
        hospital.append(np.full(len(instants), law.hospital))
        at.append(instants)
        q = streams.quantiles(Stream.WALK_IN_STAY, [group], [len(instants)])
        stay_s.append(on_grid(law.stay.seconds(q)))
    every = np.concatenate(at)
    order = np.argsort(every, kind="stable")
    return WalkIns(np.concatenate(hospital)[order], every[order], np.concatenate(stay_s)[order])
