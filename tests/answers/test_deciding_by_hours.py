"""Tiny towns in which it is known by hand which crew to add, move, shorten, or miss."""

from __future__ import annotations

import pytest
from decisions import by_comparison
from services import town

from sim.answers.answer import Provenance
from sim.answers.comparison import compare
from sim.answers.costs import crew_hours
from sim.answers.curve import curve
from sim.answers.options import Action, moved_ambulances
from sim.answers.ranking import KEYS, rank
from sim.answers.search import Search, search, steps_of
from sim.answers.worth import worth
from sim.errors import OptionError, ScenarioError
from sim.measures.verdicts import FEWEST, Verdict
from sim.scenario.file import load
from sim.study.effort import Effort
from sim.study.runs import Runs
from sim.words import options as words
from sim.words import search as search_words
from sim.words import worth as worth_words
from sim.words.language import language

BY_DAY = [0] * 8 + [1] * 12 + [0] * 4
SETTINGS = f"""
demand:
  rate: {{urban: 0 per day, rural: 20 per day}}
  profile: {{hours: {BY_DAY}}}
  transported: 0 %
durations: {{call_taking: 0 s, turnout: 0 s, on_scene: 30 min}}
targets: {{urban: 10 min, rural: 10 min}}
study: {{warm_up: 0 min, length: 14 days}}
"""
COSTS = (
    "costs: {station: 10 CNY per year, substation: 10 CNY per year, ambulance: 100 CNY per year}\n"
)
ROSTERS = "crews: {rosters: {day: 08-20, night: 20-08}}\n"
CLASSES = (
    "crews:\n  classes: [{name: advanced, name_zh: 监护型}, {name: basic, name_zh: 普通型}]\n"
    "  rosters: {day: 08-20, night: 20-08}\n"
)
NEEDING = CLASSES + SETTINGS.replace(
    "  transported",
    "  conditions: [{name: pain, share: 100 %, needs: "
    "[{classes: [advanced], or: [{classes: [basic], penalty: 1 min}]}]}]\n  transported",
)
FAR = 900
EN, ZH = language("en"), language("zh")
OFTEN = {"replications": FEWEST + 1, "workers": 1}


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    """Everybody lives at P0; P1 is a quarter of an hour away, and nobody lives there."""
    folder = tmp_path_factory.mktemp("two")
    return town(folder, [[0, FAR], [FAR, 0]], [1000, 0])


