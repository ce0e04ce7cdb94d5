"""Fitted shares, said: priorities, conditions, how calls end, units of a call, hospitals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sim.answers.calibration import Calibration
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

    def add(head: str, some: Sequence[ShareRow], name: dict[str, str]) -> None:
        for one in some:
            called = name.get(one.name) or harmless(one.name, NAME)
            rows.append([head, called, *_cells(calibration, one, say)])
            head = ""

    add(say("priority of calls"), fit.priorities, {})
    add(say("condition"), fit.conditions, {})
    add(say("how it ended"), ends, {one.name: say(ENDINGS[one.name]) for one in ends})
    if len(fit.units) > 1:
        add(say("ambulances of a call"), fit.units, {})
    add(say("hospital"), [one for one in fit.hospitals if one.having], hospitals)
    columns = (
        Column(align="left"), Column(align="left"), Column(say("calls")), Column(say("of calls")),
        *fitted_values.with_interval(say("share"), say),
    )  # fmt: skip
    return Table(columns, rows, above=say("Shares of calls"))


def _cells(calibration: Calibration, one: ShareRow, say: Language) -> list[str]:
    if one.having < calibration.least and one.n:
        return [say("hidden"), f"{one.n:,}", UNKNOWN, ""]
    return [f"{one.having:,}", f"{one.n:,}", *fitted_values.cells(one.share, PERCENT, say)]
