"""How tracks of steps are drawn, and what the panels of a curve are drawn from."""

from __future__ import annotations

from typing import Final, NamedTuple

from matplotlib.figure import Figure

from sim.answers.curve import Curve
from sim.answers.search import Step
from sim.figures import intervals, lettering, style
from sim.measures.intervals import Estimate
from sim.measures.kinds import Measure
from sim.measures.measures import BY_KEY
from sim.words import options
from sim.words.language import Language

APART: Final = 6.0  # from point to point, where their names still fit between them


class Look(NamedTuple):
    """How a track is drawn, without colour alone."""

    colour: str
    marker: str
    dashes: str | tuple[int, tuple[int, ...]]
    hatch: str


LOOKS: Final = {
    "stations": Look(style.BLUE, "s", "-", ""),
    "ambulances": Look(style.ORANGE, "o", (0, (5, 2)), "////"),
    "fleet": Look("#009E73", "D", (0, (1, 2)), ".."),
}


class Panel(NamedTuple):
    """What both panels of a curve are drawn from."""

    curve: Curve
    say: Language
    size: float
    many: int  # steps of the longest track
    pitch: float  # points from one step to the next

    @property
    def measure(self) -> Measure:
        return BY_KEY[self.curve.by]

    def tracks(self) -> list[tuple[str, tuple[Step, ...]]]:
        """Tracks that add something, in their order."""
        every = self.curve.tracks
        return [(key, every[key]) for key in ("stations", "ambulances") if every.get(key)]

    def value(self, step: Step) -> Estimate:
        """The measure after a step, as the axis counts."""
        return intervals.scaled(self.measure, step.values[self.curve.by])

    def now(self) -> Estimate:
        return intervals.scaled(self.measure, self.curve.now[self.curve.by])

    @property
    def named_at_points(self) -> bool:
        """Whether names stand beside the points; else they stand under the bars."""
        return self.pitch >= APART * self.size

    def small(self) -> float:
        """The size of names under the bars."""
        return min(0.85 * self.size, 0.42 * self.pitch)

    def names_under(self, fig: Figure) -> float:
        """How high the names under the bars are, in units of the body type."""
        names = [
            options.what(step.option, self.say) for _, steps in self.tracks() for step in steps
        ]
        widest = max((lettering.width(fig, name, self.small()) for name in names), default=0.0)
        return (widest + 0.6 * self.size) / self.size
