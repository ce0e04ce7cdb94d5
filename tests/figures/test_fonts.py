"""Fonts: Chinese is drawn wherever a font has it; without one that is said once, and it is English."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from conftest import ROOT
from drawings import texts
from matplotlib import font_manager

from sim.errors import PlannerWarning
from sim.figures import fonts, inputs_map
from sim.text import Name
from sim.words.language import language

NOTO = [f.fname for f in font_manager.fontManager.ttflist if f.name == "Noto Sans CJK SC"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def anew():
    """Nothing remembered of fonts, before and after."""
    remembered = (fonts._installed, fonts._with_chinese, fonts._said)
    for one in remembered:
        one.cache_clear()
    with warnings.catch_warnings():
        yield
    for one in remembered:
        one.cache_clear()


@pytest.fixture
def only_latin(anew, monkeypatch):
    """A machine with matplotlib's own fonts."""
    own = [f for f in font_manager.fontManager.ttflist if f.name.startswith("DejaVu")]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", own)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)


def test_without_a_chinese_font_figures_are_english_and_that_is_said_once(few, liling, only_latin):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        figures = [*few.figures("zh").values(), inputs_map(liling.map, language("zh"), liling)]
        for figure in figures:
            figure.canvas.draw()
            assert not any(CHINESE.search(text) for text in texts(figure))
    assert [one.category for one in told] == [PlannerWarning]
    message = str(told[0].message)
    assert CHINESE.search(message), "in the reader's language"
    for system in ("Debian", "Windows", "macOS", "conda"):
        assert system in message


def test_an_english_reader_is_told_nothing(few, only_latin):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        few.cdf("en").canvas.draw()


def test_names_that_are_only_chinese_are_told_in_english(only_latin):
    with pytest.warns(PlannerWarning, match="No Chinese font"):
        assert fonts.drawable(language("en")).name(Name("枫林镇", "枫林镇")) == "□□□"


@pytest.mark.skipif(not NOTO, reason="needs Noto Sans CJK")
def test_a_font_installed_later_is_found_without_removing_any_cache(only_latin, monkeypatch):
    assert fonts.chinese() is None
    fonts._installed.cache_clear()
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [NOTO[0]])
    assert fonts.chinese() == "Noto Sans CJK SC"
    assert fonts.families()[0] == "Noto Sans CJK SC"
    assert fonts.drawable(language("zh")).code == "zh"


@pytest.mark.skipif(not NOTO, reason="needs Noto Sans CJK")
def test_any_font_that_has_the_characters_will_do(only_latin, monkeypatch):
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [NOTO[0]])
    monkeypatch.setattr(fonts, "CHINESE", ("Some other font",))
    found = fonts.chinese()
    assert found is not None
    assert "DejaVu" not in found


def test_a_broken_font_file_is_passed_over(only_latin, monkeypatch, tmp_path):
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(broken)])
    assert fonts.chinese() is None


HIDDEN = """
import sys
from matplotlib import font_manager
own = [f for f in font_manager.fontManager.ttflist if f.name.startswith("DejaVu")]
font_manager.fontManager.ttflist = own
font_manager.findSystemFonts = list
from sim.cli import main
sys.argv = ["tenthirty", "check", sys.argv[1], "--map", sys.argv[2], "--lang", "zh"]
main()
"""


def test_the_command_line_says_it_in_one_line_and_writes_the_figure(tmp_path):
    picture = tmp_path / "inputs.png"
    scenario = ROOT / "scenarios" / "liling"
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN, str(scenario), str(picture)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    assert "fonts-noto-cjk" in lines[0]
    assert "Warning" not in lines[0]
    assert Path(picture).stat().st_size > 50_000
