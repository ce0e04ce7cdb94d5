"""Ways are cut into links where they meet others, and nowhere else."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.geography.making.roads.cutting import split
from sim.geography.making.roads.osm import used_more_than_once


@st.composite
def ways(draw):
    """Ways through a few nodes, some of which the file has lost."""
    many = draw(
        st.lists(st.lists(st.integers(0, 8), min_size=1, max_size=6), min_size=1, max_size=5)
    )
    node = np.array([n for way in many for n in way])
    way = np.array([i for i, nodes in enumerate(many) for _ in nodes])
    lost = np.isin(node, draw(st.lists(st.integers(0, 8), max_size=2)))
    xy = np.column_stack([node * 10.0, node * node * 1.0])
    return node, way, xy, lost


@given(ways())
@settings(max_examples=150, deadline=None)
def test_links_are_the_ways_cut_at_crossings_ends_and_gaps(town):
    node, way, xy, lost = town
    cut = used_more_than_once(node)
    first, last, of_way, line = split(way, xy, cut, lost)
    steps = [
        (i, i + 1) for i in range(len(node) - 1)
        if way[i] == way[i + 1] and not lost[i] and not lost[i + 1]
    ]  # fmt: skip
    covered = [(i, i + 1) for a, b in zip(first, last, strict=True) for i in range(a, b)]
    assert covered == steps, "every step between known nodes is in one link, in order"
    for a, b, number, shape in zip(first, last, of_way, line, strict=True):
        assert (way[a : b + 1] == number).all()
        assert not cut[a + 1 : b].any(), "nothing meets a link between its ends"
        assert np.array_equal(shapely.get_coordinates(shape), xy[a : b + 1])


def test_a_node_is_a_crossing_if_two_ways_have_it_or_one_has_it_twice():
    assert used_more_than_once(np.array([1, 2, 3, 3, 4, 5, 6, 5])).tolist() == [
        False, False, True, True, False, True, False, True,
    ]  # fmt: skip


def test_a_way_of_one_node_makes_no_link():
    first, _, _, line = split(
        np.zeros(1, int), np.zeros((1, 2)), np.zeros(1, bool), np.zeros(1, bool)
    )
    assert len(first) == len(line) == 0
