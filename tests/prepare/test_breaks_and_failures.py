"""Breaks of crews as dated windows, and failures of vehicles as draws of their own."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.model.calendar import DAY_S, HOUR_S
from sim.policies.clock import NONE, on_grid
from sim.prepare import demand, draws, system
from sim.prepare.breaks import breaks
from sim.prepare.failures import vehicles
from sim.prepare.shifts import shifts_by_ambulance, study_seconds
from sim.scenario.duty import daily
from sim.scenario.layout import Ambulance
from sim.scenario.values import parse_hours
from sim.study import plan
from sim.study.checkpoints import Fingerprints
from sim.study.effort import Effort

LUNCH = {"length": "30 min", "earliest": "12:00", "latest": "13:30"}
FAILS = {"after": {"distribution": "exponential", "mean": "20 h"},
         "off": {"distribution": "exponential", "mean": "3 h"}}  # fmt: skip


@pytest.fixture(scope="module")
def week(tiny):
    """A week from a Monday at midnight: two ambulances round the clock, one by day."""
    short = tiny.with_study(warm_up=0.0, length=7 * DAY_S, cool_down=0.0)
    return short.ambulances("Base A", +1, hours="08-20")


def windows(found, ambulance):
    first, last = found.indptr[ambulance : ambulance + 2]
    return list(zip(found.earliest_at[first:last], found.latest_at[first:last],
                    found.length_s[first:last], strict=True))  # fmt: skip


# ── breaks ───────────────────────────────────────────────────────────────────────────────────


def test_without_breaks_there_are_none(week):
    found = breaks(week)
    assert found.indptr.tolist() == [0, 0, 0, 0]
    assert not found.interrupts.any()
    assert system.build(week).service is None


def test_a_break_is_due_at_its_time_of_day_in_every_shift_while_calls_come(week):
    found = breaks(week.with_settings(crews={"breaks": [LUNCH]}))
    noon = [(day * DAY_S + 12 * HOUR_S, day * DAY_S + 13.5 * HOUR_S, 1800.0) for day in range(7)]
    assert [windows(found, ambulance) for ambulance in range(3)] == [noon, noon, noon]
    assert found.anew


def test_a_break_at_night_is_given_to_the_night_only(week):
    night = LUNCH | {"earliest": "23:30", "latest": "00:30"}
    found = breaks(week.with_settings(crews={"breaks": [night]}))
    assert windows(found, 2) == []
    assert windows(found, 0)[0] == (23.5 * HOUR_S, 24.5 * HOUR_S, 1800.0)
    assert len(windows(found, 0)) == 7, "that of Sunday night may begin while calls come"


def test_a_break_may_be_due_so_long_after_the_start_of_a_shift(week):
    after = {"length": "20 min", "after": "4 h", "begun_within": "90 min"}
    found = breaks(week.with_settings(crews={"breaks": [after]}))
    assert windows(found, 0) == [], "nobody knows when a crew that is always on duty began"
    assert windows(found, 2)[:2] == [
        (12 * HOUR_S, 13.5 * HOUR_S, 1200.0),
        (36 * HOUR_S, 37.5 * HOUR_S, 1200.0),
    ]


def test_crews_that_hand_over_to_each_other_have_a_break_each(week):
    two = [{"hours": "06-14"}, {"hours": "14-22"}]
    plan_ = week.ambulances("Base A", +1, roster=two).with_settings(
        crews={"breaks": [{"length": "20 min", "after": "4 h"}]}
    )
    assert len(shifts_by_ambulance(plan_)[3].spans) > 366, "the vehicle is on duty all day"
    begins = [begin / HOUR_S for begin, _, _ in windows(breaks(plan_), 3)[:4]]
    assert begins == [10, 18, 34, 42]


def test_calls_of_some_priorities_interrupt_breaks(week):
    crews = {"breaks": [LUNCH | {"interruptible_by": ["red"]}], "after_interruption": "remainder"}
    found = breaks(week.with_settings(crews=crews))
    names = [priority.name for priority in week.settings.demand.priorities]
    assert dict(zip(names, found.interrupts.tolist(), strict=True)) == {
        name: name == "red" for name in names
    }
    assert not found.anew


def test_breaks_are_for_some_classes_and_rosters(week):
    crews = {
        "classes": [{"name": "ambulance"}, {"name": "basic"}],
        "rosters": {"late": "10-22"},
        "breaks": [LUNCH | {"classes": ["basic"]},
                   LUNCH | {"earliest": "17:00", "latest": "18:00", "rosters": ["late"]}],
    }  # fmt: skip
    some = week.with_settings(crews={k: crews[k] for k in ("classes", "rosters")})
    some = some.ambulances("Base A", +1, class_="basic", roster="late")
    found = breaks(some.with_settings(crews=crews))
    assert [len(windows(found, row)) for row in range(4)] == [0, 0, 0, 14]


@pytest.mark.parametrize(
    ("break_", "hours", "said"),
    [
        (LUNCH, "08-13", "on duty 08-13 goes home at 13:00: a break that may begin from 12:00 until "
                         "13:30 and takes 30 min does not fit"),
        (LUNCH | {"length": "13 h"}, "08-20", "takes 13 h does not fit"),
        ({"length": "2 h", "after": "7 h"}, "08-16", "on duty 08-16 goes home at 16:00"),
    ],
)  # fmt: skip
def test_a_break_that_does_not_fit_into_its_shift_is_told_with_crew_and_hours(
    week, break_, hours, said
):
    short = week.with_hours("Base A", hours)
    with pytest.raises(ScenarioError, match=said) as caught:
        short.with_settings(crews={"breaks": [break_]})
    assert "the crew of Base A" in str(caught.value)


def test_a_shift_cannot_be_shortened_below_its_break(week):
    fed = week.with_settings(crews={"breaks": [LUNCH]})
    assert fed.rehour("Base A", "08-14", number=1)
    with pytest.raises(ScenarioError, match="does not fit into its shift"):
        fed.rehour("Base A", "08-13", number=1)


def test_a_break_that_nobody_has_is_told(week):
    by_day = week.with_hours("Base A", "08-20")
    with pytest.raises(ScenarioError, match=r"breaks\[0\]: no crew has this break"):
        by_day.with_settings(crews={"breaks": [LUNCH | {"earliest": "01:00", "latest": "02:00"}]})


def test_breaks_that_may_fall_together_are_told(week):
    two = [LUNCH, LUNCH | {"earliest": "13:45", "latest": "14:00"}]
    with pytest.raises(
        ScenarioError, match="may last until 14:00, and the next may begin at 13:45"
    ):
        week.with_settings(crews={"breaks": two})


def test_a_vehicle_that_is_away_at_noon_has_no_lunch_that_day(week):
    crews = {"breaks": [LUNCH], "off_road": [{"station": "Base A", "ambulance": 1,
             "from": "2025-01-07 11:00", "to": "2025-01-07 12:30"}]}  # fmt: skip
    found = breaks(week.with_settings(crews=crews))
    assert [len(windows(found, row)) for row in range(3)] == [6, 7, 7]


hours = st.tuples(st.integers(0, 23), st.integers(5, 23)).map(
    lambda h: f"{h[0]:02d}-{(h[0] + h[1]) % 24:02d}"
)


@given(st.lists(hours, min_size=1, max_size=3), st.integers(0, 23), st.integers(0, 180),
       st.integers(1, 90))  # fmt: skip
def test_breaks_lie_within_shifts_in_order_and_apart(week, shifts, hour, patience, length):
    latest = (hour * 60 + patience) % 1440
    some = replace(week, fleet=tuple(Ambulance(0, daily(parse_hours(text))) for text in shifts))
    one = {"length": f"{length} min", "earliest": f"{hour:02d}:00",
           "latest": f"{latest // 60:02d}:{latest % 60:02d}"}  # fmt: skip
    try:
        fed = some.with_settings(crews={"breaks": [one]})
    except ScenarioError:
        return
    found, until_s = breaks(fed), study_seconds(fed)
    for row, on_duty in enumerate(shifts_by_ambulance(fed)):
        dated = windows(found, row)
        assert all(a[1] + a[2] <= b[0] for a, b in itertools.pairwise(dated))
        for earliest, last, takes in dated:
            assert any(on <= earliest and last + takes <= off for on, off in on_duty.spans)
            assert earliest < until_s


# ── off the road as planned ──────────────────────────────────────────────────────────────────


def test_a_vehicle_that_is_away_is_off_duty_and_its_shift_has_not_ended(week):
    away = [{"station": "Base A", "ambulance": 3, "from": "2025-01-07 10:00",
             "to": "2025-01-08 10:00"}]  # fmt: skip
    made = system.build(week.with_settings(crews={"off_road": away})).fleet
    first = made.shift_indptr[2]
    assert made.on_duty_at[first : first + 4].tolist() == [
        8 * HOUR_S, 32 * HOUR_S, 58 * HOUR_S, 80 * HOUR_S,
    ]  # fmt: skip
    assert made.off_duty_at[first : first + 3].tolist() == [20 * HOUR_S, 34 * HOUR_S, 68 * HOUR_S]
    assert made.ends_duty[first : first + 3].tolist() == [True, False, True]
    assert system.build(week).fleet.ends_duty is None


def test_a_class_may_be_away_every_week(week):
    classes = [{"name": "ambulance"}, {"name": "basic"}]
    some = week.with_settings(crews={"classes": classes}).ambulances("Base A", +1, class_="basic")
    service = [{"class": "basic", "hours": "06-08", "days": "wed"}]
    spans = shifts_by_ambulance(some.with_settings(crews={"off_road": service}))
    assert spans[3].spans[:2] == [(0.0, 54 * HOUR_S), (56 * HOUR_S, (7 * 24 + 54) * HOUR_S)]
    assert spans[0].spans == [(0.0, np.inf)]
    assert spans[3].ends_duty[-1], "the last of its shifts has no end"


# ── failures ─────────────────────────────────────────────────────────────────────────────────


def drawn(scenario, seed=5, number=0):
    return draws.draw(demand.build(scenario), seed, number)


def of_vehicle(failures, number):
    (row,) = np.flatnonzero(failures.vehicle == number)
    lasts = np.isfinite(failures.after_s[row])
    return failures.after_s[row][lasts].tolist(), failures.off_s[row][lasts].tolist()


def test_vehicles_fail_only_where_the_scenario_says_so(week):
    assert drawn(week).failures is None
    assert vehicles(week).tolist() == [NONE] * 3
    assert vehicles(week.with_settings(crews={"failures": [FAILS]})).tolist() == [0, 1, 2]


def test_failures_leave_every_draw_of_calls_as_it_was(week):
    before, after = drawn(week), drawn(week.with_settings(crews={"failures": [FAILS]}))
    for name in before._fields:
        if name != "failures":
            one, other = getattr(before, name), getattr(after, name)
            assert (one is None and other is None) or np.array_equal(one, other)


def test_times_in_service_reach_the_end_of_the_run(week):
    failures = drawn(week.with_settings(crews={"failures": [FAILS]})).failures
    for number in (0, 1, 2):
        after, off = of_vehicle(failures, number)
        assert sum(after) >= 7 * DAY_S > sum(after[:-1])
        assert len(off) == len(after)
        assert np.array_equal(on_grid(np.array(after)), after)


def test_laws_of_failures_have_their_means(week):
    long = week.with_study(length=300 * DAY_S).with_settings(crews={"failures": [FAILS]})
    failures = drawn(long).failures
    lasts = np.isfinite(failures.after_s)
    assert failures.after_s[lasts].mean() == pytest.approx(20 * HOUR_S, rel=0.1)
    assert failures.off_s[lasts].mean() == pytest.approx(3 * HOUR_S, rel=0.1)


def test_each_class_fails_by_its_own_law(week):
    classes = [{"name": "ambulance"}, {"name": "basic"}, {"name": "car"}]
    some = week.with_settings(crews={"classes": classes})
    some = some.ambulances("Base A", +1, class_="basic").ambulances("Base A", +1, class_="car")
    basic = {"class": "basic", "after": "30 h", "off": "2 h"}
    only = some.with_settings(crews={"failures": [basic]})
    assert vehicles(only).tolist() == [NONE, NONE, NONE, 3, NONE]
    assert of_vehicle(drawn(only).failures, 3) == ([108_000.0] * 6, [7200.0] * 6)
    both = some.with_settings(crews={"failures": [FAILS, basic]})
    assert vehicles(both).tolist() == [0, 1, 2, 3, 4]
    assert of_vehicle(drawn(both).failures, 3) == ([108_000.0] * 6, [7200.0] * 6)


def added(s):
    return s.ambulances("Base A", +2)


def moved(s):
    return s.add("New", at=[113.5, 27.6]).move_crews("Base A", "New", 1)


def moved_and_added(s):
    return moved(s).ambulances("Base A", +1)


def fewer(s):
    return s.ambulances("Base A", -1)


@pytest.mark.parametrize("change", [added, moved, moved_and_added, fewer])
def test_another_layout_leaves_the_failures_of_every_vehicle_as_they_were(week, change):
    base = week.with_settings(crews={"failures": [FAILS]})
    other = change(base)
    numbers = vehicles(other).tolist()
    assert len(set(numbers)) == len(numbers) == len(other.fleet)
    before, after = drawn(base).failures, drawn(other).failures
    both = set(vehicles(base).tolist()) & set(numbers)
    assert len(both) >= 2
    for number in both:
        assert of_vehicle(before, number) == of_vehicle(after, number)
    assert after.vehicle.tolist() == sorted(numbers)


def test_a_crew_that_moves_takes_its_vehicle_along(week):
    base = week.with_settings(crews={"failures": [FAILS]})
    assert vehicles(moved(base)).tolist() == [0, 1, 1000, 2]
    assert vehicles(moved_and_added(base)).tolist() == [0, 1, 1000, 2, 3]


def test_layouts_with_other_vehicles_draw_their_own_failures_and_the_same_calls(week):
    base = week.with_settings(crews={"failures": [FAILS]})
    assert plan.same_calls(base, base.move("Base A", [113.5, 27.6]))
    assert plan.same_calls(base, added(base))
    layouts = [base, added(base), moved(base)]
    study = plan.prepare(base, layouts[1:], Effort(replications=1))
    first, *others = study.plan.demands
    assert all(one is first for one in others)
    together = draws.draw(first, 5, 0).failures
    for layout in layouts:
        own = drawn(layout).failures
        for number in vehicles(layout).tolist():
            assert of_vehicle(together, number) == of_vehicle(own, number)
    alone = plan.prepare(base, [], Effort(replications=1))
    assert study.key([0], Fingerprints()) == alone.key([0], Fingerprints())
    assert study.add(fewer(base)).plan.demands[-1] is first
    more = study.add(base.ambulances("Base A", +4)).plan.demands
    assert more[0] is first, "calls that were drawn stay as they are"
    assert more[-1].failing.vehicle == (0, 1, 2, 3, 4, 5, 6)


def test_layouts_whose_vehicles_fail_otherwise_draw_them_apart(week):
    base = week.with_settings(crews={"failures": [FAILS]})
    rarer = week.with_settings(crews={"failures": [{**FAILS, "off": "1 h"}]})
    plans = [plan.prepare(base, [one], Effort(replications=1)).plan for one in (rarer, week)]
    assert [one.demands[1] is one.demands[0] for one in plans] == [False, False]
    assert plans[1].demands[1].failing is None
    assert plan.prepare(week, [base], Effort(replications=1)).plan.demands[1].failing is not None


@pytest.mark.parametrize(
    ("failing", "said"),
    [
        ({"after": "20 min", "off": "1 h"}, "would fail every 20 min"),
        ({"after": "60 days"}, "off"),
        ({"class": "tank", "after": "60 days", "off": "1 h"}, 'no class "tank"'),
        ({"after": "60 days", "off": "1 h", "often": True}, "no such setting"),
    ],
)
def test_failures_that_make_no_sense_are_told(week, failing, said):
    with pytest.raises(ScenarioError, match=said):
        week.with_settings(crews={"failures": [failing]})


def test_months_between_failures_can_be_written(week):
    some = {
        "after": {"distribution": "weibull", "shape": 1.5, "scale": "400 days"},
        "off": "2 days",
    }
    failing = week.with_settings(crews={"failures": [some]})
    assert drawn(failing).failures.after_s.shape[1] >= 1


def test_replayed_calls_meet_failures_too(week):
    base = week.with_settings(crews={"failures": [FAILS]})
    source = demand.build(base)
    replayed = source._replace(recorded=drawn(week)._replace(failures=None))
    again = draws.draw(replayed, 5, 0)
    assert np.array_equal(again.failures.after_s, drawn(base).failures.after_s)


def test_the_class_of_each_ambulance_is_in_the_fleet(week):
    fleet = tuple(replace(one, kind=row % 2) for row, one in enumerate(week.fleet))
    assert system.build(replace(week, fleet=fleet)).fleet.kind.tolist() == [0, 1, 0]
