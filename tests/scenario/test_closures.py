"""Closures in scenario files: which roads they mean, when, and whom they may not cut off."""

from __future__ import annotations

import numpy as np
import pytest
from closable import at, middles, square, told

from sim.errors import ScenarioError
from sim.scenario import closed_roads, closures, cut_off
from sim.scenario.file import load
from sim.scenario.settings.closures import Closure
from sim.study.effort import Effort
from sim.study.plan import prepare


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return square(tmp_path_factory.mktemp("square"))


@pytest.fixture(scope="module")
def plain(town):
    return load(town(name="plain.yaml"))


def roads(plain, **written):
    """In blocks from the corner: the middles of the streets that a closure means."""
    found = closed_roads.roads_of(Closure.model_validate(written), plain.map)
    return middles(plain.map, found)


# ── which roads ──────────────────────────────────────────────────────────────────────────────


def test_a_point_means_the_nearest_link_alone(plain):
    assert roads(plain, at=at(1.4, 1.1)) == [(1.5, 1.0)]
    assert roads(plain, at=at(2.05, 1.3)) == [(2.0, 1.5)]


def test_two_points_mean_the_links_of_which_half_lies_between_them(plain):
    assert roads(plain, between=[at(0.1, 1), at(2.2, 1)]) == [(0.5, 1.0), (1.5, 1.0)]
    assert roads(plain, between=[at(0.6, 1), at(2.6, 1)]) == [(1.5, 1.0), (2.5, 1.0)]
    assert roads(plain, between=[at(1.45, 1), at(1.55, 1)]) == [(1.5, 1.0)]
    assert roads(plain, between=[at(2, 1.1), at(1, 1.1)]) == [(1.5, 1.0)]


def test_one_way_streets_are_closed_like_others(tmp_path):
    street = {"highway": "residential"}
    ways = [([1, 2], street | {"oneway": "yes"}), ([2, 1], street | {"oneway": "yes"})]
    rows = [([10 * r + c for c in range(4)], street) for r in (1, 2, 3)]
    columns = [([10 * r + c for r in range(4)], street) for c in range(1, 3)]
    write = square(tmp_path, ways=[*ways, *rows, *columns], missing=(0, 3))
    scenario = load(write(station="Corner, at: [113.505, 27.66]"))
    both = closed_roads.edges_of(Closure(at=at(1.5, 0.05)), scenario.map)
    assert len(both) == 2
    assert len(closed_roads.roads_of(Closure(at=at(1.5, 0.05)), scenario.map)) == 1


def test_a_circle_means_every_link_that_runs_into_it(plain):
    around = roads(plain, around=at(2, 2), radius="500 m")
    assert around == [(1.5, 2.0), (2.0, 1.5), (2.0, 2.5), (2.5, 2.0)]
    assert roads(plain, around=at(1.5, 1), radius="10 m") == [(1.5, 1.0)]


def test_a_township_means_every_link_that_runs_into_it(plain):
    east = roads(plain, township="Eastside")
    within = {(2.0, 0.5), (2.0, 1.5), (2.0, 2.5), (2.5, 1.0), (2.5, 2.0)}
    assert within | {(1.5, 1.0), (1.5, 2.0)} <= set(east)  # of the last two one half
    assert min(east)[0] == 1.5


def test_only_the_classes_that_are_named_are_closed(tmp_path):
    street, main = {"highway": "residential"}, {"highway": "primary"}
    rows = [([10 * r + c for c in range(4)], main if r == 1 else street) for r in range(4)]
    columns = [([10 * r + c for r in range(4)], street) for c in range(4)]
    write = square(tmp_path, ways=[*rows, *columns])
    on = load(write())
    mains = [(0.5, 1.0), (1.5, 1.0), (2.5, 1.0)]
    assert roads(on, around=at(1.5, 1.5), radius="9 km", classes=["primary"]) == mains
    assert roads(on, at=at(1.5, 1.4), classes=["primary"]) == [(1.5, 1.0)]
    assert roads(on, between=[at(1, 1.3), at(2, 1.3)], classes=["primary"]) == [(1.5, 1.0)]


