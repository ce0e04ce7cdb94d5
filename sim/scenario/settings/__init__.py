"""What may be set in a scenario, a chapter a file: each setting with its meaning and source.

The models are the schema: `scenarios/scenario.schema.json`, the reference in
`docs/scenario-files.md` and `tenthirty explain` are made from them (see `sim.scenario.reference`).
Quantities are written with units and held in SI.
"""

from __future__ import annotations

from pydantic import Field

from sim import limits
from sim.scenario.dates import LocalTime
from sim.scenario.settings.conditions import Condition
from sim.scenario.settings.costs import Costs
from sim.scenario.settings.crews import CrewClass, CrewSettings
from sim.scenario.settings.demand import DemandSettings, Priority, Rates, Weekly
from sim.scenario.settings.dispatch import DispatchSettings, Divert
from sim.scenario.settings.durations import Durations
from sim.scenario.settings.hospitals import HospitalSettings
from sim.scenario.settings.responders import Responders
from sim.scenario.settings.standby import StandbySettings
from sim.scenario.settings.study import Matter, StudySettings
from sim.scenario.settings.surges import Surge
from sim.scenario.settings.targets import Targets
from sim.scenario.settings.transfers import MOST_TRANSFERS, Transfers
from sim.scenario.settings.travel import Band, TravelSettings
from sim.scenario.values import Setting, default

__all__ = [
    "Band", "Condition", "Costs", "CrewClass", "CrewSettings", "DemandSettings", "DispatchSettings",
    "Divert", "Durations", "HospitalSettings", "Matter", "Priority", "Rates", "Responders",
    "Settings", "StandbySettings", "StudySettings", "Surge", "Targets", "Transfers",
    "TravelSettings", "Weekly",
]  # fmt: skip


class Settings(Setting):
    """All of a scenario but its layout."""

    start: LocalTime = default("2025-01-06 00:00")
    """When the warm-up begins, in local time.

    Source: any Monday will do."""
    targets: Targets = Field(default_factory=Targets)
    """How soon an ambulance should be there."""
    demand: DemandSettings = Field(default_factory=DemandSettings)
    """When, where and how urgently people call."""
    transfers: tuple[Transfers, ...] = Field((), max_length=MOST_TRANSFERS)
    """Patients who are driven from one hospital to another, in addition to all calls."""
    durations: Durations = Field(default_factory=Durations)
    """How long each stage of a run takes."""
    travel: TravelSettings = Field(default_factory=TravelSettings)
    """How fast ambulances drive."""
    dispatch: DispatchSettings = Field(default_factory=DispatchSettings)
    """Who is sent, and who may be sent elsewhere."""
    standby: StandbySettings = Field(default_factory=StandbySettings)
    """Where free ambulances wait."""
    crews: CrewSettings = Field(default_factory=CrewSettings)
    """Classes of ambulance, rosters and breaks of crews, and when vehicles are off the road."""
    hospitals: HospitalSettings = Field(default_factory=HospitalSettings)
    """Where patients are taken, and how full hospitals are."""
    responders: tuple[Responders, ...] = Field((), max_length=limits.GROUPS)
    """Groups of first responders, like village clinics: who may be there before the ambulance."""
    study: StudySettings = Field(default_factory=StudySettings)
    """How long is simulated, and how often."""
    costs: Costs | None = None
    """What a layout costs; without it no costs are printed."""
