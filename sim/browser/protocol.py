"""What a page may ask, and what it sends with it: checked before anything is done.

A message is JSON: `{"n": 7, "do": "drag", "station": "泰安医院", "at": [113.5, 27.7]}`. `n` counts
the page's messages; answers carry the number of what they answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from sim.errors import OptionError
from sim.text import Message
from sim.units import shown
from sim.words import dragging as words

MOST_BYTES: Final = 64 * 1024  # of a message; the longest that a page sends has a few hundred
LONGEST: Final = 200  # letters of a name
MOST: Final = 2**53  # a number that JavaScript counts to

Check = Callable[[Any], Any]


class PageMessage(NamedTuple):
    """A message of the page, checked."""

    n: int
    do: str
    given: dict[str, Any]


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError
    return value


def _point(value: Any) -> tuple[float, float]:
    """Longitude and latitude in degrees."""
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError
    lon, lat = (_number(one) for one in value)
    if not (abs(lon) <= 180 and abs(lat) <= 180):
        raise ValueError
    return lon, lat


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MOST <= value <= MOST:
        raise ValueError  # not a number is not within any bounds
    return float(value)


def _whole(least: int, most: int) -> Check:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError
        return value

    return check


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _or_none(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


_COUNT: Final = _whole(0, 10_000)
# By what is asked: the fields, and what stands in each; of those that may be left out, what then.
FIELDS: Final[dict[str, dict[str, Check]]] = {
    "hello": {"tab": _text},
    "drag": {"station": _text, "at": _point},
    "drop": {"station": _text, "at": _point},
    "add": {"at": _or_none(_point), "place": _or_none(_text), "ambulances": _COUNT},
    "close": {"station": _text},
    "reopen": {"station": _text},
    "ambulances": {"station": _text, "number": _COUNT},
    "hours": {"station": _text, "hours": _text, "number": _or_none(_COUNT)},
    "undo": {},
    "redo": {},
    "reset": {},
    "keep": {"name": _text},
    "rename": {"plan": _text, "name": _text},
    "forget": {"plan": _text},
    "show": {"plan": _text, "against": _or_none(_text)},
    "save": {"name": _text, "replace": _truth},
    "load": {"file": _text},
    "why": {"township": _or_none(_whole(0, 1_000_000))},
}
LEFT_OUT: Final = {
    "at": None, "place": None, "ambulances": 1, "number": None, "against": None, "replace": False,
    "township": None,
}  # fmt: skip


def read(text: str) -> PageMessage:
    """A message, checked; OptionError with what is wrong with it.

    The error's `n` is the message's number where it has one.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused(text, 0) from None
    n = found.get("n") if isinstance(found, dict) else None
    if isinstance(n, bool) or not isinstance(n, int) or not 0 <= n <= MOST:
        raise _refused(text, 0)
    do = found.get("do")
    if not isinstance(do, str) or do not in FIELDS:
        raise _refused(found.get("do"), n)
    given = {}
    for field, check in FIELDS[do].items():
        try:
            if field in found:
                given[field] = check(found[field])
            elif field in LEFT_OUT:
                given[field] = LEFT_OUT[field]
            else:
                raise ValueError
        except ValueError:
            raise _refused(f"{do}.{field} = {shown(found.get(field))}", n) from None
    if set(found) - {"n", "do", *FIELDS[do]}:
        raise _refused(sorted(set(found) - {"n", "do", *FIELDS[do]})[0], n)
    if do == "add" and (given["at"] is None) == (given["place"] is None):
        raise _refused("add", n)
    return PageMessage(n, do, given)


class RefusedError(OptionError):
    """A message that cannot be followed, by its number."""

    n: int = 0


def _refused(what: Any, n: int) -> RefusedError:
    error = RefusedError("page", Message(words.NOT_UNDERSTOOD, what=shown(what)))
    error.n = n
    return error
