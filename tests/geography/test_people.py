"""Where people live: rasters, points and polygons become cells with whole people."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from towns import COLUMNS, LAT, LON, ROWS, STEP, box, features, raster, refused, zones

from sim.geography.making.headcount import people_without_shape
from sim.geography.making.people.cells import share_out


def test_people_of_zones_live_along_their_streets(make):
    report, ground = make()
    assert ground.cells.people.sum() == 9503
    assert np.bincount(ground.cells.township, ground.cells.people).tolist() == [9001, 502]
    assert [s.name.en for s in ground.townships] == ["Westside", "Eastside"]
    assert ground.layers["townships"]["area"].tolist() == ["urban", "rural"]
    assert set(ground.layers["cells"]["provenance"]) == {"imputed"}
    assert set(ground.layers["cells"]["area"][ground.cells.township == 0]) == {"urban"}
    assert "zones with 300 people per km² or more: 1 of 2" in report


def test_zones_without_people_or_streets_are_told(make, tmp_path):
    path = features(tmp_path / "z.geojson", [box(), box(west=5, east=6), box(south=5, north=6)],
                    name=["Town", "Moor", "Lake"], people=[500.4, 60, 0])  # fmt: skip
    report, ground = make(zones=path)
    assert "1 zone without people: Lake" in report
    assert "1 polygon without a street to live on (60 people)" in report
    assert ground.cells.people.sum() == 560
    assert ground.layers["townships"]["people"].tolist() == [500, 60, 0]


def test_points_of_people_keep_their_sum_within_the_boundary(make, tmp_path):
    rows = ["经度,纬度,人口"]
    rows += [f"{LON + 0.001 * i},{LAT + 0.003},{i + 0.5}" for i in range(20)]
    rows.append(f"{LON + 1},{LAT},77")
    path = tmp_path / "people.csv"
    path.write_bytes("\n".join(rows).encode("gb18030"))
    edge = features(tmp_path / "edge.geojson", [box()], name=["edge"])
    report, ground = make(boundary=edge, people=path)
    assert ground.cells.people.sum() == 200
    assert "lost outside the boundary: 77" in report
    assert len(ground.layers["townships"]) == 1
    assert set(ground.layers["cells"]["provenance"]) == {"inferred"}


def test_without_a_boundary_the_map_reaches_as_far_as_its_people(make, tmp_path):
    path = features(tmp_path / "p.geojson", [shapely.Point(LON + STEP * i, LAT) for i in range(3)],
                    population=[10, 20, 30])  # fmt: skip
    report, ground = make(people=path)
    assert "the hull of where people live" in report
    assert ground.cells.people.sum() == 60
    assert all(ground.outside_m(*xy) == 0 for xy in ground.cells.xy)


def test_a_raster_in_another_system_is_summed_into_cells(make, tmp_path):
    values = np.full((30, 30), 2.5)
    values[:5] = -9999.0
    values[7, 7] = -3.0
    values[8, 8] = np.nan
    report, ground = make(people=raster(tmp_path / "p.tif", values))
    people = 2.5 * (25 * 30 - 2)
    assert ground.cells.people.sum() == round(people)
    assert "150 pixels without data" in report
    assert "1 negative pixel taken as no data" in report
    assert "1 pixel of the raster is no number" in report
    assert len(ground.cells.people) < 30 * 30 / 3


def test_a_cell_lies_at_the_centre_of_its_people(make, tmp_path):
    values = np.zeros((30, 30))
    values[10, 10], values[10, 11] = 30, 10
    _, ground = make(people=raster(tmp_path / "p.tif", values, crs="EPSG:32649", pixel=10),
                     cell="1000 m")  # fmt: skip
    corner = gpd.GeoSeries([shapely.Point(LON, LAT + 3 * STEP)], crs=4326).to_crs(32649)[0]
    assert ground.cells.people.tolist() == [40]
    assert ground.cells.xy[0] == pytest.approx([corner.x + 107.5, corner.y - 105], abs=0.1)


def test_densities_become_people_by_the_area_of_each_pixel(make, tmp_path):
    dense = np.full((30, 30), 1000.0)
    for crs, pixel in (("EPSG:32649", 100.0), ("EPSG:4326", 0.001)):
        path = raster(tmp_path / "d.tif", dense, crs=crs, pixel=pixel)
        _, ground = make(people=path, people_unit="per_km2")
        km2 = 9.0 if pixel == 100 else 0.1108 * 0.0987 * 900
        assert ground.cells.people.sum() == pytest.approx(1000 * km2, rel=0.003)


def test_densities_read_as_people_are_refused_with_what_they_may_be(make, tmp_path):
    path = raster(tmp_path / "d.tif", np.full((30, 30), 5000.0), crs="EPSG:32649")
    text = refused(make, people=path)
    assert "4,500,000 people" in text
    assert "--people-unit per_km2" in text
    assert "44,968 people in all" in text, "a kilometre is 1,000.35 m of UTM here"


def test_relative_numbers_are_scaled_to_a_total(make, tmp_path):
    path = raster(tmp_path / "light.tif", np.arange(900.0).reshape(30, 30))
    _, ground = make(people=path, people_unit="relative", total_people=12_345)
    assert ground.cells.people.sum() == 12_345
    assert "--total-people N" in refused(make, people=path, people_unit="relative")


def test_strips_of_a_raster_give_what_the_whole_gives(make, tmp_path, monkeypatch):
    from sim.geography.making.people import pixels as room

    path = raster(tmp_path / "p.tif", np.random.default_rng(3).random((30, 30)) * 50)
    _, whole = make(people=path)
    monkeypatch.setattr(room, "STRIP_PIXELS", 90)
    monkeypatch.setattr(room, "WHOLE_PIXELS", 100)
    _, strips = make(people=path)
    assert np.array_equal(whole.cells.people, strips.cells.people)
    assert np.array_equal(whole.cells.xy, strips.cells.xy)
    edge = features(tmp_path / "e.geojson", [box()], name=["edge"])
    far = raster(tmp_path / "q.tif", np.ones((30, 30)), crs="EPSG:32649", origin=(9e5, 3e6))
    assert "it holds no people" in refused(make, people=far, boundary=edge)


@pytest.mark.parametrize("people", [0, 1, 7, 1000])
def test_whole_people_are_shared_out_without_loss(people):
    share = share_out(people, np.array([1.0, 1.0, 1.0, 0.5]))
    assert share.sum() == people
    assert (np.abs(share - people * np.array([2, 2, 2, 1]) / 7) < 1).all()


# ── odd files ────────────────────────────────────────────────────────────────────────────────


def test_people_outside_the_boundary_only_are_refused(make, tmp_path):
    edge = features(tmp_path / "e.geojson", [box(east=1, north=1)], name=["edge"])
    far = [shapely.Point(LON + STEP * 2.5, LAT + STEP * 2.5)]
    path = features(tmp_path / "p.geojson", far, people=[10])
    assert "nobody lives within the boundary" in refused(make, boundary=edge, people=path)
    corner = np.zeros((30, 30))
    corner[0, 29] = 40
    path = raster(tmp_path / "p.tif", corner)
    assert "nobody lives within the boundary" in refused(make, boundary=edge, people=path)


def test_less_than_one_person_is_no_map(make, tmp_path):
    text = refused(make, people=raster(tmp_path / "p.tif", np.full((30, 30), 1e-4)))
    assert "only 0.09 people live within the boundary" in text


@pytest.mark.parametrize(
    ("people", "said"),
    [([-1, 5], "write a number from 0 up; found -1"), ([0, 0], "it holds no people"),
     (["many", "few"], "write a number; found many")],
)  # fmt: skip
def test_people_that_cannot_be_are_refused(make, tmp_path, people, said):
    shapes = [box(east=1), box(west=2)]
    points = [shapely.Point(LON, LAT), shapely.Point(LON + STEP, LAT)]
    assert said in refused(make, people=features(tmp_path / "a.geojson", shapes, people=people))
    assert said in refused(make, people=features(tmp_path / "b.geojson", points, people=people))


def test_a_raster_of_nobody_is_refused(make, tmp_path):
    path = raster(tmp_path / "p.tif", np.full((30, 30), -9999.0))
    assert "every value is zero or missing" in refused(make, people=path)


def test_a_raster_that_is_none_or_lies_nowhere_is_refused(make, tmp_path):
    (tmp_path / "p.tif").write_bytes(b"no raster")
    assert "this is not a raster" in refused(make, people=tmp_path / "p.tif")
    nowhere = raster(tmp_path / "q.tif", np.ones((3, 3)), crs=None, origin=(0, 0))
    assert "does not say its coordinate system" in refused(make, people=nowhere)


def test_a_raster_may_be_zipped(make, tmp_path):
    import zipfile

    plain = raster(tmp_path / "p.tif", np.full((30, 30), 2.0))
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.write(plain, "inside/p.tif")
    _, one = make(people=plain)
    _, other = make(people=tmp_path / "p.zip")
    assert np.array_equal(one.cells.people, other.cells.people)
    with zipfile.ZipFile(tmp_path / "p.zip", "a") as archive:
        archive.write(plain, "inside/q.tif")
    report, _ = make(people=tmp_path / "p.zip")
    assert "p.zip holds several rasters: inside/p.tif was taken, not inside/q.tif" in report


def test_one_inhabited_pixel_is_a_map(make, tmp_path):
    values = np.zeros((30, 30))
    values[12, 12] = 77
    _, ground = make(people=raster(tmp_path / "p.tif", values))
    assert ground.cells.people.tolist() == [77]
    assert ground.outside_m(*ground.cells.xy[0]) == 0


def test_zones_of_a_raster_keep_their_own_people(make, tmp_path):
    values = np.ones((30, 30))
    values[:, :10] = 3
    path = raster(tmp_path / "p.tif", values, crs="EPSG:32649")
    _, ground = make(people=path, zones=zones(tmp_path, west=1.0))
    by_zone = np.bincount(ground.cells.township, ground.cells.people)
    assert by_zone[0] > by_zone[1]
    assert by_zone.sum() == ground.cells.people.sum() == pytest.approx(values.sum(), abs=30)


def test_people_of_polygons_live_in_the_streets_and_not_on_the_motorway(make, tmp_path):
    ring = [0, 1, 2, 3, 13, 23, 33, 32, 31, 30, 20, 10, 0]
    ways = [(ring, {"highway": "motorway", "oneway": "no"}), *ROWS[1:3], COLUMNS[1]]
    path = features(tmp_path / "p.geojson", [box(-0.1, -0.1, 3.1, 3.1)], people=[1000])
    _, ground = make(ways, people=path)
    streets = ground.layers["roads"]
    lived_in = streets[streets["class"] != "motorway"].union_all()
    assert all(lived_in.distance(shapely.Point(xy)) < 180 for xy in ground.cells.xy)


def test_polygons_partly_outside_keep_the_share_inside(make, tmp_path):
    edge = features(tmp_path / "e.geojson", [box(east=1.5)], name=["edge"])
    path = features(tmp_path / "p.geojson", [box()], people=[1000])
    report, ground = make(boundary=edge, people=path)
    assert ground.cells.people.sum() == pytest.approx(500, abs=2)
    assert "lost outside the boundary: 500" in report
    assert "50% of the people read live outside the boundary" in report


def test_a_total_scales_whatever_is_read(make, tmp_path):
    _, ground = make(total_people=12_345)
    assert ground.cells.people.sum() == 12_345
    assert ground.layers["townships"]["people"].sum() == 12_345


def test_points_in_a_chinese_grid_are_converted(make, tmp_path):
    from sim.files import coordinates

    spots = np.array([(LON + STEP, LAT + STEP), (LON + 2 * STEP, LAT + STEP)])
    shifted = np.column_stack(coordinates.gcj02_of_wgs84(*spots.T))
    places = []
    for name, rows, grid in (("a.csv", spots, "wgs84"), ("b.csv", shifted, "gcj02")):
        text = "lon,lat,people\n" + "\n".join(f"{x},{y},10" for x, y in rows)
        (tmp_path / name).write_text(text, "utf-8")
        _, ground = make(people=tmp_path / name, people_coordinates=grid)
        places.append(ground.cells.xy)
    assert places[0] == pytest.approx(places[1], abs=0.2)


# ── rasters as people have them ──────────────────────────────────────────────────────────────


def bands(path, *layers, scale=1.0, offset=0.0, kind="float32"):
    """A GeoTIFF of several bands over the town, in the town's UTM zone."""
    import rasterio

    plain = raster(path, layers[0], crs="EPSG:32649")
    with rasterio.open(plain) as one:
        facts = one.profile | {"count": len(layers), "dtype": kind, "nodata": None}
    with rasterio.open(path, "w", **facts) as file:
        for number, values in enumerate(layers, start=1):
            file.write(np.asarray(values, kind), number)
        file.scales, file.offsets = [scale] * len(layers), [offset] * len(layers)
    return path


