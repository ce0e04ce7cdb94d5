"""What a layout costs, where the scenario says so, and which layouts nothing cheaper beats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.model.calendar import HOURS_PER_WEEK

if TYPE_CHECKING:
    from sim.scenario.layout import Layout
    from sim.scenario.scenario import Scenario


def layout_cost(layout: Scenario) -> float:
    """The cost of a layout's open stations and its ambulances, in the unit of the scenario.

    Ambulances that are on duty for part of the week count by their hours, at the price of their
    class. nan without costs.
    """
    costs = layout.settings.costs
    if costs is None:
        return float("nan")
    by_kind = {"station": costs.station.value, "substation": costs.substation.value}
    stations = sum(by_kind[station.kind] for station in layout.open_stations())
    total: float = stations
    for kind, of_class in enumerate(layout.crews.classes):
        some = [one.duty.hours_a_week for one in layout.fleet if one.kind == kind]
        if some:
            total += costs.of_class(of_class.names).value * sum(some) / HOURS_PER_WEEK
    return total


def crew_hours(layout: Layout) -> int:
    """How many hours the crews of a layout are on duty in a week without holidays, all together."""
    return sum(one.duty.hours_a_week for one in layout.fleet)


def shares(before: Scenario, layouts: Sequence[Scenario]) -> np.ndarray | None:
    """[layout] by how much its cost differs from that before, as a share of the greatest such.

    Where the scenario gives no costs, or something would cost nothing, crew hours a week stand for
    them. None where all are alike, or some differ in nothing.
    """
    for cost in (layout_cost, crew_hours):
        differs = np.abs(np.array([cost(layout) for layout in layouts], float) - cost(before))
        if len(differs) and np.isfinite(differs).all() and differs.min() > 0:
            found: np.ndarray = differs / differs.max()
            return None if np.allclose(found, 1.0) else found
    return None


def front(cost: Sequence[float], *better: Sequence[float]) -> np.ndarray:
    """[layout] bool: no other layout is as cheap and as good in everything, and better in one.

    `cost`: [layout]. `better`: measures, [layout] each, of which more is better. Of equal layouts
    both are on the front.
    """
    scores = np.column_stack([-np.asarray(cost, float), *(np.asarray(b, float) for b in better)])
    as_good = (scores[:, None] >= scores[None]).all(axis=2)  # [layout, other layout]
    ahead = (scores[:, None] > scores[None]).any(axis=2)
    return np.logical_not((as_good & ahead).any(axis=0))
