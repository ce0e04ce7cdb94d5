"""Whether a difference holds if we are wrong, said: a row for each assumption, then all at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.answers.assumptions import Assumption
from sim.answers.stress import Stress
from sim.measures.intervals import Estimate
from sim.measures.measures import BY_KEY
from sim.text import Message
from sim.words import (
    alternative,
    assumptions,
    changes,
    differences,
    measures,
    provenance,
    worst_notes,
)
from sim.words.comparison_sentence import with_harms
from sim.words.language import Language
from sim.words.page import Column, Page, Table, page


@page.register
def _(stress: Stress, say: Language) -> Page:
    base = stress.provenance.base
    names = [proposal(stress, row, say) for row in range(len(stress.proposals))]
    return Page(
        heading=(
            say("Does it hold?  {proposals}, against {base}",
                proposals=say.joined(names), base=base.name),
            provenance.line(stress.provenance, say),
            *differing(stress, say),
            *provenance.marks(base, say),
        ),
        body=(table(stress, say),),
        notes=tuple(_notes(stress, say)),
        sentences=(sentence(stress, say),),
        say=say,
    )  # fmt: skip


def differing(stress: Stress, say: Language) -> list[str]:
    """What else than the layout a proposal has otherwise than the base, a line each."""
    found = [(layout.name, stress.differences(row)) for row, layout in enumerate(stress.proposals)]
    return differences.lines(stress.provenance.base, found, say)


def proposal(stress: Stress, row: int, say: Language) -> str:
    """What a proposal is called beside its base: "+ Fenglin" of "Liling today + Fenglin"."""
    whole = say.name(stress.proposals[row].name)
    return whole.removeprefix(say.name(stress.provenance.base.name)).strip() or whole


def named(stress: Stress, row: int, say: Language, most: int = 36) -> str:
    """The same within a sentence, without the sign before it, shortened to `most`."""
    return say.shortened(proposal(stress, row, say).lstrip("+\N{FULLWIDTH PLUS SIGN} "), most)


def table(stress: Stress, say: Language) -> Table:
    """Two rows for each assumption, one for what can happen in one way, with every gain."""
    several = len(stress.proposals) > 1
    columns = [Column(say("assumption"), "left"), Column(say("if"))]
    for row in range(len(stress.proposals)):
        head = proposal(stress, row, say) if several else say("gain")
        columns += [Column(head), Column(align="left", belongs=True)]
    rows = [[say("as assumed"), "", *_gains(stress, stress.nominal, say)]]
    for swing in stress.swings:
        for line, end in enumerate(swing.ends()):
            name = "" if line else assumptions.label(swing.about, say)
            case = assumptions.change(end.case, say)
            rows.append([name, case, *_gains(stress, end.gains, say)])
    return Table(tuple(columns), rows)


def _gains(stress: Stress, values: Sequence[Estimate], say: Language) -> list[str]:
    """Two cells for each proposal: its gain and the interval."""
    measure = BY_KEY[stress.by]
    return [
        text
        for value in values
        for text in (
            measures.number(measure, value.mean, say, sign=True),
            measures.interval(measure, value, say, sign=True),
        )
    ]


def _notes(stress: Stress, say: Language) -> list[str]:
    measure = BY_KEY[stress.by]
    notes = [
        say(
            "Gain over today in {unit} ({measure}) if one assumption is wrong by as much, in both "
            "layouts; 95 % intervals. How far each may be wrong is assumed. Of what may go "
            "missing, the cases of the least and the most gain.",
            unit=measures.unit(measure, say),
            measure=measures.label_in(stress.provenance, measure, say),
        )
    ]
    notes += _without_effect(stress, say)
    notes += worst_notes.notes(stress.provenance, say, only_by=stress.by)
    return notes if stress.joint is None else [*notes, _together(stress, say)]


def _without_effect(stress: Stress, say: Language) -> list[str]:
    """What leaves every gain as it is, and what could not be tried."""
    said = []
    idle = [one for one in stress.swings if one.changes_nothing(stress.nominal)]
    if idle:
        names = [
            assumptions.label(one.about, say)
            if isinstance(one.about, Assumption)
            else assumptions.case(one.about, end.case, say)
            for one in idle
            for end in one.ends()[: 1 if isinstance(one.about, Assumption) else None]
        ]
        said.append(
            say("The gain is exactly as assumed, whatever is the case, with: {assumptions}.",
                assumptions=say.joined(names))
        )  # fmt: skip
    if stress.untried:
        said.append(
            say("Not tried all the time, because somebody would be cut off until the run ends: "
                "{closures}.", closures=say.listed([say.name(one) for one in stress.untried]))
        )  # fmt: skip
    return said


ALL_TOGETHER: Final = {
    False: Message(
        "All together, in {samples} joint samples (Latin hypercube, {replications} replications "
        "each): {proposal} is ahead of today's layout in {ahead} of {samples}; its gain is {low} "
        "to {high} in the middle nine tenths."
    ),
    True: Message(
        "All together, in {samples} joint samples (Latin hypercube, {replications} replications "
        "each): {proposal} is ahead of all others and today's layout in {ahead} of {samples}; its "
        "gain is {low} to {high} in the middle nine tenths."
    ),
}


def _together(stress: Stress, say: Language) -> str:
    """How the leading proposal does in the joint samples."""
    assert stress.joint is not None
    counts = stress.joint_counts(stress.first)
    ends = np.quantile(stress.joint.gains[:, stress.first], [0.05, 0.95])
    low, high = (measures.number(BY_KEY[stress.by], end, say, sign=True) for end in ends)
    return say(
        ALL_TOGETHER[len(stress.proposals) > 1],
        samples=counts.samples,
        replications=stress.joint.replications,
        proposal=proposal(stress, stress.first, say),
        ahead=counts.ahead,
        low=low,
        high=high,
    )


# By whether an assumption was tried, and whether all were drawn together.
SENTENCES: Final = {
    (False, False): Message(
        "{proposal}: {size} if all is as assumed; no other assumption was tried."
    ),
    (True, False): Message(
        "{proposal}: {size} if all is as assumed, {low} to {high} if one of the assumptions is "
        "wrong. What matters most: {assumption}."
    ),
    (False, True): Message(
        "{proposal}: {size} if all is as assumed. With all of the assumptions wrong at once it is "
        "ahead in {ahead} of {samples} trials."
    ),
    (True, True): Message(
        "{proposal}: {size} if all is as assumed, {low} to {high} if one of the assumptions is "
        "wrong. What matters most: {assumption}. With all of them wrong at once "
        "it is ahead in {ahead} of {samples} trials."
    ),
}


def _spoken(stress: Stress, row: int, say: Language) -> str:
    """What a sentence about a proposal speaks of: its change, and what else it has otherwise."""
    what = changes.subject(stress.provenance.base, stress.proposals[row], say)
    return differences.subject(stress.provenance.base, what, stress.differences(row), say)


def sentence(stress: Stress, say: Language) -> str:
    """For the minutes: the leading proposal's gain, how far it moves, and what gets worse."""
    harms = stress.harms[stress.first] if stress.harms else ()
    loss = BY_KEY[stress.by].sign * stress.nominal[stress.first].mean < 0
    said = provenance.few(_how_far(stress, say), stress.provenance.replications, say)
    return with_harms(said, harms, stress.by, stress.provenance, say, loss=loss)


