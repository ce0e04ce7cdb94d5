"""The week that `check` draws: crews on duty by class, the calls to be expected, and their work."""

from __future__ import annotations

import numpy as np
import pytest
from drawings import LANGUAGES, check, headline, texts

from sim import figures
from sim.figures import style
from sim.model.calendar import DAY_S
from sim.prepare import demand
from sim.prepare.week import Week, ambulances_a_call, week_of
from sim.words import week as words
from sim.words.language import language

EN, ZH = language("en"), language("zh")
CLASSES = [{"name": "ambulance"}, {"name": "basic"}]


@pytest.fixture(scope="module")
def town(tiny):
    """Two ambulances round the clock, and a basic one from 8 to 18 on weekdays."""
    both = tiny.with_settings(crews={"classes": CLASSES})
    office = [{"hours": "08-18", "days": "mon-fri"}]
    return both.ambulances("Base A", +1, class_="basic", roster=office)


def test_crews_on_duty_are_counted_by_class_and_hour(town):
    week = week_of(town)
    assert week.on_duty[0].tolist() == [2] * 168
    office = np.zeros((7, 24), int)
    office[:5, 8:18] = 1
    assert week.on_duty[1].tolist() == office.ravel().tolist()
    assert week.crews.sum() == 2 * 168 + 50


def test_expected_calls_are_those_of_the_rates(town):
    week = week_of(town)
    assert week.calls.sum() == pytest.approx(7 * 12)
    assert week.calls.tolist() == demand.build(town).calls_per_hour.sum(axis=0).tolist()


def test_a_call_keeps_an_ambulance_busy_for_turnout_the_drive_and_the_scene(town):
    """Nobody is conveyed; half of the calls come from A, where the station is, half from B."""
    durations = {"turnout": "2 min", "on_scene": "20 min"}
    week = week_of(town.with_settings(durations=durations))
    source = demand.build(town)
    by_area = source.calls_per_hour.sum(axis=1)
    share_of_b = sum(
        calls / by_area.sum() * weights[places == 1].sum() / weights.sum()
        for calls, places, weights in zip(by_area, source.places, source.weights, strict=True)
        if weights.sum()
    )
    assert 0 < share_of_b < 1
    assert week.busy_s == pytest.approx(22 * 60 + share_of_b * 12 * 60)
    assert week.work.sum() == pytest.approx(week.calls.sum() * week.busy_s / 3600)


def test_who_is_conveyed_keeps_an_ambulance_longer(liling):
    usual = week_of(liling).busy_s
    nobody = week_of(liling.with_settings(demand={"transported": "0 %"})).busy_s
    siren = week_of(liling.with_settings(travel={"to_hospital": "siren"})).busy_s
    handover = liling.settings.durations.handover.mean()
    assert usual > nobody + liling.settings.demand.transported * handover
    assert nobody < siren < usual


def test_a_call_of_a_condition_keeps_all_ambulances_busy_that_it_needs(town):
    """Half of the calls need two ambulances, of which one conveys and one accompanies it."""
    source = demand.build(town)
    assert ambulances_a_call(town, source) == (1, 0)
    both = [{"classes": ["ambulance"]}, {"classes": ["ambulance", "basic"]}]
    trauma = {"name": "trauma", "share": "50 %", "transported": "0 %", "needs": both}
    other = {"name": "other", "share": "50 %", "transported": "0 %"}
    mixed = town.with_settings(demand={"conditions": [trauma, other]})
    assert ambulances_a_call(mixed, demand.build(mixed)) == pytest.approx((1.5, 0))
    assert week_of(mixed).busy_s == pytest.approx(1.5 * week_of(town).busy_s)


def test_who_is_conveyed_depends_on_the_condition(liling):
    ill = {"name": "ill", "share": "25 %", "transported": "100 %", "accompanied": True,
           "needs": [{"classes": ["ambulance"]}] * 2}  # fmt: skip
    well = {"name": "well", "share": "75 %", "transported": "0 %"}
    mixed = liling.with_settings(demand={"conditions": [ill, well]})
    assert ambulances_a_call(mixed, demand.build(mixed)) == pytest.approx((1.25, 0.5))


def test_recorded_calls_are_counted_by_the_hour_of_the_week(town):
    from sim.prepare import week as room

    drawn = demand.build(town.with_study(warm_up=0.0, length=14 * DAY_S, cool_down=0.0))
    calls = type("Recorded", (), {"received_at": np.array([0.0, 7200.0, 7 * DAY_S + 100.0])})()
    found = room._calls(drawn._replace(recorded=calls))
    assert (found[0], found[2], found.sum()) == (1.0, 0.5, 1.5)


# ── what is said ─────────────────────────────────────────────────────────────────────────────


def week(crews=3.0, calls=1.0, busy_min=60.0, **hours):
    on_duty, come = np.full((1, 168), crews), np.full(168, calls)
    for name, values in hours.items():
        {"crews": on_duty[0], "calls": come}[name.rstrip("_")][values[0]] = values[1]
    return Week(on_duty, come, busy_min * 60)


def test_the_headline_is_the_hour_with_the_fewest_crews_for_its_calls():
    found = week(calls_=(5 * 24 + 22, 2.4))
    assert words.headline(found, EN) == (
        "Crews are fewest for the calls on Saturday 22–23: 3 on duty, 2.4 of them busy (80 %)"
    )
    assert "周六 22–23 时" in words.headline(found, ZH)


def test_hours_with_more_calls_than_crews_can_serve_come_first():
    found = week(calls_=(slice(10, 12), 3.5))
    assert words.headline(found, EN).startswith("More calls than the crews can serve in 2 hours")
    one = week(calls_=(10, 3.5))
    assert words.headline(one, EN) == (
        "More calls than the crews can serve in 1 hour of the week: Monday 10–11, 3 on duty and "
        "work for 3.5"
    )


def test_hours_without_any_crew_come_before_all():
    found = week(crews_=(slice(30, 36), 0.0), calls_=(10, 3.5))
    assert words.headline(found, EN) == (
        "Nobody is on duty in 6 hours of the week, first on Tuesday 06–07"
    )
    assert words.nobody(np.ones(168), EN) == ""


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", list(style.SIZES))
def test_nothing_of_the_week_overlaps_or_leaves_the_page(liling, lang, size):
    classes = [{"name": "advanced", "name_zh": "监护型"}, {"name": "basic", "name_zh": "普通型"}]
    plan = liling.with_settings(crews={"classes": classes})
    plan = plan.ambulances("湘东医院", +2, class_="basic", hours="08-20")
    assert plan.name.zh.endswith("湘东医院 +2 普通型 08-20")
    check(figures.week_figure(plan, language(lang), size), lang)


def test_the_legend_names_the_classes_only_where_there_are_several(town, tiny):
    said = texts(figures.week_figure(town, EN))
    assert {"on duty: ambulance", "on duty: basic", "busy with the calls"} <= set(said)
    alone = texts(figures.week_figure(tiny, EN))
    assert "on duty" in alone
    assert headline(figures.week_figure(tiny, EN)) == words.headline(week_of(tiny), EN)


def test_the_layers_end_at_the_number_on_duty(town):
    (ax,) = figures.week_figure(town, EN).axes
    tops = [path.get_paths()[0].vertices[:, 1].max() for path in ax.collections]
    assert tops == [2.0, 3.0]


def test_check_draws_the_week(town, tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from sim.cli import app

    file = tmp_path / "week.png"
    done = CliRunner().invoke(app, ["check", str(town.path), "--week", str(file)])
    assert done.exit_code == 0
    assert file.stat().st_size > 10_000
    assert "Week: " in done.stdout
