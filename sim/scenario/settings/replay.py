"""Replay: a file of calls that were, how it is to be read, and what to do with unusable rows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from sim.scenario.values import Form, Setting, ShortText
from sim.text import Message


def _in_a_list(value: Any) -> Any:
    """One header as a list of one; `null` as a list of none."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value


Header = Annotated[
    Annotated[tuple[ShortText, ...], Field(max_length=10)] | None,
    BeforeValidator(_in_a_list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]}),
    Form(Message("a header of the file; null: not used"), "INCIDENT_DATETIME"),
]
Headers = Annotated[
    Annotated[tuple[ShortText, ...], Field(max_length=10)] | None,
    BeforeValidator(_in_a_list),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}},
                {"type": "null"},
            ]
        }
    ),
    Form(Message("a header of the file, or a list of two: the day, then the time"), "[Date, Time]"),
]


class ReplayColumns(Setting):
    """Which column holds what, by its header in the file; usual headers are known without.

    `null` leaves a column unused that is known by its header."""

    received_at: Headers = None
    """When the call was received."""
    lon: Header = None
    """Longitude in degrees."""
    lat: Header = None
    """Latitude in degrees."""
    point: Header = None
    """Both in one column, as `POINT (113.5 27.6)`."""
    township: Header = None
    """The township, by its name on the map."""
    priority: Header = None
    """The priority."""
    condition: Header = None
    """The condition."""
    incident: Header = None
    """The number of the incident. Rows of the same number are units sent to one call."""
    conveyed: Header = None
    """Whether the patient was taken to a hospital."""
    hospital: Header = None
    """The hospital, by its name on the map."""
    call_taking_min: Header = None
    """Minutes of call taking."""
    call_taking_s: Header = None
    """Seconds of call taking."""
    turnout_min: Header = None
    """Minutes from assignment until the crew drives."""
    turnout_s: Header = None
    """Seconds from assignment until the crew drives."""
    on_scene_min: Header = None
    """Minutes at the scene."""
    on_scene_s: Header = None
    """Seconds at the scene."""
    handover_min: Header = None
    """Minutes at the hospital."""
    handover_s: Header = None
    """Seconds at the hospital."""
    assigned_at: Headers = None
    """When an ambulance was assigned."""
    mobile_at: Headers = None
    """When it drove off."""
    arrived_at: Headers = None
    """When it arrived at the scene."""
    left_scene_at: Headers = None
    """When it left the scene."""
    at_hospital_at: Headers = None
    """When it arrived at the hospital."""
    cleared_at: Headers = None
    """When it was free again."""
    ready_at: Headers = None
    """When call taking was over. Read by `calibrate` alone, as are all that follow."""
    station: Header = None
    """The station from which the ambulance was sent, by its name on the map or in the layout."""
    vehicle: Header = None
    """Which ambulance it was, by any name of its own."""
    outcome: Header = None
    """How the mission ended: cancelled, nobody found, treated, conveyed."""
    siren: Header = None
    """Whether it was driven to the scene with siren."""


class Replay(Setting):
    """A file of recorded calls, and how it is to be read."""

    file: ShortText
    """The file, beside this one: CSV, another text table, Excel or Parquet."""
    sheet: ShortText | None = None
    """The sheet of an Excel file; without it the first."""
    encoding: ShortText | None = None
    """The encoding of a text file, like gbk; without it UTF-8, else GB 18030."""
    columns: ReplayColumns = Field(default_factory=ReplayColumns)
    """Which column holds what, where the headers do not say."""
    time_format: ShortText | None = None
    """How times are written, in the letters of strptime, like `%d.%m.%Y %H.%M`; or `day first`,
    `month first`, `excel`, `unix seconds`, `unix milliseconds`. Without it the column decides."""
    time_zone: ShortText | None = None
    """The clock of times that do not say theirs: an offset like `+08:00`, or a name like
    `Asia/Shanghai`, whose daylight saving is taken out. Without it they are local standard time."""
    local_time: ShortText | None = None
    """The clock of the place, if the records keep another: times are put into its standard time."""
    unusable: Literal["stop", "leave out"] = "stop"
    """Whether rows that cannot be used stop the reading, or are left out and counted."""
    priorities: dict[ShortText, ShortText] = Field(default_factory=dict, max_length=1_000)
    """What the file calls a priority: the scenario's name for it, as `{P1: red, P2: yellow}`."""
    conditions: dict[ShortText, ShortText] = Field(default_factory=dict, max_length=1_000)
    """What the file calls a condition: the scenario's name for it, as `{STEMI: chest pain}`."""
    hospitals: dict[ShortText, ShortText] = Field(default_factory=dict, max_length=1_000)
    """What the file calls a hospital: its name on the map, as `{1st: First Hospital}`."""
    stations: dict[ShortText, ShortText] = Field(default_factory=dict, max_length=1_000)
    """What the file calls a station: its name in the layout. Read by `calibrate` alone."""
    durations: tuple[Literal["call_taking", "turnout", "on_scene", "handover"], ...] = ()
    """The stages whose duration is taken from recorded instants; without it from columns of
    durations only."""
