"""The tables of a workbook in the reader's words: sheets, heads of columns, what cells hold.

In English they are called as in the CSV files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.answers.comparison import Comparison
from sim.answers.stress import Stress
from sim.answers.why_late import WhyLate
from sim.measures.measures import BY_KEY
from sim.text import Message, Name
from sim.words import assumptions, curve, measures
from sim.words.causes import CAUSES
from sim.words.language import ENGLISH, Language

if TYPE_CHECKING:
    import pandas as pd

    from sim.answers.answer import Answer
    from sim.scenario.scenario import Scenario

SHEETS: Final = {
    "levels": Message("levels"), "differences": Message("differences"),
    "townships": Message("townships"), "ranking": Message("ranking"), "sites": Message("sites"),
    "search": Message("search"), "curve": Message("curve"), "stress": Message("stress"),
    "joint": Message("joint"),
    "worth": Message("worth"), "why": Message("why"), "coverage": Message("coverage"),
    "busy_hours": Message("busy_hours"), "calibration": Message("calibration"),
    "cleaning": Message("cleaning"), "history": Message("history"),
    "precision": Message("precision"), "warm_up": Message("warm_up"),
    "busy_since_start": Message("busy_since_start"),
}  # fmt: skip
HEADS: Final = {
    "layout": Message("layout"), "by": Message("by"), "area": Message("area"),
    "measure": Message("measure"), "unit": Message("unit"), "mean": Message("mean"),
    "low": Message("low"), "high": Message("high"), "code": Message("code"),
    "name_zh": Message("name_zh"), "name_en": Message("name_en"), "people": Message("people"),
    "expected_calls_a_day": Message("expected_calls_a_day"), "calls": Message("calls"),
    "within": Message("within"), "p90_min": Message("p90_min"),
    "difference": Message("difference"), "verdict": Message("verdict"),
    "place": Message("place"), "best_place": Message("best_place"),
    "worst_place": Message("worst_place"), "replications": Message("replications"),
    "minutes": Message("minutes"), "newly": Message("newly"),
    "bound": Message("bound"), "gap": Message("gap"),
    "simulated_place": Message("simulated_place"), "track": Message("track"),
    "what_zh": Message("what_zh"), "what_en": Message("what_en"), "cost": Message("cost"),
    "station_zh": Message("station_zh"), "station_en": Message("station_en"),
    "sites_zh": Message("sites_zh"), "sites_en": Message("sites_en"),
    "reason_zh": Message("reason_zh"), "reason_en": Message("reason_en"),
    "calls_per_day": Message("calls_per_day"), "saved": Message("saved"),
    "gain_low": Message("gain_low"), "gain_high": Message("gain_high"),
    "cause": Message("cause"), "misses": Message("misses"),
    "share_of_misses": Message("share_of_misses"), "radius": Message("radius"),
    "ambulance_class": Message("ambulance_class"), "day": Message("day"),
    "hour": Message("hour"), "part": Message("part"), "name": Message("what is fitted"),
    "value": Message("value"), "n": Message("rests on"), "source": Message("source"),
    "township": Message("township"), "expected": Message("expected by people"),
    "raw": Message("calls / expected"), "factor": Message("fitted factor"), "rule": Message("no."),
    "rows": Message("rows"), "stamps": Message("stamps out"), "rows_dropped": Message("rows out"),
    "check": Message("check"), "where": Message("where"), "recorded": Message("recorded"),
    "simulated": Message("as simulated"), "holds": Message("whether it holds"),
    "warm_up_h": Message("warm_up_h"), "measured_days": Message("measured_days"),
    "difference_min": Message("difference_min"), "otherwise": Message("otherwise"),
    "ambulances_busy": Message("ambulances_busy"), "fewer": Message("fewer"),
}  # fmt: skip
ENDS: Final = {  # of a measure that has several columns
    "low": Message("{measure}, lower end"), "high": Message("{measure}, upper end"),
    "value": Message("{measure}, level"),
}  # fmt: skip
GROUPS: Final = {"all": Message("all"), "area": Message("urban or rural"),
                 "township": Message("township"), "priority": Message("priority of calls"),
                 "hour": Message("hour of day"), "class": Message("class of ambulance"),
                 "centre": Message("dispatch centre"), "condition": Message("condition"),
                 "hospital": Message("hospital")}  # fmt: skip
AREAS: Final = {"all": Message("all"), "urban": Message("urban"), "rural": Message("rural")}
UNITS: Final = {"share": Message("share, in percent"), "min": Message("min"),
                "number": Message("number")}  # fmt: skip
PARTS: Final = {  # of a calibration
    "rate": Message("rates of calls"), "hour": Message("hour of day"),
    "weekday": Message("day of the week"), "township": Message("township"),
    "speed": Message("km/h with siren"), "band": Message("hours"), "travel": Message("drives"),
    "call_taking": Message("call taking"), "turnout": Message("turnout"),
    "on_scene": Message("on scene"), "handover": Message("handover"),
    "turnout at": Message("Turnout by station"), "priority": Message("priority of calls"),
    "condition": Message("condition"), "units": Message("ambulances of a call"),
    "hospital": Message("hospital"), "ending": Message("how it ended"),
}  # fmt: skip
SEARCHED: Final = {"search": SHEETS["search"]}  # the track of a search, which has but one
LOSSES: Final = {
    "station closed": Message("station closed"),
    "one ambulance less": Message("one ambulance less"),
}


def sheet(name: str, say: Language) -> str:
    return say(SHEETS.get(name, name))


def heads(frame: pd.DataFrame, answer: Answer, say: Language) -> list[str]:
    """What the columns are called; each column of a measure by the measure's name."""
    return [_head(str(key), frame, answer, say) for key in frame.columns]


