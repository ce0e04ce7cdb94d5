"""Settings said in vain are told by `check`, each in a sentence; those with an effect are not."""

from __future__ import annotations

import pytest
from closable import at, square, told
from services import town

from sim.scenario import idle
from sim.scenario.file import load
from sim.words.language import language

USUAL = "layout: [{station: P0, ambulances: 4}]"
STAY = "{distribution: constant, value: 20 min}"
ENDLESS = "{name: ill, share: 100 %, to_clinic: 20 %}"


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    return town(
        tmp_path_factory.mktemp("idle"), [[0, 900], [900, 0]], [500, 500], hospitals=(0, 1)
    )  # fmt: skip


def said(write, text):
    return list(idle.doubts(load(write(f"{USUAL}\n{text}"))))


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        ("hospitals: {destination: soonest}", "`hospitals.destination: soonest` has no effect"),
        (f"hospitals: {{stay: {STAY}}}", "`hospitals.stay` has no effect"),
        (f"hospitals: {{at: {{H0: {{stay: {STAY}}}}}}}", "{hospital}: `stay` has no effect"),
        ("hospitals: {walk_ins: leave}", "`hospitals.walk_ins: leave` has no effect"),
        (f"hospitals: {{stay: {STAY}, at: {{H0: {{bays: 1, walk_ins: 0 per hour}}}}}}",
         "{hospital}: `walk_ins` have a rate"),
        ("hospitals: {clinics: {hospitals: [H1]}}", "no condition has `to_clinic`"),
        ("hospitals: {clinics: {at: townships}}", "no condition has `to_clinic`"),
        ("hospitals: {outside: [{name: Far, gate: P1, away: 1 h}]}", "{hospital} is outside"),
        ("transfers: [{name: T, from: [H0], to: H1, rate: 0 per day, urgency: urgent}]",
         "the transfers {name} have a rate of 0"),
        ("travel: {band_rule: carried over}", "`travel.band_rule: carried over` has no effect"),
        ("travel: {factor: {sigma: 0}}", "`travel.factor` has no effect"),
    ],
)  # fmt: skip
def test_what_has_no_effect_is_told_once_and_in_both_languages(write, text, begin):
    (doubt,) = said(write, text)
    assert language("en")(doubt).startswith(begin.split("{")[0])
    assert begin.split("}")[-1] in language("en")(doubt)
    assert language("zh")(doubt) != language("en")(doubt)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"hospitals: {{destination: soonest, stay: {STAY}, at: {{H0: {{bays: 1}}}}}}",
        f"hospitals: {{walk_ins: leave, stay: {STAY}, at: {{H0: {{bays: 1, "
        "walk_ins: 1 per hour}}}",
        "hospitals: {clinics: {at: townships}}\ndemand: {conditions: [" + ENDLESS + "]}",
        "hospitals: {outside: [{name: Far, gate: P1, away: 1 h}]}\n"
        "transfers: [{name: T, from: [H0], to: far, rate: 1 per day, urgency: urgent}]",
        "travel: {band_rule: carried over, bands: [{hours: 07-09, speed: 70 %}]}",
        "travel: {factor: {sigma: 0, to_hospital: 0.1}}",
    ],
)
def test_what_has_an_effect_is_not_told(write, text):
    assert said(write, text) == []


# ── closures that are taken away ─────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def streets(tmp_path_factory):
    return square(tmp_path_factory.mktemp("streets"))


def test_a_closure_that_no_base_has_cannot_be_taken_away(streets):
    closures = f"travel: {{closures: {{bridge: {{at: {at(1.5, 1)}, access: local}}}}}}"
    streets(closures, name="below.yaml")
    (problem,) = told(streets("travel: {closures: {brige: open}}", name="b.yaml", base="below"))
    assert problem.startswith("travel.closures.brige: `open` takes away a closure that a base has")
    assert problem.endswith("did you mean bridge?")
    (problem,) = told(streets("travel: {closures: {bridge: open}}", name="alone.yaml"))
    assert problem.startswith("travel.closures.bridge: `open` takes away")


def test_a_closure_of_any_base_can_be_taken_away_again_too(streets):
    closures = f"travel: {{closures: {{bridge: {{at: {at(1.5, 1)}, access: local}}}}}}"
    opened = "travel: {closures: {bridge: open}}"
    streets(closures, name="first.yaml")
    streets("", name="second.yaml", base="first")
    assert load(streets(opened, name="third.yaml", base="second")).settings.travel.closed == {}
    assert load(streets(opened, name="fourth.yaml", base="third")).settings.travel.closed == {}
