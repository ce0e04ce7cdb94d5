"""Demand to Calls: every random draw of a replication is made here.

Arrivals are a non-homogeneous Poisson process by hour of the week, urban and rural apart. Each
quantity of each area has a random stream of its own: changing one leaves every other draw as it
was. All streams of a seed are stretches of one counter-based generator (Philox 4x64, Salmon et al.
2011), which begins anywhere at once: its key is that of the seed, and its counter is set to the
replication, the stream, and the layer and area.

With `times` as many calls, the calls of the usual number stay as they are, each with all that was
drawn for it: fewer are some of them, chosen by a mark each; more are these and others, drawn in
layers of the usual rate by streams of their own and chosen by marks likewise. Both are exactly
Poisson (Lewis & Shedler 1979), and the calls of a smaller number are among those of a greater.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.model.calendar import HOUR_S, HOURS_PER_WEEK
from sim.model.calls import Calls, Stream
from sim.policies.clock import NONE, on_grid
from sim.prepare.responders import ResponderGroup, first_help

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
    responders: tuple[ResponderGroup, ...] = ()  # first responders


KEPT_HOURS = 1_000_000  # of all demands that are drawn from in turn: some hundred of a month


def draw(demand: Demand, seed: int, replication: int) -> Calls:
    """The calls of one replication, the same whatever layout or engine they meet."""
    streams = _Streams(seed, replication)
    if demand.recorded is not None:
        return _fill_gaps(demand, demand.recorded, streams)
    tables = _tables(demand)
    groups = [
        _Group(area, layer)
        for layer in range(math.ceil(demand.times))
        for area in range(len(demand.places))
    ]
    arrivals = [_arrivals(tables, streams.of(Stream.ARRIVALS, group), group) for group in groups]
    counts = [len(instants) for instants in arrivals]
    received_at = np.concatenate(arrivals)
    order = np.argsort(received_at, kind="stable")
    if demand.times != len(groups) // len(demand.places):
        marks = streams.quantiles(Stream.KEPT, groups, counts)
        share = np.repeat([demand.times - group.layer for group in groups], counts)
        order = order[(marks < share)[order]]
    area = np.repeat([group.area for group in groups], counts)[order]

    def uniform(stream: Stream) -> np.ndarray:
        return streams.quantiles(stream, groups, counts)[order]

    place = tables.places.pick(area, uniform(Stream.PLACE))
    others = tables.others.row(area, uniform(Stream.OTHER_PLACES))
    calls = Calls(
        received_at[order],
        place,
        area.astype(np.int8),
        demand.township_of_place[place],
        tables.priorities.pick(area, uniform(Stream.PRIORITY)).astype(np.int8),
        on_grid(demand.call_taking.seconds(uniform(Stream.CALL_TAKING))),
        on_grid(demand.turnout.seconds(uniform(Stream.TURNOUT))),
        on_grid(demand.on_scene.seconds(uniform(Stream.ON_SCENE))),
        uniform(Stream.CONVEYED) < demand.conveyed_share,
        np.full(len(order), NONE, np.int32),
        on_grid(demand.handover.seconds(uniform(Stream.HANDOVER))),
        tables.others.places[others],
        tables.others.townships[others],
    )
    if demand.responders:
        return _with_first_help(demand, calls, uniform(Stream.RESPONDERS))
    return calls


def _with_first_help(demand: Demand, calls: Calls, chance: np.ndarray) -> Calls:
    """The calls, and who is there before any ambulance; `chance`: [call] a quantile of its own."""
    columns = calls.received_at, calls.place, calls.priority, calls.call_taking_s
    found = first_help(demand.responders, columns, chance, demand.start_s)
    return calls._replace(first_help_s=found.seconds, responders=found.asked)


class _Group(NamedTuple):
    """Calls that are drawn together; layer 0 is the usual number, each more is as many again."""

    area: int
    layer: int = 0


class _Streams:
    """The random streams of one replication, used by one thread."""

    def __init__(self, seed: int, replication: int):
        self._generator = _own_generator()
        self._bits = self._generator.bit_generator
        self._counter = [0, 0, 0, replication]
        self._beginning = {
            "bit_generator": "Philox",
            "state": {"counter": self._counter, "key": _key(seed)},
            "buffer": [0, 0, 0, 0],  # used up: the next four numbers are made from the counter
            "buffer_pos": 4,
            "has_uint32": 0,
            "uinteger": 0,
        }

    def of(self, stream: Stream, group: _Group) -> np.random.Generator:
        """A stream from its beginning, until the next one is asked for."""
        self._counter[1:3] = 2 * group.layer + group.area, int(stream)
        self._bits.state = self._beginning
        return self._generator

    def quantiles(
        self, stream: Stream, groups: Sequence[_Group], counts: Sequence[int]
    ) -> np.ndarray:
        """[call] quantiles between 0 and 1, one group after the other."""
        drawn = np.empty(sum(counts))
        first = 0
        for group, count in zip(groups, counts, strict=True):
            self.of(stream, group).random(out=drawn[first : first + count])
            first += count
        return drawn


_of_thread = threading.local()


def _own_generator() -> np.random.Generator:
    """This thread's generator: to start one takes as long as to draw a thousand numbers."""
    if not hasattr(_of_thread, "generator"):
        _of_thread.generator = np.random.Generator(np.random.Philox(0))
    generator: np.random.Generator = _of_thread.generator
    return generator


