"""What is said of settings that differ, by their paths."""

from __future__ import annotations

from typing import Final

from sim.text import Message

INSTEAD: Final = {
    "start": Message("start {other} instead of {base}"),
    "targets.urban": Message("urban target {other} instead of {base}"),
    "targets.rural": Message("rural target {other} instead of {base}"),
    "targets.share": Message("share of calls that a township must have in time {other} instead of "
                             "{base}"),
    "demand.rate.urban": Message("urban demand {other} instead of {base}"),
    "demand.rate.rural": Message("rural demand {other} instead of {base}"),
    "demand.transported": Message("patients taken to hospital {other} instead of {base}"),
    "demand.nobody_found": Message("calls at which nobody is found {other} instead of {base}"),
    "demand.treated_at_scene": Message("patients treated at the scene {other} instead of {base}"),
    "demand.cancelled.share": Message("calls that may be withdrawn {other} instead of {base}"),
    "demand.cancelled.after": Message("calls withdrawn after a mean of {other} instead of {base}"),
    "demand.desk.handling": Message("mean handling of a call {other} instead of {base}"),
    "demand.desk.needing_ambulance": Message("calls at the desk that need an ambulance {other} "
                                             "instead of {base}"),
    "durations.call_taking": Message("mean call taking {other} instead of {base}"),
    "durations.turnout": Message("mean turnout {other} instead of {base}"),
    "durations.on_scene": Message("mean time on scene {other} instead of {base}"),
    "durations.handover": Message("mean handover {other} instead of {base}"),
    "travel.ordinary": Message("speed without siren {other} of that with siren instead of {base}"),
    "travel.off_road": Message("speed off the roads {other} instead of {base}"),
    "crews.last_calls": Message("calls of the first priority only in the last {other} of a shift "
                                "instead of {base}"),
    "dispatch.other_zone": Message("penalty of ambulances of another zone {other} instead of "
                                   "{base}"),
    "hospitals.stay": Message("mean stay in a bay after handover {other} instead of {base}"),
    "hospitals.icu_stay": Message("mean stay in intensive care {other} instead of {base}"),
    "dispatch.loading": Message("loading where several ambulances come {other} instead of {base}"),
    "standby.most_moves": Message("ambulances moved at a time {other} instead of {base}"),
    "standby.least_gain": Message("least gain of a move {other} of all calls instead of {base}"),
    "standby.dmexclp.busy": Message("busy share of dynamic MEXCLP {other} instead of {base}"),
    "study.warm_up": Message("warm-up {other} instead of {base}"),
    "study.length": Message("measured for {other} instead of {base}"),
    "study.cool_down": Message("cool-down {other} instead of {base}"),
    "study.replications": Message("replications {other} instead of {base}"),
    "study.most_replications": Message("replications at most {other} instead of {base}"),
    "study.seed": Message("seed {other} instead of {base}"),
    "study.matters.share": Message("a difference in a share matters from {other} on instead of "
                                   "{base}"),
    "study.matters.time": Message("a difference in a time matters from {other} on instead of "
                                  "{base}"),
}  # fmt: skip
# By the name of a township or station.
OF_THE_USUAL: Final = {
    "demand.rate.townships.": Message("calls from {name} {other} of the usual instead of {base}"),
    "durations.turnout_at.": Message("turnout at {name} {other} of the usual instead of {base}"),
}
# Of more of them than anybody would read.
MANY: Final = {
    "demand.rate.townships.": Message("other calls a person from {n} townships"),
    "durations.turnout_at.": Message("turnout otherwise at {n} stations"),
}
# Instead of nothing: where the base has none of it.
NEW: Final = {
    "hospitals.stay": Message("bays taken for {other} after handover in the mean"),
    "hospitals.icu_stay": Message("places in intensive care taken for {other} in the mean"),
}
# The same mean, but drawn otherwise.
SPREAD: Final = {
    "durations.call_taking": Message("call taking spread otherwise about the same mean"),
    "durations.turnout": Message("turnout spread otherwise about the same mean"),
    "durations.on_scene": Message("time on scene spread otherwise about the same mean"),
    "durations.handover": Message("handover spread otherwise about the same mean"),
    "hospitals.stay": Message("stays in bays spread otherwise about the same mean"),
    "hospitals.icu_stay": Message("stays in intensive care spread otherwise about the same mean"),
}
OTHERWISE: Final = {
    "demand.profile": Message("calls spread otherwise over the week"),
    "demand.priorities": Message("other priorities of calls"),
    "demand.conditions": Message("other conditions of patients, or other needs"),
    "demand.cancelled": Message("calls withdrawn otherwise"),
    "demand.desk": Message("another call desk"),
    "demand.desk.seats": Message("other seats at the call desk"),
    "demand.surges": Message("other surges"),
    "transfers": Message("other transfers between hospitals"),
    "dispatch.divert": Message("other rules of diversion"),
    "crews.holidays": Message("other public holidays"),
    "crews.holidays_as": Message("holidays rostered as another day"),
    "crews.breaks": Message("other breaks of crews"),
    "crews.off_road": Message("vehicles off the road at other times"),
    "crews.failures": Message("vehicles that fail otherwise"),
    "dispatch.reserve": Message("other ambulances kept for urgent calls"),
    "dispatch.centres": Message("other dispatch centres"),
    "dispatch.zones": Message("other zones"),
    "hospitals.consortia": Message("other consortia of hospitals"),
    "hospitals.clinics": Message("other clinics"),
    "hospitals.outside": Message("other hospitals outside the map"),
    "standby.list_": Message("another list of where to wait"),
    "standby.table": Message("another compliance table"),
    "standby.points": Message("other standby points"),
}
# What one scenario has and the other has not at all.
THERE: Final = {
    "demand.conditions": Message("conditions of patients, and what they need"),
    "demand.nobody_found": Message("calls at which nobody is found"),
    "demand.treated_at_scene": Message("patients treated at the scene in a time of their own"),
    "demand.cancelled": Message("calls that are withdrawn"),
    "demand.desk": Message("a call desk with seats"),
    "demand.surges": Message("surges"),
    "transfers": Message("transfers between hospitals"),
    "dispatch.divert": Message("rules of diversion"),
    "crews.holidays": Message("public holidays"),
    "crews.breaks": Message("breaks of crews"),
    "crews.off_road": Message("vehicles off the road as planned"),
    "crews.failures": Message("vehicles that fail"),
    "dispatch.reserve": Message("ambulances kept for urgent calls"),
    "dispatch.centres": Message("several dispatch centres"),
    "dispatch.zones": Message("zones with ambulances of their own"),
    "hospitals.consortia": Message("consortia of hospitals"),
    "hospitals.clinics": Message("clinics for light cases"),
    "hospitals.outside": Message("hospitals outside the map"),
    "standby.list_": Message("a list of where to wait"),
    "standby.table": Message("a compliance table"),
    "standby.points": Message("standby points"),
}
CHOICES: Final = {
    ("travel.posted", "use"): Message("posted speeds used"),
    ("travel.posted", "ignore"): Message("posted speeds ignored"),
    ("travel.to_hospital", "siren"): Message("to hospital with siren"),
    ("travel.to_hospital", "ordinary"): Message("to hospital without siren"),
    ("travel.band_rule", "held"): Message("time bands held from departure"),
    ("travel.band_rule", "carried over"): Message("time bands carried over"),
    ("crews.after_interruption", "anew"): Message("interrupted breaks begin anew"),
    ("crews.after_interruption", "remainder"): Message("interrupted breaks go on with the rest"),
    ("dispatch.when_none_free", "queue"): Message("calls wait when no ambulance is free"),
    ("dispatch.when_none_free", "lost"): Message("calls are lost when no ambulance is free"),
    ("hospitals.destination", "nearest"): Message("patients taken to the nearest hospital"),
    ("hospitals.destination", "consortium first"): Message(
        "patients taken to hospitals of their own consortium first"
    ),
    ("hospitals.destination", "soonest"): Message(
        "patients taken to where they are received soonest"
    ),
    ("hospitals.bypass_when_full", True): Message("full hospitals passed over"),
    ("hospitals.bypass_when_full", False): Message("full hospitals not passed over"),
    ("hospitals.walk_ins", "wait"): Message("walk-in patients wait in line with ambulances"),
    ("hospitals.walk_ins", "leave"): Message("walk-in patients leave where no bay is free"),
    ("standby.rule", "home"): Message("free ambulances wait at home"),
    ("standby.rule", "nearest"): Message("free ambulances wait at the nearest station"),
    ("standby.rule", "list"): Message("free ambulances wait by a list of stations"),
    ("standby.rule", "table"): Message("free ambulances wait by a compliance table"),
    ("standby.rule", "dmexclp"): Message("free ambulances wait where dynamic MEXCLP sends them"),
    ("standby.assign", "total"): Message("moves by the least total drive"),
    ("standby.assign", "longest"): Message("moves by the least longest drive"),
}
