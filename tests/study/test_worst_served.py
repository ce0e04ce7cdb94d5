"""Who is served worst: chosen on calls of their own, among townships that have enough."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from conftest import ROOT
from worlds import scenario_with

from sim.answers import comparison, ranking
from sim.errors import OptionError
from sim.prepare import demand
from sim.scenario.file import load
from sim.study import worst_served
from sim.study.effort import Effort
from sim.study.plan import prepare
from sim.study.replication import Keep
from sim.study.runs import Runs
from sim.study.workers import Pool
from sim.study.worst_served import FIRST, LEAST_CALLS, MOST, WorstServed, choose, expected_share
from sim.words.language import language
from sim.words.worst_notes import notes

HERE = Pool(workers=1)


@lru_cache
def days(length=2.0):
    """The usual layout, for some days."""
    base = load(ROOT / "scenarios" / "liling")
    return base.with_study(length=length * 86_400.0, warm_up=3_600.0, cool_down=3_600.0)


def chosen(base, run=HERE.results, seed=7):
    return choose(base, prepare(base, [], Effort(), Keep.SUMS).plan, seed, run)


def test_the_choice_is_the_same_in_every_command():
    base = days()
    known = comparison.run(base, replications=2, workers=1).provenance.worst
    other = comparison.compare(base, base.add("枫林镇"), replications=3, workers=1)
    ranked = ranking.rank(base, replications=2, workers=1, by="within")
    assert known == other.provenance.worst == ranked.provenance.worst
    assert known.rows == other.pooled[0].setup.worst


def test_no_call_of_the_choice_is_measured():
    numbers = []

    def run(job, some):
        numbers.extend(some)
        assert job.plan.seed == 7
        return HERE.results(job, some)

    chosen(days(), run)
    assert min(numbers) == FIRST == 1_000_000
    assert 10 <= len(numbers) <= MOST
    assert len(set(numbers)) == len(numbers)


def test_the_choice_does_not_depend_on_the_order_in_which_replications_come():
    def backwards(job, some):
        yield from reversed(list(HERE.results(job, some)))

    assert chosen(days()) == chosen(days(), backwards)


def test_townships_with_too_few_calls_are_left_out_and_counted():
    """Half an hour: hardly any township has calls enough in a hundred replications."""
    base = days(1 / 24)
    plan = prepare(base, [], Effort(), Keep.SUMS).plan
    each = demand.expected_calls(plan.demands[0], plan.windows[0], len(plan.setup.people))
    enough = (each * worst_served.replications(each) >= LEAST_CALLS).sum()
    found = chosen(base)
    assert found.eligible == enough
    assert found.thin == (each > 0).sum() - enough
    assert len(found.rows) == min(5, enough)


def test_where_none_has_enough_the_measure_is_absent_with_a_reason(monkeypatch):
    monkeypatch.setattr(worst_served, "LEAST_CALLS", 10**9)
    base = days()
    result = comparison.run(base, replications=5, workers=1)
    assert result.provenance.worst.rows == ()
    assert "worst5" not in result.headline_keys()
    assert any("not measured" in note for note in notes(result.provenance, language("en")))
    with pytest.raises(OptionError, match="worst-served are not measured"):
        ranking.rank(base, by="worst5", replications=2, workers=1)


def test_more_replications_are_made_where_townships_are_small():
    assert worst_served.replications(np.array([4.0, 4.0, 0.0])) == MOST
    assert worst_served.replications(np.array([40.0, 41.0, 39.0])) == 25
    assert worst_served.replications(np.array([4_000.0])) == 10
    assert worst_served.replications(np.zeros(3)) == 10


@pytest.mark.parametrize(
    ("worst", "said"),
    [
        (WorstServed((1, 2, 3, 4, 5), eligible=24), []),
        (WorstServed((1, 2, 3, 4, 5), eligible=24, apart=False), ["cannot be told apart"]),
        (WorstServed((1, 2, 3, 4, 5), thin=1, eligible=23), ["1 of the townships has too few"]),
        (WorstServed((1, 2), thin=22, eligible=2), ["Only 2 of the", "22 of the townships have"]),
        (WorstServed(thin=24), ["are not measured"]),
        (WorstServed((1, 2, 3, 4, 5), eligible=24, busy=0.42), ["busy 42 % of"]),
    ],
)
def test_what_is_unsure_of_the_choice_is_said(worst, said):
    base = days()
    made = comparison.run(base, replications=1, workers=1).provenance
    for lang in ("en", "zh"):
        told = notes(replace(made, worst=worst), language(lang))
        assert len(told) == len(said)
        assert "{" not in "".join(told)
    told = notes(replace(made, worst=worst), language("en"))
    for note, part in zip(told, said, strict=True):
        assert part in note


def test_the_gain_of_the_chosen_is_not_flattered():
    """On the mean over studies it is what a long run gives those very townships."""
    base = days(1.0)
    plan = base.add("枫林镇")
    with Runs(base, [plan], Effort(seed=10**6, workers=1), WorstServed()) as runs:
        runs.extend(1_500)
        long = [runs.summed(row).by_township(comparison.BY_KEY["within"]) for row in (0, 1)]
    within = np.array([one.above.sum(axis=0) for one in long])
    calls = long[0].below.sum(axis=0)
    apart = []
    for seed in range(40):
        with Runs(base, [plan], Effort(seed=seed, workers=1)) as runs:
            runs.extend(5)
            some = list(runs.worst)
            true = (within[1, some] - within[0, some]).sum() / calls[some].sum()
            apart.append(runs.spread(1, "worst5").mean - true)
    assert abs(np.mean(apart)) < 3 * np.std(apart) / len(apart) ** 0.5


def test_by_expectation_more_busy_ambulances_reach_fewer_people():
    base, townships = days(), len(days().map.townships)
    free, busy, never = (expected_share(base, share, townships) for share in (0.0, 0.5, 1.0))
    lived_in = np.isfinite(free)
    assert (free[lived_in] >= busy[lived_in]).all()
    assert (free > busy + 0.01).any()
    assert (never[lived_in] == 0).all()


def replayed(folder, text):
    """The usual layout replaying these records."""
    folder.mkdir()
    path = scenario_with(folder, "")
    (folder / "calls.csv").write_text(text, "utf-8")
    return load(path)


def records(base, length_days=14.0):
    """A file of calls as they might have been: where people live, one after another."""
    rng = np.random.default_rng(3)
    names = [township.name.zh for township in base.map.townships]
    minutes = np.sort(rng.integers(3 * 1440, int(length_days) * 1440, 20 * len(names)))
    rows = [
        f"2025-03-{3 + at // 1440:02d} {at // 60 % 24:02d}:{at % 60:02d},{names[i % len(names)]}"
        for i, at in enumerate(minutes.tolist())
    ]
    return "\n".join(["received_at,township", *rows]) + "\n"


def test_recorded_calls_are_no_choice_of_their_own(tmp_path):
    """The choice is by driving times and busy ambulances, and that is said."""
    result = comparison.run(
        replayed(tmp_path / "usual", records(days())), replications=5, workers=1
    )
    worst = result.provenance.worst
    assert 0 < worst.busy < 1
    assert len(worst.rows) == 5
    expected = expected_share(result.base, worst.busy, len(result.base.map.townships))
    assert max(expected[list(worst.rows)]) <= np.sort(expected)[5] + 1e-12
    said = notes(result.provenance, language("en"))
    assert any("The calls are records" in note for note in said)
    assert result.facts()["worst_served"]["by_expectation"] is True


def test_townships_with_few_records_are_not_chosen(tmp_path):
    lines = records(days()).splitlines()
    worst = comparison.run(
        replayed(tmp_path / "all", "\n".join(lines)), replications=2
    ).provenance.worst
    name = days().map.townships[worst.rows[0]].name.zh
    rows = [line for line in lines if name not in line]
    kept = [line for line in lines if name in line][:1]
    few = replayed(tmp_path / "few", "\n".join([rows[0], *sorted([*rows[1:], *kept])]))
    found = comparison.run(few, replications=2, workers=1).provenance.worst
    assert worst.rows[0] not in found.rows
    assert found.thin == worst.thin + 1
