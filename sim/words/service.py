"""What a scenario has beyond the plain service, said in a line each: what `check` found of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sim.scenario.duty import on_duty_by_hour
from sim.words import differences, hospitals, week
from sim.words.language import Language

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Surge, Transfers
    from sim.scenario.settings.demand import Condition
    from sim.scenario.settings.desk import Desk


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
    for surge in settings.demand.surges:
        yield say("surge"), _surge(surge, say)
    for one in settings.transfers:
        yield say("transfer"), _transfers(one, say)
    if settings.dispatch.centres:
        names = say.listed([one.name for one in settings.dispatch.centres])
        yield say("desks"), say("dispatch centres: {names}", names=names)
    told = hospitals.lines(scenario, say)
    yield from zip([say("hospital"), *[""] * len(told)], told, strict=False)
    standby = settings.standby
    if standby.rule != "home":
        yield say("standby"), say(differences.CHOICES["standby.rule", standby.rule])
    if standby.points:
        names = say.listed([one.name for one in standby.points])
        heading = say("standby") if standby.rule == "home" else ""
        yield heading, say("standby points: {names}", names=names)


def _on_duty(scenario: Scenario, say: Language) -> str:
    by_hour = on_duty_by_hour([one.duty for one in scenario.fleet])
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
    by_hour = on_duty_by_hour([one.duty for one in scenario.fleet if one.kind == row])
    least, most = int(by_hour.min()), int(by_hour.max())
    if least == most:
        return say("{name}: {n} on duty", name=name, n=least)
    return say("{name}: {least} to {most} on duty", name=name, least=least, most=most)


def _condition(one: Condition, say: Language) -> str:
    """trauma (2 ambulances); chest pain"""
    if len(one.needs) < 2:
        return one.name
    return say("{condition} ({n} ambulances)", condition=one.name, n=len(one.needs))
