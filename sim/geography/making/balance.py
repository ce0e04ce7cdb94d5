"""Who came in and where they went: an import whose people or ground do not add up is a bug."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sim.errors import InvariantError
from sim.text import Message

OUTSIDE: Final = Message("left out, outside the boundary: {people:,.0f}")
COVERED: Final = Message("left out, in polygons that others of the same file cover: {people:,.0f}")
NO_SHAPE: Final = Message("left out, in rows without a shape of their own: {people:,.0f}")
ROUNDING: Final = 0.5  # people, to whole ones
SLIP: Final = 1e-6  # of a sum of floats
SAID_M2: Final = 5e3  # shows as 0.01 km²
SLIVERS: Final = 1e-5  # of the ground: where zones meet, corners are rounded


class BalanceError(InvariantError):
    """People or ground that do not add up: a bug of ours, never of a planner's files."""


@dataclass
class PeopleBalance:
    """Everybody whom a file names is kept, or left out for a reason that is said."""

    read: float = 0.0
    left: dict[Message, float] = field(default_factory=dict)
    kept: int = 0
    total: int | None = None  # asked for: everybody within is scaled to it

    def leave_out(self, reason: Message, people: float) -> None:
        """Counts people who were read and are not on the map."""
        if people > 0:
            self.left[reason] = self.left.get(reason, 0.0) + people

    @property
    def within(self) -> float:
        """The people who were read and not left out."""
        return self.read - sum(self.left.values())

    def closed(self) -> Iterator[Message]:
        """The balance in lines; BalanceError if it does not close."""
        expected = self.within if self.total is None else self.total
        if abs(expected - self.kept) > ROUNDING + SLIP * self.read:
            raise BalanceError(
                f"{self.read} people read, {self.left} left out, {self.total} asked for, "
                f"but {self.kept} kept"
            )
        yield Message(
            "people: {read:,.0f} read, {left:,.0f} left out, {kept:,} kept",
            read=self.read,
            left=sum(self.left.values()),
            kept=self.kept,
        )
        for reason, people in self.left.items():
            yield Message(reason.text, people=people)
        if self.total is not None:
            yield Message(
                "scaled by --total-people from {within:,.0f} to {total:,}",
                within=self.within,
                total=self.total,
            )


class GroundBalance(NamedTuple):
    """The zones' area, that of their union, and what several of them had claimed, in m²."""

    zones: float
    union: float
    overlaps: float

    def closed(self) -> Message:
        """The balance in a line; BalanceError if zones overlap still."""
        if abs(self.zones - self.union) > SLIVERS * self.union + 1.0:
            raise BalanceError(f"zones of {self.zones} m² together cover {self.union} m²")
        if self.overlaps < SAID_M2:
            return Message(
                "ground: {union:,.1f} km² in zones, none of it in two of them",
                union=self.union / 1e6,
            )
        return Message(
            "ground: {union:,.1f} km² in zones; {overlaps:,.2f} km² of it were in two or more of "
            "them and belong to the smaller one",
            union=self.union / 1e6,
            overlaps=self.overlaps / 1e6,
        )