def _how_far(stress: Stress, say: Language) -> str:
    measure, first = BY_KEY[stress.by], stress.first
    low, high = (measures.number(measure, end, say, sign=True) for end in stress.range(first))
    values: dict[str, str | int] = {
        "proposal": _spoken(stress, first, say),
        "size": measures.size(measure, stress.nominal[first], say),
        "low": low,
        "high": high,
    }
    if stress.swings:
        values["assumption"] = assumptions.label(stress.swings[0].about, say)
    if stress.joint is not None:
        counts = stress.joint_counts(first)
        values |= {"ahead": counts.ahead, "samples": counts.samples}
    return say(SENTENCES[bool(stress.swings), stress.joint is not None], **values)


def drawn(stress: Stress, swings: int, strips: int, say: Language) -> str:
    """What is drawn, for whoever cannot see it: the bars, and between which gains they lie."""
    measure = BY_KEY[stress.by]
    least, most = stress.range(stress.first)
    bars = say(
        "A tornado: a row for each of {n} assumptions, the widest swing first, along it the change "
        "of {measure} against today in {unit}, bars from the gain as assumed to that with a low "
        "and a high value",
        n=swings,
        measure=measures.label_in(stress.provenance, measure, say),
        unit=measures.unit(measure, say),
    )
    ends = say(
        "{proposal}: {gain} as assumed, between {least} and {most} with any one assumption wrong.",
        proposal=proposal(stress, stress.first, say),
        gain=measures.number(measure, stress.nominal[stress.first].mean, say, sign=True),
        least=measures.number(measure, least, say, sign=True),
        most=measures.number(measure, most, say, sign=True),
    )
    dots = say.count(
        strips,
        "Beside it a strip of dots for {n} proposal: its gain in each of {samples} samples in "
        "which all assumptions are wrong at once",
        "Beside it strips of dots for {n} proposals: their gains in each of {samples} samples in "
        "which all assumptions are wrong at once",
        samples=0 if stress.joint is None else len(stress.joint.gains),
    )
    return alternative.text((bars, ends, dots if strips else ""), say)
