"""Figures of decisions: the finding is in the data, nothing overlaps, edge cases are drawn."""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import replace
from functools import lru_cache
from itertools import combinations

import pytest
from conftest import ROOT
from matplotlib.text import Text
from matplotlib.transforms import Bbox

import sim
from sim.answers.candidates import Candidate
from sim.answers.ranking import rank
from sim.figures import ranking, style
from sim.measures.estimates import Estimate
from sim.measures.verdicts import Verdict
from sim.scenario.file import load
from sim.scenario.settings import Costs
from sim.study.stopping import Chosen
from sim.text import Name

STAMP = "DRAFT 草稿"
LONG = Candidate(
    Name(
        "一个名称格外冗长以致任何图幅都难以容纳的偏远山区乡镇",
        "An extraordinarily long-named township of the upper northern valley",
    )
)
SIZES = list(style.SIZES)


DRAW = {"ranking": ranking}


# ── answers from short studies ───────────────────────────────────────────────────────────────


@lru_cache(maxsize=1)
def base():
    priced = Costs(
        station="1,200,000 CNY per year",
        substation="400,000 CNY per year",
        ambulance="900,000 CNY per year",
    )
    liling = load(ROOT / "scenarios" / "liling").with_study(length=3 * 86_400.0)
    return replace(liling, settings=liling.settings.model_copy(update={"costs": priced}))


@lru_cache(maxsize=1)
def of_ranking():
    return rank(base(), replications=6)


@lru_cache(maxsize=1)
def result(replications=6):
    plans = [base().add("茶山镇"), base().add("枫林镇").add("官庄镇"), base().close("第六分站")]
    return sim.compare(base(), *plans, replications=replications)


def as_draft(answer):
    of = "provenance" if hasattr(answer, "provenance") else "made"
    return replace(answer, **{of: replace(getattr(answer, of), chosen=Chosen("draft"))})


def mapped(estimates, change):
    return {key: change(value) for key, value in estimates.items()}


def nothing(_):
    return Estimate(0.0, 0.0, 0.0)


def unknown(value):
    return Estimate(value.mean, math.nan, math.nan)


def vast(value):
    return Estimate(value.mean, -90.0, 90.0)


def ranking_of(change, verdict):
    found = of_ranking()
    every = [
        one._replace(gains=mapped(one.gains, change), verdict=verdict, best_place=1)
        for one in found.ranked
    ]
    return replace(found, ranked=tuple(every))


def long_ranking():
    every = [one._replace(candidate=LONG) for one in of_ranking().ranked]
    return replace(of_ranking(), ranked=tuple(every))


EDGES = {
    ("ranking", "as found"): of_ranking,
    ("ranking", "one candidate"): lambda: replace(of_ranking(), ranked=of_ranking().ranked[:1]),
    ("ranking", "two candidates"): lambda: replace(of_ranking(), ranked=of_ranking().ranked[:2]),
    ("ranking", "133 candidates"): lambda: replace(of_ranking(), ranked=of_ranking().ranked * 6),
    ("ranking", "long names"): long_ranking,
    ("ranking", "no gain"): lambda: ranking_of(nothing, Verdict.TOO_SMALL),
    ("ranking", "no interval"): lambda: as_draft(ranking_of(unknown, Verdict.UNDECIDED)),
    ("ranking", "vast intervals"): lambda: as_draft(ranking_of(vast, Verdict.UNDECIDED)),
    ("ranking", "by the mean"): lambda: replace(of_ranking(), by="mean"),
}


# ── what is written on a figure ──────────────────────────────────────────────────────────────


def written(figure):
    """Every text that is drawn but for the stamp, ticks outside their axis not counted."""
    figure.draw_without_rendering()
    ticks = {id(label) for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)
             for tick in axis.get_major_ticks() + axis.get_minor_ticks()
             for label in (tick.label1, tick.label2)}  # fmt: skip
    drawn = [t for t in figure.findobj(Text) if id(t) not in ticks]
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            drawn += [tick.label1 for tick in axis._update_ticks()]
    return [t for t in drawn if t.get_visible() and t.get_text().strip() not in ("", STAMP)]


def texts(figure):
    return [text.get_text() for text in written(figure)]


def headline(figure):
    return figure.texts[0].get_text()


def ink(text):
    """Its box without the room above and below that no letter takes."""
    box = text.get_window_extent()
    x, y = min(1.0, 0.1 * box.width), 0.16 * box.height / (text.get_text().count("\n") + 1)
    return Bbox([[box.x0 + x, box.y0 + y], [box.x1 - x, box.y1 - y]])


def check(figure, lang):
    """Nothing off the page, no two texts on each other, one language."""
    page, found = figure.bbox, [(ink(t), t.get_text()) for t in written(figure)]
    for box, text in found:
        assert page.x0 <= box.x0, text
        assert box.x1 <= page.x1, text
        assert page.y0 <= box.y0, text
        assert box.y1 <= page.y1, text
    for (box, text), (other, said) in combinations(found, 2):
        assert not box.overlaps(other), (text, said)
    for _, text in found:
        if lang == "en":
            assert not re.search(r"[\u2e80-\uffef]", text), text
        else:
            known = text.replace("CNY per year", "").replace("OpenStreetMap", "")
            assert not re.search(r"[A-Za-z]{2,}", known), text
            assert not re.search(r"[\u4e00-\u9fff][,;:(]", known), text


def drawn(draw, *how):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = draw(*how)
        figure.canvas.draw()
    return figure


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("what", "case", "size"),
    [(what, case, SIZES[i % 3]) for i, (what, case) in enumerate(EDGES)],
    ids=lambda v: v.replace(" ", "-"),
)
def test_edge_cases_are_drawn_with_nothing_overlapping(what, case, size, lang):
    figure = drawn(DRAW[what].draw, EDGES[what, case](), lang, size)
    check(figure, lang)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("what", list(DRAW))
