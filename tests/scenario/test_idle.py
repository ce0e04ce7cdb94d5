"""Settings said in vain are told by `check`, each in a sentence; those with an effect are not."""

from __future__ import annotations

import pytest
from closable import at, square, told
from services import town
from towns import LAT, LON, STEP

from sim.scenario import idle
from sim.scenario.file import load
from sim.words.coverage import of_start
from sim.words.language import language

USUAL = "layout: [{station: P0, ambulances: 4}]"
STAY = "{distribution: constant, value: 20 min}"
ENDLESS = "{name: ill, share: 100 %, to_clinic: 20 %}"


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    return town(
        tmp_path_factory.mktemp("idle"), [[0, 900], [900, 0]], [500, 500], hospitals=(0, 1)
    )  # fmt: skip


@pytest.fixture(scope="module")
def streets(tmp_path_factory):
    return square(tmp_path_factory.mktemp("streets"))


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
        # Before it leaves for a bed in intensive care a patient stays in a bay.
        f"hospitals: {{stay: {STAY}, icu_stay: {STAY}, at: {{H0: {{icu: 2, stay: {STAY}}}}}}}\n"
        "demand: {conditions: [{name: all, share: 100 %, icu: 5 %}]}",
        "hospitals: {clinics: {at: townships}}\ndemand: {conditions: [" + ENDLESS + "]}",
        "hospitals: {outside: [{name: Far, gate: P1, away: 1 h}]}\n"
        "transfers: [{name: T, from: [H0], to: far, rate: 1 per day, urgency: urgent}]",
        "travel: {band_rule: carried over, bands: [{hours: 07-09, speed: 70 %}]}",
        "travel: {factor: {sigma: 0, to_hospital: 0.1}}",
    ],
)
def test_what_has_an_effect_is_not_told(write, text):
    assert said(write, text) == []


def test_the_same_band_twice_is_told_with_what_both_make_of_speeds(write):
    band = "{hours: 07-09, speed: 50 %}"
    (doubt,) = said(write, f"travel: {{bands: [{band}, {{hours: 17-19, speed: 50 %}}, {band}]}}")
    assert language("en")(doubt).startswith("bands 1 and 3 of `travel.bands` are the same")
    assert "25 % of the usual ones" in language("en")(doubt)


def test_a_clinic_that_is_there_twice_is_refused(write):
    """Once by a list, once by a table; two at one place with names of their own are two."""
    path = write(f"{USUAL}\nhospitals: {{clinics: {{at: [P0, P1, p0]}}}}")
    assert told(path) == [
        "hospitals.clinics.at: clinics 1 and 3 are one: both are called p0 and lie at the same "
        "place"
    ]
    x, y = LON + STEP / 2, LAT + STEP / 2
    for names, many in (("A A", 1), ("A B", 0)):
        one, two = names.split()
        table = f"name,lon,lat\n{one},{x},{y}\n{two},{x},{y}\n"
        path.with_name("clinics.csv").write_text(table, "utf-8")
        text = f"{USUAL}\nhospitals: {{clinics: {{at: clinics.csv}}}}"
        if many:
            assert len(told(write(text))) == many
        else:
            assert len(load(write(text)).clinics.xy) == 2


# ── what coverage leaves out ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_coverage_tells_of_closures_and_bands_it_leaves_out(streets, lang):
    where = f"at: {at(1.5, 1)}, access: local"
    one = load(streets(
        "travel: {bands: [{hours: 07-09, speed: 70 %}], closures: {"
        f"later: {{{where}, from: 2026-01-06}}, always: {{{where}}}}}}}", name="c.yaml",
    ))  # fmt: skip
    start = "2026-01-05 00:00"
    assert (
        of_start(one, language(lang))
        == {
            "en": [
                f"The roads are those of the start of the run, {start}: the closure later, which is "
                "not in force then, is left out.",
                f"The closure always is in force at the start of the run, {start}: it counts.",
                f"The speeds are those at the start of the run, {start}: time bands that begin later "
                "are left out.",
            ],
            "zh": [
                f"道路状况取自模拟开始时刻 {start}：当时未生效的道路管制（later）未计入。",
                f"模拟开始时刻 {start} 已生效的道路管制（always）已计入。",
                f"车速取自模拟开始时刻 {start}：之后开始的时段未计入。",
            ],
        }[lang]
    )
    assert of_start(load(streets(name="plain.yaml")), language(lang)) == []


# ── closures that are taken away ─────────────────────────────────────────────────────────────


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