def test_the_scale_and_offset_of_a_raster_are_applied(make, tmp_path):
    path = bands(tmp_path / "p.tif", np.full((30, 30), 25), scale=0.1, offset=0.5, kind="int16")
    report, ground = make(people=path)
    assert ground.cells.people.sum() == 900 * 3
    assert "scaled as the file says: times 0.1, plus 0.5" in report


def test_of_several_bands_the_first_or_the_one_asked_for_is_taken(make, tmp_path):
    path = bands(tmp_path / "p.tif", np.full((30, 30), 2.0), np.full((30, 30), 5.0))
    report, ground = make(people=path)
    assert ground.cells.people.sum() == 1800
    assert "! p.tif has 2 bands (1, 2): band 1 was taken" in report
    report, ground = make(people=path, people_band=2)
    assert ground.cells.people.sum() == 4500
    assert "band 2 was taken" in report
    assert "it has no band 3, only 2" in refused(make, people=path, people_band=3)


@pytest.mark.parametrize("odd", [np.inf, -np.inf, np.nan, 3.4e38, -3.4e38, -1.0])
def test_pixels_that_are_no_numbers_of_people_are_no_data_and_counted(make, tmp_path, odd):
    values = np.full((30, 30), 2.0)
    values[:3] = odd
    report, ground = make(people=bands(tmp_path / "p.tif", values))
    assert ground.cells.people.sum() == 27 * 30 * 2
    assert "90 " in report
    assert "taken as no data" in report