def test_each_size_holds_what_was_found(what, size):
    check(drawn(DRAW[what].draw, EDGES[what, "as found"](), "en", size), "en")


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("what", list(DRAW))
def test_wide_fonts_stay_on_the_page(what, monkeypatch):
    """A machine may have no font but matplotlib's own, which is wide."""
    monkeypatch.setattr(style, "_installed", lambda: frozenset({"DejaVu Sans"}))
    figure = DRAW[what].draw(EDGES[what, "as found"](), "en", "a4")
    (width, height), inked = figure.get_size_inches(), figure.get_tightbbox()
    assert min(inked.x0, inked.y0) >= 0
    assert inked.x1 <= width
    assert inked.y1 <= height


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("size", SIZES)
def test_a_forest_of_proposals(lang, size):
    figure = drawn(result().forest, lang, size)
    check(figure, lang)
    assert len(figure.axes) == 4


def test_a_forest_of_one_proposal_and_one_replication():
    one = sim.compare(base(), base().add("枫林镇"), replications=1)
    figure = drawn(one.forest)
    check(figure, "en")
    assert headline(figure) == "This study cannot tell yet"
    assert any("no interval" in text for text in texts(figure))


def test_a_forest_needs_a_proposal():
    with pytest.raises(sim.PlannerError, match="no proposal"):
        sim.run(base(), replications=1).forest()


# ── the finding is in the data ───────────────────────────────────────────────────────────────


def spread_out(tied):
    """Candidates of which the first leads, with or without others that may be the best."""
    every = [
        one._replace(verdict=Verdict.BETTER, best_place=1 if i == 0 or (tied and i < 3) else 4,
                     gains=one.gains | {"within": Estimate(0.1 - i / 1000, 0.05, 0.15)})
        for i, one in enumerate(of_ranking().ranked)
    ]  # fmt: skip
    return replace(of_ranking(), ranked=tuple(every))


def with_worst(found, row, gain):
    every = list(found.ranked)
    every = [x._replace(gains=x.gains | {"worst5": Estimate(0.01, 0.0, 0.02)}) for x in every]
    every[row] = every[row]._replace(gains=every[row].gains | {"worst5": gain})
    return replace(found, ranked=tuple(every))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_best_candidate_is_named(lang):
    found = with_worst(spread_out(tied=False), 2, Estimate(0.3, 0.2, 0.4))
    said = headline(ranking.draw(found, lang))
    assert said.startswith(found.best.candidate.name.within(lang))
    assert ("gains most" if lang == "en" else "增益最大") in said
    assert found.ranked[2].candidate.name.within(lang) in said
    assert ("helps the worst-served most" if lang == "en" else "改善最大") in said


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_ties_are_said_to_be_ties(lang):
    found = spread_out(tied=True)
    said = headline(ranking.draw(found, lang))
    assert ("cannot be told from" if lang == "en" else "无法区分") in said
    for one in found.tied():
        assert one.candidate.name.within(lang) in said


def test_who_helps_the_worst_served_is_drawn_even_far_down():
    found = with_worst(spread_out(tied=False), -1, Estimate(0.3, 0.2, 0.4))
    found = replace(found, ranked=(*found.ranked[:-1], *found.ranked[1:-1], found.ranked[-1]))
    assert len(found.ranked) > 30
    figure = ranking.draw(found)
    name = f"{found.ranked[-1].candidate.name.en}  {len(found.ranked)}"
    assert name in texts(figure)
    assert any("more not drawn" in text for text in texts(figure))


def test_a_lead_for_the_worst_served_that_may_be_chance_is_not_called_most():
    found = with_worst(spread_out(tied=False), 2, Estimate(0.3, 0.01, 0.6))
    assert "leads for the worst-served" in headline(ranking.draw(found))


def test_no_gain_is_not_called_a_gain():
    found = ranking_of(nothing, Verdict.TOO_SMALL)
    assert headline(ranking.draw(found)) == "No candidate gains enough to matter"
    found = ranking_of(unknown, Verdict.UNDECIDED)
    assert headline(ranking.draw(found)).startswith("No candidate surely gains")


def test_proposals_are_judged_by_their_verdicts():
    said = headline(result().forest())
    keys = ("urban10", "rural30", "worst5", "p90")
    worse = [i for i in (1, 2, 3) if any(result().verdict(k, i) == Verdict.WORSE for k in keys)]
    assert worse
    assert all("ABC"[i - 1] in said for i in worse)


@pytest.mark.parametrize("what", list(DRAW))
def test_drafts_and_only_drafts_are_stamped(what):
    found = EDGES[what, "as found"]()
    for answer, stamped in ((found, False), (as_draft(found), True)):
        figure = DRAW[what].draw(answer)
        assert any(t.get_text() == STAMP for t in figure.findobj(Text)) is stamped
        assert any(t.startswith("Synthetic map") and "replications" in t for t in texts(figure))
        assert any("Draft" in t for t in texts(figure)) is stamped


@pytest.mark.parametrize("what", list(DRAW))
def test_the_subtitle_says_where_the_clock_starts(what):
    found = EDGES[what, "as found"]()
    assert any("call received" in text for text in texts(DRAW[what].draw(found)))
    assert any("接到呼叫" in text for text in texts(DRAW[what].draw(found, "zh")))


def test_a_comparison_is_saved_with_its_forest(tmp_path):
    from sim.report import folder as store

    assert "forest.png" in store.DRAWN
    pair = sim.compare(base(), base().add("枫林镇"), replications=2)
    store.write_results(tmp_path, pair, "en", True, ["compare"], "compiled")
    assert (tmp_path / "forest.png").stat().st_size > 5_000
