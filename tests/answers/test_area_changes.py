"""Where a proposal helps and harms: known calls of five townships, judged together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.answers.area_changes import changes
from sim.measures.verdicts import FEWEST_CALLS, Verdict

HELPED, HARMED, SAME, OPEN, SELDOM, SILENT = range(6)
REPLICATIONS = 10
NOTHING_ASKED = {"asked_s": np.zeros((0, 0)), "other_township": np.zeros((0, 0), int)}
CALLS = {HELPED: 40, HARMED: 40, SAME: 1_000, OPEN: 40, SELDOM: 1}  # in each replication


def with_calls(tally, late):
    """A tally with as many calls as told; `late`: {township: [call] bool}."""
    township = np.concatenate([np.full(n, row) for row, n in CALLS.items()])
    some = np.resize(np.arange(len(tally.call)), len(township))
    rows = {name: getattr(tally, name)[some] for name in tally._fields[:12] if name != "call"}
    missed = np.concatenate([np.resize(late[row], n) for row, n in CALLS.items()])
    rows |= {
        "call": np.arange(len(township)), "township": township,
        "area": np.zeros(len(township), int),
        "response_s": np.where(missed, 1_200.0, 300.0),
    }  # fmt: skip
    return tally._replace(**rows, **NOTHING_ASKED)


@pytest.fixture(scope="module")
def known(day):
    """One township helped, one harmed, one without change, one by chance, one of few calls."""
    found = sim.compare(day, day.add("枫林镇"), day.add("官庄镇"), replications=REPLICATIONS)
    rng = np.random.default_rng(1)
    layouts = []
    for layout, tallies in enumerate(found.tallies):
        made = []
        for number, tally in enumerate(tallies):
            wobble = rng.random(40) < 0.5
            late = {
                HELPED: np.arange(40) < (30 if not layout else 6 + number % 3),
                HARMED: np.arange(40) < (4 if not layout else 12 + number % 3),
                SAME: np.arange(1_000) < 333,
                OPEN: wobble,
                SELDOM: np.array([not layout]),
            }
            made.append(with_calls(tally, late))
        layouts.append(tuple(made))
    return replace(found, tallies=tuple(layouts))


def test_each_area_gets_the_verdict_of_its_own_calls(known):
    found = changes(known, 1, "within")
    assert found[HELPED].verdict == Verdict.BETTER
    assert found[HARMED].verdict == Verdict.WORSE
    assert found[SAME].verdict == Verdict.TOO_SMALL
    assert found[OPEN].verdict == Verdict.UNDECIDED
    assert found[HELPED].change == pytest.approx((30 - 6.9) / 40)
    assert found[HARMED].change == pytest.approx(-(12.9 - 4) / 40)
    assert found[SAME].change == 0


def test_minutes_go_the_other_way_and_the_verdict_does_not(known):
    found = changes(known, 1, "mean")
    assert found[HELPED].verdict == Verdict.BETTER
    assert found[HELPED].change == pytest.approx(-15 * (30 - 6.9) / 40)


def test_areas_with_few_calls_or_none_are_not_judged(known):
    assert REPLICATIONS * CALLS[SELDOM] < FEWEST_CALLS
    found = changes(known, 1, "within")
    assert found[SELDOM].verdict is None
    assert found[SELDOM].change == 1
    assert found[SILENT].verdict is None
    assert np.isnan(found[SILENT].change)
    assert len(found) == len(known.base.map.townships)


def test_an_area_of_less_than_a_hundred_calls_has_no_verdict_however_large_its_change(known):
    """Not "cannot tell" beside an interval that leaves out nothing."""
    fewer = [
        tuple(t._replace(**{n: getattr(t, n)[t.township != SAME] for n in t._fields[:12]},
                         **NOTHING_ASKED) for t in tallies[:5])
        for tallies in known.tallies
    ]  # fmt: skip
    few = [
        tuple(t._replace(**{n: getattr(t, n)[::3] for n in t._fields[:12]}, **NOTHING_ASKED)
              for t in tallies)
        for tallies in fewer
    ]  # fmt: skip
    found = changes(replace(known, tallies=tuple(few)), 1, "within")
    assert found[HELPED].change > 0.3
    assert found[HELPED].verdict is None


def test_no_change_in_few_calls_is_not_sure_to_be_none(known):
    """A hundred calls without any change may hide one in twenty; five thousand may not."""
    short = replace(known, tallies=tuple(tallies[:5] for tallies in known.tallies))
    assert changes(short, 1, "within")[SAME].verdict == Verdict.TOO_SMALL  # 5,000 calls
    rare = []
    for tallies in known.tallies:
        every = [
            t._replace(**{n: getattr(t, n)[::40] for n in t._fields[:12]}, **NOTHING_ASKED)
            for t in tallies[:5]
        ]
        rare.append(tuple(every))
    assert changes(replace(known, tallies=tuple(rare)), 1, "within")[SAME].verdict == (
        Verdict.UNDECIDED
    )


def test_a_few_replications_tell_nothing(known):
    few = replace(known, tallies=tuple(tallies[:4] for tallies in known.tallies))
    said = {one.verdict for one in changes(few, 1, "within")}
    assert said == {Verdict.UNDECIDED, None}


def test_areas_are_judged_together():
    """Chance alone makes some of many areas look better; together hardly ever any."""
    from sim.measures.intervals import Jackknifed
    from sim.measures.kinds import Matters
    from sim.measures.measures import BY_KEY
    from sim.measures.verdicts import verdicts

    rng = np.random.default_rng(3)
    wrong = 0
    for _ in range(200):
        drawn = rng.normal(0, 0.03, (24, 20))
        spreads = [Jackknifed(d.mean(), d.std(ddof=1) / np.sqrt(20), 19) for d in drawn]
        found = verdicts(BY_KEY["within"], spreads, Matters())
        wrong += any(v in (Verdict.BETTER, Verdict.WORSE) for v in found)
    assert wrong <= 20
