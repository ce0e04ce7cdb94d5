"""OpenStreetMap extracts become roads: what is read, what is left out, and which way it runs."""

from __future__ import annotations

import pytest
from towns import COLUMNS, LAT, LON, ROWS, STEP, STREET, TOWN, osm, refused


def test_a_town_of_crossing_streets_becomes_a_map(make):
    report, ground = make()
    roads = ground.layers["roads"]
    assert len(roads) == 24
    assert set(roads["class"]) == {"residential"}
    assert (roads["oneway"] == 0).all()
    assert ground.crs.to_epsg() == 32649
    assert roads["length_m"].between(950, 1150).all()
    assert "8 ways" in report
    assert "24 links between 16 nodes" in report
    assert ground.nodes_left_out == 0


def test_every_road_begins_and_ends_where_its_nodes_are(make):
    _, ground = make()
    spots = {}
    for u, v, line in ground.layers["roads"][["u", "v", "geometry"]].itertuples(index=False):
        assert spots.setdefault(u, line.coords[0]) == line.coords[0]
        assert spots.setdefault(v, line.coords[-1]) == line.coords[-1]


def test_one_way_streets_run_as_they_say(make):
    ring = [0, 1, 2, 3, 13, 23, 33, 32, 31, 30, 20, 10, 0]
    for said, forward in (("yes", True), ("1", True), ("true", True), ("-1", False)):
        _, ground = make([(ring, STREET | {"oneway": said}), *ROWS[1:3]])
        roads = ground.layers["roads"]
        one = roads[roads["oneway"] == 1]
        south = one.iloc[one.geometry.bounds["maxy"].argmin()].geometry
        eastward = south.coords[-1][0] > south.coords[0][0]
        assert eastward == forward, said


@pytest.mark.parametrize(
    ("tags", "oneway"),
    [
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway", "oneway": "no"}, 0),
        ({"highway": "primary", "junction": "roundabout"}, 1),
        ({"highway": "primary", "oneway": "reversible"}, 0),
        ({"highway": "primary", "oneway": "perhaps"}, 0),
    ],
)
def test_roundabouts_and_motorways_run_one_way_unless_they_say_not(make, tags, oneway):
    ring = [0, 1, 2, 3, 13, 23, 33, 32, 31, 30, 20, 10, 0]
    _, ground = make([(ring, tags), *ROWS[1:3]])
    roads = ground.layers["roads"]
    assert set(roads.loc[roads["class"] == tags["highway"], "oneway"]) == {oneway}


def test_speeds_reach_the_map(make):
    _, ground = make([*ROWS, *[(nodes, STREET | {"maxspeed": "30 mph"}) for nodes, _ in COLUMNS]])
    assert ground.layers["roads"]["speed_kmh"].value_counts().to_dict() == {48.3: 12}


def test_what_is_left_out_is_said_with_its_switch(make):
    ways = [
        *TOWN,
        ([0, 11], {"highway": "service"}),
        ([1, 12], {"highway": "track"}),
        ([2, 13], {"route": "ferry"}),
        ([10, 21], {"highway": "footway"}),
        ([11, 22], STREET | {"access": "private"}),
        ([12, 23], STREET | {"motor_vehicle": "no"}),
        ([20, 31], STREET | {"access": "no", "emergency": "yes"}),
        ([21, 32], STREET | {"access": "private", "motor_vehicle": "yes"}),
    ]
    report, ground = make(ways)
    assert len(ground.layers["roads"]) == 26
    for text in ("1 way of service roads (--service", "1 way of tracks (--tracks",
                 "1 way of ferries (--ferries", "2 ways closed to ambulances",
                 "1 way not for vehicles"):  # fmt: skip
        assert text in report
    _, ground = make(ways, service=True, tracks=True, ferries=True)
    roads = ground.layers["roads"]
    assert len(roads) == 29
    assert roads.loc[roads["class"] == "ferry", "speed_kmh"].tolist() == [15.0]


def test_nobody_gets_off_a_ferry_at_sea(make):
    pier = [(90, LON - STEP, LAT), (91, LON - 2 * STEP, LAT)]
    ways = [*TOWN, ([0, 90], {"route": "ferry"}), ([90, 91], {"route": "ferry"}),
            ([91, 10], {"route": "ferry"}), ([90, 20], {"route": "ferry"})]  # fmt: skip
    _, ground = make(ways, extra=pier, ferries=True)
    roads = ground.network
    ferries = roads.road_class[roads.forth] == roads.classes.index("ferry")
    assert ferries.sum() == 4
    assert roads.may_leave.tolist() == (~ferries).tolist()


