"""Directed graphs as arrays: which part can be driven both ways, which parallel edge is fastest."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.geography.roads.graph import NO_TIME_S, both_ways, fastest, largest_part


@st.composite
def edges(draw, most=9):
    nodes = draw(st.integers(1, most))
    node = st.integers(0, nodes - 1)
    pairs = draw(st.lists(st.tuples(node, node), max_size=25))
    tail, head = np.array(pairs, int).reshape(-1, 2).T
    return tail, head, nodes


def reachable(tail, head, nodes):
    """[from, to] by the definition: as many steps as there are nodes."""
    there = np.eye(nodes, dtype=bool)
    for _ in range(nodes):
        for u, v in zip(tail, head, strict=True):
            there[:, v] |= there[:, u]
    return there


@given(edges())
@settings(max_examples=100, deadline=None)
def test_from_every_node_of_the_part_every_other_is_reached_and_no_larger_part_is_so(graph):
    tail, head, nodes = graph
    part = largest_part(tail, head, nodes)
    there = reachable(tail, head, nodes)
    assert there[np.ix_(part, part)].all()
    mutual = (there & there.T).sum(axis=1)
    assert part.sum() == mutual.max()


def test_of_two_parts_of_one_size_the_same_one_counts_every_time():
    tail, head = np.array([0, 1, 2, 3]), np.array([1, 0, 3, 2])
    first = largest_part(tail, head, 4)
    assert first.sum() == 2
    assert np.array_equal(first, largest_part(tail, head, 4))


def test_a_link_is_two_edges_unless_it_is_one_way():
    u, v = np.array([0, 1, 2]), np.array([1, 2, 0])
    tail, head, link = both_ways(u, v, np.array([False, True, False]))
    assert list(zip(tail.tolist(), head.tolist(), link.tolist(), strict=True)) == [
        (0, 1, 0), (1, 2, 1), (2, 0, 2), (1, 0, 0), (0, 2, 2),
    ]  # fmt: skip


@given(edges(), st.data())
@settings(max_examples=100, deadline=None)
def test_of_parallel_edges_the_fastest_stays_in_every_mode(graph, data):
    tail, head, nodes = graph
    number = st.floats(0, 1000)
    seconds = np.array(
        [data.draw(st.lists(number, min_size=len(tail), max_size=len(tail))) for _ in range(2)]
    ).reshape(2, -1)
    made = fastest(tail, head, seconds, nodes)
    starts = np.repeat(np.arange(nodes), np.diff(made.indptr))
    found = list(zip(starts.tolist(), made.head.tolist(), strict=True))
    wanted = sorted({(u, v) for u, v in zip(tail.tolist(), head.tolist(), strict=True) if u != v})
    assert found == wanted, "sorted, each pair once, none from a node to itself"
    for at, (u, v) in enumerate(found):
        same = (tail == u) & (head == v)
        assert np.array_equal(
            made.seconds[:, at], np.maximum(seconds[:, same], NO_TIME_S).min(axis=1)
        )
