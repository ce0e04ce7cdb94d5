"""Which townships are served worst: how sure their choice is, said in notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.study.worst_served import LEAST_CALLS, MANY
from sim.words import measures
from sim.words.language import Language

if TYPE_CHECKING:
    from sim.answers.answer import Provenance


def notes(made: Provenance, say: Language, only_by: str = "worst5") -> list[str]:
    """What must be known of the worst-served townships of an answer; nothing if it has none.

    `only_by`: the measure of an answer that shows one alone; nothing unless it is this.
    """
    worst, found = made.worst, []
    if only_by != "worst5" or worst is None or not (worst.thin or worst.eligible):
        return []
    values = {"areas": measures.area_word(made.base.map, say), "least": LEAST_CALLS}
    if not worst.rows:
        return [
            say("The worst-served {areas} are not measured: none has calls enough to be chosen "
                "({least} expected in the replications of the choice).", **values)
        ]  # fmt: skip
    if len(worst.rows) < MANY:
        found.append(
            say.count(len(worst.rows),
                      "Only {n} of the {areas} has calls enough to be among the worst-served.",
                      "Only {n} of the {areas} have calls enough to be among the worst-served.",
                      **values)
        )  # fmt: skip
    if not worst.apart:
        found.append(
            say("The fifth and the sixth of the worst-served {areas} cannot be told apart: with "
                "other calls the choice might be another.", **values)
        )  # fmt: skip
    if worst.thin:
        found.append(
            say.count(worst.thin,
                      "{n} of the {areas} has too few calls to be chosen as worst-served (fewer "
                      "than {least} expected in the replications of the choice).",
                      "{n} of the {areas} have too few calls to be chosen as worst-served (fewer "
                      "than {least} expected in the replications of the choice).", **values)
        )  # fmt: skip
    if worst.busy is not None:
        found.append(
            say("The calls are records, and there are no others to choose on: the worst-served "
                "{areas} are those of which driving times and ambulances that are busy {busy} % of "
                "the time let expect least.", busy=f"{worst.busy * 100:.0f}", **values)
        )  # fmt: skip
    return found
