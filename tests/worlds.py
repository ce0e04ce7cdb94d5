"""Small worlds for tests: a matrix or a handful of roads, and calls written out by hand."""

from __future__ import annotations

import numpy as np
from conftest import ROOT
from shapely import LineString

from sim.geography.roads import joining, network, travel
from sim.geography.roads.graph import fastest
from sim.model.calendar import Bands
from sim.model.calls import Calls, no_others
from sim.model.columns import columns
from sim.model.roads import Joins, OwnNodes, Travel
from sim.model.system import ORDINARY, SIREN, Hospitals, Roads, Rules, Stations, System, plain_fleet
from sim.policies.clock import NONE, TICKS, on_grid
from sim.policies.dispatch import PositionRule

ONE_BAND = Bands(np.zeros(1), np.zeros(1, int), 0.0, np.inf)

# sums that no engine keeps: they are counted from logs, where there is anything to count
FROM_LOGS = ("besides",)  # what no engine adds up


def assert_same(one, other, to_s=0.0):
    """Two logs, row by row; instants equal to `to_s` seconds."""
    ours, theirs = columns(one), columns(other)
    assert ours.keys() == theirs.keys()
    for name, a in ours.items():
        b = theirs[name]
        assert a.dtype == b.dtype, name
        assert a.shape == b.shape, name
        if to_s and a.dtype.kind == "f":
            assert np.array_equal(np.isnan(a), np.isnan(b)), name
            assert np.nanmax(np.abs(a - b), initial=0.0) <= to_s, name
        else:
            assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), name


def small_city(ways, place_node, *, hospitals=0, stations=1, **columns) -> System:
    """Every world of the tests: call places, hospitals and stations on some roads or a matrix.

    `ways`: their Travel; `place_node`: the nodes of call places, then hospitals, then stations;
    `columns`: whatever differs from an ambulance a station, no off-road legs, no turnout, the first
    mode to every scene and the last one elsewhere, and the plainest rules.
    """
    modes, count = len(ways.far_row), len(place_node)
    first_station = count - stations
    city = System(
        Roads(
            place_node=np.asarray(place_node, int),
            place_leg_s=np.zeros((modes, count)),
            travel=ways,
            bands=ONE_BAND,
            mode_to_scene=np.array([[0, 0, 0]]),
            mode_to_hospital=np.array([modes - 1]),
            mode_home=np.array([modes - 1]),
        ),
        Stations(first_station + np.arange(stations)),
        plain_fleet(np.asarray(columns.pop("home", np.arange(stations)), int)),
        Hospitals(first_station - hospitals + np.arange(hospitals)),
        Rules(
            expected_turnout_s=0.0,
            may_divert=np.zeros((3, 3), bool),
            lose_when_none_free=False,
            position_rule=PositionRule.NEXT_NODE,
            standby_list=np.zeros(0, int),
            on_grid=True,
        ),
    )
    return altered(city, **columns)


def altered(system, **columns) -> System:
    """The same with other columns, in whichever part of a System each one stands."""
    for name in ("roads", "fleet", "rules"):
        part = getattr(system, name)
        own = {column: columns.pop(column) for column in part._fields if column in columns}
        system = system._replace(**{name: part._replace(**own)})
    assert not columns, columns
    return system


def matrix_world(
    to_calls, from_calls=None, homes=None, *, hospitals=0, turnout_s=0.0, **rules
) -> System:
    """Stations, call places and hospitals joined by a plain matrix, without roads.

    `to_calls`: [station, call place] seconds out; `from_calls`: [call place, station] seconds home
    (default: none at all); `homes`: [ambulance] station (default: one ambulance a station).
    Nodes are call places, then hospitals (no distance from anywhere), then stations.
    """
    out = np.atleast_2d(np.asarray(to_calls, float))
    stations, calls = out.shape
    back = np.zeros((calls, stations)) if from_calls is None else np.asarray(from_calls, float)
    homes = np.arange(stations) if homes is None else np.asarray(homes)
    places = calls + hospitals
    matrix = np.zeros((places + stations, places + stations))  # from, to
    matrix[places:, :calls] = out
    matrix[:calls, places:] = back
    return small_city(
        travel.from_matrix(np.stack([matrix, matrix])), np.arange(places + stations),
        hospitals=hospitals, stations=stations, home=homes, expected_turnout_s=turnout_s, **rules,
    )  # fmt: skip


