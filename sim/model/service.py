"""Beyond the plain service: crews, classes, centres, breaks, standby. All of it is optional.

A System whose `service` is None is a plain one: one class of ambulance, one centre, one ambulance a
call, everybody waits at home or by a list. Members that are off hold the values named below.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np


class Sending(NamedTuple):
    """Which ambulances may be sent, and what is added to the seconds expected of each.

    A kind of need is one list of classes in tiers; a class that is in no tier is never sent.
    """

    penalty_s: np.ndarray  # [kind of need, class] seconds; inf = never sent
    transports: np.ndarray  # [class] bool: it can convey a patient
    within_s: np.ndarray  # [priority] expected seconds to arrive, beyond which none is sent; inf
    last_calls_s: float  # so long before the end of its shift an ambulance serves priority 0 only
    # reserves: while `keep` or fewer of these classes are free in these centres, those of them see
    # only needs of priorities up to `upto`
    upto: np.ndarray  # [reserve] priority
    keep: np.ndarray  # [reserve]
    of_class: np.ndarray  # [reserve, class] bool
    of_centre: np.ndarray  # [reserve, centre] bool; each centre keeps its own


class Areas(NamedTuple):
    """Which dispatch centre a call belongs to, and which zone it is in."""

    centre: np.ndarray  # [call place] centre; 0 where there is one only
    help_after_s: np.ndarray  # [centre] that its needs have waited until others help; inf = never
    help_keep: np.ndarray  # [centre] so many free ones of it stay when others ask for help
    zone: np.ndarray  # [call place] zone; 0 where there are none
    zone_of: np.ndarray  # [ambulance] zone of its home
    other_zone_s: float  # penalty of an ambulance for a call in another zone


class Conditions(NamedTuple):
    """What several units of one call do. A call of one need obeys all of these at once."""

    all_or_none: np.ndarray  # [condition] bool: nobody goes unless all needs can be met
    forgets: np.ndarray  # [condition] bool: what cannot go with the first is not sent later
    together: np.ndarray  # [condition] bool: all are released when the scene is over
    accompanied: np.ndarray  # [condition] bool: the first of the others goes to hospital, too
    capable: np.ndarray  # [condition, class] bool: in the first tier of its first need
    loading_s: float  # at least from the arrival of who conveys until it leaves


class Breaks(NamedTuple):
    """Breaks of crews, within their shifts."""

    indptr: np.ndarray  # [ambulance + 1] breaks of each, in order and apart
    earliest_at: np.ndarray  # [break] from then on, as soon as it is idle at a station
    latest_at: np.ndarray  # [break] begun no later than this, else missed
    length_s: np.ndarray  # [break]
    interrupts: np.ndarray  # [priority] bool: such a call ends a break
    anew: bool  # whether a break that was ended begins anew, or goes on with what is left


class StandbyRule(IntEnum):
    """Where a free ambulance waits. Numbers stand in arrays: append, never renumber."""

    HOME = 0
    NEAREST = 1  # the station that is reached first from where it was cleared
    LIST = 2  # Rules.standby_list
    TABLE = 3  # compliance table: a row of posts for each number of free ambulances
    DMEXCLP = 4  # who was just cleared goes where it adds most to expected coverage


class Standby(NamedTuple):
    """Where free ambulances wait. Stations include standby points, which are nobody's home."""

    rule: int  # StandbyRule
    turnout_factor: np.ndarray  # [station] of the drawn turnout; 0 = the crew sits in the vehicle
    capacity: np.ndarray  # [station] ambulances that may wait there; a large number = no limit
    has_building: np.ndarray  # [station] bool: breaks may be taken there
    table: np.ndarray  # [free, post] stations for so many free ambulances less one; NONE beyond
    longest: bool  # least longest drive instead of least total
    most_moves: int  # so many may be moved at a time; a large number = no limit
    least_gain: float  # share of the demand that a move must bring within reach; 0 = any
    # cover: places with the same stations within reach are one
    demand: np.ndarray  # [cover] share of all calls
    covers: np.ndarray  # [station, cover] bool
    weight: np.ndarray  # [free + 1] (1 - q) q^k of one more where k cover it already
    until_s: float  # the last instant at which anybody is moved: calls come no later


class DestinationRule(IntEnum):
    """Which of the hospitals that can treat a patient it is conveyed to: append, never renumber."""

    NEAREST = 0
    CONSORTIUM = 1  # the nearest of the own consortium, else the nearest
    SOONEST = 2  # the drive and the expected wait for a bay


class Closures(NamedTuple):
    """When hospitals take no patients, or none of some kinds. A closure ends before `until_at`."""

    hospital: np.ndarray  # [closure]
    from_at: np.ndarray  # [closure]
    until_at: np.ndarray  # [closure]
    kinds: np.ndarray  # [closure, kind of patient] bool: those that it concerns