@pytest.mark.parametrize("odd", [np.inf, 3.4e38])
def test_a_mark_for_no_data_has_no_share_of_a_total(make, tmp_path, odd):
    values = np.full((30, 30), 2.0)
    values[:3] = odd
    path = bands(tmp_path / "p.tif", values)
    report, ground = make(people=path, people_unit="relative", total_people=900)
    assert ground.cells.people.max() < 100
    assert "90 pixels of the raster are no numbers" in report


@pytest.mark.parametrize(("kind", "nodata", "asked"), [("uint8", None, True), ("uint8", 255, False),
                                                       ("float32", None, False)])  # fmt: skip
def test_the_largest_number_of_a_raster_of_whole_numbers_is_asked_about(
    make, tmp_path, kind, nodata, asked
):
    import rasterio

    values = np.full((30, 30), 2.0)
    values[0, :4] = 255
    with rasterio.open(bands(tmp_path / "p.tif", values)) as file:
        profile = file.profile | {"dtype": kind, "nodata": nodata}
    path = tmp_path / "q.tif"
    with rasterio.open(path, "w", **profile) as file:
        file.write(values.astype(kind), 1)
    report, _ = make(people=path)
    assert ("4 pixels hold the largest number" in report) is asked


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:32649", "EPSG:4326", "EPSG:54009", "EPSG:6933"])
def test_people_per_km2_are_of_the_ground_whatever_the_projection(make, tmp_path, crs):
    import pyproj

    pixel = 0.001 if crs == "EPSG:4326" else 100.0
    crs = crs.replace("EPSG:54009", "ESRI:54009")
    path = raster(tmp_path / "d.tif", np.full((25, 25), 200.0), crs=crs, pixel=pixel)
    _, ground = make(people=path, people_unit="per_km2")
    import rasterio

    with rasterio.open(path) as file:
        edge = shapely.segmentize(shapely.box(*file.bounds), pixel * 5)
        degrees = gpd.GeoSeries([edge], crs=file.crs).to_crs(4326)[0]
    km2 = abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(degrees)[0]) / 1e6
    assert ground.cells.people.sum() == pytest.approx(200 * km2, rel=1e-3)


