"""What a study assumes, with sources, and what it cannot tell: for a report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sim.answers.answer import Provenance
from sim.errors import PlannerError
from sim.measures.verdicts import FEWEST
from sim.scenario import reference, sources
from sim.scenario.differences import YARDSTICK, leaves
from sim.scenario.differences import differences as differences_of
from sim.scenario.file import load
from sim.scenario.settings import Settings
from sim.text import Message
from sim.words import alternative, differences
from sim.words.language import Language
from sim.words.page import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sim.answers.answer import Answer, Origin
    from sim.scenario.scenario import Scenario

NOT_SET: Final = ("", "–")
ASKED: Final = Message("set at the prompt or in Python, not in the scenario")
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


def assumptions(base: Scenario, say: Language, asked: Mapping[str, str] | None = None) -> Table:
    """Every setting in force: what it means, its value, and where that is from.

    The entries of one setting, as speeds by class of road, stand in one row for each source.
    `asked`: by path the values that a command had instead of those of the scenario.
    """
    own, usual = _shown(base.settings, say), _shown(Settings(), say)
    return _table(base, _all_in_force(own, usual), say, asked or {})


def asked(answers: Sequence[Answer], say: Language) -> dict[str, str]:
    """By path the values that commands had otherwise than the scenario's file says, like --days.

    Where answers of one base had several, all of them, in the order of the answers.
    """
    of_each = [_asked_of(answer.provenance, say) for answer in answers]
    own = [_shown(answer.provenance.base.settings, say) for answer in answers]
    return {
        path: say.joined(
            dict.fromkeys(
                said.get(path, shown.get(path, "–"))
                for said, shown in zip(of_each, own, strict=True)
            )
        )
        for path in dict.fromkeys(path for said in of_each for path in said)
    }


def _asked_of(made: Origin, say: Language) -> dict[str, str]:
    base, study = made.base, made.base.settings.study
    read = _shown(_as_read(base), say)
    now = _shown(base.settings, say)
    found = {path: shown for path, shown in now.items() if read.get(path, "–") != shown}
    if isinstance(made, Provenance):
        given = made.chosen.how in ("given", "draft")
        if given and made.replications != study.replications:
            found["study.replications"] = f"{made.replications}"
        if made.seed != study.seed:
            found["study.seed"] = f"{made.seed}"
    return found


def _as_read(base: Scenario) -> Settings:
    """The settings of its file; as they are known where that cannot be read again."""
    try:
        return load(base.path).settings
    except (PlannerError, OSError):
        return (base.unaltered or base).settings


def departures(base: Scenario, other: Scenario, say: Language) -> Table:
    """The same of the settings alone that a proposal has otherwise than its base.

    What is gone with it has no value. Those by which all layouts are measured are the base's.
    """
    usual = _shown(Settings(), say)
    before, after = (_all_in_force(_shown(one.settings, say), usual) for one in (base, other))
    paths = [path for path in (*after, *before) if before.get(path) != after.get(path)]
    found = {
        path: after.get(path, "–") for path in paths if path.partition(".")[0] not in YARDSTICK
    }
    return _table(other, found, say, {})


def _shown(settings: Settings, say: Language) -> dict[str, str]:
    return {path: differences.value(path, value, say) for path, value in leaves(settings)}


def _all_in_force(own: dict[str, str], usual: dict[str, str]) -> dict[str, str]:
    return {
        path: shown
        for path, shown in own.items()
        if shown not in NOT_SET and _in_force(path, own, usual)
    }


def _table(base: Scenario, found: dict[str, str], say: Language, asked: Mapping[str, str]) -> Table:
    """Settings of a scenario by path, as rows."""
    usual = _shown(Settings(), say)
    entries = {entry.path: entry for entry in reference.entries()}
    said = sources.of(base) | dict.fromkeys(asked, say(ASKED))
    together: dict[tuple[str, bool, str], list[tuple[str, str]]] = {}
    for path, shown in (found | dict(asked)).items():
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


def limits(answers: Sequence[Answer], say: Language) -> tuple[str, ...]:
    """What must be kept in mind of answers together, each sentence once, the gravest first."""
    said = [one for answer in answers for one in _of_answer(answer.provenance, say)]
    said += _left_out(different(answers), say)
    last = say("Whether patients fare better is not measured, only how soon they are reached.")
    return (*dict.fromkeys(said), last)


def different(answers: Sequence[Answer]) -> list[Scenario]:
    """The scenarios of which answers speak, each set of assumptions once, the bases first."""
    bases = [answer.scenarios()[0] for answer in answers]
    found: list[Scenario] = []
    for one in (*bases, *(one for answer in answers for one in answer.scenarios()[1:])):
        if not any(as_assumed(other, one) for other in found):
            found.append(one)
    return found


def as_assumed(one: Scenario, other: Scenario) -> bool:
    """Whether the same is assumed; how long and how often is said of each answer elsewhere."""
    found = differences_of(one.settings, other.settings)
    return all(difference.section == "study" for difference in found)


def _left_out(layouts: Sequence[Scenario], say: Language) -> Iterator[str]:
    """What is simplified; where some layouts alone have it, of which others that is said."""
    having = [{path for path, value in leaves(one.settings) if value} for one in layouts]
    for path, sentence in LEFT_OUT:
        without = [
            layout
            for layout, set_ones in zip(layouts, having, strict=True)
            if not any(one == path or one.startswith(f"{path}.") for one in set_ones)
        ]
        if len(without) == len(layouts):
            yield say(sentence)
        elif without:
            names = say.listed(list(dict.fromkeys(say.name(one.name) for one in without)))
            yield say("Of {layouts} alone: {sentence}", layouts=names, sentence=say(sentence))


def _of_answer(made: Origin, say: Language) -> Iterator[str]:
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
