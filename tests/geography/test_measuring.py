"""What roads are like, measured: a lattice of streets, a straight road, a made-up county."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from sim.geography import bundle, measuring
from sim.geography.making import ImportOptions, import_map
from sim.words import map_measures
from sim.words.language import language

LON, LAT, STEP = 113.5, 27.6, 0.01  # about a kilometre


@pytest.fixture
def streets(tmp_path):
    """A map of some lines, with people at the ends and crossings that are given."""

    def made(lines, people):
        rows = [
            {"type": "Feature", "properties": {"highway": kind},
             "geometry": {"type": "LineString",
                          "coordinates": [(LON + STEP * x, LAT + STEP * y) for x, y in line]}}
            for kind, line in lines
        ]  # fmt: skip
        roads = tmp_path / "roads.geojson"
        roads.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
        table = pd.DataFrame(people, columns=["x", "y"])
        where = tmp_path / "people.csv"
        facts = {"lon": LON + STEP * table["x"], "lat": LAT + STEP * table["y"], "people": 50}
        pd.DataFrame(facts).to_csv(where, index=False)
        options = ImportOptions.of(
            place="t", maps=tmp_path / "maps", roads=roads, people=where, node_crossings=True,
            name_en="Lattice", name_zh="方格",
        )  # fmt: skip
        import_map(options)
        return bundle.read(options.bundle)

    return made


LATTICE = [("secondary", [(x, y) for y in range(5)]) for x in range(7)] + [
    ("residential", [(x, y) for x in range(7)]) for y in range(5)
]
CROSSINGS = [(x, y) for x in range(7) for y in range(5)]


def test_a_lattice_has_crossings_of_four_and_at_its_rim_of_three(streets):
    found = measuring.measure(streets(LATTICE, CROSSINGS))
    assert found.junctions == 16 + 15  # its four corners are bends
    assert found.three == pytest.approx(16 / 31)
    assert found.four == pytest.approx(15 / 31)
    assert found.dead_ends == 0
    assert found.curl == pytest.approx(1, abs=0.001)


def test_kilometres_are_counted_by_class_and_once_for_both_directions(streets):
    found = measuring.measure(streets(LATTICE, CROSSINGS))
    assert found.km["secondary"] == pytest.approx(7 * 4 * 1.108, rel=0.01)
    assert found.km["residential"] == pytest.approx(5 * 6 * 0.987, rel=0.01)
    assert found.km["trunk"] == 0


def test_a_straight_road_has_no_detour(streets):
    line = [(x, 0) for x in range(20)]
    pieces = [("primary", [(x, 0), (x + 1, 0)]) for x in range(19)]
    found = measuring.measure(streets(pieces, line))
    assert found.dead_ends == 1  # all that is no bend is an end
    assert found.detours[0].from_km == 0.5
    for one in found.detours:
        assert (one.low, one.high) == pytest.approx((1, 1), abs=1e-3)
    assert found.usual == 0


def test_a_way_round_a_corner_is_a_detour(streets):
    """From one end of a right angle to the other it is the square root of two times as far."""
    ell = [(0, y) for y in range(9, -1, -1)] + [(x, 0) for x in range(1, 11)]
    found = measuring.measure(streets([("primary", ell)], [(0, 9), (10, 0)]))
    (one,) = found.detours
    assert one.from_km == 10
    assert one.median == pytest.approx((9 * 1.108 + 10 * 0.987) / (81 * 1.228 + 100 * 0.974) ** 0.5, rel=0.01)  # fmt: skip
    assert found.usual == 1


def test_maps_stand_side_by_side_in_either_language(streets):
    the_map = streets(LATTICE, CROSSINGS)
    found = [measuring.measure(the_map)] * 2
    english = map_measures.text(found, language("en"))
    assert "junctions of four and more" in english
    assert english.count("48 %") == 2
    assert "t.gpkg" in english  # two of one name are told apart by their files
    assert "方格" in map_measures.text(found[:1], language("zh"))
    assert "断头路" in map_measures.text(found[:1], language("zh"))
