"""What the dispatcher answers about other places takes chance out of estimates, and nothing else."""

from __future__ import annotations

from heapq import heappush

import numpy as np
import pytest
from conftest import same_columns
from worlds import FROM_LOGS, road_world, some_calls

from sim.engine import compiled, reference
from sim.engine.reference.paths import Ways
from sim.engine.reference.service import ServiceAtWork
from sim.measures import estimates
from sim.measures.calls import responses, tally
from sim.measures.groups import ALL, Group, Setup
from sim.measures.measures import BY_KEY
from sim.measures.rows import Pooled
from sim.measures.sums import Summed, count, counts_of, needs_a_log
from sim.model.calendar import Window
from sim.model.columns import columns
from sim.model.service import plain_service
from sim.prepare import demand, draws, system

DAY_S = 86_400.0
# No engine adds these up: layouts in which there is any of it keep logs.
KEYS = ("within", "urban10", "rural30", "worst5", "mean")
CASES = {
    "as it is": lambda town: town,
    "one more station": lambda town: town.add("枫林镇"),
    "twice the calls": lambda town: town.scaled(demand=2.0),
    "a queue": lambda town: town.scaled(demand=5.0),
    "calls lost": lambda town: town.scaled(demand=5.0).with_settings(
        dispatch={"when_none_free": "lost"}
    ),
    "diverted": lambda town: town.scaled(demand=2.0).with_settings(
        dispatch={"divert": [{"leaving": "b", "for": "a"}]},
        demand={"priorities": [{"name": "a", "share": "30 %"}, {"name": "b", "share": "70 %"}]},
    ),
    "by day only": lambda town: town.with_hours(str(town.stations[2].name.zh), "08:00-20:00"),
}


def study(scenario, replications, keep=None, others=None, seed=5):
    """Tallies or counts of a scenario over a few days, by the compiled engine."""
    scenario = scenario.with_study(length=4 * DAY_S, warm_up=DAY_S / 2, cool_down=DAY_S / 4)
    drawn, layout = demand.build(scenario), system.build(scenario)
    if others is not None:
        drawn = drawn._replace(others=others)
    engine, settings = compiled.Engine(layout), scenario.settings
    window = Window(DAY_S / 2, 4.5 * DAY_S)
    targets = (settings.targets.urban, settings.targets.rural)
    people = scenario.map.layers["townships"]["people"].to_numpy(float)
    setup = Setup(targets, 0.9, people, worst=(1, 4, 7))
    found = []
    for number in range(replications):
        calls = draws.draw(drawn, seed, number)
        if keep == "rows":
            found.append(tally(layout, calls, engine.run(calls), window))
        else:
            totals = engine.totals(calls, window, targets, len(people))
            found.append(counts_of(layout, totals, window))
    return (Pooled if keep == "rows" else Summed)(found, setup)


# ── exact ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["liling", "coquimbo"])
def test_the_answer_about_its_own_place_is_what_then_happens(name, request):
    scenario = request.getfixturevalue(name).with_study(length=3 * DAY_S)
    layout, calls = system.build(scenario), draws.draw(demand.build(scenario), 3, 0)
    log = compiled.run(layout, calls)
    found = responses(calls, log, Window(0.0, np.inf))
    assert log.asked_s.shape[1] == 1 + calls.others.shape[1] > 1
    assert np.array_equal(log.asked_s[:, 0], found.response_s)


def test_each_answer_is_the_response_of_the_same_call_from_there():
    """A call from another place, with all before it as it was, is answered as it was asked."""
    world = road_world([0, 4], [1, 2, 3, 4], hospitals=[2], homes=[0, 0, 1])
    at = np.arange(12) * 240.0
    rng = np.random.default_rng(2)
    others = rng.integers(0, 4, (12, 3))
    calls = some_calls(
        at, rng.integers(0, 4, 12), on_scene_s=300.0, turnout_s=60.0, conveyed=True,
        handover_s=600.0, others=others, other_township=np.zeros_like(others),
    )  # fmt: skip
    for run in (reference.run, compiled.run):
        asked_s = run(world, calls).asked_s
        for call in range(12):
            for which in range(3):
                place = calls.place.copy()
                place[call] = others[call, which]
                there = calls._replace(place=place)
                upto = there._replace(
                    **{name: of[: call + 1] for name, of in columns(there).items()}
                )
                found = responses(upto, run(world, upto), Window(0.0, np.inf))
                assert asked_s[call, 1 + which] == found.response_s[call]


