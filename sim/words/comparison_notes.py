"""What stands below the tables of a comparison: what its figures are of, and how far they go."""

from __future__ import annotations

import math
from typing import Final, cast

from sim.answers import efficiency
from sim.answers.comparison import Comparison
from sim.answers.lines import Line
from sim.measures.features import Feature
from sim.measures.kinds import PercentileOfCalls
from sim.measures.measures import BY_KEY
from sim.words import measures, records, worst_notes
from sim.words.language import Language

TOLD_FROM: Final = 1.5  # times as many replications; less is hardly worth a sentence
ENOUGH: Final = 10  # replications; with fewer, intervals are rough and nothing is said of sharing
P90: Final = cast(PercentileOfCalls, BY_KEY["p90"])
OVERLOADED: Final = 0.95  # of the time busy; above it a queue has no end that it tends to


def notes(comparison: Comparison, say: Language) -> list[str]:
    """What a reader must know of the tables above, a sentence or two each."""
    found, proposals = [_targets(comparison, say)], len(comparison.proposals)
    if proposals > 1:
        found.append(
            say(
                "{n} proposals are judged together: the intervals of a measure hold all at once "
                "(Bonferroni), verdicts by Holm's tests.",
                n=proposals,
            )
        )
    if any(layout.settings.responders for layout in comparison.layouts):
        found.append(
            say(
                "First help is an ambulance or a first responder, whoever came first; all other "
                "figures are of ambulances alone."
            )
        )
    found += _told_apart(comparison, say)
    found += [*_one_sided(comparison, say), *_two_percentiles(comparison, say)]
    found += _overloaded(comparison, say)
    found += _levels(comparison, say)
    if comparison.replications < ENOUGH:
        found.append(
            say.count(
                comparison.replications,
                "Only {n} replication: take the intervals as rough, or repeat more often.",
                "Only {n} replications: take the intervals as rough, or repeat more often.",
            )
        )
    if comparison.base.recorded is not None:
        found.append(
            say(
                "The calls are records and stay as they were: the intervals speak of drawn "
                "durations only, not of other days. Places that were as likely to call are not "
                "known: none were asked about."
            )
        )
        found += records.balance(comparison.base, say)
    told = proposals == 1 and comparison.same_calls and comparison.replications >= ENOUGH
    if told and math.isfinite(gain := efficiency.gain_from_sharing(comparison)):
        found.append(
            say(
                "Sharing the calls did the work of {times} × as many replications.",
                times=f"{gain:.0f}",
            )
        )
    return [*found, *_asked(comparison, say), *worst_notes.notes(comparison.provenance, say)]


def _told_apart(comparison: Comparison, say: Language) -> list[str]:
    """Of which calls the figures are, where not all are emergencies that anybody waits for."""
    notes = []
    if Feature.STREAMS in comparison.features:
        notes.append(
            say(
                "Compliance and responses are of emergencies alone; surges and transfers are told "
                "apart from them. Ambulance time on calls is of all."
            )
        )
    if Feature.WITHDRAWN in comparison.features:
        notes.append(
            say(
                "A call cancelled after its target had passed counts as not in time; one cancelled "
                "sooner has no part in compliance and responses."
            )
        )
    return notes


def _one_sided(comparison: Comparison, say: Language) -> list[str]:
    """What one layout has and another has not, so that nothing can be compared."""
    notes, classes = [], [len(layout.crews.classes) for layout in comparison.layouts]
    if comparison.proposals and Feature.CLASSES in comparison.features and min(classes) == 1:
        notes.append(
            say(
                "Where there is one class of ambulance, each of them counts as capable, whatever "
                "the patient has."
            )
        )
    lines = comparison.lines()
    values = {
        line: [
            comparison.estimate(line.key, layout, line.group).mean
            for layout in range(len(comparison.layouts))
        ]
        for line in lines
    }
    unknown = [line for line in lines if any(map(math.isnan, values[line]))]
    whom = [one for one in unknown if BY_KEY[one.key].feature == Feature.CAPABLE]
    if whom:
        notes.append(
            say(
                "Which hospitals can treat whom is not said of every layout: where it is not, "
                "nobody knows when a patient is at a capable one, and – stands there."
            )
        )
    if len(unknown) > len(whom):
        notes.append(
            say("– stands where a layout has nothing of the kind, or its file does not say so.")
        )
    if any(map(math.isinf, [one for several in values.values() for one in several])):
        notes.append(
            say("∞ stands where so many calls were never reached that no time holds for the rest.")
        )
    return notes


