"""What a change would bring, or a layout does, in one sentence for the minutes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from sim.answers.comparison import Comparison
from sim.measures.intervals import Estimate
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Verdict
from sim.text import Message
from sim.words import changes, measures
from sim.words.language import Language

SENTENCE: Final = {
    Verdict.BETTER: Message(
        "{what} would bring {points} more calls in every hundred within target (95 % CI {low} to "
        "{high})."
    ),
    Verdict.WORSE: Message(
        "{what} would bring {points} fewer calls in every hundred within target (95 % CI {low} to "
        "{high})."
    ),
    Verdict.TOO_SMALL: Message(
        "{what} would change compliance by {change} points ({between}): too little to matter."
    ),
    Verdict.UNDECIDED: Message(
        "{what} would change compliance by {change} points ({between}): this study cannot tell "
        "whether it helps."
    ),
    Verdict.TOO_FEW: Message(
        "{what} would change compliance by {change} points ({between}): too few calls to say "
        "whether it helps."
    ),
}
# The same where those surely change who are served worst today: (all calls, the worst-served).
WITH_WORST_SERVED: Final = {
    (Verdict.BETTER, Verdict.BETTER): Message(
        "{what} would bring {points} more calls in every hundred within target (95 % CI {low} to "
        "{high}); for the {n} worst-served {areas}, {worst} more."
    ),
    (Verdict.BETTER, Verdict.WORSE): Message(
        "{what} would bring {points} more calls in every hundred within target (95 % CI {low} to "
        "{high}); for the {n} worst-served {areas}, {worst} fewer."
    ),
    (Verdict.WORSE, Verdict.BETTER): Message(
        "{what} would bring {points} fewer calls in every hundred within target (95 % CI {low} to "
        "{high}); for the {n} worst-served {areas}, {worst} more."
    ),
    (Verdict.WORSE, Verdict.WORSE): Message(
        "{what} would bring {points} fewer calls in every hundred within target (95 % CI {low} to "
        "{high}); for the {n} worst-served {areas}, {worst} fewer."
    ),
    (Verdict.TOO_SMALL, Verdict.BETTER): Message(
        "{what} would change compliance by {change} points ({between}): too little to matter; but "
        "for the {n} worst-served {areas}, {worst} more in every hundred within target."
    ),
    (Verdict.TOO_SMALL, Verdict.WORSE): Message(
        "{what} would change compliance by {change} points ({between}): too little to matter; but "
        "for the {n} worst-served {areas}, {worst} fewer in every hundred within target."
    ),
    (Verdict.UNDECIDED, Verdict.BETTER): Message(
        "{what} would change compliance by {change} points ({between}): this study cannot tell "
        "whether it helps; but for the {n} worst-served {areas}, {worst} more in every hundred "
        "within target."
    ),
    (Verdict.UNDECIDED, Verdict.WORSE): Message(
        "{what} would change compliance by {change} points ({between}): this study cannot tell "
        "whether it helps; but for the {n} worst-served {areas}, {worst} fewer in every hundred "
        "within target."
    ),
}


def sentence(comparison: Comparison, layout: int, say: Language) -> str:
    """What would be gained and how sure that is; never without what surely gets worse."""
    if layout == 0:
        return _sentence_of_one(comparison, say)
    said = comparison.verdict("within", layout)
    at_worst = comparison.verdict("worst5", layout)
    gain, worst = (comparison.difference(key, layout) for key in ("within", "worst5"))
    share = BY_KEY["within"]
    # Of several proposals a better one may have an interval that reaches below nothing.
    low, high = sorted(-end if said == Verdict.WORSE else end for end in gain[1:])
    text = WITH_WORST_SERVED.get((said, at_worst), SENTENCE[said])
    return say(
        text,
        what=changes.subject(comparison.base, comparison.layouts[layout], say),
        points=measures.number(share, abs(gain.mean), say),
        change=measures.number(share, gain.mean, say, sign=True),
        low=measures.number(share, low, say),
        high=measures.number(share, high, say),
        between=measures.between(share, gain, say),
        worst=measures.number(share, abs(worst.mean), say),
        n=len(comparison.pooled[0].setup.worst),
        areas=measures.area_word(comparison.base.map, say),
    )


def _sentence_of_one(comparison: Comparison, say: Language) -> str:
    name, targets = comparison.base.name, comparison.base.settings.targets
    urban, rural = comparison.estimate("urban10"), comparison.estimate("rural30")
    town = _reached(urban, targets.urban, URBAN, say)
    country = _reached(rural, targets.rural, RURAL, say)
    if not town and not country:
        return say("{layout}: no call was measured.", layout=name)
    if town and country:
        return say("{layout} reaches {urban} and {rural}.", layout=name, urban=town, rural=country)
    return say("{layout} reaches {calls}.", layout=name, calls=town or country)


# With an interval, and without one.
URBAN: Final = (
    Message("{share} % of urban calls within {target} minutes (95 % CI {low} to {high})"),
    Message("{share} % of urban calls within {target} minutes"),
)
RURAL: Final = (
    Message("{share} % of rural calls within {target} minutes (95 % CI {low} to {high})"),
    Message("{share} % of rural calls within {target} minutes"),
)


def _reached(value: Estimate, target_s: float, texts: Sequence[Message], say: Language) -> str:
    """75.2 % of urban calls within 10 minutes; nothing where there are no such calls."""
    if math.isnan(value.mean):
        return ""
    measure = BY_KEY["within"]
    share, low, high = (measures.number(measure, number, say) for number in value)
    text = texts[math.isnan(value.low)]
    return say(text, share=share, low=low, high=high, target=f"{target_s / 60:g}")
