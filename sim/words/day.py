"""One day of one replication, said: the calls and what became of them, the ambulances, the bays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.answers.day import Day
from sim.measures.timeline import ON_CALL, BaysTaken, Outcome, Stage
from sim.model.calendar import HOUR_S
from sim.model.calls import CallStream
from sim.text import Message
from sim.words import alternative, provenance
from sim.words.language import Language
from sim.words.page import Column, Finding, Page, Table, page
from sim.words.week import LONG_DAYS

# In the order in which they follow each other.
STAGES: Final = {
    Stage.TO_SCENE: Message("to the scene"),
    Stage.AT_SCENE: Message("at the scene"),
    Stage.TO_HOSPITAL: Message("to hospital"),
    Stage.WAITING: Message("waiting for a bay"),
    Stage.HANDOVER: Message("handover"),
    Stage.RETURNING: Message("returning"),
    Stage.ON_BREAK: Message("on break"),
    Stage.OFF_ROAD: Message("off the road"),
    Stage.OFF_DUTY: Message("off duty"),
}
OUTCOMES: Final = {
    Outcome.IN_TIME: Message("in time"),
    Outcome.LATE: Message("not in time"),
    Outcome.CANCELLED: Message("cancelled"),
}
STREAMS: Final = {
    CallStream.EMERGENCY: Message("Calls"),
    CallStream.SURGE: Message("Surge"),
    CallStream.URGENT_TRANSFER: Message("Urgent transfers"),
    CallStream.PLANNED_TRANSFER: Message("Planned transfers"),
}


@page.register
def _(day: Day, say: Language) -> Page:
    return Page(
        heading=(
            say("{layout}      {when}", layout=day.base.name, when=when(day, say)),
            *provenance.marks(day.base, say),
        ),
        body=tuple(_body(day, say)),
        notes=(example(say),),
        sentences=tuple(sentences(day, say)),
        say=say,
    )


def when(day: Day, say: Language) -> str:
    """Saturday, day 11, 00:00–24:00 of replication 1, seed 2025"""
    start, end = day.hours
    return say(
        "{weekday}, day {day}, {start}–{end} of replication {replication}, seed {seed}",
        weekday=say(LONG_DAYS[day.weekday]),
        day=day.number,
        start=clock(start),
        end=clock(end),
        replication=day.replication,
        seed=day.provenance.seed,
    )


def clock(hour: float, last: float = 24.0) -> str:
    """17:40; past midnight 01:40, and 24:00 where `last`, the end of what is told, is that hour."""
    minutes = round(hour * 60)
    if minutes > 24 * 60 or (minutes == 24 * 60 and round(last * 60) > minutes):
        minutes -= 24 * 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def example(say: Language) -> str:
    """What a day must not be taken for."""
    return say("One day of one replication is an example to look at, not a result.")


# ── sentences ────────────────────────────────────────────────────────────────────────────────


def sentences(day: Day, say: Language) -> list[str]:
    """What there is to be seen, for whoever cannot see it."""
    found = [say("{finding}.", finding=headline(day, say))]
    surge = day.counted(Outcome.IN_TIME, CallStream.SURGE)
    late = day.counted(Outcome.LATE, CallStream.SURGE)
    gone = day.counted(Outcome.CANCELLED, CallStream.SURGE)
    if gone:
        found.append(
            say("Of the calls of a surge {on_time} were reached in time, {late} late; {cancelled} "
                "more were cancelled before their target had passed.",
                on_time=surge, late=late, cancelled=gone)
        )  # fmt: skip
    elif surge + late:
        found.append(
            say("Of the calls of a surge {on_time} were reached in time, {late} late.",
                on_time=surge, late=late)
        )  # fmt: skip
    transfers = CallStream.URGENT_TRANSFER, CallStream.PLANNED_TRANSFER
    begun, behind = (
        sum(day.counted(outcome, stream) for stream in transfers)
        for outcome in (Outcome.IN_TIME, Outcome.LATE)
    )
    if begun + behind:
        found.append(
            say("Of the transfers {on_time} were in time, {late} late.",
                on_time=begun, late=behind)
        )  # fmt: skip
    if day.bays:
        found.append(_of_bays(day, say))
    return found


def _waited_s(of: BaysTaken, day: Day) -> float:
    """Seconds of ambulances at the door of a hospital, all together."""
    return float(of.waiting @ np.diff(of.at, append=day.window.end_s))


def _of_bays(day: Day, say: Language) -> str:
    names = [hospital.name for hospital in day.base.map.hospitals]
    worst = max(day.bays, key=lambda of: (int(of.waiting.max(initial=0)), _waited_s(of, day)))
    waiting, hours = int(worst.waiting.max(initial=0)), day.seconds(Stage.WAITING) / HOUR_S
    if not waiting:
        return say("No ambulance waited for a bay.")
    return say.count(
        waiting,
        "Ambulances waited {hours} h for bays, at most {n} of them at {hospital}.",
        "Ambulances waited {hours} h for bays, at most {n} of them at once, at {hospital}.",
        hours=say.number(hours, 1),
        hospital=say.name(names[worst.hospital]),
    )


def headline(day: Day, say: Language) -> str:
    """At 17:40 9 of 14 ambulances were on calls at once; 37 of 42 calls were reached in time"""
    reached, late, gone = (day.counted(outcome) for outcome in Outcome)
    at, most = day.busiest
    values = {"on_time": reached, "calls": reached + late, "at": clock(at), "busy": most,
              "duty": day.on_duty(at), "cancelled": gone}  # fmt: skip
    if not reached + late + gone:
        return say("No call was received")
    if gone:
        return say(
            "{on_time} of {calls} calls reached in time, {cancelled} more cancelled before their "
            "target had passed; at most {busy} on calls at once, from {at}, when {duty} ambulances "
            "were on duty",
            **values,
        )
    return say(
        "{on_time} of {calls} calls reached in time; at most {busy} on calls at once, from {at}, "
        "when {duty} ambulances were on duty",
        **values,
    )


def finding(day: Day, say: Language, shown: int, hospitals: Sequence[int]) -> Finding:
    """What stands around the figure: so many ambulances are in it, and these hospitals, by row."""
    subtitle = say("{layout}: {when}", layout=day.base.name, when=when(day, say))
    mark = provenance.map_mark(day.base.map, say).strip()
    lines = [*provenance.foot(day.base, say), *_left_out(day, say, shown, hospitals), example(say)]
    lines += [mark] if mark else []
    return Finding(headline(day, say), subtitle, "\n".join(lines))


def _left_out(day: Day, say: Language, shown: int, hospitals: Sequence[int]) -> list[str]:
    """How many ambulances and hospitals a page had no room for."""
    found, fleet = [], len(day.base.fleet)
    if shown < fleet:
        found.append(
            say("The {shown} busiest of {fleet} ambulances are shown.", shown=shown, fleet=fleet)
        )
    if len(hospitals) < len(day.bays):
        found.append(
            say(
                "Of {all} hospitals with a limited number of bays the {shown} fullest are shown.",
                all=len(day.bays),
                shown=len(hospitals),
            )
        )
    return found


# ── the table ────────────────────────────────────────────────────────────────────────────────


def _body(day: Day, say: Language) -> list[Table | str]:
    """Every ambulance that was on a call, the busiest first."""
    spent = [dict.fromkeys(Stage, 0.0) for _ in day.base.fleet]
    calls: list[set[int]] = [set() for _ in day.base.fleet]
    for who, stage, start, end, call in zip(
        *(column.tolist() for column in day.stages), strict=True
    ):
        spent[who][Stage(stage)] += end - start
        if call >= 0:
            calls[who].add(call)
    busy = [sum(own[stage] for stage in ON_CALL) for own in spent]
    rows = [
        [
            ambulance(day, who, say),
            str(len(calls[who])),
            say.number(busy[who] / HOUR_S, 1),
            say.number(spent[who][Stage.WAITING] / 60, 0),
        ]
        for who in sorted(range(len(busy)), key=lambda who: -busy[who])
        if calls[who]
    ]
    heads: tuple[Column, ...]
    heads = (Column(align="left"), Column(say("calls")), Column(say("hours on calls")),
             Column(say("min at the door")))  # fmt: skip
    if not day.bays:
        rows, heads = [row[:-1] for row in rows], heads[:-1]
    return [Table(heads, rows)] if rows else [say("No ambulance was sent.")]


def ambulance(day: Day, who: int, say: Language) -> str:
    """Fenglin 2 basic: the station, which of its ambulances, its class where there are several."""
    base = day.base
    own = [row for row, one in enumerate(base.fleet) if one.station == base.fleet[who].station]
    station = say.name(base.stations[base.fleet[who].station].name)
    return say("{station} {label}", station=station, label=label(day, who, 1 + own.index(who), say))


def label(day: Day, who: int, number: int, say: Language) -> str:
    """2 basic: which of a station's ambulances, and its class where there are several."""
    classes = day.base.crews.classes
    if len(classes) == 1:
        return str(number)
    kind = say.name(classes[day.base.fleet[who].kind].names)
    return say("{number} {kind}", number=number, kind=kind)


def drawn(day: Day, ambulances: int, say: Language) -> str:
    """What is drawn, for whoever cannot see it: the lines, and how the calls ended."""
    lines = say(
        "A timeline of a day: along it the hours of the clock; above a mark for each call, below a "
        "line for each of {n} ambulances by station, coloured and hatched by what they do",
        n=ambulances,
    )
    ends = [
        say("{outcome} {n}", outcome=say(OUTCOMES[outcome]), n=day.counted(outcome))
        for outcome in OUTCOMES
        if day.counted(outcome)
    ]
    said = say("Calls: {parts}.", parts=say.joined(ends)) if ends else ""
    return alternative.text((lines, said), say)
