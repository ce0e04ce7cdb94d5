"""Names that do harm where they are not shown harmlessly, and answers in which all have such ones."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from functools import lru_cache

from decisions import of_curve, of_search, of_worth, stressed
from hypothesis import strategies as st
from rankings import ranked, sited
from studies import QUICK, days

import sim
from sim.answers.coverage import Coverage, coverage
from sim.geography.bundle import Map
from sim.text import Name

NASTY = (
    "$x^2$", "$", "$$", r"\frac{1}{2}", "a_b^c%", "{0}", "{name}", "{", "}}", "%s %d %", "&amp;",
    "<script>alert(1)</script>", '"><img src=x>', "a|b", "a\nb", "a\tb\r", "\x1b[2J\x1b]0;x\x07",
    "\u202etxt.exe", "\u200b\u200d", "\U0001f691\U0001f468\u200d\u2695\ufe0f", "e\u0301" * 60,
    "مستشفى", "בית חולים", "=cmd|' /C calc'!A0", "+1", "-1", "@x", "\t=1+1", "'=1", "＝1", " =1",
    "CON", "nul.txt", "../../etc/passwd", "/etc/passwd", "C:\\x", "a\0b", "all", "urban", "全部",
    "", "   ", "\u3000", "x" * 300, "镇" * 300, "一" * 100_000, "W" * 100_000, "first_arrival",
    "people", "within", "layout", "[bold]", "#", "# -*-", "'", "''", ";", "，", "nan", "None", "1e9",
    "\ufffe", "\x9b31m", "\u2028", "\ufeff", "a" + "\u0300" * 200, "𠮷野家", "\U000e0041", "−", "…",
)  # fmt: skip

HALF = "\ud800"  # of a letter: no name, for what reads names refuses it
names = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=300),
    st.builds("".join, st.lists(st.sampled_from(NASTY[:40]), max_size=4)),
)
pools = st.lists(st.tuples(names, names), min_size=1, max_size=12)


@lru_cache(maxsize=1)
def answers():
    """One of each kind, by its name."""
    week = days()
    compared = sim.compare(week, week.add("枫林镇"), **QUICK)
    found = [compared, compared.why(), ranked(), sited(new=2), of_search(), of_curve(), of_worth(),
             stressed(3.0, 4.0, joint=4), coverage(week)]  # fmt: skip
    return {type(one).__name__: one for one in found}


def renamed(value, pool):
    """The same with names of a pool wherever there are names: one for one, in a circle."""
    if isinstance(value, Coverage):  # holds names as texts
        return coverage(renamed(value.provenance.base, pool))
    return _Renaming(pool).of(value)


class _Renaming:
    def __init__(self, pool):
        self.pool, self.known, self.done = pool, {}, {}

    def name(self, name):
        if name not in self.known:
            self.known[name] = Name(*self.pool[len(self.known) % len(self.pool)])
        return self.known[name]

    def of(self, value):
        if id(value) in self.done:
            return self.done[id(value)][1]
        made = self._made(value)
        self.done[id(value)] = value, made  # kept, so that no other value gets its number
        return made

    def _made(self, value):
        if isinstance(value, Name):
            return self.name(value)
        if isinstance(value, Map):
            return self._map(value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*map(self.of, value))
        if isinstance(value, tuple | list):
            return type(value)(map(self.of, value))
        if isinstance(value, dict):
            return {self.of(key): self.of(one) for key, one in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{f.name: self.of(getattr(value, f.name))
                                     for f in fields(value) if f.init})  # fmt: skip
        return value

    def _map(self, on):
        layers = dict(on.layers)
        for key in ("townships", "sites", "hospitals"):
            layer = layers[key].copy()
            both = [self.name(Name(*pair)) for pair in zip(layer["name_zh"], layer["name_en"],
                                                           strict=True)]  # fmt: skip
            layer["name_zh"] = [name.zh for name in both]
            layer["name_en"] = [name.en for name in both]
            layers[key] = layer
        called = self.name(on.name)
        meta = on.meta | {"name_zh": called.zh, "name_en": called.en}
        return replace(on, read_layers=lambda: layers, meta=meta)
