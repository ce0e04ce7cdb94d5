"""One day of a small town: bays that are full, calls that are withdrawn, what is said of both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from services import town

import sim
from sim.answers.comparison import run
from sim.measures.timeline import BaysTaken, Outcome
from sim.model.calls import CallStream
from sim.scenario.file import load
from sim.words import page_of
from sim.words.language import language

SECONDS = [[0, 300, 900], [300, 0, 600], [900, 600, 0]]


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    return town(tmp_path_factory.mktemp("day"), SECONDS, [100, 300, 200], hospitals=[0, 1, 2])


BAYS = """layout: [{{station: P0, ambulances: 2}}, {{station: P1, ambulances: 2}}]
demand: {{rate: {{urban: 0 per day, rural: 60 per day}}, transported: 100 %}}
study: {{length: 3 days, replications: 2}}
durations: {{handover: 10 min}}
hospitals:
  stay: {{distribution: constant, value: {usual}}}
  at: {{H1: {{bays: 2, stay: {{distribution: constant, value: {own}}}}}}}
"""


@pytest.mark.parametrize(("usual", "own"), [("1 min", "2 h"), ("6 h", "1 min")])
def test_a_hospital_with_stays_of_its_own_is_full_while_ambulances_wait_there(write, usual, own):
    """Never more than there are, and somebody waits only where every one of them is taken."""
    (bays,) = sim.day(load(write(BAYS.format(usual=usual, own=own))), 2, workers=1).bays
    assert bays.taken.max() <= 2
    assert (bays.taken[bays.waiting > 0] == 2).all()
    assert bays.waiting.any() == (own == "2 h")


OVERLOADED = """layout: [{{station: P0, ambulances: 1}}]
start: 2025-01-06
demand:
  rate: {{urban: 0 per day, rural: 60 per day}}
  transported: 100 %
  cancelled: {{share: 100 %, after: {{distribution: constant, value: {patience}}}}}
  surges: [{{name: Bus, at: "2025-01-07 10:00", place: P2, calls: 20, within: 0 min}}]
study: {{length: 3 days, replications: 2, warm_up: 0 min}}
"""


def told(answer, code="en"):
    return page_of(answer, language(code)).text()


def overloaded(write, patience):
    return load(write(OVERLOADED.format(patience=patience)))


@pytest.mark.parametrize("patience", ["15 min", "2 h"])
def test_a_day_counts_calls_as_compliance_does(write, patience):
    """Within a target of half an hour: withdrawn before it is no miss, withdrawn after it is one."""
    scenario = overloaded(write, patience)
    days = [sim.day(scenario, number, workers=1) for number in (1, 2, 3)]
    reached, late, cancelled = (sum(day.counted(how) for day in days) for how in Outcome)
    found = run(scenario, workers=1, replications=1)
    assert found.estimate("within").mean == pytest.approx(reached / (reached + late))
    assert (late == 0, cancelled == 0) == ((True, False) if patience == "15 min" else (False, True))


@pytest.mark.parametrize("code", ["en", "zh"])
def test_calls_of_a_surge_that_were_cancelled_are_told_of(write, code):
    day = sim.day(overloaded(write, "15 min"), 2, workers=1)
    gone = day.counted(Outcome.CANCELLED, CallStream.SURGE)
    assert gone > 10
    text = {"en": f"; {gone} more were cancelled before", "zh": f"另有 {gone} 次在时限之内取消"}
    assert text[code] in " ".join(page_of(day, language(code)).sentences)
    late = " ".join(page_of(sim.day(overloaded(write, "2 h"), 2), language(code)).sentences)
    assert not any(said in late for said in ("cancelled", "取消"))


@pytest.mark.parametrize("code", ["en", "zh"])
def test_a_run_says_how_many_calls_have_no_part_in_its_compliance(write, code):
    found = run(overloaded(write, "15 min"), workers=1)
    share = 100 * found.estimate("cancelled").mean
    assert share > 50
    said = page_of(found, language(code)).sentence
    assert {"en": f"Not counted: {share:.1f} % of all", "zh": f"呼叫的 {share:.1f}%"}[code] in said
    patient = page_of(run(overloaded(write, "2 h"), workers=1), language(code)).sentence
    assert not any(text in patient for text in ("Not counted", "未计入"))


ALONE = """layout: [{{station: P0, ambulances: 2}}]
demand: {{rate: {{urban: 0 per day, rural: 20 per day}}{calls}}}
study: {{length: 3 days, replications: 2}}
{more}
"""
TRANSFERS = "transfers: [{name: back, from: [H1], to: H0, rate: 6 per day, urgency: urgent}]"
CANCELLED = ", cancelled: {share: 50 %, after: 20 min}"
NOBODY = ", nobody_found: 10 %"


@pytest.mark.parametrize(
    ("calls", "more", "ends"),
    [("", TRANSFERS, False), (CANCELLED, "", False), (CANCELLED, TRANSFERS, False),
     (NOBODY, TRANSFERS, True), (NOBODY + CANCELLED, "", True)],
)  # fmt: skip
def test_how_calls_end_is_told_only_where_that_is_asked(write, calls, more, ends):
    text = told(run(load(write(ALONE.format(calls=calls, more=more))), workers=1))
    assert ("Nobody found" in text) == ends
    assert ("Treated at the scene" in text) == ends


@pytest.mark.parametrize("code", ["en", "zh"])
def test_a_run_says_how_surges_and_transfers_fare_that_compliance_leaves_out(write, code):
    found = run(overloaded(write, "2 h"), workers=1)
    share = 100 * found.estimate("surge_within").mean
    said = page_of(found, language(code)).sentence
    text = {
        "en": f"Of the calls of surges {share:.1f} % are reached within their target.",
        "zh": f"突发事件的呼叫有 {share:.1f}% 在时限内到达。",
    }
    assert text[code] in said


def test_a_proposal_has_no_rows_of_what_only_another_one_has(write):
    """And calls of no condition that has a name are no part of their own."""
    text = "layout: [{station: P0, ambulances: 2}]\nstudy: {length: 2 days, replications: 2}\n"
    rate = "demand: {rate: {urban: 0 per day, rural: 60 per day}"
    gone = rate + ", cancelled: {share: 50 %, after: 5 min}, treated_at_scene: 20 %}\n"
    moved = rate + "}\ntransfers: [{name: up, to: H1, rate: 9 per day, urgency: planned}]\n"
    layouts = [
        load(write(text + more, f"{n}.yaml")) for n, more in enumerate((rate + "}\n", gone, moved))
    ]
    found = sim.compare(*layouts, workers=1, engine="reference")
    keys = [{line.key for line in found.lines_against_base(row)} for row in (1, 2)]
    assert "cancelled" in keys[0] - keys[1]
    assert "transfer_late" in keys[1] - keys[0]
    assert keys[0] | keys[1] <= {line.key for line in found.lines()}
    assert not [group for group in found.groups_of_fleet if group.by == "condition"]


def test_of_doors_where_as_many_wait_the_one_is_named_where_they_wait_longest(write):
    day = sim.day(load(write(BAYS.format(usual="1 min", own="2 h"))), 2, workers=1)
    at = day.window.start_s + np.array([0.0, 600.0])
    short = BaysTaken(0, 2, at, np.array([2, 0]), np.array([1, 0]))
    long_ = BaysTaken(2, 2, at, np.array([2, 2]), np.array([0, 1]))
    said = " ".join(page_of(replace(day, bays=(short, long_)), language()).sentences)
    assert "at most 1 of them at H2" in said
