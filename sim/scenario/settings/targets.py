"""The targets: how soon an ambulance should be there."""

from __future__ import annotations

from sim.scenario.values import Setting, Share, Target, default


class Targets(Setting):
    """How soon an ambulance should be with the patient. Thresholds are inclusive (≤)."""

    urban: Target = default("10 min")
    """The target in the city core, from the receipt of the call to arrival at the scene; a call
    that takes exactly so long is in time.

    Source: the 1030 rule of Liling's emergency alliance, April 2023."""
    rural: Target = default("30 min")
    """The target in the countryside, from the receipt of the call to arrival at the scene; a call
    that takes exactly so long is in time.

    Source: the 1030 rule of Liling's emergency alliance, April 2023."""
    share: Share = default("90 %")
    """The share of a township's calls that must be in time for the township to meet its target.

    Source: assumed; 90 % is what NFPA 1710 asks of a fire service."""
