"""Twelve rules of cleaning, each on a few missions made by hand."""

from __future__ import annotations

from copy import copy

import numpy as np
import pytest
from missions import MONDAY, STAMPS, USUAL, cleaned, count_of, mission

from sim.files import coordinates
from sim.fitting.cleaning import Rule

DAY = np.timedelta64(1, "D")
NEVER = np.datetime64("NaT")


def on_days(count, **how):
    """So many missions a day apart, none at the same place as another."""
    return [
        mission(MONDAY + n * DAY + np.timedelta64(n, "s"), vehicle="a", **how) for n in range(count)
    ]


def left(clean, row=0):
    """Seconds since receipt of the stamps that are left of a mission."""
    one = clean.units.iloc[row]
    since = {name: (one[name] - one["received_at"]).total_seconds() for name in STAMPS}
    return {name: s for name, s in since.items() if s == s}


def untouched(clean):
    """Whether no rule found anything."""
    return not any(one.rows or one.stamps or one.rows_dropped for one in clean.counts)


def test_a_mission_of_which_nothing_is_odd_stays_as_it_is(tmp_path, liling):
    clean = cleaned(tmp_path, liling.map, [mission()])
    assert left(clean) == USUAL
    assert untouched(clean)
    assert (clean.no_turnout, clean.shifts) == (frozenset(), ())
    assert not any((clean.gcj02, clean.all_alike, clean.one_place))
    assert not clean.no_place.any()
    assert {one.rule for one in clean.counts} == set(Rule) - {Rule.SPEED, Rule.FEED_DOWN}


def test_a_mission_with_nothing_but_its_receipt(tmp_path, liling):
    clean = cleaned(tmp_path, liling.map, [mission(seconds=dict.fromkeys(STAMPS[1:]))])
    assert left(clean) == {"received_at": 0}
    assert untouched(clean)


# ── 1 and 4: order, midnight ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wrong", "dropped"),
    [
        ({"arrived_at": 2_500}, {"arrived_at"}),
        ({"arrived_at": -4_000}, {"arrived_at"}),
        ({"assigned_at": 3_000}, {"assigned_at"}),
        ({"mobile_at": 5_000, "arrived_at": 6_000}, {"mobile_at", "arrived_at"}),
        ({"cleared_at": 10}, {"cleared_at"}),
    ],
)
def test_the_fewest_stamps_are_dropped_for_the_others_to_be_in_order(
    tmp_path, liling, wrong, dropped
):
    clean = cleaned(tmp_path, liling.map, [mission(), mission(MONDAY + DAY, wrong)])
    assert len(clean.units) == 2
    assert left(clean, 0) == USUAL
    assert left(clean, 1) == {n: s for n, s in USUAL.items() if n not in dropped}
    found = count_of(clean, Rule.ORDER)
    assert (found.rows, found.stamps, found.lines) == (1, len(dropped), (3,))


def test_all_stamps_before_receipt_are_dropped_and_not_receipt(tmp_path, liling):
    wrong = {name: -3_000 + s for name, s in USUAL.items() if name != "received_at"}
    wrong["cleared_at"] = -100
    clean = cleaned(tmp_path, liling.map, [mission(seconds=wrong)])
    assert "received_at" in left(clean)
    assert len(left(clean)) <= 2
    assert count_of(clean, Rule.ORDER).rows == 1


def test_two_clocks_may_be_two_minutes_apart_and_one_may_not(tmp_path, liling):
    apart = mission(seconds={"mobile_at": -40})  # a vehicle's clock is behind
    clean = cleaned(tmp_path, liling.map, [apart])
    assert left(clean)["mobile_at"] == -40
    turned = mission(seconds={"mobile_at": 734})  # after the arrival, by the same clock
    clean = cleaned(tmp_path, liling.map, [turned])
    assert len(left(clean)) == len(STAMPS) - 1


def test_the_date_of_the_day_before_is_a_day_later(tmp_path, liling):
    night = np.datetime64("2025-01-06T23:55:07")
    wrapped = {
        name: s - 86_400 for name, s in USUAL.items() if s > 300
    }  # the date was that of the call
    clean = cleaned(tmp_path, liling.map, [mission(night, wrapped)])
    assert left(clean) == USUAL
    found = count_of(clean, Rule.MIDNIGHT)
    assert (found.rows, found.stamps, found.lines) == (1, 4, (2,))
    assert not count_of(clean, Rule.ORDER).rows


