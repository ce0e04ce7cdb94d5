"""A setting explained: its meaning, how it is written, its default and where that is from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.scenario import reference
from sim.scenario.differences import leaves
from sim.words import differences
from sim.words.glossary import has_word
from sim.words.language import Language, available, language

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def every(scenario: Scenario, say: Language) -> list[tuple[str, str]]:
    """All settings of a scenario: the path of each, and its value as it is read."""
    found = leaves(scenario.settings)
    return [(path, differences.value(path, value, say)) for path, value in found]


def explain(term: str, says: Sequence[Language] | None = None) -> str:
    """The settings of a dotted path, a name or a chapter, in some languages; without them in all.

    Empty if there is no such setting.
    """
    says = says or [language(code) for code in available()]
    return "\n\n".join(
        "\n".join([entry.path, *(f"  {_paragraph(entry, say)}" for say in says)])
        for entry in reference.explain_setting(term)
    )


def speaking_of(term: str, says: Sequence[Language] | None = None) -> list[str]:
    """The settings whose meaning speaks of something, with that meaning alone."""
    every = [language(code) for code in available()]
    return [
        "\n".join([entry.path, *(f"  {say(entry.meaning)}" for say in says or every)])
        for entry in reference.entries()
        if any(has_word(say(entry.meaning), term) for say in every)
    ]


def _paragraph(entry: reference.Entry, say: Language) -> str:
    return "\n  ".join(say(text) for text in entry.texts())
