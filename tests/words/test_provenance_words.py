"""What is said of a study's days: a warm-up of hours, of days, and none."""

from __future__ import annotations

import pytest
from conftest import ROOT

from sim.scenario.file import load
from sim.words import provenance
from sim.words.language import language

DAY_S = 86_400.0


@pytest.mark.parametrize(
    ("warm_up_s", "measured_s", "en", "zh"),
    [
        (7 * DAY_S, 28 * DAY_S, "28 days after a 7-day warm-up", "预热 7 天后仿真 28 天"),
        (DAY_S, DAY_S, "1 day after a 1-day warm-up", "预热 1 天后仿真 1 天"),
        (3600.0, 7 * DAY_S, "7 days after a 1-hour warm-up", "预热 1 小时后仿真 7 天"),
        (1.5 * DAY_S, 7 * DAY_S, "7 days after a 36-hour warm-up", "预热 36 小时后仿真 7 天"),
        (0.0, DAY_S / 2, "0.5 days without a warm-up", "仿真 0.5 天，不预热"),
    ],
)
def test_a_warm_up_is_said_in_days_or_hours_or_as_none(warm_up_s, measured_s, en, zh):
    base = load(ROOT / "scenarios/liling/today.yaml")
    base = base.with_study(warm_up=warm_up_s, length=measured_s)
    assert provenance.observed(base, language("en")) == en
    assert provenance.observed(base, language("zh")) == zh
