"""What is said of plans while a station is dragged, besides what answers say."""

from __future__ import annotations

from typing import Final

from sim.text import Message

UNCHANGED: Final = Message("nothing is changed")
MORE_COME: Final = Message("{replications} so far; more are coming")
BESIDE_VERDICTS: Final = {
    "same": Message("the layouts are the same"),
    "today": Message("as it is today"),
}
STATIONS: Final = {
    "same": Message("{station}: {fleet}"),
    "crews": Message("{station}: {fleet}, changed"),
    "moved": Message("{station}: {fleet}, moved"),
    "new": Message("{station}: {fleet}, new"),
    "closed": Message("{station}: closed"),
}
NO_CALLS: Final = Message("{township}: no call was measured.")
TOWNSHIP_ALONE: Final = Message("{township}: {within} % of calls within target.")
TOWNSHIP: Final = Message(
    "{township}: {within} % of calls within target, not {before} %: {verdict}."
)
REACH: Final = Message(
    "{people} people within their target of here, from the call on, were an ambulance always ready."
)
OPEN_ELSEWHERE: Final = Message(
    "This page is open in another tab or window. Close that one, then try again."
)
SAVED: Final = Message("Saved as {file}. This gives the same numbers: {command}")
SAVED_BESIDE: Final = Message(
    "Saved as {file}. Here it is held against {other}, which stands in no file as it is: save that "
    "too, and a command gives the same numbers."
)
SAVED_OF_OLD: Final = Message(
    "Saved as {file}. But {base}, or a file it reads, was changed since this page was opened: a "
    "command will give other numbers. Open the page anew."
)
EXISTS: Final = Message("There is a file {file} already. Replace it?")
NOT_UNDERSTOOD: Final = Message("The page sent something that is not understood: {what}.")
TOO_LONG: Final = Message("A message of more than {most} kB was refused; nothing was changed.")
FAILED: Final = Message(
    "Something went wrong that should not have: {error}. If the page looks wrong, undo the last "
    "step."
)
