"""The same roads in an extract, in lines and in a graph are the same roads in the map."""

from __future__ import annotations

import json
import re
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from towns import COLUMNS, LAT, LON, ROWS, STEP, STREET, TOWN, features, osm, refused

from sim.geography.making.groups import RoadOptions
from sim.geography.making.report import Report
from sim.geography.making.roads import graphml, lines, tidying
from sim.geography.making.roads import osm as extracts

TAGS = {
    "highway": st.sampled_from(["primary", "motorway", "residential", "service", "footway", "track",
                                "construction", "living_street"]),
    "oneway": st.sampled_from(["yes", "-1", "no", "reversible", "1", "TRUE", "sideways"]),
    "oneway:emergency": st.sampled_from(["no", "yes"]),
    "junction": st.sampled_from(["roundabout", "circular", "yes"]),
    "access": st.sampled_from(["no", "private", "yes", "destination", "private;no", "odd"]),
    "vehicle": st.sampled_from(["no", "agricultural;forestry", "permissive"]),
    "motor_vehicle": st.sampled_from(["no", "yes", "forestry", "delivery"]),
    "emergency": st.sampled_from(["yes", "no", "designated"]),
    "maxspeed": st.sampled_from(["50", "40,5", "30 mph", "walk", "CN:urban", "50;30", "999"]),
    "maxspeed:forward": st.sampled_from(["20", "none"]),
    "maxspeed:backward": st.sampled_from(["70", "10 knots"]),
    "disused": st.sampled_from(["yes", "no"]),
}  # fmt: skip
ROAD = st.fixed_dictionaries({"highway": TAGS["highway"]},
                             optional={k: v for k, v in TAGS.items() if k != "highway"})  # fmt: skip
ENDS = [(LON, LAT), (LON + STEP, LAT)]


def as_graph(path, said, directed=False):
    """A graph of the one street; as a directed one it has an edge each way that it is open."""
    keys = "".join(f'<key id="e{i}" for="edge" attr.name="{key}"/>' for i, key in enumerate(said))
    facts = "".join(
        f'<data key="e{i}">{text}</data>' for i, text in enumerate(said.values())
    )  # fmt: skip
    nodes = "".join(
        f'<node id="{i}"><data key="x">{lon}</data><data key="y">{lat}</data></node>'
        for i, (lon, lat) in enumerate(ENDS)
    )
    kind = "directed" if directed else "undirected"
    path.write_text(
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="x" for="node" '
        f'attr.name="x"/><key id="y" for="node" attr.name="y"/>{keys}<graph edgedefault="{kind}">'
        f'{nodes}<edge source="0" target="1">{facts}</edge></graph></graphml>',
        "utf-8",
    )
    return path


def as_extract(path, said):
    return osm(path, [([0, 1], said), ([2, 3], STREET)])


def as_lines(path, said):
    """A street without tags beside it, as a file of one street that is left out is refused."""
    other = shapely.LineString([(LON + 2 * STEP, LAT), (LON + 3 * STEP, LAT)])
    columns = {key: [text, None] for key, text in said.items()}
    columns["highway"][1] = "residential"
    return features(path, [shapely.LineString(ENDS), other], **columns)


def street(reader, path):
    """What is read of the street at the western end: None if it is left out."""
    try:
        roads = reader.read(path, RoadOptions(tracks=True), Report())
    except Exception as error:
        assert "there is no road for vehicles in it" in str(error)
        return None
    roads = roads[roads.geometry.bounds["minx"] < LON + STEP / 2]
    if not len(roads):
        return None
    (row,) = roads.to_dict("records")
    west_to_east = bool(row["geometry"].coords[0][0] < LON + STEP / 2)
    return (row["class"], row["oneway"], west_to_east or row["oneway"] == 0,
            *(None if np.isnan(s) else s for s in (row["speed_kmh"], row["back_kmh"])))  # fmt: skip


@given(said=ROAD)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_words_mean_the_same_in_an_extract_in_lines_and_in_a_graph(tmp_path, said):
    extract = street(extracts, as_extract(tmp_path / "r.osm", said))
    drawn = street(lines, as_lines(tmp_path / "r.geojson", said))
    graph = street(graphml, as_graph(tmp_path / "r.graphml", said))
    assert extract == drawn == graph


