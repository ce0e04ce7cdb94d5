"""Maps of what a proposal changes: areas filled by verdict, stations marked, nothing overlapping."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from decisions import many_steps, of_curve, of_search, one_step
from drawings import LANGUAGES, draw, headline, ink, texts, written
from rankings import ranked, sited
from samples import sampled
from studies import LONG

import sim
from sim.answers.area_changes import AreaChange, changes
from sim.figures import difference_map, lettering, map_parts, plan_maps, station_marks, style
from sim.figures.difference_map import BLUES, ORANGES, OTHERS
from sim.measures.verdicts import Verdict
from sim.scenario.layout import against
from sim.words import difference_map as words
from sim.words.language import language
from sim.words.page import Finding

EN = language("en")


@pytest.fixture(scope="module")
def several(liling):
    """A new station; one of every change; a station closed."""
    week = liling.with_study(length=7 * 86_400.0)
    every = week.add("枫林镇").move("市中医院", "白兔潭镇").close("第六分站")
    plans = [week.add("枫林镇"), every.ambulances("湘东医院", +1), week.ambulances("湘东医院", -1)]
    return sim.compare(week, *plans, replications=5)


def on_axes(figure):
    """(axes, box, text) of what is written on axes."""
    shown = {id(text) for text in written(figure)}
    return [
        (ax, ink(text), text.get_text())
        for ax in figure.axes
        for text in ax.texts
        if id(text) in shown and text.get_text().strip()
    ]


def nothing_overlaps(figure):
    """No label on another, and none beyond its axes."""
    found = on_axes(figure)
    for ax, box, text in found:
        view = ax.get_window_extent()
        if text != "N" and not text.isdigit():
            assert view.x0 <= box.x0 <= box.x1 <= view.x1, text
            assert view.y0 <= box.y0 <= box.y1 <= view.y1, text
    for (ax, box, text), (other_ax, other, said) in combinations(found, 2):
        # The ambulances of two stations that stand side by side may touch.
        if ax is other_ax and not (text.isdigit() and said.isdigit()):
            assert not box.overlaps(other), (text, said)
    page = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert 0 <= page.x0 <= page.x1 <= width
    assert 0 <= page.y0 <= page.y1 <= height


def legends(figure):
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


@pytest.mark.parametrize(("size", "lang"), sampled(style.SIZES, LANGUAGES))
def test_no_label_of_a_map_lies_on_another(several, size, lang):
    for name in ("map-proposal-2", "map-difference-2", "map-minutes"):
        nothing_overlaps(draw(several, lang, size, name))


def test_nothing_overlaps_where_areas_are_many_and_small(coquimbo):
    day = coquimbo.with_study(length=86_400.0)
    result = sim.compare(day, day.add("6 区"), replications=2)
    for name in ("map-proposal", "map-difference"):
        nothing_overlaps(draw(result, "en", "a4", name))


# ── what a proposal changes ──────────────────────────────────────────────────────────────────


def markers(figure):
    return [line.get_marker() for line in figure.axes[0].lines]


def test_only_what_occurs_is_marked_and_explained(several):
    today, new, every, fewer = (
        several.map(layout=0), several.map(layout=1), several.map(layout=2), several.map(layout=3),
    )  # fmt: skip
    marks = {"new station", "moved, from the hollow mark", "closed", "so many ambulances more",
             "so many ambulances fewer"}  # fmt: skip
    assert not marks & set(legends(today))
    assert marks & set(legends(new)) == {"new station"}
    assert marks & set(legends(every)) == marks - {"so many ambulances fewer"}
    assert marks & set(legends(fewer)) == {"so many ambulances fewer"}
    assert markers(today).count("*") == 0
    assert markers(new).count("*") == markers(every).count("*") == 1
    assert markers(every).count("X") == 1
    assert "+1" in texts(every)
    assert "−1" in texts(fewer)


def test_the_star_stands_where_the_new_station_does(several):
    (star,) = [line for line in several.map(layout=1).axes[0].lines if line.get_marker() == "*"]
    station = several.layouts[1].stations[-1]
    assert star.get_xydata()[0] == pytest.approx((station.x, station.y))


def test_an_arrow_leads_from_the_old_place_to_the_new(several):
    from matplotlib.patches import FancyArrowPatch

    ax = several.map(layout=2).axes[0]
    (arrow,) = [
        p for p in ax.patches if isinstance(p, FancyArrowPatch) and p.get_path().vertices.size
    ]
    row = several.base.station("市中医院")
    old, new = several.base.stations[row], several.layouts[2].stations[row]
    start, end = arrow._posA_posB
    assert start == pytest.approx((old.x, old.y))
    assert end == pytest.approx((new.x, new.y))


# ── differences ──────────────────────────────────────────────────────────────────────────────


def test_the_door_and_the_files_give_the_same_maps(several):
    door = several.map(what="difference", layout=2)
    assert headline(door) == headline(several.figure(name="map-difference-2"))
    assert headline(several.map(what="minutes")) == headline(several.figure(name="map-minutes"))
    assert set(several.figures()) >= {"map-difference", "map-difference-2", "map-minutes-3"}
    with pytest.raises(sim.PlannerError, match="difference, minutes"):
        several.map(what="elsewhere")
    with pytest.raises(sim.PlannerError, match="no proposal"):
        sim.run(several.base, replications=1).map(what="difference")


@pytest.mark.parametrize(
    ("verdict", "change", "fill"),
    [
        (Verdict.BETTER, 0.03, BLUES[0]),
        (Verdict.BETTER, 0.0504, BLUES[0]),  # printed as +5.0
        (Verdict.BETTER, 0.0506, BLUES[1]),
        (Verdict.BETTER, 0.4, BLUES[2]),
        (Verdict.WORSE, -0.03, ORANGES[0]),
        (Verdict.WORSE, -0.4, ORANGES[2]),
        (Verdict.TOO_SMALL, 0.002, OTHERS[Verdict.TOO_SMALL]),
        (Verdict.UNDECIDED, 0.4, OTHERS[Verdict.UNDECIDED]),
        (None, 0.4, OTHERS[None]),
    ],
)
def test_an_area_is_filled_by_its_verdict_and_by_how_much(verdict, change, fill):
    assert difference_map._fill("within", AreaChange(change, verdict)) == fill


def test_what_is_worse_or_unknown_is_hatched_as_well_as_coloured():
    hatches = {
        kind: {fill.hatch for fill in fills}
        for kind, fills in (("better", BLUES), ("worse", ORANGES), ("open", OTHERS.values()))
    }
    assert hatches["better"] == {""}
    assert len(hatches["worse"]) == 1
    assert not hatches["worse"] & (hatches["better"] | hatches["open"])
    assert OTHERS[None].hatch != OTHERS[Verdict.UNDECIDED].hatch != ""


def test_numbers_are_signed_and_what_may_be_chance_has_a_question_mark():
    assert words.number("within", AreaChange(0.037, Verdict.BETTER), EN) == "+3.7"
    assert words.number("within", AreaChange(-0.037, Verdict.WORSE), EN) == "−3.7"
    assert words.number("mean", AreaChange(-3.28, Verdict.BETTER), EN) == "−3.3"
    assert words.number("within", AreaChange(0.037, Verdict.UNDECIDED), EN) == "+3.7 ?"
    assert words.number("within", AreaChange(0.0, Verdict.TOO_SMALL), EN) == "0.0"
    assert words.number("within", AreaChange(0.3, None), EN) == ""


def areas_of(better, worse, same, unsure, few):
    counts = {Verdict.BETTER: better, Verdict.WORSE: worse, Verdict.TOO_SMALL: same,
              Verdict.UNDECIDED: unsure, None: few}  # fmt: skip
    return [AreaChange(0.1, v) for v, count in counts.items() for _ in range(count)]


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((7, 1, 0, 14, 2), "In 7 of 24 townships more calls are reached in time, in 1 fewer; in "
         "16 we cannot tell"),
        ((7, 0, 17, 0, 0), "In 7 of 24 townships more calls are reached in time, in none fewer, in "
         "17 about as many"),
        ((0, 0, 4, 20, 0), "In none of 24 townships more calls are reached in time, in none fewer, "
         "in 4 about as many; in 20 we cannot tell"),
        ((0, 0, 0, 20, 4), "In which townships more calls are reached in time, we cannot tell yet"),
        ((12, 12, 0, 0, 0), "In 12 of 24 townships more calls are reached in time, in 12 fewer"),
    ],
)  # fmt: skip
def test_the_headline_counts_all_areas(several, counts, said):
    assert words.headline(several, "within", areas_of(*counts), EN) == said


def test_the_headline_of_minutes_speaks_of_time(several):
    said = words.headline(several, "mean", areas_of(7, 1, 0, 14, 2), EN)
    assert said == (
        "In 7 of 24 townships calls are reached sooner on average, in 1 later; in 16 we cannot tell"
    )


def test_the_legend_names_the_fills_that_occur(several):
    found = {difference_map._fill("within", one) for one in changes(several, 2, "within")}
    figure = several.map(what="difference", layout=2)
    assert len(figure.legends[0].get_texts()) == len(found)


def test_a_second_line_of_a_footnote_has_room(several):
    from sim.figures import page
    from sim.words.page import Finding

    for size in style.SIZES:
        with page.page(Finding("A", "b", "one\ntwo"), size, 10) as sheet:
            sheet.fig.draw_without_rendering()
            foot = sheet.fig.texts[-1].get_window_extent()
            assert foot.y1 * 72 / sheet.fig.dpi <= sheet.bottom
            assert foot.y0 >= 0


def test_a_long_footnote_is_told_in_lines_that_can_be_read(several):
    from sim.figures import page
    from sim.words.page import Finding

    long = " ".join(f"setting {n}: {n * n} instead of {n}" for n in range(80))
    for size in style.SIZES:
        for foot, lines in ((long, 3), (f"{long}\nand that", 4), ("\n".join([long] * 7), 7)):
            with page.page(Finding("A", "b", foot), size, 10) as sheet:
                sheet.fig.draw_without_rendering()
                text = sheet.fig.texts[-1]
                box = text.get_window_extent()
                assert text.get_fontsize() > 0.8 * sheet.size
                assert text.get_text().count("\n") + 1 == lines
                assert text.get_text().endswith(("…", "and that"))
                assert box.y1 * 72 / sheet.fig.dpi <= sheet.bottom
                assert 0 <= box.x0 <= box.x1 <= sheet.fig.bbox.width


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_legends_of_a_draft_are_as_large_as_those_of_a_study(several, lang):
    def sizes(comparison):
        figure = comparison.map(lang)
        return [text.get_fontsize() for one in figure.legends for text in one.get_texts()]

    how = several.provenance.chosen._replace(how="draft")
    draft = replace(several, provenance=replace(several.provenance, chosen=how))
    assert draft.provenance.draft
    assert sizes(draft) == sizes(several)


def test_a_name_that_has_room_somewhere_in_its_area_is_not_left_out(several, monkeypatch):
    monkeypatch.setattr(words, "number", lambda key, one, say: "+1.1 ?")
    said = "\n".join(texts(several.map("zh", layout=1, what="minutes")))
    names = [seat.name.zh for seat in several.base.map.townships if seat.name.zh.endswith("镇")]
    assert [name for name in names if name not in said] == []


# ── sites on the map ─────────────────────────────────────────────────────────────────────────


def long_ranking():
    sites = [one._replace(candidate=LONG) for one in ranked().sites]
    return replace(ranked(), sites=tuple(sites))


ANSWERS = {
    "ranking": ranked, "plans": lambda: sited(new=2), "curve": of_curve, "search": of_search,
    "many plans": lambda: sited(new=4, best=9), "long names": long_ranking, "one step": one_step,
    "many steps": many_steps, "no step": lambda: replace(of_search(), steps=()),
}  # fmt: skip


@pytest.mark.parametrize(("case", "lang", "size"), sampled(ANSWERS, LANGUAGES, ["screen", "a4"]))
def test_sites_on_the_map_cover_nothing(case, lang, size):
    figure = draw(ANSWERS[case](), lang, size, "map")
    nothing_overlaps(figure)
    discs_apart(figure)
    assert all(legend.get_texts() for legend in figure.legends)


def discs_apart(figure):
    """No numbered mark on another one: their numbers stand in their middles."""
    for ax in figure.axes:
        boxes = [ink(text) for text in ax.texts if text.get_text().isdigit()]
        for one, other in combinations(boxes, 2):
            assert not one.overlaps(other)


def test_each_answer_about_sites_has_its_map_as_a_file_and_as_a_door():
    for answer in (ranked(), sited(new=2), of_curve(), of_search()):
        assert "map" in answer.figures()
        assert headline(answer.map()) == headline(answer.figure(name="map"))


def numbers(ax):
    """But for the nought of the scale bar."""
    found = {int(text.get_text()) for text in ax.texts if text.get_text().isdigit()}
    return sorted(found - {0})


def test_every_candidate_of_a_ranking_is_numbered_by_its_place():
    figure = ranked().map()
    seen = {number for ax in figure.axes for number in numbers(ax)}
    assert seen == set(range(1, len(ranked().sites) + 1))


def test_the_mark_of_the_first_is_the_largest_and_filled():
    ax = ranked().map().axes[0]
    sizes = {
        text.get_text(): line.get_markersize()
        for text in ax.texts
        if text.get_text().isdigit()
        for line in ax.lines
        if len(line.get_xdata()) == 1 and tuple(line.get_xydata()[0]) == text.xy
        if line.get_marker() == "o"
    }
    assert sizes["1"] == max(sizes.values())


def test_of_very_many_candidates_the_first_are_numbered_and_the_others_dots():
    many = replace(ranked(), sites=ranked().sites * 2)
    figure = many.map()
    seen = {number for ax in figure.axes for number in numbers(ax)}
    assert max(seen) == 12
    assert f"{len(many.sites) - 12} more" in " ".join(texts(figure))


def test_the_map_of_a_search_shows_the_layout_after_the_last_step():
    found = of_search()
    figure = found.map()
    stars = [line for line in figure.axes[0].lines if line.get_marker() == "*"]
    new = [
        s for s in found.layout.open_stations() if found.provenance.base.station(s.name.zh) is None
    ]
    assert {tuple(star.get_xydata()[0]) for star in stars} == {(s.x, s.y) for s in new}


def test_without_a_step_the_layout_is_that_of_today():
    assert "new station" not in legends(replace(of_search(), steps=()).map())


def test_plans_stand_side_by_side_each_with_its_own_stars():
    found = sited(new=2)
    figure = found.map()
    assert len(figure.axes) == len(found.plans)
    for plan, ax in zip(found.plans, figure.axes, strict=True):
        stars = [line for line in ax.lines if line.get_marker() == "*"]
        assert len(stars) == sum(addition.new for addition in plan.additions)


def test_more_plans_than_fit_are_told():
    figure = sited(new=4, best=9).map()
    assert len(figure.axes) == 6
    assert any("3 more plans not drawn" in text for text in texts(figure))


def test_a_mark_finds_the_free_spot_that_is_nearest():
    figure = of_curve().map()
    ax, taken = figure.axes[0], []
    x, y = np.mean(ax.get_xlim()), np.mean(ax.get_ylim())
    spots = [lettering.free_spot(ax, x, y, 6, taken) for _ in range(8)]
    assert spots[0] == (x, y)
    assert not any(a.overlaps(b) for a, b in combinations(taken, 2))


# ── where stations stand close together ──────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def crowded(liling):
    """Every urban station has ambulances more; new ones stand beside them, one on top of one."""
    plan = liling.add("白兔潭镇")  # where the sixth sub-station is
    for seat in ("来龙门街道", "阳三石街道", "仙岳山街道", "国瓷街道", "长庆街道"):
        plan = plan.add(seat)
    for station in liling.stations:
        plan = plan.ambulances(station.name.zh, +2)
    return liling, plan


def crowded_maps(crowded, size):
    base, plan = crowded
    finding = Finding("Found", "so", "made")
    yield plan_maps.draw(base, plan, finding, size, EN)
    yield plan_maps.beside(base, [plan], [("1. All of it", "")], finding, size, EN)


@pytest.mark.parametrize("size", list(style.SIZES))
def test_where_stations_are_close_no_mark_covers_another_and_no_change_goes_unnamed(crowded, size):
    base, plan = crowded
    for figure in crowded_maps(crowded, size):
        said = texts(figure)
        assert {station.name.en for station in plan.stations} <= set(said)
        for ax in figure.axes:
            stars = [
                ax.transData.transform(line.get_xydata()[0])
                for line in ax.lines
                if line.get_marker() == "*"
            ]
            marks = [ax.transData.transform((one.x, one.y)) for one in base.stations]
            room = 1.1 * style.SIZES[size][1] * figure.dpi / 72  # from the middle to a mark's edge
            for star in stars:
                assert all(np.hypot(*(star - mark)) > room for mark in marks)
        more = [text for ax in figure.axes for text in ax.texts if text.get_text() == "+2"]
        assert len(more) >= len(base.stations)
        nothing_overlaps(figure)


def test_a_star_that_is_moved_aside_has_a_line_from_where_it_stands(crowded):
    base, plan = crowded
    new = next(one for one in plan.stations if one.name.zh == "白兔潭镇")
    ax = plan_maps.draw(base, plan, Finding("Found", "so", "made"), "screen", EN).axes[0]
    ends = [line.get_xydata() for line in ax.lines if len(line.get_xdata()) == 2]
    (line,) = [xy for xy in ends if np.hypot(*(xy[0] - (new.x, new.y))) < 1]
    stars = [line.get_xydata()[0] for line in ax.lines if line.get_marker() == "*"]
    assert any(np.allclose(line[1], star) for star in stars)


@pytest.mark.parametrize("size", list(style.SIZES))
def test_no_gain_above_a_map_is_cut_off(liling, size):
    plans = [liling.add(seat) for seat in ("白兔潭镇", "枫林镇", "茶山镇", "沩山镇", "明月镇")]
    gain = "simulated: +10.0 points, place 1–5"
    titles = [(f"{number}. Weishan + Chashan", gain) for number in range(1, 6)]
    figure = plan_maps.beside(liling, plans, titles, Finding("Found", "so", "made"), size, EN)
    assert sum(text.endswith(f"\n{gain}") for text in texts(figure)) == 5
    nothing_overlaps(figure)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_standby_points_are_on_the_maps_with_a_mark_of_their_own(liling, lang):
    points = [{"name": "Toll gate", "at": "枫林镇", "capacity": 1}]
    week = liling.with_study(length=7 * 86_400.0)
    away = week.with_settings(standby={"rule": "nearest", "points": points})
    result = sim.compare(week, away, replications=5)
    mark = language(lang)("standby point")
    assert mark in texts(result.map(lang=lang, what="difference"))
    assert mark in texts(result.map(lang=lang, layout=1))
    assert mark not in texts(result.map(lang=lang, layout=0))


# ── a metropolis ─────────────────────────────────────────────────────────────────────────────


def city_of(side, urban_from, urban_to):
    """A map of side × side areas of 1 km², of which a block in the middle of each side is urban."""
    import types

    import geopandas as gpd
    from shapely import box

    rows = [(x, y) for x in range(side) for y in range(side)]
    urban = [urban_from <= x < urban_to and urban_from <= y < urban_to for x, y in rows]
    areas = gpd.GeoDataFrame(geometry=[box(x, y, x + 1, y + 1) for x, y in rows], crs=32650)
    core = areas[urban].union_all() if any(urban) else None
    layers = {
        "townships": areas,
        "core": gpd.GeoDataFrame(geometry=[core] if core else [], crs=32650),
    }
    return types.SimpleNamespace(layers=layers, outline=areas.union_all())


def test_a_small_core_is_drawn_again_as_it_is():
    the_map = city_of(10, 3, 6)
    assert map_parts.enlarged(the_map).bounds == (3, 3, 6, 6)


def test_of_a_wide_core_with_many_areas_the_densest_part_is_drawn_again():
    import geopandas as gpd
    import pandas as pd

    the_map = city_of(20, 2, 18)
    dense = the_map.layers["townships"].scale(0.05, 0.05, origin=(10, 10))
    both = pd.concat([the_map.layers["townships"].geometry, dense])
    the_map.layers["townships"] = gpd.GeoDataFrame(geometry=both.reset_index(drop=True))
    x0, y0, x1, y1 = map_parts.enlarged(the_map).bounds
    assert 2 < x0 < 10 < x1 < 18
    assert 2 < y0 < 10 < y1 < 18


@pytest.mark.parametrize("city", [(10, 0, 10), (4, 0, 4), (6, 0, 0)])
def test_nothing_is_drawn_again_of_a_map_that_is_city_throughout_or_has_none(city):
    assert map_parts.enlarged(city_of(*city)).is_empty


def test_a_crowd_that_is_labelled_elsewhere_is_small_and_without_its_ambulances(several):
    from matplotlib.figure import Figure

    changes = against(several.base, several.base) * 3
    shown = []
    for labelled in (lambda x, y: True, lambda x, y: False):
        ax = Figure().add_subplot()
        map_parts.map_axes(ax, several.base.map.outline.bounds)
        station_marks.draw(ax, changes, EN, labelled)
        shown.append([text.get_text() for text in ax.texts])
    assert len(shown[0]) == len(changes) >= station_marks.CROWD
    assert not shown[1]
