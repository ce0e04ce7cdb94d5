"""The targets: how soon an ambulance should be there."""

from __future__ import annotations

from pydantic import field_validator

from sim.scenario.values import Seconds, Setting, Share, default
from sim.text import Message


class Targets(Setting):
    """How soon an ambulance should be with the patient. Thresholds are inclusive (≤)."""

    urban: Seconds = default("10 min")
    """The target in the city core, from the receipt of the call to arrival at the scene; a call
    that takes exactly so long is in time.

    Source: the 1030 rule of Liling's emergency alliance, April 2023."""
    rural: Seconds = default("30 min")
    """The target in the countryside, from the receipt of the call to arrival at the scene; a call
    that takes exactly so long is in time.

    Source: the 1030 rule of Liling's emergency alliance, April 2023."""
    share: Share = default("90 %")
    """The share of a township's calls that must be in time for the township to meet its target.

    Source: assumed; 90 % is what NFPA 1710 asks of a fire service."""

    @field_validator("urban", "rural")
    @classmethod
    def _some_time(cls, target: float) -> float:
        if target <= 0:
            raise ValueError(Message("a target is more than nothing: nobody is there at once"))
        return target
