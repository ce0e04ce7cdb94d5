"""What a map cannot hold is refused when it is loaded, in a sentence that says where it is."""

from __future__ import annotations

import random

import mutated_maps as mutated
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import MapError, PlannerError
from sim.geography import bundle as maps
from sim.geography import checking, contents


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    return mutated.small_bundle(folder)


@pytest.fixture(scope="module")
def good(town):
    """Its layers as they were read; to be changed in copies only."""
    return dict(maps.read(town).layers)


def told(path) -> str:
    with pytest.raises(MapError) as refused:
        mutated.read_fresh(path)
    return str(refused.value)


def with_sites(layers):
    """With a site and a hospital, where the map has none."""
    cell = layers["cells"].iloc[0]
    spot = {"name_zh": "东站", "name_en": "East", "provenance": "sourced"}
    more = {
        "sites": {"kind": "station", "status": "existing", "township": cell["township"]},
        "hospitals": {"level": "", "capabilities": ""},
    }
    frames = {
        name: type(layers["cells"])(
            [spot | said], geometry=[cell.geometry], crs=layers["cells"].crs
        )
        for name, said in more.items()
    }
    return layers | frames


@pytest.fixture(scope="module")
def whole(good, tmp_path_factory):
    """A bundle with a row in every layer."""
    path = tmp_path_factory.mktemp("whole") / "map.gpkg"
    layers = with_sites(good)
    layers["roads"] = layers["roads"].assign(speed_kmh=40.0)
    maps.write(path, layers)
    return path


@pytest.mark.parametrize(("layer", "column", "value"), mutated.wrong_cells())
def test_every_value_that_a_column_cannot_hold_is_refused(whole, tmp_path, layer, column, value):
    path = tmp_path / "map.gpkg"
    path.write_bytes(whole.read_bytes())
    mutated.change(path, layer, column, value)
    said = told(path)
    assert f"layer {layer}, column {column}" in said
    assert "row" in said or "no township" in said or "number the" in said


def test_all_that_is_wrong_is_told_at_once(whole, tmp_path):
    path = tmp_path / "map.gpkg"
    path.write_bytes(whole.read_bytes())
    mutated.change(path, "roads", "speed_kmh", -5)
    mutated.change(path, "roads", "speed_kmh", 0, row=2)
    mutated.change(path, "cells", "people", -7, row=1)
    mutated.change(path, "townships", "name_zh", None)
    said = told(path)
    assert (
        "layer roads, column speed_kmh: row 1, 3: found -5, 0; write a number from 0.1 km/h to"
        in said
    )
    assert "layer cells, column people: row 2: found -7; write a number from 0 to" in said
    assert "layer townships, column name_zh: row 1: found nothing; write a text" in said


@pytest.mark.parametrize("key", contents.META)
@pytest.mark.parametrize("how", ["gone", "null", "empty", "twice"])
def test_every_fact_is_said_once(good, tmp_path, key, how):
    meta = good["meta"].astype(object)
    if how == "gone":
        meta = meta[meta["key"] != key]
    elif how == "twice":
        meta = pd.concat([meta, meta[meta["key"] == key]])
    else:
        meta.loc[meta["key"] == key, "value"] = None if how == "null" else " "
    said = told(mutated.save(tmp_path / "map.gpkg", good | {"meta": meta}))
    assert ("found twice" if how == "twice" else f"there is no {key}") in said


@pytest.mark.parametrize("value", ["perhaps", "YES", "1", "true"])
def test_whether_a_map_is_made_up_is_yes_or_no(good, tmp_path, value):
    meta = good["meta"].copy()
    meta.loc[meta["key"] == "synthetic", "value"] = value
    assert "write yes or no" in told(mutated.save(tmp_path / "m.gpkg", good | {"meta": meta}))


WRONG_SHAPES = {"none", "empty", "collection", "bowtie", "not a number", "endless", "far away",
                "nowhere", "several points"}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(mutated.SHAPES))
@pytest.mark.parametrize("layer", [name for name in contents.CONTENTS if name != "meta"])
def test_a_shape_of_another_kind_or_nowhere_is_refused(good, layer, kind):
    layers = with_sites(good)
    frame = layers[layer]
    if not len(frame):
        return
    shape = mutated.SHAPES[kind](frame.geometry.iloc[0])
    shapes = frame.geometry.to_numpy().copy()
    shapes[0] = shape
    right = contents.SHAPELY[contents.CONTENTS[layer].shapes]
    found = checking.problems(layers | {layer: frame.set_geometry(shapes, crs=frame.crs)})
    fits = shape is not None and shapely.get_type_id(shape) in right and kind not in WRONG_SHAPES
    if not fits:
        assert any(f"layer {layer}" in str(one) or "boundary" in str(one) for one in found)


