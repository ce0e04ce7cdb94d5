"""The page of the book with every measure: its meaning, its formula, its letters.

python -m sim.words.book docs/measures.md      # puts what stands between its two marks anew
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sim.measures.event_kinds import OfEvents, PercentileOfEvents
from sim.measures.features import Feature
from sim.measures.kinds import Measure, OfCalls, OfFleet, PercentileOfCalls
from sim.measures.measures import MEASURES
from sim.measures.people_kind import OfPeople
from sim.words.definitions import MEASURES as DEFINED
from sim.words.language import language
from sim.words.symbols import legend

BEGIN: Final = "<!-- made by: python -m sim.words.book docs/measures.md -->"
END: Final = "<!-- until here -->"
CHAPTERS: Final = {  # a measure stands in the first one that has what it is listed for
    "Every service": Feature.NOTHING,
    "Classes of ambulances, several units": Feature.CLASSES | Feature.UNITS,
    "Dispatch centres and zones": Feature.CENTRES | Feature.ZONES,
    "Crews, breaks, vehicles off the road": Feature.SHIFTS | Feature.BREAKS | Feature.FAILURES,
    "Standby": Feature.STANDBY,
    "Survival": Feature.SURVIVAL,
    "Waits, the call desk, calls that are withdrawn or end at the scene": (
        Feature.WAITING | Feature.WITHDRAWN | Feature.DESK | Feature.ENDINGS
    ),
    "Surges and transfers": (
        Feature.SURGE | Feature.URGENT | Feature.PLANNED | Feature.TRANSFERS | Feature.STREAMS
    ),
    "Hospitals": (
        Feature.HOSPITALS
        | Feature.BAYS
        | Feature.BYPASS
        | Feature.CAPABLE
        | Feature.WALK_INS
        | Feature.ICU
    ),
    "First responders": Feature.RESPONDERS,
}
UNITS: Final = {"share": "a share", "min": "minutes", "number": "a number"}
KINDS: Final = {
    OfCalls: "over calls",
    PercentileOfCalls: "a percentile of calls",
    OfFleet: "of the fleet and its time",
    OfEvents: "over events",
    PercentileOfEvents: "a percentile of events",
    OfPeople: "of people",
}


def chapter_of(measure: Measure) -> str:
    """The heading below which a measure stands."""
    if not measure.feature:
        return next(iter(CHAPTERS))
    return next(name for name, features in CHAPTERS.items() if measure.feature & features)


def tables() -> str:
    """Every measure as Markdown, chapter by chapter; the letters of a chapter at its end."""
    parts = []
    for chapter in CHAPTERS:
        those = [measure for measure in MEASURES if chapter_of(measure) == chapter]
        parts += [f"## {chapter}", ""]
        for measure in those:
            parts += _told(measure)
        parts += _letters(DEFINED[measure.key].formula for measure in those)
    return "\n".join(parts)


def _told(measure: Measure) -> list[str]:
    """A measure: its names, what it is, its formula."""
    found, zh = DEFINED[measure.key], language("zh")
    others = ", ".join(found.others)
    told = [f"`{measure.key}`", zh(found.name), f"{UNITS[measure.unit]}, {KINDS[type(measure)]}"]
    told += [f"also called {others}"] if others else []
    lines = [f"### {found.name}", "", " · ".join(told), "", found.meaning, ""]
    return [*lines, "```text", found.formula, "```", ""]


def _letters(formulas: Iterable[str]) -> list[str]:
    """What the letters of some formulas stand for, each once, as a table in two languages."""
    english, chinese = language(), language("zh")
    rows: dict[str, str] = {}
    for formula in formulas:
        both = zip(legend(formula, english), legend(formula, chinese), strict=True)
        rows |= {symbol: f"| `{symbol}` | {en} | {zh} |" for (symbol, en), (_, zh) in both}
    return ["| letter | stands for | in Chinese |", "|---|---|---|", *rows.values(), ""]


def renewed(page: str) -> str:
    """A page with what stands between its two marks made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        Path(name).write_text(renewed(Path(name).read_text("utf-8")), "utf-8")
