"""What a planner may write of hospitals, and what she is told that contradicts itself."""

from __future__ import annotations

import re
import warnings

import pytest
from conftest import ROOT
from services import problems, town

from sim.errors import PlannerWarning, ScenarioError
from sim.scenario.differences import differences
from sim.scenario.file import load
from sim.words import hospitals as words
from sim.words.differences import phrases
from sim.words.language import language

SECONDS = [[0, 300, 900], [300, 0, 600], [900, 600, 0]]
LAYOUT = "layout: [{station: P0, ambulances: 3}]\n"


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    """Three places in a row, each with a hospital of which the map says nothing."""
    return town(tmp_path_factory.mktemp("doors"), SECONDS, [100, 300, 200], hospitals=[0, 1, 2])


@pytest.fixture
def told(write):
    """What is told of hospitals and conditions that are written so, a line each."""

    def of(hospitals, conditions="[{name: all, share: 100 %}]"):
        text = f"{LAYOUT}demand: {{conditions: {conditions}}}\nhospitals: {hospitals}\n"
        return problems(write(text, "wrong.yaml"))

    return of


@pytest.fixture
def read(write):
    return lambda hospitals: load(write(f"{LAYOUT}hospitals: {hospitals}\n", "right.yaml"))


# ── what contradicts itself ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("hospitals", "field", "words"),
    [
        ("{at: {H7: {capabilities: [x]}}}", "at.H7", 'no hospital "H7" on the map'),
        ("{at: {H0: {capabilities: [x]}, h0: {capabilities: [y]}}}", "at.h0", "h0 and H0 are one hospital"),
        ("{at: {H0: {bays: 2}}}", "at.H0.bays", "bays are limited, and nobody says for how long"),
        ("{at: {H0: {bays: 0, stay: 1 h}}}", "at.H0.bays", "write at least 1; found 0"),
        ("{at: {H0: {icu: 2}}}", "at.H0.icu", "write `icu_stay` under `hospitals`"),
        ("{at: {H0: {walk_ins: 1 per hour}}}", "at.H0.walk_ins", "write `bays`, too"),
        ("{at: {H0: {bays: 2, stay: 1 h, walk_ins: 1 per 1000 people per day}}}",
         "at.H0.walk_ins", 'write patients per time, like "1.6 per hour"'),
        ("{at: {H0: {closed: [{hours: 22-06, to: [strok]}]}}}", "at.H0.closed[0].to",
         'no condition or capability "strok"'),
        ("{at: {H0: {closed: [{hours: 22-06, from: 2025-01-07}]}}}", "at.H0.closed[0]",
         "write either `from` and `until`, or `hours` of the week"),
        ("{at: {H0: {closed: [{from: 2025-01-07, until: 2025-01-07}]}}}", "at.H0.closed[0]",
         "`until` is not later than `from`"),
        ("{destination: consortium first}", "", "needs `consortia`"),
        ("{destination: consortium first, consortia: [{name: A, hospitals: [H0, X], townships: [P0]}]}",
         "consortia[0].hospitals", 'no hospital "X" on the map'),
        ("{destination: consortium first, consortia: [{name: A, hospitals: [H0], townships: [P0, Q]}]}",
         "consortia[0].townships", 'no township "Q" on the map'),
        ("{destination: consortium first, consortia: [{name: A, hospitals: [H0], townships: [P0]}, "
         "{name: B, hospitals: [H1], townships: [P0]}]}", "consortia", "named twice: P0"),
        ("{destination: consortium first, consortia: [{name: A, hospitals: [H0], townships: [P0]}, "
         "{name: B, hospitals: [H0], townships: [P1]}]}", "consortia", "named twice: H0"),
        ("{clinics: {levels: [primary]}}", "clinics.levels", 'of the level "primary"'),
        ("{clinics: {hospitals: [H9]}}", "clinics.hospitals", 'no hospital "H9" on the map'),
        ("{clinics: {hospitals: [H0, H1, H2]}}", "clinics", "every hospital of the map is a clinic"),
        ("{clinics: {at: [[100, 20]]}}", "clinics.at[0]", "lies outside the map"),
        ("{outside: [{name: H1, gate: P0, away: 1 h}]}", "outside[0].name", "it is not outside"),
        ("{outside: [{name: C, name_zh: H1, gate: P0, away: 1 h}]}", "outside[0].name_zh",
         "H1 is a hospital of the map"),
        ("{outside: [{name: C, gate: P0, away: 1 h}, {name: D, name_zh: c, gate: P0, away: 1 h}]}",
         "outside[1].name_zh", '"c" is named twice'),
        ("{outside: [{name: C, gate: P0, away: 1 h}, {name: C, gate: P1, away: 1 h}]}",
         "outside[1].name", '"C" is named twice'),
        ("{at: {H0: {full_at: 2}}}", "at.H0.full_at", "write `bays`, too"),
        ("{bypass_when_full: true, at: {H0: {capabilities: [x]}}}", "bypass_when_full",
         "none is ever full: write `bays` of some"),
        ("{destination: soonest, consortia: [{name: A, hospitals: [H0], townships: [P0]}]}",
         "consortia", "consortia have no part where `destination` is soonest"),
        ("{consortia: [{name: A, hospitals: [H0], townships: [P0]}]}",
         "consortia", "consortia have no part where `destination` is nearest"),
        ("{at: {H0: {closed: [{from: 2025-01-08, until: 2025-01-20, days: 'sat, sun'}]}}}",
         "at.H0.closed[0]", "`days` are those on which `hours` begin"),
        ("{outside: [{name: C, gate: P9, away: 1 h}]}", "outside[0].gate", 'no place "P9"'),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_told_where_it_stands(told, hospitals, field, words):
    (line,) = told(hospitals)
    assert line.startswith(f"hospitals.{field}:" if field else "hospitals:")
    assert words in line


@pytest.mark.parametrize(
    ("conditions", "hospitals", "field", "words"),
    [
        ("[{name: all, share: 100 %, treated_by: [stroke]}]", "{}", "treated_by",
         "no hospital can treat all: neither the map nor `hospitals.at` says"),
        ("[{name: all, share: 100 %, treated_by: [strok]}]",
         "{at: {H0: {capabilities: [stroke]}, H1: {capabilities: [trauma, stroke]}}}",
         "treated_by", "none has the capability strok (known are stroke: H0, H1; trauma: H1); did "
         "you mean stroke?"),
        ("[{name: all, share: 100 %, treated_by: [stroke, trauma]}]",
         "{at: {H0: {capabilities: [stroke]}, H1: {capabilities: [trauma]}}}",
         "treated_by", "none has all of stroke, trauma. Known are stroke: H0; trauma: H1"),
        ("[{name: all, share: 100 %, icu: 5 %}]", "{at: {H0: {bays: 2, stay: 1 h}}}", "icu",
         "no hospital has a limited number of places in intensive care"),
        ("[{name: all, share: 100 %, to_clinic: 5 %}]", "{}", "to_clinic", "there is no clinic"),
        ("[{name: all, share: 100 %, icu: 5 %, treated_by: [stroke]}]",
         "{icu_stay: 2 days, at: {H0: {capabilities: [stroke], icu: 0}}}", "icu",
         "no hospital that can treat all has a place in intensive care"),
    ],
)  # fmt: skip
def test_a_condition_that_no_hospital_can_treat_is_told(told, conditions, hospitals, field, words):
    (line,) = told(hospitals, conditions)
    assert line.startswith(f"demand.conditions[0].{field}: ")
    assert words in line


def test_all_mistakes_are_told_at_once_and_what_follows_from_one_is_not(told):
    found = told("{stay: 10, at: {H0: {bays: 2}, H5: {full_at: 0}}, clinics: {levels: [x]}}")
    assert [line.partition(":")[0] for line in found] == [
        "hospitals.stay", "hospitals.at.H5.full_at", "hospitals.clinics.levels",
    ]  # fmt: skip


def test_other_settings_in_python_are_checked_likewise(read):
    scenario = read("{stay: 50 min, at: {H0: {bays: 3}}}")
    with pytest.raises(ScenarioError, match='no hospital "H9"'):
        scenario.with_settings(hospitals={"at": {"H9": {"bays": 2}}})
    altered = scenario.with_settings(hospitals={"at": {"H0": {"bays": 2}}})
    assert altered.settings.hospitals.at["H0"].bays == 2


def test_a_file_over_another_says_single_things_of_single_hospitals(write):
    write(
        LAYOUT + "hospitals: {stay: 50 min, at: {H0: {bays: 3, full_at: 2}, H1: {bays: 1}}}",
        "under.yaml",
    )
    path = write("", "over.yaml")
    path.write_text("name: Over\nbase: under\nhospitals: {at: {H0: {bays: 2}}}\n", "utf-8")
    found = load(path).settings.hospitals.at
    assert [(name, one.bays, one.full_at) for name, one in found.items()] == [
        ("H0", 2, 2), ("H1", 1, None),
    ]  # fmt: skip


def test_other_settings_in_python_are_put_over_those_of_a_hospital_as_a_file_does(read):
    scenario = read(
        "{stay: 50 min, destination: consortium first, "
        "consortia: [{name: A, hospitals: [H0], townships: [P0]}], clinics: {hospitals: [H2]}, "
        "at: {H0: {bays: 3, stay: 1 h, full_at: 2, walk_ins: {rate: 1 per hour, profile: flat}}, "
        "H1: {bays: 1}}}"
    )
    altered = scenario.with_settings(
        hospitals={"at": {"h0": {"bays": 2, "walk_ins": {"rate": "2 per hour"}}}}
    )
    before, after = scenario.settings.hospitals, altered.settings.hospitals
    assert list(after.at) == ["H0", "H1"]
    assert after.at["H0"] == before.at["H0"].model_copy(
        update={"bays": 2, "walk_ins": after.at["H0"].walk_ins}
    )
    assert after.at["H0"].arrivals.rate.per_second == pytest.approx(2 / 3600)
    closed = altered.with_settings(hospitals={"at": {"H0": {"closed": [{"hours": "22-06"}]}}})
    assert closed.settings.hospitals.at["H0"].bays == 2
    for one in (altered, closed):
        assert one.settings.hospitals.consortia == before.consortia
        assert one.settings.hospitals.clinics == before.clinics


def test_what_contradicts_the_rest_of_a_file_is_told_in_python_too(read):
    scenario = read(
        "{consortia: [{name: A, hospitals: [H0], townships: [P0]}], destination: consortium first}"
    )
    with pytest.raises(ScenarioError, match="needs `consortia`"):
        scenario.with_settings(hospitals={"consortia": []})
    other = scenario.with_settings(hospitals={"destination": "soonest"})
    again = other.with_settings(hospitals={"destination": "consortium first"})
    assert again.settings == scenario.settings


def test_a_hospital_has_one_entry_by_whichever_of_its_names(liling):
    one = liling.with_settings(hospitals={"stay": "50 min", "at": {"湘东医院": {"bays": 3}}})
    english = liling.map.hospitals[
        [spot.name.zh for spot in liling.map.hospitals].index("湘东医院")
    ].name.en
    other = one.with_settings(hospitals={"at": {english: {"full_at": 2}}})
    (found,) = other.settings.hospitals.at.items()
    assert (found[0], found[1].bays, found[1].full_at) == ("湘东医院", 3, 2)
    with pytest.raises(ScenarioError, match="are one hospital"):
        one.with_settings(hospitals={"at": {english: {"bays": 2}, "湘东医院": {"bays": 1}}})


def test_a_mistake_in_the_file_below_is_told_of_that_file(write):
    write(LAYOUT + "hospitals:\n  stay: 50 min\n  at:\n    H0: {bays: -3}", "below.yaml")
    path = write("", "above.yaml")
    path.write_text("name: Over\nbase: below\nhospitals: {at: {H1: {bays: 2}}}\n", "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    (problem,) = caught.value.problems
    assert (problem.line, problem.file.endswith("below.yaml")) == (7, True)


# ── what a planner should look at ────────────────────────────────────────────────────────────


def warned(read, hospitals):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        read(hospitals)
    return [str(one.message) for one in found if issubclass(one.category, PlannerWarning)]


def test_walk_ins_that_fill_the_bays_alone_are_warned_of(read):
    text = "{{at: {{H0: {{bays: 2, stay: 1 h, walk_ins: {} per hour}}}}}}"
    assert not warned(read, text.format("1.9"))
    (said,) = warned(read, text.format("2"))
    assert said.startswith("H0: patients who come by themselves alone fill its bays (2 an hour")


def test_hospitals_that_are_closed_at_once_are_warned_of_with_the_hours(read):
    text = (
        "{{at: {{H0: {{closed: [{{hours: 20-06}}]}}, H1: {{closed: [{{hours: 04-12, days: wed}}]}}, "
        "H2: {{closed: [{{hours: {}, days: tue-thu}}]}}}}}}"
    )
    assert not warned(read, text.format("06-12"))
    (said,) = warned(read, text.format("05-12"))
    assert "from 2025-01-08 05:00 until 2025-01-08 06:00, the first of" in said
    assert said.endswith("patients then go to the nearest")


def test_intensive_care_that_is_still_filling_when_measuring_begins_is_warned_of(write):
    def warned_of(stay, warm_up, icu="icu: 5 %", places="{icu: 3}"):
        text = (
            f"{LAYOUT}study: {{warm_up: {warm_up}}}\nhospitals: {{icu_stay: {stay}, at: {{H0: "
            f"{places}}}}}\ndemand: {{conditions: [{{name: all, share: 100 %, {icu}}}]}}"
        )
        return warned(lambda _: load(write(text, "icu.yaml")), "")

    constant = "{distribution: constant, value: 14 days}"
    (said,) = warned_of(constant, "2 days")
    assert "(14 against 2, in days): fewer are taken than usual" in said
    assert not warned_of(constant, "14 days")
    assert not warned_of("2 days", "2 days")
    assert warned_of("{distribution: exponential, mean: 3 days}", "2 days")
    assert not warned_of(constant, "2 days", icu="icu: 0 %")


# ── what is said ─────────────────────────────────────────────────────────────────────────────


def test_what_is_known_of_hospitals_is_said(read):
    scenario = read(
        "{destination: soonest, bypass_when_full: true, walk_ins: leave, stay: 50 min, "
        "icu_stay: 2 days, clinics: {at: [P1]}, outside: [{name: Changsha, gate: P2, away: 80 min}], "
        "at: {H0: {capabilities: [stroke], bays: 3, stay: 30 min, walk_ins: 1.6 per hour, icu: 6, "
        "full_at: 1, closed: [{hours: 22-06, days: 'sat, sun', to: [stroke]}, "
        "{from: 2025-02-01, until: 2025-02-10}]}}}"
    )
    assert words.lines(scenario, language("en")) == [
        "patients go to where the drive and the expected wait are shortest",
        "a hospital without a free bay is passed over if another has one",
        "H0: treats stroke, 3 bays, stays of 30 min in the mean, 38.4 walk-in patients a day, "
        "6 places in intensive care, passed over while 1 ambulance waits, closed Sat–Sun "
        "22–06 to stroke and closed 2025-02-01 00:00 to 2025-02-10 00:00",
        "walk-in patients leave where no bay is free",
        "1 clinic for light cases",
        "Changsha: outside the map, 80 min beyond P2",
    ]
    assert "H0：收治卒中、" in " ".join(words.lines(scenario, language("zh")))
    assert not words.lines(read("{}"), language("en"))


def test_clinics_that_cannot_be_read_are_not_said_to_be_missing(write, tmp_path):
    text = (
        f"{LAYOUT}demand: {{conditions: [{{name: all, share: 100 %, to_clinic: 5 %}}]}}\n"
        "hospitals: {clinics: {at: clinics.csv}}\n"
    )
    for rows in ("A,abc,27.65", "", "A,3.5,27.65"):
        path = write(text, "clinics.yaml")
        (path.parent / "clinics.csv").write_text(f"name,lon,lat\n{rows}\n", "utf-8")
        (found,) = problems(path)
        assert "there is no clinic" not in found


def test_a_hospital_that_takes_nobody_all_day_may_say_so(read):
    for hours in ("00-24", "0-24", "00:00-24:00"):
        (closed,) = (
            read(f"{{at: {{H0: {{closed: [{{hours: '{hours}'}}]}}}}}}")
            .settings.hospitals.at["H0"]
            .closed
        )
        assert closed.week.all()


def test_what_differs_of_hospitals_is_said(read):
    base = read("{stay: 50 min, at: {H0: {bays: 3}}}")
    other = read(
        "{stay: 40 min, bypass_when_full: true, at: {H0: {bays: 2, full_at: 2, "
        "closed: [{hours: 22-06}]}, H1: {bays: 9, full_at: 3}}}"
    )
    assert phrases(differences(base.settings, other.settings), language("en")) == [
        "full hospitals passed over",
        "mean stay in a bay after handover 40 min instead of 50 min",
        "H0: bays 2 instead of 3",
        "H0: ambulances that may wait there 2 instead of no limit",
        "H0: closed 22–06",
        "H1: 9 bays and passed over while 3 ambulances wait",
    ]


def test_when_a_hospital_is_closed_and_who_walks_in_is_said_in_hours_and_patients(read):
    texts = {
        "night": "closed: [{hours: 22-06}]",
        "noon": "closed: [{hours: 12-14, days: 周一至周五, to: [stroke]}], walk_ins: 60 per day",
        "few": "walk_ins: 1 per hour",
        "none": "full_at: 2",
    }
    found = {
        name: read(
            f"{{at: {{H0: {{capabilities: [stroke], stay: 30 min, bays: 3, {text}}}}}}}"
        ).settings
        for name, text in texts.items()
    }

    def said(base, other):
        return [
            one
            for one in phrases(differences(found[base], found[other]), language("en"))
            if "wait" not in one
        ]

    assert said("none", "night") == ["H0: closed 22–06"]
    assert said("night", "none") == ["H0: never closed"]
    assert said("night", "noon") == [
        "H0: 60 walk-in patients a day",
        "H0: closed Mon–Fri 12–14 to stroke instead of closed 22–06",
    ]
    assert said("few", "noon") == [
        "H0: 60 walk-in patients a day instead of 24 walk-in patients a day",
        "H0: closed Mon–Fri 12–14 to stroke",
    ]
    assert said("noon", "none") == ["H0: no walk-in patients", "H0: never closed"]


def test_the_same_hours_written_otherwise_are_no_difference(read):
    one, other, another = (
        read(f"{{at: {{H0: {{closed: [{text}]}}}}}}").settings
        for text in (
            "{hours: 22-06, days: fri}",
            "{hours: 22-24, days: 星期五}, {hours: 00-06, days: sat}",
            "{hours: 22-24, days: fri}, {hours: 00-05, days: sat}",
        )
    )
    assert differences(one, other) == ()
    assert len(differences(one, another)) == 1


# ── the page of examples ─────────────────────────────────────────────────────────────────────


def test_the_examples_of_the_page_are_read(tmp_path):
    page = (ROOT / "docs" / "hospitals.md").read_text("utf-8")
    blocks = re.findall(r"```yaml\n(# scenarios/liling/([\w-]+\.yaml)\n.*?)```", page, re.S)
    folder = tmp_path / "scenarios" / "liling"
    folder.mkdir(parents=True)
    (tmp_path / "maps").symlink_to(ROOT / "maps")
    (folder / "today.yaml").write_bytes((ROOT / "scenarios/liling/today.yaml").read_bytes())
    for text, name in blocks:
        (folder / name).write_text(text, "utf-8")
    found = {name: load(folder / name) for _, name in blocks}
    capable, over = found["capable.yaml"], found["passed-over.yaml"]
    assert capable.settings.demand.conditions[1].treated_by == ("stroke",)
    assert [one.bays for one in over.settings.hospitals.at.values()] == [4, 3, 2, None]
    assert sum(one.is_clinic for one in over.hospitals) == 3
    assert found["own-consortium.yaml"].hospitals[-1].away_s == 2400
