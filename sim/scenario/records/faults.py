"""Rows that cannot be used: told with their lines, or left out and counted by reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple

from sim.scenario.validation import Problems
from sim.text import Message

NO_TIME: Final = Message("the time is missing")
NOT_A_TIME: Final = Message("the time cannot be read")
NO_PLACE: Final = Message("the place is missing")
NOT_A_PLACE: Final = Message("the coordinates cannot be read")
ZERO: Final = Message("the coordinates are 0, 0")
OUTSIDE: Final = Message("the place lies outside the map")
SWAPPED: Final = Message("longitude and latitude look swapped")
NO_TOWNSHIP: Final = Message("the township is not on the map")
NO_HOSPITAL: Final = Message("the hospital is not on the map")
NOT_A_DURATION: Final = Message("a duration cannot be used")
NEITHER: Final = Message("neither yes nor no")
MOST_TOLD: Final = 5  # of one kind; a file of a year has as many as it has rows


class Fault(NamedTuple):
    """One value for which a row cannot be used."""

    row: int
    column: str  # its header in the file
    message: Message
    reason: Message  # the kind it is counted under


def tell(faults: Iterable[Fault], lines: Sequence[int], problems: Problems) -> None:
    """The lines of each kind; of a kind with many a few messages, and how many more there are."""
    kinds: dict[tuple[str, Message], dict[Message, list[int]]] = defaultdict(dict)
    rows = 0
    for fault in faults:
        kinds[fault.column, fault.reason].setdefault(fault.message, []).append(fault.row)
        rows += 1
    for (column, reason), messages in kinds.items():
        here = problems.at(column)
        if sum(map(len, messages.values())) <= MOST_TOLD:
            for message, at in messages.items():
                for row in at:
                    here.at(line=lines[row]).tell(message)
            continue
        for message, at in list(messages.items())[:MOST_TOLD]:
            told = Message("{problem} (rows: {n})", problem=message, n=len(at))
            here.at(line=lines[at[0]]).tell(told if len(at) > 1 else message)
        more = sum(len(at) for at in list(messages.values())[MOST_TOLD:])
        if more:
            here.tell(Message("{reason}: further rows: {n}", reason=reason, n=more))
    if rows > MOST_TOLD:
        problems.tell(
            Message(
                "to leave out rows that cannot be used, and count them, write "
                "`replay: {{file: …, unusable: leave out}}`"
            )
        )


def some_lines(lines: Iterable[int]) -> str:
    """The first lines of many, as they stand in a sentence."""
    shown = [str(line) for line in islice(lines, MOST_TOLD + 1)]
    return ", ".join(shown) if len(shown) <= MOST_TOLD else f"{', '.join(shown[:MOST_TOLD])} …"


def counted(faults: Iterable[Fault]) -> dict[Message, int]:
    """How many rows fall under each reason; a row under its first one alone."""
    first: dict[int, Message] = {}
    for fault in faults:
        first.setdefault(fault.row, fault.reason)
    reasons: dict[Message, int] = {}
    for reason in first.values():
        reasons[reason] = reasons.get(reason, 0) + 1
    return reasons
