"""The plans of a siting model by what they gain in the simulation."""

from __future__ import annotations

from sim.answers.sites import Sites
from sim.figures import ranking
from sim.figures.drawing import Drawings, drawings
from sim.words import sites as words
from sim.words.language import Language


@drawings.register
def _(sites: Sites, say: Language, size: str) -> Drawings:
    return {sites.name: lambda: ranking.draw(words.ranking_of(sites, say), say, size)}
