"""The targets: how soon an ambulance should be there."""

from __future__ import annotations

from typing import Annotated

from sim.scenario.values import Setting, Share, ShortText, Target, default, number

Constant = Annotated[float, *number(-10, 10)]
Slope = Annotated[float, *number(0, 5)]


class Survival(Setting):
    """A curve of survival by response time.

    It judges response times and changes none. Curves are of patients whose collapse was seen, often
    of those who could be defibrillated, and from other countries: compare layouts by it, do not
    foretell lives. With first responders, that of Waalewijn, de Vos, Tijssen and Koster 2001
    (Resuscitation 51:113-122) is `{constant: 0.04, help: 0.16, ambulance: 0.14}`."""

    priority: ShortText | None = None
    """The priority of calls that it is told of; without it the most urgent."""
    constant: Constant = 0.679
    """What survival begins with: the chance after no minute is 1 / (1 + exp(constant)).

    Source: De Maio, Stiell, Wells and Spaite 2003, Annals of Emergency Medicine 42:242-250, in the
    form in which models of locations use it (Erkut, Ingolfsson and Erdoğan 2008, Naval Research
    Logistics 55:42-58)."""
    help: Slope = 0.0
    """By how much each minute until the first help counts, of a first responder or an ambulance.

    Source: as the constant; that curve knows the ambulance only."""
    ambulance: Slope = 0.262
    """By how much each minute until the first ambulance counts.

    Source: as the constant."""


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
    survival: Survival | None = None
    """The chance to survive a cardiac arrest by response time,
    1 / (1 + exp(constant + help × minutes + ambulance × minutes)); without it survival is no
    measure. `survival: {}` takes the curve of the defaults below."""
