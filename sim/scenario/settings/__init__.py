"""What may be set in a scenario, a chapter a file: each setting with its meaning and source.

The models are the schema: `scenarios/scenario.schema.json`, the reference in
`docs/scenario-files.md` and `tenthirty explain` are made from them (see `sim.scenario.reference`).
Quantities are written with units and held in SI.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from sim import limits, units
from sim.scenario.settings.costs import Costs
from sim.scenario.settings.demand import DemandSettings, Priority, Rates, Weekly
from sim.scenario.settings.dispatch import DispatchSettings, Divert
from sim.scenario.settings.durations import Durations
from sim.scenario.settings.responders import Responders
from sim.scenario.settings.study import Matter, StudySettings
from sim.scenario.settings.targets import Targets
from sim.scenario.settings.travel import Band, TravelSettings
from sim.scenario.values import Form, Setting, default
from sim.text import Message

__all__ = [
    "Band", "Costs", "DemandSettings", "DispatchSettings", "Divert", "Durations", "Matter",
    "Priority", "Rates", "Responders", "Settings", "StudySettings", "Targets", "TravelSettings",
    "Weekly",
]  # fmt: skip

EARLIEST, LATEST = datetime(1900, 1, 1), datetime(2200, 1, 1)  # what all calendars agree on
_WRITTEN = re.compile(
    r"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?:[T ]\s*([0-9]{1,2}:[0-9]{2})(:[0-9]{2}(?:\.0+)?)?)?(.*)"
)


def _start(value: object) -> datetime:
    """A day, or a minute or second of it; no number, which might be seconds since 1970."""
    if isinstance(value, datetime):
        found, zone = value.replace(tzinfo=None), value.tzinfo is not None
    else:
        match = _WRITTEN.fullmatch(units.usual(value)) if isinstance(value, str) else None
        rest = match[4].strip() if match else "?"
        zone = match is not None and re.fullmatch(r"Z|UTC|[+-][0-9:]{2,6}", rest) is not None
        if match is None or (rest and not zone):
            raise ValueError(Message(DATES, found=units.shown(value)))
        second = (match[3] or ":00").partition(".")[0]
        try:
            found = datetime.strptime(
                f"{match[1]} {match[2] or '0:00'}{second}", "%Y-%m-%d %H:%M:%S"
            )
        except ValueError:
            raise ValueError(Message(DATES, found=units.shown(value))) from None
    if zone:
        raise ValueError(Message("write local time, without a time zone"))
    if not EARLIEST <= found <= LATEST:
        least, most = EARLIEST.year, LATEST.year
        raise ValueError(
            Message(
                "write a date from {least} to {most}; found {found}",
                least=least, most=most, found=units.shown(value),
            )
        )  # fmt: skip
    return found


DATES = Message("write a date and time like 2025-01-06 00:00; found {found}")
LocalTime = Annotated[
    datetime,
    BeforeValidator(_start),
    Form(Message("a local date and time"), "2025-01-06 00:00", "1900", "2200"),
]


class Settings(Setting):
    """All of a scenario but its layout."""

    start: LocalTime = default("2025-01-06 00:00")
    """When the warm-up begins, in local time.

    Source: any Monday will do."""
    targets: Targets = Field(default_factory=Targets)
    """How soon an ambulance should be there."""
    demand: DemandSettings = Field(default_factory=DemandSettings)
    """When, where and how urgently people call."""
    durations: Durations = Field(default_factory=Durations)
    """How long each stage of a run takes."""
    travel: TravelSettings = Field(default_factory=TravelSettings)
    """How fast ambulances drive."""
    dispatch: DispatchSettings = Field(default_factory=DispatchSettings)
    """Who is sent, and who may be sent elsewhere."""
    responders: tuple[Responders, ...] = Field((), max_length=limits.GROUPS)
    """Groups of first responders, like village clinics: who may be there before the ambulance."""
    study: StudySettings = Field(default_factory=StudySettings)
    """How long is simulated, and how often."""
    costs: Costs | None = None
    """What a layout costs; without it no costs are printed."""
