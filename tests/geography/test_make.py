"""From files to a map: everything that is wrong at once, or a bundle that can be used."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
import shapely
from conftest import NO_DATA, SHARED
from towns import LAT, LON, box, csv_of, features, matrix_files, refused

import sim
from sim.answers.coverage import coverage
from sim.errors import MapImportError
from sim.geography import bundle as maps
from sim.geography.making import ImportOptions, import_map, writing


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_written(make, tmp_path):
    (tmp_path / "roads.txt.osm").write_text("no map", "utf-8")
    sites = csv_of(tmp_path, [("A", "east", LAT), ("", LON, LAT)])
    bare = features(tmp_path / "bare.geojson", [box()], size=[1])
    text = refused(make, roads=tmp_path / "roads.txt.osm", sites=sites, zones=bare,
                   people=bare, urban=sites)  # fmt: skip
    assert "--roads roads.txt.osm: this is not an OpenStreetMap file" in text
    assert "--zones bare.geojson" in text
    assert "--zone-name" in text
    assert "--people-column" in text
    assert "--sites points.csv, line 2, column lon: write a number; found east" in text
    assert "--urban points.csv" in text
    assert not (tmp_path / "maps").exists()


def test_a_map_made_otherwise_is_not_overwritten(make, tmp_path):
    (tmp_path / "maps" / "town").mkdir(parents=True)
    (tmp_path / "maps" / "town" / "README.md").write_text("mine", "utf-8")
    assert "choose another name" in refused(make)


def test_an_import_that_was_killed_can_be_repeated(tmp_path):
    chosen = matrix_files(tmp_path)
    chosen.folder.mkdir(parents=True)
    part = chosen.folder / ".tiny.0123abcd.part.gpkg"
    for path in (part, part.with_name(part.name + "-journal")):
        path.write_text("half")
    import_map(chosen)
    whole = {path.name for path in chosen.folder.iterdir()}
    assert whole == {"tiny.gpkg", "README.md", "import.yaml"}
    for left in ("README.md", "tiny.gpkg"):  # what takes its place last is what may lack
        (chosen.folder / left).unlink()
        import_map(chosen)
        assert {path.name for path in chosen.folder.iterdir()} == whole


def test_an_import_that_fails_while_it_writes_leaves_the_earlier_one(tmp_path, monkeypatch):
    chosen = matrix_files(tmp_path)
    import_map(chosen)
    before = {path: path.read_bytes() for path in chosen.folder.iterdir()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "readme", full)
    with pytest.raises(MapImportError, match="No space left"):
        import_map(chosen)
    assert {path: path.read_bytes() for path in chosen.folder.iterdir()} == before


def test_roads_of_another_place_are_refused(make, tmp_path):
    edge = features(tmp_path / "e.geojson", [shapely.box(10, 50, 10.1, 50.1)], name=["elsewhere"])
    assert "no road lies near the boundary" in refused(make, boundary=edge)


@pytest.mark.parametrize(
    ("module", "choice"),
    [("osmium", {}), ("rasterio", {"people": "p.tif"})],
)
def test_what_is_not_installed_is_one_message(make, tmp_path, monkeypatch, module, choice):
    for name in choice.values():
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setitem(sys.modules, module, None)
    text = refused(make, **{key: tmp_path / name for key, name in choice.items()})
    assert f"pip install {module}" in text


def test_a_bundle_without_sites_is_drawn_too(make):
    from sim import figures
    from sim.words.language import language

    _, the_map = make()
    assert figures.inputs_map(the_map, language("en")).axes


def test_a_town_of_40000_nodes_is_made_whole(tmp_path, make):
    """What grew with the square of its nodes would take hours here, and more memory than there is."""
    n = 200
    lon, lat = LON + 0.002 * np.arange(n), LAT + 0.0018 * np.arange(n)
    at = np.stack(np.meshgrid(lon, lat), axis=-1)
    a = np.concatenate([at[:, :-1].reshape(-1, 2), at[:-1].reshape(-1, 2)])
    b = np.concatenate([at[:, 1:].reshape(-1, 2), at[1:].reshape(-1, 2)])
    lines = shapely.linestrings(np.stack([a, b], axis=1))
    path = features(tmp_path / "grid.gpkg", lines, highway=["residential"] * len(lines))
    area = features(tmp_path / "z.gpkg", [shapely.box(lon[0], lat[0], lon[-1], lat[-1])],
                    name=["all"], people=[1_000_000])  # fmt: skip
    _, ground = make(roads=path, zones=area)
    assert len(ground.layers["roads"]) == 2 * n * (n - 1)
    assert ground.cells.people.sum() == 1_000_000


def test_auckland_from_public_files_to_a_compliance_table(tmp_path):
    """The raster holds people per km²: as people per pixel it would be 888 million people in a
    region of 1.4 million; as a density it sums to within 0.1 % of the census of 2013 (1,415,550).
    """
    data = SHARED / "auckland"
    if not data.is_dir():
        pytest.skip(NO_DATA)
    report = import_map(
        ImportOptions.of(
            place="auckland", name_en="Auckland", name_zh="奥克兰", maps=tmp_path / "maps",
            roads=data / "auckland_main_roads.osm.pbf", boundary=data / "auckland_border.zip",
            urban=data / "auckland_urban_border.zip", people=data / "auckland-pop-densit-40m.zip",
            people_unit="per_km2", sites=data / "auckland-st-john-ambulance-stations.csv", cell="250 m",
        )
    )  # fmt: skip
    ground = maps.read(tmp_path / "maps" / "auckland" / "auckland.gpkg")
    assert ground.cells.people.sum() == pytest.approx(1_415_550, rel=2e-3)
    urban = ground.cells.people[ground.cells.area == 0].sum()
    assert urban / ground.cells.people.sum() == pytest.approx(0.9, abs=0.02)
    assert len(ground.sites) == 19
    assert len(ground.layers["roads"]) > 9000
    assert any("Te Kauwhata" in line for line in report.warnings)

    layout = [
        {"station": site.name.en, "kind": "station", "ambulances": 1} for site in ground.sites
    ]
    spots = {site.name.en: np.array([[site.x, site.y]]) for site in ground.sites}
    for entry in layout:  # 10 km from the roads of this extract: put on the nearest of them
        if "Te Kauwhata" in entry["station"]:
            roads, spot = ground.network, spots[entry["station"]][0]
            nearest = np.linalg.norm(roads.xy[roads.tail] - spot, axis=1).argmin()
            entry["at"] = [float(c) for c in ground.lonlat(*roads.xy[roads.tail[nearest]])]
    facts = {"name": "Auckland", "map": "auckland", "layout": layout,
             "demand": {"transported": "0 %", "rate": {"urban": "30 per day", "rural": "5 per day"}}}  # fmt: skip
    path = tmp_path / "scenarios" / "auckland" / "today.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(facts), "utf-8")  # JSON is YAML
    result = sim.run(sim.load(path), replications=3, seed=1)
    assert "Urban calls ≤ 10 min" in result.table("en")

    # Three minutes before wheels roll, 91 km/h on motorways, 60 on ramps and trunk roads, 47
    # elsewhere and off the road: who could be reached in time if no ambulance were ever busy.
    slow = dict.fromkeys(["motorway_link", "trunk", "trunk_link"], "60 km/h")
    usual = [
        f"{road}{link}" for road in ("primary", "secondary", "tertiary") for link in ("", "_link")
    ]
    speeds = {"motorway": "91 km/h", **slow, **dict.fromkeys(usual, "47 km/h")}
    facts["travel"] = {"posted": "ignore", "off_road": "47 km/h", "speeds": speeds}
    path.write_text(json.dumps(facts), "utf-8")
    within = coverage(sim.load(path), before_s=180.0).to_frame().set_index("area")["within"]
    assert within["urban"] == pytest.approx(0.82, abs=0.02)
    assert within["rural"] == pytest.approx(0.86, abs=0.02)
