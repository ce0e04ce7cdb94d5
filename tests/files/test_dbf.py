"""The texts of Shapefiles, whose encoding nothing beside them says."""

from __future__ import annotations

import zipfile

import geopandas as gpd
import pytest
import shapely

from sim.files import shapes

AREA = shapely.box(113, 27, 114, 28)


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
    assert frame.attrs["notes"] == told
    zipped = tmp_path / "z.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        for part in path.parent.iterdir():
            archive.write(part, part.name)
    assert shapes.read_shapes(zipped, shapes.POLYGONS)["name"].tolist() == names


def test_a_cpg_is_believed_and_an_encoding_asked_for_settles_it(tmp_path):
    path = shapefile(tmp_path / "s", ["东城街道"], "gb18030", cpg=True)
    frame = shapes.read_shapes(path, shapes.POLYGONS)
    assert frame["name"].tolist() == ["东城街道"]
    assert frame.attrs["notes"] == []
    (path.parent / "z.cpg").write_text("ISO-8859-1")
    assert shapes.read_shapes(path, shapes.POLYGONS, "gbk")["name"].tolist() == ["东城街道"]
