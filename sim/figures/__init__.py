"""An answer drawn: `drawings(answer, say, size)` are its figures, at their printed width.

The figures of an answer stand in the room of its name, which is opened when it is first needed:
those of `sim/answers/ranking.py` in `sim/figures/ranking.py`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sim.figures import fonts
from sim.figures.inputs import inputs_map
from sim.figures.style import save
from sim.figures.week import week_figure

if TYPE_CHECKING:
    from sim.answers.answer import Answer
    from sim.figures.drawing import Drawings
    from sim.words.language import Language

__all__ = ["drawings", "inputs_map", "save", "week_figure"]


def drawings(answer: Answer, say: Language, size: str = "screen") -> Drawings:
    """The figures of an answer by the names of their files, the main one first; not drawn yet.

    In English where no font has the letters of the reader's language.
    """
    from sim.figures import drawing

    import_module(f"sim.figures.{answer.room()}")
    return drawing.drawings(answer, fonts.drawable(say), size)
