"""Durations and rates said: 12 min; 14.7 per 1000 people a year."""

from __future__ import annotations

from typing import Final

from sim.text import Message
from sim.units import Rate
from sim.words.language import Language

UNITS: Final = (  # seconds
    (86_400, Message("{n} days")),
    (3600, Message("{n} h")),
    (60, Message("{n} min")),
    (1, Message("{n} s")),
)


def duration(seconds: float, say: Language) -> str:
    """12 min; 50 s; 28 days: in minutes unless they are too few, or hours or days are whole."""
    for unit, text in UNITS:
        whole = unit >= 3600 and seconds >= 2 * unit and seconds % unit == 0
        if whole or (unit == 60 and seconds >= 60) or unit == 1:
            return say(text, n=f"{round(seconds / unit, 2):g}")
    raise AssertionError("the last unit takes all")


YEAR_S = 31_557_600.0


def rate(value: Rate, say: Language) -> str:
    """14.7 per 1000 people a year; 36 a day"""
    if value.per_person:
        a_year = value.per_second * YEAR_S * 1000
        return say("{n} per 1000 people a year", n=f"{a_year:.4g}")
    return say("{n} a day", n=f"{value.per_second * 86_400:.4g}")
