"""Costs: what a layout costs, where a planner says so."""

from __future__ import annotations

from pydantic import Field, model_validator

from sim.scenario.settings.crews import MOST_CLASSES
from sim.scenario.values import Cost, Setting, ShortText
from sim.text import Message, Name
from sim.units import Amount


class Costs(Setting):
    """What a layout costs, in one currency and period. None is assumed: costs differ too much."""

    station: Cost
    """What each station that is open costs."""
    substation: Cost
    """What each sub-station that is open costs."""
    ambulance: Cost
    """What each ambulance costs round the clock, crew included; part-time ones by their hours."""
    by_class: dict[ShortText, Cost] = Field({}, max_length=MOST_CLASSES)
    """What an ambulance of a class costs instead, by its name in `crews.classes`."""

    @model_validator(mode="after")
    def _one_unit(self) -> Costs:
        found = {cost.unit for cost in self._all()}
        if len(found) > 1:
            raise ValueError(
                Message(
                    "write all costs in one unit; found {units}", units=", ".join(sorted(found))
                )
            )
        return self

    def _all(self) -> list[Amount]:
        return [self.station, self.substation, self.ambulance, *self.by_class.values()]

    def of_class(self, names: Name) -> Amount:
        """What an ambulance of a class of these names costs round the clock."""
        known = {name.casefold(): cost for name, cost in self.by_class.items()}
        for name in names:
            if name.casefold() in known:
                return known[name.casefold()]
        return self.ambulance