@given(said=ROAD)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_ways_and_kilometres_read_are_those_kept_and_those_left_out(tmp_path, said):
    report = Report()
    roads = extracts.read(as_extract(tmp_path / "r.osm", said), RoadOptions(), report)
    kept = roads["ground_m"].sum() / 1000
    assert report.kilometres.read == pytest.approx(kept + report.kilometres.left_out)
    assert report.kilometres.read == pytest.approx(1.974, abs=0.002)
    text = str(report)
    taken = int(re.search(r"taken: (\d+) way", text)[1])
    left = sum(map(int, re.findall(r"left out: (\d+) way", text)))
    assert taken + left == 2


def kilometres(report):
    """Read, kept, left out, and the sums of what is said to be left out or dropped."""
    found = re.search(r"of ([\d.]+) km read ([\d.]+) km are kept and ([\d.]+) km left out", report)
    said = re.findall(r"(?:left out|dropped): [^\n]*?([\d.]+) km", report)
    return *map(float, found.groups()), sum(map(float, said))


def test_the_report_adds_up(make, tmp_path):
    island = [(90, LON + 0.2, LAT), (91, LON + 0.21, LAT)]
    ways = [*TOWN, ([0, 11], {"highway": "service"}), ([1, 12], STREET | {"access": "no"}),
            ([90, 91], STREET), ROWS[0], ([2, 13], {"highway": "path"})]  # fmt: skip
    report, ground = make(ways, extra=island, margin="50 km")
    read, kept, left_out, said = kilometres(report)
    assert read == pytest.approx(kept + left_out)
    assert said == pytest.approx(left_out)
    assert kept == pytest.approx(ground.layers["roads"]["length_m"].sum() / 1000, abs=0.06)


def test_a_graph_counts_a_street_there_and_back_once(make, tmp_path):
    from towns import graphml as graph_of_a_square

    report, ground = make(roads=graph_of_a_square(tmp_path / "town.graphml"))
    read, kept, _, _ = kilometres(report)
    assert read == kept == pytest.approx(ground.layers["roads"]["length_m"].sum() / 1000, abs=0.06)


# ── the words, through to the map ────────────────────────────────────────────────────────────


def slow_and_fast(ground):
    roads = ground.layers["roads"]
    return roads[roads["class"] == "tertiary"].sort_values("speed_kmh")


def test_two_speeds_of_one_street_become_two_one_way_roads(make):
    said = {"highway": "tertiary", "maxspeed:forward": "30", "maxspeed:backward": "60"}
    report, ground = make([*TOWN, ([0, 11], said)])
    one, two = slow_and_fast(ground).to_dict("records")
    assert (one["speed_kmh"], two["speed_kmh"]) == (30, 60)
    assert one["oneway"] == two["oneway"] == 1
    assert (one["u"], one["v"]) == (two["v"], two["u"])
    assert one["geometry"].coords[0][0] < one["geometry"].coords[-1][0], "30 is from west to east"
    assert "1 link of another speed each way" in report
    read, kept, left_out, _ = kilometres(report)
    assert read == kept
    assert left_out == 0


def test_a_speed_each_way_of_a_one_way_street_is_that_of_its_way(make):
    said = {"highway": "tertiary", "maxspeed:forward": "30", "maxspeed:backward": "60"}
    for oneway, kmh in (("yes", 30), ("-1", 60)):
        _, ground = make([*TOWN, ([0, 11], said | {"oneway": oneway})])
        assert slow_and_fast(ground)["speed_kmh"].tolist() == [kmh]


