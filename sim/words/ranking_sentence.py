"""Which site next, in a sentence for the minutes: the one that gains most, and what gets worse."""

from __future__ import annotations

from sim.answers.ranking import Ranking
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Verdict
from sim.text import Message
from sim.words import crews, measures, provenance
from sim.words.comparison_sentence import with_harms
from sim.words.language import Language


def added(ranking: Ranking, say: Language) -> str:
    """1 ambulance (basic, 08–20): the crews that each candidate adds."""
    layout = ranking.best.layout
    return crews.counted(layout.fleet[len(ranking.provenance.base.fleet) :], layout, say)


LEADS = {  # the first of several: whether it surely gains, whether others may be the best
    (True, False): Message(
        "Of {several} candidate sites, {site} gains most: {size} ({measure}; {between})."
    ),
    (True, True): Message(
        "Of {several} candidate sites, {site} gains most: {size} ({measure}; {between}); it cannot "
        "be told apart from {others}."
    ),
    (False, False): Message(
        "Not one of the {several} candidate sites is sure to help; {site} leads: {size} "
        "({measure}; {between})."
    ),
    (False, True): Message(
        "Not one of the {several} candidate sites is sure to help; {site} leads: {size} "
        "({measure}; {between}); it cannot be told apart from {others}."
    ),
}


TODAY_LEADS = {  # the same of stations of today that have more ambulances
    (True, False): Message(
        "Of {several} stations, {site} gains most from {crews} more: {size} ({measure}; {between})."
    ),
    (True, True): Message(
        "Of {several} stations, {site} gains most from {crews} more: {size} ({measure}; "
        "{between}); it cannot be told apart from {others}."
    ),
    (False, False): Message(
        "Not one of the {several} stations is sure to gain from {crews} more; {site} leads: {size} "
        "({measure}; {between})."
    ),
    (False, True): Message(
        "Not one of the {several} stations is sure to gain from {crews} more; {site} leads: {size} "
        "({measure}; {between}); it cannot be told apart from {others}."
    ),
}
WITH_CREW_LEADS = {  # the same of new stations with a crew of a kind that was asked for
    (True, False): Message(
        "Of {several} candidate sites with {crews} each, {site} gains most: {size} ({measure}; "
        "{between})."
    ),
    (True, True): Message(
        "Of {several} candidate sites with {crews} each, {site} gains most: {size} ({measure}; "
        "{between}); it cannot be told apart from {others}."
    ),
    (False, False): Message(
        "Not one of the {several} candidate sites with {crews} each is sure to help; {site} leads: "
        "{size} ({measure}; {between})."
    ),
    (False, True): Message(
        "Not one of the {several} candidate sites with {crews} each is sure to help; {site} leads: "
        "{size} ({measure}; {between}); it cannot be told apart from {others}."
    ),
}
UNJUDGED = {  # where too few replications were made: whether a station of today, a crew asked for
    (False, False): Message(
        "Of {several} candidate sites, {site} is ahead: {size} ({measure}; {between})."
    ),
    (False, True): Message(
        "Of {several} candidate sites with {crews} each, {site} is ahead: {size} ({measure}; "
        "{between})."
    ),
    (True, False): Message(
        "Of {several} stations with {crews} more, {site} is ahead: {size} ({measure}; {between})."
    ),
    (True, True): Message(
        "Of {several} stations with {crews} more, {site} is ahead: {size} ({measure}; {between})."
    ),
}
ALONE_GAINS = {  # the one candidate: whether a station of today, whether a crew was asked for
    (False, False): Message("The one candidate site, {site}, gains {size} ({measure}; {between})."),
    (False, True): Message(
        "The one candidate site, {site}, gains {size} with {crews} ({measure}; {between})."
    ),
    (True, False): Message(
        "The one station, {site}, gains {size} from {crews} more ({measure}; {between})."
    ),
    (True, True): Message(
        "The one station, {site}, gains {size} from {crews} more ({measure}; {between})."
    ),
}


def sentence(ranking: Ranking, say: Language) -> str:
    """For the minutes: the site that gains most, and what it makes worse."""
    best = ranking.best
    loss = BY_KEY[ranking.by].sign * best.gains[ranking.by].mean < 0
    said = _leader(ranking, say)
    return with_harms(said, best.harms, ranking.by, ranking.provenance, say, loss=loss)


def _leader(ranking: Ranking, say: Language) -> str:
    """The site that gains most, and those that it cannot be told apart from."""
    best, measure = ranking.best, BY_KEY[ranking.by]
    gain = best.gains[ranking.by]
    values = {
        "several": len(ranking.sites),
        "site": say.name(best.candidate.name),
        "size": measures.size(measure, gain, say),
        "measure": measures.label_in(ranking.provenance, measure, say),
        "between": measures.between(measure, gain, say),
        "crews": added(ranking, say),
    }
    asked = ranking.crew is not None
    if len(ranking.sites) == 1 or best.verdict == Verdict.FEW_REPLICATIONS:
        texts = ALONE_GAINS if len(ranking.sites) == 1 else UNJUDGED
        said = say(texts[ranking.today, asked], **values)
        return provenance.few(said, best.replications, say)
    sure = best.verdict in (Verdict.BETTER, Verdict.TOO_SMALL)
    tied = [say.name(site.candidate.name) for site in ranking.tied()[1:]]
    values["others"] = say.listed(tied, most=3)
    texts = TODAY_LEADS if ranking.today else WITH_CREW_LEADS if asked else LEADS
    return say(texts[sure, bool(tied)], **values)
