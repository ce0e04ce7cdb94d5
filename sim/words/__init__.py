"""An answer said: `page_of(answer, say)` is the page that a planner reads, in her language.

The words of an answer stand in the room of its name, which is opened when it is first needed:
those of `sim/answers/ranking.py` in `sim/words/ranking.py`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.answers.answer import Answer
    from sim.words.language import Language
    from sim.words.page import Page

__all__ = ["page_of"]


def page_of(answer: Answer, say: Language) -> Page:
    """What an answer says: tables, notes and the sentence for the minutes."""
    from sim.words.page import page

    import_module(f"sim.words.{answer.room()}")
    return page(answer, say)
