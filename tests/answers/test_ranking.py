"""Which site next: places by hand, what a ranking promises, and that effort goes where it counts."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from rankings import nothing, ranked, ranking_of, spread_out, unknown, with_worst
from scipy import stats
from studies import QUICK, days

from sim.answers import comparison, ranking
from sim.answers.candidates import Candidate
from sim.answers.ranking import KEYS, places, rank, rank_layouts, select
from sim.answers.selection import FIRST_STAGE, HEAT, MANY, Procedure
from sim.errors import OptionError, ScenarioError
from sim.measures import intervals
from sim.measures.intervals import FIRST_LOOK, Estimate, jackknife
from sim.measures.sums import Counts
from sim.measures.verdicts import FEWEST, Verdict
from sim.study.effort import Effort
from sim.study.runs import Runs
from sim.study.worst_served import WorstServed
from sim.text import Name

NAMES = ["枫林镇", "官庄镇", "石亭镇", "均楚镇", "白兔潭镇"]


def plans():
    return tuple(days().add(name) for name in NAMES)


# ── rank, by hand ────────────────────────────────────────────────────────────────────────────


class Written(Runs):
    """Runs of layouts whose calls in time are written out: [layout, replication] of 100 calls."""

    def __init__(self, within, looked=False, calls=100):
        within = np.asarray(within)
        effort = Effort(**({"most": 10} if looked else {"replications": 10}))
        super().__init__(days(), [days()] * (len(within) - 1), effort, WorstServed((0,)))
        calls = np.broadcast_to(calls, within.shape)
        nothing = np.zeros(1, int)
        self._found = [
            [
                Counts(np.array([[[w], [0]], [[60.0 * w], [0.0]]]),
                       np.array([[[c], [0]], [[c], [0]]]), nothing, nothing)
                for w, c in zip(row, many, strict=True) if w >= 0
            ]
            for row, many in zip(within, calls, strict=True)
        ]  # fmt: skip


def spread_of(mean, size, rng, count=30):
    return np.clip(np.round(mean + rng.normal(0, size, count)), 0, 100).astype(int)


def test_places_by_hand():
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 5, 30)  # in common
    base, best, tie, last = (
        np.round(mean + noise + rng.normal(0, 1, 30)).astype(int) for mean in (50, 80, 79.9, 60)
    )
    found = Written([base, best, tie, last])
    first, final = places(found, [1, 2, 3], "within")
    assert first.tolist() == [1, 1, 3]
    assert final.tolist() == [2, 2, 3]
    # By minutes, of which less is better: in these worlds more in time take longer.
    first, final = places(found, [3, 2, 1], "mean")
    assert len(first) == 3


def test_places_are_told_by_paired_t_tests_at_once():
    rng = np.random.default_rng(2)
    found = Written([spread_of(mean, 6, rng) for mean in (50, 62, 60, 58, 57, 56, 50)])
    order = list(range(1, 7))
    first, last = places(found, order, "within")
    rates = np.array([[one.above[0].sum() for one in of] for of in found._found], float)
    better = np.zeros((6, 6), bool)
    for i in range(6):
        for j in range(6):
            test = stats.ttest_rel(rates[1 + i], rates[1 + j])
            better[i, j] = i != j and test.pvalue < 0.05 / 15 and test.statistic > 0
    assert first.tolist() == (1 + better.sum(axis=0)).tolist()
    assert last.tolist() == (6 - better.sum(axis=1)).tolist()
    assert better.any()


def test_places_of_those_with_fewer_replications_rest_on_what_both_have():
    rng = np.random.default_rng(3)
    rows = [spread_of(mean, 3, rng) for mean in (50, 80, 79, 60)]
    short = [row.copy() for row in rows]
    short[3][10:] = -1  # it was dropped after ten
    first, last = places(Written(short), [1, 2, 3], "within")
    assert (first[2], last[2]) == (3, 3)
    few = [row.copy() for row in rows]
    few[3][FEWEST - 1 :] = -1
    first, last = places(Written(few), [1, 2, 3], "within")
    assert (first[2], last[2]) == (1, 3), "too few to tell"


def test_what_is_not_known_does_not_decide_a_place():
    """All calls came in one replication: without it there is no share, and no interval."""
    calls = [0, 0, 0, 0, 0, 0, 100]
    within = np.array([[0] * 6 + [n] for n in (10, 90, 20)])
    first, last = places(Written(within, calls=np.array([calls] * 3)), [1, 2], "within")
    assert first.tolist() == [1, 1]
    assert last.tolist() == [2, 2]


def test_equal_layouts_share_their_places_and_others_without_spread_are_certain():
    within = np.full((4, 10), 50)
    within[3] = 40
    first, last = places(Written(within), [1, 2, 3], "within")
    assert first.tolist() == [1, 1, 3]
    assert last.tolist() == [2, 2, 3]


def test_looking_makes_places_more_cautious():
    """As intervals are then: a lead that just tells two apart no longer does."""
    level = 0.05
    freedoms = [intervals.freedom(10 * n, looked) for n in (1, 3) for looked in (False, True)]
    assert freedoms[0] == freedoms[1] == FIRST_LOOK - 1, "at the first look nothing was chosen"
    assert freedoms[3] < freedoms[2]
    mean = (stats.t.isf(level / 2, freedoms[3]) + stats.t.isf(level / 2, freedoms[2])) / 2
    noise = np.resize([3, -3], 30)  # of the lead, whose standard error it gives
    lead = round(float(mean * noise.std(ddof=1) / math.sqrt(30)) * 100) / 100
    within = np.array([np.full(30, 5000), 5000 + np.round(100 * (lead + noise)), np.full(30, 5000)])
    within, calls = within.astype(int), np.full((3, 30), 10_000)
    last = [
        places(Written(within, looked, calls), [1, 2], "within")[1][0] for looked in (False, True)
    ]
    assert last == [1, 2]


class Growing(Written):
    """The same of which only the first replications are there, until more are asked for."""

    def __init__(self, within, having):
        super().__init__(within, looked=True)
        self._all = self._found
        self._found = [of[:count] for of, count in zip(self._all, having, strict=True)]
        self.asked: list[tuple[int, list[int]]] = []

    def extend(self, upto, layouts=None):
        self.asked.append((upto, list(layouts)))
        for row in [0, *layouts]:
            self._found[row] = self._all[row][:upto]
            self._ready.pop(row, None)


def test_what_may_be_the_best_gets_replications_by_doublings_until_they_tell():
    best = np.resize([70, 74, 71, 65], 80)
    tie = best + np.resize([1, -1], 80)
    near = best - 1 + np.resize([2, -2], 80)  # behind by one, of which ten are not sure
    rows = [best - 30, best, tie, near, best - 20]
    runs = Growing(rows, [80, 80, 10, 10, 10])
    ranking._tell_from(runs, 1, "within")
    assert runs.replications(2) == 80, "a tie to the last"
    assert runs.replications(3) in (20, 40), "told apart on the way"
    assert runs.replications(4) == 10, "told apart from the start"
    assert [upto for upto, _ in runs.asked] == [20, 40, 80]
    assert all(2 in some and 1 not in some and 4 not in some for _, some in runs.asked)


def test_where_all_have_as_many_no_tie_gets_more():
    runs = Growing(np.full((4, 80), 50), [10] * 4)
    ranking._tell_from(runs, 2, "within")
    assert runs.asked == []


# ── rank, Liling ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by", KEYS)
def test_sites_are_ranked_best_first(by):
    found = ranked(by)
    gains = [one.gains[by].mean for one in found.sites]
    assert gains == sorted(gains, reverse=by != "mean")
    assert len(found.sites) == len(days().map.townships)
    for place, one in enumerate(found.sites, 1):
        assert one.best_place <= place <= one.worst_place
        assert one.replications == 6
        assert one.gains[by].low <= one.gains[by].mean <= one.gains[by].high
    assert found.best.best_place == 1
    assert found.by == by
    assert found.zone == (0.125 if by == "mean" else 0.0025)


def test_gains_are_those_of_a_comparison_at_a_level_for_all_at_once():
    found = ranked()
    one = found.sites[3]
    result = comparison.compare(days(), one.layout, replications=6, workers=1)
    level = intervals.simultaneous(len(found.sites))
    for key in KEYS:
        theirs = result.spread(key).interval(level)
        assert tuple(one.gains[key]) == pytest.approx(tuple(theirs), rel=1e-6, abs=1e-12)


def test_effort_goes_to_the_contenders_and_to_who_may_be_the_best():
    found = rank(days(), most=40, workers=1)
    often = [one.replications for one in found.sites]
    assert min(often) < max(often) == often[0]
    assert all(one.replications == often[0] for one in found.tied())
    assert found.provenance.replications == often[0]
    assert found.provenance.runs == sum(often) + often[0]


def test_the_same_question_has_the_same_answer_with_any_number_of_workers():
    one, two = (rank(days(), "5", replications=5, workers=n) for n in (1, 2))
    assert one.to_frame().equals(two.to_frame())


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"by": "p90"}, "by: write one of within, urban10, rural30, worst5, mean; found p90"),
        ({"zone": 0.0}, "zone: must be more than nothing"),
        ({"zone": -1.0}, "zone: must be more than nothing"),
        ({"zone": math.nan}, "zone: must be more than nothing"),
    ],
    ids=str,
)
def test_what_cannot_be_ranked_by_is_told(how, said):
    with pytest.raises(OptionError, match=said):
        rank(days(), "2", replications=5, **how)


def test_a_kind_of_station_that_is_none_is_told():
    with pytest.raises(ScenarioError):
        rank(days(), "2", kind="castle", replications=5)


def test_the_promise_holds_only_if_the_selection_came_to_its_end():
    undecided = ranked()
    assert undecided.contenders > 1
    assert not undecided.decided
    assert rank(days(), zone=0.3, replications=10, workers=1).decided


def test_one_candidate_alone_has_the_first_place():
    found = rank_layouts(days(), [Candidate(Name("枫林镇", "Fenglin"))], plans()[:1], **QUICK)
    (one,) = found.sites
    assert (one.best_place, one.worst_place) == (1, 1)
    assert found.decided, "of one there is no choice"


def test_one_replication_ranks_but_tells_none_apart():
    found = rank(days(), "4", replications=1, workers=1)
    assert {(one.best_place, one.worst_place) for one in found.sites} == {(1, 4)}
    assert {one.verdict for one in found.sites} == {Verdict.FEW_REPLICATIONS}


def test_fewer_than_five_replications_have_no_verdict():
    few, enough = (rank(days(), "2", replications=n, workers=1, zone=0.3)
                   for n in (FEWEST - 1, FEWEST))  # fmt: skip
    assert {one.verdict for one in few.sites} == {Verdict.FEW_REPLICATIONS}
    assert {one.verdict for one in enough.sites} != {Verdict.UNDECIDED}


def test_two_names_for_one_place_are_a_tie(tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text(
        "name,lon,lat\nWest A,113.42,27.79\nEast,113.62,27.68\nWest B,113.42,27.79\n", "utf-8"
    )
    found = rank(days(), path, most=40, workers=1)
    twins = [one for one in found.sites if one.candidate.name.en.startswith("West")]
    assert [one.candidate.name.en for one in twins] == ["West A", "West B"], "the first row first"
    assert twins[0].best_place == twins[1].best_place
    assert twins[0].worst_place == twins[1].worst_place
    assert twins[0].gains["within"].mean == twins[1].gains["within"].mean or (
        twins[0].replications != twins[1].replications
    )


def test_the_frame_has_numbers_for_each_site_best_first():
    found = ranked()
    frame = found.to_frame()
    assert list(frame.columns[:7]) == [
        "place", "best_place", "worst_place", "name_zh", "name_en", "verdict", "replications",
    ]  # fmt: skip
    assert list(frame.columns[7:]) == [
        *(f"{key}{end}" for key in KEYS for end in ("", "_low", "_high")),
        "people", "newly", "minutes",
    ]  # fmt: skip
    assert list(frame["place"]) == list(range(1, 25))
    assert frame["within"].tolist() == [one.gains["within"].mean for one in found.sites]
    assert frame["people"].tolist() == [one.reason.people for one in found.sites]
    assert (frame["best_place"] <= frame["worst_place"]).all()


def test_facts_are_the_provenance_and_the_rows_that_json_can_hold():
    facts = ranking_of(unknown, Verdict.UNDECIDED).facts()
    assert (facts["base"], facts["replications"], facts["seed"]) == ("Liling today", 6, 2025)
    assert len(facts["rows"]) == 24
    assert facts["rows"][0]["within_low"] is None, "JSON has no nan"


# ── the tied, and the worst-served ───────────────────────────────────────────────────────────


def test_tied_are_the_sites_that_may_have_the_first_place():
    assert spread_out(tied=False).tied() == spread_out().sites[:1]
    assert spread_out(tied=True).tied() == spread_out(tied=True).sites[:3]


def test_the_best_for_the_worst_served_gains_most_there_and_surely():
    sure, chance = Estimate(0.3, 0.2, 0.4), Estimate(0.3, -0.1, 0.7)
    found = with_worst(spread_out(), 2, sure)
    assert found.best_for_worst_served() is found.sites[2]
    assert with_worst(spread_out(), 2, chance).best_for_worst_served() is None


def test_there_is_no_best_for_the_worst_served_where_nothing_is_known_of_them():
    assert ranking_of(nothing, Verdict.TOO_SMALL).best_for_worst_served() is None
    unknown_gain = Estimate(math.nan, math.nan, math.nan)
    assert ranking_of(lambda _: unknown_gain, Verdict.UNDECIDED).best_for_worst_served() is None
    assert ranked("worst5").best_for_worst_served() is None, "they are what it is ranked by"


def test_one_site_without_calls_does_not_hide_the_best_for_the_worst_served():
    found = with_worst(spread_out(), 2, Estimate(0.3, 0.2, 0.4))
    blank = found.sites[0]._replace(
        gains=found.sites[0].gains | {"worst5": Estimate(math.nan, math.nan, math.nan)}
    )
    found = replace(found, sites=(blank, *found.sites[1:]))
    assert found.best_for_worst_served() is found.sites[2]


# ── the selection ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by", ["within", "mean"])
def test_the_selection_ends_with_the_layout_that_leads_by_far(by):
    """More calls in time, or fewer minutes: in these worlds calls in time take a minute each."""
    rng = np.random.default_rng(4)
    rows = [spread_of(mean, 2, rng, 10) for mean in (50, 60, 95, 20)]
    assert select(Written(rows), by, 0.02) == [2 if by == "within" else 3]


def test_what_cannot_be_told_apart_stays_in_the_selection():
    rng = np.random.default_rng(5)
    rows = [spread_of(mean, 8, rng, 10) for mean in (50, 60, 60, 60)]
    assert select(Written(rows), "within", 0.001) == [1, 2, 3]


def test_nothing_of_the_selection_is_left_to_the_order_of_rows():
    """The candidates the other way round: the same gains, the same places."""
    order = [Candidate(Name(name, name)) for name in NAMES]
    one = rank_layouts(days(), order, plans(), replications=8, workers=1)
    other = rank_layouts(days(), order[::-1], plans()[::-1], replications=8, workers=1)
    said = [{o.candidate: (o.gains, o.best_place, o.worst_place) for o in r.sites}
            for r in (one, other)]  # fmt: skip
    assert said[0] == said[1]


def test_more_than_a_hundred_places_are_ranked_by_a_heat_and_a_final():
    found = rank(days(), MANY + 1, workers=1)
    assert found.procedure == Procedure.HEAT_AND_FINAL
    assert min(site.replications for site in found.sites) == HEAT
    assert max(site.replications for site in found.sites) >= HEAT + FIRST_STAGE
    assert found.facts()["selection"]["procedure"] == str(Procedure.HEAT_AND_FINAL)
    few = rank(days(), MANY + 1, replications=6, workers=1)
    assert few.procedure == Procedure.ONE_MATCH, "six leave no time for a final"
    assert {site.replications for site in few.sites} == {6}


def test_those_that_have_fewer_runs_were_dropped_early():
    found = rank_layouts(days(), [Candidate(Name(n, n)) for n in NAMES], plans(), workers=1)
    most = max(site.replications for site in found.sites)
    for site in found.sites:
        assert site.dropped_early == (site.replications < most)


class Gains:
    """Studies of which each replication's value is known: [layout, replication], the base first."""

    def __init__(self, *values):
        self.values = [np.asarray(v, float) for v in values]

    def replications(self, row):
        return len(self.values[row])

    def summed(self, row):
        return First(self.values[row])

    def spread(self, row, key, base=0):
        count = min(map(self.replications, (row, base)))
        return jackknife(left_out(self.values[row][:count] - self.values[base][:count]))


