"""What the live page says of itself; all else on it is said by the rooms of its answers."""

from __future__ import annotations

from typing import Final

from sim.text import Message

# By the key that the page asks for. The page fills the places in braces with what it was sent.
TEXTS: Final[dict[str, Message]] = {
    "own_name": Message("English"),
    "title": Message("{place}: stations by hand"),
    "skip": Message("To the answer"),
    "language": Message("Language"),
    "comma": Message(", "),
    # the line to the program
    "lost": Message(
        "The connection to the program is lost; the next attempt is in {seconds} s. If the program "
        "was ended, start it again and open the address that it prints."
    ),
    "try_now": Message("Try now"),
    "try_again": Message("Try again"),
    "cancel": Message("Cancel"),
    # the map
    "map_label": Message("Map of stations and areas"),
    "colour_by": Message("Areas by"),
    "mode_within": Message("calls within target"),
    "mode_p90": Message("90th percentile"),
    "mode_change": Message("change"),
    "zoom_group": Message("Size of the map"),
    "zoom_in": Message("Enlarge the map"),
    "zoom_out": Message("Reduce the map"),
    "zoom_all": Message("Show the whole map"),
    "add_here": Message("Add a station here"),
    "no_map": Message(
        "This browser cannot draw the map: it needs WebGL 2. Everything can be done in the list of "
        "stations, and all numbers are there."
    ),
    "reach_within": Message("reached within {minutes} min of the call"),
    "legend_within": Message("Calls within target"),
    "legend_p90": Message("90th percentile, min"),
    "legend_change": Message("Change of calls within target, points"),
    "follows": Message("(follows when the station is let go)"),
    "within_best": Message("{limit} % or more"),
    "within_between": Message("{from} to {to} %"),
    "within_worst": Message("below {limit} %"),
    "p90_best": Message("at most {limit} min"),
    "p90_between": Message("{from} to {to} min"),
    "p90_worst": Message("more than {limit} min"),
    "class_nothing": Message("no calls, or nothing to compare"),
    "change_up_more": Message("+ more than {from}"),
    "change_up": Message("+ {from} to {to}"),
    "change_up_most": Message("+ at most {to}"),
    "change_small": Message("too small to matter"),
    "change_open": Message("undecided"),
    "change_down_most": Message("− at most {to}"),
    "change_down": Message("− {from} to {to}"),
    "change_down_more": Message("− more than {from}"),
    "legend_station": Message("station with n ambulances"),
    "legend_substation": Message("sub-station"),
    "legend_new": Message("new station"),
    "legend_closed": Message("closed"),
    "legend_moved": Message("where a moved one was"),
    "legend_worst": Message("worst-served areas"),
    "legend_hospital": Message("hospital"),
    "township_label": Message("Area"),
    "township_all": Message("all areas"),
    "township_hint": Message("Rest on an area of the map, or choose one here, to read of it."),
    # the answer
    "panel_label": Message("Answer, stations and plans"),
    "answer_label": Message("Answer"),
    "waiting": Message("The first answer is being worked out …"),
    "pending": Message("Being simulated: the numbers are still those of before the last change."),
    "bar_key": Message(
        "Bars: the difference with its 95 % interval; the line is no difference, the grey band is "
        "what does not matter."
    ),
    "worst_served": Message("Worst served:"),
    "heading": Message("What is compared"),
    "copy": Message("Copy the sentence"),
    "copied": Message("The sentence is copied."),
    "copy_by_hand": Message("The browser does not allow it: the sentence is marked, press Ctrl+C."),
    "export": Message("Table as CSV"),
    "undo": Message("Undo"),
    "undo_keys": Message("Take the last step back (Ctrl+Z)"),
    "redo": Message("Redo"),
    "redo_keys": Message("Take the step again (Ctrl+Shift+Z)"),
    "reset": Message("Reset"),
    "reset_hint": Message("Take all steps of this plan back; this can be undone"),
    # stations
    "stations": Message("Stations"),
    "drag_hint": Message(
        "Take a station with the mouse, or press Take and move it with the arrow keys. Click on "
        "the map to add one."
    ),
    "search": Message("Add a station at a place"),
    "search_hint": Message("Part of a name"),
    "search_none": Message("No place has that in its name."),
    "place_seat": Message("seat of an area"),
    "place_site": Message("possible site"),
    "place_hospital": Message("hospital"),
    "change_moved": Message("moved"),
    "change_new": Message("new"),
    "change_closed": Message("closed"),
    "change_crews": Message("other crews"),
    "fewer": Message("One ambulance fewer at {station}"),
    "more": Message("One ambulance more at {station}"),
    "take": Message("Take"),
    "take_of": Message("Take {station}, to move it with the arrow keys"),
    "let_go": Message("Let go"),
    "let_go_of": Message("Let go of {station} here"),
    "held_hint": Message(
        "{station} is taken. Arrow keys move it by 100 m, with Shift by 1 km; Enter lets go, Esc "
        "puts it back."
    ),
    "close": Message("Close"),
    "close_of": Message("Close {station}"),
    "reopen": Message("Reopen"),
    "reopen_of": Message("Reopen {station}"),
    "hours": Message("Hours"),
    "hours_of": Message("Hours of the ambulances of {station}"),
    "hours_clock": Message("every day, from – to"),
    "hours_kind": Message("Hours of the clock or a roster"),
    "hours_from": Message("On duty from"),
    "hours_to": Message("On duty until"),
    "hours_whom": Message("For how many of its ambulances"),
    "hours_all": Message("all ambulances"),
    "hours_last": Message("the last {number}"),
    "hours_apply": Message("Set"),
    "crews_at": Message("{number} × {hours}"),
    # plans and files
    "plans": Message("Plans"),
    "plan_worked_on": Message("Plan that is worked on"),
    "compared_with": Message("Compared with"),
    "today": Message("today"),
    "keep": Message("Keep as another plan …"),
    "keep_ask": Message("The plan as it is now stays beside the others under this name:"),
    "keep_yes": Message("Keep"),
    "rename": Message("Rename"),
    "rename_of": Message("Rename {plan}"),
    "rename_ask": Message("Another name for {plan}:"),
    "forget": Message("Remove"),
    "forget_of": Message("Remove {plan}"),
    "files": Message("Files"),
    "save": Message("Save"),
    "save_name": Message("Save plan as"),
    "replace": Message("Replace the file"),
    "load": Message("Open"),
    "load_file": Message("Open a plan"),
    "copy_command": Message("Copy the command"),
}
