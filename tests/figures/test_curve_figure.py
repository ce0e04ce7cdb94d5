"""The figures of a curve: levels above, gains below; and costs against compliance."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from decisions import (
    as_draft,
    curve_of,
    first_steps,
    long_curve,
    many_steps,
    nothing,
    of_curve,
    one_step,
    unknown,
    vast,
)
from drawings import LANGUAGES, check, draw, headline, is_stamped, texts
from studies import days

from sim.figures import cost_front, fonts, style
from sim.figures.drawing import drawings
from sim.measures.intervals import Estimate
from sim.measures.verdicts import Verdict
from sim.words.language import language

SIZES = list(style.SIZES)
CASES = {
    ("curve", "as found"): of_curve,
    ("curve", "one step"): one_step,
    ("curve", "many steps"): many_steps,
    ("curve", "long names"): long_curve,
    ("curve", "no gain"): lambda: curve_of(nothing, Verdict.TOO_SMALL),
    ("curve", "no interval"): lambda: as_draft(curve_of(unknown, Verdict.UNDECIDED)),
    ("curve", "vast intervals"): lambda: curve_of(vast, Verdict.UNDECIDED),
    ("curve", "no tracks"): lambda: replace(of_curve(), tracks={"stations": (), "fleet": ()}),
    ("curve", "by the mean"): lambda: replace(of_curve(), by="mean"),
    ("front", "as found"): of_curve,
    ("front", "one step"): one_step,
    ("front", "many steps"): many_steps,
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "case", "size"), [(*key, SIZES[i % 3]) for i, key in enumerate(CASES)], ids=str
)
def test_nothing_overlaps_on_any_page(name, case, size, lang):
    check(draw(CASES[name, case](), lang, size, name), lang, names=())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["curve", "front"])
def test_each_size_holds_what_was_found(name, size):
    check(draw(of_curve(), "en", size, name), "en")


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", ["curve", "front"])
def test_wide_fonts_stay_on_the_page(name, monkeypatch):
    """A machine may have no font but matplotlib's own, which is wide."""
    monkeypatch.setattr(fonts, "_installed", lambda: frozenset({"DejaVu Sans"}))
    figure = of_curve().figure("en", "a4", name)
    (width, height), inked = figure.get_size_inches(), figure.get_tightbbox()
    assert min(inked.x0, inked.y0) >= 0
    assert inked.x1 <= width
    assert inked.y1 <= height


@pytest.mark.parametrize("draft", [False, True])
@pytest.mark.parametrize("name", ["curve", "front"])
def test_drafts_and_only_drafts_are_stamped(name, draft):
    found = as_draft(of_curve()) if draft else of_curve()
    assert is_stamped(draw(found, name=name)) is draft


# ── levels and gains ─────────────────────────────────────────────────────────────────────────


def lines_of(ax, many):
    """The lines with a point for today and for each step, as lists of values."""
    return [
        [round(float(v), 6) for v in line.get_ydata()]
        for line in ax.lines
        if len(line.get_xdata()) == many + 1 and line.get_marker() == "None"
    ]


def test_a_line_for_each_track_from_today_through_its_steps():
    found = of_curve()
    upper, _ = draw(found).axes
    expected = [
        [
            round(100 * v.mean, 6)
            for v in (found.now["within"], *(s.values["within"] for s in steps))
        ]
        for steps in (found.tracks["stations"], found.tracks["ambulances"])
    ]
    assert lines_of(upper, 3) == expected


def test_a_bar_for_each_gain():
    found = of_curve()
    _, lower = draw(found).axes
    heights = [round(bar.get_height(), 6) for bar in lower.patches]
    gains = [round(100 * step.gain.mean, 6)
             for key in ("stations", "ambulances") for step in found.tracks[key]]  # fmt: skip
    assert heights == gains


