"""Figures of decisions: the finding is in the data, nothing overlaps, edge cases are drawn."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from conftest import ROOT
from drawings import STAMP, check, drawn, headline, texts
from matplotlib.text import Text

import sim
from sim.answers import costs
from sim.answers.assumptions import Mishap, assumptions, mishaps
from sim.answers.candidates import Candidate
from sim.answers.curve import curve as find_curve
from sim.answers.legacy import Made
from sim.answers.search import Option, search
from sim.answers.stress import End, Joint, Stress, Swing
from sim.answers.worth import worth as find_worth
from sim.figures import cost_front as front
from sim.figures import curve, style
from sim.figures import search as steps
from sim.figures import stress as tornado
from sim.measures.estimates import Estimate
from sim.measures.verdicts import Verdict
from sim.scenario.file import load
from sim.scenario.settings import Costs
from sim.study.stopping import StoppedBecause
from sim.text import Name

LONG = Candidate(
    Name(
        "一个名称格外冗长以致任何图幅都难以容纳的偏远山区乡镇",
        "An extraordinarily long-named township of the upper northern valley",
    )
)
SIZES = list(style.SIZES)


class worth:
    @staticmethod
    def draw(found, lang="en", size="screen"):
        return found.figure(lang, size)


DRAW = {"worth": worth, "curve": curve, "front": front, "steps": steps,
        "tornado": tornado}  # fmt: skip


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
def of_worth():
    return find_worth(base(), replications=6)


@lru_cache(maxsize=1)
def of_curve():
    return find_curve(base(), "8", steps=3, replications=6)


@lru_cache(maxsize=1)
def of_search():
    return search(base(), "8", stations=1, ambulances=1, replications=6)


@lru_cache(maxsize=1)
def result(replications=6):
    plans = [base().add("茶山镇"), base().add("枫林镇").add("官庄镇"), base().close("第六分站")]
    return sim.compare(base(), *plans, replications=replications)


def as_draft(answer):
    of = "provenance" if hasattr(answer, "provenance") else "made"
    return replace(answer, **{of: replace(getattr(answer, of), chosen=StoppedBecause("draft"))})


def mapped(estimates, change):
    return {key: change(value) for key, value in estimates.items()}


def nothing(_):
    return Estimate(0.0, 0.0, 0.0)


def unknown(value):
    return Estimate(value.mean, math.nan, math.nan)


def vast(value):
    return Estimate(value.mean, -90.0, 90.0)


def worth_of(change, verdict):
    found = of_worth()
    losses = [x._replace(changes=mapped(x.changes, change), verdict=verdict) for x in found.losses]
    return replace(found, losses=tuple(losses))


def altered(taken, change, verdict):
    return tuple(
        step._replace(
            values=mapped(step.values, change), gains=mapped(step.gains, change),
            gain=change(step.gain), verdict=verdict,
        )
        for step in taken
    )  # fmt: skip


def curve_of(change, verdict):
    found = of_curve()
    tracks = {key: altered(taken, change, verdict) for key, taken in found.tracks.items()}
    return replace(found, tracks=tracks, now=mapped(found.now, change))


def search_of(change, verdict):
    return replace(of_search(), steps=altered(of_search().steps, change, verdict))


def renamed(taken):
    return tuple(
        step._replace(option=Option(f"+ {LONG.name.en}", f"＋{LONG.name.zh}", step.option.layout))
        for step in taken
    )


def long_curve():
    found = of_curve()
    return replace(found, tracks={key: renamed(taken) for key, taken in found.tracks.items()})


def many_steps():
    """Twelve of each, and a fleet rearranged in three moves."""
    tracks = {key: (of_curve().tracks[key] * 4)[:12] for key in ("stations", "ambulances")}
    return replace(of_curve(), tracks=tracks | {"fleet": tracks["ambulances"][:3]})


def one_step():
    tracks = {key: of_curve().tracks[key][:1] for key in ("stations", "ambulances")}
    return replace(of_curve(), tracks=tracks | {"fleet": ()})


def long_worth():
    found = of_worth()
    base = found.provenance.base
    named = [replace(s, name=LONG.name) for s in base.stations]
    made = replace(found.provenance, base=replace(base, stations=tuple(named)))
    return replace(found, provenance=made)


def stressed(*gains, swing=1.4, half=0.6, joint=0, by="within", often=20):
    """As many proposals as gains, each end of an assumption less far from them than the last."""
    share = 0.01 if by == "within" else 1.0

    def end(en, zh, shift):
        found = [
            Estimate(*(share * (gain + shift + d) for d in (0, -half, half))) for gain in gains
        ]
        return End(en, zh, tuple(found))

    swings = []
    for i, about in enumerate(assumptions(base())):
        far, ends = swing * 0.8**i, (f"−{about.wrong * 100:g} %", f"+{about.wrong * 100:g} %")
        low, high = (en.replace(" %", "%") for en in ends)
        swings.append(Swing(about, end(ends[0], low, far), end(ends[1], high, -0.9 * far)))
    for about in mishaps(base()):
        (en, zh, _), (other_en, other_zh, _) = about.cases[:2]
        swings.append(Swing(about, end(en, zh, -0.1 * swing), end(other_en, other_zh, 0.0)))
    plans = [base().add("枫林镇"), base().add("茶山镇"), base().close("第六分站")]
    proposals = tuple(plans[i % 3] for i in range(len(gains)))
    made = Made(base(), often, 585, 2025, 94.0, StoppedBecause("given"))
    found = Stress(made, proposals, end("", "", 0.0).gains, tuple(swings), None, by)
    if joint:
        drawn = np.random.default_rng(1).normal(gains, 1.2 * swing, (joint, len(gains)))
        found = with_joint(found, share * drawn)
    return found


def with_joint(found, gains):
    return replace(found, joint=Joint((), np.zeros((len(gains), 0)), np.array(gains), 10))


def only(found, key):
    return replace(found, swings=tuple(s for s in found.swings if s.about.key == key))


def one_case(found):
    """A mishap that can happen in one way only, as in a fleet of two stations."""
    swings = [s._replace(high=s.low) for s in found.swings if isinstance(s.about, Mishap)]
    return replace(found, swings=tuple(swings))


def long_stress():
    found = stressed(5.6, 3.5, joint=16)
    swings = [
        s._replace(low=s.low._replace(en=LONG.name.en, zh=LONG.name.zh))
        if isinstance(s.about, Mishap)
        else s
        for s in found.swings
    ]
    named = [replace(p, name=LONG.name.en, name_zh=LONG.name.zh) for p in found.proposals]
    return replace(found, swings=tuple(swings), proposals=tuple(named))


EDGES = {
    ("worth", "as found"): of_worth,
    ("worth", "one line"): lambda: replace(of_worth(), losses=of_worth().losses[:1]),
    ("worth", "many lines"): lambda: replace(of_worth(), losses=of_worth().losses * 4),
    ("worth", "long names"): long_worth,
    ("worth", "no loss"): lambda: worth_of(nothing, Verdict.TOO_SMALL),
    ("worth", "no interval"): lambda: as_draft(worth_of(unknown, Verdict.UNDECIDED)),
    ("worth", "vast intervals"): lambda: worth_of(vast, Verdict.UNDECIDED),
    ("curve", "as found"): of_curve,
    ("curve", "one step"): one_step,
    ("curve", "many steps"): many_steps,
    ("curve", "long names"): long_curve,
    ("curve", "no gain"): lambda: curve_of(nothing, Verdict.TOO_SMALL),
    ("curve", "no interval"): lambda: as_draft(curve_of(unknown, Verdict.UNDECIDED)),
    ("curve", "vast intervals"): lambda: curve_of(vast, Verdict.UNDECIDED),
    ("curve", "no tracks"): lambda: replace(of_curve(), tracks={"stations": (), "fleet": ()}),
    ("front", "as found"): of_curve,
    ("front", "one step"): one_step,
    ("front", "many steps"): many_steps,
    ("steps", "as found"): of_search,
    ("steps", "one step"): lambda: replace(of_search(), steps=of_search().steps[:1]),
    ("steps", "many steps"): lambda: replace(of_search(), steps=of_search().steps * 30),
    ("steps", "long names"): lambda: replace(of_search(), steps=renamed(of_search().steps)),
    ("steps", "no gain"): lambda: search_of(nothing, Verdict.TOO_SMALL),
    ("steps", "vast intervals"): lambda: as_draft(search_of(vast, Verdict.UNDECIDED)),
    ("steps", "no step"): lambda: replace(of_search(), steps=()),
}


EDGES |= {
    ("tornado", "as found"): lambda: stressed(5.6, 3.5, joint=16),
    ("tornado", "no joint samples"): lambda: stressed(5.6, 3.5),
    ("tornado", "one proposal"): lambda: stressed(3.5, joint=32),
    ("tornado", "one, no joint"): lambda: stressed(8.2, swing=0.4, half=0.3),
    ("tornado", "by the mean"): lambda: stressed(-1.2, -1.9, swing=0.5, half=0.3, joint=32, by="mean"),
    ("tornado", "no interval"): lambda: as_draft(stressed(3.5, half=math.nan, joint=4, often=1)),
    ("tornado", "vast swings"): lambda: stressed(5.6, 3.5, -9.0, swing=60, half=90, joint=300),
    ("tornado", "no gain"): lambda: stressed(0.0, 0.0, swing=0, half=0, joint=8),
    ("tornado", "one assumption"): lambda: only(stressed(5.6, -9.0, joint=16), "handover"),
    ("tornado", "one mishap"): lambda: only(stressed(5.6, joint=3), "station-closed"),
    ("tornado", "one case"): lambda: one_case(stressed(5.6)),
    ("tornado", "many proposals"): lambda: stressed(*[5.6, 3.5, -3.0] * 3, joint=2500),
    ("tornado", "long names"): lambda: long_stress(),
    ("tornado", "nothing tried"): lambda: replace(stressed(5.6), swings=()),
    ("tornado", "unknown gains"): lambda: stressed(math.nan, joint=4),
}  # fmt: skip


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


def losses_of(*values):
    losses = [
        loss._replace(verdict=verdict, changes=loss.changes | {"within": change})
        for loss, (change, verdict) in zip(of_worth().losses, values, strict=False)
    ]
    return replace(of_worth(), losses=tuple(losses))


def test_the_greatest_loss_is_named_and_what_could_go_counted():
    large = (Estimate(-0.08, -0.09, -0.07), Verdict.WORSE)
    some = (Estimate(-0.04, -0.05, -0.03), Verdict.WORSE)
    small = (Estimate(0.0, -0.001, 0.001), Verdict.TOO_SMALL)
    found = losses_of(large, some, small)
    name = found.provenance.base.stations[found.losses[0].station].name.en
    assert headline(worth.draw(found)) == (
        f"Most is lost by closing {name}: −8.0 points; 1 of 3 losses too small to matter"
    )
    near = losses_of(large, (Estimate(-0.07, -0.1, -0.04), Verdict.WORSE), small)
    assert "not surely more than" in headline(worth.draw(near))
    assert "Each loss alone" in headline(worth.draw(losses_of(small, small)))


def first_steps(a, b):
    found = of_curve()
    tracks = {
        key: (found.tracks[key][0]._replace(gain=gain, verdict=Verdict.BETTER),)
        for key, gain in (("stations", a), ("ambulances", b))
    }
    return replace(found, tracks=tracks)


def test_a_station_is_set_against_an_ambulance():
    sure, less = Estimate(0.05, 0.04, 0.06), Estimate(0.01, 0.0, 0.02)
    said = headline(curve.draw(first_steps(sure, less)))
    assert said == "A station gains more than an ambulance: +5.0 against +1.0 points"
    said = headline(curve.draw(first_steps(less, sure)))
    assert said == "An ambulance gains more than a station: +5.0 against +1.0 points"
    near = Estimate(0.045, 0.03, 0.06)
    said = headline(curve.draw(first_steps(sure, near)))
    assert "not surely more than an ambulance (+4.5)" in said


def test_the_front_is_what_the_costs_say():
    found = of_curve()
    on = found.front()
    figure = front.draw(found)
    assert headline(figure).startswith(("None", f"{on.sum()} of {len(on)} layouts"))
    assert any(costs.unit(found.made.base) in text for text in texts(figure))


def test_steps_say_from_where_to_where():
    found = of_search()
    step = found.steps[-1]
    step = step._replace(gains=step.gains | {"within": Estimate(0.08, 0.06, 0.10)},
                         values=step.values | {"within": Estimate(0.78, 0.76, 0.80)})  # fmt: skip
    first = found.steps[0]
    today = first.values["within"].mean - first.gains["within"].mean
    said = headline(steps.draw(replace(found, steps=(*found.steps[:-1], step))))
    assert f"compliance from {today * 100:.1f} to {(today + 0.08) * 100:.1f} %" in said
    unsure = search_of(vast, Verdict.UNDECIDED)
    assert "cannot tell" in headline(steps.draw(unsure))


HOLDS = {
    "every interval is a gain": (
        lambda: stressed(5.6),
        "The gain holds: 4.3 to 7.0 points under every assumption tried",
    ),
    "in minutes less is better": (
        lambda: stressed(-1.9, swing=0.5, half=0.2, by="mean"),
        "The gain holds: 1.40 to 2.35 min under every assumption tried",
    ),
    "of several, whose": (lambda: stressed(3.5, 5.6), "The gain of Chashan holds: 4.3 to 7.0"),
    "an end below what matters": (
        lambda: stressed(2.0, swing=1.4, half=0.1),
        "The gain holds, but number of calls +20 % takes it below what matters",
    ),
    "an end that may be below it": (
        lambda: stressed(2.0, swing=1.4, half=0.5),
        "The gain holds, but number of calls +20 % may take it below what matters",
    ),
    "an interval that has 0 in it": (
        lambda: stressed(2.0, swing=1.4, half=1.0),
        "The gain is not sure in 2 of 22 cases tried, least so with number of calls +20 %",
    ),
    "a loss at one end": (
        lambda: stressed(2.0, swing=4.0, half=0.5),
        "The gain turns into a loss with number of calls +20 %",
    ),
    "no sure gain": (
        lambda: stressed(2.0, swing=0.5, half=5.0),
        "No sure gain, as assumed or in any case tried",
    ),
    "a sure gain elsewhere only": (
        lambda: stressed(1.0, swing=1.4, half=1.5),
        "No sure gain as assumed; a sure one in 5 of 22 cases tried",
    ),
    "small": (
        lambda: stressed(0.2, swing=0.2, half=0.2),
        "The gain is too small to matter under every assumption tried",
    ),
    "a loss": (lambda: stressed(-5.0), "Worse than today under every assumption tried"),
    "few replications": (
        lambda: stressed(5.6, often=4),
        "This study cannot tell yet whether the gain holds",
    ),
    "no intervals": (
        lambda: stressed(5.6, half=math.nan),
        "This study cannot tell yet whether the gain holds",
    ),
}


@pytest.mark.parametrize("case", HOLDS)
def test_a_gain_holds_only_if_every_interval_says_so(case):
    found, said = HOLDS[case]
    assert headline(tornado.draw(found())).startswith(said)


def test_joint_samples_are_counted_not_tested():
    one = with_joint(stressed(5.6), [[0.05], [0.06], [0.005], [-0.01]])
    figure = tornado.draw(one)
    assert headline(figure).endswith("; all at once, not above 0 in 1 of 4 samples")
    assert "Gain under 1 point in 2 of 4, not above 0 in 1 of 4" in texts(figure)
    less = with_joint(stressed(-2.0, by="mean", swing=0.1, half=0.1), [[-2.0], [-0.1], [0.1]])
    assert "Gain under 0.5 min in 2 of 3, not above 0 in 1 of 3" in texts(tornado.draw(less))


def test_who_overtakes_whom_is_said_with_how_often():
    two = with_joint(stressed(3.5, 5.6), [[0.03, 0.05], [0.06, 0.05], [-0.01, -0.02]])
    figure = tornado.draw(two)
    assert headline(figure).endswith("; Fenglin overtakes Chashan in 2 of 3 joint samples")
    assert any(t.startswith("+ Chashan: ahead in 1 of 3;") for t in texts(figure))
    assert any("today's layout ahead in 1 of 3" in t.replace("\n", " ") for t in texts(figure))
    never = with_joint(two, [[0.03, 0.05], [0.04, 0.05]])
    assert headline(tornado.draw(never)).endswith("Chashan leads Fenglin in all 2 joint samples")
    assert headline(tornado.draw(never, "zh")).endswith("2 个联合样本中茶山镇均优于枫林镇")


def test_each_end_of_a_swing_is_printed_and_the_widest_comes_first():
    found = stressed(5.6)
    said = texts(tornado.draw(found))
    assert said.index("Number of calls ±20 %") < said.index("Handover ±30 %")
    for swing in found.swings:
        for end in (swing.low, swing.high):
            assert f"{100 * end.gains[0].mean:+.1f}" in said
    assert "as assumed +5.6" in said


def test_zero_and_what_is_too_small_are_drawn_where_they_are_in_view():
    near, far = tornado.draw(stressed(1.5)), tornado.draw(stressed(30.0))
    assert any("too small to matter" in text for text in texts(near))
    assert not any("too small to matter" in text for text in texts(far))
    assert near.axes[0].get_xlim()[0] < 0 < far.axes[0].get_xlim()[0]


def test_swings_and_joint_samples_share_a_scale_unless_it_would_press_the_swings_together():
    near = with_joint(stressed(5.6), [[0.05], [0.06]])
    upper, lower = tornado.draw(near).axes
    assert upper.get_xlim() == lower.get_xlim()
    far = tornado.draw(with_joint(stressed(5.6), [[0.05], [-0.5]]))
    assert far.axes[0].get_xlim() != far.axes[1].get_xlim()
    assert any("not on the scale above" in t.replace("\n", " ") for t in texts(far))


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
