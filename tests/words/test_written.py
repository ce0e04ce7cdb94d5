"""Settings within settings are said as a file would have them, never as Python shows them."""

from __future__ import annotations

import pytest
from conftest import ROOT

from sim.scenario.file import load
from sim.words import settings
from sim.words.language import language

CREWS = ROOT / "scenarios" / "liling" / "standby.yaml"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("path", [ROOT / "scenarios" / "liling", CREWS])
def test_no_value_is_shown_as_python_has_it(path, lang):
    said = dict(settings.every(load(path), language(lang)))
    for key, value in said.items():
        assert not any(sign in value for sign in ("(", "None", "True", "'", "_=")), (key, value)


def test_a_value_reads_as_it_was_written():
    said = dict(settings.every(load(CREWS), language("en")))
    assert said["dispatch.reserve"].startswith("keep: 1, classes: [advanced], for: ")
    assert "earliest: 11:30, latest: 13:30" in said["crews.breaks"]
    assert said["crews.breaks"].startswith("length: 30 min, ")
    conditions = said["demand.conditions"]
    assert "share: {red: 35 %, yellow: 12 %}, transported: 85 %" in conditions
    assert "or: [{classes: [basic], penalty: 8 min}]" in conditions
    assert said["standby.table"].split("; ")[1] == "湘东医院, 市四医院"
