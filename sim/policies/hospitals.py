"""The hospital to which a patient is conveyed."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.policies.clock import NONE
from sim.policies.dispatch import FAR_S, is_first

NEAREST, CONSORTIUM, SOONEST = 0, 1, 2  # those of `DestinationRule`

# What is known of a hospital as a scene is left.
HOSPITAL = np.dtype(
    [
        ("seconds", "f8"),  # from the scene, what lies outside the map included
        ("mean_stay_s", "f8"),  # a bay is expected to be taken for
        ("away_s", "f8"),
        ("consortium", "i8"),
        ("bays", "i8"),
        ("icu", "i8"),
        ("full_at", "i8"),
        # how full it is now
        ("waiting", "i8"),  # ambulances at the door
        ("ahead", "i8"),  # patients who wait for a bay, and those on the way
        ("free_bays", "i8"),
        ("in_care", "i8"),  # patients in intensive care, or who come to it from a bay
    ],
    align=True,
)


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
    rule: int,
    bypass_when_full: bool,
    hospitals: Any,
    treats: Any,
    needs_icu: bool,
    own: int,
    closed: Any,
) -> tuple[int, int]:
    """The hospital for a patient, and the one it would be if all of them had room.

    `hospitals`: [hospital] HOSPITAL; `treats`, `closed`: [hospital] whether it can treat the
    patient, and whether it takes none such now; `own`: the patient's consortium. Where none of
    those that are open has room, the first choice stands; where none is open, the nearest that
    can treat. NONE if none can be reached.
    """
    usual, first, other = NONE, NONE, NONE
    usual_s, first_s, other_s = np.inf, np.inf, np.inf
    nearest, nearest_s = NONE, np.inf
    for row in range(len(hospitals)):
        if not treats[row]:
            continue
        one = hospitals[row]
        if is_first(one.seconds, row, nearest_s, nearest):
            nearest, nearest_s = row, one.seconds
        if closed[row]:
            continue
        key_s = one.seconds
        if rule == CONSORTIUM and own != NONE and one.consortium != own:
            key_s += FAR_S  # those of the own consortium come first
        if rule == SOONEST:
            key_s += expected_wait_s(one.ahead, one.free_bays, one.bays, one.mean_stay_s)
        if is_first(key_s, row, usual_s, usual):
            usual, usual_s = row, key_s
        if one.waiting >= one.full_at or (needs_icu and one.in_care >= one.icu):
            continue
        if is_first(key_s, row, first_s, first):
            first, first_s = row, key_s
        if one.free_bays > 0 and is_first(key_s, row, other_s, other):
            other, other_s = row, key_s
    if bypass_when_full and other != NONE:
        first = other
    if usual == NONE:
        usual = nearest
    return first if first != NONE else usual, usual


def is_closed(now: float, from_at: float, until_at: float) -> bool:
    """Whether a closure holds; at its end a hospital is open again."""
    return bool(from_at <= now < until_at)


def expected_wait_s(ahead: int, free_bays: int, bays: int, mean_stay_s: float) -> float:
    """What one more patient is expected to wait for a bay, as known now.

    `ahead`: patients who wait and those on the way.
    """
    return max(0, ahead + 1 - free_bays) * mean_stay_s / bays
