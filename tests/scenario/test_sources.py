"""Behind a setting its file may say where it is from; a report's table of assumptions says so."""

from __future__ import annotations

import re

import pytest
from calibrations import rates_of, speeds, stage_laws
from conftest import ROOT

from sim.fitting import fragment, shares
from sim.fitting.stages import DurationsFit
from sim.scenario import sources
from sim.scenario.file import load
from sim.words import assumed
from sim.words.language import language

TODAY = ROOT / "scenarios/liling/today.yaml"


def scenario(folder, text, base=TODAY, name="mine"):
    path = folder / f"{name}.yaml"
    path.write_text(f"name: Mine\nbase: {base}\n{text}", "utf-8")
    return load(path)


def row_of(base, path, code="en"):
    """[value, source] of the row on a setting."""
    rows = [row for row in assumed.assumptions(base, language(code)).rows if f"({path})" in row[0]]
    assert len(rows) == 1, path
    return rows[0][1:]


def test_a_comment_behind_a_setting_is_its_source(tmp_path):
    mine = scenario(
        tmp_path,
        "targets:\n  urban: 12 min  # source: bureau's letter 17, of 2025\n  rural: 31 min\n"
        "travel:\n  speeds:\n    primary: 50 km/h  # 来源：交警2025年测速\n",
    )
    assert sources.of(mine) == {
        "targets.urban": "bureau's letter 17, of 2025",
        "travel.speeds.primary": "交警2025年测速",
    }
    assert row_of(mine, "targets.urban") == ["12 min", "bureau's letter 17, of 2025"]
    assert row_of(mine, "targets.rural") == ["31 min", "set in the scenario"]


def test_the_nearest_file_that_says_a_setting_says_its_source(tmp_path):
    scenario(
        tmp_path, "targets: {urban: 12 min, rural: 31 min}  # source: a letter\n", name="under"
    )
    over = scenario(tmp_path, "targets: {urban: 12 min}\n", tmp_path / "under.yaml", "over")
    assert sources.of(over) == {"targets.rural": "a letter"}


@pytest.mark.parametrize("line", ["", "distribution: lognormal", "median: 60 s"])
def test_a_law_has_the_source_behind_its_name_or_a_part_of_it(tmp_path, line):
    law = "durations:\n  turnout:\n    distribution: lognormal\n    median: 60 s\n    sigma: 0.5\n"
    behind = line or "turnout:"
    mine = scenario(tmp_path, law.replace(behind, f"{behind}  # source: crews' log"))
    assert sources.of(mine) == {"durations.turnout": "crews' log"}


def test_what_was_altered_since_has_no_source(tmp_path):
    mine = scenario(tmp_path, "targets:\n  urban: 12 min  # source: a letter\n")
    assert sources.of(mine.with_settings(targets={"rural": "31 min"})) == {
        "targets.urban": "a letter"
    }
    assert sources.of(mine.with_settings(targets={"urban": "13 min"})) == {}


@pytest.mark.parametrize(
    "text",
    [
        "reason: '# source: nobody'\ntargets: {urban: 12 min}\n",
        "targets:\n  # source: of the chapter\n  urban: 12 min\n",
        "targets:\n  urban: 12 min  # the source: unknown\n",
        "targets:\n  urban: 12 min  # source:\n",
        "targets:\n  urban: 12 min\n",
    ],
)
def test_what_is_no_source_of_a_setting_is_none(tmp_path, text):
    assert sources.of(scenario(tmp_path, text)) == {}


# ── what a calibration writes ────────────────────────────────────────────────────────────────


@pytest.fixture
def calibrated(tmp_path, liling):
    on = speeds()
    known = [one for one in on.classes if one.road in liling.map.network.classes]
    nothing = shares.SharesFit((), (), (), None, (), None, None, None, (), (), None)
    durations = DurationsFit(stage_laws(), (), (), 0.0, 0, True)
    found = nothing._replace(conveyed=shares.share("conveyed", 777, 1_001))
    made = fragment.of(
        liling, rates_of(liling), on._replace(classes=tuple(known)), durations, found
    )
    path = tmp_path / "calibrated.yaml"
    above = {"name": "Fitted", "base": str(liling.path)}
    path.write_text(made.text("2025.csv", [], above), "utf-8")
    return load(path)


def test_every_number_that_was_fitted_says_so(calibrated):
    found = sources.of(calibrated)
    written = calibrated.path.read_text("utf-8")
    of_one_law = len(
        re.findall(r"^ +(?:median|shape|sigma|mean|scale|sd):.*# source", written, re.M)
    )
    assert len(found) >= written.count("# source: ") - of_one_law > 20
    assert all(re.match(r"fitted from 2025\.csv, n = [\d,]+", one) for one in found.values())
    assert found["demand.transported"].startswith("fitted from 2025.csv, n = 1,001; 95 %: ")


def test_entries_fitted_to_the_same_records_stand_in_one_row(calibrated):
    told = row_of(calibrated, "demand.transported")[1]
    assert told.startswith("fitted from 2025.csv, n = 1,001; 95 %: ")
    assert row_of(calibrated, "demand.transported", "zh")[1].startswith(
        "据 2025.csv 拟合，n = 1,001；"
    )
    counts = [
        int(re.search(r"n = ([\d,]+)", one)[1].replace(",", ""))
        for path, one in sources.of(calibrated).items()
        if path.startswith("demand.rate.townships.")
    ]
    rows = [
        row for row in assumed.assumptions(calibrated, language("en")).rows
        if "(demand.rate.townships" in row[0] and row[2].startswith("fitted")
    ]  # fmt: skip
    assert [row[2] for row in rows] == [
        f"fitted from 2025.csv, n = {min(counts):,} to {max(counts):,}"
    ]
