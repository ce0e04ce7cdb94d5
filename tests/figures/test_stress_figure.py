"""The figure of a stress test: bars for each assumption, and strips of joint samples."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from decisions import as_draft, long_stress, one_case, only, stressed, with_joint
from drawings import LANGUAGES, check, draw, is_stamped, texts
from studies import days

from sim.figures import fonts, stress_joint, style
from sim.figures.stress_swings import drawable, tornado
from sim.words.language import language

SIZES = list(style.SIZES)
CASES = {
    "as found": lambda: stressed(5.6, 3.5, joint=16),
    "no joint samples": lambda: stressed(5.6, 3.5),
    "one proposal": lambda: stressed(3.5, joint=32),
    "one, no joint": lambda: stressed(8.2, swing=0.4, half=0.3),
    "by the mean": lambda: stressed(-1.2, -1.9, swing=0.5, half=0.3, joint=32, by="mean"),
    "no interval": lambda: as_draft(stressed(3.5, half=math.nan, joint=4, often=1)),
    "vast swings": lambda: stressed(5.6, 3.5, -9.0, swing=60, half=90, joint=300),
    "no gain": lambda: stressed(0.0, 0.0, swing=0, half=0, joint=8),
    "one assumption": lambda: only(stressed(5.6, -9.0, joint=16), "handover"),
    "one mishap": lambda: only(stressed(5.6, joint=3), "station-closed"),
    "one case": lambda: one_case(stressed(5.6)),
    "many proposals": lambda: stressed(*[5.6, 3.5, -3.0] * 3, joint=2500),
    "long names": long_stress,
    "nothing tried": lambda: replace(stressed(5.6), swings=()),
    "unknown gains": lambda: stressed(math.nan, joint=4),
}


def station_names():
    return {station.name.en for station in days().stations}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("case", "size"), [(case, SIZES[i % 3]) for i, case in enumerate(CASES)], ids=str
)
def test_nothing_overlaps_on_any_page(case, size, lang):
    check(draw(CASES[case](), lang, size), lang, station_names())


@pytest.mark.parametrize("size", SIZES)
def test_each_size_holds_what_was_found(size):
    check(draw(CASES["as found"](), "en", size), "en")


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_wide_fonts_stay_on_the_page(monkeypatch):
    """A machine may have no font but matplotlib's own, which is wide."""
    monkeypatch.setattr(fonts, "_installed", lambda: frozenset({"DejaVu Sans"}))
    figure = CASES["as found"]().figure("en", "a4")
    (width, height), inked = figure.get_size_inches(), figure.get_tightbbox()
    assert min(inked.x0, inked.y0) >= 0
    assert inked.x1 <= width
    assert inked.y1 <= height


@pytest.mark.parametrize("draft", [False, True])
def test_drafts_and_only_drafts_are_stamped(draft):
    found = stressed(5.6)
    assert is_stamped(draw(as_draft(found) if draft else found)) is draft


# ── one assumption at a time ─────────────────────────────────────────────────────────────────


def test_each_bar_goes_from_the_gain_as_assumed_to_that_at_its_end():
    found = only(stressed(5.6, swing=1.0), "demand")
    (ax,) = draw(found).axes
    bars = [(round(p.get_x(), 6), round(p.get_x() + p.get_width(), 6))
            for p in ax.patches if round(p.get_height(), 6) == 0.36]  # fmt: skip
    (swing,) = found.swings
    assert bars == [
        (5.6, round(100 * end.gains[0].mean, 6)) for end in (swing.low, swing.high)
    ] == [(5.6, 6.6), (5.6, 4.7)]  # fmt: skip


def test_each_end_of_a_swing_is_printed_and_the_widest_comes_first():
    found = stressed(5.6)
    said = texts(draw(found))
    assert said.index("Number of calls ±20 %") < said.index("Handover ±30 %")
    for swing in found.swings:
        for end in (swing.low, swing.high):
            assert f"{100 * end.gains[0].mean:+.1f}" in said
    assert "as assumed +5.6" in said


def test_the_swings_are_those_of_the_leading_proposal():
    assert "as assumed +5.6" in texts(draw(stressed(3.5, 5.6)))
    assert any(text.startswith("+ Chashan: All calls") for text in texts(draw(stressed(3.5, 5.6))))


