"""Every measure of a comparison: as tidy rows, by replication, and as facts with their verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sim.answers import efficiency
from sim.answers.answer import as_fact, finite, or_none
from sim.measures import estimates
from sim.measures.groups import ALL, Group
from sim.measures.intervals import Estimate
from sim.measures.measures import BY_KEY
from sim.measures.rows import Pooled
from sim.scenario.differences import in_effect

if TYPE_CHECKING:
    import pandas as pd

    from sim.answers.comparison import Comparison, Line

STUDY_FACTS: Final = ("map", "synthetic", "replications", "days", "seed", "worst_served")
AREA_OF: Final = {  # measures that are of one area by what they are
    "urban10": "urban", "capable_urban": "urban", "first_urban": "urban",
    "rural30": "rural", "capable_rural": "rural", "first_rural": "rural",
}  # fmt: skip


class MeasureRow(NamedTuple):
    """One line of the tidy results. Shares between 0 and 1, times in minutes."""

    layout: str
    by: str  # all, area, township, priority, hour, class, centre
    area: str  # which of them
    measure: str
    unit: str
    mean: float
    low: float
    high: float


def rows(comparison: Comparison) -> list[MeasureRow]:
    """Every estimate, tidy; and for each proposal its differences from the base."""
    found = []
    for number, layout in enumerate(comparison.layouts):
        for group in (*estimates.groups(comparison.pooled[0]), *comparison.groups_of_fleet):
            for key in estimates.keys_of(group, comparison.parts):
                value = comparison.estimate(key, number, group)
                found.append(_row(comparison, layout.name.en, group, key, value))
                if number and group.by not in ("priority", "hour"):
                    value = comparison.difference(key, number, group)
                    name = f"{layout.name} − {comparison.base.name}"
                    found.append(_row(comparison, name, group, key, value))
    return found


def _row(
    comparison: Comparison, layout: str, group: Group, key: str, value: Estimate
) -> MeasureRow:
    area = AREA_OF.get(key, comparison.group_name(group))
    return MeasureRow(layout, group.by, area, key, BY_KEY[key].unit, *value)


def frame(comparison: Comparison) -> pd.DataFrame:
    """Tidy: one row for each replication, layout, group and measure of the calls."""
    import pandas as pd

    found: list[tuple[object, ...]] = []
    for number, layout in enumerate(comparison.layouts):
        for replication, one in enumerate(comparison.tallies[number]):
            pooled = Pooled([one], comparison.pooled[number].setup)
            for group in (*estimates.groups(comparison.pooled[0]), *comparison.groups_of_fleet):
                if group.by in ("priority", "hour"):
                    continue
                for key in estimates.keys_of(group, comparison.parts):
                    value = float(pooled.left_out(key, group)[0])
                    name = comparison.group_name(group)
                    found.append((layout.name.en, replication, name, key, value))
    columns = ["layout", "replication", "group", "measure", "value"]
    return pd.DataFrame(found, columns=columns)


def facts(comparison: Comparison) -> dict[str, Any]:
    """The whole answer as one object; `measures` are tidy rows, nan and inf are None."""
    provenance = comparison.provenance.facts()
    layouts = [
        {
            "name": layout.name.en,
            "name_zh": layout.name.zh,
            "stations": len(layout.open_stations()),
            "ambulances": len(layout.fleet),
        }
        for layout in comparison.layouts
    ]
    return {
        "layouts": layouts,
        **{key: provenance[key] for key in STUDY_FACTS},
        **{key: provenance[key] for key in ("altered",) if key in provenance},
        **comparison.provenance.records(),
        "same_calls": comparison.same_calls,
        "answers_a_call": comparison.pooled[0].answers,
        "gain_from_asking": or_none(efficiency.gain_from_asking(comparison)),
        "differing": [
            {"layout": comparison.layouts[row].name.en, **as_fact(one)}
            for row in comparison.proposals
            for one in in_effect(comparison.differences(row))
        ],
        "measures": finite([row._asdict() for row in rows(comparison)]),
        "verdicts": [
            _verdict_facts(comparison, line, layout)
            for layout in comparison.proposals
            for line in comparison.lines()
        ],
    }


def _verdict_facts(comparison: Comparison, line: Line, layout: int) -> dict[str, Any]:
    key, group = line
    difference = comparison.difference(key, layout, group)
    of = {} if group == ALL else {"by": group.by, "area": comparison.group_name(group)}
    return {
        "layout": comparison.layouts[layout].name.en,
        "measure": key,
        **of,
        "difference": or_none(difference.mean),
        "low": or_none(difference.low),
        "high": or_none(difference.high),
        "verdict": str(comparison.verdict(key, layout, group)),
    }
