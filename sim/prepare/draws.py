"""Demand to Calls: every random draw of a replication is made here.

Arrivals are a non-homogeneous Poisson process by hour of the week, urban and rural apart. Each
quantity of each area has a random stream of its own, `SeedSequence(seed, spawn_key=(replication,
stream, area))`: changing one leaves every other draw as it was.

With `times` as many calls, the calls of the usual number stay as they are, each with all that was
drawn for it: fewer are some of them, chosen by a mark each; more are these and others, drawn in
layers of the usual rate by streams of their own (`layer` after `area`) and chosen by marks
likewise. Both are exactly Poisson (Lewis & Shedler 1979), and the calls of a smaller number are
among those of a greater.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.model.calendar import HOUR_S, HOURS_PER_WEEK
from sim.model.calls import Calls, Stream
from sim.policies.clock import NONE, on_grid

if TYPE_CHECKING:
    from sim.scenario.distributions import Distribution


class Demand(NamedTuple):
    """What calls are drawn from. Areas are 0 urban, 1 rural."""

    calls_per_hour: np.ndarray  # [area, hour of the week], `times` the usual number
    places: tuple[np.ndarray, ...]  # by area: call places
    weights: tuple[np.ndarray, ...]  # by area: chance of each place, any scale
    township_of_place: np.ndarray  # [place]
    priority_share: np.ndarray  # [area, priority], rows sum to one
    conveyed_share: float
    call_taking: Distribution
    turnout: Distribution
    on_scene: Distribution
    handover: Distribution
    start_s: float  # the run's start, seconds after Monday 00:00
    length_s: float  # calls are received from 0 to here
    recorded: Calls | None = None  # replay: what is nan in it is drawn
    times: float = 1.0  # the usual number of calls, which these share as far as may be
    others: int = 0  # places that are asked about besides each call's own
    along: tuple[np.ndarray, ...] = ()  # by area: rows of `places`, neighbours beside each other


def draw(demand: Demand, seed: int, replication: int) -> Calls:
    """The calls of one replication, the same whatever layout or engine they meet."""
    if demand.recorded is not None:
        return _fill_gaps(demand, demand.recorded, seed, replication)
    usual = demand._replace(calls_per_hour=demand.calls_per_hour / demand.times)
    drawn = [
        _kept(_draw_area(usual, key), demand.times, key)
        for layer in range(math.ceil(demand.times))
        for key in (_Key(seed, replication, area, layer) for area in range(len(demand.places)))
    ]
    parts = [list(columns) for columns in zip(*drawn, strict=True)]
    del drawn
    order = np.argsort(np.concatenate(parts[0]), kind="stable")  # received_at
    columns = []
    for column in parts:  # of a hundred years of calls no column is in memory twice
        columns.append(np.concatenate(column)[order])
        column.clear()
    return Calls(*columns)


class _Key(NamedTuple):
    """Whose random numbers; layer 0 is the usual number of calls, each more is as many again."""

    seed: int
    replication: int
    area: int
    layer: int = 0

    def generator(self, stream: Stream) -> np.random.Generator:
        key = (self.replication, int(stream), self.area, *([self.layer] if self.layer else []))
        sequence = np.random.SeedSequence(self.seed, spawn_key=key)
        return np.random.Generator(np.random.PCG64(sequence))


def _kept(calls: Calls, times: float, key: _Key) -> Calls:
    """The calls of a layer whose marks are below its share of so many times the usual number."""
    share = times - key.layer
    if share >= 1:
        return calls
    marks = key.generator(Stream.KEPT).random(len(calls.received_at))
    return Calls(*(column[marks < share] for column in calls))


def _draw_area(demand: Demand, key: _Key) -> Calls:
    def uniform(stream: Stream, count: int) -> np.ndarray:
        return key.generator(stream).random(count)

    area = key.area
    received_at = _arrivals(demand, area, key.generator(Stream.ARRIVALS))
    count = len(received_at)
    place = demand.places[area][_pick(demand.weights[area], uniform(Stream.PLACE, count))]
    others = _others(demand, area, uniform(Stream.OTHER_PLACES, count))
    return Calls(
        received_at,
        place,
        np.full(count, area, np.int8),
        demand.township_of_place[place],
        _pick(demand.priority_share[area], uniform(Stream.PRIORITY, count)).astype(np.int8),
        on_grid(demand.call_taking.seconds(uniform(Stream.CALL_TAKING, count))),
        on_grid(demand.turnout.seconds(uniform(Stream.TURNOUT, count))),
        on_grid(demand.on_scene.seconds(uniform(Stream.ON_SCENE, count))),
        uniform(Stream.CONVEYED, count) < demand.conveyed_share,
        np.full(count, NONE, np.int32),
        on_grid(demand.handover.seconds(uniform(Stream.HANDOVER, count))),
        others,
        demand.township_of_place.astype(np.int32)[others],
    )


def _arrivals(demand: Demand, area: int, rng: np.random.Generator) -> np.ndarray:
    """Instants of a Poisson process whose rate is constant within each clock hour."""
    first_hour = demand.start_s // HOUR_S
    edges = np.arange(first_hour, (demand.start_s + demand.length_s) // HOUR_S + 2) * HOUR_S
    edges = np.clip(edges - demand.start_s, 0, demand.length_s)
    hour = (first_hour + np.arange(len(edges) - 1)).astype(int) % HOURS_PER_WEEK
    width = np.diff(edges)
    counts = rng.poisson(demand.calls_per_hour[area, hour] * width / HOUR_S)
    received_at = np.repeat(edges[:-1], counts) + rng.random(counts.sum()) * np.repeat(
        width, counts
    )
    return np.sort(on_grid(received_at))


def _pick(weights: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Rows drawn in proportion to `weights`, one for each quantile, by the alias method."""
    if not len(weights):
        return np.zeros(len(q), int)
    share, alias = _alias(np.asarray(weights, float).tobytes())
    scaled = q * len(share)
    row = scaled.astype(np.int64)  # rounded down; a quantile is always below one
    return np.where(scaled - row < share[row], row, alias[row])


