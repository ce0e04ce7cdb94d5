"""The plans of a siting model by what they gain in the simulation."""

from __future__ import annotations

from sim.answers.answer import MAP
from sim.answers.sites import Sites
from sim.figures import plan_maps, ranking
from sim.figures.drawing import Drawings, drawings
from sim.figures.style import Picture
from sim.words import sites as words
from sim.words.language import Language


@drawings.register
def _(sites: Sites, say: Language, size: str) -> Drawings:
    return {
        sites.name: lambda: ranking.draw(words.ranking_of(sites, say), say, size),
        MAP: lambda: draw_map(sites, say, size),
    }


def draw_map(sites: Sites, say: Language, size: str = "screen") -> Picture:
    """The plans side by side in the order of the model, each with what it adds."""
    layouts = [plan.layout for plan in sites.plans[: plan_maps.MOST]]
    titles = [words.map_title(sites, row, say) for row in range(len(layouts))]
    finding = words.map_finding(sites, len(layouts), say)
    return plan_maps.beside(sites.provenance.base, layouts, titles, finding, size, say)
