"""A fit to records: what it says is true, is plain, is nobody's, and never fails for a column."""

from __future__ import annotations

import csv
import json
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from missions import write
from small_calibration import small

import sim
from sim.answers.calibration import calibrate
from sim.report import fit_page
from sim.words import page_of
from sim.words.calibration_sections import calibration_sections
from sim.words.language import language

EN = language("en")
NEEDED = ("received_at", "lon", "lat")


@pytest.fixture(scope="module")
def rows(tmp_path_factory, liling):
    """Ten days of records, as texts by header."""
    path = tmp_path_factory.mktemp("made") / "records.csv"
    sim.made_up_records(liling, path, days=10, seed=3)
    with path.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def fitted(folder, liling, rows, but=(), only=None, **how):
    """Fitted to the rows without some columns, or with some alone."""
    keep = [n for n in rows[0] if n not in but and (only is None or n in only)]
    path = write(folder / "records.csv", [{n: row[n] for n in keep} for row in rows])
    return calibrate(path, liling, **{"simulate": False, **how})


def plain(found):
    """Its facts as JSON, which has no nan."""
    return json.loads(json.dumps(found.facts(), allow_nan=False))


# ── what was fitted ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_the_truth_comes_back_of_twelve_clean_weeks(tmp_path, liling):
    path = tmp_path / "records.csv"
    made = sim.made_up_records(liling, path, days=84, seed=6)
    found = calibrate(path, liling)
    assert found.records.balance.rows == made.rows
    assert found.records.balance.calls == made.calls
    assert found.records.balance.left_out == ()
    calls = found.records.balance.calls
    expected = liling.settings.demand
    shares = {row.name: row.share for row in found.fits.shares.priorities}
    for one in expected.priorities:
        assert abs(shares[one.name].mean - one.share) < 4 * (one.share / calls) ** 0.5
    assert found.fits.speeds.overall.mean == pytest.approx(1, abs=0.03)
    turnout = found.fits.durations.of("turnout").law
    assert turnout.mean.low < turnout.mean.high
    assert found.history is not None
    assert (found.history.weeks, found.history.fitted_weeks) == (11, 8)  # from the first Monday on
    assert found.history.repeats is not False
    plain(found)


def test_facts_have_no_nan():
    facts = plain(small())
    assert facts["records"]["file"] == "records.csv"
    assert {one["rule"] for one in facts["cleaning"]} == set(range(1, 13))


def test_columns_of_the_table_of_numbers():
    frame = small().to_frame()
    assert list(frame) == ["part", "name", "value", "low", "high", "unit", "n", "source"]
    assert len(frame) > 20
    known = frame.dropna(subset=["low", "value", "high"])
    low, value, high = (known[n].astype(float) for n in ("low", "value", "high"))
    assert (low <= value + 1e-9).all()
    assert (value <= high + 1e-9).all()


def test_cells_with_few_calls_are_hidden(tmp_path, liling, rows):
    found = fitted(tmp_path, liling, rows, least=15)
    open_ = fitted(tmp_path, liling, rows)
    mine = found.fits.rates.townships.calls
    assert (np.asarray(mine) < 15).any()
    assert plain(found)["hidden_below"] == 15
    table, other = found.tables(), open_.tables()
    hidden = [str(row) for one in table.values() for row in one.rows if "hidden" in str(row)]
    assert hidden
    assert not [row for one in other.values() for row in one.rows if "hidden" in str(row)]
    for told in plain(found)["rates"]["townships"]:
        assert told["calls"] in ("hidden", None) or told["calls"] >= 15


def test_nothing_that_is_written_is_of_a_person(tmp_path, liling, rows):
    marked = [
        row | {"vehicle": f"湘B{7_000_001 + len(row['vehicle'])}" if row["vehicle"] else "",
               "incident": f"INC{8_000_000 + n // 2}"}
        for n, row in enumerate(rows)
    ]  # fmt: skip
    found = fitted(tmp_path, liling, marked)
    english = language("en")
    written = found.fits.written.text("records.csv", [], {})
    texts = [json.dumps(plain(found), ensure_ascii=False), fit_page.html(found, english), written,
             found.to_frame().to_csv()]  # fmt: skip
    points = {text for row in rows for text in (row["lon"], row["lat"]) if len(text) > 6}
    for text in texts:
        assert "INC8" not in text
        assert not re.search(r"湘B7", text)
        numbers = set(re.findall(r"\d+\.\d{4,}", text))
        assert not numbers & points


def person(n):
    return f"赵秘密{n:03d} 138{n:04d}7777"


@pytest.mark.parametrize(
    "column", ["condition", "priority", "station", "township", "hospital", "arrived_at", "conveyed"]
)
def test_what_somebody_wrote_into_a_cell_is_told_nowhere(tmp_path, liling, rows, column):
    """A name and a telephone number in a twentieth of all rows, whichever column holds them."""
    spoiled = [row | {column: f"{row.get(column) or '胸痛'} {person(n)}" if n % 19 == 0 else
                      row.get(column) or "胸痛"} for n, row in enumerate(rows)]  # fmt: skip
    found = fitted(tmp_path, liling, spoiled)
    texts = [json.dumps(plain(found), ensure_ascii=False), " ".join(page_of(found, EN).text().split()),
             found.fits.written.text("records.csv", [], {}), found.to_frame().to_csv(),
             *(" ".join(one.paragraphs) for one in calibration_sections(found, EN))]  # fmt: skip
    for text in texts:
        assert "秘密" not in text
        assert "7777" not in re.sub(r"\d+\.\d+", "", text)


