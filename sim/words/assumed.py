"""What a study assumes, with sources, and what it cannot tell: for a report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sim.answers.answer import Provenance
from sim.measures.verdicts import FEWEST
from sim.scenario import reference, sources
from sim.scenario.differences import leaves
from sim.scenario.settings import Settings
from sim.text import Message
from sim.words import alternative, differences
from sim.words.language import Language
from sim.words.page import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.answers.answer import Origin
    from sim.scenario.scenario import Scenario

NOT_SET: Final = ("", "–")
OWN: Final = Message("set in the scenario")
# As `sim.fitting.written_fit` writes it behind a number.
FITTED: Final = re.compile(r"fitted from (?P<file>.+), n = (?P<n>[\d,]+)(?P<more>(; .*)?)")
NO_SOURCE: Final = Message("default of the program")
# What is off unless a scenario says it, by chapter or setting, and what is then simplified.
LEFT_OUT: Final = (
    ("crews.breaks", Message("Crews take no breaks.")),
    ("crews.failures", Message("No vehicle ever fails.")),
    ("transfers", Message("The ambulances make no transfers between hospitals.")),
    ("demand.surges", Message("No event brings many calls at once.")),
    ("demand.cancelled", Message("No call is withdrawn by the caller.")),
    ("demand.desk", Message("The call desk is never too busy to answer.")),
    ("travel.bands", Message("Roads are as fast at every hour of the day.")),
    ("travel.factor", Message("A drive over the same roads always takes the same time.")),
    ("responders", Message("Nobody treats the patient before an ambulance arrives.")),
    ("hospitals.stay", Message("Hospitals always have room.")),
)


# Settings that say something only where another one is set, or is not as usual.
ONLY_WITH: Final = {
    "standby.": "standby.rule",
    "crews.holidays_as": "crews.holidays",
    "crews.after_interruption": "crews.breaks",
    "crews.last_calls": "crews.rosters",
    "dispatch.other_zone": "dispatch.zones",
    "dispatch.loading": "demand.conditions",
    "hospitals.bypass": "hospitals.stay",
    "hospitals.walk_ins": "hospitals.stay",
    "travel.band_rule": "travel.bands",
    "study.most_replications": "study.replications",
}


def assumptions(base: Scenario, say: Language) -> Table:
    """Every setting in force: what it means, its value, and where that is from.

    The entries of one setting, as speeds by class of road, stand in one row for each source.
    """
    usual, own = (
        {path: differences.value(path, value, say) for path, value in leaves(settings)}
        for settings in (Settings(), base.settings)
    )
    entries = {entry.path: entry for entry in reference.entries()}
    said = sources.of(base)
    together: dict[tuple[str, bool, str], list[tuple[str, str]]] = {}
    for path, shown in own.items():
        if shown not in NOT_SET and _in_force(path, own, usual):
            known = _known(path, entries)
            as_usual = shown == usual.get(path)
            from_where = _without_count(said.get(path, ""))
            together.setdefault((known, as_usual, from_where), []).append((path, shown))
    rows = []
    for (known, as_usual, from_where), some in together.items():
        entry = entries.get(known)
        meaning = (
            known
            if entry is None
            else f"{_first_sentence(say(entry.meaning)).replace('`', '')} ({known})"
        )
        if len(some) == 1 and some[0][0] == known:
            value = some[0][1]
        else:
            least = len(known.removesuffix(".*")) + 1
            value = say.joined(f"{path[least:]} {shown}" for path, shown in some)
        source = _source(entry, as_usual, say)
        if from_where:
            source = _as_said([said[path] for path, _ in some], say)
        rows.append([meaning, value, source])
    columns = (Column(say("setting"), "left"), Column(say("value"), "left"),
               Column(say("source"), "left"))  # fmt: skip
    return Table(columns, rows)


def _in_force(path: str, own: dict[str, str], usual: dict[str, str]) -> bool:
    """Whether a setting says something: where what it belongs to is as usual, it does not."""
    for prefix, other in ONLY_WITH.items():
        if path.startswith(prefix) and path != other:
            return own.get(other, "–") != usual.get(other, "–")
    return True


def _known(path: str, entries: dict[str, reference.Entry]) -> str:
    """Under which path the reference has a setting; one among many names under all of them."""
    parts = path.split(".")
    for least in range(len(parts), 0, -1):
        name = ".".join(parts[:least])
        for known in (name, f"{name}.*"):
            if known in entries:
                return known
    return path


def _source(entry: reference.Entry | None, usual: bool, say: Language) -> str:
    if not usual:
        return say(OWN)
    if entry is None or entry.source is None:
        return say(NO_SOURCE)
    return say(entry.source)


def _without_count(source: str) -> str:
    """What the entries of a setting have in common that were fitted to the same records."""
    fitted = FITTED.fullmatch(source)
    return fitted["file"] if fitted else source


def _as_said(told: list[str], say: Language) -> str:
    """The source of one setting, or of entries that have the same but for how many rows."""
    fitted = [FITTED.fullmatch(source) for source in told]
    first = fitted[0]
    if first is None:
        return told[0]
    counts = [int(one["n"].replace(",", "")) for one in fitted if one]
    if min(counts) < max(counts):
        return say(
            "fitted from {file}, n = {least} to {most}",
            file=first["file"], least=f"{min(counts):,}", most=f"{max(counts):,}",
        )  # fmt: skip
    alone = say("fitted from {file}, n = {n}", file=first["file"], n=first["n"])
    return say.joined([alone, *first["more"].split("; ")[1:]] if len(told) == 1 else [alone])


def _first_sentence(text: str) -> str:
    for end in (*alternative.WIDE, ". "):
        if end in text:
            return text.partition(end)[0]
    return text.removesuffix(".")


def limits(made: Origin, say: Language) -> tuple[str, ...]:
    """What must be kept in mind of an answer, a sentence each, the gravest first."""
    return tuple(_limits(made, say))


def _limits(made: Origin, say: Language) -> Iterator[str]:
    base = made.base
    if base.map.synthetic:
        yield say("The map is synthetic: made from published facts, not from surveyed roads. "
                  "Places and differences between them are examples.")  # fmt: skip
    elif base.map.meta.get("invented"):
        yield say("The roads are real; stations and ambulances are invented examples.")
    yield say(
        "Intervals speak of chance alone: how far the same study might come out otherwise on other "
        "calls. They do not speak of assumptions that are wrong."
    )
    if isinstance(made, Provenance) and (made.draft or made.replications < FEWEST):
        yield say("This is a draft of few replications: nothing should be decided by it.")
    if base.recorded is None:
        yield say("Calls are drawn at random, as often and where the settings say; no year is "
                  "repeated.")  # fmt: skip
    else:
        yield say("The calls are those of the records; another year would bring others.")
    set_ones = {path for path, value in leaves(base.settings) if value}
    for path, sentence in LEFT_OUT:
        if not any(one == path or one.startswith(f"{path}.") for one in set_ones):
            yield say(sentence)
    yield say("Whether patients fare better is not measured, only how soon they are reached.")
