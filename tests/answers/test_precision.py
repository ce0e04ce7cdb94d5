"""How many replications and how long a warm-up, on services whose transient is known."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from pages import aligned

import sim
from sim.errors import ScenarioError
from sim.figures import drawings
from sim.words.language import language


@pytest.fixture(scope="module")
def found(tiny):
    return sim.precision(tiny.with_study(length="2 days"), replications=12, workers=1)


def test_the_last_interval_is_that_of_a_run(found):
    base = found.provenance.base
    alone = sim.run(base, replications=12, workers=1)
    assert found.enough == found.stopped.replications == 12
    assert [one.replications for one in found.narrowing] == [2, 3, 4, 5, 7, 10, 12]
    measures = alone.frames()["measures"].query("measure == 'within' and area == 'all'")
    assert measures[["mean", "low", "high"]].to_numpy() == pytest.approx(
        np.array([found.stopped.value])
    )


def test_the_study_goes_on_after_it_would_stop_so_that_one_sees_the_interval_narrow(liling):
    found = sim.precision(liling.with_study(length="7 days"), workers=1)
    assert found.narrowing[-1].replications == max(60, found.enough)
    assert found.stopped.value.half_width < found.aim
    first, last = found.narrowing[2].value, found.narrowing[-1].value
    assert last.half_width < first.half_width


def test_a_start_that_is_empty_is_forgotten_when_the_last_call_before_it_is_over(liling):
    """A call before the start takes an ambulance for hours, not for days: then nothing differs."""
    found = sim.precision(liling, replications=6, workers=1)
    warm_up = found.warm_up
    assert warm_up.fewer[0] > 0.5
    assert not warm_up.fewer[48:].any()
    assert warm_up.cut_h is not None
    assert not warm_up.fewer[warm_up.cut_h :].any()
    assert found.long_enough
    changed = [one.otherwise for one in warm_up.days]
    assert changed[0] > 0
    assert changed[-2:] == [0, 0]
    assert warm_up.whole.otherwise >= changed[0]


def test_a_run_that_begins_empty_fills_at_the_rate_of_its_calls(liling):
    """While no job is over, the ambulances that are busy are the calls that were assigned so far."""
    slow = liling.with_settings(durations={"on_scene": "10 h"})
    found = sim.precision(slow.scaled(demand=0.05), replications=30, workers=1)
    busy, fewer = found.warm_up.busy, found.warm_up.fewer
    # From the tenth hour on as many end as began ten hours before: after eleven, all is as usual.
    assert fewer[0] > fewer[5] > fewer[9] > abs(fewer[13])
    assert busy[0] < busy[5] < busy[9]
    assert np.abs(fewer[24:]).max() < 0.35 * fewer[0]


def test_a_warm_up_that_is_too_short_is_said_to_be_and_what_to_write(liling):
    found = sim.precision(liling.with_study(warm_up="1 h"), replications=4, workers=1)
    assert not found.long_enough
    assert "is too short" in found.sentences()[1]
    assert f"study: {{warm_up: {found.warm_up.cut_h} h}}" in found.table()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_is_said_and_drawn(found, lang):
    page = found.page(lang)
    for table in page.body:
        assert {len(row) for row in table.rows} == {len(table.columns)}
    aligned(page.text(), 140)
    made = drawings(found, language(lang), "a4")
    assert list(made) == ["precision", "warm-up"]
    for draw in made.values():
        draw().canvas.draw()
    assert set(found.frames()) == {"precision", "warm_up", "busy_since_start"}


def test_recorded_calls_are_one_replication(tiny):
    with pytest.raises(ScenarioError, match="recorded"):
        sim.precision(replace(tiny, recorded=SimpleNamespace(length_s=86_400.0)))