def where(tmp_path):
    """A file of one candidate, where there is a station already: no new station can stand."""
    path = tmp_path / "sites.csv"
    path.write_text("name,lon,lat\nP0,113.42,27.79\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def write_for_two(tmp_path_factory):
    """The same, with people at P1, too."""
    return town(tmp_path_factory.mktemp("both"), [[0, FAR], [FAR, 0]], [1000, 400])


@pytest.fixture(scope="module")
def by_day(write):
    """Calls come by day only; one crew round the clock is where they are, none is at P1."""
    return load(write("layout: [{station: P0}, {station: P1}]\n" + ROSTERS + COSTS + SETTINGS))


@pytest.fixture(scope="module")
def alike(write):
    """The same without rosters."""
    text = "layout: [{station: P0}, {station: P1}]\n" + COSTS + SETTINGS
    return load(write(text, "alike.yaml"))


@pytest.fixture(scope="module")
def found(by_day, tmp_path_factory):
    """The curve of two steps, with costs."""
    return curve(by_day, where(tmp_path_factory.mktemp("sites")), steps=2, **OFTEN)


def test_of_calls_by_day_the_curve_takes_the_day_crew_first(by_day, found):
    first = found.tracks["ambulances"][0]
    assert words.what(first.option, EN) == "P0 +1 (08–20)"
    assert (first.hours, first.cost) == (84, 220 + 50)
    # It brings as much as one round the clock, at half of the hours.
    full = by_comparison(by_day, [by_day.ambulances("P0", +1)], OFTEN["replications"])
    assert first.gain.mean == pytest.approx(full[0], abs=0.03)
    assert first.gain_of_100_hours == pytest.approx(first.gain.mean / 0.84)


def test_without_costs_crew_hours_decide(by_day, tmp_path):
    found = curve(by_day.with_settings(costs=None), where(tmp_path), steps=1, **OFTEN)
    assert words.what(found.tracks["ambulances"][0].option, EN) == "P0 +1 (08–20)"
    assert "Kinds of crew tried: 24 h; 08–20; 20–08." in found.table()
    assert "gains most for its crew hours" in found.table()


def test_steps_are_written_with_class_hours_and_what_these_gain(found):
    text, zh, frame = found.table(), found.table("zh"), found.to_frame()
    assert "per 100 hours" in text
    assert "每百工时" in zh
    assert "P0 +1（08–20）" in zh
    rows = frame[frame["track"] == "ambulances"]
    assert rows["crew_hours"].tolist() == [84, 84]
    assert rows["gain_of_100_hours"].tolist() == pytest.approx((rows["gain"] / 0.84).tolist())
    assert "P0 +1 (08–20), +50 CNY per year" in found.sentence()


def test_where_all_are_alike_nothing_is_said_of_hours(alike, tmp_path):
    found = curve(alike, where(tmp_path), steps=1, **OFTEN)
    assert words.what(found.tracks["ambulances"][0].option, EN) == "P0 +1"
    assert "hours" not in found.table()
    assert not {"crew_hours", "gain_of_100_hours"} & set(found.to_frame().columns)
    assert "hours" not in worth(alike, **OFTEN).table()


def test_only_what_is_asked_for_is_tried(by_day, tmp_path):
    night = [{"hours": "20-08"}]
    found = search(by_day, where(tmp_path), ambulances=1, moves=False, crews=night, **OFTEN)
    (step,) = found.steps
    assert "(20–08)" in words.what(step.option, EN)
    assert str(found.layout.fleet[-1].duty) == "20-08"
    assert "252 crew hours" not in found.sentence()
    assert f"{2 * 168 + 84} crew hours a week" in found.sentence()


def test_one_more_day_crew_belongs_where_the_calls_are(by_day):
    found = rank(by_day, crew={"hours": "08-20"}, **OFTEN)
    assert [site.candidate.name.en for site in found.sites] == ["P0", "P1"]
    assert found.today
    assert all(crew_hours(site.layout) == crew_hours(by_day) + 84 for site in found.sites)
    assert found.sentence().startswith("Of 2 stations, P0 gains most from 1 ambulance (08–20) more")
    assert found.sentence("zh").startswith("2 个站点各增 1 辆救护车（08–20），P0增益最大")
    assert "1,000 people have no station nearer" in found.table()
    assert found.station(found.best).name.en == "P0"


def test_stations_of_today_are_ranked_without_a_crew_too(by_day):
    found = rank(by_day, "stations", ambulances=2, **OFTEN)
    assert [site.candidate.name.en for site in found.sites] == ["P0", "P1"]
    assert "2 ambulances more at each of 2 stations" in found.table()


def test_a_new_station_has_the_crew_that_is_asked_for(by_day):
    found = rank(by_day.close("P1"), "seats", crew={"hours": "08-20"}, **OFTEN)
    assert [str(one.duty) for one in found.best.layout.fleet] == ["00-24", "08-20"]
    assert found.sentence().startswith("The one candidate site, P1, gains ")
    assert "with 1 ambulance (08–20)" in found.sentence()
    assert "one more station with 1 ambulance (08–20) at the one candidate" in " ".join(
        found.table().split()
    )


def test_a_crew_without_calls_is_the_first_to_be_shortened(by_day, tmp_path):
    """By night there are no calls: whoever is put on the day shift loses nothing."""
    found = search(by_day, where(tmp_path), shorten=2, moves=False, **OFTEN)
    assert [step.option.action for step in found.steps] == [Action.SHORTER] * 2
    assert {words.what(step.option, EN) for step in found.steps} == {
        "P0: 24 h → 08–20", "P1: 24 h → 08–20",
    }  # fmt: skip
    assert [step.hours for step in found.steps] == [-84, -84]
    assert crew_hours(found.layout) == 2 * 84
    assert abs(found.steps[-1].gains["within"].mean) < 0.02
    assert "168 crew hours a week instead of today's" in found.sentence()
    assert "每周 168 车组工时" in found.sentence("zh")
    assert "It costs 100 CNY per year less." in found.table()


def test_hours_that_cannot_be_shortened_are_told(alike, tmp_path):
    with pytest.raises(OptionError, match="no crew can be put on shorter hours"):
        search(alike, where(tmp_path), shorten=1, **OFTEN)


def test_what_saved_hours_cost_is_said(alike, tmp_path):
    """With the night shift alone to go on, hours are saved at the price of all calls by day."""
    night = alike.with_settings(crews={"rosters": {"night": "20-08"}}).ambulances("P1", to=0)
    found = search(night, where(tmp_path), shorten=1, moves=False, **OFTEN)
    assert found.steps[-1].gains["within"].high < 0
    said = found.sentence()
    assert "is a loss: −" in said
    (step,) = found.steps
    assert step.hours < 0
    assert step.gain_of_100_hours < 0  # as in worth: fewer hours do not turn a loss into a gain
    assert "may be chance" not in said
    assert "Also worse: " in said
    headline = search_words.headline(found, EN)
    assert headline.startswith("84 crew hours a week fewer: compliance falls from ")
    assert search_words.headline(found, ZH).startswith("每周减少 84 车组工时：")


def test_a_night_crew_without_calls_is_put_on_the_day_shift(by_day, tmp_path):
    """The crew at P1 is closed away: only the hours of that by night can still help."""
    base = by_day.ambulances("P1", to=0).ambulances("P0", +1, hours="20-08")
    found = search(base, where(tmp_path), stations=0, **OFTEN)
    assert [words.what(step.option, EN) for step in found.steps] == ["P0: 20–08 → 08–20"]
    assert crew_hours(found.layout) == crew_hours(base)
    assert found.steps[0].hours == 0


def test_worth_tells_crews_apart_by_their_hours(by_day):
    base = by_day.ambulances("P0", +1, hours="20-08")
    found = worth(base, **OFTEN)
    named = [worth_words.what(found, loss, EN) for loss in found.losses]
    assert len(set(named)) == len(named) == 2 + 2 + 2 * 2
    by_name = dict(zip(named, found.losses, strict=True))
    idle = by_name["P0 −1 (20–08) of 2 ambulances"]
    busy = by_name["P0 −1 (24 h) of 2 ambulances"]
    assert (idle.hours_saved, idle.saved) == (84, 50)
    assert (busy.hours_saved, busy.saved) == (168, 100)
    assert busy.changes["within"].mean < -0.2 < idle.changes["within"].mean
    assert abs(by_name["P0: 24 h → 08–20"].changes["within"].mean) < 0.02
    assert by_name["P0: 24 h → 20–08"].changes["within"].mean < -0.2
    frame = found.to_frame()
    assert set(frame["what"]) == {"station closed", "one ambulance less", "hours shortened"}
    assert "P0 2 辆减 1 辆（20–08）" in found.table("zh")


OR_BASIC = ", or: [{classes: [basic], penalty: 1 min}]"
LONE_ADVANCED = (
    "layout: [{station: P0, crews: [{class: advanced}, {class: basic}]}, "
    "{station: P1, crews: [{class: basic}]}]\n"
)


def test_who_is_needed_at_every_hour_is_not_tried_without_and_the_sentence_says_so(write):
    """Every call needs an advanced crew, of which there is one; the basic one may go."""
    base = load(write(LONE_ADVANCED + NEEDING.replace(OR_BASIC, ", delay: 0 s"), "needs.yaml"))
    found = worth(base, **OFTEN)
    left_out = [worth_words.what(found, one, EN) for one in found.not_tried]
    assert left_out[0] == "P0 closed (2 ambulances)"
    assert "P0 −1 (advanced, 24 h) of 2 ambulances" in left_out
    assert "Not tried: P0 closed (2 ambulances) (nobody on duty may meet" in found.table()
    assert "未试：撤销P0（2 辆）（" in found.table("zh")
    assert found.sentence().endswith(
        "Not tried, and perhaps a greater loss: " + "; ".join(left_out) + "."
    )
    assert "损失或更大：撤销P0（2 辆）；" in found.sentence("zh")
    assert any("(basic, 24 h)" in worth_words.what(found, one, EN) for one in found.losses)


def test_the_last_advanced_crew_is_tried_without_where_a_basic_one_may_go_instead(write):
    found = worth(load(write(LONE_ADVANCED + NEEDING, "instead.yaml")), **OFTEN)
    assert not found.not_tried
    assert worth_words.what(found, found.losses[0], EN) == "P0 closed (2 ambulances)"
    assert "Not tried" not in found.sentence()


def test_a_lone_crew_cannot_be_missed_but_its_hours_can_be_shortened(alike):
    lone = alike.ambulances("P1", to=0)
    with pytest.raises(ScenarioError, match="there is one ambulance"):
        worth(lone, **OFTEN)
    day = lone.with_settings(crews={"rosters": {"day": "08-20"}})
    (loss,) = worth(day, **OFTEN).losses
    assert (str(loss.hours), loss.closed) == ("08-20", False)


def test_a_move_that_leaves_calls_without_a_capable_crew_says_so(write_for_two):
    """All need an advanced crew; moved away it leaves a basic one, that is in time and no help."""
    base = load(write_for_two(
        "layout: [{station: P0, crews: [{class: advanced}, {class: basic}]}, "
        "{station: P1, ambulances: 0}]\n" + NEEDING,
    ))  # fmt: skip
    option = next(moved_ambulances(base, by_kind=True))
    assert words.what(option, EN) == "1 ambulance (advanced, 24 h) P0 → P1"
    with Runs(base, [option.layout], Effort(**OFTEN)) as runs:
        chosen = runs.until_precise([1])
        steps = steps_of(runs, [1], [option], "within", runs.levels(KEYS))
        found = Search(Provenance.by(runs, chosen, 1.0), steps, "within")
    assert steps[0].gain.low > 0
    lost = {harm.key: harm.mean for harm in steps[0].harms}
    assert lost["capable"] < -0.1
    assert "Worse, however: calls with a capable unit within target (" in found.sentence()
    assert "具备能力的车达标（每百次呼叫少" in found.sentence("zh")


def test_sums_of_a_ranking_say_what_a_comparison_says_of_crews_classes_and_first_help(
    write_for_two,
):
    """The crew by day overruns, the basic one is no help, a doctor is there first: all is told."""
    base = load(write_for_two(
        "layout: [{station: P0, crews: [{class: advanced}, {class: basic, roster: day}]}, "
        "{station: P1, crews: [{class: advanced}]}]\n"
        "responders: [{name: doctor, at: [P0], reach: 1 km, answers: 50 %, asked: in turn}]\n" + NEEDING,
    ))  # fmt: skip
    less = base.ambulances("P0", -1, class_="advanced")
    compared = compare(base, less, **OFTEN)
    with Runs(base, [less], Effort(**OFTEN)) as runs:
        runs.extend(OFTEN["replications"])
        told = [key for key, _ in runs.besides(1)]
        assert {"capable", "capable_rural", "overrun_home", "first_within", "first_mean"} <= {*told}
        for key in told:
            ours, theirs = runs.spread(1, key).interval(), compared.spread(key).interval()
            assert tuple(ours) == pytest.approx(tuple(theirs), rel=1e-6, abs=1e-12, nan_ok=True), (
                key
            )
        worse = [key for key in told if compared.verdict(key) == Verdict.WORSE]
        assert {"capable", "overrun_home"} <= {*worse}
        assert [harm.key for harm in runs.harms(1)] == worse


def test_an_advanced_crew_whose_loss_leaves_patients_without_help_is_not_dispensable(write_for_two):
    """Whoever comes first comes as soon as before; who could help does not."""
    base = load(write_for_two(
        "layout: [{station: P0, crews: [{class: advanced}, {class: basic, number: 8}]}, "
        "{station: P1, crews: [{class: advanced}]}]\n" + NEEDING,
    ))  # fmt: skip
    found = worth(base, **(OFTEN | {"replications": 10}))
    (loss,) = [one for one in found.losses if one.crew and not one.closed
               and base.crews.classes[one.crew.kind].name == "advanced"
               and one.station == base.station("P0") and one.hours is None]  # fmt: skip
    assert loss.verdict == Verdict.TOO_SMALL
    assert loss.changes["capable"].high < -0.1
    said = found.sentence()
    dispensable = said.split("By this measure")[0]
    assert worth_words.what(found, loss, EN) not in dispensable
    assert f"{worth_words.what(found, loss, EN)}: " in said
    (table,) = found.page().body
    assert "capable" in [column.head for column in table.columns]
    assert "capable" in found.to_frame().columns
