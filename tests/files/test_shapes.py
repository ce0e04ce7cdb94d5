"""Map files of a planner: what is read of them, what is mended, what is left out and said."""

from __future__ import annotations

import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from sim.errors import MapImportError
from sim.files import shapes, tables


def said(call, *arguments):
    with pytest.raises(MapImportError) as caught:
        call(*arguments)
    return str(caught.value)


AREA, POINT = shapely.box(113, 27, 114, 28), shapely.Point(113, 27)


def shape_file(path, drawn, crs=4326, **columns):
    gpd.GeoDataFrame(columns, geometry=drawn, crs=crs).to_file(path)
    return path


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".shp"])
def test_shapes_of_any_usual_file_are_read(tmp_path, ending):
    path = shape_file(tmp_path / f"t{ending}", [AREA], name=["区"])
    frame = shapes.read_shapes(path, shapes.POLYGONS)
    assert frame.geometry[0].equals(AREA)
    assert frame["name"].tolist() == ["区"]
    assert frame.crs.to_epsg() == 4326


def test_a_zipped_shapefile_is_read(tmp_path):
    shape_file(tmp_path / "t.shp", [AREA], name=["A"])
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        for path in tmp_path.glob("t.*"):
            if path.suffix != ".zip":
                archive.write(path, path.name)
    assert len(shapes.read_shapes(tmp_path / "t.zip", shapes.POLYGONS)) == 1


def test_shapes_of_another_kind_and_empty_ones_are_left_out(tmp_path):
    mixed = [AREA, POINT, shapely.Polygon(), None]
    path = shape_file(tmp_path / "t.geojson", mixed, name=list("abcd"))
    assert shapes.read_shapes(path, shapes.POLYGONS)["name"].tolist() == ["a"]
    assert shapes.read_shapes(path, shapes.POINTS)["name"].tolist() == ["b"]
    with pytest.raises(shapes.NoShapesError, match="there are no lines in it"):
        shapes.read_shapes(path, shapes.LINES)


def test_an_empty_layer_is_refused(tmp_path):
    path = tmp_path / "t.gpkg"
    gpd.GeoDataFrame({"name": []}, geometry=gpd.GeoSeries([], crs=4326)).to_file(path)
    assert "there are no polygons in it" in said(shapes.read_shapes, path, shapes.POLYGONS)


def test_the_layer_with_the_right_shapes_is_taken(tmp_path):
    path = tmp_path / "t.gpkg"
    gpd.GeoDataFrame(geometry=[POINT], crs=4326).to_file(path, layer="nodes")
    gpd.GeoDataFrame(geometry=[AREA], crs=4326).to_file(path, layer="zones")
    assert len(shapes.read_shapes(path, shapes.POLYGONS)) == 1


def test_heights_are_forgotten(tmp_path):
    high = shapely.force_3d(AREA, 80)
    path = shape_file(tmp_path / "t.gpkg", [high])
    assert not shapes.read_shapes(path, shapes.POLYGONS).geometry.has_z.any()


def test_a_polygon_that_crosses_itself_is_mended(tmp_path):
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    path = shape_file(tmp_path / "t.geojson", [bow])
    assert shapes.read_shapes(path, shapes.POLYGONS).is_valid.all()


def test_degrees_without_a_name_are_wgs84_and_metres_without_one_are_refused(tmp_path):
    degrees = shape_file(tmp_path / "d.shp", [AREA], crs=None, name=["a"])
    assert shapes.read_shapes(degrees, shapes.POLYGONS).crs.to_epsg() == 4326
    metres = shape_file(tmp_path / "m.shp", [shapely.box(5e5, 3e6, 6e5, 4e6)], crs=None, name=["a"])
    assert "does not say its coordinate system" in said(shapes.read_shapes, metres, shapes.POLYGONS)


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".shp", ".zip"])
def test_a_file_that_is_no_map_is_refused(tmp_path, ending):
    path = tmp_path / f"t{ending}"
    path.write_bytes(b"no map")
    assert "this is not a map file" in said(shapes.read_shapes, path, shapes.POLYGONS)


