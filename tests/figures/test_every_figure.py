"""What every figure of every answer owes its reader: its finding, its words, its numbers."""

from __future__ import annotations

import math
import re
import warnings

import numpy as np
import pytest
from drawings import headline, texts, written
from pictures import KINDS, answer, comparison, liling, names, picture
from PIL import Image
from samples import sampled

import sim
from sim.answers.coverage import coverage
from sim.figures import plan_maps, save
from sim.measures.groups import Group
from sim.measures.measures import BY_KEY
from sim.model.calendar import HOURS_PER_WEEK
from sim.report import html_page
from sim.words.language import language
from sim.words.page import Finding


@pytest.mark.parametrize(("kind", "lang"), sampled(KINDS, ["en", "zh"]))
def test_each_says_what_it_shows_in_the_language_of_its_reader(kind, lang):
    for name in names(kind):
        made = picture(kind, name, lang)
        said = made.headline.replace(" ", "").rstrip("…")
        assert said
        assert "".join(headline(made).split()).startswith("".join(said.split())[:12]), name
        assert made.headline[:12] in made.alt
        assert len(made.alt) > (80 if lang == "en" else 40), name
        assert made.alt.endswith("." if lang == "en" else "。"), (name, made.alt)
        assert re.search(r"\d", made.alt), (name, made.alt)
        assert not re.search(r"nan|None(?! of)|\{|\}|–\s*%", made.alt), (name, made.alt)
        known = made.alt.replace("CNY per year", "").replace("MCLP", "")
        pattern = r"[\u4e00-\u9fff]" if lang == "en" else r"[A-Za-z]{3,}"
        assert not re.search(pattern, known), (name, made.alt)


@pytest.mark.parametrize("kind", KINDS)
def test_the_alternative_text_has_no_two_full_stops_and_no_open_end(kind):
    for name in names(kind):
        for lang, stop in (("en", "."), ("zh", "。")):
            said = picture(kind, name, lang).alt
            assert stop * 2 not in said, (name, said)
            assert f"。{stop}" not in said.replace("…", ""), (name, said)


@pytest.mark.parametrize("kind", KINDS)
def test_each_has_its_numbers_with_their_units(kind):
    for name in names(kind):
        table = picture(kind, name).data
        assert len(table), name
        assert not table.columns.duplicated().any()
        numbers = table.select_dtypes("number")
        assert len(numbers.columns), name
        assert np.isfinite(numbers.to_numpy(float)).sum() >= min(3, len(table)), name
        units = (
            "percent", "points", "min", "_s", "_m", "_h", "km", "number", "per_week", "per_year",
            "per_hour", "per_day", "in_unit", "of_allowed", "of_usual", "of_week", "to_mean",
        )  # fmt: skip
        counts = (
            "people", "step", "place", "ambulance", "calls", "trips", "plan", "crews", "factor",
            "layer", "bays", "stations",
        )  # fmt: skip
        for column in numbers.columns:
            assert any(unit in column for unit in (*units, *counts)), (name, column)


def test_data_are_made_when_they_are_asked_for():
    made = picture("worth", "worth")
    assert made.data is made.data


# ── the numbers are those of the answers ─────────────────────────────────────────────────────


def test_the_map_has_the_percentile_of_each_township():
    found = picture("comparison", "map").data.set_index("township")["p90_min"]
    seats = liling().map.townships
    assert len(found) == len(seats)
    for row, seat in enumerate(seats):
        known = comparison().estimate("p90", 0, Group("township", row)).mean
        assert found[seat.name.en] == pytest.approx(known, nan_ok=True)


def test_the_curves_reach_at_the_target_what_the_table_says():
    table = picture("comparison", "cdf").data
    base = table[(table["layout"] == table["layout"].iloc[0])]
    town = base[base["area"] == "Urban core"]
    at = np.interp(10.0, town["response_min"], town["reached_percent"])
    assert at == pytest.approx(100 * comparison().estimate("urban10").mean, abs=1.0)
    assert (np.diff(town["reached_percent"]) >= -1e-9).all()


