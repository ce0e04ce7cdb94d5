"""The page's server: who may speak to it, what it says, and that its numbers are those of compare."""

from __future__ import annotations

import asyncio
import base64
import csv
import errno
import gzip
import io
import json
import time
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
import websockets
from conftest import ROOT

import sim
from sim.answers.comparison import compare
from sim.browser.ground import reached
from sim.browser.live import live
from sim.browser.protocol import MOST_BYTES
from sim.browser.server import NAMES, TAKEN, _as_cell, listening
from sim.errors import OptionError
from sim.measures.groups import Group
from sim.prepare.reach import reach
from sim.scenario.file import load
from sim.words.language import language

AT = [113.5, 27.7]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("place")
    (folder / "maps").mkdir()
    (folder / "maps" / "liling").symlink_to(ROOT / "maps" / "liling")
    text = (ROOT / "scenarios" / "liling" / "today.yaml").read_text("utf-8")
    (folder / "today.yaml").write_text(
        text + "\nstudy: {length: 3 days, warm_up: 1 day}\n", "utf-8"
    )
    return folder


@pytest.fixture
def page(folder):
    with live(load(folder / "today.yaml")) as page:
        yield page


class Tab:
    """A page's end of the socket: asks, and hears until something is said."""

    def __init__(self, page, name="tab", origin=None):
        self.url, self.name, self.n = urlsplit(page.address), name, 0
        self.origin = f"http://{self.url.netloc}" if origin is None else origin

    async def __aenter__(self):
        address = f"ws://{self.url.netloc}{self.url.path}ws"
        self.socket = await websockets.connect(address, origin=self.origin, max_size=None)
        return self

    async def __aexit__(self, *ended):
        await self.socket.close()

    async def send(self, do, **given):
        self.n += 1
        await self.socket.send(json.dumps({"n": self.n, "do": do} | given))
        return self.n

    async def heard(self, kind, n=None, **wanted):
        """The first of a kind with these values; of a refusal that was not asked for, its text."""
        while True:
            told = json.loads(await asyncio.wait_for(self.socket.recv(), 60))
            assert kind == "refused" or told["kind"] != "refused", told["text"]["en"]
            if (
                told["kind"] == kind
                and n in (None, told.get("n"))
                and wanted.items() <= told.items()
            ):
                return told

    async def refused(self, n):
        """Until a message is refused."""
        while True:
            told = json.loads(await asyncio.wait_for(self.socket.recv(), 60))
            if told["kind"] == "refused" and told["n"] == n:
                return

    async def closed(self):
        """Until the server closes it."""
        with suppress(websockets.ConnectionClosed):
            async for _ in self.socket:
                pass

    async def hello(self):
        n = await self.send("hello", tab=self.name)
        return await self.heard("state", n)


def played(page, *acts, **tab):
    """Each act in turn, with the tab."""

    async def play():
        async with Tab(page, **tab) as one:
            await one.hello()
            return [await act(one) for act in acts]

    return asyncio.run(play())


def doing(kind, do, **given):
    """An act: ask, and hear what comes of it."""
    wanted = given.pop("wanted", {})

    async def act(tab):
        n = await tab.send(do, **given)
        return await tab.heard(kind, n, **wanted)

    return act


FINAL = {"wanted": {"final": True}}


# ── numbers ──────────────────────────────────────────────────────────────────────────────────


