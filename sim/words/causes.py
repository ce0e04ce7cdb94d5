"""The causes of late calls, said: what each is called, how sentences name it, and what helps."""

from __future__ import annotations

from typing import Final, NamedTuple

from sim.text import Message


class CauseWords(NamedTuple):
    """The texts of one cause. `share` is a fraction or a percentage of the late calls."""

    label: Message
    helps: Message
    clause: Message  # one of several in a sentence
    of_township: Message  # the first clause of a township's sentence
    alone: Message  # a headline that names no other cause
    first: Message  # the first of several in a headline
    further: Message  # each of the others there


# In the order of `sim.measures.causes.CAUSES`.
CAUSES: Final = (
    CauseWords(
        Message("Distance"),
        Message("a station nearer helps, an ambulance does not"),
        Message("{share} are due to distance: a station nearer helps, an ambulance does not"),
        Message(
            "{share} of {township}'s misses are due to distance: a station nearer helps, an "
            "ambulance does not"
        ),
        Message(
            "{share} of late calls are due to distance: a station nearer helps, an ambulance does "
            "not"
        ),
        Message("{share} of late calls are due to distance"),
        Message("{share} to distance"),
    ),
    CauseWords(
        Message("Call taking"),
        Message("a quicker control room helps"),
        Message("{share} are due to call taking: a quicker control room helps"),
        Message(
            "{share} of {township}'s misses are due to call taking: a quicker control room helps"
        ),
        Message("{share} of late calls are due to call taking: a quicker control room helps"),
        Message("{share} of late calls are due to call taking"),
        Message("{share} to call taking"),
    ),
    CauseWords(
        Message("Turnout"),
        Message("a faster turnout helps"),
        Message("{share} are due to turnout: a faster turnout helps"),
        Message("{share} of {township}'s misses are due to turnout: a faster turnout helps"),
        Message("{share} of late calls are due to turnout: a faster turnout helps"),
        Message("{share} of late calls are due to turnout"),
        Message("{share} to turnout"),
    ),
    CauseWords(
        Message("Nearest busy"),
        Message("another ambulance there helps"),
        Message(
            "{share} are due to the nearest ambulance being busy: another ambulance there helps"
        ),
        Message(
            "{share} of {township}'s misses are due to the nearest ambulance being busy: another "
            "ambulance there helps"
        ),
        Message(
            "{share} of late calls are due to the nearest ambulance being busy: another ambulance "
            "there helps"
        ),
        Message("{share} of late calls are due to the nearest ambulance being busy"),
        Message("{share} to the nearest ambulance being busy"),
    ),
    CauseWords(
        Message("Queue"),
        Message("more ambulances or shorter handovers help"),
        Message("{share} are due to queueing: more ambulances or shorter handovers help"),
        Message(
            "{share} of {township}'s misses are due to queueing: more ambulances or shorter "
            "handovers help"
        ),
        Message(
            "{share} of late calls are due to queueing: more ambulances or shorter handovers help"
        ),
        Message("{share} of late calls are due to queueing"),
        Message("{share} to queueing"),
    ),
)
