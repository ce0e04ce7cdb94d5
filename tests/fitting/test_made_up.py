"""Made-up records say what the log says, and are spoiled as they say that they are."""

from __future__ import annotations

import csv
import time
from datetime import datetime

import numpy as np
import openpyxl
import pytest
from services import town
from shapely import LineString

import sim
from sim.errors import OptionError, OutputError, ScenarioError
from sim.files import tables
from sim.fitting import detours, made_up, spoiling, trip_rows
from sim.fitting.record_files import COLUMNS, RecordFormat, header, write
from sim.fitting.spoiling import Spoiling
from sim.fitting.trip_rows import ROW_STAMPS
from sim.geography.roads import network
from sim.model.calls import CallStream
from sim.policies.clock import NONE, on_grid
from sim.scenario.file import load
from sim.scenario.records import reading
from sim.scenario.settings.replay import Replay

DAYS = 40
START = np.datetime64("2025-01-06", "us")
BUSY = """
start: 2025-01-06
layout: [{station: P0, ambulances: 2}, {station: P1, ambulances: 2}]
demand:
  rate: {urban: 0 per day, rural: 30 per day}
  transported: 60 %
  nobody_found: 10 %
  cancelled: {share: 40 %, after: {distribution: exponential, mean: 20 min}}
  conditions:
    - {name: one, share: 70 %}
    - {name: two, share: 30 %, needs: [{classes: [ambulance]}, {classes: [ambulance]}]}
dispatch: {divert: [{leaving: green, for: red}, {leaving: green, for: yellow}]}
"""
CONDITIONS = ["one", "two"]
PRIORITIES = ["red", "yellow", "green"]
SECONDS = [[0, 600, 900], [600, 0, 700], [900, 700, 0]]


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """A matrix of three places where calls are withdrawn, units diverted, and two sent to some."""
    folder = tmp_path_factory.mktemp("busy")
    return load(town(folder, SECONDS, [10, 20, 30], hospitals=[0, 2])(BUSY))


@pytest.fixture(scope="module")
def year(busy):
    return trip_rows.simulated(busy, DAYS, 7)


@pytest.fixture
def made(busy, tmp_path):
    """`made(**options)`: what was made of the busy town, and the rows of its file as dictionaries."""

    def _made(scenario=busy, days=DAYS, seed=7, **options):
        told = sim.made_up_records(scenario, tmp_path / "records.csv", days, seed, **options)
        text = told.path.read_text(options.get("encoding", "utf-8"))
        rows = list(csv.DictReader(text.splitlines(), delimiter=options.get("separator", ",")))
        assert told.rows == len(rows)
        return told, rows

    return _made


def stamps(rows, names=ROW_STAMPS):
    """[row, stamp] datetime64."""
    return np.array([[row[name] or "NaT" for name in names] for row in rows], "datetime64[us]")


def seconds_of(rows, names=ROW_STAMPS):
    """[row, stamp] since the scenario's start."""
    return (stamps(rows, names) - START) / np.timedelta64(1, "s")


def gap_min(rows, first, last):
    both = seconds_of(rows, (first, last))
    return (both[:, 1] - both[:, 0]) / 60


# ── clean ────────────────────────────────────────────────────────────────────────────────────


def test_every_instant_is_that_of_the_log(made, year):
    """Row by row from the log, by another way than the room goes."""
    _, rows = made(decimals=6)
    written = seconds_of(rows)
    log, calls, found = year.log, year.calls, []
    for call in range(len(calls.place)):
        if not year.window.start_s <= calls.received_at[call] < year.window.end_s:
            continue
        trips = np.flatnonzero(log.call == call)
        if not len(trips):
            found.append([calls.received_at[call], *[np.nan] * 7])
        for trip in trips:
            ends = log.cleared_at[trip], log.diverted_at[trip]
            found.append([
                calls.received_at[call], log.ready_at[call], log.assigned_at[trip],
                log.mobile_at[trip], log.arrived_at[trip], log.left_scene_at[trip],
                log.at_hospital_at[trip], ends[int(np.isnan(ends[0]))],
            ])  # fmt: skip
    expected = np.array(found)
    assert len(expected) == len(written)
    order = [np.lexsort(np.nan_to_num(each[:, :3], nan=-1).T[::-1]) for each in (expected, written)]
    ours, theirs = expected[order[0]], written[order[1]]
    assert np.array_equal(ours, on_grid(theirs), equal_nan=True)
    assert np.array_equal(theirs, written[order[1]], equal_nan=True)


