"""A share as a planner says it, "two thirds" or 三分之二, and numbers rounded to add up."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.words.phrases import pick

ALMOST_ALL: Final = 0.95
CLOSE: Final = 0.02  # a share further than this from every fraction is said in percent
FRACTIONS: Final = (
    (9 / 10, "nine in ten", "九成"),
    (8 / 10, "four fifths", "八成"),
    (3 / 4, "three quarters", "四分之三"),
    (2 / 3, "two thirds", "三分之二"),
    (6 / 10, "three fifths", "六成"),
    (1 / 2, "half", "一半"),
    (4 / 10, "two fifths", "四成"),
    (1 / 3, "a third", "三分之一"),
    (1 / 4, "a quarter", "四分之一"),
    (2 / 10, "a fifth", "两成"),
    (1 / 10, "a tenth", "一成"),
)


def fraction(share: float, lang: str) -> str:
    """The nearest fraction in words, or nothing where none is close."""
    if share >= 1:
        return pick(lang, "all", "全部")
    if share >= ALMOST_ALL:
        return pick(lang, "almost all", "几乎全部")
    value, en, zh = min(FRACTIONS, key=lambda one: abs(one[0] - share))
    return pick(lang, en, zh) if abs(value - share) <= CLOSE else ""


def said(share: float, lang: str) -> str:
    """A fraction in words where one is close, else whole percent."""
    return fraction(share, lang) or f"{100 * share:.0f}" + pick(lang, " %", "%")


def adding_up(values: np.ndarray, digits: int) -> np.ndarray:
    """Each rounded up or down so that they add up to their rounded sum, nearest first."""
    scaled = np.asarray(values, float) * 10**digits
    low = np.floor(scaled + 1e-9)
    short = round(float(scaled.sum())) - int(low.sum())
    up = np.argsort(low - scaled, kind="stable")[:short]
    low[up] += 1
    return low / 10**digits
