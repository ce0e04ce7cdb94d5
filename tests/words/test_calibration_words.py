"""What is said of a calibration: the verdict, what was lost, what could not be told, in words."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from pages import aligned
from small_calibration import check, checked, small, without

from sim.answers.calibration_facts import HIDDEN
from sim.figures import drawings
from sim.fitting.cleaning import Rule, RuleCount
from sim.fitting.laws import LawFit
from sim.fitting.speeds import ClassSpeed
from sim.fitting.stages import StageLaw
from sim.measures.intervals import NOTHING_KNOWN, Estimate
from sim.report import chapters
from sim.scenario.records.balance import Balance
from sim.scenario.records.oddities import Oddity
from sim.text import Message
from sim.words import calibration as words
from sim.words import (
    calibration_history,
    calibration_rates,
    calibration_speeds,
    cleaning,
    fitted_values,
)
from sim.words.calibration_sections import calibration_sections
from sim.words.language import language
from sim.words.page import Table

EN, ZH = language("en"), language("zh")
HELD = check("compliance", 0.769, 0.768, 0.02, True)
FAILED = check("township", 0.70, 0.60, 0.05, False, "枫林镇")
OPEN = check("p90", 1500.0, 1540.0, 60.0, None)
FIGURES = {"calibration", "rates-map", "profile", "speeds", "durations", "townships"}


def everything(calibration, say):
    """All that the report says, as one text."""
    lines = []
    for section in calibration_sections(calibration, say):
        lines += [section.title, *section.paragraphs]
        lines += [line for table in section.tables for line in table.lines()]
    return "\n".join(lines)


# ── the verdict ─────────────────────────────────────────────────────────────────────────────────


def test_a_model_that_repeats_history_says_within_what():
    said = words.sentence(checked(HELD), EN)
    assert said.endswith("the model repeats them within 2 points.")
    assert "the last 2 weeks have" in said
    assert "模型重现了历史，相差不超过 2 个百分点。" in words.sentence(checked(HELD), ZH)


def test_what_did_not_hold_is_named_with_its_numbers():
    said = words.sentence(checked(HELD, FAILED, OPEN), EN)
    assert "the model does not repeat all that was recorded." in said
    assert (
        "Beyond its bound: compliance in Fenglin (recorded 70.0 %, simulated 60.0 %) "
        "(bound 5 points)." in said
    )
    assert "Intervals reach over the bound: the 90th percentile (recorded 25.00 min" in said
    assert "Within its bound: compliance (bound 2 points)." in said
    chinese = words.sentence(checked(HELD, FAILED, OPEN), ZH)
    assert "模型未能完全重现历史" in chinese
    assert "超出容许偏差：枫林镇（记录 70.0%，仿真 60.0%）的达标率" in chinese


def test_every_township_that_does_not_hold_is_named():
    names = [one.name for one in small().provenance.base.map.townships]
    failed = [check("township", 0.9, 0.5, 0.05, False, name.zh) for name in names]
    answer = checked(HELD, *failed)
    assert all(name.en in words.sentence(answer, EN) for name in names)
    assert len(calibration_history.checks(answer, EN, short=True).rows) == 1 + len(names)


def test_what_cannot_be_told_is_no_success():
    said = words.sentence(checked(HELD, OPEN), EN)
    assert "whether the model repeats what was recorded cannot be told." in said
    assert "尚无法判断" in words.sentence(checked(HELD, OPEN), ZH)
    assert "cannot be told" in words.sentence(
        checked(check("compliance", 0.7, 0.7, 0.02, None)), EN
    )


def test_townships_that_hold_are_one_line_of_the_short_table():
    held = [check("township", 0.7, 0.7, 0.05, True, name) for name in ("枫林镇", "泗汾镇")]
    short = calibration_history.checks(checked(HELD, *held), EN, short=True)
    assert len(short.rows) == 1
    assert short.below == "(and 2 townships whose compliance holds)"
    assert len(calibration_history.checks(checked(HELD, *held), EN, short=False).rows) == 3


@pytest.mark.parametrize("say", [EN, ZH], ids=["en", "zh"])
def test_without_history_it_is_said_why(say):
    why = Message("History is not simulated: the records do not say when ambulances arrived.")
    answer = replace(small(), history=None, no_history=why)
    assert words.sentence(answer, say) == say(why)
    assert calibration_history.checks(answer, say, short=True) is None
    assert say(why) in everything(answer, say)
    assert "calibration" not in {n for s in calibration_sections(answer, say) for n in s.figures}


def test_townships_outside_are_counted_against_those_expected_by_chance():
    found = small().history
    townships = [
        one._replace(recorded=1.5 if row < 3 else one.simulated.mean)
        for row, one in enumerate(found.townships)
    ]
    answer = replace(small(), history=found._replace(townships=tuple(townships)))
    said = " ".join(calibration_history.paragraphs(answer, EN))
    assert f"Of {len(townships)} townships 3 lie outside" in said
    assert f"1 in 20 ({len(townships) / 20:.1f})" in said
    table = calibration_history.townships(answer, EN)
    assert [row[-1] for row in table.rows].count("outside") == 3


def test_whole_minutes_are_a_caveat_of_recorded_compliance():
    assert not calibration_history.in_whole_minutes(small(), EN)
    heaped = RuleCount(Rule.WHOLE_MINUTES, 9, names=("arrived_at",), value=1.0)
    answer = replace(small(), clean=(heaped,))
    assert "both may be higher" in calibration_history.in_whole_minutes(answer, EN)[0]


# ── rows ────────────────────────────────────────────────────────────────────────────────────────


def numbers(text):
    return [int(number.replace(",", "")) for number in re.findall(r"\b\d[\d,]*\b", text)]


@pytest.mark.parametrize("say", [EN, ZH], ids=["en", "zh"])
def test_the_balance_that_is_said_adds_up(say):
    read = small().records
    rows = read.balance
    assert rows.left_out
    rows = rows._replace(rows=rows.rows + 1_234, further_units=rows.further_units + 1_234)
    answer = replace(small(), records=read._replace(balance=rows))
    equation = cleaning.paragraphs(answer, say)[0].partition("=")
    whole, parts = numbers(equation[0])[-1], numbers(equation[2])[:3]
    assert whole == sum(parts) == rows.rows
    spoken = cleaning.balance_sentence(answer, say)
    for number in (rows.rows, rows.calls, rows.further_units, rows.rows_left_out):
        assert f"{number:,}" in spoken
    for reason, count in rows.left_out:
        assert say(reason) in spoken
        assert f"{count:,}" in spoken


@pytest.mark.parametrize("say", [EN, ZH], ids=["en", "zh"])
def test_all_twelve_rules_are_there_even_without_a_find(say):
    for short in (True, False):
        table = cleaning.table(small(), say, short=short)
        assert [row[0] for row in table.rows] == [f"{n}" for n in range(1, 13)]
        assert {len(row) for row in table.rows} == {len(table.columns)}
        assert any(row[2] == "0" for row in table.rows)
    by_rule = {one.rule: one for one in small().clean}
    twice = table.rows[Rule.TWICE - 1]
    assert twice[2:5] == [f"{by_rule[Rule.TWICE].rows:,}", "0",
                          f"{by_rule[Rule.TWICE].rows_dropped:,}"]  # fmt: skip


def test_no_row_left_out_is_said_as_well():
    read = small().records
    balance = read.balance._replace(rows=5, calls=5, further_units=0, left_out=())
    answer = replace(small(), records=read._replace(balance=balance))
    assert cleaning.balance_sentence(answer, EN).endswith("are 5 calls. No row was left out.")


def test_names_days_and_clocks_of_rules_are_told():
    counts = (
        RuleCount(Rule.TURNOUT_NOT_RECORDED, 40, 40, names=("湘东医院", "somewhere {else}")),
        RuleCount(Rule.SPEED, 5, names=("3", "2")),
        RuleCount(Rule.PLACES, 90, names=("90",)),
        RuleCount(Rule.FEED_DOWN, 7, names=("2025-01-09",)),
        RuleCount(Rule.CLOCKS, 100, names=("2025-01-06",), value=-31.4),
        RuleCount(Rule.ORDER, 7, 7, lines=(2, 4, 8, 16, 32)),
    )
    which = [row[-1] for row in cleaning.table(replace(small(), clean=counts), EN).rows]
    assert which == [
        "Xiangdong Hospital and somewhere {else}", "3 much slower, 2 much faster",
        "calls at such a point: 90", "2025-01-09", "weeks from 2025-01-06; at most −31 s",
        "lines 2, 4, 8, 16, 32 …",
    ]  # fmt: skip


# ── what could not be told ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("say", [EN, ZH], ids=["en", "zh"])
def test_a_fit_without_speeds_durations_or_shares_says_so(say):
    shares = small().fits.shares._replace(
        priorities=(), conditions=(), conditions_of=(), conveyed=None, cancelled=None,
        nobody_found=None, treated=None, units=(), hospitals=(), siren=None,
    )  # fmt: skip
    durations = small().fits.durations._replace(laws=(), groups=(), stations=())
    bare = without(
        speeds=None, shares=shares, durations=durations,
        written=small().fits.written._replace(sections={"demand": {}}),
    )  # fmt: skip
    said = words.what_was_fitted(bare, say)
    assert (
        say("speeds") in said.partition(say("As in the base: {names}.", names="").rstrip(".。"))[2]
    )
    assert say(calibration_speeds.NONE_FITTED) in everything(bare, say)
    aligned(bare.page(say.code).text(), 140)


def test_a_tied_class_has_no_interval_and_an_avoided_one_says_that_slower_fits():
    tied = ClassSpeed("motorway", NOTHING_KNOWN._replace(mean=88.0), 10.0, 5, 0.01, "trunk")
    slow = ClassSpeed("track", Estimate(20.0, 12.0, 22.0), 10.0, 90, 0.03, "", True)
    fit = small().fits.speeds._replace(classes=(tied, slow))
    first, second = calibration_speeds.classes(fit, 0, EN).rows
    assert first[0] == "track (road)"
    assert first[-1] == "much slower fits as well"
    assert second[-3:] == ["88.0", "", "not told: goes with trunk road"]
    said = " ".join(calibration_speeds.paragraphs(without(speeds=fit), EN))
    assert "moved with a neighbouring class: motorway." in said
    assert "much slower ones would fit as well: track (road)." in said
    assert "moved with a neighbouring class: motorway." in words.what_was_fitted(
        without(speeds=fit), EN)  # fmt: skip


def test_families_that_cannot_be_told_apart_are_named():
    law = small().fits.durations.laws[1]
    unclear = law.law._replace(family="gamma", distinguishable=False, fallback=False)
    durations = small().fits.durations._replace(laws=(law._replace(law=unclear),))
    said = words.what_was_fitted(without(durations=durations), EN)
    assert "Families of laws not told apart: turnout." in said


def test_a_constant_stage_has_no_other_families():
    one = Estimate(60.0, 60.0, 60.0)
    law = LawFit(9, 0, 9, "constant", {"value": 60.0}, one, one, one, 60.0, {}, float("nan"), False,
                 (), False)  # fmt: skip
    durations = small().fits.durations._replace(laws=(StageLaw("turnout", "all", law, "exact"),))
    answer = without(durations=durations)
    assert "nan" not in everything(answer, EN)
    assert "one value only" in everything(answer, EN)


def test_days_that_vary_more_than_chance_and_trends():
    rates = small().fits.rates
    wide = rates.dispersion._replace(by_day=2.5, day_factor=Estimate(0.12, 0.1, 0.14))
    told = rates.trend._replace(per_year=Estimate(0.05, 0.02, 0.08), told=True, weeks=60)
    said = " ".join(calibration_rates.paragraphs(
        without(rates=rates._replace(dispersion=wide, trend=told)), EN))  # fmt: skip
    assert "variance over mean 2.50. Intervals by the Poisson law would be too narrow" in said
    assert "a coefficient of variation of 12.0 % (95 % CI 10.0 to 14.0)" in said
    assert "Calls change by +5.0 % a year (95 % CI +2.0 to +8.0)" in said
    calm = rates.dispersion._replace(by_day=1.29, day_factor=None)
    hushed = told._replace(told=False)
    said = " ".join(calibration_rates.paragraphs(
        without(rates=rates._replace(dispersion=calm, trend=hushed)), EN))  # fmt: skip
    assert "Days vary about as chance has it: variance over mean 1.29." in said
    assert "a year (95" not in said


def test_days_left_out_are_said_by_date():
    rates = small().fits.rates
    assert len(rates.left_out.day)
    said = " ".join(calibration_rates.paragraphs(small(), EN))
    for day in rates.left_out.day:
        assert str(day) in said


def test_what_is_odd_stands_on_top():
    odd = (Oddity(Message("The recorded calls span {years:.1f} years, from {first} to {last}.",
                          years=9.0, first="a", last="b"), Message("x")),)  # fmt: skip
    answer = replace(small(), records=small().records._replace(odd=odd))
    assert "The recorded calls span 9.0 years, from a to b." in answer.page().heading


# ── few calls, both languages, straight tables ──────────────────────────────────────────────────


def test_cells_of_few_calls_are_hidden_everywhere():
    open_cells = small()
    calls = open_cells.fits.rates.townships.calls
    least = int(np.median(calls))
    answer = replace(open_cells, least=least)
    hidden = calibration_rates.townships(answer, EN)
    few = [row for row in hidden.rows if row[1] == HIDDEN]
    assert len(few) == int((calls < least).sum()) > 0
    assert all(row[3:] == ["–", "–", ""] for row in few)
    by_township = calibration_history.townships(answer, EN)
    known = {one.calls for one in open_cells.history.townships if one.calls < least}
    assert not known & {int(row[1]) for row in by_township.rows if row[1] != HIDDEN}
    assert any(f"fewer than {least} calls are hidden" in note for note in answer.page().notes)
    nothing = replace(open_cells, least=1_000_000)
    shown = nothing.page().body[0]
    assert all(row[1:] == ["–", "", "hidden"] for row in shown.rows)


@pytest.mark.parametrize("lang", ["en", "zh", "qps"])
def test_the_page_is_straight_and_short(lang):
    for answer in (small(), checked(HELD, FAILED, OPEN), replace(small(), least=100)):
        page = answer.page(lang)
        for part in page.body:
            assert isinstance(part, Table)
            assert {len(row) for row in part.rows} == {len(part.columns)}
        aligned(page.text(), 220 if lang == "qps" else 120)
        assert 9 <= len(page.body[0].rows) <= 16
        assert len(page.sentences) == 3


@pytest.mark.parametrize("lang", ["en", "zh", "qps"])
def test_every_table_of_the_report_is_rectangular_and_free_of_nan(lang):
    say = language(lang)
    sections = calibration_sections(small(), say)
    assert len(sections) == 6
    assert {name for one in sections for name in one.figures} == FIGURES
    for table in (table for one in sections for table in one.tables):
        assert {len(row) for row in table.rows} <= {len(table.columns)}
    said = everything(small(), say)
    assert "nan" not in said
    assert "None" not in said


def test_nothing_in_the_chinese_report_is_english():
    known = {
        "records", "csv", "AIC", "sigma", "red", "yellow", "green", *fitted_values.ROADS,
        *(f"{name}_link" for name in fitted_values.ROADS),
    }  # fmt: skip
    words_left = set(re.findall(r"[A-Za-z_]{2,}", everything(small(), ZH) + small().table("zh")))
    assert words_left <= known, words_left - known


def test_a_workbook_calls_its_columns_in_chinese(tmp_path):
    from openpyxl import load_workbook

    book = load_workbook(small().to_excel(tmp_path / "fit.xlsx", "zh"))
    for sheet in book.worksheets[1:-2]:
        heads = [str(cell.value) for cell in sheet[1]]
        assert not any(head.isascii() for head in heads), (sheet.title, heads)
        assert len(set(heads)) == len(heads)


def test_numbers_of_a_check_of_few_calls_are_hidden():
    name = small().history.townships[0].township
    failed = check("township", 0.912, 0.523, 0.05, False, name)
    answer = replace(checked(HELD, failed), least=100_000)
    said = words.sentence(answer, EN) + calibration_history.checks(answer, EN, short=True).html()
    assert "91.2" not in said
    assert "52.3" not in said
    assert "Beyond its bound: compliance in" in said


def test_names_of_conditions_and_priorities_are_a_planners_own():
    group = (
        small()
        .fits.durations.groups[0]
        ._replace(keys=("conveyed · chest {pain}\x1b[2J · 06-12",), pooled=(), stage="on_scene")
    )
    durations = small().fits.durations._replace(groups=(group,))
    said = everything(without(durations=durations), EN)
    assert "conveyed · chest {pain}\\x1b[2J · 06\u201312" in said
    assert "\x1b" not in said


def test_the_forecast_is_said_to_be_an_assumption():
    said = " ".join(calibration_rates.paragraphs(small(), EN))
    assert "that is an assumption, not a forecast." in said


def test_bands_are_said_as_a_planner_reads_them():
    some = np.zeros(168, bool)
    for day in range(5):
        some[24 * day + 7 : 24 * day + 9] = True
    assert fitted_values.band(some, EN) == "Mon–Fri 07–09"
    assert fitted_values.band(some, ZH) == "周一–周五 07–09"
    some[:] = True
    assert fitted_values.band(some, EN) == "daily 00–24"
    some[:] = False
    some[[0, 167]] = True
    assert fitted_values.band(some, EN) == "Mon 00–01; Sun 23–24"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_figures_of_nothing_are_left_out_with_a_sentence(lang):
    answer, say = replace(small(), least=1_000_000), language(lang)
    told = [one for section in calibration_sections(answer, say) for one in section.paragraphs]
    said = say.count(
        1_000_000,
        "A figure is left out, for all in it is of fewer than {n} call and hidden.",
        "A figure is left out, for all in it is of fewer than {n} calls and hidden.",
    )
    assert told.count(said) == 4
    drawn = [*drawings(answer, say, "a4")]
    assert drawn == ["calibration", "profile"]
    figures = [one for section in calibration_sections(answer, say) for one in section.figures]
    assert sorted(figures) == sorted(drawn)
    for name in figures:
        assert [*chapters.figures_of(answer, say, (name,))]


def test_json_hides_what_the_report_hides():
    answer = replace(small(), least=40)
    found = answer.facts()
    assert found["speeds"] is not None
    for one in found["speeds"]["classes"]:
        assert one["trips"] == HIDDEN or one["trips"] >= 40
    few = {"township", "speed", "turnout at"}
    assert all(row.n >= 40 for row in answer.to_frame().itertuples() if row.part in few)
    for part in ("hospitals", "priorities", "units"):
        every = getattr(answer.fits.shares, part)
        shown = {one["name"] for one in found["shares"][part]}
        assert len(shown) != len(every) - 1  # else one follows from the others


@pytest.mark.parametrize(("rows", "calls", "said"), [
    (1, 1, "The one row of x.csv, of 2025-01-07, is one call."),
    (2, 1, "2 rows of x.csv, from 2025-01-07 to 2025-01-08, are 1 call."),
    (2, 2, "2 rows of x.csv, from 2025-01-07 to 2025-01-08, are 2 calls."),
])  # fmt: skip
def test_one_row_is_one_call(rows, calls, said):
    read = small().records._replace(file="x.csv", first="2025-01-07", last="2025-01-08",
                                    balance=Balance(rows, calls, rows - calls, ()))  # fmt: skip
    found = cleaning.balance_sentence(replace(small(), records=read), EN)
    assert found.startswith(said)
