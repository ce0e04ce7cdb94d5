"""A measure that changes, as one of a list in a sentence: what it says of more and of less."""

from __future__ import annotations

from typing import Any, Final

from sim.measures.verdicts import Verdict
from sim.text import Message

# A measure that changes, as one of a list: more of it, less of it.
CHANGES: Final[dict[Any, Any]] = {
    "within": (
        Message("all calls within target ({size} more in every hundred)"),
        Message("all calls within target ({size} fewer in every hundred)"),
    ),
    "urban10": (
        Message("urban calls within {urban} minutes ({size} more in every hundred)"),
        Message("urban calls within {urban} minutes ({size} fewer in every hundred)"),
    ),
    "rural30": (
        Message("rural calls within {rural} minutes ({size} more in every hundred)"),
        Message("rural calls within {rural} minutes ({size} fewer in every hundred)"),
    ),
    "worst5": (
        Message("calls of {places} within target ({size} more in every hundred)"),
        Message("calls of {places} within target ({size} fewer in every hundred)"),
    ),
    "p90": (
        Message("the time in which nine of ten calls are reached ({size} min longer)"),
        Message("the time in which nine of ten calls are reached ({size} min shorter)"),
    ),
    "mean": (
        Message("the mean response ({size} min longer)"),
        Message("the mean response ({size} min shorter)"),
    ),
    "busy": (
        Message("the ambulances' share of time on calls ({size} points more)"),
        Message("the ambulances' share of time on calls ({size} points less)"),
    ),
    "people_ok": (
        Message("people in {areas} that meet their target ({size} more in every hundred)"),
        Message("people in {areas} that meet their target ({size} fewer in every hundred)"),
    ),
    "first_within": (
        Message("first help within target ({size} more calls in every hundred)"),
        Message("first help within target ({size} fewer calls in every hundred)"),
    ),
    "first_urban": (
        Message("urban first help within {urban} minutes ({size} more calls in every hundred)"),
        Message("urban first help within {urban} minutes ({size} fewer calls in every hundred)"),
    ),
    "first_rural": (
        Message("rural first help within {rural} minutes ({size} more calls in every hundred)"),
        Message("rural first help within {rural} minutes ({size} fewer calls in every hundred)"),
    ),
    "first_mean": (
        Message("the mean time until first help ({size} min longer)"),
        Message("the mean time until first help ({size} min shorter)"),
    ),
    "capable": (
        Message("calls with a capable unit within target ({size} more in every hundred)"),
        Message("calls with a capable unit within target ({size} fewer in every hundred)"),
    ),
    "capable_urban": (
        Message("urban calls with a capable unit within target ({size} more in every hundred)"),
        Message("urban calls with a capable unit within target ({size} fewer in every hundred)"),
    ),
    "capable_rural": (
        Message("rural calls with a capable unit within target ({size} more in every hundred)"),
        Message("rural calls with a capable unit within target ({size} fewer in every hundred)"),
    ),
    "capable_p90": (
        Message("the time in which a capable unit is at nine of ten calls ({size} min longer)"),
        Message("the time in which a capable unit is at nine of ten calls ({size} min shorter)"),
    ),
    "units_all": (
        Message("calls that got all units they needed ({size} more in every hundred of these)"),
        Message("calls that got all units they needed ({size} fewer in every hundred of these)"),
    ),
    "out_of_area": (
        Message("calls served by another centre ({size} more in every hundred)"),
        Message("calls served by another centre ({size} fewer in every hundred)"),
    ),
    "overrun_home": (
        Message("crews on their way after the end of their shift ({size} min a day more)"),
        Message("crews on their way after the end of their shift ({size} min a day less)"),
    ),
    "breaks_missed": (
        Message("breaks missed ({size} more in every hundred)"),
        Message("breaks missed ({size} fewer in every hundred)"),
    ),
    "move_time": (
        Message("standby driving ({size} min more of an ambulance and day)"),
        Message("standby driving ({size} min less of an ambulance and day)"),
    ),
    "survival": (
        Message("expected survival of cardiac arrest ({size} more in every hundred)"),
        Message("expected survival of cardiac arrest ({size} fewer in every hundred)"),
    ),
    "wait_mean": (
        Message("the mean wait for an ambulance ({size} min longer)"),
        Message("the mean wait for an ambulance ({size} min shorter)"),
    ),
    "cancelled": (
        Message("calls cancelled ({size} more in every hundred)"),
        Message("calls cancelled ({size} fewer in every hundred)"),
    ),
    "cancelled_late": (
        Message("calls cancelled after their target had passed ({size} more in every hundred)"),
        Message("calls cancelled after their target had passed ({size} fewer in every hundred)"),
    ),
    "answered10": (
        Message("calls answered within ten seconds ({size} more in every hundred)"),
        Message("calls answered within ten seconds ({size} fewer in every hundred)"),
    ),
    "answer_mean": (
        Message("the mean wait at the call desk ({size} min longer)"),
        Message("the mean wait at the call desk ({size} min shorter)"),
    ),
    "surge_within": (
        Message("calls of a surge within target ({size} more in every hundred of these)"),
        Message("calls of a surge within target ({size} fewer in every hundred of these)"),
    ),
    "surge_mean": (
        Message("the mean response to a surge ({size} min longer)"),
        Message("the mean response to a surge ({size} min shorter)"),
    ),
    "surge_last": (
        Message("the last arrival at a surge ({size} min longer)"),
        Message("the last arrival at a surge ({size} min shorter)"),
    ),
    "surge_cancelled": (
        Message("calls of a surge cancelled ({size} more in every hundred of these)"),
        Message("calls of a surge cancelled ({size} fewer in every hundred of these)"),
    ),
    "urgent_within": (
        Message("urgent transfers within target ({size} more in every hundred of these)"),
        Message("urgent transfers within target ({size} fewer in every hundred of these)"),
    ),
    "urgent_mean": (
        Message("the mean response to urgent transfers ({size} min longer)"),
        Message("the mean response to urgent transfers ({size} min shorter)"),
    ),
    "transfer_late": (
        Message("planned transfers late ({size} more in every hundred of these)"),
        Message("planned transfers late ({size} fewer in every hundred of these)"),
    ),
    "transfer_late60": (
        Message(
            "planned transfers late by more than 60 minutes ({size} more in every hundred of these)"
        ),
        Message(
            "planned transfers late by more than 60 minutes ({size} fewer in every hundred of "
            "these)"
        ),
    ),
    "transfer_late_mean": (
        Message("the mean lateness of planned transfers ({size} min longer)"),
        Message("the mean lateness of planned transfers ({size} min shorter)"),
    ),
    "hospital_60": (
        Message(
            "patients at a capable hospital within 60 minutes of the call ({size} more in every "
            "hundred)"
        ),
        Message(
            "patients at a capable hospital within 60 minutes of the call ({size} fewer in every "
            "hundred)"
        ),
    ),
    "hospital_p90": (
        Message(
            "the time from the call in which nine of ten are at a capable hospital ({size} min "
            "longer)"
        ),
        Message(
            "the time from the call in which nine of ten are at a capable hospital ({size} min "
            "shorter)"
        ),
    ),
    "bypassed": (
        Message("patients taken past a full hospital ({size} more in every hundred)"),
        Message("patients taken past a full hospital ({size} fewer in every hundred)"),
    ),
    "bay_waits": (
        Message("patients who wait for a bay ({size} more in every hundred)"),
        Message("patients who wait for a bay ({size} fewer in every hundred)"),
    ),
    "bay_over30": (
        Message(
            "patients who wait for a bay for longer than 30 minutes ({size} more in every hundred)"
        ),
        Message(
            "patients who wait for a bay for longer than 30 minutes ({size} fewer in every hundred)"
        ),
    ),
    "bay_mean": (
        Message("the mean wait for a bay ({size} min longer)"),
        Message("the mean wait for a bay ({size} min shorter)"),
    ),
    "bay_hours": (
        Message("ambulance hours lost at the door ({size} more a day)"),
        Message("ambulance hours lost at the door ({size} fewer a day)"),
    ),
    "transfer_time": (
        Message("ambulance hours on transfers ({size} more a day)"),
        Message("ambulance hours on transfers ({size} fewer a day)"),
    ),
    "walk_ins_refused": (
        Message("walk-in patients who left ({size} more in every hundred of these)"),
        Message("walk-in patients who left ({size} fewer in every hundred of these)"),
    ),
    (Verdict.TOO_FEW, Verdict.BETTER): Message(
        "{what} would change compliance by {change} points ({between}): too few calls to say "
        "whether it helps; but for the {n} worst-served {areas}, {worst} more in every hundred "
        "within target."
    ),
    (Verdict.TOO_FEW, Verdict.WORSE): Message(
        "{what} would change compliance by {change} points ({between}): too few calls to say "
        "whether it helps; but for the {n} worst-served {areas}, {worst} fewer in every hundred "
        "within target."
    ),
}
# The same of the patients of one condition.
CHANGES_OF_A_CONDITION: Final[dict[str, tuple[Message, Message]]] = {
    "hospital_60": (
        Message(
            "patients at a capable hospital within 60 minutes of the call, of the condition "
            "{condition} ({size} more in every hundred)"
        ),
        Message(
            "patients at a capable hospital within 60 minutes of the call, of the condition "
            "{condition} ({size} fewer in every hundred)"
        ),
    ),
    "hospital_p90": (
        Message(
            "the time from the call in which nine of ten are at a capable hospital, of the "
            "condition {condition} ({size} min longer)"
        ),
        Message(
            "the time from the call in which nine of ten are at a capable hospital, of the "
            "condition {condition} ({size} min shorter)"
        ),
    ),
}
