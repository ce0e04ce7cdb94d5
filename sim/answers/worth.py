"""What exists and what it is worth: the loss if a station closed, or an ambulance went."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from sim.answers.answer import Answer, Provenance
from sim.answers.costs import crew_hours, layout_cost
from sim.answers.crews import (
    CrewKind,
    are_alike,
    known_hours,
    nobody_could,
    of_each_kind,
    one_less,
    put_on,
    shorter,
)
from sim.answers.ranking import KEYS
from sim.errors import ScenarioError
from sim.measures.groups import ALL
from sim.measures.intervals import Estimate, simultaneous
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Harm, Verdict, of_so_many, verdicts
from sim.study import arguments
from sim.study.effort import Effort, EffortOptions
from sim.study.runs import Runs
from sim.study.worst_served import need
from sim.text import Message, Name

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.duty import DutyHours
    from sim.scenario.scenario import Scenario

BESIDES = ("capable",)  # told besides where a layout has what they speak of


class StationWorth(NamedTuple):
    """What one closure, or one ambulance less, changes. Intervals of all hold at once."""

    station: int  # row
    closed: bool  # the whole station; else one of its ambulances
    layout: Scenario
    changes: dict[str, Estimate]
    verdict: Verdict
    calls_per_day: float  # served from the station today
    saved: float  # costs; nan if not known
    harms: tuple[Harm, ...] = ()  # what it surely makes worse
    crew: CrewKind | None = None  # which one goes, where there are several kinds of crew
    hours: DutyHours | None = None  # on which it is put instead of being gone
    hours_saved: int = 0  # crew hours a week

    def change_of_100_hours(self, key: str) -> float:
        """What a measure changes for every hundred crew hours a week that are saved."""
        return 100 * self.changes[key].mean / self.hours_saved if self.hours_saved else math.nan


class NotTried(NamedTuple):
    """Something that cannot go: nobody could meet a need then."""

    station: int  # row
    closed: bool
    layout: Scenario
    crew: CrewKind | None
    hours: DutyHours | None
    why: str


@dataclass(frozen=True, eq=False, repr=False)
class Worth(Answer):
    """The greatest loss first."""

    provenance: Provenance
    losses: tuple[StationWorth, ...]
    by: str  # key of the measure
    not_tried: tuple[NotTried, ...] = ()

    name = "worth"

    @property
    def by_kind(self) -> bool:
        """Whether crews are told apart by class and hours."""
        return not are_alike(self.provenance.base)

    def spare(self) -> list[StationWorth]:
        """What could go with a loss too small to matter."""
        return [loss for loss in self.losses if loss.verdict == Verdict.TOO_SMALL]

    def to_frame(self) -> pd.DataFrame:
        import pandas as pd

        base, rows = self.provenance.base, []
        for loss in self.losses:
            station = base.stations[loss.station]
            row: dict[str, Any] = {
                "station_zh": station.name.zh, "station_en": station.name.en,
                "what": _what(loss),
                "verdict": str(loss.verdict), "calls_per_day": loss.calls_per_day,
                "saved": loss.saved,
            }  # fmt: skip
            if self.by_kind:
                row |= _of_crew(loss, base)
            for key, change in loss.changes.items():
                row |= {key: change.mean, f"{key}_low": change.low, f"{key}_high": change.high}
            rows.append(row)
        return pd.DataFrame(rows)


def _what(loss: StationWorth) -> str:
    if loss.closed:
        return "station closed"
    return "one ambulance less" if loss.hours is None else "hours shortened"


def _of_crew(loss: StationWorth, base: Scenario) -> dict[str, Any]:
    """What a file says of the crew that goes, or is put on shorter hours."""
    names = Name("", "")
    if loss.crew is not None:
        names = base.crews.classes[loss.crew.kind].names
    return {
        "class_zh": names.zh, "class_en": names.en,
        "on_duty": "" if loss.crew is None else str(loss.crew.duty),
        "then_on_duty": "" if loss.hours is None else str(loss.hours),
        "crew_hours_saved": loss.hours_saved,
    }  # fmt: skip


def worth(base: Scenario, *, by: str = "within", **effort: Unpack[EffortOptions]) -> Worth:
    """What each station, and one ambulance of each, is worth to the layout as it is.

    `effort`: replications, most, draft, seed, workers, scheduler, engine, watch.
    """
    began = time.perf_counter()
    arguments.scenarios(base)
    arguments.one_of("by", by, KEYS)
    less, not_tried = [], []
    for one in _less(base) if are_alike(base) else _by_kind(base):
        why = nobody_could(one.layout)
        if why:
            not_tried.append(NotTried(*one, why[0]))
        else:
            less.append(one)
    if not less:
        message = Message("there is one ambulance: without it nothing is left")
        if not_tried:
            message = Message("nothing can be missed: {why}", why=not_tried[0].why)
        raise ScenarioError(base.path, message)
    with Runs(base, [one.layout for one in less], Effort.of(effort)) as runs:
        need(runs.worst_served, by)
        chosen = runs.until_precise(key=by)
        rows = range(1, len(runs.layouts))
        said = verdicts(BY_KEY[by], [runs.spread(row, by) for row in rows], runs.matters)
        level, served = simultaneous(len(rows)), runs.per_day(0, "served")
        told = (*KEYS, *(key for key in BESIDES if (key, ALL) in runs.besides(0)))
        losses = [
            StationWorth(
                one.station,
                one.closed,
                one.layout,
                {key: runs.spread(row, key).interval(level) for key in told},
                of_so_many(said[row - 1], runs.replications(row)),
                float(served[one.station]),
                layout_cost(base) - layout_cost(one.layout),
                runs.harms(row, KEYS),
                one.crew,
                one.hours,
                crew_hours(base) - crew_hours(one.layout),
            )
            for row, one in enumerate(less, 1)
        ]
        provenance = Provenance.by(runs, chosen, time.perf_counter() - began)
    sign = BY_KEY[by].sign
    losses.sort(key=lambda loss: sign * loss.changes[by].mean)
    return Worth(provenance, tuple(losses), by, tuple(not_tried))


class Less(NamedTuple):
    """The base with something missing."""

    station: int  # row
    closed: bool
    layout: Scenario
    crew: CrewKind | None = None
    hours: DutyHours | None = None


def _less(base: Scenario) -> Iterator[Less]:
    """Each station closed, and one ambulance less at each, of all that leaves an ambulance."""
    for row, station in enumerate(base.stations):
        cars = base.fleet_size(row)
        if station.closed or not cars:
            continue
        if cars < len(base.fleet):
            yield Less(row, True, base.close(station.name.zh))
        if cars > 1:
            yield Less(row, False, base.ambulances(station.name.zh, -1))


def _by_kind(base: Scenario) -> Iterator[Less]:
    """Each station closed; of each kind of its crews one less, and one on shorter hours."""
    hours = known_hours(base)
    for row, station in enumerate(base.stations):
        cars = base.fleet_size(row)
        if station.closed or not cars:
            continue
        if cars < len(base.fleet):
            yield Less(row, True, base.close(station.name.zh))
        for one in of_each_kind(base, row):
            crew = CrewKind(base.fleet[one].kind, base.fleet[one].duty)
            if cars > 1:
                yield Less(row, False, one_less(base, one), crew)
            for duty in shorter(crew.duty, hours, base):
                yield Less(row, False, put_on(base, one, duty), crew, duty)
