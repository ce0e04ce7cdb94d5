"""Maps, curves and forest: what is drawn is the data, nothing off the page, no Chinese boxes."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from samples import sampled

import sim
from sim.figures import fonts, inputs_map, page, response_curve, save, style
from sim.words import township_map
from sim.words.language import language


@pytest.fixture(scope="module")
def result(liling):
    week = liling.with_study(length=7 * 86_400.0)
    return sim.compare(week, week.add("枫林镇"), replications=3)


def texts(figure):
    return [t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text")) if t.get_text()]


@pytest.mark.parametrize(("lang", "size"), sampled(["en", "zh", "qps"], style.SIZES))
def test_everything_written_lies_on_the_page(result, liling, lang, size):
    figures = [
        *result.figures(lang, size).values(),
        inputs_map(liling.map, language(lang), liling, size),
    ]
    for figure in figures:
        lies_on_the_page(figure)


def lies_on_the_page(figure):
    (width, height), inked = figure.get_size_inches(), figure.get_tightbbox()
    assert inked.x0 >= 0
    assert inked.y0 >= 0
    assert inked.x1 <= width
    assert inked.y1 <= height


def test_many_layouts_with_long_names_fit_on_the_page(liling):
    day = liling.with_study(length=86_400.0)
    plans = [day.add(name) for name in ("枫林镇", "官庄镇", "石亭镇")]
    result = sim.compare(day, *plans, replications=2)
    for size in style.SIZES:
        lies_on_the_page(result.cdf(size=size))
        lies_on_the_page(result.forest(size=size))
        for panel in result.cdf(size=size).axes:
            box, label = (
                panel.get_legend().get_window_extent(),
                panel.xaxis.label.get_window_extent(),
            )
            assert not box.overlaps(label)
            assert not box.overlaps(panel.get_window_extent())


def test_a_figure_of_no_calls_says_so(liling):
    from dataclasses import replace

    from sim.units import Rate

    rates = liling.settings.demand.rate.model_copy(
        update={"rural": Rate(0.0, False), "urban": Rate(0.0, False)}
    )
    demand = liling.settings.demand.model_copy(update={"rate": rates})
    silent = replace(liling, settings=liling.settings.model_copy(update={"demand": demand}))
    result = sim.run(silent.with_study(length=86_400.0), replications=2)
    assert "no call was measured" in result.sentence()
    assert any("No calls" in t for t in texts(result.map()))
    result.cdf()


def test_labels_of_the_township_map_do_not_overlap(result):
    figure = result.map()
    figure.canvas.draw()
    for axes in figure.axes:
        boxes = [(t.get_window_extent(), t.get_text()) for t in axes.texts if "\n" in t.get_text()]
        for i, (box, text) in enumerate(boxes):
            for other, said in boxes[i + 1 :]:
                assert not box.overlaps(other), (text, said)


def test_the_headline_is_the_finding(result):
    called = Counter(row for t in result.tallies[0] for row in t.township.tolist())
    assert max(called.values()) < 100
    said = f"None of {len(called)} townships has calls enough to be judged"
    assert any(" ".join(t.split()) == said for t in texts(result.map()))


def test_synthetic_maps_say_so_on_every_figure(result, liling, coquimbo):
    for figure in (result.map(), result.cdf(), inputs_map(liling.map, language(), liling)):
        assert any("Synthetic map" in t for t in texts(figure))
    for figure in (
        result.map("zh"),
        result.cdf("zh"),
        inputs_map(liling.map, language("zh"), liling),
    ):
        assert any("合成地图" in t for t in texts(figure))
    assert any("OpenStreetMap" in t for t in texts(inputs_map(coquimbo.map, language())))


def test_an_area_without_calls_has_no_panel(liling):
    from dataclasses import replace

    from sim.units import Rate

    rates = liling.settings.demand.rate.model_copy(update={"rural": Rate(0.0, False)})
    demand = liling.settings.demand.model_copy(update={"rate": rates})
    town = replace(liling, settings=liling.settings.model_copy(update={"demand": demand}))
    result = sim.run(town.with_study(length=86_400.0), replications=2)
    assert len(result.cdf().axes) == 1
    assert any("no calls" in t for t in texts(result.map()))


def test_a_map_where_nobody_comes(liling):
    """More calls than ambulances can serve, and lost ones: times are infinite, figures are not."""
    from dataclasses import replace

    dispatch = liling.settings.dispatch.model_copy(update={"when_none_free": "lost"})
    few = replace(
        liling, settings=liling.settings.model_copy(update={"dispatch": dispatch}),
        fleet=liling.fleet[:1],
    )  # fmt: skip
    result = sim.run(few.with_study(length=5 * 86_400.0), replications=2)
    assert any("∞" in t or "never reached" in t for t in texts(result.map()))
    assert "∞" in result.table()
    result.cdf()


def test_one_replication_is_drawn_without_bands(liling):
    result = sim.run(liling.with_study(length=86_400.0), replications=1)
    assert any("one replication" in t for t in texts(result.cdf()))
    assert "(no interval)" in result.table()


def test_an_unknown_size_is_refused(result):
    with pytest.raises(sim.PlannerError, match="a4"):
        result.map(size="poster")


@pytest.mark.parametrize("ending", ["png", "pdf", "svg"])
def test_saved_whole_in_each_format(result, tmp_path, ending):
    path = tmp_path / f"cdf.{ending}"
    save(result.cdf(), path)
    assert path.stat().st_size > 5_000
    assert list(tmp_path.iterdir()) == [path]


def test_jupyter_shows_a_table(result):
    page = result._repr_html_()
    assert page.count("<table ") == 1
    assert "Urban calls ≤ 10 min" in page


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("size", list(style.SIZES))
def test_wide_fonts_stay_on_the_page(result, size, monkeypatch):
    """A machine may have no font but matplotlib's own, which is wide."""
    monkeypatch.setattr(fonts, "_installed", lambda: frozenset({"DejaVu Sans"}))
    for figure in (result.map(size=size), result.cdf(size=size)):
        lies_on_the_page(figure)