def _others(demand: Demand, area: int, q: np.ndarray) -> np.ndarray:
    """[call, other] places that were as likely to call as the call's own, spread over the area.

    With neighbours side by side, the area is cut into as many parts of equal weight as there are
    others, and each part gives the place at the call's quantile `q` of it: so each of the places is
    drawn as the call's own was, and together they cover the area.
    """
    if not (demand.others and len(demand.places[area])):
        return np.zeros((len(q), demand.others), np.int32)
    along = demand.along[area]
    upto = _cumulated(np.asarray(demand.weights[area], float)[along].tobytes())
    at = (np.arange(demand.others) + q[:, None]) / demand.others
    rows = np.searchsorted(upto, at.ravel(), side="right").reshape(at.shape)
    places: np.ndarray = demand.places[area][along].astype(np.int32)[rows]
    return places


@lru_cache(maxsize=64)
def _cumulated(weights: bytes) -> np.ndarray:
    """The share of each and all before it, the last that has a share one; alike if none has."""
    height = np.frombuffer(weights)
    upto = np.cumsum(height if height.any() else np.ones(len(height)))
    upto /= upto[-1]
    upto[upto >= upto[-1]] = np.inf  # rounding leaves no quantile without a place
    return upto


@lru_cache(maxsize=64)
def _alias(weights: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Walker's alias table, as Vose fills it: each row keeps a share of itself, else its alias.

    Whoever has more than the mean gives to one who has less, so that all columns are equally tall.
    """
    height = np.frombuffer(weights)
    rows = len(height)
    left = (height * (rows / height.sum())).tolist() if height.any() else [1.0] * rows
    share, alias = [1.0] * rows, list(range(rows))
    low = [row for row in range(rows) if left[row] < 1.0]
    high = [row for row in range(rows) if left[row] >= 1.0]
    while low and high:
        poor, rich = low.pop(), high[-1]
        share[poor], alias[poor] = left[poor], rich
        left[rich] -= 1.0 - left[poor]
        if left[rich] < 1.0:
            low.append(high.pop())
    return np.array(share), np.array(alias)


def _fill_gaps(demand: Demand, recorded: Calls, seed: int, replication: int) -> Calls:
    """Recorded calls with what the records do not say drawn as for any other call."""
    count, key = len(recorded.received_at), _Key(seed, replication, area=0)

    def filled(column: np.ndarray, stream: Stream, law: Distribution) -> np.ndarray:
        q = key.generator(stream).random(count)
        return np.where(np.isnan(column), on_grid(law.seconds(q)), column)

    shares = demand.priority_share[0]  # a record's area has no part in how urgent it is
    drawn_priority = _pick(shares, key.generator(Stream.PRIORITY).random(count))
    conveyed = recorded.conveyed
    drawn = key.generator(Stream.CONVEYED).random(count)
    return recorded._replace(
        priority=np.where(recorded.priority == NONE, drawn_priority, recorded.priority),
        call_taking_s=filled(recorded.call_taking_s, Stream.CALL_TAKING, demand.call_taking),
        turnout_s=filled(recorded.turnout_s, Stream.TURNOUT, demand.turnout),
        on_scene_s=filled(recorded.on_scene_s, Stream.ON_SCENE, demand.on_scene),
        conveyed=np.where(np.isnan(conveyed), drawn < demand.conveyed_share, conveyed).astype(bool),
        handover_s=filled(recorded.handover_s, Stream.HANDOVER, demand.handover),
    )
