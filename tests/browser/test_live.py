"""The live page in a real browser: whatever a planner does there, she reads what `compare` says."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import contextmanager

import pytest
from browsers import needs_browser, opened, started
from conftest import ROOT
from ruamel.yaml import YAML

from sim.answers.comparison import compare, run
from sim.browser.live import live
from sim.scenario.file import load
from sim.words.comparison import against_base
from sim.words.language import language

pytestmark = [pytest.mark.browser, pytest.mark.slow, needs_browser]
WIDE = {"width": 1440, "height": 900}
TAIAN = "泰安医院"
SETTLED = "[data-final=true][data-dragging=false]"


@pytest.fixture(scope="module")
def chromium():
    with started() as browser:
        yield browser


@pytest.fixture
def folder(tmp_path):
    """Liling's layout of today with one plan beside it, where more can be saved."""
    (tmp_path / "scenarios" / "liling").mkdir(parents=True)
    (tmp_path / "maps").mkdir()
    for name in ("today.yaml", "north-west.yaml"):
        shutil.copy(ROOT / "scenarios" / "liling" / name, tmp_path / "scenarios" / "liling" / name)
    shutil.copytree(ROOT / "maps" / "liling", tmp_path / "maps" / "liling")
    return tmp_path / "scenarios" / "liling"


@pytest.fixture
def served(folder):
    with live(load(folder)) as page:
        yield page


@contextmanager
def visited(chromium, served, **context):
    """The page as it stands when its first answer has settled; it asks nobody else, and is well."""
    own = served.address.split("/", 3)[:3]
    allowed = ("/".join(own) + "/", "data:", "blob:")
    with opened(chromium, served.address, allowed, **{"viewport": WIDE, **context}) as (
        page,
        heard,
    ):
        page.wait_for_selector(f"#answer{SETTLED}")
        yield page
        assert heard.errors == []
        assert heard.outside == []


@pytest.fixture
def page(chromium, served):
    with visited(chromium, served) as page:
        yield page


def number(page):
    return page.get_attribute("#answer", "data-n")


@contextmanager
def settles(page):
    """What is done within leads to another answer, which is waited for."""
    before = number(page)
    yield
    page.wait_for_selector(f'#answer:not([data-n="{before}"]){SETTLED}')


def sentence(page):
    return page.inner_text("#sentence")


def middle(page, station):
    box = page.locator(f'.station[data-station="{station}"]').bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def row(page, station):
    return page.locator(f'#station-list li[data-station="{station}"]')


def take(page, station, dx, dy, steps=10):
    """Take a station with the mouse and move it by pixels; it is not let go of."""
    x, y = middle(page, station)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, steps + 1):
        page.mouse.move(x + dx * step / steps, y + dy * step / steps)


def speak(page, code):
    page.click(f"#languages button[value={code}]")


def speak_by_script(page, code):
    """Without the focus, which would put a station back that is held."""
    page.locator(f"#languages button[value={code}]").evaluate("button => button.click()")


def saved(page, folder, name):
    """The plan, saved through the page, as a scenario and as what stands in its file."""
    page.fill("#save-name", name)
    page.click("#save button")
    page.wait_for_selector("#saved code")
    page.wait_for_selector('body[data-awaited="no"]')  # under its new name it is answered again
    path = folder / f"{name}.yaml"
    return load(path), YAML(typ="safe").load(path.read_text("utf-8"))


# ── what is shown ────────────────────────────────────────────────────────────────────────────


def test_the_page_begins_with_what_run_says(page, folder):
    result = run(load(folder))
    assert sentence(page) == result.sentence(lang="en")
    assert page.locator(".station").count() == page.locator("#station-list > li").count() == 8
    assert page.get_attribute("#answer", "data-verdict") == "today"
    assert "Synthetic map" in page.inner_text("#source")
    assert page.inner_text("#title") == "Liling today"


def test_a_station_is_dragged_and_the_sentence_is_that_of_compare(page, folder):
    """The answer follows before the station is let go of, and is spoken only when it has settled."""
    before, spoken = sentence(page), page.inner_text("#settled")
    take(page, TAIAN, 60, -80)
    page.wait_for_selector("#answer[data-dragging=true]")
    page.wait_for_selector("#answer[data-dragging=true][data-final=true]")
    assert sentence(page) != before
    assert page.inner_text("#settled") == spoken
    assert page.is_disabled("#undo")  # nothing is changed yet
    with settles(page):
        page.mouse.up()
    assert row(page, TAIAN).get_attribute("data-change") == "moved"
    assert page.inner_text("#settled").startswith(sentence(page))
    shown = {"en": sentence(page)}
    rows = [row.locator("th, td").all_inner_texts() for row in page.locator("tbody tr").all()]
    speak(page, "zh")
    shown["zh"] = sentence(page)
    plan, _ = saved(page, folder, "moved")
    result = compare(load(folder), plan)
    assert shown == {code: result.sentence(lang=code) for code in ("en", "zh")}
    assert rows == [list(one) for one in against_base(result, 1, language("en")).rows]