def test_the_forest_has_each_difference_with_its_interval():
    table = picture("comparison", "forest").data
    share = table[table["unit"] == "points"]
    known = [100 * comparison().difference("urban10", row).mean for row in (1, 2)]
    assert share["difference_in_unit"].iloc[:2].tolist() == pytest.approx(known)
    assert (share["difference_low_in_unit"] <= share["difference_in_unit"]).all()


@pytest.mark.parametrize(
    ("kind", "column"), [("ranking", "gain_points"), ("worth", "change_points")]
)
def test_rows_have_the_gains_of_the_answer(kind, column):
    table, found = picture(kind, kind).data, answer(kind)
    known = (
        [site.gains[found.by].mean for site in found.sites]
        if kind == "ranking"
        else [loss.changes[found.by].mean for loss in found.losses]
    )
    drawn = table[column].tolist()
    assert drawn == pytest.approx([100 * x for x in known[: len(drawn)]])


@pytest.mark.parametrize("kind", ["curve", "search"])
def test_steps_have_the_gains_of_the_answer(kind):
    table, found = picture(kind, kind).data, answer(kind)
    tracks = found.tracks.values() if kind == "curve" else [found.steps]
    known = [math.nan, *(100 * step.gain.mean for steps in tracks for step in steps)]
    column = "gain_points" if kind == "curve" else "change_points"
    assert table[column].tolist() == pytest.approx(known, nan_ok=True)


def test_the_tornado_has_its_ends_and_its_samples():
    table, found = picture("stress", "stress").data, answer("stress")
    scale = BY_KEY[found.by].scale
    ends = {scale * end.gains[found.first].mean for swing in found.swings for end in swing.ends()}
    samples = set((scale * found.joint.gains).ravel().tolist())
    assert set(table["gain_points"]) == ends | samples | {scale * found.nominal[found.first].mean}


def test_late_calls_add_up_to_those_of_the_answer():
    table, why = picture("why_late", names("why_late")[0]).data, answer("why_late")
    for by in ("township", "hour"):
        total = table[table["by"] == by]["late_calls_per_week"].sum()
        assert total == pytest.approx(why.a_week(why.late().total))


def test_the_week_has_its_hours_and_people_are_all_on_the_map():
    assert len(picture("scenario", "week").data) == HOURS_PER_WEEK
    table = picture("scenario", "inputs").data
    assert table["people"].sum() == pytest.approx(liling().map.cells.people.sum())


# ── files and pages ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_files_say_what_they_show(tmp_path, lang):
    made = picture("worth", "worth", lang)
    save(made, tmp_path / "worth.png")
    with Image.open(tmp_path / "worth.png") as image:
        image.load()
        assert image.info["Description"] == made.alt
        assert image.info["Title"] == made.headline
    assert html_page.description((tmp_path / "worth.png").read_bytes()) == made.alt
    save(made, tmp_path / "worth.svg")
    text = (tmp_path / "worth.svg").read_text("utf-8")
    assert f"<title>{made.headline.replace('&', '&amp;')}</title>" in text
    assert made.alt[:40] in text
    save(made, tmp_path / "worth.pdf")
    assert b"/Subject" in (tmp_path / "worth.pdf").read_bytes()


def test_a_picture_that_says_nothing_has_no_description(tmp_path):
    from matplotlib.figure import Figure

    save(Figure(), tmp_path / "empty.png")
    assert html_page.description((tmp_path / "empty.png").read_bytes()) == ""


