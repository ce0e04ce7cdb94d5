"""Who is relieved by a proposal, and who has more to do, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sim.answers.relieved import Load
from sim.measures.verdicts import Verdict
from sim.text import Message
from sim.words.language import Language

NAMED: Final = 3  # stations of each kind
BOTH: Final = Message("Relieved: {relieved}. Busier: {busier}.")
RELIEVED: Final = Message("Relieved: {relieved}.")
BUSIER: Final = Message("Busier: {busier}.")


def sentence(loads: Sequence[Load], say: Language) -> str:
    """The stations that are surely busier or less busy, the greatest changes first.

    Nothing where there is none.
    """
    relieved, busier = (_listed(loads, kind, say) for kind in (Verdict.BETTER, Verdict.WORSE))
    if not relieved and not busier:
        return ""
    text = BOTH if relieved and busier else RELIEVED if relieved else BUSIER
    return say(text, relieved=relieved, busier=busier)


def _listed(loads: Sequence[Load], kind: Verdict, say: Language) -> str:
    some = [one for one in loads if one.verdict == kind]
    some.sort(key=lambda one: -abs(one.after - one.before))
    names = [
        say(
            "{station} (on calls for {after} % of its time, not {before} %)",
            station=one.station.name,
            before=say.number(one.before * 100),
            after=say.number(one.after * 100),
        )
        for one in some
    ]
    return say.listed(names, NAMED)
