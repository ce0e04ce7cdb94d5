"""First responders: who is asked, who comes and when, in a town worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from conftest import same_columns
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import scenario_with, some_calls

from sim.model.calendar import HOUR_S, hours_of_week
from sim.policies.clock import TICKS
from sim.prepare import demand, draws, responders
from sim.prepare.responders import ResponderGroup, first_help, in_reach
from sim.scenario.distributions import Constant, Uniform
from sim.scenario.file import load

MIN = 60.0
# A street of one kilometre a minute: clinics 4, 7, 9 and 15 km from the only place that calls.
PLACES = np.array([[0.0, 0.0]])
CLINICS = np.array([[9_000.0, 0.0], [4_000.0, 0.0], [0.0, 15_000.0], [-7_000.0, 0.0]])
NO_DELAY = Constant(distribution="constant", value="0 s")


def group(reach_m=50_000.0, places=PLACES, clinics=CLINICS, **rules):
    """Clinics that always answer at once, and drive a kilometre a minute."""
    plain = ResponderGroup(
        on_duty=np.ones(168, bool), asked_for=np.ones((3, 1), bool), answers=1.0, delay=NO_DELAY,
        in_turn=False, per_refusal_s=0.0, after_call_taking=False, seconds_per_metre=0.06,
        **dict(zip(("first", "responder", "metres"), in_reach(places, clinics, reach_m),
                   strict=True)),
        per_m2=0.0, reach_m=reach_m,
    )  # fmt: skip
    return plain._replace(**rules)


def field(per_km2=1.0, reach_m=1_500.0, **rules):
    nobody = group(clinics=np.zeros((0, 2)), reach_m=reach_m)
    return nobody._replace(per_m2=per_km2 / 1e6, **rules)


def help_at(groups, received_at=(0.0,), start_s=0.0, chance=None, **columns):
    """First help at calls of the only place; seconds, and how many were asked."""
    received_at = np.asarray(received_at, float)
    count = len(received_at)
    if chance is None:
        chance = np.random.default_rng(5).random(count)
    calls = some_calls(received_at, **columns)
    return first_help(groups, calls, np.asarray(chance), start_s)


# ── every rule by hand ───────────────────────────────────────────────────────────────────────


def test_of_all_who_are_asked_the_nearest_is_there_first():
    found = help_at([group()])
    assert found.seconds.tolist() == [4 * MIN]
    assert found.asked.tolist() == [4]


def test_a_reach_is_inclusive_and_beyond_it_nobody_is_asked():
    assert help_at([group(reach_m=7_000.0)]).asked.tolist() == [2]
    assert help_at([group(reach_m=6_999.0)]).asked.tolist() == [1]
    found = help_at([group(reach_m=3_999.0)])
    assert (found.seconds.tolist(), found.asked.tolist()) == ([math.inf], [0])


def test_they_answer_in_their_hours_by_the_receipt_of_the_call():
    by_day = group(on_duty=hours_of_week((8, 20), (0, 1, 2, 3, 4)))
    monday = [7.99, 8.0, 19.99, 20.0]
    found = help_at([by_day], [h * HOUR_S for h in monday])
    assert found.asked.tolist() == [0, 4, 4, 0]
    saturday = help_at([by_day], [10 * HOUR_S], start_s=5 * 86_400.0)
    assert saturday.asked.tolist() == [0]
    # A night on duty that begins on Friday ends on Saturday.
    night = group(on_duty=hours_of_week((20, 8), (4,)))
    found = help_at([night], [7.5 * HOUR_S, 8 * HOUR_S], start_s=5 * 86_400.0)
    assert found.asked.tolist() == [4, 0]


def test_they_are_asked_for_some_priorities_only():
    urgent = group(asked_for=np.array([[True], [True], [False]]))
    assert help_at([urgent], [0.0] * 3, priority=[0, 1, 2]).asked.tolist() == [4, 4, 0]


def test_they_may_be_asked_for_some_conditions_whatever_the_priority():
    arrests = group(asked_for=np.array([[True, False], [True, False], [True, True]]))
    calls = some_calls([0.0] * 4, priority=[0, 0, 2, 2])._replace(condition=np.array([0, 1, 0, 1]))
    found = first_help([arrests], calls, np.full(4, 0.5), 0.0)
    assert found.asked.tolist() == [4, 0, 4, 4]


def test_a_delay_comes_before_the_way_and_call_taking_before_both_where_it_is_over_first():
    slow = group(delay=Constant(distribution="constant", value="90 s"))
    assert help_at([slow], call_taking_s=50.0).seconds.tolist() == [4 * MIN + 90]
    later = slow._replace(after_call_taking=True)
    assert help_at([later], call_taking_s=50.0).seconds.tolist() == [4 * MIN + 90 + 50]


def test_in_turn_each_refusal_costs_its_time_and_the_nearest_who_comes_is_the_last_asked():
    """Whoever answers, the time is his way and the refusals of all who are nearer."""
    minutes = np.array([4.0, 7.0, 9.0, 15.0])
    calls = 2_000
    turns = group(answers=0.5, in_turn=True, per_refusal_s=90.0)
    found = help_at([turns], np.zeros(calls)).seconds / MIN
    possible = [*(minutes + 1.5 * np.arange(4)), np.inf]
    assert set(found.tolist()) == set(possible)
    shares = [np.mean(found == value) for value in possible]
    assert shares == pytest.approx([0.5, 0.25, 0.125, 0.0625, 0.0625], abs=0.04)


def test_all_at_once_the_sooner_is_there_first_though_he_sets_off_farther_away():
    """Delays of 0 to 20 minutes: the least of four sums, of numbers drawn for each."""
    uneven = group(delay=Uniform(distribution="uniform", low="0 s", high="20 min"))
    found = help_at([uneven], np.zeros(4_000)).seconds / MIN
    delays = 20 * np.random.default_rng(1).random((200_000, 4))
    exact = (delays + np.array([4, 7, 9, 15])).min(axis=1)
    assert np.mean(found) == pytest.approx(exact.mean(), abs=0.2)
    assert np.mean(found <= 10) == pytest.approx(np.mean(exact <= 10), abs=0.03)


def test_a_probability_is_of_each_by_himself():
    half = group(answers=0.5)
    found = help_at([half], np.zeros(4_000)).seconds
    assert np.mean(np.isinf(found)) == pytest.approx(0.0625, abs=0.015)
    assert np.isinf(help_at([group(answers=0.0)]).seconds).all()


def test_of_several_groups_the_sooner_counts_and_all_in_reach_are_counted():
    near = group(clinics=np.array([[1_000.0, 0.0]]), answers=0.5)
    found = help_at([group(), near], np.zeros(1_000))
    assert set(found.seconds.tolist()) == {1 * MIN, 4 * MIN}
    assert (found.asked == 5).all()


def test_volunteers_are_as_many_and_as_far_as_a_poisson_field_has_them():
    found = help_at([field(per_km2=0.8, answers=1.0)], np.zeros(20_000))
    disc = math.pi * 1.5**2 * 0.8
    assert found.asked.mean() == pytest.approx(disc, abs=0.06)
    assert found.asked.var() == pytest.approx(disc, rel=0.05)
    nearest_km = found.seconds / MIN
    for km in (0.3, 0.6, 1.0):
        there = 1 - math.exp(-0.8 * math.pi * km**2)
        assert np.mean(nearest_km <= km) == pytest.approx(there, abs=0.015)
    assert np.isinf(found.seconds).mean() == pytest.approx(math.exp(-disc), abs=0.004)


# ── draws ────────────────────────────────────────────────────────────────────────────────────

CHANCES = st.lists(st.floats(0, 1, exclude_max=True, width=32), min_size=1, max_size=20)
TOWNS = st.tuples(st.integers(0, 12), st.integers(0, 10_000))  # clinics, seed
RULES = st.fixed_dictionaries(
    {
        "answers": st.sampled_from([0.0, 0.3, 0.8, 1.0]),
        "in_turn": st.booleans(),
        "per_refusal_s": st.sampled_from([0.0, 60.0]),
        "delay": st.sampled_from(
            [NO_DELAY, Uniform(distribution="uniform", low="1 min", high="9 min")]
        ),
    }
)


def town(clinics, seed, reach_m=6_000.0, **rules):
    rng = np.random.default_rng(seed)
    spots = rng.integers(-8, 9, (clinics, 2)) * 1000.0
    places = rng.integers(-4, 5, (5, 2)) * 1000.0
    return places, spots, group(reach_m, places, spots, **rules)


@settings(deadline=None)
@given(TOWNS, RULES, CHANCES)
def test_who_comes_is_what_one_finds_who_asks_one_after_the_other(size, rules, chances):
    """A loop over calls and clinics, with the numbers that were drawn for them."""
    places, spots, these = town(*size, **rules)
    place = np.arange(len(chances)) % 5
    found = help_at([these], np.zeros(len(chances)), chance=chances, place=place)
    key = responders._mixed((np.array(chances) * 2.0**53).astype(np.uint64))
    number = responders._Draws(key, 0)
    for call, here in enumerate(places[place]):
        away = np.hypot(*(spots - here).T) if len(spots) else np.zeros(0)
        asked = [row for row in np.lexsort((np.arange(len(away)), away)) if away[row] <= 6_000]
        times = []
        for turn, row in enumerate(asked):
            answer, delay = (
                number.quantiles(np.array([call]), np.array([row]), thing)
                for thing in (responders.ANSWERS, responders.DELAY)
            )
            if answer[0] < rules["answers"]:
                at = rules["delay"].seconds(delay)[0] + 0.06 * away[row]
                times.append(at + turn * rules["per_refusal_s"] * rules["in_turn"])
        exact = times[0] if times and rules["in_turn"] else min(times, default=math.inf)
        assert found.seconds[call] == pytest.approx(exact, abs=1 / TICKS)
        assert found.asked[call] == len(asked)


@settings(deadline=None)
@given(TOWNS, RULES, CHANCES, st.integers(1, 7))
def test_how_many_are_drawn_at_once_changes_nothing(size, rules, chances, at_a_time):
    for these in (town(*size, **rules)[2], field(1.0, **rules)):
        place = np.arange(len(chances)) % (len(these.first) - 1)
        wanted = help_at([these], np.zeros(len(chances)), chance=chances, place=place)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(responders, "AT_A_TIME", at_a_time)
            parts = help_at([these], np.zeros(len(chances)), chance=chances, place=place)
        assert all(np.array_equal(a, b) for a, b in zip(wanted, parts, strict=True))


@settings(deadline=None)
@given(TOWNS, CHANCES, st.sampled_from([0.3, 0.8]))
def test_one_more_clinic_or_more_answers_bring_nobody_later(size, chances, answers):
    """What was drawn for the others stays: first help can only come sooner."""
    places, spots, these = town(*size, answers=answers)
    place = np.arange(len(chances)) % 5

    def seconds(some):
        return help_at([some], np.zeros(len(chances)), chance=chances, place=place).seconds

    more = group(6_000.0, places, np.vstack([spots, [[0.0, 0.0]]]), answers=answers)
    assert (seconds(more) <= seconds(these)).all()
    assert (seconds(these._replace(answers=answers + 0.1)) <= seconds(these)).all()


def test_numbers_of_calls_and_of_responders_are_even_and_independent():
    key = responders._mixed((np.random.default_rng(3).random(2_000) * 2.0**53).astype(np.uint64))
    number = responders._Draws(key, 0)
    call, row = (one.ravel() for one in np.meshgrid(np.arange(2_000), np.arange(60)))
    drawn = number.quantiles(call, row, responders.ANSWERS).reshape(60, 2_000)
    other = number.quantiles(call, row, responders.DELAY).reshape(60, 2_000)
    counts = np.bincount((drawn.ravel() * 100).astype(int), minlength=100)
    assert ((counts - 1200) ** 2 / 1200).sum() == pytest.approx(99, abs=60)
    for a, b in ((drawn[:-1], drawn[1:]), (drawn[:, :-1], drawn[:, 1:]), (drawn, other)):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.012


# ── in a scenario ────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def helped(liling):
    """Liling with somebody at the seat of each township, by day."""
    return liling.with_settings(
        responders=[{"name": "seats", "at": "townships", "reach": "5 km", "answers": "60 %",
                     "hours": "07-21"}]
    )  # fmt: skip


def test_responders_leave_all_that_is_drawn_of_a_call_as_it_was(liling, helped):
    for number in range(3):
        plain, more = (draws.draw(demand.build(one), 7, number) for one in (liling, helped))
        same_columns(plain, more, "first_help_s", "responders")
        assert (plain.first_help_s, plain.responders) == (None, None)
        assert 0 < np.isfinite(more.first_help_s).mean() < 1
        assert (more.responders[np.isfinite(more.first_help_s)] > 0).all()


def test_first_help_is_on_the_grid_and_the_same_for_every_layout(helped):
    one, other = (demand.build(some) for some in (helped, helped.add("枫林镇")))
    found = [draws.draw(some, 7, 1).first_help_s for some in (one, other)]
    assert np.array_equal(*found)
    came = found[0][np.isfinite(found[0])]
    assert np.array_equal(came * TICKS, np.round(came * TICKS))


def test_fewer_or_more_calls_keep_the_first_help_of_those_they_share(helped):
    usual = draws.draw(demand.build(helped), 7, 1)
    known = dict(zip(usual.received_at.tolist(), usual.first_help_s.tolist(), strict=True))
    for times in (0.6, 1.7):
        calls = draws.draw(demand.build(helped.scaled(demand=times)), 7, 1)
        pairs = zip(calls.received_at.tolist(), calls.first_help_s.tolist(), strict=True)
        same = [known[at] == seconds for at, seconds in pairs if at in known]
        assert len(same) >= 0.5 * min(len(known), len(calls.place))
        assert all(same)


def test_a_second_group_leaves_what_the_first_does(helped):
    first = helped.settings.responders[0]
    far = first.model_copy(update={"name": "nobody", "answers": 0.0})
    both = replace(
        helped,
        settings=helped.settings.model_copy(update={"responders": (first, far)}),
        responder_xy=helped.responder_xy * 2,
    )
    one, two = (draws.draw(demand.build(some), 7, 1) for some in (helped, both))
    assert np.array_equal(one.first_help_s, two.first_help_s)
    assert np.array_equal(2 * one.responders, two.responders)


def test_recorded_calls_have_first_responders_where_they_were(tmp_path):
    """A call beside a clinic, one there when it is closed, and one far from it."""
    rows = "".join(f"2025-01-08 {at},{point},60\n" for at, point in (
        ("10:00", "113.50,27.65"), ("22:00", "113.50,27.65"), ("11:00", "113.40,27.75"),
    ))  # fmt: skip
    path = scenario_with(tmp_path, rows)
    path.write_text(
        path.read_text("utf-8") + "responders:\n  - {name: one, at: [[113.50, 27.65]], reach: 1 km, "
        "answers: 100 %, hours: 08-20, delay: 3 min}\n", "utf-8",
    )  # fmt: skip
    calls = draws.draw(demand.build(load(path)), 7, 0)
    assert calls.first_help_s.tolist() == [180.0, math.inf, math.inf]
    assert calls.responders.tolist() == [1, 0, 0]
