"""How busy ambulances are, drawn: cells and bars are the shares of the logs, at any size."""

from __future__ import annotations

import numpy as np
import pytest
from drawings import LANGUAGES, check, headline, texts
from pictures import comparison, picture, week

import sim
from sim.answers.fleet_load import load
from sim.figures import fleet_load as room
from sim.figures import style
from sim.model.calendar import HOURS_PER_WEEK
from sim.words import fleet_load as words
from sim.words.language import language

EN = language("en")


def test_hours_and_ambulances_are_shares_of_time_on_shift():
    found, tallies = load(comparison()), comparison().pooled[0].tallies
    busy, duty = (sum(getattr(t, name) for t in tallies) for name in ("busy_s", "on_duty_s"))
    assert found.hours == pytest.approx(busy.sum(axis=0) / duty.sum(axis=0))
    assert found.hours[found.peak] == found.hours.max()
    for one in found.ambulances:
        assert one.share.mean == pytest.approx(
            busy[one.ambulance].sum() / duty[one.ambulance].sum()
        )
        assert not one.share.known or one.share.low <= one.share.mean <= one.share.high
    means = [one.share.mean for one in found.ambulances]
    assert means == sorted(means, reverse=True)
    weights = duty.sum(axis=1)[[one.ambulance for one in found.ambulances]]
    assert np.average(means, weights=weights) == pytest.approx(found.whole.mean)
    assert len(found.ambulances) == len(week().fleet)


def test_a_closed_station_has_no_bar():
    names = {words.name(comparison(), 2, one, EN) for one in load(comparison(), 2).ambulances}
    assert "Sixth sub-station" not in names
    assert any(
        "Sixth" in words.name(comparison(), 0, one, EN) for one in load(comparison()).ambulances
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", list(style.SIZES))
def test_nothing_overlaps_on_any_page(lang, size):
    check(picture("comparison", "load", lang, size), lang)


def test_each_cell_has_its_percent_and_each_bar_its_number():
    made, found = picture("comparison", "load-proposal"), load(comparison(), 1)
    written = texts(made)
    for share in 100 * found.hours:
        assert f"{share:.0f}" in written
    bars = [bar.get_width() for bar in made.axes[2].patches]
    assert bars == pytest.approx([100 * one.share.mean for one in found.ambulances])
    assert f"{100 * found.whole.mean:.0f} %" in headline(made)


def test_hours_without_a_crew_are_a_dash(monkeypatch):
    found = load(comparison())
    hours = found.hours.copy()
    hours[:6] = np.nan
    monkeypatch.setattr(room.fleet_load, "load", lambda *_: found._replace(hours=hours))
    made = room.draw(comparison(), 0, EN)
    made.canvas.draw()
    assert texts(made).count("–") == 6
    assert made.data["busy_percent"].isna().sum() == 6


def test_an_interval_that_is_not_known_is_not_drawn(monkeypatch):
    found = load(comparison())
    known = [len(ax.lines) for ax in room.draw(comparison(), 0, EN).axes]
    alone = [
        one._replace(share=one.share._replace(low=np.nan, high=np.nan)) for one in found.ambulances
    ]
    monkeypatch.setattr(room.fleet_load, "load", lambda *_: found._replace(ambulances=alone))
    made = room.draw(comparison(), 0, EN)
    assert len(made.axes[2].lines) == known[2] - len(alone)


def test_a_slide_of_many_ambulances_says_how_many_it_leaves_out():
    found = load(comparison())
    many = found._replace(ambulances=found.ambulances * 4)
    assert len(many.ambulances) > room.MOST
    said = words.finding(comparison(), 0, many, 16, EN)
    assert "16 less busy ambulances not drawn" in said.subtitle


def test_nobody_on_shift_has_no_peak():
    empty = load(comparison())._replace(hours=np.full(HOURS_PER_WEEK, np.nan))
    assert empty.peak is None
    assert words.headline(comparison(), 0, empty, EN) == "Nobody is on duty"


def test_a_layout_that_is_not_there_is_refused():
    with pytest.raises(sim.PlannerError):
        comparison().load(layout=3)
    assert headline(comparison().load(layout=2)).startswith("The 13 ambulances")