def _head(key: str, frame: pd.DataFrame, answer: Answer, say: Language) -> str:
    if say.code == ENGLISH:
        return key
    stem, _, end = key.rpartition("_")
    if key in BY_KEY and f"{key}_low" in frame:
        return measure(key, answer, say)
    if stem in BY_KEY and end in ENDS:
        return say(ENDS[end], measure=measure(stem, answer, say))
    called = _layouts(answer, say) | _assumptions(answer, say)
    return called[key] if key in called else say(HEADS.get(key, key))


def measure(key: str, answer: Answer, say: Language) -> str:
    """What the measure of a key is called, with its target where that says what it is."""
    one, made = BY_KEY[key], answer.provenance
    worst = getattr(made, "worst", None)
    if worst is not None and worst.rows:
        return measures.label(one, say, made.base, len(worst.rows))
    return measures.label(one, say, made.base)


def in_words(frame: pd.DataFrame, answer: Answer, say: Language) -> pd.DataFrame:
    """A table with what its cells name in the reader's language; numbers as they are."""
    shown = frame.copy()
    for column, called in _called(answer, say).items():
        if column in shown:
            shown[column] = [called.get(str(value), value) for value in shown[column]]
    return shown


def _called(answer: Answer, say: Language) -> dict[str, dict[str, Any]]:
    """[column] what stands for each text in it."""
    names = _layouts(answer, say)
    found: dict[str, dict[str, Any]] = {
        "verdict": {str(one): say(text) for one, text in measures.VERDICTS.items()},
        "layout": names,
        "proposal": names,
    }
    if say.code == ENGLISH:
        return found
    found |= {
        "measure": {key: measure(key, answer, say) for key in BY_KEY},
        "by": {key: say(text) for key, text in GROUPS.items()},
        "area": {key: say(text) for key, text in AREAS.items()},
        "unit": {key: say(text) for key, text in UNITS.items()},
        "what": {key: say(text) for key, text in LOSSES.items()},
        "track": {key: say(text) for key, text in (curve.TRACKS | SEARCHED).items()},
        "part": {key: say(text) for key, text in PARTS.items()},
        "cause": {key: say(one.label) for key, one in CAUSES.items()},
    }
    return found | {"assumption": _assumptions(answer, say), "if": _cases(answer, say)}


def _assumptions(answer: Answer, say: Language) -> dict[str, str]:
    if not isinstance(answer, Stress):
        return {}
    every = [swing.about for swing in answer.swings]
    return {one.key: assumptions.label(one, say) for one in every}


def _cases(answer: Answer, say: Language) -> dict[str, str]:
    """What mishaps concern: stations, hospitals, closures, surges."""
    if not isinstance(answer, Stress):
        return {}
    cases = [end.case for swing in answer.swings for end in swing.ends()]
    return {case.en: say.name(case) for case in cases if isinstance(case, Name)}


def _layouts(answer: Answer, say: Language) -> dict[str, str]:
    """The layouts of an answer, and a proposal less the base, by what files call them."""
    base = answer.provenance.base
    every: list[Scenario] = [base]
    if isinstance(answer, Comparison | WhyLate):
        every += (answer if isinstance(answer, Comparison) else answer.comparison).layouts
    if isinstance(answer, Stress):
        every += answer.proposals
    found = {one.name.en: say.name(one.name) for one in every}
    less = {
        f"{one.name} − {base.name}": f"{say.name(one.name)} − {say.name(base.name)}"
        for one in every
    }
    return less | found
