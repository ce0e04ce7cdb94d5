"""Notebooks run from top to bottom, and are committed with the outputs that they give."""

from __future__ import annotations

import re

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# A metropolis twice, and two that decide and fit on two places: the others are the sample.
LONG = {"03-next-sub-station", "06-last-year", "08-wuhan", "09-wuhan-community"}
EXECUTED = [
    pytest.param(path, marks=[pytest.mark.thorough] if path.stem in LONG else [], id=path.stem)
    for path in NOTEBOOKS
]


def outputs(notebook):
    """What a reader sees as text, less how long it took; pictures are counted."""
    seen = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            data = output.get("data", {})
            if output.get("name") == "stderr":  # a machine without a Chinese font says so
                assert "font" in output.text or "Glyph" in output.text
                continue
            seen.append("image/png" if "image/png" in data else data.get("text/plain", ""))
    return [re.sub(r"\b\d+ s$", "", text, flags=re.M) for text in seen]


@pytest.mark.slow
@pytest.mark.parametrize("path", EXECUTED)
def test_a_notebook_gives_the_outputs_it_is_committed_with(path):
    committed = nbformat.read(path, as_version=4)
    fresh = nbformat.read(path, as_version=4)
    NotebookClient(fresh, timeout=600, resources={"metadata": {"path": path.parent}}).execute()
    assert outputs(fresh) == outputs(committed), f"run: jupyter execute --inplace {path.name}"
    assert outputs(committed).count("image/png") >= 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_what_its_text_says(path):
    import jupytext

    text = jupytext.read(path.with_suffix(".py"))
    committed = nbformat.read(path, as_version=4)
    assert [c.source for c in text.cells] == [c.source for c in committed.cells]


def test_notebooks_are_numbered_questions_that_end_in_what_to_do_next():
    numbers = [path.stem.split("-")[0] for path in NOTEBOOKS]
    assert numbers == [f"{number:02d}" for number in range(1, len(numbers) + 1)]
    assert len(numbers) >= 12
    assert {path.stem for path in NOTEBOOKS} >= LONG
    for number, path in enumerate(NOTEBOOKS, 1):
        cells = nbformat.read(path, as_version=4).cells
        title, *lines = cells[0].source.splitlines()
        assert title.startswith(f"# {number} "), path
        assert title.endswith("?"), path
        assert any(re.search("[\u4e00-\u9fff]{4}", line) for line in lines[:12]), path
        assert cells[-1].source.startswith("## What to do next"), path


def test_every_page_that_a_notebook_names_is_there():
    for path in NOTEBOOKS:
        text = path.with_suffix(".py").read_text("utf-8")
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            assert link.startswith("http") or (path.parent / link).exists(), (path.name, link)
