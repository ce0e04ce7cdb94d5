"""What records call priorities and conditions: their order of urgency, and slips of the pen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

HUNDREDS: Final = 200  # rows, of which a name that stands in one is a slip
STRAY: Final = 0.02  # of all rows may be slips; more of them are names of their own


def slips(texts: Sequence[str], renamed: Mapping[str, str], known: Collection[str]) -> list[int]:
    """Rows of a name that nobody knows and that hardly any row has, beside names that are known.

    `known`: names in small letters. Nothing where none of the others is known: then a rare name is
    as good as any.
    """
    names = [renamed.get(text, text).casefold() for text in texts]
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        if name:
            rows.setdefault(name, []).append(row)
    count = sum(map(len, rows.values()))
    rare = {
        name for name, at in rows.items()
        if name not in known and len(at) <= max(count // HUNDREDS, 0)
    }  # fmt: skip
    found = sorted(row for name in rare for row in rows[name])
    others = rows.keys() - rare
    if not others or not others <= {*known} or len(found) > STRAY * count:
        return []
    return found


def by_urgency(
    names: Sequence[str], known: Sequence[str], words: Sequence[Sequence[str]]
) -> tuple[tuple[str, ...], bool]:
    """Names from the most urgent on, and whether that is guessed.

    `known`: those of a scenario in its order; `words`: by rank, what systems call them. Names that
    neither knows come last, by their letters: one of them does not change the order of the others.
    """
    scales = [{name.casefold(): row for row, name in enumerate(known)}]
    scales.append({word: row for row, some in enumerate(words) for word in some})
    best: tuple[str, ...] = ()
    for scale in scales:
        told = [name for name in names if name.casefold() in scale]
        apart = len({scale[name.casefold()] for name in told}) == len(told) > len(best)
        if apart and (len(told) > 1 or len(names) == 1):  # one alone has no order
            best = tuple(sorted(told, key=lambda name: scale[name.casefold()]))
    rest = sorted(set(names) - {*best})
    return (*best, *rest), bool(rest)