@lru_cache(maxsize=64)
def _key(seed: int) -> tuple[int, ...]:
    """The key of a seed's streams, such that near seeds have nothing in common."""
    return tuple(np.random.SeedSequence(seed).generate_state(2, np.uint64).tolist())


class _Tables(NamedTuple):
    """What is worked out of a demand once."""

    demand: Demand
    edges_s: np.ndarray  # [hour + 1] the clock hours of the run, from 0 to its length
    shape: np.ndarray  # [area, hour + 1] rates added up until then, in those of a mean hour
    usual: np.ndarray  # [area] calls of the usual number in the whole run
    places: _Choices
    priorities: _Choices
    others: _Others


_made: dict[int, _Tables] = {}


def _tables(demand: Demand) -> _Tables:
    """Those of a demand, kept from replication to replication."""
    found = _made.get(id(demand))
    if found is None or found.demand is not demand:
        shares = demand.priority_share
        found = _Tables(
            demand,
            *_rates(demand),
            _choices(demand.weights, demand.places),
            _choices(list(shares), [np.arange(shares.shape[1])] * len(shares)),
            _others(demand),
        )
        if sum(len(one.edges_s) for one in list(_made.values())) > KEPT_HOURS:
            _made.clear()
        _made[id(demand)] = found
    return found