def test_a_raster_of_a_part_of_the_map_is_told(make, tmp_path):
    edge = features(tmp_path / "e.geojson", [box()], name=["edge"])
    path = raster(tmp_path / "p.tif", np.full((10, 10), 2.0), crs="EPSG:32649")
    report, _ = make(people=path, boundary=edge)
    assert "the raster covers 10% of the map" in report


# ── rows as people have them ─────────────────────────────────────────────────────────────────


def test_rows_repeated_exactly_are_said_with_their_people(make, tmp_path):
    rows = [f"{LON + 0.003 * i},{LAT},{100 * (i + 1)}" for i in range(3)]
    path = tmp_path / "people.csv"
    path.write_text("\n".join(["lon,lat,people", *rows, *rows[1:]]), "utf-8")
    report, _ = make(people=path)
    assert "2 rows repeat a row before them, in every column, with 500 of 1,100 people" in report
    shapes = [shapely.Point(LON + STEP * i, LAT) for i in (0, 1, 1)]
    report, _ = make(people=features(tmp_path / "p.geojson", shapes, people=[10, 20, 20]))
    assert "1 row repeats a row before it, in every column, with 20 of 50 people" in report


def test_the_people_of_several_points_in_a_row_are_shared_among_them(make, tmp_path):
    several = shapely.MultiPoint([(LON + STEP * i, LAT) for i in range(3)])
    path = features(tmp_path / "p.geojson", [several], people=[300])
    _, ground = make(people=path)
    assert ground.cells.people.tolist() == [100, 100, 100]


