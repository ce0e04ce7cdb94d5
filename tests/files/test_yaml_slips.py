"""Full-width marks and the like: named where they part keys from values, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.files import yaml_slips
from sim.files.yaml_lines import YamlText


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("name：Mine", 'write ":" and a blank after name instead of the full-width "："'),
        ("  - station：A", 'write ":" and a blank after station'),
        ("name:Mine", "write a blank after the colon of name"),
        ("\turban: 10 min", "write blanks instead of the tab"),
        ("urban:\t10 min", "write blanks instead of the tab"),
        ("　urban: 10 min", "write ordinary blanks instead of the wide ones"),
        ("urban:　10 min", "write ordinary blanks instead of the wide ones"),
        ("－ station: A", "write - instead of the full-width －"),
        ("map: “liling”", 'write " instead of the full-width “'),
        ("targets: {urban: 10 min， rural: 30 min}", "write , instead of the full-width ，"),
        ("- ｛station: A}", "write { instead of the full-width ｛"),
        ("- {station: A, at: 【113.4, 27.6】}", "write [ instead of the full-width 【"),
        ("targets: {urban: 10 min、rural: 30 min}", "write , instead of the full-width 、"),
        ("targets: {urban:　10 min}", "write ordinary blanks instead of the wide ones"),
        ("targets: {urban: 10 min, rural:30 min}", "write a blank after the colon of rural"),
    ],
)
def test_a_mark_that_would_part_something_is_named(line, said):
    assert said in yaml_slips.in_structure(f"a: 1\n{line}\n")[2]


@pytest.mark.parametrize(
    "line",
    [
        "reason: 距离远，人口多：好", "# 目标：10 分钟", 'name: "城区：一号"', "name: '｛甲｝'",
        "reason: |\n  目标：十分钟\n  note：x\n\n  t:\tx", "map: http://example.org/x", "hours: 08:00",
        "- [113.4, 27.6]  # 经度，纬度",
    ],
)  # fmt: skip
def test_in_a_text_any_mark_will_do(line):
    assert yaml_slips.in_structure(f"a: 1\n{line}\n") == {}


@given(st.text(max_size=200))
def test_any_text_is_looked_through(text):
    yaml_slips.in_structure(text)
    yaml_slips.in_value(text)


def test_what_the_parser_stumbles_over_is_told_instead_of_its_words(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("name：Mine\nmap：liling\nlayout: []\n", "utf-8")
    with pytest.raises(ScenarioError) as caught:
        YamlText(path)
    assert [problem.line for problem in caught.value.problems] == [1, 2]
