"""What exists and what it is worth: the loss if a station closed, or an ambulance went."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from sim.answers.answer import Answer, Provenance
from sim.answers.costs import layout_cost
from sim.errors import ScenarioError
from sim.measures.intervals import Estimate, simultaneous
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import FEWEST, Harm, Verdict, verdicts
from sim.study import arguments
from sim.study.effort import Effort, EffortOptions
from sim.study.runs import Runs
from sim.study.worst_served import need
from sim.text import Message

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.scenario import Scenario

KEYS = ("within", "urban10", "rural30", "worst5", "mean")


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


@dataclass(frozen=True, eq=False, repr=False)
class Worth(Answer):
    """The greatest loss first."""

    provenance: Provenance
    losses: tuple[StationWorth, ...]
    by: str  # key of the measure

    name = "worth"

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
                "what": "station closed" if loss.closed else "one ambulance less",
                "verdict": str(loss.verdict), "calls_per_day": loss.calls_per_day,
                "saved": loss.saved,
            }  # fmt: skip
            for key, change in loss.changes.items():
                row |= {key: change.mean, f"{key}_low": change.low, f"{key}_high": change.high}
            rows.append(row)
        return pd.DataFrame(rows)


def worth(base: Scenario, *, by: str = "within", **effort: Unpack[EffortOptions]) -> Worth:
    """What each station, and one ambulance of each, is worth to the layout as it is.

    `effort`: replications, most, draft, seed, workers, scheduler, engine, watch.
    """
    began = time.perf_counter()
    arguments.scenarios(base)
    arguments.one_of("by", by, KEYS)
    less = list(_less(base))
    if not less:
        message = Message("there is one ambulance: without it nothing is left")
        raise ScenarioError(base.path, message)
    with Runs(base, [layout for _, _, layout in less], Effort.of(effort)) as runs:
        need(runs.worst_served, by)
        chosen = runs.until_precise(key=by)
        rows = range(1, len(runs.layouts))
        said = verdicts(BY_KEY[by], [runs.spread(row, by) for row in rows], runs.matters)
        level, served = simultaneous(len(rows)), runs.per_day(0, "served")
        losses = [
            StationWorth(
                station,
                closed,
                layout,
                {key: runs.spread(row, key).interval(level) for key in KEYS},
                said[row - 1] if runs.replications(row) >= FEWEST else Verdict.UNDECIDED,
                float(served[station]),
                layout_cost(base) - layout_cost(layout),
                runs.harms(row, KEYS),
            )
            for row, (station, closed, layout) in enumerate(less, 1)
        ]
        provenance = Provenance.by(runs, chosen, time.perf_counter() - began)
    sign = BY_KEY[by].sign
    losses.sort(key=lambda loss: sign * loss.changes[by].mean)
    return Worth(provenance, tuple(losses), by)


def _less(base: Scenario) -> Any:
    """(station, whether it closes, the layout without), of all that leaves an ambulance."""
    for row, station in enumerate(base.stations):
        cars = base.fleet_size(row)
        if station.closed or not cars:
            continue
        if cars < len(base.fleet):
            yield row, True, base.close(station.name.zh)
        if cars > 1:
            yield row, False, base.ambulances(station.name.zh, -1)