class First(NamedTuple):
    values: np.ndarray

    def first(self, count):
        return First(self.values[:count])

    def left_out(self, key):
        return left_out(self.values)


def left_out(values):
    total = values.sum()
    return np.concatenate([[values.mean()], (total - values) / (len(values) - 1)])


def test_what_changes_nothing_gains_nothing_however_kind_the_first_runs_were():
    """The selected layout gained 3 in the first ten and 1 in all: this one still nothing."""
    base, kind = np.zeros(40), np.r_[np.tile([2.0, 4.0], 5), np.tile([0.0, 2 / 3], 15)]
    runs = Gains(base, kind, base[:10])
    assert kind.mean() == pytest.approx(1.0)
    assert ranking._gain(runs, 2, 1, "within").mean == 0


def test_few_runs_are_corrected_as_far_as_both_gains_go_together():
    base, best = np.zeros(40), np.r_[np.tile([2.0, 4.0], 5), np.tile([0.0, 2 / 3], 15)]
    half = 5 + best[:10] / 2  # it moves half as much as the selected one
    runs = Gains(base, best, half)
    assert ranking._gain(runs, 2, 1, "within").mean == pytest.approx(5 + 1.0 / 2)
    opposite = Gains(base, best, 8 - best[:10])
    assert ranking._gain(opposite, 2, 1, "within").mean == pytest.approx(5.0), "never against it"
    own = Gains(base, best, best + 1)
    assert ranking._gain(own, 2, 1, "within").mean == pytest.approx(2.0), "as many runs"
