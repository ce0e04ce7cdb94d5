"""Settings that differ, said one by one: "urban target 12 min instead of 10 min"."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.model.calendar import DAY_S, HOUR_S, HOURS
from sim.scenario.altering import EVERY_DAY
from sim.scenario.differences import AT_STATIONS, Difference, differences, in_effect, not_used
from sim.scenario.distributions import Distribution
from sim.scenario.hospitals import row_among
from sim.scenario.values import Setting
from sim.text import Message, Name
from sim.units import Rate
from sim.words import crews, hospitals, own_rules, responders
from sim.words.difference_texts import (
    CHOICES,
    INSTEAD,
    MANY,
    NEW,
    OF_THE_USUAL,
    OTHERWISE,
    SPREAD,
    THERE,
)
from sim.words.language import Language
from sim.words.quantities import duration, rate
from sim.words.written import written

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Band

MOST = 3  # that a sentence lists; a table lists all

BY_RULE: Final = ("standby.list_", "standby.table")
RATES: Final = ("demand.rate.urban", "demand.rate.rural")
SPEEDS = "travel.speeds."
ROSTERS = "crews.rosters."
WITHIN = "dispatch.within."
TOWNSHIPS = "demand.rate.townships."
CLOSURES = "travel.closures."


def listed(found: Sequence[Difference], say: Language, most: int | None = None) -> str:
    """All of them in a row, or the first `most` and how many more there are."""
    return say.listed(phrases(found, say), most)


def phrases(found: Sequence[Difference], say: Language) -> list[str]:
    """Each setting by itself; rates, or speeds, that differ by one factor together."""
    together = [*_demand(found, say), *_speeds(found, say), *_many_names(found, say)]
    taken = {one.path for _, some in together for one in some}
    if any(one.path == "standby.rule" for one in found):  # which says so already
        taken |= {one.path for one in found if one.path in BY_RULE and not one.base}
    said = [text for text, _ in together]
    for one in found:
        if one.path not in taken:
            said += _bands(one, say) if one.path == "travel.bands" else [_phrase(one, say)]
    return [BETWEEN_CHINESE.sub("", text) for text in said]


# A blank is before numbers; a value may be a word.
BETWEEN_CHINESE: Final = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")


def altered(base: Scenario, say: Language, most: int | None = None) -> str:
    """What was altered of a scenario since it was read, and from what; nothing if nothing was."""
    if base.unaltered is None:
        return ""
    found = differences(base.unaltered.settings, base.settings)
    said = phrases(_named(found, base, say), say)
    for number, station in enumerate(base.unaltered.stations):
        before = [a.duty for a in base.unaltered.fleet if a.station == number]
        after = [a.duty for a in base.fleet if a.station == number]
        if before != after and after and not station.closed and len(before) == len(after):
            said.append(
                say(
                    "ambulances of {station} on duty {other} instead of {base}",
                    station=station.name,
                    other=crews.on_duty(after, say),
                    base=crews.on_duty(before, say),
                )
            )
    return say.listed(said, most)


def _named(found: Sequence[Difference], base: Scenario, say: Language) -> list[Difference]:
    """Differences with hospitals, townships and stations called as in this language."""
    townships = [spot.name for spot in base.map.townships]
    stations = [one.name for one in base.stations]
    told = []
    for one in hospitals.named(found, base, say):
        for begin, names in ((TOWNSHIPS, townships), (AT_STATIONS, stations)):
            if one.path.startswith(begin):
                name = one.path.removeprefix(begin)
                row = row_among(name, names)
                shown = name if row is None else say.name(names[row])
                one = one._replace(path=f"{begin}{shown}")
        told.append(one)
    return told


# ── one setting ──────────────────────────────────────────────────────────────────────────────


def _phrase(one: Difference, say: Language) -> str:
    path, base, other = one
    if path == "responders":
        return _responders(base, other, say)
    if path in own_rules.INSTEAD:
        return own_rules.phrase(one, say)
    if path.startswith(hospitals.AT):
        return hospitals.phrase(path.removeprefix(hospitals.AT), base, other, say)
    if path == "crews.classes":
        return _classes(base, other, say)
    if path in THERE and not base:
        return say(THERE[path])
    if path in OTHERWISE:
        return say(OTHERWISE[path])
    if (path, other) in CHOICES:
        return say(CHOICES[path, other])
    if path.startswith(ROSTERS):
        name = path.removeprefix(ROSTERS)
        if not base:
            return say("roster {name}", name=name)
        return say("roster {name} otherwise", name=name)
    if path.startswith(CLOSURES):
        return _closures(path.removeprefix(CLOSURES), base, other, say)
    if path == "travel.factor":
        return _drives(base, other, say)
    if path.startswith(SPEEDS):
        return say(
            "speed on {roads} roads {other} instead of {base}",
            roads=path.removeprefix(SPEEDS),
            other=value(path, other, say),
            base=value(path, base, say),
        )
    values = {"base": value(path, base, say), "other": value(path, other, say)}
    if path.startswith(WITHIN):
        return say(
            "ambulances sent to {priority} calls within {other} instead of {base}",
            priority=path.removeprefix(WITHIN), **values,
        )  # fmt: skip
    for begin, text in OF_THE_USUAL.items():
        if path.startswith(begin):
            return say(text, name=path.removeprefix(begin), **values)
    if path in SPREAD and values["base"] == values["other"]:
        return say(SPREAD[path])
    if path in NEW and base is None:
        return say(NEW[path], other=values["other"])
    if path in INSTEAD:
        return say(INSTEAD[path], **values)
    return say("{setting} {other} instead of {base}", setting=path, **values)


def _classes(base: Any, other: Any, say: Language) -> str:
    """Which classes there are, where there was one."""
    if len(base) > 1:
        return say("other classes of ambulance")
    return say(
        "classes of ambulance ({classes})",
        classes=say.listed([say.name(one.names) for one in other]),
    )


def _closures(name: str, base: Any, other: Any, say: Language) -> str:
    """A closure that comes, goes, or is another one."""
    if not base:
        return say("closure {name}", name=name)
    if not other:
        return say("no closure {name}", name=name)
    return say("closure {name} otherwise", name=name)


def _drives(base: Any, other: Any, say: Language) -> str:
    """How much single drives vary."""
    if other is None:
        return say("drives that do not vary")
    if base is None:
        return say("drives that vary ({settings})", settings=written(other, say, duration))
    return say("drives that vary otherwise ({settings})", settings=written(other, say, duration))


def _responders(base: Any, other: Any, say: Language) -> str:
    if not base:
        return say("first responders ({groups})", groups=responders.names(other, say))
    if not other:
        return say("no first responders")
    return say("other first responders")


def value(path: str, found: Any, say: Language) -> str:
    """A setting in the units in which it is read."""
    if found is None or found == ():
        return _absent(path, say)
    if path == "responders":
        return responders.said(found, say)
    if path == "travel.factor" or path.startswith(CLOSURES):
        return written(found, say, duration)
    if isinstance(found, tuple) and not isinstance(found, Rate):
        if "__str__" in type(found).__dict__:
            return str(found)
        return "; ".join(written(one, say, duration) for one in found)
    if isinstance(found, Distribution):
        mean = found.mean()  # which may be a second short of whole days, as none lasts for ever
        return duration(round(mean / HOUR_S) * HOUR_S if mean >= DAY_S else mean, say)
    if isinstance(found, Setting):
        return written(found, say, duration)
    if path.startswith(SPEEDS) or path == "travel.off_road":
        return say("{n} km/h", n=f"{found * 3.6:.4g}")
    if isinstance(found, Rate):
        return rate(found, say)
    if path.startswith(tuple(OF_THE_USUAL)):
        return say("{number} %", number=f"{found * 100:.6g}")
    if path in SHARES and isinstance(found, float):
        return say("{number} %", number=f"{found * 100:.4g}")
    if path == "study.matters.share":
        return say.count(round(found * 100, 3), "{n} point", "{n} points")
    if path == "study.matters.time":
        return say("{n} min", n=f"{found / 60:g}")
    if path.startswith(("targets.", WITHIN)) or path in LENGTHS:
        return duration(found, say)
    if path == "start":
        return f"{found:%Y-%m-%d %H:%M}"
    return str(found)


def _absent(path: str, say: Language) -> str:
    if path.startswith("study."):
        return say("as needed")
    if path.startswith(WITHIN) or path == "standby.most_moves":
        return say("no limit")
    return say("the usual") if path.startswith(SPEEDS) else "–"


SHARES: Final = (
    "targets.share", "demand.transported", "travel.ordinary", "standby.least_gain",
    "standby.dmexclp.busy", "demand.nobody_found", "demand.treated_at_scene",
    "demand.cancelled.share", "demand.desk.needing_ambulance",
)  # fmt: skip
LENGTHS: Final = (
    "study.warm_up", "study.length", "study.cool_down", "dispatch.other_zone", "dispatch.loading",
    "crews.last_calls",
)  # fmt: skip


# ── several by one factor ────────────────────────────────────────────────────────────────────

Together = list[tuple[str, list[Difference]]]  # what is said of some differences


def _demand(found: Sequence[Difference], say: Language) -> Together:
    """Demand so many times as high, where that is so in town and country alike."""
    some = [one for one in found if one.path in RATES and _have_a_ratio(one)]
    ratios = [one.other.per_second / one.base.per_second for one in some]
    if len(ratios) != len(RATES) or not math.isclose(*ratios, rel_tol=1e-9):
        return []
    return [(say("demand {factor} times as high", factor=_factor(ratios[0])), some)]


def _many_names(found: Sequence[Difference], say: Language) -> Together:
    """Townships, or stations, of which so many are otherwise that nobody would read all."""
    told = []
    for begin, text in MANY.items():
        some = [one for one in found if one.path.startswith(begin)]
        if len(some) > MOST:
            told.append((say(text, n=len(some)), some))
    return told


def _have_a_ratio(one: Difference) -> bool:
    alike: bool = one.base.per_person == one.other.per_person
    return alike and one.base.per_second > 0 and one.other.per_second > 0


def _speeds(found: Sequence[Difference], say: Language) -> Together:
    """Speeds on roads of all classes so many times as high."""
    some = [one for one in found if one.path.startswith(SPEEDS) and one.base and one.other]
    ratios = [one.other / one.base for one in some]
    if len(some) > MOST and max(ratios) - min(ratios) < 1e-9:
        text = say(
            "speeds on {n} classes of roads {factor} times as high",
            n=len(some),
            factor=_factor(ratios[0]),
        )
        return [(text, some)]
    return []


def _bands(one: Difference, say: Language) -> list[str]:
    """Speeds at some hours, or the factors by which they were altered at all hours."""
    before, after = list(one.base), list(one.other)
    if after[: len(before)] != before or not all(map(_always, after[len(before) :])):
        return [say("other speeds at some hours")]
    return [_times(band, say) for band in after[len(before) :]]


def _always(band: Band) -> bool:
    return band.hours.length_h == HOURS and tuple(band.days) == EVERY_DAY


def _times(band: Band, say: Language) -> str:
    factor = _factor(band.speed)
    if not band.classes:
        return say("speed on all roads {factor} times as high", factor=factor)
    roads = say(", ").join(band.classes)
    return say("speed on {roads} roads {factor} times as high", roads=roads, factor=factor)


def _factor(ratio: float) -> str:
    return f"{ratio:.4g}"


# ── what else than the layout differs ────────────────────────────────────────────────────────

# Of one proposal, or of one of several.
NOT_THE_LAYOUT_ALONE: Final = (
    Message("Not only the layout differs. The proposal has: {settings}."),
    Message("Not only the layout differs. {layout} has: {settings}."),
)
NOT_USED: Final = (
    Message(
        "The proposal's file also says: {settings}. That is not used: all layouts are judged by "
        "the base's."
    ),
    Message(
        "The file of {layout} also says: {settings}. That is not used: all layouts are judged by "
        "the base's."
    ),
)


def lines(
    base: Scenario, proposals: Sequence[tuple[Name, Sequence[Difference]]], say: Language
) -> list[str]:  # fmt: skip
    """What else than stations and ambulances is not the same in all layouts, a line each."""
    told, several = [], len(proposals) > 1
    for name, found in proposals:
        named = _named(found, base, say)
        for text, some in (
            (NOT_THE_LAYOUT_ALONE[several], in_effect(named)),
            (NOT_USED[several], not_used(named)),
        ):
            if some:
                told.append(say(text, layout=name, settings=listed(some, say)))
    return told


def subject(base: Scenario, what: str, found: Sequence[Difference], say: Language) -> str:
    """A change that a sentence speaks of, with all that it changes besides the layout."""
    others = in_effect(_named(found, base, say))
    if not others:
        return what
    settings = listed(others, say, MOST)
    return say("{what} and other settings ({settings})", what=what, settings=settings)
