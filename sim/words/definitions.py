"""What measures are called and what they mean, exactly: the texts of `explain`."""

from __future__ import annotations

from typing import Final

from sim.text import Message
from sim.words.definition import Definition
from sim.words.hospital_definitions import HOSPITALS, OTHER_CALLS

# By key of the measure.
MEASURES: Final = {
    "within": Definition(
        Message("All calls within target"),
        Message(
            "Compliance: the share of calls whose response time is at most (≤) the target of the "
            "place they came from, urban or rural. A call that nobody reaches counts as not "
            "reached. Response time runs from call received to the first ambulance's arrival."
        ),
        (Message("compliance"),),
    ),
    "urban10": Definition(
        Message("Urban calls within target"),
        Message(
            "Compliance of the calls from the urban core, against the urban target (ten minutes "
            "unless the scenario says otherwise)."
        ),
    ),
    "rural30": Definition(
        Message("Rural calls within target"),
        Message(
            "Compliance of the calls from outside the urban core, against the rural target "
            "(thirty minutes unless the scenario says otherwise)."
        ),
    ),
    "worst5": Definition(
        Message("Five worst-served townships"),
        Message(
            "Compliance of the calls of the five townships that today's layout serves worst. They "
            "are chosen on other calls than those that are measured, among townships that have "
            "enough, and are the same for every layout."
        ),
    ),
    "mean": Definition(
        Message("Mean response"),
        Message("Mean minutes from call received to arrival, over all calls that were reached."),
    ),
    "p90": Definition(
        Message("90th percentile"),
        Message(
            "The smallest number of minutes within which at least 90 % of the calls were reached, "
            "over the calls of all replications together."
        ),
        (Message("P90"),),
    ),
    "over20": Definition(
        Message("Longer than 20 minutes"),
        Message("Share of calls with a response time of more than 20 minutes."),
    ),
    "turnout3": Definition(
        Message("Turnout within 3 minutes"),
        Message(
            "Share of calls whose ambulance was rolling at most 3 minutes after it was assigned; "
            "an ambulance sent while on the road rolls at once."
        ),
        (Message("3-minute turnout"),),
    ),
    "served_at_once": Definition(
        Message("Served at once"),
        Message(
            "Share of calls for which an ambulance could be assigned as soon as call taking was "
            "over, with no queueing. Cities define this figure differently: compare with care."
        ),
    ),
    "cross": Definition(
        Message("Served from another area"),
        Message(
            "Share of calls served by an ambulance whose home is not the station nearest to the "
            "call by driving time."
        ),
        (Message("out of area"),),
    ),
    "busy": Definition(
        Message("Ambulance time on calls"),
        Message(
            "Utilisation: time from assigned to cleared while on shift, over time on shift, all "
            "ambulances together."
        ),
        (Message("utilisation"),),
    ),
    "level_zero": Definition(
        Message("Time with no ambulance free"),
        Message("Share of time in which no ambulance on shift was free to be sent."),
        (Message("level zero"),),
    ),
    "people_ok": Definition(
        Message("People in townships that meet their target"),
        Message(
            "Share of people who live in a township in which the scenario's share (90 %) of calls "
            "is reached within their own target, of all who live in townships with calls. Its "
            "interval reaches from the townships that surely meet it to those that may; there is "
            "none where these are all on one side."
        ),
    ),
    "capable": Definition(
        Message("Capable unit within target"),
        Message(
            "Share of calls at which an ambulance of a capable class arrives within (≤) the target "
            "of the place they came from. Capable is a class in the first tier of the condition's "
            "first need; where every class is, this is compliance. A call that nobody capable "
            "reaches counts as not reached."
        ),
        (Message("first capable arrival"),),
    ),
    "capable_urban": Definition(
        Message("Capable unit within target, urban"),
        Message(
            "Share of the calls from the urban core at which an ambulance of a capable class "
            "arrives within the urban target."
        ),
    ),
    "capable_rural": Definition(
        Message("Capable unit within target, rural"),
        Message(
            "Share of the calls from outside the urban core at which an ambulance of a capable "
            "class arrives within the rural target."
        ),
    ),
    "capable_p90": Definition(
        Message("Capable unit, 90th percentile"),
        Message(
            "The smallest number of minutes within which an ambulance of a capable class was at "
            "at least 90 % of the calls."
        ),
    ),
    "units_all": Definition(
        Message("Calls that got all units they needed"),
        Message(
            "Of the calls that need several ambulances, the share at which as many arrived. A unit "
            "that is stood down on its way did not arrive."
        ),
    ),
    "units_fewer": Definition(
        Message("Calls that got fewer units"),
        Message(
            "Of the calls that need several ambulances, the share at which some arrived, but "
            "fewer. The rest got all or none."
        ),
    ),
    "needs_met": Definition(
        Message("Units that came, of those needed"),
        Message("Ambulances that arrived, over ambulances that were needed, of all calls."),
    ),
    "second_mean": Definition(
        Message("Mean response of the second unit"),
        Message(
            "Mean minutes from call received to the arrival of the second ambulance, over the "
            "calls that need several and were reached by two."
        ),
    ),
    "second_p90": Definition(
        Message("Second unit, 90th percentile"),
        Message(
            "The smallest number of minutes within which the second ambulance was at at least "
            "90 % of the calls that need several and were reached by two."
        ),
    ),
    "out_of_area": Definition(
        Message("Served by another centre"),
        Message(
            "Of the calls that were reached, the share at which the first ambulance to arrive "
            "belongs to another dispatch centre than the call."
        ),
        (Message("helped by a neighbour"),),
    ),
    "other_zone": Definition(
        Message("Served from another zone"),
        Message(
            "Of the calls that were reached, the share at which the first ambulance to arrive is "
            "at home in another zone."
        ),
    ),
    "overrun": Definition(
        Message("Overrun until cleared"),
        Message(
            "Minutes a day, of all crews together, from the end of a shift until a crew that then "
            "had a call in hand was cleared. Only where crews go home: not where a shift is "
            "followed by another of the same crew."
        ),
        (Message("overtime"),),
    ),
    "overrun_home": Definition(
        Message("Overrun until home"),
        Message(
            "Minutes a day, of all crews together, from the end of a shift until crews that were "
            "on a call or on the road were at a station."
        ),
    ),
    "overrun_crews": Definition(
        Message("Crews that overrun"),
        Message("How many crews a day have a call in hand at the end of their shift."),
    ),
    "breaks_missed": Definition(
        Message("Breaks missed"),
        Message(
            "Of the breaks that fell due, the share that was never taken whole: not begun in time, "
            "or ended by a call and not made up for."
        ),
    ),
    "breaks_broken": Definition(
        Message("Breaks broken off"),
        Message(
            "Of the breaks that fell due, the share that a call ended at least once, whether they "
            "were made up for or not."
        ),
    ),
    "break_time": Definition(
        Message("Break of a crew and day"),
        Message(
            "Minutes of break, broken ones included, over the shifts in which one was due; of a "
            "shift that lasts longer than a day, each day counts as one."
        ),
    ),
    "off_road": Definition(
        Message("Ambulances off the road"),
        Message("How many ambulances, in the mean over time, were off the road by a failure."),
    ),
    "failures": Definition(
        Message("Failures of an ambulance and day"),
        Message("How often a day an ambulance went off the road, in the mean over the fleet."),
    ),
    "moves": Definition(
        Message("Standby moves a shift"),
        Message(
            "Drives without a call that begin at a station, over the shifts that were worked. The "
            "way home after a call is none; of a shift that lasts longer than a day, each day "
            "counts as one."
        ),
        (Message("repositioning"),),
    ),
    "move_time": Definition(
        Message("Standby driving of an ambulance and day"),
        Message("Minutes a day that an ambulance drives in standby moves, in the mean."),
    ),
    "survival": Definition(
        Message("Expected survival of cardiac arrest"),
        Message(
            "The chance to survive that the scenario's curve gives by the minutes until the first "
            "help and the first ambulance, in the mean over the calls of one priority: the share "
            "that would survive, were all of them cardiac arrests. A call that nobody reaches "
            "counts as 0."
        ),
    ),
    **OTHER_CALLS,
    **HOSPITALS,
    "first_within": Definition(
        Message("First help within target"),
        Message(
            "The share of calls at which somebody was within the target of the place, from call "
            "received: an ambulance or a first responder, whoever came first. Responders have a "
            "clock of their own: compliance and response time are those of ambulances alone."
        ),
        (Message("first help"),),
    ),
    "first_urban": Definition(
        Message("Urban calls with first help within target"),
        Message("First help within target of urban calls, against the urban target."),
    ),
    "first_rural": Definition(
        Message("Rural calls with first help within target"),
        Message("First help within target of rural calls, against the rural target."),
    ),
    "first_mean": Definition(
        Message("Mean first help"),
        Message(
            "Mean minutes from call received until an ambulance or a first responder was there, "
            "over all calls at which anybody was."
        ),
    ),
    "responder_first": Definition(
        Message("A responder was first"),
        Message(
            "Share of calls at which a first responder was before any ambulance. It falls as "
            "ambulances come sooner: more is not better by itself."
        ),
    ),
    "stood_down": Definition(
        Message("Responder stood down"),
        Message(
            "Share of calls to which a first responder set out, and no later than that an "
            "ambulance was there: the responder is stood down."
        ),
    ),
    "nobody_answered": Definition(
        Message("No responder came"),
        Message(
            "Share of calls at which first responders were in reach and on duty, and none of "
            "them came."
        ),
    ),
}