def test_a_road_is_known_by_its_name_and_an_area_may_narrow_it(tmp_path):
    street = {"highway": "residential"}
    rows = [
        ([10 * r + c for c in range(4)], street | {"name": f"{r} 号路;Row {r}"}) for r in (1, 2)
    ]
    rows += [([10 * r + c for c in range(4)], street) for r in (0, 3)]
    columns = [([10 * r + c for r in range(4)], street) for c in range(4)]
    write = square(tmp_path, ways=[*rows, *columns])
    on = load(write())
    whole = [(0.5, 1.0), (1.5, 1.0), (2.5, 1.0)]
    assert roads(on, road="1 号路") == roads(on, road="row 1") == whole
    assert roads(on, road="Row 1", around=at(2, 1), radius="200 m") == whole[1:]
    assert roads(on, road="Row 2", at=at(1.5, 1.6)) == [(1.5, 2.0)]
    assert told(write("travel: {closures: {a: {road: Roww 2}}}")) == [
        'travel.closures.a.road: no road "Roww 2" on the map of town; did you mean Row 2?'
    ]


def test_a_map_without_names_of_roads_says_so(town):
    assert told(town("travel: {closures: {a: {road: Row 3}}}")) == [
        "travel.closures.a.road: the map of town has no names of roads: write `at`"
    ]


# ── what is refused ──────────────────────────────────────────────────────────────────────────


def test_all_that_is_wrong_is_told_at_once_with_its_field(town):
    lines = told(
        town(f"""
travel:
  closures:
    a: {{at: {at(1, 1)}, township: Westside}}
    b: {{at: {at(1.5, 1)}, speed: 0 %}}
    c: {{at: {at(1.5, 1)}, from: 2026-01-07, until: 2026-01-06}}
    d: {{around: {at(1, 1)}}}
    e: {{at: {at(1, 1)}, speed: 120 %}}
    f: shut
""")
    )
    assert lines == [
        "travel.closures.a: say where: write `road`, or one of `at`, `between`, `around` and "
        "`township`, or both",
        "travel.closures.b.speed: leave `speed` out where roads are closed",
        "travel.closures.c: `until` is not later than `from`: 2026-01-06 00:00, and 2026-01-07 00:00",
        "travel.closures.d: write `around` and `radius` together",
        "travel.closures.e.speed: write at most 100 %; found 120 %",
        "travel.closures.f: write settings, like `key: value`; found shut",
    ]


def test_what_the_map_has_not_is_told_with_what_is_near(town):
    lines = told(
        town(f"""
travel:
  closures:
    a: {{at: {at(1.5, 1)}, classes: [residental]}}
    b: {{township: Westsid}}
    c: {{around: {at(0.5, 0.5)}, radius: 20 m}}
    d: {{at: {at(0.5, 0.5)}, classes: [residential]}}
    e: {{at: {at(1.5, 1)}, until: 2026-01-04}}
    f: {{at: [113.6, 27.66]}}
    g: {{between: [{at(0.1, 1)}, {at(1, 1.45)}]}}
""")
    )
    assert lines[0].endswith('has no road of class "residental"; did you mean residential?')
    assert lines[1].endswith('no township "Westsid" on the map of town; did you mean Westside?')
    assert lines[2] == "travel.closures.c.radius: no road lies within 0.02 km of it"
    assert lines[3].startswith("travel.closures.f.at: [113.6, 27.66] lies outside the map")
    assert lines[4] == (
        "travel.closures.e: it is never in force in the run, which is from 2026-01-05 00:00 until "
        "2026-02-02 06:00"
    )
    assert len(lines) == 5


def test_a_point_far_from_every_road_means_none(tmp_path):
    street = {"highway": "residential"}
    ways = [([0, 1, 2, 3, 13, 23, 33, 32, 31, 30, 20, 10, 0], street)]
    write = square(tmp_path, ways=ways)
    assert told(write(f"travel: {{closures: {{a: {{at: {at(1.5, 1)}}}}}}}")) == [
        "travel.closures.a.at: 1,109 m from the nearest road that is meant (at most 500 m)"
    ]