# ── what is drawn is the data ────────────────────────────────────────────────────────────────


def test_each_curve_ends_where_its_layout_does_at_the_target(result):
    for panel, key in zip(result.cdf().axes, ("urban10", "rural30"), strict=True):
        points = [line.get_ydata()[0] for line in panel.lines if line.get_marker() in style.POINTS]
        assert points == pytest.approx([100 * result.estimate(key, row).mean for row in (0, 1)])


def test_each_curve_runs_through_its_value_at_the_target(result):
    """As the table has it, with what answers about other places say."""
    for area, key, target in ((0, "urban10", 10.0), (1, "rural30", 30.0)):
        panel = result.cdf().axes[area]
        drawn = [line for line in panel.lines if len(line.get_xdata()) > 2]
        assert len(drawn) == len(result.pooled)
        for line, pooled in zip(drawn, result.pooled, strict=True):
            minutes = np.array([target, *line.get_xdata()])
            sums = response_curve._sums(pooled, area, minutes, asked=True).sum(axis=1)
            there, *along = response_curve._percent(*sums)
            assert there == pytest.approx(100 * pooled.left_out(key)[0], abs=1e-9)
            assert there != pytest.approx(100 * pooled.plain().left_out(key)[0], abs=1e-9)
            assert line.get_ydata() == pytest.approx(along)


def test_the_two_legends_of_the_map_stand_side_by_side(result):
    for lang in ("en", "zh", "qps"):
        first, second = result.map(lang).legends
        assert not first.get_window_extent().overlaps(second.get_window_extent())


def test_the_map_shows_the_stations_of_its_own_layout(result):
    def stations(figure):
        at = [line.get_xydata()[0] for line in figure.axes[0].lines if len(line.get_xdata()) == 1]
        return sorted(map(tuple, at))

    for row, name in enumerate(("map", "map-proposal")):
        wanted = sorted((s.x, s.y) for s in result.layouts[row].open_stations())
        assert np.allclose(stations(result.figure(name=name)), wanted)


