"""Layouts held against a base that stays: the very numbers of `compare`, whatever came before."""

from __future__ import annotations

import gc
import math
import weakref

import pytest
from conftest import ROOT
from studies import days

from sim.answers import following
from sim.answers.comparison import compare, run
from sim.answers.following import MOST, Follower, SupersededError
from sim.answers.pools import Pools
from sim.errors import ScenarioError
from sim.measures.groups import ALL, Group
from sim.scenario.file import load


@pytest.fixture(autouse=True)
def _no_time_counts(monkeypatch):
    """Five replications come first, however slow the machine is."""
    monkeypatch.setattr(following, "AT_ONCE_S", math.inf)


def same(one, other):
    """Whether two comparisons say the same, to the last bit: nan is nan."""
    assert [repr(row) for row in one.rows()] == [repr(row) for row in other.rows()]
    assert one.sentences("zh") == other.sentences("zh")
    assert one.tables()["townships"].rows.__repr__() == other.tables()["townships"].rows.__repr__()
    if one.proposals:
        keys = one.headline_keys()
        assert [one.verdict(key) for key in keys] == [other.verdict(key) for key in keys]


@pytest.mark.parametrize(
    ("path", "days_", "change"),
    [
        ("liling/today.yaml", 3, lambda base: base.add("枫林镇")),
        ("liling/today.yaml", 3, lambda base: base.close("市妇幼")),
        ("liling/consortium.yaml", 1, lambda base: base.add("枫林镇")),
        ("liling/standby.yaml", 1, lambda base: base.ambulances("湘东医院", 1)),
        (
            "coquimbo/today.yaml",
            3,
            lambda base: base.move(base.stations[-1].name.zh, to=base.map.townships[9].name.zh),
        ),
    ],
    ids=["add", "close", "bays and conditions", "standby", "Coquimbo"],
)
def test_every_answer_is_that_of_compare_to_the_last_bit(path, days_, change):
    base = load(ROOT / "scenarios" / path).with_study(length=days_ * 86_400.0, most_replications=30)
    layout = change(base)
    with Follower(base) as follower:
        same(next(follower.today()).found, run(base, replications=5, workers=1))
        looks = list(follower.of(layout))
    assert [look.enough for look in looks] == [False] * (len(looks) - 1) + [True]
    counts = [look.found.replications for look in looks]
    assert counts == sorted({5, *counts})
    assert len(counts) > 1
    whole = compare(base, layout, workers=1)
    same(looks[-1].found, whole)
    assert looks[-1].found.provenance.chosen == whole.provenance.chosen
    same(looks[0].found, compare(base, layout, replications=5, workers=1))


def test_today_alone_is_what_run_says_and_comes_again():
    base = days()
    with Follower(base) as follower:
        today = list(follower.today())
        same(today[-1].found, run(base, workers=1))
        list(follower.of(base.add("枫林镇")))
        same(list(follower.today())[-1].found, today[-1].found)


def test_where_five_replications_take_long_two_come_first(monkeypatch):
    monkeypatch.setattr(following, "AT_ONCE_S", 0.0)
    base, layout = days(), days().add("枫林镇")
    with Follower(base) as follower:
        next(follower.today())
        looks = list(follower.of(layout))
    assert [look.found.replications for look in looks][:2] == [2, 5]
    assert "2 replications are too few" in looks[0].found.sentence()
    same(looks[0].found, compare(base, layout, replications=2, workers=1))
    same(looks[-1].found, compare(base, layout, workers=1))


def test_a_given_number_of_replications_is_kept():
    base = days().with_study(replications=12)
    layout = base.add("枫林镇")
    with Follower(base) as follower:
        looks = list(follower.of(layout))
    assert [look.found.replications for look in looks] == [5, 12]
    same(looks[-1].found, compare(base, layout, workers=1))


def test_what_was_given_up_has_no_part_in_the_answer():
    """Wherever it is given up, and however often: what is asked again comes out the same."""
    base = days()
    layout, other = base.add("枫林镇"), base.add("官庄镇")
    whole = compare(base, layout, workers=1)
    for stop_at in range(1, 12, 2):
        asked = []

        def still_wanted(asked=asked, stop_at=stop_at):
            asked.append(None)
            return len(asked) % 45 != stop_at

        given_up = 0
        with Follower(base, still_wanted) as follower:
            while True:
                try:
                    looks = list(follower.of(layout))
                    break
                except SupersededError:
                    given_up += 1
                    try:
                        next(follower.of(other))
                    except SupersededError:
                        pass
        assert given_up
        same(looks[-1].found, whole)


def test_a_layout_asked_for_again_goes_on_from_what_is_known():
    base, layout = days(), days().add("枫林镇")
    with Follower(base) as follower:
        first = next(follower.of(layout))
        rest = list(follower.of(layout))
        assert first.found.replications < rest[0].found.replications
        again = list(follower.of(layout))
        assert len(again) == 1
        same(again[0].found, rest[-1].found)


def test_many_layouts_come_and_go():
    base = days()
    with Follower(base) as follower:
        for number in range(2 * MOST + 1):
            layout = base.move("市妇幼", to=[113.48 + 0.002 * number, 27.64])
            assert next(follower.of(layout)).found.layouts[1] is not base
            assert len(follower._runs.layouts) <= 1 + MOST
        last = list(follower.of(layout))[-1].found
    same(last, compare(base, layout, workers=1))


def test_a_layout_that_cannot_be_leaves_everything_as_it_was():
    base = days()
    with Follower(base) as follower:
        whole = list(follower.of(base.add("枫林镇")))[-1].found
        with pytest.raises(ScenarioError):
            next(follower.of(load(ROOT / "scenarios/coquimbo")))
        layout = base.add("官庄镇")
        same(list(follower.of(layout))[-1].found, compare(base, layout, workers=1))
        assert whole.replications


def test_the_base_is_pooled_once_and_for_its_own_tallies_only():
    base = days()
    one = compare(base, base.add("枫林镇"), replications=5, workers=1)
    other = compare(base, base.add("枫林镇"), replications=5, seed=7, workers=1)
    pools, setup = Pools(), one.pooled[0].setup
    made = pools.of(one.layouts, 0, one.tallies[0], setup)
    assert pools.of(one.layouts, 0, one.tallies[0], setup) is made
    assert pools.of(one.layouts, 0, one.tallies[0][:4], setup) is not made
    assert pools.of(other.layouts, 0, other.tallies[0], setup) is not made
    assert pools.of(one.layouts, 0, one.tallies[0], setup._replace(worst=(1,))) is not made
    assert pools.of(one.layouts, 1, one.tallies[1], setup) is not pools.of(
        one.layouts, 1, one.tallies[1], setup
    )
    for group in (ALL, Group("township", 3), Group("area", 0)):
        for found in (one, other):
            pooled = pools.of(found.layouts, 0, found.tallies[0], setup)
            assert pools.estimate(pooled, "p90", group) is pools.estimate(pooled, "p90", group)
            assert repr(pools.estimate(pooled, "p90", group)) == repr(
                found.estimate("p90", 0, group)
            )


def test_nothing_keeps_an_answer_alive_that_is_no_longer_shown():
    """Else hundreds of layouts under a hand fill the memory before anybody collects what is left."""
    base = days()
    found = compare(base, base.add("枫林镇"), replications=5, workers=1)
    found.sentence()
    found.townships()
    found.why()
    gc.collect()
    gc.disable()
    try:
        alive = weakref.ref(found)
        del found
        assert alive() is None
    finally:
        gc.enable()
