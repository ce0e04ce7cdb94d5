"""The figures of a calibration: what is drawn lies where the fit is, and nothing overlaps."""

from __future__ import annotations

from dataclasses import replace

import calibrations
import numpy as np
import pytest
from drawings import LANGUAGES, check, draw, headline, texts

from sim.figures import calibration as room
from sim.figures import class_speeds, rates_map, stage_laws, style, township_history
from sim.fitting.history import Check
from sim.measures.intervals import NOTHING_KNOWN, Estimate
from sim.words import calibration_figures, simulated_history
from sim.words.language import language

EN = language("en")
SIZES = list(style.SIZES)
NAMES = ["calibration", "rates-map", "profile", "speeds", "durations", "townships"]


@pytest.fixture(scope="module")
def fitted(liling):
    return calibrations.made(liling)


def with_history(of, **parts):
    return replace(of, history=of.history._replace(**parts))


def with_fits(of, **parts):
    return replace(of, fits=of.fits._replace(**parts))


def markers(ax, *some):
    """(x, y) of single marks of these kinds, in the order in which they were drawn."""
    return [
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for line in ax.lines
        if line.get_marker() in some and len(line.get_xdata()) == 1
    ]


# ── all of them ──────────────────────────────────────────────────────────────────────────────


def nothing_overlaps_on_axes(figure):
    """Names on a map may lie apart from others only as far as the map goes."""
    page = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert 0 <= page.x0 <= page.x1 <= width
    assert 0 <= page.y0 <= page.y1 <= height


def test_each_part_has_its_figure_and_the_main_one_comes_first(fitted):
    assert list(room.drawings(fitted, EN, "screen")) == NAMES


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", [name for name in NAMES if name != "rates-map"])
def test_nothing_overlaps_on_any_page(fitted, name, lang, size):
    figure = draw(fitted, lang, size, name)
    check(figure, lang)
    nothing_overlaps_on_axes(figure)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_no_label_of_the_map_lies_on_another(fitted, lang, size):
    figure = draw(replace(fitted, least=100), lang, size, "rates-map")
    check(figure, lang)
    nothing_overlaps_on_axes(figure)


@pytest.mark.parametrize("name", NAMES)
def test_a_synthetic_map_is_said_to_be_one(fitted, name):
    assert any("Synthetic map" in text for text in texts(draw(fitted, name=name)))


@pytest.mark.parametrize("name", NAMES)
def test_type_is_never_smaller_than_that_of_other_figures(fitted, name):
    figure = draw(fitted, "en", "a4", name)
    sizes = [
        t.get_fontsize() for t in figure.findobj(type(figure.texts[0])) if t.get_text().strip()
    ]
    assert min(sizes) > 0.6 * style.SIZES["a4"][1]


def test_parts_that_were_not_fitted_are_not_drawn(fitted):
    bare = with_fits(fitted, speeds=None, durations=fitted.fits.durations._replace(laws=()))
    drawn = room.drawings(replace(bare, history=None), EN, "screen")
    assert list(drawn) == ["calibration", "rates-map", "profile"]


# ── history ──────────────────────────────────────────────────────────────────────────────────


def test_without_history_the_main_figure_is_the_profile(fitted):
    from sim.text import Message

    alone = replace(fitted, history=None, no_history=Message("recorded twice"))
    figure = draw(alone)
    assert headline(figure) == headline(draw(alone, name="profile"))
    assert any("recorded twice" in text for text in texts(figure))


def test_percentiles_stand_where_both_histories_have_them(fitted):
    ax = draw(fitted).axes[0]
    found = markers(ax, "o")
    wanted = [(one.recorded / 60, one.replayed.mean / 60) for one in fitted.history.quantiles]
    assert np.ravel(found) == pytest.approx(np.ravel(wanted))
    drawn = markers(ax, "D")
    assert [y for _, y in drawn] == pytest.approx(
        [one.drawn.mean / 60 for one in fitted.history.quantiles]
    )
    assert ax.get_xlim() == ax.get_ylim()


