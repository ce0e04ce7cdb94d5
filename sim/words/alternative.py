"""A figure in words, for whoever cannot see it: what is drawn, what it shows, of which numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sim.words.language import Language

WIDE: Final = ("\u3002", "\uff01", "\uff1f")  # full stops after which no blank is written
ENDS: Final = (".", "!", "?", "…", *WIDE)


def text(parts: Iterable[str], say: Language) -> str:
    """Sentences one after the other, each with its full stop; empty ones are left out."""
    said = ""
    for part in parts:
        sentence = " ".join(part.split())
        if not sentence:
            continue
        if not sentence.endswith(ENDS):
            sentence = say("{sentence}.", sentence=sentence)
        said += sentence if sentence.endswith(WIDE) else f"{sentence} "
    return said.strip()