@pytest.mark.thorough
def test_roads_in_reach_are_shown_while_a_station_is_moved(page):
    """The middle of the mark's surroundings is drawn over, and is as before when it has settled."""
    assert page.locator("canvas.reach").is_hidden()
    take(page, TAIAN, 30, -40, steps=4)
    page.wait_for_selector("#reach:not([hidden])")
    assert "people within their target" in page.inner_text("#reach-text")
    with settles(page):
        page.mouse.up()
    page.wait_for_selector("#reach", state="hidden")
    assert page.locator("canvas.reach").is_hidden()


def test_steps_are_taken_back_and_again(page):
    """By buttons and by keys; reset is a step too."""
    today = sentence(page)
    with settles(page):
        row(page, TAIAN).locator(".more").click()
    more = sentence(page)
    assert more != today
    with settles(page):
        page.keyboard.press("Control+z")
    assert sentence(page) == today
    assert page.is_disabled("#undo")
    with settles(page):
        page.keyboard.press("Control+Shift+Z")
    assert sentence(page) == more
    with settles(page):
        page.click("#reset")
    assert sentence(page) == today
    with settles(page):
        page.click("#undo")
    assert sentence(page) == more
    page.focus("#search-text")
    page.keyboard.type("abc")
    page.keyboard.press("Control+z")  # of the letters, not of the plan
    page.wait_for_timeout(300)
    assert page.is_enabled("#undo")


# ── without a mouse ──────────────────────────────────────────────────────────────────────────


def test_a_station_is_moved_with_the_keyboard(page, folder):
    """Each arrow is 100 m, with Shift 1 km; Enter lets go, Esc puts it back where it was."""
    at_first = middle(page, TAIAN)
    button = row(page, TAIAN).locator(".take")
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    assert "100 m" in page.inner_text("#settled")
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "Shift+ArrowUp"):
        page.keyboard.press(key)
    page.wait_for_selector("#answer[data-dragging=true]")
    held = middle(page, TAIAN)
    speak_by_script(page, "zh")  # what is said again moves nothing
    speak_by_script(page, "en")
    assert middle(page, TAIAN) == held
    with settles(page):
        page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "false"
    there, moved = middle(page, TAIAN), sentence(page)
    assert there[0] > at_first[0]
    assert there[1] < at_first[1]

    page.keyboard.press("Enter")
    page.keyboard.press("Shift+ArrowLeft")
    page.wait_for_selector("#answer[data-dragging=true]")
    with settles(page):
        page.keyboard.press("Escape")
    assert middle(page, TAIAN) == pytest.approx(there, abs=0.6)
    assert sentence(page) == moved

    plan, written = saved(page, folder, "keys")
    (move,) = (change["move"] for change in written["changes"])
    station = load(folder).stations[load(folder).station(TAIAN)]
    lon, lat = load(folder).map.lonlat(station.x, station.y)
    assert (move["to"][1] - lat) * 111_320 == pytest.approx(1000, abs=15)
    assert (move["to"][0] - lon) * 98_600 == pytest.approx(300, abs=15)
    assert moved == compare(load(folder), plan).sentence(lang="en")


@pytest.mark.thorough
def test_a_mark_on_the_map_is_moved_with_the_keyboard_and_the_map_stays(page):
    other = middle(page, "湘东医院")
    page.focus(f'.station[data-station="{TAIAN}"]')
    before = middle(page, TAIAN)
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+ArrowDown")
    page.wait_for_selector("#answer[data-dragging=true]")
    with settles(page):
        page.keyboard.press("Enter")
    assert middle(page, TAIAN)[1] > before[1]
    assert middle(page, "湘东医院") == pytest.approx(other, abs=0.6)


