"""Where a station could stand: seats, files of every kind and what is wrong with them, drawn."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from conftest import ROOT

from sim import limits
from sim.answers.candidates import Candidate, drawn, find, from_file, layouts, possible
from sim.errors import CandidatesError, OptionError, PlannerError, ScenarioError
from sim.scenario.file import load
from sim.text import Name

ROWS = [("枫林口", "Fenglin Gate", 113.497, 27.646), ("西边", "", 113.42, 27.79)]
TABLE = [("名称", "英文名称", "经度", "纬度"), *ROWS]


def as_text(rows=TABLE):
    return "".join(",".join(map(str, row)) + "\n" for row in rows)


def csv(tmp_path, text, encoding="utf-8-sig"):
    path = tmp_path / "sites.csv"
    path.write_bytes(text.encode(encoding))
    return path


def told(error):
    with pytest.raises(PlannerError) as caught:
        error()
    return str(caught.value)


# ── seats ────────────────────────────────────────────────────────────────────────────────────


def test_every_township_has_a_seat_where_a_station_could_stand(liling):
    found = find(liling)
    assert [one.name.zh for one in found] == [t.name.zh for t in liling.map.townships]
    kept, made = layouts(liling, found)
    for one, layout in zip(kept, made, strict=True):
        seat, station = liling.map.find(one.name.zh), layout.stations[-1]
        assert (station.x, station.y, station.kind) == (seat.x, seat.y, "substation")
        assert len(layout.fleet) == len(liling.fleet) + 1


def test_a_seat_that_has_a_station_is_no_candidate(liling):
    base = liling.add("枫林镇")
    kept, made = layouts(base, find(base))
    assert "枫林镇" not in [one.name.zh for one in kept]
    assert len(kept) == len(made) == len(liling.map.townships) - 1


def test_a_closed_station_leaves_its_seat_free(liling):
    base = liling.add("枫林镇").close("枫林镇")
    assert "枫林镇" in [one.name.zh for one in layouts(base, find(base))[0]]


def test_more_ambulances_of_another_kind_if_asked_for(liling):
    _, (layout,) = layouts(liling, [Candidate(Name("枫林镇", "Fenglin"))], 3, "station")
    assert layout.fleet_size(len(layout.stations) - 1) == 3
    assert layout.stations[-1].kind == "station"


def test_where_every_seat_has_a_station_there_is_nothing_to_rank(liling):
    base = liling.add("枫林镇")
    some = [Candidate(Name("枫林镇", "Fenglin"))]
    assert "a station stands already" in told(lambda: layouts(base, some))
    assert possible(base, some) == ([], [])


# ── drawn ────────────────────────────────────────────────────────────────────────────────────


def test_drawn_places_are_the_same_for_a_seed_and_others_for_another(liling):
    assert drawn(liling.map, 20, 1) == drawn(liling.map, 20, 1)
    assert drawn(liling.map, 20, 1) != drawn(liling.map, 20, 2)
    assert find(liling, "20", 1) == drawn(liling.map, 20, 1)


def test_drawn_places_are_inhabited_and_none_is_drawn_twice(liling):
    cells = liling.map.cells
    found = drawn(liling.map, 500)
    assert len({one.at for one in found}) == len({one.name.zh for one in found}) == 500
    xy = np.column_stack(liling.map.project(*zip(*(one.at for one in found), strict=True)))
    apart = np.linalg.norm(cells.xy[:, None] - xy[None], axis=2)
    assert apart.min(axis=0).max() < 0.01
    assert (cells.people[apart.argmin(axis=0)] > 0).all()


def test_places_are_drawn_where_people_live(liling):
    cells = liling.map.cells
    xy = [one.at for seed in range(200) for one in drawn(liling.map, 5, seed)]
    x, y = liling.map.project(*zip(*xy, strict=True))
    rows = np.linalg.norm(cells.xy[:, None] - np.column_stack([x, y])[None], axis=2).argmin(axis=0)
    crowded = cells.people > np.median(cells.people)
    share = cells.people[crowded].sum() / cells.people.sum()
    assert np.mean(crowded[rows]) == pytest.approx(share, abs=0.05)
    assert share > 0.6


def test_all_places_can_be_drawn_and_not_one_more(liling):
    everywhere = int((liling.map.cells.people > 0).sum())
    assert len(drawn(liling.map, everywhere)) == everywhere
    for count in (0, everywhere + 1):
        assert f"from 1 to {everywhere} places" in told(
            lambda count=count: drawn(liling.map, count)
        )


def test_too_many_to_try_are_refused(liling, monkeypatch):
    monkeypatch.setattr(limits, "CANDIDATES", 10)
    assert "at most 10 can be tried; found 11" in told(lambda: find(liling, "11"))


def test_of_several_townships_of_one_name_each_is_tried_at_its_own_place(liling):
    on = liling.map
    townships = on.layers["townships"].assign(name_zh="同名", name_en="Same")
    sites = on.layers["sites"].iloc[:0]
    named = replace(on, read_layers=lambda: on.layers | {"townships": townships, "sites": sites})
    base = replace(liling, map=named)
    seats = find(base)
    assert len(seats) == len(townships) > 1
    _, made = layouts(base, seats)
    assert len({(one.stations[-1].x, one.stations[-1].y) for one in made}) == len(made)
    with pytest.raises(ScenarioError, match='places called "同名": write where, '):
        base.add("同名")


# ── files ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_text_file_in_any_usual_encoding(liling, tmp_path, encoding):
    found = from_file(liling.map, csv(tmp_path, as_text(), encoding))
    assert [(one.name.zh, one.name.en, one.line) for one in found] == [
        ("枫林口", "Fenglin Gate", 2), ("西边", "西边", 3),
    ]  # fmt: skip
    assert [one.at for one in found] == [pytest.approx(row[2:]) for row in ROWS]
    _, made = layouts(liling, found)
    assert [layout.stations[-1].name.zh for layout in made] == ["枫林口", "西边"]


def test_an_excel_file(liling, tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    for row in TABLE:
        book.active.append(row)
    book.save(tmp_path / "sites.xlsx")
    found = find(liling, tmp_path / "sites.xlsx")
    assert found == from_file(liling.map, csv(tmp_path, as_text()))


def test_a_geojson_file(liling, tmp_path):
    features = [
        {"type": "Feature", "properties": {"name_zh": zh, "name_en": en},
         "geometry": {"type": "Point", "coordinates": at}} for zh, en, *at in ROWS
    ]  # fmt: skip
    path = tmp_path / "sites.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    found = find(liling, path)
    assert [(one.name.zh, one.line) for one in found] == [("枫林口", 1), ("西边", 2)]
    assert found[1].at == pytest.approx(ROWS[1][2:])


def test_a_name_in_chinese_only_stands_for_both(liling, tmp_path):
    (one,) = from_file(liling.map, csv(tmp_path, "名称,经度,纬度\n西边,113.42,27.79\n"))
    assert one.name.within("en") == one.name.within("zh") == "西边"


def test_the_name_of_a_township_with_a_place_of_its_own_stands_at_that_place(liling, tmp_path):
    found = from_file(liling.map, csv(tmp_path, "name,lon,lat\n枫林镇,113.42,27.79\n"))
    _, (layout,) = layouts(liling, found)
    x, y = liling.map.project(113.42, 27.79)
    assert (layout.stations[-1].x, layout.stations[-1].y) == pytest.approx((x, y))


def test_the_name_of_a_station_of_today_is_left_out(liling, tmp_path):
    text = (
        "name,lon,lat\n湘东医院,113.42,27.79\nxiangdong hospital,113.42,27.79\n西边,113.42,27.79\n"
    )
    kept, _ = layouts(liling, from_file(liling.map, csv(tmp_path, text)))
    assert [one.name.zh for one in kept] == ["西边"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["there is no row below the header"]),
        ("name,lon,lat\n", ["there is no row below the header"]),
        ("lon,lat\n113.4,27.7\n", ["no column says the name", "lon, lat"]),
        ("name,lat\nx,27.7\n", ["no column says the longitude: call it lon or longitude"]),
        ("name\nx\n", ["no column says the longitude", "no column says the latitude"]),
        ("name,lon,lat\nx,27.7,113.4\n", ["longitude and latitude look swapped"]),
        (
            "name,lon,lat\nx,east,27.7\ny,113.4,\nz,113.4,27.7\n",
            ["line 2, column lon: write a number; found east",
             "line 3, column lat: write a number; found nothing"],
        ),
        ("name,lon,lat\n,113.4,27.7\nx,113.4,27.7\n", ["line 2, column name: write a name"]),
        (
            "name,lon,lat\nx,113.4,27.7\ny,113.41,27.7\nx,113.42,27.7\ny,113.43,27.7\n",
            ["line 4: x stands on line 2 already", "line 5: y stands on line 3 already"],
        ),
        ("name,lon,lat\nx,740000,3060000\n", ["line 2, column lon: write degrees", "found 740000, 3.06e+06"]),
    ],
    ids=["nothing", "header", "no name", "no lon", "no place", "swapped", "numbers", "nameless",
         "twice", "metres"],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_told_at_once(liling, tmp_path, text, said):
    path = csv(tmp_path, text)
    with pytest.raises(CandidatesError) as caught:
        find(liling, path)
    message = str(caught.value)
    assert message.startswith(f"{path} cannot be read as candidate sites:")
    for part in said:
        assert part in message


def test_places_where_no_station_can_stand_are_told_line_by_line(liling, tmp_path):
    text = "name,lon,lat\nhere,113.42,27.79\nfar,100,20\nlost,113.9,27.2\n"
    found = from_file(liling.map, csv(tmp_path, text))
    with pytest.raises(ScenarioError) as caught:
        layouts(liling, found)
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert "line 3, far: [100, 20] lies outside the map of Liling (longitude 113." in lines[1]
    assert "line 4, lost: [113.9, 27.2] lies outside the map of Liling" in lines[2]


def test_swapped_columns_are_known_where_both_would_be_degrees(coquimbo, tmp_path):
    found = from_file(coquimbo.map, csv(tmp_path, "name,lon,lat\nx,-29.91,-71.25\n"))
    assert "line 2, x: [-29.91, -71.25] looks swapped" in told(lambda: layouts(coquimbo, found))


def far_from_roads(ground):
    """The place in the map farthest from all roads."""
    rng = np.random.default_rng(1)
    x0, y0, x1, y1 = ground.outline.bounds
    tried = rng.uniform((x0, y0), (x1, y1), (4000, 2))
    apart = np.linalg.norm(tried[:, None] - ground.network.xy[None, ::3], axis=2).min(axis=1)
    inside = np.array([ground.outside_m(*at) == 0 for at in tried])
    at = tried[np.argmax(np.where(inside, apart, 0))]
    return tuple(float(v) for v in ground.lonlat(*at))


def test_a_place_far_from_every_road_is_told_in_a_file_and_left_out_otherwise(coquimbo, tmp_path):
    lon, lat = far_from_roads(coquimbo.map)
    found = from_file(coquimbo.map, csv(tmp_path, f"name,lon,lat\nhill,{lon},{lat}\n"))
    assert "line 2, hill:" in told(lambda: layouts(coquimbo, found))
    assert "km from the nearest road (at most 2 km)" in told(lambda: layouts(coquimbo, found))
    hill = found[0]._replace(line=None)
    town = Candidate(Name("La Serena", "La Serena"), (-71.25, -29.91))
    kept, _ = layouts(coquimbo, [hill, town])
    assert kept == [town]


@pytest.mark.parametrize("name", ["nowhere.csv", "nowhere", "-5", "3.5", "seat", "sites.docx"])
def test_a_file_that_is_not_there_is_told_with_what_could_be_written(liling, tmp_path, name):
    message = told(lambda: find(liling, tmp_path / name))
    assert "no such file; write seats, a file of places, or how many to draw" in message


def test_a_folder_is_no_file(liling, tmp_path):
    assert "it is a folder" in told(lambda: find(liling, tmp_path))


@pytest.mark.parametrize("name", ["sites.docx", "sites.geojson", "sites.xlsx", "sites.gpkg"])
def test_a_file_that_is_something_else_is_told(liling, tmp_path, name):
    (tmp_path / name).write_bytes(b"\x00\x01 nothing of the kind")
    message = told(lambda: find(liling, tmp_path / name))
    assert "cannot be read as candidate sites" in message


def test_a_file_without_points_is_told(liling, tmp_path):
    path = tmp_path / "sites.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}', "utf-8")
    assert "cannot be read as candidate sites" in told(lambda: find(liling, path))


def test_nought_places_cannot_be_drawn(liling):
    with pytest.raises(OptionError, match="candidates: from 1 to"):
        find(liling, "0")


def test_the_scenario_is_not_changed_by_what_is_tried(liling):
    before = load(ROOT / "scenarios" / "liling")
    layouts(liling, find(liling, "5"))
    assert liling.stations == before.stations
    assert liling.fleet == before.fleet
