"""The live page has no words of its own, and asks for none that there are not."""

from __future__ import annotations

import re

import pytest
from conftest import ROOT

from sim.words.live import TEXTS

ASSETS = ROOT / "sim" / "browser" / "assets"
PAGE = [ASSETS / "live.html", ASSETS / "live.css"]
PARTS = [
    ASSETS / f"{name}.js"
    for name in (
        "connection", "dialog", "ground", "hand", "live", "map", "markers", "nomap", "numbers", "overlay", "palette",
        "plans", "reach", "search", "stations", "texts", "township",
    )
]  # fmt: skip


def asked():
    """The keys that the page asks for; of those with a part that varies, as patterns."""
    text = "\n".join(path.read_text("utf-8") for path in [*PAGE, *PARTS])
    keys = set(re.findall(r'data-say(?:-\w+)?="(\w+)"', text))
    for found in re.findall(r"say\(([^)]*)\)", text):
        keys |= set(re.findall(r'"(\w+)"', found))
        keys |= {
            re.sub(r"\$\{\w+(?:\.\w+)?\}", r"\\w+", one) for one in re.findall(r"`([^`]+)`", found)
        }
    # Handed on by name: marks of the legend, small buttons of a plan, labels of the hours.
    keys |= set(re.findall(r'"(legend_\w+|hours_\w+|rename|forget)"', text))
    return keys | {
        re.sub(r"\$\{\w+\}", r"\\w+", one) for one in re.findall(r"`(\w*\$\{\w+\}_of)`", text)
    }


def test_every_text_that_is_asked_for_is_there_and_every_other_is_not():
    keys = asked()
    assert len(keys) > 80
    for key in keys:
        assert any(re.fullmatch(key, one) for one in TEXTS), key
    for one in TEXTS:
        if one not in ("own_name",):  # of each language, by the switch
            assert any(re.fullmatch(key, one) for key in keys), one


@pytest.mark.parametrize("path", [*PAGE, *PARTS], ids=lambda path: path.name)
def test_a_part_of_the_page_is_small_and_needs_nothing_from_outside(path):
    text = path.read_text("utf-8")
    assert text.count("\n") < 300
    assert re.findall(r"https?://[^\s\"'`]+", text) == []
    assert not re.search("[\u4e00-\u9fff]", text)
    assert not re.search(r"\beval\(|new Function|innerHTML", text)


def test_the_map_is_drawn_by_what_was_published_and_its_licence_lies_beside_it():
    folder = ASSETS / "vendor" / "maplibre-gl"
    assert {path.name for path in folder.iterdir()} == {
        "LICENSE.txt", "README.md", "maplibre-gl.css", "maplibre-gl-worker.mjs", "maplibre-gl.mjs",
    }  # fmt: skip
    assert "v6.17.0" in (folder / "maplibre-gl.mjs").read_text("utf-8")[:300]
    assert "MapLibre contributors" in (folder / "LICENSE.txt").read_text("utf-8")
