"""The letters of formulas: what each stands for, in whatever measure it is met.

A formula reads like this: `#X` is how many there are in X, `{i ∈ X : …}` are those of X for which
something holds, `Σ{i ∈ X} f(i)` is the sum of f over them, `X ∩ Y` are those in both, `min{t : …}`
is the smallest t for which something holds, `∧` is and, `∨` is or. All replications are taken
together. A letter with brackets behind it belongs to what stands in them.
"""

from __future__ import annotations

import re
from typing import Final

from sim.text import Message
from sim.words.language import Language

BOUND: Final = frozenset("ijksvx")  # one of a set, named by the formula itself
OPERATORS: Final = frozenset({"min", "max", "exp", "s"})  # min and s are units, too
WORD: Final = re.compile(r"C\(k\)|[A-Za-z]+[0-9]?")
SYMBOLS: Final = {
    "N": Message("the emergencies received within the measured time"),
    "C": Message(
        "the calls of N that count: all but those withdrawn before their target had passed"
    ),
    "A": Message("the calls of N that were reached"),
    "U": Message("calls from the urban core"),
    "V": Message("calls from outside the urban core"),
    "L": Message("calls from the five townships that today's layout serves worst"),
    "Cp": Message("the calls of C that have the priority of which survival is told"),
    "S": Message(
        "the calls of N to which an ambulance was assigned as soon as call taking was over"
    ),
    "Ns": Message("the calls of N that were reached, or withdrawn after an ambulance was sent"),
    "Nh": Message("the calls of N whose patient was to go to a hospital"),
    "Nr": Message("the calls of N with a first responder in reach and on duty"),
    "X": Message("calls reached first by an ambulance whose home is not the nearest station"),
    "Xc": Message("calls reached first by an ambulance of another dispatch centre"),
    "Xz": Message("calls reached first by an ambulance at home in another zone"),
    "Y": Message("the calls of N that need several ambulances and were reached by two"),
    "At": Message("the calls of A whose patient was treated at the scene and taken nowhere"),
    "An": Message("the calls of A at which nobody was found"),
    "Ac": Message("the calls of A whose patient was to go to a community health centre"),
    "Gs": Message("calls of a surge within the measured time; Gs(j) those of replication j"),
    "Gu": Message("urgent transfers within the measured time"),
    "Gp": Message("planned transfers within the measured time"),
    "Gd": Message("planned transfers but those withdrawn before an ambulance was assigned"),
    "Js": Message("replications in which a call of a surge was reached"),
    "R": Message("from call received to the first ambulance's arrival; ∞ if none arrives"),
    "Rc": Message(
        "from call received to the arrival of an ambulance of a capable class; ∞ if none arrives"
    ),
    "R2": Message("from call received to the second ambulance's arrival; ∞ if none arrives"),
    "Rr": Message("from call received to a first responder's arrival; ∞ if none arrives"),
    "Rf": Message("from call received to first help: the lesser of R and Rr"),
    "T": Message("the target of the place that a call came from"),
    "W": Message("from call received until it is withdrawn; ∞ if it is not"),
    "M": Message(
        "from assigned until wheels roll, of the first ambulance to arrive; ∞ if none arrives"
    ),
    "Q": Message(
        "from the end of call taking until an ambulance is assigned or "
        "the call is withdrawn; ∞ if neither"
    ),
    "Qd": Message("from call received until somebody at the call desk takes it"),
    "n": Message("ambulances that a call needs"),
    "m": Message("ambulances that arrived, at most n"),
    "h": Message(
        "from call received to the door of a hospital that can treat the patient; ∞ if never"
    ),
    "z": Message(
        "from when a transfer is due until an ambulance is assigned: 0 if sooner, ∞ if never"
    ),
    "a": Message("the constant of the survival curve, for times in minutes"),
    "b": Message("what the survival curve adds for a minute until first help"),
    "c": Message("what the survival curve adds for a minute until the first ambulance"),
    "t": Message("a number of minutes"),
    "F": Message("the ambulances of the fleet"),
    "B": Message("an ambulance's time from assigned to cleared, while on shift"),
    "Bt": Message("an ambulance's time on urgent and planned transfers, while on shift"),
    "D": Message("an ambulance's time on shift"),
    "f": Message("an ambulance's time off the road by a failure"),
    "Z": Message("time in which no ambulance on shift was free"),
    "H": Message("the measured time, of all replications together"),
    "d": Message("the measured time in days, of all replications together"),
    "r": Message("the number of replications"),
    "J": Message("ends of shifts at which a crew goes home"),
    "O": Message(
        "from the end of a shift until the crew is cleared of the call in hand; 0 if it has none"
    ),
    "G": Message("from the end of a shift until the crew is at a station"),
    "E": Message("breaks that fell due"),
    "Em": Message("the breaks of E that were never taken whole"),
    "Eb": Message("the breaks of E that a call ended at least once"),
    "Be": Message("minutes of breaks, of all crews together"),
    "Je": Message("shifts in which a break was due, and days of longer ones"),
    "Ef": Message("failures of ambulances"),
    "Ed": Message("drives without a call that begin at a station"),
    "w": Message("shifts worked, and days of longer ones"),
    "g": Message("minutes of driving in standby moves, of all ambulances together"),
    "K": Message("townships with calls"),
    "C(k)": Message("the calls of C from township k"),
    "q": Message("the share of its calls by which a township meets its target"),
    "p": Message("the people of a township"),
    "P": Message("patients brought to a hospital; i is one of them"),
    "Po": Message(
        "the patients of P who would have been taken to another "
        "hospital, had every hospital had room"
    ),
    "y": Message("from the ambulance's arrival at the hospital until handover begins"),
    "Bd": Message(
        "the time that ambulances stand at hospitals and wait for a bay, all of them together"
    ),
    "Hb": Message("hospitals with so many bays and no more"),
    "u": Message("the time that bays of a hospital are taken, all of them together"),
    "e": Message("the bays of a hospital"),
    "Hi": Message("hospitals with so many places in intensive care and no more"),
    "ui": Message(
        "the time that a hospital's places in intensive care are taken, all of them together"
    ),
    "ei": Message("a hospital's places in intensive care"),
    "Pw": Message("patients who came by themselves"),
    "Pl": Message("the patients of Pw who left, as no bay was free"),
    "Pa": Message("patients taken to a hospital or clinic; Pa(x) those taken to x"),
}


def symbols_in(formula: str) -> list[str]:
    """The letters of a formula that stand for something, in the order in which they come."""
    words = dict.fromkeys(WORD.findall(formula))
    return [word for word in words if word not in BOUND | OPERATORS]


def legend(formula: str, say: Language) -> list[tuple[str, str]]:
    """The letters of a formula, each with what it stands for."""
    return [(symbol, say(SYMBOLS[symbol])) for symbol in symbols_in(formula)]
