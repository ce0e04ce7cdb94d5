"""First help, measured beside the response of ambulances, which it leaves as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from conftest import same_columns
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import matrix_world, some_calls

from sim.answers.comparison import compare
from sim.answers.comparison import run as answer
from sim.measures import estimates
from sim.measures.calls import tally
from sim.measures.features import Feature
from sim.measures.groups import ALL, Group, Setup
from sim.measures.measures import BY_KEY, FIRST_HELP
from sim.measures.rows import Pooled
from sim.model.calendar import Window
from sim.prepare import demand, draws, system
from sim.words import page_of
from sim.words.language import language

SETUP = Setup((600.0, 1800.0), 0.9, np.ones(1), ())
KEYS = [measure.key for measure in FIRST_HELP]


def pooled_of(engine, drive_s, first_help_s, asked=None, **columns):
    """One ambulance a call, so far away; and when a responder is there."""
    count = len(drive_s)
    world = matrix_world([drive_s], homes=np.zeros(count, int))
    calls = some_calls(np.zeros(count), place=np.arange(count), **columns)
    first = np.asarray(first_help_s, float)
    near = np.isfinite(first) if asked is None else np.asarray(asked)
    calls = calls._replace(first_help_s=first, responders=near.astype(int))
    return Pooled([tally(world, calls, engine(world, calls), Window(0.0, 7200.0))], SETUP)


def values(pooled):
    return {key: float(pooled.left_out(key)[0]) for key in KEYS}


def test_first_help_is_the_earlier_of_both_and_the_response_is_the_ambulance_alone(engine):
    """Five calls in town: sooner, in time thanks to him, stood down, at once, none came."""
    drives = [900.0, 700.0, 300.0, 500.0, 800.0]
    pooled = pooled_of(
        engine, drives, [200.0, 600.0, 400.0, 500.0, np.inf], [True, True, True, True, True]
    )
    found = values(pooled)
    assert pooled.response_s.tolist() == drives
    assert pooled.left_out("within")[0] == pytest.approx(2 / 5)
    assert found["first_within"] == pytest.approx(4 / 5)
    assert found["first_mean"] == pytest.approx((200 + 600 + 300 + 500 + 800) / 5 / 60)
    assert found["responder_first"] == pytest.approx(2 / 5)
    assert found["stood_down"] == pytest.approx(2 / 5)  # at the same time is not before
    assert found["nobody_answered"] == pytest.approx(1 / 5)


def test_who_had_nobody_in_reach_had_nobody_who_did_not_answer(engine):
    pooled = pooled_of(engine, [100.0] * 3, [np.inf] * 3, [True, False, False])
    assert values(pooled)["nobody_answered"] == pytest.approx(1 / 3)


def test_town_and_country_have_their_own_targets(engine):
    pooled = pooled_of(
        engine, [2000.0] * 4, [600.0, 601.0, 1800.0, 1801.0], area=np.array([0, 0, 1, 1])
    )
    found = values(pooled)
    assert (found["first_urban"], found["first_rural"]) == (0.5, 0.5)
    assert found["first_within"] == 0.5


def test_a_call_that_no_ambulance_reached_may_have_had_help(engine):
    world = matrix_world([[60.0]], lose_when_none_free=True)
    calls = some_calls([0, 10, 20], on_scene_s=100)
    calls = calls._replace(
        first_help_s=np.array([np.inf, 300.0, np.inf]), responders=np.array([0, 1, 1])
    )
    pooled = Pooled([tally(world, calls, engine(world, calls), Window(0.0, 100.0))], SETUP)
    found = values(pooled)
    assert found["first_within"] == pytest.approx(2 / 3)
    assert found["first_mean"] == pytest.approx((60 + 300) / 2 / 60)
    assert found["responder_first"] == pytest.approx(1 / 3)


TIMES = st.lists(st.tuples(st.integers(0, 3000), st.one_of(st.integers(0, 3000), st.just(np.inf)),
                           st.integers(0, 1)), min_size=1, max_size=12)  # fmt: skip


@settings(deadline=None)
@given(TIMES)
def test_every_measure_is_what_one_counts_by_hand(rows):
    from sim.engine.reference import run

    drives, helps, areas = (list(column) for column in zip(*rows, strict=True))
    found = values(pooled_of(run, [float(d) for d in drives], helps, area=np.array(areas)))
    both = [min(pair) for pair in zip(drives, helps, strict=True)]
    in_time = [b <= (600, 1800)[a] for b, a in zip(both, areas, strict=True)]
    came = [h < np.inf for h in helps]
    assert found["first_within"] == pytest.approx(np.mean(in_time))
    assert found["first_mean"] == pytest.approx(np.mean(both) / 60)
    first = [h < d for d, h in zip(drives, helps, strict=True)]
    assert found["responder_first"] == pytest.approx(np.mean(first))
    down = [c and not f for c, f in zip(came, first, strict=True)]
    assert found["responder_first"] + found["stood_down"] == pytest.approx(np.mean(came))
    assert found["stood_down"] == pytest.approx(np.mean(down))
    for area, key in ((0, "first_urban"), (1, "first_rural")):
        own = [t for t, a in zip(in_time, areas, strict=True) if a == area]
        assert found[key] == pytest.approx(np.mean(own) if own else np.nan, nan_ok=True)


# ── beside the engine ────────────────────────────────────────────────────────────────────────

SEATS = {"name": "seats", "name_zh": "乡镇卫生院", "at": "townships", "reach": "6 km",
         "answers": "70 %"}  # fmt: skip


@pytest.fixture(scope="module")
def pair(liling):
    day = liling.with_study(length=86_400.0)
    helped = day.with_settings(responders=[SEATS])
    return day, replace(helped, unaltered=None)


def test_responders_change_no_bit_of_what_ambulances_do(engine, pair):
    logs = []
    for scenario in pair:
        built = system.build(scenario, keep=False)
        calls = draws.draw(demand.build(scenario), 5, 0)
        logs.append(tally(built, calls, engine(built, calls), Window(0.0, 86_400.0)))
    same_columns(*logs, *(name for name in logs[0]._fields if name.startswith("responder")))
    assert len(logs[0].responder_s) == 0
    assert len(logs[1].responder_s) == len(logs[1].call)


@pytest.fixture(scope="module")
def compared(pair):
    return compare(*pair, replications=6, workers=1)


def test_who_has_none_is_helped_by_ambulances_alone_and_the_difference_is_the_responders(compared):
    base, other = compared.pooled
    for key, same in (("first_within", "within"), ("first_mean", "mean")):
        assert compared.estimate(key).mean == compared.estimate(same).mean
        assert compared.estimate(same, 1).mean == compared.estimate(same).mean
    assert compared.estimate("first_within", 1).mean > compared.estimate("within", 1).mean
    assert compared.difference("first_within").mean > 0
    assert compared.difference("within").mean == 0
    assert compared.estimate("responder_first").mean == 0
    assert Feature.RESPONDERS not in estimates.features_of([base])
    assert Feature.RESPONDERS in estimates.features_of([other])


def test_measures_of_first_help_are_told_only_where_somebody_gives_it(pair, compared):
    plain = answer(pair[0], replications=3, workers=1)
    assert not set(KEYS) & set(plain.headline_keys())
    assert not set(KEYS) & {row.measure for row in plain.rows()}
    assert not set(KEYS) & set(plain.to_frame()["measure"])
    assert {"first_within", "first_mean", "first_urban", "first_rural"} <= set(
        compared.headline_keys()
    )
    assert "responder_first" not in compared.headline_keys()  # more of it is no gain
    alone = answer(pair[1], replications=3, workers=1)
    assert "responder_first" in alone.headline_keys()
    assert set(KEYS) <= {row.measure for row in alone.rows()}
    assert estimates.keys_of(Group("area", 0), alone.features)[-1] == "nobody_answered"
    assert "first_urban" in estimates.keys_of(ALL, alone.features)


def test_the_tables_say_first_help_in_both_languages(compared):
    english, chinese = (str(page_of(compared, language(code))) for code in ("en", "zh"))
    assert "First help within target" in english
    assert "Urban, first help ≤ 10 min" in english
    assert "The proposal has: first responders (seats)." in english
    assert "whoever came first; all other figures" in english
    assert "首救达标率" in chinese
    assert "设第一响应人（乡镇卫生院）" in chinese


@pytest.mark.parametrize("key", KEYS)
def test_each_measure_has_a_direction_and_an_interval(compared, key):
    assert BY_KEY[key].better in ("more", "less")
    value = compared.estimate(key, 1)
    assert value.low <= value.mean <= value.high