def test_a_map_file_without_shapes_is_refused(tmp_path):
    path = tmp_path / "t.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"a": np.arange(2)}), path, driver="GPKG")
    assert "only a table" in said(shapes.read_shapes, path, shapes.POLYGONS)


# ── what is chosen, opened, mended and left out is said ──────────────────────────────────────


def test_a_collection_is_opened_and_what_is_left_out_is_counted(tmp_path):
    mixed = shapely.GeometryCollection([AREA, POINT, shapely.LineString([(0, 0), (1, 1)])])
    nested = shapely.GeometryCollection([shapely.GeometryCollection([shapely.box(0, 0, 1, 1)])])
    path = shape_file(tmp_path / "t.geojson", [mixed, nested, AREA], name=list("abc"))
    found = shapes.read_file(path, shapes.POLYGONS)
    assert found.frame["name"].tolist() == ["a", "b", "c"]
    assert found.frame.area.tolist() == [1, 1, 1]
    assert found.findings == ("t.geojson: 2 shapes of another kind in collections were left out",)


def test_rows_without_a_shape_are_named(tmp_path):
    path = shape_file(tmp_path / "t.geojson", [AREA, POINT, None], name=["a", "b", None])
    found = shapes.read_file(path, shapes.POLYGONS)
    assert shapes.labels(found.left_out) == ["b", "2"]
    assert found.findings == ("t.geojson: 2 rows without a shape of this kind were left out: b, 2",)
    assert shapes.read_shapes(path, shapes.POLYGONS).attrs["notes"] == list(found.findings)


def test_of_several_layers_the_one_taken_is_said_and_another_can_be_named(tmp_path):
    path = tmp_path / "t.gpkg"
    for number, layer in enumerate(("county", "towns"), start=1):
        drawn = [shapely.box(i, 0, i + 1, 1) for i in range(number)]
        gpd.GeoDataFrame(geometry=drawn, crs=4326).to_file(path, layer=layer)
    found = shapes.read_file(path, shapes.POLYGONS)
    assert len(found.frame) == 1
    assert found.findings == (
        't.gpkg has several layers: "county" was taken, not towns. To take another one, write '
        '"t.gpkg|towns"',
    )
    for named in (f"{path}|towns", f"{path}|layername=towns"):
        other = shapes.read_file(shapes.Path(named), shapes.POLYGONS)
        assert (len(other.frame), other.findings) == (2, ())
    text = said(shapes.read_shapes, shapes.Path(f"{path}|town"), shapes.POLYGONS)
    assert 'no layer "town"; did you mean towns?; it has county, towns' in text


def test_a_mended_polygon_is_named_with_its_area_before_and_after(tmp_path):
    bow = shapely.Polygon([(113, 27), (113.1, 27.1), (113.1, 27), (113, 27.1)])
    path = shape_file(tmp_path / "t.geojson", [bow, AREA], name=["east", "west"])
    (finding,) = shapes.read_file(path, shapes.POLYGONS).findings
    assert 'polygon "east" crosses or touches itself and was mended: 54.' in finding
    assert "as drawn 0.0" in finding


def test_ground_in_two_parts_of_one_polygon_is_no_hole(tmp_path):
    parts = [shapely.box(113, 27, 113.02, 27.02), shapely.box(113.01, 27, 113.03, 27.02)]
    path = shape_file(tmp_path / "t.gpkg", [shapely.MultiPolygon(parts)], name=["a"])
    (shape,) = shapes.read_shapes(path, shapes.POLYGONS).geometry
    assert shape.area == pytest.approx(0.03 * 0.02)


def test_a_polygon_without_any_ground_is_left_out(tmp_path):
    flat = shapely.Polygon([(113, 27), (114, 28), (113, 27)])
    path = shape_file(tmp_path / "t.gpkg", [flat, AREA], name=["flat", "west"])
    found = shapes.read_file(path, shapes.POLYGONS)
    assert found.frame["name"].tolist() == ["west"]
    assert found.left_out["name"].tolist() == ["flat"]


