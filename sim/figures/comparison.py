"""What a layout does, or a change of it would bring, drawn: maps, curves, differences."""

from __future__ import annotations

from functools import partial

from sim.answers.comparison import Comparison, map_name
from sim.figures import forest, response_curve, township_map
from sim.figures.drawing import Drawings, drawings
from sim.words.language import Language


@drawings.register
def _(comparison: Comparison, say: Language, size: str) -> Drawings:
    figures: Drawings = {
        map_name(row): partial(township_map.draw, comparison, row, say, size)
        for row in range(len(comparison.layouts))
    }
    figures["cdf"] = lambda: response_curve.draw(comparison, say, size)
    if comparison.proposals:
        figures["forest"] = lambda: forest.draw(comparison, say, size)
    return figures
