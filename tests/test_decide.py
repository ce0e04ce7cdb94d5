"""Many layouts on the same calls, the ranking of sites, and the reasons it gives."""

from __future__ import annotations

import math
import re
from functools import lru_cache

import numpy as np
import pytest
from conftest import ROOT
from rich.cells import cell_len
from scipy import stats

from sim.answers import comparison, reasons
from sim.answers import ranking as ranking_of
from sim.answers.candidates import Candidate
from sim.answers.ranking import KEYS, places, rank, rank_layouts
from sim.errors import OptionError, ScenarioError
from sim.measures import estimates
from sim.measures.estimates import FIRST_LOOK
from sim.measures.sums import Counts
from sim.measures.verdicts import FEWEST, Verdict
from sim.prepare import demand, draws
from sim.prepare import reach as coverage
from sim.scenario.file import load
from sim.study import runs as trials
from sim.study.runs import How, Trials
from sim.study.stopping import STEP
from sim.study.workers import Crew
from sim.text import Name

LANGUAGES = ["en", "zh"]
NAMES = ["枫林镇", "官庄镇", "石亭镇", "均楚镇", "白兔潭镇"]


@lru_cache(maxsize=1)
def days():
    return load(ROOT / "scenarios" / "liling").with_study(length=3 * 86_400.0)


@lru_cache(maxsize=1)
def plans():
    return tuple(days().add(name) for name in NAMES)


def tried(*layouts, upto=None, **how):
    how = {"workers": 1} | how
    found = Trials(days(), layouts or plans(), How(**how))
    if upto:
        found.more(upto)
    return found


def same(one, other, rows=None):
    """Whether two trials found the same, to the last bit."""
    for row in range(len(one.layouts)) if rows is None else rows:
        for a, b in zip(one._found[row], other._found[row], strict=True):
            for x, y in zip(a, b, strict=True):
                assert (x.dtype, x.shape, x.tobytes()) == (y.dtype, y.shape, y.tobytes())


# ── trials ───────────────────────────────────────────────────────────────────────────────────


def test_every_layout_meets_the_same_calls():
    found = tried(upto=3)
    calls = [[one.calls for one in of] for of in found._found]
    assert all(np.array_equal(calls[0], other) for other in calls[1:])
    assert found.runs == 3 * 6
    drawn = draws.draw(demand.build(days()), 2025, 0)
    received = drawn.received_at
    study = days().settings.study
    some = (received >= study.warm_up) & (received < study.warm_up + study.length)
    assert calls[0][0].sum() == some.sum(), "those of any study with this seed"


def test_replications_added_later_are_those_done_at_once():
    later = tried(upto=2)
    later.more(3, [2, 4])
    later.more(5)
    at_once = tried(upto=5)
    same(later, at_once)
    assert later.runs == at_once.runs == 30


def test_more_of_some_leaves_the_others_alone_and_brings_the_base_along():
    found = tried(upto=2)
    found.more(6, [3])
    assert [found.replications(row) for row in range(6)] == [6, 2, 2, 6, 2, 2]
    found.more(4, [3])  # there already
    assert found.runs == 2 * 6 + 4 * 2
    same(found, tried(upto=6), rows=[0, 3])


def test_any_number_of_workers_gives_the_same_bytes():
    with tried(upto=4) as one, tried(upto=4, workers=2) as two:
        same(one, two)


def test_no_more_layouts_at_once_than_memory_allows_and_nothing_changes(monkeypatch):
    blocks = []
    real = Crew.carried_out

    def noted(self, numbers, layouts=None):
        blocks.append(list(layouts))
        return real(self, numbers, layouts)

    monkeypatch.setattr(Crew, "carried_out", noted)
    whole = tried(upto=3)
    monkeypatch.setattr(trials, "AT_ONCE", 2)
    same(whole, tried(upto=3))
    assert blocks == [[0, 1, 2, 3, 4, 5], [0, 1], [2, 3], [4, 5]]


def test_fresh_calls_are_others_and_the_same_each_time():
    usual, one, two = tried(upto=2), tried(upto=2, fresh=True), tried(upto=2, fresh=True)
    same(one, two)
    assert one.seed == usual.seed == 2025, "it is the seed that was asked for"
    assert not np.array_equal(one._found[0][0].calls, usual._found[0][0].calls)


def test_another_seed_gives_other_calls():
    assert not np.array_equal(
        tried(upto=1)._found[0][0].calls, tried(upto=1, seed=7)._found[0][0].calls
    )


