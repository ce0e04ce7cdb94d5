"""Scenario files: what they say, what the verbs do, and what is told when they are wrong."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, SCENARIOS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sim.errors import PlannerError, PlannerWarning
from sim.scenario.file import load
from sim.text import Message
from sim.words.language import language

TODAY = (ROOT / "scenarios" / "liling" / "today.yaml").read_text("utf-8")


@pytest.fixture
def write(tmp_path):
    """Write a scenario beside a link to the shipped maps, and answer its path."""
    (tmp_path / "maps").symlink_to(ROOT / "maps")

    def _write(text: str, name: str = "mine.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return _write


def problems(path) -> list[str]:
    with pytest.raises(PlannerError) as caught:
        load(path)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("path", SCENARIOS, ids=str)
def test_every_shipped_scenario_loads(path):
    scenario = load(path)
    assert scenario.fleet
    assert scenario.name.zh != scenario.name


def test_a_folder_means_the_file_in_it_that_changes_no_other():
    assert load(ROOT / "scenarios" / "liling").path.name == "today.yaml"


# ── files: a base and its changes ────────────────────────────────────────────────────────────


def test_a_file_and_the_verbs_make_the_same_layout(liling):
    plan = load(ROOT / "scenarios" / "liling" / "north-west.yaml")
    same = liling.add("枫林分院").add("神福港分院")
    assert plan.stations == same.stations
    assert plan.fleet == same.fleet


def test_settings_of_a_file_go_over_those_of_its_base(write):
    write(TODAY + "targets: {urban: 12 min}\n", "today.yaml")
    path = write("name: Mine\nbase: today\ntargets: {rural: 25 min}\nchanges: []\n")
    targets = load(path).settings.targets
    assert (targets.urban, targets.rural) == (720, 1500)


def test_a_base_may_lie_in_the_folder_above(tmp_path, write, monkeypatch):
    write(TODAY, "today.yaml")
    (tmp_path / "ideas").mkdir()
    path = write("name: Mine\nbase: today\nchanges: []\n", "ideas/mine.yaml")
    monkeypatch.chdir(path.parent)
    assert load("mine.yaml").fleet


def test_a_plain_duration_is_a_constant(write):
    path = write(TODAY + "durations: {call_taking: 90 s}\n")
    assert load(path).settings.durations.call_taking.mean() == 90


def test_a_law_is_replaced_whole(write):
    write(TODAY + "durations: {turnout: {distribution: lognormal, median: 1 min, sigma: 1}}\n",
          "today.yaml")  # fmt: skip
    path = write(
        "name: Mine\nbase: today\ndurations: {turnout: {distribution: constant, value: 60 s}}\n"
    )
    assert load(path).settings.durations.turnout.value == 60


def test_changes_of_a_base_come_before_its_own(write):
    write(TODAY, "today.yaml")
    write("name: A\nbase: today\nchanges: [{add: {station: 枫林镇}}]\n", "a.yaml")
    path = write("name: B\nbase: a\nchanges: [{close: {station: 枫林镇}}]\n", "b.yaml")
    assert [s.name.zh for s in load(path).open_stations()] == [s.name.zh for s in load(
        write(TODAY, "again.yaml")).stations]  # fmt: skip


def test_a_file_in_gb18030_is_read(tmp_path, write):
    path = write(TODAY)
    path.write_bytes(TODAY.encode("gb18030"))
    assert load(path).name.zh == "醴陵现状"


# ── what is told ─────────────────────────────────────────────────────────────────────────────

LAYOUT = "layout:\n  - {station: 湘东医院, ambulances: 1}\n"
HEAD = "name: Mine\nmap: liling\n" + LAYOUT


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "targts: {urban: 10 min}\n", 'line 5, targts: no such setting; did you mean targets'),
        (HEAD + "targets: {urban: 10}\n", 'line 5, targets.urban: write a number and a unit, like'),
        (HEAD + "demand:\n  rate: {urban: -3 per day}\n", "line 6, demand.rate.urban: a rate cannot"),
        ("name: Mine\nmap: liling\nlayout: []\n", "line 3, layout: the layout has no ambulance"),
        ("name: Mine\nmap: liling\n", "the layout has no ambulance"),
        ("name: Mine\nmap: lilling\n" + LAYOUT, 'line 2, map: no map "lilling" under maps/; did you'),
        ("map: liling\n" + LAYOUT, "name: this setting is missing"),
        (HEAD + "  - {station: 湘东医院}\n", "line 5, layout[1].station: there is a station"),
        (HEAD + "  - {station: A, at: [113.1, 29.0]}\n", "line 5, layout[1].at: [113.1, 29] lies out"),
        (HEAD + "  - {station: A, at: [27.65, 113.49]}\n", "line 5, layout[1].at: [27.65, 113.49] loo"),
        (HEAD + "  - {station: A, at: 枫林乡}\n", 'no place "枫林乡" on the map of Liling; did you mean'),
        (HEAD + "  - {station: A, at: [113.4]}\n", "write [longitude, latitude] in degrees"),
        (HEAD + "  - {station: A, at: 枫林镇, ambulances: two}\n", "layout[1].ambulances: write a whole number; found two"),
        (HEAD + "  - {station: A, at: 枫林镇, ambulnces: 2}\n", "did you mean ambulances?"),
        (HEAD + "changes: [{ad: {station: 枫林镇}}]\n", "no such setting; did you mean add?"),
        (HEAD + "changes: [{add: {station: 枫林镇}, close: {station: 湘东医院}}]\n", "one of add, move"),
        (HEAD + "durations:\n  turnout: {distribution: lognorm}\n", "did you mean lognormal?"),
        (HEAD + "durations:\n  turnout: {distribution: gamma, shap: 1}\n", "did you mean shape?"),
        (HEAD + "durations: {turnout: 3}\n", "line 5, durations.turnout"),
        (HEAD + "demand: {profile: friulli}\n", "line 5, demand.profile"),
        (HEAD + "demand: {profile: {hours: [1]}}\n", "line 5, demand.profile: write 24 numbers"),
        (HEAD + "changes: 3\n", "line 5, changes: write a list; found 3"),
        (HEAD + "start: yesterday\n", "line 5, start: write a date and time like"),
        (HEAD + "demand: {priorities: [{name: a, share: 50 %}]}\n", "sum to 50 %, not to 100 %"),
        (HEAD + "dispatch: {divert: [{leaving: gren, for: red}]}\n", 'no priority "gren"; did you mean'),
        (HEAD + "travel: {bands: [{hours: 7-9, speed: 80 %, classes: [motoway]}]}\n", "did you mean mot"),
        (HEAD + "start: 2025-13-01\n", "line 5, start"),
        (HEAD + "start: 2025-01-06 08:00:00+08:00\n", "without a time zone"),
        (HEAD + "study: {replications: 0}\n", "line 5, study.replications"),
        (HEAD + "study: {length: 1 min}\n", "study.length: write at least 1 h; found 1 min"),
        (HEAD + "base: [a, b]\n", "line 5, base: write the name of one scenario; found ['a', 'b']"),
        (HEAD + "seed: 1\n", "line 5, seed: no such setting; did you mean study.seed?"),
        (HEAD + "days: 3\n", "line 5, days: no such setting; did you mean study.length?"),
        ("name: Mine\nmap: liling\nlayout:\n  - {station: }\n", "layout[0].station: write a text; found nothing"),
        ("name: Mine\nmap: liling\nlayout:\n  - {station: 湘东医院, ambulances: 1}\nchanges:\n"
         "  - close: {station: 湘东医院}\n", "line 5, changes: the changes leave no ambulance"),
        (HEAD + "base: mine\n", "the bases go round in a circle"),
        (HEAD + "base: nothing\n", 'line 5, base: no scenario "nothing" beside this file'),
        (HEAD + "name: Again\n", 'line 5: "name" is written twice'),
        ("name: [unclosed\n", "this is not YAML"),
        ("- just\n- a list\n", "a scenario is a list of settings"),
        ("", "the file is empty"),
        ("name: !!python/object:os.system x\n", "line 1: the tag !!python/object:os.system is not"),
        (HEAD + "demand: {replay: nowhere.csv}\n", "no such file"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_line_and_field(write, text, said):
    found = problems(write(text))
    assert any(said in problem for problem in found), found


def test_all_mistakes_are_told_at_once(write):
    path = write(
        "name: Mine\nmap: liling\nlayout:\n  - {station: Nowhere}\n"
        "  - {station: A, at: [1, 2]}\ndispatch: {divert: [{leaving: x, for: red}]}\n"
    )
    assert len(problems(path)) == 3


def test_slips_of_the_pen_and_of_the_map_are_told_together(write):
    path = write(
        "name: Mine\nmap: liling\nlayout:\n  - {station: 湘东医院, ambulances: two}\n"
        "  - {station: 市中医院}\n  - {station: Nowhere}\ntargts: {urban: 10 min}\n"
        "study: {length: 5}\ndispatch: {divert: [{leaving: x, for: red}]}\n"
    )
    found = problems(path)
    assert len(found) == 5
    assert any("line 6, layout[2].station: no place" in problem for problem in found)


@pytest.mark.parametrize(
    "text",
    [
        "targts: {urban: 10 min}\n",
        "  - {station: A, at: [113.4]}\n",
        "  - {station: A, at: [113.4]}\nchanges: [{close: {station: A}}]\n",
        "  - {station: Nowhere}\nchanges: [{move: {station: Nowhere, to: 枫林镇}}]\n",
        "demand: {transported: lots}\n",
        "demand: {profile: friulli}\n",
        "demand: {profile: {hours: [1]}}\n",
        "demand: {rate: {urban: 14.7 per 1,000 people per year}}\n",
        "demand: {priorities: [{name: a, share: 50 %}]}\ndispatch: {divert: [{leaving: a, for: b}]}\n",
        "demand: {replay: {fil: calls.csv}}\n",
        "demand: {replay: {file: nowhere.csv, columns: {recived_at: x}}}\n",
        "durations:\n  turnout: {distribution: gamma, shap: 1, mean: 2 min}\n",
        "travel: {speeds: {motorway: 0 km/h}}\n",
        "travel: {posted: ignored}\n",
        "targets: {urban: 0 min}\n",
    ],
)
def test_one_mistake_gives_one_message(write, text):
    """Neither a default that takes its place nor what refers to it is told of besides."""
    assert len(problems(write(HEAD + text))) == 1


def test_mistakes_of_all_kinds_are_told_at_once(tmp_path, write):
    (tmp_path / "calls.csv").write_text("received_at,lon,lat\nyesterday,113.49,27.65\n", "utf-8")
    path = write(
        "name: Mine\nmap: liling\nlayout:\n  - {station: 湘东医院, ambulances: two}\n"
        "  - {station: A, at: 枫林乡, kind: hut}\ntargets: {urban: 10}\ntargts: 3\n"
        "demand: {transported: lots, replay: calls.csv}\nchanges: [{close: {station: Nobody}}]\n"
    )
    found = problems(path)
    for said in (
        "line 4, layout[0].ambulances", "line 5, layout[1].at: no place", "line 5, layout[1].kind",
        "line 6, targets.urban", "line 7, targts", "line 8, demand.transported",
        "line 9, changes[0].close.station", "calls.csv, line 2, received_at",
    ):  # fmt: skip
        assert any(said in problem for problem in found), (said, found)
    assert len(found) == 8


def test_a_broken_map_is_told_beside_other_mistakes(tmp_path, write):
    (tmp_path / "broken.gpkg").write_text("no map", "utf-8")
    found = problems(write("name: Mine\nmap: broken.gpkg\ntargets: {urban: 10}\n"))
    assert len(found) == 2
    assert any("broken.gpkg: this is not a GeoPackage" in problem for problem in found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name：Mine\nmap: liling\n" + LAYOUT, 'line 1: write ":" and a blank after name'),
        (HEAD + "targets:\n  urban：10 min\n", 'line 6: write ":" and a blank after urban'),
        (HEAD + "targets:\n  urban:10 min\n", "line 6: write a blank after the colon of urban"),
        (HEAD + "targets: {urban: 10 min， rural: 9 min}\n", "line 5: write , instead"),
        (HEAD + "targets:\n\turban: 10 min\n", "line 6: write blanks instead of the tab"),
        (HEAD.replace("湘东医院", "“湘东医院”"), 'line 4: write " instead'),
        (HEAD.replace("ambulances: 1", "ambulances: １"), "line 4: write 1 instead"),
        (
            HEAD + "reason: 远，近：好\ntargets: {urban: 10}\n",
            "line 6, targets.urban: write a number",
        ),
    ],
)
def test_marks_of_chinese_keyboards_are_named_with_their_cure(write, text, said):
    (problem,) = problems(write(text))
    assert said in problem


@pytest.mark.parametrize(
    ("written", "mark", "said"),
    [
        ("kind: depot, ambulances：1", ":", "kind: write one of station, substation; found depot"),
        ("ambulances: two, name_en: Ａ，Ｂ", ",", "ambulances: write a whole number; found two"),
    ],
)
def test_a_mistake_beside_a_full_width_mark_is_told_with_it(write, written, mark, said):
    slip, other = problems(write(HEAD.replace("ambulances: 1", written)))
    assert f"line 4: write {mark} instead of the full-width" in slip
    assert f"line 4, layout[0].{said}" in other


def test_full_width_digits_in_a_quantity_are_digits(write):
    path = write(HEAD + "targets: {urban: １０ min, rural: １，２００ ｓ, share: ９０％}\n")
    targets = load(path).settings.targets
    assert (targets.urban, targets.rural, targets.share) == (600, 1200, 0.9)


def test_a_mistake_in_the_base_is_told_with_its_file(write):
    write(TODAY + "targets: {urban: 10}\n", "today.yaml")
    (found,) = problems(write("name: Mine\nbase: today\nchanges: []\n"))
    assert "today.yaml, line 16, targets.urban" in found


def test_a_mistake_in_a_change_of_a_base_is_told_with_its_file(write):
    write(TODAY, "today.yaml")
    write("name: A\nbase: today\nchanges:\n  - add: {station: Nowhere}\n", "a.yaml")
    path = write("name: B\nbase: a\nchanges:\n  - close: {station: Nobody}\n")
    first, second = problems(path)
    assert "a.yaml, line 4, changes[0].add.station" in first
    assert second.startswith("line 4, changes[1].close.station")


def test_binary_rubbish_is_no_scenario(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(bytes(range(256)) * 4)
    assert problems(path)


def test_a_file_that_is_not_there(tmp_path):
    assert "no such file" in problems(tmp_path / "scenario.yaml")[0]


MISTAKES = """\
name: Mine
map: liling
start: yesterday
layout:
  - {station: 湘东医院, ambulances: two}
  - {station: 市中医院, kind: hut}
  - {station: Nowhere}
  - {station: A, at: [27.65, 113.49]}
  - {station: B, at: [113.1, 29.0]}
  - {station: C, at: [113.4]}
  - {station: D, at: 枫林镇, hours: 8}
  - {station: E, at: 枫林镇, ambulances: 900}
