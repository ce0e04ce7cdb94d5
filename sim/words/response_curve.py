"""What the curves of response times show, said: shares at the targets, or what a change gains."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.answers.comparison import Comparison
from sim.measures.measures import BY_KEY
from sim.words import alternative, measures
from sim.words import comparison as words
from sim.words.language import Language
from sim.words.page import Finding


def finding(comparison: Comparison, say: Language) -> Finding:
    """What the curves say at the targets, and what their bands are."""
    head = _gain(comparison, say) if comparison.proposals else _shares(comparison, say)
    foot = words.footnote(comparison, say)
    return Finding(head, _subtitle(comparison, say), foot, comparison.provenance.draft)


def _subtitle(comparison: Comparison, say: Language) -> str:
    if comparison.replications < 2:
        return say("Cumulative response time, one replication")
    return say(
        "Cumulative response time; dark band: 95 % confidence interval; pale band: what a single "
        "period of {days} days may show (5–95 %)",
        days=f"{comparison.base.settings.study.length / 86_400:g}",
    )


def _shares(comparison: Comparison, say: Language) -> str:
    """75 % within 10 min in town; 92 % within 30 min in the country"""
    urban, rural = comparison.pooled[0].setup.target_s
    parts = []
    if not math.isnan(town := comparison.estimate("urban10").mean):
        parts.append(
            say("{percent} % within {minutes} min in town", percent=f"{town * 100:.0f}",
                minutes=f"{urban / 60:g}")
        )  # fmt: skip
    if not math.isnan(country := comparison.estimate("rural30").mean):
        parts.append(
            say("{percent} % within {minutes} min in the country", percent=f"{country * 100:.0f}",
                minutes=f"{rural / 60:g}")
        )  # fmt: skip
    return say.joined(parts) if parts else say("No calls")


def _gain(comparison: Comparison, say: Language) -> str:
    """What the proposal that gains most over all calls gains in town and in the country."""
    best = max(
        comparison.proposals, key=lambda row: (comparison.difference("within", row).mean, -row)
    )
    town, country = (comparison.difference(key, best).mean for key in ("urban10", "rural30"))
    share = BY_KEY["within"]
    values = {
        "proposal": comparison.layouts[best].name,
        "town": measures.number(share, town, say, sign=True),
        "country": measures.number(share, country, say, sign=True),
    }
    if math.isnan(town) and math.isnan(country):
        return say("No calls")
    if math.isnan(country):
        return say("{proposal}: {town} points in town", **values)
    if math.isnan(town):
        return say("{proposal}: {country} points in the country", **values)
    return say("{proposal}: {town} points in town, {country} points in the country", **values)


def drawn(comparison: Comparison, keys: Sequence[str], say: Language) -> str:
    """What is drawn, for whoever cannot see it: the axes, and each curve at the target."""
    axes = say.count(
        len(keys),
        "Curves in {n} panel: along it minutes from call received to arrival, up it the percent of "
        "calls reached by then, one curve for each of {layouts} layouts, a line at the target",
        "Curves in {n} panels: along each minutes from call received to arrival, up it the percent "
        "of calls reached by then, one curve for each of {layouts} layouts, a line at the target",
        layouts=len(comparison.layouts),
    )
    ends = [
        say(
            "{layout}: {shares}.",
            layout=layout.name,
            shares=say.joined(
                [
                    say(
                        "{measure} {share}",
                        measure=words.label(comparison, key, say),
                        share=say.percent(comparison.estimate(key, row).mean),
                    )
                    for key in keys
                ]
            ),
        )
        for row, layout in enumerate(comparison.layouts)
        if keys
    ]
    return alternative.text((axes, *ends), say)