def test_checks_are_differences_in_units_of_their_bounds(fitted):
    some = room.in_order(fitted, fitted.history)
    assert [one.name for one in some[:3]] == ["compliance", "p90", "same station"]
    ax = draw(fitted).axes[1]
    found = markers(ax, "o", "v", "D")
    wanted = [0.5, 200 / 60, -0.8, 5.0, 0.4]
    assert [x for x, _ in found] == pytest.approx(wanted)
    assert [y for _, y in found] == list(range(5))


def test_a_difference_of_just_the_bound_is_one():
    one = Check("p90", 600.0, Estimate(660.0, 650.0, 670.0), 60.0, None)
    assert simulated_history.in_bounds(one) == pytest.approx((1.0, 5 / 6, 7 / 6))
    same = Check("same station", np.nan, Estimate(0.75, 0.7, 0.8), 0.75, True)
    assert simulated_history.in_bounds(same).mean == pytest.approx(-1.0)


@pytest.mark.parametrize(
    ("holds", "said"),
    [
        ([True, True], "repeats what was recorded in all 2 checks"),
        ([True, None], "contradicts none of 2 checks, but 1 cannot be told yet"),
        ([True, False], "differs from what was recorded in 1 of 2 checks: the 90th percentile"),
        (
            [False, False],
            "differs from what was recorded in 2 of 2 checks, most: the 90th percentile",
        ),
    ],
)
def test_the_headline_is_the_verdict(fitted, holds, said):
    some = tuple(
        one._replace(holds=h) for one, h in zip(fitted.history.checks[:2], holds, strict=True)
    )
    assert said in headline(draw(with_history(fitted, checks=some)))


def test_a_hidden_township_is_neither_checked_nor_named(fitted):
    figure = draw(replace(fitted, least=60))
    hidden = [one.township for one in fitted.history.townships if one.calls < 60]
    wanted = sum(one.where not in hidden for one in fitted.history.checks)
    assert wanted == 3
    assert len(figure.axes[1].get_yticks()) == wanted
    assert f"in 1 of {wanted} checks: the 90th percentile" in headline(figure)


def test_a_slide_says_how_many_checks_it_leaves_out(fitted):
    many = with_history(fitted, checks=fitted.history.checks + fitted.history.checks[3:4] * 40)
    figure = draw(many, size="slide")
    rows = len(figure.axes[1].get_yticks())
    assert any(f"{45 - rows} checks not drawn" in text for text in texts(figure))
    check(draw(many, size="screen"), "en")


def test_huge_differences_and_unknown_ends_stay_on_the_axis(fitted):
    far = Check("compliance", 0.1, Estimate(0.99, np.nan, np.nan), 0.001, False)
    figure = draw(with_history(fitted, checks=(far, fitted.history.checks[1])))
    check(figure, "en")
    ax = figure.axes[1]
    assert all(abs(x) <= ax.get_xlim()[1] for x, _ in markers(ax, "o", "v", "D"))


# ── when and where ───────────────────────────────────────────────────────────────────────────


def test_the_hours_are_those_of_the_profile(fitted):
    hours, days = draw(fitted, name="profile").axes
    shape = fitted.fits.rates.profile
    (line,) = [one for one in hours.lines if len(one.get_xdata()) == 25]
    assert line.get_ydata()[:24] == pytest.approx(shape.hours)
    assert [y for _, y in markers(days, "o")] == pytest.approx(shape.days)


def test_without_calls_the_profile_says_so(fitted, liling):
    none = with_fits(fitted, rates=calibrations.rates_of(liling, calls=0))
    figure = draw(none, name="profile")
    check(figure, "en")
    assert "No calls were recorded" in headline(figure)
    check(draw(none, name="rates-map"), "en")


