"""Today is one number in every command, whatever else they simulate and whatever was kept before."""

from __future__ import annotations

import os

import numpy as np
import pytest

import sim
from sim.answers.search import level_of, worst_of
from sim.study.effort import Effort
from sim.study.runs import Runs
from sim.study.store import Store


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A cache folder of its own, in which replications are kept between commands."""
    monkeypatch.setenv("TENTHIRTY_REUSE", "yes")
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path))
    return tmp_path / "replications"


def noisy(tiny):
    """A city of which a plan's gain is known sooner than its level: ten replications against more."""
    return tiny.with_study(length=28 * 86_400.0, most_replications=40)


def values(result, row=0):
    return [result.estimate(key, row) for key in ("within", "p90", "mean", "busy")]


def test_today_is_one_number_in_run_and_compare_though_they_need_not_be_as_many(tiny):
    base = noisy(tiny)
    plan = base.ambulances("Base A", +1)
    alone, both = sim.run(base, workers=1), sim.compare(base, plan, workers=1)
    assert both.replications != alone.replications
    assert values(both) == values(alone)
    assert both.level_of == alone.replications
    for key in ("within", "mean", "busy"):
        gained = both.estimate(key, 1).mean - both.estimate(key).mean
        assert gained == pytest.approx(both.difference(key).mean, abs=1e-12)
    assert any(f"those of {both.level_of} replications" in note for note in both.page().notes)


def test_a_search_starts_from_what_run_says_and_its_gains_add_up(tiny):
    base = noisy(tiny)
    alone = sim.run(base, workers=1)
    effort = Effort(workers=1)
    now = level_of(base, effort, worst_of(base, "within", effort))
    assert now["within"].mean == pytest.approx(alone.estimate("within").mean, abs=1e-12)
    assert now["mean"].mean == pytest.approx(alone.estimate("mean").mean, abs=1e-9)


@pytest.mark.parametrize("ask", [sim.search, sim.curve])
def test_steps_leave_nothing_to_other_commands_but_what_today_s_layout_does(tiny, kept, ask):
    base = noisy(tiny)
    sim.run(base, replications=5, workers=1)  # rows of calls
    level_of(base, Effort(workers=1), worst_of(base, "within", Effort(workers=1)))  # sums
    before = sorted(path.name for path in kept.iterdir())
    how = {"ambulances": 2} if ask is sim.search else {"steps": 2}
    ask(base, workers=1, **how)
    assert sorted(path.name for path in kept.iterdir()) == before


def test_what_was_kept_is_read_back_and_changes_no_digit(tiny, kept):
    base = noisy(tiny)

    def level():
        with Runs(base, [], Effort(workers=1)) as runs:
            runs.until_known()
            return [sum_ for one in runs._counts(0) for sum_ in one]

    first = level()
    (folder,) = kept.iterdir()
    files = sorted(folder.glob("*.npz"))
    before = [path.stat().st_mtime_ns for path in files]
    second = level()
    assert [path.stat().st_mtime_ns for path in files] == before, "nothing was written again"
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one, other)


def test_a_damaged_file_is_computed_again(tiny, kept):
    base = noisy(tiny)
    with Runs(base, [], Effort(workers=1)) as runs:
        runs.extend(3)
        found = runs.value(0)
    (folder,) = kept.iterdir()
    (folder / "0001.npz").write_bytes(b"half of it")
    with Runs(base, [], Effort(workers=1)) as runs:
        runs.extend(3)
        assert runs.value(0) == found
    assert (folder / "0001.npz").stat().st_size > 100


def test_what_a_killed_command_left_half_written_goes_where_nothing_more_is_written(tiny, kept):
    base = noisy(tiny)
    with Runs(base, [], Effort(workers=1)) as runs:
        runs.extend(3)
    (folder,) = kept.iterdir()
    (folder / ".0004.0123abcd.part.npz").write_bytes(b"half of it")
    with Runs(base, [], Effort(workers=1)) as runs:
        runs.extend(3)
    assert sorted(path.name for path in folder.iterdir()) == [f"000{n}.npz" for n in range(3)]


def test_other_assumptions_about_today_are_not_kept(tiny, kept):
    base = tiny.with_study(length=86_400.0)
    sim.stress(base, base.ambulances("Base A", +1), samples=2, replications=2, workers=1)
    assert len(list(kept.iterdir())) == 1


@pytest.mark.parametrize("how", ["option", "environment"])
def test_it_can_be_switched_off(tiny, kept, monkeypatch, how):
    if how == "environment":
        monkeypatch.setenv("TENTHIRTY_REUSE", "no")
    with Runs(noisy(tiny), [], Effort(workers=1, reuse=how != "option")) as runs:
        runs.extend(2)
    assert not kept.exists()


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tiny, kept):
    kept.write_text("a file in the way")
    with Runs(noisy(tiny), [], Effort(workers=1)) as runs:
        runs.extend(2)
        assert runs.replications(0) == 2


def test_what_was_used_longest_ago_goes_when_there_is_too_much(tmp_path):
    for number, name in enumerate(("a", "b", "c")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "0000.npz").write_bytes(b"x" * 100)
        os.utime(folder, (number, number))
    store = Store(tmp_path, most_bytes=250)
    store._added = True
    store.tidy()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "c"]
