"""What is said of the next station and the next ambulance."""

from __future__ import annotations

from dataclasses import replace

import pytest
from decisions import curve_of, first_steps, nothing, of_curve, with_replications
from pages import aligned
from studies import days

from sim.answers.curve import Point
from sim.measures.intervals import Estimate
from sim.measures.verdicts import Verdict
from sim.words import cost_front as front
from sim.words import curve as words
from sim.words.language import language

EN, ZH = language("en"), language("zh")
SURE, LESS = Estimate(0.05, 0.04, 0.06), Estimate(0.01, 0.0, 0.02)
NEAR = Estimate(0.045, 0.03, 0.06)


@pytest.mark.parametrize("lang", ["en", "zh", "qps"])
def test_the_page_is_straight_and_has_a_row_for_today_each_track_and_each_step(lang):
    page = of_curve().page(lang)
    (table,) = page.body
    steps = sum(len(taken) for taken in of_curve().tracks.values())
    assert len(table.rows) == 1 + len(of_curve().tracks) + steps
    assert {len(row) for row in table.rows} == {len(table.columns)}
    aligned(page.text(), 200 if lang == "qps" else 150)


def test_without_costs_nothing_is_said_of_money():
    bare = replace(of_curve(), provenance=replace(of_curve().provenance, base=days()))
    assert "osts" not in bare.table()
    assert "CNY" not in bare.table()
    assert "Costs in CNY per year" in of_curve().table()
    assert "费用单位：CNY per year" in of_curve().table("zh")


def test_layouts_on_the_front_are_listed():
    on = [words.place_name(p, EN) for p in of_curve().points() if p.on_front]
    assert f"town and country: {', '.join(on)}." in " ".join(of_curve().table().split())


@pytest.mark.parametrize(
    ("track", "place", "en", "zh"),
    [
        ("today", 0, "today", "现状"),
        ("stations", 1, "+1 station", "＋1 站"),
        ("stations", 2, "+2 stations", "＋2 站"),
        ("ambulances", 1, "+1 ambulance", "＋1 车"),
        ("fleet", 3, "3 moves", "调配 3 次"),
    ],
)
def test_a_layout_is_named_by_how_far_from_today_it_is(track, place, en, zh):
    point = Point(track, place, 0.0, {}, True)
    assert (words.place_name(point, EN), words.place_name(point, ZH)) == (en, zh)


def test_a_fleet_that_stands_well_is_said_to():
    still = replace(of_curve(), tracks=of_curve().tracks | {"fleet": ()})
    assert "No move of an ambulance between today's stations" in still.table()


def test_the_sentence_sets_the_next_station_against_the_next_ambulance():
    found = first_steps(SURE, LESS)
    station = found.tracks["stations"][0].option.station.en
    said = found.sentence()
    assert said.startswith(
        f"The next station ({station}, +1,300,000 CNY per year) gains +5.0 points (95 % CI +4.0 to "
        "+6.0), the next ambulance without a new site ("
    )
    assert said.endswith("). The one station tried would add what matters.")
    assert "再增一站（" in found.sentence("zh")


@pytest.mark.parametrize(
    ("sure", "en"),
    [
        (3, "Each of the 3 stations tried would add what matters."),
        (1, "Of the 3 stations tried, 1 would surely add what matters."),
        (0, "Of the 3 stations tried, 0 would surely add what matters."),
    ],
)
def test_it_says_how_many_of_the_stations_tried_surely_matter(sure, en):
    found = first_steps(SURE, LESS)
    (step,) = found.tracks["stations"]
    verdicts = [Verdict.BETTER] * sure + [Verdict.UNDECIDED] * (3 - sure)
    stations = tuple(step._replace(verdict=verdict) for verdict in verdicts)
    several = replace(found, tracks=found.tracks | {"stations": stations})
    assert several.sentence().endswith(f"). {en}")
    assert f"所试 3 个新站{'，个个' if sure == 3 else f'中，{sure} 个的'}增益" in several.sentence(
        "zh"
    )


def test_one_track_alone_is_said_alone():
    tracks = first_steps(SURE, LESS).tracks
    no_stations = replace(of_curve(), tracks={"stations": (), "ambulances": tracks["ambulances"]})
    assert no_stations.sentence().startswith("The next ambulance without a new site (")
    assert "stations tried" not in no_stations.sentence()
    assert words.headline(no_stations, EN) == "The next ambulance gains +1.0 points"
    no_crews = replace(of_curve(), tracks={"stations": tracks["stations"], "ambulances": ()})
    assert no_crews.sentence().startswith("The next station (")
    assert words.headline(no_crews, ZH) == "再增一站增益 +5.0 个百分点"


@pytest.mark.parametrize("key", ["stations", "ambulances"])
def test_a_lone_track_that_is_not_sure_to_gain_is_said_so(key):
    found = first_steps(SURE, SURE, Verdict.UNDECIDED)
    alone = replace(found, tracks={key: found.tracks[key]})
    noun = key.removesuffix("s")
    assert words.headline(alone, EN) == f"The next {noun} (+5.0 points) is not sure to gain"


