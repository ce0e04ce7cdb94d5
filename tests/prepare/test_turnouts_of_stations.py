"""Turnouts that differ by station: worked out by hand, through both engines and all that foresees.

Three places in a row: P0 to P1 300 s, P1 to P2 600 s, P0 to P2 900 s.
"""

from __future__ import annotations

import numpy as np
import pytest
from services import problems, town
from towns import LAT, LON
from worlds import assert_same, some_calls

from sim.answers.coverage import coverage
from sim.answers.reasons import reasons_for
from sim.answers.site_plans import siting_inputs
from sim.engine import compiled, reference
from sim.errors import ScenarioError
from sim.policies.clock import NONE
from sim.prepare import demand, draws, radius, system
from sim.prepare.cover import cover
from sim.prepare.reach import reach
from sim.prepare.week import week_of
from sim.scenario import idle, turnouts
from sim.scenario.differences import between
from sim.scenario.file import load
from sim.scenario.validation import Problems
from sim.study.plan import same_calls
from sim.study.worst_served import expected_share
from sim.words import differences as words
from sim.words.language import language

SECONDS = [[0, 300, 900], [300, 0, 600], [900, 600, 0]]
LAYOUT = "layout: [{station: P0, ambulances: 1}, {station: P2, ambulances: 1}]\n"
USUAL = (
    "demand: {transported: 0 %, rate: {urban: 0 per day, rural: 100 per day}}\n"
    "study: {warm_up: 0 min, length: 2 days}\n"
)
EN, ZH = language("en"), language("zh")
ENGINES = (reference, compiled)


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    return town(tmp_path_factory.mktemp("turnouts"), SECONDS, [100, 300, 200])


def file(said="", more="", layout=LAYOUT, turnout="100 s"):
    durations = f"call_taking: 0 s, turnout: {turnout}, on_scene: 60 s, turnout_at: {{{said}}}"
    return f"{layout}{USUAL}durations: {{{durations}}}\n{more}"


@pytest.fixture(scope="module")
def built(write):
    return lambda *text, **more: load(write(file(*text, **more)))


def run(engine, scenario, calls):
    """The log of the trips to calls, without those home."""
    log = engine.run(system.build(scenario), calls)
    to_calls = log.call != NONE
    return log._replace(**{
        name: column[to_calls]
        for name, column in log._asdict().items()
        if name in ("ambulance", "call", "assigned_at", "mobile_at", "arrived_at")
    })  # fmt: skip


# ── one call after the other ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("engine", ENGINES, ids=["reference", "compiled"])
@pytest.mark.parametrize(("share", "longer_s"), [("150 %", 50.0), ("50 %", -50.0), ("1 %", -99.0)])
def test_a_turnout_is_as_long_as_at_the_station_and_none_on_the_road(
    built, engine, share, longer_s
):
    """P1 calls, again while the ambulance drives home, and once more when it is there."""
    one = "layout: [{station: P0, ambulances: 1}]\n"
    at = np.array([0.0, 600.0, 5000.0])
    calls = some_calls(at, place=1, area=1, turnout_s=100.0, on_scene_s=60.0)
    usual, other = (run(engine, built(said, layout=one), calls) for said in ("", f"P0: {share}"))
    waits = usual.mobile_at - usual.assigned_at, other.mobile_at - other.assigned_at
    assert waits[0].tolist() == [100, 0, 100]
    assert waits[1] == pytest.approx([100 + longer_s, 0, 100 + longer_s], abs=1 / 1024)
    assert usual.arrived_at[0] == 400
    assert other.arrived_at[0] - usual.arrived_at[0] == pytest.approx(longer_s, abs=1 / 1024)
    assert other.arrived_at[2] - usual.arrived_at[2] == pytest.approx(longer_s, abs=1 / 1024)


@pytest.mark.parametrize("engine", ENGINES, ids=["reference", "compiled"])
def test_who_is_sent_is_who_is_expected_first_turnouts_and_all(built, engine):
    """From P0 100 + 300 s, from P2 100 + 600 s: four times 100 s at P0 are as long as from P2."""
    calls = some_calls([0.0], place=1, area=1, turnout_s=100.0)
    for said, sent, response_s in (("P0: 399 %", 0, 699), ("P0: 401 %", 1, 700)):
        log = run(engine, built(said), calls)
        assert log.ambulance.tolist() == [sent]
        assert log.arrived_at[0] == pytest.approx(response_s, abs=1 / 1024)


