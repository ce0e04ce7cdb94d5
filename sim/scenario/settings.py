"""What may be written in a scenario file: every setting, its default and the default's source.

These models are the schema: `scenarios/scenario.schema.json` is exported from them, and the
reference in `docs/scenario-files.md` follows their order. Quantities are written with units and
held in SI.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from sim import units
from sim.model.calendar import DAY_NAMES, DAYS, HOURS
from sim.scenario.distributions import AnyDistribution, Seconds, quantity

Share = Annotated[float, *quantity(units.share, "90 %", "a share in percent")]
Speed = Annotated[float, *quantity(units.metres_per_second, "40 km/h", "a speed with its unit")]
Rate = Annotated[
    units.Rate,
    *quantity(units.rate, "14.7 per 1000 people per year", "calls per people and time, or time"),
]
Cost = Annotated[
    units.Amount, *quantity(units.amount, "450,000 CNY per year", "an amount over time")
]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Count = Annotated[int, Field(ge=0, le=500, strict=True)]


def parse_hours(value: object) -> tuple[int, int]:
    """Clock hours from a text like "08-20" or "22-06"."""
    match = re.fullmatch(r"(\d{1,2})(?::00)?\s*[-–]\s*(\d{1,2})(?::00)?", str(value).strip())
    start, end = (int(match[1]), int(match[2])) if match else (0, 0)
    if start > 23 or end > 24 or start == end % HOURS:
        raise ValueError(f'write whole clock hours like "08-20"; found {value}')
    return start, end % HOURS


LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS_BY_NAME = dict(zip((*DAY_NAMES, *LONG_DAYS), DAY_NAMES * 2, strict=True))


def parse_days(value: object) -> tuple[int, ...]:
    """Days of the week from a text like "mon-fri" or "sat, sun"."""
    days: list[int] = []
    for part in str(value).lower().split(","):
        names = [DAYS_BY_NAME.get(name.strip(), "") for name in re.split("[-–]", part)]
        if not 1 <= len(names) <= 2 or "" in names:
            raise ValueError(f'write days like "mon-fri" or "sat, sun"; found {value}')
        first, last = DAY_NAMES.index(names[0]), DAY_NAMES.index(names[-1])
        days += [(first + i) % DAYS for i in range((last - first) % DAYS + 1)]
    return tuple(sorted(set(days)))


HOURS_SCHEMA = {"type": "string", "description": "clock hours", "examples": ["08-20"]}
DAYS_SCHEMA = {"type": "string", "description": "days of the week", "examples": ["mon-fri"]}
Hours = Annotated[tuple[int, int], BeforeValidator(parse_hours), WithJsonSchema(HOURS_SCHEMA)]
Days = Annotated[tuple[int, ...], BeforeValidator(parse_days), WithJsonSchema(DAYS_SCHEMA)]


class Setting(BaseModel):
    """Frozen; a key that is not known is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


# ── the layout and its changes ───────────────────────────────────────────────────────────────


class LonLat(Setting):
    lon: float = Field(allow_inf_nan=False)
    lat: float = Field(allow_inf_nan=False)


def _pair(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        numbers = [v for v in value if isinstance(v, (int, float)) and not isinstance(v, bool)]
        if len(numbers) != 2 or len(value) != 2:
            raise ValueError(f"write [longitude, latitude] in degrees; found {list(value)}")
        return {"lon": numbers[0], "lat": numbers[1]}
    raise ValueError(f"write a name or [longitude, latitude]; found {value!r}")


LonLatPair = Annotated[
    LonLat,
    BeforeValidator(_pair),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "number"},
            "minItems": 2,
            "maxItems": 2,
            "description": "[longitude, latitude] in WGS84 degrees",
        }
    ),
]


def _place(value: Any) -> Any:
    return value if isinstance(value, str) else LonLat(**_pair(value))


Place = Annotated[
    Name | LonLat,
    BeforeValidator(_place),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "description": "a site, township or hospital of the map"},
                {
                    "type": "array",
                    "items": {"type": "number"},
                    "minItems": 2,
                    "maxItems": 2,
                    "description": "[longitude, latitude] in WGS84 degrees",
                },
            ]
        }
    ),
]


class StationEntry(Setting):
    """A station and its ambulances."""

    station: Name = Field(description="its name; without `at`, the map's place of that name")
    name_en: Name | None = Field(None, description="its name in English")
    kind: Literal["station", "substation"] = "substation"
    at: Place | None = Field(None, description="where it stands, if not where its name says")
    ambulances: Count = 1
    hours: Hours | None = Field(None, description="on duty at these hours only")


class Move(Setting):
    station: Name
    to: Place


class Fleet(Setting):
    station: Name
    by: Annotated[int, Field(ge=-500, le=500, strict=True)] | None = None
    to: Count | None = None
    hours: Hours | None = Field(None, description="the added ones are on duty at these hours only")

    @model_validator(mode="after")
    def _one_of_both(self) -> Fleet:
        if (self.by is None) == (self.to is None):
            raise ValueError("write either `by: +1` or `to: 3`")
        if self.hours is not None and (self.by is None or self.by < 1):
            raise ValueError("`hours` belongs to added ambulances: write it with `by: +1`")
        return self