def test_what_the_page_shows_is_what_compare_says_of_the_saved_file(page, folder):
    """To the last bit, in both languages, and in the table that is exported."""
    answers = played(
        page,
        doing("answer", "drag", station="市妇幼", at=[113.49, 27.65]),
        doing("state", "drop", station="市妇幼", at=AT),
        doing("answer", "add", place="枫林镇", **FINAL),
        doing("answer", "save", name="by hand", **FINAL),
    )
    shown, (saved,) = answers[3], folder.glob("by*hand.yaml")
    base, plan = load(folder / "today.yaml"), load(saved)
    whole = compare(base, plan, workers=1)
    assert shown["replications"] == whole.replications
    assert plan.name.en == "by hand"  # what the page calls it from then on
    for code in ("en", "zh"):
        assert shown["sentence"][code] == whole.sentence(code)
        table = sim_table(whole, code)
        assert shown["table"][code]["rows"] == table
    for bar, line in zip(shown["bars"], whole.lines_against_base(1), strict=True):
        value = whole.difference(line.key, 1, line.group)
        times = 100 if bar["unit"] == "points" else 1
        assert (bar["mean"], bar["low"], bar["high"]) == tuple(end * times for end in value)
        assert bar["verdict"] == whole.verdict(line.key, 1, line.group)
    towns = shown["townships"]
    for row in range(len(base.map.townships)):
        group = Group("township", row)
        assert towns["within"][row] == 100 * whole.estimate("within", 1, group).mean
        assert towns["base_within"][row] == 100 * whole.estimate("within", 0, group).mean
        assert towns["p90"][row] == whole.estimate("p90", 1, group).mean
        assert towns["base_p90"][row] == whole.estimate("p90", 0, group).mean
        assert towns["change"][row] == 100 * whole.spread("within", 1, group).mean
    assert shown["worst"] == list(whole.pooled[0].setup.worst)


def saved_so(file, command):
    """An act: hear in which file the plan stands now, and what command gives its numbers."""

    async def act(tab):
        state = await tab.heard("state")
        while (state["saved"] or {}).get("file") != file:
            state = await tab.heard("state")
        assert state["saved"]["command"] == command
        assert state["saved"]["command"] in state["saved"]["text"]["en"]

    return act


def test_the_command_that_is_named_gives_the_numbers_that_are_shown(page, folder):
    """Also of a plan held against another one; and none is named where none would."""
    base, one, two = (str(folder / f"{name}.yaml") for name in ("today", "one", "two"))
    answer, changed = played(
        page,
        doing("state", "add", place="枫林镇"),
        doing("saved", "save", name="one"),
        saved_so("one.yaml", f"tenthirty compare {base} {one}"),
        doing("state", "keep", name="two"),
        doing("state", "close", station="市妇幼"),
        doing("saved", "save", name="two"),
        saved_so("two.yaml", f"tenthirty compare {base} {two}"),
        doing("answer", "show", plan="two", against="one", **FINAL),
        doing("state", "ambulances", station="枫林镇", number=2),
        doing("state", "show", plan="one", against="two"),
    )[-3:-1]
    whole = compare(load(one), load(two), workers=1)
    assert answer["sentence"] == {code: whole.sentence(code) for code in ("zh", "en")}
    assert changed["saved"] is None


def test_a_plan_is_said_to_be_as_today_only_where_it_is(page):
    (changed, kept, alike, today) = played(
        page,
        doing("answer", "close", station="市妇幼", **FINAL),
        doing("state", "keep", name="B"),
        doing("answer", "show", plan="B", against="Plan 1", **FINAL),
        doing("answer", "reset", **FINAL),
    )
    assert changed["verdict"] == "worse"
    assert kept["awaited"]
    assert alike["verdict"] == "same"
    assert "today" not in str(alike["sentence"]["en"])
    assert today["verdict"] != "same"


def sim_table(found, code):
    from sim.words.comparison import against_base

    return against_base(found, 1, language(code)).rows


def test_the_first_answer_to_a_drag_is_that_of_so_many_replications(page, folder):
    (answer,) = played(page, doing("answer", "drag", station="市妇幼", at=AT))
    base = load(folder / "today.yaml")
    whole = compare(
        base, base.move("市妇幼", to=AT), replications=answer["replications"], workers=1
    )
    assert answer["dragging"]
    assert not answer["final"]
    assert answer["sentence"]["en"] == whole.sentence()
    assert answer["table"]["zh"]["rows"] == sim_table(whole, "zh")
    assert answer["townships"]["p90"] is None  # what takes long waits until it is let go of


