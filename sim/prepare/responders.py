"""First responders: who is asked at each call, who comes, and how soon, beside the engine.

They are never busy and change nothing of what ambulances do, so first help follows from a call and
draws alone. A call has one number of the stream RESPONDERS; from it SplitMix64 (Steele, Lea & Flood
2014, OOPSLA) makes a number for each responder and each thing that chance decides there, addressed
by the group, the row and the thing. So a responder more, or one asked more often, leaves what is
drawn for all others as it was.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.model.calendar import HOUR_S, HOURS_PER_WEEK, hours_of_week
from sim.model.calls import Calls
from sim.policies.clock import on_grid

if TYPE_CHECKING:
    from sim.scenario.distributions import Distribution
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings.responders import Responders

AT_A_TIME: Final = 1_000_000  # pairs of a call and a responder that are drawn at once
ANSWERS, DELAY, DISTANCE, THINGS = 0, 1, 2, 4  # what chance decides of a responder
SLACK: Final = 1 + 1e-9  # a reach is inclusive, whatever the last bit of a distance


class ResponderGroup(NamedTuple):
    """Responders that follow the same rules, as draws read them."""

    on_duty: np.ndarray  # [hour of the week] bool
    asked_for: np.ndarray  # [priority, condition] bool
    answers: float  # the chance that one who is asked comes
    delay: Distribution
    in_turn: bool
    per_refusal_s: float
    after_call_taking: bool
    seconds_per_metre: float
    # of those at fixed places: pairs of a place and a responder in its reach, the nearest first
    first: np.ndarray  # [place + 1] the first pair of each
    responder: np.ndarray  # [pair] row of the group
    metres: np.ndarray  # [pair] in a straight line
    # of a field of volunteers; 0 where there is none
    per_m2: float
    reach_m: float


class Pairs(NamedTuple):
    """Pairs of a call and a responder who is asked, by call, the nearest first."""

    call: np.ndarray  # [pair]
    responder: np.ndarray  # [pair] number in the group
    turn: np.ndarray  # [pair] how many are nearer
    metres: np.ndarray  # [pair]


class FirstHelp(NamedTuple):
    """What first responders are to each call."""

    seconds: np.ndarray  # [call] receipt → the first of them is there; inf = none comes
    asked: np.ndarray  # [call] how many were in reach and on duty


# ── what draws read ──────────────────────────────────────────────────────────────────────────


def groups(scenario: Scenario) -> tuple[ResponderGroup, ...]:
    """All groups of a scenario; none costs nothing."""
    every = scenario.settings.responders
    if not every:
        return ()
    places = scenario.map.cells.xy
    if scenario.recorded is not None:  # whose places come after the map's cells
        places = np.concatenate([places, scenario.recorded.xy])
    demand = scenario.settings.demand
    names = tuple([one.name for one in some] for some in (demand.priorities, demand.conditions))
    return tuple(
        _group(one, xy, places, names) for one, xy in zip(every, scenario.responder_xy, strict=True)
    )


def _group(
    one: Responders, xy: np.ndarray, places: np.ndarray, names: tuple[list[str], ...]
) -> ResponderGroup:
    hours = (0, 0) if one.hours is None else one.hours
    priorities, conditions = names
    return ResponderGroup(
        hours_of_week(hours, one.days),
        np.array(
            [
                [not one.for_ or {a, b} & set(one.for_) != set() for b in conditions or [""]]
                for a in priorities
            ]
        ),
        one.answers,
        one.delay,
        one.asked == "in turn",
        one.per_refusal_s,
        one.alerted == "ready",
        one.seconds_per_metre,
        *in_reach(places, xy, one.reach_m),
        0.0 if one.per_km2 is None else one.per_km2 / 1e6,
        one.reach_m,
    )


def in_reach(
    places: np.ndarray, responders: np.ndarray, reach_m: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of a place and a responder: the nearest first, of equally near ones the lowest row."""
    if not len(responders):
        return np.zeros(len(places) + 1, np.int64), np.zeros(0, np.int32), np.zeros(0)
    from scipy.spatial import cKDTree  # which processes that only draw do not need

    found = cKDTree(places).sparse_distance_matrix(
        cKDTree(responders), reach_m * SLACK, output_type="ndarray"
    )
    place, responder, metres = found["i"], found["j"], found["v"]
    order = np.lexsort((responder, metres, place))
    first = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=len(places)))])
    return first, responder[order].astype(np.int32), metres[order]


# ── draws ────────────────────────────────────────────────────────────────────────────────────


