"""The book of the documentation: it is built without a warning, needs no internet, and is complete."""

from __future__ import annotations

import html
import importlib
import json
import re
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from browsers import needs_browser, opened, started, wait
from conftest import ROOT
from ruamel.yaml import YAML

import sim
from sim.cli import book as command_pages
from sim.words import book as measure_pages
from sim.words.definitions import MEASURES
from sim.words.language import language

DOCS = ROOT / "docs"
SPHINX = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-W", "--keep-going"]
SHOWN = {"img": "src", "script": "src", "link": "href", "source": "src", "iframe": "src"}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The folder of the book, built with every warning an error."""
    pytest.importorskip("sphinx")
    folder = tmp_path_factory.mktemp("book")
    command = [*SPHINX, "-d", str(folder / "doctrees"), str(DOCS), str(folder / "html")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert not done.returncode, done.stderr
    return folder / "html"


class Page(HTMLParser):
    """What a page fetches, where it leads, and the places in it."""

    def __init__(self, path: Path):
        super().__init__()
        self.fetched, self.links, self.places = [], [], {""}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if found.get(SHOWN.get(tag)) and found.get("rel") not in ("canonical", "search"):
            self.fetched.append(found[SHOWN[tag]])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        self.places.add(found.get("id"))


def pages(book):
    return {path: Page(path) for path in sorted(book.glob("*.html"))}


def test_nothing_is_fetched_from_outside(book):
    for path, page in pages(book).items():
        outside = [one for one in page.fetched if re.match("(https?:)?//", one)]
        assert not outside, f"{path.name}: {outside}"
    for path in [*book.rglob("*.css"), *book.rglob("*.html")]:
        fetched = re.findall(
            r"(?:url\(|@import)[ '\"]*((?:https?:)?//[^)'\"]+)", path.read_text("utf-8")
        )
        assert not fetched, f"{path.name}: {fetched}"


def test_every_link_within_the_book_leads_somewhere(book):
    found = pages(book)
    for path, page in found.items():
        for link in page.links:
            if re.match("[a-z]+:", link):
                continue
            name, _, place = link.partition("#")
            there = (path.parent / name).resolve() if name else path
            assert there.exists(), f"{path.name}: {link}"
            if there in found and place:
                assert place in found[there].places, f"{path.name}: {link}"


def test_a_file_of_the_repository_is_named_and_no_link(book):
    shown = (book / "crews.html").read_text("utf-8")
    assert "scenarios/liling/crews.yaml" in shown
    assert not [link for page in pages(book).values() for link in page.links if link[:2] == ".."]


def test_what_a_link_out_of_the_docs_becomes(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    as_paths = importlib.import_module("repository_links").as_paths
    assert as_paths("[ten](../a/b.md) and [`../x`](../x).") == "ten (`a/b.md`) and `../x` (`x`)."
    assert as_paths("[model](model.md), [a/b](../a/b)") == "[model](model.md), `a/b`"
    code = "```bash\n[x](../y)\n```\n"
    assert as_paths(code + "[x](../y)") == code + "x (`y`)"


def test_every_link_out_of_the_docs_names_a_file_that_there_is():
    for page in DOCS.glob("*.md"):
        for path in re.findall(r"\]\((\.\./[^)\s#]+)", page.read_text("utf-8")):
            assert (DOCS / path).exists(), f"{page.name}: {path}"


@pytest.mark.parametrize(("query", "name"), [("达标率", "measures"), ("班组", "crews")])
def test_chinese_is_found_by_its_characters(book, query, name):
    index = json.loads((book / "searchindex.js").read_text("utf-8")[len("Search.setIndex(") : -1])
    page = index["docnames"].index(name)
    for character in query:
        where = [index[part].get(character, ()) for part in ("terms", "titleterms")]
        assert any(page in np.atleast_1d(one) for one in where), character
    assert "[\\u4e00-\\u9fff]|" in (book / "_static" / "language_data.js").read_text("utf-8")


@needs_browser
@pytest.mark.browser
@pytest.mark.parametrize(("query", "title"), [("达标率", "Measures"), ("stresses", "Commands")])
def test_the_search_of_the_book_finds_both_languages(book, query, title):
    """From a folder, too, where a browser reads no text of the pages that are found."""
    address = f"{(book / 'search.html').as_uri()}?q={query}"
    with started() as chromium, opened(chromium, address) as (page, heard):
        wait(page, "document.querySelector('#search-results a') !== null")
        assert title in page.inner_text("#search-results")
        assert not heard.outside
        assert not [one for one in heard.errors if "fetch" not in one and "ERR_FAILED" not in one]


# ── pages that are made ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "room"), [("measures", measure_pages), ("commands", command_pages)]
)
def test_a_page_that_is_made_is_what_the_program_makes(name, room):
    page = (DOCS / f"{name}.md").read_text("utf-8")
    assert page == room.renewed(page), f"make it anew: {room.BEGIN}"
    assert room.renewed(page.replace(room.tables(), "by hand")) == page


def test_every_measure_stands_once_in_the_page_with_its_formula(book):
    shown = html.unescape(re.sub("<[^>]+>", "", (book / "measures.html").read_text("utf-8")))
    page = (DOCS / "measures.md").read_text("utf-8")
    for key, found in MEASURES.items():
        assert page.count(f"\n`{key}` · ") == 1
        for text in (found.name, found.formula, language("zh")(found.name)):
            assert text in shown, key


def test_every_command_and_option_stands_in_the_page():
    page = (DOCS / "commands.md").read_text("utf-8")
    every = dict(command_pages.commands())
    assert {"tenthirty run", "tenthirty map import"} <= set(every)
    for path, command in every.items():
        part = page.split(f"\n## {path}\n")[1].split("\n## ")[0]
        for parameter in command.params:
            typed = parameter.opts[0] if parameter.opts[0][0] == "-" else parameter.name.upper()
            assert re.search(rf"`\[?{re.escape(typed)}[ \]…`]", part), f"{path} {typed}"


def test_every_public_name_and_every_answer_stands_in_the_page_of_python():
    page = (DOCS / "api.md").read_text("utf-8")
    shown = re.findall(r"^\.\. auto\w+:: (\S+)$", page, re.M)
    assert {f"sim.{name}" for name in sim.__all__} <= set(shown)
    rooms = [path.stem for path in (ROOT / "sim" / "answers").glob("*.py") if path.stem[0] != "_"]
    kinds = {
        kind
        for room in rooms
        for kind in vars(importlib.import_module(f"sim.answers.{room}")).values()
        if isinstance(kind, type) and any(base.__name__ == "Answer" for base in kind.__mro__)
    }
    assert kinds <= {named(path) for path in shown}


def named(path):
    room, _, name = path.rpartition(".")
    return getattr(importlib.import_module(room), name)


# ── beside the book ──────────────────────────────────────────────────────────────────────────


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_the_citation_has_what_its_format_asks_for():
    found = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert found["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(found)
    assert found["version"] == project()["version"]
    assert found["license"] == project()["license"]
    assert found["authors"] == [{"name": project()["authors"][0]["name"]}]
    assert all(isinstance(one, str) for one in found["keywords"])
    assert found["type"] == "software"


def test_the_changelog_has_one_section_that_is_not_released():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    (version,) = re.findall(r"^## \[Unreleased\]: (\S+)$", text, re.M)
    assert version == project()["version"]
    assert re.findall(r"^## ", text, re.M) == ["## "]
    assert set(re.findall(r"^### (\w+)", text, re.M)) <= {
        "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/validation.md", "docs/model-card.md"])
def test_every_file_that_is_named_is_there(name):
    """But what recipes have their readers make: an answer that is called idle and a French catalogue."""
    text = (ROOT / name).read_text("utf-8")
    paths = re.findall(r"`((?:sim|tests|docs|scenarios|benchmarks)/[\w./-]*)`", text)
    paths += re.findall(r"benchmarks/\w+\.py", text)
    for path in paths:
        assert "idle" in path or path == "sim/words/fr.po" or (ROOT / path).exists(), path
    for link in re.findall(r"\]\(([^):]+\.md)[)#]", text):
        assert ((ROOT / name).parent / link).exists(), link
    assert paths or name == "docs/model-card.md"