def test_the_kind_of_most_rows_is_taken_where_either_will_do(tmp_path):
    path = shape_file(tmp_path / "t.geojson", [AREA, POINT, POINT], name=list("abc"))
    found = shapes.read_file(path, shapes.POLYGONS, shapes.POINTS)
    assert found.kind == shapes.POINTS
    assert found.left_out["name"].tolist() == ["a"]
    path = shape_file(tmp_path / "u.geojson", [AREA, POINT], name=list("ab"))
    assert shapes.read_file(path, shapes.POLYGONS, shapes.POINTS).kind == shapes.POLYGONS


@pytest.mark.parametrize("crs", [4326, None])
def test_latitude_first_is_named_as_such(tmp_path, crs):
    path = shape_file(tmp_path / "t.shp", [shapely.box(27, 113, 28, 114)], crs=crs, name=["a"])
    text = said(shapes.read_shapes, path, shapes.POLYGONS)
    assert "longitude and latitude look swapped" in text
    assert "its latitudes go from 113.00 to 114.00" in text


def test_metres_called_degrees_are_refused(tmp_path):
    path = shape_file(tmp_path / "t.gpkg", [shapely.box(5e5, 3e6, 6e5, 4e6)], name=["a"])
    text = said(shapes.read_shapes, path, shapes.POLYGONS)
    assert "go from 500,000, 3,000,000 to 600,000, 4,000,000" in text


# ── the texts of Shapefiles ──────────────────────────────────────────────────────────────────


def shapefile(folder, names, encoding, *, cpg):
    folder.mkdir(exist_ok=True)
    gpd.GeoDataFrame({"name": names}, geometry=[AREA] * len(names), crs=4326).to_file(
        folder / "z.shp", encoding=encoding
    )
    if not cpg:
        (folder / "z.cpg").unlink()
        table = bytearray((folder / "z.dbf").read_bytes())
        table[29] = 0  # nor a word about it in its head
        (folder / "z.dbf").write_bytes(table)
    return folder / "z.shp"


@pytest.mark.parametrize(
    ("names", "encoding", "told"),
    [
        (["东城街道", "西关镇"], "gb18030", ["z.shp is read as GB 18030"]),
        (["Ñuñoa", "Peñalolén"], "cp1252", ["z.shp is read as Windows-1252"]),
        (["东城街道", "西关镇"], "utf-8", []),
        (["East", "West"], "utf-8", []),
    ],
)
def test_the_texts_of_a_shapefile_are_read_without_its_cpg(tmp_path, names, encoding, told):
    path = shapefile(tmp_path / "s", names, encoding, cpg=False)
    frame = shapes.read_shapes(path, shapes.POLYGONS)
    assert frame["name"].tolist() == names
    assert tables.notes(frame) == told
    zipped = tmp_path / "z.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        for part in path.parent.iterdir():
            archive.write(part, part.name)
    assert shapes.read_shapes(zipped, shapes.POLYGONS)["name"].tolist() == names


def test_a_cpg_is_believed_and_an_encoding_asked_for_settles_it(tmp_path):
    path = shapefile(tmp_path / "s", ["东城街道"], "gb18030", cpg=True)
    frame = shapes.read_shapes(path, shapes.POLYGONS)
    assert frame["name"].tolist() == ["东城街道"]
    assert tables.notes(frame) == []
    (path.parent / "z.cpg").write_text("UTF-8")
    with pytest.raises(MapImportError, match=r"not in the encoding that its \.cpg names"):
        shapes.read_shapes(path, shapes.POLYGONS)
    (path.parent / "z.cpg").write_text("ISO-8859-1")
    assert shapes.read_shapes(path, shapes.POLYGONS, "gbk")["name"].tolist() == ["东城街道"]
