"""What a stress test may claim: whether the gain holds, never more than the intervals allow."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from sim.answers.stress import End, JointCounts, Stress, Swing
from sim.measures.intervals import Estimate
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import FEWEST
from sim.text import Message
from sim.words import assumptions, measures, provenance
from sim.words.language import Language
from sim.words.page import Finding
from sim.words.stress import differing, named


class CaseGain(NamedTuple):
    """The leading proposal's gain in one case; more is better whatever the measure."""

    mean: float
    low: float
    high: float
    swing: Swing | None = None  # None: as assumed
    end: End | None = None

    def words(self, say: Language) -> str:
        """speed on all roads +10 %"""
        if self.swing is None or self.end is None:
            return say("as assumed")
        return assumptions.case(self.swing.about, self.end.case, say)


def finding(stress: Stress, say: Language) -> Finding:
    """Whether the gain holds, and how that was tried."""
    made, clock = stress.provenance, provenance.clock(say)
    if made.replications < 2:
        subtitle = say(
            "One assumption wrong at a time, in both layouts alike; how far is assumed; response "
            "time {clock}; no intervals",
            clock=clock,
        )
    else:
        subtitle = say(
            "One assumption wrong at a time, in both layouts alike; how far is assumed; response "
            "time {clock}; 95 % intervals",
            clock=clock,
        )
    footnote = "\n".join([*differing(stress, say), provenance.footnote(made, say)])
    return Finding(headline(stress, say), subtitle, footnote, made.draft)


def headline(stress: Stress, say: Language) -> str:
    """Whether the gain holds in every case tried; then how the joint samples go."""
    nominal, cases = _gain(stress, stress.nominal[stress.first]), _cases(stress)
    every = [nominal, *cases]
    if not cases:
        return say("No assumption was tried")
    known = all(math.isfinite(one.low + one.high) for one in every)
    if stress.provenance.replications < FEWEST or not known:
        return say("This study cannot tell yet whether the gain holds")
    if all(-stress.least < one.low and one.high < stress.least for one in every):
        return say("The gain is too small to matter under every assumption tried")
    if all(one.high < 0 for one in every):
        return say("Worse than today under every assumption tried")
    if all(one.low > 0 for one in every):
        said = _holds(stress, nominal, cases, say)
    elif nominal.low > 0:
        said = _unsure(cases, say)
    else:
        said = _no_gain(nominal, cases, say)
    together = _together(stress, say)
    return say.joined([said, together]) if together else said


def _gain(
    stress: Stress, value: Estimate, swing: Swing | None = None, end: End | None = None
) -> CaseGain:
    if BY_KEY[stress.by].sign > 0:
        return CaseGain(*value, swing, end)
    return CaseGain(-value.mean, -value.high, -value.low, swing, end)


def _cases(stress: Stress) -> list[CaseGain]:
    return [
        _gain(stress, end.gains[stress.first], swing, end)
        for swing in stress.swings
        for end in swing.ends()
    ]


# ── one assumption at a time ─────────────────────────────────────────────────────────────────


def _holds(stress: Stress, nominal: CaseGain, cases: list[CaseGain], say: Language) -> str:
    """Every interval is a gain: between which values, or which case makes it too small."""
    measure, every = BY_KEY[stress.by], [nominal, *cases]
    ends = (min(one.mean for one in every), max(one.mean for one in every))
    low, high = (measures.number(measure, end, say, sign=True).lstrip("+") for end in ends)
    of = measures.unit(measure, say)
    worst = min(cases, key=lambda one: one.mean)
    if nominal.mean < stress.least:
        return say("The gain holds but may be too small to matter: {low} to {high} {unit}",
                   low=low, high=high, unit=of)  # fmt: skip
    if worst.high < stress.least:
        return say("The gain holds, but {case} takes it below what matters", case=worst.words(say))
    if worst.mean < stress.least:
        return say(
            "The gain holds, but {case} may take it below what matters", case=worst.words(say)
        )
    if len(stress.proposals) > 1 and stress.joint is None:
        return say(
            "The gain of {proposal} holds: {low} to {high} {unit} under every assumption tried",
            proposal=named(stress, stress.first, say, 24),
            low=low,
            high=high,
            unit=of,
        )
    return say("The gain holds: {low} to {high} {unit} under every assumption tried",
               low=low, high=high, unit=of)  # fmt: skip


def _unsure(cases: list[CaseGain], say: Language) -> str:
    """A gain as assumed, but not in every case."""
    worst, lost = min(cases, key=lambda one: one.low), min(cases, key=lambda one: one.mean)
    if lost.high < 0:
        return say("The gain turns into a loss with {case}", case=lost.words(say))
    return say(
        "The gain is not sure in {unsure} of {many} cases tried, least so with {case}",
        unsure=sum(one.low <= 0 for one in cases),
        many=len(cases),
        case=worst.words(say),
    )


# No sure gain as assumed: by whether it is a loss, and whether a case tried has a sure gain.
NO_GAIN: Final = {
    (False, False): Message("No sure gain, as assumed or in any case tried"),
    (True, False): Message("Worse than today as assumed, no sure gain in any case tried"),
    (False, True): Message("No sure gain as assumed; a sure one in {sure} of {many} cases tried"),
    (True, True): Message(
        "Worse than today as assumed; a sure gain in {sure} of {many} cases tried"
    ),
}


def _no_gain(nominal: CaseGain, cases: list[CaseGain], say: Language) -> str:
    sure = sum(one.low > 0 for one in cases)
    return say(NO_GAIN[nominal.high < 0, sure > 0], sure=sure, many=len(cases))


# ── all assumptions together ─────────────────────────────────────────────────────────────────


def _together(stress: Stress, say: Language) -> str:
    """How the joint samples go: which proposal overtakes, or how often the gain is lost."""
    if stress.joint is None:
        return ""
    first, many = stress.first, len(stress.joint.gains)
    if len(stress.proposals) == 1:
        return _of_one(stress.joint_counts(first), say)
    leader = named(stress, first, say, 20)
    if len(stress.proposals) > 2:
        return say(
            "{leader} leads in {ahead} of {many} joint samples",
            leader=leader,
            ahead=stress.joint_counts(first).ahead,
            many=many,
        )
    other = 1 - first
    rival = named(stress, other, say, 20)
    flips = int((stress.joint_gains(other) > stress.joint_gains(first)).sum())
    if not flips:
        return say("{leader} leads {rival} in all {many} joint samples",
                   leader=leader, rival=rival, many=many)  # fmt: skip
    return say("{rival} overtakes {leader} in {flips} of {many} joint samples",
               rival=rival, leader=leader, flips=flips, many=many)  # fmt: skip


def _of_one(counts: JointCounts, say: Language) -> str:
    if counts.none:
        return say("all at once, not above 0 in {n} of {many} samples",
                   n=counts.none, many=counts.samples)  # fmt: skip
    if counts.little:
        return say("all at once, below what matters in {n} of {many} samples",
                   n=counts.little, many=counts.samples)  # fmt: skip
    return say("all at once, above 0 in all {many} samples", many=counts.samples)
