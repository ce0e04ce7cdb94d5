"""Which of all combinations are tried every time; the others are for a thorough run."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import pytest


def sampled(*axes: Iterable) -> list:
    """Every combination of the axes; thorough, unless it is of those that have each value in turn.

    As many are tried every time as the longest axis has values: each value of each axis is in some.
    """
    axes = [list(axis) for axis in axes]
    longest = max(map(len, axes))
    in_turn = {tuple(row % len(axis) for axis in axes) for row in range(longest)}
    found = []
    for place in product(*(range(len(axis)) for axis in axes)):
        marks = () if place in in_turn else pytest.mark.thorough
        values = [axis[row] for axis, row in zip(axes, place, strict=True)]
        found.append(pytest.param(*values, marks=marks))
    return found
