"""YAML with lines: every key knows where it was written, and what is no YAML is said so."""

from __future__ import annotations

import pytest

from sim.errors import ScenarioError
from sim.files.text import read_text
from sim.files.yaml_lines import YamlText
from sim.words.language import language


@pytest.fixture
def yaml(tmp_path):
    def _yaml(text: str, encoding: str = "utf-8") -> YamlText:
        path = tmp_path / "a.yaml"
        path.write_bytes(text.encode(encoding))
        return YamlText(path)

    return _yaml


def test_each_part_knows_its_line(yaml):
    text = yaml("name: A\nlayout:\n  - station: B\n    at: C\n  - {station: D}\n")
    assert text.line(("name",)) == 1
    assert text.line(("layout", 0, "at")) == 4
    assert text.line(("layout", 1, "station")) == 5
    assert text.line(("layout", 1, "missing")) == 5, "the deepest part that is there"
    assert text.line(("nothing",)) is None


def test_the_content_is_plain(yaml):
    content = yaml("a: 1\nb: [2.5, x]\nc: 2025-01-06 08:00:00\n3: true\n").content
    assert content == {"a": 1, "b": [2.5, "x"], "c": "2025-01-06 08:00:00", "3": True}
    assert type(content["a"]) is int


def test_a_file_of_chinese_windows_is_read(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("醴陵".encode("gb18030"))
    assert read_text(path) == "醴陵"
    path.write_bytes("\ufeff醴陵".encode())
    assert read_text(path) == "醴陵"


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("a: 1\na: 2\n", 'line 2: "a" is written twice', '第 2 行："a" 重复出现'),
        ("", "the file is empty", "文件为空"),
        ("# no more than that\n", "the file is empty", "文件为空"),
        ("- a\n", "a scenario is a list of settings", "情景文件应为一组设置"),
        ("a: [", "this is not YAML", "这不是 YAML"),
    ],
)
def test_what_is_no_settings_is_told_in_both_languages(yaml, text, english, chinese):
    with pytest.raises(ScenarioError) as caught:
        yaml(text)
    assert english in caught.value.told()
    assert chinese in caught.value.told(language("zh"))


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ScenarioError, match="no such file"):
        YamlText(tmp_path / "none.yaml")