# ── on axes of a planner's own ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_maps_and_curves_can_stand_on_axes_of_ones_own(lang):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    mine = Figure(figsize=(12, 11))
    FigureCanvasAgg(mine)
    axes = mine.subplots(2, 3).ravel()
    maps = [
        comparison().map(lang, what="difference", ax=axes[0]),
        answer("coverage").map(lang, ax=axes[1]),
        answer("ranking").map(lang, ax=axes[2]),
        answer("search").map(lang, ax=axes[3]),
    ]
    for made, ax in zip(maps, axes, strict=False):
        assert "".join(ax.get_title(loc="left").split()) == "".join(made.headline.split())
        assert made.alt
        assert len(made.data)
        assert made._repr_png_() is None
        assert not made.axes
    curves = comparison().cdf(lang, ax=axes[4:])
    assert [ax.get_title(loc="left") for ax in axes[4:]] == [
        "Urban core" if lang == "en" else "城区范围",
        "Outside the urban core" if lang == "en" else "农村",
    ]
    assert len(curves.data)
    assert not mine.texts  # neither a headline nor a footnote
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of letters that a font lacks
        mine.canvas.draw()


@pytest.mark.parametrize("ax", ["axes", 3, [None]])
def test_what_is_no_axes_is_refused(ax):
    with pytest.raises(sim.PlannerError, match="axes"):
        comparison().map(ax=ax)
    with pytest.raises(sim.PlannerError, match="axes"):
        comparison().cdf(ax=ax)


def test_a_figure_of_several_parts_takes_a_page_of_its_own():
    from matplotlib.figure import Figure

    with pytest.raises(sim.PlannerError, match="several parts.*map, map-proposal"):
        comparison().figure(name="forest", ax=Figure().subplots())
    with pytest.raises(sim.PlannerError, match="on axes go: –"):
        answer("worth").figure(ax=Figure().subplots())


def test_a_figure_without_a_canvas_to_measure_on_gets_one():
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.figure import Figure

    mine = Figure()
    FigureCanvasPdf(mine)
    assert comparison().map(ax=mine.subplots()).headline


# ── type ─────────────────────────────────────────────────────────────────────────────────────

# On paper type is 7 points, footnotes 0.85 of it. Nothing is below 5.9 points but what would not
# fit else: numbers in the marks of several small maps, labels of many lines, long legends.
READ = 5.9
SMALLER = {
    ("sites", "map"): 4.7, ("day", "day"): 5.5, ("calibration", "rates-map"): 5.0,
    ("why_late", "why"): 5.0, ("curve", "front"): 5.0, ("ranking", "ranking"): 5.5,
}  # fmt: skip
SAMPLE = [
    ("comparison", "map-proposal"), ("comparison", "load"), ("coverage", "map"), ("curve", "curve"),
    ("worth", "worth"), ("sites", "map"),
]  # fmt: skip


def type_is_read_on_paper(kind, name):
    for text in written(picture(kind, name, "en", "a4")):
        least = SMALLER.get((kind, name), READ)
        assert text.get_fontsize() >= least, (name, text.get_text(), text.get_fontsize())


@pytest.mark.parametrize(("kind", "name"), SAMPLE)
def test_type_is_read_on_paper(kind, name):
    type_is_read_on_paper(kind, name)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_type_of_every_figure_is_read_on_paper(kind):
    for name in names(kind):
        type_is_read_on_paper(kind, name)


# ── towns that are not as usual ──────────────────────────────────────────────────────────────


def test_names_are_no_formulas_no_tags_and_may_be_long():
    """A name as somebody may write it stands in figures, texts and tables as it is written."""
    name = "Post <b>No. 5</b> $a_1$ 100% & {more}"
    hostile = liling().add(name, at=(113.345, 27.63))
    found = coverage(hostile).map()
    found.canvas.draw()
    assert found.alt
    drawn = plan_maps.draw(
        liling(), hostile, Finding("Finding", "", ""), "screen", language("en")
    )  # fmt: skip
    drawn.canvas.draw()
    assert name in drawn.data["station"].tolist()
    assert any("$a_1$" in text for text in texts(drawn)) or any("…" in t for t in texts(drawn))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_town_without_roads_and_with_few_areas_is_drawn(tiny, lang):
    made = coverage(tiny).map(lang)
    made.canvas.draw()
    assert made.headline
    assert made.alt
    assert len(made.data) == 5 + len(tiny.map.townships)