def on_roads(graph, node, share, stations) -> tuple[Travel, np.ndarray]:
    """Travel between places at nodes (`share` 0) or part of the way along a road from there.

    `node`, `share`: [place], the last `stations` of them stations. Returns the nodes of the places
    as well, those of their own included.
    """
    cut, first = len(node) - stations, len(graph.indptr) - 1
    of_map, of_stations = (
        joins_at(graph, np.asarray(node)[part], np.asarray(share)[part])
        for part in (slice(cut), slice(cut, None))
    )
    ways = travel.build(graph, np.full((first, 2), np.nan), of_map, of_stations)
    own = joining.numbered(of_stations, first + ways.map_own)
    return ways, np.concatenate([joining.numbered(of_map, first), own])


def joins_at(graph, node, share) -> Joins:
    """Each place at its node, or beyond it on the last of the roads that leave it."""
    tail = np.repeat(np.arange(len(graph.indptr) - 1), np.diff(graph.indptr))
    key = tail * len(tail) + graph.head
    roads = {frozenset(pair): row for row, pair in enumerate(zip(tail, graph.head, strict=True))}
    edge = graph.indptr[1:][node] - 1
    if not len(tail) or not len(node):
        return joining.at_nodes(node, len(graph.seconds))
    seconds = graph.seconds[:, edge.clip(0)]
    between = (np.asarray(share) > 0) & (edge >= graph.indptr[:-1][node])
    between &= (seconds >= 4 / TICKS).all(axis=0)
    edge, share, there_s = edge[between], np.asarray(share)[between], seconds[:, between]
    start, end = tail[edge], graph.head[edge]
    back = [np.flatnonzero(key == k) for k in end * len(tail) + start]
    back_s = np.array([graph.seconds[:, b[0]] if len(b) else np.full(len(graph.seconds), np.inf)
                       for b in back]).reshape(len(edge), len(graph.seconds)).T  # fmt: skip
    from_tail_s = on_grid(there_s * share)
    with np.errstate(invalid="ignore"):
        to_tail_s = np.where(np.isfinite(back_s), on_grid(back_s * share), np.inf)
        from_head_s = np.where(np.isfinite(back_s), back_s - to_tail_s, np.inf)
        to_head_s = np.where(np.isfinite(there_s), there_s - from_tail_s, np.inf)  # else closed
    road = np.array([roads[frozenset(pair)] for pair in zip(start, end, strict=True)], int)
    # A road is one line, whichever way it was found: its places lie along it from one end.
    turned = tail[road] != start
    here = (start, end, from_tail_s, to_head_s, from_head_s, to_tail_s)
    there = (end, start, from_head_s, to_tail_s, from_tail_s, to_head_s)
    turned &= np.array([len(b) > 0 for b in back], bool)  # closed at times, it is one road still
    columns = (np.where(turned, b, a) for a, b in zip(here, there, strict=True))
    return Joins(np.where(between, NONE, node), OwnNodes(road, *columns))


def side_roads(seed) -> tuple[System, Calls]:
    """A lattice of two-way streets, many with a slower road beside them on which the places lie.

    The graph has the faster of two roads alone: where no street is one-way the side roads may be,
    and where all streets slow down alike they need not.
    """
    rng = np.random.default_rng([seed, 2])
    side = 4
    streets = [(a, b) for a in range(side**2) for b in (a + 1, a + side)
               if b < side**2 and not (b == a + 1 and b % side == 0)]  # fmt: skip
    xy = np.array([divmod(n, side) for n in range(side**2)]) * 1000.0
    beside = [streets[i] for i in rng.choice(len(streets), 12, replace=False)]
    pairs = np.array(streets + [pair[::-1] if rng.random() < 0.5 else pair for pair in beside])
    is_side = np.arange(len(pairs)) >= len(streets)
    roads = network.Links(
        pairs[:, 0], pairs[:, 1],
        np.array([LineString([*xy[p[:1]], xy[p].mean(axis=0) + 90 * s, *xy[p[1:]]])
                  for p, s in zip(pairs, is_side, strict=True)]),
        np.where(is_side, 3000.0, 1000.0), np.where(is_side, "track", "street").astype(object),
        np.full(len(pairs), np.nan), is_side & (rng.random(len(pairs)) < 0.7),
    )  # fmt: skip
    built, _ = network.build(roads)
    slower = {"street": rng.choice([1.0, 1.25]), "track": rng.choice([0.5, 1.0, 2.0])}
    factor = np.array([np.ones(2), [1 / slower[name] for name in built.classes]])
    seconds = network.edge_seconds(built, np.full(2, 10.0), factor)
    on_side = np.flatnonzero(built.road_class[built.forth] == built.classes.index("track"))
    places, hospitals, stations, ambulances, count = 12, 2, 3, 8, 120
    total = places + hospitals + stations
    at = network.Snapped(
        np.full(total, NONE), rng.choice(on_side, total), rng.uniform(0.1, 0.9, total),
        np.zeros(total),
    )  # fmt: skip
    cut = total - stations
    parts = (network.Snapped(*(c[p] for c in at)) for p in (slice(cut), slice(cut, None)))
    of_map, of_stations = (network.joins(built, part, seconds) for part in parts)
    graph = network.edges(built, seconds)
    ways = travel.build(graph, built.xy, of_map, of_stations, built.side_by_side, keep=False)
    first = len(built.xy)
    own = joining.numbered(of_stations, first + ways.map_own)
    world = small_city(
        ways, np.concatenate([joining.numbered(of_map, first), own]), hospitals=hospitals,
        stations=stations, mode_to_scene=rng.integers(0, 2, (1, 3)),
        home=rng.integers(0, stations, ambulances),
        may_divert=np.tril(np.ones((3, 3), bool), -1) & (rng.random() < 0.7),
    )  # fmt: skip
    calls = some_calls(
        np.sort(rng.integers(0, 30_000, count)).astype(float), rng.integers(0, places, count),
        rng.integers(0, 3, count), on_scene_s=np.round(rng.random(count) * 200),
        conveyed=rng.random(count) < 0.7,
    )  # fmt: skip
    return world, calls


