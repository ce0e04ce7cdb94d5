"""Changes at the prompt: --add, --move, --close and --ambulances as the same verbs as in a file."""

from __future__ import annotations

import pytest

from sim.cli.changes import changed, changes_of, crew_of
from sim.errors import OptionError, ScenarioError
from sim.scenario.changes import Add, Close, Move, Staff
from sim.scenario.values import LonLat
from sim.words.language import language


def test_each_option_is_a_verb():
    assert changes_of(["枫林镇"], ["A=B"], ["C"], ["D=+1"]) == [
        Add(station="枫林镇"),
        Move(station="A", to="B"),
        Staff(station="D", by=1),
        Close(station="C"),
    ]


def test_a_point_may_stand_for_a_name():
    (added, moved) = changes_of(["113.42, 27.79"], ["A=113.4，27.7"], [], [])
    assert added.at == LonLat(lon=113.42, lat=27.79)
    assert moved.to == LonLat(lon=113.4, lat=27.7)


@pytest.mark.parametrize(
    ("text", "by", "to"),
    [("A=+1", 1, None), ("A=-2", -2, None), ("A=−2", -2, None), ("A=3", None, 3),
     ("A=12", None, 12), ("A=0", None, 0)],
)  # fmt: skip
def test_a_sign_means_so_many_more_or_fewer_and_none_so_many_in_all(text, by, to):
    (staff,) = changes_of([], [], [], [text])
    assert (staff.by, staff.to) == (by, to)


def test_all_slips_of_the_pen_are_told_at_once():
    with pytest.raises(ScenarioError) as caught:
        changes_of(["x" * 81], ["A"], [], ["B=many", "=1", "C=999"])
    fields = [problem.field for problem in caught.value.problems]
    assert fields == [
        f"--add {'x' * 81}", "--move", "--ambulances", "--ambulances", "--ambulances C",
    ]  # fmt: skip
    assert "write A=+1, A=-1 or A=3; found B=many" in str(caught.value)


def test_slips_of_the_pen_hide_nothing_of_what_cannot_be_done(liling):
    crews = ["市四医院=basic,25-30", "市五医院=basci"]
    with pytest.raises(ScenarioError) as caught:
        changes_of(["无此镇"], [], [], [], crews, base=liling)
    assert {problem.field for problem in caught.value.problems} == {
        "--add 无此镇", "--add-crew 市四医院", "--add-crew 市五医院",
    }  # fmt: skip


def test_all_that_cannot_be_done_is_told_under_its_option(liling):
    with pytest.raises(ScenarioError) as caught:
        changed(liling, changes_of(["Nowhere"], [], ["Nobody"], []))
    assert [problem.field for problem in caught.value.problems] == [
        "--add Nowhere", "--close Nobody",
    ]  # fmt: skip
    assert caught.value.told(language("zh")).startswith("布局：无法运行")


def test_the_prompt_and_the_verbs_make_the_same_layout(liling):
    plan = changed(liling, changes_of(["枫林镇"], [], ["市妇幼"], ["湘东医院=+2"]))
    same = liling.add("枫林镇").ambulances("湘东医院", +2).close("市妇幼")
    assert (plan.stations, plan.fleet, plan.name) == (same.stations, same.fleet, same.name)


@pytest.mark.parametrize(
    ("text", "by", "to"),
    [("A＝+1", 1, None), ("A=＋1", 1, None), ("A＝＋１", 1, None), ("A＝－２", -2, None),
     ("A＝３", None, 3), ("A→+1", 1, None), ("A=–1", -1, None), ("A　＝　+1", 1, None)],
)  # fmt: skip
def test_full_width_marks_are_read_as_half_width_ones(text, by, to):
    (staff,) = changes_of([], [], [], [text])
    assert (staff.station, staff.by, staff.to) == ("A", by, to)


@pytest.mark.parametrize("text", ["A＝B", "A→B", "A -> B", "A ＝ B"])
def test_a_move_is_written_with_any_equals_sign_or_arrow(text):
    assert changes_of([], [text], [], []) == [Move(station="A", to="B")]
    (moved,) = changes_of([], ["A＝１１３．４，２７．７"], [], [])
    assert moved.to == LonLat(lon=113.4, lat=27.7)


def test_a_name_keeps_its_own_marks():
    (moved,) = changes_of([], ["Ａ－１＝Ｂ＋２"], [], [])
    assert (moved.station, moved.to) == ("Ａ－１", "Ｂ＋２")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("basic,08-20", {"class": "basic", "roster": "08-20"}),
        ("08-20，普通型", {"class": "普通型", "roster": "08-20"}),
        ("20-08", {"roster": "20-08"}),
        ("basic", {"class": "basic"}),
        ("basic,office", {"class": "basic", "roster": "office"}),
    ],
)
def test_a_kind_of_crew_is_a_class_and_hours(text, written):
    assert crew_of(text) == written


@pytest.mark.parametrize("text", ["", ",", "a,b,c"])
def test_what_is_no_kind_of_crew_is_told(text):
    with pytest.raises(OptionError, match="write CLASS,HOURS like basic,08-20; found"):
        crew_of(text)
