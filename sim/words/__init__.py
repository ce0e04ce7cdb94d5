"""An answer said: `page_of(answer, say)` is the page that a planner reads, in her language.

The words of an answer stand in the room of its name, which is opened when it is first needed:
those of `sim/answers/ranking.py` in `sim/words/ranking.py`.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from sim.answers.answer import Answer, FileTable
    from sim.words.language import Language
    from sim.words.page import Page

__all__ = ["facts_of", "frames_of", "page_of", "tables_of"]


def page_of(answer: Answer, say: Language) -> Page:
    """What an answer says: tables, notes and the sentence for the minutes."""
    from sim.words import differences, records
    from sim.words.page import page

    import_module(f"sim.words.{answer.room()}")
    said = page(answer, say)
    base = answer.provenance.base
    assumed = differences.altered(base, say, differences.MOST)
    spoken = said.sentences
    # Who reads a sentence aloud says what was assumed for it, and what is odd about its calls.
    if assumed:
        spoken = tuple(_assuming(one, assumed, say) for one in spoken)
    for odd in records.briefly(base, say):
        spoken = tuple(say("{sentence} {remark}", sentence=one, remark=odd) for one in spoken)
    return replace(said, sentences=spoken)


def _assuming(sentence: str, settings: str, say: Language) -> str:
    return say(
        "{sentence} Assumed whatever the layout: {settings}.",
        sentence=sentence,
        settings=settings,
    )


def frames_of(answer: Answer) -> dict[str, pd.DataFrame]:
    """What is written as CSV: an answer's frames, the main one with texts in every language."""
    frames = answer.frames()
    if answer.name in frames:
        frames[answer.name] = _frame_of(answer)
    return frames


def tables_of(answer: Answer) -> dict[str, FileTable]:
    """The same as plain rows; pandas is opened for answers that need it only."""
    from sim.answers.answer import FileTable

    tables = answer.tables()
    if tables is not None:
        return tables
    return {
        name: FileTable(list(frame.columns), list(frame.itertuples(index=False, name=None)))
        for name, frame in frames_of(answer).items()
    }


def facts_of(answer: Answer) -> dict[str, Any]:
    """What is written as JSON: an answer's facts, the rows with texts in every language."""
    from sim.answers.answer import finite

    facts = answer.facts()
    if "rows" in facts:
        facts["rows"] = finite(_frame_of(answer).to_dict("records"))
    return facts


def _frame_of(answer: Answer) -> pd.DataFrame:
    from sim.words.language import ENGLISH, available, language
    from sim.words.page import frame

    import_module(f"sim.words.{answer.room()}")
    codes = sorted(available(), key=lambda code: (code == ENGLISH, code))
    return frame(answer, [language(code) for code in codes])
