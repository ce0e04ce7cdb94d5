"""Transfers: when, from where, to where, how urgent, by whom."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from services import problems, town

from sim.model.calls import Calls, CallStream, Needs
from sim.model.system import ORDINARY
from sim.policies.clock import NONE
from sim.prepare import demand, draws, system, together, transfers, ways
from sim.scenario.file import load

LAYOUT = "layout: [{station: P0, ambulances: 2}, {station: P1}]\n"
DEMAND = "demand: {rate: {urban: 0 per day, rural: 100 per day}}\n"
UP = "name: up, from: [H0, H2], to: H1, rate: 8 per day, urgency: urgent"
DOWN = "name: down, from: [H1], to: [H0, H2], rate: 8 per day, urgency: planned"
CELLS = 3


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    """Three places in a row with a hospital each."""
    seconds = [[0, 300, 900], [300, 0, 600], [900, 600, 0]]
    return town(tmp_path_factory.mktemp("moves"), seconds, [100, 300, 200], hospitals=[0, 1, 2])


@pytest.fixture(scope="module")
def drawn(write):
    def calls(*streams, text=LAYOUT + DEMAND):
        rows = "".join(f"  - {{{one}}}\n" for one in streams)
        scenario = load(write(text + (f"transfers:\n{rows}" if rows else "")))
        return draws.draw(demand.build(scenario), 5, 0)

    return calls


def test_urgent_ones_compete_as_a_priority_of_calls(drawn):
    calls = drawn(UP + ", priority: yellow, loading: 7 min, handover: 11 min")
    some = calls.stream == CallStream.URGENT_TRANSFER
    assert some.sum() == pytest.approx(8 * 30, abs=60)
    assert set(calls.priority[some]) == {1}
    assert set(calls.hospital[some]) == {1}
    assert set(calls.place[some]) == {CELLS + 0, CELLS + 2}
    assert set(calls.township[some]) == {0, 2}
    assert set(calls.area[some]) == {1}
    assert set(calls.on_scene_s[some]) == {420.0}
    assert set(calls.handover_s[some]) == {660.0}
    assert calls.conveyed[some].all()
    assert not calls.call_taking_s[some].any()
    assert np.isnan(calls.due_at[some]).all()
    assert (np.diff(calls.received_at) >= 0).all()
    assert set((drawn(UP).priority)[drawn(UP).stream == 2]) == {0}  # the first, unless it is said


def test_transfers_leave_all_calls_as_they_were(drawn):
    plain, calls = drawn(), drawn(UP, DOWN)
    usual = calls.stream == CallStream.EMERGENCY
    for name, column in plain._asdict().items():
        if column is not None:
            assert np.array_equal(getattr(calls, name)[usual], column), name


def test_another_stream_leaves_the_first_as_it_was(drawn):
    """Whether it stands behind it or before it in the file."""
    for both in (drawn(UP, DOWN), drawn(DOWN, UP)):
        for name in ("received_at", "place", "turnout_s", "hospital"):
            of = [getattr(calls, name)[calls.stream == 2] for calls in (drawn(UP), both)]
            assert np.array_equal(*of), name


def test_planned_ones_wait_behind_all_others_and_are_due(drawn):
    calls = drawn(DOWN + ", due: 5 h, lead: 1 h")
    some = calls.stream == CallStream.PLANNED_TRANSFER
    assert set(calls.priority[some]) == {3}
    assert np.allclose(calls.due_at[some] - calls.received_at[some], 3600)
    assert set(calls.place[some]) == {CELLS + 1}
    assert set(calls.hospital[some]) == {0, 2}
    assert np.mean(calls.hospital[some] == 0) == pytest.approx(0.5, abs=0.15)


def test_who_is_due_before_the_lead_is_over_is_sent_for_at_once(drawn):
    calls = drawn(DOWN + ", due: 20 min, lead: 1 h")
    some = calls.stream == CallStream.PLANNED_TRANSFER
    assert np.allclose(calls.due_at[some] - calls.received_at[some], 1200)


def test_however_long_before_it_is_due_as_many_are_sent_for(drawn):
    """8 a day for 30 days, those too that became known before the run."""
    for due in ("1 h", "7 days", "{distribution: exponential, mean: 2 days, max: 7 days}"):
        calls = drawn(DOWN + f", due: {due}, lead: 1 h, hours: 08-20")
        some = calls.stream == CallStream.PLANNED_TRANSFER
        assert some.sum() == pytest.approx(240, abs=4 * 240**0.5), due
        first = calls.received_at[some][0]
        assert 0 <= first < 2 * 86_400
        days = np.bincount((calls.received_at[some] // 86_400).astype(int), minlength=30)
        assert days[:7].sum() == pytest.approx(56, abs=4 * 56**0.5), (due, days)


def test_planned_ones_are_sent_for_at_their_hours_only(drawn):
    calls = drawn(DOWN + ", hours: 08-18, days: mon-fri, due: 5 h, lead: 1 h")
    some = calls.stream == CallStream.PLANNED_TRANSFER
    hour = calls.received_at[some] / 3600  # from a Monday on
    assert ((hour % 24 >= 8) & (hour % 24 < 18) & (hour // 24 % 7 < 5)).all()
    assert np.allclose(calls.due_at[some] - calls.received_at[some], 3600)
    assert (hour % 24 == 8).mean() > 0.4  # those of the night


@given(st.floats(0, 3e6), st.integers(0, 6))
def test_an_instant_outside_the_hours_is_moved_to_when_they_begin_next(at, day):
    wait_h = np.array([min((h - now) % 168 for h in range(168) if 8 <= h % 24 < 10)
                       for now in range(168)])  # fmt: skip
    start_s = day * 86_400.0
    moved = float(transfers.moved_into_hours(np.array([at]), wait_h, start_s)[0])
    clock = (start_s + at) % 86_400 / 3600
    if 8 <= clock < 10:
        assert moved == at
    else:
        assert moved > at
        assert (start_s + moved) % 86_400 == 8 * 3600
        assert moved - at < 86_400


def test_without_a_from_all_hospitals_send_but_those_they_go_to(drawn):
    calls = drawn("name: up, to: [H1], rate: 9 per day, urgency: urgent")
    assert set(calls.place[calls.stream == 2]) == {CELLS + 0, CELLS + 2}


def test_from_a_hospital_of_several_destinations_it_goes_to_the_others(drawn):
    calls = drawn("name: x, from: [H0, H1], to: [H0, H1, H2], rate: 9 per day, urgency: urgent")
    some = calls.stream == 2
    assert (calls.place[some] - CELLS != calls.hospital[some]).all()


def test_they_have_a_profile_of_their_own(drawn):
    hours = ", ".join(["1"] * 6 + ["0"] * 18)
    calls = drawn(f"{UP}, profile: {{hours: [{hours}]}}")
    assert (calls.received_at[calls.stream == 2] / 3600 % 24 < 6).all()


def test_at_the_desk_transfers_do_not_wait(drawn):
    desk = "desk: {seats: 1, handling: 9 min, needing_ambulance: 20 %}"
    text = LAYOUT + DEMAND.replace("}}", f"}}, {desk}}}")
    calls = drawn(UP, text=text)
    some = calls.stream == CallStream.URGENT_TRANSFER
    assert np.isnan(calls.answered_at[some]).all()
    assert not calls.call_taking_s[some].any()
    assert (calls.answered_at[~some] > calls.received_at[~some]).any()


CLASSES = (
    "layout: [{station: P0, ambulances: 2}, {station: P1, crews: [{class: car}, {class: van}]}]\n"
    "crews: {classes: [{name: car}, {name: van}]}\n"
)
VAN = "needs: [{classes: [van]}]"


def test_what_transfers_need_is_a_condition_behind_those_of_calls(write, drawn):
    plain = drawn(f"{UP}, {VAN}", DOWN, text=CLASSES + DEMAND)
    assert set(plain.condition[plain.stream == 0]) == {0}
    assert set(plain.condition[plain.stream == 2]) == {1}
    assert set(plain.condition[plain.stream == 3]) == {2}
    kinds = plain.needs.kind
    assert set(kinds[plain.condition == 1]) == {1}  # a van
    assert set(kinds[plain.condition != 1]) == {0}  # anybody who transports
    with_conditions = drawn(
        UP, DOWN, text=CLASSES + "demand: {conditions: [{name: a, share: 40 %, needs: [{classes: "
        "[car]}, {classes: [van]}]}, {name: b, share: 60 %}]}\n"
    )  # fmt: skip
    many = np.bincount(with_conditions.needs.call)
    assert np.array_equal(many == 2, with_conditions.condition == 0)
    assert set(with_conditions.condition[with_conditions.stream == 2]) == {2}


def test_a_system_has_a_row_for_planned_ones_that_nobody_drives_fast_for(write):
    scenario = load(write(CLASSES + DEMAND + f"transfers: [{{{DOWN}}}, {{{UP}, {VAN}}}]\n"
                    "dispatch: {reserve: [{keep: 1, for: green}], divert: "
                    "[{leaving: green, for: red}]}\n"))  # fmt: skip
    made = system.build(scenario)
    modes = ways.driving_modes(scenario)
    assert made.roads.mode_to_scene.shape == (1, 4)
    assert made.roads.mode_to_scene[0, 3] == modes.number[0, ORDINARY]
    assert made.rules.may_divert.shape == (4, 4)
    assert not made.rules.may_divert[3].any()
    service = made.service
    assert service.sending.within_s.shape == (4,)
    assert service.breaks.interrupts.shape == (4,)
    assert service.sending.upto.tolist() == [2]
    assert service.conditions.all_or_none.shape == (3,)
    assert service.conditions.capable.tolist() == [[True, True], [True, True], [False, True]]


def test_a_scenario_without_transfers_has_no_such_row(write):
    made = system.build(load(write(LAYOUT + DEMAND + f"transfers: [{{{UP}}}]\n")))
    assert made.roads.mode_to_scene.shape == (1, 3)
    assert made.service is None


# ── hospitals by what they can treat, and those outside the map ──────────────────────────────

KNOWN = (
    "hospitals:\n  at: {H1: {capabilities: [stroke, chest pain]}, H2: {capabilities: [stroke]}}\n"
    "  outside: [{name: Capital, name_zh: 省城, gate: P0, away: 70 min, capabilities: [burns]}]\n"
)


def test_where_a_capability_is_treated_is_decided_as_for_a_call(write):
    text = LAYOUT + DEMAND + KNOWN + (
        "transfers: [{name: up, to: {capability: Stroke}, rate: 9 per day, urgency: urgent}]\n"
    )  # fmt: skip
    scenario = load(write(text))
    calls, made = draws.draw(demand.build(scenario), 5, 0), system.build(scenario)
    some = calls.stream == CallStream.URGENT_TRANSFER
    assert set(calls.place[some]) == {CELLS + 0}  # the others have it
    assert set(calls.hospital[some]) == {NONE}
    treats = made.service.destinations.treats
    assert treats[calls.patient[some][0]].tolist() == [False, True, True, False]
    assert treats[calls.patient[~some][0]].tolist() == [True, True, True, False]


@pytest.mark.parametrize("to", ["Capital", "省城", "{capability: burns}"])
def test_a_hospital_outside_the_map_has_a_row_behind_those_of_the_map(write, to):
    text = LAYOUT + DEMAND + KNOWN + (
        f"transfers: [{{name: far, from: [H1], to: {to}, rate: 9 per day, urgency: planned}}]\n"
    )  # fmt: skip
    scenario = load(write(text))
    calls, made = draws.draw(demand.build(scenario), 5, 0), system.build(scenario)
    some = calls.stream == CallStream.PLANNED_TRANSFER
    if "{" in to:
        kinds = made.service.destinations.treats[calls.patient[some]]
        assert kinds.tolist() == [[False, False, False, True]] * some.sum()
    else:
        assert set(calls.hospital[some]) == {3}
    assert made.service.destinations.away_s.tolist() == [0, 0, 0, 4200]
    at = made.roads.place_node[made.hospitals.place]
    assert at[3] == made.roads.place_node[0]  # P0, its gate


def test_urgent_transfers_hold_a_bay_and_planned_ones_none(write):
    bays = "hospitals: {stay: 30 min, at: {H1: {bays: 2}}}\n"
    calls = draws.draw(demand.build(load(write(
        LAYOUT + DEMAND + bays + f"transfers: [{{{UP}}}, {{{DOWN}}}]\n"
    ))), 5, 0)  # fmt: skip
    held = [set(calls.stay_s[calls.stream == stream]) for stream in (0, 2, 3)]
    assert held == [{1800.0}, {1800.0}, {0.0}]


# ── mistakes ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("stream", "wanted"), [
    ("name: a, to: Mars, rate: 1 per day, urgency: urgent",
     'transfers[0].to: no hospital "Mars": known are H0, H1, H2; one outside the map is '
     "described under `hospitals.outside`"),
    ("name: a, from: [H9], to: H1, rate: 1 per day, urgency: urgent",
     'transfers[0].from: no hospital "H9": transfers begin at hospitals of the map, like H0, H1, H2'),
    ("name: a, from: [H1], to: H1, rate: 1 per day, urgency: urgent",
     "transfers[0].to: transfers from H1 would go to where they come from"),
    ("name: a, to: [H0, H1, H2], rate: 1 per day, urgency: urgent",
     "transfers[0].to: each hospital of the map is one of those where these would go"),
    ("name: a, to: {capability: burns}, rate: 1 per day, urgency: urgent",
     "transfers[0].to: no hospital has the capability burns"),
    (UP + ", priority: pink", 'transfers[0].priority: no priority "pink"; known: red, yellow, green'),
    (UP + ", hours: 08-18", "transfers[0]: urgent transfers are sent for at once: leave out hours"),
    (DOWN + ", priority: red",
     "transfers[0]: planned transfers wait behind all emergencies: leave out priority"),
    (DOWN + ", days: mon-fri",
     "transfers[0]: `days` are those on which `hours` begin: write `hours`, too"),
    (UP.replace("8 per day", "8 per 1000 people per day"),
     'transfers[0].rate: write a rate per time, like "3 per day"'),
    (UP + ", needs: [{classes: [bus]}]", 'transfers[0].needs[0].classes: no class "bus" under crews.classes; known: ambulance'),
])  # fmt: skip
def test_a_transfer_to_nowhere_is_told(write, stream, wanted):
    assert problems(write(LAYOUT + DEMAND + f"transfers: [{{{stream}}}]\n")) == [wanted]


def test_a_need_that_nobody_meets_at_some_hour_is_told_unless_none_is_sent_for_then(write):
    text = CLASSES.replace("{class: van}", "{class: van, hours: 08-18}") + DEMAND
    told = problems(write(text + f"transfers: [{{{DOWN}, {VAN}}}]\n"))
    assert told == [
        "transfers[0].needs[0]: nobody on duty may meet need 1 of down at mon-sun 18-08: put one of "
        "the class van on duty then, or name others under `or`"
    ]
    load(write(text + f"transfers: [{{{DOWN}, {VAN}, hours: 08-18}}]\n"))
    told = problems(write(text + f"transfers: [{{{DOWN}, {VAN}, hours: 07-18}}]\n"))
    assert told == [
        "transfers[0].needs[0]: nobody on duty may meet need 1 of down at mon-sun 07-08: put one of "
        "the class van on duty then, or name others under `or`"
    ]
    never = CLASSES.replace(", {class: van}", "") + DEMAND
    assert (
        "no ambulance of the layout is of the class van"
        in problems(write(never + f"transfers: [{{{UP}, {VAN}}}]\n"))[0]
    )


# ── calls of several streams as one ──────────────────────────────────────────────────────────


@given(st.data())
def test_calls_together_keep_what_each_of_them_had(data):
    def calls(first):
        at = sorted(data.draw(st.lists(st.integers(0, 9), max_size=6)))
        count = len(at)
        number = first + np.arange(count)
        plain = Calls(
            np.array(at, float), number, *([np.zeros(count)] * 6), np.zeros(count, bool),
            np.full(count, NONE), np.zeros(count), np.zeros((count, 2)), np.zeros((count, 2)),
        )  # fmt: skip
        if data.draw(st.booleans()):
            plain = plain._replace(withdrawn_at=number * 2.0,
                                   own_stay_s=np.stack([number] * 2, 1) / 1)  # fmt: skip
        if data.draw(st.booleans()):
            many = np.array(data.draw(st.lists(st.integers(1, 3), min_size=count, max_size=count)),
                            int)  # fmt: skip
            call = np.repeat(np.arange(count), many)
            rank = np.arange(len(call)) - np.repeat(np.cumsum(many) - many, many)
            said = 10 * number[call] + rank
            plain = plain._replace(needs=Needs(call, said, *([said * 1.0] * 3)))
        return plain

    parts = [calls(100), calls(200), calls(300)]
    found = together.in_order(parts)
    assert sorted(found.place) == sorted(np.concatenate([one.place for one in parts]))
    key = list(zip(found.received_at, found.place // 100, found.place, strict=True))
    assert key == sorted(key)
    of = {int(p): (part, row) for part in parts for row, p in enumerate(part.place)}
    for row, place in enumerate(found.place.tolist()):
        part, own = of[place]
        assert found.received_at[row] == part.received_at[own]
        if found.withdrawn_at is not None:
            assert found.withdrawn_at[row] == (np.inf if part.withdrawn_at is None else 2 * place)
            assert (found.own_stay_s[row] == (0 if part.own_stay_s is None else place)).all()
        if found.needs is not None:
            kinds = found.needs.kind[found.needs.call == row].tolist()
            many = 1 if part.needs is None else int((part.needs.call == own).sum())
            wanted = [0] if part.needs is None else [10 * place + r for r in range(many)]
            assert kinds == wanted
