"""Scenario files and options at the prompt, spoiled in every way that we could think of.

    kind, data = mutated_file(random.Random(7))       # bytes of a scenario file
    option, text = mutated_option(random.Random(7))   # --ambulances, "A=＋１"

Kinds are named for counting. `WHOLE` has every setting there is, with a value that is right.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

Place = tuple[str | int, ...]


class Verbatim(str):
    """A value that stands in the file as it is, without quotes."""


TOWNSHIPS = [
    "阳三石街道", "仙岳山街道", "国瓷街道", "来龙门街道", "长庆街道", "白兔潭镇", "浦口镇", "王仙镇",
    "泗汾镇", "沈潭镇", "船湾镇", "均楚镇", "东富镇", "石亭镇", "孙家湾镇", "官庄镇", "嘉树镇", "板杉镇",
    "沩山镇", "枫林镇", "李畋镇", "明月镇", "左权镇", "茶山镇",
]  # fmt: skip
# Every setting, in Liling. Lists have two entries, so that the second one is not the first.
WHOLE: dict[str, Any] = {
    "name": "All of it",
    "name_zh": "全部",
    "reason": "to have every setting once",
    "map": "liling",
    "layout": [
        {"station": "湘东医院", "kind": "station", "ambulances": 3, "name_en": "Xiangdong",
         "class": "advanced", "roster": "00-24"},
        {"station": "A", "at": [113.49, 27.66], "ambulances": 1, "hours": "08-20",
         "crews": [{"class": "basic"}, {"number": 1, "class": "basic", "hours": "08-20"},
                   {"roster": "town"}]},
    ],
    "changes": [
        {"add": {"station": "枫林镇", "at": "枫林镇", "ambulances": 2, "kind": "substation"}},
        {"move": {"station": "A", "to": "板杉镇"}},
        {"ambulances": {"station": "A", "by": 1, "hours": "22-06"}},
        {"ambulances": {"station": "湘东医院", "to": 2}},
        {"hours": {"station": "A", "class": "basic", "number": 1, "to": "day"}},
        {"move_crews": {"station": "A", "to": "湘东医院", "number": 1, "class": "basic"}},
        {"ambulances": {"station": "A", "by": 1, "class": "basic", "roster": "day"}},
        {"close": {"station": "枫林镇"}},
    ],
    "start": "2025-01-06 08:30",
    "targets": {
        "urban": "10 min", "rural": "30 min", "share": "90 %",
        "survival": {"priority": "red", "constant": 0.04, "help": 0.16, "ambulance": 0.14},
    },
    "demand": {
        "rate": {
            "urban": "14.7 per 1000 people per year", "rural": "36 per day",
            "townships": {"阳三石街道": "130 %", "Baitutan": "75 %"},
        },
        "profile": {"hours": [1, 2.5] * 12, "days": [1] * 7},
        "priorities": [
            {"name": "red", "share": "20 %", "siren": True},
            {"name": "green", "share": "80 %", "siren": False},
        ],
        "transported": "63 %",
        "nobody_found": "5 %",
        "treated_at_scene": "10 %",
        "cancelled": {"share": "60 %", "after": {"distribution": "exponential", "mean": "40 min"}},
        "desk": {
            "seats": [{"hours": "08-20", "seats": 4}, {"hours": "20-08", "days": "mon-sun", "seats": 2}],
            "handling": {"distribution": "exponential", "mean": "90 s"}, "needing_ambulance": "40 %",
        },
        "surges": [
            {"name": "bus", "name_zh": "客车", "at": "2025-01-09 17:30", "place": "枫林镇", "calls": 8,
             "within": "15 min", "condition": "arrest", "priority": "red"},
            {"name": "works", "at": "2025-01-07 09:00", "every": "2 days", "place": [113.5, 27.65],
             "calls": 3},
        ],
        "conditions": [
            {"name": "arrest", "name_zh": "骤停", "share": {"red": "50 %"}, "transported": "90 %",
             "missing": "forget", "all_or_none": False, "released": "together", "accompanied": True,
             "treated_by": ["trauma"], "icu": "20 %", "treated_at_scene": "2 %",
             "needs": [
                 {"classes": ["advanced"]},
                 {"classes": ["basic"], "or": [{"classes": ["advanced"], "penalty": "5 min"}],
                  "delay": "2 min"},
             ]},
            {"name": "other", "share": {"red": "50 %", "green": "100 %"}, "to_clinic": "10 %",
             "nobody_found": {"share": "5 %", "on_scene": {"distribution": "constant", "value": "6 min"}},
             "treated_at_scene": "20 %",
             "cancelled": {"share": "50 %", "after": {"distribution": "exponential", "mean": "1 h"}}},
        ],
    },
    "durations": {
        "call_taking": {"distribution": "uniform", "low": "30 s", "high": "90 s"},
        "turnout": {
            "distribution": "lognormal", "median": "1.5 min", "sigma": 0.4, "shift": "-5 s",
            "min": "10 s", "max": "9 min",
        },
        "on_scene": {"distribution": "gamma", "shape": 4.5, "mean": "29 min"},
        "handover": {"distribution": "empirical", "values": ["20 min", "25 min", "40 min"]},
        "turnout_at": {"湘东医院": "120 %", "枫林镇": "90 %"},  # which is closed
    },
    "travel": {
        "speeds": {"primary": "50 km/h", "residential": "25 km/h"},
        "posted": "ignore",
        "ordinary": "90 %",
        "off_road": "15 km/h",
        "to_hospital": "siren",
        "bands": [{"hours": "07-09", "days": "mon-fri", "speed": "80 %", "classes": ["primary"]}],
        "band_rule": "carried over",
        "factor": {"sigma": 0.25, "to_hospital": 0.1},
        "closures": {
            "works": {"at": [113.49, 27.66], "from": "2025-01-07 10:00", "why": "works",
                      "access": "local"},
            "bridge": {"between": [[113.495, 27.655], [113.5, 27.65]], "until": "2025-01-09"},
            "market": {"around": [113.5, 27.65], "radius": "9 km", "speed": "30 %",
                       "road": "G106", "hours": "08-12", "days": "sat", "classes": ["primary", "secondary", "trunk"]},
            "flood": {"township": "枫林镇", "from": "2025-01-07 10:00",
                      "until": "2025-01-08 10:00"},
        },
    },
    "crews": {
        "classes": [
            {"name": "advanced", "name_zh": "监护型", "transports": True},
            {"name": "basic", "name_zh": "普通型", "transports": True},
        ],
        "rosters": {
            "day": [{"hours": "08-18", "days": "mon-fri"}, {"hours": "10-16", "days": "holiday"}],
            "town": {"08-20": [2, 2, 2, 2, 2, 1, 1], "20-08": 1},
        },
        "holidays": ["2025-01-28", "2025-01-29"],
        "holidays_as": "sat",
        "last_calls": "30 min",
        "breaks": [
            {"length": "30 min", "earliest": "12:00", "latest": "13:30", "classes": ["basic"],
             "interruptible_by": ["red"]},
            {"length": "20 min", "after": "7 h", "begun_within": "30 min", "rosters": ["day"],
             "interruptible_by": ["red"]},
        ],
        "after_interruption": "remainder",
        "off_road": [
            {"station": "湘东医院", "ambulance": 1, "from": "2025-01-07 08:00",
             "to": "2025-01-09 18:00"},
            {"class": "basic", "hours": "03-04", "days": "mon"},
        ],
        "failures": [
            {"class": "basic", "after": {"distribution": "exponential", "mean": "60 days"},
             "off": "1 day"},
            {"after": {"distribution": "weibull", "shape": 1.5, "scale": "90 days"},
             "off": {"distribution": "constant", "value": "2 days"}},
        ],
    },
    "dispatch": {
        "when_none_free": "queue", "divert": [{"leaving": "green", "for": "red"}],
        "reserve": [{"keep": 1, "classes": ["advanced"], "for": "red", "centres": ["east"]}],
        "within": {"red": "60 min"},
        "centres": [
            {"name": "west", "stations": ["湘东医院"], "townships": TOWNSHIPS[:12],
             "help": "after 5 min", "help_keep": 1},
            {"name": "east", "stations": ["A"], "townships": TOWNSHIPS[12:]},
        ],
        "zones": [{"name": "all", "townships": TOWNSHIPS}],
        "other_zone": "3 min",
        "loading": "4 min",
    },
    "hospitals": {
        "destination": "consortium first", "bypass_when_full": True, "walk_ins": "leave",
        "stay": {"distribution": "exponential", "mean": "50 min"},
        "icu_stay": {"distribution": "exponential", "mean": "4 days"},
        "consortia": [
            {"name": "East", "name_zh": "东部医共体", "hospitals": ["湘东医院"],
             "townships": TOWNSHIPS[:6]},
            {"name": "South", "hospitals": ["市中医院"], "townships": TOWNSHIPS[6:9]},
        ],
        "at": {
            "湘东医院": {"capabilities": ["trauma", "stroke"], "bays": 4, "icu": 12, "full_at": 2,
                       "walk_ins": {"rate": "60 per day", "profile": "friuli"}},
            "市中医院": {"bays": 3, "stay": {"distribution": "constant", "value": "40 min"},
                       "walk_ins": "1.6 per hour",
                       "closed": [{"hours": "22-06", "days": "sat", "to": ["stroke"]},
                                  {"from": "2025-01-08 08:00", "until": "2025-01-09 08:00"}]},
        },
        "clinics": {"levels": ["secondary"], "hospitals": ["市四医院"], "at": ["白兔潭镇", "泗汾镇"]},
        "outside": [{"name": "Zhuzhou", "name_zh": "株洲市中心医院", "gate": "板杉镇", "away": "40 min",
                     "capabilities": ["burns"]}],
    },
    "transfers": [
        {"name": "up", "name_zh": "上转", "from": ["市中医院"], "to": {"capability": "burns"},
         "rate": "2 per day", "profile": "flat", "urgency": "urgent", "priority": "red",
         "needs": [{"classes": ["advanced"]}],
         "handover": {"distribution": "constant", "value": "15 min"}},
        {"name": "down", "from": ["湘东医院"], "to": "市二医院", "rate": "3 per day",
         "urgency": "planned", "due": {"distribution": "constant", "value": "4 h"},
         "lead": "30 min", "hours": "08-18", "days": "mon-fri",
         "loading": {"distribution": "constant", "value": "20 min"}},
    ],
    "standby": {
        "rule": "table", "list": ["A", "Q"], "table": [["A"], ["A", "Q"]], "assign": "longest",
        "most_moves": 2, "least_gain": "1 %", "dmexclp": {"busy": "40 %"},
        "points": [{"name": "Q", "at": "板杉镇", "capacity": 2, "turnout": "50 %"}],
    },
    "responders": [
        {"name": "clinics", "name_zh": "卫生室", "at": ["枫林镇", [113.5, 27.65]], "hours": "08-20",
         "days": "mon-fri", "reach": "3 km", "speed": "20 km/h", "detour": 1.4, "answers": "50 %",
         "alerted": "ready", "delay": {"distribution": "uniform", "low": "1 min", "high": "3 min"},
         "asked": "in turn", "per_refusal": "1 min", "for": ["red"]},
        {"name": "volunteers", "per_km2": 0.5, "reach": "10 min", "answers": "30 %"},
    ],
    "study": {
        "warm_up": "1 day", "length": "7 days", "cool_down": "6 hours", "replications": 5,
        "most_replications": 50, "matters": {"share": "1 point", "time": "0.5 min"}, "seed": 7,
        "wrong": {"speed": "3 %"},
    },
    "costs": {
        "station": "1,200,000 CNY per year", "substation": "400,000 CNY per year",
        "ambulance": "900,000 CNY per year", "by_class": {"basic": "600,000 CNY per year"},
    },
}  # fmt: skip
# Other ways to write a stage, for the settings of laws that WHOLE does not have.
STAGES: list[dict[str, Any] | str] = [
    "90 s",
    {"distribution": "constant", "value": "90 s"},
    {"distribution": "exponential", "mean": "90 s"},
    {"distribution": "weibull", "shape": 1.5, "scale": "90 s"},
    {"distribution": "log-logistic", "shape": 4, "median": "90 s"},
]
UNITS = ("s", "min", "hours", "days", "weeks", "years", "m", "km", "km/h", "m/s", "%", "points",
         "per day", "per 1000 people per year", "per 1e-300 people per s", "CNY per year", "分钟",
         "公里", "")  # fmt: skip
NUMBERS = ("nan", "inf", "-inf", "1e308", "1e309", "-1e308", "1e-300", "5e-324", "-1", "-0", "0",
           "1e5", "999999999999", "9" * 400, "9" * 5000, "0." + "0" * 400 + "1", "1_0", "١٢",
           "１２", "－１", "−1", "＋1", "1,5", "1,000", "²", "0x1F", "1e", "--1", "+-1")  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2**63, -(2**70), 10**400, 10**4000, 1e308, -1e308, 1e-300, 1.5,
    float("inf"), float("-inf"), float("nan"), "", " ", "nan", "inf", "x" * 100, "x" * 20_000,
    "\u202e", "\ufeff", "𝟏𝟐", "=1+1", "$x_{", "%s%d{}", "{x}", "a\nb", [], {}, [[]], [None], [0] * 500,
    {"a": 1}, {"distribution": "lognormal"}, {"distribution": []}, [[[[[[[[]]]]]]]], "2025-01-06",
    *map(Verbatim, (
        "on", "off", "yes", "012", "1:30", "1:30:00.5", "0o14", "1_000", ".inf", "-.INF", ".NaN",
        "~", "=", "<<", "2025-01-06", "2025-01-06T00:00:00Z", "2025-13-41", "9999-12-31",
        "0001-01-01", "!!python/object:os.system {}", "!!python/name:os.system", "!!binary aGk=",
        "!!binary x", "!!set {a, b}", "!!omap [a: 1]", "!!timestamp 2025-01-06", "!!int x",
        "!!float x", "!!bool maybe", "!!null x", "!!str 12", "!!seq {}", "!!map []", "!x y", "! z",
        "!<tag:x,2000:y> z", "*nobody", "&a", "&a 1", "&a [*a]", "&a {b: *a}", '"\\0"', '"\\e[2J"',
        '"\\ud800"', '"\\U0001F691"', "'", '"', "|", ">-", "- ", "[", "{", "]", "}", "{{}: 1}",
        "{[1]: 2}", "{1: 2}", "{~: 2}", "{<<: 3}", "{<<: {station: A}}", "{a: 1, a: 2}", "? x", "@x",
        "`x", "%x", "#", "a: b: c", "[" * 60 + "]" * 60, "[" * 3000, "{a: " * 60 + "}" * 60,
    )),
]  # fmt: skip
LINES = ("%YAML 1.1", "%YAML 9.9", "%TAG ! tag:x,2000:", "---", "...", "--- # two\nname: B", "\t",
         "\tname: A", "<<: *x", "<<: {name: A}", "? [a]\n: b", "? a", "- a", "name: B", "：", "x：y",
         "layout: *x", "&x layout: []", "!!map", "# \0", "\x1b[31m", "\ufeffname: A",
         "a: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: [*c, *c]")  # fmt: skip


def quantity(rng: random.Random) -> str:
    """A number that is odd, mostly, with some unit, mostly."""
    number = rng.choice([*NUMBERS, "12", "3.5"])
    return f"{number}{rng.choice(['', ' ', '　'])}{rng.choice(UNITS)}"


def bad_value(rng: random.Random) -> Any:
    """Something that is hardly ever right, wherever it stands."""
    return rng.choice([lambda: rng.choice(VALUES), lambda: quantity(rng),
                       lambda: Verbatim(rng.choice(NUMBERS))])()  # fmt: skip


def places(tree: Any, at: Place = ()) -> Iterator[Place]:
    """Every part of a tree."""
    inner = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    for key, value in inner:
        yield (*at, key)
        yield from places(value, (*at, key))


def at(tree: Any, place: Place) -> Any:
    for part in place:
        tree = tree[part]
    return tree


def put(tree: Any, place: Place, value: Any) -> Any:
    """The same tree with something else at a place."""
    tree = copy.deepcopy(tree)
    at(tree, place[:-1])[place[-1]] = value
    return tree


# ── a tree as text ───────────────────────────────────────────────────────────────────────────


def as_yaml(tree: Any, indent: int = 0) -> str:
    """A tree in block style, so that every value has a line of its own."""
    blanks = " " * indent
    if isinstance(tree, dict) and tree:
        return "".join(
            f"{blanks}{_scalar(key)}:{_below(value, indent)}" for key, value in tree.items()
        )
    if isinstance(tree, list) and tree:
        return "".join(f"{blanks}-{_below(value, indent)}" for value in tree)
    return f"{blanks}{_scalar(tree)}\n"


def _below(value: Any, indent: int) -> str:
    if isinstance(value, dict | list) and value:
        return "\n" + as_yaml(value, indent + 2)
    return f" {_scalar(value)}\n"


def _scalar(value: Any) -> str:
    if isinstance(value, Verbatim):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(repr(value), repr(value))
    return json.dumps(value, ensure_ascii=False)


# ── mutations of the tree, and of the text ───────────────────────────────────────────────────


def _some_place(rng: random.Random, tree: Any) -> Place:
    return rng.choice(list(places(tree)))


def _replace(rng: random.Random, tree: Any) -> Any:
    return put(tree, _some_place(rng, tree), bad_value(rng))


def _delete(rng: random.Random, tree: Any) -> Any:
    place, tree = _some_place(rng, tree), copy.deepcopy(tree)
    at(tree, place[:-1]).pop(place[-1])
    return tree


def _swap(rng: random.Random, tree: Any) -> Any:
    one, other = _some_place(rng, tree), _some_place(rng, tree)
    return put(tree, one, copy.deepcopy(at(tree, other)))


def _rename(rng: random.Random, tree: Any) -> Any:
    place, tree = (
        rng.choice([p for p in places(tree) if isinstance(p[-1], str)]),
        copy.deepcopy(tree),
    )
    node = at(tree, place[:-1])
    new = rng.choice([
        "x", place[-1][:-1], place[-1].upper(), f"{place[-1]} ", "名", "", "distribution", "base",
        "replay", Verbatim("<<"), Verbatim("~"), Verbatim("12"), Verbatim("? {a: b}"), Verbatim("[a]"),
    ])  # fmt: skip
    items = [(new if key == place[-1] else key, value) for key, value in node.items()]
    node.clear()
    node.update(items)
    return tree


def _nest(rng: random.Random, tree: Any) -> Any:
    place = _some_place(rng, tree)
    value, times = at(tree, place), rng.choice([1, 2, 30, 60])
    for _ in range(times):
        value = rng.choice([[value], {"a": value}, {place[-1]: value}])
    return put(tree, place, value)


def _repeat(rng: random.Random, tree: Any) -> Any:
    lists = [
        place for place in places(tree) if isinstance(at(tree, place), list) and at(tree, place)
    ]
    place = rng.choice(lists)
    return put(tree, place, at(tree, place) * rng.choice([2, 3, 40]))


def _multiply(rng: random.Random, tree: Any) -> Any:
    place = rng.choice([p for p in places(tree) if not isinstance(at(tree, p), dict | list)])
    value = at(tree, place)
    if isinstance(value, str) and value[:1].isdigit():
        _, _, unit = value.partition(" ")
        return put(tree, place, f"{rng.choice(NUMBERS)} {unit}")
    return put(tree, place, Verbatim(rng.choice(NUMBERS)))


OF_TREES: dict[str, Callable[[random.Random, Any], Any]] = {
    "value replaced": _replace, "setting left out": _delete, "values swapped": _swap,
    "key renamed": _rename, "value nested": _nest, "list repeated": _repeat, "odd number": _multiply,
}  # fmt: skip


def _lines(
    change: Callable[[random.Random, list[str]], None],
) -> Callable[[random.Random, str], bytes]:
    def changed(rng: random.Random, text: str) -> bytes:
        lines = text.split("\n")
        change(rng, lines)
        return "\n".join(lines).encode("utf-8", "surrogatepass")

    return changed


def _cut(rng: random.Random, text: str) -> bytes:
    return text.encode()[: rng.randrange(len(text.encode()))]


def _odd_bytes(rng: random.Random, text: str) -> bytes:
    data = bytearray(text.encode())
    for _ in range(rng.choice([1, 1, 3, 30])):
        spot = rng.randrange(len(data))
        data[spot : spot + rng.choice([0, 1])] = rng.choice(
            [b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x1b", b"\x7f", b"\x85", b"\t", b"\r", b"\n",
             b":", b"-", b"[", b"}", b"&", b"*", b"!", b'"', b"#", bytes([rng.randrange(256)])]
        )  # fmt: skip
    return bytes(data)


def _encoded(rng: random.Random, text: str) -> bytes:
    name = rng.choice(["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "cp950",
                       "utf-7", "cp1252"])  # fmt: skip
    return text.encode(name, "replace")


def _full_width(rng: random.Random, text: str) -> bytes:
    marks = str.maketrans(
        {
            mark: chr(ord(mark) + 0xFEE0)
            for mark in rng.choice([":", ",", "0123456789", "-", "[]{}", '"'])
        }
    )
    lines = text.split("\n")
    row = rng.randrange(len(lines))
    lines[row] = lines[row].translate(marks)
    return "\n".join(lines).encode()


OF_TEXTS: dict[str, Callable[[random.Random, str], bytes]] = {
    "line put in": _lines(lambda rng, lines: lines.insert(rng.randrange(len(lines)), rng.choice(LINES))),
    "line taken out": _lines(lambda rng, lines: lines.pop(rng.randrange(len(lines)))),
    "line written twice": _lines(lambda rng, lines: lines.insert(rng.randrange(len(lines)), rng.choice(lines))),
    "lines in another order": _lines(lambda rng, lines: rng.shuffle(lines)),
    "cut off": _cut, "odd bytes": _odd_bytes, "another encoding": _encoded,
    "full-width marks": _full_width,
}  # fmt: skip
FILE_KINDS = (*OF_TREES, *OF_TEXTS)


def mutated_file(rng: random.Random, kind: str = "") -> tuple[str, bytes]:
    """The kind of a mutation, and a scenario file with it; sometimes with two of them."""
    kind = kind or rng.choice(FILE_KINDS)
    tree = copy.deepcopy(WHOLE)
    for stage in rng.sample(sorted(set(tree["durations"]) - {"turnout_at"}), 2):
        tree["durations"][stage] = rng.choice([*STAGES, tree["durations"][stage]])
    if kind in OF_TREES:
        for _ in range(rng.choice([1, 1, 2])):
            tree = OF_TREES[kind](rng, tree)
        return kind, as_yaml(tree).encode("utf-8", "surrogatepass")
    return kind, OF_TEXTS[kind](rng, as_yaml(tree))


# ── options at the prompt ────────────────────────────────────────────────────────────────────

STATIONS = (
    "湘东医院",
    "市中医院",
    "A",
    "A+1",
    "枫林镇",
    "",
    " ",
    "x" * 90,
    "A=B",
    "\x1b[2J",
    "$x$",
)
SIGNS = ("=", "＝", "→", "->", "", "==", " = ", ":", "−", "-")
COUNTS = ("+1", "-1", "3", "−1", "－１", "＋2", "–1", "12", "x5", "1_0", "٣", "³", "1e5", "nan", "",
          "+", "-", "+ 1", "+-1", "0", "-0", "９９", "9" * 400, "9" * 5000, "1.5", "1,5", "１，０００")  # fmt: skip
POINTS = ("113.5,27.6", "113.5，27.6", "nan,nan", "inf,-inf", "1e308,1", "1_1,2", "٣,٣", "27.6,113.5",
          "1,2,3", ",", "113.5,", "−1,−2", "9" * 400 + ",1")  # fmt: skip


def _setting(rng: random.Random, names: tuple[str, ...]) -> str:
    factor = f"{rng.choice(['x', '×', 'X', '*', ''])}{rng.choice([*NUMBERS, '1.2', '0.9'])}"
    value = rng.choice([quantity(rng), factor, f"{factor}%", "", "08-20", "０８～２０", "25-26"])
    return f"{rng.choice(names)}{rng.choice(SIGNS)}{value}" if rng.random() < 0.8 else value


OPTIONS: dict[str, Callable[[random.Random], str]] = {
    "--ambulances": lambda rng: rng.choice(STATIONS) + rng.choice(SIGNS) + rng.choice(COUNTS),
    "--add": lambda rng: rng.choice([*STATIONS, *POINTS, *COUNTS]),
    "--move": lambda rng: rng.choice(STATIONS) + rng.choice(SIGNS) + rng.choice([*STATIONS, *POINTS]),
    "--close": lambda rng: rng.choice([*STATIONS, *COUNTS]),
    "--target": lambda rng: _setting(rng, ("urban", "rural", "share", "ｕｒｂａｎ", "x", "")),
    "--demand": lambda rng: _setting(rng, ("urban", "rural", "both", "")),
    "--speed": lambda rng: _setting(rng, ("primary", "residential", "x", "")),
    "--hours": lambda rng: _setting(rng, STATIONS),
}  # fmt: skip


def mutated_option(rng: random.Random, option: str = "") -> tuple[str, str]:
    """An option at the prompt and what is written behind it."""
    option = option or rng.choice(list(OPTIONS))
    return option, OPTIONS[option](rng)
