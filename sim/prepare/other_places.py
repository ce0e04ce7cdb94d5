"""Places that were as likely to call as a call's own: the dispatcher is asked about them, too."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class OtherPlaces(NamedTuple):
    """Which places are asked about besides a call's own, by one quantile a call.

    They change where the quantile passes the edge of a place within its part of the area: there is
    a row for all quantiles between two of these edges.
    """

    cuts: np.ndarray  # [row] area + the quantile from which on these are asked about
    places: np.ndarray  # [row, other] int32
    townships: np.ndarray  # [row, other] int32

    def row(self, area: np.ndarray, q: np.ndarray) -> np.ndarray:
        """[call] its row in the tables."""
        return np.searchsorted(self.cuts, area + q, side="right") - 1


def other_places(
    many: int,
    places_of: tuple[np.ndarray, ...],
    weights: tuple[np.ndarray, ...],
    along: tuple[np.ndarray, ...],
    township_of_place: np.ndarray,
) -> OtherPlaces:
    """Places that were as likely to call as the call's own, spread over its area.

    With neighbours side by side, the area is cut into as many parts of equal weight as there are
    others, and each part gives the place at the call's quantile of it: so each of the places is
    drawn as the call's own was, and together they cover the area.
    """
    cuts, chosen = [], []
    for area, places in enumerate(places_of):
        if not (many and len(places)):
            cuts.append(np.array([float(area)]))
            chosen.append(np.zeros((1, many), np.int32))
            continue
        side_by_side = along[area]
        height = np.asarray(weights[area], float)[side_by_side]
        upto = np.cumsum(height if height.any() else np.ones(len(height)))
        upto /= upto[-1]
        inner = upto[upto < 1]  # the last that has a share reaches to the end
        cut = np.unique(np.concatenate([[0.0], (inner * many) % 1.0]))
        middle = (cut + np.append(cut[1:], 1.0)) / 2  # between two cuts nothing changes
        at = (np.arange(many) + middle[:, None]) / many
        rows = np.searchsorted(inner, at, side="right")
        cuts.append(area + cut)
        chosen.append(places[side_by_side].astype(np.int32)[rows])
    table = np.concatenate(chosen)
    return OtherPlaces(np.concatenate(cuts), table, township_of_place.astype(np.int32)[table])
