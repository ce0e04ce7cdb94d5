"""What the kernel reads and writes beyond the plain service. A plain service has None of it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.engine.compiled.driving import ROW
from sim.engine.compiled.records import AT_CALL, CLOSURE, CREW, NEED, SCENE, STAY, WALK_IN
from sim.model.calls import Calls, Needs
from sim.model.log import Pauses
from sim.model.service import (
    NO_LIMIT,
    Closures,
    DestinationRule,
    Destinations,
    Service,
    reads_places,
)
from sim.model.system import System
from sim.policies.clock import NONE, serving_seconds
from sim.policies.hospitals import HOSPITAL
from sim.policies.standby import Covering, covering_of

# phases: cleared; at the scene; look who leaves it; it leaves for a hospital; it is at the door
FORETOLD, ARRIVES, LOOKS, DEPARTS, AT_DOOR = range(5)
UNREADY, WAITING, COMING, PRESENT, GONE = range(5)
ENDS, BEGINS, COMES_DUE = 0, 1, 2  # what happens at its time: a shift, a shift, a break


class ServiceConstants(NamedTuple):
    """What an engine works out once of all that goes beyond the plain service."""

    service: Service
    least_turnout_s: float  # expected at any station
    expected_turnout_s: np.ndarray  # [station]
    covering: Covering
    kind_transports: np.ndarray  # [kind of need] bool: a class may meet it that transports
    reads_places: bool
    counts_free: bool  # a rule asks how many are free
    looks_often: bool  # whether it matters when an ambulance comes home
    moves_often: bool  # whether a table may leave somebody to be moved later
    centres: int
    varies: bool  # whether drives may change while they last, but for their factors
    chooses_late: bool  # whether the hospital depends on how full they are
    has_doors: bool  # whether anything happens at their doors
    rule: int  # DestinationRule
    bypass_when_full: bool
    walk_ins_wait: bool
    carried_over: bool
    opens_at: np.ndarray  # in order: roads are open again
    treats: np.ndarray  # [kind of patient, hospital] bool
    needs_icu: np.ndarray  # [kind of patient] bool
    consortium_of: np.ndarray  # [place]
    closure: np.ndarray  # [closure of a hospital to a kind of patient] CLOSURE


class ServiceState(NamedTuple):
    """The service of one replication: what is fixed, and what changes."""

    fixed: ServiceConstants
    crew: np.ndarray  # [ambulance] CREW
    need: np.ndarray  # [need] NEED
    scene: np.ndarray  # [call] SCENE
    hopeless: np.ndarray  # [group] bool
    team: np.ndarray  # [need of a call]
    abandoned: np.ndarray  # [need of a call]
    looked_at: np.ndarray  # [call]
    touched: np.ndarray  # [call]
    just_ready: np.ndarray  # [need]
    after_s: np.ndarray  # [vehicle, failure]
    off_s: np.ndarray  # [vehicle, failure]
    remind_at: np.ndarray  # in order: others may help now, or roads are open
    pauses: Pauses
    posts: np.ndarray  # [post] room for a line of the table
    movable: np.ndarray  # [ambulance]
    drive_s: np.ndarray  # [post, ambulance]
    of_post: np.ndarray  # [post]
    room: np.ndarray  # [5, ambulance + 1]
    covered: np.ndarray  # [cover]
    held: np.ndarray  # how many of each, below
    changed: np.ndarray  # [ambulance] those that may be free, or not, since they were counted
    free: np.ndarray  # [centre] free ambulances, as they were counted last
    free_of: np.ndarray  # [reserve, centre] those that a reserve keeps
    clock: np.ndarray  # when the first timer ends; until when breaks may begin that came due
    withdrawn: np.ndarray  # [call] AT_CALL, in the order in which they are withdrawn
    hospital: np.ndarray  # [hospital] HOSPITAL, as they were counted last
    on_the_way: np.ndarray  # [hospital] patients
    bay_first: np.ndarray  # [hospital + 1] where its bays begin in `bay_until`
    bay_until: np.ndarray  # [bay] when it is free again
    closed: np.ndarray  # [hospital] room for what is closed to a patient
    line: np.ndarray  # STAY of those who wait for a bay
    care: np.ndarray  # STAY of those in intensive care, or who come to it from a bay
    walk_in: np.ndarray  # [walk-in] WALK_IN
    leaving: np.ndarray  # [2, ambulance] who leaves a scene for a hospital; who is at a door
    passed_over: np.ndarray  # [trip]
    own_stay: np.ndarray  # [hospital] column of the next; NONE = as its call has it
    own_stay_s: np.ndarray  # [call, law]


IN_LOOKED_AT, IN_TOUCHED, IN_READY, PAUSES, IN_LINE, IN_CARE, WALK_INS, IN_DEPARTING, IN_AT_DOOR = (
    range(9)
)
IN_CHANGED = 9
# flags: what changed since it was last looked at
CREWS_CHANGED, FREE_CHANGED, HELD = range(10, 13)
FIRST_TIMER, LAST_BREAK = 0, 1


def fixed_of(system: System) -> ServiceConstants | None:
    """What the kernel reads of a System beyond the plain service."""
    service = system.service
    if service is None:
        return None
    expected_s, on_grid = float(system.rules.expected_turnout_s), system.rules.on_grid
    factors = service.standby.turnout_factor.tolist()
    expected = np.array([serving_seconds(expected_s, f, on_grid) for f in factors], float)
    may_meet = np.isfinite(service.sending.penalty_s) & service.sending.transports
    few_moves = service.standby.most_moves < len(system.fleet.home)
    there = service.destinations
    chooses_late = bool(
        there.bypass_when_full
        or there.rule == DestinationRule.SOONEST
        or (there.full_at < NO_LIMIT).any()
        or (there.needs_icu.any() and (there.icu < NO_LIMIT).any())
    )
    centres = int(max(system.fleet.centre.max(initial=0), service.areas.centre.max(initial=0))) + 1
    return ServiceConstants(
        _frozen(service._replace(destinations=None, driving=None)),  # type: ignore[arg-type]
        float(expected.min(initial=np.inf)),
        expected,
        covering_of(service.standby.covers),
        may_meet.any(axis=1),
        reads_places(service),
        bool(len(service.sending.keep)) or centres > 1,
        reads_places(service) or few_moves,
        few_moves,
        centres,
        service.driving.carried_over or len(service.driving.looks_at) > 0,
        chooses_late,
        chooses_late or bool((there.bays < NO_LIMIT).any()),
        int(there.rule),
        bool(there.bypass_when_full),
        bool(there.walk_ins_wait),
        bool(service.driving.carried_over),
        _frozen(service.driving.looks_at.astype(float)),
        _frozen(there.treats),
        _frozen(there.needs_icu),
        _frozen(there.consortium_of),
        _closures(there.closures),
    )


def _closures(closures: Closures) -> np.ndarray:
    row, patient = np.nonzero(closures.kinds)
    found = np.zeros(len(row), CLOSURE)
    found["patient"] = patient
    for name in ("hospital", "from_at", "until_at"):
        found[name] = getattr(closures, name)[row]
    return found


def _frozen(value: Any) -> Any:
    """The same, each array of one of four kinds, each number of one of three."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return type(value)(*(_frozen(one) for one in value))
    if isinstance(value, np.ndarray):
        kind = {"f": float, "b": np.bool_}.get(value.dtype.kind, np.int64)
        return np.ascontiguousarray(value, kind)
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return float(value) if isinstance(value, float | np.floating) else int(value)


