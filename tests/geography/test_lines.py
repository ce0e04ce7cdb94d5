"""Lines of a map file become roads: columns are guessed, ends meet."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import LAT, LON, STEP, box, features, refused

from sim.geography.making.groups import RoadOptions
from sim.geography.making.report import ROADS, Report
from sim.geography.making.roads import lines


def test_roads_far_outside_the_boundary_are_left_out(make, tmp_path):
    edge = features(tmp_path / "edge.geojson", [box(east=1, north=1)], name=["edge"])
    report, ground = make(boundary=edge, margin="500 m")
    assert len(ground.layers["roads"]) < 24
    assert "more than 0.5 km outside the boundary" in report


def test_lines_are_read_by_their_usual_columns(make, tmp_path):
    lines, classes = [], []
    for row in range(3):
        for column in range(3):
            at = (LON + STEP * column, LAT + STEP * row)
            if column < 2:  # an end that misses the next by half a metre
                lines.append(shapely.LineString([at, (at[0] + STEP - 5e-6, at[1])]))
            if row < 2:
                lines.append(shapely.LineString([at, (at[0], at[1] + STEP)]))
    classes = ["secondary"] * (len(lines) - 1) + ["footway"]
    path = features(tmp_path / "roads.gpkg", lines, fclass=classes, maxspeed=[50] * len(lines),
                    oneway=["B"] * len(lines))  # fmt: skip
    report, ground = make(roads=path)
    roads = ground.layers["roads"]
    assert len(roads) == 11
    assert set(roads["speed_kmh"]) == {50.0}
    assert ground.nodes_left_out == 0
    assert "class from column fclass" in report
    assert "left out: 1 line not for vehicles" in report
    assert "footway: 1.0 km, 1 line" in report


def test_of_a_file_with_nodes_and_edges_the_edges_are_read(make, tmp_path):
    at = [(LON, LAT), (LON + STEP, LAT), (LON + STEP, LAT + STEP)]
    path = tmp_path / "osmnx.gpkg"
    nodes = gpd.GeoDataFrame(geometry=[shapely.Point(xy) for xy in at], crs=4326)
    nodes.to_file(path, layer="nodes")
    lines = [shapely.LineString(at[i : i + 2]) for i in (0, 1)]
    both = [*lines, *(line.reverse() for line in lines)]  # osmnx has each direction once
    edges = {"highway": ["primary"] * 4, "oneway": [False] * 4}
    gpd.GeoDataFrame(edges, geometry=both, crs=4326).to_file(path, layer="edges")
    report, ground = make(roads=path)
    assert len(ground.layers["roads"]) == 2
    assert "2 links drawn twice" in report


def test_backward_lines_are_turned_round(make, tmp_path):
    ring = [(0, 0), (0, 1), (1, 1), (1, 0)]
    at = [(LON + STEP * x, LAT + STEP * y) for x, y in ring]
    lines = [shapely.LineString([at[i], at[(i + 1) % 4]]) for i in range(3)]
    lines.append(shapely.LineString([at[0], at[3]]))  # against the others
    path = features(tmp_path / "r.geojson", lines, highway=["primary"] * 4,
                    oneway=["yes", "yes", "yes", "-1"])  # fmt: skip
    _, ground = make(roads=path)
    assert len(ground.layers["roads"]) == 4
    assert sorted(ground.network.head) == sorted(ground.network.tail) == [0, 1, 2, 3]


def test_lines_that_cross_meet_only_if_asked(make, tmp_path):
    across = [shapely.LineString([(LON, LAT + STEP * r), (LON + 3 * STEP, LAT + STEP * r)])
              for r in range(4)]  # fmt: skip
    down = [shapely.LineString([(LON + STEP * c, LAT), (LON + STEP * c, LAT + 3 * STEP)])
            for c in range(4)]  # fmt: skip
    path = features(tmp_path / "cross.gpkg", [*across, *down], highway=["tertiary"] * 8)
    report, ground = make(roads=path, node_crossings=True)
    assert len(ground.layers["roads"]) == 24
    assert "cuts made where lines cross" in report
    report, ground = make(roads=path)
    assert len(ground.layers["roads"]) == 4
    assert "not connected with the rest" in report


# ── columns ──────────────────────────────────────────────────────────────────────────────────


def street_file(folder, count=3, name="roads.geojson", **columns):
    """A chain of streets from west to east."""
    at = [(LON + STEP * i, LAT) for i in range(count + 1)]
    return features(
        folder / name, [shapely.LineString(at[i : i + 2]) for i in range(count)], **columns
    )


def read(path, **options):
    report = Report()
    return lines.read(path, RoadOptions(**options), report), report


@pytest.mark.parametrize(
    ("column", "words", "classes"),
    [
        (
            "highway",
            ["primary", "residential", "tertiary_link"],
            ["primary", "residential", "tertiary_link"],
        ),
        ("fclass", ["primary", "track_grade2", "service"], ["primary", "track", "service"]),
        (
            "道路等级",
            ["primary", "['trunk', 'primary']", "SECONDARY"],
            ["primary", "trunk", "secondary"],
        ),
        ("type", ["", None, "living_street"], ["unclassified", "unclassified", "living_street"]),
    ],
)
def test_the_class_is_read_from_a_usual_column(tmp_path, column, words, classes):
    path = street_file(tmp_path, **{column: words})
    roads, report = read(path, tracks=True, service=True)
    assert roads["class"].tolist() == classes
    assert f"class from column {column}" in str(report)


def test_without_columns_all_roads_are_alike_and_that_is_told(tmp_path):
    roads, report = read(street_file(tmp_path, colour=["red"] * 3))
    assert set(roads["class"]) == {"unclassified"}
    assert (roads["oneway"] == 0).all()
    assert roads["speed_kmh"].isna().all()
    assert len(report.warnings) == 2
    assert "looked for highway, fclass" in report.warnings[1]
    assert "all are open both ways" in report.warnings[0]


def test_words_that_openstreetmap_does_not_have_stay_and_are_told(tmp_path):
    roads, report = read(street_file(tmp_path, highway=["省道", "县道", "primary"]))
    assert roads["class"].tolist() == ["省道", "县道", "primary"]
    (warning,) = [w for w in report.warnings if "OpenStreetMap" in w]
    assert "县道, 省道" in warning
    assert "travel.speeds" in warning


def test_an_unknown_direction_is_open_both_ways_and_told(tmp_path):
    roads, report = read(street_file(tmp_path, highway=["primary"] * 3, oneway=["F", "left", "no"]))
    assert roads["oneway"].tolist() == [1, 0, 0]
    assert any(
        "one-way words not understood, taken as absent: left (1 line)" in w for w in report.warnings
    )


def test_ways_for_walking_are_left_out_by_name(tmp_path):
    words = ["primary", "footway", "service"]
    roads, report = read(street_file(tmp_path, highway=words))
    assert roads["class"].tolist() == ["primary"]
    assert "left out: 1 line not for vehicles" in str(report)
    assert "left out: 1 line of service roads (--service keeps them)" in str(report)


def test_a_file_of_footpaths_is_refused(make, tmp_path):
    path = street_file(tmp_path, highway=["footway"] * 3)
    assert "there is no road for vehicles in it" in refused(make, roads=path)


def test_a_file_of_polygons_is_refused(make, tmp_path):
    path = features(tmp_path / "p.geojson", [box()], highway=["primary"])
    assert "there are no lines in it" in refused(make, roads=path)


def test_lines_of_several_parts_are_taken_apart(tmp_path):
    two = shapely.MultiLineString(
        [[(LON, LAT), (LON + STEP, LAT)], [(LON, LAT), (LON, LAT + STEP)]]
    )
    roads, _ = read(features(tmp_path / "m.geojson", [two], highway=["primary"]))
    assert len(roads) == 2
    assert set(roads.geom_type) == {"LineString"}


# ── ends and crossings, in metres ────────────────────────────────────────────────────────────


def metric(shapes):
    count = len(shapes)
    facts = {"class": ["primary"] * count, "oneway": [0] * count, "speed_kmh": [np.nan] * count}
    return gpd.GeoDataFrame(facts | {"name": [None] * count}, geometry=list(shapes), crs=32649)


def joined(shapes, **options):
    return lines.join_ends(metric(shapes), RoadOptions(**options), Report())


@st.composite
def nearly_meeting(draw):
    """Streets between a few places 100 m apart, each end missing its place by up to 40 cm."""
    place = st.tuples(st.integers(0, 4), st.integers(0, 4))
    slip = st.floats(-0.28, 0.28)
    pairs = draw(st.lists(st.tuples(place, place), min_size=1, max_size=12))
    ends = [[(100 * x + draw(slip), 100 * y + draw(slip)) for x, y in pair] for pair in pairs]
    return pairs, [shapely.LineString(two) for two in ends]


@given(nearly_meeting())
@settings(max_examples=80, deadline=None)
def test_ends_that_nearly_meet_become_one_node_and_no_others_do(town):
    pairs, shapes = town
    roads = joined(shapes, snap="1 m")
    where = {}
    for (a, b), u, v, shape in zip(pairs, roads["u"], roads["v"], roads.geometry, strict=True):
        for place, node, end in ((a, u, shape.coords[0]), (b, v, shape.coords[-1])):
            assert where.setdefault(place, (node, end)) == (node, end)
    assert len({node for node, _ in where.values()}) == len(where)


@given(nearly_meeting())
@settings(max_examples=40, deadline=None)
def test_no_end_moves_farther_than_the_ends_it_meets(town):
    _, shapes = town
    roads = joined(shapes, snap="1 m")
    for before, after in zip(shapes, roads.geometry, strict=True):
        for at in (0, -1):
            assert np.hypot(*np.subtract(before.coords[at], after.coords[at])) <= 0.8
        assert before.coords[1:-1] == after.coords[1:-1]


def test_a_longer_snap_joins_what_a_shorter_one_leaves_apart():
    shapes = [shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(103, 0), (200, 0)])]
    for snap, nodes in (("1 m", 4), ("5 m", 3)):
        roads = joined(shapes, snap=snap)
        assert len(set(roads["u"]) | set(roads["v"])) == nodes
    assert len(set(joined(shapes, snap="0 m")["u"])) == 2


@st.composite
def crossing(draw):
    coordinate = st.integers(0, 20).map(lambda n: 10.0 * n)
    point = st.tuples(coordinate, coordinate)
    many = draw(
        st.lists(st.lists(point, min_size=2, max_size=4, unique=True), min_size=2, max_size=6)
    )
    return [line for line in map(shapely.LineString, many) if line.is_simple]


@given(crossing())
@settings(max_examples=80, deadline=None)
def test_cut_at_crossings_no_two_roads_meet_but_at_their_nodes_and_none_is_lost(shapes):
    if not shapes:
        return
    roads = joined(shapes, node_crossings=True, snap="0.01 m")
    metres = shapely.length(roads.geometry.values).sum()
    assert metres == pytest.approx(shapely.length(shapes).sum(), abs=0.2 * len(roads) + 0.1)
    parts = list(zip(roads["u"], roads["v"], roads.geometry, strict=True))
    ends = shapely.multipoints([c for *_, line in parts for c in (line.coords[0], line.coords[-1])])
    for i, (_, _, one) in enumerate(parts):
        for _, _, other in parts[i + 1 :]:
            meet = one.intersection(other)
            if meet.geom_type in ("Point", "MultiPoint"):
                assert meet.difference(ends.buffer(0.2)).is_empty


def test_an_end_that_stops_just_short_of_a_street_meets_it():
    street = shapely.LineString([(0, 0), (100, 0)])
    lane = shapely.LineString([(50, 0.4), (50, 80)])
    roads = joined([street, lane], node_crossings=True, snap="1 m")
    assert len(roads) == 3
    assert len(set(roads["u"]) | set(roads["v"])) == 4


def test_ends_that_meet_are_counted():
    report = Report()
    shapes = [shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(100.5, 0), (200, 0)])]
    lines.join_ends(metric(shapes), RoadOptions(), report)
    (note,) = report.sections[ROADS]
    assert note.message == "2 ends of lines moved by up to 1 m to meet"