@pytest.mark.parametrize(
    ("factor", "fill"),
    [(0.2, 0), (0.5, 1), (0.949, 4), (0.94, 3), (1.0, 4), (1.049, 5), (1.5, 7), (2.0, 8), (9.0, 8)],
)
def test_classes_are_those_of_the_number_that_is_printed(factor, fill):
    assert rates_map.fill_of(factor, True) is rates_map.FILLS[fill]


def test_one_is_white_and_few_calls_are_hatched():
    assert rates_map.fill_of(1.0, True).face == "white"
    assert rates_map.fill_of(1.0, False).hatch
    assert rates_map.fill_of(np.nan, True) is rates_map.NOBODY


def test_few_calls_are_hidden_and_said(fitted):
    calls = fitted.fits.rates.townships.calls
    least = int(np.sort(calls)[5]) + 1
    few = int((calls < least).sum())
    figure = draw(replace(fitted, least=least), name="rates-map")
    assert any(f"{few} areas with fewer than {least} calls are hidden" in t for t in texts(figure))
    assert any(text == f"fewer than {least} calls" for text in texts(figure))
    dots = figure.axes[-1].collections[-1].get_offsets()
    assert len(dots) == len(calls) - few


def test_dots_are_raw_and_shrunk(fitted):
    found = fitted.fits.rates.townships
    dots = draw(fitted, name="rates-map").axes[-1].collections[-1]
    assert np.asarray(dots.get_offsets()) == pytest.approx(np.stack([found.raw, found.factor], 1))
    assert np.argmax(dots.get_sizes()) == np.argmax(found.calls)


# ── speeds ───────────────────────────────────────────────────────────────────────────────────


def test_rows_of_classes_are_speeds_those_driven_most_first(fitted):
    figure = draw(fitted, name="speeds")
    upper, lower = figure.axes
    some = sorted(fitted.fits.speeds.classes, key=lambda one: -one.km)
    found = markers(upper, "o", "<")
    assert [x for x, _ in found] == pytest.approx([one.kmh.mean for one in some])
    names = [label.get_text() for label in upper.get_yticklabels()]
    assert names[:3] == ["trunk road", "primary road, link", "motorway"]
    assert [x for x, _ in markers(lower, "o")] == pytest.approx([75.0, 104.0])
    said = texts(figure)
    assert "tied to trunk road" in said
    assert "or much slower" in said
    assert "Mon–Fri 07–09" in said


def test_tied_classes_are_hollow_and_avoided_ones_an_arrow(fitted):
    upper = draw(fitted, name="speeds").axes[0]
    hollow = [line for line in upper.lines if line.get_markerfacecolor() == "white"]
    assert [float(line.get_xdata()[0]) for line in hollow] == [88.0]
    assert markers(upper, "<") == [(12.0, 3.0)]


def test_the_headline_of_speeds_holds_the_base_and_the_slowest_hours(fitted):
    said = headline(draw(fitted, name="speeds"))
    assert "slower than the base says (95 %)" in said
    assert "slowest Mon–Fri 07–09, 75 % of the usual speed" in said
    even = fitted.fits.speeds._replace(overall=Estimate(1.01, 0.99, 1.03), bands=())
    figure = draw(with_fits(fitted, speeds=even), name="speeds")
    assert headline(figure) == "Driving is about as fast as the base says (101 %)"
    assert len(figure.axes) == 1


def test_many_bands_leave_room_for_classes_on_a_slide(fitted):
    fit = fitted.fits.speeds
    many = with_fits(fitted, speeds=fit._replace(bands=fit.bands * 12, classes=fit.classes * 4))
    for size in SIZES:
        figure = draw(many, "en", size, "speeds")
        check(figure, "en")
        assert "rows not drawn" in " ".join(texts(figure))


def test_scattered_hours_are_counted():
    hours = np.zeros(168, bool)
    hours[::2] = True
    assert calibration_figures.when(hours, EN) == "84 hours of the week"


# ── durations ────────────────────────────────────────────────────────────────────────────────


