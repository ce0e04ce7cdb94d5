"""Recorded missions made by hand: rows of a file, each with what a test says of it."""

from __future__ import annotations

import csv

import numpy as np

from sim.fitting import cleaning
from sim.scenario.records import units
from sim.scenario.settings.replay import Replay

STAMPS = (
    "received_at", "assigned_at", "mobile_at", "arrived_at", "left_scene_at", "at_hospital_at",
    "cleared_at",
)  # fmt: skip
# Seconds since receipt of a mission of which nothing is odd.
USUAL = {
    "received_at": 0, "assigned_at": 67, "mobile_at": 151, "arrived_at": 733,
    "left_scene_at": 1_811, "at_hospital_at": 2_459, "cleared_at": 3_917,
}  # fmt: skip
MONDAY = np.datetime64("2025-01-06T08:00:07")
POINT = (113.497, 27.646)


def instant(at, seconds):
    """A time as files write it."""
    return str(at + np.timedelta64(int(seconds), "s")).replace("T", " ")


def mission(at=MONDAY, seconds=None, **texts):
    """A row by header. `seconds`: of stamps since receipt, otherwise than usual; None: left out."""
    every = {**USUAL, **(seconds or {})}
    row = {name: "" if s is None else instant(at, s) for name, s in every.items()}
    return row | {"lon": POINT[0], "lat": POINT[1]} | texts


def write(path, rows):
    """The rows as a CSV file, whose columns are all that some row has."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(folder, ground, rows, *names, **asked):
    """The rows as fitting reads them."""
    path = write(folder / "missions.csv", rows)
    return units.read(path, ground, Replay(file=path.name, **asked), *names)


def cleaned(folder, ground, rows):
    """The rows after the rules of cleaning."""
    return cleaning.cleaned(read(folder, ground, rows), ground)


def count_of(clean, rule):
    """What one rule found."""
    return next(one for one in clean.counts if one.rule == rule)
