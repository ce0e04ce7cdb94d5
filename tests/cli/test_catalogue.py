"""Every text of the program has a Chinese one with the same places; none is stale."""

import ast
import re
from pathlib import Path

import pytest
from conftest import ROOT

from sim.cli import catalogue
from sim.text import Message
from sim.words.language import language

SOURCES = sorted((ROOT / "sim").rglob("*.py"))
CHINESE = re.compile(r"[\u3400-\u9fff，。；：（）、“”]")
# Where Chinese is data and not speech: fonts' and columns' names, norms by their number, examples.
DATA = {
    "sim/answers/candidates.py",  # what drawn places are called
    "sim/figures/lettering.py",  # where a Chinese line may break
    "sim/figures/style.py",  # fonts
    "sim/words/alternative.py",  # full stops
    "sim/files/text.py",  # characters that are usual in tables
    "sim/files/numerals.py",  # units
    "sim/scenario/records/codes.py",
    "sim/scenario/records/mission_ends.py",
    "sim/scenario/points.py",  # columns of points
    "sim/scenario/study_places.py",  # columns of a table of places
    "sim/scenario/hospitals.py",  # marks between capabilities
    "sim/files/headers.py",  # how a row says that it is an example
    "sim/files/planner_sheets.py",  # names of sheets
    "sim/geography/making/planner_workbook.py",  # columns of settings
    "sim/scenario/workbook.py",  # columns of settings
    "sim/scenario/workbook_calls.py",  # columns of townships
    "sim/report/blank_sheets.py",  # headers, choices and examples of a new workbook
    "sim/report/new_folder.py",  # what its layout is called
    "sim/files/tables.py",  # columns of planners' files, here and below
    "sim/files/totals.py",
    "sim/files/shapes.py",
    "sim/geography/making/located.py",
    "sim/geography/making/matrix_tables.py",
    "sim/geography/making/matrix_map.py",
    "sim/geography/making/headcount.py",
    "sim/geography/making/places.py",
    "sim/geography/making/town_columns.py",
    "sim/geography/making/workbook_unread.py",
    "sim/geography/making/roads/lines.py",
    "sim/geography/making/zones.py",
    "sim/geography/synthesis/towns.py",
    "sim/geography/synthesis/tables.py",
    "sim/geography/synthesis/routes.py",
    "sim/geography/synthesis/imputing.py",  # headers as examples
    "sim/geography/synthesis/plausible.py",
    "sim/geography/making/urban.py",
    "sim/geography/making/roads/tags.py",
    "sim/geography/making/roads/columns.py",
    "sim/geography/making/roads/wording.py",  # marks between values
    "sim/geography/making/roads/access.py",
    "sim/geography/making/roads/speeds.py",
    "sim/scenario/responders.py",  # columns
    "sim/scenario/starting.py",  # what the first scenario of a map is called
    "sim/scenario/records/columns.py",
    "sim/scenario/records/cells.py",  # what files write for yes and no
    "sim/scenario/records/times.py",  # how times are written
    "sim/files/yaml_slips.py",  # full-width marks
    "sim/files/yaml_lines.py",  # how a comment names a source
    "sim/units.py",  # units as they are written
    "sim/words/language.py",  # what languages are called
    "sim/cli/speech.py",  # full-width marks
    "sim/words/glossary.py",  # marks within a line of a table
    "sim/words/page.py",  # what may not begin a line
}
EXAMPLES = ("枫林镇", "达标率", "，")  # names and a comma that help pages and the prompt know


def test_every_text_has_a_chinese_one_with_the_same_places_and_none_is_stale():
    assert catalogue.problems("zh") == []


def test_a_missing_a_stale_and_a_wrong_text_are_found(tmp_path, monkeypatch):
    (tmp_path / "zh.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "nobody says this"\nmsgstr "没人说"\n\n'
        'msgid "line {number}"\nmsgstr "第 {nummer} 行"\n',
        "utf-8",
    )
    monkeypatch.setattr(catalogue, "HERE", tmp_path)
    found = "\n".join(catalogue.problems("zh"))
    assert "stale: 'nobody says this'" in found
    assert "other places than ['number']: '第 {nummer} 行'" in found
    assert "missing: 'Reading the map'" in found


def test_new_texts_are_put_into_a_catalogue_and_stale_ones_out(tmp_path, monkeypatch):
    (tmp_path / "zh.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "nobody says this"\nmsgstr "没人说"\n\n'
        'msgid "line {number}"\nmsgstr "第 {number} 行"\n',
        "utf-8",
    )
    monkeypatch.setattr(catalogue, "HERE", tmp_path)
    catalogue.update("zh")
    text = (tmp_path / "zh.po").read_text("utf-8")
    assert "nobody says this" not in text
    assert 'msgid "line {number}"\nmsgstr "第 {number} 行"' in text
    assert 'msgid "Reading the map"\nmsgstr ""' in text
    assert not [line for line in catalogue.problems("zh") if not line.startswith("missing")]


def _without_examples(text):
    for example in EXAMPLES:
        text = text.replace(example, "")
    return text


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_chinese_is_spoken_in_the_code(path):
    """Docstrings, also those below a field, and comments may name a Chinese norm; so may the columns of a planner's file."""
    if path.relative_to(ROOT).as_posix() in DATA:
        return
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    spoken = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and CHINESE.search(_without_examples(node.value))
    ]
    assert spoken == []


def test_no_text_is_put_together_before_it_is_said():
    """An f-string would be looked up with its values filled in, and never found."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(Path(path).read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in catalogue.SPEAKERS:
                    assert not isinstance(node.args[0], ast.JoinedStr), f"{path}:{node.lineno}"


@pytest.mark.parametrize("code", ["en", "zh"])
def test_no_text_is_shown_with_doubled_braces(code):
    say = language(code)
    for text, usage in catalogue.texts().items():
        if isinstance(text, str) and not usage.values:
            assert "{{" not in say(Message(text)), text
    assert say(Message("write `a: {{b: 1}}`")) == "write `a: {b: 1}`"
    assert say(Message(Message("`{{{x}: 1}}`"), x="b")) == "`{b: 1}`", "a text kept for its values"


def test_no_text_said_without_values_has_braces_of_its_own():
    """`say("…")` shows what is no Message as it stands."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and not node.keywords:
                    assert "{{" not in str(first.value), path