def test_two_plans_are_held_against_each_other(page, folder):
    answers = played(
        page,
        doing("state", "add", place="枫林镇"),
        doing("state", "keep", name="B"),
        doing("state", "close", station="市妇幼"),
        doing("answer", "show", plan="B", against="Plan 1", **FINAL),
    )
    base = load(folder / "today.yaml")
    one = base.add("枫林镇")
    whole = compare(one, one.close("市妇幼"), workers=1)
    assert [bar["mean"] for bar in answers[3]["bars"]] == [
        whole.difference(line.key).mean * (100 if bar["unit"] == "points" else 1)
        for bar, line in zip(answers[3]["bars"], whole.lines_against_base(1), strict=True)
    ]
    assert answers[3]["table"]["en"]["columns"][1]["title"] == "Plan 1"
    assert (
        httpx.get(page.address + "table.csv?lang=en")
        .content.decode("utf-8-sig")
        .startswith(",Plan 1,")
    )


def test_of_many_positions_only_the_last_need_be_answered(page):
    async def act(tab):
        last = 0
        for step in range(60):
            last = await tab.send("drag", station="市妇幼", at=[113.48 + 0.001 * step, 27.64])
        heard = []
        while True:
            told = json.loads(await asyncio.wait_for(tab.socket.recv(), 60))
            if told["kind"] == "answer":
                heard.append(told["n"])
                if told["n"] == last:
                    return heard

    ((heard),) = played(page, act)
    assert heard == sorted(heard)
    assert len(set(heard)) < 30


def test_the_state_says_what_stands_where_and_who_is_there(page):
    states = played(
        page,
        doing("state", "drop", station="市妇幼", at=AT),
        doing("state", "ambulances", station="湘东医院", number=3),
        doing("state", "hours", station="湘东医院", hours="08-20", number=1),
        doing("state", "add", at=[113.52, 27.66], ambulances=2),
        doing("state", "close", station="市中医院"),
        doing("state", "undo"),
        doing("state", "reset"),
        doing("state", "undo"),
    )
    by_name = {one["id"]: one for one in states[4]["stations"]}
    assert by_name["市妇幼"]["change"] == "moved"
    assert by_name["市妇幼"]["at"] == pytest.approx(AT)
    assert by_name["市妇幼"]["from"] is not None
    assert by_name["湘东医院"]["change"] == "crews"
    assert by_name["湘东医院"]["ambulances"] == 3
    assert [crew["hours"]["en"] for crew in by_name["湘东医院"]["crews"]][2:] == ["08–20"]
    assert by_name["市中医院"]["change"] == "closed"
    (new,) = (one for one in states[4]["stations"] if one["change"] == "new")
    assert new["ambulances"] == 2
    assert "closed" in by_name["市中医院"]["text"]["en"]
    assert {one["change"] for one in states[5]["stations"]} == {"same", "moved", "crews", "new"}
    assert {one["change"] for one in states[6]["stations"]} == {"same"}
    assert states[7]["stations"] == states[5]["stations"]


def test_why_is_told_of_all_and_of_a_township(page):
    first, every, one = played(
        page,
        doing("answer", "undo", **FINAL),
        doing("why", "why"),
        doing("why", "why", township=0),
    )
    assert first["verdict"] == "today"
    assert "miss their target" in every["text"]["en"]
    assert one["township"] == 0
    assert one["text"]["zh"]


