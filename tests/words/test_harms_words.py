"""What a recommended layout makes worse is in the sentence of every answer that recommends one."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import starmap

import pytest
from decisions import losses_of, of_curve, of_search, stressed
from rankings import ranked, reordered, sited
from studies import days

import sim
from sim.answers import search
from sim.answers.candidates import Candidate
from sim.answers.ranking import KEYS, rank_layouts
from sim.answers.search import Action, Option
from sim.measures.groups import ALL
from sim.measures.intervals import Estimate
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Harm, Verdict
from sim.study.effort import Effort
from sim.study.runs import Runs
from sim.words import worth as words_of_worth
from sim.words.comparison_sentence import changes_of
from sim.words.language import language

OFTEN = {"replications": 12, "workers": 1}
SMALL = (Estimate(0.0, -0.001, 0.001), Verdict.TOO_SMALL)


def loss(key):
    """Five points fewer, or five minutes more."""
    return Harm(key, -0.05 if BY_KEY[key].unit == "share" else 5.0)


def of_ranking(found, row, harms):
    sites = list(found.sites)
    sites[row] = sites[row]._replace(harms=harms)
    return replace(found, sites=tuple(sites))


def first_of(track):
    def made(harms):
        found = of_curve()
        step, *others = found.tracks[track]
        steps = (step._replace(harms=harms), *others)
        return replace(found, tracks=without(found.tracks) | {track: steps})

    return made


def last_of_curve(harms):
    tracks = without(of_curve().tracks)
    *others, step = tracks["stations"]
    return replace(of_curve(), tracks=tracks | {"stations": (*others, step._replace(harms=harms))})


def without(tracks):
    return {k: tuple(s._replace(harms=()) for s in steps) for k, steps in tracks.items()}


def of_last_step(harms):
    *steps, last = of_search().steps
    return replace(of_search(), steps=(*steps, last._replace(harms=harms)))


def of_plans(row):
    """The best plan by the model, or by the simulation, which are not the same."""

    def made(harms):
        found = reordered(sited(new=2), [1, 0, *range(2, len(sited(new=2).plans))])
        place = found.place_of(0) if row == 0 else 0
        return replace(found, ranking=of_ranking(found.ranking, place, harms))

    return made


def of_loss(row):
    def made(harms):
        found = losses_of((Estimate(-0.08, -0.09, -0.07), Verdict.WORSE), SMALL)
        losses = [one._replace(harms=()) for one in found.losses]
        losses[row] = losses[row]._replace(harms=harms)
        return replace(found, losses=tuple(losses))

    return made


def of_stress(harms):
    found = stressed(3.0, 5.0)
    made = replace(found.provenance, worst=ranked().provenance.worst)
    return replace(found, provenance=made, harms=((), harms))


RECOMMENDED = {
    "rank": lambda harms: of_ranking(ranked(), 0, harms),
    "site, by the model": of_plans(0),
    "site, by simulation": of_plans(1),
    "search": of_last_step,
    "curve, a station": first_of("stations"),
    "curve, an ambulance": first_of("ambulances"),
    "curve, all stations": last_of_curve,
    "stress": of_stress,
    "worth, the greatest loss": of_loss(0),
}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("case", RECOMMENDED)
def test_each_sentence_names_what_the_recommended_layout_makes_worse(case, lang):
    say = language(lang)
    clean = RECOMMENDED[case](()).sentence(lang)
    for keys in (*((key,) for key in KEYS), tuple(KEYS)):
        found = RECOMMENDED[case](tuple(loss(key) for key in keys))
        made, said = found.provenance, found.sentence(lang)
        other = [loss(key) for key in keys if key != "within"]
        assert all(part in said for part in re.split(r"\. |。", clean))
        assert (said == clean) == (not other)
        assert changes_of(other, made.base, len(made.worst.rows), say) in said
        assert not {"{", "}"} & set(said)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_could_go_by_one_measure_is_not_dispensable_where_another_gets_worse(lang):
    say = language(lang)
    clean = of_loss(1)(()).sentence(lang)
    spare = {"en": "Each of these alone would cost too little to matter", "zh": "单独而言损失过小"}
    assert spare[lang] in clean
    assert of_loss(1)((loss("within"),)).sentence(lang) == clean
    for keys in (["urban10"], ["mean", "capable"], ["overrun_home"]):
        found = of_loss(1)(tuple(map(loss, keys)))
        made, said = found.provenance, found.sentence(lang)
        assert spare[lang] + ":" not in said
        assert changes_of([loss(key) for key in keys], made.base, len(made.worst.rows), say) in said
    many = of_loss(1)((loss("mean"), Harm("capable", -0.02), loss("urban10"))).sentence(lang)
    assert {"en": "and 2 other measures", "zh": "另有 2 项指标"}[lang] in many
    assert words_of_worth.headline(of_loss(1)((loss("capable"),)), say) != words_of_worth.headline(
        of_loss(1)(()), say
    )


def test_of_many_measures_the_greatest_of_each_topic_are_named_and_the_others_counted():
    many = dict.fromkeys(("within", "urban10", "rural30", "worst5", "capable_urban"), -0.02)
    all_but_one = many | {"capable_rural": -0.5, "capable": -0.03}
    said = changes_of(list(starmap(Harm, all_but_one.items())), days(), 5, language("en"))
    assert said.count("within") == 7
    assert "other" not in said
    one_more = all_but_one | {"units_all": -0.011, "overrun_home": 0.2}
    one_more = list(starmap(Harm, one_more.items()))
    said = changes_of(one_more, days(), 5, language("en"))
    assert said.endswith("and 3 other measures")
    assert "rural calls with a capable unit within target (50.0 fewer in every hundred)" in said
    assert "calls that got all units they needed (1.1 fewer" in said
    assert "crews on their way after the end of their shift (0.20 min a day more)" in said
    assert "(3.0 fewer in every hundred)" in said  # a second one of capable units, as it is greater
    assert "urban calls with a capable unit" not in said
    assert changes_of(one_more, days(), 5, language("zh")).endswith("，另有 3 项指标")


@lru_cache(maxsize=1)
def losses():
    """Layouts that surely make something worse, or nothing."""
    base = days()
    return [base.close("湘东医院"), base.close("泰安医院"), base.ambulances("市中医院", -1)]


@lru_cache(maxsize=1)
def by_comparison():
    """[layout] what it makes worse, compared with the base by itself."""
    found = []
    for layout in losses():
        one = sim.compare(days(), layout, **OFTEN)
        worse = [key for key in KEYS if one.verdict(key) == Verdict.WORSE]
        found.append([(key, pytest.approx(one.difference(key).mean), ALL) for key in worse])
    assert any(found)
    return found


def test_a_ranking_judges_each_layout_as_its_comparison_does():
    sites = [Candidate(layout.name) for layout in losses()]
    ranking = rank_layouts(days(), sites, losses(), **OFTEN)
    by_name = {site.candidate: list(site.harms) for site in ranking.sites}
    assert [by_name[site] for site in sites] == by_comparison()


def test_steps_are_judged_as_their_comparison_does():
    effort = Effort.of(OFTEN)
    options = [Option(Action.ONE_MORE, one.name, one) for one in losses()]
    worst = search.worst_of(days(), "within", effort)
    now = search.level_of(days(), effort, worst)
    with Runs(days(), losses(), effort, worst) as runs:
        runs.extend(OFTEN["replications"])
        steps = search.steps_of(runs, [1, 2, 3], options, "within", now)
    assert [list(step.harms) for step in steps] == by_comparison()


def test_a_stress_test_judges_its_proposals_as_their_comparison_does():
    found = sim.stress(days(), *losses(), samples=0, wrong={"speed": 0.1}, **OFTEN)
    assert [list(harms) for harms in found.harms] == by_comparison()


def test_worth_judges_each_loss_as_its_comparison_does():
    found = [x for x in sim.worth(days(), **OFTEN).losses if x.closed]
    for row, name in enumerate(("湘东医院", "泰安医院")):
        (one,) = [x for x in found if days().stations[x.station].name.zh == name]
        assert list(one.harms) == by_comparison()[row]


def test_nothing_is_worse_after_too_few_replications():
    found = sim.worth(days(), replications=4)
    assert not any(one.harms for one in found.losses)
    assert any(by_comparison())
