"""An answer drawn: `drawings(answer, say, size)` are its figures, at their printed width.

The figures of an answer stand in the room of its name, which is opened when it is first needed:
those of `sim/answers/ranking.py` in `sim/figures/ranking.py`.
"""

from __future__ import annotations

from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any

from sim.errors import OptionError
from sim.figures import fonts
from sim.figures.inputs import inputs_map
from sim.figures.style import save
from sim.figures.week import week_figure
from sim.text import Message

if TYPE_CHECKING:
    from sim.answers.answer import Answer
    from sim.figures.drawing import Drawings
    from sim.figures.style import Picture
    from sim.words.language import Language

__all__ = ["drawings", "inputs_map", "on_axes", "save", "week_figure"]


def drawings(answer: Answer, say: Language, size: str = "screen") -> Drawings:
    """The figures of an answer by the names of their files, the main one first; not drawn yet.

    In English where no font has the letters of the reader's language.
    """
    from sim.figures import drawing

    import_module(f"sim.figures.{answer.room()}")
    return drawing.drawings(answer, fonts.drawable(say), size)


def on_axes(found: Drawings, name: str, ax: Any) -> Picture:
    """A figure on axes of a reader's own, who lays out the page. What is returned shows nothing.

    OptionError for a figure of several parts, or what is no axes.
    """
    try:
        signature(found[name]).bind(ax=ax)
    except TypeError:
        possible = [one for one, draw in found.items() if "ax" in signature(draw).parameters]
        message = Message(
            "{name} has several parts and takes a page of its own; on axes go: {possible}",
            name=name,
            possible=", ".join(possible) or "–",
        )
        raise OptionError("ax", message) from None
    return found[name](ax=ax)