@pytest.mark.parametrize("early", [-17 * 3600, -86_400, -3 * 86_400])
def test_what_is_not_a_day_off_is_not_put_a_day_later(tmp_path, liling, early):
    clean = cleaned(tmp_path, liling.map, [mission(seconds={"cleared_at": early})])
    assert "cleared_at" not in left(clean)
    assert not count_of(clean, Rule.MIDNIGHT).rows
    assert count_of(clean, Rule.ORDER).stamps == 1


# ── 2, 3 and 5: what is written automatically, in whole minutes, or after hours ─────────────────


def automatic(count, share, station="湘东医院", apart_min=0, start=0):
    """Missions of a station of which a share has one instant for the order and driving off.

    Cleared an hour later, so that on the next day the crew has been at home for long.
    """
    rows = []
    for n in range(count):
        at = MONDAY + (n + start) * DAY + np.timedelta64(7 * n, "s")
        same = {"mobile_at": 67} if n < share * count else {}
        point = {"lon": 113.3 + 0.001 * n, "lat": 27.6}
        rows.append(mission(at, same, station=station, vehicle=station, **point))
    return rows


def test_turnout_is_not_recorded_where_the_order_is_driving_off(tmp_path, liling):
    rows = [*automatic(60, 0.5), *automatic(60, 0.05, "市中医院"), *automatic(20, 1.0, "市妇幼")]
    clean = cleaned(tmp_path, liling.map, rows)
    assert clean.no_turnout == {"湘东医院"}  # a few of another station, and too few of the third
    found = count_of(clean, Rule.TURNOUT_NOT_RECORDED)
    assert (found.rows, found.stamps, found.names) == (60, 60, ("湘东医院",))
    mine = clean.units["station"] == "湘东医院"
    assert clean.units["mobile_at"][mine].isna().all()
    assert clean.units["mobile_at"][~mine].notna().all()
    assert clean.units["arrived_at"].notna().all()


def test_crews_that_were_on_the_road_do_not_make_a_status_automatic(tmp_path, liling):
    """Who is sent on the way home drives off at once: two in three missions here."""
    rows = []
    for n in range(60):
        at = MONDAY + n * DAY + np.timedelta64(7 * n, "s")
        rows.append(mission(at, station="湘东医院", vehicle="a", lon=113.3 + 0.001 * n))
        for again in (1, 2):
            later = at + np.timedelta64(again * (USUAL["cleared_at"] + 60), "s")
            rows.append(mission(later, {"mobile_at": 67}, station="湘东医院", vehicle="a",
                                lon=113.3 + 0.001 * n + 0.1 * again))  # fmt: skip
    clean = cleaned(tmp_path, liling.map, rows)
    assert clean.no_turnout == frozenset()
    assert clean.units["mobile_at"].notna().all()


def test_whole_minutes_are_found_by_stamp(tmp_path, liling):
    minutes = {"received_at": -7, "arrived_at": 713, "cleared_at": 3_893}  # 08:00:00 and so on
    clean = cleaned(tmp_path, liling.map, on_days(40, seconds=None))
    assert max(clean.whole_minutes.values()) < 0.1
    rows = [mission(MONDAY + n * DAY, minutes, lon=113.3 + 0.001 * n) for n in range(40)]
    clean = cleaned(tmp_path, liling.map, rows)
    assert clean.whole_minutes["arrived_at"] == 1
    assert clean.whole_minutes["mobile_at"] == 0
    found = count_of(clean, Rule.WHOLE_MINUTES)
    assert found.rows == 40
    assert found.names == ("received_at", "arrived_at", "cleared_at")
    assert found.value == 1
    assert "at_hospital_at" in clean.whole_minutes
    assert "ready_at" not in clean.whole_minutes


def test_within_a_minute_two_stamps_in_whole_minutes_are_no_wrong_order(tmp_path, liling):
    """Assigned at 08:01:50, cut off to 08:01:00, is no order before a call taken at 08:01:20."""
    rows = [
        mission(MONDAY + n * DAY, {"assigned_at": -7, "mobile_at": 53}, lon=113.3 + 0.001 * n)
        for n in range(40)
    ]
    clean = cleaned(tmp_path, liling.map, rows)
    assert not count_of(clean, Rule.ORDER).rows