def test_differences_are_over_the_replications_that_both_have():
    found = tried(upto=3)
    found.more(7, [2])
    whole = tried(upto=3)
    assert found.spread(1) == whole.spread(1)
    assert found.spread(2) == tried(upto=7).spread(2)
    assert found.spread(1, base=2) == whole.spread(1, base=2)
    assert [one.replications for one in found.pair(1, 2)] == [3, 3]


def test_the_worst_served_are_fixed_at_the_first_look():
    found = tried(upto=2)
    worst = found.worst
    found.more(12)
    assert found.worst == worst
    assert tried(upto=12).summed(3).worst == tried(upto=12).worst


def test_worst_served_townships_can_be_those_of_another_base():
    with Trials(days(), plans(), How(), worst=(1, 2)) as found:
        found.more(2)
        assert found.worst == (1, 2)
        some = found.summed(0)
        assert some.left_out("worst5")[0] == pytest.approx(
            some.within[:, :, [1, 2]].sum() / some.calls[:, :, [1, 2]].sum()
        )


def test_what_is_watched_adds_up():
    told = []
    found = tried(watch=lambda done, total: told.append((done, total)))
    found.more(2)
    found.more(4, [1])
    assert told[0] == (0, 12)
    assert told[-1] == (16, 16) == (found.runs, found.runs)
    assert all(done <= total for done, total in told)


@pytest.mark.parametrize(
    ("how", "replications", "said"),
    [
        ({"replications": 7}, 7, "given"), ({"draft": True}, 5, "draft"),
        ({"most": 12}, 12, "most"), ({"most": 30, "wide": True}, 15, "precise"),
    ],
    ids=["given", "draft", "most", "precise"],
)  # fmt: skip
def test_it_stops_where_it_is_precise_or_as_it_was_told(how, replications, said):
    wide = how.pop("wide", False) if "wide" in how else False
    base = days()
    if wide:
        matters = base.settings.study.matters.model_copy(update={"share": 0.9})
        base = base.with_study(matters=matters)
    with Trials(base, [base.add("枫林镇")], How(workers=1, **how)) as found:
        chosen = found.until_precise()
    assert (found.replications(1), chosen.how) == (replications, said)
    width = found.spread(1).interval(0.95).half_width
    assert chosen.reached == pytest.approx(width)
    assert found.summed(1).looked == ("most" in how)


def test_all_differences_must_be_precise_not_the_first_alone():
    """Whoever has the widest interval decides; one that is not known at all is not precise."""
    found = tried(most=FIRST_LOOK + STEP)
    real, unknown = found.spread, estimates.Jackknifed(0.0, math.nan, 9)
    found.spread = lambda row, *rest: unknown if row == 3 else real(row, *rest)._replace(se=0.0)
    assert found.until_precise().how == "most"


