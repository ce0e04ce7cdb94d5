"""Words besides measures that a planner meets, and what they mean: the texts of `explain`."""

from __future__ import annotations

from typing import Final

from sim.text import Message
from sim.words.definition import Definition

TERMS: Final = (
    Definition(
        Message("response time"),
        Message("From call received to the first ambulance's arrival."),
    ),
    Definition(
        Message("turnout"),
        Message(
            "From an ambulance's assignment until its wheels roll; also called chute time or "
            "mobilisation."
        ),
    ),
    Definition(
        Message("queueing"),
        Message("From the end of call taking until an ambulance is assigned."),
    ),
    Definition(
        Message("why late"),
        Message(
            "The one cause of a call beyond its target. Distance, call taking, turnout, nearest "
            "busy and queueing are added up in this order; the one with which the sum passes the "
            "target is the cause. A call that nobody reaches counts as queueing."
        ),
    ),
    Definition(
        Message("distance"),
        Message(
            "What the drive would have taken from the nearest station that has an ambulance, or "
            "what it took if that was less. A station nearer helps, an ambulance does not."
        ),
    ),
    Definition(
        Message("nearest busy"),
        Message(
            "What the drive took longer than from the nearest station, because an ambulance from "
            "farther away came: the nearest was on a call or off duty. Another ambulance there "
            "helps."
        ),
    ),
    Definition(
        Message("coverage"),
        Message(
            "Share of people within the target's driving time of a station: a statement about "
            "distance, without calls or busy ambulances."
        ),
    ),
    Definition(
        Message("first responders"),
        Message(
            "People near a call who help until the ambulance comes: village clinics, family "
            "doctors, volunteers with a defibrillator. They are never busy and change nothing of "
            "what ambulances do."
        ),
    ),
    Definition(
        Message("∞"),
        Message(
            "A time without end: so many calls were never reached, because they were lost or still "
            "waiting when the study ended, that no number of minutes holds for as many calls as "
            "the measure asks for."
        ),
        (Message("infinity"),),
    ),
    Definition(
        Message("layout"),
        Message("Where stations stand and how many ambulances each has."),
    ),
    Definition(
        Message("replication"),
        Message(
            "One simulated period with its own random calls; several show how much chance matters."
        ),
    ),
    Definition(
        Message("95 % interval"),
        Message(
            "A range made by a method that catches the true value in 95 of 100 studies like this "
            "one. It speaks of chance, not of wrong assumptions."
        ),
    ),
    Definition(
        Message("common random numbers"),
        Message(
            "Both layouts meet the very same calls, so that their difference is due to the layout."
        ),
    ),
    Definition(
        Message("divert"),
        Message("Send an ambulance that is on its way to a less urgent call to a more urgent one."),
    ),
    Definition(
        Message("1030"),
        Message(
            "An ambulance within 10 minutes in the urban area and within 30 in the country: the "
            "rule of Liling's emergency alliance."
        ),
    ),
    Definition(
        Message("too small to matter"),
        Message(
            "The whole interval of the difference lies within what the study calls small: 1 point "
            "for shares, 0.5 minutes for times."
        ),
    ),
    Definition(
        Message("too few calls to say"),
        Message(
            "Fewer than 100 calls were measured, or so few that even no difference at all could "
            "not be told from one that matters."
        ),
    ),
    Definition(
        Message("synthetic map"),
        Message(
            "A map that is made up in whole or in part; its marks say which facts are sourced, "
            "inferred, imputed or assumed."
        ),
    ),
)
