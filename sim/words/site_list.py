"""The sites of a proposal in a table: what becomes of each, and why."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from sim.answers.site_list import Fate, Site
from sim.measures.measures import BY_KEY
from sim.text import Message
from sim.words import measures, reasons
from sim.words.language import Language
from sim.words.page import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.answers.worth import Worth
    from sim.scenario.scenario import Scenario

FATES: Final = {
    Fate.KEEP: Message("keep"),
    Fate.ENLARGE: Message("enlarge"),
    Fate.REDUCE: Message("reduce"),
    Fate.MOVE: Message("move"),
    Fate.CLOSE: Message("close"),
    Fate.NEW: Message("new"),
}


def table(sites: Sequence[Site], base: Scenario, worth: Worth | None, say: Language) -> Table:
    """A row for each site: what becomes of it, its ambulances, and the grounds."""
    columns = (
        Column(say("site"), "left"),
        Column(say("what becomes of it"), "left"),
        Column(say("ambulances")),
        Column(say("grounds"), "left"),
    )
    rows = [
        [
            say.name(one.station.name),
            say(FATES[one.fate]),
            _ambulances(one),
            say.joined(_grounds(one, base, worth, say)),
        ]
        for one in sites
    ]
    note = say(
        "What becomes of a site is what the proposal says; the grounds say what speaks for it and "
        "against it."
    )
    return Table(columns, rows, note)


def _ambulances(site: Site) -> str:
    if site.ambulances_before == site.ambulances:
        return str(site.ambulances)
    return f"{site.ambulances_before} → {site.ambulances}"


def _grounds(site: Site, base: Scenario, worth: Worth | None, say: Language) -> list[str]:
    parts = [] if site.ground is None else reasons.by_distance(site.ground, base, say)
    if site.load is not None and not math.isnan(site.load.before):
        before, after = (say.number(x * 100) for x in (site.load.before, site.load.after))
        if before == after:
            parts.append(say("on calls for {share} % of its time", share=before))
        else:
            parts.append(
                say(
                    "on calls for {before} % of its time today, {after} % under the proposal",
                    before=before,
                    after=after,
                )
            )
    if site.loss is not None and worth is not None:
        measure = BY_KEY[worth.by]
        change = site.loss.changes[worth.by]
        parts.append(
            say(
                "without it {change} {interval}: {measure}, {verdict}",
                change=measures.number(measure, change.mean, say, sign=True),
                interval=measures.interval(measure, change, say, sign=True),
                measure=measures.label_in(worth.provenance, measure, say),
                verdict=measures.verdict(site.loss.verdict, say),
            )
        )
    return parts or ["–"]
