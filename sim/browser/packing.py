"""Roads and drives as few bytes: whole numbers of one to a few bytes each, then gzip, then base64.

A page unpacks them with `DecompressionStream`. Places are in 1e-5 degrees from the south-west
corner of what is shown, instants in whole seconds after the day's midnight, shares of a road in
1/4096. Signs are folded in (zig-zag): 0, -1, 1, -2 are 0, 1, 2, 3.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

DEGREES: Final = 100_000  # to a degree
SHARES: Final = 4096  # to a road
# The first number of a stretch. Whole roads that are no surprise have the first.
AS_BEFORE, PART, STRAIGHT, ROADS = 0, 1, 2, 3


def packed(data: bytes) -> str:
    """Bytes as text that a page unpacks."""
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode("ascii")


def varints(numbers: Iterable[int]) -> bytes:
    """Whole numbers from 0 on, seven bits a byte, the lowest first; the eighth: more follow."""
    found = bytearray()
    for number in numbers:
        while number > 127:
            found.append(number & 127 | 128)
            number >>= 7
        found.append(number)
    return bytes(found)


def zigzag(number: int) -> int:
    """A whole number as one from 0 on."""
    return 2 * number if number >= 0 else -2 * number - 1


def lines(courses: Sequence[np.ndarray], ranks: Sequence[int]) -> bytes:
    """Courses of roads, [point, 2] whole numbers each, and how important each road is, 0 to 3.

    Of each road first 4 × (its points − 2) + its rank, then its points, each from the last one.
    """
    numbers, x, y = [len(courses)], 0, 0
    for course, rank in zip(courses, ranks, strict=True):
        numbers.append(4 * (len(course) - 2) + rank)
        for to_x, to_y in course.tolist():
            numbers += [zigzag(to_x - x), zigzag(to_y - y)]
            x, y = to_x, to_y
    return varints(numbers)


class DriveWriter:
    """The drives of one layout as numbers, one after the other.

    Who drives a road mostly goes on as the last one did, and takes as long: so of a whole road only
    what differs is written. A stretch is one of

        AS_BEFORE                          the road that last came after this one
        PART, road, from, to               a part of a road
        STRAIGHT, x, y                     straight to a point
        ROADS + 2 × road + (1 if back)     a whole road

    and the seconds that it takes; of a whole road less those it took the last time.
    """

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self._after: dict[int, int] = {}  # whole road and direction → the next one
        self._took: dict[int, int] = {}
        self._last, self._now = -1, 0

    def ambulance(self, drives: int) -> None:
        """The next ambulance has so many drives."""
        self.numbers.append(drives)
        self._now = 0

    def drive(self, began_at: int, stretches: int) -> None:
        """A drive begins, in seconds after midnight."""
        self.numbers += [zigzag(began_at - self._now), stretches]
        self._now, self._last = began_at, -1

    def whole(self, road: int, back: bool, until: int) -> None:
        """A road from end to end."""
        way = 2 * road + back
        known = self._after.get(self._last) == way
        self.numbers.append(AS_BEFORE if known else ROADS + way)
        took = until - self._now
        self.numbers.append(zigzag(took - self._took.get(way, 0)))
        self._after[self._last], self._took[way] = way, took
        self._last, self._now = way, until

    def part(self, road: int, start: int, end: int, until: int) -> None:
        """A part of a road, from share to share."""
        self.numbers += [PART, road, start, end, until - self._now]
        self._now = until

    def straight(self, x: int, y: int, until: int) -> None:
        """Straight to a point."""
        self.numbers += [STRAIGHT, zigzag(x), zigzag(y), until - self._now]
        self._now = until
