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
        formula="#{i ∈ C : R(i) ≤ T(i)} / #C",
    ),
    "urban10": Definition(
        Message("Urban calls within target"),
        Message(
            "Compliance of the calls from the urban core, against the urban target (ten minutes "
            "unless the scenario says otherwise)."
        ),
        formula="#{i ∈ C ∩ U : R(i) ≤ T(i)} / #(C ∩ U)",
    ),
    "rural30": Definition(
        Message("Rural calls within target"),
        Message(
            "Compliance of the calls from outside the urban core, against the rural target "
            "(thirty minutes unless the scenario says otherwise)."
        ),
        formula="#{i ∈ C ∩ V : R(i) ≤ T(i)} / #(C ∩ V)",
    ),
    "worst5": Definition(
        Message("Five worst-served townships"),
        Message(
            "Compliance of the calls of the five townships that today's layout serves worst. They "
            "are chosen on other calls than those that are measured, among townships that have "
            "enough, and are the same for every layout."
        ),
        formula="#{i ∈ C ∩ L : R(i) ≤ T(i)} / #(C ∩ L)",
    ),
    "mean": Definition(
        Message("Mean response"),
        Message("Mean minutes from call received to arrival, over all calls that were reached."),
        formula="Σ{i ∈ A} R(i) / #A",
    ),
    "p90": Definition(
        Message("90th percentile"),
        Message(
            "The smallest number of minutes within which at least 90 % of the calls were reached, "
            "over the calls of all replications together."
        ),
        (Message("P90"),),
        formula="min{t : #{i ∈ C : R(i) ≤ t} ≥ 0.9 × #C}",
    ),
    "over20": Definition(
        Message("Longer than 20 minutes"),
        Message("Share of calls with a response time of more than 20 minutes."),
        formula="#{i ∈ C : R(i) > 20 min} / #C",
    ),
    "turnout3": Definition(
        Message("Turnout within 3 minutes"),
        Message(
            "Share of calls whose ambulance was rolling at most 3 minutes after it was assigned; "
            "an ambulance sent while on the road rolls at once."
        ),
        (Message("3-minute turnout"),),
        formula="#{i ∈ C : M(i) ≤ 3 min} / #C",
    ),
    "served_at_once": Definition(
        Message("Served at once"),
        Message(
            "Share of calls for which an ambulance could be assigned as soon as call taking was "
            "over, with no queueing. Cities define this figure differently: compare with care."
        ),
        formula="#S / #N",
    ),
    "cross": Definition(
        Message("Served from another area"),
        Message(
            "Share of calls served by an ambulance whose home is not the station nearest to the "
            "call by driving time."
        ),
        (Message("out of area"),),
        formula="#(C ∩ X) / #C",
    ),
    "busy": Definition(
        Message("Ambulance time on calls"),
        Message(
            "Utilisation: time from assigned to cleared while on shift, over time on shift, all "
            "ambulances together."
        ),
        (Message("utilisation"),),
        formula="Σ{v ∈ F} B(v) / Σ{v ∈ F} D(v)",
    ),
    "level_zero": Definition(
        Message("Time with no ambulance free"),
        Message("Share of time in which no ambulance on shift was free to be sent."),
        (Message("level zero"),),
        formula="Z / H",
    ),
    "people_ok": Definition(
        Message("People in townships that meet their target"),
        Message(
            "Share of people who live in a township in which the scenario's share (90 %) of calls "
            "is reached within their own target, of all who live in townships with calls. Its "
            "interval reaches from the townships that surely meet it to those that may; there is "
            "none where these are all on one side."
        ),
        formula="Σ{k ∈ K : #{i ∈ C(k) : R(i) ≤ T(i)} ≥ q × #C(k)} p(k) / Σ{k ∈ K} p(k)",
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
        formula="#{i ∈ C : Rc(i) ≤ T(i)} / #C",
    ),
    "capable_urban": Definition(
        Message("Capable unit within target, urban"),
        Message(
            "Share of the calls from the urban core at which an ambulance of a capable class "
            "arrives within the urban target."
        ),
        formula="#{i ∈ C ∩ U : Rc(i) ≤ T(i)} / #(C ∩ U)",
    ),
    "capable_rural": Definition(
        Message("Capable unit within target, rural"),
        Message(
            "Share of the calls from outside the urban core at which an ambulance of a capable "
            "class arrives within the rural target."
        ),
        formula="#{i ∈ C ∩ V : Rc(i) ≤ T(i)} / #(C ∩ V)",
    ),
    "capable_p90": Definition(
        Message("Capable unit, 90th percentile"),
        Message(
            "The smallest number of minutes within which an ambulance of a capable class was at "
            "at least 90 % of the calls."
        ),
        formula="min{t : #{i ∈ C : Rc(i) ≤ t} ≥ 0.9 × #C}",
    ),
    "units_all": Definition(
        Message("Calls that got all units they needed"),
        Message(
            "Of the calls that need several ambulances, the share at which as many arrived. A unit "
            "that is stood down on its way did not arrive."
        ),
        formula="#{i ∈ C : m(i) ≥ n(i) > 1} / #{i ∈ C : n(i) > 1}",
    ),
    "units_fewer": Definition(
        Message("Calls that got fewer units"),
        Message(
            "Of the calls that need several ambulances, the share at which some arrived, but "
            "fewer. The rest got all or none."
        ),
        formula="#{i ∈ C : n(i) > m(i) > 0} / #{i ∈ C : n(i) > 1}",
    ),
    "needs_met": Definition(
        Message("Units that came, of those needed"),
        Message("Ambulances that arrived, over ambulances that were needed, of all calls."),
        formula="Σ{i ∈ N} m(i) / Σ{i ∈ N} n(i)",
    ),
    "second_mean": Definition(
        Message("Mean response of the second unit"),
        Message(
            "Mean minutes from call received to the arrival of the second ambulance, over the "
            "calls that need several and were reached by two."
        ),
        formula="Σ{i ∈ Y} R2(i) / #Y",
    ),
    "second_p90": Definition(
        Message("Second unit, 90th percentile"),
        Message(
            "The smallest number of minutes within which the second ambulance was at at least "
            "90 % of the calls that need several and were reached by two."
        ),
        formula="min{t : #{i ∈ Y : R2(i) ≤ t} ≥ 0.9 × #Y}",
    ),
    "out_of_area": Definition(
        Message("Served by another centre"),
        Message(
            "Of the calls that were reached, the share at which the first ambulance to arrive "
            "belongs to another dispatch centre than the call."
        ),
        (Message("helped by a neighbour"),),
        formula="#(A ∩ Xc) / #A",
    ),
    "other_zone": Definition(
        Message("Served from another zone"),
        Message(
            "Of the calls that were reached, the share at which the first ambulance to arrive is "
            "at home in another zone."
        ),
        formula="#(A ∩ Xz) / #A",
    ),
    "overrun": Definition(
        Message("Overrun until cleared"),
        Message(
            "Minutes a day, of all crews together, from the end of a shift until a crew that then "
            "had a call in hand was cleared. Only where crews go home: not where a shift is "
            "followed by another of the same crew."
        ),
        (Message("overtime"),),
        formula="Σ{s ∈ J} O(s) / d",
    ),
    "overrun_home": Definition(
        Message("Overrun until home"),
        Message(
            "Minutes a day, of all crews together, from the end of a shift until crews that were "
            "on a call or on the road were at a station."
        ),
        formula="Σ{s ∈ J} G(s) / d",
    ),
    "overrun_crews": Definition(
        Message("Crews that overrun"),
        Message("How many crews a day have a call in hand at the end of their shift."),
        formula="#{s ∈ J : O(s) > 0} / d",
    ),
    "breaks_missed": Definition(
        Message("Breaks missed"),
        Message(
            "Of the breaks that fell due, the share that was never taken whole: not begun in time, "
            "or ended by a call and not made up for."
        ),
        formula="#Em / #E",
    ),
    "breaks_broken": Definition(
        Message("Breaks broken off"),
        Message(
            "Of the breaks that fell due, the share that a call ended at least once, whether they "
            "were made up for or not."
        ),
        formula="#Eb / #E",
    ),
    "break_time": Definition(
        Message("Break of a crew and day"),
        Message(
            "Minutes of break, broken ones included, over the shifts in which one was due; of a "
            "shift that lasts longer than a day, each day counts as one."
        ),
        formula="Be / #Je",
    ),
    "off_road": Definition(
        Message("Ambulances off the road"),
        Message("How many ambulances, in the mean over time, were off the road by a failure."),
        formula="Σ{v ∈ F} f(v) / H",
    ),
    "failures": Definition(
        Message("Failures of an ambulance and day"),
        Message("How often a day an ambulance went off the road, in the mean over the fleet."),
        formula="#Ef / (#F × d)",
    ),
    "moves": Definition(
        Message("Standby moves a shift"),
        Message(
            "Drives without a call that begin at a station, over the shifts that were worked. The "
            "way home after a call is none; of a shift that lasts longer than a day, each day "
            "counts as one."
        ),
        (Message("repositioning"),),
        formula="#Ed / w",
    ),
    "move_time": Definition(
        Message("Standby driving of an ambulance and day"),
        Message("Minutes a day that an ambulance drives in standby moves, in the mean."),
        formula="g / (#F × d)",
    ),
    "survival": Definition(
        Message("Expected survival of cardiac arrest"),
        Message(
            "The chance to survive that the scenario's curve gives by the minutes until the first "
            "help and the first ambulance, in the mean over the calls of one priority: the share "
            "that would survive, were all of them cardiac arrests. A call that nobody reaches "
            "counts as 0."
        ),
        formula="Σ{i ∈ Cp} (1 / (1 + exp(a + b × Rf(i) + c × R(i)))) / #Cp",
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
        formula="#{i ∈ C : Rf(i) ≤ T(i)} / #C",
    ),
    "first_urban": Definition(
        Message("Urban calls with first help within target"),
        Message("First help within target of urban calls, against the urban target."),
        formula="#{i ∈ C ∩ U : Rf(i) ≤ T(i)} / #(C ∩ U)",
    ),
    "first_rural": Definition(
        Message("Rural calls with first help within target"),
        Message("First help within target of rural calls, against the rural target."),
        formula="#{i ∈ C ∩ V : Rf(i) ≤ T(i)} / #(C ∩ V)",
    ),
    "first_mean": Definition(
        Message("Mean first help"),
        Message(
            "Mean minutes from call received until an ambulance or a first responder was there, "
            "over all calls at which anybody was."
        ),
        formula="Σ{i ∈ N : Rf(i) < ∞} Rf(i) / #{i ∈ N : Rf(i) < ∞}",
    ),
    "responder_first": Definition(
        Message("A responder was first"),
        Message(
            "Share of calls at which a first responder was before any ambulance. It falls as "
            "ambulances come sooner: more is not better by itself."
        ),
        formula="#{i ∈ N : Rr(i) < R(i)} / #N",
    ),
    "stood_down": Definition(
        Message("Responder stood down"),
        Message(
            "Share of calls to which a first responder set out, and no later than that an "
            "ambulance was there: the responder is stood down."
        ),
        formula="#{i ∈ N : R(i) ≤ Rr(i) < ∞} / #N",
    ),
    "nobody_answered": Definition(
        Message("No responder came"),
        Message(
            "Share of calls at which first responders were in reach and on duty, and none of "
            "them came."
        ),
        formula="#{i ∈ Nr : Rr(i) = ∞} / #N",
    ),
}
