"""GraphML as osmnx saves it is read without osmnx."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from towns import LAT, LON, STEP, graphml, refused

from sim.errors import MapImportError
from sim.geography.making.groups import RoadOptions
from sim.geography.making.report import Report
from sim.geography.making.roads import graphml as room


def test_graphml_of_osmnx_is_read_without_osmnx(make, tmp_path):
    _, ground = make(roads=graphml(tmp_path / "town.graphml"))
    roads = ground.layers["roads"]
    assert len(roads) == 4
    assert sorted(roads["oneway"]) == [0, 0, 0, 1]
    assert set(roads["class"]) == {"primary"}
    assert set(roads["speed_kmh"]) == {40.0}
    assert (shapely.get_num_points(roads.geometry.values) == 3).all()


def rewritten(path, *changes):
    text = graphml(path).read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return path


def test_an_edge_without_a_line_is_straight(tmp_path):
    path = rewritten(tmp_path / "t.graphml", ("LINESTRING", "NOTHING"))
    roads = room.read(path, RoadOptions(), Report())
    assert (shapely.get_num_points(roads.geometry.values) == 2).all()


def test_an_undirected_graph_says_itself_which_edges_are_one_way(tmp_path):
    path = rewritten(tmp_path / "t.graphml", ('edgedefault="directed"', 'edgedefault="undirected"'))
    roads = room.read(path, RoadOptions(), Report())
    assert roads["oneway"].tolist() == [0, 0, 0, 0, 1, 0, 0]


def test_edges_may_stand_before_their_nodes(tmp_path):
    text = graphml(tmp_path / "t.graphml").read_text("utf-8")
    head, body = text.split("</data>", 1)
    lines = body.removesuffix("</graph></graphml>").strip().split("\n")
    other = tmp_path / "o.graphml"
    other.write_text("\n".join([f"{head}</data>", *reversed(lines), "</graph></graphml>"]), "utf-8")
    one, two = (room.read(p, RoadOptions(), Report()) for p in (tmp_path / "t.graphml", other))
    assert one.total_bounds.tolist() == two.total_bounds.tolist()
    assert sorted(one["oneway"]) == sorted(two["oneway"])


def test_the_system_of_the_file_holds(tmp_path):
    path = rewritten(tmp_path / "t.graphml", ("epsg:4326", "epsg:3857"))
    assert room.read(path, RoadOptions(), Report()).crs.to_epsg() == 3857


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([("</graphml>", "")], "this is not a GraphML file"),
        ([('attr.name="x"', 'attr.name="east"')], "4 nodes without x and y"),
        ([("<edge", "<corner"), ("</edge>", "</corner>")], "there is no edge in it"),
        ([("['primary', 'road']", "footway")], "there is no road for vehicles in it"),
        ([(f">{LON + STEP}<", ">far<")], "2 nodes without x and y"),
    ],
)
def test_what_is_wrong_with_a_graph_is_said(make, tmp_path, changes, said):
    path = rewritten(tmp_path / "t.graphml", *changes)
    assert said in refused(make, roads=path)


def test_an_edge_there_and_back_of_two_speeds_stays_two_one_way_roads(tmp_path):
    path = rewritten(tmp_path / "t.graphml")
    text = path.read_text("utf-8").replace("['50', '30']", "60", 1)
    path.write_text(text, "utf-8")
    roads = room.read(path, RoadOptions(), Report())
    assert sorted(roads["oneway"]) == [0, 0, 1, 1, 1]
    assert roads.total_bounds[3] > LAT


def test_a_loop_there_and_back_is_one_street_and_its_kilometres_count_once(tmp_path):
    path = rewritten(tmp_path / "t.graphml")
    around = shapely.LineString(
        [(LON, LAT), (LON - STEP, LAT), (LON - STEP, LAT - STEP), (LON, LAT)]
    )
    loops = "".join(
        f'<edge source="1" target="1" id="{n}"><data key="d9">residential</data>'
        f'<data key="d12">{line.wkt}</data></edge>'
        for n, line in enumerate((around, around.reverse()))
    )
    text = path.read_text("utf-8").replace("</graph>", f"{loops}</graph>")
    path.write_text(text, "utf-8")
    report = Report()
    roads = room.read(path, RoadOptions(), report)
    (loop,) = np.flatnonzero(roads["u"] == roads["v"])
    assert roads["oneway"].iloc[loop] == 0
    metres = shapely.length(roads.to_crs(32649).geometry.values)
    assert report.kilometres.read == pytest.approx(metres.sum() / 1000, rel=1e-3)


GRAPH = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{head}<graph>{inside}</graph>{after}</graphml>'
NODE = '<node id="1"><data key="x">{x}</data><data key="y">27</data></node>'


@pytest.mark.parametrize(
    "text",
    [GRAPH.format(head=NODE.format(x=113), inside="", after=""),
     GRAPH.format(head="", inside="", after=NODE.format(x=113)),
     GRAPH.format(head="", inside='<edge source="1" target="2"/>', after=""),
     GRAPH.format(head="", inside='<edge target="2"/>', after=NODE.format(x=113)),
     '<key id="x" for="node" attr.name="x"/>', "<edge/>", "<node/>", "", "<graph/>",
     '<?xml version="1.0" encoding="no-such"?>' + GRAPH.format(head="", inside="", after=""),
     '<?xml version="1.0" encoding="gbk"?>' + GRAPH.format(head="", inside="", after="")],
)  # fmt: skip
def test_a_graph_whose_nodes_stand_elsewhere_is_refused_in_words(tmp_path, text):
    path = tmp_path / "roads.graphml"
    path.write_text(text, "utf-8")
    with pytest.raises(MapImportError) as refused:
        room.read(path, RoadOptions(file=path), Report())
    assert "was not expected" not in str(refused.value)


@pytest.mark.parametrize("x", ["nan", "inf", "1e308", "-1e999", "", "here"])
def test_a_node_that_is_nowhere_has_no_place(tmp_path, x):
    path = graphml(tmp_path / "roads.graphml")
    text = path.read_text("utf-8").replace(
        f'<data key="d5">{LON}</data>', f'<data key="d5">{x}</data>', 1
    )
    path.write_text(text, "utf-8")
    with pytest.raises(MapImportError, match="1 node without x and y"):
        room.read(path, RoadOptions(file=path), Report())