changes:
  - {ad: {station: 枫林镇}}
  - {close: {station: Nobody}}
  - {ambulances: {station: 湘东医院}}
targts: {urban: 10 min}
demand: {transported: 120 %}
durations:
  turnout: {distribution: lognorm}
  handover: {distribution: gamma, shape: -1, mean: 3 parsecs}
travel: {bands: [{hours: 07-09, days: someday, speed: 0 %}]}
dispatch: {divert: [{leaving: x, for: red}]}
study: {length: 1 min, replications: 0, matters: {share: 0 points}}
costs: {station: 5, substation: 5 EUR per year, ambulance: 5 CNY per year}
"""


def sentences(message: str) -> Iterator[Message]:
    """A message and those that are among its values."""
    assert isinstance(message, Message), f"it cannot be translated: {message}"
    if message:
        yield message
    for value in message.values.values():
        if isinstance(value, Message):
            yield from sentences(value)


def test_every_mistake_is_told_in_the_language_of_the_reader(write):
    """But for what was written, and the names of settings, a Chinese reader finds no English."""
    with pytest.raises(PlannerError) as caught:
        load(write(MISTAKES))
    error, zh = caught.value, language("zh")
    assert len(error.problems) > 20
    for problem in error.problems:
        for sentence in sentences(problem.message):
            assert sentence.text != "{problem}; found {found}", "pydantic's own words"
            assert re.search(r"[\u4e00-\u9fff]", zh(sentence.text)), sentence
    told = error.told(zh).splitlines()
    assert len(told) == len(error.told().splitlines()) == len(error.problems) + 1
    assert told[0].endswith("：无法运行")
    assert told[1] == "  第 3 行, start：请填写日期与时间，如 2025-01-06 00:00；现为 yesterday"
    assert all(line.startswith("  第 ") for line in told[1:])
    assert any("没有这项设置；是否指“targets”？" in line for line in told)


def _full() -> dict:
    """A scenario that says nearly everything, to be damaged."""
    text = (
        TODAY
        + """