@pytest.mark.parametrize(
    ("more", "cut"),
    [({"barrier": "bollard"}, True), ({"barrier": "gate"}, False),
     ({"barrier": "gate", "locked": "yes"}, True), ({"barrier": "block", "emergency": "yes"}, False)],
)  # fmt: skip
def test_a_barrier_cuts_the_road_on_which_it_stands(make, tmp_path, more, cut):
    middle = [(90, LON + STEP / 2, LAT + STEP / 2)]
    path = osm(tmp_path / "b.osm", [*TOWN, ([0, 90, 11], {"highway": "tertiary"})], extra=middle)
    node = "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in more.items())
    text = re.sub(r'(<node id="90"[^>]*)/>', rf"\1>{node}</node>", path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    report, ground = make(roads=path)
    lane = ground.layers["roads"].query("`class` == 'tertiary'")
    assert len(lane) == (2 if cut else 1)
    assert ("roads cut at 1 barrier that no ambulance passes" in report) == cut
    if cut:
        first, second = lane[["u", "v"]].to_numpy().tolist()
        assert not set(first) & set(second)


def test_a_barrier_at_a_crossing_parts_all_that_meet_there(make, tmp_path):
    path = osm(tmp_path / "b.osm", TOWN)
    text = path.read_text("utf-8").replace(
        f'<node id="11" lon="{LON + STEP}" lat="{LAT + STEP}"/>',
        f'<node id="11" lon="{LON + STEP}" lat="{LAT + STEP}"><tag k="barrier" v="block"/></node>',
    )
    path.write_text(text, "utf-8")
    _, ground = make(roads=path)
    assert len(ground.layers["roads"]) == 24
    assert ground.network.xy.shape == (16 - 1 + 4, 2)


def test_a_barrier_at_the_end_of_a_road_cuts_nothing(make, tmp_path):
    path = osm(tmp_path / "b.osm", [*TOWN, ([0, 90], STREET)], extra=[(90, LON - STEP, LAT)])
    text = re.sub(r'(<node id="90"[^>]*)/>', r'\1><tag k="barrier" v="log"/></node>',
                  path.read_text("utf-8"))  # fmt: skip
    path.write_text(text, "utf-8")
    report, _ = make(roads=path)
    assert "barrier" not in report


@pytest.mark.parametrize("written", ["00:20", "20", "PT20M"])
def test_a_ferry_takes_as_long_as_it_says(make, written):
    ferry = {"route": "ferry", "duration": written}
    report, ground = make([*TOWN, ([0, 11, 22], ferry)], ferries=True)
    roads = ground.layers["roads"].query("`class` == 'ferry'")
    minutes = (roads["length_m"] * 0.06 / roads["speed_kmh"]).sum()
    assert minutes == pytest.approx(20, rel=0.01)
    assert "ferries by their duration: 1 way; others at 15 km/h: 0 ways" in report


def test_a_street_that_returns_to_its_junction_stays(make):
    beyond = [(90, LON + 4 * STEP, LAT), (91, LON + 4 * STEP, LAT + STEP)]
    ring = ([3, 90, 91, 3], {"highway": "tertiary"})
    report, ground = make([*TOWN, ring], extra=beyond)
    half = ground.layers["roads"].query("`class` == 'tertiary'")
    assert len(half) == 2
    assert half["length_m"].iloc[0] == pytest.approx(half["length_m"].iloc[1], abs=0.3)
    assert half[["u", "v"]].apply(frozenset, axis=1).nunique() == 1
    assert "cut at their middle: 1 link that end where they begin" in report


SAME = [
    ("service", "5", None), ("secondary", None, None), ("primary", "100", None),
    ("primary", "100", "yes"),
]  # fmt: skip


@given(order=st.permutations(SAME), turned=st.lists(st.booleans(), min_size=4, max_size=4))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_of_a_line_that_is_there_several_times_the_fastest_stays(tmp_path, order, turned):
    ways = [
        ([1, 0] if turn and not oneway else [0, 1],
         {"highway": name} | ({"maxspeed": kmh} if kmh else {}) | ({"oneway": oneway} if oneway else {}))
        for (name, kmh, oneway), turn in zip(order, turned, strict=True)
    ]  # fmt: skip
    path = osm(tmp_path / "twice.osm", [*ways, ([1, 11, 10, 0], STREET)])
    report = Report()
    roads = extracts.read(path, RoadOptions(service=True), report).to_crs(32649)
    kept = tidying.network(roads, report)
    assert sorted(kept["class"]) == ["primary", "residential"]
    assert kept["speed_kmh"].max() == 100
    assert (kept["oneway"] == 0).all()


def test_of_two_lines_of_which_neither_is_always_faster_both_stay(make):
    fast_lane = ([0, 1], {"highway": "service", "maxspeed": "60"})
    slow_main = ([0, 1], {"highway": "secondary", "maxspeed": "20"})
    _, ground = make([fast_lane, slow_main, *TOWN[1:]], service=True)
    assert {"service", "secondary"} <= set(ground.layers["roads"]["class"])


# ── files of an editor, of Overpass, of GDAL ─────────────────────────────────────────────────


def test_a_file_of_an_editor_holds_new_roads_and_not_the_deleted(make, tmp_path):
    path = osm(tmp_path / "josm.osm", [*TOWN, ([0, -1, 11], {"highway": "primary"})],
               extra=[(-1, LON + STEP / 2, LAT + STEP / 3)])  # fmt: skip
    text = path.read_text("utf-8").replace('<way id="1">', '<way id="1" action="delete">')
    text = text.replace('<way id="2">', "<way id='2' visible='false'>")
    path.write_text(text, "utf-8")
    report, ground = make(roads=path)
    roads = ground.layers["roads"]
    assert "2 ways deleted in the editor, not read" in report
    assert (roads["class"] == "primary").sum() == 1
    assert shapely.get_num_points(roads[roads["class"] == "primary"].geometry.values) == [3]
    assert (roads["class"] == "residential").sum() < 24 - 3


@pytest.mark.parametrize("place", ["nodes", "geometry", "both", "inline"])
def test_an_answer_of_overpass_is_read(make, tmp_path, place):
    at = {10 * r + c: {"lat": LAT + STEP * r, "lon": LON + STEP * c}
          for r in range(4) for c in range(4)}  # fmt: skip
    if place == "inline":  # XML of `out geom`
        ways = "".join(
            f'<way id="{i}">' + "".join(f'<nd ref="{n}" lat="{at[n]["lat"]}" lon="{at[n]["lon"]}"/>'
                                        for n in nodes)
            + '<tag k="highway" v="residential"/></way>'
            for i, (nodes, _) in enumerate(TOWN)
        )  # fmt: skip
        path = tmp_path / "roads.osm"
        path.write_text(f'<osm version="0.6">{ways}</osm>', "utf-8")
    else:
        elements = [
            {"type": "way", "id": i, "tags": said}
            | ({"nodes": nodes} if place != "geometry" else {})
            | ({"geometry": [at[n] for n in nodes]} if place != "nodes" else {})
            for i, (nodes, said) in enumerate(TOWN)
        ]
        if place == "nodes":
            elements = [{"type": "node", "id": n, **p} for n, p in at.items()] + elements
        path = tmp_path / "roads.json"
        path.write_text(json.dumps({"version": 0.6, "elements": elements}), "utf-8")
    report, ground = make(roads=path)
    assert len(ground.layers["roads"]) == 24
    assert "8 ways" in report


@pytest.mark.parametrize(
    ("answer", "said"),
    [({"elements": [{"type": "way", "id": 1, "nodes": [1, 2], "tags": STREET}]}, "out geom"),
     ({"elements": [], "remark": "runtime error: Query timed out"}, "Query timed out"),
     ({"elements": []}, "there is no road for vehicles in it"),
     ({"elements": [{"type": "node", "id": 1}]}, "this answer of Overpass cannot be read")],
)  # fmt: skip
def test_an_answer_of_overpass_without_places_says_what_to_ask(make, tmp_path, answer, said):
    path = tmp_path / "roads.json"
    path.write_text(json.dumps({"version": 0.6, **answer}), "utf-8")
    assert said in refused(make, roads=path)


@pytest.mark.parametrize("ways", [[([], STREET)], [([80, 81], STREET)], [([80], STREET)], []])
def test_ways_without_nodes_are_refused_in_words(make, tmp_path, ways):
    text = refused(make, roads=osm(tmp_path / "w.osm", ways, size=0))
    assert "every way in it lacks its nodes" in text or "no road for vehicles" in text


def test_tags_in_one_column_and_rivers_beside_roads(make, tmp_path):
    shapes = [shapely.LineString([(LON + STEP * a, LAT), (LON + STEP * (a + 1), LAT)])
              for a in range(4)]  # fmt: skip
    path = features(
        tmp_path / "ogr.gpkg", shapes, highway=["primary", "primary", None, "primary"],
        waterway=[None, None, "river", None],
        other_tags=['"maxspeed"=>"40"', None, None, '"access"=>"private","oneway"=>"no"'],
    )  # fmt: skip
    report = Report()
    roads = lines.read(path, RoadOptions(), report)
    assert len(roads) == 2
    assert roads["speed_kmh"].tolist() == pytest.approx([40, np.nan], nan_ok=True)
    assert "waterway: 1.0 km, 1 line" in str(report)
    assert "1 line closed to ambulances" in str(report)


@pytest.mark.parametrize(
    ("column", "unit", "kmh", "said"),
    [("speed", "", 25, "column speed, numbers without a unit taken as km/h"),
     ("speed", "mph", 40.2, "column speed, in mph"), ("speed_mph", "", 40.2, "speed_mph, in mph"),
     ("speed (m/s)", "", 90, "speed (m/s), in m/s"), ("Speed limit", "mph", 40.2, "in mph"),
     ("speed_kmh", "mph", 25, "speed_kmh, in km/h"), ("限速", "", 25, "限速")],
)  # fmt: skip
def test_the_unit_of_a_column_of_speeds_is_said(tmp_path, column, unit, kmh, said):
    path = features(tmp_path / "s.geojson", [shapely.LineString(ENDS)], highway=["primary"],
                    **{column: [25]})  # fmt: skip
    report = Report()
    roads = lines.read(path, RoadOptions(speed_unit=unit), report)
    assert roads["speed_kmh"].tolist() == [kmh]
    assert said in str(report)


def test_the_unit_asked_for_is_of_lines_and_not_of_openstreetmap(tmp_path):
    path = osm(tmp_path / "r.osm", [([0, 1], STREET | {"maxspeed": "50"})])
    roads = extracts.read(path, RoadOptions(speed_unit="mph"), Report())
    assert roads["speed_kmh"].tolist() == [50]


def test_a_graph_in_metres_is_read_whatever_the_letters_of_its_system(make, tmp_path):
    from towns import graphml as graph_of_a_square

    path = graph_of_a_square(tmp_path / "town.graphml")
    text = path.read_text("utf-8")
    place = gpd.GeoSeries.from_xy([LON, LON + STEP], [LAT, LAT + STEP], crs=4326).to_crs(32649)
    text = text.replace("epsg:4326", "epsg:32649").replace("LINESTRING", "NOTHING")
    for axis, values in (("d5", place.x), ("d4", place.y)):
        low = LON if axis == "d5" else LAT
        for was, now in zip((low, low + STEP), values, strict=True):
            text = text.replace(f'<data key="{axis}">{was}<', f'<data key="{axis}">{now}<')
    path.write_text(text, "utf-8")
    _, ground = make(roads=path)
    assert len(ground.layers["roads"]) == 4
    assert ground.crs.to_epsg() == 32649


def test_a_graph_has_the_speeds_that_were_computed_for_it(tmp_path):
    roads = graphml.read(as_graph(tmp_path / "g.graphml", {"highway": "primary", "speed_kph": "23.5"},
                                  directed=True), RoadOptions(), Report())  # fmt: skip
    assert roads["speed_kmh"].tolist() == [23.5]


@pytest.mark.parametrize(
    ("reversed_", "kmh"), [("False", 30), ("True", 60)],
)  # fmt: skip
def test_an_edge_against_its_way_has_the_speed_of_that_direction(tmp_path, reversed_, kmh):
    said = {"highway": "primary", "maxspeed:forward": "30", "maxspeed:backward": "60",
            "reversed": reversed_}  # fmt: skip
    path = as_graph(tmp_path / "g.graphml", said, directed=True)
    assert graphml.read(path, RoadOptions(), Report())["speed_kmh"].tolist() == [kmh]


def test_a_street_open_to_ambulances_against_its_way_is_open_both_ways_in_a_graph(tmp_path):
    said = {"highway": "primary", "oneway": "True", "oneway:emergency": "no"}
    path = as_graph(tmp_path / "g.graphml", said, directed=True)
    assert graphml.read(path, RoadOptions(), Report())["oneway"].tolist() == [0]


def test_people_live_once_along_a_street_of_two_speeds(make, tmp_path):
    from towns import zones

    said = {"maxspeed:forward": "30", "maxspeed:backward": "60"}
    plain = make([*ROWS, *COLUMNS], zones=zones(tmp_path), people=None)[1]
    rows = [(nodes, tags | said) for nodes, tags in ROWS]
    twice = make([*rows, *COLUMNS], zones=zones(tmp_path), people=None)[1]
    assert len(twice.layers["roads"]) == 24 + 12
    assert np.array_equal(plain.cells.people, twice.cells.people)