def test_asking_changes_no_call_and_no_trip(liling):
    scenario = liling.with_study(length=3 * DAY_S)
    drawn, layout = demand.build(scenario), system.build(scenario)
    asked = draws.draw(drawn, 3, 0)
    plain = draws.draw(drawn._replace(others=0), 3, 0)
    same_columns(asked, plain, "others", "other_township")
    same_columns(compiled.run(layout, asked), compiled.run(layout, plain), "asked_s")


@pytest.mark.parametrize("case", CASES)
def test_what_an_engine_adds_up_is_what_its_log_says(liling, case):
    scenario = CASES[case](liling).with_study(length=2 * DAY_S)
    drawn, layout = demand.build(scenario), system.build(scenario)
    window, targets = Window(3_600.0, 2.5 * DAY_S), (600.0, 1_800.0)
    setup = Setup(targets, 0.9, np.ones(24), worst=())
    calls = draws.draw(drawn, 9, 0)
    engine = compiled.Engine(layout)
    told = count(layout, calls, engine.run(calls), window, setup)
    added = counts_of(layout, engine.totals(calls, window, targets, 24), window)
    ours, theirs = columns(told._replace(**dict.fromkeys(FROM_LOGS))), columns(added)
    assert ours.keys() == theirs.keys()
    for name, values in ours.items():
        assert np.array_equal(values, theirs[name]), name
    at_end = case == "by day only"  # shifts have ends, so that crews may come home late
    assert needs_a_log(layout, calls, setup) == at_end == (told.besides is not None)


@pytest.mark.parametrize("case", ["as it is", "calls lost", "diverted"])
def test_rows_and_sums_say_the_same_of_every_answer(liling, case):
    scenario = CASES[case](liling)
    rows, sums = study(scenario, 3, "rows"), study(scenario, 3)
    for group in (ALL, Group("area", 1), Group("township", 4)):
        for key in KEYS if group == ALL else ("within", "mean"):
            one, other = rows.left_out(key, group), sums.left_out(key, group)
            assert one == pytest.approx(other, rel=1e-12, nan_ok=True), (key, group)


def test_a_percentile_is_that_of_all_answers_unless_calls_may_be_left(liling):
    rows = study(CASES["as it is"](liling), 3, "rows")
    answers = np.sort(np.concatenate([tally.asked_s.ravel() for tally in rows.tallies]))
    expected = np.quantile(answers, 0.9, method="inverted_cdf") / 60
    assert rows.left_out("p90")[0] == pytest.approx(expected)
    assert rows.left_out("p90")[0] != rows.plain().left_out("p90")[0]
    rows = study(CASES["diverted"](liling), 3, "rows")
    assert rows.left_out("p90").tolist() == rows.plain().left_out("p90").tolist()


# ── in the mean nothing ──────────────────────────────────────────────────────────────────────


def standard_errors(found, key, group=ALL):
    """How far the mean of what is taken off lies from zero; nan where it hardly varies."""
    plain = found.plain().sums(BY_KEY[key], group)
    above = found.sums(BY_KEY[key], group).above
    off = plain.above - above
    if np.ptp(off) < 1e-9:
        return np.nan
    return off.mean() / off.std(ddof=1) * len(off) ** 0.5


@pytest.mark.parametrize("case", CASES)
def test_what_is_taken_off_is_nothing_in_the_mean(liling, case):
    found = study(CASES[case](liling), 300)
    for key in ("within", "urban10", "rural30", "mean"):
        assert abs(standard_errors(found, key)) <= 4, key


