"""Sites by a model and by simulation, said: the table of plans, and where the two disagree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sim.answers.candidates import Candidate
from sim.answers.ranking import Ranking
from sim.answers.site_plans import UNITS, Addition
from sim.answers.sites import Sites
from sim.measures.measures import BY_KEY
from sim.text import Message, Name
from sim.words import measures, provenance
from sim.words import ranking as ranking_words
from sim.words.comparison_sentence import with_harms
from sim.words.language import Language
from sim.words.page import Column, Finding, Page, Table, frame, page

if TYPE_CHECKING:
    import pandas as pd

NAMED = 3  # additions; those of a plan with more are listed below the table
VALUES: Final = {  # what the models maximise or minimise
    "mclp": Message("people whom a station could reach in time"),
    "p-median": Message("mean minutes to the nearest station"),
    "p-centre": Message("minutes to the farthest place"),
    "lscp": Message("stations needed"),
    "mexclp": Message("people whom a free ambulance could reach in time"),
    "dsm": Message("people whom two ambulances could reach in time"),
}


@page.register
def _(sites: Sites, say: Language) -> Page:
    base = sites.provenance.base
    return Page(
        heading=(
            say(
                "Sites by distance, then by simulation.  {base}; {model}: {value}",
                base=base.name,
                model=model_name(sites),
                value=VALUES[sites.model],
            ),
            provenance.line(sites.provenance, say),
            *provenance.marks(base, say),
        ),
        body=(table(sites, say),),
        notes=tuple(_notes(sites, say)),
        sentences=(sentence(sites, say),),
        say=say,
    )


@frame.register(Sites)
def _(sites: Sites, languages: Sequence[Language]) -> pd.DataFrame:
    """The frame with the name of each plan, and what it adds where."""
    rows, every = sites.to_frame(), range(len(sites.plans))
    for say in languages:
        rows[f"name_{say.code}"] = [plan_name(sites, row, say) for row in every]
    for say in languages:
        rows[f"sites_{say.code}"] = [
            "; ".join(addition(one, say) for one in plan.additions) for plan in sites.plans
        ]
    return rows


def model_name(sites: Sites) -> str:
    """MCLP, p-median: as the literature writes them."""
    return sites.model if sites.model.startswith("p-") else sites.model.upper()


def addition(one: Addition, say: Language) -> str:
    """Fenglin; Fenglin (2); Xiangdong +1"""
    if not one.new:
        return say("{station} +{n}", station=one.site, n=one.ambulances)
    if one.ambulances > 1:
        return say("{station} ({n})", station=one.site, n=one.ambulances)
    return say.name(one.site)


def plan_name(sites: Sites, row: int, say: Language) -> str:
    """What a plan adds; of many sites the first ones, and how many more there are."""
    additions = sites.plans[row].additions
    if len(additions) > NAMED:
        named = say.listed([addition(one, say) for one in additions], NAMED)
        return say("plan {n} ({sites})", n=row + 1, sites=named)
    return _listed(sites, row, say)


def _listed(sites: Sites, row: int, say: Language) -> str:
    return say(" + ").join(addition(one, say) for one in sites.plans[row].additions)


def ranking_of(sites: Sites, say: Language) -> Ranking:
    """The ranking of the plans, each called as this language calls it."""
    by_candidate = {plan.candidate: row for row, plan in enumerate(sites.plans)}
    called = []
    for site in sites.ranking.sites:
        name = plan_name(sites, by_candidate[site.candidate], say)
        called.append(site._replace(candidate=Candidate(Name(name, name))))
    return replace(sites.ranking, sites=tuple(called))


def table(sites: Sites, say: Language) -> Table:
    measure = BY_KEY[sites.ranking.by]
    columns = (
        Column(say("plan"), "left"),
        Column(model_name(sites)),
        Column(say("proven")),
        Column(say("simulated")),
        Column(align="left", belongs=True),
        Column(say(measures.SHORT["urban10"])),
        Column(say(measures.SHORT["rural30"])),
        Column(say("place")),
    )
    rows = []
    for row, plan in enumerate(sites.plans):
        simulated, place = sites.simulated(row), f"{sites.place_of(row) + 1}"
        if simulated.best_place != simulated.worst_place:
            place += f" ({simulated.best_place}–{simulated.worst_place})"
        gain = simulated.gains[measure.key]
        rows.append(
            [
                f"{row + 1:>2} {plan_name(sites, row, say)}",
                _value(sites.model, plan.value, say),
                say("yes") if plan.plan.proven else say("no"),
                measures.number(measure, gain.mean, say, sign=True),
                measures.interval(measure, gain, say, sign=True),
                *(
                    measures.number(BY_KEY[key], simulated.gains[key].mean, say, sign=True)
                    for key in ("urban10", "rural30")
                ),
                place,
            ]
        )
    return Table(columns, rows)


def _value(model: str, value: float, say: Language) -> str:
    """90.03 %, 7.31 min, or a number of stations"""
    if UNITS[model] == "share":
        return say.percent(value, 2)
    if UNITS[model] == "min":
        return say("{n} min", n=say.number(value, 2))
    return f"{value:g}"


def _notes(sites: Sites, say: Language) -> list[str]:
    measure = BY_KEY[sites.ranking.by]
    notes = [
        say(
            "Plans are in the order of the model, HiGHS having proven each the best of those left "
            "where it says so. Simulated: gain over today in {unit} ({measure}), 95 % intervals "
            "that hold all at once; place by simulation, in brackets those that a plan may have.",
            unit=measures.unit(measure, say),
            measure=measures.label_in(sites.provenance, measure, say),
        )
    ]
    notes += [_unproven(sites, row, say) for row, p in enumerate(sites.plans) if not p.plan.proven]
    if sites.busy is not None:
        notes.append(_busy(sites, sites.busy, say))
    if sites.asked is not None:
        notes.append(
            say.count(
                sites.candidates,
                "{asked} new stations were asked for, but there is only {n} candidate site.",
                "{asked} new stations were asked for, but there are only {n} candidate sites.",
                asked=sites.asked,
            )
        )
    if sites.left_out:
        notes.append(
            say.count(
                sites.left_out,
                "{n} place can be covered by no candidate.",
                "{n} places can be covered by no candidate.",
            )
        )
    for row, plan in enumerate(sites.plans):
        if len(plan.additions) > NAMED:
            listed = _listed(sites, row, say)
            notes.append(say("Plan {n}: {sites}.", n=row + 1, sites=listed))
    return [*notes, disagreement(sites, say), ranking_words.promise(ranking_of(sites, say), say)]


def _unproven(sites: Sites, row: int, say: Language) -> str:
    """How good a plan may be that was found when time was up, and how good any could be."""
    plan, minutes = sites.plans[row], say.number(sites.time_limit_s / 60, 1)
    if not math.isfinite(plan.bound):
        return say("Plan {n} is not proven: within {minutes} min nothing is known of how good "
                   "others could be, and none was looked for after it. --time-limit gives more "
                   "time.", n=row + 1, minutes=minutes)  # fmt: skip
    return say(
        "Plan {n} is not proven: within {minutes} min it is known only that no other can be better "
        "than {bound}; its own {value} is {gap} away from that, and none was looked for after it. "
        "--time-limit gives more time.",
        n=row + 1,
        minutes=minutes,
        bound=_value(sites.model, plan.bound, say),
        value=_value(sites.model, plan.value, say),
        gap=say.percent(plan.gap, 2),
    )


def _busy(sites: Sites, busy: float, say: Language) -> str:
    """Which share of time busy was used, and how it was found."""
    share, found = say.percent(busy), sites.busy_from
    if found is None:
        return say("Ambulances are taken as busy {share} of the time.", share=share)
    today = say.percent(found.shares[0])
    if found.settled:
        return say.count(
            found.rounds,
            "Ambulances are taken as busy {share} of the time, as simulated for the best plan; the "
            "plan stayed the same when the model was solved again with that ({n} round, {today} "
            "busy today).",
            "Ambulances are taken as busy {share} of the time, as simulated for the best plan; the "
            "plan stayed the same when the model was solved again with that ({n} rounds, {today} "
            "busy today).",
            share=share,
            today=today,
        )
    return say.count(
        found.rounds,
        "Ambulances are taken as busy {share} of the time, as simulated for the best plan before "
        "the last; after {n} round the best plan still changed ({today} busy today).",
        "Ambulances are taken as busy {share} of the time, as simulated for the best plan before "
        "the last; after {n} rounds the best plan still changed ({today} busy today).",
        share=share,
        today=today,
    )


def disagreement(sites: Sites, say: Language) -> str:
    """Where coverage and simulation do not say the same."""
    if len(sites.plans) < 2:
        return say("One plan: there is no order to compare.")
    tau = f"{sites.agreement():+.2f}".replace("-", "−")
    names = [plan_name(sites, row, say) for row in sites.disagreements()]
    if not names:
        return say(
            "The model and the simulation do not contradict each other (Kendall's tau {tau}).",
            tau=tau,
        )
    return say(
        "The model and the simulation disagree about: {plans} (Kendall's tau {tau}). The model "
        "sees distance; the simulation also busy ambulances and the drive to hospital.",
        plans=say.joined(names),
        tau=tau,
    )


def sentence(sites: Sites, say: Language) -> str:
    """For the minutes: the best plan by the model and by simulation, and what these make worse."""
    said, made, by = _best_plans(sites, say), sites.provenance, sites.ranking.by
    best, first = sites.ranking.best, sites.simulated(0)
    said = provenance.few(said, best.replications, say)
    if first.candidate == best.candidate:
        return with_harms(said, best.harms, by, made, say)
    for one, name in (
        (first, plan_name(sites, 0, say)),
        (best, ranking_words.name(ranking_of(sites, say).best, say)),
    ):
        said = with_harms(said, one.harms, by, made, say, what=name)
    return said


def _best_plans(sites: Sites, say: Language) -> str:
    best, measure = sites.ranking.best, BY_KEY[sites.ranking.by]
    gain = best.gains[measure.key]
    ranking = ranking_of(sites, say)
    tied = [ranking_words.name(one, say) for one in ranking.tied()]
    leader = ranking_words.name(ranking.best, say)
    values = {
        "model": model_name(sites),
        "plan": _first_of_model(sites, say),
        "other": leader,
        "size": measures.size(measure, gain, say),
        "between": measures.between(measure, gain, say),
        "others": say.listed([name for name in tied if name != leader], most=3),
    }
    same = sites.plans[0].candidate == best.candidate
    if not sites.ranking.decided:
        return say("By {model} the best plan is {plan}; by simulation that is not settled yet; "
                   "{other} is ahead: {size} ({between}).", **values)  # fmt: skip
    if values["others"] and same:
        return say("By {model} the best plan is {plan}; by simulation it leads too: {size} "
                   "({between}); it cannot be told apart from {others}.", **values)  # fmt: skip
    if values["others"]:
        return say("By {model} the best plan is {plan}; by simulation {other} leads: {size} "
                   "({between}); it cannot be told apart from {others}.", **values)  # fmt: skip
    if same:
        return say("By {model} the best plan is {plan}, and so it is by simulation: {size} "
                   "({between}).", **values)  # fmt: skip
    return say("By {model} the best plan is {plan}; by simulation it is {other}: {size} "
               "({between}).", **values)  # fmt: skip


def _first_of_model(sites: Sites, say: Language) -> str:
    """The plan that the model puts first, and those that it finds as good."""
    first, *others = sites.as_good(0)
    plan = plan_name(sites, first, say)
    if not others:
        return plan
    as_good = say.listed([plan_name(sites, row, say) for row in others], most=3)
    return say("{plan} (as good: {others})", plan=plan, others=as_good)


# ── around its map ───────────────────────────────────────────────────────────────────────────


def map_finding(sites: Sites, drawn: int, say: Language) -> Finding:
    """What stands around the maps of the plans: which is best by the model, and by simulation."""
    made, hidden = sites.provenance, len(sites.plans) - drawn
    text = say("The plans in the order of {model}, each with what it adds", model=model_name(sites))
    if hidden > 0:
        more = say.count(hidden, "{n} more plan not drawn", "{n} more plans not drawn")
        text = say.joined([text, more])
    return Finding(map_headline(sites, say), text, provenance.footnote(made, say), made.draft)


def map_headline(sites: Sites, say: Language) -> str:
    """The best plan by the model and the best by simulation, if that is settled."""
    values = {
        "model": model_name(sites),
        "plan": say.shortened(plan_name(sites, 0, say)),
        "other": say.shortened(ranking_words.name(ranking_of(sites, say).best, say)),
    }
    if len(sites.plans) == 1:
        return say("The one plan of {model}: {plan}", **values)
    settled = sites.ranking.decided and len(sites.ranking.tied()) == 1
    if settled and sites.plans[0].candidate == sites.ranking.best.candidate:
        return say("{model} and simulation put the same plan first: {plan}", **values)
    if settled:
        return say("{model} puts {plan} first, simulation {other}", **values)
    return say("{model} puts {plan} first; by simulation {other} is ahead, not settled", **values)


def map_title(sites: Sites, row: int, say: Language) -> tuple[str, str]:
    """Above the map of a plan: what it adds; its places and its gain."""
    measure, simulated = BY_KEY[sites.ranking.by], sites.simulated(row)
    name = say("{place}. {plan}", place=row + 1, plan=plan_name(sites, row, say))
    gain = measures.size(measure, simulated.gains[measure.key], say)
    place = f"{sites.place_of(row) + 1}"
    if simulated.best_place != simulated.worst_place:
        place = f"{simulated.best_place}–{simulated.worst_place}"
    return name, say("simulated: {gain}, place {place}", gain=gain, place=place)
