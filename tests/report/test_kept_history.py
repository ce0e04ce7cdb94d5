"""What records a fitted scenario repeats is kept beside it, and shown by reports of its runs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from small_calibration import small

from sim.report import kept_history
from sim.report.content import Callout, FigureBlock, Heading, Paragraph, TableBlock
from sim.words import calibration_history
from sim.words.language import language


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """A scenario file with what is kept beside it."""
    path = tmp_path_factory.mktemp("fitted") / "calibrated.yaml"
    path.write_text("name: x\n", "utf-8")
    kept_history.write(small(), path)
    return path


@pytest.mark.parametrize("code", ["en", "zh"])
def test_what_was_kept_is_read_back_in_each_language(fitted, code):
    say = language(code)
    heading, first, *others = kept_history.read(fitted, say)
    assert isinstance(heading, Heading)
    assert first == Callout("finding", (calibration_history.sentence(small(), say),))
    tables = [one for one in others if isinstance(one, TableBlock)]
    figures = [one for one in others if isinstance(one, FigureBlock)]
    assert tables[0].table.rows == calibration_history.checks(small(), say, short=False).rows
    assert len(figures) == 2
    assert all(one.png.startswith(b"\x89PNG") and one.alt for one in figures)


def test_a_scenario_that_was_changed_since_says_so_and_shows_no_numbers(fitted, tmp_path):
    path = tmp_path / "calibrated.yaml"
    path.write_text("name: y\n", "utf-8")
    beside = kept_history.path_of(path)
    beside.write_bytes(kept_history.path_of(fitted).read_bytes())
    _, said = kept_history.read(path, language("en"))
    assert isinstance(said, Paragraph)
    assert "was changed since it was fitted" in said.text


def test_what_was_kept_of_another_fit_goes_with_a_fit_that_has_none(fitted, tmp_path):
    path = tmp_path / "calibrated.yaml"
    path.write_text("name: z\n", "utf-8")
    beside = kept_history.path_of(path)
    beside.write_bytes(kept_history.path_of(fitted).read_bytes())
    kept_history.write(replace(small(), history=None), path)
    assert not beside.exists()
    assert kept_history.read(path, language("en")) == []
    kept_history.write(replace(small(), history=None), path)  # nor was there one to take away


def test_files_that_differ_by_their_ending_have_each_their_own():
    names = [kept_history.path_of(Path(f"calibrated{ending}")) for ending in (".yaml", ".xlsx")]
    assert len(set(names)) == 2


def test_what_is_not_ours_may_not_be_written_over(fitted, tmp_path):
    assert kept_history.may_be_written(fitted)
    path = tmp_path / "mine.yaml"
    assert kept_history.may_be_written(path)
    for text in ('{"program": "mine"}', "{}", "mine"):
        kept_history.path_of(path).write_text(text, "utf-8")
        assert not kept_history.may_be_written(path)
    kept_history.path_of(path).unlink()
    kept_history.path_of(path).mkdir()
    assert not kept_history.may_be_written(path)


@pytest.mark.parametrize(
    "spoil", [lambda said: {}, lambda said: said | {"program": "x"}, lambda said: [],
              lambda said: said | {"blocks": {"en": [{"figure": "%%%"}]}},
              lambda said: said | {"blocks": {"zh": []}}, lambda said: said | {"blocks": 3}],
)  # fmt: skip
def test_what_is_damaged_or_not_there_is_no_chapter(fitted, tmp_path, spoil):
    path = tmp_path / "calibrated.yaml"
    path.write_bytes(fitted.read_bytes())
    assert kept_history.read(path, language("en")) == []
    said = json.loads(kept_history.path_of(fitted).read_text("utf-8"))
    kept_history.path_of(path).write_text(json.dumps(spoil(said)), "utf-8")
    assert kept_history.read(path, language("en")) == []
