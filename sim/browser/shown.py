"""What a page shows of plans and answers: numbers as they are, and texts in every language.

All of it is plain JSON. A text is an object of one text for each language, so that a page changes
its language without asking; nothing is worded or computed there.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Sequence
from typing import Any, Final

from sim.answers import area_changes, relieved
from sim.answers.comparison import Comparison
from sim.answers.following import AnswerSoFar
from sim.answers.lines import Line
from sim.browser.plans import PlanHistory, Plans
from sim.measures.groups import Group
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Verdict
from sim.scenario.layout import Ambulance, StationChange, against
from sim.scenario.scenario import Scenario
from sim.text import Message, Name
from sim.words import changes, comparison_sentence, crews, measures
from sim.words import comparison as comparison_words
from sim.words import dragging as words
from sim.words import relieved as relieved_words
from sim.words.language import Language

POINTS: Final = 100.0  # of a share
SAME, TODAY = "same", "today"  # beside the verdicts

Languages = Sequence[Language]
Wanted = Callable[[], None]  # asked between parts that take long; it raises where nobody waits


def texts(languages: Languages, said: Callable[[Language], Any]) -> dict[str, Any]:
    """The same in every language."""
    return {say.code: said(say) for say in languages}


def message(languages: Languages, text: Message | str) -> dict[str, str]:
    """A message in every language."""
    return texts(languages, lambda say: say(text) if isinstance(text, Message) else str(text))


def named(name: Name, languages: Languages) -> dict[str, str]:
    """A name in every language."""
    return texts(languages, lambda say: say.name(name))


# ── plans ────────────────────────────────────────────────────────────────────────────────────


def state(plans: Plans, languages: Languages) -> dict[str, Any]:
    """All plans by name, and the stations of the one that is worked on."""
    plan, layout = plans.plan, plans.plan.now.layout
    return {
        "kind": "state",
        "plan": plans.current,
        "against": plans.against,
        "plans": [_plan(one, plans.base, languages) for one in plans.every.values()],
        "undo": len(plan.past) > 1,
        "redo": bool(plan.future),
        "stations": [_station(one, layout, languages) for one in against(plans.base, layout)],
        "files": [{"file": file, "name": _alike(languages, file)} for file in plans.files()],
        "saved": _saved(plans, languages),
        "rosters": sorted(layout.crews.rosters),
    }


def _alike(languages: Languages, text: str) -> dict[str, str]:
    return texts(languages, lambda _: text)


def _plan(plan: PlanHistory, base: Scenario, languages: Languages) -> dict[str, Any]:
    layout = plan.now.layout

    def title(say: Language) -> str:
        return changes.listed(base, layout, say) or say(words.UNCHANGED)

    same = layout.is_laid_out_as(base)
    called = named(plan.called, languages)
    return {"name": plan.name, "called": called, "title": texts(languages, title), "same": same}


def _saved(plans: Plans, languages: Languages) -> dict[str, Any] | None:
    """In which file the plan stands as it is now, and what command gives the numbers shown."""
    file = plans.plan.file
    if file is None or not file.is_as_it_was:
        return None
    if not plans.base_is_as_it_was:
        text = Message(words.SAVED_OF_OLD, file=str(file.path), base=str(plans.base.path))
        return {"file": file.path.name, "text": message(languages, text), "command": ""}
    beside = plans.standing_in(plans.against)
    if beside is None:
        text = Message(words.SAVED_BESIDE, file=str(file.path), other=plans.beside_called)
        return {"file": file.path.name, "text": message(languages, text), "command": ""}
    command = shlex.join(["tenthirty", "compare", str(beside), str(file.path)])
    text = Message(words.SAVED, file=str(file.path), command=command)
    return {"file": file.path.name, "text": message(languages, text), "command": command}


def _station(one: StationChange, layout: Scenario, languages: Languages) -> dict[str, Any]:
    station, on = one.station, layout.map
    lon, lat = on.lonlat(station.x, station.y)
    before = one.before if one.moved else None
    from_ = None if before is None else [float(v) for v in on.lonlat(before.x, before.y)]
    kind = "closed" if one.closed else "new" if one.new else "moved" if one.moved else "same"
    if kind == "same" and one.fleet != one.fleet_before:
        kind = "crews"
    return {
        "id": station.name.zh,
        "name": named(station.name, languages),
        "at": [float(lon), float(lat)],
        "from": from_,
        "kind": station.kind,
        "change": kind,
        "ambulances": one.ambulances,
        "crews": [_crew(of, layout, languages) for of in one.fleet],
        "text": texts(languages, lambda say: _of_station(one, kind, layout, say)),
    }


def _crew(one: Ambulance, layout: Scenario, languages: Languages) -> dict[str, Any]:
    """When an ambulance is on duty, and its class where there are several."""
    classes = layout.crews.classes
    return {
        "hours": texts(languages, lambda say: crews.duty(one.duty, say)),
        "class": texts(languages, lambda say: say.name(classes[one.kind].names))
        if len(classes) > 1
        else None,
    }


def _of_station(one: StationChange, kind: str, layout: Scenario, say: Language) -> str:
    """A station in one line, for whoever does not see the map."""
    fleet = crews.counted(one.fleet, layout, say)
    return say(words.STATIONS[kind], station=one.station.name, fleet=fleet)


# ── answers ──────────────────────────────────────────────────────────────────────────────────


def answer(
    look: AnswerSoFar,
    languages: Languages,
    *,
    quick: bool,
    today: bool = True,
    wanted: Wanted = lambda: None,
) -> dict[str, Any]:
    """A comparison as far as it is known. `quick`: without what takes longest, the percentiles
    of townships. `today`: whether the base is today's layout, and no other plan."""
    found = look.found
    layout = 1 if found.proposals else 0
    for line in found.lines_against_base(layout):  # kept by the comparison: asked for again below
        _values(found, line, layout)
        wanted()
    verdict = _verdict(found, layout, today)
    shown = {
        "kind": "answer",
        "replications": found.replications,
        "final": look.enough,
        "layouts": {
            "base": named(found.base.name, languages),
            "plan": named(found.layouts[layout].name, languages),
        },
        "heading": texts(languages, lambda say: _heading(found, layout, say)),
        "sentence": texts(languages, lambda say: comparison_sentence.sentence(found, layout, say)),
        "precision": texts(languages, lambda say: _precision(look, say)),
        "verdict": verdict,
        "verdict_text": texts(languages, lambda say: _verdict_text(verdict, say)),
        "table": texts(languages, lambda say: table(found, say, today=today)),
        "bars": [_bar(found, line, layout) for line in found.lines_against_base(layout)],
        "worst": list(found.pooled[0].setup.worst),
        "relieved": texts(languages, lambda _: ""),
    }
    wanted()
    if layout:
        loads = relieved.loads(found, layout)
        shown["relieved"] = texts(languages, lambda say: relieved_words.sentence(loads, say))
    return shown | {"townships": _townships(found, layout, languages, quick, wanted)}


