"""One function per figure; each returns a matplotlib Figure drawn at its printed width."""

from sim.figures.comparison import forest
from sim.figures.inputs import inputs_map
from sim.figures.response_curve import response_cdf
from sim.figures.style import save
from sim.figures.township_map import township_map
from sim.figures.why_late import why_late

__all__ = ["forest", "inputs_map", "response_cdf", "save", "township_map", "why_late"]
