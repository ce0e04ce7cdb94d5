"""The hospital to which a patient is conveyed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.policies.clock import NONE
from sim.policies.dispatch import FAR_S, is_first

NEAREST, CONSORTIUM, SOONEST = 0, 1, 2  # those of `DestinationRule`


class Loads(NamedTuple):
    """How full hospitals are now."""

    waiting: Any  # [hospital] ambulances at the door
    ahead: Any  # [hospital] patients who wait for a bay, and those on the way
    free_bays: Any  # [hospital]
    in_care: Any  # [hospital] patients who are in intensive care, or come to it from a bay


def choose_hospital(seconds: Any, named: int) -> int:
    """The hospital the call names, else the one reached first, else NONE if there is none.

    `seconds`: [hospital] from the scene.
    """
    if named != NONE:
        return named
    best, best_s = NONE, np.inf
    for hospital in range(len(seconds)):
        if is_first(seconds[hospital], hospital, best_s, best):
            best, best_s = hospital, seconds[hospital]
    return best


def choose_destination(
    rules: Any, loads: Loads, seconds: Any, patient: int, own: int, now: float
) -> tuple[int, int]:
    """The hospital for a kind of patient, and the one it would be if all of them had room.

    `rules`: Destinations; `seconds`: [hospital] from the scene, what lies outside the map included;
    `own`: the patient's consortium. Where none is open it is the nearest that can treat. NONE if
    none can be reached.
    """
    usual = _best(rules, loads, seconds, patient, own, now, False, False)
    first = _best(rules, loads, seconds, patient, own, now, True, False)
    if first == NONE:
        nearest, nearest_s = NONE, np.inf
        for hospital in range(len(seconds)):
            treats = rules.treats[patient][hospital]
            if treats and is_first(seconds[hospital], hospital, nearest_s, nearest):
                nearest, nearest_s = hospital, seconds[hospital]
        return nearest, nearest if usual == NONE else usual
    if rules.bypass_when_full and loads.free_bays[first] <= 0:
        other = _best(rules, loads, seconds, patient, own, now, True, True)
        first = first if other == NONE else other
    return first, usual


def _best(
    rules: Any,
    loads: Loads,
    seconds: Any,
    patient: int,
    own: int,
    now: float,
    with_room: bool,
    with_bay: bool,
) -> int:
    """The first by the rule of those that treat and are open; NONE if there is none."""
    best, best_s = NONE, np.inf
    for hospital in range(len(seconds)):
        if not rules.treats[patient][hospital]:
            continue
        if is_closed(rules.closures, hospital, patient, now):
            continue
        if with_room and not has_place(rules, loads, hospital, patient):
            continue
        if with_bay and loads.free_bays[hospital] <= 0:
            continue
        key_s = seconds[hospital]
        if rules.rule == CONSORTIUM and own != NONE and rules.consortium[hospital] != own:
            key_s += FAR_S  # those of the own consortium come first
        if rules.rule == SOONEST:
            key_s += expected_wait_s(
                loads.ahead[hospital], loads.free_bays[hospital], rules.bays[hospital],
                rules.mean_stay_s[hospital],
            )  # fmt: skip
        if is_first(key_s, hospital, best_s, best):
            best, best_s = hospital, key_s
    return best


def is_closed(closures: Any, hospital: int, patient: int, now: float) -> bool:
    """Whether a hospital takes no such patients now. It is open again at the end of a closure."""
    for closure in range(len(closures.hospital)):
        if (
            closures.hospital[closure] == hospital
            and closures.kinds[closure][patient]
            and closures.from_at[closure] <= now < closures.until_at[closure]
        ):
            return True
    return False


def has_place(rules: Any, loads: Loads, hospital: int, patient: int) -> bool:
    """Whether neither too many ambulances wait at a hospital nor its intensive care is full."""
    if loads.waiting[hospital] >= rules.full_at[hospital]:
        return False
    return not rules.needs_icu[patient] or loads.in_care[hospital] < rules.icu[hospital]


def expected_wait_s(ahead: int, free_bays: int, bays: int, mean_stay_s: float) -> float:
    """What one more patient is expected to wait for a bay, as known now.

    `ahead`: patients who wait and those on the way.
    """
    return max(0, ahead + 1 - free_bays) * mean_stay_s / bays