def test_what_is_not_known_has_no_bar():
    gone = Estimate(math.nan, math.nan, math.nan)
    _, lower = draw(first_steps(gone, Estimate(0.02, 0.01, 0.03))).axes
    assert [round(bar.get_height(), 6) for bar in lower.patches] == [2.0]


def test_an_interval_that_goes_on_ends_in_an_arrow():
    figure = draw(first_steps(Estimate(0.02, -0.9, 0.9), Estimate(0.02, 0.01, 0.03)))
    markers = [line.get_marker() for line in figure.axes[1].lines]
    assert markers.count("v") == markers.count("^") == 1


def test_the_fleet_rearranged_is_a_level_line_with_its_moves():
    found = replace(
        many_steps(), tracks=of_curve().tracks | {"fleet": many_steps().tracks["fleet"]}
    )
    upper, _ = draw(found).axes
    level = 100 * found.tracks["fleet"][-1].values["within"].mean
    assert any(set(line.get_ydata()) == {level} for line in upper.lines)
    assert any("(3 moves)" in text.replace("\n", " ") for text in texts(draw(found)))


def test_names_stand_beside_the_points_or_under_the_bars_where_they_are_many():
    few, many = draw(of_curve()), draw(many_steps())
    named = [t for t in many.axes[1].texts if t.get_rotation() == 90]
    assert len(named) == 24
    assert not [t for t in few.axes[1].texts if t.get_rotation() == 90]
    option = of_curve().tracks["stations"][0].option.station.en
    assert any(option in t.get_text().replace("\n", " ") for t in few.axes[0].texts)


def test_no_tick_above_all_calls():
    found = curve_of(lambda v: Estimate(0.995, 0.99, 1.0), Verdict.UNDECIDED)
    assert max(draw(found).axes[0].get_yticks()) <= 100


# ── the front ────────────────────────────────────────────────────────────────────────────────


def test_costs_alone_have_a_figure_of_costs():
    say = language("en")
    assert list(drawings(of_curve(), say, "screen")) == ["curve", "map", "front"]
    bare = replace(of_curve(), provenance=replace(of_curve().provenance, base=days()))
    assert list(drawings(bare, say, "screen")) == ["curve", "map"]


def test_every_layout_is_marked_at_its_cost_and_its_share():
    found = of_curve()
    town, country = draw(found, name="front").axes
    for ax, key in ((town, "urban10"), (country, "rural30")):
        marks = {
            (float(line.get_xdata()[0]), round(float(line.get_ydata()[0]), 6))
            for line in ax.lines
            if line.get_marker() in ("*", "s", "o", "D")
        }
        assert marks == {(p.cost, round(100 * p.values[key].mean, 6)) for p in found.points()}


def test_full_marks_are_those_on_the_front():
    found = of_curve()
    ax = draw(found, name="front").axes[0]
    full = {float(line.get_xdata()[0]) for line in ax.lines
            if line.get_marker() in "*soD" and line.get_markerfacecolor() != "white"}  # fmt: skip
    assert full == {point.cost for point in found.points() if point.on_front}


def test_the_stairs_never_go_down():
    cost, most = cost_front.stairs(of_curve().points(), "urban10")
    assert cost == sorted(cost)
    assert most == sorted(most)


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "cost (million CNY per year)"), ("zh", "费用（万 CNY per year）")],
)
def test_costs_are_counted_as_the_language_counts(lang, said):
    figure = draw(of_curve(), lang, name="front")
    assert figure.axes[0].get_xlabel() == said
    assert headline(figure)


def test_a_map_without_country_has_one_panel():
    gone = Estimate(math.nan, math.nan, math.nan)

    def no_country(values):
        return values | {"rural30": gone}

    tracks = {
        key: tuple(step._replace(values=no_country(step.values)) for step in steps)
        for key, steps in of_curve().tracks.items()
    }
    found = replace(of_curve(), tracks=tracks, now=no_country(of_curve().now))
    assert len(draw(found, name="front").axes) == 1