def some_calls(received_at, place=0, priority=0, **columns) -> Calls:
    """Calls written out: what is not given takes no time, and nobody is conveyed."""
    received_at = np.asarray(received_at, float)
    count = len(received_at)

    def column(name, default, dtype):
        values = columns.get(name, default)
        return np.broadcast_to(np.asarray(values, dtype), (count,)).copy()

    return Calls(
        received_at,
        np.broadcast_to(np.asarray(place, int), (count,)).copy(),
        column("area", 0, int),
        column("township", 0, int),
        np.broadcast_to(np.asarray(priority, int), (count,)).copy(),
        column("call_taking_s", 0, float),
        column("turnout_s", 0, float),
        column("on_scene_s", 0, float),
        column("conveyed", False, bool),
        column("hospital", NONE, int),
        column("handover_s", 0, float),
        np.asarray(columns.get("others", no_others(count)), np.int32),
        np.asarray(columns.get("other_township", no_others(count)), np.int32),
    )


def road_world(
    stations, places, *, hospitals=(), edges=None, nodes=5, seconds=60.0, ordinary=1.0, legs=None,
    slow_from_hour=None, **rules,
) -> System:  # fmt: skip
    """A world on roads: by default a street of five nodes, a minute apart, driven both ways.

    `stations`, `places`, `hospitals`: the nodes they stand at; `homes` default to one ambulance a
    station; `ordinary`: ordinary speed as a share of siren speed; `legs`: off-road seconds of the
    places by profile.
    """
    edges = edges or [(n, n + 1) for n in range(nodes - 1)]
    both = sorted({*edges, *((b, a) for a, b in edges)})
    tail, head = np.array(both).T
    bands = [1.0] if slow_from_hour is None else [1.0, 0.5]
    speeds = np.array([band * profile for band in bands for profile in (1.0, ordinary)])
    graph = fastest(tail, head, on_grid(np.full(len(both), seconds) / speeds[:, None]), nodes)
    spots = [*places, *hospitals]
    homes = np.asarray(rules.pop("homes", np.arange(len(stations))))
    leg_s = np.zeros((len(speeds), len(spots) + len(stations)))
    for mode in range(len(speeds)):
        own = (legs or {}).get(mode % 2, ())
        leg_s[mode, : len(own)] = own
    profiles = rules.pop("profile_to_scene", [SIREN, SIREN, SIREN])
    modes = np.arange(len(speeds)).reshape(-1, 2)
    ways = travel.by_nodes(
        graph, np.full((nodes, 2), np.nan), np.array(spots, int), np.array(stations, int)
    )
    if slow_from_hour is not None:
        starts = np.array([0.0, slow_from_hour * 3600.0])
        rules["bands"] = Bands(starts, np.array([0, 1]), 0.0, np.inf)
    if "may_divert" in rules:
        rules["may_divert"] = np.asarray(rules["may_divert"], bool)
    return small_city(
        ways, [*spots, *stations], hospitals=len(hospitals), stations=len(stations), home=homes,
        place_leg_s=leg_s, mode_to_scene=modes[:, list(profiles)],
        mode_to_hospital=modes[:, ORDINARY], mode_home=modes[:, ORDINARY], **rules,
    )  # fmt: skip


