"""All assumptions drawn together, said: what the strips of samples show and amount to."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.answers.stress import Stress
from sim.measures.measures import BY_KEY
from sim.text import Message
from sim.words import measures
from sim.words.language import Language
from sim.words.stress import proposal

ENOUGH: Final = 20  # samples for nine of ten to be said


def least(stress: Stress, say: Language) -> str:
    """1 point: the gain below which nothing matters."""
    measure = BY_KEY[stress.by]
    if measure.unit == "share":
        return say.count(round(100 * stress.least, 6), "{n} point", "{n} points")
    return say("{n} min", n=f"{stress.least:g}")


def shows(stress: Stress, drawn: int, rescaled: bool, say: Language) -> str:
    """What is drawn of the joint samples.

    `drawn`: how many proposals; `rescaled`: whether on another scale than the swings.
    """
    assert stress.joint is not None
    samples = len(stress.joint.gains)
    parts = [
        say(
            "{samples} × {replications}",
            samples=say.count(samples, "{n} joint sample", "{n} joint samples"),
            replications=say.count(
                stress.joint.replications, "{n} replication", "{n} replications"
            ),
        ),
        say("line: as assumed"),
        say("hollow: gain under {least}", least=least(stress, say)),
    ]
    if len(stress.proposals) > 1:
        parts.append(
            say("today's layout ahead in {n} of {samples}", n=stress.today_leads(), samples=samples)
        )
    if hidden := len(stress.proposals) - drawn:
        parts.append(
            say.count(hidden, "{n} more proposal not drawn", "{n} more proposals not drawn")
        )
    if rescaled:
        parts.append(say("not on the scale above"))
    return say.joined(parts)


# With the range of nine tenths of the samples, or without it where they are few.
OF_ONE: Final = {
    False: Message(
        "Gain under {least} in {little} of {samples}, not above 0 in {none} of {samples}"
    ),
    True: Message(
        "Gain under {least} in {little} of {samples}, not above 0 in {none} of {samples}; {low} to "
        "{high} in nine of ten"
    ),
}


def strip(stress: Stress, row: int, say: Language) -> str:
    """+ Fenglin: ahead in 12 of 16; gain under 1 point in 3, not above 0 in 1"""
    assert stress.joint is not None
    counts = stress.joint_counts(row)
    values: dict[str, str | int] = {"least": least(stress, say), **counts._asdict()}
    if len(stress.proposals) > 1:
        return say(
            "{proposal}: ahead in {ahead} of {samples}; gain under {least} in {little}, not above "
            "0 in {none}",
            proposal=say.shortened(proposal(stress, row, say)),
            **values,
        )
    enough = counts.samples >= ENOUGH
    if enough:
        ends = np.nanquantile(stress.joint.gains[:, row], [0.05, 0.95])
        low, high = (measures.number(BY_KEY[stress.by], end, say, sign=True) for end in ends)
        values |= {"low": low, "high": high}
    return say(OF_ONE[enough], **values)