@pytest.mark.parametrize("typed", ["fengl", "枫林"])
def test_a_station_is_added_at_a_place_that_is_searched_for(page, folder, typed):
    """By a part of its name in either language, without the mouse."""
    page.focus("#search-text")
    page.keyboard.type(typed)
    page.wait_for_selector("#search-found li")
    assert "枫林分院" in page.inner_text(
        "#search-found li[aria-selected=true]"
    )  # a site stands first
    page.keyboard.press("ArrowDown")
    assert "枫林镇" in page.inner_text("#search-found li[aria-selected=true]")
    with settles(page):
        page.keyboard.press("Enter")
    assert row(page, "枫林镇").get_attribute("data-change") == "new"
    base = load(folder)
    assert sentence(page) == compare(base, base.add("枫林镇")).sentence(lang="en")


@pytest.mark.thorough
def test_a_place_is_taken_with_the_mouse_from_what_was_found(page):
    page.fill("#search-text", "枫林")
    with settles(page):
        page.click('#search-found li:has-text("枫林镇")')
    assert row(page, "枫林镇").get_attribute("data-change") == "new"
    assert page.locator("#search-found").is_hidden()


@pytest.mark.thorough
def test_a_place_that_does_not_exist_is_said_to(page):
    page.focus("#search-text")
    page.keyboard.type("Atlantis")
    assert "No place" in page.inner_text("#search-none")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.input_value("#search-text") == ""
    assert page.locator(".station").count() == 8


def test_a_station_is_added_where_the_map_is_clicked(page):
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + 20, box["y"] + box["height"] - 20)  # beside the ground
    assert page.locator(".maplibregl-popup").count() == 0
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.25)
    with settles(page):
        page.click(".maplibregl-popup button")
    assert page.locator('.station[data-change="new"]').count() == 1


# ── what can be done to a station ────────────────────────────────────────────────────────────


def test_a_station_is_closed_and_opened_again(page):
    today = sentence(page)
    with settles(page):
        row(page, TAIAN).locator(".close").click()
    assert row(page, TAIAN).get_attribute("data-change") == "closed"
    assert page.inner_text(f'.station[data-station="{TAIAN}"] .number') == "×"
    assert row(page, TAIAN).locator(".take").is_disabled()
    closed = middle(page, TAIAN)
    take(page, TAIAN, 40, 40)  # which moves the map, if anything
    page.mouse.up()
    assert row(page, TAIAN).get_attribute("data-change") == "closed"
    assert closed
    with settles(page):
        row(page, TAIAN).locator(".close").click()
    assert sentence(page) == today


@pytest.mark.thorough
def test_rows_stay_where_they_are_when_one_is_closed(page):
    """Else the next one would be closed by a second press at the same place."""
    ids = "all => all.map(one => one.dataset.station)"
    before = page.locator("#station-list > li").evaluate_all(ids)
    with settles(page):
        row(page, before[0]).locator(".close").click()
    assert page.locator("#station-list > li").evaluate_all(ids) == before


def test_a_station_is_moved_with_a_finger(chromium, served):
    with visited(chromium, served, has_touch=True) as page:
        finger = page.context.new_cdp_session(page)
        x, y = middle(page, TAIAN)
        for kind, dx in [("touchStart", 0), *(("touchMove", 6 * step) for step in range(1, 8))]:
            points = [{"x": x + dx, "y": y - dx}]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_selector("#answer[data-dragging=true]")
        with settles(page):
            finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        assert row(page, TAIAN).get_attribute("data-change") == "moved"
        assert page.locator(".maplibregl-popup").count() == 0


@pytest.mark.thorough
def test_hours_are_set_for_some_of_its_ambulances(page, folder):
    station = "湘东医院"
    row(page, station).locator(".hours").click()
    editor = row(page, station).locator(".editor")
    editor.locator("[name=begin]").select_option("08")
    editor.locator("[name=end]").select_option("20")
    editor.locator("[name=number]").select_option("1")
    speak(page, "zh")
    assert re.search("[\u4e00-\u9fff]", editor.inner_text())
    speak(page, "en")
    assert editor.locator("[name=begin]").input_value() == "08"  # what was chosen stays
    with settles(page):
        editor.locator("button").click()
    assert row(page, station).get_attribute("data-change") == "crews"
    assert "2 ×" in row(page, station).locator(".hours-text").inner_text()
    plan, _ = saved(page, folder, "hours")
    assert sentence(page) == compare(load(folder), plan).sentence(lang="en")


