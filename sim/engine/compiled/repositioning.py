"""Where free ambulances wait: who was just cleared is sent there, and by a table others, too.

The rules are told in `sim.engine.reference.repositioning`. `beyond` is never None here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled.beyond import CREWS_CHANGED, FREE_CHANGED, LAST_BREAK
from sim.engine.compiled.cache import compiled
from sim.engine.compiled.driving import band, from_node_s
from sim.engine.compiled.nearest import position
from sim.engine.compiled.pausing import due_break
from sim.engine.compiled.state import (
    AT_STATION,
    CLEARED,
    IN_CLEARED,
    RETURNING,
    STOOD_DOWN,
    count_present,
)
from sim.engine.compiled.trips import send_to_wait
from sim.model.service import StandbyRule
from sim.policies.assignment import assign
from sim.policies.clock import NONE
from sim.policies.dispatch import FAR_S, is_first
from sim.policies.standby import (
    count_covered,
    dmexclp_station,
    has_room,
    standby_station,
    uncovered,
)

LIST, NEAREST = int(StandbyRule.LIST), int(StandbyRule.NEAREST)
DMEXCLP, TABLE = int(StandbyRule.DMEXCLP), int(StandbyRule.TABLE)


@compiled
def move_up(fixed, state, beyond, now):
    """Free ambulances go where they are to wait."""
    standby, fixed_beyond = beyond.fixed.service.standby, beyond.fixed
    if standby.rule == TABLE and now <= standby.until_s:
        if beyond.held[FREE_CHANGED] > 0 or fixed_beyond.moves_often:
            beyond.held[FREE_CHANGED] = 0
            _move_all(fixed, state, beyond, now)
        beyond.held[CREWS_CHANGED] = 0
        return
    if beyond.held[CREWS_CHANGED] > 0:
        beyond.held[CREWS_CHANGED] = 0
        for ambulance in range(len(state.fleet)):
            _goes_home(fixed, state, beyond, ambulance, now)
    else:
        for i in range(state.held[IN_CLEARED]):
            _goes_home(fixed, state, beyond, state.cleared[i], now)
    for i in range(state.held[IN_CLEARED]):
        ambulance = state.cleared[i]
        status = state.fleet[ambulance].status
        if status == CLEARED or status == STOOD_DOWN:
            station = _station_for(fixed, state, beyond, ambulance, now)
            send_to_wait(fixed, state, beyond, ambulance, station, now)


@compiled
def _move_all(fixed, state, beyond, now):
    """Those who are free are to stand as the table says."""
    free = 0
    for ambulance in range(len(state.fleet)):
        status = state.fleet[ambulance].status
        idle = status == CLEARED or status == STOOD_DOWN
        idle = idle or status == AT_STATION or status == RETURNING
        if idle and not _goes_home(fixed, state, beyond, ambulance, now):
            beyond.movable[free] = ambulance
            free += 1
    _fill_posts(fixed, state, beyond, free, now)


@compiled
def _goes_home(fixed, state, beyond, ambulance, now):
    """Whether it is nobody's to move: off duty, off the road, or due for a break."""
    unit, standby = state.fleet[ambulance], beyond.fixed.service.standby
    cleared = unit.status == CLEARED or unit.status == STOOD_DOWN
    if not cleared and unit.status != AT_STATION and unit.status != RETURNING:
        return True
    if not unit.on_duty:
        away = unit.base != unit.home and now <= standby.until_s
        if cleared or away:
            send_to_wait(fixed, state, beyond, ambulance, unit.home, now)
        return True
    if now > beyond.clock[LAST_BREAK]:
        return False
    if due_break(beyond, ambulance, now) == NONE:
        return False
    away = unit.base != unit.home and not standby.has_building[unit.base]
    if cleared or away:
        send_to_wait(fixed, state, beyond, ambulance, unit.home, now)
    return True


@compiled
def _station_for(fixed, state, beyond, ambulance, now):
    """Where an ambulance goes that was just cleared."""
    standby, home = beyond.fixed.service.standby, state.fleet[ambulance].home
    found: Any = np.int64(home)
    if standby.rule == LIST:
        count_present(state, ambulance)
        found = standby_station(home, fixed.standby_list, state.present)
    elif standby.rule == NEAREST:
        count_present(state, ambulance)
        found = _nearest_station(fixed, state, beyond, ambulance, now)
    elif standby.rule == DMEXCLP:
        count_present(state, ambulance)
        _count_covered(state, beyond)
        found = dmexclp_station(standby, beyond.fixed.covering, beyond.covered, state.present)
    return home if found == NONE else found


