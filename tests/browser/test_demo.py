"""The page of answers worked out beforehand: its numbers are those of compare, and it asks nobody."""

from __future__ import annotations

import base64
import gzip
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from browsers import needs_browser, opened, started, wait
from conftest import ROOT

import sim
from sim.browser import demo_page, demo_words
from sim.browser.demo_page import demo, places_of
from sim.errors import OptionError
from sim.measures.groups import Group
from sim.scenario.changes import Add
from sim.scenario.file import load
from sim.text import Name
from sim.words import comparison as printed
from sim.words.language import available, language

LILING = ROOT / "scenarios" / "liling"
SHIPPED = ROOT / "docs" / "demo.html"
ASSETS = ROOT / "sim" / "browser" / "assets"
FEW = {"replications": 6}
NOWHERE = (100.0, 27.7)  # in the mountains, on no map of ours
DAY = "document.getElementById('day-frame').contentDocument"
HELD = "document.getElementById('hand').classList.contains('held')"


def short():
    return load(LILING).with_study(length="4 days", warm_up="1 day")


def seats(scenario, *rows):
    on = scenario.map
    return [tuple(map(float, on.lonlat(on.townships[row].x, on.townships[row].y))) for row in rows]


def block(text, name):
    found = re.search(rf'id="{name}">([^<]+)</script>', text)
    return gzip.decompress(base64.b64decode(found[1])).decode("utf-8")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A page of five places in a row from west to east, one of which is nowhere."""
    scenario = short()
    points = seats(scenario, *np.argsort([one.x for one in scenario.map.townships])[::6])
    path = tmp_path_factory.mktemp("demo") / "demo.html"
    demo(scenario, path, language("en"), points=[NOWHERE, *points], **FEW)
    text = path.read_text("utf-8")
    return SimpleNamespace(
        scenario=scenario,
        points=points,
        path=path,
        text=text,
        facts=json.loads(block(text, "facts")),
    )


def compared(scenario, at, **effort):
    """The same layout through the front door."""
    (row,) = scenario.map.townships_at(np.array([scenario.map.project(*at)]))
    place = scenario.map.townships[row].name
    name = Name(*(language(code)("New station, {place}", place=place) for code in ("zh", "en")))
    added = Add.of(station=name.zh, name_en=name.en, at=[round(one, 5) for one in at], ambulances=1)
    return sim.compare(scenario, scenario.change(added), **effort)


def assert_same(answer, found):
    assert answer["replications"] == found.replications
    for code in available():
        assert answer["table"][code]["rows"] == printed.against_base(found, 1, language(code)).rows
        assert answer["sentence"][code] == found.sentence(code)
    today, proposal, difference, interval = answer["table"]["en"]["rows"][0][1:5]
    change = found.difference("within")
    assert today == f"{100 * found.estimate('within').mean:.1f} %"
    assert proposal == f"{100 * found.estimate('within', 1).mean:.1f} %"
    assert difference.replace("−", "-") == f"{100 * change.mean:+.1f}"
    assert interval.replace("−", "-") == f"({100 * change.low:+.1f}, {100 * change.high:+.1f})"
    townships = [
        100 * found.estimate("within", 1, Group("township", row)).mean
        for row in range(len(found.base.map.townships))
    ]
    assert [
        np.nan if one is None else one for one in answer["townships"]["within"]
    ] == pytest.approx(townships, rel=1e-12, nan_ok=True)


def test_numbers_are_those_of_compare(small):
    places = small.facts["places"]
    assert [tuple(one["lonlat"]) for one in places] == [
        tuple(round(value, 5) for value in one) for one in small.points
    ], "the place that is nowhere is passed over"
    for place, at in list(zip(places, small.points, strict=True))[:3]:
        assert_same(place["answer"], compared(small.scenario, at, **FEW))


def test_what_is_shipped_is_what_compare_says_today():
    """So the page in the documentation is made anew where answers change."""
    text = SHIPPED.read_text("utf-8")
    facts = json.loads(block(text, "facts"))
    assert 100 <= len(facts["places"]) <= 200
    seat = next(one for one in facts["places"] if one["seat"])
    scenario = load(LILING)
    assert_same(seat["answer"], compared(scenario, seats(scenario, seat["township"])[0]))


@pytest.mark.parametrize("which", ["small", "shipped"])
def test_it_is_one_small_file_without_any_address(small, which):
    text = small.text if which == "small" else SHIPPED.read_text("utf-8")
    assert len(text.encode("utf-8")) < 1_500_000
    every = [text, *(block(text, name) for name in ("facts", "day"))]
    for one in every:
        assert not re.search(r"https?:|//\w+\.\w|\bimport\(|\bfetch\(|@import|url\(", one)
    assert "[[" not in re.sub(
        r"\[\[[\"\d.\-]", "", re.sub(r"<script.*?</script>", "", text, flags=re.S)
    )
    assert "default-src 'none'" in text
    assert not re.search(r"^(?:import|export) ", text, re.MULTILINE)


def test_places_are_seats_and_a_grid_between(small):
    on = small.scenario.map
    every = places_of(on, 8.0)
    assert [row for _, row in every if row >= 0] == list(range(len(on.townships)))
    xy = np.column_stack(on.project(*np.array([at for at, _ in every]).T))
    seats_xy, grid = xy[: len(on.townships)], xy[len(on.townships) :]
    away = np.hypot(*(grid[:, None] - seats_xy[None]).transpose(2, 0, 1))
    assert away.min() >= 8000 * demo_page.APART
    apart = np.hypot(*(grid[:, None] - grid[None]).transpose(2, 0, 1)) + np.eye(len(grid)) * 1e9
    assert apart.min() == pytest.approx(8000, rel=1e-6)


def test_what_cannot_be_is_said_and_nothing_is_written(small, tmp_path, capsys):
    path = tmp_path / "demo.html"
    with pytest.raises(OptionError, match="none of these places"):
        demo(small.scenario, path, language("en"), points=[NOWHERE], **FEW)
    with pytest.raises(OptionError, match="200"):
        demo(small.scenario, path, language("en"), spacing_km=0.0)
    for given in (["nowhere.yaml", str(path)], [str(LILING), str(path), "--spacing", "nan"]):
        with pytest.raises(SystemExit) as ended:
            demo_page.main(given)
        assert ended.value.code == 2
        assert len(capsys.readouterr().err) > 10
    assert list(tmp_path.iterdir()) == []


def test_every_text_that_the_page_asks_for_is_there():
    text = "".join(
        (ASSETS / name).read_text("utf-8") for name in ("demo.html", "demo.js", "palette.js")
    )
    keys = {*demo_words.SHARED, *demo_words.TEXTS}
    asked = set(re.findall(r'data-say(?:-\w+)?="(\w+)"|\bsay\("(\w+)"', text))
    asked = {one or other for one, other in asked} | set(
        re.findall(r'"(legend_\w+|demo_\w+)"', text)
    )
    assert asked - keys == set()
    for key in demo_words.TEXTS:
        assert key in asked or key == "old", key


# ── in a browser ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def chromium():
    with started() as browser:
        yield browser


@pytest.fixture
def page(chromium, small):
    with opened(chromium, small.path.as_uri(), viewport={"width": 1280, "height": 800}) as (
        page, heard,
    ):  # fmt: skip
        page.wait_for_selector("html[data-ready]")
        yield page
        assert heard.errors == []
        assert heard.outside == []


def middle(page):
    box = page.locator("#hand").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def on_page(page, row):
    """Where a computed place is drawn, in pixels of the window."""
    box = page.locator("#chart").bounding_box()
    x, y = page.evaluate(f"demo.pixel({row})")
    return box["x"] + x, box["y"] + y


def sentence(small, row, code="en"):
    return small.facts["places"][row]["answer"]["sentence"][code]


@pytest.mark.browser
@needs_browser
def test_a_station_is_dragged_and_snaps_to_the_nearest_place(page, small):
    begin = page.evaluate("demo.now()")
    to = next(row for row in range(len(small.points)) if row != begin)
    x, y = on_page(page, to)
    said = page.inner_text("#settled")
    page.mouse.move(*middle(page))
    page.mouse.down()
    page.mouse.move(x + 12, y, steps=4)
    assert page.evaluate(HELD)
    assert page.inner_text("#sentence") == sentence(small, to), "it follows before it is let go"
    assert "nearest computed place" in page.inner_text("#computed")
    assert page.inner_text("#settled") == said, "nothing is read aloud while a hand moves"
    page.mouse.up()
    assert not page.evaluate(HELD)
    assert middle(page) == pytest.approx((x, y), abs=1)
    told = re.fullmatch(
        r"Computed at this place, (\d+\.\d) km from where you let go\.",
        page.inner_text("#computed"),
    )
    assert 0.3 < float(told[1]) < 5
    assert sentence(small, to) in page.inner_text("#settled")
    cells = page.locator("#table-room tbody tr").first.locator("td").all_inner_texts()
    assert cells == small.facts["places"][to]["answer"]["table"]["en"]["rows"][0][1:]
    page.mouse.move(*middle(page))
    page.mouse.down()
    page.mouse.move(*on_page(page, begin), steps=2)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert page.evaluate("demo.now()") == to, "Escape puts it back"


@pytest.mark.browser
@needs_browser
def test_keys_move_it_from_place_to_place_and_languages_need_no_reload(page, small):
    page.evaluate("window.same = true")
    east = [one["at"][0] for one in small.facts["places"]]
    page.select_option("#place", str(int(np.argmin(east))))
    page.focus("#hand")
    seen = [page.evaluate("demo.now()")]
    for _ in range(len(east)):
        page.keyboard.press("ArrowRight")
        seen.append(page.evaluate("demo.now()"))
        assert page.inner_text("#sentence") == sentence(small, seen[-1])
    assert len(set(seen)) > 1
    assert [east[row] for row in seen] == sorted(east[row] for row in seen)
    assert page.input_value("#place") == str(seen[-1])
    page.click("#languages [lang=zh]")
    assert page.inner_text("#sentence") == sentence(small, seen[-1], "zh")
    assert page.evaluate("window.same && document.documentElement.lang") == "zh-Hans"
    assert page.title() == small.facts["texts"]["zh"]["demo_title"]
    assert page.inner_text("#marks") == small.facts["marks"]["zh"][0]


@pytest.mark.browser
@needs_browser
def test_a_day_is_watched_in_the_language_of_the_page(page, small):
    page.click("#languages [lang=zh]")
    page.click("#day-tab")
    wait(page, f"{DAY}.documentElement.lang === 'zh'")
    day = page.frame_locator("#day-frame")
    day.locator("canvas").first.wait_for(state="visible")
    day.locator("#maps h2").nth(1).wait_for(state="attached")
    assert day.locator("#maps h2").count() == 2
    page.click("#languages [lang=en]")
    wait(page, f"{DAY}.documentElement.lang === 'en'")
    page.click("#map-tab")
    assert page.locator("#hand").is_visible()
