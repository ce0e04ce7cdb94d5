"""The curve of survival as a planner writes it, and what it makes of a study."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from conftest import ROOT

from sim.answers.comparison import compare
from sim.errors import ScenarioError
from sim.scenario.file import load
from sim.study.plan import survival_of
from sim.words import page_of
from sim.words.language import language


def with_curve(scenario, **curve):
    survival = type(scenario.settings.targets).model_fields["survival"].annotation.__args__[0]
    targets = scenario.settings.targets.model_copy(update={"survival": survival(**curve)})
    return replace(scenario, settings=scenario.settings.model_copy(update={"targets": targets}))


def test_without_a_curve_survival_is_no_measure(day):
    found = compare(day, replications=2, workers=1)
    assert found.service_lines() == []
    assert "survival" not in {row.measure for row in found.rows()}


def test_with_a_curve_it_stands_in_the_table_the_rows_and_the_facts(day):
    base = with_curve(day)
    found = compare(base, base.add("枫林镇"), replications=2, workers=1)
    assert [line.key for line in found.service_lines()] == ["survival"]
    value = found.estimate("survival")
    assert 0 < value.mean < 0.337, "who is reached at once survives with a chance of 33.6 %"
    assert value.low <= value.mean <= value.high
    assert "survival" in {row["measure"] for row in found.facts()["measures"]}
    assert "survival" in {row["measure"] for row in found.facts()["verdicts"]}
    for code, name in (("en", "Expected survival of cardiac arrest"), ("zh", "心脏骤停预期生存率")):
        assert name in str(page_of(found, language(code)))


def test_it_is_told_of_the_priority_that_is_named(day):
    names = [priority.name for priority in day.settings.demand.priorities]
    assert survival_of(with_curve(day)).priority == 0
    assert survival_of(with_curve(day, priority=names[-1])).priority == len(names) - 1
    assert survival_of(day) is None


def test_other_slopes_give_other_values(day):
    by_help = compare(with_curve(day, constant=0.04, help=0.16, ambulance=0.14), replications=2,
                      workers=1)  # fmt: skip
    at_once = compare(with_curve(day, help=0.0, ambulance=0.0), replications=2, workers=1)
    assert at_once.estimate("survival").mean == pytest.approx(1 / (1 + math.exp(0.679)), rel=1e-9)
    assert by_help.estimate("survival").mean < 0.49


def test_a_priority_that_nobody_has_is_refused_with_its_line(tmp_path):
    (tmp_path / "maps").symlink_to(ROOT / "maps")
    text = (ROOT / "scenarios/liling/today.yaml").read_text("utf-8")
    path = tmp_path / "curve.yaml"
    path.write_text(f"{text}targets: {{survival: {{priority: rot}}}}\n", "utf-8")
    with pytest.raises(ScenarioError, match='targets.survival.priority: no priority "rot"'):
        load(path)