@pytest.mark.parametrize("engine", ENGINES, ids=["reference", "compiled"])
def test_it_is_the_station_where_somebody_waits_that_counts(built, engine):
    """Who waits at P2 turns out as there, though at home at P0."""
    more = "standby: {rule: list, list: [P2]}\n"
    layout = "layout: [{station: P0, ambulances: 1}, {station: P2, ambulances: 0}]\n"
    calls = some_calls([0.0, 20_000.0], place=2, area=1, turnout_s=100.0, on_scene_s=60.0)
    log = run(engine, built("P2: 300 %", more, layout=layout), calls)
    waits = log.mobile_at - log.assigned_at
    assert waits[-1] == pytest.approx(300, abs=1 / 1024)


def test_engines_agree_on_drawn_calls(built):
    scenario = built("P0: 180 %, P2: 30 %", turnout="{distribution: exponential, mean: 80 s}")
    made = system.build(scenario)
    assert made.service.standby.turnout_factor.tolist() == [1.8, 0.3]
    calls = draws.draw(demand.build(scenario), 3, 0)
    assert len(calls.received_at) > 100
    assert_same(reference.run(made, calls), compiled.run(made, calls))


def test_what_changes_nothing_is_the_plain_service(built):
    assert system.build(built("P0: 100 %, P2: 100 %")).service is None
    assert system.build(built("P0: 120 %").close("P0")).service is None
    assert system.build(built("P0: 120 %")).service is not None
    made = system.build(built("P0: 120 %", "standby: {points: [{name: Q, at: P1, turnout: 50 %}]}"))
    assert made.service.standby.turnout_factor.tolist() == [1.2, 1.0, 0.5]


def test_the_very_same_calls_are_drawn(built):
    usual, other = built(), built("P0: 150 %")
    assert same_calls(usual, other)
    (found,) = between(usual, other)
    assert (found.path, found.base, found.other) == ("durations.turnout_at.P0", 1.0, 1.5)
    assert not found.is_of_the_calls
    assert between(usual, built("P0: 100 %")) == ()


# ── all that foresees ────────────────────────────────────────────────────────────────────────


def test_what_is_foreseen_without_an_engine_knows_of_it(built):
    usual, other = built(), built("P0: 150 %, P2: 40 %")
    before, after = reach(usual), reach(other)
    assert before.cell_s.tolist() == [[100, 400, 1000], [1000, 700, 100]]
    assert after.cell_s.tolist() == [[150, 450, 1050], [940, 640, 40]]
    assert reach(other, 100.0).cell_s.tolist() == before.cell_s.tolist()  # as was asked for
    # Of the calls of P0, P1 and P2, 1, 3 and 2 of six: the ambulance that is there first.
    change = week_of(other).busy_s - week_of(usual).busy_s
    assert change == pytest.approx((50 * 1 + 50 * 3 - 60 * 2) / 6)
    lines = {row.area: row.minutes for row in coverage(other).frame.itertuples()}
    assert lines["P1"] == pytest.approx(450 / 60)


def test_coverage_of_standby_rules_and_siting_knows_of_it(built):
    """Within 420 s P1 is reached from P0 (400 s) unless crews there take half as long again."""
    targets = "targets: {urban: 420 s, rural: 420 s}\n"
    for said, covered, people in (("", [1, 1, 0], 400), ("P0: 150 %", [1, 0, 0], 100)):
        scenario = built(said, targets)
        shares, covers = cover(scenario, turnouts.factors(scenario))
        assert covers[0] @ shares == pytest.approx(people / 600)
        inputs = siting_inputs(scenario, [], [])
        within = inputs.minutes <= inputs.limit[:, None]
        assert within[:, 0].tolist() == [bool(one) for one in covered]
        assert inputs.minutes.min() >= 0
        share = expected_share(scenario, 0.0, 3)
        assert share.tolist() == [1, covered[1], 1]
    quick = siting_inputs(built("P2: 50 %", targets), [], [])
    assert quick.minutes.min() == 0  # P2 itself; whoever rolls from P0 is 50 s behind
    assert quick.before * 60 == pytest.approx(50)
    assert quick.minutes[0, 0] * 60 == pytest.approx(50)


def test_a_new_station_is_nearer_to_whom_slow_crews_are_far(built):
    """Beside P0, whose crews take 400 s more, a new station of P1 is nearer to P0, too."""

    class Served:
        """Who was served is of no account here."""

        def per_day(self, row, key, of=0):
            return np.zeros(2 if row == 0 else 3)

    for said, people in (("", 300), ("P0: 500 %", 400)):
        base = built(said)
        (found,) = reasons_for(base, [base.add("P1")], Served())
        assert found.people == people


