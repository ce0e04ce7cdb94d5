"""What is kept of a map and of its folded roads is as if it had been made anew, or is not used."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pytest
import shapely
from conftest import ROOT
from damage import KINDS

from sim.errors import MapError
from sim.files import cache
from sim.geography import bundle as maps
from sim.geography import checking, kept_maps
from sim.geography.roads import network, travel
from sim.prepare import ways
from sim.scenario import altering

LILING = ROOT / "maps" / "liling" / "liling.gpkg"


@pytest.fixture
def town(tmp_path, monkeypatch):
    """A copy of Liling's map, and a cache in which nothing is kept yet."""
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path / "cache"))
    shutil.copy(LILING, tmp_path / "town.gpkg")
    return tmp_path / "town.gpkg"


def read(path):
    """The map as a process reads it that has read none before."""
    maps._read.cache_clear()
    return maps.read(path)


def is_from_the_cache(ground):
    return "layers" not in vars(ground)  # which had to be read to work out the rest


def same(one, other):
    """Whether two values are the same to the last bit."""
    if isinstance(one, np.ndarray):
        if one.dtype == object:
            return bool(np.array_equal(shapely.to_wkb(one), shapely.to_wkb(other)))
        alike = (one.dtype, one.shape) == (other.dtype, other.shape)
        return alike and one.tobytes() == other.tobytes()
    if isinstance(one, network.Network):
        names = network.Network.__dataclass_fields__
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, tuple | list):
        alike = type(one) is type(other) and len(one) == len(other)
        return alike and all(map(same, one, other))
    return one == other


@pytest.mark.parametrize("name", ["liling", "coquimbo"])
def test_a_map_of_the_cache_is_the_one_that_was_read(name, tmp_path, monkeypatch):
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path))
    path = ROOT / "maps" / name / f"{name}.gpkg"
    made, kept = read(path), read(path)
    assert not is_from_the_cache(made)
    assert is_from_the_cache(kept)
    for value in maps.KEPT:
        assert same(getattr(made, value), getattr(kept, value)), value
    assert made.meta == kept.meta
    assert made.crs == kept.crs == made.layers["roads"].crs
    assert same(
        network.snap(kept.network, kept.cells.xy), network.snap(made.network, made.cells.xy)
    )
    assert kept.layers["cells"].equals(made.layers["cells"]), "what else is asked for is read"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_damaged_map_in_the_cache_is_made_anew(kind, town):
    read(town)
    (kept,) = (town.parent / "cache" / kept_maps.FOLDER).glob("*.map")
    KINDS[kind](kept)
    again = read(town)
    assert not is_from_the_cache(again)
    assert len(again.townships) == 24
    assert is_from_the_cache(read(town)), "it is kept again"


def test_a_map_that_others_may_change_is_not_believed(town, monkeypatch):
    read(town)
    assert is_from_the_cache(read(town))
    for part in (town.parent / "cache", town.parent / "cache" / kept_maps.FOLDER):
        part.chmod(0o777)
    monkeypatch.setattr(cache, "_told", set())
    with pytest.warns(UserWarning, match="may"):
        assert not is_from_the_cache(read(town))


def test_an_edited_map_is_read_and_checked_anew(town):
    read(town)
    _spoil(town)
    with pytest.raises(MapError):
        read(town)


def _spoil(path):
    """People below zero, written past all checks, the rest as it was."""
    with closing(sqlite3.connect(path)) as base:
        for (trigger,) in base.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'cells'"
        ).fetchall():
            base.execute(f'DROP TRIGGER "{trigger}"')
        base.execute("UPDATE cells SET people = -1 WHERE fid = 1")
        base.commit()


def test_another_version_of_the_checks_reads_anew(town, monkeypatch):
    read(town)
    before = kept_maps.digest(town)
    room = town.parent / "checking.py"
    shutil.copy(checking.__file__, room)
    room.write_text(room.read_text("utf-8") + "# stricter\n", "utf-8")
    rooms = [room if one.name == "checking.py" else one for one in kept_maps._rooms()]
    monkeypatch.setattr(kept_maps, "_rooms", lambda: tuple(rooms))
    assert kept_maps.digest(town) != before
    monkeypatch.setattr(kept_maps, "LIBRARIES", (*kept_maps.LIBRARIES, "pytest"))
    assert not is_from_the_cache(read(town))


def test_a_map_that_is_changed_while_it_is_used_is_refused(town):
    read(town)
    ground = read(town)
    shutil.copy(ROOT / "maps" / "coquimbo" / "coquimbo.gpkg", town)
    with pytest.raises(MapError, match="was changed while it was used"):
        _ = ground.layers


# ── folded roads ─────────────────────────────────────────────────────────────────────────────


def folded(scenario, keep=True):
    """A layout's roads folded, as they are for its travel times."""
    modes, places = ways.driving_modes(scenario), ways.places_of(scenario)
    roads, seconds = scenario.map.network, ways.edge_seconds(scenario, modes)
    own = network.joins(roads, places.of_map, seconds).own
    return travel._folded(network.edges(roads, seconds), roads.side_by_side, own, keep)


@pytest.fixture
def roads(liling, tmp_path, monkeypatch):
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path))
    return liling


@pytest.fixture
def folding_counted(monkeypatch):
    """How often roads were folded."""
    times, fold = [], travel.fold
    monkeypatch.setattr(travel, "fold", lambda *roads: times.append(1) or fold(*roads))
    return times


def test_folded_roads_of_the_cache_are_those_that_are_folded_anew(roads, folding_counted):
    anew, made = folded(roads, keep=False), folded(roads)
    assert len(folding_counted) == 2
    kept = folded(roads)
    assert len(folding_counted) == 2, "not again"
    assert same(made, anew)
    assert same(kept, anew)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_damaged_folded_roads_are_folded_anew(kind, roads, tmp_path, folding_counted):
    made = folded(roads)
    (kept,) = (tmp_path / travel.FOLDED).iterdir()
    KINDS[kind](kept)
    assert same(folded(roads), made)
    assert len(folding_counted) == 2
    assert same(folded(roads), made)
    assert len(folding_counted) == 2, "kept again"


def test_folded_roads_that_others_may_change_are_not_believed(
    roads, tmp_path, monkeypatch, folding_counted
):
    made = folded(roads)
    for part in (tmp_path, tmp_path / travel.FOLDED):
        part.chmod(0o777)
    monkeypatch.setattr(cache, "_told", set())
    with pytest.warns(UserWarning, match="may"):
        assert same(folded(roads), made)
    assert len(folding_counted) == 2


def test_roads_at_other_speeds_are_folded_anew(roads, folding_counted):
    fast = folded(roads)
    slow = folded(altering.times_the_speed(roads, 0.5))
    assert len(folding_counted) == 2
    assert not same(fast, slow)
