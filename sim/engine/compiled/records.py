"""What a row holds of each table that the kernel keeps of crews, needs, scenes and hospitals."""

from __future__ import annotations

import numpy as np

CREW = np.dtype(
    [
        ("off_at", "f8"),  # when its shift ends
        ("break_left_s", "f8"),  # of its next break, if that was ended before; else nan
        ("timer_at", "f8"),  # when it fails, or is repaired
        ("next_break", "i8"),
        ("breaks_end", "i8"),
        ("pause", "i8"),  # line of the break that it takes
        ("vehicle", "i8"),  # row in `after_s`, or NONE
        ("failure", "i8"),  # which of its failures is next, or under way
        # its drive, where that may change while it lasts
        ("factor", "f8"),
        ("begun_at", "f8"),  # the stretch on which it is
        ("whole_s", "f8"),  # all of the drive
        ("first_node", "i8"),
        ("purpose", "i8"),
        ("kind", "u4"),
        ("centre", "u4"),
        ("phase", "u1"),  # what its next event is, while it is on a call
        ("in_shift", "?"),
        ("failed", "?"),
        ("fails_when_free", "?"),
        ("goes_along", "?"),  # to hospital, with the ambulance that has the patient
        ("counted", "?"),  # among those that are free
        ("changed", "?"),  # since they were counted
        ("steady", "?"),  # its drive goes on as it began, all of the way
        ("taken", "?"),  # goes to another need of the call that is looked at
    ],
    align=True,
)
NEED = np.dtype(
    [
        ("ready_at", "f8"),
        ("on_scene_s", "f8"),
        ("arrived_at", "f8"),  # once it is present
        ("ends_at", "f8"),
        ("scene_factor", "f8"),
        ("hospital_factor", "f8"),
        ("stay_s", "f8"),
        ("icu_s", "f8"),
        ("patient", "i8"),
        ("call", "u4"),
        ("kind", "u4"),
        ("group", "u4"),
        ("ambulance", "i4"),
        ("trip", "i4"),
        ("condition", "u4"),
        ("several", "?"),  # its call has more needs
        ("status", "u1"),
    ],
    align=True,
)
CLOSURE = np.dtype(
    [("from_at", "f8"), ("until_at", "f8"), ("hospital", "i8"), ("patient", "i8")], align=True
)
STAY = np.dtype([("until", "f8"), ("hospital", "i8"), ("by_ambulance", "?")], align=True)
WALK_IN = np.dtype([("at", "f8"), ("stay_s", "f8"), ("bay_at", "f8"), ("hospital", "i8")])
AT_CALL = np.dtype([("at", "f8"), ("call", "i8")])

SCENE = np.dtype(
    [
        ("first_at", "f8"),  # the first arrival; inf = nobody yet
        ("ends_at", "f8"),
        ("first", "i8"),  # its needs
        ("last", "i8"),
        ("conveyer", "i8"),  # need, or NONE
        ("hospital", "i8"),  # to which it goes
        ("started", "?"),  # an ambulance was sent
        ("over", "?"),  # nobody is needed any more
        ("asked", "?"),
        ("is_looked_at", "?"),  # as soon as everything of this instant has happened
        ("touched", "?"),  # since the last dispatch
    ],
    align=True,
)