def new(
    fixed: ServiceConstants,
    system: System,
    calls: Calls,
    rows: NeedRows,
    priorities: int,
    lines: tuple[int, int],
) -> ServiceState:
    """Before the first event. `rows`: what `rows_of` says of calls; `lines`: of pauses, trips."""
    ambulances = len(system.fleet.home)
    need, scene = rows.need.copy(), rows.scene.copy()
    kinds = len(fixed.kind_transports)
    need["group"] *= kinds * fixed.centres
    need["group"] += need["kind"] * fixed.centres
    if fixed.centres > 1:
        need["group"] += fixed.service.areas.centre[calls.place[need["call"]]].astype(ROW)
    groups = priorities * kinds * fixed.centres
    posts = max(fixed.service.standby.table.shape[1], ambulances)
    crew, after_s, off_s = _crews(fixed, system, calls)
    first_timer = crew["timer_at"].min(initial=np.inf)
    pauses, trips = lines
    held = np.zeros(HELD, np.int64)
    held[IN_CHANGED] = ambulances  # nobody was counted yet
    assert system.service is not None
    there = system.service.destinations
    return ServiceState(
        fixed, crew, need, scene, np.zeros(groups, np.bool_),
        np.zeros(rows.most, np.int64), np.zeros(rows.most, np.int64),
        np.zeros(len(scene), ROW), np.zeros(len(scene), ROW), np.zeros(len(need), ROW),
        after_s, off_s, _reminders(fixed, calls, need),
        Pauses(
            np.zeros(pauses, np.int32), np.zeros(pauses, np.int32), np.zeros(pauses, np.int32),
            np.zeros(pauses), np.zeros(pauses), np.zeros(pauses, np.bool_),
        ),
        np.zeros(posts, np.int64), np.zeros(ambulances, np.int64),
        np.zeros((posts, ambulances)), np.zeros(posts, np.int64),
        np.zeros((5, ambulances + 1)), np.zeros(len(fixed.service.standby.demand), ROW),
        held, np.arange(ambulances, dtype=ROW), np.zeros(fixed.centres, np.int64),
        np.zeros((len(fixed.service.sending.keep), fixed.centres), np.int64),
        np.array([first_timer, -np.inf]),
        _withdrawn(calls.withdrawn_at),
        *_doors(there),
        np.zeros(len(need) + rows.walk_ins, STAY), np.zeros(len(need), STAY), _walk_ins(calls),
        np.zeros((2, ambulances), ROW), np.full(trips, NONE, np.int32),
        *_own_stays(there, calls),
    )  # fmt: skip