def test_a_radius_counts_from_there(built):
    for said, told in (("", 0), ("P0: 150 %, P2: 150 %", 1)):
        scenario = built(said, "dispatch: {within: {red: 400 s}}\n")
        found = Problems()
        radius.check(scenario, found)
        assert len(found) == told


# ── what is refused, and what is doubtful ────────────────────────────────────────────────────


def test_a_name_that_is_no_station_is_told_with_its_line(write):
    text = file("P9: 120 %, P0: 110 %, Q: 50 %, p0: 90 %",
                "standby: {points: [{name: Q, at: P1}]}\n")  # fmt: skip
    assert problems(write(text)) == [
        'durations.turnout_at.P9: no station "P9" in the layout; known: P0, P2',
        "durations.turnout_at.Q: Q is a standby point: write its `turnout` there",
        "durations.turnout_at: named twice: P0",
    ]
    with pytest.raises(ScenarioError) as caught:
        load(write(text))
    assert [one.line for one in caught.value.problems] == [6, 6, 6]


def test_a_proposal_may_close_the_station(write):
    write(file("P0: 150 %"), "slow.yaml")
    proposal = "name: Closed\nbase: slow\nchanges: [{close: {station: P0}}]\n"
    path = write("", "closed.yaml")
    path.write_text(proposal, "utf-8")
    closed = load(path)
    assert closed.settings.durations.turnout_at == {"P0": 1.5}
    path.write_text(proposal + "durations: {turnout_at: {P0: 120 %, P2: 90 %}}\n", "utf-8")
    assert turnouts.factors(load(path)).tolist() == [1.2, 0.9]


def test_a_station_that_is_added_or_moved_has_its_own(built):
    base = built("P0: 150 %")
    assert turnouts.factors(base.add("P1")).tolist() == [1.5, 1, 1]
    assert turnouts.factors(base.move("P0", "P1")).tolist() == [1.5, 1]
    later = base.add("P1").with_settings(durations={"turnout_at": {"p1": "70 %", "p0": "90 %"}})
    assert later.settings.durations.turnout_at == pytest.approx({"P0": 0.9, "p1": 0.7})
    with pytest.raises(ScenarioError, match='no station "P1"'):
        base.with_settings(durations={"turnout_at": {"P1": "70 %"}})


@pytest.mark.parametrize("share", ["0 %", "1,001 %", "none", "-1 %", 1.5])
def test_a_share_out_of_bounds_is_refused(built, share):
    with pytest.raises(ScenarioError):
        built().with_settings(durations={"turnout_at": {"P0": share}})


def test_recorded_turnouts_would_count_the_station_twice(write):
    path = write("")
    row = f"2025-01-07 10:00,{LON + 0.005:.4f},{LAT + 0.005:.4f}"
    (path.parent / "calls.csv").write_text(f"received_at,lon,lat,turnout_s\n{row},90\n", "utf-8")
    text = file("P0: 150 %").replace(
        USUAL, "study: {warm_up: 0 min}\ndemand: {transported: 0 %, replay: calls.csv}\n"
    )
    (doubt,) = idle.doubts(load(write(text)))
    assert EN(doubt).startswith("`durations.turnout_at` multiplies recorded turnouts, too")
    assert ZH(doubt) != EN(doubt)
    (path.parent / "calls.csv").write_text(f"received_at,lon,lat,turnout_s\n{row},\n", "utf-8")
    assert list(idle.doubts(load(write(text)))) == []


def test_a_difference_is_said_in_the_readers_language(liling):
    name = liling.stations[0].name
    other = liling.with_settings(durations={"turnout_at": {name.en: "130 %"}})
    (found,) = between(liling, other)
    (line,) = words.lines(liling, [(other.name, [found])], EN)
    assert f"turnout at {name.en} 130 % of the usual instead of 100 %" in line
    (line,) = words.lines(liling, [(other.name, [found])], ZH)
    assert f"{name.zh}的出车时间为通常的 130%（原为 100%）" in line
    every = {one.name.zh: "90 %" for one in liling.stations}
    many = liling.with_settings(durations={"turnout_at": every})
    assert words.phrases(between(liling, many), EN) == [
        f"turnout otherwise at {len(every)} stations"
    ]
