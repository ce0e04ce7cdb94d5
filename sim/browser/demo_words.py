"""The words of a page that shows answers worked out beforehand; the page itself has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sim.browser.replay_words import SAID
from sim.text import Message
from sim.words.live import TEXTS as LIVE

if TYPE_CHECKING:
    from sim.text import Name
    from sim.words.language import Language

# What the demonstration says as the live page does.
SHARED: Final = (
    "own_name", "language", "comma", "map_label", "colour_by", "mode_within", "mode_change",
    "legend_within", "legend_change", "within_best", "within_between", "within_worst",
    "class_nothing", "change_up_more", "change_up", "change_up_most", "change_small",
    "change_open", "change_down_most", "change_down", "change_down_more", "legend_station",
    "legend_substation", "legend_new", "legend_hospital", "answer_label", "bar_key", "heading",
)  # fmt: skip
# Further ones. The page fills the places in braces, but for those of `texts`.
TEXTS: Final[dict[str, Message]] = {
    "old": SAID["old"],
    "demo_title": Message("{place}: one more sub-station"),
    "demo_sort": Message("Demonstration with answers worked out beforehand"),
    "demo_hint": Message(
        "Drag the new sub-station, which has one ambulance; or click on the map; or choose a place "
        "and use the arrow keys."
    ),
    "demo_place": Message("Place of the new sub-station"),
    "demo_seats": Message("Seats of areas"),
    "demo_between": Message("Places between"),
    "demo_near": Message("{place}, place {n}"),
    "demo_exact": Message("Computed at this place."),
    "demo_from_hand": Message("Computed at this place, {km} km from where you let go."),
    "demo_under_hand": Message(
        "The nearest computed place is {km} km from here; these are its numbers."
    ),
    "demo_hand": Message(
        "New sub-station: {place}. Arrow keys move it to the next computed place."
    ),
    "demo_dots": Message("computed place"),
    "demo_areas": Message("Every area"),
    "demo_map_tab": Message("Move a station"),
    "demo_day_tab": Message("Watch a day"),
    "demo_day": Message(
        "One simulated day without and with the new sub-station at {place}. It is an example; the "
        "result is the average over all replications."
    ),
    "demo_what_title": Message("What this page is"),
    "demo_what": Message(
        "Nothing is simulated in this page. It holds {n} answers, one for each dot on the map, "
        "that tenthirty worked out beforehand as its command compare does: today and today with "
        "one more sub-station of one ambulance, on the same simulated calls, {often} "
        "replications of {days} days each. A place you let go of is taken to the nearest dot."
    ),
    "demo_many": Message(
        "Do not choose the best of many dots by their numbers alone: the largest of {n} estimates "
        "is larger than it should be. The program ranks sites with that in mind."
    ),
    "demo_beyond": Message(
        "The program itself simulates while you drag, wherever a station is put: with any number "
        "of stations, ambulances, shifts, hospitals and dispatch rules. It ranks sites, searches "
        "layouts, tests how far a result rests on assumptions, is calibrated with a bureau's own "
        "records, and writes the report."
    ),
}  # fmt: skip


def texts(
    say: Language, *, place: Name, count: int, often: tuple[int, int], days: float
) -> dict[str, str]:
    """Everything the page says in a language, by name.

    `count`: computed places; `often`: the fewest and the most replications that one rests on;
    `days`: how long each of them is measured.
    """
    few, many = often
    of: dict[str, dict[str, object]] = {
        "demo_title": {"place": place},
        "demo_what": {
            "n": count, "days": say.number(days, 0),
            "often": str(few) if few == many else say("{low} to {high}", low=few, high=many),
        },
        "demo_many": {"n": count},
    }  # fmt: skip
    every = {key: LIVE[key] for key in SHARED} | TEXTS
    return {key: say(text, **of[key]) if key in of else say(text) for key, text in every.items()}
