"""How much may be asked for: bounds of the numbers that decide how much is computed.

Each is allowed itself. They hold at the prompt, in files and in Python; what is within them and
still more than a machine has is estimated before a study begins.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Limit(NamedTuple):
    """The least and the most of a number."""

    least: float
    most: float


class Whole(NamedTuple):
    """The least and the most of a whole number."""

    least: int
    most: int


NAME: Final = 80  # letters of what a planner's file calls a place or a thing
# ── a study ──────────────────────────────────────────────────────────────────────────────────
REPLICATIONS: Final = Whole(1, 100_000)  # intervals are then 140 times as narrow as of five
AT_MOST: Final = Whole(5, 100_000)  # two looks at a precision need five
DAYS: Final = Limit(0.05, 3660)  # measured: an hour to ten years
SEED: Final = Whole(0, 2**63 - 1)  # 64 bits
WORKERS: Final = Whole(1, 1024)  # more than any one machine has cores
# ── what is tried ────────────────────────────────────────────────────────────────────────────
CANDIDATES: Final = 2_000  # each is a layout of its own
NEW_AMBULANCES: Final = Whole(1, 50)  # at a new station
NEW: Final = Whole(1, 200)  # stations or ambulances of one plan
PLANS: Final = Whole(1, 50)  # simulated of those that are best by distance
SOLVING_S: Final = Limit(1, 86_400)  # seconds of a siting model: its proof may take that long
CAPACITY: Final = Limit(0, 1e9)  # people or ambulances of a station
MORE: Final = Whole(0, 30)  # stations or ambulances in a search, each a round of trials
STEPS: Final = Whole(1, 30)  # of a curve, likewise
CREW_KINDS: Final = 40  # tried at each station in each step
SAMPLES: Final = Whole(0, 10_000)  # of assumptions, each a study of its own
# ── a layout ─────────────────────────────────────────────────────────────────────────────────
STATIONS: Final = 2_000  # a province has hundreds
AMBULANCES: Final = Whole(0, 500)  # at one station
FLEET: Final = 10_000  # in all: more than the largest country has on duty
CALLS: Final = 1e7  # in one replication; more is a slip of the pen
RESPONDERS: Final = 5_000  # places of one group; a prefecture has some thousand village clinics
GROUPS: Final = 20  # of responders
IN_REACH: Final = 1_000  # responders of a field that may be asked at one call, in the mean
PAIRS: Final = 20_000_000  # of places and the responders in reach of them
# ── a file ───────────────────────────────────────────────────────────────────────────────────
FILE_BYTES: Final = 1_000_000  # of settings; the shipped ones have 3,000
NESTED: Final = 40  # brackets within brackets; settings need eight
VALUES: Final = 50_000  # of a file whose aliases are written out, at 80 microseconds each
BASES: Final = 20  # scenarios that stand on each other