def _two_percentiles(comparison: Comparison, say: Language) -> list[str]:
    """Why that of capable units may not be that of all, though the first is always capable."""
    told = {line.key for line in comparison.lines()}
    if "capable_p90" not in told or comparison.pooled[0].alike(P90) == 1:
        return []
    return [
        say(
            "The 90th percentile also goes by what the dispatcher said of other places, that of "
            "capable units by the calls alone: by chance they may differ where the first to come "
            "is always capable."
        )
    ]


def _asked(comparison: Comparison, say: Language) -> list[str]:
    """What it brought to ask the dispatcher about other places than those that called."""
    others, gain = comparison.pooled[0].answers - 1, efficiency.gain_from_asking(comparison)
    if comparison.replications < ENOUGH or not gain >= TOLD_FROM or len(comparison.proposals) > 1:
        return []
    return [
        say(
            "At each call the dispatcher was also asked who would come to {others} other places: "
            "it did the work of {times} × as many replications.",
            others=others,
            times=f"{gain:.1f}" if gain < 10 else f"{gain:.0f}",
        )
    ]


def _overloaded(comparison: Comparison, say: Language) -> list[str]:
    """Layouts whose ambulances are hardly ever free: what is measured of them has no end."""
    return [
        say(
            "{layout}: its ambulances are busy {busy} % of the time, so that calls wait longer the "
            "longer the study lasts. Its response times say how long that was, not what a patient "
            "would wait.",
            layout=layout.name,
            busy=f"{100 * busy:.0f}",
        )
        for number, layout in enumerate(comparison.layouts)
        if (busy := comparison.estimate("busy", number).mean) >= OVERLOADED
    ]


def _levels(comparison: Comparison, say: Language) -> list[str]:
    """Where today's level is from, and why rounded levels may not differ by what is printed."""
    notes = []
    if comparison.proposals and comparison.level_of not in (0, comparison.replications):
        notes.append(
            say.count(
                comparison.level_of,
                "Today's values are those of {n} replication, as the answer on today "
                "alone has them; the "
                "proposal's are today's plus the difference.",
                "Today's values are those of {n} replications, as the answer on today "
                "alone has them; the "
                "proposal's are today's plus the difference.",
            )
        )
    rows = [(line, n) for n in comparison.proposals for line in comparison.lines()]
    if not all(_adds_up(comparison, line, row) for line, row in rows):
        notes.append(
            say(
                "Differences are rounded by themselves, so that they may not be quite those of "
                "the rounded values beside them."
            )
        )
    return notes


def _adds_up(comparison: Comparison, line: Line, layout: int) -> bool:
    key, group = line
    today, proposal = (comparison.estimate(key, n, group).mean for n in (0, layout))
    difference = comparison.difference(key, layout, group).mean
    return measures.adds_up(BY_KEY[key], today, proposal, difference)


def _targets(comparison: Comparison, say: Language) -> str:
    urban, rural = (f"{t / 60:g}" for t in comparison.pooled[0].setup.target_s)
    if len(comparison.layouts) == 1:
        return say(
            "Within target: urban {urban} min, rural {rural} min, from call received to arrival.",
            urban=urban,
            rural=rural,
        )
    return say(
        "Within target: urban {urban} min, rural {rural} min, from call received to arrival. "
        "Matters: {points}, {minutes} min.",
        urban=urban,
        rural=rural,
        points=say.count(comparison.matters.share * 100, "{n} point", "{n} points"),
        minutes=f"{comparison.matters.min:g}",
    )
