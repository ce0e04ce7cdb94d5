"""Liling's consortium, step by step: each file is in order, and what it says reads in either language."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from conftest import ROOT

from sim.scenario import checks, endings
from sim.scenario.differences import differences
from sim.scenario.file import load
from sim.words import differences as words
from sim.words import service
from sim.words.language import language

LILING = ROOT / "scenarios" / "liling"
STEPS = (
    "consortium-0-crews", "consortium-1-centres", "consortium-2-bays", "consortium-3-own",
    "consortium-4-channel", "consortium", "consortium-6-bridges",
)  # fmt: skip
HAN = re.compile("[\u4e00-\u9fff]")
EN, ZH = language("en"), language("zh")


@pytest.fixture(scope="module")
def steps():
    return {name: load(LILING / f"{name}.yaml") for name in STEPS}


@pytest.mark.parametrize("name", STEPS[1:])
@pytest.mark.filterwarnings("error")
def test_nothing_of_a_step_is_doubtful(name):
    step = load(LILING / f"{name}.yaml")
    assert list(checks.doubts(step, step.map)) == []
    assert list(endings.doubts(step.settings, step.map)) == []


@pytest.mark.parametrize(("one", "next_"), list(pairwise(STEPS)))
def test_each_step_adds_something_and_keeps_the_layout(steps, one, next_):
    assert differences(steps[one].settings, steps[next_].settings)
    assert steps[one].is_laid_out_as(steps[next_])


def test_hospitals_are_said_in_the_reader_s_language(steps):
    base, whole = steps["consortium-0-crews"], steps["consortium"]
    found = differences(base.settings, whole.settings)
    (line,) = words.lines(base, [(whole.name, found)], EN)
    assert not HAN.search(line)
    assert "Xiangdong Hospital: 12 bays, 210 walk-in patients a day and 4 places" in line
    (line,) = words.lines(base, [(whole.name, found)], ZH)
    assert "湘东医院：12 张床位" in line
    assert not HAN.search(words.subject(base, "It", found, EN))


def test_what_the_base_has_nothing_of_is_not_said_to_be_instead_of_it(steps):
    base, whole = steps["consortium-0-crews"], steps["consortium"]
    (line,) = words.lines(base, [(whole.name, differences(base.settings, whole.settings))], EN)
    assert "bays taken for 51.1 min after handover in the mean" in line
    assert "places in intensive care taken for 6 days in the mean" in line
    assert "instead of –" not in line


@pytest.mark.parametrize("say", [EN, ZH])
def test_headings_leave_room_before_what_they_head(steps, say):
    from rich.cells import cell_len

    assert max(cell_len(head) for head, _ in service.lines(steps["consortium"], say)) < 9


def test_places_beyond_the_map_and_clinics_are_called_as_on_the_map(steps):
    lines = [text for _, text in service.lines(steps["consortium"], EN)]
    assert "Changsha: outside the map, 75 min beyond Shiting" in lines
    clinics = [one.name for one in steps["consortium"].hospitals if one.is_clinic]
    assert len(clinics) == 24
    assert ("枫林镇", "Fenglin") in [(name.zh, name.en) for name in clinics]


def test_conditions_are_called_by_their_names_in_the_reader_s_language(steps):
    said = " ".join(text for _, text in service.lines(steps["consortium"], ZH))
    assert "卒中" in said
    assert "stroke" not in said
