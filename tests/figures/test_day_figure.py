"""One day drawn: each ambulance a line, each call a mark, what the page has no room for is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawings import check, draw, texts

import sim
from sim.answers.day import Day
from sim.errors import OptionError
from sim.figures import day as room
from sim.figures import style
from sim.measures.timeline import ON_CALL, BaysTaken, Outcome, Stage
from sim.words import day as words
from sim.words.language import language

EN, ZH = language("en"), language("zh")


@pytest.fixture(scope="module")
def day(liling):
    short = liling.with_study(warm_up=86_400.0, length=2 * 86_400.0)
    return sim.day(short, 2, hours=(6, 20), engine="reference")


@pytest.fixture(scope="module")
def busy(day):
    """The same with calls that were cancelled, and two hospitals whose bays are limited."""
    outcome = day.marks.outcome.copy()
    outcome[:2] = Outcome.CANCELLED, Outcome.LATE
    at = day.window.start_s + np.array([0.0, 3600.0, 7200.0])
    bays = (
        BaysTaken(0, 2, at, np.array([1, 2, 0]), np.array([0, 3, 0])),
        BaysTaken(1, 1, at, np.array([0, 1, 0]), np.array([0, 0, 0])),
    )
    return replace(day, marks=day.marks._replace(outcome=outcome), bays=bays)


def test_a_day_has_the_calls_and_stages_of_its_hours(day):
    assert day.hours == (6.0, 20.0)
    calls = day.data["day_calls"]
    assert calls["received_h"].between(6, 20).all()
    rows = day.to_frame()
    assert rows[["start_h", "end_h"]].to_numpy().min() >= 6
    assert rows[["start_h", "end_h"]].to_numpy().max() <= 20
    on_call = rows[rows["stage"].isin([stage.name.lower() for stage in ON_CALL])]
    assert set(calls["call"]) & set(on_call["call"].astype(int))


def test_the_busiest_hour_is_told_with_how_many_are_on_duty_then(day):
    """An ambulance off duty all day, one off the road, and one on a break, who is on duty."""
    at, most = day.busiest
    fleet = len(day.base.fleet)
    assert day.on_duty(at) == fleet
    assert f"at most {most} on calls at once" in words.headline(day, EN)
    assert f"when {fleet} ambulances were on duty" in words.headline(day, EN)
    start, end = day.window.start_s, day.window.end_s
    away = [(0, Stage.OFF_DUTY), (1, Stage.OFF_ROAD), (2, Stage.ON_BREAK)]
    more = [[who for who, _ in away], [stage for _, stage in away], [start] * 3, [end] * 3,
            [-1] * 3]  # fmt: skip
    stages = type(day.stages)(*(np.append(a, b) for a, b in zip(day.stages, more, strict=True)))
    fewer = replace(day, stages=stages)
    assert fewer.on_duty(at) == fleet - 2
    assert f"when {fleet - 2} ambulances were on duty" in words.headline(fewer, EN)
    assert f"当时在岗 {fleet - 2} 辆" in words.headline(fewer, ZH)


def test_the_same_day_is_the_same_whichever_engine_it_is_from(day, liling):
    short = liling.with_study(warm_up=86_400.0, length=2 * 86_400.0)
    other = sim.day(short, 2, hours=(6, 20))
    for one, two in zip(day.stages, other.stages, strict=True):
        assert one.tolist() == two.tolist()


def test_a_day_or_hours_that_there_are_not_are_refused(liling):
    short = liling.with_study(warm_up=0.0, length=86_400.0)
    with pytest.raises(OptionError):
        sim.day(short, 9)
    with pytest.raises(OptionError, match="two hours"):
        sim.day(short, hours=(20, 8))
    afternoon = liling.with_study(warm_up=43_200.0, length=43_200.0)
    with pytest.raises(OptionError, match="measured at no time of these hours of day 1"):
        sim.day(afternoon, hours=(2, 10))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("size", ["screen", "a4", "slide"])
def test_nothing_overlaps_on_the_page(busy, lang, size):
    figure = draw(busy, lang, size)
    check(figure, lang)


def test_what_is_drawn_is_named_in_the_legend(busy):
    said = texts(draw(busy))
    for name in ("in time", "not in time", "cancelled", "to the scene", "bays taken"):
        assert name in said
    assert any(text.endswith("2 bays") for text in said)
    assert any(text.endswith("1 bay") for text in said)


def test_a_slide_says_which_ambulances_and_hospitals_it_has_no_room_for(busy):
    many = busy.base
    for station in list(many.open_stations()):
        many = many.ambulances(station.name.zh, +9)
    full = replace(busy, provenance=replace(busy.provenance, base=many),
                   bays=(*busy.bays, busy.bays[1]._replace(hospital=2)))  # fmt: skip
    foot = draw(full, size="slide").texts[2].get_text()
    assert f"busiest of {len(many.fleet)} ambulances are shown." in foot
    assert "Of 3 hospitals with a limited number of bays the 2 fullest are shown." in foot
    assert "busiest of" not in draw(full).texts[2].get_text()


def test_ambulances_are_drawn_on_axes_of_ones_own(day):
    with style.figure("screen", 0.6) as figure:
        ax = figure.subplots()
        room.ambulance_lines(ax, day, EN)
    boxes = sum(len(one.get_paths()) for one in ax.collections)
    assert boxes == len(day.stages.stage)
    assert len(ax.get_yticks()) == len(day.base.fleet)


def test_a_day_says_in_words_what_there_is_to_be_seen(busy):
    said = busy.alternative()
    reached = busy.counted(Outcome.IN_TIME)
    assert said.startswith(f"{reached} of {reached + busy.counted(Outcome.LATE)} calls reached")
    assert "1 more cancelled before their target had passed" in said
    waited = busy.seconds(Stage.WAITING)
    assert waited == 0
    assert "at most 3 of them at once" in said
    assert "另有 1 次在时限之内取消" in busy.alternative("zh")
    for code in ("en", "zh"):
        assert "nan" not in busy.table(code)


def test_most_on_calls_at_once_is_counted_by_hand(day):
    def stages(*rows):
        return type(day.stages)(*(np.array(column) for column in zip(*rows, strict=True)))

    start = day.window.start_s
    some = stages(
        (0, Stage.AT_SCENE, start, start + 100.0, 0), (1, Stage.AT_SCENE, start + 60, start + 90, 1),
        (1, Stage.RETURNING, start + 90, start + 95, -1),
        (0, Stage.TO_HOSPITAL, start + 100, start + 200, 0),
    )  # fmt: skip
    assert replace(day, stages=some).busiest == (day.hours[0] + 60 / 3600, 2)


def test_facts_are_the_stages_calls_and_bays(busy):
    facts = busy.facts()
    assert (facts["day"], facts["replication"], facts["hours"]) == (2, 1, [6.0, 20.0])
    assert len(facts["rows"]) == len(busy.stages.stage)
    assert facts["bays"][1] == {
        "hospital": busy.base.map.hospitals[0].name.zh, "bays": 2, "from_h": 7.0, "taken": 2,
        "waiting": 3,
    }  # fmt: skip
    assert isinstance(busy, Day)


def test_marks_on_each_other_are_counted():
    at = np.array([1.0, 1.01, 1.02, 1.03, 5.0, 5.01, 9.0])
    assert room.crowds(at, 0.1) == [(1.03, 4)]
    assert room.crowds(at[:0], 0.1) == []


def test_midnight_within_a_window_is_the_first_hour_of_the_next_day():
    assert [words.clock(hour, 26.0) for hour in (23, 24, 25)] == ["23:00", "00:00", "01:00"]
    assert [words.clock(hour, 24.0) for hour in (23, 24)] == ["23:00", "24:00"]
