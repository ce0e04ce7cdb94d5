"""The figure of a ranking: what it draws is in the data, and nothing overlaps at any size."""

from __future__ import annotations

from dataclasses import replace

import pytest
from drawings import check, drawn, headline, texts
from rankings import (
    alone,
    as_draft,
    nothing,
    ranked,
    ranking_of,
    reordered,
    sited,
    spread_out,
    unknown,
    vast,
    with_worst,
)
from studies import LONG

from sim import figures
from sim.answers.ranking import Ranking
from sim.figures import fonts, ranking, style
from sim.figures.ranking import BEST, HELPER, HELPS, OTHER, TIED
from sim.measures.intervals import Estimate
from sim.measures.verdicts import Verdict
from sim.words import sites as sites_words
from sim.words.language import language

SIZES = list(style.SIZES)
LANGUAGES = ["en", "zh"]
EN = language("en")


def long_names():
    return replace(ranked(), sites=tuple(one._replace(candidate=LONG) for one in ranked().sites))


EDGES = {
    "as found": ranked,
    "one candidate": lambda: alone(Verdict.BETTER),
    "two candidates": lambda: replace(ranked(), sites=ranked().sites[:2]),
    "144 candidates": lambda: replace(ranked(), sites=ranked().sites * 6),
    "long names": long_names,
    "no gain": lambda: ranking_of(nothing, Verdict.TOO_SMALL),
    "no interval": lambda: as_draft(ranking_of(unknown, Verdict.UNDECIDED)),
    "vast intervals": lambda: as_draft(ranking_of(vast, Verdict.UNDECIDED)),
    "by the mean": lambda: ranked("mean"),
    "by the worst-served": lambda: ranked("worst5"),
    "the worst-served far down": lambda: with_worst(spread_out(), -1, Estimate(0.3, 0.2, 0.4)),
    "plans": lambda: sites_words.ranking_of(sited(new=3), EN),
}


def shown(found, most=30):
    return ranking.rows_shown(found, most)


def charts(found, most=30):
    return ranking.charts(found, shown(found, most), EN)


# ── nothing overlaps ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("case", "size"), [(case, SIZES[i % 3]) for i, case in enumerate(EDGES) if case != "plans"]
)
def test_edge_cases_are_drawn_with_nothing_overlapping(case, size, lang):
    check(drawn(ranking.draw, EDGES[case](), language(lang), size), lang)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_size_holds_what_was_found(size, lang):
    check(drawn(ranking.draw, ranked(), language(lang), size), lang)


@pytest.mark.parametrize("size", SIZES)
def test_a_wordier_language_fits_as_well(size):
    figure = drawn(ranking.draw, ranked(), language("qps"), size)
    check(figure, "qps")
    assert headline(figure).startswith("⟦")


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_wide_fonts_stay_on_the_page(monkeypatch):
    """A machine may have no font but matplotlib's own, which is wide."""
    monkeypatch.setattr(fonts, "_installed", lambda: frozenset({"DejaVu Sans"}))
    figure = ranking.draw(ranked(), EN, "a4")
    (width, height), inked = figure.get_size_inches(), figure.get_tightbbox()
    assert min(inked.x0, inked.y0) >= 0
    assert inked.x1 <= width
    assert inked.y1 <= height


# ── what is drawn is in the data ─────────────────────────────────────────────────────────────


def test_rows_are_the_sites_best_first_with_their_places_and_gains():
    found = ranked()
    first, second = charts(found)
    assert [row.name for row in first.rows] == [
        f"{one.candidate.name.en}  {place}" for place, one in enumerate(found.sites, 1)
    ]
    assert [row.value for row in first.rows] == [one.gains["within"] for one in found.sites]
    assert [row.value for row in second.rows] == [one.gains["worst5"] for one in found.sites]
    assert first.rows[0].number == f"{100 * found.best.gains['within'].mean:+.1f}"
    assert (first.measure.key, second.measure.key) == ("within", "worst5")
    assert first.below == ""