class Close(Setting):
    station: Name


class Change(Setting):
    """One change of the base: exactly one of the four verbs."""

    add: StationEntry | None = None
    move: Move | None = None
    ambulances: Fleet | None = None
    close: Close | None = None

    @model_validator(mode="after")
    def _one_verb(self) -> Change:
        if len(self.model_fields_set) != 1 or self.verb is None:
            raise ValueError("write one of add, move, ambulances, close for each change")
        return self

    @property
    def verb(self) -> StationEntry | Move | Fleet | Close | None:
        return self.add or self.move or self.ambulances or self.close


# ── targets, demand, durations ───────────────────────────────────────────────────────────────


class Targets(Setting):
    """The 1030 rule: ten minutes in the urban core, thirty in the country; inclusive (≤)."""

    urban: Seconds = Field("10 min")  # type: ignore
    rural: Seconds = Field("30 min")  # type: ignore
    share: Share = Field("90 %")  # type: ignore # of a township's calls; assumed


class Rates(Setting):
    """Emergency runs. Kunshan, a county-level city: 14.7 per 1,000 people a year (2015–19,
    doi 10.16369/j.oher.issn.1007-1326.2022.04.017). No source parts town from country."""

    urban: Rate = Field("14.7 per 1000 people per year")  # type: ignore
    rural: Rate = Field("14.7 per 1000 people per year")  # type: ignore


class Priority(Setting):
    name: Name
    share: Share
    siren: bool = Field(True, strict=True, description="drive to the scene with siren")


class Weekly(Setting):
    """Relative numbers of calls by hour of the day and by day of the week, Monday first."""

    hours: tuple[Annotated[float, Field(ge=0, allow_inf_nan=False)], ...]
    days: tuple[Annotated[float, Field(ge=0, allow_inf_nan=False)], ...] = (1.0,) * DAYS

    @model_validator(mode="after")
    def _whole_week(self) -> Weekly:
        if len(self.hours) != HOURS or len(self.days) != DAYS:
            raise ValueError("write 24 numbers for hours and 7 for days")
        if not sum(self.hours) or not sum(self.days):
            raise ValueError("some hour and some day must have calls")
        return self


# Friuli Venezia Giulia, n = 90,750; green and white, which wait alike, are one here.
FRIULI_PRIORITIES = (
    {"name": "red", "share": "2.7 %"},
    {"name": "yellow", "share": "39.9 %"},
    {"name": "green", "share": "57.4 %"},
)


class DemandSettings(Setting):
    """When, where and how urgently people call; or a file of calls that were."""

    rate: Rates = Rates()
    profile: Literal["friuli", "flat"] | Weekly = Field("friuli", union_mode="left_to_right")
    priorities: tuple[Priority, ...] = Field(FRIULI_PRIORITIES, min_length=1, max_length=9)  # type: ignore
    transported: Share = Field("63 %")  # type: ignore # Utrecht 2021–22
    replay: Name | None = Field(None, description="a CSV file of call records, beside this file")

    @field_validator("priorities")
    @classmethod
    def _shares_sum_to_one(cls, priorities: tuple[Priority, ...]) -> tuple[Priority, ...]:
        total = sum(p.share for p in priorities)
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares of the priorities sum to {100 * total:g} %, not to 100 %")
        names = [p.name for p in priorities]
        if len(set(names)) < len(names):
            raise ValueError("two priorities have the same name")
        return priorities


def _utrecht(median: str, sigma: float, shift: str) -> dict[str, Any]:
    fit = {"median": median, "sigma": sigma, "shift": shift}
    return {"distribution": "lognormal", **fit, "min": "0 min", "max": "88 min"}


class Durations(Setting):
    """How long each stage takes."""

    # Auckland's model in JEMSS: 50 s from the call to dispatch.
    call_taking: AnyDistribution = Field({"distribution": "constant", "value": "50 s"})  # type: ignore
    # Derived from the norm "turnout within 3 minutes for 95 %" (国卫医发〔2020〕19号).
    turnout: AnyDistribution = Field(
        {"distribution": "lognormal", "median": "1.5 min", "sigma": 0.4214}  # type: ignore
    )
    # Utrecht 2021–22, the fits of Dieleman & Jagtenberg (ELASPY).
    on_scene: AnyDistribution = Field(_utrecht("37 min", 0.38, "-10.01 min"))  # type: ignore
    handover: AnyDistribution = Field(_utrecht("35.89 min", 0.39, "-8.25 min"))  # type: ignore


# ── travel and dispatch ──────────────────────────────────────────────────────────────────────

# With siren. Auckland's model in JEMSS: 91 km/h on motorways, 60 on ramps and trunk roads, 47
# elsewhere; below secondary roads assumed, slower the smaller the road.
CLASS_SPEEDS = {
    "motorway": "91 km/h", "motorway_link": "60 km/h",
    "trunk": "60 km/h", "trunk_link": "47 km/h",
    "primary": "47 km/h", "primary_link": "47 km/h",
    "secondary": "47 km/h", "secondary_link": "47 km/h",
    "tertiary": "40 km/h", "tertiary_link": "40 km/h",
    "unclassified": "30 km/h", "residential": "30 km/h", "road": "30 km/h",
    "living_street": "15 km/h", "service": "15 km/h", "track": "15 km/h",
}  # fmt: skip


