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
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.model.calendar import HOUR_S, HOURS_PER_WEEK
from sim.model.calls import Calls, Needs, Stream
from sim.policies.clock import NONE, on_grid
from sim.prepare import failing
from sim.prepare.choices import Choices, choices
from sim.prepare.failing import FailureLaws
from sim.prepare.responders import ResponderGroup, first_help
from sim.prepare.streams import CallGroup, Streams
from sim.prepare.travel_factor import TravelSpread, with_factors

if TYPE_CHECKING:
    from sim.scenario.distributions import Distribution


class Kinds(NamedTuple):
    """What the conditions of calls are drawn from, and what each of them needs."""

    share: np.ndarray  # [priority, condition], rows sum to one
    conveyed_share: np.ndarray  # [condition]
    # none: each call needs one ambulance of any class
    indptr: np.ndarray | None = None  # [condition + 1] needs of each, the first one first
    kind: np.ndarray | None = None  # [need of a condition] kind of need
    delay_s: np.ndarray | None = None  # [need of a condition]


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
    kinds: Kinds | None = None  # of calls, by condition; None: all are alike
    failing: FailureLaws | None = None  # of the layout's vehicles; None: none of them fails
    responders: tuple[ResponderGroup, ...] = ()  # first responders
    drives: TravelSpread | None = None  # how much they vary; None: all take what is expected


KEPT_HOURS = 1_000_000  # of all demands that are drawn from in turn: some hundred of a month


