"""Why calls are late: parts that add up, one cause for each miss, words that agree with numbers."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from rich.cells import cell_len
from test_engines_agree import QUIET, worlds
from worlds import matrix_world, road_world, some_calls

import sim
from sim.answers.comparison import Result
from sim.engine import compiled, reference
from sim.figures import style
from sim.geography.roads import travel
from sim.measures import causes
from sim.measures.calls import first_arrival, tally
from sim.measures.causes import CAUSES
from sim.measures.estimates import ALL, Group, Pooled, Setup
from sim.model.calendar import Window, band_at
from sim.policies.clock import NONE
from sim.words import fractions
from sim.words import why_late as late_words

DISTANCE, CALL_TAKING, TURNOUT, NEAREST_BUSY, QUEUE = range(5)
WINDOW = Window(0.0, 1e9)
LANGUAGES = ["en", "zh"]
UP_TO_600 = Setup((600.0, 1800.0), 0.9, np.array([100.0]), worst=())


def pooled(world, *draws, run=reference.run, setup=UP_TO_600):
    return Pooled([tally(world, calls, run(world, calls), WINDOW) for calls in draws], setup)


def taken_apart(world, calls, run=reference.run, **how):
    """By call: its parts in the order of CAUSES, and its cause (None if in time)."""
    found = causes.split(pooled(world, calls, run=run, **how))
    names = [None if cause == NONE else CAUSES[cause] for cause in found.cause.tolist()]
    return found.parts_s.tolist(), names


# ── each cause, known by hand ────────────────────────────────────────────────────────────────


def test_too_far_from_every_station_is_distance(engine):
    calls = some_calls([0], call_taking_s=50, turnout_s=30)
    assert taken_apart(matrix_world([[601], [900]]), calls, engine) == (
        [[601, 50, 30, 0, 0]], ["distance"],
    )  # fmt: skip


def test_near_enough_but_for_the_call_taking(engine):
    calls = some_calls([0], call_taking_s=101, turnout_s=30)
    assert taken_apart(matrix_world([[500]]), calls, engine) == (
        [[500, 101, 30, 0, 0]], ["call taking"],
    )  # fmt: skip


def test_near_enough_but_for_the_turnout(engine):
    calls = some_calls([0], call_taking_s=60, turnout_s=41)
    assert taken_apart(matrix_world([[500]]), calls, engine) == (
        [[500, 60, 41, 0, 0]], ["turnout"],
    )  # fmt: skip


def test_the_nearest_is_on_a_call_and_another_comes_from_afar(engine):
    calls = some_calls([0, 10], call_taking_s=20, on_scene_s=3000)
    parts, causes = taken_apart(matrix_world([[200], [700]]), calls, engine)
    assert parts == [[200, 20, 0, 0, 0], [200, 20, 0, 500, 0]]
    assert causes == [None, "nearest busy"]


def test_nobody_is_free_for_long(engine):
    calls = some_calls([0, 10], turnout_s=30, on_scene_s=3000)
    parts, causes = taken_apart(matrix_world([[200]], [[100]]), calls, engine)
    assert parts == [[200, 0, 30, 0, 0], [0, 0, 0, 0, 3220]]
    assert causes == [None, "queue"]


def test_what_is_lost_with_an_ambulance_that_is_diverted_is_queue(engine):
    may = [[False] * 3, [True, False, False], [True, False, False]]
    world = road_world(stations=[0], places=[4, 2], may_divert=may)
    calls = some_calls([0, 30], place=[0, 1], priority=[2, 0])
    setup = UP_TO_600._replace(target_s=(200.0, 200.0))
    parts, causes = taken_apart(world, calls, engine, setup=setup)
    assert parts == [[120, 0, 0, 0, 120], [90, 0, 0, 0, 0]]
    assert causes == ["queue", None]


def test_on_the_road_and_nearer_than_any_station_nothing_is_busy(engine):
    world = road_world(stations=[0], places=[4])
    parts, causes = taken_apart(world, some_calls([0, 270]), engine)
    assert parts == [[240, 0, 0, 0, 0], [90, 0, 0, 0, 0]], "the second from the next node back"
    assert causes == [None, None]


def test_on_the_road_and_farther_than_the_station_is_nearest_busy(engine):
    world = road_world(stations=[0, 4], places=[0, 4], homes=[0])
    parts, causes = taken_apart(
        world, some_calls([0, 250], place=[1, 0]), engine,
        setup=UP_TO_600._replace(target_s=(200.0, 200.0)),
    )  # fmt: skip
    assert parts == [[240, 0, 0, 0, 0], [0, 0, 0, 230, 0]], "home is next door, but it is out"
    assert causes == ["distance", "nearest busy"]


def test_a_station_without_an_ambulance_is_not_the_nearest(engine):
    world = matrix_world([[10], [700]], homes=[1])
    assert taken_apart(world, some_calls([0]), engine) == ([[700, 0, 0, 0, 0]], ["distance"])


def test_the_leg_off_the_road_is_distance():
    world = road_world(stations=[0], places=[4], legs={0: [400.0, 100.0]})
    assert taken_apart(world, some_calls([0])) == ([[740, 0, 0, 0, 0]], ["distance"])


def test_the_nearest_station_is_as_far_as_it_is_in_the_band_that_was_driven():
    world = road_world(stations=[0], places=[4], slow_from_hour=1)
    parts, _ = taken_apart(world, some_calls([0, 4000]))
    assert [distance for distance, *_ in parts] == [240, 480]


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "nobody ever on duty"])
def test_whom_nobody_reaches_queues_for_ever(engine, lost):
    if lost:
        world, calls = (
            matrix_world([[0]], lose_when_none_free=True),
            some_calls([0, 10], on_scene_s=100),
        )
    else:
        world, calls = matrix_world([[0]], homes=np.zeros(0, int)), some_calls([0, 10])
    parts, causes = taken_apart(world, calls, engine)
    assert parts[1] == [0] * 5
    assert causes[1] == "queue"
    found = pooled(world, calls, run=engine)
    late = causes.summed(found, causes.split(found), ALL)
    assert late.reached == 0
    assert np.isnan(late.minutes).all()
    assert late.shares.tolist() == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("seconds", "cause"),
    [
        ({"drive": 600}, None),
        ({"drive": 600, "call_taking_s": 1 / 1024}, "call taking"),
        ({"drive": 500, "call_taking_s": 100}, None),
        ({"drive": 500, "call_taking_s": 100, "turnout_s": 1 / 1024}, "turnout"),
        ({"drive": 600 + 1 / 1024}, "distance"),
    ],
)
def test_exactly_the_target_is_in_time(seconds, cause):
    drive = seconds.pop("drive")
    assert taken_apart(matrix_world([[drive]]), some_calls([0], **seconds))[1] == [cause]


def test_the_target_is_that_of_the_area():
    calls = some_calls([0, 0], area=[0, 1])
    assert taken_apart(matrix_world([[700], [700]]), calls)[1] == ["distance", None]


# ── summed over calls and replications ───────────────────────────────────────────────────────


def test_shares_are_pooled_and_their_intervals_a_jackknife():
    """One replication with a miss by distance, one with three by turnout, one with none."""
    far, slow, good = (
        some_calls([0], turnout_s=0, place=0),
        some_calls([0, 5000, 10_000], turnout_s=200, place=1),
        some_calls([0], place=1),
    )
    world = matrix_world([[700, 500]], [[0], [0]])
    found = pooled(world, far, slow, good)
    split = causes.split(found)
    shares = causes.shares(found, split)
    assert [share.mean for share in shares] == [0.25, 0, 0.75, 0, 0]
    assert shares[DISTANCE].low <= 0.25 <= shares[DISTANCE].high
    assert shares[QUEUE] == (0, 0, 0)
    late = causes.summed(found, split, ALL)
    assert (late.calls, late.total, late.reached) == (5, 4, 4)
    assert late.minutes.tolist() == [2200 / 4 / 60, 0, 600 / 4 / 60, 0, 0]


def test_one_replication_has_shares_without_intervals():
    found = pooled(matrix_world([[700]]), some_calls([0]))
    first = causes.shares(found, causes.split(found))[DISTANCE]
    assert first.mean == 1
    assert math.isnan(first.low)


def test_minutes_are_of_the_misses_that_were_reached():
    world = matrix_world([[660]], lose_when_none_free=True)
    found = pooled(world, some_calls([0, 10, 5000], on_scene_s=1000, turnout_s=60))
    late = causes.summed(found, causes.split(found), ALL)
    assert (late.total, late.reached) == (3, 2)
    assert late.minutes.tolist() == [11, 0, 1, 0, 0]


def test_groups_taken_together_are_the_calls_taken_together():
    world = matrix_world([[100, 700, 500]], [[0], [0], [0]])
    calls = some_calls(
        np.arange(0, 60_000, 1000), place=np.arange(60) % 3, township=np.arange(60) % 2,
        turnout_s=np.arange(60) * 10,
    )  # fmt: skip
    found = pooled(world, calls)
    split = causes.split(found)
    parts = [causes.summed(found, split, Group("township", row)) for row in (0, 1)]
    whole, joined = causes.summed(found, split, ALL), causes.together(parts, ALL)
    assert (joined.calls, joined.reached) == (whole.calls, whole.reached)
    assert joined.misses.tolist() == whole.misses.tolist()
    assert joined.minutes == pytest.approx(whole.minutes)


# ── any small world ──────────────────────────────────────────────────────────────────────────


def nearest_by_hand(world, calls, log):
    """[call] one station after the other, over the roads' other function."""
    trips, found = first_arrival(log, len(calls.received_at)), []
    for call, trip in enumerate(trips.tolist()):
        if trip == NONE:
            found.append(math.inf)
            continue
        mode = int(
            world.roads.mode_to_scene[
                band_at(world.roads.bands, log.mobile_at[trip]), calls.priority[call]
            ]
        )
        starts = world.stations.place[sorted(set(world.fleet.home.tolist()))]
        end, leg_s = calls.place[call], world.roads.place_leg_s[mode]
        road_s = travel.seconds(
            world.roads.travel, mode, world.roads.place_node[starts], world.roads.place_node[end]
        )
        found.append(float((leg_s[starts] + road_s + leg_s[end]).min()))
    return found


