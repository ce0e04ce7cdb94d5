"""Responders in a scenario file: where they are read from, and what is wrong with them."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import ROOT

from sim.errors import ScenarioError
from sim.scenario.file import load
from sim.scenario.settings.responders import Radius, Responders
from sim.words import responders as said
from sim.words import scenario as scenario_words
from sim.words.differences import value
from sim.words.language import language

ENGLISH, CHINESE = language("en"), language("zh")
PLAIN = "reach: 3 km, answers: 50 %"


@pytest.fixture
def write(tmp_path):
    """`write(groups, table)`: Liling today with these groups, and a table beside the file."""
    (tmp_path / "maps").symlink_to(ROOT / "maps")
    today = (ROOT / "scenarios/liling/today.yaml").read_text("utf-8")

    def _write(groups, table=None, more="", name="clinics.csv"):
        if isinstance(table, bytes):
            (tmp_path / name).write_bytes(table)
        elif table is not None:
            (tmp_path / name).write_text(table, "utf-8")
        lines = "".join(f"  - {{{group}}}\n" for group in groups)
        path = tmp_path / "mine.yaml"
        path.write_text(f"{today}responders:\n{lines}{more}", "utf-8")
        return path

    return _write


def refused(path):
    with pytest.raises(ScenarioError) as caught:
        load(path)
    return [str(problem) for problem in caught.value.problems]


def test_a_table_says_where_they_are(write):
    table = "name,lon,lat\n甲,113.50,27.65\n乙,113.45,27.70\n"
    path = write([f"name: clinics, at: clinics.csv, {PLAIN}"], table)
    scenario = load(path)
    ground = scenario.map
    (xy,) = scenario.responder_xy
    assert xy == pytest.approx(np.column_stack(ground.project([113.50, 113.45], [27.65, 27.70])))
    assert scenario.files[-1] == path.parent / "clinics.csv"


def test_a_table_of_excel_in_chinese_is_read_like_any_other(write):
    pd = pytest.importorskip("pandas")
    path = write([f"name: clinics, at: 卫生室.xlsx, {PLAIN}"])
    frame = pd.DataFrame({"名称": ["甲"], "经度": [113.5], "纬度": [27.65]})
    frame.to_excel(path.parent / "卫生室.xlsx", index=False)
    assert len(load(path).responder_xy[0]) == 1


def test_places_of_the_map_or_points_may_be_written_instead(write):
    path = write([
        f"name: hospitals, at: hospitals, {PLAIN}", f"name: seats, at: townships, {PLAIN}",
        f"name: two, at: [枫林镇, [113.5, 27.65]], {PLAIN}", f"name: field, per_km2: 0.5, {PLAIN}",
    ])  # fmt: skip
    scenario = load(path)
    assert [len(xy) for xy in scenario.responder_xy] == [len(scenario.map.hospitals), 24, 2, 0]


def test_all_that_is_wrong_is_told_at_once_with_the_field(write):
    problems = refused(write([
        f"name: a, at: nowhere.csv, {PLAIN}",
        f"name: a, at: [枫林乡, [113.5, 29.0]], {PLAIN}, for: [red, rot]",
        "name: c, at: hospitals, reach: 3, answers: 50 %",
        f"name: d, {PLAIN}",
        f"name: e, at: hospitals, per_km2: 1, {PLAIN}",
        f"name: f, at: hospitals, {PLAIN}, per_refusal: 1 min",
        "name: g, at: hospitals, reach: 200 km, answers: 120 %",
    ]))  # fmt: skip
    assert len(problems) >= 6
    text = "\n".join(problems)
    assert "responders[2].reach" in text
    assert 'like "3 km" or "10 min"; found 3' in text
    assert text.count("write either `at` or `per_km2`") == 2
    assert "`per_refusal` has no part" in text
    assert "responders[6].answers" in text


def test_a_table_that_is_not_there_is_told_together_with_the_other_mistakes_of_its_group(write):
    problems = refused(write(["name: a, at: nofile.csv, reach: 3 km, answers: 150 %"]))
    assert len(problems) == 2
    assert "responders[0].answers" in problems[0]
    assert "nofile.csv" in problems[1]


def test_what_needs_the_map_is_told_with_names_and_lines(write):
    table = "name,lon,lat\n甲,113.50,27.65\n乙,115.45,27.70\n丙,27.70,113.45\n"
    problems = refused(write([
        f"name: a, at: clinics.csv, {PLAIN}",
        f"name: a, at: [枫林乡, [113.5, 29.0]], {PLAIN}, for: [red, rot]",
        f"name: c, at: nowhere.csv, {PLAIN}",
        f"name: d, at: hospitls, {PLAIN}",
        "name: e, per_km2: 900, reach: 30 km, answers: 50 %",
    ], table))  # fmt: skip
    text = "\n".join(problems)
    assert "clinics.csv, line 4, column lon: longitude and latitude look exchanged" in text
    assert 'no place "枫林乡"' in text
    assert "outside the map" in text
    assert 'two groups of responders are called "a"' in text
    assert 'responders[1].for: no priority or condition "rot"' in text
    assert "nowhere.csv" in text
    assert "write the name of a table" in text
    assert "hospitls" in text
    assert "responders would be in reach of a call" in text


def test_those_outside_the_map_are_named_with_their_line(write):
    table = "name,lon,lat\n甲,113.50,27.65\n乙,115.45,27.70\n丙,113.50,29.0\n"
    first, second = refused(write([f"name: a, at: clinics.csv, {PLAIN}"], table))
    assert "line 3" in first
    assert "乙: [115.45, 27.7] lies outside the map" in first
    assert "line 4" in second
    many = "name,lon,lat\n" + "x,115.45,27.70\n" * 30
    told = refused(write([f"name: a, at: clinics.csv, {PLAIN}"], many))
    assert len(told) == 21
    assert "10 further points lie outside the map" in told[-1]


@pytest.mark.parametrize(
    "table", ["", "name,lon\na,113.5\n", "name,lon,lat\na,east,27.65\n", b"\xff\xfe\x00"]
)
def test_a_table_that_cannot_be_read_is_told_and_no_bug(write, table):
    problems = refused(write([f"name: a, at: clinics.csv, {PLAIN}"], table))
    assert all("clinics.csv" in problem for problem in problems)


def test_a_slip_in_the_priorities_is_not_told_twice(write):
    more = "demand: {priorities: [{name: P1, share: 90}]}\n"
    problems = refused(write([f"name: a, at: hospitals, {PLAIN}, for: [P1]"], more=more))
    assert not any("responders" in problem for problem in problems)


def test_a_reach_is_a_distance_or_minutes_on_the_way():
    rules = {"name": "a", "per_km2": 1, "answers": "50 %", "speed": "30 km/h", "detour": 1.5}
    near, soon = (Responders.model_validate(rules | {"reach": r}) for r in ("3 km", "10 min"))
    assert (near.reach_m, soon.reach_m) == (3000.0, pytest.approx(30_000 / 6 / 1.5))
    assert near.seconds_per_metre == pytest.approx(1.5 / (30 / 3.6))
    assert (str(near.reach), str(soon.reach)) == ("3 km", "10 min")
    assert near.reach == Radius(3000.0, float("inf"))


def test_a_proposal_may_bring_responders_to_a_base(write, tmp_path):
    base = write([f"name: clinics, at: clinics.csv, {PLAIN}"], "name,lon,lat\n甲,113.5,27.65\n")
    inner = tmp_path / "plans"
    inner.mkdir()
    (inner / "more.yaml").write_text("name: more\nbase: mine\n", "utf-8")
    assert np.array_equal(load(inner / "more.yaml").responder_xy[0], load(base).responder_xy[0])
    (inner / "none.yaml").write_text("name: none\nbase: mine\nresponders: []\n", "utf-8")
    assert load(inner / "none.yaml").responder_xy == ()


def test_a_notebook_alters_them_like_other_settings(liling):
    seats = {"name": "seats", "at": "townships", "reach": "3 km", "answers": "50 %"}
    altered = liling.with_settings(responders=[seats])
    assert len(altered.responder_xy[0]) == len(liling.map.townships)
    assert altered.with_settings(targets={"urban": "12 min"}).responder_xy is altered.responder_xy
    with pytest.raises(ScenarioError, match="no place"):
        liling.with_settings(responders=[seats | {"at": ["Nowhere"]}])


def test_groups_are_said_in_both_languages(write):
    scenario = load(write([
        "name: clinics, name_zh: 卫生室, at: townships, reach: 3 km, answers: 50 %, hours: 08-20, "
        "asked: in turn, for: [red, yellow]",
        "name: volunteers, per_km2: 1.2, reach: 10 min, answers: 30 %",
    ]))  # fmt: skip
    assert said.lines(scenario, ENGLISH) == [
        "clinics: 24 responders, within 3 km, at 08–20, to red and yellow calls, asked one after "
        "the other, 50 % come",
        "volunteers: 1.2 on a square kilometre, within 10 min, all asked at once, 30 % come",
    ]
    assert said.lines(scenario, CHINESE)[0].startswith("卫生室：24 处、3 公里范围内、08–20 时")
    assert "clinics: within 3 km" in value("responders", scenario.settings.responders, ENGLISH)
    assert "First responders" in str(scenario_words.page(scenario, ENGLISH))


def test_liling_has_its_213_clinics_on_the_map_each_at_a_place_of_its_own():
    scenario = load(ROOT / "scenarios/liling/clinics.yaml")
    (xy,) = scenario.responder_xy
    assert len(np.unique(xy, axis=0)) == 213
    assert (scenario.map.areas_at(xy) == 1).mean() > 0.95  # rural, but for cells on the border