def test_controlled_and_plain_agree_within_the_error_of_their_difference(liling):
    found = study(liling, 200)
    for key in KEYS:
        both = [BY_KEY[key].left_out(one) for one in (found.plain(), found)]
        apart = both[0] - both[1]
        pseudo = len(apart[1:]) * apart[0] - (len(apart) - 2) * apart[1:]
        se = pseudo.std(ddof=1) / len(pseudo) ** 0.5
        assert abs(apart[0]) <= 4 * se, key


class NearestWaitingFirst(ServiceAtWork):
    """A rule that looks where waiting calls are: what is asked then comes too late."""

    def await_ambulance(self, call):
        key = (0, float(self.calls.place[call]), call)
        heappush(self.waiting.setdefault((self.calls.priority[call], 0, 0), []), key)
        self.is_waiting[call] = True


def crowd(seed):
    """More calls than one ambulance can serve, from near and from far."""
    rng = np.random.default_rng(seed)
    number = 12
    places = rng.integers(0, 2, (number, 5))
    return some_calls(
        np.sort(rng.integers(0, 40, number)) * 60.0, places[:, 0], on_scene_s=240.0,
        others=places[:, 1:], other_township=np.zeros((number, 4), int),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("service", "holds"), [(ServiceAtWork, True), (NearestWaitingFirst, False)]
)
def test_a_rule_that_reads_the_place_of_a_waiting_call_is_found_out(service, holds):
    world = road_world([0], [0, 4], seconds=120.0)
    setup, window = Setup((900.0, 900.0), 0.9, np.ones(1), ()), Window(0.0, 1e9)
    counts = []
    for seed in range(300):
        calls = crowd(seed)
        log = service(world, calls, Ways(world)).run()
        counts.append(count(world, calls, log, window, setup))
    assert (abs(standard_errors(Summed(counts, setup), "within")) <= 4) == holds


class AsCentresWereNot(ServiceAtWork):
    """Centres, and a declaration that it does not matter where a call is."""

    def __init__(self, *about):
        super().__init__(*about)
        self.alike = True


@pytest.mark.parametrize(("service", "holds"), [(ServiceAtWork, True), (AsCentresWereNot, False)])
@pytest.mark.parametrize("help_after_s", [np.inf, 300.0])
def test_with_centres_it_is_asked_as_calls_become_ready(service, holds, help_after_s):
    """The first centre has half of the calls and one crew, the second the others and two."""
    world = road_world([0, 4], [0, 4], homes=[0, 1, 1], seconds=120.0)
    off = plain_service(3, 2, 2, 3, 0)
    areas = off.areas._replace(
        centre=np.array([0, 1]), help_after_s=np.full(2, help_after_s), help_keep=np.zeros(2, int)
    )
    fleet = world.fleet._replace(centre=np.array([0, 1, 1]))
    world = world._replace(fleet=fleet, service=off._replace(areas=areas))
    setup, window = Setup((900.0, 900.0), 0.9, np.ones(1), ()), Window(0.0, 1e9)
    counts = []
    for seed in range(300):
        calls = crowd(seed)
        log = service(world, calls, Ways(world)).run()
        counts.append(count(world, calls, log, window, setup))
    assert (abs(standard_errors(Summed(counts, setup), "within")) <= 4) == holds


# ── where there is nothing to ask ────────────────────────────────────────────────────────────


def test_one_replication_and_records_speak_for_themselves(liling):
    alone = study(liling, 1)
    assert alone.answers == 1
    assert alone.left_out("within")[0] == alone.plain().left_out("within")[0]
    assert study(liling, 3, others=0).answers == 1
    assert study(liling, 3, "rows", others=0).answers == 1
    assert study(liling, 3).answers == 17


def test_an_interval_is_narrower_by_what_was_asked(liling):
    found = study(liling, 30)
    assert estimates.gain_from_asking(found) > 3
    assert np.isnan(estimates.gain_from_asking(found.plain()))