def cause_by_hand(parts, target):
    running = 0.0
    for cause, seconds in enumerate(parts):
        running += seconds
        if running > target:
            return cause
    return NONE


@settings(max_examples=150, **QUIET)
@given(worlds(), st.sampled_from([0.0, 60, 150, 600]))
def test_in_any_world_the_parts_add_up_and_every_miss_has_one_cause(case, target):
    world, calls = case
    setup = UP_TO_600._replace(target_s=(target, target))
    log = reference.run(world, calls)
    found = Pooled([tally(world, calls, log, WINDOW)], setup)
    split = causes.split(found)
    reached = np.isfinite(found.response_s)
    assert found.tallies[0].nearest_s.tolist() == nearest_by_hand(world, calls, log)
    assert (split.parts_s >= 0).all()
    assert (split.parts_s.sum(axis=1)[reached] == found.response_s[reached]).all()
    assert ((split.cause != NONE) == (found.response_s > target)).all()
    for parts, cause, came in zip(
        split.parts_s.tolist(), split.cause.tolist(), reached.tolist(), strict=True
    ):
        assert cause == (cause_by_hand(parts, target) if came else QUEUE)
    late = causes.summed(found, split, ALL)
    assert late.total == (found.response_s > target).sum()
    again = causes.split(pooled(world, calls, run=compiled.run, setup=setup))
    assert (again.parts_s == split.parts_s).all()
    assert (again.cause == split.cause).all()