def test_townships_are_coloured_by_their_ninetieth_percentile(result):
    from matplotlib.colors import to_rgba

    from sim.figures.township_map import RAMP, _class
    from sim.words.township_map import service

    p90 = service(result, 0).p90
    areas = result.map().axes[0].collections[0]
    row = int(p90.argmax())
    assert to_rgba(RAMP[_class(p90[row])]) in {tuple(colour) for colour in areas.get_facecolor()}


def test_a_comparison_is_drawn_under_the_names_of_its_files(result, liling):
    names = ["map", "map-proposal", "map-difference", "map-minutes", "cdf", "forest"]
    names += ["load", "load-proposal"]
    assert list(result.figures()) == names
    with pytest.raises(sim.PlannerError, match="no proposal to draw"):
        sim.run(liling.with_study(length=86_400.0), replications=1).forest()


def test_the_forest_holds_each_difference_with_its_verdict(result):
    from sim.figures import forest

    chart = forest.forest(result, 1, language())
    assert [panel.measure.key for panel in chart.panels] == list(forest.KEYS)
    for panel in chart.panels:
        (row,) = panel.rows
        assert row.value == result.difference(panel.measure.key)
        assert row.verdict == result.verdict(panel.measure.key)
    assert chart.names == ["+ sub-station Fenglin, 1 ambulance"]


def test_a_slide_is_never_higher_than_a_slide(liling):
    day = liling.with_study(length=86_400.0)
    plans = [
        day.add(name)
        for name in ("枫林镇", "官庄镇", "石亭镇", "均楚镇", "明月镇", "茶山镇", "浦口镇")
    ]
    result = sim.compare(day, *plans, replications=1)
    for figure in (result.cdf(size="slide"), result.forest(size="slide")):
        assert figure.get_size_inches()[1] <= page.SLIDE + 1e-9
    drawn = len(result.forest(size="slide").axes[0].get_yticks())
    more = [text for text in texts(result.forest(size="slide")) if "not drawn" in text]
    assert bool(more) == (drawn < len(plans))


# ── shown and saved ──────────────────────────────────────────────────────────────────────────


def test_a_notebook_shows_a_figure_and_nobody_else_holds_it(result):
    import matplotlib.pyplot as plt

    figure = result.cdf()
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert plt.get_fignums() == []


def test_a_draft_is_stamped_in_every_language(liling):
    draft = sim.run(liling.with_study(length=86_400.0), draft=True)
    assert "DRAFT 草稿" in texts(draft.cdf())
    assert "DRAFT 草稿" in texts(draft.why().figure())


def test_a_curve_counts_the_cancelled_calls_that_the_table_counts(liling):
    """At the target it has the value of the table: those cancelled before count nowhere."""
    short = liling.with_study(warm_up=0.0, length=2 * 86_400.0).with_settings(
        demand={"cancelled": {"share": "60 %", "after": "12 min"}, "rate": {"urban": "200 per day"}}
    )
    result = sim.run(short, replications=3)
    (pooled,) = result.pooled
    for area, key, target in ((0, "urban10", 10.0), (1, "rural30", 30.0)):
        sums = response_curve._sums(pooled, area, np.array([target]), asked=True).sum(axis=1)
        value = 100 * result.estimate(key).mean
        assert response_curve._percent(*sums) == pytest.approx(value, abs=1e-9)
    assert (
        np.isinf(pooled.response_s).sum() > 100
    )  # who was cancelled, nearly all too soon to count
    response_curve.draw(result, language())


@pytest.mark.parametrize(
    ("calls", "told"),
    [
        ((500, 500, 99, 0), "Of 3 townships, 2 have calls enough to be judged: 1 of them meet "
         "their response target; the slowest needs 25 min"),
        ((500, 500, 100, 0), "2 of 3 townships meet their response target; the slowest needs 40 min"),
        ((9, 9, 99, 0), "None of 3 townships has calls enough to be judged"),
    ],
)  # fmt: skip
def test_a_township_with_few_calls_counts_for_no_target(result, calls, told):
    p90, meets = np.array([9.0, 25.0, 40.0, math.nan]), np.array([True, False, True, True])
    service = township_map.AreaService(p90, meets, np.array(calls))
    assert township_map.headline(result, service, language("en")) == told