def test_points_are_observed_and_the_line_is_the_law(fitted):
    figure = draw(fitted, name="durations")
    turnout = fitted.fits.durations.of("turnout").law
    ax = figure.axes[1]
    found = markers(ax, "o", "s", "D")
    assert [y for _, y in found] == pytest.approx([100 * row.share for row in turnout.quantiles])
    assert [x for x, _ in found] == pytest.approx([row.observed_s for row in turnout.quantiles])
    (line,) = [one for one in ax.lines if len(one.get_xdata()) == len(stage_laws.CURVE)]
    middle = int(np.flatnonzero(stage_laws.CURVE == 0.5)[0])
    assert line.get_xdata()[middle] == pytest.approx(turnout.at(0.5).fitted_s)
    assert f"lognormal, n = {turnout.n:,}" in texts(figure)
    assert "as observed, n = 1,000" in texts(figure)


def test_the_headline_names_the_law_that_is_farthest_off(fitted):
    assert "hold median" in headline(draw(fitted, name="durations"))
    fit = fitted.fits.durations
    last = fit.laws[-1]
    rows = tuple(
        row._replace(observed_s=row.observed_s / 1.2) if row.share == 0.9 else row
        for row in last.law.quantiles
    )
    off = last._replace(law=last.law._replace(quantiles=rows))
    missed = with_fits(fitted, durations=fit._replace(laws=(*fit.laws[:-1], off)))
    said = headline(draw(missed, name="durations"))
    assert said.startswith("1 of 5 laws misses a percentile by more than 5 %: Handover, 90 %")


def test_what_was_not_seen_to_end_has_no_points(fitted):
    fit = fitted.fits.durations
    rows = fit.laws[1].law.quantiles
    cut = tuple(r._replace(observed_s=np.nan) if r.share > 0.6 else r for r in rows)
    law = fit.laws[1].law._replace(quantiles=cut)
    one = with_fits(fitted, durations=fit._replace(laws=(fit.laws[1]._replace(law=law),)))
    check(draw(one, name="durations"), "en")


# ── townships ────────────────────────────────────────────────────────────────────────────────


def test_townships_outside_their_interval_have_another_mark(fitted):
    ax = draw(fitted, name="townships").axes[0]
    some = sorted(fitted.history.townships, key=lambda one: -one.calls)
    found = {y: x for x, y in markers(ax, "o", "^", "v")}
    assert [found[row] for row in range(len(some))] == pytest.approx(
        [100 * one.recorded for one in some]
    )
    for kind, recorded in (("o", 60.0), ("^", 90.0), ("v", 30.0)):
        assert {round(x) for x, _ in markers(ax, kind)} == {recorded}


def test_the_headline_counts_those_outside(fitted):
    some = fitted.history.townships
    outside = sum(one.outside for one in some)
    said = headline(draw(fitted, name="townships"))
    assert f"in {outside} of {len(some)} townships; by chance alone it would in 1" in said
    inside = tuple(one._replace(recorded=one.simulated.mean) for one in some)
    figure = draw(with_history(fitted, townships=inside), name="townships")
    assert "within the simulated interval in all" in headline(figure)


def test_townships_with_few_calls_are_neither_drawn_nor_counted(fitted):
    figure = draw(replace(fitted, least=100), name="townships")
    some = [one for one in fitted.history.townships if one.calls >= 100]
    assert len(figure.axes[0].get_yticks()) == len(some)
    assert f"of {len(some)} townships" in headline(figure)
    assert any("areas with fewer than 100 calls are hidden" in text for text in texts(figure))


def test_one_history_leaves_no_interval(fitted):
    some = tuple(
        one._replace(simulated=NOTHING_KNOWN._replace(mean=0.5))
        for one in fitted.history.townships[:3]
    )
    check(draw(with_history(fitted, townships=some), name="townships"), "en")
    assert township_history.look(fitted.history.townships[0]) is township_history.INSIDE
    assert class_speeds.KNOWN.filled
