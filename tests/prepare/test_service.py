"""From what a planner writes of conditions, centres and standby to arrays, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import ROOT, same_columns
from hypothesis import given, settings
from hypothesis import strategies as st
from services import problems, town
from worlds import assert_same

from sim.engine import compiled, reference
from sim.errors import ScenarioError
from sim.model.calls import Stream, asks_for_more
from sim.model.service import NO_LIMIT, StandbyRule
from sim.policies.clock import NONE
from sim.prepare import conditions, demand, draws, needs, radius, system
from sim.prepare.streams import CallGroup, Streams
from sim.scenario.conditions import said_hours
from sim.scenario.file import load
from sim.scenario.validation import Problems
from sim.study.plan import same_calls
from sim.words.language import language

SECONDS = [[0, 300, 900], [300, 0, 600], [900, 600, 0]]
CLASSES = (
    "crews: {classes: [{name: advanced, name_zh: 高级}, {name: basic}, "
    "{name: car, transports: false}]}\n"
)
CREWS = (
    "layout:\n"
    "  - {station: P0, crews: [{class: advanced}, {class: basic, number: 2}]}\n"
    "  - {station: P1, crews: [{class: basic}, {class: car}]}\n"
    "  - {station: P2, ambulances: 1}\n" + CLASSES
)
PLAIN = "layout: [{station: P0, ambulances: 2}, {station: P1}, {station: P2}]\n"
ARREST = (
    "{name: arrest, share: {red: 50 %}, transported: 90 %, missing: forget, released: apart, "
    "needs: [{classes: [高级], or: [{classes: [basic], penalty: 5 min}]}, "
    "{classes: [basic], delay: 2 min}]}"
)
OTHER = "{name: other, share: {red: 50 %, yellow: 100 %, green: 100 %}, accompanied: true}"
MANY = "rate: {urban: 0 per day, rural: 100 per day}"
CONDITIONS = f"demand: {{{MANY}, conditions: [{ARREST}, {OTHER}]}}\n"


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    """Three places in a row with 100, 300 and 200 people; a hospital at the second."""
    return town(tmp_path_factory.mktemp("row"), SECONDS, [100, 300, 200], hospitals=[1])


@pytest.fixture(scope="module")
def built(write):
    return lambda text: system.build(load(write(text)))


def calls_of(scenario, replication=0):
    return draws.draw(demand.build(scenario), 7, replication)


# ── nothing asked for ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "",
        "standby: {list: [P0], points: [{name: Q, at: P1}]}\n",
        "dispatch: {other_zone: 3 min, loading: 1 min}\n",
        "dispatch: {other_zone: 0 s, zones: [{name: all, townships: [P0, P1, P2]}]}\n",
        "standby: {rule: list, list: [P0, P0, P2]}\n",
        "demand: {conditions: [{name: all, share: 100 %, needs: [{classes: [ambulance]}]}]}\n",
    ],
)
def test_what_behaves_as_the_plain_service_is_none(built, text):
    assert built(PLAIN + text).service is None


@pytest.mark.parametrize(
    "text",
    [
        "demand: {cancelled: {share: 10 %, after: 5 min}}\n",
        "demand: {conditions: [{name: all, share: 100 %, cancelled: {share: 1 %, after: 9 min}}]}\n",
        "travel: {factor: {sigma: 0.2}}\n",
        "travel: {band_rule: carried over, bands: [{hours: 07-09, speed: 50 %}]}\n",
        "hospitals: {stay: 40 min, at: {H1: {bays: 2}}}\n",
        "hospitals: {at: {H1: {closed: [{hours: 22-06}]}}}\n",
        "hospitals: {outside: [{name: City, gate: P2, away: 20 min}]}\n"
        "transfers: [{name: up, from: [H1], to: City, rate: 1 per day, urgency: urgent}]\n",
    ],
)
def test_both_engines_are_told_of_what_is_beyond_the_plain_service(built, write, text):
    """Of what a scenario asks for nothing is left out by either engine."""
    scenario = load(write(PLAIN + text))
    made = system.build(scenario)
    assert made.service is not None
    calls = draws.draw(demand.build(scenario), 7, 0)
    assert_same(reference.run(made, calls), compiled.run(made, calls))
    if asks_for_more(calls):
        for engine in (reference, compiled):
            with pytest.raises(ValueError, match="need a Service"):
                engine.run(made._replace(service=None), calls)


def test_a_list_of_stations_is_a_rule_of_the_plain_service(built):
    made = built(PLAIN + "standby: {rule: list, list: [P2, P0, P2]}\n")
    assert made.rules.standby_list.tolist() == [2, 0, 2]


def test_shipped_scenarios_need_nothing_beyond_the_plain_service(liling):
    made = system.build(liling)
    assert made.service is None
    assert not len(made.rules.standby_list)
    calls = calls_of(liling)
    assert calls.needs is None
    assert calls.condition is None


# ── conditions and what they need ────────────────────────────────────────────────────────────


def test_kinds_of_need_are_lists_of_classes_in_tiers(built):
    sending = built(CREWS + CONDITIONS).service.sending
    inf = np.inf
    assert sending.penalty_s.tolist() == [
        [0, 0, inf],  # any class that transports
        [0, 300, inf],
        [inf, 0, inf],
    ]
    assert sending.transports.tolist() == [True, True, False]


def test_what_several_units_of_a_condition_do(built):
    found = built(
        CREWS + CONDITIONS + "dispatch: {loading: 4 min}\n"
    ).service.conditions  # fmt: skip
    assert found.forgets.tolist() == [True, False]
    assert found.together.tolist() == [False, True]
    assert found.accompanied.tolist() == [False, True]
    assert found.all_or_none.tolist() == [False, False]
    assert found.capable.tolist() == [[True, False, False], [True, True, False]]
    assert found.loading_s == 240


def test_calls_need_what_their_condition_needs(write):
    scenario = load(write(CREWS + CONDITIONS))
    calls = calls_of(scenario)
    found, count = calls.needs, len(calls.received_at)
    arrest = calls.condition == 0
    assert arrest.any()
    assert not arrest[calls.priority > 0].any(), "only red calls have it"
    assert np.array_equal(np.bincount(found.call, minlength=count), 1 + arrest)
    assert np.all(np.diff(found.call) >= 0)
    first = np.flatnonzero(np.diff(found.call, prepend=-1))
    second = np.setdiff1d(np.arange(len(found.call)), first)
    assert np.array_equal(found.kind[first], arrest)
    assert np.all(found.kind[second] == 2)
    assert np.all(found.delay_s[first] == 0)
    assert np.all(found.delay_s[second] == 120)
    assert np.array_equal(found.turnout_s[first], calls.turnout_s)
    assert np.array_equal(found.on_scene_s[first], calls.on_scene_s)


def test_a_second_need_draws_from_streams_of_its_rank(write):
    scenario = load(write(CREWS + CONDITIONS))
    calls, source = calls_of(scenario), demand.build(scenario)
    streams, area = Streams(7, 0), 1  # all of this town is rural
    second = np.flatnonzero(np.diff(calls.needs.call, prepend=-1) == 0)
    its_call = calls.needs.call[second]
    for stream, law, column in (
        (Stream.NEED_TURNOUT, source.turnout, calls.needs.turnout_s),
        (Stream.NEED_ON_SCENE, source.on_scene, calls.needs.on_scene_s),
    ):
        q = streams.of(stream + 1, CallGroup(area)).random(len(calls.received_at))
        assert column[second] == pytest.approx(law.seconds(q)[its_call], abs=1 / 1024)


def test_conditions_leave_every_other_draw_as_it_was(write):
    before = calls_of(load(write(CREWS + f"demand: {{{MANY}}}\n")))
    assert len(before.place) > 1_000
    after = calls_of(load(write(CREWS + CONDITIONS, "other.yaml")))
    same_columns(before, after, "conveyed", "condition", "needs")
    other = after.condition == 1
    assert np.array_equal(before.conveyed[other], after.conveyed[other])
    assert np.all(after.conveyed >= before.conveyed), "90 % of those of 63 % and more"


def test_layouts_meet_the_same_calls_unless_their_needs_differ(write):
    one = load(write(CREWS + CONDITIONS))
    assert same_calls(one, one.ambulances("P0", +1))
    assert not same_calls(one, load(write(CREWS, "other.yaml")))
    changed = CLASSES.replace("{name: basic}", "{name: basic, transports: false}")
    other = CREWS.replace(CLASSES, changed)
    assert not same_calls(load(write(CREWS, "a.yaml")), load(write(other, "b.yaml")))


def test_where_a_class_does_not_transport_every_call_says_what_it_needs(write):
    scenario = load(write(CREWS))
    calls = calls_of(scenario)
    assert calls.condition is None
    assert np.array_equal(calls.needs.call, np.arange(len(calls.received_at)))
    assert not calls.needs.kind.any()
    assert system.build(scenario).service.sending.penalty_s.tolist() == [[0, 0, np.inf]]


def test_conditions_without_needs_are_known_and_send_as_the_plain_service(write):
    two = "[{name: a, share: 30 %, transported: 0 %}, {name: b, share: 70 %}]"
    text = f"demand: {{{MANY}, conditions: {two}}}\n"
    scenario = load(write(PLAIN + text))
    calls = calls_of(scenario)
    assert system.build(scenario).service is None
    assert calls.needs is None
    assert not calls.conveyed[calls.condition == 0].any()
    assert calls.conveyed[calls.condition == 1].any()


shares = st.lists(st.integers(0, 100), min_size=1, max_size=6).filter(any)
some_needs = st.lists(st.integers(1, 8), min_size=6, max_size=6)


@settings(max_examples=60, deadline=None)
@given(by_priority=st.lists(shares, min_size=2, max_size=2), many=some_needs)
def test_any_shares_and_needs_are_drawn_in_proportion(write, by_priority, many):
    """No condition without a share in its priority, all needs of each, the rest in proportion."""
    count = max(map(len, by_priority))
    wide = [row + [0] * (count - len(row)) for row in by_priority]
    share = np.array(wide, float) / np.array(wide, float).sum(axis=1, keepdims=True)
    needed_of = np.array(many[:count])
    source = demand.build(load(write(PLAIN, "plain.yaml")))._replace(
        priority_share=np.array([[0.5, 0.5], [0.5, 0.5]]),
        calls_per_hour=np.full((2, 168), 2.0) * [[0.0], [1.0]],
        kinds=conditions.Kinds(
            share=share,
            conveyed_share=np.zeros(count),
            indptr=np.concatenate([[0], np.cumsum(needed_of)]),
            kind=np.arange(needed_of.sum()),
            delay_s=np.zeros(needed_of.sum()),
        ),
    )
    calls = draws.draw(source, 3, 0)
    condition = np.zeros(len(calls.place), int) if calls.condition is None else calls.condition
    for priority in range(2):
        own = condition[calls.priority == priority]
        found = np.bincount(own, minlength=count) / len(own)
        assert not found[share[priority] == 0].any()
        assert found == pytest.approx(share[priority], abs=5 * 0.5 / len(own) ** 0.5)
    assert np.array_equal(np.bincount(calls.needs.call), needed_of[condition])
    starts = np.flatnonzero(np.diff(calls.needs.call, prepend=-1))
    assert np.array_equal(calls.needs.kind[starts], source.kinds.indptr[condition])


def test_conditions_of_records_are_kept_and_gaps_drawn(write):
    path = write(PLAIN)
    rows = ["接警时间,township,病种"] + [
        f"2025-01-06 {hour:02d}:00,P{hour % 3},{name}"
        for hour, name in enumerate(["胸痛", "", "other", "胸痛"])
    ]
    path.with_name("calls.csv").write_text("\n".join(rows), "utf-8")
    more = (
        "study: {warm_up: 0 min}\ndemand:\n  replay: {file: calls.csv, conditions: {胸痛: chest "
        "pain}}\n  conditions: [{name: chest pain, share: 0 %}, {name: other, share: 100 %}]\n"
    )
    scenario = load(write(PLAIN + more))
    assert scenario.recorded.calls.condition.tolist() == [0, NONE, 1, 0]
    assert calls_of(scenario).condition.tolist() == [0, 1, 1, 0]
    told = problems(write(PLAIN + more.replace("conditions: {胸痛: chest pain}", "unusable: stop")))
    assert len(told) == 1
    assert 'no condition "胸痛" in the scenario (rows: 2)' in told[0]
    plain = PLAIN + "study: {warm_up: 0 min}\ndemand: {replay: calls.csv}\n"
    assert any("病种" in note for note in load(write(plain)).recorded.notes), "it is not used"


# ── dispatch ─────────────────────────────────────────────────────────────────────────────────

CENTRES = (
    "dispatch:\n"
    "  reserve: [{keep: 1, classes: [advanced], for: yellow, centres: [east]}, {keep: 2, for: red}]\n"
    "  within: {red: 20 min}\n"
    "  centres:\n"
    "    - {name: west, stations: [P0], townships: [P0, P1], help: after 5 min, help_keep: 1}\n"
    "    - {name: east, stations: [P1, P2], townships: [P2], help: never}\n"
    "  zones: [{name: a, townships: [P0]}, {name: b, townships: [P1, P2]}]\n"
    "  other_zone: 3 min\n"
)


def test_reserves_name_their_priority_classes_and_centres(built):
    sending = built(CREWS + CENTRES).service.sending
    assert sending.upto.tolist() == [1, 0]
    assert sending.keep.tolist() == [1, 2]
    assert sending.of_class.tolist() == [[True, False, False], [True, True, True]]
    assert sending.of_centre.tolist() == [[False, True], [True, True]]
    assert sending.within_s.tolist() == [1200, np.inf, np.inf]


def test_stations_and_townships_belong_to_centres_and_zones(built):
    made = built(CREWS + CENTRES)
    areas = made.service.areas
    assert made.fleet.centre.tolist() == [0, 0, 0, 1, 1, 1]
    assert areas.centre.tolist() == [0, 0, 1, 0], "the last place is the hospital, in P1"
    assert areas.help_after_s.tolist() == [300, np.inf]
    assert areas.help_keep.tolist() == [1, 0]
    assert areas.zone.tolist() == [0, 1, 1, 1]
    assert areas.zone_of.tolist() == [0, 0, 0, 1, 1, 1]
    assert areas.other_zone_s == 180


def test_a_station_that_is_added_belongs_to_the_centre_of_its_township(write):
    scenario = load(write(CREWS + CENTRES)).add("P9", at="P2").add("P8", at="P1")
    assert system.build(scenario).fleet.centre.tolist()[-2:] == [1, 0]


# ── standby ──────────────────────────────────────────────────────────────────────────────────

POINTS = "points: [{name: Q, at: P1, capacity: 1}, {name: R, at: P2, turnout: 50 %}]"


def test_standby_points_come_after_the_stations_and_are_nobodys_home(write):
    scenario = load(write(PLAIN + f"standby: {{rule: nearest, {POINTS}}}\n"))
    made = system.build(scenario)
    standby = made.service.standby
    assert standby.rule == StandbyRule.NEAREST
    assert made.roads.place_node[made.stations.place].tolist() == [0, 1, 2, 1, 2]
    assert standby.turnout_factor.tolist() == [1, 1, 1, 0, 0.5]
    assert standby.capacity.tolist() == [NO_LIMIT, NO_LIMIT, NO_LIMIT, 1, NO_LIMIT]
    assert standby.has_building.tolist() == [True, True, True, False, False]
    assert made.fleet.home.max() == 2
    assert len(scenario.open_stations()) == 3, "they cost nothing and are no stations"
    assert standby.until_s == 2 * 86_400 + 28 * 86_400 + 6 * 3_600


def test_nobody_waits_at_a_station_that_is_closed(write):
    text = PLAIN + f"standby: {{rule: list, list: [P1, Q, P2, R], {POINTS}}}\n"
    made = system.build(load(write(text)).close("P1"))
    assert made.rules.standby_list.tolist() == [3, 2, 4]
    assert made.service.standby.capacity.tolist() == [NO_LIMIT, 0, NO_LIMIT, 1, NO_LIMIT]


def test_a_compliance_table_has_a_row_for_each_number_of_free_ambulances(built):
    text = (
        f"standby: {{rule: table, table: [[Q], [Q, P2]], {POINTS}, assign: longest, most_moves: 2}}"
    )
    standby = built(PLAIN + text).service.standby
    assert standby.rule == StandbyRule.TABLE
    none = [NONE] * 2
    assert standby.table.tolist() == [[3, NONE, *none], [3, 2, *none], [3, 2, *none], [3, 2, *none]]
    assert standby.longest
    assert standby.most_moves == 2
    assert standby.least_gain == 0


# From P0 the others are 300 and 900 s away, from P1 600 s to P2; before wheels roll 50 s of call
# taking and 90 s of turnout pass, at a point without turnout 50 s alone.
REACH = "durations: {call_taking: 50 s, turnout: 90 s}\ntargets: {rural: 650 s}\n"


def test_who_covers_what_follows_from_turnout_drive_and_target(built):
    """P0 and P1 are covered from each other; from Q at P1, without turnout, P2 is as well."""
    text = f"standby: {{rule: dmexclp, {POINTS}, dmexclp: {{busy: 40 %}}}}\n"
    standby = built(PLAIN + REACH + text).service.standby
    of_place = {0: {0, 1, 3}, 1: {0, 1, 3}, 2: {2, 3, 4}}
    assert {
        (round(share, 9), *np.flatnonzero(column).tolist())
        for share, column in zip(standby.demand, standby.covers.T, strict=True)
    } == {(round(4 / 6, 9), *of_place[0]), (round(2 / 6, 9), *of_place[2])}
    assert standby.weight == pytest.approx([0.6, 0.24, 0.096, 0.0384, 0.01536])


def test_a_target_is_inclusive(built):
    text = "standby: {rule: dmexclp}\n"
    for target, covers in (("740 s", True), ("739.9 s", False)):
        standby = built(PLAIN + REACH.replace("650 s", target) + text).service.standby
        at_p2 = standby.covers[1] & standby.covers[2] & ~standby.covers[0]
        assert at_p2.any() == covers


def test_a_place_beyond_everybody_is_left_out(built):
    text = PLAIN.replace(", {station: P2}", "") + REACH + "standby: {rule: dmexclp}\n"
    assert built(text).service.standby.demand.tolist() == [pytest.approx(4 / 6)]


def test_the_least_gain_of_a_table_looks_at_cover_too(built):
    text = "standby: {rule: table, table: [[P0]], least_gain: 10 %}\n"
    standby = built(PLAIN + REACH + text).service.standby
    assert standby.least_gain == 0.1
    assert standby.demand.sum() == pytest.approx(1)


# ── contradictions, all at once ──────────────────────────────────────────────────────────────


def test_names_that_nobody_knows_are_told_together(write):
    told = problems(write(
        CREWS + "demand:\n  conditions:\n"
        "    - {name: a, share: {rde: 50 %, red: 50 %}, needs: [{classes: [advancd]}]}\n"
        "    - {name: a, share: 20 %, needs: [{classes: [basic], or: [{classes: [basic]}], "
        "delay: 1 min}]}\n"
        "dispatch:\n  reserve: [{keep: 1, classes: [bsic], for: yelow, centres: [north]}]\n"
        "  within: {geen: 20 min}\n"
        "  centres: [{name: west, stations: [P0, P7], townships: [P0, P1]}, "
        "{name: west, stations: [P0], townships: [P1]}]\n"
        "standby: {rule: list, list: [P0, Px], table: [[P9]], points: [{name: P0}]}\n"
    ))  # fmt: skip
    wanted = [
        'demand.conditions: two conditions are called "a"',
        'demand.conditions[0].share.rde: no priority "rde"; did you mean red?',
        'demand.conditions[0].needs[0].classes: no class "advancd" under crews.classes; did you mean advanced?',
        "demand.conditions[1].needs[0].delay: the first need of a condition has no delay",
        "demand.conditions[1].needs[0].or[0].classes: basic is named twice",
        "demand.conditions: the shares of the conditions among red calls sum to 70 %",
        "demand.conditions: the shares of the conditions among green calls sum to 20 %",
        'dispatch.reserve[0].for: no priority "yelow"; did you mean yellow?',
        'dispatch.reserve[0].classes: no class "bsic" under crews.classes; did you mean basic?',
        'dispatch.reserve[0].centres: no centre "north"',
        'dispatch.within.geen: no priority "geen"; did you mean green?',
        'dispatch.centres: "west" is named twice',
        'dispatch.centres[0].stations: no station "P7" in the layout',
        "dispatch.centres: named twice: P0",
        "dispatch.centres: stations that belong to no centre: P1, P2",
        "dispatch.centres: named twice: P1",
        "dispatch.centres: townships that are not named: P2",
        'standby.list: no station or standby point "Px"',
        'standby.table[0]: no station or standby point "P9"',
        "standby.points[0].name: there is a station or a standby point P0 already",
    ]
    for text in wanted:
        assert any(one.startswith(text) for one in told), (text, told)


def test_a_need_that_nobody_on_duty_may_meet_names_the_hours(write):
    told = problems(write(
        "layout:\n  - {station: P0, crews: [{class: advanced, hours: 08-20}, {class: basic}]}\n"
        + CLASSES + CONDITIONS.replace("or: [{classes: [basic], penalty: 5 min}]", "delay: 0 s")
    ))  # fmt: skip
    assert told == [
        "demand.conditions[0].needs[0]: nobody on duty may meet need 1 of arrest at mon-sun 20-08: "
        "put one of the class advanced on duty then, or name others under `or`"
    ]
    with pytest.raises(ScenarioError) as caught:
        load(write(
            "layout:\n  - {station: P0, crews: [{class: advanced, hours: 08-20}, {class: basic}]}\n"
            + CLASSES
            + CONDITIONS.replace("or: [{classes: [basic], penalty: 5 min}]", "delay: 0 s")
        ))  # fmt: skip
    said = caught.value.told(language("zh"))
    assert "周一至周日 20-08" in said
    assert "mon" not in said


def test_a_misspelt_class_is_the_only_thing_told_of_its_need(write):
    told = problems(
        write(CREWS + CONDITIONS.replace("classes: [basic], delay", "classes: [basc], delay"))
    )
    assert len(told) == 1
    assert told[0].startswith('demand.conditions[0].needs[1].classes: no class "basc"')


def test_hours_of_public_holidays_are_looked_at_too(write):
    """The only advanced crew is on duty on every day of the week, but on no holiday."""
    days = "[{hours: 00-24, days: mon-sun}, {hours: 09-10, days: holiday}]"
    text = (
        f"layout:\n  - {{station: P0, crews: [{{class: advanced, roster: {days}}}, {{class: basic}}]}}\n"
        + CLASSES.replace("crews: {", "crews: {holidays: [2025-01-28], ")
        + CONDITIONS.replace(", or: [{classes: [basic], penalty: 5 min}]", "")
    )
    assert problems(write(text)) == [
        "demand.conditions[0].needs[0]: nobody on duty may meet need 1 of arrest at holiday 00-09, "
        "10-24: put one of the class advanced on duty then, or name others under `or`"
    ]


def test_a_night_shift_goes_on_into_a_public_holiday_and_past_it(write):
    """Day and night crews of the needed class, and holidays worked like any day: no gap."""
    table = "{20-08: [1, 1, 1, 1, 1, 1, 1, 1]}"
    crews = f"[{{class: advanced, roster: {table}}}, {{class: advanced, hours: 08-20}}, {{class: basic}}]"
    text = (
        f"layout:\n  - {{station: P0, crews: {crews}}}\n"
        + CLASSES.replace("crews: {", "crews: {holidays: [2025-01-28], ")
        + CONDITIONS.replace(", or: [{classes: [basic], penalty: 5 min}]", "")
    )
    assert load(write(text))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("standby: {rule: list, list: [Q, Q, P0], points: [{name: Q, at: P2, capacity: 1}]}",
         "standby.list: Q has room for 1; found 2 posts"),
        ("standby: {rule: list, list: [P0], table: [[P0]]}",
         "standby.table: `table` has no part where `rule` is list: leave it out, or write one of table"),
        ("standby: {most_moves: 1}",
         "standby.most_moves: `most_moves` has no part where `rule` is home"),
        ("dispatch: {zones: [{name: a, townships: [P0, P1, P2]}]}",
         "dispatch.zones: zones have no part without `other_zone`"),
        ("demand: {conditions: [{name: a, share: 100 %, released: apart, accompanied: true}]}",
         "demand.conditions[0]: who is released apart accompanies nobody"),
        ("demand: {conditions: [{name: a, share: 100 %, all_or_none: true, "
         "needs: [{classes: [ambulance]}, {classes: [ambulance], delay: 2 min}]}]}",
         "demand.conditions[0]: with `all_or_none` all are sent at once: leave out `delay`"),
        ("crews: {breaks: [{length: 30 min, earliest: '11:00', latest: '13:00', begun_within: 1 h}]}",
         "crews.breaks[0]: `begun_within` has no part where `latest` is written"),
        ("crews: {off_road: [{station: P0, from: 2025-01-07 08:00, to: 2025-01-08 08:00, days: mon}]}",
         "crews.off_road[0]: `days` belongs to `hours` of the week"),
    ],
)  # fmt: skip
def test_settings_that_would_have_no_effect_are_told(write, text, told):
    (found,) = problems(write(f"{PLAIN}{text}\n"))
    assert found.startswith(told)


def test_a_base_may_keep_what_its_own_rule_reads(write):
    write(PLAIN + "standby: {rule: table, table: [[P0]], most_moves: 1}\n", "waiting.yaml")
    path = write("", "other.yaml")
    path.write_text("name: Other\nbase: waiting\nstandby: {rule: dmexclp}\n", "utf-8")
    assert load(path).settings.standby.rule == "dmexclp"
    path.write_text("name: Other\nbase: waiting\nstandby: {rule: home, most_moves: 2}\n", "utf-8")
    assert len(problems(path)) == 1
    with pytest.raises(ScenarioError, match="`least_gain` has no part where `rule` is home"):
        load(write(PLAIN)).with_settings(standby={"least_gain": "1 %"})


def test_a_class_that_nobody_drives_is_told(write):
    text = CREWS.replace("{class: basic, number: 2}", "{class: advanced}").replace(
        "{class: basic}", "{class: advanced}"
    )
    told = problems(write(text + CONDITIONS))
    assert told == [
        "demand.conditions[0].needs[0].or[0].classes: no ambulance of the layout is of the class "
        "basic",
        "demand.conditions[0].needs[1].classes: no ambulance of the layout is of the class basic",
    ]


def test_patients_that_nobody_conveys_for_certain_are_told(write):
    mixed = "{name: a, share: 100 %, needs: [{classes: [basic, car]}]}"
    told = problems(write(CREWS + f"demand: {{conditions: [{mixed}]}}\n"))
    assert len(told) == 1
    assert "none of its needs is met by classes that transport only" in told[0]
    treated = mixed.replace("100 %,", "100 %, transported: 0 %,")
    assert load(write(CREWS + f"demand: {{conditions: [{treated}]}}\n"))


def test_a_centre_that_is_never_helped_needs_ambulances_of_its_own(write):
    text = CENTRES.replace("[P1, P2], townships", "[P2], townships").replace("[P0],", "[P0, P1],")
    told = problems(write(CREWS.replace("{station: P2, ambulances: 1}",
                                        "{station: P2, ambulances: 0}") + text))  # fmt: skip
    assert told == ["dispatch.centres[1].help: east has no ambulance, and others never help it"]


def test_calls_that_are_lost_at_once_wait_for_no_help(write):
    lost = CENTRES.replace("dispatch:\n", "dispatch:\n  when_none_free: lost\n")
    (told,) = problems(write(CREWS + lost))
    assert told.startswith(
        "dispatch.centres[0].help: a call of west that finds nobody free is lost"
    )
    assert "nobody would help after 5 min" in told
    assert load(write(CREWS + lost.replace("after 5 min", "at once")))
    with pytest.raises(ScenarioError, match="nobody would help after 5 min"):
        load(write(CREWS + CENTRES)).with_settings(dispatch={"when_none_free": "lost"})


def test_a_need_must_be_met_within_a_centre_that_is_never_helped(write):
    told = problems(write(CREWS.replace("[{class: basic}, {class: car}]", "[{class: car}]")
                          + CENTRES + CONDITIONS))  # fmt: skip
    assert told == [
        "demand.conditions[0].needs[1]: nobody of east, which others never help, may meet need 2 "
        "of arrest at mon-sun 00-24"
    ]


def test_a_table_has_a_post_an_ambulance_and_no_more_rows_than_are_on_duty(write):
    layout = "layout: [{station: P0, ambulances: 1}, {station: P1, hours: 08-20}]\n"
    points = "points: [{name: Q, at: P2, capacity: 1}]"
    table = "[[P0], [P0], [Q, Q, P1]]"
    told = problems(write(layout + f"standby: {{rule: table, table: {table}, {points}}}\n"))
    assert told == [
        "standby.table[1]: row 2 says where 2 free ambulances wait: write 2 posts; found 1",
        "standby.table[2]: Q has room for 1; found 2 posts",
        "standby.table: the table has 3 rows, and at most 2 ambulances are on duty at a time: "
        "leave out rows 3 to 3",
    ]


def test_a_township_beyond_everybodys_radius_is_told_before_the_clock_starts(write):
    """With 90 s of turnout, P2 is 690 s from P1, and 10 minutes are asked for."""
    text = (
        "layout: [{station: P0}, {station: P1}]\n" + REACH + "dispatch: {within: {red: 10 min}}\n"
    )
    found = Problems()
    radius.check(load(write(text)), found.at("dispatch"))
    assert [str(one) for one in found.found] == [
        "dispatch.within.red: no ambulance waits within 10 min of P2: nobody would be sent there"
    ]
    enough = Problems()
    radius.check(load(write(text.replace("10 min", "690 s"))), enough)
    assert not enough.found
    point = text + "standby: {rule: nearest, points: [{name: Q, at: P2}]}\n"
    radius.check(load(write(point)), enough)
    assert not enough.found


def test_a_study_refuses_what_contradicts_itself(write):
    from sim.answers.comparison import run

    text = "layout: [{station: P0}]\n" + REACH + "dispatch: {within: {red: 10 min}}\n"
    with pytest.raises(ScenarioError, match="no ambulance waits within"):
        run(load(write(text)), replications=1, workers=1)


def test_hours_are_said_as_they_are_written():
    day = np.zeros(24, bool)
    day[[0, 1, 22, 23, 12]] = True
    assert said_hours(np.tile(day, 7)) == "mon-sun 22-02, 12-13"
    week = np.zeros((7, 24), bool)
    week[5:, 8:20] = True
    assert said_hours(week) == "sat-sun 08-20"
    week[0] = True
    assert said_hours(week) == "mon 00-24; sat-sun 08-20"


def test_the_default_need_of_liling_is_one_of_any_class():
    assert not needs.needed(load(ROOT / "scenarios" / "liling")).special