start: 2025-03-03 00:00:00
targets: {urban: 10 min, rural: 30 min, share: 90 %}
demand:
  rate: {urban: 14 per 1000 people per year, rural: 20 per day}
  profile: {hours: [1,1,1,1,1,1,2,2,2,2,2,2,2,2,2,2,2,2,2,2,1,1,1,1], days: [1,1,1,1,1,1,1]}
  priorities: [{name: red, share: 10 %, siren: true}, {name: green, share: 90 %, siren: false}]
  transported: 60 %
durations:
  call_taking: {distribution: constant, value: 50 s}
  turnout: {distribution: weibull, shape: 2, scale: 2 min}
  on_scene: {distribution: gamma, shape: 2, mean: 20 min, max: 90 min}
  handover: {distribution: empirical, values: [10 min, 20 min]}
travel:
  speeds: {motorway: 80 km/h}
  ordinary: 90 %
  off_road: 10 km/h
  to_hospital: siren
  bands: [{hours: 07-09, days: mon-fri, speed: 70 %, classes: [primary]}]
dispatch: {rule: nearest, when_none_free: queue, divert: [{leaving: green, for: red}]}
study: {warm_up: 1 day, length: 7 days, cool_down: 2 hours, replications: 3, seed: 1}
changes:
  - add: {station: 枫林镇, ambulances: 1, hours: 08-20}
  - move: {station: 泰安医院, to: 板杉镇}
  - ambulances: {station: 湘东医院, by: -1}
  - close: {station: 市妇幼}