def test_what_cannot_be_is_refused_in_words_and_the_mark_goes_back(page):
    """A station outside the map: said until something succeeds."""
    before = middle(page, TAIAN)
    box = page.locator("#map").bounding_box()
    x, y = before
    take(page, TAIAN, box["x"] + 15 - x, box["y"] + 150 - y)
    page.wait_for_selector("#refused:not([hidden])")
    assert "outside" in page.inner_text("#refused")
    page.mouse.up()
    page.wait_for_timeout(800)
    assert middle(page, TAIAN) == pytest.approx(before, abs=0.6)
    assert row(page, TAIAN).get_attribute("data-change") == "same"
    speak(page, "zh")
    assert re.search("[\u4e00-\u9fff]", page.inner_text("#refused"))
    with settles(page):
        row(page, TAIAN).locator(".more").click()
    assert page.locator("#refused").is_hidden()


# ── plans and files ──────────────────────────────────────────────────────────────────────────


def test_two_plans_are_held_against_each_other(page):
    (first,) = page.locator(".plan").evaluate_all("all => all.map(one => one.dataset.plan)")
    with settles(page):
        row(page, TAIAN).locator(".more").click()
    against_today = sentence(page)
    with settles(page):
        page.click("#keep")
        page.fill("#dialog-name", "B")
        page.click("#dialog-yes")
    with settles(page):
        row(page, "湘东医院").locator(".close").click()
    with settles(page):
        page.select_option("#against", first)
    assert first in page.inner_text("thead")
    beside = sentence(page)
    with settles(page):
        page.check(f'.plan[data-plan="{first}"] input')
    assert sentence(page) == against_today
    with settles(page):
        page.check('.plan[data-plan="B"] input')
        page.wait_for_selector('#station-list li[data-station="湘东医院"][data-change="closed"]')
    with settles(page):
        page.select_option("#against", first)
    assert sentence(page) == beside
    with settles(page):
        page.click('.plan[data-plan="B"] button:has-text("Rename")')
        page.fill("#dialog-name", "Better")
        page.click("#dialog-yes")
    assert page.locator('.plan[data-plan="Better"] input').is_checked()
    with settles(page):
        page.click('.plan[data-plan="Better"] button:has-text("Remove")')
    assert page.locator(".plan").count() == 1
    assert sentence(page) == against_today


def test_a_plan_is_saved_replaced_and_opened_again(page, folder):
    with settles(page):
        row(page, TAIAN).locator(".close").click()
    shown = sentence(page)
    page.fill("#save-name", "north-west")  # which is there already
    page.click("#save button")
    page.wait_for_selector("#dialog[open]")
    page.click("#dialog-no")
    assert "Two sub-stations" in (folder / "north-west.yaml").read_text("utf-8")
    plan, written = saved(page, folder, "without")
    assert written["changes"] == [{"close": {"station": TAIAN}}]
    assert "without.yaml" in page.inner_text("#saved code")
    with settles(page):
        page.click("#reset")
    with settles(page):
        page.select_option("#load-file", "without.yaml")
        page.click("#load button")
    assert sentence(page) == shown == compare(load(folder), plan).sentence(lang="en")
    with settles(page):
        row(page, TAIAN).locator(".close").click()  # opened again
    page.fill("#save-name", "north-west")
    page.click("#save button")
    page.click("#dialog-yes")
    page.wait_for_selector('#saved code:has-text("north-west")')
    assert "Two sub-stations" not in (folder / "north-west.yaml").read_text("utf-8")


def test_numbers_of_before_a_change_are_seen_to_be(page, folder):
    """Until the first answer to it, which may take seconds: dimmed, and not taken along."""
    page.evaluate(
        """() => {
            window.seen = [];
            const look = () => seen.push([
                document.body.dataset.awaited, document.getElementById("copy").disabled,
                document.getElementById("export").inert,
                document.getElementById("precision").textContent.includes("before the last change"),
            ]);
            new MutationObserver(look).observe(document.body, { attributeFilter: ["data-awaited"] });
        }"""
    )
    with settles(page):
        row(page, TAIAN).locator(".close").click()
    seen = page.evaluate("seen")
    assert ["yes", True, True, True] in seen
    assert seen[-1] == ["no", False, False, False]
    saved(page, folder, "closed")
    with settles(page):
        page.click("#undo")
    assert page.inner_text("#saved") == "", "its file is that of another plan now"


@pytest.mark.thorough
def test_the_table_leaves_the_page_in_the_language_that_is_read(page):
    speak(page, "zh")
    with page.expect_download() as asked:
        page.click("#export")
    text = asked.value.path().read_text("utf-8-sig")
    assert re.search("[\u4e00-\u9fff]", text)
    assert text.count("\n") >= 8


