"""The measures, each defined once: what is counted, among which calls, which way is better.

Their names and definitions are words: `sim/words/measures.py`, `sim/words/definitions.py`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.measures.features import Feature
from sim.measures.groups import Setup, in_area
from sim.measures.hospital_measures import DESTINATION
from sim.measures.kinds import Measure, OfCalls, OfFleet, PercentileOfCalls, Rows
from sim.measures.people_kind import OfPeople
from sim.measures.response import WITHIN, counted, in_time, reached
from sim.measures.service_measures import SERVICE, level_zero_s, of_group
from sim.policies import targets

TURNOUT_TARGET_S = 180.0  # 3 分钟出车率, 国卫医发〔2020〕19号
LONG_WAIT_S = 1_200.0


# ── what is counted ──────────────────────────────────────────────────────────────────────────


def response_s(rows: Rows, setup: Setup | None = None) -> np.ndarray:
    """[call] seconds; inf if nobody arrived."""
    return rows.response_s


def first_help_s(rows: Rows, setup: Setup | None = None) -> np.ndarray:
    """[call] seconds until anybody was there, ambulance or first responder; inf if nobody was."""
    sooner: np.ndarray = np.minimum(rows.response_s, rows.responder_s)
    return sooner


def helped(rows: Rows, setup: Setup | None = None) -> np.ndarray:
    """[call] whether anybody was there."""
    there: np.ndarray = targets.reached(first_help_s(rows))
    return there


def helped_in_time(rows: Rows, setup: Setup) -> np.ndarray:
    """[call] whether anybody was there within the target of its area."""
    within: np.ndarray = targets.in_time(first_help_s(rows), np.array(setup.target_s)[rows.area])
    return within


def responder_first(rows: Rows, setup: Setup) -> np.ndarray:
    """[call] whether a responder was there before any ambulance."""
    return rows.responder_s < rows.response_s


def stood_down(rows: Rows, setup: Setup) -> np.ndarray:
    """[call] whether a responder set out, and an ambulance was there no later."""
    came: np.ndarray = targets.reached(rows.responder_s)
    return came & (rows.response_s <= rows.responder_s)


def nobody_answered(rows: Rows, setup: Setup) -> np.ndarray:
    """[call] whether responders were asked, and none came."""
    return rows.responder_asked & ~targets.reached(rows.responder_s)


def in_worst(setup: Setup) -> np.ndarray:
    """The worst-served townships of the base, as a mask of areas and townships."""
    mask = ~setup.everywhere()
    mask[:, list(setup.worst)] = True
    return mask


MEAN: Final = OfCalls("mean", "min", "less", value=response_s, among=reached, per=60.0, asked=True)
BUSY: Final = OfFleet(
    "busy",
    "share",
    "less",
    above=lambda tally, group: of_group(tally.busy_s, tally, group),
    below=lambda tally, group: of_group(tally.on_duty_s, tally, group),
)
FIRST_HELP: Final[tuple[OfCalls, ...]] = (
    OfCalls(
        "first_within", "share", "more",
        value=helped_in_time, among=counted, beside=WITHIN, feature=Feature.RESPONDERS,
    ),
    OfCalls(
        "first_urban", "share", "more", value=helped_in_time, among=counted, where=in_area(0),
        beside=WITHIN, feature=Feature.RESPONDERS,
    ),
    OfCalls(
        "first_rural", "share", "more", value=helped_in_time, among=counted, where=in_area(1),
        beside=WITHIN, feature=Feature.RESPONDERS,
    ),
    OfCalls(
        "first_mean", "min", "less", value=first_help_s, among=helped, per=60.0, beside=MEAN,
        feature=Feature.RESPONDERS,
    ),
    OfCalls("responder_first", "share", "more", value=responder_first, feature=Feature.RESPONDERS),
    OfCalls("stood_down", "share", "less", value=stood_down, feature=Feature.RESPONDERS),
    OfCalls("nobody_answered", "share", "less", value=nobody_answered, feature=Feature.RESPONDERS),
)  # fmt: skip
MEASURES: Final[tuple[Measure, ...]] = (
    WITHIN,
    OfCalls(
        "urban10", "share", "more", value=in_time, among=counted, where=in_area(0), asked=True
    ),
    OfCalls(
        "rural30", "share", "more", value=in_time, among=counted, where=in_area(1), asked=True
    ),
    OfCalls("worst5", "share", "more", value=in_time, among=counted, where=in_worst, asked=True),
    MEAN,
    PercentileOfCalls(
        "p90", "min", "less", value=response_s, among=counted, share=0.9, per=60.0, asked=True
    ),
    OfCalls(
        "over20",
        "share",
        "less",
        value=lambda rows, _: rows.response_s > LONG_WAIT_S,
        among=counted,
        asked=True,
    ),
    OfCalls(
        "turnout3", "share", "more",
        value=lambda rows, _: rows.turnout_s <= TURNOUT_TARGET_S, among=counted,
    ),
    OfCalls("served_at_once", "share", "more", value=lambda rows, _: rows.at_once),
    OfCalls("cross", "share", "less", value=lambda rows, _: rows.cross, among=counted),
    BUSY,
    OfFleet(
        "level_zero",
        "share",
        "less",
        above=level_zero_s,
        below=lambda tally, _: tally.window_s,
    ),
    OfPeople("people_ok", "share", "more", measure=WITHIN),
    *SERVICE,
    DESTINATION,
    *FIRST_HELP,
)  # fmt: skip

BY_KEY: Final = {measure.key: measure for measure in MEASURES}
COUNTED: Final = (WITHIN, MEAN)  # what sums are kept of
# Measures of what a scenario may not have are told where it has it.
HEADLINE: Final = (
    "within", "urban10", "rural30", "worst5", "p90", "mean", "busy", "people_ok",
    "first_within", "first_urban", "first_rural", "first_mean",
)  # fmt: skip
# Of what goes beyond the plain service, the measures that every answer names where a layout makes
# them worse, besides those of the headline: one for each topic, and of capable units, waits at the
# door, transfers and cancelled calls all that could get worse alone. None of those of which more is
# neither better nor worse.
SPOKEN_OF: Final = (
    "capable", "capable_urban", "capable_rural", "capable_p90", "units_all", "out_of_area",
    "overrun_home", "breaks_missed", "move_time", "survival",
    "wait_mean", "cancelled", "cancelled_late", "answered10", "answer_mean", "surge_within",
    "surge_mean", "surge_last", "surge_cancelled", "urgent_within", "urgent_mean", "transfer_late",
    "transfer_late60", "transfer_late_mean", "transfer_time", "hospital_60", "hospital_p90",
    "bypassed", "bay_waits", "bay_over30", "bay_mean", "bay_hours", "walk_ins_refused",
)  # fmt: skip
OF_EACH_CONDITION: Final = ("hospital_60", "hospital_p90")  # and these of each condition
ALONE: Final = ("responder_first",)  # headline of one layout: more is no gain by itself
OF_AN_AREA: Final = {  # keys of measures of one area, whatever group they are told of
    "urban10": "urban", "rural30": "rural", "capable_urban": "urban", "capable_rural": "rural",
    "first_urban": "urban", "first_rural": "rural",
}  # fmt: skip
OF_CALLS: Final = ("within", "mean", "p90", "over20", "turnout3", "served_at_once", "cross")
