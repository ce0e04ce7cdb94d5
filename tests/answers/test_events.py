"""What else may happen in a stress test: hospitals, bays, roads, surges, what is supposed."""

from __future__ import annotations

import numpy as np
import pytest
from decisions import assumption
from services import town
from studies import days

from sim.answers.assumptions import USUAL, assumptions
from sim.answers.events import asks_for_hospitals, busiest_closed, events, supposed, without
from sim.answers.stress import stress
from sim.engine import make
from sim.errors import OptionError
from sim.prepare import demand, draws, system
from sim.scenario.file import load
from sim.study.effort import Effort
from sim.study.runs import Runs
from sim.words import page_of
from sim.words.language import language

NOTHING = dict.fromkeys(USUAL, 0.0)
QUICK = {"replications": 3, "workers": 1, "samples": 0}
TEXT = """
layout: [{station: P0, ambulances: 3}]
demand: {rate: {urban: 0 per day, rural: 30 per day}, profile: flat, transported: 100 %}
study: {warm_up: 0 min, length: 10 days, cool_down: 0 min}
"""
HOSPITALS = """
hospitals:
  stay: 40 min
  at: {H1: {bays: 3}, H2: {bays: 1}}
"""
PLACES = [[0, 300, 1500], [300, 0, 1200], [1500, 1200, 0]]
BUS = '{name: Bus, name_zh: 客车, at: "2025-01-07 10:00", place: P1, calls: 8}'


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """`written(text)`: a town whose places lie in a row, with hospitals at the last two."""
    folder = tmp_path_factory.mktemp("row")
    write = town(folder, PLACES, [10, 30, 5], hospitals=[1, 2])

    def made(text="", demand_has=""):
        return load(write(TEXT.replace("profile: flat", f"profile: flat{demand_has}") + text))

    return made


def log_of(scenario):
    (engine,) = make("compiled", [system.build(scenario)], None)
    return engine.run(engine.pack(draws.draw(demand.build(scenario), 1, 0)))


def cycle_s(scenario):
    """Seconds from being sent until cleared, in the mean."""
    log = log_of(scenario)
    return float(np.nanmean(log.cleared_at - log.assigned_at))


def keys(found):
    return [swing.about.key for swing in found.swings]


def case_of(found, key):
    (swing,) = [swing for swing in found.swings if swing.about.key == key]
    return swing.low


# ── hospitals ────────────────────────────────────────────────────────────────────────────────


def test_the_hospital_that_receives_most_is_closed(written):
    base = written(HOSPITALS)
    with Runs(base, (), Effort(replications=1, workers=1)) as runs:
        received = runs.received()
    assert received.sum() > 100
    (mishap,) = busiest_closed(base, received)
    (case,) = mishap.cases
    assert case.name == base.hospitals[int(received.argmax())].name
    assert case.name.en == "H1", "it is nearest to most"
    assert set(log_of(case.left(base)).hospital.tolist()) <= {1, -1}


def test_a_closed_hospital_lengthens_jobs_in_every_layout(written):
    base = written(HOSPITALS)
    name = base.hospitals[0].name
    for layout in (base, base.add("P1")):
        assert cycle_s(without(layout, name)) > cycle_s(layout) + 300


def test_a_hospital_keeps_what_else_is_known_of_it(written):
    base = written("hospitals: {stay: 40 min, at: {h1: {bays: 3, closed: [{hours: 02-04}]}}}")
    closed = without(base, base.hospitals[0].name).settings.hospitals.at
    assert list(closed) == ["h1"]
    assert closed["h1"].bays == 3
    assert len(closed["h1"].closed) == 2


def test_a_third_fewer_bays_are_whole_ones_and_one_stays(written):
    base = written(HOSPITALS)
    about = assumption(base, "bays")
    for share, expected in ((-1.0, (2, 1)), (0.0, (3, 1)), (1.0, (4, 1))):
        own = about.at(base, share).settings.hospitals.at
        assert (own["H1"].bays, own["H2"].bays) == expected
    assert "bays" in [one.key for one in assumptions(base)]
    assert system.build(about.at(base, -1.0)).service.destinations.bays.tolist() == [2, 1]


# ── roads and surges of the scenario ─────────────────────────────────────────────────────────


def closing(**closures):
    return days().with_settings(travel={"closures": closures})


BRIDGE = {
    "between": [[113.495, 27.655], [113.5, 27.65]], "access": "local",
    "from": "2025-01-08 06:00", "until": "2025-01-08 18:00",
}  # fmt: skip
FLOOD = {"township": "枫林镇", "from": "2025-01-08 10:00", "until": "2025-01-08 16:00"}


def test_a_closure_of_the_scenario_is_in_force_all_the_time():
    found = events((closing(bridge=BRIDGE),))
    (mishap,) = found.tried
    (case,) = mishap.cases
    assert (mishap.key, mishap.roads, case.name.en) == ("road-closed", True, "bridge")
    (closure,) = case.left(closing(bridge=BRIDGE)).settings.travel.closed.values()
    assert closure.always
    assert closure.between == tuple(BRIDGE["between"]) or closure.access == "local"
    always = {key: BRIDGE[key] for key in ("between", "access")}
    assert events((closing(bridge=always),)).tried == (), "it is so as assumed"


