"""From what a planner writes of hospitals to arrays, worked out by hand in a row of three places."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from conftest import same_columns
from hypothesis import given, settings
from hypothesis import strategies as st
from services import town

from sim.model.calls import Ending, Stream
from sim.model.service import NO_LIMIT, DestinationRule
from sim.policies.clock import NONE, on_grid
from sim.prepare import demand, destinations, draws, system
from sim.prepare.patients import kinds
from sim.prepare.streams import CallGroup, Streams
from sim.scenario.file import load
from sim.scenario.patients import Patient
from sim.study.plan import same_calls

SECONDS = [[0, 300, 900], [300, 0, 600], [900, 600, 0]]
LAYOUT = "layout: [{station: P0, ambulances: 3}]\n"
MANY = "rate: {urban: 0 per day, rural: 100 per day}, profile: flat"
STROKE = "{name: stroke, share: 30 %, treated_by: [stroke], icu: 25 %}"
OTHER = "{name: other, share: 70 %, to_clinic: 20 %}"
CONDITIONS = f"demand: {{{MANY}, conditions: [{STROKE}, {OTHER}]}}\n"
EXPONENTIAL = "{distribution: exponential, mean: 50 min}"
HOSPITALS = f"""
hospitals:
  stay: {EXPONENTIAL}
  icu_stay: 4 days
  clinics: {{hospitals: [H2], at: [P1]}}
  at:
    H0: {{bays: 3, capabilities: [Stroke, chest_pain], icu: 6, full_at: 4}}
    h1: {{bays: 2, stay: 20 min, walk_ins: 1.5 per hour}}