def test_intervals_after_looking_are_wider():
    given, looked = tried(replications=FIRST_LOOK + 2 * STEP), tried(most=20)
    given.more(20)
    looked.more(20)
    assert given.value(1).mean == looked.value(1).mean
    assert given.value(1).half_width < looked.value(1).half_width


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"replications": 5, "most": 10}, "most: it bounds"),
        ({"replications": 0}, "at least one"),
        ({"draft": True, "replications": 3}, "name it alone"),
        ({"workers": 0}, "workers: a number of processes"),
        ({"engine": "fast"}, "compiled or reference"),
        ({"seed": -1}, "must not be negative"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_for_is_told_before_anything_is_run(how, said):
    with pytest.raises(OptionError, match=said):
        tried(**how)


# ── rank, by hand ────────────────────────────────────────────────────────────────────────────


class Made(Trials):
    """Trials of layouts whose calls in time are written out: [layout, replication] of 100 calls."""

    def __init__(self, within, looked=False, calls=100):
        within = np.asarray(within)
        self.layouts = (days(),) * len(within)
        self.rule = tried(**({"most": 10} if looked else {"replications": 10})).rule
        self._worst, self._summed = (0,), {}
        calls = np.broadcast_to(calls, within.shape)
        nothing = np.zeros((2, 1), int)
        self._found = [
            [
                Counts(*(np.array([[n], [0]]) for n in (c, w, c)), np.array([[60.0 * w], [0.0]]),
                       nothing[0], nothing[0])
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
    found = Made([base, best, tie, last])
    first, final = places(found, [1, 2, 3], "within")
    assert first.tolist() == [1, 1, 3]
    assert final.tolist() == [2, 2, 3]
    # By minutes, of which less is better: in these worlds more in time take longer.
    first, final = places(found, [3, 2, 1], "mean")
    assert len(first) == 3


def test_places_are_told_by_paired_t_tests_at_once():
    rng = np.random.default_rng(2)
    found = Made([spread_of(mean, 6, rng) for mean in (50, 62, 60, 58, 57, 56, 50)])
    order = list(range(1, 7))
    first, last = places(found, order, "within")
    rates = np.array([[one.within.sum() for one in of] for of in found._found], float)
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
    first, last = places(Made(short), [1, 2, 3], "within")
    assert (first[2], last[2]) == (3, 3)
    few = [row.copy() for row in rows]
    few[3][FEWEST - 1 :] = -1
    first, last = places(Made(few), [1, 2, 3], "within")
    assert (first[2], last[2]) == (1, 3), "too few to tell"


def test_what_is_not_known_does_not_decide_a_place():
    """All calls came in one replication: without it there is no share, and no interval."""
    calls = [0, 0, 0, 0, 0, 0, 100]
    within = np.array([[0] * 6 + [n] for n in (10, 90, 20)])
    first, last = places(Made(within, calls=np.array([calls] * 3)), [1, 2], "within")
    assert first.tolist() == [1, 1]
    assert last.tolist() == [2, 2]


def test_equal_layouts_share_their_places_and_others_without_spread_are_certain():
    within = np.full((4, 10), 50)
    within[3] = 40
    first, last = places(Made(within), [1, 2, 3], "within")
    assert first.tolist() == [1, 1, 3]
    assert last.tolist() == [2, 2, 3]


def test_looking_makes_places_more_cautious():
    """As intervals are then: a lead that just tells two apart no longer does."""
    level = 0.05
    freedoms = [estimates.freedom(10 * n, looked) for n in (1, 3) for looked in (False, True)]
    assert freedoms[0] == freedoms[1] == FIRST_LOOK - 1, "at the first look nothing was chosen"
    assert freedoms[3] < freedoms[2]
    mean = (stats.t.isf(level / 2, freedoms[3]) + stats.t.isf(level / 2, freedoms[2])) / 2
    noise = np.resize([3, -3], 30)  # of the lead, whose standard error it gives
    lead = round(float(mean * noise.std(ddof=1) / math.sqrt(30)) * 100) / 100
    within = np.array([np.full(30, 5000), 5000 + np.round(100 * (lead + noise)), np.full(30, 5000)])
    within, calls = within.astype(int), np.full((3, 30), 10_000)
    last = [places(Made(within, looked, calls), [1, 2], "within")[1][0] for looked in (False, True)]
    assert last == [1, 2]


# ── rank, Liling ─────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=8)
def ranked(by="within", **how):
    return rank(days(), by=by, workers=1, **({"replications": 6} | how))


@pytest.mark.parametrize("by", KEYS)
def test_sites_are_ranked_best_first(by):
    found = ranked(by)
    gains = [one.gains[by].mean for one in found.ranked]
    assert gains == sorted(gains, reverse=by != "mean")
    assert len(found.ranked) == len(days().map.townships)
    for place, one in enumerate(found.ranked, 1):
        assert one.best_place <= place <= one.worst_place
        assert one.replications == 6
        assert one.gains[by].low <= one.gains[by].mean <= one.gains[by].high
    assert found.best.best_place == 1
    assert found.by == by
    assert found.zone == (0.25 if by == "mean" else 0.005)


def test_gains_are_those_of_a_comparison_at_a_level_for_all_at_once():
    found = ranked()
    one = found.ranked[3]
    result = comparison.compare(days(), one.layout, replications=6, workers=1)
    level = estimates.simultaneous(len(found.ranked))
    for key in KEYS:
        theirs = result.spread(key).interval(level)
        assert tuple(one.gains[key]) == pytest.approx(tuple(theirs), rel=1e-6, abs=1e-12)


def test_the_promise_is_made_only_if_the_selection_came_to_its_end():
    undecided = ranked()
    assert undecided.contenders > 1
    assert not undecided.decided
    assert f"{undecided.contenders} are still in" in undecided.promise("en")
    assert "选择未完成" in undecided.promise("zh")
    wide = rank(days(), zone=0.3, replications=10, workers=1)
    assert wide.decided
    assert "leads all others by 30.0 points" in wide.promise("en")
    assert "Kim–Nelson" in wide.promise("zh")
    assert "did not come to its end" not in wide.table()


def test_effort_goes_to_the_contenders_and_to_who_may_be_the_best():
    found = rank(days(), most=40, workers=1)
    often = [one.replications for one in found.ranked]
    assert min(often) < max(often) == often[0]
    assert all(one.replications == often[0] for one in found.tied())
    assert found.made.replications == often[0]
    assert found.made.runs == sum(often) + often[0]


def test_one_candidate_alone():
    found = rank_layouts(
        days(), [Candidate(Name("枫林镇", "Fenglin"))], plans()[:1], replications=5
    )
    (one,) = found.ranked
    assert (one.best_place, one.worst_place) == (1, 1)
    assert "Of 1 candidate sites" not in found.sentence("en")
    assert "selected" not in found.promise("en"), "of one there is no choice"
    for lang in LANGUAGES:
        assert "nan" not in found.table(lang)


def test_one_replication_ranks_but_tells_nobody_apart():
    found = rank(days(), "4", replications=1, workers=1)
    assert {(one.best_place, one.worst_place) for one in found.ranked} == {(1, 4)}
    assert {one.verdict for one in found.ranked} == {Verdict.UNDECIDED}
    for lang in LANGUAGES:
        table = found.table(lang)
        assert "nan" not in table
        assert "– to –" not in table
        assert "– 至 –" not in table


def test_two_names_for_one_place_are_a_tie(tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text(
        "name,lon,lat\nWest A,113.42,27.79\nEast,113.62,27.68\nWest B,113.42,27.79\n", "utf-8"
    )
    found = rank(days(), path, most=40, workers=1)
    twins = [one for one in found.ranked if one.candidate.name.en.startswith("West")]
    assert [one.candidate.name.en for one in twins] == ["West A", "West B"], "the first row first"
    assert twins[0].best_place == twins[1].best_place
    assert twins[0].worst_place == twins[1].worst_place
    assert twins[0].gains["within"].mean == twins[1].gains["within"].mean or (
        twins[0].replications != twins[1].replications
    )
    if found.best is twins[0]:
        assert "it cannot be told apart from West B" in found.sentence("en")
        assert "与West B无法区分" in found.sentence("zh")


def test_the_frame_has_a_row_for_each_and_says_why():
    found = ranked()
    frame = found.to_frame()
    assert list(frame["place"]) == list(range(1, 25))
    assert {
        "best_place", "worst_place", "name_zh", "name_en", "verdict", "replications", "within",
        "within_low", "within_high", "mean", "worst5_high", "people", "newly", "minutes",
        "reason_zh", "reason_en",
    } <= set(frame.columns)  # fmt: skip
    assert frame["within"].tolist() == [one.gains["within"].mean for one in found.ranked]
    assert (frame["best_place"] <= frame["worst_place"]).all()


def aligned(table, most=120):
    """Cells in columns: no line is ragged, none too long, and nothing says nan."""
    assert "nan" not in table
    assert "None" not in table
    for line in table.splitlines()[1:]:  # the title is as long as the name of the base
        assert cell_len(line) <= most, line


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("by", ["within", "mean"])
def test_the_table_in_both_languages(by, lang):
    found = ranked(by)
    table = found.table(lang)
    aligned(table)
    assert len({len(row) for row in found.rows(lang)}) == 1
    brackets = {
        cell_len(line[: line.index("(")])
        for line in table.splitlines()
        if "(" in line and line.lstrip()[:2].strip().isdecimal() and "–" in line
    }
    assert len(brackets) == 1
    assert found.sentence(lang) in table.replace("\n ", " ") or lang == "zh"
    assert {"en": "Where next?", "zh": "下一站设在哪里"}[lang] in table
    assert {"en": "Synthetic map", "zh": "合成地图"}[lang] in table


def test_long_rankings_are_cut_in_print_and_whole_in_the_file():
    found = rank(days(), "33", replications=5, workers=1)
    assert "… and 3 more in ranking.csv." in found.table("en")
    assert "其余 3 个见 ranking.csv" in found.table("zh")
    assert len(found.to_frame()) == 33


def test_a_draft_says_so():
    found = rank(days(), "4", draft=True, workers=1)
    assert found.made.draft
    assert found.table("en").splitlines()[1].startswith("Draft: 5 replications")
    assert found.table("zh").splitlines()[1].startswith("草稿：")


def test_an_answer_prints_as_its_table():
    found = ranked()
    assert repr(found) == found.table()
    assert found._repr_html_().count("<tr>") == len(found.rows("en"))


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


# ── several proposals ────────────────────────────────────────────────────────────────────────


def test_an_interval_that_reaches_below_nothing_is_said_as_it_is():
    """Holm's tests tell more than intervals that hold all at once: better, though not surely so."""
    result = comparison.compare(days(), plans()[0], replications=5, workers=1)
    for mean, low, high, word, ends in (
        (0.03, -0.002, 0.07, "better", "3.0 more calls in every hundred .* −0.2 to 7.0"),
        (-0.03, -0.07, 0.002, "worse", "3.0 fewer calls in every hundred .* −0.2 to 7.0"),
        (-0.03, -0.07, -0.01, "worse", "3.0 fewer calls in every hundred .* 1.0 to 7.0"),
    ):
        result.difference = lambda *_, said=(mean, low, high): estimates.Estimate(*said)
        result.verdict = lambda *_, said=word: said
        assert re.search(ends, result.sentence("en"))


# ── reasons ──────────────────────────────────────────────────────────────────────────────────


def test_people_behind_a_site_counted_one_by_one():
    base, found = days(), ranked()
    before_s = coverage.seconds_before(base)
    old_s, _ = coverage.seconds_from(base, base.stations)
    cells = base.map.cells
    target_s = np.array([600.0, 1800.0])
    for one in found.ranked[:3]:
        new_s, _ = coverage.seconds_from(base, one.layout.stations[-1:])
        people = newly = 0.0
        for cell in range(len(cells.people)):
            now, then = min(old_s[:, cell]), new_s[0, cell]
            if then < now:
                people += cells.people[cell]
                limit = target_s[cells.area[cell]]
                if before_s + then <= limit < before_s + now:
                    newly += cells.people[cell]
        assert (one.reason.people, one.reason.newly) == pytest.approx((people, newly))
        assert 0 < one.reason.newly < one.reason.people


def test_a_site_relieves_whom_it_takes_most_calls_from():
    found = tried(upto=4)
    one = reasons.of_layouts(days(), plans(), found)[0]
    before, after = (found.summed(row).served.sum(axis=0) / 12 for row in (0, 1))
    fewer = before - after[: len(before)]
    assert one.calls_per_day == pytest.approx(fewer.max())
    assert one.relieves == fewer.argmax()
    assert one.of_calls == pytest.approx(before[one.relieves])


def test_what_a_site_takes_off_a_station_is_of_the_calls_that_both_met():
    """The base has met more calls than who was dropped early; those say nothing of the site."""
    found = tried(upto=2)
    few = reasons.of_layouts(days(), plans(), found)
    found.more(9, [1])
    assert reasons.of_layouts(days(), plans(), found)[1:] == few[1:]


def test_a_site_that_is_a_station_already_has_nobody_behind_it():
    base = days()
    station = base.stations[5]
    lon, lat = base.map.lonlat(station.x, station.y)
    twin = base.add("Twin", [float(lon), float(lat)])
    found = Trials(base, [twin], How(workers=1))
    found.more(2)
    (one,) = reasons.of_layouts(base, [twin], found)
    assert (one.people, one.newly, one.nearest) == (0, 0, 5)
    assert one.minutes == pytest.approx(0, abs=1)
    for lang in LANGUAGES:
        assert reasons.words(one, base, lang).startswith("0 ")


def test_reasons_are_said_in_round_numbers():
    one = reasons.Reason(123_456.0, 999.4, 0, 12.4, 5, 1.26, 4.0)
    said = reasons.words(one, days(), "en")
    assert "123,000 people have no station nearer, 999 of them newly" in said
    assert "12 min from the nearest station, Xiangdong Hospital" in said
    assert "takes 1.3 of 4.0 calls a day off Second People's Hospital" in said
    assert "未明显减轻任何站点" in reasons.words(one._replace(calls_per_day=0.01), days(), "zh")


def test_nothing_of_the_selection_is_left_to_the_order_of_rows():
    """The candidates the other way round: the same gains, the same places."""
    order = [Candidate(Name(name, name)) for name in NAMES]
    one = rank_layouts(days(), order, plans(), replications=8, workers=1)
    other = rank_layouts(days(), order[::-1], plans()[::-1], replications=8, workers=1)
    said = [{o.candidate: (o.gains, o.best_place, o.worst_place) for o in r.ranked}
            for r in (one, other)]  # fmt: skip
    assert said[0] == said[1]
    assert ranking_of.SHOWN == 30
