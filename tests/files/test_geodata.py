"""Nothing that a map file says is fetched or opened: hostile files of every format that is read.

A socket listens on this machine; whatever connects to it was sent there by a file.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from conftest import ROOT

from sim.errors import MapError, MapImportError
from sim.files import geodata, plain_xml, rasters, shapes
from sim.geography import bundle

BOX = shapely.box(113, 27, 113.1, 27.1)
SECRET = "the ambulance garage's door code is 4711"


class Listening:
    """A socket of this machine; `calls` counts who connected."""

    def __init__(self):
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                call, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            call.close()

    def close(self):
        self._socket.close()


@pytest.fixture
def listening(monkeypatch):
    monkeypatch.setenv("GDAL_HTTP_TIMEOUT", "2")
    there = Listening()
    yield there
    there.close()


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text(f"name,people\n{SECRET},1\n", "utf-8")
    return path


def vrt_of_shapes(source):
    return (f"<OGRVRTDataSource><OGRVRTLayer name='roads'><SrcDataSource relativeToVRT='0'>{source}"
            "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>")  # fmt: skip


def vrt_of_pixels(source):
    return (f"<VRTDataset rasterXSize='2' rasterYSize='2'><VRTRasterBand dataType='Byte' band='1'>"
            f"<SimpleSource><SourceFilename>{source}</SourceFilename></SimpleSource>"
            "</VRTRasterBand></VRTDataset>")  # fmt: skip


def algorithm(source):
    return json.dumps({"type": "gdal_streamed_alg",
                       "command_line": f"gdal vector pipeline ! read {source} ! write x.gpkg"})  # fmt: skip


def service(source):
    return (f"<GDAL_WMS><Service name='TMS'><ServerUrl>{source}</ServerUrl></Service>"
            "<DataWindow><SizeX>9</SizeX><SizeY>9</SizeY></DataWindow></GDAL_WMS>")  # fmt: skip


def wfs(source):
    return f"<OGRWFSDataSource><URL>{source}/wfs?</URL></OGRWFSDataSource>"


TEXTS = [vrt_of_shapes, vrt_of_pixels, algorithm, service, wfs, lambda source: source]
ENDINGS = [".gpkg", ".geojson", ".json", ".shp", ".zip", ".kml", ".gml", ".vrt", ".tif", ".osm"]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_points_elsewhere_is_no_map(tmp_path, listening, secret, text, ending):
    path = tmp_path / f"map{ending}"
    for source in (f"/vsicurl/{listening.address}/a.geojson", listening.address, str(secret)):
        path.write_text(text(source), "utf-8")
        for opened in (bundle.read, lambda p: shapes.read_file(p, shapes.POLYGONS)):
            with pytest.raises(MapError) as refused:
                opened(path)
            assert SECRET not in str(refused.value)
        with pytest.raises(geodata.GeodataError), rasters.opened(path):
            pass
    assert listening.calls == 0


@pytest.mark.parametrize(
    "typed",
    ["{address}/a.geojson", "/vsicurl/{address}/a.gpkg", "WFS:{address}", "PG:host=127.0.0.1",
     "GeoJSON:{address}/a", "/vsizip//vsicurl/{address}/a.zip", "{address}/a.gpkg|roads",
     "OAPIF:{address}", "zip+{address}/a.zip", "s3://bucket/a.gpkg"],
)  # fmt: skip
def test_an_address_is_no_file(tmp_path, listening, monkeypatch, typed):
    monkeypatch.chdir(tmp_path)
    from pathlib import Path

    path = Path(typed.format(address=listening.address))
    with pytest.raises(MapError):
        bundle.read(path)
    with pytest.raises(MapError):
        shapes.read_file(path, shapes.POLYGONS)
    with pytest.raises(geodata.GeodataError), rasters.opened(path):
        pass
    assert listening.calls == 0


def geojson(path, **more):
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[BOX], crs=4326).to_file(path)
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | more), "utf-8")
    return path


def test_a_geojson_with_a_text_of_another_format_in_it_is_read_as_geojson(tmp_path, listening):
    path = geojson(tmp_path / "a.geojson", note=vrt_of_shapes(f"/vsicurl/{listening.address}/x"))
    frame = shapes.read_shapes(path, shapes.POLYGONS)
    assert frame["name"].tolist() == ["a"]
    assert listening.calls == 0


@pytest.mark.parametrize("kind", ["link", "url", "LINK", "URL:x", "name"])
@pytest.mark.parametrize("where", ["top", "feature", "geometry"])
def test_the_address_of_a_coordinate_system_is_not_asked(tmp_path, listening, kind, where):
    path = geojson(tmp_path / "a.geojson")
    data = json.loads(path.read_text("utf-8"))
    feature = data["features"][0]
    place = {"top": data, "feature": feature, "geometry": feature["geometry"]}[where]
    place["crs"] = {"type": kind, "properties": {"href": f"{listening.address}/crs"}}
    escaped = json.dumps(data).replace('"crs"', '"\\u0063rs"')
    for text in (json.dumps(data), escaped):
        path.write_text(text, "utf-8")
        with pytest.raises(MapImportError, match="nothing is fetched"):
            shapes.read_shapes(path, shapes.POLYGONS)
    assert listening.calls == 0


def test_other_links_of_a_geojson_are_not_followed(tmp_path, listening):
    links = [{"rel": rel, "href": listening.address} for rel in ("next", "self", "conformance")]
    path = geojson(tmp_path / "a.geojson", links=links, next=listening.address)
    assert len(shapes.read_shapes(path, shapes.POLYGONS)) == 1
    assert listening.calls == 0


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "{", "[]", "{}", '{"type":"x"}',
                                  '{"type":"FeatureCollection"}', "\ufeff{}", "{\x00}"])  # fmt: skip
def test_a_text_that_is_no_geojson_is_refused(tmp_path, text):
    path = tmp_path / "a.geojson"
    path.write_text(text, "utf-8")
    with pytest.raises(MapImportError):
        shapes.read_shapes(path, shapes.POLYGONS)


# ── GeoPackages ──────────────────────────────────────────────────────────────────────────────


def geopackage(path, *statements):
    gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[BOX, BOX], crs=4326).to_file(path, layer="t")
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(statement)
    database.close()
    return path


LISTED = (
    "insert into gpkg_contents(table_name, data_type, identifier, srs_id) "
    "values('v', 'attributes', 'v', 0)"
)
ENDLESS = "with recursive c(x) as (select 1 union all select x + 1 from c) select x from c"


def virtual(table, module):
    return [
        "pragma writable_schema = 1",
        "insert into sqlite_master(type, name, tbl_name, rootpage, sql) values('table', "
        f"'{table}', '{table}', 0, 'CREATE VIRTUAL TABLE {table} USING {module}')",
    ]


def test_an_endless_query_is_no_layer(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", f"create view v as {ENDLESS}", LISTED)
    assert len(shapes.read_shapes(path, shapes.POLYGONS)) == 2, "the layer beside it is read"
    with pytest.raises(MapImportError, match="stored query"):
        shapes.read_file(tmp_path / "a.gpkg|v", shapes.POLYGONS)


@pytest.mark.parametrize("table", ["gpkg_contents", "gpkg_geometry_columns", "gpkg_ogr_contents"])
def test_an_endless_query_is_no_list_of_layers(tmp_path, table):
    path = geopackage(
        tmp_path / "a.gpkg", f"drop table {table}", f"create view {table} as {ENDLESS}"
    )
    with pytest.raises(MapImportError, match="made elsewhere"):
        shapes.read_shapes(path, shapes.POLYGONS)


@pytest.mark.parametrize("module", ["VirtualOGR(''{address}'')", "VirtualShape(''{file}'', 1, 1)",
                                    "csv(''{file}'')", "VirtualText(''{file}'')"])  # fmt: skip
def test_a_table_that_opens_other_files_is_refused(tmp_path, listening, secret, module):
    made = module.format(address=f"/vsicurl/{listening.address}/a", file=secret)
    path = geopackage(tmp_path / "a.gpkg", *virtual("v", made), LISTED)
    with pytest.raises(MapImportError, match="made elsewhere"):
        shapes.read_shapes(path, shapes.POLYGONS)
    assert listening.calls == 0


def test_the_definition_of_a_coordinate_system_is_no_address(tmp_path, listening):
    path = geopackage(
        tmp_path / "a.gpkg",
        f"update gpkg_spatial_ref_sys set definition = '{listening.address}/srs', organization = "
        "'NONE' where srs_id = 4326",
    )
    shapes.read_shapes(path, shapes.POLYGONS)
    assert listening.calls == 0


@pytest.mark.parametrize("said", [0, 1, 3, 10**11])
def test_a_wrong_number_of_rows_is_said_before_room_is_made_for_them(tmp_path, said):
    path = geopackage(tmp_path / "a.gpkg", f"update gpkg_ogr_contents set feature_count = {said}")
    with pytest.raises(MapImportError, match="has 2 rows, but the file says"):
        shapes.read_shapes(path, shapes.POLYGONS)


def test_a_database_of_something_else_is_no_geopackage(tmp_path):
    path = tmp_path / "a.gpkg"
    with sqlite3.connect(path) as database:
        database.execute("create table t (x)")
    with pytest.raises(MapImportError, match="not a GeoPackage"):
        shapes.read_shapes(path, shapes.POLYGONS)


# ── Shapefiles, archives ─────────────────────────────────────────────────────────────────────


def test_what_stands_beside_a_shapefile_is_no_address(tmp_path, listening):
    path = tmp_path / "a.shp"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[BOX], crs=4326).to_file(path)
    for text in (listening.address, f"/vsicurl/{listening.address}/prj", "EPSG:4326"):
        (tmp_path / "a.prj").write_text(text)
        (tmp_path / "a.cpg").write_text(text)
        try:
            shapes.read_shapes(path, shapes.POLYGONS)
        except MapImportError:
            pass
    assert listening.calls == 0


def test_a_zip_of_a_text_that_points_elsewhere_is_refused(tmp_path, listening):
    path = tmp_path / "a.zip"
    for name in ("a.shp", "a.geojson", "a.gpkg", "<OGRVRTDataSource>.geojson", "a.vrt"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, vrt_of_shapes(f"/vsicurl/{listening.address}/a"))
        with pytest.raises(MapImportError):
            shapes.read_shapes(path, shapes.POLYGONS)
    assert listening.calls == 0


# ── rasters ──────────────────────────────────────────────────────────────────────────────────


def tiff(path, size=512, **tags):
    import rasterio
    from rasterio.transform import from_origin

    with rasterio.open(path, "w", driver="GTiff", width=size, height=size, count=1, dtype="float32",
                       crs="EPSG:32649", transform=from_origin(5e5, 3e6, 100, 100)) as file:  # fmt: skip
        file.write(np.ones((size, size), "float32"), 1)
        for namespace, said in tags.items():
            file.update_tags(ns=namespace, **said)
    return path


def pixels(path):
    with rasters.opened(path) as source:
        source.overviews(1)
        source.read(1, out_shape=(8, 8))
        return float(source.read(1, masked=True).sum())


@pytest.mark.parametrize("beside", [".ovr", ".msk", ".aux.xml", ".vrt"])
@pytest.mark.parametrize("text", [vrt_of_pixels, service, lambda source: (
    f"<PAMDataset><Metadata domain='OVERVIEWS'><MDI key='OVERVIEW_FILE'>{source}</MDI></Metadata>"
    "</PAMDataset>")])  # fmt: skip
def test_what_stands_beside_a_raster_is_not_opened(tmp_path, listening, beside, text):
    path = tiff(tmp_path / "a.tif")
    for source in (listening.address, f"/vsicurl/{listening.address}/a.tif"):
        (tmp_path / f"a.tif{beside}").write_text(text(source), "utf-8")
        assert pixels(path) == 512 * 512
    assert listening.calls == 0


def test_a_raster_that_names_another_one_inside_is_refused(tmp_path, listening):
    path = tiff(tmp_path / "a.tif", OVERVIEWS={"OVERVIEW_FILE": listening.address})
    with pytest.raises(geodata.GeodataError, match="names another file"):
        pixels(path)
    assert listening.calls == 0


def test_numbers_that_stand_beside_a_raster_are_asked_for_in_it(tmp_path):
    path = tiff(tmp_path / "a.tif")
    beside = tmp_path / "a.tif.aux.xml"
    beside.write_text("<PAMDataset><PAMRasterBand band='1'><NoDataValue>1</NoDataValue>"
                      "</PAMRasterBand></PAMDataset>")  # fmt: skip
    with pytest.raises(geodata.GeodataError, match=r"a\.tif\.aux\.xml beside it"):
        pixels(path)


# ── XML ──────────────────────────────────────────────────────────────────────────────────────

MANY = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 9}">' for i in range(1, 12))
LAUGHS = f'<!DOCTYPE x [<!ENTITY a0 "ha">{MANY}<!ENTITY a "&a11;">]>'
FETCHED = '<!DOCTYPE x [<!ENTITY a SYSTEM "{source}">]>'
PARAMETER = '<!DOCTYPE x [<!ENTITY % a SYSTEM "{source}"> %a;]>'


@pytest.mark.parametrize("head", [LAUGHS, FETCHED, PARAMETER, " " * 70_000 + LAUGHS])
@pytest.mark.parametrize("ending", [".osm", ".graphml"])
def test_abbreviations_of_xml_are_neither_expanded_nor_fetched(
    tmp_path, listening, secret, head, ending
):
    from sim.geography.making.groups import RoadOptions
    from sim.geography.making.make import read_links
    from sim.geography.making.report import Report

    for source in (listening.address, secret.as_uri()):
        path = tmp_path / f"a{ending}"
        node = "<node id='-1' lon='1' lat='1'><tag k='name' v='&a;'/></node>"
        root = "osm version='0.6'" if ending == ".osm" else "graphml"
        text = f"{head.replace('{source}', source)}<{root}>{node}</{root.split()[0]}>"
        path.write_text("<?xml version='1.0'?>" + text, "utf-8")
        with pytest.raises(MapImportError) as refused:
            read_links(RoadOptions(file=path), Report())
        assert SECRET not in str(refused.value)
    assert listening.calls == 0


def test_plain_xml_is_read_as_it_stands(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text("<a><!-- note --><b x='1'/></a>")
    with path.open("rb") as file:
        assert [(event, one.tag) for event, one in plain_xml.events(file)] == [
            ("start", "a"), ("start", "b"), ("end", "b"), ("end", "a")]  # fmt: skip


# ── the process ──────────────────────────────────────────────────────────────────────────────


def test_what_is_set_while_a_file_is_read_is_set_back(tmp_path):
    path = geojson(tmp_path / "a.geojson")
    pyogrio.set_gdal_config_options({"CPL_VSIL_CURL_ALLOWED_FILENAME": "theirs"})
    try:
        shapes.read_shapes(path, shapes.POLYGONS)
        assert pyogrio.get_gdal_config_option("CPL_VSIL_CURL_ALLOWED_FILENAME") == "theirs"
        assert pyogrio.get_gdal_config_option("GDAL_VRT_ENABLE_PYTHON") is None
    finally:
        pyogrio.set_gdal_config_options({"CPL_VSIL_CURL_ALLOWED_FILENAME": None})


def test_gdal_itself_fetches_nothing_while_a_file_is_read(listening):
    """Whatever a file that passed might still name: the second wall, not the first."""
    address = f"/vsicurl/{listening.address}/a.gpkg"
    with pytest.raises(Exception, match="."), geodata.sealed():
        pyogrio.list_layers(address)
    assert listening.calls == 0
    with pytest.raises(Exception, match="."):
        pyogrio.list_layers(address)
    assert listening.calls > 0, "it would fetch otherwise"


def test_no_grids_are_fetched_whatever_the_environment_says(tmp_path):
    code = (
        "import os; before = dict(os.environ)\n"
        "import sim; town = sim.load('scenarios/liling'); {use}\n"
        "import pyproj\n"
        "assert not pyproj.network.is_network_enabled()\n"
        "assert dict(os.environ) == before"
    )
    env = os.environ | {"PROJ_NETWORK": "ON"}
    uses = ("town.map.crs", "town.map.layers", "town.add('A', at=(113.5, 27.7))",
            "import sim.files.geodata, sim.geography.making.make")  # fmt: skip
    for use in uses:  # first from the file, then as it is kept
        subprocess.run([sys.executable, "-c", code.format(use=use)], env=env, check=True, cwd=ROOT)


def test_only_one_room_opens_map_files():
    """What GDAL opens goes through `geodata` and `rasters`."""
    opening = re.compile(
        r"(?:(?:gpd|geopandas|pyogrio|rasterio)\.(?:read\w*|list_layers|open)|iterparse|fromstring)\("
    )
    found = [
        path.name
        for path in (ROOT / "sim").rglob("*.py")
        if opening.search(path.read_text("utf-8"))
    ]
    assert sorted(found) == ["geodata.py", "plain_xml.py", "rasters.py"]


def test_a_table_without_shapes_is_told(tmp_path):
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="t", driver="GPKG")
    with pytest.raises(MapImportError, match="only a table"):
        shapes.read_shapes(path, shapes.POLYGONS)
