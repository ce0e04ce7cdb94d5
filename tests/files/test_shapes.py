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
from sim.files import shapes


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
