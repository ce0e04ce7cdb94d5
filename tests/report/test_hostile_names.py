"""Whatever a place is called, no output does harm: each name is shown, and commands nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
from html.parser import HTMLParser

import pytest
from hostile import NASTY, answers, names, pools, renamed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import words
from sim.errors import Problem, ScenarioError
from sim.figures import drawings
from sim.files import escapes
from sim.files.delimited import rows_of
from sim.report import folder, geopackage
from sim.text import Message, Name
from sim.words.language import language

COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
LANGUAGES = {code: language(code) for code in ("en", "zh")}
TAGS = {"p", "table", "caption", "br", "thead", "tbody", "tr", "td", "th"}
HOW = {"deadline": None, "suppress_health_check": list(HealthCheck)}
SOME = settings(max_examples=3, **HOW)
MANY = settings(max_examples=2_000, **HOW)


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found, self.scripts = set(), []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)


def is_harmless(text):
    found = COMMANDS.search(text)
    assert found is None, (repr(found[0]), text[max(0, found.start() - 40) : found.end() + 40])
    assert max(map(len, text.split("\n"))) < 20_000


def texts_are_harmless(answer):
    for say in LANGUAGES.values():
        page = words.page_of(answer, say)
        is_harmless(page.text())
        is_harmless(page.html())
        assert Tags(page.html()).found <= TAGS
        # Later lines of a page are no rows of their own: no name breaks one.
        assert all("\n" not in cell for table in page.body if not isinstance(table, str)
                   for row in table.rows for cell in row)  # fmt: skip


def folder_is_harmless(answer, to, say):
    """All that is written of an answer, but for its figures; nothing beside its folder."""
    to.mkdir()
    out = to / "out"
    out.mkdir()
    folder.write(out, answer, say, ["run", "\udcff", "\x1b[2J"], figures=False)
    assert [path.name for path in to.iterdir()] == ["out"]
    said = json.loads((out / "run.json").read_text("utf-8"))
    assert said["command"] == ["tenthirty", "run", "\udcff", "\x1b[2J"]
    assert COMMANDS.search((out / "run.json").read_text("utf-8")) is None
    is_harmless((out / "table.txt").read_text("utf-8"))
    assert {path.name for path in out.iterdir()} == {*said["files"], "run.json"}
    for path in out.glob("*.csv"):
        text = path.read_bytes().decode("utf-8-sig")
        for row in csv.reader(io.StringIO(text, newline="")):
            for cell in row:
                assert COMMANDS.search(cell.replace("\r", "")) is None
                number = re.fullmatch(r"-?[\d.]+(e-?\d+)?|-?inf", cell)
                assert number or cell[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n"), cell


def workbook_is_harmless(answer, path, lang):
    from openpyxl import load_workbook

    for sheet in load_workbook(answer.to_excel(path, lang)).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    assert cell.data_type == "s", cell.value
                    assert COMMANDS.search(cell.value) is None


def drawn_in_peace(answer, say, which, size="screen"):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = list(drawings(answer, say, size).values())
        figure = found[which % len(found)]()
        figure.canvas.draw()


def harms_nothing(kind, pool, lang, which, to):
    answer = renamed(answers()[kind], pool)
    texts_are_harmless(answer)
    number = len(list(to.iterdir()))
    folder_is_harmless(answer, to / f"{number}", LANGUAGES[lang])
    workbook_is_harmless(answer, to / f"{number}" / "answer.xlsx", lang)
    drawn_in_peace(answer, LANGUAGES[lang], which)


KINDS = ["Comparison", "WhyLate", "Ranking", "Sites", "Search", "Curve", "Worth", "Stress",
         "Coverage"]  # fmt: skip
case = given(pools, st.sampled_from(["en", "zh"]), st.integers(0, 20))


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_harms_an_output(kind, tmp_path):
    SOME(case(lambda pool, lang, which: harms_nothing(kind, pool, lang, which, tmp_path)))()


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_none_of_many_names_harms_an_output(kind, tmp_path):
    MANY(case(lambda pool, lang, which: harms_nothing(kind, pool, lang, which, tmp_path)))()


@pytest.mark.parametrize("name", ["\r=", "a\r=1+1", "a\r\n=1+1", "a\n=1"])
def test_an_end_of_line_in_a_cell_ends_no_row(name, tmp_path):
    (tmp_path / "a.csv").write_text(escapes.as_csv(["name"], [[name], ["b"]]))
    text = (tmp_path / "a.csv").read_text()
    assert [len(row) for row in csv.reader(io.StringIO(text, newline=""))] == [1, 1, 1]
    assert "\r" not in text


@given(names)
@settings(max_examples=300, **HOW)
def test_what_a_cell_holds_is_read_back_as_it_was_written(name):
    text = " ".join(name.split()) or "x"
    if COMMANDS.search(text) is None and text.isprintable():
        assert escapes.from_cell(escapes.in_cell(text)) == text
        if not set(text) & set(";,|，\"'"):  # marks that part columns
            line = io.StringIO(newline="")
            csv.writer(line).writerow([escapes.in_cell(text), "end"])
            ((_, (cell, _)),), _ = rows_of(line.getvalue())
            assert cell == text
    assert escapes.in_cell(-1.5) == -1.5


@given(names)
@settings(max_examples=300, **HOW)
def test_any_text_becomes_the_name_of_a_file(name):
    made = escapes.file_name(name)
    assert made
    assert len(made.encode()) <= 125
    assert not set(made) & set('<>:"/\\|?*\n\t\0')
    assert made not in (".", "..")
    assert made.strip(". ") == made
    assert made.upper() not in ("CON", "NUL", "PRN", "AUX", "COM1")


def test_names_that_are_names_of_files_stay_as_they_are():
    for name in ("liling", "醴陵-西北", "north west", "v1.2", "a+b"):
        assert escapes.file_name(name) == name.replace(" ", "-")
    assert escapes.file_name("nul") == "nul_"
    assert escapes.file_name("../..") == "study"


@given(names, names)
@settings(max_examples=300, **HOW)
def test_what_an_error_says_is_harmless_in_every_language(one, other):
    message = Message('no place "{place}" on the map of {map}{hint}', place=one,
                      map=Name(one, other), hint=Message("; known: {names}", names=other))  # fmt: skip
    error = ScenarioError(one, [Problem(message, field="layout[0]", line=3), Problem(other)])
    for say in LANGUAGES.values():
        for text in (say(message), str(message)):
            is_harmless(text)
            assert "\n" not in text
            assert len(text) < 3 * 650
        told = error.told(say)
        assert COMMANDS.search(told) is None
        assert len(told.split("\n")) == 3


def test_a_name_keeps_its_braces_and_signs():
    say = LANGUAGES["en"]
    for name in ("{0}", "{name}", "%s", "$x^2$", "a_b", "<b>", "a|b", "}}"):
        assert str(Message("no station {name}", name=name)) == f"no station {name}"
        assert say("no station {name}", name=Name(name, name)) == f"no station {name}"


@pytest.mark.parametrize("kind", KINDS)
def test_names_longer_than_any_page_are_drawn_on_it(kind):
    answer = renamed(answers()[kind], [("镇" * 300, "W" * 300), ("$x$", "\\frac{a"), ("", "")])
    for which in range(2):
        drawn_in_peace(answer, LANGUAGES["zh"], which, "a4")


@pytest.mark.thorough
@pytest.mark.parametrize("name", NASTY)
def test_each_nasty_name_alone_is_drawn_in_every_figure(name):
    for answer in answers().values():
        alone = renamed(answer, [(name, name)])
        for which in range(len(drawings(alone, LANGUAGES["en"], "a4"))):
            drawn_in_peace(alone, LANGUAGES["en"], which, "a4")


@pytest.mark.parametrize("name", ["people", "FIRST_ARRIVAL", "", "a\0b", 'x"y', "geom"])
def test_a_station_of_any_name_has_its_column_in_a_geopackage(name, tmp_path):
    import pyogrio

    base = renamed(answers()["Coverage"], [(name, name)]).provenance.base
    geopackage.export(base, tmp_path / "reach.gpkg")
    columns = pyogrio.read_info(tmp_path / "reach.gpkg", layer="minutes")["fields"]
    assert len(columns) == 4 + len(base.open_stations()) + 1
