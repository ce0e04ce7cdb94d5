"""What is said of rules of one's own: which ones a layout follows, and in place of what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.differences import Difference
    from sim.scenario.scenario import Scenario
    from sim.words.language import Language

# A rule of one's own in place of the scenario's, that in place of it, another one.
INSTEAD: Final = {
    "own_rules.dispatch": (
        Message("who is sent by a rule of your own ({other})"),
        Message("who is sent by the scenario's settings instead of a rule of your own ({base})"),
        Message("who is sent by a rule of your own ({other}) instead of another ({base})"),
    ),
    "own_rules.standby": (
        Message("where free ambulances wait by a rule of your own ({other})"),
        Message("where free ambulances wait by the scenario's settings instead of a rule of your "
                "own ({base})"),
        Message("where free ambulances wait by a rule of your own ({other}) instead of another "
                "({base})"),
    ),
}  # fmt: skip


def phrase(one: Difference, say: Language) -> str:
    """One rule that a layout has otherwise than the base."""
    which = 0 if one.base is None else 1 if one.other is None else 2
    return say(INSTEAD[one.path][which], base=one.base, other=one.other)


def lines(base: Scenario, say: Language) -> list[str]:
    """Which rules of one's own the base follows, in place of the scenario's."""
    named = base.own_rules.named()
    if not named:
        return []
    if "standby" not in named:
        text = Message("Who is sent is decided by a rule of your own: {dispatch}.")
    elif "dispatch" not in named:
        text = Message("Where free ambulances wait is decided by a rule of your own: {standby}.")
    else:
        text = Message(
            "Rules of your own decide who is sent ({dispatch}) and where free ambulances wait "
            "({standby})."
        )
    return [say(text, **named)]
