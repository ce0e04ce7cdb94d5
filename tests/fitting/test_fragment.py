"""What was fitted, as a file: it loads, it says the fitted numbers, each with its source."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import yaml
from calibrations import rates_of, speeds, stage_laws

from sim.answers.assumptions import USUAL, assumptions
from sim.fitting import call_ends, fragment, shares, shown_cells
from sim.fitting.stages import DurationsFit
from sim.fitting.written_fit import Fitted, Fragment, _quoted
from sim.measures.intervals import Estimate
from sim.scenario.differences import between
from sim.scenario.file import load
from sim.units import share as share_of

NONE = shares.SharesFit(
    (), (), (), None, (), None, None, None, (), (), None,
)  # fmt: skip
DURATIONS = DurationsFit(stage_laws(), (), (), 0.0, 0, True)


def rows(names, counts):
    return tuple(shares.share(n, c, sum(counts)) for n, c in zip(names, counts, strict=True))


def written(base, found=NONE, on_speeds=None):
    return fragment.of(base, rates_of(base), on_speeds, DURATIONS, found)


def read_back(fragment_, folder, base):
    """The file of a fragment over its base, and the scenario it is."""
    path = folder / "calibrated.yaml"
    above = {"name": "Fitted", "base": str(base.path)}
    path.write_text(fragment_.text("2025.csv", ["a comment"], above), "utf-8")
    return path.read_text("utf-8"), load(path)


def speeds_on(base):
    """Speeds of classes that the map has."""
    on = speeds()
    known = [one for one in on.classes if one.road in base.map.network.classes]
    return on._replace(classes=tuple(known))


def percent(text):
    return float(str(text).removesuffix("%"))


def test_what_is_written_is_a_scenario_with_the_fitted_numbers(tmp_path, liling):
    names = [one.name for one in liling.settings.demand.priorities]
    found = NONE._replace(
        priorities=rows(names, [300, 500, 201][: len(names)]),
        conveyed=shares.share("conveyed", 777, 1_001),
    )
    made = written(liling, found, speeds_on(liling))
    text, scenario = read_back(made, tmp_path, liling)
    demand = scenario.settings.demand
    assert [one.name for one in demand.priorities] == names
    assert sum(one.share for one in demand.priorities) == pytest.approx(1)
    assert demand.priorities[0].share == pytest.approx(300 / 1_001, abs=1e-4)
    on = rates_of(liling)
    assert np.allclose(demand.profile.hours, on.profile.hours, atol=1e-3)
    assert f"{on.areas[0].per_1000_per_year.mean:.4g} per 1000 people per year" in text
    whole = speeds()
    travel = scenario.settings.travel
    assert travel.speeds["trunk"] == pytest.approx(60 / 3.6)
    assert travel.ordinary == pytest.approx(whole.ordinary.mean) if whole.ordinary else True
    shown = {(band.speed) for band in travel.bands}
    assert {0.75, 1.04} <= {round(s, 4) for s in shown}
    assert scenario.settings.study.wrong
    direct = liling.with_settings(**made.plain())
    assert direct.settings.demand == scenario.settings.demand
    assert direct.settings.travel == scenario.settings.travel
    assert direct.settings.durations == scenario.settings.durations


SOURCE = "# source: fitted from 2025.csv, n = "


def test_every_number_has_its_source(tmp_path, liling):
    text, _ = read_back(written(liling, on_speeds=speeds_on(liling)), tmp_path, liling)
    below = text.split("demand:", 1)[1].splitlines()
    inside = False
    for line in below:
        bare = line.split("#")[0]
        if "[" in bare or inside:  # a list has the source above it
            inside = "]" not in bare
            continue
        if re.search(r"\d", bare.split(":", 1)[-1]) and not re.search(r"(hours|days): ", bare):
            assert SOURCE in line, line
    assert text.count(SOURCE) > 30


def test_shares_of_three_thirds_are_a_hundred():
    for counts in ([1, 1, 1], [1] * 7, [999_999, 1], [0, 5], [1]):
        of = [c / sum(counts) for c in counts]
        each = call_ends.to_hundred(of)
        assert sum(percent(one) for one in each) == pytest.approx(100, abs=1e-9)
        assert all(abs(percent(a) - 100 * b) < 0.05 for a, b in zip(each, of, strict=True))


@pytest.mark.parametrize("own", [True, False])
def test_priorities_that_the_base_calls_otherwise(tmp_path, liling, own):
    base = liling
    said = dict(base.written.get("demand") or {})
    said.pop("priorities", None)
    if own:
        said["priorities"] = []
    base = replace(base, written={**base.written, "demand": said})
    found = written(base, NONE._replace(priorities=rows(["alpha", "beta"], [3, 4])))
    assert ("priorities" in found.plain()["demand"]) == (not own)
    assert any("alpha" in str(one) for one in found.assumed) == own


def test_who_is_conveyed_beside_who_nobody_found(tmp_path, liling):
    for conveyed, nobody in ((990, 100), (1_000, 500), (1, 999), (0, 0)):
        found = NONE._replace(
            conveyed=shares.share("conveyed", conveyed, 1_000),
            nobody_found=shares.share("nobody found", nobody, 1_000),
        )
        made = written(liling, found).plain()["demand"]
        parts = [made["transported"], made["nobody_found"], made["treated_at_scene"]["share"]]
        assert sum(map(percent, parts)) <= 100
        assert all(0 <= share_of(one) <= 1 for one in parts)
        read_back(written(liling, found), tmp_path, liling)


def test_rates_in_total_stay_rates_in_total(tmp_path, liling):
    base = liling.with_settings(demand={"rate": {"urban": "12 per day", "rural": "30 per day"}})
    found = written(base)
    for area in ("urban", "rural"):
        assert found.plain()["demand"]["rate"][area].endswith("per day")
    on = rates_of(liling)
    each = float(found.plain()["demand"]["rate"]["urban"].split()[0])
    assert each == pytest.approx(on.areas[0].calls / on.exposure_days, rel=0.02)


def test_nothing_of_speeds_is_written_where_nothing_is_known(liling):
    found = written(liling)
    assert "travel" not in found.plain()
    assert any("Speeds are those of the base" in str(one) for one in found.assumed)


# ── how values are written ──────────────────────────────────────────────────────────────────────

ODD = ["on", "No", "null", "~", "1", "1.5", "-3", "1e3", "a: b", "a #b", "- a", "", " a", "a ",
       "'", '"', "枫林镇", "A/B 1", "100 %", "{x}", "[x]", "*a", "&a", "!a", "0x1f", "1_000",
       "12:30", "2025-01-01", "y", "=", "<<", ".inf", "nan", "é\u2028", "a\nb", "1:2"]  # fmt: skip


@pytest.mark.parametrize("text", ODD)
def test_any_name_is_read_back_as_it_was(text):
    made = Fragment({"x": {"name": text, "n": Fitted(3, 4)}}, ())
    found = yaml.safe_load(made.text("a.csv", ["head"], {"above": text}))
    assert yaml.safe_load(_quoted(text)) == text
    assert found == {"above": text, "x": {"name": text, "n": 3}}
    nested = yaml.safe_load(Fragment({"a": {text: {text: Fitted(text, 1)}}}, ()).text("b", [], {}))
    assert nested == {"a": {text: {text: text}}}


def test_numbers_and_lists_are_read_back():
    many = [Fitted(n / 8, 5) for n in range(24)]
    made = Fragment({"a": {"hours": many, "flag": False, "rows": [{"n": 1, "x": Fitted(2, 3)}],
                           "names": ["on", "b"]}}, ())  # fmt: skip
    found = yaml.safe_load(made.text("b", [], {}))
    assert found == {"a": {"hours": [n / 8 for n in range(24)], "flag": False,
                           "rows": [{"n": 1, "x": 2}], "names": ["on", "b"]}}  # fmt: skip
    assert made.plain() == found


def test_townships_with_few_calls_are_not_written(liling):
    rates = rates_of(liling)
    calls = rates.townships.calls
    least = int(np.median(calls))
    made = fragment.of(liling, rates, None, DURATIONS, NONE, least)
    said = made.plain()["demand"]["rate"].get("townships", {})
    few = {liling.map.townships[row].name.zh for row in np.flatnonzero(calls < least)}
    assert few
    assert not few & set(said)
    assert set(written(liling).plain()["demand"]["rate"].get("townships", {})) >= set(said)


def test_stress_goes_by_how_far_the_fit_may_be_wrong(tmp_path, liling):
    _, scenario = read_back(written(liling, NONE, speeds_on(liling)), tmp_path, liling)
    wrong = {one.key: one.wrong for one in assumptions(scenario)}
    assert wrong["speed"] == pytest.approx(scenario.settings.study.wrong["speed"])
    assert 0 < wrong["demand"] < USUAL["demand"]
    assert wrong["turnout"] != USUAL["turnout"]
    assert {one.key: one.wrong for one in assumptions(scenario, {"speed": 0.3})}["speed"] == 0.3
    assert not [one for one in between(liling, scenario) if one.path.startswith("study.wrong")]


# ── what had no call ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("counts", "red"),
    [((0, 160, 295), 0.0055), ((0, 0, 1), 0.027), ((0, 1, 0), 0.027), ((3, 0, 0), None)],
)
def test_a_priority_without_a_call_stays_as_far_as_the_records_leave_it(liling, counts, red):
    crews = load(liling.path.parent / "crews.yaml")  # whose conditions and breaks name priorities
    names = [one.name for one in crews.settings.demand.priorities]
    made = written(crews, NONE._replace(priorities=rows(names, counts)))
    found = crews.with_settings(**made.plain()).settings.demand.priorities
    assert [one.name for one in found] == names
    assert sum(one.share for one in found) == pytest.approx(1)
    assert all(one.share > 0 for one in found)
    if red is not None:
        assert found[0].share == pytest.approx(red, abs=2e-4)
    lost = [name for name, n in zip(names, counts, strict=True) if not n]
    for name in lost:
        assert any(f"of {name} is not identified" in str(one) for one in made.assumed)


@pytest.mark.parametrize("total", [False, True])
def test_an_area_without_a_call_has_no_rate_of_nothing(liling, total):
    base = liling
    if total:
        base = liling.with_settings(demand={"rate": {"urban": "12 per day", "rural": "30 per day"}})
    on = rates_of(liling)
    for calls, kept in ((3, True), (3_000, False)):
        none = on.areas[1]._replace(calls=0, per_1000_per_year=Estimate(0.0, 0.0, 0.05))
        found = on._replace(areas=(on.areas[0], none), calls=calls)
        made = fragment.of(base, found, None, DURATIONS, NONE)
        assert any("`demand.rate.rural` is not identified" in str(one) for one in made.assumed)
        rate = base.with_settings(**made.plain()).settings.demand.rate.rural
        assert rate.per_second > 0
        assert (rate == base.settings.demand.rate.rural) == kept


def test_where_the_bound_of_what_may_be_wrong_bites_it_is_said(liling):
    on = rates_of(liling)
    wide = on.areas[0]._replace(per_1000_per_year=Estimate(1.2, 0.1, 5.8))
    made = fragment.of(liling, on._replace(areas=(wide, on.areas[1])), None, DURATIONS, NONE)
    assert made.plain()["study"]["wrong"]["demand"] == "90 %"
    assert any("`study.wrong.demand` is 90 %" in str(one) for one in made.assumed)
    assert not any("study.wrong" in str(one) for one in written(liling).assumed)


def test_few_calls_of_a_priority_do_not_follow_from_what_is_written(liling):
    names = [one.name for one in liling.settings.demand.priorities]
    found = NONE._replace(priorities=rows(names, [12, 165, 290]))
    made = fragment.of(liling, rates_of(liling), None, DURATIONS, found, 25)
    red, yellow, green = made.plain()["demand"]["priorities"]
    assert percent(green["share"]) == pytest.approx(100 * 290 / 467, abs=0.01)
    assert percent(red["share"]) + percent(yellow["share"]) == pytest.approx(
        100 * 177 / 467, abs=0.01
    )
    assert abs(percent(red["share"]) - 100 * 12 / 467) > 0.1
    text = made.text("2025.csv", [], {})
    assert not re.search(r"n = (\d|1\d|2[0-4])(;|$)", text, re.MULTILINE)


@pytest.mark.parametrize("cells", [[12, 165, 290], [0, 30, 400], [24], [1, 1, 1], [], [30, 40],
                                   [0, 0, 500, 600]])  # fmt: skip
def test_what_is_hidden_does_not_follow_from_the_rest(cells):
    told = shown_cells.shown(cells, 25)
    hidden = [n for n, seen in zip(cells, told, strict=True) if not seen]
    assert all(n >= 25 for n, seen in zip(cells, told, strict=True) if seen)
    if hidden and told.any():
        assert len(hidden) > 1
        assert sum(hidden) >= 25
    assert shown_cells.shown(cells, 0).all()