def test_two_points_with_no_link_between_them_are_refused(town):
    # Either side of a crossing, a third of a link from it.
    assert told(
        town(f"travel: {{closures: {{a: {{between: [{at(0.7, 1)}, {at(1, 1.3)}]}}}}}}")
    ) == [
        "travel.closures.a.between: no link lies between these two points: write them farther "
        "apart, or one as `at`"
    ]


def test_slowed_roads_and_bands_together_stay_above_a_thousandth(town):
    slow = f"{{around: {at(1.5, 1.5)}, radius: 9 km, speed: 2 %}}"
    lines = told(town(f"travel: {{closures: {{a: {slow}, b: {slow}}}}}"))
    assert lines == [
        "travel.closures: closures and bands that overlap may multiply to 0.04 % of a speed: they "
        "must stay above 0.1 %"
    ]


# ── one file over another ────────────────────────────────────────────────────────────────────


def test_a_file_changes_takes_away_and_adds_closures_by_their_names(town):
    town(
        f"travel: {{closures: {{a: {{at: {at(1.5, 1)}, from: 2026-01-06, until: 2026-01-07}}, "
        f"b: {{at: {at(1.5, 2)}, hours: 08-10}}}}}}",
        name="under.yaml",
    )
    over = load(town(
        "travel: {closures: {a: {until: 2026-01-08}, b: open, "
        f"c: {{at: {at(2, 1.5)}, access: local}}}}}}", name="over.yaml", base="under",
    ))  # fmt: skip
    closed = over.settings.travel.closed
    assert list(closed) == ["a", "c"]
    assert f"{closed['a'].from_:%m-%d} {closed['a'].until:%m-%d}" == "01-06 01-08"


def test_settings_are_altered_by_the_names_of_closures(plain):
    one = plain.with_settings(travel={"closures": {"a": {"at": at(1.5, 1), "hours": "08-10"}}})
    two = one.with_settings(travel={"closures": {"b": {"at": at(1.5, 2), "hours": "08-10"}}})
    assert list(two.settings.travel.closed) == ["a", "b"]
    none = two.with_settings(travel={"closures": {"a": "open", "b": "open"}})
    assert not none.settings.travel.closed
    with pytest.raises(ScenarioError, match=r'no township "Nowhere"'):
        one.with_settings(travel={"closures": {"c": {"township": "Nowhere"}}})
    with pytest.raises(ScenarioError, match="never in force"):
        one.with_settings(travel={"closures": {"c": {"at": at(1.5, 1), "from": "2027-01-01"}}})


# ── when ─────────────────────────────────────────────────────────────────────────────────────


def in_force(scenario, seconds):
    """Whether each closure is in force at an instant of the run."""
    times = closures.calendar(scenario.settings)
    now = times.offset_s + seconds
    if np.isfinite(times.period_s):
        now %= times.period_s
    return times.in_force[np.searchsorted(times.start_s, now, side="right") - 1].tolist()


def test_a_closure_begins_at_its_first_instant_and_is_over_at_its_last(plain):
    closed = plain.with_settings(travel={"closures": {
        "a": {"at": at(1.5, 1), "from": "2026-01-05 10:00:30", "until": "2026-01-05 11:00"},
    }})  # fmt: skip
    ten = 10 * 3600.0
    found = [in_force(closed, ten + s)[0] for s in (0, 29.999, 30, 3599.999, 3600)]
    assert found == [False, False, True, True, False]


def test_a_weekly_closure_keeps_to_its_dates(plain):
    """Saturdays from eight to twelve, on the second and the third Saturday of four."""
    closed = plain.with_settings(travel={"closures": {"a": {
        "at": at(1.5, 1), "hours": "08-12", "days": "sat", "from": "2026-01-12",
        "until": "2026-01-25"}}})  # fmt: skip
    saturday = 5 * 86_400.0 + 9 * 3600
    found = [in_force(closed, saturday + week * 7 * 86_400.0)[0] for week in range(4)]
    assert found == [False, True, True, False]
    assert not in_force(closed, saturday + 7 * 86_400 + 3 * 3600)[0]


