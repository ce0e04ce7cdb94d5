"""Many layouts on the same calls: replications, differences, when they are precise enough."""

from __future__ import annotations

import math
import re
from functools import lru_cache

import numpy as np
import pytest
from conftest import ROOT

from sim.answers import comparison
from sim.errors import OptionError
from sim.measures import estimates
from sim.measures.estimates import FIRST_LOOK
from sim.prepare import demand, draws
from sim.scenario.file import load
from sim.study import runs as trials
from sim.study.runs import How, Trials
from sim.study.stopping import STEP
from sim.study.workers import Crew

LANGUAGES = ["en", "zh"]
NAMES = ["枫林镇", "官庄镇", "石亭镇", "均楚镇", "白兔潭镇"]


@lru_cache(maxsize=1)
def days():
    return load(ROOT / "scenarios" / "liling").with_study(length=3 * 86_400.0)


@lru_cache(maxsize=1)
def plans():
    return tuple(days().add(name) for name in NAMES)


def tried(*layouts, upto=None, **how):
    how = {"workers": 1} | how
    found = Trials(days(), layouts or plans(), How(**how))
    if upto:
        found.more(upto)
    return found


def same(one, other, rows=None):
    """Whether two trials found the same, to the last bit."""
    for row in range(len(one.layouts)) if rows is None else rows:
        for a, b in zip(one._found[row], other._found[row], strict=True):
            for x, y in zip(a, b, strict=True):
                assert (x.dtype, x.shape, x.tobytes()) == (y.dtype, y.shape, y.tobytes())


# ── trials ───────────────────────────────────────────────────────────────────────────────────


def test_every_layout_meets_the_same_calls():
    found = tried(upto=3)
    calls = [[one.calls for one in of] for of in found._found]
    assert all(np.array_equal(calls[0], other) for other in calls[1:])
    assert found.runs == 3 * 6
    drawn = draws.draw(demand.build(days()), 2025, 0)
    received = drawn.received_at
    study = days().settings.study
    some = (received >= study.warm_up) & (received < study.warm_up + study.length)
    assert calls[0][0].sum() == some.sum(), "those of any study with this seed"


def test_replications_added_later_are_those_done_at_once():
    later = tried(upto=2)
    later.more(3, [2, 4])
    later.more(5)
    at_once = tried(upto=5)
    same(later, at_once)
    assert later.runs == at_once.runs == 30


def test_more_of_some_leaves_the_others_alone_and_brings_the_base_along():
    found = tried(upto=2)
    found.more(6, [3])
    assert [found.replications(row) for row in range(6)] == [6, 2, 2, 6, 2, 2]
    found.more(4, [3])  # there already
    assert found.runs == 2 * 6 + 4 * 2
    same(found, tried(upto=6), rows=[0, 3])


def test_any_number_of_workers_gives_the_same_bytes():
    with tried(upto=4) as one, tried(upto=4, workers=2) as two:
        same(one, two)


def test_no_more_layouts_at_once_than_memory_allows_and_nothing_changes(monkeypatch):
    blocks = []
    real = Crew.carried_out

    def noted(self, numbers, layouts=None):
        blocks.append(list(layouts))
        return real(self, numbers, layouts)

    monkeypatch.setattr(Crew, "carried_out", noted)
    whole = tried(upto=3)
    monkeypatch.setattr(trials, "AT_ONCE", 2)
    same(whole, tried(upto=3))
    assert blocks == [[0, 1, 2, 3, 4, 5], [0, 1], [2, 3], [4, 5]]


def test_fresh_calls_are_others_and_the_same_each_time():
    usual, one, two = tried(upto=2), tried(upto=2, fresh=True), tried(upto=2, fresh=True)
    same(one, two)
    assert one.seed == usual.seed == 2025, "it is the seed that was asked for"
    assert not np.array_equal(one._found[0][0].calls, usual._found[0][0].calls)


def test_another_seed_gives_other_calls():
    assert not np.array_equal(
        tried(upto=1)._found[0][0].calls, tried(upto=1, seed=7)._found[0][0].calls
    )


