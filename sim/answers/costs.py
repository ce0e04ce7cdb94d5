"""What a layout costs, where the scenario says so, and which layouts nothing cheaper beats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.words.phrases import pick

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def of(layout: Scenario) -> float:
    """Of its open stations and its ambulances, part-time ones by their hours; nan if not known."""
    costs = layout.settings.costs
    if costs is None:
        return float("nan")
    by_kind = {"station": costs.station.value, "substation": costs.substation.value}
    stations = sum(by_kind[station.kind] for station in layout.open_stations())
    hours = sum(ambulance.hours_a_day for ambulance in layout.fleet)
    return stations + costs.ambulance.value * hours / 24


def unit(layout: Scenario) -> str:
    costs = layout.settings.costs
    return "" if costs is None else costs.ambulance.unit


def words(amount: float, layout: Scenario, lang: str, sign: bool = False) -> str:
    """+750,000 CNY per year"""
    text = f"{amount:+,.0f}" if sign else f"{amount:,.0f}"
    return pick(lang, f"{text} {unit(layout)}", f"{text}（{unit(layout)}）").replace("-", "−")


def front(cost: Sequence[float], *better: Sequence[float]) -> np.ndarray:
    """[layout] whether no other layout is as cheap and as good in everything, and better in one.

    `better`: measures of each layout of which more is better. Equal layouts are both on it.
    """
    scores = np.column_stack([-np.asarray(cost, float), *(np.asarray(b, float) for b in better)])
    as_good = (scores[:, None] >= scores[None]).all(axis=2)  # [who, than whom]
    ahead = (scores[:, None] > scores[None]).any(axis=2)
    return np.logical_not((as_good & ahead).any(axis=0))