"""
    )
    return YAML(typ="safe").load(text)


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-10**20, 10**20), st.floats(), st.text(max_size=12),
    st.just([]), st.just({}), st.lists(st.integers(), max_size=3), st.just("10 min"),
    st.just("-1 h"), st.just("90 %"), st.just([27.7, 113.4]), st.just("枫林镇"),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)  # fmt: skip


def _spots(node, path=()):
    yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _spots(value, (*path, key))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from _spots(value, (*path, i))


@given(
    seed=st.integers(0, 2**32), odd=ODD, how=st.sampled_from(["replace", "drop", "add", "rename"])
)
@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
def test_a_damaged_file_gives_clear_errors_or_a_scenario(write, seed, odd, how):
    """Whatever is written anywhere, a planner sees words and never a traceback."""
    tree = copy.deepcopy(_full())
    path = random.Random(seed).choice([p for p in _spots(tree) if p])
    parent = tree
    for key in path[:-1]:
        parent = parent[key]
    if how == "replace":
        parent[path[-1]] = odd
    elif how == "drop":
        parent.pop(path[-1])
    elif isinstance(parent, list):
        parent.append(odd)
    else:
        parent[f"{path[-1]}x" if how == "rename" else str(odd)[:20]] = (
            parent.pop(path[-1]) if how == "rename" else odd
        )
    file = write("", "damaged.yaml")
    with file.open("w", encoding="utf-8") as stream:
        YAML(typ="safe").dump(tree, stream)
    try:
        assert load(file).fleet
    except PlannerError as error:
        assert error.problems
        for problem in error.problems:
            assert "Traceback" not in str(problem)
            assert len(problem.message) > 10
            assert isinstance(problem.message, Message), "it could not be translated"


@given(st.integers(0, len(TODAY)), st.integers(0, 40), st.text(max_size=8))
@settings(max_examples=80, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
def test_a_file_with_bytes_missing_or_added_gives_words(write, at, length, text):
    file = write("", "cut.yaml")
    cut = TODAY[:at] + text + TODAY[at + length :]
    file.write_bytes(cut.encode("utf-8", "surrogatepass"))
    try:
        load(file)
    except PlannerError as error:
        assert str(error)


BROKEN = ["a: [1\n", "- a list\n", "a: 1\na: 2\n", "\tx: 1\n", b"\xff\xfe\x00\xd8"]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_bad_file_beside_the_base_is_left_out_of_the_search_and_named(write, tmp_path, broken):
    today = write(TODAY, "today.yaml")
    bad = tmp_path / "cls.yaml"
    bad.write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    with pytest.warns(PlannerWarning) as caught:
        assert load(tmp_path).path == today
    (told,) = (str(one.message) for one in caught)
    assert told.startswith("cls.yaml was left out of the search for the base, which is today.yaml:")
    assert "\n" not in told
    said = language("zh")(caught[0].message.args[0])
    assert said.startswith("查找基准情景（today.yaml）时略过了 cls.yaml：")


def test_a_bad_file_that_may_be_the_only_base_says_why_it_was_read(write, tmp_path):
    write("base: today\n", "plan.yaml")
    write("map: liling\nlayout: [\n", "today.yaml")
    with pytest.raises(PlannerError) as caught:
        load(tmp_path)
    why, inside = caught.value.problems
    assert "the one file in it without a `base`; that may be today.yaml" in why.message
    assert inside.file == "today.yaml"
    assert inside.line is not None
    assert "文件夹指其中唯一没有 `base` 的文件" in caught.value.told(language("zh"))