def test_the_town_has_all_that_can_happen(made):
    """Or else the tests here would say little."""
    told, rows = made()
    per_call = np.bincount([int(row["incident"]) for row in rows])[1:]
    assert told.calls == len(per_call)
    assert (per_call >= 1).all()
    assert (per_call > 1).sum() > 100
    assert {row["outcome"] for row in rows} >= {"cancelled", "nobody found", "treated", "conveyed"}
    assert sum(not row["assigned_at"] for row in rows) > 5
    assert sum(bool(row["mobile_at"] and not row["arrived_at"]) for row in rows) > 5


def test_instants_are_whole_seconds_in_order(made):
    _, exact = made(decimals=6)
    _, rows = made()
    seconds = seconds_of(rows)
    assert np.nanmax(np.abs(seconds - seconds_of(exact))) <= 0.5
    known = np.nan_to_num(seconds, nan=-np.inf)
    latest = np.maximum.accumulate(known, axis=1)
    assert (known[np.isfinite(seconds)] == latest[np.isfinite(seconds)]).all()
    assert (np.diff(seconds[:, 0]) >= 0).all()


def test_columns_say_what_belongs_together(made):
    _, rows = made()
    for row in rows:
        assert row["outcome"] != "conveyed" or row["conveyed"] == "yes"
        assert bool(row["at_hospital_at"]) == bool(row["hospital"])
        assert bool(row["assigned_at"]) == bool(row["vehicle"]) == bool(row["station"])
        assert row["vehicle"].rpartition(" ")[0] == row["station"]
        if row["outcome"] == "cancelled":
            assert not row["arrived_at"]
            assert not row["conveyed"]
        if not row["assigned_at"]:
            assert not any(row[name] for name in ROW_STAMPS[1:])
    assert {row["vehicle"] for row in rows} - {""} == {"P0 1", "P0 2", "P1 1", "P1 2"}
    for row in rows:
        number = row["township"].removeprefix("P")
        assert float(row["lon"]) == pytest.approx(113.505 + 0.02 * int(number), abs=1e-5)


def test_transfers_are_left_out(busy, tmp_path):
    stream = {"name": "t", "from": ["H0"], "to": "H2", "rate": "20 per day", "urgency": "urgent"}
    year = trip_rows.simulated(busy.with_settings(transfers=[stream]), 5, 1)
    rows = trip_rows.rows_of(year)
    assert (year.calls.stream == CallStream.URGENT_TRANSFER).sum() > 50
    assert set(year.calls.stream[rows.call]) == {CallStream.EMERGENCY}
    assert sorted(set(rows.incident)) == list(range(1, rows.incident.max() + 1))


def test_the_same_seed_makes_the_same_file(busy, tmp_path):
    options = {"blur_s": 3, "gross_errors": 0.05, "duplicates": 0.05, "missing_rows": 0.1}
    paths = [tmp_path / f"{n}.csv" for n in range(3)]
    for path, seed in zip(paths, (7, 7, 8), strict=True):
        sim.made_up_records(busy, path, 5, seed, **options)
    one, same, other = (path.read_bytes() for path in paths)
    assert one == same
    assert one != other


# ── what reads records reads these ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"headers": "zh"},
        {"headers": "zh", "encoding": "gb18030", "separator": ";", "decimal_comma": True},
        {"separator": "\t", "decimals": 3},
    ],
    ids=str,
)
def test_the_reader_of_records_takes_clean_ones(busy, year, tmp_path, form, ending):
    path = tmp_path / f"records{ending}"
    told = sim.made_up_records(busy, path, DAYS, 7, **form)
    found = reading.read(path, busy.map, PRIORITIES, Replay(file=path.name), CONDITIONS)
    balance = found.balance
    assert (balance.rows, balance.calls, balance.rows_left_out) == (told.rows, told.calls, 0)
    assert balance.further_units == told.rows - told.calls
    rows = trip_rows.rows_of(year)
    calls = np.unique(rows.call)
    start = (found.start - datetime(2025, 1, 6)).total_seconds()
    received = year.calls.received_at[calls]
    assert np.abs(found.calls.received_at + start - received).max() <= 0.51
    same = np.diff(received, prepend=-9, append=1e12)
    same = (same[:-1] > 2) & (same[1:] > 2)  # two within a second may be read in either order
    assert np.array_equal(found.calls.priority[same], year.calls.priority[calls][same])
    assert np.array_equal(found.calls.condition[same], year.calls.condition[calls][same])
    assert np.array_equal(found.calls.township[same], year.calls.township[calls][same])