"""
WHOLE = LAYOUT + CONDITIONS + HOSPITALS
BAYS = f"hospitals: {{stay: {EXPONENTIAL}, at: {{H0: {{bays: 3}}}}}}\n"


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    """Three places in a row with 100, 300 and 200 people, each with a hospital."""
    return town(tmp_path_factory.mktemp("hospitals"), SECONDS, [100, 300, 200], hospitals=[0, 1, 2])


@pytest.fixture(scope="module")
def read(write):
    number = iter(range(1_000_000))
    return lambda text: load(write(text, f"s{next(number)}.yaml"))


def built(scenario):
    return system.build(scenario).service.destinations


def calls_of(scenario, replication=0):
    return draws.draw(demand.build(scenario), 7, replication)


# ── nothing asked for ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "more",
    [
        "",
        "hospitals: {destination: nearest, stay: 50 min, icu_stay: 2 days, walk_ins: leave}\n",
        "hospitals: {at: {H0: {capabilities: [stroke], stay: 20 min}}}\n",
    ],
)
def test_what_behaves_as_the_nearest_hospital_with_room_is_none(read, more):
    scenario = read(LAYOUT + f"demand: {{{MANY}}}\n" + more)
    assert system.build(scenario).service is None
    found = calls_of(scenario)._asdict()
    every = ("patient", "stay_s", "own_stay_s", "icu_s", "walk_ins", "ending")
    assert all(found[name] is None for name in every)


def test_hospitals_leave_every_other_draw_as_it_was(read):
    plain = f"demand: {{{MANY}, conditions: [{{name: stroke, share: 30 %}}, {{name: other, share: 70 %}}]}}\n"
    before, after = calls_of(read(LAYOUT + plain)), calls_of(read(WHOLE))
    assert len(before.place) > 1_000
    new = ("patient", "stay_s", "own_stay_s", "icu_s", "walk_ins", "ending")
    same_columns(before, after, *new)


# ── who may be taken where ───────────────────────────────────────────────────────────────────


def test_kinds_of_patients_are_sets_of_hospitals(read):
    scenario = read(WHOLE)
    found = kinds(scenario)
    every, stroke, critical, light = (
        found.number[one]
        for one in (
            Patient(),
            Patient(frozenset({"stroke"}), "stroke"),
            Patient(frozenset({"stroke"}), "stroke", needs_icu=True),
            Patient(condition="other", light=True),
        )
    )
    assert every == found.number[Patient(condition="other")] == 0
    # H0, H1, H2, which is a clinic, and the clinic at P1.
    assert found.treats[every].tolist() == [True, True, False, False]
    assert found.treats[stroke].tolist() == [True, False, False, False]
    assert found.treats[critical].tolist() == [True, False, False, False]
    assert found.treats[light].tolist() == [False, False, True, True]
    assert found.needs_icu.tolist() == [kind == critical for kind in range(4)]


def test_rooms_of_hospitals_are_theirs_and_others_have_no_limit(read):
    found = built(read(WHOLE))
    assert found.rule == DestinationRule.NEAREST
    assert found.bays.tolist() == [3, 2, NO_LIMIT, NO_LIMIT]
    assert found.icu.tolist() == [6, NO_LIMIT, NO_LIMIT, NO_LIMIT]
    assert found.full_at.tolist() == [4, NO_LIMIT, NO_LIMIT, NO_LIMIT]
    assert found.own_stay.tolist() == [NONE, 0, NONE, NONE]
    handover = read(WHOLE).settings.durations.handover.mean()
    mean = [handover + 3000, handover + 1200, 0, 0]
    assert found.mean_stay_s == pytest.approx(mean, abs=1)


def test_a_clinic_of_a_list_is_a_place_behind_the_hospitals_of_the_map(read):
    made = system.build(read(WHOLE))
    assert made.hospitals.place.tolist() == [3, 4, 5, 6]
    assert made.roads.place_node[6] == made.roads.place_node[1], "at P1"


def test_levels_of_the_map_may_be_clinics(liling):
    text = {"levels": ["Secondary"]}
    found = liling.with_settings(hospitals={"clinics": text})
    assert [one.is_clinic for one in found.hospitals] == [False, False, *[True] * 5]


def test_capabilities_are_those_of_the_map(liling):
    assert liling.hospitals[0].capabilities >= {"chest pain", "stroke", "trauma"}
    condition = {"name": "all", "share": "100 %", "treated_by": ["chest_pain", "Trauma"]}
    found = liling.with_settings(demand={"conditions": [condition]})
    able = kinds(found).treats[calls_of(found).patient[0]]
    assert np.flatnonzero(able).tolist() == [0, 1, 4, 5]


def test_a_hospital_outside_takes_no_calls_and_is_reached_at_its_gate(read):
    outside = "hospitals: {outside: [{name: Changsha, gate: P2, away: 80 min}]}\n"
    scenario = read(LAYOUT + outside)
    found, made = built(scenario), system.build(scenario)
    assert found.treats.tolist() == [[True, True, True, False]]
    assert found.away_s.tolist() == [0, 0, 0, 4800]
    assert made.roads.place_node[made.hospitals.place[3]] == made.roads.place_node[2]


def test_consortia_are_of_hospitals_and_of_the_townships_of_places(read):
    consortia = (
        "[{name: A, hospitals: [H0, H2], townships: [P1]}, {name: B, hospitals: [H1], "
        "townships: [P0]}]"
    )
    found = built(
        read(LAYOUT + f"hospitals: {{destination: consortium first, consortia: {consortia}}}\n")
    )
    assert found.rule == DestinationRule.CONSORTIUM
    assert found.consortium.tolist() == [0, 1, 0]
    # Cells, then hospitals: those of P2 are of none.
    assert found.consortium_of.tolist() == [1, 0, NONE, 1, 0, NONE]


def test_full_hospitals_may_be_passed_over(read):
    more = BAYS.replace(
        "hospitals: {", "hospitals: {bypass_when_full: true, destination: soonest, "
    )
    found = built(read(LAYOUT + more))
    assert found.bypass_when_full
    assert found.rule == DestinationRule.SOONEST
    assert found.walk_ins_wait


# ── closures ─────────────────────────────────────────────────────────────────────────────────


def test_hours_of_the_week_are_dated_from_the_start_of_the_run(read):
    # The run begins on Monday, 6 January 2025, at 00:00.
    closed = "[{hours: 22-06, days: 'sat, sun', to: [stroke]}, {from: 2025-01-07, until: 2025-01-07 06:30}]"
    found = built(read(WHOLE.replace("full_at: 4", f"closed: {closed}"))).closures
    hour, day = 3600.0, 86_400.0
    assert (found.hospital == 0).all()
    assert (np.diff(found.from_at) > 0).all()
    assert found.from_at[:4].tolist() == [0, day, 5 * day + 22 * hour, 6 * day + 22 * hour]
    assert found.until_at[:4].tolist() == [
        6 * hour, day + 6.5 * hour, 6 * day + 6 * hour, 7 * day + 6 * hour
    ]  # fmt: skip
    by_condition = kinds(read(WHOLE.replace("full_at: 4", f"closed: {closed}")))
    stroke = by_condition.number[Patient(frozenset({"stroke"}), "stroke")]
    assert found.kinds[0][stroke]
    assert not found.kinds[0][0], "others are taken there"
    assert found.kinds[1].all(), "nobody is"


HOURS = st.integers(0, 23)


@settings(max_examples=25, deadline=None)
@given(
    begin=HOURS,
    length=st.integers(1, 23),
    days=st.sets(st.integers(0, 6), min_size=1),
    start=st.datetimes(datetime(2025, 1, 1), datetime(2026, 1, 1)),
)
def test_closed_hours_are_those_of_the_clock_whenever_a_run_begins(
    read, begin, length, days, start
):
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    start = start.replace(microsecond=0)
    closed = (
        f"{{hours: {begin:02d}-{(begin + length) % 24:02d}, "
        f"days: '{', '.join(names[d] for d in sorted(days))}'}}"
    )
    scenario = read(
        LAYOUT + f"start: '{start}'\nstudy: {{warm_up: 0 min, length: 10 days}}\n"
        f"hospitals: {{at: {{H1: {{closed: [{closed}]}}}}}}\n"
    )
    found = built(scenario).closures
    for seconds in np.linspace(0, 12 * 86_400, 500, endpoint=False).tolist():
        now = start + timedelta(seconds=seconds)
        since = (now.hour + now.minute / 60 + now.second / 3600 + now.microsecond / 3.6e9) - begin
        opened = now.weekday() if since >= 0 else (now.weekday() - 1) % 7
        wanted = since % 24 < length and opened in days
        assert ((found.from_at <= seconds) & (seconds < found.until_at)).any() == wanted


# ── what is drawn ────────────────────────────────────────────────────────────────────────────


def test_each_patient_is_of_the_kind_of_its_condition(read):
    scenario = read(WHOLE)
    calls, number = calls_of(scenario), kinds(scenario).number
    stroke, other = calls.condition == 0, calls.condition == 1
    critical = calls.icu_s > 0
    light = calls.ending == Ending.TO_CLINIC
    assert (calls.icu_s[critical] == 4 * 86_400).all()
    assert critical[stroke & calls.conveyed].mean() == pytest.approx(0.25, abs=0.04)
    assert not critical[~calls.conveyed | other].any()
    assert light[other & calls.conveyed].mean() == pytest.approx(0.2, abs=0.04)
    assert not light[~calls.conveyed | stroke].any()
    wanted = np.where(stroke, number[Patient(frozenset({"stroke"}), "stroke")], 0)
    wanted[critical] = number[Patient(frozenset({"stroke"}), "stroke", needs_icu=True)]
    wanted[light] = number[Patient(condition="other", light=True)]
    assert np.array_equal(calls.patient, wanted)


def test_stays_are_one_quantile_a_call_by_the_law_of_each_hospital(read):
    scenario = read(WHOLE.replace("20 min", "{distribution: exponential, mean: 20 min}"))
    calls = calls_of(scenario)
    q = Streams(7, 0).of(Stream.STAY, CallGroup(1)).random(len(calls.place))
    assert calls.stay_s == pytest.approx(-3000 * np.log1p(-q), abs=1 / 1024)
    assert calls.own_stay_s[:, 0] == pytest.approx(-1200 * np.log1p(-q), abs=1 / 1024)


def test_walk_ins_come_at_their_rate_and_stay_by_the_law_of_their_hospital(read):
    scenario = read(WHOLE)
    some = calls_of(scenario).walk_ins
    hours = destinations.study_seconds(scenario) / 3600
    assert (some.hospital == 1).all()
    assert (some.stay_s == 1200).all()
    assert (np.diff(some.at) >= 0).all()
    assert np.array_equal(some.at, on_grid(some.at))
    assert len(some.at) == pytest.approx(1.5 * hours, abs=5 * (1.5 * hours) ** 0.5)


def test_walk_ins_by_the_hour_come_at_no_other(read):
    day = [0] * 8 + [1] * 10 + [0] * 6
    profile = f"{{rate: 24 per day, profile: {{hours: {day}, days: [1, 1, 1, 1, 1, 0, 0]}}}}"
    some = calls_of(read(WHOLE.replace("1.5 per hour", profile))).walk_ins
    at = some.at / 3600
    assert len(at) > 500
    assert ((at % 24 >= 8) & (at % 24 < 18)).all()
    assert (at // 24 % 7 < 5).all()


@settings(max_examples=10, deadline=None)
@given(bays=st.integers(1, 9), rate=st.floats(0.1, 5), stay=st.integers(1, 90))
def test_walk_ins_of_a_hospital_are_as_they_were_whatever_others_have(read, bays, rate, stay):
    other = (
        f"capabilities: [stroke], bays: {bays}, stay: {stay} min, walk_ins: {rate:.3f} per hour,"
    )
    before = calls_of(read(WHOLE)).walk_ins
    after = calls_of(
        read(WHOLE.replace("bays: 3, capabilities: [Stroke, chest_pain],", other))
    ).walk_ins
    mine = after.hospital == 1
    assert not mine.all()
    for column, was in zip(after, before, strict=True):
        assert np.array_equal(column[mine], was)


def test_layouts_with_the_same_hospitals_meet_the_same_calls(read):
    one, other = read(WHOLE), read(WHOLE.replace("ambulances: 3", "ambulances: 2"))
    assert same_calls(one, other)
    assert not same_calls(one, read(WHOLE.replace("1.5 per hour", "1.6 per hour")))
    assert not same_calls(one, read(WHOLE.replace("at: [P1]", "at: [P0]")))
