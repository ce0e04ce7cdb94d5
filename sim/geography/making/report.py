"""What an import read, kept and left out, in words: printed, and written into the README."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sim.geography.making.balance import PeopleBalance
from sim.text import Message, Say

ROADS: Final = Message("Roads")
TRAVEL: Final = Message("Travel")
GROUND: Final = Message("Ground")
PEOPLE: Final = Message("People")
TOWN: Final = Message("Town and country")
PLACES: Final = Message("Places")
BALANCE: Final = Message("Balance")


class Note(NamedTuple):
    """A finding; a detail stands below the finding before it."""

    message: Message
    detail: bool = False


@dataclass
class Kilometres:
    """Kilometres of roads on the ground: what was read is what is kept and what was left out."""

    read: float = 0.0
    left_out: float = 0.0
    said: float = 0.0  # left out, as the findings say it: each rounded to 100 m

    def leave_out(self, km: float) -> None:
        """Count what a finding says is left out."""
        self.left_out += km
        self.said += round(km, 1)


@dataclass
class Report:
    """Findings under a few headings, in the order in which they were made, and warnings."""

    sections: dict[Message, list[Note]] = field(default_factory=dict)
    warnings: list[Message] = field(default_factory=list)
    people: PeopleBalance = field(default_factory=PeopleBalance)
    overlaps_m2: float = 0.0  # of zones, given to the smaller of two
    kilometres: Kilometres = field(default_factory=Kilometres)

    def note(self, section: Message, message: Message, *, detail: bool = False) -> None:
        self.sections.setdefault(section, []).append(Note(message, detail))

    def warn(self, message: Message) -> None:
        """Something a planner should look at before trusting the map; told once."""
        if message not in self.warnings:
            self.warnings.append(message)

    def told(self, say: Say = str) -> str:
        """All of it, a line each, in the language of `say`."""
        lines = []
        for section, notes in self.sections.items():
            lines.append(say(section))
            lines += [f"  {'  ' * note.detail}{say(note.message)}" for note in notes]
        if self.warnings:
            lines.append(say(Message("To look at")))
            lines += [f"  ! {say(warning)}" for warning in self.warnings]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.told()

    def markdown(self, say: Say = str) -> str:
        """The same as a part of a README."""
        parts = []
        for section, notes in self.sections.items():
            items = [f"{'  ' * note.detail}- {in_markdown(say(note.message))}" for note in notes]
            parts.append("\n".join([f"### {say(section)}\n", *items]))
        if self.warnings:
            items = [f"- {in_markdown(say(warning))}" for warning in self.warnings]
            parts.append("\n".join([f"### {say(Message('To look at'))}\n", *items]))
        return "\n\n".join(parts)


def in_markdown(text: str) -> str:
    """A text of which no part is taken for a tag."""
    return text.replace("<", r"\<")


class Counted(NamedTuple):
    """What is counted: of one, of several."""

    one: Message
    many: Message


WAYS: Final = Counted(Message("{n} way"), Message("{n} ways"))
LINES: Final = Counted(Message("{n} line"), Message("{n} lines"))
LINKS: Final = Counted(Message("{n} link"), Message("{n} links"))
EDGES: Final = Counted(Message("{n} edge"), Message("{n} edges"))
NODES: Final = Counted(Message("{n} node"), Message("{n} nodes"))
ENDS: Final = Counted(Message("{n} end"), Message("{n} ends"))
CUTS: Final = Counted(Message("{n} cut"), Message("{n} cuts"))
CELLS: Final = Counted(Message("{n} cell"), Message("{n} cells"))
POINTS: Final = Counted(Message("{n} place with people"), Message("{n} places with people"))
POLYGONS: Final = Counted(Message("{n} polygon"), Message("{n} polygons"))
ROWS: Final = Counted(Message("{n} row"), Message("{n} rows"))
ZONES: Final = Counted(Message("{n} zone"), Message("{n} zones"))
PAIRS: Final = Counted(Message("{n} pair"), Message("{n} pairs"))
SPOTS: Final = Counted(Message("{n} place"), Message("{n} places"))


def count(number: float, what: Counted) -> Message:
    """`1 link`, `12,345 links`."""
    return Message((what.one if number == 1 else what.many).text, n=f"{number:,.0f}")


def some(names: Sequence[object], limit: int = 8) -> str:
    """The first few names, and how many more there are."""
    rest = len(names) - limit
    shown = ", ".join(map(str, names[:limit]))
    if rest > 0:
        return Message("{names} and {more} more", names=shown, more=rest, all=len(names))
    return shown