@pytest.mark.parametrize(
    ("seconds", "dropped"),
    [
        ({"assigned_at": 3_661, "mobile_at": 3_700, "arrived_at": 4_000, "left_scene_at": 4_500,
          "at_hospital_at": 5_000, "cleared_at": 6_000}, "assigned_at"),
        ({"mobile_at": 67 + 1_801, "arrived_at": 2_500, "left_scene_at": 3_000,
          "at_hospital_at": 3_500, "cleared_at": 4_000}, "mobile_at"),
        ({"left_scene_at": 733 + 28_801, "at_hospital_at": 30_000, "cleared_at": 31_000},
         "left_scene_at"),
        ({"cleared_at": 2_459 + 43_201}, "cleared_at"),
    ],
)  # fmt: skip
def test_stages_that_never_take_so_long_lose_their_later_stamp(tmp_path, liling, seconds, dropped):
    clean = cleaned(tmp_path, liling.map, [mission(seconds=seconds)])
    assert left(clean) == {n: s for n, s in (USUAL | seconds).items() if n != dropped}
    found = count_of(clean, Rule.TOO_LONG)
    assert (found.rows, found.stamps) == (1, 1)
    assert len(clean.units) == 1


# ── 7 and 8: further units, recorded twice ──────────────────────────────────────────────────────


def later(seconds):
    return MONDAY + np.timedelta64(seconds, "s")


def pair(seconds=300, east=0.0003, **texts):
    """Two rows a few minutes and metres apart, and ten others that fill the file."""
    rows = [
        mission(MONDAY + (n + 2) * DAY, lon=113.3 + 0.01 * n, vehicle="z", **others(n, texts))
        for n in range(10)
    ]
    both = [{name: text[row] for name, text in texts.items()} for row in range(2)]
    one = mission(MONDAY, **both[0])
    return [one, mission(later(seconds), lon=113.497 + east, **both[1]), *rows]


def others(n, texts):
    return {"incident": f"x{n}"} if "incident" in texts else {}


def incidents(clean):
    named = clean.units["incident"][:-10]
    return [n != "" and (named == n).sum() > 1 for n in named]


def test_the_same_vehicle_at_the_same_place_is_one_row_twice(tmp_path, liling):
    clean = cleaned(tmp_path, liling.map, pair(vehicle=["a", "a"], incident=["1", "2"]))
    assert len(clean.units) == 11
    found = count_of(clean, Rule.TWICE)
    assert (found.rows, found.rows_dropped, found.lines) == (1, 1, (3,))
    assert count_of(clean, Rule.FURTHER_UNITS).rows == 0


def test_of_two_rows_the_fuller_one_is_kept(tmp_path, liling):
    rows = pair(vehicle=["a", "a"], incident=["1", "2"])
    rows[0] = mission(MONDAY, {"cleared_at": None, "mobile_at": None}, vehicle="a", incident="1")
    clean = cleaned(tmp_path, liling.map, rows)
    assert len(clean.units) == 11
    kept = clean.units[clean.units["vehicle"] == "a"]
    assert kept["line"].tolist() == [3]


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("bare", [0, 1])
def test_a_bare_record_of_a_call_is_dropped_whichever_was_first(tmp_path, liling, bare, numbered):
    """Somebody called twice: one row has the vehicle that was sent, the other one nothing."""
    texts = {"vehicle": ["a", "a"]} | ({"incident": ["1", "2"]} if numbered else {})
    rows = pair(120, **texts)
    for name in ("vehicle", *STAMPS[1:]):
        rows[bare][name] = ""
    clean = cleaned(tmp_path, liling.map, rows)
    assert len(clean.units) == 11
    found = count_of(clean, Rule.TWICE)
    assert (found.rows, found.rows_dropped) == (1, 1)
    assert clean.units["line"].tolist()[0] == 3 - bare
    assert clean.units["vehicle"].tolist()[0] == "a"


@pytest.mark.parametrize(
    "how",
    [
        {"seconds": 601},
        {"east": 0.0006},  # 59 m
        {"incident": ["1", "2"], "vehicle": ["a", "b"]},  # two numbers, two vehicles: two calls
        {"incident": ["1", "2"], "vehicle": ["", ""]},  # two numbers, sent at two instants
    ],
)
def test_what_is_not_recorded_twice_is_kept(tmp_path, liling, how):
    how = {"vehicle": ["a", "a"]} | how
    clean = cleaned(tmp_path, liling.map, pair(**how))
    assert len(clean.units) == 12
    assert incidents(clean) == [False, False]
    assert not count_of(clean, Rule.TWICE).rows


