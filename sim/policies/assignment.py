"""Who goes to which post: each post one ambulance, with the least total or the least longest drive.

The assignment is that of Kuhn and Munkres by shortest augmenting paths (Jonker & Volgenant 1987),
posts one after the other. It needs no memory of its own: compiled code has none to give.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.policies.clock import NONE

NEVER_S = 1e9  # a drive that is not to be; sums of it are still exact on the time grid


def assign(drive_s: Any, posts: int, units: int, longest: bool, room: Any, of_post: Any) -> None:
    """Fill [post] with the unit that goes there: there are as many units at least.

    `drive_s`: [post, unit] seconds. Ties: where two units could as well change places, the lower
    row goes to the earlier post, and a lower row is sent rather than a higher one. `longest`: the
    longest drive is to be least, and only then the total. `room`: [5, units + 1] numbers that are
    written over.
    """
    for post in range(posts):
        of_post[post] = post
    most_s = np.inf
    while _least_total(drive_s, posts, units, most_s, room):
        found_s = 0.0
        for unit in range(1, units + 1):
            if room[2, unit] > 0:
                post = int(room[2, unit]) - 1
                of_post[post] = unit - 1
                found_s = max(found_s, drive_s[post, unit - 1])
        if not longest or found_s == 0.0:
            break
        most_s = found_s
    _settle_ties(drive_s, posts, units, of_post)


def _least_total(drive_s: Any, posts: int, units: int, most_s: float, room: Any) -> bool:
    """Match in room[2]: [unit + 1] post + 1, or 0; False if only drives of `most_s` or more do.

    Rows of room: 0 potentials of units, 1 of posts, 2 matches, 3 least slack, 4 the unit before.
    """
    room[:3] = 0.0
    for post in range(1, posts + 1):
        room[2, 0] = post
        at = 0
        room[3] = np.inf
        room[4] = -1.0  # not yet on the tree
        while True:
            # A unit on the tree has -2 - its predecessor, one beside it its predecessor.
            room[4, at] = -2.0 - max(room[4, at], 0.0)
            of = int(room[2, at])
            step, following = np.inf, 0
            for unit in range(1, units + 1):
                if room[4, unit] <= -2.0:
                    continue
                seconds = drive_s[of - 1, unit - 1]
                if seconds >= most_s:
                    seconds = NEVER_S
                slack = seconds - room[0, unit] - room[1, of - 1]
                if slack < room[3, unit]:
                    room[3, unit], room[4, unit] = slack, at
                if room[3, unit] < step:
                    step, following = room[3, unit], unit
            for unit in range(units + 1):
                if room[4, unit] <= -2.0:
                    room[1, int(room[2, unit]) - 1] += step
                    room[0, unit] -= step
                else:
                    room[3, unit] -= step
            at = following
            if room[2, at] == 0:
                break
        while at != 0:
            before = int(room[4, at])
            if before <= -2:
                before = -2 - before
            room[2, at] = room[2, before]
            at = before
    for unit in range(1, units + 1):
        if room[2, unit] > 0 and drive_s[int(room[2, unit]) - 1, unit - 1] >= most_s:
            return False
    return True


def _settle_ties(drive_s: Any, posts: int, units: int, of_post: Any) -> None:
    """Let units change places where the drives stay the same, until rows are in order."""
    changed = True
    while changed:
        changed = False
        for post in range(posts):
            own_s = drive_s[post, of_post[post]]
            for unit in range(of_post[post]):
                other = post_of(unit, of_post, posts)
                if other == NONE:
                    same = drive_s[post, unit] == own_s
                else:
                    crossed = (drive_s[post, unit], drive_s[other, of_post[post]])
                    now = (own_s, drive_s[other, unit])
                    same = other > post and _same_drives(crossed, now)
                if same:
                    if other != NONE:
                        of_post[other] = of_post[post]
                    of_post[post] = unit
                    changed = True
                    break


def _same_drives(one: Any, other: Any) -> bool:
    """Whether two drives have the same total and the same longest."""
    return bool(one[0] + one[1] == other[0] + other[1] and max(one) == max(other))


def post_of(unit: int, of_post: Any, posts: int) -> int:
    """The post to which a unit goes, or NONE."""
    for post in range(posts):
        if of_post[post] == unit:
            return post
    return NONE
