"""The figures of a comparison by name, for notebooks: maps, curves, differences, load."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.answers.map_names import difference_name, load_name, map_name
from sim.errors import OptionError
from sim.study import arguments
from sim.text import Message

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.scenario.scenario import Scenario

NO_PROPOSAL: Final = Message("there is no proposal to draw: compare two layouts")


class ComparisonFigures:
    """What comparisons have besides: a name for each kind of their figures."""

    layouts: Sequence[Scenario]

    @property
    def proposals(self) -> range:
        """As of any comparison."""
        raise NotImplementedError

    def figure(
        self,
        lang: str = "en",
        size: str = "screen",
        name: str | None = None,
        ax: Any = None,
    ) -> Figure:
        """As of any answer."""
        raise NotImplementedError

    def map(
        self,
        lang: str = "en",
        layout: int | None = None,
        size: str = "screen",
        what: str = "p90",
        ax: Any = None,
    ) -> Figure:
        """The townships by the minutes within which nine of ten calls are reached.

        `what="difference"`: by how many more calls of a hundred are reached in time under a
        proposal; `what="minutes"`: by how much sooner. `layout`: 0 for the base, which is the
        usual one, or the number of a proposal; of differences the first proposal is the usual one.
        `ax`: as of `figure`. OptionError for another `what`, or if there is no such proposal.
        """
        keys = {"difference": "within", "minutes": "mean"}
        arguments.one_of("what", what, ["p90", *keys])
        if layout is not None:
            arguments.whole("layout", layout, 0, len(self.layouts) - 1)
        if what == "p90":
            return self.figure(lang, size, map_name(layout or 0), ax)
        number = 1 if layout is None else layout
        if number not in self.proposals:
            raise OptionError("map", NO_PROPOSAL)
        return self.figure(lang, size, difference_name(number, keys[what]), ax)

    def cdf(self, lang: str = "en", size: str = "screen", ax: Any = None) -> Figure:
        """Response times, urban and rural, against their targets. `ax`: one for each of these."""
        return self.figure(lang, size, "cdf", ax)

    def forest(self, lang: str = "en", size: str = "screen") -> Figure:
        """Every proposal's differences from the base, with intervals and verdicts."""
        if len(self.layouts) == 1:
            raise OptionError("forest", NO_PROPOSAL)
        return self.figure(lang, size, "forest")

    def load(self, lang: str = "en", size: str = "screen", layout: int = 0) -> Figure:
        """How busy a layout's ambulances are, by hour of the week and each; 0 is the base."""
        arguments.whole("layout", layout, 0, len(self.layouts) - 1)
        return self.figure(lang, size, load_name(layout))