class Destinations(NamedTuple):
    """Where patients are conveyed, decided as the scene is left, and what happens at the door.

    A kind of patient is a list of hospitals that can treat it. A hospital that a call names itself
    is where it goes, whatever stands here.
    """

    rule: int  # DestinationRule
    treats: np.ndarray  # [kind of patient, hospital] bool: each kind has a hospital
    consortium: np.ndarray  # [hospital] NONE = of none
    consortium_of: np.ndarray  # [place] of patients from there; NONE = of none
    away_s: np.ndarray  # [hospital] drive from its place on, and back as long: it lies outside
    closures: Closures
    bypass_when_full: bool  # passed over while no bay is free, if another has one
    full_at: np.ndarray  # [hospital] passed over while so many wait there; a large number = never
    bays: np.ndarray  # [hospital] a large number = no limit: nobody waits
    own_stay: np.ndarray  # [hospital] column of `Calls.own_stay_s`; NONE = `Calls.stay_s`
    mean_stay_s: np.ndarray  # [hospital] a bay is expected to be taken for, handover included
    walk_ins_wait: bool  # in the same line; else they leave where no bay is free
    icu: np.ndarray  # [hospital] places in intensive care; a large number = no limit
    needs_icu: np.ndarray  # [kind of patient] bool: passed over where no such place is free


class Driving(NamedTuple):
    """How drives change while they last."""

    carried_over: bool  # a new time band holds for what is left of a drive; else that of departure
    looks_at: np.ndarray  # instants in order at which roads are open again: who waits is looked at


class Service(NamedTuple):
    """All that goes beyond the plain service."""

    sending: Sending
    areas: Areas
    conditions: Conditions
    breaks: Breaks
    standby: Standby
    vehicle: np.ndarray  # [ambulance] its number in `Failures.vehicle`, NONE = it never fails
    destinations: Destinations
    driving: Driving


LOADING_S = 300.0
NO_LIMIT = 1_000_000


def reads_places(service: Service | None) -> bool:
    """Whether who may be sent depends on where a call is: then who waits is not all alike."""
    if service is None:
        return False
    areas, limits = service.areas, np.isfinite(service.sending.within_s)
    return bool(limits.any() or len(areas.help_after_s) > 1 or len(service.driving.looks_at))


def plain_service(
    ambulances: int,
    stations: int,
    places: int,
    priorities: int,
    hospitals: int,
    until_s: float = np.inf,
) -> Service:
    """Everything there, and everything off: what a scenario's settings are put into."""
    return Service(
        Sending(
            penalty_s=np.zeros((1, 1)),
            transports=np.ones(1, bool),
            within_s=np.full(priorities, np.inf),
            last_calls_s=0.0,
            upto=np.zeros(0, int),
            keep=np.zeros(0, int),
            of_class=np.zeros((0, 1), bool),
            of_centre=np.zeros((0, 1), bool),
        ),
        Areas(
            centre=np.zeros(places, int),
            help_after_s=np.zeros(1),
            help_keep=np.zeros(1, int),
            zone=np.zeros(places, int),
            zone_of=np.zeros(ambulances, int),
            other_zone_s=0.0,
        ),
        Conditions(
            all_or_none=np.zeros(1, bool),
            forgets=np.zeros(1, bool),
            together=np.ones(1, bool),
            accompanied=np.zeros(1, bool),
            capable=np.ones((1, 1), bool),
            loading_s=LOADING_S,
        ),
        Breaks(
            indptr=np.zeros(ambulances + 1, int),
            earliest_at=np.zeros(0),
            latest_at=np.zeros(0),
            length_s=np.zeros(0),
            interrupts=np.zeros(priorities, bool),
            anew=True,
        ),
        Standby(
            rule=int(StandbyRule.HOME),
            turnout_factor=np.ones(stations),
            capacity=np.full(stations, NO_LIMIT),
            has_building=np.ones(stations, bool),
            table=np.zeros((0, 0), int),
            longest=False,
            most_moves=NO_LIMIT,
            least_gain=0.0,
            demand=np.zeros(0),
            covers=np.zeros((stations, 0), bool),
            weight=np.zeros(ambulances + 1),
            until_s=until_s,
        ),
        vehicle=np.full(ambulances, -1),
        destinations=Destinations(
            rule=int(DestinationRule.NEAREST),
            treats=np.ones((1, hospitals), bool),
            consortium=np.full(hospitals, -1),
            consortium_of=np.full(places, -1),
            away_s=np.zeros(hospitals),
            closures=Closures(np.zeros(0, int), np.zeros(0), np.zeros(0), np.zeros((0, 1), bool)),
            bypass_when_full=False,
            full_at=np.full(hospitals, NO_LIMIT),
            bays=np.full(hospitals, NO_LIMIT),
            own_stay=np.full(hospitals, -1),
            mean_stay_s=np.zeros(hospitals),
            walk_ins_wait=True,
            icu=np.full(hospitals, NO_LIMIT),
            needs_icu=np.zeros(1, bool),
        ),
        driving=Driving(carried_over=False, looks_at=np.zeros(0)),
    )