def town(seed) -> tuple[System, Calls]:
    """A lattice of streets with nodes along them, and crews kept busy: many are on the road.

    Some streets are one-way, some take longer in one direction, and driving in one mode takes more
    or less than in another by a factor of the mode or of the street. In every other town all takes
    whole minutes and most ambulances are on their way home: there many would arrive at the very
    same time, so that a bound on who can be first is put to the test.
    """
    rng, on_road = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    whole_minutes = seed % 2 == 1
    side, modes = int(rng.integers(3, 6)), 2
    nodes, streets = side * side, []
    for a in range(nodes):
        for b in (a + 1, a + side):
            if (b == a + 1 and b % side == 0) or b >= nodes:
                continue
            streets.append((a, b))
    tail, head, base = [], [], []
    one_way, uneven = rng.choice([0.0, 0.2]), rng.choice([0.0, 0.3])
    if seed % 4 == 1:
        one_way = uneven = 0.0  # some bounds hold only where all streets are driven both ways
    for a, b in streets:
        inner = range(nodes, nodes + int(rng.integers(0, 4)))
        nodes += len(inner)
        way = [a, *inner, b]
        inside = 0 < a % side < side - 1 and side <= a < side * (side - 1)  # the rim is two-way
        if not (inside and rng.random() < one_way):
            tail += way[:0:-1]
            head += way[-2::-1]
            base += [60.0 * (1 + 20 * (rng.random() < uneven))] * (len(way) - 1)
        tail += way[:-1]
        head += way[1:]
        base += [60.0] * (len(way) - 1)
    by_mode = rng.choice([0.5, 0.8, 1.0, 1.25, 2.0], (modes, 1))
    by_street = rng.choice([0.6, 1.0, 1.5], (modes, len(base))) if rng.random() < 0.3 else 1.0
    pace, tick_s = rng.uniform(0.5, 2.0), 1 / 1024
    if whole_minutes:
        by_mode, by_street, pace, tick_s = np.ones((modes, 1)), 1.0, 1.0, 60.0
    seconds = on_grid(np.array(base) * by_mode * by_street * pace)
    graph = fastest(np.array(tail), np.array(head), seconds, nodes)
    legs = [0.0, 60.0] if whole_minutes else [0.0, 30.0, 200.0]
    places, hospitals, stations, ambulances = 12, 3, 4, 10
    count, conveyed = (180, 0.9) if whole_minutes else (60, 0.6)
    spots = rng.integers(0, nodes, places + hospitals + stations)
    leg_s = on_grid(rng.choice(legs, len(spots)) * by_mode)
    share = on_road.random(len(spots)) * (on_road.random(len(spots)) < 0.5)
    ways, spots = on_roads(graph, spots, np.round(share * 8) / 8 % 1, stations)
    world = small_city(
        ways, spots, hospitals=hospitals, stations=stations, place_leg_s=leg_s,
        mode_to_scene=rng.integers(0, modes, (1, 3)), mode_to_hospital=rng.integers(0, modes, 1),
        mode_home=rng.integers(0, modes, 1), home=rng.integers(0, stations, ambulances),
        expected_turnout_s=60.0,
        may_divert=np.tril(np.ones((3, 3), bool), -1) & (rng.random() < 0.7),
    )  # fmt: skip

    def up_to(most_s):
        return np.floor(rng.random(count) * most_s / tick_s) * tick_s

    calls = some_calls(
        np.sort(up_to(72_000 if whole_minutes else 9_000)), rng.integers(0, places, count),
        rng.integers(0, 3, count), turnout_s=up_to(120), on_scene_s=up_to(300),
        conveyed=rng.random(count) < conveyed, handover_s=up_to(300),
    )  # fmt: skip
    return world, calls


def scenario_with(tmp_path, rows, study_line="study: {warm_up: 0 min, replications: 2}"):
    """Liling's layout replaying some recorded calls: the path of the scenario."""
    (tmp_path / "maps").symlink_to(ROOT / "maps")
    text = (ROOT / "scenarios/liling/today.yaml").read_text("utf-8")
    path = tmp_path / "replay.yaml"
    path.write_text(f"{text}demand: {{replay: calls.csv}}\n{study_line}\n", "utf-8")
    (tmp_path / "calls.csv").write_text("received_at,lon,lat,turnout_s\n" + rows, "utf-8")
    return path
