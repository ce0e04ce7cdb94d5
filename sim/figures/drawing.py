"""An answer drawn: each kind of answer has its figures in the room of its name.

`drawings(answer, say, size)` gives them by the names of their files, the main one first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

from sim.figures.style import Picture
from sim.words.language import Language

Drawings = dict[str, Callable[[], Picture]]  # by name of the file; each is drawn when it is asked


@singledispatch
def drawings(answer: Any, say: Language, size: str) -> Drawings:
    """The figures of an answer. Each kind of answer has its own, in the room of its name."""
    raise NotImplementedError(f"no figure for {type(answer).__name__}")