def _own_stays(there: Destinations, calls: Calls) -> tuple[np.ndarray, np.ndarray]:
    if calls.own_stay_s is None or calls.stay_s is None:
        return np.full(len(there.bays), NONE, np.int64), np.zeros((0, 0))
    return there.own_stay.astype(np.int64), np.ascontiguousarray(calls.own_stay_s, float)


def _withdrawn(at: np.ndarray | None) -> np.ndarray:
    if at is None:
        return np.zeros(0, AT_CALL)
    order = np.argsort(at, kind="stable")
    order = order[at[order] < np.inf]
    found = np.zeros(len(order), AT_CALL)
    found["at"], found["call"] = at[order], order
    return found


def _doors(
    there: Destinations,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Hospitals, patients on their way, bays and room for what is closed: nobody is there yet."""
    hospital = np.zeros(len(there.bays), HOSPITAL)
    for name in ("mean_stay_s", "away_s", "consortium", "bays", "icu", "full_at"):
        hospital[name] = getattr(there, name)
    hospital["free_bays"] = there.bays
    first = np.cumsum(np.append(0, np.where(there.bays < NO_LIMIT, there.bays, 0)))
    until = np.full(first[-1], -np.inf)
    counts = np.zeros(len(hospital), np.int64)
    return hospital, counts, first.astype(np.int64), until, np.zeros(len(hospital), np.bool_)


def _walk_ins(calls: Calls) -> np.ndarray:
    if calls.walk_ins is None:
        return np.zeros(0, WALK_IN)
    found = np.zeros(len(calls.walk_ins.at), WALK_IN)
    for name, column in calls.walk_ins._asdict().items():
        found[name] = column
    found["bay_at"] = np.nan
    return found


class NeedRows(NamedTuple):
    """What calls need and their scenes, the same for every layout."""

    need: np.ndarray  # [need] NEED, with the priority as its group
    scene: np.ndarray  # [call] SCENE
    most: int  # needs of one call
    walk_ins: int


def rows_of(calls: Calls, needs: Needs) -> NeedRows:
    """Calls and their needs as rows."""
    need, scene = np.zeros(len(needs.call), NEED), np.zeros(len(calls.place), SCENE)
    need["call"], need["kind"] = needs.call, needs.kind
    need["ready_at"] = calls.ready_at[needs.call] + needs.delay_s
    need["on_scene_s"] = needs.on_scene_s
    if calls.condition is not None:
        need["condition"] = calls.condition[needs.call]
    need["scene_factor"] = need["hospital_factor"] = 1.0
    for name in ("scene_factor", "hospital_factor", "stay_s", "icu_s", "patient"):
        column = getattr(calls, name)
        if column is not None:
            need[name] = column[needs.call]
    each = np.bincount(needs.call, minlength=len(scene))
    need["several"] = each[needs.call] > 1
    need["group"] = calls.priority[needs.call]
    need["ambulance"] = need["trip"] = NONE
    scene["first_at"], scene["conveyer"], scene["hospital"] = np.inf, NONE, NONE
    scene["last"] = np.cumsum(each)
    scene["first"] = scene["last"] - each
    walk_ins = 0 if calls.walk_ins is None else len(calls.walk_ins.at)
    return NeedRows(need, scene, int(each.max(initial=1)), walk_ins)


def _crews(
    fixed: ServiceConstants, system: System, calls: Calls
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = np.zeros(len(system.fleet.home), CREW)
    rows["off_at"], rows["break_left_s"], rows["timer_at"] = np.inf, np.nan, np.inf
    rows["next_break"] = fixed.service.breaks.indptr[:-1]
    rows["breaks_end"] = fixed.service.breaks.indptr[1:]
    rows["kind"], rows["centre"] = system.fleet.kind, system.fleet.centre
    rows["vehicle"], rows["factor"], rows["changed"] = NONE, 1.0, True
    failures = calls.failures
    if failures is None or not failures.after_s.size:
        return rows, np.zeros((0, 0)), np.zeros((0, 0))
    at = np.searchsorted(failures.vehicle, fixed.service.vehicle).clip(0, len(failures.vehicle) - 1)
    known = failures.vehicle[at] == fixed.service.vehicle
    known &= fixed.service.vehicle != NONE
    rows["vehicle"][known] = at[known]
    rows["timer_at"][known] = failures.after_s[at[known], 0]
    after_s, off_s = (np.ascontiguousarray(one, float) for one in failures[1:])
    return rows, after_s, off_s


def _reminders(fixed: ServiceConstants, calls: Calls, need: np.ndarray) -> np.ndarray:
    areas, opens_at = fixed.service.areas, fixed.opens_at
    if not ((areas.help_after_s > 0) & (areas.help_after_s < np.inf)).any():
        return opens_at
    after_s = areas.help_after_s[areas.centre[calls.place[need["call"]]]]
    some = (after_s > 0) & (after_s < np.inf)
    return np.sort(np.concatenate([opens_at, need["ready_at"][some] + after_s[some]]))


Happenings = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def happenings(system: System) -> tuple[Happenings, int]:
    """Shifts, and breaks that come due, in the order of time: when, whose, what, and until when.

    And how many of them happen even if nobody calls any more. Where one shift follows at once on
    another, the end comes before the beginning.
    """
    fleet = system.fleet
    of = np.repeat(np.arange(len(fleet.home), dtype=ROW), np.diff(fleet.shift_indptr))
    at = np.stack([fleet.on_duty_at, fleet.off_duty_at], axis=1).astype(float).ravel()
    off_at = np.repeat(fleet.off_duty_at.astype(float), 2)
    of, what = np.repeat(of, 2), np.tile([BEGINS, ENDS], len(fleet.on_duty_at)).astype(np.int8)
    needed = 0.0
    if system.service is not None:
        breaks, needed = system.service.breaks, system.service.standby.until_s
        crews = np.repeat(np.arange(len(fleet.home), dtype=ROW), np.diff(breaks.indptr))
        at = np.concatenate([at, breaks.earliest_at.astype(float)])
        off_at = np.concatenate([off_at, breaks.latest_at.astype(float)])
        of = np.concatenate([of, crews])
        what = np.concatenate([what, np.full(len(crews), COMES_DUE, np.int8)])
    order = np.argsort(at, kind="stable")  # each ambulance's own order stays
    order = order[at[order] < np.inf]
    at, of, what, off_at = at[order], of[order], what[order], off_at[order]
    if system.service is None:
        return (at, of, what, off_at), 0
    last = np.flatnonzero(at <= max(needed, breaks.latest_at.max(initial=0.0)))
    return (at, of, what, off_at), int(last[-1]) + 1 if len(last) else 0
