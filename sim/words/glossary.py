"""`explain`: what a measure or a term means, in both languages."""

from __future__ import annotations

from sim.errors import PlannerError, did_you_mean
from sim.measures.measures import GLOSSARY, MEASURES


def explain(term: str | None, lang: str = "") -> str:
    """The definition of a term; without one, all that can be asked. English, Chinese or both."""
    entries: list[tuple[tuple[str, ...], str, str]] = [
        ((m.key, m.en, m.zh, *m.terms), m.definition_en, m.definition_zh) for m in MEASURES
    ]
    entries += [((en, zh), say_en, say_zh) for en, zh, say_en, say_zh in GLOSSARY]
    if term is None:
        lines = [f"  {' · '.join(names)}" for names, _, _ in entries]
        return "\n".join(["Ask for one of these:", *lines])
    wanted = term.strip().casefold()
    found = [e for e in entries if wanted in {name.casefold() for name in e[0]}]
    found = found or [e for e in entries if any(wanted in name.casefold() for name in e[0])]
    if not found:
        known = [name for names, _, _ in entries for name in names]
        raise PlannerError(term, f"no such term{did_you_mean(term, known)}")
    pages = []
    for names, english, chinese in found:
        said = {"en": [english], "zh": [chinese]}.get(lang, [english, chinese])
        pages.append("\n".join([" · ".join(names), *(f"  {line}" for line in said)]))
    return "\n\n".join(pages)
