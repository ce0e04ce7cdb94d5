"""One network out of links: no loops, no doubles, no islands, and no travel time changed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import shortest_path
from towns import LAT, LON, ROWS, STEP, STREET, TOWN

from sim.errors import MapImportError
from sim.geography.making.report import ROADS, Report
from sim.geography.making.roads import tidying


def links(pairs, *, oneway=None, xy=None, classes="residential", speed=np.nan):
    """Straight links in metres between nodes on a ragged grid."""
    pairs = np.asarray(pairs)
    size = int(pairs.max()) + 1
    xy = np.array([(100.0 * (i % 5), 130.0 * (i // 5)) for i in range(size)]) if xy is None else xy
    count = len(pairs)
    facts = {
        "u": pairs[:, 0],
        "v": pairs[:, 1],
        "class": np.broadcast_to(np.array(classes, object), (count,)),
        "oneway": np.zeros(count, int) if oneway is None else np.asarray(oneway, int),
        "speed_kmh": np.full(count, speed),
        "name": np.full(count, None, object),
    }
    line = shapely.linestrings(np.stack([xy[pairs[:, 0]], xy[pairs[:, 1]]], axis=1))
    return gpd.GeoDataFrame(facts, geometry=line, crs=32649)


def metres_between(roads):
    """{(x, y) of a node, of another: metres along the roads}, by an independent solver."""
    place = {}
    for u, v, line in roads[["u", "v", "geometry"]].itertuples(index=False):
        place[u], place[v] = line.coords[0], line.coords[-1]
    ids = sorted(place)
    row = {name: at for at, name in enumerate(ids)}
    best = np.full((len(ids), len(ids)), np.inf)
    lengths = shapely.length(roads.geometry.values)
    for u, v, oneway, metres in zip(roads["u"], roads["v"], roads["oneway"], lengths, strict=True):
        for a, b in ((u, v), (v, u))[: 1 if oneway else 2]:
            best[row[a], row[b]] = min(best[row[a], row[b]], metres)
    metres = shortest_path(csr_matrix(np.where(np.isfinite(best), best, 0)), directed=True)
    return {(place[a], place[b]): metres[row[a], row[b]] for a in ids for b in ids if a != b}


@st.composite
def streets(draw):
    node = st.integers(0, 14)
    pairs = draw(st.lists(st.tuples(node, node), min_size=4, max_size=30))
    oneway = draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    twice = draw(st.lists(st.integers(0, len(pairs) - 1), max_size=4))
    pairs += [pairs[i][::-1] if i % 2 else pairs[i] for i in twice]
    oneway += [False if i % 2 else oneway[i] for i in twice]
    return links(pairs, oneway=oneway)


@given(streets())
@settings(max_examples=80, deadline=None)
def test_tidying_changes_no_way_between_nodes_that_stay(given_links):
    before = given_links[given_links["u"] != given_links["v"]]
    try:
        after = tidying.network(given_links, Report())
    except MapImportError:
        return
    far = metres_between(before)
    for pair, metres in metres_between(after).items():
        assert np.isfinite(metres), "every node that stays can be reached and left again"
        assert metres == pytest.approx(far[pair]), pair


@given(streets())
@settings(max_examples=80, deadline=None)
def test_what_is_tidy_stays_as_it_is(given_links):
    try:
        once = tidying.network(given_links, Report())
    except MapImportError:
        return
    assert sorted(set(once["u"]) | set(once["v"])) == list(range(1 + once[["u", "v"]].max().max()))
    assert (once["u"] != once["v"]).all()
    again = tidying.network(once, Report())
    assert once.drop(columns="geometry").equals(again.drop(columns="geometry"))
    assert once.geometry.geom_equals(again.geometry).all()


def test_the_largest_part_is_the_one_of_most_nodes_not_of_most_metres():
    xy = np.array([(0, 0), (10, 0), (10, 10), (0, 10), (5000, 0), (9000, 0)], float)
    roads = tidying.network(links([(0, 1), (1, 2), (2, 3), (4, 5)], xy=xy), Report())
    assert len(roads) == 3
    assert roads["length_m"].max() == 10


def test_a_line_drawn_backwards_is_the_same_street_only_where_both_ways_are_open():
    pairs = [(0, 1), (1, 0), (1, 2), (2, 1), (2, 0)]
    roads = tidying.network(links(pairs, oneway=[0, 0, 1, 1, 0]), Report())
    assert len(roads) == 4
    assert roads["oneway"].tolist() == [0, 1, 1, 0]


def test_two_streets_between_the_same_nodes_are_both_kept():
    bent = links([(0, 1), (0, 1)])
    bent.loc[1, "geometry"] = shapely.LineString([(0, 0), (50, 40), (100, 0)])
    assert len(tidying.network(bent, Report())) == 2


@pytest.mark.parametrize(
    ("pairs", "oneway", "said"),
    [([(0, 0), (1, 1)], [0, 0], "no usable link is left"),
     ([(0, 1), (1, 2)], [1, 1], "no road can be driven there and back")],
)  # fmt: skip
def test_roads_of_which_nothing_is_left_are_refused(pairs, oneway, said):
    with pytest.raises(MapImportError, match=said):
        tidying.network(links(pairs, oneway=oneway), Report())


def test_a_large_part_that_is_cut_off_is_a_warning():
    report = Report()
    tidying.network(links([(0, 1), (1, 2), (5, 6)]), report)
    (warning,) = report.warnings
    assert "of the roads' length is not connected with the rest" in warning
    assert any("2 nodes" in note.message for note in report.sections[ROADS])


def test_lengths_are_of_the_lines_on_the_grid_of_ten_centimetres():
    xy = np.array([(0.04, 0.0), (100.06, 0.0)])
    roads = tidying.network(links([(0, 1)], xy=xy), Report())
    assert roads["length_m"].tolist() == [100.1]
    assert shapely.get_coordinates(roads.geometry.values).tolist() == [[0, 0], [100.1, 0]]


def test_islands_loops_and_doubles_are_dropped_and_counted(make):
    island = [(90, LON + 0.2, LAT), (91, LON + 0.21, LAT), (92, LON + 0.0302, LAT + 0.0302)]
    ways = [
        *TOWN,
        ROWS[0],  # drawn twice
        ([90, 91], STREET),  # an island
        ([33, 92], STREET | {"oneway": "yes"}),  # no way back
    ]
    report, ground = make(ways, extra=island, margin="50 km")
    assert len(ground.layers["roads"]) == 24
    assert "dropped: 3 links drawn twice" in report
    assert "dropped: 2 links outside the largest part" in report
    assert "3 nodes" in report


def test_a_link_of_no_length_does_not_cut_a_road(make):
    twin = [(90, LON + 3 * STEP, LAT + 3 * STEP + 1e-8), (91, LON + 4 * STEP, LAT + 3 * STEP)]
    report, ground = make([*TOWN, ([33, 90], STREET), ([90, 91], STREET)], extra=twin)
    assert len(ground.layers["roads"]) == 25
    assert "1 link of length zero" in report


def ring(**facts):
    """A street around from node 0 to node 0, and one on to node 1."""
    pair = links([(0, 0), (0, 1)]).assign(**facts)
    around = shapely.LineString([(0, 0), (-80, 0), (-80, -90), (0, 0)])
    pair.loc[0, "geometry"] = around
    return pair


def test_a_loop_of_two_speeds_is_open_both_ways_and_cut_at_one_node():
    report = Report()
    roads = tidying.network(ring(speed_kmh=[30.0, 40.0], back_kmh=[50.0, 40.0]), report)
    halves = roads[roads["oneway"] == 1]
    assert sorted(halves["speed_kmh"]) == [30, 30, 50, 50]
    assert set(map(tuple, halves[["u", "v"]].to_numpy().tolist())) == {(0, 2), (2, 0)}
    assert report.kilometres.left_out == 0


def test_a_loop_drawn_there_and_back_is_one_street_only_if_the_same_way_round():
    twice = gpd.GeoDataFrame(pd.concat([ring(oneway=[1, 0]), ring(oneway=[1, 0])]), crs=32649)
    twice = twice.reset_index(drop=True)
    assert tidying.twice_the_same(tidying.as_roads(twice)).sum() == 2
    twice.loc[0, "geometry"] = twice.geometry[0].reverse()
    assert tidying.twice_the_same(tidying.as_roads(twice)).sum() == 1
