"""One function per figure; each returns a matplotlib Figure drawn at its printed width."""

from sim.outputs.plots.forest import forest
from sim.outputs.plots.inputs_map import inputs_map
from sim.outputs.plots.response_cdf import response_cdf
from sim.outputs.plots.style import save
from sim.outputs.plots.township_map import township_map
from sim.outputs.plots.why_late import why_late

__all__ = ["forest", "inputs_map", "response_cdf", "save", "township_map", "why_late"]