def first_help(
    every: Sequence[ResponderGroup],
    calls: Calls,
    chance: np.ndarray,
    start_s: float,
) -> FirstHelp:
    """The first responder who comes to each call.

    `chance`: [call] a quantile of its own; `start_s`: the run's start on the week's clock.
    """
    place = calls.place
    condition = np.zeros(len(place), int) if calls.condition is None else calls.condition
    hour = ((start_s + calls.received_at) // HOUR_S).astype(np.int64) % HOURS_PER_WEEK
    found = FirstHelp(np.full(len(place), np.inf), np.zeros(len(place), np.int32))
    key = _mixed((chance * 2.0**53).astype(np.uint64))
    for number, group in enumerate(every):
        some = np.flatnonzero(group.on_duty[hour] & group.asked_for[calls.priority, condition])
        base = calls.call_taking_s if group.after_call_taking else np.zeros(len(place))
        for part in _parts(group, place, some):
            draws = _Draws(key, number)
            asked = _field(group, part, draws) if group.per_m2 else _nearby(group, place, part)
            found.asked[:] += np.bincount(asked.call, minlength=len(place)).astype(np.int32)
            _add_coming(found.seconds, group, asked, base, draws)
    return found._replace(seconds=np.where(
        np.isfinite(found.seconds), on_grid(found.seconds), np.inf
    ))  # fmt: skip


class _Draws(NamedTuple):
    """The numbers of one group, for any call and responder."""

    key: np.ndarray  # [call] uint64
    group: int

    def quantiles(self, call: np.ndarray, responder: np.ndarray, thing: int) -> np.ndarray:
        """[pair] from 0 to below 1."""
        address = responder.astype(np.uint64) * np.uint64(THINGS) + np.uint64(thing)
        address += np.uint64((self.group + 1) << 40)
        state = self.key[call] + address * GAMMA
        quantile: np.ndarray = (_mixed(state) >> np.uint64(11)) * 2.0**-53
        return quantile


GAMMA: Final = np.uint64(0x9E3779B97F4A7C15)
_ROUNDS: Final = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)


def _mixed(state: np.ndarray) -> np.ndarray:
    """SplitMix64's number of a state: all bits of it change about half of the number's."""
    for shift, factor in _ROUNDS:
        state = (state ^ (state >> shift)) * factor
    return state ^ (state >> np.uint64(31))


def _parts(group: ResponderGroup, place: np.ndarray, some: np.ndarray) -> list[np.ndarray]:
    """The calls in blocks, so that the pairs of one fit into memory."""
    if group.per_m2:
        many = np.full(len(some), group.per_m2 * math.pi * group.reach_m**2 + 1)
    else:
        many = (group.first[place[some] + 1] - group.first[place[some]]).astype(float)
    blocks = np.flatnonzero(np.diff(np.cumsum(many) // AT_A_TIME)) + 1
    return np.split(some, blocks)


def _nearby(group: ResponderGroup, place: np.ndarray, some: np.ndarray) -> Pairs:
    """Those at fixed places."""
    first = group.first[place[some]]
    many = group.first[place[some] + 1] - first
    call = np.repeat(some, many)
    turn = np.arange(len(call)) - np.repeat(np.cumsum(many) - many, many)
    pair = np.repeat(first, many) + turn
    return Pairs(call, group.responder[pair], turn, group.metres[pair])


def _field(group: ResponderGroup, some: np.ndarray, draws: _Draws) -> Pairs:
    """Volunteers of a Poisson field: the area to each one less that to the one before is
    exponential, of mean one volunteer."""
    columns, number = [], 0
    left, squared = some, np.zeros(len(some))
    while len(left):
        turn = np.full(len(left), number)
        quantile = draws.quantiles(left, turn, DISTANCE)
        squared = squared - np.log1p(-quantile) / (math.pi * group.per_m2)
        within = squared <= group.reach_m**2
        left, squared, number = left[within], squared[within], number + 1
        columns.append((left, turn[within], np.sqrt(squared)))
    call, turn, metres = (
        np.concatenate(column) for column in zip(*columns, strict=True)
    ) if columns else (some, some, np.zeros(0))  # fmt: skip
    order = np.argsort(call, kind="stable")
    return Pairs(call[order], turn[order], turn[order], metres[order])


def _add_coming(
    seconds: np.ndarray, group: ResponderGroup, asked: Pairs, base_s: np.ndarray, draws: _Draws
) -> None:
    """Bring forward first help at each call to which somebody of a group comes sooner."""
    answers = draws.quantiles(asked.call, asked.responder, ANSWERS) < group.answers
    call, responder, turn, metres = (column[answers] for column in asked)
    if group.in_turn:  # the nearest who comes is the last to be asked
        last = np.flatnonzero(np.diff(call, prepend=-1) != 0)
        call, responder, turn, metres = (c[last] for c in (call, responder, turn, metres))
    delay_s = group.delay.seconds(draws.quantiles(call, responder, DELAY))
    there_s = base_s[call] + delay_s + metres * group.seconds_per_metre
    if group.in_turn:
        there_s += turn * group.per_refusal_s
    np.minimum.at(seconds, call, there_s)