def test_chinese_headers_are_those_that_the_reader_names_first():
    assert header("received_at", "zh") == "\u63a5\u8b66\u65f6\u95f4"
    chinese = [header(name, "zh") for name in COLUMNS]
    assert len(set(chinese)) == len(COLUMNS)
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in name) for name in chinese)
    assert [header(name, "en") for name in COLUMNS] == list(COLUMNS)
    assert header("something else", "zh") == "something else"


def test_a_workbook_has_times_and_numbers_in_its_cells(busy, tmp_path):
    told = sim.made_up_records(busy, tmp_path / "records.xlsx", 3, 7)
    sheet = openpyxl.load_workbook(told.path).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == told.rows + 1
    assert isinstance(rows[1][rows[0].index("received_at")], datetime)
    assert isinstance(rows[1][rows[0].index("lon")], float)


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_names_that_look_like_formulas_are_names(busy, year, tmp_path, ending):
    path = tmp_path / f"records{ending}"
    rows = trip_rows.rows_of(year)
    table, _ = made_up.spoiled_table(year, rows, Spoiling(), RecordFormat(), 7)
    table.said["vehicle"][:] = "=1+1"
    write(path, table, RecordFormat())
    assert set(tables.read_table(path)["vehicle"]) == {"=1+1"}


# ── each way of spoiling ─────────────────────────────────────────────────────────────────────


def test_noise_is_as_wide_as_it_says(made):
    _, clean = made(decimals=6)
    told, rows = made(decimals=6, blur_s=20)
    off = seconds_of(rows) - seconds_of(clean)
    assert told.spoiled == {"blur_s": int(np.isfinite(off).sum())}
    assert np.nanstd(off) == pytest.approx(20, rel=0.04)
    assert np.nanmean(off) == pytest.approx(0, abs=1)
    assert np.array_equal(np.isnan(seconds_of(rows)), np.isnan(seconds_of(clean)))


@pytest.mark.parametrize("how", ["rounded", "cut off"])
def test_minutes_are_whole_in_the_columns_that_are_named(made, how):
    _, clean = made(decimals=6)
    told, rows = made(decimals=6, whole_minutes=how, minutes_of=("arrived_at", "received_at"))
    moved = np.isin(ROW_STAMPS, ("arrived_at", "received_at"))
    ours, theirs = seconds_of(rows), seconds_of(clean)
    assert np.array_equal(ours[:, ~moved], theirs[:, ~moved], equal_nan=True)
    of, true = ours[:, moved], theirs[:, moved]
    known = np.isfinite(of)
    assert told.spoiled == {"whole_minutes": int(known.sum())}
    assert (of[known] % 60 == 0).all()
    off = (true - of)[known]
    low, high = (-30, 30) if how == "rounded" else (0, 60)
    assert low - 1e-6 <= off.min() < low + 2
    assert high - 2 < off.max() <= high + 1e-6