def test_off_the_time_grid_the_parts_add_up_to_a_nanosecond(engine, rng):
    world = matrix_world(rng.uniform(60, 900, (3, 4)), rng.uniform(60, 900, (4, 3)), on_grid=False)
    calls = some_calls(
        np.sort(rng.uniform(0, 90_000, 200)), rng.integers(0, 4, 200),
        call_taking_s=rng.exponential(60, 200), turnout_s=rng.exponential(60, 200),
        on_scene_s=rng.exponential(900, 200),
    )  # fmt: skip
    found = pooled(world, calls, run=engine)
    split = causes.split(found)
    assert split.parts_s.sum(axis=1) == pytest.approx(found.response_s, abs=1e-9, rel=0)
    assert split.parts_s.min() >= -1e-9
    assert ((split.cause != NONE) == (found.response_s > found.target_s)).all()


# ── words ────────────────────────────────────────────────────────────────────────────────────

VALUES = {en: value for value, en, _ in fractions.FRACTIONS} | {"almost all": 0.975, "all": 1.0}
MEANINGS = {en: zh for _, en, zh in fractions.FRACTIONS} | {"almost all": "几乎全部", "all": "全部"}


def said_value(share):
    said = fractions.said(share, "en")
    return VALUES[said] if said in VALUES else int(said.removesuffix(" %")) / 100


