"""Costs: what a layout costs, where a planner says so."""

from __future__ import annotations

from pydantic import model_validator

from sim.scenario.values import Cost, Setting
from sim.text import Message


class Costs(Setting):
    """What a layout costs, in one currency and period. None is assumed: costs differ too much."""

    station: Cost
    """What each station that is open costs."""
    substation: Cost
    """What each sub-station that is open costs."""
    ambulance: Cost
    """What each ambulance costs round the clock, crew included; part-time ones by their hours."""

    @model_validator(mode="after")
    def _one_unit(self) -> Costs:
        found = {cost.unit for cost in (self.station, self.substation, self.ambulance)}
        if len(found) > 1:
            raise ValueError(
                Message(
                    "write all costs in one unit; found {units}", units=", ".join(sorted(found))
                )
            )
        return self
