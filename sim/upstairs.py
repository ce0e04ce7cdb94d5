"""The one door upward of the house, for notebooks: a value shows itself in words and figures.

Words, figures and reports stand above answers and scenarios, which know nothing of them. What shows
itself in a notebook opens their rooms here, by name; the import linter does not see it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def opened(room: str, name: str) -> Any:
    """Something of a room on a floor above, like `page_of` of `sim.words`."""
    return getattr(import_module(room), name)


def language(code: str) -> Any:
    """The language of a code, in which something is to be said."""
    return opened("sim.words.language", "language")(code if isinstance(code, str) else repr(code))
