"""Figures: headlines computed from the data, nothing off the page, Chinese that is not boxes."""

from __future__ import annotations

import warnings

import pytest

import sim
from sim import figures as plots
from sim.figures import style


@pytest.fixture(scope="module")
def result(liling):
    week = liling.with_study(length=7 * 86_400.0)
    return sim.compare(week, week.add("枫林镇"), replications=3)


def texts(figure):
    return [t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text")) if t.get_text()]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("size", list(style.SIZES))
def test_everything_written_lies_on_the_page(result, lang, size):
    for figure in (result.map(lang, size=size), result.cdf(lang, size=size)):
        (width, height), inked = figure.get_size_inches(), figure.get_tightbbox()
        assert inked.x0 >= 0
        assert inked.y0 >= 0
        assert inked.x1 <= width
        assert inked.y1 <= height


def test_many_layouts_with_long_names_fit_on_the_page(liling):
    day = liling.with_study(length=86_400.0)
    plans = [day.add(name) for name in ("枫林镇", "官庄镇", "石亭镇")]
    figure = sim.compare(day, *plans, replications=2).cdf()
    inked = figure.get_tightbbox()
    assert inked.x0 >= 0
    assert inked.x1 <= figure.get_size_inches()[0]


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
    from sim.measures.estimates import Group

    share = result.base.settings.targets.share
    called = {row for t in result.tallies[0] for row in t.township.tolist()}
    good = sum(result.estimate("within", 0, Group("township", r)).mean >= share for r in called)
    assert any(t.startswith(f"{good} of {len(called)} townships") for t in texts(result.map()))


def test_synthetic_maps_say_so_on_every_figure(result, liling, coquimbo):
    for figure in (result.map(), result.cdf(), plots.inputs_map(liling.map, liling)):
        assert any("Synthetic map" in t for t in texts(figure))
    for figure in (result.map("zh"), result.cdf("zh"), plots.inputs_map(liling.map, liling, "zh")):
        assert any("合成地图" in t for t in texts(figure))
    assert any("OpenStreetMap" in t for t in texts(plots.inputs_map(coquimbo.map)))


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


def test_a_missing_chinese_font_is_said_with_its_cure(result, monkeypatch):
    monkeypatch.setattr(style, "_installed", lambda: frozenset({"DejaVu Sans"}))
    with pytest.warns(UserWarning, match="fonts-noto-cjk"):
        result.cdf("zh")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result.cdf("en")


def test_an_unknown_size_is_refused(result):
    with pytest.raises(sim.PlannerError, match="a4"):
        result.map(size="poster")


@pytest.mark.parametrize("ending", ["png", "pdf", "svg"])
def test_saved_whole_in_each_format(result, tmp_path, ending):
    path = tmp_path / f"cdf.{ending}"
    plots.save(result.cdf(), path)
    assert path.stat().st_size > 5_000
    assert list(tmp_path.iterdir()) == [path]


def test_jupyter_shows_a_table(result):
    page = result._repr_html_()
    assert page.count("<table>") == 1
    assert "Urban calls ≤ 10 min" in page


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("size", list(style.SIZES))
def test_wide_fonts_stay_on_the_page(result, size, monkeypatch):
    """A machine may have no font but matplotlib's own, which is wide."""
    monkeypatch.setattr(style, "_installed", lambda: frozenset({"DejaVu Sans"}))
    for figure in (result.map(size=size), result.cdf(size=size)):
        (width, height), inked = figure.get_size_inches(), figure.get_tightbbox()
        assert min(inked.x0, inked.y0) >= 0
        assert inked.x1 <= width
        assert inked.y1 <= height
