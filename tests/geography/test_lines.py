"""Lines of a map file become roads: columns are guessed, ends meet."""

from __future__ import annotations

import geopandas as gpd
import shapely
from towns import LAT, LON, STEP, box, features


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
    assert "1 footway" in report


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