def test_what_goes_missing_has_a_line_for_each_case():
    said = texts(draw(only(stressed(5.6), "station-closed")))
    assert "One station closed: Xiangdong Hospital" in said
    assert "Liling TCM Hospital" in said


def test_one_case_has_one_bar():
    (ax,) = draw(only(one_case(stressed(5.6)), "station-closed")).axes
    assert len([p for p in ax.patches if round(p.get_height(), 6) == 0.36]) == 1


def test_ends_that_are_not_known_are_not_drawn():
    assert drawable(stressed(math.nan)) == ()
    assert len(drawable(stressed(5.6))) == len(stressed(5.6).swings)


def test_zero_and_what_is_too_small_are_drawn_where_they_are_in_view():
    near, far = draw(stressed(1.5)), draw(stressed(30.0))
    assert any("too small to matter" in text for text in texts(near))
    assert not any("too small to matter" in text for text in texts(far))
    assert near.axes[0].get_xlim()[0] < 0 < far.axes[0].get_xlim()[0]


def test_the_legend_speaks_of_cases_only_where_something_may_go_missing():
    assert "low value" in texts(draw(only(stressed(5.6), "demand")))
    assert "low value or first case" in texts(draw(stressed(5.6)))


def test_less_is_better_of_minutes():
    (ax,) = draw(stressed(-1.9, swing=0.5, by="mean")).axes
    assert ax.get_xlabel() == "← better   change against today (min)"
    assert draw(stressed(5.6)).axes[0].get_xlabel() == "gain over today (points)"


# ── all together ─────────────────────────────────────────────────────────────────────────────


def dots(ax):
    """By filling, the values of the dots."""
    found = {"full": [], "hollow": []}
    for line in ax.lines:
        if line.get_marker() == "o":
            key = "hollow" if line.get_markerfacecolor() == "white" else "full"
            found[key] += [round(float(x), 6) for x in line.get_xdata()]
    return found


def test_a_dot_for_each_sample_hollow_below_what_matters():
    found = with_joint(stressed(5.6), [[0.05], [0.06], [0.005], [-0.01]])
    assert dots(draw(found).axes[1]) == {"full": [5.0, 6.0], "hollow": [0.5, -1.0]}


def test_in_minutes_a_smaller_gain_is_hollow_too():
    found = with_joint(stressed(-2.0, by="mean", swing=0.1, half=0.1), [[-2.0], [-0.1], [0.1]])
    assert dots(draw(found).axes[1]) == {"full": [-2.0], "hollow": [-0.1, 0.1]}


def test_the_leader_and_those_most_often_ahead_have_a_strip():
    found = with_joint(stressed(5.6, 1.0, 3.0), [[0.05, 0.09, 0.0], [0.05, 0.09, 0.0]])
    assert stress_joint.shown(found, 2) == [0, 1]
    assert stress_joint.shown(found, 3) == [0, 1, 2]


def test_swings_and_joint_samples_share_a_scale_unless_it_would_press_the_swings_together():
    near = with_joint(stressed(5.6), [[0.05], [0.06]])
    upper, lower = draw(near).axes
    assert upper.get_xlim() == lower.get_xlim()
    far = draw(with_joint(stressed(5.6), [[0.05], [-0.5]]))
    assert far.axes[0].get_xlim() != far.axes[1].get_xlim()
    assert any("not on the scale above" in t.replace("\n", " ") for t in texts(far))


def test_on_a_slide_the_strips_stand_beside_the_swings():
    upper, lower = draw(stressed(5.6, joint=8)).axes
    assert upper.get_position().y0 > lower.get_position().y1
    left, right = draw(stressed(5.6, joint=8), size="slide").axes
    assert left.get_position().x1 < right.get_position().x0


def test_the_drawn_range_holds_every_end():
    found = stressed(5.6, swing=3.0)
    panel = tornado(found, language("en"), 10.0, found.swings, [])
    for swing in found.swings:
        for end in swing.ends():
            assert panel.seen.low <= panel.value(end).mean <= panel.seen.high
