"""What a layout makes worse at doors, of transfers and of calls that wait is named by every answer.

Small towns: one has all there is of hospitals, transfers and calls that end otherwise; in another
more ambulances bring more patients to the only bay, and in a third the crews for transfers, who
take no calls, could go by compliance alone.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from services import town

from sim.answers.assumptions import USUAL
from sim.answers.comparison import compare
from sim.answers.curve import curve
from sim.answers.ranking import KEYS, rank
from sim.answers.search import search
from sim.answers.stress import stress
from sim.answers.worth import worth
from sim.measures.besides import NAMED, TOLD_BESIDES
from sim.measures.features import Feature
from sim.measures.groups import ALL, Group
from sim.measures.kinds import Percentile
from sim.measures.measures import BY_KEY, OF_EACH_CONDITION
from sim.measures.other_measures import NEITHER
from sim.measures.verdicts import Harm, Verdict, verdicts
from sim.scenario.file import load
from sim.study.effort import Effort
from sim.study.runs import Runs
from sim.words import worth as worth_words
from sim.words.comparison_sentence import changes_of, is_spoken_of
from sim.words.language import language
from sim.words.measure_changes import CHANGES, CHANGES_OF_A_CONDITION

OFTEN = {"replications": 6, "workers": 1}
LANGUAGES = ("en", "zh")
EN, ZH = (language(code) for code in LANGUAGES)
STROKE = Group("condition", 0)
OF_STROKE = "    - {name: stroke, share: 30 %, treated_by: [stroke]}"
OF_OTHERS = "    - {name: other, share: 70 %}"
EVERYTHING = """
layout: [{station: P0, ambulances: 2}, {station: P1, ambulances: 1}, {station: P2, ambulances: 1}]
demand:
  rate: {urban: 0 per day, rural: 50 per day}
  transported: 80 %
  conditions:
@CONDITIONS@
  nobody_found: 5 %
  treated_at_scene: {share: 10 %, on_scene: 20 min}
  cancelled: {share: 80 %, after: {distribution: exponential, mean: 25 min}}
  desk: {seats: 1, handling: {distribution: exponential, mean: 100 s}, needing_ambulance: 25 %}
  surges: [{name: Bus, at: "2025-01-08 12:00", every: 1 day, place: P1, calls: 6}]
hospitals:
  bypass_when_full: true
  stay: 50 min
  at:
    H0: {bays: 1, capabilities: [], full_at: 1, walk_ins: 8 per day}
    H1: {bays: 2, capabilities: []}
    H2: {bays: 2, capabilities: [stroke]}
transfers:
  - {name: up, from: [H0, H1], to: H2, rate: 5 per day, urgency: urgent}
  - {name: down, from: [H2], to: H0, rate: 6 per day, urgency: planned, due: 20 min, lead: 10 min}
durations: {on_scene: 15 min}
targets: {urban: 10 min, rural: 15 min}
study: {length: 20 days}
"""
ONE_BAY = """
layout: [{station: P0, ambulances: 1}, {station: P1, ambulances: 0}, {station: P2, ambulances: 0}]
demand: {rate: {urban: 0 per day, rural: 40 per day}, transported: 100 %}
hospitals: {stay: 40 min, at: {H0: {bays: 1}, H1: {bays: 1}, H2: {bays: 1}}}
dispatch: {when_none_free: lost}
durations: {call_taking: 0 s, turnout: 0 s, on_scene: 5 min}
targets: {urban: 10 min, rural: 10 min}
study: {length: 10 days}
"""
FOR_TRANSFERS = """
layout:
  - {station: P1, ambulances: 3}
  - {station: P0, ambulances: 0, crews: [{class: transfer, number: 1}]}
  - {station: P2, ambulances: 0, crews: [{class: transfer, number: 1}]}
crews: {classes: [{name: basic}, {name: transfer}]}
demand:
  rate: {urban: 0 per day, rural: 15 per day}
  conditions: [{name: a, share: 100 %, needs: [{classes: [basic]}]}]
transfers:
  - {name: t, from: [H0], to: H2, rate: 14 per day, urgency: planned, due: 1 h, lead: 30 min,
     needs: [{classes: [transfer]}]}