def draw(demand: Demand, seed: int, replication: int) -> Calls:
    """The calls of one replication, the same whatever layout or engine they meet."""
    streams = Streams(seed, replication)
    failures = None
    if demand.failing is not None:
        failures = failing.draw(demand.failing, demand.length_s, streams)
    if demand.recorded is not None:
        return _fill_gaps(demand, demand.recorded, streams)._replace(failures=failures)
    tables = _tables(demand)
    groups = [
        CallGroup(area, layer)
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

    def uniform(stream: int) -> np.ndarray:
        return streams.quantiles(stream, groups, counts)[order]

    place = tables.places.pick(area, uniform(Stream.PLACE))
    others = tables.others.row(area, uniform(Stream.OTHER_PLACES))
    priority = tables.priorities.pick(area, uniform(Stream.PRIORITY)).astype(np.int8)
    condition = _conditions(demand, priority, uniform)
    calls = Calls(
        received_at[order],
        place,
        area.astype(np.int8),
        demand.township_of_place[place],
        priority,
        on_grid(demand.call_taking.seconds(uniform(Stream.CALL_TAKING))),
        on_grid(demand.turnout.seconds(uniform(Stream.TURNOUT))),
        on_grid(demand.on_scene.seconds(uniform(Stream.ON_SCENE))),
        uniform(Stream.CONVEYED) < _conveyed_share(demand, condition),
        np.full(len(order), NONE, np.int32),
        on_grid(demand.handover.seconds(uniform(Stream.HANDOVER))),
        tables.others.places[others],
        tables.others.townships[others],
        condition,
        failures=failures,
    )
    calls = calls._replace(needs=_needs(demand, calls, uniform))
    return _with_first_help(demand, calls, uniform)


def _with_first_help(demand: Demand, calls: Calls, uniform: Callable[[int], np.ndarray]) -> Calls:
    """The calls, and who is there before any ambulance."""
    calls = with_factors(calls, demand.drives, uniform)
    if not demand.responders:
        return calls
    found = first_help(demand.responders, calls, uniform(Stream.RESPONDERS), demand.start_s)
    return calls._replace(first_help_s=found.seconds, responders=found.asked)


class _Tables(NamedTuple):
    """What is worked out of a demand once."""

    demand: Demand
    edges_s: np.ndarray  # [hour + 1] the clock hours of the run, from 0 to its length
    shape: np.ndarray  # [area, hour + 1] rates added up until then, in those of a mean hour
    usual: np.ndarray  # [area] calls of the usual number in the whole run
    places: Choices
    priorities: Choices
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
            choices(demand.weights, demand.places),
            choices(list(shares), [np.arange(shares.shape[1])] * len(shares)),
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


def _arrivals(tables: _Tables, rng: np.random.Generator, group: CallGroup) -> np.ndarray:
    """Instants of a Poisson process whose rate is constant within each clock hour, in order.

    Their number is drawn first; each falls anywhere, in proportion to the rate.
    """
    shape = tables.shape[group.area]
    at = np.sort(rng.random(rng.poisson(tables.usual[group.area]))) * shape[-1]
    received_at: np.ndarray = on_grid(np.interp(at, shape, tables.edges_s))
    return received_at


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


def _fill_gaps(demand: Demand, recorded: Calls, streams: Streams) -> Calls:
    """Recorded calls with what the records do not say drawn as for any other call."""
    count = len(recorded.received_at)

    def uniform(stream: int) -> np.ndarray:
        return streams.quantiles(stream, [CallGroup(area=0)], [count])

    def filled(column: np.ndarray, stream: Stream, law: Distribution) -> np.ndarray:
        return np.where(np.isnan(column), on_grid(law.seconds(uniform(stream))), column)

    no_area = np.zeros(count, int)  # a record's area has no part in how urgent it is
    drawn_priority = _tables(demand).priorities.pick(no_area, uniform(Stream.PRIORITY))
    priority = np.where(recorded.priority == NONE, drawn_priority, recorded.priority)
    condition = _conditions(demand, priority, uniform)
    if condition is not None and recorded.condition is not None:
        condition = np.where(recorded.condition == NONE, condition, recorded.condition)
    conveyed, drawn = recorded.conveyed, uniform(Stream.CONVEYED)
    drawn_conveyed = drawn < _conveyed_share(demand, condition)
    calls = recorded._replace(
        priority=priority,
        call_taking_s=filled(recorded.call_taking_s, Stream.CALL_TAKING, demand.call_taking),
        turnout_s=filled(recorded.turnout_s, Stream.TURNOUT, demand.turnout),
        on_scene_s=filled(recorded.on_scene_s, Stream.ON_SCENE, demand.on_scene),
        conveyed=np.where(np.isnan(conveyed), drawn_conveyed, conveyed).astype(bool),
        handover_s=filled(recorded.handover_s, Stream.HANDOVER, demand.handover),
        condition=condition,
    )
    calls = calls._replace(needs=_needs(demand, calls, uniform))
    return _with_first_help(demand, calls, uniform)


# ── conditions and what they need ────────────────────────────────────────────────────────────


def _conditions(
    demand: Demand, priority: np.ndarray, uniform: Callable[[int], np.ndarray]
) -> np.ndarray | None:
    """[call] row of the condition; None where all calls are of one.

    The first whose shares, added up, are greater than the quantile.
    """
    if demand.kinds is None or demand.kinds.share.shape[1] == 1:
        return None
    upto = np.cumsum(demand.kinds.share, axis=1)[:, :-1]
    found = (uniform(Stream.CONDITION)[:, None] >= upto[priority]).sum(axis=1)
    return found.astype(np.int16)


def _conveyed_share(demand: Demand, condition: np.ndarray | None) -> np.ndarray | float:
    """[call] how likely its patient is to be conveyed; one number where all are alike."""
    if demand.kinds is None:
        return demand.conveyed_share
    share = demand.kinds.conveyed_share
    return float(share[0]) if condition is None else share[condition]


def _needs(demand: Demand, calls: Calls, uniform: Callable[[int], np.ndarray]) -> Needs | None:
    """What each call needs; None where that is one ambulance of any class.

    The first need has the draws of the call; each further one draws from streams of its rank.
    """
    kinds = demand.kinds
    if kinds is None or kinds.indptr is None or kinds.kind is None or kinds.delay_s is None:
        return None
    count = len(calls.received_at)
    condition = np.zeros(count, int) if calls.condition is None else calls.condition
    needs = np.diff(kinds.indptr)[condition]
    call = np.repeat(np.arange(count), needs)
    rank = np.arange(len(call)) - np.repeat(np.cumsum(needs) - needs, needs)
    row = kinds.indptr[condition][call] + rank
    turnout_s, on_scene_s = calls.turnout_s[call], calls.on_scene_s[call]
    for number in range(1, int(np.diff(kinds.indptr).max())):
        here = rank == number
        turnout = demand.turnout.seconds(uniform(Stream.NEED_TURNOUT + number))
        on_scene = demand.on_scene.seconds(uniform(Stream.NEED_ON_SCENE + number))
        turnout_s[here] = on_grid(turnout)[call[here]]
        on_scene_s[here] = on_grid(on_scene)[call[here]]
    return Needs(call, kinds.kind[row], kinds.delay_s[row], turnout_s, on_scene_s)
