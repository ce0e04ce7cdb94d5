"""An answer drawn: `drawings(answer, say, size)` are its figures, at their printed width.

The figures of an answer stand in the room of its name, which is opened when it is first needed:
those of `sim/answers/ranking.py` in `sim/figures/ranking.py`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sim.figures.comparison import forest
from sim.figures.inputs import inputs_map
from sim.figures.response_curve import response_cdf
from sim.figures.style import save
from sim.figures.township_map import township_map
from sim.figures.why_late import why_late

if TYPE_CHECKING:
    from sim.answers.answer import Answer
    from sim.figures.drawing import Drawings
    from sim.words.language import Language

__all__ = [
    "drawings", "forest", "inputs_map", "response_cdf", "save", "township_map", "why_late",
]  # fmt: skip


def drawings(answer: Answer, say: Language, size: str = "screen") -> Drawings:
    """The figures of an answer by the names of their files, the main one first; not drawn yet."""
    from sim.figures import drawing

    import_module(f"sim.figures.{answer.room()}")
    return drawing.drawings(answer, say, size)
