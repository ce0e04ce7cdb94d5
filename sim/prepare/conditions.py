"""Which condition each call is of, and which ambulances it needs for it, drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.model.calls import Calls, Needs, Stream
from sim.policies.clock import on_grid
from sim.prepare.endings import AtScene

if TYPE_CHECKING:
    from sim.scenario.distributions import Distribution


class Kinds(NamedTuple):
    """What the conditions of calls are drawn from, and what each of them needs."""

    share: np.ndarray  # [priority, condition of calls], rows sum to one
    conveyed_share: np.ndarray  # [condition of calls]
    # with those of transfers after those of calls; none: each call needs one ambulance of any class
    indptr: np.ndarray | None = None  # [condition + 1] needs of each, the first one first
    kind: np.ndarray | None = None  # [need of a condition] kind of need
    delay_s: np.ndarray | None = None  # [need of a condition]


def rows(calls: Calls) -> np.ndarray:
    """[call] the row of its condition, where all are alike the first."""
    return np.zeros(len(calls.place), int) if calls.condition is None else calls.condition


def conditions(
    kinds: Kinds | None, priority: np.ndarray, uniform: Callable[[int], np.ndarray]
) -> np.ndarray | None:
    """[call] row of the condition; None where all calls are of one.

    The first whose shares, added up, are greater than the quantile.
    """
    if kinds is None or kinds.share.shape[1] == 1:
        return None
    upto = np.cumsum(kinds.share, axis=1)[:, :-1]
    found = (uniform(Stream.CONDITION)[:, None] >= upto[priority]).sum(axis=1)
    return found.astype(np.int16)


def conveyed_share(
    kinds: Kinds | None, usual: float, condition: np.ndarray | None
) -> np.ndarray | float:
    """[call] how likely its patient is to be conveyed; one number where all are alike.

    `usual`: where there are no conditions.
    """
    if kinds is None:
        return usual
    share = kinds.conveyed_share
    return float(share[0]) if condition is None else share[condition]


def needs(
    kinds: Kinds | None,
    calls: Calls,
    uniform: Callable[[int], np.ndarray],
    turnout: Distribution,
    there: Distribution | AtScene,
) -> Needs | None:
    """What each call needs; None where that is one ambulance of any class.

    The first need has the draws of the call; each further one draws from streams of its rank.
    `turnout`, `there`: how long ambulances take to roll, and are at the scene.
    """
    if kinds is None or kinds.indptr is None or kinds.kind is None or kinds.delay_s is None:
        return None
    condition = rows(calls)
    many = np.diff(kinds.indptr)[condition]
    call = np.repeat(np.arange(len(condition)), many)
    rank = np.arange(len(call)) - np.repeat(np.cumsum(many) - many, many)
    row = kinds.indptr[condition][call] + rank
    turnout_s, on_scene_s = calls.turnout_s[call], calls.on_scene_s[call]
    for number in range(1, int(np.diff(kinds.indptr).max())):
        here = rank == number
        own_turnout_s = turnout.seconds(uniform(Stream.NEED_TURNOUT + number))
        own_on_scene_s = there.seconds(uniform(Stream.NEED_ON_SCENE + number))
        turnout_s[here] = on_grid(own_turnout_s)[call[here]]
        on_scene_s[here] = on_grid(own_on_scene_s)[call[here]]
    return Needs(call, kinds.kind[row], kinds.delay_s[row], turnout_s, on_scene_s)