def _values(found: Comparison, line: Line, layout: int) -> None:
    key, group = line
    found.estimate(key, layout, group)
    if layout:
        found.verdict(key, layout, group)


def _verdict(found: Comparison, layout: int, today: bool) -> str:
    if not layout:
        return TODAY if today else SAME
    return SAME if found.is_same(layout) else str(found.verdict("within", layout))


def _verdict_text(verdict: str, say: Language) -> str:
    if verdict in words.BESIDE_VERDICTS:
        return say(words.BESIDE_VERDICTS[verdict])
    return measures.verdict(Verdict(verdict), say)


def _heading(found: Comparison, layout: int, say: Language) -> list[str]:
    """Whose answer it is: the base with its fleet, and what the plan changes of it."""
    base, other = found.base, found.layouts[layout]
    fleet = comparison_words.fleet(base, say)
    lines = [say("{layout}      {fleet}", layout=base.name, fleet=fleet)]
    if layout:
        listed = changes.listed(base, other, say)
        lines.append(say("Proposal: {proposal}", proposal=listed or say(words.UNCHANGED)))
    return lines


def _precision(look: AnswerSoFar, say: Language) -> str:
    """20 replications (enough for ±0.3 points); or how many so far."""
    often = comparison_words.how_often(look.found, say)
    return often if look.enough else say(words.MORE_COME, replications=often)


