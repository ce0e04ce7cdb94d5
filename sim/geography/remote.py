"""People far from any road that an ambulance can leave: how many, and how far."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import shapely

from sim.geography.roads.network import NO_ACCESS
from sim.text import Message

BANDS_M: Final = (1000.0, 2000.0, 5000.0)


class Away(NamedTuple):
    """Metres from where people live to the nearest road, and how many live that far."""

    metres: np.ndarray
    people: np.ndarray

    def beyond(self, metres: float) -> float:
        """The people who live farther than that."""
        return float(self.people[self.metres > metres].sum())

    def quantile(self, share: float) -> float:
        """Metres within which that share of the people live."""
        order = np.argsort(self.metres)
        sums = np.cumsum(self.people[order]) / self.people.sum()
        row = min(int(np.searchsorted(sums, share - 1e-9)), len(order) - 1)
        return float(self.metres[order][row])

    @property
    def most(self) -> float:
        """Metres from the farthest home."""
        return float(self.metres[self.people > 0].max())


def to_roads(
    xy: np.ndarray, people: np.ndarray, lines: np.ndarray, classes: np.ndarray
) -> Away | None:
    """How far from homes at `xy` the roads are that may be left; None if there is none."""
    open_lines = lines[~np.isin(classes, NO_ACCESS)]
    if not len(open_lines) or not people.sum():
        return None
    homes = shapely.points(xy)
    nearest = open_lines[shapely.STRtree(open_lines).nearest(homes)]
    return Away(np.asarray(shapely.distance(homes, nearest)), people)


def sentences(away: Away) -> list[Message]:
    """A sentence on the people far from roads, with how many of them; none where nobody is."""
    one, two, five = (away.beyond(metres) for metres in BANDS_M)
    if not one:
        return []
    return [
        Message(
            "{people:,.0f} people ({share:.1%}) live more than 1 km from a road that may be left, "
            "{two:,.0f} more than 2 km, {five:,.0f} more than 5 km; all live {half:,.0f} m from "
            "one in the median, at most {most:,.0f} m. The way to them is a guess at the speed of "
            "travel.off_road",
            people=one,
            share=one / away.people.sum(),
            two=two,
            five=five,
            half=away.quantile(0.5),
            most=away.most,
        )
    ]
