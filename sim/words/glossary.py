"""`explain`: what a measure or a term means, in one language or in each that there is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from sim.errors import PlannerError, did_you_mean
from sim.scenario import reference
from sim.text import Message
from sim.words import measures, symbols
from sim.words.definition import Definition
from sim.words.definitions import MEASURES
from sim.words.language import Language, available, language
from sim.words.terms import TERMS

NUMBERS: Final = re.compile(r"[0-9]+(\.[0-9]+)?")
PART: Final = re.compile(r"[:：]")  # behind it the class or the hospital of a line of a table


class _Entry(NamedTuple):
    names: tuple[str, ...]  # in every language, for nobody knows which one is asked in
    definition: Definition
    labels: frozenset[str] = frozenset()  # what tables call it, as `_plain` has them


def explain(term: str | None, say: Language | None = None) -> str:
    """The definition of a measure or a term, asked for in any language and by any part of a name.

    `term`: None for a list of all that can be asked for. `say`: the reader's language; without
    one, the definition in every language. PlannerError if there is no such term.
    """
    every = [language(code) for code in available()]
    readers = every if say is None else [say]
    entries = _entries(every)
    if term is None:
        lines = [f"  {' · '.join(entry.names)}" for entry in entries]
        return "\n".join([readers[0](Message("Ask for one of these:")), *lines])
    pages = []
    for entry in _found(term, entries):
        meanings = [f"  {reader(entry.definition.meaning)}" for reader in readers]
        formula = _formula(entry.definition, readers)
        pages.append("\n".join([" · ".join(entry.names), *meanings, *formula]))
    return "\n\n".join(pages)


def _formula(definition: Definition, readers: Sequence[Language]) -> list[str]:
    """The formula of a measure, and what its letters stand for; nothing of a term."""
    if not definition.formula:
        return []
    shown = [f"    {definition.formula}"]
    legends = [symbols.legend(definition.formula, reader) for reader in readers]
    for said in zip(*legends, strict=True):  # a letter in every language
        shown.append(f"      {said[0][0]}: {' · '.join(meaning for _, meaning in said)}")
    return shown


def speaking_of(term: str, says: Sequence[Language] | None = None) -> list[str]:
    """The definitions that speak of something that is no name of theirs, in some languages."""
    every = [language(code) for code in available()]
    pages = []
    for entry in _entries(every):
        meaning = entry.definition.meaning
        if any(has_word(say(meaning), term) for say in every):
            said = [f"  {say(meaning)}" for say in says or every]
            pages.append("\n".join([" · ".join(entry.names), *said]))
    return pages


def has_word(text: str, term: str) -> bool:
    """Whether a text has a term, as a whole word where words are parted by blanks."""
    wanted = re.escape(term.strip().casefold())
    if not wanted:
        return False
    return re.search(rf"\b{wanted}\b" if term.isascii() else wanted, text.casefold()) is not None


def _entries(every: Sequence[Language]) -> list[_Entry]:
    entries = []
    for key, definition in [*MEASURES.items(), *((None, term) for term in TERMS)]:
        texts = (definition.name, *definition.others)
        names = [say(text) for text in texts for say in every]
        labels = frozenset(_plain(one) for say in every for one in _labels(key, say))
        names = list(dict.fromkeys([key, *names] if key else names))
        entries.append(_Entry(tuple(names), definition, labels))
    return entries


def _labels(key: str | None, say: Language) -> list[str]:
    """What tables call a measure, whatever its targets and the map's areas are."""
    if key in measures.NAMES:
        return [say(measures.NAMES[key])]
    worst = {"n": 5, "areas": say("townships")}, {"n": 5, "areas": say("zones")}
    one = {"area": say("township")}, {"area": say("zone")}
    by_key = {
        "urban10": [say("Urban calls ≤ {minutes} min", minutes="10")],
        "rural30": [say("Rural calls ≤ {minutes} min", minutes="30")],
        "first_urban": [say("Urban, first help ≤ {minutes} min", minutes="10")],
        "first_rural": [say("Rural, first help ≤ {minutes} min", minutes="30")],
        "worst5": [
            *(say("The {n} worst-served {areas}", **values) for values in worst),
            *(say("The worst-served {area}", **values) for values in one),
        ],
        "people_ok": [say("People where target is met", areas=values["areas"]) for values in worst],
    }
    return by_key.get(key or "", [])


def _plain(label: str) -> str:
    """A label whatever its numbers are, and whether its unit stands behind it."""
    return NUMBERS.sub("#", label.strip().casefold()).rstrip("%").rstrip()


def _found(term: str, entries: Sequence[_Entry]) -> list[_Entry]:
    """The entries of that very name; if there is none, those with it in a name."""
    wanted = term.strip().casefold()
    found = [entry for entry in entries if wanted in {name.casefold() for name in entry.names}]
    found = found or [entry for entry in entries if _plain(term) in entry.labels]
    whole = PART.split(term, maxsplit=1)[0]  # "Ambulance time on calls: basic"
    found = found or [entry for entry in entries if whole != term and _plain(whole) in entry.labels]
    found = found or [
        entry for entry in entries if any(wanted in name.casefold() for name in entry.names)
    ]
    if not found:
        paths = reference.paths()
        known = [name for entry in entries for name in entry.names]
        known += [*paths, *dict.fromkeys(path.rpartition(".")[2] for path in paths)]
        message = Message("no such term{hint}", hint=did_you_mean(term, known))
        raise PlannerError(term, message)
    return found