# ── what is refused ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("do", "given", "text"),
    [
        ("drop", {"station": "市妇幼", "at": [0.0, 0.0]}, "outside the map"),
        ("drag", {"station": "市妇幼", "at": [27.7, 113.5]}, "swapped"),
        ("drag", {"station": "nowhere", "at": AT}, "nowhere"),
        ("add", {"place": "Atlantis"}, "no place"),
        ("ambulances", {"station": "市妇幼", "number": "two"}, "not understood"),
        ("ambulances", {"station": "市妇幼", "number": 9999}, "at most"),
        ("hours", {"station": "市妇幼", "hours": "noon to never"}, "roster"),
        ("keep", {"name": ""}, "1 to"),
        ("load", {"file": "../../etc/passwd"}, "no file"),
        ("why", {"township": 100_000}, "no such township"),
        ("sink", {}, "not understood"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_lost(page, do, given, text):
    before, refused, after = played(
        page,
        doing("state", "add", place="枫林镇"),
        lambda tab: refusal(tab, do, given),
        doing("state", "show", plan="Plan 1", against=None),
    )
    assert text in refused["text"]["en"]
    assert refused["text"]["zh"] != refused["text"]["en"]
    assert after["stations"] == before["stations"]


def test_where_a_station_cannot_be_left_the_plan_as_it_is_is_shown_again(page):
    async def let_go(tab):
        n = await tab.send("drop", station="市妇幼", at=[0.0, 0.0])
        await tab.refused(n)
        return await tab.heard("answer", n, final=True)

    first, dragged, after = played(
        page,
        doing("answer", "undo", **FINAL),
        doing("answer", "drag", station="市妇幼", at=AT),
        let_go,
    )
    assert dragged["sentence"] != first["sentence"]
    assert after["sentence"] == first["sentence"]
    assert not after["dragging"]


async def refusal(tab, do, given):
    async def heard():
        while True:
            told = json.loads(await asyncio.wait_for(tab.socket.recv(), 60))
            if told["kind"] == "refused":
                return told

    await asyncio.sleep(0.3)
    await tab.send("why")  # something must have been answered before it can be told why
    await tab.send(do, **given)
    return await heard()


def test_a_message_of_ten_megabytes_is_refused_and_the_server_lives(page):
    async def play():
        async with Tab(page) as one:
            await one.hello()
            n = await one.send("add", place="枫林镇")
            before = await one.heard("state", n)
            await one.socket.send("x" * 10_000_000)
            await one.closed()
        async with Tab(page) as one:
            n = await one.send("hello", tab="tab")
            refused = await one.heard("refused")
            after = await one.heard("state", n)
        return before, refused, after

    before, refused, after = asyncio.run(play())
    assert str(MOST_BYTES // 1024) in refused["text"]["en"]
    assert after["stations"] == before["stations"]


def test_bytes_and_nonsense_do_not_harm(page):
    async def play():
        async with Tab(page) as one:
            await one.hello()
            await one.socket.send("{")
            refused = await one.heard("refused")
            await one.socket.send(b"\0\1")
            await one.closed()
        async with Tab(page) as one:
            return refused, await one.hello()

    refused, state = asyncio.run(play())
    assert refused["n"] == 0
    assert state["stations"]


def test_a_second_tab_is_told_and_the_first_goes_on(page):
    async def play():
        async with Tab(page, "one") as one:
            await one.hello()
            async with Tab(page, "two") as two:
                await two.send("hello", tab="two")
                busy = await two.heard("busy")
                with pytest.raises(websockets.ConnectionClosed) as closed:
                    await two.socket.recv()
            n = await one.send("add", place="枫林镇")
            state = await one.heard("state", n)
        async with Tab(page, "two") as two:  # the first is closed by now
            return busy, closed.value.rcvd.code, state, await two.hello()

    busy, code, state, later = asyncio.run(play())
    assert "another tab" in busy["text"]["en"]
    assert code == TAKEN
    assert later["stations"] == state["stations"]


def test_a_tab_that_was_cut_off_comes_back_to_everything(page):
    async def play():
        one = Tab(page)
        await one.__aenter__()
        await one.hello()
        n = await one.send("add", place="枫林镇")
        state = await one.heard("state", n)
        async with Tab(page) as again:  # while the old one still hangs
            back = await again.hello()
            answer = await again.heard("answer", final=True)
        return state, back, answer

    state, back, answer = asyncio.run(play())
    assert back["stations"] == state["stations"]
    assert answer["verdict"] == "better"


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1"]
)
def test_another_origin_may_not_listen(page, origin):
    async def play():
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with Tab(page, origin=origin):
                pass
        return refused.value.response.status_code

    assert asyncio.run(play()) == 403


def test_only_who_knows_the_address_is_answered(page):
    url = urlsplit(page.address)
    place = f"http://{url.netloc}"
    assert httpx.get(page.address).status_code == 200
    for path in ("/", "/ground.json", "/live.html", f"{url.path[:-2]}x/", f"{url.path}assets/../server.py",
                 f"{url.path}assets/..%2fserver.py", f"{url.path}assets/", f"{url.path}assets/nothing.js"):  # fmt: skip
        assert httpx.get(place + path).status_code == 404, path
    assert httpx.get(page.address, headers={"Host": "evil.example"}).status_code == 403
    assert httpx.post(page.address).status_code == 405


def test_nothing_is_fetched_from_outside_and_no_cookie_is_set(page):
    for path in ("", "ground.json", "texts.json", "assets/live.css"):
        answer = httpx.get(page.address + path)
        assert answer.status_code == 200, path
        assert "set-cookie" not in answer.headers
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_it_listens_on_this_machine_alone(page):
    assert urlsplit(page.address).hostname in NAMES
    assert page._socket.getsockname()[0] == "127.0.0.1"
    assert len(urlsplit(page.address).path) > 20


def test_the_ground_has_every_road_township_and_place(page, folder):
    ground = httpx.get(page.address + "ground.json").json()
    on = load(folder / "today.yaml").map
    assert len(ground["townships"]["features"]) == len(on.townships)
    assert len(ground["roads"]["lines"]["features"]) == len(on.network.lines)
    assert ground["synthetic"] is True
    assert "Synthetic" in ground["marks"]["en"][0]
    west, south, east, north = ground["bounds"]
    for place in ground["places"]:
        assert west <= place["at"][0] <= east
        assert south <= place["at"][1] <= north
    packed = json.dumps(ground).encode()
    assert len(gzip.compress(packed)) < 400_000


def test_the_table_is_exported_in_both_languages(page):
    assert httpx.get(page.address + "table.csv").status_code == 404  # nothing is known as yet
    played(page, doing("answer", "add", place="枫林镇", **FINAL))
    english = httpx.get(page.address + "table.csv?lang=en").content.decode("utf-8-sig")
    chinese = httpx.get(page.address + "table.csv?lang=zh").content.decode("utf-8-sig")
    assert "All calls within target" in english
    assert "全部呼叫达标率" in chinese
    assert english.count("\n") == chinese.count("\n")


def test_a_plan_is_no_formula_in_a_spreadsheet(page):
    kept = [doing("state", "keep", name=name) for name in ("=1+1", "B")]
    shown = doing("answer", "show", plan="B", against="=1+1", **FINAL)
    moved = doing("answer", "drop", station="市妇幼", at=AT, **FINAL)
    played(page, doing("answer", "add", place="枫林镇", **FINAL), *kept, moved, shown)
    text = httpx.get(page.address + "table.csv?lang=en").content.decode("utf-8-sig")
    assert "'=1+1" in next(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("text", ["+3.4", "-12", "−0.5", "1,204", "78.3"])
def test_a_change_is_a_number_in_a_spreadsheet(text):
    assert _as_cell(text) == text


@pytest.mark.parametrize("text", ["+1.2 to +3.4", "-", "=1", "+A1", "@x"])
def test_what_a_spreadsheet_would_work_out_is_a_text(text):
    assert _as_cell(text) == f"'{text}"


# ── opened and ended ─────────────────────────────────────────────────────────────────────────


def test_a_second_page_takes_another_port_and_a_named_one_that_is_taken_is_said(page, folder):
    scenario = load(folder / "today.yaml")
    with live(scenario) as other:
        assert other.port != page.port
        assert httpx.get(other.address).status_code == 200
    with pytest.raises(OptionError, match="taken"):
        live(scenario, port=page.port)
    for wrong in (0, 70_000, "a"):
        with pytest.raises(OptionError):
            live(scenario, port=wrong)


def test_a_port_that_is_not_to_be_had_is_told_with_the_reason(monkeypatch):
    def refused(self, address):
        raise PermissionError(errno.EACCES, "whatever the system says")

    monkeypatch.setattr("socket.socket.bind", refused)
    with pytest.raises(OptionError, match="80 cannot be used: Permission denied"):
        listening(80)


def test_it_ends_at_once_whatever_it_is_at(folder):
    page = live(load(folder / "today.yaml"))

    async def play():
        async with Tab(page) as one:
            await one.hello()
            await one.send("add", place="枫林镇")
            began = time.perf_counter()
            await asyncio.to_thread(page.stop)
            return time.perf_counter() - began

    asyncio.run(play())
    assert not page._thread.is_alive()
    assert not page._desk.session._thread.is_alive()
    listening(page.port).close()


def test_who_leaves_ends_the_work_and_loses_no_change(folder):
    """Of hundreds of replications some are simulated, and no more once the page is gone."""
    with live(load(folder / "today.yaml").with_study(replications=900)) as page:

        async def play():
            async with Tab(page) as one:
                await one.hello()
                n = await one.send("add", place="枫林镇")
                await one.heard("answer", n)
                for _ in range(3):  # the last of them lie in the box as it is closed
                    await one.send("ambulances", station="湘东医院", number=5)
                    await one.send("add", at=[113.52, 27.66])
            await asyncio.sleep(1)
            follower = next(iter(page._desk.session._followers.values()))
            runs = follower._runs.runs
            await asyncio.sleep(1)
            assert 0 < runs == follower._runs.runs < 900
            async with Tab(page) as again:
                return await again.hello()

        state = asyncio.run(play())
    assert sum(one["change"] == "new" for one in state["stations"]) == 4


def in_time_of(scenario, found):
    """People within the target of their area, one cell after the other."""
    targets, cells = scenario.settings.targets, scenario.map.cells
    limit_s = {0: targets.urban, 1: targets.rural}
    each = zip(cells.people.tolist(), cells.area.tolist(), found.cell_s[0].tolist(), strict=True)
    return sum(people for people, area, seconds in each if seconds <= limit_s[area])


def test_roads_in_reach_are_those_within_the_target_to_the_second(folder):
    scenario = load(folder / "today.yaml")
    station, on = scenario.stations[0], scenario.map
    packed, people = reached(scenario, station)
    within = np.frombuffer(base64.b64decode(packed), np.uint8)
    alone = scenario
    for other in scenario.stations[1:]:
        alone = alone.close(other.name.zh)
    found = reach(alone)
    ends_s = np.maximum(found.node_s[0][on.network.tail], found.node_s[0][on.network.head])
    ends_s = ends_s[on.network.forth]
    assert np.array_equal(within == 2, ends_s <= scenario.settings.targets.urban)
    assert np.array_equal(within >= 1, ends_s <= scenario.settings.targets.rural)
    assert {0, 1, 2} == set(within.tolist())
    assert people == in_time_of(alone, found)


def test_a_notebook_shows_the_page(page):
    shown = page._repr_html_()
    assert page.address in shown
    assert "<iframe" in shown
    assert sim.live is live


def test_the_extra_is_named_where_it_is_missing(folder, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(OptionError, match=r"tenthirty\[live\]"):
        live(load(folder / "today.yaml"))
