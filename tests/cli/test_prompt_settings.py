"""Settings at the prompt: --target, --demand, --speed and --hours, for every layout alike."""

from __future__ import annotations

import json

import pytest
from decisions import tiny_city
from processes import tenthirty

from sim import units
from sim.cli.settings import SettingTexts, altered
from sim.errors import OptionError


def asked(target=(), demand=(), speed=(), hours=()):
    return SettingTexts(list(target), list(demand), list(speed), list(hours))


def test_the_prompt_and_python_alter_alike(liling):
    at_the_prompt = altered(
        liling,
        asked(["urban=12min", "share=80 %"], ["x1.2", "rural=50 per day"],
              ["90 %", "primary=40 km/h"], ["湘东医院=08-20"]),
    )  # fmt: skip
    in_python = (
        liling.with_settings(targets={"urban": "12 min", "share": "80 %"})
        .scaled(demand=1.2)
        .with_settings(demand={"rate": {"rural": "50 per day"}})
        .scaled(speed=0.9)
        .with_speed("primary", "40 km/h")
        .with_hours("湘东医院", "08-20")
    )
    assert at_the_prompt.settings == in_python.settings
    assert at_the_prompt.fleet == in_python.fleet
    assert at_the_prompt.unaltered is liling


@pytest.mark.parametrize(
    ("text", "value"), [("x1.2", 1.2), ("×0.5", 0.5), ("120 %", 1.2), (" x2 ", 2.0)]
)
def test_a_factor_is_written_with_a_sign_or_in_percent(text, value):
    assert units.is_factor(text)
    assert units.factor(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["1.2", "x", "40 km/h", "1.2x", "x1,2"])
def test_a_bare_number_is_no_factor(text):
    assert not units.is_factor(text)


def test_all_that_is_wrong_with_settings_is_told_at_once(liling):
    with pytest.raises(OptionError) as caught:
        altered(
            liling, asked(["town=3 min", "urban=3"], ["1.2"], ["primry=x0.9", "0.9"], ["08-20"])
        )
    assert str(caught.value).splitlines() == [
        '--target town=3 min: write urban="12 min", rural="20 min" or share="80 %"; found '
        "town=3 min",
        '  --target urban=3: write a number and a unit, like "10 min"; found 3',
        '  --demand 1.2: write x1.2, rural=x1.5 or urban="40 per day"; found 1.2',
        '  --speed primry=x0.9: no roads of class "primry" on the map; did you mean primary?',
        '  --speed 0.9: write x0.9, primary=x0.8 or primary="40 km/h"; found 0.9',
        "  --hours 08-20: write A=08-20; found 08-20",
    ]


def test_both_layouts_are_changed_and_the_answer_says_so(tmp_path):
    tiny_city(tmp_path)
    done = tenthirty(
        "compare", "scenarios/tiny.yaml", "--add", "113.5,27.6", "--demand", "x2", "--target",
        "rural=15min", "--replications", 5, "--no-figures", "--json", cwd=tmp_path,
    )  # fmt: skip
    facts = json.loads(done.stdout)
    assert facts["same_calls"]
    assert not facts["differing"]
    assert {one["setting"] for one in facts["altered"]} == {
        "demand.rate.urban", "demand.rate.rural", "targets.rural",
    }  # fmt: skip
    assert "Assumed whatever the layout: demand 2 times as high" in facts["sentence"]
    bad = tenthirty("run", "scenarios/tiny.yaml", "--demand", "2", cwd=tmp_path, check=False)
    assert bad.returncode == 2
    assert "--demand 2: write x1.2" in bad.stderr


def test_coverage_takes_another_target(tmp_path):
    tiny_city(tmp_path)
    done = tenthirty("coverage", "scenarios/tiny.yaml", "--target", "rural=25min", cwd=tmp_path)
    assert "rural target 25 min instead of 12 min" in done.stdout


def test_full_width_marks_of_settings_are_read_as_half_width_ones(liling):
    usual = altered(liling, asked(["urban=12 min"], ["rural=x1.5", "x1.2"], ["primary=x0.8"],
                                  ["湘东医院=08-20"]))  # fmt: skip
    wide = altered(liling, asked(["ｕｒｂａｎ＝１２　min"], ["rural＝ｘ１．５", "×１．２"],
                                 ["primary＝x０．８"], ["湘东医院＝０８～２０"]))  # fmt: skip
    assert wide.settings == usual.settings
    assert wide.fleet == usual.fleet
