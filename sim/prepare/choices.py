"""One of several chosen in proportion to weights, by one quantile a call."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np


class Choices(NamedTuple):
    """What is chosen from in each area, in proportion to weights, by the alias method."""

    first: np.ndarray  # [area] its first row below
    rows: np.ndarray  # [area] how many are its own
    share: np.ndarray  # [row] of the row that it keeps; else its alias is chosen
    alias: np.ndarray  # [row] another row
    chosen: np.ndarray  # [row] what is chosen by it

    def pick(self, area: np.ndarray, q: np.ndarray) -> np.ndarray:
        """[call] one for each quantile."""
        scaled = q * self.rows[area]
        within = scaled.astype(np.int64)  # rounded down; a quantile is always below one
        row = within + self.first[area]
        picked: np.ndarray = self.chosen[
            np.where(scaled - within < self.share[row], row, self.alias[row])
        ]
        return picked


def choices(weights: Sequence[np.ndarray], chosen: Sequence[np.ndarray]) -> Choices:
    """`weights`, `chosen`: by area."""
    rows = [len(some) for some in weights]
    first = np.cumsum([0, *rows[:-1]])
    made = [alias_table(np.asarray(some, float).tobytes()) for some in weights]
    return Choices(
        first,
        np.array(rows),
        np.concatenate([share for share, _ in made]),
        np.concatenate([alias + start for (_, alias), start in zip(made, first, strict=True)]),
        np.concatenate(chosen),
    )


@lru_cache(maxsize=64)
def alias_table(weights: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Walker's alias table, as Vose fills it: each row keeps a share of itself, else its alias.

    Whoever has more than the mean gives to one who has less, so that all columns are equally tall.
    """
    height = np.frombuffer(weights)
    rows = len(height)
    left = (height * (rows / height.sum())).tolist() if height.any() else [1.0] * rows
    share, alias = [1.0] * rows, list(range(rows))
    low = [row for row in range(rows) if left[row] < 1.0]
    high = [row for row in range(rows) if left[row] >= 1.0]
    while low and high:
        poor, rich = low.pop(), high[-1]
        share[poor], alias[poor] = left[poor], rich
        left[rich] -= 1.0 - left[poor]
        if left[rich] < 1.0:
            low.append(high.pop())
    return np.array(share), np.array(alias, int)