def test_lengths_are_held_against_the_lines(good):
    roads = good["roads"]
    for factor, said in ((0.5, "shorter than the straight line"), (40, "far longer")):
        metres = roads["length_m"].copy()
        metres.iloc[0] = metres.iloc[0] * factor + (1000 if factor > 1 else 0)
        found = checking.problems(good | {"roads": roads.assign(length_m=metres)})
        assert said in str(found[0])
        assert "row 1:" in str(found[0])


def test_a_number_of_two_nodes_is_told(good):
    roads = good["roads"]
    far = roads["u"].copy()
    far.iloc[0] = roads["v"].iloc[-1]
    (found,) = checking.problems(good | {"roads": roads.assign(u=far)})
    assert "number each place once" in str(found)


def test_cells_are_numbered_and_codes_stand_once(good):
    cells, townships = good["cells"], good["townships"]
    twice = cells.assign(cell_id=cells["cell_id"].clip(lower=1))
    found = checking.problems(
        good | {"cells": twice, "townships": townships.assign(code=townships["code"].iloc[0])}
    )
    said = "\n".join(map(str, found))
    assert f"number the {len(cells)} cells from 0 to {len(cells) - 1}" in said
    assert "each code once" in said
    assert "no township has the code" in said


def test_nobody_and_everybody_are_no_people(good):
    for people in (0, 1.1 * contents.ALL_PEOPLE / len(good["cells"])):
        found = checking.problems(good | {"cells": good["cells"].assign(people=people)})
        assert "people in all" in str(found[0])


def test_seats_lie_near_their_townships(good):
    townships = good["townships"].assign(seat_lat=-27.6)
    (found,) = checking.problems(good | {"townships": townships})
    assert "the seat lies more than 100 km from its township" in str(found)


def test_roads_of_one_way_only_are_no_network(good, tmp_path):
    layers = mutated.one_way(good, random.Random(1))
    ground = mutated.read_fresh(mutated.save(tmp_path / "m.gpkg", layers))
    with pytest.raises(MapError, match="no road can be driven both ways"):
        _ = ground.network


def test_codes_may_be_numbers(good, tmp_path):
    number = {code: row for row, code in enumerate(good["townships"]["code"])}
    layers = good | {
        "townships": good["townships"].assign(code=range(len(number))),
        "cells": good["cells"].assign(township=good["cells"]["township"].map(number).astype(int)),
    }
    assert checking.problems(layers) == []


@pytest.mark.parametrize("name", ["liling", "coquimbo"])
def test_the_shipped_maps_hold_what_the_page_says(name):
    ground = maps.read(ROOT / "maps" / name / f"{name}.gpkg")
    assert checking.problems(ground.layers) == []
    mutated.holds(ground)


def test_the_page_has_the_table():
    page = (ROOT / "docs" / "map-bundle.md").read_text("utf-8")
    inside = page.partition("<!-- contents -->\n")[2].partition("\n<!-- /contents -->")[0]
    assert inside == contents.table()


def test_what_is_wrong_is_said_in_chinese(good):
    from sim.words.language import language

    bad = good["cells"].assign(people=np.nan)
    error = MapError("m.gpkg", checking.problems(good | {"cells": bad}))
    said = error.told(language("zh"))
    assert f"图层 cells，列 people：第 1, 2, 3, 4, 5 …（共 {len(bad)} 处） 行：现为 空" in said


# ── anything ─────────────────────────────────────────────────────────────────────────────────


def survives(path) -> bool:
    """Whether a map is read and holds; a sentence is as good, anything else is a fault."""
    try:
        mutated.holds(mutated.read_fresh(path))
    except PlannerError as error:
        assert str(error)
        return False
    return True


def _changed(town, good, folder, seed: int) -> None:
    chance = random.Random(seed)
    path = folder / "map.gpkg"
    kind = chance.choice(["frames", "frames", "cell", "bytes"])
    if kind == "bytes":
        mutated.spoil(town, path, chance)
    elif kind == "cell":
        path.write_bytes(town.read_bytes())
        layer = chance.choice([name for name, frame in good.items() if len(frame)])
        column = chance.choice([one for one in good[layer].columns if one != "geometry"])
        value = chance.choice([*mutated.HOSTILE_NUMBERS, *mutated.HOSTILE_TEXTS, 0, 1])
        mutated.change(path, layer, column, value, chance.randrange(len(good[layer])))
    else:
        layers = chance.choice(mutated.CHANGES)(good, chance)
        try:
            mutated.save(path, layers)
        except Exception:  # such a file cannot be written
            return
    survives(path)


FUZZ = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=25, **FUZZ)
@given(seed=st.integers(0, 10**9))
def test_whatever_is_done_to_a_map_ends_in_a_sentence(town, good, tmp_path_factory, seed):
    _changed(town, good, tmp_path_factory.mktemp("any"), seed)


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore")
@settings(max_examples=3000, **FUZZ)
@given(seed=st.integers(0, 10**9))
def test_whatever_is_done_to_a_map_ends_in_a_sentence_thousands(town, good, tmp_path_factory, seed):
    _changed(town, good, tmp_path_factory.mktemp("any"), seed)
