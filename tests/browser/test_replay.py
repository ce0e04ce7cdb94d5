"""The page of a day in a real browser: it plays, stops, follows, changes its language, asks nobody."""

from __future__ import annotations

import re

import pytest
from browsers import needs_browser, opened, started, wait
from conftest import ROOT
from replays import ReplayedDay

from sim.answers.journeys import journeys
from sim.browser import replay_page
from sim.scenario.file import load
from sim.words.language import language

pytestmark = [pytest.mark.browser, needs_browser]
STILL = {"reduced_motion": "reduce"}
MOVES = {"reduced_motion": "no-preference"}
RESULT = {"en": ["A sub-station would help."], "zh": ["增设分站有益。"]}


@pytest.fixture(scope="module")
def chromium():
    with started() as browser:
        yield browser


@pytest.fixture(scope="module")
def day():
    """Morning and noon with and without one more station."""
    base = load(ROOT / "scenarios" / "liling").with_study(length="3 days", warm_up="1 day")
    return journeys([base, base.add("枫林镇")], hours=(6.0, 14.0))


@pytest.fixture(scope="module")
def written(day, tmp_path_factory):
    page = replay_page.page(day, RESULT, language("en"))
    return page.save(tmp_path_factory.mktemp("replay") / "replay.html")


@pytest.fixture
def still(chromium, written):
    """The page where nothing moves by itself."""
    with opened(chromium, written.as_uri(), **STILL) as (page, heard):
        page.wait_for_selector("html[data-ready]")
        yield page
        assert heard.errors == []
        assert heard.outside == []


def clock(page):
    return page.inner_text("#clock")


def at(page):
    return page.evaluate("replay.now()")


def put(page, second):
    page.evaluate(
        "t => { const e = document.getElementById('time'); e.value = t; e.oninput(); }", second
    )


def test_it_plays_by_itself_and_ends(chromium, written, day):
    """And then says that it can be played again, which it does from the beginning."""
    with opened(chromium, written.as_uri(), **MOVES) as (page, heard):
        page.wait_for_selector("html[data-ready]")
        wait(page, "replay.now() > 6 * 3600 + 60")
        assert page.inner_text("#play") == "Pause"
        page.select_option("#speed", "40")
        put(page, 13 * 3600 + 3000)
        wait(page, "replay.now() >= 14 * 3600")
        assert page.inner_text("#play") == "Play again"
        page.click("#play")
        wait(page, "replay.now() < 7 * 3600")
        assert page.inner_text("#play") == "Pause"
        assert heard.errors == []
        assert heard.outside == []


def test_pause_stops_the_clock(chromium, written):
    with opened(chromium, written.as_uri(), **MOVES) as (page, _):
        wait(page, "window.replay && replay.now() > 6 * 3600 + 60")
        page.click("#play")
        stopped = at(page)
        page.wait_for_timeout(400)
        assert at(page) == stopped
        assert page.inner_text("#play") == "Play"


def test_who_wants_less_motion_begins_paused_and_gets_steps(still):
    assert at(still) == 6 * 3600
    still.wait_for_timeout(300)
    assert at(still) == 6 * 3600
    still.select_option("#speed", "5")
    still.click("#play")
    wait(still, "replay.now() > 6 * 3600")
    assert (at(still) - 6 * 3600) % 300 == 0, "whole steps of five minutes"


def test_what_changes_all_the_time_is_read_aloud_only_in_a_pause(still):
    assert still.get_attribute("#story", "aria-live") == "polite"
    still.click("#play")
    assert still.get_attribute("#story", "aria-live") == "off"
    assert still.get_attribute("#clock", "aria-live") == "off"


def test_keys_play_and_move(still):
    still.keyboard.press("ArrowRight")
    assert at(still) == 6 * 3600 + 60
    still.keyboard.press("Shift+ArrowRight")
    assert at(still) == 6 * 3600 + 660
    still.keyboard.press("ArrowLeft")
    assert at(still) == 6 * 3600 + 600
    assert clock(still).endswith("06:10")
    still.keyboard.press("Space")
    assert still.inner_text("#play") == "Pause"
    still.keyboard.press("Space")
    assert still.inner_text("#play") == "Play"


