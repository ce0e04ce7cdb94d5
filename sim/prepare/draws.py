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
from zlib import crc32

import numpy as np

from sim.model.calls import Calls, CallStream, Stream
from sim.policies.clock import NONE, on_grid
from sim.prepare import arrivals, desk, endings, failing, receiving, surges, transfers
from sim.prepare.choices import Choices, choices
from sim.prepare.conditions import Kinds, conditions, conveyed_share, needs, rows
from sim.prepare.desk import DeskLaw
from sim.prepare.endings import AtScene, EndingLaws
from sim.prepare.failing import FailureLaws
from sim.prepare.other_places import OtherPlaces, other_places
from sim.prepare.receiving import ReceivingLaws
from sim.prepare.responders import ResponderGroup, first_help
from sim.prepare.streams import CallGroup, Streams
from sim.prepare.surges import SurgeLaw
from sim.prepare.together import in_order
from sim.prepare.transfers import TransferLaw
from sim.prepare.travel_factor import TravelSpread, with_factors

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
    kinds: Kinds | None = None  # of calls, by condition; None: all are alike
    failing: FailureLaws | None = None  # of the layout's vehicles; None: none of them fails
    responders: tuple[ResponderGroup, ...] = ()  # first responders
    endings: EndingLaws | None = None  # how calls end; None: nothing but who is conveyed
    desk: DeskLaw | None = None  # whose seats calls wait for; None: for nobody
    surges: tuple[SurgeLaw, ...] = ()
    transfers: tuple[TransferLaw, ...] = ()
    receiving: ReceivingLaws | None = None  # by hospitals; None: nobody asks how full they are
    drives: TravelSpread | None = None  # how much they vary; None: all take what is expected


# Surges and transfers have stretches of their own of the streams of calls, which are numbered by
# layer, from here on by name: no demand is so many times the usual one.
SURGE_LAYER, TRANSFER_LAYER = 1 << 32, 2 << 32

KEPT_HOURS = 1_000_000  # of all demands that are drawn from in turn: some hundred of a month


def draw(demand: Demand, seed: int, replication: int) -> Calls:
    """The calls of one replication, the same whatever layout or engine they meet."""
    streams = Streams(seed, replication)
    if demand.recorded is not None:
        calls = _fill_gaps(demand, demand.recorded, streams)
    else:
        calls = _emergencies(demand, streams)
    if demand.surges:
        many = calls.others.shape[1]
        surging = (_surge(demand, law, many, streams) for law in demand.surges)
        calls = in_order([calls, *surging])
    if demand.desk is not None:
        calls = _taken(demand, demand.desk, calls, streams)
    if demand.transfers:
        calls = in_order([calls, *_transfers(demand, calls.others.shape[1], streams)])
    if demand.failing is not None:
        calls = calls._replace(failures=failing.draw(demand.failing, demand.length_s, streams))
    walk_ins = receiving.walk_ins(demand.receiving, demand.start_s, demand.length_s, streams)
    return calls if walk_ins is None else calls._replace(walk_ins=walk_ins)


class _Received(NamedTuple):
    """Calls before anything is drawn of how they are served."""

    at: np.ndarray
    place: np.ndarray
    area: np.ndarray
    others: np.ndarray
    other_township: np.ndarray


def _emergencies(demand: Demand, streams: Streams) -> Calls:
    """The calls of the usual demand."""
    tables = _tables(demand)
    groups = [
        CallGroup(area, layer)
        for layer in range(math.ceil(demand.times))
        for area in range(len(demand.places))
    ]
    instants = [_arrivals(tables, streams.of(Stream.ARRIVALS, group), group) for group in groups]
    counts = [len(some) for some in instants]
    received_at = np.concatenate(instants)
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
    received = _Received(
        received_at[order],
        place,
        area.astype(np.int8),
        tables.others.places[others],
        tables.others.townships[others],
    )
    return _served(demand, received, priority, conditions(demand.kinds, priority, uniform), uniform)


