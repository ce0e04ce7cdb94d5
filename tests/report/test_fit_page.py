"""The report of a fit as one file: whole, alone, in both languages, printed a section a page."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from small_calibration import check, checked, small

from sim.figures import drawings
from sim.report import fit_page
from sim.words.calibration_sections import calibration_sections
from sim.words.language import language
from sim.words.provenance import SYNTHETIC


class Parsed(HTMLParser):
    """Tags in the order in which they open; every one that opens is closed."""

    ALONE = ("meta", "img", "br")

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes = [], [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append(dict(attrs))
        if tag not in self.ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module", params=["en", "zh"])
def say(request):
    return language(request.param)


@pytest.fixture(scope="module")
def page(say):
    return fit_page.html(small(), say)


def test_it_needs_nothing_from_outside(page, say):
    assert "http" not in page
    assert f'<html lang="{say.code}">' in page
    parsed = Parsed(page)
    assert not {"script", "link", "iframe"} & set(parsed.tags)
    sources = [one["src"] for one in parsed.attributes if "src" in one]
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert all(one["alt"] for one in parsed.attributes if "src" in one)
    assert "url(" not in page


def test_a_page_of_ours_is_known_by_its_generator(page):
    assert fit_page.is_ours(page.encode())
    assert not fit_page.is_ours(page.replace("tenthirty calibrate", "tenthirty report").encode())
    assert not fit_page.is_ours(b"<p>tenthirty calibrate</p>")


def test_each_section_begins_a_page_when_printed(page, say):
    sections = calibration_sections(small(), say)
    assert len(re.findall(r'<h2 id="s\d">', page)) == len(sections) == 6
    assert "@media print" in page
    assert "h2 { break-before: page; }" in page
    for section in sections:
        assert section.title in page


def test_every_figure_that_is_drawn_stands_in_its_section(page, say):
    drawn = drawings(small(), say)
    sections = calibration_sections(small(), say)
    assert set(drawn) <= {name for one in sections for name in one.figures}
    assert Parsed(page).tags.count("img") == len(drawn)


def test_the_balance_that_is_printed_adds_up(page):
    whole, *parts = re.search(
        r"([\d,]+) = \D*([\d,]+) \+ \D*([\d,]+) \+ \D*([\d,]+)", page
    ).groups()
    numbers = [int(part.replace(",", "")) for part in (whole, *parts)]
    assert numbers[0] == sum(numbers[1:])
    assert numbers[0] == small().records.balance.rows


def test_that_the_map_is_made_up_stands_on_top(page, say):
    top = page.partition("<h2")[0]
    assert '<div class="synthetic">' in top
    assert say(SYNTHETIC) in top


def test_what_did_not_hold_stands_on_top(say):
    answer = checked(check("township", 0.9, 0.4, 0.05, False, "枫林镇"))
    top = fit_page.html(answer, say).partition("<h2")[0]
    assert say("{number} %", number="90.0") in top
    assert say("{number} %", number="40.0") in top


def test_a_file_with_the_name_of_a_tag_is_shown_as_text(say):
    named = small().records._replace(file="<script>alert(1)</script>&.csv")
    page = fit_page.html(replace(small(), records=named), say)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
