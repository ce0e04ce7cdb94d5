"""What a scenario has beyond the plain service: its measures are listed where it is."""

from __future__ import annotations

from enum import IntFlag

import numpy as np

from sim.model.calls import Calls, CallStream
from sim.model.service import NO_LIMIT, DestinationRule, Destinations, Service, StandbyRule
from sim.model.system import System
from sim.policies.clock import NONE


class Feature(IntFlag):
    """What a scenario may have beyond the plain service; its measures are listed where it is."""

    NOTHING = 0
    CLASSES = 1  # of ambulances
    UNITS = 2  # several for one call
    CENTRES = 4
    ZONES = 8
    SHIFTS = 16  # crews whose duty ends
    BREAKS = 32
    FAILURES = 64
    STANDBY = 128
    SURVIVAL = 256  # a curve of survival is given
    RESPONDERS = 512  # who may be there before any ambulance
    WITHDRAWN = 1 << 10  # calls after which nobody is needed any more
    DESK = 1 << 11  # a call desk that has so many seats
    ENDINGS = 1 << 12  # calls that end otherwise than at a hospital
    SURGE = 1 << 13
    URGENT = 1 << 14  # transfers that compete with emergencies
    PLANNED = 1 << 15  # transfers that are due at a time
    TRANSFERS = 1 << 16  # either
    STREAMS = 1 << 17  # any calls that are no emergencies
    WAITING = 1 << 18  # what changes how long calls wait is there: their waits are told
    HOSPITALS = 1 << 19  # another choice of hospital than the nearest, or more than a handover
    BAYS = 1 << 20  # so many at some hospital
    BYPASS = 1 << 21  # hospitals are passed over where there is no room
    CAPABLE = 1 << 22  # not every hospital can treat every patient
    WALK_INS = 1 << 23
    ICU = 1 << 24  # places in intensive care


def features_of(system: System, calls: Calls) -> Feature:
    """What the system and its calls have that a plain service has not."""
    service, found = system.service, of_calls(calls)
    described = service is not None or system.fleet.ends_duty is not None
    if described and np.isfinite(system.fleet.off_duty_at).any():
        found |= Feature.SHIFTS
    if (system.fleet.kind != 0).any():
        found |= Feature.CLASSES
    if len(system.rules.standby_list):
        found |= Feature.STANDBY
    if service is None:
        return found
    return found | _of_service(service, calls) | _of_hospitals(service.destinations, calls)


def _those(has: dict[Feature, bool]) -> Feature:
    found = Feature.NOTHING
    for part, there in has.items():
        found |= part if there else Feature.NOTHING
    return found


def of_calls(calls: Calls) -> Feature:
    """What calls have by themselves, whatever the service."""
    found = _those(
        {
            Feature.WITHDRAWN: calls.withdrawn_at is not None,
            Feature.DESK: calls.answered_at is not None,
            Feature.ENDINGS: calls.ending is not None,
        }
    )
    stream = calls.stream
    if stream is not None:
        urgent = bool((stream == CallStream.URGENT_TRANSFER).any())
        planned = bool((stream == CallStream.PLANNED_TRANSFER).any())
        found |= _those(
            {
                Feature.SURGE: bool((stream == CallStream.SURGE).any()),
                Feature.URGENT: urgent,
                Feature.PLANNED: planned,
                Feature.TRANSFERS: urgent or planned,
                Feature.STREAMS: bool((stream != CallStream.EMERGENCY).any()),
            }
        )
    waiting = Feature.WITHDRAWN | Feature.DESK | Feature.STREAMS
    return found | Feature.WAITING if found & waiting else found


def _of_service(service: Service, calls: Calls) -> Feature:
    return _those(
        {
            Feature.CLASSES: service.sending.penalty_s.shape[1] > 1,
            Feature.UNITS: calls.needs is not None
            and len(calls.needs.call) > len(calls.received_at),
            Feature.CENTRES: len(service.areas.help_after_s) > 1,
            Feature.ZONES: bool(
                (service.areas.zone != 0).any() or (service.areas.zone_of != 0).any()
            ),
            Feature.BREAKS: len(service.breaks.length_s) > 0,
            Feature.FAILURES: bool((service.vehicle != NONE).any()),
            Feature.STANDBY: service.standby.rule != StandbyRule.HOME,
        }
    )


def _of_hospitals(there: Destinations, calls: Calls) -> Feature:
    icu = bool((there.icu < NO_LIMIT).any() and there.needs_icu.any())
    found = _those(
        {
            Feature.BAYS: bool((there.bays < NO_LIMIT).any()),
            Feature.BYPASS: there.bypass_when_full or icu or bool((there.full_at < NO_LIMIT).any()),
            Feature.CAPABLE: not there.treats.all(),
            Feature.WALK_INS: calls.walk_ins is not None,
            Feature.ICU: icu,
        }
    )
    chosen = there.rule != DestinationRule.NEAREST or len(there.closures.hospital)
    return found | Feature.HOSPITALS if found or chosen or there.away_s.any() else found