@compiled
def _nearest_station(fixed, state, beyond, ambulance, now):
    best, best_s = NONE, np.inf
    for station in range(len(fixed.station_place)):
        if has_room(state.present[station], beyond.fixed.service.standby.capacity[station]):
            seconds = _drive_s(fixed, state, beyond, ambulance, station, now)
            if is_first(seconds, station, best_s, best):
                best, best_s = station, seconds
    return best


@compiled
def _drive_s(fixed, state, beyond, ambulance, station, now):
    """Seconds from where an ambulance is to a station."""
    mode = fixed.mode_home[band(fixed, now)]
    node, lead_s = position(
        fixed, state, beyond, ambulance, state.fleet[ambulance].status, now, mode
    )
    return lead_s + from_node_s(fixed, mode, node, fixed.station_place[station])


@compiled
def _count_covered(state, beyond):
    """How many of those that are present cover what."""
    beyond.covered[:] = 0
    count_covered(beyond.fixed.covering, state.present, beyond.covered)


# ── by a compliance table ────────────────────────────────────────────────────────────────────


@compiled
def _fill_posts(fixed, state, beyond, free, now):
    """A post for each of the `free` ambulances: who stands at one or is bound there keeps it."""
    standby, movable, posts = beyond.fixed.service.standby, beyond.movable, beyond.posts
    left, others = _posts_left(state, beyond, free)
    for post in range(left):
        for i in range(others):
            drive_s = _drive_s(fixed, state, beyond, movable[i], posts[post], now)
            beyond.drive_s[post, i] = min(drive_s, FAR_S)
    assign(beyond.drive_s, left, others, standby.longest, beyond.room, beyond.of_post)
    _send_to_posts(fixed, state, beyond, left, others, now)


@compiled
def _posts_left(state, beyond, free):
    """The posts that nobody keeps, and those who keep none; how many of each.

    Of several posts at one station those are kept that the table names first.
    """
    table, movable, posts = beyond.fixed.service.standby.table, beyond.movable, beyond.posts
    line, wanted = min(free, len(table)) - 1, state.present
    wanted[:] = 0
    if line >= 0:
        for post in table[line]:
            if post != NONE:
                wanted[post] += 1
    others, wanting = 0, 0
    for i in range(free):
        unit = state.fleet[movable[i]]
        stays = unit.status == AT_STATION or unit.status == RETURNING
        if stays and wanted[unit.base] > 0:
            wanted[unit.base] -= 1
        else:
            movable[others] = movable[i]
            others += 1
    for station in range(len(wanted)):
        wanting += wanted[station]
    left, column = wanting, table.shape[1] - 1
    while left > 0:
        post = table[line, column]
        if post != NONE and wanted[post] > 0:
            wanted[post] -= 1
            left -= 1
            posts[left] = post
        column -= 1
    return wanting, others


@compiled
def _send_to_posts(fixed, state, beyond, posts, others, now):
    """Who was cleared in any case; of the others as many as may be moved, the nearest first."""
    room, movable = beyond.room, beyond.movable
    # From here on in `room`: 0 the station, 1 the drive there; inf = it stays where it is.
    for i in range(others):
        room[0, i], room[1, i] = state.fleet[movable[i]].home, np.inf
    for post in range(posts):
        room[0, beyond.of_post[post]] = beyond.posts[post]
    for i in range(others):
        unit, station = state.fleet[movable[i]], np.int64(room[0, i])
        if unit.status == CLEARED or unit.status == STOOD_DOWN:
            send_to_wait(fixed, state, beyond, movable[i], station, now)
        elif station != unit.base and _gains(state, beyond, movable[i], station):
            room[1, i] = _drive_s(fixed, state, beyond, movable[i], station, now)
    moves = 0
    while moves < beyond.fixed.service.standby.most_moves:
        first, least_s = NONE, np.inf
        for i in range(others):
            if is_first(room[1, i], i, least_s, first):
                first, least_s = i, room[1, i]
        if first == NONE:
            break
        room[1, first] = np.inf
        send_to_wait(fixed, state, beyond, movable[first], np.int64(room[0, first]), now)
        moves += 1


@compiled
def _gains(state, beyond, ambulance, station):
    """Whether a move brings enough of the demand within reach that was not before."""
    standby, base = beyond.fixed.service.standby, state.fleet[ambulance].base
    if standby.least_gain <= 0:
        return True
    count_present(state, ambulance)
    _count_covered(state, beyond)
    covering = beyond.fixed.covering
    there_share = uncovered(standby.demand, covering, station, beyond.covered)
    here_share = uncovered(standby.demand, covering, base, beyond.covered)
    return there_share - here_share >= standby.least_gain