def test_without_numbers_another_vehicle_at_the_same_place_is_a_further_unit(tmp_path, liling):
    clean = cleaned(tmp_path, liling.map, pair(vehicle=["a", "b"]))
    assert len(clean.units) == 12
    assert incidents(clean) == [True, True]
    found = count_of(clean, Rule.TWICE)
    assert (found.rows, found.rows_dropped) == (1, 0)
    assert count_of(clean, Rule.FURTHER_UNITS).rows == 1


def test_rows_of_one_number_are_further_units(tmp_path, liling):
    clean = cleaned(tmp_path, liling.map, pair(vehicle=["a", "b"], incident=["1", "1"]))
    assert len(clean.units) == 12
    assert count_of(clean, Rule.FURTHER_UNITS).rows == 1
    assert not count_of(clean, Rule.TWICE).rows


def numbered(count, **how):
    """So many calls with a number each."""
    return [row | {"incident": f"{n}"} for n, row in enumerate(on_days(count, **how))]


@pytest.mark.parametrize("but", [(), ("vehicle",), ("lon", "lat"), ("incident",)])
def test_a_file_that_holds_all_rows_twice_says_no_more_than_once(tmp_path, liling, but):
    rows = [{n: t for n, t in {**row, "township": "枫林镇"}.items() if n not in but}
            for row in numbered(12)]  # fmt: skip
    once, twice = (cleaned(tmp_path, liling.map, rows * times) for times in (1, 2))
    assert len(once.units) == len(twice.units) == 12
    assert twice.units["line"].tolist() == once.units["line"].tolist()
    found = count_of(twice, Rule.TWICE)
    assert (found.rows, found.rows_dropped) == (12, 12)
    assert not count_of(once, Rule.TWICE).rows
    assert not count_of(twice, Rule.FURTHER_UNITS).rows


def test_a_row_a_patient_is_one_mission_and_that_of_the_one_conveyed(tmp_path, liling):
    row = numbered(1)[0]
    others = numbered(5)[1:]
    stays = row | {"conveyed": "no", "cleared_at": row["cleared_at"]}
    clean = cleaned(tmp_path, liling.map, [stays, row | {"conveyed": "yes"}, *others])
    assert clean.units["line"].tolist()[0] == 3
    assert count_of(clean, Rule.TWICE).rows_dropped == 1


@pytest.mark.parametrize(
    "how", [{"vehicle": "b"}, {"arrived_at": "2025-01-06 08:15:00"}, {"station": "湘东医院"}]
)
def test_another_vehicle_instant_or_station_repeats_nothing(tmp_path, liling, how):
    row = numbered(1)[0] | {"station": "湘东分站"}
    clean = cleaned(tmp_path, liling.map, [row, row | how, *numbered(4)[1:]])
    assert len(clean.units) == 5
    assert count_of(clean, Rule.FURTHER_UNITS).rows == 1


def test_units_of_which_only_the_call_is_recorded_are_not_told_to_repeat(tmp_path, liling):
    bare = dict.fromkeys(STAMPS[1:])
    rows = [mission(MONDAY, bare, incident="1"), mission(MONDAY, bare, incident="1"),
            mission(MONDAY + DAY, incident="2")]  # fmt: skip
    assert len(cleaned(tmp_path, liling.map, rows).units) == 3


def test_a_place_from_which_many_call_makes_nothing_a_duplicate(tmp_path, liling):
    rows = [mission(later(120 * n), vehicle="a", incident=f"{n}") for n in range(6)]
    rows += pair(vehicle=["b", "b"], incident=["x", "y"])[2:]
    assert len(cleaned(tmp_path, liling.map, rows).units) == len(rows)


# ── 9: places ───────────────────────────────────────────────────────────────────────────────────


def spread(liling, count, seed=5, shift=lambda lon, lat: (lon, lat)):
    """Missions at the homes of people, each at a place of its own."""
    draws = np.random.default_rng(seed)
    cells = liling.map.cells
    some = draws.choice(len(cells.xy), count, replace=False, p=cells.people / cells.people.sum())
    lon, lat = liling.map.lonlat(*cells.xy[some].T)
    lon, lat = shift(np.asarray(lon), np.asarray(lat))
    return [
        mission(MONDAY + n * np.timedelta64(3, "h"), lon=f"{x:.6f}", lat=f"{y:.6f}", vehicle="a")
        for n, (x, y) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True))
    ]