class Band(Setting):
    """Hours in which speeds are other than usual; the band at departure holds for the trip."""

    hours: Hours
    days: Days = Field("mon-sun")  # type: ignore
    speed: Annotated[float, *quantity(units.speed_share, "80 %", "of the usual speed")]
    classes: tuple[Name, ...] = Field((), description="road classes it holds for; default: all")


class TravelSettings(Setting):
    speeds: dict[str, Speed] = Field(default_factory=dict, description="with siren, by road class")
    posted: Literal["use", "ignore"] = Field(
        "use", description="the speeds of single links that the map has; else its class's speed"
    )
    # Utrecht: ordinary driving at 0.95 of the speed with siren.
    ordinary: Annotated[float, *quantity(units.speed_share, "95 %", "of the speed with siren")] = (
        Field("95 %")  # type: ignore
    )
    off_road: Speed = Field("20 km/h")  # type: ignore # assumed
    to_hospital: Literal["siren", "ordinary"] = "ordinary"
    bands: tuple[Band, ...] = ()

    @field_validator("speeds", mode="after")
    @classmethod
    def _with_defaults(cls, speeds: dict[str, float]) -> dict[str, float]:
        usual = {name: units.metres_per_second(text) for name, text in CLASS_SPEEDS.items()}
        return usual | speeds


class Divert(Setting):
    """An ambulance on its way to a call of priority `leaving` may be sent to one of `for`."""

    leaving: Name
    for_: Name = Field(alias="for")


class DispatchSettings(Setting):
    when_none_free: Literal["queue", "lost"] = "queue"
    divert: tuple[Divert, ...] = ()


class Matter(Setting):
    """Differences smaller than this matter to nobody. Assumed: what is small is for you to say."""

    share: Annotated[float, *quantity(units.points, "1 point", "points of a share in percent")] = (
        Field("1 point")  # type: ignore
    )
    time: Seconds = Field("0.5 min")  # type: ignore

    @field_validator("share", "time")
    @classmethod
    def _something(cls, value: float) -> float:
        if value <= 0:
            raise ValueError("some difference must matter: write more than nothing")
        return value


class StudySettings(Setting):
    """Calls are measured if received within `length`; the run goes on until all are served."""

    warm_up: Seconds = Field("2 days")  # type: ignore
    length: Seconds = Field("28 days")  # type: ignore
    cool_down: Seconds = Field("6 hours")  # type: ignore
    replications: Annotated[int, Field(ge=1, le=100_000, strict=True)] | None = Field(
        None, description="how many; default: until the headline is known to half of what matters"
    )
    most_replications: Annotated[int, Field(ge=5, le=100_000, strict=True)] = Field(
        200, description="at most so many, where precision decides"
    )
    matters: Matter = Matter()
    seed: Annotated[int, Field(ge=0, lt=2**63, strict=True)] = 2025

    @field_validator("length")
    @classmethod
    def _some_length(cls, length: float) -> float:
        if not 3600 <= length <= 3660 * 86400:
            raise ValueError("a study is between an hour and ten years long")
        return length


class Costs(Setting):
    """What a layout costs, in one currency and period. None is assumed: costs differ too much."""

    station: Cost = Field(description="each station that is open")
    substation: Cost = Field(description="each sub-station that is open")
    ambulance: Cost = Field(description="each ambulance round the clock, crew included")

    @model_validator(mode="after")
    def _one_unit(self) -> Costs:
        found = {cost.unit for cost in (self.station, self.substation, self.ambulance)}
        if len(found) > 1:
            raise ValueError(f"write all costs in one unit; found {', '.join(sorted(found))}")
        return self


class Settings(Setting):
    """All of a scenario but its layout."""

    start: datetime = Field(
        "2025-01-06T00:00:00",  # type: ignore
        description="local date and time at which the warm-up begins; a Monday by default",
    )
    targets: Targets = Targets()
    demand: DemandSettings = DemandSettings()
    durations: Durations = Durations()
    travel: TravelSettings = TravelSettings()
    dispatch: DispatchSettings = DispatchSettings()
    study: StudySettings = StudySettings()
    costs: Costs | None = None

    @field_validator("start")
    @classmethod
    def _local(cls, start: datetime) -> datetime:
        if start.tzinfo is not None:
            raise ValueError("write local time, without a time zone")
        return start


class ScenarioFile(Settings):
    """A scenario: a layout on a map, or a base and its changes."""

    name: Name
    name_zh: Name | None = None
    reason: str | None = Field(None, description="why; printed with the results")
    base: Name | None = Field(None, description="the scenario that this one changes")
    map: Name | None = Field(None, description="a folder under maps/, or a path")
    layout: tuple[StationEntry, ...] = ()
    changes: tuple[Change, ...] = ()