study: {length: 20 days}
"""


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    folder = tmp_path_factory.mktemp("three")
    seconds = [[0, 300, 900], [300, 0, 600], [900, 600, 0]]
    return town(folder, seconds, [100, 300, 200], hospitals=[0, 1, 2])


@pytest.fixture(scope="module")
def everything(write):
    text = EVERYTHING.replace("@CONDITIONS@", f"{OF_STROKE}\n{OF_OTHERS}")
    return load(write(text, "everything.yaml"))


@pytest.fixture(scope="module")
def one_bay(write):
    return load(write(ONE_BAY, "bay.yaml"))


@pytest.fixture(scope="module")
def for_transfers(write):
    return load(write(FOR_TRANSFERS, "transfers.yaml"))


# ── one table, whatever is kept ──────────────────────────────────────────────────────────────


def test_the_table_has_every_topic_and_nothing_that_is_neither_better_nor_worse():
    named = {one.key for one in NAMED}
    assert not named & set(NEITHER)
    assert {*TOLD_BESIDES} == {one.key for one in NAMED if not isinstance(one, Percentile)}
    of = {key: BY_KEY[key].feature for key in TOLD_BESIDES}
    topics = (
        Feature.WITHDRAWN, Feature.WAITING, Feature.DESK, Feature.SURGE, Feature.URGENT,
        Feature.PLANNED, Feature.TRANSFERS, Feature.BAYS, Feature.BYPASS, Feature.CAPABLE,
        Feature.WALK_INS, Feature.CLASSES, Feature.UNITS, Feature.CENTRES, Feature.SHIFTS,
        Feature.BREAKS, Feature.STANDBY, Feature.RESPONDERS, Feature.SURVIVAL,
    )  # fmt: skip
    assert set(topics) <= set(of.values())


@pytest.mark.parametrize("say", [EN, ZH], ids=LANGUAGES)
def test_every_measure_of_the_table_has_words_for_more_and_for_less(everything, say):
    texts = []
    for one in NAMED:
        texts += [CHANGES[one.key]]
    for key in OF_EACH_CONDITION:
        texts += [CHANGES_OF_A_CONDITION[key]]
    for more, less in texts:
        assert more != less
    harms = [Harm(key, -0.05, STROKE) for key in OF_EACH_CONDITION]
    harms += [Harm("answer_mean", 2.0), Harm("transfer_late60", 0.1)]
    said = changes_of(harms, everything, 5, say)
    assert said.count("stroke") == 2
    assert not {"{", "}"} & set(said)
    if say is ZH:
        assert not re.search("[a-z]{3}", said.replace("stroke", ""))


def worse(comparison, row=1):
    """What a comparison finds worse of all that an answer from sums speaks of."""
    lines = [(key, ALL) for key in KEYS]
    lines += [(key, ALL) for key in TOLD_BESIDES if BY_KEY[key].feature in comparison.features]
    lines += [("hospital_60", line.group) for line in comparison.service_lines()
              if line.key == "hospital_60" and line.group.by == "condition"]  # fmt: skip
    return [
        (key, pytest.approx(comparison.difference(key, row, group).mean), group)
        for key, group in lines
        if comparison.verdict(key, row, group) == Verdict.WORSE
    ]


def test_sums_say_what_rows_say_of_hospitals_transfers_and_calls_that_wait(everything):
    less = everything.close("P2").ambulances("P0", -1)
    compared = compare(everything, less, **OFTEN)
    with Runs(everything, [less], Effort(**OFTEN)) as runs:
        runs.extend(OFTEN["replications"])
        told = runs.besides(1)
        assert {
            "wait_mean", "cancelled", "cancelled_late", "answered10", "answer_mean", "surge_within",
            "surge_mean", "surge_last", "surge_cancelled", "urgent_within", "urgent_mean",
            "transfer_late", "transfer_late60", "transfer_late_mean", "transfer_time", "hospital_60", "bypassed",
            "bay_waits", "bay_over30", "bay_mean", "bay_hours", "walk_ins_refused",
        } == {key for key, group in told if group == ALL}  # fmt: skip
        assert [line for line in told if line[1] != ALL] == [
            ("hospital_60", Group("condition", row)) for row in range(2)
        ]
        for key, group in told:
            ours = runs.spread(1, key, group).interval()
            theirs = compared.spread(key, 1, group).interval()
            assert tuple(ours) == pytest.approx(tuple(theirs), rel=1e-6, abs=1e-12, nan_ok=True), (
                key
            )
        assert list(runs.harms(1, KEYS)) == worse(compared)
        found = {(harm.key, harm.group) for harm in runs.harms(1)}
    assert {
        ("cancelled", ALL), ("wait_mean", ALL), ("urgent_mean", ALL), ("surge_within", ALL),
        ("surge_last", ALL), ("transfer_late", ALL), ("hospital_60", ALL), ("hospital_60", STROKE),
    } <= found  # fmt: skip


def test_a_layout_with_conditions_in_another_order_is_judged_by_their_names(write, everything):
    text = EVERYTHING.replace("@CONDITIONS@", f"{OF_OTHERS}\n{OF_STROKE}")
    other = load(write(text, "turned.yaml"))
    less = other.close("P2").ambulances("P0", -1)
    compared = compare(everything, less, **OFTEN)
    with Runs(everything, [less], Effort(**OFTEN)) as runs:
        runs.extend(OFTEN["replications"])
        for row in range(2):
            group = Group("condition", row)
            ours = runs.spread(1, "hospital_60", group).interval()
            theirs = compared.spread("hospital_60", 1, group).interval()
            assert tuple(ours) == pytest.approx(tuple(theirs), rel=1e-6)


def test_what_begins_with_a_proposal_gets_worse_from_nothing(write, one_bay):
    """The base has no transfers: those of a proposal take ambulance hours, and wait at no door."""
    more = load(write(
        ONE_BAY + "transfers: [{name: t, from: [H0], to: H2, rate: 9 per day, urgency: planned}]\n",
        "begun.yaml",
    ))  # fmt: skip
    compared = compare(one_bay, more, **OFTEN)
    with Runs(one_bay, [more], Effort(**OFTEN)) as runs:
        runs.extend(OFTEN["replications"])
        assert list(runs.harms(1, KEYS)) == worse(compared)
        assert "transfer_time" in {harm.key for harm in runs.harms(1)}
    found = stress(one_bay, more, samples=0, wrong=dict.fromkeys(USUAL, 0.0), **OFTEN)
    assert "ambulance hours on transfers (" in found.sentence()


# ── every answer ─────────────────────────────────────────────────────────────────────────────

AT_THE_DOOR = {"en": "ambulance hours lost at the door (", "zh": "医院门口等候"}


def where(folder):
    (folder / "sites.csv").write_text("name,lon,lat\n", "utf-8")
    return folder / "sites.csv"


def names_the_bay(answer, harms):
    """More patients come to the bays: that is said, with its size, in both languages."""
    assert {"bay_hours", "bay_waits"} <= {harm.key for harm in harms}
    base = answer.provenance.base
    for code in LANGUAGES:
        (one,) = [harm for harm in harms if harm.key == "bay_hours"]
        assert changes_of([one], base, 3, language(code)) in answer.sentence(code)


def test_a_comparison_names_hours_lost_at_the_door(one_bay):
    found = compare(one_bay, one_bay.ambulances("P1", 2), **OFTEN)
    assert found.verdict("within") == Verdict.BETTER
    for code in LANGUAGES:
        one = Harm("bay_hours", found.difference("bay_hours").mean)
        assert changes_of([one], one_bay, 3, language(code)) in found.sentence(code)


def test_a_ranking_names_hours_lost_at_the_door(one_bay):
    found = rank(one_bay, "stations", ambulances=2, **OFTEN)
    names_the_bay(found, found.best.harms)


def test_a_search_names_hours_lost_at_the_door(one_bay):
    found = search(one_bay, "seats", ambulances=2, moves=False, **OFTEN)
    names_the_bay(found, found.steps[-1].harms)


def test_a_curve_names_hours_lost_at_the_door(one_bay):
    found = curve(one_bay, "seats", steps=1, **OFTEN)
    names_the_bay(found, found.tracks["ambulances"][0].harms)


def test_a_stress_test_names_hours_lost_at_the_door(one_bay):
    more = one_bay.ambulances("P1", 2)
    found = stress(one_bay, more, samples=0, wrong=dict.fromkeys(USUAL, 0.0), **OFTEN)
    names_the_bay(found, found.harms[0])


def test_crews_for_transfers_are_not_dispensable_though_no_call_is_reached_later(for_transfers):
    found = worth(for_transfers, **OFTEN)
    closed = {for_transfers.stations[one.station].name.en: one
              for one in found.losses if one.closed}  # fmt: skip
    for name in ("P0", "P2"):
        assert closed[name].verdict == Verdict.TOO_SMALL
        assert {"transfer_late", "transfer_late_mean"} <= {one.key for one in closed[name].harms}
    two = replace(found, losses=(closed["P0"], closed["P2"]))
    assert worth_words.headline(two, EN) == (
        "By this measure no loss matters, but 2 of 2 make something else worse"
    )
    assert worth_words.headline(two, ZH) == "按此指标各项损失均过小，但 2 项中有 2 项使其他指标变差"
    spare = {
        "en": "Each of these alone would cost too little to matter: ",
        "zh": "单独而言损失过小：",
    }
    for code in LANGUAGES:
        said = found.sentence(code)
        assert spare[code] not in said
        for name in ("P0", "P2"):
            assert f"{worth_words.what(found, closed[name], language(code))}" in said
    assert "lateness of planned transfers (" in found.sentence()
    compared = compare(for_transfers, for_transfers.close("P2"), **OFTEN)
    assert list(closed["P2"].harms) == worse(compared)
    assert "planned transfers late (" in compared.sentence()


def test_a_comparison_names_the_condition_whose_patients_come_late(everything):
    found = compare(everything, everything.close("P2").ambulances("P0", -1), **OFTEN)
    for key in OF_EACH_CONDITION:
        if found.verdict(key, 1, STROKE) == Verdict.WORSE:
            assert is_spoken_of(key, STROKE)
    (spread,) = [found.spread("hospital_60", 1, STROKE)]
    assert verdicts(BY_KEY["hospital_60"], [spread], found.matters) == [Verdict.WORSE]