def test_the_best_and_those_that_cannot_be_told_from_it_are_marked():
    marks = [row.mark for row in charts(spread_out(tied=True))[0].rows]
    assert marks == [BEST, TIED, TIED, *[OTHER] * 21]
    marks = [row.mark for row in charts(spread_out(tied=False))[0].rows]
    assert marks == [BEST, *[OTHER] * 23]


def test_the_best_for_the_worst_served_is_marked_beside():
    found = with_worst(spread_out(), 2, Estimate(0.3, 0.2, 0.4))
    marks = [row.mark for row in charts(found)[1].rows]
    assert marks == [HELPS, HELPS, HELPER, *[HELPS] * 21]


def test_the_legend_names_the_marks_that_occur_and_no_others():
    def labels(found):
        return [handle.get_label() for handle in charts(found)[0].extra]

    sure = with_worst(spread_out(), 2, Estimate(0.3, 0.2, 0.4))
    assert labels(sure) == ["best", "surely not the best", "most for the worst-served townships"]
    tied = with_worst(spread_out(tied=True), 2, Estimate(0.0, -0.1, 0.1))
    tied = replace(tied, sites=tuple(
        one._replace(gains=one.gains | {"worst5": Estimate(0.0, -0.1, 0.1)}) for one in tied.sites
    ))  # fmt: skip
    assert labels(tied) == ["leads", "cannot be told apart from it", "surely not the best"]


def test_the_worst_served_are_drawn_once_and_only_if_known():
    assert [chart.measure.key for chart in charts(ranked("worst5"))] == ["worst5"]
    nan = float("nan")
    blank = ranking_of(lambda gain: gain._replace(mean=nan), Verdict.UNDECIDED)
    assert [chart.measure.key for chart in charts(blank)] == ["within"]
    assert len(drawn(ranking.draw, ranked("worst5"), EN).axes) == 1


def test_the_best_for_the_worst_served_is_drawn_even_far_down():
    found = with_worst(spread_out(), -1, Estimate(0.3, 0.2, 0.4))
    found = replace(found, sites=(*found.sites[:-1], *found.sites[1:-1], found.sites[-1]))
    assert len(found.sites) == 46
    assert [place for place, _ in shown(found, 10)] == [*range(1, 10), 46]
    figure = ranking.draw(found, EN)
    assert f"{found.sites[-1].candidate.name.en}  46" in texts(figure)
    assert any("16 more not drawn" in text for text in texts(figure))


def test_what_is_not_drawn_is_counted():
    first, second = charts(spread_out(), most=20)
    assert first.below == "4 more not drawn, +7.7 to +8.0 points"
    assert len(first.rows) == len(second.rows) == 20


def test_the_axis_says_what_is_better():
    assert charts(ranked())[0].axis == "gain over today (points)"
    assert charts(ranked("mean"))[0].axis == "← better   change (min)"


def test_the_figure_of_an_answer_has_its_name_and_its_headline():
    found = spread_out()
    drawings = figures.drawings(found, EN)
    assert list(drawings) == ["ranking", "map"]
    assert headline(drawings["ranking"]()) == headline(found.figure())
    assert headline(found.figure()).startswith(found.best.candidate.name.en)


def test_a_draft_is_stamped():
    assert "DRAFT 草稿" in [text.get_text() for text in as_draft(ranked()).figure().texts]


# ── plans of a siting model ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", LANGUAGES)
def test_plans_are_drawn_as_the_page_calls_them(lang):
    found, say = reordered(sited(best=3), [2, 0, 1]), language(lang)
    drawings = figures.drawings(found, say)
    assert list(drawings) == ["sites", "map"]
    figure = drawings["sites"]()
    check(figure, lang)
    for row, place in enumerate((3, 1, 2)):
        assert f"{sites_words.plan_name(found, row, say)}  {place}" in texts(figure)
    assert isinstance(sites_words.ranking_of(found, say), Ranking)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_plans_of_many_sites_have_room_for_their_names(lang):
    found = sited(new=3)
    check(drawn(lambda: found.figure(lang, "a4")), lang)