# ── who is cut off ───────────────────────────────────────────────────────────────────────────


def test_who_would_be_cut_off_to_the_end_is_told_with_the_hours(town):
    around = f"around: {at(0.02, 0.02)}, radius: 100 m"
    lines = told(town(f"travel: {{closures: {{flood: {{{around}, from: 2026-01-06 07:30}}}}}}"))
    assert lines[0] == (
        "travel.closures: these stations would be cut off from 2026-01-06 07:30 until the run ends "
        "at 2026-02-02 06:00: Corner. Give the closure an `until`, close less, or write "
        "`access: local`"
    )
    assert "places where calls come from would be cut off from 2026-01-06 07:30" in lines[1]
    assert "in Westside" in lines[1]
    lines = told(town(f"travel: {{closures: {{flood: {{{around}, until: 2026-03-01}}}}}}"))
    assert "cut off from 2026-01-05 00:00 until" in lines[0]


def test_who_is_cut_off_by_one_closure_after_the_other_is_so_for_ever(town):
    around = f"around: {at(0.02, 0.02)}, radius: 100 m"
    lines = told(town(
        f"travel: {{closures: {{one: {{{around}, until: 2026-01-09}}, "
        f"two: {{{around}, from: 2026-01-09}}}}}}"
    ))  # fmt: skip
    assert "cut off from 2026-01-05 00:00 until" in lines[0]


def test_streets_that_are_closed_and_driven_round_cut_nobody_off(town):
    """A place beside one would be; where one may drive to it from either end none is."""
    where = f"at: {at(1.5, 1)}"
    assert "would be cut off" in told(town(f"travel: {{closures: {{a: {{{where}}}}}}}"))[0]
    scenario = load(town(f"travel: {{closures: {{a: {{{where}, access: local}}}}}}"))
    assert not cut_off.by(scenario, "a").anybody
    assert not len(cut_off.opened_again(scenario).waiting)


def test_who_is_cut_off_for_a_time_is_looked_at_when_that_is_over(town):
    around = f"around: {at(0.02, 0.02)}, radius: 100 m"
    dated = load(town(
        f"travel: {{closures: {{a: {{{around}, from: 2026-01-06 07:30, until: 2026-01-06 08:45}}, "
        f"b: {{at: {at(1.5, 1)}, access: local, hours: 10-12}}}}}}"
    ))  # fmt: skip
    assert cut_off.by(dated, "a").stations.tolist() == [True]
    assert cut_off.opened_again(dated).waiting.tolist() == [86_400 + 8.75 * 3600]
    weekly = load(town(f"travel: {{closures: {{a: {{{around}, hours: 22-02, days: mon}}}}}}"))
    again = cut_off.opened_again(weekly).waiting
    assert again[:3].tolist() == [(1 + 7 * week) * 86_400 + 7200 for week in range(3)]
    assert again[-1] > weekly.settings.study.total_s  # who still waits then


def test_an_ambulance_may_be_where_roads_are_closed_on_all_sides(town):
    """At a crossing where nobody waits, all of whose streets are closed to who drives through."""
    around = f"around: {at(1, 1)}, radius: 100 m, access: local, until: 2026-01-06"
    again = cut_off.opened_again(load(town(f"travel: {{closures: {{a: {{{around}}}}}}}",
                                           calls=[("2026-01-05 10:00", 2, 2)])))  # fmt: skip
    assert (again.waiting.tolist(), again.passing.tolist()) == ([], [86_400.0])


def test_a_station_is_not_put_where_it_would_be_cut_off(town):
    where = f"travel: {{closures: {{a: {{at: {at(1.5, 2)}}}}}}}"
    closed = load(town(where, calls=[("2026-01-05 10:00", 2, 1), ("2026-01-09 10:00", 1, 1)]))
    assert closed.add("New", at=at(1.4, 1)).stations[-1].name.en == "New"
    with pytest.raises(ScenarioError, match="these stations would be cut off"):
        closed.add("New", at=at(1.4, 2))


