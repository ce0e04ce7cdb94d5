"""Durations: how long each stage of a run takes."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from sim.scenario.distributions import AnyDistribution
from sim.scenario.values import Setting, ShortText, StationShare, default


def _utrecht(median: str, sigma: float, shift: str) -> dict[str, Any]:
    """A fit of Utrecht's runs of 2021–22 by Dieleman and Jagtenberg (ELASPY)."""
    fit = {"median": median, "sigma": sigma, "shift": shift}
    return {"distribution": "lognormal", **fit, "min": "0 min", "max": "88 min"}


class Durations(Setting):
    """How long each stage of a run takes, but for driving."""

    call_taking: AnyDistribution = default({"distribution": "constant", "value": "50 s"})
    """From the receipt of a call until an ambulance can be sent.

    Source: the Auckland model of JEMSS; Edmonton 40 s, Utrecht 3 min."""
    turnout: AnyDistribution = default(
        {"distribution": "lognormal", "median": "76 s", "sigma": 0.4214}
    )
    """From the order to an ambulance at its station until its wheels roll.

    Source: measured is the mean, 83.4 s over 2,548,503 alarms of ambulances (RTW) of the Berlin
    Fire Brigade in 2018–2026 (BF-Open-Data, CC BY 4.0). How it varies from call to call is not
    published: sigma is assumed, and with it a median of 76 s has a mean of 83 s. From the norm
    "turnout within 3 minutes for 95 %" (国卫医发〔2020〕19号) follows a median of 1.5 min with the
    same sigma: write it in a scenario where it is wanted. A norm is not what is done: in Chongqing
    in 2021 33 % left later."""
    turnout_at: dict[ShortText, StationShare] = Field(default_factory=dict, max_length=2_000)
    """By station, how long its turnouts are against `turnout`: of whoever waits there, wherever it
    is at home. Stations that are not named have 100 %; one that changes have closed may be named.
    Standby points have a `turnout` of their own. It holds for recorded turnouts, too."""
    on_scene: AnyDistribution = default(_utrecht("37 min", 0.38, "-10.01 min"))
    """From arrival at the scene until the ambulance leaves it, with or without a patient.

    Source: Utrecht 2021–22, the fit of Dieleman and Jagtenberg (ELASPY); its mean is 29.4 min."""
    handover: AnyDistribution = default(_utrecht("35.89 min", 0.39, "-8.25 min"))
    """From arrival at the hospital until the ambulance is free again.

    Source: Utrecht 2021–22, the fit of Dieleman and Jagtenberg (ELASPY); its mean is 30.1 min."""