def _served(
    demand: Demand,
    received: _Received,
    priority: np.ndarray,
    condition: np.ndarray | None,
    uniform: Callable[[int], np.ndarray],
) -> Calls:
    """Calls with all that is drawn of how they are served."""
    calls = Calls(
        received.at,
        received.place,
        received.area,
        demand.township_of_place[received.place],
        priority,
        on_grid(demand.call_taking.seconds(uniform(Stream.CALL_TAKING))),
        on_grid(demand.turnout.seconds(uniform(Stream.TURNOUT))),
        on_grid(demand.on_scene.seconds(uniform(Stream.ON_SCENE))),
        uniform(Stream.CONVEYED) < conveyed_share(demand.kinds, demand.conveyed_share, condition),
        np.full(len(received.at), NONE, np.int32),
        on_grid(demand.handover.seconds(uniform(Stream.HANDOVER))),
        received.others,
        received.other_township,
        condition,
    )
    return _beyond(demand, calls, uniform)


def _beyond(
    demand: Demand,
    calls: Calls,
    uniform: Callable[[int], np.ndarray],
    known: np.ndarray | None = None,
) -> Calls:
    """The calls with all that the plain service has not: how they end, needs, hospitals, help.

    `known`: [call] whether its time at the scene is recorded.
    """
    laws: EndingLaws | None = demand.endings
    there: Distribution | AtScene = demand.on_scene
    if laws is not None:
        condition = rows(calls)
        how = endings.ends(laws, condition, calls.conveyed, uniform(Stream.ENDING))
        there = AtScene(demand.on_scene, laws, condition, how)
        on_scene_s = there.seconds(uniform(Stream.ON_SCENE))
        if known is not None:
            on_scene_s = np.where(known, calls.on_scene_s, on_scene_s)
        quantiles = uniform(Stream.WITHDRAWN), uniform(Stream.PATIENCE)
        calls = calls._replace(
            ending=how.ending if laws.more_than_conveyed else None,
            on_scene_s=on_scene_s,
            withdrawn_at=endings.withdrawn_at(laws, condition, calls.received_at, quantiles),
        )
    calls = calls._replace(needs=needs(demand.kinds, calls, uniform, demand.turnout, there))
    calls = receiving.received(demand.receiving, calls, rows(calls), uniform)
    return _with_first_help(demand, calls, uniform)


# ── surges, the desk, transfers ──────────────────────────────────────────────────────────────


def _layer(first: int, name: str) -> int:
    """A number that a surge or a stream of transfers has by its name, whatever stands beside it."""
    return first + crc32(name.encode())


def _surge(demand: Demand, law: SurgeLaw, others: int, streams: Streams) -> Calls:
    """The calls of one surge; `others`: so many other places are asked about at each call."""
    group, count = CallGroup(law.area, _layer(SURGE_LAYER, law.name)), law.calls * len(law.at)

    def uniform(stream: int) -> np.ndarray:
        return streams.quantiles(stream, [group], [count])

    place = np.full(count, law.place)
    received = _Received(
        surges.received(law, uniform(Stream.SURGES)),
        place,
        np.full(count, law.area, np.int8),
        np.full((count, others), law.place, np.int32),
        np.full((count, others), law.township, np.int32),
    )
    priority = np.full(count, law.priority, np.int8)
    if law.priority == NONE:
        drawn = _tables(demand).priorities.pick(received.area, uniform(Stream.PRIORITY))
        priority = drawn.astype(np.int8)
    condition = conditions(demand.kinds, priority, uniform)
    if law.condition != NONE and condition is not None:
        condition = np.full_like(condition, law.condition)
    calls = _served(demand, received, priority, condition, uniform)
    return calls._replace(stream=np.full(count, CallStream.SURGE, np.int8))