def test_in_python_a_closure_of_the_file_is_altered_in_part_or_taken_away(town):
    closed = f"{{b: {{at: {at(1.5, 1)}, from: 2026-01-07, until: 2026-01-08}}}}"
    scenario = load(town(f"travel: {{closures: {closed}}}"))
    later = scenario.with_settings(travel={"closures": {"b": {"until": "2026-01-09"}}})
    before, after = scenario.settings.travel.closed["b"], later.settings.travel.closed["b"]
    assert after == before.model_copy(update={"until": after.until})
    assert (after.until - before.until).days == 1
    assert not later.with_settings(travel={"closures": {"b": "open"}}).settings.travel.closed
    with pytest.raises(ScenarioError, match="`until` is not later than `from`"):
        later.with_settings(travel={"closures": {"b": {"from": "2026-01-10"}}})


def test_in_python_what_no_file_closed_cannot_be_taken_away(town):
    closed = f"{{bridge: {{at: {at(1.5, 1)}, from: 2026-01-07, until: 2026-01-08}}}}"
    scenario = load(town(f"travel: {{closures: {closed}}}"))
    with pytest.raises(ScenarioError, match='none has one called "bridgee"; did you mean bridge'):
        scenario.with_settings(travel={"closures": {"bridgee": "open"}})


def test_who_is_taken_to_a_gate_or_a_clinic_that_is_cut_off_to_the_end_is_told(town):
    calls = [(f"2026-01-0{day} 10:00", 0, 0) for day in (5, 6, 7)]

    def written(hospitals, closed):
        roads = f"travel: {{closures: {{b: {{at: {at(1.5, 1)}{closed}}}}}}}\n"
        return town(f"{roads}{hospitals}", calls=calls)

    gate = "hospitals: {{outside: [{{name: Far, gate: {}, away: 30 min}}]}}"
    clinic = "hospitals: {{clinics: {{at: [{}]}}}}"
    for text in (gate, clinic):
        (line,) = told(written(text.format(at(1.5, 1)), ""))
        assert line.startswith("travel.closures: these hospitals would be cut off from 2026-01-05")
        scenario = load(written(text.format(at(1.5, 1)), ", access: local"))
        with pytest.raises(ScenarioError, match="these hospitals would be cut off"):
            scenario.with_settings(travel={"closures": {"b": {"access": "none"}}})
        load(written(text.format(at(2, 2)), ""))
        open_again = load(written(text.format(at(1.5, 1)), ", until: 2026-01-06"))
        assert cut_off.by(open_again, "b").hospitals.tolist() == [True]
    assert (
        "00:00: Far. Give the closure an `until`" in told(written(gate.format(at(1.5, 1)), ""))[0]
    )
    plain = load(written("", ""))
    with pytest.raises(ScenarioError, match="these hospitals would be cut off"):
        plain.with_settings(
            hospitals={"outside": [{"name": "Far", "gate": at(1.5, 1), "away": "30 min"}]}
        )


def test_a_proposal_may_cut_nobody_off_to_the_end_of_its_base(town):
    base = load(town("", name="short.yaml")).with_study(length="2 days", cool_down="0 min")
    long = load(town("", name="long.yaml")).with_study(length="20 days")
    other = long.with_settings(
        travel={
            "closures": {"b": {"township": "Eastside", "from": "2026-01-06", "until": "2026-01-12"}}
        }
    )
    effort = Effort(engine="reference", keep_tables=False)
    with pytest.raises(ScenarioError, match="would be cut off"):
        prepare(base, [other], effort)
    later = other.with_settings(travel={"closures": {"b": {"from": "2026-01-10"}}})
    with pytest.raises(ScenarioError, match="never in force"):
        prepare(base, [later], effort)
    assert len(prepare(long, [other], effort).layouts) == 2
