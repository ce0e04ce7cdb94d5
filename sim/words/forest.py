"""What the differences of all proposals show, said: who improves what, and who harms."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase

from sim.answers.comparison import Comparison
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import FEWEST, Verdict
from sim.words import alternative, changes, measures
from sim.words import comparison as words
from sim.words.language import Language
from sim.words.page import Finding


def finding(comparison: Comparison, keys: Sequence[str], drawn: int, say: Language) -> Finding:
    """What the measures of `keys` show, and what is drawn: so many of the proposals."""
    foot = words.footnote(comparison, say)
    subtitle = _subtitle(comparison, drawn, say)
    return Finding(headline(comparison, keys, say), subtitle, foot, comparison.provenance.draft)


def name(comparison: Comparison, row: int, say: Language, *, lettered: bool) -> str:
    """What a proposal changes, or its name where that is shorter; with its letter before it."""
    layout = comparison.layouts[row]
    what, called = changes.listed(comparison.base, layout, say), say.name(layout.name)
    text = called if not what or len(what) > 3 * len(called) else what
    return f"{letter(row)}  {text}" if lettered else text


def letter(row: int) -> str:
    """A for the first proposal."""
    return ascii_uppercase[row - 1] if row <= len(ascii_uppercase) else str(row)


def _subtitle(comparison: Comparison, drawn: int, say: Language) -> str:
    if comparison.replications < 2:
        subtitle = say(
            "Difference from today in one replication, which leaves no interval; response time "
            "from call received to arrival"
        )
    elif comparison.same_calls:
        subtitle = say(
            "Difference from today, on the same calls; response time from call received to "
            "arrival; 95 % intervals; grey band: too small to matter"
        )
    else:
        subtitle = say(
            "Difference from today; response time from call received to arrival; 95 % intervals; "
            "grey band: too small to matter"
        )
    if hidden := len(comparison.proposals) - drawn:
        more = say.count(hidden, "{n} more proposal not drawn", "{n} more proposals not drawn")
        return say.joined([subtitle, more])
    return subtitle


def headline(comparison: Comparison, keys: Sequence[str], say: Language) -> str:
    """Which proposals improve what, and which change nothing that matters, from the verdicts."""
    found = {row: [comparison.verdict(key, row) for key in keys] for row in comparison.proposals}
    unsure = {Verdict.UNDECIDED, Verdict.TOO_FEW}
    open_everywhere = all(set(said) <= unsure for said in found.values())
    if comparison.replications < FEWEST or open_everywhere:
        return say("This study cannot tell yet")
    if len(found) == 1:
        return _of_one(found[1], say)
    parts = _of_several(found, len(keys), say)
    return say.joined(parts) if parts else say("No proposal surely improves anything")


def _of_several(found: dict[int, list[Verdict]], count: int, say: Language) -> list[str]:
    """At most two clauses, but for those that surely make all worse: these are never left out."""
    better = {row: said.count(Verdict.BETTER) for row, said in found.items()}
    harm = [row for row, said in found.items() if Verdict.WORSE in said]
    top = max((count for row, count in better.items() if row not in harm), default=0)
    ruin = [row for row in harm if set(found[row]) == {Verdict.WORSE}]
    best = [row for row in found if better[row] == top and row not in harm] if top else []
    nothing = [row for row, said in found.items() if set(said) == {Verdict.TOO_SMALL}]
    unsure = [
        row
        for row, said in found.items()
        if not {Verdict.BETTER, Verdict.WORSE} & set(said) and row not in nothing
    ]
    parts = []
    if best and top == count:
        parts.append(
            say.count(len(best), "{names} improves all {measures} measures",
                      "{names} improve all {measures} measures",
                      names=_names(best, say), measures=count)
        )  # fmt: skip
    elif best and top < max(better.values()):
        parts.append(
            say.count(len(best), "{names} improves {top} of {measures} measures and harms none",
                      "{names} improve {top} of {measures} measures and harm none",
                      names=_names(best, say), measures=count, top=top)
        )  # fmt: skip
    elif best:
        parts.append(
            say.count(len(best), "{names} improves most: {top} of {measures} measures",
                      "{names} improve most: {top} of {measures} measures",
                      names=_names(best, say), measures=count, top=top)
        )  # fmt: skip
    if ruin:
        parts.append(
            say.count(len(ruin), "{names} makes all {measures} worse",
                      "{names} make all {measures} worse", names=_names(ruin, say), measures=count)
        )  # fmt: skip
    some = [row for row in harm if row not in ruin]
    both = [row for row in some if better[row]]
    if both and len(parts) < 2:
        parts.append(
            say.count(len(both), "{names} improves some and makes others worse",
                      "{names} improve some and make others worse", names=_names(both, say))
        )  # fmt: skip
    some = [row for row in some if row not in both]
    if some and len(parts) < 2:
        parts.append(
            say.count(len(some), "{names} makes some worse", "{names} make some worse",
                      names=_names(some, say))
        )  # fmt: skip
    if nothing and len(parts) < 2:
        parts.append(
            say.count(len(nothing), "{names} changes nothing that matters",
                      "{names} change nothing that matters", names=_names(nothing, say))
        )  # fmt: skip
    if unsure and parts and len(parts) < 2:
        parts.append(
            say.count(len(unsure), "{names} surely improves nothing",
                      "{names} surely improve nothing", names=_names(unsure, say))
        )  # fmt: skip
    return parts


def _names(rows: Sequence[int], say: Language) -> str:
    return say.listed([letter(row) for row in rows], most=4)


def _of_one(said: Sequence[Verdict], say: Language) -> str:
    better, worse, count = said.count(Verdict.BETTER), said.count(Verdict.WORSE), len(said)
    values = {"better": better, "worse": worse, "measures": count}
    if better == count:
        return say("The proposal improves all {measures} measures", **values)
    if set(said) == {Verdict.TOO_SMALL}:
        return say("None of these {measures} measures changes by as much as matters", **values)
    if not better and not worse:
        return say("The proposal surely improves nothing")
    if better and worse:
        return say(
            "The proposal improves {better} of {measures} measures and makes {worse} worse",
            **values,
        )
    if better:
        return say(
            "The proposal improves {better} of {measures} measures and makes none worse", **values
        )
    return say("The proposal makes {worse} of {measures} measures worse", **values)


def drawn(comparison: Comparison, keys: Sequence[str], proposals: int, say: Language) -> str:
    """What is drawn, for whoever cannot see it: rows, panels, and the numbers of the first row."""
    rows = say(
        "A forest plot: a row for each of {n} proposals, a panel for each of {measures} measures, "
        "along it the difference against today with its 95 % interval around a line at zero",
        n=proposals,
        measures=len(keys),
    )
    first = [
        say(
            "{measure}: {difference} ({between})",
            measure=words.label(comparison, key, say),
            difference=measures.size(BY_KEY[key], comparison.difference(key, 1), say),
            between=measures.between(BY_KEY[key], comparison.difference(key, 1), say),
        )
        for key in keys
    ]
    if not first:
        return rows
    said = say("{layout}: {shares}.", layout=comparison.layouts[1].name, shares=say.joined(first))
    return alternative.text((rows, said), say)
