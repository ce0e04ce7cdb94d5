"""Fitted shares, said: priorities, conditions, how calls end, units of a call, hospitals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.answers.calibration import Calibration
from sim.fitting import shown_cells
from sim.fitting.shares import ShareRow
from sim.text import NAME, Message, harmless
from sim.words import fitted_values
from sim.words.fitted_values import PERCENT, UNKNOWN
from sim.words.language import Language
from sim.words.page import Column, Table

ENDINGS: Final = {
    "conveyed": Message("conveyed, of calls that somebody came to"),
    "cancelled": Message("cancelled, of all calls"),
    "nobody found": Message("nobody found, of all calls"),
    "treated": Message("treated at the scene, as recorded"),
    "siren": Message("driven to with siren, of missions"),
}


def table(calibration: Calibration, say: Language) -> Table:
    """A row a share, with its interval; nothing of what the records do not say."""
    fit, base = calibration.fits.shares, calibration.provenance.base
    hospitals = {one.name.zh: say.name(one.name) for one in base.map.hospitals}
    ends = [one for one in (fit.conveyed, fit.cancelled, fit.nobody_found, fit.treated, fit.siren)
            if one is not None]  # fmt: skip
    rows: list[list[str]] = []
    ends_called = {one.name: say(ENDINGS[one.name]) for one in ends}

    def add(head: str, some: Sequence[ShareRow], name: dict[str, str]) -> None:
        told = shown_cells.shown((one.having for one in some), calibration.least)
        if name is ends_called:  # each is a share of its own
            told = np.array([shown_cells.share_shown(one, calibration.least) for one in some])
        for one, seen in zip(some, told, strict=True):
            called = name.get(one.name) or harmless(one.name, NAME)
            rows.append([head, called, *_cells(one, bool(seen), say)])
            head = ""

    add(say("priority of calls"), fit.priorities, {})
    add(say("condition"), fit.conditions, {})
    add(say("how it ended"), ends, ends_called)
    if len(fit.units) > 1:
        add(say("ambulances of a call"), fit.units, {})
    add(say("hospital"), [one for one in fit.hospitals if one.having], hospitals)
    columns = (
        Column(align="left"), Column(align="left"), Column(say("calls")), Column(say("of calls")),
        *fitted_values.with_interval(say("share"), say),
    )  # fmt: skip
    return Table(columns, rows, above=say("Shares of calls"))


def _cells(one: ShareRow, seen: bool, say: Language) -> list[str]:
    if not seen and one.n:
        return [say("hidden"), f"{one.n:,}", UNKNOWN, ""]
    return [f"{one.having:,}", f"{one.n:,}", *fitted_values.cells(one.share, PERCENT, say)]
