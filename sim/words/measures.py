"""Measures said: how a table heads them, and their values with intervals and verdicts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from sim.measures.intervals import Estimate
from sim.measures.kinds import Measure
from sim.measures.verdicts import Verdict
from sim.study.worst_served import MANY
from sim.text import Message
from sim.words.language import Language

if TYPE_CHECKING:
    from sim.answers.answer import Provenance
    from sim.geography.bundle import Map
    from sim.scenario.scenario import Scenario

# As the heads of narrow columns.
SHORT: Final = {
    "within": Message("all"),
    "urban10": Message("urban"),
    "rural30": Message("rural"),
    "worst5": Message("worst-served"),
    "capable": Message("capable"),
    "mean": Message("mean, min"),
}
MARKS: Final = {
    Verdict.BETTER: "■",
    Verdict.WORSE: "▼",
    Verdict.UNDECIDED: "?",
    Verdict.TOO_SMALL: "○",
    Verdict.TOO_FEW: "×",
    Verdict.FEW_REPLICATIONS: "×",
}
VERDICTS: Final = {
    Verdict.BETTER: Message("better"),
    Verdict.WORSE: Message("worse"),
    Verdict.UNDECIDED: Message("undecided"),
    Verdict.TOO_SMALL: Message("too small to matter"),
    Verdict.TOO_FEW: Message("too few calls to say"),
    Verdict.FEW_REPLICATIONS: Message("too few replications"),
}


def label(measure: Measure, say: Language, base: Scenario, worst: int = 5) -> str:
    """A measure's name with the scenario's targets and the map's areas.

    `worst`: how many worst-served areas there are.
    """
    targets, areas = base.settings.targets, area_word(base.map, say)
    if measure.key == "urban10":
        return say("Urban calls ≤ {minutes} min", minutes=f"{targets.urban / 60:g}")
    if measure.key == "rural30":
        return say("Rural calls ≤ {minutes} min", minutes=f"{targets.rural / 60:g}")
    if measure.key == "first_urban":
        return say("Urban, first help ≤ {minutes} min", minutes=f"{targets.urban / 60:g}")
    if measure.key == "first_rural":
        return say("Rural, first help ≤ {minutes} min", minutes=f"{targets.rural / 60:g}")
    if measure.key == "worst5" and worst == 1:
        return say("The worst-served {area}", area=one_area(base.map, say))
    if measure.key == "worst5":
        return say("The {n} worst-served {areas}", n=worst, areas=areas)
    if measure.key == "people_ok":
        return say("People where target is met", areas=areas)
    return say(NAMES[measure.key])


def label_in(made: Provenance, measure: Measure, say: Language) -> str:
    """The same in an answer that came about so: with as many worst-served areas as it has."""
    worst = MANY if made.worst is None or not made.worst.rows else len(made.worst.rows)
    return label(measure, say, made.base, worst)


NAMES: Final = {
    "within": Message("All calls within target"),
    "mean": Message("Mean response, min"),
    "p90": Message("90th percentile, min"),
    "over20": Message("Longer than 20 minutes"),
    "turnout3": Message("Turnout within 3 minutes"),
    "served_at_once": Message("Served at once"),
    "cross": Message("Served from another area"),
    "busy": Message("Ambulance time on calls"),
    "level_zero": Message("Time with no ambulance free"),
    # beyond the plain service
    "capable": Message("Capable unit within target"),
    "capable_urban": Message("Capable unit within target, urban"),
    "capable_rural": Message("Capable unit within target, rural"),
    "capable_p90": Message("Capable unit, 90th percentile, min"),
    "units_all": Message("Calls that got all units they needed"),
    "units_fewer": Message("Calls that got fewer units"),
    "needs_met": Message("Units that came, of those needed"),
    "second_mean": Message("Mean response of the second unit, min"),
    "second_p90": Message("Second unit, 90th percentile, min"),
    "out_of_area": Message("Served by another centre"),
    "other_zone": Message("Served from another zone"),
    "overrun": Message("Overrun until cleared, min a day"),
    "overrun_home": Message("Overrun until home, min a day"),
    "overrun_crews": Message("Crews that overrun, a day"),
    "breaks_missed": Message("Breaks missed"),
    "breaks_broken": Message("Breaks broken off"),
    "break_time": Message("Break of a crew and day, min"),
    "off_road": Message("Ambulances off the road"),
    "failures": Message("Failures of an ambulance and day"),
    "moves": Message("Standby moves a shift"),
    "move_time": Message("Standby driving of an ambulance and day, min"),
    "survival": Message("Expected survival of cardiac arrest"),
    # calls that end otherwise, surges and transfers
    "waits": Message("Calls that wait for an ambulance"),
    "wait_mean": Message("Mean wait for an ambulance, min"),
    "cancelled": Message("Calls cancelled"),
    "cancelled_late": Message("Calls cancelled after their target had passed"),
    "cancelled_way": Message("Calls cancelled on the way, of those sent to"),
    "answered10": Message("Answered within 10 seconds"),
    "answer_waits": Message("Calls that wait at the call desk"),
    "answer_mean": Message("Mean wait at the call desk, min"),
    "treated_at_scene": Message("Treated at the scene"),
    "nobody_found": Message("Nobody found"),
    "to_clinic": Message("Taken to a clinic"),
    "calls_all": Message("Calls in a replication"),
    "calls_emergency": Message("Emergencies in a replication"),
    "calls_surge": Message("Calls of a surge in a replication"),
    "calls_urgent": Message("Urgent transfers in a replication"),
    "calls_planned": Message("Planned transfers in a replication"),
    "surge_within": Message("Surge reached within target"),
    "surge_mean": Message("Mean response to a surge, min"),
    "surge_last": Message("Last arrival at a surge, min"),
    "surge_cancelled": Message("Surge calls cancelled"),
    "urgent_within": Message("Urgent transfers reached within target"),
    "urgent_mean": Message("Mean response to urgent transfers, min"),
    "urgent_p90": Message("Urgent transfers, 90th percentile, min"),
    "transfer_late": Message("Planned transfers late"),
    "transfer_late15": Message("Planned transfers late by more than 15 minutes"),
    "transfer_late60": Message("Planned transfers late by more than 60 minutes"),
    "transfer_late_mean": Message("Mean lateness of planned transfers, min"),
    "transfer_time": Message("Ambulance time on transfers, h a day"),
    # hospitals
    "hospital_60": Message("At a capable hospital within 60 min of the call"),
    "hospital_p50": Message("Call to capable hospital, median, min"),
    "hospital_p90": Message("Call to capable hospital, 90th percentile, min"),
    "bypassed": Message("Patients taken past a full hospital"),
    "bay_waits": Message("Patients who wait for a bay"),
    "bay_over15": Message("Wait for a bay longer than 15 minutes"),
    "bay_over30": Message("Wait for a bay longer than 30 minutes"),
    "bay_over60": Message("Wait for a bay longer than 60 minutes"),
    "bay_mean": Message("Mean wait for a bay, min"),
    "bay_p90": Message("Wait for a bay, 90th percentile, min"),
    "bay_hours": Message("Ambulance hours lost at the door, a day"),
    "bay_queue": Message("Ambulances waiting for a bay"),
    "bays_busy": Message("Bays taken"),
    "walk_ins_refused": Message("Walk-in patients who left"),
    "icu_busy": Message("Intensive care taken"),
    "destination": Message("Patients by destination"),
    "first_within": Message("First help within target"),
    "first_mean": Message("Mean first help, min"),
    "responder_first": Message("A responder was first"),
    "stood_down": Message("Responder stood down"),
    "nobody_answered": Message("No responder came"),
}


def area_word(the_map: Map, say: Language) -> str:
    """What the map's small areas are called, in the plural."""
    if the_map.has_zones:
        return say("zones")
    return say("townships")


