"""A setting explained: its meaning, how it is written, its default and where that is from."""

from __future__ import annotations

from collections.abc import Sequence

from sim.scenario import reference
from sim.words.language import Language, available, language


def explain(term: str, says: Sequence[Language] | None = None) -> str:
    """The settings of a dotted path, a name or a chapter, in some languages; without them in all.

    Empty if there is no such setting.
    """
    says = says or [language(code) for code in available()]
    return "\n\n".join(
        "\n".join([entry.path, *(f"  {_paragraph(entry, say)}" for say in says)])
        for entry in reference.explain_setting(term)
    )


def _paragraph(entry: reference.Entry, say: Language) -> str:
    return "\n  ".join(say(text) for text in entry.texts())