def test_many_calls_at_one_point_have_no_place(tmp_path, liling):
    rows = spread(liling, 300)
    rows += [
        mission(MONDAY + n * DAY, lon=113.2345, lat=27.7654, vehicle=f"v{n}") for n in range(40)
    ]
    clean = cleaned(tmp_path, liling.map, rows)
    assert clean.no_place.sum() == 40
    assert clean.no_place[-40:].all()
    assert len(clean.units) == 340
    found = count_of(clean, Rule.PLACES)
    assert (found.rows, found.names) == (40, ("40",))
    assert not clean.one_place


def test_counts_are_those_of_points_that_are_no_homes(tmp_path, liling):
    """Thirty-five calls from a place where very many live, and forty from the default point."""
    crowded = copy(liling.map)
    people = crowded.cells.people.copy()
    people[0] = people.sum()
    crowded.__dict__["cells"] = crowded.cells._replace(people=people)
    lon, lat = (float(one) for one in crowded.lonlat(*crowded.cells.xy[0]))
    rows = spread(liling, 300)
    for count, where in ((35, (lon, lat)), (40, (113.2345, 27.7654))):
        rows += [mission(MONDAY + n * DAY, lon=where[0], lat=where[1], vehicle=f"v{n}")
                 for n in range(count)]  # fmt: skip
    clean = cleaned(tmp_path, crowded, rows)
    found = count_of(clean, Rule.PLACES)
    assert (found.rows, found.names) == (40, ("40",))


def test_a_few_calls_at_one_point_keep_it(tmp_path, liling):
    rows = spread(liling, 300)
    rows += [
        mission(MONDAY + n * DAY, lon=113.2345, lat=27.7654, vehicle=f"v{n}") for n in range(25)
    ]
    assert not cleaned(tmp_path, liling.map, rows).no_place.any()


@pytest.mark.parametrize(("count", "alone"), [(29, False), (30, True), (200, True)])
def test_all_calls_at_one_point(tmp_path, liling, count, alone):
    clean = cleaned(tmp_path, liling.map, on_days(count))
    assert clean.one_place == alone


def test_shifted_coordinates_are_told_by_the_roads(tmp_path, liling):
    assert not cleaned(tmp_path, liling.map, beside_roads(liling, 400)).gcj02
    shifted = beside_roads(liling, 400, coordinates.gcj02_of_wgs84)
    assert cleaned(tmp_path, liling.map, shifted).gcj02


def beside_roads(liling, count, shift=lambda lon, lat: (lon, lat)):
    """Missions at crossings, as people who call give their street."""
    xy = liling.map.network.xy
    xy = xy[liling.map.townships_at(xy) >= 0]
    some = np.random.default_rng(3).choice(len(xy), count, replace=False)
    lon, lat = shift(*map(np.asarray, liling.map.lonlat(*xy[some].T)))
    return [
        mission(MONDAY + n * np.timedelta64(3, "h"), lon=f"{x:.6f}", lat=f"{y:.6f}", vehicle="a")
        for n, (x, y) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True))
    ]


# ── 11 and 12: open ends, clocks ────────────────────────────────────────────────────────────────


def test_missions_that_never_arrived_are_kept_and_counted(tmp_path, liling):
    open_end = {"arrived_at": None, "left_scene_at": None, "at_hospital_at": None}
    clean = cleaned(tmp_path, liling.map, [mission(), mission(MONDAY + DAY, open_end)])
    found = count_of(clean, Rule.OPEN_ENDS)
    assert (found.rows, found.lines, found.stamps, found.rows_dropped) == (1, (3,), 0, 0)
    assert len(clean.units) == 2


@pytest.mark.parametrize("count", [30, 29])
def test_copies_of_one_instant_say_nothing_of_any_stage(tmp_path, liling, count):
    same = dict.fromkeys(STAMPS, 0)
    rows = [mission(MONDAY + n * DAY, same, lon=113.3 + 0.001 * n) for n in range(count)]
    clean = cleaned(tmp_path, liling.map, rows)
    assert clean.all_alike == (count == 30)
    if clean.all_alike:
        assert clean.units[list(STAMPS[1:])].isna().all(axis=None)