def _rates(demand: Demand) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The clock hours of a run, how rates run through them, and the usual number of calls.

    Rates are rounded to a 67-millionth of the mean one, so that those of so many times the calls
    have the very same shape, whatever the last bit of a product.
    """
    first_hour = demand.start_s // HOUR_S
    edges = np.arange(first_hour, (demand.start_s + demand.length_s) // HOUR_S + 2) * HOUR_S
    edges = np.clip(edges - demand.start_s, 0, demand.length_s)
    hour = (first_hour + np.arange(len(edges) - 1)).astype(int) % HOURS_PER_WEEK
    mean = demand.calls_per_hour.mean(axis=1, keepdims=True)
    of_mean = demand.calls_per_hour / np.where(mean > 0, mean, 1.0)
    rate = np.round(of_mean * 2**26) / 2**26
    shape = np.cumsum(rate[:, hour] * (np.diff(edges) / HOUR_S), axis=1)
    usual = shape[:, -1] * mean[:, 0] / demand.times
    return edges, np.pad(shape, ((0, 0), (1, 0))), usual


def _arrivals(tables: _Tables, rng: np.random.Generator, group: _Group) -> np.ndarray:
    """Instants of a Poisson process whose rate is constant within each clock hour, in order.

    Their number is drawn first; each falls anywhere, in proportion to the rate.
    """
    shape = tables.shape[group.area]
    at = np.sort(rng.random(rng.poisson(tables.usual[group.area]))) * shape[-1]
    received_at: np.ndarray = on_grid(np.interp(at, shape, tables.edges_s))
    return received_at


class _Choices(NamedTuple):
    """What is chosen from in each area, in proportion to weights, by the alias method."""

    first: np.ndarray  # [area] its first row below
    rows: np.ndarray  # [area] how many are its own
    share: np.ndarray  # [row] of the row that it keeps; else its alias is chosen
    alias: np.ndarray  # [row] another row
    chosen: np.ndarray  # [row] what is chosen by it

    def pick(self, area: np.ndarray, q: np.ndarray) -> np.ndarray:
        """[call] one for each quantile."""
        scaled = q * self.rows[area]
        within = scaled.astype(np.int64)  # rounded down; a quantile is always below one
        row = within + self.first[area]
        picked: np.ndarray = self.chosen[
            np.where(scaled - within < self.share[row], row, self.alias[row])
        ]
        return picked


def _choices(weights: Sequence[np.ndarray], chosen: Sequence[np.ndarray]) -> _Choices:
    """`weights`, `chosen`: by area."""
    rows = [len(some) for some in weights]
    first = np.cumsum([0, *rows[:-1]])
    made = [_alias(np.asarray(some, float).tobytes()) for some in weights]
    return _Choices(
        first,
        np.array(rows),
        np.concatenate([share for share, _ in made]),
        np.concatenate([alias + start for (_, alias), start in zip(made, first, strict=True)]),
        np.concatenate(chosen),
    )


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
    return np.array(share), np.array(alias, int)


class _Others(NamedTuple):
    """Which places are asked about besides a call's own, by one quantile a call.

    They change where the quantile passes the edge of a place within its part of the area: there is
    a row for all quantiles between two of these edges.
    """

    cuts: np.ndarray  # [row] area + the quantile from which on these are asked about
    places: np.ndarray  # [row, other] int32
    townships: np.ndarray  # [row, other] int32

    def row(self, area: np.ndarray, q: np.ndarray) -> np.ndarray:
        """[call] its row in the tables."""
        return np.searchsorted(self.cuts, area + q, side="right") - 1


def _others(demand: Demand) -> _Others:
    """Places that were as likely to call as the call's own, spread over its area.

    With neighbours side by side, the area is cut into as many parts of equal weight as there are
    others, and each part gives the place at the call's quantile of it: so each of the places is
    drawn as the call's own was, and together they cover the area.
    """
    cuts, chosen, many = [], [], demand.others
    for area, places in enumerate(demand.places):
        if not (many and len(places)):
            cuts.append(np.array([float(area)]))
            chosen.append(np.zeros((1, many), np.int32))
            continue
        along = demand.along[area]
        height = np.asarray(demand.weights[area], float)[along]
        upto = np.cumsum(height if height.any() else np.ones(len(height)))
        upto /= upto[-1]
        inner = upto[upto < 1]  # the last that has a share reaches to the end
        cut = np.unique(np.concatenate([[0.0], (inner * many) % 1.0]))
        middle = (cut + np.append(cut[1:], 1.0)) / 2  # between two cuts nothing changes
        at = (np.arange(many) + middle[:, None]) / many
        rows = np.searchsorted(inner, at, side="right")
        cuts.append(area + cut)
        chosen.append(places[along].astype(np.int32)[rows])
    table = np.concatenate(chosen)
    return _Others(np.concatenate(cuts), table, demand.township_of_place.astype(np.int32)[table])


def _fill_gaps(demand: Demand, recorded: Calls, streams: _Streams) -> Calls:
    """Recorded calls with what the records do not say drawn as for any other call."""
    count = len(recorded.received_at)

    def uniform(stream: Stream) -> np.ndarray:
        return streams.quantiles(stream, [_Group(area=0)], [count])

    def filled(column: np.ndarray, stream: Stream, law: Distribution) -> np.ndarray:
        return np.where(np.isnan(column), on_grid(law.seconds(uniform(stream))), column)

    no_area = np.zeros(count, int)  # a record's area has no part in how urgent it is
    drawn_priority = _tables(demand).priorities.pick(no_area, uniform(Stream.PRIORITY))
    conveyed, drawn = recorded.conveyed, uniform(Stream.CONVEYED)
    calls = recorded._replace(
        priority=np.where(recorded.priority == NONE, drawn_priority, recorded.priority),
        call_taking_s=filled(recorded.call_taking_s, Stream.CALL_TAKING, demand.call_taking),
        turnout_s=filled(recorded.turnout_s, Stream.TURNOUT, demand.turnout),
        on_scene_s=filled(recorded.on_scene_s, Stream.ON_SCENE, demand.on_scene),
        conveyed=np.where(np.isnan(conveyed), drawn < demand.conveyed_share, conveyed).astype(bool),
        handover_s=filled(recorded.handover_s, Stream.HANDOVER, demand.handover),
    )
    if demand.responders:
        return _with_first_help(demand, calls, uniform(Stream.RESPONDERS))
    return calls