def test_space_on_the_button_plays_once(still):
    """The key of the page and that of the button do not undo each other."""
    still.focus("#play")
    still.keyboard.press("Space")
    assert still.inner_text("#play") == "Pause"


def test_the_slider_goes_to_a_time_and_says_it(still):
    put(still, 10 * 3600)
    assert clock(still).endswith("10:00")
    assert still.get_attribute("#time", "aria-valuetext") == clock(still)
    still.focus("#time")
    still.keyboard.press("End")
    assert at(still) == 14 * 3600
    still.keyboard.press("Home")
    assert at(still) == 6 * 3600


def counted(page, row, now):
    """(in time, decided, open) of the emergency calls of a layout, by the page's own numbers."""
    calls = [c for c in page.facts["layouts"][row]["calls"] if c[5] == 0 and c[1] <= now]
    decided = [c for c in calls if c[7] <= now and c[6] != 2]
    return sum(c[6] == 0 for c in decided), len(decided), sum(c[7] > now for c in calls)


def test_compliance_is_said_side_by_side_at_any_time(still, written):
    held = ReplayedDay(written.read_text("utf-8"))
    for now in (6 * 3600, 9 * 3600, 14 * 3600):
        put(still, now)
        boxes = still.query_selector_all(".layout")
        assert len(boxes) == 2
        for row, box in enumerate(boxes):
            good, decided, waiting = counted(held, row, now)
            said = box.query_selector(".share").inner_text()
            if decided:
                assert said.startswith(f"So far {good} of {decided} emergency calls in time")
            assert f"{waiting} still open" in said
    differing = sum(call[9] != 0 for call in held.facts["layouts"][1]["calls"])
    said = still.inner_text("#compared")
    assert 0 <= int(re.search(r"so far: (\d+)", said)[1]) <= differing
    assert "Liling today + Fenglin" in said


def test_the_result_and_what_this_is_not_are_said(still):
    body = still.inner_text("body")
    assert "an example to look at, not a result" in body
    assert "A sub-station would help." in body
    assert "Synthetic map" in body


def test_another_language_without_loading_again(still):
    put(still, 9 * 3600)
    still.select_option("#language", "zh")
    assert still.get_attribute("html", "lang") == "zh"
    body = still.inner_text("body")
    for text in ("地图上的一天", "合成地图", "增设分站有益。", "播放", "枫林镇", "09:00"):
        assert text in body
    left = body.replace("tenthirty", "").replace("Shift", "").replace("English", "")
    assert not re.search(r"[A-Za-z]{4,}", left), "no English is left"
    assert still.get_attribute("canvas[role=img]", "aria-label").startswith("“醴陵现状”")
    still.select_option("#language", "en")
    assert "Synthetic map" in still.inner_text("body")