def test_a_clipped_extract_is_cut_at_its_missing_nodes_not_joined_across(make):
    report, ground = make(missing=(11,))
    assert len(ground.layers["roads"]) == 20
    assert "2 ways cut where the extract ends" in report
    assert ground.layers["roads"]["length_m"].max() < 1150


def test_a_way_that_meets_itself_is_cut_there(make):
    beyond = [(90 + i, LON + STEP * x, LAT + STEP * y) for i, (x, y) in
              enumerate([(4, 4), (5, 4), (5, 5)])]  # fmt: skip
    eight = [33, 90, 91, 92, 90, 30]
    report, ground = make([*TOWN, (eight, {"highway": "tertiary"})], extra=beyond)
    assert (ground.layers["roads"]["class"] == "tertiary").sum() == 4
    assert "cut at their middle: 1 link that end where they begin" in report


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        ({}, True),
        ({"access": "no"}, False),
        ({"access": "private"}, False),
        ({"access": "destination"}, True),
        ({"access": "permissive"}, True),
        ({"vehicle": "no"}, False),
        ({"vehicle": "no", "motor_vehicle": "yes"}, True),
        ({"access": "yes", "motor_vehicle": "agricultural"}, False),
        ({"access": "no", "emergency": "designated"}, True),
        ({"access": "no", "emergency": "no"}, False),
    ],
)
def test_the_most_particular_word_on_access_decides(make, tags, kept):
    report, ground = make([*TOWN, ([0, 11, 22, 33], {"highway": "tertiary"} | tags)])
    assert ("tertiary" in set(ground.layers["roads"]["class"])) == kept
    assert ("closed to ambulances" in report) == (not kept)


@pytest.mark.parametrize("ending", [".osm", ".osm.gz", ".osm.bz2", ".osm.pbf"])
def test_an_extract_may_be_packed(make, tmp_path, ending):
    import osmium

    plain, packed = osm(tmp_path / "plain.osm", TOWN), tmp_path / f"town{ending}"
    with osmium.SimpleWriter(str(packed), overwrite=True) as writer:
        for thing in osmium.FileProcessor(str(plain)):
            writer.add(thing)
    _, ground = make(roads=packed)
    assert len(ground.layers["roads"]) == 24
    assert "OpenStreetMap" in ground.meta["licence"]


def test_an_extract_without_roads_is_refused(make):
    assert "there is no road for vehicles in it" in refused(make, [([0, 1], {"highway": "path"})])
    assert "there is no road for vehicles in it" in refused(make, [([0, 1], {"building": "yes"})])


def test_an_extract_of_ways_without_their_nodes_is_refused(make):
    assert "every way in it lacks its nodes" in refused(make, [([80, 81, 82], STREET)])


def test_ways_whose_nodes_are_all_missing_are_counted(make):
    report, _ = make([*TOWN, ([80, 81], STREET)])
    assert "left out: 1 way without usable ends" in report


def test_reversible_and_strange_directions_are_counted(make):
    ways = [
        *TOWN,
        ([0, 11], STREET | {"oneway": "reversible"}),
        ([1, 12], STREET | {"oneway": "up"}),
    ]
    report, _ = make(ways)
    assert "reversible, taken as open both ways: 1 way" in report
    assert "one-way words not understood, taken as absent: up (1 way)" in report


def test_names_come_along(make):
    _, ground = make([*ROWS, *[(nodes, STREET | {"name": "解放路"}) for nodes, _ in COLUMNS]])
    assert (ground.layers["roads"]["name"] == "解放路").sum() == 12


@pytest.mark.parametrize("lat", ["nan", "inf", "-inf", "here"])
@pytest.mark.parametrize("way", ["extract", "editor", "overpass"])
def test_a_node_that_is_nowhere_is_told_in_words(make, tmp_path, lat, way):
    import json

    if way == "overpass":
        node = {"type": "node", "id": 1, "lon": LON, "lat": lat}
        path = tmp_path / "roads.json"
        path.write_text(json.dumps({"elements": [node]}), "utf-8")
    else:
        path = osm(tmp_path / "roads.osm", TOWN)
        text = path.read_text("utf-8").replace(f'lat="{LAT}"', f'lat="{lat}"', 1)
        if way == "editor":
            text = text.replace('<node id="0"', '<node id="-99"', 1)
        path.write_text(text, "utf-8")
    said = refused(make, roads=path)
    assert "was not expected" not in said
    assert "OpenStreetMap file" in said or "Overpass" in said
