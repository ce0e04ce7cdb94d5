"""What became of the rows of a file, said: the balance, twelve rules, what was read of columns."""

from __future__ import annotations

import re
from typing import Final

from sim.answers.calibration import Calibration
from sim.fitting.cleaning import Rule, RuleCount
from sim.scenario.records.columns import HEADERS
from sim.text import NAME, Message, harmless
from sim.words import fitted_values
from sim.words.language import Language
from sim.words.page import Column, Table

RULES: Final = {
    Rule.ORDER: Message("stamps out of order"),
    Rule.TURNOUT_NOT_RECORDED: Message("turnout not recorded: ordered and driven off at once"),
    Rule.WHOLE_MINUTES: Message("stamps in whole minutes, fitted as such"),
    Rule.MIDNIGHT: Message("stamps after midnight dated the day before, put right"),
    Rule.TOO_LONG: Message("stages that never take so long"),
    Rule.SPEED: Message("drives much slower or faster than all others"),
    Rule.FURTHER_UNITS: Message("further units of a call"),
    Rule.TWICE: Message("one call under several numbers, or recorded twice"),
    Rule.PLACES: Message("many calls at one point: place not known"),
    Rule.FEED_DOWN: Message("days that were not recorded in full, out of the rates"),
    Rule.OPEN_ENDS: Message("sent and never arrived: kept as open ends"),
    Rule.CLOCKS: Message("weeks in which two clocks were apart, put back"),
}
COLUMNS: Final = {
    "received_at": Message("call received"), "ready_at": Message("call taking over"),
    "assigned_at": Message("ambulance assigned"), "mobile_at": Message("driven off"),
    "arrived_at": Message("arrived at the scene"), "left_scene_at": Message("left the scene"),
    "at_hospital_at": Message("arrived at hospital"), "cleared_at": Message("free again"),
    "lon": Message("longitude"), "lat": Message("latitude"), "point": Message("point"),
    "township": Message("township"), "priority": Message("priority of calls"),
    "condition": Message("condition"), "incident": Message("number of the call"),
    "conveyed": Message("conveyed or not"), "hospital": Message("hospital"),
    "station": Message("station"), "vehicle": Message("vehicle"),
    "outcome": Message("how it ended"), "siren": Message("siren or not"),
    "call_taking": Message("call taking"), "turnout": Message("turnout"),
    "on_scene": Message("on scene"), "handover": Message("handover"),
}  # fmt: skip
MOST_LINES: Final = 5
MOST_NAMES: Final = 6


def balance_sentence(calibration: Calibration, say: Language) -> str:
    """For the minutes: how many rows became how many calls, and what was lost, by reason."""
    read = calibration.records
    rows = read.balance
    said = say.count(
        rows.calls, "{rows} rows of {file}, from {first} to {last}, are {calls} call.",
        "{rows} rows of {file}, from {first} to {last}, are {calls} calls.",
        rows=f"{rows.rows:,}", file=read.file, first=read.first, last=read.last,
        calls=f"{rows.calls:,}",
    )  # fmt: skip
    if rows.rows == 1:
        said = say("The one row of {file}, of {first}, is one call.",
                   file=read.file, first=read.first)  # fmt: skip
    remarks = []
    if rows.further_units:
        remarks.append(say.count(
            rows.further_units, "{units} row is a further unit of one of them.",
            "{units} rows are further units of the same calls.", units=f"{rows.further_units:,}",
        ))  # fmt: skip
    if rows.left_out:
        reasons = say.joined(
            say("{reason}: {n}", reason=reason, n=f"{count:,}") for reason, count in rows.left_out
        )
        remarks.append(say.count(
            rows.rows_left_out, "{rows} row was left out ({reasons}).",
            "{rows} rows were left out ({reasons}).", rows=f"{rows.rows_left_out:,}",
            reasons=reasons,
        ))  # fmt: skip
    else:
        remarks.append(say("No row was left out."))
    for remark in remarks:
        said = say("{sentence} {remark}", sentence=said, remark=remark)
    return said


def table(calibration: Calibration, say: Language, *, short: bool = False) -> Table:
    """A row for each of the twelve rules, also those that found nothing.

    `short`: without lines of the file, names and days.
    """
    columns = [
        Column(say("no."), "right"), Column(say("rule of cleaning"), "left"), Column(say("rows")),
        Column(say("stamps out")), Column(say("rows out")),
    ]  # fmt: skip
    if not short:
        columns.append(Column(say("which"), "left"))
    rows = []
    for one in calibration.clean:
        row = [
            f"{int(one.rule)}", _rule(one, say), f"{one.rows:,}", f"{one.stamps:,}",
            f"{one.rows_dropped:,}",
        ]  # fmt: skip
        rows.append(row if short else [*row, _which(calibration, one, say)])
    return Table(tuple(columns), rows)