def test_a_stray_priority_beside_known_ones_is_left_out_and_said(tmp_path, liling, rows):
    stray = [rows[0] | {"priority": "gren"}, *rows[1:]]
    found, usual = fitted(tmp_path, liling, stray), fitted(tmp_path, liling, rows)
    assert found.records.priorities == usual.records.priorities
    assert not found.records.urgency_guessed
    assert sum(row.having for row in found.fits.shares.priorities) == len(rows) - 1
    assert [one.lines for one in found.records.dropped if "priority" in one.reason] == [(2,)]


def test_headers_that_were_not_read_are_told_wherever_the_answer_is(tmp_path, liling, rows):
    other = [{("乘车时间" if n == "arrived_at" else n): t for n, t in row.items()} for row in rows]
    found = fitted(tmp_path, liling, [row | {"电话": "13800007777"} for row in other])
    assert plain(found)["records"]["columns_not_read"] == ["乘车时间", "电话"]
    data = calibration_sections(found, EN)[0]
    for text in (" ".join(page_of(found, EN).text().split()), " ".join(data.paragraphs)):
        assert "were not read: 乘车时间" in text
        assert "7777" not in text


# ── whatever columns there are ──────────────────────────────────────────────────────────────────

STAMPS = ("assigned_at", "mobile_at", "arrived_at", "left_scene_at", "at_hospital_at", "cleared_at")


@pytest.mark.parametrize(
    "but",
    [
        ("station",), ("vehicle",), ("mobile_at",), ("assigned_at", "mobile_at"), ("arrived_at",),
        ("priority",), ("incident",), ("cleared_at",), ("conveyed", "outcome", "hospital"),
        ("lon", "lat"), STAMPS,
    ],
)  # fmt: skip
def test_what_is_missing_is_not_fitted_and_the_rest_is(tmp_path, liling, rows, but):
    found = fitted(tmp_path, liling, rows, but)
    assert not set(but) & found.records.columns
    facts = plain(found)
    fits = found.fits
    assert fits.rates.calls > 100
    assert bool(fits.shares.priorities) == ("priority" not in but)
    if {"station", "arrived_at"} & set(but):
        assert fits.speeds is None or fits.speeds.drives == 0  # those to hospitals are left
    if "mobile_at" in but:
        assert fits.durations.of("turnout") is None
    if but == ("mobile_at",):
        assert fits.speeds is None or fits.speeds.turnout_min is not None
    if but == ("conveyed", "outcome", "hospital"):
        assert fits.shares.conveyed is not None  # by the stamps of hospitals
    assert facts["settings"]["demand"]["rate"]
    assert found.fitted.settings
    assert found.no_history is not None


def test_times_and_points_alone(tmp_path, liling, rows):
    found = fitted(tmp_path, liling, rows, only=NEEDED)
    assert found.records.columns == set(NEEDED)
    assert found.fits.speeds is None
    assert found.fits.durations.laws == ()
    assert found.fits.shares.priorities == ()
    assert set(found.fits.written.plain()) == {"demand", "study"}
    plain(found)


def test_times_and_townships_alone(tmp_path, liling, rows):
    found = fitted(tmp_path, liling, rows, only=("received_at", "township"))
    assert found.fits.rates.calls == len(rows)
    plain(found)


@given(st.data())
@settings(max_examples=12, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
def test_any_columns_in_any_order_can_be_fitted(tmp_path, liling, rows, data):
    others = [name for name in rows[0] if name not in NEEDED]
    some = data.draw(st.sets(st.sampled_from(others)))
    draws = np.random.default_rng(data.draw(st.integers(0, 1_000)))
    count = data.draw(st.sampled_from([1, 2, 40, len(rows)]))
    order = draws.permutation(len(rows))[:count]
    found = fitted(tmp_path, liling, [rows[n] for n in order], only={*NEEDED, *some})
    assert found.records.balance.rows == count
    plain(found)
    assert found.to_frame().shape[1] == 8


def test_the_order_of_rows_hardly_matters(tmp_path, liling, rows):
    """Which drives may have gone another way is drawn in their order: speeds move a little."""
    one, other = (fitted(tmp_path, liling, each) for each in (rows, rows[::-1]))
    a, b = one.to_frame(), other.to_frame()
    assert a["name"].tolist() == b["name"].tolist()
    np.testing.assert_allclose(
        a["value"].astype(float), b["value"].astype(float), rtol=0.02, equal_nan=True
    )
    rates = a["part"] == "rates"
    assert a["value"][rates].tolist() == b["value"][rates].tolist()
    assert one.records.balance == other.records.balance


def test_without_simulation_it_is_said_why(tmp_path, liling, rows):
    found = fitted(tmp_path, liling, rows)
    assert found.history is None
    assert "not asked" in str(found.no_history)
    found = fitted(tmp_path, liling, rows, simulate=True)
    assert found.history is None
    assert "4 whole weeks" in str(found.no_history)
