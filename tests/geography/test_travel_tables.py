"""Tables of travel times: in blocks, on disk or in memory, only the rows that are asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import SizeError
from sim.geography.roads import tables
from sim.geography.roads.folding import NO_JUNCTION
from sim.geography.roads.graph import fastest
from sim.model.roads import Edges
from sim.prepare import system


def ring(nodes, modes=2, seconds=10.0):
    """Nodes in a circle that can be driven both ways, each mode slower than the one before."""
    node = np.arange(nodes)
    onward = (node + 1) % nodes
    long_s = seconds * (1 + node) * (1 + np.arange(modes))[:, None]
    tail, head = np.concatenate([node, onward]), np.concatenate([onward, node])
    return fastest(tail, head, np.tile(long_s, 2), nodes)


@given(st.integers(1, 40), st.integers(1, 9), st.integers(2, 9))
@settings(max_examples=40, deadline=None)
def test_a_table_is_the_same_in_blocks_of_any_size(bytes_, many, nodes):
    graph = ring(nodes)
    rows = tables.all_rows(graph, np.arange(many) % nodes)
    with pytest.MonkeyPatch.context() as patch:
        whole = tables.table(graph, rows)
        patch.setattr(tables, "BLOCK_BYTES", bytes_ * 8 * nodes)  # so many rows
        made = list(tables.blocks(graph, rows, np.int32))
        assert np.array_equal(tables.table(graph, rows), whole)
    assert max(len(block) for _, block in made) <= bytes_
    assert np.array_equal(np.concatenate([block for _, block in made]), whole)


@pytest.mark.parametrize("seconds", [10.0, 1 / 3, 1e6], ids=["grid", "off the grid", "a month"])
def test_what_is_kept_on_disk_is_what_was_made_in_memory(tmp_path, monkeypatch, seconds):
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path))
    monkeypatch.setattr(tables, "BLOCK_BYTES", 7)
    graph = ring(5, seconds=seconds)
    rows = tables.all_rows(graph, np.array([3, 1, 4]))
    kept, made = tables.cached_table(graph, rows), tables.table(graph, rows)
    assert isinstance(kept, np.memmap)
    assert kept.dtype == made.dtype
    assert np.array_equal(kept, made)
    assert np.array_equal(tables.cached_table(graph, rows), made)


def test_a_table_for_which_the_disk_has_no_room_is_made_in_memory(tmp_path, monkeypatch):
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path))
    monkeypatch.setattr(tables, "SMALL_BYTES", 0)
    monkeypatch.setattr(tables, "free_disk", lambda folder: 10)
    graph = ring(5)
    rows = tables.all_rows(graph, np.array([3, 1]))
    made = tables.cached_table(graph, rows)
    assert not isinstance(made, np.memmap)
    assert not list(tmp_path.iterdir())
    assert np.array_equal(made, tables.table(graph, rows))


def test_a_table_for_which_there_is_no_room_at_all_is_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path))
    monkeypatch.setattr(tables, "free_disk", lambda folder: 3 * 10**9)
    monkeypatch.setattr(tables, "free_memory", lambda: 2 * 10**9)
    graph, many = ring(3), np.zeros(4000, int)
    wide = tables.TableRows(many, many, 10**6)  # refused before the first of them is made
    with pytest.raises(SizeError, match=r"need 16\.1 GB; 2\.0 GB of memory are free, and 3\.0 GB"):
        tables.cached_table(graph, wide)
    with pytest.raises(SizeError, match="4,000 rows of 1,000,000 travel times"):
        tables.table(graph, wide)


def test_a_map_has_rows_only_for_where_and_how_somebody_drives(liling):
    """Every place as to a scene, hospitals also as to a hospital; stations as home, and out."""
    made = system.build(liling)
    travel, roads = made.roads.travel, made.roads
    siren, ordinary = int(roads.mode_to_scene[0, 0]), int(roads.mode_to_hospital[0])
    assert siren != ordinary
    entry = travel.chains.entry[0, roads.place_node]
    places, hospitals = len(entry), made.hospitals.place
    row = np.maximum(travel.far_row, travel.near_row)[:, entry]
    assert (row[siren] >= 0).all()
    homes = np.concatenate([hospitals, made.stations.place])
    assert (row[ordinary, homes] >= 0).all()
    out = 2 * len(made.stations.place)  # a station within a street is left by both its ends
    assert len(travel.far) <= places + len(hospitals) + out
    only_siren = replace(
        liling,
        settings=liling.settings.model_copy(
            update={"travel": liling.settings.travel.model_copy(update={"to_hospital": "siren"})}
        ),
    )
    assert len(system.build(only_siren).roads.travel.far) < len(travel.far)


def test_a_place_between_two_nodes_needs_one_row_and_not_two(liling):
    travel = system.build(liling).roads.travel
    own = np.arange(len(travel.graph.indptr) - 1, len(travel.chains.chain))
    assert len(own) > 1000
    assert (travel.chains.entry[1, own] == NO_JUNCTION).all()
    assert len(np.unique(travel.chains.entry[0, own])) == len(own)
    assert (travel.chains.entry_s[:, 0, own] == 0).all()


def test_nothing_is_asked_of_no_roads():
    none = Edges(np.zeros(2, int), np.zeros(0, int), np.zeros((1, 0)))
    assert tables.table(none, tables.all_rows(none, np.array([0]))).tolist() == [[0]]