@pytest.mark.thorough
def test_the_sentence_is_copied_as_it_stands(chromium, served):
    with visited(chromium, served, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.click("#copy")
        page.wait_for_selector("#copied:not(:empty)")
        assert page.evaluate("navigator.clipboard.readText()") == sentence(page)


# ── languages, townships ─────────────────────────────────────────────────────────────────────


def test_the_language_changes_at_once_and_nothing_is_fetched(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    assert page.get_attribute("html", "lang") == "en"
    english = page.inner_text("#panel")
    speak(page, "zh")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    chinese = page.inner_text("#panel")
    assert page.title() != "tenthirty"
    for text in (english, chinese):
        assert "{" not in text
        assert "undefined" not in text
    # What stays English: files and plans by name, and how English calls itself.
    left = re.sub(r"English|CSV|CI|Ctrl|Shift|[\w-]+\.yaml|Plan \d*", "", chinese)
    assert re.findall(r"[A-Za-z]{4,}", left) == []
    assert [url for url in asked if not url.startswith(("blob:", "data:"))] == []
    speak(page, "en")
    assert page.inner_text("#panel") == english


def test_a_township_says_how_it_is_served_and_why_calls_come_late(page):
    page.select_option("#township-choice", label="Fenglin")
    assert "Fenglin" in page.inner_text("#township-text")
    page.wait_for_selector("#township-why:not(:empty)")
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.25)
    page.mouse.move(box["x"] + box["width"] * 0.5 + 3, box["y"] + box["height"] * 0.25)
    page.wait_for_function("document.getElementById('township-choice').value !== ''")
    assert page.inner_text("#township-text") != ""
    page.wait_for_selector("#township-why:not(:empty)")
    page.focus(f'.station[data-station="{TAIAN}"]')
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+ArrowDown")
    page.wait_for_selector("#answer[data-dragging=true]")
    assert page.inner_text("#township-why") == ""  # what was said of another layout is gone
    with settles(page):
        page.keyboard.press("Enter")
    page.wait_for_selector("#township-why:not(:empty)")
    first = page.locator("#worst button").first
    name = first.inner_text()
    first.click()
    assert page.inner_text("#township-text").startswith(name)


@pytest.mark.thorough
def test_colours_can_mean_three_things_and_say_which(page):
    said = set()
    for mode in ("within", "p90", "change"):
        page.check(f"input[name=mode][value={mode}]")
        said.add(page.inner_text("#legend-classes"))
    assert len(said) == 3


# ── the line to the program ──────────────────────────────────────────────────────────────────


class Wire:
    """What goes between page and server, to be cut or overheard."""

    def __init__(self, page):
        self.sockets, self.drags, self.hold = [], [], False
        page.route_web_socket(re.compile("/ws$"), self._opened)

    def _opened(self, socket):
        server = socket.connect_to_server()
        self.sockets.append(socket)
        server.on_message(lambda text: self._told(socket, text))

    def _told(self, socket, text):
        message = json.loads(text)
        if message["kind"] == "answer" and message["dragging"]:
            self.drags.append(text)
        socket.send(text)

    def cut(self):
        self.sockets[-1].close()


@pytest.fixture
def wire(page):
    found = Wire(page)
    page.reload()
    page.wait_for_selector(f"#answer{SETTLED}")
    return found


def test_a_lost_connection_is_said_and_everything_is_as_before_when_it_is_back(page, wire):
    with settles(page):
        row(page, TAIAN).locator(".more").click()
    shown = sentence(page)
    before = number(page)
    wire.cut()
    page.wait_for_selector("#lost:not([hidden])")
    assert "lost" in page.inner_text("#lost-text")
    for part in ("#undo", "#reset", "#search-text", "#keep", "#load-file"):
        assert page.is_disabled(part)
    assert row(page, TAIAN).locator(".more").is_disabled()
    assert sentence(page) == shown
    page.wait_for_selector("#lost", state="hidden")  # it comes back by itself
    page.wait_for_selector(f'#answer:not([data-n="{before}"]){SETTLED}')
    assert sentence(page) == shown
    assert page.is_enabled("#undo")
    with settles(page):
        page.click("#undo")
    assert sentence(page) != shown


def test_an_answer_to_an_older_position_is_not_shown(page, wire):
    take(page, TAIAN, 40, -40)
    page.wait_for_selector("#answer[data-dragging=true][data-final=true]")
    old = wire.drags[0]
    x, y = middle(page, TAIAN)
    page.wait_for_timeout(1000)  # until nothing more is to come of the first way
    before = number(page)
    page.mouse.move(x + 40, y)
    page.wait_for_selector(f'#answer:not([data-n="{before}"])[data-dragging=true][data-final=true]')
    newest, shown = number(page), sentence(page)
    assert json.loads(old)["n"] < int(newest)
    wire.sockets[-1].send(old)
    page.wait_for_timeout(300)
    assert (number(page), sentence(page)) == (newest, shown)
    page.mouse.up()


def test_a_second_tab_is_turned_away_until_the_first_is_closed(chromium, served):
    own = (served.address, "data:", "blob:")
    with opened(chromium, served.address, own, viewport=WIDE) as (second, _):
        second.wait_for_selector(f"#answer{SETTLED}")
        with opened(chromium, served.address, own, viewport=WIDE) as (third, heard):
            third.wait_for_selector("#busy:not([hidden])")
            assert "open in another tab" in third.inner_text("#busy-text")
            second.close()
            third.wait_for_timeout(500)
            third.click("#busy-again")
            third.wait_for_selector(f"#answer{SETTLED}")
            assert third.locator("#busy").is_hidden()
            assert heard.errors == []


NO_GL = """const usual = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind.startsWith("webgl") ? null : usual.call(this, kind, ...more);
};"""


def test_without_a_map_all_else_works(chromium, served):
    """A browser without WebGL, as over a remote desktop, says so; stations move by their list."""
    own = (served.address, "data:", "blob:")
    with opened(chromium, served.address, own, viewport=WIDE) as (page, heard):
        page.add_init_script(NO_GL)
        page.reload()
        page.wait_for_selector(f"#answer{SETTLED}")
        assert "WebGL 2" in page.inner_text("#map")
        today = sentence(page)
        row(page, TAIAN).locator(".take").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Shift+ArrowUp")
        page.wait_for_selector("#answer[data-dragging=true]")
        with settles(page):
            page.keyboard.press("Enter")
        assert row(page, TAIAN).get_attribute("data-change") == "moved"
        assert sentence(page) != today
        assert heard.errors == []


# ── readable everywhere ──────────────────────────────────────────────────────────────────────

SCREENS = {
    "125 %": {"viewport": {"width": 1152, "height": 720}, "device_scale_factor": 1.25},
    "1024": {"viewport": {"width": 1024, "height": 768}},
    "768": {"viewport": {"width": 768, "height": 1024}},
}
CUT = """all => all.filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1)
    .map(e => `${e.id || e.className}: ${e.textContent.trim()}`)"""


@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_is_cut_off_on_a_small_screen(chromium, served, screen):
    with visited(chromium, served, **SCREENS[screen]) as page:
        with settles(page):
            row(page, TAIAN).locator(".more").click()
        for code in ("en", "zh"):
            speak(page, code)
            page.wait_for_timeout(300)
            parts = "html, #panel, #table-room, button, .button, #colours, #below, #source, header"
            assert page.locator(parts).evaluate_all(CUT) == []
            map_box = page.locator("#map").bounding_box()
            assert map_box["height"] >= 300
            for station in page.locator(".station").all():
                box = station.bounding_box()
                assert map_box["x"] <= box["x"] <= map_box["x"] + map_box["width"]
                assert map_box["y"] <= box["y"] <= map_box["y"] + map_box["height"]


CONTRAST = """() => {
  const light = text => {
    const [r, g, b] = text.match(/[\\d.]+/g).map(Number)
      .map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      const alpha = (colour.match(/[\\d.]+/g) ?? [])[3];
      if (alpha === undefined || Number(alpha) > 0.9) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const poor = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.offsetParent || e.closest('.maplibregl-ctrl, .unseen') || e.disabled) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(`${e.tagName}.${e.className}: ${e.textContent.trim()}`);
  }
  return poor;
}"""


@pytest.mark.thorough
def test_every_text_stands_out_from_its_ground(page):
    with settles(page):
        row(page, TAIAN).locator(".close").click()
    assert page.evaluate(CONTRAST) == []


@pytest.mark.thorough
def test_every_control_has_a_name(page):
    nameless = """all => all.filter(e => e.offsetParent && !(e.textContent.trim()
        || e.getAttribute('aria-label') || (e.labels && e.labels.length))).map(e => e.outerHTML)"""
    assert page.locator("button, select, input, a").evaluate_all(nameless) == []
