"""The words of a page that replays a day, in one language; the page itself has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sim.measures.timeline import Outcome, Stage
from sim.model.calls import CallStream
from sim.text import Message
from sim.words import provenance
from sim.words.day import OUTCOMES, STAGES, clock, example
from sim.words.week import LONG_DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.answers.journeys import Journeys
    from sim.words.language import Language

SPEEDS: Final = (1, 2, 5, 10, 20, 40)  # minutes a second
# What a place in braces stands for is filled in by the page.
SAID: Final = {
    "language": Message("English"),
    "language_label": Message("Language"),
    "play": Message("Play"),
    "pause": Message("Pause"),
    "again": Message("Play again"),
    "time_label": Message("Time of day"),
    "speed_label": Message("Speed"),
    "back": Message("10 min back"),
    "on": Message("10 min on"),
    "zoom_in": Message("Zoom in"),
    "zoom_out": Message("Zoom out"),
    "whole": Message("Whole map"),
    "town": Message("Town"),
    "follow_ambulance": Message("Follow an ambulance"),
    "follow_call": Message("Follow a call"),
    "nobody": Message("nothing followed"),
    "click": Message("Or click an ambulance or a call on the map."),
    "keys": Message(
        "Keys: space plays and pauses, left and right go a minute, with Shift ten; + and − zoom."
    ),
    "old": Message("This browser is too old for this page; any browser of 2023 or later shows it."),
    "legend": Message("What is shown"),
    "open_call": Message("call, nobody there yet; the arc is the time used of its target"),
    "in_time": Message("reached in time"),
    "late": Message("not in time"),
    "cancelled": Message("cancelled before its target had passed"),
    "differs": Message("other outcome than in the other layout"),
    "station": Message("station, with its free ambulances"),
    "new_station": Message("station that the other layout has not"),
    "hospital": Message("hospital, with who waits at its door"),
    "smaller": Message("Calls that were decided an hour ago are drawn smaller."),
    "free": Message("free at its station"),
    "driving_again": Message("on the move"),
    "result": Message("The result of the study, from all its replications:"),
    "no_result": Message("No study was made for this page: tenthirty run gives the result."),
    "about": Message("What this is, and what it is not"),
}
TEMPLATES: Final = {
    "speed": (Message("{n} min a second"), ("n",)),
    "so_far": (
        Message("So far {n} of {m} emergency calls in time ({percent} %), {open} still open."),
        ("n", "m", "percent", "open"),
    ),
    "none_so_far": (
        Message("No emergency call is decided as yet, {open} still open."), ("open",),
    ),
    "gone_so_far": (
        Message("Cancelled before their targets had passed: {n}."), ("n",),
    ),
    "compared": (
        Message(
            "Other outcomes so far: {n}; {better} in time only with {other}, {worse} only with "
            "{base}."
        ),
        ("n", "better", "worse", "other", "base"),
    ),
    "not_compared": (
        Message("The two layouts do not meet the same calls: outcomes cannot be compared."), (),
    ),
    "ambulance": (Message("{station}, ambulance {n}"), ("station", "n")),
    "ambulance_of": (Message("{station}, ambulance {n} ({kind})"), ("station", "n", "kind")),
    "doing": (Message("{who}: {what}."), ("who", "what")),
    "doing_call": (Message("{who}: {what}, call {call}."), ("who", "what", "call")),
    "doing_hospital": (
        Message("{who}: {what}, call {call}, {hospital}."), ("who", "what", "call", "hospital"),
    ),
    "call": (Message("Call {n}, received at {time}"), ("n", "time")),
    "call_other": (
        Message("Call {n}, received at {time} ({stream})"), ("n", "time", "stream"),
    ),
    "call_to_come": (Message("{layout}: not yet received."), ("layout",)),
    "call_open": (
        Message("{layout}: waiting for {minutes} min, target {target} min."),
        ("layout", "minutes", "target"),
    ),
    "call_in_time": (
        Message("{layout}: reached after {minutes} min, in time (target {target} min)."),
        ("layout", "minutes", "target"),
    ),
    "call_late": (
        Message("{layout}: reached after {minutes} min, not in time (target {target} min)."),
        ("layout", "minutes", "target"),
    ),
    "call_late_waits": (
        Message("{layout}: nobody there after {minutes} min, not in time (target {target} min)."),
        ("layout", "minutes", "target"),
    ),
    "call_cancelled": (Message("{layout}: cancelled before its target had passed."), ("layout",)),
    "planned_in_time": (Message("{layout}: began when it was due."), ("layout",)),
    "planned_late": (Message("{layout}: did not begin when it was due."), ("layout",)),
    "bays": (Message("{taken}/{bays} bays"), ("taken", "bays")),
    "bays_waiting": (
        Message("{taken}/{bays} bays, {n} waiting"), ("taken", "bays", "n"),
    ),
    "map_label": (
        Message("Map of {layout}: ambulances, calls and hospitals at the time of the clock"),
        ("layout",),
    ),
}  # fmt: skip
STREAMS: Final = {
    CallStream.EMERGENCY: Message("emergency"),
    CallStream.SURGE: Message("of a surge"),
    CallStream.URGENT_TRANSFER: Message("urgent transfer"),
    CallStream.PLANNED_TRANSFER: Message("planned transfer"),
}


def texts(journeys: Journeys, result: Sequence[str], say: Language) -> dict[str, object]:
    """Everything the page says in a language, by name. `result`: the study's own sentences."""
    day, base = journeys.day, journeys.base
    start, end = ((at - day.midnight_s) / 3600 for at in day.window)
    found: dict[str, object] = {name: say(text) for name, text in SAID.items()}
    for name, (text, places) in TEMPLATES.items():
        found[name] = (
            say(text, **{place: f"{{{place}}}" for place in places}) if places else say(text)
        )
    return found | {
        "title": say("A day on the map: {map}", map=base.map.name),
        "when": say(
            "{weekday}, day {day}, {start}–{end} of replication {replication}, seed {seed}",
            weekday=say(LONG_DAYS[day.weekday]), day=day.number, start=clock(start),
            end=clock(end), replication=journeys.replication, seed=journeys.seed,
        ),
        "example": example(say),
        "marks": provenance.marks(base, say),
        "foot": "" if base.map.synthetic else provenance.map_mark(base.map, say),
        "sentences": list(result),
        "days": [say(name) for name in LONG_DAYS],
        "stages": [say(STAGES[stage]) for stage in Stage],
        "outcomes": [say(OUTCOMES[outcome]) for outcome in Outcome],
        "streams": [say(STREAMS[stream]) for stream in CallStream],
    }  # fmt: skip
