"""What a layout costs, said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sim.text import Message
from sim.words.language import Language

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def unit(layout: Scenario) -> str:
    """CNY per year, as the scenario writes it; nothing if it gives no costs."""
    costs = layout.settings.costs
    return "" if costs is None else costs.ambulance.unit


def amount(value: float, layout: Scenario, say: Language, *, sign: bool = False) -> str:
    """+750,000 CNY per year"""
    text = (f"{value:+,.0f}" if sign else f"{value:,.0f}").replace("-", "−")
    return say("{amount} {unit}", amount=text, unit=unit(layout))


def axis(largest: float, layout: Scenario, say: Language) -> tuple[int, str]:
    """The power of ten in which an axis counts costs up to `largest`, and what it is called."""
    powers = [int(power) for power in re.findall(r"\d+", say("3 6 9"))]
    power = max((p for p in powers if largest >= max(1e4, 10**p)), default=0)
    return power, say(AXIS[power], unit=unit(layout))


# "3 6 9" above: the powers of ten that a language has a word for. Chinese counts in 4 and 8.
AXIS: Final = {
    0: Message("cost ({unit})"),
    3: Message("cost (thousand {unit})"),
    4: Message("cost (ten thousand {unit})"),
    6: Message("cost (million {unit})"),
    8: Message("cost (hundred million {unit})"),
    9: Message("cost (billion {unit})"),
}