def test_points_near_a_border_count_in_their_own_zone(make, tmp_path):
    at = [shapely.Point(LON + STEP * x, LAT + STEP) for x in (1.49, 1.51)]
    path = features(tmp_path / "p.geojson", at, people=[10, 30])
    _, ground = make(people=path, zones=zones(tmp_path), cell="1000 m")
    assert np.bincount(ground.cells.township, ground.cells.people).tolist() == [10, 30]


def test_fractions_of_people_and_empty_maps_are_asked_about(make, tmp_path):
    report, _ = make(zones=zones(tmp_path, people=(1.2, 3.4)))
    assert "2 of 2 polygons have fractions of people, the most 3.4: are they thousands" in report
    assert "fewer than live almost anywhere" in report
    report, _ = make(zones=zones(tmp_path, people=(1200, 3400)))
    assert "fractions" not in report
    assert "fewer than live" not in report
    text = refused(make, zones=zones(tmp_path, people=(1_200_000, 3_400_000)))
    assert "per km², more than live anywhere" in text


def test_odd_numbers_of_rows_without_a_shape_are_nobody():
    rows = pd.DataFrame({"people": ["1,5", "1.5", "20"]})
    assert people_without_shape(rows, "") == 21.5


def test_everybody_urban_and_a_lone_zone_are_told(make, tmp_path):
    report, _ = make(zones=zones(tmp_path, people=(90_000, 90_000)))
    assert "all 180,000 people are urban" in report
    path = features(tmp_path / "z.geojson", [box()], name=["County"], people=[500])
    report, _ = make(zones=path)
    assert 'z.geojson gives one zone only, "County"' in report


def test_how_people_in_a_table_were_read_is_said(make, tmp_path):
    lon, lat = (f"{x + STEP:.4f}".replace(".", ",") for x in (LON, LAT))
    path = tmp_path / "people.csv"
    path.write_bytes(f"经度;纬度;人口（万人）\n{lon};{lat};1,25\n".encode("gb18030"))
    report, ground = make(people=path)
    assert ground.cells.people.sum() == 12_500
    assert "people.csv is read as GB 18030" in report
    assert "people.csv: the commas of 人口（万人） are decimal ones" in report
    assert "people.csv: the numbers of 人口（万人） are times 10,000, as its unit says" in report
