"""Notebooks run from top to bottom, and are committed with the outputs that they give."""

from __future__ import annotations

import re

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


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
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
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


def test_there_is_a_notebook():
    assert NOTEBOOKS