def _taken(demand: Demand, law: DeskLaw, calls: Calls, streams: Streams) -> Calls:
    """The calls after they have waited at the desk, behind those that need no ambulance, too."""
    at, handling_s = [calls.received_at], [calls.call_taking_s]
    tables = _tables(demand)
    for layer in range(math.ceil(demand.times)):
        for area in range(len(demand.places)):
            group = CallGroup(area, layer)
            rng = streams.of(Stream.DESK, group)
            others_at = _arrivals(tables, rng, group, law.others)
            kept = rng.random(len(others_at)) < demand.times - layer
            others_s = on_grid(demand.call_taking.seconds(rng.random(len(others_at))))
            at.append(others_at[kept])
            handling_s.append(others_s[kept])
    every_at, every_s = np.concatenate(at), np.concatenate(handling_s)
    order = np.argsort(every_at, kind="stable")
    begun_at = np.empty(len(order))
    begun_at[order] = desk.answered_at(every_at[order], every_s[order], law.seats, demand.start_s)
    answered_at = begun_at[: len(calls.place)]
    taking_s = answered_at + calls.call_taking_s - calls.received_at
    return calls._replace(answered_at=answered_at, call_taking_s=taking_s)


def _transfers(demand: Demand, others: int, streams: Streams) -> list[Calls]:
    """The transfers of each stream; `others`: so many other places are asked about at each."""
    run = transfers.Run(demand.start_s, demand.length_s, demand.turnout, others)
    found = []
    for law in demand.transfers:
        group = CallGroup(0, _layer(TRANSFER_LAYER, law.name))
        known_at = transfers.known_at(law, run, streams.of(Stream.TRANSFERS, group))

        def uniform(
            stream: int, group: CallGroup = group, count: int = len(known_at)
        ) -> np.ndarray:
            return streams.quantiles(stream, [group], [count])

        calls = transfers.calls(law, run, known_at, uniform)
        calls = calls._replace(
            needs=needs(demand.kinds, calls, uniform, demand.turnout, law.loading)
        )
        calls = with_factors(calls, demand.drives, uniform)
        if law.stream == CallStream.URGENT_TRANSFER:  # others go to a ward, and free the bay
            calls = receiving.with_stays(demand.receiving, calls, uniform)
        found.append(transfers.sent_for(calls, run))
    return found


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
    others: OtherPlaces


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
            other_places(
                demand.others, demand.places, demand.weights, demand.along, demand.township_of_place
            ),
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
    edges, hour = arrivals.clock_hours(demand.start_s, demand.length_s)
    mean = demand.calls_per_hour.mean(axis=1, keepdims=True)
    of_mean = demand.calls_per_hour / np.where(mean > 0, mean, 1.0)
    rate = np.round(of_mean * 2**26) / 2**26
    shape = arrivals.added_up(rate, hour, edges)
    return edges, shape, shape[:, -1] * mean[:, 0] / demand.times


def _arrivals(
    tables: _Tables, rng: np.random.Generator, group: CallGroup, times: float = 1.0
) -> np.ndarray:
    """When the calls of a group are received, in order.

    `times`: how many there are for each call of the usual number.
    """
    area = group.area
    return arrivals.instants(rng, times * tables.usual[area], tables.shape[area], tables.edges_s)


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
    condition = conditions(demand.kinds, priority, uniform)
    if condition is not None and recorded.condition is not None:
        condition = np.where(recorded.condition == NONE, condition, recorded.condition)
    conveyed, drawn = recorded.conveyed, uniform(Stream.CONVEYED)
    drawn_conveyed = drawn < conveyed_share(demand.kinds, demand.conveyed_share, condition)
    calls = recorded._replace(
        priority=priority,
        call_taking_s=filled(recorded.call_taking_s, Stream.CALL_TAKING, demand.call_taking),
        turnout_s=filled(recorded.turnout_s, Stream.TURNOUT, demand.turnout),
        on_scene_s=filled(recorded.on_scene_s, Stream.ON_SCENE, demand.on_scene),
        conveyed=np.where(np.isnan(conveyed), drawn_conveyed, conveyed).astype(bool),
        handover_s=filled(recorded.handover_s, Stream.HANDOVER, demand.handover),
        condition=condition,
    )
    return _beyond(demand, calls, uniform, ~np.isnan(recorded.on_scene_s))