@pytest.mark.parametrize(
    ("share", "en", "zh"),
    [
        (1.0, "all", "全部"),
        (0.99999, "almost all", "几乎全部"),
        (0.95, "almost all", "几乎全部"),
        (0.94, "94 %", "94%"),
        (0.91, "nine in ten", "九成"),
        (0.66, "two thirds", "三分之二"),
        (0.51, "half", "一半"),
        (0.45, "45 %", "45%"),
        (0.34, "a third", "三分之一"),
        (0.0, "0 %", "0%"),
    ],
)
def test_shares_in_words(share, en, zh):
    assert (fractions.said(share, "en"), fractions.said(share, "zh")) == (en, zh)


@settings(**QUIET)
@given(st.floats(0, 1))
def test_words_never_contradict_the_number(share):
    en, zh = fractions.said(share, "en"), fractions.said(share, "zh")
    assert abs(said_value(share) - share) <= 0.025 + 1e-12
    assert zh == MEANINGS.get(en, en.replace(" %", "%"))
    assert (en == "all") == (share == 1)


def test_more_is_never_said_as_less():
    values = [said_value(share) for share in np.linspace(0, 1, 5001).tolist()]
    assert all(a <= b for a, b in pairwise(values))


@settings(max_examples=1000, **QUIET)
@given(st.floats(0, 1), st.floats(0, 1))
def test_two_fractions_of_one_whole_are_not_more_than_the_whole(one, other):
    if one + other <= 1:
        both = [fractions.fraction(share, "en") for share in (one, other)]
        if all(both) and "almost all" not in both:
            assert sum(VALUES[word] for word in both) <= 1 + 1e-9


@settings(**QUIET)
@given(st.lists(st.floats(0, 1000), min_size=1, max_size=8), st.integers(0, 2))
def test_rounded_numbers_add_up(values, digits):
    rounded = fractions.adding_up(np.array(values), digits)
    step = 10.0**-digits
    assert rounded.sum() == pytest.approx(round(math.fsum(values) / step) * step, abs=step * 1.001)
    assert (np.abs(rounded - values) < step * (1 + 1e-6)).all()


def test_rounded_numbers_add_up_to_a_hundred():
    assert fractions.adding_up(np.array([100 / 3] * 3), 0).tolist() == [34, 33, 33]


# ── Liling, and what a planner sees ──────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def month(liling):
    return sim.run(liling)


@pytest.fixture(scope="module")
def few(liling):
    week = liling.with_study(length=7 * 86_400.0)
    return sim.compare(week, week.add("枫林镇"), replications=3)


def hand_made(liling, counts, *, township=0, calls=100, replications=2):
    """A result on Liling's map in which so many calls are late by each cause."""
    part_s = [(700, 0, 0, 0), (500, 101, 0, 0), (500, 0, 101, 0), (500, 0, 0, 0), (500, 0, 0, 101)]
    distance, taking, turnout, queue = np.array(part_s).T
    cause = np.repeat(np.arange(5), counts)
    more = calls - len(cause)
    drive = np.concatenate([distance[cause] + 101.0 * (cause == NEAREST_BUSY), np.full(more, 10.0)])
    columns = [np.concatenate([c[cause], np.zeros(more)]) for c in (taking, queue, turnout)]
    zeros = np.zeros(calls, int)
    base = tally(
        matrix_world([[0]]),
        some_calls([]),
        reference.run(matrix_world([[0]]), some_calls([])),
        Window(0, 28 * 86_400),
    )
    one = base._replace(
        call=np.arange(calls), area=zeros, township=zeros + township, priority=zeros, hour=zeros + 8,
        response_s=drive + sum(columns), call_taking_s=columns[0], queueing_s=columns[1],
        turnout_s=columns[2],
        nearest_s=np.concatenate([distance[cause].astype(float), np.full(more, 10.0)]),
        at_once=zeros > 0, cross=zeros > 0,
    )  # fmt: skip
    return Result([liling], [[one] * replications], 1, 0.0).why()


def test_the_sentence_names_causes_with_a_fair_share(liling):
    why = hand_made(liling, [40, 2, 6, 12, 0])
    assert why.sentence() == (
        "Liling today: of the 60.0 % of calls that miss their target, two thirds (66.7 %) are due to "
        "distance: a station nearer helps, an ambulance does not; a fifth (20.0 %) are due to the "
        "nearest ambulance being busy: another ambulance there helps."
    )
    assert why.sentence("zh") == (
        "醴陵现状：60.0% 的呼叫未达标，其中三分之二（66.7%）因距离过远，就近设站有效，增加车辆无效；"
        "两成（20.0%）因最近车辆被占用，在该处增加车辆有效。"
    )


