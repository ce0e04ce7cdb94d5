"""Which site next, said: the table of candidates, why they gain, the promise of the selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.answers.ranking import RankedSite, Ranking
from sim.answers.selection import CONFIDENCE, Procedure
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Verdict
from sim.text import Message
from sim.words import alternative, measures, provenance, ranking_sentence, reasons, worst_notes
from sim.words.language import Language
from sim.words.page import Column, Finding, Page, Table, frame, page

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 30  # lines of the printed table
ON_MAP = 12  # numbered on the map, where there are more than lines in the table
EXPLAINED = 5  # candidates whose reasons are printed
DROPPED = "†"


@page.register
def _(ranking: Ranking, say: Language) -> Page:
    base = ranking.provenance.base
    return Page(
        heading=(
            _heading(ranking, say),
            provenance.line(ranking.provenance, say),
            *provenance.marks(base, say),
        ),
        body=(table(ranking, say),),
        notes=tuple(_notes(ranking, say)),
        sentences=(ranking_sentence.sentence(ranking, say),),
        say=say,
    )


def _heading(ranking: Ranking, say: Language) -> str:
    """What is added, and at how many places."""
    values = {"base": ranking.provenance.base.name, "crews": ranking_sentence.added(ranking, say)}
    if ranking.today:
        return say.count(
            len(ranking.sites),
            "Where next?  {base} and {crews} more at the one station",
            "Where next?  {base} and {crews} more at each of {n} stations",
            **values,
        )
    if ranking.crew is not None:
        return say.count(
            len(ranking.sites),
            "Where next?  {base} and one more station with {crews} at the one candidate",
            "Where next?  {base} and one more station with {crews} at each of {n} candidates",
            **values,
        )
    return say.count(
        len(ranking.sites),
        "Where next?  {base} and one more station at the one candidate",
        "Where next?  {base} and one more station at each of {n} candidates",
        **values,
    )


@frame.register(Ranking)
def _(ranking: Ranking, languages: Sequence[Language]) -> pd.DataFrame:
    """The frame with the reason of each site in words."""
    base, rows = ranking.provenance.base, ranking.to_frame()
    for say in languages:
        rows[f"reason_{say.code}"] = [
            reasons.reason(site.reason, base, say) for site in ranking.sites
        ]
    return rows


def table(ranking: Ranking, say: Language) -> Table:
    measure = BY_KEY[ranking.by]
    keys = dict.fromkeys([ranking.by, "within", "urban10", "rural30", "worst5"])
    first, *others = keys
    columns = (
        Column(say("site"), "left"),
        Column(say(measures.SHORT[first])),
        Column(align="left", belongs=True),
        *(Column(say(measures.SHORT[key])) for key in others),
        Column(say("places")),
        Column(say("runs")),
        Column(align="left"),
    )
    rows = []
    for place, site in enumerate(ranking.sites[:SHOWN], 1):
        gain, alone = site.gains[ranking.by], site.best_place == site.worst_place
        rows.append(
            [
                f"{place:>2} {name(site, say)}",
                measures.number(measure, gain.mean, say, sign=True),
                measures.interval(measure, gain, say, sign=True),
                *(
                    measures.number(BY_KEY[key], site.gains[key].mean, say, sign=True)
                    for key in others
                ),
                f"{place}" if alone else f"{site.best_place}–{site.worst_place}",
                f"{site.replications}{DROPPED}" if site.dropped_early else f"{site.replications}",
                measures.verdict(site.verdict, say),
            ]
        )
    return Table(columns, rows)


def name(site: RankedSite, say: Language) -> str:
    return say.name(site.candidate.name)


def _notes(ranking: Ranking, say: Language) -> list[str]:
    base, hidden = ranking.provenance.base, len(ranking.sites) - SHOWN
    notes = [
        say(
            "Gains over today in {unit}, with 95 % intervals that hold for all candidates at once. "
            "Places: those that a candidate may have, as far as this study can tell; where they "
            "overlap, it is a tie. The gain of a candidate with fewer runs is corrected for how "
            "kind those were to the one selected, as far as both gains go together.",
            unit=measures.unit(BY_KEY[ranking.by], say),
        )
    ]
    if any(site.dropped_early for site in ranking.sites):
        notes.append(
            say(
                "{mark} Dropped early by the selection, more often where chance was against it: "
                "from its few runs it looks a little worse than it is, on the whole.",
                mark=DROPPED,
            )
        )
    if hidden > 0:
        notes.append(say("… and {n} more in {file}.", n=hidden, file=f"{ranking.name}.csv"))
    for place, site in enumerate(ranking.sites[:EXPLAINED], 1):
        reason = reasons.reason(site.reason, base, say)
        notes.append(
            say("{place}. {site}: {reason}", place=place, site=name(site, say), reason=reason)
        )
    return [*notes, *worst_notes.notes(ranking.provenance, say), promise(ranking, say)]


UNFINISHED = {  # by how the number of replications was chosen
    "draft": Message(
        "The selection did not come to its end: {contenders} are still in after {replications}. "
        "Leave out --draft."
    ),
    "given": Message(
        "The selection did not come to its end: {contenders} are still in after {replications}. "
        "Leave out the number of replications."
    ),
    "most": Message(
        "The selection did not come to its end: {contenders} are still in after {replications}. "
        "Allow more with --most."
    ),
}


SELECTED = {  # by the procedure, and whether another came to stand before the selected one since
    (Procedure.ONE_MATCH, False): Message(
        "{site} was selected (Kim–Nelson): if one candidate leads all others by {zone} {unit} "
        "or more, it is the one chosen with at least {confidence}% probability."
    ),
    (Procedure.ONE_MATCH, True): Message(
        "{site} was selected (Kim–Nelson): if one candidate leads all others by {zone} {unit} "
        "or more, it is the one chosen with at least {confidence}% probability. In the runs "
        "made since, {first} has come to stand before it; the two cannot be told apart."
    ),
    (Procedure.HEAT_AND_FINAL, False): Message(
        "{site} was selected (Kim–Nelson, in a heat and a final): if one candidate leads all "
        "others by {zone} {unit} or more, it is the one chosen with at least {confidence}% "
        "probability."
    ),
    (Procedure.HEAT_AND_FINAL, True): Message(
        "{site} was selected (Kim–Nelson, in a heat and a final): if one candidate leads all "
        "others by {zone} {unit} or more, it is the one chosen with at least {confidence}% "
        "probability. In the runs made since, {first} has come to stand before it; the two "
        "cannot be told apart."
    ),
}


def promise(ranking: Ranking, say: Language) -> str:
    """The statistical promise behind the choice of the best, or why there is none."""
    if len(ranking.sites) == 1:
        return say("One candidate: there was nothing to select.")
    measure, made = BY_KEY[ranking.by], ranking.provenance
    if ranking.decided:
        return say(
            SELECTED[ranking.procedure, ranking.at > 0],
            site=name(ranking.selected, say),
            first=name(ranking.best, say),
            zone=f"{ranking.zone * measure.scale:.3g}",  # as it was asked for
            unit=measures.unit(measure, say),
            confidence=f"{CONFIDENCE * 100:.0f}",
        )
    return say(
        UNFINISHED.get(made.chosen.how, UNFINISHED["most"]),
        contenders=ranking.contenders,
        replications=say.count(made.replications, "{n} replication", "{n} replications"),
    )


# ── around the figure ────────────────────────────────────────────────────────────────────────


def finding(ranking: Ranking, say: Language) -> Finding:
    """What stands around the figure: the finding, what is drawn, how it was made."""
    return Finding(
        headline(ranking, say),
        subtitle(ranking, say),
        provenance.footnote(ranking.provenance, say),
        ranking.provenance.draft,
    )


ALONE = {  # the one candidate, by its verdict
    Verdict.BETTER: Message("{site}: {size}, surely a gain"),
    Verdict.WORSE: Message("{site}: {size}, surely a loss"),
    Verdict.TOO_SMALL: Message("{site}: {size}, too small to matter"),
    Verdict.UNDECIDED: Message("{site}: {size}, this study cannot tell whether it gains"),
    Verdict.TOO_FEW: Message("{site}: {size}, too few calls to say whether it gains"),
    Verdict.FEW_REPLICATIONS: Message("{site}: {size}, too few replications for a verdict"),
}


def headline(ranking: Ranking, say: Language) -> str:
    """The site that gains most, those it cannot be told from, the best for the worst-served."""
    best = ranking.best
    site = say.shortened(name(best, say))
    if len(ranking.sites) == 1:
        size = measures.size(BY_KEY[ranking.by], best.gains[ranking.by], say)
        return say(ALONE[best.verdict], site=site, size=size)
    if all(one.verdict == Verdict.TOO_SMALL for one in ranking.sites):
        return say("No candidate gains enough to matter")
    if best.verdict == Verdict.TOO_SMALL:
        return say("{site} leads, but its gain is too small to matter", site=site)
    if best.verdict == Verdict.FEW_REPLICATIONS:
        return say("{site} leads; too few replications for a verdict", site=site)
    if best.verdict != Verdict.BETTER:
        return say("No candidate is sure to help; {site} leads", site=site)
    tied = [say.shortened(name(one, say)) for one in ranking.tied() if one is not best]
    if tied:
        most = 2 if sum(map(len, tied[:2])) < 50 else 1
        others = say.listed(tied, most)
        return say("{site} leads, but cannot be told apart from {others}", site=site, others=others)
    return _with_worst_served(ranking, site, say)


def _with_worst_served(ranking: Ranking, site: str, say: Language) -> str:
    helper = ranking.best_for_worst_served()
    if helper is None:
        return say("{site} gains most", site=site)
    if helper is ranking.best:
        return say("{site} gains most, for the worst-served too", site=site)
    other, low = say.shortened(name(helper, say)), helper.gains["worst5"].low
    # An interval above all others is more than is needed, but simple and sure.
    if all(low > one.gains["worst5"].high for one in ranking.sites if one is not helper):
        return say("{site} gains most; {other} helps the worst-served most", site=site, other=other)
    return say("{site} gains most; {other} leads for the worst-served", site=site, other=other)


def subtitle(ranking: Ranking, say: Language) -> str:
    layout, clock = ranking.best.layout, provenance.clock(say)
    if ranking.plans:
        return say.count(
            len(ranking.sites),
            "The one plan against today; response time {clock}; 95 % intervals",
            "Each of {n} plans against today; response time {clock}; 95 % intervals",
            clock=clock,
        )
    if ranking.today:
        return say.count(
            len(ranking.sites),
            "{crews} more at the one station, against today; response time {clock}; 95 % intervals",
            "{crews} more at each of {n} stations, against today; response time {clock}; 95 % "
            "intervals",
            crews=ranking_sentence.added(ranking, say), clock=clock,
        )  # fmt: skip
    ambulances = layout.fleet_size(len(layout.stations) - 1)
    crew = say.count(ambulances, "{n} ambulance", "{n} ambulances")
    if ranking.crew is not None:
        crew = ranking_sentence.added(ranking, say)
    if len(ranking.sites) == 1:
        return say(
            "One more station with {crew} at the one candidate site, against today; response time "
            "{clock}; 95 % intervals",
            crew=crew,
            clock=clock,
        )
    return say(
        "One more station with {crew} at each of {n} candidate sites, against today; response time "
        "{clock}; 95 % intervals",
        n=len(ranking.sites),
        crew=crew,
        clock=clock,
    )


def not_drawn(ranking: Ranking, hidden: Sequence[RankedSite], say: Language) -> str:
    """How many sites the figure leaves out, and between which gains they lie."""
    measure = BY_KEY[ranking.by]
    means = sorted(site.gains[ranking.by].mean for site in hidden)
    low, high = (measures.number(measure, mean, say, sign=True) for mean in (means[0], means[-1]))
    values = {"n": len(hidden), "low": low, "high": high, "unit": measures.unit(measure, say)}
    if low == high:
        return say("{n} more not drawn, {low} {unit}", **values)
    return say("{n} more not drawn, {low} to {high} {unit}", **values)


def on_map(ranking: Ranking) -> int:
    """How many candidates have a number on the map; the others are dots."""
    return len(ranking.sites) if len(ranking.sites) <= SHOWN else ON_MAP


def map_finding(ranking: Ranking, say: Language) -> Finding:
    """What stands around the map of the candidates."""
    hidden = len(ranking.sites) - on_map(ranking)
    text = say("Number: place by gain over today; the larger the mark, the greater the gain")
    if hidden > 0:
        text = say(
            "Number: place by gain over today, of the first {shown}; the larger the mark, the "
            "greater the gain; dots: {n} more",
            shown=on_map(ranking),
            n=hidden,
        )
    return finding(ranking, say)._replace(subtitle=text)


def map_title(ranking: Ranking, say: Language) -> str:
    """What the marks of the map show: the measure, and from which gain to which."""
    measure = BY_KEY[ranking.by]
    means = [measure.sign * site.gains[ranking.by].mean for site in ranking.sites]
    most, least = (
        measures.size(measure, site.gains[ranking.by], say)
        for site in (
            ranking.sites[means.index(max(means))],
            ranking.sites[means.index(min(means))],
        )
    )
    return say(
        "{measure}:\n{least} to {most}",
        measure=measures.label(measure, say, ranking.provenance.base),
        least=least,
        most=most,
    )


# ── for whoever cannot see the figures ───────────────────────────────────────────────────────


def drawn(ranking: Ranking, rows: int, say: Language) -> str:
    """The rows and the axis, and the first three of them."""
    measure = BY_KEY[ranking.by]
    axes = say(
        "Lollipops: a row for each of {n} of {all} candidate sites, the best first, along it the "
        "change of {measure} against today in {unit}, with a 95 % interval; beside it, where it "
        "was measured, the same for the worst-served {areas}",
        n=rows,
        all=len(ranking.sites),
        measure=measures.label_in(ranking.provenance, measure, say),
        unit=measures.unit(measure, say),
        areas=measures.area_word(ranking.provenance.base.map, say),
    )
    return alternative.text((axes, _first_places(ranking, say)), say)


def map_drawn(ranking: Ranking, say: Language) -> str:
    """The marks of the map, and the first three of them."""
    marks = say(
        "A map of {map} with today's stations and a mark at each of {n} candidate sites: its "
        "number is its place, its size what it gains",
        map=ranking.provenance.base.map.name,
        n=len(ranking.sites),
    )
    return alternative.text((marks, _first_places(ranking, say)), say)


def _first_places(ranking: Ranking, say: Language) -> str:
    measure = BY_KEY[ranking.by]
    first = [
        say(
            "{place}. {site} {gain}",
            place=place,
            site=name(site, say),
            gain=measures.size(measure, site.gains[ranking.by], say),
        )
        for place, site in enumerate(ranking.sites[:3], 1)
    ]
    return say.joined(first)
