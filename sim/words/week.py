"""The week of a scenario, said: crews on duty against the calls to be expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.model.calendar import HOURS
from sim.text import Message
from sim.words import crews, provenance
from sim.words.language import Language
from sim.words.page import Finding

if TYPE_CHECKING:
    from sim.prepare.week import Week
    from sim.scenario.scenario import Scenario

LONG_DAYS: Final = (
    Message("Monday"), Message("Tuesday"), Message("Wednesday"), Message("Thursday"),
    Message("Friday"), Message("Saturday"), Message("Sunday"),
)  # fmt: skip


def finding(week: Week, scenario: Scenario, say: Language) -> Finding:
    """In which hour of the week crews are fewest for the calls."""
    subtitle = say(
        "Crews on duty in a week without holidays, the calls to be expected, and how many "
        "ambulances these keep busy"
    )
    footnote = say(
        "{layout}. A call keeps an ambulance busy for {minutes} min: turnout, the drive from the "
        "nearest station, the scene and, of those conveyed, the drive to the nearest hospital and "
        "the handover.",
        layout=scenario.name,
        minutes=say.number(week.busy_s / 60, 0),
    )
    lines = [footnote]
    if week.transfers is not None:
        lines.append(
            say(
                "Transfers between hospitals keep {n} ambulances busy in the mean of all hours: "
                "they count among those busy and not among the calls. Planned ones are sent for "
                "as their hours begin, and wait while ambulances are few.",
                n=say.number(float(week.transfers.mean()), 1),
            )
        )
    mark = provenance.map_mark(scenario.map, say).strip()
    return Finding(headline(week, say), subtitle, "\n".join([*lines, *([mark] if mark else [])]))


def headline(week: Week, say: Language) -> str:
    """The hours without any crew, those with too few, or the one with the fewest for its calls."""
    if (week.crews == 0).any():
        return nobody(week.crews, say)
    share = week.work / week.crews
    worst = int(np.argmax(share))
    values = {
        "when": hour(worst, say),
        "crews": int(week.crews[worst]),
        "work": say.number(float(week.work[worst]), 1),
        "share": say.percent(float(share[worst]), 0),
    }
    over = int((share > 1).sum())
    if over and week.transfers is not None:
        return say.count(
            over,
            "More calls and transfers than the crews can serve in {n} hour of the week: {when}, "
            "{crews} on duty and work for {work}",
            "More calls and transfers than the crews can serve in {n} hours of the week, most on "
            "{when}: {crews} on duty and work for {work}",
            **values,
        )
    if over:
        return say.count(
            over,
            "More calls than the crews can serve in {n} hour of the week: {when}, {crews} on duty "
            "and work for {work}",
            "More calls than the crews can serve in {n} hours of the week, most on {when}: {crews} "
            "on duty and work for {work}",
            **values,
        )
    if week.transfers is not None:
        return say(
            "Crews are fewest for calls and transfers on {when}: {crews} on duty, {work} of them "
            "busy ({share})",
            **values,
        )
    return say(
        "Crews are fewest for the calls on {when}: {crews} on duty, {work} of them busy ({share})",
        **values,
    )


def nobody(crews_on_duty: np.ndarray, say: Language) -> str:
    """How many hours of the week have no crew, and which is the first; nothing if none has.

    `crews_on_duty`: [168].
    """
    without = crews_on_duty == 0
    if not without.any():
        return ""
    return say.count(
        int(without.sum()),
        "Nobody is on duty in {n} hour of the week, first on {when}",
        "Nobody is on duty in {n} hours of the week, first on {when}",
        when=hour(int(np.argmax(without)), say),
    )


def hour(row: int, say: Language) -> str:
    """Saturday 22–23"""
    day, clock = divmod(row, HOURS)
    return say("{day} {hours}", day=say(LONG_DAYS[day]), hours=f"{clock:02d}–{clock + 1:02d}")


def days(say: Language) -> list[str]:
    """The days of the week, short."""
    return [say(day) for day in crews.DAYS[:7]]


def drawn(week: Week, say: Language) -> str:
    """What is drawn, for whoever cannot see it: the axis, the layers and the lines."""
    return say(
        "Steps over the 168 hours of a week from Monday: layers for the crews on duty by class, "
        "between {least} and {most}; a line for the ambulances busy, {busy} at most; a dashed "
        "line for the calls an hour, {calls} at most",
        least=int(week.crews.min()),
        most=int(week.crews.max()),
        busy=say.number(float(week.work.max()), 1),
        calls=say.number(float(week.calls.max()), 1),
    )