@pytest.mark.parametrize("cause", range(5))
def test_each_cause_has_its_remedy_in_both_languages(liling, cause):
    counts = [0] * 5
    counts[cause] = 40
    why = hand_made(liling, counts)
    for lang in LANGUAGES:
        one = late_words.of(lang)[cause]
        assert one.due in why.sentence(lang)
        assert one.helps in why.sentence(lang)
        assert [other.helps in why.sentence(lang) for other in late_words.of(lang)].count(True) == 1
        (township,) = why.sentences(lang)[1:]
        assert ("All of" if lang == "en" else "全部因") in township


def test_townships_with_few_misses_are_not_spoken_of(liling):
    assert len(hand_made(liling, [14, 0, 0, 0, 0]).sentences()) == 1
    assert len(hand_made(liling, [15, 0, 0, 0, 0]).sentences()) == 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_miss_that_is_said(liling, lang):
    why = hand_made(liling, [0] * 5)
    assert (
        why.sentence(lang)
        == {
            "en": "Liling today: no call of 200 missed its target.",
            "zh": "醴陵现状：200 次呼叫全部达标。",
        }[lang]
    )
    assert "nan" not in why.table(lang)
    assert why.sentence(lang) in why.table(lang)
    assert len(why.sentences(lang)) == 1
    why.figure(lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_call_that_is_said(liling, lang):
    why = hand_made(liling, [0] * 5, calls=0)
    assert ("no call was measured" if lang == "en" else "没有可统计的呼叫") in why.sentence(lang)
    assert "nan" not in why.table(lang)
    why.figure(lang)


def test_the_frame_is_tidy_and_adds_up(month):
    why = month.why()
    frame = why.to_frame()
    assert list(frame.columns) == [
        "layout", "by", "area", "cause", "calls", "misses", "share_of_misses", "minutes",
    ]  # fmt: skip
    late = int((month.pooled[0].response_s > month.pooled[0].target_s).sum())
    for _, some in frame.groupby("by"):
        assert some.misses.sum() == late
        assert some.calls.sum() == 5 * len(month.pooled[0].response_s)
    every = frame[frame.by == "all"]
    assert list(every.cause) == list(CAUSES)
    assert every.share_of_misses.sum() == pytest.approx(1)
    mean = month.pooled[0].response_s[month.pooled[0].response_s > month.pooled[0].target_s].mean()
    assert every.minutes.sum() == pytest.approx(mean / 60, abs=1e-12)
    assert [row.misses for row in why.overall] == list(every.misses)
    assert {row.by for row in why.by_township} == {"township"}
    assert len(why.by_hour) == 24 * 5


def test_every_miss_of_liling_is_split_to_the_last_bit(month):
    found, pooled_ = month.why().split, month.pooled[0]
    assert (found.parts_s.sum(axis=1) == pooled_.response_s).all()
    assert found.parts_s.min() >= 0
    assert ((found.cause != NONE) == (pooled_.response_s > pooled_.target_s)).all()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_and_table_agree_with_the_numbers(month, lang):
    why = month.why()
    text = "\n".join([why.table(lang), *why.sentences(lang)])
    assert "nan" not in text
    shares = {one.due: why.shares[i].mean for i, one in enumerate(late_words.of(lang))}
    percent = r"(?P<percent>\d+\.\d) ?%[^;；]*?(?:are due to |因)(?P<due>[^:，]+)[:，]"
    sentence = why.sentence(lang).split("其中" if lang == "zh" else "target, ")[1]
    found = [(m["due"], float(m["percent"])) for m in re.finditer(percent, sentence)]
    assert [due for due, _ in found] == [
        late_words.of(lang)[c].due for c in late_words.named(why.late())
    ]
    for due, shown in found:
        assert shown == round(100 * shares[due], 1)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_columns_line_up_and_rows_add_up(month, lang):
    blocks = month.why().table(lang).split("\n\n")
    first, townships, hours = blocks[2:5]
    for block in (townships, hours):
        lines = block.splitlines()
        assert len({cell_len(line) for line in lines}) == 1
        for line in lines[1:]:
            assert sum(int(n) for n in line.split()[-5:]) == 100
    causes = re.findall(r" (\d+\.\d) %(?: \(.*?\))? +(\d+\.\d)", first)
    *each, whole = [(float(share), float(minutes)) for share, minutes in causes]
    assert sum(share for share, _ in each) == pytest.approx(whole[0])
    assert sum(minutes for _, minutes in each) == pytest.approx(whole[1])
    assert max(cell_len(line) for block in blocks for line in block.splitlines()) <= 110


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_replication_is_told_without_intervals(liling, lang):
    why = sim.run(liling.with_study(length=7 * 86_400.0), replications=1).why()
    assert "nan" not in why.table(lang) + "".join(why.sentences(lang))
    assert ("CI " if lang == "en" else "置信区间 ") not in why.sentence(lang)
    why.figure(lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_calls_that_are_lost_are_told_of(liling, lang):
    dispatch = liling.settings.dispatch.model_copy(update={"when_none_free": "lost"})
    settings_ = liling.settings.model_copy(update={"dispatch": dispatch})
    one = replace(liling, settings=settings_, fleet=liling.fleet[:1])
    why = sim.run(one.with_study(length=3 * 86_400.0), replications=2).why()
    lost = why.late().total - why.late().reached
    assert lost > 0
    assert why.late().misses[QUEUE] >= lost
    said = f"{lost:,} of " if lang == "en" else f"中 {lost:,} 次无人到达"
    assert said in re.sub(r"\n *", " " if lang == "en" else "", why.table(lang))
    assert "nan" not in why.table(lang)
    why.figure(lang)


def test_a_proposal_has_reasons_of_its_own(few):
    base, proposal = few.why(), few.why(1)
    assert proposal.to_frame().layout.unique().tolist() == [few.layouts[1].name.en]
    assert proposal.late().misses[DISTANCE] < base.late().misses[DISTANCE]
    assert few.layouts[1].name.en in proposal.sentence()


def test_jupyter_shows_the_tables(few):
    page = few.why()._repr_html_()
    assert page.count("<table>") == 3
    assert "nan" not in page


# ── the figure ───────────────────────────────────────────────────────────────────────────────


def texts(figure):
    return [t for t in figure.findobj(Text) if t.get_text() and t not in beyond(figure)]


def beyond(figure):
    """Labels of ticks outside the limits, which are not drawn."""
    hidden = set()
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        low, high = sorted(axis.get_view_interval())
        ticks = axis.get_major_ticks()
        hidden |= {
            label for t in ticks if not low <= t.get_loc() <= high for label in (t.label1, t.label2)
        }
    return hidden


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", list(style.SIZES))
def test_everything_lies_on_the_page_and_nothing_on_another(month, lang, size):
    figure = month.why().figure(lang, size)
    FigureCanvasAgg(figure).draw()  # a closed figure has a canvas that does not draw
    (width, height), inked = figure.get_size_inches(), figure.get_tightbbox()
    assert min(inked.x0, inked.y0) >= 0
    assert inked.x1 <= width
    assert inked.y1 <= height
    boxes = [(t.get_window_extent(), t.get_text()) for t in texts(figure) if t.get_visible()]
    for i, (box, text) in enumerate(boxes):
        for other, said in boxes[i + 1 :]:
            assert not box.overlaps(other), (text, said)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("size", list(style.SIZES))
def test_wide_fonts_stay_on_the_page(month, size, monkeypatch):
    monkeypatch.setattr(style, "_installed", lambda: frozenset({"DejaVu Sans"}))
    figure = month.why().figure(size=size)
    (width, height), inked = figure.get_size_inches(), figure.get_tightbbox()
    assert min(inked.x0, inked.y0) >= 0
    assert inked.x1 <= width
    assert inked.y1 <= height


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_headline_is_the_finding_and_the_map_is_said_to_be_synthetic(month, lang):
    said = [t.get_text() for t in texts(month.why().figure(lang))]
    assert late_words.finding(month.why(), lang) in said
    assert any(("Synthetic map" if lang == "en" else "合成地图") in text for text in said)


def test_a_colour_is_never_alone(month):
    bars = [bar for ax in month.why().figure().axes for bar in ax.patches]
    looks = {(bar.get_facecolor(), bar.get_hatch() or "") for bar in bars}
    assert len(looks) == len({hatch for _, hatch in looks}) == len(CAUSES)


def test_bars_are_in_the_order_of_misses(month):
    misses = [late.total for late in month.why().by_misses()[0]]
    assert misses == sorted(misses, reverse=True)
    shown, rest = month.why().by_misses(3)
    assert len(shown) == 3
    assert sum(late.total for late in shown + rest) == month.why().late().total
    shown, rest = month.why().by_misses()
    assert rest
    assert sum(late.calls for late in shown + rest) == month.why().late().calls
