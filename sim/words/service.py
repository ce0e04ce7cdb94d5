"""What a scenario has beyond the plain service, said in a line each: what `check` found of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from sim.scenario import off_road
from sim.scenario.settings.endings import NOBODY_THERE, ending_of
from sim.words import difference_texts, differences, hospitals, responders, week
from sim.words.language import Language
from sim.words.quantities import duration
from sim.words.written import written

if TYPE_CHECKING:
    from sim.scenario.distributions import Distribution
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Settings, Surge, Transfers
    from sim.scenario.settings.demand import Condition
    from sim.scenario.settings.desk import Desk
    from sim.scenario.settings.endings import Cancelled, OtherEnding


def lines(scenario: Scenario, say: Language) -> Iterator[tuple[str, str]]:
    """A heading and a line for each thing that there is; nothing of a plain service."""
    classes, settings = scenario.crews.classes, scenario.settings
    if len(classes) > 1 or not all(one.duty.always for one in scenario.fleet):
        yield say("on duty"), _on_duty(scenario, say)
    if len(classes) > 1:
        yield say("classes"), say.joined(_class(scenario, row, say) for row in range(len(classes)))
    if settings.demand.conditions:
        told = [_condition(one, say) for one in settings.demand.conditions]
        yield say("needs"), say.listed(told)
    if settings.demand.desk is not None:
        yield say("seats"), _desk(settings.demand.desk, say)
    told = list(_endings(settings, say))
    yield from zip([say("calls"), *[""] * len(told)], told, strict=False)
    for surge in settings.demand.surges:
        yield say("surge"), _surge(surge, say)
    for one in settings.transfers:
        yield say("transfer"), _transfers(one, say)
    if settings.dispatch.centres:
        names = say.listed([one.name for one in settings.dispatch.centres])
        yield say("desks"), say("dispatch centres: {names}", names=names)
    yield from _as_written(scenario, say)
    told = hospitals.lines(scenario, say)
    yield from zip([say("hospital"), *[""] * len(told)], told, strict=False)
    standby = settings.standby
    if standby.rule != "home":
        yield say("standby"), say(difference_texts.CHOICES["standby.rule", standby.rule])
    if standby.rule == "table":
        yield "", say.count(len(standby.table), "a table of {n} row", "a table of {n} rows")
    if standby.points:
        names = say.listed([one.name for one in standby.points])
        heading = say("standby") if standby.rule == "home" else ""
        yield heading, say("standby points: {names}", names=names)


def doubts(scenario: Scenario, say: Language) -> Iterator[str]:
    """What may be a slip: holidays that the run has not, responders given twice, an idle class."""
    settings, study = scenario.settings, scenario.settings.study
    first = settings.start.date()
    last = (settings.start + timedelta(seconds=study.warm_up + study.length)).date()
    outside = sum(not first <= day <= last for day in settings.crews.holidays)
    if outside:
        yield say.count(
            outside,
            "{n} public holiday lies outside the run, which is from {first} until {last}",
            "{n} public holidays lie outside the run, which is from {first} until {last}",
            first=first, last=last,
        )  # fmt: skip
    for group, xy in zip(settings.responders, scenario.responder_xy, strict=True):
        twice = len(xy) - len(np.unique(xy, axis=0))
        if twice:
            yield say.count(
                twice,
                "{n} responder of {group} stands where another one does: is it given twice?",
                "{n} responders of {group} stand where others do: are they given twice?",
                group=responders.names([group], say),
            )
    driven = {ambulance.kind for ambulance in scenario.fleet}
    for row, one in enumerate(scenario.crews.classes):
        if row not in driven:
            yield say("no ambulance of the layout is of the class {name}", name=one.names)


def _as_written(scenario: Scenario, say: Language) -> Iterator[tuple[str, str]]:
    """Breaks, last calls, vehicles off the road or kept back: each entry as a file has it."""
    crews = scenario.crews
    if crews.last_calls:
        yield (
            say("shifts"),
            say(
                "in the last {time} before it ends, calls of the first priority only",
                time=differences.duration(crews.last_calls, say),
            ),
        )
    for heading, entries in (
        (say("breaks"), crews.breaks),
        (say("off road"), crews.off_road),
        (say("failures"), crews.failures),
        (say("reserve"), scenario.settings.dispatch.reserve),
    ):
        for number, one in enumerate(entries):
            yield "" if number else heading, written(one, say, differences.duration)


def _on_duty(scenario: Scenario, say: Language) -> str:
    by_hour = off_road.with_vehicles(scenario)
    least, most = int(np.argmin(by_hour)), int(np.argmax(by_hour))
    if by_hour[least] == by_hour[most]:
        return say.count(int(by_hour[least]), "{n} crew at every hour", "{n} crews at every hour")
    return say(
        "at least {least} crews ({few}), at most {most} ({many})",
        least=int(by_hour[least]),
        few=week.hour(least, say),
        most=int(by_hour[most]),
        many=week.hour(most, say),
    )


def _desk(desk: Desk, say: Language) -> str:
    """3 seats at every hour"""
    least, most = int(desk.by_hour.min()), int(desk.by_hour.max())
    if least == most:
        return say.count(most, "{n} seat at every hour", "{n} seats at every hour")
    return say("{least} to {most} seats by the hour", least=least, most=most)


def _endings(settings: Settings, say: Language) -> Iterator[str]:
    """How calls end otherwise than at a hospital: of all, then of conditions that say so."""
    demand, usual = settings.demand, settings.durations.on_scene
    for text in _ending(demand.cancelled, demand.nobody_found, demand.treated_at_scene, usual, say):
        yield text
    for one in demand.conditions:
        for text in _ending(one.cancelled, one.nobody_found, one.treated_at_scene, usual, say):
            yield say("{condition}: {ending}", condition=say.name(one.names), ending=text)


def _ending(
    cancelled: Cancelled | None,
    nobody: float | OtherEnding | None,
    treated: float | OtherEnding | None,
    usual: Distribution,
    say: Language,
) -> Iterator[str]:
    """15 % are withdrawn, after 15 min in the mean, if nobody is there by then; and so on."""
    if cancelled is not None:
        yield say(
            "{share} are withdrawn, after {time} in the mean, if nobody is there by then",
            share=_percent(cancelled.share, say),
            time=duration(cancelled.after.mean(), say),
        )
    if (one := ending_of(nobody)) is not None:
        yield say(
            "at {share} nobody is found; the ambulance is there for {time} in the mean",
            share=_percent(one.share, say),
            time=duration((one.on_scene or NOBODY_THERE).mean(), say),
        )
    if (one := ending_of(treated)) is not None:
        yield say(
            "{share} are treated at the scene; the ambulance is there for {time} in the mean",
            share=_percent(one.share, say),
            time=duration((one.on_scene or usual).mean(), say),
        )


def _percent(share: float, say: Language) -> str:
    """As it was written: 12 %, 2.5 %"""
    return say("{number} %", number=f"{100 * share:.4g}")


def _surge(surge: Surge, say: Language) -> str:
    """bus: 8 calls from 2025-01-09 17:30 on"""
    return say.count(
        surge.calls,
        "{name}: {n} call from {at} on",
        "{name}: {n} calls from {at} on",
        name=say.name(surge.names),
        at=f"{surge.at:%Y-%m-%d %H:%M}",
    )


def _transfers(one: Transfers, say: Language) -> str:
    """green channel: 3 a day, urgent"""
    values = {"name": say.name(one.names), "rate": differences.rate(one.rate, say)}
    if one.planned:
        return say("{name}: {rate}, planned", **values)
    return say("{name}: {rate}, urgent", **values)


def _class(scenario: Scenario, row: int, say: Language) -> str:
    """basic: 5 to 9 on duty"""
    name = say.name(scenario.crews.classes[row].names)
    by_hour = off_road.with_vehicles(scenario, row)
    least, most = int(by_hour.min()), int(by_hour.max())
    if least == most:
        return say("{name}: {n} on duty", name=name, n=least)
    return say("{name}: {least} to {most} on duty", name=name, least=least, most=most)


def _condition(one: Condition, say: Language) -> str:
    """trauma (2 ambulances); chest pain"""
    if len(one.needs) < 2:
        return say.name(one.names)
    return say("{condition} ({n} ambulances)", condition=say.name(one.names), n=len(one.needs))