def test_an_ambulance_is_followed_from_the_list(still, written):
    held = ReplayedDay(written.read_text("utf-8"))
    stage = next(s for s in held.facts["layouts"][1]["stages"] if s[1] == 0 and s[3] - s[2] > 300)
    put(still, (stage[2] + stage[3]) // 2)
    still.select_option("#ambulance", f"1:{stage[0]}")
    said = still.inner_text("#story")
    assert "to the scene" in said
    assert f"call {held.facts['layouts'][1]['calls'][stage[4]][0]}" in said
    still.keyboard.press("Escape")
    still.focus("#play")
    still.keyboard.press("Escape")
    assert still.inner_text("#story") == ""


def test_a_call_is_followed_from_the_list_in_both_layouts(still, written):
    held = ReplayedDay(written.read_text("utf-8"))
    call = held.facts["layouts"][0]["calls"][2]
    still.select_option("#call", str(call[0]))
    assert at(still) >= call[1], "the clock goes on to where it is received"
    put(still, call[7] + 3600)
    lines = still.inner_text("#story").splitlines()
    assert lines[0].startswith(f"Call {call[0]}, received at")
    assert len(lines) == 3
    assert ("not in time" in lines[1]) == (call[6] == 1)


def test_a_click_on_a_call_follows_it(still, written):
    put(still, 12 * 3600)
    x, y, number = still.evaluate(
        """() => { const held = document.querySelectorAll('.layout canvas')[0];
        const box = held.getBoundingClientRect(), seen = replay.seen(0).filter((t) => t.call !== undefined);
        const one = seen.find((t) => seen.every((u) => u === t || Math.hypot(u.x - t.x, u.y - t.y) > 40) &&
          replay.seen(0).every((u) => u === t || Math.hypot(u.x - t.x, u.y - t.y) > 30));
        return [box.left + one.x, box.top + one.y, one.call]; }"""
    )
    still.mouse.click(x, y)
    assert still.inner_text("#story").startswith(f"Call {number},")


def test_ambulances_are_drawn_where_the_bytes_say(still, written):
    """The page and the test unpack the same bytes: and have everybody at the same places."""
    held = ReplayedDay(written.read_text("utf-8"))
    for row in (0, 1):
        for who in range(len(held.drives[row])):
            for now in range(6 * 3600, 14 * 3600, 997):
                drawn = still.evaluate(f"replay.place({row}, {who}, {now})")
                assert drawn == pytest.approx(held.place(row, who, now), abs=0.01)


def test_zoom_keeps_the_maps_together_and_comes_back(still):
    before = still.evaluate("replay.view()")
    still.click("#zoom_in")
    still.click("#town")
    still.mouse.move(400, 600)
    still.mouse.wheel(0, -300)
    still.wait_for_timeout(200)
    assert still.evaluate("replay.view()") != before
    still.click("#whole")
    assert still.evaluate("replay.view()") == before


@pytest.mark.parametrize("width", [360, 768, 1024, 1536])
def test_nothing_is_wider_than_the_screen(chromium, written, width):
    """A phone, a tablet, a screen at 125 % and a large one."""
    size = {"width": width, "height": 900}
    with opened(chromium, written.as_uri(), viewport=size, **STILL) as (page, _):
        page.wait_for_selector("html[data-ready]")
        for code in ("en", "zh"):
            page.select_option("#language", code)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        tall = page.evaluate("document.querySelector('.layout canvas').clientHeight")
        assert tall >= 300
        columns = len({round(b.bounding_box()["x"]) for b in page.query_selector_all(".layout")})
        assert columns == (1 if width < 700 else 2)


def test_everything_that_is_used_has_a_name(still):
    """For who hears the page instead of seeing it."""
    named = still.evaluate(
        """() => [...document.querySelectorAll('button, select, input, canvas[role]')]
        .filter((e) => !e.hidden && e.offsetParent)
        .map((e) => e.getAttribute('aria-label') || e.textContent.trim() ||
          (e.labels && e.labels[0] ? e.labels[0].textContent.trim() : ''))"""
    )
    assert len(named) >= 14
    assert all(named)


def test_in_a_notebook_it_shows_itself_in_a_frame(chromium, day, tmp_path):
    shown = replay_page.page(day, RESULT, language("zh"))
    frame = tmp_path / "notebook.html"
    frame.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{shown._repr_html_()}", "utf-8")
    with opened(chromium, frame.as_uri(), **STILL) as (page, heard):
        inner = page.wait_for_selector("iframe").content_frame()
        inner.wait_for_selector("html[data-ready]")
        assert inner.inner_text("h1").startswith("地图上的一天")
        assert heard.errors == []
        assert heard.outside == []


def test_a_browser_that_is_too_old_says_so_in_both_languages(chromium, written):
    with opened(chromium, "about:blank", allowed=("file://", "about:"), **STILL) as (page, _):
        page.add_init_script("delete window.DecompressionStream")
        page.goto(written.as_uri())
        said = page.inner_text("#old")
        assert "too old" in said
        assert "浏览器版本过旧" in said