def weeks_apart(seconds, weeks=(3, 7), of=10, a_week=60, spread_s=20.0):
    """Missions of weeks in some of which the vehicles' clock is ahead."""
    draws = np.random.default_rng(11)
    rows = []
    for week in range(of):
        for n in range(a_week):
            at = MONDAY + np.timedelta64(week * 604_800 + n * 8_973, "s")
            turnout = 84 + draws.normal(0, spread_s)
            ahead = seconds if week in weeks else 0
            moved = {name: USUAL[name] + ahead for name in STAMPS[3:]}
            moved["mobile_at"] = round(67 + turnout + ahead)
            rows.append(mission(at, moved, lon=113.2 + 0.001 * n, lat=27.5 + 0.01 * week,
                                vehicle="a", station="湘东医院"))  # fmt: skip
    return rows


@pytest.mark.parametrize("ahead", [40, -40])
def test_weeks_with_clocks_apart_are_put_back(tmp_path, liling, ahead):
    clean = cleaned(tmp_path, liling.map, weeks_apart(ahead))
    assert [one.week for one in clean.shifts] == ["2025-01-27", "2025-02-24"]
    for one in clean.shifts:
        assert abs(one.seconds - ahead) < 10
    assert clean.units["shifted"].sum() == 120
    found = count_of(clean, Rule.CLOCKS)
    assert found.rows == 120
    assert found.names == ("2025-01-27", "2025-02-24")
    assert abs(found.value - ahead) < 10
    drive = clean.units["arrived_at"] - clean.units["received_at"]
    seconds = drive.dt.total_seconds().to_numpy()
    assert np.abs(seconds - USUAL["arrived_at"]).max() < 10
    assert not count_of(clean, Rule.ORDER).stamps


@pytest.mark.parametrize("ahead", [0, 8])
def test_clocks_that_are_hardly_apart_are_left(tmp_path, liling, ahead):
    clean = cleaned(tmp_path, liling.map, weeks_apart(ahead))
    assert clean.shifts == ()
    assert not clean.units["shifted"].any()


def test_few_missions_say_nothing_of_clocks(tmp_path, liling):
    clean = cleaned(tmp_path, liling.map, weeks_apart(40, of=2, weeks=(1,), a_week=14))
    assert clean.shifts == ()
    assert "shifted" in clean.units


# ── all together ────────────────────────────────────────────────────────────────────────────────


def test_every_row_and_every_stamp_is_accounted_for(tmp_path, liling):
    """What was there before, less what rules dropped, is what is left."""
    draws = np.random.default_rng(2)
    rows = []
    for n in range(200):
        name = STAMPS[draws.integers(1, len(STAMPS))]
        odd = {name: int(draws.integers(-5_000, 5_000))} if n % 3 == 0 else {}
        rows.append(mission(MONDAY + np.timedelta64(7_000 * n, "s"), odd, vehicle="a",
                            lon=113.2 + 0.001 * n))  # fmt: skip
        if n % 10 == 0:
            again = MONDAY + np.timedelta64(7_000 * n + 100, "s")
            rows.append(mission(again, odd, vehicle="a", lon=113.2 + 0.001 * n))
    clean = cleaned(tmp_path, liling.map, rows)
    dropped = sum(one.rows_dropped for one in clean.counts)
    assert dropped == 20
    assert len(clean.units) == len(rows) - dropped
    assert len(clean.no_place) == len(clean.units)
    now = clean.units[list(STAMPS[1:])].notna().to_numpy().sum()
    by_rules = sum(one.stamps for one in clean.counts if one.rule in (Rule.ORDER, Rule.TOO_LONG))
    before = len(rows) * (len(STAMPS) - 1)
    assert before - by_rules - dropped * (len(STAMPS) - 1) <= now <= before - by_rules
    at = clean.units[list(STAMPS)].to_numpy("datetime64[us]")
    for earlier in range(len(STAMPS)):
        for after in range(earlier + 1, len(STAMPS)):
            both = ~np.isnat(at[:, earlier]) & ~np.isnat(at[:, after])
            back = (at[both, after] - at[both, earlier]) / np.timedelta64(1, "s")
            assert (back >= -120).all()


def test_the_order_of_rows_does_not_matter(tmp_path, liling):
    rows = weeks_apart(40, of=4, weeks=(2,)) + pair(vehicle=["a", "a"])
    one = cleaned(tmp_path, liling.map, rows)
    other = cleaned(tmp_path, liling.map, rows[::-1])
    assert len(one.units) == len(other.units)
    assert one.shifts == other.shifts
    for a, b in zip(one.counts, other.counts, strict=True):
        assert a._replace(lines=()) == b._replace(lines=())
