"""A rule of one's own in a study: in the scenario's terms, against today's, told and never kept."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import ROOT

import sim
from sim.errors import InvariantError, OptionError, RuleError
from sim.measures.groups import Group
from sim.study import plan as plans
from sim.study.checkpoints import Fingerprints
from sim.study.effort import Effort
from sim.study.own_rules import Called, Cleared, Offered, Post, WaitingCall
from sim.study.runs import Runs
from sim.words.language import language

KEYS = ("within", "mean", "p90", "busy")
CLASSES = {"classes": [{"name": "advanced", "name_zh": "高级"}, {"name": "basic"}]}
PRIORITIES = [{"name": "urgent", "share": "30 %"}, {"name": "other", "share": "70 %"}]
CONDITIONS = [{"name": "stroke", "share": "20 %"}, {"name": "rest", "share": "80 %"}]


def nearest(call, ambulances):
    return min(ambulances, key=lambda one: (one.seconds, one.number))


def at_home(ambulance):
    return next(one for one in ambulance.stations if one.home)


@pytest.fixture(scope="module")
def town(day):
    """A day of Liling with two classes, two priorities and two conditions."""
    two = day.with_settings(
        crews=CLASSES, demand={"priorities": PRIORITIES, "conditions": CONDITIONS}
    )
    return two.ambulances("市中医院", by=1, class_="basic")


def quick(*layouts, **more):
    return sim.compare(*layouts, replications=2, **more)


# ── today's rule against one's own ───────────────────────────────────────────────────────────


def test_the_house_s_rules_written_as_one_s_own_change_nothing_at_all(town):
    mine = town.with_rules(dispatch=nearest, standby=at_home)
    both = quick(town, mine)
    assert not both.is_same(1)
    for key in KEYS:
        assert both.difference(key).mean == 0.0
        for group in (Group("area", 0), Group("area", 1)):
            assert both.difference(key, 1, group).mean == 0.0 or key == "busy"
    base, other = both.tallies
    for one, two in zip(base, other, strict=True):
        assert np.array_equal(one.response_s, two.response_s, equal_nan=True)


def test_a_rule_that_sends_the_farthest_is_surely_worse_on_the_same_calls(day):
    def farthest(call, ambulances):
        return max(ambulances, key=lambda one: one.seconds)

    both = sim.compare(day, day.with_rules(dispatch=farthest), replications=5)
    assert both.same_calls
    assert both.difference("mean").low > 5
    again = sim.compare(day, day.with_rules(dispatch=farthest), replications=5)
    assert again.difference("mean") == both.difference("mean")


def test_with_a_dispatch_rule_nothing_is_asked_and_with_a_standby_rule_it_is(day):
    assert quick(day, day.with_rules(dispatch=nearest)).pooled[0].answers == 1
    assert quick(day, day.with_rules(standby=at_home)).pooled[0].answers == 17
    assert quick(day).pooled[0].answers == 17


def test_a_layout_that_follows_may_not_bring_the_first_dispatch_rule(day):
    with Runs(day, (), Effort(replications=2)) as runs, pytest.raises(InvariantError):
        runs.add(day.with_rules(dispatch=nearest))


def test_steps_from_a_base_with_rules_follow_them(day):
    mine = day.with_rules(dispatch=nearest, standby=at_home)
    with Runs(mine, (), Effort(replications=2)) as runs:
        row = runs.add(mine.add("枫林镇"))
        runs.extend(2)
        followed = runs.value(row, "mean").mean
    with Runs(day, [day.add("枫林镇")], Effort(replications=2)) as runs:
        runs.extend(2)
        assert runs.replications(1) == 2
        answers = runs.value(1, "mean").mean
    assert followed == pytest.approx(answers, rel=0.2), "the one by calls, the other by answers"


@pytest.mark.thorough  # half a minute
def test_a_rule_that_never_sends_anybody_is_told_after_a_day_and_does_not_run_on(day):
    """One that keeps a call waiting for an hour, or is asked of a new run, is no such rule."""

    def nobody(call, ambulances):
        return None

    def later(call, ambulances):
        return nearest(call, ambulances) if call.waited_s >= 3600 else None

    week = day.with_study(length=7 * 86_400.0)
    with pytest.raises(RuleError, match="it has sent nobody since 20.* for a day") as caught:
        sim.run(week.with_rules(dispatch=nobody), replications=1)
    assert "nobody" in str(caught.value).splitlines()[0]
    assert "一天内有空闲车却未派出任何车" in caught.value.told(language("zh"))
    assert sim.run(week.with_rules(dispatch=later), replications=2).estimate("mean").mean > 60


# ── in the scenario's terms ──────────────────────────────────────────────────────────────────


def test_a_rule_sees_names_times_and_townships(town):
    calls, offered, posts = [], [], []

    def sent(call, ambulances):
        calls.append(call)
        offered.extend(ambulances)
        return nearest(call, ambulances)

    def waits(ambulance):
        posts.append(ambulance)
        return None

    sim.run(town.with_rules(dispatch=sent, standby=waits), replications=1)
    ground = town.map
    assert {one.priority for one in calls} == {"urgent", "other"}
    assert all((one.priority == "urgent") == (one.urgency == 0) for one in calls)
    assert {one.condition for one in calls} == {"stroke", "rest"}
    assert {one.area for one in calls} == {"urban", "rural"}
    assert {one.township.zh for one in calls} <= {t.name.zh for t in ground.townships}
    assert all(one.at >= town.settings.start for one in calls)
    assert {one.station.zh for one in offered} <= {s.name.zh for s in town.stations}
    assert {one.class_.zh for one in offered} == {"高级", "basic"}
    assert any(one.class_ == "advanced" and one.class_ == "高级" for one in offered)
    (basic,) = {one.number for one in offered if one.class_ == "basic"}
    assert town.fleet[basic].kind == 1
    for one in posts:
        assert [p.station.zh for p in one.stations] == [s.name.zh for s in town.stations]
        assert sum(p.home for p in one.stations) == 1
        covered = [p.uncovered for p in one.stations if p.free]
        assert all(share == 0.0 for share in covered), "it is covered by who is there"
    assert any(p.uncovered > 0.01 for one in posts for p in one.stations)


@pytest.mark.thorough  # half a minute
def test_a_closed_station_is_not_shown_and_a_full_point_neither(day):
    points = [{"name": "枫林镇", "capacity": 1}]
    layout = day.close("市妇幼").with_settings(standby={"points": points})
    seen = []

    def to_the_point(ambulance):
        seen.append({one.station.zh for one in ambulance.stations})
        point = [one for one in ambulance.stations if one.station == "枫林镇"]
        return point[0] if point else None

    sim.run(layout.with_rules(standby=to_the_point), replications=1)
    assert all("市妇幼" not in names for names in seen)
    assert any("枫林镇" in names for names in seen)
    assert any("枫林镇" not in names for names in seen), "somebody is there or on the way"


def test_a_name_is_equal_to_itself_in_both_languages_and_is_looked_up_by_one():
    name = Called("枫林镇", "Fenglin")
    assert name == "枫林镇"
    assert name == "Fenglin"
    assert name != "浦口镇"
    assert name in ["Fenglin"]
    assert name == Called("枫林镇", "Fenglin")
    with pytest.raises(TypeError):
        _ = name in {"Fenglin"}
    assert f"{name}" == "Fenglin"


def test_calls_of_records_are_shown_where_they_were(tmp_path):
    from worlds import scenario_with

    path = scenario_with(
        tmp_path, "2024-01-01 01:00,113.5,27.66,60\n2024-01-01 02:00,113.6,27.6,60\n"
    )
    seen = []

    def told(call, ambulances):
        seen.append((call.number, call.township.zh, call.at.hour))
        return nearest(call, ambulances)

    layout = sim.load(path)
    sim.run(layout.with_rules(dispatch=told), replications=1)
    assert [number for number, *_ in seen][:2] == [0, 1]
    assert [hour for *_, hour in seen][:2] == [1, 2]
    assert all(township for _, township, _ in seen)


def test_the_page_names_all_that_a_rule_is_given_and_shows_rules_of_twenty_lines_at_most():
    page = (ROOT / "docs" / "own-rules.md").read_text("utf-8")
    for kind in (WaitingCall, Offered, Cleared, Post):
        for field in kind._fields:
            assert f"`{field}`" in page, (kind, field)
    rules = re.findall(r"^def .*?(?=\n\n\n)", page, re.M | re.S)
    assert [rule.split("(")[0] for rule in rules] == ["def basic_first", "def most_uncovered"]
    assert all(rule.count("\n") < 20 for rule in rules)


# ── refused ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("odd", ["nearest", 3, [], dict])
def test_what_is_no_function_is_refused(day, odd):
    with pytest.raises(OptionError, match="write a function; found"):
        day.with_rules(dispatch=odd)
    with pytest.raises(OptionError, match="write a function; found"):
        day.with_rules(standby=odd)


def test_a_function_of_something_else_is_refused_before_the_clock_starts(day):
    with pytest.raises(OptionError, match="function of call, ambulances; at_home takes"):
        day.with_rules(dispatch=at_home)
    with pytest.raises(OptionError, match="function of ambulance; nearest takes"):
        day.with_rules(standby=nearest)
    with pytest.raises(OptionError, match="name a rule"):
        day.with_rules()


@pytest.mark.parametrize(
    "more",
    [{"workers": 2}, {"scheduler": "tcp://127.0.0.1:1"}, {"keep": "kept"},
     {"executor": ThreadPoolExecutor(1)}],
    ids=lambda more: next(iter(more)),
)  # fmt: skip
def test_other_processes_and_kept_replications_are_refused(day, more, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OptionError, match="leave it out") as caught:
        quick(day, day.with_rules(dispatch=nearest), **more)
    assert caught.value.source == next(iter(more))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "odd", [lambda call, ambulances: call, lambda call, ambulances: ambulances[0].number]
)
def test_nonsense_ends_in_one_message_that_names_the_rule(day, odd):
    with pytest.raises(RuleError, match="The rule <lambda> cannot be followed") as caught:
        quick(day, day.with_rules(dispatch=odd))
    assert "one of the 14 ambulances that it was given, or None" in str(caught.value)


@pytest.mark.parametrize("odd", [lambda one: 0, lambda one: "湘东医院", lambda one: one])
def test_a_station_by_row_or_name_is_refused(day, odd):
    with pytest.raises(RuleError, match="a station where it may wait, or None"):
        quick(day, day.with_rules(standby=odd))


def test_one_offered_at_an_earlier_call_is_refused(day):
    first = []

    def stale(call, ambulances):
        first.append(ambulances[0])
        return first[0]

    with pytest.raises(RuleError, match="it returned Offered"):
        quick(day, day.with_rules(dispatch=stale))


# ── told, and never kept ─────────────────────────────────────────────────────────────────────


def test_results_say_that_a_rule_of_one_s_own_was_followed_in_both_languages(day):
    both = quick(day, day.with_rules(dispatch=nearest))
    assert "who is sent by a rule of your own (nearest)" in both.table()
    assert "派车由自定规则 nearest 决定" in both.table("zh")
    assert "own rule" in both.sentence() or "rule of your own" in both.sentence()
    alone = quick(day.with_rules(dispatch=nearest, standby=at_home))
    assert "Rules of your own decide who is sent (nearest)" in alone.table()
    assert "自定规则" in alone.table("zh")
    assert "空闲救护车" in quick(day.with_rules(standby=at_home)).table("zh")
    assert alone.facts()["own_rules"] == {"dispatch": "nearest", "standby": "at_home"}
    assert both.facts()["differing"][0]["setting"] == "own_rules.dispatch"
    assert "own_rules" not in both.facts()
    json.dumps(both.facts())


def test_one_rule_in_place_of_another_is_told_though_they_are_called_alike(day):
    def first(call, ambulances):
        return ambulances[0]

    one = day.with_rules(dispatch=nearest)
    first.__name__ = "nearest"
    both = quick(one, one.with_rules(dispatch=first))
    told = " ".join(both.page().heading)
    assert "a rule of your own (nearest) instead of another (nearest)" in told
    back = quick(one, day)
    told = " ".join(back.page().heading)
    assert "by the scenario's settings instead of a rule of your own (nearest)" in told


def test_what_follows_from_a_rule_is_never_kept_nor_taken_for_today_s(day, tmp_path, monkeypatch):
    monkeypatch.setenv("TENTHIRTY_REUSE", "yes")
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path))
    kept = tmp_path / "replications"

    def last(call, ambulances):
        return ambulances[-1]

    found = sim.run(day.with_rules(dispatch=last), replications=2)
    assert not list(kept.glob("*"))
    again = sim.run(day.with_rules(dispatch=nearest), replications=2)
    assert again.estimate("mean") != found.estimate("mean")
    today = sim.run(day, replications=2)
    assert len(list(kept.glob("*"))) == 1
    assert sim.run(day, replications=2).estimate("mean") == today.estimate("mean")
    paired = quick(day, day.with_rules(standby=at_home))
    assert paired.estimate("mean") == today.estimate("mean"), "today's own are read back"
    study = plans.prepare(day, [day.with_rules(dispatch=last)], Effort(replications=2))
    assert study.key([0], Fingerprints())
    with pytest.raises(InvariantError):
        study.key([0, 1], Fingerprints())
