"""What became of the rows of recorded calls, and what is odd about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.words.language import Language

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def warnings(base: Scenario, say: Language) -> list[str]:
    """What has to be said wherever numbers from these records are shown, a line each."""
    return [] if base.recorded is None else [say(each) for each in base.recorded.warnings]


def briefly(base: Scenario, say: Language) -> list[str]:
    """The same in a few words each, where there is no room for more."""
    return [] if base.recorded is None else [say(each.brief) for each in base.recorded.odd]


def balance(base: Scenario, say: Language) -> list[str]:
    """How many rows there are, and what became of each of them: a line each; none if not
    replayed."""
    counted = base.counted_records()
    if base.recorded is None or counted is None:
        return []
    rows = base.recorded.balance
    said = say(
        "Rows of records: {rows} = calls measured {measured} + in the warm-up {warm_up} + in the "
        "cool-down {cool_down} + further units of an incident {units} + left out {left_out}.",
        rows=f"{rows.rows:,}",
        measured=f"{counted.measured:,}",
        warm_up=f"{counted.warm_up:,}",
        cool_down=f"{counted.cool_down:,}",
        units=f"{rows.further_units:,}",
        left_out=f"{rows.rows_left_out:,}",
    )
    reasons = [
        say.count(
            count,
            "{n} row left out: {reason}.",
            "{n} rows left out: {reason}.",
            reason=reason,
        )
        for reason, count in rows.left_out
    ]
    return [said, *reasons]


def notes(base: Scenario, say: Language) -> list[str]:
    """How the file was read, a line each."""
    return [] if base.recorded is None else [say(each) for each in base.recorded.notes]
