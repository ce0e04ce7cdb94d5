"""The causes of late calls, said: what each is called, how sentences name it, and what helps."""

from __future__ import annotations

from collections.abc import Mapping
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


# By the names in `sim.measures.causes.CAUSES`.
CAUSES: Final[Mapping[str, CauseWords]] = {
    "distance": CauseWords(
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
    "road closures": CauseWords(
        Message("Road closures"),
        Message("an open way or an ambulance behind the closure helps"),
        Message(
            "{share} are due to closed or slowed roads: an open way or an ambulance behind the "
            "closure helps"
        ),
        Message(
            "{share} of {township}'s misses are due to closed or slowed roads: an open way or an "
            "ambulance behind the closure helps"
        ),
        Message(
            "{share} of late calls are due to closed or slowed roads: an open way or an "
            "ambulance behind the closure helps"
        ),
        Message("{share} of late calls are due to closed or slowed roads"),
        Message("{share} to closed or slowed roads"),
    ),
    "slow drive": CauseWords(
        Message("Slow drive"),
        Message("stations nearer help, more ambulances hardly"),
        Message(
            "{share} are due to drives slower than usual: stations nearer help, more ambulances "
            "hardly"
        ),
        Message(
            "{share} of {township}'s misses are due to drives slower than usual: stations nearer "
            "help, more ambulances hardly"
        ),
        Message(
            "{share} of late calls are due to drives slower than usual: stations nearer help, "
            "more ambulances hardly"
        ),
        Message("{share} of late calls are due to drives slower than usual"),
        Message("{share} to drives slower than usual"),
    ),
    "call taking": CauseWords(
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
    "call desk": CauseWords(
        Message("Call desk"),
        Message("more seats there help, ambulances do not"),
        Message(
            "{share} are due to waiting for the call desk: more seats there help, ambulances do not"
        ),
        Message(
            "{share} of {township}'s misses are due to waiting for the call desk: more seats "
            "there help, ambulances do not"
        ),
        Message(
            "{share} of late calls are due to waiting for the call desk: more seats there help, "
            "ambulances do not"
        ),
        Message("{share} of late calls are due to waiting for the call desk"),
        Message("{share} to waiting for the call desk"),
    ),
    "turnout": CauseWords(
        Message("Turnout"),
        Message("a faster turnout helps"),
        Message("{share} are due to turnout: a faster turnout helps"),
        Message("{share} of {township}'s misses are due to turnout: a faster turnout helps"),
        Message("{share} of late calls are due to turnout: a faster turnout helps"),
        Message("{share} of late calls are due to turnout"),
        Message("{share} to turnout"),
    ),
    "nearest busy": CauseWords(
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
    "queue": CauseWords(
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
}