def table(found: Comparison, say: Language, *, today: bool = True) -> dict[str, Any]:
    """The table that `compare` prints, as columns and rows of texts."""
    if found.proposals:
        made = comparison_words.against_base(found, 1, say)
    else:
        made = comparison_words.one_layout(found, say)
    columns = [{"title": column.head, "align": column.align} for column in made.columns]
    if found.proposals and not today:
        columns[1]["title"] = say.name(found.base.name)
    return {"columns": columns, "rows": made.rows}


def _bar(found: Comparison, line: Line, layout: int) -> dict[str, Any] | None:
    """The interval of a difference, to be drawn; None where nothing is known of it."""
    key, group = line
    if not layout:
        return None
    measure, value = BY_KEY[key], found.difference(key, layout, group)
    if not all(map(math.isfinite, value)):
        return None
    times = POINTS if measure.unit == "share" else 1.0
    return {
        "key": key,
        "unit": "points" if measure.unit == "share" else measure.unit,
        "mean": value.mean * times,
        "low": value.low * times,
        "high": value.high * times,
        "better": measure.better,
        "verdict": str(found.verdict(key, layout, group)),
        "matters": measure.matters(found.matters) * times,
    }


# ── townships ────────────────────────────────────────────────────────────────────────────────


def _townships(
    found: Comparison, layout: int, languages: Languages, quick: bool, wanted: Wanted
) -> dict[str, Any]:
    """Every township of the map, by row: compliance, 90th percentile, change, verdict, a text."""
    rows = range(len(found.base.map.townships))
    if layout:
        for row in rows:
            found.spread("within", layout, Group("township", row))  # kept, for what follows
            wanted()
    changed = area_changes.changes(found, layout, "within") if layout else None
    wanted()

    def column(key: str, number: int, times: float) -> list[float | None]:
        values = []
        for row in rows:
            values.append(_number(found.estimate(key, number, Group("township", row)).mean * times))
            wanted()
        return values

    shown: dict[str, Any] = {
        "within": column("within", layout, POINTS),
        "base_within": column("within", 0, POINTS),
        "p90": None if quick else column("p90", layout, 1.0),
        "base_p90": None if quick else column("p90", 0, 1.0),
        "change": [None] * len(rows),
        "verdict": [None] * len(rows),
    }
    if changed is not None:
        shown["change"] = [_number(one.change * POINTS) for one in changed]
        shown["verdict"] = [None if one.verdict is None else str(one.verdict) for one in changed]
    shown["text"] = texts(
        languages, lambda say: [_of_township(found, shown, row, say) for row in rows]
    )
    return shown


def _of_township(found: Comparison, shown: dict[str, Any], row: int, say: Language) -> str:
    """A township in one sentence."""
    values = {
        "township": found.base.map.townships[row].name,
        "within": _said(shown["within"][row], say),
        "before": _said(shown["base_within"][row], say),
        "verdict": "",
    }
    if shown["within"][row] is None:
        return say(words.NO_CALLS, **values)
    if shown["change"][row] is None:
        return say(words.TOWNSHIP_ALONE, **values)
    verdict = shown["verdict"][row] or Verdict.TOO_FEW
    return say(words.TOWNSHIP, **values | {"verdict": measures.verdict(Verdict(verdict), say)})


def _said(value: float | None, say: Language) -> str:
    return say.number(math.nan if value is None else value)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