def _rule(one: RuleCount, say: Language) -> str:
    """What a rule is about; days are counted, for days without calls concern no row."""
    if one.rule == Rule.FEED_DOWN and one.names:
        return say(
            "days that were not recorded in full, out of the rates: {n}", n=f"{len(one.names):,}"
        )
    return say(RULES[one.rule])


def _which(calibration: Calibration, one: RuleCount, say: Language) -> str:
    """Whom a rule concerns: stations, stamps, days, weeks; else the first lines of the file."""
    base = calibration.provenance.base
    if one.rule == Rule.SPEED and len(one.names) == 2:
        return say("{slow} much slower, {fast} much faster", slow=one.names[0], fast=one.names[1])
    if one.rule == Rule.PLACES and one.names:
        return say("calls at such a point: {counts}", counts=say.listed(one.names, MOST_NAMES))
    names = list(one.names)
    if one.rule == Rule.WHOLE_MINUTES:
        names = [column(name, say) for name in names]
    elif one.rule == Rule.TURNOUT_NOT_RECORDED:
        names = [fitted_values.station(base, name, say) for name in names]
    elif one.rule == Rule.CLOCKS and names:
        weeks = say.listed(names, MOST_NAMES)
        return say("weeks from {weeks}; at most {seconds} s", weeks=weeks,
                   seconds=say.number(one.value, 0, sign=True))  # fmt: skip
    if names:
        return say.listed(names, MOST_NAMES)
    return _lines(one.lines, one.rows, say)


def _lines(lines: tuple[int, ...], count: int, say: Language) -> str:
    """lines 12, 40, 77 …"""
    if not lines:
        return ""
    shown = ", ".join(f"{line}" for line in lines[:MOST_LINES])
    return say("lines {lines}", lines=shown if count <= MOST_LINES else f"{shown} …")


def column(key: str, say: Language) -> str:
    """What a column of the records holds."""
    return say(COLUMNS.get(key, key))


def paragraphs(calibration: Calibration, say: Language) -> list[str]:
    """The balance of rows; columns that were found; values dropped; how the file was read."""
    read = calibration.records
    rows = read.balance
    said = [say(
        "Rows of {file}: {rows} = calls {calls} + further units of a call {units} + left out "
        "{left_out}. Calls were received from {first} to {last}.",
        file=read.file, rows=f"{rows.rows:,}", calls=f"{rows.calls:,}",
        units=f"{rows.further_units:,}", left_out=f"{rows.rows_left_out:,}", first=read.first,
        last=read.last,
    )]  # fmt: skip
    for reason, count in rows.left_out:
        left = say.count(count, "{n} row left out: {reason}.", "{n} rows left out: {reason}.",
                         reason=reason)  # fmt: skip
        lines = _lines(read.lost_lines.get(reason) or _of_twice(calibration, reason), count, say)
        said.append(say("{sentence} ({lines})", sentence=left, lines=lines) if lines else left)
    order = list(HEADERS)
    found = sorted(read.columns, key=lambda key: order.index(key) if key in order else 99)
    said.append(say("Columns found: {names}.", names=say.listed([column(k, say) for k in found])))
    said += not_read(calibration, say)
    missing = [key for key in COLUMNS if key.endswith("_at") and key not in read.columns]
    if missing:
        said.append(say("Instants that the file does not have: {names}.",
                        names=say.listed([column(key, say) for key in missing])))  # fmt: skip
    for one in read.dropped:
        said.append(say(
            "Values dropped, their rows kept: {reason}: {n} ({lines}).", reason=one.reason,
            n=f"{len(one.lines):,}", lines=_lines(one.lines, len(one.lines), say),
        ))  # fmt: skip
    said += [say("How it was read: {note}.", note=_open_ended(say(note))) for note in read.notes]
    said.append(say(
        "Nothing is repaired silently: each rule is counted. A stamp that cannot be is dropped, "
        "not its row; a row is dropped only where another one says the same."
    ))  # fmt: skip
    return said


def not_read(calibration: Calibration, say: Language) -> list[str]:
    """Headers of the file that nothing was read of, as they stand: a column may be among them."""
    names = [harmless(name, NAME) for name in calibration.records.unread]
    if not names:
        return []
    return [say(
        "Columns of the file that were not read: {names}. If one of them is an instant or says how "
        "a call ended, name it with `--column`.", names=say.listed(names),
    )]  # fmt: skip


def _of_twice(calibration: Calibration, reason: Message) -> tuple[int, ...]:
    """Lines of rows that were recorded twice."""
    if reason != "recorded twice":
        return ()
    return next(one.lines for one in calibration.clean if one.rule == Rule.TWICE)


def _open_ended(sentence: str) -> str:
    """A sentence without its full stop, for it stands within another."""
    return re.sub(r"[.\u3002]+$", "", sentence)