def test_nothing_to_add_is_said():
    empty = replace(of_curve(), tracks={"stations": (), "ambulances": (), "fleet": ()})
    assert empty.sentence() == "There is nothing to add."
    assert words.headline(empty, EN) == "There is nothing to add"
    assert empty.sentence("zh") == "无可添加。"


def test_a_station_is_set_against_an_ambulance():
    said = words.headline(first_steps(SURE, LESS), EN)
    assert said == "A station gains more than an ambulance: +5.0 against +1.0 points"
    said = words.headline(first_steps(LESS, SURE), EN)
    assert said == "An ambulance gains more than a station: +5.0 against +1.0 points"
    assert words.headline(first_steps(SURE, LESS), ZH) == "增一站胜过增一车：+5.0 比 +1.0 个百分点"


def test_a_lead_that_may_be_chance_is_no_lead():
    said = words.headline(first_steps(SURE, NEAR), EN)
    assert said == "A station gains +5.0 points, not surely more than an ambulance (+4.5)"
    said = words.headline(first_steps(NEAR, SURE), ZH)
    assert said == "增一车增益 +5.0 个百分点，未必多于增一站（+4.5）"
    few = with_replications(first_steps(SURE, LESS), 4)
    assert "not surely more" in words.headline(few, EN)


def with_verdicts(*verdicts):
    step = of_curve().tracks["stations"][0]
    stations = tuple(step._replace(verdict=verdict) for verdict in verdicts)
    return replace(of_curve(), tracks=of_curve().tracks | {"stations": stations})


@pytest.mark.parametrize(
    ("verdicts", "en", "zh"),
    [
        (
            [Verdict.BETTER] * 2,
            "; each of the 2 new stations is sure to help",
            "；2 个新站均确有增益",
        ),
        (
            [Verdict.BETTER, Verdict.UNDECIDED, Verdict.UNDECIDED],
            "; 1 of the 3 new stations is sure to help",
            "；3 个新站中 1 个确有增益",
        ),
        (
            [Verdict.BETTER, Verdict.BETTER, Verdict.UNDECIDED],
            "; 2 of the 3 new stations are sure to help",
            "；3 个新站中 2 个确有增益",
        ),
        (
            [Verdict.UNDECIDED] * 2,
            "; none of the 2 new stations is sure to help",
            "；2 个新站均无确定的增益",
        ),
    ],
)
def test_how_many_stations_surely_add(verdicts, en, zh):
    assert words.headline(with_verdicts(*verdicts), EN).endswith(en)
    assert words.headline(with_verdicts(*verdicts), ZH).endswith(zh)


def test_one_station_is_not_counted():
    assert ";" not in words.headline(with_verdicts(Verdict.BETTER), EN)


# ── costs ────────────────────────────────────────────────────────────────────────────────────


def with_costs(*layouts):
    """A curve whose layouts have these tracks, costs and shares in town and in country."""
    step = of_curve().tracks["stations"][0]
    tracks = {"stations": (), "ambulances": ()}
    for track, cost, share in layouts:
        values = step.values | dict.fromkeys(("urban10", "rural30"), Estimate(share, 0.0, 1.0))
        tracks[track] += (step._replace(cost=cost, values=values),)
    now = of_curve().now | dict.fromkeys(("urban10", "rural30"), Estimate(0.5, 0.0, 1.0))
    return replace(of_curve(), tracks=tracks, now=now)


def test_how_many_layouts_none_beats_for_their_money():
    found = with_costs(("stations", 2e7, 0.8), ("ambulances", 3e7, 0.7))
    said = front.headline(found, EN)
    assert said == (
        "2 of the 3 layouts tried give the most for their cost; more ambulances alone never do"
    )
    assert front.headline(found, ZH) == (
        "所试 3 种布局中 2 种属同等费用下最优；只增救护车者均不属最优"
    )


def test_new_stations_may_always_be_beaten():
    found = with_costs(("stations", 3e7, 0.7), ("ambulances", 2e7, 0.8))
    assert front.headline(found, EN).endswith("; new stations never do")


def test_one_layout_may_beat_all():
    found = with_costs(("stations", 3e7, 0.4), ("ambulances", 2e7, 0.4))
    assert front.headline(found, EN) == ("1 of the 3 layouts tried gives the most for its cost")


def test_it_may_be_that_none_is_beaten():
    found = with_costs(("stations", 3e7, 0.8), ("ambulances", 2e7, 0.7))
    assert front.headline(found, EN) == ("Each of the 3 layouts tried gives the most for its cost")


@pytest.mark.parametrize(("lang", "clock"), [("en", "from call received"), ("zh", "自接到呼叫")])
def test_both_subtitles_say_where_the_clock_starts(lang, clock):
    say = language(lang)
    assert clock in words.finding(of_curve(), say).subtitle
    assert clock in front.finding(of_curve(), say).subtitle


def test_no_gain_has_no_sign():
    assert "gains 0.0 points" in words.headline(curve_of(nothing, Verdict.TOO_SMALL), EN)


def test_curve_prints_as_its_page_and_in_a_notebook_as_a_table():
    found = of_curve()
    assert repr(found) == found.table()
    (table,) = found.page().body
    assert found._repr_html_().count("<tr>") == 1 + len(table.rows)