def test_a_closure_that_cuts_somebody_off_to_the_end_is_named_and_not_tried():
    found = events((closing(bridge=BRIDGE, flood=FLOOD),))
    assert [case.name.en for case in found.tried[0].cases] == ["bridge"]
    assert [name.en for name in found.untried] == ["flood"]


def test_a_layout_whose_file_opens_a_road_keeps_it_open():
    (mishap,) = events((closing(bridge=BRIDGE),)).tried
    assert mishap.cases[0].left(days()) is days()


def test_a_surge_comes_every_week(written):
    base = written(demand_has=f", surges: [{BUS}]")
    (mishap,) = events((base,)).tried
    (case,) = mishap.cases
    assert (mishap.key, case.name.zh) == ("surge-weekly", "客车")
    calls = [len(draws.draw(demand.build(s), 1, 0).received_at) for s in (base, case.left(base))]
    assert calls[1] == calls[0] + 8, "once more in ten days"
    assert case.left(written()).settings == written().settings


@pytest.mark.parametrize(
    "bus", [BUS.replace("calls: 8", "calls: 8, every: 2 days"), BUS.replace("01-07", "01-14")]
)
def test_a_surge_that_cannot_come_more_often_is_left_out(written, bus):
    assert events((written(demand_has=f", surges: [{bus}]"),)).tried == ()


# ── the stress test ──────────────────────────────────────────────────────────────────────────


def test_a_plain_scenario_has_none_of_it(written):
    base = written()
    assert not asks_for_hospitals(base)
    assert events((base,)) == ((), ())
    found = stress(base, base.add("P1"), wrong=NOTHING, **QUICK)
    assert keys(found) == ["ambulance-off"]
    assert "Not tried" not in page_of(found, language()).text()


def test_what_the_scenario_has_is_tried(written):
    base = written(HOSPITALS, f", surges: [{BUS}]")
    found = stress(base, base.add("P1"), wrong=NOTHING | {"bays": 0.33}, **QUICK)
    assert set(keys(found)) == {"bays", "ambulance-off", "hospital-closed", "surge-weekly"}
    closed = case_of(found, "hospital-closed")
    assert closed.case.en == "H1"
    assert closed.gains != found.nominal
    text = page_of(found, language()).text()
    assert text.count("H1") == 1
    assert "The busiest hospital closed" in text


def test_what_is_supposed_is_a_comparison_under_these_settings(written):
    base, slow = written(), {"travel": {"bands": [{"hours": "00-24", "speed": "50 %"}]}}
    plan = base.add("P2")
    found = stress(base, plan, wrong=NOTHING, suppose={"snow": slow}, **QUICK)
    under = [layout.with_settings(**slow) for layout in (base, plan)]
    with Runs(under[0], under[1:], Effort(replications=3, workers=1)) as runs:
        runs.extend(3)
        expected = runs.spread(1).interval()
    assert case_of(found, "supposed").gains[0] == expected
    rows = found.to_frame().query("assumption == 'supposed'")
    assert set(rows["if"]) == {"snow"}


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "exactly as assumed, whatever is the case, with: what is supposed (no price)"),
        ("zh", "增益均与原假设完全相同：假设情况（no price）"),
    ],
)
def test_what_changes_nothing_says_so(written, lang, said):
    base = written()
    costs = {"costs": {"station": "1,000,000 CNY per year"}}
    slow = {"travel": {"bands": [{"hours": "00-24", "speed": "50 %"}]}}
    asked = {"no price": costs, "snow": slow}
    found = stress(base, base.add("P2"), wrong=NOTHING, suppose=asked, **QUICK)
    note = page_of(found, language(lang)).text().replace("\n", "").replace(" ", "")
    assert said.replace(" ", "") in note
    assert "supposed(snow)" not in note
    assert "假设情况（snow）" not in note


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"x": {"travl": {"a": 1}}}, "x: travl: no such setting; did you mean travel?"),
        ({"x": {"self": {"a": 1}}}, "x: self: no such setting"),
        ({"x": [1]}, "x: write settings, like `key: value`; found [1]"),
        ({"x": {}}, "x: write settings"),
        ([1], "suppose: write settings"),
        ({"x": {"hospitals": {"at": {"Foo": {"bays": 1}}}}}, 'no hospital "Foo" on the map'),
    ],
    ids=str,
)
def test_what_cannot_be_supposed_is_told_before_anything_runs(written, asked, said):
    with pytest.raises(OptionError) as caught:
        supposed((written(), written()), asked)
    assert said in str(caught.value)


def test_all_that_cannot_be_supposed_is_told_at_once(written):
    with pytest.raises(OptionError) as caught:
        supposed((written(),), {"x": {"travl": {"a": 1}}, "y": {"demand": 3}})
    assert len(caught.value.problems) == 2


def test_a_closure_that_cuts_off_cannot_be_supposed():
    flood = {"travel": {"closures": {"flood": {"township": "枫林镇"}}}}
    with pytest.raises(OptionError, match="flood: travel.closures: .* would be cut off"):
        supposed((days(),), {"flood": flood})
