"""What measures at hospitals, of calls that end otherwise and of transfers are called and mean."""

from __future__ import annotations

from typing import Final

from sim.text import Message
from sim.words.definition import Definition

# By key of the measure, in the order in which they are listed.
OTHER_CALLS: Final = {
    "waits": Definition(
        Message("Calls that wait for an ambulance"),
        Message(
            "Share of emergencies to which nobody could be assigned as soon as call taking was "
            "over. A call that was withdrawn waited until then. Calls that leave at once, because "
            "the scenario does not let them wait, are not among these."
        ),
        formula="#{i ∈ N : 0 < Q(i) < ∞} / #{i ∈ N : Q(i) < ∞}",
    ),
    "wait_mean": Definition(
        Message("Mean wait for an ambulance"),
        Message(
            "Mean minutes from the end of call taking until an ambulance was assigned, or the call "
            "was withdrawn, over all emergencies; those that did not wait count as 0."
        ),
        formula="Σ{i ∈ N : Q(i) < ∞} Q(i) / #{i ∈ N : Q(i) < ∞}",
    ),
    "cancelled": Definition(
        Message("Calls cancelled"),
        Message(
            "Share of emergencies that were withdrawn before anybody arrived. Such a call never "
            "counts as reached. Withdrawn after its target had passed, it counts as not reached in "
            "time; withdrawn sooner, it has no part in compliance and response times."
        ),
        (Message("withdrawn"),),
        formula="#{i ∈ N : R(i) = ∞ ∧ W(i) < ∞} / #N",
    ),
    "cancelled_late": Definition(
        Message("Calls cancelled after their target had passed"),
        Message(
            "Share of emergencies that were withdrawn later than their target, and before anybody "
            "arrived: a part of those that were cancelled. They count as not reached in time."
        ),
        formula="#{i ∈ N : R(i) = ∞ ∧ T(i) < W(i) < ∞} / #N",
    ),
    "cancelled_way": Definition(
        Message("Calls cancelled on the way"),
        Message(
            "Of the emergencies to which an ambulance was sent, the share that was withdrawn "
            "before "
            "anybody arrived."
        ),
        formula="#{i ∈ Ns : R(i) = ∞} / #Ns",
    ),
    "answered10": Definition(
        Message("Answered within 10 seconds"),
        Message(
            "Share of emergencies that somebody at the call desk took at most (≤) ten seconds "
            "after "
            "they were received."
        ),
        (Message("10-second answering"),),
        formula="#{i ∈ N : Qd(i) ≤ 10 s} / #N",
    ),
    "answer_waits": Definition(
        Message("Calls that wait at the call desk"),
        Message("Share of emergencies that came when every seat of the call desk was taken."),
        formula="#{i ∈ N : Qd(i) > 0} / #N",
    ),
    "answer_mean": Definition(
        Message("Mean wait at the call desk"),
        Message(
            "Mean minutes from call received until somebody at the call desk took it, over all "
            "emergencies; those that did not wait count as 0."
        ),
        formula="Σ{i ∈ N} Qd(i) / #N",
    ),
    "treated_at_scene": Definition(
        Message("Treated at the scene"),
        Message(
            "Of the emergencies that were reached, the share whose patient was treated at the "
            "scene and taken nowhere."
        ),
        formula="#At / #A",
    ),
    "nobody_found": Definition(
        Message("Nobody found"),
        Message("Of the emergencies that were reached, the share at which nobody was found."),
        formula="#An / #A",
    ),
    "to_clinic": Definition(
        Message("Taken to a clinic"),
        Message(
            "Of the emergencies that were reached, the share whose patient was a light case and "
            "was to go to a community health centre."
        ),
        formula="#Ac / #A",
    ),
    "calls_all": Definition(
        Message("Calls in a replication"),
        Message(
            "How many calls were received within the time that is measured, in the mean over "
            "replications: emergencies, calls of a surge, urgent and planned transfers together."
        ),
        formula="(#N + #Gs + #Gu + #Gp) / r",
    ),
    "calls_emergency": Definition(
        Message("Emergencies in a replication"),
        Message(
            "Calls that are neither of a surge nor transfers. Compliance, response times and all "
            "measures that do not say otherwise are of these alone."
        ),
        formula="#N / r",
    ),
    "calls_surge": Definition(
        Message("Calls of a surge in a replication"),
        Message("Calls that a surge adds at its time and place. They are measured apart."),
        formula="#Gs / r",
    ),
    "calls_urgent": Definition(
        Message("Urgent transfers in a replication"),
        Message("Transfers between hospitals that compete with emergencies by their priority."),
        formula="#Gu / r",
    ),
    "calls_planned": Definition(
        Message("Planned transfers in a replication"),
        Message("Transfers between hospitals that are due at a time, and measured against it."),
        formula="#Gp / r",
    ),
    "surge_within": Definition(
        Message("Surge reached within target"),
        Message("Compliance of the calls of a surge, against the target of the place."),
        formula="#{i ∈ Gs : R(i) ≤ T(i)} / #{i ∈ Gs : R(i) < ∞ ∨ W(i) > T(i)}",
    ),
    "surge_mean": Definition(
        Message("Mean response to a surge"),
        Message(
            "Mean minutes from call received to arrival, over the calls of a surge that were "
            "reached."
        ),
        formula="Σ{i ∈ Gs : R(i) < ∞} R(i) / #{i ∈ Gs : R(i) < ∞}",
    ),
    "surge_last": Definition(
        Message("Last arrival at a surge"),
        Message(
            "Minutes from call received to arrival of the call of a surge that waited longest for "
            "somebody to arrive, in the mean over replications in which any was reached."
        ),
        formula="Σ{j ∈ Js} max{R(i) : i ∈ Gs(j) ∧ R(i) < ∞} / #Js",
    ),
    "surge_cancelled": Definition(
        Message("Surge calls cancelled"),
        Message(
            "Of the calls of a surge, the share that was withdrawn before anybody arrived. "
            "Withdrawn after its target had passed, such a call counts as not reached in time; "
            "withdrawn sooner, it has no part in the compliance of the surge."
        ),
        formula="#{i ∈ Gs : R(i) = ∞ ∧ W(i) < ∞} / #Gs",
    ),
    "urgent_within": Definition(
        Message("Urgent transfers reached within target"),
        Message("Compliance of urgent transfers, against the target of the place."),
        formula="#{i ∈ Gu : R(i) ≤ T(i)} / #{i ∈ Gu : R(i) < ∞ ∨ W(i) > T(i)}",
    ),
    "urgent_mean": Definition(
        Message("Mean response to urgent transfers"),
        Message(
            "Mean minutes from the request to the ambulance's arrival at the hospital, over the "
            "urgent transfers that were reached."
        ),
        formula="Σ{i ∈ Gu : R(i) < ∞} R(i) / #{i ∈ Gu : R(i) < ∞}",
    ),
    "urgent_p90": Definition(
        Message("Urgent transfers, 90th percentile"),
        Message(
            "The smallest number of minutes within which an ambulance was there for at least 90 % "
            "of the urgent transfers that were reached."
        ),
        formula="min{t : #{i ∈ Gu : R(i) ≤ t} ≥ 0.9 × #{i ∈ Gu : R(i) < ∞}}",
    ),
    "transfer_late": Definition(
        Message("Planned transfers late"),
        Message(
            "Share of planned transfers to which an ambulance was assigned later than they were "
            "due. One that is never begun is late; one that was withdrawn is not counted."
        ),
        formula="#{i ∈ Gd : z(i) > 0} / #Gd",
    ),
    "transfer_late15": Definition(
        Message("Planned transfers late by more than 15 minutes"),
        Message("Share of planned transfers that began more than 15 minutes after they were due."),
        formula="#{i ∈ Gd : z(i) > 15 min} / #Gd",
    ),
    "transfer_late60": Definition(
        Message("Planned transfers late by more than 60 minutes"),
        Message("Share of planned transfers that began more than 60 minutes after they were due."),
        formula="#{i ∈ Gd : z(i) > 60 min} / #Gd",
    ),
    "transfer_late_mean": Definition(
        Message("Mean lateness of planned transfers"),
        Message(
            "Mean minutes by which planned transfers began after they were due, over all that "
            "began; those that began in time count as 0."
        ),
        formula="Σ{i ∈ Gd : z(i) < ∞} z(i) / #{i ∈ Gd : z(i) < ∞}",
    ),
    "transfer_time": Definition(
        Message("Ambulance time on transfers"),
        Message(
            "Hours a day from assigned to cleared while on shift, of all ambulances together, on "
            "urgent and planned transfers. It is part of the ambulance time on calls."
        ),
        formula="Σ{v ∈ F} Bt(v) / d",
    ),
}
HOSPITALS: Final = {
    "hospital_60": Definition(
        Message("At a capable hospital within 60 minutes"),
        Message(
            "Of the emergencies whose patient was to go to a hospital, the share that was at the "
            "door of one that can treat it at most (≤) 60 minutes after the call was received, "
            "like chest pain at a chest-pain centre within 60 min of the call. A patient who came "
            "to no such hospital counts as not in time; one taken to a clinic is not counted."
        ),
        (Message("door to capable hospital"),),
        formula="#{i ∈ Nh : h(i) ≤ 60 min} / #Nh",
    ),
    "hospital_p50": Definition(
        Message("Call to capable hospital, median"),
        Message(
            "The smallest number of minutes from call received within which at least half of the "
            "patients who were to go to a hospital were at the door of one that can treat them."
        ),
        formula="min{t : #{i ∈ Nh : h(i) ≤ t} ≥ 0.5 × #Nh}",
    ),
    "hospital_p90": Definition(
        Message("Call to capable hospital, 90th percentile"),
        Message(
            "The smallest number of minutes from call received within which at least 90 % of the "
            "patients who were to go to a hospital were at the door of one that can treat them."
        ),
        formula="min{t : #{i ∈ Nh : h(i) ≤ t} ≥ 0.9 × #Nh}",
    ),
    "bypassed": Definition(
        Message("Patients taken past a full hospital"),
        Message(
            "Share of patients taken to another hospital than they would have been taken to, had "
            "every hospital had room."
        ),
        (Message("bypass"),),
        formula="#Po / #P",
    ),
    "bay_waits": Definition(
        Message("Patients who wait for a bay"),
        Message(
            "Share of patients brought to a hospital whose ambulance stood at the door because "
            "every bay was taken. Transfers and patients of a surge are among these; those taken "
            "to a clinic are not."
        ),
        formula="#{i ∈ P : y(i) > 0} / #P",
    ),
    "bay_over15": Definition(
        Message("Wait for a bay longer than 15 minutes"),
        Message(
            "Share of patients brought to a hospital who waited for a bay for longer than that."
        ),
        formula="#{i ∈ P : y(i) > 15 min} / #P",
    ),
    "bay_over30": Definition(
        Message("Wait for a bay longer than 30 minutes"),
        Message(
            "Share of patients brought to a hospital who waited for a bay for longer than that."
        ),
        formula="#{i ∈ P : y(i) > 30 min} / #P",
    ),
    "bay_over60": Definition(
        Message("Wait for a bay longer than 60 minutes"),
        Message(
            "Share of patients brought to a hospital who waited for a bay for longer than that."
        ),
        formula="#{i ∈ P : y(i) > 60 min} / #P",
    ),
    "bay_mean": Definition(
        Message("Mean wait for a bay"),
        Message(
            "Mean minutes from the ambulance's arrival at the hospital until handover begins, over "
            "all patients brought there; those who did not wait count as 0."
        ),
        (Message("handover delay"),),
        formula="Σ{i ∈ P} y(i) / #P",
    ),
    "bay_p90": Definition(
        Message("Wait for a bay, 90th percentile"),
        Message(
            "The smallest number of minutes within which handover began for at least 90 % of the "
            "patients brought to a hospital."
        ),
        formula="min{t : #{i ∈ P : y(i) ≤ t} ≥ 0.9 × #P}",
    ),
    "bay_hours": Definition(
        Message("Ambulance hours lost at the door"),
        Message(
            "Hours a day that ambulances stand at hospitals and wait for a bay, all of them "
            "together."
        ),
        formula="Bd / d",
    ),
    "bay_queue": Definition(
        Message("Ambulances waiting for a bay"),
        Message(
            "How many ambulances stand at hospitals and wait for a bay, in the mean over time."
        ),
        formula="Bd / H",
    ),
    "bays_busy": Definition(
        Message("Bays taken"),
        Message(
            "Share of time in which a bay is taken, by a patient who was brought or one who walked "
            "in, in the mean over the bays of hospitals that have so many and no more."
        ),
        formula="Σ{x ∈ Hb} u(x) / (H × Σ{x ∈ Hb} e(x))",
    ),
    "walk_ins_refused": Definition(
        Message("Walk-in patients who left"),
        Message("Of the patients who came by themselves, the share that left as no bay was free."),
        formula="#Pl / #Pw",
    ),
    "icu_busy": Definition(
        Message("Intensive care taken"),
        Message(
            "Share of time in which a place in intensive care is taken by a patient of the "
            "simulated calls, in the mean over the places of hospitals that have so many and no "
            "more."
        ),
        formula="Σ{x ∈ Hi} ui(x) / (H × Σ{x ∈ Hi} ei(x))",
    ),
    "destination": Definition(
        Message("Patients by destination"),
        Message(
            "Share of all patients who were taken to one hospital or clinic; of each by its name."
        ),
        formula="#Pa(x) / #Pa",
    ),
}
