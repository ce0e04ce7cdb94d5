"""A scenario as a table, for notebooks: stations and crews, hospitals, targets, calls a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.prepare import demand
from sim.words import changes, crews, hospitals, provenance, quantities, responders
from sim.words import comparison as comparison_words
from sim.words.language import Language
from sim.words.page import Column, Page, Table

if TYPE_CHECKING:
    from sim.scenario.layout import Ambulance
    from sim.scenario.scenario import Scenario


def page(scenario: Scenario, say: Language) -> Page:
    """What a planner must see of a scenario at one look."""
    fleet = comparison_words.fleet(scenario, say)
    heading = [say("{layout}      {fleet}", layout=scenario.name, fleet=fleet)]
    made = say.joined(changes.change(one, scenario, say) for one in scenario.changes)
    if made:
        heading.append(say("Changes: {changes}", changes=made))
    return Page(
        heading=(*heading, *provenance.marks(scenario, say)),
        body=(_stations(scenario, say), _settings(scenario, say)),
        notes=(),
        sentences=(),
        say=say,
    )


def _stations(scenario: Scenario, say: Language) -> Table:
    rows = []
    for number, station in enumerate(scenario.stations):
        if station.closed:
            continue
        fleet = [one for one in scenario.fleet if one.station == number]
        rows.append(
            [
                say.name(station.name),
                say(changes.KINDS[station.kind]) if station.kind in changes.KINDS else "",
                f"{len(fleet)}",
                _on_duty(fleet, scenario, say),
            ]
        )
    columns = (
        Column(say("station"), "left"),
        Column(align="left"),
        Column(say("ambulances")),
        Column(say("on duty"), "left"),
    )
    return Table(columns, rows)


def _on_duty(fleet: list[Ambulance], scenario: Scenario, say: Language) -> str:
    """When they are on duty; with several classes, of which class, too."""
    if len(scenario.crews.classes) > 1:
        return crews.counted(fleet, scenario, say)
    return crews.on_duty([one.duty for one in fleet], say)


def _settings(scenario: Scenario, say: Language) -> Table:
    targets = scenario.settings.targets
    names = say(", ").join(say.name(one.name) for one in scenario.map.hospitals)
    rows = [
        [say("Map"), say.name(scenario.map.name)],
        [say("Hospitals"), names or "–"],
        *[["", line] for line in hospitals.lines(scenario, say)],
        *[[say("First responders"), line] for line in responders.lines(scenario, say)],
        [say("Target in town"), quantities.duration(targets.urban, say)],
        [say("Target in the country"), quantities.duration(targets.rural, say)],
        [say("Calls a day"), _calls_a_day(scenario, say)],
    ]
    return Table((Column(align="left"), Column(align="left")), rows)


def _calls_a_day(scenario: Scenario, say: Language) -> str:
    """A number of calls: expected of what is drawn, or of the records."""
    if scenario.recorded is not None:
        days = scenario.recorded.length_s / 86_400
        calls = len(scenario.recorded.calls.received_at)
        return say("{n} (recorded: {calls} calls in {days} days)", n=say.number(calls / days),
                   calls=f"{calls:,}", days=f"{days:.4g}")  # fmt: skip
    drawn = demand.build(scenario)
    a_week = float(drawn.calls_per_hour.sum())
    return say.number(a_week / 7)