def test_differences_are_over_the_replications_that_both_have():
    found = tried(upto=3)
    found.more(7, [2])
    whole = tried(upto=3)
    assert found.spread(1) == whole.spread(1)
    assert found.spread(2) == tried(upto=7).spread(2)
    assert found.spread(1, base=2) == whole.spread(1, base=2)
    assert [one.replications for one in found.pair(1, 2)] == [3, 3]


def test_the_worst_served_are_fixed_at_the_first_look():
    found = tried(upto=2)
    worst = found.worst
    found.more(12)
    assert found.worst == worst
    assert tried(upto=12).summed(3).worst == tried(upto=12).worst


def test_worst_served_townships_can_be_those_of_another_base():
    with Trials(days(), plans(), How(), worst=(1, 2)) as found:
        found.more(2)
        assert found.worst == (1, 2)
        some = found.summed(0)
        assert some.left_out("worst5")[0] == pytest.approx(
            some.within[:, :, [1, 2]].sum() / some.calls[:, :, [1, 2]].sum()
        )


def test_what_is_watched_adds_up():
    told = []
    found = tried(watch=lambda done, total: told.append((done, total)))
    found.more(2)
    found.more(4, [1])
    assert told[0] == (0, 12)
    assert told[-1] == (16, 16) == (found.runs, found.runs)
    assert all(done <= total for done, total in told)


@pytest.mark.parametrize(
    ("how", "replications", "said"),
    [
        ({"replications": 7}, 7, "given"), ({"draft": True}, 5, "draft"),
        ({"most": 12}, 12, "most"), ({"most": 30, "wide": True}, 15, "precise"),
    ],
    ids=["given", "draft", "most", "precise"],
)  # fmt: skip
def test_it_stops_where_it_is_precise_or_as_it_was_told(how, replications, said):
    wide = how.pop("wide", False) if "wide" in how else False
    base = days()
    if wide:
        matters = base.settings.study.matters.model_copy(update={"share": 0.9})
        base = base.with_study(matters=matters)
    with Trials(base, [base.add("枫林镇")], How(workers=1, **how)) as found:
        chosen = found.until_precise()
    assert (found.replications(1), chosen.how) == (replications, said)
    width = found.spread(1).interval(0.95).half_width
    assert chosen.reached == pytest.approx(width)
    assert found.summed(1).looked == ("most" in how)


def test_all_differences_must_be_precise_not_the_first_alone():
    """Whoever has the widest interval decides; one that is not known at all is not precise."""
    found = tried(most=FIRST_LOOK + STEP)
    real, unknown = found.spread, estimates.Jackknifed(0.0, math.nan, 9)
    found.spread = lambda row, *rest: unknown if row == 3 else real(row, *rest)._replace(se=0.0)
    assert found.until_precise().how == "most"


def test_intervals_after_looking_are_wider():
    given, looked = tried(replications=FIRST_LOOK + 2 * STEP), tried(most=20)
    given.more(20)
    looked.more(20)
    assert given.value(1).mean == looked.value(1).mean
    assert given.value(1).half_width < looked.value(1).half_width


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"replications": 5, "most": 10}, "most: it bounds"),
        ({"replications": 0}, "at least one"),
        ({"draft": True, "replications": 3}, "name it alone"),
        ({"workers": 0}, "workers: a number of processes"),
        ({"engine": "fast"}, "compiled or reference"),
        ({"seed": -1}, "must not be negative"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_for_is_told_before_anything_is_run(how, said):
    with pytest.raises(OptionError, match=said):
        tried(**how)


# ── several proposals ────────────────────────────────────────────────────────────────────────


def test_an_interval_that_reaches_below_nothing_is_said_as_it_is():
    """Holm's tests tell more than intervals that hold all at once: better, though not surely so."""
    result = comparison.compare(days(), plans()[0], replications=5, workers=1)
    for mean, low, high, word, ends in (
        (0.03, -0.002, 0.07, "better", "3.0 more calls in every hundred .* −0.2 to 7.0"),
        (-0.03, -0.07, 0.002, "worse", "3.0 fewer calls in every hundred .* −0.2 to 7.0"),
        (-0.03, -0.07, -0.01, "worse", "3.0 fewer calls in every hundred .* 1.0 to 7.0"),
    ):
        result.difference = lambda *_, said=(mean, low, high): estimates.Estimate(*said)
        result.verdict = lambda *_, said=word: said
        assert re.search(ends, result.sentence("en"))
