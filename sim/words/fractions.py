"""A share as a planner says it, "two thirds", and numbers rounded so that they add up."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.text import Message
from sim.words.language import Language

ALMOST_ALL: Final = 0.95
CLOSE: Final = 0.02  # a share further than this from every fraction is said in percent
FRACTIONS: Final = (
    (9 / 10, Message("nine in ten")),
    (8 / 10, Message("four fifths")),
    (3 / 4, Message("three quarters")),
    (2 / 3, Message("two thirds")),
    (6 / 10, Message("three fifths")),
    (1 / 2, Message("half")),
    (4 / 10, Message("two fifths")),
    (1 / 3, Message("a third")),
    (1 / 4, Message("a quarter")),
    (2 / 10, Message("a fifth")),
    (1 / 10, Message("a tenth")),
)


def fraction(share: float, say: Language) -> str:
    """The nearest fraction in words, or nothing where none is close."""
    if share >= 1:
        return say(Message("all"))
    if share >= ALMOST_ALL:
        return say("almost all")
    value, text = min(FRACTIONS, key=lambda entry: abs(entry[0] - share))
    return say(text) if abs(value - share) <= CLOSE else ""


def in_words(share: float, say: Language) -> str:
    """A fraction in words where one is close, else whole percent."""
    return fraction(share, say) or percent(share, 0, say)


def percent(share: float, digits: int, say: Language) -> str:
    """66.1 %, as it stands within a sentence; Chinese sets no blank before the sign there."""
    return say("{percent} %", percent=f"{100 * share:.{digits}f}")


def adding_up(values: np.ndarray, digits: int) -> np.ndarray:
    """Each rounded up or down so that they add up to their rounded sum, nearest first."""
    scaled = np.asarray(values, float) * 10**digits
    low = np.floor(scaled + 1e-9)
    short = round(float(scaled.sum())) - int(low.sum())
    up = np.argsort(low - scaled, kind="stable")[:short]
    low[up] += 1
    return low / 10**digits
