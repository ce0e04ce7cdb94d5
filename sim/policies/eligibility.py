"""Whether an ambulance may be sent to a need beyond being free: shift, reserve, centre, distance.

What may be sent at all says `dispatch.can_be_sent`; of those that may, the one with the least
(expected seconds + penalty, row) is sent.
"""

from __future__ import annotations


def takes_calls(now: float, off_at: float, last_calls_s: float, priority: int) -> bool:
    """Whether an ambulance so near the end of its shift serves a priority: the first one always."""
    return priority == 0 or now < off_at - last_calls_s


def is_kept_back(priority: int, upto: int, free: int, keep: int) -> bool:
    """Whether a reserve hides its ambulances from a need: `free` of them are free now."""
    return priority > upto and free <= keep


def may_help(now: float, ready_at: float, after_s: float, free: int, keep: int) -> bool:
    """Whether a centre with so many free ambulances sends one to a need of another centre.

    `after_s`: the time since the need was ready from which on others help; inf = never.
    """
    return now >= ready_at + after_s and free > keep


def is_within(expected_s: float, within_s: float) -> bool:
    """Whether it would be there soon enough to be sent at all; a limit is inclusive."""
    return expected_s <= within_s
