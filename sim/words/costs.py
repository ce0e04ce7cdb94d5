"""What a layout costs, said."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
