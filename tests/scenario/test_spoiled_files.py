"""Scenario files spoiled in every way: a problem with its line, or values within their bounds."""

from __future__ import annotations

import math
import random
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import mutated_scenarios as mutated
import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import limits
from sim.errors import PlannerError
from sim.geography import bundle
from sim.scenario import reference
from sim.scenario.differences import leaves
from sim.scenario.file import load
from sim.scenario.scenario import Scenario

ANY = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Read a file of these bytes, or of this tree; the map is read once."""
    (tmp_path / "maps").symlink_to(ROOT / "maps")
    monkeypatch.setattr("sim.scenario.file.maps.read", lru_cache(bundle.read))

    def _read(data: bytes | Any) -> Scenario | PlannerError:
        path = tmp_path / "mine.yaml"
        path.write_bytes(data if isinstance(data, bytes) else mutated.as_yaml(data).encode())
        try:
            return load(path)
        except PlannerError as error:
            return error

    return _read


def told(error: Any) -> list[str]:
    assert isinstance(error, PlannerError), error
    return [str(problem) for problem in error.problems]


def check(found: Scenario | PlannerError) -> None:
    """A scenario holds finite numbers; a refusal can be shown, and is of a line or of the file."""
    if isinstance(found, PlannerError):
        assert found.problems
        for problem in found.problems:
            assert len(problem.message) < 1_000, problem
            problem.told().encode()  # no half of a character
            if problem.field and "missing" not in problem.message:
                assert problem.line is not None or "write the" in problem.message, problem
        return
    for path, value in leaves(found.settings):
        for number in numbers(value):
            assert math.isfinite(number), path
            assert abs(number) <= 2**63, path


def numbers(value: Any) -> list[float]:
    if isinstance(value, int | float):
        return [value]
    if isinstance(value, dict):
        return [number for inner in value.values() for number in numbers(inner)]
    return (
        [number for inner in value for number in numbers(inner)]
        if isinstance(value, tuple | list)
        else []
    )


# ── every setting, with every value that is odd ──────────────────────────────────────────────

PLACES = [place for place in mutated.places(mutated.WHOLE) if place != ("map",)]


def test_the_tree_that_is_spoiled_has_every_setting(read):
    assert isinstance(read(mutated.WHOLE), Scenario)
    # Each under a name of its own, as entries of lists are rows.
    named = (("travel", "closures"), ("hospitals", "at"))
    written = {
        ".".join(
            "[]" if isinstance(part, int) or (place[:2] in named and number == 2) else part
            for number, part in enumerate(place)
        ).replace(".[]", "[]")
        for place in PLACES
    }
    known = {
        entry.path for entry in reference.entries()
        if not entry.path.startswith((*reference.NAMES, "distribution", "demand.replay"))
    }  # fmt: skip
    assert known - written <= {
        "map",
        "base",
        "workbook",
        "demand.profile",
        "layout[].at",
        "changes[].move",
    } | {path for path in known if path.rpartition(".")[0] in ("changes[].add", "changes[].close")}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_an_odd_value_of_any_setting_is_refused_or_within_its_bounds(read, place):
    rng = random.Random(str(place))
    value = mutated.bad_value(rng)  # one of them: below there is every one
    check(read(mutated.put(mutated.WHOLE, place, value)))


@pytest.mark.thorough
@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_every_odd_value_of_any_setting_is_refused_or_within_its_bounds(read, place):
    units = [f"{number} {unit}" for number in mutated.NUMBERS for unit in mutated.UNITS]
    for value in [*mutated.VALUES, *units, *map(mutated.Verbatim, mutated.NUMBERS)]:
        check(read(mutated.put(mutated.WHOLE, place, value)))


@given(st.integers(0, 2**32), st.sampled_from(mutated.FILE_KINDS))
@ANY
def test_a_file_with_any_mutation_is_a_scenario_or_refused_with_its_line(read, seed, kind):
    check(read(mutated.mutated_file(random.Random(seed), kind)[1]))


@pytest.mark.thorough
@pytest.mark.parametrize("kind", mutated.FILE_KINDS)
def test_files_with_thousands_of_mutations_are_scenarios_or_refused(read, kind):
    for seed in range(500):
        check(read(mutated.mutated_file(random.Random(seed), kind)[1]))


# ── the bound is named, after the conversion ─────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("targets.urban", "1e308 years", "targets.urban: write at most 1 day; found 1e308 years"),
        ("targets.urban", "0 min", "targets.urban: write at least 1 s; found 0 min"),
        ("study.warm_up", "1000000 years", "study.warm_up: write at most 366 days; found 1000000"),
        ("study.length", "1e5 days", "study.length: write at most 3660 days; found 1e5 days"),
        ("study.seed", 10**80, "study.seed: write at most 9223372036854775807; found 1000"),
        ("study.seed", True, "study.seed: write a whole number; found True"),
        ("study.replications", 10**11, "study.replications: write at most 100000; found 1000000"),
        ("travel.off_road", "1e-300 km/h", "travel.off_road: write at least 1 km/h; found 1e-300"),
        ("travel.off_road", "-5 km/h", "travel.off_road: write at least 1 km/h; found -5 km/h"),
        ("travel.speeds.primary", "1e308 km/h", "primary: write at most 300 km/h; found 1e308"),
        ("targets.share", "1e308 %", "targets.share: write at most 100 %; found 1e308 %"),
        ("demand.profile.hours.3", 1e308, "hours[3]: write at most 1000000; found 1e+308"),
        ("demand.profile.hours.3", "1_0", "hours[3]: write a number; found 1_0"),
        ("demand.profile.hours", [1e-300] * 24, "some hour and some day must have calls"),
        ("demand.rate.urban", "1e308 per 1000 people per year",
         "write at most 10,000 per 1000 people per year; found 1e308 per 1000"),
        ("demand.rate.urban", "1 per 1e-300 people per year", "per 1 to 10,000,000 people"),
        ("demand.rate.rural", "1e7 per day", "write at most 1,000,000 per day; found 1e7 per day"),
        ("durations.turnout.sigma", 1e10, "sigma: write at most 5; found 10000000000.0"),
        ("durations.turnout.median", "8 days", "median: write at most 7 days; found 8 days"),
        ("durations.on_scene.shape", 10**80, "shape: write at most 100000; found 1000"),
        ("durations.handover.values", ["1 min"] * 48_000, "values: write at most 20000 of them"),
        ("costs.station", "1e308 CNY per year", "station: write at most 1000000000000000; found"),
        ("layout.1.at", [float("nan"), 27.6], "at: write [longitude, latitude] in degrees; found"),
        ("layout.1.at", [10**80, 27.6], "at: write [longitude, latitude] in degrees; found"),
        ("layout.1.at", [27.66, 113.49], "looks swapped"),
        ("start", 20250106, "start: write a date and time like 2025-01-06 00:00; found 20250106"),
        ("start", "9999-12-31", "start: write a date from 1900 to 2200; found 9999-12-31"),
        ("start", "2025-01-06 14.05", "start: write a date and time like"),
    ],
)  # fmt: skip
def test_what_is_out_of_bounds_is_refused_with_its_line_and_the_bound(read, place, value, said):
    parts = tuple(int(part) if part.isdigit() else part for part in place.split("."))
    (problem,) = told(read(mutated.put(mutated.WHOLE, parts, value)))
    assert said in problem
    assert problem.startswith("line ")


@pytest.mark.parametrize(
    "law",
    [
        {"distribution": "lognormal", "median": "30 min", "sigma": 4},
        {"distribution": "weibull", "shape": 0.05, "scale": "1 min"},
        {"distribution": "log-logistic", "shape": 0.01, "median": "1 s"},
        {"distribution": "log-logistic", "shape": 1, "median": "1 min"},
        {"distribution": "gamma", "shape": 0.01, "mean": "7 days"},
        {"distribution": "exponential", "mean": "7 days"},
    ],
)
def test_a_law_that_draws_weeks_is_refused_unless_it_is_cut(read, law):
    (problem,) = told(read(mutated.put(mutated.WHOLE, ("durations", "on_scene"), law)))
    assert "days would be drawn: write `max`, or a smaller spread" in problem
    cut = law | {"max": "5 hours"}
    found = read(mutated.put(mutated.WHOLE, ("durations", "on_scene"), cut))
    assert isinstance(found, Scenario)
    assert 0 < found.settings.durations.on_scene.mean() <= 5 * 3600


def test_the_bounds_of_a_setting_are_explained():
    (speed,) = reference.explain_setting("travel.off_road")
    assert "Write a speed with its unit, from 1 km/h to 300 km/h, like 40 km/h." in speed.texts()
    quantities = [e for e in reference.entries() if e.written is not None and "unit" in e.written]
    assert len(quantities) > 15
    assert [entry.path for entry in quantities if not (entry.least and entry.most)] == []


# ── work without end is refused at once ──────────────────────────────────────────────────────

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefghij", "bcdefghijk", strict=True)
)
CHAIN = "x0: &x0 1\n" + "".join(f"x{n}: &x{n} {'[' * 9}*x{n - 1}{']' * 9}\n" for n in range(1, 99))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "it holds more than 50,000 values"),
        (CHAIN, "it is nested deeper than 40 levels"),
        ("a: " + "[" * 3_000 + "]" * 3_000, "it is nested deeper than 40 levels"),
        ("a: " + "{b: " * 3_000 + "}" * 3_000, "it is nested deeper than 40 levels"),
        ("- " * 3_000, "it is nested deeper than 40 levels"),
        ("a: &a [*a]\n", "*a stands within itself"),
        ("a: " + "9" * 5_000, "a number of at most 100 digits"),
        ("a: 0x" + "f" * 5_000, "a number of at most 100 digits"),
        ("a: [" + "1, " * 60_000 + "1]", "it holds more than 50,000 values"),
        ("a: " + "x" * 2_000_000, "bytes; at most 1,000,000 are read"),
        (" " * 900_000 + "\n[", "this is not YAML"),
    ],
    ids=["aliases", "levels of aliases", "brackets", "braces", "dashes", "itself", "digits", "hex",
         "values", "bytes", "blanks"],
)  # fmt: skip
def test_what_would_take_hours_is_refused_before_it_is_begun(read, text, said):
    began = time.process_time()
    (problem,) = told(read(text.encode()))
    assert said in problem
    assert time.process_time() - began < 20, "hours, if it were not refused"


def test_bases_that_stand_on_each_other_without_end_are_refused(tmp_path):
    for number in range(limits.BASES + 5):
        text = f"name: A\nbase: b{number + 1}\n"
        (tmp_path / f"b{number}.yaml").write_text(text)
    with pytest.raises(PlannerError, match="line 2, base: more than 20 bases stand on each other"):
        load(tmp_path / "b0.yaml")


def test_more_calls_than_a_country_has_are_refused_whatever_makes_them_so_many(read, liling):
    tree = mutated.put(mutated.WHOLE, ("demand", "rate", "rural"), "1000000 per day")
    (problem,) = told(read(mutated.put(tree, ("study", "length"), "28 days")))
    assert "demand.rate.rural: more than ten million calls in one replication" in problem
    for alter in (
        lambda: liling.scaled(demand=100).with_study(length="3660 days"),
        lambda: liling.with_study(length="3660 days").scaled(demand=100),
        lambda: liling.with_settings(demand={"rate": {"urban": "1000000 per day"}}),
        lambda: liling.with_settings(
            demand={"rate": {"urban": "10,000 per 1000 people per year"}},
            study={"length": "3660 days"},
        ),
    ):
        with pytest.raises(PlannerError, match="more than ten million calls"):
            alter()


def test_a_layout_has_no_more_ambulances_than_any_country(read):
    stations = [{"station": f"S{n}", "at": [113.49, 27.66], "ambulances": 500} for n in range(25)]
    found = told(read({**mutated.WHOLE, "layout": stations, "changes": []}))
    assert any("at most 10000 ambulances in all; found 12500" in problem for problem in found)


# ── YAML that is read, and YAML that is not ──────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("targets:\n", "targets: &t\n"),
        ('map: "liling"', "map: !!str liling"),
        ('"siren": true', '"siren": !!bool true'),
        ('seed": 7', 'seed": !!int "7"'),
        ('"sigma": 0.4', '"sigma": !!float 0.4'),
        ('name": "All of it"', 'name": on'),
    ],
)
def test_plain_tags_and_anchors_are_read(read, old, new):
    text = mutated.as_yaml(mutated.WHOLE)
    assert isinstance(read(text.replace(old, new).encode()), Scenario)


def test_merge_keys_are_read_as_yaml_says(read):
    text = (
        mutated.as_yaml(mutated.WHOLE)
        .replace('"targets":\n', '"targets":\n  <<: {urban: 99 min, rural: 25 min}\n')
        .replace('  "rural": "30 min"\n', "")
    )
    found = read(text.encode())
    assert isinstance(found, Scenario)
    assert (found.settings.targets.urban, found.settings.targets.rural) == (600, 1500)


def test_a_mistake_within_what_is_merged_is_told_where_it_is_written(read):
    text = (
        "name: A\nmap: liling\nlayout:\n  - &x {station: 湘东医院, ambulances: -1}\n"
        "  - {<<: *x, station: 市中医院}\n"
    )
    found = told(read(text.encode()))
    assert [problem for problem in found if "ambulances" in problem] == [
        "line 4, layout[0].ambulances: write at least 0; found -1",
        "line 4, layout[1].ambulances: write at least 0; found -1",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("reason: !!python/object:os.system {}", "line 3: the tag !!python/object:os.system is not"),
        ("reason: !!binary aGk=", "line 3: the tag !!binary is not read here: write the value"),
        ("reason: !!set {a}", "line 3: the tag !!set is not read here"),
        ("reason: !x y", "line 3: the tag !x is not read here"),
        ("layout: !!set {a}", "line 3: the tag !!set is not read here"),
        ("study: {seed: !!int x}", "line 3: the tag !!int is not read here"),
        ("---\nname: B", "line 3: write one document: a second one begins here"),
        ("? {a: 1}\n: 2", "line 3: write a name before the colon"),
        ("targets: {urban: 1 min, urban: 2 min}", 'line 3: "urban" is written twice'),
        ("<<: 3", "line 3: write settings behind `<<`"),
        ('reason: "\\0"', "line 3: delete the control character U+0000"),
        ('reason: "\\ud800"', "line 3: delete the control character U+D800"),
        ("reason: \x1b[2J", "line 3: delete the control character U+001B"),
        ("reason: a\0b", "line 3 has a zero byte"),
        ("\ttargets: {}", "line 3: write blanks instead of the tab"),
        ("study: {seed: 0o9}", "line 3, study.seed: write a whole number; found 0o9"),
        ("study: {seed: 1:30}", "line 3, study.seed: write a whole number; found 1:30"),
        ("study: {seed: 1_000}", "line 3, study.seed: write a whole number; found 1_000"),
        ("reason: 2025", "line 3, reason: write a text; found 2025"),
        ("demand: {priorities: [{name: a, share: 100 %, siren: on}]}", "write true or false; found on"),
    ],
)  # fmt: skip
def test_yaml_that_is_not_read_is_refused_with_its_line(read, line, said):
    text = f"name: A\nmap: liling\n{line}\nlayout: []\n"
    assert any(said in problem for problem in told(read(text.encode())))


def test_an_older_yaml_is_refused(read):
    found = read(b"%YAML 1.1\n---\n" + Path(ROOT / "scenarios/liling/today.yaml").read_bytes())
    assert told(found) == ["line 1: leave out this line: %YAML 1.1 is not read, YAML 1.2 is"]
