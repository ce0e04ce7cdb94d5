"""What a layout does, or a change of it would bring, drawn: maps, curves, differences."""

from __future__ import annotations

from functools import partial

from sim.answers.comparison import Comparison
from sim.answers.map_names import DIFFERENCES, difference_name, load_name, map_name
from sim.figures import difference_map, fleet_load, forest, response_curve, township_map
from sim.figures.drawing import Drawings, drawings
from sim.words.language import Language


@drawings.register
def _(comparison: Comparison, say: Language, size: str) -> Drawings:
    figures: Drawings = {
        map_name(row): partial(township_map.draw, comparison, row, say, size)
        for row in range(len(comparison.layouts))
    }
    for row in comparison.proposals:
        for key in DIFFERENCES:
            figures[difference_name(row, key)] = partial(
                difference_map.draw, comparison, row, key, say, size
            )
    figures["cdf"] = partial(response_curve.draw, comparison, say, size)
    if comparison.proposals:
        figures["forest"] = lambda: forest.draw(comparison, say, size)
    for row in range(len(comparison.layouts)):
        figures[load_name(row)] = partial(fleet_load.draw, comparison, row, say, size)
    return figures
