"""Every formula says what its measure counts: it is worked out from rows of calls, letter by letter."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from fractions import Fraction

import numpy as np
import pytest

from sim.measures.calls import Tally
from sim.measures.groups import ALL, Group, Setup, SurvivalCurve
from sim.measures.hospitals import HospitalTally
from sim.measures.measures import MEASURES
from sim.measures.rows import Pooled
from sim.measures.service import CallColumns, ServiceTally
from sim.measures.streams import OtherCalls
from sim.model.calls import CallStream, Ending
from sim.words.definitions import MEASURES as DEFINED

TOWNSHIPS, AMBULANCES, HOSPITALS, INF = 4, 3, 3, math.inf
CURVE = SurvivalCurve(priority=1, constant=0.04, help_min=0.16, ambulance_min=0.14)
SETUP = Setup((600.0, 1800.0), 0.6, np.array([100.0, 300.0, 50.0, 70.0]), (0, 2), survival=CURVE)
IN_HOURS = ("bay_hours", "transfer_time")  # all other times are minutes


# ── a formula as Python ──────────────────────────────────────────────────────────────────────

WORDS = {"∧": "and", "∨": "or", "∩": "&", "×": "*", "∞": "INF", "≤": "<=", "≥": ">=", " = ": " == "}


def closing(text, begin):
    """Where the bracket that opens at `begin` is closed."""
    depth = 0
    for at in range(begin, len(text)):
        depth += (text[at] in "({") - (text[at] in ")}")
        if not depth:
            return at
    raise AssertionError(text)


def end_of_term(text):
    """Where a term ends: before what divides it, or the bracket that it stands in."""
    depth = 0
    for at, mark in enumerate(text):
        depth += (mark == "(") - (mark == ")")
        if depth < 0 or text[at:].startswith(" / "):
            return at
    return len(text)


def python_of(text):
    """A formula, or a part of it, in Python; times are minutes."""
    if found := re.search(r"(#|Σ|min|max)\{", text):
        end = closing(text, found.end() - 1)
        inner, before, after = text[found.end() : end], text[: found.start()], text[end + 1 :]
        head, _, condition = inner.partition(" : ")
        if found[1] == "min":
            made = f"least(lambda t: {python_of(condition)})"
        elif found[1] == "max":
            one, _, condition = condition.partition(" ∧ ")
            bound, _, those = one.partition(" ∈ ")
            made = f"max({head} for {bound} in {those} if {python_of(condition)})"
        else:
            bound, _, those = head.partition(" ∈ ")
            if found[1] == "#":
                body = "1"
            else:  # up to the end of a bracket, or to what divides the sum
                after = after.lstrip()
                stop = closing(after, 0) + 1 if after[0] == "(" else end_of_term(after)
                body, after = python_of(after[:stop]), after[stop:]
            when = f" if {python_of(condition)}" if condition else ""
            made = f"sum({body} for {bound} in {python_of(those)}{when})"
        return f"{python_of(before)}({made}){python_of(after)}"
    if found := re.search(r"#(\w+(\(\w\))?)", text):
        before, after = text[: found.start()], text[found.end() :]
        return f"{python_of(before)}len({found[1]}){python_of(after)}"
    if found := re.search(r"#\(", text):
        end = closing(text, found.end() - 1)
        inner = python_of(text[found.end() : end])
        return f"{python_of(text[: found.start()])}len({inner}){python_of(text[end + 1 :])}"
    text = re.sub(r"(\d+) min", r"\1", text)
    text = re.sub(r"\b0\.(\d)", r"Fraction(\1, 10)", text)
    text = re.sub(r"(\d+) s\b", r"(\1 / 60)", text)
    for mark, word in WORDS.items():
        text = text.replace(mark, word)
    return text


def test_a_formula_in_python():
    assert python_of("#{i ∈ C ∩ U : R(i) ≤ 20 min} / #(C ∩ U)") == (
        "(sum(1 for i in C & U if R(i) <= 20)) / len(C & U)"
    )
    assert python_of("Σ{v ∈ F} B(v) / Σ{v ∈ F} D(v)") == (
        "(sum(B(v) for v in F)) / (sum(D(v) for v in F))"
    )


# ── rows of calls, and what the letters stand for in them ────────────────────────────────────


def replication(seed):
    """Made-up rows of everything that there can be."""
    rng = np.random.default_rng(seed)
    count, others, patients = 200, 90, 60

    def seconds(most, many=count, never=0.0):
        found = np.round(rng.uniform(0, most, many), 1)
        return np.where(rng.random(many) < never, INF, found)

    def some(share, many=count):
        return rng.random(many) < share

    withdrawn_s = seconds(2_400, never=0.9)
    response_s = np.where(np.isfinite(withdrawn_s) & some(0.6), INF, seconds(1_800, never=0.03))
    reached = np.isfinite(response_s)
    withdrawn_s = np.where(reached, INF, withdrawn_s)
    needs = rng.integers(1, 4, count)
    met = np.where(reached, np.minimum(rng.integers(1, 4, count), needs), 0)
    second_s = np.where(met > 1, response_s + 60, INF)
    hospital_s = np.where(some(0.4), np.nan, seconds(6_000, never=0.03))
    of_calls = CallColumns(
        response_s + np.where(some(0.7), 0.0, 300.0), second_s, needs, met, np.zeros(count, int),
        some(0.2) & reached, some(0.3) & reached, np.zeros(count, int), hospital_s,
    )  # fmt: skip
    stream = rng.integers(1, 4, others)
    other_s, other_withdrawn_s = seconds(3_000, others, 0.05), seconds(2_400, others, 0.6)
    other_s = np.where(np.isfinite(other_withdrawn_s) & some(0.2, others), INF, other_s)
    other_withdrawn_s[np.isfinite(other_s)] = INF
    late_s = np.maximum(seconds(5_000, others) - 1_500, 0.0)
    late_s = np.where(some(0.1, others), INF, late_s)
    late_s[stream != CallStream.PLANNED_TRANSFER] = np.nan
    hospitals = HospitalTally(
        rng.integers(0, HOSPITALS, patients), np.zeros(patients, int),
        np.where(some(0.5, patients), 0.0, seconds(5_000, patients)), some(0.2, patients),
        some(0.1, patients), seconds(9_000, HOSPITALS), np.array([0, 2, 3]),
        np.array([0.0, 900.0, 800.0]), np.array([1, 0, 2]), np.array([70.0, 0.0, 90.0]),
        np.array([9.0, 4.0, 2.0]), np.array([3.0, 0.0, 1.0]),
    )  # fmt: skip
    service = ServiceTally(
        0, of_calls, np.zeros(AMBULANCES), np.zeros(AMBULANCES), np.zeros(0), 7.5, 6, 4, 900.0,
        1_500.0, 9, 4, 5, 3_000.0, 3, 7_000.0, 8, 4_000.0, 5_000.0,
        OtherCalls(stream, rng.integers(0, 2, others), other_s, other_withdrawn_s, late_s),
        hospitals, 6,
    )  # fmt: skip
    asked = some(0.5)
    return Tally(
        np.arange(count), rng.integers(0, 2, count), rng.integers(0, TOWNSHIPS, count),
        rng.integers(0, 3, count), np.zeros(count, int), response_s, *[np.zeros(count)] * 2,
        np.where(reached, seconds(300), INF), np.zeros(count),
        some(0.7) & (reached | np.isfinite(withdrawn_s)), some(0.3) & reached,
        rng.uniform(0, 900, (AMBULANCES, 168)), np.full((AMBULANCES, 168), 3_600.0), 5_000.0,
        604_800.0, service=service, withdrawn_s=withdrawn_s, sent=reached | some(0.5),
        responder_s=np.where(asked, seconds(3_000, never=0.5), INF), responder_asked=asked,
        waited_s=np.where(some(0.6), 0.0, seconds(900, never=0.1)), answered_s=seconds(30),
        ending=rng.integers(0, 4, count),
    )  # fmt: skip


class Those(frozenset):
    """Some, and by a number those of them that belong to it."""

    def __call__(self, number):
        return Those(one for one in self if self.belongs(one) == number)

    def of(self, belongs):
        self.belongs = belongs
        return self


@pytest.fixture(scope="module")
def log():
    return [replication(seed) for seed in (1, 2, 3)]


@pytest.fixture(scope="module")
def letters(log):
    """What each letter stands for in these rows."""

    def column(get):  # of calls, one replication after the other
        return np.concatenate([get(tally) for tally in log])

    def minutes(get):
        values = column(get) / 60
        return lambda i: values[i]

    def those(mask):
        return Those(np.flatnonzero(mask).tolist())

    def total(name):
        return sum(getattr(tally.service, name) for tally in log)

    def many(number):
        return Those(range(int(number)))

    response, withdrawn = column(lambda t: t.response_s), column(lambda t: t.withdrawn_s)
    area, township = column(lambda t: t.area), column(lambda t: t.township)
    target = np.array(SETUP.target_s)[area]
    counts = np.isfinite(response) | (withdrawn > target)
    reached, sent = np.isfinite(response), column(lambda t: t.sent)
    ending = column(lambda t: t.ending)
    needs, second = column(lambda t: t.beyond.needs), column(lambda t: t.beyond.second_s)
    met, hospital = column(lambda t: t.beyond.met), column(lambda t: t.beyond.hospital_s)
    responder = column(lambda t: t.responder_s)
    first = np.minimum(response, responder) / 60
    window, busy = sum(t.window_s for t in log), sum(t.busy_s.sum(axis=1) for t in log)
    duty = sum(t.on_duty_s.sum(axis=1) for t in log)
    found = {
        "N": those(response >= 0), "C": those(counts).of(lambda i: township[i]), "A": those(reached),
        "U": those(area == 0), "V": those(area == 1), "L": those(np.isin(township, SETUP.worst)),
        "Cp": those(counts & (column(lambda t: t.priority) == CURVE.priority)),
        "S": those(column(lambda t: t.at_once)), "Ns": those(reached | (sent & np.isfinite(withdrawn))),
        "Nh": those(~np.isnan(hospital)), "Nr": those(column(lambda t: t.responder_asked)),
        "X": those(column(lambda t: t.cross)), "Xc": those(column(lambda t: t.beyond.out_of_area)),
        "Xz": those(column(lambda t: t.beyond.other_zone)),
        "Y": those((needs > 1) & np.isfinite(second)),
        "At": those(reached & (ending == Ending.TREATED_AT_SCENE)),
        "An": those(reached & (ending == Ending.NOBODY_FOUND)),
        "Ac": those(reached & (ending == Ending.TO_CLINIC)),
        "R": minutes(lambda t: t.response_s), "Rc": minutes(lambda t: t.beyond.capable_s),
        "R2": minutes(lambda t: t.beyond.second_s), "Rr": minutes(lambda t: t.responder_s),
        "Rf": lambda i: first[i], "T": lambda i: target[i] / 60, "W": minutes(lambda t: t.withdrawn_s),
        "M": minutes(lambda t: t.turnout_s), "Q": minutes(lambda t: t.waited_s),
        "Qd": minutes(lambda t: t.answered_s), "n": lambda i: needs[i], "m": lambda i: met[i],
        "h": lambda i: hospital[i] / 60, "a": CURVE.constant, "b": CURVE.help_min,
        "c": CURVE.ambulance_min, "F": many(AMBULANCES), "B": lambda v: busy[v] / 60,
        "D": lambda v: duty[v] / 60, "Bt": lambda v: total("transfer_s") / 60 / AMBULANCES,
        "f": lambda v: total("off_s") / 60 / AMBULANCES, "Z": sum(t.level_zero_s for t in log) / 60,
        "H": window / 60, "d": window / 86_400, "r": len(log), "J": many(total("ends")),
        "O": lambda s: total("overrun_s") / 60 / total("overruns") * (s < total("overruns")),
        "G": lambda s: total("until_home_s") / 60 / total("ends"), "E": many(total("breaks_due")),
        "Em": many(total("breaks_missed")), "Eb": many(total("breaks_broken")),
        "Be": total("break_s") / 60, "Je": many(total("shifts_with_breaks")),
        "Ef": many(total("failures")), "Ed": many(total("moves")), "w": total("shifts"),
        "g": total("move_s") / 60, "K": Those(township.tolist()), "q": Fraction(6, 10),
        "p": lambda k: SETUP.people[k], "exp": math.exp, "INF": INF, "Fraction": Fraction,
    }  # fmt: skip
    return found


def beyond_emergencies(found, log):
    """The same with the letters of other calls: surges, transfers, patients at hospitals."""
    others = [OtherCalls(*map(np.asarray, tally.service.others)) for tally in log]
    row = [np.concatenate([getattr(one, name) for one in others]) for name in OtherCalls._fields]
    stream, area, response, withdrawn, late = row
    of = np.repeat(np.arange(len(log)), [len(one.stream) for one in others])
    surge = np.flatnonzero(stream == CallStream.SURGE).tolist()
    planned = stream == CallStream.PLANNED_TRANSFER
    stays = planned & (np.isfinite(late) | ~np.isfinite(withdrawn))
    return found | {
        "Gs": Those(surge).of(lambda i: of[i]),
        "Gu": Those(np.flatnonzero(stream == CallStream.URGENT_TRANSFER).tolist()),
        "Gp": Those(np.flatnonzero(planned).tolist()),
        "Gd": Those(np.flatnonzero(stays).tolist()),
        "Js": Those(of[i] for i in surge if response[i] < INF),
        "R": lambda i: response[i] / 60, "T": lambda i: SETUP.target_s[area[i]] / 60,
        "W": lambda i: withdrawn[i] / 60, "z": lambda i: late[i] / 60,
    }  # fmt: skip


def at_hospitals(found, log):
    """The same with the letters of hospitals."""
    there = [tally.service.hospitals for tally in log]
    hospital, wait, passed, clinic = (
        np.concatenate([getattr(one, name) for one in there])
        for name in ("hospital", "wait_s", "passed_over", "clinic")
    )
    bays, icu = there[0].bays, there[0].icu
    bay_s, icu_s = sum(one.bay_s for one in there), sum(one.icu_s for one in there)
    patients = np.flatnonzero(~clinic).tolist()
    return found | {
        "P": Those(patients), "Po": Those(i for i in patients if passed[i]),
        "y": lambda i: wait[i] / 60, "Bd": sum(one.waiting_s.sum() for one in there) / 60,
        "Hb": Those(np.flatnonzero(bays).tolist()), "u": lambda x: bay_s[x] / 60,
        "e": lambda x: bays[x], "Hi": Those(np.flatnonzero(icu).tolist()),
        "ui": lambda x: icu_s[x] / 60, "ei": lambda x: icu[x],
        "Pw": Those(range(int(sum(one.walk_ins.sum() for one in there)))),
        "Pl": Those(range(int(sum(one.refused.sum() for one in there)))),
        "Pa": Those(range(len(hospital))).of(lambda i: hospital[i]), "x": 1,
    }  # fmt: skip


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)
def test_a_formula_is_what_its_measure_counts(measure, log, letters):
    formula = DEFINED[measure.key].formula
    if "G" in formula and measure.key != "overrun_home":
        letters = beyond_emergencies(letters, log)
    elif not set(re.findall(r"[A-Za-z]+", formula)) <= {*letters, "i", "k", "s", "v", "t", "min"}:
        letters = at_hospitals(letters, log)

    def least(holds):  # among all times there are; it holds from some of them on
        pairs = [
            (one, those)
            for one, those in TIMED
            if f"#{those}" in formula or f"∈ {those} " in formula
        ]
        pairs = [(one, those) for one, those in pairs if f"{one}(i)" in formula]
        times = sorted(letters[one](i) for one, those in pairs for i in letters[those])
        return times[bisect_left(times, True, key=holds)]

    value = eval(python_of(formula), letters | {"least": least})
    group = Group("hospital", 1) if measure.key == "destination" else ALL
    expected = measure.left_out(Pooled(log, SETUP), group)[0]
    assert 0 < expected < INF, "of nothing, any formula would do"
    assert value == pytest.approx(expected * (60 if measure.key in IN_HOURS else 1), rel=1e-9)


TIMED = [("R", "C"), ("R", "Gu"), ("Rc", "C"), ("R2", "Y"), ("h", "Nh"), ("y", "P")]