def test_clocks_are_apart_in_some_weeks(made):
    _, clean = made(decimals=6)
    told, rows = made(decimals=6, clocks_apart_s=40, clocks_apart_weeks=0.5)
    off = seconds_of(rows) - seconds_of(clean)
    assert np.nanmax(np.abs(off[:, :3])) == 0  # those of the dispatchers
    assert set(np.round(off[:, 3:][np.isfinite(off[:, 3:])], 3)) == {0, 40}
    assert told.spoiled == {"clocks_apart_s": int((off > 20).sum())}
    week = (seconds_of(clean)[:, 0] // (7 * 86_400)).astype(int)
    apart = {w: np.nanmax(off[week == w]) > 20 for w in set(week)}
    assert sum(apart.values()) == round(0.5 * len(apart))
    for w, moved in apart.items():
        of = off[week == w][:, 3:]
        assert (np.round(of[np.isfinite(of)], 3) == (40 if moved else 0)).all()
    everywhere, _ = made(clocks_apart_s=-40)
    assert everywhere.spoiled["clocks_apart_s"] == np.isfinite(off[:, 3:]).sum()


def test_gross_errors_are_hours_days_or_a_wrong_order_in_one_place_of_the_row(made):
    _, clean = made()
    told, rows = made(gross_errors=0.1)
    ours, theirs = seconds_of(rows), seconds_of(clean)
    off = np.where(np.isnan(ours), 0, ours - theirs)
    wrong = (off != 0).any(axis=1)
    assert told.spoiled == {"gross_errors": int(wrong.sum())}
    assert wrong.sum() == round(0.1 * (np.isfinite(theirs[:, 1:]).sum(axis=1) >= 2).sum())
    cells = (off[wrong] != 0).sum(axis=1)
    assert set(cells) == {1, 2}
    one, two = off[wrong][cells == 1], off[wrong][cells == 2]
    assert (one.sum(axis=1) % 3600 == 0).all()
    assert (np.abs(one.sum(axis=1)) >= 24 * 3600).any()
    assert (np.abs(one.sum(axis=1)) < 24 * 3600).any()
    assert np.allclose(two.sum(axis=1), 0)
    assert (off[:, 0] == 0).all()


def test_instants_after_midnight_may_have_the_day_before(made):
    _, clean = made()
    told, rows = made(day_wrap=0.5)
    off = seconds_of(rows) - seconds_of(clean)
    day = seconds_of(clean) // 86_400
    crossing = (day > day[:, :1]).any(axis=1)
    wrapped = (off < 0).any(axis=1)
    assert told.spoiled == {"day_wrap": int(wrapped.sum())}
    assert wrapped.sum() == round(0.5 * crossing.sum()) > 5
    assert np.array_equal((off == -86_400)[wrapped], (day > day[:, :1])[wrapped])


def test_years_are_mistyped(made):
    told, rows = made(wrong_years=0.02)
    years = stamps(rows).astype("datetime64[Y]").astype(int) + 1970
    wrong = ~np.isnat(stamps(rows)) & (years != 2025)
    assert set(years[wrong]) == {2019, 2091}
    assert (
        told.spoiled
        == {"wrong_years": int(wrong.sum())}
        == {"wrong_years": round(0.02 * len(rows))}
    )


def test_instants_go_missing_but_receipt_stays(made):
    _, clean = made()
    told, rows = made(missing_stamps=0.1)
    gone = np.isnat(stamps(rows)) & ~np.isnat(stamps(clean))
    assert told.spoiled == {"missing_stamps": int(gone.sum())}
    assert gone.sum() == round(0.1 * (~np.isnat(stamps(clean))[:, 1:]).sum())
    assert not gone[:, 0].any()


@pytest.mark.parametrize("option", ["wrong_city", "default_point"])
def test_points_are_wrong_for_whole_incidents(made, option):
    told, rows = made(**{option: 0.2})
    _, clean = made()
    moved = {
        row["incident"]
        for row, true in zip(rows, clean, strict=True)
        if (row["lon"], row["lat"]) != (true["lon"], true["lat"])
    }
    where = {row["incident"]: (float(row["lon"]), float(row["lat"])) for row in rows}
    assert all((float(r["lon"]), float(r["lat"])) == where[r["incident"]] for r in rows)
    count = told.spoiled[option]
    assert count == round(0.2 * told.calls)
    if option == "wrong_city":
        assert len(moved) == count
        far = [abs(where[one][0] - 113.5) for one in moved]
        assert min(far) > 0.9
    else:  # of this town it is a place where others call from, too
        assert 0 < len(moved) <= count
        assert len({where[one] for one in moved}) == 1
    assert [row["township"] for row in rows] == [row["township"] for row in clean]


def test_incidents_are_recorded_twice(made):
    told, rows = made(duplicates=0.1, decimals=6)
    first = {row["incident"]: row for row in reversed(rows)}
    again = [row for number, row in first.items() if int(number) > told.calls]
    assert told.spoiled == {"duplicates": len(again)} == {"duplicates": round(0.1 * told.calls)}
    assert told.rows - len(again) == made(decimals=6)[0].rows
    known = {}
    for row in rows:
        if int(row["incident"]) <= told.calls:
            known.setdefault((row["lon"], row["lat"]), []).append(row["received_at"])
    for row in again:
        assert not row["assigned_at"]
        assert not row["vehicle"]
        at = np.array(known[row["lon"], row["lat"]], "datetime64[us]")
        later = (np.datetime64(row["received_at"]) - at) / np.timedelta64(1, "s")
        assert ((later >= 59) & (later <= 541)).any()


def test_rows_and_days_go_missing(made):
    _, clean = made()
    told, rows = made(missing_rows=0.1)
    assert told.spoiled == {"missing_rows": round(0.1 * len(clean))}
    assert len(rows) == len(clean) - told.spoiled["missing_rows"]
    assert {tuple(row.items()) for row in rows} <= {tuple(row.items()) for row in clean}

    told, rows = made(feed_down_days=3)
    per_day = [
        dict(
            zip(
                *np.unique(stamps(each)[:, 0].astype("datetime64[D]"), return_counts=True),
                strict=True,
            )
        )
        for each in (clean, rows)
    ]
    less = {day: (n, n - per_day[1].get(day, 0)) for day, n in per_day[0].items()}
    down = {day: both for day, both in less.items() if both[1]}
    assert len(down) == 3
    assert all(gone == round(0.7 * n) for n, gone in down.values())
    assert told.spoiled == {"feed_down_days": sum(gone for _, gone in down.values())}
    nearly, _ = made(feed_down_days=10_000)  # more days than there are
    assert nearly.rows == pytest.approx(0.3 * len(clean), rel=0.1)


def test_all_at_once_can_be_written(made):
    told, rows = made(
        blur_s=5, whole_minutes="rounded", gross_errors=0.03, missing_rows=0.05, wrong_years=0.01,
        missing_stamps=0.05, clocks_apart_s=40, duplicates=0.05, feed_down_days=2, wrong_city=0.01,
        default_point=0.03, day_wrap=1, zone="Europe/Berlin", headers="zh", encoding="gb18030",
    )  # fmt: skip
    assert len(told.spoiled) == 12
    assert len(rows) == told.rows


def test_everything_may_go_missing(made):
    told, rows = made(missing_rows=1)
    assert (told.rows, rows) == (0, [])
    told, _ = made(gross_errors=1, missing_stamps=1)
    assert told.rows > 0


def test_options_that_do_nothing_say_nothing(made):
    assert made()[0].spoiled == {}
    assert made(**Spoiling()._asdict())[0].spoiled == {}


def test_a_day_without_calls_is_an_empty_file(busy, made):
    nobody = busy.with_settings(demand={"rate": {"rural": "0 per day"}})
    told, rows = made(nobody, 2, blur_s=3, gross_errors=0.5, duplicates=0.5, default_point=1,
                      wrong_city=1, feed_down_days=3, zone="Europe/Berlin", clocks_apart_s=40,
                      missing_rows=0.5, missing_stamps=0.5, wrong_years=0.5, day_wrap=0.5,
                      whole_minutes="rounded")  # fmt: skip
    assert (told.rows, told.calls, rows) == (0, 0, [])
    assert set(told.spoiled.values()) == {0}


# ── clocks of zones ──────────────────────────────────────────────────────────────────────────


def test_daylight_saving_skips_and_repeats_an_hour():
    hours = np.arange(0, 365 * 24, 0.5)
    at = spoiling.by_the_clock(3600 * hours[:, None], datetime(2025, 1, 1), "Europe/Berlin")[:, 0]
    off = (at - np.datetime64("2025-01-01", "us")) / np.timedelta64(1, "h") - hours
    assert set(off) == {0.0, 1.0}
    written = set(at.astype("datetime64[m]").astype(str).tolist())
    assert "2025-03-30T02:30" not in written
    assert (at == np.datetime64("2025-10-26T02:30")).sum() == 2
    assert off[hours == 24 * 180] == 1


def test_a_zone_begins_at_the_time_of_its_own_clock():
    """In summer the start is a time of summer; half an hour is no matter, nor is the equator."""
    for zone in ("Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago", "UTC"):
        start = datetime(2025, 1, 6, 8)
        at = spoiling.by_the_clock(np.array([[0.25, np.nan, 10.0]]), start, zone)
        assert at[0, 0] == np.datetime64("2025-01-06T08:00:00.25")
        assert np.isnat(at[0, 1])
        assert at[0, 2] == np.datetime64("2025-01-06T08:00:10")


def test_without_a_zone_no_clock_is_changed():
    at = spoiling.by_the_clock(np.array([[86_400.0 * 200]]), datetime(2025, 1, 1), None)
    assert at[0, 0] == np.datetime64("2025-07-20T00:00")


# ── drives off the fastest path ──────────────────────────────────────────────────────────────


def diamond():
    """From 0 to 3 by 1 (100 s in all) or by 2 (130 s); a dead end 4 behind 3; 0 to 1 is one-way."""
    ways = [
        (0, 1, 50, True),
        (1, 3, 50, False),
        (0, 2, 60, False),
        (2, 3, 70, False),
        (3, 4, 10, False),
    ]
    xy = np.array([[0, 0], [100, 100], [100, -100], [200, 0], [300, 0]], float)
    pairs = np.array([pair[:2] for pair in ways])
    built, _ = network.build(
        network.Links(
            pairs[:, 0], pairs[:, 1], np.array([LineString(xy[list(pair)]) for pair in pairs]),
            np.array([way[2] for way in ways], float), np.array(["street"] * len(ways), object),
            np.full(len(ways), np.nan), np.array([way[3] for way in ways]),
        )
    )  # fmt: skip
    number = {tuple(point): row for row, point in enumerate(built.xy.tolist())}
    return built, built.length_m.copy(), [number[tuple(point)] for point in xy.tolist()]


def seconds_thought(roads, true_s, thought_s, starts, ends):
    at = [detours.ends_of(roads, network.snap(roads, np.array(xy, float))) for xy in (starts, ends)]
    return detours.path_seconds(roads, true_s, thought_s, *at)


def test_a_path_is_chosen_by_what_is_thought_and_takes_what_is_true():
    roads, true_s, node = diamond()
    there = [[0, 0]], [[200, 0], [300, 0], [0, 0]]
    assert seconds_thought(roads, true_s, true_s, *there).tolist() == [[100, 110, 0]]
    thought_s = true_s.copy()
    thought_s[(roads.tail == node[1]) & (roads.head == node[3])] = 90  # 140 by 1, 130 by 2
    assert seconds_thought(roads, true_s, thought_s, *there).tolist() == [[130, 140, 0]]
    back = [[200, 0]], [[0, 0]]
    assert seconds_thought(roads, true_s, thought_s, *back).tolist() == [[130]]


def test_paths_begin_and_end_within_roads():
    """A fifth of the way from 3 to 4, half of the way from 0 to 2, on one road: not known."""
    roads, true_s, node = diamond()
    from_there = [[50, -50]]
    found = seconds_thought(roads, true_s, true_s, from_there, [[220, 0], [60, -60], [100, 100]])
    assert found[0, 0] == pytest.approx(30 + 70 + 2)
    assert np.isnan(found[0, 1])
    assert found[0, 2] == pytest.approx(30 + 50)
    thought_s = true_s.copy()
    thought_s[(roads.tail == node[0]) & (roads.head == node[1])] = 500
    found = seconds_thought(roads, true_s, thought_s, from_there, [[100, 100], [50, 50]])
    assert found[0, 0] == pytest.approx(30 + 70 + 50)
    assert found[0, 1] == pytest.approx(30 + 25)  # within a road with one way in


def test_a_road_that_is_closed_is_never_driven():
    roads, true_s, node = diamond()
    closed = true_s.copy()
    closed[(roads.tail == node[0]) & (roads.head == node[1])] = np.inf
    found = seconds_thought(roads, closed, closed, [[0, 0]], [[200, 0], [100, 100], [50, 50]])
    assert found[0, :2].tolist() == [130, 180]
    assert not np.isfinite(found[0, 2])


def test_drives_off_the_fastest_path_take_longer_and_what_follows_is_later(liling, tmp_path):
    told, rows = [], []
    for share in (0.0, 0.2, 1.0):
        path = tmp_path / "liling.csv"
        told.append(sim.made_up_records(liling, path, 30, 3, decimals=6, off_fastest=share))
        rows.append(list(csv.DictReader(path.read_text("utf-8").splitlines())))
    drives = [gap_min(each, "mobile_at", "arrived_at") for each in rows]
    for kind in (1, 2):
        more = drives[kind] - drives[0]
        count = told[kind].spoiled["off_fastest"]
        assert (more > -1e-6).all()
        assert 0.3 * count < (more > 1e-6).sum() <= count
        assert 1.01 < (drives[kind][more > 0] / drives[0][more > 0]).mean() < 1.3
        for first, last in (("received_at", "mobile_at"), ("arrived_at", "left_scene_at"),
                            ("left_scene_at", "at_hospital_at"), ("left_scene_at", "cleared_at")):  # fmt: skip
            same = [gap_min(rows[which], first, last) for which in (0, kind)]
            assert np.allclose(*same, equal_nan=True, atol=1e-6), first
    assert told[2].spoiled["off_fastest"] > 0.9 * len(rows[0])  # nearly all begin at stations
    assert told[1].spoiled["off_fastest"] == round(0.2 * told[2].spoiled["off_fastest"])


def test_drives_without_roads_have_no_path(busy, tmp_path):
    with pytest.raises(OptionError, match="no roads"):
        sim.made_up_records(busy, tmp_path / "r.csv", 2, off_fastest=0.2)


# ── what cannot be asked for ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"gross_error": 0.1}, "did you mean gross_errors"),
        ({"gross_errors": 1.1}, "gross_errors"),
        ({"gross_errors": -0.1}, "gross_errors"),
        ({"missing_rows": float("nan")}, "missing_rows"),
        ({"duplicates": "many"}, "duplicates"),
        ({"blur_s": -1}, "blur_s"),
        ({"blur_s": float("inf")}, "blur_s"),
        ({"clocks_apart_s": 1e9}, "clocks_apart_s"),
        ({"feed_down_days": 1.5}, "feed_down_days"),
        ({"whole_minutes": "up"}, "rounded, cut off"),
        ({"minutes_of": ("arrival",)}, "minutes_of"),
        ({"zone": "Mars/Olympus"}, "no such time zone"),
        ({"headers": "fr"}, "en, zh"),
        ({"separator": "x"}, "separator"),
        ({"encoding": "morse"}, "no such encoding"),
        ({"headers": "zh", "encoding": "ascii"}, "ascii has no"),
        ({"decimals": 7}, "decimals"),
        ({"decimal_comma": 1}, "decimal_comma"),
        ({"days": 0}, "days"),
        ({"days": 10**9}, "days"),
        ({"seed": -1}, "seed"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(busy, tmp_path, options, named):
    path = tmp_path / "r.csv"
    with pytest.raises(OptionError, match=named):
        sim.made_up_records(busy, path, **({"days": 1} | options))
    assert not path.exists()


def test_paths_that_cannot_be_written_are_refused(busy, tmp_path):
    with pytest.raises(OptionError, match=r"\.csv, \.xlsx"):
        sim.made_up_records(busy, tmp_path / "r.txt", 1)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        sim.made_up_records(busy, tmp_path / "file" / "r.csv", 1)
    with pytest.raises(ScenarioError):
        sim.made_up_records("scenarios/liling", tmp_path / "r.csv", 1)


def test_folders_are_made(busy, tmp_path):
    for name in ("one/r.csv", "two/r.xlsx"):
        assert sim.made_up_records(busy, str(tmp_path / name), 1).path.is_file()


# ── parts that the busy town does not try ────────────────────────────────────────────────────


def test_a_lost_call_is_recorded_and_not_cancelled(busy):
    lost = busy.with_settings(dispatch={"when_none_free": "lost", "divert": []})
    year = trip_rows.simulated(lost.scaled(demand=3), 10, 1)
    rows = trip_rows.rows_of(year)
    outcome = trip_rows.outcomes(year)
    nobody = rows.trip == NONE
    assert nobody.sum() > 20
    assert year.log.lost[rows.call[nobody]].any()
    assert set(outcome[year.log.lost]) == {NONE}
    assert np.isnan(rows.seconds[nobody, 1:]).all()


def test_each_option_has_random_numbers_of_its_own(made):
    """One that changes cells alone moves nothing that another one does."""
    _, one = made(wrong_city=0.2)
    _, both = made(wrong_city=0.2, missing_stamps=0.3)
    assert [(r["lon"], r["lat"]) for r in one] == [(r["lon"], r["lat"]) for r in both]
    _, again = made(missing_stamps=0.3)
    assert np.array_equal(np.isnat(stamps(again)), np.isnat(stamps(both)))


def test_a_year_of_liling_is_made_in_seconds(liling, tmp_path):
    made_up.made_up_records(liling, tmp_path / "warm.csv", 1)
    began = time.perf_counter()
    told = made_up.made_up_records(liling, tmp_path / "year.csv", off_fastest=0.2, blur_s=5)
    assert told.calls > 12_000
    assert time.perf_counter() - began < 60  # three on an idle machine
