"""The reference of settings: each has a meaning, the page and the schema are those of the code."""

from __future__ import annotations

import json

import pytest
from conftest import ROOT, SCENARIOS
from ruamel.yaml import YAML

from sim.scenario import reference
from sim.scenario.file import schema
from sim.words.language import language

ENTRIES = list(reference.entries())


def test_the_schema_beside_the_scenarios_is_the_one_the_code_keeps():
    shipped = (ROOT / "scenarios" / "scenario.schema.json").read_text("utf-8")
    assert shipped == schema(), "run: tenthirty check --schema > scenarios/scenario.schema.json"


def test_shipped_scenarios_satisfy_the_schema():
    jsonschema = pytest.importorskip("jsonschema")
    rules = json.loads(schema())
    for path in SCENARIOS:
        jsonschema.validate(json.loads(json.dumps(YAML(typ="safe").load(path))), rules)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.path)
def test_every_setting_has_a_meaning(entry):
    assert len(entry.meaning) > 10
    assert entry.meaning.endswith(".")
    assert "  " not in entry.meaning


def test_every_default_that_is_a_quantity_says_where_it_is_from():
    quantities = [e for e in ENTRIES if e.default and any(c.isdigit() for c in e.default)]
    without = {entry.path for entry in quantities if entry.source is None}
    one_each = {"layout[].ambulances", "layout[].crews[].number", "changes[].move_crews.number"}
    assert without == {*one_each, "lognormal.shift"}  # one, and none: not measured


def test_the_page_of_scenario_files_is_made_from_the_settings():
    page = (ROOT / "docs" / "scenario-files.md").read_text("utf-8")
    assert page == reference.renewed(page), (
        "run: python -m sim.scenario.reference docs/scenario-files.md"
    )
    for entry in ENTRIES:
        assert str(entry.meaning) in page, entry.path


def test_a_setting_is_found_by_its_path_its_name_and_its_chapter():
    (urban,) = reference.explain_setting("targets.urban")
    assert urban.texts() == [
        "The target in the city core, from the receipt of the call to arrival at the scene; "
        "a call that takes exactly so long is in time.",
        "Write a duration with its unit, from 1 s to 1 day, like 10 min.",
        "Default: 10 min",
        "Source of the default: the 1030 rule of Liling's emergency alliance, April 2023.",
    ]
    both = [entry.path for entry in reference.explain_setting("urban")]
    assert both == ["targets.urban", "demand.rate.urban"]
    assert [e.path for e in reference.explain_setting(" Targets ")] == [
        "targets", "targets.urban", "targets.rural", "targets.share", "targets.survival",
    ]  # fmt: skip
    (siren,) = reference.explain_setting("demand.priorities[0].siren")
    assert siren.default == "true"
    assert reference.explain_setting("nothing") == []


def test_a_required_setting_says_so():
    (station,) = reference.explain_setting("costs.station")
    assert "It must be written; there is no default." in station.texts()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.path)
def test_every_setting_is_explained_in_chinese(entry):
    zh = language("zh")
    for text in (entry.meaning, entry.source):
        assert not text or zh(text) != text
    for text in entry.texts():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh(text)), text


def test_the_schema_describes_each_setting_on_one_line():
    rules = json.loads(schema())
    urban = rules["$defs"]["Targets"]["properties"]["urban"]
    assert urban["description"].startswith("The target in the city core, from the receipt")
    assert "Source: the 1030 rule" in urban["description"]
    assert "\n" not in urban["description"]
    assert urban["default"] == "10 min"