def one_area(the_map: Map, say: Language) -> str:
    """What one of the map's small areas is called."""
    if the_map.has_zones:
        return say("zone")
    return say("township")


def worst_served(the_map: Map, count: int, say: Language) -> str:
    """the 5 worst-served townships, for the middle of a sentence"""
    if count == 1:
        return say("the worst-served {area}", area=one_area(the_map, say))
    return say("the {n} worst-served {areas}", n=count, areas=area_word(the_map, say))


def unit(measure: Measure, say: Language) -> str:
    """What a difference in a measure is counted in: points of a hundred, minutes, or nothing."""
    if measure.unit == "number":
        return ""
    return say("points") if measure.unit == "share" else say("min")


def number(measure: Measure, value: float, say: Language, *, sign: bool = False) -> str:
    """75.2 for a share, in percent; 27.8 for minutes; +0.35 for a difference of minutes.

    1.24 for a plain number.
    """
    digits = 2 if measure.unit == "number" or (measure.unit == "min" and sign) else 1
    return say.number(value * measure.scale, digits, sign=sign)


def size_alone(measure: Measure, value: float, say: Language) -> str:
    """3.7 or 0.35: a difference rounded as in the table, without its sign."""
    return number(measure, abs(value), say, sign=True).removeprefix("+")


def adds_up(measure: Measure, before: float, after: float, difference: float) -> bool:
    """Whether two values as they are printed differ by what is printed as their difference."""
    scale, digits = (100, 1) if measure.unit == "share" else (1, 2)
    shown_to, slack = (2, 0.00501) if measure.unit == "number" else (1, 0.0501)
    if not all(map(math.isfinite, (before, after, difference))):
        return True
    shown = round(after * scale, shown_to) - round(before * scale, shown_to)
    return abs(shown - round(difference * scale, digits)) < slack


def value(measure: Measure, value: float, say: Language) -> str:
    """75.2 %, or 27.8 minutes as a plain number."""
    shown = number(measure, value, say)
    percent = measure.unit == "share" and math.isfinite(value)
    return say("{number} %", number=shown) if percent else shown


def interval(measure: Measure, value: Estimate, say: Language, *, sign: bool = False) -> str:
    """(+3.5, +3.8), or (75.0–75.4); that there is none, as after one replication."""
    if not value.known:
        return say("(no interval)")
    low, high = (number(measure, end, say, sign=sign) for end in (value.low, value.high))
    return f"({low}, {high})" if sign else f"({low}–{high})"


def between(measure: Measure, value: Estimate, say: Language) -> str:
    """95 % CI +3.5 to +3.8, for a sentence; that there is none, as after one replication."""
    if not value.known:
        return say("no interval")
    low, high = (number(measure, end, say, sign=True) for end in (value.low, value.high))
    return say("95 % CI {low} to {high}", low=low, high=high)


def size(measure: Measure, value: Estimate, say: Language) -> str:
    """+3.7 points"""
    shown = number(measure, value.mean, say, sign=True)
    if measure.unit == "number":
        return shown
    return say("{number} {unit}", number=shown, unit=unit(measure, say))


def verdict(verdict: Verdict, say: Language) -> str:
    """■ better: told apart without colour."""
    return f"{MARKS[verdict]} {say(VERDICTS[verdict])}"
