"""What a change would bring, or a layout does, in one sentence for the minutes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from sim.answers.comparison import Comparison
from sim.answers.lines import Line
from sim.measures.features import Feature
from sim.measures.groups import ALL, Group
from sim.measures.intervals import Estimate
from sim.measures.measures import BY_KEY, OF_EACH_CONDITION, SPOKEN_OF
from sim.measures.verdicts import FEWEST, Harm, Verdict, matters_of
from sim.text import Message
from sim.words import changes, differences, measures
from sim.words.language import Language
from sim.words.measure_changes import CHANGES, CHANGES_OF_A_CONDITION

if TYPE_CHECKING:
    from sim.answers.answer import Provenance
    from sim.scenario.scenario import Scenario

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
        "whether more or fewer calls would be reached in time."
    ),
    Verdict.TOO_FEW: Message(
        "{what} would change compliance by {change} points ({between}): too few calls to say "
        "whether more or fewer would be reached in time."
    ),
}
FOR_THE_WORST_SERVED_TOO: Final = Message(
    "{what} would bring {points} more calls in every hundred within target (95 % CI {low} to "
    "{high}); for {places}, {worst} more."
)
# What else gets better or worse, after what was said of all calls.
BESIDES_A_GAIN: Final = Message("{finding} Worse, however: {worse}.")
BESIDES_A_GAIN_WITH: Final = Message("{finding} Worse, however, with {what}: {worse}.")
BESIDES_A_LOSS: Final = {  # (something is better, something is worse)
    (True, True): Message("{finding} Also worse: {worse}. Better, however: {better}."),
    (True, False): Message("{finding} Better, however: {better}."),
    (False, True): Message("{finding} Also worse: {worse}."),
}
BESIDES: Final = {
    (True, True): Message("{finding} Better, however: {better}. Worse: {worse}."),
    (True, False): Message("{finding} Better, however: {better}."),
    (False, True): Message("{finding} Worse, however: {worse}."),
}


def sentence(comparison: Comparison, layout: int, say: Language) -> str:
    """What would be gained and how sure that is, and every measure of the table that gets worse.

    Of a proposal that does not bring more calls within target it says, too, what gets better.
    """
    if layout == 0:
        return _sentence_of_one(comparison, say)
    if comparison.is_same(layout):
        return say(
            "{what}: these layouts are the same, so nothing can differ.",
            what=_subject(comparison, layout, say),
        )
    said = comparison.verdict("within", layout)
    changed = _changed(comparison, layout)
    better, worse = changed[Verdict.BETTER], changed[Verdict.WORSE]
    finding = _finding(comparison, layout, any(one.key == "worst5" for one in better), say)
    if said == Verdict.BETTER:
        text = BESIDES_A_GAIN if worse else None
    else:
        texts = BESIDES_A_LOSS if said == Verdict.WORSE else BESIDES
        text = texts.get((bool(better), bool(worse)))
    if text is None:
        return finding
    return say(
        text,
        finding=finding,
        better=_listed(comparison, better, say),
        worse=_listed(comparison, worse, say),
    )


def _changed(comparison: Comparison, layout: int) -> dict[Verdict, list[Harm]]:
    """What surely gets better, and what worse, besides all calls within target."""
    lines = [Line(key, ALL) for key in comparison.headline_keys() if key != "within"]
    lines += [line for line in comparison.service_lines() if is_spoken_of(*line)]
    found: dict[Verdict, list[Harm]] = {Verdict.BETTER: [], Verdict.WORSE: []}
    for key, group in lines:
        verdict = comparison.verdict(key, layout, group)
        if verdict in found:
            mean = comparison.difference(key, layout, group).mean
            found[verdict].append(Harm(key, mean, group))
    return found


def is_spoken_of(key: str, group: Group) -> bool:
    """Whether a sentence names a measure beyond the plain service where it changes."""
    if group.by == "condition":
        return key in OF_EACH_CONDITION
    return group == ALL and key in SPOKEN_OF


def _finding(comparison: Comparison, layout: int, worst_better: bool, say: Language) -> str:
    """What becomes of all calls; of a gain, what the worst-served have of it."""
    said = comparison.verdict("within", layout)
    text = SENTENCE.get(said, SENTENCE[Verdict.UNDECIDED])
    if said == Verdict.BETTER and worst_better:
        text = FOR_THE_WORST_SERVED_TOO
    gain, worst = (comparison.difference(key, layout) for key in ("within", "worst5"))
    share = BY_KEY["within"]
    # Of several proposals a better one may have an interval that reaches below nothing.
    low, high = sorted(-end if said == Verdict.WORSE else end for end in gain[1:])
    what = _subject(comparison, layout, say)
    if comparison.replications < FEWEST:
        return say.count(
            comparison.replications,
            "{what} would change compliance by {change} points ({between}): {n} replication is too "
            "few for a verdict, which takes {least}.",
            "{what} would change compliance by {change} points ({between}): {n} replications are "
            "too few for a verdict, which takes {least}.",
            what=what,
            change=measures.number(share, gain.mean, say, sign=True),
            between=measures.between(share, gain, say),
            least=FEWEST,
        )
    return say(
        text,
        what=what,
        points=measures.number(share, abs(gain.mean), say),
        change=measures.number(share, gain.mean, say, sign=True),
        low=measures.number(share, low, say),
        high=measures.number(share, high, say),
        between=measures.between(share, gain, say),
        worst=measures.number(share, abs(worst.mean), say),
        places=measures.worst_served(
            comparison.base.map, len(comparison.pooled[0].setup.worst), say
        ),
    )


def _subject(comparison: Comparison, layout: int, say: Language) -> str:
    what = changes.subject(comparison.base, comparison.layouts[layout], say)
    return differences.subject(comparison.base, what, comparison.differences(layout), say)


def _listed(comparison: Comparison, changed: Sequence[Harm], say: Language) -> str:
    """Measures and by how much they change, in a row; nothing of none."""
    return changes_of(changed, comparison.base, len(comparison.pooled[0].setup.worst), say)


NAMED: Final = 6  # measures that a list names where they are more; of one more all are named


def changes_of(
    changed: Sequence[Harm], base: Scenario, worst: int, say: Language, most: int = NAMED
) -> str:
    """Measures, each with its change, in a row; of many some, and how many others.

    `worst`: how many worst-served areas there are.
    """
    targets, named = base.settings.targets, _greatest(changed, base, most)
    said = [
        say(
            (CHANGES if one.group == ALL else CHANGES_OF_A_CONDITION)[one.key][one.mean < 0],
            size=measures.size_alone(BY_KEY[one.key], one.mean, say),
            urban=f"{targets.urban / 60:g}",
            rural=f"{targets.rural / 60:g}",
            places=measures.worst_served(base.map, worst, say),
            areas=measures.area_word(base.map, say),
            condition=_condition(one, base, say),
        )
        for one in changed
        if one in named
    ]
    others = len(changed) - len(named)
    if not others:
        return say.listed(said)
    return say.count(
        others,
        "{measures} and {n} other measure",
        "{measures} and {n} other measures",
        measures=say(", ").join(said),
    )


def _condition(one: Harm, base: Scenario, say: Language) -> str:
    """The name of the condition that a change is of; nothing of all calls."""
    if one.group.by != "condition":
        return ""
    conditions = base.settings.demand.conditions
    return say.name(conditions[one.group.row].names) if conditions else f"{one.group.row + 1}"


def _greatest(changed: Sequence[Harm], base: Scenario, most: int) -> set[Harm]:
    """So many that change most, against what matters of each; where they are one more, all.

    Unless one is named for many: of everything that a service may have, like bays or planned
    transfers, and of each condition the greatest change first, however many these are.
    """
    if len(changed) <= most + 1:
        return set(changed)
    matters = matters_of(base)
    size = {one: abs(one.mean) / BY_KEY[one.key].matters(matters) for one in changed}
    greatest = sorted(changed, key=lambda one: -size[one])
    if most == 1:
        return set(greatest[:1])
    topics = {(BY_KEY[one.key].feature, one.group): one for one in reversed(greatest)}
    first = list(topics.values())
    others = [one for one in greatest if one not in first]
    return {*first, *others[: max(0, most - len(first))]}


def with_harms(
    finding: str, harms: Iterable[Harm], by: str, made: Provenance, say: Language,
    *, what: str = "", loss: bool = False,
) -> str:  # fmt: skip
    """A sentence about a layout, and what that makes worse besides the measure `by`.

    `what`: the layout, where the sentence is about several. `loss`: it speaks of a loss already.
    """
    listed = harms_listed(harms, by, made, say)
    if not listed:
        return finding
    text = BESIDES_A_LOSS[False, True] if loss else BESIDES_A_GAIN
    return say(BESIDES_A_GAIN_WITH if what else text, finding=finding, what=what, worse=listed)


def harms_listed(
    harms: Iterable[Harm], by: str, made: Provenance, say: Language, most: int = NAMED
) -> str:
    """What a layout makes worse besides the measure `by`, each with its size; nothing of none."""
    worst = 0 if made.worst is None else len(made.worst.rows)
    others = [harm for harm in harms if (harm.key, harm.group) != (by, ALL)]
    return changes_of(others, made.base, worst, say, most)


# What compliance, which is of emergencies alone, says nothing of.
APART: Final = (
    (
        Feature.SURGE, "surge_within",
        Message("{finding} Of the calls of surges {share} % are reached within their target."),
    ),
    (
        Feature.URGENT, "urgent_within",
        Message("{finding} Of the urgent transfers {share} % are reached within their target."),
    ),
    (
        Feature.PLANNED, "transfer_late",
        Message("{finding} Of the planned transfers {share} % begin later than they are due."),
    ),
)  # fmt: skip


def _sentence_of_one(comparison: Comparison, say: Language) -> str:
    """Who is reached in town and country, who by capable units, who is not counted, or apart."""
    said = _with_capable(comparison, _arrivals(comparison, say), say)
    said = _with_cancelled(comparison, said, say)
    for feature, key, text in APART:
        if feature in comparison.features and not math.isnan(comparison.estimate(key).mean):
            share = measures.number(BY_KEY[key], comparison.estimate(key).mean, say)
            said = say(text, finding=said, share=share)
    return said


def _with_cancelled(comparison: Comparison, said: str, say: Language) -> str:
    """How many calls have no part in what was said, as they were cancelled sooner; not of few."""
    if Feature.WITHDRAWN not in comparison.features:
        return said
    every, late = (comparison.estimate(key).mean for key in ("cancelled", "cancelled_late"))
    if not every - late >= comparison.matters.share:
        return said
    return say(
        "{finding} Not counted: {share} % of all calls, which were cancelled before their target "
        "had passed.",
        finding=said,
        share=measures.number(BY_KEY["cancelled"], every - late, say),
    )


def _with_capable(comparison: Comparison, said: str, say: Language) -> str:
    """By capable units, too, where there are classes."""
    if Feature.CLASSES not in comparison.features:
        return said
    value, measure = comparison.estimate("capable"), BY_KEY["capable"]
    if math.isnan(value.mean):
        return said
    share, low, high = (measures.number(measure, number, say) for number in value)
    return say(CAPABLE[math.isnan(value.low)], finding=said, share=share, low=low, high=high)


CAPABLE: Final = (  # with an interval, and without one
    Message(
        "{finding} A capable unit is within target at {share} % of all calls (95 % CI {low} to "
        "{high})."
    ),
    Message("{finding} A capable unit is within target at {share} % of all calls."),
)


def _arrivals(comparison: Comparison, say: Language) -> str:
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
