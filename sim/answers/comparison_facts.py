"""A comparison as one object for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.answers import efficiency
from sim.answers.answer import as_fact, finite, or_none
from sim.answers.lines import Line
from sim.measures.groups import ALL
from sim.scenario.differences import in_effect

if TYPE_CHECKING:
    from sim.answers.comparison import Comparison

STUDY_FACTS: Final = ("map", "synthetic", "replications", "days", "seed", "worst_served")


def facts(of: Comparison) -> dict[str, Any]:
    """The whole answer as one object; `measures` are tidy rows, nan and inf are None."""
    provenance = of.provenance.facts()
    layouts = [
        {
            "name": layout.name.en,
            "name_zh": layout.name.zh,
            "stations": len(layout.open_stations()),
            "ambulances": len(layout.fleet),
        }
        for layout in of.layouts
    ]
    return {
        "layouts": layouts,
        **{key: provenance[key] for key in STUDY_FACTS},
        **{key: provenance[key] for key in ("altered", "own_rules") if key in provenance},
        **of.provenance.records(),
        "same_calls": of.same_calls,
        "answers_a_call": of.pooled[0].answers,
        "gain_from_asking": or_none(efficiency.gain_from_asking(of)),
        "differing": [
            {"layout": of.layouts[row].name.en, **as_fact(one)}
            for row in of.proposals
            for one in in_effect(of.differences(row))
        ],
        "measures": finite([row._asdict() for row in of.rows()]),
        "verdicts": [
            _verdict_facts(of, line, layout) for layout in of.proposals for line in of.lines()
        ],
    }


def _verdict_facts(of: Comparison, line: Line, layout: int) -> dict[str, Any]:
    key, group = line
    difference = of.difference(key, layout, group)
    among = {} if group == ALL else {"by": group.by, "area": of.group_name(group)}
    return {
        "layout": of.layouts[layout].name.en,
        "measure": key,
        **among,
        "difference": or_none(difference.mean),
        "low": or_none(difference.low),
        "high": or_none(difference.high),
        "verdict": str(of.verdict(key, layout, group)),
    }
